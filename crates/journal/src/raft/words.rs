//! What voters tell each other of their disks, so that a follower knows without its leader what is committed.
//!
//! ```text
//!   leader (20 ms away)     follower
//!      │──── entry 7 ──────────►│
//!   flushes                  flushes
//!      │──── word: up to 7 ────►│   20 ms: two of three have it; its tails go on
//!      │◄──── success ──────────│
//!      │──── committed: 7 ─────►│   60 ms: the leader says so
//! ```
//! Every voter tells each of the other voters that is far from it how far its disk has the log, in the term of
//! the present leader. Who has counted a majority (`tally`) tells its own Raft so, in the leader's name: as an
//! append without entries, which tells nothing that is not so and that the leader will not say itself. Readers
//! far from the leader then see a commit a round trip earlier, and who waits for one hears of it there.
//!
//! Counted is under the configuration that is committed, and only while the log has none after it, nor a joint
//! one. Words come in messages of peers, and so from none whose disk has lost its memory.
#![allow(clippy::disallowed_methods, reason = "a shell: runs as tasks")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gavel_runtime::{timer, watch};
use gavel_types::NodeId;
use openraft::raft::AppendEntriesRequest;
use openraft::{Raft, RaftNetworkFactory};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::machine::Machine;
use super::peers::{Hub, Network, Way};
use super::tally::Tally;
use super::types::{Config, LogId, StoredMembership, Vote};

/// Words that are on their way to one peer at a time; beyond it only the newest is told.
const UNDER_WAY: usize = 32;
/// A peer that is near is told this often all the same, to see whether it still is.
const LOOK: Duration = Duration::from_secs(1);

/// See the module.
pub(crate) struct Words {
    pub(crate) hub: Arc<Hub>,
    /// The configuration that is committed.
    pub(crate) configuration: tokio::sync::watch::Receiver<StoredMembership>,
    /// A peer that answers sooner than this is near, and told nothing.
    pub(crate) far: Duration,
    tally: Mutex<Tally>,
    heard: Notify,
}

impl Words {
    pub(crate) fn new(
        hub: Arc<Hub>,
        configuration: tokio::sync::watch::Receiver<StoredMembership>,
        far: Duration,
    ) -> Self {
        Self { hub, configuration, far, tally: Mutex::default(), heard: Notify::new() }
    }

    /// `node` has the log of the leader who proposed `id` on its disk up to there.
    pub(crate) fn hear(&self, node: u64, id: LogId) {
        self.tally.lock().add(node, id);
        self.heard.notify_one();
    }

    /// Tells the others of this disk, whenever more is on it. Ends with the store.
    pub(crate) async fn tell(self: Arc<Self>) {
        let mut durable = self.hub.store.durable();
        let mut peers: BTreeMap<u64, Peer> = BTreeMap::new();
        let mut under_way = FuturesUnordered::new();
        loop {
            if let Some(id) = self.told_of(&durable) {
                self.hear(self.hub.node.0, id);
                for way in self.others().await {
                    let peer = peers.entry(way.peer()).or_default();
                    if peer.told < Some(id)
                        && peer.under_way < UNDER_WAY
                        && peer.is_due(self.hub.is_near(way.peer(), self.far))
                    {
                        peer.told = Some(id);
                        peer.at = Some(timer::now());
                        peer.under_way += 1;
                        under_way.push(told(way, id));
                    }
                }
            }
            tokio::select! {
                biased;
                Some(node) = under_way.next(), if !under_way.is_empty() => {
                    let peer: &mut Peer = peers.entry(node).or_default();
                    peer.under_way -= 1;
                }
                changed = durable.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Tells Raft what a majority has, whenever that is more than before.
    pub(crate) async fn count(self: Arc<Self>, raft: Raft<Config, Machine>) {
        let mut known = None;
        loop {
            self.heard.notified().await;
            let Some((vote, id)) = self.decided().filter(|(_, id)| known < Some(*id)) else { continue };
            known = Some(id);
            let rpc =
                AppendEntriesRequest { vote, prev_log_id: Some(id), entries: Vec::new(), leader_commit: Some(id) };
            if let Err(error) = raft.append_entries(rpc).await {
                tracing::debug!(%error, "consensus has ended");
                return;
            }
        }
    }

    /// What is to be told of this disk: it has the log of the present leader up to there.
    fn told_of(&self, durable: &watch::Receiver<Option<LogId>>) -> Option<LogId> {
        let id = (*durable.borrow())?;
        let vote = self.hub.store.vote()?;
        let (_, voters) = self.voters()?;
        let votes = voters.contains(&self.hub.node.0);
        (votes && vote.committed && vote.leader_id.term == id.leader_id.term).then_some(id)
    }

    /// The leader whose follower this node is, and what a majority has of its log.
    fn decided(&self) -> Option<(Vote, LogId)> {
        let vote = self.hub.store.vote().filter(|vote| vote.committed)?;
        if vote.leader_id.voted_for == self.hub.node.0 {
            return None;
        }
        let (at, voters) = self.voters()?;
        let id = self.tally.lock().decided(&voters)?;
        let log = self.hub.store.log().lock();
        let here = log.id_at(id.index) == Some(id) && id.leader_id.term == vote.leader_id.term;
        (here && log.configured().is_none_or(|index| index <= at)).then_some((vote, id))
    }

    /// Index of the configuration that is committed, and who votes in it; none if it is a joint one.
    fn voters(&self) -> Option<(u64, BTreeSet<u64>)> {
        let configuration = self.configuration.borrow();
        let at = configuration.log_id().as_ref().map_or(0, |id| id.index);
        let [voters] = &configuration.membership().get_joint_config()[..] else { return None };
        Some((at, voters.clone()))
    }

    /// The ways to the other voters.
    async fn others(&self) -> Vec<Way> {
        let configuration = self.configuration.borrow().clone();
        let mut network = Network(Arc::clone(&self.hub));
        let mut ways = Vec::new();
        for (id, place) in configuration.nodes() {
            if NodeId(*id) != self.hub.node && configuration.voter_ids().any(|voter| voter == *id) {
                ways.push(network.new_client(*id, place).await);
            }
        }
        ways
    }
}

/// What this node knows of another one.
#[derive(Default)]
struct Peer {
    told: Option<LogId>,
    under_way: usize,
    /// When it was told last.
    at: Option<Instant>,
}

impl Peer {
    fn is_due(&self, near: bool) -> bool {
        !near || self.at.is_none_or(|at| timer::since(at) >= LOOK)
    }
}

/// Tells one peer; whoever is not reached hears of it from the leader.
async fn told(way: Way, id: LogId) -> u64 {
    let _ = way.tell(id).await;
    way.peer()
}
