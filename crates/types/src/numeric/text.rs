//! Text form of `numeric`, and its typmod.

use std::fmt;

use num_bigint::BigInt;

use super::{MAX_INTEGER_DIGITS, MAX_SCALE, Mantissa, Numeric, overflow, pow10};
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mantissa, scale) = match self {
            Self::NaN => return f.write_str("NaN"),
            Self::Infinity => return f.write_str("Infinity"),
            Self::NegInfinity => return f.write_str("-Infinity"),
            Self::Finite { mantissa, scale } => (mantissa, usize::from(*scale)),
        };
        if mantissa.signum() < 0 {
            f.write_str("-")?;
        }
        let digits = mantissa.digits();
        if scale == 0 {
            return f.write_str(&digits);
        }
        match digits.len().checked_sub(scale) {
            Some(whole) if whole > 0 => write!(f, "{}.{}", &digits[..whole], &digits[whole..]),
            _ => write!(f, "0.{digits:0>scale$}"),
        }
    }
}

fn syntax(text: &str) -> SqlError {
    SqlError::new(SqlState::InvalidTextRepresentation, format!("invalid input syntax for type numeric: \"{text}\""))
}

impl Numeric {
    /// Parses PostgreSQL's input form: digits with point and exponent, `NaN`, `[+-]Infinity`, with
    /// blanks around.
    ///
    /// # Errors
    /// 22P02 if it is no number, 22003 if it has too many digits.
    pub fn parse(text: &str) -> SqlResult<Self> {
        let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b');
        let (negative, body) = match trimmed.as_bytes().first() {
            Some(b'-') => (true, &trimmed[1..]),
            Some(b'+') => (false, &trimmed[1..]),
            _ => (false, trimmed),
        };
        match body.bytes().next() {
            Some(b'0'..=b'9' | b'.') => {}
            _ => {
                let is = |w: &str| body.eq_ignore_ascii_case(w);
                return match negative {
                    _ if is("nan") && body.len() == trimmed.len() => Ok(Self::NaN),
                    false if is("infinity") || is("inf") => Ok(Self::Infinity),
                    true if is("infinity") || is("inf") => Ok(Self::NegInfinity),
                    _ => Err(syntax(text)),
                };
            }
        }
        let (digits, exponent) = match body.find(['e', 'E']) {
            Some(at) => (&body[..at], Some(&body[at + 1..])),
            None => (body, None),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return Err(syntax(text));
        }
        let exponent = match exponent {
            None => 0,
            Some(e) => {
                let unsigned = e.strip_prefix(['+', '-']).unwrap_or(e);
                if unsigned.is_empty() || !all_digits(unsigned) {
                    return Err(syntax(text));
                }
                match e.parse::<i64>() {
                    Ok(e) if e.abs() < i64::from(i32::MAX) / 2 => e,
                    _ => return Err(overflow()),
                }
            }
        };
        let scale = fraction.len() as i64 - exponent;
        let lead = whole.bytes().chain(fraction.bytes()).take_while(|b| *b == b'0').count();
        let significant = (whole.len() + fraction.len() - lead) as i64;
        let shown = scale.max(0);
        if shown > i64::from(MAX_SCALE) || (significant > 0 && significant - scale > i64::from(MAX_INTEGER_DIGITS)) {
            return Err(overflow());
        }
        let shown = shown as u16;
        if significant == 0 {
            return Ok(Self::new(0, shown));
        }
        let zeros = u32::try_from((-scale).max(0)).map_err(|_| overflow())?;
        if significant + i64::from(zeros) <= 38 {
            let mut m = whole.bytes().chain(fraction.bytes()).fold(0i128, |m, d| m * 10 + i128::from(d - b'0'));
            m *= super::pow10_i128(zeros).ok_or_else(overflow)?;
            return Ok(Self::new(if negative { -m } else { m }, shown));
        }
        let joined = format!("{whole}{fraction}");
        let m: BigInt = joined.parse().map_err(|_| syntax(text))?;
        let m = m * pow10(zeros);
        Ok(Self::from_big(if negative { -m } else { m }, shown))
    }

    /// Precision and scale of `numeric(p,s)`'s typmod; `None` for none.
    pub fn precision_and_scale(typmod: i32) -> Option<(i32, i32)> {
        let packed = typmod.checked_sub(4).filter(|t| *t >= 0)?;
        // Eleven bits of scale, signed since PostgreSQL 15.
        Some(((packed >> 16) & 0xffff, ((packed & 0x7ff) ^ 1024) - 1024))
    }

    /// The value as a column `numeric(p,s)` holds it: rounded to the scale.
    ///
    /// # Errors
    /// 22003 if it needs more digits than the precision leaves.
    pub fn with_typmod(self, typmod: i32) -> SqlResult<Self> {
        let Some((precision, scale)) = Self::precision_and_scale(typmod) else { return Ok(self) };
        let field_overflow = |why: String| {
            SqlError::new(SqlState::NumericValueOutOfRange, "numeric field overflow")
                .detail(format!("A field with precision {precision}, scale {scale} {why}"))
        };
        match &self {
            Self::NaN => return Ok(self),
            Self::Infinity | Self::NegInfinity => {
                return Err(field_overflow("cannot hold an infinite value.".into()));
            }
            Self::Finite { .. } => {}
        }
        let rounded = self.round(scale);
        let allowed = precision - scale;
        let fits = match &rounded {
            Self::Finite { mantissa: Mantissa::Small(0), .. } => true,
            Self::Finite { mantissa, scale: shown } => {
                let exponent = mantissa.digits().len() as i64 - i64::from(*shown);
                exponent <= i64::from(allowed)
            }
            _ => true,
        };
        if fits {
            return Ok(rounded);
        }
        let bound = if allowed == 0 { "1".into() } else { format!("10^{allowed}") };
        Err(field_overflow(format!("must round to an absolute value less than {bound}.")))
    }
}
