//! What can be tuned.

use std::time::Duration;

/// Bounds of a replica.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Snapshots older than this, against the newest commit, are refused (PROTOCOL §12).
    pub snapshot_window: Duration,
    /// The journal keeps this much commit time for a conflict map to be rebuilt from (PROTOCOL §8).
    pub conflict_window: Duration,
    /// How long a read waits for the replica to reach its snapshot.
    pub max_wait: Duration,
    /// How long a read waits before the adjudicator is asked to close its snapshot: most reads are
    /// at a commit that is on its way here already.
    pub close_after: Duration,
    /// How far ahead of time timestamps may be closed for readers here while the leader is far, so that
    /// they need not ask it (PROTOCOL §13); zero: not at all.
    pub lead: Duration,
    /// What is applied is made durable at least this often.
    pub flush_interval: Duration,
    /// Rows looked at for one batch of a scan.
    pub batch_rows: usize,
    /// Encoded bytes looked at for one batch of a scan.
    pub batch_bytes: usize,
    /// The engine's own.
    pub engine: gavel_mvcc::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            snapshot_window: Duration::from_secs(310),
            conflict_window: Duration::from_secs(600),
            max_wait: Duration::from_secs(10),
            close_after: Duration::from_micros(500),
            lead: Duration::from_millis(100),
            flush_interval: Duration::from_secs(60),
            batch_rows: 8_192,
            batch_bytes: 4 << 20,
            engine: gavel_mvcc::Settings::default(),
        }
    }
}
