//! Asks the adjudicator to close a timestamp for readers that wait at it (PROTOCOL §4).
//!
//! Requests are coalesced: one call is under way at a time, for the highest timestamp that anyone
//! wants, and its answer serves all below.
#![allow(clippy::disallowed_methods, reason = "a shell: waits and starts tasks")]

use std::sync::Arc;
use std::time::Duration;

use gavel_api::adjudicator::{Adjudicator, Closed};
use gavel_runtime::{timer, watch};
use gavel_types::Timestamp;

use crate::replica::Shared;
use crate::watermark::ClosedAt;

/// Before asking again when the adjudicator would not or could not answer.
const RETRY: Duration = Duration::from_millis(20);

/// Serves `wanted`, the highest timestamp that a reader asked for, until its sender is gone.
pub(crate) async fn run(
    shared: Arc<Shared>,
    adjudicator: Arc<dyn Adjudicator>,
    mut wanted: watch::Receiver<Timestamp>,
) {
    while wanted.changed().await.is_ok() {
        let mut ts = *wanted.borrow_and_update();
        while !shared.progress.has_reached(ts) {
            match adjudicator.close(ts, Duration::ZERO).await {
                Ok(closed) => {
                    heard(&shared, closed);
                    break;
                }
                Err(error) => {
                    tracing::debug!(%error, ts = ts.0, "adjudicator did not close");
                    timer::sleep(RETRY).await;
                    if shared.progress.failure().is_some() {
                        return;
                    }
                    ts = *wanted.borrow_and_update();
                }
            }
        }
    }
}

/// The adjudicator has closed something.
pub(crate) fn heard(shared: &Shared, closed: Closed) {
    let now = shared.now();
    shared.progress.learn_mode(closed.mode);
    shared.progress.close(ClosedAt { ts: closed.ts, lsn: closed.last_lsn }, now);
    if let Some(ahead) = closed.ahead {
        shared.progress.promise(ahead, now);
    }
}
