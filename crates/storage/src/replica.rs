//! The replica: opening, closing, and reading from it.
#![allow(clippy::disallowed_methods, reason = "a shell: this is where the replica's tasks start")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::journal::Journal;
use gavel_api::storage::{Bootstrap, Copied, CopyRequest, Error, RawRow, ScanRequest, Storage, Watermarks};
use gavel_clock::{Clock, Reading};
use gavel_mvcc::{Engine, LsmEngine, Parts, Rows, Scan};
use gavel_runtime::{offload, timer, watch};
use gavel_types::{KeyRange, Lsn, TimeMode, Timestamp};
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use crate::copy::Holds;
use crate::lead::Reads;
use crate::retention::oldest_snapshot;
use crate::watermark::{Moment, Progress};
use crate::{Settings, close, copy, follow, lead, scan, upkeep};

/// Keys or rows beyond which a raw read moves off the async threads.
const INLINE_READS: usize = 1_000;

/// Rows that a raw read makes at a time.
const RAW_PAGE: usize = 1_024;

/// Bytes that it makes at a time.
const RAW_PAGE_BYTES: usize = 1 << 20;

/// Keys that a raw read meets on an async thread: most of them may be of deleted rows.
const INLINE_KEYS: usize = 2_048;

/// A replica of the whole key space.
pub struct Replica {
    shared: Arc<Shared>,
    /// Highest timestamp that a reader wants closed.
    wanted: watch::Sender<Timestamp>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

/// What the replica's tasks share.
pub(crate) struct Shared {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) progress: Progress,
    pub(crate) settings: Settings,
    /// What copies that are under way still need of the journal.
    pub(crate) holds: Arc<Holds>,
    /// Whether anybody reads.
    pub(crate) reads: Reads,
    clock: Option<Arc<dyn Clock>>,
}

/// Whom a replica asks to close timestamps, and the clock by which it judges promises that are ahead of time.
#[derive(Clone)]
pub struct Closing {
    pub adjudicator: Arc<dyn Adjudicator>,
    pub clock: Arc<dyn Clock>,
}

/// What a reader is told of a failure of the engine.
pub(crate) fn failed(e: gavel_mvcc::Error) -> Error {
    Error::Failed(e.to_string())
}

impl Replica {
    /// Opens the store in `dir` and starts to follow `journal` from where the store is. Must be
    /// called within a tokio runtime. The adjudicator of `closing`, where there is one, is asked to close the
    /// snapshots of reads that are ahead of every commit; without one such reads wait for a later
    /// commit.
    ///
    /// # Errors
    /// [`Error::Failed`] if the store cannot be opened.
    pub fn open(
        dir: &Path,
        journal: Arc<dyn Journal>,
        closing: Option<Closing>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let engine = LsmEngine::open(dir, settings.engine.clone()).map_err(|e| Error::Failed(e.to_string()))?;
        Ok(Self::with_engine(Arc::new(engine), journal, closing, settings))
    }

    /// [`Replica::open`] over an engine that is open already.
    pub fn with_engine(
        engine: Arc<dyn Engine>,
        journal: Arc<dyn Journal>,
        closing: Option<Closing>,
        settings: Settings,
    ) -> Self {
        let start = engine.applied();
        let progress = Progress::new(Watermarks {
            applied_ts: start.ts,
            applied_lsn: start.lsn,
            durable_lsn: start.lsn,
            gc_ts: oldest_snapshot(start.ts, settings.snapshot_window).max(engine.oldest()),
        });
        if closing.is_none() {
            progress.learn_mode(TimeMode::Logical);
        }
        let (holds, reads) = (Arc::default(), Reads::default());
        let clock = closing.as_ref().map(|closing| closing.clock.clone());
        let shared = Arc::new(Shared { engine, journal, progress, settings, holds, reads, clock });
        let (wanted, wants) = watch::channel(Timestamp::ZERO);
        let mut tasks = vec![tokio::spawn(follow::run(shared.clone())), tokio::spawn(upkeep::run(shared.clone()))];
        if let Some(Closing { adjudicator, .. }) = closing {
            tasks.push(tokio::spawn(close::run(shared.clone(), adjudicator.clone(), wants)));
            if !shared.settings.lead.is_zero() {
                tasks.push(tokio::spawn(lead::run(shared.clone(), adjudicator)));
            }
        }
        Self { shared, wanted, tasks: Mutex::new(tasks) }
    }

    /// Follows the watermarks.
    pub fn subscribe(&self) -> watch::Receiver<Watermarks> {
        self.shared.progress.subscribe()
    }

    /// Why the replica no longer follows the journal; `None` while it does.
    pub fn failure(&self) -> Option<String> {
        self.shared.progress.failure()
    }

    /// Why the journal does not answer at present; the replica tries again until it does.
    pub fn trouble(&self) -> Option<String> {
        self.shared.progress.trouble()
    }

    /// The first position of the journal, if what this replica needs next is gone from it: the replica
    /// has to be built anew from a peer ([`crate::bootstrap`]).
    pub fn outrun(&self) -> Option<Lsn> {
        self.shared.progress.outrun()
    }

    /// Waits until the replica no longer follows the journal; [`Replica::failure`] says why.
    pub async fn stopped(&self) {
        self.shared.progress.stopped().await;
    }

    /// Held by everybody who reads from this replica's files.
    pub(crate) fn engine(&self) -> Arc<dyn Engine> {
        self.shared.engine.clone()
    }

    /// Records of the journal that are not applied yet, as far as is known here.
    pub fn lag(&self) -> u64 {
        let (_, last) = self.shared.journal.bounds();
        last.0.saturating_sub(self.watermarks().applied_lsn.0)
    }

    /// Sizes of the store.
    pub fn stats(&self) -> gavel_mvcc::Stats {
        self.shared.engine.stats()
    }

    /// Waits until everything that is in the journal now is applied: a server that starts answers
    /// no reads before, since they would only wait.
    ///
    /// # Errors
    /// [`Error::Failed`] if the journal cannot be applied.
    pub async fn catch_up(&self) -> Result<(), Error> {
        let (_, last) = self.shared.journal.bounds();
        let mut marks = self.subscribe();
        loop {
            if marks.borrow_and_update().applied_lsn >= last {
                return Ok(());
            }
            if let Some(reason) = self.failure() {
                return Err(Error::Failed(reason));
            }
            if marks.changed().await.is_err() {
                return Err(Error::Failed("replica is closed".into()));
            }
        }
    }

    /// Makes everything applied so far durable.
    ///
    /// # Errors
    /// [`Error::Failed`] if the disk refuses.
    pub async fn flush(&self) -> Result<(), Error> {
        upkeep::flush(&self.shared).await.map_err(|e| Error::Failed(e.to_string()))
    }

    /// Stops following and makes durable what was applied. Reads that are under way finish.
    ///
    /// # Errors
    /// As [`Replica::flush`]; nothing is lost, since the journal still has it.
    pub async fn close(&self) -> Result<(), Error> {
        self.stop();
        self.flush().await
    }

    /// Stops following.
    pub(crate) fn stop(&self) {
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
        self.shared.progress.fail("replica is closed".into());
    }

    /// Waits until `ts` may be read at.
    async fn ready(&self, ts: Timestamp) -> Result<(), Error> {
        self.shared.reads.note();
        let progress = &self.shared.progress;
        progress.check_age(ts)?;
        if progress.has_reached(ts) {
            return Ok(());
        }
        let settings = &self.shared.settings;
        // In clock mode no commit brings it here.
        let patience = if progress.is_logical(timer::now()) { settings.close_after } else { Duration::ZERO };
        // A timer takes a millisecond at least, even for no time at all.
        if patience.is_zero() || !progress.reach(ts, patience).await? {
            self.wanted.send_if_modified(|wanted| {
                let higher = ts > *wanted;
                if higher {
                    *wanted = ts;
                }
                higher
            });
            if !progress.reach(ts, settings.max_wait).await? {
                return Err(Error::Behind);
            }
        }
        progress.check_age(ts)
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// This moment, by the monotonic clock and by the one that knows how wrong it may be.
    pub(crate) fn now(&self) -> Moment {
        let reading = self.clock.as_ref().map(|clock| clock.now()).filter(Reading::is_trusted);
        Moment { at: timer::now(), reached: reading.map_or(Timestamp::ZERO, |reading| reading.lo) }
    }

    /// Opens a range at the request's snapshot. The age is checked after the range is open: from
    /// then on it holds what it needs.
    pub(crate) fn open_scan(&self, range: &KeyRange, request: &ScanRequest) -> Result<Scan, Error> {
        let scan = self.engine.scan(range, request.snapshot_ts, request.reverse);
        self.progress.check_age(request.snapshot_ts)?;
        Ok(scan)
    }

    fn get_all(&self, at: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        let rows = keys.iter().map(|key| self.engine.get(key, at)).collect::<Result<_, _>>().map_err(failed)?;
        self.progress.check_age(at)?;
        Ok(rows)
    }

    fn raw_scan(&self, at: Timestamp, range: &KeyRange, reverse: bool, limit: usize) -> Result<RawScan, Error> {
        let scan = self.engine.scan(range, at, reverse);
        self.progress.check_age(at)?;
        Ok(RawScan { scan, found: Vec::new(), limit })
    }
}

/// A raw read under way.
struct RawScan {
    scan: Scan,
    found: Vec<RawRow>,
    limit: usize,
}

impl RawScan {
    /// Goes on until about `keys` more were met; whether all is found.
    fn go_on(&mut self, mut keys: usize) -> Result<bool, Error> {
        let mut rows = Rows::new(Parts::ALL);
        while self.found.len() < self.limit {
            rows.set_budget(keys);
            let page = (self.limit - self.found.len()).min(RAW_PAGE);
            let more = self.scan.fill(&mut rows, page, RAW_PAGE_BYTES).map_err(failed)?;
            let row = |i| Some((Bytes::copy_from_slice(rows.key(i)?), rows.row_bytes(i)?));
            self.found.extend((0..rows.len()).map_while(row));
            if !more {
                return Ok(true);
            }
            keys = keys.saturating_sub(rows.seen());
            if keys == 0 {
                return Ok(self.found.len() >= self.limit);
            }
            rows.clear();
        }
        Ok(true)
    }
}

#[async_trait]
impl Storage for Replica {
    async fn get(&self, snapshot_ts: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        self.ready(snapshot_ts).await?;
        if keys.len() <= INLINE_READS {
            return self.shared.get_all(snapshot_ts, keys);
        }
        let (shared, keys) = (self.shared.clone(), keys.to_vec());
        off_thread(move || shared.get_all(snapshot_ts, &keys)).await
    }

    async fn scan(&self, request: ScanRequest) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
        self.ready(request.snapshot_ts).await?;
        scan::start(self.shared.clone(), request)
    }

    async fn scan_raw(
        &self,
        snapshot_ts: Timestamp,
        range: &KeyRange,
        reverse: bool,
        limit: usize,
    ) -> Result<Vec<RawRow>, Error> {
        self.ready(snapshot_ts).await?;
        let mut raw = self.shared.raw_scan(snapshot_ts, range, reverse, limit)?;
        if limit <= INLINE_READS && raw.go_on(INLINE_KEYS)? {
            return Ok(raw.found);
        }
        off_thread(move || {
            raw.go_on(usize::MAX)?;
            Ok(raw.found)
        })
        .await
    }

    async fn estimate_rows(&self, at_least: Timestamp, ranges: &[KeyRange]) -> Result<Vec<u64>, Error> {
        self.ready(at_least).await?;
        let each = ranges.iter().map(|range| self.shared.engine.estimate(range));
        each.collect::<Result<_, _>>().map_err(failed)
    }

    fn watermarks(&self) -> Watermarks {
        self.shared.progress.marks()
    }
}

#[async_trait]
impl Bootstrap for Replica {
    async fn copy(&self, request: CopyRequest) -> Result<BoxStream<'static, Result<Copied, Error>>, Error> {
        copy::serve(self.shared.clone(), request)
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    offload(work).await.unwrap_or_else(|e| Err(Error::Failed(e.to_string())))
}
