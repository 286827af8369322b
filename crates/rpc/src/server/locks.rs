//! Advisory locks.

use std::sync::Arc;

use gavel_api::locks::{Acquire, Holder, Locks, Release, Renew};
use tonic::{Request, Response, Status};

use crate::convert::status::of_adjudicator;
use crate::v1;

pub(super) struct Service(pub(super) Arc<dyn Locks>);

#[tonic::async_trait]
impl v1::locks_server::Locks for Service {
    async fn renew(&self, request: Request<v1::RenewLocksRequest>) -> Result<Response<v1::RenewedLocks>, Status> {
        let request = Renew::try_from(request.into_inner())?;
        let renewed = self.0.renew(request).await.map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(renewed.into()))
    }

    async fn acquire(&self, request: Request<v1::AcquireLockRequest>) -> Result<Response<v1::AcquiredLock>, Status> {
        let request = Acquire::try_from(request.into_inner())?;
        let acquired = self.0.acquire(request).await.map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(acquired.into()))
    }

    async fn release(
        &self,
        request: Request<v1::ReleaseLocksRequest>,
    ) -> Result<Response<v1::ReleaseLocksResponse>, Status> {
        let request = Release::try_from(request.into_inner())?;
        self.0.release(request).await.map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(v1::ReleaseLocksResponse {}))
    }

    async fn get_blockers(&self, request: Request<v1::GetBlockersRequest>) -> Result<Response<v1::Blockers>, Status> {
        let v1::GetBlockersRequest { holder, session } = request.into_inner();
        let sessions = self.0.blockers(Holder(holder), session).await.map_err(|error| of_adjudicator(&error))?;
        Ok(Response::new(v1::Blockers { sessions }))
    }
}
