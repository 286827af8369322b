//! What a journal node has on its own disk.

use std::sync::Arc;

use gavel_api::journal::Acceptor;
use tonic::{Request, Response, Status};

use crate::convert::required;
use crate::convert::status::of_journal;
use crate::v1;

pub(super) struct Service(pub(super) Arc<dyn Acceptor>);

#[tonic::async_trait]
impl v1::acceptor_server::Acceptor for Service {
    async fn get_accepted(&self, request: Request<v1::GetAcceptedRequest>) -> Result<Response<v1::Accepted>, Status> {
        let txn_id = required(request.into_inner().txn_id, "txn_id is missing")?.into();
        let accepted = self.0.accepted(txn_id).await.map_err(|error| of_journal(&error))?;
        Ok(Response::new(accepted.into()))
    }
}
