//! LATERAL: the right side runs in a frame of the left row's values, once for each distinct tuple of
//! those within a batch (once for each row if it is volatile).

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_binder::bound::ColumnId;
use gavel_types::{Datum, SqlError, SqlResult};

use crate::exec::eval::Evaluator;
use crate::exec::expr::value_at;
use crate::exec::frame::Frame;
use crate::exec::join::{Matcher, gather, lone, unmatched};
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator, concat};
use crate::exec::plan::{JoinType, LateralPlan, Node, Op};
use crate::exec::start;

pub struct Lateral {
    left: BoxOperator,
    node: Arc<Node>,
    evaluator: Evaluator,
    matcher: Option<Matcher>,
    /// The left batch at work and its next row.
    current: Option<(RecordBatch, usize)>,
    /// Results of the right side for tuples of this batch.
    known: HashMap<Vec<u8>, RecordBatch>,
    /// Rows wanted in the next batch: few at first, in case nobody wants more.
    target: usize,
}

/// Distinct tuples whose results are remembered at once.
const MAX_KNOWN: usize = 1024;

impl Lateral {
    pub fn new(left: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        let matcher = match &node.op {
            Op::Lateral(plan) => Some(Matcher::new(plan.join, &plan.left, &plan.right, &plan.emit, node.clone())),
            _ => None,
        };
        Self { left, node, evaluator: Evaluator::new(frame), matcher, current: None, known: HashMap::new(), target: 1 }
    }

    /// Rows of the right side for row `row` of `batch`.
    async fn right(&mut self, plan: &LateralPlan, batch: &RecordBatch, row: usize) -> SqlResult<RecordBatch> {
        let mut tuple: Vec<(ColumnId, Datum)> = Vec::with_capacity(plan.outer.len());
        let mut key = vec![];
        for (id, expr) in &plan.outer {
            let value = value_at(&self.evaluator.eval_now(expr, batch)?, expr.ty, row)?;
            gavel_encoding::datum::encode(&mut key, &value).map_err(|e| SqlError::internal(e.to_string()))?;
            tuple.push((*id, value));
        }
        if !plan.volatile
            && let Some(rows) = self.known.get(&key)
        {
            return Ok(rows.clone());
        }
        let frame = self.evaluator.frame().with_outer(tuple.into());
        let mut running = start(&plan.right, &frame)?;
        let rows = gather(&mut running, &plan.right.schema).await?;
        if !plan.volatile {
            if self.known.len() >= MAX_KNOWN {
                self.known.clear();
            }
            self.known.insert(key, rows.clone());
        }
        Ok(rows)
    }
}

#[async_trait]
impl Operator for Lateral {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let node = self.node.clone();
        let Op::Lateral(plan) = &node.op else { return Err(SqlError::internal("not a lateral join's plan")) };
        let Some(matcher) = self.matcher.take() else {
            return Err(SqlError::internal("lateral join without a plan"));
        };
        let result = self.fill(plan, &matcher).await;
        self.matcher = Some(matcher);
        let batches = result?;
        self.target = (self.target * 2).min(BATCH_ROWS);
        if batches.is_empty() { Ok(None) } else { concat(&node.schema, &batches).map(Some) }
    }
}

impl Lateral {
    /// Joined rows of the next left rows, about as many as are wanted.
    async fn fill(&mut self, plan: &LateralPlan, matcher: &Matcher) -> SqlResult<Vec<RecordBatch>> {
        let (mut batches, mut rows) = (vec![], 0);
        while rows < self.target {
            if self.current.is_none() {
                let Some(batch) = self.left.next().await? else { break };
                self.known.clear();
                self.current = Some((batch, 0));
            }
            let Some((batch, row)) = &mut self.current else { break };
            if *row == batch.num_rows() {
                self.current = None;
                continue;
            }
            let left = batch.slice(*row, 1);
            *row += 1;
            let right = self.right(plan, &left, 0).await?;
            let count = u32::try_from(right.num_rows()).unwrap_or(u32::MAX);
            let all = (UInt32Array::from(vec![0; right.num_rows()]), UInt32Array::from_iter_values(0..count));
            let pairs = matcher.decide(&self.evaluator, plan.residual.as_ref(), &left, &right, all).await?;
            let matched = [!pairs.0.is_empty()];
            let output = match plan.join {
                JoinType::Semi => lone(unmatched(&matched, true)),
                JoinType::Anti => lone(unmatched(&matched, false)),
                JoinType::StreamOuter if !matched[0] => lone(vec![0]),
                _ => pairs,
            };
            if !output.0.is_empty() {
                let joined = matcher.emit(&left, &right, &output)?;
                rows += joined.num_rows();
                batches.push(joined);
            }
        }
        Ok(batches)
    }
}
