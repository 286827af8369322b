//! Where snapshots come from (PROTOCOL §2).
//!
//! ```text
//!                          ┌─ logical: the adjudicator's newest visible timestamp, asked each time
//!   visible() ── mode? ────┤
//!                          └─ clock: until the lease is over, the latest that true time may be
//! ```
//! Either way everything is visible at the snapshot that was acknowledged to anybody before it was
//! taken. Clock mode costs no message here; halfway through the lease one transaction asks again for
//! all.

use std::sync::Arc;
use std::time::Duration;

use gavel_api::adjudicator::{Adjudicator, Error, MODE_LEASE};
use gavel_clock::{Clock, Reading};
use gavel_types::{TimeMode, Timestamp};
use parking_lot::Mutex;

/// See the module. One for a query node.
pub struct Snapshots {
    adjudicator: Arc<dyn Adjudicator>,
    clock: Arc<dyn Clock>,
    lease: Mutex<Lease>,
}

/// The adjudicator's word that the database is in clock mode.
#[derive(Debug, Default)]
struct Lease {
    /// By our clock, when it was asked for; `None` without one.
    since: Option<Timestamp>,
    /// Somebody asks for the next one.
    renewing: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// Take this.
    Take(Timestamp),
    /// Ask the adjudicator.
    Ask,
}

impl Lease {
    fn snapshot(&mut self, now: Reading) -> Answer {
        let Some(since) = self.since.filter(|_| now.is_trusted()) else {
            self.since = None;
            return Answer::Ask;
        };
        let age = Duration::from_nanos(now.hi.0.saturating_sub(since.0));
        if age >= MODE_LEASE || (age >= MODE_LEASE / 2 && !std::mem::replace(&mut self.renewing, true)) {
            return Answer::Ask;
        }
        Answer::Take(now.hi)
    }

    /// What was asked at `asked` has been answered, or not.
    fn answered(&mut self, asked: Reading, mode: Option<TimeMode>) {
        self.renewing = false;
        if let Some(mode) = mode {
            let clock = mode == TimeMode::Clock && asked.is_trusted();
            self.since = clock.then_some(asked.lo).max(self.since.filter(|_| clock));
        }
    }
}

impl Snapshots {
    pub fn new(adjudicator: Arc<dyn Adjudicator>, clock: Arc<dyn Clock>) -> Self {
        Self { adjudicator, clock, lease: Mutex::default() }
    }

    /// A snapshot that includes all that was acknowledged before the call.
    ///
    /// # Errors
    /// As [`Adjudicator::visible`].
    pub async fn take(&self) -> Result<Timestamp, Error> {
        let now = self.clock.now();
        if let Answer::Take(ts) = self.lease.lock().snapshot(now) {
            return Ok(ts);
        }
        // Should this be dropped here, the lease runs out, and the next one asks.
        let visible = self.adjudicator.visible().await;
        self.lease.lock().answered(now, visible.as_ref().ok().map(|visible| visible.mode));
        Ok(visible?.ts)
    }
}

#[cfg(test)]
mod tests {
    use gavel_clock::Status;

    use super::*;

    fn at(ms: u64) -> Reading {
        let wall = Timestamp(1_000_000_000_000 + ms * 1_000_000);
        Reading::around(wall, Duration::from_millis(1), Status::Synchronized)
    }

    #[test]
    fn without_a_word_the_adjudicator_is_asked_each_time() {
        let mut lease = Lease::default();
        assert_eq!(lease.snapshot(at(0)), Answer::Ask);
        lease.answered(at(0), Some(TimeMode::Logical));
        assert_eq!(lease.snapshot(at(1)), Answer::Ask);
        lease.answered(at(1), None);
        assert_eq!(lease.snapshot(at(2)), Answer::Ask);
    }

    #[test]
    fn clock_mode_is_a_lease() {
        let mut lease = Lease::default();
        lease.answered(at(0), Some(TimeMode::Clock));
        assert_eq!(lease.snapshot(at(1)), Answer::Take(at(1).hi));
        assert_eq!(lease.snapshot(at(497)), Answer::Take(at(497).hi));
        // One asks, the others go on; an answer that is lost is not waited for.
        assert_eq!(lease.snapshot(at(600)), Answer::Ask);
        assert_eq!(lease.snapshot(at(601)), Answer::Take(at(601).hi));
        assert_eq!(lease.snapshot(at(999)), Answer::Ask);
        lease.answered(at(600), Some(TimeMode::Clock));
        assert_eq!(lease.snapshot(at(1_001)), Answer::Take(at(1_001).hi));
        lease.answered(at(1_002), Some(TimeMode::Logical));
        assert_eq!(lease.snapshot(at(1_003)), Answer::Ask);
    }

    #[test]
    fn a_clock_that_fails_ends_the_lease() {
        let mut lease = Lease::default();
        lease.answered(at(0), Some(TimeMode::Clock));
        assert_eq!(lease.snapshot(Reading { status: Status::Disrupted, ..at(1) }), Answer::Ask);
        assert_eq!(lease.snapshot(at(2)), Answer::Ask, "it has to be asked for anew");
    }
}
