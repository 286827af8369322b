//! JSON as SQL values of a type: `json_populate_record`, `json_populate_recordset` and their `jsonb` twins
//! (manual §9.16.1). Objects become rows, arrays become arrays, and what is neither goes through the type's input
//! function. Domains are asked by the binder, which puts their checks around the call.

use std::sync::Arc;

use gavel_types::json::{self, Json};
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{ArrayValue, Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::{invalid, text};
use crate::call::{Call, ScalarFn, SetFn, SetRows};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("json_populate_record", record),
    ("jsonb_populate_record", record),
    // One field: of the type of the first argument, called as the third says.
    ("gavel_json_field", |call, a| {
        let ty = call.arg_types.first().copied().unwrap_or(PgType::TEXT);
        if a[1].is_null() {
            Ok(Datum::Null)
        } else {
            value(&call.context.style, text(&a[1])?, ty, Some(text(&a[2])?), None)
        }
    }),
];

pub const SETS: &[(&str, SetFn)] = &[
    ("json_populate_recordset", |call, a| record_set(call, a, "json_populate_recordset")),
    ("jsonb_populate_recordset", |call, a| record_set(call, a, "jsonb_populate_recordset")),
];

/// What objects become: fields with their names, and the values that they have where an object names none.
struct Shape {
    fields: Arc<[(String, PgType)]>,
    base: Option<Arc<[(Oid, Datum)]>>,
}

impl Shape {
    fn of(call: &Call<'_>, base: &Datum) -> SqlResult<Self> {
        let ty = call.arg_types.first().map_or(Oid::RECORD, |ty| ty.oid);
        let base = match base {
            Datum::Record(fields) => Some(Arc::clone(fields)),
            _ => None,
        };
        let known = call.context.style.names.as_ref().and_then(|names| names.fields(ty));
        let fields = match (known, &base) {
            (Some(fields), _) => fields,
            (None, Some(values)) => {
                (1..).zip(values.iter()).map(|(n, (oid, _))| (format!("f{n}"), PgType::new(*oid))).collect()
            }
            (None, None) => {
                let message = "could not determine row type for result of json_populate_record";
                return Err(SqlError::unsupported(message).hint(
                    "Provide a non-null record argument, or call the function in the FROM clause using a column \
                     definition list.",
                ));
            }
        };
        Ok(Self { fields, base })
    }

    fn row(&self, style: &TextStyle, object: &str) -> SqlResult<Datum> {
        fill(style, &self.fields, self.base.as_deref(), object)
    }
}

fn record(call: &Call<'_>, a: &[Datum]) -> SqlResult<Datum> {
    if a[1].is_null() {
        return Ok(a[0].clone());
    }
    Shape::of(call, &a[0])?.row(&call.context.style, text(&a[1])?)
}

fn record_set(call: &Call<'_>, a: &[Datum], function: &str) -> SqlResult<SetRows> {
    if a[1].is_null() {
        return Ok(Box::new(std::iter::empty()));
    }
    let shape = Shape::of(call, &a[0])?;
    let document = text(&a[1])?;
    let Some(elements) = json::elements_as_written(document)? else {
        let what = match (function.starts_with("jsonb"), document.trim_start().starts_with('{')) {
            (true, _) => "a non-array",
            (false, true) => "an object",
            (false, false) => "a scalar",
        };
        return Err(invalid(format!("cannot call {function} on {what}")));
    };
    let mut rows = Vec::with_capacity(elements.len());
    for element in elements {
        if !element.trim_start().starts_with('{') {
            return Err(invalid(format!("argument of {function} must be an array of objects")));
        }
        rows.push(Ok(vec![shape.row(&call.context.style, element)?]));
    }
    Ok(Box::new(rows.into_iter()))
}

/// An object as a row of these fields. Of members with one name the last counts.
fn fill(
    style: &TextStyle,
    fields: &[(String, PgType)],
    base: Option<&[(Oid, Datum)]>,
    object: &str,
) -> SqlResult<Datum> {
    let members = json::members_as_written(object)?.ok_or_else(|| {
        let what = if object.trim_start().starts_with('[') { "an array" } else { "a scalar" };
        invalid(format!("cannot call populate_composite on {what}"))
    })?;
    let mut values = Vec::with_capacity(fields.len());
    for (n, (name, ty)) in fields.iter().enumerate() {
        let own = match members.iter().rev().find(|(key, _)| key == name) {
            Some((_, raw)) => value(style, raw, *ty, Some(name), base.and_then(|b| b.get(n)).map(|(_, v)| v))?,
            None => base.and_then(|b| b.get(n)).map_or(Datum::Null, |(_, v)| v.clone()),
        };
        values.push((ty.oid, own));
    }
    Ok(Datum::Record(values.into()))
}

/// A JSON value as written, in the type of the field called `key`, which has had the value `base`.
fn value(style: &TextStyle, raw: &str, ty: PgType, key: Option<&str>, base: Option<&Datum>) -> SqlResult<Datum> {
    let raw = raw.trim_matches([' ', '\t', '\n', '\r']);
    if raw == "null" {
        return Ok(Datum::Null);
    }
    let is_container = raw.starts_with(['{', '[']);
    match ty.oid {
        Oid::JSON => return Ok(Datum::text(raw)),
        Oid::JSONB => return text_io::parse(raw, ty, style),
        // Vectors are written as text, as PostgreSQL's have no element type to go by.
        Oid::INT2VECTOR | Oid::OIDVECTOR => {}
        oid => {
            if let Some(element) = oid.element().filter(|_| !raw.starts_with('"')) {
                let mut dimensions = Dimensions::new(key);
                dimensions.read(style, raw, PgType::with_typmod(element, ty.typmod), 1)?;
                return Ok(dimensions.array(element));
            }
            if let Some(fields) = style.names.as_ref().filter(|_| oid.is_row()).and_then(|names| names.fields(oid))
                && !raw.starts_with('"')
            {
                let base = if let Some(Datum::Record(fields)) = base { Some(fields.as_ref()) } else { None };
                return fill(style, &fields, base, raw);
            }
        }
    }
    if is_container {
        return text_io::parse(raw, ty, style);
    }
    match Json::parse(raw)? {
        Json::String(inside) => text_io::parse(&inside, ty, style),
        _ => text_io::parse(raw, ty, style),
    }
}

/// An array that is read from nested JSON arrays. How deep they nest is known when the first element is met that is
/// none.
struct Dimensions<'a> {
    key: Option<&'a str>,
    /// Of each dimension: its length once a whole one has been read, and how far the one at hand has been read.
    lengths: Vec<(Option<i32>, i32)>,
    known: bool,
    values: Vec<Datum>,
}

impl<'a> Dimensions<'a> {
    fn new(key: Option<&'a str>) -> Self {
        Self { key, lengths: vec![(None, 0)], known: false, values: Vec::new() }
    }

    /// The dimension `depth`, from 1 on.
    fn read(&mut self, style: &TextStyle, raw: &str, element: PgType, depth: usize) -> SqlResult<()> {
        let Some(items) = json::elements_as_written(raw)? else { return Err(self.expected_array(depth - 1)) };
        if !self.known {
            if depth > MAX_DIMENSIONS {
                let message =
                    format!("number of array dimensions ({depth}) exceeds the maximum allowed ({MAX_DIMENSIONS})");
                return Err(SqlError::new(SqlState::ProgramLimitExceeded, message));
            }
            self.lengths.resize(depth.max(self.lengths.len()), (None, 0));
            self.known = items.first().is_none_or(|first| !first.trim_start().starts_with('['));
        }
        for item in items {
            if self.known && depth >= self.lengths.len() {
                let value = value(style, item, element, self.key, None)?;
                self.values.push(value);
            } else {
                self.read(style, item, element, depth + 1)?;
                self.close(depth)?;
            }
            self.lengths[depth - 1].1 += 1;
        }
        if depth == 1 { self.close(0) } else { Ok(()) }
    }

    /// Ends the dimension at `index`.
    fn close(&mut self, index: usize) -> SqlResult<()> {
        let (length, read) = &mut self.lengths[index];
        let read = std::mem::take(read);
        if *length.get_or_insert(read) == read {
            return Ok(());
        }
        Err(SqlError::new(SqlState::InvalidTextRepresentation, "malformed JSON array")
            .detail("Multidimensional arrays must have sub-arrays with matching dimensions."))
    }

    fn expected_array(&self, depth: usize) -> SqlError {
        let error = SqlError::new(SqlState::InvalidTextRepresentation, "expected JSON array");
        let place: String = self.lengths.iter().take(depth).map(|(_, read)| format!("[{read}]")).collect();
        match (self.key, place.is_empty()) {
            (None, true) => error,
            (Some(key), true) => error.hint(format!("See the value of key \"{key}\".")),
            (None, false) => error.hint(format!("See the array element {place}.")),
            (Some(key), false) => error.hint(format!("See the array element {place} of key \"{key}\".")),
        }
    }

    fn array(self, element: Oid) -> Datum {
        let dims: Vec<(i32, i32)> = self.lengths.iter().map(|(length, _)| (length.unwrap_or(0), 1)).collect();
        let empty = dims.iter().any(|(length, _)| *length == 0);
        let dims = if empty { Vec::new() } else { dims };
        Datum::Array(Arc::new(ArrayValue { element, dims, values: self.values }))
    }
}

/// Most dimensions that an array has.
const MAX_DIMENSIONS: usize = 6;
