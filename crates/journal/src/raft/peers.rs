//! The way to and from the other nodes: openraft's network over [`PeerTransport`], and what
//! answers messages of peers.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use gavel_api::journal::{Member, PeerError, PeerTransport};
use gavel_runtime::{offload, random, timer};
use gavel_types::{NodeId, Timestamp};
use openraft::errors::{RPCError, ReplicationClosed, StreamingError, Unreachable};
use openraft::network::RPCOption;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, StreamAppendResult, TransferLeaderRequest,
    TransferLeaderResponse, VoteRequest, VoteResponse,
};
use openraft::{OptionalSend, Raft, RaftNetworkFactory, RaftNetworkV2};
use parking_lot::Mutex;
use tokio::task::coop;

use super::identity::{Generation, Identity};
use super::machine::{Kept, Machine};
use super::order::{DEPTH, Order, Turn};
use super::store::Store;
use super::types::{Command, Config, Entry, Payload, Place, Vote};
use super::wire::{self, Head, Message};
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
}

impl Hub {
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

/// Answers to a stream of appends, in their order.
type Answering<'s> =
    BoxFuture<'s, Result<BoxStream<'s, Result<StreamAppendResult<Config>, RPCError<Config>>>, RPCError<Config>>>;

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
        let sent = timer::timeout(patience, hub.transport.send(&self.to, bytes)).await;
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

impl RaftNetworkV2<Config> for Way {
    type SnapshotData = gavel_types::Lsn;

    async fn append_entries(
        &mut self,
        rpc: AppendEntriesRequest<Config>,
        _option: RPCOption,
    ) -> Result<AppendEntriesResponse<Config>, RPCError<Config>> {
        Ok(self.ask(Message::Append(rpc), wire::get_append_answer).await?)
    }

    /// Several at a time, each in its turn; ends with the first that fails, and Raft begins anew.
    fn stream_append<'s, S>(&'s mut self, requests: S, _option: RPCOption) -> Answering<'s>
    where
        S: Stream<Item = AppendEntriesRequest<Config>> + OptionalSend + Unpin + 'static,
    {
        let way: &'s Self = self;
        let course = random::next_u64();
        let answers = requests.zip(stream::iter(0..)).map(move |(rpc, number)| async move {
            let before = rpc.prev_log_id;
            let last = rpc.entries.last().map(|entry| entry.log_id).or(before);
            let replicate = Message::Replicate(Turn { course, number }, rpc);
            let answer = way.ask(replicate, wire::get_append_answer).await?;
            let whole = matches!(answer, AppendEntriesResponse::Success);
            Ok((answer.into_stream_result(before, last), whole))
        });
        let answers = stream::unfold(Some(Box::pin(answers.buffered(DEPTH))), async |answers| {
            let mut answers = answers?;
            Some(match answers.next().await? {
                Ok((result, whole)) => (Ok(result), whole.then_some(answers)),
                Err(error) => (Err(error), None),
            })
        });
        let answers: BoxStream<'s, _> = Box::pin(answers);
        Box::pin(std::future::ready(Ok(answers)))
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
    pub(crate) store: Store,
    pub(crate) order: Order,
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
            Message::Replicate(turn, rpc) => {
                let taken = self.order.wait(head.from, turn, hub.timeout).await?;
                self.accept(&rpc.entries)?;
                let mut append = Box::pin(self.raft.append_entries(rpc));
                // The first poll puts it into Raft's queue, or in line for it; the answer comes when it is
                // durable, and the next one need not wait for that.
                let first = coop::unconstrained(poll_fn(|context| Poll::Ready(append.as_mut().poll(context)))).await;
                taken.pass();
                let answer = match first {
                    Poll::Ready(answer) => answer,
                    Poll::Pending => append.await,
                };
                wire::put_append_answer(&answer.map_err(stopped)?, &mut out);
            }
            Message::Append(rpc) => {
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
        }
        Ok(Bytes::from(out))
    }

    /// Whether new entries may be taken. Signs of life always are.
    fn accept(&self, entries: &[Entry]) -> Result<(), PeerError> {
        if entries.is_empty() {
            return Ok(());
        }
        if self.store.is_full() {
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
