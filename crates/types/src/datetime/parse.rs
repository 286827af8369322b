//! Text input of dates and times.
//!
//! The text is cut into fields (numbers, dates with separators, times, words, zones), then the fields
//! are read in order, as the manual's appendix B describes. A number alone is a year, month or day by
//! what is known so far and by the field order of `DateStyle`.

use super::zone::{Zone, abbreviation, parse_offset, session_zone};
use super::{
    DATE_INFINITY, DATE_NEG_INFINITY, Fields, JULIAN_OF_EPOCH, MICROS_PER_DAY, MICROS_PER_SECOND, MONTH_NAMES,
    TIMESTAMP_INFINITY, TIMESTAMP_NEG_INFINITY, UNIX_EPOCH_DAYS, UNIX_EPOCH_MICROS, checked_date, checked_timestamp,
    civil_from_days, days_in_month, round_micros,
};
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;
use crate::text_io::{DateOrder, TextStyle};

/// Why text is no date or time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not of any known form.
    Syntax,
    /// A field is beyond its range.
    Field,
    /// A month or day is beyond its range, perhaps since the order is another one.
    MonthOrDay,
    /// A zone offset is beyond its range.
    Displacement,
    /// An unknown zone name.
    Zone(String),
}

impl Fault {
    /// The error for input `text` of type `type_name`.
    pub fn error(self, text: &str, type_name: &str) -> SqlError {
        let range = || {
            SqlError::new(SqlState::DatetimeFieldOverflow, format!("date/time field value out of range: \"{text}\""))
        };
        match self {
            Self::Syntax => SqlError::new(
                SqlState::InvalidDatetimeFormat,
                format!("invalid input syntax for type {type_name}: \"{text}\""),
            ),
            Self::Field => range(),
            Self::MonthOrDay => range().hint("Perhaps you need a different \"datestyle\" setting."),
            Self::Displacement => SqlError::new(
                SqlState::InvalidTimeZoneDisplacementValue,
                format!("time zone displacement out of range: \"{text}\""),
            ),
            Self::Zone(name) => {
                SqlError::new(SqlState::InvalidParameterValue, format!("time zone \"{name}\" not recognized"))
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token<'a> {
    /// Digits, perhaps with a fraction.
    Number(&'a str),
    /// Digits and letters joined by `-`, `/` or `.`.
    Date(&'a str),
    Time(&'a str),
    Word(&'a str),
    /// Sign and offset.
    Offset(&'a str),
}

/// Longest input that is looked at.
const MAX_LENGTH: usize = 255;

fn tokens(text: &str) -> Result<Vec<Token<'_>>, Fault> {
    let bytes = text.as_bytes();
    if bytes.len() > MAX_LENGTH || !text.is_ascii() {
        return Err(Fault::Syntax);
    }
    let run =
        |from: usize, accept: &dyn Fn(u8) -> bool| from + bytes[from..].iter().take_while(|b| accept(**b)).count();
    let digit = |b: u8| b.is_ascii_digit();
    let mut out = vec![];
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let start = at;
        match b {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' | b',' => {
                at += 1;
                continue;
            }
            b'0'..=b'9' => {
                at = run(at, &digit);
                match bytes.get(at) {
                    Some(b':') => {
                        at = run(at, &|b| digit(b) || b == b':' || b == b'.');
                        out.push(Token::Time(&text[start..at]));
                    }
                    Some(b'-' | b'/') => {
                        at = date_end(bytes, at);
                        out.push(Token::Date(&text[start..at]));
                    }
                    Some(b'.') => {
                        // Two points make a date, one makes a fraction.
                        let end = run(at, &|b| digit(b) || b == b'.');
                        let letters = bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic);
                        if letters || text[start..end].matches('.').count() >= 2 {
                            at = date_end(bytes, at);
                            out.push(Token::Date(&text[start..at]));
                        } else {
                            at = end;
                            out.push(Token::Number(&text[start..at]));
                        }
                    }
                    _ => out.push(Token::Number(&text[start..at])),
                }
            }
            b'.' => {
                at = run(at + 1, &digit);
                out.push(Token::Number(&text[start..at]));
            }
            b'+' | b'-' => {
                at += 1;
                at = run(at, &|b| b == b' ');
                match bytes.get(at) {
                    Some(c) if c.is_ascii_digit() => {
                        at = run(at, &|b| digit(b) || b == b':' || b == b'.');
                        out.push(Token::Offset(&text[start..at]));
                    }
                    Some(c) if c.is_ascii_alphabetic() => {
                        at = run(at, &|b| b.is_ascii_alphabetic());
                        out.push(Token::Word(&text[start..at]));
                    }
                    _ => return Err(Fault::Syntax),
                }
            }
            b if b.is_ascii_alphabetic() => {
                at = run(at, &|b| b.is_ascii_alphabetic());
                let word = &text[start..at];
                let separated = matches!(bytes.get(at), Some(b'-' | b'/' | b'.'))
                    && month_name(word).is_some()
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                if separated {
                    at = date_end(bytes, at);
                    out.push(Token::Date(&text[start..at]));
                } else {
                    // `EST5EDT` is a zone; `T040506`, `J2451187` and `Jan8` are a word and a number.
                    let posix = at - start >= 3
                        && bytes.get(at).is_some_and(u8::is_ascii_digit)
                        && month_name(word).is_none()
                        && bytes[at..].iter().any(u8::is_ascii_alphabetic);
                    if posix {
                        at = run(at, &|b| b.is_ascii_alphanumeric());
                    } else if matches!(bytes.get(at), Some(b'/' | b'_')) {
                        at = run(at, &|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+' | b':'));
                    } else if bytes.get(at) == Some(&b'.') {
                        at += 1;
                    }
                    out.push(Token::Word(text[start..at].trim_end_matches('.')));
                }
            }
            b'(' | b')' | b'[' | b']' | b'\'' | b'"' | b';' | b'*' | b'@' => {
                // Punctuation says nothing.
                at += 1;
            }
            _ => return Err(Fault::Syntax),
        }
    }
    Ok(out)
}

/// End of a date whose first separator is at `at`: two more parts joined by that same separator.
fn date_end(bytes: &[u8], at: usize) -> usize {
    let separator = bytes[at];
    let mut end = at;
    for _ in 0..2 {
        if bytes.get(end) != Some(&separator) {
            break;
        }
        let part = bytes[end + 1..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        // Two numbers are followed by a number: letters may be the month only where a year or day is still to come.
        let numbers = end > at && bytes[at + 1..end].iter().all(u8::is_ascii_digit);
        let part = if numbers { 0 } else { part };
        // `T` between date and time is not part of the day.
        let digits = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        end += 1 + if digits > 0 { digits } else { part };
    }
    end
}

fn month_name(word: &str) -> Option<i32> {
    let word = word.to_ascii_lowercase();
    if word == "sept" {
        return Some(9);
    }
    MONTH_NAMES
        .iter()
        .position(|m| {
            let m = m.to_ascii_lowercase();
            word == m || (word.len() == 3 && m.starts_with(&word))
        })
        .map(|i| i as i32 + 1)
}

fn is_weekday(word: &str) -> bool {
    const FORMS: &[&str] = &[
        "sun",
        "sunday",
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "weds",
        "wednesday",
        "thu",
        "thur",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
    ];
    FORMS.iter().any(|f| f.eq_ignore_ascii_case(word))
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    year: Option<i32>,
    /// The year had one or two digits.
    short_year: bool,
    month: Option<i32>,
    text_month: bool,
    day: Option<i32>,
    day_of_year: Option<i32>,
    julian: Option<i64>,
    time: Option<(i32, i32, i32, i32)>,
    zone: Option<Zone>,
    bc: Option<bool>,
    /// `true` for PM.
    afternoon: Option<bool>,
    special: Option<Special>,
    /// The next number is an ISO time (after `T`).
    expect_time: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Special {
    Now,
    /// Days from today.
    Day(i64),
    Epoch,
    Infinity,
    NegInfinity,
}

/// What a text says.
struct Read {
    fields: Option<Fields>,
    has_time: bool,
    special: Option<Special>,
    zone: Option<Zone>,
}

impl Reader {
    fn token(&mut self, token: &Token<'_>, order: DateOrder) -> Result<(), Fault> {
        match token {
            Token::Time(text) => self.time(text),
            Token::Date(text) => self.date(text, order),
            Token::Number(text) => self.number(text, order),
            Token::Offset(text) => self.offset(text),
            Token::Word(word) => self.word(word),
        }
    }

    fn offset(&mut self, text: &str) -> Result<(), Fault> {
        if self.time.is_none() && self.year.is_none() && self.julian.is_none() {
            return Err(Fault::Syntax);
        }
        let compact: String = text.chars().filter(|c| *c != ' ').collect();
        let offset = parse_offset(&compact).ok_or(Fault::Displacement)?;
        // After an abbreviation (`UTC+3`, `PST-03:00`) it names another zone, counted west, as POSIX has it.
        self.zone = Some(Zone::Fixed(match self.zone {
            Some(Zone::Fixed(_) | Zone::Abbreviation { .. }) => -offset,
            Some(Zone::Named(_) | Zone::Posix(_)) => return Err(Fault::Syntax),
            None => offset,
        }));
        Ok(())
    }

    fn time(&mut self, text: &str) -> Result<(), Fault> {
        if self.time.is_some() {
            return Err(Fault::Syntax);
        }
        self.expect_time = false;
        self.time = Some(clock(text)?);
        Ok(())
    }

    fn date(&mut self, text: &str, order: DateOrder) -> Result<(), Fault> {
        if self.year.is_some() || self.day.is_some() {
            return Err(Fault::Syntax);
        }
        let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        if parts.len() > 3 || parts.iter().any(|p| p.is_empty()) {
            return Err(Fault::Syntax);
        }
        if let Some(at) = parts.iter().position(|p| p.bytes().all(|b| b.is_ascii_alphabetic())) {
            self.month = Some(month_name(parts[at]).ok_or(Fault::Syntax)?);
            self.text_month = true;
        }
        for part in parts {
            if part.bytes().all(|b| b.is_ascii_digit()) {
                self.date_number(part, order)?;
            } else if !part.bytes().all(|b| b.is_ascii_alphabetic()) {
                return Err(Fault::Syntax);
            }
        }
        if self.year.is_none() || (self.day_of_year.is_none() && (self.month.is_none() || self.day.is_none())) {
            return Err(Fault::Syntax);
        }
        Ok(())
    }

    /// A number that is a year, a month or a day.
    fn date_number(&mut self, text: &str, order: DateOrder) -> Result<(), Fault> {
        let value: i32 = text.parse().map_err(|_| Fault::Field)?;
        let long = text.len() >= 3;
        let year = |r: &mut Self| {
            r.year = Some(value);
            r.short_year = text.len() <= 2;
        };
        match (self.year, self.month, self.day) {
            (Some(_), None, None) if text.len() == 3 && (1..=366).contains(&value) => self.day_of_year = Some(value),
            (None, None, None) if long || order == DateOrder::Ymd => year(self),
            (None, None, None) if order == DateOrder::Dmy => self.day = Some(value),
            (None, None, None) | (Some(_), None, None) | (None, None, Some(_)) => self.month = Some(value),
            (None, Some(_), None) if self.text_month && (long || order == DateOrder::Ymd) => year(self),
            (None, Some(_), None) => self.day = Some(value),
            (Some(first), Some(_), None) if self.text_month && long && self.short_year => {
                // The first number was a day after all.
                self.day = Some(first);
                year(self);
            }
            (Some(_), Some(_), None) => self.day = Some(value),
            (None, Some(_), Some(_)) => year(self),
            _ => return Err(Fault::Syntax),
        }
        Ok(())
    }

    fn number(&mut self, text: &str, order: DateOrder) -> Result<(), Fault> {
        if let (Some(julian), None) = (self.julian, self.time)
            && let Some(fraction) = text.strip_prefix('.')
            && julian >= 0
        {
            return self.day_fraction(fraction);
        }
        let complete = (self.year.is_some() && self.month.is_some() && self.day.is_some())
            || self.day_of_year.is_some()
            || self.julian.is_some();
        let whole = text.split('.').next().unwrap_or(text);
        if self.expect_time || complete {
            if self.time.is_some() {
                return Err(Fault::Syntax);
            }
            self.expect_time = false;
            self.time = Some(compact_time(text)?);
            return Ok(());
        }
        if text.contains('.') {
            // `2024.123`: year and day of year.
            let (year, day) = text.split_once('.').unwrap_or((text, ""));
            if day.len() == 3 && self.year.is_none() && year.len() >= 3 {
                self.year = year.parse().ok();
                self.day_of_year = day.parse().ok();
                return Ok(());
            }
            return Err(Fault::Syntax);
        }
        let blank = self.year.is_none() && self.month.is_none() && self.day.is_none();
        if whole.len() >= 6 && blank {
            let split = whole.len() - 4;
            self.year = Some(whole[..split].parse().map_err(|_| Fault::Field)?);
            self.short_year = split == 2;
            self.month = whole[split..split + 2].parse().ok();
            self.day = whole[split + 2..].parse().ok();
            return Ok(());
        }
        self.date_number(whole, order)
    }

    /// A fraction of a Julian day is a time.
    fn day_fraction(&mut self, digits: &str) -> Result<(), Fault> {
        let fraction: f64 = format!("0.{digits}").parse().map_err(|_| Fault::Syntax)?;
        let micros = (fraction * MICROS_PER_DAY as f64) as i64;
        self.time = Some(super::time_fields(micros));
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Fault> {
        let lower = word.to_ascii_lowercase();
        if let Some(month) = month_name(&lower) {
            // Text names win: a number taken for the month was the day, if it can be one.
            match self.month {
                None => {}
                Some(day) if !self.text_month && self.day.is_none() && (1..=31).contains(&day) => self.day = Some(day),
                Some(_) => return Err(Fault::Syntax),
            }
            self.month = Some(month);
            self.text_month = true;
            return Ok(());
        }
        let special = match lower.as_str() {
            "now" => Some(Special::Now),
            "today" => Some(Special::Day(0)),
            "tomorrow" => Some(Special::Day(1)),
            "yesterday" => Some(Special::Day(-1)),
            "epoch" => Some(Special::Epoch),
            "infinity" | "+infinity" | "inf" | "+inf" => Some(Special::Infinity),
            "-infinity" | "-inf" => Some(Special::NegInfinity),
            _ => None,
        };
        if let Some(special) = special {
            if self.special.is_some() || self.year.is_some() {
                return Err(Fault::Syntax);
            }
            self.special = Some(special);
            return Ok(());
        }
        match lower.as_str() {
            "am" | "a.m" => self.afternoon = Some(false),
            "pm" | "p.m" => self.afternoon = Some(true),
            "ad" | "a.d" => self.bc = Some(false),
            "bc" | "b.c" => self.bc = Some(true),
            "at" | "on" | "dst" => {}
            "t" => self.expect_time = true,
            "j" | "jd" | "julian" => self.julian = Some(-1),
            "allballs" => {
                self.time = Some((0, 0, 0, 0));
                self.zone = Some(Zone::UTC);
            }
            _ if is_weekday(&lower) => {}
            _ => {
                let zone = match abbreviation(&lower) {
                    Some(zone) => zone,
                    None if lower.contains('/') || lower.len() > 3 => Zone::named(word)
                        .ok_or_else(|| if lower.contains('/') { Fault::Zone(lower.clone()) } else { Fault::Syntax })?,
                    None => Zone::named(word).ok_or(Fault::Syntax)?,
                };
                if self.zone.is_some() {
                    return Err(Fault::Syntax);
                }
                self.zone = Some(zone);
            }
        }
        Ok(())
    }

    /// The fields, checked.
    fn finish(self) -> Result<Read, Fault> {
        let mut f = Fields::default();
        if let Some((hour, minute, second, micros)) = self.time {
            f = Fields { hour, minute, second, micros, ..f };
            match self.afternoon {
                Some(_) if hour > 12 => return Err(Fault::Field),
                Some(false) if hour == 12 => f.hour = 0,
                Some(true) if hour != 12 => f.hour += 12,
                _ => {}
            }
            let over = f.hour > 24 || (f.hour == 24 && (f.minute, f.second, f.micros) != (0, 0, 0));
            if over {
                return Err(Fault::Field);
            }
        } else if self.afternoon.is_some() || self.expect_time {
            return Err(Fault::Syntax);
        }
        let has_time = self.time.is_some();
        let dated = if let Some(julian) = self.julian {
            if julian < 0 {
                return Err(Fault::Syntax);
            }
            (f.year, f.month, f.day) = civil_from_days(julian - i64::from(JULIAN_OF_EPOCH));
            true
        } else if self.year.is_some() || self.month.is_some() || self.day.is_some() {
            let beyond = |v: Option<i32>, most: i32| v.is_some_and(|v| !(1..=most).contains(&v));
            if beyond(self.month, 12) || beyond(self.day, 31) {
                return Err(Fault::MonthOrDay);
            }
            let mut year = self.year.ok_or(Fault::Syntax)?;
            match self.bc {
                Some(true) => {
                    if year <= 0 {
                        return Err(Fault::Field);
                    }
                    year = 1 - year;
                }
                _ if self.short_year => year += if year < 70 { 2000 } else { 1900 },
                _ if year <= 0 => return Err(Fault::Field),
                _ => {}
            }
            f.year = year;
            if let Some(day) = self.day_of_year {
                (f.year, f.month, f.day) = civil_from_days(super::days_from_civil(year, 1, 1) + i64::from(day) - 1);
            } else {
                f.month = self.month.ok_or(Fault::Syntax)?;
                f.day = self.day.ok_or(Fault::Syntax)?;
                if f.day > days_in_month(f.year, f.month) {
                    return Err(Fault::Field);
                }
            }
            true
        } else {
            false
        };
        if dated && self.special.is_some() {
            return Err(Fault::Syntax);
        }
        if !dated && self.special.is_none() && !has_time {
            return Err(Fault::Syntax);
        }
        Ok(Read { fields: (dated || has_time).then_some(f), has_time, special: self.special, zone: self.zone }).map(
            |r| Read { fields: if dated { r.fields } else { r.fields.map(|f| Fields { year: i32::MIN, ..f }) }, ..r },
        )
    }
}

impl Read {
    /// Whether a date was given in numbers.
    fn date(&self) -> Option<Fields> {
        self.fields.filter(|f| f.year != i32::MIN)
    }
}

/// `hh:mm[:ss[.fff]]`.
fn clock(text: &str) -> Result<(i32, i32, i32, i32), Fault> {
    let mut parts = text.split(':');
    let number = |s: &str| s.parse::<i32>().map_err(|_| Fault::Syntax);
    let hour = number(parts.next().ok_or(Fault::Syntax)?)?;
    let second_part = parts.next().ok_or(Fault::Syntax)?;
    let (hour, minute, seconds) = match parts.next() {
        Some(seconds) => (hour, number(second_part)?, seconds),
        // With a fraction, two parts are minutes and seconds.
        None if second_part.contains('.') => (0, hour, second_part),
        None => (hour, number(second_part)?, "0"),
    };
    if parts.next().is_some() {
        return Err(Fault::Syntax);
    }
    let (second, micros) = seconds_and_micros(seconds)?;
    if minute > 59 || second > 60 {
        return Err(Fault::Field);
    }
    carry(hour, minute, second, micros)
}

/// A second of 60, or a fraction that rounds up to a second, goes to the next minute.
fn carry(hour: i32, minute: i32, second: i32, micros: i32) -> Result<(i32, i32, i32, i32), Fault> {
    if second < 60 && micros < 1_000_000 {
        return Ok((hour, minute, second, micros));
    }
    let total = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second) + i64::from(micros / 1_000_000);
    Ok(((total / 3_600) as i32, (total / 60 % 60) as i32, (total % 60) as i32, micros % 1_000_000))
}

fn seconds_and_micros(text: &str) -> Result<(i32, i32), Fault> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fault::Syntax);
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| Fault::Syntax)? };
    Ok((whole, fraction_micros(fraction)))
}

/// Microseconds of the digits after the point, rounded half to even as PostgreSQL's `rint` does.
fn fraction_micros(digits: &str) -> i32 {
    if digits.is_empty() {
        return 0;
    }
    let fraction: f64 = format!("0.{digits}").parse().unwrap_or(0.0);
    (fraction * 1e6).round_ties_even() as i32
}

/// `hhmmss[.fff]` or `hhmm`.
fn compact_time(text: &str) -> Result<(i32, i32, i32, i32), Fault> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let part = |r: std::ops::Range<usize>| whole.get(r).and_then(|s| s.parse::<i32>().ok()).ok_or(Fault::Syntax);
    let micros = fraction_micros(fraction);
    let (h, m, s) = match whole.len() {
        6 => (part(0..2)?, part(2..4)?, part(4..6)?),
        4 => (part(0..2)?, part(2..4)?, 0),
        _ => return Err(Fault::Syntax),
    };
    if m > 59 || s > 60 {
        return Err(Fault::Field);
    }
    carry(h, m, s, micros)
}

fn read(text: &str, style: &TextStyle) -> Result<Read, Fault> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(Fault::Syntax);
    }
    let mut reader = Reader::default();
    for token in &tokens {
        // `J2451187` is a Julian day; `T040506` a time.
        if reader.julian == Some(-1) {
            let Token::Number(number) = token else { return Err(Fault::Syntax) };
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            reader.julian = Some(whole.parse().map_err(|_| Fault::Field)?);
            if !fraction.is_empty() {
                reader.day_fraction(fraction)?;
            }
            continue;
        }
        reader.token(token, style.date_style.1)?;
    }
    reader.finish()
}

/// Applies `typmod` (digits of a second) and complains of nothing.
fn to_precision(micros: i64, typmod: i32) -> i64 {
    if typmod >= 0 { round_micros(micros, typmod) } else { micros }
}

/// Today's local date at the session's `now`.
fn today(style: &TextStyle) -> i64 {
    session_zone(&style.time_zone).to_local(style.now_micros).div_euclid(MICROS_PER_DAY)
}

/// Parses a date: days since 2000-01-01.
///
/// # Errors
/// 22007, 22008.
pub fn date(text: &str, style: &TextStyle) -> SqlResult<i32> {
    let read = read(text, style).map_err(|f| f.error(text, "date"))?;
    let days = match (read.special, read.date()) {
        (Some(Special::Infinity), _) => return Ok(DATE_INFINITY),
        (Some(Special::NegInfinity), _) => return Ok(DATE_NEG_INFINITY),
        (Some(Special::Epoch), _) => -i64::from(UNIX_EPOCH_DAYS),
        (Some(Special::Now), _) => today(style),
        (Some(Special::Day(n)), _) => today(style) + n,
        (None, Some(f)) => f.days(),
        (None, None) => return Err(Fault::Syntax.error(text, "date")),
    };
    checked_date(days)
        .map_err(|_| SqlError::new(SqlState::DatetimeFieldOverflow, format!("date out of range: \"{text}\"")))
}

/// Parses a time of day: microseconds since midnight.
///
/// # Errors
/// 22007, 22008.
pub fn time(text: &str, typmod: i32, style: &TextStyle) -> SqlResult<i64> {
    let (micros, zone, date) = time_and_zone(text, typmod, style, "time")?;
    // Such a zone says nothing without a date, so it is refused even where it would not count.
    if matches!(zone, Some(Zone::Named(_))) && date.is_none() {
        return Err(Fault::Syntax.error(text, "time"));
    }
    Ok(micros)
}

/// Parses a time with zone: microseconds since midnight, seconds west of UTC. Without a zone it is in
/// the session's.
///
/// # Errors
/// 22007, 22008.
pub fn timetz(text: &str, typmod: i32, style: &TextStyle) -> SqlResult<(i64, i32)> {
    let (micros, zone, date) = time_and_zone(text, typmod, style, "time with time zone")?;
    let zone_given = zone.is_some();
    let zone = zone.unwrap_or_else(|| session_zone(&style.time_zone));
    let days = date.map_or_else(|| today(style), |f| f.days());
    if matches!(zone, Zone::Named(_)) && zone_given && date.is_none() {
        return Err(Fault::Syntax.error(text, "time with time zone"));
    }
    let local = days.saturating_mul(MICROS_PER_DAY).saturating_add(micros);
    Ok((micros, -zone.offset_of_local(local)))
}

type TimeAndZone = (i64, Option<Zone>, Option<Fields>);

fn time_and_zone(text: &str, typmod: i32, style: &TextStyle, type_name: &str) -> SqlResult<TimeAndZone> {
    let trimmed = text.trim();
    // A bare `040506` or `0405` is a time here, not a date.
    let bare = trimmed.trim_start_matches(['t', 'T']);
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let compact = matches!(digits, 4 | 6)
        && !matches!(bare.as_bytes().get(digits), Some(b'-' | b'/' | b':'))
        && bare[digits..].bytes().next().is_none_or(|b| !b.is_ascii_alphabetic());
    // In a time, what follows six digits and a dash is an offset.
    let dashed = digits == 6
        && bare.as_bytes().get(6) == Some(&b'-')
        && bare[7..].bytes().all(|b| b.is_ascii_digit() || b == b':');
    let compact = compact || dashed;
    let bare = if dashed { format!("{} {}", &bare[..6], &bare[6..]) } else { bare.to_owned() };
    let prefixed = if compact { format!("T{bare}") } else { text.to_owned() };
    let parsed = if compact { prefixed.replacen('T', "T ", 1) } else { prefixed };
    let read = read(&parsed, style).map_err(|f| match f {
        // A number alone is no date here, whatever it is.
        Fault::MonthOrDay if digits == trimmed.len() => Fault::Syntax.error(text, type_name),
        f => f.error(text, type_name),
    })?;
    let micros = match read.special {
        Some(Special::Now) => session_zone(&style.time_zone).to_local(style.now_micros).rem_euclid(MICROS_PER_DAY),
        None if read.has_time => read.fields.map_or(0, |f| f.time_of_day()),
        _ => return Err(Fault::Syntax.error(text, type_name)),
    };
    Ok((to_precision(micros, typmod), read.zone, read.date()))
}

/// Parses a timestamp without zone; a zone in the text is ignored.
///
/// # Errors
/// 22007, 22008.
pub fn timestamp(text: &str, typmod: i32, style: &TextStyle) -> SqlResult<i64> {
    let read = read(text, style).map_err(|f| f.error(text, "timestamp"))?;
    let (local, is_local) = instant(&read, style, false).map_err(|f| f.error(text, "timestamp"))?;
    let local = if is_local { local } else { session_zone(&style.time_zone).to_local(local) };
    range_checked(local, typmod, text)
}

/// Parses a timestamp with zone: microseconds since 2000-01-01 UTC.
///
/// # Errors
/// 22007, 22008.
pub fn timestamptz(text: &str, typmod: i32, style: &TextStyle) -> SqlResult<i64> {
    const NAME: &str = "timestamp with time zone";
    let read = read(text, style).map_err(|f| f.error(text, NAME))?;
    let (at, is_local) = instant(&read, style, true).map_err(|f| f.error(text, NAME))?;
    let zone = read.zone.unwrap_or_else(|| session_zone(&style.time_zone));
    let utc = if is_local { zone.to_utc(at) } else { at };
    range_checked(utc, typmod, text)
}

fn range_checked(micros: i64, typmod: i32, text: &str) -> SqlResult<i64> {
    if micros == TIMESTAMP_INFINITY || micros == TIMESTAMP_NEG_INFINITY {
        return Ok(micros);
    }
    checked_timestamp(micros)
        .map(|m| to_precision(m, typmod))
        .map_err(|_| SqlError::new(SqlState::DatetimeFieldOverflow, format!("timestamp out of range: \"{text}\"")))
}

/// Microseconds since 2000, and whether they are local (else UTC).
fn instant(read: &Read, style: &TextStyle, with_zone: bool) -> Result<(i64, bool), Fault> {
    let time_of_day = read.fields.map_or(0, |f| f.time_of_day());
    Ok(match (read.special, read.date()) {
        (Some(Special::Infinity), _) => (TIMESTAMP_INFINITY, true),
        (Some(Special::NegInfinity), _) => (TIMESTAMP_NEG_INFINITY, true),
        // The epoch is the same in every zone, and without one.
        (Some(Special::Epoch), _) => (-UNIX_EPOCH_MICROS, !with_zone),
        (Some(Special::Now), _) => (style.now_micros, false),
        (Some(Special::Day(n)), _) => ((today(style) + n) * MICROS_PER_DAY + time_of_day, true),
        (None, Some(f)) => {
            let micros = i128::from(f.days()) * i128::from(MICROS_PER_DAY) + i128::from(time_of_day);
            (i64::try_from(micros).unwrap_or(i64::MAX - MICROS_PER_SECOND), true)
        }
        (None, None) => return Err(Fault::Syntax),
    })
}
