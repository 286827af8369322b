//! Inverted indexes (GIN; manual, chapters 11.2, 8.14.4 and 70): a value is taken apart into tokens, each of which has an
//! entry that leads to the row.
//!
//! ```text
//!  row 7: '{"tags": ["a", "b"], "n": 1}'          j @> '{"tags": ["b"]}'
//!     │ extract                                       │ search
//!     ▼                                               ▼
//!  k:tags ─▶ 7   k:a ─▶ 7   k:b ─▶ 7   d:1 ─▶ 7    k:tags AND k:b  ─▶ rows that have both ─▶ the condition again
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`extract`] | a value to its tokens |
//! | [`search`] | a condition to the tokens that rows must have which meet it |
//!
//! [`crate::exec::inverted`] looks tokens up; [`crate::dml::shape`] makes entries, for DML and for CREATE INDEX alike.
//!
//! # Invariants
//! 1. Tokens depend on nothing but the value and the class, and equal values have the same tokens.
//! 2. A search may find rows that do not meet its condition, and never leaves out one that does.

pub mod extract;
pub mod search;

use gavel_catalog::{Index, IndexMethod, Table};
use gavel_types::Oid;

use crate::system::opclass;

/// How values are taken apart: an operator class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Elements of an array.
    Array,
    /// Keys and values of a document, each by itself.
    Jsonb,
    /// Values of a document with the keys that lead to them.
    JsonbPath,
}

impl Class {
    /// The operator class with this OID, if indexes of it are inverted here.
    pub const fn of(oid: Oid) -> Option<Self> {
        match oid {
            opclass::ARRAY_OPS => Some(Self::Array),
            opclass::JSONB_OPS => Some(Self::Jsonb),
            opclass::JSONB_PATH_OPS => Some(Self::JsonbPath),
            _ => None,
        }
    }
}

/// The classes of an inverted index's keys; empty for any other index.
pub fn classes(table: &Table, index: &Index) -> Vec<Class> {
    if index.method != IndexMethod::Gin {
        return Vec::new();
    }
    (0..index.keys.len()).filter_map(|at| Class::of(opclass::class_of(table, index, at)?.oid)).collect()
}
