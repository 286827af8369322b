use super::*;
use crate::text_io::{DateFormat, DateOrder, TextStyle};

fn style(zone: &str) -> TextStyle {
    TextStyle { time_zone: zone.into(), now_micros: 757_382_400_000_000, ..TextStyle::default() }
}

fn stamp(text: &str) -> String {
    let style = style("UTC");
    let mut out = String::new();
    match parse::timestamp(text, -1, &style) {
        Ok(t) => write::write_timestamp(t, &style, &mut out),
        Err(e) => out = format!("{} {}", e.code().as_str(), e.message()),
    }
    out
}

fn stamp_tz(text: &str, zone: &str) -> String {
    let style = style(zone);
    let mut out = String::new();
    match parse::timestamptz(text, -1, &style) {
        Ok(t) => write::write_timestamptz(t, &style, &mut out),
        Err(e) => out = format!("{} {}", e.code().as_str(), e.message()),
    }
    out
}

#[test]
fn the_calendar_goes_round() {
    for days in (MIN_DATE..110_000_000).step_by(99_991).chain([0, -1, 59, 60, MAX_DATE, MIN_DATE]) {
        let (y, m, d) = civil_from_days(i64::from(days));
        assert_eq!(days_from_civil(y, m, d), i64::from(days));
        assert!((1..=12).contains(&m) && d >= 1 && d <= days_in_month(y, m));
    }
    assert_eq!(civil_from_days(0), (2000, 1, 1));
    assert_eq!(civil_from_days(i64::from(MIN_DATE)), (-4713, 11, 24));
    assert_eq!(day_of_week(0), 6);
    assert_eq!(iso_week(days_from_civil(2005, 1, 1)), (2004, 53));
    assert_eq!(iso_week_start(2006, 1), days_from_civil(2006, 1, 2));
    assert_eq!(day_of_year(2024, 12, 31), 366);
}

#[test]
fn input_forms_of_timestamps() {
    for (input, output) in [
        ("1999-01-08 04:05:06", "1999-01-08 04:05:06"),
        ("1999-01-08 04:05:06.789", "1999-01-08 04:05:06.789"),
        ("1999-01-08T04:05:06Z", "1999-01-08 04:05:06"),
        ("January 8, 1999", "1999-01-08 00:00:00"),
        ("January 8 04:05:06 1999 PST", "1999-01-08 04:05:06"),
        ("1/8/1999", "1999-01-08 00:00:00"),
        ("1999-Jan-08", "1999-01-08 00:00:00"),
        ("08-Jan-1999", "1999-01-08 00:00:00"),
        ("Jan-08-1999 4:05 PM", "1999-01-08 16:05:00"),
        ("19990108", "1999-01-08 00:00:00"),
        ("990108", "1999-01-08 00:00:00"),
        ("19990108T040506", "1999-01-08 04:05:06"),
        ("19990108 040506.5", "1999-01-08 04:05:06.5"),
        ("1999.008", "1999-01-08 00:00:00"),
        ("J2451187", "1999-01-08 00:00:00"),
        ("January 8, 99 BC", "0099-01-08 00:00:00 BC"),
        ("epoch", "1970-01-01 00:00:00"),
        ("-infinity", "-infinity"),
        ("today", "2024-01-01 00:00:00"),
        ("tomorrow 03:04", "2024-01-02 03:04:00"),
        ("2024-01-01 24:00:00", "2024-01-02 00:00:00"),
        ("294276-12-31 23:59:59.999999", "294276-12-31 23:59:59.999999"),
        ("294277-01-01", "22008 timestamp out of range: \"294277-01-01\""),
        ("2024-02-30", "22008 date/time field value out of range: \"2024-02-30\""),
        ("2024-13-01", "22008 date/time field value out of range: \"2024-13-01\""),
        ("2024-01-01 25:00", "22008 date/time field value out of range: \"2024-01-01 25:00\""),
        ("garbage", "22007 invalid input syntax for type timestamp: \"garbage\""),
        ("", "22007 invalid input syntax for type timestamp: \"\""),
    ] {
        assert_eq!(stamp(input), output, "{input}");
    }
}

#[test]
fn zones_shift_and_print() {
    for (input, zone, output) in [
        ("1999-01-08 04:05:06.789-8", "UTC", "1999-01-08 12:05:06.789+00"),
        ("1999-01-08 04:05:06 -8:00", "UTC", "1999-01-08 12:05:06+00"),
        ("2024-07-01 12:00", "America/New_York", "2024-07-01 12:00:00-04"),
        ("2024-07-01 12:00 Europe/Berlin", "UTC", "2024-07-01 10:00:00+00"),
        ("2024-03-10 02:30", "America/New_York", "2024-03-10 03:30:00-04"),
        ("2024-11-03 01:30", "America/New_York", "2024-11-03 01:30:00-05"),
        ("2024-01-01 00:00+05:30", "Asia/Kolkata", "2024-01-01 00:00:00+05:30"),
        ("now", "UTC", "2024-01-01 00:00:00+00"),
        ("1880-01-01 00:00", "Europe/Berlin", "1880-01-01 00:00:00+00:53:28"),
    ] {
        assert_eq!(stamp_tz(input, zone), output, "{input} in {zone}");
    }
}

#[test]
fn styles_of_output() {
    let t = parse::timestamptz("1997-12-17 07:37:16-08", -1, &style("UTC")).expect("timestamp");
    for (format, order, output) in [
        (DateFormat::Iso, DateOrder::Mdy, "1997-12-17 07:37:16-08"),
        (DateFormat::Sql, DateOrder::Mdy, "12/17/1997 07:37:16 PST"),
        (DateFormat::Sql, DateOrder::Dmy, "17/12/1997 07:37:16 PST"),
        (DateFormat::Postgres, DateOrder::Mdy, "Wed Dec 17 07:37:16 1997 PST"),
        (DateFormat::Postgres, DateOrder::Dmy, "Wed 17 Dec 07:37:16 1997 PST"),
        (DateFormat::German, DateOrder::Dmy, "17.12.1997 07:37:16 PST"),
    ] {
        let style = TextStyle { date_style: (format, order), ..style("America/Los_Angeles") };
        let mut out = String::new();
        write::write_timestamptz(t, &style, &mut out);
        assert_eq!(out, output);
    }
}

#[test]
fn dates_by_order() {
    let by = |text: &str, order| {
        let style = TextStyle { date_style: (DateFormat::Iso, order), ..style("UTC") };
        parse::date(text, &style).map(|d| civil_from_days(i64::from(d))).map_err(|e| e.code())
    };
    assert_eq!(by("1/2/2003", DateOrder::Mdy), Ok((2003, 1, 2)));
    assert_eq!(by("1/2/2003", DateOrder::Dmy), Ok((2003, 2, 1)));
    assert_eq!(by("01-02-03", DateOrder::Ymd), Ok((2001, 2, 3)));
    assert_eq!(by("18/2/2003", DateOrder::Mdy), Err(SqlState::DatetimeFieldOverflow));
    assert_eq!(by("2003-02-29", DateOrder::Mdy), Err(SqlState::DatetimeFieldOverflow));
}

#[test]
fn times() {
    let style = style("UTC");
    let time = |text: &str| {
        let mut out = String::new();
        match parse::time(text, -1, &style) {
            Ok(t) => write::write_time(t, &mut out),
            Err(e) => out = e.code().as_str().into(),
        }
        out
    };
    for (input, output) in [
        ("04:05:06.789", "04:05:06.789"),
        ("04:05", "04:05:00"),
        ("040506", "04:05:06"),
        ("04:05 PM", "16:05:00"),
        ("12:00 AM", "00:00:00"),
        ("24:00:00", "24:00:00"),
        ("23:59:60", "24:00:00"),
        ("25:00", "22008"),
        ("allballs", "00:00:00"),
        ("x", "22007"),
    ] {
        assert_eq!(time(input), output, "{input}");
    }
    assert_eq!(parse::timetz("04:05:06-08:00", -1, &style), Ok((14_706_000_000, 28_800)));
}
