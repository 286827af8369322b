//! The commit decision, wherever it is made now: a commit is sent again only where nothing was done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use gavel_api::adjudicator::{Adjudicator, Closed, Error, Visible};
use gavel_api::journal::{self, Witness};
use gavel_runtime::simulation::Owner;
use gavel_runtime::timer;
use gavel_types::{CommitOutcome, CommitRequest, Conflict, ConflictKind, Epoch, Timestamp, TxnId};
use parking_lot::Mutex;

use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::net::{Ask, Broken, Net, Place};

/// While nobody leads.
const LEADER_WAIT: Duration = Duration::from_secs(4);
/// What a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// Before the next node is asked.
const PAUSE: Duration = Duration::from_millis(25);

/// See the module.
pub struct RemoteAdjudicator {
    net: Arc<Net>,
    me: Place,
    ledger: Arc<Ledger>,
    hosts: Vec<Owner>,
    believed: Mutex<usize>,
    epoch: AtomicU64,
    mutant: Option<Mutant>,
}

impl RemoteAdjudicator {
    /// Asks `hosts`.
    pub fn new(net: Arc<Net>, me: Place, ledger: Arc<Ledger>, hosts: Vec<Owner>, mutant: Option<Mutant>) -> Self {
        Self { net, me, ledger, hosts, believed: Mutex::new(0), epoch: AtomicU64::new(0), mutant }
    }

    fn learn(&self, epoch: Epoch) {
        self.epoch.fetch_max(epoch.0, Ordering::Relaxed);
    }

    /// The node that was asked in vain does not lead; `hint` may.
    fn pass_on(&self, from: usize, hint: Option<&str>) {
        let mut believed = self.believed.lock();
        if *believed == from {
            let hinted = hint.and_then(|hint| hint.parse().ok()).and_then(|host: Owner| self.index(host));
            *believed = hinted.filter(|index| *index != from).unwrap_or((from + 1) % self.hosts.len());
        }
    }

    fn index(&self, host: Owner) -> Option<usize> {
        self.hosts.iter().position(|known| *known == host)
    }

    async fn ask<T: Send + 'static>(
        &self,
        repeatable: bool,
        call: impl Fn(Arc<dyn Adjudicator>) -> BoxFuture<'static, Result<T, Error>> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let begun = timer::now();
        let ask: Ask<Result<T, Error>> = Arc::new(move |services| services.adjudicator.clone().map(&call));
        while timer::since(begun) < LEADER_WAIT {
            let index = *self.believed.lock();
            let asked = self.net.call(self.me, self.hosts[index], Arc::clone(&ask));
            match timer::timeout(PATIENCE, asked).await.unwrap_or(Err(Broken::Lost)) {
                Ok(Err(Error::NotLeader(hint))) => self.pass_on(index, hint.as_deref()),
                Ok(Err(Error::NotOpen)) => self.pass_on(index, None),
                Ok(Err(Error::WrongEpoch(epoch))) if epoch < self.epoch() => self.pass_on(index, None),
                Ok(answer) => {
                    if let Err(Error::WrongEpoch(epoch)) = &answer {
                        self.learn(*epoch);
                    }
                    return answer;
                }
                Err(Broken::Refused) => self.pass_on(index, None),
                Err(Broken::Lost) => {
                    self.pass_on(index, None);
                    if !repeatable {
                        return Err(Error::Unknown("no answer".into()));
                    }
                }
            }
            timer::sleep(PAUSE).await;
        }
        Err(Error::NotOpen)
    }
}

#[async_trait]
impl Witness for RemoteAdjudicator {
    async fn committed(&self, txn_id: TxnId) -> Result<Timestamp, journal::Error> {
        let ask: Ask<Result<Timestamp, journal::Error>> = Arc::new(move |services| {
            let witness = services.witness.clone()?;
            Some(Box::pin(async move { witness.committed(txn_id).await }))
        });
        let asked = |host: &Owner| {
            let (net, me, host, ask) = (Arc::clone(&self.net), self.me, *host, Arc::clone(&ask));
            async move { net.call(me, host, ask).await.ok()?.ok() }
        };
        let mut answers: FuturesUnordered<_> = self.hosts.iter().map(asked).collect();
        while let Some(answer) = answers.next().await {
            if let Some(ts) = answer {
                return Ok(ts);
            }
        }
        Err(journal::Error::Failed("no node has answered".into()))
    }
}

#[async_trait]
impl Adjudicator for RemoteAdjudicator {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, Error> {
        let call = move |leader: Arc<dyn Adjudicator>| -> BoxFuture<'static, Result<CommitOutcome, Error>> {
            let request = request.clone();
            Box::pin(async move { leader.commit(request).await })
        };
        match self.ask(false, call).await {
            Err(Error::Unknown(_)) if self.mutant == Some(Mutant::UnknownIsResolved) => {
                let (kind, key) = (ConflictKind::Cancelled, bytes::Bytes::new());
                Ok(CommitOutcome::Aborted(Conflict { kind, key, winner_ts: Timestamp::ZERO }))
            }
            answer => answer,
        }
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, Error> {
        self.ask(true, move |leader| Box::pin(async move { leader.resolve(txn_id).await })).await
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, Error> {
        let closed = self.ask(true, move |leader| Box::pin(async move { leader.close(ts, lead).await })).await?;
        self.learn(closed.epoch);
        self.ledger.closed(ts, closed);
        Ok(closed)
    }

    async fn visible(&self) -> Result<Visible, Error> {
        let visible = self.ask(true, |leader| Box::pin(async move { leader.visible().await })).await?;
        self.learn(visible.epoch);
        Ok(visible)
    }

    fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Relaxed))
    }
}
