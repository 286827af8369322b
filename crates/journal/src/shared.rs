//! What the writer tells tails: where the files are, what is durable, and the recent records
//! themselves, so that a tail that keeps up never reads a file.

use std::collections::VecDeque;
use std::sync::Arc;

use gavel_api::journal::{Entry, Error, Record};
use gavel_types::Lsn;
use parking_lot::Mutex;
use tokio::sync::watch;

/// A file of the journal, as far as it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub name: String,
    /// Position of the first record.
    pub first: Lsn,
    /// Position of the last durable record; one below `first` if there is none.
    pub last: Lsn,
    /// Offset behind the last durable frame.
    pub end: u64,
    pub salt: u64,
}

/// Records of one append.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub first: Lsn,
    pub records: Arc<Vec<Record>>,
    pub bytes: usize,
}

impl Batch {
    pub(crate) fn last(&self) -> Lsn {
        Lsn(self.first.0 + self.records.len() as u64 - 1)
    }
}

/// How a journal ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Closed,
    Failed(String),
}

impl End {
    pub(crate) fn error(&self) -> Error {
        match self {
            Self::Closed => Error::Closed,
            Self::Failed(why) => Error::Failed(why.clone()),
        }
    }
}

#[derive(Debug)]
struct State {
    segments: Vec<Segment>,
    recent: VecDeque<Batch>,
    recent_bytes: usize,
    end: Option<End>,
}

/// What a tail finds at its position.
#[derive(Debug)]
pub(crate) enum Found {
    /// In memory.
    Recent(Vec<Batch>),
    /// In this file.
    InFile(Segment),
    /// Not there yet.
    NotYet,
    /// No longer there; this is the first position that is.
    Trimmed(Lsn),
    /// Never, since the journal has ended.
    Ended(End),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    cache_size_bytes: usize,
    changed: watch::Sender<u64>,
}

/// What one step of a tail takes from memory at most, unless a batch is larger.
const TAIL_STEP_BYTES: usize = 1 << 20;

/// Some of the batches from the position `from` on, if `recent` goes back that far: at least one.
pub(crate) fn recent_from(recent: &VecDeque<Batch>, from: Lsn) -> Option<Vec<Batch>> {
    recent.front().filter(|batch| batch.first <= from)?;
    let start = recent.partition_point(|batch| batch.last() < from);
    let mut bytes = 0;
    let batches = recent.iter().skip(start).take_while(|batch| {
        let first = bytes == 0;
        bytes += batch.bytes;
        first || bytes <= TAIL_STEP_BYTES
    });
    Some(batches.cloned().collect())
}

/// The records of `batches` from the position `from` on.
pub(crate) fn entries_from(batches: &[Batch], from: Lsn) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(batches.iter().map(|batch| batch.records.len()).sum());
    for batch in batches {
        let mut lsn = batch.first;
        for record in batch.records.iter() {
            if lsn >= from {
                entries.push((lsn, record.clone()));
            }
            lsn = lsn.next();
        }
    }
    entries
}

impl Shared {
    pub(crate) fn new(segments: Vec<Segment>, cache_size_bytes: usize) -> Self {
        let state = State { segments, recent: VecDeque::new(), recent_bytes: 0, end: None };
        Self { state: Mutex::new(state), cache_size_bytes, changed: watch::Sender::new(0) }
    }

    /// Changes whenever a tail may find something new.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// First kept and last durable position.
    pub(crate) fn bounds(&self) -> (Lsn, Lsn) {
        let state = self.state.lock();
        let first = state.segments.first().map_or(Lsn(1), |s| s.first);
        (first, state.segments.last().map_or(Lsn::ZERO, |s| s.last))
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.state.lock().end.clone()
    }

    /// A new file follows the last.
    pub(crate) fn begin_segment(&self, segment: Segment) {
        self.state.lock().segments.push(segment);
    }

    /// `batches` are durable; the last file ends at `end` now.
    pub(crate) fn publish(&self, end: u64, batches: Vec<Batch>) {
        {
            let mut state = self.state.lock();
            for batch in batches {
                if let Some(segment) = state.segments.last_mut() {
                    segment.last = batch.last();
                }
                state.recent_bytes += batch.bytes;
                state.recent.push_back(batch);
            }
            if let Some(segment) = state.segments.last_mut() {
                segment.end = end;
            }
            while state.recent.len() > 1 && state.recent_bytes > self.cache_size_bytes {
                let dropped = state.recent.pop_front().map_or(0, |batch| batch.bytes);
                state.recent_bytes -= dropped;
            }
        }
        self.wake();
    }

    /// No more will come.
    pub(crate) fn finish(&self, end: End) {
        self.state.lock().end.get_or_insert(end);
        self.wake();
    }

    /// The files that lie wholly below `below`, oldest first. The last file is never among them.
    pub(crate) fn trimmable(&self, below: Lsn) -> Vec<String> {
        let state = self.state.lock();
        let keep_last = state.segments.len().saturating_sub(1);
        state.segments.iter().take(keep_last).take_while(|s| s.last < below).map(|s| s.name.clone()).collect()
    }

    /// Forgets the first file, which is about to be removed.
    pub(crate) fn forget_first(&self) {
        let mut state = self.state.lock();
        if state.segments.len() > 1 {
            let gone = state.segments.remove(0);
            while state.recent.front().is_some_and(|batch| batch.first <= gone.last) {
                let dropped = state.recent.pop_front().map_or(0, |batch| batch.bytes);
                state.recent_bytes -= dropped;
            }
        }
    }

    /// Where the record at `from` is.
    pub(crate) fn find(&self, from: Lsn) -> Found {
        let state = self.state.lock();
        let last = state.segments.last().map_or(Lsn::ZERO, |s| s.last);
        if from > last {
            return match &state.end {
                Some(end) => Found::Ended(end.clone()),
                None => Found::NotYet,
            };
        }
        if let Some(batches) = recent_from(&state.recent, from) {
            return Found::Recent(batches);
        }
        match state.segments.iter().rev().find(|s| s.first <= from) {
            Some(segment) => Found::InFile(segment.clone()),
            None => Found::Trimmed(state.segments.first().map_or(Lsn(1), |s| s.first)),
        }
    }

    fn wake(&self) {
        self.changed.send_modify(|n| *n = n.wrapping_add(1));
    }
}
