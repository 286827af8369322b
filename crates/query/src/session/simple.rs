//! Query messages: any number of statements, one implicit transaction around those that no BEGIN
//! opens one for.
//!
//! A message of one statement outside a block is the common case, and is retried unseen when it loses a
//! conflict: what it has to say is held back until its commit is known, unless it only reads.
#![allow(clippy::disallowed_methods, reason = "the shell that waits between attempts")]

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use gavel_api::sql::{ExecuteEnd, ResultSink};
use gavel_types::{SqlResult, SqlState};

use crate::prepared::Prepared;
use crate::session::Session;
use crate::session::block::Block;
use crate::session::result::RowSource;

/// How often a statement that loses a conflict is run again.
pub(crate) const RETRIES: u32 = 5;
/// First pause, doubled each time, with as much again of jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

impl Session {
    /// A message's text as it is read: where `standard_conforming_strings` is off, plain strings have escapes.
    pub(crate) fn as_escaped<'s>(&self, sql: &'s str) -> SqlResult<Cow<'s, str>> {
        let special = sql.contains('\\') || sql.contains("U&'") || sql.contains("u&'");
        if !special || self.shared.settings.lock().is_on("standard_conforming_strings") {
            return Ok(Cow::Borrowed(sql));
        }
        gavel_binder::parse::with_escapes(sql)
    }

    pub(crate) async fn run_query(&mut self, sql: &str, sink: &mut dyn ResultSink) -> SqlResult<()> {
        let parsed = self.as_escaped(sql).and_then(|sql| self.engine.statements.parse(&sql, &[]));
        let statements = self.or_fail(parsed)?;
        if let Some(first) = statements.first() {
            self.note_statement(&first.text);
        }
        if statements.is_empty() {
            sink.complete(ExecuteEnd::Empty).await?;
        }
        let alone = statements.len() == 1 && self.block == Block::Idle;
        for statement in statements.iter() {
            let result = if alone {
                self.run_alone(statement, sink).await
            } else {
                self.run_among_others(statement, sink).await
            };
            // Named before the transaction goes, and the types that it has made with it.
            if let Err(e) = self.in_names(result) {
                self.fail();
                self.tell(sink).await?;
                return Err(e);
            }
        }
        self.finish_implicit(sink).await
    }

    /// One of several statements, or one inside a block.
    async fn run_among_others(&mut self, statement: &Arc<Prepared>, sink: &mut dyn ResultSink) -> SqlResult<()> {
        self.admit(statement)?;
        let (interrupt, limit) = self.guard_of(statement);
        self.routines.begin_statement();
        let ended = interrupt
            .guard(limit, async {
                let mut executed = self.run(statement, Vec::new(), sink).await?;
                if !self.notices.is_empty() {
                    self.tell(sink).await?;
                }
                self.restyle(&executed, sink);
                executed.announce(sink).await?;
                self.drive(executed.deliver(0, sink)).await
            })
            .await?;
        self.tell(sink).await?;
        sink.complete(ended).await
    }

    /// The only statement of a message, outside a block.
    async fn run_alone(&mut self, statement: &Arc<Prepared>, sink: &mut dyn ResultSink) -> SqlResult<()> {
        let mut attempt = 0;
        loop {
            let mut sent = false;
            match self.attempt(statement, sink, &mut sent).await {
                Err(e)
                    if e.code() == SqlState::SerializationFailure
                        && !sent
                        && !self.routines.ended
                        && attempt < RETRIES =>
                {
                    attempt += 1;
                    self.roll_back();
                    self.notices.clear();
                    self.pause(attempt).await;
                }
                result => return result,
            }
        }
    }

    /// Waits a little, differently each time.
    pub(crate) async fn pause(&mut self, attempt: u32) {
        let base = FIRST_PAUSE * (1 << attempt.min(6));
        let jitter = (self.engine.random_u64() % 1_000) as u32;
        tokio::time::sleep(base + base * jitter / 1_000).await;
    }

    async fn attempt(
        &mut self,
        statement: &Arc<Prepared>,
        sink: &mut dyn ResultSink,
        sent: &mut bool,
    ) -> SqlResult<()> {
        let (interrupt, limit) = self.guard_of(statement);
        self.routines.begin_statement();
        *sent = statement.talks_to_client();
        let mut executed = interrupt
            .guard(limit, async {
                let mut executed = self.run(statement, Vec::new(), sink).await?;
                // A plan that also locks or writes is read to its end before anything is said of it.
                if !self.only_reads().await {
                    self.drive(executed.collect()).await?;
                }
                Ok(executed)
            })
            .await?;
        if matches!(executed.rows, RowSource::Memory(_)) && self.block == Block::Implicit {
            self.finish().await?;
        }
        *sent = true;
        if !self.notices.is_empty() {
            self.tell(sink).await?;
        }
        self.restyle(&executed, sink);
        executed.announce(sink).await?;
        let ended = interrupt.guard(limit, self.drive(executed.deliver(0, sink))).await?;
        drop(executed);
        if self.block == Block::Implicit {
            self.finish().await?;
        }
        self.tell(sink).await?;
        sink.complete(ended).await
    }
}
