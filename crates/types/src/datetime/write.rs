//! Text output of dates and times in the four date styles (manual §8.5.2).

use std::fmt::Write as _;

use super::zone::{Zone, session_zone};
use super::{
    DATE_INFINITY, DATE_NEG_INFINITY, DAY_NAMES, Fields, MONTH_NAMES, TIMESTAMP_INFINITY, TIMESTAMP_NEG_INFINITY,
    civil_from_days, day_of_week, fields, time_fields,
};
use crate::text_io::{DateFormat, DateOrder, TextStyle};

/// `+hh[:mm[:ss]]`, of seconds east of UTC.
pub fn write_offset(seconds: i32, out: &mut String) {
    let s = seconds.unsigned_abs();
    out.push(if seconds < 0 { '-' } else { '+' });
    let _ = write!(out, "{:02}", s / 3_600);
    if !s.is_multiple_of(3_600) {
        let _ = write!(out, ":{:02}", s / 60 % 60);
    }
    if !s.is_multiple_of(60) {
        let _ = write!(out, ":{:02}", s % 60);
    }
}

/// The year as text shows it, and whether it is BC.
fn shown_year(year: i32) -> (i32, bool) {
    if year > 0 { (year, false) } else { (1 - year, true) }
}

fn two(out: &mut String, v: i32) {
    let v = v.unsigned_abs();
    if v < 100 {
        out.push(char::from(b'0' + (v / 10) as u8));
        out.push(char::from(b'0' + (v % 10) as u8));
    } else {
        let _ = write!(out, "{v}");
    }
}

fn date_part(style: (DateFormat, DateOrder), year: i32, month: i32, day: i32, out: &mut String) {
    let dmy = style.1 == DateOrder::Dmy;
    match style.0 {
        DateFormat::Iso => {
            let _ = write!(out, "{year:04}-");
            two(out, month);
            out.push('-');
            two(out, day);
        }
        DateFormat::German => {
            let _ = write!(out, "{day:02}.{month:02}.{year:04}");
        }
        DateFormat::Sql => {
            let (a, b) = if dmy { (day, month) } else { (month, day) };
            let _ = write!(out, "{a:02}/{b:02}/{year:04}");
        }
        DateFormat::Postgres => {
            let (a, b) = if dmy { (day, month) } else { (month, day) };
            let _ = write!(out, "{a:02}-{b:02}-{year:04}");
        }
    }
}

/// `hh:mm:ss[.ffffff]`, trailing zeros dropped.
fn time_part(hour: i32, minute: i32, second: i32, micros: i32, out: &mut String) {
    two(out, hour);
    out.push(':');
    two(out, minute);
    out.push(':');
    two(out, second);
    fraction(micros, out);
}

/// `.ffffff` without trailing zeros; nothing if zero.
pub fn fraction(micros: i32, out: &mut String) {
    if micros != 0 {
        let text = format!("{:06}", micros.unsigned_abs());
        out.push('.');
        out.push_str(text.trim_end_matches('0'));
    }
}

/// Appends a date.
pub fn write_date(days: i32, style: &TextStyle, out: &mut String) {
    match days {
        DATE_INFINITY => out.push_str("infinity"),
        DATE_NEG_INFINITY => out.push_str("-infinity"),
        _ => {
            let (year, month, day) = civil_from_days(i64::from(days));
            let (year, bc) = shown_year(year);
            date_part(style.date_style, year, month, day, out);
            if bc {
                out.push_str(" BC");
            }
        }
    }
}

/// Appends a time of day.
pub fn write_time(micros: i64, out: &mut String) {
    let (h, m, s, us) = time_fields(micros);
    time_part(h, m, s, us, out);
}

/// Appends a time with zone; `west` in seconds west of UTC.
pub fn write_timetz(micros: i64, west: i32, out: &mut String) {
    write_time(micros, out);
    write_offset(-west, out);
}

/// Appends a timestamp without zone.
pub fn write_timestamp(micros: i64, style: &TextStyle, out: &mut String) {
    write_with_zone(micros, None, style, out);
}

/// Appends a timestamp in the session's zone.
pub fn write_timestamptz(micros: i64, style: &TextStyle, out: &mut String) {
    let zone = session_zone(&style.time_zone);
    write_with_zone(micros, Some(zone), style, out);
}

fn write_with_zone(micros: i64, zone: Option<Zone>, style: &TextStyle, out: &mut String) {
    match micros {
        TIMESTAMP_INFINITY => return out.push_str("infinity"),
        TIMESTAMP_NEG_INFINITY => return out.push_str("-infinity"),
        _ => {}
    }
    let local = zone.map_or(micros, |z| z.to_local(micros));
    let Fields { year, month, day, hour, minute, second, micros: us } = fields(local);
    let (year, bc) = shown_year(year);
    let zone_text = |out: &mut String| {
        let Some(zone) = zone else { return };
        if style.date_style.0 == DateFormat::Iso {
            return write_offset(zone.offset_at(micros), out);
        }
        let name = zone.abbreviation_at(micros);
        // An offset instead of a name hangs on the time directly.
        if !name.starts_with(['+', '-']) || style.date_style.0 == DateFormat::Postgres {
            out.push(' ');
        }
        out.push_str(&name);
    };
    if style.date_style.0 == DateFormat::Postgres {
        let weekday = DAY_NAMES[day_of_week(local.div_euclid(super::MICROS_PER_DAY)) as usize];
        let month_name = &MONTH_NAMES[(month - 1).clamp(0, 11) as usize][..3];
        let _ = match style.date_style.1 {
            DateOrder::Dmy => write!(out, "{} {day:02} {month_name} ", &weekday[..3]),
            _ => write!(out, "{} {month_name} {day:02} ", &weekday[..3]),
        };
        time_part(hour, minute, second, us, out);
        let _ = write!(out, " {year:04}");
        zone_text(out);
    } else {
        date_part(style.date_style, year, month, day, out);
        out.push(' ');
        time_part(hour, minute, second, us, out);
        zone_text(out);
    }
    if bc {
        out.push_str(" BC");
    }
}
