//! Descriptors of databases, schemas, tables, indexes, sequences, views and roles; the catalog as an
//! immutable snapshot that the binder resolves names in; and the keys under which descriptors are
//! stored as ordinary versioned rows.
//!
//! | module | what it holds |
//! |---|---|
//! | [`acl`] | who was granted what on an object |
//! | [`descriptor`] | what one object is |
//! | [`user_type`] | enums, domains and composite types |
//! | [`function`] | functions and procedures |
//! | [`search`] | what a relation's bare name stands for |
//! | [`snapshot`] | [`Catalog`]: everything of one database at one timestamp, with look-ups |
//! | [`keys`] | where the catalog lies in the key space |
//! | [`store`] | stored rows to [`Catalog`], and the writes by which one becomes another |
//! | [`bootstrap`] | what a new cluster begins with |
//! | [`oids`] | blocks of fresh OIDs |
//! | [`system`] | shapes of the relations of `pg_catalog` and `information_schema` |

pub mod acl;
pub mod bootstrap;
pub mod descriptor;
pub mod function;
pub mod keys;
pub mod oids;
pub mod search;
pub mod snapshot;
pub mod store;
pub mod system;
pub mod trigger;
pub mod user_type;

pub use descriptor::{
    CheckConstraint, CheckOption, Column, Database, DefaultPrivileges, FkAction, FkMatch, ForeignKey, Identity, Index,
    IndexKey, Materialized, Membership, ObjectId, OnCommit, Role, Schema, Sequence, Table, Unique, View,
};
pub use function::{Function, FunctionKind, Parameter};
pub use snapshot::Catalog;
pub use user_type::{Attribute, Definition, Domain, EnumLabel, UserType};
