//! A journal in memory, and a replica that follows it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::adjudicator::{self, Adjudicator, Closed, Visible};
use gavel_api::conformance::storage::Fixture;
use gavel_api::journal::{Entry, Error, Journal, Record};
use gavel_api::storage::Storage;
use gavel_storage::{Replica, Settings};
use gavel_types::{CommitOutcome, CommitRecord, CommitRequest, Epoch, Lsn, TimeMode, Timestamp, TxnId, Write};
use tokio::sync::watch;

/// Records in memory; trimming only notes how far.
#[derive(Clone)]
pub struct MemoryJournal(Arc<Inner>);

struct Inner {
    records: Mutex<Vec<Record>>,
    last: watch::Sender<u64>,
    trimmed: Mutex<Lsn>,
}

impl MemoryJournal {
    pub fn new() -> Self {
        Self(Arc::new(Inner { records: Mutex::default(), last: watch::Sender::new(0), trimmed: Mutex::default() }))
    }

    pub fn push(&self, record: Record) -> Lsn {
        let mut records = self.0.records.lock().expect("lock");
        records.push(record);
        let last = records.len() as u64;
        self.0.last.send_replace(last);
        Lsn(last)
    }

    pub fn commit(&self, ts: Timestamp, writes: Vec<Write>) -> Lsn {
        self.push(Record::Commit(CommitRecord {
            txn_id: TxnId(u128::from(ts.0)),
            snapshot_ts: Timestamp(ts.0 - 1),
            commit_ts: ts,
            writes,
            checks: vec![],
            schema_keys: vec![],
            notifications: Vec::new(),
        }))
    }

    pub fn trimmed(&self) -> Lsn {
        *self.0.trimmed.lock().expect("lock")
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error> {
        self.push(Record::Epoch { epoch: Epoch(1), opened_at });
        Ok(Epoch(1))
    }

    async fn append(&self, _: Epoch, records: Vec<Record>) -> Result<Lsn, Error> {
        for record in records {
            self.push(record);
        }
        Ok(self.bounds().1)
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        let seen = from.0.max(1) - 1;
        let start = (self.0.clone(), self.0.last.subscribe(), seen);
        stream::unfold(start, |(inner, mut last, seen)| async move {
            last.wait_for(|last| *last > seen).await.ok()?;
            let entries: Vec<Entry> = {
                let records = inner.records.lock().expect("lock");
                (seen..records.len() as u64).map(|i| (Lsn(i + 1), records[i as usize].clone())).collect()
            };
            let seen = seen + entries.len() as u64;
            Some((Ok(entries), (inner, last, seen)))
        })
        .boxed()
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        (Lsn(1), Lsn(*self.0.last.borrow()))
    }

    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        *self.0.trimmed.lock().expect("lock") = below;
        Ok(())
    }
}

/// Closes whatever it is asked to close: nobody commits through it.
pub struct Closer(pub MemoryJournal);

#[async_trait]
impl Adjudicator for Closer {
    async fn commit(&self, _: CommitRequest) -> Result<CommitOutcome, adjudicator::Error> {
        Err(adjudicator::Error::NotOpen)
    }

    async fn resolve(&self, _: TxnId) -> Result<CommitOutcome, adjudicator::Error> {
        Err(adjudicator::Error::NotOpen)
    }

    async fn close(&self, ts: Timestamp, _: Duration) -> Result<Closed, adjudicator::Error> {
        Ok(Closed { ts, epoch: Epoch(1), last_lsn: self.0.bounds().1, mode: TimeMode::Clock, ahead: None })
    }

    async fn visible(&self) -> Result<Visible, adjudicator::Error> {
        Ok(Visible { ts: Timestamp::ZERO, epoch: Epoch(1), mode: TimeMode::Logical })
    }

    fn epoch(&self) -> Epoch {
        Epoch(1)
    }
}

/// Small bounds, so that tests meet them.
pub fn settings() -> Settings {
    Settings {
        max_wait: Duration::from_secs(20),
        engine: gavel_mvcc::Settings { memtable_bytes: 1 << 20, cache_bytes: 4 << 20, ..Default::default() },
        ..Settings::default()
    }
}

/// A replica in a directory of its own.
pub struct Local {
    pub journal: MemoryJournal,
    pub replica: Replica,
    pub dir: tempfile::TempDir,
}

impl Local {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("dir");
        let journal = MemoryJournal::new();
        let replica = open(dir.path(), &journal, settings());
        Self { journal, replica, dir }
    }
}

pub fn open(dir: &Path, journal: &MemoryJournal, settings: Settings) -> Replica {
    Replica::open(dir, Arc::new(journal.clone()), None, settings).expect("open")
}

#[async_trait]
impl Fixture for Local {
    fn storage(&self) -> &dyn Storage {
        &self.replica
    }

    async fn commit(&self, ts: Timestamp, writes: Vec<Write>) {
        self.journal.commit(ts, writes);
    }
}
