//! Scalar subqueries that become left joins.
//!
//! ```text
//!  (SELECT f(agg) FROM r WHERE r.k = outer.k AND …)   ──▶  LEFT JOIN (SELECT k, f(agg) … GROUP BY k)
//!  (SELECT e FROM r WHERE r.unique_key = outer.k)     ──▶  LEFT JOIN r
//! ```
//! A row of the outer query without a match gets what the subquery gives over no rows: NULL, or what
//! `count` makes of it, told by a flag column of the joined side.
//!
//! The join computes values that plain evaluation might never ask for. So this is done only where
//! nothing in the subquery can fail; and only where the outer side is not small and the subquery not a
//! cheap look-up, for which [`crate::apply`] does less work.

use std::collections::{BTreeSet, HashMap};

use gavel_binder::bound::{ColumnId, JoinKind, Rel, Scalar, ScalarKind, Source, Subquery, SubqueryKind};
use gavel_catalog::{Index, IndexKey, Table};
use gavel_functions::registry::{self, Volatility};
use gavel_types::{Datum, PgType};

use crate::lower::equality::key_type;
use crate::lower::plan::{Planner, output_of, substitute};
use crate::lower::unnest::{conjunction, pull};
use crate::lower::walk::{Refs, children, conjuncts, map};

/// Replaces what scalar subqueries of `scalars` it can by columns of joins, and gives the relation that
/// has those columns. `None` if there are none.
pub fn lift(planner: &mut Planner<'_>, input: &Rel, scalars: &mut [Scalar], fetched: bool) -> Option<Rel> {
    if !scalars.iter().any(has_scalar_subquery) {
        return None;
    }
    let outer = output_of(input);
    // Under a limit only the first rows may ever be computed.
    let outer_rows = rough_rows(planner, input).min(if fetched { 100.0 } else { f64::INFINITY });
    let mut joined: Option<Rel> = None;
    for scalar in scalars.iter_mut() {
        if !has_scalar_subquery(scalar) {
            continue;
        }
        let taken = std::mem::replace(scalar, Scalar { kind: ScalarKind::Default, ty: PgType::BOOL });
        *scalar = map(taken, &mut |s| {
            let ScalarKind::Subquery(subquery) = &s.kind else { return s };
            let Some(found) = as_join(planner, subquery, &outer, outer_rows) else { return s };
            let left = joined.take().unwrap_or_else(|| input.clone());
            joined = Some(Rel::Join {
                kind: JoinKind::Left,
                left: Box::new(left),
                right: Box::new(found.right),
                on: found.on,
                lateral: false,
            });
            found.value
        });
    }
    joined
}

fn has_scalar_subquery(scalar: &Scalar) -> bool {
    matches!(&scalar.kind, ScalarKind::Subquery(s) if s.kind == SubqueryKind::Scalar)
        || children(scalar).into_iter().any(has_scalar_subquery)
}

struct Lifted {
    right: Rel,
    on: Scalar,
    /// Stands in the place of the subquery.
    value: Scalar,
}

fn as_join(
    planner: &mut Planner<'_>,
    subquery: &Subquery,
    outer: &BTreeSet<ColumnId>,
    outer_rows: f64,
) -> Option<Lifted> {
    let (SubqueryKind::Scalar, [column]) = (&subquery.kind, &subquery.columns[..]) else { return None };
    let refs = Refs::of_rel(&subquery.query);
    if refs.volatile || refs.free().is_disjoint(outer) {
        return None;
    }
    let (core, expr) = match &subquery.query {
        Rel::Project { input, exprs } => (input.as_ref(), exprs.iter().find(|e| e.0 == *column)?.1.clone()),
        _ => return None,
    };
    if !is_safe(&expr) || !Refs::of_scalar(&expr).used.is_disjoint(outer) {
        return None;
    }
    let inner_rows = rough_rows(planner, core);
    match core {
        Rel::Aggregate { input, groups, sets: None, grouping: None, aggregates } if groups.is_empty() => {
            let (rest, correlated) = pull(input, outer)?;
            let pairs = equalities(&correlated, outer)?;
            // Few rows that each look up an index: apply is cheaper than reading all.
            if outer_rows * 4.0 < inner_rows && is_indexed(&rest, &pairs) {
                return None;
            }
            if aggregates.iter().any(|a| {
                // What a user's aggregate gives of no rows only its functions know.
                a.user.as_ref().is_some_and(|user| user.steps.is_some())
                    || a.direct > 0
                    || !a.args.iter().chain(&a.filter).chain(a.order_by.iter().map(|k| &k.expr)).all(is_safe)
            }) {
                return None;
            }
            let mut keys = vec![];
            let mut on = vec![];
            for pair in &pairs {
                let id = planner.fresh_column();
                keys.push((id, pair.inner.clone()));
                on.push(pair.with_inner(id));
            }
            let grouped = Rel::Aggregate {
                input: Box::new(rest),
                groups: keys.clone(),
                sets: None,
                grouping: None,
                aggregates: aggregates.clone(),
            };
            let empty: HashMap<ColumnId, Scalar> = aggregates
                .iter()
                .map(|a| {
                    let counts = registry::proc(a.function).is_some_and(|p| matches!(p.name, "count" | "regr_count"));
                    let value = if counts { Datum::Int8(0) } else { Datum::Null };
                    (a.id, Scalar { kind: ScalarKind::Const(value), ty: a.ty })
                })
                .collect();
            let empty: HashMap<ColumnId, &Scalar> = empty.iter().map(|(id, s)| (*id, s)).collect();
            Some(finish(planner, grouped, keys, on, expr.clone(), substitute(expr, &empty)))
        }
        core => {
            let (rest, correlated) = pull(core, outer)?;
            let pairs = equalities(&correlated, outer)?;
            if outer_rows < 20.0 || !is_unique(&rest, &pairs) {
                return None;
            }
            let keys = vec![];
            let on = pairs.iter().map(|p| p.condition.clone()).collect();
            let null = Scalar { kind: ScalarKind::Const(Datum::Null), ty: expr.ty };
            // The key columns themselves must come out of the joined side.
            let mut pass: Vec<(ColumnId, Scalar)> = keys;
            for pair in &pairs {
                for id in Refs::of_scalar(&pair.inner).used {
                    if !pass.iter().any(|p| p.0 == id) {
                        let ty = crate::lower::unnest::type_of(&rest, id)?;
                        pass.push((id, Scalar { kind: ScalarKind::Column(id), ty }));
                    }
                }
            }
            if let ScalarKind::Column(id) = expr.kind {
                // Without a projection of its own, the join may look rows up.
                return Some(Lifted {
                    right: rest,
                    on: conjunction(on),
                    value: Scalar { kind: ScalarKind::Column(id), ..expr },
                });
            }
            Some(finish(planner, rest, pass, on, expr, null))
        }
    }
}

/// Joins `right` with the subquery's value and, if rows without a match do not have NULL, a flag.
fn finish(
    planner: &mut Planner<'_>,
    right: Rel,
    pass: Vec<(ColumnId, Scalar)>,
    on: Vec<Scalar>,
    expr: Scalar,
    empty: Scalar,
) -> Lifted {
    let (value, flag) = (planner.fresh_column(), planner.fresh_column());
    let ty = expr.ty;
    let mut exprs: Vec<(ColumnId, Scalar)> =
        pass.into_iter().map(|(id, s)| (id, Scalar { kind: ScalarKind::Column(id), ty: s.ty })).collect();
    exprs.push((value, expr));
    let column = Scalar { kind: ScalarKind::Column(value), ty };
    let value = if matches!(empty.kind, ScalarKind::Const(Datum::Null)) {
        column
    } else {
        let yes = Scalar { kind: ScalarKind::Const(Datum::Bool(true)), ty: PgType::BOOL };
        exprs.push((flag, yes));
        let flag = Scalar { kind: ScalarKind::Column(flag), ty: PgType::BOOL };
        let missing = ScalarKind::IsNull { input: Box::new(flag), negated: false };
        let arms = vec![(Scalar { kind: missing, ty: PgType::BOOL }, empty)];
        Scalar { kind: ScalarKind::Case { arms, otherwise: Box::new(column) }, ty }
    };
    Lifted { right: Rel::Project { input: Box::new(right), exprs }, on: conjunction(on), value }
}

/// `inner = outer` among the correlated conditions.
struct Pair {
    inner: Scalar,
    condition: Scalar,
    /// Which argument of the condition is the inner one.
    position: usize,
}

impl Pair {
    /// The condition with a column in the inner expression's place.
    fn with_inner(&self, id: ColumnId) -> Scalar {
        let mut condition = self.condition.clone();
        if let ScalarKind::Call { args, .. } = &mut condition.kind
            && let Some(arg) = args.get_mut(self.position)
        {
            arg.kind = ScalarKind::Column(id);
        }
        condition
    }
}

/// The conditions as equalities between the two sides; `None` if any is something else.
fn equalities(correlated: &[Scalar], outer: &BTreeSet<ColumnId>) -> Option<Vec<Pair>> {
    let pairs: Option<Vec<Pair>> = correlated
        .iter()
        .map(|condition| {
            let ScalarKind::Call { function, args } = &condition.kind else { return None };
            let [a, b] = &args[..] else { return None };
            key_type(*function, a.ty, b.ty)?;
            let side = |s: &Scalar| {
                let refs = Refs::of_scalar(s);
                let of_outer = !refs.used.is_empty() && refs.used.is_subset(outer);
                let of_inner = !refs.used.is_empty() && refs.used.is_disjoint(outer);
                (of_outer && !refs.subqueries, of_inner && !refs.subqueries && is_safe(s))
            };
            let position = match (side(a), side(b)) {
                ((true, _), (_, true)) => 1,
                ((_, true), (true, _)) => 0,
                _ => return None,
            };
            Some(Pair { inner: args[position].clone(), condition: condition.clone(), position })
        })
        .collect();
    pairs.filter(|p| !p.is_empty())
}

/// Nothing in the scalar can fail, or only in ways that its users do not rely on being spared.
fn is_safe(scalar: &Scalar) -> bool {
    let own = match &scalar.kind {
        ScalarKind::Const(_) | ScalarKind::Param(_) | ScalarKind::Column(_) => true,
        ScalarKind::Relabel { .. }
        | ScalarKind::And(_)
        | ScalarKind::Or(_)
        | ScalarKind::Not(_)
        | ScalarKind::IsNull { .. }
        | ScalarKind::Coalesce(_)
        | ScalarKind::InList { .. }
        | ScalarKind::Case { .. } => true,
        ScalarKind::Call { function, .. } => registry::proc(*function).is_some_and(|p| {
            let numbers = ["pl", "mi", "mul", "_add", "_sub", "_mul", "eq", "ne", "lt", "le", "gt", "ge"];
            p.volatility == Volatility::Immutable
                && (numbers.iter().any(|end| p.src.ends_with(end))
                    || matches!(p.name, "int4" | "int8" | "numeric" | "float8") && p.args.len() == 1)
        }),
        _ => false,
    };
    own && children(scalar).into_iter().all(is_safe)
}

/// The table at the bottom of filters, with the ids of its columns.
fn scan_below(rel: &Rel) -> Option<(&Table, &[(i16, ColumnId)])> {
    match rel {
        Rel::Filter { input, .. } => scan_below(input),
        Rel::Scan { source: Source::Table(table), columns, .. } => Some((table, columns)),
        _ => None,
    }
}

/// Attnums that the equalities tie.
fn tied(columns: &[(i16, ColumnId)], pairs: &[Pair]) -> Vec<i16> {
    pairs
        .iter()
        .filter_map(|p| match p.inner.kind {
            ScalarKind::Column(id) => columns.iter().find(|c| c.1 == id).map(|c| c.0),
            _ => None,
        })
        .collect()
}

fn is_indexed(rel: &Rel, pairs: &[Pair]) -> bool {
    let Some((table, columns)) = scan_below(rel) else { return false };
    let tied = tied(columns, pairs);
    let begins = |i: &Index| matches!(i.keys.first(), Some((IndexKey::Column(n), ..)) if tied.contains(n));
    table.indexes.iter().any(|i| i.is_ordered() && i.is_public() && i.predicate.is_none() && begins(i))
}

/// Whether at most one row of `rel` fits the equalities.
fn is_unique(rel: &Rel, pairs: &[Pair]) -> bool {
    let Some((table, columns)) = scan_below(rel) else { return false };
    let tied = tied(columns, pairs);
    table.indexes.iter().any(|i| {
        i.is_always_unique()
            && i.predicate.is_none()
            && i.keys.iter().all(|k| matches!(&k.0, IndexKey::Column(n) if tied.contains(n)))
    })
}

/// A guess at the size of a relation that is not planned yet.
pub fn rough_rows(planner: &Planner<'_>, rel: &Rel) -> f64 {
    match rel {
        Rel::Scan { source: Source::Table(table), .. } => planner.table_rows(table),
        Rel::Append { parts, .. } => parts.iter().map(|part| planner.table_rows(part)).sum(),
        Rel::Scan { .. } => 200.0,
        Rel::Values { rows, .. } => rows.len() as f64,
        Rel::Filter { input, predicate } => {
            let mut parts = vec![];
            conjuncts(predicate.clone(), &mut parts);
            let fixed: Vec<ColumnId> = parts.iter().filter_map(fixed_column).collect();
            if let Some((table, columns)) = scan_below(input) {
                let fixed: Vec<i16> =
                    fixed.iter().filter_map(|id| columns.iter().find(|c| c.1 == *id).map(|c| c.0)).collect();
                let unique = table.indexes.iter().any(|i| {
                    i.is_always_unique()
                        && i.keys.iter().all(|k| matches!(&k.0, IndexKey::Column(n) if fixed.contains(n)))
                });
                if unique {
                    return 1.0;
                }
            }
            let part = 0.1_f64.powi(i32::try_from(fixed.len().min(4)).unwrap_or(4));
            (rough_rows(planner, input) * part).max(1.0)
        }
        Rel::Join { left, right, .. } => rough_rows(planner, left).max(rough_rows(planner, right)),
        Rel::Limit { input, limit, .. } => match limit.as_ref().map(|l| &l.kind) {
            Some(ScalarKind::Const(Datum::Int8(n))) => rough_rows(planner, input).min(*n as f64),
            _ => rough_rows(planner, input),
        },
        Rel::Aggregate { groups, sets: None, .. } if groups.is_empty() => 1.0,
        Rel::Aggregate { input, .. } => (rough_rows(planner, input) / 10.0).max(1.0),
        Rel::Project { input, .. }
        | Rel::Window { input, .. }
        | Rel::ProjectSet { input, .. }
        | Rel::Sort { input, .. }
        | Rel::Distinct { input }
        | Rel::DistinctOn { input, .. }
        | Rel::Lock { input, .. } => rough_rows(planner, input),
        Rel::SetOp { left, right, .. } => rough_rows(planner, left) + rough_rows(planner, right),
        Rel::With { body, .. } => rough_rows(planner, body),
        Rel::Statements { last, .. } => rough_rows(planner, last),
        Rel::Called(called) => f64::from(called.function.rows).max(1.0),
        Rel::CteRef { .. } | Rel::FunctionScan { .. } | Rel::Modify(_) => 100.0,
    }
}

/// The column that a condition `column = value` fixes.
fn fixed_column(condition: &Scalar) -> Option<ColumnId> {
    let ScalarKind::Call { function, args } = &condition.kind else { return None };
    let [a, b] = &args[..] else { return None };
    key_type(*function, a.ty, b.ty)?;
    match (&a.kind, &b.kind) {
        (ScalarKind::Column(id), other) | (other, ScalarKind::Column(id))
            if matches!(other, ScalarKind::Const(_) | ScalarKind::Param(_)) =>
        {
            Some(*id)
        }
        _ => None,
    }
}
