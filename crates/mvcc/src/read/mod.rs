//! Scans: several sorted sources, read at one timestamp, as chunks of rows.
//!
//! ```text
//!  active memtable ──┐
//!  sealed memtables ─┤ pages: newest visible version of each key ─► merge ─► Rows
//!  runs of files ────┘
//! ```
//! | module | what it holds |
//! |---|---|
//! | [`rows`] | what a scan fills |
//! | [`page`] | the newest visible versions of some keys of one source |
//! | [`blocks`] | blocks of files, and pages of them |
//! | [`source`] | a source as a sequence of pages |
//! | [`merge`] | the scan |
//!
//! Invariants:
//! 1. A source shows of each key the newest version that it has below the sequence number of the
//!    scan; the newest over all sources is the answer.
//! 2. The same version may lie in two sources, while a memtable is flushed; it counts once.
//! 3. Old versions of a key are passed over by a search once a few were met, not one by one.

pub mod blocks;
pub mod merge;
pub mod page;
pub mod rows;
pub mod source;

pub use merge::Scan;
pub use rows::{Parts, Rows};
