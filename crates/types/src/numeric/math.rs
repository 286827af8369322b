//! Roots, powers, logarithms, exponentials and integer functions of `numeric`.
//!
//! Results carry PostgreSQL's choice of scale: sixteen significant digits or more, never fewer places
//! than the argument has. They are computed in fixed point (a big integer of so many places) with guard
//! digits, then rounded once.

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{MAX_RESULT_SCALE, MIN_SIGNIFICANT, Numeric, div_round, division_by_zero, overflow, pow10};
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

const LOG10_E: f64 = std::f64::consts::LOG10_E;

fn clamp_scale(scale: i64, at_least: u16) -> u16 {
    scale.max(i64::from(at_least)).clamp(0, MAX_RESULT_SCALE) as u16
}

/// `n * 10^-places` as fixed point with `to` places.
fn fixed(n: &Numeric, to: u32) -> BigInt {
    match n.parts() {
        Some((m, scale)) => {
            let scale = u32::from(scale);
            if to >= scale { m.as_ref() * pow10(to - scale) } else { div_round(&m, &pow10(scale - to)) }
        }
        None => BigInt::zero(),
    }
}

/// `e^x` of fixed point `x` with `places`.
fn exp_fixed(x: &BigInt, places: u32) -> BigInt {
    // Halve until small, sum the series, square back; each squaring costs a bit of precision.
    let one = pow10(places);
    let whole_bits = x.magnitude().bits().saturating_sub(one.bits());
    let halvings = whole_bits + 8;
    let guard = 10 + (halvings as u32) / 3;
    let one = one * pow10(guard);
    let x = (x * pow10(guard)) >> halvings;
    let mut sum = one.clone() + &x;
    let mut term = x.clone();
    let mut n = 2u32;
    while !term.is_zero() {
        term = &term * &x / &one / n;
        sum += &term;
        n += 1;
    }
    for _ in 0..halvings {
        sum = &sum * &sum / &one;
    }
    div_round(&sum, &pow10(guard))
}

/// `2 * atanh(n / d)` in fixed point: the odd powers of the quotient over the odd numbers.
fn two_atanh(n: &BigInt, d: &BigInt, one: &BigInt) -> BigInt {
    let z = n * one / d;
    let square = &z * &z / one;
    let mut power = z.clone();
    let mut sum = z;
    let mut k = 3u32;
    while !power.is_zero() {
        power = &power * &square / one;
        sum += &power / k;
        k += 2;
    }
    sum << 1u8
}

/// `ln x` of positive `x`, in fixed point with `places`.
fn ln_fixed(x: &Numeric, places: u32) -> BigInt {
    let Some((m, scale)) = x.parts() else { return BigInt::zero() };
    let guard = 12;
    let one = pow10(places + guard);
    let denominator = pow10(u32::from(scale));
    // x = y * 2^k with y near one.
    let mut k = m.bits() as i64 - denominator.bits() as i64;
    let (mut n, mut d) = (m.into_owned(), denominator);
    if k >= 0 {
        d <<= k;
    } else {
        n <<= -k;
    }
    if &n * 10 > &d * 14 {
        d <<= 1;
        k += 1;
    } else if &n * 10 < &d * 7 {
        n <<= 1;
        k -= 1;
    }
    let ln_y = two_atanh(&(&n - &d), &(&n + &d), &one);
    let ln_2 = two_atanh(&BigInt::one(), &BigInt::from(3), &one);
    div_round(&(ln_y + ln_2 * k), &pow10(guard))
}

/// Decimal exponent of `ln x`, roughly, as PostgreSQL estimates it to choose a scale.
fn ln_weight(x: &Numeric) -> i64 {
    if x.signum() <= 0 {
        return 0;
    }
    let between =
        |low: i128, high: i128| x.cmp_sql(&Numeric::new(low, 1)).is_ge() && x.cmp_sql(&Numeric::new(high, 1)).is_le();
    if between(9, 11) {
        let Ok(off) = x.sub(&Numeric::ONE) else { return 0 };
        if off.is_zero() {
            return 0;
        }
        let (weight, digit) = off.leading_digit();
        return weight * 4 + (digit as f64).log10() as i64;
    }
    (ln_estimate(x).abs().log10()) as i64
}

/// `ln x` as a float, also where `x` is beyond the range of floats.
fn ln_estimate(x: &Numeric) -> f64 {
    let Numeric::Finite { mantissa, scale } = x else { return 0.0 };
    let digits = mantissa.digits();
    let head = &digits[..digits.len().min(17)];
    let dropped = (digits.len() - head.len()) as f64 - f64::from(*scale);
    head.parse::<f64>().unwrap_or(1.0).ln() + dropped * std::f64::consts::LN_10
}

fn invalid_log(message: &str) -> SqlError {
    SqlError::new(SqlState::InvalidArgumentForLogarithm, message)
}

fn invalid_power(message: &str) -> SqlError {
    SqlError::new(SqlState::InvalidArgumentForPowerFunction, message)
}

fn check_log(x: &Numeric) -> SqlResult<()> {
    match x.signum() {
        _ if x.is_nan() => Ok(()),
        0 => Err(invalid_log("cannot take logarithm of zero")),
        s if s < 0 => Err(invalid_log("cannot take logarithm of a negative number")),
        _ => Ok(()),
    }
}

impl Numeric {
    /// Square root.
    ///
    /// # Errors
    /// 2201F if negative.
    pub fn sqrt(&self) -> SqlResult<Self> {
        let Some((m, scale)) = self.parts() else {
            return match self {
                Self::NegInfinity => Err(Self::sqrt_of_negative()),
                other => Ok(other.clone()),
            };
        };
        if m.is_negative() {
            return Err(Self::sqrt_of_negative());
        }
        let (weight, _) = self.leading_digit();
        let whole_digits = weight * 4 / 2 + 1;
        let wanted = clamp_scale(MIN_SIGNIFICANT - whole_digits, scale);
        // One more digit, so that the floor of the root tells which way to round.
        let places = i64::from(wanted) + 1;
        let shift = 2 * places - i64::from(scale);
        let scaled =
            if shift >= 0 { m.as_ref() * pow10(shift as u32) } else { m.as_ref() / pow10(shift.unsigned_abs() as u32) };
        Self::checked(div_round(&scaled.sqrt(), &BigInt::from(10)), wanted)
    }

    fn sqrt_of_negative() -> SqlError {
        invalid_power("cannot take square root of a negative number")
    }

    /// `e^self`.
    ///
    /// # Errors
    /// 22003 if the result has too many digits.
    pub fn exp(&self) -> SqlResult<Self> {
        match self {
            Self::NegInfinity => return Ok(Self::ZERO),
            Self::Finite { .. } => {}
            other => return Ok(other.clone()),
        }
        let weight = (self.to_f64() * LOG10_E).clamp(-2_000.0, 2_000.0) as i64;
        let scale = clamp_scale(MIN_SIGNIFICANT - weight, self.scale());
        self.exp_at(scale)
    }

    fn exp_at(&self, scale: u16) -> SqlResult<Self> {
        let value = self.to_f64();
        if value.abs() >= 6_000.0 {
            return if value > 0.0 { Err(overflow()) } else { Ok(Self::new(0, scale)) };
        }
        let integer_digits = (value * LOG10_E).max(0.0) as u32;
        let places = u32::from(scale) + 2 * integer_digits + 8;
        let result = exp_fixed(&fixed(self, places), places);
        Self::checked(div_round(&result, &pow10(places - u32::from(scale))), scale)
    }

    /// Natural logarithm.
    ///
    /// # Errors
    /// 2201E unless positive.
    pub fn ln(&self) -> SqlResult<Self> {
        check_log(self)?;
        if !matches!(self, Self::Finite { .. }) {
            return Ok(self.clone());
        }
        let scale = clamp_scale(MIN_SIGNIFICANT - ln_weight(self), self.scale());
        Ok(Self::from_big(ln_fixed(self, u32::from(scale)), scale))
    }

    /// Logarithm of `self` to `base`.
    ///
    /// # Errors
    /// 2201E unless both are positive, 22012 if the base is one.
    pub fn log(&self, base: &Self) -> SqlResult<Self> {
        check_log(base)?;
        check_log(self)?;
        match (base, self) {
            (Self::NaN, _) | (_, Self::NaN) => return Ok(Self::NaN),
            (Self::Infinity, Self::Infinity) => return Ok(Self::NaN),
            (Self::Infinity, _) => return Ok(Self::ZERO),
            (_, Self::Infinity) => return Ok(Self::Infinity),
            _ => {}
        }
        let base_weight = ln_weight(base);
        let weight = ln_weight(self) - base_weight;
        let scale = clamp_scale(MIN_SIGNIFICANT - weight, self.scale().max(base.scale()));
        let places = (i64::from(scale) + weight.abs() + base_weight.abs() + 20) as u32;
        let ln_base = ln_fixed(base, places);
        if ln_base.is_zero() {
            return Err(division_by_zero());
        }
        let quotient = div_round(&(ln_fixed(self, places) * pow10(u32::from(scale))), &ln_base);
        Self::checked(quotient, scale)
    }

    /// `self` to the power of `exponent`.
    ///
    /// # Errors
    /// 2201F for zero to a negative power and negative to a fractional one, 22003 if the result has
    /// too many digits.
    pub fn pow(&self, exponent: &Self) -> SqlResult<Self> {
        if let Some(special) = self.pow_special(exponent) {
            return special;
        }
        let whole = exponent.trunc(0).cmp_sql(exponent).is_eq();
        if self.is_zero() && exponent.signum() < 0 {
            return Err(invalid_power("zero raised to a negative power is undefined"));
        }
        if self.signum() < 0 && !whole {
            return Err(invalid_power("a negative number raised to a non-integer power yields a complex result"));
        }
        if whole && let Some(n) = exponent.to_i64().and_then(|n| i32::try_from(n).ok()) {
            return self.pow_int(n);
        }
        if self.is_zero() {
            return Ok(Self::new(0, MIN_SIGNIFICANT as u16));
        }
        // A whole exponent beyond i32: the sign of the result is that of its parity.
        let odd = whole && exponent.to_big().is_some_and(|e| e.bit(0));
        let base = self.abs();
        let log = ln_estimate(&base) * exponent.to_f64();
        if log.abs() > 6_020.0 {
            return if log > 0.0 { Err(overflow()) } else { Ok(Self::new(0, MAX_RESULT_SCALE as u16)) };
        }
        let scale = clamp_scale(MIN_SIGNIFICANT - (log * LOG10_E) as i64, self.scale().max(exponent.scale()));
        let exponent_digits = exponent.trunc(0).to_string().len() as u32;
        let places = u32::from(scale) + 2 * (log * LOG10_E).max(0.0) as u32 + exponent_digits + 12;
        let ln = ln_fixed(&base, places);
        let (m, exponent_scale) = exponent.parts().map_or_else(Default::default, |(m, s)| (m.into_owned(), s));
        let x = div_round(&(ln * m), &pow10(u32::from(exponent_scale)));
        let result = div_round(&exp_fixed(&x, places), &pow10(places - u32::from(scale)));
        Self::checked(if self.signum() < 0 && odd { -result } else { result }, scale)
    }

    /// Powers with NaN, infinities, and the cases of POSIX `pow` around them.
    fn pow_special(&self, exponent: &Self) -> Option<SqlResult<Self>> {
        if matches!((self, exponent), (Self::Finite { .. }, Self::Finite { .. })) {
            return None;
        }
        let is_one = |n: &Self| n.cmp_sql(&Self::ONE).is_eq();
        Some(match (self, exponent) {
            (Self::NaN, e) => Ok(if e.is_zero() { Self::ONE } else { Self::NaN }),
            (b, Self::NaN) => Ok(if is_one(b) { Self::ONE } else { Self::NaN }),
            (b, Self::Infinity | Self::NegInfinity) => {
                if b.is_zero() && exponent.signum() < 0 {
                    return Some(Err(invalid_power("zero raised to a negative power is undefined")));
                }
                let order = b.abs().cmp_sql(&Self::ONE);
                Ok(if order.is_eq() {
                    Self::ONE
                } else if order.is_gt() == (exponent.signum() > 0) {
                    Self::Infinity
                } else {
                    Self::ZERO
                })
            }
            (_, e) if e.is_zero() => Ok(Self::ONE),
            (Self::Infinity, e) => Ok(if e.signum() > 0 { Self::Infinity } else { Self::ZERO }),
            (_, e) => {
                if !e.trunc(0).cmp_sql(e).is_eq() {
                    return Some(Err(invalid_power(
                        "a negative number raised to a non-integer power yields a complex result",
                    )));
                }
                let odd = e.to_big().is_some_and(|e| e.bit(0));
                Ok(match (e.signum() > 0, odd) {
                    (false, _) => Self::ZERO,
                    (true, true) => Self::NegInfinity,
                    (true, false) => Self::Infinity,
                })
            }
        })
    }

    /// Whole powers, by squaring with as many digits as the result shows.
    fn pow_int(&self, exponent: i32) -> SqlResult<Self> {
        let scale = clamp_scale(MIN_SIGNIFICANT, self.scale());
        let Some((m, base_scale)) = self.parts() else { return Ok(self.clone()) };
        match exponent {
            0 => return Ok(Self::ONE.round(i32::from(scale))),
            1 => return Ok(self.round(i32::from(scale))),
            -1 => return Self::ONE.div_at(self, scale),
            2 => return Ok(self.mul(self)?.round(i32::from(scale))),
            _ => {}
        }
        if m.is_zero() {
            return Ok(Self::new(0, scale));
        }
        let weight = ln_estimate(&self.abs()) * LOG10_E * f64::from(exponent);
        if weight > f64::from(super::MAX_INTEGER_DIGITS) + 4.0 {
            return Err(overflow());
        }
        if weight + 1.0 < -f64::from(scale) {
            return Ok(Self::new(0, scale));
        }
        let significant = (1.0 + f64::from(scale) + weight).max(0.0) as usize + 22;
        let mut base = Rough { m: m.into_owned(), exponent: -i64::from(base_scale) };
        base.cut(significant);
        let mut result = Rough { m: BigInt::one(), exponent: 0 };
        let mut left = exponent.unsigned_abs();
        loop {
            if left & 1 == 1 {
                result.multiply(&base, significant);
            }
            left >>= 1;
            if left == 0 {
                break;
            }
            let square = Rough { m: base.m.clone(), exponent: base.exponent };
            base.multiply(&square, significant);
        }
        let places = i64::from(scale);
        if exponent < 0 {
            // 1 / (m * 10^e) at `scale` places.
            let up = places - result.exponent;
            let (n, d) = if up >= 0 {
                (pow10(up as u32), result.m)
            } else {
                (BigInt::one(), result.m * pow10(up.unsigned_abs() as u32))
            };
            return Self::checked(div_round(&n, &d), scale);
        }
        let up = places + result.exponent;
        let m =
            if up >= 0 { result.m * pow10(up as u32) } else { div_round(&result.m, &pow10(up.unsigned_abs() as u32)) };
        Self::checked(m, scale)
    }

    /// `n!`.
    ///
    /// # Errors
    /// 22003 if negative or too large.
    pub fn factorial(n: i64) -> SqlResult<Self> {
        if n < 0 {
            return Err(SqlError::new(SqlState::NumericValueOutOfRange, "factorial of a negative number is undefined"));
        }
        if n > 32_177 {
            return Err(overflow());
        }
        let mut product = BigInt::one();
        for i in 2..=n {
            product *= i;
        }
        Self::checked(product, 0)
    }

    /// Greatest common divisor.
    pub fn gcd(&self, other: &Self) -> Self {
        match (self.parts(), other.parts()) {
            (Some((a, sa)), Some((b, sb))) => {
                let (a, b) = super::aligned(&a, sa, &b, sb);
                Self::from_big(num_integer::Integer::gcd(&a, &b), sa.max(sb))
            }
            _ => Self::NaN,
        }
    }

    /// Least common multiple.
    ///
    /// # Errors
    /// 22003 if it has too many digits.
    pub fn lcm(&self, other: &Self) -> SqlResult<Self> {
        match (self.parts(), other.parts()) {
            (Some((a, sa)), Some((b, sb))) => {
                let (a, b) = super::aligned(&a, sa, &b, sb);
                Self::checked(num_integer::Integer::lcm(&a, &b).abs(), sa.max(sb))
            }
            _ => Ok(Self::NaN),
        }
    }

    /// The nearest `usize` below, for counts.
    pub fn floor_to_i64(&self) -> Option<i64> {
        self.floor().parts().and_then(|(m, _)| m.to_i64())
    }
}

/// A decimal floating-point number that keeps so many digits.
struct Rough {
    m: BigInt,
    exponent: i64,
}

impl Rough {
    fn multiply(&mut self, other: &Self, digits: usize) {
        self.m = &self.m * &other.m;
        self.exponent += other.exponent;
        self.cut(digits);
    }

    fn cut(&mut self, digits: usize) {
        // Counted in bits, since exact digits would cost a conversion.
        let have = (self.m.bits() as f64 * std::f64::consts::LOG10_2) as usize;
        if have > digits + 9 {
            let drop = (have - digits) as u32;
            self.m = div_round(&self.m, &pow10(drop));
            self.exponent += i64::from(drop);
        }
    }
}
