//! Groups and the partial states of their aggregates.
//!
//! ```text
//!  batch ─► group expressions ─► group number of each row ─► one state a call and group
//! ```
//! The states are those of `gavel_functions::aggregate`, exported; whoever asked merges them with the
//! same code. DataFusion's aggregates are not used: its sums wrap, its averages are floats, its
//! `numeric` has 38 digits. Aggregates without a vectorised form are refused and run above the scan.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion_physical_expr::PhysicalExpr;
use gavel_api::scan::{ScanAggregate, ScanProgram};
use gavel_functions::aggregate::{AggregateSpec, GroupedAccumulator, grouped};
use gavel_functions::physical_type;
use gavel_types::{Oid, PgType};

use crate::call::from_datafusion;
use crate::compile::{Expressions, batch};
use crate::grouper::Grouper;
use crate::logic::booleans;
use crate::run::failed;
use crate::{Error, Result};

/// Bytes of groups after which they are answered and forgotten: they are merged above anyway.
const MAX_BYTES: usize = 16 << 20;

/// Whether states of aggregate `function` can be made here.
pub fn is_supported(function: Oid, spec: &AggregateSpec) -> bool {
    grouped(function, spec).is_some()
}

/// A compiled aggregation.
pub struct GroupsPlan {
    expressions: Expressions,
    groups: Vec<PgType>,
    calls: Vec<CallPlan>,
    schema: SchemaRef,
}

struct CallPlan {
    function: Oid,
    spec: AggregateSpec,
    /// Places of the arguments and the filter among the expressions.
    args: std::ops::Range<usize>,
    filter: Option<usize>,
}

impl fmt::Debug for GroupsPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupsPlan").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl GroupsPlan {
    pub(crate) fn new(program: &ScanProgram, aggregate: &ScanAggregate) -> Result<Self> {
        if program.with_key || program.limit.is_some() || !program.output.is_empty() {
            return Err(Error::Unsupported("keys, columns or a limit beside aggregates".into()));
        }
        let mut exprs: Vec<_> = aggregate.groups.iter().collect();
        let mut places = Vec::with_capacity(aggregate.calls.len());
        for call in &aggregate.calls {
            let args = exprs.len()..exprs.len() + call.args.len();
            exprs.extend(&call.args);
            let filter = call.filter.as_ref().map(|f| {
                exprs.push(f);
                exprs.len() - 1
            });
            places.push((args, filter));
        }
        let expressions = Expressions::new(program, &exprs)?;
        let types = |range: std::ops::Range<usize>| expressions.exprs[range].iter().map(|e| e.1).collect::<Vec<_>>();
        let groups = types(0..aggregate.groups.len());
        let mut calls = Vec::with_capacity(places.len());
        for (call, (args, filter)) in aggregate.calls.iter().zip(places) {
            let spec = AggregateSpec { arg_types: types(args.clone()), result: call.ty };
            if !is_supported(call.function, &spec) {
                return Err(Error::Unsupported(format!("aggregate {}", call.function)));
            }
            if filter.is_some_and(|f| expressions.exprs[f].1.oid != Oid::BOOL) {
                return Err(Error::Unsupported("filter of an aggregate that is not boolean".into()));
            }
            calls.push(CallPlan { function: call.function, spec, args, filter });
        }
        let group = groups.iter().enumerate().map(|(i, ty)| Field::new(format!("g{i}"), physical_type(*ty), true));
        let states = (0..calls.len()).map(|i| Field::new(format!("s{i}"), DataType::Binary, true));
        let schema = Arc::new(Schema::new(group.chain(states).collect::<Vec<_>>()));
        Ok(Self { expressions, groups, calls, schema })
    }

    /// Columns of the program that the batches must have, in this order.
    pub(crate) fn columns(&self) -> &[usize] {
        &self.expressions.columns
    }

    fn expr(&self, place: usize) -> &Arc<dyn PhysicalExpr> {
        &self.expressions.exprs[place].0
    }

    fn eval(&self, place: usize, batch: &RecordBatch) -> Result<ArrayRef> {
        let value = self.expr(place).evaluate(batch).and_then(|v| v.into_array(batch.num_rows()));
        value.map_err(|e| Error::Evaluation(from_datafusion(e)))
    }
}

/// An aggregation under way.
pub(crate) struct Groups {
    plan: Arc<GroupsPlan>,
    grouper: Grouper,
    states: Vec<Box<dyn GroupedAccumulator>>,
}

fn new_states(plan: &GroupsPlan) -> Result<Vec<Box<dyn GroupedAccumulator>>> {
    let state = |call: &CallPlan| {
        grouped(call.function, &call.spec).ok_or_else(|| Error::Unsupported(format!("aggregate {}", call.function)))
    };
    plan.calls.iter().map(state).collect()
}

impl Groups {
    pub fn new(plan: Arc<GroupsPlan>) -> Result<Self> {
        let (grouper, states) = (Grouper::new(&plan.groups)?, new_states(&plan)?);
        Ok(Self { plan, grouper, states })
    }

    /// Adds rows; answers all groups if they are too many to hold.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let plan = self.plan.clone();
        let columns = (0..plan.groups.len()).map(|g| plan.eval(g, batch)).collect::<Result<Vec<_>>>()?;
        let numbers = self.grouper.assign(&columns, batch.num_rows())?;
        let total = self.grouper.len();
        for (call, state) in plan.calls.iter().zip(&mut self.states) {
            let Some(filter) = call.filter else {
                let args = call.args.clone().map(|a| plan.eval(a, batch)).collect::<Result<Vec<_>>>()?;
                state.update_batch(&args, &numbers, None, total).map_err(Error::Evaluation)?;
                continue;
            };
            let passed = plan.expr(filter).evaluate(batch).and_then(|v| booleans(v, batch.num_rows()));
            let passed = passed.map_err(|e| Error::Evaluation(from_datafusion(e)))?;
            let wanted = |row: usize| passed.is_valid(row) && passed.value(row);
            let kept = if batch.num_columns() == 0 {
                self::batch(batch.schema(), vec![], passed.true_count())?
            } else {
                filter_record_batch(batch, &passed).map_err(failed)?
            };
            let numbers: Vec<usize> =
                numbers.iter().enumerate().filter(|(row, _)| wanted(*row)).map(|(_, number)| *number).collect();
            let args = call.args.clone().map(|a| plan.eval(a, &kept)).collect::<Result<Vec<_>>>()?;
            state.update_batch(&args, &numbers, None, total).map_err(Error::Evaluation)?;
        }
        if self.size() > MAX_BYTES { self.finish() } else { Ok(None) }
    }

    fn size(&self) -> usize {
        self.grouper.size() + self.states.iter().map(|s| s.size()).sum::<usize>()
    }

    /// Answers all groups and forgets them.
    pub fn finish(&mut self) -> Result<Option<RecordBatch>> {
        let total = self.grouper.len();
        if total == 0 {
            return Ok(None);
        }
        let mut columns = Vec::with_capacity(self.plan.schema.fields().len());
        for group in 0..self.plan.groups.len() {
            columns.extend(self.grouper.values(group)?);
        }
        for state in &mut self.states {
            columns.push(state.state(None).map_err(Error::Evaluation)?);
        }
        self.grouper = Grouper::new(&self.plan.groups)?;
        self.states = new_states(&self.plan)?;
        batch(self.plan.schema.clone(), columns, total).map(Some)
    }
}
