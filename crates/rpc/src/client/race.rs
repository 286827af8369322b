//! One read, at as many replicas as it takes.
//!
//! ```text
//!  ask A ── waits as long as 95 in 100 reads take ──► ask B too ──► the first answer counts,
//!    │                                                               the other call is dropped
//!    └─ cannot serve it ──► ask B ──► … ──► all asked: pause, and again from the start, for a while
//! ```
//!
//! An error that any replica would give (too old a snapshot, a program that does not run, a row that does
//! not evaluate) ends the read. All others mean: ask another.
#![allow(clippy::disallowed_methods, reason = "a shell: waits")]

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gavel_api::storage::Error;
use gavel_types::Timestamp;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, sleep_until};

use crate::client::Target;
use crate::client::connect::{Link, Network};
use crate::client::hedge::Hedge;
use crate::client::picker::Picker;
use crate::identity::Role;

/// Between rounds in which every replica refused.
const PAUSE: Duration = Duration::from_millis(20);

/// The replicas of a read, and what is known of them.
pub(super) struct Replicas {
    nodes: Vec<Node>,
    picker: Mutex<Picker>,
    reads: Mutex<Hedge>,
    scans: Mutex<Hedge>,
    began: Instant,
}

/// Scans have a connection of their own: one whose client is slow would fill the window that point reads
/// need.
pub(super) struct Node {
    pub(super) address: String,
    pub(super) point: Link,
    pub(super) bulk: Link,
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bounded answer.
    Point,
    /// A stream, of which only the beginning is waited for.
    Scan,
}

/// Counts as under way at a replica until it is dropped.
pub(super) struct InFlight {
    replicas: Arc<Replicas>,
    pub(super) index: usize,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.replicas.picker.lock().ended(self.index);
    }
}

/// Whether another replica may do better.
pub(super) fn elsewhere(error: &Error) -> bool {
    match error {
        Error::WrongShard | Error::Behind | Error::Failed(_) => true,
        Error::SnapshotTooOld { .. } | Error::Unsupported(_) | Error::Evaluation(_) => false,
    }
}

impl Replicas {
    pub(super) fn new(network: &Network, targets: &[Target]) -> Self {
        let node = |target: &Target| Node {
            address: target.address.clone(),
            point: network.link(&target.address, Role::Storage),
            bulk: network.link(&target.address, Role::Storage),
        };
        let fraction = network.settings().hedge_fraction;
        Self {
            nodes: targets.iter().map(node).collect(),
            picker: Mutex::new(Picker::new(targets.iter().map(|target| network.is_near(&target.zone)))),
            reads: Mutex::new(Hedge::new(fraction)),
            scans: Mutex::new(Hedge::new(fraction)),
            began: Instant::now(),
        }
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A stream from `index` broke off.
    pub(super) fn failed(&self, index: usize) {
        self.picker.lock().failed(index, self.began.elapsed());
    }

    fn choose(&self, snapshot: Timestamp, not: &[usize]) -> Option<usize> {
        self.picker.lock().choose(self.began.elapsed(), snapshot, not, rand::random())
    }

    fn start(self: &Arc<Self>, index: usize) -> InFlight {
        self.picker.lock().started(index);
        InFlight { replicas: self.clone(), index }
    }

    fn hedge(&self, kind: Kind) -> &Mutex<Hedge> {
        match kind {
            Kind::Point => &self.reads,
            Kind::Scan => &self.scans,
        }
    }

    /// The first good answer of `attempt`, which reads at `snapshot`, at any replica; what it returns counts as
    /// under way until the [`InFlight`] is dropped. Looks for a replica that can serve it for `wait`; an attempt
    /// that began before then goes on.
    ///
    /// # Errors
    /// An error that any replica would give, or the last one.
    pub(super) async fn race<T, F: Future<Output = Result<T, Error>>>(
        self: &Arc<Self>,
        kind: Kind,
        snapshot: Timestamp,
        wait: Duration,
        attempt: impl Fn(usize) -> F,
    ) -> Result<(T, InFlight), Error> {
        let run = |index: usize| {
            let (in_flight, asked, answer) = (self.start(index), Instant::now(), attempt(index));
            async move { (in_flight, asked, answer.await) }
        };
        let give_up = Instant::now() + wait;
        let delay = self.hedge(kind).lock().begin();
        let mut tried: Vec<usize> = Vec::new();
        let mut asked: Vec<(usize, Instant)> = Vec::new();
        let mut running = FuturesUnordered::new();
        let mut hedge_at = None;
        let mut last = Error::Behind;
        loop {
            if running.is_empty() {
                if !tried.is_empty() && Instant::now() >= give_up {
                    return Err(last);
                }
                let Some(index) = self.choose(snapshot, &tried) else {
                    if matches!(last, Error::WrongShard) || Instant::now() >= give_up {
                        return Err(last);
                    }
                    tried.clear();
                    sleep(PAUSE).await;
                    continue;
                };
                tried.push(index);
                asked.push((index, Instant::now()));
                running.push(run(index));
                hedge_at = Some(Instant::now() + delay);
            }
            tokio::select! {
                Some((in_flight, began, answer)) = running.next() => {
                    let (index, took) = (in_flight.index, began.elapsed());
                    asked.retain(|(other, _)| *other != index);
                    match answer {
                        Ok(answer) => {
                            self.hedge(kind).lock().answered(took);
                            let mut picker = self.picker.lock();
                            picker.answered(index, took, snapshot);
                            for (slower, since) in asked.iter().filter(|(_, since)| *since < began) {
                                picker.overtaken(*slower, since.elapsed(), self.began.elapsed());
                            }
                            return Ok((answer, in_flight));
                        }
                        Err(error) if !elsewhere(&error) => {
                            self.picker.lock().answered(index, took, Timestamp::ZERO);
                            return Err(error);
                        }
                        Err(error) => {
                            let address = self.nodes[index].point.address();
                            tracing::debug!(%address, %error, "replica did not serve a read");
                            // One that holds other shards is well.
                            if !matches!(error, Error::WrongShard) {
                                self.failed(index);
                            }
                            last = error;
                        }
                    }
                }
                () = sleep_until(hedge_at.unwrap_or(give_up)), if hedge_at.is_some() => {
                    match self.choose(snapshot, &tried) {
                        Some(index) if self.hedge(kind).lock().take() => {
                            hedge_at = None;
                            tried.push(index);
                            asked.push((index, Instant::now()));
                            running.push(run(index));
                        }
                        // Used up for now.
                        Some(_) => hedge_at = Some(Instant::now() + delay),
                        None => hedge_at = None,
                    }
                }
            }
        }
    }
}
