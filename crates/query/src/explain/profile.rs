//! Counts of EXPLAIN ANALYZE: rows, batches, runs and time of each plan node.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_api::traffic::Traffic;
use gavel_types::SqlResult;
use parking_lot::Mutex;

use crate::exec::operator::{BoxOperator, Operator};

/// What was counted of one node, over all of its runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often it was started.
    pub loops: u64,
    pub rows: u64,
    /// Microseconds inside of it, its inputs included.
    pub micros: i64,
}

/// What MERGE has done with the rows of its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    pub inserted: u64,
    pub updated: u64,
    pub deleted: u64,
    /// Rows that no clause was for, or one that does nothing.
    pub skipped: u64,
}

impl Merged {
    /// How many rows have been written.
    pub fn written(&self) -> u64 {
        self.inserted + self.updated + self.deleted
    }
}

/// Counts by node id. Time is told by `clock`, in microseconds.
pub struct Profile {
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    counts: Mutex<HashMap<usize, Counts>>,
    traffic: Mutex<HashMap<usize, Arc<Traffic>>>,
    merged: Mutex<HashMap<usize, Merged>>,
}

impl Profile {
    pub fn new(clock: Arc<dyn Fn() -> i64 + Send + Sync>) -> Arc<Self> {
        Arc::new(Self { clock, counts: Mutex::default(), traffic: Mutex::default(), merged: Mutex::default() })
    }

    /// Where to count what the node's scans exchange with storage.
    pub fn traffic(&self, node: usize) -> Arc<Traffic> {
        self.traffic.lock().entry(node).or_default().clone()
    }

    /// What a node's scans exchanged with storage; `None` if they asked for nothing.
    pub fn exchanged(&self, node: usize) -> Option<Arc<Traffic>> {
        self.traffic.lock().get(&node).filter(|t| t.total().round_trips > 0).cloned()
    }

    /// Notes what a MERGE has done.
    pub fn has_merged(&self, node: usize, merged: Merged) {
        self.merged.lock().insert(node, merged);
    }

    /// What a MERGE has done, if that was noted.
    pub fn merged(&self, node: usize) -> Option<Merged> {
        self.merged.lock().get(&node).copied()
    }

    /// Counts of the node; zeros if it never ran.
    pub fn counts(&self, node: usize) -> Counts {
        self.counts.lock().get(&node).copied().unwrap_or_default()
    }
}

struct Profiled {
    inner: BoxOperator,
    node: usize,
    profile: Arc<Profile>,
}

/// Counts what `inner`, the running form of `node`, does.
pub fn wrap(profile: &Arc<Profile>, node: usize, inner: BoxOperator) -> BoxOperator {
    profile.counts.lock().entry(node).or_default().loops += 1;
    Box::new(Profiled { inner, node, profile: profile.clone() })
}

#[async_trait]
impl Operator for Profiled {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let begun = (self.profile.clock)();
        let result = self.inner.next().await;
        let spent = (self.profile.clock)().saturating_sub(begun);
        let mut counts = self.profile.counts.lock();
        let counts = counts.entry(self.node).or_default();
        counts.micros += spent;
        if let Ok(Some(batch)) = &result {
            counts.rows += batch.num_rows() as u64;
        }
        result
    }
}
