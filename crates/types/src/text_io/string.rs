//! Text forms of the short types: length-limited strings, names, `"char"`, booleans, uuids, bit strings.

use std::fmt::Write as _;

use super::invalid_syntax;
use crate::error::{SqlError, SqlResult};
use crate::pg_type::{Oid, PgType};
use crate::sqlstate::SqlState;

/// Longest `name`, in bytes.
pub const MAX_NAME: usize = 63;

/// Parses any unambiguous beginning of true, false, yes, no, on, off, and 1 or 0.
///
/// # Errors
/// 22P02.
pub fn parse_bool(text: &str) -> SqlResult<bool> {
    let word = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b').to_ascii_lowercase();
    let begins = |full: &str, least: usize| word.len() >= least && full.starts_with(&word);
    match word.as_str() {
        "1" => Ok(true),
        "0" => Ok(false),
        _ if begins("true", 1) || begins("yes", 1) || begins("on", 2) => Ok(true),
        _ if begins("false", 1) || begins("no", 1) || begins("off", 2) => Ok(false),
        _ => Err(invalid_syntax("boolean", text)),
    }
}

fn too_long(type_name: &str, limit: usize) -> SqlError {
    SqlError::new(SqlState::StringDataRightTruncation22, format!("value too long for type {type_name}({limit})"))
}

/// Byte length of the first `n` characters.
fn prefix(text: &str, n: usize) -> usize {
    text.char_indices().nth(n).map_or(text.len(), |(i, _)| i)
}

/// The limit in characters of a typmod of `varchar` or `char`.
fn limit(typmod: i32) -> Option<usize> {
    usize::try_from(typmod.checked_sub(4)?).ok()
}

/// `text` as `varchar(n)`: cut if the cast is explicit or only blanks are lost.
///
/// # Errors
/// 22001.
pub fn to_varchar(text: &str, typmod: i32, explicit: bool) -> SqlResult<&str> {
    let Some(limit) = limit(typmod) else { return Ok(text) };
    let end = prefix(text, limit);
    if end < text.len() && !explicit && text[end..].bytes().any(|b| b != b' ') {
        return Err(too_long("character varying", limit));
    }
    Ok(&text[..end])
}

/// `text` as `char(n)`: padded with blanks, or cut as [`to_varchar`] does.
///
/// # Errors
/// 22001.
pub fn to_bpchar(text: &str, typmod: i32, explicit: bool) -> SqlResult<String> {
    let Some(limit) = limit(typmod) else { return Ok(text.to_owned()) };
    let end = prefix(text, limit);
    if end < text.len() && !explicit && text[end..].bytes().any(|b| b != b' ') {
        return Err(too_long("character", limit));
    }
    let mut out = text[..end].to_owned();
    let missing = limit - out.chars().count();
    out.extend(std::iter::repeat_n(' ', missing));
    Ok(out)
}

/// `text` as a `name`: cut to 63 bytes, between characters.
pub fn to_name(text: &str) -> &str {
    let mut end = text.len().min(MAX_NAME);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// An `aclitem` as it is, which must not leave its grantor without a name.
///
/// # Errors
/// 22P02.
pub fn to_acl_item(text: &str) -> SqlResult<&str> {
    let mut quoted = false;
    let slash = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '/' && !quoted
    });
    let grantor = slash.map(|(at, _)| &text[at + 1..]);
    if grantor.is_some_and(|name| name.chars().all(|c| c == '"' || c.is_ascii_whitespace())) {
        let message = "a name must follow the \"/\" sign";
        return Err(SqlError::new(SqlState::InvalidTextRepresentation, message));
    }
    Ok(text)
}

/// First byte of the text; `\ooo` is that byte; empty is zero.
pub fn parse_char(text: &str) -> u8 {
    match text.as_bytes() {
        [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7'] => (a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'),
        [] => 0,
        [first, ..] => *first,
    }
}

/// Appends a `"char"`.
pub fn write_char(v: u8, out: &mut String) {
    match v {
        0 => {}
        1..=0x7f => out.push(char::from(v)),
        _ => {
            let _ = write!(out, "\\{v:03o}");
        }
    }
}

/// Parses a uuid: hexadecimal digits, a hyphen allowed after every four, perhaps in braces.
///
/// # Errors
/// 22P02.
pub fn parse_uuid(text: &str) -> SqlResult<[u8; 16]> {
    let inner = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}').ok_or_else(|| invalid_syntax("uuid", text))?,
        None => text,
    };
    let mut out = [0u8; 16];
    let mut digits = 0usize;
    let mut after_hyphen = true;
    for b in inner.bytes() {
        match char::from(b).to_digit(16) {
            Some(d) if digits < 32 => {
                out[digits / 2] = out[digits / 2] << 4 | d as u8;
                digits += 1;
                after_hyphen = false;
            }
            None if b == b'-' && digits.is_multiple_of(4) && digits < 32 && !after_hyphen => after_hyphen = true,
            _ => return Err(invalid_syntax("uuid", text)),
        }
    }
    if digits == 32 { Ok(out) } else { Err(invalid_syntax("uuid", text)) }
}

/// Appends `8-4-4-4-12` digits.
pub fn write_uuid(bytes: &[u8; 16], out: &mut String) {
    for (i, b) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        let _ = write!(out, "{b:02x}");
    }
}

/// Parses a bit string: `0101`, `b0101`, or `x5`; checks its length against the typmod.
///
/// # Errors
/// 22P02; 22026 or 22001 for the wrong length.
pub fn parse_bits(text: &str, ty: PgType) -> SqlResult<String> {
    let bits = match text.as_bytes().first() {
        Some(b'x' | b'X') => text[1..].chars().try_fold(String::new(), |mut out, c| {
            let digit = c.to_digit(16).ok_or_else(|| {
                SqlError::new(SqlState::InvalidTextRepresentation, format!("\"{c}\" is not a valid hexadecimal digit"))
            })?;
            let _ = write!(out, "{digit:04b}");
            Ok::<_, SqlError>(out)
        })?,
        first => {
            let body = if matches!(first, Some(b'b' | b'B')) { &text[1..] } else { text };
            if let Some(c) = body.chars().find(|c| !matches!(c, '0' | '1')) {
                return Err(SqlError::new(
                    SqlState::InvalidTextRepresentation,
                    format!("\"{c}\" is not a valid binary digit"),
                ));
            }
            body.to_owned()
        }
    };
    if let Ok(limit) = usize::try_from(ty.typmod) {
        if ty.oid == Oid::BIT && bits.len() != limit {
            return Err(SqlError::new(
                SqlState::StringDataLengthMismatch,
                format!("bit string length {} does not match type bit({limit})", bits.len()),
            ));
        }
        if bits.len() > limit {
            return Err(SqlError::new(
                SqlState::StringDataRightTruncation22,
                format!("bit string too long for type bit varying({limit})"),
            ));
        }
    }
    Ok(bits)
}
