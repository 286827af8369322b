//! DECLARE, FETCH, MOVE, CLOSE.

use std::sync::Arc;

use bytes::Bytes;
use gavel_api::sql::ColumnDesc;
use gavel_binder::bound::{Modify, Rel, Statement};
use gavel_binder::ddl::ast::FetchDirection;
use gavel_catalog::Table;
use gavel_encoding::ObjectId;
use gavel_encoding::layout::object_range;
use gavel_types::{Datum, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use crate::lower::walk::Refs;
use crate::prepared::cursor::{Cursor, Keep};
use crate::prepared::portals::{CursorInfo, Portal, PortalState};
use crate::prepared::{Planned, Prepared, keep_columns};
use crate::session::Session;
use crate::session::result::{Executed, Tag};
use crate::session::running::{Body, describe};

impl Session {
    /// Makes a cursor; its plan runs when it is fetched from.
    pub(crate) async fn declare(
        &mut self,
        planned: &Planned,
        statement: &Arc<Prepared>,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let Statement::Declare(query, keys) = &planned.bound.statement else {
            return Err(SqlError::internal("not a cursor"));
        };
        let Some(ast::Statement::Declare { stmts }) = statement.parsed.as_ref().map(|p| &p.statement) else {
            // A body opens its cursor itself.
            return Box::pin(self.run_query_of(planned, describe(&query.output), params)).await;
        };
        let Some(declare) = stmts.first() else {
            return Err(SqlError::internal("DECLARE of no cursor"));
        };
        let name = declare.names.first().map(|n| n.value.clone()).unwrap_or_default();
        let (hold, binary) = (declare.hold == Some(true), declare.binary == Some(true));
        if hold {
            self.refuse_restricted("create a cursor WITH HOLD")?;
        }
        if !hold && !self.is_enclosed() {
            return Err(SqlError::new(
                SqlState::NoActiveSqlTransaction,
                "DECLARE CURSOR can only be used in transaction blocks",
            ));
        }
        if self.portals.contains(&name) {
            return Err(SqlError::new(SqlState::DuplicateCursor, format!("cursor \"{name}\" already exists")));
        }
        let locks = matches!(&planned.body, Body::Query { locks: Some(_), .. });
        let keep = match declare.scroll {
            Some(true) => Keep::All,
            Some(false) => Keep::Nothing,
            None if locks || !goes_back(&query.rel) => Keep::Nothing,
            None => Keep::Recent,
        };
        let shown = query.output.len() - keys.len();
        let columns = describe(query.output.iter().take(shown));
        let all = describe(&query.output);
        let executed = if locks && !hold && only_locks(&query.rel) {
            // Rows are locked as they are fetched.
            Box::pin(self.begin_query_of(planned, all, params)).await?
        } else {
            Box::pin(self.run_query_of(planned, all, params)).await?
        };
        let limit = self.engine.settings.statement_memory_bytes;
        let cursor = Cursor::new(Box::new(executed), keep, limit).with_keys(keys.clone());
        if !keys.is_empty() {
            self.work().await?.state.lock().await.follow_moves();
        }
        let mut portal = Portal::new(Arc::clone(statement), Vec::new(), Some(columns), PortalState::Cursor(cursor));
        (portal.hold, portal.binary) = (hold, binary);
        let info = CursorInfo {
            statement: Arc::clone(&statement.text),
            holdable: hold,
            binary,
            scrollable: keep != Keep::Nothing,
            created: self.engine.now_micros(),
        };
        self.portals.insert(&name, portal, Some(info));
        Ok(Executed::tag("DECLARE CURSOR"))
    }

    /// FETCH and MOVE.
    pub(crate) async fn fetch(&mut self, name: &str, direction: FetchDirection, moves: bool) -> SqlResult<Executed> {
        let mut portal = self.portals.take(name).ok_or_else(|| no_cursor(name))?;
        // Until it has come through, so that an error or an interrupt leaves it behind in this state.
        let state = std::mem::replace(&mut portal.state, PortalState::Failed);
        let (columns, binary) = (portal.columns.clone(), portal.binary);
        let (statement, params) = (Arc::clone(&portal.statement), portal.params.clone());
        self.portals.put_back(name, portal);
        let mut cursor = self.as_cursor(name, state, &statement, columns.as_deref(), params).await?;
        let executed = if moves {
            Executed::tag(format!("MOVE {}", self.drive(cursor.shift(direction)).await?))
        } else {
            let rows = self.drive(cursor.fetch(direction)).await?;
            let tag = Tag::Fixed(format!("FETCH {}", rows.len()));
            let columns = columns.ok_or_else(|| SqlError::internal("cursor without columns"))?;
            let mut executed = Executed::memory(columns, rows, tag);
            executed.binary = binary;
            executed
        };
        if let Some(mut portal) = self.portals.take(name) {
            portal.state = PortalState::Cursor(cursor);
            self.portals.put_back(name, portal);
        }
        Ok(executed)
    }

    /// What FETCH reads from. A portal of the protocol becomes a cursor that only goes forward.
    async fn as_cursor(
        &mut self,
        name: &str,
        state: PortalState,
        statement: &Arc<Prepared>,
        told: Option<&[ColumnDesc]>,
        params: Vec<Datum>,
    ) -> SqlResult<Cursor> {
        let limit = self.engine.settings.statement_memory_bytes;
        let executed = match state {
            PortalState::Cursor(cursor) => return Ok(cursor),
            PortalState::Running(executed) => executed,
            PortalState::Ready => match Box::pin(self.plan(statement)).await? {
                Some(planned) if matches!(planned.bound.statement, Statement::Query(_)) => {
                    keep_columns(told, planned.columns.as_deref())?;
                    planned.allow()?;
                    let columns = planned.columns.clone().unwrap_or_default();
                    Box::new(Box::pin(self.run_query_of(&planned, columns, params)).await?)
                }
                _ => return Err(cannot_run(name)),
            },
            // Execute has read it to its end.
            PortalState::Done if let Some(columns) = told => {
                Box::new(Executed::memory(columns.into(), vec![], Tag::Counting("SELECT")))
            }
            PortalState::Done | PortalState::Failed => return Err(cannot_run(name)),
        };
        Ok(Cursor::new(executed, Keep::Nothing, limit))
    }

    /// The parameters of a modification, with the key of the row that its cursor is on.
    ///
    /// # Errors
    /// 34000 without such a cursor; 24000 if it is on no row, or reads the table in no simple way.
    pub(crate) async fn with_cursor_row(&mut self, modify: &Modify, mut params: Vec<Datum>) -> SqlResult<Vec<Datum>> {
        let Some(current) = &modify.current_of else { return Ok(params) };
        let key = match current.variable.and_then(|variable| params.get(variable)) {
            Some(Datum::Text(name)) => self.cursor_row(name, &modify.table)?,
            Some(_) => {
                let text = format!("cursor variable \"{}\" is null", current.cursor);
                return Err(SqlError::new(SqlState::NullValueNotAllowed, text));
            }
            None => self.cursor_row(&current.cursor, &modify.table)?,
        };
        // A row that has moved to another key meanwhile is followed, as far as that has not been undone.
        let work = self.work().await?;
        let last = work.state.lock().await.place_of(key).await?;
        // The cursor may read other tables under the same name: their rows are none of this one's.
        let own = object_range(work.tenant(), ObjectId(modify.table.storage.0));
        let last = last.filter(|key| modify.tree.is_some() || own.contains(key));
        params.push(last.map_or(Datum::Null, Datum::Bytea));
        Ok(params)
    }

    fn cursor_row(&self, name: &str, table: &Table) -> SqlResult<Bytes> {
        let portal = self.portals.get(name).ok_or_else(|| no_cursor(name))?;
        let invalid = |message: String| SqlError::new(SqlState::InvalidCursorState, message);
        let PortalState::Cursor(cursor) = &portal.state else {
            let queries =
                portal.statement.parsed.as_ref().is_some_and(|p| matches!(p.statement, ast::Statement::Query(_)));
            return Err(invalid(if queries {
                format!("cursor \"{name}\" is not a simply updatable scan of table \"{}\"", table.name)
            } else {
                format!("cursor \"{name}\" is not a SELECT query")
            }));
        };
        if portal.is_held() {
            return Err(invalid(format!("cursor \"{name}\" is held from a previous transaction")));
        }
        let mut of_table = cursor.keys().iter().enumerate().filter(|(_, row)| row.table == table.oid);
        let Some((at, _)) = of_table.next() else {
            let locks = cursor.keys().iter().any(|row| row.locked);
            return Err(invalid(if locks {
                format!("cursor \"{name}\" does not have a FOR UPDATE/SHARE reference to table \"{}\"", table.name)
            } else {
                format!("cursor \"{name}\" is not a simply updatable scan of table \"{}\"", table.name)
            }));
        };
        if of_table.next().is_some() {
            return Err(invalid(format!(
                "cursor \"{name}\" has multiple FOR UPDATE/SHARE references to table \"{}\"",
                table.name
            )));
        }
        match cursor.key(at) {
            Some(key) => Ok(key),
            None => Err(invalid(format!("cursor \"{name}\" is not positioned on a row"))),
        }
    }

    /// CLOSE; no name is ALL.
    pub(crate) fn close_cursor(&mut self, name: Option<&str>) -> SqlResult<Executed> {
        match name {
            None => {
                self.portals.close_all();
                Ok(Executed::tag("CLOSE CURSOR ALL"))
            }
            Some(name) if self.portals.close(name) => Ok(Executed::tag("CLOSE CURSOR")),
            Some(name) => Err(no_cursor(name)),
        }
    }

    /// Columns that FETCH from this cursor gives.
    pub(crate) fn cursor_columns(&self, name: &str) -> Option<Arc<[ColumnDesc]>> {
        self.portals.get(name)?.columns.clone()
    }

    /// Before the transaction commits: cursors that outlive it read what they have not read yet.
    ///
    /// # Errors
    /// Those of their plans; 53200.
    pub(crate) async fn hold_cursors(&mut self) -> SqlResult<()> {
        for portal in self.portals.to_hold() {
            if let PortalState::Cursor(cursor) = &mut portal.state {
                cursor.read_all().await?;
            }
        }
        Ok(())
    }
}

/// Whether PostgreSQL lets a cursor over this query go back that has not been told to: where its plan could be
/// run backwards at no cost.
fn goes_back(rel: &Rel) -> bool {
    match rel {
        Rel::Scan { .. } | Rel::Append { .. } | Rel::FunctionScan { .. } | Rel::CteRef { .. } | Rel::Sort { .. } => {
            true
        }
        // Not a SELECT without FROM.
        Rel::Values { columns, .. } => !columns.is_empty(),
        Rel::Project { input, .. } | Rel::Filter { input, .. } | Rel::Limit { input, .. } => goes_back(input),
        Rel::With { body, .. } => goes_back(body),
        _ => false,
    }
}

/// Whether a query locks rows and changes nothing.
fn only_locks(rel: &Rel) -> bool {
    let refs = Refs::of_rel(rel);
    !refs.calls && !refs.modifies
}

fn no_cursor(name: &str) -> SqlError {
    SqlError::new(SqlState::InvalidCursorName, format!("cursor \"{name}\" does not exist"))
}

/// 55000: an error has ended it.
pub(crate) fn cannot_run(name: &str) -> SqlError {
    SqlError::new(SqlState::ObjectNotInPrerequisiteState, format!("portal \"{name}\" cannot be run"))
}
