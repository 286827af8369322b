//! Copies of a store.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::storage::{Bootstrap, Copied, CopyRequest, Error};
use tonic::{Request, Response, Status};

use crate::convert::copy::Sum;
use crate::convert::status::of_storage;
use crate::server::pieces::pieces;
use crate::settings::Settings;
use crate::v1;

pub(super) struct Service {
    source: Arc<dyn Bootstrap>,
    piece_size_bytes: usize,
}

impl Service {
    pub(super) fn new(source: Arc<dyn Bootstrap>, settings: &Settings) -> Self {
        // The source makes pieces of a fitting size; only many or large versions of one key are cut again.
        Self { source, piece_size_bytes: settings.piece_size_bytes.saturating_mul(4) }
    }
}

/// A copy on its way out: one step of it is encoded and not yet sent.
struct Sending {
    steps: BoxStream<'static, Result<Copied, Error>>,
    ready: VecDeque<v1::CopyPiece>,
    sum: Sum,
    piece_size_bytes: usize,
}

impl Sending {
    async fn next(&mut self) -> Result<Option<v1::CopyResponse>, Error> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Ok(Some(self.sum.seal(&piece)));
            }
            match self.steps.next().await {
                Some(step) => self.ready = cut(step?, self.piece_size_bytes),
                None => return Ok(None),
            }
        }
    }
}

/// One step as pieces, of which there is at least one.
fn cut(step: Copied, size_bytes: usize) -> VecDeque<v1::CopyPiece> {
    let (upto, gc_ts) = (Some(step.upto.into()), step.gc_ts.0);
    let mut cut = pieces(step.versions.into_iter().map(v1::Version::from), size_bytes);
    if cut.is_empty() {
        cut.push(Vec::new());
    }
    let mut cut: VecDeque<_> =
        cut.into_iter().map(|versions| v1::CopyPiece { upto, gc_ts, versions, continues: true, last: false }).collect();
    if let Some(end) = cut.back_mut() {
        (end.continues, end.last) = (false, step.last);
    }
    cut
}

#[tonic::async_trait]
impl v1::bootstrap_server::Bootstrap for Service {
    type CopyStream = BoxStream<'static, Result<v1::CopyResponse, Status>>;

    async fn copy(&self, request: Request<v1::CopyRequest>) -> Result<Response<Self::CopyStream>, Status> {
        let request = CopyRequest::try_from(request.into_inner())?;
        let steps = self.source.copy(request).await.map_err(|error| of_storage(&error))?;
        let start =
            Sending { steps, ready: VecDeque::new(), sum: Sum::default(), piece_size_bytes: self.piece_size_bytes };
        let messages = stream::try_unfold(start, |mut sending| async move {
            let message = sending.next().await.map_err(|error| of_storage(&error))?;
            Ok(message.map(|message| (message, sending)))
        });
        Ok(Response::new(messages.boxed()))
    }
}
