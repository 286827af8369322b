//! Every grouped form answers as the row accumulator of the same aggregate does.

use gavel_types::text_io::{TextStyle, parse};

use super::super::accumulator;
use super::*;
use crate::call::EvalContext;
use crate::physical::{build_array, datum_at};
use crate::registry::{self, ProcKind};

fn samples(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "int2" => &["3", "-7", "32767", "0"],
        "int4" => &["3", "-7", "2147483647", "2147483647"],
        "int8" => &["3", "9223372036854775807", "9223372036854775807", "-1"],
        "float4" | "float8" => &["1.5", "-2.25", "1e30", "NaN", "Infinity"],
        "numeric" => &["1.50", "-2.5", "123456789012345678901234567890.123", "0.000"],
        "text" => &["b", "", "a", "ab", "é"],
        "date" => &["2000-01-01", "infinity", "1999-12-31"],
        "time" => &["12:00", "00:00", "24:00"],
        "timestamp" | "timestamptz" => &["2000-01-01", "-infinity", "1999-12-31 12:00"],
        "oid" => &["1", "4294967295", "7"],
        _ => return None,
    })
}

#[test]
fn grouped_forms_answer_as_row_accumulators_do() {
    let context = EvalContext::immutable();
    let style = TextStyle::default();
    let mut checked = 0;
    for proc in registry::procs().iter().filter(|p| p.kind == ProcKind::Aggregate && p.args.len() == 1) {
        let arg = if proc.args[0] == Oid::ANY { Oid::INT4 } else { proc.args[0] };
        let spec = AggregateSpec { arg_types: vec![PgType::new(arg)], result: PgType::new(proc.ret) };
        let Some(mut grouped) = grouped(proc.oid, &spec) else { continue };
        let literals =
            samples(registry::type_info(arg).map_or("", |t| t.name)).unwrap_or_else(|| panic!("{}", proc.name));
        let ty = PgType::new(arg);
        let mut values: Vec<Datum> = literals.iter().map(|l| parse(l, ty, &style).expect(l)).collect();
        values.push(Datum::Null);
        // Group 0 has them all, group 1 every second, group 2 only a NULL, group 3 nothing.
        let mut rows: Vec<(Datum, usize)> = values.iter().map(|v| (v.clone(), 0)).collect();
        rows.extend(values.iter().step_by(2).map(|v| (v.clone(), 1)));
        rows.push((Datum::Null, 2));
        let array = build_array(ty, rows.iter().map(|r| r.0.clone())).expect("array");
        let groups: Vec<usize> = rows.iter().map(|r| r.1).collect();
        let keep: BooleanArray = rows.iter().enumerate().map(|(i, _)| Some(i != 1)).collect();
        let updated = grouped.update_batch(&[array], &groups, Some(&keep), 4);
        // Once through the exported form.
        let states = grouped.state(None).expect("state");
        let mut merged = super::grouped(proc.oid, &spec).expect("grouped");
        merged.merge_batch(&states, &[0, 1, 2, 3], None, 4).expect("merge");
        let finished = updated.and_then(|()| {
            let first = merged.finish(Some(1))?;
            let rest = merged.finish(None)?;
            let mut out = vec![datum_at(&first, 0, spec.result)?];
            for i in 0..rest.len() {
                out.push(datum_at(&rest, i, spec.result)?);
            }
            Ok(out)
        });
        let mut expected: SqlResult<Vec<Datum>> = Ok(vec![]);
        for group in 0..4 {
            let mut one = accumulator(proc.oid, &spec).unwrap_or_else(|| panic!("{}", proc.name));
            let result = rows
                .iter()
                .enumerate()
                .filter(|(i, r)| *i != 1 && r.1 == group)
                .try_for_each(|(_, r)| one.update(&context, std::slice::from_ref(&r.0)))
                .and_then(|()| one.finish());
            expected = expected.and_then(|mut all| {
                all.push(result?);
                Ok(all)
            });
        }
        assert_eq!(format!("{finished:?}"), format!("{expected:?}"), "{}({})", proc.name, ty.oid);
        checked += 1;
    }
    assert!(checked >= 30, "only {checked}");
}

#[test]
fn one_group_of_all_rows_is_as_many_groups_are() {
    let style = TextStyle::default();
    for proc in registry::procs().iter().filter(|p| p.kind == ProcKind::Aggregate && p.args.len() == 1) {
        let ty = PgType::new(if proc.args[0] == Oid::ANY { Oid::INT4 } else { proc.args[0] });
        let spec = AggregateSpec { arg_types: vec![ty], result: PgType::new(proc.ret) };
        let Some(literals) = samples(registry::type_info(ty.oid).map_or("", |t| t.name)) else { continue };
        for (nulls, pieces) in [(0, 1), (1, 1), (0, 3), (3, 2)] {
            let mut values: Vec<Datum> = literals.iter().map(|l| parse(l, ty, &style).expect(l)).collect();
            values.extend(std::iter::repeat_n(Datum::Null, nulls));
            let array = build_array(ty, values.iter().cloned()).expect("array");
            let (Some(mut one), Some(mut many)) = (grouped(proc.oid, &spec), grouped(proc.oid, &spec)) else {
                continue;
            };
            let results = [(&mut one, 1), (&mut many, 2)].map(|(form, total)| {
                let groups = vec![0; values.len()];
                let updated =
                    (0..pieces).try_for_each(|_| form.update_batch(std::slice::from_ref(&array), &groups, None, total));
                updated.and_then(|()| datum_at(&form.finish(Some(1))?, 0, spec.result))
            });
            let [one, many] = results.map(|r| format!("{r:?}"));
            assert_eq!(one, many, "{}({})", proc.name, ty.oid);
        }
    }
}

#[test]
fn sums_of_many_integers_do_not_wrap() {
    let numbers = [i64::MAX, i64::MIN, -1, 1, i64::MAX, i64::MAX - 5, -(1 << 32), (1 << 32) - 1, i64::MIN + 1];
    let expected: i128 = numbers.iter().map(|n| i128::from(*n)).sum::<i128>() * 3;
    let spec = AggregateSpec { arg_types: vec![PgType::INT8], result: PgType::NUMERIC };
    let mut sum = grouped(Oid(2107), &spec).expect("sum");
    let array = build_array(PgType::INT8, numbers.map(Datum::Int8)).expect("array");
    for _ in 0..3 {
        sum.update_batch(std::slice::from_ref(&array), &[0; 9], None, 1).expect("update");
    }
    let out = sum.finish(None).expect("finish");
    assert_eq!(datum_at(&out, 0, PgType::NUMERIC).expect("sum"), Datum::Numeric(Numeric::from(expected)));
}

#[test]
fn count_star_takes_no_argument() {
    let spec = AggregateSpec { arg_types: vec![], result: PgType::INT8 };
    let mut count = grouped(Oid(2803), &spec).expect("count");
    count.update_batch(&[], &[0, 0, 1], None, 3).expect("update");
    let out = count.finish(None).expect("finish");
    let counts: Vec<Datum> = (0..3).map(|i| datum_at(&out, i, PgType::INT8).expect("count")).collect();
    assert_eq!(counts, [Datum::Int8(2), Datum::Int8(1), Datum::Int8(0)]);
}
