//! The thread that owns the files.
//!
//! It takes all that waits, writes it as one stretch of bytes, flushes once, and answers everybody.
//! While it flushes, the next group gathers.
//!
//! Invariants:
//! - one flush at a time: everything before a frame's `durable` field was durable when the frame
//!   was written;
//! - a group lies in one segment; a new segment is begun only when all before it is durable;
//! - after a write that found no space, the file is cut back to where it was *and flushed* before
//!   anybody is told, so that what was refused cannot come back after a crash;
//! - after any other failure nothing is written any more.
#![allow(clippy::disallowed_methods, reason = "a shell: measures its flushes")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use gavel_api::journal::{Error, Record};
use gavel_types::{Epoch, Lsn, Timestamp};
use tokio::sync::oneshot;

use crate::counters::Counters;
use crate::disk::{Disk, DiskFile, is_full};
use crate::queue::{Append, Queue, Request};
use crate::segment::{self, Header};
use crate::settings::Settings;
use crate::shared::{Batch, End, Segment, Shared};
use crate::spare::{self, GIANT, SPARE, Spare};
use crate::{frame, recovery};

/// Below this, frames of a group are copied together and written by one call.
const COALESCE_BYTES: usize = 1 << 20;

/// The segment that is being written.
struct Current {
    file: Arc<dyn DiskFile>,
    salt: u64,
    /// Where the next frame goes.
    offset: u64,
    /// What the file has space for.
    allocated: u64,
}

/// See the module.
pub(crate) struct Writer {
    disk: Arc<dyn Disk>,
    settings: Settings,
    shared: Arc<Shared>,
    spare: Spare,
    current: Option<Current>,
    /// Last durable position.
    last_lsn: Lsn,
    epoch: Epoch,
    failed: Option<String>,
    counters: Arc<Counters>,
}

/// Whom to answer when a frame is durable.
enum Reply {
    Append(oneshot::Sender<Result<Lsn, Error>>),
    Epoch(Epoch, oneshot::Sender<Result<Epoch, Error>>),
}

impl Reply {
    // A caller that has gone away needs no answer.
    fn ok(self, lsn: Lsn) {
        match self {
            Self::Append(reply) => drop(reply.send(Ok(lsn))),
            Self::Epoch(epoch, reply) => drop(reply.send(Ok(epoch))),
        }
    }

    fn error(self, error: Error) {
        match self {
            Self::Append(reply) => drop(reply.send(Err(error))),
            Self::Epoch(_, reply) => drop(reply.send(Err(error))),
        }
    }
}

/// A frame on its way.
struct Pending {
    frame: Vec<u8>,
    records: Vec<Record>,
    reply: Reply,
}

impl Writer {
    /// Continues after what recovery has found.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        settings: Settings,
        shared: Arc<Shared>,
        last_lsn: Lsn,
        epoch: Epoch,
        last_segment: Option<&Segment>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let current = match last_segment {
            None => None,
            Some(segment) => {
                let file = disk.open(&segment.name)?;
                let allocated = file.size()?;
                Some(Current { file, salt: segment.salt, offset: segment.end, allocated })
            }
        };
        let spare_size = match disk.open(SPARE) {
            Ok(file) => Some(file.size()?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let ready = spare_size == Some(settings.segment_size_bytes);
        let spare = Spare::start(Arc::clone(&disk), settings.segment_size_bytes, ready)?;
        Ok(Self { disk, settings, shared, spare, current, last_lsn, epoch, failed: None, counters })
    }

    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self, queue: &Queue) {
        while let Some(group) = queue.take(self.settings.group_size_bytes) {
            self.handle(group);
        }
        self.shared.finish(End::Closed);
    }

    fn handle(&mut self, group: Vec<Request>) {
        let mut pending = Vec::with_capacity(group.len());
        let mut trims = Vec::new();
        let mut epoch = self.epoch;
        for request in group {
            match request {
                Request::Append(Append { epoch: named, frame, records, reply }) => {
                    let reply = Reply::Append(reply);
                    if named == epoch {
                        pending.push(Pending { frame, records, reply });
                    } else {
                        reply.error(Error::Fenced(epoch));
                    }
                }
                Request::OpenEpoch { opened_at, reply } => {
                    epoch = Epoch(epoch.0 + 1);
                    pending.push(epoch_frame(epoch, opened_at, reply));
                }
                Request::Trim { below, reply } => trims.push((below, reply)),
            }
        }
        if !pending.is_empty() && self.commit_group(pending) {
            self.epoch = epoch;
        }
        for (below, reply) in trims {
            drop(reply.send(self.trim(below)));
        }
    }

    /// Writes, flushes and answers. Returns whether it is durable.
    fn commit_group(&mut self, mut pending: Vec<Pending>) -> bool {
        let written = match &self.failed {
            Some(why) => Err(Error::Failed(why.clone())),
            None => self.write_group(&mut pending),
        };
        let end = match written {
            Ok(end) => end,
            Err(error) => {
                if let Error::Failed(why) = &error {
                    self.failed = Some(why.clone());
                    self.shared.finish(End::Failed(why.clone()));
                }
                add(&self.counters.refused, pending.len());
                for one in pending {
                    one.reply.error(error.clone());
                }
                return false;
            }
        };
        let mut batches = Vec::with_capacity(pending.len());
        let mut replies = Vec::with_capacity(pending.len());
        for Pending { frame, records, reply } in pending {
            let batch = Batch { first: self.last_lsn.next(), records: Arc::new(records), bytes: frame.len() };
            self.last_lsn = batch.last();
            replies.push((reply, self.last_lsn));
            batches.push(batch);
        }
        // Tails first: a reader that follows a commit waits for them.
        self.shared.publish(end, batches);
        for (reply, lsn) in replies {
            reply.ok(lsn);
        }
        true
    }

    /// Returns the offset behind the group once it is durable.
    fn write_group(&mut self, pending: &mut [Pending]) -> Result<u64, Error> {
        let total: u64 = pending.iter().map(|one| one.frame.len() as u64).sum();
        let fits = self.current.as_ref().is_some_and(|current| current.offset + total <= current.allocated);
        if !fits {
            self.begin_segment(total).map_err(|error| classify("beginning a segment", &error))?;
        }
        let durable = self.last_lsn;
        let Some(current) = &mut self.current else {
            return Err(Error::Failed("no segment is open".into()));
        };
        let mut lsn = durable;
        for one in pending.iter_mut() {
            frame::seal(&mut one.frame, current.salt, lsn.next(), durable);
            lsn = Lsn(lsn.0 + one.records.len() as u64);
        }
        if let Err(error) = write_frames(current.file.as_ref(), current.offset, pending, total) {
            if is_full(&error) {
                let undo = current.file.truncate(current.offset).and_then(|()| current.file.sync_data());
                undo.map_err(recovery::failed("cutting back after the disk was full"))?;
                current.allocated = current.offset;
            }
            return Err(classify("writing", &error));
        }
        let begun = Instant::now();
        current.file.sync_data().map_err(recovery::failed("flushing"))?;
        add(&self.counters.flush_micros, begun.elapsed().as_micros() as usize);
        add(&self.counters.flushes, 1);
        add(&self.counters.appends, pending.len());
        add(&self.counters.bytes, total as usize);
        current.offset += total;
        Ok(current.offset)
    }

    /// Begins a segment with room for `total` bytes of frames. All before it is durable.
    fn begin_segment(&mut self, total: u64) -> io::Result<()> {
        let needed = segment::HEADER as u64 + total;
        if needed > self.settings.segment_size_bytes {
            // Filling a giant with zeros would double its cost, and it is written only once.
            spare::prepare(self.disk.as_ref(), GIANT, needed, false)?;
            return self.begin_segment_in(GIANT);
        }
        self.spare.take()?;
        let begun = self.begin_segment_in(SPARE);
        match &begun {
            Ok(()) => self.spare.want(),
            Err(_) if self.disk.open(SPARE).is_ok() => self.spare.give_back(),
            Err(_) => {}
        }
        begun
    }

    /// Makes the file `prepared` the next segment.
    fn begin_segment_in(&mut self, prepared: &str) -> io::Result<()> {
        let first = self.last_lsn.next();
        let header = Header { first_lsn: first, epoch: self.epoch, salt: self.disk.salt() };
        let file = self.disk.open(prepared)?;
        file.write_at(&header.encode(), 0)?;
        file.sync_data()?;
        let name = segment::name(first);
        self.disk.rename(prepared, &name)?;
        self.disk.sync_directory()?;
        let allocated = file.size()?;
        let offset = segment::HEADER as u64;
        self.shared.begin_segment(Segment { name, first, last: self.last_lsn, end: offset, salt: header.salt });
        self.current = Some(Current { file, salt: header.salt, offset, allocated });
        Ok(())
    }

    fn trim(&self, below: Lsn) -> Result<(), Error> {
        let names = self.shared.trimmable(below);
        if names.is_empty() {
            return Ok(());
        }
        for name in &names {
            // Oldest first and one by one: a crash in between leaves no gap.
            self.shared.forget_first();
            self.disk.remove(name).map_err(recovery::failed(name))?;
        }
        self.disk.sync_directory().map_err(recovery::failed("flushing the directory"))
    }
}

fn epoch_frame(epoch: Epoch, opened_at: Timestamp, reply: oneshot::Sender<Result<Epoch, Error>>) -> Pending {
    let records = vec![Record::Epoch { epoch, opened_at }];
    let frame = frame::build(&records).unwrap_or_default();
    Pending { frame, records, reply: Reply::Epoch(epoch, reply) }
}

fn write_frames(file: &dyn DiskFile, offset: u64, pending: &[Pending], total: u64) -> io::Result<()> {
    match pending {
        [one] => file.write_at(&one.frame, offset),
        many if total <= COALESCE_BYTES as u64 => {
            let mut bytes = Vec::with_capacity(COALESCE_BYTES.min(total as usize));
            for one in many {
                bytes.extend_from_slice(&one.frame);
            }
            file.write_at(&bytes, offset)
        }
        many => {
            let mut at = offset;
            for one in many {
                file.write_at(&one.frame, at)?;
                at += one.frame.len() as u64;
            }
            Ok(())
        }
    }
}

fn add(counter: &AtomicU64, n: usize) {
    counter.fetch_add(n as u64, Ordering::Relaxed);
}

fn classify(doing: &str, error: &io::Error) -> Error {
    if is_full(error) { Error::DiskFull } else { Error::Failed(format!("{doing}: {error}")) }
}
