//! A subquery in an expression.
//!
//! ```text
//!  batch row ──▶ key = values of the outer columns that the subplan mentions
//!                 known?  ── yes ─▶ value
//!                         ── no ──▶ Demand ─▶ subplan runs once in a frame of these values
//! ```
//! 1. One run for each distinct key. A subquery that mentions no outer column has one key, the empty
//!    one: it runs at most once, when first asked for.
//! 2. A correlated subquery with a volatile function runs for every row: the row number is in its key. So does the
//!    body of a volatile function, correlated or not.
//! 3. What is remembered is bounded ([`MAX_RESULTS`]); beyond it everything is forgotten at once, and
//!    what the current batch needs is demanded again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::record_batch::RecordBatch;
use gavel_binder::bound::ColumnId;
use gavel_functions::physical::{build_array, datum_at};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::apply::waiting::{self, Wait};
use crate::exec::eval::{Cx, Evaluator, Stop};
use crate::exec::expr::{Expr, Value, value_at};
use crate::exec::frame::Memory;
use crate::exec::operator::{collect, concat};
use crate::exec::plan::Node;
use crate::exec::special::{RowSet, array_of_results};
use crate::exec::start;

/// Distinct keys that one cache remembers; more than a batch has rows.
const MAX_RESULTS: usize = 65_536;

/// A compiled subquery.
#[derive(Debug)]
pub struct Site {
    /// Unique in the plan.
    pub id: usize,
    pub plan: Arc<Node>,
    /// Columns that the subplan mentions and does not compute, as the enclosing plan computes them.
    pub outer: Vec<(ColumnId, Expr)>,
    pub kind: SiteKind,
    /// Positions of the subquery's columns in the plan's output.
    pub columns: Vec<usize>,
    /// Contains a volatile function and is correlated, or is the body of one.
    pub every_row: bool,
    /// Reads no CTE from outside of it, so that equal keys have equal results in the whole statement.
    pub holds_for_statement: bool,
}

#[derive(Debug)]
pub enum SiteKind {
    Scalar,
    Exists,
    Array { element: Oid },
    Quantified { left: Vec<Expr>, functions: Vec<Oid>, all: bool, hashable: bool },
}

/// What must be done before evaluation can go on.
pub(crate) enum Demand {
    /// A subplan is to run.
    Subplan { site: Arc<Site>, key: Box<[u8]>, outer: Vec<Datum> },
    /// See [`waiting`].
    Wait { cache: Arc<SiteCache>, key: Box<[u8]>, wait: Wait },
}

#[derive(Clone)]
pub(crate) enum Outcome {
    Value(Datum),
    Rows(Arc<RowSet>),
}

/// Results of one site, by key, with the memory that they hold.
#[derive(Default)]
pub struct SiteCache {
    results: Mutex<HashMap<Box<[u8]>, (Outcome, Memory)>>,
    every_row: AtomicBool,
}

impl SiteCache {
    pub(super) fn get(&self, key: &[u8]) -> Option<Outcome> {
        self.results.lock().get(key).map(|r| r.0.clone())
    }

    fn put(&self, key: Box<[u8]>, outcome: Outcome, memory: Memory) {
        let mut results = self.results.lock();
        if results.len() >= MAX_RESULTS {
            results.clear();
        }
        results.insert(key, (outcome, memory));
    }

    /// Notes what holds for a row of the batch, by its number.
    pub(super) fn remember(&self, key: Box<[u8]>, outcome: Outcome, memory: Memory) {
        self.every_row.store(true, Ordering::Relaxed);
        self.put(key, outcome, memory);
    }

    /// Forgets what held for the rows of the batch before.
    pub(crate) fn begin_batch(&self) {
        if self.every_row.load(Ordering::Relaxed) {
            self.results.lock().clear();
        }
    }
}

/// The value of `site` for each row of `batch`.
pub(crate) fn eval(site: &Arc<Site>, cx: &Cx<'_>, batch: &RecordBatch) -> Result<Value, Stop> {
    let cache = cx.evaluator.cache(site);
    let outer = site.outer.iter().map(|(_, e)| e.eval(cx, batch)).collect::<Result<Vec<_>, _>>()?;
    let left = match &site.kind {
        SiteKind::Quantified { left, .. } => left.iter().map(|e| e.eval(cx, batch)).collect::<Result<Vec<_>, _>>()?,
        _ => vec![],
    };
    let constant = !site.every_row && outer.iter().chain(&left).all(|v| matches!(v, Value::Scalar(_)));
    let rows = if constant { 1 } else { batch.num_rows() };
    let mut values = Vec::with_capacity(rows);
    let mut demanded: HashSet<Box<[u8]>> = HashSet::new();
    let mut key = Vec::new();
    for row in 0..rows {
        key.clear();
        let mut tuple = Vec::with_capacity(outer.len());
        for (value, (_, expr)) in outer.iter().zip(&site.outer) {
            let value = value_at(value, expr.ty, row)?;
            gavel_encoding::datum::encode(&mut key, &value).map_err(|e| SqlError::internal(e.to_string()))?;
            tuple.push(value);
        }
        if site.every_row {
            key.extend_from_slice(&row.to_be_bytes());
        }
        match cache.get(&key) {
            Some(Outcome::Value(value)) => values.push(value),
            Some(Outcome::Rows(set)) => {
                let SiteKind::Quantified { left: exprs, functions, all, .. } = &site.kind else {
                    return Err(SqlError::internal("rows of a subquery that compares none").into());
                };
                let mut row_values = Vec::with_capacity(left.len());
                for (value, expr) in left.iter().zip(exprs) {
                    row_values.push((value_at(value, expr.ty, row)?, expr.ty));
                }
                values.push(set.decide(cx, &row_values, functions, *all)?);
            }
            None => {
                if demanded.insert(key.clone().into_boxed_slice()) {
                    let key = key.clone().into_boxed_slice();
                    cx.evaluator.demand(Demand::Subplan { site: site.clone(), key, outer: tuple });
                }
            }
        }
    }
    if !demanded.is_empty() {
        return Err(Stop::Demand);
    }
    if constant {
        return Ok(Value::Scalar(values.pop().unwrap_or(Datum::Null)));
    }
    Ok(Value::Array(build_array(result_type(site), values)?))
}

fn result_type(site: &Site) -> PgType {
    match &site.kind {
        SiteKind::Exists | SiteKind::Quantified { .. } => PgType::BOOL,
        SiteKind::Scalar => output_type(site, 0),
        SiteKind::Array { element } => PgType::new(element.array_of().unwrap_or(Oid::ANYARRAY)),
    }
}

fn output_type(site: &Site, column: usize) -> PgType {
    site.columns.get(column).and_then(|&i| site.plan.columns.get(i)).map_or(PgType::TEXT, |c| c.1)
}

/// Does what was demanded, one after the other.
pub(crate) async fn run(evaluator: &Evaluator, demands: Vec<Demand>) -> SqlResult<()> {
    for demand in demands {
        let mut memory = evaluator.frame().memory();
        let (site, key, outer) = match demand {
            Demand::Subplan { site, key, outer } => (site, key, outer),
            Demand::Wait { cache, key, wait } => {
                waiting::run(&cache, key, wait, memory).await?;
                continue;
            }
        };
        let cache = evaluator.cache(&site);
        if site.every_row {
            cache.every_row.store(true, Ordering::Relaxed);
        }
        let outcome = run_one(evaluator, &site, outer, &mut memory).await?;
        memory.grow(key.len() + 64)?;
        cache.put(key, outcome, memory);
    }
    Ok(())
}

async fn run_one(evaluator: &Evaluator, site: &Site, outer: Vec<Datum>, memory: &mut Memory) -> SqlResult<Outcome> {
    let outer: Vec<(ColumnId, Datum)> = site.outer.iter().map(|o| o.0).zip(outer).collect();
    let frame = evaluator.frame().with_outer(outer.into());
    let mut running = start(&site.plan, &frame)?;
    let first_column = site.columns.first().copied().unwrap_or(0);
    match &site.kind {
        SiteKind::Exists => Ok(Outcome::Value(Datum::Bool(running.next().await?.is_some()))),
        SiteKind::Scalar => {
            let Some(first) = running.next().await? else { return Ok(Outcome::Value(Datum::Null)) };
            if first.num_rows() > 1 || running.next().await?.is_some() {
                return Err(SqlError::new(
                    SqlState::CardinalityViolation,
                    "more than one row returned by a subquery used as an expression",
                ));
            }
            datum_at(first.column(first_column).as_ref(), 0, output_type(site, 0)).map(Outcome::Value)
        }
        SiteKind::Array { element } => {
            let mut values = vec![];
            let ty = output_type(site, 0);
            while let Some(batch) = running.next().await? {
                memory.grow_batch(&batch)?;
                let column = batch.column(first_column);
                for row in 0..batch.num_rows() {
                    values.push(datum_at(column.as_ref(), row, ty)?);
                }
            }
            array_of_results(&values, *element, ty).map(Outcome::Value)
        }
        SiteKind::Quantified { hashable, .. } => {
            let batches = collect(&mut running).await?;
            let all = concat(&site.plan.schema, &batches)?;
            memory.grow_batch(&all)?;
            let columns =
                site.columns.iter().enumerate().map(|(i, &c)| (all.column(c).clone(), output_type(site, i))).collect();
            Ok(Outcome::Rows(Arc::new(RowSet::new(columns, all.num_rows(), *hashable)?)))
        }
    }
}
