//! The thread that owns the files of a node's log and its vote; in a simulation, which has but one
//! thread, a task.
//!
//! It takes what waits, writes and flushes it in the order in which it was asked for, and says so.
//! Frames that follow each other share a flush; a vote ends the group.
//!
//! When there is no space it tries again until there is: what it holds has been promised to
//! openraft, and stays in memory meanwhile. Its owner refuses new work (`Store::is_full`).
#![allow(clippy::disallowed_methods, reason = "a shell: waits for space")]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use gavel_api::journal::Error;
use gavel_runtime::{random, timer};
use gavel_types::Epoch;
use openraft::storage::IOFlushed;
use tokio::sync::oneshot;

use super::slots::SlotFile;
use super::store::Inner;
use super::types::{Config, LogId};
use crate::queue::Weigh;
use crate::wal::{Wal, Written};

/// Time between two attempts to write to a full disk.
const FULL_PAUSE: Duration = Duration::from_millis(50);

/// Work for the thread.
pub(crate) enum Request {
    /// A frame of entries `first ..= last`.
    Append { frame: Vec<u8>, ticket: u64, first: u64, last: LogId, done: IOFlushed<Config> },
    /// A frame that says that entries from `index` on are no more.
    Truncate { frame: Vec<u8>, index: u64 },
    /// The vote.
    Vote { value: Vec<u8>, done: oneshot::Sender<io::Result<()>> },
    /// Segments that are of no use any more, oldest first.
    Remove { names: Vec<String> },
}

impl Weigh for Request {
    fn bytes(&self) -> usize {
        match self {
            Self::Append { frame, .. } | Self::Truncate { frame, .. } => frame.len(),
            Self::Vote { .. } | Self::Remove { .. } => 64,
        }
    }
}

/// What a flush takes in a simulation: mostly well under a millisecond, now and then much longer.
fn simulated_flush() -> Duration {
    let drawn = random::next_u64();
    let most = if drawn.is_multiple_of(64) { 30_000 } else { 600 };
    Duration::from_micros(100 + (drawn >> 32) % most)
}

/// What goes with a frame on its way.
enum Pending {
    Entries { ticket: u64, first: u64, last: LogId, done: IOFlushed<Config> },
    Truncation(u64),
}

/// See the module.
pub(crate) struct Writer {
    pub(crate) inner: Arc<Inner>,
    pub(crate) wal: Wal,
    pub(crate) vote: SlotFile,
    pub(crate) group_size_bytes: usize,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let inner = Arc::clone(&self.inner);
        while let Some(group) = inner.queue.take(self.group_size_bytes) {
            self.handle(group);
        }
    }

    /// [`Writer::run`] as a task of a simulation. The time that a flush takes passes before it, so that
    /// requests gather and a power cut may meet what waits.
    pub(crate) async fn simulate(mut self) {
        let inner = Arc::clone(&self.inner);
        while let Some(group) = inner.queue.taken(self.group_size_bytes).await {
            timer::sleep(simulated_flush()).await;
            self.handle(group);
        }
    }

    fn handle(&mut self, group: Vec<Request>) {
        let mut frames = Vec::with_capacity(group.len());
        let mut pending = Vec::with_capacity(group.len());
        for request in group {
            match request {
                Request::Append { frame, ticket, first, last, done } => {
                    frames.push(frame);
                    pending.push(Pending::Entries { ticket, first, last, done });
                }
                Request::Truncate { frame, index } => {
                    frames.push(frame);
                    pending.push(Pending::Truncation(index));
                }
                Request::Vote { value, done } => {
                    self.write(&mut frames, &mut pending);
                    let stored = match self.inner.failure() {
                        Some(why) => Err(io::Error::other(why)),
                        None => self.vote.store(&value).inspect_err(|error| self.inner.fail(error.to_string())),
                    };
                    // Whoever asked has gone only if openraft has stopped.
                    drop(done.send(stored));
                }
                Request::Remove { names } => {
                    self.write(&mut frames, &mut pending);
                    self.remove(&names);
                }
            }
        }
        self.write(&mut frames, &mut pending);
    }

    fn write(&mut self, frames: &mut Vec<Vec<u8>>, pending: &mut Vec<Pending>) {
        if pending.is_empty() {
            return;
        }
        let written = self.write_patiently(frames);
        let mut offset = written.as_ref().map_or(0, |written| written.start);
        for (frame, pending) in frames.drain(..).zip(pending.drain(..)) {
            let end = offset + frame.len() as u64;
            match (pending, &written) {
                (Pending::Entries { ticket, first, last, done }, Ok(_)) => {
                    self.inner.log.lock().written(Some(ticket), first, last.index, offset, end);
                    self.inner.durable.send_replace(Some(last));
                    done.io_completed(Ok(()));
                }
                (Pending::Truncation(index), Ok(_)) => self.inner.log.lock().truncated(index, end),
                (Pending::Entries { done, .. }, Err(why)) => done.io_completed(Err(io::Error::other(why.clone()))),
                (Pending::Truncation(_), Err(_)) => {}
            }
            offset = end;
        }
    }

    /// Writes frames, as often as there is no space. The error is final.
    fn write_patiently(&mut self, frames: &mut [Vec<u8>]) -> Result<Written, String> {
        loop {
            if let Some(why) = self.inner.failure() {
                return Err(why);
            }
            self.inner.flush_begins();
            let inner = &self.inner;
            match self.wal.write(frames, Epoch(0), &mut |segment| inner.log.lock().begin_segment(segment)) {
                Ok(written) => {
                    self.inner.flush_ends();
                    return Ok(written);
                }
                Err(Error::DiskFull) => {
                    self.inner.found_full();
                    if self.inner.queue.is_closed() {
                        return Err("the journal was closed while its disk was full".into());
                    }
                    std::thread::sleep(FULL_PAUSE);
                }
                Err(error) => {
                    self.inner.fail(error.to_string());
                    return Err(error.to_string());
                }
            }
        }
    }

    fn remove(&self, names: &[String]) {
        for name in names {
            // Oldest first and one by one: a crash in between leaves no gap. What could not be
            // removed costs space until the next start, which removes it.
            if let Err(error) = self.inner.disk.remove(name) {
                tracing::warn!(segment = %name, %error, "cannot remove a segment that was trimmed");
                return;
            }
        }
        if let Err(error) = self.inner.disk.sync_directory() {
            tracing::warn!(%error, "cannot flush the directory after a trim");
        }
    }
}
