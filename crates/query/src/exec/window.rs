//! Window functions. For each partitioning and order the whole input is sorted; calls are then
//! evaluated partition by partition over the sorted rows.
//!
//! ```text
//!  partition  ┌──────────────┐
//!  peers      ├──┬─────┬─┬───┤     rows that the order does not tell apart
//!  frame          [······)         for each row: a range of the partition, less what is excluded
//! ```
//! An aggregate whose frame starts at the partition's start is computed once along the partition: its
//! state is extended as the frame's end moves on. Any other frame is computed for each distinct frame.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, UInt32Array};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_binder::bound::{ColumnId, FrameExclude, FrameUnits};
use gavel_functions::aggregate::{Accumulator, accumulator};
use gavel_functions::compare::compare;
use gavel_functions::physical::{build_array, datum_at};
use gavel_functions::registry::{self, ProcKind};
use gavel_functions::{Call, call};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::exec::batch::{batch_of, schema_of, take_columns, take_rows};
use crate::exec::eval::Evaluator;
use crate::exec::frame::{Frame, Memory};
use crate::exec::keys::{KeyEncoder, Keys};
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator, Turns, collect, concat};
use crate::exec::plan::{Bound, Node, Op, SortExpr, WindowCall, WindowGroup};
use crate::exec::sort::sorted_rows;
use crate::exec::user_aggregate::{Steps, UserStates};

pub struct Window {
    input: Option<BoxOperator>,
    node: Arc<Node>,
    evaluator: Evaluator,
    memory: Memory,
    output: VecDeque<RecordBatch>,
}

impl Window {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        let (evaluator, memory) = (Evaluator::new(frame), frame.memory());
        Self { input: Some(input), node, evaluator, memory, output: VecDeque::new() }
    }

    async fn run(&mut self, mut input: BoxOperator) -> SqlResult<()> {
        let node = self.node.clone();
        let Op::Window { input: below, groups } = &node.op else {
            return Err(SqlError::internal("not a window's plan"));
        };
        let batches = collect(&mut input).await?;
        let mut rows = concat(&below.schema, &batches)?;
        drop(batches);
        self.memory.grow_batch(&rows)?;
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let mut layout: Vec<(ColumnId, PgType)> = below.columns.to_vec();
        for group in groups {
            let (sorted, columns) = run_group(&self.evaluator, group, &rows).await?;
            let added = layout.len()..layout.len() + columns.len();
            layout.extend(node.columns.get(added).unwrap_or_default().iter().copied());
            let mut all = sorted.columns().to_vec();
            all.extend(columns);
            rows = batch_of(&schema_of(&layout), all, sorted.num_rows())?;
            self.memory.grow_batch(&rows)?;
        }
        let rows = batch_of(&node.schema, rows.columns().to_vec(), rows.num_rows())?;
        for start in (0..rows.num_rows()).step_by(BATCH_ROWS) {
            self.output.push_back(rows.slice(start, BATCH_ROWS.min(rows.num_rows() - start)));
        }
        Ok(())
    }
}

#[async_trait]
impl Operator for Window {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        if let Some(input) = self.input.take() {
            self.run(input).await?;
        }
        Ok(self.output.pop_front())
    }
}

/// Sorts `rows` as the group asks and computes its calls' columns.
async fn run_group(
    evaluator: &Evaluator,
    group: &WindowGroup,
    rows: &RecordBatch,
) -> SqlResult<(RecordBatch, Vec<ArrayRef>)> {
    let partition_keys: Vec<SortExpr> = group
        .partition_by
        .iter()
        .map(|expr| SortExpr { expr: expr.clone(), descending: false, nulls_first: false })
        .collect();
    let sorted = if partition_keys.is_empty() && group.order_by.is_empty() {
        rows.clone()
    } else {
        let keys: Vec<SortExpr> = partition_keys.iter().chain(&group.order_by).cloned().collect();
        let order = sorted_rows(evaluator, &keys, rows).await?;
        take_rows(rows, &UInt32Array::from(order))?
    };
    let count = sorted.num_rows();
    let partitions = runs(&encode(evaluator, &partition_keys, &sorted).await?, 0..count);
    let order_keys = encode(evaluator, &group.order_by, &sorted).await?;
    let mut inputs = vec![];
    for call in &group.calls {
        inputs.push(CallInput::new(evaluator, group, call, &sorted).await?);
    }
    let mut turns = Turns::default();
    let mut results: Vec<Vec<Datum>> = vec![Vec::with_capacity(count); group.calls.len()];
    for rows in partitions {
        let peers = if group.order_by.is_empty() { vec![rows.clone()] } else { runs(&order_keys, rows.clone()) };
        let partition = Partition::new(rows, peers);
        for ((call, input), result) in group.calls.iter().zip(&inputs).zip(&mut results) {
            input.evaluate(evaluator, call, &partition, result, &mut turns).await?;
        }
    }
    let columns = group
        .calls
        .iter()
        .zip(results)
        .map(|(call, values)| build_array(call.spec.result, values))
        .collect::<SqlResult<Vec<_>>>()?;
    Ok((sorted, columns))
}

async fn encode(evaluator: &Evaluator, keys: &[SortExpr], rows: &RecordBatch) -> SqlResult<Keys> {
    let mut columns = vec![];
    for key in keys {
        columns.push(evaluator.eval_array(&key.expr, rows).await?);
    }
    KeyEncoder::new(keys.iter().map(|k| k.expr.ty))?.encode(&columns, rows.num_rows())
}

/// Runs of equal keys within `rows`.
fn runs(keys: &Keys, rows: Range<usize>) -> Vec<Range<usize>> {
    let mut runs = vec![];
    let mut start = rows.start;
    for row in rows.start + 1..=rows.end {
        if row == rows.end || keys.row(row) != keys.row(start) {
            runs.push(start..row);
            start = row;
        }
    }
    runs
}

/// Rows of one partition, and its peer groups.
struct Partition {
    rows: Range<usize>,
    peers: Vec<Range<usize>>,
    /// Number of each row's peer group, by position in the partition.
    group_of: Vec<usize>,
}

impl Partition {
    fn new(rows: Range<usize>, peers: Vec<Range<usize>>) -> Self {
        let mut group_of = Vec::with_capacity(rows.len());
        for (number, peer) in peers.iter().enumerate() {
            group_of.resize(group_of.len() + peer.len(), number);
        }
        Self { rows, peers, group_of }
    }

    fn group(&self, row: usize) -> usize {
        self.group_of[row - self.rows.start]
    }

    fn peers_of(&self, row: usize) -> Range<usize> {
        self.peers[self.group(row)].clone()
    }
}

/// A call's evaluated arguments over the sorted rows.
struct CallInput {
    args: Vec<ArrayRef>,
    filter: Option<BooleanArray>,
    start: FrameEdge,
    end: FrameEdge,
    /// For RANGE with an offset: the order column, its type and direction.
    order: Option<(ArrayRef, PgType, bool, bool)>,
}

/// An end of the frame with its offset evaluated.
enum FrameEdge {
    Unbounded,
    Current,
    /// Rows or groups; negative before.
    Count(i64),
    /// For RANGE: the order column moved by the offset, for each row, in this type.
    Value(ArrayRef, PgType),
}

impl CallInput {
    async fn new(evaluator: &Evaluator, group: &WindowGroup, call: &WindowCall, rows: &RecordBatch) -> SqlResult<Self> {
        let args = evaluator.eval_arrays(&call.args, rows).await?;
        let filter = match &call.filter {
            Some(filter) => evaluator.predicate(filter, rows).await?,
            None => None,
        };
        let mut order = None;
        if call.units == FrameUnits::Range
            && let [key] = &group.order_by[..]
        {
            let column = evaluator.eval_array(&key.expr, rows).await?;
            order = Some((column, key.expr.ty, key.descending, key.nulls_first));
        }
        let start = Self::edge(evaluator, call, &call.start, order.as_ref(), true).await?;
        let end = Self::edge(evaluator, call, &call.end, order.as_ref(), false).await?;
        Ok(Self { args, filter, start, end, order })
    }

    async fn edge(
        evaluator: &Evaluator,
        call: &WindowCall,
        bound: &Bound,
        order: Option<&(ArrayRef, PgType, bool, bool)>,
        starting: bool,
    ) -> SqlResult<FrameEdge> {
        let (expr, before) = match bound {
            Bound::UnboundedPreceding | Bound::UnboundedFollowing => return Ok(FrameEdge::Unbounded),
            Bound::CurrentRow => return Ok(FrameEdge::Current),
            Bound::Preceding(expr) => (expr, true),
            Bound::Following(expr) => (expr, false),
        };
        let name = if starting { "starting" } else { "ending" };
        let offset = evaluator.scalar(expr).await?;
        if offset.is_null() {
            return Err(SqlError::new(SqlState::NullValueNotAllowed, format!("frame {name} offset must not be null")));
        }
        let negative = || {
            SqlError::new(
                SqlState::InvalidPrecedingOrFollowingSize,
                format!("frame {name} offset must not be negative"),
            )
        };
        if call.units != FrameUnits::Range {
            let count = match offset {
                Datum::Int8(n) => n,
                Datum::Int4(n) => i64::from(n),
                Datum::Int2(n) => i64::from(n),
                _ => return Err(SqlError::internal("frame offset is not an integer")),
            };
            if count < 0 {
                return Err(negative());
            }
            return Ok(FrameEdge::Count(if before { -count } else { count }));
        }
        let Some((column, ty, descending, _)) = order else {
            return Err(SqlError::new(
                SqlState::WindowingError,
                "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
            ));
        };
        if is_negative(&offset, expr.ty) {
            return Err(SqlError::new(
                SqlState::InvalidPrecedingOrFollowingSize,
                "invalid preceding or following size in window function",
            ));
        }
        // Before the row in the order is a smaller value, unless the order descends.
        let operator = if before != *descending { "-" } else { "+" };
        let (moved, moved_ty) = shift(evaluator, operator, column, *ty, &offset, expr.ty)?;
        Ok(FrameEdge::Value(moved, moved_ty))
    }

    /// Appends the call's results for the rows of a partition.
    async fn evaluate(
        &self,
        evaluator: &Evaluator,
        call: &WindowCall,
        partition: &Partition,
        result: &mut Vec<Datum>,
        turns: &mut Turns,
    ) -> SqlResult<()> {
        if let Some(steps) = &call.steps {
            return self.user_aggregate(evaluator, call, steps, partition, result, turns).await;
        }
        if call.proc.kind == ProcKind::Aggregate {
            return self.aggregate(evaluator, call, partition, result, turns).await;
        }
        let count = partition.rows.len();
        let number = |n: usize| Datum::Int8(i64::try_from(n).unwrap_or(i64::MAX));
        let arg = |position: usize, row: usize| -> SqlResult<Datum> {
            match (self.args.get(position), call.spec.arg_types.get(position)) {
                (Some(array), Some(ty)) => datum_at(array.as_ref(), row, *ty),
                _ => Ok(Datum::Null),
            }
        };
        let frames = if matches!(call.proc.src, "window_first_value" | "window_last_value" | "window_nth_value") {
            self.frames(call, partition)?
        } else {
            vec![]
        };
        for row in partition.rows.clone() {
            turns.worked(1 + frames.get(row - partition.rows.start).map_or(0, Range::len)).await;
            let at = row - partition.rows.start;
            let peers = partition.peers_of(row);
            let value = match call.proc.src {
                "window_row_number" => number(at + 1),
                "window_rank" => number(peers.start - partition.rows.start + 1),
                "window_dense_rank" => number(partition.group(row) + 1),
                "window_percent_rank" => {
                    let rank = peers.start - partition.rows.start;
                    Datum::Float8(if count <= 1 { 0.0 } else { rank as f64 / (count - 1) as f64 })
                }
                "window_cume_dist" => Datum::Float8((peers.end - partition.rows.start) as f64 / count as f64),
                "window_ntile" => match integer(&arg(0, partition.rows.start)?) {
                    None => Datum::Null,
                    Some(buckets) if buckets <= 0 => {
                        return Err(SqlError::new(
                            SqlState::InvalidArgumentForNtileFunction,
                            "argument of ntile must be greater than zero",
                        ));
                    }
                    Some(buckets) => Datum::Int4(
                        i32::try_from(bucket(at, count, usize::try_from(buckets).unwrap_or(1)) + 1).unwrap_or(i32::MAX),
                    ),
                },
                "window_lag"
                | "window_lag_with_offset"
                | "window_lag_with_offset_and_default"
                | "window_lead"
                | "window_lead_with_offset"
                | "window_lead_with_offset_and_default" => {
                    let offset = if self.args.len() > 1 { integer(&arg(1, row)?) } else { Some(1) };
                    match offset {
                        None => Datum::Null,
                        Some(offset) => {
                            let offset = if call.proc.src.starts_with("window_lag") { -offset } else { offset };
                            let target = i64::try_from(row).unwrap_or(i64::MAX).saturating_add(offset);
                            match usize::try_from(target).ok().filter(|t| partition.rows.contains(t)) {
                                Some(target) => arg(0, target)?,
                                None => arg(2, row)?,
                            }
                        }
                    }
                }
                "window_first_value" | "window_last_value" | "window_nth_value" => {
                    let mut rows = kept(&frames[at], call.exclude, row, &peers);
                    let target = match call.proc.src {
                        "window_first_value" => rows.next(),
                        "window_last_value" => rows.last(),
                        _ => match integer(&arg(1, row)?) {
                            None => None,
                            Some(n) if n <= 0 => {
                                return Err(SqlError::new(
                                    SqlState::InvalidArgumentForNthValueFunction,
                                    "argument of nth_value must be greater than zero",
                                ));
                            }
                            Some(n) => rows.nth(usize::try_from(n - 1).unwrap_or(usize::MAX)),
                        },
                    };
                    match target {
                        Some(target) => arg(0, target)?,
                        None => Datum::Null,
                    }
                }
                other => return Err(SqlError::unsupported(format!("window function {other} is not supported"))),
            };
            result.push(value);
        }
        Ok(())
    }

    async fn aggregate(
        &self,
        evaluator: &Evaluator,
        call: &WindowCall,
        partition: &Partition,
        result: &mut Vec<Datum>,
        turns: &mut Turns,
    ) -> SqlResult<()> {
        let frames = self.frames(call, partition)?;
        let plain = call.exclude == FrameExclude::NoOthers;
        // A state that covers `covered`, and the result of the frame computed last.
        let mut state = new_state(call)?;
        let mut covered = partition.rows.start..partition.rows.start;
        let mut last: Option<(Range<usize>, Datum)> = None;
        for (at, frame) in frames.iter().enumerate() {
            let row = partition.rows.start + at;
            if plain
                && let Some((known, value)) = &last
                && known == frame
            {
                result.push(value.clone());
                continue;
            }
            let value = if plain && frame.start == covered.start && frame.end >= covered.end {
                turns.worked(1 + frame.end - covered.end).await;
                for row in covered.end..frame.end {
                    self.feed(evaluator, call, state.as_mut(), row)?;
                }
                covered.end = frame.end;
                if frame.end == partition.rows.end {
                    // Nothing is added after the partition's end: the state itself may be finished.
                    covered = usize::MAX..usize::MAX;
                    std::mem::replace(&mut state, new_state(call)?).finish()?
                } else {
                    let mut copy = new_state(call)?;
                    copy.merge(&state.state()?)?;
                    copy.finish()?
                }
            } else {
                turns.worked(1 + frame.len()).await;
                let mut fresh = new_state(call)?;
                let peers = partition.peers_of(row);
                for row in kept(frame, call.exclude, row, &peers) {
                    self.feed(evaluator, call, fresh.as_mut(), row)?;
                }
                fresh.finish()?
            };
            last = Some((frame.clone(), value.clone()));
            result.push(value);
        }
        Ok(())
    }

    /// The same for an aggregate of users, whose state can be finished and go on.
    async fn user_aggregate(
        &self,
        evaluator: &Evaluator,
        call: &WindowCall,
        steps: &Steps,
        partition: &Partition,
        result: &mut Vec<Datum>,
        turns: &mut Turns,
    ) -> SqlResult<()> {
        let frames = self.frames(call, partition)?;
        let plain = call.exclude == FrameExclude::NoOthers;
        let mut state = UserStates::default();
        let mut covered = partition.rows.start..partition.rows.start;
        let mut last: Option<(Range<usize>, Datum)> = None;
        for (at, frame) in frames.iter().enumerate() {
            let row = partition.rows.start + at;
            if plain
                && let Some((known, value)) = &last
                && known == frame
            {
                result.push(value.clone());
                continue;
            }
            let peers = partition.peers_of(row);
            let value = if plain && frame.start == covered.start && frame.end >= covered.end {
                turns.worked(1 + frame.end - covered.end).await;
                let rows: Vec<usize> = (covered.end..frame.end).collect();
                self.feed_user(evaluator, steps, &mut state, rows).await?;
                covered.end = frame.end;
                state.finish(evaluator, steps, 1).await?
            } else {
                turns.worked(1 + frame.len()).await;
                let mut fresh = UserStates::default();
                let rows: Vec<usize> = kept(frame, call.exclude, row, &peers).collect();
                self.feed_user(evaluator, steps, &mut fresh, rows).await?;
                fresh.finish(evaluator, steps, 1).await?
            };
            let value = datum_at(value.as_ref(), 0, call.spec.result)?;
            last = Some((frame.clone(), value.clone()));
            result.push(value);
        }
        Ok(())
    }

    /// Adds rows to the state of a user's aggregate.
    async fn feed_user(
        &self,
        evaluator: &Evaluator,
        steps: &Steps,
        state: &mut UserStates,
        mut rows: Vec<usize>,
    ) -> SqlResult<()> {
        rows.retain(|&row| self.filter.as_ref().is_none_or(|f| f.is_valid(row) && f.value(row)));
        let indices: UInt32Array = rows.iter().map(|&row| u32::try_from(row).ok()).collect();
        let args = take_columns(&self.args, &indices)?;
        let groups = vec![0; rows.len()];
        state.update(evaluator, steps, &args, &groups, None, 1).await
    }

    /// Adds a row to an aggregate's state.
    fn feed(&self, evaluator: &Evaluator, call: &WindowCall, state: &mut dyn Accumulator, row: usize) -> SqlResult<()> {
        if self.filter.as_ref().is_some_and(|f| !(f.is_valid(row) && f.value(row))) {
            return Ok(());
        }
        let args = self
            .args
            .iter()
            .zip(&call.spec.arg_types)
            .map(|(array, ty)| datum_at(array.as_ref(), row, *ty))
            .collect::<SqlResult<Vec<_>>>()?;
        state.update(&evaluator.frame().exec.env.eval, &args)
    }

    /// The frame of each row, before exclusion.
    fn frames(&self, call: &WindowCall, partition: &Partition) -> SqlResult<Vec<Range<usize>>> {
        let mut frames = Vec::with_capacity(partition.rows.len());
        for row in partition.rows.clone() {
            let start = self.edge_row(call, partition, row, &self.start, true)?;
            let end = self.edge_row(call, partition, row, &self.end, false)?;
            frames.push(start..end.max(start));
        }
        Ok(frames)
    }

    /// First row of the frame, or the first after it.
    fn edge_row(
        &self,
        call: &WindowCall,
        partition: &Partition,
        row: usize,
        edge: &FrameEdge,
        starting: bool,
    ) -> SqlResult<usize> {
        let all = &partition.rows;
        let clamp = |at: i64| -> usize {
            let (low, high) = (i64::try_from(all.start).unwrap_or(0), i64::try_from(all.end).unwrap_or(i64::MAX));
            usize::try_from(at.clamp(low, high)).unwrap_or(all.start)
        };
        Ok(match (edge, call.units) {
            (FrameEdge::Unbounded, _) if starting => all.start,
            (FrameEdge::Unbounded, _) => all.end,
            (FrameEdge::Current, FrameUnits::Rows) => row + usize::from(!starting),
            (FrameEdge::Current, _) if starting => partition.peers_of(row).start,
            (FrameEdge::Current, _) => partition.peers_of(row).end,
            (FrameEdge::Count(n), FrameUnits::Rows) => {
                let at = i64::try_from(row).unwrap_or(i64::MAX).saturating_add(*n);
                clamp(at.saturating_add(i64::from(!starting)))
            }
            (FrameEdge::Count(n), _) => {
                let group = i64::try_from(partition.group(row)).unwrap_or(i64::MAX).saturating_add(*n);
                match usize::try_from(group) {
                    Err(_) => all.start,
                    Ok(group) => match partition.peers.get(group) {
                        Some(peers) if starting => peers.start,
                        Some(peers) => peers.end,
                        None => all.end,
                    },
                }
            }
            (FrameEdge::Value(moved, moved_ty), _) => {
                let Some((column, ty, descending, nulls_first)) = &self.order else {
                    return Err(SqlError::internal("RANGE offset without an order"));
                };
                let limit = datum_at(moved.as_ref(), row, *moved_ty)?;
                if column.is_null(row) {
                    // NULLs are peers of each other only.
                    let peers = partition.peers_of(row);
                    return Ok(if starting { peers.start } else { peers.end });
                }
                let mut at = all.start;
                for peers in &partition.peers {
                    let before = if column.is_null(peers.start) {
                        *nulls_first
                    } else {
                        let value = as_moved(datum_at(column.as_ref(), peers.start, *ty)?, *moved_ty);
                        let order = compare(&value, &limit, *moved_ty);
                        let order = if *descending { order.reverse() } else { order };
                        if starting { order.is_lt() } else { order.is_le() }
                    };
                    if !before {
                        break;
                    }
                    at = peers.end;
                }
                at
            }
        })
    }
}

fn new_state(call: &WindowCall) -> SqlResult<Box<dyn Accumulator>> {
    accumulator(call.proc.oid, &call.spec)
        .ok_or_else(|| SqlError::unsupported(format!("aggregate function {} is not supported", call.proc.name)))
}

/// Rows of a frame that EXCLUDE leaves.
fn kept<'a>(
    frame: &Range<usize>,
    exclude: FrameExclude,
    row: usize,
    peers: &'a Range<usize>,
) -> impl Iterator<Item = usize> + 'a {
    frame.clone().filter(move |&r| match exclude {
        FrameExclude::NoOthers => true,
        FrameExclude::CurrentRow => r != row,
        FrameExclude::Group => !peers.contains(&r),
        FrameExclude::Ties => r == row || !peers.contains(&r),
    })
}

/// Bucket of row `at` among `count` rows, the first `count % buckets` of which are larger by one.
fn bucket(at: usize, count: usize, buckets: usize) -> usize {
    let (size, larger) = (count / buckets, count % buckets);
    let boundary = larger * (size + 1);
    if at < boundary { at / (size + 1) } else { larger + (at - boundary) / size.max(1) }
}

fn integer(value: &Datum) -> Option<i64> {
    match value {
        Datum::Int2(n) => Some(i64::from(*n)),
        Datum::Int4(n) => Some(i64::from(*n)),
        Datum::Int8(n) => Some(*n),
        _ => None,
    }
}

fn is_negative(value: &Datum, ty: PgType) -> bool {
    match value {
        Datum::Int2(n) => *n < 0,
        Datum::Int4(n) => *n < 0,
        Datum::Int8(n) => *n < 0,
        Datum::Float4(n) => *n < 0.0 || n.is_nan(),
        Datum::Float8(n) => *n < 0.0 || n.is_nan(),
        Datum::Interval(i) => i.comparison_value() < 0,
        Datum::Numeric(_) => {
            let zero = Datum::Numeric(gavel_types::Numeric::Finite {
                mantissa: gavel_types::numeric::Mantissa::Small(0),
                scale: 0,
            });
            compare(value, &zero, ty).is_lt()
        }
        _ => false,
    }
}

/// The order column moved by an offset: `column operator offset`, and the type of the result. An
/// overflow means that the frame has no end on that side.
fn shift(
    evaluator: &Evaluator,
    operator: &str,
    column: &ArrayRef,
    ty: PgType,
    offset: &Datum,
    offset_ty: PgType,
) -> SqlResult<(ArrayRef, PgType)> {
    let found = registry::operator_exact(operator, ty.oid, offset_ty.oid).ok_or_else(|| {
        let name = |oid: Oid| registry::type_info(oid).map_or("?", |t| t.name);
        SqlError::unsupported(format!(
            "RANGE with offset PRECEDING/FOLLOWING is not supported for column type {} and offset type {}",
            name(ty.oid),
            name(offset_ty.oid)
        ))
    })?;
    let result = PgType::new(found.result);
    let types = [ty, offset_ty];
    let site = Call { context: &evaluator.frame().exec.env.eval, arg_types: &types, result };
    let implementation = call::resolve(found.proc)?;
    let mut values = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        let value = datum_at(column.as_ref(), row, ty)?;
        let moved = match implementation.call(&site, &[value.clone(), offset.clone()]) {
            Ok(moved) => moved,
            Err(error) if error.code() == SqlState::NumericValueOutOfRange => {
                extreme(result, operator == "+").unwrap_or(Datum::Null)
            }
            Err(error) => return Err(error),
        };
        values.push(moved);
    }
    Ok((build_array(result, values)?, result))
}

/// A value of the order column in the type that moving it gives: a date becomes a timestamp.
fn as_moved(value: Datum, moved: PgType) -> Datum {
    match value {
        Datum::Date(days) if moved.oid == Oid::TIMESTAMP => Datum::Timestamp(match days {
            i32::MIN => i64::MIN,
            i32::MAX => i64::MAX,
            days => i64::from(days) * 86_400_000_000,
        }),
        other => other,
    }
}

/// The greatest or least value of an integer type.
fn extreme(ty: PgType, greatest: bool) -> Option<Datum> {
    Some(match (ty.oid, greatest) {
        (Oid::INT2, true) => Datum::Int2(i16::MAX),
        (Oid::INT2, false) => Datum::Int2(i16::MIN),
        (Oid::INT4, true) => Datum::Int4(i32::MAX),
        (Oid::INT4, false) => Datum::Int4(i32::MIN),
        (Oid::INT8, true) => Datum::Int8(i64::MAX),
        (Oid::INT8, false) => Datum::Int8(i64::MIN),
        _ => return None,
    })
}
