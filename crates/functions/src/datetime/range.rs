//! `in_range(value, base, offset, subtract, less)`: whether `value` is at most (`less`) or at least
//! `base ± offset`. Frames with RANGE offsets are found by it. A bound that overflows is beyond all values.

use std::cmp::Ordering;

use gavel_types::datetime::{MICROS_PER_DAY, date_to_timestamp};
use gavel_types::{Datum, Interval, SqlError, SqlResult, SqlState};

use super::arithmetic::{plus, plus_zoned};
use crate::args::{Arg, TimestampTz, mismatch};
use crate::call::{Call, ScalarFn};
use crate::compare::compare_f64;

fn negative_size() -> SqlError {
    SqlError::new(SqlState::InvalidPrecedingOrFollowingSize, "invalid preceding or following size in window function")
}

fn in_range(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let [value, base, offset, subtract, less] = args else { return Err(mismatch(None)) };
    let subtract = bool::get(Some(subtract))?;
    let less = bool::get(Some(less))?;
    let order = order_to_bound(call, value, base, offset, subtract)?;
    Ok(Datum::Bool(if less { order.is_le() } else { order.is_ge() }))
}

/// How `value` stands to `base ± offset`.
fn order_to_bound(call: &Call<'_>, value: &Datum, base: &Datum, offset: &Datum, subtract: bool) -> SqlResult<Ordering> {
    let integer = |d: &Datum| match d {
        Datum::Int2(v) => Some(i128::from(*v)),
        Datum::Int4(v) => Some(i128::from(*v)),
        Datum::Int8(v) => Some(i128::from(*v)),
        _ => None,
    };
    if let (Some(value), Some(base), Some(offset)) = (integer(value), integer(base), integer(offset)) {
        if offset < 0 {
            return Err(negative_size());
        }
        return Ok(value.cmp(&if subtract { base - offset } else { base + offset }));
    }
    let float = |d: &Datum| match d {
        Datum::Float4(v) => Some(f64::from(*v)),
        Datum::Float8(v) => Some(*v),
        _ => None,
    };
    if let (Some(value), Some(base), Some(offset)) = (float(value), float(base), float(offset)) {
        if offset.is_nan() || offset < 0.0 {
            return Err(negative_size());
        }
        if value.is_nan() || base.is_nan() {
            return Ok(compare_f64(value, base));
        }
        let bound = if subtract { base - offset } else { base + offset };
        // Infinity less infinity: every value is in range of it.
        return Ok(if bound.is_nan() { Ordering::Equal } else { compare_f64(value, bound) });
    }
    if let (Datum::Numeric(value), Datum::Numeric(base), Datum::Numeric(offset)) = (value, base, offset) {
        if offset.is_nan() || offset.signum() < 0 {
            return Err(negative_size());
        }
        if value.is_nan() || base.is_nan() {
            return Ok(value.cmp_sql(base));
        }
        let bound = if subtract { base.sub(offset)? } else { base.add(offset)? };
        return Ok(if bound.is_nan() { Ordering::Equal } else { value.cmp_sql(&bound) });
    }
    let Datum::Interval(offset) = offset else { return Err(mismatch(Some(offset))) };
    if offset.comparison_value() < 0 {
        return Err(negative_size());
    }
    let signed = if subtract { offset.checked_neg()? } else { *offset };
    Ok(match (value, base) {
        (Datum::Date(value), Datum::Date(base)) => {
            date_to_timestamp(*value)?.cmp(&plus(date_to_timestamp(*base)?, signed)?)
        }
        (Datum::Timestamp(value), Datum::Timestamp(base)) => value.cmp(&plus(*base, signed)?),
        (Datum::TimestampTz(value), Datum::TimestampTz(base)) => {
            value.cmp(&plus_zoned(call, TimestampTz(*base), signed)?.0)
        }
        (Datum::Interval(value), Datum::Interval(base)) => {
            let bound = Interval::checked_add(*base, signed)?;
            value.comparison_value().cmp(&bound.comparison_value())
        }
        // A time of day does not wrap here.
        (Datum::Time(value), Datum::Time(base)) => {
            i128::from(*value).cmp(&(i128::from(*base) + i128::from(signed.micros)))
        }
        (Datum::TimeTz(value, zone), Datum::TimeTz(base, base_zone)) => {
            let utc = |t: i64, west: i32| i128::from(t) + i128::from(west) * 1_000_000;
            let bound = utc(*base, *base_zone) + i128::from(signed.micros) % (i128::from(MICROS_PER_DAY) * 1_000_000);
            utc(*value, *zone).cmp(&bound).then(zone.cmp(base_zone))
        }
        (value, _) => return Err(mismatch(Some(value))),
    })
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("in_range_int2_int2", in_range),
    ("in_range_int2_int4", in_range),
    ("in_range_int2_int8", in_range),
    ("in_range_int4_int2", in_range),
    ("in_range_int4_int4", in_range),
    ("in_range_int4_int8", in_range),
    ("in_range_int8_int8", in_range),
    ("in_range_float4_float8", in_range),
    ("in_range_float8_float8", in_range),
    ("in_range_numeric_numeric", in_range),
    ("in_range_date_interval", in_range),
    ("in_range_time_interval", in_range),
    ("in_range_timetz_interval", in_range),
    ("in_range_timestamp_interval", in_range),
    ("in_range_timestamptz_interval", in_range),
    ("in_range_interval_interval", in_range),
];
