//! Which operands need no parentheses where only the necessary ones are wanted.

use gavel_binder::bound::{Scalar, ScalarKind};
use gavel_binder::query_tree::Form;

use super::scalar::{cast_of, operator_of};

/// What an operand stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent<'p> {
    /// An operator, by name if it is a binary one of a single character; whether the operand is its first.
    Operator(Option<&'p str>, bool),
    And,
    Or,
    Not,
    Other,
}

/// The name of a binary operator of one character.
pub fn short_name(name: &str, operands: usize) -> Option<&str> {
    (name.len() == 1 && operands == 2).then_some(name)
}

/// How tightly an arithmetic operator binds.
fn level(name: &str) -> Option<u8> {
    match name {
        "*" | "/" | "%" => Some(2),
        "+" | "-" => Some(1),
        _ => None,
    }
}

pub fn is_simple(s: &Scalar, parent: Parent<'_>) -> bool {
    let in_condition = matches!(parent, Parent::And | Parent::Or | Parent::Not);
    match &s.kind {
        ScalarKind::Relabel { input }
        | ScalarKind::CoerceViaIo { input }
        | ScalarKind::ArrayCoerce { input, .. }
        | ScalarKind::DomainCheck { input, .. } => is_simple(input, Parent::Other),
        ScalarKind::Call { function, args } => match operator_of(*function, args) {
            None => true,
            Some(_) if cast_of(s).is_some() => true,
            Some(operator) => match parent {
                Parent::Operator(above, first) => fits(short_name(operator.name, args.len()), above, first),
                _ => in_condition,
            },
        },
        ScalarKind::IsNull { .. } | ScalarKind::IsBool { .. } | ScalarKind::IsDistinct { negated: false, .. } => {
            in_condition
        }
        ScalarKind::IsDistinct { .. } | ScalarKind::Not(_) | ScalarKind::And(_) => {
            matches!(parent, Parent::And | Parent::Or)
        }
        ScalarKind::Or(_) => parent == Parent::Or,
        ScalarKind::AnyArray { .. } | ScalarKind::InList { .. } | ScalarKind::RowCompare { .. } => false,
        ScalarKind::Form { form, .. } => match **form {
            Form::Query { .. } => in_condition,
            Form::Collate(_) => false,
            Form::Operator(_) => in_condition,
            _ => true,
        },
        _ => true,
    }
}

/// Whether an arithmetic operator may stand bare in another.
fn fits(own: Option<&str>, above: Option<&str>, first: bool) -> bool {
    match (own.and_then(level), above.and_then(level)) {
        (Some(own), Some(above)) => own > above || own == above && first,
        _ => false,
    }
}
