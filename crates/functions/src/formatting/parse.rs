//! `to_date` and `to_timestamp`: reading text by a template.
//!
//! Separators of the template match separators or spaces of the input in any number; spaces in front of
//! a field are skipped, unless `FX` asks for an exact match. What the input does not say is that of
//! 1 January of year 1 BC, midnight, as in PostgreSQL.

use gavel_types::datetime::{self, Fields, MICROS_PER_DAY, MICROS_PER_SECOND, zone};
use gavel_types::{Datum, SqlError, SqlResult, SqlState};

use super::datetime::ROMAN_MONTHS;
use super::template::{Case, Field, Node, Template};
use super::text;
use crate::call::{Call, ScalarFn};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("to_date", |_, a| {
        let (_, fields) = read(&a[0], &a[1])?;
        Ok(Datum::Date(datetime::checked_date(fields.days()).map_err(|e| whole_input(e, &a[0]))?))
    }),
    ("to_timestamp", to_timestamp),
];

fn to_timestamp(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let (read, fields) = read(&args[0], &args[1])?;
    let local = fields.timestamp()?;
    let instant = match read.offset {
        Some(seconds) => local - i64::from(seconds) * MICROS_PER_SECOND,
        None => zone::session_zone(&call.context.style.time_zone).to_utc(local),
    };
    Ok(Datum::TimestampTz(datetime::checked_timestamp(instant)?))
}

/// What [`datetime`] read.
pub(crate) struct Moment {
    pub fields: Fields,
    /// Seconds east of UTC; 0 unless it is zoned.
    pub offset: i32,
    /// Whether the template has parts of a date, of a time, of a zone.
    pub dated: bool,
    pub timed: bool,
    pub zoned: bool,
}

/// Reads `input` by `template` as SQL/JSON does: each character of the template is one of the input, and nothing may be
/// left of either.
///
/// # Errors
/// 22007, 22008.
pub(crate) fn datetime(input: &str, template: &str) -> SqlResult<Moment> {
    let wrong = |message: &str| SqlError::new(SqlState::InvalidDatetimeFormat, message);
    let template = Template::parse(template);
    let mut read = Reading::default();
    let mut rest = input;
    let (mut dated, mut timed, mut zoned) = (false, false, false);
    for (n, node) in template.nodes.iter().enumerate() {
        if rest.is_empty() {
            return Err(wrong("input string is too short for datetime format"));
        }
        match node {
            Node::Char(c) | Node::Quoted(c) => {
                rest = rest.strip_prefix(*c).ok_or_else(|| wrong(&format!("unmatched format character \"{c}\"")))?;
            }
            Node::Field { field, fill, case, .. } => {
                read.require_one_convention(*field)?;
                match field {
                    Field::ZoneHour | Field::ZoneMinute | Field::ZoneName | Field::ZoneOffset => zoned = true,
                    Field::Hour12
                    | Field::Hour24
                    | Field::Minute
                    | Field::Second
                    | Field::Millisecond
                    | Field::Microsecond
                    | Field::Fraction(_)
                    | Field::SecondOfDay
                    | Field::Meridiem { .. } => timed = true,
                    _ => dated = true,
                }
                let next = template.nodes.get(n + 1);
                let bounded = matches!(next, Some(Node::Field { field, .. }) if is_number(*field)) && !fill;
                rest = read.take((*field, *case), rest, bounded || template.exact)?;
            }
        }
    }
    if !rest.trim_start().is_empty() {
        return Err(wrong("trailing characters remain in input string after datetime format"));
    }
    let quoted = Datum::text(input);
    let fields = read.fields().map_err(|e| whole_input(e, &quoted))?;
    Ok(Moment { fields, offset: read.offset.unwrap_or(0), dated, timed, zoned })
}

fn read(input: &Datum, template: &Datum) -> SqlResult<(Reading, Fields)> {
    let read = Reading::of(text(input)?, text(template)?).map_err(|e| whole_input(e, input))?;
    let fields = read.fields().map_err(|e| whole_input(e, input))?;
    Ok((read, fields))
}

/// Errors of range quote all of the input.
fn whole_input(e: SqlError, input: &Datum) -> SqlError {
    match (input, e.message().split(" out of range").next()) {
        (Datum::Text(input), Some(what)) if e.code() == SqlState::DatetimeFieldOverflow => {
            SqlError::new(SqlState::DatetimeFieldOverflow, format!("{what} out of range: \"{input}\""))
        }
        _ => e,
    }
}

/// What the input said.
#[derive(Debug, Default)]
struct Reading {
    year: Option<i32>,
    /// Digits that the year had, if fewer than four.
    short_year: bool,
    bc: bool,
    month: Option<i32>,
    day: Option<i32>,
    day_of_year: Option<i32>,
    iso_year: Option<i32>,
    iso_week: Option<i32>,
    iso_day: Option<i32>,
    iso_day_of_year: Option<i32>,
    week: Option<i32>,
    week_of_month: Option<i32>,
    century: Option<i32>,
    julian: Option<i64>,
    hour: Option<i32>,
    twelve_hour: bool,
    pm: Option<bool>,
    minute: i32,
    second: i32,
    /// Microseconds that `MS` said.
    millis: i32,
    micros: i32,
    second_of_day: Option<i32>,
    /// Seconds east of UTC.
    offset: Option<i32>,
    offset_negative: bool,
    /// Whether dates are those of ISO weeks.
    iso: Option<bool>,
}

impl Reading {
    fn of(input: &str, template: &str) -> SqlResult<Self> {
        let template = Template::parse(template);
        let mut read = Self::default();
        let mut rest = if template.exact { input } else { input.trim_start() };
        let nodes = &template.nodes;
        for (n, node) in nodes.iter().enumerate() {
            if rest.is_empty() {
                break;
            }
            match node {
                Node::Char(c) if c.is_ascii_alphanumeric() => {
                    rest = skip_one(rest);
                }
                Node::Char(_) => {
                    if template.exact {
                        rest = skip_one(rest);
                    } else {
                        let first = rest.chars().next();
                        // A sign in front of digits belongs to a zone, not to the separators.
                        let zone_next = matches!(nodes.get(n + 1), Some(Node::Field { field: Field::ZoneHour, .. }));
                        if first.is_some_and(|c| !c.is_alphanumeric())
                            && !(zone_next && first.is_some_and(|c| matches!(c, '+' | '-')))
                        {
                            rest = skip_one(rest);
                        }
                        rest = rest.trim_start();
                    }
                }
                Node::Quoted(_) => rest = skip_one(rest),
                Node::Field { field, fill, ordinal, case } => {
                    read.require_one_convention(*field)?;
                    if !template.exact {
                        rest = rest.trim_start();
                        if !matches!(field, Field::ZoneHour | Field::ZoneOffset) {
                            rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '+');
                        }
                    }
                    // Digits run on unless another number follows at once.
                    let bounded =
                        matches!(nodes.get(n + 1), Some(Node::Field { field, .. }) if is_number(*field)) && !fill;
                    rest = read.take((*field, *case), rest, bounded || template.exact)?;
                    if ordinal.is_some() {
                        rest = rest.get(2..).unwrap_or_default();
                    }
                }
            }
        }
        Ok(read)
    }

    /// Dates are given by months and days, or by ISO's weeks.
    fn require_one_convention(&mut self, field: Field) -> SqlResult<()> {
        let iso = match field {
            Field::IsoYear(_) | Field::IsoDayOfYear | Field::IsoDayOfWeek | Field::IsoWeek => true,
            Field::Year(_)
            | Field::YearComma
            | Field::MonthName
            | Field::MonthShort
            | Field::Month
            | Field::RomanMonth
            | Field::DayOfYear
            | Field::Day
            | Field::DayOfWeek
            | Field::Week
            | Field::WeekOfMonth => false,
            _ => return Ok(()),
        };
        if *self.iso.get_or_insert(iso) == iso {
            return Ok(());
        }
        Err(SqlError::new(SqlState::InvalidDatetimeFormat, "invalid combination of date conventions")
            .hint("Do not mix Gregorian and ISO week date conventions in a formatting template."))
    }

    fn take<'a>(&mut self, keyword: Keyword, rest: &'a str, bounded: bool) -> SqlResult<&'a str> {
        let field = keyword.0;
        let number = |width: usize| number(rest, if bounded { Some(width) } else { None }, keyword);
        let range = |value: i64, low: i32, high: i32| -> SqlResult<i32> {
            i32::try_from(value).ok().filter(|v| (low..=high).contains(v)).ok_or_else(|| {
                SqlError::new(
                    SqlState::DatetimeFieldOverflow,
                    format!("date/time field value out of range: \"{rest}\""),
                )
            })
        };
        let (value, rest_after) = match field {
            Field::Year(digits) => {
                let (value, after) = number(digits.into())?;
                let len = rest.len() - after.len();
                let value = range(value, i32::MIN, i32::MAX)?;
                put(&mut self.year, value, keyword)?;
                self.year = Some(if digits < 4 && len < 4 { two_digit_year(value, digits) } else { value });
                self.short_year = digits <= 2;
                return Ok(after);
            }
            Field::YearComma => {
                let (thousands, after) = number(9)?;
                let after = after.strip_prefix(',').unwrap_or(after);
                let (units, after) = self::number(after, Some(3), keyword)?;
                put(&mut self.year, range(thousands * 1000 + units, i32::MIN, i32::MAX)?, keyword)?;
                return Ok(after);
            }
            Field::IsoYear(digits) => {
                let (value, after) = number(digits.into())?;
                let value = range(value, i32::MIN, i32::MAX)?;
                put(&mut self.iso_year, value, keyword)?;
                self.iso_year = Some(if digits < 4 { two_digit_year(value, digits) } else { value });
                return Ok(after);
            }
            Field::Era { .. } | Field::Meridiem { .. } => {
                let words: &[(&str, bool)] = if matches!(field, Field::Era { .. }) {
                    &[("b.c.", true), ("a.d.", false), ("bc", true), ("ad", false)]
                } else {
                    &[("p.m.", true), ("a.m.", false), ("pm", true), ("am", false)]
                };
                let (word, second) = words
                    .iter()
                    .find(|(w, _)| rest.get(..w.len()).is_some_and(|r| r.eq_ignore_ascii_case(w)))
                    .ok_or_else(|| not_allowed(rest, keyword))?;
                if matches!(field, Field::Era { .. }) {
                    self.bc = *second;
                } else {
                    self.pm = Some(*second);
                }
                return Ok(&rest[word.len()..]);
            }
            Field::MonthName | Field::MonthShort => {
                let (n, after) = name(rest, &datetime::MONTH_NAMES, keyword)?;
                put(&mut self.month, n + 1, keyword)?;
                return Ok(after);
            }
            Field::DayName | Field::DayShort => {
                return name(rest, &datetime::DAY_NAMES, keyword).map(|(_, after)| after);
            }
            Field::RomanMonth => {
                let (n, roman) = ROMAN_MONTHS
                    .iter()
                    .enumerate()
                    .rev()
                    .filter(|(_, r)| rest.get(..r.len()).is_some_and(|w| w.eq_ignore_ascii_case(r)))
                    .max_by_key(|(_, r)| r.len())
                    .ok_or_else(|| not_allowed(rest, keyword))?;
                put(&mut self.month, n as i32 + 1, keyword)?;
                return Ok(&rest[roman.len()..]);
            }
            Field::Millisecond | Field::Microsecond | Field::Fraction(_) => {
                let places = match field {
                    Field::Millisecond => 3,
                    Field::Fraction(digits) => usize::from(digits),
                    _ => 6,
                };
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count().min(places.max(1));
                if digits == 0 {
                    return Err(invalid_value(rest, keyword));
                }
                let value: i32 = rest[..digits].parse().map_err(|_| invalid_value(rest, keyword))?;
                let value = value * 10_i32.pow(6 - u32::try_from(digits).unwrap_or(6).min(6));
                *if field == Field::Millisecond { &mut self.millis } else { &mut self.micros } = value;
                return Ok(&rest[digits..]);
            }
            Field::ZoneHour => {
                self.offset_negative = rest.starts_with('-');
                let digits = rest.trim_start_matches(['+', '-', ' ']);
                let (value, after) = self::number(digits, Some(2), keyword)?;
                let seconds = range(value, 0, 15)? * 3600;
                self.offset = Some(if self.offset_negative { -seconds } else { seconds });
                return Ok(after);
            }
            Field::ZoneMinute => {
                let (value, after) = number(2)?;
                let seconds = range(value, 0, 59)? * 60;
                self.offset = Some(self.offset.unwrap_or(0) + if self.offset_negative { -seconds } else { seconds });
                return Ok(after);
            }
            Field::ZoneName | Field::ZoneOffset => {
                return Err(SqlError::unsupported(format!(
                    "formatting field \"{}\" is only supported in to_char",
                    if field == Field::ZoneName { "TZ" } else { "OF" }
                )));
            }
            _ => number(width(field))?,
        };
        match field {
            Field::Hour12 | Field::Hour24 => {
                self.twelve_hour = field == Field::Hour12;
                let hour = if self.twelve_hour {
                    i32::try_from(value).ok().filter(|h| (1..=12).contains(h)).ok_or_else(|| {
                        SqlError::new(
                            SqlState::InvalidDatetimeFormat,
                            format!("hour \"{value}\" is invalid for the 12-hour clock"),
                        )
                        .hint("Use the 24-hour clock, or give an hour between 1 and 12.")
                    })?
                } else {
                    range(value, 0, 24)?
                };
                put(&mut self.hour, hour, keyword)?;
            }
            Field::Minute => self.minute = range(value, 0, 59)?,
            Field::Second => self.second = range(value, 0, 59)?,
            Field::SecondOfDay => put(&mut self.second_of_day, range(value, 0, 86_400)?, keyword)?,
            Field::Month => put(&mut self.month, range(value, 1, 12)?, keyword)?,
            Field::Day => put(&mut self.day, range(value, 1, 31)?, keyword)?,
            Field::DayOfYear => put(&mut self.day_of_year, range(value, 1, 366)?, keyword)?,
            Field::IsoDayOfYear => put(&mut self.iso_day_of_year, range(value, 1, 371)?, keyword)?,
            Field::DayOfWeek => self.iso_day = Some((range(value, 1, 7)? + 5) % 7 + 1),
            Field::IsoDayOfWeek => put(&mut self.iso_day, range(value, 1, 7)?, keyword)?,
            Field::WeekOfMonth => put(&mut self.week_of_month, range(value, 1, 5)?, keyword)?,
            Field::Week => put(&mut self.week, range(value, 1, 53)?, keyword)?,
            Field::IsoWeek => put(&mut self.iso_week, range(value, 1, 53)?, keyword)?,
            Field::Century => put(&mut self.century, range(value, -100_000, 100_000)?, keyword)?,
            Field::Julian => self.julian = Some(value),
            // The quarter is read and ignored, as PostgreSQL does.
            _ => {}
        }
        Ok(rest_after)
    }

    /// The date and time that was read.
    fn fields(&self) -> SqlResult<Fields> {
        let out_of_range = || SqlError::new(SqlState::DatetimeFieldOverflow, "date/time field value out of range");
        let mut year = match (self.century, self.year) {
            (Some(century), Some(year)) if self.short_year => (century - 1) * 100 + year % 100,
            (Some(century), None) => (century - 1) * 100 + 1,
            (_, year) => year.unwrap_or(0),
        };
        if self.bc {
            year = -year;
        }
        // There is no year 0.
        if year < 0 {
            year += 1;
        }
        let mut days = None;
        if let Some(julian) = self.julian {
            days = Some(julian - i64::from(datetime::JULIAN_OF_EPOCH));
        } else if let Some(iso_year) = self.iso_year {
            days = Some(match (self.iso_day_of_year, self.iso_week) {
                (Some(day), _) => datetime::iso_week_start(iso_year, 1) + i64::from(day) - 1,
                (None, week) => {
                    datetime::iso_week_start(iso_year, week.unwrap_or(1)) + i64::from(self.iso_day.unwrap_or(1)) - 1
                }
            });
        } else if let (Some(day), None) = (self.day_of_year, self.month) {
            days = Some(datetime::days_from_civil(year, 1, 1) + i64::from(day) - 1);
        } else if let (Some(week), None) = (self.week, self.month) {
            days = Some(datetime::days_from_civil(year, 1, 1) + i64::from(week - 1) * 7);
        }
        let mut fields = match days {
            Some(days) => {
                let (year, month, day) = datetime::civil_from_days(days);
                Fields { year, month, day, ..Fields::default() }
            }
            None => {
                let month = self.month.unwrap_or(1);
                let day = self.day.unwrap_or_else(|| self.week_of_month.map_or(1, |w| (w - 1) * 7 + 1));
                let days = datetime::days_from_civil(year, month, day);
                if datetime::civil_from_days(days) != (year, month, day) {
                    return Err(out_of_range());
                }
                Fields { year, month, day, ..Fields::default() }
            }
        };
        if let Some(seconds) = self.second_of_day {
            fields.hour = seconds / 3600;
            fields.minute = seconds / 60 % 60;
            fields.second = seconds % 60;
        } else {
            fields.hour = match (self.hour.unwrap_or(0), self.pm) {
                (hour, Some(true)) if hour < 12 => hour + 12,
                (12, Some(false)) => 0,
                (hour, None) if self.twelve_hour && hour == 12 => 0,
                (hour, _) => hour,
            };
            fields.minute = self.minute;
            fields.second = self.second;
        }
        let fraction = self.millis + self.micros;
        fields.second += fraction / 1_000_000;
        fields.micros = fraction % 1_000_000;
        debug_assert!(fields.time_of_day() <= MICROS_PER_DAY + MICROS_PER_DAY / 24);
        Ok(fields)
    }
}

/// A keyword of the template, and how it is written.
type Keyword = (Field, Case);

/// Sets a field that the template may name several times.
fn put(slot: &mut Option<i32>, value: i32, keyword: Keyword) -> SqlResult<()> {
    if slot.is_some_and(|before| before != 0 && before != value) {
        let text = format!("conflicting values for \"{}\" field in formatting string", written(keyword));
        return Err(SqlError::new(SqlState::InvalidDatetimeFormat, text)
            .detail("This value contradicts a previous setting for the same field type."));
    }
    *slot = Some(value);
    Ok(())
}

/// Years of fewer digits are those nearest 2020.
fn two_digit_year(value: i32, digits: u8) -> i32 {
    match (digits, value) {
        (1..=2, 0..=69) => value + 2000,
        (1..=2, 70..=99) => value + 1900,
        (3, 100..=519) => value + 2000,
        (3, 520..=999) => value + 1000,
        (3, 0..=69) => value + 2000,
        (3, 70..=99) => value + 1900,
        _ => value,
    }
}

const fn width(field: Field) -> usize {
    match field {
        Field::DayOfYear | Field::IsoDayOfYear => 3,
        Field::DayOfWeek | Field::IsoDayOfWeek | Field::WeekOfMonth | Field::Quarter => 1,
        Field::SecondOfDay => 5,
        Field::Julian => 7,
        _ => 2,
    }
}

const fn is_number(field: Field) -> bool {
    !matches!(
        field,
        Field::Meridiem { .. }
            | Field::Era { .. }
            | Field::MonthName
            | Field::MonthShort
            | Field::DayName
            | Field::DayShort
            | Field::RomanMonth
            | Field::ZoneName
            | Field::ZoneHour
            | Field::ZoneOffset
    )
}

fn number(rest: &str, width: Option<usize>, keyword: Keyword) -> SqlResult<(i64, &str)> {
    let sign = usize::from(rest.starts_with(['-', '+']));
    let digits = rest[sign..].bytes().take_while(u8::is_ascii_digit).count();
    let digits = width.map_or(digits, |w| digits.min(w)).min(10);
    if digits == 0 {
        return Err(invalid_value(rest, keyword));
    }
    let end = sign + digits;
    Ok((rest[..end].parse().map_err(|_| invalid_value(rest, keyword))?, &rest[end..]))
}

fn name<'a>(rest: &'a str, names: &[&str], keyword: Keyword) -> SqlResult<(i32, &'a str)> {
    let short = matches!(keyword.0, Field::MonthShort | Field::DayShort);
    for (n, name) in names.iter().enumerate() {
        let name = if short { &name[..3] } else { name };
        if rest.get(..name.len()).is_some_and(|w| w.eq_ignore_ascii_case(name)) {
            return Ok((n as i32, &rest[name.len()..]));
        }
    }
    Err(not_allowed(rest, keyword))
}

fn skip_one(rest: &str) -> &str {
    let mut chars = rest.chars();
    chars.next();
    chars.as_str()
}

/// 22007 for what is no number.
fn invalid_value(rest: &str, keyword: Keyword) -> SqlError {
    let shown: String = rest.chars().take_while(|c| !c.is_whitespace()).take(width(keyword.0).max(2)).collect();
    let text = format!("invalid value \"{shown}\" for \"{}\"", written(keyword));
    SqlError::new(SqlState::InvalidDatetimeFormat, text).detail("Value must be an integer.")
}

/// 22007 for a word that is none of those that the field has.
fn not_allowed(rest: &str, keyword: Keyword) -> SqlError {
    let shown: String = rest.chars().take_while(|c| !c.is_ascii_whitespace()).collect();
    let text = format!("invalid value \"{shown}\" for \"{}\"", written(keyword));
    SqlError::new(SqlState::InvalidDatetimeFormat, text)
        .detail("The given value did not match any of the allowed values for this field.")
}

/// The keyword as the template has it.
fn written((field, case): Keyword) -> String {
    let name = match field {
        Field::Hour12 => "HH",
        Field::Hour24 => "HH24",
        Field::Minute => "MI",
        Field::Second => "SS",
        Field::Millisecond => "MS",
        Field::Microsecond => "US",
        Field::Fraction(_) => "FF",
        Field::SecondOfDay => "SSSS",
        Field::Meridiem { .. } => "AM",
        Field::Year(4) => "YYYY",
        Field::Year(3) => "YYY",
        Field::Year(2) => "YY",
        Field::Year(_) => "Y",
        Field::YearComma => "Y,YYY",
        Field::IsoYear(_) => "IYYY",
        Field::Era { .. } => "BC",
        Field::MonthName => "MONTH",
        Field::MonthShort => "MON",
        Field::Month => "MM",
        Field::DayName => "DAY",
        Field::DayShort => "DY",
        Field::DayOfYear => "DDD",
        Field::IsoDayOfYear => "IDDD",
        Field::Day => "DD",
        Field::DayOfWeek => "D",
        Field::IsoDayOfWeek => "ID",
        Field::WeekOfMonth => "W",
        Field::Week => "WW",
        Field::IsoWeek => "IW",
        Field::Century => "CC",
        Field::Julian => "J",
        Field::Quarter => "Q",
        Field::RomanMonth => "RM",
        Field::ZoneName | Field::ZoneHour => "TZH",
        Field::ZoneMinute => "TZM",
        Field::ZoneOffset => "OF",
    };
    match case {
        Case::Upper => name.to_owned(),
        Case::Lower => name.to_lowercase(),
        Case::Capital => format!("{}{}", &name[..1], name[1..].to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &str, template: &str) -> String {
        let f = Reading::of(input, template).and_then(|r| r.fields()).expect(input);
        format!("{}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", f.year, f.month, f.day, f.hour, f.minute, f.second, f.micros)
    }

    #[test]
    fn text_is_read_by_its_template() {
        for (input, template, want) in [
            ("05 Dec 2000", "DD Mon YYYY", "2000-12-05 00:00:00.000000"),
            ("20240229", "YYYYMMDD", "2024-02-29 00:00:00.000000"),
            ("97/6/16 2:03:04 pm", "YY/MM/DD HH:MI:SS AM", "1997-06-16 14:03:04.000000"),
            ("2006-253", "IYYY-IDDD", "2006-09-11 00:00:00.000000"),
            ("2011-12-18 23:38:15.25", "YYYY-MM-DD HH24:MI:SS.US", "2011-12-18 23:38:15.250000"),
            ("12:30", "HH12:MI", "0-01-01 00:30:00.000000"),
            ("  2000    JUN", "YYYY MON", "2000-06-01 00:00:00.000000"),
            ("2451545", "J", "2000-01-01 00:00:00.000000"),
            ("44 BC", "YYYY BC", "-43-01-01 00:00:00.000000"),
        ] {
            assert_eq!(read(input, template), want, "{input} by {template}");
        }
        assert!(Reading::of("x", "YYYY").is_err());
        assert!(Reading::of("2023-02-30", "YYYY-MM-DD").and_then(|r| r.fields()).is_err());
        assert!(Reading::of("13:00", "HH12:MI").is_err());
    }
}
