//! Messages between journal nodes.

use std::sync::Arc;

use gavel_api::journal::PeerService;
use tonic::{Request, Response, Status};

use crate::v1;

pub(super) struct Service(pub(super) Arc<dyn PeerService>);

#[tonic::async_trait]
impl v1::peer_server::Peer for Service {
    async fn exchange(&self, request: Request<v1::PeerMessage>) -> Result<Response<v1::PeerMessage>, Status> {
        match self.0.handle(request.into_inner().payload).await {
            Ok(payload) => Ok(Response::new(v1::PeerMessage { payload })),
            Err(error) => Err(Status::unavailable(error.0)),
        }
    }
}
