//! A replica and a journal that does not always answer; a replica that begins from a peer's copy.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{MemoryJournal, open, settings};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::conformance::storage as suite;
use gavel_api::journal::{Entry, Error as JournalError, Journal, Record};
use gavel_api::storage::{Bootstrap, Copied, CopyRequest, Error, Storage};
use gavel_storage::bootstrap::bootstrap;
use gavel_storage::{Replica, Settings};
use gavel_types::{Epoch, KeyRange, Lsn, TimeMode, Timestamp};

/// A journal at the far end of a bad line.
#[derive(Clone)]
struct Flaky {
    inner: MemoryJournal,
    tails: Arc<AtomicUsize>,
}

#[async_trait]
impl Journal for Flaky {
    async fn open_epoch(&self, at: Timestamp) -> Result<Epoch, JournalError> {
        self.inner.open_epoch(at).await
    }
    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, JournalError> {
        self.inner.append(epoch, records).await
    }
    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, JournalError>> {
        let n = self.tails.fetch_add(1, Ordering::Relaxed);
        if from < self.inner.trimmed() {
            return stream::iter([Err(JournalError::Trimmed(self.inner.trimmed()))]).boxed();
        }
        let lost = stream::iter([Err(JournalError::Failed("line is cut".into()))]);
        match n % 4 {
            0 => lost.boxed(),
            // A gap, as a bug of the line would make it.
            1 => self.inner.tail(from.next()).take(1).boxed(),
            _ => self.inner.tail(from).take(1).chain(lost).boxed(),
        }
    }
    fn bounds(&self) -> (Lsn, Lsn) {
        self.inner.bounds()
    }
    async fn trim(&self, below: Lsn) -> Result<(), JournalError> {
        self.inner.trim(below).await
    }
}

#[tokio::test]
async fn a_line_that_is_cut_is_taken_up_again() {
    let dir = tempfile::tempdir().expect("dir");
    let journal = MemoryJournal::new();
    let flaky = Flaky { inner: journal.clone(), tails: Arc::default() };
    let replica = Replica::open(dir.path(), Arc::new(flaky.clone()), None, settings()).expect("open");
    for id in 1..=8i32 {
        let n = id as u64;
        journal.commit(Timestamp(n * 10), vec![suite::put(id, None)]);
        journal.push(Record::Ceiling(Timestamp(n * 10 + 5)));
        assert!(replica.get(Timestamp(n * 10), &[suite::key(id)]).await.expect("get")[0].is_some());
    }
    assert!(flaky.tails.load(Ordering::Relaxed) > 8);
    assert!(replica.failure().is_none() && replica.outrun().is_none());
    // What is gone for good is another matter.
    drop(replica);
    journal.trim(Lsn(100)).await.expect("trim");
    let replica = Replica::open(dir.path(), Arc::new(flaky), None, settings()).expect("open");
    while replica.failure().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(replica.outrun(), Some(Lsn(100)));
    assert!(replica.lag() <= 16);
}

/// A peer whose line is cut after each piece, and which goes on writing meanwhile.
struct Cut {
    peer: Arc<Replica>,
    journal: MemoryJournal,
    at: AtomicU64,
}

#[async_trait]
impl Bootstrap for Cut {
    async fn copy(&self, request: CopyRequest) -> Result<BoxStream<'static, Result<Copied, Error>>, Error> {
        let n = self.at.fetch_add(1, Ordering::Relaxed);
        if n.is_multiple_of(3) {
            return Err(Error::Failed("no answer".into()));
        }
        let ts = Timestamp(1_000 + n * 10);
        let id = n as i32;
        self.journal.commit(ts, vec![suite::put(id % 50, Some("while it was copied")), suite::delete(100 + id % 7)]);
        self.peer.get(ts, &[suite::key(1)]).await?;
        let pieces = self.peer.copy(request).await?.take(1);
        Ok(pieces.boxed())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_begins_from_the_copy_of_a_peer_that_serves() {
    let home = tempfile::tempdir().expect("dir");
    let journal = MemoryJournal::new();
    let peer = Arc::new(open(&home.path().join("peer"), &journal, settings()));
    let text = "x".repeat(900);
    for round in 1..=5u64 {
        let writes = (0..2_000i32).map(|id| {
            if (id as u64 + round).is_multiple_of(9) { suite::delete(id) } else { suite::put(id, Some(&text)) }
        });
        journal.commit(Timestamp(round * 100), writes.collect());
    }
    peer.get(Timestamp(500), &[suite::key(1)]).await.expect("get");
    let cut = Arc::new(Cut { peer: peer.clone(), journal: journal.clone(), at: AtomicU64::new(0) });
    let dir = home.path().join("new");
    let upto = bootstrap(&dir, &[cut.clone() as Arc<dyn Bootstrap>], Lsn(1), &settings()).await.expect("bootstrap");
    assert!(cut.at.load(Ordering::Relaxed) > 4, "the copy came in one piece");
    // The journal no longer has what was copied, and more comes.
    journal.commit(Timestamp(9_000), vec![suite::put(3, Some("later"))]);
    let tails = Arc::new(AtomicUsize::new(2));
    let short = Flaky { inner: journal.clone(), tails };
    journal.trim(upto.lsn.next()).await.expect("trim");
    let replica = Replica::open(&dir, Arc::new(short), None, settings()).expect("open");
    for at in [100, 250, 300, 499, 500, 1_010, 1_020, 1_044, 9_000, 9_500] {
        let at = Timestamp(at);
        if at == Timestamp(9_500) {
            journal.commit(at, vec![suite::delete(3)]);
        }
        let whole = KeyRange::new(Bytes::new(), Bytes::from_static(&[0xff; 4]));
        let theirs = peer.scan_raw(at, &whole, false, usize::MAX).await.expect("peer");
        let ours = replica.scan_raw(at, &whole, false, usize::MAX).await.expect("copy");
        assert!(!theirs.is_empty());
        assert_eq!(ours, theirs, "at {at}");
    }
}

#[tokio::test]
async fn a_copy_remembers_from_where_it_can_be_read() {
    let home = tempfile::tempdir().expect("dir");
    let journal = MemoryJournal::new();
    let second = 1_000_000_000;
    let short = Settings { snapshot_window: Duration::from_nanos(10), ..settings() };
    let peer = Arc::new(open(&home.path().join("peer"), &journal, short.clone()));
    let mut marks = peer.subscribe();
    for n in 1..=3 {
        journal.commit(Timestamp(n * 100 * second), vec![suite::put(1, None)]);
        let lsn = Lsn(n);
        let horizon = Timestamp((n - 1) * 100 * second);
        marks.wait_for(|m| m.applied_lsn == lsn && m.gc_ts >= horizon).await.expect("marks");
        // Until upkeep has seen this commit; in a journal of real commits much less than a window passes
        // between two of its rounds.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }
    let dir = home.path().join("new");
    bootstrap(&dir, &[peer as Arc<dyn Bootstrap>], Lsn(1), &short).await.expect("bootstrap");
    // Even with a longer window it cannot answer what the peer could not.
    let replica = open(&dir, &journal, settings());
    let old = replica.get(Timestamp(150 * second), &[suite::key(1)]).await;
    assert!(matches!(old, Err(Error::SnapshotTooOld { .. })), "{old:?}");
    assert!(replica.get(Timestamp(250 * second), &[suite::key(1)]).await.expect("get")[0].is_some());
    let nobody: [Arc<dyn Bootstrap>; 0] = [];
    assert!(bootstrap(&dir, &nobody, Lsn(1), &short).await.is_err());
    assert!(replica.get(Timestamp(300 * second), &[suite::key(1)]).await.is_ok(), "what was there is untouched");
}

#[tokio::test]
async fn in_clock_mode_only_the_adjudicators_word_counts() {
    let dir = tempfile::tempdir().expect("dir");
    let journal = MemoryJournal::new();
    let replica = open(dir.path(), &journal, Settings { max_wait: Duration::from_millis(50), ..settings() });
    journal.commit(Timestamp(10), vec![suite::put(1, None)]);
    assert!(replica.get(Timestamp(10), &[suite::key(1)]).await.is_ok());
    journal.push(Record::TimeMode(TimeMode::Clock));
    journal.commit(Timestamp(20), vec![suite::put(2, None)]);
    assert!(matches!(replica.get(Timestamp(20), &[suite::key(2)]).await, Err(Error::Behind)));
    assert_eq!(replica.watermarks().applied_lsn, Lsn(3));
    journal.push(Record::TimeMode(TimeMode::Logical));
    journal.commit(Timestamp(30), vec![suite::put(3, None)]);
    let silent = replica.get(Timestamp(30), &[suite::key(2)]).await;
    assert!(
        matches!(silent, Err(Error::Behind)),
        "whoever has a lease yet would see what others are not told: {silent:?}"
    );
    tokio::time::sleep(gavel_api::adjudicator::MODE_LEASE).await;
    journal.commit(Timestamp(40), vec![suite::put(4, None)]);
    assert!(replica.get(Timestamp(40), &[suite::key(2)]).await.expect("get")[0].is_some());
}
