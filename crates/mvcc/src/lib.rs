//! The versioned store: every key with its versions over commit time, read as of a timestamp.
//!
//! ```text
//!            commit_ts →   3        5        8        9
//!   key a                  v1                v2
//!   key b                           v1                deleted
//!
//!   get(b, at 8) = v1      get(b, at 9) = none      get(a, at 7) = v1
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`engine`] | the seam: apply, get, scan, flush, horizon |
//! | [`lsm`] | the engine: an LSM tree without a log of its own, since the journal is the log |
//! | `lsm/copy` | a store copied into another |
//! | [`version`] | how a version lies in the tree |
//! | [`collect`] | which versions may go |
//! | `counts` | rows of each object |
//! | [`read`] | scans |
//! | [`settings`] | sizes and bounds |
//!
//! Invariants:
//! 1. A read at `S` answers the newest version with commit time `<= S`, provided that everything
//!    up to `S` is applied and `S` is not below the horizon.
//! 2. What survives a crash is exactly what a prefix of the journal says, and [`engine::Position`]
//!    tells which.
//! 3. Applying a record a second time changes nothing.
//! 4. No version visible at any `S >=` horizon is collected.

pub mod collect;
mod counts;
pub mod engine;
pub mod lsm;
pub mod read;
pub mod settings;
pub mod version;
mod workers;

pub use engine::{Batch, Engine, Position, Stats, Version, Versions};
pub use lsm::LsmEngine;
pub use read::{Parts, Rows, Scan};
pub use settings::Settings;

/// What can go wrong, by what the caller should do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The record cannot be stored; it should never have reached the journal. Stop.
    #[error("record cannot be stored: {0}")]
    Unfit(&'static str),
    /// A record out of journal order: a fault of the caller.
    #[error("record {given} does not follow {applied}")]
    OutOfOrder { given: gavel_types::Lsn, applied: gavel_types::Lsn },
    /// The disk refused; may succeed later.
    #[error("store: {0}")]
    Io(String),
    /// What is on disk contradicts itself.
    #[error("store is damaged: {0}")]
    Corrupt(String),
    /// The store is being closed.
    #[error("store is closed")]
    Closed,
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<lsm_tree::Error> for Error {
    fn from(e: lsm_tree::Error) -> Self {
        match e {
            // How `collect` stops a compaction.
            lsm_tree::Error::Io(e) if e.kind() == std::io::ErrorKind::Interrupted => Self::Closed,
            lsm_tree::Error::Io(e) => Self::Io(e.to_string()),
            e => Self::Corrupt(e.to_string()),
        }
    }
}
