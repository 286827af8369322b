//! Applies the journal, record by record, and moves the watermark.
#![allow(clippy::disallowed_methods, reason = "a shell: waits and starts tasks")]

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_api::journal::{self, Entry, Record};
use gavel_encoding::layout::read_dropped;
use gavel_mvcc::{Batch, Engine};
use gavel_types::{CommitRecord, Lsn};

use crate::replica::Shared;

/// Commits with more writes are applied off the async threads.
const INLINE_WRITES: usize = 2_000;

/// How often a full store is asked again whether there is room.
const ROOM_POLL: Duration = Duration::from_millis(2);

/// Runs until the journal ends or fails, or a record cannot be applied.
pub(crate) async fn run(shared: Arc<Shared>) {
    let from = shared.engine.applied().lsn.next();
    let mut tail = shared.journal.tail(from);
    tracing::info!(from = from.0, "following the journal");
    while let Some(entries) = tail.next().await {
        let result = match entries {
            Ok(entries) => apply_all(&shared, entries).await,
            Err(journal::Error::Closed) => break,
            Err(e) => Err(e.to_string()),
        };
        if let Err(reason) = result {
            tracing::error!(%reason, "replica stops following the journal");
            shared.progress.fail(reason);
            return;
        }
    }
    tracing::info!("journal closed");
    shared.progress.fail("journal is closed".into());
}

async fn apply_all(shared: &Arc<Shared>, entries: Vec<Entry>) -> Result<(), String> {
    for (lsn, record) in entries {
        match record {
            Record::Commit(commit) => {
                while !shared.engine.has_room() {
                    tokio::time::sleep(ROOM_POLL).await;
                }
                let ts = commit.commit_ts;
                apply(shared, lsn, commit).await?;
                publish(shared, lsn, Some(ts));
            }
            Record::Epoch { .. } | Record::Ceiling(_) => {
                shared.engine.skip(lsn).map_err(|e| e.to_string())?;
                publish(shared, lsn, None);
            }
        }
    }
    Ok(())
}

async fn apply(shared: &Arc<Shared>, lsn: Lsn, commit: CommitRecord) -> Result<(), String> {
    if commit.writes.len() <= INLINE_WRITES {
        return apply_now(&*shared.engine, lsn, &commit);
    }
    let engine = shared.engine.clone();
    tokio::task::spawn_blocking(move || apply_now(&*engine, lsn, &commit)).await.map_err(|e| e.to_string())?
}

fn apply_now(engine: &dyn Engine, lsn: Lsn, commit: &CommitRecord) -> Result<(), String> {
    for write in commit.writes.iter().filter(|w| w.value.is_some()) {
        if let Some(range) = read_dropped(&write.key) {
            engine.forget(&range, commit.commit_ts);
        }
    }
    let batch = Batch { lsn, commit_ts: commit.commit_ts, writes: &commit.writes };
    engine.apply(batch).map_err(|e| e.to_string())
}

/// Everything up to `lsn` is applied; with what the adjudicator closed at or before it.
fn publish(shared: &Shared, lsn: Lsn, ts: Option<gavel_types::Timestamp>) {
    shared.progress.update(|marks| {
        marks.applied_lsn = marks.applied_lsn.max(lsn);
        marks.applied_ts = marks.applied_ts.max(ts.unwrap_or_default());
    });
    // Looked at after the position is known, as `close` sets it before it looks at the position:
    // one of the two sees both.
    let closed = *shared.closed.lock();
    if let Some(closed) = closed.filter(|c| !shared.progress.has_reached(c.ts)) {
        shared.progress.close(closed);
    }
}
