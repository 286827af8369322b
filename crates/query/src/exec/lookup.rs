//! Index nested-loop join: for each batch of the outer side, the inner rows with its keys are read in
//! one scan of many point ranges, and joined in memory.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_functions::physical::build_array;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::exec::batch::batch_of;
use crate::exec::eval::Evaluator;
use crate::exec::expr::Expr;
use crate::exec::frame::Frame;
use crate::exec::join::{BuildSide, Matcher, Probe, gather, lone, unmatched};
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator, Turns, concat};
use crate::exec::plan::{JoinType, LookupPlan, Node, Op};
use crate::exec::scan;

pub struct LookupJoin {
    stream: BoxOperator,
    node: Arc<Node>,
    matcher: Matcher,
    evaluator: Evaluator,
    current: Option<Current>,
    turns: Turns,
}

struct Current {
    batch: RecordBatch,
    side: BuildSide,
    probe: Probe,
    matched: Vec<bool>,
    // Given back when the batch is done.
    _memory: crate::exec::frame::Memory,
}

impl LookupJoin {
    pub fn new(stream: BoxOperator, node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let Op::LookupJoin(plan) = &node.op else { return Err(SqlError::internal("not a look-up join's plan")) };
        let matcher = Matcher::new(plan.join, &plan.stream, &plan.inner, &plan.emit, node.clone());
        Ok(Self { stream, matcher, evaluator: Evaluator::new(frame), current: None, turns: Turns::default(), node })
    }
}

/// The inner rows with the keys of `batch`; of a table with parts those of each.
async fn inner_rows(plan: &LookupPlan, evaluator: &Evaluator, batch: &RecordBatch) -> SqlResult<RecordBatch> {
    let (inner, lookup) = (&plan.inner, &plan.lookup);
    let Op::Append { inputs, .. } = &inner.op else { return found_rows(inner, evaluator, lookup, batch).await };
    let mut batches = Vec::with_capacity(inputs.len());
    for (i, (part, positions)) in inputs.iter().enumerate() {
        let rows = found_rows(part, evaluator, lookup, batch).await?;
        let mut columns: Vec<ArrayRef> = positions.iter().map(|&i| rows.column(i).clone()).collect();
        if let Some(oid) = plan.part_oids.get(i) {
            let same = std::iter::repeat_n(Datum::Oid(oid.0), rows.num_rows());
            columns.push(build_array(PgType::new(Oid::OID), same)?);
        }
        batches.push(batch_of(&inner.schema, columns, rows.num_rows())?);
    }
    concat(&inner.schema, &batches)
}

/// The rows of one scan with the keys of `batch`.
async fn found_rows(
    inner: &Arc<Node>,
    evaluator: &Evaluator,
    lookup: &[Expr],
    batch: &RecordBatch,
) -> SqlResult<RecordBatch> {
    let ranges = scan::point_ranges(inner, evaluator, lookup, batch).await?;
    let mut running = scan::open(inner, evaluator, ranges).await?;
    gather(&mut running, &inner.schema).await
}

#[async_trait]
impl Operator for LookupJoin {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let node = self.node.clone();
        let Op::LookupJoin(plan) = &node.op else { return Err(SqlError::internal("not a look-up join's plan")) };
        let one_match = matches!(plan.join, JoinType::Semi | JoinType::Anti);
        let first_only = one_match && plan.residual.is_none();
        loop {
            if self.current.is_none() {
                let Some(batch) = self.stream.next().await? else { return Ok(None) };
                let rows = inner_rows(plan, &self.evaluator, &batch).await?;
                let mut memory = self.evaluator.frame().memory();
                memory.grow_batch(&rows)?;
                let mut side = BuildSide::new(rows, &plan.keys, &self.evaluator, &mut memory).await?;
                let probe = Probe::new(&mut side, &plan.keys, &self.evaluator, &batch).await?;
                let matched = vec![false; batch.num_rows()];
                self.current = Some(Current { batch, side, probe, matched, _memory: memory });
            }
            let Some(current) = &mut self.current else { return Ok(None) };
            let candidates = {
                let done = one_match.then_some(&current.matched[..]);
                current.probe.pairs(&current.side, BATCH_ROWS, first_only, done)
            };
            self.turns.worked(candidates.0.len()).await;
            if candidates.0.is_empty() {
                let rows = match plan.join {
                    JoinType::StreamOuter | JoinType::Anti => unmatched(&current.matched, false),
                    JoinType::Semi => unmatched(&current.matched, true),
                    _ => vec![],
                };
                let output = if rows.is_empty() {
                    None
                } else {
                    Some(self.matcher.emit(&current.batch, &current.side.rows, &lone(rows))?)
                };
                self.current = None;
                match output {
                    Some(output) => return Ok(Some(output)),
                    None => continue,
                }
            }
            let (batch, held) = (&current.batch, &current.side.rows);
            let pairs = self.matcher.decide(&self.evaluator, plan.residual.as_ref(), batch, held, candidates).await?;
            for &row in pairs.0.values() {
                current.matched[row as usize] = true;
            }
            if self.matcher.emits_pairs() && !pairs.0.is_empty() {
                return self.matcher.emit(&current.batch, &current.side.rows, &pairs).map(Some);
            }
        }
    }
}
