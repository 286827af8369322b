//! The commit decision.

use std::sync::Arc;
use std::time::Duration;

use gavel_api::adjudicator::Adjudicator;
use gavel_types::{CommitRequest, Timestamp};
use tonic::{Request, Response, Status};

use crate::convert::required;
use crate::convert::status::of_adjudicator;
use crate::v1;

pub(super) struct Service(pub(super) Arc<dyn Adjudicator>);

#[tonic::async_trait]
impl v1::adjudicator_server::Adjudicator for Service {
    async fn commit(&self, request: Request<v1::CommitRequest>) -> Result<Response<v1::CommitOutcome>, Status> {
        let request = CommitRequest::try_from(request.into_inner())?;
        let outcome = self.0.commit(request).await.map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(outcome.into()))
    }

    async fn resolve(&self, request: Request<v1::ResolveRequest>) -> Result<Response<v1::CommitOutcome>, Status> {
        let txn_id = required(request.into_inner().txn_id, "txn_id is missing")?.into();
        let outcome = self.0.resolve(txn_id).await.map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(outcome.into()))
    }

    async fn close(&self, request: Request<v1::CloseRequest>) -> Result<Response<v1::Closed>, Status> {
        let v1::CloseRequest { ts, lead_nanos } = request.into_inner();
        let closed = self
            .0
            .close(Timestamp(ts), Duration::from_nanos(lead_nanos))
            .await
            .map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(closed.into()))
    }

    async fn get_visible(&self, _: Request<v1::GetVisibleRequest>) -> Result<Response<v1::Visible>, Status> {
        let visible = self.0.visible().await.map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(visible.into()))
    }
}
