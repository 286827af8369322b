#![allow(clippy::disallowed_methods, reason = "waits for real threads")]

use std::time::Duration;

use futures::StreamExt;
use gavel_api::conformance::adjudicator::{self as suite, request, write};
use gavel_api::journal::{Leadership, Member};
use gavel_clock::{ManualClock, SystemClock};
use gavel_journal::{FileJournal, MemoryDisk};
use gavel_types::{NodeId, WriteMode};

use super::*;

fn journal(disk: &MemoryDisk) -> Arc<FileJournal> {
    let settings = gavel_journal::Settings { segment_size_bytes: 4_096, ..gavel_journal::Settings::default() };
    Arc::new(FileJournal::open(Arc::new(disk.clone()), settings).unwrap())
}

async fn open(disk: &MemoryDisk) -> Service {
    let clock = Arc::new(SystemClock::unbounded());
    Service::open(journal(disk), clock, Settings::default()).await.unwrap()
}

/// The journal is free for another opener once all tasks have let go of it.
async fn reopen(service: Service, disk: &MemoryDisk) -> Service {
    drop(service);
    for _ in 0..1_000 {
        if gavel_journal::Disk::lock(disk).is_ok() {
            return open(disk).await;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the journal was not closed");
}

#[tokio::test]
async fn it_conforms() {
    suite::all(async || open(&MemoryDisk::new()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms_on_threads() {
    suite::all(async || open(&MemoryDisk::new()).await).await;
}

#[tokio::test]
async fn its_locks_conform() {
    gavel_api::conformance::locks::all(async || open(&MemoryDisk::new()).await).await;
}

#[tokio::test]
async fn a_restart_knows_outcomes_and_conflicts() {
    let disk = MemoryDisk::new();
    let one = open(&disk).await;
    let mut loser = request(&one, 2).await;
    loser.writes.push(write("k", WriteMode::Update));
    let mut winner = request(&one, 1).await;
    winner.writes.push(write("k", WriteMode::Update));
    let CommitOutcome::Committed(ts) = one.commit(winner.clone()).await.unwrap() else { panic!("no conflict") };
    let epoch = one.visible_now().epoch;
    let two = reopen(one, &disk).await;
    assert_eq!(two.visible_now(), Visible { ts, epoch: Epoch(epoch.0 + 1), mode: TimeMode::Logical });
    // The old epoch's request is found, not refused; a new one with the old snapshot conflicts.
    assert_eq!(two.commit(winner).await.unwrap(), CommitOutcome::Committed(ts));
    assert!(matches!(two.commit(loser.clone()).await, Err(Error::WrongEpoch(_))));
    loser.epoch = two.visible_now().epoch;
    assert!(matches!(two.commit(loser).await.unwrap(), CommitOutcome::Aborted(c) if c.winner_ts == ts));
    assert_eq!(two.resolve(TxnId(1)).await.unwrap(), CommitOutcome::Committed(ts));
}

#[tokio::test]
async fn a_full_disk_refuses_commits_and_forgets_them() {
    let disk = MemoryDisk::new();
    let service = open(&disk).await;
    let mut id = 0;
    let mut commit = async |key: &'static str| {
        id += 1;
        let mut one = request(&service, id).await;
        one.writes.push(write(key, WriteMode::Update));
        service.commit(one).await
    };
    assert!(matches!(commit("k").await, Ok(CommitOutcome::Committed(_))));
    disk.set_capacity(Some(disk.used()));
    let mut tries = 0;
    let full = loop {
        match commit("k").await {
            Ok(CommitOutcome::Committed(_)) => tries += 1,
            Ok(CommitOutcome::Aborted(conflict)) => panic!("{conflict:?}"),
            Err(error) => break error,
        }
        assert!(tries < 10_000, "the disk never filled up");
    };
    assert!(matches!(full, Error::DiskFull), "{full:?}");
    let visible = service.visible_now();
    assert!(matches!(commit("k").await, Err(Error::DiskFull)));
    assert_eq!(service.visible_now(), visible);
    let promise = Timestamp(visible.ts.0 + 1_000_000_000_000);
    assert!(service.close(promise, Duration::ZERO).await.is_err());
    disk.set_capacity(None);
    // The key of the refused commits is free, though nothing else has committed meanwhile.
    assert!(matches!(commit("k").await, Ok(CommitOutcome::Committed(_))));
    assert!(service.visible_now().ts > visible.ts);
}

#[tokio::test]
async fn commits_side_by_side_on_a_full_disk_are_all_answered() {
    let disk = MemoryDisk::new();
    let service = open(&disk).await;
    disk.set_capacity(Some(disk.used()));
    let mut id = 0;
    let (mut committed, mut full) = (0, 0);
    while full == 0 {
        let mut requests = Vec::new();
        for n in 0..50 {
            id += 1;
            let mut one = request(&service, id).await;
            one.writes
                .push(gavel_types::Write { key: bytes::Bytes::from(format!("{n}")), ..write("", WriteMode::Update) });
            requests.push(service.commit(one));
        }
        for answer in futures::future::join_all(requests).await {
            match answer {
                Ok(CommitOutcome::Committed(_)) => committed += 1,
                Err(Error::DiskFull) => full += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    disk.set_capacity(None);
    let mut one = request(&service, id + 1).await;
    one.writes.push(gavel_types::Write { key: bytes::Bytes::from("7"), ..write("", WriteMode::Update) });
    assert!(matches!(service.commit(one).await, Ok(CommitOutcome::Committed(_))));
    let again = reopen(service, &disk).await;
    let journal_commits = again.inner.journal.bounds().1.0;
    // Two epoch records besides.
    assert_eq!(journal_commits, committed + 1 + 2);
}

#[tokio::test]
async fn a_failed_flush_leaves_the_outcome_unknown_and_closes() {
    let disk = MemoryDisk::new();
    let service = open(&disk).await;
    let mut two = request(&service, 2).await;
    disk.fail_flushes();
    let mut one = request(&service, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    assert!(matches!(service.commit(one).await, Err(Error::Unknown(_))));
    assert!(!service.is_open());
    two.writes.push(write("l", WriteMode::Update));
    assert!(matches!(service.commit(two).await, Err(Error::NotOpen)));
    assert!(matches!(service.resolve(TxnId(1)).await, Err(Error::NotOpen)));
}

#[tokio::test]
async fn a_promise_holds_across_a_restart() {
    let disk = MemoryDisk::new();
    let clock = Arc::new(ManualClock::new(Timestamp(1_000)));
    let service = Service::open(journal(&disk), Arc::clone(&clock) as _, Settings::default()).await.unwrap();
    let closed = service.close(Timestamp(5_000), Duration::ZERO).await.unwrap();
    assert_eq!(closed.ts, Timestamp(5_000));
    drop(service);
    tokio::time::sleep(Duration::from_millis(5)).await;
    clock.set(Timestamp(10));
    let service = Service::open(journal(&disk), Arc::clone(&clock) as _, Settings::default()).await.unwrap();
    let mut one = request(&service, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    // It is not told before the clock has come that far.
    let commit = tokio::time::timeout(Duration::from_millis(50), service.commit(one.clone())).await;
    assert!(commit.is_err() && service.visible_now().ts < Timestamp(5_000));
    clock.set(Timestamp(10_000_000_000));
    let CommitOutcome::Committed(ts) = service.commit(one).await.unwrap() else { panic!("no conflict") };
    assert!(ts > Timestamp(5_000));
}

#[tokio::test]
async fn a_dropped_commit_is_left_to_resolve() {
    let service = open(&MemoryDisk::new()).await;
    let mut one = request(&service, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    {
        let mut commit = Box::pin(service.commit(one));
        assert!(futures::poll!(commit.as_mut()).is_pending());
    }
    assert!(matches!(service.resolve(TxnId(1)).await, Ok(CommitOutcome::Committed(_))));
}

#[tokio::test]
async fn limits_are_answered_as_such() {
    let settings = Settings { transaction_size_bytes: 1_000, ..Settings::default() };
    let clock = Arc::new(SystemClock::unbounded());
    let service = Service::open(journal(&MemoryDisk::new()), clock, settings).await.unwrap();
    let mut one = request(&service, 1).await;
    one.writes
        .push(gavel_types::Write { value: Some(bytes::Bytes::from(vec![0; 2_000])), ..write("k", WriteMode::Insert) });
    assert!(matches!(service.commit(one).await, Err(Error::TooLarge(_))));
    let mut two = request(&service, 2).await;
    two.snapshot_ts = Timestamp(u64::MAX / 4);
    two.writes.push(write("k", WriteMode::Insert));
    assert!(matches!(service.commit(two).await, Err(Error::TooLarge(_))));
}

#[tokio::test]
async fn what_a_rebuild_needs_is_kept() {
    let disk = MemoryDisk::new();
    let clock = Arc::new(ManualClock::new(Timestamp(1_000_000_000)));
    let service = Service::open(journal(&disk), Arc::clone(&clock) as _, Settings::default()).await.unwrap();
    assert_eq!(service.keep_from(), Lsn(1));
    for n in 0..200u64 {
        let mut one = request(&service, u128::from(n) + 1).await;
        one.writes.push(gavel_types::Write { key: bytes::Bytes::from(n.to_string()), ..write("", WriteMode::Update) });
        assert!(matches!(service.commit(one).await, Ok(CommitOutcome::Committed(_))));
        clock.advance(Duration::from_secs(5));
    }
    // 600 s at 5 s each, and up to a step of 10 s more.
    let kept = 201 - service.keep_from().0;
    assert!((120..=126).contains(&kept), "{kept}");
}

/// A journal whose appends end when and as the test says.
#[derive(Default)]
struct Scripted {
    appends: Mutex<Vec<(Vec<Record>, oneshot::Sender<Result<Lsn, journal::Error>>)>>,
}

impl Scripted {
    /// Ends the oldest append.
    fn end(&self, result: Result<Lsn, journal::Error>) {
        let (_, reply) = self.appends.lock().remove(0);
        reply.send(result).unwrap();
    }
}

#[async_trait]
impl Journal for Scripted {
    async fn open_epoch(&self, _: Timestamp) -> Result<Epoch, journal::Error> {
        Ok(Epoch(1))
    }

    async fn append(&self, _: Epoch, records: Vec<Record>) -> Result<Lsn, journal::Error> {
        let (reply, answer) = oneshot::channel();
        self.appends.lock().push((records, reply));
        answer.await.unwrap_or(Err(journal::Error::Closed))
    }

    fn tail(&self, _: Lsn) -> futures::stream::BoxStream<'static, Result<Vec<journal::Entry>, journal::Error>> {
        futures::stream::pending().boxed()
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        (Lsn(1), Lsn::ZERO)
    }

    async fn trim(&self, _: Lsn) -> Result<(), journal::Error> {
        Ok(())
    }
}

/// One of several holders of a journal, which nobody deposes.
#[async_trait]
impl Replicated for Scripted {
    fn node_id(&self) -> NodeId {
        NodeId(1)
    }

    fn leadership(&self) -> Leadership {
        Leadership { leader: None, epoch: Epoch(1), leading: true }
    }

    fn leadership_changes(&self) -> futures::stream::BoxStream<'static, Leadership> {
        futures::stream::pending().boxed()
    }

    async fn confirm_leadership(&self) -> Result<(), journal::Error> {
        Ok(())
    }

    fn members(&self) -> Vec<Member> {
        Vec::new()
    }

    async fn add_member(&self, _: Member) -> Result<(), journal::Error> {
        Err(journal::Error::NotLeader)
    }

    async fn remove_member(&self, _: NodeId) -> Result<(), journal::Error> {
        Err(journal::Error::NotLeader)
    }

    async fn step_down(&self) -> Result<(), journal::Error> {
        Ok(())
    }
}

async fn scripted(settings: Settings) -> (Service, Arc<Scripted>) {
    let journal = Arc::new(Scripted::default());
    let clock = Arc::new(SystemClock::unbounded());
    let service = Service::open(Arc::clone(&journal) as _, clock, settings).await.unwrap();
    (service, journal)
}

/// Starts a commit of one key and lets it go as far as it goes.
async fn start(
    service: &Service,
    id: u128,
    key: &'static str,
) -> tokio::task::JoinHandle<Result<CommitOutcome, Error>> {
    let mut one = request(service, id).await;
    one.writes.push(write(key, WriteMode::Update));
    let service = service.clone();
    tokio::spawn(async move { service.commit(one).await })
}

async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_refused_commit_is_not_taken_for_visible_because_a_later_one_is() {
    let (service, journal) = scripted(Settings::default()).await;
    let one = start(&service, 1, "a").await;
    let two = start(&service, 2, "b").await;
    let three = start(&service, 3, "c").await;
    settle().await;
    journal.end(Err(journal::Error::DiskFull));
    journal.end(Ok(Lsn(1)));
    settle().await;
    let CommitOutcome::Committed(ts) = two.await.unwrap().unwrap() else { panic!("no conflict") };
    assert_eq!(service.visible_now().ts, ts);
    // The third is still on its way, so the first cannot be taken back yet, nor asked about.
    let resolver = service.clone();
    let resolved = tokio::spawn(async move { resolver.resolve(TxnId(1)).await });
    settle().await;
    assert!(!resolved.is_finished() && !one.is_finished());
    assert!(matches!(start(&service, 4, "d").await.await.unwrap(), Err(Error::DiskFull)));
    journal.end(Ok(Lsn(2)));
    assert!(matches!(one.await.unwrap(), Err(Error::DiskFull)));
    assert!(matches!(resolved.await.unwrap(), Ok(CommitOutcome::Aborted(c)) if c.kind == ConflictKind::Cancelled));
    assert!(matches!(three.await.unwrap(), Ok(CommitOutcome::Committed(_))));
}

#[tokio::test]
async fn a_copy_of_a_commit_shares_its_fate() {
    let (service, journal) = scripted(Settings::default()).await;
    let one = start(&service, 1, "a").await;
    let two = start(&service, 2, "b").await;
    settle().await;
    journal.end(Err(journal::Error::DiskFull));
    settle().await;
    // Others are refused now, but these two are here.
    assert!(matches!(start(&service, 3, "c").await.await.unwrap(), Err(Error::DiskFull)));
    let copies = [start(&service, 1, "a").await, start(&service, 2, "b").await];
    settle().await;
    assert!(copies.iter().all(|copy| !copy.is_finished()));
    journal.end(Ok(Lsn(1)));
    let [copy_of_one, copy_of_two] = copies;
    for refused in [one, copy_of_one] {
        assert!(matches!(refused.await.unwrap(), Err(Error::DiskFull)));
    }
    let CommitOutcome::Committed(ts) = two.await.unwrap().unwrap() else { panic!("no conflict") };
    assert!(matches!(copy_of_two.await.unwrap(), Ok(CommitOutcome::Committed(same)) if same == ts));
}

#[tokio::test]
async fn who_has_fallen_does_not_say_what_became_of_a_commit() {
    let (service, journal) = scripted(Settings::default()).await;
    let refused = start(&service, 1, "a").await;
    let visible = start(&service, 2, "b").await;
    let _on_its_way = start(&service, 3, "c").await;
    settle().await;
    journal.end(Err(journal::Error::Overloaded));
    journal.end(Ok(Lsn(1)));
    assert!(matches!(visible.await.unwrap(), Ok(CommitOutcome::Committed(_))));
    let mut copy = request(&service, 1).await;
    service.stand_down("leadership was lost");
    assert!(matches!(refused.await.unwrap(), Err(Error::Unknown(_))));
    // A later commit is visible, which proves nothing for this one.
    assert!(matches!(service.resolve(TxnId(1)).await, Err(Error::NotOpen)));
    copy.writes.push(write("a", WriteMode::Update));
    assert!(matches!(service.commit(copy).await, Err(Error::Unknown(_))));
}

#[tokio::test]
async fn what_lands_out_of_order_is_answered_in_order() {
    let (service, journal) = scripted(Settings::default()).await;
    let one = start(&service, 1, "a").await;
    let two = start(&service, 2, "b").await;
    settle().await;
    let (_, second) = journal.appends.lock().remove(1);
    second.send(Ok(Lsn(2))).unwrap();
    settle().await;
    assert!(!two.is_finished());
    assert_eq!(service.visible_now().ts, Timestamp::ZERO);
    journal.end(Ok(Lsn(1)));
    let CommitOutcome::Committed(first) = one.await.unwrap().unwrap() else { panic!("no conflict") };
    let CommitOutcome::Committed(second) = two.await.unwrap().unwrap() else { panic!("no conflict") };
    assert!(first < second && service.visible_now().ts == second);
    assert_eq!(service.counters().committed.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_full_pipe_gathers_what_comes_into_one_append() {
    let settings = Settings { pipe_depth: 2, queue_requests: 10, ..Settings::default() };
    let (service, journal) = scripted(settings).await;
    let keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];
    let mut running = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        running.push(start(&service, n as u128 + 1, key).await);
    }
    settle().await;
    assert_eq!(journal.appends.lock().iter().map(|(records, _)| records.len()).collect::<Vec<_>>(), [1, 1]);
    // Two fly, ten wait, one is too many.
    assert_eq!(running.iter().filter(|commit| commit.is_finished()).count(), 1);
    journal.end(Ok(Lsn(1)));
    settle().await;
    assert_eq!(journal.appends.lock().iter().map(|(records, _)| records.len()).collect::<Vec<_>>(), [1, 10]);
    journal.end(Ok(Lsn(2)));
    journal.end(Ok(Lsn(12)));
    let mut overloaded = 0;
    for commit in running {
        match commit.await.unwrap() {
            Ok(CommitOutcome::Committed(_)) => {}
            Err(Error::Overloaded) => overloaded += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(overloaded, 1);
}

#[tokio::test]
async fn a_clock_that_fails_does_not_open_the_gate() {
    let journal = Arc::new(Scripted::default());
    let clock = Arc::new(ManualClock::new(Timestamp(1_000_000_000_000)));
    let opened = Service::open(Arc::clone(&journal) as _, Arc::clone(&clock) as _, Settings::default());
    let service = opened.await.unwrap();
    journal_declares(&journal, TimeMode::Clock, Lsn(1)).await;
    assert_eq!(service.visible_now().mode, TimeMode::Clock);
    // Dated ahead of the clock, so that it waits at the gate once it is durable.
    let mut one = request(&service, 1).await;
    one.snapshot_ts = clock.now().hi.saturating_add(Duration::from_millis(100));
    one.writes.push(write("a", WriteMode::Update));
    let committer = service.clone();
    let commit = tokio::spawn(async move { committer.commit(one).await });
    settle().await;
    // Nobody looks at the clock between its failure and the landing.
    let failed = std::time::Instant::now();
    clock.set_failed(true);
    journal.end(Ok(Lsn(2)));
    settle().await;
    assert!(service.visible_now().ts < clock.now().hi, "a snapshot from another clock would be below it");
    journal_declares(&journal, TimeMode::Logical, Lsn(3)).await;
    assert!(matches!(commit.await.unwrap(), Ok(CommitOutcome::Committed(ts)) if ts > clock.now().hi));
    assert!(failed.elapsed() >= MODE_LEASE, "snapshots may still be taken from clocks");
    assert_eq!(service.visible_now().mode, TimeMode::Logical);
}

/// The declaration that is on its way becomes durable.
async fn journal_declares(journal: &Scripted, mode: TimeMode, lsn: Lsn) {
    settle().await;
    assert!(matches!(&journal.appends.lock()[0].0[..], [Record::TimeMode(declared)] if *declared == mode));
    journal.end(Ok(lsn));
    settle().await;
}

#[tokio::test]
async fn a_promise_whose_ceiling_is_refused_is_not_made() {
    let (service, journal) = scripted(Settings::default()).await;
    let now = SystemClock::unbounded().now().lo;
    let closer = service.clone();
    let closed = tokio::spawn(async move { closer.close(Timestamp(now.0 + 100_000_000), Duration::ZERO).await });
    settle().await;
    journal.end(Err(journal::Error::DiskFull));
    assert!(matches!(closed.await.unwrap(), Err(Error::DiskFull)));
    // Under the refused ceiling, and yet it has to ask again.
    let closer = service.clone();
    let closed = tokio::spawn(async move { closer.close(Timestamp(now.0 + 50_000_000), Duration::ZERO).await });
    settle().await;
    assert!(!closed.is_finished());
    journal.end(Ok(Lsn(1)));
    assert_eq!(closed.await.unwrap().unwrap().last_lsn, Lsn::ZERO, "no commit is visible");
}

/// In clock mode, by a clock that the test moves; nothing is on its way.
async fn by_clock(settings: Settings) -> (Service, Arc<Scripted>, Arc<ManualClock>) {
    let journal = Arc::new(Scripted::default());
    let clock = Arc::new(ManualClock::new(Timestamp(20_000_000_000)));
    let service = Service::open(Arc::clone(&journal) as _, Arc::clone(&clock) as _, settings).await.unwrap();
    settle().await;
    journal.end(Ok(Lsn(1)));
    settle().await;
    assert_eq!(service.time().0, TimeMode::Clock);
    (service, journal, clock)
}

/// What is visible, once somebody who asks now is told.
fn ask(service: &Service) -> tokio::task::JoinHandle<Result<Visible, Error>> {
    let service = service.clone();
    tokio::spawn(async move { service.visible().await })
}

/// Starts a commit that is dated 5 ms ahead of `clock`, and lets it go as far as it goes.
async fn dated_ahead(
    service: &Service,
    clock: &ManualClock,
    id: u128,
    key: &'static str,
) -> tokio::task::JoinHandle<Result<CommitOutcome, Error>> {
    let mut one = request(service, id).await;
    one.snapshot_ts = clock.now().hi.saturating_add(Duration::from_millis(5));
    one.writes.push(write(key, WriteMode::Update));
    let service = service.clone();
    let commit = tokio::spawn(async move { service.commit(one).await });
    settle().await;
    commit
}

#[tokio::test]
async fn what_others_may_have_learnt_of_is_waited_for() {
    let journal = Arc::new(Scripted::default());
    let clock = Arc::new(ManualClock::new(Timestamp(20_000_000_000)));
    let service = Service::lead(Arc::clone(&journal) as _, Arc::clone(&clock) as _, Settings::default()).await.unwrap();
    journal_declares(&journal, TimeMode::Clock, Lsn(1)).await;
    let first = dated_ahead(&service, &clock, 1, "a").await;
    let early = ask(&service);
    settle().await;
    assert!(early.is_finished(), "true time has not reached it, so that nobody acknowledges it yet");
    clock.advance(Duration::from_millis(6));
    let asked = ask(&service);
    settle().await;
    assert!(!asked.is_finished(), "a majority may have it, though we do not know");
    journal.end(Ok(Lsn(2)));
    let Ok(CommitOutcome::Committed(ts)) = first.await.unwrap() else { panic!("no conflict") };
    assert!(asked.await.unwrap().unwrap().ts >= ts);

    // The clock fails: whoever has a lease may still acknowledge until it is over, ahead of us.
    let second = dated_ahead(&service, &clock, 2, "b").await;
    clock.set_failed(true);
    let asked = ask(&service);
    tokio::time::sleep(MODE_LEASE + Duration::from_millis(200)).await;
    assert!(!asked.is_finished());
    let late = ask(&service);
    settle().await;
    assert!(!late.is_finished(), "nobody has a lease any more, but somebody had");
    journal.end(Ok(Lsn(3)));
    let Ok(CommitOutcome::Committed(ts)) = second.await.unwrap() else { panic!("no conflict") };
    for told in [asked, late] {
        assert!(told.await.unwrap().unwrap().ts >= ts);
    }
    journal_declares(&journal, TimeMode::Logical, Lsn(4)).await;
    // From here on it is logical mode, in which nobody learns anything from others.
    let third = start(&service, 3, "c").await;
    settle().await;
    let asked = ask(&service);
    settle().await;
    assert!(asked.is_finished());
    journal_declares(&journal, TimeMode::Logical, Lsn(5)).await;
    journal.end(Ok(Lsn(6)));
    assert!(matches!(third.await.unwrap(), Ok(CommitOutcome::Committed(_))));
}

/// What is closed, if the answer needs no other event.
async fn closed_now(service: &Service, ts: Timestamp, lead: Duration) -> Option<Closed> {
    let closer = service.clone();
    let closed = tokio::spawn(async move { closer.close(ts, lead).await.unwrap() });
    settle().await;
    if closed.is_finished() { Some(closed.await.unwrap()) } else { None }
}

const MS: u64 = 1_000_000;

#[tokio::test]
async fn a_promise_does_not_wait_for_what_it_does_not_rest_on() {
    let settings = Settings { ceiling_lead: Duration::from_millis(100), ..Settings::default() };
    let (service, journal, clock) = by_clock(settings).await;
    let now = clock.now().lo.0;
    let closer = service.clone();
    let first = tokio::spawn(async move { closer.close(Timestamp(now + MS), Duration::ZERO).await.unwrap() });
    settle().await;
    assert!(!first.is_finished(), "its ceiling is not durable");
    journal.end(Ok(Lsn(2)));
    assert_eq!(first.await.unwrap().ts, Timestamp(now + MS));
    // The next ceiling is on its way.
    clock.advance(Duration::from_millis(60));
    tokio::time::sleep(Duration::from_millis(70)).await;
    assert_eq!(journal.appends.lock().len(), 1);
    let ts = Timestamp(now + 61 * MS);
    assert_eq!(closed_now(&service, ts, Duration::ZERO).await.map(|closed| closed.ts), Some(ts));
    // A commit below the promise is waited for, one above it is not.
    let commit = start(&service, 1, "k").await;
    assert!(closed_now(&service, ts, Duration::ZERO).await.is_some());
    assert!(closed_now(&service, Timestamp(ts.0 + MS), Duration::ZERO).await.is_none());
    journal.end(Ok(Lsn(3)));
    clock.advance(Duration::from_millis(2));
    journal.end(Ok(Lsn(4)));
    assert!(matches!(commit.await.unwrap(), Ok(CommitOutcome::Committed(_))));
    assert_eq!(closed_now(&service, ts, Duration::ZERO).await.map(|closed| closed.last_lsn), Some(Lsn(4)));
}

#[tokio::test]
async fn commits_are_dated_ahead_by_no_more_than_they_take() {
    let (service, journal, clock) = by_clock(Settings::default()).await;
    let lead = Duration::from_millis(100);
    let mut lsn = 1;
    let mut flight = async |journal: &Scripted| {
        settle().await;
        clock.advance(Duration::from_millis(40));
        lsn += 1;
        journal.end(Ok(Lsn(lsn)));
        settle().await;
    };
    let visible = |service: &Service| service.visible_now().ts;
    assert!(closed_now(&service, Timestamp(1), lead).await.is_none(), "there is no ceiling yet");
    flight(&journal).await;
    let now = clock.now().lo;
    assert_eq!(closed_now(&service, Timestamp(1), lead).await.unwrap().ts, now, "no distance is known yet");
    for n in 1..4 {
        let commit = start(&service, n, "k").await;
        flight(&journal).await;
        assert!(commit.await.unwrap().is_ok());
    }
    // Seven eighths of what appends take.
    let ahead = Timestamp(clock.now().lo.0 + 35 * MS);
    assert_eq!(closed_now(&service, visible(&service), lead).await.unwrap().ts, ahead);
    let short = Duration::from_millis(10);
    assert_eq!(closed_now(&service, visible(&service), short).await.unwrap().ts, ahead, "what is promised is");
    let commit = start(&service, 9, "k").await;
    settle().await;
    clock.advance(Duration::from_millis(20));
    let meanwhile = closed_now(&service, visible(&service), lead).await.unwrap();
    assert_eq!(meanwhile.ts, ahead, "below the commit that is on its way");
    assert!(closed_now(&service, ahead.next(), lead).await.is_none());
    clock.advance(Duration::from_millis(15));
    journal.end(Ok(Lsn(6)));
    settle().await;
    assert!(!commit.is_finished(), "true time has not reached it");
    clock.advance(Duration::from_millis(1));
    assert_eq!(commit.await.unwrap().unwrap(), CommitOutcome::Committed(ahead.next()));
    let next = closed_now(&service, ahead.next(), lead).await.unwrap();
    assert_eq!((next.ts > clock.now().lo, next.last_lsn), (true, Lsn(6)));
}

#[tokio::test]
async fn a_promise_ahead_names_the_place_of_commits_on_their_way() {
    let settings = Settings { pipe_depth: 2, ..Settings::default() };
    let (service, journal, clock) = by_clock(settings).await;
    assert!(closed_now(&service, Timestamp(1), Duration::ZERO).await.is_none(), "there is no ceiling yet");
    journal.end(Ok(Lsn(2)));
    settle().await;
    let visible = service.visible_now().ts;
    let ahead = async || closed_now(&service, visible, Duration::ZERO).await.unwrap().ahead.unwrap();
    assert_eq!(ahead().await.last_lsn, Lsn(2));
    // Two are at the journal, the third waits for a place there.
    let mut commits = Vec::new();
    for (id, key) in [(1, "a"), (2, "b"), (3, "c")] {
        clock.advance(Duration::from_millis(1));
        commits.push(start(&service, id, key).await);
        settle().await;
    }
    assert_eq!(journal.appends.lock().len(), 2);
    let promised = ahead().await;
    assert_eq!((promised.last_lsn, promised.ts), (Lsn(5), promised.newest));
    let closed = closed_now(&service, visible, Duration::ZERO).await.unwrap();
    assert!(closed.ts < promised.ts && closed.last_lsn == Lsn(0), "what is closed waits for them");
    // The first is refused: those behind it move up.
    journal.end(Err(journal::Error::Overloaded));
    settle().await;
    assert!(
        matches!(service.close(visible, Duration::ZERO).await, Err(Error::Overloaded)),
        "nothing is promised meanwhile"
    );
    journal.end(Ok(Lsn(3)));
    settle().await;
    let outcomes = futures::future::join_all(commits).await;
    assert!(matches!(outcomes[0], Ok(Err(Error::Overloaded))));
    assert!(matches!(outcomes[1], Ok(Ok(CommitOutcome::Committed(_)))));
    assert!(matches!(outcomes[2], Ok(Err(Error::Overloaded))), "it had been accepted behind it");
    assert_eq!(ahead().await.last_lsn, Lsn(3));
    // In logical mode nobody relies on clocks.
    clock.set_failed(true);
    assert_eq!(closed_now(&service, visible, Duration::ZERO).await.unwrap().ahead, None);
}

#[tokio::test]
async fn without_trusted_clocks_nothing_is_dated_ahead() {
    let (service, journal) = scripted(Settings::default()).await;
    for n in 1..=6 {
        let commit = start(&service, u128::from(n), "k").await;
        tokio::time::sleep(Duration::from_millis(12)).await;
        journal.end(Ok(Lsn(n)));
        assert!(commit.await.unwrap().is_ok());
    }
    let visible = service.visible_now().ts;
    assert_eq!(closed_now(&service, visible, Duration::from_millis(100)).await.unwrap().ts, visible);
}
