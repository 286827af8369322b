//! PostgreSQL's `numeric`: a decimal number with its own display scale, NaN and infinities.
//!
//! A finite value is `mantissa * 10^-scale`. The scale is what is printed, and what the rules of
//! arithmetic are written in: addition keeps the larger scale, multiplication adds them, division and
//! the functions of [`math`] give at least sixteen significant digits. Mantissas that fit an `i128` are
//! computed in it; the rest in big integers.
//!
//! | module | what it holds |
//! |---|---|
//! | this one | the type, comparison, `+ - * / %`, rounding |
//! | [`text`] | text form, typmod |
//! | [`convert`] | to and from integers and floats |
//! | [`math`] | roots, powers, logarithms, gcd |

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

pub mod convert;
pub mod math;
pub mod text;

/// Digits that PostgreSQL allows before the decimal point.
pub const MAX_INTEGER_DIGITS: u32 = 131_072;
/// Largest display scale.
pub const MAX_SCALE: u16 = 16_383;
/// Largest scale that division and functions choose by themselves.
pub(crate) const MAX_RESULT_SCALE: i64 = 1_000;
/// Significant digits that division and functions give at least.
pub(crate) const MIN_SIGNIFICANT: i64 = 16;

/// A decimal value. `1.0` and `1.00` are equal in SQL and differ in `scale`; structural equality
/// (`PartialEq`) tells them apart, [`Numeric::cmp_sql`] does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Numeric {
    NegInfinity,
    /// `mantissa * 10^-scale`; `scale` (display scale) is at most 16,383.
    Finite {
        mantissa: Mantissa,
        scale: u16,
    },
    Infinity,
    /// Greater than everything else, equal to itself.
    NaN,
}

/// The digits: small in place, large on the heap. Always `Small` when it fits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Mantissa {
    Small(i128),
    Large(Box<BigInt>),
}

impl Mantissa {
    /// The mantissa of `m`, in the form that fits.
    pub fn from_big(m: BigInt) -> Self {
        match m.to_i128() {
            Some(small) => Self::Small(small),
            None => Self::Large(Box::new(m)),
        }
    }

    /// As a big integer.
    pub fn to_big(&self) -> Cow<'_, BigInt> {
        match self {
            Self::Small(m) => Cow::Owned(BigInt::from(*m)),
            Self::Large(m) => Cow::Borrowed(m),
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i32 {
        match self {
            Self::Small(m) => m.signum() as i32,
            Self::Large(m) => match m.sign() {
                Sign::Minus => -1,
                Sign::NoSign => 0,
                Sign::Plus => 1,
            },
        }
    }

    /// Decimal digits without sign; zero has one.
    pub fn digits(&self) -> String {
        match self {
            Self::Small(m) => m.unsigned_abs().to_string(),
            Self::Large(m) => m.magnitude().to_string(),
        }
    }
}

/// 22003, where a result has too many digits.
pub fn overflow() -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, "value overflows numeric format")
}

/// 22012.
pub fn division_by_zero() -> SqlError {
    SqlError::new(SqlState::DivisionByZero, "division by zero")
}

/// `10^n`, if that fits.
pub(crate) const fn pow10_i128(n: u32) -> Option<i128> {
    10i128.checked_pow(n)
}

/// `10^n`.
pub(crate) fn pow10(n: u32) -> BigInt {
    match pow10_i128(n) {
        Some(p) => BigInt::from(p),
        None => num_traits::pow(BigInt::from(10), n as usize),
    }
}

/// Quotient rounded half away from zero; `d` is not zero.
pub(crate) fn div_round(n: &BigInt, d: &BigInt) -> BigInt {
    let (q, r) = num_integer::Integer::div_rem(n, d);
    if (r.abs() << 1u8) >= d.abs() {
        if n.is_negative() == d.is_negative() { q + BigInt::one() } else { q - BigInt::one() }
    } else {
        q
    }
}

/// [`div_round`] of small numbers; `d` is positive.
fn div_round_i128(n: i128, d: i128) -> i128 {
    let (q, r) = (n / d, n % d);
    if r.unsigned_abs() >= d.unsigned_abs() - r.unsigned_abs() { q + n.signum() } else { q }
}

impl Numeric {
    pub const ZERO: Self = Self::new(0, 0);
    pub const ONE: Self = Self::new(1, 0);

    /// `mantissa * 10^-scale`.
    pub const fn new(mantissa: i128, scale: u16) -> Self {
        Self::Finite { mantissa: Mantissa::Small(mantissa), scale }
    }

    /// `mantissa * 10^-scale` of any size; the caller knows that it is within the limits.
    pub fn from_big(mantissa: BigInt, scale: u16) -> Self {
        Self::Finite { mantissa: Mantissa::from_big(mantissa), scale }
    }

    /// Same, checked.
    ///
    /// # Errors
    /// 22003 if it has too many digits before the point.
    pub fn checked(mantissa: BigInt, scale: u16) -> SqlResult<Self> {
        // 3.3 bits a digit: only what is near the limit is counted.
        let bound = u64::from(MAX_INTEGER_DIGITS) + u64::from(scale);
        if mantissa.bits() > bound * 33 / 10 && mantissa.magnitude().to_string().len() as u64 > bound {
            return Err(overflow());
        }
        Ok(Self::from_big(mantissa, scale))
    }

    /// Itself.
    ///
    /// # Errors
    /// 22003 if it has too many digits before the point, as rounding up may make.
    pub fn within_limits(self) -> SqlResult<Self> {
        match self {
            Self::Finite { mantissa: Mantissa::Large(m), scale } => Self::checked(*m, scale),
            other => Ok(other),
        }
    }

    /// Display scale; 0 for NaN and infinities.
    pub const fn scale(&self) -> u16 {
        if let Self::Finite { scale, .. } = self { *scale } else { 0 }
    }

    pub const fn is_nan(&self) -> bool {
        matches!(self, Self::NaN)
    }

    pub const fn is_infinite(&self) -> bool {
        matches!(self, Self::Infinity | Self::NegInfinity)
    }

    /// -1, 0 or 1; 0 for NaN.
    pub fn signum(&self) -> i32 {
        match self {
            Self::NegInfinity => -1,
            Self::Infinity => 1,
            Self::NaN => 0,
            Self::Finite { mantissa, .. } => mantissa.signum(),
        }
    }

    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Finite { mantissa: Mantissa::Small(0), .. })
    }

    /// Mantissa and scale of a finite value.
    pub(crate) fn parts(&self) -> Option<(Cow<'_, BigInt>, u16)> {
        match self {
            Self::Finite { mantissa, scale } => Some((mantissa.to_big(), *scale)),
            _ => None,
        }
    }

    fn rank(&self) -> i32 {
        match self {
            Self::NegInfinity => 0,
            Self::Finite { .. } => 1,
            Self::Infinity => 2,
            Self::NaN => 3,
        }
    }

    /// Orders as SQL does, whatever the display scales; NaN is greatest and equal to itself.
    pub fn cmp_sql(&self, other: &Self) -> Ordering {
        let (Self::Finite { mantissa: a, scale: sa }, Self::Finite { mantissa: b, scale: sb }) = (self, other) else {
            return self.rank().cmp(&other.rank());
        };
        if let (Mantissa::Small(a), Mantissa::Small(b)) = (a, b) {
            if sa == sb {
                return a.cmp(b);
            }
            let up = |m: i128, n: u16| pow10_i128(u32::from(n)).and_then(|p| m.checked_mul(p));
            if let (Some(a), Some(b)) = (up(*a, sb.saturating_sub(*sa)), up(*b, sa.saturating_sub(*sb))) {
                return a.cmp(&b);
            }
        }
        let (a, b) = aligned(&a.to_big(), *sa, &b.to_big(), *sb);
        a.cmp(&b)
    }

    /// The value with its sign turned.
    #[must_use]
    pub fn negate(&self) -> Self {
        match self {
            Self::NegInfinity => Self::Infinity,
            Self::Infinity => Self::NegInfinity,
            Self::NaN => Self::NaN,
            Self::Finite { mantissa: Mantissa::Small(m), scale } if *m != i128::MIN => Self::new(-m, *scale),
            Self::Finite { mantissa, scale } => Self::from_big(-mantissa.to_big().into_owned(), *scale),
        }
    }

    /// Absolute value.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 { self.negate() } else { self.clone() }
    }

    /// Sum.
    ///
    /// # Errors
    /// 22003 if it has too many digits.
    pub fn add(&self, other: &Self) -> SqlResult<Self> {
        let (Self::Finite { mantissa: a, scale: sa }, Self::Finite { mantissa: b, scale: sb }) = (self, other) else {
            return Ok(match (self, other) {
                (Self::NaN, _) | (_, Self::NaN) => Self::NaN,
                (Self::Infinity, Self::NegInfinity) | (Self::NegInfinity, Self::Infinity) => Self::NaN,
                (Self::Finite { .. }, infinite) => infinite.clone(),
                (infinite, _) => infinite.clone(),
            });
        };
        if let (Mantissa::Small(a), Mantissa::Small(b)) = (a, b) {
            let up = |m: i128, n: u16| {
                if n == 0 { Some(m) } else { pow10_i128(u32::from(n)).and_then(|p| m.checked_mul(p)) }
            };
            let sum =
                up(*a, sb.saturating_sub(*sa)).zip(up(*b, sa.saturating_sub(*sb))).and_then(|(a, b)| a.checked_add(b));
            if let Some(sum) = sum {
                return Ok(Self::new(sum, *sa.max(sb)));
            }
        }
        let (a, b) = aligned(&a.to_big(), *sa, &b.to_big(), *sb);
        Self::checked(a + b, *sa.max(sb))
    }

    /// Difference.
    ///
    /// # Errors
    /// 22003 if it has too many digits.
    pub fn sub(&self, other: &Self) -> SqlResult<Self> {
        self.add(&other.negate())
    }

    /// Product.
    ///
    /// # Errors
    /// 22003 if it has too many digits.
    pub fn mul(&self, other: &Self) -> SqlResult<Self> {
        let (Self::Finite { mantissa: a, scale: sa }, Self::Finite { mantissa: b, scale: sb }) = (self, other) else {
            return Ok(match self.signum() * other.signum() {
                _ if self.is_nan() || other.is_nan() => Self::NaN,
                0 => Self::NaN,
                s if s > 0 => Self::Infinity,
                _ => Self::NegInfinity,
            });
        };
        let scale = sa + sb;
        if scale <= MAX_SCALE
            && let (Mantissa::Small(a), Mantissa::Small(b)) = (a, b)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Self::new(product, scale));
        }
        let product = a.to_big().as_ref() * b.to_big().as_ref();
        if scale > MAX_SCALE {
            let rounded = div_round(&product, &pow10(u32::from(scale - MAX_SCALE)));
            return Self::checked(rounded, MAX_SCALE);
        }
        Self::checked(product, scale)
    }

    /// Quotient, with PostgreSQL's choice of scale: at least sixteen significant digits.
    ///
    /// # Errors
    /// 22012 if `other` is zero, 22003 if the quotient has too many digits.
    pub fn div(&self, other: &Self) -> SqlResult<Self> {
        if self.is_nan() || other.is_nan() {
            return Ok(Self::NaN);
        }
        if self.is_infinite() {
            return match other.signum() {
                _ if other.is_infinite() => Ok(Self::NaN),
                0 => Err(division_by_zero()),
                s if s == self.signum() => Ok(Self::Infinity),
                _ => Ok(Self::NegInfinity),
            };
        }
        if other.is_infinite() {
            return Ok(Self::ZERO);
        }
        if other.is_zero() {
            return Err(division_by_zero());
        }
        self.div_at(other, self.div_scale(other))
    }

    /// Quotient of finite values rounded half away from zero at `scale`; `other` is not zero.
    pub(crate) fn div_at(&self, other: &Self, scale: u16) -> SqlResult<Self> {
        let (Self::Finite { mantissa: a, scale: sa }, Self::Finite { mantissa: b, scale: sb }) = (self, other) else {
            return Ok(Self::NaN);
        };
        let shift = i32::from(scale) + i32::from(*sb) - i32::from(*sa);
        if let (Mantissa::Small(a), Mantissa::Small(b)) = (a, b)
            && shift >= 0
            && *b != i128::MIN
            && let Some(n) = pow10_i128(shift.unsigned_abs()).and_then(|p| a.checked_mul(p))
            && n != i128::MIN
        {
            let (n, d) = if *b < 0 { (-n, -*b) } else { (n, *b) };
            return Ok(Self::new(div_round_i128(n, d), scale));
        }
        let (mut n, mut d) = (a.to_big().into_owned(), b.to_big().into_owned());
        if shift >= 0 {
            n *= pow10(shift.unsigned_abs());
        } else {
            d *= pow10(shift.unsigned_abs());
        }
        Self::checked(div_round(&n, &d), scale)
    }

    /// Position and value of the first base-10,000 digit, aligned at the decimal point, as
    /// PostgreSQL stores numbers: its rule of scale for division is written in those.
    pub(crate) fn leading_digit(&self) -> (i64, i64) {
        let Self::Finite { mantissa, scale } = self else { return (0, 0) };
        if mantissa.signum() == 0 {
            return (0, 0);
        }
        let digits = mantissa.digits();
        let exponent = digits.len() as i64 - 1 - i64::from(*scale);
        let weight = exponent.div_euclid(4);
        let take = exponent.rem_euclid(4) as usize + 1;
        let digit =
            digits.bytes().chain(std::iter::repeat(b'0')).take(take).fold(0, |n, d| n * 10 + i64::from(d - b'0'));
        (weight, digit)
    }

    fn div_scale(&self, other: &Self) -> u16 {
        let (weight_a, digit_a) = self.leading_digit();
        let (weight_b, digit_b) = other.leading_digit();
        let mut weight = weight_a - weight_b;
        if digit_a <= digit_b {
            weight -= 1;
        }
        let scale = (MIN_SIGNIFICANT - weight * 4).max(i64::from(self.scale())).max(i64::from(other.scale()));
        scale.clamp(0, MAX_RESULT_SCALE) as u16
    }

    /// Quotient truncated to an integer (`div()`).
    ///
    /// # Errors
    /// 22012 if `other` is zero.
    pub fn div_trunc(&self, other: &Self) -> SqlResult<Self> {
        let (Some((a, sa)), Some((b, sb))) = (self.parts(), other.parts()) else {
            return self.div(other);
        };
        if b.is_zero() {
            return Err(division_by_zero());
        }
        let (a, b) = aligned(&a, sa, &b, sb);
        Self::checked(a / b, 0)
    }

    /// Remainder, with the sign of the dividend.
    ///
    /// # Errors
    /// 22012 if `other` is zero.
    pub fn rem(&self, other: &Self) -> SqlResult<Self> {
        let (Some((a, sa)), Some((b, sb))) = (self.parts(), other.parts()) else {
            return match (self, other) {
                (Self::NaN, _) | (_, Self::NaN) => Ok(Self::NaN),
                (Self::Infinity | Self::NegInfinity, _) if other.is_zero() => Err(division_by_zero()),
                (Self::Infinity | Self::NegInfinity, _) => Ok(Self::NaN),
                _ => Ok(self.clone()),
            };
        };
        if b.is_zero() {
            return Err(division_by_zero());
        }
        let (a, b) = aligned(&a, sa, &b, sb);
        Ok(Self::from_big(a % b, sa.max(sb)))
    }

    /// Rounded half away from zero to `digits` after the point (before it, if negative), which
    /// becomes the display scale.
    #[must_use]
    pub fn round(&self, digits: i32) -> Self {
        self.at_digits(digits, true)
    }

    /// Truncated towards zero to `digits` after the point.
    #[must_use]
    pub fn trunc(&self, digits: i32) -> Self {
        self.at_digits(digits, false)
    }

    fn at_digits(&self, digits: i32, round: bool) -> Self {
        let Self::Finite { mantissa, scale } = self else { return self.clone() };
        // Beyond these there is no digit that a value could have.
        let digits = digits.clamp(-(MAX_INTEGER_DIGITS as i32 + 1), i32::from(MAX_SCALE));
        let wanted = digits.max(0) as u16;
        let drop = i32::from(*scale) - digits;
        if let Mantissa::Small(m) = mantissa {
            let small = if drop <= 0 {
                pow10_i128(drop.unsigned_abs()).and_then(|p| m.checked_mul(p))
            } else {
                pow10_i128(drop.unsigned_abs()).and_then(|p| {
                    let kept = if round { div_round_i128(*m, p) } else { m / p };
                    // Digits before the point come back as zeros.
                    pow10_i128((-digits).max(0).unsigned_abs()).and_then(|z| kept.checked_mul(z))
                })
            };
            if let Some(m) = small {
                return Self::new(m, wanted);
            }
        }
        let m = mantissa.to_big();
        if drop <= 0 {
            return Self::from_big(m.as_ref() * pow10(drop.unsigned_abs()), wanted);
        }
        // All digits go, and no rounding brings one back: three bits make less than a digit.
        if u64::from(drop.unsigned_abs()) > m.bits() / 3 + 1 {
            return Self::new(0, wanted);
        }
        let p = pow10(drop.unsigned_abs());
        let kept = if round { div_round(&m, &p) } else { m.as_ref() / p };
        Self::from_big(kept * pow10((-digits).max(0).unsigned_abs()), wanted)
    }

    /// Smallest integer not below.
    #[must_use]
    pub fn ceil(&self) -> Self {
        let whole = self.trunc(0);
        if self.signum() > 0 && whole.cmp_sql(self) == Ordering::Less { whole.plus_small(1) } else { whole }
    }

    /// Largest integer not above.
    #[must_use]
    pub fn floor(&self) -> Self {
        let whole = self.trunc(0);
        if self.signum() < 0 && whole.cmp_sql(self) == Ordering::Greater { whole.plus_small(-1) } else { whole }
    }

    /// An integer plus one or minus one.
    fn plus_small(&self, n: i32) -> Self {
        match self.parts() {
            Some((m, scale)) => Self::from_big(m.as_ref() + n, scale),
            None => self.clone(),
        }
    }

    /// Smallest scale that loses nothing (`min_scale()`).
    pub fn min_scale(&self) -> u16 {
        let Self::Finite { mantissa, scale } = self else { return 0 };
        if mantissa.signum() == 0 {
            return 0;
        }
        let zeros = mantissa.digits().bytes().rev().take_while(|d| *d == b'0').count();
        scale.saturating_sub(u16::try_from(zeros).unwrap_or(u16::MAX))
    }

    /// Without trailing zeros after the point (`trim_scale()`).
    #[must_use]
    pub fn trim_scale(&self) -> Self {
        let Self::Finite { mantissa, scale } = self else { return self.clone() };
        let wanted = self.min_scale();
        let drop = u32::from(scale - wanted);
        match mantissa {
            Mantissa::Small(m) => match pow10_i128(drop) {
                Some(p) => Self::new(m / p, wanted),
                None => Self::new(0, wanted),
            },
            Mantissa::Large(m) => Self::from_big(m.as_ref() / pow10(drop), wanted),
        }
    }
}

/// Mantissas at their common scale.
fn aligned(a: &BigInt, sa: u16, b: &BigInt, sb: u16) -> (BigInt, BigInt) {
    (a * pow10(u32::from(sb.saturating_sub(sa))), b * pow10(u32::from(sa.saturating_sub(sb))))
}

#[cfg(test)]
mod numeric_test;
