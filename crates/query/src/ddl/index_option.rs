//! Storage parameters of indexes (manual, CREATE INDEX): checked, kept and shown. Nothing here follows them.

use gavel_catalog::IndexMethod;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

/// What values a parameter has.
#[derive(Clone, Copy)]
enum Kind {
    Boolean,
    Integer(i32, i32),
    Real(f64, f64),
    OneOf(&'static [&'static str]),
}

const FILLFACTOR: (&str, Kind) = ("fillfactor", Kind::Integer(10, 100));

fn known(method: IndexMethod) -> &'static [(&'static str, Kind)] {
    match method {
        IndexMethod::Btree => &[
            FILLFACTOR,
            ("vacuum_cleanup_index_scale_factor", Kind::Real(0.0, 1e10)),
            ("deduplicate_items", Kind::Boolean),
        ],
        IndexMethod::Hash | IndexMethod::Spgist => &[FILLFACTOR],
        IndexMethod::Gist => &[FILLFACTOR, ("buffering", Kind::OneOf(&["on", "off", "auto"]))],
        IndexMethod::Gin => &[("fastupdate", Kind::Boolean), ("gin_pending_list_limit", Kind::Integer(64, i32::MAX))],
        IndexMethod::Brin => &[("pages_per_range", Kind::Integer(1, 131_072)), ("autosummarize", Kind::Boolean)],
    }
}

fn invalid(message: String) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

/// The name in `name=value`.
pub(super) fn name_of(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

/// Parameters as `pg_class.reloptions` has them.
///
/// # Errors
/// 22023 for a name or value that the method does not have.
pub(super) fn checked(method: IndexMethod, options: &[String]) -> SqlResult<Vec<String>> {
    let mut out: Vec<String> = Vec::with_capacity(options.len());
    for option in options {
        let (name, value) = option.split_once('=').unwrap_or((option, "true"));
        if let Some((space, _)) = name.split_once('.') {
            return Err(invalid(format!("unrecognized parameter namespace \"{space}\"")));
        }
        let Some((_, kind)) = known(method).iter().find(|(n, _)| *n == name) else {
            return Err(invalid(format!("unrecognized parameter \"{name}\"")));
        };
        if out.iter().any(|o| name_of(o) == name) {
            return Err(invalid(format!("parameter \"{name}\" specified more than once")));
        }
        check(name, value, *kind)?;
        out.push(format!("{name}={value}"));
    }
    Ok(out)
}

fn check(name: &str, value: &str, kind: Kind) -> SqlResult<()> {
    let parsed = |ty: PgType| text_io::parse(value, ty, &TextStyle::default()).ok();
    let outside = |low: String, high: String| {
        invalid(format!("value {value} out of bounds for option \"{name}\""))
            .detail(format!("Valid values are between \"{low}\" and \"{high}\"."))
    };
    match kind {
        Kind::Boolean => match parsed(PgType::new(Oid::BOOL)) {
            Some(Datum::Bool(_)) => Ok(()),
            _ => Err(invalid(format!("invalid value for boolean option \"{name}\": {value}"))),
        },
        Kind::Integer(low, high) => match parsed(PgType::new(Oid::INT4)) {
            Some(Datum::Int4(n)) if (low..=high).contains(&n) => Ok(()),
            Some(_) => Err(outside(low.to_string(), high.to_string())),
            None => Err(invalid(format!("invalid value for integer option \"{name}\": {value}"))),
        },
        Kind::Real(low, high) => match parsed(PgType::new(Oid::FLOAT8)) {
            Some(Datum::Float8(n)) if (low..=high).contains(&n) => Ok(()),
            Some(_) => Err(outside(format!("{low:.6}"), format!("{high:.6}"))),
            None => Err(invalid(format!("invalid value for floating point option \"{name}\": {value}"))),
        },
        Kind::OneOf(values) if values.iter().any(|v| v.eq_ignore_ascii_case(value)) => Ok(()),
        Kind::OneOf(_) => Err(invalid(format!("invalid value for enum option \"{name}\": {value}"))
            .detail("Valid values are \"on\", \"off\", and \"auto\".")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_by_method() {
        let said = |method, option: &str| match checked(method, &[option.to_owned()]) {
            Ok(kept) => kept.join(","),
            Err(e) => e.message().to_owned(),
        };
        assert_eq!(said(IndexMethod::Btree, "fillfactor=70"), "fillfactor=70");
        assert_eq!(said(IndexMethod::Gin, "fastupdate"), "fastupdate=true");
        assert_eq!(said(IndexMethod::Gin, "fillfactor=70"), "unrecognized parameter \"fillfactor\"");
        assert_eq!(said(IndexMethod::Btree, "fillfactor=5"), "value 5 out of bounds for option \"fillfactor\"");
        assert_eq!(
            said(IndexMethod::Brin, "pages_per_range=x"),
            "invalid value for integer option \"pages_per_range\": x"
        );
        assert_eq!(said(IndexMethod::Hash, "toast.x=1"), "unrecognized parameter namespace \"toast\"");
    }
}
