//! The SQL of a body: bound with the variables that it sees, planned once, and run again with their values.
//!
//! An expression that reads no table is evaluated right here, over the values of the variables.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;

use gavel_binder::bound::{Bound, CursorRow, ScalarKind, Statement};
use gavel_binder::{Conflict, TransitionTable, Variable, Variables};
use gavel_functions::call::EvalContext;
use gavel_functions::registry::Volatility;
use gavel_plpgsql::tree::{Sql, Var};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Visit, Visitor};

use crate::fast::expr::{RowContext, RowExpr};
use crate::fast::rel::FastRel;
use crate::prepared::{Basis, Planned, Prepared};
use crate::procedural::activation::{Activation, Kind, Place, with_context};
use crate::procedural::compiled::{Compiled, Holds};
use crate::session::{Session, binding};

/// How a piece of SQL is run.
pub enum How {
    /// Values, without a plan.
    Values(FastRel),
    Planned(Arc<Planned>),
    /// What is not planned.
    Utility,
}

/// A piece of SQL that can be run.
pub struct Fragment {
    pub prepared: Arc<Prepared>,
    pub how: How,
    /// Names and types of what it gives.
    pub output: Vec<(String, PgType)>,
    /// The variable that its first value is, if it is one as it stands.
    pub copies: Option<Var>,
    /// It runs no query: its errors are those of the statement that it belongs to.
    pub simple: bool,
    /// Of a cursor: what the columns behind those of `output` are.
    pub keys: Vec<CursorRow>,
    /// The variables that it mentions, in the order of their declaration.
    pub used: Vec<Var>,
    /// It calls nothing but immutable functions.
    pub immutable: bool,
}

/// A fragment, and what it holds for.
pub struct Kept {
    basis: Arc<Basis>,
    /// What the variables that it mentions held.
    used: Vec<(Var, Kind)>,
    fragment: Arc<Fragment>,
}

/// The variables that a place of a body sees.
struct Scope<'a> {
    compiled: &'a Compiled,
    kinds: &'a [Kind],
    sql: &'a Sql,
    transitions: &'a [(String, Oid)],
    used: RefCell<Vec<Var>>,
}

impl Variables for Scope<'_> {
    fn find(&self, parts: &[String]) -> SqlResult<Option<(Variable, usize)>> {
        let body = &self.compiled.body;
        let Some((var, used)) = body.names.resolve(self.sql.names, parts) else { return Ok(None) };
        let kind = &self.kinds[var.0];
        let name = body.variables[var.0].name.clone();
        // As a whole such a record is NULL.
        let whole = used == parts.len();
        if self.compiled.variables[var.0].holds == Holds::Record && kind.fields.is_none() && !whole {
            return Err(Activation::unassigned(&name));
        }
        self.used.borrow_mut().push(var);
        let fields = kind.fields.as_ref().map(|fields| fields.to_vec());
        Ok(Some((Variable { parameter: var.0, ty: kind.ty, fields, name }, used)))
    }

    fn conflict(&self) -> Conflict {
        use gavel_plpgsql::tree::Conflict as C;
        match self.compiled.body.conflict {
            C::Error => Conflict::Error,
            C::Variable => Conflict::Variable,
            C::Column => Conflict::Column,
        }
    }

    fn count(&self) -> usize {
        self.compiled.variables.len() + self.transitions.len()
    }

    fn transition(&self, name: &str) -> Option<TransitionTable> {
        named_rows(self.transitions, name, self.compiled.variables.len())
    }
}

/// What a statement that a body computes sees of it: the rows that a trigger names.
struct Named<'a> {
    transitions: &'a [(String, Oid)],
    /// Parameters of the statement's own.
    own: usize,
}

impl Variables for Named<'_> {
    fn find(&self, _: &[String]) -> SqlResult<Option<(Variable, usize)>> {
        Ok(None)
    }

    fn conflict(&self) -> Conflict {
        Conflict::Column
    }

    fn count(&self) -> usize {
        self.transitions.len()
    }

    fn transition(&self, name: &str) -> Option<TransitionTable> {
        named_rows(self.transitions, name, self.own)
    }
}

/// The transition table of this name; the parameters of all begin at `first`.
fn named_rows(transitions: &[(String, Oid)], name: &str, first: usize) -> Option<TransitionTable> {
    let at = transitions.iter().position(|(own, _)| own == name)?;
    Some(TransitionTable { parameter: first + at, row: transitions[at].1 })
}

/// Parses the one statement of a text.
///
/// # Errors
/// 42601.
pub fn parse_one(text: &str) -> SqlResult<Arc<Prepared>> {
    let mut parsed = gavel_binder::parse(text)?;
    match (parsed.pop(), parsed.is_empty()) {
        (Some(only), true) => Ok(Prepared::new(text.into(), Some(Arc::new(only)), Vec::new())),
        _ => Err(SqlError::new(SqlState::SyntaxError, "syntax error at end of input")),
    }
}

/// The text of a piece of SQL as a statement.
pub fn statement_text(sql: &Sql, expression: bool) -> String {
    if expression { format!("SELECT {}", sql.text) } else { sql.text.clone() }
}

impl Session {
    /// A piece of SQL, ready to run.
    ///
    /// # Errors
    /// The parser's, binder's and planner's.
    pub(crate) async fn fragment(&mut self, act: &Activation, sql: &Sql, expression: bool) -> SqlResult<Arc<Fragment>> {
        self.fragment_of(act, sql, (expression, false)).await
    }

    /// The query of a cursor, ready to run.
    ///
    /// # Errors
    /// As [`Session::fragment`].
    pub(crate) async fn cursor_fragment(&mut self, act: &Activation, sql: &Sql) -> SqlResult<Arc<Fragment>> {
        self.fragment_of(act, sql, (false, true)).await
    }

    async fn fragment_of(
        &mut self,
        act: &Activation,
        sql: &Sql,
        (expression, cursor): (bool, bool),
    ) -> SqlResult<Arc<Fragment>> {
        let basis = self.basis().await?;
        let key = (sql.at, expression, cursor);
        let holds = |kept: &Kept| {
            (Arc::ptr_eq(&kept.basis, &basis) || *kept.basis == *basis)
                && kept.used.iter().all(|(var, kind)| act.kinds[var.0] == *kind)
        };
        if let Some(kept) = act.compiled.kept.lock().get(&key).filter(|kept| holds(kept)) {
            return Ok(Arc::clone(&kept.fragment));
        }
        let text = statement_text(sql, expression);
        let prepared = parse_one(&text).map_err(SqlError::nowhere)?;
        let (bound, used) = self.bound_fragment(act, sql, (&prepared, cursor), &basis).map_err(|e| {
            let placed = e.fields().position.is_some();
            let error = e.nowhere();
            // Where there is a place in the text, it takes the part of the line.
            if placed { error } else { with_context(error, &told_of(act, sql, expression)) }
        })?;
        let mut fragment = Box::pin(self.ready(prepared, bound, &basis)).await?;
        fragment.used.clone_from(&used);
        let used = used.into_iter().map(|var| (var, act.kinds[var.0].clone())).collect();
        let fragment = Arc::new(fragment);
        let kept = Kept { basis, used, fragment: Arc::clone(&fragment) };
        act.compiled.kept.lock().insert(key, kept);
        Ok(fragment)
    }

    /// The bound form of what is planned, and the variables that it mentions.
    fn bound_fragment(
        &mut self,
        act: &Activation,
        sql: &Sql,
        (prepared, cursor): (&Prepared, bool),
        basis: &Basis,
    ) -> SqlResult<(Option<Bound>, Vec<Var>)> {
        if !prepared.is_plannable() {
            return Ok((None, Vec::new()));
        }
        let transitions = act.transitions.as_slice();
        let scope = Scope { compiled: &act.compiled, kinds: &act.kinds, sql, transitions, used: RefCell::default() };
        let style = self.text_style_now();
        let bound = binding::bind_in_body(prepared, basis, &style, &scope, cursor)?;
        let mut used = scope.used.into_inner();
        used.sort_unstable();
        used.dedup();
        Ok((Some(bound), used))
    }

    async fn ready(
        &mut self,
        prepared: Arc<Prepared>,
        bound: Option<Bound>,
        basis: &Arc<Basis>,
    ) -> SqlResult<Fragment> {
        let Some(bound) = bound else {
            let (output, keys, used) = (Vec::new(), Vec::new(), Vec::new());
            let how = How::Utility;
            return Ok(Fragment { prepared, how, output, copies: None, simple: false, keys, used, immutable: false });
        };
        let simple = is_simple(&prepared);
        let (mut copies, mut keys, used, mut immutable) = (None, Vec::new(), Vec::new(), false);
        let output = match &bound.statement {
            Statement::Declare(query, rows) => {
                keys.clone_from(rows);
                let shown = query.output.len().saturating_sub(rows.len());
                query.output.iter().take(shown).map(|o| (o.name.clone(), o.ty)).collect()
            }
            Statement::Query(query) => {
                copies = copied(query);
                immutable = is_immutable(query);
                query.output.iter().map(|o| (o.name.clone(), o.ty)).collect()
            }
            Statement::Modify(modify, _) => {
                modify.returning.iter().flatten().map(|(o, _)| (o.name.clone(), o.ty)).collect()
            }
            Statement::Rewritten(_) => {
                let columns = crate::session::statement::columns_of(&bound.statement);
                columns.iter().flat_map(|c| c.iter()).map(|c| (c.name.to_string(), c.ty)).collect()
            }
            _ => Vec::new(),
        };
        // What not everybody may call is asked for where plans are.
        let open = bound.accesses.is_empty() && bound.guarded.is_empty();
        let values = match &bound.statement {
            Statement::Query(query) if open => {
                let wanted: Vec<_> = query.output.iter().map(|o| (o.id, o.ty)).collect();
                FastRel::compile(&query.rel, &wanted, true).filter(|fast| fast.reads_nothing())
            }
            _ => None,
        };
        let how = match values {
            Some(fast) => How::Values(fast),
            None => How::Planned(Arc::new(self.plan_bound(bound, Arc::clone(basis)).await?)),
        };
        Ok(Fragment { prepared, how, output, copies, simple, keys, used, immutable })
    }

    /// The plan of a statement that a body has computed; with it, the values that follow its own parameters.
    ///
    /// # Errors
    /// The binder's and planner's.
    pub(crate) async fn dynamic_plan(
        &mut self,
        act: &Activation,
        prepared: &Arc<Prepared>,
    ) -> SqlResult<(Option<Arc<Planned>>, Vec<Datum>)> {
        if act.transitions.is_empty() || !prepared.is_plannable() {
            return Ok((Box::pin(self.plan(prepared)).await?, Vec::new()));
        }
        let basis = self.basis().await?;
        let style = self.text_style_now();
        let named = Named { transitions: &act.transitions, own: prepared.declared.len() };
        let bound = binding::bind_dynamic(prepared, &basis, &style, &named)?;
        let planned = Arc::new(Box::pin(self.plan_bound(bound, basis)).await?);
        let rows = act.values.get(act.compiled.variables.len()..).unwrap_or_default().to_vec();
        Ok((Some(planned), rows))
    }

    /// The value of an expression, and what it is of.
    ///
    /// # Errors
    /// Its own; 21000 if it is a query of several rows, 42601 for several columns.
    pub(crate) async fn value_of(&mut self, act: &mut Activation, sql: &Sql) -> SqlResult<(Datum, Kind)> {
        let fragment = self.fragment(act, sql, true).await?;
        let columns = fragment.output.len();
        if columns != 1 {
            let (text, context) = match &sql.assignment {
                Some(_) => (format!("assignment source returned {columns} columns"), told_of(act, sql, true)),
                None => (format!("query returned {columns} columns"), format!("query: {}", sql.text)),
            };
            return Err(with_context(SqlError::new(SqlState::SyntaxError, text), &context));
        }
        let ty = fragment.output[0].1;
        let mut rows = match &fragment.how {
            How::Values(fast) => {
                let rows = fast.rows_now(&self.evaluation(), &act.values);
                // PostgreSQL computes what is constant when it plans it.
                let apart = !fragment.simple || fragment.immutable && fragment.used.is_empty();
                rows.map_err(|e| if apart { with_context(e, &told_of(act, sql, true)) } else { e })?
            }
            _ => {
                let given = Box::pin(self.fragment_rows(act, &fragment)).await;
                let around = |e: SqlError| with_context(e.nowhere(), &told_of(act, sql, true));
                given.map_err(|e| if fragment.simple { e } else { around(e) })?.rows
            }
        };
        if rows.len() > 1 {
            let text = "query returned more than one row";
            let error = SqlError::new(SqlState::CardinalityViolation, text);
            let query = sql.assignment.as_ref().unwrap_or(&sql.text);
            return Err(with_context(error, &format!("query: {query}")));
        }
        let value = rows.pop().and_then(|mut row| row.pop()).unwrap_or(Datum::Null);
        let fields = match fragment.copies {
            Some(var) => act.kinds[var.0].fields.clone(),
            None => self.fields_of(ty, &value),
        };
        Ok((value, Kind { ty, fields }))
    }

    /// The fields of a row value.
    pub(crate) fn fields_of(&self, ty: PgType, value: &Datum) -> Option<super::compiled::Fields> {
        if !ty.oid.is_row() {
            return None;
        }
        self.catalog().fields(ty.oid).or_else(|| super::activation::fields_within(value))
    }

    /// Whether a condition holds; NULL does not.
    ///
    /// # Errors
    /// Its own; 22P02 and the like for what is no boolean.
    pub(crate) async fn holds(&mut self, act: &mut Activation, sql: &Sql) -> SqlResult<bool> {
        Ok(matches!(self.typed_value(act, sql, PgType::BOOL).await?, Datum::Bool(true)))
    }

    /// The value of an expression as one of this type.
    pub(crate) async fn typed_value(&mut self, act: &mut Activation, sql: &Sql, ty: PgType) -> SqlResult<Datum> {
        let (value, kind) = self.value_of(act, sql).await?;
        self.cast(value, kind.ty, ty).await
    }

    /// A value as it is assigned to a variable of type `to`.
    ///
    /// # Errors
    /// 22P02 and its kin; those of domains.
    pub(crate) async fn cast(&mut self, value: Datum, from: PgType, to: PgType) -> SqlResult<Datum> {
        if from == to || from.oid == to.oid && to.typmod < 0 {
            return Ok(value);
        }
        if value.is_null() && !to.oid.is_over_domain() {
            return Ok(value);
        }
        let basis = self.basis().await?;
        let key = (from, to);
        let cast = match self.routines.casts.get(&key) {
            Some((own, cast)) if Arc::ptr_eq(own, &basis) => Arc::clone(cast),
            _ => {
                let style = self.text_style_now();
                let scalar = gavel_binder::assignment_cast(&binding::context(&basis, &style), from, to)?;
                let cast = RowExpr::compile(&scalar, &|_| None)
                    .ok_or_else(|| SqlError::unsupported("this conversion is not supported in PL/pgSQL"))?;
                let cast = Arc::new(cast);
                self.routines.keep_cast(key, basis, Arc::clone(&cast));
                cast
            }
        };
        let eval = self.evaluation();
        cast.eval(&RowContext { eval: &eval, row: &[], params: &[value] })
    }

    /// The context that expressions of bodies are evaluated in.
    pub(crate) fn evaluation(&mut self) -> Arc<EvalContext> {
        let generation = self.shared.settings.lock().generation();
        let catalog = self.catalog();
        let start = self.transaction_start;
        if let Some((own, of, at, eval)) = &self.routines.evaluation
            && *own == generation
            && *at == start
            && Arc::ptr_eq(of, &catalog)
        {
            return Arc::clone(eval);
        }
        let eval = Arc::new(self.eval_context());
        self.routines.evaluation = Some((generation, catalog, start, Arc::clone(&eval)));
        eval
    }
}

/// The line of CONTEXT for a piece of SQL that fails.
pub fn told_of(act: &Activation, sql: &Sql, expression: bool) -> String {
    match &sql.assignment {
        Some(assignment) => format!("PL/pgSQL assignment \"{assignment}\""),
        None if expression && !matches!(act.current, Place::At(_, "PERFORM")) => {
            format!("SQL expression \"{}\"", sql.text)
        }
        None => format!("SQL statement \"{}\"", statement_text(sql, expression)),
    }
}

/// Whether a statement is one expression without queries in it.
fn is_simple(prepared: &Prepared) -> bool {
    struct Queries(usize);
    impl Visitor for Queries {
        type Break = ();
        fn pre_visit_query(&mut self, _: &ast::Query) -> ControlFlow<()> {
            self.0 += 1;
            if self.0 > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    let Some(parsed) = &prepared.parsed else { return false };
    let ast::Statement::Query(query) = &parsed.statement else { return false };
    let ast::SetExpr::Select(select) = &*query.body else { return false };
    select.from.is_empty() && query.visit(&mut Queries(0)).is_continue()
}

/// The variable that a query of one value gives as it is.
fn copied(query: &gavel_binder::bound::Query) -> Option<Var> {
    let gavel_binder::bound::Rel::Project { exprs, .. } = &query.rel else { return None };
    match (exprs.as_slice(), query.output.as_slice()) {
        ([(id, value)], [output]) if *id == output.id => match value.kind {
            ScalarKind::Param(parameter) => Some(Var(parameter)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a query of values calls nothing but immutable functions.
fn is_immutable(query: &gavel_binder::bound::Query) -> bool {
    let gavel_binder::bound::Rel::Project { exprs, .. } = &query.rel else { return false };
    exprs.iter().all(|(_, value)| gavel_binder::volatility(value) == Volatility::Immutable)
}
