//! What became of transactions, for as long as anybody may ask.
//!
//! Only commits and tombstones are kept. A conflict needs no entry: a repeated request of the same
//! epoch meets the same stamps, or a horizon that has passed its snapshot, and aborts again.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use gavel_types::{Timestamp, TxnId};

/// What is pruned at a time.
const GENERATION: Duration = Duration::from_secs(10);

/// The end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// In the journal, or on its way.
    Committed(Timestamp),
    /// `resolve` was asked first: it may never commit.
    Barred,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes {
    known: HashMap<TxnId, Outcome, foldhash::fast::FixedState>,
    /// By time of the outcome: end of the generation, and whose outcomes fell into it.
    generations: VecDeque<(Timestamp, Vec<TxnId>)>,
    barred: usize,
}

impl Outcomes {
    pub(crate) fn get(&self, txn_id: TxnId) -> Option<Outcome> {
        self.known.get(&txn_id).copied()
    }

    /// How many tombstones there are.
    pub(crate) const fn barred(&self) -> usize {
        self.barred
    }

    /// Notes an outcome at time `at`.
    pub(crate) fn insert(&mut self, txn_id: TxnId, outcome: Outcome, at: Timestamp) {
        let length = GENERATION.as_nanos() as u64;
        let ends_at = Timestamp((at.0 / length + 1).saturating_mul(length));
        match self.generations.back_mut() {
            Some((end, ids)) if *end >= ends_at => ids.push(txn_id),
            _ => self.generations.push_back((ends_at, vec![txn_id])),
        }
        self.barred += usize::from(outcome == Outcome::Barred);
        self.known.insert(txn_id, outcome);
    }

    /// Forgets a commit that the journal has refused.
    pub(crate) fn take_back(&mut self, txn_id: TxnId) {
        self.known.remove(&txn_id);
    }

    /// Forgets what happened before `cutoff`.
    pub(crate) fn prune(&mut self, cutoff: Timestamp) {
        while let Some((_, ids)) = self.generations.pop_front_if(|(end, _)| *end <= cutoff) {
            for id in ids {
                if self.known.remove(&id) == Some(Outcome::Barred) {
                    self.barred -= 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_forgotten_by_generation() {
        let second = 1_000_000_000;
        let mut outcomes = Outcomes::default();
        outcomes.insert(TxnId(1), Outcome::Committed(Timestamp(second)), Timestamp(second));
        outcomes.insert(TxnId(2), Outcome::Barred, Timestamp(12 * second));
        assert_eq!(outcomes.barred(), 1);
        outcomes.prune(Timestamp(9 * second));
        assert_eq!(outcomes.get(TxnId(1)), Some(Outcome::Committed(Timestamp(second))));
        outcomes.prune(Timestamp(10 * second));
        assert_eq!(outcomes.get(TxnId(1)), None);
        outcomes.prune(Timestamp(20 * second));
        assert_eq!((outcomes.get(TxnId(2)), outcomes.barred()), (None, 0));
    }
}
