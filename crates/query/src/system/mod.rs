//! `pg_catalog` and `information_schema` as the session sees them: rows of system relations made from the
//! catalog when they are asked for, functions that describe objects, and names of objects to and from OIDs.
//!
//! Shapes are in [`gavel_catalog::system`]. A relation whose rows Gavel never has (rules of its own,
//! publications …) is empty; large objects are listed in [`crate::large_object::listing`].
//!
//! | module | what it holds |
//! |---|---|
//! | [`table`] | rows set by column name |
//! | `classes`, `attributes`, `constraints` | `pg_class`, `pg_attribute`, `pg_index`, `pg_constraint`, … |
//! | `descent` | `pg_inherits`, trees of partitions |
//! | [`partition`], [`partition_constraint`] | `pg_partitioned_table`; partition keys, bounds and constraints as PostgreSQL shows them |
//! | `foreign_part` | foreign keys as they apply to partitions |
//! | `hash_partition` | `satisfies_hash_partition` |
//! | `types` | `pg_type` and `pg_enum` of users' types |
//! | `builtin` | `pg_type`, `pg_proc`, `pg_operator`, … and facts kept as data |
//! | [`opclass`], `operator_classes` | operator classes of indexes; those of users |
//! | `cluster` | databases, roles, settings |
//! | `sessions` | what sessions do, have prepared, have open and hold |
//! | `jobs` | jobs, and indexes that are being built |
//! | `listings` | the views for people: `pg_tables`, `pg_indexes`, `pg_stat_user_tables`, … |
//! | `policies` | `pg_policy` and `pg_policies` |
//! | `privileges` | access privileges, memberships of roles |
//! | `role_dependence` | what belongs to roles |
//! | `inquiry` | `has_table_privilege` and its kin |
//! | `information`, `information_types` | `information_schema` |
//! | `routines` | functions and procedures of users |
//! | [`definition`] | `pg_get_indexdef` and its kin |
//! | `description` | `pg_describe_object` |
//! | [`deparse`] | stored queries and expressions as PostgreSQL shows them |
//! | [`functions`] | functions of the session over the catalog |
//! | [`resolver`] | `regclass` and its kin: names to OIDs and back |

mod aggregates;
pub(crate) mod attributes;
mod builtin;
mod classes;
mod cluster;
mod constraints;
pub mod definition;
pub mod deparse;
mod descent;
mod description;
mod foreign_part;
pub mod functions;
mod hash_partition;
mod information;
mod information_types;
mod inquiry;
pub mod jobs;
mod listings;
pub mod opclass;
pub(crate) mod operator_classes;
pub mod operators;
pub mod partition;
pub mod partition_constraint;
mod policies;
mod privileges;
pub mod resolver;
mod role_dependence;
mod routines;
mod rules;
mod sessions;
pub mod table;
mod textsearch;
mod triggers;
mod types;

use std::borrow::Cow;
use std::sync::Arc;

use gavel_catalog::job::Job;
use gavel_catalog::{Catalog, Subject, system};
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState, text_io};

use crate::engine::advisory::LockInfo;
use crate::prepared::portals::ListedCursors;
use crate::prepared::statements::ListedStatements;
use crate::settings::Settings;
use resolver::CatalogNames;
use table::Rows;

pub use classes::return_rule;

/// A session as `pg_stat_activity` shows it.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    pub pid: i32,
    pub database: Oid,
    pub database_name: String,
    pub user: Oid,
    pub user_name: String,
    pub application_name: String,
    pub client: Option<(std::net::IpAddr, u16)>,
    /// Microseconds since 2000-01-01 UTC, as all times here.
    pub started: Option<i64>,
    pub transaction_start: Option<i64>,
    pub query_start: Option<i64>,
    pub state_change: Option<i64>,
    pub state: String,
    pub query: String,
    pub waits_for_lock: bool,
}

/// What system relations and functions are computed from.
#[derive(Clone, Copy)]
pub struct SystemContext<'a> {
    pub catalog: &'a Arc<Catalog>,
    pub settings: &'a Settings,
    /// What the current role may do.
    pub subject: &'a Arc<Subject>,
    /// Schemas of `search_path` in order, whether or not they exist.
    pub search_path: &'a [String],
    pub sessions: &'a [Activity],
    /// Last value of a sequence, if one was given.
    pub last_value: &'a dyn Fn(Oid) -> Option<i64>,
    /// Rows of a table, by its OID, as far as they are counted.
    pub live_rows: &'a dyn Fn(Oid) -> Option<i64>,
    /// Of this session.
    pub cursors: &'a ListedCursors,
    pub statements: &'a ListedStatements,
    /// Of this node's sessions.
    pub locks: &'a [LockInfo],
    /// Of this database; none unless they are asked about.
    pub jobs: &'a [Job],
    /// When the server started, and now.
    pub started: i64,
    pub now: i64,
    /// Rows about other relations may be left out.
    pub only: Option<Only<'a>>,
}

/// The one relation that rows are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only<'a> {
    Oid(Oid),
    Name(&'a str),
}

/// What these conditions on a system relation's columns, by position, say of the relations that its rows are about: where
/// it is large, and rows of one relation are made much faster than all.
pub fn only<'a>(schema: &str, name: &str, equal: &'a [(usize, Datum)]) -> Option<Only<'a>> {
    let column = match (schema, name) {
        ("information_schema", "columns" | "table_constraints" | "key_column_usage") => "table_name",
        ("pg_catalog", "pg_attribute") => "attrelid",
        _ => return None,
    };
    let position = system::relation(schema, name)?.columns.iter().position(|c| c.name == column)?;
    match equal.iter().find(|(at, _)| *at == position) {
        Some((_, Datum::Text(name))) => Some(Only::Name(name)),
        Some((_, Datum::Oid(oid))) => Some(Only::Oid(Oid(*oid))),
        _ => None,
    }
}

impl SystemContext<'_> {
    /// Whether rows about this relation are wanted.
    pub fn wants(&self, oid: Oid, name: &str) -> bool {
        match self.only {
            None => true,
            Some(Only::Oid(only)) => only == oid,
            Some(Only::Name(only)) => only == name,
        }
    }

    /// Whether the bare name of a relation stands for it.
    pub fn is_visible(&self, schema: Oid, name: &str) -> bool {
        self.catalog.is_visible(self.search_path, schema, name)
    }

    /// Name of a schema, system ones included.
    pub fn schema_name(&self, oid: Oid) -> &str {
        schema_name(self.catalog, oid)
    }

    /// Schema and name of any relation, system ones included.
    pub fn relation_name(&self, oid: Oid) -> Option<(Oid, &str)> {
        relation_name(self.catalog, oid)
    }

    /// Names of objects and types, as this session sees them.
    pub fn names(&self) -> CatalogNames {
        CatalogNames {
            catalog: Arc::clone(self.catalog),
            search_path: self.search_path.to_vec(),
            subject: Some(Arc::clone(self.subject)),
        }
    }

    /// `text` with the names of types in the place of their numbers.
    pub fn with_type_names(&self, text: String) -> String {
        match text_io::name_types(&text, &self.names()) {
            Cow::Owned(named) => named,
            Cow::Borrowed(_) => text,
        }
    }

    /// Name of a role, or its number in parentheses as PostgreSQL shows an unknown one.
    pub fn role_name(&self, oid: Oid) -> String {
        self.catalog.role_by_oid(oid).map_or_else(|| format!("unknown (OID={oid})"), |r| r.name.clone())
    }
}

fn schema_name(catalog: &Catalog, oid: Oid) -> &str {
    match oid {
        system::PG_CATALOG => "pg_catalog",
        system::INFORMATION_SCHEMA => "information_schema",
        system::SYS => "sys",
        _ => catalog.schema_by_oid(oid).map_or("", |s| s.name.as_str()),
    }
}

fn relation_name(catalog: &Catalog, oid: Oid) -> Option<(Oid, &str)> {
    match system::relation_by_oid(oid) {
        Some(relation) => Some((relation.schema_oid(), relation.name)),
        None => catalog.relation_name(oid),
    }
}

/// All rows of a system relation, all columns in `attnum` order.
///
/// # Errors
/// 42P01 if there is no such relation.
pub fn rows(context: &SystemContext<'_>, schema: &str, name: &str) -> SqlResult<Vec<Vec<Datum>>> {
    let relation = system::relation(schema, name).ok_or_else(|| {
        SqlError::new(SqlState::UndefinedTable, format!("relation \"{schema}.{name}\" does not exist"))
    })?;
    let mut out = Rows::new(relation);
    let known = if schema == "information_schema" {
        information::fill(context, name, &mut out)
            || information_types::fill(context, name, &mut out)
            || triggers::fill_information(context, name, &mut out)
            || privileges::fill_information(context, name, &mut out)
    } else if schema == "sys" {
        jobs::fill(context, name, &mut out)
    } else {
        types::fill(context, name, &mut out)
            || builtin::fill(context, name, &mut out)
            || classes::fill(context, name, &mut out)
            || attributes::fill(context, name, &mut out)
            || constraints::fill(context, name, &mut out)
            || descent::fill(context, name, &mut out)
            || partition::fill(context, name, &mut out)
            || triggers::fill(context, name, &mut out)
            || cluster::fill(context, name, &mut out)
            || sessions::fill(context, name, &mut out)
            || jobs::fill(context, name, &mut out)
            || listings::fill(context, name, &mut out)
            || policies::fill(context, name, &mut out)
            || privileges::fill(context, name, &mut out)
    };
    debug_assert!(known || out.is_empty());
    Ok(out.finish())
}

#[cfg(test)]
mod system_test;
