//! Functions of `numeric`; the arithmetic itself is [`gavel_types::numeric`].

use gavel_types::{Numeric, SqlError, SqlResult, SqlState};

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::error::{bigint_out_of_range, float_overflow, integer_out_of_range, smallint_out_of_range};

/// Rounded half away from zero into an integer type; NaN and infinities have none.
pub(crate) fn to_integer<T: TryFrom<i128>>(n: &Numeric, name: &str, range: fn() -> SqlError) -> SqlResult<T> {
    match n {
        Numeric::NaN => Err(SqlError::unsupported(format!("cannot convert NaN to {name}"))),
        Numeric::Infinity | Numeric::NegInfinity => {
            Err(SqlError::unsupported(format!("cannot convert infinity to {name}")))
        }
        Numeric::Finite { .. } => n.to_i128().and_then(|v| T::try_from(v).ok()).ok_or_else(range),
    }
}

fn width_bucket(v: &Numeric, low: &Numeric, high: &Numeric, count: i32) -> SqlResult<i32> {
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
    let order = low.cmp_sql(high);
    if order.is_eq() {
        return Err(invalid("lower bound cannot equal upper bound"));
    }
    let rising = order.is_lt();
    let (below, beyond) = if rising {
        (v.cmp_sql(low).is_lt(), v.cmp_sql(high).is_ge())
    } else {
        (v.cmp_sql(low).is_gt(), v.cmp_sql(high).is_le())
    };
    if below {
        return Ok(0);
    }
    if beyond {
        return count.checked_add(1).ok_or_else(integer_out_of_range);
    }
    // The quotient of (v - low) * count by (high - low) is rounded to the scale of division first.
    let scaled = v.sub(low)?.mul(&Numeric::from(count))?;
    let bucket = scaled.div(&high.sub(low)?)?.floor_to_i64().unwrap_or(0);
    i32::try_from(bucket + 1).map_err(|_| integer_out_of_range())
}

/// To a float; finite values beyond its range are refused.
fn to_f64(n: &Numeric) -> SqlResult<f64> {
    let v = n.to_f64();
    if v.is_infinite() && !n.is_infinite() {
        return Err(SqlError::new(
            SqlState::NumericValueOutOfRange,
            format!("\"{n}\" is out of range for type double precision"),
        ));
    }
    Ok(v)
}

fn to_f32(n: &Numeric) -> SqlResult<f32> {
    let v = n.to_f32();
    if (v.is_infinite() && !n.is_infinite()) || (v == 0.0 && !n.is_zero() && !n.is_nan()) {
        return Err(SqlError::new(SqlState::NumericValueOutOfRange, format!("\"{n}\" is out of range for type real")));
    }
    if v.is_infinite() && !n.is_infinite() { Err(float_overflow()) } else { Ok(v) }
}

/// Bodies that PostgreSQL has in SQL.
pub const BY_OID: &[(u32, ScalarFn)] = &[
    (1708, scalar!(|a: &Numeric| a.round(0))),
    (1710, scalar!(|a: &Numeric| a.trunc(0))),
    (1741, scalar!(|a: &Numeric| a.log(&Numeric::from(10))?)),
    (1481, scalar!(|a: &Numeric| a.log(&Numeric::from(10))?)),
];

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("numeric_add", scalar!(|a: &Numeric, b: &Numeric| a.add(b)?)),
    ("numeric_sub", scalar!(|a: &Numeric, b: &Numeric| a.sub(b)?)),
    ("numeric_mul", scalar!(|a: &Numeric, b: &Numeric| a.mul(b)?)),
    ("numeric_div", scalar!(|a: &Numeric, b: &Numeric| a.div(b)?)),
    ("numeric_div_trunc", scalar!(|a: &Numeric, b: &Numeric| a.div_trunc(b)?)),
    ("numeric_mod", scalar!(|a: &Numeric, b: &Numeric| a.rem(b)?)),
    ("numeric_uminus", scalar!(|a: &Numeric| a.negate())),
    ("numeric_uplus", scalar!(|a: &Numeric| a.clone())),
    ("numeric_inc", scalar!(|a: &Numeric| a.add(&Numeric::ONE)?)),
    ("numeric_abs", scalar!(|a: &Numeric| a.abs())),
    ("numeric_sign", scalar!(|a: &Numeric| if a.is_nan() { Numeric::NaN } else { Numeric::from(a.signum()) })),
    ("numeric_round", scalar!(|a: &Numeric, digits: i32| a.round(digits).within_limits()?)),
    ("numeric_trunc", scalar!(|a: &Numeric, digits: i32| a.trunc(digits))),
    ("numeric_ceil", scalar!(|a: &Numeric| a.ceil())),
    ("numeric_floor", scalar!(|a: &Numeric| a.floor())),
    ("numeric_sqrt", scalar!(|a: &Numeric| a.sqrt()?)),
    ("numeric_exp", scalar!(|a: &Numeric| a.exp()?)),
    ("numeric_ln", scalar!(|a: &Numeric| a.ln()?)),
    ("numeric_log", scalar!(|base: &Numeric, a: &Numeric| a.log(base)?)),
    ("numeric_power", scalar!(|a: &Numeric, b: &Numeric| a.pow(b)?)),
    ("numeric_fac", scalar!(|n: i64| Numeric::factorial(n)?)),
    ("numeric_gcd", scalar!(|a: &Numeric, b: &Numeric| a.gcd(b))),
    ("numeric_lcm", scalar!(|a: &Numeric, b: &Numeric| a.lcm(b)?)),
    ("numeric_scale", scalar!(|a: &Numeric| { matches!(a, Numeric::Finite { .. }).then(|| i32::from(a.scale())) })),
    (
        "numeric_min_scale",
        scalar!(|a: &Numeric| { matches!(a, Numeric::Finite { .. }).then(|| i32::from(a.min_scale())) }),
    ),
    ("numeric_trim_scale", scalar!(|a: &Numeric| a.trim_scale())),
    (
        "width_bucket_numeric",
        scalar!(|v: &Numeric, low: &Numeric, high: &Numeric, n: i32| { width_bucket(v, low, high, n)? }),
    ),
    ("numeric", scalar!(|a: &Numeric, typmod: i32| a.clone().with_typmod(typmod)?)),
    ("int2_numeric", scalar!(|a: i16| Numeric::from(a))),
    ("int4_numeric", scalar!(|a: i32| Numeric::from(a))),
    ("int8_numeric", scalar!(|a: i64| Numeric::from(a))),
    ("float4_numeric", scalar!(|a: f32| Numeric::from_f32(a)?)),
    ("float8_numeric", scalar!(|a: f64| Numeric::from_f64(a)?)),
    ("numeric_int2", scalar!(|a: &Numeric| to_integer::<i16>(a, "smallint", smallint_out_of_range)?)),
    ("numeric_int4", scalar!(|a: &Numeric| to_integer::<i32>(a, "integer", integer_out_of_range)?)),
    ("numeric_int8", scalar!(|a: &Numeric| to_integer::<i64>(a, "bigint", bigint_out_of_range)?)),
    ("numeric_float4", scalar!(|a: &Numeric| to_f32(a)?)),
    ("numeric_float8", scalar!(|a: &Numeric| to_f64(a)?)),
];

#[cfg(test)]
mod tests {
    use gavel_types::{Datum, Numeric};

    use crate::testing::eval_source;

    fn numeric(text: &str) -> Datum {
        Datum::Numeric(Numeric::parse(text).expect(text))
    }

    #[test]
    fn division_has_postgresqls_scale() {
        let third = eval_source("numeric_div", &[numeric("1"), numeric("3.0")]);
        assert_eq!(third, numeric("0.33333333333333333333"));
    }

    #[test]
    fn numeric_rounds_half_away_from_zero() {
        assert_eq!(eval_source("numeric_int4", &[numeric("2.5")]), Datum::Int4(3));
        assert_eq!(eval_source("numeric_int4", &[numeric("-2.5")]), Datum::Int4(-3));
    }
}
