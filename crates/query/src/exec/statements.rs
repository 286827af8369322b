//! The body of a function, statement by statement.
//!
//! ```text
//!  first ──▶ run to its end ──▶ … ──▶ last ──▶ batches
//!        tables anew          tables anew
//! ```
//! What a rule adds to the last statement runs after it: its rows are then held until all is done.
//!
//! Each statement reads the transaction as it is when the statement begins, what the ones before have written
//! included, and what the statement around the call has written so far. What the function writes is checked (foreign
//! keys and the like) before the next statement of it begins, and at the latest when the statement around it ends.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_types::{SqlError, SqlResult};

use crate::exec::eval::{Evaluator, one_row};
use crate::exec::frame::Frame;
use crate::exec::operator::{BoxOperator, Operator};
use crate::exec::plan::{Node, Op};
use crate::exec::start;

/// See the module.
pub struct Statements {
    node: Arc<Node>,
    frame: Frame,
    state: State,
}

enum State {
    New,
    /// The last statement runs.
    Last(BoxOperator),
    /// It has run, and so has what comes after it.
    Held(VecDeque<RecordBatch>),
    Over,
}

impl Statements {
    pub fn new(node: Arc<Node>, frame: &Frame) -> Self {
        Self { node, frame: frame.clone(), state: State::New }
    }

    /// Runs all statements but the last, which is started, unless something comes after it.
    async fn begin(node: &Node, outer: &Frame) -> SqlResult<State> {
        let Op::Statements { function, guard, first, last, after } = &node.op else {
            return Err(SqlError::internal("operator started with another one's plan"));
        };
        if let Some(guard) = guard {
            let holds = Evaluator::new(outer).predicate(guard, &one_row()).await?;
            if holds.is_some_and(|mask| mask.true_count() == 0) {
                return Ok(State::Over);
            }
        }
        for (number, statement) in (1..).zip(first) {
            let frame = outer.renewed().await?;
            let mut running = start(statement, &frame)?;
            while running.next().await.map_err(|e| within(e, function, number))?.is_some() {}
        }
        // A body that is interpreted leaves alone what the statement around it has written.
        let frame = if first.is_empty() && is_called(last) { outer.clone() } else { outer.renewed().await? };
        let mut running = start(last, &frame)?;
        if after.is_empty() {
            return Ok(State::Last(running));
        }
        let mut held = VecDeque::new();
        while let Some(batch) = running.next().await.map_err(|e| within(e, function, first.len() + 1))? {
            held.push_back(batch);
        }
        drop(running);
        for statement in after {
            let frame = outer.renewed().await?;
            let mut running = start(statement, &frame)?;
            while running.next().await.map_err(|e| within(e, function, first.len() + 1))?.is_some() {}
        }
        Ok(State::Held(held))
    }
}

#[async_trait]
impl Operator for Statements {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        if let State::New = self.state {
            self.state = Self::begin(&self.node, &self.frame).await?;
        }
        let running = match &mut self.state {
            State::Last(running) => running,
            State::Held(held) => return Ok(held.pop_front()),
            State::New | State::Over => return Ok(None),
        };
        let batch = running.next().await.map_err(|e| match &self.node.op {
            Op::Statements { function, first, .. } => within(e, function, first.len() + 1),
            _ => e,
        })?;
        if batch.is_none() {
            self.state = State::Over;
        }
        Ok(batch)
    }
}

/// Whether the rows of a plan are those of one call.
fn is_called(node: &Node) -> bool {
    match &node.op {
        Op::Called { .. } => true,
        Op::Project { input, .. } | Op::Limit { input, .. } => is_called(input),
        _ => false,
    }
}

/// Says in which statement of which function something went wrong.
fn within(error: SqlError, function: &str, number: usize) -> SqlError {
    if function.is_empty() {
        return error;
    }
    let own = format!("SQL function \"{function}\" statement {number}");
    let context = match error.fields().context.as_deref() {
        Some(inner) => format!("{inner}\n{own}"),
        None => own,
    };
    error.context(context)
}
