//! A commit in one round trip from wherever the query node is: besides the leader it asks the other nodes of the
//! journal, one of which may be near, and may know before the leader's answer arrives that the commit is decided.
//!
//! ```text
//!   query node          leader (20 ms away)         follower near by
//!      ├──── commit ───────►│ decides ── entry ────────►│
//!      │                  flushes                    flushes
//!      │                    ├──── word: it is here ────►│ counts two of three
//!      │◄──────────────────────────── committed ────────┤      40 ms
//!      │                    │◄──────── success ─────────┤
//!      │◄──── committed ────┤                                  80 ms: the leader says so
//! ```
//! What the leader's answer promises besides, this node sees to:
//!
//! | the leader's answer means | here |
//! |---|---|
//! | it is committed | a node of the journal knows that it is |
//! | true time has reached the commit | this node's clock vouches for it |
//! | every snapshot from now on includes it | snapshots are taken from clocks: a lease of clock mode holds; whoever asks the leader for one waits there for what may have been learnt ([`Adjudicator::visible`]) |
//!
//! Where one of these is missing the leader's answer is awaited, as it is where the leader is near.
#![allow(clippy::disallowed_methods, reason = "a shell: waits for the clock")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gavel_api::adjudicator::{Adjudicator, Closed, Error, Visible};
use gavel_api::journal::Witness;
use gavel_clock::Clock;
use gavel_runtime::distance::Distance;
use gavel_runtime::timer;
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Timestamp, TxnId};
use parking_lot::Mutex;

use crate::snapshot::Lease;

/// The leader is far if none of the last commits took less than this: below it, asking every node costs more
/// than it saves.
pub const FAR: Duration = Duration::from_millis(10);
/// The clock is looked at again after at most this long.
const CLOCK_POLL: Duration = Duration::from_millis(20);
/// And no sooner than this.
const CLOCK_REST: Duration = Duration::from_micros(50);

/// The [`Adjudicator`] of a query node; see the module.
pub struct CommitLearner {
    adjudicator: Arc<dyn Adjudicator>,
    witness: Arc<dyn Witness>,
    clock: Arc<dyn Clock>,
    far: Duration,
    /// The adjudicator's word that the database is in clock mode: heard in passing, since whoever takes
    /// snapshots has it renewed.
    lease: Mutex<Lease>,
    /// To the leader and back.
    distance: Mutex<Distance>,
}

impl CommitLearner {
    /// Asks `witness` too where no commit takes less than `far`, which is usually [`FAR`].
    pub fn new(
        adjudicator: Arc<dyn Adjudicator>,
        witness: Arc<dyn Witness>,
        clock: Arc<dyn Clock>,
        far: Duration,
    ) -> Self {
        Self { adjudicator, witness, clock, far, lease: Mutex::default(), distance: Mutex::default() }
    }

    fn is_far(&self) -> bool {
        !self.distance.lock().is_below(self.far)
    }

    /// The time of the commit, once it is certain that it is decided and that everybody sees it. May not come.
    async fn learn(&self, txn_id: TxnId) -> Timestamp {
        let Ok(commit_ts) = self.witness.committed(txn_id).await else { return std::future::pending().await };
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
            self.distance.lock().add(timer::since(begun));
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
