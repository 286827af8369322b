//! Which commits are on this node's disk, for those who learn from acceptors themselves that a commit is
//! decided (L. Lamport, *Paxos Made Simple*, §2.3).
//!
//! ```text
//!  appended (ticket 7) ──► known: txn → entry, ticket ──► flushed up to 7 ──► those who wait for it
//!                                        └─ truncated: forgotten
//! ```
//! Only entries that are not void are known, and only those that were appended since this node started.

use std::collections::{BTreeMap, HashMap, VecDeque};

use gavel_api::journal::Error;
use gavel_types::{Timestamp, TxnId};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::codec;
use super::types::{Entry, LogId, Payload, live};

/// Commits that are known; the oldest are forgotten.
const KNOWN: usize = 1 << 16;
/// Who may wait at a time.
const WAITING: usize = 1 << 16;

/// A commit in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub id: LogId,
    pub commit_ts: Timestamp,
    ticket: u64,
}

#[derive(Debug, Default)]
struct State {
    known: HashMap<TxnId, Seen>,
    /// In the order of the log.
    order: VecDeque<(u64, TxnId)>,
    /// Appends up to this one are durable.
    flushed: u64,
    /// Ordered, so that simulations can be played again.
    waiting: BTreeMap<TxnId, Vec<oneshot::Sender<Seen>>>,
    waiters: usize,
    /// Index of the last configuration that was appended.
    configured: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct AcceptedCommits(Mutex<State>);

impl AcceptedCommits {
    /// Entries were appended; `ticket` names the append.
    pub(crate) fn appended(&self, ticket: u64, entries: &[Entry]) {
        let mut state = self.0.lock();
        for entry in entries {
            if matches!(entry.payload, Payload::Membership(_)) {
                state.configured = entry.log_id.index;
            }
            for (txn_id, commit_ts) in live(entry).into_iter().flat_map(codec::commits) {
                state.known.insert(txn_id, Seen { id: entry.log_id, commit_ts, ticket });
                state.order.push_back((entry.log_id.index, txn_id));
            }
        }
        while state.order.len() > KNOWN {
            state.forget_oldest();
        }
    }

    /// All appends up to `ticket` are durable.
    pub(crate) fn flushed(&self, ticket: u64) {
        let mut state = self.0.lock();
        state.flushed = state.flushed.max(ticket);
        state.tell();
    }

    /// Entries from `index` on are gone.
    pub(crate) fn truncated(&self, index: u64) {
        let mut state = self.0.lock();
        while let Some((_, txn_id)) = state.order.pop_back_if(|(at, _)| *at >= index) {
            state.known.remove(&txn_id);
        }
        if state.configured >= index {
            state.configured = 0;
        }
    }

    /// The commit of `txn_id`, once it is durable here.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many wait, [`Error::Closed`].
    pub(crate) async fn wait(&self, txn_id: TxnId) -> Result<Seen, Error> {
        let answer = {
            let mut state = self.0.lock();
            if let Some(seen) = state.durable(txn_id) {
                return Ok(seen);
            }
            if state.waiters >= WAITING {
                return Err(Error::Overloaded);
            }
            let (tell, answer) = oneshot::channel();
            state.waiters += 1;
            state.waiting.entry(txn_id).or_default().push(tell);
            answer
        };
        let _place = Place { list: self, txn_id };
        answer.await.map_err(|_| Error::Closed)
    }

    /// Index of the last configuration that was appended since the start and is still there; zero if there
    /// is none.
    pub(crate) fn configured(&self) -> u64 {
        self.0.lock().configured
    }
}

/// A place in the list of those who wait, given back when it is dropped.
struct Place<'a> {
    list: &'a AcceptedCommits,
    txn_id: TxnId,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.list.0.lock();
        let Some(waiting) = state.waiting.get_mut(&self.txn_id) else { return };
        let before = waiting.len();
        waiting.retain(|tell| !tell.is_closed());
        let (gone, nobody) = (before - waiting.len(), waiting.is_empty());
        state.waiters -= gone;
        if nobody {
            state.waiting.remove(&self.txn_id);
        }
    }
}

impl State {
    fn durable(&self, txn_id: TxnId) -> Option<Seen> {
        self.known.get(&txn_id).copied().filter(|seen| seen.ticket <= self.flushed)
    }

    fn forget_oldest(&mut self) {
        if let Some((index, txn_id)) = self.order.pop_front()
            && self.known.get(&txn_id).is_some_and(|seen| seen.id.index == index)
        {
            self.known.remove(&txn_id);
        }
    }

    /// Answers those whose commits are durable.
    fn tell(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let waited_for = self.waiting.keys().copied();
        let durable: Vec<_> = waited_for.filter_map(|txn_id| Some((txn_id, self.durable(txn_id)?))).collect();
        for (txn_id, seen) in durable {
            for tell in self.waiting.remove(&txn_id).unwrap_or_default() {
                self.waiters -= 1;
                // Who no longer waits need not know.
                let _ = tell.send(seen);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::FutureExt;
    use gavel_api::journal::Record;
    use gavel_types::{CommitRecord, Epoch};

    use super::*;
    use crate::raft::types::{Batch, Command, Membership, log_id};

    fn commit(txn: u128, ts: u64) -> Record {
        Record::Commit(CommitRecord {
            txn_id: TxnId(txn),
            snapshot_ts: Timestamp(1),
            commit_ts: Timestamp(ts),
            writes: Vec::new(),
            checks: vec![gavel_types::Check { key: Bytes::from_static(b"k"), mode: gavel_types::CheckMode::Share }],
            schema_keys: Vec::new(),
            notifications: Vec::new(),
        })
    }

    fn entry(term: u64, index: u64, epoch: u64, records: &[Record]) -> Entry {
        let batch = Batch {
            epoch: Epoch(epoch),
            latest: Timestamp(0),
            count: records.len() as u32,
            body: codec::batch_body(records),
        };
        Entry { log_id: log_id(term, index), payload: Payload::Normal(Command::Batch(batch)) }
    }

    #[test]
    fn a_commit_is_told_once_it_is_durable() {
        let commits = AcceptedCommits::default();
        let mut early = Box::pin(commits.wait(TxnId(7)));
        assert!(early.as_mut().now_or_never().is_none());
        let epoch = Record::Epoch { epoch: Epoch(3), opened_at: Timestamp(5) };
        commits.appended(1, &[entry(3, 10, 3, &[epoch, commit(6, 60), commit(7, 70)])]);
        commits.appended(2, &[entry(3, 11, 3, &[commit(8, 80)])]);
        assert!(early.as_mut().now_or_never().is_none(), "it is only in memory");
        commits.flushed(1);
        let seen = early.now_or_never().unwrap().unwrap();
        assert_eq!((seen.id, seen.commit_ts), (log_id(3, 10), Timestamp(70)));
        assert_eq!(commits.wait(TxnId(6)).now_or_never().unwrap().unwrap().commit_ts, Timestamp(60));
        assert!(commits.wait(TxnId(8)).now_or_never().is_none());
        let state = commits.0.lock();
        assert_eq!((state.waiters, state.waiting.len()), (0, 0), "whoever left has left nothing");
    }

    #[test]
    fn what_is_void_or_truncated_is_not_there() {
        let commits = AcceptedCommits::default();
        commits.appended(1, &[entry(3, 10, 2, &[commit(1, 10)]), entry(3, 11, 3, &[commit(2, 20)])]);
        commits.truncated(11);
        commits.appended(2, &[entry(4, 11, 4, &[commit(3, 30)])]);
        commits.flushed(1);
        for txn in 1..=3 {
            assert!(commits.wait(TxnId(txn)).now_or_never().is_none(), "{txn}");
        }
        commits.appended(3, &[entry(4, 12, 4, &[commit(2, 40)])]);
        commits.flushed(3);
        assert_eq!(commits.wait(TxnId(2)).now_or_never().unwrap().unwrap().id, log_id(4, 12));
        assert_eq!(commits.wait(TxnId(3)).now_or_never().unwrap().unwrap().id, log_id(4, 11));
    }

    #[test]
    fn the_last_configuration_is_known_until_it_is_truncated() {
        let commits = AcceptedCommits::default();
        let configuration =
            |index| Entry { log_id: log_id(1, index), payload: Payload::Membership(Membership::default()) };
        commits.appended(1, &[configuration(5)]);
        commits.truncated(6);
        assert_eq!(commits.configured(), 5);
        commits.truncated(5);
        assert_eq!(commits.configured(), 0);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let commits = AcceptedCommits::default();
        for n in 0..=KNOWN as u64 {
            commits.appended(n, &[entry(1, n, 1, &[commit(u128::from(n), n)])]);
        }
        commits.flushed(KNOWN as u64);
        assert!(commits.wait(TxnId(0)).now_or_never().is_none());
        assert!(commits.wait(TxnId(1)).now_or_never().is_some());
    }
}
