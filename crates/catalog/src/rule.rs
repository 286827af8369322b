//! Rules: what a statement on a table or view is rewritten to (manual, CREATE RULE and chapter 41).

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

use crate::descriptor::{Column, Table, View};
use crate::policy::RowSecurity;
use crate::{Catalog, OnCommit};

/// The name of the rule that every view has: its query.
pub const RETURN_RULE: &str = "_RETURN";

/// The statements that a rule is for. Rules ON SELECT are the queries of views, and kept as those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RuleEvent {
    Select,
    Update,
    Insert,
    Delete,
}

impl RuleEvent {
    /// As CREATE RULE says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Update => "UPDATE",
            Self::Insert => "INSERT",
            Self::Delete => "DELETE",
        }
    }

    /// `pg_rewrite.ev_type`.
    pub const fn letter(self) -> char {
        match self {
            Self::Select => '1',
            Self::Update => '2',
            Self::Insert => '3',
            Self::Delete => '4',
        }
    }

    /// Its bit in what `pg_relation_is_updatable` gives.
    pub const fn bit(self) -> i32 {
        match self {
            Self::Select => 1 << 1,
            Self::Update => 1 << 2,
            Self::Insert => 1 << 3,
            Self::Delete => 1 << 4,
        }
    }

    /// Whether there is a row as it was.
    pub const fn has_old(self) -> bool {
        matches!(self, Self::Update | Self::Delete)
    }

    /// Whether there is a row as it becomes.
    pub const fn has_new(self) -> bool {
        matches!(self, Self::Update | Self::Insert)
    }
}

/// `CREATE RULE`, kept by its table or view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub oid: Oid,
    pub name: String,
    pub event: RuleEvent,
    /// INSTEAD; else ALSO.
    pub instead: bool,
    /// WHERE: SQL text over `old` and `new`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Statements over `old` and `new`; none for NOTHING.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<RuleAction>,
    /// `pg_rewrite.ev_enabled`: `O`, `D`, `R` or `A`.
    pub enabled: char,
    /// Relations, functions and types that the condition and the actions use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Oid>,
}

/// A statement of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleAction {
    pub sql: String,
    /// Whether it mentions OLD, or NEW of an UPDATE: then it is done for each row.
    #[serde(default)]
    pub by_row: bool,
    /// Whether it has a RETURNING list.
    #[serde(default)]
    pub returns: bool,
}

impl Rule {
    /// Whether it is in force; rules in a session of replication are those that say so.
    pub fn is_in_force(&self) -> bool {
        matches!(self.enabled, 'O' | 'A')
    }

    /// Whether the statement is never done itself.
    pub fn replaces(&self) -> bool {
        self.instead && self.condition.is_none()
    }
}

/// Puts rules in the order in which they are applied.
pub fn sort(rules: &mut [Rule]) {
    rules.sort_by(|a, b| a.name.cmp(&b.name));
}

impl View {
    /// Whether a rule does all that is written to the view by this event.
    pub fn is_written_by_rules(&self, event: RuleEvent) -> bool {
        self.rules.iter().any(|r| r.event == event && r.replaces() && r.is_in_force())
    }
}

impl Table {
    /// A table of these columns without anything else, and without storage.
    pub fn bare(oid: Oid, schema: Oid, name: String, owner: Oid, columns: Vec<Column>) -> Self {
        Self {
            oid,
            schema,
            name,
            owner,
            version: 1,
            columns,
            storage: Oid(0),
            indexes: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            referenced_by: Vec::new(),
            options: Vec::new(),
            of_type: None,
            acl: None,
            materialized: None,
            rung: 0,
            inherits: Vec::new(),
            children: Vec::new(),
            partitioned: None,
            bound: None,
            rules: Vec::new(),
            triggers: Vec::new(),
            unlogged: false,
            row_security: RowSecurity::default(),
            tableoid_acl: None,
            on_commit: OnCommit::PreserveRows,
        }
    }
}

impl Catalog {
    /// Rules of all tables and views, with what they are on.
    pub fn rules(&self) -> impl Iterator<Item = (Oid, &Rule)> {
        let tables = self.tables.values().map(|t| (t.oid, &t.rules));
        let views = self.views.values().map(|v| (v.oid, &v.rules));
        tables.chain(views).flat_map(|(oid, all)| all.iter().map(move |rule| (oid, rule)))
    }
}
