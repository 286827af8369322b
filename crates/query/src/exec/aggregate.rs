//! GROUP BY, grouping sets and aggregates, by hashing.
//!
//! ```text
//!  row ─ group key ─▶ group number ─▶ one state an aggregate and group
//! ```
//! 1. Each grouping set has its own groups; a row goes into one group of every set.
//! 2. DISTINCT keeps the first of equal arguments of a group; ORDER BY within a call holds the rows of
//!    the call back and feeds them at the end, in order.
//! 3. Without groups there is one row, also over no input; so for the empty grouping set.
//! 4. What comes out for a group column is the value of the group's first row.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, UInt32Array, new_null_array};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_functions::aggregate::{Accumulator, GroupedAccumulator, accumulator, grouped};
use gavel_functions::physical::{build_array, datum_at};
use gavel_functions::{EvalContext, physical_type};
use gavel_pushdown::grouper::Grouper;
use gavel_types::{Datum, PgType, SqlError, SqlResult};

use crate::exec::batch::{arrow_error, batch_of, take_columns};
use crate::exec::eval::Evaluator;
use crate::exec::frame::{Frame, Memory};
use crate::exec::keys::KeyEncoder;
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator};
use crate::exec::plan::{AggregateCall, AggregatePlan, Node, Op};
use crate::exec::scan;
use crate::exec::simple::unpruned;
use crate::exec::table::KeyTable;
use crate::exec::user_aggregate::UserStates;

pub struct Aggregate {
    input: Option<BoxOperator>,
    node: Arc<Node>,
    evaluator: Evaluator,
    memory: Memory,
    output: VecDeque<RecordBatch>,
}

impl Aggregate {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let (evaluator, memory) = (Evaluator::new(frame), frame.memory());
        Ok(Self { input: Some(input), node, evaluator, memory, output: VecDeque::new() })
    }

    /// Accounts for what the sets hold beyond `held`.
    fn account(&mut self, sets: &[GroupSet], held: &mut usize) -> SqlResult<()> {
        let now = sets.iter().map(GroupSet::size).sum::<usize>();
        if now > *held {
            self.memory.grow(now - *held)?;
            *held = now;
        }
        Ok(())
    }

    async fn run(&mut self, mut input: BoxOperator) -> SqlResult<()> {
        let node = self.node.clone();
        let Op::Aggregate(plan) = &node.op else { return Err(SqlError::internal("not an aggregate's plan")) };
        let mut sets = match &plan.sets {
            Some(sets) => sets.iter().map(|s| GroupSet::new(plan, s)).collect::<SqlResult<Vec<_>>>()?,
            None => vec![GroupSet::new(plan, &(0..plan.groups.len()).collect::<Vec<_>>())?],
        };
        let mut held = 0;
        while let Some(batch) = input.next().await? {
            if plan.pushed {
                let (groups, states) = batch.columns().split_at(plan.groups.len());
                for set in &mut sets {
                    let numbers = set.assign(groups, batch.num_rows())?;
                    set.merge(states, &numbers)?;
                }
                self.account(&sets, &mut held)?;
                continue;
            }
            let groups = self.evaluator.eval_arrays(&plan.groups, &batch).await?;
            let mut calls = Vec::with_capacity(plan.aggregates.len());
            for call in &plan.aggregates {
                calls.push(CallInput::new(&self.evaluator, call, &batch).await?);
            }
            for set in &mut sets {
                let numbers = set.assign(&groups, batch.num_rows())?;
                set.update(plan, &self.evaluator, &calls, &numbers).await?;
            }
            self.account(&sets, &mut held)?;
        }
        for mut set in sets {
            set.finish(plan, &self.evaluator, &node, &mut self.output).await?;
        }
        Ok(())
    }
}

/// What storage makes of the scan below: groups and partial states. Of the parts of a table one after the other.
pub struct Partial {
    node: Arc<Node>,
    evaluator: Evaluator,
    /// Those that are still to be read, once it is known which.
    scans: Option<VecDeque<Arc<Node>>>,
    running: Option<BoxOperator>,
}

impl Partial {
    pub fn new(node: Arc<Node>, frame: &Frame) -> Self {
        Self { node, evaluator: Evaluator::new(frame), scans: None, running: None }
    }
}

/// The scans that `input` is made of, those left out that cannot have rows.
async fn scans_of(input: &Arc<Node>, evaluator: &Evaluator) -> VecDeque<Arc<Node>> {
    let Op::Append { inputs, pruning } = &input.op else { return VecDeque::from([input.clone()]) };
    let kept = match pruning {
        Some(pruning) => unpruned(pruning, evaluator).await,
        None => (0..inputs.len()).collect(),
    };
    kept.into_iter().filter_map(|i| inputs.get(i)).map(|(scan, _)| scan.clone()).collect()
}

#[async_trait]
impl Operator for Partial {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let node = self.node.clone();
        let Op::Aggregate(plan) = &node.op else { return Err(SqlError::internal("not an aggregate's plan")) };
        loop {
            if let Some(running) = &mut self.running
                && let Some(batch) = running.next().await?
            {
                return Ok(Some(batch));
            }
            let scans = match &mut self.scans {
                Some(scans) => scans,
                None => self.scans.insert(scans_of(&plan.input, &self.evaluator).await),
            };
            let Some(next) = scans.pop_front() else {
                self.running = None;
                return Ok(None);
            };
            let opened = scan::open_aggregate(plan, &next, &self.evaluator).await?;
            let whole = next.id == plan.input.id;
            let frame = self.evaluator.frame();
            self.running = Some(if whole { opened } else { crate::exec::profiled(&next, frame, opened) });
        }
    }
}

#[async_trait]
impl Operator for Aggregate {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        if let Some(input) = self.input.take() {
            self.run(input).await?;
        }
        Ok(self.output.pop_front())
    }
}

/// One call's evaluated arguments for a batch.
struct CallInput {
    args: Vec<ArrayRef>,
    filter: Option<BooleanArray>,
    order: Vec<ArrayRef>,
}

impl CallInput {
    async fn new(evaluator: &Evaluator, call: &AggregateCall, batch: &RecordBatch) -> SqlResult<Self> {
        let filter = match &call.filter {
            Some(filter) => evaluator.predicate(filter, batch).await?,
            None => None,
        };
        // Rows that FILTER leaves out must not fail in the arguments.
        let mut args = Vec::with_capacity(call.args.len());
        let guarded = call.args.iter().any(|a| a.traits.guarded);
        match &filter {
            Some(mask) if guarded => {
                let kept = crate::exec::batch::filter_rows(batch, mask)?;
                let places: UInt32Array = {
                    let mut next = 0;
                    mask.iter()
                        .map(|m| {
                            m.filter(|m| *m).map(|_| {
                                next += 1;
                                next - 1
                            })
                        })
                        .collect()
                };
                for arg in &call.args {
                    let values = evaluator.eval_array(arg, &kept).await?;
                    args.push(if values.is_empty() {
                        new_null_array(values.data_type(), batch.num_rows())
                    } else {
                        arrow::compute::take(&values, &places, None).map_err(arrow_error)?
                    });
                }
            }
            _ => args = evaluator.eval_arrays(&call.args, batch).await?,
        }
        let mut order = vec![];
        for key in &call.order_by {
            order.push(evaluator.eval_array(&key.expr, batch).await?);
        }
        Ok(Self { args, filter, order })
    }
}

/// States of one aggregate for all groups of a set.
enum States {
    Grouped(Box<dyn GroupedAccumulator>),
    Rows(Vec<Box<dyn Accumulator>>),
    /// Of an aggregate of users.
    User(UserStates),
}

impl States {
    fn new(call: &AggregateCall) -> Self {
        if call.steps.is_some() {
            return Self::User(UserStates::default());
        }
        grouped(call.proc.oid, &call.spec).map_or(Self::Rows(vec![]), Self::Grouped)
    }

    /// Adds rows. What PostgreSQL's own aggregates do needs no waiting.
    async fn take(
        &mut self,
        call: &AggregateCall,
        evaluator: &Evaluator,
        args: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> SqlResult<()> {
        match (&mut *self, &call.steps) {
            (Self::User(states), Some(steps)) => states.update(evaluator, steps, args, groups, filter, total).await,
            (states, _) => states.update(call, &evaluator.frame().exec.env.eval, args, groups, filter, total),
        }
    }

    fn update(
        &mut self,
        call: &AggregateCall,
        context: &EvalContext,
        args: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> SqlResult<()> {
        let wanted = |row: usize| filter.is_none_or(|f| f.is_valid(row) && f.value(row));
        match self {
            Self::Grouped(states) => states.update_batch(args, groups, filter, total),
            Self::Rows(states) => {
                while states.len() < total {
                    states.push(new_state(call)?);
                }
                let mut values = Vec::with_capacity(args.len());
                for (row, &group) in groups.iter().enumerate() {
                    if !wanted(row) {
                        continue;
                    }
                    values.clear();
                    for (arg, ty) in args.iter().zip(&call.spec.arg_types) {
                        values.push(datum_at(arg.as_ref(), row, *ty)?);
                    }
                    states[group].update(context, &values)?;
                }
                Ok(())
            }
            Self::User(_) => Err(SqlError::internal("an aggregate of users without its steps")),
        }
    }

    /// Results of all groups.
    async fn finish(&mut self, call: &AggregateCall, evaluator: &Evaluator, total: usize) -> SqlResult<ArrayRef> {
        match self {
            Self::User(states) => match &call.steps {
                Some(steps) => states.finish(evaluator, steps, total).await,
                None => Err(SqlError::internal("an aggregate of users without its steps")),
            },
            Self::Grouped(states) => {
                // Groups that no row has reached exist as well.
                let empty: Vec<ArrayRef> =
                    call.spec.arg_types.iter().map(|t| new_null_array(&physical_type(*t), 0)).collect();
                states.update_batch(&empty, &[], None, total)?;
                states.finish(None)
            }
            Self::Rows(states) => {
                while states.len() < total {
                    states.push(new_state(call)?);
                }
                let values = states.iter_mut().map(|s| s.finish()).collect::<SqlResult<Vec<_>>>()?;
                build_array(call.spec.result, values)
            }
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Grouped(states) => states.size(),
            Self::User(states) => states.size(),
            // Exact sizes of many small states would cost more than they tell.
            Self::Rows(states) if states.len() > 64 => states.len() * 64,
            Self::Rows(states) => states.iter().map(|s| s.size() + 16).sum(),
        }
    }
}

fn new_state(call: &AggregateCall) -> SqlResult<Box<dyn Accumulator>> {
    accumulator(call.proc.oid, &call.spec)
        .ok_or_else(|| SqlError::unsupported(format!("aggregate function {} is not supported", call.proc.name)))
}

/// Rows of a call with ORDER BY, held until the end.
#[derive(Default)]
struct Held {
    groups: Vec<usize>,
    args: Vec<Vec<ArrayRef>>,
    /// Order-preserving bytes of each row's sort keys.
    order: Vec<Box<[u8]>>,
    bytes: usize,
}

/// What a call needs besides its states.
struct CallState {
    states: States,
    /// Arguments seen, with their group, for DISTINCT.
    seen: Option<(KeyEncoder, KeyTable)>,
    held: Option<(KeyEncoder, Held)>,
}

struct GroupSet {
    /// Which of the plan's groups are in the set.
    members: Vec<usize>,
    grouper: Grouper,
    calls: Vec<CallState>,
}

impl GroupSet {
    fn new(plan: &AggregatePlan, members: &[usize]) -> SqlResult<Self> {
        let mut calls = vec![];
        for call in &plan.aggregates {
            calls.push(CallState {
                states: States::new(call),
                seen: if call.distinct {
                    Some((KeyEncoder::new(call.spec.arg_types.iter().copied())?, KeyTable::default()))
                } else {
                    None
                },
                held: if call.order_by.is_empty() {
                    None
                } else {
                    let order = call.order_by.iter().map(|k| (k.expr.ty, k.descending, k.nulls_first));
                    Some((KeyEncoder::ordered(order)?, Held::default()))
                },
            });
        }
        Ok(Self {
            grouper: Grouper::new(&members.iter().map(|&i| plan.groups[i].ty).collect::<Vec<_>>())?,
            members: members.to_vec(),
            calls,
        })
    }

    /// The group of each row.
    fn assign(&mut self, groups: &[ArrayRef], rows: usize) -> SqlResult<Vec<usize>> {
        let columns: Vec<ArrayRef> = self.members.iter().map(|&i| groups[i].clone()).collect();
        self.grouper.assign(&columns, rows)
    }

    async fn update(
        &mut self,
        plan: &AggregatePlan,
        evaluator: &Evaluator,
        inputs: &[CallInput],
        groups: &[usize],
    ) -> SqlResult<()> {
        let total = self.grouper.len();
        for ((call, state), input) in plan.aggregates.iter().zip(&mut self.calls).zip(inputs) {
            let mut filter = input.filter.clone();
            if let Some((encoder, table)) = &mut state.seen {
                let keys = encoder.encode(&input.args, groups.len())?;
                let mut key = vec![];
                let first: BooleanArray = (0..groups.len())
                    .map(|row| {
                        if !filter.as_ref().is_none_or(|f| f.is_valid(row) && f.value(row)) {
                            return Some(false);
                        }
                        key.clear();
                        key.extend_from_slice(&groups[row].to_be_bytes());
                        key.extend_from_slice(keys.row(row));
                        Some(table.insert(&key).1)
                    })
                    .collect();
                filter = Some(first);
            }
            let Some((encoder, held)) = &mut state.held else {
                state.states.take(call, evaluator, &input.args, groups, filter.as_ref(), total).await?;
                continue;
            };
            let order = encoder.encode(&input.order, groups.len())?;
            let kept: Vec<u32> = (0..groups.len())
                .filter(|&row| filter.as_ref().is_none_or(|f| f.is_valid(row) && f.value(row)))
                .map(|row| u32::try_from(row).unwrap_or(u32::MAX))
                .collect();
            for &row in &kept {
                let key = order.row(row as usize);
                held.bytes += key.len() + 40;
                held.order.push(key.into());
                held.groups.push(groups[row as usize]);
            }
            let args = take_columns(&input.args, &UInt32Array::from(kept))?;
            held.bytes += args.iter().map(|a| a.get_array_memory_size()).sum::<usize>();
            held.args.push(args);
        }
        Ok(())
    }

    /// Adds partial states of the rows' groups, a column for each call.
    fn merge(&mut self, states: &[ArrayRef], groups: &[usize]) -> SqlResult<()> {
        let total = self.grouper.len();
        for (call, column) in self.calls.iter_mut().zip(states) {
            match &mut call.states {
                States::Grouped(states) => states.merge_batch(column, groups, None, total)?,
                _ => return Err(SqlError::internal("an aggregate was pushed that has no states to merge")),
            }
        }
        Ok(())
    }

    fn size(&self) -> usize {
        let calls: usize = self
            .calls
            .iter()
            .map(|c| {
                c.states.size() + c.seen.as_ref().map_or(0, |s| s.1.size()) + c.held.as_ref().map_or(0, |h| h.1.bytes)
            })
            .sum();
        self.grouper.size() + calls
    }

    /// Feeds what was held back, in order.
    async fn feed(call: &AggregateCall, state: &mut CallState, evaluator: &Evaluator, total: usize) -> SqlResult<()> {
        let Some((_, held)) = state.held.take() else { return Ok(()) };
        if held.groups.is_empty() {
            return Ok(());
        }
        let mut order: Vec<usize> = (0..held.groups.len()).collect();
        order.sort_by(|&a, &b| held.order[a].cmp(&held.order[b]));
        let mut args = vec![];
        for column in 0..call.args.len() {
            let pieces: Vec<&dyn Array> = held.args.iter().map(|p| p[column].as_ref()).collect();
            let whole = arrow::compute::concat(&pieces).map_err(arrow_error)?;
            let indices: UInt32Array = order.iter().map(|&i| u32::try_from(i).ok()).collect();
            args.push(arrow::compute::take(&whole, &indices, None).map_err(arrow_error)?);
        }
        let groups: Vec<usize> = order.iter().map(|&i| held.groups[i]).collect();
        state.states.take(call, evaluator, &args, &groups, None, total).await
    }

    async fn finish(
        &mut self,
        plan: &AggregatePlan,
        evaluator: &Evaluator,
        node: &Node,
        output: &mut VecDeque<RecordBatch>,
    ) -> SqlResult<()> {
        self.grouper.ensure_one();
        let total = self.grouper.len();
        if total == 0 {
            return Ok(());
        }
        let mut columns: Vec<ArrayRef> = vec![];
        for (group, expr) in plan.groups.iter().enumerate() {
            columns.push(match self.members.iter().position(|&m| m == group) {
                Some(member) => {
                    self.grouper.values(member)?.ok_or_else(|| SqlError::internal("groups without values"))?
                }
                None => new_null_array(&physical_type(expr.ty), total),
            });
        }
        if plan.grouping {
            let count = plan.groups.len();
            let bits = (0..count)
                .filter(|g| !self.members.contains(g))
                .fold(0i64, |bits, g| bits | 1i64.checked_shl(u32::try_from(count - 1 - g).unwrap_or(63)).unwrap_or(0));
            columns.push(build_array(PgType::INT8, std::iter::repeat_n(Datum::Int8(bits), total))?);
        }
        for (call, state) in plan.aggregates.iter().zip(&mut self.calls) {
            Self::feed(call, state, evaluator, total).await?;
            columns.push(state.states.finish(call, evaluator, total).await?);
        }
        let all = batch_of(&node.schema, columns, total)?;
        for start in (0..total).step_by(BATCH_ROWS) {
            output.push_back(all.slice(start, BATCH_ROWS.min(total - start)));
        }
        Ok(())
    }
}
