//! Making new JSON from old.

use gavel_types::json::{Json, position, write_string};
use gavel_types::{Datum, SqlResult, SqlState};

use super::{int, invalid, jsonb, text, texts, tree};
use crate::call::ScalarFn;

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("jsonb_concat", |_, a| Ok(jsonb(&concat(tree(&a[0])?, tree(&a[1])?)))),
    ("jsonb_delete", |_, a| Ok(jsonb(&delete_keys(tree(&a[0])?, &[text(&a[1])?])?))),
    ("jsonb_delete_array", |_, a| {
        let keys: Vec<&str> = texts(&a[1])?.into_iter().flatten().collect();
        Ok(jsonb(&delete_keys(tree(&a[0])?, &keys)?))
    }),
    ("jsonb_delete_idx", |_, a| Ok(jsonb(&delete_index(tree(&a[0])?, int(&a[1])?)?))),
    ("jsonb_delete_path", |_, a| change(&a[0], &a[1], &Change::Delete)),
    ("jsonb_set", |_, a| change(&a[0], &a[1], &Change::Set { value: tree(&a[2])?, create: a[3] == Datum::Bool(true) })),
    ("jsonb_set_lax", |call, a| {
        if a[..2].iter().any(Datum::is_null) || a[3].is_null() {
            return Ok(Datum::Null);
        }
        if !a[2].is_null() {
            return change(&a[0], &a[1], &Change::Set { value: tree(&a[2])?, create: a[3] == Datum::Bool(true) });
        }
        if a[4].is_null() {
            return Err(invalid(
                "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"",
            ));
        }
        match text(&a[4])? {
            "raise_exception" => Err(gavel_types::SqlError::new(
                SqlState::NullValueNotAllowed,
                "JSON value must not be null",
            )
            .detail("Exception was raised because null_value_treatment is \"raise_exception\".")
            .hint(
                "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.",
            )),
            "use_json_null" => {
                change(&a[0], &a[1], &Change::Set { value: Json::Null, create: a[3] == Datum::Bool(true) })
            }
            "delete_key" => change(&a[0], &a[1], &Change::Delete),
            "return_target" => Ok(a[0].clone()),
            _ => {
                let _ = call;
                Err(invalid(
                    "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"",
                ))
            }
        }
    }),
    ("jsonb_insert", |_, a| {
        change(&a[0], &a[1], &Change::Insert { value: tree(&a[2])?, after: a[3] == Datum::Bool(true) })
    }),
    ("jsonb_strip_nulls", |_, a| Ok(jsonb(&strip(tree(&a[0])?)))),
    ("json_strip_nulls", |_, a| {
        let mut out = String::new();
        compact(&strip(tree(&a[0])?), &mut out);
        Ok(Datum::text(out))
    }),
    ("jsonb_pretty", |_, a| {
        let mut out = String::new();
        pretty(&tree(&a[0])?, 0, &mut out);
        Ok(Datum::text(out))
    }),
];

fn concat(left: Json, right: Json) -> Json {
    match (left, right) {
        (Json::Object(mut a), Json::Object(b)) => {
            a.extend(b);
            Json::object(a)
        }
        (Json::Array(mut a), Json::Array(b)) => {
            a.extend(b);
            Json::Array(a)
        }
        (Json::Array(mut a), b) => {
            a.push(b);
            Json::Array(a)
        }
        (a, Json::Array(mut b)) => {
            b.insert(0, a);
            Json::Array(b)
        }
        (a, b) => Json::Array(vec![a, b]),
    }
}

fn delete_keys(value: Json, keys: &[&str]) -> SqlResult<Json> {
    match value {
        Json::Object(mut members) => {
            members.retain(|(k, _)| !keys.contains(&k.as_str()));
            Ok(Json::Object(members))
        }
        Json::Array(mut items) => {
            items.retain(|i| !matches!(i, Json::String(s) if keys.contains(&s.as_str())));
            Ok(Json::Array(items))
        }
        _ => Err(invalid("cannot delete from scalar")),
    }
}

fn delete_index(value: Json, index: i64) -> SqlResult<Json> {
    match value {
        Json::Array(mut items) => {
            if let Some(at) = position(index, items.len()) {
                items.remove(at);
            }
            Ok(Json::Array(items))
        }
        Json::Object(_) => Err(invalid("cannot delete from object using integer index")),
        _ => Err(invalid("cannot delete from scalar")),
    }
}

enum Change {
    Delete,
    Set { value: Json, create: bool },
    Insert { value: Json, after: bool },
}

fn change(target: &Datum, path: &Datum, change: &Change) -> SqlResult<Datum> {
    let target = tree(target)?;
    if !matches!(target, Json::Array(_) | Json::Object(_)) {
        return Err(match change {
            Change::Delete => invalid("cannot delete path in scalar"),
            _ => invalid("cannot set path in scalar"),
        });
    }
    let empty = matches!(&target, Json::Array(a) if a.is_empty()) || matches!(&target, Json::Object(o) if o.is_empty());
    // Nothing can be found in an empty container, whatever the path says.
    if empty && matches!(change, Change::Delete | Change::Set { create: false, .. }) {
        return Ok(jsonb(&target));
    }
    let steps = texts(path)?;
    let mut named = Vec::with_capacity(steps.len());
    for (n, step) in steps.into_iter().enumerate() {
        named.push(step.ok_or_else(|| {
            gavel_types::SqlError::new(
                SqlState::NullValueNotAllowed,
                format!("path element at position {} is null", n + 1),
            )
        })?);
    }
    Ok(jsonb(&apply(target, &named, 0, change)?))
}

/// Applies `change` at `path[depth..]` below `value`; a path that leads nowhere changes nothing.
fn apply(value: Json, path: &[&str], depth: usize, change: &Change) -> SqlResult<Json> {
    let Some(step) = path.get(depth) else { return Ok(value) };
    let last = depth + 1 == path.len();
    match value {
        Json::Object(mut members) => {
            let at = members.iter().position(|(k, _)| k == step);
            match (at, last, change) {
                (Some(at), true, Change::Delete) => {
                    members.remove(at);
                }
                (Some(at), true, Change::Set { value, .. }) => members[at].1 = value.clone(),
                (Some(_), true, Change::Insert { .. }) => {
                    return Err(invalid("cannot replace existing key")
                        .hint("Try using the function jsonb_set to replace key value."));
                }
                (None, true, Change::Set { value, create: true } | Change::Insert { value, .. }) => {
                    members.push(((*step).to_owned(), value.clone()));
                    return Ok(Json::object(members));
                }
                (Some(at), false, _) => {
                    let old = std::mem::replace(&mut members[at].1, Json::Null);
                    members[at].1 = apply(old, path, depth + 1, change)?;
                }
                (None, ..) => {}
            }
            Ok(Json::Object(members))
        }
        Json::Array(mut items) => {
            let index: i64 = step.trim().parse().map_err(|_| {
                gavel_types::SqlError::new(
                    SqlState::InvalidTextRepresentation,
                    format!("path element at position {} is not an integer: \"{step}\"", depth + 1),
                )
            })?;
            let at = position(index, items.len());
            match (at, last, change) {
                (Some(at), true, Change::Delete) => {
                    items.remove(at);
                }
                (Some(at), true, Change::Set { value, .. }) => items[at] = value.clone(),
                (Some(at), true, Change::Insert { value, after }) => {
                    items.insert(at + usize::from(*after), value.clone());
                }
                (None, true, Change::Set { value, create: true } | Change::Insert { value, .. }) => {
                    let at = if index < 0 { 0 } else { items.len() };
                    items.insert(at, value.clone());
                }
                (Some(at), false, _) => {
                    let old = std::mem::replace(&mut items[at], Json::Null);
                    items[at] = apply(old, path, depth + 1, change)?;
                }
                (None, ..) => {}
            }
            Ok(Json::Array(items))
        }
        scalar => Ok(scalar),
    }
}

/// Without the members of objects that are null.
fn strip(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            Json::Object(members.into_iter().filter(|(_, v)| *v != Json::Null).map(|(k, v)| (k, strip(v))).collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(strip).collect()),
        other => other,
    }
}

/// Text without any white space, as `json_strip_nulls` writes it.
fn compact(value: &Json, out: &mut String) {
    match value {
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                compact(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (i, (key, item)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                compact(item, out);
            }
            out.push('}');
        }
        scalar => scalar.write(out),
    }
}

/// `jsonb_pretty`: four spaces a level.
fn pretty(value: &Json, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.push_str(&"    ".repeat(depth));
    };
    match value {
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                pretty(item, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (i, (key, item)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(depth + 1, out);
                write_string(key, out);
                out.push_str(": ");
                pretty(item, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
        scalar => scalar.write(out),
    }
}
