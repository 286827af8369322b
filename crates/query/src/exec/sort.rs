//! Sorting: rows are compared as bytes ([`crate::exec::keys`]). Stable. With a fetch only the rows in
//! front are kept while reading.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_runtime::offload;
use gavel_types::{SqlError, SqlResult};

use crate::exec::batch::take_rows;
use crate::exec::eval::Evaluator;
use crate::exec::frame::{Frame, Memory};
use crate::exec::keys::KeyEncoder;
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator, concat};
use crate::exec::plan::{Node, Op, SortExpr};
use crate::exec::simple::fetch_rows;

/// Rows that are sorted at once; more would hold up other statements, and are sorted on a thread of their own.
const SHORT: usize = 4 * BATCH_ROWS;

pub struct Sort {
    input: Option<BoxOperator>,
    node: Arc<Node>,
    evaluator: Evaluator,
    memory: Memory,
    sorted: VecDeque<RecordBatch>,
}

impl Sort {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        let evaluator = Evaluator::new(frame);
        Self { input: Some(input), node, evaluator, memory: frame.memory(), sorted: VecDeque::new() }
    }

    async fn run(&mut self, mut input: BoxOperator) -> SqlResult<()> {
        let node = self.node.clone();
        let Op::Sort { keys, fetch, .. } = &node.op else { return Err(SqlError::internal("not a sort's plan")) };
        let fetch = match fetch {
            Some(fetch) => fetch_rows(&self.evaluator, fetch).await?.and_then(|n| usize::try_from(n).ok()),
            None => None,
        };
        let mut held: Vec<RecordBatch> = vec![];
        let mut rows = 0;
        while let Some(batch) = input.next().await? {
            self.memory.grow_batch(&batch)?;
            rows += batch.num_rows();
            held.push(batch);
            if let Some(fetch) = fetch
                && rows > fetch.saturating_mul(2).saturating_add(BATCH_ROWS)
            {
                let front = sort_batches(&self.evaluator, &held, keys, Some(fetch)).await?;
                self.memory.release();
                self.memory.grow_batch(&front)?;
                rows = front.num_rows();
                held = vec![front];
            }
        }
        if rows == 0 {
            return Ok(());
        }
        let sorted = sort_batches(&self.evaluator, &held, keys, fetch).await?;
        for start in (0..sorted.num_rows()).step_by(BATCH_ROWS) {
            self.sorted.push_back(sorted.slice(start, BATCH_ROWS.min(sorted.num_rows() - start)));
        }
        Ok(())
    }
}

/// All rows of `batches` in order, at most `fetch` of them.
async fn sort_batches(
    evaluator: &Evaluator,
    batches: &[RecordBatch],
    keys: &[SortExpr],
    fetch: Option<usize>,
) -> SqlResult<RecordBatch> {
    let all = concat(&batches[0].schema(), batches)?;
    let mut order = sorted_rows(evaluator, keys, &all).await?;
    if let Some(fetch) = fetch {
        order.truncate(fetch);
    }
    take_rows(&all, &UInt32Array::from(order))
}

/// Row numbers of `batch` in the order of `keys`.
pub async fn sorted_rows(evaluator: &Evaluator, keys: &[SortExpr], batch: &RecordBatch) -> SqlResult<Vec<u32>> {
    let mut columns = vec![];
    for key in keys {
        columns.push(evaluator.eval_array(&key.expr, batch).await?);
    }
    let mut encoder = KeyEncoder::ordered(keys.iter().map(|k| (k.expr.ty, k.descending, k.nulls_first)))?;
    let encoded = encoder.encode(&columns, batch.num_rows())?;
    let rows = u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
    let sort = move || {
        let mut order: Vec<u32> = (0..rows).collect();
        order.sort_by(|&a, &b| encoded.row(a as usize).cmp(encoded.row(b as usize)));
        order
    };
    if batch.num_rows() <= SHORT {
        return Ok(sort());
    }
    offload(sort).await.map_err(|lost| SqlError::internal(lost.to_string()))
}

#[async_trait]
impl Operator for Sort {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        if let Some(input) = self.input.take() {
            self.run(input).await?;
        }
        Ok(self.sorted.pop_front())
    }
}
