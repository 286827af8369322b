//! Text input of intervals: numbers with units (`1 year 2 mons ago`), SQL's `1-2 3 04:05:06`, ISO 8601's
//! `P1Y2M3DT4H5M6S` and `P0001-02-03T04:05:06`.
//!
//! Fractions flow downwards: of a year to months, of a month to days (30 a month) and time, of a week or
//! a day to time.

use super::{Interval, range};
use crate::datetime::{MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND};
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;
use crate::text_io::{IntervalStyle, TextStyle};

enum Fault {
    Syntax,
    /// A field is beyond its range.
    Range,
    /// The sum is.
    Total,
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    Decade,
    Century,
    Millennium,
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "us" | "usec" | "usecs" | "usecond" | "useconds" | "microsecond" | "microseconds" | "microsecon" => {
            Unit::Microsecond
        }
        "ms" | "msec" | "msecs" | "msecond" | "mseconds" | "millisecond" | "milliseconds" | "millisecon" => {
            Unit::Millisecond
        }
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::Week,
        "mon" | "mons" | "month" | "months" => Unit::Month,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
        "dec" | "decs" | "decade" | "decades" => Unit::Decade,
        "c" | "cent" | "century" | "centuries" => Unit::Century,
        "mil" | "mils" | "millennia" | "millennium" => Unit::Millennium,
        _ => return None,
    })
}

/// Sums of the fields. Each must stay in its range after every step, as in PostgreSQL: `2147483647 years` is too much
/// only once years and months are put together, `2147483648 years` already as a field.
#[derive(Default)]
struct Sum {
    years: i32,
    months: i32,
    days: i32,
    micros: i64,
}

/// A decimal number with its sign apart, so that `-0.5` keeps it.
#[derive(Clone, Copy)]
struct Decimal {
    negative: bool,
    whole: i128,
    /// Below one.
    fraction: f64,
}

impl Decimal {
    fn signed_whole(&self) -> i128 {
        if self.negative { -self.whole } else { self.whole }
    }

    fn signed_fraction(&self) -> f64 {
        if self.negative { -self.fraction } else { self.fraction }
    }
}

/// `fraction` of a unit in microseconds; a half goes towards zero.
fn nearest(fraction: f64, unit_micros: i64) -> i64 {
    let exact = fraction * unit_micros as f64;
    let whole = exact.trunc();
    let rest = exact - whole;
    whole as i64 + i64::from(rest > 0.5) - i64::from(rest < -0.5)
}

fn add_field(field: &mut i32, value: i128) -> Result<(), Fault> {
    *field = i32::try_from(i128::from(*field) + value).map_err(|_| Fault::Range)?;
    Ok(())
}

impl Sum {
    fn add(&mut self, n: Decimal, unit: Unit) -> Result<(), Fault> {
        let (whole, fraction) = (n.signed_whole(), n.signed_fraction());
        let years = |s: &mut Self, per: i32| {
            add_field(&mut s.years, i128::from(i32::try_from(whole).map_err(|_| Fault::Range)?) * i128::from(per))?;
            // Of a year or more: to the nearest month.
            add_field(&mut s.months, (fraction * f64::from(per) * 12.0).round_ties_even() as i128)
        };
        match unit {
            Unit::Microsecond => self.add_time(whole, fraction, 1),
            Unit::Millisecond => self.add_time(whole, fraction, 1_000),
            Unit::Second => self.add_time(whole, fraction, MICROS_PER_SECOND),
            Unit::Minute => self.add_time(whole, fraction, MICROS_PER_MINUTE),
            Unit::Hour => self.add_time(whole, fraction, MICROS_PER_HOUR),
            Unit::Day => {
                add_field(&mut self.days, whole)?;
                self.add_time(0, fraction, MICROS_PER_DAY)
            }
            Unit::Week => {
                add_field(&mut self.days, i128::from(i32::try_from(whole).map_err(|_| Fault::Range)?) * 7)?;
                self.add_days(fraction * 7.0)
            }
            Unit::Month => {
                add_field(&mut self.months, whole)?;
                self.add_days(fraction * 30.0)
            }
            Unit::Year => years(self, 1),
            Unit::Decade => years(self, 10),
            Unit::Century => years(self, 100),
            Unit::Millennium => years(self, 1_000),
        }
    }

    fn add_time(&mut self, whole: i128, fraction: f64, unit_micros: i64) -> Result<(), Fault> {
        let micros = whole.checked_mul(i128::from(unit_micros)).ok_or(Fault::Range)?;
        self.add_micros(micros)?;
        self.add_micros(i128::from(nearest(fraction, unit_micros)))
    }

    fn add_micros(&mut self, micros: i128) -> Result<(), Fault> {
        let sum = i128::from(self.micros).checked_add(micros).ok_or(Fault::Range)?;
        self.micros = i64::try_from(sum).map_err(|_| Fault::Range)?;
        Ok(())
    }

    /// A number of days with a fraction.
    fn add_days(&mut self, days: f64) -> Result<(), Fault> {
        let whole = days.trunc();
        add_field(&mut self.days, whole as i128)?;
        self.add_micros(i128::from(nearest(days - whole, MICROS_PER_DAY)))
    }

    fn negate(&mut self) -> Result<(), Fault> {
        for field in [&mut self.years, &mut self.months, &mut self.days] {
            *field = field.checked_neg().ok_or(Fault::Range)?;
        }
        self.micros = self.micros.checked_neg().ok_or(Fault::Range)?;
        Ok(())
    }

    fn finish(self) -> Result<Interval, Fault> {
        let months = i64::from(self.years) * 12 + i64::from(self.months);
        Ok(Interval { months: i32::try_from(months).map_err(|_| Fault::Total)?, days: self.days, micros: self.micros })
    }
}

/// Parses an interval and cuts it to `typmod`.
///
/// # Errors
/// 22007 for syntax, 22015 out of range.
pub fn parse(text: &str, typmod: i32, style: &TextStyle) -> SqlResult<Interval> {
    let (fields, _) = Interval::range_and_precision(typmod);
    let joined = join_signs(text.trim());
    let trimmed = joined.as_str();
    let result = if text.len() > 255 {
        Err(Fault::Syntax)
    } else if trimmed.starts_with('P') {
        iso(trimmed)
    } else {
        worded(trimmed, fields, style.interval_style == IntervalStyle::SqlStandard)
    };
    match result {
        Ok(interval) => Ok(interval.with_typmod(typmod)),
        Err(Fault::Syntax) => Err(SqlError::new(
            SqlState::InvalidDatetimeFormat,
            format!("invalid input syntax for type interval: \"{text}\""),
        )),
        Err(Fault::Total) => Err(super::out_of_range()),
        Err(Fault::Range) => Err(SqlError::new(
            SqlState::IntervalFieldOverflow,
            format!("interval field value out of range: \"{text}\""),
        )),
    }
}

/// A sign may stand apart from its number.
fn join_signs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        if matches!(c, '+' | '-') {
            while rest.next_if(|c| *c == ' ').is_some() {}
        }
    }
    out
}

fn decimal(text: &str) -> Result<Decimal, Fault> {
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return Err(Fault::Syntax);
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| Fault::Range)? };
    let fraction = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().unwrap_or(0.0) };
    Ok(Decimal { negative, whole, fraction })
}

/// The number that `text` begins with, and its length. ISO's numbers are read as floats, exponent and all, so a large one
/// has a coarse fraction.
fn iso_number(text: &str) -> Result<(Decimal, usize), Fault> {
    let bytes = text.as_bytes();
    let run = |from: usize, accept: &dyn Fn(u8) -> bool| {
        from + bytes.get(from..).unwrap_or_default().iter().take_while(|b| accept(**b)).count()
    };
    let mut end = run(usize::from(text.starts_with(['-', '+'])), &|b| b.is_ascii_digit());
    if bytes.get(end) == Some(&b'.') {
        end = run(end + 1, &|b| b.is_ascii_digit());
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let digits = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let after = run(digits, &|b| b.is_ascii_digit());
        end = if after > digits { after } else { end };
    }
    let value: f64 = text[..end].parse().map_err(|_| Fault::Syntax)?;
    if value.abs() > 1e15 {
        return Err(Fault::Range);
    }
    let (negative, size) = (value.is_sign_negative(), value.abs());
    Ok((Decimal { negative, whole: size.trunc() as i128, fraction: size.fract() }, end))
}

/// Cuts `text` into numbers (with signs, points, colons, dashes) and words.
fn pieces(text: &str) -> Result<Vec<&str>, Fault> {
    let bytes = text.as_bytes();
    let mut out = vec![];
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let start = at;
        match b {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b'@' => {
                at += 1;
                continue;
            }
            b'+' | b'-' | b'0'..=b'9' | b'.' => {
                at += 1;
                let mut end = at;
                while let Some(&c) = bytes.get(end) {
                    // A dash inside is SQL's year-month; one after a blank is a sign.
                    let dash = c == b'-'
                        && bytes[end - 1].is_ascii_digit()
                        && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
                    if c.is_ascii_digit() || matches!(c, b'.' | b':') || dash {
                        end += 1;
                    } else {
                        break;
                    }
                }
                at = end;
            }
            b if b.is_ascii_alphabetic() => {
                while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
                    at += 1;
                }
            }
            _ => return Err(Fault::Syntax),
        }
        out.push(&text[start..at]);
    }
    Ok(out)
}

/// The unit of a bare number: the lowest field of the type's range.
fn default_unit(fields: i32) -> Unit {
    match fields {
        _ if fields == range::FULL => Unit::Second,
        _ if fields & range::SECOND != 0 => Unit::Second,
        _ if fields & range::MINUTE != 0 => Unit::Minute,
        _ if fields & range::HOUR != 0 => Unit::Hour,
        _ if fields & range::DAY != 0 => Unit::Day,
        _ if fields & range::MONTH != 0 => Unit::Month,
        _ => Unit::Year,
    }
}

fn worded(text: &str, fields: i32, sql_style: bool) -> Result<Interval, Fault> {
    let pieces = pieces(text)?;
    if pieces.is_empty() {
        return Err(Fault::Syntax);
    }
    // SQL's rule: one sign in front is the sign of all.
    let all_negative =
        sql_style && pieces[0].starts_with('-') && pieces[1..].iter().all(|p| !p.starts_with(['-', '+']));
    let mut sum = Sum::default();
    let mut at = 0;
    let mut seen: Vec<Unit> = vec![];
    let mut once = |units: &[Unit]| -> Result<(), Fault> {
        if units.iter().any(|u| seen.contains(u)) {
            return Err(Fault::Syntax);
        }
        seen.extend_from_slice(units);
        Ok(())
    };
    let mut any = false;
    while let Some(&piece) = pieces.get(at) {
        at += 1;
        let lower = piece.to_ascii_lowercase();
        if lower == "ago" {
            if at != pieces.len() || !any {
                return Err(Fault::Syntax);
            }
            sum.negate()?;
            break;
        }
        if piece.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(Fault::Syntax);
        }
        any = true;
        let negative = piece.starts_with('-');
        let body = piece.trim_start_matches(['+', '-']);
        let force = all_negative && !negative;
        if body.contains(':') {
            once(&[Unit::Hour, Unit::Minute, Unit::Second, Unit::Millisecond, Unit::Microsecond])?;
            let micros = clock(body, fields)?;
            sum.add_micros(if negative || force { -micros } else { micros })?;
            continue;
        }
        if let Some((years, months)) = body.split_once('-') {
            once(&[Unit::Month])?;
            let years: i32 = years.parse().map_err(|_| Fault::Syntax)?;
            let months: i32 = months.parse().map_err(|_| Fault::Syntax)?;
            if months >= 12 {
                return Err(Fault::Range);
            }
            let sign = if negative || force { -1 } else { 1 };
            add_field(&mut sum.years, i128::from(sign * years))?;
            add_field(&mut sum.months, i128::from(sign * months))?;
            continue;
        }
        let mut number = decimal(piece)?;
        number.negative |= force;
        let u = match pieces.get(at).map(|w| w.to_ascii_lowercase()) {
            Some(word) if word != "ago" && word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                at += 1;
                // `m` with a range of fields below days stays minutes; it is never months here.
                // Words are cut to ten letters before they are looked up.
                unit(word.get(..10).unwrap_or(&word)).ok_or(Fault::Syntax)?
            }
            // A number before a time of day is days: SQL's `3 04:05:06`.
            Some(next) if next.contains(':') => Unit::Day,
            // So is one before a bare number of hours.
            Some(next) if next != "ago" && default_unit(fields) == Unit::Hour => Unit::Day,
            _ => default_unit(fields),
        };
        // A field that overflows is told before one that is given twice.
        sum.add(number, u)?;
        match u {
            // Seconds with a fraction are milliseconds and microseconds, too.
            Unit::Second if piece.contains('.') => once(&[Unit::Second, Unit::Millisecond, Unit::Microsecond])?,
            _ => once(&[u])?,
        }
    }
    if !any {
        return Err(Fault::Syntax);
    }
    sum.finish()
}

/// `hh:mm[:ss[.fff]]` without sign; `mm:ss` where the range of fields says so, or a fraction shows it.
fn clock(text: &str, fields: i32) -> Result<i128, Fault> {
    let parts: Vec<&str> = text.split(':').collect();
    let whole = |s: &str| s.parse::<i64>().map_err(|_| Fault::Syntax);
    let (hour, minute, seconds) = match parts[..] {
        [h, m, s] => (whole(h)?, whole(m)?, s),
        [m, s] if s.contains('.') || fields == range::MINUTE | range::SECOND => (0, whole(m)?, s),
        [h, m] => (whole(h)?, whole(m)?, "0"),
        _ => return Err(Fault::Syntax),
    };
    let seconds = decimal(seconds)?;
    if minute > 59 || seconds.whole > 60 {
        return Err(Fault::Range);
    }
    Ok(i128::from(hour) * i128::from(MICROS_PER_HOUR)
        + i128::from(minute) * i128::from(MICROS_PER_MINUTE)
        + seconds.whole * i128::from(MICROS_PER_SECOND)
        + (seconds.fraction * 1e6).round_ties_even() as i128)
}

fn iso(text: &str) -> Result<Interval, Fault> {
    let mut sum = Sum::default();
    let mut rest = &text[1..];
    let mut in_time = false;
    if rest.is_empty() {
        return Err(Fault::Syntax);
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            if in_time {
                return Err(Fault::Syntax);
            }
            in_time = true;
            rest = after;
            continue;
        }
        if let Some((units, after)) = iso_basic(rest, in_time) {
            for (digits, unit) in units {
                sum.add(decimal(digits)?, unit)?;
            }
            rest = after;
            continue;
        }
        let (number, length) = iso_number(rest)?;
        let designator = rest[length..].chars().next();
        match (in_time, designator) {
            (false, Some('Y')) => sum.add(number, Unit::Year)?,
            (false, Some('M')) => sum.add(number, Unit::Month)?,
            (false, Some('W')) => sum.add(number, Unit::Week)?,
            (false, Some('D')) => sum.add(number, Unit::Day)?,
            (true, Some('H')) => sum.add(number, Unit::Hour)?,
            (true, Some('M')) => sum.add(number, Unit::Minute)?,
            (true, Some('S')) => sum.add(number, Unit::Second)?,
            (false, Some('-' | 'T') | None) => {
                rest = alternative(rest, '-', [Unit::Year, Unit::Month, Unit::Day], &mut sum)?;
                continue;
            }
            (true, Some(':') | None) => {
                rest = alternative(rest, ':', [Unit::Hour, Unit::Minute, Unit::Second], &mut sum)?;
                if !rest.is_empty() {
                    return Err(Fault::Syntax);
                }
                continue;
            }
            _ => return Err(Fault::Syntax),
        }
        rest = &rest[length + 1..];
    }
    sum.finish()
}

/// Numbers joined by `separator`, each with a sign of its own: the alternative form. What follows them.
fn alternative<'a>(text: &'a str, separator: char, units: [Unit; 3], sum: &mut Sum) -> Result<&'a str, Fault> {
    let mut rest = text;
    for (i, unit) in units.into_iter().enumerate() {
        if i > 0 {
            match rest.strip_prefix(separator) {
                Some(after) => rest = after,
                None => break,
            }
        }
        let (number, length) = iso_number(rest)?;
        sum.add(number, unit)?;
        rest = &rest[length..];
    }
    if rest.is_empty() || rest.starts_with('T') { Ok(rest) } else { Err(Fault::Syntax) }
}

/// The basic form, digits without separators: `yyyymmdd` for the date, `hhmmss` for the time.
fn iso_basic(text: &str, in_time: bool) -> Option<([(&str, Unit); 3], &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let ends = |after: &str| after.is_empty() || (!in_time && after.starts_with('T'));
    let (length, units) =
        if in_time { (6, [Unit::Hour, Unit::Minute, Unit::Second]) } else { (8, [Unit::Year, Unit::Month, Unit::Day]) };
    let after = text.get(length..).filter(|after| digits == length && ends(after))?;
    let year = length - 4;
    let parts = [&text[..year], &text[year..year + 2], &text[year + 2..length]];
    Some(([(parts[0], units[0]), (parts[1], units[1]), (parts[2], units[2])], after))
}
