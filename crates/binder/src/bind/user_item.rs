//! Calls of users' functions that are relations: in FROM, and CALL.

use gavel_functions::registry::Volatility;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::function::{Callee, UserCall};
use super::json_rows::match_row;
use super::name::qualified;
use super::routine::Returned;
use super::scalar::{column, scalar, truth};
use super::scope::Level;
use super::table_expr::volatility;
use super::typename::format_type;
use super::user_call::{Ready, first_row, has_subquery, is_plain, one_row, run, shown};
use crate::bound::{Called, ColumnId, JoinKind, Output, Query, Rel, Scalar, ScalarKind, SetCall, Statement};
use crate::parse::Pos;
use crate::query_tree::{FunctionTree, ItemCall};

/// What a call in FROM reads: the relation, its columns, and whether it is one plain value.
pub type CallItem = (Rel, Vec<(String, ColumnId, PgType)>, bool);

impl Binder<'_> {
    /// A call in FROM. `definitions` are the columns that are asked of a `record`, with their types.
    ///
    /// # Errors
    /// 42601 where they are missing, or not wanted; those of the body.
    pub fn user_item(
        &mut self,
        call: UserCall,
        definitions: &[(String, Option<&ast::DataType>)],
        pos: Pos,
    ) -> SqlResult<CallItem> {
        if call.function.is_procedure() {
            let text = format!("{} is a procedure", shown(&call));
            let error = SqlError::new(SqlState::WrongObjectType, text);
            return Err(self.error_at(error.hint("To call a procedure, use CALL."), pos));
        }
        if call.function.is_aggregate() {
            let text = "aggregate functions are not allowed in functions in FROM";
            return Err(self.error_at(SqlError::new(SqlState::GroupingError, text), pos));
        }
        let call = self.ready(call, pos)?;
        let wanted = self.asked_columns(&call, definitions, pos)?;
        if self.is_opaque() {
            return self.opaque_item(call, wanted);
        }
        let routine = self.bind_routine(&call, wanted.as_deref())?;
        if let Some(given) = &routine.unpacked {
            let columns: Vec<(String, PgType)> = routine.columns.iter().map(|c| (c.0.clone(), c.2)).collect();
            match_row(given, &columns)?;
        }
        let whole = routine.whole || self.composite_given(&call.returned).is_some();
        let plain = matches!(call.returned, Returned::Value(..) | Returned::Void) && !whole;
        let named = call.function.outputs().next().is_some_and(|p| !p.name.is_empty());
        let parameters: Vec<ColumnId> = routine.parameters.iter().map(|p| p.0).collect();
        // Arguments that several columns are made of are computed once for all of them.
        let light = |arg: &Scalar| is_plain(arg) || volatility(arg) != Volatility::Volatile && !has_subquery(arg);
        let apart = routine.columns.len() == 1 || call.args.iter().all(light);
        if let (true, false, false, Some(values)) = (apart, call.function.set, whole, routine.expressions()) {
            let row = values.into_iter().map(|v| self.inlined(&call, &parameters, v)).collect();
            let columns = routine.columns.iter().map(|(_, id, ty)| (*id, *ty)).collect();
            return Ok((Rel::Values { rows: vec![row], columns }, routine.columns, plain && !named));
        }
        let (mut rel, mut columns) = (routine.last, routine.columns);
        if !call.function.set {
            rel = first_row(rel);
        }
        let rel = run(&call.function, routine.first, rel);
        let mut rel = self.around(&call, &routine.parameters, rel);
        if !call.function.set {
            // It has one row in any case.
            let (left, right) = (Box::new(one_row()), Box::new(rel));
            rel = Rel::Join { kind: JoinKind::Left, left, right, on: truth(true), lateral: true };
        }
        if let (true, [(_, id, ty)]) = (whole, columns.as_slice()) {
            let value = column(*id, *ty);
            let fields = self.composite_fields(ty.oid).unwrap_or_else(|| [].into());
            let mut exprs = Vec::with_capacity(fields.len());
            let mut own = Vec::with_capacity(fields.len());
            for (index, (name, ty)) in fields.iter().enumerate() {
                let id = self.new_column();
                exprs.push((id, scalar(ScalarKind::Field { input: Box::new(value.clone()), index }, *ty)));
                own.push((name.clone(), id, *ty));
            }
            rel = Rel::Project { input: Box::new(rel), exprs };
            columns = own;
        }
        Ok((rel, columns, plain && !named))
    }

    /// The columns that a call in FROM is asked for, where it gives a `record`.
    fn asked_columns(
        &mut self,
        call: &Ready,
        definitions: &[(String, Option<&ast::DataType>)],
        pos: Pos,
    ) -> SqlResult<Option<Vec<(String, PgType)>>> {
        let syntax = |text: &str| SqlError::new(SqlState::SyntaxError, text);
        let typed = definitions.iter().any(|(_, ty)| ty.is_some());
        match &call.returned {
            Returned::Record if !typed => {
                let error = syntax("a column definition list is required for functions returning \"record\"");
                Err(self.error_at(error, pos))
            }
            Returned::Record => {
                let mut columns = Vec::with_capacity(definitions.len());
                for (name, ty) in definitions {
                    let Some(ty) = ty else { continue };
                    columns.push((name.clone(), self.type_by_name(ty, pos)?));
                }
                Ok(Some(columns))
            }
            _ if !typed => Ok(None),
            returned => {
                let text = match returned {
                    Returned::Row(Oid::RECORD, _) => {
                        "a column definition list is redundant for a function with OUT parameters"
                    }
                    Returned::Row(..) => {
                        "a column definition list is redundant for a function returning a named composite type"
                    }
                    _ => "a column definition list is only allowed for functions returning \"record\"",
                };
                Err(self.error_at(syntax(text), pos))
            }
        }
    }

    /// The fields of what a function gives as a domain over a composite type.
    fn composite_given(&self, returned: &Returned) -> Option<Vec<(String, PgType)>> {
        let Returned::Value(ty, _) = returned else { return None };
        let base = self.base_type(*ty).ok().filter(|base| ty.oid.is_domain() && base.oid.is_composite())?;
        let names = self.composite_fields(base.oid)?;
        let types = self.declared_fields(base.oid)?;
        Some(names.iter().zip(types).map(|((name, _), ty)| (name.clone(), ty)).collect())
    }

    /// The columns of a call that is not run.
    fn opaque_item(&mut self, call: Ready, wanted: Option<Vec<(String, PgType)>>) -> SqlResult<CallItem> {
        let definitions = wanted.clone().unwrap_or_default();
        let named = call.function.outputs().next().is_some_and(|p| !p.name.is_empty());
        let composite = self.composite_given(&call.returned);
        let (list, plain) = match (&call.returned, wanted) {
            (Returned::Value(..), _) if composite.is_some() => (composite.unwrap_or_default(), false),
            (Returned::Void, _) => (vec![(call.function.name.clone(), PgType::new(Oid::VOID))], true),
            (Returned::Value(ty, name), _) => (vec![(name.clone(), *ty)], !named),
            (Returned::Row(_, columns), _) => (columns.clone(), false),
            (Returned::Record, wanted) => (wanted.unwrap_or_default(), false),
        };
        let mut columns = Vec::with_capacity(list.len());
        for (name, ty) in list {
            columns.push((name, self.new_column(), self.base_type(ty)?));
        }
        let ids = columns.iter().map(|(_, id, ty)| (*id, *ty)).collect();
        let Ready { function, args, written, .. } = call;
        let rel = match &mut self.recorder {
            Some(recorder) => {
                let function = function.oid;
                let called = ItemCall::Function { function, args: args.clone(), written };
                recorder.functions.push(FunctionTree { call: called, definitions });
                // The relation tells which other items of FROM are read.
                Rel::FunctionScan { calls: vec![SetCall { function, args, columns: ids }], ordinality: None }
            }
            None => Rel::Values { rows: vec![], columns: ids },
        };
        Ok((rel, columns, plain))
    }

    /// CALL: the procedure's statements, and a row of its outputs.
    ///
    /// # Errors
    /// 42883 if there is no such procedure, 42809 for a function; those of the body.
    pub fn call_statement(&mut self, f: &ast::Function) -> SqlResult<Statement> {
        let name = qualified(self.context, &f.name)?;
        let pos = self.name_pos(&f.name);
        let list = match &f.args {
            ast::FunctionArguments::List(list) => list.args.as_slice(),
            _ => &[],
        };
        self.levels.push(Level::new());
        let bound = self.arguments(list).and_then(|arguments| self.find_routine(&name, arguments, pos, true));
        self.levels.pop();
        let call = match bound? {
            Callee::User(call) if call.function.is_procedure() => call,
            Callee::User(call) => return Err(self.not_a_procedure(&shown(&call), pos)),
            Callee::Function(found) if found.proc.src == "sys_wait_for_job" => {
                return Ok(Statement::Call(self.call_of_wait(f)?));
            }
            Callee::Function(found) => {
                let types: Vec<String> = found.proc.args.iter().map(|ty| format_type(PgType::new(*ty))).collect();
                return Err(self.not_a_procedure(&format!("{name}({})", types.join(", ")), pos));
            }
            Callee::Cast(_) => return Err(SqlError::internal("CALL of a cast")),
        };
        self.note_call(&f.name, call.function.oid);
        let call = self.ready(call, pos)?;
        let routine = self.bind_routine(&call, None)?;
        if let Rel::Called(procedure) = routine.last {
            return Ok(self.invocation(call, *procedure, routine.columns));
        }
        let rel = run(&call.function, routine.first, first_row(routine.last));
        let rel = self.around(&call, &routine.parameters, rel);
        let output = match call.returned {
            Returned::Void => vec![],
            _ => {
                let columns = routine.columns.into_iter();
                columns.map(|(name, id, ty)| Output { id, name, ty, origin: None, shown: None }).collect()
            }
        };
        let mut query = Query { rel, output };
        super::prune::prune(&mut query.rel, query.output.iter().map(|o| o.id));
        Ok(Statement::Call(query))
    }

    /// CALL of a procedure that is interpreted: its arguments are a query of their own, as it may end the transaction.
    fn invocation(&mut self, call: Ready, procedure: Called, columns: Vec<(String, ColumnId, PgType)>) -> Statement {
        let mut exprs = Vec::with_capacity(call.args.len());
        let mut output = Vec::with_capacity(call.args.len());
        for value in call.args {
            let (id, ty) = (self.new_column(), value.ty);
            output.push(Output { id, name: String::new(), ty, origin: None, shown: None });
            exprs.push((id, value));
        }
        let arguments = Query { rel: Rel::Project { input: Box::new(one_row()), exprs }, output };
        let output = match call.returned {
            Returned::Void => vec![],
            _ => columns.into_iter().map(|(name, id, ty)| Output { id, name, ty, origin: None, shown: None }).collect(),
        };
        Statement::Invoke { procedure: Box::new(procedure), arguments, output }
    }

    /// `CALL sys.wait_for_job(…)`: whether the job has succeeded.
    fn call_of_wait(&mut self, f: &ast::Function) -> SqlResult<Query> {
        self.levels.push(Level::new());
        let bound = self.function(f);
        self.levels.pop();
        let value = bound?.scalar;
        let (id, ty) = (self.new_column(), value.ty);
        let rel = Rel::Project { input: Box::new(one_row()), exprs: vec![(id, value)] };
        Ok(Query { rel, output: vec![Output { id, name: "succeeded".into(), ty, origin: None, shown: None }] })
    }

    fn not_a_procedure(&self, signature: &str, pos: Pos) -> SqlError {
        let error = SqlError::new(SqlState::WrongObjectType, format!("{signature} is not a procedure"));
        self.error_at(error.hint("To call a function, use SELECT."), pos)
    }
}
