//! Indexes built and dropped while their table is written to (RFC 0005).
//!
//! ```text
//!  statement ─► index DeleteOnly, job submitted ── one commit ──► COMMIT of the statement
//!                                                    │
//!  runner, on any query node:  decide (ladder) ─► step, fence or batch ─► one commit each, with the job's row
//!                                     ▲                                       │
//!                                     └──────────── conflict, or next ────────┘
//! ```
//! | module | what it holds |
//! |---|---|
//! | [`ladder`] | what is to be done next: the decision, pure |
//! | [`runner`] | does it, transaction by transaction, until the job has ended |
//! | `step` | the commits that change the catalog, or turn writers away |
//! | [`backfill`] | entries for rows that were there before |
//! | `quiet` | waiting for writers of a rung that is on its way out |
//! | [`watch`] | jobs that nobody works on are taken over, old ones forgotten |
//! | [`wait`] | who waits for a job, or looks at jobs |
//!
//! # Invariants
//! 1. Whatever a runner commits it commits together with the job's row, which it has read at the same snapshot and
//!    which named it: of two runners of one job one conflicts.
//! 2. Nothing depends on time but how long somebody waits.

pub mod backfill;
pub mod ladder;
mod quiet;
pub mod runner;
mod step;
pub mod wait;
pub mod watch;

use std::collections::HashSet;

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};

/// Batches that a node fills in at a time, of all its jobs; they take turns.
const BATCHES_AT_A_TIME: usize = 4;

/// What a query node knows of jobs; what is certain about them is in their rows.
#[derive(Debug)]
pub struct Jobs {
    /// This node as a runner: random, anew at each start.
    pub node: u64,
    running: Mutex<HashSet<u64>>,
    turns: Semaphore,
    /// Somebody has submitted a job.
    submitted: Notify,
    /// A job that ran here has ended.
    ended: Notify,
}

impl Jobs {
    pub fn new(node: u64) -> Self {
        let (submitted, ended) = (Notify::new(), Notify::new());
        Self { node, running: Mutex::default(), turns: Semaphore::new(BATCHES_AT_A_TIME), submitted, ended }
    }

    /// Says that there is a job to look for.
    pub fn submit(&self) {
        self.submitted.notify_one();
    }
}

#[cfg(test)]
mod model_test;
