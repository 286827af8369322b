use super::*;
use crate::text_io::{IntervalStyle, TextStyle};

fn show(text: &str, style: IntervalStyle) -> String {
    let mut out = String::new();
    match parse::parse(text, -1, &TextStyle::default()) {
        Ok(i) => write::write(i, style, &mut out),
        Err(e) => out = e.code().as_str().into(),
    }
    out
}

#[test]
fn input_forms() {
    for (input, output) in [
        ("1 day 02:03:04", "1 day 02:03:04"),
        ("1 year 2 months 3 days 4 hours 5 minutes 6 seconds", "1 year 2 mons 3 days 04:05:06"),
        ("1-2", "1 year 2 mons"),
        ("3 4:05:06", "3 days 04:05:06"),
        ("P1Y2M3DT4H5M6S", "1 year 2 mons 3 days 04:05:06"),
        ("P0001-02-03T04:05:06", "1 year 2 mons 3 days 04:05:06"),
        ("P1W", "7 days"),
        ("1.5 years", "1 year 6 mons"),
        ("1.5 months", "1 mon 15 days"),
        ("1.5 weeks", "10 days 12:00:00"),
        ("1.5 days", "1 day 12:00:00"),
        ("@ 1 minute", "00:01:00"),
        ("1 hour ago", "-01:00:00"),
        ("-1 day +2 hours", "-1 days +02:00:00"),
        ("10", "00:00:10"),
        ("1 decade 1 century", "110 years"),
        ("0.000001 s", "00:00:00.000001"),
        ("1:30.5", "00:01:30.5"),
        ("300:00", "300:00:00"),
        ("", "22007"),
        ("x", "22007"),
        ("1 day 1 day", "22007"),
        ("9999999999 days", "22015"),
    ] {
        assert_eq!(show(input, IntervalStyle::Postgres), output, "{input}");
    }
}

#[test]
fn output_styles() {
    let text = "1 year 2 mons -3 days 04:05:06.7";
    assert_eq!(show(text, IntervalStyle::Postgres), "1 year 2 mons -3 days +04:05:06.7");
    assert_eq!(show(text, IntervalStyle::PostgresVerbose), "@ 1 year 2 mons -3 days 4 hours 5 mins 6.7 secs");
    assert_eq!(show(text, IntervalStyle::SqlStandard), "+1-2 -3 +4:05:06.7");
    assert_eq!(show(text, IntervalStyle::Iso8601), "P1Y2M-3DT4H5M6.7S");
    assert_eq!(show("-1 day", IntervalStyle::PostgresVerbose), "@ 1 day ago");
    assert_eq!(show("0", IntervalStyle::PostgresVerbose), "@ 0");
    assert_eq!(show("0", IntervalStyle::Iso8601), "PT0S");
    assert_eq!(show("-0.5 s", IntervalStyle::Iso8601), "PT-0.5S");
}

#[test]
fn typmod_cuts_fields() {
    let with = |fields: i32, precision: i32| {
        let typmod = (fields << 16) | precision;
        let mut out = String::new();
        let i = parse::parse("1 year 2 mons 3 days 04:05:06.789", typmod, &TextStyle::default()).expect("interval");
        write::write(i, IntervalStyle::Postgres, &mut out);
        out
    };
    assert_eq!(with(range::YEAR, range::FULL_PRECISION), "1 year");
    assert_eq!(with(range::DAY | range::HOUR, range::FULL_PRECISION), "1 year 2 mons 3 days 04:00:00");
    assert_eq!(with(range::FULL, 1), "1 year 2 mons 3 days 04:05:06.8");
}

#[test]
fn a_day_is_24_hours_and_a_month_30_days() {
    let value = |t: &str| parse::parse(t, -1, &TextStyle::default()).expect("interval").comparison_value();
    assert_eq!(value("1 day"), value("24 hours"));
    assert_eq!(value("1 month"), value("30 days"));
}
