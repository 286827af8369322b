//! A cluster in one process: nodes on disks in memory, joined by a network that may lose, delay
//! and double messages, or be cut.
#![allow(clippy::disallowed_methods, reason = "tests wait for real elections")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_api::conformance::journal::read_all;
use gavel_api::journal::{Entry, Error, Journal, Member, PeerError, PeerService, PeerTransport, Record, Replicated};
use gavel_types::{Epoch, Lsn, NodeId, Timestamp};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use super::node::{Components, RaftJournal};
use super::settings::Settings;
use super::wire::{self, Message};
use crate::disk::Disk;
use crate::memory_disk::MemoryDisk;

/// SplitMix64, so that a failure can be played again from its printed seed.
#[derive(Debug)]
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// What the network does to messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// Of a thousand messages, how many are lost, either on the way there or on the way back.
    pub lost: u64,
    /// Of a thousand messages, how many arrive twice.
    pub doubled: u64,
    /// Longest delay.
    pub delay: Duration,
    /// Ways that are cut, one direction each.
    pub cut: BTreeSet<(u64, u64)>,
    /// Answers to what has entries wait for as long as this is set.
    pub held: bool,
}

/// The network.
pub(crate) struct Net {
    nodes: Mutex<BTreeMap<u64, (Arc<RaftJournal>, Arc<AtomicBool>)>>,
    pub(crate) faults: Mutex<Faults>,
    random: Mutex<Random>,
}

impl Net {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { nodes: Mutex::default(), faults: Mutex::default(), random: Mutex::new(Random(seed)) })
    }

    fn chance(&self, of_thousand: u64) -> bool {
        of_thousand > 0 && self.random.lock().below(1_000) < of_thousand
    }

    fn is_cut(&self, from: u64, to: u64) -> bool {
        self.faults.lock().cut.contains(&(from, to))
    }

    /// Cuts `node` off from all others, or joins it again.
    pub(crate) fn isolate(&self, node: u64, others: impl IntoIterator<Item = u64>) {
        let mut faults = self.faults.lock();
        for other in others {
            if other != node {
                faults.cut.insert((node, other));
                faults.cut.insert((other, node));
            }
        }
    }

    pub(crate) fn heal(&self) {
        *self.faults.lock() = Faults::default();
    }
}

/// One node's way into the network, for one of its lives: what is left of a node after its power
/// was cut must reach nobody.
pub(crate) struct Link {
    net: Arc<Net>,
    from: u64,
    alive: Arc<AtomicBool>,
}

#[async_trait]
impl PeerTransport for Link {
    async fn send(&self, to: &Member, message: Bytes) -> Result<Bytes, PeerError> {
        let net = &self.net;
        let lost = || PeerError("lost".into());
        let Faults { lost: loss, doubled, delay, .. } = net.faults.lock().clone();
        if !delay.is_zero() {
            let wait = net.random.lock().below(delay.as_micros() as u64);
            sleep(Duration::from_micros(wait)).await;
        }
        if !self.alive.load(SeqCst) || net.is_cut(self.from, to.id.0) || net.chance(loss) {
            sleep(Duration::from_millis(20)).await;
            return Err(lost());
        }
        let found = net.nodes.lock().get(&to.id.0).cloned();
        let (node, alive) = found.ok_or_else(|| PeerError("nobody is there".into()))?;
        if net.chance(doubled) {
            let (node, message) = (Arc::clone(&node), message.clone());
            let wait = net.random.lock().below(1 + 3 * delay.as_micros() as u64);
            tokio::spawn(async move {
                sleep(Duration::from_micros(wait)).await;
                // Nobody waits for the answer to the second copy.
                let _ = node.handle(message).await;
            });
        }
        let answer = node.handle(message.clone()).await;
        drop(node);
        while net.faults.lock().held && has_entries(message.clone()) {
            sleep(Duration::from_millis(5)).await;
        }
        if !alive.load(SeqCst) || net.is_cut(to.id.0, self.from) || net.chance(loss) {
            return Err(lost());
        }
        answer
    }
}

fn has_entries(message: Bytes) -> bool {
    let body = wire::decode_head(message).and_then(|(_, body)| wire::decode_body(body));
    matches!(body, Ok(Message::Append(rpc)) if !rpc.entries.is_empty())
}

/// Wraps the disks of nodes; what faults a disk has besides those of [`MemoryDisk`].
pub(crate) type Wrap = Arc<dyn Fn(MemoryDisk) -> Arc<dyn Disk> + Send + Sync>;

/// Some nodes.
pub(crate) struct Cluster {
    pub(crate) net: Arc<Net>,
    pub(crate) nodes: BTreeMap<u64, Arc<RaftJournal>>,
    pub(crate) alive: BTreeMap<u64, Arc<AtomicBool>>,
    pub(crate) disks: BTreeMap<u64, MemoryDisk>,
    pub(crate) initial: Vec<Member>,
    pub(crate) wrap: Wrap,
    pub(crate) adjust: fn(&mut Settings),
}

pub(crate) fn member(id: u64) -> Member {
    Member { id: NodeId(id), address: format!("node{id}:1"), zone: format!("z{id}"), voter: true }
}

impl Cluster {
    /// `n` nodes that begin a cluster.
    pub(crate) async fn start(n: u64) -> Self {
        let mut cluster = Self::prepare(n, 1);
        for id in 1..=n {
            cluster.restart(id).await.unwrap();
        }
        cluster
    }

    /// Disks for `n` nodes that are to begin a cluster, none of them running.
    pub(crate) fn prepare(n: u64, seed: u64) -> Self {
        Self {
            net: Net::new(seed),
            nodes: BTreeMap::new(),
            alive: BTreeMap::new(),
            disks: (1..=n).map(|id| (id, MemoryDisk::new())).collect(),
            initial: (1..=n).map(member).collect(),
            wrap: Arc::new(|disk| Arc::new(disk)),
            adjust: |_| {},
        }
    }

    pub(crate) fn settings(&self, id: u64) -> Settings {
        let initial = if self.initial.iter().any(|m| m.id.0 == id) { self.initial.clone() } else { Vec::new() };
        let mut settings = Settings::new("test", NodeId(id), initial);
        settings.heartbeat = Duration::from_millis(50);
        settings.election_min = Duration::from_millis(200);
        settings.election_max = Duration::from_millis(400);
        settings.peer_timeout = Duration::from_millis(500);
        settings.files =
            crate::Settings { segment_size_bytes: 16 << 10, cache_size_bytes: 4 << 10, ..crate::Settings::default() };
        (self.adjust)(&mut settings);
        settings
    }

    /// Starts a node on its disk, which is made if there is none.
    pub(crate) async fn restart(&mut self, id: u64) -> Result<(), Error> {
        let disk = (self.wrap)(self.disks.entry(id).or_default().clone());
        let alive = Arc::new(AtomicBool::new(true));
        let transport = Arc::new(Link { net: Arc::clone(&self.net), from: id, alive: Arc::clone(&alive) });
        let node = RaftJournal::start(self.settings(id), Components { disk, transport, clock: None }).await?;
        let node = Arc::new(node);
        self.net.nodes.lock().insert(id, (Arc::clone(&node), Arc::clone(&alive)));
        self.nodes.insert(id, node);
        self.alive.insert(id, alive);
        Ok(())
    }

    /// Cuts the power of a node. What it had not flushed may be lost.
    pub(crate) fn power_cut(&mut self, id: u64, seed: u64) {
        // First of all: what it says from now on may rest on what the cut disk does not have.
        if let Some(alive) = self.alive.remove(&id) {
            alive.store(false, SeqCst);
        }
        self.net.nodes.lock().remove(&id);
        if let Some(disk) = self.disks.get_mut(&id) {
            // The old node may go on for a moment, on a disk that nobody will read.
            *disk = disk.after_power_cut(seed);
        }
        self.nodes.remove(&id);
    }

    /// Waits for a leader that has heard of all earlier epochs.
    pub(crate) async fn leader(&self) -> Arc<RaftJournal> {
        let begun = Instant::now();
        loop {
            for node in self.nodes.values() {
                if node.leadership().leading && node.confirm_leadership().await.is_ok() {
                    return Arc::clone(node);
                }
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "there is no leader");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Opens an epoch at whoever leads.
    pub(crate) async fn open(&self) -> (Arc<RaftJournal>, Epoch) {
        loop {
            let leader = self.leader().await;
            match leader.open_epoch(Timestamp(1)).await {
                Ok(epoch) => return (leader, epoch),
                Err(Error::NotLeader | Error::Fenced(_) | Error::Overloaded | Error::Failed(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Waits until every running node has the records that `of` has; returns them.
    pub(crate) async fn agree(&self, of: &RaftJournal) -> Vec<Entry> {
        let last = of.bounds().1;
        let begun = Instant::now();
        for (id, node) in &self.nodes {
            while node.bounds().1 < last {
                assert!(begun.elapsed() < Duration::from_secs(20), "node {id} stays at {:?}", node.bounds());
                sleep(Duration::from_millis(5)).await;
            }
        }
        let all = read_all(of, of.bounds().0).await;
        for (id, node) in &self.nodes {
            // Nodes cut their logs at times of their own.
            let from = node.bounds().0.max(all.first().map_or(last, |(lsn, _)| *lsn));
            let theirs = read_all(node.as_ref(), from).await;
            let expected: Vec<_> = all.iter().filter(|(lsn, _)| *lsn >= from).cloned().collect();
            let n = theirs.len().min(expected.len());
            assert_eq!(theirs[..n], expected[..n], "node {id}");
        }
        all
    }
}

/// The cluster as one journal: asks whoever leads.
#[async_trait]
impl Journal for Cluster {
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error> {
        loop {
            match self.leader().await.open_epoch(opened_at).await {
                Err(Error::NotLeader) => {}
                done => return done,
            }
        }
    }

    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error> {
        let leading = self.nodes.values().find(|node| node.leadership().leading).cloned();
        let leader = match leading {
            Some(leader) => leader,
            None => self.leader().await,
        };
        leader.append(epoch, records).await
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        self.most().tail(from)
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        self.most().bounds()
    }

    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        self.leader().await.trim(below).await
    }
}

impl Cluster {
    fn most(&self) -> &RaftJournal {
        self.nodes.values().max_by_key(|node| node.bounds().1).unwrap()
    }
}
