//! Values of settings: from what a client wrote to canonical form (numbers in the base unit), and from
//! there to what SHOW prints (numbers in the largest unit that divides them).

use gavel_types::{SqlError, SqlResult, SqlState};

use super::registry::{Kind, Setting};
use super::special;

/// The canonical form of `text` as a value of `setting`.
///
/// # Errors
/// 22023 with PostgreSQL's message, detail and hint.
pub fn canonical(setting: &Setting, text: &str) -> SqlResult<String> {
    match setting.kind {
        Kind::Bool => match parse_bool(text) {
            Some(true) if setting.name == "default_with_oids" => {
                Err(SqlError::unsupported("tables declared WITH OIDS are not supported"))
            }
            Some(value) => Ok(if value { "on" } else { "off" }.to_owned()),
            None => Err(invalid_parameter(format!("parameter \"{}\" requires a Boolean value", setting.name))),
        },
        Kind::Int { unit, min, max } => {
            let value = parse_number(setting, text, unit)?.round_ties_even();
            if value < min as f64 || value > max as f64 {
                return Err(out_of_range(setting, &format!("{value}"), unit, &min.to_string(), &max.to_string()));
            }
            Ok(format!("{value}"))
        }
        Kind::Real { unit, min, max } => {
            let value = parse_number(setting, text, unit)?;
            if value < min || value > max {
                return Err(out_of_range(setting, &format!("{value}"), unit, &format!("{min}"), &format!("{max}")));
            }
            Ok(format!("{value}"))
        }
        Kind::Enum(values) => parse_enum(setting, text, values),
        Kind::Text => special::canonical_text(setting, text),
    }
}

/// What SHOW prints for a canonical value.
pub fn shown(setting: &Setting, canonical: &str) -> String {
    let (Kind::Int { unit, .. } | Kind::Real { unit, .. }) = setting.kind else { return canonical.to_owned() };
    let Some((units, scale)) = unit_table(unit) else { return canonical.to_owned() };
    match canonical.parse::<i128>() {
        Ok(value) if value > 0 => {
            let smallest = value * scale;
            let (size, name) =
                units.iter().rev().find(|(size, _)| smallest % size == 0).copied().unwrap_or((scale, unit));
            format!("{}{name}", smallest / size)
        }
        _ => canonical.to_owned(),
    }
}

/// PostgreSQL's spellings of booleans: unambiguous prefixes of true, false, yes, no; on, off; 1, 0.
pub fn parse_bool(text: &str) -> Option<bool> {
    let t = text.trim().to_ascii_lowercase();
    let prefix = |word: &str, min: usize| t.len() >= min && word.starts_with(&t);
    if t == "1" || t == "on" || prefix("true", 1) || prefix("yes", 1) {
        Some(true)
    } else if t == "0" || prefix("off", 2) || prefix("false", 1) || prefix("no", 1) {
        Some(false)
    } else {
        None
    }
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

pub(super) fn invalid_value(setting: &Setting, text: &str) -> SqlError {
    invalid_parameter(format!("invalid value for parameter \"{}\": \"{text}\"", setting.name))
}

fn out_of_range(setting: &Setting, value: &str, unit: &str, min: &str, max: &str) -> SqlError {
    let gap = if unit.is_empty() { "" } else { " " };
    let name = setting.name;
    invalid_parameter(format!(
        "{value}{gap}{unit} is outside the valid range for parameter \"{name}\" ({min} .. {max})"
    ))
}

type Units = &'static [(i128, &'static str)];

const MEMORY: Units = &[(1, "B"), (1 << 10, "kB"), (1 << 20, "MB"), (1 << 30, "GB"), (1 << 40, "TB")];
const TIME: Units =
    &[(1, "us"), (1_000, "ms"), (1_000_000, "s"), (60_000_000, "min"), (3_600_000_000, "h"), (86_400_000_000, "d")];

/// The family of a base unit, and how many of the family's smallest unit it is.
fn unit_table(unit: &str) -> Option<(Units, i128)> {
    let (count, name) = unit
        .find(|c: char| !c.is_ascii_digit())
        .map_or((1, unit), |at| (unit[..at].parse::<i128>().unwrap_or(1), &unit[at..]));
    [MEMORY, TIME].into_iter().find_map(|t| t.iter().find(|(_, n)| *n == name).map(|(size, _)| (t, size * count)))
}

/// A number with an optional unit, in the base unit.
fn parse_number(setting: &Setting, text: &str, unit: &str) -> SqlResult<f64> {
    let t = text.trim();
    let digits = t.trim_start_matches(['+', '-']);
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let bad = || invalid_value(setting, text);
    let (number, rest) = if let Some(hex) = hex {
        let end = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
        let value = i64::from_str_radix(&hex[..end], 16).map_err(|_| bad())? as f64;
        (if t.starts_with('-') { -value } else { value }, &hex[end..])
    } else {
        // The longest prefix that is a number: `5e3ms` has an exponent, `5 exabytes` has none.
        let end = (1..=t.len())
            .rev()
            .filter(|&e| t.is_char_boundary(e))
            .find(|&e| t[..e].ends_with(|c: char| c.is_ascii_digit() || c == '.') && t[..e].parse::<f64>().is_ok())
            .ok_or_else(bad)?;
        (t[..end].parse::<f64>().map_err(|_| bad())?, &t[end..])
    };
    let rest = rest.trim_start();
    if rest.is_empty() {
        return if number.is_finite() { Ok(number) } else { Err(bad()) };
    }
    let Some((units, scale)) = unit_table(unit) else { return Err(bad()) };
    match units.iter().find(|(_, name)| *name == rest) {
        Some((size, _)) => Ok(number * *size as f64 / scale as f64),
        None => Err(bad().hint(if std::ptr::eq(units, MEMORY) {
            "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\"."
        } else {
            "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"."
        })),
    }
}

fn parse_enum(setting: &Setting, text: &str, values: &'static str) -> SqlResult<String> {
    if let Some(value) = values.split(',').find(|v| v.eq_ignore_ascii_case(text)) {
        return Ok(value.to_owned());
    }
    // Enumerations that began as booleans still take every spelling of one.
    let boolean = parse_bool(text).map(|b| if b { "on" } else { "off" });
    if let Some(value) = boolean.and_then(|b| values.split(',').find(|v| *v == b)) {
        return Ok(value.to_owned());
    }
    let listed = values.split(',').collect::<Vec<_>>().join(", ");
    Err(invalid_value(setting, text).hint(format!("Available values: {listed}.")))
}
