//! The commits by which a job changes the catalog or turns writers away, each with the job's row.

use std::sync::Arc;

use bytes::Bytes;
use gavel_catalog::job::{Job, JobError, JobStatus};
use gavel_catalog::store::{self, Reliance};
use gavel_catalog::{Catalog, Index, IndexState, Table, keys};
use gavel_txn::{Committed, Transaction};
use gavel_types::{Oid, SqlError, SqlResult, SqlState, Timestamp, WriteMode};

use crate::engine::Engine;

/// What one transaction of a job sees.
pub(super) struct Sight {
    pub txn: Transaction,
    pub job: Job,
    pub catalog: Arc<Catalog>,
    pub table: Option<Arc<Table>>,
}

/// What became of a commit: when it was, or when the one that it lost to was.
pub(super) type Outcome = Result<Timestamp, Timestamp>;

impl Engine {
    /// Begins a transaction about a job; `None` if there is no such job, or nothing left to do for this node.
    pub(super) async fn look_at_job(&self, database: Oid, id: u64, at_least: Timestamp) -> SqlResult<Option<Sight>> {
        let mut txn = self.begin(at_least, false).await?;
        let key = keys::job(database, id);
        let Some(row) = txn.view().get(std::slice::from_ref(&key)).await?.pop().flatten() else { return Ok(None) };
        let mut job = Job::decode(&row)?;
        if job.runner != self.jobs.node || job.status.is_final() {
            return Ok(None);
        }
        let catalog = match self.catalog_at(txn.snapshot_ts(), database).await {
            Ok(catalog) => catalog,
            Err(e) if e.code() == SqlState::InvalidCatalogName => {
                // The database is gone, and its jobs with it.
                txn.write(key, WriteMode::Delete, None)?;
                let _ = self.commit_own(txn).await?;
                return Ok(None);
            }
            Err(e) => return Err(e),
        };
        job.status = JobStatus::Processing;
        let table = catalog.table(job.table).cloned();
        Ok(Some(Sight { txn, job, catalog, table }))
    }

    /// Writes the job's row as it is now, and commits.
    pub(super) async fn commit_job(&self, mut txn: Transaction, mut job: Job) -> SqlResult<Outcome> {
        job.updated = self.now_micros();
        (job.beats, job.takeovers) = (job.beats + 1, 0);
        txn.write(keys::job(job.database, job.id), WriteMode::Update, Some(job.encode()))?;
        let snapshot = txn.snapshot_ts();
        Ok(self.commit_own(txn).await?.map(|committed| match committed {
            Committed::At(ts) => ts,
            Committed::ReadOnly => snapshot,
        }))
    }

    /// Moves the job's index to another state, on the table's next rung. With an `error` that ends the job.
    pub(super) async fn step(
        &self,
        sight: Sight,
        to: Option<IndexState>,
        error: Option<&SqlError>,
    ) -> SqlResult<Outcome> {
        let Sight { mut txn, mut job, catalog, table } = sight;
        let table = table.ok_or_else(|| SqlError::internal("a step of a table that is gone"))?;
        let mut changed = Table::clone(&table);
        changed.rung += 1;
        changed.version += 1;
        match to {
            Some(state) => changed.indexes.iter_mut().filter(|i| i.oid == job.index).for_each(|i| set(i, state)),
            None => changed.indexes.retain(|i| i.oid != job.index),
        }
        job.fenced = job.fenced.max(table.rung);
        job.since = changed.rung;
        if let Some(error) = error {
            job.status = JobStatus::Failed;
            job.error = Some(JobError::new(error));
        }
        let mut next = Catalog::clone(&catalog);
        next.put_table(Arc::new(changed));
        if to.is_none() {
            next.comments.retain(|key, _| key.1 != job.index);
        }
        // In this mode the key of the rung that is turned away must not have been used since the snapshot.
        let reliance = Reliance { rows_of: [table.oid].into(), ..Reliance::default() };
        for write in store::changes(&catalog, &next, &reliance, self.random_u64()) {
            txn.write(write.key, write.mode, write.value)?;
        }
        self.commit_job(txn, job).await
    }

    /// Turns away writers of `rung`, and those before it.
    pub(super) async fn fence(&self, sight: Sight, rung: u32) -> SqlResult<Outcome> {
        let Sight { mut txn, mut job, .. } = sight;
        let key = keys::rung_version(job.database, job.table, rung);
        txn.write(key, WriteMode::Delete, Some(Bytes::from_static(b"1")))?;
        job.fenced = job.fenced.max(rung + 1);
        self.commit_job(txn, job).await
    }

    /// Ends the job.
    pub(super) async fn end_job(&self, sight: Sight, error: Option<&SqlError>) -> SqlResult<Outcome> {
        let Sight { txn, mut job, .. } = sight;
        job.status = if error.is_some() { JobStatus::Failed } else { JobStatus::Completed };
        job.error = error.map(JobError::new);
        self.commit_job(txn, job).await
    }
}

fn set(index: &mut Index, state: IndexState) {
    index.state = state;
    if matches!(state, IndexState::Public | IndexState::Invalid) {
        index.job = 0;
    }
}
