//! `extract` (numeric, since PostgreSQL 14) and `date_part` (double precision).

use gavel_types::datetime::{self, MICROS_PER_DAY, is_finite_timestamp};
use gavel_types::{Datum, Interval, Numeric, SqlResult};

use super::{unit_not_recognized, unit_not_supported};
use crate::call::{Call, ScalarFn};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("extract_date", |call, a| exact(part(call, a)?)),
    ("extract_time", |call, a| exact(part(call, a)?)),
    ("extract_timetz", |call, a| exact(part(call, a)?)),
    ("extract_timestamp", |call, a| exact(part(call, a)?)),
    ("extract_timestamptz", |call, a| exact(part(call, a)?)),
    ("extract_interval", |call, a| exact(part(call, a)?)),
    ("time_part", |call, a| double(part(call, a)?)),
    ("timetz_part", |call, a| double(part(call, a)?)),
    ("timestamp_part", |call, a| double(part(call, a)?)),
    ("timestamptz_part", |call, a| double(part(call, a)?)),
    ("interval_part", |call, a| double(part(call, a)?)),
];

/// `date_part(text, date)`, which PostgreSQL writes in SQL over the timestamp's.
pub const BY_OID: &[(u32, ScalarFn)] = &[(1384, |call, a| match &a[1] {
    Datum::Date(d) => {
        let t = datetime::date_to_timestamp(*d)?;
        double(part(call, &[a[0].clone(), Datum::Timestamp(t)])?)
    }
    other => Err(crate::args::mismatch(Some(other))),
})];

/// A part of a moment.
enum Part {
    Null,
    Infinity {
        negative: bool,
    },
    /// An integer divided by a power of ten.
    Scaled {
        value: i128,
        digits: u16,
    },
    /// Julian day with a fraction of a day.
    Julian {
        day: i64,
        micros: i64,
    },
}

const fn whole(value: i64) -> Part {
    Part::Scaled { value: value as i128, digits: 0 }
}

fn exact(part: Part) -> SqlResult<Datum> {
    Ok(match part {
        Part::Null => Datum::Null,
        Part::Infinity { negative: true } => Datum::Numeric(Numeric::NegInfinity),
        Part::Infinity { negative: false } => Datum::Numeric(Numeric::Infinity),
        Part::Scaled { value, digits } => Datum::Numeric(scaled(value, digits)?),
        Part::Julian { day, micros } => {
            let fraction = Numeric::from(micros).div(&Numeric::from(MICROS_PER_DAY))?;
            Datum::Numeric(Numeric::from(day).add(&fraction)?)
        }
    })
}

fn scaled(value: i128, digits: u16) -> SqlResult<Numeric> {
    let text = format!("{}e-{digits}", value);
    Ok(if digits == 0 { Numeric::from(value) } else { Numeric::parse(&text)?.round(digits.into()) })
}

fn double(part: Part) -> SqlResult<Datum> {
    Ok(match part {
        Part::Null => Datum::Null,
        Part::Infinity { negative } => Datum::Float8(if negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        Part::Scaled { value, digits } => Datum::Float8(value as f64 / 10_f64.powi(digits.into())),
        Part::Julian { day, micros } => Datum::Float8(day as f64 + micros as f64 / MICROS_PER_DAY as f64),
    })
}

fn part(call: &Call<'_>, args: &[Datum]) -> SqlResult<Part> {
    let (Some(Datum::Text(unit)), Some(value)) = (args.first(), args.get(1)) else {
        return Err(crate::args::mismatch(args.first()));
    };
    let unit = canonical(unit);
    match value {
        Datum::Date(d) => of_date(&unit, *d),
        Datum::Timestamp(t) => of_timestamp(&unit, *t, None, "timestamp without time zone"),
        Datum::TimestampTz(t) => {
            if !is_finite_timestamp(*t) {
                return of_timestamp(&unit, *t, Some((0, *t)), "timestamp with time zone");
            }
            let zone = super::session(call);
            of_timestamp(&unit, zone.to_local(*t), Some((zone.offset_at(*t), *t)), "timestamp with time zone")
        }
        Datum::Time(t) => of_time(&unit, *t, None, "time without time zone"),
        Datum::TimeTz(t, west) => of_time(&unit, *t, Some(-west), "time with time zone"),
        Datum::Interval(i) => of_interval(&unit, *i),
        other => Err(crate::args::mismatch(Some(other))),
    }
}

/// The unit by its usual name, in lower case.
pub fn canonical(unit: &str) -> String {
    let lower = unit.trim().to_lowercase();
    match lower.as_str() {
        "c" | "cent" | "centuries" => "century",
        "d" | "days" => "day",
        "dec" | "decs" | "decades" => "decade",
        "h" | "hours" | "hr" | "hrs" => "hour",
        "m" | "min" | "mins" | "minutes" => "minute",
        "mon" | "mons" | "months" => "month",
        "mil" | "mils" | "millennia" => "millennium",
        "ms" | "msec" | "msecs" | "msecond" | "mseconds" | "millisecond" => "milliseconds",
        "qtr" | "quarters" => "quarter",
        "s" | "sec" | "secs" | "seconds" => "second",
        "us" | "usec" | "usecs" | "usecond" | "useconds" | "microsecond" => "microseconds",
        "w" | "weeks" => "week",
        "y" | "yr" | "yrs" | "years" => "year",
        "j" | "jd" => "julian",
        _ => return lower,
    }
    .to_owned()
}

fn of_date(unit: &str, date: i32) -> SqlResult<Part> {
    let clock = matches!(
        unit,
        "hour"
            | "minute"
            | "second"
            | "milliseconds"
            | "microseconds"
            | "timezone"
            | "timezone_hour"
            | "timezone_minute"
            | "timezone_h"
            | "timezone_m"
    );
    if clock {
        return Err(unit_not_supported(unit, "date"));
    }
    if date == datetime::DATE_INFINITY || date == datetime::DATE_NEG_INFINITY {
        let t = if date > 0 { datetime::TIMESTAMP_INFINITY } else { datetime::TIMESTAMP_NEG_INFINITY };
        return of_timestamp(unit, t, None, "date");
    }
    let days = i64::from(date);
    match unit {
        "epoch" => Ok(whole((days + i64::from(datetime::UNIX_EPOCH_DAYS)) * 86_400)),
        "julian" => Ok(whole(days + i64::from(datetime::JULIAN_OF_EPOCH))),
        _ => calendar(unit, days).ok_or_else(|| unit_not_recognized(unit, "date")),
    }
}

/// Parts of a calendar day.
fn calendar(unit: &str, days: i64) -> Option<Part> {
    let (year, month, day) = datetime::civil_from_days(days);
    let era_year = if year > 0 { year } else { year - 1 };
    Some(whole(i64::from(match unit {
        "day" => day,
        "month" => month,
        "quarter" => (month - 1) / 3 + 1,
        "week" => datetime::iso_week(days).1,
        // There is no year 0: 1 BC comes out as -1.
        "year" => era_year,
        "isoyear" => {
            let (y, _) = datetime::iso_week(days);
            if y > 0 { y } else { y - 1 }
        }
        "decade" => year.div_euclid(10),
        "century" => {
            if year > 0 {
                (year + 99) / 100
            } else {
                -((99 - (year - 1)) / 100)
            }
        }
        "millennium" => {
            if year > 0 {
                (year + 999) / 1000
            } else {
                -((999 - (year - 1)) / 1000)
            }
        }
        "dow" => datetime::day_of_week(days),
        "isodow" => match datetime::day_of_week(days) {
            0 => 7,
            d => d,
        },
        "doy" => datetime::day_of_year(year, month, day),
        _ => return None,
    })))
}

fn clock(unit: &str, time_of_day: i64) -> Option<Part> {
    let (hour, minute, second, micros) = datetime::time_fields(time_of_day);
    let in_minute = i128::from(second) * 1_000_000 + i128::from(micros);
    Some(match unit {
        "hour" => whole(hour.into()),
        "minute" => whole(minute.into()),
        "second" => Part::Scaled { value: in_minute, digits: 6 },
        "milliseconds" => Part::Scaled { value: in_minute, digits: 3 },
        "microseconds" => Part::Scaled { value: in_minute, digits: 0 },
        _ => return None,
    })
}

fn zone_part(unit: &str, east: i32) -> Option<Part> {
    Some(whole(
        match unit {
            "timezone" => east,
            "timezone_hour" => east / 3600,
            "timezone_minute" => east / 60 % 60,
            _ => return None,
        }
        .into(),
    ))
}

/// `zone`: offset east of UTC in seconds, and the instant.
fn of_timestamp(unit: &str, local: i64, zone: Option<(i32, i64)>, kind: &str) -> SqlResult<Part> {
    if !is_finite_timestamp(local) {
        return match unit {
            "year" | "isoyear" | "decade" | "century" | "millennium" | "epoch" | "julian" => {
                Ok(Part::Infinity { negative: local < 0 })
            }
            _ if calendar(unit, 0).is_some() || clock(unit, 0).is_some() || zone_part(unit, 0).is_some() => {
                Ok(Part::Null)
            }
            _ => Err(unit_not_recognized(unit, kind)),
        };
    }
    let days = local.div_euclid(MICROS_PER_DAY);
    let time_of_day = local.rem_euclid(MICROS_PER_DAY);
    match unit {
        "epoch" => {
            let instant = zone.map_or(local, |(_, instant)| instant);
            let value = i128::from(instant) + i128::from(datetime::UNIX_EPOCH_MICROS);
            return Ok(Part::Scaled { value, digits: 6 });
        }
        "julian" => {
            return Ok(Part::Julian { day: days + i64::from(datetime::JULIAN_OF_EPOCH), micros: time_of_day });
        }
        _ => {}
    }
    if let Some(part) = calendar(unit, days).or_else(|| clock(unit, time_of_day)) {
        return Ok(part);
    }
    match (zone_part(unit, zone.map_or(0, |z| z.0)), zone) {
        (Some(part), Some(_)) => Ok(part),
        (Some(_), None) => Err(unit_not_supported(unit, kind)),
        (None, _) => Err(unit_not_recognized(unit, kind)),
    }
}

fn of_time(unit: &str, time: i64, east: Option<i32>, kind: &str) -> SqlResult<Part> {
    if unit == "epoch" {
        let utc = time - i64::from(east.unwrap_or(0)) * 1_000_000;
        return Ok(Part::Scaled { value: utc.into(), digits: 6 });
    }
    if let Some(part) = clock(unit, time) {
        return Ok(part);
    }
    match (zone_part(unit, east.unwrap_or(0)), east) {
        (Some(part), Some(_)) => Ok(part),
        (Some(_), None) => Err(unit_not_supported(unit, kind)),
        (None, _) if calendar(unit, 0).is_some() || unit == "julian" => Err(unit_not_supported(unit, kind)),
        (None, _) => Err(unit_not_recognized(unit, kind)),
    }
}

fn of_interval(unit: &str, i: Interval) -> SqlResult<Part> {
    let (years, months) = (i.months / 12, i.months % 12);
    Ok(match unit {
        "epoch" => {
            // A year counts 365.25 days, a month 30.
            let seconds = i128::from(years) * 31_557_600 + i128::from(months) * 2_592_000 + i128::from(i.days) * 86_400;
            Part::Scaled { value: seconds * 1_000_000 + i128::from(i.micros), digits: 6 }
        }
        "millennium" => whole((years / 1000).into()),
        "century" => whole((years / 100).into()),
        "decade" => whole((years / 10).into()),
        "year" => whole(years.into()),
        "quarter" => whole((months / 3 + 1).into()),
        "month" => whole(months.into()),
        "day" => whole(i.days.into()),
        "hour" => whole(i.micros / 3_600_000_000),
        "minute" => whole(i.micros / 60_000_000 % 60),
        "second" => Part::Scaled { value: (i.micros % 60_000_000).into(), digits: 6 },
        "milliseconds" => Part::Scaled { value: (i.micros % 60_000_000).into(), digits: 3 },
        "microseconds" => Part::Scaled { value: (i.micros % 60_000_000).into(), digits: 0 },
        _ if calendar(unit, 0).is_some() || zone_part(unit, 0).is_some() || unit == "julian" => {
            return Err(unit_not_supported(unit, "interval"));
        }
        _ => return Err(unit_not_recognized(unit, "interval")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::EvalContext;

    fn shown(unit: &str, value: Datum) -> String {
        let context = EvalContext::immutable();
        let call = Call { context: &context, arg_types: &[], result: gavel_types::PgType::NUMERIC };
        match part(&call, &[Datum::text(unit), value]).and_then(exact) {
            Ok(Datum::Numeric(n)) => n.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn parts_have_postgresql_s_digits() {
        let t = datetime::Fields { year: 2001, month: 2, day: 16, hour: 20, minute: 38, second: 40, micros: 120_000 };
        let t = t.timestamp().expect("in range");
        for (unit, want) in [
            ("century", "21"),
            ("day", "16"),
            ("decade", "200"),
            ("dow", "5"),
            ("doy", "47"),
            ("hour", "20"),
            ("isodow", "5"),
            ("millennium", "3"),
            ("milliseconds", "40120.000"),
            ("second", "40.120000"),
            ("microseconds", "40120000"),
            ("quarter", "1"),
            ("week", "7"),
            ("epoch", "982355920.120000"),
            ("julian", "2451957.86018657407407407407"),
        ] {
            let got = shown(unit, Datum::Timestamp(t));
            assert!(got == want || unit == "julian" && got.starts_with("2451957.860186574074"), "{unit}: {got}");
        }
        assert_eq!(
            shown("epoch", Datum::Interval(Interval { months: 1, days: 1, micros: 1_500_000 })),
            "2678401.500000"
        );
        assert_eq!(shown("year", Datum::Date(datetime::DATE_INFINITY)), "Infinity");
    }
}
