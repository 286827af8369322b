//! JSON as PostgreSQL reads it: syntax checks with its messages, and the canonical form of `jsonb`.
//!
//! `json` keeps its text; `jsonb` is written anew: keys sorted by length and then by bytes, the last of
//! equal keys kept, numbers as `numeric` prints them, one blank after `:` and `,`.

use std::fmt::Write as _;

use crate::error::{SqlError, SqlResult};
use crate::numeric::Numeric;
use crate::sqlstate::SqlState;

/// Deepest nesting. PostgreSQL's limit is its stack.
pub const MAX_DEPTH: usize = 512;

/// A JSON document.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(Numeric),
    String(String),
    Array(Vec<Json>),
    /// In the order of the text; canonical (sorted, unique) once [`Json::canonical`] has run.
    Object(Vec<(String, Json)>),
}

/// Order of keys inside a `jsonb` object.
pub fn key_order(a: &str, b: &str) -> std::cmp::Ordering {
    a.len().cmp(&b.len()).then_with(|| a.as_bytes().cmp(b.as_bytes()))
}

impl Json {
    /// Parses a document; objects as written.
    ///
    /// # Errors
    /// 22P02 with PostgreSQL's detail, 54001 if nested too deeply.
    pub fn parse(text: &str) -> SqlResult<Self> {
        let mut parser = Parser { text, at: 0, strict_unicode: true };
        let value = parser.value(0)?;
        parser.space();
        match parser.token() {
            None => Ok(value),
            Some(token) => Err(parser.fault(token, &format!("Expected end of input, but found \"{token}\"."))),
        }
    }

    /// Parses and canonicalises.
    ///
    /// # Errors
    /// As [`Json::parse`].
    pub fn parse_canonical(text: &str) -> SqlResult<Self> {
        Ok(Self::parse(text)?.canonical())
    }

    /// Objects sorted and freed of duplicates, all the way down.
    #[must_use]
    pub fn canonical(self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.into_iter().map(Self::canonical).collect()),
            Self::Object(pairs) => Self::object(pairs.into_iter().map(|(k, v)| (k, v.canonical())).collect()),
            other => other,
        }
    }

    /// An object of canonical values: sorted, the last of equal keys kept.
    pub fn object(mut pairs: Vec<(String, Self)>) -> Self {
        pairs.reverse();
        pairs.sort_by(|a, b| key_order(&a.0, &b.0));
        pairs.dedup_by(|later, kept| later.0 == kept.0);
        Self::Object(pairs)
    }

    /// A string value.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(pairs) => pairs.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// An element of an array; negative ones count from the end.
    pub fn element(&self, index: i64) -> Option<&Self> {
        match self {
            Self::Array(items) => items.get(position(index, items.len())?),
            _ => None,
        }
    }

    /// `object`, `array`, `string`, `number`, `boolean`, `null`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Appends `jsonb`'s text form.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Self::Number(n) => {
                let _ = write!(out, "{n}");
            }
            Self::String(s) => write_string(s, out),
            Self::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(pairs) => {
                out.push('{');
                for (i, (key, value)) in pairs.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    write_string(key, out);
                    out.push_str(": ");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::new();
        self.write(&mut out);
        f.write_str(&out)
    }
}

/// A possibly negative subscript as an index below `len`.
pub fn position(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let index = if index < 0 { index.checked_add(len)? } else { index };
    if (0..len).contains(&index) { usize::try_from(index).ok() } else { None }
}

/// Appends a JSON string literal.
pub fn write_string(s: &str, out: &mut String) {
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Checks that `text` is JSON, as `json`'s input does: unlike for `jsonb`, escapes need not name
/// characters that can be stored.
///
/// # Errors
/// 22P02, 54001.
pub fn validate(text: &str) -> SqlResult<()> {
    let mut parser = Parser { text, at: 0, strict_unicode: false };
    parser.value(0)?;
    parser.space();
    match parser.token() {
        None => Ok(()),
        Some(token) => Err(parser.fault(token, &format!("Expected end of input, but found \"{token}\"."))),
    }
}

/// Members of the object that `text` is, each value as written; `None` if it is no object.
///
/// # Errors
/// As [`validate`].
pub fn members_as_written(text: &str) -> SqlResult<Option<Vec<(String, &str)>>> {
    let mut parser = Parser { text, at: 0, strict_unicode: false };
    parser.space();
    if parser.peek() != Some(b'{') {
        return Ok(None);
    }
    let mut out = vec![];
    parser.members(0, |key, _, written| out.push((key, written)))?;
    Ok(Some(out))
}

/// Elements of the array that `text` is, each as written; `None` if it is no array.
///
/// # Errors
/// As [`validate`].
pub fn elements_as_written(text: &str) -> SqlResult<Option<Vec<&str>>> {
    let mut parser = Parser { text, at: 0, strict_unicode: false };
    parser.space();
    if parser.peek() != Some(b'[') {
        return Ok(None);
    }
    let mut out = vec![];
    parser.elements(0, |_, written| out.push(written))?;
    Ok(Some(out))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    strict_unicode: bool,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// What stands here, as messages quote it.
    fn token(&self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let first = rest.chars().next()?;
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.') || !c.is_ascii();
        let length = if word(first) {
            rest.find(|c: char| !word(c)).unwrap_or(rest.len())
        } else if first == '"' {
            self.string_length(rest)
        } else {
            first.len_utf8()
        };
        Some(&rest[..length])
    }

    fn string_length(&self, rest: &str) -> usize {
        let mut escaped = false;
        for (i, c) in rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return i + 1,
                _ => {}
            }
        }
        rest.len()
    }

    fn error(&self, detail: &str, end: usize) -> SqlError {
        let line = self.text[..self.at.min(self.text.len())].matches('\n').count() + 1;
        let start = self.text[..self.at].rfind('\n').map_or(0, |i| i + 1);
        let shown = &self.text[start..end.min(self.text.len())];
        let (before, shown) = match shown.char_indices().rev().nth(49) {
            Some((i, _)) if i > 0 => ("...", &shown[i..]),
            _ => ("", shown),
        };
        let after = if end < self.text.len() { "..." } else { "" };
        SqlError::new(SqlState::InvalidTextRepresentation, "invalid input syntax for type json")
            .detail(detail)
            .context(format!("JSON data, line {line}: {before}{shown}{after}"))
    }

    fn fault(&self, token: &str, detail: &str) -> SqlError {
        self.error(detail, self.at + token.len())
    }

    /// The error for whatever stands here where `expected` should.
    fn unexpected(&self, expected: &str) -> SqlError {
        match self.token() {
            None => self.error("The input string ended unexpectedly.", self.text.len()),
            Some(token) => {
                let word = token.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii());
                let known = matches!(token, "true" | "false" | "null") || is_number(token);
                if word && !known {
                    self.fault(token, &format!("Token \"{token}\" is invalid."))
                } else if matches!(token, "{" | "}" | "[" | "]" | ":" | ",") || known || token.starts_with('"') {
                    self.fault(token, &format!("Expected {expected}, but found \"{token}\"."))
                } else {
                    self.fault(token, &format!("Token \"{token}\" is invalid."))
                }
            }
        }
    }

    fn value(&mut self, depth: usize) -> SqlResult<Json> {
        if depth > MAX_DEPTH {
            return Err(SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded"));
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(_) => {
                let token = self.token().unwrap_or("");
                let value = match token {
                    "true" => Json::Bool(true),
                    "false" => Json::Bool(false),
                    "null" => Json::Null,
                    t if is_number(t) => {
                        if self.strict_unicode {
                            Json::Number(Numeric::parse(t)?)
                        } else {
                            Json::Null
                        }
                    }
                    t if t.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                        return Err(self.fault(t, &format!("Token \"{t}\" is invalid.")));
                    }
                    _ => return Err(self.unexpected("JSON value")),
                };
                self.at += token.len();
                Ok(value)
            }
            None => Err(self.unexpected("JSON value")),
        }
    }

    fn array(&mut self, depth: usize) -> SqlResult<Json> {
        let mut items = vec![];
        self.elements(depth, |value, _| items.push(value))?;
        Ok(Json::Array(items))
    }

    /// Reads an array and gives each element, with its text as written, to `take`.
    fn elements(&mut self, depth: usize, mut take: impl FnMut(Json, &'a str)) -> SqlResult<()> {
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let (value, written) = self.value_as_written(depth + 1)?;
            take(value, written);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.unexpected("\",\" or \"]\"")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> SqlResult<Json> {
        let mut pairs = vec![];
        self.members(depth, |key, value, _| pairs.push((key, value)))?;
        Ok(Json::Object(pairs))
    }

    /// Reads an object and gives each member, with its value's text as written, to `take`.
    fn members(&mut self, depth: usize, mut take: impl FnMut(String, Json, &'a str)) -> SqlResult<()> {
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut first = true;
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected(if first { "string or \"}\"" } else { "string" }));
            }
            first = false;
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("\":\""));
            }
            self.at += 1;
            let (value, written) = self.value_as_written(depth + 1)?;
            take(key, value, written);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.unexpected("\",\" or \"}\"")),
            }
        }
    }

    /// A value and its text; white space around it is skipped.
    fn value_as_written(&mut self, depth: usize) -> SqlResult<(Json, &'a str)> {
        self.space();
        let begin = self.at;
        let value = self.value(depth)?;
        let written = &self.text[begin..self.at];
        self.space();
        Ok((value, written))
    }

    fn string(&mut self) -> SqlResult<String> {
        let start = self.at;
        let end_of_token = start + self.string_length(&self.text[start..]);
        let mut out = String::new();
        let mut chars = self.text[start + 1..].char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + 1 + i + 1;
                    return Ok(out);
                }
                '\\' => {
                    let Some((j, e)) = chars.next() else { break };
                    match e {
                        '"' | '\\' | '/' => out.push(e),
                        'b' => out.push('\x08'),
                        'f' => out.push('\x0c'),
                        'n' => out.push('\n'),
                        'r' => out.push('\r'),
                        't' => out.push('\t'),
                        'u' => {
                            let from = start + 1 + j + 1;
                            let (ch, used) = self.unicode(from, start)?;
                            out.push(ch);
                            for _ in 0..used {
                                chars.next();
                            }
                        }
                        _ => {
                            let end = start + 1 + j + e.len_utf8();
                            return Err(self.error(&format!("Escape sequence \"\\{e}\" is invalid."), end));
                        }
                    }
                }
                c if u32::from(c) < 0x20 => {
                    return Err(self.error(
                        &format!("Character with value 0x{:02x} must be escaped.", u32::from(c)),
                        start + 1 + i,
                    ));
                }
                c => out.push(c),
            }
        }
        let token = &self.text[start..end_of_token];
        Err(self.fault(token, &format!("Token \"{token}\" is invalid.")))
    }

    /// The character of `\uXXXX` whose digits begin at `from`, and how many more characters it took.
    fn unicode(&self, from: usize, start: usize) -> SqlResult<(char, usize)> {
        let hex = |at: usize| -> Option<u32> {
            let digits = self.text.as_bytes().get(at..at + 4)?;
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        let end = (from + 4).min(self.text.len());
        let wrong = |detail: &str| {
            let mut end = end;
            while !self.text.is_char_boundary(end) {
                end += 1;
            }
            self.error(detail, end.max(start))
        };
        let Some(high) = hex(from) else {
            return Err(wrong("\"\\u\" must be followed by four hexadecimal digits."));
        };
        let plain = |c: u32, used: usize| Ok((char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), used));
        if !self.strict_unicode && (high == 0 || (0xD800..0xE000).contains(&high)) {
            return plain(0xFFFD, 4);
        }
        match high {
            0 => Err(SqlError::new(SqlState::UntranslatableCharacter, "unsupported Unicode escape sequence")
                .detail("\\u0000 cannot be converted to text.")
                .context(wrong("").fields().context.clone().unwrap_or_default())),
            0xD800..0xDC00 => {
                let low = (self.text.get(from + 4..from + 6) == Some("\\u")).then(|| hex(from + 6)).flatten();
                match low {
                    Some(low @ 0xDC00..0xE000) => plain(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), 10),
                    _ => Err(wrong("Unicode low surrogate must follow a high surrogate.")),
                }
            }
            0xDC00..0xE000 => Err(wrong("Unicode low surrogate must follow a high surrogate.")),
            c => plain(c, 4),
        }
    }
}

/// JSON's number: no leading zeros, no bare point.
fn is_number(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(&body[at + 1..])),
        None => (body, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_form() {
        for (input, output) in [
            (r#"{"bb":1,"a":2,"a":3}"#, r#"{"a": 3, "bb": 1}"#),
            (" [ 1 , 2.50 , 1e2 ] ", "[1, 2.50, 100]"),
            (r#""\u00e9\n""#, "\"é\\n\""),
            (r#""\ud83d\ude00""#, "\"😀\""),
            ("{}", "{}"),
            ("null", "null"),
        ] {
            assert_eq!(Json::parse_canonical(input).map(|j| j.to_string()).as_deref(), Ok(output), "{input}");
        }
    }

    #[test]
    fn faults_are_told_as_postgresql_tells_them() {
        for (input, detail) in [
            ("", "The input string ended unexpectedly."),
            ("x", "Token \"x\" is invalid."),
            ("[1", "The input string ended unexpectedly."),
            ("[1 2]", "Expected \",\" or \"]\", but found \"2\"."),
            ("{1:2}", "Expected string or \"}\", but found \"1\"."),
            ("{\"a\" 1}", "Expected \":\", but found \"1\"."),
            ("01", "Token \"01\" is invalid."),
            ("\"\\x\"", "Escape sequence \"\\x\" is invalid."),
            ("1 2", "Expected end of input, but found \"2\"."),
        ] {
            let e = Json::parse(input).expect_err(input);
            assert_eq!(e.code(), SqlState::InvalidTextRepresentation);
            assert_eq!(e.fields().detail.as_deref(), Some(detail), "{input}");
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn json_keeps_what_jsonb_cannot_hold() {
        assert!(validate("\"\\u0000\"").is_ok());
        assert!(Json::parse("\"\\u0000\"").is_err());
    }
}
