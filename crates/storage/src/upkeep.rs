//! Makes what is applied durable, raises the horizon, and trims the journal.
#![allow(clippy::disallowed_methods, reason = "a shell: waits and starts tasks")]

use std::sync::Arc;
use std::time::Duration;

use gavel_runtime::{offload, timer};
use gavel_types::Lsn;

use crate::replica::Shared;
use crate::retention::{Timeline, oldest_snapshot, trim_below};

/// How often the marks are looked at.
const TICK: Duration = Duration::from_secs(1);

/// Commit time between two marks of the timeline.
const SPACING: Duration = Duration::from_secs(5);

/// Runs until the replica is closed.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut timeline = Timeline::new(SPACING);
    // Nothing is below the first position.
    let mut trimmed = Lsn(1);
    let mut since_flush = Duration::ZERO;
    loop {
        since_flush += TICK;
        if since_flush >= shared.settings.flush_interval {
            since_flush = Duration::ZERO;
            if let Err(error) = flush(&shared).await {
                tracing::error!(%error, "flush failed");
            }
        }
        let durable = shared.engine.durable();
        let applied = shared.engine.applied();
        timeline.note(applied.ts, applied.lsn);
        let window = shared.settings.snapshot_window;
        shared.progress.update(|marks| {
            marks.durable_lsn = durable.lsn;
            marks.gc_ts = marks.gc_ts.max(timeline.oldest_snapshot(applied.ts, window));
        });
        // From the durable position, so that after a crash the replica, which then begins there,
        // still refuses everything of which versions are gone.
        shared.engine.set_horizon(timeline.oldest_snapshot(durable.ts, window));

        let kept = timeline.first_kept(oldest_snapshot(applied.ts, shared.settings.conflict_window));
        if let Some(below) = trim_below(durable.lsn, kept, shared.holds.lowest())
            && below > trimmed
        {
            match shared.journal.trim(below).await {
                Ok(()) => trimmed = below,
                Err(error) => tracing::warn!(%error, "journal did not trim"),
            }
        }
        timer::sleep(TICK).await;
    }
}

/// Makes everything applied so far durable.
pub(crate) async fn flush(shared: &Arc<Shared>) -> Result<(), gavel_mvcc::Error> {
    let engine = shared.engine.clone();
    offload(move || engine.flush()).await.map_err(|_| gavel_mvcc::Error::Closed)??;
    let durable = shared.engine.durable();
    shared.progress.update(|marks| marks.durable_lsn = durable.lsn);
    Ok(())
}
