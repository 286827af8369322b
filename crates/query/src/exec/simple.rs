//! Operators that hold little: rows in, rows out.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BinaryArray, UInt32Array};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use gavel_binder::bound::SetOpKind;
use gavel_functions::physical::{build_array, datum_at};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::exec::batch::{batch_of, filter_rows, take_rows};
use crate::exec::cte::Shared;
use crate::exec::eval::{Evaluator, one_row};
use crate::exec::expr::{Expr, ExprKind, Value};
use crate::exec::frame::{Frame, Memory};
use crate::exec::keys::KeyEncoder;
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator};
use crate::exec::plan::{Fetch, LockedRows, Node, Op, SortExpr};
use crate::exec::pruning::Pruning;
use crate::exec::table::KeyTable;

fn wrong_plan() -> SqlError {
    SqlError::internal("operator started with another one's plan")
}

/// Literal rows.
pub struct Values {
    node: Arc<Node>,
    evaluator: Evaluator,
    next: usize,
}

impl Values {
    pub fn new(node: Arc<Node>, frame: &Frame) -> Self {
        Self { node, evaluator: Evaluator::new(frame), next: 0 }
    }
}

#[async_trait]
impl Operator for Values {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::Values { rows } = &self.node.op else { return Err(wrong_plan()) };
        let end = rows.len().min(self.next + BATCH_ROWS);
        let chunk = &rows[self.next..end];
        self.next = end;
        if chunk.is_empty() {
            return Ok(None);
        }
        let unit = one_row();
        let mut columns: Vec<Vec<Datum>> = vec![Vec::with_capacity(chunk.len()); self.node.columns.len()];
        for row in chunk {
            for (column, expr) in columns.iter_mut().zip(row) {
                column.push(match self.evaluator.eval(expr, &unit).await? {
                    Value::Scalar(value) => value,
                    Value::Array(array) => datum_at(array.as_ref(), 0, expr.ty)?,
                });
            }
        }
        let arrays = columns
            .into_iter()
            .zip(self.node.columns.iter())
            .map(|(values, (_, ty))| build_array(*ty, values))
            .collect::<SqlResult<Vec<_>>>()?;
        batch_of(&self.node.schema, arrays, chunk.len()).map(Some)
    }
}

/// Rows for which a predicate is true.
pub struct Filter {
    input: BoxOperator,
    node: Arc<Node>,
    evaluator: Evaluator,
}

impl Filter {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        Self { input, node, evaluator: Evaluator::new(frame) }
    }
}

#[async_trait]
impl Operator for Filter {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::Filter { predicate, .. } = &self.node.op else { return Err(wrong_plan()) };
        while let Some(batch) = self.input.next().await? {
            let kept = match self.evaluator.predicate(predicate, &batch).await? {
                None => batch,
                Some(mask) if mask.true_count() == 0 => {
                    // A condition that no row decides: there is nothing to read the rest for.
                    if matches!(predicate.kind, ExprKind::Const(_)) {
                        return Ok(None);
                    }
                    continue;
                }
                Some(mask) => filter_rows(&batch, &mask)?,
            };
            return Ok(Some(kept));
        }
        Ok(None)
    }
}

/// Computes columns.
pub struct Project {
    input: BoxOperator,
    node: Arc<Node>,
    evaluator: Evaluator,
    /// Columns that are computed row by row.
    in_turn: Vec<usize>,
}

impl Project {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        let in_turn = match &node.op {
            Op::Project { exprs, .. } => in_turn(exprs),
            _ => vec![],
        };
        Self { input, node, evaluator: Evaluator::new(frame), in_turn }
    }
}

/// The columns of several rows, those at `in_turn` row by row.
async fn row_by_row(
    evaluator: &Evaluator,
    exprs: &[Expr],
    in_turn: &[usize],
    batch: &RecordBatch,
) -> SqlResult<Vec<ArrayRef>> {
    let rows = batch.num_rows();
    let mut values: Vec<Vec<Datum>> = vec![Vec::with_capacity(rows); in_turn.len()];
    for row in 0..rows {
        let alone = batch.slice(row, 1);
        for (values, at) in values.iter_mut().zip(in_turn) {
            let Some(expr) = exprs.get(*at) else { continue };
            values.push(match evaluator.eval(expr, &alone).await? {
                Value::Scalar(value) => value,
                Value::Array(array) => datum_at(array.as_ref(), 0, expr.ty)?,
            });
        }
    }
    let mut columns = Vec::with_capacity(exprs.len());
    for (at, expr) in exprs.iter().enumerate() {
        columns.push(match in_turn.iter().position(|own| *own == at).and_then(|n| values.get_mut(n)) {
            Some(values) => build_array(expr.ty, std::mem::take(values))?,
            None => evaluator.eval_array(expr, batch).await?,
        });
    }
    Ok(columns)
}

/// Which of several columns are computed row by row: those about sequences, unless each of them but takes values of one
/// of its own. `currval` is what the row's `nextval` gave, not the last row's.
fn in_turn(exprs: &[Expr]) -> Vec<usize> {
    let about: Vec<usize> = exprs.iter().enumerate().filter(|(_, e)| e.traits.sequences).map(|(at, _)| at).collect();
    let mut taken: Vec<Option<u32>> = about.iter().filter_map(|at| exprs.get(*at)).map(taken_from).collect();
    taken.sort_unstable();
    let apart = taken.iter().all(Option::is_some) && taken.windows(2).all(|pair| pair[0] != pair[1]);
    if about.len() < 2 || apart { vec![] } else { about }
}

/// The sequence that an expression takes a value of, and does nothing else with than to cast it.
fn taken_from(expr: &Expr) -> Option<u32> {
    let ExprKind::Call { proc, args, .. } = &expr.kind else { return None };
    match (proc.name, args.as_slice()) {
        ("nextval", [sequence, ..]) => match &sequence.kind {
            ExprKind::Const(Datum::Oid(oid)) => Some(*oid),
            _ => None,
        },
        (_, [value]) => taken_from(value),
        _ => None,
    }
}

#[async_trait]
impl Operator for Project {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::Project { exprs, .. } = &self.node.op else { return Err(wrong_plan()) };
        let Some(batch) = self.input.next().await? else { return Ok(None) };
        let columns = if self.in_turn.is_empty() || batch.num_rows() < 2 {
            self.evaluator.eval_arrays(exprs, &batch).await?
        } else {
            row_by_row(&self.evaluator, exprs, &self.in_turn, &batch).await?
        };
        batch_of(&self.node.schema, columns, batch.num_rows()).map(Some)
    }
}

/// The first of equal rows.
pub struct Distinct {
    input: BoxOperator,
    encoder: KeyEncoder,
    seen: KeyTable,
    memory: Memory,
}

impl Distinct {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let encoder = KeyEncoder::new(node.columns.iter().map(|c| c.1))?;
        Ok(Self { input, encoder, seen: KeyTable::default(), memory: frame.memory() })
    }
}

#[async_trait]
impl Operator for Distinct {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        while let Some(batch) = self.input.next().await? {
            let before = self.seen.size();
            let keys = self.encoder.encode(batch.columns(), batch.num_rows())?;
            let fresh: Vec<u32> =
                (0..batch.num_rows()).filter(|&row| self.seen.insert(keys.row(row)).1).map(index).collect();
            self.memory.grow(self.seen.size() - before)?;
            if !fresh.is_empty() {
                return take_rows(&batch, &UInt32Array::from(fresh)).map(Some);
            }
        }
        Ok(None)
    }
}

fn index(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// The first row of each run of equal keys.
pub struct DistinctOn {
    input: BoxOperator,
    node: Arc<Node>,
    evaluator: Evaluator,
    encoder: KeyEncoder,
    last: Option<Vec<u8>>,
}

impl DistinctOn {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let Op::DistinctOn { keys, .. } = &node.op else { return Err(wrong_plan()) };
        let encoder = KeyEncoder::new(keys.iter().map(|k| k.ty))?;
        Ok(Self { input, encoder, evaluator: Evaluator::new(frame), last: None, node })
    }
}

#[async_trait]
impl Operator for DistinctOn {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::DistinctOn { keys, .. } = &self.node.op else { return Err(wrong_plan()) };
        while let Some(batch) = self.input.next().await? {
            let columns = self.evaluator.eval_arrays(keys, &batch).await?;
            let keys = self.encoder.encode(&columns, batch.num_rows())?;
            let mut kept = vec![];
            for row in 0..batch.num_rows() {
                if self.last.as_deref() != Some(keys.row(row)) {
                    self.last = Some(keys.row(row).to_vec());
                    kept.push(index(row));
                }
            }
            if !kept.is_empty() {
                return take_rows(&batch, &UInt32Array::from(kept)).map(Some);
            }
        }
        Ok(None)
    }
}

/// One input after the other.
pub struct Append {
    inputs: VecDeque<(BoxOperator, usize)>,
    node: Arc<Node>,
    evaluator: Evaluator,
    started: bool,
}

impl Append {
    /// Those that `pruning` chooses from begin once it has.
    pub fn new(inputs: Vec<BoxOperator>, node: Arc<Node>, frame: &Frame) -> Self {
        let inputs = inputs.into_iter().enumerate().map(|(i, o)| (o, i)).collect();
        Self { inputs, node, evaluator: Evaluator::new(frame), started: false }
    }
}

/// The inputs that may have rows, now that all values can be computed. One that cannot excludes nothing: where there are
/// rows, its error is met.
pub async fn unpruned(pruning: &Pruning, evaluator: &Evaluator) -> Vec<usize> {
    let mut values = Vec::with_capacity(pruning.values.len());
    for value in &pruning.values {
        values.push(evaluator.scalar(value).await.ok());
    }
    pruning.parts(&|value| values.get(value).cloned().flatten())
}

#[async_trait]
impl Operator for Append {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::Append { inputs, pruning } = &self.node.op else { return Err(wrong_plan()) };
        if !std::mem::replace(&mut self.started, true)
            && let Some(pruning) = pruning
        {
            for number in unpruned(pruning, &self.evaluator).await {
                let (input, _) = inputs.get(number).ok_or_else(wrong_plan)?;
                self.inputs.push_back((crate::exec::start(input, self.evaluator.frame())?, number));
            }
        }
        while let Some((running, number)) = self.inputs.front_mut() {
            if let Some(batch) = running.next().await? {
                let positions = inputs.get(*number).map(|i| &i.1).ok_or_else(wrong_plan)?;
                let columns = positions.iter().map(|&i| batch.column(i).clone()).collect();
                return batch_of(&self.node.schema, columns, batch.num_rows()).map(Some);
            }
            self.inputs.pop_front();
        }
        Ok(None)
    }
}

/// INTERSECT and EXCEPT: counts the right side's rows, then passes the left's.
pub struct SetOp {
    left: BoxOperator,
    right: Option<BoxOperator>,
    node: Arc<Node>,
    encoder: KeyEncoder,
    table: KeyTable,
    /// How many rows of the right side are unused, by key number.
    counts: Vec<u64>,
    /// Without ALL: whether a left row of that key has been seen.
    done: Vec<bool>,
    memory: Memory,
}

impl SetOp {
    pub fn new(left: BoxOperator, right: BoxOperator, node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let encoder = KeyEncoder::new(node.columns.iter().map(|c| c.1))?;
        Ok(Self {
            left,
            right: Some(right),
            node,
            encoder,
            table: KeyTable::default(),
            counts: vec![],
            done: vec![],
            memory: frame.memory(),
        })
    }
}

#[async_trait]
impl Operator for SetOp {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::SetOp { op, all, left: (_, left), right: (_, right) } = &self.node.op else {
            return Err(wrong_plan());
        };
        if let Some(mut input) = self.right.take() {
            while let Some(batch) = input.next().await? {
                let columns: Vec<_> = right.iter().map(|&i| batch.column(i).clone()).collect();
                let keys = self.encoder.encode(&columns, batch.num_rows())?;
                for row in 0..batch.num_rows() {
                    let (number, new) = self.table.insert(keys.row(row));
                    if new {
                        self.counts.push(0);
                        self.memory.grow(keys.row(row).len() + 32)?;
                    }
                    self.counts[number] += 1;
                }
            }
        }
        while let Some(batch) = self.left.next().await? {
            let columns: Vec<_> = left.iter().map(|&i| batch.column(i).clone()).collect();
            let keys = self.encoder.encode(&columns, batch.num_rows())?;
            let mut kept = vec![];
            for row in 0..batch.num_rows() {
                let (number, new) = self.table.insert(keys.row(row));
                if new {
                    self.counts.push(0);
                    self.memory.grow(keys.row(row).len() + 32)?;
                }
                let matched = self.counts[number] > 0;
                let wanted = matched == (*op == SetOpKind::Intersect);
                if *all {
                    self.counts[number] = self.counts[number].saturating_sub(1);
                } else {
                    self.done.resize(self.table.len(), false);
                    if std::mem::replace(&mut self.done[number], true) {
                        continue;
                    }
                }
                if wanted {
                    kept.push(index(row));
                }
            }
            if !kept.is_empty() {
                let batch = batch_of(&self.node.schema, columns, batch.num_rows())?;
                return take_rows(&batch, &UInt32Array::from(kept)).map(Some);
            }
        }
        Ok(None)
    }
}

/// A row count from LIMIT or OFFSET; `None` is no limit.
async fn row_count(evaluator: &Evaluator, expr: &Expr, clause: &str, state: SqlState) -> SqlResult<Option<u64>> {
    let count = match evaluator.scalar(expr).await? {
        Datum::Null => return Ok(None),
        Datum::Int8(n) => n,
        Datum::Int4(n) => i64::from(n),
        Datum::Int2(n) => i64::from(n),
        _ => return Err(SqlError::internal(format!("{clause} is not a bigint"))),
    };
    u64::try_from(count).map(Some).map_err(|_| SqlError::new(state, format!("{clause} must not be negative")))
}

/// How many rows `fetch` asks for; `None` if all.
pub async fn fetch_rows(evaluator: &Evaluator, fetch: &Fetch) -> SqlResult<Option<u64>> {
    let state = SqlState::InvalidRowCountInLimitClause;
    let Some(limit) = row_count(evaluator, &fetch.limit, "LIMIT", state).await? else { return Ok(None) };
    let offset = match &fetch.offset {
        Some(offset) => {
            let state = SqlState::InvalidRowCountInResultOffsetClause;
            row_count(evaluator, offset, "OFFSET", state).await?.unwrap_or(0)
        }
        None => 0,
    };
    Ok(limit.checked_add(offset))
}

/// LIMIT and OFFSET, WITH TIES too.
pub struct Limit {
    input: BoxOperator,
    node: Arc<Node>,
    evaluator: Evaluator,
    /// Rows to skip and to pass (`None`: all), once evaluated.
    left: Option<(u64, Option<u64>)>,
    ties: Option<KeyEncoder>,
    /// Key of the last row that the limit let through.
    last: Option<Vec<u8>>,
    done: bool,
}

impl Limit {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let Op::Limit { ties, .. } = &node.op else { return Err(wrong_plan()) };
        let ties = if ties.is_empty() { None } else { Some(KeyEncoder::new(ties.iter().map(|t| t.expr.ty))?) };
        Ok(Self { input, evaluator: Evaluator::new(frame), left: None, ties, last: None, done: false, node })
    }

    /// Keys by which rows tie.
    async fn tie_keys(&mut self, ties: &[SortExpr], batch: &RecordBatch) -> SqlResult<Option<crate::exec::keys::Keys>> {
        let Some(encoder) = &mut self.ties else { return Ok(None) };
        let mut columns = vec![];
        for tie in ties {
            columns.push(self.evaluator.eval_array(&tie.expr, batch).await?);
        }
        encoder.encode(&columns, batch.num_rows()).map(Some)
    }
}

#[async_trait]
impl Operator for Limit {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let node = self.node.clone();
        let Op::Limit { limit, offset, ties, .. } = &node.op else { return Err(wrong_plan()) };
        if self.left.is_none() {
            let pass = match limit {
                Some(e) => row_count(&self.evaluator, e, "LIMIT", SqlState::InvalidRowCountInLimitClause).await?,
                None => None,
            };
            let skip = match offset {
                Some(e) => {
                    let state = SqlState::InvalidRowCountInResultOffsetClause;
                    row_count(&self.evaluator, e, "OFFSET", state).await?.unwrap_or(0)
                }
                None => 0,
            };
            self.left = Some((skip, pass));
        }
        while !self.done {
            let Some((skip, pass)) = self.left else { return Err(wrong_plan()) };
            if pass == Some(0) && self.last.is_none() {
                self.done = true;
                break;
            }
            let Some(batch) = self.input.next().await? else { break };
            let rows = batch.num_rows() as u64;
            let start = skip.min(rows);
            let take = pass.map_or(rows - start, |p| p.min(rows - start));
            self.left = Some((skip - start, pass.map(|p| p - take)));
            let mut end = start + take;
            if pass.is_some_and(|p| p <= rows - start) {
                // The limit is reached in this batch; ties of its last row follow.
                match self.tie_keys(ties, &batch).await? {
                    None => self.done = true,
                    Some(keys) => {
                        if take > 0 {
                            self.last = Some(keys.row(usize::try_from(end - 1).unwrap_or(0)).to_vec());
                        }
                        let last = self.last.clone().unwrap_or_default();
                        while end < rows && keys.row(usize::try_from(end).unwrap_or(0)) == last {
                            end += 1;
                        }
                        self.done = end < rows;
                    }
                }
            }
            if end > start {
                let (from, len) = (usize::try_from(start).unwrap_or(0), usize::try_from(end - start).unwrap_or(0));
                return Ok(Some(batch.slice(from, len)));
            }
        }
        Ok(None)
    }
}

/// Runs modifying CTEs to their end before the body.
pub struct AfterCtes {
    modifying: Vec<Arc<Shared>>,
    body: BoxOperator,
}

impl AfterCtes {
    pub fn new(modifying: Vec<Arc<Shared>>, body: BoxOperator) -> Self {
        Self { modifying, body }
    }
}

#[async_trait]
impl Operator for AfterCtes {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        for cte in std::mem::take(&mut self.modifying) {
            cte.finish().await?;
        }
        self.body.next().await
    }
}

/// FOR UPDATE and friends: a commit check on every row that passes.
pub struct Lock {
    input: BoxOperator,
    node: Arc<Node>,
    frame: Frame,
    /// Rows that have not been asked for yet, of one that follows changes.
    waiting: Option<RecordBatch>,
}

impl Lock {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        Self { input, node, frame: frame.clone(), waiting: None }
    }

    /// The next row that the transaction has not written meanwhile.
    async fn unchanged(&mut self, targets: &[LockedRows]) -> SqlResult<Option<RecordBatch>> {
        loop {
            let batch = match self.waiting.take() {
                Some(batch) => batch,
                None => match self.input.next().await? {
                    Some(batch) => batch,
                    None => return Ok(None),
                },
            };
            if batch.num_rows() == 0 {
                continue;
            }
            let row = batch.slice(0, 1);
            if batch.num_rows() > 1 {
                self.waiting = Some(batch.slice(1, batch.num_rows() - 1));
            }
            let mut keys = Vec::with_capacity(targets.len());
            for target in targets {
                keys.extend(keys_of(&row, target.row_key)?.iter().flatten().map(Bytes::copy_from_slice));
            }
            if !self.frame.exec.env.tables.is_rewritten(&keys).await {
                return Ok(Some(row));
            }
        }
    }
}

/// Row keys of a batch; NULL where an outer join found no row.
fn keys_of(batch: &RecordBatch, column: usize) -> SqlResult<&BinaryArray> {
    let keys = batch.column(column).as_binary_opt::<i32>();
    keys.ok_or_else(|| SqlError::internal("a row key is not bytea"))
}

#[async_trait]
impl Operator for Lock {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let node = Arc::clone(&self.node);
        let Op::Lock { targets, follows, .. } = &node.op else { return Err(wrong_plan()) };
        let batch = if *follows { self.unchanged(targets).await? } else { self.input.next().await? };
        let Some(batch) = batch else { return Ok(None) };
        let tables = &self.frame.exec.env.tables;
        for LockedRows { target, row_key, table_oid } in targets {
            let keys = keys_of(&batch, *row_key)?;
            let Some(((parts, _), table_oid)) = target.parts.as_ref().zip(*table_oid) else {
                let keys: Vec<Bytes> = keys.iter().flatten().map(Bytes::copy_from_slice).collect();
                tables.lock(&target.table, &keys, target.mode).await?;
                continue;
            };
            let oids = batch.column(table_oid);
            let mut of_part: Vec<Vec<Bytes>> = vec![vec![]; parts.len()];
            for (row, key) in keys.iter().enumerate() {
                let Datum::Oid(oid) = datum_at(oids.as_ref(), row, PgType::new(Oid::OID))? else { continue };
                let part = parts.iter().position(|part| part.oid.0 == oid);
                if let (Some(part), Some(key)) = (part, key) {
                    of_part[part].push(Bytes::copy_from_slice(key));
                }
            }
            for (part, keys) in parts.iter().zip(of_part).filter(|(_, keys)| !keys.is_empty()) {
                tables.lock(part, &keys, target.mode).await?;
            }
        }
        Ok(Some(batch))
    }
}
