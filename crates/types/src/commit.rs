//! What crosses the commit seam (PROTOCOL §5, §7): the request, its outcome, and the record that
//! the journal keeps of it.

use std::sync::Arc;

use bytes::Bytes;

use crate::ids::{Epoch, KeyRange, Timestamp, TxnId};
use crate::pg_type::Oid;

/// How a write uses its key; decides which stamps it is tested against and leaves (PROTOCOL §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WriteMode {
    /// New row or new unique entry: aborts on a later write; leaves write and key-write stamps.
    Insert,
    /// Non-key update of a row: aborts on a later write or share; leaves a write stamp.
    Update,
    /// Deletion or change of key columns: aborts on a later write, share or key-share; leaves
    /// write and key-write stamps.
    Delete,
    /// Entry of a non-unique index, or another key that no two transactions can disagree on:
    /// tested against nothing, leaves a write stamp (serializable range reads must see it).
    Blind,
}

/// One key's post-image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Encoded key.
    pub key: Bytes,
    /// What the conflict check makes of it.
    pub mode: WriteMode,
    /// Encoded row after the transaction; `None` deletes the key.
    pub value: Option<Bytes>,
}

/// Row-lock strengths, as PostgreSQL names them (§13.3.2 of its manual).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckMode {
    /// `FOR KEY SHARE`, and what a foreign key holds on its parent.
    KeyShare,
    /// `FOR SHARE`.
    Share,
    /// `FOR NO KEY UPDATE`.
    NoKeyUpdate,
    /// `FOR UPDATE`.
    Update,
}

/// A key that the transaction relied on without writing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Encoded key.
    pub key: Bytes,
    /// Strength.
    pub mode: CheckMode,
}

/// The one message of COMMIT.
#[derive(Clone, Debug, PartialEq)]
pub struct CommitRequest {
    /// Chosen by the query node; the same id is never applied twice.
    pub txn_id: TxnId,
    /// The only epoch in which this request may commit; others answer `WrongEpoch`.
    pub epoch: Epoch,
    /// What the transaction read at; its commit timestamp will be greater.
    pub snapshot_ts: Timestamp,
    /// At most one entry a key.
    pub writes: Vec<Write>,
    /// Row locks and foreign-key parents.
    pub checks: Vec<Check>,
    /// Everything that was read, under SERIALIZABLE only; else empty.
    pub read_ranges: Vec<KeyRange>,
    /// Version keys of the schema objects used (PROTOCOL §11), tested and stamped as `KeyShare`;
    /// a hit is reported as [`ConflictKind::Schema`]. So DDL must write such a key in a mode that
    /// leaves a key-write stamp: [`WriteMode::Insert`] if it only changes the description (running
    /// DML then aborts, DDL does not), [`WriteMode::Delete`] if it has also read the object's rows,
    /// as building an index or validating a constraint does (rows that came in meanwhile abort it).
    pub schema_keys: Vec<Bytes>,
    /// NOTIFY: told to those who listen, if it commits.
    pub notifications: Vec<Notification>,
}

/// What one session tells those that listen to a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub database: Oid,
    /// Process id of the session that sent it.
    pub pid: i32,
    /// Less than 64 bytes. The empty channel is nobody's: what is on it marks where somebody has begun to
    /// listen.
    pub channel: Arc<str>,
    /// Less than 8,000 bytes.
    pub payload: Arc<str>,
}

/// Which rule of PROTOCOL §7 refused the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// A key was written, or locked, by a transaction that committed first (OC000).
    Key,
    /// A schema object that it used has changed (OC001).
    Schema,
    /// SERIALIZABLE: something it read has changed.
    ReadRange,
    /// Its snapshot is older than what the conflict map still knows.
    TooOld,
    /// `resolve` was asked about it before it arrived, and has barred it.
    Cancelled,
}

/// Why and against whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The rule.
    pub kind: ConflictKind,
    /// The key in dispute; for a read range, the key that was written; empty if `TooOld` or `Cancelled`.
    pub key: Bytes,
    /// Commit timestamp of the winner, where known; else zero.
    pub winner_ts: Timestamp,
}

/// What became of a [`CommitRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Durable and visible to every snapshot `>=` this timestamp.
    Committed(Timestamp),
    /// Not in the journal and never will be.
    Aborted(Conflict),
}

/// One committed transaction as the journal keeps it. Values of checks are not journaled beyond
/// key and mode, which is what a rebuilt conflict map needs.
#[derive(Clone, Debug, PartialEq)]
pub struct CommitRecord {
    pub txn_id: TxnId,
    pub snapshot_ts: Timestamp,
    /// Strictly increasing along the journal.
    pub commit_ts: Timestamp,
    pub writes: Vec<Write>,
    pub checks: Vec<Check>,
    pub schema_keys: Vec<Bytes>,
    pub notifications: Vec<Notification>,
}
