//! `to_char` of timestamps and intervals.

use std::fmt::Write as _;

use gavel_types::datetime::{self, Fields, MICROS_PER_DAY, MICROS_PER_SECOND, zone};
use gavel_types::{Datum, Interval, SqlError, SqlResult, SqlState};

use super::template::{Case, Field, Node, Template};
use super::text;
use crate::call::{Call, ScalarFn};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("timestamp_to_char", |_, a| match a[0] {
        Datum::Timestamp(t) if datetime::is_finite_timestamp(t) => Moment::of_timestamp(t, None).format(text(&a[1])?),
        _ => Ok(Datum::Null),
    }),
    ("timestamptz_to_char", |call, a| match a[0] {
        Datum::TimestampTz(t) if datetime::is_finite_timestamp(t) => of_instant(call, t).format(text(&a[1])?),
        _ => Ok(Datum::Null),
    }),
    ("interval_to_char", |_, a| match a[0] {
        Datum::Interval(span) => Moment::of_interval(span).format(text(&a[1])?),
        _ => Ok(Datum::Null),
    }),
];

fn of_instant(call: &Call<'_>, instant: i64) -> Moment {
    let zone = zone::session_zone(&call.context.style.time_zone);
    let shown = Zone { offset: zone.offset_at(instant), name: zone.abbreviation_at(instant) };
    Moment::of_timestamp(zone.to_local(instant), Some(shown))
}

struct Zone {
    /// Seconds east of UTC.
    offset: i32,
    name: String,
}

/// What a template is filled from.
struct Moment {
    fields: Fields,
    /// Hours may exceed a day in an interval.
    hour: i64,
    /// Days since 2000-01-01; `None` for an interval, which has no place in the calendar.
    days: Option<i64>,
    day_of_year: i32,
    zone: Option<Zone>,
}

impl Moment {
    fn of_timestamp(local: i64, zone: Option<Zone>) -> Self {
        let fields = datetime::fields(local);
        Self {
            fields,
            hour: fields.hour.into(),
            days: Some(local.div_euclid(MICROS_PER_DAY)),
            day_of_year: datetime::day_of_year(fields.year, fields.month, fields.day),
            zone,
        }
    }

    fn of_interval(span: Interval) -> Self {
        let seconds = span.micros / MICROS_PER_SECOND;
        let fields = Fields {
            year: span.months / 12,
            month: span.months % 12,
            day: span.days,
            hour: 0,
            minute: (seconds / 60 % 60) as i32,
            second: (seconds % 60) as i32,
            micros: (span.micros % MICROS_PER_SECOND) as i32,
        };
        let day_of_year = fields.year * 360 + fields.month * 30 + fields.day;
        Self { fields, hour: seconds / 3600, days: None, day_of_year, zone: None }
    }

    fn format(&self, template: &str) -> SqlResult<Datum> {
        let mut out = String::new();
        for node in Template::parse(template).nodes {
            match node {
                Node::Char(c) | Node::Quoted(c) => out.push(c),
                Node::Field { field, case, fill, ordinal } => {
                    let begin = out.len();
                    self.write(field, case, fill, &mut out)?;
                    if let Some(case) = ordinal {
                        let suffix = ordinal_suffix(&out[begin..]);
                        out.push_str(&if case == Case::Upper {
                            suffix.to_ascii_uppercase()
                        } else {
                            suffix.to_owned()
                        });
                    }
                }
            }
        }
        Ok(Datum::text(out))
    }

    fn write(&self, field: Field, case: Case, fill: bool, out: &mut String) -> SqlResult<()> {
        let f = &self.fields;
        let number = |value: i64, width: usize, out: &mut String| {
            // Writing to a String cannot fail.
            let _ = if fill {
                write!(out, "{value}")
            } else if value < 0 {
                write!(out, "-{:0width$}", -value)
            } else {
                write!(out, "{value:0width$}")
            };
        };
        let word = |word: &str, width: usize, out: &mut String| {
            let word = match case {
                Case::Upper => word.to_uppercase(),
                Case::Lower => word.to_lowercase(),
                Case::Capital => word.to_owned(),
            };
            let _ = if fill { write!(out, "{word}") } else { write!(out, "{word:width$}") };
        };
        // A year of the era, counted from 1.
        let year = |y: i32| if self.days.is_some() && y <= 0 { 1 - y } else { y };
        let days = self.days;
        let calendar = || days.ok_or_else(not_for_intervals);
        match field {
            Field::Hour12 => {
                let hour = self.hour % 12;
                number(if hour == 0 { 12 } else { hour }, 2, out);
            }
            Field::Hour24 => number(self.hour, 2, out),
            Field::Minute => number(f.minute.into(), 2, out),
            Field::Second => number(f.second.into(), 2, out),
            Field::Millisecond => {
                let _ = write!(out, "{:03}", f.micros / 1_000);
            }
            Field::Microsecond => {
                let _ = write!(out, "{:06}", f.micros);
            }
            Field::Fraction(digits) => {
                let value = f.micros / 10_i32.pow(6 - u32::from(digits));
                let _ = write!(out, "{value:0width$}", width = usize::from(digits));
            }
            Field::SecondOfDay => {
                number(self.hour * 3600 + i64::from(f.minute) * 60 + i64::from(f.second), 0, out);
            }
            Field::Meridiem { dots } => {
                let late = self.hour % 24 >= 12;
                word(
                    match (late, dots) {
                        (false, false) => "AM",
                        (true, false) => "PM",
                        (false, true) => "A.M.",
                        (true, true) => "P.M.",
                    },
                    0,
                    out,
                );
            }
            Field::YearComma => {
                let y = year(f.year);
                let _ = write!(out, "{},{:03}", y / 1000, y % 1000);
            }
            Field::Year(digits) => number(last_digits(year(f.year), digits), usize::from(digits), out),
            Field::IsoYear(digits) => {
                let (y, _) = datetime::iso_week(calendar()?);
                number(last_digits(year(y), digits), usize::from(digits), out);
            }
            Field::Era { dots } => {
                let before = calendar().is_ok() && f.year <= 0;
                word(
                    match (before, dots) {
                        (false, false) => "AD",
                        (true, false) => "BC",
                        (false, true) => "A.D.",
                        (true, true) => "B.C.",
                    },
                    0,
                    out,
                );
            }
            Field::MonthName | Field::MonthShort if f.month == 0 => {}
            Field::RomanMonth if f.month == 0 && f.year == 0 => {}
            Field::MonthName => word(month_name(f.month), 9, out),
            Field::MonthShort => word(&month_name(f.month)[..3], 0, out),
            Field::Month => number(f.month.into(), 2, out),
            Field::DayName => word(datetime::DAY_NAMES[datetime::day_of_week(calendar()?) as usize % 7], 9, out),
            Field::DayShort => word(&datetime::DAY_NAMES[datetime::day_of_week(calendar()?) as usize % 7][..3], 0, out),
            Field::DayOfYear => number(self.day_of_year.into(), 3, out),
            Field::IsoDayOfYear => {
                let days = calendar()?;
                let (y, _) = datetime::iso_week(days);
                number(days - datetime::iso_week_start(y, 1) + 1, 3, out);
            }
            // An interval's days carry their sign within the width.
            Field::Day if f.day < 0 => out.push_str(&format!("{:02}", f.day)),
            Field::Day => number(f.day.into(), 2, out),
            Field::DayOfWeek => number(i64::from(datetime::day_of_week(calendar()?)) + 1, 0, out),
            Field::IsoDayOfWeek => {
                let day = datetime::day_of_week(calendar()?);
                number(if day == 0 { 7 } else { day.into() }, 0, out);
            }
            Field::WeekOfMonth => number(i64::from(f.day - 1) / 7 + 1, 0, out),
            Field::Week => number(i64::from(self.day_of_year - 1) / 7 + 1, 2, out),
            Field::IsoWeek => number(datetime::iso_week(calendar()?).1.into(), 2, out),
            Field::Century => {
                let century = match days {
                    None => f.year / 100,
                    Some(_) if f.year > 0 => (f.year - 1) / 100 + 1,
                    Some(_) => f.year / 100 - 1,
                };
                if century.abs() <= 99 {
                    number(century.into(), 2, out);
                } else {
                    let _ = write!(out, "{century}");
                }
            }
            Field::Julian => number(calendar()? + i64::from(datetime::JULIAN_OF_EPOCH), 0, out),
            Field::Quarter if f.month == 0 => {}
            Field::Quarter => number(i64::from(f.month - 1) / 3 + 1, 0, out),
            Field::RomanMonth => {
                // An interval may have months below one: they count down from the twelfth.
                let index = match f.month {
                    0 => {
                        if f.year >= 0 {
                            11
                        } else {
                            0
                        }
                    }
                    m if m < 0 => 12 + m,
                    m => m - 1,
                };
                word(ROMAN_MONTHS[index.rem_euclid(12) as usize], 4, out);
            }
            Field::ZoneName => {
                calendar()?;
                if let Some(zone) = &self.zone {
                    out.push_str(&if case == Case::Lower { zone.name.to_lowercase() } else { zone.name.clone() });
                }
            }
            Field::ZoneHour => {
                let offset = self.zone.as_ref().map_or(0, |z| z.offset);
                let _ = write!(out, "{}{:02}", if offset < 0 { '-' } else { '+' }, offset.abs() / 3600);
            }
            Field::ZoneMinute => {
                let _ = write!(out, "{:02}", self.zone.as_ref().map_or(0, |z| z.offset).abs() / 60 % 60);
            }
            Field::ZoneOffset => {
                calendar()?;
                let offset = self.zone.as_ref().map_or(0, |z| z.offset);
                let _ = write!(out, "{}{:02}", if offset < 0 { '-' } else { '+' }, offset.abs() / 3600);
                if offset.abs() % 3600 != 0 {
                    let _ = write!(out, ":{:02}", offset.abs() / 60 % 60);
                }
            }
        }
        Ok(())
    }
}

pub const ROMAN_MONTHS: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

fn month_name(month: i32) -> &'static str {
    datetime::MONTH_NAMES[(month.rem_euclid(12) + 11) as usize % 12]
}

fn last_digits(year: i32, digits: u8) -> i64 {
    if digits == 4 { year.into() } else { i64::from(year % 10_i32.pow(digits.into())) }
}

/// `st`, `nd`, `rd` or `th` for a number as written.
pub fn ordinal_suffix(number: &str) -> &'static str {
    let digits = number.as_bytes();
    let tens = digits.len().checked_sub(2).and_then(|n| digits.get(n));
    match (tens, digits.last()) {
        (Some(b'1'), _) => "th",
        (_, Some(b'1')) => "st",
        (_, Some(b'2')) => "nd",
        (_, Some(b'3')) => "rd",
        _ => "th",
    }
}

fn not_for_intervals() -> SqlError {
    SqlError::new(SqlState::InvalidDatetimeFormat, "invalid format specification for an interval value")
        .hint("Intervals are not tied to specific calendar dates.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_come_out_as_postgresql_fills_them() {
        let at = Fields { year: 2024, month: 3, day: 9, hour: 15, minute: 4, second: 5, micros: 67_890 };
        let t = at.timestamp().expect("in range");
        for (template, want) in [
            ("YYYY-MM-DD HH24:MI:SS.US", "2024-03-09 15:04:05.067890"),
            ("HH12:MI:SS AM p.m. FF3 MS", "03:04:05 PM p.m. 067 067"),
            ("Day, DD Month YYYY", "Saturday , 09 March     2024"),
            ("FMDay, FMDDth FMMonth, YY", "Saturday, 9th March, 24"),
            ("DY Dy dy MON Mon mon", "SAT Sat sat MAR Mar mar"),
            ("Q WW IW IYYY D ID DDD J CC W", "1 10 10 2024 7 6 069 2460379 21 2"),
            ("YYYY\"Q\"Q \\\"x\\\"", "2024Q1 \"x\""),
            ("RM rm BC a.d. Y,YYY SSSS", "III  iii  AD a.d. 2,024 54245"),
        ] {
            assert_eq!(Moment::of_timestamp(t, None).format(template), Ok(Datum::text(want)), "{template}");
        }
        let span = Interval { months: 14, days: 3, micros: 100 * 3_600_000_000 };
        assert_eq!(Moment::of_interval(span).format("YYYY MM DD HH24:MI"), Ok(Datum::text("0001 02 03 100:00")));
        assert!(Moment::of_interval(span).format("Day").is_err());
    }
}
