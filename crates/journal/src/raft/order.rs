//! Appends reach Raft in the order in which their leader sent them.
//!
//! A leader has up to [`DEPTH`] appends on their way to a follower, so that a commit need not wait until
//! what was sent before it has been answered. Each message travels by itself and may overtake another; what
//! Raft would make of an append that comes too early is a *conflict*, as of a log that differs. So each
//! names its course and its number in it, and waits at the follower until its turn:
//! ```text
//!   course 71    0 1 2 3 …       begins at 0; after any failure the leader begins another course
//! ```
//! A message that comes twice is refused the second time. Order is for speed alone: Raft is right without.

use std::collections::HashMap;
use std::time::Duration;

use gavel_api::journal::PeerError;
use gavel_runtime::{timer, watch};
use parking_lot::Mutex;

/// Appends of one leader on their way to one follower at most.
pub(crate) const DEPTH: usize = 8;

/// Where an append stands among those of its leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Drawn at random when a leader begins to send.
    pub course: u64,
    /// From 0.
    pub number: u64,
}

/// How far the appends of one leader are.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    course: u64,
    next: u64,
    /// The next one is being handed over.
    taken: bool,
    /// One was not handed over; nothing that follows it may be.
    broken: bool,
}

impl Lane {
    /// Whether waiting for this turn is over, for better or worse.
    fn decides(&self, turn: Turn) -> bool {
        self.course == turn.course && (self.broken || self.next >= turn.number)
    }

    /// Begins a course, or takes the turn in the present one.
    fn take(&mut self, turn: Turn) -> bool {
        if turn.number == 0 && self.course != turn.course {
            *self = Self { course: turn.course, next: 0, taken: true, broken: false };
            return true;
        }
        let takes = self.course == turn.course && self.next == turn.number && !self.taken && !self.broken;
        self.taken |= takes;
        takes
    }
}

/// The lanes of a follower, by leader.
#[derive(Default)]
pub(crate) struct Order(Mutex<HashMap<u64, watch::Sender<Lane>>>);

impl Order {
    /// Waits until it is `turn`'s turn among the appends of node `from`.
    ///
    /// # Errors
    /// If it was here before, if one before it failed, or did not come within `patience`.
    pub(crate) async fn wait(&self, from: u64, turn: Turn, patience: Duration) -> Result<Taken, PeerError> {
        let lane = self.0.lock().entry(from).or_insert_with(|| watch::Sender::new(Lane::default())).clone();
        if turn.number > 0 {
            let mut followed = lane.subscribe();
            let decided = timer::timeout(patience, followed.wait_for(|lane| lane.decides(turn))).await;
            if decided.is_err() {
                return Err(PeerError("an append before this one did not come".into()));
            }
        }
        let mut takes = false;
        lane.send_if_modified(|lane| {
            takes = lane.take(turn);
            takes
        });
        let refused = || PeerError("this append came before, or one before it failed".into());
        takes.then(|| Taken { lane, turn, passed: false }).ok_or_else(refused)
    }
}

/// A turn that was taken. Dropped without [`Taken::pass`], nothing that follows has a turn.
pub(crate) struct Taken {
    lane: watch::Sender<Lane>,
    turn: Turn,
    passed: bool,
}

impl Taken {
    /// The append was handed over: the next one has its turn.
    pub(crate) fn pass(mut self) {
        self.passed = true;
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.lane.send_if_modified(|lane| {
            // Another course may have begun.
            let ours = lane.course == self.turn.course && lane.next == self.turn.number;
            if ours && self.passed {
                (lane.next, lane.taken) = (lane.next + 1, false);
            } else if ours {
                lane.broken = true;
            }
            ours
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn turn(course: u64, number: u64) -> Turn {
        Turn { course, number }
    }

    #[tokio::test]
    async fn whatever_order_they_come_in_they_pass_in_order() {
        let order = Arc::new(Order::default());
        let passed = Arc::new(Mutex::new(Vec::new()));
        let mut all = tokio::task::JoinSet::new();
        for number in [3, 1, 4, 2, 0] {
            let (order, passed) = (Arc::clone(&order), Arc::clone(&passed));
            all.spawn(async move {
                let taken = order.wait(1, turn(7, number), PATIENCE).await;
                passed.lock().push(number);
                taken.map(Taken::pass)
            });
            tokio::task::yield_now().await;
        }
        while let Some(one) = all.join_next().await {
            assert!(matches!(one, Ok(Ok(()))));
        }
        assert_eq!(*passed.lock(), [0, 1, 2, 3, 4]);
    }

    #[tokio::test]
    async fn one_that_comes_twice_is_refused() -> Result<(), PeerError> {
        let order = Order::default();
        let taken = order.wait(1, turn(7, 0), PATIENCE).await?;
        assert!(order.wait(1, turn(7, 0), PATIENCE).await.is_err(), "while the first is handed over");
        taken.pass();
        assert!(order.wait(1, turn(7, 0), PATIENCE).await.is_err(), "afterwards");
        order.wait(1, turn(7, 1), PATIENCE).await?.pass();
        assert!(order.wait(1, turn(7, 1), PATIENCE).await.is_err());
        // Of another leader, or on another course, it is another.
        order.wait(2, turn(7, 0), PATIENCE).await?.pass();
        order.wait(1, turn(8, 0), PATIENCE).await?.pass();
        Ok(())
    }

    #[tokio::test]
    async fn nothing_passes_one_that_failed_or_never_came() -> Result<(), PeerError> {
        let order = Order::default();
        drop(order.wait(1, turn(7, 0), PATIENCE).await?);
        assert!(order.wait(1, turn(7, 1), PATIENCE).await.is_err(), "the one before it failed");
        order.wait(1, turn(8, 0), PATIENCE).await?.pass();
        assert!(order.wait(1, turn(8, 2), Duration::from_millis(1)).await.is_err(), "the one before it is lost");
        assert!(order.wait(1, turn(7, 1), Duration::from_millis(1)).await.is_err(), "of a course that is over");
        order.wait(1, turn(8, 1), PATIENCE).await?.pass();
        Ok(())
    }

    #[tokio::test]
    async fn a_turn_of_a_course_that_is_over_changes_nothing() -> Result<(), PeerError> {
        let order = Order::default();
        let late = order.wait(1, turn(7, 0), PATIENCE).await?;
        order.wait(1, turn(8, 0), PATIENCE).await?.pass();
        drop(late);
        order.wait(1, turn(8, 1), PATIENCE).await?.pass();
        Ok(())
    }
}
