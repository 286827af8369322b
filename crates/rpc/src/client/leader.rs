//! Which journal node to ask for a decision: pure.
//!
//! ```text
//!             NotLeader(hint)            refused, silent
//!   believed ────────────────► hint    believed ─────────► others in turn, each rested a little
//!       ▲                        │                              │
//!       └────── answered ────────┴───────────── answered ───────┘
//! ```
//!
//! - A node that just said or showed that it does not lead is left alone for a moment, so that a cluster
//!   without a leader is asked a bounded number of times a second.
//! - A hint is followed at once, but not to a node that rests: followers name a dead leader until they
//!   have elected another.
//! - Addresses that only hints name are kept, up to a bound: a member may have joined since.

use std::time::Duration;

/// A node that does not lead is asked again after this long.
const NOT_LEADING: Duration = Duration::from_millis(50);
/// One that cannot be reached.
const UNREACHABLE: Duration = Duration::from_millis(200);
/// Most nodes that are known.
const NODES: usize = 32;

/// Times are since any fixed moment.
#[derive(Debug)]
pub(crate) struct Leaders {
    nodes: Vec<Node>,
    believed: Option<usize>,
    turn: usize,
}

#[derive(Debug)]
struct Node {
    address: String,
    rests_until: Duration,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Ask(String),
    Wait(Duration),
}

impl Leaders {
    /// `addresses` in the order in which to try them.
    pub(crate) fn new(addresses: impl IntoIterator<Item = String>) -> Self {
        let nodes = addresses.into_iter().map(|address| Node { address, rests_until: Duration::ZERO }).collect();
        Self { nodes, believed: None, turn: 0 }
    }

    /// The node to ask at `now`, or how long to wait before there is one.
    pub(crate) fn next(&mut self, now: Duration) -> Next {
        if let Some(node) = self.believed.map(|i| &self.nodes[i])
            && node.rests_until <= now
        {
            return Next::Ask(node.address.clone());
        }
        for step in 0..self.nodes.len() {
            let index = (self.turn + step) % self.nodes.len();
            if self.nodes[index].rests_until <= now {
                self.turn = index + 1;
                return Next::Ask(self.nodes[index].address.clone());
            }
        }
        let soonest = self.nodes.iter().map(|node| node.rests_until).min().unwrap_or(now + UNREACHABLE);
        Next::Wait(soonest.saturating_sub(now).max(Duration::from_millis(1)))
    }

    /// Every one.
    pub(crate) fn all(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.address.clone()).collect()
    }

    /// All but `address`.
    pub(crate) fn others(&self, address: &str) -> Vec<String> {
        self.nodes.iter().map(|node| node.address.clone()).filter(|other| other != address).collect()
    }

    fn find(&mut self, address: &str) -> Option<usize> {
        if let Some(index) = self.nodes.iter().position(|node| node.address == address) {
            return Some(index);
        }
        if address.is_empty() || self.nodes.len() >= NODES {
            return None;
        }
        self.nodes.push(Node { address: address.to_owned(), rests_until: Duration::ZERO });
        Some(self.nodes.len() - 1)
    }

    /// There is a node at `address` too.
    pub(crate) fn learn(&mut self, address: &str) {
        self.find(address);
    }

    /// `address` decided something: it leads.
    pub(crate) fn answered(&mut self, address: &str) {
        if let Some(index) = self.find(address) {
            self.nodes[index].rests_until = Duration::ZERO;
            self.believed = Some(index);
        }
    }

    /// `address` says that it does not lead, and perhaps who does.
    pub(crate) fn not_leading(&mut self, address: &str, hint: Option<&str>, now: Duration) {
        self.rest(address, now + NOT_LEADING);
        if let Some(index) = hint.filter(|hint| *hint != address).and_then(|hint| self.find(hint)) {
            self.believed = Some(index);
        }
    }

    /// `address` is about to lead, or shuts down: it is asked again soon, others meanwhile.
    pub(crate) fn not_open(&mut self, address: &str, now: Duration) {
        self.rest(address, now + NOT_LEADING);
    }

    /// `address` cannot be reached, or is silent.
    pub(crate) fn unreachable(&mut self, address: &str, now: Duration) {
        self.rest(address, now + UNREACHABLE);
    }

    fn rest(&mut self, address: &str, until: Duration) {
        if let Some(index) = self.nodes.iter().position(|node| node.address == address) {
            self.nodes[index].rests_until = until;
            // Calls under way at the same time say the same thing later: only the first news counts.
            if self.believed == Some(index) {
                self.believed = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn ask(address: &str) -> Next {
        Next::Ask(address.into())
    }

    fn three() -> Leaders {
        Leaders::new(["a", "b", "c"].map(str::to_owned))
    }

    #[test]
    fn nodes_that_are_learnt_of_are_asked_in_their_turn() {
        let mut leaders = Leaders::new(["a".to_owned()]);
        leaders.learn("d");
        leaders.learn("a");
        assert_eq!(leaders.next(at(0)), ask("a"));
        leaders.unreachable("a", at(0));
        assert_eq!(leaders.next(at(1)), ask("d"));
        leaders.unreachable("d", at(1));
        assert!(matches!(leaders.next(at(2)), Next::Wait(_)));
    }

    #[test]
    fn the_one_that_answered_is_asked_again() {
        let mut leaders = three();
        assert_eq!(leaders.next(at(0)), ask("a"));
        leaders.answered("b");
        for ms in 0..5 {
            assert_eq!(leaders.next(at(ms)), ask("b"));
        }
    }

    #[test]
    fn a_hint_is_followed_at_once_even_to_a_stranger() {
        let mut leaders = three();
        leaders.not_leading("a", Some("c"), at(0));
        assert_eq!(leaders.next(at(0)), ask("c"));
        leaders.not_leading("c", Some("d"), at(1));
        assert_eq!(leaders.next(at(1)), ask("d"));
    }

    #[test]
    fn followers_that_name_a_dead_leader_do_not_make_us_spin() {
        let mut leaders = three();
        leaders.answered("a");
        leaders.unreachable("a", at(0));
        let mut asked = 0;
        let mut now = at(0);
        while now < at(1_000) {
            match leaders.next(now) {
                Next::Ask(node) if node == "a" => leaders.unreachable("a", now),
                Next::Ask(node) => leaders.not_leading(&node, Some("a"), now),
                Next::Wait(pause) => {
                    now += pause;
                    continue;
                }
            }
            asked += 1;
        }
        assert!(asked <= 2 * 20 + 5 + 3, "{asked} calls in a second without a leader");
        // As soon as it is another, one round finds it.
        leaders.answered("b");
        assert_eq!(leaders.next(now), ask("b"));
    }

    #[test]
    fn late_news_of_a_former_leader_do_not_shake_the_present_one() {
        let mut leaders = three();
        leaders.answered("b");
        leaders.unreachable("a", at(10));
        leaders.not_leading("c", None, at(10));
        assert_eq!(leaders.next(at(10)), ask("b"));
        leaders.not_leading("c", Some("c"), at(10));
        assert_eq!(leaders.next(at(10)), ask("b"));
    }

    #[test]
    fn strangers_are_bounded() {
        let mut leaders = three();
        for n in 0..1_000 {
            leaders.not_leading("a", Some(&format!("x{n}")), at(n));
        }
        assert_eq!(leaders.nodes.len(), NODES);
        assert!(matches!(Leaders::new([]).next(at(0)), Next::Wait(_)));
    }
}
