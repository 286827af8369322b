//! Calendar arithmetic and the text forms of dates and times.
//!
//! Everything counts from 2000-01-01: dates in days, timestamps in microseconds. The calendar is the
//! proleptic Gregorian one, with a year 0 (1 BC) inside and `BC` in text only. The range is
//! PostgreSQL's: 4714-11-24 BC to 5874897-12-31 for dates, to 294276-12-31 for timestamps.
//!
//! | module | what it holds |
//! |---|---|
//! | this one | days and microseconds to and from fields |
//! | [`zone`] | time zones: names, abbreviations, offsets |
//! | [`parse`] | text input |
//! | [`write`] | text output in the four date styles |

use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

pub mod parse;
pub mod posix;
pub mod write;
pub mod zone;

pub const MICROS_PER_SECOND: i64 = 1_000_000;
pub const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
pub const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;
pub const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// Days from 1970-01-01 to 2000-01-01.
pub const UNIX_EPOCH_DAYS: i32 = 10_957;
/// Microseconds from 1970-01-01 to 2000-01-01.
pub const UNIX_EPOCH_MICROS: i64 = UNIX_EPOCH_DAYS as i64 * MICROS_PER_DAY;
/// Julian day of 2000-01-01.
pub const JULIAN_OF_EPOCH: i32 = 2_451_545;

/// First date: 4714-11-24 BC, Julian day 0.
pub const MIN_DATE: i32 = -JULIAN_OF_EPOCH;
/// Last date: 5874897-12-31.
pub const MAX_DATE: i32 = 2_147_483_493 - JULIAN_OF_EPOCH;
/// First timestamp.
pub const MIN_TIMESTAMP: i64 = MIN_DATE as i64 * MICROS_PER_DAY;
/// First instant beyond the last timestamp: 294277-01-01.
pub const END_TIMESTAMP: i64 = (109_203_528 - JULIAN_OF_EPOCH as i64) * MICROS_PER_DAY;

pub const DATE_INFINITY: i32 = i32::MAX;
pub const DATE_NEG_INFINITY: i32 = i32::MIN;
pub const TIMESTAMP_INFINITY: i64 = i64::MAX;
pub const TIMESTAMP_NEG_INFINITY: i64 = i64::MIN;

pub const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub const DAY_NAMES: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A calendar date and time of day. `year` 0 is 1 BC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub year: i32,
    /// 1 to 12.
    pub month: i32,
    /// 1 to 31.
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub micros: i32,
}

/// 22008.
pub fn timestamp_out_of_range() -> SqlError {
    SqlError::new(SqlState::DatetimeFieldOverflow, "timestamp out of range")
}

/// 22008.
pub fn date_out_of_range() -> SqlError {
    SqlError::new(SqlState::DatetimeFieldOverflow, "date out of range")
}

pub const fn is_finite_date(days: i32) -> bool {
    days != DATE_INFINITY && days != DATE_NEG_INFINITY
}

pub const fn is_finite_timestamp(micros: i64) -> bool {
    micros != TIMESTAMP_INFINITY && micros != TIMESTAMP_NEG_INFINITY
}

/// Days since 2000-01-01 of a date of any year that fits; fields need not be in range of the month.
pub fn days_from_civil(year: i32, month: i32, day: i32) -> i64 {
    // Years begin in March, so that the leap day is the last of its year.
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 - i64::from(UNIX_EPOCH_DAYS)
}

/// Year, month, day of a number of days since 2000-01-01.
pub fn civil_from_days(days: i64) -> (i32, i32, i32) {
    let z = days + 719_468 + i64::from(UNIX_EPOCH_DAYS);
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * m + 2) / 5 + 1;
    let month = if m < 10 { m + 3 } else { m - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as i32, day as i32)
}

pub const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Length of a month, 1 to 12.
pub const fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// 0 is Sunday.
pub fn day_of_week(days: i64) -> i32 {
    (days + 6).rem_euclid(7) as i32
}

/// 1 is the first of January.
pub fn day_of_year(year: i32, month: i32, day: i32) -> i32 {
    (days_from_civil(year, month, day) - days_from_civil(year, 1, 1)) as i32 + 1
}

/// ISO 8601 year and week of a day.
pub fn iso_week(days: i64) -> (i32, i32) {
    // A week belongs to the year of its Thursday.
    let thursday = days - i64::from((day_of_week(days) + 6) % 7) + 3;
    let (year, _, _) = civil_from_days(thursday);
    (year, ((thursday - days_from_civil(year, 1, 1)) / 7) as i32 + 1)
}

/// Days since 2000-01-01 of the Monday of an ISO week.
pub fn iso_week_start(year: i32, week: i32) -> i64 {
    let fourth = days_from_civil(year, 1, 4);
    fourth - i64::from((day_of_week(fourth) + 6) % 7) + i64::from(week - 1) * 7
}

/// Fields of a finite timestamp.
pub fn fields(timestamp: i64) -> Fields {
    let days = timestamp.div_euclid(MICROS_PER_DAY);
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second, micros) = time_fields(timestamp.rem_euclid(MICROS_PER_DAY));
    Fields { year, month, day, hour, minute, second, micros }
}

/// Hour, minute, second and microsecond of a time of day (or of a longer positive span).
pub fn time_fields(micros: i64) -> (i32, i32, i32, i32) {
    (
        (micros / MICROS_PER_HOUR) as i32,
        (micros / MICROS_PER_MINUTE % 60) as i32,
        (micros / MICROS_PER_SECOND % 60) as i32,
        (micros % MICROS_PER_SECOND) as i32,
    )
}

impl Fields {
    /// Microseconds since midnight.
    pub fn time_of_day(&self) -> i64 {
        i64::from(self.hour) * MICROS_PER_HOUR
            + i64::from(self.minute) * MICROS_PER_MINUTE
            + i64::from(self.second) * MICROS_PER_SECOND
            + i64::from(self.micros)
    }

    /// Days since 2000-01-01, unchecked.
    pub fn days(&self) -> i64 {
        days_from_civil(self.year, self.month, self.day)
    }

    /// Microseconds since 2000-01-01.
    ///
    /// # Errors
    /// 22008 out of range.
    pub fn timestamp(&self) -> SqlResult<i64> {
        let micros = i128::from(self.days()) * i128::from(MICROS_PER_DAY) + i128::from(self.time_of_day());
        checked_timestamp(i64::try_from(micros).map_err(|_| timestamp_out_of_range())?)
    }
}

/// The timestamp, if it is in PostgreSQL's range.
///
/// # Errors
/// 22008 out of range.
pub fn checked_timestamp(micros: i64) -> SqlResult<i64> {
    if (MIN_TIMESTAMP..END_TIMESTAMP).contains(&micros) { Ok(micros) } else { Err(timestamp_out_of_range()) }
}

/// The date, if it is in PostgreSQL's range.
///
/// # Errors
/// 22008 out of range.
pub fn checked_date(days: i64) -> SqlResult<i32> {
    match i32::try_from(days) {
        Ok(d) if (MIN_DATE..=MAX_DATE).contains(&d) => Ok(d),
        _ => Err(date_out_of_range()),
    }
}

/// A date's midnight; infinities stay.
///
/// # Errors
/// 22008 beyond the range of timestamps.
pub fn date_to_timestamp(days: i32) -> SqlResult<i64> {
    match days {
        DATE_INFINITY => Ok(TIMESTAMP_INFINITY),
        DATE_NEG_INFINITY => Ok(TIMESTAMP_NEG_INFINITY),
        _ => {
            let micros = i64::from(days).checked_mul(MICROS_PER_DAY).filter(|m| *m < END_TIMESTAMP);
            micros.ok_or_else(|| SqlError::new(SqlState::DatetimeFieldOverflow, "date out of range for timestamp"))
        }
    }
}

/// The date of a timestamp; infinities stay.
pub fn timestamp_to_date(micros: i64) -> i32 {
    match micros {
        TIMESTAMP_INFINITY => DATE_INFINITY,
        TIMESTAMP_NEG_INFINITY => DATE_NEG_INFINITY,
        _ => micros.div_euclid(MICROS_PER_DAY) as i32,
    }
}

/// Rounds microseconds to `precision` digits of a second (0 to 6), half away from zero.
pub fn round_micros(micros: i64, precision: i32) -> i64 {
    if !(0..6).contains(&precision) || !is_finite_timestamp(micros) {
        return micros;
    }
    let unit = 10i64.pow(6 - precision as u32);
    let half = unit / 2;
    if micros >= 0 {
        micros.saturating_add(half) / unit * unit
    } else {
        -(micros.saturating_neg().saturating_add(half) / unit * unit)
    }
}

#[cfg(test)]
mod datetime_test;
