//! What a session writes rows with.

use std::sync::Arc;

use gavel_functions::call::EvalContext;
use gavel_types::SqlResult;
use tokio::sync::OwnedMutexGuard;

use crate::dml::writer::{Aside, WriteState, Writer};
use crate::engine::shapes::CatalogShapes;
use crate::session::Session;
use crate::session::triggers::afterwards::Afterwards;

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

/// What a statement has left to do at its end while others run inside of it, which end before. A statement that is dropped
/// meanwhile loses it, and has failed: what it has written is undone before anything is written again.
#[must_use]
pub(crate) struct Suspended {
    checks: Aside,
    afterwards: Afterwards,
    unfinished: bool,
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

    /// Takes from sight what the running statement has left to do at its end, so that statements can run inside of it.
    pub(crate) async fn suspend_statement(&mut self) -> Suspended {
        let checks = match &self.work {
            Some(work) => work.state.lock().await.set_aside(),
            None => Aside::default(),
        };
        let afterwards = std::mem::take(&mut self.routines.afterwards);
        Suspended { checks, afterwards, unfinished: self.routines.leaves_unfinished(false) }
    }

    /// Puts it back.
    pub(crate) async fn resume_statement(&mut self, suspended: Suspended) {
        let Suspended { checks, afterwards, unfinished } = suspended;
        self.routines.afterwards = afterwards;
        self.routines.leaves_unfinished(unfinished);
        if let Some(work) = self.work.as_ref().filter(|_| !checks.is_empty()) {
            work.state.lock().await.bring_back(checks);
        }
    }
}
