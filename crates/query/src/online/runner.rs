//! Does what the ladder says about one job, transaction by transaction, until the job has ended or is another node's.
#![allow(clippy::disallowed_methods, reason = "the shell that waits between attempts")]

use std::sync::Arc;
use std::time::Duration;

use gavel_catalog::IndexState;
use gavel_catalog::job::Job;
use gavel_types::{Oid, SqlError, SqlResult, SqlState, Timestamp};

use crate::engine::Engine;
use crate::online::backfill::{BATCH_ROWS, Batch};
use crate::online::ladder::{self, Action};
use crate::online::quiet::{PATIENCE, QUIET};
use crate::online::step::{Outcome, Sight};
use crate::online::watch::BEAT;

/// Pause after an error that may pass, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What one transaction has come to.
enum Advance {
    /// On, at a snapshot that is no older than this.
    On(Timestamp),
    /// A batch is done, or has lost against a writer.
    Filled(Outcome),
    /// On, once transactions that may not have seen the last step have ended.
    Settle,
    /// There is nothing left to do here.
    Ended,
}

impl From<Outcome> for Advance {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(ts) | Err(ts) => Self::On(ts),
        }
    }
}

/// Starts a runner for a job, unless one runs here already.
pub(super) fn start(engine: &Arc<Engine>, database: Oid, id: u64) {
    if !engine.jobs.running.lock().insert(id) {
        return;
    }
    let running = Running { engine: Arc::clone(engine), id };
    tokio::spawn(async move {
        // As a whole, so that it ends with the task.
        let running = running;
        running.engine.run_job(database, id).await;
    });
}

/// While it lives, a job runs here.
struct Running {
    engine: Arc<Engine>,
    id: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.engine.jobs.running.lock().remove(&self.id);
        self.engine.jobs.ended.notify_waiters();
    }
}

impl Engine {
    async fn run_job(self: &Arc<Self>, database: Oid, id: u64) {
        let (mut at_least, mut settled, mut pause) = (Timestamp::ZERO, false, FIRST_PAUSE);
        let mut rows = BATCH_ROWS;
        loop {
            match self.advance(database, id, at_least, settled, rows).await {
                Ok(Advance::On(ts)) => (at_least, settled, pause) = (ts, false, FIRST_PAUSE),
                Ok(Advance::Filled(outcome)) => {
                    let (Ok(ts) | Err(ts)) = outcome;
                    rows = if outcome.is_ok() { (rows * 2).min(BATCH_ROWS) } else { (rows / 2).max(1) };
                    (at_least, settled, pause) = (ts, false, FIRST_PAUSE);
                }
                Ok(Advance::Settle) => settled = self.settle(database, id).await,
                Ok(Advance::Ended) => return,
                Err(error) => {
                    tracing::debug!(job = id, error = error.message(), "a job is tried again");
                    tokio::time::sleep(pause).await;
                    (settled, pause) = (false, (pause * 2).min(LONGEST_PAUSE));
                }
            }
            tokio::task::consume_budget().await;
        }
    }

    /// One transaction. `settled`: writers of this node that a step would turn away have been waited for. A batch has
    /// `rows` at most.
    async fn advance(
        self: &Arc<Self>,
        database: Oid,
        id: u64,
        at_least: Timestamp,
        settled: bool,
        rows: usize,
    ) -> SqlResult<Advance> {
        let Some(sight) = self.look_at_job(database, id, at_least).await? else { return Ok(Advance::Ended) };
        let action = ladder::next(&sight.job, sight.table.as_deref());
        let waits = match action {
            Action::Step { quiet, .. } | Action::GiveUp { quiet } => quiet,
            Action::Fence { .. } => true,
            Action::Backfill { .. } | Action::Complete | Action::Abandon => false,
        };
        // Whoever has cancelled a job waits for nobody else.
        if waits && !settled && !sight.job.cancelled {
            return Ok(Advance::Settle);
        }
        if waits {
            tokio::time::sleep(QUIET).await;
        }
        let outcome = match action {
            Action::Step { to, .. } => self.step(sight, to, None).await?,
            Action::GiveUp { .. } => {
                self.step(sight, Some(IndexState::Invalid), Some(&crate::session::cancel::cancelled())).await?
            }
            Action::Fence { rung } => self.fence(sight, rung).await?,
            Action::Backfill { anew } => return self.batch(sight, anew, rows).await,
            Action::Complete => self.end_job(sight, None).await?,
            Action::Abandon => {
                let error = abandoned(&sight.job);
                self.end_job(sight, Some(&error)).await?
            }
        };
        Ok(outcome.into())
    }

    async fn batch(self: &Arc<Self>, sight: Sight, anew: bool, rows: usize) -> SqlResult<Advance> {
        let (database, id, at_least) = (sight.job.database, sight.job.id, sight.txn.snapshot_ts());
        let _turn = self.jobs.turns.acquire().await;
        match self.backfill(sight, anew, rows).await? {
            Batch::Done(outcome) => Ok(Advance::Filled(outcome)),
            Batch::Refused(error) => {
                let sight = self.look_at_job(database, id, at_least).await?;
                let fills = |s: &Sight| matches!(ladder::next(&s.job, s.table.as_deref()), Action::Backfill { .. });
                match sight.filter(fills) {
                    Some(sight) => Ok(self.step(sight, Some(IndexState::Invalid), Some(&error)).await?.into()),
                    None => Ok(Advance::On(at_least)),
                }
            }
        }
    }

    /// Waits for the present transactions of this node, those that begin from now on having seen the last step, and
    /// says meanwhile that the job is looked after. False if the job must be looked at anew first.
    async fn settle(&self, database: Oid, id: u64) -> bool {
        let (limit, mut left) = (self.now_micros(), PATIENCE);
        while !self.outlive(limit, BEAT.min(left)).await {
            left = left.saturating_sub(BEAT);
            if left.is_zero() {
                return true;
            }
            match self.look_at_job(database, id, Timestamp::ZERO).await {
                Ok(Some(sight)) if !sight.job.cancelled => {
                    if self.commit_job(sight.txn, sight.job).await.is_err() {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        true
    }
}

fn abandoned(job: &Job) -> SqlError {
    let message = format!("index \"{}\" was dropped or taken by another job", job.object_name);
    SqlError::new(SqlState::ObjectNotInPrerequisiteState, message)
}
