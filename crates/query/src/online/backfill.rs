//! Entries for rows that were there before: a batch of rows in one transaction at a fresh snapshot.
//!
//! Every writer that can commit by now keeps the index (the fence before the backfill sees to it), so a row either has
//! the entry that its last writer made, or none. A missing one is written as a unique key is: it fails if anybody has
//! written the same key since the snapshot, and the batch is tried again. Then the row has its entry from the writer,
//! or is gone. Where many rows are written to just then, the batch is tried again with half of its rows, so that it is
//! done sooner and meets fewer writers. What the writers of entries do is not tested against the backfill where the index
//! is not unique, so that it costs them nothing.
//!
//! That no two rows have one key shows here, too: in a unique index the second row finds the first one's entry.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use gavel_catalog::job::{Backfill, Job, from_hex, to_hex};
use gavel_catalog::{Index, keys};
use gavel_functions::call::EvalContext;
use gavel_txn::Transaction;
use gavel_types::{Datum, KeyRange, SqlError, SqlResult, SqlState, Timestamp, WriteMode};

use crate::dml::shape::{Entry, IndexShape, TableShape};
use crate::dml::writer::Shapes;
use crate::engine::Engine;
use crate::engine::shapes::CatalogShapes;
use crate::online::step::{Outcome, Sight};
use crate::system::resolver::style_over;

/// Rows of a batch at most.
pub const BATCH_ROWS: usize = 1_024;
/// Bytes that a batch writes, about, at most.
const BATCH_BYTES: usize = 2 << 20;

/// What became of a batch.
pub(super) enum Batch {
    Done(Outcome),
    /// The rows refuse the index.
    Refused(SqlError),
}

/// A row that should have an entry.
struct Due {
    row_key: Bytes,
    row: Vec<Datum>,
    entry: Option<Entry>,
}

/// 23505, as PostgreSQL says it of rows that were there before the index.
pub fn duplicated(shape: &TableShape, index: &Index, row: &[Datum], eval: &EvalContext) -> SqlError {
    SqlError::new(SqlState::UniqueViolation, format!("could not create unique index \"{}\"", index.name))
        .detail(format!("{} is duplicated.", shape.describe_key(index, row, eval)))
        .schema(shape.schema_name.clone())
        .table(shape.table.name.clone())
        .constraint(index.name.clone())
}

impl Engine {
    /// Gives the next rows of the table their entries, `most` of them at most.
    pub(super) async fn backfill(self: &Arc<Self>, sight: Sight, anew: bool, most: usize) -> SqlResult<Batch> {
        let Sight { mut txn, mut job, catalog, table } = sight;
        let table = table.ok_or_else(|| SqlError::internal("a backfill of a table that is gone"))?;
        let shapes =
            CatalogShapes { engine: Arc::clone(self), catalog: Arc::clone(&catalog), temporary: Arc::default() };
        let shape = match shapes.shape(table.oid) {
            Ok(shape) => shape,
            Err(e) => return Ok(Batch::Refused(e)),
        };
        let Some(index) = shape.indexes.iter().find(|i| i.index.oid == job.index) else {
            return Err(SqlError::internal("the index of a backfill takes no entries"));
        };
        if anew {
            self.begin_backfill(txn.snapshot_ts(), &mut job, &shape, &index.index).await;
        }
        // Whoever changes the table otherwise than by a step makes the batch void.
        txn.use_schema(keys::rung_version(job.database, table.oid, table.rung));
        let eval = EvalContext { style: style_over(&catalog), ..self.plain_context() };
        match fill(&mut txn, &mut job, (&shape, index), most, &eval).await? {
            Some(refused) => Ok(Batch::Refused(refused)),
            None => Ok(Batch::Done(self.commit_job(txn, job).await?)),
        }
    }

    async fn begin_backfill(&self, ts: Timestamp, job: &mut Job, shape: &TableShape, index: &Index) {
        let counted = self.storage.estimate_rows(ts, &[shape.range()]).await;
        let rows_total = counted.ok().and_then(|rows| rows.first().copied()).unwrap_or(0);
        let (table, index) = (shape.table.storage, index.storage);
        job.backfill = Backfill { table, index, rows_total, ..Backfill::default() };
    }
}

/// Writes the missing entries of the next rows and moves the mark past them; what the rows are refused for, if they
/// are.
async fn fill(
    txn: &mut Transaction,
    job: &mut Job,
    (shape, index): (&TableShape, &IndexShape),
    most: usize,
    eval: &EvalContext,
) -> SqlResult<Option<SqlError>> {
    let mut range = shape.range();
    let after = from_hex(&job.backfill.after).ok_or_else(|| SqlError::internal("the mark of a backfill is damaged"))?;
    if !after.is_empty() {
        range.start = KeyRange::point(&after).end;
    }
    let page = txn.view().scan_raw(&range, false, most).await?;
    let whole = page.len() < most;
    let mut due = Vec::with_capacity(page.len());
    for (row_key, value) in page {
        let row = shape.decode(&value)?;
        match shape.entry(index, &row, shape.row_id_of(&row_key), eval) {
            Ok(entry) => due.push(Due { row_key, row, entry }),
            Err(refused) => return Ok(Some(refused)),
        }
    }
    let keys: Vec<Bytes> = due.iter().filter_map(|d| d.entry.as_ref().map(|e| e.key.clone())).collect();
    let found = txn.view().get(&keys).await?;
    let mut found = found.into_iter();
    let mut taken = HashSet::new();
    let count = due.len();
    for (number, Due { row_key, row, entry }) in due.into_iter().enumerate() {
        if let Some(entry) = entry {
            let before = found.next().flatten();
            if entry.unique {
                let owner = before.as_ref().map(|e| shape.row_key_of_entry(e)).transpose()?;
                if owner.is_some_and(|owner| owner != row_key) || !taken.insert(entry.key.clone()) {
                    return Ok(Some(duplicated(shape, &index.index, &row, eval)));
                }
            }
            if before.is_none() {
                txn.write(entry.key, WriteMode::Insert, Some(entry.value))?;
            }
        }
        job.backfill.after = to_hex(&row_key);
        job.backfill.rows += 1;
        if txn.buffer().size() >= BATCH_BYTES && number + 1 < count {
            return Ok(None);
        }
    }
    job.backfill.complete = whole;
    Ok(None)
}
