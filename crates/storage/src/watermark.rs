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
//!
//! Where the adjudicator is far, its word that a commit has been reached comes late. So it also promises
//! *ahead* ([`Ahead`]): a timestamp, and the position that commits on their way will have. Such a promise counts
//! once that position is applied here, which makes its commits certain, and this replica's own clock says that
//! true time has reached the newest of them:
//! ```text
//!   ahead (12, @8, newest 9)   waits for @8   then for 9 <= the earliest that it may be now   then W=12
//! ```

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gavel_api::adjudicator::{Ahead, MODE_LEASE};
use gavel_api::storage::{Error, Watermarks};
use gavel_runtime::{timer, watch};
use gavel_types::{Lsn, TimeMode, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Notify;

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
    /// Somebody has to come back when true time has reached what waits for it.
    gated: Notify,
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

/// When something happens here.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub at: Instant,
    /// True time has certainly reached this; zero if nobody vouches for the clock.
    pub reached: Timestamp,
}

/// Answers of each kind that are remembered while what they name is not applied.
const MOST_PENDING: usize = 64;

/// What the adjudicator has closed, as long as it does not count.
#[derive(Debug, Default)]
struct Pending {
    closed: Promises,
    ahead: Promises,
}

/// Timestamps that count once a position is applied, and true time has reached another; both timestamps rise
/// along the positions.
#[derive(Debug, Default)]
struct Promises(VecDeque<Ahead>);

impl Promises {
    /// Keeps what says more than all that is known. Answers may come in any order.
    fn add(&mut self, new: Ahead) {
        if self.0.iter().any(|known| known.ts >= new.ts && known.last_lsn <= new.last_lsn && known.newest <= new.newest)
        {
            return;
        }
        self.0.retain(|known| known.ts > new.ts || known.last_lsn < new.last_lsn || known.newest < new.newest);
        let place = self.0.partition_point(|known| known.last_lsn < new.last_lsn);
        self.0.insert(place, new);
        if self.0.len() > MOST_PENDING {
            // The newest is what somebody may wait for; the oldest are what comes true next.
            self.0.remove(MOST_PENDING - 1);
        }
    }

    /// The highest that counts now that everything up to `lsn` is applied and `time` is reached, if that is new.
    fn keep(&mut self, lsn: Lsn, time: Timestamp) -> Option<Timestamp> {
        let mut counts = None;
        while let Some(kept) = self.0.pop_front_if(|promise| promise.last_lsn <= lsn && promise.newest <= time) {
            counts = counts.max(Some(kept.ts));
        }
        counts
    }

    /// What the oldest waits for, if that is the time alone.
    fn gate(&self, lsn: Lsn) -> Option<Timestamp> {
        self.0.front().filter(|promise| promise.last_lsn <= lsn).map(|promise| promise.newest)
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
            gated: Notify::new(),
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
    pub fn close(&self, closed: ClosedAt, now: Moment) {
        let promise = Ahead { ts: closed.ts, last_lsn: closed.lsn, newest: Timestamp::ZERO };
        self.pending.lock().closed.add(promise);
        self.moved(now);
    }

    /// A promise that goes further: counts as soon as its position is applied, and true time has reached the
    /// newest of its commits.
    pub fn promise(&self, ahead: Ahead, now: Moment) {
        self.pending.lock().ahead.add(ahead);
        self.moved(now);
    }

    /// Everything up to `lsn` is applied by `now`, with a commit at `ts` if that is one.
    pub fn apply(&self, lsn: Lsn, ts: Option<Timestamp>, now: Moment) {
        self.update(|marks| {
            marks.applied_lsn = marks.applied_lsn.max(lsn);
            let counts = ts.filter(|_| self.is_logical(now.at));
            marks.applied_ts = marks.applied_ts.max(counts.unwrap_or_default());
        });
        self.moved(now);
    }

    fn moved(&self, now: Moment) {
        if self.settle(now).is_some() {
            self.gated.notify_one();
        }
    }

    /// Looks at what is closed, what is applied and what time it is once one of them has changed: of two that
    /// change at the same time, the later one to look sees both. Gives what true time has to reach before the
    /// next promise counts, if it waits for nothing else.
    pub fn settle(&self, now: Moment) -> Option<Timestamp> {
        let (counts, gate) = {
            // The mark is read under the lock: what the one before did not see is seen now.
            let mut pending = self.pending.lock();
            let applied = self.marks.borrow().applied_lsn;
            let counts = pending.closed.keep(applied, now.reached).max(pending.ahead.keep(applied, now.reached));
            (counts, pending.ahead.gate(applied))
        };
        if let Some(ts) = counts.filter(|ts| !self.has_reached(*ts)) {
            self.update(|marks| marks.applied_ts = marks.applied_ts.max(ts));
        }
        gate
    }

    /// Waits until a promise waits for the time alone. One waits at a time.
    pub async fn gated(&self) {
        self.gated.notified().await;
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

    /// By a clock that nobody vouches for.
    fn now() -> Moment {
        Moment { at: timer::now(), reached: Timestamp::ZERO }
    }

    fn at(ts: u64, lsn: u64) -> Progress {
        Progress::new(Watermarks { applied_ts: Timestamp(ts), applied_lsn: Lsn(lsn), ..Watermarks::default() })
    }

    #[test]
    fn a_closed_timestamp_counts_once_its_position_is_applied() {
        let progress = at(9, 8);
        progress.close(ClosedAt { ts: Timestamp(12), lsn: Lsn(9) }, now());
        assert!(!progress.has_reached(Timestamp(10)));
        progress.close(ClosedAt { ts: Timestamp(12), lsn: Lsn(8) }, now());
        assert!(progress.has_reached(Timestamp(12)));
        progress.close(ClosedAt { ts: Timestamp(11), lsn: Lsn(8) }, now());
        assert!(progress.has_reached(Timestamp(12)), "W never falls");
    }

    #[test]
    fn a_later_answer_does_not_put_off_an_earlier_one() {
        let progress = at(9, 8);
        let close = |ts, lsn| progress.close(ClosedAt { ts: Timestamp(ts), lsn: Lsn(lsn) }, now());
        close(20, 10);
        close(30, 12);
        close(25, 11);
        close(24, 13);
        let apply = |lsn| progress.apply(Lsn(lsn), None, now());
        apply(9);
        assert!(!progress.has_reached(Timestamp(20)));
        apply(10);
        assert_eq!(progress.marks().applied_ts, Timestamp(20));
        apply(11);
        assert_eq!(progress.marks().applied_ts, Timestamp(25));
        apply(12);
        assert_eq!(progress.marks().applied_ts, Timestamp(30));
        assert!(progress.pending.lock().closed.0.is_empty());
    }

    #[test]
    fn commits_count_by_themselves_only_after_the_last_lease() {
        let progress = at(9, 8);
        let start = now();
        let later = |by| Moment { at: start.at + by, ..start };
        progress.set_mode(TimeMode::Clock, start.at);
        progress.apply(Lsn(9), Some(Timestamp(10)), start);
        progress.set_mode(TimeMode::Logical, start.at);
        progress.apply(Lsn(10), Some(Timestamp(11)), later(MODE_LEASE / 2));
        assert_eq!(progress.marks().applied_ts, Timestamp(9));
        progress.close(ClosedAt { ts: Timestamp(10), lsn: Lsn(9) }, start);
        assert_eq!(progress.marks().applied_ts, Timestamp(10));
        progress.apply(Lsn(11), Some(Timestamp(12)), later(MODE_LEASE));
        assert_eq!(progress.marks().applied_ts, Timestamp(12));
    }

    #[test]
    fn a_promise_ahead_counts_once_it_is_applied_and_reached() {
        let reached = |ts| Moment { reached: Timestamp(ts), ..now() };
        let ahead = |ts, lsn, newest| Ahead { ts: Timestamp(ts), last_lsn: Lsn(lsn), newest: Timestamp(newest) };
        let progress = at(9, 8);
        progress.set_mode(TimeMode::Clock, now().at);
        progress.promise(ahead(20, 10, 15), reached(16));
        assert_eq!((progress.marks().applied_ts, progress.settle(reached(16))), (Timestamp(9), None), "not applied");
        progress.apply(Lsn(9), Some(Timestamp(12)), reached(16));
        progress.apply(Lsn(10), Some(Timestamp(15)), reached(14));
        assert_eq!(progress.settle(reached(14)), Some(Timestamp(15)));
        progress.promise(ahead(22, 10, 15), now());
        assert_eq!(progress.settle(now()), Some(Timestamp(15)), "nobody vouches for the clock");
        assert_eq!(progress.marks().applied_ts, Timestamp(9));
        assert_eq!(progress.settle(reached(15)), None);
        assert_eq!(progress.marks().applied_ts, Timestamp(22));
        progress.promise(ahead(30, 11, 28), reached(40));
        progress.close(ClosedAt { ts: Timestamp(25), lsn: Lsn(10) }, now());
        assert_eq!(progress.marks().applied_ts, Timestamp(25), "what is closed does not wait for it");
        progress.apply(Lsn(11), None, reached(40));
        assert_eq!(progress.marks().applied_ts, Timestamp(30));
    }

    #[tokio::test]
    async fn somebody_comes_back_to_what_waits_for_the_time() {
        let progress = at(9, 8);
        let ahead = Ahead { ts: Timestamp(20), last_lsn: Lsn(9), newest: Timestamp(15) };
        progress.promise(ahead, now());
        let early = timer::timeout(Duration::from_millis(5), progress.gated()).await;
        assert!(early.is_err(), "it waits for its position");
        progress.apply(Lsn(9), Some(Timestamp(15)), now());
        progress.gated().await;
        assert_eq!(progress.settle(now()), Some(Timestamp(15)));
    }

    #[test]
    fn what_is_pending_is_bounded_and_keeps_the_oldest_and_the_newest() {
        let mut pending = Promises::default();
        for n in 1..=1_000 {
            pending.add(Ahead { ts: Timestamp(10 * n), last_lsn: Lsn(n), newest: Timestamp::ZERO });
            assert!(pending.0.len() <= MOST_PENDING);
        }
        let mut keep = |lsn| pending.keep(Lsn(lsn), Timestamp::ZERO);
        assert_eq!(keep(1), Some(Timestamp(10)));
        assert_eq!(keep(999), Some(Timestamp(10 * (MOST_PENDING as u64 - 1))));
        assert_eq!(keep(1_000), Some(Timestamp(10_000)));
        assert_eq!(keep(2_000), None);
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
