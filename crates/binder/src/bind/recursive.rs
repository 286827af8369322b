//! WITH RECURSIVE before anything of it is bound: which items read which, and whether a recursive one is of the form
//! that can be run (manual §7.8.2.1; the rules are those of PostgreSQL's `parse_cte.c`).
//!
//! A name means the nearest WITH item of that name, so the walks below keep the items of the queries that they are in.

use std::ops::ControlFlow;

use gavel_types::{SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr, JoinOperator, SetExpr, TableFactor, Visit, Visitor};

use super::Binder;
use super::name::fold;
use crate::parse::Pos;

/// The bare name of a relation.
fn bare(name: &ast::ObjectName) -> Option<&ast::Ident> {
    match name.0.as_slice() {
        [ast::ObjectNamePart::Identifier(ident)] => Some(ident),
        _ => None,
    }
}

/// Which of `names` the query reads, as items of a WITH around it.
pub fn references(query: &ast::Query, names: &[String]) -> Vec<bool> {
    let mut finder = Finder { names, found: vec![false; names.len()], scopes: vec![] };
    let _ = query.visit(&mut finder);
    finder.found
}

struct Finder<'n> {
    names: &'n [String],
    found: Vec<bool>,
    /// Of each query around the place: its WITH items.
    scopes: Vec<Scope>,
}

struct Scope {
    /// Name, and the item's query.
    items: Vec<(String, *const ast::Query)>,
    /// How many of them can be named.
    visible: usize,
    recursive: bool,
}

impl Visitor for Finder<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
        let with = query.with.as_ref();
        let items: Vec<_> = with
            .into_iter()
            .flat_map(|w| &w.cte_tables)
            .map(|cte| (fold(&cte.alias.name), std::ptr::from_ref(&*cte.query)))
            .collect();
        let recursive = with.is_some_and(|w| w.recursive);
        let visible = if recursive { items.len() } else { 0 };
        self.scopes.push(Scope { items, visible, recursive });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
        self.scopes.pop();
        if let Some(scope) = self.scopes.last_mut().filter(|s| !s.recursive)
            && let Some(i) = scope.items.iter().position(|(_, item)| std::ptr::eq(*item, query))
        {
            scope.visible = i + 1;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ast::ObjectName) -> ControlFlow<()> {
        if let Some(name) = bare(relation).map(fold)
            && !self.scopes.iter().any(|s| s.items.iter().take(s.visible).any(|(item, _)| *item == name))
            && let Some(i) = self.names.iter().position(|n| *n == name)
            && let Some(found) = self.found.get_mut(i)
        {
            *found = true;
        }
        ControlFlow::Continue(())
    }
}

/// Where a reference to the item itself stands, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where it may stand, once.
    Right,
    Left,
    Subquery,
    OuterJoin,
    Intersect,
    Except,
}

impl Place {
    fn words(self) -> &'static str {
        match self {
            Self::Right => "more than once",
            Self::Left => "within its non-recursive term",
            Self::Subquery => "within a subquery",
            Self::OuterJoin => "within an outer join",
            Self::Intersect => "within INTERSECT",
            Self::Except => "within EXCEPT",
        }
    }
}

/// Looks for references of an item to itself.
struct Walk {
    name: String,
    place: Place,
    references: usize,
    /// Names of WITH items of inner queries.
    inner: Vec<Vec<String>>,
    /// The first reference that may not be there.
    wrong: Option<(Place, ast::Ident)>,
}

impl Walk {
    fn relation(&mut self, name: &ast::ObjectName) {
        let Some(ident) = bare(name) else { return };
        let folded = fold(ident);
        if folded != self.name || self.inner.iter().flatten().any(|n| *n == folded) || self.wrong.is_some() {
            return;
        }
        self.references += 1;
        if self.place != Place::Right || self.references > 1 {
            self.wrong = Some((self.place, ident.clone()));
        }
    }

    fn at(&mut self, place: Place, f: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.place, place);
        f(self);
        self.place = before;
    }

    fn query(&mut self, query: &ast::Query) {
        let mut names = Vec::new();
        if let Some(with) = &query.with {
            if with.recursive {
                names.extend(with.cte_tables.iter().map(|cte| fold(&cte.alias.name)));
            }
            for cte in &with.cte_tables {
                self.inner.push(names.clone());
                self.query(&cte.query);
                self.inner.pop();
                if !with.recursive {
                    names.push(fold(&cte.alias.name));
                }
            }
        }
        self.inner.push(names);
        self.body(&query.body);
        if let Some(order) = &query.order_by {
            self.expressions(order);
        }
        if let Some(limit) = &query.limit_clause {
            self.expressions(limit);
        }
        self.inner.pop();
    }

    fn body(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { op, set_quantifier, left, right } => {
                let all = *set_quantifier == ast::SetQuantifier::All;
                let (l, r) = match op {
                    _ if self.place != Place::Right => (self.place, self.place),
                    ast::SetOperator::Intersect if all => (Place::Intersect, Place::Intersect),
                    ast::SetOperator::Except | ast::SetOperator::Minus if all => (Place::Except, Place::Except),
                    ast::SetOperator::Except | ast::SetOperator::Minus => (Place::Right, Place::Except),
                    _ => (Place::Right, Place::Right),
                };
                self.at(l, |w| w.body(left));
                self.at(r, |w| w.body(right));
            }
            other => self.expressions(other),
        }
    }

    fn select(&mut self, select: &ast::Select) {
        self.expressions(&select.distinct);
        self.expressions(&select.projection);
        for entry in &select.from {
            self.joined(entry);
        }
        self.expressions(&select.selection);
        self.expressions(&select.group_by);
        self.expressions(&select.having);
        self.expressions(&select.named_window);
    }

    /// Joins lean to the left: the last one holds the others.
    fn joined(&mut self, entry: &ast::TableWithJoins) {
        self.joins(&entry.relation, &entry.joins);
    }

    fn joins(&mut self, first: &TableFactor, joins: &[ast::Join]) {
        let Some((last, before)) = joins.split_last() else { return self.factor(first) };
        let ok = self.place == Place::Right;
        let outer = if ok { Place::OuterJoin } else { self.place };
        let (left, right) = match &last.join_operator {
            JoinOperator::Left(_) | JoinOperator::LeftOuter(_) => (self.place, outer),
            JoinOperator::Right(_) | JoinOperator::RightOuter(_) => (outer, self.place),
            JoinOperator::FullOuter(_) => (outer, outer),
            _ => (self.place, self.place),
        };
        self.at(left, |w| w.joins(first, before));
        self.at(right, |w| w.factor(&last.relation));
        self.expressions(&last.join_operator);
    }

    fn factor(&mut self, factor: &TableFactor) {
        match factor {
            TableFactor::Table { name, args: None, .. } => self.relation(name),
            TableFactor::Derived { subquery, .. } => self.query(subquery),
            TableFactor::NestedJoin { table_with_joins, .. } => self.joined(table_with_joins),
            other => self.expressions(other),
        }
    }

    /// Subqueries of expressions.
    fn expressions(&mut self, node: &impl Visit) {
        let _ = node.visit(&mut Subqueries { walk: self, depth: 0 });
    }
}

/// Finds the outermost queries in expressions.
struct Subqueries<'w> {
    walk: &'w mut Walk,
    depth: usize,
}

impl Visitor for Subqueries<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.walk.at(Place::Subquery, |w| w.query(query));
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &ast::Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

impl Binder<'_> {
    /// The items of a WITH RECURSIVE in an order in which each comes behind those that it reads, with whether it reads
    /// itself.
    ///
    /// # Errors
    /// 0A000 where several read each other; 42P19 where an item that reads itself cannot be run.
    pub fn recursive_order(&self, with: &ast::With) -> SqlResult<Vec<(usize, bool)>> {
        let ctes = &with.cte_tables;
        let names: Vec<String> = ctes.iter().map(|cte| fold(&cte.alias.name)).collect();
        let mut reads: Vec<Vec<bool>> = ctes.iter().map(|cte| references(&cte.query, &names)).collect();
        let recursive: Vec<bool> = (0..ctes.len()).map(|i| std::mem::take(&mut reads[i][i])).collect();
        let mut order: Vec<usize> = (0..ctes.len()).collect();
        for i in 0..order.len() {
            let Some(j) = (i..order.len()).find(|j| !reads[order[*j]].contains(&true)) else {
                let pos = self.source.start(ctes[order[i]].alias.name.span);
                let error = SqlError::unsupported("mutual recursion between WITH items is not implemented");
                return Err(self.error_at(error, pos));
            };
            order.swap(i, j);
            let done = order[i];
            reads.iter_mut().for_each(|r| r[done] = false);
        }
        for i in &order {
            if recursive[*i] {
                self.well_formed(&ctes[*i])?;
            }
        }
        Ok(order.into_iter().map(|i| (i, recursive[i])).collect())
    }

    /// Whether an item that reads itself is a base, and a step that reads it once where rows come one by one.
    fn well_formed(&self, cte: &ast::Cte) -> SqlResult<()> {
        let name = fold(&cte.alias.name);
        let refuse = |text: String, pos: Pos| Err(self.error_at(SqlError::new(SqlState::InvalidRecursion, text), pos));
        let pos = self.source.start(cte.alias.name.span);
        let query = unwrapped(&cte.query);
        let (left, right) = match &*query.body {
            SetExpr::SetOperation { left, op: ast::SetOperator::Union, right, .. } => (left, right),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                return refuse(format!("recursive query \"{name}\" must not contain data-modifying statements"), pos);
            }
            _ => {
                let form = "does not have the form non-recursive-term UNION [ALL] recursive-term";
                return refuse(format!("recursive query \"{name}\" {form}"), pos);
            }
        };
        let walk = |place: Place, f: &dyn Fn(&mut Walk)| {
            let mut walk = Walk { name: name.clone(), place, references: 0, inner: vec![], wrong: None };
            f(&mut walk);
            match walk.wrong {
                Some((place, at)) => {
                    let text = format!("recursive reference to query \"{name}\" must not appear {}", place.words());
                    refuse(text, self.source.start(at.span))
                }
                None => Ok(()),
            }
        };
        let mut inner = Vec::new();
        if let Some(with) = &query.with {
            for item in &with.cte_tables {
                walk(Place::Subquery, &|w| {
                    w.inner.push(inner.clone());
                    w.query(&item.query);
                })?;
                inner.push(fold(&item.alias.name));
            }
        }
        self.undecorated(query)?;
        walk(Place::Left, &|w| w.body(left))?;
        walk(Place::Right, &|w| w.body(right))
    }

    /// 0A000 for what follows a recursive UNION.
    fn undecorated(&self, query: &ast::Query) -> SqlResult<()> {
        let refuse = |what: &str, e: Option<&Expr>| {
            let pos = e.map_or(Pos::NONE, |e| self.expr_pos(e));
            let error = SqlError::unsupported(format!("{what} in a recursive query is not implemented"));
            Err(self.error_at(error, pos))
        };
        if let Some(order) = &query.order_by {
            let first = match &order.kind {
                ast::OrderByKind::Expressions(keys) => keys.first().map(|k| &k.expr),
                ast::OrderByKind::All(_) => None,
            };
            return refuse("ORDER BY", first);
        }
        if let Some(ast::LimitClause::LimitOffset { limit, offset, .. }) = &query.limit_clause {
            if let Some(offset) = offset {
                return refuse("OFFSET", Some(&offset.value));
            }
            return refuse("LIMIT", limit.as_ref());
        }
        if !query.locks.is_empty() {
            return refuse("FOR UPDATE/SHARE", None);
        }
        Ok(())
    }
}

/// A query without parentheses that say nothing.
pub fn unwrapped(query: &ast::Query) -> &ast::Query {
    let bare =
        query.with.is_none() && query.order_by.is_none() && query.limit_clause.is_none() && query.locks.is_empty();
    match &*query.body {
        SetExpr::Query(inner) if bare => unwrapped(inner),
        _ => query,
    }
}
