//! What can be tuned.

/// Sizes and bounds of the engine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A memtable of this size is sealed and flushed. In memory it takes up to twice as much.
    pub memtable_bytes: u64,
    /// Applying waits while that many sealed memtables wait for the disk.
    pub max_sealed_memtables: usize,
    /// Applying waits while that many flushed runs wait for compaction: each makes reads slower.
    pub max_l0_runs: usize,
    /// Cache of blocks read from disk.
    pub cache_bytes: u64,
    /// Files kept open.
    pub open_files: usize,
    /// Size of the files that compaction writes.
    pub table_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            memtable_bytes: 16 << 20,
            max_sealed_memtables: 4,
            max_l0_runs: 24,
            cache_bytes: 256 << 20,
            open_files: 256,
            table_bytes: 64 << 20,
        }
    }
}
