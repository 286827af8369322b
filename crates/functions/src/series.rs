//! Set-returning functions that are not about JSON: `generate_series`, `unnest`, `generate_subscripts`,
//! `string_to_table` (manual §9.25).
//!
//! Series are lazy: a LIMIT above them stops them.

use gavel_types::{Datum, Interval, Numeric, SqlError, SqlResult, SqlState};

use crate::args::{Arg as _, TimestampTz, mismatch};
use crate::call::{Call, SetFn, SetRows};
use crate::datetime::arithmetic;

pub const TABLE: &[(&str, SetFn)] = &[
    ("generate_series_int4", |_, a| integers(a, |n| i32::try_from(n).map(Datum::Int4).ok())),
    ("generate_series_step_int4", |_, a| integers(a, |n| i32::try_from(n).map(Datum::Int4).ok())),
    ("generate_series_int8", |_, a| integers(a, |n| i64::try_from(n).map(Datum::Int8).ok())),
    ("generate_series_step_int8", |_, a| integers(a, |n| i64::try_from(n).map(Datum::Int8).ok())),
    ("generate_series_numeric", |_, a| numerics(a)),
    ("generate_series_step_numeric", |_, a| numerics(a)),
    ("generate_series_timestamp", |_, a| timestamps(a)),
    ("generate_series_timestamptz", |call, a| instants(call, a)),
    ("array_unnest", |_, a| match &a[0] {
        Datum::Array(array) => Ok(column(array.values.clone())),
        other => Err(mismatch(Some(other))),
    }),
    ("pg_expandarray", |_, a| match &a[0] {
        Datum::Array(array) => {
            let numbered = array.values.clone().into_iter().zip(1..);
            Ok(Box::new(numbered.map(|(value, n)| Ok(vec![value, Datum::Int4(n)]))))
        }
        other => Err(mismatch(Some(other))),
    }),
    ("generate_subscripts", |_, a| subscripts(a)),
    ("generate_subscripts_nodir", |_, a| subscripts(a)),
    ("text_to_table", |_, a| pieces(a)),
    ("text_to_table_null", |_, a| pieces(a)),
];

/// Rows of one column.
fn column(values: Vec<Datum>) -> SetRows {
    Box::new(values.into_iter().map(|v| Ok(vec![v])))
}

fn zero_step() -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, "step size cannot equal zero")
}

/// `to` gives `None` past the type's range, where the series ends.
fn integers(args: &[Datum], to: fn(i128) -> Option<Datum>) -> SqlResult<SetRows> {
    let get = |n: usize| match args.get(n) {
        Some(Datum::Int4(v)) => Ok(i128::from(*v)),
        Some(Datum::Int8(v)) => Ok(i128::from(*v)),
        other => Err(mismatch(other)),
    };
    let (start, stop) = (get(0)?, get(1)?);
    let step = if args.len() > 2 { get(2)? } else { 1 };
    if step == 0 {
        return Err(zero_step());
    }
    let mut next = start;
    Ok(Box::new(std::iter::from_fn(move || {
        if (step > 0 && next > stop) || (step < 0 && next < stop) {
            return None;
        }
        let value = to(next)?;
        next += step;
        Some(Ok(vec![value]))
    })))
}

fn numerics(args: &[Datum]) -> SqlResult<SetRows> {
    let get = |n: usize| <&Numeric>::get(args.get(n)).cloned();
    let (start, stop) = (get(0)?, get(1)?);
    let step = if args.len() > 2 { get(2)? } else { Numeric::from(1_i64) };
    for (value, name) in [(&start, "start"), (&stop, "stop"), (&step, "step size")] {
        let what = match value {
            Numeric::NaN => "NaN",
            Numeric::Infinity | Numeric::NegInfinity => "infinity",
            Numeric::Finite { .. } => continue,
        };
        let message = if name == "step size" {
            format!("{name} cannot be {what}")
        } else {
            format!("{name} value cannot be {what}")
        };
        return Err(SqlError::new(SqlState::InvalidParameterValue, message));
    }
    if step.is_zero() {
        return Err(zero_step());
    }
    let up = step.signum() > 0;
    let mut next = Some(start);
    Ok(Box::new(std::iter::from_fn(move || {
        let value = next.take()?;
        let order = value.cmp_sql(&stop);
        if if up { order.is_gt() } else { order.is_lt() } {
            return None;
        }
        // Beyond all numbers it is beyond the end, too.
        next = value.add(&step).ok();
        Some(Ok(vec![Datum::Numeric(value)]))
    })))
}

/// Advances `next` until it passes `stop`; the direction is the sign of the step.
fn stepping(
    start: i64,
    stop: i64,
    step: Interval,
    wrap: fn(i64) -> Datum,
    plus: impl Fn(i64) -> SqlResult<i64> + Send + 'static,
) -> SqlResult<SetRows> {
    let direction = step.comparison_value();
    if direction == 0 {
        return Err(zero_step());
    }
    let mut next = Some(start);
    Ok(Box::new(std::iter::from_fn(move || {
        let value = next.take()?;
        if (direction > 0 && value > stop) || (direction < 0 && value < stop) {
            return None;
        }
        match plus(value) {
            Ok(following) => next = Some(following),
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(vec![wrap(value)]))
    })))
}

fn timestamps(args: &[Datum]) -> SqlResult<SetRows> {
    match args {
        [Datum::Timestamp(start), Datum::Timestamp(stop), Datum::Interval(step)] => {
            let step = *step;
            stepping(*start, *stop, step, Datum::Timestamp, move |t| arithmetic::plus(t, step))
        }
        _ => Err(mismatch(args.first())),
    }
}

fn instants(call: &Call<'_>, args: &[Datum]) -> SqlResult<SetRows> {
    match args {
        [Datum::TimestampTz(start), Datum::TimestampTz(stop), Datum::Interval(step)] => {
            let (step, context) = (*step, call.context.clone());
            let result = call.result;
            stepping(*start, *stop, step, Datum::TimestampTz, move |t| {
                let call = Call { context: &context, arg_types: &[], result };
                arithmetic::plus_zoned(&call, TimestampTz(t), step).map(|t| t.0)
            })
        }
        _ => Err(mismatch(args.first())),
    }
}

fn subscripts(args: &[Datum]) -> SqlResult<SetRows> {
    let (Datum::Array(array), Datum::Int4(dimension)) = (&args[0], &args[1]) else {
        return Err(mismatch(args.first()));
    };
    let reverse = args.get(2) == Some(&Datum::Bool(true));
    let bounds = usize::try_from(*dimension).ok().and_then(|d| d.checked_sub(1)).and_then(|d| array.dims.get(d));
    let mut values: Vec<Datum> =
        bounds.map(|(len, lower)| (0..*len).map(|n| Datum::Int4(lower + n)).collect()).unwrap_or_default();
    if reverse {
        values.reverse();
    }
    Ok(column(values))
}

/// `string_to_table`: not strict; a NULL string gives no rows, a NULL delimiter single characters.
fn pieces(args: &[Datum]) -> SqlResult<SetRows> {
    let get = |n: usize| Option::<&str>::get(args.get(n).or(Some(&Datum::Null)));
    let (Some(text), delimiter, null) = (get(0)?, get(1)?, get(2)?) else { return Ok(column(vec![])) };
    let wrap = |piece: &str| if Some(piece) == null { Datum::Null } else { Datum::text(piece) };
    Ok(column(match delimiter {
        _ if text.is_empty() => vec![],
        None => text.chars().map(|c| wrap(c.encode_utf8(&mut [0; 4]))).collect(),
        Some("") => vec![wrap(text)],
        Some(delimiter) => text.split(delimiter).map(wrap).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(rows: SqlResult<SetRows>) -> Vec<Datum> {
        rows.expect("rows").map(|r| r.expect("row").remove(0)).collect()
    }

    #[test]
    fn series_end_at_their_stop_and_at_the_type_s_range() {
        let ints = |a: &[i32]| a.iter().map(|n| Datum::Int4(*n)).collect::<Vec<_>>();
        let to = |n| i32::try_from(n).map(Datum::Int4).ok();
        assert_eq!(shown(integers(&ints(&[1, 3]), to)), ints(&[1, 2, 3]));
        assert_eq!(shown(integers(&ints(&[3, 0, -2]), to)), ints(&[3, 1]));
        assert_eq!(shown(integers(&ints(&[i32::MAX - 1, i32::MAX]), to)), ints(&[i32::MAX - 1, i32::MAX]));
        assert!(integers(&ints(&[1, 3, 0]), to).is_err());
    }

    #[test]
    fn timestamps_step_by_the_calendar() {
        let month = Interval { months: 1, days: 0, micros: 0 };
        let day = 86_400_000_000;
        let rows = timestamps(&[Datum::Timestamp(0), Datum::Timestamp(60 * day), Datum::Interval(month)]);
        assert_eq!(shown(rows), vec![Datum::Timestamp(0), Datum::Timestamp(31 * day), Datum::Timestamp(60 * day)]);
    }

    #[test]
    fn strings_fall_into_pieces() {
        let split = |s: &str, d: Option<&str>| {
            shown(pieces(&[Datum::text(s), d.map_or(Datum::Null, Datum::text), Datum::text("x")]))
        };
        assert_eq!(split("a,x", Some(",")), vec![Datum::text("a"), Datum::Null]);
        assert_eq!(split("ab", None), vec![Datum::text("a"), Datum::text("b")]);
        assert_eq!(split("", Some(",")), vec![]);
    }
}
