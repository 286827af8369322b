//! Template-driven formatting: `to_char`, `to_date`, `to_timestamp`, `to_number` (manual §9.8).
//!
//! | module | what it holds |
//! |---|---|
//! | [`template`] | date/time templates, cut into nodes |
//! | [`datetime`] | `to_char` of timestamps and intervals |
//! | [`parse`] | `to_date`, `to_timestamp` |
//! | [`number`] | `to_char` of numbers, `to_number` |

pub mod datetime;
pub mod number;
pub mod parse;
pub mod template;

use gavel_types::{Datum, SqlError, SqlResult};

/// The text of an argument.
fn text(value: &Datum) -> SqlResult<&str> {
    match value {
        Datum::Text(s) => Ok(s),
        other => Err(SqlError::internal(format!("expected text, got {other:?}"))),
    }
}
