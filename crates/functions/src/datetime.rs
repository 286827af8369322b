//! Dates, times, timestamps and intervals (manual §9.9).
//!
//! | module | what it holds |
//! |---|---|
//! | [`arithmetic`] | `+ - * /`, `age`, `justify_*`, OVERLAPS |
//! | [`extract`] | `extract`, `date_part` |
//! | [`truncate`] | `date_trunc`, `date_bin` |
//! | [`convert`] | casts, typmods, AT TIME ZONE, `make_*` |
//! | [`range`] | `in_range`, by which window frames with RANGE offsets are found |
//! | [`now`] | `now()` and its kin |

pub mod arithmetic;
pub mod convert;
pub mod extract;
pub mod now;
pub mod range;
pub mod truncate;

use gavel_types::datetime::zone::{self, Zone};
use gavel_types::{SqlError, SqlState};

use crate::call::Call;

/// The session's zone.
fn session(call: &Call<'_>) -> Zone {
    zone::session_zone(&call.context.style.time_zone)
}

/// 22023 for a unit that `kind` does not have.
fn unit_not_supported(unit: &str, kind: &str) -> SqlError {
    SqlError::new(SqlState::FeatureNotSupported, format!("unit \"{unit}\" not supported for type {kind}"))
}

/// 22023 for a unit that nobody has.
fn unit_not_recognized(unit: &str, kind: &str) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, format!("unit \"{unit}\" not recognized for type {kind}"))
}
