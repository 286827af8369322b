//! Text forms of arrays (`{1,NULL,"a b"}`, `[2:3]={1,2}`), and of `int2vector` and `oidvector`.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{TextStyle, parse as parse_value, write as write_value};
use crate::datum::{ArrayValue, Datum};
use crate::error::{SqlError, SqlResult};
use crate::pg_type::{Oid, PgType};
use crate::sqlstate::SqlState;

/// PostgreSQL's limits.
pub const MAX_DIMS: usize = 6;
pub const MAX_ELEMENTS: usize = 134_217_727;

fn malformed(text: &str, detail: &str) -> SqlError {
    SqlError::new(SqlState::InvalidTextRepresentation, format!("malformed array literal: \"{text}\"")).detail(detail)
}

/// Parses an array of `element`.
///
/// # Errors
/// 22P02 for a malformed literal, or what an element's input answers.
pub fn parse(text: &str, element: PgType, style: &TextStyle) -> SqlResult<Datum> {
    let mut parser = Parser { text, at: 0, element, style, values: vec![], lengths: vec![] };
    parser.space();
    let bounds = parser.bounds()?;
    if parser.peek() != Some(b'{') {
        let detail = if bounds.is_some() {
            "Array contents must start with \"{\"."
        } else {
            "Array value must start with \"{\" or dimension information."
        };
        return Err(malformed(text, detail));
    }
    parser.level(0)?;
    parser.space();
    if parser.at != text.len() {
        return Err(malformed(text, "Junk after closing right brace."));
    }
    let Parser { values, lengths, .. } = parser;
    let length = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let dims: Vec<(i32, i32)> = match bounds {
        None if values.is_empty() => vec![],
        None => lengths.iter().map(|n| (length(n.unwrap_or(0)), 1)).collect(),
        Some(bounds) => {
            let same = bounds.len() == lengths.len()
                && bounds.iter().zip(&lengths).all(|(b, n)| n.is_some_and(|n| b.0 == length(n)));
            if !same {
                return Err(malformed(text, "Specified array dimensions do not match array contents."));
            }
            bounds
        }
    };
    Ok(Datum::Array(Arc::new(ArrayValue { element: element.oid, dims, values })))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    element: PgType,
    style: &'a TextStyle,
    values: Vec<Datum>,
    /// Length of each dimension, once a level of it is closed.
    lengths: Vec<Option<usize>>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace() || b == 0x0b) {
            self.at += 1;
        }
    }

    /// `[l:u][l:u]=`, as (length, lower bound).
    fn bounds(&mut self) -> SqlResult<Option<Vec<(i32, i32)>>> {
        let mut out = vec![];
        while self.peek() == Some(b'[') {
            if out.len() >= MAX_DIMS {
                return Err(SqlError::new(
                    SqlState::ProgramLimitExceeded,
                    format!("number of array dimensions (7) exceeds the maximum allowed ({MAX_DIMS})"),
                ));
            }
            let close = self.text[self.at..].find(']').map(|i| self.at + i);
            let inner = close.map(|c| &self.text[self.at + 1..c]);
            let (lower, upper) = match inner.map(|i| i.split_once(':')) {
                Some(Some((l, u))) => (l.trim().parse::<i32>(), u.trim().parse::<i32>()),
                Some(None) => (Ok(1), inner.unwrap_or("").trim().parse::<i32>()),
                None => return Err(malformed(self.text, "Missing \"]\" after array dimensions.")),
            };
            let (Ok(lower), Ok(upper)) = (lower, upper) else {
                return Err(malformed(self.text, "\"[\" must introduce explicitly-specified array dimensions."));
            };
            if upper < lower {
                return Err(SqlError::new(
                    SqlState::ArraySubscriptError,
                    "upper bound cannot be less than lower bound",
                ));
            }
            let length = i64::from(upper) - i64::from(lower) + 1;
            out.push((i32::try_from(length).unwrap_or(i32::MAX), lower));
            self.at = close.unwrap_or(self.at) + 1;
        }
        if out.is_empty() {
            return Ok(None);
        }
        self.space();
        if self.peek() != Some(b'=') {
            return Err(malformed(self.text, "Missing \"=\" after array dimensions."));
        }
        self.at += 1;
        self.space();
        Ok(Some(out))
    }

    /// One brace and what is in it.
    fn level(&mut self, depth: usize) -> SqlResult<()> {
        if depth >= MAX_DIMS {
            return Err(SqlError::new(
                SqlState::ProgramLimitExceeded,
                format!("number of array dimensions (7) exceeds the maximum allowed ({MAX_DIMS})"),
            ));
        }
        if self.lengths.len() == depth {
            self.lengths.push(None);
        }
        self.at += 1;
        let mut count = 0usize;
        // Every item of a level is a brace, or none is.
        let mut nested = None;
        self.space();
        if self.peek() == Some(b'}') {
            if depth > 0 {
                return Err(malformed(self.text, "Unexpected \"}\" character."));
            }
            self.at += 1;
            return self.close(depth, 0);
        }
        loop {
            self.space();
            let brace = self.peek() == Some(b'{');
            if nested.is_some_and(|n| n != brace) || (!brace && self.lengths.len() > depth + 1) {
                return Err(malformed(
                    self.text,
                    "Multidimensional arrays must have sub-arrays with matching dimensions.",
                ));
            }
            nested = Some(brace);
            if brace {
                self.level(depth + 1)?;
            } else {
                self.item()?;
            }
            count += 1;
            self.space();
            match self.peek() {
                Some(c) if char::from(c) == delimiter(self.element.oid) => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return self.close(depth, count);
                }
                Some(c) => {
                    let c = char::from(c);
                    return Err(malformed(self.text, &format!("Unexpected \"{c}\" character.")));
                }
                None => return Err(malformed(self.text, "Unexpected end of input.")),
            }
        }
    }

    fn close(&mut self, depth: usize, count: usize) -> SqlResult<()> {
        match self.lengths[depth] {
            Some(before) if before != count => {
                Err(malformed(self.text, "Multidimensional arrays must have sub-arrays with matching dimensions."))
            }
            _ => {
                self.lengths[depth] = Some(count);
                Ok(())
            }
        }
    }

    fn item(&mut self) -> SqlResult<()> {
        if self.values.len() >= MAX_ELEMENTS {
            return Err(SqlError::new(
                SqlState::ProgramLimitExceeded,
                format!("array size exceeds the maximum allowed ({MAX_ELEMENTS})"),
            ));
        }
        let mut out = String::new();
        let mut quoted = false;
        let mut escaped = false;
        // Blanks at the end go, unless they were quoted or escaped.
        let mut kept = 0;
        let mut chars = self.text[self.at..].char_indices();
        let mut inside = false;
        let end = loop {
            let Some((i, c)) = chars.next() else {
                return Err(malformed(self.text, "Unexpected end of input."));
            };
            match c {
                '\\' => {
                    let Some((_, c)) = chars.next() else {
                        return Err(malformed(self.text, "Unexpected end of input."));
                    };
                    out.push(c);
                    kept = out.len();
                    escaped = true;
                }
                '"' => {
                    if !inside && (quoted || kept > 0) {
                        return Err(malformed(self.text, "Unexpected array element."));
                    }
                    inside = !inside;
                    quoted = true;
                    kept = out.len();
                }
                c if inside => {
                    out.push(c);
                    kept = out.len();
                }
                '}' => break i,
                c if c == delimiter(self.element.oid) => break i,
                '{' => return Err(malformed(self.text, "Unexpected \"{\" character.")),
                c if c.is_ascii_whitespace() => out.push(c),
                _ if quoted => return Err(malformed(self.text, "Unexpected array element.")),
                c => {
                    out.push(c);
                    kept = out.len();
                }
            }
        };
        self.at += end;
        out.truncate(kept);
        if out.is_empty() && !quoted && !escaped {
            let c = self.peek().map_or(' ', char::from);
            return Err(malformed(self.text, &format!("Unexpected \"{c}\" character.")));
        }
        let value = if !quoted && !escaped && out.eq_ignore_ascii_case("null") {
            Datum::Null
        } else {
            parse_value(&out, self.element, self.style)?
        };
        self.values.push(value);
        Ok(())
    }
}

/// What stands between elements (`pg_type.typdelim`).
fn delimiter(element: Oid) -> char {
    if element == Oid::BOX { ';' } else { ',' }
}

/// Whether an element must be quoted.
fn needs_quotes(text: &str, delimiter: char) -> bool {
    text.is_empty()
        || text.eq_ignore_ascii_case("null")
        || text
            .chars()
            .any(|c| matches!(c, '{' | '}' | '"' | '\\') || c == delimiter || c.is_ascii_whitespace() || c == '\x0b')
}

fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

/// Appends an array.
pub fn write(array: &ArrayValue, element: Oid, style: &TextStyle, out: &mut String) {
    if array.dims.iter().any(|(_, lower)| *lower != 1) {
        for (length, lower) in &array.dims {
            let _ = write!(out, "[{lower}:{}]", i64::from(*lower) + i64::from(*length) - 1);
        }
        out.push('=');
    }
    if array.dims.is_empty() {
        out.push_str("{}");
        return;
    }
    let mut values = array.values.iter();
    write_level(&array.dims, &mut values, element, style, out);
}

fn write_level<'a>(
    dims: &[(i32, i32)],
    values: &mut impl Iterator<Item = &'a Datum>,
    element: Oid,
    style: &TextStyle,
    out: &mut String,
) {
    let Some(((length, _), rest)) = dims.split_first() else { return };
    out.push('{');
    for i in 0..*length {
        if i > 0 {
            out.push(delimiter(element));
        }
        if !rest.is_empty() {
            write_level(rest, values, element, style, out);
            continue;
        }
        match values.next() {
            None | Some(Datum::Null) => out.push_str("NULL"),
            Some(value) => {
                let start = out.len();
                write_value(value, PgType::new(element), style, out);
                if needs_quotes(&out[start..], delimiter(element)) {
                    let text = out.split_off(start);
                    write_quoted(&text, out);
                }
            }
        }
    }
    out.push('}');
}

/// Parses `1 2 3`.
///
/// # Errors
/// 22P02, 22003.
pub fn parse_vector(text: &str, ty: PgType, style: &TextStyle) -> SqlResult<Datum> {
    let element = ty.oid.element().unwrap_or(Oid::INT2);
    let values = text
        .split_ascii_whitespace()
        .map(|item| parse_value(item, PgType::new(element), style))
        .collect::<SqlResult<Vec<_>>>()?;
    let length = i32::try_from(values.len()).unwrap_or(i32::MAX);
    // Vectors count from zero, and an empty one still has its dimension.
    Ok(Datum::Array(Arc::new(ArrayValue { element, dims: vec![(length, 0)], values })))
}

/// Appends `1 2 3`.
pub fn write_vector(array: &ArrayValue, style: &TextStyle, out: &mut String) {
    for (i, value) in array.values.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        write_value(value, PgType::new(array.element), style, out);
    }
}
