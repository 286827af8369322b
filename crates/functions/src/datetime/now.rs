//! The current time: of the transaction, of the statement, of the clock that was handed in.

use gavel_types::datetime::{self, MICROS_PER_SECOND};
use gavel_types::{Datum, PgType, text_io};

use crate::args::{Date, TimestampTz, scalar};
use crate::call::ScalarFn;

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("now", scalar!(call; | | TimestampTz(call.context.transaction_start))),
    ("statement_timestamp", scalar!(call; | | TimestampTz(call.context.statement_start))),
    ("clock_timestamp", scalar!(call; | | TimestampTz((call.context.clock)()))),
    (
        "timeofday",
        scalar!(call; | | {
            let now = (call.context.clock)();
            let zone = super::session(call);
            let f = datetime::fields(zone.to_local(now));
            let day = datetime::DAY_NAMES[datetime::day_of_week(f.days()) as usize % 7];
            format!(
                "{} {} {:02} {:02}:{:02}:{:02}.{:06} {} {}",
                &day[..3],
                &datetime::MONTH_NAMES[(f.month - 1) as usize % 12][..3],
                f.day,
                f.hour,
                f.minute,
                f.second,
                f.micros,
                f.year,
                zone.abbreviation_at(now)
            )
        }),
    ),
    (
        "timestamp_finite",
        scalar!(|t: &Datum| match t {
            Datum::Timestamp(t) | Datum::TimestampTz(t) => datetime::is_finite_timestamp(*t),
            _ => true,
        }),
    ),
    ("date_finite", scalar!(|d: Date| d.0 != datetime::DATE_INFINITY && d.0 != datetime::DATE_NEG_INFINITY)),
    ("interval_finite", scalar!(|_i: gavel_types::Interval| true)),
    (
        "float8_timestamptz",
        scalar!(|seconds: f64| {
            if seconds.is_nan() {
                return Err(gavel_types::SqlError::new(
                    gavel_types::SqlState::DatetimeFieldOverflow,
                    "timestamp cannot be NaN",
                ));
            }
            if seconds.is_infinite() {
                TimestampTz(if seconds > 0.0 { datetime::TIMESTAMP_INFINITY } else { datetime::TIMESTAMP_NEG_INFINITY })
            } else {
                let micros =
                    (seconds * MICROS_PER_SECOND as f64).round_ties_even() - datetime::UNIX_EPOCH_MICROS as f64;
                if micros.abs() >= 9.3e18 {
                    let mut shown = String::new();
                    text_io::write(&Datum::Float8(seconds), PgType::FLOAT8, &text_io::TextStyle::default(), &mut shown);
                    return Err(gavel_types::SqlError::new(
                        gavel_types::SqlState::DatetimeFieldOverflow,
                        format!("timestamp out of range: \"{shown}\""),
                    ));
                }
                TimestampTz(datetime::checked_timestamp(micros as i64)?)
            }
        }),
    ),
];
