//! CTEs: results that are evaluated at most once and read by several, and the loop of WITH RECURSIVE.
//!
//! A shared result is pulled only as far as its furthest reader: `WITH RECURSIVE … LIMIT 10` over an
//! endless recursion ends.

use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_binder::bound::CteId;
use gavel_types::{SqlError, SqlResult};
use tokio::sync::Mutex;

use crate::exec::batch::{batch_of, take_rows};
use crate::exec::frame::{CteSource, Frame, Memory};
use crate::exec::keys::KeyEncoder;
use crate::exec::operator::{BoxOperator, Operator};
use crate::exec::plan::{Node, Op};
use crate::exec::start;
use crate::exec::table::KeyTable;

/// A result with several readers.
pub struct Shared {
    state: Mutex<SharedState>,
}

struct SharedState {
    source: Option<BoxOperator>,
    batches: Vec<RecordBatch>,
    memory: Memory,
}

impl Shared {
    pub fn new(source: BoxOperator, memory: Memory) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(SharedState { source: Some(source), batches: vec![], memory }) })
    }

    /// The batch at `position`, computed if nobody has read so far.
    async fn batch(&self, position: usize) -> SqlResult<Option<RecordBatch>> {
        let mut state = self.state.lock().await;
        while state.batches.len() <= position {
            let Some(source) = state.source.as_mut() else { return Ok(None) };
            match source.next().await? {
                Some(batch) => {
                    state.memory.grow_batch(&batch)?;
                    state.batches.push(batch);
                }
                None => state.source = None,
            }
        }
        Ok(state.batches.get(position).cloned())
    }

    /// Runs the source to its end, which a modifying CTE needs whether or not it is read.
    pub async fn finish(&self) -> SqlResult<()> {
        let mut position = 0;
        while self.batch(position).await?.is_some() {
            position += 1;
        }
        Ok(())
    }
}

/// Reads a CTE under the ids of one reference.
pub struct CteScan {
    node: Arc<Node>,
    /// Position of each output column in the CTE's own layout.
    columns: Vec<usize>,
    source: CteSource,
    position: usize,
}

impl CteScan {
    pub fn new(node: Arc<Node>, columns: Vec<usize>, source: CteSource) -> Self {
        Self { node, columns, source, position: 0 }
    }
}

#[async_trait]
impl Operator for CteScan {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        loop {
            let batch = match &self.source {
                CteSource::Shared(shared) => shared.batch(self.position).await?,
                CteSource::Working(batches) => batches.get(self.position).cloned(),
            };
            let Some(batch) = batch else { return Ok(None) };
            self.position += 1;
            if batch.num_rows() > 0 {
                let columns = self.columns.iter().map(|&i| batch.column(i).clone()).collect();
                return batch_of(&self.node.schema, columns, batch.num_rows()).map(Some);
            }
        }
    }
}

/// WITH RECURSIVE: the base's rows, then the step's over each round's new rows until there are none.
pub struct Recursive {
    node: Arc<Node>,
    id: CteId,
    step: Arc<Node>,
    frame: Frame,
    running: BoxOperator,
    /// Positions of the CTE's columns in the base's and in the step's output.
    base_columns: Vec<usize>,
    step_columns: Vec<usize>,
    in_base: bool,
    fresh: Vec<RecordBatch>,
    /// Rows seen so far, for UNION.
    seen: Option<(KeyEncoder, KeyTable)>,
    memory: Memory,
    /// Memory of the working table that is read and of the one that is filled.
    rounds: [Memory; 2],
    done: bool,
}

impl Recursive {
    pub fn new(node: Arc<Node>, frame: &Frame) -> SqlResult<Self> {
        let Op::Recursive { id, base, step, base_columns, step_columns, all } = &node.op else {
            return Err(SqlError::internal("not a recursive plan"));
        };
        let seen =
            if *all { None } else { Some((KeyEncoder::new(node.columns.iter().map(|c| c.1))?, KeyTable::default())) };
        Ok(Self {
            running: start(base, frame)?,
            memory: frame.memory(),
            rounds: [frame.memory(), frame.memory()],
            frame: frame.clone(),
            id: *id,
            step: step.clone(),
            base_columns: base_columns.clone(),
            step_columns: step_columns.clone(),
            node: node.clone(),
            in_base: true,
            fresh: vec![],
            seen,
            done: false,
        })
    }

    /// Drops rows that came before.
    fn keep_new(&mut self, batch: RecordBatch) -> SqlResult<RecordBatch> {
        let Some((encoder, seen)) = &mut self.seen else { return Ok(batch) };
        let keys = encoder.encode(batch.columns(), batch.num_rows())?;
        let mut kept = Vec::new();
        for row in 0..batch.num_rows() {
            let key = keys.row(row);
            if seen.insert(key).1 {
                self.memory.grow(key.len() + 32)?;
                kept.push(u32::try_from(row).unwrap_or(u32::MAX));
            }
        }
        if kept.len() == batch.num_rows() { Ok(batch) } else { take_rows(&batch, &UInt32Array::from(kept)) }
    }
}

#[async_trait]
impl Operator for Recursive {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        while !self.done {
            let Some(batch) = self.running.next().await? else {
                if self.fresh.is_empty() {
                    self.done = true;
                    break;
                }
                let working = Arc::new(std::mem::take(&mut self.fresh));
                self.rounds.swap(0, 1);
                self.rounds[1].release();
                let frame = self.frame.with_cte(self.id, CteSource::Working(working));
                self.running = start(&self.step, &frame)?;
                self.in_base = false;
                continue;
            };
            let positions = if self.in_base { &self.base_columns } else { &self.step_columns };
            let columns = positions.iter().map(|&i| batch.column(i).clone()).collect();
            let batch = batch_of(&self.node.schema, columns, batch.num_rows())?;
            let batch = self.keep_new(batch)?;
            if batch.num_rows() > 0 {
                self.rounds[1].grow_batch(&batch)?;
                self.fresh.push(batch.clone());
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}
