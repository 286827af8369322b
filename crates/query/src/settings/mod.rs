//! Settings of a session (SET, SHOW, RESET, `set_config`, startup options): PostgreSQL's names, rules and
//! messages, and their life through transactions.
//!
//! ```text
//! SET        session value   undone by ROLLBACK, and by ROLLBACK TO an earlier savepoint
//! SET LOCAL  local value     gone at the end of the transaction, whichever way it ends
//! RESET      reset value     what the connection began with: server default, then startup options
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`registry`] | which settings exist |
//! | [`authority`] | who may change them |
//! | [`value`] | values: checks, canonical form, what SHOW prints |
//! | [`special`] | DateStyle, TimeZone, lists of names |
//! | [`statement`] | SET, RESET and SHOW as parsed |

pub mod authority;
pub mod registry;
pub mod special;
pub mod statement;
pub mod value;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gavel_types::text_io::{DateFormat, DateOrder, IntervalStyle, TextStyle};
use gavel_types::{SqlError, SqlResult, SqlState};

pub use registry::{Context, REPORTED, Setting};

/// What a client calls its transaction, so that it commits at most once however often it is tried.
pub const IDEMPOTENCY_KEY: &str = "gavel.idempotency_key";

/// Whether storage filters, cuts and folds what a plan reads; off, it gives the named columns of all rows.
pub const PUSH_DOWN: &str = "gavel.push_down";

/// Where a value comes from: decides what may change it, and what it becomes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The engine itself: no checks of who may.
    Engine,
    /// Startup message: also becomes the reset value.
    Startup,
    Session,
    Local,
}

/// A setting by its place in the registry, or a custom one (`app.user`) by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Known(usize),
    Custom(String),
}

/// Values that differ from the defaults. Cheap to clone: savepoints keep one.
#[derive(Clone, Debug, Default)]
pub struct Values {
    reset: Arc<BTreeMap<Key, Arc<str>>>,
    session: Arc<BTreeMap<Key, Arc<str>>>,
    local: Arc<BTreeMap<Key, Arc<str>>>,
}

impl Values {
    fn get(&self, key: &Key) -> Option<&Arc<str>> {
        self.local.get(key).or_else(|| self.session.get(key)).or_else(|| self.reset.get(key))
    }
}

/// The local value that a setting had before [`Settings::shadow`].
#[derive(Debug)]
pub struct Shadowed {
    key: Key,
    before: Option<Arc<str>>,
}

/// All settings of a session.
#[derive(Clone, Debug)]
pub struct Settings {
    values: Values,
    style: TextStyle,
    /// Grows with every change.
    generation: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self::new("0")
    }
}

impl Settings {
    /// Settings of a new session of Gavel `version`.
    pub fn new(version: &str) -> Self {
        let mut settings = Self { values: Values::default(), style: TextStyle::default(), generation: 0 };
        let reset = Arc::make_mut(&mut settings.values.reset);
        if let Some(i) = registry::position("server_version") {
            // Drivers read the leading number; the rest is for people.
            reset.insert(Key::Known(i), format!("15.18 (Gavel {version})").into());
        }
        settings
    }

    /// Gives `name` the value that the client wrote.
    ///
    /// # Errors
    /// 42704 unknown name, 22023 bad value, 55P02 if it may not be changed now, 42602 bad custom name.
    pub fn set(&mut self, name: &str, text: &str, source: Source) -> SqlResult<()> {
        let key = find(name, true)?;
        let value = match &key {
            Key::Known(i) => {
                let setting = &registry::settings()[*i];
                may_change(setting, source)?;
                if setting.name == "DateStyle" {
                    value::canonical(setting, &special::completed_date_style(text, &self.raw("DateStyle")))?
                } else {
                    value::canonical(setting, text)?
                }
            }
            Key::Custom(name) => {
                if name == IDEMPOTENCY_KEY {
                    special::check_idempotency_key(text, source)?;
                }
                text.to_owned()
            }
        };
        self.put(key, value.into(), source);
        Ok(())
    }

    /// Gives `name` a value for the time of a function's call. A SET without LOCAL meanwhile goes before it, and stays.
    ///
    /// # Errors
    /// As [`Settings::set`].
    pub fn shadow(&mut self, name: &str, text: &str) -> SqlResult<Shadowed> {
        let key = find(name, true)?;
        let before = self.values.local.get(&key).cloned();
        self.set(name, text, Source::Local)?;
        Ok(Shadowed { key, before })
    }

    /// The call has ended.
    pub fn unshadow(&mut self, shadowed: Shadowed) {
        let local = Arc::make_mut(&mut self.values.local);
        if !local.contains_key(&shadowed.key) {
            return;
        }
        match shadowed.before {
            Some(value) => local.insert(shadowed.key, value),
            None => local.remove(&shadowed.key),
        };
        self.derive();
    }

    fn put(&mut self, key: Key, value: Arc<str>, source: Source) {
        match source {
            Source::Local => {
                Arc::make_mut(&mut self.values.local).insert(key, value);
            }
            Source::Session | Source::Engine => {
                Arc::make_mut(&mut self.values.local).remove(&key);
                Arc::make_mut(&mut self.values.session).insert(key, value);
            }
            Source::Startup => {
                Arc::make_mut(&mut self.values.reset).insert(key, value);
            }
        }
        self.derive();
    }

    /// RESET name, or SET name TO DEFAULT.
    ///
    /// # Errors
    /// As [`Settings::set`].
    pub fn reset(&mut self, name: &str, source: Source) -> SqlResult<()> {
        let key = find(name, false)?;
        if let Key::Known(i) = &key {
            may_change(&registry::settings()[*i], source)?;
        }
        if source == Source::Local {
            let value = self.values.reset.get(&key).cloned().unwrap_or_else(|| default_of(&key));
            self.put(key, value, source);
        } else {
            Arc::make_mut(&mut self.values.local).remove(&key);
            Arc::make_mut(&mut self.values.session).remove(&key);
            self.derive();
        }
        Ok(())
    }

    /// RESET ALL.
    pub fn reset_all(&mut self) {
        // Who one is, and the running transaction's own characteristics, are not reset.
        let keep = |key: &Key| {
            matches!(key, Key::Known(i) if matches!(registry::settings()[*i].name,
                "role" | "session_authorization" | "is_superuser" | "transaction_isolation"
                | "transaction_read_only" | "transaction_deferrable" | "seed"))
        };
        Arc::make_mut(&mut self.values.local).retain(|k, _| keep(k));
        Arc::make_mut(&mut self.values.session).retain(|k, _| keep(k));
        self.derive();
    }

    /// What SHOW prints; `None` if there is no such setting.
    pub fn show(&self, name: &str) -> Option<String> {
        match find(name, false).ok()? {
            Key::Known(i) => Some(value::shown(&registry::settings()[i], &self.canonical(i))),
            key => self.values.get(&key).map(|v| v.to_string()),
        }
    }

    /// Canonical value of a known setting: numbers in the base unit.
    fn canonical(&self, position: usize) -> Arc<str> {
        let key = Key::Known(position);
        self.values.get(&key).cloned().unwrap_or_else(|| default_of(&key))
    }

    /// Canonical value of the setting `name`; empty if there is none.
    pub fn raw(&self, name: &str) -> Arc<str> {
        registry::position(name).map_or_else(|| "".into(), |i| self.canonical(i))
    }

    /// The proper spelling of a setting's name.
    pub fn proper_name(name: &str) -> String {
        registry::position(name).map_or_else(|| name.to_owned(), |i| registry::settings()[i].name.to_owned())
    }

    /// Every setting of SHOW ALL with its shown value: known ones and the session's custom ones.
    pub fn all(&self) -> Vec<(String, String)> {
        let known = registry::settings().iter().enumerate().filter(|(_, s)| !s.is_hidden());
        let mut out: Vec<_> =
            known.map(|(i, s)| (s.name.to_owned(), value::shown(s, &self.canonical(i)))).chain(self.custom()).collect();
        out.sort_by_cached_key(|(name, _)| name.to_ascii_lowercase());
        out
    }

    /// Custom settings and their values.
    pub fn custom(&self) -> Vec<(String, String)> {
        let names = (self.values.reset.keys()).chain(self.values.session.keys()).chain(self.values.local.keys());
        let names: std::collections::BTreeSet<_> =
            names.filter_map(|k| if let Key::Custom(n) = k { Some(n.clone()) } else { None }).collect();
        let value = |n: String| {
            let shown = self.values.get(&Key::Custom(n.clone())).map(|v| v.to_string())?;
            Some((n, shown))
        };
        names.into_iter().filter_map(value).collect()
    }

    /// The value that RESET would give, canonical.
    pub fn reset_value(&self, position: usize) -> Arc<str> {
        let key = Key::Known(position);
        self.values.reset.get(&key).cloned().unwrap_or_else(|| default_of(&key))
    }

    /// Whether the session has set it (`pg_settings.source`).
    pub fn is_set(&self, position: usize) -> bool {
        let key = Key::Known(position);
        self.values.local.contains_key(&key) || self.values.session.contains_key(&key)
    }

    /// Settings that the client is told of, with their values. Compare before and after a statement, and
    /// after ROLLBACK, to know what to report.
    pub fn reported(&self) -> Vec<(&'static str, String)> {
        REPORTED.iter().map(|n| (*n, self.show(n).unwrap_or_default())).collect()
    }

    /// What to keep at BEGIN and at a savepoint.
    pub fn values(&self) -> Values {
        self.values.clone()
    }

    /// ROLLBACK, or ROLLBACK TO: back to what was kept.
    pub fn restore(&mut self, values: Values) {
        self.values = values;
        self.derive();
    }

    /// The transaction has ended: local values are gone. After ROLLBACK too, once restored.
    pub fn end_transaction(&mut self) {
        if !self.values.local.is_empty() {
            self.values.local = Arc::default();
            self.derive();
        }
    }

    fn derive(&mut self) {
        self.generation += 1;
        let style = special::parse_date_style(&self.raw("DateStyle"));
        self.style = TextStyle {
            // `<+02>-02` is how PostgreSQL shows a fixed offset; elsewhere it is just `+02`.
            time_zone: match special::fixed_name(&self.raw("TimeZone")) {
                Some(offset) => offset.into(),
                None => self.raw("TimeZone"),
            },
            date_style: style.unwrap_or((DateFormat::Iso, DateOrder::Mdy)),
            interval_style: match &*self.raw("IntervalStyle") {
                "postgres_verbose" => IntervalStyle::PostgresVerbose,
                "sql_standard" => IntervalStyle::SqlStandard,
                "iso_8601" => IntervalStyle::Iso8601,
                _ => IntervalStyle::Postgres,
            },
            bytea_hex: &*self.raw("bytea_output") != "escape",
            extra_float_digits: self.raw("extra_float_digits").parse().unwrap_or(1),
            ..self.style.clone()
        };
    }

    /// A number that is another after any change; for caches of what was derived from the values.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How values are written as text. `now_micros` is the caller's to fill.
    pub fn text_style(&self) -> &TextStyle {
        &self.style
    }

    /// A setting in milliseconds as a duration; `None` if it is 0, which means "no limit".
    fn milliseconds(&self, name: &str) -> Option<Duration> {
        self.raw(name).parse().ok().filter(|ms| *ms > 0).map(Duration::from_millis)
    }

    pub fn statement_timeout(&self) -> Option<Duration> {
        self.milliseconds("statement_timeout")
    }

    /// How long a statement waits for a lock; only advisory ones are waited for.
    pub fn lock_timeout(&self) -> Option<Duration> {
        self.milliseconds("lock_timeout")
    }

    pub fn idle_in_transaction_timeout(&self) -> Option<Duration> {
        self.milliseconds("idle_in_transaction_session_timeout")
    }

    /// Of the session's own; the server has a limit besides.
    pub fn transaction_timeout(&self) -> Option<Duration> {
        self.milliseconds("transaction_timeout")
    }

    pub fn idle_session_timeout(&self) -> Option<Duration> {
        self.milliseconds("idle_session_timeout")
    }

    /// Names in `search_path`, `"$user"` replaced by `user`; whether they exist is for the catalog to say.
    pub fn search_path(&self, user: &str) -> Vec<String> {
        let names = special::parse_names(&self.raw("search_path")).unwrap_or_default();
        names.into_iter().map(|n| if n == "$user" { user.to_owned() } else { n }).filter(|n| !n.is_empty()).collect()
    }

    /// A boolean setting.
    pub fn is_on(&self, name: &str) -> bool {
        &*self.raw(name) == "on"
    }
}

fn default_of(key: &Key) -> Arc<str> {
    match key {
        Key::Known(i) => registry::settings().get(*i).map_or("", |s| s.default).into(),
        Key::Custom(_) => "".into(),
    }
}

/// The setting called `name`. Custom names have at least one dot; `define` says whether naming one is
/// enough to have it.
fn find(name: &str, define: bool) -> SqlResult<Key> {
    // Names that SQL gives to some settings, and the ones that PostgreSQL keeps from its past.
    let name = match name.to_ascii_lowercase().as_str() {
        "time zone" => "TimeZone",
        "transaction isolation level" => "transaction_isolation",
        "session authorization" => "session_authorization",
        "sort_mem" => "work_mem",
        "vacuum_mem" => "maintenance_work_mem",
        _ => name,
    };
    if let Some(i) = registry::position(name) {
        return Ok(Key::Known(i));
    }
    if !name.contains('.') {
        return Err(unrecognized(name));
    }
    let simple = |part: &str| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '$')
    };
    if define && !name.split('.').all(simple) {
        return Err(SqlError::new(SqlState::InvalidName, format!("invalid configuration parameter name \"{name}\""))
            .detail("Custom parameter names must be two or more simple identifiers separated by dots."));
    }
    Ok(Key::Custom(name.to_ascii_lowercase()))
}

/// 42704 for a name that no setting has.
pub fn unrecognized(name: &str) -> SqlError {
    SqlError::new(SqlState::UndefinedObject, format!("unrecognized configuration parameter \"{name}\""))
}

fn may_change(setting: &Setting, source: Source) -> SqlResult<()> {
    let name = setting.name;
    let refused = match (setting.context, source) {
        (_, Source::Engine) | (Context::User | Context::Superuser, _) | (Context::Backend, Source::Startup) => None,
        (Context::Internal, _) => Some(format!("parameter \"{name}\" cannot be changed")),
        (Context::Postmaster, _) => {
            Some(format!("parameter \"{name}\" cannot be changed without restarting the server"))
        }
        (Context::Sighup, _) => Some(format!("parameter \"{name}\" cannot be changed now")),
        (Context::Backend, _) => Some(format!("parameter \"{name}\" cannot be set after connection start")),
    };
    refused.map_or(Ok(()), |message| Err(SqlError::new(SqlState::CantChangeRuntimeParam, message)))
}

#[cfg(test)]
mod settings_test;
