//! Text output of intervals in the four styles (manual §8.5.5).

use std::fmt::Write as _;

use super::Interval;
use crate::datetime::{MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND};
use crate::text_io::IntervalStyle;

/// Signed parts; all of the time share the sign of the microseconds.
struct Parts {
    years: i32,
    months: i32,
    days: i32,
    hours: i64,
    minutes: i64,
    seconds: i64,
    micros: i64,
}

impl Parts {
    fn of(i: Interval) -> Self {
        Self {
            years: i.months / 12,
            months: i.months % 12,
            days: i.days,
            hours: i.micros / MICROS_PER_HOUR,
            minutes: i.micros / MICROS_PER_MINUTE % 60,
            seconds: i.micros / MICROS_PER_SECOND % 60,
            micros: i.micros % MICROS_PER_SECOND,
        }
    }
}

/// `ss[.ffffff]` with `width` digits at least before the point.
fn seconds(out: &mut String, seconds: i64, micros: i64, width: usize) {
    let _ = write!(out, "{:0width$}", seconds.unsigned_abs());
    crate::datetime::write::fraction(micros as i32, out);
}

/// Appends an interval.
pub fn write(i: Interval, style: IntervalStyle, out: &mut String) {
    match style {
        IntervalStyle::Postgres => postgres(i, out),
        IntervalStyle::PostgresVerbose => verbose(i, out),
        IntervalStyle::SqlStandard => sql_standard(i, out),
        IntervalStyle::Iso8601 => iso(i, out),
    }
}

fn clock(p: &Parts, out: &mut String) {
    let _ = write!(out, "{:02}:{:02}:", p.hours.unsigned_abs(), p.minutes.unsigned_abs());
    seconds(out, p.seconds, p.micros, 2);
}

fn postgres(i: Interval, out: &mut String) {
    let p = Parts::of(i);
    let mut first = true;
    // A plus sign shows that a field is positive after one that was negative.
    let mut after_negative = false;
    for (value, name) in [(p.years, "year"), (p.months, "mon"), (p.days, "day")] {
        if value == 0 {
            continue;
        }
        if !first {
            out.push(' ');
        }
        let plus = if after_negative && value > 0 { "+" } else { "" };
        let _ = write!(out, "{plus}{value} {name}{}", if value == 1 { "" } else { "s" });
        after_negative = value < 0;
        first = false;
    }
    if first || i.micros != 0 {
        if !first {
            out.push(' ');
        }
        if i.micros < 0 {
            out.push('-');
        } else if after_negative {
            out.push('+');
        }
        clock(&p, out);
    }
}

fn verbose(i: Interval, out: &mut String) {
    let p = Parts::of(i);
    out.push('@');
    // The first field's sign is the interval's, told by `ago`.
    let mut ago = false;
    let mut first = true;
    let mut field = |out: &mut String, value: i64, name: &str| {
        if value == 0 {
            return;
        }
        if first {
            ago = value < 0;
            first = false;
        }
        let shown = if ago { -value } else { value };
        let _ = write!(out, " {shown} {name}{}", if shown.abs() == 1 { "" } else { "s" });
    };
    field(out, i64::from(p.years), "year");
    field(out, i64::from(p.months), "mon");
    field(out, i64::from(p.days), "day");
    field(out, p.hours, "hour");
    field(out, p.minutes, "min");
    if p.seconds != 0 || p.micros != 0 {
        if first {
            ago = p.seconds < 0 || p.micros < 0;
            first = false;
        }
        out.push(' ');
        let negative = p.seconds < 0 || p.micros < 0;
        if negative != ago {
            out.push('-');
        }
        seconds(out, p.seconds, p.micros, 1);
        out.push_str(if p.seconds.abs() == 1 && p.micros == 0 { " sec" } else { " secs" });
    }
    if first {
        out.push_str(" 0");
    }
    if ago {
        out.push_str(" ago");
    }
}

fn sql_standard(i: Interval, out: &mut String) {
    let p = Parts::of(i);
    let year_month = i.months != 0;
    let day_time = i.days != 0 || i.micros != 0;
    let negative = i.months < 0 || i.days < 0 || i.micros < 0;
    let positive = i.months > 0 || i.days > 0 || i.micros > 0;
    if !year_month && !day_time {
        out.push('0');
        return;
    }
    let sign = |v: bool| if v { '-' } else { '+' };
    if (negative && positive) || (year_month && day_time) {
        // Mixed: every group has its own sign.
        let _ = write!(
            out,
            "{}{}-{} {}{} {}{}:{:02}:",
            sign(i.months < 0),
            p.years.unsigned_abs(),
            p.months.unsigned_abs(),
            sign(i.days < 0),
            p.days.unsigned_abs(),
            sign(i.micros < 0),
            p.hours.unsigned_abs(),
            p.minutes.unsigned_abs()
        );
        return seconds(out, p.seconds, p.micros, 2);
    }
    if negative {
        out.push('-');
    }
    if year_month {
        let _ = write!(out, "{}-{}", p.years.unsigned_abs(), p.months.unsigned_abs());
        return;
    }
    if i.days != 0 {
        let _ = write!(out, "{} ", p.days.unsigned_abs());
    }
    let _ = write!(out, "{}:{:02}:", p.hours.unsigned_abs(), p.minutes.unsigned_abs());
    seconds(out, p.seconds, p.micros, 2);
}

fn iso(i: Interval, out: &mut String) {
    if i == Interval::default() {
        out.push_str("PT0S");
        return;
    }
    let p = Parts::of(i);
    out.push('P');
    let mut field = |value: i64, letter: char| {
        if value != 0 {
            let _ = write!(out, "{value}{letter}");
        }
    };
    field(i64::from(p.years), 'Y');
    field(i64::from(p.months), 'M');
    field(i64::from(p.days), 'D');
    if i.micros != 0 {
        out.push('T');
        for (value, letter) in [(p.hours, 'H'), (p.minutes, 'M')] {
            if value != 0 {
                let _ = write!(out, "{value}{letter}");
            }
        }
        if p.seconds != 0 || p.micros != 0 {
            if i.micros < 0 {
                out.push('-');
            }
            seconds(out, p.seconds, p.micros, 1);
            out.push('S');
        }
    }
}
