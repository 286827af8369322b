//! Names: finding what a statement is about, and saying what was found as PostgreSQL does.

use std::sync::Arc;

use gavel_binder::ddl::ast::{ObjectKind, Persistence, QualifiedName};
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::search::{Found, PG_TEMP};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{Catalog, Schema, Table, system};
use gavel_types::{Notice, Oid, Severity, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::binding::Scope;
use crate::session::bodies::restricted;

/// `name` as SQL writes it: quoted where it must be.
pub fn quote(name: &str) -> String {
    gavel_binder::ddl::quote(name)
}

/// `schema.name`, both quoted where they must be.
pub fn qualified(catalog: &Catalog, schema: Oid, name: &str) -> String {
    let schema = catalog.schema_by_oid(schema).map_or("", |s| s.name.as_str());
    format!("{}.{}", quote(schema), quote(name))
}

pub(super) fn undefined_table(what: &str, name: &QualifiedName) -> SqlError {
    SqlError::new(SqlState::UndefinedTable, format!("{what} \"{name}\" does not exist"))
}

pub(super) fn undefined_column(table: &Table, column: &str) -> SqlError {
    let message = format!("column \"{column}\" of relation \"{}\" does not exist", table.name);
    SqlError::new(SqlState::UndefinedColumn, message)
}

pub(super) fn undefined_schema(name: &str) -> SqlError {
    SqlError::new(SqlState::InvalidSchemaName, format!("schema \"{name}\" does not exist"))
}

/// The word for a kind of relation.
pub(super) fn kind_of(relation: &Relation) -> ObjectKind {
    match relation {
        Relation::Table(t) if t.materialized.is_some() => ObjectKind::MaterializedView,
        Relation::Table(_) => ObjectKind::Table,
        Relation::View(_) => ObjectKind::View,
        Relation::Sequence(_) => ObjectKind::Sequence,
        Relation::Index(..) => ObjectKind::Index,
    }
}

pub(super) fn oid_of(relation: &Relation) -> Oid {
    match relation {
        Relation::Table(t) => t.oid,
        Relation::View(v) => v.oid,
        Relation::Sequence(s) => s.oid,
        Relation::Index(_, oid) => *oid,
    }
}

/// `table`, `view` …, as messages say it.
pub(super) const fn kind_word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Table => "table",
        ObjectKind::Index => "index",
        ObjectKind::View => "view",
        ObjectKind::MaterializedView => "materialized view",
        ObjectKind::Sequence => "sequence",
        ObjectKind::Schema => "schema",
        ObjectKind::Database => "database",
        ObjectKind::Role => "role",
        ObjectKind::Type => "type",
        ObjectKind::Domain => "domain",
    }
}

/// Refuses a relation of another kind than the statement is about.
pub(super) fn require_kind(relation: &Relation, name: &str, wanted: ObjectKind) -> SqlResult<()> {
    let found = kind_of(relation);
    if found == wanted {
        return Ok(());
    }
    let article = if wanted == ObjectKind::Index { "an" } else { "a" };
    let message = format!("\"{name}\" is not {article} {}", kind_word(wanted));
    Err(SqlError::new(SqlState::WrongObjectType, message))
}

impl DdlContext<'_> {
    /// The transaction's catalog as it is now.
    pub(super) fn now(&self) -> &Arc<Catalog> {
        &self.catalog.current
    }

    /// The transaction's catalog, to change.
    pub(super) fn edit(&mut self) -> &mut Catalog {
        Arc::make_mut(&mut self.catalog.current)
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope { catalog: &self.catalog.current, search_path: self.search_path }
    }

    /// An OID for something in `schema`.
    pub(super) async fn new_oid(&mut self, schema: Oid) -> SqlResult<Oid> {
        if schema == TEMPORARY_SCHEMA {
            return Ok(self.host.temporary_oid(&self.catalog.current));
        }
        self.host.allocate_oids(1).await
    }

    /// The session's schema of temporary objects, made if there is none yet.
    ///
    /// # Errors
    /// 42501 where not everybody may make some.
    fn temporary_schema(&mut self) -> SqlResult<Oid> {
        if self.now().temporary_schema.is_none() {
            self.require_temporary()?;
            let name = self.host.temporary_schema();
            self.edit().put_schema(Arc::new(Schema { oid: TEMPORARY_SCHEMA, name, owner: SUPERUSER, acl: None }));
        }
        Ok(TEMPORARY_SCHEMA)
    }

    pub(super) fn notice(&mut self, message: impl Into<String>) {
        self.notices.push(Notice::notice(message));
    }

    /// A notice with a code of its own ("… already exists, skipping").
    pub(super) fn notice_of(&mut self, code: SqlState, message: impl Into<String>) {
        self.notices.push(Notice { severity: Severity::Notice, error: SqlError::new(code, message) });
    }

    /// Schema and name of a qualified name; a leading database must be the current one.
    pub(super) fn split<'n>(&self, name: &'n QualifiedName) -> SqlResult<(Option<&'n str>, &'n str)> {
        match name.0.as_slice() {
            [name] => Ok((None, name)),
            [schema, name] => Ok((Some(schema), name)),
            [database, schema, name] if **database == *self.now().database_name => Ok((Some(schema), name)),
            _ => Err(SqlError::unsupported(format!("cross-database references are not implemented: \"{name}\""))),
        }
    }

    /// The schema of this name, for relations of users.
    pub(super) fn schema(&self, name: &str) -> SqlResult<Arc<Schema>> {
        if system::is_system_schema(name) {
            let message = format!("permission denied for schema {name}");
            return Err(SqlError::new(SqlState::InsufficientPrivilege, message)
                .hint("Objects of system schemas cannot be changed."));
        }
        self.now().qualifier(name).cloned().ok_or_else(|| undefined_schema(name))
    }

    /// Where a new relation of this name goes, and its bare name. In [`TEMPORARY_SCHEMA`] it is temporary.
    ///
    /// # Errors
    /// 3F000 if the schema does not exist, or `search_path` names none that does; 42P16 if it is not for relations
    /// of that persistence; 42501 if it is not for the current role.
    pub(super) fn creation_target(
        &mut self,
        name: &QualifiedName,
        as_written: Persistence,
    ) -> SqlResult<(Oid, String)> {
        let (schema, bare) = self.split(name)?;
        let temporary = as_written == Persistence::Temporary;
        let schema = match schema {
            Some(PG_TEMP) => self.temporary_schema()?,
            Some(schema) => self.schema(schema)?.oid,
            None if temporary => self.temporary_schema()?,
            None => self.first_schema()?,
        };
        let misplaced = match (as_written, schema == TEMPORARY_SCHEMA) {
            (Persistence::Temporary, false) => Some("cannot create temporary relation in non-temporary schema"),
            (Persistence::Unlogged, true) => Some("only temporary relations may be created in temporary schemas"),
            _ => None,
        };
        if let Some(message) = misplaced {
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        if schema == TEMPORARY_SCHEMA && self.restricted {
            return Err(restricted("create temporary table"));
        }
        self.require_creation(&self.subject, schema)?;
        self.catalog.used.insert(schema);
        Ok((schema, bare.to_owned()))
    }

    /// The first schema of `search_path`; `pg_temp` is made if it is listed first.
    fn first_schema(&mut self) -> SqlResult<Oid> {
        if self.search_path.first().is_some_and(|s| s == PG_TEMP) {
            return self.temporary_schema();
        }
        let first = self.search_path.iter().find_map(|s| self.now().qualifier(s));
        first
            .map(|schema| schema.oid)
            .ok_or_else(|| SqlError::new(SqlState::InvalidSchemaName, "no schema has been selected to create in"))
    }

    /// The relation that `name` stands for, through `search_path` if it is not qualified.
    ///
    /// # Errors
    /// 3F000 if its schema does not exist; 42501 for a system relation, and for a schema that is closed.
    pub(super) fn find(&self, name: &QualifiedName) -> SqlResult<Option<Relation>> {
        let (schema, bare) = self.split(name)?;
        let found = match schema {
            Some(schema) => {
                self.subject.look_into(self.now(), schema)?;
                let found = self.now().find_in(schema, bare);
                if found.is_none() {
                    self.schema(schema)?;
                }
                found
            }
            None => self.now().find(self.search_path.iter().map(String::as_str), bare),
        };
        match found {
            Some(Found::System(_)) => {
                let message = format!("permission denied: \"{bare}\" is a system catalog");
                Err(SqlError::new(SqlState::InsufficientPrivilege, message))
            }
            Some(Found::Relation(relation)) => Ok(Some(relation.clone())),
            None => Ok(None),
        }
    }

    /// The table of this name.
    ///
    /// # Errors
    /// 42P01 `relation … does not exist`, 42809 if it is something else.
    pub(super) fn find_table(&self, name: &QualifiedName) -> SqlResult<Arc<Table>> {
        match self.find(name)? {
            Some(Relation::Table(table)) if table.materialized.is_none() => Ok(table),
            Some(other) => Err(require_kind(&other, name.0.last().map_or("", String::as_str), ObjectKind::Table)
                .err()
                .unwrap_or_else(|| undefined_table("relation", name))),
            None => Err(undefined_table("relation", name)),
        }
    }

    /// The role of this name.
    pub(super) fn role(&self, name: &str) -> SqlResult<Oid> {
        match name {
            "current_user" | "current_role" | "user" => Ok(self.user),
            "session_user" => Ok(self.session_user),
            _ => self
                .now()
                .roles
                .get(name)
                .map(|r| r.oid)
                .ok_or_else(|| SqlError::new(SqlState::UndefinedObject, format!("role \"{name}\" does not exist"))),
        }
    }

    /// A relation's name as messages show it: qualified only if it must be.
    pub(super) fn shown(&self, schema: Oid, name: &str) -> String {
        if self.now().is_visible(self.search_path, schema, name) {
            quote(name)
        } else {
            qualified(self.now(), schema, name)
        }
    }

    /// Refuses a name that a relation of the schema has.
    pub(super) fn require_free(&self, schema: Oid, name: &str) -> SqlResult<()> {
        match self.now().relation(schema, name) {
            None => Ok(()),
            Some(_) => Err(SqlError::new(SqlState::DuplicateTable, format!("relation \"{name}\" already exists"))),
        }
    }

    /// Changes a table's descriptor.
    pub(super) fn edit_table(&mut self, oid: Oid, change: impl FnOnce(&mut Table)) -> SqlResult<Arc<Table>> {
        let current = self.now().table(oid).ok_or_else(|| SqlError::internal("table has left the catalog"))?;
        let mut table = Table::clone(current);
        change(&mut table);
        table.version += 1;
        let table = Arc::new(table);
        self.edit().put_table(table.clone());
        Ok(table)
    }
}
