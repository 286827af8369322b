//! `format()`, `concat()`, `concat_ws()` and quoting.

use gavel_types::text_io::{TextStyle, to_text};
use gavel_types::{Datum, PgType, SqlError, SqlResult, SqlState};

use crate::args::{Arg, scalar};
use crate::call::{Call, ScalarFn};
use crate::error::invalid_parameter;
use crate::variadic::tail;

/// Words that must be quoted as identifiers: all key words of PostgreSQL 15 that are not unreserved.
const KEYWORDS: &str = " all analyse analyze and any array as asc asymmetric authorization between bigint binary \
bit boolean both case cast char character check coalesce collate collation column concurrently constraint create \
cross current_catalog current_date current_role current_schema current_time current_timestamp current_user dec \
decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze \
from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into \
is isnull join lateral leading least left like limit localtime localtimestamp national natural nchar none normalize \
not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision \
primary real references returning right row select session_user setof similar smallint some substring symmetric \
table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic \
verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi \
xmlroot xmlserialize xmltable ";

/// An identifier as SQL must write it.
pub fn quote_ident(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !KEYWORDS.contains(&format!(" {name} "));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A string as SQL must write it; backslashes make it an escape string.
pub fn quote_literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

fn concat(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let mut out = String::new();
    let Some(values) = tail(call, args, 0) else { return Ok(Datum::Null) };
    for (value, ty) in values {
        gavel_types::text_io::write(value, ty, &call.context.style, &mut out);
    }
    Ok(Datum::text(out))
}

fn concat_ws(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let Some(by) = Option::<&str>::get(args.first())? else { return Ok(Datum::Null) };
    let Some(values) = tail(call, args, 1) else { return Ok(Datum::Null) };
    let parts: Vec<String> =
        values.into_iter().filter(|(d, _)| !d.is_null()).map(|(d, ty)| to_text(d, ty, &call.context.style)).collect();
    Ok(Datum::text(parts.join(by)))
}

fn format(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let Some(text) = Option::<&str>::get(args.first())? else { return Ok(Datum::Null) };
    // An array that is NULL holds no values.
    let values = tail(call, args, 1).unwrap_or_default();
    Ok(Datum::text(expand(text, &values, &call.context.style)?))
}

/// Reads digits; `None` if there are none.
fn number(rest: &mut &str) -> SqlResult<Option<usize>> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return Ok(None);
    }
    let n = rest[..digits]
        .parse::<i32>()
        .map_err(|_| SqlError::new(SqlState::NumericValueOutOfRange, "number is out of range"))?;
    *rest = &rest[digits..];
    Ok(usize::try_from(n).ok())
}

fn expand(text: &str, values: &[(&Datum, PgType)], style: &TextStyle) -> SqlResult<String> {
    let unterminated =
        || invalid_parameter("unterminated format() type specifier").hint("For a single \"%\" use \"%%\".");
    let too_few = || invalid_parameter("too few arguments for format()");
    let mut out = String::new();
    let mut rest = text;
    let mut next = 0usize;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        // `%[n$][-][width]type`; width may be `*` or `*n$`.
        let mut position = None;
        let mut width = None;
        let before = rest;
        match number(&mut rest)? {
            Some(n) if rest.starts_with('$') => {
                rest = &rest[1..];
                if n == 0 {
                    return Err(invalid_parameter("format specifies argument 0, but arguments are numbered from 1"));
                }
                position = Some(n - 1);
            }
            Some(_) => rest = before,
            None => {}
        }
        let mut left = false;
        while let Some(after) = rest.strip_prefix('-') {
            left = true;
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('*') {
            rest = after;
            let index = match number(&mut rest)? {
                Some(n) => {
                    rest = rest
                        .strip_prefix('$')
                        .ok_or_else(|| invalid_parameter("width argument position must be ended by \"$\""))?;
                    // The value follows the width, wherever that is.
                    next = n;
                    n.checked_sub(1).ok_or_else(|| {
                        invalid_parameter("format specifies argument 0, but arguments are numbered from 1")
                    })?
                }
                None => {
                    next += 1;
                    next - 1
                }
            };
            let (value, ty) = values.get(index).ok_or_else(too_few)?;
            if !value.is_null() {
                let w: i32 = gavel_types::text_io::number::parse_int(&to_text(value, *ty, style), "integer")?;
                left |= w < 0;
                width = Some(w.unsigned_abs() as usize);
            }
        } else {
            width = number(&mut rest)?;
        }
        let kind = rest.chars().next().ok_or_else(unterminated)?;
        rest = &rest[kind.len_utf8()..];
        if !matches!(kind, 's' | 'I' | 'L') {
            return Err(invalid_parameter(format!("unrecognized format() type specifier \"{kind}\""))
                .hint("For a single \"%\" use \"%%\"."));
        }
        let index = position.unwrap_or(next);
        next = index + 1;
        let (value, ty) = values.get(index).ok_or_else(too_few)?;
        let shown = match (kind, value.is_null()) {
            ('I', true) => {
                return Err(SqlError::new(
                    SqlState::NullValueNotAllowed,
                    "null values cannot be formatted as an SQL identifier",
                ));
            }
            ('L', true) => "NULL".to_owned(),
            (_, true) => String::new(),
            ('I', _) => quote_ident(&to_text(value, *ty, style)),
            ('L', _) => quote_literal(&to_text(value, *ty, style)),
            _ => to_text(value, *ty, style),
        };
        let width = width.unwrap_or(0);
        if width > crate::error::MAX_BYTES {
            return Err(crate::error::too_large("requested length too large"));
        }
        let missing = width.saturating_sub(super::char_count(&shown));
        if !left {
            out.extend(std::iter::repeat_n(' ', missing));
        }
        out.push_str(&shown);
        if left {
            out.extend(std::iter::repeat_n(' ', missing));
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// The text form of any value.
fn shown(call: &Call<'_>, value: &Datum, index: usize) -> String {
    to_text(value, call.arg_types.get(index).copied().unwrap_or(PgType::TEXT), &call.context.style)
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("text_concat", concat),
    ("text_concat_ws", concat_ws),
    ("text_format", format),
    ("text_format_nv", format),
    ("quote_ident", scalar!(|s: &str| quote_ident(s))),
    ("quote_literal", scalar!(|s: &str| quote_literal(s))),
    ("quote_nullable", scalar!(|s: Option<&str>| s.map_or_else(|| "NULL".to_owned(), quote_literal))),
    (
        "select pg_catalog.quote_literal($1::pg_catalog.text)",
        scalar!(call; |v: &Datum| {
            quote_literal(&shown(call, v, 0))
        }),
    ),
    (
        "select pg_catalog.quote_nullable($1::pg_catalog.text)",
        scalar!(call; |v: &Datum| {
            if v.is_null() { "NULL".to_owned() } else { quote_literal(&shown(call, v, 0)) }
        }),
    ),
    (
        "select $1 operator(pg_catalog.||) $2::pg_catalog.text",
        scalar!(call; |a: &str, b: &Datum| {
            format!("{a}{}", shown(call, b, 1))
        }),
    ),
    (
        "select $1::pg_catalog.text operator(pg_catalog.||) $2",
        scalar!(call; |a: &Datum, b: &str| {
            format!("{}{b}", shown(call, a, 0))
        }),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_literals() {
        assert_eq!(quote_ident("foo"), "foo");
        assert_eq!(quote_ident("select"), "\"select\"");
        assert_eq!(quote_ident("Foo\"x"), "\"Foo\"\"x\"");
        assert_eq!(quote_literal("O'Re\\illy"), "E'O''Re\\\\illy'");
    }

    #[test]
    fn specifiers() {
        let hello = Datum::text("hello");
        let ident = Datum::text("a b");
        let values = [(&hello, PgType::TEXT), (&ident, PgType::TEXT), (&Datum::Null, PgType::TEXT)];
        let f = |t: &str| expand(t, &values, &TextStyle::default()).map_err(|e| e.message().to_owned());
        assert_eq!(f("%s %I %L %%").as_deref(), Ok("hello \"a b\" NULL %"));
        assert_eq!(f("%2$L|%1$10s|%1$-8s|").as_deref(), Ok("'a b'|     hello|hello   |"));
        assert_eq!(f("%s %s %s %s"), Err("too few arguments for format()".into()));
        assert_eq!(f("%d"), Err("unrecognized format() type specifier \"d\"".into()));
    }
}
