//! Plain data that every other crate speaks in: identifiers and timestamps, what a transaction
//! writes, PostgreSQL's types, values and errors. No I/O, no clock, no randomness.
//!
//! | module | what it holds |
//! |---|---|
//! | [`ids`] | `Timestamp`, `Epoch`, `Lsn`, `NodeId`, `TxnId`, `KeyRange` |
//! | [`commit`] | what crosses the commit seam: write set, checks, outcome, journal record |
//! | [`pg_type`] | type OIDs, `PgType` (OID + typmod), type categories |
//! | [`datum`] | one SQL value |
//! | [`numeric`] | PostgreSQL's `numeric` |
//! | [`numeric_ordered`] | its order-preserving bytes |
//! | [`interval`] | PostgreSQL's `interval` |
//! | [`inet`] | PostgreSQL's `inet` and `cidr` |
//! | [`tsvector`], [`tsquery`] | documents and queries of full-text search |
//! | [`datetime`] | calendar arithmetic and text forms of dates and times |
//! | [`json`] | JSON syntax, and the canonical form of `jsonb` |
//! | [`jsonpath`] | paths into JSON: syntax and text form |
//! | [`text_io`] | PostgreSQL's text input and output of every type |
//! | [`error`], [`sqlstate`] | errors as PostgreSQL reports them |

pub mod commit;
pub mod datetime;
pub mod datum;
pub mod error;
pub mod ids;
pub mod inet;
pub mod interval;
pub mod json;
pub mod jsonpath;
pub mod numeric;
pub mod numeric_ordered;
pub mod pg_type;
pub mod sqlstate;
pub mod text_io;
pub mod tsquery;
pub mod tsvector;

pub use commit::{
    Check, CheckMode, CommitOutcome, CommitRecord, CommitRequest, Conflict, ConflictKind, Notification, Write,
    WriteMode,
};
pub use datum::{ArrayValue, Datum, Point};
pub use error::{Notice, Severity, SqlError, SqlResult};
pub use ids::{Epoch, KeyRange, Lsn, NodeId, TimeMode, Timestamp, TxnId};
pub use inet::Inet;
pub use interval::Interval;
pub use numeric::Numeric;
pub use pg_type::{Oid, PgType};
pub use sqlstate::SqlState;
pub use tsquery::TsQuery;
pub use tsvector::TsVector;
