//! Operators: the running form of a plan. Each is pulled for batches; what it holds is freed when it
//! is dropped, which is also how a statement is cancelled.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use futures::stream::{BoxStream, Fuse, StreamExt};
use gavel_types::SqlResult;

/// A running operator. After `None` or an error it is not pulled again.
#[async_trait]
pub trait Operator: Send {
    /// The next batch, with at least one row; `None` at the end.
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>>;
}

pub type BoxOperator = Box<dyn Operator>;

/// Rows that an operator aims at in a batch.
pub const BATCH_ROWS: usize = 8192;

/// Work, in rows, after which other tasks have their turn: some milliseconds.
const TURN_ROWS: usize = 4 * BATCH_ROWS;
/// What a batch costs beside its rows.
const BATCH_COST: usize = 64;

/// Gives other tasks their turn: work on rows at hand would otherwise never wait. It could be neither
/// cancelled nor timed out, and as many statements as there are threads would hold up all the others.
#[derive(Debug, Default)]
pub struct Turns {
    worked: usize,
}

impl Turns {
    /// Work on so many rows was done.
    pub async fn worked(&mut self, rows: usize) {
        self.worked = self.worked.saturating_add(rows);
        if self.worked >= TURN_ROWS {
            self.worked = 0;
            tokio::task::yield_now().await;
        }
    }
}

/// An operator that gives others their turn between its batches.
pub struct Cooperative {
    operator: BoxOperator,
    turns: Turns,
}

impl Cooperative {
    pub fn new(operator: BoxOperator) -> Self {
        Self { operator, turns: Turns::default() }
    }
}

#[async_trait]
impl Operator for Cooperative {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let batch = self.operator.next().await?;
        self.turns.worked(batch.as_ref().map_or(0, RecordBatch::num_rows) + BATCH_COST).await;
        Ok(batch)
    }
}

/// Batches that are at hand.
pub struct Batches {
    batches: std::vec::IntoIter<RecordBatch>,
}

impl Batches {
    pub fn new(batches: Vec<RecordBatch>) -> Self {
        Self { batches: batches.into_iter() }
    }
}

#[async_trait]
impl Operator for Batches {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        Ok(self.batches.by_ref().find(|b| b.num_rows() > 0))
    }
}

/// Batches of a stream.
pub struct Streamed {
    /// Asked once more after its end, it has ended still.
    stream: Fuse<BoxStream<'static, SqlResult<RecordBatch>>>,
}

impl Streamed {
    pub fn new(stream: BoxStream<'static, SqlResult<RecordBatch>>) -> Self {
        Self { stream: stream.fuse() }
    }
}

#[async_trait]
impl Operator for Streamed {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        while let Some(batch) = self.stream.next().await {
            let batch = batch?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

/// All batches of `input`, for operators that need their whole input.
pub async fn collect(input: &mut BoxOperator) -> SqlResult<Vec<RecordBatch>> {
    let mut batches = Vec::new();
    while let Some(batch) = input.next().await? {
        batches.push(batch);
    }
    Ok(batches)
}

/// One batch of all rows, empty if there are none.
pub fn concat(schema: &SchemaRef, batches: &[RecordBatch]) -> SqlResult<RecordBatch> {
    match batches {
        [one] => Ok(one.clone()),
        _ if schema.fields().is_empty() => {
            crate::exec::batch::batch_of(schema, vec![], batches.iter().map(RecordBatch::num_rows).sum())
        }
        _ => arrow::compute::concat_batches(schema, batches).map_err(crate::exec::batch::arrow_error),
    }
}
