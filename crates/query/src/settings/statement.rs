//! SET, RESET, SHOW and DISCARD as the parser gives them.

use gavel_types::{Notice, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, ContextModifier, Expr, Ident, ObjectName, ObjectNamePart, Set, UnaryOperator, Value};

use super::authority::Authority;
use super::value::invalid_parameter;
use super::{Settings, Source, special};

/// What a SET did besides changing values.
#[derive(Debug, Default)]
pub struct SetOutcome {
    pub notices: Vec<Notice>,
}

/// Runs SET, but for `SET TRANSACTION`, which is the transaction's affair.
///
/// # Errors
/// Those of [`Settings::set`]; those of [`Authority::may_set`].
pub fn run_set(settings: &mut Settings, set: &Set, by: &Authority<'_>, in_block: bool) -> SqlResult<SetOutcome> {
    let mut outcome = SetOutcome::default();
    let mut source = |local: bool| {
        if local && !in_block {
            let message = "SET LOCAL can only be used in transaction blocks";
            outcome.notices.push(Notice::warning(SqlState::NoActiveSqlTransaction, message));
        }
        if local { Source::Local } else { Source::Session }
    };
    match set {
        Set::SingleAssignment { scope, variable, values, .. } => {
            let source = source(matches!(scope, Some(ContextModifier::Local)));
            assign(settings, &setting_name(variable), values, source, by)?;
        }
        Set::SetTimeZone { local, value } => {
            let source = source(*local);
            assign(settings, "TimeZone", std::slice::from_ref(value), source, by)?;
        }
        Set::SetRole { context_modifier, role_name } => {
            let source = source(matches!(context_modifier, Some(ContextModifier::Local)));
            let role =
                role_name.as_ref().map_or_else(|| "none".to_owned(), |r| folded(r).trim_matches('\'').to_owned());
            put(settings, "role", Some(&role), source, by)?;
        }
        Set::SetSessionAuthorization(param) => {
            let source = source(matches!(param.scope, ContextModifier::Local));
            match &param.kind {
                ast::SetSessionAuthorizationParamKind::Default => {
                    put(settings, "session_authorization", None, source, by)?;
                }
                ast::SetSessionAuthorizationParamKind::User(name) => {
                    put(settings, "session_authorization", Some(&folded(name)), source, by)?;
                }
            }
        }
        Set::SetNames { charset_name, .. } => {
            settings.set("client_encoding", &charset_name.value, Source::Session)?;
        }
        Set::SetNamesDefault {} => settings.reset("client_encoding", Source::Session)?,
        Set::SetTransaction { modes, session: true, .. } => characteristics(settings, modes)?,
        Set::ParenthesizedAssignments { .. } | Set::MultipleAssignments { .. } | Set::SetSessionParam(_) => {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error in SET"));
        }
        Set::SetTransaction { .. } => {
            return Err(SqlError::internal("SET TRANSACTION belongs to the transaction"));
        }
    }
    Ok(outcome)
}

/// SET SESSION CHARACTERISTICS AS TRANSACTION …
fn characteristics(settings: &mut Settings, modes: &[ast::TransactionMode]) -> SqlResult<()> {
    for mode in modes {
        match mode {
            ast::TransactionMode::AccessMode(access) => {
                let read_only = matches!(access, ast::TransactionAccessMode::ReadOnly);
                let value = if read_only { "on" } else { "off" };
                settings.set("default_transaction_read_only", value, Source::Session)?;
            }
            ast::TransactionMode::IsolationLevel(level) => {
                settings.set("default_transaction_isolation", &level.to_string(), Source::Session)?;
            }
        }
    }
    Ok(())
}

/// Gives `name` a value, or its default. A session that goes on as another has become nobody else yet.
///
/// # Errors
/// Those of [`Settings::set`]; those of [`Authority::may_set`].
pub fn put(
    settings: &mut Settings,
    name: &str,
    value: Option<&str>,
    source: Source,
    by: &Authority<'_>,
) -> SqlResult<()> {
    by.may_set(name, value)?;
    match value {
        Some(value) => settings.set(name, value, source)?,
        None => settings.reset(name, source)?,
    }
    if matches!(name.to_ascii_lowercase().as_str(), "session_authorization" | "session authorization") {
        settings.set("role", "none", source)?;
    }
    Ok(())
}

/// RESET name or RESET ALL.
///
/// # Errors
/// Those of [`Settings::reset`]; those of [`Authority::may_set`].
pub fn run_reset(settings: &mut Settings, reset: &ast::Reset, by: &Authority<'_>) -> SqlResult<()> {
    match reset {
        ast::Reset::ALL => settings.reset_all(),
        ast::Reset::ConfigurationParameter(name) => put(settings, &setting_name(name), None, Source::Session, by)?,
    }
    Ok(())
}

/// What SHOW answers: column names and rows.
#[derive(Debug, PartialEq)]
pub struct Shown {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// SHOW name and SHOW ALL; `words` as the parser gives them (`SHOW TIME ZONE` has two).
///
/// # Errors
/// 42704.
pub fn run_show(settings: &Settings, words: &[Ident]) -> SqlResult<Shown> {
    let names: Vec<String> = words.iter().map(folded).collect();
    if names == ["all"] {
        let columns = ["name", "setting", "description"].map(String::from).to_vec();
        let rows = settings.all().into_iter().map(|(name, value)| vec![name, value, String::new()]).collect();
        return Ok(Shown { columns, rows });
    }
    let spaced = names.join(" ");
    let (name, column) = match spaced.as_str() {
        "time zone" => ("TimeZone".to_owned(), None),
        "transaction isolation level" => ("transaction_isolation".to_owned(), None),
        "session authorization" => ("session_authorization".to_owned(), None),
        _ => (names.join("."), Some(names.join("."))),
    };
    let value = settings.show(&name).ok_or_else(|| super::unrecognized(&name))?;
    let column = column.map_or_else(|| Settings::proper_name(&name), |c| Settings::proper_name(&c));
    Ok(Shown { columns: vec![column], rows: vec![vec![value]] })
}

/// Gives `name` the values of a SET's right side.
fn assign(settings: &mut Settings, name: &str, values: &[Expr], source: Source, by: &Authority<'_>) -> SqlResult<()> {
    if let [Expr::Identifier(word)] = values {
        let lower = word.value.to_ascii_lowercase();
        let default = lower == "default" || (lower == "local" && name.eq_ignore_ascii_case("timezone"));
        if word.quote_style.is_none() && default {
            return put(settings, name, None, source, by);
        }
    }
    let list = is_list(name);
    let texts = values.iter().map(|v| value_text(name, v, list)).collect::<SqlResult<Vec<_>>>()?;
    if texts.len() > 1 && !list && !name.eq_ignore_ascii_case("DateStyle") {
        return Err(invalid_parameter(format!("SET {name} takes only one argument")));
    }
    put(settings, name, Some(&texts.join(", ")), source, by)
}

/// Settings whose value is a list of names, each quoted where it must be.
fn is_list(name: &str) -> bool {
    [
        "search_path",
        "temp_tablespaces",
        "session_preload_libraries",
        "shared_preload_libraries",
        "local_preload_libraries",
    ]
    .iter()
    .any(|n| name.eq_ignore_ascii_case(n))
}

/// One value as text. In a list, every item stands for one name whatever characters it has.
fn value_text(name: &str, value: &Expr, list: bool) -> SqlResult<String> {
    let text = match value {
        Expr::Value(v) => match &v.value {
            Value::Number(n, _) => n.to_string(),
            Value::Boolean(b) => b.to_string(),
            Value::Null => "null".to_owned(),
            other => match other.clone().into_string() {
                Some(s) => s,
                None => return Err(invalid_parameter(format!("invalid value for parameter \"{name}\""))),
            },
        },
        Expr::UnaryOp { op, expr } if matches!(op, UnaryOperator::Minus | UnaryOperator::Plus) => {
            let sign = if matches!(op, UnaryOperator::Minus) { "-" } else { "" };
            return Ok(format!("{sign}{}", value_text(name, expr, false)?));
        }
        Expr::Identifier(word) => folded(word),
        Expr::CompoundIdentifier(words) => words.iter().map(folded).collect::<Vec<_>>().join("."),
        Expr::Interval(interval) => return interval_zone(name, interval),
        Expr::Nested(inner) => return value_text(name, inner, list),
        other => other.to_string(),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if list && (text.is_empty() || !text.chars().all(plain)) {
        // An item that is itself a list (`SET search_path = 'a, b'`) is one odd name, as in PostgreSQL.
        return Ok(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Ok(text)
}

/// `SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE`.
fn interval_zone(name: &str, interval: &ast::Interval) -> SqlResult<String> {
    let text = match interval.value.as_ref() {
        Expr::Value(v) => v.value.clone().into_string().unwrap_or_default(),
        _ => String::new(),
    };
    special::time_zone(&text)
        .ok_or_else(|| invalid_parameter(format!("invalid value for parameter \"{name}\": \"{text}\"")))
}

/// A word as PostgreSQL folds it.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

fn setting_name(name: &ObjectName) -> String {
    let part = |p: &ObjectNamePart| match p {
        ObjectNamePart::Identifier(i) => folded(i),
        ObjectNamePart::Function(f) => f.to_string(),
    };
    name.0.iter().map(part).collect::<Vec<_>>().join(".")
}
