//! `VARIADIC "any"`: functions that take any number of arguments of any types (`concat`, `format`, `json_build_object`,
//! `num_nulls` …).
//!
//! ```text
//! concat(1, 'b')                  arguments  1, 'b'
//! concat(VARIADIC ARRAY[1, 2])    arguments  {1,2}, NULL of type internal
//! ```
//!
//! An array that the call passes as VARIADIC stands for its elements. The binder cannot spread it, since how many there are
//! is known only when the call runs. So it adds an argument of type `internal`, which no value can have.

use gavel_types::{Datum, Oid, PgType};

use crate::call::Call;

/// The type of the argument that marks the one before it as a VARIADIC array.
pub const MARK: PgType = PgType::new(Oid::INTERNAL);

/// `json_build_object(VARIADIC "any")`. Behind complete pairs of names and values marks say that they are a row's, which is
/// written without blanks: one mark; with line feeds between the fields: two; for `json_agg`, which writes each row on a line
/// of its own: three.
pub const JSON_BUILD_OBJECT: Oid = Oid(3200);

/// Whether the last of these arguments is the mark.
pub fn is_marked(arg_types: &[PgType]) -> bool {
    arg_types.last().is_some_and(|t| t.oid == Oid::INTERNAL)
}

/// How many marks there are at the end.
pub fn marks(arg_types: &[PgType]) -> usize {
    arg_types.iter().rev().take_while(|t| t.oid == Oid::INTERNAL).count()
}

/// The values from argument `from` on with their types. `None` if they come from an array that is NULL.
pub fn tail<'a>(call: &Call<'_>, args: &'a [Datum], from: usize) -> Option<Vec<(&'a Datum, PgType)>> {
    if is_marked(call.arg_types) {
        return match args.get(from) {
            Some(Datum::Array(array)) => Some(array.values.iter().map(|v| (v, PgType::new(array.element))).collect()),
            _ => None,
        };
    }
    let ty = |i: usize| call.arg_types.get(i).copied().unwrap_or(PgType::TEXT);
    Some(args.iter().enumerate().skip(from).map(|(i, d)| (d, ty(i))).collect())
}
