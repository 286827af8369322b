//! Joins. One side is held (*build*), the other streams by. Candidates are pairs of rows: those with
//! equal keys, or all of them if there is no equality (nested loop). The residual condition decides on
//! each candidate, subqueries included; what has no match comes out as the kind of join says.
//!
//! NULL keys match nothing, but their rows still come out of outer and anti joins.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, UInt32Array, new_null_array};
use arrow::compute::filter;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_types::{SqlError, SqlResult};

use crate::exec::batch::{arrow_error, batch_of, schema_of, take_columns};
use crate::exec::eval::Evaluator;
use crate::exec::expr::Expr;
use crate::exec::frame::{Frame, Memory};
use crate::exec::keys::{KeyEncoder, Keys, any_null};
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator, Turns, collect, concat};
use crate::exec::plan::{JoinType, Node, Op};
use crate::exec::table::KeyTable;

const NONE: u32 = u32::MAX;

/// What follows once candidates are known; shared by all joins.
pub struct Matcher {
    pub join: JoinType,
    pub emit: Vec<usize>,
    node: Arc<Node>,
    /// Schema of both sides' columns, for the residual.
    both: arrow::datatypes::SchemaRef,
    stream_width: usize,
}

impl Matcher {
    pub fn new(join: JoinType, stream: &Node, build: &Node, emit: &[usize], node: Arc<Node>) -> Self {
        let columns: Vec<_> = stream.columns.iter().chain(build.columns.iter()).copied().collect();
        Self { join, emit: emit.to_vec(), node, both: schema_of(&columns), stream_width: stream.columns.len() }
    }

    /// Keeps the candidates for which `residual` is true.
    pub async fn decide(
        &self,
        evaluator: &Evaluator,
        residual: Option<&Expr>,
        stream: &RecordBatch,
        build: &RecordBatch,
        pairs: (UInt32Array, UInt32Array),
    ) -> SqlResult<(UInt32Array, UInt32Array)> {
        let Some(residual) = residual else { return Ok(pairs) };
        if pairs.0.is_empty() {
            return Ok(pairs);
        }
        let mut columns = take_columns(stream.columns(), &pairs.0)?;
        columns.extend(take_columns(build.columns(), &pairs.1)?);
        let both = batch_of(&self.both, columns, pairs.0.len())?;
        let Some(mask) = evaluator.predicate(residual, &both).await? else { return Ok(pairs) };
        let keep = |rows: &UInt32Array| -> SqlResult<UInt32Array> {
            let kept = filter(rows, &mask).map_err(arrow_error)?;
            Ok(arrow::array::AsArray::as_primitive::<arrow::datatypes::UInt32Type>(&kept).clone())
        };
        Ok((keep(&pairs.0)?, keep(&pairs.1)?))
    }

    /// Output rows for pairs of row numbers; a null number is a row of NULLs.
    pub fn emit(
        &self,
        stream: &RecordBatch,
        build: &RecordBatch,
        pairs: &(UInt32Array, UInt32Array),
    ) -> SqlResult<RecordBatch> {
        let rows = pairs.0.len();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.emit.len());
        for &position in &self.emit {
            let (column, indices) = if position < self.stream_width {
                (stream.column(position), &pairs.0)
            } else {
                (build.column(position - self.stream_width), &pairs.1)
            };
            columns.push(if column.is_empty() {
                new_null_array(column.data_type(), rows)
            } else {
                arrow::compute::take(column, indices, None).map_err(arrow_error)?
            });
        }
        batch_of(&self.node.schema, columns, rows)
    }

    /// Whether matched stream rows come out joined with their matches.
    pub fn emits_pairs(&self) -> bool {
        matches!(self.join, JoinType::Inner | JoinType::StreamOuter | JoinType::BuildOuter | JoinType::Full)
    }
}

/// Row numbers, and as many NULLs beside them.
pub fn lone(rows: Vec<u32>) -> (UInt32Array, UInt32Array) {
    let nulls = UInt32Array::new_null(rows.len());
    (UInt32Array::from(rows), nulls)
}

/// The held side with its keys.
pub struct BuildSide {
    pub rows: RecordBatch,
    encoder: KeyEncoder,
    keyed: bool,
    table: KeyTable,
    /// First row of each key, next row of the same key; `NONE` ends.
    first: Vec<u32>,
    next: Vec<u32>,
}

impl BuildSide {
    pub async fn new(
        rows: RecordBatch,
        keys: &[(Expr, Expr)],
        evaluator: &Evaluator,
        memory: &mut Memory,
    ) -> SqlResult<Self> {
        let encoder = KeyEncoder::new(keys.iter().map(|k| k.1.ty))?;
        let mut side = Self {
            encoder,
            keyed: !keys.is_empty(),
            table: KeyTable::default(),
            first: vec![],
            next: vec![NONE; rows.num_rows()],
            rows,
        };
        if side.keyed && side.rows.num_rows() > 0 {
            let mut columns = vec![];
            for (_, key) in keys {
                columns.push(evaluator.eval_array(key, &side.rows).await?);
            }
            let encoded = side.encoder.encode(&columns, side.rows.num_rows())?;
            let mut turns = Turns::default();
            // Backwards, so that chains are in row order.
            for row in (0..side.rows.num_rows()).rev() {
                turns.worked(1).await;
                if any_null(&columns, row) {
                    continue;
                }
                let (number, new) = side.table.insert(encoded.row(row));
                if new {
                    side.first.push(NONE);
                }
                side.next[row] = side.first[number];
                side.first[number] = u32::try_from(row).unwrap_or(NONE);
            }
            memory.grow(side.table.size() + side.next.len() * 4 + side.first.len() * 4)?;
        }
        Ok(side)
    }
}

/// Walks the candidates of one stream batch.
pub struct Probe {
    columns: Vec<ArrayRef>,
    keys: Option<Keys>,
    row: usize,
    rows: usize,
    /// Next candidate of `row`; `None`: not looked up yet.
    candidate: Option<u32>,
}

impl Probe {
    pub async fn new(
        side: &mut BuildSide,
        keys: &[(Expr, Expr)],
        evaluator: &Evaluator,
        stream: &RecordBatch,
    ) -> SqlResult<Self> {
        let mut columns = vec![];
        for (key, _) in keys {
            columns.push(evaluator.eval_array(key, stream).await?);
        }
        let keys = if side.keyed { Some(side.encoder.encode(&columns, stream.num_rows())?) } else { None };
        Ok(Self { columns, keys, row: 0, rows: stream.num_rows(), candidate: None })
    }

    /// Up to `limit` more candidates; empty at the end. With `first_only` one a stream row; rows in
    /// `done` get no more.
    pub fn pairs(
        &mut self,
        side: &BuildSide,
        limit: usize,
        first_only: bool,
        done: Option<&[bool]>,
    ) -> (UInt32Array, UInt32Array) {
        let (mut stream, mut build) = (Vec::new(), Vec::new());
        let held = u32::try_from(side.rows.num_rows()).unwrap_or(NONE);
        while self.row < self.rows && stream.len() < limit {
            if done.is_some_and(|d| d[self.row]) {
                self.row += 1;
                self.candidate = None;
                continue;
            }
            let candidate = self.candidate.unwrap_or_else(|| match &self.keys {
                None => {
                    if held == 0 {
                        NONE
                    } else {
                        0
                    }
                }
                Some(_) if any_null(&self.columns, self.row) => NONE,
                Some(keys) => side.table.find(keys.row(self.row)).map_or(NONE, |number| side.first[number]),
            });
            if candidate == NONE {
                self.row += 1;
                self.candidate = None;
                continue;
            }
            stream.push(u32::try_from(self.row).unwrap_or(NONE));
            build.push(candidate);
            let after = match &self.keys {
                _ if first_only => NONE,
                None if candidate + 1 < held => candidate + 1,
                None => NONE,
                Some(_) => side.next[candidate as usize],
            };
            self.candidate = Some(after);
        }
        (UInt32Array::from(stream), UInt32Array::from(build))
    }
}

/// Hash join, or nested loop without keys.
pub struct Join {
    stream: BoxOperator,
    build: Option<BoxOperator>,
    node: Arc<Node>,
    matcher: Matcher,
    evaluator: Evaluator,
    memory: Memory,
    side: Option<BuildSide>,
    /// Build rows that have had a match.
    build_matched: Vec<bool>,
    current: Option<(RecordBatch, Probe, Vec<bool>)>,
    turns: Turns,
    /// Next build row to come out without a match.
    rest: Option<usize>,
}

impl Join {
    pub fn new(stream: BoxOperator, build: BoxOperator, node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let Op::Join(plan) = &node.op else { return Err(SqlError::internal("not a join's plan")) };
        let matcher = Matcher::new(plan.join, &plan.stream, &plan.build, &plan.emit, node.clone());
        Ok(Self {
            stream,
            build: Some(build),
            matcher,
            evaluator: Evaluator::new(frame),
            memory: frame.memory(),
            side: None,
            build_matched: vec![],
            current: None,
            turns: Turns::default(),
            rest: None,
            node,
        })
    }

    /// Build rows that come out at the end.
    fn emit_rest(&mut self, from: usize) -> SqlResult<Option<RecordBatch>> {
        let Some(side) = &self.side else { return Ok(None) };
        let wanted = match self.matcher.join {
            JoinType::BuildOuter | JoinType::Full | JoinType::BuildAnti => false,
            JoinType::BuildSemi => true,
            _ => return Ok(None),
        };
        let mut rows = vec![];
        let mut at = from;
        while at < self.build_matched.len() && rows.len() < BATCH_ROWS {
            if self.build_matched[at] == wanted {
                rows.push(u32::try_from(at).unwrap_or(NONE));
            }
            at += 1;
        }
        self.rest = Some(at);
        if rows.is_empty() {
            return Ok(None);
        }
        let (build, stream) = lone(rows);
        let empty = RecordBatch::new_empty(self.stream_schema());
        self.matcher.emit(&empty, &side.rows, &(stream, build)).map(Some)
    }

    fn stream_schema(&self) -> arrow::datatypes::SchemaRef {
        match &self.node.op {
            Op::Join(plan) => plan.stream.schema.clone(),
            _ => self.node.schema.clone(),
        }
    }
}

#[async_trait]
impl Operator for Join {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let node = self.node.clone();
        let Op::Join(plan) = &node.op else { return Err(SqlError::internal("not a join's plan")) };
        if let Some(mut build) = self.build.take() {
            let mut batches = vec![];
            while let Some(batch) = build.next().await? {
                self.memory.grow_batch(&batch)?;
                batches.push(batch);
            }
            let rows = concat(&plan.build.schema, &batches)?;
            drop(batches);
            self.build_matched = vec![false; rows.num_rows()];
            self.side = Some(BuildSide::new(rows, &plan.keys, &self.evaluator, &mut self.memory).await?);
        }
        let join = plan.join;
        if let Some(at) = self.rest {
            return self.emit_rest(at);
        }
        // An empty build side leaves nothing to say about the stream's rows.
        if matches!(
            join,
            JoinType::Inner | JoinType::Semi | JoinType::BuildOuter | JoinType::BuildSemi | JoinType::BuildAnti
        ) && self.build_matched.is_empty()
        {
            return Ok(None);
        }
        let one_match = matches!(join, JoinType::Semi | JoinType::Anti);
        let first_only = one_match && plan.residual.is_none();
        loop {
            if self.current.is_none() {
                let Some(batch) = self.stream.next().await? else { break };
                let side = self.side.as_mut().ok_or_else(|| SqlError::internal("join without a build side"))?;
                let probe = Probe::new(side, &plan.keys, &self.evaluator, &batch).await?;
                let matched = vec![false; batch.num_rows()];
                self.current = Some((batch, probe, matched));
            }
            let (Some((batch, probe, matched)), Some(side)) = (&mut self.current, &self.side) else { break };
            let candidates = probe.pairs(side, BATCH_ROWS, first_only, one_match.then_some(&matched[..]));
            self.turns.worked(candidates.0.len()).await;
            if candidates.0.is_empty() {
                let rows: Vec<u32> = match join {
                    JoinType::StreamOuter | JoinType::Full | JoinType::Anti => unmatched(matched, false),
                    JoinType::Semi => unmatched(matched, true),
                    _ => vec![],
                };
                let output =
                    if rows.is_empty() { None } else { Some(self.matcher.emit(batch, &side.rows, &lone(rows))?) };
                self.current = None;
                match output {
                    Some(output) => return Ok(Some(output)),
                    None => continue,
                }
            }
            let pairs =
                self.matcher.decide(&self.evaluator, plan.residual.as_ref(), batch, &side.rows, candidates).await?;
            for (&s, &b) in pairs.0.values().iter().zip(pairs.1.values()) {
                matched[s as usize] = true;
                self.build_matched[b as usize] = true;
            }
            if self.matcher.emits_pairs() && !pairs.0.is_empty() {
                return self.matcher.emit(batch, &side.rows, &pairs).map(Some);
            }
        }
        self.emit_rest(0)
    }
}

/// Rows whose mark is `wanted`.
pub fn unmatched(matched: &[bool], wanted: bool) -> Vec<u32> {
    matched.iter().enumerate().filter(|(_, m)| **m == wanted).map(|(i, _)| u32::try_from(i).unwrap_or(NONE)).collect()
}

/// Everything that `operator` gives, as one batch.
pub async fn gather(operator: &mut BoxOperator, schema: &arrow::datatypes::SchemaRef) -> SqlResult<RecordBatch> {
    let batches = collect(operator).await?;
    concat(schema, &batches)
}
