//! Text form of `point`: `(x,y)`; the parentheses need not be there.

use super::{invalid_syntax, number};
use crate::datum::Point;
use crate::error::SqlResult;
use crate::sqlstate::SqlState;

/// Whether C's `isspace` takes a character.
pub fn blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\x0b'
}

/// Parses a point.
///
/// # Errors
/// 22P02; 22003 for a number beyond `double precision`.
pub fn parse(text: &str) -> SqlResult<Point> {
    let syntax = || invalid_syntax("point", text);
    let inner = text.trim_start_matches(blank);
    let opened = inner.strip_prefix('(');
    let (x, rest) = coordinate(opened.unwrap_or(inner), "point", text)?;
    let rest = rest.strip_prefix(',').ok_or_else(syntax)?;
    let (y, rest) = coordinate(rest, "point", text)?;
    let rest = match opened {
        Some(_) => rest.strip_prefix(')').ok_or_else(syntax)?.trim_start_matches(blank),
        None => rest,
    };
    if rest.is_empty() { Ok(Point { x, y }) } else { Err(syntax()) }
}

/// A number with blanks around it, and what follows; `whole` is the value of type `name` that it is a part of.
///
/// # Errors
/// 22P02; 22003 for a number beyond `double precision`.
pub fn coordinate<'t>(text: &'t str, name: &str, whole: &str) -> SqlResult<(f64, &'t str)> {
    let text = text.trim_start_matches(blank);
    let (digits, rest) = text.split_at(number_length(text));
    // All that a number of good syntax can fail by is its range.
    let value = number::parse_float8(digits).map_err(|e| match e.code() {
        SqlState::NumericValueOutOfRange => e,
        _ => invalid_syntax(name, whole),
    })?;
    Ok((value, rest.trim_start_matches(blank)))
}

/// How much of the beginning of `text` C's `strtod` takes, hexadecimal numbers aside.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.get(from..).map_or(0, |b| b.iter().take_while(|b| b.is_ascii_digit()).count());
    let sign = |at: usize| usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    let start = sign(0);
    for word in ["infinity", "inf", "nan"] {
        if bytes.get(start..start + word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes())) {
            return start + word.len();
        }
    }
    let whole = digits(start);
    let mut end = start + whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if end == start {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + sign(end + 1);
        if digits(exponent) > 0 {
            end = exponent + digits(exponent);
        }
    }
    end
}

/// Appends a point.
pub fn write(point: Point, extra_float_digits: i32, out: &mut String) {
    out.push('(');
    number::write_float8(point.x, extra_float_digits, out);
    out.push(',');
    number::write_float8(point.y, extra_float_digits, out);
    out.push(')');
}
