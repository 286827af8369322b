//! What the journal counts, for metrics.

use std::sync::atomic::AtomicU64;

/// Totals since the journal was opened.
#[derive(Debug, Default)]
pub struct Counters {
    /// Appends that became durable.
    pub appends: AtomicU64,
    /// Bytes of their frames.
    pub bytes: AtomicU64,
    /// Flushes that made them so; fewer than appends, if commits come side by side.
    pub flushes: AtomicU64,
    /// Time spent in flushes, in microseconds.
    pub flush_micros: AtomicU64,
    /// Appends that were refused or failed.
    pub refused: AtomicU64,
}
