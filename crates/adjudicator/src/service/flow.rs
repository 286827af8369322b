//! From the pipe through the journal and the gate to the answer.
//!
//! ```text
//!  pump ──► journal.append ──► landed ──► gate ──► visible, answered
//!                                │
//!                                ├─► refused ──► (nothing on its way) ──► taken back, answered
//!                                └─► failed ───► fall
//! ```
#![allow(clippy::disallowed_methods, reason = "a shell: waits and starts tasks")]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use gavel_api::adjudicator::{Error, MODE_LEASE};
use gavel_api::journal;
use gavel_clock::Reading;
use gavel_runtime::timer;
use gavel_types::{Lsn, TimeMode, Timestamp};

use super::{Inner, State};
use crate::batch::Batch;

/// The gate is looked at again at least this often while something waits there.
pub(super) const GATE_POLL: Duration = Duration::from_millis(20);

/// And no sooner than this: a clock that stands still would have us look again and again.
const GATE_REST: Duration = Duration::from_micros(50);

/// Whom to tell what.
pub(super) type Answers = Vec<(Batch, Result<Lsn, Error>)>;

impl Inner {
    /// Ships what the pipe has room for. Each append is polled once here, under the lock, so that
    /// appends take their places in the journal in the order of commit timestamps.
    pub(super) fn pump(self: &Arc<Self>, state: &mut State) {
        while let Some((id, records)) = state.pipe.ship(self.clock.now().lo, &self.settings) {
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
        state.pipe.land(self.clock.now().lo, id, result);
        let mut done = Vec::new();
        while let Some((batch, result)) = state.pipe.next_landed() {
            match result {
                Ok(lsn) => {
                    state.made_durable(&batch, lsn);
                    self.counters.committed.fetch_add(batch.accepted.len() as u64, Ordering::Relaxed);
                    state.pipe.hold(batch, lsn);
                }
                Err(error) => match refusal(&error) {
                    Some(refusal) => {
                        state.refusing.get_or_insert(refusal);
                        self.counters.refused.fetch_add(batch.accepted.len() as u64, Ordering::Relaxed);
                        state.refused.push(batch);
                    }
                    None => {
                        tracing::error!(%error, "journal has failed, commits are no longer taken");
                        let kept_nothing = matches!(error, journal::Error::NotLeader | journal::Error::Fenced(_));
                        let why = error.to_string();
                        done.push((batch, Err(if kept_nothing { self.gone() } else { Error::Unknown(why.clone()) })));
                        self.fall(&mut state, why, &mut done);
                    }
                },
            }
        }
        self.open_gate(&mut state, &mut done);
        if state.pipe.is_grounded()
            && let Some(error) = state.refusing.take()
        {
            done.extend(state.take_back().into_iter().map(|batch| (batch, Err(error.clone()))));
        }
        if state.refusing.is_none() && state.down.is_none() {
            self.pump(&mut state);
        }
        drop(state);
        answer_all(done);
    }

    /// What is told to those with whom nothing was done, once we no longer serve.
    pub(super) fn gone(&self) -> Error {
        if self.confirm.is_some() { Error::NotLeader(None) } else { Error::NotOpen }
    }

    /// We no longer serve. What is at the journal may or may not be kept; what is not never will
    /// be. What is durable still passes the gate.
    pub(super) fn fall(&self, state: &mut State, why: String, done: &mut Answers) {
        let unknown = Err(Error::Unknown(why.clone()));
        done.extend(state.refused.drain(..).map(|batch| (batch, unknown.clone())));
        done.extend(state.pipe.take_flying().into_iter().map(|batch| (batch, unknown.clone())));
        let gone = Err(self.gone());
        done.extend(state.pipe.take_waiting().into_iter().map(|batch| (batch, gone.clone())));
        state.refusing = None;
        state.down.get_or_insert(why);
        self.fallen.send_replace(true);
    }

    /// Lets through what true time has reached, and comes back for the rest. A clock that has failed since
    /// somebody last looked lets nothing through: others may still take snapshots from theirs, which are
    /// right, below a commit that was dated ahead.
    pub(super) fn open_gate(self: &Arc<Self>, state: &mut State, done: &mut Answers) {
        let now = self.clock.now();
        self.watch_mode(state, now);
        let State { pipe, mode, visible_lsn, .. } = &mut *state;
        while let Some((batch, lsn)) = pipe.pass(|newest| !mode.is_mute() && may_pass(now, newest)) {
            if let Some(ts) = batch.last_ts() {
                self.visible.fetch_max(ts.0, Ordering::Release);
                *visible_lsn = lsn;
            }
            if let Some(declared) = batch.mode {
                mode.took_effect(declared);
                self.by_clock.store(mode.told() == TimeMode::Clock, Ordering::Release);
            }
            done.push((batch, Ok(lsn)));
        }
        if let Some(next) = pipe.next_gated()
            && !mode.is_mute()
            && !std::mem::replace(&mut state.gate_watched, true)
        {
            let wait = Duration::from_nanos(next.0.saturating_sub(now.lo.0)).clamp(GATE_REST, GATE_POLL);
            self.counters.gated.fetch_add(1, Ordering::Relaxed);
            self.counters.gated_nanos.fetch_add(wait.as_nanos() as u64, Ordering::Relaxed);
            self.later(wait, |this, state, done| {
                state.gate_watched = false;
                this.open_gate(state, done);
            });
        }
    }

    /// Looks at the clock, and declares what follows from it.
    pub(super) fn watch_mode(self: &Arc<Self>, state: &mut State, now: Reading) {
        let was_mute = state.mode.is_mute();
        let declare = state.mode.observe(now);
        self.by_clock.store(state.mode.told() == TimeMode::Clock, Ordering::Release);
        match declare {
            // While the journal refuses, nothing is added to what it gets: the next look asks again.
            Some(_) if state.check_open().is_err() => state.mode.refused(),
            Some(mode) => {
                tracing::warn!(?mode, status = ?now.status, "the database changes what its snapshots rest on");
                state.pipe.add_mode(mode, &self.settings);
                self.pump(state);
            }
            None => {}
        }
        if state.mode.is_mute() && !was_mute {
            self.unmute_later();
        }
    }

    /// Speaks again after a lease.
    pub(super) fn unmute_later(self: &Arc<Self>) {
        self.later(MODE_LEASE, |this, state, done| {
            state.mode.unmute();
            state.learnt = state.core.accepted_up_to();
            this.open_gate(state, done);
        });
    }

    /// Renews ceilings while promises are asked for, and for a while after: early enough that they are
    /// durable before they are needed.
    pub(super) fn renew(self: &Arc<Self>, state: &mut State, now: Reading) {
        if let Some(ceiling) = state.core.renew(now) {
            state.pipe.add_ceiling(ceiling, &self.settings);
            self.pump(state);
        }
        self.later(self.settings.ceiling_lead / 2, |this, state, _| {
            let now = this.clock.now();
            let silence = Duration::from_nanos(now.lo.0.saturating_sub(state.last_close.0));
            if silence > this.settings.ceiling_silence || state.check_open().is_err() {
                state.renewing = false;
                return;
            }
            this.renew(state, now);
        });
    }

    fn later(
        self: &Arc<Self>,
        wait: Duration,
        then: impl FnOnce(&Arc<Self>, &mut State, &mut Answers) + Send + 'static,
    ) {
        // Weak, so that what is not due yet keeps nothing alive.
        let this = Arc::downgrade(self);
        self.runtime.spawn(async move {
            timer::sleep(wait).await;
            let Some(this) = this.upgrade() else { return };
            let mut done = Vec::new();
            then(&this, &mut this.state.lock(), &mut done);
            answer_all(done);
        });
    }
}

/// Whether what is durable may be seen. Without a good clock there is nothing to wait for, once it is known
/// that we have none.
fn may_pass(now: Reading, newest: Option<Timestamp>) -> bool {
    !now.is_trusted() || newest.is_none_or(|ts| ts <= now.lo)
}

pub(super) fn answer_all(done: Answers) {
    for (batch, result) in done {
        batch.answer(&result);
    }
}

/// The journal's error as ours, if it says that nothing was kept and goes on.
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
