//! The seam between the storage role and whatever keeps its versions.

use bytes::Bytes;
use gavel_types::{KeyRange, Lsn, Timestamp, Write};

use crate::{Result, Scan};

/// How far along the journal a store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Last record applied; zero if none.
    pub lsn: Lsn,
    /// Commit time of the last commit applied; zero if none.
    pub ts: Timestamp,
}

/// One committed transaction.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    pub lsn: Lsn,
    pub commit_ts: Timestamp,
    /// At most one a key.
    pub writes: &'a [Write],
}

/// All that is kept of a range's keys: by key, newest version first. Holds files alive as [`Scan`] does.
pub type Versions = Box<dyn Iterator<Item = Result<Vec<Version>>> + Send>;

/// One version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub key: Bytes,
    pub commit_ts: Timestamp,
    /// `None` if it deletes.
    pub row: Option<Bytes>,
}

/// Sizes, for people and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Versions of all keys, roughly.
    pub versions: u64,
    pub disk_bytes: u64,
    /// Written since the last seal.
    pub memtable_bytes: u64,
    /// Full memtables that wait for the disk.
    pub sealed_memtables: u64,
    /// Flushed runs that wait for compaction.
    pub l0_runs: u64,
}

/// A versioned store. One thread applies; any number read.
pub trait Engine: Send + Sync {
    /// Applies a commit; records must come in journal order, and one that is already applied
    /// changes nothing. Never waits for the disk: ask [`Engine::has_room`] before. Readers at
    /// snapshots below `commit_ts` never see any of it, later ones may see part until this returns.
    ///
    /// # Errors
    /// [`crate::Error::OutOfOrder`], [`crate::Error::Unfit`], [`crate::Error::Closed`].
    fn apply(&self, batch: Batch<'_>) -> Result<()>;

    /// Whether less than the bounds allow waits for the disk. While not, applying more only costs
    /// memory and slows reads; the caller is expected to wait.
    fn has_room(&self) -> bool;

    /// Moves the position past a journal record that holds no writes.
    ///
    /// # Errors
    /// [`crate::Error::Closed`].
    fn skip(&self, lsn: Lsn) -> Result<()>;

    /// The row behind `key` at `at`.
    ///
    /// # Errors
    /// [`crate::Error::Io`], [`crate::Error::Corrupt`].
    fn get(&self, key: &[u8], at: Timestamp) -> Result<Option<Bytes>>;

    /// Rows of `range` at `at` in key order, or against it. Once open it holds what it needs, whatever
    /// the horizon does.
    fn scan(&self, range: &KeyRange, at: Timestamp, reverse: bool) -> Scan;

    /// Applied so far.
    fn applied(&self) -> Position;

    /// What survives a crash.
    fn durable(&self) -> Position;

    /// Makes everything applied so far durable; returns once it is.
    ///
    /// # Errors
    /// [`crate::Error::Io`]: nothing is lost, and trying again may succeed.
    fn flush(&self) -> Result<()>;

    /// Promises that nobody reads below `horizon` any more, not even after a crash: of each key,
    /// versions older than the newest one `<= horizon` may go.
    fn set_horizon(&self, horizon: Timestamp);

    /// Collects now what [`Engine::set_horizon`] allows; takes as long as rewriting everything.
    ///
    /// # Errors
    /// [`crate::Error::Io`], [`crate::Error::Corrupt`].
    fn collect(&self) -> Result<()>;

    /// Promises that no key of `range` is written any more after `at`, nor read at any snapshot above
    /// it; once the horizon reaches `at`, its space comes back by and by. Part of the next batch that
    /// is applied: as durable as that. Told again, it changes nothing.
    fn forget(&self, range: &KeyRange, at: Timestamp);

    /// For each key of `range` its versions committed at or before `upto`, without those that no
    /// snapshot at or above the horizon sees.
    fn versions(&self, range: &KeyRange, upto: Timestamp) -> Versions;

    /// Adds versions of another store, in any order, to one that has applied nothing. They count once
    /// [`Engine::loaded`] says so; until then a crash leaves a store that is to be thrown away.
    ///
    /// # Errors
    /// [`crate::Error::Unfit`], [`crate::Error::Closed`].
    fn load(&self, versions: &[Version]) -> Result<()>;

    /// All versions up to `position` that snapshots at or above `oldest` see are loaded. Durable once
    /// flushed.
    fn loaded(&self, position: Position, oldest: Timestamp);

    /// Snapshots below this cannot be read, however young: zero unless the store was loaded.
    fn oldest(&self) -> Timestamp;

    /// About how many rows `range` holds in the newest state; cheap, whatever the range.
    ///
    /// # Errors
    /// [`crate::Error::Io`], [`crate::Error::Corrupt`].
    fn estimate(&self, range: &KeyRange) -> Result<u64>;

    fn stats(&self) -> Stats;
}
