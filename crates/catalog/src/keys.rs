//! Where the catalog lies in the key space. Like every key, `[tenant u32][object id u32][…]`, big
//! endian; object ids below 16384 belong to the system.
//!
//! ```text
//! tenant 0 (cluster-wide: roles, databases)       tenant = database OID (everything else)
//! [t][1][kind u8][oid u32]            descriptor row
//! [t][2][space u8][schema u32][name]  name entry: two creators of one name meet here
//! [t][3][oid u32]                     version of an object: every user of it shares this key
//! [t][3][oid u32][rung u32]           the same of a table on a rung above 0
//! [t][4]                              catalog version: random, new at every DDL commit
//! [t][5]                              next free OID (tenant 0 only)
//! [t][6][oid u32]                     storage whose rows nobody can name any more
//! [t][7][oid u32]                     state of a sequence
//! [t][8][class u32][oid u32][sub i32] comment
//! [t][9]                              secret for salts of unknown users (tenant 0 only)
//! [t][10][database u32][job u64]      job (tenant 0 only)
//! [t][20][oid u32]                    large object: owner, privileges, comment
//! [t][21][oid u32][page u32]          page of a large object
//! [t][30]                             query nodes that have numbered transactions (tenant 0 only)
//! ```
//! Object ids of a tenant's rows are at least [`FIRST_USER_OID`], so no user row lies in these ranges.

use bytes::{BufMut, Bytes, BytesMut};
use gavel_types::{KeyRange, Oid};

use crate::system::FIRST_USER_OID;

/// Tenant of what belongs to the whole cluster.
pub const CLUSTER: Oid = Oid(0);

const DESCRIPTOR: u32 = 1;
const NAME: u32 = 2;
const VERSION: u32 = 3;
const CATALOG_VERSION: u32 = 4;
const NEXT_OID: u32 = 5;
/// Storage reads these keys too, to give the space back.
const DROPPED: u32 = gavel_encoding::layout::DROPPED.0;
const SEQUENCE: u32 = 7;
const COMMENT: u32 = 8;
const MOCK_SECRET: u32 = 9;
const JOB: u32 = 10;
const LARGE_OBJECT: u32 = 20;
const LARGE_OBJECT_PAGE: u32 = 21;
const NUMBERED_NODES: u32 = 30;

/// What a descriptor row describes. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    Database = 1,
    Role = 2,
    Schema = 3,
    Table = 4,
    View = 5,
    Sequence = 6,
    /// ALTER DEFAULT PRIVILEGES; has no name.
    DefaultPrivileges = 7,
    /// An enum, domain or composite type.
    Type = 8,
    /// A function or procedure.
    Function = 9,
    /// Privileges on something of the system; has no name.
    SystemPrivileges = 10,
    /// An operator.
    Operator = 20,
    /// An operator family, with its members.
    OperatorFamily = 26,
    OperatorClass = 27,
}

impl Kind {
    /// The kind of this stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        let named = [Self::Database, Self::Role, Self::Schema, Self::Table, Self::View, Self::Sequence];
        named
            .into_iter()
            .chain([Self::DefaultPrivileges, Self::Type, Self::Function, Self::SystemPrivileges])
            .chain([Self::Operator, Self::OperatorFamily, Self::OperatorClass])
            .find(|k| *k as u8 == number)
    }

    /// The tenant that objects of this kind are stored under, in database `database`.
    pub const fn tenant(self, database: Oid) -> Oid {
        match self {
            Self::Database | Self::Role => CLUSTER,
            Self::Schema | Self::Table | Self::View | Self::Sequence => database,
            Self::DefaultPrivileges | Self::Type | Self::Function | Self::SystemPrivileges => database,
            Self::Operator | Self::OperatorFamily | Self::OperatorClass => database,
        }
    }

    /// The name space of its names.
    pub const fn space(self) -> Space {
        match self {
            Self::Database => Space::Database,
            Self::Role => Space::Role,
            Self::Schema => Space::Schema,
            Self::Table | Self::View | Self::Sequence => Space::Relation,
            Self::DefaultPrivileges | Self::SystemPrivileges => Space::Relation,
            Self::Type => Space::Type,
            Self::Function => Space::Function,
            Self::Operator => Space::Operator,
            Self::OperatorFamily => Space::OperatorFamily,
            Self::OperatorClass => Space::OperatorClass,
        }
    }
}

/// A name space. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Space {
    Database = 1,
    Role = 2,
    Schema = 3,
    /// Tables, indexes, views and sequences of one schema.
    Relation = 4,
    /// Types of one schema, the row types of tables and views among them.
    Type = 5,
    /// Functions and procedures of one schema, by their signatures.
    Function = 6,
    /// Operators of one schema, by their signatures.
    Operator = 20,
    /// Operator families of one schema, by method and name.
    OperatorFamily = 26,
    /// Operator classes of one schema, by method and name.
    OperatorClass = 27,
}

fn prefix(tenant: Oid, object: u32) -> BytesMut {
    let mut key = BytesMut::with_capacity(24);
    key.put_u32(tenant.0);
    key.put_u32(object);
    key
}

/// Row of a descriptor.
pub fn descriptor(tenant: Oid, kind: Kind, oid: Oid) -> Bytes {
    let mut key = prefix(tenant, DESCRIPTOR);
    key.put_u8(kind as u8);
    key.put_u32(oid.0);
    key.freeze()
}

/// All descriptor rows of a tenant.
pub fn descriptors(tenant: Oid) -> KeyRange {
    KeyRange::prefix(&prefix(tenant, DESCRIPTOR))
}

/// Kind and OID of a descriptor's key; `None` for any other key.
pub fn read_descriptor(key: &[u8]) -> Option<(Kind, Oid)> {
    let rest = key.get(4..)?.strip_prefix(&DESCRIPTOR.to_be_bytes())?;
    let (kind, oid) = rest.split_first()?;
    Some((Kind::from_number(*kind)?, Oid(u32::from_be_bytes(oid.try_into().ok()?))))
}

/// Entry of a name; `schema` is 0 outside of [`Space::Relation`], [`Space::Type`] and [`Space::Function`].
pub fn name(tenant: Oid, space: Space, schema: Oid, name: &str) -> Bytes {
    let mut key = prefix(tenant, NAME);
    key.put_u8(space as u8);
    key.put_u32(schema.0);
    key.put_slice(name.as_bytes());
    key.freeze()
}

/// What every transaction that used the object shares, and DDL on it writes (PROTOCOL §11).
pub fn object_version(tenant: Oid, oid: Oid) -> Bytes {
    let mut key = prefix(tenant, VERSION);
    key.put_u32(oid.0);
    key.freeze()
}

/// The same of an object on a rung: transactions on different rungs share nothing, so that those of one can be
/// turned away while those of the next go on (RFC 0005).
pub fn rung_version(tenant: Oid, oid: Oid, rung: u32) -> Bytes {
    if rung == 0 {
        return object_version(tenant, oid);
    }
    let mut key = prefix(tenant, VERSION);
    key.put_u32(oid.0);
    key.put_u32(rung);
    key.freeze()
}

/// The OID in a key of [`object_version`] or [`rung_version`].
pub fn read_object_version(key: &[u8]) -> Option<Oid> {
    let rest = key.get(4..)?.strip_prefix(&VERSION.to_be_bytes())?;
    let (oid, rung) = rest.split_first_chunk()?;
    matches!(rung.len(), 0 | 4).then_some(Oid(u32::from_be_bytes(*oid)))
}

/// Sixteen random bytes that change with every DDL commit in the tenant.
pub fn catalog_version(tenant: Oid) -> Bytes {
    prefix(tenant, CATALOG_VERSION).freeze()
}

/// The OID counter: four bytes, big endian, the next OID that nobody has.
pub fn next_oid() -> Bytes {
    prefix(CLUSTER, NEXT_OID).freeze()
}

/// Thirty-two random bytes, from which every query node makes the same salts for users that do not exist.
pub fn mock_secret() -> Bytes {
    prefix(CLUSTER, MOCK_SECRET).freeze()
}

/// How many query nodes have numbered transactions: eight bytes, big endian.
pub fn numbered_nodes() -> Bytes {
    prefix(CLUSTER, NUMBERED_NODES).freeze()
}

/// A job.
pub fn job(database: Oid, id: u64) -> Bytes {
    let mut key = prefix(CLUSTER, JOB);
    key.put_u32(database.0);
    key.put_u64(id);
    key.freeze()
}

/// All jobs of a database.
pub fn jobs_of(database: Oid) -> KeyRange {
    let mut key = prefix(CLUSTER, JOB);
    key.put_u32(database.0);
    KeyRange::prefix(&key)
}

/// All jobs.
pub fn jobs() -> KeyRange {
    KeyRange::prefix(&prefix(CLUSTER, JOB))
}

/// Marks storage of a dropped, truncated or rewritten object for removal.
pub fn dropped(tenant: Oid, storage: Oid) -> Bytes {
    let mut key = prefix(tenant, DROPPED);
    key.put_u32(storage.0);
    key.freeze()
}

/// All marks of [`dropped`] storage of a tenant.
pub fn all_dropped(tenant: Oid) -> KeyRange {
    KeyRange::prefix(&prefix(tenant, DROPPED))
}

/// State of a sequence.
pub fn sequence(tenant: Oid, oid: Oid) -> Bytes {
    let mut key = prefix(tenant, SEQUENCE);
    key.put_u32(oid.0);
    key.freeze()
}

/// A comment; `class` is the OID of the catalog that holds the object.
pub fn comment(tenant: Oid, class: Oid, oid: Oid, sub: i32) -> Bytes {
    let mut key = prefix(tenant, COMMENT);
    key.put_u32(class.0);
    key.put_u32(oid.0);
    key.put_i32(sub);
    key.freeze()
}

/// All comments of a tenant.
pub fn comments(tenant: Oid) -> KeyRange {
    KeyRange::prefix(&prefix(tenant, COMMENT))
}

/// What a key of [`comment`] names.
pub fn read_comment(key: &[u8]) -> Option<(Oid, Oid, i32)> {
    let rest: [u8; 12] = key.get(4..)?.strip_prefix(&COMMENT.to_be_bytes())?.try_into().ok()?;
    let word = |at: usize| -> [u8; 4] { [rest[at], rest[at + 1], rest[at + 2], rest[at + 3]] };
    Some((Oid(u32::from_be_bytes(word(0))), Oid(u32::from_be_bytes(word(4))), i32::from_be_bytes(word(8))))
}

/// What is kept of a large object besides its pages.
pub fn large_object(tenant: Oid, oid: Oid) -> Bytes {
    let mut key = prefix(tenant, LARGE_OBJECT);
    key.put_u32(oid.0);
    key.freeze()
}

/// All large objects of a tenant, by OID.
pub fn large_objects(tenant: Oid) -> KeyRange {
    KeyRange::prefix(&prefix(tenant, LARGE_OBJECT))
}

/// The OID in a key of [`large_object`].
pub fn read_large_object(key: &[u8]) -> Option<Oid> {
    let oid = key.get(4..)?.strip_prefix(&LARGE_OBJECT.to_be_bytes())?;
    Some(Oid(u32::from_be_bytes(oid.try_into().ok()?)))
}

/// A page of a large object, counted from 0.
pub fn large_object_page(tenant: Oid, oid: Oid, page: u32) -> Bytes {
    let mut key = prefix(tenant, LARGE_OBJECT_PAGE);
    key.put_u32(oid.0);
    key.put_u32(page);
    key.freeze()
}

/// The pages of a large object from one on, in order.
pub fn large_object_pages(tenant: Oid, oid: Oid, from: u32) -> KeyRange {
    let mut key = prefix(tenant, LARGE_OBJECT_PAGE);
    key.put_u32(oid.0);
    KeyRange::new(large_object_page(tenant, oid, from), KeyRange::prefix(&key).end)
}

/// Pages of all large objects of a tenant.
pub fn all_large_object_pages(tenant: Oid) -> KeyRange {
    KeyRange::prefix(&prefix(tenant, LARGE_OBJECT_PAGE))
}

/// The large object and the number of a page, by a key of [`large_object_page`].
pub fn read_large_object_page(key: &[u8]) -> Option<(Oid, u32)> {
    let rest = key.get(4..)?.strip_prefix(&LARGE_OBJECT_PAGE.to_be_bytes())?;
    let (oid, page) = rest.split_first_chunk()?;
    Some((Oid(u32::from_be_bytes(*oid)), u32::from_be_bytes(page.try_into().ok()?)))
}

/// All rows stored under an object id (a table's `storage`, an index's `storage`).
pub fn object(tenant: Oid, storage: Oid) -> KeyRange {
    KeyRange::prefix(&prefix(tenant, storage.0))
}

/// Everything of a tenant.
pub fn tenant(tenant: Oid) -> KeyRange {
    KeyRange::prefix(&tenant.0.to_be_bytes())
}

/// The storage that a row or index entry lies in, and its tenant; `None` for catalog keys.
pub fn read_object(key: &[u8]) -> Option<(Oid, Oid)> {
    let tenant = u32::from_be_bytes(key.get(..4)?.try_into().ok()?);
    let object = u32::from_be_bytes(key.get(4..8)?.try_into().ok()?);
    (object >= FIRST_USER_OID.0).then_some((Oid(tenant), Oid(object)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_and_do_not_overlap_rows() {
        let key = descriptor(Oid(5), Kind::Table, Oid(16400));
        assert_eq!(&key[..], b"\0\0\0\x05\0\0\0\x01\x04\0\0\x40\x10");
        assert_eq!(read_descriptor(&key), Some((Kind::Table, Oid(16400))));
        assert!(descriptors(Oid(5)).contains(&key) && !descriptors(Oid(4)).contains(&key));
        assert_eq!(read_object_version(&object_version(Oid(5), Oid(7))), Some(Oid(7)));
        assert_eq!(read_object_version(&rung_version(Oid(5), Oid(7), 3)), Some(Oid(7)));
        assert_eq!(rung_version(Oid(5), Oid(7), 0), object_version(Oid(5), Oid(7)));
        assert_eq!(read_object_version(&key), None);
        assert!(jobs().contains(&job(Oid(5), 1)) && jobs_of(Oid(5)).contains(&job(Oid(5), u64::MAX)));
        assert!(!jobs_of(Oid(5)).contains(&job(Oid(6), 0)));
        assert_eq!(read_comment(&comment(Oid(5), Oid(1259), Oid(9), -1)), Some((Oid(1259), Oid(9), -1)));
        assert_eq!(read_large_object(&large_object(Oid(5), Oid(9))), Some(Oid(9)));
        let page = large_object_page(Oid(5), Oid(9), 3);
        assert_eq!(read_large_object_page(&page), Some((Oid(9), 3)));
        assert!(large_object_pages(Oid(5), Oid(9), 3).contains(&page));
        assert!(!large_object_pages(Oid(5), Oid(9), 4).contains(&page));
        assert!(!large_object_pages(Oid(5), Oid(8), 0).contains(&page));
        assert!(all_large_object_pages(Oid(5)).contains(&page) && !large_objects(Oid(5)).contains(&page));
        assert_eq!(read_object(&key), None);
        assert!(!object(Oid(5), FIRST_USER_OID).contains(&key));
        assert!(tenant(Oid(5)).contains(&key));
        assert_eq!(read_descriptor(b"\0\0"), None);
    }
}
