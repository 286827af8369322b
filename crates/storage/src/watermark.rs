//! How far a replica is, and waiting for it (PROTOCOL §3).
//!
//! `W` moves in two ways: a commit is applied, or the adjudicator has closed a timestamp and
//! everything up to the position that it named is applied:
//! ```text
//!   journal   …  c=5 @7   c=9 @8                     close(12) = (12, @8)
//!   applied   …  @7  W=5   @8  W=9   and then W=12 without any record
//! ```
//! `W` never falls.
//!
//! In clock mode only the second counts (PROTOCOL §2): a commit may lie here before true time has
//! reached it, and the adjudicator's word is what says that it has. The same for a lease after clock mode has
//! ended: the adjudicator keeps silent for as long, and what it keeps to itself is not to be seen here.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gavel_api::adjudicator::MODE_LEASE;
use gavel_api::storage::{Error, Watermarks};
use gavel_runtime::{timer, watch};
use gavel_types::{Lsn, TimeMode, Timestamp};
use parking_lot::Mutex;

/// The watermarks of one replica: written by its own tasks, read by everybody.
pub struct Progress {
    /// `applied_ts` once more, for readers that need not wait.
    applied_ts: AtomicU64,
    gc_ts: AtomicU64,
    /// [`UNKNOWN`], or a mode.
    mode: AtomicU8,
    /// While others may still take snapshots from their clocks, commits do not count by themselves.
    leases_end: Mutex<Option<Instant>>,
    marks: watch::Sender<Watermarks>,
    /// What is closed, but not applied yet.
    pending: Mutex<Pending>,
    /// Why the journal does not answer at present.
    trouble: Mutex<Option<String>>,
    /// The first position that the journal still has, once that is beyond what comes next here; zero before.
    outrun: AtomicU64,
    /// Why the replica has stopped following; reads that would have to wait fail with it.
    failure: watch::Sender<Option<String>>,
}

const UNKNOWN: u8 = 0;
const LOGICAL: u8 = 1;
const CLOCK: u8 = 2;

/// A timestamp closed by the adjudicator, and the position that holds everything below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedAt {
    pub ts: Timestamp,
    pub lsn: Lsn,
}

/// Answers that are remembered while what they name is not applied.
const MOST_PENDING: usize = 64;

/// What the adjudicator has closed, as long as the positions are not applied; both rise along it.
#[derive(Debug, Default)]
struct Pending(VecDeque<ClosedAt>);

impl Pending {
    /// Keeps what says more than all that is known. Answers may come in any order.
    fn add(&mut self, closed: ClosedAt) {
        if self.0.iter().any(|known| known.ts >= closed.ts && known.lsn <= closed.lsn) {
            return;
        }
        self.0.retain(|known| known.ts > closed.ts || known.lsn < closed.lsn);
        let place = self.0.partition_point(|known| known.lsn < closed.lsn);
        self.0.insert(place, closed);
        if self.0.len() > MOST_PENDING {
            // The newest is what somebody may wait for; the oldest are what comes true next.
            self.0.remove(MOST_PENDING - 1);
        }
    }

    /// The highest that is closed now that everything up to `lsn` is applied, if that is new.
    fn applied(&mut self, lsn: Lsn) -> Option<Timestamp> {
        let mut reached = None;
        while let Some(closed) = self.0.pop_front_if(|closed| closed.lsn <= lsn) {
            reached = Some(closed.ts);
        }
        reached
    }
}

impl Progress {
    /// Starts where the store is.
    pub fn new(start: Watermarks) -> Self {
        Self {
            applied_ts: AtomicU64::new(start.applied_ts.0),
            gc_ts: AtomicU64::new(start.gc_ts.0),
            mode: AtomicU8::new(UNKNOWN),
            leases_end: Mutex::default(),
            marks: watch::Sender::new(start),
            pending: Mutex::default(),
            trouble: Mutex::default(),
            outrun: AtomicU64::new(0),
            failure: watch::Sender::new(None),
        }
    }

    /// The mode of what follows, as the journal declares it at `now`. The adjudicator that leaves clock mode
    /// tells nobody of a commit before the last lease is over, and neither do we.
    pub fn set_mode(&self, mode: TimeMode, now: Instant) {
        let declared = if mode == TimeMode::Clock { CLOCK } else { LOGICAL };
        if self.mode.swap(declared, Ordering::Relaxed) != declared {
            *self.leases_end.lock() = (declared == LOGICAL).then_some(now + MODE_LEASE);
        }
    }

    /// The present mode, as the adjudicator says; the journal's word goes before it.
    pub fn learn_mode(&self, mode: TimeMode) {
        let learnt = if mode == TimeMode::Clock { CLOCK } else { LOGICAL };
        // Somebody who was faster knows as much.
        let _ = self.mode.compare_exchange(UNKNOWN, learnt, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Whether a commit counts as soon as it is applied, at `now`.
    pub fn is_logical(&self, now: Instant) -> bool {
        self.mode.load(Ordering::Relaxed) == LOGICAL && self.leases_end.lock().is_none_or(|end| now >= end)
    }

    /// Whether it is known that a commit counts only once it is closed.
    pub fn is_by_clock(&self) -> bool {
        self.mode.load(Ordering::Relaxed) == CLOCK
    }

    /// The present marks.
    pub fn marks(&self) -> Watermarks {
        *self.marks.borrow()
    }

    /// Follows every change.
    pub fn subscribe(&self) -> watch::Receiver<Watermarks> {
        self.marks.subscribe()
    }

    /// Changes the marks; neither time falls, whatever `change` says.
    pub fn update(&self, change: impl FnOnce(&mut Watermarks)) {
        self.marks.send_if_modified(|marks| {
            let before = *marks;
            change(marks);
            marks.applied_ts = marks.applied_ts.max(before.applied_ts);
            marks.gc_ts = marks.gc_ts.max(before.gc_ts);
            self.applied_ts.store(marks.applied_ts.0, Ordering::Release);
            self.gc_ts.store(marks.gc_ts.0, Ordering::Release);
            *marks != before
        });
    }

    /// A timestamp is closed: counts as soon as its position is applied.
    pub fn close(&self, closed: ClosedAt) {
        self.pending.lock().add(closed);
        self.settle();
    }

    /// Everything up to `lsn` is applied by `now`, with a commit at `ts` if that is one.
    pub fn apply(&self, lsn: Lsn, ts: Option<Timestamp>, now: Instant) {
        self.update(|marks| {
            marks.applied_lsn = marks.applied_lsn.max(lsn);
            let counts = ts.filter(|_| self.is_logical(now));
            marks.applied_ts = marks.applied_ts.max(counts.unwrap_or_default());
        });
        self.settle();
    }

    /// Looks at what is closed and what is applied once one of the two has changed: of two that change at
    /// the same time, the later one to look sees both.
    fn settle(&self) {
        let reached = {
            // The mark is read under the lock: what the one before did not see is seen now.
            let mut pending = self.pending.lock();
            let applied = self.marks.borrow().applied_lsn;
            pending.applied(applied)
        };
        if let Some(ts) = reached.filter(|ts| !self.has_reached(*ts)) {
            self.update(|marks| marks.applied_ts = marks.applied_ts.max(ts));
        }
    }

    /// Whether the journal answers; says whether that has changed.
    pub fn set_trouble(&self, trouble: Option<String>) -> bool {
        let mut now = self.trouble.lock();
        let changed = now.is_some() != trouble.is_some();
        *now = trouble;
        changed
    }

    /// Why the journal does not answer at present.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().clone()
    }

    /// The journal was trimmed beyond this replica: it begins at `first` now.
    pub fn set_outrun(&self, first: Lsn) {
        self.outrun.store(first.0, Ordering::Relaxed);
    }

    /// See [`Progress::set_outrun`].
    pub fn outrun(&self) -> Option<Lsn> {
        Some(self.outrun.load(Ordering::Relaxed)).filter(|first| *first > 0).map(Lsn)
    }

    /// Waits until the replica has stopped.
    pub async fn stopped(&self) {
        // The sender is ours: the wait ends with a reason only.
        let _ = self.failure.subscribe().wait_for(Option::is_some).await;
    }

    /// The replica has stopped for `reason`.
    pub fn fail(&self, reason: String) {
        self.failure.send_replace(Some(reason));
        // Wakes those who wait.
        self.marks.send_modify(|_| {});
    }

    /// Why the replica has stopped.
    pub fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// Whether everything `<= ts` is applied.
    pub fn has_reached(&self, ts: Timestamp) -> bool {
        self.applied_ts.load(Ordering::Acquire) >= ts.0
    }

    /// Refuses a snapshot of which versions may be gone.
    ///
    /// # Errors
    /// [`Error::SnapshotTooOld`].
    pub fn check_age(&self, ts: Timestamp) -> Result<(), Error> {
        let kept = Timestamp(self.gc_ts.load(Ordering::Acquire));
        if ts < kept { Err(Error::SnapshotTooOld { asked: ts, kept }) } else { Ok(()) }
    }

    /// Waits until everything `<= ts` is applied; false if `patience` ran out before.
    ///
    /// # Errors
    /// [`Error::Failed`] if the replica has stopped.
    pub async fn reach(&self, ts: Timestamp, patience: Duration) -> Result<bool, Error> {
        if self.has_reached(ts) {
            return Ok(true);
        }
        let mut marks = self.marks.subscribe();
        let reached = async {
            loop {
                if marks.borrow_and_update().applied_ts >= ts {
                    return Ok(true);
                }
                if let Some(reason) = self.failure() {
                    return Err(Error::Failed(reason));
                }
                if marks.changed().await.is_err() {
                    return Err(Error::Failed("replica is closed".into()));
                }
            }
        };
        timer::timeout(patience, reached).await.unwrap_or(Ok(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ts: u64, lsn: u64) -> Progress {
        Progress::new(Watermarks { applied_ts: Timestamp(ts), applied_lsn: Lsn(lsn), ..Watermarks::default() })
    }

    #[test]
    fn a_closed_timestamp_counts_once_its_position_is_applied() {
        let progress = at(9, 8);
        progress.close(ClosedAt { ts: Timestamp(12), lsn: Lsn(9) });
        assert!(!progress.has_reached(Timestamp(10)));
        progress.close(ClosedAt { ts: Timestamp(12), lsn: Lsn(8) });
        assert!(progress.has_reached(Timestamp(12)));
        progress.close(ClosedAt { ts: Timestamp(11), lsn: Lsn(8) });
        assert!(progress.has_reached(Timestamp(12)), "W never falls");
    }

    #[test]
    fn a_later_answer_does_not_put_off_an_earlier_one() {
        let progress = at(9, 8);
        let close = |ts, lsn| progress.close(ClosedAt { ts: Timestamp(ts), lsn: Lsn(lsn) });
        close(20, 10);
        close(30, 12);
        close(25, 11);
        close(24, 13);
        let apply = |lsn| progress.apply(Lsn(lsn), None, timer::now());
        apply(9);
        assert!(!progress.has_reached(Timestamp(20)));
        apply(10);
        assert_eq!(progress.marks().applied_ts, Timestamp(20));
        apply(11);
        assert_eq!(progress.marks().applied_ts, Timestamp(25));
        apply(12);
        assert_eq!(progress.marks().applied_ts, Timestamp(30));
        assert!(progress.pending.lock().0.is_empty());
    }

    #[test]
    fn commits_count_by_themselves_only_after_the_last_lease() {
        let progress = at(9, 8);
        let now = timer::now();
        progress.set_mode(TimeMode::Clock, now);
        progress.apply(Lsn(9), Some(Timestamp(10)), now);
        progress.set_mode(TimeMode::Logical, now);
        progress.apply(Lsn(10), Some(Timestamp(11)), now + MODE_LEASE / 2);
        assert_eq!(progress.marks().applied_ts, Timestamp(9));
        progress.close(ClosedAt { ts: Timestamp(10), lsn: Lsn(9) });
        assert_eq!(progress.marks().applied_ts, Timestamp(10));
        progress.apply(Lsn(11), Some(Timestamp(12)), now + MODE_LEASE);
        assert_eq!(progress.marks().applied_ts, Timestamp(12));
    }

    #[test]
    fn what_is_pending_is_bounded_and_keeps_the_oldest_and_the_newest() {
        let mut pending = Pending::default();
        for n in 1..=1_000 {
            pending.add(ClosedAt { ts: Timestamp(10 * n), lsn: Lsn(n) });
            assert!(pending.0.len() <= MOST_PENDING);
        }
        assert_eq!(pending.applied(Lsn(1)), Some(Timestamp(10)));
        assert_eq!(pending.applied(Lsn(999)), Some(Timestamp(10 * (MOST_PENDING as u64 - 1))));
        assert_eq!(pending.applied(Lsn(1_000)), Some(Timestamp(10_000)));
        assert_eq!(pending.applied(Lsn(2_000)), None);
    }

    #[test]
    fn old_snapshots_are_refused() {
        let progress = at(9, 8);
        progress.update(|m| m.gc_ts = Timestamp(5));
        assert!(progress.check_age(Timestamp(5)).is_ok());
        assert!(matches!(progress.check_age(Timestamp(4)), Err(Error::SnapshotTooOld { .. })));
    }

    #[tokio::test]
    async fn waiting_ends_with_progress_failure_or_patience() {
        let progress = std::sync::Arc::new(at(9, 8));
        let short = Duration::from_millis(5);
        assert!(!progress.reach(Timestamp(10), short).await.expect("patience"));
        let (reached, ()) = tokio::join!(progress.reach(Timestamp(10), Duration::from_secs(60)), async {
            progress.update(|m| m.applied_ts = Timestamp(10));
        });
        assert!(reached.expect("reached"));
        let (failed, ()) = tokio::join!(progress.reach(Timestamp(11), Duration::from_secs(60)), async {
            progress.fail("gone".into());
        });
        assert!(matches!(failed, Err(Error::Failed(_))));
        assert!(progress.reach(Timestamp(10), short).await.expect("reads below W go on"));
    }
}
