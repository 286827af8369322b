//! The engine's two threads: one writes sealed memtables to disk, one compacts.
#![allow(clippy::disallowed_methods, reason = "a shell: this is where the engine's threads live")]

use std::ops::Bound;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use gavel_types::{KeyRange, Lsn, Timestamp};
use lsm_tree::AbstractTree;
use lsm_tree::compaction::Leveled;

use crate::lsm::Shared;
use crate::version::GC_SEQNO;
use crate::{Error, Result, version};

/// How long anyone waits before looking again; signals are lost on no path, this is for failures
/// that heal by themselves.
pub(crate) const POLL: Duration = Duration::from_millis(500);

/// A full collection is worth it once this many versions were replaced, and they are at least a
/// quarter of everything.
const COLLECT_AT_LEAST: u64 = 200_000;

/// What is left of vanished ranges among other rows; counted again only when something changed.
#[derive(Default)]
struct Leftover {
    ranges: Vec<KeyRange>,
    durable: Lsn,
    entries: u64,
}

pub(crate) fn start(shared: &Arc<Shared>) -> std::io::Result<Vec<JoinHandle<()>>> {
    let flusher = shared.clone();
    let compactor = shared.clone();
    Ok(vec![
        Builder::new().name("storage-flush".into()).spawn(move || flusher.run_flusher())?,
        Builder::new().name("storage-compact".into()).spawn(move || compactor.run_compactor())?,
    ])
}

impl Shared {
    fn run_flusher(&self) {
        let mut state = self.state.lock();
        loop {
            if state.closing {
                return;
            }
            let Some(target) = state.sealed.back().copied() else {
                self.work.wait(&mut state);
                continue;
            };
            drop(state);
            let flushed = self.flush_sealed();
            state = self.state.lock();
            state.flush_attempts += 1;
            match flushed {
                Ok(()) => {
                    state.durable = target;
                    if state.flush_error.take().is_some() {
                        tracing::info!("flush succeeds again");
                    }
                    state.sealed.retain(|p| p.lsn > target.lsn);
                    self.measure_room(&state);
                    self.done.notify_all();
                    // The compactor listens to the same signal as we do.
                    self.work.notify_all();
                }
                Err(error) => {
                    if state.flush_error.is_none() {
                        tracing::error!(%error, "flush failed; trying again until it succeeds");
                    }
                    state.flush_error = Some(error);
                    self.done.notify_all();
                    self.work.wait_for(&mut state, POLL);
                }
            }
        }
    }

    fn flush_sealed(&self) -> Result<()> {
        let lock = self.tree.get_flush_lock();
        self.file_sets.set(0);
        // Under `state`: from then on all of them are the tree's as well.
        let sealed = {
            let _state = self.state.lock();
            self.sealed.read().len()
        };
        self.tree.flush(&lock, GC_SEQNO)?;
        // They are in files now. Only this thread takes any away.
        self.sealed.write().drain(..sealed);
        Ok(())
    }

    fn run_compactor(&self) {
        let mut failing = false;
        let mut leftover = Leftover::default();
        let mut state = self.state.lock();
        loop {
            if state.closing {
                return;
            }
            let garbage = state.garbage.expired - state.garbage.collected;
            drop(state);
            let worked = match self.compact_once(garbage, &mut leftover) {
                Ok(worked) => {
                    failing = false;
                    worked
                }
                Err(Error::Closed) => return,
                Err(error) => {
                    if !failing {
                        tracing::error!(%error, "compaction failed; trying again until it succeeds");
                    }
                    failing = true;
                    false
                }
            };
            state = self.state.lock();
            if worked {
                self.measure_room(&state);
                self.done.notify_all();
            } else if !state.closing {
                self.work.wait_for(&mut state, 10 * POLL);
            }
        }
    }

    /// Runs the most urgent compaction; false if there is none. `garbage` is how many versions
    /// wait for a collection.
    fn compact_once(&self, garbage: u64, leftover: &mut Leftover) -> Result<bool> {
        let before = self.tree.current_version().id();
        self.file_sets.set(0);
        let strategy = Leveled::default().with_table_target_size(self.settings.table_bytes);
        self.tree.compact(Arc::new(strategy), GC_SEQNO)?;
        if self.tree.current_version().id() != before {
            return Ok(true);
        }
        let vanished = self.vanished();
        let durable = self.state.lock().durable.lsn;
        if (&leftover.ranges, leftover.durable) != (&vanished, durable) {
            *leftover = Leftover { entries: self.drop_vanished(&vanished)?, ranges: vanished, durable };
        }
        let garbage = garbage + leftover.entries;
        if garbage >= COLLECT_AT_LEAST && garbage >= self.tree.approximate_len() as u64 / 4 {
            self.collect_all()?;
        }
        Ok(false)
    }

    /// Deletes the files that hold nothing but vanished ranges; answers how much of these is left in
    /// others, as far as it is worth counting.
    fn drop_vanished(&self, ranges: &[KeyRange]) -> Result<u64> {
        let mut left = 0;
        for range in ranges {
            self.tree.drop_range::<&[u8], _>((Bound::Included(&range.start[..]), Bound::Excluded(&range.end[..])))?;
            let bounds = (Bound::Included(&range.start[..]), Bound::Excluded(&range.end[..]));
            let rest = self.tree.create_range::<&[u8], _>(&bounds, version::read_seqno(Timestamp::MAX), None);
            let rest = rest.take(COLLECT_AT_LEAST as usize).count() as u64;
            if rest == 0 {
                self.end_forgotten(std::slice::from_ref(range));
            }
            left += rest;
        }
        Ok(left)
    }

    /// Rewrites everything into the last level, collecting on the way.
    pub(crate) fn collect_all(&self) -> Result<()> {
        let vanished = self.vanished();
        let expired = self.state.lock().garbage.expired;
        self.file_sets.set(0);
        if self.tree.table_count() > 0 {
            self.tree.major_compact(self.settings.table_bytes, GC_SEQNO)?;
        }
        self.state.lock().garbage.collected = expired;
        self.end_forgotten(&vanished);
        Ok(())
    }
}
