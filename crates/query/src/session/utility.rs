//! Statements that no plan is made of: transaction control, SET and SHOW, PREPARE and EXECUTE, cursors,
//! DDL.

use std::sync::Arc;

use gavel_api::sql::{ColumnDesc, ResultSink};
use gavel_binder::parse::Parsed;
use gavel_catalog::search::PG_TEMP;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, FetchDirection, Ident};

use crate::ddl::{self, DdlContext};
use crate::prepared::cursor::{Cursor, Direction, PortalState};
use crate::prepared::{Held, Portal, Prepared};
use crate::session::ddl_binder::SessionBinder;
use crate::session::ddl_host::Host;
use crate::session::extended::{no_portal, no_statement};
use crate::session::result::{Executed, Tag};
use crate::session::statement::{not_supported, rows_of, text_column};
use crate::session::{Session, binding};
use crate::settings::statement::{run_reset, run_set, run_show};

/// A name as PostgreSQL folds it.
pub(crate) fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

impl Session {
    /// Runs transaction control; `None` for any other statement.
    pub(crate) async fn run_control(&mut self, statement: &ast::Statement) -> SqlResult<Option<Executed>> {
        use ast::Statement as S;
        let tag = match statement {
            S::StartTransaction { modes, begin, .. } => {
                self.begin(modes)?;
                if *begin { "BEGIN" } else { "START TRANSACTION" }
            }
            S::Commit { chain, .. } => self.commit_block(*chain).await?,
            S::Rollback { chain, savepoint: None } => self.rollback_block(*chain)?,
            S::Rollback { savepoint: Some(name), .. } => {
                self.rollback_to_savepoint(&folded(name)).await?;
                "ROLLBACK"
            }
            S::Savepoint { name } => {
                self.savepoint(folded(name)).await?;
                "SAVEPOINT"
            }
            S::ReleaseSavepoint { name } => {
                self.release_savepoint(&folded(name)).await?;
                "RELEASE"
            }
            S::Set(ast::Set::SetTransaction { modes, session: false, .. }) => {
                self.start_transaction();
                self.set_transaction(modes)?;
                "SET"
            }
            _ => return Ok(None),
        };
        Ok(Some(Executed::tag(tag)))
    }

    /// What a utility statement will return, for Describe.
    pub(crate) fn utility_columns(&self, statement: &Prepared) -> Option<Arc<[ColumnDesc]>> {
        use ast::Statement as S;
        match &statement.parsed.as_ref()?.statement {
            S::ShowVariable { variable } => {
                let shown = run_show(&self.shared.settings.lock(), variable).ok()?;
                Some(shown.columns.iter().map(|c| text_column(c)).collect())
            }
            S::Execute { name, .. } => {
                let held = self.prepared.get(&execute_name(name.as_ref()))?;
                self.kept_plan(&held.statement, &self.catalog())?.columns.clone()
            }
            S::Fetch { name, .. } => self.portals.get(&folded(name))?.columns.clone(),
            _ => None,
        }
    }

    pub(crate) async fn run_utility(
        &mut self,
        prepared: &Arc<Prepared>,
        parsed: &Arc<Parsed>,
        params: Vec<Datum>,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        use ast::Statement as S;
        if let Some((names, deferred)) = ddl::set_constraints(&parsed.statement)? {
            return self.set_constraints(names.as_deref(), deferred).await;
        }
        if ddl::is_ddl(&parsed.statement) {
            let before = prepared.text.get(..parsed.range.start).map_or(0, |t| t.chars().count());
            return Box::pin(self.run_ddl(&parsed.statement)).await.map_err(|e| e.moved(before));
        }
        match &parsed.statement {
            S::Set(set) => {
                let catalog = self.catalog();
                let in_block = self.block.is_explicit();
                let outcome = run_set(&mut self.shared.settings.lock(), set, &catalog, in_block)?;
                self.notices.extend(outcome.notices);
                Ok(Executed::tag("SET"))
            }
            S::Reset(reset) => {
                run_reset(&mut self.shared.settings.lock(), &reset.reset)?;
                Ok(Executed::tag("RESET"))
            }
            S::ShowVariable { variable } => {
                let shown = run_show(&self.shared.settings.lock(), variable)?;
                let columns = shown.columns.iter().map(|c| text_column(c)).collect();
                let rows = shown.rows.into_iter().map(|r| r.into_iter().map(Datum::text).collect()).collect();
                Ok(Executed::memory(columns, rows, Tag::Fixed("SHOW".into())))
            }
            S::Discard { object_type } => self.discard(object_type).await,
            S::Prepare { name, data_types, statement } => {
                self.prepare(prepared, &folded(name), data_types, statement, parsed).await
            }
            S::Execute { name, parameters, .. } => {
                self.execute_prepared(&execute_name(name.as_ref()), parameters, sink).await
            }
            S::Deallocate { name, .. } => {
                if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("all") {
                    self.prepared.retain(|n, _| n.is_empty());
                    return Ok(Executed::tag("DEALLOCATE ALL"));
                }
                let name = folded(name);
                self.prepared.remove(&name).ok_or_else(|| no_statement(&name))?;
                Ok(Executed::tag("DEALLOCATE"))
            }
            S::Declare { stmts } => self.declare(prepared, parsed, stmts, params).await,
            S::Fetch { name, direction, .. } => self.fetch(&folded(name), direction),
            S::Close { cursor: ast::CloseCursor::All } => {
                self.portals.retain(|_, p| !matches!(p.state, PortalState::Cursor(_)));
                Ok(Executed::tag("CLOSE CURSOR ALL"))
            }
            S::Close { cursor: ast::CloseCursor::Specific { name } } => {
                let name = folded(name);
                self.portals.remove(&name).ok_or_else(|| no_cursor(&name))?;
                Ok(Executed::tag("CLOSE CURSOR"))
            }
            // Nothing ever waits for a lock here: conflicts are found at COMMIT.
            S::Lock(_) | S::LockTables { .. } => Ok(Executed::tag("LOCK TABLE")),
            other => {
                let text = other.to_string();
                let word = text.split_whitespace().next().unwrap_or("statement").to_uppercase();
                Err(not_supported(&word))
            }
        }
    }

    async fn run_ddl(&mut self, statement: &ast::Statement) -> SqlResult<Executed> {
        if self.known().read_only
            && let Some(command) = ddl::writing_command(statement)?
        {
            self.may_write(&command)?;
        }
        let (user, user_name) = self.current_user();
        let style = self.text_style_now();
        let mut catalog = self.work().await?.catalog.clone();
        let listed = |name: &String| name == PG_TEMP || catalog.current.schema(name).is_some();
        let path: Vec<String> = self.search_path().into_iter().filter(listed).collect();
        let in_block = self.block.is_explicit();
        let text = gavel_binder::ddl::carried(statement).unwrap_or_default();
        let binder = SessionBinder { text, user: &user_name, style: &style };
        let mut host = Host { session: self };
        let mut context = DdlContext::new(&mut catalog, &mut host, &binder, user, &path, in_block);
        let tag = ddl::execute(&mut context, statement).await?;
        let notices = std::mem::take(&mut context.notices);
        self.notices.extend(notices);
        self.work().await?.catalog = catalog;
        self.finish_writes().await?;
        Ok(Executed::tag(tag))
    }

    /// Does what ON COMMIT of temporary tables says.
    pub(crate) async fn run_on_commit(&mut self) -> SqlResult<()> {
        let (user, user_name) = self.current_user();
        let style = self.text_style_now();
        let mut catalog = self.work().await?.catalog.clone();
        let binder = SessionBinder { text: "", user: &user_name, style: &style };
        let mut host = Host { session: self };
        DdlContext::new(&mut catalog, &mut host, &binder, user, &[], true).on_commit().await?;
        self.work().await?.catalog = catalog;
        Ok(())
    }

    async fn discard_temporary(&mut self) -> SqlResult<()> {
        // Without a transaction there is nothing but what the last one has left.
        if self.work.is_some() || self.temporary.catalog().is_some() {
            ddl::temporary::discard(&mut self.work().await?.catalog.current);
        }
        Ok(())
    }

    async fn discard(&mut self, what: &ast::DiscardObject) -> SqlResult<Executed> {
        match what {
            ast::DiscardObject::ALL => {
                if self.block.is_explicit() {
                    return Err(SqlError::new(
                        SqlState::ActiveSqlTransaction,
                        "DISCARD ALL cannot run inside a transaction block",
                    ));
                }
                self.portals.clear();
                self.prepared.clear();
                self.shared.settings.lock().reset_all();
                *self.shared.sequences.lock() = Default::default();
                self.discard_temporary().await?;
                Ok(Executed::tag("DISCARD ALL"))
            }
            ast::DiscardObject::PLANS => Ok(Executed::tag("DISCARD PLANS")),
            ast::DiscardObject::SEQUENCES => {
                *self.shared.sequences.lock() = Default::default();
                Ok(Executed::tag("DISCARD SEQUENCES"))
            }
            ast::DiscardObject::TEMP => {
                self.discard_temporary().await?;
                Ok(Executed::tag("DISCARD TEMP"))
            }
        }
    }

    /// A part of a statement that is one itself, at the same place of the same text.
    fn part(whole: &Prepared, parsed: &Parsed, statement: ast::Statement, declared: Vec<Oid>) -> Arc<Prepared> {
        let part = Parsed { statement, range: parsed.range.clone() };
        Prepared::new(Arc::clone(&whole.text), Some(Arc::new(part)), declared)
    }

    async fn prepare(
        &mut self,
        whole: &Arc<Prepared>,
        name: &str,
        types: &[ast::DataType],
        statement: &ast::Statement,
        parsed: &Parsed,
    ) -> SqlResult<Executed> {
        if self.prepared.contains_key(name) {
            return Err(SqlError::new(
                SqlState::DuplicatePreparedStatement,
                format!("prepared statement \"{name}\" already exists"),
            ));
        }
        let basis = self.basis().await?;
        let declared =
            types.iter().map(|t| binding::resolve_type(&basis, t).map(|t| t.oid)).collect::<SqlResult<Vec<_>>>()?;
        let inner = Self::part(whole, parsed, statement.clone(), declared);
        let planned = Box::pin(self.plan(&inner)).await?;
        self.prepared.insert(name.to_owned(), Held::new(inner, planned.as_deref()));
        Ok(Executed::tag("PREPARE"))
    }

    async fn execute_prepared(
        &mut self,
        name: &str,
        parameters: &[ast::Expr],
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        let inner = self.statement(name)?;
        let types = match Box::pin(self.plan(&inner)).await? {
            Some(planned) => {
                self.keep_promise(name, &planned)?;
                planned.params().to_vec()
            }
            None => Vec::new(),
        };
        if types.len() != parameters.len() {
            return Err(SqlError::new(
                SqlState::SyntaxError,
                format!("wrong number of parameters for prepared statement \"{name}\""),
            )
            .detail(format!("Expected {} parameters but got {}.", types.len(), parameters.len())));
        }
        let mut values = Vec::with_capacity(types.len());
        if !types.is_empty() {
            let basis = self.basis().await?;
            let style = self.text_style_now();
            let items: Vec<String> = (parameters.iter().zip(&types))
                .map(|(expr, ty)| format!("CAST({expr} AS {})", binding::type_name(*ty)))
                .collect();
            let bound = binding::bind_text(&format!("SELECT {}", items.join(", ")), &basis, &style)?;
            values = Box::pin(self.rows_of_bound(bound, basis)).await?.pop().unwrap_or_default();
        }
        Box::pin(self.run(&inner, values, sink)).await
    }

    async fn declare(
        &mut self,
        whole: &Arc<Prepared>,
        parsed: &Parsed,
        declares: &[ast::Declare],
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        for declare in declares {
            let (Some(name), Some(query)) = (declare.names.first().map(folded), &declare.for_query) else {
                return Err(not_supported("DECLARE other than of a cursor"));
            };
            let hold = declare.hold == Some(true);
            if !hold && !self.block.is_explicit() {
                return Err(SqlError::new(
                    SqlState::NoActiveSqlTransaction,
                    "DECLARE CURSOR can only be used in transaction blocks",
                ));
            }
            if self.portals.contains_key(&name) {
                return Err(SqlError::new(SqlState::DuplicateCursor, format!("cursor \"{name}\" already exists")));
            }
            let statement = ast::Statement::Query(query.clone());
            let inner = Self::part(whole, parsed, statement, Vec::new());
            let planned =
                Box::pin(self.plan(&inner)).await?.ok_or_else(|| not_supported("a cursor over this statement"))?;
            let columns = planned.columns.clone().unwrap_or_default();
            let types: Vec<PgType> = columns.iter().map(|c| c.ty).collect();
            let mut executed = Box::pin(self.run_query_plan(&planned, params.clone())).await?;
            let mut rows = Vec::new();
            while let Some(batch) = executed.next().await? {
                rows_of(batch, &types, &mut rows)?;
            }
            let cursor = Cursor::new(rows, declare.scroll == Some(false));
            let state = PortalState::Cursor(cursor);
            self.portals
                .insert(name, Portal { statement: inner, params: Vec::new(), columns: Some(columns), state, hold });
        }
        Ok(Executed::tag("DECLARE CURSOR"))
    }

    fn fetch(&mut self, name: &str, direction: &FetchDirection) -> SqlResult<Executed> {
        let portal = self.portals.get_mut(name).ok_or_else(|| no_cursor(name))?;
        let PortalState::Cursor(cursor) = &mut portal.state else { return Err(no_portal(name)) };
        let places = cursor.step(direction_of(direction)?)?;
        let rows: Vec<Vec<Datum>> = places.into_iter().map(|i| cursor.rows[i].clone()).collect();
        let tag = format!("FETCH {}", rows.len());
        Ok(Executed::memory(portal.columns.clone().unwrap_or_default(), rows, Tag::Fixed(tag)))
    }
}

fn execute_name(name: Option<&ast::ObjectName>) -> String {
    name.and_then(|n| n.0.first()).and_then(|p| p.as_ident()).map(folded).unwrap_or_default()
}

fn no_cursor(name: &str) -> SqlError {
    SqlError::new(SqlState::InvalidCursorName, format!("cursor \"{name}\" does not exist"))
}

fn direction_of(direction: &FetchDirection) -> SqlResult<Direction> {
    use FetchDirection as F;
    let number = |limit: &ast::ValueWithSpan| -> SqlResult<i64> {
        limit.value.to_string().parse().map_err(|_| SqlError::new(SqlState::SyntaxError, "syntax error in FETCH count"))
    };
    let signed =
        |n: i64| if n >= 0 { Direction::Forward(Some(n as u64)) } else { Direction::Backward(Some(n.unsigned_abs())) };
    Ok(match direction {
        F::Next => Direction::Forward(Some(1)),
        F::Prior => Direction::Backward(Some(1)),
        F::First => Direction::Absolute(1),
        F::Last => Direction::Absolute(-1),
        F::Absolute { limit } => Direction::Absolute(number(limit)?),
        F::Relative { limit } => Direction::Relative(number(limit)?),
        F::Count { limit } => signed(number(limit)?),
        F::All | F::ForwardAll => Direction::Forward(None),
        F::BackwardAll => Direction::Backward(None),
        F::Forward { limit: None } => Direction::Forward(Some(1)),
        F::Backward { limit: None } => Direction::Backward(Some(1)),
        F::Forward { limit: Some(limit) } => signed(number(limit)?),
        F::Backward { limit: Some(limit) } => match signed(number(limit)?) {
            Direction::Forward(n) => Direction::Backward(n),
            Direction::Backward(n) => Direction::Forward(n),
            other => other,
        },
    })
}
