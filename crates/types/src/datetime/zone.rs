//! Time zones: the zone data of IANA (through `chrono-tz`), abbreviations, and fixed offsets.
//!
//! A local time that a change of the clock skips or repeats is read as PostgreSQL reads it: skipped
//! ones with the offset before the change, repeated ones with the offset after it.

use chrono::{DateTime, Offset, TimeZone as _};
use chrono_tz::{OffsetName, Tz};

use super::posix::Posix;
use super::{MICROS_PER_DAY, MICROS_PER_SECOND, UNIX_EPOCH_MICROS};
use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

/// A zone that offsets can be asked of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Zone {
    /// Seconds east of UTC.
    Fixed(i32),
    Named(Tz),
    /// An abbreviation that has meant several offsets: what it meant at the time in question, if its zone used it
    /// then, else `usual` seconds east of UTC.
    Abbreviation {
        name: &'static str,
        zone: Tz,
        usual: i32,
    },
    /// Written with its rules, as POSIX does.
    Posix(Posix),
}

/// Abbreviations of PostgreSQL's default set that are in use, in seconds east of UTC.
const ABBREVIATIONS: &[(&str, i32)] = &[
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("zulu", 0),
    ("uct", 0),
    ("ut", 0),
    ("wet", 0),
    ("west", 3_600),
    ("wetdst", 3_600),
    ("bst", 3_600),
    ("cet", 3_600),
    ("met", 3_600),
    ("mez", 3_600),
    ("cest", 7_200),
    ("cetdst", 7_200),
    ("mest", 7_200),
    ("mesz", 7_200),
    ("eet", 7_200),
    ("sast", 7_200),
    ("ist", 7_200),
    ("eest", 10_800),
    ("eetdst", 10_800),
    ("idt", 10_800),
    ("eat", 10_800),
    ("msk", 10_800),
    ("msd", 14_400),
    ("pkt", 18_000),
    ("npt", 20_700),
    ("hkt", 28_800),
    ("sgt", 28_800),
    ("awst", 28_800),
    ("jst", 32_400),
    ("kst", 32_400),
    ("acst", 34_200),
    ("acdt", 37_800),
    ("aest", 36_000),
    ("aedt", 39_600),
    ("nzst", 43_200),
    ("nzt", 43_200),
    ("nzdt", 46_800),
    ("ast", -14_400),
    ("adt", -10_800),
    ("brt", -10_800),
    ("nst", -12_600),
    ("ndt", -9_000),
    ("est", -18_000),
    ("edt", -14_400),
    ("cst", -21_600),
    ("cdt", -18_000),
    ("mst", -25_200),
    ("mdt", -21_600),
    ("pst", -28_800),
    ("pdt", -25_200),
    ("akst", -32_400),
    ("akdt", -28_800),
    ("hst", -36_000),
];

/// Abbreviations whose offset has changed over the years, with the zone that knows when, and the offset in use now.
const CHANGING: &[(&str, Tz, i32)] = &[
    ("MSK", Tz::Europe__Moscow, 10_800),
    ("VET", Tz::America__Caracas, -14_400),
    ("SGT", Tz::Asia__Singapore, 28_800),
];

/// The zone that an abbreviation means.
pub fn abbreviation(name: &str) -> Option<Zone> {
    if let Some((name, zone, usual)) = CHANGING.iter().find(|(a, ..)| a.eq_ignore_ascii_case(name)) {
        return Some(Zone::Abbreviation { name, zone: *zone, usual: *usual });
    }
    ABBREVIATIONS.iter().find(|(a, _)| a.eq_ignore_ascii_case(name)).map(|(_, o)| Zone::Fixed(*o))
}

/// The zones whose names are POSIX rules. They have the clock changes that law made for the whole of the United States,
/// and no local mean time; newer editions of the zone data make them other names of cities. Standard offset in seconds.
fn posix_rule(tz: Tz) -> Option<i32> {
    match tz {
        Tz::EST5EDT => Some(-18_000),
        Tz::CST6CDT => Some(-21_600),
        Tz::MST7MDT => Some(-25_200),
        Tz::PST8PDT => Some(-28_800),
        _ => None,
    }
}

/// Whether the United States as a whole changed their clocks in that year.
fn united_states_rule(year: i32) -> bool {
    matches!(year, 1918 | 1919 | 1942..=1945) || year >= 1967
}

impl Zone {
    pub const UTC: Self = Self::Fixed(0);

    /// A zone by IANA name (whatever its case), abbreviation, or `±hh[:mm[:ss]]`. A sign means what
    /// ISO means by it, east positive. `None` if there is no such zone.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        if let Ok(tz) = name.parse::<Tz>() {
            return Some(if tz == Tz::UTC { Self::UTC } else { Self::Named(tz) });
        }
        if let Some(zone) = abbreviation(name) {
            return Some(zone);
        }
        if name.starts_with(['+', '-']) || name.starts_with(|c: char| c.is_ascii_digit()) {
            return parse_offset(name).map(Self::Fixed);
        }
        let known = chrono_tz::TZ_VARIANTS.iter().find(|t| t.name().eq_ignore_ascii_case(name));
        known.map(|t| Self::Named(*t)).or_else(|| Posix::parse(name).map(Self::Posix))
    }

    /// As [`Zone::named`].
    ///
    /// # Errors
    /// 22023 if there is no such zone.
    pub fn lookup(name: &str) -> SqlResult<Self> {
        Self::named(name).ok_or_else(|| {
            SqlError::new(SqlState::InvalidParameterValue, format!("time zone \"{name}\" not recognized"))
        })
    }

    /// Seconds east of UTC at an instant (microseconds since 2000-01-01 UTC).
    pub fn offset_at(&self, utc: i64) -> i32 {
        match self {
            Self::Fixed(offset) => *offset,
            Self::Posix(zone) => zone.offset_at(utc),
            Self::Named(tz) => match posix_rule(*tz) {
                Some(standard) if !united_states_rule(year_of(utc)) => standard,
                _ => tz.offset_from_utc_datetime(&naive(utc)).fix().local_minus_utc(),
            },
            Self::Abbreviation { name, zone, usual } => {
                let zone = Self::Named(*zone);
                let written = zone.abbreviation_at(utc);
                // Newer editions of the zone data know no letters for some zones; then only the offset tells.
                if written == *name || written.starts_with(['+', '-']) { zone.offset_at(utc) } else { *usual }
            }
        }
    }

    /// Abbreviation at an instant: `PST`, or `+05` where the zone has none. For fixed offsets too.
    pub fn abbreviation_at(&self, utc: i64) -> String {
        match self {
            Self::Fixed(0) => "UTC".into(),
            Self::Fixed(offset) => {
                let mut out = String::new();
                super::write::write_offset(*offset, &mut out);
                out
            }
            Self::Abbreviation { name, .. } => (*name).to_owned(),
            Self::Posix(zone) => zone.abbreviation_at(utc),
            Self::Named(tz) => {
                let offset = tz.offset_from_utc_datetime(&naive(utc));
                match offset.abbreviation() {
                    Some(a) => a.to_string(),
                    None => {
                        let mut out = String::new();
                        super::write::write_offset(offset.fix().local_minus_utc(), &mut out);
                        out
                    }
                }
            }
        }
    }

    /// Seconds east of UTC that a local time has.
    pub fn offset_of_local(&self, local: i64) -> i32 {
        match self {
            Self::Fixed(offset) => *offset,
            Self::Posix(zone) => zone.offset_of_local(local),
            Self::Abbreviation { zone, .. } => self.offset_at(Self::Named(*zone).to_utc(local)),
            Self::Named(tz) if posix_rule(*tz).is_some() && !united_states_rule(year_of(local)) => {
                self.offset_at(local)
            }
            Self::Named(tz) => match tz.offset_from_local_datetime(&naive(local)) {
                chrono::LocalResult::Single(o) => o.fix().local_minus_utc(),
                chrono::LocalResult::Ambiguous(_, after) => after.fix().local_minus_utc(),
                chrono::LocalResult::None => self.offset_at(local.saturating_sub(MICROS_PER_DAY)),
            },
        }
    }

    /// Local microseconds of an instant; infinities stay.
    pub fn to_local(&self, utc: i64) -> i64 {
        if super::is_finite_timestamp(utc) { utc + i64::from(self.offset_at(utc)) * MICROS_PER_SECOND } else { utc }
    }

    /// The instant of local microseconds; infinities stay.
    pub fn to_utc(&self, local: i64) -> i64 {
        if !super::is_finite_timestamp(local) {
            return local;
        }
        // What is out of range stays so, and does not become infinite.
        let (first, last) = (super::TIMESTAMP_NEG_INFINITY + 1, super::TIMESTAMP_INFINITY - 1);
        local.saturating_sub(i64::from(self.offset_of_local(local)) * MICROS_PER_SECOND).clamp(first, last)
    }

    /// The zone's name as `SHOW timezone` would print it.
    pub fn name(&self) -> String {
        match self {
            Self::Fixed(0) => "UTC".into(),
            Self::Fixed(o) => {
                let mut out = String::new();
                super::write::write_offset(*o, &mut out);
                out
            }
            Self::Named(tz) => tz.name().into(),
            Self::Posix(zone) => zone.abbreviation_at(0),
            Self::Abbreviation { name, .. } => (*name).to_owned(),
        }
    }
}

fn year_of(micros: i64) -> i32 {
    super::civil_from_days(micros.div_euclid(MICROS_PER_DAY)).0
}

/// Last year that the zone data has rules for, written out as changes of the clock.
const LAST_RULED_YEAR: i32 = 2037;

/// Beyond the zone data, the same moment of an earlier year with the same calendar: rules go on for ever.
fn same_calendar(micros: i64) -> i64 {
    let days = micros.div_euclid(MICROS_PER_DAY);
    if days < super::days_from_civil(LAST_RULED_YEAR + 1, 1, 1) {
        return micros;
    }
    let (year, _, _) = super::civil_from_days(days);
    let first = super::days_from_civil(year, 1, 1);
    let twin = (LAST_RULED_YEAR - 27..=LAST_RULED_YEAR).find(|y| {
        super::is_leap(*y) == super::is_leap(year)
            && super::day_of_week(super::days_from_civil(*y, 1, 1)) == super::day_of_week(first)
    });
    twin.map_or(micros, |y| micros - (first - super::days_from_civil(y, 1, 1)) * MICROS_PER_DAY)
}

/// Chrono's form of microseconds since 2000. Beyond its range the calendar repeats every 400 years.
fn naive(micros: i64) -> chrono::NaiveDateTime {
    const CYCLE: i64 = 146_097 * MICROS_PER_DAY;
    let within = if micros < -10 * CYCLE { micros % CYCLE } else { same_calendar(micros) };
    DateTime::from_timestamp_micros(within + UNIX_EPOCH_MICROS)
        .map_or_else(|| DateTime::UNIX_EPOCH.naive_utc(), |t| t.naive_utc())
}

/// `±hh`, `±hhmm`, `±hh:mm[:ss]` in seconds, positive for plus.
pub fn parse_offset(text: &str) -> Option<i32> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if body.is_empty() || !body.bytes().all(|b| b.is_ascii_digit() || b == b':') {
        return None;
    }
    let (h, m, s) = if body.contains(':') {
        // Minutes and seconds may be left out behind their colon.
        let mut parts = body.split(':').map(|p| if p.is_empty() { Some(0) } else { p.parse::<i32>().ok() });
        let h = parts.next()??;
        let m = parts.next()??;
        let s = parts.next().map_or(Some(0), |s| s)?;
        if parts.next().is_some() {
            return None;
        }
        (h, m, s)
    } else {
        let v: i32 = body.parse().ok()?;
        match body.len() {
            1 | 2 => (v, 0, 0),
            3 | 4 => (v / 100, v % 100, 0),
            5 | 6 => (v / 10_000, v / 100 % 100, v % 100),
            _ => return None,
        }
    };
    if h > 15 || m > 59 || s > 59 {
        return None;
    }
    let seconds = h * 3_600 + m * 60 + s;
    Some(if negative { -seconds } else { seconds })
}

/// The zone named by a setting; UTC if it is not known, which the setting's own check excludes.
pub fn session_zone(name: &str) -> Zone {
    if name == "UTC" { Zone::UTC } else { Zone::named(name).unwrap_or(Zone::UTC) }
}
