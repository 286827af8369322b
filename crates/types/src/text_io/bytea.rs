//! Text forms of `bytea`: `\x…` hexadecimal, and the older one with `\ooo` escapes.

use std::fmt::Write as _;

use bytes::Bytes;

use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

/// Parses either form.
///
/// # Errors
/// 22P02, or 22023 for digits that are not hexadecimal.
pub fn parse(text: &str) -> SqlResult<Bytes> {
    match text.strip_prefix("\\x") {
        Some(hex) => decode_hex(hex, true).map(Into::into),
        None => decode_escape(text).map(Into::into),
    }
}

/// Bytes of hexadecimal text; `blanks` between pairs are skipped where allowed.
///
/// # Errors
/// 22023.
pub fn decode_hex(hex: &str, blanks: bool) -> SqlResult<Vec<u8>> {
    let invalid = |message: String| SqlError::new(SqlState::InvalidParameterValue, message);
    let mut out = Vec::with_capacity(hex.len() / 2);
    let mut chars = hex.chars();
    let digit = |c: char| c.to_digit(16).ok_or_else(|| invalid(format!("invalid hexadecimal digit: \"{c}\"")));
    while let Some(c) = chars.next() {
        if blanks && matches!(c, ' ' | '\n' | '\t' | '\r') {
            continue;
        }
        let high = digit(c)?;
        let low = chars.next().ok_or_else(|| invalid("invalid hexadecimal data: odd number of digits".into()))?;
        out.push((high << 4 | digit(low)?) as u8);
    }
    Ok(out)
}

/// Bytes of the escape form.
///
/// # Errors
/// 22P02.
pub fn decode_escape(text: &str) -> SqlResult<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        if b != b'\\' {
            out.push(b);
            at += 1;
            continue;
        }
        match bytes.get(at + 1..) {
            Some([b'\\', ..]) => {
                out.push(b'\\');
                at += 2;
            }
            Some([a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..]) => {
                out.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                at += 4;
            }
            _ => {
                return Err(SqlError::new(SqlState::InvalidTextRepresentation, "invalid input syntax for type bytea"));
            }
        }
    }
    Ok(out)
}

/// Appends the hexadecimal or the escape form.
pub fn write(bytes: &[u8], hex: bool, out: &mut String) {
    if hex {
        out.push_str("\\x");
        encode_hex(bytes, out);
    } else {
        encode_escape(bytes, out);
    }
}

/// Appends two digits a byte.
pub fn encode_hex(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(2 * bytes.len());
    for b in bytes {
        out.push(char::from(DIGITS[usize::from(b >> 4)]));
        out.push(char::from(DIGITS[usize::from(b & 15)]));
    }
}

/// Appends printable ASCII as it is, the rest as `\ooo`.
pub fn encode_escape(bytes: &[u8], out: &mut String) {
    for b in bytes {
        match b {
            b'\\' => out.push_str("\\\\"),
            0x20..=0x7e => out.push(char::from(*b)),
            b => {
                let _ = write!(out, "\\{b:03o}");
            }
        }
    }
}
