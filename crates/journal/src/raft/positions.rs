//! What is committed, with its positions: what `bounds` and `tail` serve on any node.
//!
//! Positions are given out when an entry is applied, one to each record of an entry that is not
//! void, in the order of the log. Every node does this alike, so that a position means the same
//! record everywhere.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::journal::{Entry as Numbered, Error, Record};
use gavel_runtime::watch;
use gavel_types::Lsn;
use parking_lot::Mutex;

use super::codec;
use super::store::Store;
use super::types::{Entry, live};
use crate::recovery::corrupt;
use crate::shared::{Batch, End, entries_from, recent_from};

/// What one step of a tail takes from memory at most.
const STEP_BYTES: usize = 1 << 20;

#[derive(Debug)]
struct State {
    first: Lsn,
    last: Lsn,
    /// Index of the last entry that is applied; entries beyond it are nobody's business yet.
    applied: Option<u64>,
    recent: VecDeque<Batch>,
    recent_bytes: usize,
    end: Option<End>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Positions {
    state: Mutex<State>,
    cache_size_bytes: usize,
    changed: watch::Sender<u64>,
}

enum Found {
    Recent(Vec<Batch>),
    InFile { applied: u64 },
    NotYet,
    Trimmed(Lsn),
    Ended(End),
}

impl Positions {
    /// Begins behind a snapshot at index `applied`, whose last position is `last`.
    pub(crate) fn new(applied: Option<u64>, last: Lsn, cache_size_bytes: usize) -> Self {
        let state = State { first: last.next(), last, applied, recent: VecDeque::new(), recent_bytes: 0, end: None };
        Self { state: Mutex::new(state), cache_size_bytes, changed: watch::Sender::new(0) }
    }

    /// First kept and last applied position.
    pub(crate) fn bounds(&self) -> (Lsn, Lsn) {
        let state = self.state.lock();
        (state.first, state.last)
    }

    /// Entries up to `index` are applied; `batches` are the records in them, in order.
    pub(crate) fn publish(&self, index: u64, batches: Vec<Batch>) {
        {
            let mut state = self.state.lock();
            state.applied = Some(index);
            for batch in batches {
                state.last = batch.last();
                state.recent_bytes += batch.bytes;
                state.recent.push_back(batch);
            }
            while state.recent.len() > 1 && state.recent_bytes > self.cache_size_bytes {
                state.forget_oldest();
            }
        }
        self.wake();
    }

    /// A snapshot from another node took the place of everything before `last.next()`.
    pub(crate) fn jump(&self, index: u64, last: Lsn) {
        {
            let mut state = self.state.lock();
            state.applied = Some(index);
            state.first = last.next();
            state.last = last;
            state.recent.clear();
            state.recent_bytes = 0;
        }
        self.wake();
    }

    /// Positions up to `last` are no longer kept.
    pub(crate) fn trimmed(&self, last: Lsn) {
        let mut state = self.state.lock();
        state.first = state.first.max(last.next());
        let first = state.first;
        while state.recent.front().is_some_and(|batch| batch.last() < first) {
            state.forget_oldest();
        }
    }

    /// No more will come.
    pub(crate) fn finish(&self, end: End) {
        self.state.lock().end.get_or_insert(end);
        self.wake();
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.state.lock().end.clone()
    }

    fn find(&self, from: Lsn) -> Found {
        let state = self.state.lock();
        if from < state.first {
            return Found::Trimmed(state.first);
        }
        if from > state.last {
            return state.end.clone().map_or(Found::NotYet, Found::Ended);
        }
        if let Some(batches) = recent_from(&state.recent, from) {
            return Found::Recent(batches);
        }
        Found::InFile { applied: state.applied.unwrap_or(0) }
    }

    fn wake(&self) {
        self.changed.send_modify(|n| *n = n.wrapping_add(1));
    }
}

impl State {
    fn forget_oldest(&mut self) {
        if let Some(gone) = self.recent.pop_front() {
            self.recent_bytes -= gone.bytes;
        }
    }
}

/// The records of an entry; none if it is void.
pub(crate) fn records(entry: &Entry) -> Result<Arc<Vec<Record>>, crate::record::Error> {
    match live(entry) {
        None => Ok(Arc::default()),
        Some(batch) => codec::records(batch).map(Arc::new),
    }
}

/// See [`gavel_api::journal::Journal::tail`].
pub(crate) fn tail(
    store: Store,
    positions: Arc<Positions>,
    from: Lsn,
) -> BoxStream<'static, Result<Vec<Numbered>, Error>> {
    let changed = positions.changed.subscribe();
    let start = (store, positions, changed, from.max(Lsn(1)), false);
    stream::unfold(start, |(store, positions, mut changed, next, over)| async move {
        if over {
            return None;
        }
        let answer = loop {
            changed.mark_unchanged();
            match positions.find(next) {
                Found::Recent(batches) => break Ok(entries_from(&batches, next)),
                Found::InFile { applied } => match read_files(&store, next, applied).await {
                    Ok(entries) => break Ok(entries),
                    Err(error) => {
                        // It may have been trimmed away meanwhile.
                        let first = positions.bounds().0;
                        break Err(if next < first { Error::Trimmed(first) } else { error });
                    }
                },
                Found::NotYet => {
                    if changed.changed().await.is_err() {
                        return None;
                    }
                }
                Found::Trimmed(first) => break Err(Error::Trimmed(first)),
                Found::Ended(End::Closed) => return None,
                Found::Ended(end) => break Err(end.error()),
            }
        };
        let after = answer.as_ref().ok().and_then(|entries| entries.last()).map_or(next, |(lsn, _)| lsn.next());
        let over = answer.is_err();
        Some((answer, (store, positions, changed, after, over)))
    })
    .boxed()
}

/// Records from `from` on, at least one, by way of the run of the files that leads there. What is
/// applied need not be in the files yet: a majority had it before this node's disk did.
async fn read_files(store: &Store, from: Lsn, applied: u64) -> Result<Vec<Numbered>, Error> {
    let missing = || {
        let log = store.log().lock();
        let (first, next) = (log.first_index(), log.next_index());
        corrupt(
            "log",
            0,
            format!("record {from} is not in the entries {first} to {next}, of which {applied} are applied"),
        )
    };
    let (mut index, mut lsn) = store.log().lock().before(from);
    let mut numbered = Vec::new();
    while numbered.is_empty() && index <= applied {
        let entries = store.read(index, applied + 1, STEP_BYTES).await?;
        if entries.first().is_none_or(|first| first.log_id.index != index) {
            // The log is cut before the positions are told of it.
            let (first, before) = store.log().lock().before(from);
            return Err(if first > index { Error::Trimmed(before.next()) } else { missing() });
        }
        for entry in &entries {
            index = entry.log_id.index + 1;
            let records = records(entry).map_err(|why| corrupt("log", 0, format!("entry {}: {why}", entry.log_id)))?;
            for record in records.iter() {
                lsn = lsn.next();
                if lsn >= from {
                    numbered.push((lsn, record.clone()));
                }
            }
        }
    }
    if numbered.is_empty() { Err(missing()) } else { Ok(numbered) }
}
