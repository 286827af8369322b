//! Floats: arithmetic that answers 22003 where a finite result would have to be infinite (or zero), and
//! 22012 on division by zero; mathematical functions; conversions that round half to even.

use std::f64::consts::PI;

use gavel_types::{SqlError, SqlResult, SqlState};

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::error::{
    bigint_out_of_range, division_by_zero, float_overflow, float_underflow, integer_out_of_range, out_of_range,
    smallint_out_of_range,
};

/// The result of an operation on `a` and `b`: it may be infinite only if one of them is.
pub(crate) fn checked8(r: f64, a: f64, b: f64) -> SqlResult<f64> {
    if r.is_infinite() && !a.is_infinite() && !b.is_infinite() { Err(float_overflow()) } else { Ok(r) }
}

pub(crate) fn checked4(r: f32, a: f32, b: f32) -> SqlResult<f32> {
    if r.is_infinite() && !a.is_infinite() && !b.is_infinite() { Err(float_overflow()) } else { Ok(r) }
}

/// Product: zero only if a factor is.
pub(crate) fn mul8(a: f64, b: f64) -> SqlResult<f64> {
    let r = checked8(a * b, a, b)?;
    if r == 0.0 && a != 0.0 && b != 0.0 { Err(float_underflow()) } else { Ok(r) }
}

pub(crate) fn mul4(a: f32, b: f32) -> SqlResult<f32> {
    let r = checked4(a * b, a, b)?;
    if r == 0.0 && a != 0.0 && b != 0.0 { Err(float_underflow()) } else { Ok(r) }
}

/// Quotient; NaN divided by zero is NaN.
pub(crate) fn div8(a: f64, b: f64) -> SqlResult<f64> {
    if b == 0.0 && !a.is_nan() {
        return Err(division_by_zero());
    }
    let r = checked8(a / b, a, b)?;
    if r == 0.0 && a != 0.0 && !b.is_infinite() { Err(float_underflow()) } else { Ok(r) }
}

pub(crate) fn div4(a: f32, b: f32) -> SqlResult<f32> {
    if b == 0.0 && !a.is_nan() {
        return Err(division_by_zero());
    }
    let r = checked4(a / b, a, b)?;
    if r == 0.0 && a != 0.0 && !b.is_infinite() { Err(float_underflow()) } else { Ok(r) }
}

/// `double precision` to `real`.
pub(crate) fn narrow(v: f64) -> SqlResult<f32> {
    let r = v as f32;
    if r.is_infinite() && !v.is_infinite() {
        return Err(float_overflow());
    }
    if r == 0.0 && v != 0.0 { Err(float_underflow()) } else { Ok(r) }
}

/// To an integer, half to even.
fn to_i64(v: f64, range: fn() -> SqlError) -> SqlResult<i64> {
    let r = v.round_ties_even();
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&r) { Ok(r as i64) } else { Err(range()) }
}

fn to_i32(v: f64) -> SqlResult<i32> {
    i32::try_from(to_i64(v, integer_out_of_range)?).map_err(|_| integer_out_of_range())
}

fn to_i16(v: f64) -> SqlResult<i16> {
    i16::try_from(to_i64(v, smallint_out_of_range)?).map_err(|_| smallint_out_of_range())
}

fn power(a: f64, b: f64) -> SqlResult<f64> {
    if a.is_nan() {
        return Ok(if b == 0.0 { 1.0 } else { f64::NAN });
    }
    if b.is_nan() {
        return Ok(if a == 1.0 { 1.0 } else { f64::NAN });
    }
    let invalid = |m| SqlError::new(SqlState::InvalidArgumentForPowerFunction, m);
    if a == 0.0 && b < 0.0 {
        return Err(invalid("zero raised to a negative power is undefined"));
    }
    if a < 0.0 && b.is_finite() && b.floor() != b {
        return Err(invalid("a negative number raised to a non-integer power yields a complex result"));
    }
    let r = checked8(a.powf(b), a, b)?;
    if r == 0.0 && a != 0.0 && !a.is_infinite() && !b.is_infinite() { Err(float_underflow()) } else { Ok(r) }
}

fn logarithm(v: f64, f: fn(f64) -> f64) -> SqlResult<f64> {
    let invalid = |m| SqlError::new(SqlState::InvalidArgumentForLogarithm, m);
    if v == 0.0 {
        return Err(invalid("cannot take logarithm of zero"));
    }
    if v < 0.0 {
        return Err(invalid("cannot take logarithm of a negative number"));
    }
    Ok(f(v))
}

fn exponential(v: f64) -> SqlResult<f64> {
    let r = checked8(v.exp(), v, v)?;
    if r == 0.0 && !v.is_infinite() { Err(float_underflow()) } else { Ok(r) }
}

/// A function defined only inside an interval.
fn within(v: f64, low: f64, high: f64, f: fn(f64) -> f64) -> SqlResult<f64> {
    if v.is_nan() || (low..=high).contains(&v) { Ok(f(v)) } else { Err(out_of_range("input is out of range")) }
}

/// A periodic function: infinity has no phase.
fn periodic(v: f64, f: fn(f64) -> f64) -> SqlResult<f64> {
    if v.is_infinite() { Err(out_of_range("input is out of range")) } else { Ok(f(v)) }
}

/// Sine of degrees, exact where the exact value is a simple number.
fn sind(v: f64) -> f64 {
    let mut x = v % 360.0;
    let mut sign = 1.0;
    if x < 0.0 {
        x = -x;
        sign = -sign;
    }
    if x > 180.0 {
        x = 360.0 - x;
        sign = -sign;
    }
    if x > 90.0 {
        x = 180.0 - x;
    }
    sign * sind_first_quadrant(x)
}

fn sind_first_quadrant(x: f64) -> f64 {
    // Scaled so that 30 degrees give exactly one half, and 60 one minus one half.
    if x <= 30.0 { (x.to_radians().sin() / 30f64.to_radians().sin()) / 2.0 } else { cosd_up_to_60(90.0 - x) }
}

fn cosd_up_to_60(x: f64) -> f64 {
    1.0 - ((1.0 - x.to_radians().cos()) / (1.0 - 60f64.to_radians().cos())) / 2.0
}

fn cosd(v: f64) -> f64 {
    let mut x = (v % 360.0).abs();
    let mut sign = 1.0;
    if x > 180.0 {
        x = 360.0 - x;
    }
    if x > 90.0 {
        x = 180.0 - x;
        sign = -1.0;
    }
    sign * if x <= 60.0 { cosd_up_to_60(x) } else { sind_first_quadrant(90.0 - x) }
}

fn tand(v: f64) -> f64 {
    let t = sind(v) / cosd(v);
    let at_45 = sind(45.0) / cosd(45.0);
    let r = t / at_45;
    if r == 0.0 { 0.0 } else { r }
}

fn asind(v: f64) -> f64 {
    if v.abs() <= 0.5 { v.asin() / 0.5f64.asin() * 30.0 } else { v.signum() * (90.0 - acosd_positive(v.abs())) }
}

fn acosd_positive(v: f64) -> f64 {
    if v <= 0.5 { 90.0 - v.asin() / 0.5f64.asin() * 30.0 } else { v.acos() / 0.5f64.acos() * 60.0 }
}

fn acosd(v: f64) -> f64 {
    if v >= 0.0 { acosd_positive(v) } else { 90.0 + asind(-v) }
}

fn atand(v: f64) -> f64 {
    v.atan() / 1f64.atan() * 45.0
}

/// Where the square would overflow, the logarithm alone.
const LARGE: f64 = 1e150;

fn asinh(v: f64) -> f64 {
    if v.abs() > LARGE && v.is_finite() { v.signum() * (v.abs().ln() + std::f64::consts::LN_2) } else { v.asinh() }
}

fn acosh(v: f64) -> f64 {
    if v > LARGE && v.is_finite() { v.ln() + std::f64::consts::LN_2 } else { v.acosh() }
}

/// Bucket of `v` among `count` equal ones between two bounds.
fn width_bucket(v: f64, low: f64, high: f64, count: i32) -> SqlResult<i32> {
    let invalid = |m| SqlError::new(SqlState::InvalidArgumentForWidthBucketFunction, m);
    if count <= 0 {
        return Err(invalid("count must be greater than zero"));
    }
    if v.is_nan() || low.is_nan() || high.is_nan() {
        return Err(invalid("operand, lower bound, and upper bound cannot be NaN"));
    }
    if low.is_infinite() || high.is_infinite() {
        return Err(invalid("lower and upper bounds must be finite"));
    }
    let over = || count.checked_add(1).ok_or_else(integer_out_of_range);
    let inside = |fraction: f64| ((f64::from(count) * fraction) as i32).min(count - 1) + 1;
    if low < high {
        if v < low {
            Ok(0)
        } else if v >= high {
            over()
        } else {
            Ok(inside((v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)))
        }
    } else if low > high {
        if v > low {
            Ok(0)
        } else if v <= high {
            over()
        } else {
            Ok(inside((low / 2.0 - v / 2.0) / (low / 2.0 - high / 2.0)))
        }
    } else {
        Err(invalid("lower bound cannot equal upper bound"))
    }
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("float4pl", scalar!(|a: f32, b: f32| checked4(a + b, a, b)?)),
    ("float4mi", scalar!(|a: f32, b: f32| checked4(a - b, a, b)?)),
    ("float4mul", scalar!(|a: f32, b: f32| mul4(a, b)?)),
    ("float4div", scalar!(|a: f32, b: f32| div4(a, b)?)),
    ("float8pl", scalar!(|a: f64, b: f64| checked8(a + b, a, b)?)),
    ("float8mi", scalar!(|a: f64, b: f64| checked8(a - b, a, b)?)),
    ("float8mul", scalar!(|a: f64, b: f64| mul8(a, b)?)),
    ("float8div", scalar!(|a: f64, b: f64| div8(a, b)?)),
    ("float48pl", scalar!(|a: f32, b: f64| checked8(f64::from(a) + b, f64::from(a), b)?)),
    ("float48mi", scalar!(|a: f32, b: f64| checked8(f64::from(a) - b, f64::from(a), b)?)),
    ("float48mul", scalar!(|a: f32, b: f64| mul8(f64::from(a), b)?)),
    ("float48div", scalar!(|a: f32, b: f64| div8(f64::from(a), b)?)),
    ("float84pl", scalar!(|a: f64, b: f32| checked8(a + f64::from(b), a, f64::from(b))?)),
    ("float84mi", scalar!(|a: f64, b: f32| checked8(a - f64::from(b), a, f64::from(b))?)),
    ("float84mul", scalar!(|a: f64, b: f32| mul8(a, f64::from(b))?)),
    ("float84div", scalar!(|a: f64, b: f32| div8(a, f64::from(b))?)),
    ("float4um", scalar!(|a: f32| -a)),
    ("float4up", scalar!(|a: f32| a)),
    ("float4abs", scalar!(|a: f32| a.abs())),
    ("float8um", scalar!(|a: f64| -a)),
    ("float8up", scalar!(|a: f64| a)),
    ("float8abs", scalar!(|a: f64| a.abs())),
    (
        "dsign",
        scalar!(|a: f64| if a > 0.0 {
            1.0
        } else if a < 0.0 {
            -1.0
        } else {
            0.0
        }),
    ),
    ("dround", scalar!(|a: f64| a.round_ties_even())),
    ("dtrunc", scalar!(|a: f64| a.trunc())),
    ("dceil", scalar!(|a: f64| a.ceil())),
    ("dfloor", scalar!(|a: f64| a.floor())),
    (
        "dsqrt",
        scalar!(|a: f64| {
            if a < 0.0 {
                return Err(SqlError::new(
                    SqlState::InvalidArgumentForPowerFunction,
                    "cannot take square root of a negative number",
                ));
            }
            a.sqrt()
        }),
    ),
    ("dcbrt", scalar!(|a: f64| a.cbrt())),
    ("dpow", scalar!(|a: f64, b: f64| power(a, b)?)),
    ("dexp", scalar!(|a: f64| exponential(a)?)),
    ("dlog1", scalar!(|a: f64| logarithm(a, f64::ln)?)),
    ("dlog10", scalar!(|a: f64| logarithm(a, f64::log10)?)),
    ("dsin", scalar!(|a: f64| periodic(a, f64::sin)?)),
    ("dcos", scalar!(|a: f64| periodic(a, f64::cos)?)),
    ("dtan", scalar!(|a: f64| periodic(a, f64::tan)?)),
    ("dcot", scalar!(|a: f64| periodic(a, |v| 1.0 / v.tan())?)),
    ("dasin", scalar!(|a: f64| within(a, -1.0, 1.0, f64::asin)?)),
    ("dacos", scalar!(|a: f64| within(a, -1.0, 1.0, f64::acos)?)),
    ("datan", scalar!(|a: f64| a.atan())),
    ("datan2", scalar!(|a: f64, b: f64| a.atan2(b))),
    ("dsinh", scalar!(|a: f64| a.sinh())),
    ("dcosh", scalar!(|a: f64| a.cosh())),
    ("dtanh", scalar!(|a: f64| a.tanh())),
    ("dasinh", scalar!(|a: f64| asinh(a))),
    ("dacosh", scalar!(|a: f64| within(a, 1.0, f64::INFINITY, acosh)?)),
    ("datanh", scalar!(|a: f64| within(a, -1.0, 1.0, f64::atanh)?)),
    ("dsind", scalar!(|a: f64| periodic(a, sind)?)),
    ("dcosd", scalar!(|a: f64| periodic(a, cosd)?)),
    ("float4send", scalar!(|a: f32| a.to_be_bytes().to_vec())),
    ("float8send", scalar!(|a: f64| a.to_be_bytes().to_vec())),
    ("dtand", scalar!(|a: f64| periodic(a, tand)?)),
    (
        "dcotd",
        scalar!(|a: f64| periodic(a, |v| {
            let r = (cosd(v) / sind(v)) / (cosd(45.0) / sind(45.0));
            if r == 0.0 { 0.0 } else { r }
        })?),
    ),
    ("dasind", scalar!(|a: f64| within(a, -1.0, 1.0, asind)?)),
    ("dacosd", scalar!(|a: f64| within(a, -1.0, 1.0, acosd)?)),
    ("datand", scalar!(|a: f64| atand(a))),
    ("datan2d", scalar!(|a: f64, b: f64| a.atan2(b) / 1f64.atan() * 45.0)),
    ("degrees", scalar!(|a: f64| div8(a, PI / 180.0)?)),
    ("radians", scalar!(|a: f64| a * (PI / 180.0))),
    ("dpi", scalar!(|| PI)),
    ("width_bucket_float8", scalar!(|v: f64, low: f64, high: f64, n: i32| width_bucket(v, low, high, n)?)),
    ("ftod", scalar!(|a: f32| f64::from(a))),
    ("dtof", scalar!(|a: f64| narrow(a)?)),
    ("i2tod", scalar!(|a: i16| f64::from(a))),
    ("i4tod", scalar!(|a: i32| f64::from(a))),
    ("i8tod", scalar!(|a: i64| a as f64)),
    ("i2tof", scalar!(|a: i16| f32::from(a))),
    ("i4tof", scalar!(|a: i32| a as f32)),
    ("i8tof", scalar!(|a: i64| a as f32)),
    ("dtoi2", scalar!(|a: f64| to_i16(a)?)),
    ("dtoi4", scalar!(|a: f64| to_i32(a)?)),
    ("dtoi8", scalar!(|a: f64| to_i64(a, bigint_out_of_range)?)),
    ("ftoi2", scalar!(|a: f32| to_i16(f64::from(a))?)),
    ("ftoi4", scalar!(|a: f32| to_i32(f64::from(a))?)),
    ("ftoi8", scalar!(|a: f32| to_i64(f64::from(a), bigint_out_of_range)?)),
];

#[cfg(test)]
mod tests {
    use gavel_types::{Datum, SqlState};

    use crate::testing::{eval_source, fails};

    #[test]
    fn division_and_range_are_checked() {
        assert_eq!(fails("float8div", &[Datum::Float8(1.0), Datum::Float8(0.0)]), SqlState::DivisionByZero);
        assert_eq!(fails("float8mul", &[Datum::Float8(1e300), Datum::Float8(1e300)]), SqlState::NumericValueOutOfRange);
        assert_eq!(
            fails("float8mul", &[Datum::Float8(1e-300), Datum::Float8(1e-300)]),
            SqlState::NumericValueOutOfRange
        );
        assert_eq!(fails("dtoi4", &[Datum::Float8(3e9)]), SqlState::NumericValueOutOfRange);
        assert_eq!(fails("dtoi4", &[Datum::Float8(f64::NAN)]), SqlState::NumericValueOutOfRange);
    }

    #[test]
    fn conversion_rounds_half_to_even() {
        assert_eq!(eval_source("dtoi4", &[Datum::Float8(2.5)]), Datum::Int4(2));
        assert_eq!(eval_source("dtoi4", &[Datum::Float8(3.5)]), Datum::Int4(4));
        assert_eq!(eval_source("dtoi8", &[Datum::Float8(-0.5)]), Datum::Int8(0));
    }
}
