//! Row-level security: which rows of a table a role reaches, and which it may write
//! (<https://www.postgresql.org/docs/15/ddl-rowsecurity.html>).
//!
//! | role | while row security is enabled |
//! |---|---|
//! | superuser, one with BYPASSRLS | all rows |
//! | owner | all rows, unless it is forced |
//! | any other | rows that a permissive policy and all restrictive ones let through; without a permissive one none |

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

use crate::acl;
use crate::descriptor::Table;
use crate::privilege::Subject;
use crate::snapshot::Catalog;

/// What a table has of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowSecurity {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enabled: bool,
    /// FORCE: for the owner, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forced: bool,
    /// In the order of their OIDs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Policy>,
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyCommand {
    All,
    Select,
    Insert,
    Update,
    Delete,
}

impl PolicyCommand {
    /// `pg_policy.polcmd`.
    pub const fn letter(self) -> char {
        match self {
            Self::All => '*',
            Self::Select => 'r',
            Self::Insert => 'a',
            Self::Update => 'w',
            Self::Delete => 'd',
        }
    }

    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// CREATE POLICY.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub oid: Oid,
    pub name: String,
    /// False: AS RESTRICTIVE.
    pub permissive: bool,
    pub command: PolicyCommand,
    /// Roles that it is for; 0 is everybody.
    pub roles: Vec<Oid>,
    /// USING, as SQL text that binds without a search path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    /// WITH CHECK, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// What the two texts call the table.
    pub called: String,
    /// Relations, functions and types that they use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Oid>,
}

impl Policy {
    /// Whether it is for this role and what the role does.
    pub fn is_for(&self, subject: &Subject, command: PolicyCommand) -> bool {
        let role = |role: &Oid| *role == acl::PUBLIC || subject.has_privileges_of(*role);
        (self.command == PolicyCommand::All || self.command == command) && self.roles.iter().any(role)
    }

    /// Its texts.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.using.iter().chain(&self.check)
    }

    /// The same, to be changed.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.using.iter_mut().chain(&mut self.check)
    }
}

impl RowSecurity {
    /// Whether there is nothing of it.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The policy of this name.
    pub fn named(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|p| p.name == name)
    }
}

impl Table {
    /// Whether it is policies that say which of its rows the role reaches.
    pub fn is_secured_from(&self, catalog: &Catalog, subject: &Subject) -> bool {
        if !self.row_security.enabled || subject.superuser {
            return false;
        }
        let bypasses = catalog.role_by_oid(subject.role).is_some_and(|role| role.bypass_rls);
        !bypasses && (self.row_security.forced || !subject.has_privileges_of(self.owner))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::descriptor::Role;

    fn role(oid: u32, name: &str, member_of: &[u32]) -> Role {
        let member = |of: &u32| serde_json::json!({ "role": Oid(*of), "grantor": Oid(10), "admin": false });
        let plain = serde_json::json!({
            "oid": Oid(oid), "name": name, "superuser": false, "login": true, "create_db": false, "create_role": false,
            "inherit": true, "member_of": member_of.iter().map(member).collect::<Vec<_>>(),
        });
        serde_json::from_value(plain).expect("a role")
    }

    #[test]
    fn policies_are_for_members_and_commands() {
        let mut catalog = Catalog::default();
        catalog.put_role(Arc::new(role(20, "ann", &[21])));
        catalog.put_role(Arc::new(role(21, "staff", &[])));
        let policy = |command, roles: &[u32]| Policy {
            oid: Oid(1),
            name: "p".into(),
            permissive: true,
            command,
            roles: roles.iter().copied().map(Oid).collect(),
            using: None,
            check: None,
            called: "t".into(),
            depends_on: vec![],
        };
        let (ann, staff) = (Subject::of(&catalog, Oid(20)), Subject::of(&catalog, Oid(21)));
        assert!(policy(PolicyCommand::All, &[0]).is_for(&ann, PolicyCommand::Delete));
        assert!(policy(PolicyCommand::Select, &[21]).is_for(&ann, PolicyCommand::Select));
        assert!(!policy(PolicyCommand::Select, &[21]).is_for(&ann, PolicyCommand::Update));
        assert!(!policy(PolicyCommand::All, &[20]).is_for(&staff, PolicyCommand::Select));
    }

    #[test]
    fn owners_and_whoever_bypasses_reach_all_rows() {
        let mut catalog = Catalog::default();
        catalog.put_role(Arc::new(role(20, "ann", &[])));
        catalog.put_role(Arc::new(Role { bypass_rls: true, ..role(21, "bob", &[]) }));
        catalog.put_role(Arc::new(role(22, "cat", &[])));
        let plain = serde_json::json!({
            "oid": Oid(1), "schema": Oid(2), "name": "t", "owner": Oid(20), "version": 1, "columns": [],
            "storage": Oid(1), "indexes": [],
        });
        let mut table: Table = serde_json::from_value(plain).expect("a table");
        let secured = |table: &Table, role| table.is_secured_from(&catalog, &Subject::of(&catalog, Oid(role)));
        assert_eq!([20, 21, 22].map(|role| secured(&table, role)), [false, false, false]);
        table.row_security.enabled = true;
        assert_eq!([20, 21, 22].map(|role| secured(&table, role)), [false, false, true]);
        table.row_security.forced = true;
        assert_eq!([20, 21, 22].map(|role| secured(&table, role)), [true, false, true]);
    }
}
