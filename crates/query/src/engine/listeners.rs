//! Sessions of this node that LISTEN, and the journal followed for them (docs/rfcs/0004-notifications.md).
//!
//! ```text
//!   tail ─► commit with notifications ─► visible here? ─► mailbox of each session that listens
//!                    │
//!                    └─ marker: from here on its session listens
//! ```
//!
//! # Invariants
//! 1. The journal is followed while some session listens, or is about to, and else not.
//! 2. A session gets what lies behind its marker, in the order of the journal, or it ends.
//! 3. What a mailbox holds is bounded.
#![allow(clippy::disallowed_methods, reason = "the shell that follows")]

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use gavel_api::journal::{Entry, Error, Notifications, Record};
use gavel_api::sql::CancelHandle;
use gavel_types::{Notification, Oid, SqlError, SqlResult, SqlState, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::engine::Engine;
use crate::session::cancel::Interrupt;

/// Bytes that may wait for one session.
const MAILBOX: usize = 16 << 20;
/// Before looking again whether a commit is visible here.
const PAUSE: Duration = Duration::from_millis(1);

/// What waits for one session.
pub struct Mailbox {
    inner: Mutex<Inner>,
    came: Notify,
    interrupt: Arc<Interrupt>,
}

#[derive(Default)]
struct Inner {
    queue: VecDeque<(Timestamp, Notification)>,
    bytes: usize,
}

impl Mailbox {
    pub fn new(interrupt: Arc<Interrupt>) -> Arc<Self> {
        Arc::new(Self { inner: Mutex::default(), came: Notify::new(), interrupt })
    }

    fn push(&self, commit_ts: Timestamp, notification: &Notification) {
        let mut inner = self.inner.lock();
        inner.bytes += 64 + notification.channel.len() + notification.payload.len();
        if inner.bytes > MAILBOX {
            // It would miss some: better that it connects anew, and knows.
            tracing::warn!("a session is too far behind its notifications");
            inner.queue.clear();
            self.interrupt.terminate();
            return;
        }
        inner.queue.push_back((commit_ts, notification.clone()));
        drop(inner);
        self.came.notify_waiters();
    }

    /// All that has come, with the times of the commits.
    pub fn take(&self) -> VecDeque<(Timestamp, Notification)> {
        let mut inner = self.inner.lock();
        inner.bytes = 0;
        std::mem::take(&mut inner.queue)
    }

    /// Completes once something is there.
    pub async fn filled(&self) {
        loop {
            let came = self.came.notified();
            if !self.inner.lock().queue.is_empty() {
                return;
            }
            came.await;
        }
    }
}

/// See the module.
pub struct Listeners {
    source: Arc<dyn Notifications>,
    state: Mutex<State>,
    /// Newest commit that was met.
    met: watch::Sender<Timestamp>,
    /// Held by the one that begins to follow.
    beginning: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<i32, Listener>,
    channels: HashMap<(Oid, Arc<str>), BTreeSet<i32>>,
    follower: Option<AbortHandle>,
}

struct Listener {
    database: Oid,
    mailbox: Arc<Mailbox>,
    channels: BTreeSet<Arc<str>>,
    /// What it will listen to from this marker on.
    begins: Option<(Arc<str>, BTreeSet<Arc<str>>)>,
}

impl State {
    fn listen(&mut self, pid: i32, channels: BTreeSet<Arc<str>>) {
        let Some(listener) = self.sessions.get_mut(&pid) else { return };
        let database = listener.database;
        let before = std::mem::replace(&mut listener.channels, channels.clone());
        for channel in before.difference(&channels) {
            let key = (database, Arc::clone(channel));
            if let Some(pids) = self.channels.get_mut(&key) {
                pids.remove(&pid);
                if pids.is_empty() {
                    self.channels.remove(&key);
                }
            }
        }
        for channel in channels {
            self.channels.entry((database, channel)).or_default().insert(pid);
        }
    }

    /// Nobody has to follow for a session that listens to nothing.
    fn leave_if_silent(&mut self, pid: i32) {
        let silent = |l: &Listener| l.channels.is_empty() && l.begins.is_none();
        if self.sessions.get(&pid).is_some_and(silent) {
            self.sessions.remove(&pid);
        }
        if self.sessions.is_empty()
            && let Some(follower) = self.follower.take()
        {
            follower.abort();
        }
    }

    fn deliver(&mut self, commit_ts: Timestamp, notification: &Notification) {
        if notification.channel.is_empty() {
            let ours = |l: &Listener| l.begins.as_ref().is_some_and(|(marker, _)| *marker == notification.payload);
            let found = self.sessions.iter().find(|(_, l)| ours(l)).map(|(pid, _)| *pid);
            if let Some(pid) = found
                && let Some((_, channels)) = self.sessions.get_mut(&pid).and_then(|l| l.begins.take())
            {
                self.listen(pid, channels);
            }
            return;
        }
        let key = (notification.database, Arc::clone(&notification.channel));
        for pid in self.channels.get(&key).into_iter().flatten() {
            if let Some(listener) = self.sessions.get(pid) {
                listener.mailbox.push(commit_ts, notification);
            }
        }
    }

    fn hears(&self, notification: &Notification) -> bool {
        self.channels.contains_key(&(notification.database, Arc::clone(&notification.channel)))
    }
}

impl Listeners {
    pub fn new(source: Arc<dyn Notifications>) -> Self {
        Self {
            source,
            state: Mutex::default(),
            met: watch::Sender::new(Timestamp::ZERO),
            beginning: tokio::sync::Mutex::default(),
        }
    }

    /// A session is about to commit `marker`, from which on it listens to `channels`.
    ///
    /// # Errors
    /// 57P03 if the journal cannot be followed now.
    pub async fn begin(
        &self,
        engine: &Arc<Engine>,
        (pid, database): (i32, Oid),
        mailbox: &Arc<Mailbox>,
        marker: Arc<str>,
        channels: BTreeSet<Arc<str>>,
    ) -> SqlResult<()> {
        {
            let mut state = self.state.lock();
            let listener = state.sessions.entry(pid).or_insert_with(|| Listener {
                database,
                mailbox: Arc::clone(mailbox),
                channels: BTreeSet::new(),
                begins: None,
            });
            listener.begins = Some((marker, channels));
        }
        let _beginning = self.beginning.lock().await;
        if self.state.lock().follower.as_ref().is_some_and(|follower| !follower.is_finished()) {
            return Ok(());
        }
        let from = match self.source.position().await {
            Ok(from) => from,
            Err(error) => {
                self.forget(pid);
                return Err(SqlError::new(SqlState::CannotConnectNow, "notifications cannot be heard now")
                    .detail(error.to_string())
                    .hint("Try again."));
            }
        };
        let task = tokio::spawn(follow(Arc::downgrade(engine), self.source.follow(from)));
        self.state.lock().follower = Some(task.abort_handle());
        Ok(())
    }

    /// The marker was not committed.
    pub fn forget(&self, pid: i32) {
        let mut state = self.state.lock();
        if let Some(listener) = state.sessions.get_mut(&pid) {
            listener.begins = None;
        }
        state.leave_if_silent(pid);
    }

    /// A session listens to these from now on, none of which is new.
    pub fn shrink(&self, pid: i32, channels: BTreeSet<Arc<str>>) {
        let mut state = self.state.lock();
        state.listen(pid, channels);
        state.leave_if_silent(pid);
    }

    /// The session has ended.
    pub fn leave(&self, pid: i32) {
        self.shrink(pid, BTreeSet::new());
        self.forget(pid);
    }

    /// Waits until a commit was met; whether it was, within `patience`.
    pub async fn meet(&self, commit_ts: Timestamp, patience: Duration) -> bool {
        let mut met = self.met.subscribe();
        tokio::time::timeout(patience, met.wait_for(|met| *met >= commit_ts)).await.is_ok_and(|met| met.is_ok())
    }

    async fn take(&self, engine: &Engine, entries: Vec<Entry>) {
        let mut newest = Timestamp::ZERO;
        for (_, record) in entries {
            let Record::Commit(commit) = record else { continue };
            let heard = {
                let state = self.state.lock();
                commit.notifications.iter().any(|n| state.hears(n))
            };
            if heard {
                visible(engine, commit.commit_ts).await;
            }
            let mut state = self.state.lock();
            commit.notifications.iter().for_each(|n| state.deliver(commit.commit_ts, n));
            newest = commit.commit_ts;
        }
        self.met.send_if_modified(|met| {
            let later = newest > *met;
            *met = newest.max(*met);
            later
        });
    }

    /// Whoever listens misses something from now on.
    fn lose(&self, error: &Error) {
        tracing::warn!(%error, "the journal cannot be followed: sessions that listen are ended");
        let mut state = self.state.lock();
        for listener in state.sessions.values() {
            listener.mailbox.interrupt.terminate();
        }
        state.sessions.clear();
        state.channels.clear();
        state.follower = None;
    }
}

async fn follow(engine: Weak<Engine>, mut tail: BoxStream<'static, Result<Vec<Entry>, Error>>) {
    while let Some(step) = tail.next().await {
        let Some(engine) = engine.upgrade() else { return };
        match step {
            Ok(entries) => engine.listeners.take(&engine, entries).await,
            Err(error) => return engine.listeners.lose(&error),
        }
    }
    if let Some(engine) = engine.upgrade() {
        engine.listeners.lose(&Error::Closed);
    }
}

/// Waits until snapshots include a commit. It is durable, so that does not take long.
async fn visible(engine: &Engine, commit_ts: Timestamp) {
    while !matches!(engine.snapshot().await, Ok(ts) if ts >= commit_ts) {
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(channel: &str, payload: &str) -> Notification {
        Notification { database: Oid(5), pid: 9, channel: channel.into(), payload: payload.into() }
    }

    fn set(channels: &[&str]) -> BTreeSet<Arc<str>> {
        channels.iter().map(|c| Arc::from(*c)).collect()
    }

    fn listener(marker: &str, channels: &[&str]) -> Listener {
        let mailbox = Mailbox::new(Arc::default());
        let begins = Some((marker.into(), set(channels)));
        Listener { database: Oid(5), mailbox, channels: BTreeSet::new(), begins }
    }

    #[test]
    fn a_session_hears_what_lies_behind_its_marker() {
        let mut state = State::default();
        state.sessions.insert(1, listener("m1", &["a", "b"]));
        state.sessions.insert(2, listener("m2", &["a"]));
        let steps = [("a", "0"), ("", "m1"), ("a", "1"), ("", "other"), ("", "m2"), ("a", "2"), ("b", "3"), ("c", "4")];
        for (n, (channel, payload)) in steps.into_iter().enumerate() {
            state.deliver(Timestamp(n as u64), &notification(channel, payload));
        }
        state.deliver(Timestamp(99), &Notification { database: Oid(6), ..notification("a", "5") });
        let heard = |pid: i32| -> Vec<String> {
            state.sessions[&pid].mailbox.take().into_iter().map(|(_, n)| n.payload.to_string()).collect()
        };
        assert_eq!(heard(1), ["1", "2", "3"]);
        assert_eq!(heard(2), ["2"]);
    }

    #[test]
    fn who_listens_to_nothing_is_forgotten() {
        let mut state = State::default();
        state.sessions.insert(1, listener("m", &["a"]));
        state.deliver(Timestamp(1), &notification("", "m"));
        assert!(state.hears(&notification("a", "")));
        state.listen(1, set(&[]));
        state.leave_if_silent(1);
        assert!(state.sessions.is_empty() && state.channels.is_empty());
    }

    #[test]
    fn a_mailbox_that_overflows_ends_its_session() {
        let interrupt = Arc::new(Interrupt::default());
        let mailbox = Mailbox::new(Arc::clone(&interrupt));
        let payload = "x".repeat(7_999);
        for n in 0..3_000 {
            mailbox.push(Timestamp(n), &notification("a", &payload));
        }
        assert!(interrupt.is_terminated());
    }
}
