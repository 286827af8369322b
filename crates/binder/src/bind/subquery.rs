//! Subqueries in expressions.

use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr};

use super::Binder;
use super::compare::row_items;
use super::query::BoundQuery;
use super::scalar::{Typed, boolean, column, not, scalar, truth};
use super::typename::array_type;
use super::user_operator::parted;
use crate::bound::{Scalar, ScalarKind, Subquery, SubqueryKind};
use crate::parse::{Pos, marker};
use crate::query_tree::{Body, Form, FromTree, QueryOperator, QueryTree, Range, RangeKind};

/// One of PostgreSQL's own operators, which may be joined to its schema.
fn own_operator(name: &str) -> QueryOperator {
    QueryOperator::System(parted(name).1.to_owned())
}

impl Binder<'_> {
    /// Binds a query one level further in.
    pub fn subquery(&mut self, query: &ast::Query) -> SqlResult<BoundQuery> {
        if let Some(place) = self.clause().forbids_subquery() {
            return Err(SqlError::unsupported(format!("cannot use subquery in {place}")));
        }
        let forbidden = self.sets_forbidden.take();
        let out = self.query(query, true);
        self.sets_forbidden = forbidden;
        out
    }

    /// Where a query begins.
    pub fn query_pos(&self, query: &ast::Query) -> Pos {
        match &*query.body {
            ast::SetExpr::Select(select) => self.source.start(select.select_token.0.span),
            ast::SetExpr::Query(inner) => self.query_pos(inner),
            _ => Pos::NONE,
        }
    }

    pub fn scalar_subquery(&mut self, query: &ast::Query) -> SqlResult<Typed> {
        let pos = self.query_pos(query);
        let at = self.before_operand(pos, "(");
        let bound = self.subquery(query)?;
        let [only] = bound.columns.as_slice() else {
            let error = SqlError::new(SqlState::SyntaxError, "subquery must return only one column");
            return Err(self.error_at(error, at));
        };
        let (id, ty) = (only.id, only.ty);
        let kind = SubqueryKind::Scalar;
        let out = scalar(ScalarKind::Subquery(Box::new(Subquery { kind, query: bound.rel, columns: vec![id] })), ty);
        let fields = only.fields.clone();
        let out = self.with_tree(out, bound.tree, None)?;
        let typed = Typed::new(out, at);
        Ok(match fields {
            Some(fields) => self.remember_fields(typed, fields),
            None => typed,
        })
    }

    pub fn array_subquery(&mut self, query: &ast::Query, pos: Pos) -> SqlResult<Typed> {
        let bound = self.subquery(query)?;
        let [only] = bound.columns.as_slice() else {
            let error = SqlError::new(SqlState::SyntaxError, "subquery must return only one column");
            return Err(self.error_at(error, pos));
        };
        // A subquery of arrays makes an array of one more dimension: the same type.
        let nested = super::typename::is_true_array(only.ty.oid);
        let array = if nested { Some(only.ty.oid) } else { array_type(only.ty.oid) };
        let Some(array) = array else {
            let text = format!("could not find array type for data type {}", super::typename::format_type(only.ty));
            return Err(self.error_at(SqlError::new(SqlState::UndefinedObject, text), pos));
        };
        let subquery = Subquery { kind: SubqueryKind::Array, columns: vec![only.id], query: bound.rel };
        let out = scalar(ScalarKind::Subquery(Box::new(subquery)), PgType::new(array));
        Ok(Typed::new(self.with_tree(out, bound.tree, None)?, pos))
    }

    /// A subquery with its tree, if one is recorded.
    fn with_tree(
        &self,
        value: Scalar,
        tree: Option<Box<QueryTree>>,
        operator: Option<QueryOperator>,
    ) -> SqlResult<Scalar> {
        if self.recorder.is_none() {
            return Ok(value);
        }
        let tree = *tree.ok_or_else(|| SqlError::internal("a subquery without a tree"))?;
        Ok(self.formed(value, || Form::Query { tree, operator }))
    }

    pub fn exists(&mut self, query: &ast::Query, negated: bool) -> SqlResult<Typed> {
        let pos = self.query_pos(query);
        let bound = self.subquery(query)?;
        let subquery = Subquery { kind: SubqueryKind::Exists, query: bound.rel, columns: vec![] };
        let out = boolean(ScalarKind::Subquery(Box::new(subquery)));
        let out = self.with_tree(out, bound.tree, None)?;
        Ok(Typed::new(if negated { not(out) } else { out }, pos))
    }

    pub fn in_subquery(&mut self, left: &Expr, query: &ast::Query, negated: bool) -> SqlResult<Typed> {
        let out = self.quantified_subquery(left, "=", query, false, if negated { "not" } else { "in" })?;
        Ok(if negated { Typed::new(not(out.scalar), out.pos) } else { out })
    }

    /// `written` is how the text spells the operator.
    pub fn quantified_subquery(
        &mut self,
        left: &Expr,
        name: &str,
        query: &ast::Query,
        all: bool,
        written: &str,
    ) -> SqlResult<Typed> {
        let left = match row_items(left) {
            Some(items) => self.items(&items)?,
            None => vec![self.expr(left)?],
        };
        let start = left.first().map(|l| l.pos).unwrap_or_default();
        let at = self.before_operand(self.query_pos(query), written);
        let bound = self.subquery(query)?;
        self.subquery_columns(left.len(), &bound, at)?;
        let mut bound = bound;
        let tree = bound.tree.take().map(unframed);
        let (subquery, operator) = match self.compared_by_user(name, left, bound, all, at)? {
            Ok((subquery, oid)) => (subquery, QueryOperator::User(oid)),
            Err((left, bound)) => {
                let (left, functions, rel, columns) = self.match_columns(name, left, bound, at)?;
                let kind = SubqueryKind::Quantified { left, functions, all };
                (Subquery { kind, query: rel, columns }, own_operator(name))
            }
        };
        let out = boolean(ScalarKind::Subquery(Box::new(subquery)));
        Ok(Typed::new(self.with_tree(out, tree, Some(operator))?, start))
    }

    /// `left name ANY (query)` where the operator is one of users: whether any of the query's rows gives true, asked of what the
    /// operator gives in the query itself; with the operator. Left and query come back where it is not.
    #[allow(clippy::type_complexity, reason = "one of two, used once")]
    fn compared_by_user(
        &mut self,
        name: &str,
        mut left: Vec<Typed>,
        bound: BoundQuery,
        all: bool,
        at: Pos,
    ) -> SqlResult<Result<(Subquery, Oid), (Vec<Typed>, BoundQuery)>> {
        let ([value], [output]) = (left.as_slice(), bound.columns.as_slice()) else { return Ok(Err((left, bound))) };
        let (id, right) = (output.id, Typed::new(column(output.id, output.ty), at));
        let value = value.clone();
        let Ok((compared, oid)) = self.user_operation(name, Some(value), right, at)? else {
            return Ok(Err((left, bound)));
        };
        if compared.oid() != Oid::BOOL {
            let ty = super::typename::format_type(compared.ty());
            let text = format!("row comparison operator must yield type boolean, not type {ty}");
            return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), at));
        }
        let functions = vec![super::operator::equality(Oid::BOOL)?];
        // What is only shown has the operands as they are.
        if let (Some(_), Some(value)) = (&self.recorder, left.pop()) {
            let kind = SubqueryKind::Quantified { left: vec![value.scalar], functions, all };
            return Ok(Ok((Subquery { kind, query: bound.rel, columns: vec![id] }, oid)));
        }
        let given = self.new_column();
        let exprs = vec![(given, compared.scalar)];
        let query = crate::bound::Rel::Project { input: Box::new(bound.rel), exprs };
        let kind = SubqueryKind::Quantified { left: vec![truth(true)], functions, all };
        Ok(Ok((Subquery { kind, query, columns: vec![given] }, oid)))
    }

    fn subquery_columns(&self, wanted: usize, bound: &BoundQuery, at: Pos) -> SqlResult<()> {
        let given = bound.columns.len();
        if given == wanted {
            return Ok(());
        }
        let text = if given > wanted { "subquery has too many columns" } else { "subquery has too few columns" };
        Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), at))
    }

    /// Chooses the operator of each pair; columns that it casts are projected anew.
    #[allow(clippy::type_complexity, reason = "the parts of a quantified subquery, used twice")]
    fn match_columns(
        &mut self,
        name: &str,
        left: Vec<Typed>,
        bound: BoundQuery,
        at: Pos,
    ) -> SqlResult<(Vec<Scalar>, Vec<Oid>, crate::bound::Rel, Vec<crate::bound::ColumnId>)> {
        let mut lefts = Vec::with_capacity(left.len());
        let mut functions = Vec::with_capacity(left.len());
        let mut exprs = Vec::with_capacity(left.len());
        let mut casts = false;
        for (l, output) in left.into_iter().zip(&bound.columns) {
            let right = Typed::new(column(output.id, output.ty), at);
            let applied = self.apply_operator(name, Some(l), right, at)?;
            if applied.result.oid != Oid::BOOL {
                let text = format!(
                    "row comparison operator must yield type boolean, not type {}",
                    super::typename::format_type(applied.result)
                );
                return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), at));
            }
            let Some(l) = applied.left else { return Err(SqlError::internal("a comparison without operands")) };
            lefts.push(l.scalar);
            functions.push(applied.operator.proc);
            casts |= applied.right.scalar.kind != ScalarKind::Column(output.id);
            exprs.push((output.id, applied.right.scalar));
        }
        if !casts {
            let columns = bound.columns.iter().map(|c| c.id).collect();
            return Ok((lefts, functions, bound.rel, columns));
        }
        let exprs: Vec<_> = exprs.into_iter().map(|(_, e)| (self.new_column(), e)).collect();
        let columns = exprs.iter().map(|(id, _)| *id).collect();
        let rel = crate::bound::Rel::Project { input: Box::new(bound.rel), exprs };
        Ok((lefts, functions, rel, columns))
    }

    /// `(a, b) op (SELECT x, y …)`, at most one row: the query is joined by one scalar subquery a column
    /// only for equality; it is the same as ANY over at most one row, and NULL for none.
    pub fn row_against_subquery(&mut self, name: &str, left: Vec<Typed>, query: &ast::Query) -> SqlResult<Typed> {
        let start = left.first().map(|l| l.pos).unwrap_or_default();
        let at = self.before_operand(self.query_pos(query), name);
        let bound = self.subquery(query)?;
        self.subquery_columns(left.len(), &bound, at)?;
        // The row comes from one scalar subquery that yields a record, and is compared as a record.
        let fields: Vec<Scalar> = bound.columns.iter().map(|c| column(c.id, c.ty)).collect();
        let goals: Vec<PgType> = bound.columns.iter().map(|c| c.ty).collect();
        let id = self.new_column();
        let row = scalar(ScalarKind::Row(fields), PgType::new(Oid::RECORD));
        let rel = crate::bound::Rel::Project { input: Box::new(bound.rel), exprs: vec![(id, row)] };
        let subquery = Subquery { kind: SubqueryKind::Scalar, query: rel, columns: vec![id] };
        let right = Typed::new(scalar(ScalarKind::Subquery(Box::new(subquery)), PgType::new(Oid::RECORD)), at);
        let mut items = Vec::with_capacity(left.len());
        for (l, goal) in left.into_iter().zip(goals) {
            let l = match super::coerce::can_coerce(l.oid(), goal.oid, gavel_functions::registry::CastContext::Implicit)
            {
                true => self.coerce_type(l, goal.oid, gavel_functions::registry::CastContext::Implicit)?,
                false => l,
            };
            items.push(l.scalar);
        }
        let left = Typed::new(scalar(ScalarKind::Row(items), PgType::new(Oid::RECORD)), start);
        let out = self.operator(name, Some(left), right, at)?;
        Ok(Typed::new(self.with_tree(out.scalar, bound.tree, Some(own_operator(name)))?, out.pos))
    }
}

/// The VALUES behind ANY or ALL without the query that the parser needs around them.
fn unframed(tree: Box<QueryTree>) -> Box<QueryTree> {
    let Body::Select(select) = &tree.body else { return tree };
    match select.from.as_slice() {
        [FromTree::Range(Range { kind: RangeKind::Subquery(values), alias: Some(alias), .. })]
            if *alias == *marker::VALUES =>
        {
            values.clone()
        }
        _ => tree,
    }
}
