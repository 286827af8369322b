//! Text form of `money` in the C locale: hundredths, `$1,234.56`, `-$0.05`.

use std::fmt::Write as _;

use super::invalid_syntax;
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

/// Digits behind the point.
pub const SCALE: u16 = 2;
/// The smallest units in one of the currency.
pub const UNITS: i64 = 100;

fn blank(b: u8) -> bool {
    b.is_ascii_whitespace() || b == b'\x0b'
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|b| blank(**b)).count();
    &text[blanks..]
}

/// Without blanks and one currency sign at the beginning.
fn skip_currency(text: &[u8]) -> &[u8] {
    let text = skip_blanks(text);
    skip_blanks(text.strip_prefix(b"$").unwrap_or(text))
}

/// Parses an amount. The sign may stand before or behind, as `-`, or as parentheses that need not be closed;
/// commas may stand anywhere; the third digit behind the point rounds.
///
/// # Errors
/// 22P02, 22003.
pub fn parse(text: &str) -> SqlResult<i64> {
    let out_of_range = || {
        let message = format!("value \"{text}\" is out of range for type money");
        SqlError::new(SqlState::NumericValueOutOfRange, message)
    };
    let mut rest = skip_currency(text.as_bytes());
    let mut negative = false;
    match rest {
        [b'-' | b'(', after @ ..] => {
            negative = true;
            rest = after;
        }
        [b'+', after @ ..] => rest = after,
        _ => {}
    }
    rest = skip_currency(rest);
    // Below zero there is one amount more.
    let append = |value: i64, digit: u8| {
        value.checked_mul(10).and_then(|v| v.checked_sub(i64::from(digit))).ok_or_else(out_of_range)
    };
    let (mut value, mut decimals) = (0i64, None);
    while let [c, after @ ..] = rest {
        match (c, decimals) {
            (b'0'..=b'9', None) => value = append(value, c - b'0')?,
            (b'0'..=b'9', Some(n)) if n < SCALE => {
                value = append(value, c - b'0')?;
                decimals = Some(n + 1);
            }
            (b'.', None) => decimals = Some(0),
            (b',', _) => {}
            _ => break,
        }
        rest = after;
    }
    if matches!(rest, [b'5'..=b'9', ..]) {
        value = value.checked_sub(1).ok_or_else(out_of_range)?;
    }
    for _ in decimals.unwrap_or(0)..SCALE {
        value = append(value, 0)?;
    }
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    for b in &rest[digits..] {
        match b {
            b'-' => negative = true,
            b')' | b'+' | b'$' => {}
            b if blank(*b) => {}
            _ => return Err(invalid_syntax("money", text)),
        }
    }
    if negative { Ok(value) } else { value.checked_neg().ok_or_else(out_of_range) }
}

/// Appends an amount.
pub fn write(value: i64, out: &mut String) {
    let units = value.unsigned_abs();
    let whole = (units / UNITS.unsigned_abs()).to_string();
    out.push_str(if value < 0 { "-$" } else { "$" });
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let _ = write!(out, ".{:02}", units % UNITS.unsigned_abs());
}
