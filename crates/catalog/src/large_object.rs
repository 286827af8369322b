//! Large objects (<https://www.postgresql.org/docs/15/largeobjects.html>): whose they are, who may use them, and how their
//! bytes are divided.
//!
//! They are rows beside the catalog, since there may be very many of them, and making one must not make caches of the
//! catalog stale:
//! ```text
//! large_object(16400)            owner, list of privileges, comment
//! large_object_page(16400, 0)    bytes 0 to 2047
//! large_object_page(16400, 2)    bytes 4096 to 4999; bytes 2048 to 4095 were never written: they are zero
//! ```
//! # Invariants
//! 1. A page has at most [`PAGE_BYTES`] bytes. What a page lacks before the last one reads as zeros.
//! 2. The object ends where its last page ends.
//! 3. Whoever writes a page relies on the object's row as FOR KEY SHARE does, so that nobody removes it meanwhile.

use bytes::{BufMut, Bytes, BytesMut};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use serde::{Deserialize, Serialize};

use crate::acl::{Acl, Class, Privileges};
use crate::privilege::Subject;
use crate::store;

/// OID of `pg_largeobject`, as which comments and dependencies name the class of large objects.
pub const PG_LARGEOBJECT: Oid = Oid(2613);
/// Bytes of a full page, PostgreSQL's `LOBLKSIZE`.
pub const PAGE_BYTES: u64 = 2048;
/// Most bytes that a large object may have: pages are counted by `integer`.
pub const LARGEST: u64 = i32::MAX as u64 * PAGE_BYTES;

/// Format of a stored page: this byte, then its bytes.
const PAGE_FORMAT: u8 = 1;

/// A large object without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargeObject {
    pub owner: Oid,
    #[serde(default)]
    pub acl: Acl,
    #[serde(default)]
    pub comment: Option<String>,
}

impl LargeObject {
    /// One that nobody else has privileges for.
    pub fn of(owner: Oid) -> Self {
        Self { owner, acl: None, comment: None }
    }

    /// The one that is a row's value.
    ///
    /// # Errors
    /// XX000 if it does not read.
    pub fn decode(value: &[u8]) -> SqlResult<Self> {
        Ok(store::decode::<Self>(value)?.as_ref().clone())
    }

    pub fn encode(&self) -> Bytes {
        store::encode(self)
    }

    /// What a role may do with it.
    pub fn held_by(&self, subject: &Subject) -> Privileges {
        subject.held(Class::LargeObject, &self.acl, self.owner)
    }
}

/// The value of a page's row.
pub fn encode_page(data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(data.len() + 1);
    out.put_u8(PAGE_FORMAT);
    out.put_slice(data);
    out.freeze()
}

/// The bytes of a page, by its row's value.
///
/// # Errors
/// XX000 if it does not read.
pub fn decode_page(value: &[u8]) -> SqlResult<&[u8]> {
    match value.split_first() {
        Some((&PAGE_FORMAT, data)) => Ok(data),
        _ => Err(SqlError::internal("page of a large object has a format that this version does not know")),
    }
}

/// 42704 for a large object that is not there.
pub fn missing(oid: Oid) -> SqlError {
    SqlError::new(SqlState::UndefinedObject, format!("large object {oid} does not exist"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_read_back() {
        let object = LargeObject { comment: Some("a".into()), ..LargeObject::of(Oid(10)) };
        assert_eq!(LargeObject::decode(&object.encode()).unwrap(), object);
        assert_eq!(decode_page(&encode_page(b"")).unwrap(), b"");
        assert_eq!(decode_page(&encode_page(b"abc")).unwrap(), b"abc");
        assert!(decode_page(b"").is_err());
        assert_eq!(LARGEST, 4_398_046_509_056);
    }
}
