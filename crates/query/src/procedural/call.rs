//! Calls: arguments in, results out; DO and CALL; what ends a transaction inside of a body.

use std::sync::Arc;

use futures::future::BoxFuture;
use gavel_binder::BindContext;
use gavel_binder::bound::{Called, Statement as Bound};
use gavel_catalog::Function;
use gavel_catalog::function::Body as Written;
use gavel_plpgsql::tree::{Body, ParameterName, Returns, Signature, Sql, Target, Var, VarType};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;
use sqlparser::ast;

use crate::prepared::Planned;
use crate::procedural::activation::{Activation, Kind, Place, fields_within, items_of, signature};
use crate::procedural::compiled::{self, Compiled, Fields, Types};
use crate::procedural::fragment::statement_text;
use crate::procedural::rows::Given;
use crate::procedural::stack::WithStack;
use crate::session::bodies::{SetWithin, Within};
use crate::session::running::describe;
use crate::session::work::Place as SavedPlace;
use crate::session::{Session, binding};
use crate::settings::Source;

/// Deepest nesting of calls.
const MAX_CALLS: usize = 256;
/// Name of the savepoints of blocks; no client can write it, as no text of the protocol holds a zero byte.
pub(crate) const BLOCK_SAVEPOINT: &str = "\0block";

/// What a function's body sees of its signature.
pub fn signature_of(function: &Function) -> Signature {
    let outputs = function.outputs().count();
    let returns = match (function.is_procedure(), function.set) {
        _ if function.result == Oid::TRIGGER => Returns::Value,
        (true, _) => Returns::Nothing,
        (false, true) if outputs > 0 => Returns::SetOfOutputs,
        (false, true) => Returns::Set,
        (false, false) if outputs > 0 => Returns::Outputs,
        (false, false) if function.result == Oid::VOID => Returns::Void,
        (false, false) => Returns::Value,
    };
    Signature {
        label: Some(function.name.clone()),
        parameters: function
            .parameters
            .iter()
            .map(|p| ParameterName { name: p.name.clone(), output: p.mode.is_output() })
            .collect(),
        result: names_result(function),
        returns,
        trigger: function.result == Oid::TRIGGER,
    }
}

/// Whether a body knows the result as `$0`.
fn names_result(function: &Function) -> bool {
    gavel_binder::is_polymorphic(function.result) && !function.set && function.outputs().next().is_none()
}

/// Types of all parameters of a call, and behind them that of the result if it has a name.
fn parameter_types(called: &Called) -> Vec<PgType> {
    let mut inputs = called.types.iter();
    let mut outputs = called.columns.iter();
    let mut out = Vec::with_capacity(called.function.parameters.len());
    for parameter in &called.function.parameters {
        let given = if parameter.mode.is_input() { inputs.next().copied() } else { None };
        let column = if parameter.mode.is_output() { outputs.next().map(|c| c.1) } else { None };
        let own = PgType::new(parameter.ty);
        let ty = given.or(if own.oid.is_over_domain() { Some(own) } else { column });
        out.push(ty.unwrap_or(own));
    }
    if names_result(&called.function) {
        out.extend(called.columns.first().map(|c| c.1));
    }
    out
}

/// What a function asks of the session while its body runs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manner<'a> {
    search_path: Option<&'a str>,
    /// The role whose rights count, if not the current one.
    role: Option<Oid>,
}

impl<'a> Manner<'a> {
    /// `caller`: the role whose rights count where the function is called.
    pub fn of(function: &'a Function, caller: Option<Oid>) -> Self {
        let role = if function.security_definer { Some(function.owner) } else { caller };
        Self { search_path: function.setting("search_path"), role }
    }
}

/// A body that runs as its function asks. Both end where this is dropped.
struct Entered {
    _within: Within,
    _path: Option<SetWithin>,
}

/// 54001.
fn too_deep() -> SqlError {
    SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded")
        .hint(format!("Functions call each other more than {MAX_CALLS} times."))
}

impl Session {
    /// Calls a function: the rows that it gives, one for what is no set.
    ///
    /// # Errors
    /// The body's; 54001 for too many calls in each other.
    pub(crate) fn call_routine<'a>(
        &'a mut self,
        called: &'a Called,
        args: Vec<Datum>,
        may_commit: bool,
    ) -> BoxFuture<'a, SqlResult<Vec<Vec<Datum>>>> {
        Box::pin(WithStack(Box::pin(async move {
            if !matches!(called.function.body, Written::Plpgsql(_)) {
                return self.call_in_sql(called, args).await;
            }
            if called.function.result == Oid::TRIGGER {
                let context = format!("compilation of PL/pgSQL function \"{}\" near line 1", called.function.name);
                let text = "trigger functions can only be called as triggers";
                return Err(SqlError::unsupported(text).context(context));
            }
            let compiled = self.compiled(called).await?;
            let mut act = Activation::new(compiled);
            // What the function has brought into force would not outlast the transaction.
            act.may_commit = may_commit && !called.function.security_definer && called.function.settings.is_empty();
            act.columns = called.columns.iter().map(|c| c.1).collect();
            let mut args = args.into_iter();
            for (parameter, var) in called.function.parameters.iter().zip(act.compiled.parameters.clone()) {
                if parameter.mode.is_input() {
                    act.values[var.0] = args.next().unwrap_or(Datum::Null);
                    if act.compiled.variables[var.0].holds == compiled::Holds::Record {
                        act.kinds[var.0].fields = fields_within(&act.values[var.0]);
                    }
                }
            }
            self.run_activation(&mut act, Manner::of(&called.function, called.runs_as)).await?;
            let result = self.result_of(&mut act, called).await;
            result.map_err(|e| act.told(e))
        })))
    }

    /// Runs a body from its beginning to its end.
    pub(crate) async fn run_activation(&mut self, act: &mut Activation, manner: Manner<'_>) -> SqlResult<()> {
        let entered = self.enter(manner, Some((Arc::clone(&act.compiled), act.current)))?;
        let compiled = Arc::clone(&act.compiled);
        let outer = self.suspend_statement().await;
        let result = self.block_of_body(act, &compiled.body.block).await;
        self.resume_statement(outer).await;
        drop(entered);
        match result {
            Ok(_) => Ok(()),
            Err(error) => Err(act.told(error)),
        }
    }

    /// Makes the session as a function asks it to be while its body runs: one in PL/pgSQL with its place, or one in SQL.
    ///
    /// # Errors
    /// 22023 for a search path that is none; 54001 for too many bodies in each other.
    fn enter(&self, manner: Manner<'_>, body: Option<(Arc<Compiled>, Place)>) -> SqlResult<Entered> {
        let bodies = &self.routines.bodies;
        if bodies.depth() >= MAX_CALLS {
            return Err(too_deep());
        }
        let path = manner.search_path.map(|path| SetWithin::begin(&self.shared, "search_path", path)).transpose()?;
        let within = match body {
            Some((compiled, place)) => bodies.enter(compiled, place, manner.role),
            None => bodies.enter_sql(manner.role),
        };
        Ok(Entered { _within: within, _path: path })
    }

    /// Calls a function in SQL that was not put in the place of its call.
    ///
    /// # Errors
    /// The body's; 54001 for too many calls in each other.
    fn call_in_sql<'a>(
        &'a mut self,
        called: &'a Called,
        args: Vec<Datum>,
    ) -> BoxFuture<'a, SqlResult<Vec<Vec<Datum>>>> {
        Box::pin(async move {
            let entered = self.enter(Manner::of(&called.function, called.runs_as), None)?;
            let outer = self.suspend_statement().await;
            let result = self.rows_in_sql(called, args).await;
            self.resume_statement(outer).await;
            drop(entered);
            let mut rows = result?;
            if rows.is_empty() && !called.function.set {
                rows.push(vec![Datum::Null; called.columns.len()]);
            }
            Ok(rows)
        })
    }

    /// The rows of a body in SQL, whose plan is that of the last time if nothing has changed. One that holds commands has
    /// no plan.
    async fn rows_in_sql(&mut self, called: &Called, args: Vec<Datum>) -> SqlResult<Vec<Vec<Datum>>> {
        let basis = self.basis().await?;
        let columns: Vec<PgType> = called.columns.iter().map(|c| c.1).collect();
        let key = (called.function.oid, called.function.version, called.types.clone(), columns, called.whole);
        let kept = self.routines.planned.get(&key).filter(|planned| *planned.basis == *basis).cloned();
        let planned = match kept {
            Some(planned) => planned,
            None if gavel_binder::holds_commands(&called.function.body)? => return self.commands(called, &args).await,
            None => {
                let bound = {
                    let style = self.text_style_now();
                    let (subject, rows) = (Some(&*basis.subject), Some(binding::rows(&basis)));
                    let context = BindContext { subject, rows, ..binding::context(&basis, &style) };
                    gavel_binder::bind_call(&context, called)?
                };
                let planned = Arc::new(self.plan_bound(bound, Arc::clone(&basis)).await?);
                self.routines.keep_planned(key, Arc::clone(&planned));
                planned
            }
        };
        self.rows_of_planned(&planned, args).await
    }

    /// The body of a function for a call, from the last time if nothing has changed.
    async fn compiled(&mut self, called: &Called) -> SqlResult<Arc<Compiled>> {
        let basis = self.basis().await?;
        let columns: Vec<PgType> = called.columns.iter().map(|c| c.1).collect();
        let types = Types { parameters: parameter_types(called), row: None, row_type: None };
        let key = (called.function.oid, called.function.version, types.parameters.clone(), columns, called.whole);
        if let Some((catalog, compiled)) = self.routines.compiled.get(&key)
            && Arc::ptr_eq(catalog, &basis.catalog)
        {
            return Ok(Arc::clone(compiled));
        }
        let compiled = Arc::new(self.compile(&called.function, &types, called.whole).await?);
        self.routines.keep_compiled(key, Arc::clone(&basis.catalog), Arc::clone(&compiled));
        Ok(compiled)
    }

    /// Parses a function's body and finds the types of its variables.
    pub(crate) async fn compile(&mut self, function: &Function, types: &Types, whole: bool) -> SqlResult<Compiled> {
        let Written::Plpgsql(text) = &function.body else { return Err(SqlError::internal("no body in PL/pgSQL")) };
        let body = gavel_plpgsql::parse(text, &signature_of(function)).map_err(SqlError::nowhere)?;
        let shown = signature(&function.name, function.inputs().map(|p| p.ty));
        let outputs: Vec<usize> =
            function.parameters.iter().enumerate().filter(|(_, p)| p.mode.is_output()).map(|(i, _)| i).collect();
        let volatile = function.volatility == 'v';
        self.compiled_of(body, types, shown, (function.oid, outputs, whole, volatile)).await
    }

    async fn compiled_of(
        &mut self,
        body: Body,
        types: &Types,
        signature: String,
        (oid, outputs, whole, volatile): (Oid, Vec<usize>, bool, bool),
    ) -> SqlResult<Compiled> {
        let basis = self.basis().await?;
        let style = self.text_style_now();
        let variables = compiled::variables(&binding::context(&basis, &style), &body, types)?;
        let parameters: Vec<Var> = (0..body.variables.len())
            .filter(|i| matches!(body.variables[*i].ty, VarType::Parameter(_)))
            .map(Var)
            .collect();
        let outputs = outputs.iter().filter_map(|i| parameters.get(*i)).copied().collect();
        let found = compiled::found(&body)?;
        let kept = Mutex::default();
        Ok(Compiled { signature, oid, body, variables, found, parameters, outputs, whole, volatile, kept })
    }

    /// What a call gives once its body has ended.
    async fn result_of(&mut self, act: &mut Activation, called: &Called) -> SqlResult<Vec<Vec<Datum>>> {
        let function = &called.function;
        if function.set {
            return Ok(std::mem::take(&mut act.rows));
        }
        if !act.compiled.outputs.is_empty() {
            let compiled = Arc::clone(&act.compiled);
            return Ok(vec![compiled.outputs.iter().map(|var| act.values[var.0].clone()).collect()]);
        }
        if function.is_procedure() || function.result == Oid::VOID {
            return Ok(vec![vec![Datum::text("")]]);
        }
        let Some((value, kind)) = act.returned.take() else {
            act.current = Place::Outside("");
            let text = "control reached end of function without RETURN";
            return Err(SqlError::new(SqlState::FunctionExecutedNoReturnStatement, text));
        };
        act.current = Place::Outside("while casting return value to function's return type");
        if called.whole || !matches!(called.columns.as_slice(), [(_, ty)] if !ty.oid.is_row()) || kind.fields.is_some()
        {
            return self.row_result(called, value, kind).await.map(|row| vec![row]);
        }
        let declared = PgType::new(function.result);
        let ty = if declared.oid.is_over_domain() { declared } else { called.columns[0].1 };
        Ok(vec![vec![self.cast(value, kind.ty, ty).await?]])
    }

    /// The result of a function that gives a row.
    async fn row_result(&mut self, called: &Called, value: Datum, kind: Kind) -> SqlResult<Vec<Datum>> {
        let mismatch = |detail: String| {
            let text = "returned record type does not match expected record type";
            SqlError::new(SqlState::DatatypeMismatch, text).detail(detail)
        };
        let width = called.columns.len();
        if value.is_null() {
            return Ok(vec![Datum::Null; width]);
        }
        let Some(fields) = &kind.fields else {
            if called.function.result == Oid::RECORD || called.whole {
                let text = "cannot return non-composite value from function returning composite type";
                return Err(SqlError::new(SqlState::DatatypeMismatch, text));
            }
            let ty = called.columns[0].1;
            return Ok(vec![self.cast(value, kind.ty, ty).await?]);
        };
        let own: Option<Fields> = match called.whole {
            true => self.catalog().fields(called.columns[0].1.oid),
            false => Some(called.columns.iter().map(|(_, ty)| (String::new(), *ty)).collect()),
        };
        let Some(own) = own else { return Ok(vec![value]) };
        if called.whole && kind.ty.oid == called.columns[0].1.oid {
            return Ok(vec![value]);
        }
        if !called.whole && width == 1 && !called.columns[0].1.oid.is_row() && called.function.result != Oid::RECORD {
            let ty = called.columns[0].1;
            return Ok(vec![self.cast(value, kind.ty, ty).await?]);
        }
        if fields.len() != own.len() {
            let (given, wanted) = (fields.len(), own.len());
            return Err(mismatch(format!(
                "Number of returned columns ({given}) does not match expected column count ({wanted})."
            )));
        }
        for (at, ((_, given), (_, wanted))) in fields.iter().zip(own.iter()).enumerate() {
            if given.oid != wanted.oid {
                return Err(mismatch(format!(
                    "Returned type {} does not match expected type {} in column {}.",
                    gavel_binder::format_type(PgType::new(given.oid)),
                    gavel_binder::format_type(PgType::new(wanted.oid)),
                    at + 1
                )));
            }
        }
        let row = self.as_row(items_of(&value, fields), fields, &own).await?;
        if called.whole { Ok(vec![row]) } else { Ok(items_of(&row, &own)) }
    }

    /// DO.
    ///
    /// # Errors
    /// Those of the body, with places in `text`.
    pub(crate) fn run_do<'a>(
        &'a mut self,
        language: Option<&'a str>,
        code: &'a str,
        text: &'a str,
        may_commit: bool,
    ) -> BoxFuture<'a, SqlResult<()>> {
        Box::pin(async move {
            match language {
                None | Some("plpgsql") => {}
                Some("sql") => {
                    return Err(SqlError::unsupported("language \"sql\" does not support inline code execution"));
                }
                Some(other) => {
                    let text = format!("language \"{other}\" does not exist");
                    return Err(SqlError::new(SqlState::UndefinedObject, text));
                }
            }
            let signature = Signature { returns: Returns::Nothing, ..Signature::default() };
            let body = gavel_plpgsql::parse(code, &signature).map_err(|e| placed(e, code, text))?;
            let shown = "inline_code_block".to_owned();
            let compiled = self.compiled_of(body, &Types::default(), shown, (Oid(0), Vec::new(), false, true)).await?;
            let mut act = Activation::new(Arc::new(compiled));
            act.may_commit = may_commit;
            self.run_activation(&mut act, Manner::default()).await
        })
    }

    /// CALL of a procedure in PL/pgSQL: the row of its outputs.
    pub(crate) async fn invoke(
        &mut self,
        planned: &Planned,
        params: Vec<Datum>,
        may_commit: bool,
    ) -> SqlResult<Vec<Vec<Datum>>> {
        let Bound::Invoke { procedure, arguments, output } = &planned.bound.statement else {
            return Err(SqlError::internal("not CALL"));
        };
        let columns = describe(&arguments.output);
        let mut executed = Box::pin(self.run_query_of(planned, columns, params)).await?;
        self.drive(executed.collect()).await?;
        let types: Vec<PgType> = arguments.output.iter().map(|o| o.ty).collect();
        let mut rows = Vec::new();
        while let Some(batch) = executed.next().await? {
            crate::session::statement::rows_of(batch, &types, &mut rows)?;
        }
        // Nothing of the transaction is held while the procedure runs: it may end it.
        drop(executed);
        let args = rows.pop().unwrap_or_default();
        let rows = self.call_routine(procedure, args, may_commit).await?;
        Ok(if output.is_empty() { Vec::new() } else { rows })
    }

    /// CALL inside of a body.
    pub(crate) async fn invoke_nested(
        &mut self,
        act: &Activation,
        planned: &Planned,
        params: Vec<Datum>,
    ) -> SqlResult<Given> {
        let Bound::Invoke { output, .. } = &planned.bound.statement else {
            return Err(SqlError::internal("not CALL"));
        };
        let columns: Vec<(String, PgType)> = output.iter().map(|o| (o.name.clone(), o.ty)).collect();
        let rows = self.invoke(planned, params, act.may_commit && act.savepoints == 0).await?;
        let count = rows.len() as u64;
        Ok(Given { rows, returns: !columns.is_empty(), columns, count, ..Given::default() })
    }

    /// CALL or DO as a statement of a body; outputs go into the variables that were given for them.
    pub(crate) async fn call_in_body(&mut self, act: &mut Activation, sql: &Sql) -> SqlResult<()> {
        use crate::procedural::fragment::How;
        let fragment = self.fragment(act, sql, false).await?;
        let planned = match &fragment.how {
            How::Planned(planned) => Arc::clone(planned),
            _ => {
                self.fragment_rows(act, &fragment).await?;
                return Ok(());
            }
        };
        let given = match &planned.bound.statement {
            Bound::Invoke { .. } => {
                let context = format!("SQL statement \"{}\"", statement_text(sql, false));
                let given = self.invoke_nested(act, &planned, act.values.clone()).await;
                given.map_err(|e| super::activation::with_context(e, &context))?
            }
            _ => self.fragment_rows(act, &fragment).await?,
        };
        let Some(row) = given.rows.into_iter().next() else { return Ok(()) };
        let Some(ast::Statement::Call(call)) = fragment.prepared.parsed.as_ref().map(|p| &p.statement) else {
            return Ok(());
        };
        let modes = match &planned.bound.statement {
            Bound::Invoke { procedure, .. } => {
                procedure.function.parameters.iter().map(|p| p.mode.is_output()).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        };
        let targets = output_targets(act, sql, call, &modes)?;
        for ((value, (_, ty)), target) in row.into_iter().zip(&given.columns).zip(targets) {
            let kind = Kind { ty: *ty, fields: self.fields_of(*ty, &value) };
            self.assign_target(act, &target, value, kind).await?;
        }
        Ok(())
    }

    /// COMMIT and ROLLBACK inside of a body.
    ///
    /// # Errors
    /// 2D000 where the body is part of a statement or of a block with handlers.
    pub(crate) async fn end_inside(&mut self, act: &Activation, commits: bool, chain: bool) -> SqlResult<()> {
        let refuse = |text: &str| Err(SqlError::new(SqlState::InvalidTransactionTermination, text));
        if !act.may_commit {
            return refuse("invalid transaction termination");
        }
        if act.savepoints > 0 {
            return refuse(if commits {
                "cannot commit while a subtransaction is active"
            } else {
                "cannot roll back while a subtransaction is active"
            });
        }
        let modes = self.characteristics();
        if commits {
            self.finish().await?;
        } else {
            self.roll_back();
        }
        self.routines.ended = true;
        self.start_transaction();
        if chain {
            let mut settings = self.shared.settings.lock();
            for (name, value) in modes {
                settings.set(name, &value, Source::Local)?;
            }
        }
        Ok(())
    }

    /// A block with handlers begins.
    pub(crate) async fn body_savepoint(&mut self) -> SqlResult<()> {
        let (settings, read_only) = {
            let settings = self.shared.settings.lock();
            (settings.values(), settings.is_on("transaction_read_only"))
        };
        let place = SavedPlace {
            portals: self.portals.last(),
            locks: self.locks_taken(),
            pending: self.shared.pending.lock().mark(),
            read_only,
            large_objects: self.shared.large_objects.lock().mark(),
        };
        self.work().await?.savepoint(BLOCK_SAVEPOINT.into(), settings, place).await;
        Ok(())
    }

    /// … and ends.
    pub(crate) async fn release_body_savepoint(&mut self) -> SqlResult<()> {
        self.work().await?.release(BLOCK_SAVEPOINT).await.map(drop)
    }

    /// … and is undone.
    pub(crate) async fn rollback_body_savepoint(&mut self) -> SqlResult<()> {
        let work = self.work().await?;
        let (settings, place) = work.rollback_to(BLOCK_SAVEPOINT).await?;
        work.release(BLOCK_SAVEPOINT).await?;
        self.routines.afterwards.clear();
        self.routines.leaves_unfinished(false);
        self.portals.close_after(place.portals);
        self.release_locks(place.locks);
        self.shared.pending.lock().rollback_to(place.pending);
        self.shared.large_objects.lock().close_after(place.large_objects);
        self.shared.settings.lock().restore(settings);
        Ok(())
    }
}

/// An error in a body at its place in the text around it.
pub fn placed(error: SqlError, code: &str, text: &str) -> SqlError {
    let before = error.fields().position.and_then(|_| text.split_once(code)).map(|(before, _)| before.chars().count());
    match before {
        Some(before) => error.moved(before),
        None => error.nowhere(),
    }
}

/// The variables that CALL gives for outputs.
fn output_targets(act: &Activation, sql: &Sql, call: &ast::Function, outputs: &[bool]) -> SqlResult<Vec<Target>> {
    let ast::FunctionArguments::List(list) = &call.args else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for (arg, _) in list.args.iter().zip(outputs).filter(|(_, output)| **output) {
        let expr = match arg {
            ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr))
            | ast::FunctionArg::Named { arg: ast::FunctionArgExpr::Expr(expr), .. } => expr,
            _ => continue,
        };
        let parts: Vec<String> = match expr {
            ast::Expr::Identifier(name) => vec![gavel_binder::fold(name)],
            ast::Expr::CompoundIdentifier(names) => names.iter().map(gavel_binder::fold).collect(),
            _ => Vec::new(),
        };
        let names = &act.compiled.body.names;
        let Some((var, used)) = names.resolve(sql.names, &parts) else {
            let text = "procedure parameter is an output parameter but corresponding argument is not writable";
            return Err(SqlError::new(SqlState::SyntaxError, text));
        };
        let path = parts.into_iter().skip(used).map(gavel_plpgsql::tree::Step::Field).collect();
        out.push(Target { var, path });
    }
    Ok(out)
}
