//! Whoever is told of a commit can see it at once, through whichever replica and by whichever clock:
//! real adjudicator and journal, replicas that lag, clocks that differ as far as their bound allows.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use gavel_adjudicator::Service;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::conformance::storage as suite;
use gavel_api::journal::{Entry, Error as JournalError, Journal, Record};
use gavel_api::storage::Storage;
use gavel_clock::{Clock, Reading, SystemClock};
use gavel_journal::{FileJournal, MemoryDisk};
use gavel_storage::{Closing, Replica};
use gavel_txn::Snapshots;
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Lsn, TimeMode, Timestamp, TxnId};

/// How far the clocks may be off, and how far they are.
const ERROR: Duration = Duration::from_millis(3);

/// A clock that is off by `ahead` nanoseconds.
struct Skewed {
    inner: SystemClock,
    ahead: i64,
}

impl Clock for Skewed {
    fn now(&self) -> Reading {
        let now = self.inner.now();
        let shift = |ts: Timestamp| Timestamp(ts.0.saturating_add_signed(self.ahead));
        Reading { lo: shift(now.lo), hi: shift(now.hi), ..now }
    }
}

fn skewed(part: i64) -> Arc<dyn Clock> {
    let ahead = i64::try_from(ERROR.as_nanos()).expect("small") / 10 * part;
    Arc::new(Skewed { inner: SystemClock::with_bound(ERROR), ahead })
}

/// A journal whose records arrive late.
struct Late {
    journal: Arc<FileJournal>,
    lag: Duration,
}

#[async_trait]
impl Journal for Late {
    async fn open_epoch(&self, at: Timestamp) -> Result<Epoch, JournalError> {
        self.journal.open_epoch(at).await
    }
    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, JournalError> {
        self.journal.append(epoch, records).await
    }
    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, JournalError>> {
        let lag = self.lag;
        let late = move |entries| async move {
            tokio::time::sleep(lag).await;
            entries
        };
        self.journal.tail(from).then(late).boxed()
    }
    fn bounds(&self) -> (Lsn, Lsn) {
        self.journal.bounds()
    }
    async fn trim(&self, below: Lsn) -> Result<(), JournalError> {
        self.journal.trim(below).await
    }
}

/// `clocks`: the leader's, then those of the query nodes.
async fn everybody_sees_what_anybody_was_told(clocks: &[Arc<dyn Clock>], mode: TimeMode, rounds: i32) {
    let home = tempfile::tempdir().expect("dir");
    let journal =
        Arc::new(FileJournal::open(Arc::new(MemoryDisk::new()), gavel_journal::Settings::default()).expect("journal"));
    let settings = gavel_adjudicator::Settings::default();
    let service = Service::open(journal.clone(), clocks[0].clone(), settings).await.expect("adjudicator");
    let adjudicator: Arc<dyn Adjudicator> = Arc::new(service.clone());
    let replicas: Vec<Replica> = [0, 1, 4]
        .into_iter()
        .zip(clocks.iter().cycle())
        .map(|(ms, clock)| {
            let closing = Closing { adjudicator: adjudicator.clone(), clock: clock.clone() };
            let late = Arc::new(Late { journal: journal.clone(), lag: Duration::from_millis(ms) });
            let dir = home.path().join(format!("replica{ms}"));
            Replica::open(&dir, late, Some(closing), crate::support::settings()).expect("replica")
        })
        .collect();
    let nodes: Vec<Snapshots> =
        clocks[1..].iter().map(|clock| Snapshots::new(adjudicator.clone(), clock.clone())).collect();
    // Until the mode is declared.
    while adjudicator.visible().await.expect("visible").mode != mode {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for round in 0..rounds {
        let node = &nodes[round as usize % nodes.len()];
        let request = CommitRequest {
            txn_id: TxnId(round as u128 + 1),
            epoch: adjudicator.epoch(),
            snapshot_ts: node.take().await.expect("snapshot"),
            writes: vec![suite::put(round, None)],
            checks: vec![],
            read_ranges: vec![],
            schema_keys: vec![],
            notifications: Vec::new(),
        };
        // Another reader, whose clock may be ahead, raises the floor meanwhile.
        let (reader, replica) = (&nodes[(round as usize + 1) % nodes.len()], &replicas[round as usize % 3]);
        let ahead = reader.take().await.expect("snapshot");
        replica.get(ahead, &[suite::key(round)]).await.expect("get");
        let outcome = adjudicator.commit(request).await.expect("commit");
        assert!(matches!(outcome, CommitOutcome::Committed(_)), "{outcome:?}");
        for (n, node) in nodes.iter().enumerate() {
            let snapshot = node.take().await.expect("snapshot");
            let replica = (round as usize + n) % replicas.len();
            let row = replicas[replica].get(snapshot, &[suite::key(round)]).await.expect("get");
            assert!(
                row[0].is_some(),
                "round {round}, node {n}, replica {replica}: {outcome:?} is not seen at {snapshot}"
            );
        }
    }
    if mode == TimeMode::Clock {
        assert_eq!(service.time().0, TimeMode::Clock, "no message was saved");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_clocks_that_differ_within_their_bound() {
    let clocks = [skewed(9), skewed(-9), skewed(9), skewed(0)];
    everybody_sees_what_anybody_was_told(&clocks, TimeMode::Clock, 150).await;
    let clocks = [skewed(-9), skewed(9), skewed(-9), skewed(0)];
    everybody_sees_what_anybody_was_told(&clocks, TimeMode::Clock, 150).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_clock() {
    let clocks: Vec<Arc<dyn Clock>> = (0..4).map(|_| Arc::new(SystemClock::unbounded()) as _).collect();
    everybody_sees_what_anybody_was_told(&clocks, TimeMode::Logical, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_node_without_a_good_clock_asks_where_others_need_not() {
    let clocks = [skewed(5), Arc::new(SystemClock::unbounded()), skewed(-9), skewed(9)];
    everybody_sees_what_anybody_was_told(&clocks, TimeMode::Clock, 100).await;
}
