//! `numeric` to and from integers and floats.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Mantissa, Numeric};
use crate::error::SqlResult;

impl From<i64> for Numeric {
    fn from(v: i64) -> Self {
        Self::new(i128::from(v), 0)
    }
}

impl From<i32> for Numeric {
    fn from(v: i32) -> Self {
        Self::new(i128::from(v), 0)
    }
}

impl From<i16> for Numeric {
    fn from(v: i16) -> Self {
        Self::new(i128::from(v), 0)
    }
}

impl From<i128> for Numeric {
    fn from(v: i128) -> Self {
        Self::new(v, 0)
    }
}

impl Numeric {
    /// Rounded half away from zero to an integer; `None` for NaN, infinities, and what does not fit.
    pub fn to_i128(&self) -> Option<i128> {
        match self.round(0) {
            Self::Finite { mantissa: Mantissa::Small(m), .. } => Some(m),
            _ => None,
        }
    }

    /// Rounded half away from zero; `None` if it does not fit.
    pub fn to_i64(&self) -> Option<i64> {
        i64::try_from(self.to_i128()?).ok()
    }

    /// The nearest float; infinite if beyond its range.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::NaN => f64::NAN,
            Self::Infinity => f64::INFINITY,
            Self::NegInfinity => f64::NEG_INFINITY,
            Self::Finite { mantissa: Mantissa::Small(m), scale } => match (*scale, i64::try_from(*m)) {
                // Both sides are exact floats, so that one division rounds once.
                (s, Ok(m)) if s <= 22 && m.unsigned_abs() < (1 << 53) => m as f64 / 10f64.powi(i32::from(s)),
                _ => self.to_string().parse().unwrap_or(f64::NAN),
            },
            Self::Finite { .. } => self.to_string().parse().unwrap_or(f64::NAN),
        }
    }

    /// The nearest `real`; infinite if beyond its range.
    pub fn to_f32(&self) -> f32 {
        self.to_string().parse().unwrap_or(match self {
            Self::Infinity => f32::INFINITY,
            Self::NegInfinity => f32::NEG_INFINITY,
            _ => f32::NAN,
        })
    }

    /// By fifteen significant digits, as PostgreSQL converts `double precision`.
    ///
    /// # Errors
    /// None in practice: every float is within range.
    pub fn from_f64(v: f64) -> SqlResult<Self> {
        if v.is_nan() {
            return Ok(Self::NaN);
        }
        if v.is_infinite() {
            return Ok(if v > 0.0 { Self::Infinity } else { Self::NegInfinity });
        }
        Self::parse_significant(&format!("{v:.14e}"))
    }

    /// By six significant digits, as PostgreSQL converts `real`.
    ///
    /// # Errors
    /// None in practice.
    pub fn from_f32(v: f32) -> SqlResult<Self> {
        if v.is_nan() || v.is_infinite() {
            return Self::from_f64(f64::from(v));
        }
        Self::parse_significant(&format!("{v:.5e}"))
    }

    /// `d.ddde±x` without the zeros that the format added.
    fn parse_significant(text: &str) -> SqlResult<Self> {
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        Self::parse(&format!("{digits}e{exponent}"))
    }

    /// Truncated to an integer of any size; `None` unless finite.
    pub fn to_big(&self) -> Option<BigInt> {
        self.trunc(0).parts().map(|(m, _)| m.into_owned())
    }

    /// As a `usize` index-like number; `None` if negative or too large.
    pub fn to_usize(&self) -> Option<usize> {
        self.to_i128()?.to_usize()
    }
}
