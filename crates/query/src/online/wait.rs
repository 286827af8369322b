//! Who waits for a job, and who does not want it any more.
#![allow(clippy::disallowed_methods, reason = "the shell that waits for jobs, of other nodes too")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use gavel_catalog::job::{Job, JobStatus, id_text, parse_id};
use gavel_catalog::keys;
use gavel_txn::error::storage_error;
use gavel_types::{Oid, SqlError, SqlResult, SqlState, Timestamp, WriteMode};

use crate::engine::Engine;

/// How often a job that another node may work on is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// A row that cannot be read is tried again for so long: the job itself goes on meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a job's row is tried to be marked.
const ATTEMPTS: usize = 16;

/// 42704.
pub(crate) fn undefined_job(id: &str) -> SqlError {
    SqlError::new(SqlState::UndefinedObject, format!("job \"{id}\" does not exist"))
}

/// The job that a client means.
///
/// # Errors
/// 42704 if there can be none.
pub(crate) fn job_id(text: &str) -> SqlResult<u64> {
    parse_id(text).ok_or_else(|| undefined_job(text))
}

impl Engine {
    /// A job as of `at_least` or later, and when that was.
    async fn job_row(&self, database: Oid, id: u64, at_least: Timestamp) -> SqlResult<(Option<Job>, Timestamp)> {
        let ts = self.snapshot().await?.max(at_least);
        let key = keys::job(database, id);
        let row = self.storage.get(ts, std::slice::from_ref(&key)).await.map_err(storage_error)?.pop().flatten();
        Ok((row.map(|row| Job::decode(&row)).transpose()?, ts))
    }

    /// Waits until a job has ended. Gives it, and a timestamp at which it had.
    ///
    /// # Errors
    /// 42704 if there is no such job, or it is forgotten; whatever reading raises, if that does not pass.
    pub(crate) async fn wait_for_job(
        &self,
        database: Oid,
        id: u64,
        at_least: Timestamp,
    ) -> SqlResult<(Job, Timestamp)> {
        let mut failing: Option<Instant> = None;
        loop {
            let ended = self.jobs.ended.notified();
            match self.job_row(database, id, at_least).await {
                Ok((None, _)) => return Err(undefined_job(&id_text(id))),
                Ok((Some(job), ts)) if job.status.is_final() => return Ok((job, ts)),
                Ok((Some(_), _)) => failing = None,
                Err(error) if failing.get_or_insert_with(Instant::now).elapsed() >= PATIENCE => return Err(error),
                Err(error) => tracing::debug!(job = id, error = error.message(), "a job could not be looked at"),
            }
            tokio::select! {
                () = ended => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Says that nobody wants a job any more; its runner sees it.
    async fn cancel_job(&self, database: Oid, id: u64) -> SqlResult<()> {
        let mut at_least = Timestamp::ZERO;
        for _ in 0..ATTEMPTS {
            let mut txn = self.begin(at_least, false).await?;
            let key = keys::job(database, id);
            let Some(row) = txn.view().get(std::slice::from_ref(&key)).await?.pop().flatten() else { return Ok(()) };
            let mut job = Job::decode(&row)?;
            if job.status.is_final() || job.cancelled {
                return Ok(());
            }
            job.cancelled = true;
            txn.write(key, WriteMode::Update, Some(job.encode()))?;
            match self.commit_own(txn).await? {
                Ok(_) => return Ok(()),
                Err(winner) => at_least = winner,
            }
        }
        Err(SqlError::new(SqlState::SerializationFailure, "could not cancel the job"))
    }
}

/// A statement that stands for a job: the job is cancelled if the statement is left before its end.
pub(crate) struct Standing {
    engine: Arc<Engine>,
    database: Oid,
    id: u64,
    over: bool,
}

impl Standing {
    pub fn new(engine: &Arc<Engine>, database: Oid, id: u64) -> Self {
        Self { engine: Arc::clone(engine), database, id, over: false }
    }

    /// Waits for the job. Gives how it has ended, and a timestamp at which it had.
    ///
    /// # Errors
    /// Whatever waiting raises; the job is cancelled then.
    pub async fn outcome(mut self, at_least: Timestamp) -> SqlResult<(SqlResult<()>, Timestamp)> {
        let (job, ended) = self.engine.wait_for_job(self.database, self.id, at_least).await?;
        self.over = true;
        let outcome = match (job.status, job.error) {
            (JobStatus::Completed, _) => Ok(()),
            (_, Some(error)) => Err(error.into_sql()),
            (_, None) => Err(SqlError::internal("a job has failed without saying why")),
        };
        Ok((outcome, ended))
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.over {
            return;
        }
        let (engine, database, id) = (Arc::clone(&self.engine), self.database, self.id);
        runtime.spawn(async move {
            if let Err(error) = engine.cancel_job(database, id).await {
                tracing::debug!(job = id, error = error.message(), "a job could not be cancelled");
            }
        });
    }
}
