//! Recording a query tree while binding. A binder with a recorder binds as ever, but leaves constants as they are
//! written, and keeps for each query what its clauses say.

use std::collections::HashMap;

use gavel_catalog::Table;
use gavel_functions::registry::{self, CastMethod};
use gavel_types::{Oid, PgType, SqlError, SqlResult};
use sqlparser::ast;

use super::Binder;
use super::from::FromItem;
use super::group::{Grouping, group_by_distinct};
use super::name::fold;
use super::query::Tail;
use super::scalar::scalar;
use super::select::{Distinctness, Target};
use super::table_expr::TableExpr;
use crate::bound::{ColumnId, Scalar, ScalarKind, SortKey};
use crate::context::BindContext;
use crate::parse;
use crate::query_tree::{
    Body, CallTree, DistinctTree, Form, FromTree, FunctionTree, GroupTree, LockTree, OrderTree, Origin, QueryTree,
    Range, RangeColumn, RangeId, RangeKind, SelectTree, StoredAlias, StoredTree, WrittenArgs,
};

/// What is recorded beside the trees of queries and FROM items.
#[derive(Debug, Default)]
pub struct Recorder {
    pub calls: HashMap<ColumnId, CallTree>,
    /// Functions of the FROM item that is being bound.
    pub functions: Vec<FunctionTree>,
    next_range: RangeId,
}

/// The tree of a stored query.
///
/// # Errors
/// As binding it; XX000 for what has no tree.
pub fn query_tree(context: &BindContext<'_>, sql: &str) -> SqlResult<StoredTree> {
    let query = parse::parse_query(sql)?;
    let mut binder = Binder::new(context, sql);
    binder.allow_params = false;
    binder.defining = true;
    binder.recorder = Some(Box::default());
    let tree = binder.query(&query, true)?.tree;
    let calls = binder.recorder.take().map(|r| r.calls).unwrap_or_default();
    match tree {
        Some(query) => Ok(StoredTree { query: *query, calls }),
        None => Err(SqlError::internal("a query without a tree")),
    }
}

/// A stored expression over a table's columns, with [`Form`]s, and the columns that it mentions.
///
/// # Errors
/// As binding it.
pub fn recorded_table_expr(
    context: &BindContext<'_>,
    expr: &ast::Expr,
    sql: &str,
    table: &Table,
) -> SqlResult<(Scalar, Vec<(i16, ColumnId)>)> {
    let mut binder = Binder::new(context, sql);
    binder.recorder = Some(Box::default());
    binder.table_expr(expr, table, TableExpr::Stored)
}

/// A condition of a policy over the columns of `table`, which its text calls by the name `called`: with [`Form`]s, the
/// columns that it mentions, and what is called in its queries.
///
/// # Errors
/// As binding it.
#[allow(clippy::type_complexity, reason = "the parts of a recorded expression, used once")]
pub fn recorded_policy(
    context: &BindContext<'_>,
    sql: &str,
    (table, called): (&Table, &str),
) -> SqlResult<(Scalar, Vec<(i16, ColumnId)>, HashMap<ColumnId, CallTree>)> {
    let expr = parse::parse_expression(sql)?;
    let named;
    let table = if called == table.name {
        table
    } else {
        named = Table { name: called.to_owned(), ..table.clone() };
        &named
    };
    let mut binder = Binder::new(context, sql);
    binder.defining = true;
    binder.recorder = Some(Box::default());
    let (value, mentioned) = binder.table_expr(&expr, table, TableExpr::Stored)?;
    let calls = binder.recorder.take().map(|r| r.calls).unwrap_or_default();
    Ok((value, mentioned, calls))
}

/// A default of a column of type `target`, with [`Form`]s.
///
/// # Errors
/// As binding it.
pub fn recorded_default(context: &BindContext<'_>, expr: &ast::Expr, sql: &str, target: PgType) -> SqlResult<Scalar> {
    let mut binder = Binder::new(context, sql);
    binder.allow_params = false;
    binder.recorder = Some(Box::default());
    binder.default_value(expr, target, "")
}

/// `value` without the [`Form`] around it.
pub fn bare(value: Scalar) -> Scalar {
    match value.kind {
        ScalarKind::Form { input, .. } => bare(*input),
        kind => Scalar { kind, ty: value.ty },
    }
}

/// Whether a call of this function may also be written as an operator or a cast.
pub fn has_other_form(function: Oid) -> bool {
    registry::operators().iter().any(|o| o.proc == function)
        || registry::proc(function).is_some_and(|p| {
            let from = p.args.first().copied().unwrap_or(Oid(0));
            registry::cast(from, p.ret).is_some_and(|c| c.method == CastMethod::Function(function))
        })
}

/// An alias as it was given, and the names of columns behind it.
pub fn written_alias(alias: &ast::TableAlias) -> (Option<String>, Vec<(Origin, String)>) {
    let columns = alias.columns.iter().map(|c| fold(&c.name));
    match StoredAlias::of(&alias.name.value) {
        Some(stored) => (stored.alias, stored.columns.into_iter().zip(columns).collect()),
        None => (Some(fold(&alias.name)), columns.map(|name| (Origin::Alias, name)).collect()),
    }
}

impl Binder<'_> {
    /// `value` in a form, if a tree is recorded.
    pub fn formed(&self, value: Scalar, form: impl FnOnce() -> Form) -> Scalar {
        if self.recorder.is_none() {
            return value;
        }
        let ty = value.ty;
        scalar(ScalarKind::Form { form: Box::new(form()), input: Box::new(value) }, ty)
    }

    /// Remembers what column `id` stands for.
    pub fn record_call(&mut self, id: ColumnId, call: impl FnOnce() -> CallTree) {
        if let Some(recorder) = &mut self.recorder {
            recorder.calls.insert(id, call());
        }
    }

    /// Remembers how the arguments of the set-returning call behind column `id` are written.
    pub fn record_written(&mut self, id: ColumnId, written: Option<WrittenArgs>) {
        if let Some(CallTree::Set(_, known)) = self.recorder.as_mut().and_then(|r| r.calls.get_mut(&id)) {
            *known = written;
        }
    }

    pub fn new_range(&mut self) -> RangeId {
        self.recorder.as_mut().map_or(0, |r| {
            r.next_range += 1;
            r.next_range
        })
    }

    /// Remembers a FROM item of this kind. `name` is what it is called without an alias.
    pub fn record_range(
        &mut self,
        item: &mut FromItem,
        kind: RangeKind,
        name: &str,
        alias: Option<&ast::TableAlias>,
        lateral: bool,
    ) {
        if self.recorder.is_none() {
            return;
        }
        let id = self.new_range();
        let Some(ns) = item.items.first_mut() else { return };
        ns.range = Some(id);
        let column = |slot: usize| match ns.scalar(slot).kind {
            ScalarKind::Column(id) => {
                let number = ns.origin(slot).map_or(0, |o| o.1);
                Some(RangeColumn { name: ns.column_name(slot).to_owned(), number, id })
            }
            _ => None,
        };
        let columns = (0..ns.slots()).filter(|slot| ns.live(*slot)).filter_map(column).collect();
        let (alias, given) = alias.map(written_alias).unwrap_or_default();
        let name = name.to_owned();
        item.tree = Some(FromTree::Range(Range { id, lateral, only: false, kind, alias, given, name, columns }));
    }

    /// The tree of a SELECT, before what it computes is put in its place.
    #[allow(clippy::too_many_arguments, reason = "the clauses of one SELECT")]
    pub fn record_select(
        &mut self,
        s: &ast::Select,
        tail: &Tail<'_>,
        targets: &mut [Target],
        outputs: usize,
        grouping: &mut Grouping,
        (filter, having): (Option<Scalar>, Option<Scalar>),
        distinct: &Distinctness,
        keys: &[(usize, ast::OrderByOptions)],
    ) -> SqlResult<Option<Box<QueryTree>>> {
        let group_by = self.group_trees(&s.group_by, targets, outputs, grouping)?;
        let value = |i: &usize| targets.get(*i).map(|t| t.value.scalar.clone());
        let distinct = match distinct {
            Distinctness::No => DistinctTree::No,
            Distinctness::All => DistinctTree::All,
            Distinctness::On(on) => DistinctTree::On(on.iter().filter_map(value).collect()),
        };
        let shown = targets.iter().filter(|t| !t.junk).map(|t| (t.name.clone(), t.value.scalar.clone())).collect();
        let mut order_by = Vec::with_capacity(keys.len());
        for (i, options) in keys {
            let Some(expr) = value(i) else { continue };
            let descending = options.asc == Some(false);
            let key = SortKey { expr, descending, nulls_first: options.nulls_first.unwrap_or(descending) };
            order_by.push(OrderTree { key, position: None });
        }
        let level = self.level();
        let windows = level.named_windows.iter().filter_map(|w| Some((w.name.clone()?, w.tree.clone()))).collect();
        let from = std::mem::take(&mut level.from);
        let group_distinct = group_by_distinct(&s.group_by);
        let select = SelectTree { distinct, targets: shown, from, filter, group_by, group_distinct, having, windows };
        if select.from.len() < s.from.len() {
            return Ok(None);
        }
        let mut tree = QueryTree::of(Body::Select(Box::new(select)));
        tree.order_by = order_by;
        tree.locks = self.lock_trees(tail.locks);
        Ok(Some(Box::new(tree)))
    }

    fn lock_trees(&mut self, locks: &[ast::LockClause]) -> Vec<LockTree> {
        let mut out: Vec<LockTree> = vec![];
        for lock in locks {
            let (mode, names) = self.lock_mode(lock);
            let wait = match lock.nonblock {
                Some(ast::NonBlock::Nowait) => " NOWAIT",
                Some(ast::NonBlock::SkipLocked) => " SKIP LOCKED",
                None => "",
            };
            let named = |name: &str| names.is_empty() || names.iter().any(|(n, _)| n == name);
            let ranges: Vec<RangeId> =
                self.level().items.iter().filter(|i| i.lockable && named(&i.name)).filter_map(|i| i.range).collect();
            for range in ranges {
                if !out.iter().any(|l| l.range == range) {
                    out.push(LockTree { range, mode, wait });
                }
            }
        }
        out
    }

    /// GROUP BY as it is written; `grouping` holds its expressions already.
    fn group_trees(
        &mut self,
        group_by: &ast::GroupByExpr,
        targets: &mut [Target],
        outputs: usize,
        grouping: &mut Grouping,
    ) -> SqlResult<Vec<GroupTree>> {
        let ast::GroupByExpr::Expressions(items, modifiers) = group_by else { return Ok(vec![]) };
        if grouping.sets.is_none() {
            return Ok(grouping.exprs.iter().cloned().map(GroupTree::Expr).collect());
        }
        let sets = modifiers.iter().filter_map(|m| match m {
            ast::GroupByWithModifier::GroupingSets(e) => Some(e),
            _ => None,
        });
        let items = items.iter().skip(usize::from(group_by_distinct(group_by)));
        items.chain(sets).map(|item| self.group_tree(item, targets, outputs, grouping)).collect()
    }

    fn group_tree(
        &mut self,
        item: &ast::Expr,
        targets: &mut [Target],
        outputs: usize,
        grouping: &mut Grouping,
    ) -> SqlResult<GroupTree> {
        let mut parts = |b: &mut Self, parts: &[ast::Expr]| -> SqlResult<GroupTree> {
            if let [nested @ (ast::Expr::Rollup(_) | ast::Expr::Cube(_) | ast::Expr::GroupingSets(_))] = parts {
                return b.group_tree(nested, targets, outputs, grouping);
            }
            let set = b.group_set(parts, targets, outputs, grouping)?;
            Ok(GroupTree::Set(set.into_iter().filter_map(|i| grouping.exprs.get(i).cloned()).collect()))
        };
        let mut all = |b: &mut Self, list: &[Vec<ast::Expr>]| -> SqlResult<Vec<GroupTree>> {
            list.iter().map(|p| parts(b, p)).collect()
        };
        Ok(match item {
            ast::Expr::Rollup(list) => GroupTree::Rollup(all(self, list)?),
            ast::Expr::Cube(list) => GroupTree::Cube(all(self, list)?),
            ast::Expr::GroupingSets(list) => {
                // Sets within sets are sets of the outer ones.
                let flat = all(self, list)?.into_iter().flat_map(|part| match part {
                    GroupTree::Sets(inner) => inner,
                    part => vec![part],
                });
                GroupTree::Sets(flat.collect())
            }
            e => parts(self, std::slice::from_ref(e))?,
        })
    }
}
