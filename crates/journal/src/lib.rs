//! The durable, ordered log of commits (PROTOCOL §8): the version that keeps it in files of one
//! node. `docs/formats/journal.md` describes the bytes.
//!
//! ```text
//!  append ──► queue ──► writer thread ──► segment files ──► fdatasync ──► replies
//!                                                │                │
//!                                                └── tail ◄── recent records in memory
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`record`] | bytes of one record; pure |
//! | [`frame`] | bytes of one append: header, checksum, several records; pure |
//! | [`segment`] | names and headers of files; where a file's good frames end; pure |
//! | [`recovery`] | what is found at open: torn tail or damage |
//! | [`disk`] | what the journal asks of a disk, as a trait |
//! | [`real_disk`], [`memory_disk`] | a directory; memory with faults and crashes |
//! | `queue`, `writer`, `wal`, `spare` | the writer thread, what waits for it, how it writes, the file prepared ahead |
//! | `shared`, `reader` | what tails read: recent records, then files |
//! | `counters` | [`Counters`], for metrics |
//! | [`file`] | [`FileJournal`], which ties them together |
//!
//! Invariants:
//! - A position is given out once; what has been answered `Ok` is there after any crash.
//! - What has been answered with `DiskFull`, `Overloaded`, `TooLarge` or `Fenced` is not there.
//! - After a failed flush nothing is written any more; the flush is never tried again, because the
//!   kernel may have dropped the dirty pages and would report success.

mod counters;
pub mod disk;
pub mod file;
pub mod frame;
pub mod memory_disk;
mod queue;
pub mod raft;
mod reader;
pub mod real_disk;
pub mod record;
pub mod recovery;
pub mod segment;
mod settings;
mod shared;
mod spare;
mod wal;
mod writer;

pub use counters::Counters;
pub use disk::{Disk, DiskFile};
pub use file::FileJournal;
pub use memory_disk::MemoryDisk;
pub use real_disk::DirectoryDisk;
pub use settings::Settings;
