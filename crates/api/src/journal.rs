//! The durable, ordered log of commits (PROTOCOL §8).

use async_trait::async_trait;
use futures::stream::BoxStream;
use gavel_types::{CommitRecord, Epoch, Lsn, Timestamp};

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// First record of an epoch; later records of older epochs are void.
    Epoch { epoch: Epoch, opened_at: Timestamp },
    /// Durable ceiling: no promise of this epoch exceeds it (PROTOCOL §3).
    Ceiling(Timestamp),
    /// A committed transaction.
    Commit(CommitRecord),
}

/// What can go wrong, by what the caller should do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Another writer opened a later epoch: stop for good.
    #[error("fenced by epoch {0:?}")]
    Fenced(Epoch),
    /// No space: nothing of the batch was kept; may succeed once space returns.
    #[error("journal disk is full")]
    DiskFull,
    /// Too much is waiting; nothing of the batch was kept; ask again later.
    #[error("journal queue is full")]
    Overloaded,
    /// The batch exceeds what the journal can keep in one piece; nothing of it was kept.
    #[error("batch of {0} bytes is too large for the journal")]
    TooLarge(usize),
    /// It is unknown whether the batch is durable; the journal takes no more appends.
    #[error("journal failed: {0}")]
    Failed(String),
    /// The position was trimmed away.
    #[error("journal is trimmed up to {0}")]
    Trimmed(Lsn),
    /// Damage before the tail.
    #[error("journal is corrupt: {0}")]
    Corrupt(String),
    /// Being shut down.
    #[error("journal is closed")]
    Closed,
}

/// A record with its position.
pub type Entry = (Lsn, Record);

#[async_trait]
pub trait Journal: Send + Sync {
    /// Opens a new epoch above all earlier ones; durable when this returns. Only the newest epoch
    /// may append.
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error>;

    /// Appends `records` in order and atomically with respect to crashes of the tail; returns the
    /// position of the last once all are durable. Concurrent calls share one flush. A call takes
    /// its place in the order at the first poll of its future; dropping the future after that does
    /// not withdraw it. An empty `records` answers the present last position.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::Overloaded`], [`Error::TooLarge`] and [`Error::Fenced`] leave the
    /// journal as it was; [`Error::Failed`] and [`Error::Closed`] leave the outcome unknown.
    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error>;

    /// Durable records from `from` (inclusive; `Lsn::ZERO` is the first ever) on, then those to
    /// come; ends only with an error or when the journal closes. Positions are dense: each batch
    /// goes on where the last ended, and none is empty.
    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>>;

    /// First position that is kept, and the last durable one (`Lsn::ZERO` when there is none yet).
    fn bounds(&self) -> (Lsn, Lsn);

    /// Allows positions below `below` to be dropped; some of them may stay.
    async fn trim(&self, below: Lsn) -> Result<(), Error>;
}
