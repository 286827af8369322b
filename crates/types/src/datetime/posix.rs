//! Time zones as POSIX writes them: `EST5EDT,M3.2.0,M11.1.0`, `<+07>-7`, `FOO+3` (manual, appendix B.5).
//!
//! The offset counts west. A zone that names summer time without rules has those of the United States.

use super::{MICROS_PER_DAY, MICROS_PER_SECOND, civil_from_days, day_of_week, days_from_civil, days_in_month, is_leap};

/// Rules that a zone has if it gives none.
const DEFAULT_RULES: &str = ",M3.2.0,M11.1.0";
/// Longest abbreviation that is kept.
const NAME_BYTES: usize = 10;

/// A zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posix {
    standard: Time,
    summer: Option<Summer>,
}

/// A time of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Time {
    name: [u8; NAME_BYTES],
    /// Seconds east of UTC.
    offset: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summer {
    time: Time,
    begins: Rule,
    ends: Rule,
}

/// When clocks change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    day: Day,
    /// Seconds after midnight.
    second: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// `J60`: of 1 to 365; February has 28 days.
    Julian(i32),
    /// `59`: of 0 to 365.
    OfYear(i32),
    /// `M3.2.0`: month, week (5 is the last), day of the week from Sunday on.
    OfMonth(i32, i32, i32),
}

impl Posix {
    /// The zone that `text` is; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = name(text)?;
        let (west, rest) = offset(rest)?;
        let standard = Time { name, offset: -west };
        if rest.is_empty() {
            return Some(Self { standard, summer: None });
        }
        let (name, rest) = self::name(rest).filter(|(n, _)| n[0] != 0)?;
        let (offset, rest) = match rest.as_bytes().first() {
            None | Some(b',' | b';') => (standard.offset + 3_600, rest),
            Some(_) => offset(rest).map(|(west, rest)| (-west, rest))?,
        };
        let rules = if rest.is_empty() { DEFAULT_RULES } else { rest };
        let (begins, rest) = rule(rules.strip_prefix([',', ';'])?)?;
        let (ends, rest) = rule(rest.strip_prefix(',')?)?;
        let summer = Summer { time: Time { name, offset }, begins, ends };
        rest.is_empty().then_some(Self { standard, summer: Some(summer) })
    }

    fn at(&self, utc: i64) -> &Time {
        let Some(summer) = &self.summer else { return &self.standard };
        let local = utc.saturating_add(i64::from(self.standard.offset) * MICROS_PER_SECOND);
        let year = civil_from_days(local.div_euclid(MICROS_PER_DAY)).0;
        let moment =
            |rule: Rule, before: &Time| rule.local(year).saturating_sub(i64::from(before.offset) * MICROS_PER_SECOND);
        let begins = moment(summer.begins, &self.standard);
        let ends = moment(summer.ends, &summer.time);
        let is_summer = if begins < ends { (begins..ends).contains(&utc) } else { !(ends..begins).contains(&utc) };
        if is_summer { &summer.time } else { &self.standard }
    }

    /// Seconds east of UTC at an instant (microseconds since 2000-01-01 UTC).
    pub fn offset_at(&self, utc: i64) -> i32 {
        self.at(utc).offset
    }

    /// Abbreviation at an instant.
    pub fn abbreviation_at(&self, utc: i64) -> String {
        let name = &self.at(utc).name;
        let end = name.iter().position(|b| *b == 0).unwrap_or(NAME_BYTES);
        String::from_utf8_lossy(&name[..end]).into_owned()
    }

    /// Seconds east of UTC that a local time has.
    pub fn offset_of_local(&self, local: i64) -> i32 {
        let standard = self.standard.offset;
        let Some(summer) = &self.summer else { return standard };
        // Where both are possible, or none is, standard time is meant.
        let fits = |offset: i32| self.offset_at(local.saturating_sub(i64::from(offset) * MICROS_PER_SECOND)) == offset;
        if !fits(standard) && fits(summer.time.offset) { summer.time.offset } else { standard }
    }
}

impl Rule {
    /// Local microseconds since 2000-01-01, by the clock before the change.
    fn local(self, year: i32) -> i64 {
        let first = days_from_civil(year, 1, 1);
        let day = match self.day {
            Day::Julian(n) => first + i64::from(n - 1) + i64::from(n >= 60 && is_leap(year)),
            Day::OfYear(n) => first + i64::from(n),
            Day::OfMonth(month, week, weekday) => {
                let first = days_from_civil(year, month, 1);
                let ahead = (weekday - day_of_week(first)).rem_euclid(7);
                let mut day = ahead + 7 * (week - 1);
                while day >= days_in_month(year, month) {
                    day -= 7;
                }
                first + i64::from(day)
            }
        };
        day.saturating_mul(MICROS_PER_DAY).saturating_add(i64::from(self.second) * MICROS_PER_SECOND)
    }
}

/// An abbreviation in capitals, perhaps an empty one.
fn name(text: &str) -> Option<([u8; NAME_BYTES], &str)> {
    let (written, rest) = match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>')?,
        None => {
            let end = text.find(|c: char| c.is_ascii_digit() || matches!(c, ',' | '-' | '+')).unwrap_or(text.len());
            text.split_at(end)
        }
    };
    let mut name = [0; NAME_BYTES];
    for (slot, byte) in name.iter_mut().zip(written.bytes()) {
        *slot = byte.to_ascii_uppercase();
    }
    Some((name, rest))
}

/// `[±]hh[:mm[:ss]]` in seconds.
fn offset(text: &str) -> Option<(i32, &str)> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (hours, mut rest) = number(rest, 0, 167)?;
    let mut seconds = hours * 3_600;
    for unit in [60, 1] {
        let Some(more) = rest.strip_prefix(':') else { break };
        let (value, after) = number(more, 0, 59)?;
        seconds += value * unit;
        rest = after;
    }
    Some((sign * seconds, rest))
}

fn number(text: &str, least: i32, most: i32) -> Option<(i32, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let value = text[..end].parse().ok().filter(|v| (least..=most).contains(v))?;
    Some((value, &text[end..]))
}

fn rule(text: &str) -> Option<(Rule, &str)> {
    let (day, rest) = if let Some(rest) = text.strip_prefix(['J', 'j']) {
        let (n, rest) = number(rest, 1, 365)?;
        (Day::Julian(n), rest)
    } else if let Some(rest) = text.strip_prefix(['M', 'm']) {
        let (month, rest) = number(rest, 1, 12)?;
        let (week, rest) = number(rest.strip_prefix('.')?, 1, 5)?;
        let (weekday, rest) = number(rest.strip_prefix('.')?, 0, 6)?;
        (Day::OfMonth(month, week, weekday), rest)
    } else {
        let (n, rest) = number(text, 0, 365)?;
        (Day::OfYear(n), rest)
    };
    let (second, rest) = match rest.strip_prefix('/') {
        Some(rest) => offset(rest)?,
        None => (2 * 3_600, rest),
    };
    Some((Rule { day, second }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_followed() {
        let zone = Posix::parse("EST5EDT,M3.2.0,M11.1.0").expect("zone");
        let at =
            |year, month, day, hour: i64| (days_from_civil(year, month, day) * 24 + hour) * 3_600 * MICROS_PER_SECOND;
        assert_eq!(zone.offset_at(at(2024, 3, 10, 6)), -18_000);
        assert_eq!(zone.offset_at(at(2024, 3, 10, 7)), -14_400);
        assert_eq!(zone.offset_at(at(2024, 11, 3, 5)), -14_400);
        assert_eq!(zone.offset_at(at(2024, 11, 3, 6)), -18_000);
        assert_eq!(zone.abbreviation_at(at(2024, 7, 1, 0)), "EDT");
        assert_eq!(zone.offset_of_local(at(2024, 3, 10, 2)), -18_000);
        assert_eq!(zone.offset_of_local(at(2024, 11, 3, 1)), -18_000);
        assert_eq!(zone.offset_of_local(at(2024, 7, 1, 1)), -14_400);
    }

    #[test]
    fn what_is_a_zone() {
        assert_eq!(Posix::parse("<+07>-7").map(|z| z.offset_at(0)), Some(25_200));
        assert_eq!(Posix::parse("FOO+3:30").map(|z| z.offset_at(0)), Some(-12_600));
        assert_eq!(Posix::parse("foo8bar").map(|z| z.abbreviation_at(0)), Some("FOO".to_owned()));
        for none in ["", "UTC", "Nowhere/Land", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "A5B6x"] {
            assert_eq!(Posix::parse(none), None, "{none}");
        }
    }
}
