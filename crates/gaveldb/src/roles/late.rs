//! An engine that is not open yet.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use gavel_api::sql::{Credential, SessionParams, SqlEngine, SqlSession};
use gavel_types::{SqlError, SqlResult, SqlState};

/// The engine once it is open; until then everybody is told to come later.
#[derive(Default)]
pub struct Late(OnceLock<Arc<dyn SqlEngine>>);

impl Late {
    /// Opens it. Only the first one counts.
    pub fn open(&self, engine: Arc<dyn SqlEngine>) {
        let _ = self.0.set(engine);
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.0.get().is_some()
    }

    fn engine(&self) -> SqlResult<&Arc<dyn SqlEngine>> {
        self.0.get().ok_or_else(|| SqlError::new(SqlState::CannotConnectNow, "the database system is starting up"))
    }
}

#[async_trait]
impl SqlEngine for Late {
    async fn credential(&self, user: &str) -> SqlResult<Credential> {
        self.engine()?.credential(user).await
    }

    async fn open(&self, params: SessionParams) -> SqlResult<Box<dyn SqlSession>> {
        self.engine()?.open(params).await
    }
}
