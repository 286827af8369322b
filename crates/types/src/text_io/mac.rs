//! Text forms of `macaddr` and `macaddr8`.
//!
//! PostgreSQL reads a `macaddr` with `scanf`, so that bytes may have one digit or many, signs, `0x` and blanks
//! before them; this is kept. A `macaddr8` is read in pairs of digits.

use std::fmt::Write as _;

use super::invalid_syntax;
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

fn blank(b: u8) -> bool {
    b.is_ascii_whitespace() || b == b'\x0b'
}

/// How a `macaddr` may be written: the most digits of a byte (0 for any number), and what stands between bytes.
const FORMS: [(usize, [&str; 5]); 7] = [
    (0, [":", ":", ":", ":", ":"]),
    (0, ["-", "-", "-", "-", "-"]),
    (2, ["", "", ":", "", ""]),
    (2, ["", "", "-", "", ""]),
    (2, ["", ".", "", ".", ""]),
    (2, ["", "-", "", "-", ""]),
    (2, ["", "", "", "", ""]),
];

/// Parses a `macaddr`.
///
/// # Errors
/// 22P02; 22003 for a byte of more than two digits.
pub fn parse_macaddr(text: &str) -> SqlResult<[u8; 6]> {
    let octets = FORMS
        .iter()
        .find_map(|(digits, between)| scan(text.as_bytes(), *digits, between))
        .ok_or_else(|| invalid_syntax("macaddr", text))?;
    let mut out = [0; 6];
    for (to, octet) in out.iter_mut().zip(octets) {
        *to = u8::try_from(octet).map_err(|_| {
            let message = format!("invalid octet value in \"macaddr\" value: \"{text}\"");
            SqlError::new(SqlState::NumericValueOutOfRange, message)
        })?;
    }
    Ok(out)
}

/// Six numbers with these separators and nothing behind them but blanks.
fn scan(text: &[u8], digits: usize, between: &[&str; 5]) -> Option<[i32; 6]> {
    let mut rest = text;
    let mut out = [0; 6];
    for (i, number) in out.iter_mut().enumerate() {
        if let Some(separator) = i.checked_sub(1).and_then(|i| between.get(i)) {
            rest = rest.strip_prefix(separator.as_bytes())?;
        }
        (*number, rest) = hexadecimal(rest, digits)?;
    }
    rest.iter().all(|b| blank(*b)).then_some(out)
}

/// `%x` of `scanf`, of at most `width` characters unless that is 0; wraps to an `int` as C does.
fn hexadecimal(text: &[u8], width: usize) -> Option<(i32, &[u8])> {
    let start = text.iter().position(|b| !blank(*b))?;
    let (field, mut at) = (&text[start..], 0);
    let end = if width == 0 { field.len() } else { field.len().min(width) };
    let next = |at: usize| field[..end].get(at).copied();
    let negative = next(0) == Some(b'-');
    if matches!(next(0), Some(b'+' | b'-')) {
        at += 1;
    }
    let mut found = false;
    if next(at) == Some(b'0') {
        found = true;
        at += 1;
        if matches!(next(at), Some(b'x' | b'X')) {
            at += 1;
        }
    }
    let mut value = 0u64;
    while let Some(digit) = next(at).and_then(|b| char::from(b).to_digit(16)) {
        value = value.checked_mul(16).map_or(u64::MAX, |v| v | u64::from(digit));
        found = true;
        at += 1;
    }
    let value = if negative { value.wrapping_neg() } else { value };
    found.then_some((value as i32, &field[at..]))
}

/// Parses a `macaddr8`, of eight bytes, or of six with `ff:fe` to be put in the middle.
///
/// # Errors
/// 22P02.
pub fn parse_macaddr8(text: &str) -> SqlResult<[u8; 8]> {
    pairs(text.as_bytes()).ok_or_else(|| invalid_syntax("macaddr8", text))
}

fn pairs(text: &[u8]) -> Option<[u8; 8]> {
    let start = text.iter().position(|b| !blank(*b)).unwrap_or(text.len());
    let mut rest = &text[start..];
    let (mut out, mut count) = ([0; 8], 0);
    let mut spacer = None;
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    // As in PostgreSQL, a lone character at the end is not looked at.
    while let [high, low, after @ ..] = rest {
        *out.get_mut(count)? = digit(*high)? << 4 | digit(*low)?;
        count += 1;
        rest = after;
        if let [c @ (b':' | b'-' | b'.'), after @ ..] = rest {
            if *spacer.get_or_insert(*c) != *c {
                return None;
            }
            rest = after;
        }
        if matches!(count, 6 | 8) && rest.first().is_some_and(|b| blank(*b)) {
            if !rest.iter().all(|b| blank(*b)) {
                return None;
            }
            rest = &[];
        }
    }
    match count {
        6 => Some(widened([out[0], out[1], out[2], out[3], out[4], out[5]])),
        8 => Some(out),
        _ => None,
    }
}

/// A `macaddr` as `macaddr8`.
pub const fn widened([a, b, c, d, e, f]: [u8; 6]) -> [u8; 8] {
    [a, b, c, 0xff, 0xfe, d, e, f]
}

/// Appends two digits a byte with colons between.
pub fn write(bytes: &[u8], out: &mut String) {
    for (i, byte) in bytes.iter().enumerate() {
        let _ = write!(out, "{}{byte:02x}", if i == 0 { "" } else { ":" });
    }
}
