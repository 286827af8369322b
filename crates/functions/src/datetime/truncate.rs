//! `date_trunc` and `date_bin`.

use gavel_types::datetime::zone::Zone;
use gavel_types::datetime::{self, Fields, MICROS_PER_DAY, is_finite_timestamp};
use gavel_types::{Interval, SqlError, SqlResult, SqlState};

use super::extract::canonical;
use super::{unit_not_recognized, unit_not_supported};
use crate::args::{Timestamp, TimestampTz, scalar};
use crate::call::ScalarFn;

pub const TABLE: &[(&str, ScalarFn)] = &[
    (
        "timestamp_trunc",
        scalar!(|unit: &str, t: Timestamp| { Timestamp(truncate(unit, t.0, "timestamp without time zone")?) }),
    ),
    ("timestamptz_trunc", scalar!(call; |unit: &str, t: TimestampTz| zoned(unit, t, &super::session(call))?)),
    (
        "timestamptz_trunc_zone",
        scalar!(|unit: &str, t: TimestampTz, zone: &str| {
            if is_finite_timestamp(t.0) { zoned(unit, t, &super::convert::named(zone)?)? } else { t }
        }),
    ),
    ("interval_trunc", scalar!(|unit: &str, i: Interval| truncate_interval(unit, i)?)),
    (
        "timestamp_bin",
        scalar!(|stride: Interval, t: Timestamp, origin: Timestamp| { Timestamp(bin(stride, t.0, origin.0)?) }),
    ),
    (
        "timestamptz_bin",
        scalar!(|stride: Interval, t: TimestampTz, origin: TimestampTz| { TimestampTz(bin(stride, t.0, origin.0)?) }),
    ),
];

fn zoned(unit: &str, t: TimestampTz, zone: &Zone) -> SqlResult<TimestampTz> {
    if !is_finite_timestamp(t.0) {
        return Ok(t);
    }
    let local = truncate(unit, zone.to_local(t.0), "timestamp with time zone")?;
    // Below a day the offset stays, so that the hour repeated in autumn is not lost.
    Ok(TimestampTz(if local.rem_euclid(MICROS_PER_DAY) == 0 && !is_below_day(unit) {
        zone.to_utc(local)
    } else {
        t.0 - (zone.to_local(t.0) - local)
    }))
}

fn is_below_day(unit: &str) -> bool {
    matches!(canonical(unit).as_str(), "hour" | "minute" | "second" | "milliseconds" | "microseconds")
}

fn truncate(unit: &str, t: i64, kind: &str) -> SqlResult<i64> {
    let unit = canonical(unit);
    if !is_finite_timestamp(t) {
        return Ok(t);
    }
    let mut f = datetime::fields(t);
    let day = |year: i32, month: i32, day: i32| Fields { year, month, day, ..Fields::default() };
    match unit.as_str() {
        "microseconds" => return Ok(t),
        "milliseconds" => f.micros -= f.micros % 1000,
        "second" => f.micros = 0,
        "minute" => f = Fields { second: 0, micros: 0, ..f },
        "hour" => f = Fields { minute: 0, second: 0, micros: 0, ..f },
        "day" => f = day(f.year, f.month, f.day),
        "week" => {
            let days = t.div_euclid(MICROS_PER_DAY);
            let monday = days - i64::from((datetime::day_of_week(days) + 6) % 7);
            let (y, m, d) = datetime::civil_from_days(monday);
            f = day(y, m, d);
        }
        "month" => f = day(f.year, f.month, 1),
        "quarter" => f = day(f.year, (f.month - 1) / 3 * 3 + 1, 1),
        "year" => f = day(f.year, 1, 1),
        "decade" => f = day(f.year.div_euclid(10) * 10, 1, 1),
        "century" => f = day((f.year - 1).div_euclid(100) * 100 + 1, 1, 1),
        "millennium" => f = day((f.year - 1).div_euclid(1000) * 1000 + 1, 1, 1),
        "timezone" | "timezone_hour" | "timezone_minute" => {
            return Err(unit_not_supported(&unit, kind));
        }
        _ => return Err(unit_not_recognized(&unit, kind)),
    }
    f.timestamp()
}

fn truncate_interval(unit: &str, i: Interval) -> SqlResult<Interval> {
    let unit = canonical(unit);
    let months = |step: i32| Interval { months: i.months / step * step, days: 0, micros: 0 };
    let micros = |step: i64| Interval { micros: i.micros / step * step, ..i };
    Ok(match unit.as_str() {
        "millennium" => months(12_000),
        "century" => months(1200),
        "decade" => months(120),
        "year" => months(12),
        "quarter" => months(3),
        "month" => months(1),
        "day" => Interval { micros: 0, ..i },
        "hour" => micros(3_600_000_000),
        "minute" => micros(60_000_000),
        "second" => micros(1_000_000),
        "milliseconds" => micros(1000),
        "microseconds" => i,
        "week" => {
            return Err(unit_not_supported(&unit, "interval").detail("Months usually have fractional weeks."));
        }
        "timezone" | "timezone_hour" | "timezone_minute" => {
            return Err(unit_not_supported(&unit, "interval"));
        }
        _ => return Err(unit_not_recognized(&unit, "interval")),
    })
}

fn bin(stride: Interval, t: i64, origin: i64) -> SqlResult<i64> {
    if !is_finite_timestamp(t) {
        return Ok(t);
    }
    let wrong = |message: &str| SqlError::new(SqlState::DatetimeFieldOverflow, message);
    if !is_finite_timestamp(origin) {
        return Err(wrong("origin out of range"));
    }
    if stride.months != 0 {
        return Err(SqlError::unsupported("timestamps cannot be binned into intervals containing months or years"));
    }
    let stride = i64::from(stride.days)
        .checked_mul(MICROS_PER_DAY)
        .and_then(|d| d.checked_add(stride.micros))
        .ok_or_else(gavel_types::interval::out_of_range)?;
    if stride <= 0 {
        return Err(wrong("stride must be greater than zero"));
    }
    let distance = t.checked_sub(origin).ok_or_else(gavel_types::interval::out_of_range)?;
    // The bin may begin before the first timestamp that there is.
    let start = distance.div_euclid(stride).checked_mul(stride).and_then(|d| origin.checked_add(d));
    datetime::checked_timestamp(start.ok_or_else(|| wrong("timestamp out of range"))?)
}
