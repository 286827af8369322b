//! The adjudicator of a node of a replicated journal: serves while the node leads.
//!
//! ```text
//!            leads                     epoch open, rebuilt
//!   vacant ────────► opening ───────────────────────────► serving
//!     ▲   NotLeader     requests wait, opening_wait at most    │
//!     └────────────────────────── deposed ◄────────────────────┘ on its way: Unknown
//! ```
//!
//! A deposed leader that does not know it yet does no harm:
//! - it commits nothing, since its appends need a majority and name its epoch;
//! - the snapshots that it gives out, and the transactions that it declares aborted, are confirmed
//!   by a majority;
//! - it promises nothing above a durable ceiling, above which its successor begins.
#![allow(clippy::disallowed_methods, reason = "a shell: starts the task that follows the leadership")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use gavel_api::adjudicator::{Adjudicator, Closed, Error, Visible};
use gavel_api::journal::{Leadership, Replicated};
use gavel_api::locks::{Acquire, Acquired, Holder, Locks, Release, Renew, Renewed, SessionId};
use gavel_clock::Clock;
use gavel_runtime::{timer, watch};
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Timestamp, TxnId};
use tokio::task::JoinHandle;

use crate::service::Service;
use crate::settings::Settings;

/// Before opening again what could not be opened.
const RETRY: Duration = Duration::from_millis(100);

/// See the module. Dropping it stops serving.
pub struct Seat {
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

struct Inner {
    journal: Arc<dyn Replicated>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    sitting: watch::Sender<Sitting>,
    /// Requests that wait for the opening.
    waiting: AtomicUsize,
}

#[derive(Clone)]
enum Sitting {
    Vacant,
    Opening,
    Serving(Service),
    Closed,
}

impl Seat {
    /// Follows the leadership of `journal` from now on. Must be called in a tokio runtime.
    pub fn new(journal: Arc<dyn Replicated>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        let changes = journal.leadership_changes();
        let sitting = watch::Sender::new(if journal.leadership().leading { Sitting::Opening } else { Sitting::Vacant });
        let inner = Arc::new(Inner { journal, clock, settings, sitting, waiting: AtomicUsize::new(0) });
        let task = tokio::spawn(Arc::clone(&inner).follow(changes));
        Self { inner, task }
    }

    /// The adjudicator itself, while this node leads and has opened its epoch.
    pub fn serving(&self) -> Option<Service> {
        match &*self.inner.sitting.borrow() {
            Sitting::Serving(service) => Some(service.clone()),
            Sitting::Vacant | Sitting::Opening | Sitting::Closed => None,
        }
    }

    /// Stops for good; what is on its way is answered `Unknown`.
    pub fn stop(&self) {
        self.task.abort();
        self.inner.leave("the adjudicator is closed", Sitting::Closed);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Inner {
    async fn follow(self: Arc<Self>, mut changes: BoxStream<'static, Leadership>) {
        // The first is the present one.
        let mut leadership = changes.next().await;
        while let Some(now) = leadership {
            leadership = if now.leading {
                self.sitting.send_replace(Sitting::Opening);
                self.lead(&now, &mut changes).await
            } else {
                self.leave("another node leads", Sitting::Vacant);
                changes.next().await
            };
        }
        self.leave("the journal is closed", Sitting::Closed);
    }

    /// Opens the epoch of `now` and serves in it: answers the leadership after it.
    async fn lead(&self, now: &Leadership, changes: &mut BoxStream<'static, Leadership>) -> Option<Leadership> {
        let mut opening =
            Box::pin(Service::lead(Arc::clone(&self.journal), Arc::clone(&self.clock), self.settings.clone()));
        let opened = loop {
            tokio::select! {
                biased;
                changed = changes.next() => {
                    let changed = changed?;
                    if !changed.leading || changed.epoch != now.epoch {
                        return Some(changed);
                    }
                }
                opened = &mut opening => break opened,
            }
        };
        match opened {
            Ok(service) => {
                self.sitting.send_replace(Sitting::Serving(service.clone()));
                self.serve(&service, changes).await
            }
            Err(error) => {
                tracing::warn!(%error, "cannot open the adjudicator");
                timer::sleep(RETRY).await;
                Some(self.journal.leadership())
            }
        }
    }

    /// Until this node no longer leads, or leads another epoch: answers the leadership then.
    async fn serve(&self, service: &Service, changes: &mut BoxStream<'static, Leadership>) -> Option<Leadership> {
        loop {
            tokio::select! {
                biased;
                changed = changes.next() => {
                    let changed = changed?;
                    if changed.leading && changed.epoch == service.epoch() {
                        continue;
                    }
                    tracing::info!(epoch = service.epoch().0, "no longer leads");
                    service.stand_down("leadership was lost");
                    return Some(changed);
                }
                () = service.fallen() => {
                    // Of this epoch no more can come: a new one begins with a new election.
                    self.sitting.send_replace(Sitting::Vacant);
                    if self.journal.leadership().leading
                        && let Err(error) = self.journal.step_down().await
                    {
                        tracing::warn!(%error, "nobody else takes the lead");
                        timer::sleep(RETRY).await;
                    }
                    return Some(self.journal.leadership());
                }
            }
        }
    }

    fn leave(&self, why: &str, to: Sitting) {
        if let Sitting::Serving(service) = self.sitting.send_replace(to) {
            service.stand_down(why);
        }
    }

    /// Where the leader is, if it is another node.
    fn elsewhere(&self) -> Error {
        let leader = self.journal.leadership().leader;
        Error::NotLeader(leader.filter(|leader| leader.id != self.journal.node_id()).map(|leader| leader.address))
    }

    /// The adjudicator, once it is open.
    async fn service(&self) -> Result<Service, Error> {
        match &*self.sitting.borrow() {
            Sitting::Serving(service) => return Ok(service.clone()),
            Sitting::Opening => {}
            Sitting::Vacant => return Err(self.elsewhere()),
            Sitting::Closed => return Err(Error::NotOpen),
        }
        let _place = Place::take(&self.waiting, self.settings.queue_requests)?;
        let mut sitting = self.sitting.subscribe();
        let opened = sitting.wait_for(|sitting| !matches!(sitting, Sitting::Opening));
        match timer::timeout(self.settings.opening_wait, opened).await {
            Ok(Ok(sitting)) => match &*sitting {
                Sitting::Serving(service) => Ok(service.clone()),
                Sitting::Closed => Err(Error::NotOpen),
                Sitting::Vacant | Sitting::Opening => Err(self.elsewhere()),
            },
            Ok(Err(_)) | Err(_) => Err(Error::NotOpen),
        }
    }

    /// What an answer of a [`Service`] that has ended means.
    fn told<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        answer.map_err(|error| match error {
            Error::NotLeader(None) | Error::NotOpen => self.elsewhere(),
            error => error,
        })
    }
}

/// A place in the queue of those who wait.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(taken: &'a AtomicUsize, places: usize) -> Result<Self, Error> {
        let place = Self(taken);
        if taken.fetch_add(1, Ordering::Relaxed) < places { Ok(place) } else { Err(Error::Overloaded) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Adjudicator for Seat {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.commit(request).await)
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.resolve(txn_id).await)
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.close(ts, lead).await)
    }

    async fn visible(&self) -> Result<Visible, Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.visible().await)
    }

    fn epoch(&self) -> Epoch {
        match &*self.inner.sitting.borrow() {
            Sitting::Serving(service) => service.epoch(),
            Sitting::Vacant | Sitting::Opening | Sitting::Closed => self.inner.journal.leadership().epoch,
        }
    }
}

#[async_trait]
impl Locks for Seat {
    async fn renew(&self, request: Renew) -> Result<Renewed, Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.renew(request).await)
    }

    async fn acquire(&self, request: Acquire) -> Result<Acquired, Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.acquire(request).await)
    }

    async fn release(&self, request: Release) -> Result<(), Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.release(request).await)
    }

    async fn blockers(&self, holder: Holder, session: SessionId) -> Result<Vec<SessionId>, Error> {
        let service = self.inner.service().await?;
        self.inner.told(service.blockers(holder, session).await)
    }
}

#[cfg(test)]
#[path = "seat/seat_test.rs"]
mod seat_test;
