//! What can go wrong before COMMIT, and the limits that make it go wrong.

use gavel_types::{SqlError, SqlState};

/// Bounds of one transaction.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of keys and values in the write buffer.
    pub size_bytes: usize,
    /// Ranges of the read set before neighbours are joined.
    pub read_ranges: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size_bytes: 1 << 30, read_ranges: 1_000 }
    }
}

/// By what the caller should do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The write buffer is full (54000): write less in one transaction.
    #[error("transaction size limit of {limit} bytes exceeded")]
    TooLarge { limit: usize },
    /// Temporary tables hold all that they may (53200): drop or empty some.
    #[error("temporary tables of this session hold more than {limit} bytes")]
    TemporaryFull { limit: usize },
    /// A read failed.
    #[error(transparent)]
    Storage(#[from] gavel_api::storage::Error),
}

impl From<Error> for SqlError {
    fn from(e: Error) -> Self {
        match e {
            Error::TooLarge { .. } => Self::new(SqlState::ProgramLimitExceeded, e.to_string())
                .hint("Split the work into several transactions, or raise \"transaction_size_limit\"."),
            Error::TemporaryFull { .. } => Self::new(SqlState::OutOfMemory, e.to_string())
                .hint("Drop or truncate temporary tables, or raise \"session.temporary.max_bytes\" of the server."),
            Error::Storage(e) => storage_error(e),
        }
    }
}

/// A failed read as the client is told of it.
pub fn storage_error(e: gavel_api::storage::Error) -> SqlError {
    use gavel_api::storage::Error as E;
    match e {
        E::SnapshotTooOld { .. } => SqlError::new(SqlState::SnapshotTooOld, "snapshot too old"),
        E::Evaluation(e) => e,
        E::WrongShard | E::Behind => {
            SqlError::new(SqlState::CannotConnectNow, format!("storage is not available: {e}"))
        }
        E::Unsupported(_) | E::Failed(_) => SqlError::internal(e.to_string()),
    }
}
