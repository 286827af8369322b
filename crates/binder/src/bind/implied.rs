//! Whether conditions imply another: what makes a partial index fit the WHERE of ON CONFLICT.
//!
//! It is found where a condition is the same, where a part of OR is, where a comparison with a constant is the stronger
//! one, and where a strict comparison implies IS NOT NULL. What is not found is not taken to be implied.

use std::cmp::Ordering;

use gavel_functions::compare::compare;
use gavel_functions::registry;
use gavel_types::{Datum, PgType};

use crate::bound::{Scalar, ScalarKind};

/// Whether rows that satisfy `known` satisfy `wanted`.
pub fn implies(known: &Scalar, wanted: &Scalar) -> bool {
    if known == wanted {
        return true;
    }
    match (&known.kind, &wanted.kind) {
        (_, ScalarKind::And(terms)) => terms.iter().all(|term| implies(known, term)),
        (ScalarKind::Or(terms), _) => terms.iter().all(|term| implies(term, wanted)),
        (ScalarKind::And(terms), _) => terms.iter().any(|term| implies(term, wanted)),
        (_, ScalarKind::Or(terms)) => terms.iter().any(|term| implies(known, term)),
        (_, ScalarKind::IsNull { input, negated: true }) => compared(known).is_some_and(|(left, ..)| *left == **input),
        _ => is_stronger(known, wanted),
    }
}

/// Of `a < 5`: `a`, the operator, the constant, its type.
fn compared(condition: &Scalar) -> Option<(&Scalar, &'static str, &Datum, PgType)> {
    let ScalarKind::Call { function, args } = &condition.kind else { return None };
    let [left, right] = args.as_slice() else { return None };
    let ScalarKind::Const(value) = &right.kind else { return None };
    let names = ["<", "<=", "=", ">=", ">"];
    let name = names
        .into_iter()
        .find(|name| registry::operator_exact(name, left.ty.oid, right.ty.oid).is_some_and(|o| o.proc == *function))?;
    (!value.is_null()).then_some((left, name, value, right.ty))
}

fn is_stronger(known: &Scalar, wanted: &Scalar) -> bool {
    let (Some((a, first, x, ty)), Some((b, second, y, other))) = (compared(known), compared(wanted)) else {
        return false;
    };
    if a != b || ty.oid != other.oid {
        return false;
    }
    let order = compare(x, y, ty);
    match (first, second) {
        ("<", "<") | ("<=", "<=") | ("<", "<=") => order != Ordering::Greater,
        ("<=" | "=", "<") => order == Ordering::Less,
        ("=", "<=") => order != Ordering::Greater,
        (">", ">") | (">=", ">=") | (">", ">=") => order != Ordering::Less,
        (">=" | "=", ">") => order == Ordering::Greater,
        ("=", ">=") => order != Ordering::Less,
        _ => false,
    }
}
