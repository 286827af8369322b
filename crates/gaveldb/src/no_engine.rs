//! Answers clients until the query node is wired in: 57P03.

use async_trait::async_trait;
use gavel_api::sql::{Credential, SessionParams, SqlEngine, SqlSession};
use gavel_types::{SqlError, SqlResult, SqlState};

pub struct NoEngine;

#[async_trait]
impl SqlEngine for NoEngine {
    async fn credential(&self, _: &str) -> SqlResult<Credential> {
        Ok(Credential::None)
    }

    async fn open(&self, _: SessionParams) -> SqlResult<Box<dyn SqlSession>> {
        Err(SqlError::new(SqlState::CannotConnectNow, "this build has no query node"))
    }
}
