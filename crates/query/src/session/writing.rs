//! What a session writes rows with.

use std::sync::Arc;

use gavel_functions::call::EvalContext;
use gavel_types::SqlResult;
use tokio::sync::OwnedMutexGuard;

use crate::dml::writer::{Aside, WriteState, Writer};
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

    /// Takes from sight what the running statement has left to be checked at its end, so that statements can run inside
    /// of it.
    pub(crate) async fn set_writes_aside(&mut self) -> Aside {
        match &self.work {
            Some(work) => work.state.lock().await.set_aside(),
            None => Aside::default(),
        }
    }

    /// Puts it back.
    pub(crate) async fn bring_writes_back(&mut self, aside: Aside) {
        if let Some(work) = self.work.as_ref().filter(|_| !aside.is_empty()) {
            work.state.lock().await.bring_back(aside);
        }
    }
}
