//! Counting, on a follower, what a majority has on its disks.
//!
//! ```text
//!           entries of term 4
//!   node 1  ████████████ 12   (leads)
//!   node 2  ██████████   10
//!   node 3  ███████      7          a majority has them up to 10
//! ```
//! An entry that a majority of the voters has on its disks in its leader's own term is committed, whoever
//! counts: every later leader has it, and with it everything before (D. Ongaro, *Consensus*, §3.6.2). The leader
//! counts too, but what it has counted reaches others one more message later.
//!
//! Invariants:
//! - only one term is counted, the latest that was told of: an entry of an earlier one is committed only with
//!   one of its leader's own;
//! - what a node has in a term it keeps: a leader never takes back entries of its own term.

use std::collections::{BTreeMap, BTreeSet};

use super::types::{LogId, log_id};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    term: u64,
    /// Last index that each node has.
    upto: BTreeMap<u64, u64>,
}

impl Tally {
    /// `node` has the log of the leader of that term on its disk, up to `id`, which that leader proposed.
    pub(crate) fn add(&mut self, node: u64, id: LogId) {
        let term = id.leader_id.term;
        if term < self.term {
            return;
        }
        if term > self.term {
            *self = Self { term, upto: BTreeMap::new() };
        }
        let upto = self.upto.entry(node).or_default();
        *upto = id.index.max(*upto);
    }

    /// The last entry that a majority of `voters` has.
    pub(crate) fn decided(&self, voters: &BTreeSet<u64>) -> Option<LogId> {
        let mut upto: Vec<u64> = voters.iter().filter_map(|node| self.upto.get(node).copied()).collect();
        upto.sort_unstable_by(|a, b| b.cmp(a));
        upto.get(enough(voters.len()) - 1).map(|index| log_id(self.term, *index))
    }
}

/// How many of `voters` are a majority.
fn enough(voters: usize) -> usize {
    #[cfg(test)]
    if ONE_IS_ENOUGH.get() {
        return 1;
    }
    voters / 2 + 1
}

#[cfg(test)]
thread_local! {
    /// Breaks the count on this thread, to see that tests notice.
    pub(crate) static ONE_IS_ENOUGH: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(told: &[(u64, u64, u64)]) -> Tally {
        let mut tally = Tally::default();
        for (node, term, index) in told {
            tally.add(*node, log_id(*term, *index));
        }
        tally
    }

    #[test]
    fn what_most_voters_have_is_decided() {
        let three = BTreeSet::from([1, 2, 3]);
        assert_eq!(Tally::default().decided(&three), None);
        assert_eq!(tally(&[(1, 4, 12)]).decided(&three), None);
        assert_eq!(tally(&[(1, 4, 12), (1, 4, 12)]).decided(&three), None, "said twice");
        assert_eq!(tally(&[(1, 4, 12), (9, 4, 12)]).decided(&three), None, "not a voter");
        assert_eq!(tally(&[(1, 4, 12), (2, 4, 10)]).decided(&three), Some(log_id(4, 10)));
        assert_eq!(tally(&[(1, 4, 12), (2, 4, 10), (3, 4, 7)]).decided(&three), Some(log_id(4, 10)));
        let late = tally(&[(1, 4, 12), (2, 4, 10), (2, 4, 9)]);
        assert_eq!(late.decided(&three), Some(log_id(4, 10)), "what was told first has arrived last");
    }

    #[test]
    fn of_two_and_of_four_three_and_all_are_needed() {
        assert_eq!(tally(&[(1, 4, 12)]).decided(&BTreeSet::from([1])), Some(log_id(4, 12)));
        assert_eq!(tally(&[(1, 4, 12)]).decided(&BTreeSet::from([1, 2])), None);
        let four = BTreeSet::from([1, 2, 3, 4]);
        assert_eq!(tally(&[(1, 4, 12), (2, 4, 12)]).decided(&four), None);
        assert_eq!(tally(&[(1, 4, 12), (2, 4, 12), (4, 4, 3)]).decided(&four), Some(log_id(4, 3)));
        let five = BTreeSet::from([1, 2, 3, 4, 5]);
        assert_eq!(tally(&[(1, 4, 12), (2, 4, 11), (4, 4, 3)]).decided(&five), Some(log_id(4, 3)));
    }

    #[test]
    fn terms_are_not_mixed() {
        let three = BTreeSet::from([1, 2, 3]);
        let mut told = tally(&[(1, 4, 12), (2, 5, 13)]);
        assert_eq!(told.decided(&three), None);
        told.add(3, log_id(4, 12));
        assert_eq!(told.decided(&three), None, "an earlier term is over");
        told.add(3, log_id(5, 13));
        assert_eq!(told.decided(&three), Some(log_id(5, 13)));
    }
}
