//! The adjudicator over a journal: the core behind a lock, and appends on their way.
//!
//! There is no thread of its own. A commit is judged on the caller's thread under the lock (about a
//! microsecond), and if the pipe has room its record is handed to the journal's writer at once; so
//! a lone commit costs one flush, the hand-off to the writer and the one back. What cannot go at
//! once gathers, and is sent as one append when something lands.
//!
//! What becomes of an append:
//!
//! | journal says | then |
//! |---|---|
//! | `Ok` | visible once true time has reached it (PROTOCOL §2), answered `Committed`, in the order of commit timestamps |
//! | `DiskFull`, `Overloaded`, `TooLarge` | nothing was kept: once nothing is on its way any more, all that was accepted after it is taken back and answered with that error; then we go on |
//! | `NotLeader`, `Fenced` | nothing was kept of this one; the rest as below |
//! | anything else | unknown: everything on its way is answered `Unknown`, and we stop for good |

#![allow(clippy::disallowed_methods, reason = "a shell: waits for the clock")]

mod flow;

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use gavel_api::adjudicator::{Adjudicator, Ahead, Closed, Error, MODE_LEASE, Visible};
use gavel_api::journal::{self, Journal, Record, Replicated};
use gavel_api::locks::{Acquire, Acquired, Holder, Locks, Release, Renew, Renewed, SessionId};
use gavel_clock::{Clock, Health, Reading};
use gavel_runtime::timer;
use gavel_types::{CommitOutcome, CommitRequest, Conflict, ConflictKind, Epoch, Lsn, TimeMode, Timestamp, TxnId};
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use crate::batch::{Batch, Pipe, Waiter};
use crate::confirm::Confirm;
use crate::core::{Core, Decision, Preparer, Refusal, Resolution};
use crate::counters::Counters;
use crate::locks::LockTable;
use crate::mode::Mode;
use crate::rebuild::rebuild;
use crate::retention::Retention;
use crate::settings::Settings;

/// The adjudicator of one database, for one epoch, in the process that holds or leads its journal.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    runtime: tokio::runtime::Handle,
    preparer: Preparer,
    epoch: Epoch,
    /// `None` where the journal has no other holder, so that nobody can have deposed us.
    confirm: Option<Arc<Confirm>>,
    /// Newest visible commit; written under the lock, read without.
    visible: AtomicU64,
    /// Whether clock mode is told; as `visible`.
    by_clock: AtomicBool,
    counters: Counters,
    locks: LockTable,
    /// Says when we no longer serve.
    fallen: watch::Sender<bool>,
    state: Mutex<State>,
}

struct State {
    core: Core,
    pipe: Pipe,
    retention: Retention,
    mode: Mode,
    /// Every visible commit is at or before this position.
    visible_lsn: Lsn,
    /// Last position of what is durable.
    durable_lsn: Lsn,
    /// What the journal has refused, until it can be taken back.
    refused: Vec<Batch>,
    /// Why, while there is any; new requests are answered with it.
    refusing: Option<Error>,
    /// Why we no longer serve.
    down: Option<String>,
    /// Somebody comes back to the gate.
    gate_watched: bool,
    /// When a promise was asked for last, by our clock.
    last_close: Timestamp,
    /// Ceilings are renewed.
    renewing: bool,
    /// Once nobody has a lease of clock mode any more: commits up to here may have been learnt of before we
    /// knew that they are durable.
    learnt: Timestamp,
}

impl Service {
    /// Opens a new epoch of `journal`, which nobody else writes, and rebuilds everything from it.
    /// Must be called in a tokio runtime, which will run what follows.
    ///
    /// # Errors
    /// What the journal says.
    pub async fn open(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, journal::Error> {
        Self::open_over(journal, None, clock, settings).await
    }

    /// [`Service::open`] on the leader of a journal that several nodes hold.
    ///
    /// # Errors
    /// What the journal says.
    pub async fn lead(
        journal: Arc<dyn Replicated>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, journal::Error> {
        let confirm = Confirm::new(Arc::clone(&journal), tokio::runtime::Handle::current());
        Self::open_over(journal, Some(confirm), clock, settings).await
    }

    async fn open_over(
        journal: Arc<dyn Journal>,
        confirm: Option<Arc<Confirm>>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, journal::Error> {
        // Keyed at random, like the standard library's hash maps and for the same reason.
        let seed = std::hash::RandomState::new().build_hasher().finish();
        let mut core = Core::new(settings.clone(), seed);
        let mut retention = Retention::default();
        let epoch = journal.open_epoch(clock.now().lo).await?;
        let rebuilt = rebuild(journal.as_ref(), &mut core, &mut retention).await?;
        core.open(epoch);
        await_time(&*clock, core.journal_time(), settings.max_future + settings.ceiling_lead).await;
        let mut mode = Mode::new(rebuilt.declared, clock.now());
        if mode.is_mute() {
            // What the predecessor's clock was good for may be dated ahead of true time, and nobody may hear
            // of it from us while snapshots are taken from clocks on its word. A journal without other
            // holders has no readers outside of this process, and they begin with us.
            if confirm.is_some() {
                timer::sleep(MODE_LEASE).await;
            }
            mode.unmute();
        }
        let journal_time = core.journal_time();
        tracing::info!(
            epoch = epoch.0,
            lsn = rebuilt.last.0,
            journal_time = journal_time.0,
            mode = ?mode.told(),
            "adjudicator is open"
        );
        let inner = Arc::new(Inner {
            // Who holds locks of a predecessor may live only where the journal has other holders.
            locks: LockTable::new(confirm.is_some()),
            journal,
            clock,
            settings,
            runtime: tokio::runtime::Handle::current(),
            preparer: core.preparer(),
            epoch,
            confirm,
            visible: AtomicU64::new(journal_time.0),
            by_clock: AtomicBool::new(mode.told() == TimeMode::Clock),
            counters: Counters::default(),
            fallen: watch::Sender::new(false),
            state: Mutex::new(State {
                core,
                pipe: Pipe::default(),
                retention,
                mode,
                visible_lsn: rebuilt.last,
                durable_lsn: rebuilt.last,
                refused: Vec::new(),
                refusing: None,
                down: None,
                gate_watched: false,
                last_close: Timestamp::ZERO,
                renewing: false,
                learnt: Timestamp::ZERO,
            }),
        });
        inner.watch_mode(&mut inner.state.lock(), inner.clock.now());
        Ok(Self { inner })
    }

    /// Positions of the journal below this are not needed to rebuild the adjudicator.
    pub fn keep_from(&self) -> Lsn {
        let window = self.inner.settings.outcome_window.max(self.inner.settings.conflict_window);
        let first = self.inner.journal.bounds().0;
        self.inner.state.lock().retention.keep_from(window).unwrap_or(first)
    }

    /// What is visible, as far as this process knows.
    pub fn visible_now(&self) -> Visible {
        Visible { ts: self.inner.visible(), epoch: self.inner.epoch, mode: self.inner.told() }
    }

    /// What the database's snapshots rest on, and how good the clock of this process is.
    pub fn time(&self) -> (TimeMode, Health) {
        (self.inner.told(), self.inner.clock.health())
    }

    /// Totals since it was opened.
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// Whether commits are taken.
    pub fn is_open(&self) -> bool {
        self.inner.state.lock().down.is_none()
    }

    /// Ends once commits are no longer taken.
    pub async fn fallen(&self) {
        let mut fallen = self.inner.fallen.subscribe();
        // The sender lives as long as we do.
        let _ = fallen.wait_for(|fallen| *fallen).await;
    }

    /// Stops for good: whatever is at the journal is answered `Unknown`, the rest that it was not
    /// done.
    pub fn stand_down(&self, why: &str) {
        let mut done = Vec::new();
        {
            let mut state = self.inner.state.lock();
            if state.down.is_none() {
                self.inner.fall(&mut state, why.to_owned(), &mut done);
            }
        }
        flow::answer_all(done);
    }
}

/// Waits until true time has certainly reached `ts`, the newest commit that a predecessor may not
/// have told anybody of; where nobody vouches for the clock, not at all.
async fn await_time(clock: &dyn Clock, ts: Timestamp, patience: Duration) {
    let mut left = patience;
    while let now = clock.now()
        && now.is_trusted()
        && now.lo < ts
    {
        let wait = Duration::from_nanos(ts.0 - now.lo.0).clamp(flow::GATE_POLL / 20, flow::GATE_POLL);
        let Some(rest) = left.checked_sub(wait) else {
            tracing::error!(commit_ts = ts.0, clock = now.lo.0, "the journal is ahead of this clock");
            return;
        };
        left = rest;
        timer::sleep(wait).await;
    }
}

impl Inner {
    fn told(&self) -> TimeMode {
        if self.by_clock.load(Ordering::Acquire) { TimeMode::Clock } else { TimeMode::Logical }
    }

    fn visible(&self) -> Timestamp {
        Timestamp(self.visible.load(Ordering::Acquire))
    }

    /// Waits until all is visible that somebody may have learnt of from the journal's nodes before `now`: a
    /// query node with a lease of clock mode counts majorities itself, and acknowledges what true time has
    /// reached.
    async fn await_learnt(&self, now: Reading) -> Result<(), Error> {
        if self.confirm.is_none() {
            return Ok(());
        }
        loop {
            let (waiter, waiting) = oneshot::channel();
            {
                let mut state = self.state.lock();
                if state.down.is_some() {
                    return Err(self.gone());
                }
                let learnt = match state.mode.has_leases() {
                    true if now.is_trusted() => now.hi,
                    true => Timestamp::MAX,
                    false => state.learnt,
                };
                if state.pipe.attach_close(learnt, true, waiter).is_err() {
                    return Ok(());
                }
            }
            match answer(waiting).await {
                Ok(_) => return Ok(()),
                // Taken back, so that nobody has learnt of it; others may be on their way.
                Err(Error::DiskFull | Error::Overloaded | Error::TooLarge(_)) => {}
                Err(_) => return Err(self.gone()),
            }
        }
    }

    /// Proves that nobody has deposed us before this was called.
    async fn confirm(&self) -> Result<(), Error> {
        match &self.confirm {
            Some(confirm) => confirm.confirm().await.map_err(|_| self.gone()),
            None => Ok(()),
        }
    }
}

impl State {
    fn made_durable(&mut self, batch: &Batch, lsn: Lsn) {
        let first = Lsn(lsn.0 + 1 - batch.count);
        debug_assert_eq!(first, self.durable_lsn.next(), "nobody else appends");
        self.durable_lsn = lsn;
        for one in &batch.accepted {
            self.core.durable(one.commit_ts);
        }
        if let Some(ts) = batch.last_ts() {
            self.retention.commits(first, ts);
        }
        if let Some(ts) = batch.ceiling {
            self.core.ceiling_durable(ts);
            self.retention.ceiling(first, ts);
        }
    }

    /// Undoes all that was refused and all that waits behind it. Nothing is on its way.
    fn take_back(&mut self) -> Vec<Batch> {
        let mut refused = std::mem::take(&mut self.refused);
        refused.extend(self.pipe.take_waiting());
        let mut accepted = Vec::new();
        if refused.iter().any(|batch| batch.mode.is_some()) {
            self.mode.refused();
        }
        for batch in &mut refused {
            accepted.append(&mut batch.accepted);
        }
        self.core.take_back(&accepted);
        refused
    }

    /// # Errors
    /// If requests are not taken at present.
    fn check_open(&self) -> Result<(), Error> {
        if self.down.is_some() {
            return Err(Error::NotOpen);
        }
        self.refusing.clone().map_or(Ok(()), Err)
    }

    /// # Errors
    /// If a transaction of that size is not taken at present.
    fn check_room(&self, bytes: usize, settings: &Settings) -> Result<(), Error> {
        self.check_open()?;
        if self.pipe.has_room(bytes, settings) { Ok(()) } else { Err(Error::Overloaded) }
    }

    /// Whether the accepted `txn_id`, at `ts`, is visible; if not, `waiter` is told what becomes of it.
    ///
    /// # Errors
    /// [`Error::Unknown`] if we no longer know.
    fn attend(&mut self, txn_id: TxnId, ts: Timestamp, visible: Timestamp, waiter: Waiter) -> Result<bool, Error> {
        // What had been refused when we fell was not taken back, so there is no telling it from the rest.
        if let Some(why) = &self.down {
            return Err(Error::Unknown(why.clone()));
        }
        // Refused, though the core does not know yet: a later commit may be visible already, so its timestamp
        // proves nothing.
        if let Some(batch) = self.refused.iter_mut().find(|batch| batch.holds(txn_id)) {
            batch.waiters.push(waiter);
            return Ok(false);
        }
        if ts <= visible {
            return Ok(true);
        }
        self.pipe.attach(ts, waiter).map_err(|_| Error::Unknown("the outcome is lost".into()))?;
        Ok(false)
    }

    /// A promise is asked for, at `now`; whether ceilings have to be renewed from now on.
    fn asked_to_close(&mut self, now: Timestamp) -> bool {
        self.last_close = now;
        self.mode.told() == TimeMode::Clock && !std::mem::replace(&mut self.renewing, true)
    }

    /// Dates commits ahead of the clock by `wanted`, if they take so long to become durable that the gate
    /// is open by then.
    fn lead(&mut self, now: Reading, wanted: Duration, settings: &Settings) {
        if self.mode.told() == TimeMode::Clock && now.is_trusted() {
            let flight = self.pipe.quickest_flight();
            let lead = wanted.min(flight - flight / 8).min(settings.max_future / 2);
            self.core.lead(now.lo.saturating_add(lead));
        }
    }

    /// No commit at or below this will become visible any more.
    fn closed(&self) -> Timestamp {
        let under_way = self.pipe.first_commit().map_or(Timestamp::MAX, |ts| Timestamp(ts.0.saturating_sub(1)));
        self.core.promised().min(under_way)
    }

    /// What is promised whatever becomes of the commits on their way: the journal gives positions in the order
    /// in which they were accepted, and those that it loses are followed by an epoch above the ceiling.
    fn ahead(&self) -> Option<Ahead> {
        let last_lsn = Lsn(self.durable_lsn.0 + self.pipe.records());
        let ahead = Ahead { ts: self.core.promised(), last_lsn, newest: self.core.accepted_up_to() };
        Some(ahead).filter(|_| self.mode.told() == TimeMode::Clock)
    }
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::WrongEpoch(epoch) => Error::WrongEpoch(epoch),
        Refusal::TooFarAhead => Error::TooLarge("timestamp is too far ahead of the clock".into()),
        Refusal::TooManyBarred => Error::Overloaded,
    }
}

/// What a request weighs in queues.
fn size(request: &CommitRequest) -> usize {
    let writes: usize =
        request.writes.iter().map(|w| 8 + w.key.len() + w.value.as_ref().map_or(0, bytes::Bytes::len)).sum();
    let checks: usize = request.checks.iter().map(|c| 8 + c.key.len()).sum();
    let schema: usize = request.schema_keys.iter().map(|key| 8 + key.len()).sum();
    let notifications: usize = request.notifications.iter().map(|n| 16 + n.channel.len() + n.payload.len()).sum();
    64 + writes + checks + schema + notifications
}

async fn answer(waiting: oneshot::Receiver<Result<Lsn, Error>>) -> Result<Lsn, Error> {
    waiting.await.unwrap_or_else(|_| Err(Error::Unknown("the adjudicator was closed".into())))
}

#[async_trait]
impl Adjudicator for Service {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, Error> {
        let inner = &self.inner;
        let bytes = size(&request);
        if bytes > inner.settings.transaction_size_bytes {
            let limit = inner.settings.transaction_size_bytes;
            return Err(Error::TooLarge(format!("transaction writes more than {limit} bytes")));
        }
        let txn_id = request.txn_id;
        let prepared = inner.preparer.prepare(request);
        let (waiter, waiting) = oneshot::channel();
        let ts = {
            let mut state = inner.state.lock();
            // One that is here already is not told that nothing was done.
            if let Err(refusal) = state.check_room(bytes, &inner.settings)
                && !state.core.accepted(txn_id)
            {
                return Err(refusal);
            }
            let now = inner.clock.now();
            inner.watch_mode(&mut state, now);
            match state.core.decide(now, prepared).map_err(refused)? {
                Decision::Commit(accepted, record) => {
                    let ts = accepted.commit_ts;
                    state.pipe.add(accepted, Record::Commit(record), bytes, waiter, &inner.settings);
                    inner.pump(&mut state);
                    ts
                }
                Decision::Known(ts) => {
                    if state.attend(txn_id, ts, inner.visible(), waiter)? {
                        return Ok(CommitOutcome::Committed(ts));
                    }
                    ts
                }
                Decision::Nothing(ts) => return Ok(CommitOutcome::Committed(ts)),
                Decision::Abort(conflict) => {
                    inner.counters.abort(conflict.kind);
                    return Ok(CommitOutcome::Aborted(conflict));
                }
            }
        };
        answer(waiting).await.map(|_| CommitOutcome::Committed(ts))
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, Error> {
        let inner = &self.inner;
        loop {
            let (waiter, waiting) = oneshot::channel();
            let barred = {
                let mut state = inner.state.lock();
                if state.down.is_some() {
                    return Err(Error::NotOpen);
                }
                match state.core.resolve(inner.clock.now(), txn_id).map_err(refused)? {
                    Resolution::Aborted => true,
                    Resolution::Committed(ts) => {
                        if state.attend(txn_id, ts, inner.visible(), waiter)? {
                            return Ok(CommitOutcome::Committed(ts));
                        }
                        false
                    }
                }
            };
            if barred {
                // A successor may know of a commit that we do not: only a leader's word counts.
                inner.confirm().await?;
                let (kind, key) = (ConflictKind::Cancelled, bytes::Bytes::new());
                return Ok(CommitOutcome::Aborted(Conflict { kind, key, winner_ts: Timestamp::ZERO }));
            }
            match answer(waiting).await {
                // Visible now, or refused and forgotten, which bars it: asking again tells.
                Ok(_) | Err(Error::DiskFull | Error::Overloaded | Error::TooLarge(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, Error> {
        let inner = &self.inner;
        let (waiter, waiting) = oneshot::channel();
        let wait = {
            let mut state = inner.state.lock();
            state.check_open()?;
            let now = inner.clock.now();
            inner.watch_mode(&mut state, now);
            if let Some(ceiling) = state.core.close(now, ts).map_err(refused)? {
                state.pipe.add_ceiling(ceiling, &inner.settings);
                inner.pump(&mut state);
            }
            if state.asked_to_close(now.lo) {
                inner.renew(&mut state, now);
            }
            state.lead(now, lead, &inner.settings);
            let covered = state.core.promised() >= ts;
            state.pipe.attach_close(ts, covered, waiter).is_ok()
        };
        if wait {
            answer(waiting).await?;
        }
        let state = inner.state.lock();
        if state.down.is_some() {
            // What was on its way is not known here any more.
            return Err(inner.gone());
        }
        // What the promise rests on may have been refused by the journal before our wait began.
        let closed = state.closed();
        if closed < ts {
            return Err(state.check_open().err().unwrap_or(Error::DiskFull));
        }
        let (last_lsn, mode) = (state.visible_lsn, state.mode.told());
        Ok(Closed { ts: closed, epoch: inner.epoch, last_lsn, mode, ahead: state.ahead() })
    }

    async fn visible(&self) -> Result<Visible, Error> {
        if *self.inner.fallen.borrow() {
            return Err(Error::NotOpen);
        }
        // Asked at every statement: the lock is taken only where something may change.
        let now = self.inner.clock.now();
        if now.is_trusted() != (self.inner.told() == TimeMode::Clock) {
            self.inner.watch_mode(&mut self.inner.state.lock(), now);
        }
        let (confirmed, learnt) = tokio::join!(self.inner.confirm(), self.inner.await_learnt(now));
        confirmed.and(learnt)?;
        Ok(self.visible_now())
    }

    fn epoch(&self) -> Epoch {
        self.inner.epoch
    }
}

impl Inner {
    /// # Errors
    /// If locks are not given here, or not in this epoch.
    fn check_locks(&self, named: Option<Epoch>) -> Result<(), Error> {
        if *self.fallen.borrow() {
            return Err(self.gone());
        }
        match named {
            Some(epoch) if epoch != self.epoch => Err(Error::WrongEpoch(self.epoch)),
            _ => Ok(()),
        }
    }
}

/// What a deposed leader would grant or prolong, its successor knows nothing of: so all of it is confirmed.
#[async_trait]
impl Locks for Service {
    async fn renew(&self, request: Renew) -> Result<Renewed, Error> {
        self.inner.check_locks(None)?;
        let lost = self.inner.locks.renew(&request, request.epoch == Some(self.inner.epoch));
        self.inner.confirm().await?;
        Ok(Renewed { epoch: self.inner.epoch, lost })
    }

    async fn acquire(&self, request: Acquire) -> Result<Acquired, Error> {
        self.inner.check_locks(Some(request.epoch))?;
        let answer = self.inner.locks.acquire(&request).await;
        self.inner.confirm().await?;
        Ok(answer)
    }

    async fn release(&self, request: Release) -> Result<(), Error> {
        self.inner.check_locks(Some(request.epoch))?;
        self.inner.locks.release(&request);
        Ok(())
    }

    async fn blockers(&self, holder: Holder, session: SessionId) -> Result<Vec<SessionId>, Error> {
        self.inner.check_locks(None)?;
        Ok(self.inner.locks.blockers(holder, session))
    }
}

#[cfg(test)]
#[path = "service/service_test.rs"]
mod service_test;

#[cfg(test)]
#[path = "service/chaos_test.rs"]
mod chaos_test;
