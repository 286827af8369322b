//! Sets of rows from JSON.

use gavel_types::json::{self, Json};
use gavel_types::{Datum, SqlError, SqlResult, SqlState};

use super::{invalid, jsonb, text, tree};
use crate::call::{SetFn, SetRows};

pub const TABLE: &[(&str, SetFn)] = &[
    ("jsonb_array_elements", |_, a| Ok(rows(elements(&a[0])?.iter().map(|v| vec![jsonb(v)]).collect()))),
    ("jsonb_array_elements_text", |_, a| Ok(rows(elements(&a[0])?.iter().map(|v| vec![sql_text(v)]).collect()))),
    ("json_array_elements", |_, a| {
        Ok(rows(raw_elements(&a[0])?.into_iter().map(|raw| vec![Datum::text(raw)]).collect()))
    }),
    ("json_array_elements_text", |_, a| {
        let items = raw_elements(&a[0])?;
        Ok(rows(items.into_iter().map(|raw| Ok(vec![raw_sql_text(raw)?])).collect::<SqlResult<_>>()?))
    }),
    ("jsonb_object_keys", |_, a| {
        Ok(rows(members(&a[0], "jsonb_object_keys")?.into_iter().map(|(k, _)| vec![Datum::text(k)]).collect()))
    }),
    ("json_object_keys", |_, a| {
        Ok(rows(raw_members(&a[0], "json_object_keys")?.into_iter().map(|(k, _)| vec![Datum::text(k)]).collect()))
    }),
    ("jsonb_each", |_, a| {
        Ok(rows(members(&a[0], "jsonb_each")?.into_iter().map(|(k, v)| vec![Datum::text(k), jsonb(&v)]).collect()))
    }),
    ("jsonb_each_text", |_, a| {
        let members = members(&a[0], "jsonb_each_text")?;
        Ok(rows(members.into_iter().map(|(k, v)| vec![Datum::text(k), sql_text(&v)]).collect()))
    }),
    ("json_each", |_, a| {
        let members = raw_members(&a[0], "json_each")?;
        Ok(rows(members.into_iter().map(|(k, raw)| vec![Datum::text(k), Datum::text(raw)]).collect()))
    }),
    ("json_each_text", |_, a| {
        let members = raw_members(&a[0], "json_each_text")?;
        Ok(rows(
            members
                .into_iter()
                .map(|(k, raw)| Ok(vec![Datum::text(k), raw_sql_text(raw)?]))
                .collect::<SqlResult<_>>()?,
        ))
    }),
];

fn rows(rows: Vec<Vec<Datum>>) -> SetRows {
    Box::new(rows.into_iter().map(Ok))
}

fn sql_text(value: &Json) -> Datum {
    super::sql_text(value).map_or(Datum::Null, Datum::text)
}

/// What `->>` makes of a value as written.
fn raw_sql_text(raw: &str) -> SqlResult<Datum> {
    Ok(match Json::parse(raw)? {
        Json::Null => Datum::Null,
        Json::String(s) => Datum::text(s),
        _ => Datum::text(raw),
    })
}

fn elements(value: &Datum) -> SqlResult<Vec<Json>> {
    match tree(value)? {
        Json::Array(items) => Ok(items),
        Json::Object(_) => Err(invalid("cannot extract elements from an object")),
        _ => Err(invalid("cannot extract elements from a scalar")),
    }
}

fn raw_elements(value: &Datum) -> SqlResult<Vec<&str>> {
    let text = text(value)?;
    json::elements_as_written(text)?.ok_or_else(|| match text.trim_start().starts_with('{') {
        true => invalid("cannot call json_array_elements on a non-array"),
        false => invalid("cannot call json_array_elements on a scalar"),
    })
}

fn members(value: &Datum, function: &str) -> SqlResult<Vec<(String, Json)>> {
    match tree(value)? {
        Json::Object(members) => Ok(members),
        Json::Array(_) => Err(not_an_object(function, "an array")),
        _ => Err(not_an_object(function, "a scalar")),
    }
}

fn raw_members<'a>(value: &'a Datum, function: &str) -> SqlResult<Vec<(String, &'a str)>> {
    let text = text(value)?;
    json::members_as_written(text)?.ok_or_else(|| {
        not_an_object(function, if text.trim_start().starts_with('[') { "an array" } else { "a scalar" })
    })
}

fn not_an_object(function: &str, what: &str) -> SqlError {
    let message = if function.contains("each") && function.starts_with("jsonb") {
        format!("cannot call {function} on a non-object")
    } else if function.contains("each") {
        "cannot deconstruct ".to_owned() + if what == "an array" { "an array as an object" } else { "a scalar" }
    } else {
        format!("cannot call {function} on {what}")
    };
    SqlError::new(SqlState::InvalidParameterValue, message)
}
