//! Filters over rows against the same evaluated value by value.

use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use gavel_api::scan::{PROGRAM_VERSION, ScanColumn, ScanExpr, ScanProgram};
use gavel_encoding::encode_row;
use gavel_functions::physical::datum_at;
use gavel_functions::{Call, EvalContext, call, registry};
use gavel_types::numeric::Mantissa;
use gavel_types::{Datum, Numeric, Oid, PgType, SqlResult};
use proptest::prelude::*;

use super::Compiled;
use crate::{Error, Run};

fn operator(name: &str, ty: Oid) -> Oid {
    registry::operator_exact(name, ty, ty).expect("operator").proc
}

/// The filter evaluated the plain way: value by value, AND and OR from left to right.
fn plain(expr: &ScanExpr, row: &[(PgType, Datum)]) -> SqlResult<(Datum, PgType)> {
    let truth = |d: &Datum| if let Datum::Bool(b) = d { Some(*b) } else { None };
    let decide = |args: &[ScanExpr], stop: bool| {
        let mut unknown = false;
        for arg in args {
            match truth(&plain(arg, row)?.0) {
                Some(b) if b == stop => return Ok((Datum::Bool(stop), PgType::BOOL)),
                Some(_) => {}
                None => unknown = true,
            }
        }
        Ok((if unknown { Datum::Null } else { Datum::Bool(!stop) }, PgType::BOOL))
    };
    Ok(match expr {
        ScanExpr::Column(i) => (row[*i].1.clone(), row[*i].0),
        ScanExpr::Const(d, ty) => (d.clone(), *ty),
        ScanExpr::Call { function, args, ty } => {
            let args: Vec<_> = args.iter().map(|a| plain(a, row)).collect::<SqlResult<_>>()?;
            let (values, types): (Vec<Datum>, Vec<PgType>) = args.into_iter().unzip();
            (apply(*function, &values, &types, *ty)?, *ty)
        }
        ScanExpr::And(args) => decide(args, false)?,
        ScanExpr::Or(args) => decide(args, true)?,
        ScanExpr::Not(arg) => match truth(&plain(arg, row)?.0) {
            Some(b) => (Datum::Bool(!b), PgType::BOOL),
            None => (Datum::Null, PgType::BOOL),
        },
        ScanExpr::IsNull(arg) => (Datum::Bool(plain(arg, row)?.0.is_null()), PgType::BOOL),
        ScanExpr::AnyOf { function, left, items } => {
            let (left, ty) = plain(left, row)?;
            let mut unknown = false;
            for (item, item_type) in items {
                match apply(*function, &[left.clone(), item.clone()], &[ty, *item_type], PgType::BOOL)? {
                    Datum::Bool(true) => return Ok((Datum::Bool(true), PgType::BOOL)),
                    Datum::Bool(false) => {}
                    _ => unknown = true,
                }
            }
            (if unknown { Datum::Null } else { Datum::Bool(false) }, PgType::BOOL)
        }
    })
}

fn apply(function: Oid, values: &[Datum], types: &[PgType], result: PgType) -> SqlResult<Datum> {
    call::eval(function, &Call { context: &EvalContext::immutable(), arg_types: types, result }, values)
}

/// Columns of the property test: values close together, NULL among them.
const TYPES: [PgType; 4] = [PgType::INT4, PgType::TEXT, PgType::NUMERIC, PgType::FLOAT8];

fn value(ty: PgType) -> BoxedStrategy<Datum> {
    let some = match ty.oid {
        Oid::INT4 => (-2..3i32).prop_map(Datum::Int4).boxed(),
        Oid::TEXT => prop_oneof![Just(""), Just("a"), Just("ab"), Just("b")].prop_map(Datum::text).boxed(),
        Oid::NUMERIC => (-20..20i128, 0..2u16)
            .prop_map(|(m, scale)| Datum::Numeric(Numeric::Finite { mantissa: Mantissa::Small(m), scale }))
            .boxed(),
        _ => prop_oneof![Just(0.0), Just(-0.0), Just(1.5), Just(f64::NAN), Just(f64::INFINITY)]
            .prop_map(Datum::Float8)
            .boxed(),
    };
    prop_oneof![1 => Just(Datum::Null), 5 => some].boxed()
}

fn comparison() -> BoxedStrategy<ScanExpr> {
    (0..TYPES.len(), prop_oneof![Just("="), Just("<>"), Just("<"), Just("<="), Just(">"), Just(">=")])
        .prop_flat_map(|(c, op)| {
            let ty = TYPES[c];
            let function = operator(op, ty.oid);
            let constant = value(ty).prop_map(move |d| ScanExpr::Call {
                function,
                args: vec![ScanExpr::Column(c), ScanExpr::Const(d, ty)],
                ty: PgType::BOOL,
            });
            let any = proptest::collection::vec(value(ty), 0..4).prop_map(move |items| ScanExpr::AnyOf {
                function,
                left: Box::new(ScanExpr::Column(c)),
                items: items.into_iter().map(|d| (d, ty)).collect(),
            });
            let is_null = Just(ScanExpr::IsNull(Box::new(ScanExpr::Column(c))));
            // 10 / a: fails for the rows where a is zero, unless something before it stops them.
            let division = Just(ScanExpr::Call {
                function: operator(">", Oid::INT4),
                args: vec![
                    ScanExpr::Call {
                        function: operator("/", Oid::INT4),
                        args: vec![ScanExpr::Const(Datum::Int4(10), PgType::INT4), ScanExpr::Column(0)],
                        ty: PgType::INT4,
                    },
                    ScanExpr::Const(Datum::Int4(4), PgType::INT4),
                ],
                ty: PgType::BOOL,
            });
            prop_oneof![4 => constant, 2 => any, 1 => is_null, 1 => division]
        })
        .boxed()
}

fn filter() -> impl Strategy<Value = ScanExpr> {
    comparison().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(ScanExpr::And),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(ScanExpr::Or),
            inner.prop_map(|e| ScanExpr::Not(Box::new(e))),
        ]
    })
}

fn rows() -> impl Strategy<Value = Vec<Vec<Datum>>> {
    let row =
        (value(TYPES[0]), value(TYPES[1]), value(TYPES[2]), value(TYPES[3])).prop_map(|(a, b, c, d)| vec![a, b, c, d]);
    proptest::collection::vec(row, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_pushed_filter_keeps_the_rows_that_the_plain_one_keeps(filter in filter(), rows in rows()) {
        let encoded: Vec<Bytes> = rows
            .iter()
            .map(|row| {
                let columns: Vec<_> = row.iter().enumerate().map(|(i, d)| (i as u32 + 1, d, TYPES[i])).collect();
                encode_row(&columns).expect("row").into()
            })
            .collect();
        let columns: Vec<_> = TYPES
            .iter()
            .enumerate()
            .map(|(i, ty)| ScanColumn { id: i as u32 + 1, ty: *ty, missing: Datum::Null })
            .collect();
        let program = ScanProgram {
            version: PROGRAM_VERSION,
            output: (0..columns.len()).collect(),
            columns,
            filter: Some(filter.clone()),
            with_key: false,
            limit: None,
            fold: None,
        };
        let keyed: Vec<_> = encoded.into_iter().map(|r| (Bytes::new(), r)).collect();
        let mut expected = vec![];
        let mut failed = None;
        for row in &rows {
            let typed: Vec<_> = TYPES.iter().copied().zip(row.iter().cloned()).collect();
            match plain(&filter, &typed) {
                Ok((Datum::Bool(true), _)) => expected.push(row.clone()),
                Ok(_) => {}
                Err(e) => failed = failed.or(Some(e)),
            }
        }
        let kept = Compiled::new(Arc::new(program)).and_then(|compiled| {
            let compiled = Arc::new(compiled);
            let mut run = Run::new(compiled.clone())?;
            let batch = match run.add_pairs(&keyed)? {
                Some(batch) => Some(batch),
                None => run.finish()?,
            };
            Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(compiled.schema().clone())))
        });
        match (kept, failed) {
            (Err(Error::Evaluation(got)), Some(wanted)) => prop_assert_eq!(got.code(), wanted.code()),
            (Ok(batch), None) => {
                prop_assert_eq!(batch.num_rows(), expected.len());
                for (i, row) in expected.iter().enumerate() {
                    for (c, ty) in TYPES.iter().enumerate() {
                        let got = datum_at(batch.column(c), i, *ty).expect("value");
                        prop_assert_eq!(format!("{got:?}"), format!("{:?}", row[c]));
                    }
                }
            }
            (got, wanted) => prop_assert!(false, "{:?} instead of {:?} for {:?}", got, wanted, filter),
        }
    }
}
