//! Arithmetic. An interval is added field by field: months by the calendar (the day clamped to the
//! month's last), days by the calendar (in local time for `timestamptz`), then microseconds.

use gavel_types::datetime::{self, MICROS_PER_DAY, is_finite_timestamp};
use gavel_types::{Datum, Interval, SqlError, SqlResult, SqlState};

use crate::args::{Date, Time, TimeTz, Timestamp, TimestampTz, scalar};
use crate::call::{Call, ScalarFn};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("date_pli", scalar!(|d: Date, n: i32| add_days(d, n.into())?)),
    ("date_mii", scalar!(|d: Date, n: i32| add_days(d, -i64::from(n))?)),
    (
        "date_mi",
        scalar!(|a: Date, b: Date| {
            if !finite(a) || !finite(b) {
                return Err(SqlError::new(SqlState::DatetimeFieldOverflow, "cannot subtract infinite dates"));
            }
            a.0.checked_sub(b.0).ok_or_else(datetime::date_out_of_range)?
        }),
    ),
    ("date_pl_interval", scalar!(|d: Date, i: Interval| date_plus(d, i)?)),
    ("date_mi_interval", scalar!(|d: Date, i: Interval| date_plus(d, i.checked_neg()?)?)),
    ("timestamp_pl_interval", scalar!(|t: Timestamp, i: Interval| Timestamp(plus(t.0, i)?))),
    ("timestamp_mi_interval", scalar!(|t: Timestamp, i: Interval| Timestamp(plus(t.0, i.checked_neg()?)?))),
    ("timestamptz_pl_interval", scalar!(call; |t: TimestampTz, i: Interval| plus_zoned(call, t, i)?)),
    ("timestamptz_mi_interval", scalar!(call; |t: TimestampTz, i: Interval| plus_zoned(call, t, i.checked_neg()?)?)),
    ("timestamp_mi", |_, a| match (&a[0], &a[1]) {
        (Datum::Timestamp(x), Datum::Timestamp(y)) | (Datum::TimestampTz(x), Datum::TimestampTz(y)) => {
            Ok(Datum::Interval(minus(*x, *y)?))
        }
        _ => Err(crate::args::mismatch(a.first())),
    }),
    ("timestamp_age", |_, a| match (&a[0], &a[1]) {
        (Datum::Timestamp(x), Datum::Timestamp(y)) => Ok(Datum::Interval(age(*x, *y)?)),
        _ => Err(crate::args::mismatch(a.first())),
    }),
    (
        "timestamptz_age",
        scalar!(call; |x: TimestampTz, y: TimestampTz| {
            let zone = super::session(call);
            age(zone.to_local(x.0), zone.to_local(y.0))?
        }),
    ),
    ("time_pl_interval", scalar!(|t: Time, i: Interval| time_plus(t, i.micros))),
    ("time_mi_interval", scalar!(|t: Time, i: Interval| time_plus(t, i.micros.wrapping_neg()))),
    ("timetz_pl_interval", scalar!(|t: TimeTz, i: Interval| TimeTz(time_plus(Time(t.0), i.micros).0, t.1))),
    (
        "timetz_mi_interval",
        scalar!(|t: TimeTz, i: Interval| { TimeTz(time_plus(Time(t.0), i.micros.wrapping_neg()).0, t.1) }),
    ),
    ("time_mi_time", scalar!(|a: Time, b: Time| Interval { months: 0, days: 0, micros: a.0 - b.0 })),
    ("datetime_timestamp", scalar!(|d: Date, t: Time| Timestamp(at(d, t.0)?))),
    (
        "datetimetz_timestamptz",
        scalar!(|d: Date, t: TimeTz| {
            TimestampTz(if finite(d) { at(d, t.0 + i64::from(t.1) * 1_000_000)? } else { at(d, 0)? })
        }),
    ),
    ("interval_pl", scalar!(|a: Interval, b: Interval| a.checked_add(b)?)),
    ("interval_mi", scalar!(|a: Interval, b: Interval| a.checked_add(b.checked_neg()?)?)),
    ("interval_um", scalar!(|a: Interval| a.checked_neg()?)),
    ("interval_mul", scalar!(|a: Interval, by: f64| times(a, by)?)),
    ("mul_d_interval", scalar!(|by: f64, a: Interval| times(a, by)?)),
    (
        "interval_div",
        scalar!(|a: Interval, by: f64| {
            if by == 0.0 {
                return Err(crate::error::division_by_zero());
            }
            divide(a, by)?
        }),
    ),
    ("interval_justify_hours", scalar!(|i: Interval| justify_hours(i)?)),
    ("interval_justify_days", scalar!(|i: Interval| justify_days(i)?)),
    ("interval_justify_interval", scalar!(|i: Interval| justify(i)?)),
    ("overlaps_timestamp", |_, a| overlaps(a)),
    ("overlaps_time", |_, a| overlaps(a)),
    ("overlaps_timetz", |_, a| overlaps(a)),
];

/// Bodies that PostgreSQL writes in SQL.
pub const BY_OID: &[(u32, ScalarFn)] = &[
    (2550, scalar!(|n: i32, d: Date| add_days(d, n.into())?)),
    (2546, scalar!(|i: Interval, d: Date| date_plus(d, i)?)),
    (1848, scalar!(|i: Interval, t: Time| time_plus(t, i.micros))),
    (2548, scalar!(|i: Interval, t: Timestamp| Timestamp(plus(t.0, i)?))),
    (2549, scalar!(call; |i: Interval, t: TimestampTz| plus_zoned(call, t, i)?)),
    (2547, scalar!(|i: Interval, t: TimeTz| TimeTz(time_plus(Time(t.0), i.micros).0, t.1))),
    (1296, scalar!(|t: Time, d: Date| Timestamp(at(d, t.0)?))),
    (1298, scalar!(|t: TimeTz, d: Date| TimestampTz(at(d, t.0 + i64::from(t.1) * 1_000_000)?))),
    (2059, scalar!(call; |t: Timestamp| age(today(call), t.0)?)),
    (1386, scalar!(call; |t: TimestampTz| age(today(call), super::session(call).to_local(t.0))?)),
    (1310, |call, a| overlaps_spans(call, a)),
    (1311, |call, a| overlaps_spans(call, a)),
    (1309, |call, a| overlaps_spans(call, a)),
    (2043, |call, a| overlaps_spans(call, a)),
    (2044, |call, a| overlaps_spans(call, a)),
    (2042, |call, a| overlaps_spans(call, a)),
    (1306, |call, a| overlaps_spans(call, a)),
    (1307, |call, a| overlaps_spans(call, a)),
    (1305, |call, a| overlaps_spans(call, a)),
];

/// Midnight of the session's today, local.
fn today(call: &Call<'_>) -> i64 {
    let local = super::session(call).to_local(call.context.transaction_start);
    local - local.rem_euclid(MICROS_PER_DAY)
}

fn finite(d: Date) -> bool {
    d.0 != datetime::DATE_INFINITY && d.0 != datetime::DATE_NEG_INFINITY
}

fn add_days(d: Date, n: i64) -> SqlResult<Date> {
    if finite(d) { Ok(Date(datetime::checked_date(i64::from(d.0) + n)?)) } else { Ok(d) }
}

fn date_plus(d: Date, i: Interval) -> SqlResult<Timestamp> {
    Ok(Timestamp(plus(datetime::date_to_timestamp(d.0)?, i)?))
}

/// The timestamp `micros` after midnight of `d`.
fn at(d: Date, micros: i64) -> SqlResult<i64> {
    let midnight = datetime::date_to_timestamp(d.0)?;
    if finite(d) { datetime::checked_timestamp(midnight.saturating_add(micros)) } else { Ok(midnight) }
}

/// A local timestamp plus an interval.
///
/// # Errors
/// 22008 out of range.
pub fn plus(t: i64, i: Interval) -> SqlResult<i64> {
    if !is_finite_timestamp(t) {
        return Ok(t);
    }
    let shifted = shift_days(t, i)?;
    datetime::checked_timestamp(shifted.checked_add(i.micros).ok_or_else(datetime::timestamp_out_of_range)?)
}

/// Months, then days, by the calendar.
fn shift_days(t: i64, i: Interval) -> SqlResult<i64> {
    let mut t = t;
    if i.months != 0 {
        let mut f = datetime::fields(t);
        let months = i64::from(f.year) * 12 + i64::from(f.month - 1) + i64::from(i.months);
        f.year = i32::try_from(months.div_euclid(12)).map_err(|_| datetime::timestamp_out_of_range())?;
        f.month = months.rem_euclid(12) as i32 + 1;
        f.day = f.day.min(days_in_month(f.year, f.month));
        t = f.timestamp()?;
    }
    let days = i64::from(i.days).checked_mul(MICROS_PER_DAY);
    days.and_then(|d| t.checked_add(d)).ok_or_else(datetime::timestamp_out_of_range)
}

fn days_in_month(year: i32, month: i32) -> i32 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    (datetime::days_from_civil(next_year, next_month, 1) - datetime::days_from_civil(year, month, 1)) as i32
}

/// An instant plus an interval: months and days in local time.
///
/// # Errors
/// 22008 out of range.
pub fn plus_zoned(call: &Call<'_>, t: TimestampTz, i: Interval) -> SqlResult<TimestampTz> {
    if !is_finite_timestamp(t.0) {
        return Ok(t);
    }
    let mut at = t.0;
    if i.months != 0 || i.days != 0 {
        let zone = super::session(call);
        at = zone.to_utc(shift_days(zone.to_local(at), i)?);
    }
    let at = at.checked_add(i.micros).ok_or_else(datetime::timestamp_out_of_range)?;
    Ok(TimestampTz(datetime::checked_timestamp(at)?))
}

/// `timestamp - timestamp`: days and microseconds.
fn minus(a: i64, b: i64) -> SqlResult<Interval> {
    if !is_finite_timestamp(a) || !is_finite_timestamp(b) {
        return Err(SqlError::new(SqlState::DatetimeFieldOverflow, "cannot subtract infinite timestamps"));
    }
    let micros = a.checked_sub(b).ok_or_else(gavel_types::interval::out_of_range)?;
    justify_hours(Interval { months: 0, days: 0, micros })
}

/// `age`: years, months and days between two local timestamps.
fn age(a: i64, b: i64) -> SqlResult<Interval> {
    if !is_finite_timestamp(a) || !is_finite_timestamp(b) {
        return Err(SqlError::new(SqlState::DatetimeFieldOverflow, "timestamp out of range"));
    }
    let negative = a < b;
    let (later, earlier) = if negative { (b, a) } else { (a, b) };
    let (l, e) = (datetime::fields(later), datetime::fields(earlier));
    let mut micros = l.time_of_day() - e.time_of_day();
    let mut days = l.day - e.day;
    let mut months = (l.year - e.year) * 12 + l.month - e.month;
    if micros < 0 {
        micros += MICROS_PER_DAY;
        days -= 1;
    }
    // Days are borrowed from the month that the earlier timestamp lies in.
    while days < 0 {
        days += days_in_month(e.year, e.month);
        months -= 1;
    }
    let span = Interval { months, days, micros };
    if negative { span.checked_neg() } else { Ok(span) }
}

fn time_plus(t: Time, micros: i64) -> Time {
    Time((t.0 + micros % MICROS_PER_DAY).rem_euclid(MICROS_PER_DAY))
}

/// Fractions of months go into days (30 a month), of days into microseconds.
fn times(i: Interval, by: f64) -> SqlResult<Interval> {
    spread(i, f64::from(i.months) * by, f64::from(i.days) * by, i.micros as f64 * by, |n| n * by)
}

fn divide(i: Interval, by: f64) -> SqlResult<Interval> {
    spread(i, f64::from(i.months) / by, f64::from(i.days) / by, i.micros as f64 / by, |n| n / by)
}

fn spread(i: Interval, months: f64, days: f64, micros: f64, scale: impl Fn(f64) -> f64) -> SqlResult<Interval> {
    let out_of_range = gavel_types::interval::out_of_range;
    if months.is_nan() || months.abs() > f64::from(i32::MAX) || days.is_nan() || days.abs() > f64::from(i32::MAX) {
        return Err(out_of_range());
    }
    let (whole_months, whole_days) = (months.trunc() as i32, days.trunc() as i32);
    // Rounded to microseconds at each step, as PostgreSQL does, so that 1/3 of a month is 10 days.
    let tidy = |v: f64| (v * 1_000_000.0).round_ties_even() / 1_000_000.0;
    let month_days = tidy((scale(f64::from(i.months)) - f64::from(whole_months)) * 30.0);
    let mut seconds =
        tidy((scale(f64::from(i.days)) - f64::from(whole_days) + month_days - month_days.trunc()) * 86_400.0);
    let mut days = i64::from(whole_days) + month_days as i64;
    if seconds.abs() >= 86_400.0 {
        days += (seconds / 86_400.0) as i64;
        seconds -= (seconds / 86_400.0).trunc() * 86_400.0;
    }
    let micros = (micros + seconds * 1_000_000.0).round_ties_even();
    if micros.is_nan() || micros.abs() > 9.223_372e18 {
        return Err(out_of_range());
    }
    Ok(Interval { months: whole_months, days: i32::try_from(days).map_err(|_| out_of_range())?, micros: micros as i64 })
}

fn justify_hours(i: Interval) -> SqlResult<Interval> {
    let mut days = i64::from(i.days) + i.micros / MICROS_PER_DAY;
    let mut micros = i.micros % MICROS_PER_DAY;
    if days > 0 && micros < 0 {
        micros += MICROS_PER_DAY;
        days -= 1;
    } else if days < 0 && micros > 0 {
        micros -= MICROS_PER_DAY;
        days += 1;
    }
    Ok(Interval {
        months: i.months,
        days: i32::try_from(days).map_err(|_| gavel_types::interval::out_of_range())?,
        micros,
    })
}

fn justify_days(i: Interval) -> SqlResult<Interval> {
    let mut months = i64::from(i.months) + i64::from(i.days / 30);
    let mut days = i.days % 30;
    if months > 0 && days < 0 {
        days += 30;
        months -= 1;
    } else if months < 0 && days > 0 {
        days -= 30;
        months += 1;
    }
    Ok(Interval {
        months: i32::try_from(months).map_err(|_| gavel_types::interval::out_of_range())?,
        days,
        micros: i.micros,
    })
}

/// All fields of one sign.
fn justify(i: Interval) -> SqlResult<Interval> {
    let out_of_range = gavel_types::interval::out_of_range;
    // Days become months first where hours would only add to them, so that the days do not overflow.
    let days_first = (i.days > 0 && i.micros > 0) || (i.days < 0 && i.micros < 0);
    let i = if days_first { justify_days(i)? } else { i };
    let mut i = justify_days(justify_hours(i)?)?;
    let below = |i: &Interval| i.days > 0 || (i.days == 0 && i.micros > 0);
    let above = |i: &Interval| i.days < 0 || (i.days == 0 && i.micros < 0);
    if i.months > 0 && above(&i) {
        i.days = i.days.checked_add(30).ok_or_else(out_of_range)?;
        i.months -= 1;
    } else if i.months < 0 && below(&i) {
        i.days = i.days.checked_sub(30).ok_or_else(out_of_range)?;
        i.months += 1;
    }
    if i.days > 0 && i.micros < 0 {
        i.micros += MICROS_PER_DAY;
        i.days -= 1;
    } else if i.days < 0 && i.micros > 0 {
        i.micros -= MICROS_PER_DAY;
        i.days += 1;
    }
    Ok(i)
}

/// `(a, b) OVERLAPS (c, d)`: half-open periods; a NULL end leaves a point, and may make it unknown.
fn overlaps(args: &[Datum]) -> SqlResult<Datum> {
    let instant = |d: &Datum| match d {
        Datum::Timestamp(t) | Datum::TimestampTz(t) | Datum::Time(t) => Some(*t),
        Datum::TimeTz(t, z) => Some(t + i64::from(*z) * 1_000_000),
        _ => None,
    };
    let period = |a: &Datum, b: &Datum| match (instant(a), instant(b)) {
        (None, None) => None,
        (Some(a), None) | (None, Some(a)) => Some((a, None)),
        (Some(a), Some(b)) => Some((a.min(b), Some(a.max(b)))),
    };
    let [a, b, c, d] = args else { return Err(crate::args::mismatch(args.first())) };
    let (Some(first), Some(second)) = (period(a, b), period(c, d)) else { return Ok(Datum::Null) };
    let (early, late) = if first.0 <= second.0 { (first, second) } else { (second, first) };
    if early.0 == late.0 {
        // Periods that begin together overlap, unless an end is not known.
        return Ok(if early.1.is_some() && late.1.is_some() { Datum::Bool(true) } else { Datum::Null });
    }
    Ok(match early.1 {
        None => Datum::Null,
        Some(end) if late.0 < end => Datum::Bool(true),
        Some(_) => Datum::Bool(false),
    })
}

/// The same with an interval in place of an end.
fn overlaps_spans(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let end = |start: &Datum, end: &Datum| -> SqlResult<Datum> {
        Ok(match (start, end) {
            (Datum::Timestamp(t), Datum::Interval(i)) => Datum::Timestamp(plus(*t, *i)?),
            (Datum::TimestampTz(t), Datum::Interval(i)) => Datum::TimestampTz(plus_zoned(call, TimestampTz(*t), *i)?.0),
            (Datum::Time(t), Datum::Interval(i)) => Datum::Time(time_plus(Time(*t), i.micros).0),
            (_, Datum::Interval(_)) => Datum::Null,
            (_, other) => other.clone(),
        })
    };
    let [a, b, c, d] = args else { return Err(crate::args::mismatch(args.first())) };
    overlaps(&[a.clone(), end(a, b)?, c.clone(), end(c, d)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(year: i32, month: i32, day: i32, hour: i32) -> i64 {
        datetime::Fields { year, month, day, hour, ..Default::default() }.timestamp().expect("in range")
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        let month = Interval { months: 1, days: 0, micros: 0 };
        assert_eq!(plus(ts(2024, 1, 31, 5), month), Ok(ts(2024, 2, 29, 5)));
        assert_eq!(plus(ts(2023, 1, 31, 5), month), Ok(ts(2023, 2, 28, 5)));
    }

    #[test]
    fn differences_are_days_and_hours() {
        assert_eq!(
            minus(ts(2024, 3, 2, 1), ts(2024, 2, 28, 2)),
            Ok(Interval { months: 0, days: 2, micros: 23 * 3_600_000_000 })
        );
        assert_eq!(
            age(ts(2001, 4, 10, 0), ts(1957, 6, 13, 0)),
            Ok(Interval { months: 43 * 12 + 9, days: 27, micros: 0 })
        );
    }

    #[test]
    fn products_carry_fractions_down() {
        let month = Interval { months: 1, days: 0, micros: 0 };
        assert_eq!(times(month, 1.5), Ok(Interval { months: 1, days: 15, micros: 0 }));
        assert_eq!(divide(month, 3.0), Ok(Interval { months: 0, days: 10, micros: 0 }));
        let day = Interval { months: 0, days: 1, micros: 0 };
        assert_eq!(times(day, 0.1), Ok(Interval { months: 0, days: 0, micros: 8_640_000_000 }));
    }
}
