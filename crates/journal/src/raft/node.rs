//! One node of a replicated journal.
#![allow(clippy::disallowed_methods, reason = "a shell: starts tasks, waits for elections")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::journal::{
    Entry, Error, Journal, Leadership, Member, PeerError, PeerService, PeerTransport, Record, Replicated, Witness,
};
use gavel_runtime::offload;
use gavel_runtime::timer::{self, sleep, timeout};
use gavel_types::{Epoch, Lsn, NodeId, Timestamp, TxnId};
use openraft::Instant as _;
use openraft::async_runtime::WatchReceiver;
use openraft::raft::VoteRequest;
use openraft::{ChangeMembers, Raft, RaftMetrics, ReadPolicy, ServerState, SnapshotPolicy};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::commits::Commits;
use super::health::Bounds;
use super::identity::{self, Identity};
use super::machine::{Machine, Snapshots};
use super::peers::{Clock, Hub, Network, Reception};
use super::positions::{self, Positions};
use super::propose::{Proposal, Proposals, Proposer};
use super::settings::Settings;
use super::store::{Store, Thread};
use super::types::{Command, Config, Place, StoredMembership, Vote};
use super::words::Words;
use crate::counters::Counters;
use crate::disk::Disk;
use crate::recovery::failed;
use crate::shared::End;

/// Time after which an election that was asked for must have a winner.
const ELECTION_PATIENCE: Duration = Duration::from_secs(5);
/// How often the disk's fitness is looked at.
const HEALTH_INTERVAL: Duration = Duration::from_millis(200);
/// Time for which a node that has handed over for its disk does not stand for election.
const UNFIT_PAUSE: Duration = Duration::from_secs(10);
/// Not the number of any node.
const NOBODY: u64 = u64::MAX;

/// What a node is made of.
pub struct Components {
    pub disk: Arc<dyn Disk>,
    pub transport: Arc<dyn PeerTransport>,
    /// If there is one, batches from this node's future are refused.
    pub clock: Option<Clock>,
}

/// One node of a replicated journal. Peers' messages are to be given to its [`PeerService`].
///
/// [`RaftJournal::close`] hands leadership on and ends it; dropping it ends it like a crash, except
/// that what waits for the disk is written.
pub struct RaftJournal {
    node: NodeId,
    settings: Settings,
    pub(super) raft: Raft<Config, Machine>,
    store: Store,
    positions: Arc<Positions>,
    commits: Arc<Commits>,
    proposals: Arc<Proposals>,
    reception: Reception,
    leadership: watch::Receiver<Leadership>,
    /// The latest term for which an epoch record was proposed, and whether that succeeded.
    epochs: tokio::sync::Mutex<()>,
    opened: Arc<Mutex<Opened>>,
    counters: Arc<Counters>,
    tasks: Vec<JoinHandle<()>>,
    // Last, so that the directory is given free after the thread has ended.
    _thread: Thread,
    _lock: Box<dyn std::any::Any + Send + Sync>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Opened {
    /// Term for which an epoch record has, or may have, been written.
    tried: u64,
    /// Term whose epoch record is committed.
    done: u64,
}

impl RaftJournal {
    /// Starts the node: reads its log, and begins the cluster if it is new. Returns before there is
    /// a leader.
    ///
    /// # Errors
    /// [`Error::Corrupt`] on damage, or if the disk belongs to another node or to a journal of one
    /// node; [`Error::Failed`] if another process has the disk, or it does not work.
    pub async fn start(settings: Settings, components: Components) -> Result<Self, Error> {
        let Components { disk, transport, clock } = components;
        let lock = disk.lock().map_err(|error| match error.kind() {
            std::io::ErrorKind::WouldBlock => Error::Failed("the directory is in use by another process".into()),
            _ => failed("locking the directory")(error),
        })?;
        let counters = Arc::new(Counters::default());
        let opening = (Arc::clone(&disk), settings.clone(), Arc::clone(&counters));
        let opened = offload(move || {
            let (disk, settings, counters) = opening;
            open(&disk, &settings, counters)
        });
        let (identity, snapshots, store, thread) =
            opened.await.unwrap_or_else(|error| Err(Error::Failed(error.to_string())))?;
        let generation = identity.generation();
        let hub = Arc::new(Hub {
            transport,
            identity: Arc::new(Mutex::new(identity)),
            cluster: settings.cluster.clone(),
            node: settings.node,
            generation,
            timeout: settings.peer_timeout,
            store: store.clone(),
            in_flight: settings.in_flight.max(1),
            distances: Mutex::default(),
        });
        let point = snapshots.point();
        let positions = Arc::new(Positions::new(
            point.map(|(id, _)| id.index),
            point.map_or(Lsn::ZERO, |(_, lsn)| lsn),
            settings.files.cache_size_bytes,
        ));
        let (trims, trim_asked) = watch::channel(Lsn::ZERO);
        let (members, configuration) = watch::channel(StoredMembership::default());
        let commits = Arc::new(Commits::default());
        let machine =
            Machine::new(store.clone(), Arc::clone(&positions), Arc::clone(&commits), snapshots, trims, members);
        let config = Arc::new(raft_config(&settings)?);
        let network = Network(Arc::clone(&hub));
        let raft = Raft::new(settings.node.0, config, network, store.clone(), machine)
            .await
            .map_err(|error| Error::Failed(error.to_string()))?;
        begin_cluster(&raft, &settings).await?;
        let (leading, leadership) = watch::channel(Leadership::default());
        let proposals = Arc::new(Proposals::new(settings.queue_size_bytes));
        let proposer = Proposer {
            raft: raft.clone(),
            proposals: Arc::clone(&proposals),
            batch_size_bytes: settings.batch_size_bytes,
            in_flight: settings.in_flight.max(1),
            patience: 2 * settings.election_max,
            counters: Arc::clone(&counters),
        };
        let words = Arc::new(Words::new(Arc::clone(&hub), configuration, settings.far));
        let tasks = vec![
            tokio::spawn(Arc::clone(&words).tell()),
            tokio::spawn(Arc::clone(&words).count(raft.clone())),
            tokio::spawn(proposer.run()),
            tokio::spawn(watch_leadership(raft.clone(), Arc::clone(&positions), Arc::clone(&proposals), leading)),
            tokio::spawn(cut_log(raft.clone(), trim_asked)),
            tokio::spawn(watch_disk(raft.clone(), store.clone(), settings.clone())),
        ];
        let reception = Reception { hub, raft: raft.clone(), words, clock, max_future: settings.max_future };
        Ok(Self {
            node: settings.node,
            settings,
            raft,
            store,
            positions,
            commits,
            proposals,
            reception,
            leadership,
            epochs: tokio::sync::Mutex::new(()),
            opened: Arc::default(),
            counters,
            tasks,
            _thread: thread,
            _lock: lock,
        })
    }

    /// Totals, which outlive the journal.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Hands leadership on if this node has it, then ends. What waits is refused.
    pub async fn close(&self) {
        if let Err(error) = self.step_down().await {
            tracing::info!(%error, "closing without a successor");
        }
        self.proposals.close();
        self.positions.finish(End::Closed);
        if let Err(error) = self.raft.shutdown().await {
            tracing::warn!(%error, "the consensus task did not end in order");
        }
    }

    fn term(&self) -> u64 {
        self.raft.metrics().borrow_watched().current_term
    }

    fn leads(&self) -> bool {
        self.raft.metrics().borrow_watched().state == ServerState::Leader
    }

    async fn propose(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error> {
        if self.store.is_full() {
            return Err(Error::DiskFull);
        }
        let (proposal, answer) = Proposal::new(epoch, &records);
        // They keep the buffers alive in which they came.
        drop(records);
        if proposal.body.len() > self.settings.entry_size_bytes {
            return Err(Error::TooLarge(proposal.body.len()));
        }
        self.proposals.push(proposal)?;
        match answer.await {
            Ok(Err(Error::NotLeader)) if self.term() > epoch.0 => Err(Error::Fenced(Epoch(self.term()))),
            Ok(result) => result,
            Err(_) => Err(self.positions.end().unwrap_or(End::Failed("the proposer has died".into())).error()),
        }
    }

    /// Makes this leader a leader of a later term.
    async fn renew(&self, term: u64) -> Result<(), Error> {
        let me = self.node.0;
        let mut metrics = self.raft.metrics();
        // Its peers then do not wait for its lease to end before they vote.
        self.raft.trigger().transfer_leader(me).await.map_err(stopped)?;
        let last = self.store.log().lock().last();
        // A leader gives way only to a later vote: it gives the next term to nobody, then stands for
        // the one after that.
        let request = VoteRequest { vote: Vote::new(term + 1, NOBODY), last_log_id: last, leadership_transfer: true };
        self.raft.vote(request).await.map_err(stopped)?;
        self.raft.trigger().elect(false).await.map_err(stopped)?;
        let elected = async {
            loop {
                {
                    let now = metrics.borrow_and_update();
                    if now.current_term > term && now.state == ServerState::Leader {
                        return true;
                    }
                    if now.current_term > term && now.current_leader.is_some_and(|leader| leader != me) {
                        return false;
                    }
                }
                if metrics.changed().await.is_err() {
                    return false;
                }
            }
        };
        match timeout(ELECTION_PATIENCE, elected).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Error::NotLeader),
        }
    }

    /// Whether the journal can still commit without the voter `leaving`, going by who answers now.
    fn remains_able(&self, members: &[Member], leaving: NodeId) -> Result<(), Error> {
        let heard = {
            let metrics = self.raft.metrics();
            let now = metrics.borrow_watched();
            let lately = now
                .heartbeat
                .iter()
                .flatten()
                .filter(|(_, at)| at.as_ref().is_some_and(|at| at.elapsed() <= 2 * self.settings.election_max));
            lately.map(|(id, _)| NodeId(*id)).chain([self.node]).collect::<Vec<_>>()
        };
        let voters = || members.iter().filter(|member| member.voter && member.id != leaving);
        let (all, answer) = (voters().count(), voters().filter(|member| heard.contains(&member.id)).count());
        if answer * 2 > all {
            return Ok(());
        }
        Err(Error::Failed(format!(
            "without node {} only {answer} of {all} voters would answer, which is no majority",
            leaving.0
        )))
    }

    async fn change(&self, changes: ChangeMembers<u64, Place>, retain: bool) -> Result<(), Error> {
        let changed = self.raft.change_membership(changes, retain).await;
        changed.map(|_| ()).map_err(|error| match error.forward_to_leader() {
            Some(_) => Error::NotLeader,
            None => Error::Failed(error.to_string()),
        })
    }
}

fn open(
    disk: &Arc<dyn Disk>,
    settings: &Settings,
    counters: Arc<Counters>,
) -> Result<(Identity, Snapshots, Store, Thread), Error> {
    let names = disk.list().map_err(failed("listing the directory"))?;
    let ours = names.iter().any(|name| name == identity::FILE);
    if !ours && names.iter().any(|name| crate::segment::parse_name(name).is_some()) {
        return Err(Error::Corrupt("the directory has the journal of a single node".into()));
    }
    let identity = Identity::open(disk.as_ref(), &settings.cluster, settings.node)?;
    let snapshots = Snapshots::open(disk.as_ref())?;
    let (store, thread) = Store::open(Arc::clone(disk), &settings.files, snapshots.point(), counters)?;
    Ok((identity, snapshots, store, thread))
}

fn raft_config(settings: &Settings) -> Result<openraft::Config, Error> {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let config = openraft::Config {
        cluster_name: settings.cluster.clone(),
        heartbeat_interval: ms(settings.heartbeat),
        election_timeout_min: ms(settings.election_min),
        election_timeout_max: ms(settings.election_max),
        install_snapshot_timeout: ms(settings.peer_timeout),
        max_payload_entries: 1_024,
        max_append_entries: Some(1_024),
        // A new node counts as caught up when it is this close.
        replication_lag_threshold: 64,
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: 0,
        purge_batch_size: 1,
        enable_pre_vote: Some(true),
        // Entries go to the peers while they go to the disk.
        broadcast_submitted_on_append: Some(true),
        // A restarted leader has a new term, and so a new epoch.
        enable_leader_restore: Some(false),
        backoff: "20ms 50ms 100ms ...500ms".into(),
        ..openraft::Config::default()
    };
    config.validate().map_err(|error| Error::Failed(error.to_string()))
}

/// Begins the cluster with the list that all its first nodes have. Each of them does so by itself,
/// whenever it starts: the entry is the same on all, and one that has a log or a vote already is
/// left as it is.
async fn begin_cluster(raft: &Raft<Config, Machine>, settings: &Settings) -> Result<(), Error> {
    if !settings.initial.iter().any(|member| member.id == settings.node) {
        return Ok(());
    }
    if raft.is_initialized().await.map_err(stopped)? {
        return Ok(());
    }
    let members: BTreeMap<u64, Place> = settings.initial.iter().map(|member| (member.id.0, place(member))).collect();
    match raft.initialize(members).await {
        Ok(()) => Ok(()),
        // A peer was faster, and has told this node of it.
        Err(error) if error.api_error().is_some() => {
            tracing::info!(%error, "the cluster has begun already");
            Ok(())
        }
        Err(error) => Err(stopped(error)),
    }
}

fn place(member: &Member) -> Place {
    Place { address: member.address.clone(), zone: member.zone.clone() }
}

fn members_of(membership: &StoredMembership) -> Vec<Member> {
    let voters: Vec<u64> = membership.voter_ids().collect();
    let member = |(id, place): (&u64, &Place)| Member {
        id: NodeId(*id),
        address: place.address.clone(),
        zone: place.zone.clone(),
        voter: voters.contains(id),
    };
    membership.nodes().map(member).collect()
}

fn leadership_of(metrics: &RaftMetrics<Config>) -> Leadership {
    let leader = metrics
        .current_leader
        .and_then(|id| members_of(&metrics.membership_config).into_iter().find(|member| member.id.0 == id));
    // Its own first entry is applied, hence all entries of earlier terms are.
    let caught_up = metrics.last_applied.is_some_and(|id| id.leader_id.term == metrics.current_term);
    let leading = metrics.state == ServerState::Leader && caught_up;
    Leadership { leader, epoch: Epoch(metrics.current_term), leading }
}

async fn watch_leadership(
    raft: Raft<Config, Machine>,
    positions: Arc<Positions>,
    proposals: Arc<Proposals>,
    leading: watch::Sender<Leadership>,
) {
    let mut metrics = raft.metrics();
    loop {
        {
            let now = metrics.borrow_and_update();
            if let Err(fatal) = &now.running_state {
                positions.finish(End::Failed(fatal.to_string()));
                proposals.close();
                leading.send_replace(Leadership::default());
                return;
            }
            let next = leadership_of(&now);
            leading.send_if_modified(|known| {
                let new = *known != next;
                *known = next;
                new
            });
        }
        if metrics.changed().await.is_err() {
            return;
        }
    }
}

/// Cuts the log where a trim was asked for.
async fn cut_log(raft: Raft<Config, Machine>, mut asked: watch::Receiver<Lsn>) {
    while asked.changed().await.is_ok() {
        if raft.trigger().snapshot().await.is_err() {
            return;
        }
    }
}

/// Hands leadership on when the disk is not fit for it.
async fn watch_disk(raft: Raft<Config, Machine>, store: Store, settings: Settings) {
    let bounds = Bounds {
        slow_flush: settings.slow_flush,
        full: settings.full,
        window: Duration::from_secs(10),
        pause: UNFIT_PAUSE,
    };
    loop {
        sleep(HEALTH_INTERVAL).await;
        if store.failure().is_some() {
            return;
        }
        if raft.metrics().borrow_watched().state != ServerState::Leader {
            continue;
        }
        if let Some(why) = store.unfit(&bounds) {
            tracing::warn!(?why, "the disk is not fit for a leader; handing over");
            raft.runtime_config().elect(false);
            if let Err(error) = hand_over(&raft).await {
                tracing::warn!(%error, "nobody took over");
            }
            sleep(UNFIT_PAUSE).await;
            raft.runtime_config().elect(true);
        }
    }
}

/// Hands leadership to the voter that has most of the log.
async fn hand_over(raft: &Raft<Config, Machine>) -> Result<(), Error> {
    let mut metrics = raft.metrics();
    let (me, term, successor) = {
        let now = metrics.borrow_watched();
        let voters: Vec<u64> = now.membership_config.voter_ids().collect();
        let peers = now.replication.iter().flatten();
        let best = peers.filter(|(id, _)| **id != now.id && voters.contains(id)).max_by_key(|(_, matched)| **matched);
        (now.id, now.current_term, best.map(|(id, _)| *id))
    };
    let Some(successor) = successor else {
        return Err(Error::Failed("there is no other voter".into()));
    };
    raft.trigger().transfer_leader(successor).await.map_err(stopped)?;
    let gone = async {
        loop {
            {
                let now = metrics.borrow_and_update();
                if now.current_term > term && now.current_leader.is_some_and(|leader| leader != me) {
                    return Ok(());
                }
            }
            if metrics.changed().await.is_err() {
                return Err(Error::Closed);
            }
        }
    };
    timeout(ELECTION_PATIENCE, gone).await.unwrap_or_else(|_| Err(Error::Failed("nobody took over in time".into())))
}

fn stopped(error: impl std::fmt::Display) -> Error {
    Error::Failed(error.to_string())
}

impl Drop for RaftJournal {
    fn drop(&mut self) {
        self.proposals.close();
        self.positions.finish(End::Closed);
        for task in &self.tasks {
            task.abort();
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let raft = self.raft.clone();
            runtime.spawn(async move { raft.shutdown().await });
        }
    }
}

#[async_trait]
impl Journal for RaftJournal {
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error> {
        let _one_at_a_time = self.epochs.lock().await;
        let begun = timer::now();
        loop {
            if !self.leads() {
                return Err(Error::NotLeader);
            }
            let term = self.term();
            if self.opened.lock().tried == term {
                self.renew(term).await?;
                continue;
            }
            let epoch = Epoch(term);
            let before = std::mem::replace(&mut self.opened.lock().tried, term);
            match self.propose(epoch, vec![Record::Epoch { epoch, opened_at }]).await {
                Ok(_) => {
                    self.opened.lock().done = term;
                    return Ok(epoch);
                }
                // No majority was heard of yet; usual right after an election.
                Err(Error::Overloaded) if timer::since(begun) < ELECTION_PATIENCE => {
                    self.opened.lock().tried = before;
                    sleep(Duration::from_millis(10)).await;
                }
                Err(Error::Fenced(_) | Error::NotLeader) => {
                    self.opened.lock().tried = before;
                    if timer::since(begun) >= ELECTION_PATIENCE {
                        return Err(Error::NotLeader);
                    }
                    sleep(Duration::from_millis(10)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error> {
        if records.is_empty() {
            return Ok(self.positions.bounds().1);
        }
        let (term, leads) = {
            let metrics = self.raft.metrics();
            let now = metrics.borrow_watched();
            (now.current_term, now.state == ServerState::Leader)
        };
        if term > epoch.0 {
            return Err(Error::Fenced(Epoch(term)));
        }
        if !leads {
            return Err(Error::NotLeader);
        }
        if self.opened.lock().done != epoch.0 {
            return Err(Error::Fenced(Epoch(term)));
        }
        self.propose(epoch, records).await
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        positions::tail(self.store.clone(), Arc::clone(&self.positions), from)
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        self.positions.bounds()
    }

    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        let below = below.min(self.positions.bounds().1);
        let trimmed = self.raft.client_write(Command::Trim(below)).await;
        trimmed.map(|_| ()).map_err(|error| match error.forward_to_leader() {
            Some(_) => Error::NotLeader,
            None => stopped(error),
        })
    }
}

#[async_trait]
impl Replicated for RaftJournal {
    fn node_id(&self) -> NodeId {
        self.node
    }

    fn leadership(&self) -> Leadership {
        self.leadership.borrow().clone()
    }

    fn leadership_changes(&self) -> BoxStream<'static, Leadership> {
        let mut changes = self.leadership.clone();
        changes.mark_changed();
        stream::unfold(changes, |mut changes| async move {
            changes.changed().await.ok()?;
            let now = changes.borrow_and_update().clone();
            Some((now, changes))
        })
        .boxed()
    }

    async fn confirm_leadership(&self) -> Result<(), Error> {
        self.raft.ensure_linearizable(ReadPolicy::ReadIndex).await.map(|_| ()).map_err(|_| Error::NotLeader)
    }

    fn members(&self) -> Vec<Member> {
        members_of(&self.raft.metrics().borrow_watched().membership_config)
    }

    async fn add_member(&self, member: Member) -> Result<(), Error> {
        let (id, wanted) = (member.id.0, place(&member));
        // Others may not have heard of the last changes yet.
        if !self.leads() {
            return Err(Error::NotLeader);
        }
        let known = self.members().into_iter().find(|known| known.id == member.id);
        match &known {
            Some(known) if place(known) == wanted => {}
            Some(_) => self.change(ChangeMembers::SetNodes(BTreeMap::from([(id, wanted)])), true).await?,
            None => {
                // Returns once the new node has nearly all of the log.
                let joined = timeout(self.settings.catch_up, self.raft.add_learner(id, wanted, true)).await;
                let joined = joined.map_err(|_| {
                    Error::Failed(format!("node {id} did not catch up in time; it follows without a vote"))
                })?;
                joined.map(|_| ()).map_err(|error| match error.forward_to_leader() {
                    Some(_) => Error::NotLeader,
                    None => Error::Failed(error.to_string()),
                })?;
            }
        }
        if member.voter && !known.is_some_and(|known| known.voter) {
            self.change(ChangeMembers::AddVoterIds([id].into()), true).await?;
        }
        Ok(())
    }

    async fn remove_member(&self, id: NodeId) -> Result<(), Error> {
        let members = self.members();
        let Some(member) = members.iter().find(|member| member.id == id) else {
            return if self.leads() { Ok(()) } else { Err(Error::NotLeader) };
        };
        if member.voter && members.iter().filter(|member| member.voter).count() == 1 {
            return Err(Error::Failed("the last voter cannot be removed".into()));
        }
        if !self.leads() {
            return Err(Error::NotLeader);
        }
        if member.voter {
            self.remains_able(&members, id)?;
        }
        let ids = [id.0].into();
        let changes = if member.voter { ChangeMembers::RemoveVoters(ids) } else { ChangeMembers::RemoveNodes(ids) };
        self.change(changes, false).await
    }

    async fn step_down(&self) -> Result<(), Error> {
        if self.leads() { hand_over(&self.raft).await } else { Ok(()) }
    }
}

#[async_trait]
impl Witness for RaftJournal {
    async fn committed(&self, txn_id: TxnId) -> Result<Timestamp, Error> {
        self.commits.wait(txn_id).await
    }
}

#[async_trait]
impl PeerService for RaftJournal {
    async fn handle(&self, message: Bytes) -> Result<Bytes, PeerError> {
        self.reception.handle(message).await
    }
}
