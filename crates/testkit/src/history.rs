//! What clients did to a database and what they were told, on one clock.
//!
//! ```text
//! client 0   |--- append 1:7, read 2 = [3] ---|            committed
//! client 1          |--- read 1 = [7], append 2:4 -- ?     unknown: the reply to COMMIT never came
//!           begun ↑                                  ↑ ended
//! ```
//! A transaction's interval holds all of it: `begun` is taken before its first message is sent, `ended`
//! after its last reply. One whose outcome is unknown has no end: it may take effect at any time later.
//! A read without an answer is not recorded.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Which list.
pub type Key = u32;
/// What is appended; unique over a history.
pub type Element = u32;

/// What the client was told about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Committed,
    Aborted,
    Unknown,
}

/// One operation that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Append { key: Key, element: Element },
    Read { key: Key, list: Vec<Element> },
}

/// One transaction of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub client: u32,
    /// The query node that it went through.
    pub node: u32,
    /// Nanoseconds since the history began.
    pub begun: u64,
    /// Likewise; `None` if the outcome is unknown.
    pub ended: Option<u64>,
    pub outcome: Outcome,
    pub operations: Vec<Operation>,
}

/// Collects the transactions of several clients.
#[derive(Debug)]
pub struct Recorder {
    start: Instant,
    done: Mutex<Vec<Transaction>>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { start: Instant::now(), done: Mutex::default() }
    }
}

impl Recorder {
    /// A transaction of `client` through `node` that begins now.
    pub fn begin(&self, client: u32, node: u32) -> Transaction {
        Transaction { client, node, begun: self.now(), ended: None, outcome: Outcome::Unknown, operations: Vec::new() }
    }

    /// Keeps `transaction`, which ends now with `outcome`.
    pub fn end(&self, mut transaction: Transaction, outcome: Outcome) {
        transaction.outcome = outcome;
        transaction.ended = (outcome != Outcome::Unknown).then(|| self.now());
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(transaction);
    }

    /// How many were kept so far.
    pub fn count(&self) -> usize {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// All that were kept.
    pub fn take(&self) -> Vec<Transaction> {
        std::mem::take(&mut *self.done.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
