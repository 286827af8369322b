//! JSON from SQL values (manual table 9.47).
//!
//! `json` keeps PostgreSQL's spacing, which differs from function to function: `{"a" : 1}` from
//! `json_build_object`, `{"f1":1}` from `row_to_json`, `[1,2]` from `array_to_json`.

use gavel_types::json::{Json, write_string};
use gavel_types::text_io::{self, DateFormat, IntervalStyle, TextStyle};
use gavel_types::{ArrayValue, Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::{invalid, texts};
use crate::call::{Call, ScalarFn};
use crate::variadic::{marks, tail};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("to_json", |call, a| one(call, a).map(Datum::text)),
    ("to_jsonb", |call, a| canonical(&one(call, a)?)),
    ("array_to_json", |call, a| one(call, a).map(Datum::text)),
    ("row_to_json", |call, a| one(call, a).map(Datum::text)),
    ("array_to_json_pretty", |call, a| lined(call, a)),
    ("row_to_json_pretty", |call, a| lined(call, a)),
    ("json_build_array", |call, a| Ok(array(call, a)?.map_or(Datum::Null, Datum::text))),
    ("json_build_array_noargs", |_, _| Ok(Datum::text("[]"))),
    ("jsonb_build_array", |call, a| array(call, a)?.map_or(Ok(Datum::Null), |t| canonical(&t))),
    ("jsonb_build_array_noargs", |_, _| Ok(Datum::Jsonb("[]".into()))),
    ("json_build_object", |call, a| Ok(object(call, a)?.map_or(Datum::Null, Datum::text))),
    ("json_build_object_noargs", |_, _| Ok(Datum::text("{}"))),
    ("jsonb_build_object", |call, a| object(call, a)?.map_or(Ok(Datum::Null), |t| canonical(&t))),
    ("jsonb_build_object_noargs", |_, _| Ok(Datum::Jsonb("{}".into()))),
    ("json_object", |_, a| pairs(&a[0]).map(Datum::text)),
    ("jsonb_object", |_, a| canonical(&pairs(&a[0])?)),
    ("json_object_two_arg", |_, a| zipped(&a[0], &a[1]).map(Datum::text)),
    ("jsonb_object_two_arg", |_, a| canonical(&zipped(&a[0], &a[1])?)),
];

fn canonical(text: &str) -> SqlResult<Datum> {
    Json::parse_canonical(text).map(|j| Datum::Jsonb(j.to_string().into()))
}

fn one(call: &Call<'_>, args: &[Datum]) -> SqlResult<String> {
    let mut out = String::new();
    write_value(&args[0], call.arg_types[0], &call.context.style, &mut out)?;
    Ok(out)
}

/// With line feeds between the first level's items, as the second argument asks.
fn lined(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    if args[1] != Datum::Bool(true) {
        return one(call, args).map(Datum::text);
    }
    let style = &call.context.style;
    let mut out = String::new();
    match &args[0] {
        Datum::Array(array) if !array.dims.is_empty() => {
            // Only the outermost items have lines of their own.
            let rows = array.dims[0].0.max(1) as usize;
            let inner = ArrayValue { element: array.element, dims: array.dims[1..].to_vec(), values: vec![] };
            out.push('[');
            for (i, items) in array.values.chunks(array.values.len().div_ceil(rows).max(1)).enumerate() {
                if i > 0 {
                    out.push_str(",\n ");
                }
                match items {
                    [item] if inner.dims.is_empty() => {
                        write_value(item, PgType::new(array.element), style, &mut out)?;
                    }
                    _ => {
                        let part = ArrayValue { values: items.to_vec(), ..inner.clone() };
                        write_value(&Datum::Array(part.into()), call.arg_types[0], style, &mut out)?;
                    }
                }
            }
            out.push(']');
        }
        Datum::Record(fields) => write_record(fields, call.arg_types[0], ",\n ", style, &mut out)?,
        _ => return one(call, args).map(Datum::text),
    }
    Ok(Datum::text(out))
}

fn array(call: &Call<'_>, args: &[Datum]) -> SqlResult<Option<String>> {
    let Some(items) = tail(call, args, 0) else { return Ok(None) };
    let mut out = String::from("[");
    for (i, (value, ty)) in items.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write_value(value, ty, &call.context.style, &mut out)?;
    }
    out.push(']');
    Ok(Some(out))
}

/// What `json_agg` finds in front of a row; no JSON begins with it.
pub const ROW: char = '\u{1}';

/// Names and values of a row, and the marks.
fn row_object(call: &Call<'_>, args: &[Datum], marks: usize) -> SqlResult<String> {
    let mut out = String::from("{");
    if marks == 3 {
        out.insert(0, ROW);
    }
    for (i, pair) in args[..args.len() - marks].chunks_exact(2).enumerate() {
        if i > 0 {
            out.push_str(if marks == 2 { ",\n " } else { "," });
        }
        write_key(&pair[0], call.arg_types[2 * i], &call.context.style, &mut out)?;
        out.push(':');
        write_value(&pair[1], call.arg_types[2 * i + 1], &call.context.style, &mut out)?;
    }
    out.push('}');
    Ok(out)
}

fn object(call: &Call<'_>, args: &[Datum]) -> SqlResult<Option<String>> {
    let marks = marks(call.arg_types);
    if marks > 0 && (args.len() - marks).is_multiple_of(2) {
        return row_object(call, args, marks).map(Some);
    }
    let Some(items) = tail(call, args, 0) else { return Ok(None) };
    if !items.len().is_multiple_of(2) {
        return Err(invalid("argument list must have even number of elements")
            .hint("The arguments of json_build_object() must consist of alternating keys and values."));
    }
    let mut out = String::from("{");
    for (i, pair) in items.chunks(2).enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if pair[0].0.is_null() {
            return Err(invalid(format!("argument {} cannot be null", i * 2 + 1)).hint("Object keys should be text."));
        }
        write_key(pair[0].0, pair[0].1, &call.context.style, &mut out)?;
        out.push_str(" : ");
        write_value(pair[1].0, pair[1].1, &call.context.style, &mut out)?;
    }
    out.push('}');
    Ok(Some(out))
}

/// A key from any scalar, as `json_build_object` and `json_object_agg` take it.
///
/// # Errors
/// 22023 for an array, a record or JSON.
pub fn write_key(value: &Datum, ty: PgType, style: &TextStyle, out: &mut String) -> SqlResult<()> {
    if matches!(value, Datum::Array(_) | Datum::Record(_) | Datum::Jsonb(_)) || ty.oid == Oid::JSON {
        return Err(invalid("key value must be scalar, not array, composite, or json"));
    }
    let mut key = String::new();
    text_io::write(value, ty, style, &mut key);
    write_string(&key, out);
    Ok(())
}

/// Appends `value` as JSON: numbers and booleans bare, JSON as it is, arrays and records as arrays and
/// objects, dates in ISO 8601, everything else as a string of its text form.
///
/// # Errors
/// 22023 for what has no JSON form.
pub fn write_value(value: &Datum, ty: PgType, style: &TextStyle, out: &mut String) -> SqlResult<()> {
    let plain = |out: &mut String| text_io::write(value, ty, style, out);
    match value {
        Datum::Null => out.push_str("null"),
        Datum::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Datum::Int8(_) if matches!(ty.oid, Oid::MONEY | Oid::PG_LSN | Oid::XID8) => {
            let mut text = String::new();
            plain(&mut text);
            write_string(&text, out);
        }
        Datum::Int2(_) | Datum::Int4(_) | Datum::Int8(_) => plain(out),
        Datum::Float4(_) | Datum::Float8(_) | Datum::Numeric(_) => {
            let mut number = String::new();
            text_io::write(value, ty, style, &mut number);
            if number.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !number.ends_with('y') {
                out.push_str(&number);
            } else {
                write_string(&number, out);
            }
        }
        Datum::Jsonb(text) => out.push_str(text),
        Datum::Text(text) if ty.oid == Oid::JSON => out.push_str(text),
        Datum::Array(array) => write_array(array, style, out)?,
        Datum::Record(fields) => write_record(fields, ty, ",", style, out)?,
        Datum::Date(_) | Datum::Timestamp(_) | Datum::TimestampTz(_) => {
            let iso = TextStyle {
                date_style: (DateFormat::Iso, style.date_style.1),
                interval_style: IntervalStyle::Postgres,
                ..style.clone()
            };
            let mut text = String::new();
            text_io::write(value, ty, &iso, &mut text);
            // ISO 8601 has a T between date and time, and minutes in its offset.
            if !matches!(value, Datum::Date(_)) {
                text = text.replacen(' ', "T", 1);
                let sign = text.rfind(['+', '-']).filter(|n| *n > 10 && matches!(value, Datum::TimestampTz(_)));
                if sign.is_some_and(|n| text.len() - n == 3) {
                    text.push_str(":00");
                }
            }
            write_string(&text, out);
        }
        _ => {
            let mut text = String::new();
            text_io::write(value, ty, style, &mut text);
            write_string(&text, out);
        }
    }
    Ok(())
}

/// An object of the fields of a row value, called as its type calls them.
fn write_record(
    fields: &[(Oid, Datum)],
    ty: PgType,
    between: &str,
    style: &TextStyle,
    out: &mut String,
) -> SqlResult<()> {
    let names = style.names.as_ref().filter(|_| ty.oid.is_composite()).and_then(|n| n.fields(ty.oid));
    out.push('{');
    for (i, (ty, item)) in fields.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        match names.as_ref().and_then(|n| n.get(i)) {
            Some((name, _)) => write_string(name, out),
            None => out.push_str(&format!("\"f{}\"", i + 1)),
        }
        out.push(':');
        write_value(item, PgType::new(*ty), style, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_array(array: &ArrayValue, style: &TextStyle, out: &mut String) -> SqlResult<()> {
    fn level(array: &ArrayValue, dim: usize, from: usize, style: &TextStyle, out: &mut String) -> SqlResult<usize> {
        let Some((len, _)) = array.dims.get(dim) else {
            write_value(array.values.get(from).unwrap_or(&Datum::Null), PgType::new(array.element), style, out)?;
            return Ok(from + 1);
        };
        out.push('[');
        let mut at = from;
        for i in 0..*len {
            if i > 0 {
                out.push(',');
            }
            at = level(array, dim + 1, at, style, out)?;
        }
        out.push(']');
        Ok(at)
    }
    if array.values.is_empty() {
        out.push_str("[]");
        return Ok(());
    }
    level(array, 0, 0, style, out).map(|_| ())
}

/// `json_object(text[])`: alternating keys and values, or pairs in two dimensions.
fn pairs(value: &Datum) -> SqlResult<String> {
    let Datum::Array(array) = value else { return Err(SqlError::internal("expected text[]")) };
    match array.dims.as_slice() {
        [] => return Ok("{}".to_owned()),
        [(n, _)] if n % 2 == 0 => {}
        [(_, _)] => return Err(subscript("array must have even number of elements")),
        [_, (2, _)] => {}
        [_, _] => return Err(subscript("array must have two columns")),
        _ => return Err(subscript("wrong number of array subscripts")),
    }
    let items = texts(value)?;
    members(items.chunks(2).map(|pair| (pair[0], pair[1])))
}

fn zipped(keys: &Datum, values: &Datum) -> SqlResult<String> {
    let dimensions = |d: &Datum| if let Datum::Array(a) = d { a.dims.len() } else { 0 };
    if dimensions(keys) > 1 || dimensions(keys) != dimensions(values) {
        return Err(subscript("wrong number of array subscripts"));
    }
    let (keys, values) = (texts(keys)?, texts(values)?);
    if keys.len() != values.len() {
        return Err(subscript("mismatched array dimensions"));
    }
    members(keys.into_iter().zip(values))
}

fn members<'a>(items: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) -> SqlResult<String> {
    let mut out = String::from("{");
    for (i, (key, value)) in items.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        let key =
            key.ok_or_else(|| SqlError::new(SqlState::NullValueNotAllowed, "null value not allowed for object key"))?;
        write_string(key, &mut out);
        out.push_str(" : ");
        match value {
            Some(v) => write_string(v, &mut out),
            None => out.push_str("null"),
        }
    }
    out.push('}');
    Ok(out)
}

fn subscript(message: &str) -> SqlError {
    SqlError::new(SqlState::ArraySubscriptError, message)
}
