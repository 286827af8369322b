//! Reads from whichever replica: one drawn by lot, then the others.

use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use gavel_api::storage::{Error, RawRow, ScanRequest, Storage, Watermarks};
use gavel_runtime::simulation::Owner;
use gavel_runtime::timer;
use gavel_types::{KeyRange, Timestamp};

use crate::mutant::Mutant;
use crate::net::{Ask, Net, Place};

/// What a replica may take to answer.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// See the module.
pub struct RemoteStorage {
    pub net: Arc<Net>,
    pub me: Place,
    pub hosts: Vec<Owner>,
    pub mutant: Option<Mutant>,
}

impl RemoteStorage {
    async fn ask<T: Send + 'static>(
        &self,
        call: impl Fn(Arc<dyn Storage>) -> BoxFuture<'static, Result<T, Error>> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let ask: Ask<Result<T, Error>> = Arc::new(move |services| services.storage.clone().map(&call));
        let first = self.net.below(self.hosts.len() as u64) as usize;
        for turn in 0..2 * self.hosts.len() {
            let host = self.hosts[(first + turn) % self.hosts.len()];
            let asked = self.net.call(self.me, host, Arc::clone(&ask));
            match timer::timeout(PATIENCE, asked).await {
                Ok(Ok(Err(Error::Behind | Error::Failed(_) | Error::WrongShard))) | Ok(Err(_)) | Err(_) => {}
                Ok(Ok(answer)) => return answer,
            }
            timer::sleep(Duration::from_millis(10)).await;
        }
        Err(Error::Behind)
    }
}

/// The snapshot that a replica is asked for.
fn asked(mutant: Option<Mutant>, storage: &dyn Storage, snapshot_ts: Timestamp) -> Timestamp {
    match mutant {
        // What it has is taken for enough.
        Some(Mutant::ReplicaWaits) => snapshot_ts.min(storage.watermarks().applied_ts),
        _ => snapshot_ts,
    }
}

#[async_trait]
impl Storage for RemoteStorage {
    async fn get(&self, snapshot_ts: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        let (keys, mutant) = (keys.to_vec(), self.mutant);
        self.ask(move |replica| {
            let (keys, at) = (keys.clone(), asked(mutant, &*replica, snapshot_ts));
            Box::pin(async move { replica.get(at, &keys).await })
        })
        .await
    }

    async fn scan(&self, _: ScanRequest) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
        // Rows of a simulation are not encoded as rows: no program could read them.
        Err(Error::Unsupported("programs are not simulated".into()))
    }

    async fn scan_raw(
        &self,
        snapshot_ts: Timestamp,
        range: &KeyRange,
        reverse: bool,
        limit: usize,
    ) -> Result<Vec<RawRow>, Error> {
        let (range, mutant) = (range.clone(), self.mutant);
        self.ask(move |replica| {
            let (range, at) = (range.clone(), asked(mutant, &*replica, snapshot_ts));
            Box::pin(async move { replica.scan_raw(at, &range, reverse, limit).await })
        })
        .await
    }

    async fn estimate_rows(&self, at_least: Timestamp, ranges: &[KeyRange]) -> Result<Vec<u64>, Error> {
        let ranges = ranges.to_vec();
        self.ask(move |replica| {
            let ranges = ranges.clone();
            Box::pin(async move { replica.estimate_rows(at_least, &ranges).await })
        })
        .await
    }

    fn watermarks(&self) -> Watermarks {
        Watermarks::default()
    }
}
