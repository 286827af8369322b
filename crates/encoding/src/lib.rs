//! Bytes that outlive a process: keys, rows and values. Pure; no input makes it panic.
//!
//! | module | what it holds |
//! |---|---|
//! | [`key`] | order-preserving bytes of a value: comparing bytes compares values as SQL does |
//! | [`jsonb_order`] | the part of it that knows PostgreSQL's order of `jsonb` |
//! | [`layout`] | whole keys: tenant, object, columns; ranges over them |
//! | [`row`] | rows: values by stable column id, decoded one at a time |
//! | [`value`] | one value inside a row, given its type |
//! | [`datum`] | one value that describes itself: arrays, records |
//!
//! The formats are written down in `docs/formats/keys-and-rows.md`; tests hold bytes as literals.

pub mod datum;
pub mod jsonb_order;
pub mod key;
pub mod layout;
pub mod row;
pub mod value;

pub use key::{KeyOrder, encode_key};
pub use layout::{KeyBuilder, ObjectId, TenantId};
pub use row::{Field, RowView, encode_row};

/// Why bytes could not be read, or a value not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Written by a later build, or not one of our formats at all.
    #[error("unknown format version {0}")]
    UnknownVersion(u8),
    /// The bytes contradict themselves: damage.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// The value is not one of the type that it was said to be: a fault of the caller.
    #[error("value {found} where type {expected} was declared")]
    TypeMismatch { expected: u32, found: &'static str },
    /// Beyond a limit of the format.
    #[error("{0} exceeds the limit of the format")]
    TooLarge(&'static str),
}

pub type Result<T> = std::result::Result<T, Error>;
