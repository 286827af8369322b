//! Where snapshots come from (PROTOCOL §2).
//!
//! ```text
//!                          ┌─ logical: the adjudicator's newest visible timestamp, asked each time
//!   visible() ── mode? ────┤
//!                          └─ clock: until the lease is over, the latest that true time may be
//! ```
//! Either way everything is visible at the snapshot that was acknowledged to anybody before it was
//! taken. Clock mode costs no message: while snapshots are taken, the lease is renewed beside them, long
//! before it is over.
#![allow(clippy::disallowed_methods, reason = "a shell: starts the task that renews the lease")]

use std::sync::{Arc, Weak};
use std::time::Duration;

use gavel_api::adjudicator::{Adjudicator, Error, MODE_LEASE, Visible};
use gavel_clock::{Clock, Reading};
use gavel_runtime::timer;
use gavel_types::{TimeMode, Timestamp};
use parking_lot::Mutex;

/// How often the lease is renewed: what an answer may take is more than half of it.
const RENEWAL: Duration = Duration::from_millis(400);

/// The lease is renewed for this long after the last snapshot.
const QUIET: Duration = Duration::from_secs(10);

/// See the module. One for a query node.
pub struct Snapshots {
    inner: Arc<Inner>,
}

struct Inner {
    adjudicator: Arc<dyn Adjudicator>,
    clock: Arc<dyn Clock>,
    lease: Mutex<Lease>,
}

/// The adjudicator's word that the database is in clock mode.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    /// By our clock, when it was asked for; `None` without one.
    since: Option<Timestamp>,
    /// When a snapshot was taken last.
    used: Timestamp,
    /// Somebody renews it.
    kept: bool,
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
        self.used = self.used.max(now.hi);
        if !now.is_trusted() {
            self.since = None;
        }
        if self.holds(now) { Answer::Take(now.hi) } else { Answer::Ask }
    }

    /// Whether the word still stands.
    pub(crate) fn holds(&self, now: Reading) -> bool {
        let age = |since: Timestamp| Duration::from_nanos(now.hi.0.saturating_sub(since.0));
        now.is_trusted() && self.since.is_some_and(|since| age(since) < MODE_LEASE)
    }

    /// What was asked at `asked` has been answered, or not.
    pub(crate) fn answered(&mut self, asked: Reading, mode: Option<TimeMode>) {
        if let Some(mode) = mode {
            let clock = mode == TimeMode::Clock && asked.is_trusted();
            self.since = clock.then_some(asked.lo).max(self.since.filter(|_| clock));
        }
    }

    /// Whether somebody has to begin to renew it.
    fn begin_to_keep(&mut self) -> bool {
        self.since.is_some() && !std::mem::replace(&mut self.kept, true)
    }

    /// Whether it is to be renewed further.
    fn go_on(&mut self, now: Reading) -> bool {
        let used = Duration::from_nanos(now.hi.0.saturating_sub(self.used.0)) <= QUIET;
        self.kept = used && self.since.is_some() && now.is_trusted();
        self.kept
    }
}

impl Snapshots {
    pub fn new(adjudicator: Arc<dyn Adjudicator>, clock: Arc<dyn Clock>) -> Self {
        Self { inner: Arc::new(Inner { adjudicator, clock, lease: Mutex::default() }) }
    }

    /// A snapshot that includes all that was acknowledged before the call. To be called in a tokio runtime.
    ///
    /// # Errors
    /// As [`Adjudicator::visible`].
    pub async fn take(&self) -> Result<Timestamp, Error> {
        let now = self.inner.clock.now();
        if let Answer::Take(ts) = self.inner.lease.lock().snapshot(now) {
            return Ok(ts);
        }
        let visible = self.inner.ask(now).await;
        if self.inner.lease.lock().begin_to_keep() {
            tokio::spawn(keep(Arc::downgrade(&self.inner)));
        }
        Ok(visible?.ts)
    }
}

impl Inner {
    async fn ask(&self, now: Reading) -> Result<Visible, Error> {
        let visible = self.adjudicator.visible().await;
        self.lease.lock().answered(now, visible.as_ref().ok().map(|visible| visible.mode));
        visible
    }
}

/// Renews the lease while snapshots are taken.
async fn keep(snapshots: Weak<Inner>) {
    loop {
        timer::sleep(RENEWAL).await;
        let Some(inner) = snapshots.upgrade() else { return };
        let now = inner.clock.now();
        if !inner.lease.lock().go_on(now) {
            return;
        }
        if let Err(error) = inner.ask(now).await {
            tracing::debug!(%error, "the lease of clock mode was not renewed");
        }
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
        assert_eq!(lease.snapshot(at(997)), Answer::Take(at(997).hi));
        assert_eq!(lease.snapshot(at(999)), Answer::Ask);
        lease.answered(at(600), Some(TimeMode::Clock));
        assert_eq!(lease.snapshot(at(1_001)), Answer::Take(at(1_001).hi));
        lease.answered(at(1_002), Some(TimeMode::Logical));
        assert_eq!(lease.snapshot(at(1_003)), Answer::Ask);
    }

    #[test]
    fn one_renews_it_while_snapshots_are_taken() {
        let mut lease = Lease::default();
        lease.snapshot(at(0));
        assert!(!lease.begin_to_keep(), "there is none");
        lease.answered(at(0), Some(TimeMode::Clock));
        assert!(lease.begin_to_keep());
        assert!(!lease.begin_to_keep(), "somebody does already");
        lease.snapshot(at(900));
        assert!(lease.go_on(at(10_900)));
        assert!(!lease.go_on(at(10_901)), "nobody takes any");
        assert!(lease.begin_to_keep());
        lease.answered(at(10_901), Some(TimeMode::Logical));
        lease.snapshot(at(10_902));
        assert!(!lease.go_on(at(10_903)), "it has ended");
    }

    #[test]
    fn a_clock_that_fails_ends_the_lease() {
        let mut lease = Lease::default();
        lease.answered(at(0), Some(TimeMode::Clock));
        assert_eq!(lease.snapshot(Reading { status: Status::Disrupted, ..at(1) }), Answer::Ask);
        assert_eq!(lease.snapshot(at(2)), Answer::Ask, "it has to be asked for anew");
    }
}
