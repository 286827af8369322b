//! The query node's side of a transaction: what it reads at, what it has written, what it relied on,
//! and the one message that commits it (DESIGN §3, §4; PROTOCOL §4, §5, §7).
//!
//! ```text
//!   statement ──reads──► ReadView ── own writes (frozen when the view was taken)
//!                              └──── storage as of snapshot_ts; memory for temporary tables
//!   statement ──writes─► Transaction ── WriteBuffer   key → (mode, post-image)
//!                              │    ├── CheckSet      key → row-lock strength
//!                              │    └── ReadSet       ranges, under SERIALIZABLE only
//!                              └─commit─► Adjudicator, once; nothing at all if nothing was written
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`merge`] | what two writes of one key in one transaction come to |
//! | [`buffer`] | the write buffer: ordered, bounded, with savepoint marks |
//! | [`checks`] | keys relied upon, each at the strongest mode asked for |
//! | [`read_set`] | ranges read, coalesced |
//! | [`temporary`] | rows of temporary tables, which are nowhere but here |
//! | [`overlay`] | own writes laid over rows from storage, in either direction |
//! | [`view`] | what a statement reads through |
//! | [`snapshot`] | where snapshots come from |
//! | [`transaction`] | the whole, and its savepoints |
//! | [`commit`] | the commit message and what becomes of it |
//! | [`learner`] | how a query node far from the leader learns of its commit in one round trip |
//!
//! # Invariants
//! 1. A transaction that wrote nothing and checked nothing sends nothing, except that a serializable
//!    one needs nothing either: its reads are a snapshot.
//! 2. A view never changes: writes made after it was taken are not seen through it.
//! 3. "Aborted" is said only if the transaction can never commit any more.

pub mod buffer;
pub mod checks;
pub mod commit;
pub mod error;
pub mod learner;
pub mod merge;
pub mod overlay;
pub mod read_set;
pub mod snapshot;
pub mod temporary;
pub mod transaction;
pub mod view;

pub use buffer::{Entry, WriteBuffer};
pub use commit::{CommitError, Committed};
pub use error::{Error, Limits};
pub use learner::CommitLearner;
pub use snapshot::Snapshots;
pub use temporary::TemporaryRows;
pub use transaction::{Mark, Transaction};
pub use view::ReadView;
