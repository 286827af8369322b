//! Set-returning functions: in FROM (no input: one row without columns), and in a select list, where
//! each input row is repeated for the rows of its calls. Calls run in lockstep; shorter ones are padded
//! with NULL. Rows are asked for one by one, so an endless series under a LIMIT ends.

use std::sync::Arc;

use arrow::array::UInt32Array;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_functions::Call;
use gavel_functions::call::{self, SetRows};
use gavel_functions::physical::ArrayBuilder;
use gavel_types::{Datum, PgType, SqlError, SqlResult};

use crate::exec::batch::{batch_of, take_columns};
use crate::exec::eval::Evaluator;
use crate::exec::expr::{Value, value_at};
use crate::exec::frame::Frame;
use crate::exec::operator::{BATCH_ROWS, BoxOperator, Operator};
use crate::exec::plan::{Node, Op, SetPlan};

pub struct SetFunctions {
    input: BoxOperator,
    node: Arc<Node>,
    evaluator: Evaluator,
    /// The input batch at work, its evaluated arguments by call, and the row that is next.
    current: Option<(RecordBatch, Vec<Vec<Value>>, usize)>,
    /// Running calls of the row before the next one, and how many rows they have given.
    running: Option<(Vec<Option<SetRows>>, i64)>,
}

impl SetFunctions {
    pub fn new(input: BoxOperator, node: Arc<Node>, frame: &Frame) -> Self {
        Self { input, node, evaluator: Evaluator::new(frame), current: None, running: None }
    }
}

#[async_trait]
impl Operator for SetFunctions {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let node = self.node.clone();
        let Op::Sets { calls, ordinality, .. } = &node.op else { return Err(SqlError::internal("not a set plan")) };
        loop {
            if self.current.is_none() {
                let Some(batch) = self.input.next().await? else { return Ok(None) };
                let mut args = vec![];
                for call in calls {
                    let mut values = vec![];
                    for arg in &call.args {
                        values.push(self.evaluator.eval(arg, &batch).await?);
                    }
                    args.push(values);
                }
                self.current = Some((batch, args, 0));
            }
            if let Some(batch) = self.fill(&node, calls, *ordinality)? {
                return Ok(Some(batch));
            }
        }
    }
}

impl SetFunctions {
    /// A batch of rows of the current input batch; `None` when it is used up.
    fn fill(&mut self, node: &Node, calls: &[SetPlan], ordinality: bool) -> SqlResult<Option<RecordBatch>> {
        let Some((batch, args, next)) = &mut self.current else { return Ok(None) };
        let context = &self.evaluator.frame().exec.env.eval;
        let types: Vec<PgType> = calls.iter().flat_map(|c| c.columns.iter().copied()).collect();
        let mut builders: Vec<ArrayBuilder> = types.iter().map(|t| ArrayBuilder::new(*t, 64)).collect();
        let mut numbers: Vec<Datum> = vec![];
        let mut source: Vec<u32> = vec![];
        while source.len() < BATCH_ROWS {
            if self.running.is_none() {
                if *next == batch.num_rows() {
                    break;
                }
                let mut started = vec![];
                for (call, values) in calls.iter().zip(args.iter()) {
                    let row = values
                        .iter()
                        .zip(&call.arg_types)
                        .map(|(v, ty)| value_at(v, *ty, *next))
                        .collect::<SqlResult<Vec<_>>>()?;
                    if call.waited {
                        started.push(Some(Box::new(std::iter::once(Ok(row))) as SetRows));
                        continue;
                    }
                    let site = Call { context, arg_types: &call.arg_types, result: call.result };
                    started.push(Some(call::eval_set(call.proc.oid, &site, &row)?));
                }
                self.running = Some((started, 0));
                *next += 1;
            }
            let Some((running, given)) = &mut self.running else { break };
            let mut rows: Vec<Option<Vec<Datum>>> = vec![];
            for iterator in running.iter_mut() {
                let row = match iterator {
                    Some(rows) => rows.next().transpose()?,
                    None => None,
                };
                if row.is_none() {
                    *iterator = None;
                }
                rows.push(row);
            }
            if rows.iter().all(Option::is_none) {
                self.running = None;
                continue;
            }
            *given += 1;
            let mut at = 0;
            for (row, call) in rows.into_iter().zip(calls) {
                let mut values = row.unwrap_or_default();
                if let ([Datum::Record(fields)], true) = (&values[..], call.columns.len() > 1) {
                    values = fields.iter().map(|f| f.1.clone()).collect();
                }
                for column in 0..call.columns.len() {
                    builders[at].push(values.get(column).unwrap_or(&Datum::Null))?;
                    at += 1;
                }
            }
            numbers.push(Datum::Int8(*given));
            source.push(u32::try_from(*next - 1).unwrap_or(u32::MAX));
        }
        if source.is_empty() {
            self.current = None;
            return Ok(None);
        }
        let rows = source.len();
        let mut columns = take_columns(batch.columns(), &UInt32Array::from(source))?;
        columns.extend(builders.iter_mut().map(ArrayBuilder::finish));
        if ordinality {
            columns.push(gavel_functions::physical::build_array(PgType::INT8, numbers)?);
        }
        batch_of(&node.schema, columns, rows).map(Some)
    }
}
