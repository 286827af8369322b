//! Functions over enums (manual §9.10). A value is its place among the labels, which the session's catalog knows;
//! comparing values needs no catalog and is in [`crate::comparison`].

use std::sync::Arc;

use gavel_types::text_io::EnumValues;
use gavel_types::{ArrayValue, Datum, Oid, SqlError, SqlResult, SqlState};

use crate::call::{Call, ScalarFn};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("enum_first", |call, _| edge(call, |values| values.first())),
    ("enum_last", |call, _| edge(call, |values| values.last())),
    ("enum_range_all", |call, _| range(call, None, None)),
    ("enum_range_bounds", |call, args| range(call, place(args.first()), place(args.get(1)))),
];

fn place(value: Option<&Datum>) -> Option<i64> {
    match value {
        Some(Datum::Enum(place)) => Some(*place),
        _ => None,
    }
}

/// The enum that a call is about, which its arguments say even if they are NULL.
fn values(call: &Call<'_>) -> SqlResult<(Oid, EnumValues)> {
    let ty = call
        .arg_types
        .iter()
        .map(|t| t.oid)
        .find(|oid| oid.is_enum())
        .ok_or_else(|| SqlError::new(SqlState::FeatureNotSupported, "could not determine actual enum type"))?;
    let found = call.context.style.names.as_ref().and_then(|n| n.enum_values(ty));
    let values = found.ok_or_else(|| SqlError::internal(format!("labels of enum {ty} are not known here")))?;
    Ok((ty, values))
}

fn edge(call: &Call<'_>, choose: impl Fn(&[(i64, Arc<str>)]) -> Option<&(i64, Arc<str>)>) -> SqlResult<Datum> {
    let (ty, values) = values(call)?;
    choose(&values).map(|(place, _)| Datum::Enum(*place)).ok_or_else(|| {
        let name = gavel_types::text_io::type_name(ty);
        SqlError::new(SqlState::ObjectNotInPrerequisiteState, format!("enum {name} contains no values"))
    })
}

/// The values from `low` to `high`, both included; open where there is none.
fn range(call: &Call<'_>, low: Option<i64>, high: Option<i64>) -> SqlResult<Datum> {
    let (element, values) = values(call)?;
    let within = |place: &i64| low.is_none_or(|l| *place >= l) && high.is_none_or(|h| *place <= h);
    let items = values.iter().map(|(place, _)| *place).filter(within).map(Datum::Enum).collect();
    Ok(Datum::Array(Arc::new(ArrayValue::vector(element, items))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{EvalContext, eval};
    use crate::registry;
    use gavel_types::PgType;
    use gavel_types::text_io::{NameResolver, TextStyle};

    struct Labels;

    impl NameResolver for Labels {
        fn resolve(&self, name: &str, _: Oid) -> SqlResult<Oid> {
            Err(SqlError::internal(name))
        }
        fn name(&self, _: Oid, _: Oid) -> Option<String> {
            Some("mood".into())
        }
        fn enum_values(&self, _: Oid) -> Option<EnumValues> {
            Some([(10, "sad".into()), (20, "ok".into()), (30, "happy".into())].into())
        }
    }

    const MOOD: PgType = PgType::new(Oid(0x4000_4000));

    fn run(source: &str, args: &[Datum]) -> SqlResult<Datum> {
        let style = TextStyle { names: Some(Arc::new(Labels)), ..TextStyle::default() };
        let context = EvalContext { style, ..EvalContext::immutable() };
        let proc = registry::procs().iter().find(|p| p.src == source).expect("function");
        let types = vec![MOOD; args.len()];
        let call = Call { context: &context, arg_types: &types, result: MOOD };
        eval(proc.oid, &call, args)
    }

    fn array(places: &[i64]) -> Datum {
        let items = places.iter().map(|p| Datum::Enum(*p)).collect();
        Datum::Array(Arc::new(ArrayValue::vector(MOOD.oid, items)))
    }

    #[test]
    fn ends_and_ranges() {
        assert_eq!(run("enum_first", &[Datum::Null]), Ok(Datum::Enum(10)));
        assert_eq!(run("enum_last", &[Datum::Null]), Ok(Datum::Enum(30)));
        assert_eq!(run("enum_range_all", &[Datum::Null]), Ok(array(&[10, 20, 30])));
        assert_eq!(run("enum_range_bounds", &[Datum::Enum(20), Datum::Null]), Ok(array(&[20, 30])));
        assert_eq!(run("enum_range_bounds", &[Datum::Enum(30), Datum::Enum(20)]), Ok(array(&[])));
    }

    #[test]
    fn values_compare_by_place_and_are_written_by_label() {
        assert_eq!(run("enum_lt", &[Datum::Enum(10), Datum::Enum(20)]), Ok(Datum::Bool(true)));
        assert_eq!(run("enum_larger", &[Datum::Enum(10), Datum::Enum(20)]), Ok(Datum::Enum(20)));
        assert_eq!(run("enum_out", &[Datum::Enum(20)]), Ok(Datum::text("ok")));
        assert_eq!(run("enum_in", &[Datum::text("happy"), Datum::Oid(MOOD.oid.0)]), Ok(Datum::Enum(30)));
        let error = run("enum_in", &[Datum::text("glad"), Datum::Oid(MOOD.oid.0)]).expect_err("no such label");
        assert_eq!(error.message(), "invalid input value for enum mood: \"glad\"");
    }
}
