//! Which commits this node knows to be committed, for those who wait for one.
//!
//! ```text
//!  applied ──► known: txn → its timestamp ──► those who wait for it
//! ```
//! Only entries that are not void are applied, and only those since this node started are known.

use std::collections::{BTreeMap, HashMap, VecDeque};

use gavel_api::journal::{Error, Record};
use gavel_types::{Timestamp, TxnId};
use parking_lot::Mutex;
use tokio::sync::oneshot;

/// Commits that are known; the oldest are forgotten.
const KNOWN: usize = 1 << 16;
/// Who may wait at a time.
const WAITING: usize = 1 << 16;

#[derive(Debug, Default)]
struct State {
    known: HashMap<TxnId, Timestamp>,
    /// In the order of the log.
    order: VecDeque<TxnId>,
    /// Ordered, so that simulations can be played again.
    waiting: BTreeMap<TxnId, Vec<oneshot::Sender<Timestamp>>>,
    waiters: usize,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Commits(Mutex<State>);

impl Commits {
    /// These records are committed.
    pub(crate) fn applied(&self, records: &[Record]) {
        let mut state = self.0.lock();
        for record in records {
            if let Record::Commit(commit) = record {
                state.add(commit.txn_id, commit.commit_ts);
            }
        }
    }

    /// When `txn_id` committed, once it has.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many wait, [`Error::Closed`].
    pub(crate) async fn wait(&self, txn_id: TxnId) -> Result<Timestamp, Error> {
        let answer = {
            let mut state = self.0.lock();
            if let Some(ts) = state.known.get(&txn_id) {
                return Ok(*ts);
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
}

/// A place in the list of those who wait, given back when it is dropped.
struct Place<'a> {
    list: &'a Commits,
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
    fn add(&mut self, txn_id: TxnId, commit_ts: Timestamp) {
        if self.known.insert(txn_id, commit_ts).is_none() {
            self.order.push_back(txn_id);
        }
        if self.order.len() > KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        for tell in self.waiting.remove(&txn_id).unwrap_or_default() {
            self.waiters -= 1;
            // Who no longer waits need not know.
            let _ = tell.send(commit_ts);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use gavel_types::{CommitRecord, Epoch};

    use super::*;

    fn commit(txn: u128, ts: u64) -> Record {
        Record::Commit(CommitRecord {
            txn_id: TxnId(txn),
            snapshot_ts: Timestamp(1),
            commit_ts: Timestamp(ts),
            writes: Vec::new(),
            checks: Vec::new(),
            schema_keys: Vec::new(),
            notifications: Vec::new(),
        })
    }

    #[test]
    fn who_waits_is_told_when_it_is_committed_and_who_asks_later_at_once() {
        let commits = Commits::default();
        let mut early = Box::pin(commits.wait(TxnId(7)));
        assert!(early.as_mut().now_or_never().is_none());
        let mut gone = Box::pin(commits.wait(TxnId(9)));
        assert!(gone.as_mut().now_or_never().is_none());
        drop(gone);
        commits.applied(&[Record::Epoch { epoch: Epoch(3), opened_at: Timestamp(5) }, commit(6, 60), commit(7, 70)]);
        assert_eq!(early.now_or_never().unwrap().unwrap(), Timestamp(70));
        assert_eq!(commits.wait(TxnId(6)).now_or_never().unwrap().unwrap(), Timestamp(60));
        assert!(commits.wait(TxnId(8)).now_or_never().is_none());
        let state = commits.0.lock();
        assert_eq!((state.waiters, state.waiting.len()), (0, 0), "whoever left has left nothing");
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let commits = Commits::default();
        for n in 0..=KNOWN as u64 {
            commits.applied(&[commit(u128::from(n), n)]);
        }
        assert!(commits.wait(TxnId(0)).now_or_never().is_none());
        assert!(commits.wait(TxnId(1)).now_or_never().is_some());
    }
}
