//! Bodies of users' functions: SQL text to relations over the columns of parameters.
//!
//! ```text
//!   f(x integer) = SELECT a + x FROM t          column of x: #7
//!   body: project [#9 = #8 + #7] over scan t [#8 = a]
//! ```
//! A call puts its arguments in the place of `#7`, or computes it once for the body to read (`user_call`).
//!
//! # Invariants
//! 1. A body is bound with its parameters' types alone, whatever the arguments are.
//! 2. Its last relation puts out the columns of the result, with the types that the function is declared with.
//! 3. A function that is called in its own body is bound there when that call is made ([`super::called`]).
//! 4. A body that holds more than queries ([`is_command`]) is bound only while it is defined: a call of it is
//!    [`Rel::Called`], as one of a body in PL/pgSQL is.

use std::sync::Arc;

use gavel_catalog::function::Body;
use gavel_catalog::{Function, Subject};
use gavel_functions::registry::{self, CastContext};
use gavel_types::text_io::type_name;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::polymorphic;
use super::query::{BoundQuery, OutColumn};
use super::scalar::{Typed, column, null, scalar};
use super::scope::Level;
use super::typename::format_type;
use super::user_call::one_row;
use super::view::without_position;
use crate::bound::{Called, ColumnId, Rel, Scalar, ScalarKind, Statement};
use crate::context::BindContext;
use crate::ddl;
use crate::parse::{self, Pos};

/// Deepest nesting of functions whose bodies are put in the place of calls.
const MAX_NESTING: usize = 32;
/// Most calls that are expanded within one statement: calls of calls multiply.
const MAX_EXPANSIONS: usize = 4_096;

/// Parameters as the names in a body see them.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// By which a parameter may be qualified.
    pub function: String,
    /// Name and value of each input, in order; a name may be empty.
    pub values: Vec<(String, Scalar)>,
}

/// What a function gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Returned {
    Void,
    /// One value of this declared type, and what a column of it is called in FROM.
    Value(PgType, String),
    /// A row of these columns, with their declared types, as a value of this composite type or `record`.
    Row(Oid, Vec<(String, PgType)>),
    /// A `record` whose columns its last statement decides.
    Record,
}

/// A bound body.
pub struct Routine {
    /// Columns of the inputs.
    pub parameters: Vec<(ColumnId, PgType)>,
    /// All statements but the last; of a function that gives nothing, all.
    pub first: Vec<Rel>,
    pub last: Rel,
    /// What `last` puts out.
    pub columns: Vec<(String, ColumnId, PgType)>,
    /// `columns` is one value of a composite type, which the function gives as a row.
    pub whole: bool,
    /// Types of the fields of the row that `columns` are taken out of, if it is one that is written out.
    pub unpacked: Option<Vec<PgType>>,
}

/// A bound statement of a body, before it is fitted to the result.
struct Step {
    rel: Rel,
    /// `None` if it returns no rows.
    columns: Option<Vec<OutColumn>>,
}

impl Routine {
    /// Whether it does nothing but compute expressions over its parameters; if so, those.
    pub fn expressions(&self) -> Option<Vec<Scalar>> {
        if !self.first.is_empty() {
            return None;
        }
        values_of(&self.last, &self.columns.iter().map(|c| c.1).collect::<Vec<_>>())
    }
}

/// The values of these columns of a relation that has one row and reads nothing.
fn values_of(rel: &Rel, columns: &[ColumnId]) -> Option<Vec<Scalar>> {
    match rel {
        Rel::Project { input, exprs } => {
            let own: Vec<Scalar> = columns
                .iter()
                .map(|id| exprs.iter().find(|e| e.0 == *id).map(|e| e.1.clone()))
                .collect::<Option<_>>()?;
            match &**input {
                Rel::Values { rows, columns } if rows.len() == 1 && columns.is_empty() => Some(own),
                below @ Rel::Project { exprs, .. } => {
                    // What is projected again has but one use of each column.
                    let inner: Vec<ColumnId> = exprs.iter().map(|e| e.0).collect();
                    let values = values_of(below, &inner)?;
                    Some(own.into_iter().map(|s| substituted(s, &inner, &values)).collect())
                }
                _ => None,
            }
        }
        // There is one row to begin with.
        Rel::Limit { input, limit: Some(limit), offset: None, .. } if is_positive(limit) => values_of(input, columns),
        Rel::Values { rows, columns: all } => match rows.as_slice() {
            [row] => {
                columns.iter().map(|id| all.iter().position(|c| c.0 == *id).and_then(|i| row.get(i)).cloned()).collect()
            }
            _ => None,
        },
        _ => None,
    }
}

/// The fields of the row of no named type that a relation puts out as this column, if it is written out.
fn row_written(rel: &Rel, id: ColumnId) -> Option<&[Scalar]> {
    let Rel::Project { exprs, .. } = rel else { return None };
    match exprs.iter().find(|e| e.0 == id) {
        Some((_, Scalar { kind: ScalarKind::Row(items), ty })) if ty.oid == Oid::RECORD => Some(items),
        _ => None,
    }
}

fn field_types(items: &[Scalar]) -> Option<Vec<PgType>> {
    let known = items.iter().all(|item| item.ty.oid != Oid::UNKNOWN);
    known.then(|| items.iter().map(|item| item.ty).collect())
}

fn is_positive(limit: &Scalar) -> bool {
    matches!(&limit.kind, ScalarKind::Const(Datum::Int8(n)) if *n > 0)
}

/// `scalar` with `values` in the place of `columns`.
pub fn substituted(mut scalar: Scalar, columns: &[ColumnId], values: &[Scalar]) -> Scalar {
    super::walk::replace(&mut scalar, &mut |s| {
        let ScalarKind::Column(id) = s.kind else { return None };
        columns.iter().position(|c| *c == id).and_then(|i| values.get(i)).cloned()
    });
    scalar
}

/// The last statement gives something else than the function is declared to.
fn mismatch(result: Oid, detail: impl Into<String>) -> SqlError {
    let name = format_type(PgType::new(result));
    let text = format!("return type mismatch in function declared to return {name}");
    SqlError::new(SqlState::InvalidFunctionDefinition, text).detail(detail)
}

fn no_result(result: Oid) -> SqlError {
    mismatch(result, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.")
}

impl Binder<'_> {
    /// What a function gives where its inputs have these types.
    ///
    /// # Errors
    /// 42804 if a polymorphic result cannot be told.
    pub fn returned(&self, function: &Function, declared: &[Oid], actual: &[Oid]) -> SqlResult<Returned> {
        let concrete = |ty: Oid| polymorphic::resolve(declared, actual, ty).map(|(_, ty)| PgType::new(ty));
        let outputs: Vec<_> = function.outputs().collect();
        if outputs.len() > 1 || function.is_procedure() && !outputs.is_empty() {
            let columns = outputs.iter().enumerate().map(|(i, p)| {
                let name = if p.name.is_empty() { format!("column{}", i + 1) } else { p.name.clone() };
                Ok((name, concrete(p.ty)?))
            });
            return Ok(Returned::Row(Oid::RECORD, columns.collect::<SqlResult<_>>()?));
        }
        if function.result == Oid::VOID {
            return Ok(Returned::Void);
        }
        let result = concrete(function.result)?;
        let named = outputs.first().map(|p| p.name.as_str()).filter(|name| !name.is_empty());
        if let Some(fields) = self.context.catalog.fields(result.oid).filter(|_| outputs.is_empty()) {
            return Ok(Returned::Row(result.oid, fields.iter().cloned().collect()));
        }
        Ok(match result.oid {
            Oid::RECORD => Returned::Record,
            _ => Returned::Value(result, named.unwrap_or(&function.name).to_owned()),
        })
    }

    /// Binds the body of a function whose inputs have these types. `wanted` are the columns that a caller asks of a
    /// `record`.
    ///
    /// # Errors
    /// Those of its statements; 42P13 if the last one does not give what the function is declared to.
    pub fn routine(
        &mut self,
        function: &Arc<Function>,
        types: &[PgType],
        returned: &Returned,
        wanted: Option<&[(String, PgType)]>,
    ) -> SqlResult<Routine> {
        let nested = self.routines.contains(&function.oid) || self.routines.len() >= MAX_NESTING;
        if matches!(function.body, Body::Plpgsql(_)) || nested || self.expansions >= MAX_EXPANSIONS {
            return self.interpreted(function, types, returned, wanted);
        }
        let statements = statements(&function.body)?;
        if !self.is_opaque() && are_commands(&statements) {
            return self.interpreted(function, types, returned, wanted);
        }
        self.expansions += 1;
        let path = self.path_of(function);
        // Schemas that names say are looked into by whoever the body runs as.
        let definer = function.security_definer.then(|| Subject::of(self.context.catalog, function.owner));
        let subject = match function.body {
            Body::Text(_) => self.context.subject.map(|caller| definer.as_ref().unwrap_or(caller)),
            _ => self.context.subject.filter(|_| self.edits.is_some()),
        };
        let context = BindContext { search_path: &path, subject, calls: None, ..*self.context };
        let mut parameters = Vec::with_capacity(types.len());
        let mut named = Parameters { function: function.name.clone(), values: Vec::with_capacity(types.len()) };
        for (parameter, declared) in function.inputs().zip(types) {
            let ty = self.base_type(*declared)?;
            let id = self.new_column();
            if declared.oid.is_over_domain() {
                self.domains.insert(id, declared.oid);
            }
            parameters.push((id, ty));
            named.values.push((parameter.name.clone(), column(id, ty)));
        }
        let mut steps = Vec::new();
        let mut edits = Vec::new();
        // Such a body takes the place of a call in FROM in PostgreSQL, too, and says nothing of itself.
        let plain = function.set && !function.strict && !function.security_definer && function.volatility != 'v';
        let apart = !plain || statements.len() != 1;
        for (number, (text, statement)) in (1..).zip(statements) {
            let number = apart.then_some(number);
            let step = self.step(&context, function, &named, &text, (&statement, number), &mut edits)?;
            steps.push(step);
        }
        if self.edits.is_some() {
            self.rewritten = edits;
        }
        self.fit(function, parameters, steps, returned, wanted)
    }

    /// A call of a body that is not bound with the statement.
    fn interpreted(
        &mut self,
        function: &Arc<Function>,
        types: &[PgType],
        returned: &Returned,
        wanted: Option<&[(String, PgType)]>,
    ) -> SqlResult<Routine> {
        let mut parameters = Vec::with_capacity(types.len());
        for declared in types {
            let ty = self.base_type(*declared)?;
            let id = self.new_column();
            if declared.oid.is_over_domain() {
                self.domains.insert(id, declared.oid);
            }
            parameters.push((id, ty));
        }
        let own = |ty: PgType| vec![(function.name.clone(), ty)];
        let (goals, whole) = match (returned, wanted) {
            (Returned::Void, _) => (own(PgType::new(Oid::VOID)), false),
            (Returned::Value(ty, name), _) => (vec![(name.clone(), *ty)], false),
            (Returned::Row(Oid::RECORD, columns), _) => (columns.clone(), false),
            (Returned::Row(ty, _), _) => (own(PgType::new(*ty)), true),
            (Returned::Record, Some(wanted)) => (wanted.to_vec(), false),
            (Returned::Record, None) => (own(PgType::new(Oid::RECORD)), true),
        };
        let mut columns = Vec::with_capacity(goals.len());
        for (name, ty) in goals {
            let id = self.new_column();
            if ty.oid.is_over_domain() {
                self.domains.insert(id, ty.oid);
            }
            columns.push((name, id, self.base_type(ty)?));
        }
        let called = Called {
            function: Arc::clone(function),
            types: types.to_vec(),
            args: parameters.iter().map(|(id, ty)| column(*id, *ty)).collect(),
            columns: columns.iter().map(|(_, id, ty)| (*id, *ty)).collect(),
            whole,
            runs_as: self.runs_as,
        };
        let (first, last) = (Vec::new(), Rel::Called(Box::new(called)));
        Ok(Routine { parameters, first, last, columns, whole, unpacked: None })
    }

    /// Where the names of a body are looked up.
    fn path_of(&self, function: &Function) -> Vec<String> {
        if !matches!(function.body, Body::Text(_)) {
            // While such a body is being defined its names are not qualified yet.
            return if self.edits.is_some() { self.context.search_path.to_vec() } else { Vec::new() };
        }
        if let Some(own) = function.setting("search_path") {
            return own.split(',').map(|s| s.trim().trim_matches('"').to_owned()).collect();
        }
        if !self.context.session_path.is_empty() {
            return self.context.session_path.to_vec();
        }
        let own = self.context.catalog.schema_by_oid(function.schema).map(|s| s.name.clone());
        own.into_iter().chain(["public".to_owned()]).collect()
    }

    /// Binds one statement of a body, of which errors say the number, if there is one.
    fn step(
        &mut self,
        context: &BindContext<'_>,
        function: &Arc<Function>,
        parameters: &Parameters,
        text: &str,
        (statement, number): (&ast::Statement, Option<usize>),
        edits: &mut Vec<String>,
    ) -> SqlResult<Step> {
        let mut inner = Binder::new(context, text);
        inner.allow_params = false;
        inner.view_depth = self.view_depth;
        inner.depth = self.depth;
        inner.defining = self.defining;
        inner.keeps_internal = self.keeps_internal;
        inner.parameters = Some(parameters.clone());
        inner.routines = self.routines.iter().copied().chain([function.oid]).collect();
        inner.edits = self.edits.is_some().then(Vec::new);
        inner.domains.extend(self.domains.iter().map(|(id, domain)| (*id, *domain)));
        self.lend_ids(&mut inner);
        self.lend_body_rights(&mut inner, function);
        let step = inner.body_statement(function, statement);
        if let Some(own) = inner.edits.take() {
            edits.push(super::view::edited(text, own));
        }
        if let Some(number) = number {
            inner.within_body(function, number);
        }
        self.take_ids(&mut inner);
        step
    }

    fn body_statement(&mut self, function: &Function, statement: &ast::Statement) -> SqlResult<Step> {
        let may_write = function.volatility == 'v' || self.is_opaque();
        let writes = |verb: &str| {
            let text = format!("{verb} is not allowed in a non-volatile function");
            if may_write { Ok(()) } else { Err(SqlError::unsupported(text)) }
        };
        match statement {
            command if is_command(command) => self.body_command(command),
            ast::Statement::Query(query) => match &*query.body {
                ast::SetExpr::Insert(inner) | ast::SetExpr::Update(inner) | ast::SetExpr::Delete(inner) => {
                    writes(verb_of(inner))?;
                    self.levels.push(Level::new());
                    let bound = self.with_clause(query.with.as_ref());
                    let bound = bound.and_then(|ctes| Ok((ctes, self.body_modification(inner)?)));
                    self.levels.pop();
                    let (ctes, step) = bound?;
                    let rel = if ctes.is_empty() { step.rel } else { Rel::With { ctes, body: Box::new(step.rel) } };
                    Ok(Step { rel, columns: step.columns })
                }
                _ => {
                    let bound = self.query(query, true)?;
                    if super::statement::modifies(&bound.rel) {
                        writes("INSERT")?;
                    }
                    Ok(Step { rel: bound.rel, columns: Some(bound.columns) })
                }
            },
            ast::Statement::Insert(_)
            | ast::Statement::Update(_)
            | ast::Statement::Delete(_)
            | ast::Statement::Merge(_) => {
                writes(verb_of(statement))?;
                self.levels.push(Level::new());
                let step = self.body_modification(statement);
                self.levels.pop();
                step
            }
            _ => Err(SqlError::internal("a statement that is neither a query nor a command")),
        }
    }

    /// A command in the body of a function that is being defined: what it reads is bound, the rest shows when it runs.
    fn body_command(&mut self, command: &ast::Statement) -> SqlResult<Step> {
        use ast::Statement as S;
        if matches!(command, S::Declare { .. } | S::Explain { .. } | S::Call(_)) {
            let gives = match self.whole(command)? {
                Statement::Call(query) => !query.output.is_empty(),
                Statement::Invoke { output, .. } => !output.is_empty(),
                _ => false,
            };
            if gives {
                let text = "calling procedures with output arguments is not supported in SQL functions";
                return Err(SqlError::unsupported(text));
            }
        }
        Ok(Step { rel: one_row(), columns: None })
    }

    /// A DML statement, with what rules make of it.
    fn body_modification(&mut self, statement: &ast::Statement) -> SqlResult<Step> {
        let BoundQuery { rel, columns, .. } = match self.met_rules(statement)? {
            Some(met) => self.modification_in_body(statement, &met)?,
            None => {
                let modify = self.modify_as_is(statement)?;
                let returns = modify.returning.is_some();
                let bound = super::cte::modified(modify);
                return Ok(Step { rel: bound.rel, columns: returns.then_some(bound.columns) });
            }
        };
        Ok(Step { rel, columns: (!columns.is_empty()).then_some(columns) })
    }

    /// Divides statements into those that only run and the last, and fits the last one to the result.
    fn fit(
        &mut self,
        function: &Function,
        parameters: Vec<(ColumnId, PgType)>,
        mut steps: Vec<Step>,
        returned: &Returned,
        wanted: Option<&[(String, PgType)]>,
    ) -> SqlResult<Routine> {
        let result = function.result;
        if *returned == Returned::Void {
            let id = self.new_column();
            let ty = PgType::new(Oid::VOID);
            let last = Rel::Values { rows: vec![vec![null(ty)]], columns: vec![(id, ty)] };
            let columns = vec![(function.name.clone(), id, ty)];
            let first = steps.into_iter().map(|s| s.rel).collect();
            return Ok(Routine { parameters, first, last, columns, whole: false, unpacked: None });
        }
        let Some(Step { rel, columns: Some(given) }) = steps.pop() else { return Err(no_result(result)) };
        let first = steps.into_iter().map(|s| s.rel).collect();
        let mut whole = false;
        let goals: Vec<(String, PgType)> = match (returned, wanted) {
            (Returned::Value(ty, name), _) => {
                if given.len() != 1 {
                    return Err(mismatch(result, "Final statement must return exactly one column."));
                }
                vec![(name.clone(), *ty)]
            }
            (Returned::Row(ty, _), _)
                if given.len() == 1
                    && *ty != Oid::RECORD
                    && (given[0].ty.oid == *ty || row_written(&rel, given[0].id).is_some()) =>
            {
                whole = true;
                vec![(function.name.clone(), PgType::new(*ty))]
            }
            (Returned::Row(_, columns), _) => columns.clone(),
            (_, Some(wanted)) => wanted.to_vec(),
            _ => given.iter().map(|c| (c.name.clone(), c.ty)).collect(),
        };
        let unpacked = match (returned, given.as_slice()) {
            (Returned::Row(Oid::RECORD, _) | Returned::Record, [record])
                if record.ty.oid == Oid::RECORD && goals.len() != 1 =>
            {
                row_written(&rel, record.id).and_then(field_types)
            }
            _ => None,
        };
        let (rel, given) = match goals.as_slice() {
            [(_, goal)] => self.as_composite(rel, given, *goal)?,
            _ => (rel, given),
        };
        let (rel, given) = match given.as_slice() {
            [record] if record.ty.oid == Oid::RECORD && goals.len() != 1 => self.unpacked(rel, record, &goals)?,
            _ => (rel, given),
        };
        if given.len() != goals.len() {
            let what = if given.len() > goals.len() { "many" } else { "few" };
            return Err(mismatch(result, format!("Final statement returns too {what} columns.")));
        }
        let single = matches!(returned, Returned::Value(..));
        let mut exprs = Vec::with_capacity(goals.len());
        let mut columns = Vec::with_capacity(goals.len());
        let mut changed = false;
        for (n, (out, (name, goal))) in given.into_iter().zip(goals).enumerate() {
            let value = Typed::new(column(out.id, out.ty), Pos::NONE);
            let Some(value) = self.coerce_to(value, goal, CastContext::Assignment)? else {
                let actual = format_type(PgType::new(out.ty.oid));
                return Err(mismatch(
                    result,
                    if single {
                        format!("Actual return type is {actual}.")
                    } else {
                        let goal = format_type(PgType::new(goal.oid));
                        format!("Final statement returns {actual} instead of {goal} at column {}.", n + 1)
                    },
                ));
            };
            let same = matches!(value.scalar.kind, ScalarKind::Column(id) if id == out.id);
            let id = if same { out.id } else { self.new_column() };
            changed |= !same;
            let ty = value.ty();
            self.same_domain(id, &value.scalar);
            exprs.push((id, value.scalar));
            columns.push((name, id, ty));
        }
        let last = if changed { Rel::Project { input: Box::new(rel), exprs } } else { rel };
        Ok(Routine { parameters, first, last, columns, whole, unpacked })
    }

    /// A lone row that is written out, as a value of the composite type that `goal` is or is a domain over.
    fn as_composite(
        &mut self,
        mut rel: Rel,
        mut given: Vec<OutColumn>,
        goal: PgType,
    ) -> SqlResult<(Rel, Vec<OutColumn>)> {
        let base = self.base_type(goal)?;
        let [record] = given.as_mut_slice() else { return Ok((rel, given)) };
        if record.ty.oid != Oid::RECORD || !base.oid.is_composite() {
            return Ok((rel, given));
        }
        let slot = match &mut rel {
            Rel::Project { exprs, .. } => exprs.iter_mut().find(|(id, _)| *id == record.id).map(|(_, value)| value),
            Rel::Values { rows, columns } => match (rows.as_mut_slice(), columns.as_slice()) {
                ([row], [(id, _)]) if *id == record.id => row.first_mut(),
                _ => None,
            },
            _ => None,
        };
        let Some(value) = slot else { return Ok((rel, given)) };
        let ScalarKind::Row(items) = &value.kind else { return Ok((rel, given)) };
        let row = self.row_as(items.clone(), base, CastContext::Assignment, Pos::NONE);
        *value = row.map_err(|e| super::coerce::about_domain(e, base.oid, goal.oid))?;
        record.ty = base;
        if let Rel::Values { columns, .. } = &mut rel {
            columns.iter_mut().for_each(|column| column.1 = base);
        }
        Ok((rel, given))
    }

    /// One record as the columns that are wanted; what it holds is found when it is there.
    fn unpacked(
        &mut self,
        rel: Rel,
        record: &OutColumn,
        goals: &[(String, PgType)],
    ) -> SqlResult<(Rel, Vec<OutColumn>)> {
        let mut exprs = Vec::with_capacity(goals.len());
        let mut out = Vec::with_capacity(goals.len());
        for (index, (name, declared)) in goals.iter().enumerate() {
            let (id, ty) = (self.new_column(), self.base_type(*declared)?);
            let input = counted(column(record.id, record.ty), index, goals.len());
            exprs.push((id, scalar(ScalarKind::Field { input, index }, ty)));
            let (name, fields) = (name.clone(), None);
            out.push(OutColumn { name, id, ty, origin: None, literal: None, fields, pos: record.pos });
        }
        Ok((Rel::Project { input: Box::new(rel), exprs }, out))
    }

    /// Whether calls stay calls: nothing will be run of what is bound.
    pub fn is_opaque(&self) -> bool {
        self.defining || self.context.opaque_calls
    }
}

/// A record whose field `index` is asked for, one of `count`: the first of them asks whether there are so many.
pub fn counted(record: Scalar, index: usize, count: usize) -> Box<Scalar> {
    let ty = record.ty;
    let record = Box::new(record);
    if index == 0 { Box::new(scalar(ScalarKind::FieldCount { input: record, count }, ty)) } else { record }
}

fn verb_of(statement: &ast::Statement) -> &'static str {
    match statement {
        ast::Statement::Insert(_) => "INSERT",
        ast::Statement::Update(_) => "UPDATE",
        ast::Statement::Delete(_) => "DELETE",
        _ => "MERGE",
    }
}

/// Whether a statement is no query. A body that holds one is interpreted, as it may do whatever a session may.
pub fn is_command(statement: &ast::Statement) -> bool {
    match statement {
        ast::Statement::Query(query) => ddl::select_into(query).is_some(),
        ast::Statement::Insert(_)
        | ast::Statement::Update(_)
        | ast::Statement::Delete(_)
        | ast::Statement::Merge(_) => false,
        _ => true,
    }
}

fn are_commands(statements: &[(String, ast::Statement)]) -> bool {
    statements.iter().any(|(_, statement)| is_command(statement))
}

/// Whether a body in SQL holds more than queries.
///
/// # Errors
/// 42601 for a text that is no statements.
pub fn holds_commands(body: &Body) -> SqlResult<bool> {
    Ok(are_commands(&statements(body)?))
}

/// The statements of a body, each with the text that its places are in.
fn statements(body: &Body) -> SqlResult<Vec<(String, ast::Statement)>> {
    let one = |text: String| -> SqlResult<(String, ast::Statement)> {
        let mut parsed = parse::parse(&text)?;
        match (parsed.pop(), parsed.is_empty()) {
            (Some(only), true) => Ok((text, only.statement)),
            _ => Err(SqlError::internal("not one statement")),
        }
    };
    match body {
        Body::Text(text) => Ok(parse::parse(text)?.into_iter().map(|p| (text.clone(), p.statement)).collect()),
        Body::Return(expr) => Ok(vec![one(format!("SELECT {expr}"))?]),
        // It is interpreted, and checked by whoever does that.
        Body::Plpgsql(_) | Body::Aggregate(_) => Ok(Vec::new()),
        Body::Internal(name) => Ok(vec![one(built_in_call(name)?)?]),
        Body::Atomic(texts) => texts.iter().cloned().map(one).collect(),
    }
}

/// A query that calls the function that is built in under this internal name, with a body's parameters.
fn built_in_call(name: &str) -> SqlResult<String> {
    let plain = |p: &&registry::Proc| p.src == name && p.kind == registry::ProcKind::Function;
    let proc = registry::pg_procs().find(plain).ok_or_else(|| {
        let text = format!("there is no built-in function named \"{name}\"");
        SqlError::new(SqlState::UndefinedFunction, text)
    })?;
    let one = |(ty, number): (&Oid, usize)| {
        let pseudo = registry::type_info(*ty).is_none_or(|t| t.kind == 'p');
        if pseudo { format!("${number}") } else { format!("CAST(${number} AS {})", type_name(*ty)) }
    };
    let args: Vec<String> = proc.args.iter().zip(1..).map(one).collect();
    Ok(format!("SELECT pg_catalog.{}({})", super::name::quote(proc.name), args.join(", ")))
}

/// A function's body as it is checked when the function is defined.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedBody {
    /// Of a body that is no string: with names that mean the same under any `search_path`.
    pub body: Body,
    /// What such a body uses.
    pub depends_on: Vec<Oid>,
}

/// Checks the body of a function that is in the catalog already, as it may call itself.
///
/// # Errors
/// Those of its statements, with their places in the text of the body; 42P13 if the last one does not give what the
/// function is declared to.
pub fn check_body(context: &BindContext<'_>, function: &Arc<Function>) -> SqlResult<CheckedBody> {
    let as_it_is = || CheckedBody { body: function.body.clone(), depends_on: Vec::new() };
    if matches!(function.body, Body::Plpgsql(_)) {
        return Ok(as_it_is());
    }
    if let Body::Internal(name) = &function.body {
        // Whether it takes and gives what is declared shows when it is called.
        built_in_call(name)?;
        return Ok(as_it_is());
    }
    let parts: Vec<Oid> = function.parameters.iter().map(|p| p.ty).chain([function.result]).collect();
    if parts.iter().any(|ty| polymorphic::is_polymorphic(*ty)) {
        // What it means shows when it is called; that it can be read is known now.
        statements(&function.body)?;
        return Ok(as_it_is());
    }
    let mut binder = Binder::new(context, "");
    binder.defining = true;
    let early = !matches!(function.body, Body::Text(_));
    binder.edits = early.then(Vec::new);
    let inputs = function.input_types();
    let returned = binder.returned(function, &inputs, &inputs)?;
    let types: Vec<PgType> = inputs.iter().map(|ty| PgType::new(*ty)).collect();
    binder.routine(function, &types, &returned, None)?;
    if !early {
        return Ok(as_it_is());
    }
    let mut texts = std::mem::take(&mut binder.rewritten);
    let body = match &function.body {
        Body::Return(_) => {
            let text = texts.pop().unwrap_or_default();
            Body::Return(text.strip_prefix("SELECT ").unwrap_or(&text).to_owned())
        }
        _ => Body::Atomic(texts),
    };
    let mut depends_on = binder.take_objects();
    depends_on.retain(|oid| *oid != function.oid);
    Ok(CheckedBody { body, depends_on })
}

/// What goes wrong in a body says nothing about places in the caller's text.
pub fn in_body(error: SqlError, function: &Function, while_: &str) -> SqlError {
    let context = format!("SQL function \"{}\" {while_}", function.name);
    let context = match error.fields().context.as_deref() {
        Some(inner) => format!("{inner}\n{context}"),
        None => context,
    };
    without_position(error).context(context)
}
