//! What a journal node knows to be committed.

use std::sync::Arc;

use gavel_api::journal::Witness;
use tonic::{Request, Response, Status};

use crate::convert::required;
use crate::convert::status::of_journal;
use crate::v1;

pub(super) struct Service(pub(super) Arc<dyn Witness>);

#[tonic::async_trait]
impl v1::witness_server::Witness for Service {
    async fn get_committed(
        &self,
        request: Request<v1::GetCommittedRequest>,
    ) -> Result<Response<v1::Committed>, Status> {
        let txn_id = required(request.into_inner().txn_id, "txn_id is missing")?.into();
        let commit_ts = self.0.committed(txn_id).await.map_err(|error| of_journal(&error))?;
        Ok(Response::new(v1::Committed { commit_ts: commit_ts.0 }))
    }
}
