//! Reads.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::storage::{Error, ScanRequest, Storage};
use gavel_types::{KeyRange, Timestamp};
use tonic::{Request, Response, Status};

use crate::batches::Encoder;
use crate::convert::read::{raw_row_to_proto, row_to_proto};
use crate::convert::status::of_storage;
use crate::convert::{each, required};
use crate::server::pieces::pieces;
use crate::settings::Settings;
use crate::v1;

pub(super) struct Service {
    storage: Arc<dyn Storage>,
    piece_size_bytes: usize,
    message_size_bytes: usize,
}

impl Service {
    pub(super) fn new(storage: Arc<dyn Storage>, settings: &Settings) -> Self {
        let Settings { piece_size_bytes, message_size_bytes, .. } = *settings;
        Self { storage, piece_size_bytes, message_size_bytes }
    }
}

type Messages<T> = BoxStream<'static, Result<T, Status>>;

/// All messages of one answer, of which there is at least one.
fn answer<T: Send + 'static>(messages: Vec<T>) -> Response<Messages<T>> {
    Response::new(stream::iter(messages.into_iter().map(Ok)).boxed())
}

#[tonic::async_trait]
impl v1::storage_server::Storage for Service {
    type GetStream = Messages<v1::GetResponse>;
    type ScanStream = Messages<v1::ScanResponse>;
    type ScanRawStream = Messages<v1::ScanRawResponse>;

    async fn get(&self, request: Request<v1::GetRequest>) -> Result<Response<Self::GetStream>, Status> {
        let request = request.into_inner();
        let rows = self.storage.get(Timestamp(request.snapshot_ts), &request.keys).await;
        let rows = rows.map_err(|error| of_storage(&error))?;
        let mut messages: Vec<_> = pieces(rows.into_iter().map(row_to_proto), self.piece_size_bytes)
            .into_iter()
            .map(|rows| v1::GetResponse { rows, watermarks: None })
            .collect();
        if messages.is_empty() {
            messages.push(v1::GetResponse::default());
        }
        if let Some(last) = messages.last_mut() {
            last.watermarks = Some(self.storage.watermarks().into());
        }
        Ok(answer(messages))
    }

    async fn scan_raw(&self, request: Request<v1::ScanRawRequest>) -> Result<Response<Self::ScanRawStream>, Status> {
        let request = request.into_inner();
        let range = required(request.range, "range is missing")?.into();
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let rows = self.storage.scan_raw(Timestamp(request.snapshot_ts), &range, request.reverse, limit).await;
        let rows = rows.map_err(|error| of_storage(&error))?;
        let mut messages: Vec<_> = pieces(rows.into_iter().map(raw_row_to_proto), self.piece_size_bytes)
            .into_iter()
            .map(|rows| v1::ScanRawResponse { rows, watermarks: None })
            .collect();
        if messages.is_empty() {
            messages.push(v1::ScanRawResponse::default());
        }
        if let Some(last) = messages.last_mut() {
            last.watermarks = Some(self.storage.watermarks().into());
        }
        Ok(answer(messages))
    }

    async fn scan(&self, request: Request<v1::ScanRequest>) -> Result<Response<Self::ScanStream>, Status> {
        // A program that this build does not understand is one that it cannot run.
        let request = ScanRequest::try_from(request.into_inner())
            .map_err(|error| of_storage(&Error::Unsupported(error.to_string())))?;
        let batches = self.storage.scan(request).await.map_err(|error| of_storage(&error))?;
        let encoder = Encoder::new(self.piece_size_bytes, self.message_size_bytes);
        let start = Sending { batches, encoder, ready: VecDeque::new() };
        let messages = stream::try_unfold(start, |mut sending| async move {
            let message = sending.next().await.map_err(|error| of_storage(&error))?;
            Ok(message.map(|message| (message, sending)))
        });
        Ok(Response::new(messages.boxed()))
    }

    async fn estimate_rows(
        &self,
        request: Request<v1::EstimateRowsRequest>,
    ) -> Result<Response<v1::EstimateRowsResponse>, Status> {
        let request = request.into_inner();
        let ranges: Vec<KeyRange> = each(request.ranges);
        let rows = self
            .storage
            .estimate_rows(Timestamp(request.at_least), &ranges)
            .await
            .map_err(|error| of_storage(&error))?;
        Ok(Response::new(v1::EstimateRowsResponse { rows }))
    }

    async fn get_watermarks(&self, _: Request<v1::GetWatermarksRequest>) -> Result<Response<v1::Watermarks>, Status> {
        Ok(Response::new(self.storage.watermarks().into()))
    }
}

/// A scan on its way out: at most one batch of it is encoded and not yet sent.
struct Sending {
    batches: BoxStream<'static, Result<RecordBatch, Error>>,
    encoder: Encoder,
    ready: VecDeque<v1::ScanResponse>,
}

impl Sending {
    async fn next(&mut self) -> Result<Option<v1::ScanResponse>, Error> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            match self.batches.next().await {
                Some(batch) => self.ready.extend(self.encoder.encode(&batch?)?),
                None => return Ok(None),
            }
        }
    }
}
