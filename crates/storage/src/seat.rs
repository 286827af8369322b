//! The place of a replica that is built anew when the journal has left it behind.
//!
//! ```text
//!   opened ─► catches up ─► serves ─┬─► outrun ─► copies a peer ─► the old one is let go ─► opened …
//!                                   └─► failed: somebody has to look
//! ```
//! - Reads are answered while it serves. While it copies, the old replica still answers those at snapshots
//!   that it had reached. All others are told at once to go to another replica.
//! - The store's files are replaced only when nobody reads from the old ones: streams that are under way
//!   are taken back first (`lend`).
#![allow(clippy::disallowed_methods, reason = "a shell: waits and starts tasks")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_api::journal::Journal;
use gavel_api::storage::{Bootstrap, Copied, CopyRequest, Error, RawRow, ScanRequest, Storage, Watermarks};
use gavel_runtime::{offload, timer, watch};
use gavel_types::{KeyRange, Lsn, Timestamp};
use parking_lot::{Mutex, RwLock};
use tokio::task::JoinHandle;

use crate::bootstrap::build;
use crate::lend::Loans;
use crate::{Closing, Replica, Settings};

/// Before peers are asked again when none of them gave a copy.
const PAUSE: Duration = Duration::from_secs(2);
/// How often those who still read from the old files are counted.
const POLL: Duration = Duration::from_millis(5);

/// What a replica is made from.
pub struct Parts {
    /// Where its store is, or will be. Copies are built beside it.
    pub dir: PathBuf,
    pub journal: Arc<dyn Journal>,
    pub closing: Option<Closing>,
    /// Whom to copy from, those first that are to be asked first.
    pub peers: Vec<Arc<dyn Bootstrap>>,
    pub settings: Settings,
}

/// What it does at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Applies what the journal had when it was opened.
    CatchesUp,
    Serves,
    /// The journal begins beyond what it has; a peer is copied.
    Copies,
    /// For good.
    Failed(String),
}

/// A replica, whichever it is at present.
pub struct Seat {
    inner: Arc<Inner>,
    keeper: Mutex<Option<JoinHandle<()>>>,
}

struct Inner {
    parts: Parts,
    held: RwLock<Option<Held>>,
    state: watch::Sender<State>,
}

/// The present replica.
struct Held {
    replica: Arc<Replica>,
    /// The streams that read from it.
    loans: Arc<Loans>,
}

impl Seat {
    /// Opens the replica, and keeps it. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Failed`] if the store cannot be opened.
    pub fn open(parts: Parts) -> Result<Self, Error> {
        let inner = Arc::new(Inner { parts, held: RwLock::default(), state: watch::Sender::new(State::CatchesUp) });
        inner.open()?;
        let keeper = tokio::spawn(keep(inner.clone()));
        Ok(Self { inner, keeper: Mutex::new(Some(keeper)) })
    }

    /// The present state, and each change of it.
    pub fn state(&self) -> watch::Receiver<State> {
        self.inner.state.subscribe()
    }

    /// Waits until reads are answered.
    ///
    /// # Errors
    /// [`Error::Failed`] if that will not be.
    pub async fn serving(&self) -> Result<(), Error> {
        let mut state = self.state();
        let settled = state.wait_for(|state| matches!(state, State::Serves | State::Failed(_))).await;
        match settled.as_deref() {
            Ok(State::Failed(reason)) => Err(Error::Failed(reason.clone())),
            Ok(_) => Ok(()),
            Err(_) => Err(Error::Failed("replica is closed".into())),
        }
    }

    /// The present replica, to look at; none while one takes the place of another. Not to be kept: files
    /// are not replaced before it is let go.
    pub fn replica(&self) -> Option<Arc<Replica>> {
        self.inner.held.read().as_ref().map(|held| held.replica.clone())
    }

    /// [`Replica::close`] of the present one, which no other will follow.
    ///
    /// # Errors
    /// As there.
    pub async fn close(&self) -> Result<(), Error> {
        let keeper = self.keeper.lock().take();
        if let Some(keeper) = keeper {
            keeper.abort();
            let _ = keeper.await;
        }
        match self.replica() {
            Some(replica) => replica.close().await,
            None => Ok(()),
        }
    }

    /// The replica that reads are to be answered from, and who lends their streams.
    fn held(&self) -> Result<(Arc<Replica>, Arc<Loans>), Error> {
        if !matches!(*self.inner.state.borrow(), State::Serves | State::Copies) {
            return Err(Error::Behind);
        }
        let held = self.inner.held.read();
        let held = held.as_ref().ok_or(Error::Behind)?;
        Ok((held.replica.clone(), held.loans.clone()))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.lock().take() {
            keeper.abort();
        }
    }
}

/// Follows one replica after the other, until one fails for good.
async fn keep(inner: Arc<Inner>) {
    loop {
        let Err(error) = inner.step().await else { continue };
        tracing::error!(%error, "replica has failed");
        inner.state.send_replace(State::Failed(error.to_string()));
        return;
    }
}

impl Inner {
    fn open(&self) -> Result<(), Error> {
        let Parts { dir, journal, closing, settings, .. } = &self.parts;
        let replica = Replica::open(dir, journal.clone(), closing.clone(), settings.clone())?;
        let held = Held { replica: Arc::new(replica), loans: Arc::default() };
        *self.held.write() = Some(held);
        self.state.send_replace(State::CatchesUp);
        Ok(())
    }

    /// The life of one replica, until another one is in its place.
    async fn step(&self) -> Result<(), Error> {
        let held = self.held.read().as_ref().map(|held| held.replica.clone());
        let replica = held.ok_or_else(|| Error::Failed("replica is closed".into()))?;
        if replica.catch_up().await.is_ok() {
            self.state.send_replace(State::Serves);
            tracing::info!(lsn = replica.watermarks().applied_lsn.0, "replica has caught up");
        }
        replica.stopped().await;
        let reason = replica.failure().unwrap_or_default();
        let first = replica.outrun().filter(|_| !self.parts.peers.is_empty());
        let first = first.ok_or(Error::Failed(reason))?;
        drop(replica);
        self.state.send_replace(State::Copies);
        let built = self.build(first).await;
        self.vacate().await;
        offload(|| built.install()).await.map_err(|e| Error::Failed(e.to_string()))??;
        self.open()
    }

    async fn build(&self, first: Lsn) -> crate::bootstrap::Built {
        let Parts { dir, journal, peers, settings, .. } = &self.parts;
        loop {
            let first = first.max(journal.bounds().0);
            tracing::info!(first = first.0, "copies a peer");
            match build(dir, peers, first, settings).await {
                Ok(built) => return built,
                Err(error) => tracing::warn!(%error, "no peer could be copied"),
            }
            timer::sleep(PAUSE).await;
        }
    }

    /// Lets go of the present replica, and waits until nobody reads its files any more.
    async fn vacate(&self) {
        let Some(held) = self.held.write().take() else { return };
        held.replica.stop();
        held.loans.revoke();
        let engine = held.replica.engine();
        drop(held);
        while Arc::strong_count(&engine) > 1 {
            timer::sleep(POLL).await;
        }
        // Ends its workers, and waits for them.
        let _ = offload(move || drop(engine)).await;
    }
}

#[async_trait]
impl Storage for Seat {
    async fn get(&self, snapshot_ts: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        self.held()?.0.get(snapshot_ts, keys).await
    }

    async fn scan(&self, request: ScanRequest) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
        let (replica, loans) = self.held()?;
        Ok(loans.lend(replica.scan(request).await?))
    }

    async fn scan_raw(
        &self,
        snapshot_ts: Timestamp,
        range: &KeyRange,
        reverse: bool,
        limit: usize,
    ) -> Result<Vec<RawRow>, Error> {
        self.held()?.0.scan_raw(snapshot_ts, range, reverse, limit).await
    }

    async fn estimate_rows(&self, at_least: Timestamp, ranges: &[KeyRange]) -> Result<Vec<u64>, Error> {
        self.held()?.0.estimate_rows(at_least, ranges).await
    }

    fn watermarks(&self) -> Watermarks {
        self.replica().map(|replica| replica.watermarks()).unwrap_or_default()
    }
}

#[async_trait]
impl Bootstrap for Seat {
    async fn copy(&self, request: CopyRequest) -> Result<BoxStream<'static, Result<Copied, Error>>, Error> {
        let (replica, loans) = self.held()?;
        Ok(loans.lend(replica.copy(request).await?))
    }
}
