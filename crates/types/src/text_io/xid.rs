//! Numbers of transactions: `xid` and `cid` of 32 bits, `xid8` of 64. PostgreSQL 15 reads all three with C's `strtoul` and
//! looks no further, so that every text is a number.
//!
//! An `xid8` is unsigned and is held as an `Int8` whose order is its own: with the highest bit turned over.

use std::fmt::Write as _;

const HIGHEST: u64 = 1 << 63;

/// The number at the beginning of `text` as C reads it in base 0: `0x1f`, `017` or `15`, a sign before it wraps around;
/// 0 if there is none, the largest if it is too large.
fn leading(text: &str) -> u64 {
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b');
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (base, digits) = match hexadecimal {
        Some(digits) => (16, digits),
        None if digits.starts_with('0') => (8, digits),
        None => (10, digits),
    };
    let mut number = 0_u64;
    for digit in digits.chars().map_while(|c| c.to_digit(base)) {
        match number.checked_mul(u64::from(base)).and_then(|n| n.checked_add(u64::from(digit))) {
            Some(next) => number = next,
            None => return u64::MAX,
        }
    }
    if negative { number.wrapping_neg() } else { number }
}

/// Reads an `xid` or a `cid`: the low 32 bits of what is written.
pub fn parse_xid(text: &str) -> u32 {
    leading(text) as u32
}

/// Reads an `xid8`, as it is held.
pub fn parse_xid8(text: &str) -> i64 {
    from_number(leading(text))
}

/// The `xid8` of this number, as it is held.
pub const fn from_number(number: u64) -> i64 {
    (number ^ HIGHEST) as i64
}

/// The number of an `xid8`.
pub const fn number(held: i64) -> u64 {
    held as u64 ^ HIGHEST
}

/// Appends an `xid8`.
pub(super) fn write_xid8(held: i64, out: &mut String) {
    let _ = write!(out, "{}", number(held));
}
