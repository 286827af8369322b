//! A commit in one round trip from wherever the query node is: it learns from the journal's nodes themselves
//! that its commit is decided, as a learner of Paxos does (L. Lamport, *Paxos Made Simple*, §2.3).
//!
//! ```text
//!   query node          leader (20 ms away)         follower near by
//!      ├──── commit ───────►│ decides ── entry ────────►│
//!      │                  flushes                    flushes
//!      │◄──── accepted ─────┤                           │
//!      │◄──── accepted ─────┼───────────────────────────┤      40 ms: two of three have it
//!      │                    │◄──────── success ─────────┤
//!      │◄──── committed ────┤                                  80 ms: the leader says so
//! ```
//! An entry that a majority has on its disks in its leader's own term is committed, whoever counts (D. Ongaro,
//! *Consensus*, §3.6.2). What the leader's answer promises besides, this node sees to:
//!
//! | the leader's answer means | here |
//! |---|---|
//! | accepted and not refused since | only what was accepted is ever in the journal |
//! | a majority of the voters, none of which has lost its memory | the leader's word tells who votes, and in which generations it knows them |
//! | true time has reached the commit | this node's clock vouches for it |
//! | every snapshot from now on includes it | snapshots are taken from clocks: a lease of clock mode holds; whoever asks the leader for one waits there for what may have been learnt ([`Adjudicator::visible`]) |
//!
//! Where one of these is missing the leader's answer is awaited, as it is where the leader is near.
#![allow(clippy::disallowed_methods, reason = "a shell: waits for the clock")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use gavel_api::adjudicator::{Adjudicator, Closed, Error, Visible};
use gavel_api::journal::{Accepted, Acceptors};
use gavel_clock::Clock;
use gavel_runtime::timer;
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Timestamp, TxnId};
use parking_lot::Mutex;

use crate::snapshot::Lease;

/// The leader is far if none of the last commits took less than this: below it, asking every node costs more
/// than it saves.
pub const FAR: Duration = Duration::from_millis(10);
/// Commits that are looked back at.
const LOOK_BACK: usize = 8;
/// The clock is looked at again after at most this long.
const CLOCK_POLL: Duration = Duration::from_millis(20);
/// And no sooner than this.
const CLOCK_REST: Duration = Duration::from_micros(50);

/// Which nodes have a commit, and whether that is a majority. Pure.
#[derive(Debug, Default)]
struct Quorum(Vec<Accepted>);

impl Quorum {
    /// One more node has it. The time of the commit, once it is decided.
    fn add(&mut self, accepted: Accepted) -> Option<Timestamp> {
        self.0.retain(|other| other.node != accepted.node);
        self.0.push(accepted);
        self.0.iter().find(|leader| self.is_decided_under(leader)).map(|leader| leader.commit_ts)
    }

    fn is_decided_under(&self, leader: &Accepted) -> bool {
        let Some(voters) = &leader.voters else { return false };
        let counts = |one: &Accepted| {
            let known = voters.generations.contains(&(one.node, one.generation)) || one.node == leader.node;
            known && voters.nodes.contains(&one.node) && (one.epoch, one.commit_ts) == (leader.epoch, leader.commit_ts)
        };
        2 * self.0.iter().filter(|one| counts(one)).count() > voters.nodes.len()
    }
}

/// How long commits took lately.
#[derive(Debug, Default)]
struct Lately(VecDeque<Duration>);

impl Lately {
    fn add(&mut self, took: Duration) {
        self.0.truncate(LOOK_BACK - 1);
        self.0.push_front(took);
    }

    fn quickest(&self) -> Option<Duration> {
        self.0.iter().min().copied()
    }
}

/// The [`Adjudicator`] of a query node; see the module.
pub struct CommitLearner {
    adjudicator: Arc<dyn Adjudicator>,
    acceptors: Arc<dyn Acceptors>,
    clock: Arc<dyn Clock>,
    far: Duration,
    /// The adjudicator's word that the database is in clock mode: heard in passing, since whoever takes
    /// snapshots has it renewed.
    lease: Mutex<Lease>,
    lately: Mutex<Lately>,
}

impl CommitLearner {
    /// Asks `acceptors` too where no commit takes less than `far`, which is usually [`FAR`].
    pub fn new(
        adjudicator: Arc<dyn Adjudicator>,
        acceptors: Arc<dyn Acceptors>,
        clock: Arc<dyn Clock>,
        far: Duration,
    ) -> Self {
        Self { adjudicator, acceptors, clock, far, lease: Mutex::default(), lately: Mutex::default() }
    }

    fn is_far(&self) -> bool {
        self.lately.lock().quickest().unwrap_or_default() >= self.far
    }

    /// The time of the commit, once it is certain that it is decided and that everybody sees it. May not come.
    async fn learn(&self, txn_id: TxnId) -> Timestamp {
        let mut answers = self.acceptors.accepted(txn_id);
        let mut quorum = Quorum::default();
        let commit_ts = loop {
            match answers.next().await {
                Some(accepted) => {
                    if let Some(ts) = quorum.add(accepted) {
                        break ts;
                    }
                }
                None => std::future::pending().await,
            }
        };
        loop {
            let now = self.clock.now();
            if !self.lease.lock().holds(now) {
                std::future::pending::<()>().await;
            }
            if now.lo >= commit_ts {
                return commit_ts;
            }
            timer::sleep(Duration::from_nanos(commit_ts.0 - now.lo.0).clamp(CLOCK_REST, CLOCK_POLL)).await;
        }
    }
}

#[async_trait]
impl Adjudicator for CommitLearner {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, Error> {
        let (begun, txn_id) = (timer::now(), request.txn_id);
        let asked = self.adjudicator.commit(request);
        let outcome = if self.is_far() && self.lease.lock().holds(self.clock.now()) {
            tokio::select! {
                biased;
                outcome = asked => outcome,
                ts = self.learn(txn_id) => Ok(CommitOutcome::Committed(ts)),
            }
        } else {
            asked.await
        };
        if matches!(outcome, Ok(CommitOutcome::Committed(_))) {
            self.lately.lock().add(timer::since(begun));
        }
        outcome
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, Error> {
        self.adjudicator.resolve(txn_id).await
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, Error> {
        self.adjudicator.close(ts, lead).await
    }

    async fn visible(&self) -> Result<Visible, Error> {
        let asked = self.clock.now();
        let visible = self.adjudicator.visible().await;
        self.lease.lock().answered(asked, visible.as_ref().ok().map(|visible| visible.mode));
        visible
    }

    fn epoch(&self) -> Epoch {
        self.adjudicator.epoch()
    }
}

#[cfg(test)]
#[path = "learner_test.rs"]
mod tests;
