//! Evaluation of compiled expressions by an operator, subqueries included.
//!
//! Expressions are evaluated without waiting. One that needs the value of a subquery which is not
//! known yet stops with a *demand*; the evaluator runs the subplan for the demanded outer values,
//! remembers the results, and evaluates again. So a subquery runs for exactly the rows on which plain
//! evaluation, with its short cuts, comes to ask for it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::record_batch::RecordBatch;
use gavel_types::{Datum, SqlError, SqlResult};
use parking_lot::Mutex;

use crate::apply::site::{self, Demand, SiteCache};
use crate::exec::expr::{Expr, Value, array_of, boolean, only_true};
use crate::exec::frame::Frame;

/// What evaluation may look at.
pub(crate) struct Cx<'a> {
    pub frame: &'a Frame,
    pub evaluator: &'a Evaluator,
}

/// Why an evaluation stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Error(SqlError),
    /// Demands are noted in the evaluator.
    Demand,
}

impl From<SqlError> for Stop {
    fn from(error: SqlError) -> Self {
        Self::Error(error)
    }
}

/// Evaluates the expressions of one operator.
pub struct Evaluator {
    frame: Frame,
    /// Results of subqueries that depend on the scope of this operator.
    local: Mutex<HashMap<usize, Arc<SiteCache>>>,
    demands: Mutex<Vec<Demand>>,
}

impl Evaluator {
    pub fn new(frame: &Frame) -> Self {
        Self { frame: frame.clone(), local: Mutex::default(), demands: Mutex::default() }
    }

    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The cache of `site`: for the whole execution if its results hold that long.
    pub(crate) fn cache(&self, site: &site::Site) -> Arc<SiteCache> {
        if site.holds_for_statement { self.frame.exec.site(site.id) } else { self.cache_of(site.id) }
    }

    /// The operator's own cache of the site with this id.
    pub(crate) fn cache_of(&self, id: usize) -> Arc<SiteCache> {
        self.local.lock().entry(id).or_default().clone()
    }

    pub(crate) fn demand(&self, demand: Demand) {
        self.demands.lock().push(demand);
    }

    /// Evaluates an expression that has no subquery.
    pub fn eval_now(&self, expr: &Expr, batch: &RecordBatch) -> SqlResult<Value> {
        match expr.eval(&Cx { frame: &self.frame, evaluator: self }, batch) {
            Ok(value) => Ok(value),
            Err(Stop::Error(error)) => Err(error),
            Err(Stop::Demand) => Err(SqlError::internal("a subquery stands where none can run")),
        }
    }

    /// Evaluates; runs subqueries as they are asked for.
    pub async fn eval(&self, expr: &Expr, batch: &RecordBatch) -> SqlResult<Value> {
        if !expr.traits.subquery {
            return self.eval_now(expr, batch);
        }
        self.local.lock().values().for_each(|cache| cache.begin_batch());
        loop {
            match expr.eval(&Cx { frame: &self.frame, evaluator: self }, batch) {
                Ok(value) => return Ok(value),
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::Demand) => {
                    let demands = std::mem::take(&mut *self.demands.lock());
                    site::run(self, demands).await?;
                }
            }
        }
    }

    pub async fn eval_array(&self, expr: &Expr, batch: &RecordBatch) -> SqlResult<ArrayRef> {
        array_of(self.eval(expr, batch).await?, expr.ty, batch.num_rows())
    }

    pub async fn eval_arrays(&self, exprs: &[Expr], batch: &RecordBatch) -> SqlResult<Vec<ArrayRef>> {
        let mut arrays = Vec::with_capacity(exprs.len());
        for expr in exprs {
            arrays.push(self.eval_array(expr, batch).await?);
        }
        Ok(arrays)
    }

    /// Rows for which `expr` is true; `None` means all of them.
    pub async fn predicate(&self, expr: &Expr, batch: &RecordBatch) -> SqlResult<Option<BooleanArray>> {
        match self.eval(expr, batch).await? {
            Value::Scalar(Datum::Bool(true)) => Ok(None),
            Value::Scalar(_) => Ok(Some(BooleanArray::from(vec![false; batch.num_rows()]))),
            Value::Array(array) => Ok(Some(only_true(boolean(&array)?))),
        }
    }

    /// The single value of an expression that mentions no input column.
    pub async fn scalar(&self, expr: &Expr) -> SqlResult<Datum> {
        let batch = one_row();
        match self.eval(expr, &batch).await? {
            Value::Scalar(value) => Ok(value),
            Value::Array(array) => gavel_functions::physical::datum_at(array.as_ref(), 0, expr.ty),
        }
    }
}

/// A row without columns.
pub fn one_row() -> RecordBatch {
    use arrow::datatypes::Schema;
    use arrow::record_batch::RecordBatchOptions;
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &options)
        .unwrap_or_else(|_| RecordBatch::new_empty(Arc::new(Schema::empty())))
}
