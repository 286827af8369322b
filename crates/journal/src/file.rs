//! The journal in files of one node.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use async_trait::async_trait;
use futures::stream::BoxStream;
use gavel_api::journal::{Entry, Error, Journal, Record};
use gavel_types::{Epoch, Lsn, Timestamp};
use tokio::sync::oneshot;

use crate::counters::Counters;
use crate::disk::Disk;
use crate::frame;
use crate::queue::{Append, Queue, Request};
use crate::raft::NODE_FILE;
use crate::real_disk::DirectoryDisk;
use crate::recovery;
use crate::settings::Settings;
use crate::shared::{End, Shared};
use crate::writer::Writer;

/// A journal in a directory. Dropping it writes what waits and gives the directory free; that
/// blocks for about one flush.
pub struct FileJournal {
    disk: Arc<dyn Disk>,
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
    torn_bytes: usize,
    counters: Arc<Counters>,
    // Last, so that the directory is given free after the thread has ended.
    _lock: Box<dyn std::any::Any + Send + Sync>,
}

impl FileJournal {
    /// Opens the journal in the directory `path`, or makes an empty one there.
    ///
    /// # Errors
    /// As [`FileJournal::open`].
    pub fn open_directory(path: impl AsRef<Path>, settings: Settings) -> Result<Self, Error> {
        let disk = DirectoryDisk::open(path.as_ref())
            .map_err(recovery::failed(&format!("journal directory {}", path.as_ref().display())))?;
        Self::open(Arc::new(disk), settings)
    }

    /// Opens the journal on `disk`, or makes an empty one there. Cuts off a torn tail. Blocks while
    /// it reads all that is kept.
    ///
    /// # Errors
    /// [`Error::Corrupt`] on damage before the tail, with its place; [`Error::Failed`] if another
    /// process has the directory, or the disk does not work.
    pub fn open(disk: Arc<dyn Disk>, settings: Settings) -> Result<Self, Error> {
        let lock = disk.lock().map_err(|error| match error.kind() {
            std::io::ErrorKind::WouldBlock => Error::Failed("the directory is in use by another process".into()),
            _ => recovery::failed("locking the directory")(error),
        })?;
        if disk.list().map_err(recovery::failed("listing the directory"))?.iter().any(|name| name == NODE_FILE) {
            return Err(Error::Corrupt("the directory has one node of a replicated journal".into()));
        }
        let found = recovery::recover(disk.as_ref())?;
        let shared = Arc::new(Shared::new(found.segments.clone(), settings.cache_size_bytes));
        let queue = Arc::new(Queue::new(settings.queue_size_bytes));
        let counters = Arc::new(Counters::default());
        let writer = Writer::new(
            Arc::clone(&disk),
            settings,
            Arc::clone(&shared),
            found.last_lsn,
            found.epoch,
            found.segments.last(),
            Arc::clone(&counters),
        )
        .map_err(recovery::failed("opening the last segment"))?;
        let theirs = Arc::clone(&queue);
        let thread = std::thread::Builder::new()
            .name("journal-writer".into())
            .spawn(move || writer.run(&theirs))
            .map_err(recovery::failed("starting the writer"))?;
        Ok(Self { disk, shared, queue, thread: Some(thread), torn_bytes: found.torn_bytes, counters, _lock: lock })
    }

    /// Bytes that were cut off as torn when this journal was opened.
    pub const fn torn_bytes(&self) -> usize {
        self.torn_bytes
    }

    /// Totals, which outlive the journal.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Request) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.queue.push(request(reply))?;
        match answer.await {
            Ok(result) => result,
            // The writer has gone without an answer: it must have panicked.
            Err(_) => Err(self.shared.end().unwrap_or(End::Failed("the writer has died".into())).error()),
        }
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the writer has been printed; there is nothing left to hand on.
            let _ = thread.join();
        }
        self.shared.finish(End::Closed);
    }
}

#[async_trait]
impl Journal for FileJournal {
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error> {
        self.ask(|reply| Request::OpenEpoch { opened_at, reply }).await
    }

    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error> {
        if records.is_empty() {
            return Ok(self.shared.bounds().1);
        }
        // Encoded here, so that the writer thread has nothing to do but write.
        let frame = frame::build(&records).map_err(Error::TooLarge)?;
        self.ask(|reply| Request::Append(Append { epoch, frame, records, reply })).await
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        crate::reader::tail(Arc::clone(&self.disk), Arc::clone(&self.shared), from)
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        self.shared.bounds()
    }

    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        self.ask(|reply| Request::Trim { below, reply }).await
    }
}

#[cfg(test)]
#[path = "file/file_test.rs"]
mod file_test;
