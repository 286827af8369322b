//! What the adjudicator counts, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use gavel_types::ConflictKind;

/// Totals since the adjudicator was opened.
#[derive(Debug, Default)]
pub struct Counters {
    /// Commits that became visible.
    pub committed: AtomicU64,
    /// Aborts because of a key that was written or locked.
    pub key_conflicts: AtomicU64,
    /// Aborts because a schema object has changed.
    pub schema_conflicts: AtomicU64,
    /// Aborts of SERIALIZABLE transactions because of what they have read.
    pub range_conflicts: AtomicU64,
    /// Aborts because the snapshot was too old.
    pub too_old: AtomicU64,
    /// Aborts because `resolve` came first.
    pub cancelled: AtomicU64,
    /// Accepted, then refused by the journal.
    pub refused: AtomicU64,
    /// Batches that were durable before true time had certainly reached them.
    pub gated: AtomicU64,
    /// How long those waited, in nanoseconds together.
    pub gated_nanos: AtomicU64,
}

impl Counters {
    pub(crate) fn abort(&self, kind: ConflictKind) {
        let counter = match kind {
            ConflictKind::Key => &self.key_conflicts,
            ConflictKind::Schema => &self.schema_conflicts,
            ConflictKind::ReadRange => &self.range_conflicts,
            ConflictKind::TooOld => &self.too_old,
            ConflictKind::Cancelled => &self.cancelled,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
