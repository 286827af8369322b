//! The extended protocol: Parse, Bind, Describe, Execute, Sync.
//!
//! Statements between two Syncs share an implicit transaction, which commits at Sync. By then the client
//! may have been told of results, so a lost conflict can be retried unseen only if running the statements
//! again says the same: they were all modifications that returned nothing but a tag, and the tags are
//! equal again.

use std::sync::Arc;

use gavel_api::sql::{ColumnDesc, ExecuteEnd, ResultSink, StatementInfo};
use gavel_binder::ddl::ast::FetchDirection;
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};

use crate::prepared::portals::{CursorInfo, PortalState};
use crate::prepared::statements::PreparedInfo;
use crate::prepared::{Portal, Prepared, keep_columns};
use crate::session::Session;
use crate::session::block::{Block, aborted};
use crate::session::cursors::cannot_run;
use crate::session::result::{Executed, Tag};
use crate::session::running::Body;
use crate::session::simple::RETRIES;

/// Statements kept for a second run.
const MAX_REPLAY: usize = 1_000;

/// What has been executed in the implicit transaction since the last Sync.
#[derive(Default)]
pub struct Replay {
    statements: Vec<(Arc<Prepared>, Vec<Datum>, String)>,
    /// Something was among them that cannot be run again unseen.
    spoilt: bool,
}

impl Session {
    pub(crate) async fn on_parse(&mut self, name: &str, sql: &str, param_types: &[Oid]) -> SqlResult<()> {
        let escaped = self.as_escaped(sql)?;
        let sql: &str = &escaped;
        let statements = self.engine.statements.parse(sql, param_types)?;
        let statement = match &*statements {
            [] => Prepared::new(sql.into(), None, Vec::new()),
            [one] => Arc::clone(one),
            _ => {
                return Err(SqlError::new(
                    SqlState::SyntaxError,
                    "cannot insert multiple commands into a prepared statement",
                ));
            }
        };
        self.admit(&statement)?;
        if !name.is_empty() && self.prepared.contains(name) {
            return Err(SqlError::new(
                SqlState::DuplicatePreparedStatement,
                format!("prepared statement \"{name}\" already exists"),
            ));
        }
        self.start_transaction();
        let (interrupt, limit) = self.guard();
        let planned = interrupt.guard(limit, self.plan(&statement)).await?;
        let (text, now) = (Arc::clone(&statement.text), self.engine.now_micros());
        self.prepared.insert(name, statement, planned.as_deref(), || PreparedInfo {
            statement: text,
            prepared: now,
            parameters: planned.iter().flat_map(|p| p.params()).map(|ty| ty.oid).collect(),
            from_sql: false,
            runs: 0,
        });
        Ok(())
    }

    pub(crate) fn statement(&self, name: &str) -> SqlResult<Arc<Prepared>> {
        self.prepared.get(name).cloned().ok_or_else(|| no_statement(name))
    }

    pub(crate) async fn on_describe_statement(&mut self, name: &str) -> SqlResult<Arc<StatementInfo>> {
        let statement = self.statement(name)?;
        self.admit(&statement)?;
        self.start_transaction();
        let planned = self.plan(&statement).await?;
        if let Some(planned) = &planned {
            self.prepared.keep_promise(name, planned)?;
        }
        Ok(Arc::new(match planned {
            Some(p) => StatementInfo { params: p.params().to_vec(), columns: p.columns.clone() },
            None => StatementInfo { params: Vec::new(), columns: self.utility_columns(&statement) },
        }))
    }

    pub(crate) async fn on_bind(&mut self, portal: &str, name: &str, params: Vec<Datum>) -> SqlResult<()> {
        let statement = self.statement(name)?;
        self.admit(&statement)?;
        self.start_transaction();
        let columns = match self.plan(&statement).await? {
            Some(planned) => {
                self.prepared.keep_promise(name, &planned)?;
                if planned.params().len() != params.len() {
                    return Err(SqlError::new(
                        SqlState::ProtocolViolation,
                        format!(
                            "bind message supplies {} parameters, but prepared statement requires {}",
                            params.len(),
                            planned.params().len()
                        ),
                    ));
                }
                planned.columns.clone()
            }
            None => self.utility_columns(&statement),
        };
        if !portal.is_empty() && self.portals.contains(portal) {
            return Err(SqlError::new(SqlState::DuplicateCursor, format!("cursor \"{portal}\" already exists")));
        }
        if !name.is_empty() {
            self.prepared.ran(name);
        }
        let info = (!portal.is_empty()).then(|| CursorInfo {
            statement: Arc::clone(&statement.text),
            holdable: false,
            binary: false,
            scrollable: false,
            created: self.engine.now_micros(),
        });
        self.portals.insert(portal, Portal::new(statement, params, columns, PortalState::Ready), info);
        Ok(())
    }

    pub(crate) fn on_describe_portal(&mut self, portal: &str) -> SqlResult<Option<Arc<[ColumnDesc]>>> {
        self.portals.get(portal).map(|p| p.columns.clone()).ok_or_else(|| no_portal(portal))
    }

    pub(crate) async fn on_execute(
        &mut self,
        name: &str,
        max_rows: usize,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<ExecuteEnd> {
        // Taken out while it runs, so that the statement can reach the session.
        let Some(mut portal) = self.portals.take(name) else {
            // What the transaction's failure has closed is not missed.
            return Err(if self.block == Block::Failed { aborted() } else { no_portal(name) });
        };
        let statement = Arc::clone(&portal.statement);
        if statement.parsed.is_none() {
            self.portals.put_back(name, portal);
            return Ok(ExecuteEnd::Empty);
        }
        self.admit(&statement)?;
        self.note_statement(&statement.text);
        let (interrupt, limit) = self.guard_of(&statement);
        self.routines.begin_statement();
        let ended = interrupt.guard(limit, Box::pin(self.run_portal(name, &mut portal, max_rows, sink))).await;
        let ended = match ended {
            Ok(ended) => ended,
            Err(error) => {
                portal.state = PortalState::Failed;
                if self.block.is_explicit() {
                    self.portals.put_back(name, portal);
                }
                return Err(error);
            }
        };
        self.remember(&statement, &portal.params, &ended).await;
        // COMMIT and ROLLBACK have closed the portals, this one with them.
        if self.block != Block::Idle {
            self.portals.put_back(name, portal);
        }
        self.tell(sink).await?;
        Ok(ended)
    }

    /// Runs a portal for up to `max_rows` rows (0: all), from where it stands.
    async fn run_portal(
        &mut self,
        name: &str,
        portal: &mut Portal,
        max_rows: usize,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<ExecuteEnd> {
        let statement = Arc::clone(&portal.statement);
        let mut executed = match std::mem::replace(&mut portal.state, PortalState::Done) {
            PortalState::Ready => {
                let params = portal.params.clone();
                let mut executed = Box::new(self.run(&statement, params, sink).await?);
                if executed.unannounced {
                    executed = Box::new(Executed::tag(executed.finish_tag()));
                }
                // It was bound for certain columns, and may have been planned anew since.
                keep_columns(portal.columns.as_deref(), executed.columns.as_deref())?;
                executed
            }
            PortalState::Running(executed) => executed,
            PortalState::Done => return Ok(ExecuteEnd::Complete("SELECT 0".into())),
            // FETCH or MOVE has been here.
            PortalState::Cursor(mut cursor) => {
                let columns = portal.columns.clone().ok_or_else(|| SqlError::internal("cursor without columns"))?;
                let count = i32::try_from(max_rows).ok().filter(|n| *n > 0);
                let rows = self.drive(cursor.fetch(FetchDirection::Forward(count))).await?;
                portal.state = PortalState::Cursor(cursor);
                let full = count.is_some() && rows.len() == max_rows;
                let mut executed = Executed::memory(columns, rows, Tag::Counting("SELECT"));
                self.restyle(&executed, sink);
                executed.announce(sink).await?;
                let ended = executed.deliver(0, sink).await?;
                return Ok(if full { ExecuteEnd::Suspended } else { ended });
            }
            PortalState::Failed => return Err(cannot_run(name)),
        };
        self.restyle(&executed, sink);
        executed.announce(sink).await?;
        let ended = self.drive(executed.deliver(max_rows, sink)).await?;
        if ended == ExecuteEnd::Suspended {
            portal.state = PortalState::Running(executed);
        }
        Ok(ended)
    }

    async fn remember(&mut self, statement: &Arc<Prepared>, params: &[Datum], ended: &ExecuteEnd) {
        let planned = self.kept_plan(statement, &self.catalog());
        let plain = planned.is_some_and(|p| matches!(p.body, Body::Modify(_)) && p.columns.is_none());
        let room = self.replay.statements.len() < MAX_REPLAY;
        match ended {
            ExecuteEnd::Complete(tag) if plain && room && self.block == Block::Implicit => {
                self.replay.statements.push((Arc::clone(statement), params.to_vec(), tag.clone()));
            }
            _ => self.replay.spoilt = true,
        }
    }

    pub(crate) async fn on_sync(&mut self, sink: &mut dyn ResultSink) -> SqlResult<()> {
        let replay = std::mem::take(&mut self.replay);
        if self.block != Block::Implicit {
            return Ok(());
        }
        let mut result = self.finish().await;
        let again = !replay.spoilt && !replay.statements.is_empty();
        let mut attempt = 0;
        while let Err(e) = &result {
            if e.code() != SqlState::SerializationFailure || !again || attempt >= RETRIES {
                break;
            }
            attempt += 1;
            self.pause(attempt).await;
            match self.run_again(&replay, sink).await {
                Ok(true) => result = self.finish().await,
                Ok(false) | Err(_) => {
                    // It would not say the same again: the client hears of the conflict.
                    self.roll_back();
                    break;
                }
            }
        }
        self.tell(sink).await?;
        result
    }

    /// Runs everything once more; whether it says what it said before.
    async fn run_again(&mut self, replay: &Replay, sink: &mut dyn ResultSink) -> SqlResult<bool> {
        self.start_transaction();
        for (statement, params, tag) in &replay.statements {
            let (interrupt, limit) = self.guard();
            let mut executed = interrupt.guard(limit, self.run(statement, params.clone(), sink)).await?;
            if executed.columns.is_some() || executed.finish_tag() != *tag {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// 26000.
pub(crate) fn no_statement(name: &str) -> SqlError {
    let message = if name.is_empty() {
        "unnamed prepared statement does not exist".to_owned()
    } else {
        format!("prepared statement \"{name}\" does not exist")
    };
    SqlError::new(SqlState::InvalidSqlStatementName, message)
}

/// 34000.
pub(crate) fn no_portal(name: &str) -> SqlError {
    let what = if name.is_empty() { "portal \"\"".to_owned() } else { format!("portal \"{name}\"") };
    SqlError::new(SqlState::InvalidCursorName, format!("{what} does not exist"))
}
