//! Replicas that the journal has left behind copy a peer over the network, which goes on serving.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::conformance::storage as suite;
use gavel_api::journal::{Journal, Record};
use gavel_api::storage::{Bootstrap, Copied, CopyPoint, CopyRequest, Error, ScanRequest, Storage, Version};
use gavel_journal::{FileJournal, MemoryDisk};
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteBootstrap, RemoteJournal, RemoteStorage, Target};
use gavel_storage::Seat;
use gavel_storage::seat::{Parts, State};
use gavel_types::{CommitRecord, Epoch, KeyRange, Lsn, Timestamp, TxnId, Write};

use crate::fakes::any_scan;
use crate::proxy::Proxy;
use crate::support::{Mode, Served, nobody, serve, within};

const LONG: Duration = Duration::from_secs(60);

/// A journal with its server.
struct Log {
    journal: Arc<FileJournal>,
    epoch: Epoch,
    served: Served,
}

impl Log {
    async fn new(mode: &Mode) -> Self {
        let settings = gavel_journal::Settings { segment_size_bytes: 64 << 10, ..Default::default() };
        let journal = Arc::new(FileJournal::open(Arc::new(MemoryDisk::new()), settings).unwrap());
        let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
        let served = serve(mode.server(Role::Journal).journal(journal.clone())).await;
        Self { journal, epoch, served }
    }

    async fn commit(&self, ts: u64, writes: Vec<Write>) -> Lsn {
        let record = Record::Commit(CommitRecord {
            txn_id: TxnId(u128::from(ts)),
            snapshot_ts: Timestamp(ts - 1),
            commit_ts: Timestamp(ts),
            writes,
            checks: vec![],
            schema_keys: vec![],
            notifications: Vec::new(),
        });
        self.journal.append(self.epoch, vec![record]).await.unwrap()
    }

    /// Rounds of `round * 100`: rows change, and some go.
    async fn fill(&self, rounds: std::ops::Range<u64>) {
        let text = "x".repeat(900);
        for round in rounds {
            let writes = (0..100).map(|n| {
                let id = (n + 100 * round as i32) % 3_000;
                if (n as u64 + round).is_multiple_of(9) { suite::delete(id) } else { suite::put(id, Some(&text)) }
            });
            self.commit(round * 100, writes.collect()).await;
        }
    }

    /// Drops all but the end.
    async fn trim(&self) -> Lsn {
        let (_, last) = self.journal.bounds();
        self.journal.trim(last).await.unwrap();
        let (first, _) = self.journal.bounds();
        assert!(first > Lsn(10), "nothing was dropped");
        first
    }
}

async fn seat(mode: &Mode, journal: Target, dir: &Path, peers: &[Target]) -> Arc<Seat> {
    let journal = RemoteJournal::connect(mode.network(Role::Storage), [journal]).await.unwrap();
    let peer = |target| Arc::new(RemoteBootstrap::new(mode.network(Role::Storage), target)) as Arc<dyn Bootstrap>;
    let engine = gavel_mvcc::Settings { memtable_bytes: 1 << 20, cache_bytes: 4 << 20, ..Default::default() };
    let settings = gavel_storage::Settings { max_wait: Duration::from_secs(5), engine, ..Default::default() };
    let peers = peers.iter().map(peer).collect();
    let parts = Parts { dir: dir.to_owned(), journal: Arc::new(journal), closing: None, peers, settings };
    Arc::new(Seat::open(parts).unwrap())
}

fn whole() -> KeyRange {
    KeyRange::new(Bytes::new(), Bytes::from_static(&[0xff; 4]))
}

/// Both answer the same, and something.
async fn same(one: &dyn Storage, other: &dyn Storage, at: impl IntoIterator<Item = u64>) {
    for at in at.into_iter().map(Timestamp) {
        let theirs = one.scan_raw(at, &whole(), false, usize::MAX).await.unwrap();
        assert!(!theirs.is_empty());
        let ours = other.scan_raw(at, &whole(), false, usize::MAX).await.unwrap();
        assert!(ours == theirs, "they differ at {at}: {} rows, {} rows", ours.len(), theirs.len());
    }
}

async fn an_empty_replica_begins(mode: Mode) {
    let home = tempfile::tempdir().unwrap();
    let log = Log::new(&mode).await;
    log.fill(1..60).await;
    let a = seat(&mode, log.served.target(), &home.path().join("a"), &[]).await;
    within(LONG, a.serving()).await.unwrap();
    a.get(Timestamp(5_900), &[suite::key(1)]).await.unwrap();
    let served = serve(mode.server(Role::Storage).storage(a.clone()).bootstrap(a.clone())).await;
    let proxy = Proxy::before(&served.address).await;
    log.trim().await;
    // Somebody reads from the peer all the while, and somebody commits.
    let stop = Arc::new(AtomicBool::new(false));
    let reads = Arc::new(AtomicUsize::new(0));
    let reader = tokio::spawn({
        let (stop, reads, target) = (stop.clone(), reads.clone(), served.target());
        let remote = RemoteStorage::new(mode.network(Role::Query), &[target]);
        async move {
            while !stop.load(Ordering::Relaxed) {
                let rows = remote.scan_raw(Timestamp(5_900), &whole(), false, 10).await.unwrap();
                assert_eq!(rows.len(), 10);
                reads.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    // The line breaks in the middle of a piece, at first.
    proxy.cut_after(1_500_000);
    let peers = [Target::at(nobody().await), Target::at(proxy.address.clone())];
    let b = seat(&mode, log.served.target(), &home.path().join("b"), &peers).await;
    log.fill(60..70).await;
    within(LONG, b.serving()).await.unwrap();
    assert!(proxy.answered() > 1_500_000, "the copy was not interrupted: {}", proxy.answered());
    stop.store(true, Ordering::Relaxed);
    reader.await.unwrap();
    assert!(reads.load(Ordering::Relaxed) > 10);
    same(&*a, &*b, [100, 4_000, 5_900, 6_500, 6_900]).await;
    // It follows by itself from there, also after a restart.
    b.close().await.unwrap();
    drop(b);
    log.commit(7_000, vec![suite::delete(7), suite::put(8, Some("new"))]).await;
    let b = seat(&mode, log.served.target(), &home.path().join("b"), &[]).await;
    within(LONG, b.serving()).await.unwrap();
    same(&*a, &*b, [100, 5_900, 6_900, 7_000]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_replica_begins_from_a_peer() {
    an_empty_replica_begins(Mode::Plain).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_replica_begins_from_a_peer_with_tls() {
    an_empty_replica_begins(Mode::tls()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_left_behind_while_it_runs_is_built_anew() {
    let mode = Mode::Plain;
    let home = tempfile::tempdir().unwrap();
    let log = Log::new(&mode).await;
    log.fill(1..20).await;
    let a = seat(&mode, log.served.target(), &home.path().join("a"), &[]).await;
    let served = serve(mode.server(Role::Storage).storage(a.clone()).bootstrap(a.clone())).await;
    let line = Proxy::before(&log.served.address).await;
    let b = seat(&mode, Target::at(line.address.clone()), &home.path().join("b"), &[served.target()]).await;
    within(LONG, b.serving()).await.unwrap();
    same(&*a, &*b, [1_900]).await;
    // A scan that nobody reads to its end must not keep the old store for ever.
    let request = ScanRequest { snapshot_ts: Timestamp(1_900), ranges: vec![whole()], ..any_scan() };
    let mut open = b.scan(request).await.unwrap();
    line.refuse();
    log.fill(20..60).await;
    a.get(Timestamp(5_900), &[suite::key(1)]).await.unwrap();
    log.trim().await;
    let mut states = b.state();
    states.mark_unchanged();
    line.pass();
    within(LONG, states.wait_for(|state| *state != State::Serves)).await.unwrap();
    within(LONG, b.serving()).await.unwrap();
    same(&*a, &*b, [1_900, 4_000, 5_900]).await;
    // Either it had come to its end before, or it says that it has none.
    while let Some(batch) = within(LONG, open.next()).await {
        if let Err(error) = batch {
            assert!(matches!(error, Error::Behind), "{error}");
        }
    }
    assert!(b.replica().unwrap().failure().is_none());
}

/// A peer that gives something else at each attempt, and in the end what it should.
struct Liar {
    truth: Arc<Seat>,
    attempts: AtomicUsize,
}

#[async_trait]
impl Bootstrap for Liar {
    async fn copy(&self, request: CopyRequest) -> Result<BoxStream<'static, Result<Copied, Error>>, Error> {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed);
        let pieces = self.truth.copy(request.clone()).await?;
        let piece = |lsn: u64, ts: u64, key: Bytes, last: bool| {
            let versions = vec![Version { key, commit_ts: Timestamp(ts), value: None }];
            let upto = CopyPoint { lsn: Lsn(lsn), ts: Timestamp(1_900) };
            stream::iter([Ok(Copied { upto, gc_ts: Timestamp::ZERO, versions, last })]).boxed()
        };
        Ok(match attempt {
            // From before the journal begins.
            0 => piece(3, 100, suite::key(1), true),
            // A version that is not of this copy.
            1 => piece(1_000, 9_999, suite::key(1), true),
            // Half of it, as if it were whole.
            2 => pieces.take(1).boxed(),
            _ => pieces,
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_copy_and_a_wrong_one_are_never_served() {
    let mode = Mode::Plain;
    let home = tempfile::tempdir().unwrap();
    let log = Log::new(&mode).await;
    log.fill(1..20).await;
    let a = seat(&mode, log.served.target(), &home.path().join("a"), &[]).await;
    within(LONG, a.serving()).await.unwrap();
    a.get(Timestamp(1_900), &[suite::key(1)]).await.unwrap();
    log.trim().await;
    let liar = Arc::new(Liar { truth: a.clone(), attempts: AtomicUsize::new(0) });
    let served = serve(mode.server(Role::Storage).bootstrap(liar.clone())).await;
    let dir = home.path().join("b");
    let b = seat(&mode, log.served.target(), &dir, &[served.target()]).await;
    // Until it is whole there is nothing to read, and no peer may take anything from it.
    while *b.state().borrow() != State::Serves {
        let read = b.get(Timestamp(100), &[suite::key(1)]).await;
        if *b.state().borrow() != State::Serves {
            assert!(matches!(read, Err(Error::Behind | Error::Failed(_))), "{read:?}");
            let copied = b.copy(CopyRequest { range: whole(), upto: None }).await;
            assert!(copied.is_err() || *b.state().borrow() == State::Serves);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(liar.attempts.load(Ordering::Relaxed) > 3);
    same(&*a, &*b, [100, 1_000, 1_900]).await;
    assert!(!dir.with_extension("building").exists());
}

#[tokio::test]
async fn a_query_node_may_not_copy() {
    let mode = Mode::tls();
    let home = tempfile::tempdir().unwrap();
    let log = Log::new(&mode).await;
    let a = seat(&mode, log.served.target(), &home.path().join("a"), &[]).await;
    within(LONG, a.serving()).await.unwrap();
    let served = serve(mode.server(Role::Storage).bootstrap(a)).await;
    let request = CopyRequest { range: whole(), upto: None };
    for role in [Role::Query, Role::Journal, Role::Operator] {
        let refused = RemoteBootstrap::new(mode.network(role), &served.target()).copy(request.clone()).await;
        assert!(refused.is_err(), "{role:?}");
    }
    let mut copy = RemoteBootstrap::new(mode.network(Role::Storage), &served.target()).copy(request).await.unwrap();
    assert!(copy.next().await.unwrap().unwrap().last);
}
