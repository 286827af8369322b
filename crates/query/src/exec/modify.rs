//! INSERT, UPDATE and DELETE inside a plan: the source's rows go to the write stage, which gives back the
//! rows that it has written; RETURNING is computed over these.
//!
//! Subqueries of RETURNING and of DO UPDATE run in the statement's frame: they see what the statement
//! began with, not what it writes.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{Array, Int32Array};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_binder::bound::{MergeAction, ModifyOp};
use gavel_functions::physical::{build_array, datum_at};
use gavel_types::{Datum, SqlError, SqlResult};
use parking_lot::Mutex;

use crate::dml::conflict::{Assigned, ConflictRow};
use crate::exec::batch::{batch_of, schema_of};
use crate::exec::eval::Evaluator;
use crate::exec::frame::Frame;
use crate::exec::operator::{BoxOperator, Operator};
use crate::exec::plan::{ModifyPlan, Node, Op, UpdatePlan};
use crate::explain::profile::Merged;

/// See the module. Without RETURNING it puts out as many empty rows as were written.
pub struct Modify {
    source: Option<BoxOperator>,
    written: VecDeque<RecordBatch>,
    node: Arc<Node>,
    evaluator: Evaluator,
}

impl Modify {
    pub fn new(source: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        Self { source: Some(source), written: VecDeque::new(), node, evaluator: Evaluator::new(frame) }
    }
}

#[async_trait]
impl Operator for Modify {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::Modify(plan) = &self.node.op else {
            return Err(SqlError::internal("operator started with another one's plan"));
        };
        if let Some(running) = self.source.take() {
            let tables = Arc::clone(&self.evaluator.frame().exec.env.tables);
            let update = plan.on_conflict.as_ref().map(|plan| Update { plan, evaluator: &self.evaluator });
            let on_conflict = update.as_ref().map(|u| u as &dyn ConflictRow);
            let profile = self.evaluator.frame().exec.env.profile.clone();
            let tally = profile.as_ref().and_then(|_| Tally::of(plan));
            let running = match &tally {
                Some(tally) => Box::new(Tallied { inner: running, tally: Arc::clone(tally) }) as BoxOperator,
                None => running,
            };
            self.written = tables.modify(&plan.modify, &plan.source.columns, running, on_conflict).await?.into();
            if let (Some(profile), Some(tally)) = (profile, tally) {
                let merged = *tally.merged.lock();
                let written: usize = self.written.iter().map(RecordBatch::num_rows).sum();
                // Triggers leave rows out, and do not say of which clause.
                if merged.written() == written as u64 {
                    profile.has_merged(self.node.id, merged);
                }
            }
        }
        while let Some(batch) = self.written.pop_front() {
            if batch.num_rows() == 0 {
                continue;
            }
            let columns = match &plan.returning {
                Some(items) => self.evaluator.eval_arrays(items, &batch).await?,
                None => Vec::new(),
            };
            return batch_of(&self.node.schema, columns, batch.num_rows()).map(Some);
        }
        Ok(None)
    }
}

/// Counts for EXPLAIN ANALYZE what MERGE does with the rows of its source.
struct Tally {
    /// Where a row says which of `actions` is for it.
    at: usize,
    actions: Vec<MergeAction>,
    merged: Mutex<Merged>,
}

impl Tally {
    /// `None` for other statements.
    fn of(plan: &ModifyPlan) -> Option<Arc<Self>> {
        let ModifyOp::Merge { action, actions, .. } = &plan.modify.op else { return None };
        let at = plan.source.columns.iter().position(|(id, _)| id == action)?;
        Some(Arc::new(Self { at, actions: actions.clone(), merged: Mutex::default() }))
    }

    fn count(&self, batch: &RecordBatch) {
        let Some(numbers) = batch.columns().get(self.at).and_then(|c| c.as_any().downcast_ref::<Int32Array>()) else {
            return;
        };
        let mut merged = self.merged.lock();
        for row in 0..numbers.len() {
            let number = numbers.is_valid(row).then(|| usize::try_from(numbers.value(row)).ok()).flatten();
            match number.and_then(|n| self.actions.get(n)) {
                Some(MergeAction::Insert) => merged.inserted += 1,
                Some(MergeAction::Update) => merged.updated += 1,
                Some(MergeAction::Delete) => merged.deleted += 1,
                Some(MergeAction::Nothing) | None => merged.skipped += 1,
            }
        }
    }
}

/// A source that is counted on its way.
struct Tallied {
    inner: BoxOperator,
    tally: Arc<Tally>,
}

#[async_trait]
impl Operator for Tallied {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let batch = self.inner.next().await?;
        batch.iter().for_each(|batch| self.tally.count(batch));
        Ok(batch)
    }
}

/// DO UPDATE, a row at a time.
struct Update<'a> {
    plan: &'a UpdatePlan,
    evaluator: &'a Evaluator,
}

#[async_trait]
impl ConflictRow for Update<'_> {
    async fn assigned(&self, both: &[Datum]) -> SqlResult<Option<Assigned>> {
        let columns = &self.plan.columns;
        let arrays = columns
            .iter()
            .zip(both)
            .map(|((_, ty), value)| build_array(*ty, [value.clone()]))
            .collect::<SqlResult<Vec<_>>>()?;
        let row = batch_of(&schema_of(columns), arrays, 1)?;
        for (rule, check) in &self.plan.checks {
            if rule.is_of_existing()
                && self.evaluator.predicate(check, &row).await?.is_some_and(|mask| mask.true_count() == 0)
                && let Some(hidden) = rule.hidden()
            {
                return Err(hidden);
            }
        }
        if let Some(predicate) = &self.plan.predicate
            && self.evaluator.predicate(predicate, &row).await?.is_some_and(|mask| mask.true_count() == 0)
        {
            return Ok(None);
        }
        let mut values = Vec::with_capacity(self.plan.assignments.len());
        for (number, expr) in &self.plan.assignments {
            let array = self.evaluator.eval_array(expr, &row).await?;
            values.push((*number, datum_at(array.as_ref(), 0, expr.ty)?));
        }
        let mut broken = None;
        for (rule, check) in &self.plan.checks {
            // No mask: all rows satisfy it.
            if !rule.is_of_existing()
                && self.evaluator.predicate(check, &row).await?.is_some_and(|mask| mask.true_count() == 0)
            {
                broken = Some(rule.clone());
                break;
            }
        }
        Ok(Some(Assigned { values, broken }))
    }
}
