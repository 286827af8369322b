//! Reads from a set of replicas that hold the same.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::future::join_all;
use futures::stream::BoxStream;
use gavel_api::storage::{Error, RawRow, ScanRequest, Storage, Watermarks};
use gavel_types::{KeyRange, Timestamp};
use parking_lot::{Mutex, RwLock};
use tokio::time::timeout;
use tonic::Request;

use crate::client::Target;
use crate::client::connect::{Line, Network};
use crate::client::race::{Kind, Replicas};
use crate::client::scan;
use crate::convert::each;
use crate::convert::read::{estimates_from_proto, rows_from_proto};
use crate::convert::status::to_storage;
use crate::v1;
use crate::v1::storage_client::StorageClient;

/// [`Storage`] over gRPC: each read goes to a replica that is near and quick, to a second one if the first
/// takes unusually long, and to the others if it cannot serve.
///
/// What a replica does with a read is bounded by `rpc.read.wait`, except that a scan, once begun, takes as
/// long as its reader.
pub struct RemoteStorage {
    network: Network,
    replicas: RwLock<Arc<Replicas>>,
    marks: Mutex<Watermarks>,
}

impl RemoteStorage {
    /// Nothing is connected yet, and [`Storage::watermarks`] knows nothing.
    pub fn new(network: Network, replicas: &[Target]) -> Self {
        let replicas = RwLock::new(Arc::new(Replicas::new(&network, replicas)));
        Self { network, replicas, marks: Mutex::default() }
    }

    /// Reads from now on go to these. Reads that are under way go on where they are.
    pub fn set_replicas(&self, replicas: &[Target]) {
        *self.replicas.write() = Arc::new(Replicas::new(&self.network, replicas));
    }

    /// Asks all replicas how far they are; [`Storage::watermarks`] then has the furthest. `None` for one
    /// that does not answer. In the order in which they were given.
    pub async fn refresh(&self) -> Vec<Option<Watermarks>> {
        let replicas = self.replicas();
        let patience = self.network.settings().call_timeout;
        let asked = join_all(replicas.nodes().iter().map(|node| {
            let ask = |line| {
                let mut client = client(&self.network, line);
                async move { client.get_watermarks(v1::GetWatermarksRequest {}).await }
            };
            async move { timeout(patience, node.point.call(ask)).await.ok()?.ok() }
        }))
        .await;
        let marks = asked.into_iter().map(|answer| answer.map(|answer| Watermarks::from(answer.into_inner())));
        marks.inspect(|marks| marks.iter().for_each(|marks| self.learn(*marks))).collect()
    }

    fn replicas(&self) -> Arc<Replicas> {
        self.replicas.read().clone()
    }

    fn learn(&self, marks: Watermarks) {
        let mut known = self.marks.lock();
        if marks.applied_ts >= known.applied_ts {
            *known = marks;
        }
    }

    async fn get_some(&self, snapshot_ts: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        let (replicas, patience) = (self.replicas(), self.network.settings().read_wait);
        let attempt = |index: usize| {
            let replicas = &replicas;
            async move {
                let ask = |line| {
                    let mut client = client(&self.network, line);
                    let message = v1::GetRequest { snapshot_ts: snapshot_ts.0, keys: keys.to_vec() };
                    async move {
                        let asked = message.keys.len();
                        let mut answer = client.get(within(patience, message)).await?.into_inner();
                        let (mut rows, mut marks) = (Vec::with_capacity(asked), None);
                        while let Some(message) = answer.message().await? {
                            rows.extend(message.rows);
                            marks = message.watermarks.or(marks);
                        }
                        Ok((rows_from_proto(rows, asked)?, marks))
                    }
                };
                replicas.nodes()[index].point.call(ask).await.map_err(|status| to_storage(&status))
            }
        };
        let ((rows, marks), _) = replicas.race(Kind::Point, snapshot_ts, patience, attempt).await?;
        marks.into_iter().for_each(|marks| self.learn(marks.into()));
        Ok(rows)
    }
}

pub(super) fn client(network: &Network, line: Line) -> StorageClient<Line> {
    let most = network.settings().message_size_bytes;
    StorageClient::new(line).max_decoding_message_size(most).max_encoding_message_size(most)
}

fn within<T>(patience: std::time::Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(patience);
    request
}

/// Splits `keys` so that each part fits into a message.
fn parts(keys: &[Bytes], size_bytes: usize) -> Vec<&[Bytes]> {
    let (mut parts, mut start, mut size) = (Vec::new(), 0, 0);
    for (index, key) in keys.iter().enumerate() {
        let bytes = key.len() + 8;
        if index > start && size + bytes > size_bytes {
            parts.push(&keys[start..index]);
            (start, size) = (index, 0);
        }
        size += bytes;
    }
    parts.push(&keys[start..]);
    parts
}

#[async_trait]
impl Storage for RemoteStorage {
    async fn get(&self, snapshot_ts: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        let mut rows = Vec::with_capacity(keys.len());
        for part in parts(keys, self.network.settings().message_size_bytes / 2) {
            rows.extend(self.get_some(snapshot_ts, part).await?);
        }
        Ok(rows)
    }

    async fn scan(&self, request: ScanRequest) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
        scan::start(self.network.clone(), self.replicas(), &request).await
    }

    async fn scan_raw(
        &self,
        snapshot_ts: Timestamp,
        range: &KeyRange,
        reverse: bool,
        limit: usize,
    ) -> Result<Vec<RawRow>, Error> {
        let (replicas, patience) = (self.replicas(), self.network.settings().read_wait);
        let message = v1::ScanRawRequest {
            snapshot_ts: snapshot_ts.0,
            range: Some(range.clone().into()),
            reverse,
            limit: limit as u64,
        };
        let attempt = |index: usize| {
            let (replicas, message) = (&replicas, &message);
            async move {
                let ask = |line| {
                    let mut client = client(&self.network, line);
                    let request = within(patience, message.clone());
                    async move {
                        let mut answer = client.scan_raw(request).await?.into_inner();
                        let (mut rows, mut marks) = (Vec::new(), None);
                        while let Some(message) = answer.message().await? {
                            rows.extend(message.rows.into_iter().map(RawRow::from));
                            marks = message.watermarks.or(marks);
                        }
                        Ok((rows, marks))
                    }
                };
                replicas.nodes()[index].point.call(ask).await.map_err(|status| to_storage(&status))
            }
        };
        let ((rows, marks), _) = replicas.race(Kind::Point, snapshot_ts, patience, attempt).await?;
        marks.into_iter().for_each(|marks| self.learn(marks.into()));
        Ok(rows)
    }

    async fn estimate_rows(&self, at_least: Timestamp, ranges: &[KeyRange]) -> Result<Vec<u64>, Error> {
        let (replicas, patience) = (self.replicas(), self.network.settings().read_wait);
        let message = v1::EstimateRowsRequest { at_least: at_least.0, ranges: each(ranges.to_vec()) };
        let attempt = |index: usize| {
            let (replicas, message) = (&replicas, &message);
            async move {
                let ask = |line| {
                    let mut client = client(&self.network, line);
                    let request = within(patience, message.clone());
                    async move {
                        let answer = client.estimate_rows(request).await?.into_inner();
                        Ok(estimates_from_proto(answer, ranges.len())?)
                    }
                };
                replicas.nodes()[index].point.call(ask).await.map_err(|status| to_storage(&status))
            }
        };
        Ok(replicas.race(Kind::Point, at_least, patience, attempt).await?.0)
    }

    /// Of the replica that is furthest, as last heard of.
    fn watermarks(&self) -> Watermarks {
        *self.marks.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_all_keys_in_order() {
        let keys: Vec<Bytes> = (0..10_u8).map(|n| Bytes::from(vec![n; 12])).collect();
        assert_eq!(parts(&keys, 1_000), [&keys[..]]);
        assert_eq!(parts(&keys, 60), [&keys[..3], &keys[3..6], &keys[6..9], &keys[9..]]);
        assert_eq!(parts(&keys, 1).len(), 10);
        assert_eq!(parts(&[], 60), [&[] as &[Bytes]]);
    }
}
