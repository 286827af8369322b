//! Folds against the same done above the scan: aggregates row by row, tops by a sort of everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use gavel_api::scan::{
    PROGRAM_VERSION, ScanAggregate, ScanCall, ScanColumn, ScanExpr, ScanFold, ScanOrder, ScanProgram,
};
use gavel_encoding::encode_row;
use gavel_functions::aggregate::{AggregateSpec, accumulator, grouped};
use gavel_functions::physical::datum_at;
use gavel_functions::{Call, EvalContext, call, registry};
use gavel_types::numeric::Mantissa;
use gavel_types::{Datum, Numeric, Oid, PgType, SqlError, SqlResult};
use proptest::prelude::*;

use super::Run;
use crate::Error;
use crate::compile::Compiled;

const TYPES: [PgType; 5] = [PgType::INT4, PgType::INT8, PgType::NUMERIC, PgType::TEXT, PgType::FLOAT8];

/// Aggregates (OID, type of the argument's column, result).
const AGGREGATES: [(u32, Option<usize>, PgType); 14] = [
    (2803, None, PgType::INT8),
    (2147, Some(3), PgType::INT8),
    (2108, Some(0), PgType::INT8),
    (2107, Some(1), PgType::NUMERIC),
    (2101, Some(0), PgType::NUMERIC),
    (2100, Some(1), PgType::NUMERIC),
    (2114, Some(2), PgType::NUMERIC),
    (2103, Some(2), PgType::NUMERIC),
    (2116, Some(0), PgType::INT4),
    (2131, Some(1), PgType::INT8),
    (2130, Some(2), PgType::NUMERIC),
    (2145, Some(3), PgType::TEXT),
    (2129, Some(3), PgType::TEXT),
    (2120, Some(4), PgType::FLOAT8),
];

fn columns() -> Vec<ScanColumn> {
    (1..).zip(TYPES).map(|(id, ty)| ScanColumn { id, ty, missing: Datum::Null }).collect()
}

fn operator(name: &str, ty: Oid) -> Oid {
    registry::operator_exact(name, ty, ty).expect("operator").proc
}

/// `a * a` of the int4 column: overflows for large values.
fn square() -> ScanExpr {
    let args = vec![ScanExpr::Column(0), ScanExpr::Column(0)];
    ScanExpr::Call { function: operator("*", Oid::INT4), args, ty: PgType::INT4 }
}

/// The int4 column is less than a constant.
fn below(bound: i32) -> ScanExpr {
    let args = vec![ScanExpr::Column(0), ScanExpr::Const(Datum::Int4(bound), PgType::INT4)];
    ScanExpr::Call { function: operator("<", Oid::INT4), args, ty: PgType::BOOL }
}

/// Value and type of an expression of the forms above.
fn plain(expr: &ScanExpr, row: &[Datum]) -> SqlResult<(Datum, PgType)> {
    Ok(match expr {
        ScanExpr::Column(column) => (row[*column].clone(), TYPES[*column]),
        ScanExpr::Const(value, ty) => (value.clone(), *ty),
        ScanExpr::Call { function, args, ty } => {
            let args = args.iter().map(|a| plain(a, row)).collect::<SqlResult<Vec<_>>>()?;
            let (values, types): (Vec<_>, Vec<_>) = args.into_iter().unzip();
            let context = EvalContext::immutable();
            let site = Call { context: &context, arg_types: &types, result: *ty };
            (call::eval(*function, &site, &values)?, *ty)
        }
        other => panic!("{other:?} is not among the test's expressions"),
    })
}

fn row() -> impl Strategy<Value = Vec<Datum>> {
    let int4 = prop_oneof![8 => -5..5i32, 1 => Just(50_000), 1 => Just(i32::MIN)].prop_map(Datum::Int4);
    let int8 = prop_oneof![4 => -5..5i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN)].prop_map(Datum::Int8);
    let finite =
        (-500..500i64, 0..4u16).prop_map(|(m, scale)| Numeric::Finite { mantissa: Mantissa::Small(m.into()), scale });
    let numeric = prop_oneof![9 => finite, 1 => Just(Numeric::NaN)].prop_map(Datum::Numeric);
    let text = prop::sample::select(vec!["", "a", "b", "é"]).prop_map(Datum::text);
    let float = prop::sample::select(vec![0.5, -0.5, f64::NAN, f64::INFINITY]).prop_map(Datum::Float8);
    let or_null = |s: BoxedStrategy<Datum>| prop_oneof![4 => s, 1 => Just(Datum::Null)];
    (
        or_null(int4.boxed()),
        or_null(int8.boxed()),
        or_null(numeric.boxed()),
        or_null(text.boxed()),
        or_null(float.boxed()),
    )
        .prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])
}

fn aggregate() -> impl Strategy<Value = ScanAggregate> {
    let call = (prop::sample::select(AGGREGATES.to_vec()), any::<bool>(), prop::option::of(-3..50_001i32)).prop_map(
        |((function, column, ty), squared, filter)| ScanCall {
            function: Oid(function),
            args: column.map(|c| if c == 0 && squared { square() } else { ScanExpr::Column(c) }).into_iter().collect(),
            filter: filter.map(below),
            ty,
        },
    );
    let groups = prop::sample::subsequence(vec![0, 2, 3], 0..3);
    (groups, prop::collection::vec(call, 0..4))
        .prop_map(|(groups, calls)| ScanAggregate { groups: groups.into_iter().map(ScanExpr::Column).collect(), calls })
}

fn encoded(rows: &[Vec<Datum>]) -> Vec<(Bytes, Bytes)> {
    let encode = |(n, row): (usize, &Vec<Datum>)| {
        let columns: Vec<_> = (1..).zip(row).zip(TYPES).map(|((id, d), ty)| (id, d, ty)).collect();
        (Bytes::from(n.to_be_bytes().to_vec()), encode_row(&columns).expect("row").into())
    };
    rows.iter().enumerate().map(encode).collect()
}

/// Every batch that a scan of `parts`, each a chunk, answers.
fn answers(program: ScanProgram, parts: &[&[(Bytes, Bytes)]]) -> Result<Vec<RecordBatch>, Error> {
    let mut run = Run::new(Arc::new(Compiled::new(Arc::new(program))?))?;
    let mut batches = vec![];
    for part in parts {
        batches.extend(run.add_pairs(part)?);
    }
    batches.extend(run.finish()?);
    Ok(batches)
}

type Results = BTreeMap<String, Vec<String>>;

/// Results by group, aggregated row by row above the scan.
fn unpushed(program: &ScanAggregate, filter: Option<&ScanExpr>, rows: &[Vec<Datum>]) -> SqlResult<Results> {
    let context = EvalContext::immutable();
    let mut groups: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let truth = |expr: Option<&ScanExpr>, row: &[Datum]| match expr {
        Some(expr) => Ok::<_, SqlError>(matches!(plain(expr, row)?.0, Datum::Bool(true))),
        None => Ok(true),
    };
    for row in rows {
        if !truth(filter, row)? {
            continue;
        }
        let key = program.groups.iter().map(|g| Ok(plain(g, row)?.0)).collect::<SqlResult<Vec<_>>>()?;
        let new = || {
            let state = |c: &ScanCall| {
                let arg_types = c.args.iter().map(|a| plain(a, &vec![Datum::Null; 5]).expect("type").1).collect();
                accumulator(c.function, &AggregateSpec { arg_types, result: c.ty }).expect("aggregate")
            };
            program.calls.iter().map(state).collect()
        };
        let states = groups.entry(name(&key)).or_insert_with(new);
        for (call, state) in program.calls.iter().zip(states) {
            if truth(call.filter.as_ref(), row)? {
                let args = call.args.iter().map(|a| Ok(plain(a, row)?.0)).collect::<SqlResult<Vec<_>>>()?;
                state.update(&context, &args)?;
            }
        }
    }
    let finish = |(key, states): (String, Vec<Box<dyn gavel_functions::aggregate::Accumulator>>)| {
        let results = program.calls.iter().zip(states).map(|(call, mut s)| Ok(shown(call, &s.finish()?)));
        Ok((key, results.collect::<SqlResult<_>>()?))
    };
    groups.into_iter().map(finish).collect()
}

/// A result. Of equal numerics of different scale min and max (OIDs 2146 and 2130) may give any.
fn shown(call: &ScanCall, value: &Datum) -> String {
    match value {
        Datum::Numeric(n) if matches!(call.function.0, 2130 | 2146) => format!("{:?}", n.to_f64()),
        other => format!("{other:?}"),
    }
}

/// Equal numerics of different scale are one group.
fn name(key: &[Datum]) -> String {
    let one = |d: &Datum| match d {
        Datum::Numeric(n) => format!("{:?}", n.to_f64()),
        other => format!("{other:?}"),
    };
    key.iter().map(one).collect::<Vec<_>>().join("|")
}

/// Results by group, of partial states merged above the scan.
fn merged(program: &ScanAggregate, answers: &[RecordBatch]) -> SqlResult<Results> {
    let type_of = |e: &ScanExpr| plain(e, &vec![Datum::Null; 5]).expect("type").1;
    let mut names: Vec<String> = vec![];
    let mut states: Vec<_> = program
        .calls
        .iter()
        .map(|c| {
            let arg_types = c.args.iter().map(type_of).collect();
            grouped(c.function, &AggregateSpec { arg_types, result: c.ty }).expect("grouped")
        })
        .collect();
    for batch in answers {
        let mut numbers = vec![];
        for row in 0..batch.num_rows() {
            let key = program.groups.iter().enumerate().map(|(g, e)| datum_at(batch.column(g), row, type_of(e)));
            let key = name(&key.collect::<SqlResult<Vec<_>>>()?);
            let number = names.iter().position(|n| *n == key).unwrap_or_else(|| {
                names.push(key);
                names.len() - 1
            });
            numbers.push(number);
        }
        for (call, state) in states.iter_mut().enumerate() {
            state.merge_batch(batch.column(program.groups.len() + call), &numbers, None, names.len())?;
        }
    }
    let mut results: Results = names.iter().map(|n| (n.clone(), vec![])).collect();
    for (call, mut state) in program.calls.iter().zip(states) {
        let column = state.finish(None)?;
        for (row, name) in names.iter().enumerate() {
            let value = datum_at(&column, row, call.ty)?;
            results.get_mut(name).expect("group").push(shown(call, &value));
        }
    }
    Ok(results)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pushed_aggregates_are_those_above_the_scan(
        aggregate in aggregate(),
        filter in prop::option::of((-3..50_001i32).prop_map(below)),
        rows in prop::collection::vec(row(), 0..40),
        cuts in prop::collection::vec(0..40usize, 3),
    ) {
        let program = ScanProgram {
            version: PROGRAM_VERSION,
            columns: columns(),
            filter: filter.clone(),
            output: vec![],
            with_key: false,
            limit: None,
            fold: Some(ScanFold::Aggregate(aggregate.clone())),
        };
        let encoded = encoded(&rows);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(rows.len())).collect();
        cuts.sort_unstable();
        // Two scans of neighbouring ranges, the first in two chunks.
        let pushed = answers(program.clone(), &[&encoded[..cuts[0]], &encoded[cuts[0]..cuts[1]]])
            .and_then(|mut first| {
                first.extend(answers(program, &[&encoded[cuts[1]..cuts[2]], &encoded[cuts[2]..]])?);
                Ok(first)
            });
        match (pushed, unpushed(&aggregate, filter.as_ref(), &rows)) {
            (Ok(batches), Ok(wanted)) => {
                let total: usize = batches.iter().map(RecordBatch::num_rows).sum();
                prop_assert!(total <= 2 * wanted.len(), "each scan answers a group once");
                prop_assert_eq!(merged(&aggregate, &batches).expect("merge"), wanted);
            }
            (Err(Error::Evaluation(got)), Err(wanted)) => prop_assert_eq!(got.code(), wanted.code()),
            (got, wanted) => prop_assert!(false, "{:?} instead of {:?}", got, wanted),
        }
    }

    #[test]
    fn a_pushed_top_is_the_front_of_all_in_order(
        order in prop::sample::subsequence(vec![0usize, 2, 3], 1..=3),
        descending in any::<bool>(),
        nulls_first in any::<bool>(),
        limit in 0..12u64,
        rows in prop::collection::vec(row(), 0..40),
        cut in 0..40usize,
    ) {
        let order: Vec<_> =
            order.into_iter().map(|output| ScanOrder { output, descending, nulls_first }).collect();
        let program = |limit| ScanProgram {
            version: PROGRAM_VERSION,
            columns: columns(),
            filter: None,
            output: vec![0, 1, 2, 3, 4],
            with_key: false,
            limit: Some(limit),
            fold: Some(ScanFold::Top(order.clone())),
        };
        let encoded = encoded(&rows);
        let cut = cut.min(rows.len());
        let show = |batches: Vec<RecordBatch>| -> Vec<String> {
            let row = |batch: &RecordBatch, row| {
                let value = |(c, ty): (usize, PgType)| format!("{:?}", datum_at(batch.column(c), row, ty).expect("value"));
                TYPES.into_iter().enumerate().map(value).collect::<Vec<_>>().join("|")
            };
            batches.iter().flat_map(|b| (0..b.num_rows()).map(|r| row(b, r)).collect::<Vec<_>>()).collect()
        };
        let top = show(answers(program(limit), &[&encoded[..cut], &encoded[cut..]]).expect("top"));
        let mut all = show(answers(program(1_000), &[&encoded]).expect("all"));
        prop_assert_eq!(all.len(), rows.len());
        all.truncate(limit as usize);
        prop_assert_eq!(top, all);
    }
}

#[test]
fn a_top_drops_what_it_need_not_hold() {
    let program = ScanProgram {
        version: PROGRAM_VERSION,
        columns: columns(),
        filter: None,
        output: vec![0],
        with_key: true,
        limit: Some(3),
        fold: Some(ScanFold::Top(vec![ScanOrder { output: 0, descending: true, nulls_first: false }])),
    };
    let rows: Vec<Vec<Datum>> = (0..30_000)
        .map(|n| {
            let mut row = vec![Datum::Null; 5];
            row[0] = Datum::Int4(n * 7_919 % 30_011);
            row
        })
        .collect();
    let encoded = encoded(&rows);
    let parts: Vec<_> = encoded.chunks(1_000).collect();
    let batches = answers(program, &parts).expect("top");
    assert_eq!(batches.len(), 1);
    let values: Vec<_> = (0..3).map(|row| datum_at(batches[0].column(1), row, PgType::INT4).expect("value")).collect();
    let mut expected: Vec<i32> = (0..30_000).map(|n| n * 7_919 % 30_011).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(values, expected[..3].iter().map(|v| Datum::Int4(*v)).collect::<Vec<_>>());
}

#[test]
fn many_groups_are_answered_before_they_fill_the_memory() {
    let aggregate = ScanAggregate {
        groups: vec![ScanExpr::Column(1)],
        calls: vec![ScanCall { function: Oid(2803), args: vec![], filter: None, ty: PgType::INT8 }],
    };
    let program = ScanProgram {
        version: PROGRAM_VERSION,
        columns: columns(),
        filter: None,
        output: vec![],
        with_key: false,
        limit: None,
        fold: Some(ScanFold::Aggregate(aggregate)),
    };
    let mut run = Run::new(Arc::new(Compiled::new(Arc::new(program)).expect("program"))).expect("run");
    let (mut early, mut groups) = (0, 0);
    for chunk in 0..60i64 {
        let rows: Vec<_> = (0..8_000)
            .map(|n| {
                let mut row = vec![Datum::Null; 5];
                row[1] = Datum::Int8(chunk * 8_000 + n);
                row
            })
            .collect();
        if let Some(batch) = run.add_pairs(&encoded(&rows)).expect("add") {
            early += 1;
            groups += batch.num_rows();
        }
    }
    groups += run.finish().expect("finish").map_or(0, |b| b.num_rows());
    assert!(early > 0);
    assert_eq!(groups, 480_000);
}

#[test]
fn what_a_fold_cannot_do_is_refused_by_name() {
    let call = |function| ScanCall { function: Oid(function), args: vec![], filter: None, ty: PgType::INT8 };
    let aggregate = |function| ScanFold::Aggregate(ScanAggregate { groups: vec![], calls: vec![call(function)] });
    let program = |output, limit, fold| ScanProgram {
        version: PROGRAM_VERSION,
        columns: columns(),
        filter: None,
        output,
        with_key: false,
        limit,
        fold: Some(fold),
    };
    let order = |output| ScanFold::Top(vec![ScanOrder { output, descending: false, nulls_first: false }]);
    for program in [
        program(vec![], None, aggregate(2335)),
        program(vec![], None, aggregate(65)),
        program(vec![0], None, aggregate(2803)),
        program(vec![], Some(1), aggregate(2803)),
        program(vec![0], Some(1), order(1)),
        program(vec![0], None, order(0)),
        program(vec![0], Some(1_000_000), order(0)),
    ] {
        let refused = Compiled::new(Arc::new(program));
        assert!(matches!(refused, Err(Error::Unsupported(_))), "{refused:?}");
    }
}
