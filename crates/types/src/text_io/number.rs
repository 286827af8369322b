//! Text forms of integers, floats, oids and log positions.

use std::fmt::Write as _;

use super::invalid_syntax;
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

fn blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\x0b'
}

fn out_of_range(text: &str, type_name: &str) -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, format!("value \"{text}\" is out of range for type {type_name}"))
}

/// Parses a decimal integer with blanks around it.
///
/// # Errors
/// 22P02 if it is none, 22003 if it does not fit.
pub fn parse_int<T: TryFrom<i64>>(text: &str, type_name: &str) -> SqlResult<T> {
    let trimmed = text.trim_matches(blank);
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid_syntax(type_name, text));
    }
    trimmed.parse::<i64>().ok().and_then(|v| T::try_from(v).ok()).ok_or_else(|| out_of_range(text, type_name))
}

/// Parses an unsigned 32-bit number; negative ones wrap, as C's `strtoul` has it.
///
/// # Errors
/// 22P02, 22003.
pub fn parse_oid(text: &str, type_name: &str) -> SqlResult<u32> {
    let trimmed = text.trim_matches(blank);
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid_syntax(type_name, text));
    }
    match trimmed.parse::<i64>() {
        Ok(v) if v >= i64::from(i32::MIN) && v <= i64::from(u32::MAX) => Ok(v as u32),
        _ => Err(out_of_range(text, type_name)),
    }
}

/// Parses `X/X`, two hexadecimal halves.
///
/// # Errors
/// 22P02.
pub fn parse_lsn(text: &str) -> SqlResult<i64> {
    let half = |s: &str| {
        (!s.is_empty() && s.len() <= 8 && s.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| u64::from_str_radix(s, 16).ok())
            .flatten()
    };
    text.split_once('/')
        .and_then(|(high, low)| Some((half(high)?, half(low)?)))
        .map(|(high, low)| (high << 32 | low) as i64)
        .ok_or_else(|| invalid_syntax("pg_lsn", text))
}

/// Appends `X/X`.
pub fn write_lsn(v: i64, out: &mut String) {
    let v = v as u64;
    let _ = write!(out, "{:X}/{:X}", v >> 32, v & 0xffff_ffff);
}

/// Appends an integer.
pub fn write_int(v: i64, out: &mut String) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut left = v.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if v < 0 {
        out.push('-');
    }
    out.extend(digits[at..].iter().map(|d| char::from(*d)));
}

/// Parses the special words, and checks that anything else is a plain decimal number.
fn float_text<'a>(text: &'a str, type_name: &str) -> SqlResult<Result<f64, &'a str>> {
    let trimmed = text.trim_matches(blank);
    let unsigned = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let negative = trimmed.starts_with('-');
    if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let well_formed = unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
            && unsigned.bytes().any(|b| b.is_ascii_digit());
        return if well_formed { Ok(Err(trimmed)) } else { Err(invalid_syntax(type_name, text)) };
    }
    let is = |w: &str| unsigned.eq_ignore_ascii_case(w);
    if is("nan") {
        Ok(Ok(f64::NAN))
    } else if is("infinity") || is("inf") {
        Ok(Ok(if negative { f64::NEG_INFINITY } else { f64::INFINITY }))
    } else {
        Err(invalid_syntax(type_name, text))
    }
}

/// Whether the digits before the exponent say anything but zero.
fn is_nonzero(text: &str) -> bool {
    text.split(['e', 'E']).next().unwrap_or("").bytes().any(|b| matches!(b, b'1'..=b'9'))
}

fn float_out_of_range(text: &str, type_name: &str) -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, format!("\"{text}\" is out of range for type {type_name}"))
}

/// Parses a `double precision`.
///
/// # Errors
/// 22P02; 22003 where it would be infinite or zero only for lack of range.
pub fn parse_float8(text: &str) -> SqlResult<f64> {
    const NAME: &str = "double precision";
    match float_text(text, NAME)? {
        Ok(special) => Ok(special),
        Err(digits) => match digits.parse::<f64>() {
            Ok(v) if v.is_infinite() || (v == 0.0 && is_nonzero(digits)) => Err(float_out_of_range(text.trim(), NAME)),
            Ok(v) => Ok(v),
            Err(_) => Err(invalid_syntax(NAME, text)),
        },
    }
}

/// Parses a `real`.
///
/// # Errors
/// As [`parse_float8`].
pub fn parse_float4(text: &str) -> SqlResult<f32> {
    const NAME: &str = "real";
    match float_text(text, NAME)? {
        Ok(special) => Ok(special as f32),
        Err(digits) => match digits.parse::<f32>() {
            Ok(v) if v.is_infinite() || (v == 0.0 && is_nonzero(digits)) => Err(float_out_of_range(text.trim(), NAME)),
            Ok(v) => Ok(v),
            Err(_) => Err(invalid_syntax(NAME, text)),
        },
    }
}

/// Appends a `double precision`: the shortest digits that read back the same, or, with
/// `extra_float_digits` of 0 or less, 15 digits and so many fewer.
pub fn write_float8(v: f64, extra: i32, out: &mut String) {
    if !v.is_finite() {
        return special(v, out);
    }
    if extra > 0 {
        scientific_or_plain(&format!("{v:e}"), 15, out);
    } else {
        let digits = (15 + extra).clamp(1, 17);
        rounded(&format!("{v:.*e}", digits as usize - 1), digits, out);
    }
}

/// Appends a `real`.
pub fn write_float4(v: f32, extra: i32, out: &mut String) {
    if !v.is_finite() {
        return special(f64::from(v), out);
    }
    if extra > 0 {
        scientific_or_plain(&format!("{v:e}"), 6, out);
    } else {
        let digits = (6 + extra).clamp(1, 9);
        rounded(&format!("{v:.*e}", digits as usize - 1), digits, out);
    }
}

fn special(v: f64, out: &mut String) {
    out.push_str(if v.is_nan() {
        "NaN"
    } else if v > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    });
}

/// C's `%g`: `text` is `d.ddde±x`; zeros at the end go.
fn rounded(text: &str, digits: i32, out: &mut String) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    scientific_or_plain(&format!("{mantissa}e{exponent}"), digits, out);
}

/// `d.ddde±x` as PostgreSQL prints it: plain while the exponent is in `-4..limit`.
fn scientific_or_plain(text: &str, limit: i32, out: &mut String) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    out.push_str(sign);
    if !(-4..limit).contains(&exponent) {
        let _ = write!(out, "{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
        return;
    }
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if exponent < 0 {
        let _ = write!(out, "0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1));
        return;
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        let _ = write!(out, "{digits}{}", "0".repeat(whole - digits.len()));
    } else {
        let _ = write!(out, "{}.{}", &digits[..whole], &digits[whole..]);
    }
}
