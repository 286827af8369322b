//! Whole keys, and ranges over them.
//!
//! ```text
//! key = tenant (u32, big-endian) object (u32, big-endian) column*
//! ```
//! A tenant is a database; an object is a table (its primary key's columns follow) or an index
//! (its columns, then those of the primary key unless it is unique). Nobody decodes keys: the row
//! behind a key holds the key's columns too.
//!
//! Tenant `u32::MAX` is the store's own: no table lies there.

use std::ops::Bound;

use bytes::Bytes;
use gavel_types::ids::prefix_end;
use gavel_types::{Datum, KeyRange, PgType};

use crate::key::{KeyOrder, encode_key, value_marker};

/// A database, as keys name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(pub u32);

impl TenantId {
    /// The store's own bookkeeping.
    pub const STORE: Self = Self(u32::MAX);
}

/// A table or index, as keys name it; never used again after it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// Holds a row `[tenant][DROPPED][object u32]` for each object of the tenant that was dropped, truncated
/// or rewritten under another id; in tenant 0 the number is that of a tenant that was dropped. Once no
/// snapshot is older than that row, nobody can name the object's keys any more.
pub const DROPPED: ObjectId = ObjectId(6);

/// Objects from this number on are temporary: every session numbers its own, and their rows are nowhere but in
/// its memory. All others are below.
pub const FIRST_TEMPORARY: ObjectId = ObjectId(gavel_types::pg_type::END_OF_USER_TYPES);

/// Bytes of every key of `object` begin with these.
pub const PREFIX_LEN: usize = 8;

/// What every key of `object` begins with.
pub fn object_prefix(tenant: TenantId, object: ObjectId) -> [u8; PREFIX_LEN] {
    let mut prefix = [0; PREFIX_LEN];
    prefix[..4].copy_from_slice(&tenant.0.to_be_bytes());
    prefix[4..].copy_from_slice(&object.0.to_be_bytes());
    prefix
}

/// All keys of `object`.
pub fn object_range(tenant: TenantId, object: ObjectId) -> KeyRange {
    KeyRange::prefix(&object_prefix(tenant, object))
}

/// All keys of `tenant`.
pub fn tenant_range(tenant: TenantId) -> KeyRange {
    KeyRange::prefix(&tenant.0.to_be_bytes())
}

/// Tenant, object, and the encoded columns; `None` if the key is too short to be one of ours.
pub fn split_key(key: &[u8]) -> Option<(TenantId, ObjectId, &[u8])> {
    let (tenant, rest) = key.split_first_chunk::<4>()?;
    let (object, rest) = rest.split_first_chunk::<4>()?;
    Some((TenantId(u32::from_be_bytes(*tenant)), ObjectId(u32::from_be_bytes(*object)), rest))
}

/// The temporary object that `key`, or a bound of a range of keys of one object, belongs to.
pub fn temporary_object(key: &[u8]) -> Option<ObjectId> {
    split_key(key).map(|(_, object, _)| object).filter(|object| *object >= FIRST_TEMPORARY)
}

/// The keys of which a key of [`DROPPED`] says that they are dropped; `None` for any other key.
pub fn read_dropped(key: &[u8]) -> Option<KeyRange> {
    let (tenant, object, rest) = split_key(key)?;
    let number = u32::from_be_bytes(rest.try_into().ok()?);
    match (object, tenant) {
        (DROPPED, TenantId(0)) => Some(tenant_range(TenantId(number))),
        (DROPPED, tenant) => Some(object_range(tenant, ObjectId(number))),
        _ => None,
    }
}

/// Builds a key, or the prefix of some, column by column.
#[derive(Clone, Debug)]
pub struct KeyBuilder {
    bytes: Vec<u8>,
}

impl KeyBuilder {
    /// A key of `object` without columns yet.
    pub fn new(tenant: TenantId, object: ObjectId) -> Self {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend_from_slice(&object_prefix(tenant, object));
        Self { bytes }
    }

    /// Appends the next column.
    pub fn push(&mut self, value: &Datum, ty: PgType, order: KeyOrder) -> &mut Self {
        encode_key(&mut self.bytes, value, ty, order);
        self
    }

    /// What was built so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key.
    pub fn finish(self) -> Bytes {
        Bytes::from(self.bytes)
    }

    /// All keys that begin with the columns so far.
    pub fn range(&self) -> KeyRange {
        KeyRange::prefix(&self.bytes)
    }

    /// All keys that begin with the columns so far and whose next column lies between `lower` and
    /// `upper` in SQL order; NULLs are left out. Bounds hold values of type `ty`, not NULL.
    pub fn column_range(&self, lower: Bound<&Datum>, upper: Bound<&Datum>, ty: PgType, order: KeyOrder) -> KeyRange {
        let (first, last) = if order.desc { (upper, lower) } else { (lower, upper) };
        let marker = [&self.bytes[..], &[value_marker()]].concat();
        let bound = |value: &Datum| {
            let mut bytes = self.bytes.clone();
            encode_key(&mut bytes, value, ty, order);
            bytes
        };
        let start = match first {
            Bound::Unbounded => marker.clone(),
            Bound::Included(v) => bound(v),
            Bound::Excluded(v) => prefix_end(&bound(v)),
        };
        let end = match last {
            Bound::Unbounded => prefix_end(&marker),
            Bound::Included(v) => prefix_end(&bound(v)),
            Bound::Excluded(v) => bound(v),
        };
        KeyRange::new(start, end)
    }

    /// All keys that begin with the columns so far and whose next column is NULL.
    pub fn null_range(&self, order: KeyOrder) -> KeyRange {
        let mut bytes = self.bytes.clone();
        encode_key(&mut bytes, &Datum::Null, PgType::TEXT, order);
        KeyRange::prefix(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int_key(values: &[Option<i32>], order: KeyOrder) -> Bytes {
        let mut key = KeyBuilder::new(TenantId(5), ObjectId(9));
        for v in values {
            key.push(&v.map_or(Datum::Null, Datum::Int4), PgType::INT4, order);
        }
        key.finish()
    }

    #[test]
    fn a_key_is_prefix_and_columns() {
        assert_eq!(&int_key(&[Some(1), None], KeyOrder::ASC)[..], [0, 0, 0, 5, 0, 0, 0, 9, 0x10, 0x80, 0, 0, 1, 0xFE]);
        assert_eq!(split_key(&int_key(&[], KeyOrder::ASC)), Some((TenantId(5), ObjectId(9), &[][..])));
        assert_eq!(temporary_object(&int_key(&[], KeyOrder::ASC)), None);
        assert_eq!(temporary_object(&object_range(TenantId(5), FIRST_TEMPORARY).start), Some(FIRST_TEMPORARY));
        assert_eq!(temporary_object(b"\0\0\0\x05\x70"), None);
        assert_eq!(split_key(b"short"), None);
    }

    #[test]
    fn column_ranges_hold_what_sql_says() {
        for order in [KeyOrder::ASC, KeyOrder::DESC, KeyOrder { desc: true, nulls_first: false }] {
            let base = KeyBuilder::new(TenantId(5), ObjectId(9));
            let bounds = [
                Bound::Unbounded,
                Bound::Included(Datum::Int4(2)),
                Bound::Excluded(Datum::Int4(2)),
                Bound::Included(Datum::Int4(-3)),
            ];
            for lower in &bounds {
                for upper in &bounds {
                    let range = base.column_range(lower.as_ref(), upper.as_ref(), PgType::INT4, order);
                    for v in -5..6 {
                        let inside = (match lower {
                            Bound::Included(Datum::Int4(l)) => v >= *l,
                            Bound::Excluded(Datum::Int4(l)) => v > *l,
                            _ => true,
                        }) && (match upper {
                            Bound::Included(Datum::Int4(u)) => v <= *u,
                            Bound::Excluded(Datum::Int4(u)) => v < *u,
                            _ => true,
                        });
                        assert_eq!(range.contains(&int_key(&[Some(v), Some(7)], order)), inside);
                    }
                    assert!(!range.contains(&int_key(&[None, Some(7)], order)));
                }
            }
            assert!(base.null_range(order).contains(&int_key(&[None, Some(7)], order)));
            assert!(!base.null_range(order).contains(&int_key(&[Some(0)], order)));
        }
    }

    #[test]
    fn what_is_dropped_is_an_object_or_a_tenant() {
        let key = |tenant: u32, object: u32| [tenant.to_be_bytes(), [0, 0, 0, 6], object.to_be_bytes()].concat();
        assert_eq!(read_dropped(&key(5, 9)), Some(object_range(TenantId(5), ObjectId(9))));
        assert_eq!(read_dropped(&key(0, 9)), Some(tenant_range(TenantId(9))));
        assert_eq!(read_dropped(&int_key(&[Some(1)], KeyOrder::ASC)), None);
        assert_eq!(read_dropped(&key(5, 9)[..9]), None);
    }

    #[test]
    fn objects_do_not_overlap() {
        let key = int_key(&[None], KeyOrder::ASC);
        assert!(object_range(TenantId(5), ObjectId(9)).contains(&key));
        assert!(!object_range(TenantId(5), ObjectId(8)).contains(&key));
        assert!(!object_range(TenantId(5), ObjectId(10)).contains(&key));
        assert!(tenant_range(TenantId(5)).contains(&key));
    }
}
