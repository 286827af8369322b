//! One test for each row of the table "Silently different" (STACK.md §3): where DataFusion answers without an
//! error, but not what PostgreSQL answers.

use gavel_types::text_io::{TextStyle, parse, to_text};
use gavel_types::{Datum, Oid, PgType, SqlState};

use crate::aggregate::{AggregateSpec, accumulator, grouped};
use crate::call::{Call, EvalContext};
use crate::physical::{build_array, datum_at, physical_type};
use crate::registry::{self, ProcKind};
use crate::testing::{eval_source, fails};
use crate::vector::{self, ArgColumn};

fn value(text: &str, ty: PgType) -> Datum {
    parse(text, ty, &TextStyle::default()).expect(text)
}

fn shown(datum: &Datum, ty: PgType) -> String {
    to_text(datum, ty, &TextStyle::default())
}

/// The operator's function over arrays, as a plan runs it.
fn over_arrays(operator: &str, ty: PgType, left: &str, right: &str) -> Result<Datum, SqlState> {
    let function = registry::operator_exact(operator, ty.oid, ty.oid).expect(operator);
    let context = EvalContext::immutable();
    let result = PgType::new(function.result);
    let call = Call { context: &context, arg_types: &[ty, ty], result };
    let column = |text| ArgColumn::Array(build_array(ty, [value(text, ty)]).expect("array"));
    vector::eval(function.proc, &call, &[column(left), column(right)], 1)
        .and_then(|array| datum_at(&array, 0, result))
        .map_err(|e| e.code())
}

fn aggregate(oid: u32, arg: PgType, result: PgType, values: &[&str]) -> Datum {
    let spec = AggregateSpec { arg_types: vec![arg], result };
    let data: Vec<Datum> = values.iter().map(|v| value(v, arg)).collect();
    let mut rows = accumulator(Oid(oid), &spec).expect("accumulator");
    let context = EvalContext::immutable();
    for datum in &data {
        rows.update(&context, std::slice::from_ref(datum)).expect("update");
    }
    let by_rows = rows.finish().expect("finish");
    let mut groups = grouped(Oid(oid), &spec).expect("grouped");
    let array = build_array(arg, data).expect("array");
    groups.update_batch(&[array], &vec![0; values.len()], None, 1).expect("update");
    let by_groups = datum_at(&groups.finish(None).expect("finish"), 0, result).expect("value");
    assert_eq!(by_rows, by_groups);
    by_rows
}

#[test]
fn integer_overflow_is_an_error() {
    for (operator, ty, left, right) in [
        ("+", PgType::INT4, "2147483647", "1"),
        ("-", PgType::INT4, "-2147483648", "1"),
        ("*", PgType::INT4, "65536", "65536"),
        ("+", PgType::INT8, "9223372036854775807", "1"),
        ("*", PgType::INT8, "9223372036854775807", "2"),
        ("+", PgType::INT2, "32767", "1"),
    ] {
        assert_eq!(
            over_arrays(operator, ty, left, right),
            Err(SqlState::NumericValueOutOfRange),
            "{left} {operator} {right}"
        );
    }
}

#[test]
fn the_sum_of_bigints_is_numeric() {
    let sum = aggregate(2107, PgType::INT8, PgType::NUMERIC, &["9223372036854775807", "9223372036854775807"]);
    assert_eq!(shown(&sum, PgType::NUMERIC), "18446744073709551614");
}

#[test]
fn float_division_by_zero_is_an_error() {
    assert_eq!(over_arrays("/", PgType::FLOAT8, "1", "0"), Err(SqlState::DivisionByZero));
}

#[test]
fn timestamptz_is_microseconds_in_utc() {
    assert_eq!(value("2000-01-01 01:00+01", PgType::TIMESTAMPTZ), Datum::TimestampTz(0));
    assert_eq!(
        value("294276-12-31 23:59:59.999999+00", PgType::TIMESTAMPTZ),
        Datum::TimestampTz(9_223_371_331_199_999_999)
    );
    assert_eq!(physical_type(PgType::TIMESTAMPTZ), arrow::datatypes::DataType::Int64);
}

#[test]
fn a_day_equals_24_hours() {
    assert_eq!(over_arrays("=", PgType::INTERVAL, "1 day", "24 hours"), Ok(Datum::Bool(true)));
    assert_eq!(over_arrays("=", PgType::INTERVAL, "1 mon", "30 days"), Ok(Datum::Bool(true)));
}

#[test]
fn a_difference_of_timestamps_is_an_interval() {
    let minus = registry::operator_exact("-", Oid::TIMESTAMP, Oid::TIMESTAMP).expect("operator");
    assert_eq!(minus.result, Oid::INTERVAL);
    let difference = over_arrays("-", PgType::TIMESTAMP, "2024-03-02 12:00", "2024-02-28 10:30").expect("difference");
    assert_eq!(shown(&difference, PgType::INTERVAL), "3 days 01:30:00");
}

#[test]
fn numeric_division_keeps_sixteen_digits() {
    let third = over_arrays("/", PgType::NUMERIC, "1", "3.0").expect("quotient");
    assert_eq!(shown(&third, PgType::NUMERIC), "0.33333333333333333333");
    let wide = "1234567890123456789012345678901234567890.12345";
    assert_eq!(shown(&value(wide, PgType::NUMERIC), PgType::NUMERIC), wide);
}

#[test]
fn a_numeric_is_rounded_to_an_integer() {
    assert_eq!(eval_source("numeric_int4", &[value("2.5", PgType::NUMERIC)]), Datum::Int4(3));
}

#[test]
fn averages_of_integers_are_numeric_and_counts_are_integers() {
    let average = aggregate(2101, PgType::INT4, PgType::NUMERIC, &["1", "2"]);
    assert_eq!(shown(&average, PgType::NUMERIC), "1.5000000000000000");
    let returns = |name: &str| registry::procs_named(name).map(|p| p.ret).next();
    assert_eq!(returns("row_number"), Some(Oid::INT8));
    assert_eq!(returns("array_length"), Some(Oid::INT4));
    let averages: Vec<Oid> = registry::procs_named("avg")
        .filter(|p| p.kind == ProcKind::Aggregate && p.args == [Oid::INT4])
        .map(|p| p.ret)
        .collect();
    assert_eq!(averages, [Oid::NUMERIC]);
}

#[test]
fn an_explicit_cast_cuts_and_an_assignment_refuses() {
    let cast = |explicit| [Datum::text("abcdef"), Datum::Int4(7), Datum::Bool(explicit)];
    assert_eq!(eval_source("varchar", &cast(true)), Datum::text("abc"));
    assert_eq!(fails("varchar", &cast(false)), SqlState::StringDataRightTruncation22);
}

#[test]
fn hexadecimal_bytea_is_bytes() {
    assert_eq!(value("\\xDEAD", PgType::BYTEA), Datum::Bytea(vec![0xde, 0xad].into()));
}

#[test]
fn to_char_reads_postgresqls_templates() {
    let date = value("2024-02-29 12:34:56", PgType::TIMESTAMP);
    assert_eq!(eval_source("timestamp_to_char", &[date, Datum::text("YYYY-MM-DD")]), Datum::text("2024-02-29"));
}
