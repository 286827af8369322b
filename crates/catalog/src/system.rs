//! The relations of `pg_catalog` and `information_schema`: names, OIDs and columns as PostgreSQL 15 has
//! them (manual, chapters 37 and 53). Only shapes live here; the query node makes their rows.
//!
//! The facts are one line a relation in `data/system_relations.tsv`, columns as `name:type[:typmod][!]`.
//! Domains of `information_schema` appear as their base types, as on the wire. Relations of
//! `information_schema` have OIDs of ours, below the first user OID.
//!
//! Schema `sys` is ours, as Aurora DSQL has one (`data/own_relations.tsv`). It is found by its name only and is in no
//! catalog, so that tools made for PostgreSQL do not take it for a user's.

use std::collections::HashMap;
use std::sync::LazyLock;

use gavel_encoding::layout::FIRST_TEMPORARY;
use gavel_types::{Oid, PgType};

/// OID of schema `pg_catalog`.
pub const PG_CATALOG: Oid = Oid(11);
/// OID of the language SQL.
pub const SQL_LANGUAGE: Oid = Oid(14);

/// `pg_language` of PL/pgSQL.
pub const PLPGSQL_LANGUAGE: Oid = Oid(13_563);
/// OID of schema `public`.
pub const PUBLIC: Oid = Oid(2200);
/// OID of schema `information_schema` (assigned at initdb in PostgreSQL, fixed here).
pub const INFORMATION_SCHEMA: Oid = Oid(13000);
/// OID of schema `sys`.
pub const SYS: Oid = Oid(13100);
/// First OID of a user's object.
pub const FIRST_USER_OID: Oid = Oid(16384);
/// OIDs from this one on are of temporary objects. Every session hands them out by itself, since nobody else sees
/// them.
pub const FIRST_TEMPORARY_OID: Oid = Oid(FIRST_TEMPORARY.0);
/// OID of the schema of a session's temporary objects, which is called `pg_temp_` and the session's number.
pub const TEMPORARY_SCHEMA: Oid = FIRST_TEMPORARY_OID;

/// Whether an object belongs to one session, and ends with it.
pub fn is_temporary(oid: Oid) -> bool {
    oid >= FIRST_TEMPORARY_OID || oid.is_temporary_type()
}

/// A column of a system relation.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemColumn {
    /// `attnum`, from 1.
    pub number: i16,
    pub name: &'static str,
    pub ty: PgType,
    pub not_null: bool,
}

/// A system relation.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemRelation {
    pub oid: Oid,
    pub schema: &'static str,
    pub name: &'static str,
    /// A view in PostgreSQL; for `relkind` only.
    pub view: bool,
    pub columns: Vec<SystemColumn>,
}

impl SystemRelation {
    /// The column of this name.
    pub fn column_named(&self, name: &str) -> Option<&SystemColumn> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// OID of its schema.
    pub fn schema_oid(&self) -> Oid {
        match self.schema {
            "pg_catalog" => PG_CATALOG,
            "sys" => SYS,
            _ => INFORMATION_SCHEMA,
        }
    }
}

static RELATIONS: LazyLock<Vec<SystemRelation>> =
    LazyLock::new(|| include_str!("../data/system_relations.tsv").lines().skip(1).filter_map(read_relation).collect());

/// Those that PostgreSQL does not have.
static OWN: LazyLock<Vec<SystemRelation>> =
    LazyLock::new(|| include_str!("../data/own_relations.tsv").lines().skip(1).filter_map(read_relation).collect());

static BY_NAME: LazyLock<HashMap<(&'static str, &'static str), &'static SystemRelation>> =
    LazyLock::new(|| RELATIONS.iter().chain(OWN.iter()).map(|r| ((r.schema, r.name), r)).collect());

/// Every system relation that PostgreSQL has.
pub fn relations() -> &'static [SystemRelation] {
    &RELATIONS
}

/// The system relation `schema.name` (folded names). `pg_catalog` is searched before every
/// `search_path` that does not name it.
pub fn relation(schema: &str, name: &str) -> Option<&'static SystemRelation> {
    BY_NAME.get(&(schema, name)).copied()
}

/// The system relation with this OID.
pub fn relation_by_oid(oid: Oid) -> Option<&'static SystemRelation> {
    RELATIONS.iter().chain(OWN.iter()).find(|r| r.oid == oid)
}

/// Whether `name` is a schema that only the system may put objects into.
pub fn is_system_schema(name: &str) -> bool {
    matches!(name, "pg_catalog" | "information_schema" | "pg_toast")
}

fn read_relation(line: &'static str) -> Option<SystemRelation> {
    let mut fields = line.split('\t');
    let oid = Oid(fields.next()?.parse().ok()?);
    let (schema, name) = (fields.next()?, fields.next()?);
    let view = fields.next()? == "v";
    let columns = fields.next()?.split(' ').zip(1..).filter_map(|(text, number)| read_column(text, number)).collect();
    Some(SystemRelation { oid, schema, name, view, columns })
}

fn read_column(text: &'static str, number: i16) -> Option<SystemColumn> {
    let (text, not_null) = text.strip_suffix('!').map_or((text, false), |t| (t, true));
    let mut parts = text.split(':');
    let name = parts.next()?;
    let oid = Oid(parts.next()?.parse().ok()?);
    let typmod = parts.next().and_then(|t| t.parse().ok()).unwrap_or(-1);
    Some(SystemColumn { number, name, ty: PgType::with_typmod(oid, typmod), not_null })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_those_of_postgresql() {
        let class = relation("pg_catalog", "pg_class").expect("pg_class");
        assert_eq!((class.oid, class.columns.len(), class.view), (Oid(1259), 33, false));
        assert_eq!(class.column_named("relkind").map(|c| (c.number, c.ty)), Some((17, PgType::CHAR)));
        let columns = relation("information_schema", "columns").expect("columns");
        assert_eq!(columns.columns.len(), 44);
        assert_eq!(columns.column_named("is_nullable").map(|c| c.ty), Some(PgType::with_typmod(Oid::VARCHAR, 7)));
        assert!(relation("public", "pg_class").is_none());
        assert_eq!(relation_by_oid(Oid(1259)).map(|r| r.name), Some("pg_class"));
        assert_eq!(relation("sys", "jobs").map(|r| (r.schema_oid(), r.columns.len())), Some((SYS, 9)));
        assert_eq!(relations().len(), 208);
        assert!(relations().iter().all(|r| r.oid < FIRST_USER_OID && !r.columns.is_empty()));
    }
}
