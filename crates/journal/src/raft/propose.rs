//! Appends on their way into the Raft log.
//!
//! ```text
//!  append ──► queue ──► proposer ──► openraft ──► applied ──► replies
//!            (order of    (what waits goes into one entry;
//!             first polls) so many entries on their way at once)
//! ```
//! One task proposes, so that the order of the queue is the order of the log. Each entry names the
//! term for which it is meant: openraft refuses it in any other, and should one slip through, the
//! void rule makes it nobody's.
//!
//! | what becomes of an entry | answer |
//! |---|---|
//! | applied | its position |
//! | applied but void; refused in another term | `Fenced`: not kept |
//! | refused by a node that does not lead | `NotLeader`: not kept |
//! | refused since no majority was heard of lately | proposed again, in order, for a while; then `Overloaded`: not kept |
//! | dropped from the log of a deposed leader | `Failed`: another node may have kept it |

#![allow(clippy::disallowed_methods, reason = "a shell: waits for a majority")]

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use gavel_api::journal::{Error, Record};
use gavel_runtime::timer;
use gavel_types::{Epoch, Lsn, Timestamp};
use openraft::Raft;
use openraft::errors::{ClientWriteError, ForwardReason};
use openraft::impls::ProgressResponder;
use openraft::raft::ClientWriteResult;
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use super::codec;
use super::machine::Machine;
use super::types::{Applied, Batch, Command, Config, Term};
use crate::counters::Counters;
use crate::wal::add;

/// Time between two attempts while no majority is heard of.
const MAJORITY_PAUSE: Duration = Duration::from_millis(5);

/// An append that waits.
pub(crate) struct Proposal {
    pub epoch: Epoch,
    pub latest: Timestamp,
    /// Number of records.
    pub count: usize,
    pub body: Bytes,
    pub reply: oneshot::Sender<Result<Lsn, Error>>,
}

impl Proposal {
    /// Encodes `records`, which are not empty.
    pub(crate) fn new(epoch: Epoch, records: &[Record]) -> (Self, oneshot::Receiver<Result<Lsn, Error>>) {
        let latest = records.iter().map(|record| match record {
            Record::Commit(commit) => commit.commit_ts,
            Record::Epoch { .. } | Record::Ceiling(_) | Record::TimeMode(_) => Timestamp::default(),
        });
        let latest = latest.max().unwrap_or_default();
        let (reply, answer) = oneshot::channel();
        (Self { epoch, latest, count: records.len(), body: codec::batch_body(records), reply }, answer)
    }
}

#[derive(Default)]
struct Waiting {
    proposals: VecDeque<Proposal>,
    bytes: usize,
    closed: bool,
}

/// What waits to be proposed.
pub(crate) struct Proposals {
    waiting: Mutex<Waiting>,
    filled: Notify,
    size_bytes: usize,
}

impl Proposals {
    pub(crate) fn new(size_bytes: usize) -> Self {
        Self { waiting: Mutex::default(), filled: Notify::new(), size_bytes }
    }

    /// Adds one at the end.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if there is no room, [`Error::Closed`] after [`Proposals::close`].
    pub(crate) fn push(&self, proposal: Proposal) -> Result<(), Error> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(Error::Closed);
        }
        let bytes = proposal.body.len();
        if !waiting.proposals.is_empty() && waiting.bytes + bytes > self.size_bytes {
            return Err(Error::Overloaded);
        }
        waiting.bytes += bytes;
        waiting.proposals.push_back(proposal);
        drop(waiting);
        self.filled.notify_one();
        Ok(())
    }

    /// Proposals of one epoch from the front, up to about `max_bytes` and at least one; none if
    /// nothing waits.
    fn take(&self, max_bytes: usize) -> Vec<Proposal> {
        let mut waiting = self.waiting.lock();
        let (mut group, mut bytes): (Vec<Proposal>, usize) = (Vec::new(), 0);
        while let Some(next) = waiting.proposals.front() {
            bytes += next.body.len();
            let belongs = group.first().is_none_or(|first| first.epoch == next.epoch && bytes <= max_bytes);
            if !belongs {
                break;
            }
            if let Some(proposal) = waiting.proposals.pop_front() {
                waiting.bytes -= proposal.body.len();
                group.push(proposal);
            }
        }
        group
    }

    /// Refuses what comes and what waits.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut waiting = self.waiting.lock();
            waiting.closed = true;
            waiting.bytes = 0;
            std::mem::take(&mut waiting.proposals)
        };
        for proposal in waiting {
            drop(proposal.reply.send(Err(Error::Closed)));
        }
        self.filled.notify_one();
    }

    fn is_closed(&self) -> bool {
        self.waiting.lock().closed
    }
}

/// Appends that make one entry.
struct Group {
    batch: Batch,
    /// For each append its number of records, and whom it answers.
    replies: Vec<(usize, oneshot::Sender<Result<Lsn, Error>>)>,
    /// When it was first refused for want of a majority.
    refused: Option<Instant>,
}

impl Group {
    fn new(proposals: Vec<Proposal>) -> Self {
        let epoch = proposals.first().map_or(Epoch(0), |first| first.epoch);
        let latest = proposals.iter().map(|proposal| proposal.latest).max().unwrap_or_default();
        let body = match &proposals[..] {
            [one] => one.body.clone(),
            many => Bytes::from(many.iter().map(|one| &one.body[..]).collect::<Vec<_>>().concat().into_boxed_slice()),
        };
        let count = proposals.iter().map(|proposal| proposal.count).sum::<usize>() as u32;
        let replies = proposals.into_iter().map(|proposal| (proposal.count, proposal.reply)).collect();
        let batch = Batch { epoch, latest, count, body };
        Self { batch, replies, refused: None }
    }

    /// Tells everybody. A caller that has gone away needs no answer.
    fn answer(self, outcome: &Result<Lsn, Error>, counters: &Counters) {
        let mut next = match outcome {
            Ok(first) => *first,
            Err(error) => {
                add(&counters.refused, self.replies.len());
                for (_, reply) in self.replies {
                    drop(reply.send(Err(error.clone())));
                }
                return;
            }
        };
        for (count, reply) in self.replies {
            next = Lsn(next.0 + count as u64);
            drop(reply.send(Ok(Lsn(next.0 - 1))));
        }
    }
}

/// See the module.
pub(crate) struct Proposer {
    pub(crate) raft: Raft<Config, Machine>,
    pub(crate) proposals: Arc<Proposals>,
    pub(crate) batch_size_bytes: usize,
    pub(crate) in_flight: usize,
    /// How long to try while no majority is heard of.
    pub(crate) patience: Duration,
    pub(crate) counters: Arc<Counters>,
}

impl Proposer {
    /// Works until the queue is closed and all is answered.
    pub(crate) async fn run(self) {
        let mut under_way = FuturesOrdered::new();
        // Refused for want of a majority; all that was proposed after them was, too.
        let mut again: Vec<Group> = Vec::new();
        loop {
            if again.is_empty() {
                while under_way.len() < self.in_flight {
                    let proposals = self.proposals.take(self.batch_size_bytes);
                    if proposals.is_empty() {
                        break;
                    }
                    under_way.push_back(self.propose(Group::new(proposals)).await);
                }
            } else if under_way.is_empty() {
                timer::sleep(MAJORITY_PAUSE).await;
                for group in again.drain(..) {
                    under_way.push_back(self.propose(group).await);
                }
            }
            if self.proposals.is_closed() && under_way.is_empty() {
                return;
            }
            let room = again.is_empty() && under_way.len() < self.in_flight;
            tokio::select! {
                biased;
                Some((answer, mut group)) = under_way.next() => match outcome(answer) {
                    Err(Error::Overloaded) if group.refused.is_none_or(|since| timer::since(since) < self.patience) => {
                        group.refused.get_or_insert_with(timer::now);
                        again.push(group);
                    }
                    outcome => {
                        // What was refused before this one would change places with it.
                        for refused in again.drain(..) {
                            refused.answer(&Err(Error::Overloaded), &self.counters);
                        }
                        group.answer(&outcome, &self.counters);
                    }
                },
                () = self.proposals.filled.notified(), if room => {}
            }
        }
    }

    /// Hands an entry to openraft; the answer comes with the group.
    async fn propose(
        &self,
        group: Group,
    ) -> impl Future<Output = (Option<ClientWriteResult<Config>>, Group)> + Send + use<> {
        let (responder, answer) = ProgressResponder::complete_only();
        let term = Term::from(group.batch.epoch.0);
        let write = self.raft.write(Command::Batch(group.batch.clone())).with_leader(term).responder(responder);
        if let Err(error) = write.await {
            // The answer then tells that its sender has gone.
            tracing::debug!(%error, "cannot propose");
        }
        async move { (answer.await.ok(), group) }
    }
}

/// First position of an entry, or what is known of why there is none.
fn outcome(answer: Option<ClientWriteResult<Config>>) -> Result<Lsn, Error> {
    match answer {
        Some(Ok(written)) => match written.data {
            Applied::At(first) => Ok(first),
            Applied::Void | Applied::Nothing => Err(Error::NotLeader),
        },
        Some(Err(ClientWriteError::ForwardToLeader(forward))) => Err(match forward.reason {
            ForwardReason::LeaseExpired => Error::Overloaded,
            ForwardReason::NotLeader | ForwardReason::LeadershipTransfer => Error::NotLeader,
        }),
        Some(Err(ClientWriteError::LogEntryDiscarded(_))) => {
            Err(Error::Failed("leadership was lost; another node may have kept the batch".into()))
        }
        Some(Err(error)) => Err(Error::Failed(error.to_string())),
        None => Err(Error::Failed("the node stopped; the batch may have been kept".into())),
    }
}
