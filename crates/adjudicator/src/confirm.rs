//! Confirms that we still lead, one round for all who wait.
//!
//! ```text
//!   asked    a   b c      d
//!   rounds   [──1──][───2───][──3──]      a: round 1; b, c: round 2; d: round 3
//! ```
//! A round proves leadership at some moment after it began, so it serves those who asked before
//! that.

use std::sync::Arc;

use gavel_api::journal::{self, Replicated};
use parking_lot::Mutex;
use tokio::sync::oneshot;

type Answer = Result<(), journal::Error>;

/// See the module.
pub(crate) struct Confirm {
    journal: Arc<dyn Replicated>,
    runtime: tokio::runtime::Handle,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: Vec<oneshot::Sender<Answer>>,
    running: bool,
}

impl Confirm {
    pub(crate) fn new(journal: Arc<dyn Replicated>, runtime: tokio::runtime::Handle) -> Arc<Self> {
        Arc::new(Self { journal, runtime, state: Mutex::default() })
    }

    /// Answers once a majority has confirmed, after this was called, that this node leads.
    pub(crate) async fn confirm(self: &Arc<Self>) -> Answer {
        let (tell, told) = oneshot::channel();
        {
            let mut state = self.state.lock();
            state.waiting.push(tell);
            if !std::mem::replace(&mut state.running, true) {
                self.runtime.spawn(Arc::clone(self).rounds());
            }
        }
        told.await.unwrap_or(Err(journal::Error::Closed))
    }

    async fn rounds(self: Arc<Self>) {
        loop {
            let waiting = {
                let mut state = self.state.lock();
                if state.waiting.is_empty() {
                    state.running = false;
                    return;
                }
                std::mem::take(&mut state.waiting)
            };
            let answer = self.journal.confirm_leadership().await;
            for tell in waiting {
                // Whoever has gone away needs no answer.
                let _ = tell.send(answer.clone());
            }
        }
    }
}
