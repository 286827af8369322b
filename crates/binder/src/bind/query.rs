//! Queries: WITH around a body, the body's kind, and what follows it (ORDER BY, LIMIT, row locks).

use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr};

use super::Binder;
use super::clause::Clause;
use super::expr::strip;
use super::name::fold;
use super::scalar::{Typed, column};
use super::scope::{Fields, Level};
use crate::bound::{ColumnId, Cte, Rel, Scalar, ScalarKind, SortKey};
use crate::parse::{Pos, marker};
use crate::query_tree::{Body, OrderTree, QueryTree, RangeColumn};

/// A result column of a bound query.
#[derive(Clone, Debug)]
pub struct OutColumn {
    pub name: String,
    pub id: ColumnId,
    pub ty: PgType,
    pub origin: Option<(Oid, i16)>,
    /// The literal or parameter of unknown type that it is, where a context may still give it one.
    pub literal: Option<Scalar>,
    pub fields: Option<Fields>,
    pub pos: Pos,
}

/// A bound query; its relation may put out more columns than these.
#[derive(Clone, Debug)]
pub struct BoundQuery {
    pub rel: Rel,
    pub columns: Vec<OutColumn>,
    /// If one is recorded.
    pub tree: Option<Box<QueryTree>>,
}

/// What follows a query's body.
pub struct Tail<'q> {
    pub order_by: &'q [ast::OrderByExpr],
    pub limit: Option<&'q ast::Expr>,
    pub offset: Option<&'q ast::Expr>,
    pub with_ties: bool,
    pub locks: &'q [ast::LockClause],
}

impl<'q> Tail<'q> {
    fn of(query: &'q ast::Query) -> SqlResult<Self> {
        let mut tail = Tail { locks: &query.locks, ..Tail::none() };
        match query.order_by.as_ref().map(|o| &o.kind) {
            Some(ast::OrderByKind::Expressions(keys)) => tail.order_by = keys,
            Some(ast::OrderByKind::All(_)) => {
                return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"all\""));
            }
            None => {}
        }
        match &query.limit_clause {
            Some(ast::LimitClause::LimitOffset { limit, offset, .. }) => {
                tail.limit = limit.as_ref();
                tail.offset = offset.as_ref().map(|o| &o.value);
            }
            Some(ast::LimitClause::OffsetCommaLimit { .. }) => {
                return Err(SqlError::new(SqlState::SyntaxError, "LIMIT #,# syntax is not supported")
                    .hint("Use separate LIMIT and OFFSET clauses."));
            }
            None => {}
        }
        if query.fetch.is_some() {
            // One that PostgreSQL takes is LIMIT by now.
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"fetch\""));
        }
        if let Some(ast::Expr::Prefixed { prefix, value }) = tail.limit
            && prefix.value == marker::TIES
        {
            tail.limit = Some(&**value);
            tail.with_ties = true;
            tail.check_ties()?;
        }
        Ok(tail)
    }

    fn none() -> Self {
        Tail { order_by: &[], limit: None, offset: None, with_ties: false, locks: &[] }
    }

    /// What WITH TIES asks of the clauses around it.
    fn check_ties(&self) -> SqlResult<()> {
        if self.order_by.is_empty() {
            let text = "WITH TIES cannot be specified without ORDER BY clause";
            return Err(SqlError::new(SqlState::SyntaxError, text));
        }
        if self.locks.iter().any(|l| matches!(l.nonblock, Some(ast::NonBlock::SkipLocked))) {
            let text = "SKIP LOCKED and WITH TIES options cannot be used together";
            return Err(SqlError::new(SqlState::SyntaxError, text));
        }
        let null = matches!(self.limit.map(strip), Some(ast::Expr::Value(v)) if v.value == ast::Value::Null);
        if null {
            let text = "row count cannot be null in FETCH FIRST ... WITH TIES clause";
            return Err(SqlError::new(SqlState::InvalidRowCountInLimitClause, text));
        }
        Ok(())
    }

    /// Whether nothing follows.
    pub fn is_empty(&self) -> bool {
        self.order_by.is_empty() && self.limit.is_none() && self.offset.is_none() && self.locks.is_empty()
    }
}

impl Binder<'_> {
    /// Binds a query on a level of its own. With `resolve`, columns of unknown type become text.
    pub fn query(&mut self, query: &ast::Query, resolve: bool) -> SqlResult<BoundQuery> {
        self.descend()?;
        self.levels.push(Level::new());
        let out = self.query_on_level(query, resolve);
        self.levels.pop();
        self.depth -= 1;
        out
    }

    /// Guards the recursion into nested queries.
    pub fn descend(&mut self) -> SqlResult<()> {
        self.depth += 8;
        if self.depth > 400 {
            self.depth -= 8;
            return Err(SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded"));
        }
        self.depth -= 7;
        Ok(())
    }

    fn query_on_level(&mut self, query: &ast::Query, resolve: bool) -> SqlResult<BoundQuery> {
        let ctes = self.with_clause(query.with.as_ref())?;
        let tail = Tail::of(query)?;
        let bound = match &*query.body {
            SetExpr::Select(select) => self.select(select, &tail, resolve)?,
            SetExpr::Query(inner) if tail.is_empty() => self.query(inner, resolve)?,
            SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
                self.modify_query(statement)?
            }
            body => {
                let bound = self.set_branch(body, resolve)?;
                self.apply_tail(bound, &tail, matches!(body, SetExpr::SetOperation { .. }))?
            }
        };
        let mut out = with(ctes, bound);
        if let Some(tree) = &mut out.tree {
            // Parentheses around a query say nothing, but for a WITH of its own.
            tree.ctes.splice(0..0, std::mem::take(&mut self.level().cte_trees));
            tree.recursive |= query.with.as_ref().is_some_and(|w| w.recursive);
        }
        Ok(out)
    }

    /// A branch of a set operation, or the whole body of a query that is no plain SELECT.
    pub fn set_branch(&mut self, body: &SetExpr, resolve: bool) -> SqlResult<BoundQuery> {
        match body {
            SetExpr::Select(select) => {
                self.descend()?;
                self.levels.push(Level::new());
                let out = self.select(select, &Tail::none(), resolve);
                self.levels.pop();
                self.depth -= 1;
                out
            }
            SetExpr::Query(inner) => self.query(inner, resolve),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                self.descend()?;
                let out = self.set_operation(left, *op, *set_quantifier, right);
                self.depth -= 1;
                out
            }
            SetExpr::Values(values) => self.values(values, resolve),
            other => {
                let word = other.to_string().split_whitespace().next().unwrap_or("").to_owned();
                Err(SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{word}\"")))
            }
        }
    }

    /// `VALUES (…), (…)` as a query.
    fn values(&mut self, values: &ast::Values, resolve: bool) -> SqlResult<BoundQuery> {
        let mut rows: Vec<Vec<Typed>> = Vec::with_capacity(values.rows.len());
        self.levels.push(Level::new());
        let bound = self.within(Clause::Values, |b| {
            for row in &values.rows {
                let mut out = Vec::with_capacity(row.content.len());
                for e in &row.content {
                    b.listed(e, &mut out)?;
                }
                rows.push(out);
            }
            Ok(())
        });
        self.levels.pop();
        bound?;
        let width = rows.first().map_or(0, Vec::len);
        if let Some(odd) = rows.iter().find(|r| r.len() != width) {
            let error = SqlError::new(SqlState::SyntaxError, "VALUES lists must all be the same length");
            let pos = odd.first().map(|v| v.pos).unwrap_or_default();
            return Err(self.error_at(error, pos));
        }
        let count = rows.len();
        let mut columns: Vec<Vec<Typed>> = (0..width).map(|_| Vec::with_capacity(count)).collect();
        for row in rows {
            for (i, value) in row.into_iter().enumerate() {
                columns[i].push(value);
            }
        }
        let mut out_rows: Vec<Vec<Scalar>> = (0..count).map(|_| Vec::with_capacity(width)).collect();
        let mut ids = Vec::with_capacity(width);
        let mut out = Vec::with_capacity(width);
        for (i, column) in columns.into_iter().enumerate() {
            let pos = column.first().map(|v| v.pos).unwrap_or_default();
            let lone = (count == 1 && !resolve).then(|| column.first().cloned()).flatten().filter(Typed::is_unknown);
            let literal = lone.map(|l| l.scalar);
            let (scalars, ty) = match literal {
                Some(ref unknown) => (vec![unknown.clone()], PgType::UNKNOWN),
                None => self.to_common(column, "VALUES")?,
            };
            for (row, value) in out_rows.iter_mut().zip(scalars) {
                row.push(value);
            }
            let id = self.new_column();
            ids.push((id, ty));
            let name = format!("column{}", i + 1);
            out.push(OutColumn { name, id, ty, origin: None, literal, fields: None, pos });
        }
        let tree = self.recorder.is_some().then(|| {
            let column = |c: &OutColumn| RangeColumn { name: c.name.clone(), number: 0, id: c.id };
            let columns = out.iter().map(column).collect();
            Box::new(QueryTree::of(Body::Values { range: self.new_range(), rows: out_rows.clone(), columns }))
        });
        Ok(BoundQuery { rel: Rel::Values { rows: out_rows, columns: ids }, columns: out, tree })
    }

    /// ORDER BY and LIMIT over a body whose columns are known by name and number only.
    fn apply_tail(&mut self, bound: BoundQuery, tail: &Tail<'_>, set_operation: bool) -> SqlResult<BoundQuery> {
        let BoundQuery { mut rel, columns, mut tree } = bound;
        let mut keys = Vec::with_capacity(tail.order_by.len());
        for key in tail.order_by {
            let target = self.output_column(&key.expr, &columns, "ORDER BY")?;
            let Some(target) = target else {
                if let (true, ast::Expr::Identifier(ident)) = (set_operation, strip(&key.expr)) {
                    return Err(self.no_column(&fold(ident), self.source.start(ident.span)));
                }
                let error = if set_operation {
                    SqlError::unsupported("invalid UNION/INTERSECT/EXCEPT ORDER BY clause")
                        .detail("Only result column names can be used, not expressions or functions.")
                        .hint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
                } else {
                    // VALUES has no names to compute with but its own columns.
                    let value = self.order_over_columns(&key.expr, &columns)?;
                    keys.push(self.sort_key(value, &key.options)?);
                    continue;
                };
                let pos = self.expr_pos(&key.expr);
                return Err(self.error_at(error, pos));
            };
            let value = Typed::new(column(target.id, target.ty), self.expr_pos(&key.expr));
            keys.push(self.sort_key(value, &key.options)?);
        }
        if let Some(lock) = tail.locks.first() {
            let what = if set_operation {
                "is not allowed with UNION/INTERSECT/EXCEPT"
            } else {
                "cannot be applied to VALUES"
            };
            return Err(SqlError::unsupported(format!("{} {what}", self.lock_word(lock))));
        }
        if !keys.is_empty() {
            rel = Rel::Sort { input: Box::new(rel), keys: keys.clone() };
        }
        let rel = self.limit(rel, tail, &keys)?;
        if let Some(tree) = &mut tree {
            let select = match &tree.body {
                Body::Select(select) => Some(&select.targets),
                _ => None,
            };
            let order_by = keys.iter().map(|key| {
                let place = columns.iter().position(|c| key.expr.kind == ScalarKind::Column(c.id));
                // In parentheses, a SELECT is still the same query.
                let target = place.and_then(|i| select?.get(i)).map(|t| t.1.clone());
                let key = SortKey { expr: target.unwrap_or_else(|| key.expr.clone()), ..key.clone() };
                OrderTree { key, position: place.filter(|_| set_operation).map(|i| i + 1) }
            });
            tree.order_by = order_by.collect();
            self.record_limit(tree, tail)?;
        }
        Ok(BoundQuery { rel, columns, tree })
    }

    /// An ORDER BY expression over the columns of VALUES.
    fn order_over_columns(&mut self, e: &ast::Expr, columns: &[OutColumn]) -> SqlResult<Typed> {
        let list: Vec<super::scope::NsColumn> = columns
            .iter()
            .map(|c| super::scope::NsColumn {
                name: c.name.clone(),
                scalar: column(c.id, c.ty),
                origin: None,
                fields: None,
                access: None,
            })
            .collect();
        let item = super::scope::NsItem::new("*VALUES*".into(), super::scope::Columns::List(list.into()));
        self.level().items.push(item);
        self.within(Clause::OrderBy, |b| b.expr(e))
    }

    /// The output column that an ORDER BY or GROUP BY item names by ordinal or name.
    ///
    /// # Errors
    /// 42P10 for an ordinal out of range, 42702 for a name that several have.
    pub fn output_column<'c>(
        &self,
        e: &ast::Expr,
        columns: &'c [OutColumn],
        clause: &str,
    ) -> SqlResult<Option<&'c OutColumn>> {
        match strip(e) {
            ast::Expr::Value(v) => match &v.value {
                ast::Value::Number(digits, _) => {
                    let n = self.ordinal(digits, columns.len(), clause, v)?;
                    Ok(columns.get(n))
                }
                _ => {
                    let error = SqlError::new(SqlState::SyntaxError, format!("non-integer constant in {clause}"));
                    Err(self.error_at(error, self.source.start(v.span)))
                }
            },
            ast::Expr::Identifier(ident) => {
                let name = fold(ident);
                let mut hits = columns.iter().filter(|c| c.name == name);
                let first = hits.next();
                if hits.next().is_some() {
                    let error = SqlError::new(SqlState::AmbiguousColumn, format!("{clause} \"{name}\" is ambiguous"));
                    return Err(self.error_at(error, self.source.start(ident.span)));
                }
                Ok(first)
            }
            _ => Ok(None),
        }
    }

    /// Index of the output column with this number.
    pub fn ordinal(&self, digits: &str, count: usize, clause: &str, v: &ast::ValueWithSpan) -> SqlResult<usize> {
        let pos = self.source.start(v.span);
        let Ok(n) = digits.parse::<usize>() else {
            let error = SqlError::new(SqlState::SyntaxError, format!("non-integer constant in {clause}"));
            return Err(self.error_at(error, pos));
        };
        if n == 0 || n > count {
            let text = format!("{clause} position {n} is not in select list");
            return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), pos));
        }
        Ok(n - 1)
    }

    /// A sort key; NULLs sort last ascending and first descending unless said.
    pub fn sort_key(&mut self, value: Typed, options: &ast::OrderByOptions) -> SqlResult<SortKey> {
        let value = self.settle(value)?;
        super::operator::sortable(value.oid()).map_err(|e| self.error_at(e, value.pos))?;
        let descending = options.asc == Some(false);
        Ok(SortKey { expr: value.scalar, descending, nulls_first: options.nulls_first.unwrap_or(descending) })
    }

    /// LIMIT, OFFSET and FETCH around `rel`.
    pub fn limit(&mut self, rel: Rel, tail: &Tail<'_>, keys: &[SortKey]) -> SqlResult<Rel> {
        if tail.limit.is_none() && tail.offset.is_none() {
            return Ok(rel);
        }
        let limit = tail.limit.map(|e| self.row_count(e, Clause::Limit)).transpose()?;
        let offset = tail.offset.map(|e| self.row_count(e, Clause::Offset)).transpose()?;
        let with_ties = if tail.with_ties { keys.to_vec() } else { vec![] };
        Ok(Rel::Limit { input: Box::new(rel), limit, offset, with_ties })
    }

    /// LIMIT and its kin in the tree.
    pub fn record_limit(&mut self, tree: &mut QueryTree, tail: &Tail<'_>) -> SqlResult<()> {
        tree.limit = tail.limit.map(|e| self.row_count(e, Clause::Limit)).transpose()?;
        tree.offset = tail.offset.map(|e| self.row_count(e, Clause::Offset)).transpose()?;
        tree.with_ties = tail.with_ties;
        Ok(())
    }

    fn row_count(&mut self, e: &ast::Expr, clause: Clause) -> SqlResult<Scalar> {
        let depth = self.levels.len() - 1;
        let mentions = self.level().mentions.len();
        let value = self.within(clause, |b| b.expr(e))?;
        let pos = value.pos;
        let own = self.levels.get(depth).is_some_and(|l| l.mentions.len() > mentions);
        let out = self.coerce_for_clause(value, PgType::INT8, clause.name())?;
        if own {
            let text = format!("argument of {} must not contain variables", clause.name());
            return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), pos));
        }
        Ok(fold_number(out))
    }

    /// Where an expression begins, without binding it.
    pub fn expr_pos(&self, e: &ast::Expr) -> Pos {
        match e {
            ast::Expr::Identifier(i) => self.source.start(i.span),
            ast::Expr::CompoundIdentifier(parts) => {
                parts.first().map(|i| self.source.start(i.span)).unwrap_or_default()
            }
            ast::Expr::Value(v) => self.source.start(v.span),
            ast::Expr::Function(f) => self.name_pos(&f.name),
            ast::Expr::Nested(inner) => self.expr_pos(inner),
            ast::Expr::BinaryOp { left, .. } => self.expr_pos(left),
            ast::Expr::Cast { expr, .. } => self.expr_pos(expr),
            other => self.source.start(ast::Spanned::span(other)),
        }
    }
}

/// An integer literal that a cast to bigint surrounds, as the bigint itself.
fn fold_number(s: Scalar) -> Scalar {
    if let ScalarKind::Call { args, .. } = &s.kind
        && s.ty == PgType::INT8
        && let [Scalar { kind: ScalarKind::Const(gavel_types::Datum::Int4(n)), .. }] = args.as_slice()
    {
        return super::scalar::constant(gavel_types::Datum::Int8(i64::from(*n)), PgType::INT8);
    }
    s
}

/// Puts CTEs around a bound query.
pub fn with(ctes: Vec<Cte>, bound: BoundQuery) -> BoundQuery {
    if ctes.is_empty() {
        return bound;
    }
    BoundQuery { rel: Rel::With { ctes, body: Box::new(bound.rel) }, columns: bound.columns, tree: bound.tree }
}
