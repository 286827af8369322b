//! Descriptors of databases, schemas, tables, indexes, sequences, views and roles; the catalog as an
//! immutable snapshot that the binder resolves names in; and the keys under which descriptors are
//! stored as ordinary versioned rows.
//!
//! | module | what it holds |
//! |---|---|
//! | [`descriptor`] | what one object is |
//! | [`snapshot`] | [`Catalog`]: everything of one database at one timestamp, with look-ups |
//! | [`system`] | shapes of the relations of `pg_catalog` and `information_schema` |

pub mod descriptor;
pub mod snapshot;
pub mod system;

pub use descriptor::{
    CheckConstraint, Column, Database, FkAction, FkMatch, ForeignKey, Identity, Index, IndexKey, ObjectId, Role, Schema,
    Sequence, Table, Unique, View,
};
pub use snapshot::Catalog;
