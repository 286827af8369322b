//! SQL statements of a body, and rows that it goes through.

use std::sync::Arc;

use gavel_api::sql::ColumnDesc;
use gavel_binder::bound::{CursorRow, Statement as Bound};
use gavel_plpgsql::tree::{Into, Rows, Sql, Statement, Target, Var};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use crate::ddl::command::command_name;
use crate::prepared::Prepared;
use crate::procedural::activation::{Activation, Flow, with_context};
use crate::procedural::assign::Row;
use crate::procedural::compiled::names_current_rows;
use crate::procedural::execute::after_round;
use crate::procedural::fragment::{Fragment, How};
use crate::procedural::quiet::Quiet;
use crate::session::Session;
use crate::session::result::{Executed, Tag};
use crate::session::statement::rows_of;

/// What a statement has given.
#[derive(Default)]
pub struct Given {
    pub rows: Vec<Vec<Datum>>,
    pub columns: Vec<(String, PgType)>,
    /// Rows that it gave, or has written.
    pub count: u64,
    /// It gives rows, or may.
    pub returns: bool,
    /// It is INSERT, UPDATE, DELETE or MERGE.
    pub modifies: bool,
    /// Names and values of what it was run with, if the body says `#print_strict_params on`.
    pub params: Vec<(String, Datum, PgType)>,
}

impl Session {
    /// Runs a fragment with the values of the variables.
    ///
    /// # Errors
    /// Its own; 0A000 for a modification in a function that is not volatile.
    pub(crate) async fn fragment_rows(&mut self, act: &Activation, fragment: &Fragment) -> SqlResult<Given> {
        match &fragment.how {
            How::Values(fast) => {
                let rows = fast.rows_now(&self.evaluation(), &act.values)?;
                let count = rows.len() as u64;
                Ok(Given { rows, columns: fragment.output.clone(), count, returns: true, ..Given::default() })
            }
            How::Planned(planned) => {
                let modifies = matches!(planned.bound.statement, Bound::Modify(..));
                if modifies && !act.compiled.volatile {
                    return Err(not_volatile(&fragment.prepared));
                }
                let mut sink = Quiet::default();
                let running = self.run_planned(planned, &fragment.prepared, act.values.clone(), &mut sink);
                let executed = Box::pin(running).await?;
                self.drained(executed, modifies).await
            }
            How::Utility => {
                if !act.compiled.volatile {
                    return Err(not_volatile(&fragment.prepared));
                }
                self.utility(&fragment.prepared).await
            }
        }
    }

    /// A statement that is not planned.
    ///
    /// # Errors
    /// Its own; 0A000 for one that begins or ends a transaction.
    pub(crate) async fn utility(&mut self, prepared: &Arc<Prepared>) -> SqlResult<Given> {
        let Some(parsed) = prepared.parsed.clone() else { return Ok(Given::default()) };
        if matches!(
            parsed.statement,
            ast::Statement::StartTransaction { .. }
                | ast::Statement::Commit { .. }
                | ast::Statement::Rollback { .. }
                | ast::Statement::Savepoint { .. }
                | ast::Statement::ReleaseSavepoint { .. }
        ) {
            return Err(SqlError::unsupported("unsupported transaction command in PL/pgSQL"));
        }
        let mut sink = Quiet::default();
        if let Some(executed) = Box::pin(self.run_control(&parsed.statement)).await? {
            return self.drained(executed, false).await;
        }
        let executed = Box::pin(self.run_utility(prepared, &parsed, &mut sink)).await;
        let executed = executed.map_err(|e| self.of_function(e))?;
        self.drained(executed, false).await
    }

    /// What may not run in a transaction block, told of the function that it runs in where there is no block around it.
    fn of_function(&self, error: SqlError) -> SqlError {
        let refused = error.message().strip_suffix(" cannot run inside a transaction block");
        match refused {
            Some(what) if !self.block.is_explicit() => {
                SqlError::new(error.code(), format!("{what} cannot be executed from a function"))
            }
            _ => error,
        }
    }

    /// All rows of a statement that runs.
    pub(crate) async fn drained(&mut self, mut executed: Executed, modifies: bool) -> SqlResult<Given> {
        let described: Option<Arc<[ColumnDesc]>> = executed.columns.clone();
        let columns: Vec<(String, PgType)> =
            described.iter().flat_map(|c| c.iter()).map(|c| (c.name.to_string(), c.ty)).collect();
        let types: Vec<PgType> = columns.iter().map(|c| c.1).collect();
        self.drive(executed.collect()).await?;
        let mut rows = Vec::new();
        while let Some(batch) = executed.next().await? {
            rows_of(batch, &types, &mut rows)?;
        }
        let count = match &executed.tag {
            Tag::Fixed(tag) => tag.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(rows.len() as u64),
            Tag::Counting(_) => rows.len() as u64,
        };
        Ok(Given { rows, columns, count, returns: described.is_some(), modifies, params: Vec::new() })
    }

    /// PERFORM.
    pub(crate) async fn perform(&mut self, act: &mut Activation, sql: &Sql) -> SqlResult<()> {
        let fragment = self.fragment(act, sql, true).await?;
        let given = self.fragment_rows(act, &fragment).await;
        let given = given.map_err(|e| around(e, &fragment))?;
        act.row_count = i64::try_from(given.count).unwrap_or(i64::MAX);
        act.set_found(given.count > 0);
        Ok(())
    }

    /// An SQL statement, with INTO or without.
    pub(crate) async fn sql_statement(
        &mut self,
        act: &mut Activation,
        sql: &Sql,
        into: Option<&Into>,
    ) -> SqlResult<()> {
        let fragment = self.fragment(act, sql, false).await?;
        let mut given = self.fragment_rows(act, &fragment).await.map_err(|e| around(e, &fragment))?;
        if act.compiled.body.print_strict_params {
            let shown = |var: &Var| (act.name(*var).to_owned(), act.values[var.0].clone(), act.kinds[var.0].ty);
            given.params = fragment.used.iter().map(shown).collect();
        }
        if into.is_none()
            && given.returns
            && !given.modifies
            && matches!(fragment.how, How::Values(_) | How::Planned(_))
        {
            let is_query =
                matches!(fragment.prepared.parsed.as_ref().map(|p| &p.statement), Some(ast::Statement::Query(_)));
            if is_query {
                return Err(SqlError::new(SqlState::SyntaxError, "query has no destination for result data")
                    .hint("If you want to discard the results of a SELECT, use PERFORM instead."));
            }
        }
        self.take(act, given, into).await
    }

    /// FOUND, ROW_COUNT and INTO after a statement.
    async fn take(&mut self, act: &mut Activation, given: Given, into: Option<&Into>) -> SqlResult<()> {
        act.row_count = i64::try_from(given.count).unwrap_or(i64::MAX);
        act.set_found(given.count > 0);
        let Some(into) = into else {
            if given.modifies && given.returns {
                return Err(SqlError::new(SqlState::SyntaxError, "query has no destination for result data"));
            }
            return Ok(());
        };
        self.into_targets(act, given, into, false).await
    }

    async fn into_targets(&mut self, act: &mut Activation, given: Given, into: &Into, dynamic: bool) -> SqlResult<()> {
        if !given.returns {
            return Err(SqlError::new(SqlState::SyntaxError, "INTO used with a command that cannot return data"));
        }
        if given.rows.is_empty() && into.strict {
            let error = SqlError::new(SqlState::NoDataFound, "query returned no rows");
            return Err(self.with_parameters(error, given.params).await?);
        }
        if given.rows.len() > 1 && (into.strict || given.modifies && !dynamic) {
            let error = SqlError::new(SqlState::TooManyRows, "query returned more than one row");
            let hint = "Make sure the query returns a single row, or use LIMIT 1.";
            let error = if dynamic { error } else { error.hint(hint) };
            return Err(self.with_parameters(error, given.params).await?);
        }
        act.row_count = act.row_count.min(1);
        let columns = given.columns;
        let row = given.rows.into_iter().next().map(|values| Row { values, columns: &columns });
        self.assign_row(act, &into.targets, row, &columns).await
    }

    /// An error with what its statement was run with, if that is known.
    async fn with_parameters(&mut self, error: SqlError, params: Vec<(String, Datum, PgType)>) -> SqlResult<SqlError> {
        let mut shown = Vec::with_capacity(params.len());
        for (name, value, ty) in params {
            shown.push(match self.cast(value, ty, PgType::TEXT).await? {
                Datum::Text(text) => format!("{name} = '{}'", text.replace('\'', "''")),
                _ => format!("{name} = NULL"),
            });
        }
        Ok(if shown.is_empty() { error } else { error.detail(format!("parameters: {}", shown.join(", "))) })
    }

    /// EXECUTE.
    pub(crate) async fn dynamic(
        &mut self,
        act: &mut Activation,
        command: &Sql,
        using: &[Sql],
        into: Option<&Into>,
    ) -> SqlResult<()> {
        let given = self.dynamic_rows(act, command, using).await?;
        act.row_count = i64::try_from(given.count).unwrap_or(i64::MAX);
        match into {
            Some(into) => self.into_targets(act, given, into, true).await,
            None => Ok(()),
        }
    }

    /// Runs the statements of a text that is computed.
    pub(crate) async fn dynamic_rows(
        &mut self,
        act: &mut Activation,
        command: &Sql,
        using: &[Sql],
    ) -> SqlResult<Given> {
        let text = match self.typed_value(act, command, PgType::TEXT).await? {
            Datum::Text(text) => text,
            _ => {
                let text = "query string argument of EXECUTE is null";
                return Err(SqlError::new(SqlState::NullValueNotAllowed, text));
            }
        };
        let (mut values, mut types) = (Vec::new(), Vec::new());
        for sql in using {
            let (value, kind) = self.value_of(act, sql).await?;
            values.push(value);
            types.push(kind.ty.oid);
        }
        let context = format!("SQL statement \"{text}\"");
        let mut result = self.run_text(act, &text, &values, &types).await;
        if let Ok(given) = &mut result
            && act.compiled.body.print_strict_params
        {
            let shown = |(n, (value, ty)): (usize, (Datum, &Oid))| (format!("${}", n + 1), value, PgType::new(*ty));
            given.params = values.into_iter().zip(&types).enumerate().map(shown).collect();
        }
        result.map_err(|e| {
            // A place in the text takes the line's part.
            if e.fields().position.is_some() { e.nowhere() } else { with_context(e, &context) }
        })
    }

    async fn run_text(
        &mut self,
        act: &Activation,
        text: &Arc<str>,
        values: &[Datum],
        types: &[Oid],
    ) -> SqlResult<Given> {
        let mut last = Given::default();
        for parsed in gavel_binder::parse(text)? {
            let prepared = Prepared::new(Arc::clone(text), Some(Arc::new(parsed)), types.to_vec());
            let into = prepared.parsed.as_ref().is_some_and(|p| match &p.statement {
                ast::Statement::Query(query) => gavel_binder::ddl::select_into(query).is_some(),
                _ => false,
            });
            if into {
                let error = SqlError::unsupported("EXECUTE of SELECT ... INTO is not implemented");
                return Err(
                    error.hint("You might want to use EXECUTE ... INTO or EXECUTE CREATE TABLE ... AS instead.")
                );
            }
            let (planned, named) = Box::pin(self.dynamic_plan(act, &prepared)).await?;
            let values: Vec<Datum> = values.iter().cloned().chain(named).collect();
            last = match planned {
                Some(planned) => {
                    let modifies = matches!(planned.bound.statement, Bound::Modify(..));
                    if modifies && !act.compiled.volatile {
                        return Err(not_volatile(&prepared));
                    }
                    if let Bound::Invoke { .. } = &planned.bound.statement {
                        self.invoke_nested(act, &planned, values).await?
                    } else {
                        let mut sink = Quiet::default();
                        let running = self.run_planned(&planned, &prepared, values, &mut sink);
                        let executed = Box::pin(running).await?;
                        self.drained(executed, modifies).await?
                    }
                }
                None if prepared.ends_failed_block() => {
                    return Err(SqlError::unsupported("EXECUTE of transaction commands is not implemented"));
                }
                None => self.utility(&prepared).await?,
            };
        }
        Ok(last)
    }

    /// The rows that a loop, RETURN QUERY or OPEN reads.
    pub(crate) async fn rows_from(&mut self, act: &mut Activation, rows: &Rows) -> SqlResult<Given> {
        let given = match rows {
            Rows::Query(sql) => {
                let fragment = self.fragment(act, sql, false).await?;
                self.fragment_rows(act, &fragment).await.map_err(|e| around(e, &fragment))?
            }
            Rows::Execute { command, using } => self.dynamic_rows(act, command, using).await?,
            Rows::Cursor { cursor, arguments } => {
                if let Datum::Text(name) = &act.values[cursor.0]
                    && self.portals.contains(name)
                {
                    return Err(in_use(name));
                }
                let query = self.bound_query(act, *cursor, arguments).await?;
                let fragment = self.fragment(act, &query, false).await?;
                self.fragment_rows(act, &fragment).await.map_err(|e| around(e, &fragment))?
            }
        };
        if !given.returns {
            return Err(SqlError::new(SqlState::SyntaxError, "cannot open multi-query plan as cursor"));
        }
        Ok(given)
    }

    /// The rows of a cursor's query, with the keys of those that WHERE CURRENT OF may name behind their columns.
    pub(crate) async fn cursor_rows(&mut self, act: &Activation, sql: &Sql) -> SqlResult<(Given, Vec<CursorRow>)> {
        let fragment = self.cursor_fragment(act, sql).await?;
        let given = self.fragment_rows(act, &fragment).await.map_err(|e| around(e, &fragment))?;
        if !given.returns {
            return Err(SqlError::new(SqlState::SyntaxError, "cannot open multi-query plan as cursor"));
        }
        if !fragment.keys.is_empty() {
            self.work().await?.state.lock().await.follow_moves();
        }
        Ok((given, fragment.keys.clone()))
    }

    /// A loop over rows.
    pub(crate) async fn for_rows(
        &mut self,
        act: &mut Activation,
        label: Option<&str>,
        (into, rows): (&[Target], &Rows),
        body: &[Statement],
    ) -> SqlResult<Flow> {
        if let Rows::Cursor { cursor, arguments } = rows
            && names_current_rows(&act.compiled.body)
        {
            return Box::pin(self.for_cursor(act, label, (into, *cursor, arguments), body)).await;
        }
        let given = self.rows_from(act, rows).await?;
        let columns = given.columns;
        let found = !given.rows.is_empty();
        if !found {
            self.assign_row(act, into, None, &columns).await?;
        }
        let mut out = Flow::Next;
        for values in given.rows {
            tokio::task::consume_budget().await;
            let row = Row { values, columns: &columns };
            self.assign_row(act, into, Some(row), &columns).await?;
            if let Some(flow) = after_round(self.statements(act, body).await?, label) {
                out = flow;
                break;
            }
        }
        act.set_found(found);
        Ok(out)
    }

    /// RETURN QUERY.
    pub(crate) async fn return_query(&mut self, act: &mut Activation, rows: &Rows) -> SqlResult<()> {
        let given = self.rows_from(act, rows).await?;
        act.row_count = i64::try_from(given.rows.len()).unwrap_or(i64::MAX);
        act.set_found(!given.rows.is_empty());
        let whole = given.columns.len() == 1 && act.compiled.whole && given.columns[0].1.oid == act.columns[0].oid;
        if !whole {
            self.fits_result(act, &given.columns)?;
        }
        for values in given.rows {
            if whole {
                act.rows.push(values);
                self.within_memory(act)?;
            } else {
                let mismatch = "structure of query does not match function result type";
                self.give_row(act, values, &given.columns, mismatch).await?;
            }
        }
        Ok(())
    }

    /// # Errors
    /// 42804 for columns that are not the result's.
    fn fits_result(&self, act: &Activation, given: &[(String, PgType)]) -> SqlResult<()> {
        let own: Vec<PgType> = match act.compiled.whole {
            false => act.columns.clone(),
            true => match self.catalog().fields(act.columns[0].oid) {
                Some(fields) => fields.iter().map(|f| f.1).collect(),
                None => return Ok(()),
            },
        };
        let mismatch = |detail: String| {
            let text = "structure of query does not match function result type";
            Err(SqlError::new(SqlState::DatatypeMismatch, text).detail(detail))
        };
        if own.len() != given.len() {
            let (given, own) = (given.len(), own.len());
            return mismatch(format!(
                "Number of returned columns ({given}) does not match expected column count ({own})."
            ));
        }
        for (at, (wanted, (_, ty))) in own.iter().zip(given).enumerate() {
            if wanted.oid != ty.oid {
                let shown = |ty: PgType| gavel_binder::format_type(ty);
                return mismatch(format!(
                    "Returned type {} does not match expected type {} in column {}.",
                    shown(*ty),
                    shown(PgType::new(wanted.oid)),
                    at + 1
                ));
            }
        }
        Ok(())
    }
}

/// 42P03: a cursor that is open is to be opened.
pub fn in_use(name: &str) -> SqlError {
    SqlError::new(SqlState::DuplicateCursor, format!("cursor \"{name}\" already in use"))
}

/// 0A000.
pub(super) fn not_volatile(prepared: &Prepared) -> SqlError {
    let name = prepared.parsed.as_ref().and_then(|parsed| command_name(&parsed.statement).ok());
    let name = name.as_deref().unwrap_or("statement");
    SqlError::unsupported(format!("{name} is not allowed in a non-volatile function"))
}

/// An error of a statement that ran, with its text in the CONTEXT.
fn around(error: SqlError, fragment: &Fragment) -> SqlError {
    with_context(error.nowhere(), &format!("SQL statement \"{}\"", fragment.prepared.own_text()))
}
