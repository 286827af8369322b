//! Answers are those of PostgreSQL 15.

use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType};

use super::{AggregateSpec, accumulator};
use crate::call::EvalContext;

/// Runs aggregate `oid` over `rows` in text form, once straight and once as two halves that are merged.
fn run(oid: u32, types: &[PgType], result: PgType, rows: &[&[Option<&str>]]) -> (Option<String>, Option<String>) {
    let context = EvalContext::immutable();
    let spec = AggregateSpec { arg_types: types.to_vec(), result };
    let style = TextStyle::default();
    let parsed: Vec<Vec<Datum>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .zip(types)
                .map(|(v, t)| v.map_or(Datum::Null, |v| text_io::parse(v, *t, &style).expect(v)))
                .collect()
        })
        .collect();
    let show = |value: Datum| {
        (!value.is_null()).then(|| {
            let mut out = String::new();
            text_io::write(&value, result, &style, &mut out);
            out
        })
    };
    let make = || accumulator(Oid(oid), &spec).expect("implemented");
    let mut whole = make();
    let (mut left, mut right) = (make(), make());
    for (n, row) in parsed.iter().enumerate() {
        whole.update(&context, row).expect("update");
        let half = if n < parsed.len() / 2 { &mut left } else { &mut right };
        half.update(&context, row).expect("update");
    }
    left.merge(&right.state().expect("state")).expect("merge");
    (show(whole.finish().expect("finish")), show(left.finish().expect("finish")))
}

fn column(oid: u32, ty: PgType, result: PgType, values: &[&str]) -> String {
    let rows: Vec<[Option<&str>; 1]> = values.iter().map(|v| [if *v == "NULL" { None } else { Some(*v) }]).collect();
    let rows: Vec<&[Option<&str>]> = rows.iter().map(|r| &r[..]).collect();
    let (whole, merged) = run(oid, &[ty], result, &rows);
    assert_eq!(whole, merged, "{oid}");
    whole.unwrap_or_else(|| "NULL".to_owned())
}

#[test]
fn the_first_value_is_kept_though_it_is_null() {
    assert_eq!(column(9993, PgType::INT4, PgType::INT4, &["3", "1", "NULL"]), "3");
    assert_eq!(column(9993, PgType::INT4, PgType::INT4, &["NULL", "1"]), "NULL");
    assert_eq!(column(9993, PgType::TEXT, PgType::TEXT, &[]), "NULL");
}

#[test]
fn sums_and_averages_have_postgresql_s_types_and_scales() {
    let four = ["1", "2", "NULL", "4"];
    assert_eq!(column(2147, PgType::INT4, PgType::INT8, &four), "3");
    assert_eq!(column(2108, PgType::INT4, PgType::INT8, &four), "7");
    assert_eq!(column(2108, PgType::INT4, PgType::INT8, &["NULL"]), "NULL");
    assert_eq!(column(2107, PgType::INT8, PgType::NUMERIC, &["9223372036854775807", "1"]), "9223372036854775808");
    assert_eq!(column(2101, PgType::INT4, PgType::NUMERIC, &four), "2.3333333333333333");
    assert_eq!(column(2103, PgType::NUMERIC, PgType::NUMERIC, &["1.10", "2.2"]), "1.6500000000000000");
    assert_eq!(column(2114, PgType::NUMERIC, PgType::NUMERIC, &["1.10", "2.2"]), "3.30");
    assert_eq!(column(2105, PgType::FLOAT8, PgType::FLOAT8, &["1", "2"]), "1.5");
    assert_eq!(column(2110, PgType::FLOAT4, PgType::FLOAT4, &["1.5", "2"]), "3.5");
    assert_eq!(column(2106, PgType::INTERVAL, PgType::INTERVAL, &["1 day", "2 days", "2 days"]), "1 day 16:00:00");
}

#[test]
fn extremes_follow_sql_order() {
    assert_eq!(column(2129, PgType::TEXT, PgType::TEXT, &["b", "NULL", "a"]), "b");
    assert_eq!(column(2145, PgType::TEXT, PgType::TEXT, &["b", "NULL", "a"]), "a");
    assert_eq!(column(2130, PgType::NUMERIC, PgType::NUMERIC, &["9", "10", "-1"]), "10");
    assert_eq!(column(2136, PgType::FLOAT8, PgType::FLOAT8, &["NaN", "1"]), "1");
    assert_eq!(column(2120, PgType::FLOAT8, PgType::FLOAT8, &["NaN", "1"]), "NaN");
}

#[test]
fn folds_and_collections() {
    assert_eq!(column(2517, PgType::BOOL, PgType::BOOL, &["t", "f", "NULL"]), "f");
    assert_eq!(column(2518, PgType::BOOL, PgType::BOOL, &["t", "f", "NULL"]), "t");
    assert_eq!(column(2238, PgType::INT4, PgType::INT4, &["7", "5"]), "5");
    assert_eq!(column(6165, PgType::INT4, PgType::INT4, &["7", "5"]), "2");
    let int_array = PgType::new(Oid(1007));
    assert_eq!(column(2335, PgType::INT4, int_array, &["1", "NULL", "3"]), "{1,NULL,3}");
    let rows: [&[Option<&str>]; 3] = [&[Some("a"), Some(",")], &[None, Some(";")], &[Some("b"), Some("-")]];
    assert_eq!(run(3538, &[PgType::TEXT, PgType::TEXT], PgType::TEXT, &rows).1.as_deref(), Some("a-b"));
    assert_eq!(column(3175, PgType::INT4, PgType::JSON, &["1", "NULL"]), "[1, null]");
    let rows: [&[Option<&str>]; 2] = [&[Some("bb"), Some("1")], &[Some("a"), None]];
    let types = [PgType::TEXT, PgType::INT4];
    assert_eq!(run(3197, &types, PgType::JSON, &rows).0.as_deref(), Some(r#"{ "bb" : 1, "a" : null }"#));
    assert_eq!(run(3270, &types, PgType::JSONB, &rows).0.as_deref(), Some(r#"{"a": null, "bb": 1}"#));
}

#[test]
fn statistics_agree() {
    assert_eq!(column(2719, PgType::INT4, PgType::NUMERIC, &["1", "2", "4"]), "1.5555555555555556");
    assert_eq!(column(2155, PgType::INT4, PgType::NUMERIC, &["1", "2", "4"]), "1.5275252316519467");
    assert_eq!(column(2155, PgType::INT4, PgType::NUMERIC, &["1"]), "NULL");
    let rows: [&[Option<&str>]; 3] = [&[Some("1")], &[Some("2")], &[Some("4")]];
    assert_eq!(run(2158, &[PgType::FLOAT8], PgType::FLOAT8, &rows).0.as_deref(), Some("1.5275252316519468"));
    let rows: [&[Option<&str>]; 3] = [&[Some("1"), Some("1")], &[Some("3"), Some("2")], &[Some("4"), Some("4")]];
    let two = [PgType::FLOAT8, PgType::FLOAT8];
    assert_eq!(run(2825, &two, PgType::FLOAT8, &rows).0.as_deref(), Some("0.9285714285714286"));
    let rows: [&[Option<&str>]; 3] = [&[Some("0.5"), Some("1")], &[Some("0.5"), Some("2")], &[Some("0.5"), Some("4")]];
    assert_eq!(run(3974, &two, PgType::FLOAT8, &rows).0.as_deref(), Some("2"));
    assert_eq!(column(3984, PgType::TEXT, PgType::TEXT, &["a", "b", "b", "c"]), "b");
}
