//! The parts that mutants break: each passes everything on, except for what its mutant forgets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use gavel_adjudicator::Seat;
use gavel_api::adjudicator::{self, Adjudicator, Closed, Visible};
use gavel_api::journal::{Entry, Error, Journal, Leadership, Member, Record, Replicated};
use gavel_types::{CommitOutcome, CommitRequest, Conflict, ConflictKind, Epoch, Lsn, NodeId, Timestamp, TxnId};
use parking_lot::Mutex;

use crate::mutant::Mutant;

/// The journal as the adjudicator beside it sees it.
pub struct Forgetful {
    pub journal: Arc<dyn Replicated>,
    pub mutant: Option<Mutant>,
}

impl Forgetful {
    /// What of a record a rebuild sees.
    fn seen(mutant: Option<Mutant>, record: Record) -> Record {
        match (mutant, record) {
            (Some(Mutant::CeilingIsRebuilt), Record::Ceiling(_)) => Record::Ceiling(Timestamp::ZERO),
            (Some(Mutant::StampsAreRebuilt), Record::Commit(mut commit)) => {
                commit.writes.clear();
                commit.checks.clear();
                Record::Commit(commit)
            }
            (_, record) => record,
        }
    }
}

#[async_trait]
impl Journal for Forgetful {
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error> {
        self.journal.open_epoch(opened_at).await
    }

    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error> {
        self.journal.append(epoch, records).await
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        let mutant = self.mutant;
        let seen = move |entries: Vec<Entry>| -> Vec<Entry> {
            entries.into_iter().map(|(lsn, record)| (lsn, Self::seen(mutant, record))).collect()
        };
        self.journal.tail(from).map(move |entries| entries.map(seen)).boxed()
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        self.journal.bounds()
    }

    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        self.journal.trim(below).await
    }
}

#[async_trait]
impl Replicated for Forgetful {
    fn node_id(&self) -> NodeId {
        self.journal.node_id()
    }

    fn leadership(&self) -> Leadership {
        self.journal.leadership()
    }

    fn leadership_changes(&self) -> BoxStream<'static, Leadership> {
        self.journal.leadership_changes()
    }

    async fn confirm_leadership(&self) -> Result<(), Error> {
        if self.mutant == Some(Mutant::LeaderIsConfirmed) {
            return Ok(());
        }
        self.journal.confirm_leadership().await
    }

    fn members(&self) -> Vec<Member> {
        self.journal.members()
    }

    async fn add_member(&self, member: Member) -> Result<(), Error> {
        self.journal.add_member(member).await
    }

    async fn remove_member(&self, id: NodeId) -> Result<(), Error> {
        self.journal.remove_member(id).await
    }

    async fn step_down(&self) -> Result<(), Error> {
        self.journal.step_down().await
    }
}

/// The adjudicator as its callers meet it.
pub struct Careless {
    pub adjudicator: Arc<Seat>,
    pub journal: Arc<dyn Replicated>,
    pub mutant: Option<Mutant>,
    pub known: Mutex<Known>,
}

/// What a mutant remembers in place of the adjudicator.
#[derive(Default)]
pub struct Known {
    under_way: BTreeSet<TxnId>,
    ended: BTreeMap<TxnId, CommitOutcome>,
    copies: u128,
}

#[async_trait]
impl Adjudicator for Careless {
    async fn commit(&self, mut request: CommitRequest) -> Result<CommitOutcome, adjudicator::Error> {
        let txn_id = request.txn_id;
        match self.mutant {
            Some(Mutant::EpochIsChecked) => request.epoch = self.adjudicator.epoch(),
            Some(Mutant::SnapshotIsTested) => {
                request.snapshot_ts = request.snapshot_ts.max(self.adjudicator.visible().await?.ts);
            }
            Some(Mutant::OutcomesAreRemembered) => {
                let mut known = self.known.lock();
                if !known.under_way.insert(txn_id) {
                    known.copies += 1;
                    // As if it were a transaction of its own, with the same writes.
                    request.txn_id = TxnId(txn_id.0 ^ (known.copies << 100));
                }
            }
            Some(Mutant::ChecksAreSent) => request.checks.clear(),
            Some(Mutant::RangesAreSent) => request.read_ranges.clear(),
            Some(Mutant::TombstonesBar) => {
                self.known.lock().under_way.insert(txn_id);
            }
            _ => {}
        }
        let outcome = match self.adjudicator.commit(request).await {
            Ok(outcome) => outcome,
            Err(error) => {
                if self.mutant == Some(Mutant::OutcomesAreRemembered) {
                    // Nothing was done with it, as far as anybody knows: when it comes again, it is the first.
                    self.known.lock().under_way.remove(&txn_id);
                }
                return Err(error);
            }
        };
        if self.mutant == Some(Mutant::TombstonesBar) {
            self.known.lock().ended.insert(txn_id, outcome.clone());
        }
        Ok(outcome)
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, adjudicator::Error> {
        if self.mutant == Some(Mutant::TombstonesBar) {
            let known = self.known.lock();
            if !known.under_way.contains(&txn_id) {
                let (kind, key) = (ConflictKind::Cancelled, Bytes::new());
                return Ok(CommitOutcome::Aborted(Conflict { kind, key, winner_ts: Timestamp::ZERO }));
            }
        }
        self.adjudicator.resolve(txn_id).await
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, adjudicator::Error> {
        let mut closed = self.adjudicator.close(ts, lead).await?;
        match self.mutant {
            Some(Mutant::CloseNamesThePosition) => closed.last_lsn = Lsn::ZERO,
            Some(Mutant::CloseIsKept) => closed.ts = closed.ts.saturating_add(Duration::from_millis(20)),
            Some(Mutant::AheadNamesThePosition) => {
                closed.ahead.iter_mut().for_each(|ahead| ahead.last_lsn = closed.last_lsn);
            }
            _ => {}
        }
        Ok(closed)
    }

    async fn visible(&self) -> Result<Visible, adjudicator::Error> {
        if self.mutant == Some(Mutant::LearntIsAwaited) {
            let gone = || adjudicator::Error::NotLeader(None);
            self.journal.confirm_leadership().await.map_err(|_| gone())?;
            return self.adjudicator.serving().map(|service| service.visible_now()).ok_or_else(gone);
        }
        self.adjudicator.visible().await
    }

    fn epoch(&self) -> Epoch {
        self.adjudicator.epoch()
    }
}
