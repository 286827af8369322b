//! Text input of intervals: numbers with units (`1 year 2 mons ago`), SQL's `1-2 3 04:05:06`, ISO 8601's
//! `P1Y2M3DT4H5M6S` and `P0001-02-03T04:05:06`.
//!
//! Fractions flow downwards: of a year to months, of a month to days (30 a month) and time, of a week or
//! a day to time.

use super::{Interval, range};
use crate::datetime::parse::fraction_micros;
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

/// Sums of the fields, wider than the fields.
#[derive(Default)]
struct Sum {
    months: i64,
    days: i64,
    micros: i128,
}

/// A decimal number with its sign apart, so that `-0.5` keeps it.
#[derive(Clone, Copy)]
struct Decimal<'a> {
    negative: bool,
    whole: i64,
    fraction: &'a str,
}

impl Decimal<'_> {
    fn fraction_value(&self) -> f64 {
        if self.fraction.is_empty() { 0.0 } else { format!("0.{}", self.fraction).parse().unwrap_or(0.0) }
    }
}

impl Sum {
    fn add(&mut self, n: Decimal<'_>, unit: Unit) -> Result<(), Fault> {
        let sign = if n.negative { -1 } else { 1 };
        let whole = sign * n.whole;
        let fraction = f64::from(sign as i32) * n.fraction_value();
        let months = |s: &mut Self, per: i64| -> Result<(), Fault> {
            s.months = whole.checked_mul(per).and_then(|m| s.months.checked_add(m)).ok_or(Fault::Range)?;
            // Of a year or more: to the nearest month.
            s.months += (fraction * per as f64).round_ties_even() as i64;
            Ok(())
        };
        let micros = |s: &mut Self, per: i64| {
            s.micros +=
                i128::from(whole) * i128::from(per) + i128::from((fraction * per as f64).round_ties_even() as i64);
        };
        match unit {
            Unit::Microsecond => micros(self, 1),
            Unit::Millisecond => micros(self, 1_000),
            Unit::Second => {
                self.micros += i128::from(whole) * i128::from(MICROS_PER_SECOND);
                self.micros += i128::from(sign) * i128::from(fraction_micros(n.fraction));
            }
            Unit::Minute => micros(self, MICROS_PER_MINUTE),
            Unit::Hour => micros(self, MICROS_PER_HOUR),
            Unit::Day => {
                self.days = self.days.checked_add(whole).ok_or(Fault::Range)?;
                self.micros += i128::from((fraction * MICROS_PER_DAY as f64).round_ties_even() as i64);
            }
            Unit::Week => {
                self.days = whole.checked_mul(7).and_then(|d| self.days.checked_add(d)).ok_or(Fault::Range)?;
                self.day_fraction(fraction * 7.0);
            }
            Unit::Month => {
                self.months = self.months.checked_add(whole).ok_or(Fault::Range)?;
                self.day_fraction(fraction * 30.0);
            }
            Unit::Year => months(self, 12)?,
            Unit::Decade => months(self, 120)?,
            Unit::Century => months(self, 1_200)?,
            Unit::Millennium => months(self, 12_000)?,
        }
        Ok(())
    }

    /// A number of days with a fraction.
    fn day_fraction(&mut self, days: f64) {
        let whole = days.trunc();
        self.days = self.days.saturating_add(whole as i64);
        self.micros += i128::from(((days - whole) * MICROS_PER_DAY as f64).round_ties_even() as i64);
    }

    fn negate(&mut self) {
        (self.months, self.days, self.micros) = (-self.months, -self.days, -self.micros);
    }

    fn finish(self) -> Result<Interval, Fault> {
        Ok(Interval {
            months: i32::try_from(self.months).map_err(|_| Fault::Total)?,
            days: i32::try_from(self.days).map_err(|_| Fault::Range)?,
            micros: i64::try_from(self.micros).map_err(|_| Fault::Range)?,
        })
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

fn decimal(text: &str) -> Result<Decimal<'_>, Fault> {
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
    Ok(Decimal { negative, whole, fraction })
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
    let mut once = |u: Unit| -> Result<(), Fault> {
        if seen.contains(&u) {
            return Err(Fault::Syntax);
        }
        seen.push(u);
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
            sum.negate();
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
            once(Unit::Hour)?;
            once(Unit::Minute)?;
            once(Unit::Second)?;
            let micros = clock(body, fields)?;
            sum.micros += if negative || force { -micros } else { micros };
            continue;
        }
        if let Some((years, months)) = body.split_once('-') {
            once(Unit::Month)?;
            let years: i64 = years.parse().map_err(|_| Fault::Syntax)?;
            let months: i64 = months.parse().map_err(|_| Fault::Syntax)?;
            if months >= 12 {
                return Err(Fault::Range);
            }
            let total = years.checked_mul(12).and_then(|y| y.checked_add(months)).ok_or(Fault::Range)?;
            sum.months += if negative || force { -total } else { total };
            continue;
        }
        let mut number = decimal(piece)?;
        number.negative |= force;
        let u = match pieces.get(at).map(|w| w.to_ascii_lowercase()) {
            Some(word) if word != "ago" && word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                at += 1;
                // `m` with a range of fields below days stays minutes; it is never months here.
                unit(&word).ok_or(Fault::Syntax)?
            }
            // A number before a time of day is days: SQL's `3 04:05:06`.
            Some(next) if next.contains(':') => Unit::Day,
            _ => default_unit(fields),
        };
        once(u)?;
        sum.add(number, u)?;
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
        + i128::from(seconds.whole) * i128::from(MICROS_PER_SECOND)
        + i128::from(fraction_micros(seconds.fraction)))
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
        let signed = usize::from(rest.starts_with(['-', '+']));
        let length = signed + rest[signed..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let number = decimal(rest.get(..length).ok_or(Fault::Syntax)?)?;
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
                // The alternative form: years-months-days.
                let end = rest.find('T').unwrap_or(rest.len());
                let mut parts = rest[..end].split('-').filter(|p| !p.is_empty());
                for u in [Unit::Year, Unit::Month, Unit::Day] {
                    if let Some(part) = parts.next() {
                        let mut n = decimal(part)?;
                        n.negative = signed == 1 && rest.starts_with('-') && u == Unit::Year;
                        sum.add(n, u)?;
                    }
                }
                if parts.next().is_some() {
                    return Err(Fault::Syntax);
                }
                rest = &rest[end..];
                continue;
            }
            (true, Some(':') | None) => {
                let body = rest.trim_start_matches(['-', '+']);
                let micros = if body.contains(':') {
                    clock(body, range::FULL)?
                } else {
                    i128::from(decimal(body)?.whole) * i128::from(MICROS_PER_HOUR)
                };
                sum.micros += if rest.starts_with('-') { -micros } else { micros };
                break;
            }
            _ => return Err(Fault::Syntax),
        }
        rest = &rest[length + 1..];
    }
    sum.finish()
}
