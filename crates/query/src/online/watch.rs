//! Jobs that nobody works on: taken over by whichever query node notices first.
//!
//! A runner writes its job's row at least every [`BEAT`]. Each node looks at all rows every now and then, as of what
//! its storage has applied, which asks nobody for a timestamp; a row that has stayed the same for a [`LEASE`], by the
//! looker's own clock, has no runner any more. The looker puts itself into the row by an ordinary commit, which
//! conflicts if another node does so too, or if the runner was only slow: who has lost sees it by the conflict. The
//! next runner is given twice the time, and so on, until one gets something done: or nodes on which everything is slow
//! would take the job from each other for ever.
#![allow(clippy::disallowed_methods, reason = "the shell that looks every now and then")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gavel_catalog::job::Job;
use gavel_catalog::keys;
use gavel_txn::error::storage_error;
use gavel_types::{KeyRange, SqlResult, Timestamp, WriteMode};

use crate::engine::Engine;
use crate::online::runner;

/// A runner writes its row at least so often.
pub const BEAT: Duration = Duration::from_secs(2);
/// A row that has not changed for so long has no runner, if it was not taken over lately.
const LEASE: Duration = Duration::from_secs(6);
/// Longest that a row goes without a change before it is taken over, in leases.
const MOST_LEASES: u32 = 20;
/// How often rows are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Jobs that have ended are shown for so long, in microseconds.
const KEPT_MICROS: i64 = 1_800_000_000;
const PAGE_ROWS: usize = 1_024;

/// Rows as they were first seen so.
type Seen = HashMap<Bytes, (Bytes, Instant)>;

/// Looks for jobs until the engine is gone.
pub(crate) fn watch(engine: &Arc<Engine>) {
    let engine = Arc::downgrade(engine);
    tokio::spawn(async move {
        let mut seen = Seen::new();
        let mut asks = false;
        loop {
            let Some(present) = engine.upgrade() else { return };
            let looked = present.look_for_jobs(&mut seen, asks).await;
            if let Err(error) = &looked {
                tracing::debug!(error = error.message(), "jobs could not be looked at");
            }
            let jobs = Arc::clone(&present.jobs);
            drop(present);
            // What storage was known to have applied may be collected by the time that it is back.
            asks = looked.is_err();
            asks |= tokio::select! {
                () = jobs.submitted.notified() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
        }
    });
}

impl Engine {
    /// Every job of every database, as of `ts`.
    async fn all_jobs(&self, ts: Timestamp, mut range: KeyRange) -> SqlResult<Vec<(Bytes, Bytes)>> {
        let mut rows = Vec::new();
        loop {
            let page = self.storage.scan_raw(ts, &range, false, PAGE_ROWS).await.map_err(storage_error)?;
            let full = page.len() == PAGE_ROWS;
            if let Some((last, _)) = page.last() {
                range.start = KeyRange::point(last).end;
            }
            rows.extend(page);
            if !full {
                return Ok(rows);
            }
        }
    }

    /// Jobs of a database, those that have ended lately among them.
    pub(crate) async fn jobs_of(&self, database: gavel_types::Oid) -> SqlResult<Vec<Job>> {
        let ts = self.snapshot().await?;
        let rows = self.all_jobs(ts, keys::jobs_of(database)).await?;
        rows.iter().map(|(_, row)| Job::decode(row)).collect()
    }

    /// `asks`: as of now, not only of what is known to be applied.
    async fn look_for_jobs(self: &Arc<Self>, seen: &mut Seen, asks: bool) -> SqlResult<()> {
        let ts = if asks { self.snapshot().await? } else { self.storage.watermarks().applied_ts };
        let rows = self.all_jobs(ts, keys::jobs()).await?;
        seen.retain(|key, _| rows.iter().any(|(k, _)| k == key));
        for (key, row) in rows {
            let job = Job::decode(&row)?;
            let since = match seen.get(&key) {
                Some((before, since)) if *before == row => *since,
                _ => {
                    seen.insert(key.clone(), (row.clone(), Instant::now()));
                    Instant::now()
                }
            };
            if job.status.is_final() {
                if self.now_micros().saturating_sub(job.updated) > KEPT_MICROS {
                    self.replace_job(&key, &row, None).await?;
                }
            } else if job.runner == self.jobs.node {
                runner::start(self, job.database, job.id);
            } else if since.elapsed() >= LEASE * (job.takeovers + 1).min(MOST_LEASES) {
                let taken = Job { runner: self.jobs.node, takeovers: job.takeovers.saturating_add(1), ..job };
                if self.replace_job(&key, &row, Some(taken.encode())).await? {
                    tracing::info!(job = %taken.id_text(), index = %taken.object_name, "a job without runner is taken over");
                    runner::start(self, taken.database, taken.id);
                }
            }
        }
        Ok(())
    }

    /// Puts `next` in the place of a job's row, if it is still `before`.
    async fn replace_job(&self, key: &Bytes, before: &Bytes, next: Option<Bytes>) -> SqlResult<bool> {
        let mut txn = self.begin(Timestamp::ZERO, false).await?;
        let found = txn.view().get(std::slice::from_ref(key)).await?.pop().flatten();
        if found.as_ref() != Some(before) {
            return Ok(false);
        }
        let mode = if next.is_some() { WriteMode::Update } else { WriteMode::Delete };
        txn.write(key.clone(), mode, next)?;
        Ok(self.commit_own(txn).await?.is_ok())
    }
}
