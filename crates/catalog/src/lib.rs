//! Descriptors of databases, schemas, tables, indexes, sequences, views and roles; the catalog as an
//! immutable snapshot that the binder resolves names in; and the keys under which descriptors are
//! stored as ordinary versioned rows.
//!
//! | module | what it holds |
//! |---|---|
//! | [`acl`] | who was granted what on an object |
//! | [`privilege`] | whether a role may do something |
//! | [`predefined`] | PostgreSQL's own roles, and what of the system not everybody may use |
//! | [`descriptor`] | what one object is |
//! | [`user_type`] | enums, domains and composite types |
//! | [`function`] | functions and procedures |
//! | [`aggregate`] | aggregates of users |
//! | [`operator`] | operators of users |
//! | [`operator_class`] | operator classes and families of users |
//! | [`index_method`] | access methods of indexes |
//! | [`partition`] | how rows are shared out among the partitions of a table |
//! | [`policy`] | row-level security |
//! | [`search`] | what a relation's bare name stands for |
//! | [`rung`] | which changes of a table its writers may overlap with |
//! | [`job`] | work on indexes that takes many transactions |
//! | [`large_object`] | large objects, which are no part of a [`Catalog`] |
//! | [`snapshot`] | [`Catalog`]: everything of one database at one timestamp, with look-ups |
//! | [`keys`] | where the catalog lies in the key space |
//! | [`store`] | stored rows to [`Catalog`], and the writes by which one becomes another |
//! | [`bootstrap`] | what a new cluster begins with |
//! | [`oids`] | blocks of fresh OIDs |
//! | [`system`] | shapes of the relations of `pg_catalog` and `information_schema` |

pub mod acl;
pub mod aggregate;
pub mod bootstrap;
pub mod descriptor;
pub mod function;
pub mod index_method;
pub mod job;
pub mod keys;
pub mod large_object;
pub mod oids;
pub mod operator;
pub mod operator_class;
pub mod partition;
pub mod policy;
pub mod predefined;
pub mod privilege;
pub mod rule;
pub mod rung;
pub mod search;
pub mod snapshot;
pub mod store;
pub mod system;
pub mod trigger;
pub mod user_type;

pub use aggregate::{AggregateDefinition, AggregateSteps};
pub use descriptor::{
    CheckConstraint, CheckOption, Column, Database, DefaultPrivileges, Descent, FkAction, FkMatch, ForeignKey,
    ForeignKeyPart, Identity, Index, IndexKey, IndexState, Materialized, Membership, ObjectId, OnCommit, Role, Schema,
    Sequence, SystemPrivileges, Table, Unique, View,
};
pub use function::{Function, FunctionKind, Parameter};
pub use index_method::IndexMethod;
pub use large_object::LargeObject;
pub use operator::UserOperator;
pub use operator_class::{FamilyMember, UserOperatorClass, UserOperatorFamily};
pub use partition::{PartitionBound, PartitionKey, PartitionOn, PartitionPart, PartitionStrategy, RangeEdge};
pub use policy::{Policy, PolicyCommand, RowSecurity};
pub use privilege::Subject;
pub use snapshot::Catalog;
pub use user_type::{Attribute, Definition, Domain, EnumLabel, UserType};
