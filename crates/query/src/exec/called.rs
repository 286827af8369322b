//! A call of a function whose body is interpreted: one run, whose rows come out.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use gavel_types::{SqlError, SqlResult};

use crate::dml::modify;
use crate::exec::eval::Evaluator;
use crate::exec::frame::Frame;
use crate::exec::operator::{BATCH_ROWS, Operator};
use crate::exec::plan::{Node, Op};

/// See the module.
pub struct Called {
    node: Arc<Node>,
    frame: Frame,
    /// What is left of the rows, once there are any.
    rows: Option<std::vec::IntoIter<Vec<gavel_types::Datum>>>,
}

impl Called {
    pub fn new(node: Arc<Node>, frame: &Frame) -> Self {
        Self { node, frame: frame.clone(), rows: None }
    }
}

#[async_trait]
impl Operator for Called {
    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        let Op::Called { called, args } = &self.node.op else {
            return Err(SqlError::internal("operator started with another one's plan"));
        };
        let rows = match &mut self.rows {
            Some(rows) => rows,
            None => {
                let evaluator = Evaluator::new(&self.frame);
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    values.push(evaluator.scalar(arg).await?);
                }
                let rows = self.frame.exec.env.tables.call(called, values).await?;
                self.rows.insert(rows.into_iter())
            }
        };
        let next: Vec<_> = rows.by_ref().take(BATCH_ROWS).collect();
        if next.is_empty() {
            return Ok(None);
        }
        modify::batch(&next, &self.node.columns).map(Some)
    }
}
