//! Reading tables: from key conditions to byte ranges, from filters to storage programs, and from
//! entries of a secondary index to the rows that they lead to.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{AsArray, UInt32Array};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use gavel_api::scan::{
    PROGRAM_VERSION, ScanAggregate, ScanCall, ScanColumn, ScanExpr, ScanFold, ScanOrder, ScanProgram,
};
use gavel_api::traffic::Traffic;
use gavel_binder::bound::ColumnId;
use gavel_encoding::KeyBuilder;
use gavel_functions::physical::{build_array, datum_at};
use gavel_types::{Datum, KeyRange, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::exec::access::{KeySpan, Next, TableScan, span_range};
use crate::exec::batch::{batch_of, schema_of, take_columns};
use crate::exec::eval::Evaluator;
use crate::exec::expr::{Expr, ExprKind};
use crate::exec::frame::Frame;
use crate::exec::inverted;
use crate::exec::operator::{BoxOperator, Operator, Streamed, collect, concat};
use crate::exec::plan::{
    AggregateCall, AggregatePlan, Fetch, KeyCondition, KeyValue, Node, Op, RowLookup, ScanPlan, SortExpr,
};
use crate::exec::simple::fetch_rows;

/// Most ranges that one scan is split into; wider IN lists are left to the filter.
const MAX_SPANS: usize = 65_536;

/// Scans a table or an index.
pub struct TableScanExec {
    node: Arc<Node>,
    evaluator: Evaluator,
    running: Option<BoxOperator>,
    /// Only the first rows in the order of a sort above are wanted.
    top: Option<(Fetch, Vec<ScanOrder>)>,
}

impl TableScanExec {
    pub fn new(node: Arc<Node>, frame: &Frame) -> Self {
        Self { node, evaluator: Evaluator::new(frame), running: None, top: None }
    }

    /// The scan below a sort that wants so many rows; `order` is that of [`top_in_storage`].
    pub fn top(node: Arc<Node>, frame: &Frame, fetch: Fetch, order: Vec<ScanOrder>) -> Self {
        Self { top: Some((fetch, order)), ..Self::new(node, frame) }
    }

    async fn start(&mut self) -> SqlResult<BoxOperator> {
        let ranges = ranges(&self.node, &self.evaluator).await?;
        let top = match self.top.take() {
            Some((fetch, order)) => fetch_rows(&self.evaluator, &fetch).await?.map(|rows| (rows, order)),
            None => None,
        };
        let top = top.filter(|(rows, _)| *rows <= gavel_pushdown::top::MAX_ROWS);
        open_top(&self.node, &self.evaluator, ranges, top).await
    }
}

#[async_trait]
impl Operator for TableScanExec {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        if self.running.is_none() {
            self.running = Some(self.start().await?);
        }
        match &mut self.running {
            Some(running) => running.next().await,
            None => Ok(None),
        }
    }
}

fn scan_of(node: &Node) -> SqlResult<&ScanPlan> {
    match &node.op {
        Op::TableScan(scan) => Ok(scan),
        _ => Err(SqlError::internal("not a scan's plan")),
    }
}

/// Byte ranges of the rows that can meet the scan's key conditions, sorted and disjoint.
async fn ranges(node: &Node, evaluator: &Evaluator) -> SqlResult<Vec<KeyRange>> {
    let scan = scan_of(node)?;
    if let Some(inverted) = &scan.inverted {
        return inverted::ranges(scan, inverted, evaluator, traffic_of(node, evaluator).as_ref()).await;
    }
    let tenant = evaluator.frame().exec.env.tables.tenant();
    let mut prefixes: Vec<Vec<Datum>> = vec![vec![]];
    let mut last: Option<(&KeyCondition, PgType)> = None;
    for (condition, (ty, _)) in scan.keys.iter().zip(&scan.key_columns) {
        let values = match condition {
            KeyCondition::Equal(values) => equal_values(values, *ty, evaluator).await?,
            KeyCondition::IsNull => vec![Datum::Null],
            KeyCondition::Range { .. } => {
                last = Some((condition, *ty));
                break;
            }
        };
        if prefixes.len().saturating_mul(values.len()) > MAX_SPANS {
            return Err(SqlError::new(SqlState::ProgramLimitExceeded, "too many values in an index condition"));
        }
        prefixes = prefixes
            .iter()
            .flat_map(|prefix| {
                values.iter().map(move |value| {
                    let mut longer = prefix.clone();
                    longer.push(value.clone());
                    longer
                })
            })
            .collect();
    }
    let bounds = match last {
        Some((KeyCondition::Range { low, high }, ty)) => match bounds(low, high, ty, evaluator).await? {
            Some(bounds) => bounds,
            None => return Ok(vec![]),
        },
        _ => vec![Next::Any],
    };
    let mut ranges = vec![];
    for prefix in prefixes {
        let mut whole: Option<KeyRange> = None;
        for next in &bounds {
            let span = KeySpan { prefix: prefix.clone(), next: next.clone() };
            let mut range = span_range(tenant, scan.object, &scan.key_columns, &span);
            if is_whole_key(scan, span.prefix.len()) {
                range = KeyRange::point(&range.start);
            }
            whole = Some(match whole {
                None => range,
                Some(w) => KeyRange::new(w.start.max(range.start), w.end.min(range.end)),
            });
        }
        ranges.extend(whole.filter(|r| !r.is_empty()));
    }
    Ok(disjoint(ranges))
}

/// Whether that many leading columns name one row of the table: storage looks a single key up rather
/// than scan for it.
fn is_whole_key(scan: &ScanPlan, columns: usize) -> bool {
    columns > 0 && scan.index.is_none() && columns == scan.key_columns.len()
}

/// Where an integer is, seen from the values that `ty` has: below them all, above, or among them. Integers of one width
/// are compared with columns of another one.
fn beside(value: &Datum, ty: PgType) -> Ordering {
    let value = match value {
        Datum::Int4(v) => i64::from(*v),
        Datum::Int8(v) => *v,
        _ => return Ordering::Equal,
    };
    let (least, greatest) = match ty.oid {
        Oid::INT2 => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Oid::INT4 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => return Ordering::Equal,
    };
    if value < least {
        Ordering::Less
    } else if value > greatest {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

/// Distinct non-null values that a key column of type `ty` may have.
async fn equal_values(values: &[KeyValue], ty: PgType, evaluator: &Evaluator) -> SqlResult<Vec<Datum>> {
    let mut all = vec![];
    for value in values {
        match value {
            KeyValue::One(expr) => all.push(evaluator.scalar(expr).await?),
            KeyValue::Each(expr) => {
                if let Datum::Array(array) = evaluator.scalar(expr).await? {
                    all.extend(array.values.iter().cloned());
                }
            }
        }
    }
    all.retain(|v| !v.is_null() && beside(v, ty).is_eq());
    Ok(all)
}

/// Ranges whose intersection is wanted, of a key column of type `ty`; `None` if nothing meets a bound: it is NULL, or
/// beyond what the column holds.
async fn bounds(
    low: &[(Expr, bool)],
    high: &[(Expr, bool)],
    ty: PgType,
    evaluator: &Evaluator,
) -> SqlResult<Option<Vec<Next>>> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let mut all = vec![];
    for (list, is_low) in [(low, true), (high, false)] {
        for (expr, inclusive) in list {
            let value = evaluator.scalar(expr).await?;
            if value.is_null() {
                return Ok(None);
            }
            match (beside(&value, ty), is_low) {
                (Ordering::Equal, _) => {}
                (Ordering::Greater, true) | (Ordering::Less, false) => return Ok(None),
                (Ordering::Less, true) | (Ordering::Greater, false) => continue,
            }
            let bound = if *inclusive { Included(value) } else { Excluded(value) };
            all.push(if is_low { Next::Between(bound, Unbounded) } else { Next::Between(Unbounded, bound) });
        }
    }
    if all.is_empty() {
        all.push(Next::Between(Unbounded, Unbounded));
    }
    Ok(Some(all))
}

/// Sorted; overlapping ones merged.
pub fn disjoint(mut ranges: Vec<KeyRange>) -> Vec<KeyRange> {
    ranges.sort();
    let mut merged: Vec<KeyRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => {
                if range.end > last.end {
                    last.end = range.end;
                }
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// Starts the scan of `node` over `ranges`.
pub async fn open(node: &Arc<Node>, evaluator: &Evaluator, ranges: Vec<KeyRange>) -> SqlResult<BoxOperator> {
    open_top(node, evaluator, ranges, None).await
}

/// [`open`]; with `top`, the first rows in that order, as storage has them, are enough.
async fn open_top(
    node: &Arc<Node>,
    evaluator: &Evaluator,
    ranges: Vec<KeyRange>,
    top: Option<(u64, Vec<ScanOrder>)>,
) -> SqlResult<BoxOperator> {
    let scan = scan_of(node)?;
    let frame = evaluator.frame();
    if ranges.is_empty() {
        return Ok(Box::new(crate::exec::operator::Batches::new(vec![])));
    }
    let (limit, fold) = match (top, &scan.fetch) {
        (Some((rows, order)), _) => (Some(rows), Some(ScanFold::Top(order))),
        (None, Some(fetch)) => (fetch_rows(evaluator, fetch).await?, None),
        (None, None) => (None, None),
    };
    let program = Arc::new(ScanProgram {
        version: PROGRAM_VERSION,
        columns: scan.columns.clone(),
        filter: scan.filter.as_ref().map(|f| to_program(f, evaluator)).transpose()?,
        output: scan.output.clone(),
        with_key: scan.with_key && scan.lookup.is_none(),
        limit,
        fold,
    });
    let entries: BoxOperator = Box::new(Streamed::new(request(node, evaluator, ranges, program)?));
    Ok(match &scan.lookup {
        Some(_) => Box::new(Lookup { entries, node: node.clone(), evaluator: Evaluator::new(frame) }),
        None => Box::new(Renamed { input: entries, node: node.clone() }),
    })
}

/// Where to count what the node exchanges with storage, if the statement is profiled.
fn traffic_of(node: &Node, evaluator: &Evaluator) -> Option<Arc<Traffic>> {
    evaluator.frame().exec.env.profile.as_ref().map(|profile| profile.traffic(node.id))
}

/// Sends the program to storage.
fn request(
    node: &Node,
    evaluator: &Evaluator,
    ranges: Vec<KeyRange>,
    program: Arc<ScanProgram>,
) -> SqlResult<BoxStream<'static, SqlResult<RecordBatch>>> {
    let scan = scan_of(node)?;
    let env = &evaluator.frame().exec.env;
    let traffic = traffic_of(node, evaluator);
    let request =
        TableScan { table: scan.table.clone(), index: scan.index, ranges, program, reverse: scan.reverse, traffic };
    if request.ranges.len() <= MAX_SPANS {
        return Ok(env.tables.scan(request));
    }
    let mut parts: Vec<TableScan> =
        request.ranges.chunks(MAX_SPANS).map(|r| TableScan { ranges: r.to_vec(), ..request.clone() }).collect();
    if request.reverse {
        parts.reverse();
    }
    let tables = env.tables.clone();
    Ok(stream::iter(parts).flat_map(move |part| tables.scan(part)).boxed())
}

/// Groups and partial states of the rows of `input`, a scan, made in storage: a column for each group, then one
/// of states for each call.
pub async fn open_aggregate(plan: &AggregatePlan, input: &Node, evaluator: &Evaluator) -> SqlResult<BoxOperator> {
    let scan = scan_of(input)?;
    let ranges = ranges(input, evaluator).await?;
    if ranges.is_empty() {
        return Ok(Box::new(crate::exec::operator::Batches::new(vec![])));
    }
    let program = aggregate_program(scan, &plan.groups, &plan.aggregates, &|leaf| constant(leaf, evaluator))?;
    Ok(Box::new(Streamed::new(request(input, evaluator, ranges, Arc::new(program))?)))
}

/// The program of an aggregate right above a scan.
fn aggregate_program(
    scan: &ScanPlan,
    groups: &[Expr],
    calls: &[AggregateCall],
    constant: &dyn Fn(&Expr) -> SqlResult<Datum>,
) -> SqlResult<ScanProgram> {
    // Expressions name columns of the scan's output, the program those that are stored.
    let stored = |expr: &Expr| -> SqlResult<ScanExpr> {
        let program = program_of(expr, constant)?;
        Ok(program.map_columns(&|position| scan.output.get(position).copied().unwrap_or(usize::MAX)))
    };
    let each = |exprs: &[Expr]| exprs.iter().map(stored).collect::<SqlResult<Vec<_>>>();
    let mut folded = Vec::with_capacity(calls.len());
    for call in calls {
        folded.push(ScanCall {
            function: call.proc.oid,
            args: each(&call.args)?,
            filter: call.filter.as_ref().map(stored).transpose()?,
            ty: call.spec.result,
        });
    }
    Ok(ScanProgram {
        version: PROGRAM_VERSION,
        columns: scan.columns.clone(),
        filter: scan.filter.as_ref().map(|f| program_of(f, constant)).transpose()?,
        output: vec![],
        with_key: false,
        limit: None,
        fold: Some(ScanFold::Aggregate(ScanAggregate { groups: each(groups)?, calls: folded })),
    })
}

/// Whether storage of this build makes groups and partial states of the rows of `input`.
pub fn aggregates_in_storage(input: &Node, groups: &[Expr], calls: &[AggregateCall]) -> bool {
    let scan = match &input.op {
        Op::TableScan(scan) => scan,
        // All scans put out the same columns in the same order.
        Op::Append { inputs, .. } => {
            let straight = |(part, positions): &(Arc<Node>, Vec<usize>)| {
                positions.iter().copied().eq(0..part.columns.len())
                    && part.columns.iter().map(|c| c.1).eq(input.columns.iter().map(|c| c.1))
                    && matches!(part.op, Op::TableScan(_))
                    && aggregates_in_storage(part, groups, calls)
            };
            return !inputs.is_empty() && inputs.iter().all(straight);
        }
        _ => return false,
    };
    let plain = scan.push_down && in_storage(scan) && !scan.with_key;
    let pushable = |call: &AggregateCall| {
        !call.distinct
            && call.order_by.is_empty()
            && call.args.iter().chain(&call.filter).all(is_pushable)
            && gavel_pushdown::aggregate::is_supported(call.proc.oid, &call.spec)
    };
    if !plain || !groups.iter().all(is_pushable) || !calls.iter().all(pushable) {
        return false;
    }
    aggregate_program(scan, groups, calls, &|_| Ok(Datum::Null))
        .is_ok_and(|program| gavel_pushdown::Compiled::new(Arc::new(program)).is_ok())
}

/// Whether all rows of a scan come from one place in storage; those of temporary tables are here.
fn in_storage(scan: &ScanPlan) -> bool {
    scan.lookup.is_none() && scan.fetch.is_none() && !scan.table.is_temporary()
}

/// The order in which storage can keep the first rows of `input`, a scan or a projection of one; `None` if
/// it cannot.
pub fn top_in_storage(input: &Node, keys: &[SortExpr]) -> Option<Vec<ScanOrder>> {
    let order = |key: &SortExpr| {
        let output = key.expr.as_column()?;
        Some(ScanOrder { output, descending: key.descending, nulls_first: key.nulls_first })
    };
    top_of(input, keys.iter().map(order).collect::<Option<_>>()?)
}

/// [`top_in_storage`] by columns of `input`.
fn top_of(input: &Node, keys: Vec<ScanOrder>) -> Option<Vec<ScanOrder>> {
    match &input.op {
        Op::TableScan(scan) if scan.push_down && in_storage(scan) => {
            let stored =
                |key: ScanOrder| Some(ScanOrder { output: key.output.checked_sub(usize::from(scan.with_key))?, ..key });
            keys.into_iter().map(stored).collect()
        }
        Op::Project { input, exprs } => {
            let below = |key: ScanOrder| Some(ScanOrder { output: exprs.get(key.output)?.as_column()?, ..key });
            top_of(input, keys.into_iter().map(below).collect::<Option<_>>()?)
        }
        _ => None,
    }
}

/// Batches under the schema of a plan node.
struct Renamed {
    input: BoxOperator,
    node: Arc<Node>,
}

#[async_trait]
impl Operator for Renamed {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Some(batch) = self.input.next().await? else { return Ok(None) };
        batch_of(&self.node.schema, batch.columns().to_vec(), batch.num_rows()).map(Some)
    }
}

/// Turns index entries into the rows that they lead to, in the order of the entries.
struct Lookup {
    entries: BoxOperator,
    node: Arc<Node>,
    evaluator: Evaluator,
}

#[async_trait]
impl Operator for Lookup {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let scan = scan_of(&self.node)?;
        let Some(lookup) = &scan.lookup else { return Err(SqlError::internal("no look-up in the plan")) };
        while let Some(entries) = self.entries.next().await? {
            let keys = row_keys(lookup, &self.evaluator, &entries)?;
            let rows = rows_of(&self.node, lookup, &self.evaluator, &keys).await?;
            let places: Vec<u32> = keys.iter().filter_map(|k| rows.1.get(k).copied()).collect();
            if places.is_empty() {
                continue;
            }
            // Column 0 is the key.
            let from = usize::from(!lookup.with_key);
            let columns = take_columns(&rows.0.columns()[from..], &UInt32Array::from(places.clone()))?;
            return batch_of(&self.node.schema, columns, places.len()).map(Some);
        }
        Ok(None)
    }
}

/// Storage keys of the rows that `entries` lead to.
fn row_keys(lookup: &RowLookup, evaluator: &Evaluator, entries: &RecordBatch) -> SqlResult<Vec<Bytes>> {
    let tenant = evaluator.frame().exec.env.tables.tenant();
    (0..entries.num_rows())
        .map(|row| {
            let mut key = KeyBuilder::new(tenant, lookup.object);
            for (position, ty, order) in &lookup.key {
                key.push(&datum_at(entries.column(*position).as_ref(), row, *ty)?, *ty, *order);
            }
            Ok(key.finish())
        })
        .collect()
}

/// Rows under `keys` that pass the look-up's filter, their keys in column 0, and where each is.
async fn rows_of(
    node: &Node,
    lookup: &RowLookup,
    evaluator: &Evaluator,
    keys: &[Bytes],
) -> SqlResult<(RecordBatch, HashMap<Bytes, u32>)> {
    let program = Arc::new(ScanProgram {
        version: PROGRAM_VERSION,
        columns: lookup.columns.clone(),
        filter: lookup.filter.as_ref().map(|f| to_program(f, evaluator)).transpose()?,
        output: lookup.output.clone(),
        with_key: true,
        limit: None,
        fold: None,
    });
    let ranges = disjoint(keys.iter().map(KeyRange::point).collect());
    let env = &evaluator.frame().exec.env;
    let table = scan_of(node)?.table.clone();
    let traffic = traffic_of(node, evaluator);
    let request = TableScan { table, index: None, ranges, program, reverse: false, traffic };
    let mut running: BoxOperator = Box::new(Streamed::new(env.tables.scan(request)));
    let batches = collect(&mut running).await?;
    let Some(first) = batches.first() else {
        return Ok((RecordBatch::new_empty(schema_of(&[])), HashMap::new()));
    };
    let all = concat(&first.schema(), &batches)?;
    let keys = all.column(0).as_binary_opt::<i32>().ok_or_else(|| SqlError::internal("a row key is not bytea"))?;
    let places = keys
        .iter()
        .enumerate()
        .filter_map(|(i, k)| Some((Bytes::copy_from_slice(k?), u32::try_from(i).ok()?)))
        .collect();
    Ok((all, places))
}

/// Whether `expr` can run in the storage: immutable, and in the language of programs.
pub fn is_pushable(expr: &Expr) -> bool {
    if expr.traits.volatile || expr.traits.subquery {
        return false;
    }
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Column(_) | ExprKind::Outer(_) => true,
        ExprKind::Call { proc, args, .. } => {
            proc.volatility == gavel_functions::registry::Volatility::Immutable
                && gavel_functions::call::is_implemented(proc.oid)
                && args.iter().all(is_pushable)
        }
        ExprKind::And(items) | ExprKind::Or(items) => items.iter().all(is_pushable),
        ExprKind::Not(input) | ExprKind::IsNull { input, .. } => is_pushable(input),
        ExprKind::InList { left, items, all: false, .. } => {
            is_pushable(left)
                && items.iter().all(|i| matches!(i.kind, ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Outer(_)))
        }
        _ => false,
    }
}

/// Whether storage of this build compiles the program of `expr`, which [`is_pushable`], over `columns`.
pub fn runs_in_storage(expr: &Expr, columns: &[(ColumnId, PgType)]) -> bool {
    let Ok(filter) = program_of(expr, &|_| Ok(Datum::Null)) else { return false };
    let columns = (0..).zip(columns).map(|(id, (_, ty))| ScanColumn { id, ty: *ty, missing: Datum::Null }).collect();
    let program = ScanProgram {
        version: PROGRAM_VERSION,
        columns,
        filter: Some(filter),
        output: vec![],
        with_key: false,
        limit: None,
        fold: None,
    };
    gavel_pushdown::Compiled::new(Arc::new(program)).is_ok()
}

/// The program of an expression that [`is_pushable`]; parameters and outer columns become constants.
fn to_program(expr: &Expr, evaluator: &Evaluator) -> SqlResult<ScanExpr> {
    program_of(expr, &|leaf| constant(leaf, evaluator))
}

/// The program with `constant` telling the value of each constant, parameter and outer column.
fn program_of(expr: &Expr, constant: &dyn Fn(&Expr) -> SqlResult<Datum>) -> SqlResult<ScanExpr> {
    let each = |items: &[Expr]| items.iter().map(|i| program_of(i, constant)).collect::<SqlResult<Vec<_>>>();
    Ok(match &expr.kind {
        ExprKind::Column(position) => ScanExpr::Column(*position),
        ExprKind::Const(_) | ExprKind::Param(_) | ExprKind::Outer(_) => ScanExpr::Const(constant(expr)?, expr.ty),
        ExprKind::Call { proc, args, .. } => ScanExpr::Call { function: proc.oid, args: each(args)?, ty: expr.ty },
        ExprKind::And(items) => ScanExpr::And(each(items)?),
        ExprKind::Or(items) => ScanExpr::Or(each(items)?),
        ExprKind::Not(input) => ScanExpr::Not(Box::new(program_of(input, constant)?)),
        ExprKind::IsNull { input, negated } => {
            let test = ScanExpr::IsNull(Box::new(program_of(input, constant)?));
            if *negated { ScanExpr::Not(Box::new(test)) } else { test }
        }
        ExprKind::InList { function, left, items, .. } => ScanExpr::AnyOf {
            function: *function,
            left: Box::new(program_of(left, constant)?),
            items: items.iter().map(|i| Ok((constant(i)?, i.ty))).collect::<SqlResult<Vec<_>>>()?,
        },
        _ => return Err(SqlError::internal("an expression that storage cannot run was pushed to it")),
    })
}

fn constant(expr: &Expr, evaluator: &Evaluator) -> SqlResult<Datum> {
    match evaluator.eval_now(expr, &crate::exec::eval::one_row())? {
        crate::exec::expr::Value::Scalar(value) => Ok(value),
        crate::exec::expr::Value::Array(array) => datum_at(array.as_ref(), 0, expr.ty),
    }
}

/// Ranges of the keys that begin with these values of each row, NULLs left out.
pub async fn point_ranges(
    node: &Node,
    evaluator: &Evaluator,
    lookup: &[Expr],
    batch: &RecordBatch,
) -> SqlResult<Vec<KeyRange>> {
    let scan = scan_of(node)?;
    let tenant = evaluator.frame().exec.env.tables.tenant();
    let columns = evaluator.eval_arrays(lookup, batch).await?;
    let mut ranges = Vec::with_capacity(batch.num_rows());
    'rows: for row in 0..batch.num_rows() {
        let mut key = KeyBuilder::new(tenant, scan.object);
        for ((column, expr), (ty, order)) in columns.iter().zip(lookup).zip(&scan.key_columns) {
            let value = datum_at(column.as_ref(), row, expr.ty)?;
            if value.is_null() {
                continue 'rows;
            }
            key.push(&value, *ty, *order);
        }
        let whole = is_whole_key(scan, lookup.len());
        ranges.push(if whole { KeyRange::point(&key.finish()) } else { key.range() });
    }
    Ok(disjoint(ranges))
}

/// Rows of a system relation.
pub struct SystemScan {
    node: Arc<Node>,
    frame: Frame,
    done: bool,
}

impl SystemScan {
    pub fn new(node: Arc<Node>, frame: &Frame) -> Self {
        Self { node, frame: frame.clone(), done: false }
    }
}

#[async_trait]
impl Operator for SystemScan {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::SystemScan { schema, name, columns, equal } = &self.node.op else {
            return Err(SqlError::internal("not a system scan's plan"));
        };
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let evaluator = Evaluator::new(&self.frame);
        let mut wanted = Vec::with_capacity(equal.len());
        for (position, expr) in equal {
            match evaluator.scalar(expr).await? {
                Datum::Null => return Ok(None),
                value => wanted.push((*position, value)),
            }
        }
        let made = self.frame.exec.env.tables.system(schema, name, &wanted).await?;
        let rows: Vec<&Vec<Datum>> =
            made.iter().filter(|r| wanted.iter().all(|(at, v)| may_equal(&r[*at], v))).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let arrays = columns
            .iter()
            .zip(self.node.columns.iter())
            .map(|(&position, (_, ty))| {
                build_array(*ty, rows.iter().map(|r| r.get(position).cloned().unwrap_or(Datum::Null)))
            })
            .collect::<SqlResult<Vec<_>>>()?;
        batch_of(&self.node.schema, arrays, rows.len()).map(Some)
    }
}

/// Whether a value of a system relation may be equal to another one; those of other forms always may.
fn may_equal(value: &Datum, wanted: &Datum) -> bool {
    match (value, wanted) {
        (Datum::Text(a), Datum::Text(b)) => a == b,
        (Datum::Oid(a), Datum::Oid(b)) => a == b,
        (Datum::Null, _) => false,
        _ => true,
    }
}
