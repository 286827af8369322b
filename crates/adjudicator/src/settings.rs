//! What users tune.

use std::time::Duration;

/// Bounds of an adjudicator.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `adjudicator.conflict.window`: how old a snapshot may be that a writer commits from. More
    /// than the age limit of transactions (300 s), so that this one never decides.
    pub conflict_window: Duration,
    /// `adjudicator.conflict.max_keys`: keys that the conflict map remembers; beyond, the oldest are
    /// forgotten and older snapshots refused. About 60 bytes each.
    pub max_keys: usize,
    /// `adjudicator.conflict.range_size_bytes`: memory of recent writes for SERIALIZABLE; beyond,
    /// the oldest are forgotten and older SERIALIZABLE snapshots refused.
    pub range_size_bytes: usize,
    /// `adjudicator.outcome.window`: how long outcomes are remembered.
    pub outcome_window: Duration,
    /// `adjudicator.outcome.max_barred`: transactions barred by `resolve` that are remembered;
    /// beyond, `resolve` of unknown ones is refused.
    pub max_barred: usize,
    /// `adjudicator.max_future`: how far ahead of our clock a snapshot or a close may be.
    pub max_future: Duration,
    /// `adjudicator.ceiling_lead`: how far ahead a ceiling is set.
    pub ceiling_lead: Duration,
    /// `adjudicator.ceiling_silence`: for how long after the last promise ceilings are renewed, so
    /// that the next one need not wait for a write.
    pub ceiling_silence: Duration,
    /// `adjudicator.opening_wait`: how long requests wait for a new leader that rebuilds.
    pub opening_wait: Duration,
    /// `adjudicator.queue.wait`: commits that would wait for longer than this, as things go, are
    /// refused with 53400.
    pub queue_wait: Duration,
    /// `adjudicator.pipe.depth`: batches on their way to the journal at a time.
    pub pipe_depth: usize,
    /// `adjudicator.pipe.size_bytes`: what may be on its way to the journal at a time. One
    /// transaction that is larger travels alone.
    pub pipe_size_bytes: usize,
    /// `adjudicator.batch.size_bytes`: what goes into one append, if not one transaction is larger.
    pub batch_size_bytes: usize,
    /// `adjudicator.queue.size_bytes`: what may wait for the pipe; beyond, commits are refused with
    /// 53400.
    pub queue_size_bytes: usize,
    /// `adjudicator.queue.requests`: as above, in transactions.
    pub queue_requests: usize,
    /// `adjudicator.transaction.size_bytes`: what one transaction may write; beyond, 54000.
    pub transaction_size_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            conflict_window: Duration::from_secs(310),
            max_keys: 8 << 20,
            range_size_bytes: 64 << 20,
            outcome_window: Duration::from_secs(600),
            max_barred: 1 << 20,
            max_future: Duration::from_millis(500),
            ceiling_lead: Duration::from_millis(500),
            ceiling_silence: Duration::from_secs(60),
            opening_wait: Duration::from_secs(2),
            queue_wait: Duration::from_secs(5),
            pipe_depth: 8,
            pipe_size_bytes: 32 << 20,
            batch_size_bytes: 1 << 20,
            queue_size_bytes: 512 << 20,
            queue_requests: 65_536,
            transaction_size_bytes: 900 << 20,
        }
    }
}
