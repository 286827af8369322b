//! The thread that owns the files of a [`crate::FileJournal`].
//!
//! It takes all that waits, writes it as one stretch of bytes, flushes once, and answers everybody.
//! While it flushes, the next group gathers. [`crate::wal`] has the rules of writing.

use std::io;
use std::sync::Arc;

use gavel_api::journal::{Error, Record};
use gavel_types::{Epoch, Lsn};
use tokio::sync::oneshot;

use crate::counters::Counters;
use crate::disk::Disk;
use crate::queue::{Append, Queue, Request};
use crate::settings::Settings;
use crate::shared::{Batch, End, Segment, Shared};
use crate::wal::{Wal, add};
use crate::{frame, recovery};

/// See the module.
pub(crate) struct Writer {
    disk: Arc<dyn Disk>,
    group_size_bytes: usize,
    shared: Arc<Shared>,
    wal: Wal,
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

/// What goes with a frame on its way.
struct Pending {
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
        let group_size_bytes = settings.group_size_bytes;
        let wal = Wal::new(Arc::clone(&disk), settings, last_lsn, last_segment, Arc::clone(&counters))?;
        Ok(Self { disk, group_size_bytes, shared, wal, epoch, failed: None, counters })
    }

    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self, queue: &Queue) {
        while let Some(group) = queue.take(self.group_size_bytes) {
            self.handle(group);
        }
        self.shared.finish(End::Closed);
    }

    fn handle(&mut self, group: Vec<Request>) {
        let mut frames = Vec::with_capacity(group.len());
        let mut pending = Vec::with_capacity(group.len());
        let mut trims = Vec::new();
        let mut epoch = self.epoch;
        for request in group {
            match request {
                Request::Append(Append { epoch: named, frame, records, reply }) => {
                    let reply = Reply::Append(reply);
                    if named == epoch {
                        frames.push(frame);
                        pending.push(Pending { records, reply });
                    } else {
                        reply.error(Error::Fenced(epoch));
                    }
                }
                Request::OpenEpoch { opened_at, reply } => {
                    epoch = Epoch(epoch.0 + 1);
                    let records = vec![Record::Epoch { epoch, opened_at }];
                    frames.push(frame::build(&records).unwrap_or_default());
                    pending.push(Pending { records, reply: Reply::Epoch(epoch, reply) });
                }
                Request::Trim { below, reply } => trims.push((below, reply)),
            }
        }
        if !pending.is_empty() && self.commit_group(frames, pending) {
            self.epoch = epoch;
        }
        for (below, reply) in trims {
            drop(reply.send(self.trim(below)));
        }
    }

    /// Writes, flushes and answers. Returns whether it is durable.
    fn commit_group(&mut self, mut frames: Vec<Vec<u8>>, pending: Vec<Pending>) -> bool {
        let mut lsn = self.wal.last();
        let shared = &self.shared;
        let written = match &self.failed {
            Some(why) => Err(Error::Failed(why.clone())),
            None => self.wal.write(&mut frames, self.epoch, &mut |segment| shared.begin_segment(segment)),
        };
        let written = match written {
            Ok(written) => written,
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
        for (Pending { records, reply }, frame) in pending.into_iter().zip(&frames) {
            let batch = Batch { first: lsn.next(), records: Arc::new(records), bytes: frame.len() };
            lsn = batch.last();
            replies.push((reply, lsn));
            batches.push(batch);
        }
        // Tails first: a reader that follows a commit waits for them.
        self.shared.publish(written.end, batches);
        for (reply, lsn) in replies {
            reply.ok(lsn);
        }
        true
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
