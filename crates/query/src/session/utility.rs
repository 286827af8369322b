//! Statements that no plan is made of: transaction control, SET and SHOW, PREPARE and EXECUTE, cursors,
//! DDL.

use std::sync::Arc;

use gavel_api::sql::{ColumnDesc, ResultSink};
use gavel_binder::bound::{Bound, Statement};
use gavel_binder::can_coerce;
use gavel_binder::ddl::ast::{DiscardTarget, SessionCommand};
use gavel_binder::parse::Parsed;
use gavel_catalog::job::id_text;
use gavel_catalog::search::PG_TEMP;
use gavel_catalog::trigger::Timing;
use gavel_functions::registry::CastContext;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState, text_io};
use sqlparser::ast::{self, Ident};

use crate::ddl::online::Submitted;
use crate::ddl::{self, DdlContext};
use crate::online::wait::Standing;
use crate::prepared::statements::PreparedInfo;
use crate::prepared::{self, Prepared};
use crate::session::ddl_binder::SessionBinder;
use crate::session::ddl_host::Host;
use crate::session::extended::no_statement;
use crate::session::result::{Executed, Tag};
use crate::session::statement::{not_supported, text_column};
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
            other if gavel_binder::ddl::prepares_transaction(other) => self.prepare_transaction().await?,
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
                let inner = self.prepared.get(&execute_name(name.as_ref()))?;
                self.kept_plan(inner, &self.catalog())?.columns.clone()
            }
            other if ddl::online::returns_job(other) => Some(Arc::from([text_column("job_id")])),
            other => match ddl::session_command(other).ok()?? {
                SessionCommand::Fetch { cursor, moves: false, .. } => self.cursor_columns(&cursor),
                _ => None,
            },
        }
    }

    pub(crate) async fn run_utility(
        &mut self,
        prepared: &Arc<Prepared>,
        parsed: &Arc<Parsed>,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        use ast::Statement as S;
        if let Some(command) = ddl::session_command(&parsed.statement)? {
            let text = prepared.own_text();
            return self.run_command(&command, text).await.map_err(|e| match command {
                SessionCommand::Do { .. } => {
                    e.moved(prepared.text.get(..parsed.range.start).map_or(0, |t| t.chars().count()))
                }
                _ => e,
            });
        }
        if ddl::is_ddl(&parsed.statement) {
            let before = prepared.text.get(..parsed.range.start).map_or(0, |t| t.chars().count());
            let alone = is_alone(prepared, parsed);
            if let Some(expanded) = self.with_query_of_execute(&parsed.statement).await? {
                return Box::pin(self.create_as_execute(&expanded, alone)).await;
            }
            return Box::pin(self.run_ddl(&parsed.statement, alone)).await.map_err(|e| e.moved(before));
        }
        match &parsed.statement {
            S::Set(set) => {
                let (catalog, current) = self.roles(names_role(set)).await?;
                let by = self.authority(&catalog, &current);
                let in_block = self.is_enclosed();
                let outcome = run_set(&mut self.shared.settings.lock(), set, &by, in_block)?;
                self.notices.extend(outcome.notices);
                Ok(Executed::tag("SET"))
            }
            S::Reset(reset) => {
                let (catalog, current) = self.roles(false).await?;
                let by = self.authority(&catalog, &current);
                run_reset(&mut self.shared.settings.lock(), &reset.reset, &by)?;
                Ok(Executed::tag("RESET"))
            }
            S::ShowVariable { variable } => {
                let shown = run_show(&self.shared.settings.lock(), variable)?;
                let columns = shown.columns.iter().map(|c| text_column(c)).collect();
                let rows = shown.rows.into_iter().map(|r| r.into_iter().map(Datum::text).collect()).collect();
                Ok(Executed::memory(columns, rows, Tag::Fixed("SHOW".into())))
            }
            S::Prepare { name, data_types, statement } => {
                self.refuse_restricted("execute PREPARE")?;
                self.prepare(prepared, &folded(name), data_types, statement, parsed).await
            }
            S::Execute { name, parameters, .. } => {
                self.execute_prepared(&execute_name(name.as_ref()), parameters, sink).await
            }
            S::Deallocate { name, .. } => {
                self.refuse_restricted("execute DEALLOCATE")?;
                if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("all") {
                    self.prepared.clear_named();
                    return Ok(Executed::tag("DEALLOCATE ALL"));
                }
                let name = folded(name);
                if self.prepared.remove(&name) { Ok(Executed::tag("DEALLOCATE")) } else { Err(no_statement(&name)) }
            }
            other => {
                let text = other.to_string();
                let word = text.split_whitespace().next().unwrap_or("statement").to_uppercase();
                Err(not_supported(&word))
            }
        }
    }

    /// Runs DDL. Statements that share a message with others are in a block with them, if they are not `alone`.
    pub(crate) async fn run_ddl(&mut self, statement: &ast::Statement, alone: bool) -> SqlResult<Executed> {
        if self.known().read_only
            && let Some(command) = ddl::writing_command(statement)?
        {
            self.may_write(&command)?;
        }
        let (_, user_name) = self.current_user();
        let style = self.text_style_now();
        let mut catalog = self.work().await?.catalog.clone();
        let (roles, subject) = self.roles(false).await?;
        let session_user = self.authority(&roles, &subject).session;
        let emptied = self.truncated(statement).await?;
        self.fire_truncate(&emptied, Timing::Before).await?;
        if !emptied.is_empty() {
            catalog = self.work().await?.catalog.clone();
        }
        let listed = |name: &String| name == PG_TEMP || catalog.current.schema(name).is_some();
        let path: Vec<String> = self.search_path().into_iter().filter(listed).collect();
        let in_block = self.is_enclosed() || !alone;
        let text = gavel_binder::ddl::carried(statement).unwrap_or_default();
        let alone = !in_block && self.only_reads().await;
        let check_bodies = self.shared.settings.lock().is_on("check_function_bodies");
        let binder = SessionBinder { text, user: &user_name, subject: &subject, style: &style, check_bodies };
        let restricted = self.routines.bodies.restricted();
        let mut host = Host { session: self };
        let mut context = DdlContext::new(&mut catalog, &mut host, &binder, Arc::clone(&subject), &path, in_block);
        context.session_user = session_user;
        context.restricted = restricted;
        let tag = ddl::execute(&mut context, statement).await;
        // What was noticed before an error is told, too.
        let (notices, jobs) = (std::mem::take(&mut context.notices), std::mem::take(&mut context.jobs));
        let heard: Vec<_> = notices.into_iter().filter(|notice| self.wants(notice.severity)).collect();
        self.notices.extend(heard);
        let tag = tag?;
        self.work().await?.change_catalog(catalog);
        self.finish_writes().await?;
        self.fire_truncate(&emptied, Timing::After).await?;
        if let Some(what) = jobs.iter().find_map(|job| job.awaited) {
            if !alone {
                let message = format!("{what} cannot run inside a transaction block");
                return Err(SqlError::new(SqlState::ActiveSqlTransaction, message));
            }
            self.see_through(&jobs).await?;
        }
        if ddl::online::returns_job(statement) {
            let rows = jobs.iter().map(|job| vec![Datum::text(id_text(job.id))]).collect();
            return Ok(Executed::memory(Arc::from([text_column("job_id")]), rows, Tag::Fixed(tag)));
        }
        Ok(Executed::tag(tag))
    }

    /// Commits what a statement has done up to now, and waits for the jobs that do the rest.
    async fn see_through(&mut self, jobs: &[Submitted]) -> SqlResult<()> {
        let standing: Vec<Standing> =
            jobs.iter().map(|job| Standing::new(&self.engine, self.database, job.id)).collect();
        self.finish().await?;
        for job in standing {
            let (outcome, ended) = job.outcome(self.last_commit).await?;
            // The next statement is to see what the job has done.
            self.last_commit = self.last_commit.max(ended);
            outcome?;
        }
        Ok(())
    }

    /// `text` is the statement's.
    async fn run_command(&mut self, command: &SessionCommand, text: &str) -> SqlResult<Executed> {
        use SessionCommand as C;
        let kept_out = match command {
            C::Close { .. } => Some("execute CLOSE"),
            C::Discard(_) => Some("execute DISCARD"),
            C::Listen { .. } => Some("execute LISTEN"),
            C::Unlisten { .. } => Some("execute UNLISTEN"),
            _ => None,
        };
        kept_out.map_or(Ok(()), |what| self.refuse_restricted(what))?;
        match command {
            C::SetConstraints { names, deferred } => self.set_constraints(names.as_deref(), *deferred).await,
            C::Fetch { cursor, direction, moves } => self.fetch(cursor, *direction, *moves).await,
            C::Close { cursor } => self.close_cursor(cursor.as_deref()),
            C::Lock { tables, mode } => self.lock_tables(tables, *mode).await,
            C::Do { language, code } => {
                let may_commit = !self.is_enclosed();
                self.run_do(language.as_deref(), code, text, may_commit).await?;
                Ok(Executed::tag("DO"))
            }
            C::Discard(what) => self.discard(*what).await,
            C::PrepareTransaction => Err(SqlError::internal("PREPARE TRANSACTION belongs to the transaction")),
            C::Listen { channel } => self.listen(channel).await,
            C::Unlisten { channel } => self.unlisten(channel.as_deref()).await,
            C::Notify { channel, payload } => self.notify(channel, payload).await,
        }
    }

    /// Does what ON COMMIT of temporary tables says.
    pub(crate) async fn run_on_commit(&mut self) -> SqlResult<()> {
        let (_, user_name) = self.current_user();
        let style = self.text_style_now();
        let mut catalog = self.work().await?.catalog.clone();
        let subject = self.subject();
        let binder = SessionBinder { text: "", user: &user_name, subject: &subject, style: &style, check_bodies: true };
        let mut host = Host { session: self };
        let subject = Arc::clone(&subject);
        DdlContext::new(&mut catalog, &mut host, &binder, subject, &[], true).on_commit().await?;
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

    async fn discard(&mut self, what: DiscardTarget) -> SqlResult<Executed> {
        match what {
            DiscardTarget::All => {
                if self.is_enclosed() {
                    return Err(SqlError::new(
                        SqlState::ActiveSqlTransaction,
                        "DISCARD ALL cannot run inside a transaction block",
                    ));
                }
                self.portals.close_all();
                self.prepared.clear_named();
                self.stop_listening();
                self.unlock_all().await;
                self.shared.settings.lock().reset_all();
                *self.shared.sequences.lock() = Default::default();
                self.discard_temporary().await?;
                Ok(Executed::tag("DISCARD ALL"))
            }
            DiscardTarget::Plans => Ok(Executed::tag("DISCARD PLANS")),
            DiscardTarget::Sequences => {
                *self.shared.sequences.lock() = Default::default();
                Ok(Executed::tag("DISCARD SEQUENCES"))
            }
            DiscardTarget::Temp => {
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
        if self.prepared.contains(name) {
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
        let parameters = planned.iter().flat_map(|p| p.params()).map(|ty| ty.oid).collect();
        let info = PreparedInfo {
            statement: Arc::clone(&inner.text),
            prepared: self.engine.now_micros(),
            parameters,
            from_sql: true,
            runs: 0,
        };
        self.prepared.insert(name, inner, planned.as_deref(), || info);
        Ok(Executed::tag("PREPARE"))
    }

    async fn execute_prepared(
        &mut self,
        name: &str,
        parameters: &[ast::Expr],
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        let (inner, values) = self.prepared_with(name, parameters).await?;
        self.prepared.ran(name);
        Box::pin(self.run(&inner, values, sink)).await
    }

    /// A prepared statement, and the values of EXECUTE's parameters in its parameters' types.
    pub(crate) async fn prepared_with(
        &mut self,
        name: &str,
        parameters: &[ast::Expr],
    ) -> SqlResult<(Arc<Prepared>, Vec<Datum>)> {
        let inner = self.statement(name)?;
        let types = match Box::pin(self.plan(&inner)).await? {
            Some(planned) => {
                self.prepared.keep_promise(name, &planned)?;
                planned.params().to_vec()
            }
            None => Vec::new(),
        };
        if types.len() != parameters.len() {
            return Err(wrong_number(name, types.len(), parameters.len()));
        }
        let mut values = Vec::with_capacity(types.len());
        if !types.is_empty() {
            let basis = self.basis().await?;
            let style = self.text_style_now();
            let given: Vec<String> = parameters.iter().map(ToString::to_string).collect();
            let bound = binding::bind_text(
                &format!("SELECT {}", given.join(", ")),
                &basis,
                &style,
                Some(binding::rows(&basis)),
            )?;
            require_assignable(parameters, &bound, &types)?;
            let items: Vec<String> = (parameters.iter().zip(&types))
                .map(|(expr, ty)| format!("CAST({expr} AS {})", binding::type_name(*ty)))
                .collect();
            let bound = binding::bind_text(
                &format!("SELECT {}", items.join(", ")),
                &basis,
                &style,
                Some(binding::rows(&basis)),
            )?;
            prepared::allow(&bound, &basis.catalog, &basis.subject, None)?;
            values = Box::pin(self.rows_of_bound(bound, basis)).await?.pop().unwrap_or_default();
        }
        Ok((inner, values))
    }
}

/// 42804 if an argument of EXECUTE is of a type that could not be assigned to the parameter's. Literals take that.
fn require_assignable(parameters: &[ast::Expr], bound: &Bound, types: &[PgType]) -> SqlResult<()> {
    let Statement::Query(query) = &bound.statement else { return Ok(()) };
    for (number, ((expr, column), wanted)) in (1..).zip(parameters.iter().zip(&query.output).zip(types)) {
        let (given, wanted) = (column.ty.oid, wanted.oid);
        let rows = given.is_row() || wanted.is_row() || wanted.element().is_some();
        if rows || is_untyped(expr) || can_coerce(given, wanted, CastContext::Assignment) {
            continue;
        }
        let (given, wanted) = (text_io::type_name(given), text_io::type_name(wanted));
        let message = format!("parameter ${number} of type {given} cannot be coerced to the expected type {wanted}");
        return Err(
            SqlError::new(SqlState::DatatypeMismatch, message).hint("You will need to rewrite or cast the expression.")
        );
    }
    Ok(())
}

/// A literal that takes its type from where it stands.
fn is_untyped(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Value(v) if !matches!(v.value, ast::Value::Boolean(_) | ast::Value::Number(..)))
}

pub(crate) fn wrong_number(name: &str, expected: usize, given: usize) -> SqlError {
    SqlError::new(SqlState::SyntaxError, format!("wrong number of parameters for prepared statement \"{name}\""))
        .detail(format!("Expected {expected} parameters but got {given}."))
}

/// Whether a statement came in a message of its own.
fn is_alone(whole: &Prepared, parsed: &Parsed) -> bool {
    let blank =
        |text: Option<&str>| text.is_none_or(|t| t.trim_matches(|c: char| c == ';' || c.is_whitespace()).is_empty());
    let others = !blank(whole.text.get(..parsed.range.start)) || !blank(whole.text.get(parsed.range.end..));
    // What else is there may be comments.
    !others || gavel_binder::parse(&whole.text).is_ok_and(|all| all.len() == 1)
}

/// Whether a SET is about who the session is.
fn names_role(set: &ast::Set) -> bool {
    match set {
        ast::Set::SetRole { .. } | ast::Set::SetSessionAuthorization(_) => true,
        ast::Set::SingleAssignment { variable, .. } => {
            let name = variable.to_string();
            ["role", "session_authorization"].iter().any(|n| name.eq_ignore_ascii_case(n))
        }
        _ => false,
    }
}

pub(crate) fn execute_name(name: Option<&ast::ObjectName>) -> String {
    name.and_then(|n| n.0.first()).and_then(|p| p.as_ident()).map(folded).unwrap_or_default()
}
