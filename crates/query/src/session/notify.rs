//! LISTEN, UNLISTEN, NOTIFY: what a transaction wants of them, and what comes of it when it ends.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gavel_api::sql::CancelHandle;
use gavel_types::{Datum, Notification, SqlError, SqlResult, SqlState, Timestamp};

use crate::engine::listeners::Mailbox;
use crate::session::Session;
use crate::session::cancel::terminated;
use crate::session::hooks::Hooks;
use crate::session::result::Executed;

/// Longest name of a channel, and longest payload, in bytes, plus one.
const CHANNEL_BYTES: usize = 64;
const PAYLOAD_BYTES: usize = 8_000;
/// How long a commit may take to come back from the journal.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the running transaction wants; nothing of it has happened yet.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    changes: Vec<Change>,
    notes: Vec<(Arc<str>, Arc<str>)>,
    /// The same as `notes`, to find those that are there already.
    known: BTreeSet<(Arc<str>, Arc<str>)>,
}

/// How far [`Pending`] was when a savepoint was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct PendingMark {
    changes: usize,
    notes: usize,
}

#[derive(Clone, Debug)]
enum Change {
    Listen(Arc<str>),
    Unlisten(Arc<str>),
    UnlistenAll,
}

impl Pending {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.notes.is_empty()
    }

    pub fn mark(&self) -> PendingMark {
        PendingMark { changes: self.changes.len(), notes: self.notes.len() }
    }

    pub fn rollback_to(&mut self, mark: PendingMark) {
        self.changes.truncate(mark.changes);
        for note in self.notes.drain(mark.notes.min(self.notes.len())..) {
            self.known.remove(&note);
        }
    }

    /// Equal ones are told once.
    fn notify(&mut self, channel: &str, payload: &str) {
        let note: (Arc<str>, Arc<str>) = (channel.into(), payload.into());
        if self.known.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    /// What a session that listens to `channels` listens to after it.
    fn applied(&self, mut channels: BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        for change in &self.changes {
            match change {
                Change::Listen(channel) => drop(channels.insert(Arc::clone(channel))),
                Change::Unlisten(channel) => drop(channels.remove(channel)),
                Change::UnlistenAll => channels.clear(),
            }
        }
        channels
    }
}

/// What is to be done once the transaction has committed.
pub struct Announced {
    /// What the session listens to then, if that changes.
    listens: Option<BTreeSet<Arc<str>>>,
    /// From a marker on.
    grows: bool,
    /// It notifies itself.
    hears_itself: bool,
}

impl Session {
    pub(crate) async fn listen(&mut self, channel: &str) -> SqlResult<Executed> {
        self.work().await?;
        self.shared.pending.lock().changes.push(Change::Listen(channel.into()));
        Ok(Executed::tag("LISTEN"))
    }

    pub(crate) async fn unlisten(&mut self, channel: Option<&str>) -> SqlResult<Executed> {
        self.work().await?;
        let change = channel.map_or(Change::UnlistenAll, |channel| Change::Unlisten(channel.into()));
        self.shared.pending.lock().changes.push(change);
        Ok(Executed::tag("UNLISTEN"))
    }

    pub(crate) async fn notify(&mut self, channel: &str, payload: &str) -> SqlResult<Executed> {
        check(channel, payload)?;
        self.work().await?;
        self.shared.pending.lock().notify(channel, payload);
        Ok(Executed::tag("NOTIFY"))
    }

    /// UNLISTEN *, at once.
    pub(crate) fn stop_listening(&self) {
        if self.mailbox.is_some() {
            self.shared.listening.lock().clear();
            self.engine.listeners.shrink(self.pid, BTreeSet::new());
        }
    }

    /// Before the transaction commits: what it is to carry, and what is to be done afterwards.
    ///
    /// # Errors
    /// 57P03 if the journal cannot be followed now.
    pub(crate) async fn announce(&mut self) -> SqlResult<Option<(Vec<Notification>, Announced)>> {
        let pending = std::mem::take(&mut *self.shared.pending.lock());
        if pending.is_empty() {
            return Ok(None);
        }
        let (database, pid) = (self.database, self.pid);
        let note = |(channel, payload)| Notification { database, pid, channel, payload };
        let before = self.shared.listening.lock().clone();
        let after = pending.applied(before.clone());
        let grows = !after.is_subset(&before);
        let hears_itself = pending.notes.iter().any(|(channel, _)| after.contains(channel));
        let mut notes = Vec::with_capacity(pending.notes.len() + 1);
        if grows {
            let marker: Arc<str> = format!("{:016x}", self.engine.random_u64()).into();
            let mailbox = self.mailbox.get_or_insert_with(|| Mailbox::new(Arc::clone(&self.interrupt)));
            let listeners = &self.engine.listeners;
            listeners.begin(&self.engine, (pid, database), mailbox, Arc::clone(&marker), after.clone()).await?;
            // In front, so that the session hears what it tells itself.
            notes.push(note(("".into(), marker)));
        }
        notes.extend(pending.notes.into_iter().map(note));
        let listens = (after != before).then_some(after);
        Ok(Some((notes, Announced { listens, grows, hears_itself })))
    }

    /// The transaction has ended; `None`: without a commit.
    ///
    /// # Errors
    /// 57P01 if what it began to listen to cannot be heard; the session ends.
    pub(crate) async fn announced(&mut self, announced: Announced, committed: Option<Timestamp>) -> SqlResult<()> {
        let Some(commit_ts) = committed else {
            if announced.grows {
                self.engine.listeners.forget(self.pid);
            }
            return Ok(());
        };
        if let Some(channels) = announced.listens {
            *self.shared.listening.lock() = channels.clone();
            if !announced.grows {
                self.engine.listeners.shrink(self.pid, channels);
            }
        }
        if announced.grows || announced.hears_itself {
            let met = self.engine.listeners.meet(commit_ts, PATIENCE).await;
            if !met && announced.grows {
                // It has committed, so that an error would be a lie, but nobody would tell it anything.
                tracing::warn!("a session that listens is ended: its marker has not come back");
                self.interrupt.terminate();
                return Err(terminated());
            }
        }
        Ok(())
    }

    /// What has come for the client. Its later snapshots include it.
    pub(crate) fn mail(&mut self) -> Vec<Notification> {
        let Some(mailbox) = &self.mailbox else { return Vec::new() };
        let mail = mailbox.take();
        if let Some((newest, _)) = mail.back() {
            self.last_commit = self.last_commit.max(*newest);
        }
        mail.into_iter().map(|(_, notification)| notification).collect()
    }
}

impl Hooks {
    /// `pg_notify`.
    pub(super) fn notify(&self, args: &[Datum]) -> SqlResult<Datum> {
        let text = |at: usize| match args.get(at) {
            Some(Datum::Text(text)) => Arc::clone(text),
            _ => "".into(),
        };
        let (channel, payload) = (text(0), text(1));
        check(&channel, &payload)?;
        self.shared.pending.lock().notify(&channel, &payload);
        Ok(Datum::text(""))
    }
}

fn check(channel: &str, payload: &str) -> SqlResult<()> {
    let refused = |message: &str| Err(SqlError::new(SqlState::InvalidParameterValue, message));
    if channel.is_empty() {
        return refused("channel name cannot be empty");
    }
    if channel.len() >= CHANNEL_BYTES {
        return refused("channel name too long");
    }
    if payload.len() >= PAYLOAD_BYTES {
        return refused("payload string too long");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_twice_is_told_once_and_a_savepoint_takes_it_back() {
        let mut pending = Pending::default();
        pending.notify("a", "1");
        let mark = pending.mark();
        pending.notify("a", "2");
        pending.notify("a", "1");
        pending.changes.push(Change::Listen("a".into()));
        assert_eq!(pending.notes.len(), 2);
        pending.rollback_to(mark);
        assert_eq!((pending.notes.len(), pending.changes.len()), (1, 0));
        pending.notify("a", "2");
        assert_eq!(pending.notes.len(), 2);
    }

    #[test]
    fn changes_apply_in_order() {
        let mut pending = Pending::default();
        let set = |names: &[&str]| -> BTreeSet<Arc<str>> { names.iter().map(|n| Arc::from(*n)).collect() };
        pending.changes = vec![Change::Listen("a".into()), Change::UnlistenAll, Change::Listen("b".into())];
        assert_eq!(pending.applied(set(&["c"])), set(&["b"]));
        pending.changes.push(Change::Unlisten("b".into()));
        assert_eq!(pending.applied(set(&["c"])), set(&[]));
    }
}
