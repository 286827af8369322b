//! Which settings exist: names, kinds, ranges and defaults as PostgreSQL 15 has them (`pg_settings`; `transaction_timeout` is of
//! 17; those called `gavel.` are ours), with defaults of ours where PostgreSQL's come from its build or from `initdb`. All of them can be shown, and
//! set within their rules, so that dumps, drivers and frameworks find what they expect; those that Gavel
//! acts upon are the ones with an accessor in [`super::Settings`].

use std::collections::HashMap;
use std::sync::LazyLock;

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Bool,
    /// Base unit (empty for plain numbers) and inclusive range.
    Int {
        unit: &'static str,
        min: i64,
        max: i64,
    },
    Real {
        unit: &'static str,
        min: f64,
        max: f64,
    },
    /// Comma-separated values.
    Enum(&'static str),
    Text,
}

/// `pg_settings.context`: who may change it, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    Internal,
    /// Only at the start of the server.
    Postmaster,
    Sighup,
    /// Only at connection start.
    Backend,
    Superuser,
    User,
}

impl Context {
    /// As `pg_settings` names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Postmaster => "postmaster",
            Self::Sighup => "sighup",
            Self::Backend => "superuser-backend",
            Self::Superuser => "superuser",
            Self::User => "user",
        }
    }
}

/// One setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// As it is shown; looked up without regard to case.
    pub name: &'static str,
    pub kind: Kind,
    pub context: Context,
    /// In canonical form: numbers in the base unit.
    pub default: &'static str,
    pub category: &'static str,
}

/// Left out of SHOW ALL and `pg_settings`, as in PostgreSQL.
const HIDDEN: &[&str] =
    &["default_with_oids", "is_superuser", "role", "seed", "session_authorization", "ssl_renegotiation_limit"];

/// Reported to the client by ParameterStatus when they change (manual §55.2.7).
pub const REPORTED: &[&str] = &[
    "application_name",
    "client_encoding",
    "DateStyle",
    "default_transaction_read_only",
    "in_hot_standby",
    "integer_datetimes",
    "IntervalStyle",
    "is_superuser",
    "server_encoding",
    "server_version",
    "session_authorization",
    "standard_conforming_strings",
    "TimeZone",
];

impl Setting {
    pub fn is_hidden(&self) -> bool {
        HIDDEN.contains(&self.name)
    }
}

static SETTINGS: LazyLock<Vec<Setting>> =
    LazyLock::new(|| include_str!("data/settings.tsv").lines().skip(1).filter_map(read).collect());

static BY_NAME: LazyLock<HashMap<String, usize>> =
    LazyLock::new(|| SETTINGS.iter().enumerate().map(|(i, s)| (s.name.to_ascii_lowercase(), i)).collect());

/// All settings, ordered by name without regard to case.
pub fn settings() -> &'static [Setting] {
    &SETTINGS
}

/// Position in [`settings`] of the setting of this name.
pub fn position(name: &str) -> Option<usize> {
    BY_NAME.get(&name.to_ascii_lowercase()).copied()
}

fn read(line: &'static str) -> Option<Setting> {
    let f: Vec<&str> = line.split('\t').collect();
    let &[name, kind, unit, context, min, max, values, default, category] = f.as_slice() else { return None };
    let kind = match kind {
        "bool" => Kind::Bool,
        "integer" => Kind::Int { unit, min: min.parse().ok()?, max: max.parse().ok()? },
        "real" => Kind::Real { unit, min: min.parse().unwrap_or(f64::MIN), max: max.parse().unwrap_or(f64::MAX) },
        "enum" => Kind::Enum(values),
        _ => Kind::Text,
    };
    let context = match context {
        "internal" => Context::Internal,
        "postmaster" => Context::Postmaster,
        "sighup" => Context::Sighup,
        "backend" | "superuser-backend" => Context::Backend,
        "superuser" => Context::Superuser,
        _ => Context::User,
    };
    Some(Setting { name, kind, context, default, category })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_reads_and_every_default_is_valid() {
        let lines = include_str!("data/settings.tsv").lines().count() - 1;
        assert_eq!(settings().len(), lines);
        for s in settings() {
            let canonical = super::super::value::canonical(s, s.default);
            assert_eq!(canonical.as_deref().map_err(|e| e.to_string()), Ok(s.default), "{}", s.name);
        }
        for name in REPORTED {
            assert!(position(name).is_some_and(|i| settings()[i].name == *name), "{name}");
        }
    }
}
