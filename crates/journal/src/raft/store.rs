//! The log and the vote of one node, durable; what openraft asks of a log storage.
//!
//! ```text
//!  openraft ──► append, truncate, vote ──► queue ──► writer thread ──► segments, fdatasync ──► callbacks
//!      ▲                    │
//!      └── reads ◄── cache (all that is not durable yet, and recent entries), else files
//! ```
//! Invariants:
//! - writes happen in the order in which they were asked for, votes among them;
//! - a callback says so only once the entries, and everything before them, are durable; a vote is
//!   answered only once it is durable; a truncation is in the file before entries that follow it;
//! - while the disk is full what was asked for waits, and is tried again: nothing is refused after
//!   it was taken, since openraft counts on it;
//! - after a failed flush nothing is written any more, and openraft stops.
#![allow(clippy::disallowed_methods, reason = "a shell: a thread, files, the time of flushes")]

use std::fmt::Debug;
use std::io;
use std::ops::{Bound, RangeBounds, RangeInclusive};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures::{Stream, stream};
use gavel_api::journal::Error;
use gavel_runtime::{offload, simulation, timer, watch};
use gavel_types::Lsn;
use openraft::OptionalSend;
use openraft::storage::{IOFlushed, LogState, RaftLogReader, RaftLogStorage};
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use super::codec;
use super::files::{self, Change};
use super::health::{Bounds, Health, Unfit};
use super::log::{Log, Run};
use super::slots::SlotFile;
use super::types::{Config, Entry, LogId, Vote};
use super::writer::{Request, Writer};
use crate::counters::Counters;
use crate::disk::Disk;
use crate::frame;
use crate::queue::Queue;
use crate::record::Input;
use crate::recovery::{self, corrupt, failed};
use crate::settings::Settings;
use crate::shared::Segment;
use crate::wal::Wal;

/// What one read gives openraft at once, if an entry is not larger.
const READ_BYTES: usize = 1 << 20;
const VOTE_SLOT: usize = 4096;

/// What the handles of a store share, and its thread.
pub(crate) struct Inner {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) log: Mutex<Log>,
    pub(crate) queue: Queue<Request>,
    /// The last entry that was flushed since the start, with all before it, as long as nothing is truncated.
    pub(crate) durable: watch::Sender<Option<LogId>>,
    /// Entries were appended.
    grown: Notify,
    vote: Mutex<Option<Vote>>,
    health: Mutex<Health>,
    started: Instant,
    failure: Mutex<Option<String>>,
}

/// A handle; clones share the store.
#[derive(Clone)]
pub(crate) struct Store(Arc<Inner>);

/// Ends the thread when it is dropped, after it has written what waits.
pub(crate) struct Thread {
    inner: Arc<Inner>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.inner.queue.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the writer has been printed; there is nothing left to hand on.
            let _ = thread.join();
        }
    }
}

impl Store {
    /// Opens the log behind `purged` (with the last position given out up to there), cuts off a
    /// torn tail. Blocks while it reads all that is kept.
    ///
    /// # Errors
    /// [`Error::Corrupt`] on damage before the tail, with its place; [`Error::Failed`] if the disk
    /// does not work.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        settings: &Settings,
        purged: Option<(LogId, Lsn)>,
        counters: Arc<Counters>,
    ) -> Result<(Self, Thread), Error> {
        let slots = SlotFile::open(disk.as_ref(), "vote", VOTE_SLOT)?;
        let vote = slots.value().map(|value| codec::get_vote(&mut Input(value.clone()))).transpose();
        let vote = vote.map_err(|why| corrupt("vote", 0, why))?;
        let (id, lsn) = purged.map_or((None, Lsn::ZERO), |(id, lsn)| (Some(id), lsn));
        let mut log = Log::new(id, lsn, settings.cache_size_bytes);
        let found = replay(disk.as_ref(), &mut log)?;
        let stale = stale_tail(&log);
        let wal = Wal::new(Arc::clone(&disk), settings.clone(), found.last_lsn, found.segments.last(), counters)
            .map_err(failed("opening the last segment"))?;
        let unused = log.unused();
        let inner = Arc::new(Inner {
            disk,
            log: Mutex::new(log),
            queue: Queue::new(usize::MAX),
            durable: watch::Sender::new(None),
            grown: Notify::new(),
            vote: Mutex::new(vote),
            health: Mutex::new(Health::default()),
            started: timer::now(),
            failure: Mutex::new(None),
        });
        let group_size_bytes = settings.group_size_bytes;
        let writer = Writer { inner: Arc::clone(&inner), wal, vote: slots, group_size_bytes };
        let thread = if simulation::is_entered() {
            // Ends with its runtime, as the thread does with its process.
            tokio::spawn(writer.simulate());
            None
        } else {
            let thread = std::thread::Builder::new().name("journal-writer".into()).spawn(move || writer.run());
            Some(thread.map_err(failed("starting the writer"))?)
        };
        let thread = Thread { inner: Arc::clone(&inner), thread };
        let store = Self(inner);
        if let Some(index) = stale {
            store.truncate_from(index)?;
        }
        if !unused.is_empty() {
            store.0.queue.push(Request::Remove { names: unused })?;
        }
        Ok((store, thread))
    }

    /// The entry ids and files.
    pub(crate) fn log(&self) -> &Mutex<Log> {
        &self.0.log
    }

    /// The last entry that was flushed since the start, with all before it. One that was truncated since may be
    /// told of until others have taken its place.
    pub(crate) fn durable(&self) -> watch::Receiver<Option<LogId>> {
        self.0.durable.subscribe()
    }

    /// The vote, which is on the disk.
    pub(crate) fn vote(&self) -> Option<Vote> {
        *self.0.vote.lock()
    }

    /// Waits until `holds` is true of the log, which is looked at again whenever entries were appended.
    pub(crate) async fn until(&self, holds: impl Fn(&Log) -> bool) {
        loop {
            // Hears of every append from here on, though it is not waited for yet.
            let grown = self.0.grown.notified();
            let done = holds(&self.0.log.lock());
            if done {
                return;
            }
            grown.await;
        }
    }

    /// Whether the last write found no space.
    pub(crate) fn is_full(&self) -> bool {
        self.0.health.lock().is_full()
    }

    /// Why nothing is written any more, if so.
    pub(crate) fn failure(&self) -> Option<String> {
        self.0.failure()
    }

    /// Whether this node should hand leadership on; see [`Health::verdict`].
    pub(crate) fn unfit(&self, bounds: &Bounds) -> Option<Unfit> {
        let now = timer::since(self.0.started);
        self.0.health.lock().verdict(now, bounds)
    }

    /// Drops entries up to `upto`, whose last position is `lsn`; both are in the snapshot.
    pub(crate) fn drop_up_to(&self, upto: LogId, lsn: Lsn) -> Result<(), Error> {
        let names = self.0.log.lock().purge(upto, lsn);
        if names.is_empty() { Ok(()) } else { self.0.queue.push(Request::Remove { names }) }
    }

    fn truncate_from(&self, index: u64) -> Result<(), Error> {
        self.0.log.lock().truncate(index);
        // Not waited for: whatever is appended later is durable only after this is.
        self.0.queue.push(Request::Truncate { frame: files::truncate_frame(index), index })
    }

    /// Entries from `from` below `to`, as far as they are kept, up to about `max_bytes`, at least
    /// one.
    pub(crate) async fn read(&self, from: u64, to: u64, max_bytes: usize) -> Result<Vec<Entry>, Error> {
        let mut other = None;
        loop {
            let (from, to, run) = {
                let log = self.0.log.lock();
                let (from, to) = (from.max(log.first_index()), to.min(log.next_index()));
                if from >= to {
                    return Ok(Vec::new());
                }
                if let Some(entries) = log.read_cache(from, to, max_bytes) {
                    return Ok(entries);
                }
                (from, to, log.run_of(from))
            };
            let run = run.ok_or_else(|| corrupt("log", 0, format!("entry {from} is nowhere")))?;
            match self.read_run(run, from, to - 1, max_bytes).await {
                // The file may have been trimmed away while it was being opened.
                Err(_) if self.0.log.lock().first_index() > from => {}
                Ok(mut entries) => {
                    // An entry of another term was truncated, now or long ago: it must reach nobody.
                    let known = self.0.log.lock().count_known(&entries);
                    let wrong = entries.get(known).map(|entry| entry.log_id);
                    entries.truncate(known);
                    match wrong {
                        Some(id) if known == 0 && other == Some(id) => {
                            return Err(corrupt("log", 0, format!("the file has {id}, which was truncated")));
                        }
                        Some(id) if known == 0 => other = Some(id),
                        _ => return Ok(entries),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads entries out of a file, off the runtime's threads.
    pub(crate) async fn read_run(&self, run: Run, from: u64, last: u64, max_bytes: usize) -> Result<Vec<Entry>, Error> {
        let disk = Arc::clone(&self.0.disk);
        let read = move || files::read_run(disk.as_ref(), &run, from, last, max_bytes);
        offload(read).await.unwrap_or_else(|error| Err(Error::Failed(error.to_string())))
    }
}

impl Inner {
    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.lock().clone()
    }

    pub(crate) fn fail(&self, why: String) {
        tracing::error!(error = %why, "the journal's disk failed; nothing is written any more");
        self.failure.lock().get_or_insert(why);
    }

    pub(crate) fn flush_begins(&self) {
        self.health.lock().flush_begins(timer::since(self.started));
    }

    pub(crate) fn flush_ends(&self) {
        self.health.lock().flush_ends(timer::since(self.started));
    }

    pub(crate) fn found_full(&self) {
        let now: Duration = timer::since(self.started);
        let mut health = self.health.lock();
        if !health.is_full() {
            tracing::warn!("the journal's disk is full");
        }
        health.full(now);
    }
}

/// Reads all that the files have into `log`.
fn replay(disk: &dyn Disk, log: &mut Log) -> Result<recovery::Recovered, Error> {
    let mut current: Option<Lsn> = None;
    let mut committed = None;
    let found = recovery::recover_with(disk, &mut |found| {
        if current != Some(found.first) {
            current = Some(found.first);
            let name = found.segment.to_owned();
            log.begin_segment(Segment { name, first: found.first, last: found.first, end: 0, salt: found.salt });
        }
        let bad = |why: String| corrupt(found.segment, found.offset, why);
        let end = found.offset + found.header.frame_len() as u64;
        let mut range: Option<(u64, u64)> = None;
        for one in frame::records(found.bytes, &found.header) {
            let change = one.and_then(files::decode).map_err(|why| bad(why.to_string()))?;
            match change {
                Change::Truncate(index) => {
                    log.truncate(index.max(log.first_index()));
                    log.truncated(index, end);
                }
                Change::Entry { entry, committed: known } => {
                    let id = entry.log_id;
                    range = Some((range.map_or(id.index, |(first, _)| first), id.index));
                    committed = committed.max(known);
                    if id.index < log.first_index() {
                        continue;
                    }
                    if id.index != log.next_index() {
                        return Err(bad(format!("entry {} follows entry {:?}", id, log.last())));
                    }
                    log.found(&entry);
                }
            }
        }
        if let Some((first, last)) = range {
            log.written(None, first, last, found.offset, end);
        }
        Ok(())
    })?;
    if let Some(last) = found.segments.last().filter(|last| current != Some(last.first)) {
        log.begin_segment(last.clone());
    }
    log.set_committed(committed.and_then(|index| log.id_at(index)));
    Ok(found)
}

/// A snapshot was installed over a log that had taken another course, and the truncation of that
/// log did not reach the disk: what follows the snapshot is older than it.
fn stale_tail(log: &Log) -> Option<u64> {
    let first = log.first_index();
    let next = log.id_at(first)?;
    log.purged().is_some_and(|purged| next.leader_id < purged.leader_id).then_some(first)
}

fn io_error(error: Error) -> io::Error {
    io::Error::other(error.to_string())
}

/// The half-open range that `range` means.
fn ends(range: &impl RangeBounds<u64>) -> (u64, u64) {
    let from = match range.start_bound() {
        Bound::Included(from) => *from,
        Bound::Excluded(from) => from + 1,
        Bound::Unbounded => 0,
    };
    let to = match range.end_bound() {
        Bound::Included(to) => to + 1,
        Bound::Excluded(to) => *to,
        Bound::Unbounded => u64::MAX,
    };
    (from, to)
}

impl RaftLogReader<Config> for Store {
    async fn try_get_log_entries<R: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: R,
    ) -> Result<Vec<Entry>, io::Error> {
        let (mut from, to) = ends(&range);
        let mut all = Vec::new();
        loop {
            let entries = self.read(from, to, usize::MAX).await.map_err(io_error)?;
            let Some(last) = entries.last() else { return Ok(all) };
            from = last.log_id.index + 1;
            all.extend(entries);
        }
    }

    async fn entries_stream<R>(&mut self, range: R) -> impl Stream<Item = Result<Entry, io::Error>> + OptionalSend
    where
        R: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let (from, to) = ends(&range);
        let begin = (self.clone(), from, Vec::new().into_iter());
        // In pieces: a node that was away may have gigabytes to apply.
        stream::try_unfold(begin, move |(store, from, mut piece): (Self, u64, std::vec::IntoIter<Entry>)| async move {
            if let Some(entry) = piece.next() {
                return Ok(Some((entry, (store, from, piece))));
            }
            let entries = store.read(from, to, READ_BYTES).await.map_err(io_error)?;
            let next = entries.last().map_or(from, |last| last.log_id.index + 1);
            let mut piece = entries.into_iter();
            Ok(piece.next().map(|entry| (entry, (store, next, piece))))
        })
    }

    async fn read_vote(&mut self) -> Result<Option<Vote>, io::Error> {
        Ok(*self.0.vote.lock())
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> Result<Vec<Entry>, io::Error> {
        self.read(start, end, READ_BYTES).await.map_err(io_error)
    }

    async fn get_key_log_ids(&mut self, range: RangeInclusive<LogId>) -> Result<Vec<LogId>, io::Error> {
        Ok(self.0.log.lock().key_ids(range.start().index, range.end().index))
    }
}

impl RaftLogStorage<Config> for Store {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Result<LogState<Config>, io::Error> {
        let log = self.0.log.lock();
        Ok(LogState { last_purged_log_id: log.purged(), last_log_id: log.last() })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> Result<(), io::Error> {
        let mut value = Vec::with_capacity(17);
        codec::put_vote(vote, &mut value);
        let (done, stored) = oneshot::channel();
        self.0.queue.push(Request::Vote { value, done }).map_err(io_error)?;
        stored.await.map_err(|_| io::Error::other("the journal's writer has gone"))??;
        *self.0.vote.lock() = Some(*vote);
        Ok(())
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> Result<(), io::Error> {
        // Written along with the next entries: it is a hint that spares a restarted node a wait.
        self.0.log.lock().set_committed(committed);
        Ok(())
    }

    async fn read_committed(&mut self) -> Result<Option<LogId>, io::Error> {
        Ok(self.0.log.lock().committed())
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Config>) -> Result<(), io::Error>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<Entry> = entries.into_iter().collect();
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            callback.io_completed(Ok(()));
            return Ok(());
        };
        let (first, last) = (first.log_id.index, last.log_id);
        let committed = self.0.log.lock().committed();
        let frame = files::entries_frame(&entries, committed)
            .map_err(|size| io::Error::other(format!("{size} bytes of entries are too many for a frame")))?;
        let ticket = self.0.log.lock().append(&entries, codec::entry_size);
        let ticket = ticket.ok_or_else(|| io::Error::other(format!("entry {first} does not follow the last one")))?;
        self.0.queue.push(Request::Append { frame, ticket, first, last, done: callback }).map_err(io_error)?;
        self.0.grown.notify_waiters();
        Ok(())
    }

    async fn truncate_after(&mut self, last_log_id: Option<LogId>) -> Result<(), io::Error> {
        self.truncate_from(last_log_id.map_or(0, |id| id.index + 1)).map_err(io_error)
    }

    async fn purge(&mut self, log_id: LogId) -> Result<(), io::Error> {
        let lsn = self.0.log.lock().lsn_at(log_id);
        let lsn = lsn.ok_or_else(|| io::Error::other(format!("entry {log_id} is not in the snapshot")))?;
        self.drop_up_to(log_id, lsn).map_err(io_error)
    }
}
