//! The way to and from the other nodes: openraft's network over [`PeerTransport`], and what
//! answers messages of peers.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use gavel_api::journal::{Member, PeerError, PeerTransport};
use gavel_runtime::distance::Distance;
use gavel_runtime::{offload, timer};
use gavel_types::{NodeId, Timestamp};
use openraft::errors::{RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::RPCOption;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest, TransferLeaderResponse,
    VoteRequest, VoteResponse,
};
use openraft::{OptionalSend, Raft, RaftNetworkFactory, RaftNetworkV2};
use parking_lot::Mutex;

use super::identity::{Generation, Identity};
use super::log::Log;
use super::machine::{Kept, Machine};
use super::pipeline::{Answer, Surroundings, pipeline};
use super::store::Store;
use super::types::{Command, Config, Entry, LogId, Payload, Place, Vote};
use super::wire::{self, Head, Message};
use super::words::Words;
use crate::record::{self, Input};

/// What a peer gets besides its time-out, for each MiB of a message.
const PER_MIB: Duration = Duration::from_millis(200);

/// What all ways to peers share.
pub(crate) struct Hub {
    pub(crate) transport: Arc<dyn PeerTransport>,
    pub(crate) identity: Arc<Mutex<Identity>>,
    pub(crate) cluster: String,
    pub(crate) node: NodeId,
    pub(crate) generation: Generation,
    pub(crate) timeout: Duration,
    pub(crate) store: Store,
    /// Appends on their way to one node at most.
    pub(crate) in_flight: usize,
    /// To each peer and back.
    pub(crate) distances: Mutex<BTreeMap<u64, Distance>>,
}

impl Hub {
    /// Whether `peer` answered one of the last messages sooner than `far`.
    pub(crate) fn is_near(&self, peer: u64, far: Duration) -> bool {
        self.distances.lock().get(&peer).is_some_and(|distance| distance.is_below(far))
    }

    /// Notes that `peer` shows this generation.
    async fn meet(&self, peer: u64, shown: Generation) -> Result<(), PeerError> {
        meet(&self.identity, NodeId(peer), shown).await
    }
}

async fn meet(identity: &Arc<Mutex<Identity>>, peer: NodeId, shown: Generation) -> Result<(), PeerError> {
    if identity.lock().knows(peer, shown) {
        return Ok(());
    }
    let identity = Arc::clone(identity);
    let met = offload(move || identity.lock().meet(peer, shown)).await;
    met.unwrap_or_else(|error| Err(PeerError(error.to_string())))
}

/// Makes the ways to peers.
pub(crate) struct Network(pub(crate) Arc<Hub>);

impl RaftNetworkFactory<Config> for Network {
    type Network = Way;

    async fn new_client(&mut self, target: u64, place: &Place) -> Way {
        let Place { address, zone } = place.clone();
        // Whether it votes is of no interest to whoever carries the message.
        let to = Member { id: NodeId(target), address, zone, voter: true };
        Way { hub: Arc::clone(&self.0), to }
    }
}

/// The way to one peer.
pub(crate) struct Way {
    hub: Arc<Hub>,
    to: Member,
}

impl Way {
    async fn ask<T>(
        &self,
        message: Message,
        decode: impl FnOnce(&mut Input) -> Result<T, record::Error>,
    ) -> Result<T, Unreachable<Config>> {
        let hub = &self.hub;
        let head =
            Head { cluster: hub.cluster.clone(), from: hub.node.0, generation: hub.generation, to: self.to.id.0 };
        let bytes = wire::encode_message(&head, &message);
        let patience = hub.timeout + PER_MIB * u32::try_from(bytes.len() >> 20).unwrap_or(u32::MAX);
        let begun = timer::now();
        let sent = timer::timeout(patience, hub.transport.send(&self.to, bytes)).await;
        if matches!(sent, Ok(Ok(_))) {
            hub.distances.lock().entry(self.to.id.0).or_default().add(timer::since(begun));
        }
        let answer = sent.unwrap_or_else(|_| Err(PeerError("time-out".into())));
        let answer = answer.map_err(|error| Unreachable::from_string(error.to_string()))?;
        let malformed = |why: record::Error| Unreachable::from_string(format!("malformed answer: {why}"));
        let (node, generation, mut input) = wire::decode_answer_head(answer).map_err(malformed)?;
        if node != self.to.id.0 {
            return Err(Unreachable::from_string(format!("node {node} answers in place of {}", self.to.id)));
        }
        // An acknowledgement of a disk that has lost its memory must not count.
        hub.meet(node, generation).await.map_err(|error| Unreachable::from_string(error.to_string()))?;
        decode(&mut input).map_err(malformed)
    }
}

impl Way {
    pub(crate) const fn peer(&self) -> u64 {
        self.to.id.0
    }

    /// Tells the peer how far this disk has the log of the present leader.
    pub(crate) async fn tell(&self, id: LogId) -> Result<(), Unreachable<Config>> {
        self.ask(Message::Durable(id), |_| Ok(())).await
    }
}

impl Surroundings for Way {
    async fn send(&self, rpc: AppendEntriesRequest<Config>) -> Result<AppendEntriesResponse<Config>, RPCError<Config>> {
        Ok(self.ask(Message::Append(rpc), wire::get_append_answer).await?)
    }

    async fn goes_on(&self, sent: Option<LogId>) {
        self.hub.store.until(|log| log.last() > sent).await;
    }
}

impl RaftNetworkV2<Config> for Way {
    type SnapshotData = gavel_types::Lsn;

    async fn append_entries(
        &mut self,
        rpc: AppendEntriesRequest<Config>,
        _option: RPCOption,
    ) -> Result<AppendEntriesResponse<Config>, RPCError<Config>> {
        self.send(rpc).await
    }

    fn stream_append<'s, S>(
        &'s mut self,
        requests: S,
        _option: RPCOption,
    ) -> BoxFuture<'s, Result<BoxStream<'s, Answer>, RPCError<Config>>>
    where
        S: Stream<Item = AppendEntriesRequest<Config>> + OptionalSend + Unpin + 'static,
    {
        let way: &'s Self = self;
        let depth = way.hub.in_flight;
        Box::pin(std::future::ready(Ok(pipeline(requests, way, depth))))
    }

    async fn vote(
        &mut self,
        rpc: VoteRequest<Config>,
        _option: RPCOption,
    ) -> Result<VoteResponse<Config>, RPCError<Config>> {
        Ok(self.ask(Message::Vote(rpc), wire::get_vote_answer).await?)
    }

    async fn pre_vote(
        &mut self,
        rpc: VoteRequest<Config>,
        _option: RPCOption,
    ) -> Result<VoteResponse<Config>, RPCError<Config>> {
        Ok(self.ask(Message::PreVote(rpc), wire::get_vote_answer).await?)
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Kept,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _option: RPCOption,
    ) -> Result<SnapshotResponse<Config>, StreamingError<Config>> {
        let ask = self.ask(Message::Snapshot(vote, snapshot), wire::get_snapshot_answer);
        tokio::select! {
            biased;
            answer = ask => Ok(answer?),
            closed = cancel => Err(closed.into()),
        }
    }

    async fn transfer_leader(
        &mut self,
        rpc: TransferLeaderRequest<Config>,
        _option: RPCOption,
    ) -> Result<TransferLeaderResponse<Config>, RPCError<Config>> {
        Ok(self.ask(Message::Transfer(rpc), wire::get_transfer_answer).await?)
    }
}

/// The highest timestamp that may be the present one.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What answers peers.
pub(crate) struct Reception {
    pub(crate) hub: Arc<Hub>,
    pub(crate) raft: Raft<Config, Machine>,
    pub(crate) words: Arc<Words>,
    pub(crate) clock: Option<Clock>,
    pub(crate) max_future: Duration,
}

impl Reception {
    /// Answers one message.
    ///
    /// # Errors
    /// Why not; the sender tries again later, if it makes sense.
    pub(crate) async fn handle(&self, message: Bytes) -> Result<Bytes, PeerError> {
        let malformed = |why: record::Error| PeerError(format!("malformed message: {why}"));
        let (head, body) = wire::decode_head(message).map_err(malformed)?;
        let hub = &self.hub;
        if head.cluster != hub.cluster {
            return Err(PeerError(format!("this is a node of cluster {:?}, not of {:?}", hub.cluster, head.cluster)));
        }
        if head.to != hub.node.0 {
            return Err(PeerError(format!("this is node {}, not {}", hub.node, head.to)));
        }
        hub.meet(head.from, head.generation).await?;
        let message = wire::decode_body(body).map_err(malformed)?;
        let mut out = wire::answer_head(hub.node.0, hub.generation);
        match message {
            Message::Append(rpc) => {
                self.wait_for_those_before(&rpc).await;
                self.accept(&rpc.entries)?;
                wire::put_append_answer(&self.raft.append_entries(rpc).await.map_err(stopped)?, &mut out);
            }
            Message::Vote(rpc) => wire::put_vote_answer(&self.raft.vote(rpc).await.map_err(stopped)?, &mut out),
            Message::PreVote(rpc) => wire::put_vote_answer(&self.raft.pre_vote(rpc).await.map_err(stopped)?, &mut out),
            Message::Snapshot(vote, kept) => {
                let answer = self.raft.install_full_snapshot(vote, kept).await.map_err(stopped)?;
                wire::put_snapshot_answer(&answer, &mut out);
            }
            Message::Transfer(rpc) => {
                let answer = self.raft.handle_transfer_leader(rpc).await.map_err(stopped)?;
                wire::put_transfer_answer(&answer, &mut out);
            }
            Message::Durable(id) => self.words.hear(head.from, id),
        }
        Ok(Bytes::from(out))
    }

    /// An append that has overtaken others of its leader waits for them, which Raft need not be told of: its
    /// leader would have to send it again. If they do not come, Raft decides what it is.
    async fn wait_for_those_before(&self, rpc: &AppendEntriesRequest<Config>) {
        let Some(before) = rpc.prev_log_id else { return };
        let term = rpc.vote.leader_id.term;
        // The log is this leader's own up to its end, and what lies between was sent.
        let follows =
            |log: &Log| log.last().is_none_or(|last| last.leader_id.term != term || before.index <= last.index);
        let store = &self.hub.store;
        let is_early = !follows(&store.log().lock());
        if is_early {
            // Its sender waits no longer.
            let _ = timer::timeout(self.hub.timeout, store.until(follows)).await;
        }
    }

    /// Whether new entries may be taken. Signs of life always are.
    fn accept(&self, entries: &[Entry]) -> Result<(), PeerError> {
        if entries.is_empty() {
            return Ok(());
        }
        if self.hub.store.is_full() {
            return Err(PeerError("disk is full".into()));
        }
        if let Some(clock) = &self.clock {
            let latest = entries.iter().filter_map(|entry| match &entry.payload {
                Payload::Normal(Command::Batch(batch)) => Some(batch.latest),
                _ => None,
            });
            let (latest, now) = (latest.max().unwrap_or_default(), clock());
            let ahead = Duration::from_nanos(latest.0.saturating_sub(now.0));
            if ahead > self.max_future {
                return Err(PeerError(format!("a commit is {ahead:?} ahead of this node's clock")));
            }
        }
        Ok(())
    }
}

fn stopped(error: impl std::fmt::Display) -> PeerError {
    PeerError(error.to_string())
}
