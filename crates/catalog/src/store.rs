//! The catalog as stored rows: reading a snapshot from them, and the writes by which one catalog
//! becomes another.
//!
//! DDL works on its own copy of the catalog; [`changes`] compares the copy with what it began as and
//! says what to write. Objects are shared by `Arc`, so that unchanged ones are skipped by pointer.
//!
//! # Invariants
//! 1. A created or renamed object writes its name entry with [`WriteMode::Insert`]: of two concurrent
//!    creators of a name one aborts.
//! 2. A changed or dropped object writes its version key in a key-changing mode, so that transactions
//!    that used the older descriptor abort with OC001; but for a step of an online change, which only those
//!    from before the last step do not outlive ([`crate::rung`]).
//! 3. Temporary objects are written nowhere.
//! 4. Any change writes the tenant's catalog version, blind, so that DDL on different objects does not
//!    conflict and caches notice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use gavel_types::{Oid, SqlError, SqlResult, Write, WriteMode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::acl::{self, AclItem, Privileges};
use crate::descriptor::{Database, DefaultPrivileges, Role, Schema, Sequence, SystemPrivileges, Table, View};
use crate::function::Function;
use crate::keys::{self, CLUSTER, Kind, Space};
use crate::operator::UserOperator;
use crate::operator_class::{UserOperatorClass, UserOperatorFamily};
use crate::rung;
use crate::snapshot::{Catalog, row_type};
use crate::system::is_temporary;
use crate::user_type::UserType;

/// Format of a descriptor row: this byte, then JSON.
const FORMAT: u8 = 1;

pub(crate) fn encode<T: Serialize>(value: &T) -> Bytes {
    let mut out = vec![FORMAT];
    // Descriptors have string keys only, and a Vec does not fail to take bytes.
    if serde_json::to_writer(&mut out, value).is_err() {
        out.truncate(1);
    }
    out.into()
}

pub(crate) fn decode<T: DeserializeOwned>(value: &[u8]) -> SqlResult<Arc<T>> {
    match value.split_first() {
        Some((&FORMAT, json)) => serde_json::from_slice(json)
            .map(Arc::new)
            .map_err(|e| SqlError::internal(format!("catalog row does not read: {e}"))),
        _ => Err(SqlError::internal("catalog row has a format that this version does not know")),
    }
}

/// The rows that a [`Catalog`] is read from, all at one snapshot.
#[derive(Clone, Debug, Default)]
pub struct StoredRows {
    /// Values of [`keys::catalog_version`] of the cluster and of the database; absent ones are empty.
    pub versions: [Bytes; 2],
    /// Keys and values in [`keys::descriptors`] of the cluster and of the database.
    pub descriptors: Vec<(Bytes, Bytes)>,
    /// Keys and values in [`keys::comments`] of the cluster and of the database.
    pub comments: Vec<(Bytes, Bytes)>,
}

/// The version that a catalog with these two version values has: what a cache compares.
pub fn version_of(versions: &[Bytes; 2]) -> u128 {
    let half = |b: &Bytes| b.iter().take(8).fold(0u64, |n, byte| n << 8 | u64::from(*byte));
    u128::from(half(&versions[0])) << 64 | u128::from(half(&versions[1]))
}

/// Reads the catalog of `database` from its rows.
///
/// # Errors
/// XX000 if a row does not decode; 3D000 if there is no such database.
pub fn load(database: Oid, rows: &StoredRows) -> SqlResult<Catalog> {
    let mut catalog = Catalog { version: version_of(&rows.versions), database, ..Catalog::default() };
    for (key, value) in &rows.descriptors {
        let Some((kind, _)) = keys::read_descriptor(key) else { continue };
        match kind {
            Kind::Database => catalog.put_database(decode::<Database>(value)?),
            Kind::Role => catalog.put_role(decode::<Role>(value)?),
            Kind::Schema => catalog.put_schema(decode::<Schema>(value)?),
            Kind::Table => catalog.put_table(decode::<Table>(value)?),
            Kind::View => catalog.put_view(decode::<View>(value)?),
            Kind::Sequence => catalog.put_sequence(decode::<Sequence>(value)?),
            Kind::Type => catalog.put_type(decode::<UserType>(value)?),
            Kind::Function => catalog.put_function(decode::<Function>(value)?),
            Kind::Operator => catalog.put_operator(decode::<UserOperator>(value)?),
            Kind::OperatorFamily => catalog.put_operator_family(decode::<UserOperatorFamily>(value)?),
            Kind::OperatorClass => catalog.put_operator_class(decode::<UserOperatorClass>(value)?),
            Kind::DefaultPrivileges => {
                let found = decode::<DefaultPrivileges>(value)?;
                catalog.default_privileges.insert(found.oid, found);
            }
            Kind::SystemPrivileges => {
                let found = decode::<SystemPrivileges>(value)?;
                catalog.system_privileges.insert(found.oid, found);
            }
        }
    }
    for (key, value) in &rows.comments {
        if let (Some(of), Ok(text)) = (keys::read_comment(key), std::str::from_utf8(value)) {
            catalog.comments.insert(of, text.into());
        }
    }
    crate::predefined::complete(&mut catalog);
    let name = catalog.databases.values().find(|d| d.oid == database).map(|d| d.name.as_str().into());
    catalog.database_name = name.ok_or_else(|| {
        SqlError::new(gavel_types::SqlState::InvalidCatalogName, format!("database with OID {database} does not exist"))
    })?;
    Ok(catalog)
}

/// A name that an object takes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NameEntry {
    space: Space,
    /// 0 outside of schemas.
    schema: Oid,
    name: String,
    /// What the entry points to.
    oid: Oid,
}

/// The name of a table or view, and of its row type.
fn relation_names(schema: Oid, name: &str, oid: Oid) -> Vec<NameEntry> {
    let own = NameEntry { space: Space::Relation, schema, name: name.to_owned(), oid };
    let row = row_type(oid).map(|oid| NameEntry { space: Space::Type, oid, ..own.clone() });
    std::iter::once(own).chain(row).collect()
}

/// One object as rows see it.
struct Stored {
    kind: Kind,
    oid: Oid,
    /// Address of the shared descriptor: equal addresses mean that nothing changed.
    address: usize,
    names: Vec<NameEntry>,
    /// Storage that it owns.
    storage: Vec<Oid>,
    value: Bytes,
}

fn address<T>(arc: &Arc<T>) -> usize {
    Arc::as_ptr(arc).addr()
}

/// Objects of a catalog that are not, by address, in `same`.
fn stored(catalog: &Catalog, same: &BTreeSet<usize>) -> BTreeMap<(Kind, Oid), Stored> {
    fn add<T: Serialize>(
        out: &mut BTreeMap<(Kind, Oid), Stored>,
        same: &BTreeSet<usize>,
        (kind, oid): (Kind, Oid),
        object: &Arc<T>,
        names: impl FnOnce() -> Vec<NameEntry>,
        storage: impl FnOnce() -> Vec<Oid>,
    ) {
        if same.contains(&address(object)) || is_temporary(oid) {
            return;
        }
        let value = encode(object.as_ref());
        let (names, storage, address) = (names(), storage(), address(object));
        out.insert((kind, oid), Stored { kind, oid, address, names, storage, value });
    }
    let mut out = BTreeMap::new();
    let entry =
        |space: Space, schema: Oid, name: &str, oid: Oid| NameEntry { space, schema, name: name.to_owned(), oid };
    let one = |space: Space, schema: Oid, name: &str, oid: Oid| vec![entry(space, schema, name, oid)];
    let none = Oid(0);
    for o in catalog.databases.values() {
        let names = || one(Space::Database, none, &o.name, o.oid);
        add(&mut out, same, (Kind::Database, o.oid), o, names, Vec::new);
    }
    for o in catalog.roles.values() {
        add(&mut out, same, (Kind::Role, o.oid), o, || one(Space::Role, none, &o.name, o.oid), Vec::new);
    }
    for o in catalog.schemas.values() {
        add(&mut out, same, (Kind::Schema, o.oid), o, || one(Space::Schema, none, &o.name, o.oid), Vec::new);
    }
    for o in catalog.views.values() {
        add(&mut out, same, (Kind::View, o.oid), o, || relation_names(o.schema, &o.name, o.oid), Vec::new);
    }
    for o in catalog.sequences.values() {
        let names = || one(Space::Relation, o.schema, &o.name, o.oid);
        add(&mut out, same, (Kind::Sequence, o.oid), o, names, Vec::new);
    }
    for o in catalog.types.values() {
        add(&mut out, same, (Kind::Type, o.oid), o, || one(Space::Type, o.schema, &o.name, o.oid), Vec::new);
    }
    for o in catalog.functions.values() {
        let names = || one(Space::Function, o.schema, &o.signature(), o.oid);
        add(&mut out, same, (Kind::Function, o.oid), o, names, Vec::new);
    }
    for o in catalog.operators.values() {
        let names = || one(Space::Operator, o.schema, &o.signature(), o.oid);
        add(&mut out, same, (Kind::Operator, o.oid), o, names, Vec::new);
    }
    for o in catalog.operator_families.values() {
        let names = || one(Space::OperatorFamily, o.schema, &o.key(), o.oid);
        add(&mut out, same, (Kind::OperatorFamily, o.oid), o, names, Vec::new);
    }
    for o in catalog.operator_classes.values() {
        let names = || one(Space::OperatorClass, o.schema, &o.key(), o.oid);
        add(&mut out, same, (Kind::OperatorClass, o.oid), o, names, Vec::new);
    }
    for o in catalog.default_privileges.values() {
        add(&mut out, same, (Kind::DefaultPrivileges, o.oid), o, Vec::new, Vec::new);
    }
    for o in catalog.system_privileges.values() {
        add(&mut out, same, (Kind::SystemPrivileges, o.oid), o, Vec::new, Vec::new);
    }
    for o in catalog.tables.values() {
        let names = || {
            let mut names = relation_names(o.schema, &o.name, o.oid);
            names.extend(o.indexes.iter().map(|i| entry(Space::Relation, o.schema, &i.name, i.oid)));
            names
        };
        let storage = || std::iter::once(o.storage).chain(o.indexes.iter().map(|i| i.storage)).collect();
        add(&mut out, same, (Kind::Table, o.oid), o, names, storage);
    }
    out
}

fn addresses(catalog: &Catalog) -> BTreeSet<usize> {
    let c = catalog;
    (c.databases.values().map(address))
        .chain(c.roles.values().map(address))
        .chain(c.schemas.values().map(address))
        .chain(c.views.values().map(address))
        .chain(c.sequences.values().map(address))
        .chain(c.types.values().map(address))
        .chain(c.functions.values().map(address))
        .chain(c.operators.values().map(address))
        .chain(c.operator_families.values().map(address))
        .chain(c.operator_classes.values().map(address))
        .chain(c.tables.values().map(address))
        .chain(c.default_privileges.values().map(address))
        .chain(c.system_privileges.values().map(address))
        .collect()
}

/// What a transaction's DDL did besides changing descriptors.
#[derive(Clone, Debug, Default)]
pub struct Reliance {
    /// Objects whose rows it has read (index builds, validations): rows that come in meanwhile abort it.
    pub rows_of: BTreeSet<Oid>,
    /// Objects that a new object depends on and that must not vanish meanwhile, by kind.
    pub pinned: BTreeSet<(Kind, Oid)>,
}

/// The writes by which `old` becomes `new`, at most one a key. `version` is a new random number.
/// Empty if nothing changed.
pub fn changes(old: &Catalog, new: &Catalog, reliance: &Reliance, version: u64) -> Vec<Write> {
    let before = stored(old, &addresses(new));
    let after = stored(new, &addresses(old));
    let mut out = Writes { database: new.database, by_key: BTreeMap::new(), tenants: BTreeSet::new() };
    for (id, object) in &before {
        let versions = match old.tables.get(&id.1).filter(|_| id.0 == Kind::Table) {
            Some(table) => {
                let change = new.tables.get(&id.1).map_or(rung::Change::Other, |next| rung::change(table, next));
                rung::withdrawn(new.database, table, change)
            }
            None => vec![keys::object_version(id.0.tenant(new.database), id.1)],
        };
        out.retire(object, after.get(id), versions, reliance);
    }
    for (id, object) in &after {
        out.establish(object, before.get(id));
    }
    for &(kind, oid) in &reliance.pinned {
        out.pin(new, kind, oid);
    }
    out.comments(old, new);
    for tenant in std::mem::take(&mut out.tenants) {
        out.put(keys::catalog_version(tenant), WriteMode::Blind, Some(Bytes::copy_from_slice(&version.to_be_bytes())));
    }
    out.by_key.into_values().collect()
}

struct Writes {
    database: Oid,
    by_key: BTreeMap<Bytes, Write>,
    /// Tenants with a change.
    tenants: BTreeSet<Oid>,
}

impl Writes {
    fn put(&mut self, key: Bytes, mode: WriteMode, value: Option<Bytes>) {
        self.by_key.insert(key.clone(), Write { key, mode, value });
    }

    fn name_key(&self, object: &Stored, entry: &NameEntry) -> Bytes {
        keys::name(object.kind.tenant(self.database), entry.space, entry.schema, &entry.name)
    }

    /// What goes away of an object that was changed or dropped, `versions` of it among that.
    fn retire(&mut self, object: &Stored, successor: Option<&Stored>, versions: Vec<Bytes>, reliance: &Reliance) {
        let tenant = object.kind.tenant(self.database);
        self.tenants.insert(tenant);
        for entry in &object.names {
            let same = |e: &NameEntry| (e.space, e.schema, &e.name) == (entry.space, entry.schema, &entry.name);
            if !successor.is_some_and(|s| s.names.iter().any(same)) {
                self.put(self.name_key(object, entry), WriteMode::Delete, None);
            }
        }
        for storage in &object.storage {
            if !successor.is_some_and(|s| s.storage.contains(storage)) {
                self.put(keys::dropped(tenant, *storage), WriteMode::Blind, Some(Bytes::from_static(b"1")));
            }
        }
        if object.kind == Kind::Database && successor.is_none() {
            self.put(keys::dropped(CLUSTER, object.oid), WriteMode::Blind, Some(Bytes::from_static(b"database")));
        }
        if successor.is_none() {
            self.put(keys::descriptor(tenant, object.kind, object.oid), WriteMode::Delete, None);
        }
        // A schema, database or role that goes must not meet an object just put into it.
        let relied = reliance.rows_of.contains(&object.oid)
            || (successor.is_none() && matches!(object.kind, Kind::Schema | Kind::Database | Kind::Role));
        let mode = if relied { WriteMode::Delete } else { WriteMode::Insert };
        for key in versions {
            self.put(key, mode, Some(Bytes::from_static(b"1")));
        }
    }

    /// What comes of an object that was created or changed.
    fn establish(&mut self, object: &Stored, predecessor: Option<&Stored>) {
        let tenant = object.kind.tenant(self.database);
        self.tenants.insert(tenant);
        debug_assert!(predecessor.is_none_or(|p| p.address != object.address));
        for entry in object.names.iter().filter(|e| !predecessor.is_some_and(|p| p.names.contains(e))) {
            let value = Bytes::copy_from_slice(&entry.oid.0.to_be_bytes());
            self.put(self.name_key(object, entry), WriteMode::Insert, Some(value));
        }
        let mode = if predecessor.is_some() { WriteMode::Update } else { WriteMode::Insert };
        self.put(keys::descriptor(tenant, object.kind, object.oid), mode, Some(object.value.clone()));
    }

    /// Writes an object's descriptor as it is: whoever drops or changes it meanwhile conflicts.
    fn pin(&mut self, catalog: &Catalog, kind: Kind, oid: Oid) {
        if is_temporary(oid) {
            return;
        }
        let value = match kind {
            Kind::Table => catalog.tables.get(&oid).map(|o| encode(o.as_ref())),
            Kind::View => catalog.views.get(&oid).map(|o| encode(o.as_ref())),
            Kind::Sequence => catalog.sequences.get(&oid).map(|o| encode(o.as_ref())),
            Kind::Type => catalog.types.get(&oid).map(|o| encode(o.as_ref())),
            Kind::Function => catalog.functions.get(&oid).map(|o| encode(o.as_ref())),
            Kind::Operator => catalog.operators.get(&oid).map(|o| encode(o.as_ref())),
            Kind::OperatorFamily => catalog.operator_families.get(&oid).map(|o| encode(o.as_ref())),
            Kind::OperatorClass => catalog.operator_classes.get(&oid).map(|o| encode(o.as_ref())),
            Kind::Schema => catalog.schemas.values().find(|o| o.oid == oid).map(|o| encode(o.as_ref())),
            Kind::Role => catalog.roles.values().find(|o| o.oid == oid).map(|o| encode(o.as_ref())),
            Kind::DefaultPrivileges => catalog.default_privileges.get(&oid).map(|o| encode(o.as_ref())),
            Kind::SystemPrivileges => catalog.system_privileges.get(&oid).map(|o| encode(o.as_ref())),
            Kind::Database => catalog.databases.values().find(|o| o.oid == oid).map(|o| encode(o.as_ref())),
        };
        let key = keys::descriptor(kind.tenant(self.database), kind, oid);
        if let (Some(value), false) = (value, self.by_key.contains_key(&key)) {
            self.put(key, WriteMode::Update, Some(value));
        }
    }

    fn comments(&mut self, old: &Catalog, new: &Catalog) {
        let gone = old.comments.keys().filter(|k| !new.comments.contains_key(k)).map(|k| (k, None));
        let set = new.comments.iter().filter(|(k, v)| old.comments.get(k) != Some(v)).map(|(k, v)| (k, Some(v)));
        for (&(class, oid, sub), text) in gone.chain(set).filter(|(key, _)| !is_temporary(key.1)) {
            let tenant = if crate::snapshot::is_shared(class) { CLUSTER } else { self.database };
            self.tenants.insert(tenant);
            let value = text.map(|t| Bytes::copy_from_slice(t.as_bytes()));
            self.put(keys::comment(tenant, class, oid, sub), WriteMode::Update, value);
        }
    }
}

/// The writes that make a new, empty database `database` (schema `public` owned by `owner`).
pub fn database_rows(database: Oid, owner: Oid, version: u64) -> Vec<Write> {
    let empty = Catalog { database, ..Catalog::default() };
    let mut fresh = empty.clone();
    // Everybody may use it; its owner may create in it.
    let usage = Privileges::of_letters("U");
    let public = AclItem { grantee: acl::PUBLIC, grantor: owner, privileges: usage, grantable: Privileges::NONE };
    let open = [acl::default(acl::Class::Schema, owner), vec![public]].concat();
    fresh.put_schema(Arc::new(Schema { oid: crate::system::PUBLIC, name: "public".into(), owner, acl: Some(open) }));
    let class = crate::snapshot::PG_NAMESPACE;
    fresh.comments.insert((class, crate::system::PUBLIC, 0), "standard public schema".into());
    changes(&empty, &fresh, &Reliance::default(), version)
}

#[cfg(test)]
#[path = "store_test.rs"]
mod store_test;
