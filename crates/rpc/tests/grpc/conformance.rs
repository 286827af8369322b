//! The suites of `api` on the clients, with the real roles behind the servers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_api::adjudicator::{self, Adjudicator, Closed, Visible};
use gavel_api::conformance;
use gavel_api::journal::{Entry, Error, Journal, Member, PeerError, PeerService, PeerTransport, Record};
use gavel_api::locks::{Acquire, Acquired, Holder, Locks, Release, Renew, Renewed, SessionId};
use gavel_api::storage::Storage;
use gavel_clock::SystemClock;
use gavel_journal::{FileJournal, MemoryDisk};
use gavel_rpc::Role;
use gavel_rpc::client::{GrpcPeers, RemoteAdjudicator, RemoteJournal, RemoteStorage};
use gavel_storage::Replica;
use gavel_types::{CommitOutcome, CommitRecord, CommitRequest, Epoch, Lsn, NodeId, Timestamp, TxnId, Write};

use crate::support::{Mode, Served, serve};

pub fn file_journal() -> Arc<FileJournal> {
    let settings = gavel_journal::Settings { segment_size_bytes: 4_096, ..gavel_journal::Settings::default() };
    Arc::new(FileJournal::open(Arc::new(MemoryDisk::new()), settings).unwrap())
}

/// A journal that is written where it is and read over the network.
struct Followed {
    local: Arc<FileJournal>,
    remote: RemoteJournal,
    _served: Served,
}

impl Followed {
    async fn new(mode: &Mode) -> Self {
        let local = file_journal();
        let served = serve(mode.server(Role::Journal).journal(local.clone())).await;
        let remote = RemoteJournal::connect(mode.network(Role::Storage), [served.target()]).await.unwrap();
        Self { local, remote, _served: served }
    }
}

#[async_trait]
impl Journal for Followed {
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error> {
        let epoch = self.local.open_epoch(opened_at).await;
        self.remote.refresh().await?;
        epoch
    }

    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error> {
        let lsn = self.local.append(epoch, records).await;
        self.remote.refresh().await?;
        lsn
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        self.remote.tail(from)
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        self.remote.bounds()
    }

    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        self.remote.trim(below).await?;
        self.remote.refresh().await
    }
}

#[tokio::test]
async fn a_journal_that_is_followed() {
    conformance::journal::all(async || Followed::new(&Mode::Plain).await).await;
}

#[tokio::test]
async fn a_journal_that_is_followed_with_tls() {
    let mode = Mode::tls();
    conformance::journal::all(async || Followed::new(&mode).await).await;
}

/// An adjudicator over the network, and what keeps it there.
struct Asked {
    remote: RemoteAdjudicator,
    _served: Served,
}

impl Asked {
    async fn new(mode: &Mode) -> Self {
        let clock = Arc::new(SystemClock::unbounded());
        let settings = gavel_adjudicator::Settings::default();
        let service = gavel_adjudicator::Service::open(file_journal(), clock, settings).await.unwrap();
        let service = Arc::new(service);
        let served = serve(mode.server(Role::Journal).adjudicator(service.clone()).locks(service)).await;
        let remote = RemoteAdjudicator::new(mode.network(Role::Query), [served.address.clone()]);
        Self { remote, _served: served }
    }
}

#[async_trait]
impl Adjudicator for Asked {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, adjudicator::Error> {
        self.remote.commit(request).await
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, adjudicator::Error> {
        self.remote.resolve(txn_id).await
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, adjudicator::Error> {
        self.remote.close(ts, lead).await
    }

    async fn visible(&self) -> Result<Visible, adjudicator::Error> {
        self.remote.visible().await
    }

    fn epoch(&self) -> Epoch {
        self.remote.epoch()
    }
}

#[async_trait]
impl Locks for Asked {
    async fn renew(&self, request: Renew) -> Result<Renewed, adjudicator::Error> {
        self.remote.renew(request).await
    }

    async fn acquire(&self, request: Acquire) -> Result<Acquired, adjudicator::Error> {
        self.remote.acquire(request).await
    }

    async fn release(&self, request: Release) -> Result<(), adjudicator::Error> {
        self.remote.release(request).await
    }

    async fn blockers(&self, holder: Holder, session: SessionId) -> Result<Vec<SessionId>, adjudicator::Error> {
        self.remote.blockers(holder, session).await
    }
}

#[tokio::test]
async fn locks_that_are_asked_for() {
    conformance::locks::all(async || Asked::new(&Mode::Plain).await).await;
}

#[tokio::test]
async fn an_adjudicator_that_is_asked() {
    conformance::adjudicator::all(async || Asked::new(&Mode::Plain).await).await;
}

#[tokio::test]
async fn an_adjudicator_that_is_asked_with_tls() {
    let mode = Mode::tls();
    conformance::adjudicator::all(async || Asked::new(&mode).await).await;
}

/// Two replicas that follow a journal over the network, read over the network.
struct Read {
    journal: Arc<FileJournal>,
    epoch: Epoch,
    remote: RemoteStorage,
    _served: Vec<Served>,
    _dirs: Vec<tempfile::TempDir>,
}

impl Read {
    async fn new(mode: &Mode) -> Self {
        let journal = file_journal();
        let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
        let mut served = vec![serve(mode.server(Role::Journal).journal(journal.clone())).await];
        let (mut targets, mut dirs) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            let nodes = [served[0].target()];
            let followed = RemoteJournal::connect(mode.network(Role::Storage), nodes).await.unwrap();
            let dir = tempfile::tempdir().unwrap();
            let engine = gavel_mvcc::Settings { memtable_bytes: 1 << 20, cache_bytes: 4 << 20, ..Default::default() };
            let settings = gavel_storage::Settings { max_wait: Duration::from_secs(20), engine, ..Default::default() };
            let replica = Replica::open(dir.path(), Arc::new(followed), None, settings).unwrap();
            let server = serve(mode.server(Role::Storage).storage(Arc::new(replica))).await;
            targets.push(server.target());
            served.push(server);
            dirs.push(dir);
        }
        let remote = RemoteStorage::new(mode.network(Role::Query), &targets);
        remote.refresh().await;
        Self { journal, epoch, remote, _served: served, _dirs: dirs }
    }
}

#[async_trait]
impl conformance::storage::Fixture for Read {
    fn storage(&self) -> &dyn Storage {
        &self.remote
    }

    async fn commit(&self, ts: Timestamp, writes: Vec<Write>) {
        let record = Record::Commit(CommitRecord {
            txn_id: TxnId(u128::from(ts.0)),
            snapshot_ts: Timestamp(ts.0 - 1),
            commit_ts: ts,
            writes,
            checks: vec![],
            schema_keys: vec![],
            notifications: Vec::new(),
        });
        self.journal.append(self.epoch, vec![record]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_are_read() {
    conformance::storage::all(async || Read::new(&Mode::Plain).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_are_read_with_tls() {
    let mode = Mode::tls();
    conformance::storage::all(async || Read::new(&mode).await).await;
}

/// Answers with what it got, twice; refuses the empty message.
struct Echo;

#[async_trait]
impl PeerService for Echo {
    async fn handle(&self, message: Bytes) -> Result<Bytes, PeerError> {
        if message.is_empty() {
            return Err(PeerError("empty".into()));
        }
        Ok([message.clone(), message].concat().into())
    }
}

#[tokio::test]
async fn peers_exchange_messages_of_any_size() {
    for mode in [Mode::Plain, Mode::tls()] {
        let served = serve(mode.server(Role::Journal).peer(Arc::new(Echo))).await;
        let peers = GrpcPeers::new(mode.network(Role::Journal));
        let to = Member { id: NodeId(2), address: served.address.clone(), zone: String::new(), voter: true };
        for size in [1, 100, 5 << 20] {
            let message = Bytes::from(vec![7_u8; size]);
            assert_eq!(peers.send(&to, message).await.unwrap(), vec![7_u8; 2 * size]);
        }
        assert_eq!(peers.send(&to, Bytes::new()).await.unwrap_err().0, "empty");
        served.stop().await;
        assert!(peers.send(&to, Bytes::from_static(b"x")).await.is_err());
    }
}
