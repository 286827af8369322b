//! Text form of records: `(a,"b c",)`.

use std::sync::Arc;

use super::{TextStyle, parse as parse_value, write as write_value};
use crate::datum::Datum;
use crate::error::{SqlError, SqlResult};
use crate::pg_type::{Oid, PgType};
use crate::sqlstate::SqlState;

fn malformed(text: &str, detail: &str) -> SqlError {
    SqlError::new(SqlState::InvalidTextRepresentation, format!("malformed record literal: \"{text}\"")).detail(detail)
}

/// Parses a value of composite type `ty`.
///
/// # Errors
/// 22P02 for a malformed literal, or what a field's input answers.
pub fn parse(text: &str, ty: Oid, style: &TextStyle) -> SqlResult<Datum> {
    let Some(fields) = style.names.as_ref().and_then(|n| n.fields(ty)) else {
        return Err(SqlError::internal(format!("fields of type {} are not known here", super::type_name(ty))));
    };
    let mut rest = text.trim_start_matches(space);
    let Some(inside) = rest.strip_prefix('(') else { return Err(malformed(text, "Missing left parenthesis.")) };
    rest = inside;
    let mut values = Vec::with_capacity(fields.len());
    for (i, (_, ty)) in fields.iter().enumerate() {
        if i > 0 {
            rest = rest.strip_prefix(',').ok_or_else(|| malformed(text, "Too few columns."))?;
        }
        let (field, after) = item(rest).ok_or_else(|| malformed(text, "Unexpected end of input."))?;
        let value = match field {
            Some(field) => parse_value(&field, *ty, style)?,
            None => Datum::Null,
        };
        values.push((ty.oid, value));
        rest = after;
    }
    let Some(after) = rest.strip_prefix(')') else { return Err(malformed(text, "Too many columns.")) };
    if !after.trim_start_matches(space).is_empty() {
        return Err(malformed(text, "Junk after right parenthesis."));
    }
    Ok(Datum::Record(Arc::from(values)))
}

fn space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\x0b'
}

/// One field, up to the comma or parenthesis behind it; `None` inside for NULL, outside if the text ends.
fn item(text: &str) -> Option<(Option<String>, &str)> {
    if text.starts_with([',', ')']) {
        return Some((None, text));
    }
    let (mut out, mut quoted) = (String::new(), false);
    let mut chars = text.char_indices().peekable();
    loop {
        let (at, c) = chars.next()?;
        match c {
            ',' | ')' if !quoted => return Some((Some(out), &text[at..])),
            '\\' => out.push(chars.next()?.1),
            '"' if quoted && chars.next_if(|(_, c)| *c == '"').is_some() => out.push('"'),
            '"' => quoted = !quoted,
            c => out.push(c),
        }
    }
}

/// Appends `(a,"b c",)`; NULL is nothing at all.
pub fn write(fields: &[(Oid, Datum)], style: &TextStyle, out: &mut String) {
    out.push('(');
    for (i, (oid, value)) in fields.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if value.is_null() {
            continue;
        }
        let start = out.len();
        write_value(value, PgType::new(*oid), style, out);
        let special = |c: char| matches!(c, '"' | '\\' | '(' | ')' | ',') || c.is_ascii_whitespace() || c == '\x0b';
        if out.len() == start || out[start..].contains(special) {
            let text = out.split_off(start);
            out.push('"');
            for c in text.chars() {
                // Records double what arrays escape.
                if matches!(c, '"' | '\\') {
                    out.push(c);
                }
                out.push(c);
            }
            out.push('"');
        }
    }
    out.push(')');
}
