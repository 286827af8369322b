//! Text: lengths, parts, padding, trimming, searching, case. Positions count characters from 1.
//!
//! | module | what it holds |
//! |---|---|
//! | this one | functions of `text` |
//! | [`format`] | `format()`, `concat()`, quoting |
//! | [`binary`] | `bytea`: the same ideas in bytes, `encode`, digests |
//! | [`bits`] | bit strings |

use std::sync::Arc;

use gavel_types::{ArrayValue, Datum, Oid, SqlError, SqlResult, SqlState};

use unicode_normalization::UnicodeNormalization as _;

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::error::{MAX_BYTES, integer_out_of_range, invalid_parameter, too_large};

pub mod binary;
pub mod bits;
pub mod format;

fn length(s: &str) -> SqlResult<i32> {
    i32::try_from(char_count(s)).map_err(|_| integer_out_of_range())
}

/// Characters; bytes where all are ASCII.
pub(crate) fn char_count(s: &str) -> usize {
    if s.is_ascii() { s.len() } else { s.chars().count() }
}

/// Byte offset of the character with index `n`, the end if there are fewer.
pub(crate) fn offset(s: &str, n: usize) -> usize {
    if s.is_ascii() { n.min(s.len()) } else { s.char_indices().nth(n).map_or(s.len(), |(i, _)| i) }
}

/// Characters `from .. from + count` counted from 1; `count` `None` is to the end. What lies before
/// the first counts towards `count`.
pub(crate) fn substring(s: &str, from: i64, count: Option<i64>) -> SqlResult<&str> {
    let end = match count {
        None => i64::MAX,
        Some(n) => {
            let end = from.saturating_add(n);
            if n < 0 {
                return Err(SqlError::new(SqlState::SubstringError, "negative substring length not allowed"));
            }
            end
        }
    };
    if end <= 1 {
        return Ok("");
    }
    let start = offset(s, usize::try_from(from.max(1) - 1).unwrap_or(usize::MAX));
    let rest = &s[start..];
    let wanted = end.saturating_sub(from.max(1));
    Ok(&rest[..offset(rest, usize::try_from(wanted).unwrap_or(usize::MAX))])
}

/// Position of `needle`, from 1; 0 if it is not there.
fn position(haystack: &str, needle: &str) -> SqlResult<i32> {
    match haystack.find(needle) {
        Some(at) => length(&haystack[..at])?.checked_add(1).ok_or_else(integer_out_of_range),
        None => Ok(0),
    }
}

fn check_size(bytes: usize) -> SqlResult<()> {
    if bytes > MAX_BYTES { Err(too_large("requested length too large")) } else { Ok(()) }
}

fn pad(s: &str, width: i32, fill: &str, left: bool) -> SqlResult<String> {
    let width = usize::try_from(width).unwrap_or(0);
    let have = char_count(s);
    if have >= width || fill.is_empty() {
        return Ok(s[..offset(s, width)].to_owned());
    }
    let missing = width - have;
    check_size(missing.saturating_mul(fill.chars().map(char::len_utf8).max().unwrap_or(1)).saturating_add(s.len()))?;
    let filler: String = fill.chars().cycle().take(missing).collect();
    Ok(if left { filler + s } else { s.to_owned() + &filler })
}

fn trim<'a>(s: &'a str, set: &str, left: bool, right: bool) -> &'a str {
    let within = |c: char| set.contains(c);
    let s = if left { s.trim_start_matches(within) } else { s };
    if right { s.trim_end_matches(within) } else { s }
}

fn repeat(s: &str, n: i32) -> SqlResult<String> {
    let n = usize::try_from(n).unwrap_or(0);
    check_size(s.len().saturating_mul(n))?;
    Ok(s.repeat(n))
}

fn split_part(s: &str, by: &str, field: i32) -> SqlResult<String> {
    if field == 0 {
        return Err(invalid_parameter("field position must not be zero"));
    }
    let index = field.unsigned_abs() as usize - 1;
    if by.is_empty() {
        return Ok(if index == 0 { s.to_owned() } else { String::new() });
    }
    let part = if field > 0 { s.split(by).nth(index) } else { s.rsplit(by).nth(index) };
    Ok(part.unwrap_or("").to_owned())
}

/// The first `n` characters; for negative `n` all but the last `-n`.
fn left(s: &str, n: i32) -> &str {
    let n = if n >= 0 { n as usize } else { char_count(s).saturating_sub(n.unsigned_abs() as usize) };
    &s[..offset(s, n)]
}

/// The last `n` characters; for negative `n` all but the first `-n`.
fn right(s: &str, n: i32) -> &str {
    // The least integer has no negative: PostgreSQL then skips nothing.
    let skip = if n == i32::MIN {
        0
    } else if n >= 0 {
        char_count(s).saturating_sub(n as usize)
    } else {
        n.unsigned_abs() as usize
    };
    &s[offset(s, skip)..]
}

fn translate(s: &str, from: &str, to: &str) -> String {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    s.chars()
        .filter_map(|c| match from.iter().position(|f| *f == c) {
            Some(i) => to.get(i).copied(),
            None => Some(c),
        })
        .collect()
}

fn initcap(s: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        if inside {
            out.extend(lower_char(c));
        } else {
            out.extend(upper_char(c));
        }
        inside = c.is_alphanumeric();
    }
    out
}

/// One character for one, as the C library maps them: `ß` stays.
fn upper_char(c: char) -> impl Iterator<Item = char> {
    let mut upper = c.to_uppercase();
    let first = upper.next().unwrap_or(c);
    std::iter::once(if upper.next().is_some() { c } else { first })
}

fn lower_char(c: char) -> impl Iterator<Item = char> {
    let mut lower = c.to_lowercase();
    let first = lower.next().unwrap_or(c);
    std::iter::once(if lower.next().is_some() { c } else { first })
}

/// `upper()`.
pub fn upper(s: &str) -> String {
    if s.is_ascii() { s.to_ascii_uppercase() } else { s.chars().flat_map(upper_char).collect() }
}

/// `lower()`.
pub fn lower(s: &str) -> String {
    if s.is_ascii() { s.to_ascii_lowercase() } else { s.chars().flat_map(lower_char).collect() }
}

fn chr(code: i32) -> SqlResult<String> {
    let too_large =
        || SqlError::new(SqlState::ProgramLimitExceeded, format!("requested character too large for encoding: {code}"));
    if code < 0 {
        return Err(invalid_parameter("character number must be positive"));
    }
    if code == 0 {
        return Err(SqlError::new(SqlState::ProgramLimitExceeded, "null character not permitted"));
    }
    let code = u32::try_from(code).map_err(|_| too_large())?;
    match char::from_u32(code) {
        Some(c) => Ok(c.to_string()),
        None if code < 0x11_0000 => Err(SqlError::new(
            SqlState::ProgramLimitExceeded,
            format!("requested character not valid for encoding: {code}"),
        )),
        None => Err(too_large()),
    }
}

fn overlay(s: &str, by: &str, from: i32, count: Option<i32>) -> SqlResult<String> {
    if from <= 0 {
        return Err(SqlError::new(SqlState::SubstringError, "negative substring length not allowed"));
    }
    let count = match count {
        Some(n) => i64::from(n),
        None => char_count(by) as i64,
    };
    let after =
        i64::from(from).checked_add(count).filter(|e| *e <= i64::from(i32::MAX)).ok_or_else(integer_out_of_range)?;
    let head = substring(s, 1, Some(i64::from(from) - 1))?;
    let tail = substring(s, after, None)?;
    Ok(format!("{head}{by}{tail}"))
}

/// `string_to_array`: NULL separator splits into characters, an empty one does not split.
pub(crate) fn split(s: &str, by: Option<&str>, null: Option<&str>) -> Vec<Datum> {
    let item = |part: &str| if null == Some(part) { Datum::Null } else { Datum::text(part) };
    match by {
        _ if s.is_empty() => vec![],
        None => s.chars().map(|c| item(c.encode_utf8(&mut [0; 4]))).collect(),
        Some("") => vec![item(s)],
        Some(by) => s.split(by).map(item).collect(),
    }
}

fn split_to_array(s: Option<&str>, by: Option<&str>, null: Option<&str>) -> Option<ArrayValue> {
    s.map(|s| ArrayValue::vector(Oid::TEXT, split(s, by, null)))
}

/// `unistr`: `\XXXX`, `\+XXXXXX`, `\uXXXX`, `\UXXXXXXXX` escapes.
fn unistr(s: &str) -> SqlResult<String> {
    let invalid = || {
        SqlError::new(SqlState::SyntaxError, "invalid Unicode escape")
            .hint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
    };
    let half = || SqlError::new(SqlState::SyntaxError, "invalid Unicode surrogate pair");
    let mut out = String::with_capacity(s.len());
    // The first half of a surrogate pair.
    let mut high: Option<u32> = None;
    let mut rest = s;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let doubled = rest[at + 1..].starts_with('\\');
        if high.is_some() && (at > 0 || doubled) {
            return Err(half());
        }
        rest = &rest[at + 1..];
        if doubled {
            out.push('\\');
            rest = &rest[1..];
            continue;
        }
        let (skip, digits) = match rest.as_bytes().first() {
            Some(b'+') => (1, 6),
            Some(b'u') => (1, 4),
            Some(b'U') => (1, 8),
            _ => (0, 4),
        };
        let hex =
            rest.get(skip..skip + digits).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit())).ok_or_else(invalid)?;
        let code = u32::from_str_radix(hex, 16).map_err(|_| invalid())?;
        rest = &rest[skip + digits..];
        match (high.take(), code) {
            (Some(first), 0xdc00..=0xdfff) => {
                out.extend(char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (code - 0xdc00)));
            }
            (Some(_), _) | (None, 0xdc00..=0xdfff) => return Err(half()),
            (None, 0xd800..=0xdbff) => high = Some(code),
            (None, code) => {
                let c = char::from_u32(code).filter(|c| *c != '\0');
                out.push(c.ok_or_else(|| invalid_parameter(format!("invalid Unicode code point: {code:04X}")))?);
            }
        }
    }
    if high.is_some() {
        return Err(half());
    }
    out.push_str(rest);
    Ok(out)
}

/// The text in one of the four forms of Unicode's annex 15.
fn normalize(text: &str, form: &str) -> SqlResult<String> {
    match form.to_ascii_uppercase().as_str() {
        "NFC" => Ok(text.nfc().collect()),
        "NFD" => Ok(text.nfd().collect()),
        "NFKC" => Ok(text.nfkc().collect()),
        "NFKD" => Ok(text.nfkd().collect()),
        _ => Err(invalid_parameter(format!("invalid normalization form: {form}"))),
    }
}

/// Bodies that PostgreSQL has in SQL.
pub const BY_OID: &[(u32, ScalarFn)] = &[
    (879, scalar!(|s: &str, n: i32| pad(s, n, " ", true)?)),
    (880, scalar!(|s: &str, n: i32| pad(s, n, " ", false)?)),
    (1811, scalar!(|s: &str| i32::try_from(s.len() * 8).map_err(|_| integer_out_of_range())?)),
    (1810, scalar!(|s: &[u8]| i32::try_from(s.len() * 8).map_err(|_| integer_out_of_range())?)),
    (1812, scalar!(|s: &str| length(s)?)),
];

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("textlen", scalar!(|s: &str| length(s)?)),
    ("bpcharlen", scalar!(|s: &str| length(s.trim_end_matches(' '))?)),
    ("textoctetlen", scalar!(|s: &str| i32::try_from(s.len()).map_err(|_| integer_out_of_range())?)),
    ("bpcharoctetlen", scalar!(|s: &str| i32::try_from(s.len()).map_err(|_| integer_out_of_range())?)),
    (
        "textcat",
        scalar!(|a: &str, b: &str| {
            check_size(a.len() + b.len())?;
            let mut out = String::with_capacity(a.len() + b.len());
            out.push_str(a);
            out.push_str(b);
            out
        }),
    ),
    ("upper", scalar!(|s: &str| upper(s))),
    ("lower", scalar!(|s: &str| lower(s))),
    ("initcap", scalar!(|s: &str| initcap(s))),
    ("text_substr", scalar!(|s: &str, from: i32, n: i32| substring(s, i64::from(from), Some(i64::from(n)))?)),
    ("text_substr_no_len", scalar!(|s: &str, from: i32| substring(s, i64::from(from), None)?)),
    ("textpos", scalar!(|s: &str, needle: &str| position(s, needle)?)),
    ("textoverlay", scalar!(|s: &str, by: &str, from: i32, n: i32| overlay(s, by, from, Some(n))?)),
    ("textoverlay_no_len", scalar!(|s: &str, by: &str, from: i32| overlay(s, by, from, None)?)),
    ("btrim", scalar!(|s: &str, set: &str| trim(s, set, true, true))),
    ("btrim1", scalar!(|s: &str| trim(s, " ", true, true))),
    ("ltrim", scalar!(|s: &str, set: &str| trim(s, set, true, false))),
    ("ltrim1", scalar!(|s: &str| trim(s, " ", true, false))),
    ("rtrim", scalar!(|s: &str, set: &str| trim(s, set, false, true))),
    ("rtrim1", scalar!(|s: &str| trim(s, " ", false, true))),
    ("lpad", scalar!(|s: &str, n: i32, fill: &str| pad(s, n, fill, true)?)),
    ("rpad", scalar!(|s: &str, n: i32, fill: &str| pad(s, n, fill, false)?)),
    (
        "replace_text",
        scalar!(|s: &str, from: &str, to: &str| {
            if from.is_empty() {
                s.to_owned()
            } else {
                let grown = s.len().saturating_add(to.len().saturating_mul(s.matches(from).count()));
                check_size(grown)?;
                s.replace(from, to)
            }
        }),
    ),
    ("repeat", scalar!(|s: &str, n: i32| repeat(s, n)?)),
    ("text_reverse", scalar!(|s: &str| s.chars().rev().collect::<String>())),
    ("text_left", scalar!(|s: &str, n: i32| left(s, n))),
    ("text_right", scalar!(|s: &str, n: i32| right(s, n))),
    ("split_part", scalar!(|s: &str, by: &str, n: i32| split_part(s, by, n)?)),
    ("translate", scalar!(|s: &str, from: &str, to: &str| translate(s, from, to))),
    ("ascii", scalar!(|s: &str| s.chars().next().map_or(0, |c| c as i32))),
    ("chr", scalar!(|code: i32| chr(code)?)),
    ("text_starts_with", scalar!(|s: &str, prefix: &str| s.starts_with(prefix))),
    ("unicode_normalize_func", scalar!(|s: &str, form: &str| normalize(s, form)?)),
    ("unicode_is_normalized", scalar!(|s: &str, form: &str| normalize(s, form)? == s)),
    ("unistr", scalar!(|s: &str| unistr(s)?)),
    ("text_to_array", scalar!(|s: Option<&str>, by: Option<&str>| split_to_array(s, by, None))),
    (
        "text_to_array_null",
        scalar!(|s: Option<&str>, by: Option<&str>, null: Option<&str>| split_to_array(s, by, null)),
    ),
    (
        "nameconcatoid",
        scalar!(|name: &str, oid: crate::args::OidValue| {
            let suffix = format!("_{}", oid.0);
            let room = gavel_types::text_io::string::MAX_NAME - suffix.len();
            let mut end = name.len().min(room);
            while !name.is_char_boundary(end) {
                end -= 1;
            }
            format!("{}{suffix}", &name[..end])
        }),
    ),
    ("parse_ident", scalar!(|s: &str, strict: bool| parse_ident(s, strict)?)),
];

/// `parse_ident`: the parts of a qualified name.
fn parse_ident(text: &str, strict: bool) -> SqlResult<ArrayValue> {
    let invalid = |detail: Option<&str>| {
        let e = invalid_parameter(format!("string is not a valid identifier: \"{text}\""));
        match detail {
            Some(d) => e.detail(d),
            None => e,
        }
    };
    let mut rest = text.trim_start();
    let mut parts = vec![];
    let mut after_dot = false;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut part = String::new();
            let mut chars = quoted.char_indices().peekable();
            let end = loop {
                match chars.next() {
                    Some((_, '"')) if chars.peek().is_some_and(|(_, c)| *c == '"') => {
                        part.push('"');
                        chars.next();
                    }
                    Some((i, '"')) => break i + 1,
                    Some((_, c)) => part.push(c),
                    None => return Err(invalid(Some("String has unclosed double quotes."))),
                }
            };
            if part.is_empty() {
                return Err(invalid(Some("Quoted identifier must not be empty.")));
            }
            parts.push(Datum::text(part));
            rest = &quoted[end..];
        } else {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
            if end == 0 || rest.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
                return Err(match (after_dot, rest.starts_with('.')) {
                    (_, true) => invalid(Some("No valid identifier before \".\".")),
                    (true, _) => invalid(Some("No valid identifier after \".\".")),
                    _ => invalid(None),
                });
            }
            parts.push(Datum::text(lower(&rest[..end])));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
        match rest.strip_prefix('.') {
            Some(more) => {
                after_dot = true;
                rest = more.trim_start();
            }
            None if rest.is_empty() || !strict => break,
            None => return Err(invalid(None)),
        }
    }
    Ok(ArrayValue::vector(Oid::TEXT, parts))
}

/// `array_to_string`.
pub(crate) fn join(
    array: &Arc<ArrayValue>,
    by: &str,
    null: Option<&str>,
    style: &gavel_types::text_io::TextStyle,
) -> String {
    let ty = gavel_types::PgType::new(array.element);
    let mut out = String::new();
    let mut first = true;
    for value in &array.values {
        if value.is_null() && null.is_none() {
            continue;
        }
        if !first {
            out.push_str(by);
        }
        first = false;
        match null {
            Some(null) if value.is_null() => out.push_str(null),
            _ => gavel_types::text_io::write(value, ty, style, &mut out),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substrings_count_from_one_and_before() {
        assert_eq!(substring("alphabet", 3, Some(2)), Ok("ph"));
        assert_eq!(substring("alphabet", -1, Some(4)), Ok("al"));
        assert_eq!(substring("grün", 4, None), Ok("n"));
        assert_eq!(substring("abc", 9, Some(2)), Ok(""));
        assert_eq!(substring("abc", 1, Some(-1)).map_err(|e| e.code()), Err(SqlState::SubstringError));
    }

    #[test]
    fn padding_cuts_too() {
        assert_eq!(pad("hi", 5, "xy", true).as_deref(), Ok("xyxhi"));
        assert_eq!(pad("hello", 2, " ", true).as_deref(), Ok("he"));
        assert_eq!(pad("hi", -1, " ", false).as_deref(), Ok(""));
        assert_eq!(pad("hi", i32::MAX, "é", true).map_err(|e| e.code()), Err(SqlState::ProgramLimitExceeded));
    }

    #[test]
    fn negative_counts_are_from_the_other_end() {
        assert_eq!((left("abcde", 2), left("abcde", -2)), ("ab", "abc"));
        assert_eq!((right("abcde", 2), right("abcde", -2)), ("de", "cde"));
        assert_eq!(split_part("a,b,c", ",", -1).as_deref(), Ok("c"));
    }

    #[test]
    fn case_maps_one_character_to_one() {
        assert_eq!(upper("straße é"), "STRAßE É");
        assert_eq!(initcap("hi THOMAS o'neil"), "Hi Thomas O'Neil");
    }
}
