//! Conditions that OR hides.
//!
//! ```text
//!  (a = b AND p1 AND l1) OR (a = b AND p2 AND l2)
//!      ──▶  a = b  AND  ((p1 AND l1) OR (p2 AND l2))       factor
//!      ──▶  implies (p1 OR p2) of one side, (l1 OR l2) of the other      implied
//! ```
//! Both hold in SQL's logic of three values, which is a distributive lattice. What could fail is left
//! where it stands: an operand that is pulled out or repeated is evaluated for rows on which an earlier
//! one would have spared it. Only the very first operand of all is evaluated for every row anyway.

use std::collections::BTreeSet;

use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_functions::registry::{self, Volatility};
use gavel_functions::{Call, EvalContext, call};
use gavel_types::{Datum, PgType};

use crate::lower::scalar::is_total;
use crate::lower::unnest::conjunction;
use crate::lower::walk::{Refs, children, conjuncts};

/// Splits an OR into what all of its arms have in common, and the rest. Anything else comes back as it
/// is.
pub fn factor(scalar: Scalar, into: &mut Vec<Scalar>) {
    let ScalarKind::Or(_) = &scalar.kind else {
        into.push(scalar);
        return;
    };
    let mut arms = arms(&scalar);
    let Some((first, others)) = arms.split_first() else {
        into.push(scalar);
        return;
    };
    let common: Vec<Scalar> = first
        .iter()
        .enumerate()
        .filter(|(i, part)| {
            let movable = cannot_fail(part) || (*i == 0 && is_steady(part));
            movable && others.iter().all(|arm| arm.contains(part))
        })
        .map(|(_, part)| part.clone())
        .collect();
    if common.is_empty() {
        into.push(scalar);
        return;
    }
    for arm in &mut arms {
        arm.retain(|part| !common.contains(part));
    }
    into.extend(common);
    // An arm of which nothing is left is true wherever the common part is.
    if arms.iter().all(|arm| !arm.is_empty()) {
        let arms = arms.into_iter().map(conjunction).collect();
        into.push(Scalar { kind: ScalarKind::Or(arms), ty: PgType::BOOL });
    }
}

/// What the OR says of `columns` alone, where every arm says something of them.
pub fn implied(scalar: &Scalar, columns: &BTreeSet<ColumnId>) -> Option<Scalar> {
    let ScalarKind::Or(_) = &scalar.kind else { return None };
    let mut said = vec![];
    for arm in arms(scalar) {
        let own: Vec<Scalar> = arm
            .into_iter()
            .filter(|part| {
                let refs = Refs::of_scalar(part);
                !refs.used.is_empty() && refs.used.is_subset(columns) && cannot_fail(part)
            })
            .collect();
        if own.is_empty() {
            return None;
        }
        let own = conjunction(own);
        if !said.contains(&own) {
            said.push(own);
        }
    }
    match said.len() {
        1 => said.pop(),
        _ => Some(Scalar { kind: ScalarKind::Or(said), ty: PgType::BOOL }),
    }
}

/// Operands of nested ORs, each as the operands of its nested ANDs.
fn arms(scalar: &Scalar) -> Vec<Vec<Scalar>> {
    match &scalar.kind {
        ScalarKind::Or(items) => items.iter().flat_map(arms).collect(),
        _ => {
            let mut parts = vec![];
            conjuncts(scalar.clone(), &mut parts);
            vec![parts]
        }
    }
}

/// Gives the same each time it is asked, and may be asked anywhere.
fn is_steady(scalar: &Scalar) -> bool {
    let refs = Refs::of_scalar(scalar);
    !refs.volatile && !refs.subqueries
}

/// Whether evaluation raises no error whatever the values are.
fn cannot_fail(scalar: &Scalar) -> bool {
    match &scalar.kind {
        ScalarKind::Const(_) | ScalarKind::Param(_) | ScalarKind::Column(_) => true,
        ScalarKind::Call { function, args } => {
            registry::proc(*function).is_some_and(|p| {
                p.volatility == Volatility::Immutable && (is_total(p.src, p.ret) || is_constant(p.oid, args, scalar.ty))
            }) && args.iter().all(cannot_fail)
        }
        ScalarKind::Relabel { .. }
        | ScalarKind::And(_)
        | ScalarKind::Or(_)
        | ScalarKind::Not(_)
        | ScalarKind::IsNull { .. }
        | ScalarKind::IsBool { .. } => children(scalar).into_iter().all(cannot_fail),
        ScalarKind::InList { function, .. } | ScalarKind::IsDistinct { equal: function, .. } => {
            registry::proc(*function).is_some_and(|p| is_total(p.src, p.ret))
                && children(scalar).into_iter().all(cannot_fail)
        }
        _ => false,
    }
}

/// A call over constants that has a value.
fn is_constant(function: gavel_types::Oid, args: &[Scalar], result: PgType) -> bool {
    let values: Option<Vec<Datum>> = args
        .iter()
        .map(|a| match &a.kind {
            ScalarKind::Const(value) => Some(value.clone()),
            _ => None,
        })
        .collect();
    let Some(values) = values else { return false };
    let types: Vec<PgType> = args.iter().map(|a| a.ty).collect();
    let context = EvalContext::immutable();
    call::eval(function, &Call { context: &context, arg_types: &types, result }, &values).is_ok()
}

#[cfg(test)]
mod factor_test;
