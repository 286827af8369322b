//! Looking into JSON. `json` values answer with the text as written, `jsonb` ones canonically.

use gavel_types::json::{self, Json};
use gavel_types::{Datum, Numeric, SqlError, SqlResult, SqlState};

use super::{int, jsonb, text, texts, tree};
use crate::call::{Call, ScalarFn};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("json_object_field", |_, a| raw(raw_member(text(&a[0])?, text(&a[1])?)?)),
    ("json_object_field_text", |_, a| raw_text(raw_member(text(&a[0])?, text(&a[1])?)?)),
    ("json_array_element", |_, a| raw(raw_element(text(&a[0])?, int(&a[1])?)?)),
    ("json_array_element_text", |_, a| raw_text(raw_element(text(&a[0])?, int(&a[1])?)?)),
    ("json_extract_path", |_, a| raw(raw_path(&a[0], &a[1])?)),
    ("json_extract_path_text", |_, a| raw_text(raw_path(&a[0], &a[1])?)),
    ("json_array_length", json_array_length),
    ("json_typeof", |_, a| Ok(Datum::text(tree(&a[0])?.kind()))),
    ("jsonb_object_field", |_, a| Ok(found(tree(&a[0])?.get(text(&a[1])?)))),
    ("jsonb_object_field_text", |_, a| Ok(found_text(tree(&a[0])?.get(text(&a[1])?)))),
    ("jsonb_array_element", |_, a| Ok(found(as_array(tree(&a[0])?).element(int(&a[1])?)))),
    ("jsonb_array_element_text", |_, a| Ok(found_text(as_array(tree(&a[0])?).element(int(&a[1])?)))),
    ("jsonb_extract_path", |_, a| Ok(found(path(&tree(&a[0])?, &a[1])?))),
    ("jsonb_extract_path_text", |_, a| Ok(found_text(path(&tree(&a[0])?, &a[1])?))),
    ("jsonb_array_length", json_array_length),
    ("jsonb_typeof", |_, a| Ok(Datum::text(tree(&a[0])?.kind()))),
    ("jsonb_contains", |_, a| Ok(Datum::Bool(contains(&tree(&a[0])?, &tree(&a[1])?, true)))),
    ("jsonb_contained", |_, a| Ok(Datum::Bool(contains(&tree(&a[1])?, &tree(&a[0])?, true)))),
    ("jsonb_exists", |_, a| Ok(Datum::Bool(exists(&tree(&a[0])?, text(&a[1])?)))),
    ("jsonb_exists_any", |_, a| {
        let value = tree(&a[0])?;
        Ok(Datum::Bool(texts(&a[1])?.into_iter().flatten().any(|key| exists(&value, key))))
    }),
    ("jsonb_exists_all", |_, a| {
        let value = tree(&a[0])?;
        Ok(Datum::Bool(texts(&a[1])?.into_iter().flatten().all(|key| exists(&value, key))))
    }),
    ("jsonb_bool", |_, a| match tree(&a[0])? {
        Json::Bool(b) => Ok(Datum::Bool(b)),
        other => Err(cannot_cast(&other, "boolean")),
    }),
    ("jsonb_numeric", |_, a| Ok(Datum::Numeric(number(&a[0], "numeric")?))),
    ("jsonb_int2", |call, a| cast_number(call, &a[0], "smallint", 1783)),
    ("jsonb_int4", |call, a| cast_number(call, &a[0], "integer", 1744)),
    ("jsonb_int8", |call, a| cast_number(call, &a[0], "bigint", 1779)),
    ("jsonb_float4", |call, a| cast_number(call, &a[0], "real", 1745)),
    ("jsonb_float8", |call, a| cast_number(call, &a[0], "double precision", 1746)),
];

/// A bare scalar counts as an array of itself, since that is how PostgreSQL stores it.
fn as_array(value: Json) -> Json {
    match value {
        Json::Array(_) | Json::Object(_) => value,
        scalar => Json::Array(vec![scalar]),
    }
}

fn raw(found: Option<&str>) -> SqlResult<Datum> {
    Ok(found.map_or(Datum::Null, Datum::text))
}

fn raw_text(found: Option<&str>) -> SqlResult<Datum> {
    let Some(text) = found else { return Ok(Datum::Null) };
    Ok(match Json::parse(text)? {
        Json::Null => Datum::Null,
        Json::String(s) => Datum::text(s),
        _ => Datum::text(text),
    })
}

fn raw_member<'a>(value: &'a str, key: &str) -> SqlResult<Option<&'a str>> {
    let members = json::members_as_written(value)?;
    Ok(members.and_then(|m| m.into_iter().rev().find(|(k, _)| k == key).map(|(_, raw)| raw)))
}

fn raw_element(value: &str, index: i64) -> SqlResult<Option<&str>> {
    let Some(items) = json::elements_as_written(value)? else { return Ok(None) };
    let at = if index < 0 { index + i64::try_from(items.len()).unwrap_or(0) } else { index };
    Ok(usize::try_from(at).ok().and_then(|at| items.get(at).copied()))
}

/// Walks `path` (`text[]`): keys of objects, indices of arrays. A NULL step finds nothing.
fn raw_path<'a>(value: &'a Datum, path: &Datum) -> SqlResult<Option<&'a str>> {
    let mut at = text(value)?;
    Json::parse(at)?;
    for step in texts(path)? {
        let Some(step) = step else { return Ok(None) };
        let next = match at.trim_start().as_bytes().first() {
            Some(b'{') => raw_member(at, step)?,
            Some(b'[') => match step.trim().parse() {
                Ok(index) => raw_element(at, index)?,
                Err(_) => None,
            },
            _ => None,
        };
        let Some(next) = next else { return Ok(None) };
        at = next;
    }
    Ok(Some(at.trim()))
}

fn path<'a>(value: &'a Json, path: &Datum) -> SqlResult<Option<&'a Json>> {
    let mut at = value;
    for step in texts(path)? {
        let next = step.and_then(|step| match at {
            Json::Object(_) => at.get(step),
            Json::Array(_) => step.trim().parse().ok().and_then(|index| at.element(index)),
            _ => None,
        });
        let Some(next) = next else { return Ok(None) };
        at = next;
    }
    Ok(Some(at))
}

fn found(value: Option<&Json>) -> Datum {
    value.map_or(Datum::Null, jsonb)
}

fn found_text(value: Option<&Json>) -> Datum {
    value.and_then(super::sql_text).map_or(Datum::Null, Datum::text)
}

fn json_array_length(_: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    match tree(&args[0])? {
        Json::Array(items) => Ok(Datum::Int4(i32::try_from(items.len()).unwrap_or(i32::MAX))),
        Json::Object(_) => Err(super::invalid("cannot get array length of a non-array")),
        _ => Err(super::invalid("cannot get array length of a scalar")),
    }
}

/// `jsonb` containment (manual §8.14.3): an array may contain a bare scalar, at the top only.
fn contains(outer: &Json, inner: &Json, top: bool) -> bool {
    match (outer, inner) {
        (Json::Object(_), Json::Object(members)) => {
            members.iter().all(|(k, v)| outer.get(k).is_some_and(|o| contains(o, v, false)))
        }
        (Json::Array(items), Json::Array(wanted)) => wanted.iter().all(|w| items.iter().any(|i| contains(i, w, false))),
        (Json::Array(items), scalar) if top && !matches!(scalar, Json::Object(_)) => {
            items.iter().any(|i| equal(i, scalar))
        }
        _ => equal(outer, inner),
    }
}

/// Equality of `jsonb`: numbers by value.
fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(x), Json::Number(y)) => x.cmp_sql(y).is_eq(),
        (Json::Array(x), Json::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y)),
        (Json::Object(x), Json::Object(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|((k, x), (l, y))| k == l && equal(x, y))
        }
        _ => a == b,
    }
}

fn exists(value: &Json, key: &str) -> bool {
    match value {
        Json::Object(_) => value.get(key).is_some(),
        Json::Array(items) => items.iter().any(|i| matches!(i, Json::String(s) if s == key)),
        Json::String(s) => s == key,
        _ => false,
    }
}

fn cannot_cast(value: &Json, target: &str) -> SqlError {
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "numeric",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    SqlError::new(SqlState::InvalidParameterValue, format!("cannot cast jsonb {kind} to type {target}"))
}

fn number(value: &Datum, target: &str) -> SqlResult<Numeric> {
    match tree(value)? {
        Json::Number(number) => Ok(number),
        other => Err(cannot_cast(&other, target)),
    }
}

/// Through `numeric`, by the cast function with OID `cast`.
fn cast_number(call: &Call<'_>, value: &Datum, target: &str, cast: u32) -> SqlResult<Datum> {
    let number = Datum::Numeric(number(value, target)?);
    crate::call::eval(gavel_types::Oid(cast), call, &[number])
}
