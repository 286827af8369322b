//! Reading as of a timestamp (DESIGN §3, PROTOCOL §4).

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_types::{KeyRange, Lsn, Timestamp};

use crate::scan::ScanProgram;
use crate::traffic::Traffic;

/// What can go wrong, by what the caller should do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// `snapshot_ts` is below what is kept: start a new transaction (72000).
    #[error("snapshot {asked} is older than {kept}")]
    SnapshotTooOld { asked: Timestamp, kept: Timestamp },
    /// The replica does not hold this range: ask another.
    #[error("range is not held here")]
    WrongShard,
    /// The program contains something that this build cannot compile: do it above the scan.
    #[error("cannot run pushed program: {0}")]
    Unsupported(String),
    /// A row failed to evaluate (division by zero, …): the client's error.
    #[error(transparent)]
    Evaluation(#[from] gavel_types::SqlError),
    /// The replica lags and the wait ran out: try another.
    #[error("replica is behind")]
    Behind,
    /// Damage or failure of the store.
    #[error("storage failed: {0}")]
    Failed(String),
}

/// A scan of several ranges with a program; rows come in the order of `ranges`, then of keys, or with
/// `reverse` exactly the other way round: from the last range's end to the first one's start.
#[derive(Clone, Debug)]
pub struct ScanRequest {
    pub snapshot_ts: Timestamp,
    /// Disjoint.
    pub ranges: Vec<KeyRange>,
    pub reverse: bool,
    pub program: Arc<ScanProgram>,
    /// Where to count what is exchanged; stays on the side that asks.
    pub traffic: Option<Arc<Traffic>>,
}

/// Progress of a replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watermarks {
    /// Every commit `<=` this is applied.
    pub applied_ts: Timestamp,
    pub applied_lsn: Lsn,
    /// Journal position below which everything survives a crash of this replica.
    pub durable_lsn: Lsn,
    /// Snapshots below this are refused.
    pub gc_ts: Timestamp,
}

/// How far along the journal a store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyPoint {
    /// Last record applied.
    pub lsn: Lsn,
    /// Commit time of the last commit applied.
    pub ts: Timestamp,
}

/// Asks for all versions of the keys of `range` that some snapshot may still need.
#[derive(Clone, Debug)]
pub struct CopyRequest {
    pub range: KeyRange,
    /// Versions above it are not wanted: the journal has them. `None` takes where the peer is.
    pub upto: Option<CopyPoint>,
}

/// One version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub key: Bytes,
    pub commit_ts: Timestamp,
    /// Encoded row; `None` if the key was deleted.
    pub value: Option<Bytes>,
}

/// A piece of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The same in all pieces of one copy.
    pub upto: CopyPoint,
    /// Snapshots below this cannot be read from the copy: what they need may have been collected.
    pub gc_ts: Timestamp,
    /// By key, newest first; all of a key are in one piece.
    pub versions: Vec<Version>,
    /// Nothing follows. A copy that ends without it is not whole: ask for the rest, from any peer.
    pub last: bool,
}

/// What a replica does for one that begins, while it serves.
#[async_trait]
pub trait Bootstrap: Send + Sync {
    /// The versions that `request` asks for. Dropping the stream ends the copy.
    ///
    /// # Errors
    /// [`Error::Behind`] if this replica has not reached `upto` itself.
    async fn copy(&self, request: CopyRequest) -> Result<BoxStream<'static, Result<Copied, Error>>, Error>;
}

/// Key and encoded row.
pub type RawRow = (Bytes, Bytes);

#[async_trait]
pub trait Storage: Send + Sync {
    /// The encoded rows of `keys` at `snapshot_ts`, in their order; `None` where there is none.
    async fn get(&self, snapshot_ts: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error>;

    /// Arrow batches of what the program returns. Dropping the stream stops the scan.
    async fn scan(&self, request: ScanRequest) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error>;

    /// Encoded rows of `range` in key order (or reverse), at most `limit`, in one answer: for
    /// small ranges that bypass Arrow.
    async fn scan_raw(
        &self,
        snapshot_ts: Timestamp,
        range: &KeyRange,
        reverse: bool,
        limit: usize,
    ) -> Result<Vec<RawRow>, Error>;

    /// About how many rows each of `ranges` holds, in their order: for planning. Answered from what the
    /// store keeps anyway, without reading the rows, once everything up to `at_least` is applied.
    async fn estimate_rows(&self, at_least: Timestamp, ranges: &[KeyRange]) -> Result<Vec<u64>, Error>;

    fn watermarks(&self) -> Watermarks;
}
