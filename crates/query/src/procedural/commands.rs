//! Bodies in SQL that hold more than queries: cursors, DDL and what else is the session's to run. (Those of queries alone
//! are a part of the plan that calls them.)
//!
//! ```text
//!   text ──▶ all statements are bound ──▶ what may not stand there ──▶ one after the other ──▶ rows of the last
//!            "during startup"             is refused                  "statement 2"
//! ```
//! As in PostgreSQL nothing runs before all of the body has been bound, so that no statement can use what one before it
//! makes. A statement is bound again if one before it has changed what it was bound against.

use std::sync::Arc;

use gavel_binder::bound::{Bound, Called, Statement};
use gavel_binder::{BindContext, Conflict, Variable, Variables};
use gavel_catalog::Function;
use gavel_catalog::function::Body;
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use crate::ddl::command::command_name;
use crate::prepared::{Basis, Prepared};
use crate::procedural::activation::{record, with_context};
use crate::procedural::compiled::Fields;
use crate::procedural::quiet::Quiet;
use crate::procedural::rows::{Given, not_volatile};
use crate::session::{Session, binding};

/// The parameters of a function as its statements see them; their values are the statements' own parameters.
struct Parameters<'f> {
    function: &'f str,
    inputs: Vec<Variable>,
}

impl<'f> Parameters<'f> {
    fn of(context: &BindContext<'_>, called: &'f Called) -> SqlResult<Self> {
        let mut inputs = Vec::with_capacity(called.types.len());
        for (parameter, (input, declared)) in called.function.inputs().zip(&called.types).enumerate() {
            let ty = gavel_binder::base_type(context, *declared)?;
            let fields = context.catalog.fields(ty.oid).map(|fields| fields.to_vec());
            inputs.push(Variable { parameter, ty, fields, name: input.name.clone() });
        }
        Ok(Self { function: &called.function.name, inputs })
    }

    fn input(&self, name: &str) -> Option<&Variable> {
        match name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => self.inputs.get(number.checked_sub(1)?),
            None => self.inputs.iter().find(|input| !input.name.is_empty() && input.name == name),
        }
    }
}

impl Variables for Parameters<'_> {
    fn find(&self, parts: &[String]) -> SqlResult<Option<(Variable, usize)>> {
        let [first, rest @ ..] = parts else { return Ok(None) };
        if first == self.function
            && let Some(found) = rest.first().and_then(|name| self.input(name))
        {
            return Ok(Some((found.clone(), 2)));
        }
        Ok(self.input(first).map(|found| (found.clone(), 1)))
    }

    fn conflict(&self) -> Conflict {
        Conflict::Column
    }
}

/// A statement of a body; bound if it is planned.
struct Step {
    prepared: Arc<Prepared>,
    bound: Option<Bound>,
}

/// Binds a statement of a body.
fn bound(called: &Called, prepared: &Prepared, basis: &Basis, style: &TextStyle) -> SqlResult<Option<Bound>> {
    if !prepared.is_plannable() {
        return Ok(None);
    }
    let parameters = Parameters::of(&binding::context(basis, style), called)?;
    binding::bind_in_body(prepared, basis, style, &parameters, false).map(Some)
}

/// Reads and binds all statements of a body.
fn steps_of(called: &Called, text: &str, basis: &Basis, style: &TextStyle) -> SqlResult<Vec<Step>> {
    let text: Arc<str> = text.into();
    let step = |parsed| -> SqlResult<Step> {
        let prepared = Prepared::new(Arc::clone(&text), Some(Arc::new(parsed)), Vec::new());
        let bound = bound(called, &prepared, basis, style)?;
        Ok(Step { prepared, bound })
    };
    gavel_binder::parse(&text)?.into_iter().map(step).collect()
}

/// # Errors
/// 0A000 for what a function in SQL may not do, or this one, as it is not volatile.
fn may_stand(function: &Function, step: &Step) -> SqlResult<()> {
    use ast::Statement as S;
    let Some(parsed) = &step.prepared.parsed else { return Ok(()) };
    let statement = &parsed.statement;
    if let S::Copy { target: ast::CopyTarget::Stdin | ast::CopyTarget::Stdout, .. } = statement {
        return Err(SqlError::unsupported("cannot COPY to/from client in an SQL function"));
    }
    let control = matches!(
        statement,
        S::StartTransaction { .. }
            | S::Commit { .. }
            | S::Rollback { .. }
            | S::Savepoint { .. }
            | S::ReleaseSavepoint { .. }
    );
    if control || gavel_binder::ddl::prepares_transaction(statement) {
        let name = command_name(statement)?;
        return Err(SqlError::unsupported(format!("{name} is not allowed in an SQL function")));
    }
    let reads = step.bound.as_ref().is_some_and(|bound| matches!(bound.statement, Statement::Query(_)));
    if function.volatility != 'v' && !reads {
        return Err(not_volatile(&step.prepared));
    }
    Ok(())
}

/// An error with the line of CONTEXT about where the body is.
fn told(error: SqlError, function: &Function, place: &str) -> SqlError {
    with_context(error.nowhere(), &format!("SQL function \"{}\" {place}", function.name))
}

impl Session {
    /// Runs a body in SQL that holds commands: the rows that it gives.
    ///
    /// # Errors
    /// Those of its statements.
    pub(super) async fn commands(&mut self, called: &Called, args: &[Datum]) -> SqlResult<Vec<Vec<Datum>>> {
        let function = &called.function;
        let Body::Text(text) = &function.body else { return Err(SqlError::internal("no body in SQL")) };
        let basis = self.basis().await?;
        let style = self.text_style_now();
        let startup = |e: SqlError| told(e, function, "during startup");
        let steps = steps_of(called, text, &basis, &style).map_err(startup)?;
        steps.iter().try_for_each(|step| may_stand(function, step)).map_err(startup)?;
        let mut last = Given::default();
        for (number, step) in (1..).zip(steps) {
            tokio::task::consume_budget().await;
            let given = Box::pin(self.step(called, step, &basis, args)).await;
            last = given.map_err(|e| told(e, function, &format!("statement {number}")))?;
        }
        self.result_of_commands(called, last).await
    }

    async fn step(&mut self, called: &Called, step: Step, before: &Arc<Basis>, args: &[Datum]) -> SqlResult<Given> {
        let Step { prepared, bound: first } = step;
        let Some(first) = first else { return self.utility(&prepared).await };
        let basis = self.basis().await?;
        let now = match Arc::ptr_eq(&basis, before) || *basis == **before {
            true => first,
            false => {
                let style = self.text_style_now();
                let again = bound(called, &prepared, &basis, &style)?;
                again.ok_or_else(|| SqlError::internal("a statement is not planned any more"))?
            }
        };
        let planned = self.plan_bound(now, basis).await?;
        let mut sink = Quiet::default();
        let executed = Box::pin(self.run_planned(&planned, &prepared, args.to_vec(), &mut sink)).await?;
        self.drained(executed, false).await
    }

    /// What a call gives of the rows of its last statement.
    async fn result_of_commands(&mut self, called: &Called, last: Given) -> SqlResult<Vec<Vec<Datum>>> {
        let function = &called.function;
        let width = called.columns.len();
        if matches!(called.columns.as_slice(), [(_, ty)] if ty.oid == Oid::VOID) {
            return Ok(if function.set { Vec::new() } else { vec![vec![Datum::Null]] });
        }
        let wanted = if function.set { last.rows.len() } else { 1 };
        let mut rows = Vec::with_capacity(wanted);
        for values in last.rows.into_iter().take(wanted) {
            rows.push(self.row_of_commands(called, values, &last.columns).await?);
        }
        if rows.is_empty() && !function.set {
            rows.push(vec![Datum::Null; width]);
        }
        Ok(rows)
    }

    /// A row of the last statement as the function gives it.
    async fn row_of_commands(
        &mut self,
        called: &Called,
        values: Vec<Datum>,
        given: &[(String, PgType)],
    ) -> SqlResult<Vec<Datum>> {
        if let (true, [(_, goal), ..]) = (called.whole, called.columns.as_slice()) {
            if matches!(given, [(_, ty)] if ty.oid == goal.oid || goal.oid == Oid::RECORD && ty.oid.is_row()) {
                return Ok(values);
            }
            return Ok(vec![match self.catalog().fields(goal.oid) {
                Some(own) if own.len() == given.len() => self.as_row(values, given, &own).await?,
                Some(own) => return Err(mismatch(given.len(), own.len())),
                None => {
                    let fields: Fields = given.iter().cloned().collect();
                    record(values, &fields)
                }
            }]);
        }
        if given.len() != called.columns.len() {
            return Err(mismatch(given.len(), called.columns.len()));
        }
        let declared = PgType::new(called.function.result);
        let mut row = Vec::with_capacity(values.len());
        for ((value, (_, from)), (_, to)) in values.into_iter().zip(given).zip(&called.columns) {
            let to = if declared.oid.is_over_domain() { declared } else { *to };
            row.push(self.cast(value, *from, to).await?);
        }
        Ok(row)
    }
}

/// 42804.
fn mismatch(given: usize, wanted: usize) -> SqlError {
    let text = "function return row and query-specified return row do not match";
    SqlError::new(SqlState::DatatypeMismatch, text)
        .detail(format!("Returned row contains {given} attributes, but query expects {wanted}."))
}
