//! Nodes over one pretended journal that changes its leader under load: what clients were told must
//! agree with what the journal says in the end.
#![allow(clippy::disallowed_methods, reason = "waits for real tasks")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64};

use bytes::Bytes;
use futures::stream;
use gavel_api::conformance::adjudicator as suite;
use gavel_api::journal::{self, Entry, Journal, Member, Record};
use gavel_clock::SystemClock;
use gavel_types::{CommitRecord, ConflictKind, Lsn, NodeId, TimeMode, Write, WriteMode};
use parking_lot::Mutex;

use super::*;

/// What the nodes share: the log that a majority holds, and who really leads.
struct Group {
    state: Mutex<Log>,
    last: watch::Sender<u64>,
}

#[derive(Default)]
struct Log {
    records: Vec<Record>,
    term: u64,
    leader: u64,
    random: u64,
}

impl Log {
    fn random(&mut self, n: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % n
    }
}

/// One node's view: a deposed leader learns of it late.
struct Node {
    id: u64,
    group: Arc<Group>,
    knows: watch::Sender<Leadership>,
}

fn member(id: u64) -> Member {
    Member { id: NodeId(id), address: format!("node{id}:1"), zone: String::new(), voter: true }
}

impl Group {
    fn nodes(count: u64) -> (Arc<Self>, Vec<Arc<Node>>) {
        let group =
            Arc::new(Self { state: Mutex::new(Log { random: count, ..Log::default() }), last: watch::Sender::new(0) });
        let node = |id| Arc::new(Node { id, group: Arc::clone(&group), knows: watch::Sender::new(Default::default()) });
        let nodes: Vec<_> = (1..=count).map(node).collect();
        (group, nodes)
    }

    /// From now on `leader` leads. The others learn it `late`.
    async fn elect(&self, leader: u64, nodes: &[Arc<Node>], late: Duration) {
        let term = {
            let mut log = self.state.lock();
            log.term += 1;
            log.leader = leader;
            log.term
        };
        let known = |leading| Leadership { leader: Some(member(leader)), epoch: Epoch(term), leading };
        nodes[leader as usize - 1].knows.send_replace(known(true));
        tokio::time::sleep(late).await;
        for node in nodes.iter().filter(|node| node.id != leader) {
            node.knows.send_replace(known(false));
        }
    }

    fn commits(&self) -> Vec<CommitRecord> {
        let commit = |record: &Record| if let Record::Commit(commit) = record { Some(commit.clone()) } else { None };
        self.state.lock().records.iter().filter_map(commit).collect()
    }
}

impl Node {
    fn leads(&self, log: &Log, epoch: Epoch) -> bool {
        log.leader == self.id && log.term == epoch.0
    }

    async fn delay(&self) {
        let micros = self.group.state.lock().random(800);
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}

#[async_trait]
impl Journal for Node {
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, journal::Error> {
        let epoch = self.knows.borrow().epoch;
        self.append(epoch, vec![Record::Epoch { epoch, opened_at }]).await.map(|_| epoch)
    }

    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, journal::Error> {
        // Its place in the order is taken at once; what a majority makes of it shows later.
        let lost = {
            let mut log = self.group.state.lock();
            if !self.leads(&log, epoch) {
                match log.random(3) {
                    0 => return Err(journal::Error::NotLeader),
                    1 => return Err(journal::Error::Fenced(Epoch(log.term))),
                    _ => {}
                }
                None
            } else {
                log.records.extend(records);
                let last = log.records.len() as u64;
                self.group.last.send_replace(last);
                Some(Lsn(last))
            }
        };
        self.delay().await;
        let log = self.group.state.lock();
        match lost {
            Some(lsn) if self.leads(&log, epoch) => Ok(lsn),
            // Kept or not, the deposed leader cannot know.
            _ => Err(journal::Error::Failed("leadership was lost".into())),
        }
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, journal::Error>> {
        let seen = from.0.max(1) - 1;
        let start = (Arc::clone(&self.group), self.group.last.subscribe(), seen);
        stream::unfold(start, |(group, mut last, seen)| async move {
            last.wait_for(|last| *last > seen).await.ok()?;
            let entries: Vec<Entry> = {
                let log = group.state.lock();
                log.records
                    .iter()
                    .enumerate()
                    .skip(seen as usize)
                    .map(|(i, r)| (Lsn(i as u64 + 1), r.clone()))
                    .collect()
            };
            let seen = seen + entries.len() as u64;
            Some((Ok(entries), (group, last, seen)))
        })
        .boxed()
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        (Lsn(1), Lsn(self.group.state.lock().records.len() as u64))
    }

    async fn trim(&self, _: Lsn) -> Result<(), journal::Error> {
        Ok(())
    }
}

#[async_trait]
impl Replicated for Node {
    fn node_id(&self) -> NodeId {
        NodeId(self.id)
    }

    fn leadership(&self) -> Leadership {
        self.knows.borrow().clone()
    }

    fn leadership_changes(&self) -> BoxStream<'static, Leadership> {
        let knows = self.knows.subscribe();
        stream::unfold((knows, true), |(mut knows, first)| async move {
            if !first {
                knows.changed().await.ok()?;
            }
            let now = knows.borrow_and_update().clone();
            Some((now, (knows, false)))
        })
        .boxed()
    }

    async fn confirm_leadership(&self) -> Result<(), journal::Error> {
        self.delay().await;
        let epoch = self.knows.borrow().epoch;
        if self.leads(&self.group.state.lock(), epoch) { Ok(()) } else { Err(journal::Error::NotLeader) }
    }

    fn members(&self) -> Vec<Member> {
        (1..=3).map(member).collect()
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

/// Until the node has heard that it leads.
async fn opened(seat: &Seat) {
    while seat.serving().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn seats(nodes: &[Arc<Node>], clock: &Arc<dyn Clock>) -> Vec<Arc<Seat>> {
    let settings = Settings { ceiling_lead: Duration::from_millis(10), ..Settings::default() };
    let seat = |node: &Arc<Node>| Arc::new(Seat::new(Arc::clone(node) as _, Arc::clone(clock), settings.clone()));
    nodes.iter().map(seat).collect()
}

fn logical() -> Arc<dyn Clock> {
    Arc::new(SystemClock::unbounded())
}

const ACCOUNTS: u64 = 12;
const OPENING: u64 = 100;

fn account(n: u64) -> Bytes {
    Bytes::from(format!("account {n}"))
}

/// The balance at `ts`, as the log has it.
fn balance(log: &[CommitRecord], key: &Bytes, ts: Timestamp) -> u64 {
    let writes = log.iter().filter(|commit| commit.commit_ts <= ts).flat_map(|commit| &commit.writes);
    let last = writes.filter(|write| write.key == *key).last().and_then(|write| write.value.clone());
    last.map_or(OPENING, |value| String::from_utf8(value.to_vec()).unwrap().parse().unwrap())
}

struct World {
    group: Arc<Group>,
    seats: Vec<Arc<Seat>>,
    clock: Arc<dyn Clock>,
    /// Newest commit that anybody was told of.
    acknowledged: AtomicU64,
    stop: AtomicBool,
}

#[derive(Default)]
struct Told {
    committed: HashMap<TxnId, Timestamp>,
    aborted: Vec<TxnId>,
    unknown: u64,
}

impl World {
    /// Asks one node after another, as a client does that does not know who leads.
    async fn visible(&self, from: &mut usize) -> Visible {
        loop {
            match self.seats[*from % self.seats.len()].visible().await {
                Ok(visible) => return visible,
                Err(Error::NotLeader(_) | Error::NotOpen) => *from += 1,
                Err(other) => panic!("{other:?}"),
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }

    async fn resolve(&self, txn_id: TxnId, from: &mut usize) -> CommitOutcome {
        loop {
            match self.seats[*from % self.seats.len()].resolve(txn_id).await {
                Ok(outcome) => return outcome,
                Err(_) => *from += 1,
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }

    /// Transfers between two accounts; `own` ones that nobody else touches, or any.
    async fn client(self: Arc<Self>, number: u64, own: bool) -> Told {
        let mut told = Told::default();
        let (mut node, mut sent) = (number as usize, 0u64);
        while !self.stop.load(Ordering::Relaxed) {
            sent += 1;
            let before = Timestamp(self.acknowledged.load(Ordering::SeqCst));
            let asked = self.visible(&mut node).await;
            assert!(asked.ts >= before, "a snapshot misses what was acknowledged before it was asked for");
            let snapshot_ts = match asked.mode {
                TimeMode::Logical => asked.ts,
                TimeMode::Clock => self.clock.now().hi,
            };
            // What storage would do: read once nothing at or below the snapshot is to come.
            if asked.mode == TimeMode::Clock
                && self.seats[node % self.seats.len()].close(snapshot_ts, Duration::ZERO).await.is_err()
            {
                continue;
            }
            let log = self.group.commits();
            let (a, b) = if own {
                (100 + 2 * number, 101 + 2 * number)
            } else {
                (sent % ACCOUNTS, (sent * 7 + 1 + number) % ACCOUNTS)
            };
            if a == b {
                continue;
            }
            let (a, b) = (account(a), account(b));
            let (from, to) = (balance(&log, &a, snapshot_ts), balance(&log, &b, snapshot_ts));
            let (from, to) = if from > 0 { (from - 1, to + 1) } else { (from + 1, to - 1) };
            let update = |key: Bytes, value: u64| Write {
                key,
                mode: WriteMode::Update,
                value: Some(Bytes::from(value.to_string())),
            };
            let txn_id = TxnId(u128::from(number) << 64 | u128::from(sent));
            let request = CommitRequest {
                txn_id,
                epoch: asked.epoch,
                snapshot_ts,
                writes: vec![update(a, from), update(b, to)],
                checks: vec![],
                read_ranges: vec![],
                schema_keys: vec![],
                notifications: Vec::new(),
            };
            let outcome = match self.seats[node % self.seats.len()].commit(request).await {
                Ok(outcome) => outcome,
                Err(Error::Unknown(_)) => {
                    told.unknown += 1;
                    self.resolve(txn_id, &mut node).await
                }
                // Nothing was done, as the log must show.
                Err(Error::NotLeader(_) | Error::NotOpen | Error::WrongEpoch(_)) => {
                    told.aborted.push(txn_id);
                    node += 1;
                    continue;
                }
                Err(other) => panic!("{other:?}"),
            };
            match outcome {
                CommitOutcome::Committed(ts) => {
                    if asked.mode == TimeMode::Clock {
                        assert!(ts <= self.clock.now().lo, "seen before its time");
                    }
                    self.acknowledged.fetch_max(ts.0, Ordering::SeqCst);
                    told.committed.insert(txn_id, ts);
                }
                CommitOutcome::Aborted(conflict) => {
                    assert!(!own || conflict.kind == ConflictKind::Cancelled, "a false abort: {conflict:?}");
                    told.aborted.push(txn_id);
                }
            }
        }
        told
    }
}

async fn bank(clock: Arc<dyn Clock>, elections: u64) {
    let (group, nodes) = Group::nodes(3);
    let world = Arc::new(World {
        group: Arc::clone(&group),
        seats: seats(&nodes, &clock),
        clock,
        acknowledged: AtomicU64::new(0),
        stop: AtomicBool::new(false),
    });
    group.elect(1, &nodes, Duration::ZERO).await;
    let clients: Vec<_> = (0..8).map(|n| tokio::spawn(Arc::clone(&world).client(n, n % 2 == 0))).collect();
    for round in 0..elections {
        tokio::time::sleep(Duration::from_millis(30)).await;
        // At times the same node again, or one that does not know for a while that it was deposed.
        group.elect(1 + (round * round + round / 3) % 3, &nodes, Duration::from_millis(round % 4 * 10)).await;
    }
    tokio::time::sleep(Duration::from_millis(30)).await;
    world.stop.store(true, Ordering::Relaxed);
    let mut told = Told::default();
    for client in clients {
        let one = client.await.unwrap();
        told.committed.extend(one.committed);
        told.aborted.extend(one.aborted);
        told.unknown += one.unknown;
    }
    let log = group.commits();
    assert!(log.is_sorted_by(|a, b| a.commit_ts < b.commit_ts));
    let by_id: HashMap<TxnId, Timestamp> = log.iter().map(|commit| (commit.txn_id, commit.commit_ts)).collect();
    assert_eq!(by_id.len(), log.len(), "a transaction is in the journal twice");
    for (txn_id, ts) in &told.committed {
        assert_eq!(by_id.get(txn_id), Some(ts), "{txn_id} was acknowledged");
    }
    for txn_id in &told.aborted {
        assert_eq!(by_id.get(txn_id), None, "{txn_id} was reported not to have happened");
    }
    for commit in &log {
        let sum = |at| (0..ACCOUNTS).map(|n| balance(&log, &account(n), at)).sum::<u64>();
        if commit.commit_ts.0.is_multiple_of(16) || commit.commit_ts == log[log.len() - 1].commit_ts {
            assert_eq!(sum(commit.commit_ts), ACCOUNTS * OPENING);
        }
    }
    assert!(told.committed.len() as u64 > elections * 5, "{} commits", told.committed.len());
    assert!(told.unknown > 0, "no election met a commit on its way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_balances_over_many_elections_in_logical_mode() {
    bank(logical(), 24).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_balances_over_many_elections_in_clock_mode() {
    bank(Arc::new(SystemClock::with_bound(Duration::from_micros(300))), 24).await;
}

#[tokio::test]
async fn a_leader_conforms() {
    suite::all(async || {
        let (group, nodes) = Group::nodes(1);
        group.elect(1, &nodes, Duration::ZERO).await;
        Seat::new(Arc::clone(&nodes[0]) as _, logical(), Settings::default())
    })
    .await;
}

#[tokio::test]
async fn a_successor_without_a_clock_tells_nothing_while_there_may_be_leases() {
    let (group, nodes) = Group::nodes(1);
    group.state.lock().records.push(Record::TimeMode(TimeMode::Clock));
    let seats = seats(&nodes, &logical());
    let begun = std::time::Instant::now();
    group.elect(1, &nodes, Duration::ZERO).await;
    opened(&seats[0]).await;
    assert!(begun.elapsed() >= gavel_api::adjudicator::MODE_LEASE);
    assert!(matches!(seats[0].visible().await, Ok(Visible { mode: TimeMode::Logical, .. })));
}

#[tokio::test]
async fn who_does_not_lead_says_who_does() {
    let (group, nodes) = Group::nodes(3);
    let seats = seats(&nodes, &logical());
    assert!(matches!(seats[0].visible().await, Err(Error::NotLeader(None))));
    group.elect(2, &nodes, Duration::ZERO).await;
    opened(&seats[1]).await;
    let asked = seats[1].visible().await;
    assert!(matches!(asked, Ok(Visible { epoch: Epoch(1), .. })), "{asked:?}");
    assert!(
        matches!(seats[0].close(Timestamp(1), Duration::ZERO).await, Err(Error::NotLeader(Some(a))) if a == "node2:1")
    );
}

#[tokio::test]
async fn a_deposed_leader_that_does_not_know_it_gives_out_nothing() {
    let (group, nodes) = Group::nodes(2);
    let seats = seats(&nodes, &logical());
    group.elect(1, &nodes, Duration::ZERO).await;
    opened(&seats[0]).await;
    let old = suite::request(&*seats[0], 1).await;
    let closed = seats[0].close(old.snapshot_ts.max(logical().now().lo), Duration::ZERO).await.unwrap();
    // The second is elected; the first has not heard of it.
    group.state.lock().leader = 2;
    group.state.lock().term = 2;
    nodes[1].knows.send_replace(Leadership { leader: Some(member(2)), epoch: Epoch(2), leading: true });
    opened(&seats[1]).await;
    let mut one = suite::request(&*seats[1], 2).await;
    one.writes.push(suite::write("k", WriteMode::Update));
    let CommitOutcome::Committed(ts) = seats[1].commit(one).await.unwrap() else { panic!("no conflict") };
    assert!(ts > closed.ts, "a promise of the first outlives it");
    assert!(matches!(seats[0].resolve(TxnId(2)).await, Err(Error::NotLeader(_))), "it would bar what has committed");
    assert!(matches!(seats[0].visible().await, Err(Error::NotLeader(_))));
    // What it promised it may go on to promise.
    assert_eq!(seats[0].close(closed.ts, Duration::ZERO).await.unwrap().last_lsn, closed.last_lsn);
    let mut late = old;
    late.writes.push(suite::write("l", WriteMode::Update));
    assert!(matches!(seats[0].commit(late).await, Err(Error::NotLeader(_) | Error::Unknown(_))));
    assert_eq!(group.commits().len(), 1);
}

#[tokio::test]
async fn requests_wait_for_a_new_leader_but_not_for_ever() {
    let (group, nodes) = Group::nodes(1);
    let settings = Settings { opening_wait: Duration::from_millis(50), queue_requests: 2, ..Settings::default() };
    let seat = Arc::new(Seat::new(Arc::clone(&nodes[0]) as _, logical(), settings));
    // Leads, but the journal takes nothing.
    nodes[0].knows.send_replace(Leadership { leader: Some(member(1)), epoch: Epoch(1), leading: true });
    tokio::time::sleep(Duration::from_millis(5)).await;
    let asked: Vec<_> = (0..3)
        .map(|_| {
            tokio::spawn({
                let seat = Arc::clone(&seat);
                async move { seat.visible().await }
            })
        })
        .collect();
    let mut overloaded = 0;
    for asked in asked {
        match asked.await.unwrap() {
            Err(Error::Overloaded) => overloaded += 1,
            Err(Error::NotOpen) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(overloaded, 1);
    group.elect(1, &nodes, Duration::ZERO).await;
    opened(&seat).await;
    assert!(seat.visible().await.is_ok());
}

#[tokio::test]
async fn one_confirmation_serves_all_who_waited_when_it_began() {
    let (group, nodes) = Group::nodes(1);
    group.elect(1, &nodes, Duration::ZERO).await;
    let rounds = Arc::new(Counting { node: Arc::clone(&nodes[0]), rounds: AtomicU64::new(0) });
    let confirm = crate::confirm::Confirm::new(Arc::clone(&rounds) as _, tokio::runtime::Handle::current());
    let all = futures::future::join_all((0..100).map(|_| confirm.confirm())).await;
    assert!(all.iter().all(Result::is_ok));
    assert!(rounds.rounds.load(Ordering::Relaxed) <= 2);
    group.state.lock().term = 9;
    assert!(confirm.confirm().await.is_err());
}

/// Counts confirmations.
struct Counting {
    node: Arc<Node>,
    rounds: AtomicU64,
}

#[async_trait]
impl Journal for Counting {
    async fn open_epoch(&self, at: Timestamp) -> Result<Epoch, journal::Error> {
        self.node.open_epoch(at).await
    }
    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, journal::Error> {
        self.node.append(epoch, records).await
    }
    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, journal::Error>> {
        self.node.tail(from)
    }
    fn bounds(&self) -> (Lsn, Lsn) {
        self.node.bounds()
    }
    async fn trim(&self, below: Lsn) -> Result<(), journal::Error> {
        self.node.trim(below).await
    }
}

#[async_trait]
impl Replicated for Counting {
    fn node_id(&self) -> NodeId {
        self.node.node_id()
    }
    fn leadership(&self) -> Leadership {
        self.node.leadership()
    }
    fn leadership_changes(&self) -> BoxStream<'static, Leadership> {
        self.node.leadership_changes()
    }
    async fn confirm_leadership(&self) -> Result<(), journal::Error> {
        self.rounds.fetch_add(1, Ordering::Relaxed);
        self.node.confirm_leadership().await
    }
    fn members(&self) -> Vec<Member> {
        self.node.members()
    }
    async fn add_member(&self, member: Member) -> Result<(), journal::Error> {
        self.node.add_member(member).await
    }
    async fn remove_member(&self, id: NodeId) -> Result<(), journal::Error> {
        self.node.remove_member(id).await
    }
    async fn step_down(&self) -> Result<(), journal::Error> {
        self.node.step_down().await
    }
}
