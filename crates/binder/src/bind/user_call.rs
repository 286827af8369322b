//! Calls of users' functions: where a function is called its body is put, as PostgreSQL does with those that it
//! inlines.
//!
//! ```text
//!   SELECT f(y) …                           f(x) = SELECT x + 1            y + 1
//!                                           f(x) = SELECT a FROM t …x…     (SELECT a FROM t …y… LIMIT 1)
//!   … FROM f(y)                             f(x) = SELECT a FROM t …x…     LATERAL (SELECT a FROM t …y…)
//!   SELECT f(y) … that returns a set                                       unnest(ARRAY(SELECT a FROM t …y…))
//! ```
//! An argument that costs something, or is not the same twice, is computed once, beside the body that reads it. A body
//! that runs anew at every call, because it writes or sees what was written, is a [`Rel::Statements`].

use std::sync::Arc;

use gavel_catalog::Function;
use gavel_catalog::function::Body;
use gavel_functions::registry::{self, CastContext, Volatility};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::coerce::cannot_cast;
use super::function::UserCall;
use super::name::Qualified;
use super::polymorphic;
use super::routine::{Returned, Routine, in_body, substituted};
use super::scalar::{Typed, and, boolean, column, constant, null, or, scalar, truth};
use super::scope::{Fields, Level};
use super::table_expr::volatility;
use super::typename::{array_type, element_type, format_type};
use super::walk;
use crate::bound::{ColumnId, JoinKind, Rel, Scalar, ScalarKind, Subquery, SubqueryKind};
use crate::context::FunctionCall;
use crate::parse::{Pos, parse_expression};
use crate::query_tree::{Form, WrittenArgs};

/// A call whose arguments have the types that the function takes.
pub struct Ready {
    pub function: Arc<Function>,
    pub args: Vec<Scalar>,
    /// As in [`UserCall`].
    pub written: Option<WrittenArgs>,
    /// Declared types of the inputs, none of them polymorphic.
    pub types: Vec<PgType>,
    pub returned: Returned,
}

/// Whether a value may be written twice: it costs nothing and stays the same.
pub fn is_plain(value: &Scalar) -> bool {
    match &value.kind {
        ScalarKind::Const(_) | ScalarKind::Param(_) | ScalarKind::Column(_) => true,
        ScalarKind::Relabel { input } => is_plain(input),
        _ => false,
    }
}

/// Whether a subquery is in an expression.
pub fn has_subquery(value: &Scalar) -> bool {
    let mut found = false;
    walk::visit(value, &mut |s| {
        found |= matches!(s.kind, ScalarKind::Subquery(_));
        !found
    });
    found
}

/// How often `value` mentions the column.
fn uses_of(value: &Scalar, id: ColumnId) -> usize {
    let mut count = 0;
    walk::columns(value, &mut |c| count += usize::from(c == id));
    count
}

/// Whether `value` is NULL whenever one of `columns` is: it is made of strict calls, and mentions all of them.
fn is_strict_in(value: &Scalar, columns: &[ColumnId]) -> bool {
    fn strict(s: &Scalar) -> bool {
        let own = match &s.kind {
            ScalarKind::Column(_) | ScalarKind::Param(_) => true,
            ScalarKind::Const(value) => !value.is_null(),
            ScalarKind::Relabel { .. } | ScalarKind::CoerceViaIo { .. } | ScalarKind::Not(_) => true,
            ScalarKind::Call { function, .. } => registry::proc(*function).is_some_and(|p| p.strict),
            _ => false,
        };
        let mut all = own;
        walk::children(s, &mut |child| all = all && strict(child));
        all
    }
    strict(value) && columns.iter().all(|id| uses_of(value, *id) > 0)
}

/// Whether a relation never has more than one row.
fn is_single(rel: &Rel) -> bool {
    match rel {
        Rel::Values { rows, .. } => rows.len() <= 1,
        Rel::Aggregate { groups, sets, .. } => groups.is_empty() && sets.is_none(),
        Rel::Project { input, .. } | Rel::Sort { input, .. } | Rel::Filter { input, .. } => is_single(input),
        Rel::Called(called) => !called.function.set,
        _ => false,
    }
}

pub fn first_row(rel: Rel) -> Rel {
    if is_single(&rel) {
        return rel;
    }
    let limit = Some(constant(Datum::Int8(1), PgType::INT8));
    Rel::Limit { input: Box::new(rel), limit, offset: None, with_ties: vec![] }
}

fn is_null(value: Scalar, negated: bool) -> Scalar {
    boolean(ScalarKind::IsNull { input: Box::new(value), negated })
}

/// One row without columns.
pub fn one_row() -> Rel {
    Rel::Values { rows: vec![vec![]], columns: vec![] }
}

impl Binder<'_> {
    /// Notes a call of a user's function by this name: it depends on it, and text that is kept names it by number.
    pub fn note_call(&mut self, name: &ast::ObjectName, function: Oid) {
        self.uses(function);
        self.number_function_in_text(name, function);
        if let (Some(calls), Some(first)) = (self.context.calls, name.0.first().and_then(ast::ObjectNamePart::as_ident))
        {
            calls.borrow_mut().push(FunctionCall { at: first.span.start, function });
        }
    }

    /// The name of a function, whose text may hold its number.
    pub fn function_label(&self, name: &Qualified) -> String {
        let numbered = gavel_types::text_io::function_of_number(&name.name);
        let found = numbered.and_then(|oid| self.context.catalog.function(oid));
        found.map_or_else(|| name.name.clone(), |f| f.name.clone())
    }

    /// The default of a parameter.
    pub fn parameter_default(&mut self, sql: &str) -> SqlResult<Scalar> {
        let parsed = parse_expression(sql)?;
        let context = self.context.stored();
        let mut inner = Binder::new(&context, sql);
        inner.allow_params = false;
        inner.defining = self.defining;
        inner.keeps_internal = self.keeps_internal;
        inner.routines = self.routines.clone();
        self.lend_ids(&mut inner);
        self.lend_rights(&mut inner);
        inner.levels.push(Level::new());
        let value = inner.expr(&parsed);
        self.take_ids(&mut inner);
        Ok(value?.scalar)
    }

    /// Gives the arguments the types that the function takes.
    pub fn ready(&mut self, call: UserCall, pos: Pos) -> SqlResult<Ready> {
        let UserCall { function, args, declared, variadic_from, written } = call;
        let actual: Vec<Oid> = args.iter().map(Typed::oid).collect();
        let open = |ty: &Oid| polymorphic::is_polymorphic(*ty);
        let mut polymorphic_args = declared.iter().zip(&actual).filter(|(d, _)| open(d)).peekable();
        if polymorphic_args.peek().is_some() && polymorphic_args.all(|(_, a)| *a == Oid::UNKNOWN) {
            let text = "could not determine polymorphic type because input has type unknown";
            return Err(SqlError::new(SqlState::DatatypeMismatch, text));
        }
        let (goals, _) = polymorphic::resolve(&declared, &actual, Oid::VOID).map_err(|e| self.error_at(e, pos))?;
        let all = function.is_procedure() && function.parameters.len() == args.len();
        let mut values = Vec::with_capacity(args.len());
        let mut types = Vec::with_capacity(args.len());
        for (i, (arg, goal)) in args.into_iter().zip(goals).enumerate() {
            // What CALL gives for OUT parameters is looked at by nobody.
            if all && function.parameters.get(i).is_some_and(|p| !p.mode.is_input()) {
                continue;
            }
            let (source, at) = (arg.oid(), arg.pos);
            let Some(value) = self.coerce_to(arg, PgType::new(goal), CastContext::Implicit)? else {
                return Err(self.error_at(cannot_cast(source, goal), at));
            };
            let ty = if goal.is_over_domain() { goal } else { value.oid() };
            values.push(value.scalar);
            types.push(PgType::new(ty));
        }
        if let Some(from) = variadic_from {
            let items = values.split_off(from.min(values.len()));
            let elements = types.split_off(from.min(types.len()));
            let element = elements.first().map_or(Oid::TEXT, |ty| ty.oid);
            let held = items.first().map_or(element, |item| item.ty.oid);
            let array = array_type(held).unwrap_or(Oid::ANYARRAY);
            values.push(scalar(ScalarKind::Array { items }, PgType::new(array)));
            types.push(PgType::new(array_type(element).unwrap_or(array)));
        }
        let inputs = function.input_types();
        let given: Vec<Oid> = types.iter().map(|ty| ty.oid).collect();
        let returned = self.returned(&function, &inputs, &given).map_err(|e| self.error_at(e, pos))?;
        self.executes(&function);
        Ok(Ready { function, args: values, written, types, returned })
    }

    pub fn bind_routine(&mut self, call: &Ready, wanted: Option<&[(String, PgType)]>) -> SqlResult<Routine> {
        let plain = !call.function.set && matches!(call.returned, Returned::Value(..));
        let during = if plain { "during inlining" } else { "during startup" };
        self.routine(&call.function, &call.types, &call.returned, wanted)
            .map_err(|e| in_body(e, &call.function, during))
    }

    /// A call in an expression.
    ///
    /// # Errors
    /// 42809 for a procedure; those of the body.
    pub fn user_value(&mut self, call: UserCall, sets_before: usize, pos: Pos) -> SqlResult<Typed> {
        if call.function.is_procedure() {
            let text = format!("{} is a procedure", shown(&call));
            let error = SqlError::new(SqlState::WrongObjectType, text);
            return Err(self.error_at(error.hint("To call a procedure, use CALL."), pos));
        }
        if call.function.is_aggregate() {
            let text = "aggregate functions are not allowed here";
            return Err(self.error_at(SqlError::new(SqlState::GroupingError, text), pos));
        }
        let call = self.ready(call, pos)?;
        if self.is_opaque() || self.keeps_internal && matches!(call.function.body, Body::Internal(_)) {
            return self.opaque_value(call, sets_before, pos);
        }
        let routine = self.bind_routine(&call, None)?;
        if call.function.set {
            return self.set_of_values(&call, routine, sets_before, pos);
        }
        let fields = self.fields_given(&call.returned, &routine);
        let ty = self.value_given(&call.returned, &routine);
        let whole = |values: Vec<Scalar>| -> Scalar {
            match (&call.returned, routine.whole) {
                (Returned::Value(..) | Returned::Void, _) | (_, true) => {
                    values.into_iter().next().unwrap_or_else(|| null(ty))
                }
                _ => scalar(ScalarKind::Row(values), ty),
            }
        };
        let parameters: Vec<ColumnId> = routine.parameters.iter().map(|p| p.0).collect();
        let value = match routine.expressions() {
            Some(values) => self.inlined(&call, &parameters, whole(values)),
            None => {
                let (rel, id) = match routine.columns.as_slice() {
                    [(_, id, _)] if !matches!(call.returned, Returned::Row(..) | Returned::Record) || routine.whole => {
                        (routine.last, *id)
                    }
                    columns => {
                        let id = self.new_column();
                        let row = whole(columns.iter().map(|(_, id, ty)| column(*id, *ty)).collect());
                        (Rel::Project { input: Box::new(routine.last), exprs: vec![(id, row)] }, id)
                    }
                };
                let rel = run(&call.function, routine.first, first_row(rel));
                let query = self.around(&call, &routine.parameters, rel);
                subquery(SubqueryKind::Scalar, query, id, ty)
            }
        };
        let typed = Typed::new(value, pos);
        Ok(match fields {
            Some(fields) => self.remember_fields(typed, fields),
            None => typed,
        })
    }

    /// The type of the one value that a call gives.
    fn value_given(&self, returned: &Returned, routine: &Routine) -> PgType {
        match returned {
            Returned::Row(ty, _) => PgType::new(*ty),
            Returned::Record => PgType::new(Oid::RECORD),
            _ => routine.columns.first().map_or(PgType::TEXT, |c| c.2),
        }
    }

    /// The fields of that value, if it is a row of no named type.
    fn fields_given(&self, returned: &Returned, routine: &Routine) -> Option<Fields> {
        match returned {
            Returned::Row(Oid::RECORD, _) => Some(routine.columns.iter().map(|c| (c.0.clone(), c.2)).collect()),
            _ => None,
        }
    }

    /// A body of expressions in the place of the call.
    pub fn inlined(&mut self, call: &Ready, parameters: &[ColumnId], value: Scalar) -> Scalar {
        let ty = value.ty;
        let nested = has_subquery(&value);
        let guarded = call.function.strict && !is_strict_in(&value, parameters);
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        let mut kept: Vec<(ColumnId, Scalar)> = Vec::new();
        for (id, arg) in parameters.iter().zip(&call.args) {
            let twice = uses_of(&value, *id) > 1 || guarded;
            let changes = volatility(arg) == Volatility::Volatile;
            let costs = has_subquery(arg);
            let inline =
                is_plain(arg) || if changes || costs { uses_of(&value, *id) == 1 && !twice && !nested } else { true };
            if inline {
                columns.push(*id);
                values.push(arg.clone());
            } else {
                kept.push((*id, arg.clone()));
            }
        }
        let mut out = value;
        if guarded {
            let known = |arg: &Scalar| matches!(&arg.kind, ScalarKind::Const(value) if !value.is_null());
            let nulls: Vec<Scalar> = parameters
                .iter()
                .zip(&call.args)
                .filter(|(_, arg)| !known(arg))
                .map(|(id, arg)| is_null(column(*id, arg.ty), false))
                .collect();
            if !nulls.is_empty() {
                let arms = vec![(or(nulls), null(ty))];
                out = scalar(ScalarKind::Case { arms, otherwise: Box::new(out) }, ty);
            }
        }
        out = substituted(out, &columns, &values);
        if kept.is_empty() {
            return out;
        }
        let id = self.new_column();
        let input = Box::new(computed(kept));
        // The arguments are computed at each call, not once for all.
        let rel = Rel::Project { input, exprs: vec![(id, out)] };
        subquery(
            SubqueryKind::Scalar,
            Rel::Statements { function: String::new(), guard: None, first: vec![], last: Box::new(rel), after: vec![] },
            id,
            ty,
        )
    }

    /// A body with the arguments of a call: plain ones in the place of parameters, others computed beside it. It does
    /// not run for a strict function one of whose arguments is NULL.
    pub fn around(&mut self, call: &Ready, parameters: &[(ColumnId, PgType)], mut rel: Rel) -> Rel {
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        let mut kept: Vec<(ColumnId, Scalar)> = Vec::new();
        let mut present = Vec::new();
        for ((id, _), arg) in parameters.iter().zip(&call.args) {
            if is_plain(arg) {
                columns.push(*id);
                values.push(arg.clone());
            } else {
                kept.push((*id, arg.clone()));
            }
            let known = matches!(&arg.kind, ScalarKind::Const(value) if !value.is_null());
            if call.function.strict && !known {
                present.push(is_null(column(*id, arg.ty), true));
            }
        }
        let mut guard = (!present.is_empty()).then(|| and(present));
        if let Rel::Statements { guard: own, .. } = &mut rel {
            *own = guard.take();
        }
        walk::replace_rel(&mut rel, &mut |s| {
            let ScalarKind::Column(id) = s.kind else { return None };
            columns.iter().position(|c| *c == id).and_then(|i| values.get(i)).cloned()
        });
        let guard = guard.map(|guard| substituted(guard, &columns, &values));
        if kept.is_empty() && guard.is_none() {
            return rel;
        }
        let mut left = computed(kept);
        if let Some(predicate) = guard {
            left = Rel::Filter { input: Box::new(left), predicate };
        }
        let (left, right) = (Box::new(left), Box::new(rel));
        Rel::Join { kind: JoinKind::Inner, left, right, on: truth(true), lateral: true }
    }

    /// A call that gives a set, in a select list.
    fn set_of_values(&mut self, call: &Ready, routine: Routine, sets_before: usize, pos: Pos) -> SqlResult<Typed> {
        let fields = self.fields_given(&call.returned, &routine);
        let ty = self.value_given(&call.returned, &routine);
        let row = !routine.whole && matches!(call.returned, Returned::Row(..) | Returned::Record);
        // There are no arrays of arrays: their elements are wrapped in rows.
        let wrapped = !row && (array_type(ty.oid).is_none() || element_type(ty.oid).is_some());
        let element = if wrapped { PgType::new(Oid::RECORD) } else { ty };
        let (rel, id) = match routine.columns.as_slice() {
            [(_, id, _)] if !row && !wrapped => (routine.last, *id),
            columns => {
                let id = self.new_column();
                let items = columns.iter().map(|(_, id, ty)| column(*id, *ty)).collect();
                let value = scalar(ScalarKind::Row(items), element);
                (Rel::Project { input: Box::new(routine.last), exprs: vec![(id, value)] }, id)
            }
        };
        let rel = run(&call.function, routine.first, rel);
        let query = self.around(call, &routine.parameters, rel);
        let array = PgType::new(array_type(element.oid).unwrap_or(Oid::ANYARRAY));
        let values = subquery(SubqueryKind::Array, query, id, array);
        let unnest = unnest().ok_or_else(|| SqlError::internal("no function unnest"))?;
        let out = self.push_set(unnest, vec![values], vec![(call.function.name.clone(), element)], sets_before, pos)?;
        if wrapped {
            let field = scalar(ScalarKind::Field { input: Box::new(out.scalar), index: 0 }, ty);
            return Ok(Typed::new(field, pos));
        }
        Ok(match fields {
            Some(fields) => self.remember_fields(out, fields),
            None => out,
        })
    }

    /// A call that is not run.
    fn opaque_value(&mut self, call: Ready, sets_before: usize, pos: Pos) -> SqlResult<Typed> {
        let (ty, fields) = match &call.returned {
            Returned::Void => (PgType::new(Oid::VOID), None),
            Returned::Value(ty, _) => (self.base_type(*ty)?, None),
            Returned::Row(ty, columns) => (PgType::new(*ty), (*ty == Oid::RECORD).then(|| columns.clone())),
            Returned::Record => (PgType::new(Oid::RECORD), None),
        };
        let Ready { function, args, written, .. } = call;
        let out = if function.set {
            let set = self.push_set(function.oid, args, vec![(function.name.clone(), ty)], sets_before, pos)?;
            if let ScalarKind::Column(id) = set.scalar.kind {
                self.record_written(id, written);
            }
            set
        } else {
            let value = scalar(ScalarKind::Call { function: function.oid, args }, ty);
            Typed::new(if written.is_some() { self.formed(value, || Form::Call(written)) } else { value }, pos)
        };
        Ok(match fields {
            Some(fields) => self.remember_fields(out, fields.into()),
            None => out,
        })
    }
}

/// A function with the types of its inputs, as messages show it.
pub fn shown(call: &UserCall) -> String {
    let types: Vec<String> = call.function.inputs().map(|p| format_type(PgType::new(p.ty))).collect();
    format!("{}({})", call.function.name, types.join(", "))
}

/// Whether the rows of a relation are those of one call.
fn is_called(rel: &Rel) -> bool {
    match rel {
        Rel::Called(_) => true,
        Rel::Project { input, .. } | Rel::Limit { input, .. } => is_called(input),
        _ => false,
    }
}

/// The statements of a function whose last one is `last`. One that is volatile runs anew at each call.
pub fn run(function: &Function, first: Vec<Rel>, last: Rel) -> Rel {
    if first.is_empty() && function.volatility != 'v' {
        return last;
    }
    // Errors of a body that is called have a context of their own, those of a function that is built in have none.
    let apart = is_called(&last) || matches!(function.body, Body::Internal(_));
    let function = if apart { String::new() } else { function.name.clone() };
    Rel::Statements { function, guard: None, first, last: Box::new(last), after: vec![] }
}

/// One row of these columns.
fn computed(columns: Vec<(ColumnId, Scalar)>) -> Rel {
    let (columns, row) = columns.into_iter().map(|(id, value)| ((id, value.ty), value)).unzip();
    Rel::Values { rows: vec![row], columns }
}

fn subquery(kind: SubqueryKind, query: Rel, id: ColumnId, ty: PgType) -> Scalar {
    scalar(ScalarKind::Subquery(Box::new(Subquery { kind, query, columns: vec![id] })), ty)
}

/// `unnest(anyarray)`.
fn unnest() -> Option<Oid> {
    registry::procs_named("unnest").find(|p| p.args == [Oid::ANYARRAY]).map(|p| p.oid)
}
