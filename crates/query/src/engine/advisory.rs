//! Advisory locks of this node's sessions: how often each session has what, and the lease under which the
//! node holds it all (docs/rfcs/0003-advisory-locks.md).
//!
//! ```text
//!   session ── 1st, last ──► Acquire, Release ──► table, at the leader
//!           ── others ─────► counted here
//!   a renewal each second while anything is held or awaited
//! ```
//!
//! # Invariants
//! 1. Calls of one session go out one at a time, each with a higher number (its `turn`).
//! 2. What a session holds was granted, or entered, in this life of the lease, and the lease has not run out. A
//!    life ends where the lease does: what is granted in an earlier one may come late, and is nobody's.
//! 3. A session that has lost a lock ends: whoever relied on it must not go on.
#![allow(clippy::disallowed_methods, reason = "the shell that renews and waits")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gavel_api::adjudicator::Error;
use gavel_api::locks::{
    Acquire, Acquired, Held, Holder, LockKey, LockMode, Locks, RELIED, RENEWAL, Release, Renew, SessionId, Wait,
};
use gavel_api::sql::CancelHandle;
use gavel_types::{Epoch, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::session::cancel::Interrupt;

/// Before asking again what got no answer.
const PAUSE: Duration = Duration::from_millis(50);

type Lock = (LockKey, LockMode);

/// How long a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Session,
    Transaction,
}

/// A lock as `pg_locks` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockInfo {
    pub pid: i32,
    pub key: LockKey,
    pub mode: LockMode,
    pub granted: bool,
}

/// See the module.
pub struct Advisory {
    locks: Arc<dyn Locks>,
    holder: Holder,
    state: Mutex<State>,
    /// Held by the one that renews.
    renewal: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    lease: Option<Lease>,
    /// How many leases have ended.
    life: u64,
    op: u64,
    sessions: HashMap<SessionId, Sitting>,
    /// The task that renews runs.
    renewing: bool,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    epoch: Epoch,
    until: Instant,
}

/// A session that has used advisory locks.
#[derive(Default)]
struct Sitting {
    held: BTreeMap<Lock, Count>,
    /// What its transaction has taken, in order.
    taken: Vec<Lock>,
    awaits: Option<Lock>,
    /// Let go of, or given up, and the table does not know yet.
    owed: Vec<Lock>,
    turn: Arc<tokio::sync::Mutex<()>>,
    interrupt: Option<Arc<Interrupt>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    session: u32,
    transaction: u32,
}

impl Count {
    fn of(&mut self, scope: Scope) -> &mut u32 {
        match scope {
            Scope::Session => &mut self.session,
            Scope::Transaction => &mut self.transaction,
        }
    }

    fn is_none(self) -> bool {
        self.session == 0 && self.transaction == 0
    }
}

impl Sitting {
    fn take(&mut self, lock: Lock, scope: Scope) {
        *self.held.entry(lock).or_default().of(scope) += 1;
        if scope == Scope::Transaction {
            self.taken.push(lock);
        }
    }

    /// Lets go of one; whether there was one.
    fn let_go(&mut self, lock: Lock, scope: Scope) -> bool {
        let Some(count) = self.held.get_mut(&lock) else { return false };
        if *count.of(scope) == 0 {
            return false;
        }
        *count.of(scope) -= 1;
        if count.is_none() {
            self.held.remove(&lock);
            self.owed.push(lock);
        }
        true
    }

    fn is_busy(&self) -> bool {
        !self.held.is_empty() || self.awaits.is_some() || !self.owed.is_empty()
    }

    /// Its locks are not its own any more.
    fn lose(&mut self) {
        self.taken.clear();
        self.held.clear();
        if let Some(interrupt) = &self.interrupt {
            interrupt.terminate();
        }
    }
}

impl State {
    /// Whatever was held under a lease that has run out is lost.
    fn lapse(&mut self) {
        if self.lease.is_some_and(|lease| lease.until <= Instant::now()) {
            tracing::warn!("the lease of advisory locks has run out");
            self.lose();
        }
    }

    fn lose(&mut self) {
        self.end_lease();
        self.sessions.values_mut().filter(|s| !s.held.is_empty()).for_each(Sitting::lose);
    }

    fn end_lease(&mut self) {
        if self.lease.take().is_some() {
            self.life += 1;
        }
    }

    fn held(&self) -> Vec<Held> {
        let all = self.sessions.iter().flat_map(|(pid, s)| s.held.keys().map(move |lock| (*pid, *lock)));
        all.map(|(session, (key, mode))| Held { session, key, mode }).collect()
    }

    fn next_op(&mut self) -> u64 {
        self.op += 1;
        self.op
    }
}

impl Advisory {
    pub fn new(locks: Arc<dyn Locks>, holder: Holder) -> Arc<Self> {
        Arc::new(Self { locks, holder, state: Mutex::default(), renewal: tokio::sync::Mutex::default() })
    }

    /// Takes a lock for a session; `false` if others have it and it does not wait.
    ///
    /// # Errors
    /// 40P01, 53200; 57P03 if nobody gives locks at present.
    pub async fn acquire(
        self: &Arc<Self>,
        pid: SessionId,
        interrupt: &Arc<Interrupt>,
        lock: Lock,
        scope: Scope,
        wait: bool,
    ) -> SqlResult<bool> {
        let turn = {
            let mut state = self.state.lock();
            state.lapse();
            let sitting = state.sessions.entry(pid).or_default();
            sitting.interrupt.get_or_insert_with(|| Arc::clone(interrupt));
            if sitting.held.contains_key(&lock) {
                sitting.take(lock, scope);
                return Ok(true);
            }
            Arc::clone(&sitting.turn)
        };
        let _turn = turn.lock_owned().await;
        self.settle_in_turn(pid).await;
        // Awaited first, so that the renewals do not stop in between.
        let waiting = Waiting::new(self, pid, lock);
        self.keep_renewing();
        let granted = self.ask(pid, lock, scope, wait).await;
        if matches!(granted, Ok(true) | Err(Refused::NotHeld(_)) | Ok(false)) {
            waiting.is_over();
        }
        granted.map_err(|refused| match refused {
            Refused::NotHeld(error) | Refused::Unknown(error) => error,
        })
    }

    async fn ask(&self, pid: SessionId, (key, mode): Lock, scope: Scope, wait: bool) -> Result<bool, Refused> {
        let mut op = self.state.lock().next_op();
        loop {
            let (epoch, life) = self.lease().await.map_err(|e| Refused::Unknown(unavailable(&e)))?;
            let lock = Held { session: pid, key, mode };
            let request = Acquire { holder: self.holder, epoch, op, lock, wait };
            match self.locks.acquire(request).await {
                Ok(Acquired::Granted) => {
                    let mut state = self.state.lock();
                    state.lapse();
                    // Granted under a lease that is not ours any more, it is not ours either.
                    if state.lease.is_some() && state.life == life {
                        if let Some(sitting) = state.sessions.get_mut(&pid) {
                            sitting.take((key, mode), scope);
                        }
                        return Ok(true);
                    }
                }
                Ok(Acquired::Busy) => return Ok(false),
                Ok(Acquired::Waiting) => {}
                Ok(Acquired::Stale) => op = self.state.lock().next_op(),
                Ok(Acquired::Deadlock(circle)) => return Err(Refused::NotHeld(deadlock(&circle))),
                Ok(Acquired::Full) => return Err(Refused::NotHeld(full())),
                Ok(Acquired::NoLease) => {
                    let mut state = self.state.lock();
                    if state.life == life {
                        state.lose();
                    }
                }
                Err(Error::WrongEpoch(_)) => self.renew().await.map_err(|e| Refused::Unknown(unavailable(&e)))?,
                Err(Error::NotOpen) => return Err(Refused::Unknown(unavailable(&Error::NotOpen))),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Lets go of a lock of a session once; `false` if it does not have it.
    pub async fn unlock(self: &Arc<Self>, pid: SessionId, lock: Lock) -> bool {
        let known = self.state.lock().sessions.get_mut(&pid).map(|s| s.let_go(lock, Scope::Session));
        if known == Some(true) {
            self.settle(pid).await;
        }
        known == Some(true)
    }

    /// Lets go of all that a session has for itself.
    pub async fn unlock_all(self: &Arc<Self>, pid: SessionId) {
        {
            let mut state = self.state.lock();
            let Some(sitting) = state.sessions.get_mut(&pid) else { return };
            let all: Vec<Lock> = sitting.held.keys().copied().collect();
            for lock in all {
                while sitting.let_go(lock, Scope::Session) {}
            }
        }
        self.settle(pid).await;
    }

    /// How many locks the transaction has taken.
    pub fn mark(&self, pid: SessionId) -> usize {
        self.state.lock().sessions.get(&pid).map_or(0, |s| s.taken.len())
    }

    /// Lets go of what the transaction has taken since a mark; 0 is all of it.
    pub fn release_since(self: &Arc<Self>, pid: SessionId, mark: usize) {
        let owes = {
            let mut state = self.state.lock();
            let Some(sitting) = state.sessions.get_mut(&pid) else { return };
            while sitting.taken.len() > mark {
                let Some(lock) = sitting.taken.pop() else { break };
                sitting.let_go(lock, Scope::Transaction);
            }
            !sitting.owed.is_empty()
        };
        if owes {
            self.settle_later(pid);
        }
    }

    /// The session has ended.
    pub fn leave(self: &Arc<Self>, pid: SessionId) {
        let Some(sitting) = self.state.lock().sessions.remove(&pid) else { return };
        let this = Arc::clone(self);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let _turn = sitting.turn.lock().await;
            this.tell(pid, None).await;
        });
    }

    /// All locks that sessions of this node hold or await.
    pub fn list(&self) -> Vec<LockInfo> {
        let state = self.state.lock();
        let all = state.sessions.iter().flat_map(|(pid, s)| {
            let held = s.held.keys().map(|lock| (*lock, true));
            held.chain(s.awaits.map(|lock| (lock, false))).map(move |(lock, granted)| (*pid, lock, granted))
        });
        all.map(|(pid, (key, mode), granted)| LockInfo { pid, key, mode, granted }).collect()
    }

    /// Sessions that one of this node waits for.
    pub async fn blockers(&self, pid: SessionId) -> SqlResult<Vec<SessionId>> {
        let waits = self.state.lock().sessions.get(&pid).is_some_and(|s| s.awaits.is_some());
        if !waits {
            return Ok(Vec::new());
        }
        self.locks.blockers(self.holder, pid).await.map_err(|e| unavailable(&e))
    }

    /// Tells the table what it is owed.
    pub async fn settle(&self, pid: SessionId) {
        let owes = |s: &&Sitting| !s.owed.is_empty();
        let turn = self.state.lock().sessions.get(&pid).filter(owes).map(|s| Arc::clone(&s.turn));
        if let Some(turn) = turn {
            let _turn = turn.lock().await;
            self.settle_in_turn(pid).await;
        }
    }

    fn settle_later(self: &Arc<Self>, pid: SessionId) {
        let this = Arc::clone(self);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { this.settle(pid).await });
        }
    }

    async fn settle_in_turn(&self, pid: SessionId) {
        loop {
            let owed = {
                let state = self.state.lock();
                // It may have been taken again in the meantime: then the table need not know.
                state.sessions.get(&pid).map(|s| s.owed.clone()).unwrap_or_default()
            };
            if owed.is_empty() {
                return;
            }
            self.tell(pid, Some(owed.clone())).await;
            if let Some(sitting) = self.state.lock().sessions.get_mut(&pid) {
                drop(sitting.owed.drain(..owed.len()));
            }
        }
    }

    /// Releases, for as long as the lease lasts under which there is something to release.
    async fn tell(&self, session: SessionId, locks: Option<Vec<Lock>>) {
        loop {
            let (epoch, op) = {
                let mut state = self.state.lock();
                state.lapse();
                match state.lease {
                    Some(lease) => (lease.epoch, state.next_op()),
                    None => return,
                }
            };
            let request = Release { holder: self.holder, epoch, op, session, locks: locks.clone() };
            match self.locks.release(request).await {
                Ok(()) => return,
                // What the new table is told that we hold has this no more in it.
                Err(Error::WrongEpoch(_)) => drop(self.renew().await),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// The epoch of a lease that lasts, and which life it is.
    async fn lease(&self) -> Result<(Epoch, u64), Error> {
        loop {
            {
                let mut state = self.state.lock();
                state.lapse();
                if let Some(lease) = state.lease {
                    return Ok((lease.epoch, state.life));
                }
            }
            self.renew().await?;
        }
    }

    async fn renew(&self) -> Result<(), Error> {
        let _renewal = self.renewal.lock().await;
        let sent = Instant::now();
        let (epoch, life, op, held) = {
            let mut state = self.state.lock();
            state.lapse();
            (state.lease.map(|lease| lease.epoch), state.life, state.next_op(), state.held())
        };
        let request = Renew { holder: self.holder, op, epoch, held: held.clone() };
        let renewed = self.locks.renew(request).await?;
        let mut state = self.state.lock();
        state.lapse();
        if state.life != life {
            // It ran out on the way, and with it what we said that we hold.
            return Ok(());
        }
        if renewed.lost {
            tracing::warn!("advisory locks are lost: the table did not hear of them in time");
            state.lose();
        } else if epoch != Some(renewed.epoch) {
            // What was granted since, by a table that is no more, the new one has not heard of.
            for (pid, sitting) in &mut state.sessions {
                let said = |(key, mode): &Lock| held.contains(&Held { session: *pid, key: *key, mode: *mode });
                if !sitting.held.keys().all(said) {
                    sitting.lose();
                }
            }
        }
        state.lease = Some(Lease { epoch: renewed.epoch, until: sent + RELIED });
        Ok(())
    }

    /// Renews until nothing is held or awaited.
    fn keep_renewing(self: &Arc<Self>) {
        if std::mem::replace(&mut self.state.lock().renewing, true) {
            return;
        }
        let this = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                let Some(this) = this.upgrade() else { return };
                {
                    let mut state = this.state.lock();
                    state.lapse();
                    if !state.sessions.values().any(Sitting::is_busy) {
                        state.renewing = false;
                        state.end_lease();
                        return;
                    }
                }
                this.renew_in_time().await;
            }
        });
    }

    /// A renewal that may take longer than the lease lasts.
    async fn renew_in_time(&self) {
        let mut renewal = std::pin::pin!(self.renew());
        loop {
            let until = self.state.lock().lease.map(|lease| lease.until);
            let lapses = async {
                match until {
                    Some(until) => tokio::time::sleep_until(until.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                renewed = &mut renewal => {
                    if let Err(error) = renewed {
                        tracing::info!(%error, "the lease of advisory locks was not renewed");
                    }
                    return;
                }
                () = lapses => self.state.lock().lapse(),
            }
        }
    }
}

/// Why a lock was not taken.
enum Refused {
    /// And the table has no trace of the wish.
    NotHeld(SqlError),
    /// Whether the table has.
    Unknown(SqlError),
}

/// A session's wish. One that is dropped before it is over was given up: the table is told.
struct Waiting<'a> {
    advisory: &'a Arc<Advisory>,
    pid: SessionId,
    lock: Lock,
    over: bool,
}

impl<'a> Waiting<'a> {
    fn new(advisory: &'a Arc<Advisory>, pid: SessionId, lock: Lock) -> Self {
        if let Some(sitting) = advisory.state.lock().sessions.get_mut(&pid) {
            sitting.awaits = Some(lock);
        }
        Self { advisory, pid, lock, over: false }
    }

    fn is_over(mut self) {
        self.over = true;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(sitting) = self.advisory.state.lock().sessions.get_mut(&self.pid) {
            sitting.awaits = None;
            if !self.over {
                sitting.owed.push(self.lock);
            }
        }
        if !self.over {
            self.advisory.settle_later(self.pid);
        }
    }
}

fn unavailable(error: &Error) -> SqlError {
    SqlError::new(SqlState::CannotConnectNow, "advisory locks cannot be had now")
        .detail(error.to_string())
        .hint("Try again.")
}

fn full() -> SqlError {
    SqlError::new(SqlState::OutOfMemory, "out of shared memory")
        .hint("You might need to increase max_locks_per_transaction.")
}

/// 40P01, with the circle as PostgreSQL tells it.
fn deadlock(circle: &[Wait]) -> SqlError {
    let line = |wait: &Wait| {
        let LockKey { database, class, object, pair } = wait.lock.key;
        format!(
            "Process {} waits for {} on advisory lock [{},{class},{object},{}]; blocked by process {}.",
            wait.lock.session,
            wait.lock.mode.name(),
            database.0,
            if pair { 2 } else { 1 },
            wait.blocked_by,
        )
    };
    let lines: Vec<String> = circle.iter().map(line).collect();
    SqlError::new(SqlState::DeadlockDetected, "deadlock detected")
        .detail(lines.join("\n"))
        .hint("See server log for query details.")
}
