//! What a session writes rows with.

use std::sync::Arc;

use gavel_functions::call::EvalContext;
use gavel_types::SqlResult;
use tokio::sync::OwnedMutexGuard;

use crate::dml::writer::{WriteState, Writer};
use crate::engine::shapes::CatalogShapes;
use crate::session::Session;

/// The transaction's state, held until this is dropped: nothing that asks for it may run in the session meanwhile.
pub(crate) struct Writing {
    pub state: OwnedMutexGuard<WriteState>,
    pub eval: EvalContext,
    shapes: CatalogShapes,
}

impl Writing {
    pub fn writer(&mut self) -> Writer<'_> {
        Writer::new(&mut self.state, &self.shapes, &self.eval)
    }
}

impl Session {
    /// Waits until nobody else holds the transaction's state.
    ///
    /// # Errors
    /// Those of beginning a transaction.
    pub(crate) async fn writing(&mut self) -> SqlResult<Writing> {
        let eval = self.eval_context();
        let engine = Arc::clone(&self.engine);
        let work = self.work().await?;
        let shapes = work.shapes(&engine);
        let state = Arc::clone(&work.state).lock_owned().await;
        Ok(Writing { state, eval, shapes })
    }
}
