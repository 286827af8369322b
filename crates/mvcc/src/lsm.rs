//! The engine over `lsm-tree`, used without a log: the journal is the log.
//!
//! ```text
//!  apply ─► active memtable ─seal─► sealed memtables ─flusher─► level 0 ─compactor─► … level 6
//!                             │
//!                             └ last entry of each memtable: the journal position
//! ```
//! A flush persists all sealed memtables in one atomic change of the tree's manifest, oldest and
//! newest together, and each ends with the position that it reaches. So after a crash the tree
//! holds exactly the journal up to the newest position row, and the rest is applied again.
//!
//! Positions: `durable <= sealed <= applied`.

mod copy;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use bytes::{BufMut, Bytes, BytesMut};
use gavel_encoding::layout::{ObjectId, PREFIX_LEN, TenantId, object_prefix};
use gavel_types::{KeyRange, Lsn, Timestamp, Write};
use lsm_tree::config::{BloomConstructionPolicy, FilterPolicy, FilterPolicyEntry, RestartIntervalPolicy};
use lsm_tree::{
    AbstractTree, AnyTree, Cache, Config, DescriptorTable, Guard, InternalValue, Memtable, SequenceNumberCounter, Tree,
    ValueType,
};
use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};

use crate::collect::{CollectorFactory, Policy};
use crate::counts::{self, Counts, Part, Prefix};
use crate::engine::{Batch, Engine, Position, Stats, Version, Versions};
use crate::read::Scan;
use crate::read::blocks::Blocks;
use crate::read::source::{MemtableSource, RunSource, Source};
use crate::{Error, Result, Settings, version, workers};

/// Key of the position row.
fn position_key() -> [u8; PREFIX_LEN] {
    object_prefix(TenantId::STORE, ObjectId(0))
}

/// Key of a forgotten range: this prefix, then where the range starts.
fn forgotten_key(start: &[u8]) -> Vec<u8> {
    [&object_prefix(TenantId::STORE, ObjectId(1)), start].concat()
}

/// Key of the number of rows of an object: this prefix, then the object's. (Object 2 is in [`copy`].)
fn count_key(object: &[u8]) -> Vec<u8> {
    [&object_prefix(TenantId::STORE, ObjectId(3)), object].concat()
}

/// See the module.
pub struct LsmEngine {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

/// What the workers share with the engine.
pub(crate) struct Shared {
    pub(crate) tree: Tree,
    /// The tree numbers its file sets from this; reset before each change (see [`version`]).
    pub(crate) file_sets: SequenceNumberCounter,
    pub(crate) policy: Arc<Policy>,
    pub(crate) settings: Settings,
    /// Held by whoever writes into the active memtable or seals it, a large commit's whole length.
    /// Taken before `state`.
    writing: Mutex<()>,
    /// Held for moments only.
    pub(crate) state: Mutex<State>,
    counts: Mutex<Counts>,
    /// Where scans read blocks.
    blocks: Arc<Blocks>,
    /// Memtables that are sealed and not yet in files, oldest first; changed under `state`.
    pub(crate) sealed: RwLock<Vec<Arc<Memtable>>>,
    /// See [`Engine::has_room`].
    full: AtomicBool,
    /// Something was sealed, or the engine closes.
    pub(crate) work: Condvar,
    /// Something was flushed or compacted, or a worker failed.
    pub(crate) done: Condvar,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) applied: Position,
    /// See [`Engine::oldest`].
    pub(crate) oldest: Timestamp,
    pub(crate) durable: Position,
    /// Positions that the sealed memtables reach, oldest first.
    pub(crate) sealed: VecDeque<Position>,
    pub(crate) garbage: Garbage,
    pub(crate) closing: bool,
    /// Why the last flush failed; `None` once one succeeds.
    pub(crate) flush_error: Option<Error>,
    /// Counts flushes and failures of one, so that a waiter can tell that something happened.
    pub(crate) flush_attempts: u64,
}

/// How many versions were replaced, and how many of those nobody can read any more. Counted since
/// the engine was opened, to decide when a full collection is worth it.
#[derive(Default)]
pub(crate) struct Garbage {
    replaced: u64,
    /// `replaced` as it was at these commit times, oldest first.
    marks: VecDeque<(Timestamp, u64)>,
    /// `replaced` as it was at the horizon.
    pub(crate) expired: u64,
    /// `expired` as it was at the last full collection.
    pub(crate) collected: u64,
}

impl Garbage {
    /// Marks kept: one a call of [`Engine::set_horizon`], so a few minutes' worth.
    const MAX_MARKS: usize = 4_096;

    fn pass(&mut self, applied: Timestamp, horizon: Timestamp) {
        while let Some((ts, replaced)) = self.marks.front().copied()
            && ts <= horizon
        {
            self.expired = replaced;
            self.marks.pop_front();
        }
        if self.marks.len() < Self::MAX_MARKS && self.marks.back().is_none_or(|m| m.0 < applied) {
            self.marks.push_back((applied, self.replaced));
        }
    }
}

impl State {
    fn sealed_to(&self) -> Position {
        self.sealed.back().copied().unwrap_or(self.durable)
    }
}

impl LsmEngine {
    /// Opens the store in `dir`, or makes one there.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Corrupt`] if what lies there is damaged.
    pub fn open(dir: &Path, settings: Settings) -> Result<Self> {
        let file_sets = SequenceNumberCounter::default();
        let policy = Arc::new(Policy::default());
        let cache = Arc::new(Cache::with_capacity_bytes(settings.cache_bytes));
        let files = Arc::new(DescriptorTable::new(settings.open_files));
        let tree = Config::new(dir, file_sets.clone(), SequenceNumberCounter::default())
            .use_cache(cache.clone())
            .use_descriptor_table(Some(files.clone()))
            .filter_policy(FilterPolicy::all(FilterPolicyEntry::Bloom(BloomConstructionPolicy::BitsPerKey(10.0))))
            .data_block_restart_interval_policy(RestartIntervalPolicy::all(8))
            .with_compaction_filter_factory(Some(Arc::new(CollectorFactory(policy.clone()))))
            .open()?;
        let AnyTree::Standard(tree) = tree else {
            return Err(Error::Corrupt("not a tree of ours".into()));
        };
        let position = read_position(&tree)?;
        let oldest = copy::read_oldest(&tree)?;
        for (range, at) in read_forgotten(&tree)? {
            policy.change_forgotten(|f| f.add(&range, at));
        }
        let counts = read_counts(&tree)?;
        let blocks = Arc::new(Blocks { cache, files, tree: tree.id });
        let shared = Arc::new(Shared {
            tree,
            blocks,
            sealed: RwLock::default(),
            file_sets,
            policy,
            settings,
            writing: Mutex::default(),
            state: Mutex::new(State { applied: position, durable: position, oldest, ..State::default() }),
            counts: Mutex::new(counts),
            full: AtomicBool::new(false),
            work: Condvar::new(),
            done: Condvar::new(),
        });
        let workers = workers::start(&shared).map_err(|e| Error::Io(e.to_string()))?;
        Ok(Self { shared, workers })
    }
}

impl Drop for LsmEngine {
    fn drop(&mut self) {
        self.shared.state.lock().closing = true;
        self.shared.policy.stop();
        self.shared.work.notify_all();
        self.shared.done.notify_all();
        for worker in self.workers.drain(..) {
            // A worker that panicked has said so; there is nothing left to do about it here.
            let _ = worker.join();
        }
    }
}

fn read_position(tree: &Tree) -> Result<Position> {
    let Some(row) = tree.get(position_key(), version::read_seqno(Timestamp::MAX))? else {
        return Ok(Position::default());
    };
    let row = version::row(row.into()).ok_or_else(|| Error::Corrupt("position row".into()))?;
    let (lsn, rest) = row.split_first_chunk::<8>().ok_or_else(|| Error::Corrupt("position row".into()))?;
    let (ts, _) = rest.split_first_chunk::<8>().ok_or_else(|| Error::Corrupt("position row".into()))?;
    Ok(Position { lsn: Lsn(u64::from_le_bytes(*lsn)), ts: Timestamp(u64::from_le_bytes(*ts)) })
}

fn read_forgotten(tree: &Tree) -> Result<Vec<(KeyRange, Timestamp)>> {
    let prefix = forgotten_key(&[]);
    tree.prefix(&prefix, version::read_seqno(Timestamp::MAX), None)
        .filter_map(|item| {
            let damaged = || Error::Corrupt("forgotten range".into());
            let (key, value) = match item.into_inner() {
                Ok(entry) => entry,
                Err(e) => return Some(Err(e.into())),
            };
            // Removed again: see `collect_all`.
            let row = version::row(value.into())?;
            let Some(at) = row.first_chunk::<8>() else { return Some(Err(damaged())) };
            let range = KeyRange::new(Bytes::copy_from_slice(&key[prefix.len()..]), row.slice(8..));
            Some(Ok((range, Timestamp(u64::from_le_bytes(*at)))))
        })
        .collect()
}

fn read_counts(tree: &Tree) -> Result<Counts> {
    let prefix = count_key(&[]);
    let mut counts = Counts::default();
    for item in tree.prefix(&prefix, version::read_seqno(Timestamp::MAX), None) {
        let (key, value) = item.into_inner()?;
        // Removed again: see `end_forgotten`.
        let Some(row) = version::row(value.into()) else { continue };
        let object: Option<&Prefix> = key.get(prefix.len()..).and_then(|k| k.try_into().ok());
        let (Some(object), Some(rows)) = (object, row.first_chunk::<8>()) else {
            return Err(Error::Corrupt("number of rows".into()));
        };
        counts.restore(*object, i64::from_le_bytes(*rows));
    }
    Ok(counts)
}

impl Shared {
    fn get_row(&self, key: Bytes, at: Timestamp) -> Result<Option<(Bytes, Bytes)>> {
        let entry = self.tree.get(&key, version::read_seqno(at))?;
        Ok(entry.and_then(|e| version::row(e.into())).map(|row| (key, row)))
    }

    /// What holds rows of `range`. Read from young to old: whatever moves on meanwhile, from a
    /// memtable to a file, is seen in one of them or in both.
    fn sources(&self, range: &KeyRange, at: Timestamp, reverse: bool) -> Vec<Source> {
        let seqno = version::read_seqno(at);
        let active = self.tree.active_memtable();
        let mut memtables = self.sealed.read().clone();
        if memtables.last().is_none_or(|last| last.id != active.id) {
            memtables.push(active);
        }
        let memtable = |m| Source::Memtable(MemtableSource::new(m, range.clone(), seqno, reverse));
        let mut sources: Vec<Source> = memtables.into_iter().filter(|m| !m.is_empty()).map(memtable).collect();
        let files = self.tree.current_version();
        for run in files.iter_levels().flat_map(|level| level.iter()) {
            let from = run.partition_point(|table| table.metadata.key_range.max()[..] < range.start[..]);
            let overlapping = run[from..].iter().take_while(|table| table.metadata.key_range.min()[..] < range.end[..]);
            let tables: VecDeque<_> = overlapping.cloned().collect();
            if !tables.is_empty() {
                sources.push(Source::Run(RunSource::new(self.blocks.clone(), tables, range.clone(), seqno, reverse)));
            }
        }
        sources
    }

    /// Makes the active memtable one that waits for the flusher.
    fn rotate(&self, _state: &mut State, _writing: &MutexGuard<'_, ()>) {
        // Noted before it leaves its place in the tree, so that a reader misses it in neither.
        self.sealed.write().push(self.tree.active_memtable());
        let _ = self.tree.rotate_memtable();
    }

    /// Ends the active memtable with the position that it reaches and hands it to the flusher.
    fn seal(&self, state: &mut State, writing: &MutexGuard<'_, ()>) {
        if state.sealed_to() == state.applied {
            return;
        }
        for (object, rows) in self.counts.lock().take_changed() {
            self.store_row(&count_key(&object), Some(&rows.to_le_bytes()), state.applied.lsn, writing);
        }
        let mut row = BytesMut::with_capacity(16);
        row.put_u64_le(state.applied.lsn.0);
        row.put_u64_le(state.applied.ts.0);
        self.store_row(&position_key(), Some(&row), state.applied.lsn, writing);
        self.rotate(state, writing);
        state.sealed.push_back(state.applied);
        self.measure_room(state);
        self.work.notify_all();
    }

    /// Writes a row of the store's own. Its time is zero, so that only the newest version outlives
    /// a compaction; its sequence number is the journal position, which only grows.
    fn store_row(&self, key: &[u8], row: Option<&[u8]>, lsn: Lsn, _writing: &MutexGuard<'_, ()>) {
        let mut entry = BytesMut::with_capacity(version::HEADER_LEN + row.map_or(0, <[u8]>::len));
        version::write(&mut entry, Timestamp::ZERO, row);
        let key = Bytes::copy_from_slice(key);
        let seqno = version::seqno(Timestamp(lsn.0));
        self.tree.active_memtable().insert(InternalValue::from_components(
            key,
            entry.freeze(),
            seqno,
            ValueType::Value,
        ));
    }

    /// Ranges that are gone for good: nobody needs them, and nothing of them is in memory.
    pub(crate) fn vanished(&self) -> Vec<KeyRange> {
        let durable = self.state.lock().durable.ts;
        self.policy.forgotten().below(self.policy.horizon().min(durable))
    }

    /// Ends the memory of ranges of which nothing is left.
    pub(crate) fn end_forgotten(&self, ranges: &[KeyRange]) {
        let writing = self.writing.lock();
        let applied = self.state.lock().applied.lsn;
        for range in ranges {
            // One after the position of the row that is removed, which may be the present one.
            self.store_row(&forgotten_key(&range.start), None, applied.next(), &writing);
            self.policy.change_forgotten(|f| f.remove(&range.start));
            for object in self.counts.lock().remove(range) {
                self.store_row(&count_key(&object), None, applied.next(), &writing);
            }
        }
    }

    /// Called whenever something was sealed, flushed or compacted.
    pub(crate) fn measure_room(&self, state: &State) {
        let full = state.sealed.len() >= self.settings.max_sealed_memtables
            || self.tree.l0_run_count() >= self.settings.max_l0_runs;
        self.full.store(full, Ordering::Relaxed);
    }
}

/// Copies the writes into one buffer and puts slices of it into the memtable: two allocations a
/// commit instead of two a write, and nothing of the journal's buffers stays alive.
fn insert_all(memtable: &Memtable, writes: &[Write], commit_ts: Timestamp) {
    let size = writes.iter().map(|w| w.key.len() + version::HEADER_LEN + w.value.as_ref().map_or(0, Bytes::len)).sum();
    let mut buffer = BytesMut::with_capacity(size);
    let seqno = version::seqno(commit_ts);
    for write in writes {
        buffer.put_slice(&write.key);
        let key = buffer.split().freeze();
        version::write(&mut buffer, commit_ts, write.value.as_deref());
        let value = buffer.split().freeze();
        memtable.insert(InternalValue::from_components(key, value, seqno, ValueType::Value));
    }
}

/// The tree takes keys of 1 to 65,535 bytes and values of up to 4 GiB, and asserts it.
fn check(writes: &[Write]) -> Result<()> {
    for write in writes {
        if write.key.is_empty() || write.key.len() > usize::from(u16::MAX) {
            return Err(Error::Unfit("key length"));
        }
        if write.value.as_ref().is_some_and(|v| u32::try_from(v.len() + version::HEADER_LEN).is_err()) {
            return Err(Error::Unfit("row length"));
        }
    }
    Ok(())
}

impl Engine for LsmEngine {
    fn apply(&self, batch: Batch<'_>) -> Result<()> {
        let shared = &*self.shared;
        let writing = shared.writing.lock();
        let applied = shared.state.lock().applied;
        if batch.lsn <= applied.lsn {
            return Ok(());
        }
        if batch.commit_ts <= applied.ts {
            return Err(Error::OutOfOrder { given: batch.lsn, applied: applied.lsn });
        }
        check(batch.writes)?;
        let memtable = shared.tree.active_memtable();
        insert_all(&memtable, batch.writes, batch.commit_ts);
        shared.counts.lock().note(batch.writes);
        let replaced = batch.writes.iter().filter(|w| replaces(w)).count() as u64;
        let mut state = shared.state.lock();
        state.applied = Position { lsn: batch.lsn, ts: batch.commit_ts };
        state.garbage.replaced += replaced;
        if memtable.size() >= shared.settings.memtable_bytes {
            shared.seal(&mut state, &writing);
        }
        Ok(())
    }

    fn has_room(&self) -> bool {
        !self.shared.full.load(Ordering::Relaxed)
    }

    fn skip(&self, lsn: Lsn) -> Result<()> {
        let mut state = self.shared.state.lock();
        state.applied.lsn = state.applied.lsn.max(lsn);
        Ok(())
    }

    fn get(&self, key: &[u8], at: Timestamp) -> Result<Option<Bytes>> {
        let entry = self.shared.tree.get(key, version::read_seqno(at))?;
        Ok(entry.and_then(|e| version::row(e.into())))
    }

    fn scan(&self, range: &KeyRange, at: Timestamp, reverse: bool) -> Scan {
        if range.end.split_last() == Some((&0, &range.start[..])) {
            // One key is a look-up.
            return Scan::of_row(self.shared.get_row(range.start.clone(), at));
        }
        if range.is_empty() {
            return Scan::new(vec![], reverse);
        }
        Scan::new(self.shared.sources(range, at, reverse), reverse)
    }

    fn applied(&self) -> Position {
        self.shared.state.lock().applied
    }

    fn durable(&self) -> Position {
        self.shared.state.lock().durable
    }

    fn flush(&self) -> Result<()> {
        let shared = &*self.shared;
        let writing = shared.writing.lock();
        let mut state = shared.state.lock();
        shared.seal(&mut state, &writing);
        drop(writing);
        let target = state.sealed_to();
        let attempts = state.flush_attempts;
        while state.durable.lsn < target.lsn {
            if state.closing {
                return Err(Error::Closed);
            }
            if state.flush_attempts > attempts + 1
                && let Some(error) = &state.flush_error
            {
                return Err(error.clone());
            }
            shared.done.wait_for(&mut state, workers::POLL);
        }
        Ok(())
    }

    fn set_horizon(&self, horizon: Timestamp) {
        self.shared.policy.raise_horizon(horizon);
        let mut state = self.shared.state.lock();
        let applied = state.applied.ts;
        state.garbage.pass(applied, horizon);
    }

    fn collect(&self) -> Result<()> {
        self.shared.collect_all()
    }

    fn forget(&self, range: &KeyRange, at: Timestamp) {
        let writing = self.shared.writing.lock();
        if self.shared.policy.change_forgotten(|f| f.add(range, at)) {
            let mut row = BytesMut::with_capacity(8 + range.end.len());
            row.put_u64_le(at.0);
            row.put_slice(&range.end);
            let applied = self.shared.state.lock().applied.lsn;
            self.shared.store_row(&forgotten_key(&range.start), Some(&row), applied, &writing);
        }
    }

    fn versions(&self, range: &KeyRange, upto: Timestamp) -> Versions {
        copy::versions(&self.shared, range, upto)
    }

    fn load(&self, versions: &[Version]) -> Result<()> {
        self.shared.load(versions)
    }

    fn loaded(&self, position: Position, oldest: Timestamp) {
        self.shared.loaded(position, oldest);
    }

    fn oldest(&self) -> Timestamp {
        self.shared.state.lock().oldest
    }

    fn estimate(&self, range: &KeyRange) -> Result<u64> {
        let parts = self.shared.counts.lock().within(range);
        let now = self.applied().ts;
        let mut sum = 0;
        for part in parts {
            sum += match part {
                Part::Whole(rows) => rows,
                Part::Some(object, rows) => {
                    let whole = KeyRange::prefix(&object);
                    let end = |reverse| self.scan(&whole, now, reverse).pairs(1).next().transpose();
                    match (end(false)?, end(true)?) {
                        (Some((first, _)), Some((last, _))) => {
                            (rows as f64 * counts::share(&first, &last, range)).round() as u64
                        }
                        _ => 0,
                    }
                }
            };
        }
        Ok(sum)
    }

    fn stats(&self) -> Stats {
        let tree = &self.shared.tree;
        Stats {
            versions: tree.approximate_len() as u64,
            disk_bytes: tree.disk_space(),
            memtable_bytes: tree.active_memtable().size(),
            sealed_memtables: tree.sealed_memtable_count() as u64,
            l0_runs: tree.l0_run_count() as u64,
        }
    }
}

/// Whether the write leaves an older version behind.
fn replaces(write: &Write) -> bool {
    use gavel_types::WriteMode::{Blind, Delete, Insert, Update};
    match write.mode {
        Update | Delete => true,
        Blind => write.value.is_none(),
        Insert => false,
    }
}

#[cfg(test)]
mod lsm_test;
