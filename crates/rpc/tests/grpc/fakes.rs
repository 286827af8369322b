//! Roles that do as they are told.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::adjudicator::{self, Adjudicator, Closed, Visible};
use gavel_api::scan::{PROGRAM_VERSION, ScanProgram};
use gavel_api::storage::{Error, RawRow, ScanRequest, Storage, Watermarks};
use gavel_types::{
    CommitOutcome, CommitRequest, Conflict, ConflictKind, Epoch, KeyRange, Lsn, TimeMode, Timestamp, TxnId,
};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Counts up while it lives.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A replica whose scans give `batches` batches of `rows` numbered rows, each with `width` letters.
pub struct FakeStorage {
    pub name: &'static str,
    pub delay: Mutex<Duration>,
    pub error: Mutex<Option<Error>>,
    pub rows: usize,
    pub batches: usize,
    pub width: usize,
    pub calls: AtomicUsize,
    /// Calls and streams that are being served.
    pub under_way: Arc<AtomicUsize>,
    /// Batches that scans were asked for.
    pub produced: Arc<AtomicUsize>,
}

impl FakeStorage {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            delay: Mutex::default(),
            error: Mutex::default(),
            rows: 100,
            batches: 10,
            width: 10,
            calls: AtomicUsize::new(0),
            under_way: Arc::default(),
            produced: Arc::default(),
        }
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    pub fn produced(&self) -> usize {
        self.produced.load(Ordering::SeqCst)
    }

    async fn serve(&self) -> Result<Counted, Error> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let counted = Counted::new(&self.under_way);
        let delay = *self.delay.lock();
        tokio::time::sleep(delay).await;
        match &*self.error.lock() {
            Some(error) => Err(error.clone()),
            None => Ok(counted),
        }
    }
}

#[async_trait]
impl Storage for FakeStorage {
    async fn get(&self, _: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        let _counted = self.serve().await?;
        Ok(keys.iter().map(|_| Some(Bytes::from_static(self.name.as_bytes()))).collect())
    }

    async fn scan(&self, _: ScanRequest) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
        let counted = self.serve().await?;
        let (rows, batches, width, produced) = (self.rows, self.batches, self.width, self.produced.clone());
        let steps = stream::iter(0..batches).map(move |step| {
            let _counted = &counted;
            produced.fetch_add(1, Ordering::SeqCst);
            Ok(numbered(step * rows..(step + 1) * rows, width))
        });
        // Between batches others have their turn, as with any real scan.
        Ok(steps
            .then(|batch| async {
                tokio::task::yield_now().await;
                batch
            })
            .boxed())
    }

    async fn scan_raw(&self, _: Timestamp, _: &KeyRange, _: bool, limit: usize) -> Result<Vec<RawRow>, Error> {
        let _counted = self.serve().await?;
        let row = |n: usize| (Bytes::from(n.to_be_bytes().to_vec()), Bytes::from("x".repeat(self.width)));
        Ok((0..limit).map(row).collect())
    }

    async fn estimate_rows(&self, _: Timestamp, ranges: &[KeyRange]) -> Result<Vec<u64>, Error> {
        let _counted = self.serve().await?;
        Ok(vec![self.rows as u64; ranges.len()])
    }

    fn watermarks(&self) -> Watermarks {
        Watermarks { applied_ts: Timestamp(5), ..Watermarks::default() }
    }
}

fn numbered(rows: std::ops::Range<usize>, width: usize) -> RecordBatch {
    let fields = vec![Field::new("n", DataType::Int64, false), Field::new("x", DataType::Utf8, false)];
    let numbers: Int64Array = rows.clone().map(|n| Some(n as i64)).collect();
    let letters: StringArray = rows.map(|_| Some("x".repeat(width))).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![Arc::new(numbers), Arc::new(letters)]).unwrap()
}

/// The numbers of rows of a [`FakeStorage`].
pub fn numbers(batch: &RecordBatch) -> Vec<i64> {
    batch.column(0).as_any().downcast_ref::<Int64Array>().unwrap().values().to_vec()
}

/// A scan of anything.
pub fn any_scan() -> ScanRequest {
    let program = ScanProgram {
        version: PROGRAM_VERSION,
        columns: vec![],
        filter: None,
        output: vec![],
        with_key: false,
        limit: None,
        fold: None,
    };
    ScanRequest {
        snapshot_ts: Timestamp(1),
        ranges: vec![KeyRange::new(&b"a"[..], &b"b"[..])],
        reverse: false,
        program: Arc::new(program),
        traffic: None,
    }
}

/// What an adjudicator says of itself.
#[derive(Clone)]
pub enum Stand {
    Leads,
    Follows(Option<String>),
    NotOpen,
}

/// Outcomes that several nodes of one journal share.
pub type Truth = Arc<Mutex<HashMap<TxnId, CommitOutcome>>>;

/// Commits everything, after a while.
pub struct FakeAdjudicator {
    pub stand: Mutex<Stand>,
    pub epoch: Mutex<Epoch>,
    pub truth: Truth,
    /// Between deciding and answering.
    pub delay: Mutex<Duration>,
    pub calls: AtomicUsize,
    /// Commits that were decided.
    pub commits: AtomicUsize,
    /// Told once a commit is decided.
    pub decided: Notify,
    pub under_way: Arc<AtomicUsize>,
}

impl FakeAdjudicator {
    pub fn new(stand: Stand, truth: &Truth) -> Arc<Self> {
        Arc::new(Self {
            stand: Mutex::new(stand),
            epoch: Mutex::new(Epoch(1)),
            truth: truth.clone(),
            delay: Mutex::default(),
            calls: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            decided: Notify::new(),
            under_way: Arc::default(),
        })
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn check(&self) -> Result<Epoch, adjudicator::Error> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        match &*self.stand.lock() {
            Stand::Leads => Ok(*self.epoch.lock()),
            Stand::Follows(hint) => Err(adjudicator::Error::NotLeader(hint.clone())),
            Stand::NotOpen => Err(adjudicator::Error::NotOpen),
        }
    }
}

#[async_trait]
impl Adjudicator for FakeAdjudicator {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, adjudicator::Error> {
        let epoch = self.check()?;
        let _counted = Counted::new(&self.under_way);
        if request.epoch != epoch {
            return Err(adjudicator::Error::WrongEpoch(epoch));
        }
        let outcome = CommitOutcome::Committed(request.snapshot_ts.next());
        self.truth.lock().insert(request.txn_id, outcome.clone());
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.decided.notify_one();
        let delay = *self.delay.lock();
        tokio::time::sleep(delay).await;
        Ok(outcome)
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, adjudicator::Error> {
        self.check()?;
        let cancelled = Conflict { kind: ConflictKind::Cancelled, key: Bytes::new(), winner_ts: Timestamp::ZERO };
        Ok(self.truth.lock().get(&txn_id).cloned().unwrap_or(CommitOutcome::Aborted(cancelled)))
    }

    async fn close(&self, ts: Timestamp, _: Duration) -> Result<Closed, adjudicator::Error> {
        let epoch = self.check()?;
        Ok(Closed { ts, epoch, last_lsn: Lsn(1), mode: TimeMode::Logical, ahead: None })
    }

    async fn visible(&self) -> Result<Visible, adjudicator::Error> {
        let epoch = self.check()?;
        Ok(Visible { ts: Timestamp(7), epoch, mode: TimeMode::Logical })
    }

    fn epoch(&self) -> Epoch {
        *self.epoch.lock()
    }
}
