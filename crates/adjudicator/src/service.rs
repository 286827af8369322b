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
//! | `Ok` | visible, answered `Committed`, in the order of commit timestamps |
//! | `DiskFull`, `Overloaded`, `TooLarge` | nothing was kept: once nothing is on its way any more, all that was accepted after it is taken back and answered with that error; then we go on |
//! | anything else | unknown: everything on its way is answered `Unknown`, and we stop for good |

use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use futures::StreamExt;
use gavel_api::adjudicator::{Adjudicator, Closed, Error, Visible};
use gavel_api::journal::{self, Journal, Record};
use gavel_clock::Clock;
use gavel_types::{CommitOutcome, CommitRequest, Conflict, ConflictKind, Epoch, Lsn, Timestamp, TxnId};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::batch::{Batch, Pipe};
use crate::core::{Core, Decision, Preparer, Refusal, Resolution};
use crate::counters::Counters;
use crate::retention::Retention;
use crate::settings::Settings;

/// The adjudicator of one database, in the process that holds its journal.
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
    /// Newest visible commit; written under the lock, read without.
    visible: AtomicU64,
    counters: Counters,
    state: Mutex<State>,
}

struct State {
    core: Core,
    pipe: Pipe,
    retention: Retention,
    /// Position of the last visible record.
    last_lsn: Lsn,
    /// What the journal has refused, until it can be taken back.
    refused: Vec<Batch>,
    /// Why, while there is any; new requests are answered with it.
    refusing: Option<Error>,
    /// The journal has failed.
    down: Option<String>,
}

impl Service {
    /// Opens a new epoch of `journal` and rebuilds everything from it. Must be called in a tokio
    /// runtime, which will run what follows.
    ///
    /// # Errors
    /// What the journal says.
    pub async fn open(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, journal::Error> {
        // Keyed at random, like the standard library's hash maps and for the same reason.
        let seed = std::hash::RandomState::new().build_hasher().finish();
        let mut core = Core::new(settings.clone(), seed);
        let mut retention = Retention::default();
        let epoch = journal.open_epoch(clock.now().lo).await?;
        let last_lsn = rebuild(journal.as_ref(), &mut core, &mut retention).await?;
        core.open(epoch);
        tracing::info!(epoch = epoch.0, lsn = last_lsn.0, journal_time = core.journal_time().0, "adjudicator is open");
        let inner = Inner {
            journal,
            clock,
            settings,
            runtime: tokio::runtime::Handle::current(),
            preparer: core.preparer(),
            epoch,
            visible: AtomicU64::new(core.journal_time().0),
            counters: Counters::default(),
            state: Mutex::new(State {
                core,
                pipe: Pipe::default(),
                retention,
                last_lsn,
                refused: Vec::new(),
                refusing: None,
                down: None,
            }),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Positions of the journal below this are not needed to rebuild the adjudicator.
    pub fn keep_from(&self) -> Lsn {
        let window = self.inner.settings.outcome_window.max(self.inner.settings.conflict_window);
        let first = self.inner.journal.bounds().0;
        self.inner.state.lock().retention.keep_from(window).unwrap_or(first)
    }

    /// What is visible, as far as this process knows.
    pub fn visible_now(&self) -> Visible {
        Visible { ts: self.inner.visible(), epoch: self.inner.epoch }
    }

    /// Totals since it was opened.
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// Whether commits are taken.
    pub fn is_open(&self) -> bool {
        self.inner.state.lock().down.is_none()
    }
}

/// Feeds all that the journal holds to `core`; returns the last position.
async fn rebuild(journal: &dyn Journal, core: &mut Core, retention: &mut Retention) -> Result<Lsn, journal::Error> {
    let (first, last) = journal.bounds();
    let mut begun = first <= Lsn(1);
    let mut next = first;
    let mut tail = journal.tail(first);
    while next <= last {
        let entries = tail.next().await.unwrap_or(Err(journal::Error::Closed))?;
        for (lsn, record) in entries {
            match &record {
                Record::Commit(commit) => {
                    if !begun {
                        core.history_begins(commit.commit_ts);
                        begun = true;
                    }
                    retention.commits(lsn, commit.commit_ts);
                }
                Record::Ceiling(ts) => retention.ceiling(lsn, *ts),
                Record::Epoch { .. } => {}
            }
            core.replay(&record);
            next = lsn.next();
        }
    }
    Ok(last)
}

impl Inner {
    /// Ships what the pipe has room for. Each append is polled once here, under the lock, so that
    /// appends take their places in the journal in the order of commit timestamps.
    fn pump(self: &Arc<Self>, state: &mut State) {
        while let Some((id, records)) = state.pipe.ship(&self.settings) {
            let journal = Arc::clone(&self.journal);
            let epoch = self.epoch;
            let mut append = Box::pin(async move { journal.append(epoch, records).await });
            let first = append.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            let this = Arc::clone(self);
            self.runtime.spawn(async move {
                let result = match first {
                    Poll::Ready(result) => result,
                    Poll::Pending => append.await,
                };
                this.landed(id, result);
            });
        }
    }

    /// An append has ended.
    fn landed(self: &Arc<Self>, id: u64, result: Result<Lsn, journal::Error>) {
        let mut state = self.state.lock();
        state.pipe.land(id, result);
        let mut done = Vec::new();
        while let Some((batch, result)) = state.pipe.next_landed() {
            match result {
                Ok(lsn) => {
                    state.made_durable(&batch, lsn);
                    self.counters.committed.fetch_add(batch.accepted.len() as u64, Ordering::Relaxed);
                    done.push((batch, Ok(lsn)));
                }
                Err(error) => match refusal(&error) {
                    Some(refusal) => {
                        state.refusing.get_or_insert(refusal);
                        self.counters.refused.fetch_add(batch.accepted.len() as u64, Ordering::Relaxed);
                        state.refused.push(batch);
                    }
                    None => {
                        let why = error.to_string();
                        tracing::error!(error = %why, "journal has failed, commits are no longer taken");
                        let unknown = Err(Error::Unknown(why.clone()));
                        done.push((batch, unknown.clone()));
                        done.extend(state.refused.drain(..).map(|batch| (batch, unknown.clone())));
                        done.extend(state.pipe.take_all().into_iter().map(|batch| (batch, unknown.clone())));
                        state.down = Some(why);
                    }
                },
            }
        }
        self.visible.fetch_max(state.core.journal_time().0, Ordering::Release);
        if state.pipe.is_grounded()
            && let Some(error) = state.refusing.take()
        {
            done.extend(state.take_back().into_iter().map(|batch| (batch, Err(error.clone()))));
        }
        if state.refusing.is_none() && state.down.is_none() {
            self.pump(&mut state);
        }
        drop(state);
        for (batch, result) in done {
            batch.answer(&result);
        }
    }

    fn visible(&self) -> Timestamp {
        Timestamp(self.visible.load(Ordering::Acquire))
    }
}

impl State {
    fn made_durable(&mut self, batch: &Batch, lsn: Lsn) {
        let first = Lsn(lsn.0 + 1 - batch.count);
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
        self.last_lsn = lsn;
    }

    /// Undoes all that was refused and all that waits behind it. Nothing is on its way.
    fn take_back(&mut self) -> Vec<Batch> {
        let mut refused = std::mem::take(&mut self.refused);
        refused.extend(self.pipe.take_waiting());
        let mut accepted = Vec::new();
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
}

/// The journal's error as ours, if it says that nothing was kept.
fn refusal(error: &journal::Error) -> Option<Error> {
    match error {
        journal::Error::DiskFull => Some(Error::DiskFull),
        journal::Error::Overloaded => Some(Error::Overloaded),
        journal::Error::TooLarge(_) => Some(Error::TooLarge("transaction is too large for the journal".into())),
        journal::Error::NotLeader
        | journal::Error::Fenced(_)
        | journal::Error::Failed(_)
        | journal::Error::Trimmed(_)
        | journal::Error::Corrupt(_)
        | journal::Error::Closed => None,
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
    64 + writes + checks + schema
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
        let prepared = inner.preparer.prepare(request);
        let (waiter, waiting) = oneshot::channel();
        let ts = {
            let mut state = inner.state.lock();
            state.check_open()?;
            if !state.pipe.has_room(bytes, &inner.settings) {
                return Err(Error::Overloaded);
            }
            match state.core.decide(inner.clock.now(), prepared).map_err(refused)? {
                Decision::Commit(accepted, record) => {
                    let ts = accepted.commit_ts;
                    state.pipe.add(accepted, Record::Commit(record), bytes, waiter, &inner.settings);
                    inner.pump(&mut state);
                    ts
                }
                Decision::Known(ts) => {
                    if ts <= inner.visible() || state.pipe.attach(ts, waiter).is_err() {
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
            {
                let mut state = inner.state.lock();
                let resolution = state.core.resolve(inner.clock.now(), txn_id).map_err(refused)?;
                let down = state.down.is_some();
                let refused = state.refused.iter_mut().find(|batch| batch.holds(txn_id));
                match (resolution, refused) {
                    // Refused, though the core does not know yet: a later commit may be visible
                    // already, so its timestamp proves nothing.
                    (Resolution::Committed(_), Some(batch)) => batch.waiters.push(waiter),
                    (Resolution::Committed(ts), None) if ts <= inner.visible() => {
                        return Ok(CommitOutcome::Committed(ts));
                    }
                    _ if down => return Err(Error::NotOpen),
                    (Resolution::Aborted, _) => {
                        let conflict = Conflict {
                            kind: ConflictKind::Cancelled,
                            key: bytes::Bytes::new(),
                            winner_ts: Timestamp::ZERO,
                        };
                        return Ok(CommitOutcome::Aborted(conflict));
                    }
                    (Resolution::Committed(ts), None) => {
                        if state.pipe.attach(ts, waiter).is_err() {
                            return Err(Error::Unknown("the outcome is lost".into()));
                        }
                    }
                }
            }
            match answer(waiting).await {
                // Visible now, or refused and forgotten, which bars it: asking again tells.
                Ok(_) | Err(Error::DiskFull | Error::Overloaded | Error::TooLarge(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn close(&self, ts: Timestamp) -> Result<Closed, Error> {
        let inner = &self.inner;
        let (waiter, waiting) = oneshot::channel();
        let wait = {
            let mut state = inner.state.lock();
            state.check_open()?;
            match state.core.close(inner.clock.now(), ts).map_err(refused)? {
                Some(ceiling) => {
                    state.pipe.add_ceiling(ceiling, waiter, &inner.settings);
                    inner.pump(&mut state);
                    true
                }
                None if ts <= state.core.journal_time() => false,
                None => state.pipe.attach(ts, waiter).is_ok(),
            }
        };
        if wait {
            answer(waiting).await?;
        }
        let state = inner.state.lock();
        // What the promise rests on may have been refused by the journal before our wait began.
        if ts <= state.core.ceiling().max(state.core.journal_time()) {
            Ok(Closed { ts, epoch: inner.epoch, last_lsn: state.last_lsn })
        } else {
            Err(state.check_open().err().unwrap_or(Error::DiskFull))
        }
    }

    async fn visible(&self) -> Result<Visible, Error> {
        Ok(self.visible_now())
    }

    fn epoch(&self) -> Epoch {
        self.inner.epoch
    }
}

#[cfg(test)]
#[path = "service/service_test.rs"]
mod service_test;

#[cfg(test)]
#[path = "service/chaos_test.rs"]
mod chaos_test;
