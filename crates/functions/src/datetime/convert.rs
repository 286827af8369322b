//! Casts among dates and times, their typmods, AT TIME ZONE, and `make_*`.

use gavel_types::datetime::zone::{Zone, abbreviation, parse_offset};
use gavel_types::datetime::{self, Fields, MICROS_PER_DAY, MICROS_PER_SECOND, is_finite_timestamp};
use gavel_types::{Datum, Interval, SqlError, SqlResult, SqlState};

use crate::args::{Date, Time, TimeTz, Timestamp, TimestampTz, scalar};
use crate::call::ScalarFn;

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("date_timestamp", scalar!(|d: Date| Timestamp(datetime::date_to_timestamp(d.0)?))),
    (
        "date_timestamptz",
        scalar!(call; |d: Date| {
            TimestampTz(super::session(call).to_utc(datetime::date_to_timestamp(d.0)?))
        }),
    ),
    ("timestamp_date", scalar!(|t: Timestamp| Date(datetime::timestamp_to_date(t.0)))),
    (
        "timestamptz_date",
        scalar!(call; |t: TimestampTz| {
            Date(datetime::timestamp_to_date(super::session(call).to_local(t.0)))
        }),
    ),
    ("timestamp_timestamptz", scalar!(call; |t: Timestamp| TimestampTz(super::session(call).to_utc(t.0)))),
    ("timestamptz_timestamp", scalar!(call; |t: TimestampTz| Timestamp(super::session(call).to_local(t.0)))),
    ("timestamp_time", scalar!(|t: Timestamp| time_of_day(t.0))),
    ("timestamptz_time", scalar!(call; |t: TimestampTz| time_of_day(super::session(call).to_local(t.0)))),
    (
        "timestamptz_timetz",
        scalar!(call; |t: TimestampTz| {
            let zone = super::session(call);
            time_of_day(zone.to_local(t.0)).map(|time| TimeTz(time.0, -zone.offset_at(t.0)))
        }),
    ),
    ("interval_time", scalar!(|i: Interval| Time(i.micros.rem_euclid(MICROS_PER_DAY)))),
    ("time_interval", scalar!(|t: Time| Interval { months: 0, days: 0, micros: t.0 })),
    (
        "time_timetz",
        scalar!(call; |t: Time| {
            TimeTz(t.0, -super::session(call).offset_at(call.context.transaction_start))
        }),
    ),
    ("timetz_time", scalar!(|t: TimeTz| Time(t.0))),
    // Typmods.
    ("timestamp_scale", scalar!(|t: Timestamp, typmod: i32| Timestamp(rounded(t.0, typmod)?))),
    ("timestamptz_scale", scalar!(|t: TimestampTz, typmod: i32| TimestampTz(rounded(t.0, typmod)?))),
    ("time_scale", scalar!(|t: Time, typmod: i32| Time(round_time(t.0, typmod)))),
    ("timetz_scale", scalar!(|t: TimeTz, typmod: i32| TimeTz(round_time(t.0, typmod), t.1))),
    ("interval_scale", scalar!(|i: Interval, typmod: i32| i.with_typmod(typmod))),
    // AT TIME ZONE.
    (
        "timestamp_zone",
        scalar!(|zone: &str, t: Timestamp| TimestampTz(if is_finite_timestamp(t.0) {
            named(zone)?.to_utc(t.0)
        } else {
            t.0
        })),
    ),
    (
        "timestamptz_zone",
        scalar!(|zone: &str, t: TimestampTz| Timestamp(if is_finite_timestamp(t.0) {
            named(zone)?.to_local(t.0)
        } else {
            t.0
        })),
    ),
    (
        "timestamp_izone",
        scalar!(|zone: Interval, t: Timestamp| TimestampTz(if is_finite_timestamp(t.0) {
            fixed(zone)?.to_utc(t.0)
        } else {
            t.0
        })),
    ),
    (
        "timestamptz_izone",
        scalar!(|zone: Interval, t: TimestampTz| Timestamp(if is_finite_timestamp(t.0) {
            fixed(zone)?.to_local(t.0)
        } else {
            t.0
        })),
    ),
    (
        "timetz_zone",
        scalar!(call; |zone: &str, t: TimeTz| {
            in_zone(t, named(zone)?.offset_at(call.context.transaction_start))
        }),
    ),
    ("timetz_izone", scalar!(|zone: Interval, t: TimeTz| in_zone(t, fixed(zone)?.offset_at(0)))),
    // make_*.
    ("make_date", scalar!(|year: i32, month: i32, day: i32| Date(date(year, month, day, true)?))),
    ("make_time", scalar!(|hour: i32, minute: i32, second: f64| Time(time(hour, minute, second)?))),
    (
        "make_timestamp",
        scalar!(|y: i32, mo: i32, d: i32, h: i32, mi: i32, s: f64| { Timestamp(timestamp(y, mo, d, h, mi, s)?) }),
    ),
    (
        "make_timestamptz",
        scalar!(call; |y: i32, mo: i32, d: i32, h: i32, mi: i32, s: f64| {
            TimestampTz(super::session(call).to_utc(timestamp(y, mo, d, h, mi, s)?))
        }),
    ),
    (
        "make_timestamptz_at_timezone",
        scalar!(|y: i32, mo: i32, d: i32, h: i32, mi: i32, s: f64, zone: &str| {
            TimestampTz(given(zone)?.to_utc(timestamp(y, mo, d, h, mi, s)?))
        }),
    ),
    (
        "make_interval",
        scalar!(|y: i32, mo: i32, w: i32, d: i32, h: i32, mi: i32, s: f64| {
            make_interval(y, mo, w, d, h, mi, s).ok_or_else(gavel_types::interval::out_of_range)?
        }),
    ),
];

/// `timestamptz(date, time)`, which PostgreSQL writes in SQL.
pub const BY_OID: &[(u32, ScalarFn)] = &[(1176, |call, a| match (&a[0], &a[1]) {
    (Datum::Date(d), Datum::Time(t)) => {
        let local = datetime::date_to_timestamp(*d)?;
        let local = if is_finite_timestamp(local) { datetime::checked_timestamp(local + t)? } else { local };
        Ok(Datum::TimestampTz(super::session(call).to_utc(local)))
    }
    _ => Err(crate::args::mismatch(a.first())),
})];

/// NULL of an infinite timestamp.
fn time_of_day(local: i64) -> Option<Time> {
    is_finite_timestamp(local).then(|| Time(local.rem_euclid(MICROS_PER_DAY)))
}

fn rounded(t: i64, typmod: i32) -> SqlResult<i64> {
    if is_finite_timestamp(t) && (0..=6).contains(&typmod) {
        datetime::checked_timestamp(datetime::round_micros(t, typmod))
    } else {
        Ok(t)
    }
}

fn round_time(t: i64, typmod: i32) -> i64 {
    if (0..=6).contains(&typmod) { datetime::round_micros(t, typmod) } else { t }
}

/// A zone as `AT TIME ZONE` takes it: a bare offset counts west, as POSIX has it.
///
/// # Errors
/// 22023 if there is no such zone.
pub(crate) fn named(name: &str) -> SqlResult<Zone> {
    if name.starts_with(['+', '-'])
        && let Some(offset) = parse_offset(name)
    {
        return Ok(Zone::Fixed(-offset));
    }
    // `EST` is an abbreviation here, though there is a zone of that name too.
    match abbreviation(name) {
        Some(zone) => Ok(zone),
        None => Zone::lookup(name),
    }
}

/// A zone as `make_timestamptz` takes it: a bare offset counts east and must have its sign.
fn given(name: &str) -> SqlResult<Zone> {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        let text = format!("invalid input syntax for type numeric time zone: \"{name}\"");
        return Err(SqlError::new(SqlState::InvalidParameterValue, text)
            .hint("Numeric time zones must have \"-\" or \"+\" as first character."));
    }
    Zone::lookup(name)
}

/// A zone given as an interval.
fn fixed(zone: Interval) -> SqlResult<Zone> {
    if zone.months != 0 || zone.days != 0 {
        let mut text = String::new();
        gavel_types::interval::write::write(zone, gavel_types::text_io::IntervalStyle::Postgres, &mut text);
        return Err(SqlError::new(
            SqlState::InvalidParameterValue,
            format!("interval time zone \"{text}\" must not include months or days"),
        ));
    }
    Ok(Zone::Fixed((zone.micros / MICROS_PER_SECOND) as i32))
}

/// The same instant of the day, `east` seconds east of UTC.
fn in_zone(t: TimeTz, east: i32) -> TimeTz {
    let utc = t.0 + i64::from(t.1) * MICROS_PER_SECOND;
    TimeTz((utc + i64::from(east) * MICROS_PER_SECOND).rem_euclid(MICROS_PER_DAY), -east)
}

fn overflow(kind: &str, value: &str) -> SqlError {
    SqlError::new(SqlState::DatetimeFieldOverflow, format!("{kind} field value out of range: {value}"))
}

fn date(year: i32, month: i32, day: i32, alone: bool) -> SqlResult<i32> {
    // Alone, a negative year is shown as the calendar counts it, where 1 BC is year 0.
    let shown_year = if alone && year < 0 { year.saturating_add(1) } else { year };
    let shown = || overflow("date", &format!("{shown_year}-{month:02}-{day:02}"));
    if year == 0 || (year == i32::MIN && !alone) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(shown());
    }
    // A negative year is BC.
    let calendar_year = if year < 0 { year.checked_add(1).ok_or_else(shown)? } else { year };
    let days = datetime::days_from_civil(calendar_year, month, day);
    if datetime::civil_from_days(days) != (calendar_year, month, day) {
        return Err(shown());
    }
    datetime::checked_date(days).map_err(|_| {
        SqlError::new(SqlState::DatetimeFieldOverflow, format!("date out of range: {year}-{month:02}-{day:02}"))
    })
}

fn time(hour: i32, minute: i32, second: f64) -> SqlResult<i64> {
    let micros = (second * 1_000_000.0).round_ties_even();
    let total = i64::from(hour) * 3_600_000_000 + i64::from(minute) * 60_000_000 + micros as i64;
    let sane = (0..=24).contains(&hour) && (0..60).contains(&minute) && (0.0..=60_000_000.0).contains(&micros);
    if sane && total <= MICROS_PER_DAY {
        Ok(total)
    } else {
        let mut shown = String::new();
        gavel_types::text_io::number::write_float8(second, -9, &mut shown);
        Err(overflow("time", &format!("{hour}:{minute:02}:{shown:0>2}")))
    }
}

fn timestamp(year: i32, month: i32, day: i32, hour: i32, minute: i32, second: f64) -> SqlResult<i64> {
    let days = date(year, month, day, false)?;
    let (y, m, d) = datetime::civil_from_days(days.into());
    let midnight = Fields { year: y, month: m, day: d, ..Fields::default() }.timestamp()?;
    datetime::checked_timestamp(midnight + time(hour, minute, second)?)
}

fn make_interval(y: i32, mo: i32, w: i32, d: i32, h: i32, mi: i32, s: f64) -> Option<Interval> {
    let seconds = (s * 1_000_000.0).round_ties_even();
    if seconds.is_nan() || seconds.abs() > 9.2e18 {
        return None;
    }
    Some(Interval {
        months: y.checked_mul(12)?.checked_add(mo)?,
        days: w.checked_mul(7)?.checked_add(d)?,
        micros: (i64::from(h) * 3_600_000_000 + i64::from(mi) * 60_000_000).checked_add(seconds as i64)?,
    })
}
