//! Applies the journal, record by record, and moves the watermark.
#![allow(clippy::disallowed_methods, reason = "a shell: waits and starts tasks")]

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_api::journal::{self, Entry, Record};
use gavel_encoding::layout::read_dropped;
use gavel_mvcc::{Batch, Engine};
use gavel_runtime::{offload, timer};
use gavel_types::{CommitRecord, Lsn};

use crate::replica::Shared;

/// Commits with more writes are applied off the async threads.
const INLINE_WRITES: usize = 2_000;

/// How often a full store is asked again whether there is room.
const ROOM_POLL: Duration = Duration::from_millis(2);

/// Between attempts to follow a journal that does not answer: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Why following has ended.
enum End {
    /// Goes on from where it was, a little later.
    Lost(String),
    /// The records that come next are gone: only a peer's copy helps.
    Trimmed(Lsn),
    /// For good.
    Stop(String),
}

/// Runs until the journal is closed, or can never be followed any more.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut pause = PAUSES.0;
    loop {
        let before = shared.engine.applied().lsn;
        match follow(&shared).await {
            End::Lost(reason) => {
                if shared.engine.applied().lsn > before {
                    pause = PAUSES.0;
                }
                if shared.progress.set_trouble(Some(reason.clone())) {
                    tracing::warn!(%reason, "replica cannot follow the journal at present");
                }
                timer::sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
            End::Trimmed(first) => {
                tracing::warn!(first = first.0, "replica is too far behind: it needs a copy of a peer");
                shared.progress.set_outrun(first);
                shared.progress.fail(format!("journal is trimmed up to {first}"));
                return;
            }
            End::Stop(reason) => {
                tracing::info!(%reason, "replica stops following the journal");
                shared.progress.fail(reason);
                return;
            }
        }
    }
}

async fn follow(shared: &Arc<Shared>) -> End {
    let mut next = shared.engine.applied().lsn.next();
    let mut tail = shared.journal.tail(next);
    tracing::info!(from = next.0, "following the journal");
    while let Some(entries) = tail.next().await {
        let entries = match entries {
            Ok(entries) => entries,
            Err(journal::Error::Trimmed(first)) => return End::Trimmed(first),
            Err(journal::Error::Closed) => return End::Stop("journal is closed".into()),
            Err(error @ journal::Error::Corrupt(_)) => {
                tracing::error!(%error, "journal cannot be read");
                return End::Stop(error.to_string());
            }
            Err(error) => return End::Lost(error.to_string()),
        };
        for (lsn, _) in &entries {
            if *lsn != next {
                return End::Lost(format!("journal gave {lsn} instead of {next}"));
            }
            next = next.next();
        }
        if shared.progress.set_trouble(None) {
            tracing::info!("replica follows the journal again");
        }
        if let Err(reason) = apply_all(shared, entries).await {
            tracing::error!(%reason, "record cannot be applied");
            return End::Stop(reason);
        }
    }
    End::Stop("journal is closed".into())
}

async fn apply_all(shared: &Arc<Shared>, entries: Vec<Entry>) -> Result<(), String> {
    for (lsn, record) in entries {
        match record {
            Record::Commit(commit) => {
                while !shared.engine.has_room() {
                    timer::sleep(ROOM_POLL).await;
                }
                let ts = commit.commit_ts;
                apply(shared, lsn, commit).await?;
                shared.progress.apply(lsn, Some(ts), shared.now());
            }
            other => {
                if let Record::TimeMode(mode) = other {
                    shared.progress.set_mode(mode, timer::now());
                }
                shared.engine.skip(lsn).map_err(|e| e.to_string())?;
                shared.progress.apply(lsn, None, shared.now());
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
    offload(move || apply_now(&*engine, lsn, &commit)).await.map_err(|e| e.to_string())?
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
