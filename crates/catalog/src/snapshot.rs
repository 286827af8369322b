//! The catalog of one database at one timestamp: immutable, shared, cheap to clone and change (a
//! transaction's DDL works on its own copy).

use std::collections::BTreeMap;
use std::sync::Arc;

use gavel_types::Oid;

use crate::descriptor::{Database, Role, Schema, Sequence, Table, View};

/// Something that can stand in FROM, or share its name space.
#[derive(Clone, Debug)]
pub enum Relation {
    Table(Arc<Table>),
    View(Arc<View>),
    Sequence(Arc<Sequence>),
    /// An index, by the table that it belongs to and its OID.
    Index(Arc<Table>, Oid),
}

/// `COMMENT ON`: the catalog that the object is in (`pg_class`, …), its OID, and the column or 0.
pub type CommentKey = (Oid, Oid, i32);

/// Everything that names resolve to. Relations of `pg_catalog` and `information_schema` are not here:
/// ask [`crate::system::relation`] first.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Changes with every committed DDL; equal versions mean equal contents.
    pub version: u128,
    pub database: Oid,
    pub database_name: Arc<str>,
    pub schemas: BTreeMap<String, Arc<Schema>>,
    /// By schema OID and name: tables, views, sequences and indexes share one name space.
    pub relations: BTreeMap<(Oid, String), Relation>,
    /// Tables by OID.
    pub tables: BTreeMap<Oid, Arc<Table>>,
    pub views: BTreeMap<Oid, Arc<View>>,
    pub sequences: BTreeMap<Oid, Arc<Sequence>>,
    /// Cluster-wide: roles and databases.
    pub roles: BTreeMap<String, Arc<Role>>,
    pub databases: BTreeMap<String, Arc<Database>>,
    pub comments: BTreeMap<CommentKey, Arc<str>>,
}

impl Catalog {
    pub fn schema(&self, name: &str) -> Option<&Arc<Schema>> {
        self.schemas.get(name)
    }

    /// The relation `schema.name`, by schema OID.
    pub fn relation(&self, schema: Oid, name: &str) -> Option<&Relation> {
        self.relations.get(&(schema, name.to_owned()))
    }

    pub fn table(&self, oid: Oid) -> Option<&Arc<Table>> {
        self.tables.get(&oid)
    }
}
