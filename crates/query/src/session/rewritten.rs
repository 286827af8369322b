//! Statements that rules have rewritten: their parts, one after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use gavel_api::sql::ColumnDesc;
use gavel_binder::bound::{Rewritten, Statement};
use gavel_binder::ddl::ast::SessionCommand;
use gavel_types::{Datum, SqlError, SqlResult};

use crate::ddl::session_command;
use crate::session::Session;
use crate::session::result::{Executed, RowSource, Tag};
use crate::session::running::Body;
use crate::session::statement::{tag_of, verb};

impl Session {
    /// Runs the parts, each of which sees what those before it have written. What the tagging part returns is the
    /// result; if it returns nothing, the rows of the last query among the parts come with its tag.
    pub(crate) async fn run_rewritten(
        &mut self,
        bodies: &[(Body, Option<Arc<[ColumnDesc]>>)],
        rewritten: &Rewritten,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let mut tagged = None;
        let mut shown = None;
        for (at, ((body, columns), step)) in bodies.iter().zip(&rewritten.steps).enumerate() {
            match (body, &step.statement) {
                (Body::Modify(body), statement) => {
                    self.may_run(statement, verb(&body.modify.op))?;
                    let params = self.with_cursor_row(&body.modify, params.clone()).await?;
                    let mut executed = self.run_modify(body, columns.clone(), params).await?;
                    self.drive(executed.collect()).await?;
                    if rewritten.tagging == Some(at) {
                        tagged = Some(executed);
                    }
                }
                (Body::Query { plan: Some(plan), locks, .. }, statement) => {
                    if let Some(verb) = locks {
                        self.may_run(statement, verb)?;
                    }
                    let access = self.access(params.clone()).await?;
                    let operator = self.start(plan, access)?;
                    let mut executed = Executed::stream(columns.clone().unwrap_or_default(), operator);
                    self.drive(executed.collect()).await?;
                    if locks.is_some() {
                        self.finish_writes().await?;
                    }
                    shown = Some(executed);
                }
                (Body::Other, Statement::Other(notify)) => {
                    if let Some(SessionCommand::Notify { channel, payload }) = session_command(notify)? {
                        self.notify(&channel, &payload).await?;
                    }
                }
                _ => return Err(SqlError::internal("a part of a statement that is no query")),
            }
        }
        let mut tagged = tagged.unwrap_or_else(|| Executed::tag(tag_of(rewritten.verb, 0)));
        if tagged.columns.is_none()
            && let Some(shown) = shown
        {
            let tag = Tag::Fixed(tagged.finish_tag());
            let batches = match shown.rows {
                RowSource::Memory(batches) => batches,
                RowSource::Stream(_) => VecDeque::new(),
            };
            tagged = Executed::batches(shown.columns.unwrap_or_default(), batches, tag);
            tagged.unannounced = true;
        }
        Ok(tagged)
    }
}
