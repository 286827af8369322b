//! Whether a role may do something. Decisions alone: what is asked about comes from a [`Catalog`], and nothing is read
//! or sent.
//!
//! ```text
//!   reader ── member of ──► staff (NOINHERIT) ── member of ──► boss
//!   has the privileges of    reader, staff                 what staff is a member of it does not inherit
//!   may become by SET ROLE   reader, staff, boss
//! ```
//! A relation is asked in two steps, as PostgreSQL asks: what its own list does not allow may be allowed for every
//! column that a statement touches.

use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use crate::acl::{self, Acl, AclItem, Class, Privileges};
use crate::bootstrap::{DATABASE_OWNER, SUPERUSER};
use crate::descriptor::{Database, Index, Role, Schema, Sequence, Table, View};
use crate::function::Function;
use crate::predefined::{self, READ_ALL_DATA, WRITE_ALL_DATA};
use crate::snapshot::Catalog;
use crate::system::{self, SystemRelation, TEMPORARY_SCHEMA};
use crate::user_type::UserType;

/// Number of the system column `tableoid`, as `pg_attribute` has it.
pub const TABLEOID_COLUMN: i16 = -6;

/// A role as a catalog has it, with those whose privileges it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub role: Oid,
    pub superuser: bool,
    pub create_role: bool,
    pub create_db: bool,
    /// Roles whose privileges it has as it is, itself first.
    inherited: Vec<Oid>,
    /// Roles that it may become, itself first.
    reachable: Vec<Oid>,
}

impl Subject {
    /// A role that is not in the catalog has the privileges of everybody.
    pub fn of(catalog: &Catalog, role: Oid) -> Self {
        let found = catalog.role_by_oid(role);
        let is = |f: fn(&Role) -> bool| found.is_some_and(|r| f(r));
        Self {
            role,
            superuser: is(|r| r.superuser),
            create_role: is(|r| r.create_role),
            create_db: is(|r| r.create_db),
            inherited: reached(catalog, role, true),
            reachable: reached(catalog, role, false),
        }
    }

    /// Whether it has the privileges of `role`, as a member or as a superuser.
    pub fn has_privileges_of(&self, role: Oid) -> bool {
        self.superuser || self.inherited.contains(&role)
    }

    /// Whether it may become `role`.
    pub fn is_member_of(&self, role: Oid) -> bool {
        self.superuser || self.reachable.contains(&role)
    }

    /// Roles whose privileges it has as it is, itself first.
    pub fn roles(&self) -> &[Oid] {
        &self.inherited
    }

    /// What it may do with an object of `owner` that has this list.
    pub fn held(&self, class: Class, acl: &Acl, owner: Oid) -> Privileges {
        if self.superuser {
            return class.all();
        }
        match acl {
            None if self.has_privileges_of(owner) => class.own().or(class.public()),
            None => class.public(),
            Some(items) => self.listed(items),
        }
    }

    /// What a list gives it.
    fn listed(&self, items: &[AclItem]) -> Privileges {
        let mine = items.iter().filter(|i| i.grantee == acl::PUBLIC || self.has_privileges_of(i.grantee));
        mine.fold(Privileges::NONE, |all, i| all.or(i.privileges))
    }

    /// What a list lets it grant.
    fn listed_grantable(&self, items: &[AclItem]) -> Privileges {
        let mine = items.iter().filter(|i| self.has_privileges_of(i.grantee));
        mine.fold(Privileges::NONE, |all, i| all.or(i.grantable))
    }

    /// Which privileges it may grant on such an object: its owner all of them.
    pub fn grantable(&self, class: Class, acl: &Acl, owner: Oid) -> Privileges {
        if self.has_privileges_of(owner) {
            return class.all();
        }
        self.listed_grantable(acl.as_deref().unwrap_or_default())
    }

    /// What it may do with a relation as a whole.
    pub fn on_relation(&self, of: &Securable<'_>) -> Privileges {
        if self.superuser {
            return of.class().all();
        }
        let mut held = match of {
            Securable::System(relation) => self.on_system(predefined::on_relation(relation.schema, relation.name), "r"),
            _ => self.held(of.class(), of.acl(), of.owner()),
        };
        if self.has_privileges_of(READ_ALL_DATA) {
            held = held.or(Privileges::of_letters("r"));
        }
        if self.has_privileges_of(WRITE_ALL_DATA) && !matches!(of, Securable::System(_)) {
            held = held.or(Privileges::of_letters("awd").and(of.class().all()));
        }
        held
    }

    /// What it may do with a column by the column's own list.
    pub fn on_column(&self, of: &Securable<'_>, number: i16) -> Privileges {
        self.listed(of.column_acl(number))
    }

    /// Whether it may do one of `wanted` with the column, by either list.
    pub fn may_use_column(&self, of: &Securable<'_>, number: i16, wanted: Privileges) -> bool {
        !self.on_relation(of).or(self.on_column(of, number)).and(wanted).is_empty()
    }

    pub fn on_schema(&self, schema: &Schema) -> Privileges {
        // Everything in it is the session's own.
        if schema.oid == TEMPORARY_SCHEMA {
            return Class::Schema.all();
        }
        let held = self.held(Class::Schema, &schema.acl, schema.owner);
        let all_data = self.has_privileges_of(READ_ALL_DATA) || self.has_privileges_of(WRITE_ALL_DATA);
        if all_data { held.or(Privileges::of_letters("U")) } else { held }
    }

    pub fn on_database(&self, database: &Database) -> Privileges {
        self.held(Class::Database, &database.acl, database.owner)
    }

    pub fn on_type(&self, ty: &UserType) -> Privileges {
        self.held(Class::Type, &ty.acl, ty.owner)
    }

    /// What it may do with a function of users.
    pub fn on_routine(&self, function: &Function) -> Privileges {
        self.held(Class::Function, &function.acl, function.owner)
    }

    /// What it may do with a function of PostgreSQL's own.
    pub fn on_function(&self, catalog: &Catalog, oid: Oid) -> Privileges {
        match catalog.system_privileges.get(&oid) {
            _ if self.superuser => Class::Function.all(),
            Some(own) => self.listed(&own.acl),
            None if predefined::is_guarded(oid) => self.listed(&predefined::function_acl(oid)),
            None => Class::Function.public(),
        }
    }

    /// What it may do with a language.
    pub fn on_language(&self, catalog: &Catalog, oid: Oid) -> Privileges {
        match catalog.system_privileges.get(&oid) {
            Some(own) if !self.superuser => self.listed(&own.acl),
            _ => Class::Language.all(),
        }
    }

    fn on_system(&self, (everybody, reader): (Privileges, Option<Oid>), letters: &str) -> Privileges {
        let more = self.superuser || reader.is_some_and(|role| self.has_privileges_of(role));
        if more { everybody.or(Privileges::of_letters(letters)) } else { everybody }
    }

    /// Whether it may look into the schema of this name; schemas of the system are open, and one that is not there is
    /// for somebody else to miss.
    ///
    /// # Errors
    /// 42501.
    pub fn look_into(&self, catalog: &Catalog, schema: &str) -> SqlResult<()> {
        match catalog.qualifier(schema) {
            Some(found) if !self.may_look_into(found) => Err(denied("schema", &found.name)),
            _ => Ok(()),
        }
    }

    fn may_look_into(&self, schema: &Schema) -> bool {
        self.superuser || !self.on_schema(schema).and(Privileges::of_letters("U")).is_empty()
    }

    /// Leaves those schemas out of a search path that it may not look into.
    pub fn visible(&self, catalog: &Catalog, path: &mut Vec<String>) {
        if !self.superuser {
            path.retain(|name| catalog.qualifier(name).is_none_or(|schema| self.may_look_into(schema)));
        }
    }
}

/// Roles that `role` is, or is a member of through others; with `inheriting` only through those that inherit.
fn reached(catalog: &Catalog, role: Oid, inheriting: bool) -> Vec<Oid> {
    let owner = catalog.databases.get(&*catalog.database_name).map(|d| d.owner);
    let mut out = vec![role];
    let mut at = 0;
    while let Some(&next) = out.get(at) {
        at += 1;
        let Some(found) = catalog.role_by_oid(next) else { continue };
        if inheriting && !found.inherit {
            continue;
        }
        let implicit = (owner == Some(next)).then_some(DATABASE_OWNER);
        for of in found.member_of.iter().map(|m| m.role).chain(implicit) {
            if !out.contains(&of) {
                out.push(of);
            }
        }
    }
    out
}

/// A relation with what its privileges depend on.
#[derive(Clone, Copy, Debug)]
pub enum Securable<'a> {
    Table(&'a Table),
    View(&'a View),
    Sequence(&'a Sequence),
    Index(&'a Table, &'a Index),
    System(&'static SystemRelation),
}

impl<'a> Securable<'a> {
    pub fn find(catalog: &'a Catalog, oid: Oid) -> Option<Self> {
        None.or_else(|| catalog.tables.get(&oid).map(|t| Self::Table(t)))
            .or_else(|| catalog.views.get(&oid).map(|v| Self::View(v)))
            .or_else(|| catalog.sequences.get(&oid).map(|s| Self::Sequence(s)))
            .or_else(|| system::relation_by_oid(oid).map(Self::System))
            .or_else(|| catalog.index_by_oid(oid).map(|(t, i)| Self::Index(t, i)))
    }

    /// What messages call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Table(t) if t.materialized.is_some() => "materialized view",
            Self::Table(_) => "table",
            Self::View(_) => "view",
            Self::Sequence(_) => "sequence",
            Self::Index(..) => "index",
            Self::System(r) if r.view => "view",
            Self::System(_) => "table",
        }
    }

    pub fn name(&self) -> &'a str {
        match self {
            Self::Table(t) => &t.name,
            Self::View(v) => &v.name,
            Self::Sequence(s) => &s.name,
            Self::Index(_, i) => &i.name,
            Self::System(r) => r.name,
        }
    }

    pub fn owner(&self) -> Oid {
        match self {
            Self::Table(t) | Self::Index(t, _) => t.owner,
            Self::View(v) => v.owner,
            Self::Sequence(s) => s.owner,
            Self::System(_) => SUPERUSER,
        }
    }

    pub fn class(&self) -> Class {
        if matches!(self, Self::Sequence(_)) { Class::Sequence } else { Class::Relation }
    }

    fn acl(&self) -> &'a Acl {
        match self {
            Self::Table(t) => &t.acl,
            Self::View(v) => &v.acl,
            Self::Sequence(s) => &s.acl,
            Self::Index(..) | Self::System(_) => &None,
        }
    }

    fn column_acl(&self, number: i16) -> &'a [AclItem] {
        let found = match self {
            Self::Table(t) if number == TABLEOID_COLUMN => t.tableoid_acl.as_deref(),
            Self::Table(t) => t.column(number).and_then(|c| c.acl.as_deref()),
            Self::View(v) => v.column_acls.iter().find(|c| c.0 == number).map(|c| c.1.as_slice()),
            _ => None,
        };
        found.unwrap_or_default()
    }

    /// Which privileges a role may grant on it.
    pub fn grantable_by(&self, subject: &Subject) -> Privileges {
        subject.grantable(self.class(), self.acl(), self.owner())
    }

    /// Which privileges a role may grant on a column by the column's own list.
    pub fn column_grantable_by(&self, subject: &Subject, number: i16) -> Privileges {
        let owns = subject.has_privileges_of(self.owner());
        if owns { Class::Column.all() } else { subject.listed_grantable(self.column_acl(number)) }
    }

    /// Number of the live column of this name.
    pub fn column_named(&self, name: &str) -> Option<i16> {
        let at = |found: Option<usize>| found.and_then(|i| i16::try_from(i + 1).ok());
        match self {
            Self::Table(t) => t.column_named(name).map(|c| c.number),
            Self::View(v) => at(v.columns.iter().position(|c| c.0 == name)),
            Self::System(r) => r.column_named(name).map(|c| c.number),
            Self::Sequence(_) => at(["last_value", "log_cnt", "is_called"].iter().position(|c| *c == name)),
            Self::Index(..) => None,
        }
    }

    /// Whether a role owns it or has one of these privileges, on the whole or on a column.
    pub fn is_shown_to(&self, subject: &Subject, whole: &str, column: &str) -> bool {
        let column = Privileges::of_letters(column);
        let by_column = |n: i16| !subject.on_column(self, n).and(column).is_empty();
        subject.has_privileges_of(self.owner())
            || !subject.on_relation(self).and(Privileges::of_letters(whole)).is_empty()
            || !column.is_empty() && self.columns().into_iter().any(by_column)
    }

    /// Numbers of the live columns.
    pub fn columns(&self) -> Vec<i16> {
        match self {
            Self::Table(t) => t.visible_columns().map(|c| c.number).collect(),
            Self::View(v) => (1..).take(v.columns.len()).collect(),
            Self::System(r) => r.columns.iter().map(|c| c.number).collect(),
            Self::Sequence(_) => vec![1, 2, 3],
            Self::Index(_, i) => (1..).take(i.keys.len() + i.include.len()).collect(),
        }
    }
}

/// What a statement does with a relation, or with a function of users, which it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub relation: Oid,
    /// Whose rights count: those of the owner of the view, or of the function with SECURITY DEFINER, through which it is
    /// reached; `None`: the current role's.
    pub as_role: Option<Oid>,
    /// All of them are needed; of a sequence one is enough.
    pub privileges: Privileges,
    /// Columns that are read, if they are; none: it is enough that some column could be.
    pub selected: Vec<i16>,
    pub inserted: Vec<i16>,
    pub updated: Vec<i16>,
    /// The statements of functions' bodies that it is in, as CONTEXT says it.
    pub context: Option<String>,
}

impl Access {
    pub fn new(relation: Oid, as_role: Option<Oid>, privileges: Privileges) -> Self {
        let (selected, inserted, updated) = (vec![], vec![], vec![]);
        Self { relation, as_role, privileges, selected, inserted, updated, context: None }
    }

    /// # Errors
    /// 42501 if the current role, or whose rights count, may not.
    pub fn check(&self, catalog: &Catalog, subject: &Subject) -> SqlResult<()> {
        let checked = match self.as_role.filter(|role| *role != subject.role) {
            None if subject.superuser => Ok(()),
            None => self.check_as(catalog, subject),
            Some(role) => self.check_as(catalog, &Subject::of(catalog, role)),
        };
        checked.map_err(|e| match &self.context {
            Some(context) => e.context(context.clone()),
            None => e,
        })
    }

    fn check_as(&self, catalog: &Catalog, subject: &Subject) -> SqlResult<()> {
        if subject.superuser || self.privileges.is_empty() {
            return Ok(());
        }
        // What has gone meanwhile is missed elsewhere.
        let Some(of) = Securable::find(catalog, self.relation) else {
            return match catalog.function(self.relation) {
                Some(f) if subject.on_routine(f).is_empty() => Err(denied(f.kind.word(), &f.name)),
                _ => Ok(()),
            };
        };
        if self.is_allowed(&of, subject) { Ok(()) } else { Err(denied(of.kind(), of.name())) }
    }

    fn is_allowed(&self, of: &Securable<'_>, subject: &Subject) -> bool {
        let held = subject.on_relation(of);
        if matches!(of, Securable::Sequence(_)) {
            // To take a value one of two is enough.
            return !self.privileges.and(held).is_empty();
        }
        let missing = self.privileges.without(held);
        let by_column = |letter: &str, columns: &[i16]| {
            let wanted = Privileges::of_letters(letter);
            let has = |number: i16| !subject.on_column(of, number).and(wanted).is_empty();
            if missing.and(wanted).is_empty() {
                return true;
            }
            if columns.is_empty() { of.columns().into_iter().any(has) } else { columns.iter().all(|n| has(*n)) }
        };
        missing.without(Privileges::of_letters("raw")).is_empty()
            && by_column("r", &self.selected)
            && by_column("a", &self.inserted)
            && by_column("w", &self.updated)
    }
}

/// 42501 for something that a role has no privilege for.
pub fn denied(kind: &str, name: &str) -> SqlError {
    SqlError::new(SqlState::InsufficientPrivilege, format!("permission denied for {kind} {name}"))
}

/// 42501 for something that only its owner may do.
pub fn not_owner(kind: &str, name: &str) -> SqlError {
    SqlError::new(SqlState::InsufficientPrivilege, format!("must be owner of {kind} {name}"))
}

#[cfg(test)]
#[path = "privilege_test.rs"]
mod privilege_test;
