//! Functions and operators of arrays (manual §9.19); [`assign`] to parts of them.

pub mod assign;

use std::sync::Arc;

use gavel_types::{ArrayValue, Datum, PgType, SqlError, SqlResult, SqlState};

use crate::aggregate::nest;
use crate::args::{Arg as _, mismatch, scalar};
use crate::call::{Call, ScalarFn};
use crate::compare::compare;
use crate::text::join;

type Array = Arc<ArrayValue>;

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("array_ndims", scalar!(|a: &Array| (!a.dims.is_empty()).then_some(a.dims.len() as i32))),
    (
        "array_dims",
        scalar!(|a: &Array| (!a.dims.is_empty()).then(|| {
            a.dims.iter().map(|(len, lower)| format!("[{lower}:{}]", lower + len - 1)).collect::<String>()
        })),
    ),
    ("array_lower", scalar!(|a: &Array, n: i32| dimension(a, n).map(|d| d.1))),
    ("array_upper", scalar!(|a: &Array, n: i32| dimension(a, n).map(|d| d.1 + d.0 - 1))),
    ("array_length", scalar!(|a: &Array, n: i32| dimension(a, n).map(|d| d.0))),
    ("array_cardinality", scalar!(|a: &Array| a.values.len() as i32)),
    ("array_append", |call, a| append(call, &a[0], &a[1], false)),
    ("array_prepend", |call, a| append(call, &a[1], &a[0], true)),
    ("array_cat", |_, a| match (&a[0], &a[1]) {
        (Datum::Null, other) | (other, Datum::Null) => Ok(other.clone()),
        (Datum::Array(x), Datum::Array(y)) => concatenate(x, y).map(|a| Datum::Array(Arc::new(a))),
        (other, _) => Err(mismatch(Some(other))),
    }),
    ("array_position", |_, a| position(a)),
    ("array_position_start", |_, a| position(a)),
    ("array_positions", |_, a| {
        let Some(array) = Option::<&Array>::get(a.first())? else { return Ok(Datum::Null) };
        one_dimension(array)?;
        let lower = array.dims.first().map_or(1, |d| d.1);
        let ty = PgType::new(array.element);
        let found = array.values.iter().enumerate().filter(|(_, v)| same(v, &a[1], ty));
        let values = found.map(|(n, _)| Datum::Int4(lower + n as i32)).collect();
        Ok(Datum::Array(Arc::new(ArrayValue::vector(gavel_types::Oid::INT4, values))))
    }),
    ("array_remove", |_, a| {
        let Some(array) = Option::<&Array>::get(a.first())? else { return Ok(Datum::Null) };
        if array.dims.len() > 1 {
            return Err(SqlError::unsupported("removing elements from multidimensional arrays is not supported"));
        }
        let ty = PgType::new(array.element);
        let values: Vec<Datum> = array.values.iter().filter(|v| !same(v, &a[1], ty)).cloned().collect();
        let lower = array.dims.first().map_or(1, |d| d.1);
        let dims = if values.is_empty() { vec![] } else { vec![(values.len() as i32, lower)] };
        Ok(Datum::Array(Arc::new(ArrayValue { element: array.element, dims, values })))
    }),
    ("array_replace", |_, a| {
        let Some(array) = Option::<&Array>::get(a.first())? else { return Ok(Datum::Null) };
        let ty = PgType::new(array.element);
        let values = array.values.iter().map(|v| if same(v, &a[1], ty) { a[2].clone() } else { v.clone() }).collect();
        Ok(Datum::Array(Arc::new(ArrayValue { element: array.element, dims: array.dims.clone(), values })))
    }),
    ("array_fill", |call, a| fill(call, a)),
    ("array_fill_with_lower_bounds", |call, a| fill(call, a)),
    (
        "trim_array",
        scalar!(|a: &Array, n: i32| {
            let len = a.dims.first().map_or(0, |d| d.0);
            if n < 0 || n > len {
                return Err(SqlError::new(
                    SqlState::ArraySubscriptError,
                    format!("number of elements to trim must be between 0 and {len}"),
                ));
            }
            let row = if len == 0 { 0 } else { a.values.len() / len as usize };
            let kept = (len - n) as usize;
            let mut dims = a.dims.clone();
            if kept == 0 {
                dims.clear();
            } else if let Some(first) = dims.first_mut() {
                first.0 = kept as i32;
            }
            // A slice counts from one again.
            dims.iter_mut().for_each(|d| d.1 = 1);
            ArrayValue { element: a.element, dims, values: a.values[..kept * row].to_vec() }
        }),
    ),
    ("arraycontains", scalar!(|a: &Array, b: &Array| contains(a, b))),
    ("arraycontained", scalar!(|a: &Array, b: &Array| contains(b, a))),
    (
        "arrayoverlap",
        scalar!(|a: &Array, b: &Array| {
            let ty = PgType::new(a.element);
            a.values.iter().any(|x| !x.is_null() && b.values.iter().any(|y| same(x, y, ty)))
        }),
    ),
    (
        "array_larger",
        scalar!(|a: &Datum, b: &Datum| if compare(a, b, PgType::new(gavel_types::Oid::ANYARRAY)).is_lt() {
            b.clone()
        } else {
            a.clone()
        }),
    ),
    (
        "array_smaller",
        scalar!(|a: &Datum, b: &Datum| if compare(a, b, PgType::new(gavel_types::Oid::ANYARRAY)).is_gt() {
            b.clone()
        } else {
            a.clone()
        }),
    ),
    ("text_to_array", |_, a| split(a)),
    ("text_to_array_null", |_, a| split(a)),
    ("array_to_text", scalar!(call; |a: &Array, by: &str| join(a, by, None, &call.context.style))),
    (
        "array_to_text_null",
        scalar!(call; |a: Option<&Array>, by: Option<&str>, null: Option<&str>| {
            match (a, by) {
                (Some(a), Some(by)) => Some(join(a, by, null, &call.context.style)),
                _ => None,
            }
        }),
    ),
    (
        "width_bucket_array",
        scalar!(|value: &Datum, thresholds: &Array| {
            if thresholds.dims.len() > 1 {
                return Err(SqlError::new(SqlState::ArraySubscriptError, "thresholds must be one-dimensional array"));
            }
            if thresholds.values.iter().any(Datum::is_null) {
                return Err(SqlError::new(SqlState::NullValueNotAllowed, "thresholds array must not contain NULLs"));
            }
            let ty = PgType::new(thresholds.element);
            thresholds.values.partition_point(|t| compare(t, value, ty).is_le()) as i32
        }),
    ),
];

/// Length and lower bound of dimension `n`, from 1.
fn dimension(array: &ArrayValue, n: i32) -> Option<(i32, i32)> {
    usize::try_from(n).ok()?.checked_sub(1).and_then(|n| array.dims.get(n)).copied()
}

/// `IS NOT DISTINCT FROM`.
fn same(a: &Datum, b: &Datum, ty: PgType) -> bool {
    match (a.is_null(), b.is_null()) {
        (true, true) => true,
        (false, false) => compare(a, b, ty).is_eq(),
        _ => false,
    }
}

fn one_dimension(array: &ArrayValue) -> SqlResult<()> {
    if array.dims.len() > 1 {
        return Err(SqlError::unsupported("searching for elements in multidimensional arrays is not supported"));
    }
    Ok(())
}

/// Every element that is not NULL is in the other; NULLs are in nothing.
fn contains(outer: &ArrayValue, inner: &ArrayValue) -> bool {
    let ty = PgType::new(outer.element);
    inner.values.iter().all(|x| !x.is_null() && outer.values.iter().any(|y| same(x, y, ty)))
}

fn append(call: &Call<'_>, array: &Datum, value: &Datum, front: bool) -> SqlResult<Datum> {
    let element = call.result.oid.element().unwrap_or(gavel_types::Oid::TEXT);
    let empty = Arc::new(ArrayValue::vector(element, vec![]));
    let array = Option::<&Array>::get(Some(array))?.unwrap_or(&empty);
    let mut values = array.values.clone();
    let (len, lower) = match array.dims.as_slice() {
        [] => (0, 1),
        [one] => *one,
        _ => {
            return Err(SqlError::new(SqlState::DataException, "argument must be empty or one-dimensional array"));
        }
    };
    if front {
        values.insert(0, value.clone());
    } else {
        values.push(value.clone());
    }
    Ok(Datum::Array(Arc::new(ArrayValue { element: array.element, dims: vec![(len + 1, lower)], values })))
}

fn concatenate(a: &ArrayValue, b: &ArrayValue) -> SqlResult<ArrayValue> {
    if a.dims.is_empty() {
        return Ok(b.clone());
    }
    if b.dims.is_empty() {
        return Ok(a.clone());
    }
    let incompatible = |detail: &str| {
        SqlError::new(SqlState::ArraySubscriptError, "cannot concatenate incompatible arrays").detail(detail)
    };
    let dims = match a.dims.len() as i64 - b.dims.len() as i64 {
        0 => {
            if a.dims[1..] != b.dims[1..] {
                return Err(incompatible(
                    "Arrays with differing element dimensions are not compatible for concatenation.",
                ));
            }
            let mut dims = a.dims.clone();
            dims[0].0 += b.dims[0].0;
            dims
        }
        1 if a.dims[1..] == b.dims[..] => {
            let mut dims = a.dims.clone();
            dims[0].0 += 1;
            dims
        }
        -1 if b.dims[1..] == a.dims[..] => {
            let mut dims = b.dims.clone();
            dims[0].0 += 1;
            dims
        }
        1 | -1 => {
            return Err(incompatible("Arrays with differing dimensions are not compatible for concatenation."));
        }
        _ => {
            return Err(incompatible(&format!(
                "Arrays of {} and {} dimensions are not compatible for concatenation.",
                a.dims.len(),
                b.dims.len()
            )));
        }
    };
    let values = a.values.iter().chain(&b.values).cloned().collect();
    Ok(ArrayValue { element: a.element, dims, values })
}

fn position(args: &[Datum]) -> SqlResult<Datum> {
    let Some(array) = Option::<&Array>::get(args.first())? else { return Ok(Datum::Null) };
    one_dimension(array)?;
    let lower = array.dims.first().map_or(1, |d| d.1);
    let start = match args.get(2) {
        None => lower,
        Some(Datum::Int4(n)) => *n,
        Some(_) => {
            return Err(SqlError::new(SqlState::NullValueNotAllowed, "initial position must not be null"));
        }
    };
    let ty = PgType::new(array.element);
    let skip = usize::try_from(i64::from(start) - i64::from(lower)).unwrap_or(0);
    let found = array.values.iter().enumerate().skip(skip).find(|(_, v)| same(v, &args[1], ty));
    Ok(found.map_or(Datum::Null, |(n, _)| Datum::Int4(lower + n as i32)))
}

fn fill(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let null = || SqlError::new(SqlState::NullValueNotAllowed, "dimension array or low bound array cannot be null");
    let numbers = |value: &Datum| -> SqlResult<Vec<i32>> {
        let array = Option::<&Array>::get(Some(value))?.ok_or_else(null)?;
        if array.dims.len() > 1 {
            return Err(SqlError::new(SqlState::ArraySubscriptError, "wrong number of array subscripts")
                .detail("Dimension array must be one dimensional."));
        }
        array
            .values
            .iter()
            .map(|v| match v {
                Datum::Int4(n) => Ok(*n),
                _ => Err(SqlError::new(SqlState::NullValueNotAllowed, "dimension values cannot be null")),
            })
            .collect()
    };
    let lengths = numbers(&args[1])?;
    let lowers = match args.get(2) {
        Some(bounds) => numbers(bounds)?,
        None => vec![1; lengths.len()],
    };
    if lowers.len() != lengths.len() {
        return Err(SqlError::new(SqlState::ArraySubscriptError, "wrong number of array subscripts")
            .detail("Low bound array has different size than dimensions array."));
    }
    if lengths.len() > 6 {
        return Err(SqlError::new(
            SqlState::ProgramLimitExceeded,
            format!("number of array dimensions ({}) exceeds the maximum allowed (6)", lengths.len()),
        ));
    }
    let mut total: usize = if lengths.is_empty() { 0 } else { 1 };
    for length in &lengths {
        let length = usize::try_from(*length).unwrap_or(usize::MAX);
        total = total.checked_mul(length).filter(|n| *n <= 134_217_727).ok_or_else(|| {
            SqlError::new(SqlState::ProgramLimitExceeded, "array size exceeds the maximum allowed (134217727)")
        })?;
    }
    let element = call.result.oid.element().unwrap_or(gavel_types::Oid::TEXT);
    let dims = if total == 0 { vec![] } else { lengths.into_iter().zip(lowers).collect() };
    Ok(Datum::Array(Arc::new(ArrayValue { element, dims, values: vec![args[0].clone(); total] })))
}

/// `string_to_array`: NULL of NULL; a NULL delimiter gives single characters.
fn split(args: &[Datum]) -> SqlResult<Datum> {
    let get = |n: usize| Option::<&str>::get(args.get(n).or(Some(&Datum::Null)));
    let (Some(text), delimiter, null) = (get(0)?, get(1)?, get(2)?) else { return Ok(Datum::Null) };
    let wrap = |piece: &str| if Some(piece) == null { Datum::Null } else { Datum::text(piece) };
    let values = match delimiter {
        _ if text.is_empty() => vec![],
        None => text.chars().map(|c| wrap(c.encode_utf8(&mut [0; 4]))).collect(),
        Some("") => vec![wrap(text)],
        Some(delimiter) => text.split(delimiter).map(wrap).collect(),
    };
    Ok(Datum::Array(Arc::new(ArrayValue::vector(gavel_types::Oid::TEXT, values))))
}

/// The array that `ARRAY[…]` makes: of scalars, or of arrays of equal dimensions.
///
/// # Errors
/// 2202E if nested arrays differ in their dimensions.
pub fn construct(element: gavel_types::Oid, items: Vec<Datum>, nested: bool) -> SqlResult<ArrayValue> {
    if !nested {
        return Ok(ArrayValue::vector(element, items));
    }
    let empty = |d: &Datum| d.is_null() || matches!(d, Datum::Array(a) if a.dims.is_empty());
    if items.iter().all(empty) {
        return Ok(ArrayValue::vector(element, vec![]));
    }
    let mismatched = || {
        SqlError::new(
            SqlState::ArraySubscriptError,
            "multidimensional arrays must have array expressions with matching dimensions",
        )
    };
    if items.iter().any(empty) {
        return Err(mismatched());
    }
    nest(element, &items).map_err(|_| mismatched())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::eval_source;

    fn ints(values: &[i32]) -> Datum {
        let values = values.iter().map(|n| Datum::Int4(*n)).collect();
        Datum::Array(Arc::new(ArrayValue::vector(gavel_types::Oid::INT4, values)))
    }

    #[test]
    fn arrays_grow_and_are_searched() {
        assert_eq!(eval_source("array_cat", &[ints(&[1]), ints(&[2, 3])]), ints(&[1, 2, 3]));
        assert_eq!(eval_source("array_append", &[ints(&[1]), Datum::Int4(2)]), ints(&[1, 2]));
        assert_eq!(eval_source("array_remove", &[ints(&[1, 2, 1]), Datum::Int4(1)]), ints(&[2]));
        assert_eq!(eval_source("array_position", &[ints(&[5, 7]), Datum::Int4(7)]), Datum::Int4(2));
        assert_eq!(eval_source("array_length", &[ints(&[5, 7]), Datum::Int4(1)]), Datum::Int4(2));
        assert_eq!(eval_source("array_length", &[ints(&[]), Datum::Int4(1)]), Datum::Null);
        assert_eq!(eval_source("arraycontains", &[ints(&[1, 2]), ints(&[2])]), Datum::Bool(true));
        assert_eq!(eval_source("arrayoverlap", &[ints(&[1, 2]), ints(&[3])]), Datum::Bool(false));
        assert_eq!(eval_source("array_dims", &[ints(&[1, 2])]), Datum::text("[1:2]"));
        let nested = concatenate(
            &nest(gavel_types::Oid::INT4, &[ints(&[1, 2])]).expect("nested"),
            match &ints(&[3, 4]) {
                Datum::Array(a) => a,
                other => panic!("{other:?}"),
            },
        );
        assert_eq!(nested.map(|a| a.dims), Ok(vec![(2, 1), (2, 1)]));
    }

    #[test]
    fn text_is_split_and_joined() {
        let split = eval_source("text_to_array_null", &[Datum::text("a,x,c"), Datum::text(","), Datum::text("x")]);
        let joined = eval_source("array_to_text_null", &[split, Datum::text("-"), Datum::text("?")]);
        assert_eq!(joined, Datum::text("a-?-c"));
    }
}
