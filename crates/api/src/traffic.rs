//! What reads exchange with replicas: who answered, in how many round trips, how many rows and bytes.
//!
//! Whoever implements a scan counts, since only it knows which replica answers and how much travels. A
//! scan that begins again elsewhere counts at both.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow::array::Array;
use arrow::record_batch::RecordBatch;

/// What one replica answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchanged {
    pub round_trips: u64,
    pub rows: u64,
    /// Of the answers, as they travel: over the network whole messages, without their frames; within one
    /// process what the columns hold.
    pub bytes: u64,
}

impl Exchanged {
    fn add(&mut self, other: Self) {
        self.round_trips += other.round_trips;
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

/// Counts of several reads together, by the name of the replica.
#[derive(Debug, Default)]
pub struct Traffic(Mutex<BTreeMap<String, Exchanged>>);

impl Traffic {
    /// Name of a replica in the same process.
    pub const HERE: &str = "here";
    /// Stands for whichever replica answered raw rows, to be merged with a transaction's own writes.
    pub const RAW: &str = "raw";

    fn by_replica(&self) -> MutexGuard<'_, BTreeMap<String, Exchanged>> {
        // Counts are whole between two additions.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, replica: &str, exchanged: Exchanged) {
        let mut by_replica = self.by_replica();
        match by_replica.get_mut(replica) {
            Some(known) => known.add(exchanged),
            None => {
                by_replica.insert(replica.to_owned(), exchanged);
            }
        }
    }

    /// A request was sent to `replica`.
    pub fn asked(&self, replica: &str) {
        self.add(replica, Exchanged { round_trips: 1, ..Exchanged::default() });
    }

    /// `replica` answered that much, perhaps not all of it yet.
    pub fn answered(&self, replica: &str, rows: usize, bytes: usize) {
        self.add(replica, Exchanged { round_trips: 0, rows: rows as u64, bytes: bytes as u64 });
    }

    /// The counts of each replica, by name.
    pub fn replicas(&self) -> Vec<(String, Exchanged)> {
        self.by_replica().iter().map(|(name, exchanged)| (name.clone(), *exchanged)).collect()
    }

    /// All together.
    pub fn total(&self) -> Exchanged {
        let mut total = Exchanged::default();
        self.by_replica().values().for_each(|e| total.add(*e));
        total
    }
}

/// Bytes that the columns of a batch hold, not counting what their buffers hold of other rows.
pub fn batch_bytes(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(|c| c.to_data().get_slice_memory_size().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_counted_apart_and_together() {
        let traffic = Traffic::default();
        traffic.asked("b");
        traffic.answered("b", 3, 100);
        traffic.asked("a");
        traffic.asked("a");
        traffic.answered("a", 1, 10);
        let counts = |round_trips, rows, bytes| Exchanged { round_trips, rows, bytes };
        assert_eq!(traffic.replicas(), [("a".to_owned(), counts(2, 1, 10)), ("b".to_owned(), counts(1, 3, 100))]);
        assert_eq!(traffic.total(), counts(3, 4, 110));
    }
}
