//! Functions and operators of `json` and `jsonb` (manual §9.16).
//!
//! | module | what it holds |
//! |---|---|
//! | [`read`] | `->`, `#>`, `@>`, `?`, length, type, casts to other types |
//! | [`change`] | `||`, `-`, `#-`, `jsonb_set`, `jsonb_insert`, strip nulls, pretty |
//! | [`assign`] | assignment to parts of a `jsonb` value |
//! | [`build`] | `to_json`, `json_build_object` … : JSON from SQL values |
//! | [`path`] | `jsonb_path_query`, `@?` …: paths |
//! | [`populate`] | `json_populate_record` …: rows from objects |
//! | [`rows`] | `json_each`, `json_array_elements` … : sets from JSON |

pub mod assign;
pub mod build;
pub mod change;
pub mod path;
pub mod populate;
pub mod read;
pub mod rows;

use gavel_types::json::Json;
use gavel_types::{Datum, SqlError, SqlResult, SqlState};

/// The tree of a `jsonb` (or `json`) argument.
fn tree(value: &Datum) -> SqlResult<Json> {
    Json::parse(text(value)?)
}

/// The text of a string-like or JSON argument.
fn text(value: &Datum) -> SqlResult<&str> {
    match value {
        Datum::Text(s) | Datum::Jsonb(s) => Ok(s),
        other => Err(SqlError::internal(format!("expected text, got {other:?}"))),
    }
}

fn jsonb(value: &Json) -> Datum {
    Datum::Jsonb(value.to_string().into())
}

/// What `->>` gives: a string's contents, NULL for `null`, else the text.
fn sql_text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(s) => Some(s.clone()),
        other => Some(other.to_string()),
    }
}

fn int(value: &Datum) -> SqlResult<i64> {
    match value {
        Datum::Int2(n) => Ok((*n).into()),
        Datum::Int4(n) => Ok((*n).into()),
        Datum::Int8(n) => Ok(*n),
        other => Err(SqlError::internal(format!("expected an integer, got {other:?}"))),
    }
}

/// Elements of a `text[]` argument.
fn texts(value: &Datum) -> SqlResult<Vec<Option<&str>>> {
    match value {
        Datum::Array(array) => {
            array.values.iter().map(|v| if v.is_null() { Ok(None) } else { text(v).map(Some) }).collect()
        }
        other => Err(SqlError::internal(format!("expected text[], got {other:?}"))),
    }
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}
