//! The catalog of one database at one timestamp: immutable, shared, cheap to clone and change (a
//! transaction's DDL works on its own copy).

use std::collections::BTreeMap;
use std::sync::Arc;

use gavel_types::Oid;

use crate::descriptor::{Database, DefaultPrivileges, Index, Role, Schema, Sequence, Table, View};

/// Something that can stand in FROM, or share its name space.
#[derive(Clone, Debug)]
pub enum Relation {
    Table(Arc<Table>),
    View(Arc<View>),
    Sequence(Arc<Sequence>),
    /// An index, by the table that it belongs to and its OID.
    Index(Arc<Table>, Oid),
}

/// OIDs of the catalogs that objects are in (facts of `pg_class`).
pub const PG_CLASS: Oid = Oid(1259);
pub const PG_CONSTRAINT: Oid = Oid(2606);
pub const PG_NAMESPACE: Oid = Oid(2615);
pub const PG_DATABASE: Oid = Oid(1262);
pub const PG_AUTHID: Oid = Oid(1260);

/// Whether objects of this catalog belong to the whole cluster.
pub fn is_shared(class: Oid) -> bool {
    matches!(class, PG_DATABASE | PG_AUTHID)
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
    /// ALTER DEFAULT PRIVILEGES, by OID.
    pub default_privileges: BTreeMap<Oid, Arc<DefaultPrivileges>>,
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

    /// The schema with this OID.
    pub fn schema_by_oid(&self, oid: Oid) -> Option<&Arc<Schema>> {
        self.schemas.values().find(|s| s.oid == oid)
    }

    /// The role with this OID.
    pub fn role_by_oid(&self, oid: Oid) -> Option<&Arc<Role>> {
        self.roles.values().find(|r| r.oid == oid)
    }

    /// The index with this OID, and its table.
    pub fn index_by_oid(&self, oid: Oid) -> Option<(&Arc<Table>, &Index)> {
        self.tables.values().find_map(|t| t.indexes.iter().find(|i| i.oid == oid).map(|i| (t, i)))
    }

    /// Schema and name of the table, index, view or sequence with this OID.
    pub fn relation_name(&self, oid: Oid) -> Option<(Oid, &str)> {
        None.or_else(|| self.tables.get(&oid).map(|o| (o.schema, o.name.as_str())))
            .or_else(|| self.views.get(&oid).map(|o| (o.schema, o.name.as_str())))
            .or_else(|| self.sequences.get(&oid).map(|o| (o.schema, o.name.as_str())))
            .or_else(|| self.index_by_oid(oid).map(|(t, i)| (t.schema, i.name.as_str())))
    }
}

/// How a transaction changes its own copy.
impl Catalog {
    pub fn put_database(&mut self, database: Arc<Database>) {
        if database.oid == self.database {
            self.database_name = database.name.as_str().into();
        }
        self.databases.insert(database.name.clone(), database);
    }

    pub fn put_role(&mut self, role: Arc<Role>) {
        self.roles.insert(role.name.clone(), role);
    }

    pub fn put_schema(&mut self, schema: Arc<Schema>) {
        self.schemas.insert(schema.name.clone(), schema);
    }

    /// Adds a table with its indexes, or replaces the one of the same OID.
    pub fn put_table(&mut self, table: Arc<Table>) {
        self.remove_table(table.oid);
        self.relations.insert((table.schema, table.name.clone()), Relation::Table(table.clone()));
        for index in &table.indexes {
            let entry = Relation::Index(table.clone(), index.oid);
            self.relations.insert((table.schema, index.name.clone()), entry);
        }
        self.tables.insert(table.oid, table);
    }

    /// Adds a view, or replaces the one of the same OID.
    pub fn put_view(&mut self, view: Arc<View>) {
        self.remove_view(view.oid);
        self.relations.insert((view.schema, view.name.clone()), Relation::View(view.clone()));
        self.views.insert(view.oid, view);
    }

    /// Adds a sequence, or replaces the one of the same OID.
    pub fn put_sequence(&mut self, sequence: Arc<Sequence>) {
        self.remove_sequence(sequence.oid);
        let entry = Relation::Sequence(sequence.clone());
        self.relations.insert((sequence.schema, sequence.name.clone()), entry);
        self.sequences.insert(sequence.oid, sequence);
    }

    /// Takes a table and its indexes away.
    pub fn remove_table(&mut self, oid: Oid) {
        if let Some(old) = self.tables.remove(&oid) {
            self.relations.remove(&(old.schema, old.name.clone()));
            for index in &old.indexes {
                self.relations.remove(&(old.schema, index.name.clone()));
            }
        }
    }

    pub fn remove_view(&mut self, oid: Oid) {
        if let Some(old) = self.views.remove(&oid) {
            self.relations.remove(&(old.schema, old.name.clone()));
        }
    }

    pub fn remove_sequence(&mut self, oid: Oid) {
        if let Some(old) = self.sequences.remove(&oid) {
            self.relations.remove(&(old.schema, old.name.clone()));
        }
    }
}
