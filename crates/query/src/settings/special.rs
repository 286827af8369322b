//! Settings of kind text whose values have a grammar of their own: DateStyle, TimeZone, client_encoding,
//! lists of names.

use gavel_functions::textsearch;
use gavel_types::datetime::posix::Posix;
use gavel_types::datetime::zone::parse_offset;
use gavel_types::text_io::{DateFormat, DateOrder};
use gavel_types::{SqlError, SqlResult, SqlState};

use crate::system::resolver::parse_name;

use super::registry::Setting;
use super::value::invalid_value;
use super::{IDEMPOTENCY_KEY, Source};

/// Longest value of `application_name` and of identifiers.
const NAME_LENGTH: usize = 63;

/// Longest idempotency key, in bytes.
const IDEMPOTENCY_KEY_LENGTH: usize = 255;

/// One key names one transaction, so it cannot outlive it.
pub(super) fn check_idempotency_key(text: &str, source: Source) -> SqlResult<()> {
    let wrong = |why: String| SqlError::new(SqlState::InvalidParameterValue, why);
    if source != Source::Local {
        return Err(wrong(format!("\"{IDEMPOTENCY_KEY}\" can be set for one transaction only"))
            .hint("Use SET LOCAL within the transaction."));
    }
    if text.is_empty() || text.len() > IDEMPOTENCY_KEY_LENGTH {
        let limit = IDEMPOTENCY_KEY_LENGTH;
        return Err(wrong(format!("\"{IDEMPOTENCY_KEY}\" must have 1 to {limit} bytes")));
    }
    Ok(())
}

pub(super) fn canonical_text(setting: &Setting, text: &str) -> SqlResult<String> {
    match setting.name {
        "DateStyle" => date_style(setting, text).map(|s| show_date_style(s).to_owned()),
        "TimeZone" | "log_timezone" => time_zone(text).ok_or_else(|| invalid_value(setting, text)),
        "client_encoding" => client_encoding(setting, text),
        "default_tablespace" => match text {
            "" | "pg_default" => Ok(text.to_owned()),
            _ => Err(invalid_value(setting, text).detail(format!("Tablespace \"{text}\" does not exist."))),
        },
        "default_text_search_config" => text_search_configuration(text).ok_or_else(|| invalid_value(setting, text)),
        "application_name" | "cluster_name" => Ok(clip(text)),
        _ => Ok(text.to_owned()),
    }
}

/// The qualified name of a configuration.
fn text_search_configuration(text: &str) -> Option<String> {
    let parts = parse_name(text).ok()?;
    let (schema, name) = match parts.as_slice() {
        [name] => (None, name),
        [schema, name] => (Some(schema.as_str()), name),
        _ => return None,
    };
    textsearch::configuration_named(schema, name).map(|_| format!("pg_catalog.{name}"))
}

/// Printable ASCII, cut to the length of a name, as PostgreSQL keeps an application's name.
fn clip(text: &str) -> String {
    let clean = |b: u8| if (32..127).contains(&b) { char::from(b) } else { '?' };
    text.bytes().take(NAME_LENGTH).map(clean).collect()
}

fn client_encoding(setting: &Setting, text: &str) -> SqlResult<String> {
    let folded: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    match folded.as_str() {
        "utf8" | "unicode" => Ok("UTF8".to_owned()),
        "sqlascii" => Ok("SQL_ASCII".to_owned()),
        f if f.starts_with("latin") || f.starts_with("win") || f.starts_with("iso8859") || f.starts_with("euc") => {
            Err(SqlError::unsupported(format!("client encoding \"{text}\" is not supported"))
                .hint("Text travels as UTF8."))
        }
        _ => Err(invalid_value(setting, text)),
    }
}

/// Reads a whole DateStyle.
pub fn parse_date_style(text: &str) -> Result<(DateFormat, DateOrder), String> {
    date_style_over(text, (DateFormat::Iso, DateOrder::Mdy))
}

/// Reads a DateStyle; what it leaves open is as in `current`.
fn date_style_over(text: &str, current: (DateFormat, DateOrder)) -> Result<(DateFormat, DateOrder), String> {
    let (mut format, mut order) = (current.0, None);
    for word in text.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "iso" => format = DateFormat::Iso,
            "sql" => format = DateFormat::Sql,
            "german" => {
                format = DateFormat::German;
                order = order.or(Some(DateOrder::Dmy));
            }
            "ymd" => order = Some(DateOrder::Ymd),
            "default" => (format, order) = (DateFormat::Iso, Some(DateOrder::Mdy)),
            l if l.starts_with("postgres") => format = DateFormat::Postgres,
            l if l == "dmy" || l.starts_with("euro") => order = Some(DateOrder::Dmy),
            l if l == "mdy" || l == "us" || l.starts_with("noneuro") => order = Some(DateOrder::Mdy),
            _ => return Err(word.to_owned()),
        }
    }
    Ok((format, order.unwrap_or(current.1)))
}

/// `text` with what it leaves open from the current DateStyle; itself if it is none.
pub(super) fn completed_date_style(text: &str, current: &str) -> String {
    let over = parse_date_style(current).and_then(|current| date_style_over(text, current));
    over.map_or_else(|_| text.to_owned(), |style| show_date_style(style).to_owned())
}

fn date_style(setting: &Setting, text: &str) -> SqlResult<(DateFormat, DateOrder)> {
    parse_date_style(text)
        .map_err(|word| invalid_value(setting, text).detail(format!("Unrecognized key word: \"{word}\".")))
}

fn show_date_style(style: (DateFormat, DateOrder)) -> &'static str {
    use DateFormat::{German, Iso, Postgres, Sql};
    use DateOrder::{Dmy, Mdy, Ymd};
    match style {
        (Iso, Mdy) => "ISO, MDY",
        (Iso, Dmy) => "ISO, DMY",
        (Iso, Ymd) => "ISO, YMD",
        (Sql, Mdy) => "SQL, MDY",
        (Sql, Dmy) => "SQL, DMY",
        (Sql, Ymd) => "SQL, YMD",
        (Postgres, Mdy) => "Postgres, MDY",
        (Postgres, Dmy) => "Postgres, DMY",
        (Postgres, Ymd) => "Postgres, YMD",
        (German, Mdy) => "German, MDY",
        (German, Dmy) => "German, DMY",
        (German, Ymd) => "German, YMD",
    }
}

/// The proper spelling of a time zone: an IANA name in any case, or a fixed offset (hours, or hh:mm, with
/// a sign): hours as `<+02>-02`, PostgreSQL's way to show one.
pub fn time_zone(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(zone) = chrono_tz::TZ_VARIANTS.iter().find(|z| z.name().eq_ignore_ascii_case(text)) {
        return Some(zone.name().to_owned());
    }
    if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '<') {
        return Posix::parse(text).map(|_| text.to_ascii_uppercase());
    }
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let mut parts = digits.split(':');
    let hours: f64 = parts.next()?.parse().ok()?;
    let minutes: u32 = parts.next().map_or(Some(0), |m| m.parse().ok().filter(|m| *m < 60))?;
    if parts.next().is_some() || !(0.0..=15.0).contains(&hours) {
        return None;
    }
    // With minutes it is POSIX's form, which PostgreSQL shows as it was written.
    if digits.contains(':') {
        return Some(text.to_owned());
    }
    let total = (hours * 60.0).round() as u32 + minutes;
    Some(fixed_zone(if negative { -i64::from(total) } else { i64::from(total) }))
}

/// The name of a zone that is given as an interval (`-08:00`), which counts east.
pub fn offset_zone(text: &str) -> Option<String> {
    parse_offset(text.trim()).map(|seconds| fixed_zone(i64::from(seconds / 60)))
}

/// PostgreSQL's name of a zone that many minutes east of UTC.
pub fn fixed_zone(minutes: i64) -> String {
    let (h, m) = (minutes.abs() / 60, minutes.abs() % 60);
    let tail = if m == 0 { String::new() } else { format!(":{m:02}") };
    let (name, posix) = if minutes < 0 { ('-', '+') } else { ('+', '-') };
    format!("<{name}{h:02}{tail}>{posix}{h:02}{tail}")
}

/// The offset east of UTC of a zone that has no name, such as `+02` or `-03:30`: within a name that [`fixed_zone`] made, or
/// of POSIX's `02:00`, whose sign counts west.
pub fn fixed_name(zone: &str) -> Option<String> {
    if let Some(named) = zone.strip_prefix('<') {
        // One that changes its clocks is more than its name.
        let (name, offset) = named.split_once('>')?;
        return (!offset.contains(|c: char| c.is_ascii_alphabetic() || c == '<')).then(|| name.to_owned());
    }
    if !zone.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) {
        return None;
    }
    Some(match zone.strip_prefix('-') {
        Some(east) => format!("+{east}"),
        None => format!("-{}", zone.trim_start_matches('+')),
    })
}

/// A list of names, as `search_path` holds: commas, double quotes around what is not folded.
///
/// # Errors
/// 22023 if a quote is not closed or a name is empty.
pub fn parse_names(text: &str) -> SqlResult<Vec<String>> {
    let bad = || SqlError::new(SqlState::InvalidParameterValue, "List syntax is invalid.");
    let mut names = Vec::new();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Ok(names);
    }
    loop {
        let name;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut out = String::new();
            let mut chars = quoted.char_indices().peekable();
            let end = loop {
                match chars.next() {
                    Some((_, '"')) if chars.next_if(|(_, c)| *c == '"').is_some() => out.push('"'),
                    Some((at, '"')) => break at + 1,
                    Some((_, c)) => out.push(c),
                    None => return Err(bad()),
                }
            };
            rest = &quoted[end..];
            name = out;
        } else {
            let end = rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
            if end == 0 {
                return Err(bad());
            }
            name = rest[..end].to_lowercase();
            rest = &rest[end..];
        }
        names.push(name);
        rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(r) => rest = r.trim_start(),
            None if rest.is_empty() => return Ok(names),
            None => return Err(bad()),
        }
    }
}
