//! A history of appends to lists and reads of them, checked for what no isolation level, or not this
//! one, allows. After Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental
//! Observations" (VLDB 2020); names of anomalies after Adya, "Weak Consistency" (MIT, 1999).
//!
//! A list shows in which order it was written: who reads `[3, 1, 7]` has seen the version of 7 and tells
//! that 3 and 1 came before. From such orders follow dependencies between transactions:
//!
//! ```text
//! ww  a → b   b's version of a list follows a's
//! wr  a → b   b read a's version
//! rw  a → b   a read the version that b's follows
//! rt  a → b   a had committed before b began
//! ```
//! Every transaction reads at its snapshot and writes at its commit. After ww, wr and rt, b's snapshot is
//! not older than a's commit; after rw, b's commit is younger than a's snapshot. Hence
//!
//! 1. under snapshot isolation every cycle has two rw edges in a row;
//! 2. that holds with rt edges too, if a snapshot holds all that was acknowledged before (strong
//!    snapshot isolation);
//! 3. under serializability there is no cycle of ww, wr and rw.
//!
//! An unknown outcome counts as committed if somebody else has read what it appended, and is left out
//! otherwise.

mod graph;
pub mod load;
#[cfg(test)]
mod store;
#[cfg(test)]
mod tests;
mod versions;

use std::fmt;

use crate::history::Transaction;

/// How many anomalies a report tells; a broken database has them by the thousand.
const MOST: usize = 20;

/// What a database promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Strong snapshot isolation.
    Snapshot,
    /// That, and no cycle of dependencies at all.
    Serializable,
}

/// What must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A list holds an element twice.
    DuplicateAppend,
    /// A list holds what nobody appended.
    UnknownElement,
    /// Of two reads of a list, neither continues the other.
    IncompatibleOrder,
    /// A transaction does not see its own appends, or sees a list change.
    Internal,
    /// A read of what was aborted.
    G1a,
    /// A read of what its writer went on to change.
    G1b,
    /// An acknowledged append that a later reader does not see, nor anybody before.
    LostAppend,
    /// Two transactions read the same version of a list and both appended to it.
    LostUpdate,
    /// A cycle of ww.
    G0,
    /// A cycle of ww and wr.
    G1c,
    /// One of a transaction's writes is seen and another is not.
    FracturedRead,
    /// A cycle with one rw.
    GSingle,
    /// A cycle without two rw in a row.
    GNonadjacent,
    /// A transaction does not see what had been acknowledged before it began.
    StaleRead,
    /// A transaction sees, or precedes, what began after it had ended.
    FutureRead,
    /// A cycle that snapshot isolation allows and serializability does not.
    G2Item,
}

/// One breach.
#[derive(Clone, Debug)]
pub struct Anomaly {
    pub kind: Kind,
    pub what: String,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}

/// What a history shows.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub anomalies: Vec<Anomaly>,
    /// How many of each outcome: committed, aborted, unknown.
    pub outcomes: [usize; 3],
    /// Reads whose version is known.
    pub reads: usize,
}

impl Report {
    /// Which kinds there are, once each.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.anomalies.iter().map(|a| a.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

/// Checks `history`, in any order.
///
/// # Panics
/// If an element was appended twice to one list: such a history shows nothing.
pub fn check(history: &[Transaction], level: Level) -> Report {
    let (versions, mut anomalies) = versions::infer(history);
    anomalies.extend(graph::cycles(history, &versions, level));
    anomalies.truncate(MOST);
    let mut outcomes = [0; 3];
    for transaction in history {
        outcomes[transaction.outcome as usize] += 1;
    }
    Report { anomalies, outcomes, reads: versions.reads.len() }
}
