//! The body of a function, statement by statement.
//!
//! ```text
//!  first ──▶ run to its end ──▶ … ──▶ last ──▶ batches
//!        tables anew          tables anew
//! ```
//! Each statement reads the transaction as it is when the statement begins, what the ones before have written
//! included, and what the statement around the call has written so far. What the function writes is checked (foreign
//! keys and the like) before the next statement of it begins, and at the latest when the statement around it ends.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_types::{SqlError, SqlResult};

use crate::exec::frame::Frame;
use crate::exec::operator::{BoxOperator, Operator};
use crate::exec::plan::{Node, Op};
use crate::exec::start;

/// See the module.
pub struct Statements {
    node: Arc<Node>,
    frame: Frame,
    /// The last statement, once it runs.
    last: Option<BoxOperator>,
}

impl Statements {
    pub fn new(node: Arc<Node>, frame: &Frame) -> Self {
        Self { node, frame: frame.clone(), last: None }
    }

    /// The last statement, the others having run.
    async fn running(&mut self) -> SqlResult<&mut BoxOperator> {
        if self.last.is_none() {
            let Op::Statements { function, first, last } = &self.node.op else {
                return Err(SqlError::internal("operator started with another one's plan"));
            };
            for (number, statement) in (1..).zip(first) {
                let frame = self.frame.renewed().await?;
                let mut running = start(statement, &frame)?;
                while running.next().await.map_err(|e| within(e, function, number))?.is_some() {}
            }
            let frame = self.frame.renewed().await?;
            self.last = Some(start(last, &frame)?);
        }
        self.last.as_mut().ok_or_else(|| SqlError::internal("a function without a last statement"))
    }
}

#[async_trait]
impl Operator for Statements {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let batch = self.running().await?.next().await;
        batch.map_err(|e| match &self.node.op {
            Op::Statements { function, first, .. } => within(e, function, first.len() + 1),
            _ => e,
        })
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
