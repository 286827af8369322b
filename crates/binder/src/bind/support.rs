//! Whether a function may stand in a definition (of an aggregate, of an operator) where values of given types come to it
//! without a conversion.

use gavel_functions::registry::CastContext;
use gavel_types::Oid;

use super::coerce::{binary_coercible, can_coerce};
use super::polymorphic;

/// How a function takes values of given types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As they are; what it gives then.
    AsTheyAre(Oid),
    /// After conversions to these types.
    Converted(Vec<Oid>),
    Not,
}

/// How a function that is declared with these types takes values of the `actual` ones, which may be polymorphic themselves.
pub fn fit(declared: &[Oid], actual: &[Oid], result: Oid) -> Fit {
    if declared == actual {
        return Fit::AsTheyAre(result);
    }
    if declared.len() != actual.len() {
        return Fit::Not;
    }
    let Ok((goals, result)) = polymorphic::resolve(declared, actual, result) else { return Fit::Not };
    let pairs = || actual.iter().zip(&goals).zip(declared);
    // A polymorphic value is no value of a concrete type.
    let open = |(a, g): (&Oid, &Oid), d: &Oid| polymorphic::is_polymorphic(*a) && a != g && *d != Oid::ANY;
    if pairs().any(|((a, g), d)| open((a, g), d)) {
        return Fit::Not;
    }
    if pairs().all(|((a, g), _)| a == g || binary_coercible(*a, *g)) {
        return Fit::AsTheyAre(result);
    }
    if pairs().all(|((a, g), _)| can_coerce(*a, *g, CastContext::Implicit)) {
        return Fit::Converted(goals);
    }
    Fit::Not
}
