//! Subqueries in conditions that become joins.
//!
//! | condition | becomes |
//! |---|---|
//! | `EXISTS (… WHERE inner = outer …)` | semi join on the correlated conditions |
//! | `NOT EXISTS (…)` | anti join |
//! | `x IN (SELECT y …)` | semi join on `x = y` and the correlated conditions |
//!
//! `NOT IN` stays an expression: its NULLs fit no join, and its set is hashed once anyway. What does not
//! have the shape stays an expression too, and is run by [`crate::apply`].

use std::collections::{BTreeSet, HashMap};

use gavel_binder::bound::{ColumnId, JoinKind, Rel, Scalar, ScalarKind, Subquery, SubqueryKind};
use gavel_types::{Datum, Oid, PgType};

use crate::lower::equality::key_type;
use crate::lower::plan::{Planner, output_of, substitute};
use crate::lower::walk::{Refs, conjuncts};

/// Turns those of `conditions` that it can into joins over `input`; they are taken out of the list.
/// `None` if there are none.
pub fn unnest(_: &Planner<'_>, input: &Rel, conditions: &mut Vec<Scalar>) -> Option<Rel> {
    if !conditions.iter().any(|c| Refs::of_scalar(c).subqueries) {
        return None;
    }
    let outer = output_of(input);
    let mut joined: Option<Rel> = None;
    let mut rest = vec![];
    for condition in std::mem::take(conditions) {
        match as_join(&condition, &outer) {
            Some((kind, right, on)) => {
                let left = joined.take().unwrap_or_else(|| input.clone());
                joined = Some(Rel::Join { kind, left: Box::new(left), right: Box::new(right), on, lateral: false });
            }
            None => rest.push(condition),
        }
    }
    *conditions = rest;
    joined
}

/// Kind, right side and condition of the join that `condition` asks for.
fn as_join(condition: &Scalar, outer: &BTreeSet<ColumnId>) -> Option<(JoinKind, Rel, Scalar)> {
    let (subquery, negated) = match &condition.kind {
        ScalarKind::Subquery(subquery) => (subquery, false),
        ScalarKind::Not(input) => match &input.kind {
            ScalarKind::Subquery(subquery) => (subquery, true),
            _ => return None,
        },
        _ => return None,
    };
    if Refs::of_rel(&subquery.query).volatile {
        return None;
    }
    match &subquery.kind {
        SubqueryKind::Exists => {
            let kind = if negated { JoinKind::Anti } else { JoinKind::Semi };
            exists(&subquery.query, outer).map(|(right, on)| (kind, right, on))
        }
        SubqueryKind::Quantified { left, functions, all: false } if !negated => {
            is_in(subquery, left, functions, outer).map(|(right, on)| (JoinKind::Semi, right, on))
        }
        _ => None,
    }
}

/// The relation without its correlated conditions, and those. Only a correlated EXISTS is worth a join:
/// any other is decided once.
fn exists(query: &Rel, outer: &BTreeSet<ColumnId>) -> Option<(Rel, Scalar)> {
    let mut core = query;
    // What a row looks like, and in which order rows come, does not matter.
    while let Rel::Project { input, .. } | Rel::Sort { input, .. } | Rel::Distinct { input } = core {
        core = input;
    }
    let (rest, correlated) = pull(core, outer)?;
    if correlated.is_empty() {
        return None;
    }
    Some((rest, conjunction(correlated)))
}

fn is_in(
    subquery: &Subquery,
    left: &[Scalar],
    functions: &[Oid],
    outer: &BTreeSet<ColumnId>,
) -> Option<(Rel, Scalar)> {
    let mut plain = left.iter().map(Refs::of_scalar);
    if plain.any(|r| r.volatile || r.subqueries) {
        return None;
    }
    let mut compare = vec![];
    let mut core = &subquery.query;
    while let Rel::Sort { input, .. } | Rel::Distinct { input } = core {
        core = input;
    }
    let types = output_types(core, &subquery.columns)?;
    let comparisons: Option<Vec<(Scalar, ColumnId)>> = left
        .iter()
        .zip(functions)
        .zip(subquery.columns.iter().zip(types))
        .map(|((value, function), (column, ty))| {
            key_type(*function, value.ty, ty)?;
            let right = Scalar { kind: ScalarKind::Column(*column), ty };
            let kind = ScalarKind::Call { function: *function, args: vec![value.clone(), right] };
            Some((Scalar { kind, ty: PgType::BOOL }, *column))
        })
        .collect();
    let comparisons: Vec<Scalar> = comparisons?.into_iter().map(|c| c.0).collect();
    if let Rel::Project { input, exprs } = core
        && !exprs.iter().any(|e| {
            let refs = Refs::of_scalar(&e.1);
            refs.volatile || refs.subqueries || !refs.used.is_disjoint(outer)
        })
        && let Some((rest, correlated)) = pull(input, outer)
    {
        let by_id: HashMap<ColumnId, &Scalar> = exprs.iter().map(|(id, s)| (*id, s)).collect();
        compare.extend(comparisons.into_iter().map(|c| substitute(c, &by_id)));
        compare.extend(correlated);
        return Some((rest, conjunction(compare)));
    }
    if Refs::of_rel(core).free().is_disjoint(outer) {
        return Some((core.clone(), conjunction(comparisons)));
    }
    None
}

/// Splits a relation into one that mentions nothing of `outer`, and the conditions that do.
pub fn pull(rel: &Rel, outer: &BTreeSet<ColumnId>) -> Option<(Rel, Vec<Scalar>)> {
    match rel {
        Rel::Filter { input, predicate } => {
            let (inner, mut correlated) = pull(input, outer)?;
            let mut local = vec![];
            let mut parts = vec![];
            conjuncts(predicate.clone(), &mut parts);
            for part in parts {
                let refs = Refs::of_scalar(&part);
                if refs.used.is_disjoint(outer) {
                    local.push(part);
                } else if refs.volatile {
                    return None;
                } else {
                    correlated.push(part);
                }
            }
            let rest = if local.is_empty() {
                inner
            } else {
                Rel::Filter { input: Box::new(inner), predicate: conjunction(local) }
            };
            Some((rest, correlated))
        }
        Rel::Join { kind: JoinKind::Inner, left, right, on, lateral } => {
            let (left, mut correlated) = pull(left, outer)?;
            let (right, more) = pull(right, outer)?;
            correlated.extend(more);
            let mut local = vec![];
            let mut parts = vec![];
            conjuncts(on.clone(), &mut parts);
            for part in parts {
                if Refs::of_scalar(&part).used.is_disjoint(outer) { local.push(part) } else { correlated.push(part) }
            }
            let on = conjunction(local);
            Some((
                Rel::Join {
                    kind: JoinKind::Inner,
                    left: Box::new(left),
                    right: Box::new(right),
                    on,
                    lateral: *lateral,
                },
                correlated,
            ))
        }
        other if Refs::of_rel(other).free().is_disjoint(outer) => Some((other.clone(), vec![])),
        _ => None,
    }
}

/// Types of a relation's columns, where they are plain to see.
fn output_types(rel: &Rel, columns: &[ColumnId]) -> Option<Vec<PgType>> {
    columns.iter().map(|id| type_of(rel, *id)).collect()
}

/// The type of column `id` of `rel`.
pub fn type_of(rel: &Rel, id: ColumnId) -> Option<PgType> {
    match rel {
        Rel::Scan { source, columns, .. } => {
            let number = columns.iter().find(|c| c.1 == id)?.0;
            match source {
                gavel_binder::bound::Source::Table(table) => table.column(number).map(|c| c.ty),
                gavel_binder::bound::Source::System { schema, name } => {
                    let relation = gavel_catalog::system::relation(schema, name)?;
                    relation.columns.iter().find(|c| c.number == number).map(|c| c.ty)
                }
            }
        }
        Rel::Append { table, columns, table_oid, .. } => match columns.iter().find(|c| c.1 == id) {
            Some((number, _)) => table.column(*number).map(|c| c.ty),
            None => (*table_oid == Some(id)).then_some(PgType::new(Oid::OID)),
        },
        Rel::Values { columns, .. } => columns.iter().find(|c| c.0 == id).map(|c| c.1),
        Rel::Project { exprs, .. } => exprs.iter().find(|e| e.0 == id).map(|e| e.1.ty),
        Rel::Filter { input, .. }
        | Rel::Sort { input, .. }
        | Rel::Limit { input, .. }
        | Rel::Distinct { input }
        | Rel::DistinctOn { input, .. }
        | Rel::Lock { input, .. } => type_of(input, id),
        Rel::Join { left, right, .. } => type_of(left, id).or_else(|| type_of(right, id)),
        Rel::Aggregate { groups, grouping, aggregates, .. } => groups
            .iter()
            .find(|g| g.0 == id)
            .map(|g| g.1.ty)
            .or_else(|| aggregates.iter().find(|a| a.id == id).map(|a| a.ty))
            .or_else(|| (*grouping == Some(id)).then_some(PgType::INT8)),
        Rel::Window { input, calls } => calls.iter().find(|c| c.id == id).map(|c| c.ty).or_else(|| type_of(input, id)),
        Rel::ProjectSet { input, calls } => {
            let own = calls.iter().flat_map(|c| &c.columns).find(|c| c.0 == id).map(|c| c.1);
            own.or_else(|| type_of(input, id))
        }
        Rel::FunctionScan { calls, ordinality } => {
            let own = calls.iter().flat_map(|c| &c.columns).find(|c| c.0 == id).map(|c| c.1);
            own.or_else(|| (*ordinality == Some(id)).then_some(PgType::INT8))
        }
        Rel::SetOp { columns, .. } => columns.iter().find(|c| c.0 == id).map(|c| c.3),
        Rel::With { body, .. } => type_of(body, id),
        Rel::CteRef { columns, .. } => columns.iter().find(|c| c.0 == id).map(|c| c.2),
        Rel::Modify(modify) => modify.returning.iter().flatten().find(|r| r.0.id == id).map(|r| r.0.ty),
        Rel::Statements { last, .. } => type_of(last, id),
        Rel::Called(called) => called.columns.iter().find(|c| c.0 == id).map(|c| c.1),
    }
}

/// AND of conditions; TRUE if there are none.
pub fn conjunction(mut conditions: Vec<Scalar>) -> Scalar {
    match conditions.len() {
        0 => Scalar { kind: ScalarKind::Const(Datum::Bool(true)), ty: PgType::BOOL },
        1 => conditions.remove(0),
        _ => Scalar { kind: ScalarKind::And(conditions), ty: PgType::BOOL },
    }
}
