//! What `.datetime()` makes of strings: dates and times that compare as such, and are written in ISO 8601.

use std::cmp::Ordering;

use gavel_types::datetime::zone::Zone;
use gavel_types::datetime::{self, MICROS_PER_SECOND};
use gavel_types::{Datum, SqlError, SqlResult, SqlState};

use crate::formatting::parse;

/// What is known without a template: dates, times, and both.
const DATE: &str = "yyyy-mm-dd";
const TIMES: [&str; 6] =
    ["HH24:MI:SS.USTZH:TZM", "HH24:MI:SS.USTZH", "HH24:MI:SSTZH:TZM", "HH24:MI:SSTZH", "HH24:MI:SS.US", "HH24:MI:SS"];

/// A date or a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Of type `date`, `time`, `timetz`, `timestamp` or `timestamptz`.
    value: Datum,
    /// Seconds east of UTC that it was given with.
    offset: i32,
}

impl Moment {
    /// Reads `text` by a template, or by those that ISO 8601 has.
    ///
    /// # Errors
    /// 22007, 22008; 22031 if it is none of ISO's forms.
    pub fn read(text: &str, template: Option<&str>) -> SqlResult<Self> {
        if let Some(template) = template {
            return Self::by(text, template);
        }
        let both = [" ", "\"T\""].into_iter().flat_map(|between| TIMES.map(|time| format!("{DATE}{between}{time}")));
        [DATE].into_iter().chain(TIMES).map(str::to_owned).chain(both).find_map(|t| Self::by(text, &t).ok()).ok_or_else(
            || {
                SqlError::new(
                    SqlState::InvalidArgumentForSqlJsonDatetimeFunction,
                    format!("datetime format is not recognized: \"{text}\""),
                )
                .hint("Use a datetime template argument to specify the input data format.")
            },
        )
    }

    fn by(text: &str, template: &str) -> SqlResult<Self> {
        let wrong = |message: &str| SqlError::new(SqlState::InvalidDatetimeFormat, message);
        let read = parse::datetime(text, template)?;
        let time = read.fields.time_of_day();
        let value = match (read.dated, read.timed, read.zoned) {
            (true, false, true) => return Err(wrong("datetime format is zoned but not timed")),
            (false, false, _) => return Err(wrong("datetime format is not dated and not timed")),
            (true, false, false) => Datum::Date(datetime::checked_date(read.fields.days())?),
            (false, true, false) => Datum::Time(time),
            (false, true, true) => Datum::TimeTz(time, -read.offset),
            (true, true, false) => Datum::Timestamp(read.fields.timestamp()?),
            (true, true, true) => {
                let utc = read.fields.timestamp()? - i64::from(read.offset) * MICROS_PER_SECOND;
                Datum::TimestampTz(datetime::checked_timestamp(utc)?)
            }
        };
        Ok(Self { value, offset: read.offset })
    }

    /// What `.type()` says.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Datum::Date(_) => "date",
            Datum::Time(_) => "time without time zone",
            Datum::TimeTz(..) => "time with time zone",
            Datum::Timestamp(_) => "timestamp without time zone",
            _ => "timestamp with time zone",
        }
    }

    /// In ISO 8601.
    pub fn text(&self) -> String {
        let date = |days: i64| {
            let (year, month, day) = datetime::civil_from_days(days);
            if year > 0 {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{:04}-{month:02}-{day:02}", 1 - year)
            }
        };
        let era = |days: i64| if datetime::civil_from_days(days).0 > 0 { "" } else { " BC" };
        let zone = |east: i32| {
            let sign = if east < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", east.abs() / 3_600, east.abs() / 60 % 60)
        };
        match self.value {
            Datum::Date(days) => format!("{}{}", date(days.into()), era(days.into())),
            Datum::Time(micros) => time(micros),
            Datum::TimeTz(micros, west) => format!("{}{}", time(micros), zone(-west)),
            Datum::Timestamp(micros) => {
                let days = micros.div_euclid(datetime::MICROS_PER_DAY);
                format!("{}T{}{}", date(days), time(micros.rem_euclid(datetime::MICROS_PER_DAY)), era(days))
            }
            Datum::TimestampTz(utc) => {
                let local = utc + i64::from(self.offset) * MICROS_PER_SECOND;
                let days = local.div_euclid(datetime::MICROS_PER_DAY);
                let time = time(local.rem_euclid(datetime::MICROS_PER_DAY));
                format!("{}T{time}{}{}", date(days), zone(self.offset), era(days))
            }
            _ => String::new(),
        }
    }

    /// How two compare; `None` if they do not. `zone` is that of the session, for those functions that may use it.
    ///
    /// # Errors
    /// 0A000 if they would compare in the session's zone, but may not.
    pub fn compare(&self, other: &Self, zone: Option<&Zone>) -> SqlResult<Option<Ordering>> {
        Ok(match (&self.value, &other.value) {
            (Datum::Date(a), Datum::Date(b)) => Some(a.cmp(b)),
            (Datum::Time(a), Datum::Time(b)) => Some(a.cmp(b)),
            (Datum::Timestamp(a), Datum::Timestamp(b)) | (Datum::TimestampTz(a), Datum::TimestampTz(b)) => {
                Some(a.cmp(b))
            }
            (Datum::TimeTz(a, west_a), Datum::TimeTz(b, west_b)) => Some(zoned((*a, *west_a), (*b, *west_b))),
            (Datum::Date(a), Datum::Timestamp(b)) => Some(datetime::date_to_timestamp(*a)?.cmp(b)),
            (Datum::Date(a), Datum::TimestampTz(b)) => {
                let zone = zone.ok_or_else(|| needs_zone("date", "timestamptz"))?;
                Some(zone.to_utc(datetime::date_to_timestamp(*a)?).cmp(b))
            }
            (Datum::Timestamp(a), Datum::TimestampTz(b)) => {
                let zone = zone.ok_or_else(|| needs_zone("timestamp", "timestamptz"))?;
                Some(zone.to_utc(*a).cmp(b))
            }
            (Datum::Time(a), Datum::TimeTz(b, west)) => {
                let zone = zone.ok_or_else(|| needs_zone("time", "timetz"))?;
                Some(zoned((*a, -zone.offset_at(0)), (*b, *west)))
            }
            (Datum::Timestamp(_) | Datum::TimestampTz(_), Datum::Date(_))
            | (Datum::TimestampTz(_), Datum::Timestamp(_))
            | (Datum::TimeTz(..), Datum::Time(_)) => other.compare(self, zone)?.map(Ordering::reverse),
            _ => None,
        })
    }
}

fn time(micros: i64) -> String {
    let (hour, minute, second, fraction) = datetime::time_fields(micros);
    let mut out = format!("{hour:02}:{minute:02}:{second:02}");
    if fraction != 0 {
        out.push_str(format!(".{fraction:06}").trim_end_matches('0'));
    }
    out
}

/// By the instant, then by the zone.
fn zoned(a: (i64, i32), b: (i64, i32)) -> Ordering {
    let instant = |(micros, west): (i64, i32)| micros + i64::from(west) * MICROS_PER_SECOND;
    instant(a).cmp(&instant(b)).then_with(|| a.1.cmp(&b.1))
}

fn needs_zone(from: &str, to: &str) -> SqlError {
    SqlError::unsupported(format!("cannot convert value from {from} to {to} without time zone usage"))
        .hint("Use *_tz() function for time zone support.")
}
