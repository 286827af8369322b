//! What users tune.

/// Sizes and bounds of a file journal.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `journal.segment.size_bytes`: size that files are preallocated to. An append that is larger
    /// gets a file of its own size.
    pub segment_size_bytes: u64,
    /// `journal.group.size_bytes`: what one flush takes at most (one append is never split).
    pub group_size_bytes: usize,
    /// `journal.queue.size_bytes`: what may wait for the writer; beyond it appends are refused.
    pub queue_size_bytes: usize,
    /// `journal.cache.size_bytes`: recent records kept in memory for tails. The newest append is
    /// kept whatever its size.
    pub cache_size_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            segment_size_bytes: 16 << 20,
            group_size_bytes: 8 << 20,
            queue_size_bytes: 64 << 20,
            cache_size_bytes: 64 << 20,
        }
    }
}
