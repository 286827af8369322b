//! Documents that are JSON: their strings, or other values and keys, one after the other, each apart from the next.
//!
//! `json` is read as it is written; `jsonb` in its own order.

use gavel_textsearch::Configuration;
use gavel_textsearch::document::{Document, Parts};
use gavel_textsearch::headline::{Options, headline};
use gavel_types::json::{self, Json};
use gavel_types::{SqlError, SqlResult, SqlState, TsQuery, TsVector};

use super::{configuration, current, finish, options};
use crate::args::{JsonbText, OidValue, scalar};
use crate::call::{Call, ScalarFn};

/// Adds what is looked at of `text`, a JSON value as it is written.
fn add(text: &str, parts: Parts, document: &mut Document) -> SqlResult<()> {
    let text = text.trim();
    if let Some(members) = json::members_as_written(text)? {
        for (key, value) in members {
            if parts.keys {
                document.add_apart(&key);
            }
            add(value, parts, document)?;
        }
        return Ok(());
    }
    if let Some(elements) = json::elements_as_written(text)? {
        return elements.into_iter().try_for_each(|value| add(value, parts, document));
    }
    match Json::parse(text)? {
        Json::String(string) if parts.strings => document.add_apart(&string),
        // Numbers and booleans are as they are written.
        Json::Number(_) if parts.numbers => document.add_apart(text),
        Json::Bool(_) if parts.booleans => document.add_apart(text),
        _ => {}
    }
    Ok(())
}

fn to_vector(call: &Call<'_>, configuration: Configuration, text: &str, parts: Parts) -> SqlResult<TsVector> {
    let mut document = Document::new(configuration);
    add(text, parts, &mut document)?;
    finish(call, document)
}

/// What an argument of flags asks for: `"all"` or `["string", "key"]`.
fn flags(flags: Json) -> SqlResult<Parts> {
    let items = match flags {
        Json::Array(items) => items,
        Json::Object(_) => {
            let message = "wrong flag type, only arrays and scalars are allowed";
            return Err(SqlError::new(SqlState::InvalidParameterValue, message));
        }
        scalar => vec![scalar],
    };
    let mut parts = Parts::default();
    for item in items {
        match item {
            Json::String(flag) => parts.add(&flag)?,
            Json::Array(_) | Json::Object(_) => return Err(SqlError::internal("unexpected end of flag array")),
            _ => return Err(Parts::flag_error("flag array element is not a string")),
        }
    }
    Ok(parts)
}

/// With flags, which are looked at before the configuration is.
fn flagged(call: &Call<'_>, c: OidValue, text: &str, asked: Json) -> SqlResult<TsVector> {
    let parts = flags(asked)?;
    to_vector(call, configuration(c)?, text, parts)
}

/// The JSON value with a headline in the place of each string, without blanks.
fn shown(text: &str, headline: &dyn Fn(&str) -> String, out: &mut String) -> SqlResult<()> {
    let text = text.trim();
    if let Some(members) = json::members_as_written(text)? {
        out.push('{');
        for (i, (key, value)) in members.into_iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            json::write_string(&key, out);
            out.push(':');
            shown(value, headline, out)?;
        }
        out.push('}');
    } else if let Some(elements) = json::elements_as_written(text)? {
        out.push('[');
        for (i, value) in elements.into_iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            shown(value, headline, out)?;
        }
        out.push(']');
    } else if let Json::String(string) = Json::parse(text)? {
        json::write_string(&headline(&string), out);
    } else {
        out.push_str(text);
    }
    Ok(())
}

fn json_headline(configuration: Configuration, text: &str, query: &TsQuery, options: &Options) -> SqlResult<String> {
    let mut out = String::new();
    shown(text, &|string| headline(configuration, string, query, options), &mut out)?;
    Ok(out)
}

fn jsonb_headline(configuration: Configuration, value: Json, query: &TsQuery, options: &Options) -> Json {
    match value {
        Json::String(string) => Json::String(headline(configuration, &string, query, options)),
        Json::Array(items) => {
            Json::Array(items.into_iter().map(|v| jsonb_headline(configuration, v, query, options)).collect())
        }
        Json::Object(members) => Json::Object(
            members.into_iter().map(|(key, v)| (key, jsonb_headline(configuration, v, query, options))).collect(),
        ),
        other => other,
    }
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("json_string_to_tsvector", scalar!(call; |t: &str| to_vector(call, current(call)?, t, Parts::STRINGS)?)),
    (
        "json_string_to_tsvector_byid",
        scalar!(call; |c: OidValue, t: &str| to_vector(call, configuration(c)?, t, Parts::STRINGS)?),
    ),
    ("json_to_tsvector", scalar!(call; |t: &str, f: Json| to_vector(call, current(call)?, t, flags(f)?)?)),
    ("json_to_tsvector_byid", scalar!(call; |c: OidValue, t: &str, f: Json| flagged(call, c, t, f)?)),
    (
        "jsonb_string_to_tsvector",
        scalar!(call; |t: JsonbText<'_>| to_vector(call, current(call)?, t.0, Parts::STRINGS)?),
    ),
    (
        "jsonb_string_to_tsvector_byid",
        scalar!(call; |c: OidValue, t: JsonbText<'_>| to_vector(call, configuration(c)?, t.0, Parts::STRINGS)?),
    ),
    ("jsonb_to_tsvector", scalar!(call; |t: JsonbText<'_>, f: Json| to_vector(call, current(call)?, t.0, flags(f)?)?)),
    ("jsonb_to_tsvector_byid", scalar!(call; |c: OidValue, t: JsonbText<'_>, f: Json| flagged(call, c, t.0, f)?)),
    ("ts_headline_json", scalar!(call; |t: &str, q: &TsQuery| json_headline(current(call)?, t, q, &options(None)?)?)),
    (
        "ts_headline_json_opt",
        scalar!(call; |t: &str, q: &TsQuery, o: &str| json_headline(current(call)?, t, q, &options(Some(o))?)?),
    ),
    (
        "ts_headline_json_byid",
        scalar!(|c: OidValue, t: &str, q: &TsQuery| json_headline(configuration(c)?, t, q, &options(None)?)?),
    ),
    (
        "ts_headline_json_byid_opt",
        scalar!(|c: OidValue, t: &str, q: &TsQuery, o: &str| {
            json_headline(configuration(c)?, t, q, &options(Some(o))?)?
        }),
    ),
    ("ts_headline_jsonb", scalar!(call; |v: Json, q: &TsQuery| jsonb_headline(current(call)?, v, q, &options(None)?))),
    (
        "ts_headline_jsonb_opt",
        scalar!(call; |v: Json, q: &TsQuery, o: &str| jsonb_headline(current(call)?, v, q, &options(Some(o))?)),
    ),
    (
        "ts_headline_jsonb_byid",
        scalar!(|c: OidValue, v: Json, q: &TsQuery| jsonb_headline(configuration(c)?, v, q, &options(None)?)),
    ),
    (
        "ts_headline_jsonb_byid_opt",
        scalar!(|c: OidValue, v: Json, q: &TsQuery, o: &str| {
            jsonb_headline(configuration(c)?, v, q, &options(Some(o))?)
        }),
    ),
];
