//! INSERT … ON CONFLICT. A row whose arbiter key is taken is left out, or becomes an update of the row
//! that has it. Rows go one after the other: each sees what those before it did.
//!
//! Keys are taken as of the snapshot and the transaction's own writes. A row that another transaction
//! commits meanwhile under the same key is a write-write conflict at COMMIT (40001), where PostgreSQL
//! would wait and then update it; the retry does that.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_functions::call::EvalContext;
use gavel_types::{CheckMode, Datum, SqlError, SqlResult, SqlState};

use crate::dml::shape::TableShape;
use crate::dml::writer::{Prepared, RowChange, Writer};
use crate::fast::expr::{RowContext, RowExpr};

/// Rows whose keys are looked up in one call.
const BATCH_ROWS: usize = 1_024;

/// What to do with a row whose arbiter key is taken.
pub struct Resolution<'a> {
    /// Numbers of indexes in the shape, `None` for the primary key; no arbiters at all: every unique
    /// key is one.
    pub arbiters: Vec<Option<usize>>,
    /// `None` is DO NOTHING.
    pub update: Option<&'a dyn ConflictRow>,
}

/// DO UPDATE.
#[async_trait]
pub trait ConflictRow: Send + Sync {
    /// What the existing row gets; `None` if WHERE leaves it alone. `both` are the existing row's slots followed by the
    /// excluded row's.
    async fn assigned(&self, both: &[Datum]) -> SqlResult<Option<Assigned>>;

    /// The key of the existing row that [`Self::assigned`] is about to be asked of.
    fn meets(&self, key: &Bytes) {
        let _ = key;
    }
}

/// What a row gets by DO UPDATE.
pub struct Assigned {
    /// Values by attnum.
    pub values: Vec<(i16, Datum)>,
    /// The view whose condition it then no longer satisfies.
    pub broken: Option<String>,
}

/// DO UPDATE in expressions that need no plan, over the slots of both rows.
pub struct RowUpdate<'a> {
    pub assignments: Vec<(i16, RowExpr)>,
    pub predicate: Option<RowExpr>,
    /// Conditions of views, with their names.
    pub checks: Vec<(String, RowExpr)>,
    pub eval: &'a EvalContext,
    pub params: &'a [Datum],
}

#[async_trait]
impl ConflictRow for RowUpdate<'_> {
    async fn assigned(&self, both: &[Datum]) -> SqlResult<Option<Assigned>> {
        let cx = RowContext { eval: self.eval, row: both, params: self.params };
        if let Some(predicate) = &self.predicate
            && !predicate.is_true(&cx)?
        {
            return Ok(None);
        }
        let values = self.assignments.iter().map(|(number, expr)| Ok((*number, expr.eval(&cx)?)));
        let values = values.collect::<SqlResult<_>>()?;
        let mut broken = None;
        for (view, check) in &self.checks {
            if !check.is_true(&cx)? {
                broken = Some(view.clone());
                break;
            }
        }
        Ok(Some(Assigned { values, broken }))
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Inserted(Vec<Datum>),
    Updated(Vec<Datum>),
    Skipped,
}

/// What this command has done so far.
#[derive(Default)]
struct Done {
    keys: HashSet<Bytes>,
    updated: HashSet<Bytes>,
}

impl Writer<'_> {
    /// Inserts `rows`, resolving conflicts; one outcome a row.
    ///
    /// # Errors
    /// As [`Writer::insert`]; 21000 if DO UPDATE meets a row of this very command.
    pub async fn insert_resolving(
        &mut self,
        shape: &Arc<TableShape>,
        rows: Vec<Vec<Datum>>,
        resolution: &Resolution<'_>,
    ) -> SqlResult<Vec<Outcome>> {
        for (number, index) in shape.indexes.iter().enumerate().filter(|(_, i)| i.index.deferrable && i.index.unique) {
            if resolution.arbiters.is_empty() || resolution.arbiters.contains(&Some(number)) {
                return Err(SqlError::new(
                    SqlState::ObjectNotInPrerequisiteState,
                    "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters",
                )
                .schema(shape.schema_name.clone())
                .table(shape.table.name.clone())
                .constraint(index.index.name.clone()));
            }
        }
        let mut done = Done::default();
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<_> = rows.by_ref().take(BATCH_ROWS).collect();
            if chunk.is_empty() {
                return Ok(outcomes);
            }
            let prepared: Vec<Prepared> =
                chunk.into_iter().map(|row| self.prepare(shape, row)).collect::<SqlResult<_>>()?;
            let keys: Vec<Bytes> = prepared.iter().flat_map(|p| p.unique_keys(shape)).map(|(_, k)| k.clone()).collect();
            let values = self.state.txn.view().get(&keys).await?;
            let taken: HashMap<Bytes, Bytes> =
                keys.into_iter().zip(values).filter_map(|(k, v)| Some((k, v?))).collect();
            for p in prepared {
                outcomes.push(self.resolve(shape, p, resolution, &taken, &mut done).await?);
            }
        }
    }

    async fn resolve(
        &mut self,
        shape: &Arc<TableShape>,
        p: Prepared,
        resolution: &Resolution<'_>,
        taken: &HashMap<Bytes, Bytes>,
        done: &mut Done,
    ) -> SqlResult<Outcome> {
        let is_taken = |key: &Bytes| taken.contains_key(key) || done.keys.contains(key);
        let is_arbiter = |i: &Option<usize>| resolution.arbiters.is_empty() || resolution.arbiters.contains(i);
        let hit = p.unique_keys(shape).find(|(i, key)| is_arbiter(i) && is_taken(key));
        let Some((index, key)) = hit.map(|(i, k)| (i, k.clone())) else {
            if let Some((index, key)) = p.unique_keys(shape).find(|(_, key)| is_taken(key)) {
                return Err(self.violation(shape, index, key, &p.row).await);
            }
            done.keys.extend(p.unique_keys(shape).map(|(_, k)| k.clone()));
            let row = p.row.clone();
            self.put_new(shape, p)?;
            return Ok(Outcome::Inserted(row));
        };
        let Some(update) = resolution.update else {
            return Ok(Outcome::Skipped);
        };
        if done.keys.contains(&key) {
            return Err(second_time());
        }
        let value = taken.get(&key).ok_or_else(|| SqlError::internal("conflicting row is gone"))?;
        let (row_key, existing) = if index.is_none() {
            (key, shape.decode(value)?)
        } else {
            let row_key = shape.row_key_of_entry(value)?;
            let row = self.state.txn.view().get(std::slice::from_ref(&row_key)).await?.pop().flatten();
            let row = row.ok_or_else(|| {
                SqlError::new(SqlState::IndexCorrupted, "index entry leads to no row").table(shape.table.name.clone())
            })?;
            (row_key, shape.decode(&row)?)
        };
        if done.updated.contains(&row_key) {
            return Err(second_time());
        }
        update.meets(&row_key);
        let both: Vec<Datum> = existing.iter().chain(&p.row).cloned().collect();
        let Some(Assigned { values, broken }) = update.assigned(&both).await? else {
            self.state.txn.check(row_key, CheckMode::NoKeyUpdate);
            return Ok(Outcome::Skipped);
        };
        let mut new = existing.clone();
        for (number, value) in values {
            new[shape.slot(number)?] = value;
        }
        done.updated.insert(row_key.clone());
        self.update(shape, vec![RowChange { key: row_key, old: existing, new: new.clone() }]).await?;
        if let Some(view) = broken {
            return Err(self.breaks_view(shape, &view, &new));
        }
        Ok(Outcome::Updated(new))
    }
}

pub(crate) fn second_time() -> SqlError {
    SqlError::new(SqlState::CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
        .hint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.")
}
