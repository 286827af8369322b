//! Programs over rows: every form of value, damage, and bounds.

use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use gavel_api::scan::{PROGRAM_VERSION, ScanColumn, ScanExpr, ScanProgram};
use gavel_encoding::encode_row;
use gavel_functions::physical::datum_at;
use gavel_types::numeric::Mantissa;
use gavel_types::{ArrayValue, Datum, Interval, Numeric, Oid, PgType, Point};
use proptest::prelude::*;

use super::Compiled;
use crate::{Error, Run};

fn column(id: u32, ty: PgType, missing: Datum) -> ScanColumn {
    ScanColumn { id, ty, missing }
}

fn program(columns: Vec<ScanColumn>, filter: Option<ScanExpr>) -> ScanProgram {
    let output = (0..columns.len()).collect();
    ScanProgram { version: PROGRAM_VERSION, columns, filter, output, with_key: false, limit: None, fold: None }
}

fn run(program: ScanProgram, rows: &[Bytes]) -> Result<RecordBatch, Error> {
    let rows: Vec<_> = rows.iter().map(|r| (Bytes::from_static(b"key"), r.clone())).collect();
    let compiled = Arc::new(Compiled::new(Arc::new(program))?);
    let mut run = Run::new(compiled.clone())?;
    let batch = match run.add_pairs(&rows)? {
        Some(batch) => Some(batch),
        None => run.finish()?,
    };
    Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(compiled.schema().clone())))
}

/// One value of every form that rows have.
fn samples() -> Vec<(PgType, Datum)> {
    vec![
        (PgType::BOOL, Datum::Bool(true)),
        (PgType::INT2, Datum::Int2(-7)),
        (PgType::INT4, Datum::Int4(7)),
        (PgType::DATE, Datum::Date(-1)),
        (PgType::INT8, Datum::Int8(i64::MIN)),
        (PgType::TIME, Datum::Time(1)),
        (PgType::TIMESTAMP, Datum::Timestamp(2)),
        (PgType::TIMESTAMPTZ, Datum::TimestampTz(3)),
        (PgType::FLOAT4, Datum::Float4(0.5)),
        (PgType::FLOAT8, Datum::Float8(-0.25)),
        (PgType::CHAR, Datum::Char(b'x')),
        (PgType::REGCLASS, Datum::Oid(1259)),
        (PgType::TEXT, Datum::text("héllo")),
        (PgType::JSONB, Datum::Jsonb("{\"a\": 1}".into())),
        (PgType::BYTEA, Datum::Bytea(Bytes::from_static(b"\0\xff"))),
        (PgType::UUID, Datum::Uuid([9; 16])),
        (PgType::INET, Datum::Inet(std::net::IpAddr::from([10, 1, 2, 3]).into())),
        (PgType::MACADDR, Datum::MacAddr([1, 2, 3, 4, 5, 6])),
        (PgType::MACADDR8, Datum::MacAddr8([1, 2, 3, 4, 5, 6, 7, 8])),
        (PgType::MONEY, Datum::Int8(-150)),
        (PgType::POINT, Datum::Point(Point { x: 0.5, y: -2.0 })),
        (PgType::INTERVAL, Datum::Interval(Interval { months: 1, days: -2, micros: 3 })),
        (PgType::NUMERIC, Datum::Numeric(Numeric::Finite { mantissa: Mantissa::Small(1250), scale: 2 })),
        (PgType::TIMETZ, Datum::TimeTz(5, -3600)),
        (PgType::new(Oid(1007)), Datum::Array(Arc::new(ArrayValue::vector(Oid::INT4, vec![Datum::Int4(1)])))),
    ]
}

#[test]
fn every_form_is_decoded_null_and_missing_too() {
    for (ty, value) in samples() {
        let full = Bytes::from(encode_row(&[(1, &Datum::Int4(0), PgType::INT4), (2, &value, ty)]).expect("row"));
        let null = Bytes::from(encode_row(&[(1, &Datum::Int4(0), PgType::INT4), (2, &Datum::Null, ty)]).expect("row"));
        let old = Bytes::from(encode_row(&[(1, &Datum::Int4(0), PgType::INT4)]).expect("row"));
        let rows = [full.clone(), null, old, full];
        let batch = run(program(vec![column(2, ty, value.clone())], None), &rows).expect("batch");
        let got: Vec<Datum> = (0..4).map(|i| datum_at(batch.column(0), i, ty).expect("value")).collect();
        assert_eq!(got, [value.clone(), Datum::Null, value.clone(), value.clone()]);
        let batch = run(program(vec![column(2, ty, Datum::Null)], None), &rows).expect("batch");
        let got: Vec<Datum> = (0..4).map(|i| datum_at(batch.column(0), i, ty).expect("value")).collect();
        assert_eq!(got, [value.clone(), Datum::Null, Datum::Null, value]);
    }
}

#[test]
fn damage_is_an_error() {
    let rows = [Bytes::from_static(b"\x01\x00\x05"), Bytes::from_static(b"\x07"), Bytes::new()];
    for row in &rows {
        let damaged = run(program(vec![column(1, PgType::INT4, Datum::Null)], None), std::slice::from_ref(row));
        assert!(matches!(damaged, Err(Error::Failed(_))));
    }
    let short = Bytes::from(encode_row(&[(1, &Datum::Int2(1), PgType::INT2)]).expect("row"));
    let wrong = run(program(vec![column(1, PgType::INT8, Datum::Null)], None), &[short]);
    assert!(matches!(wrong, Err(Error::Failed(_))));
    let latin =
        Bytes::from(encode_row(&[(1, &Datum::Bytea(Bytes::from_static(b"\xe9")), PgType::BYTEA)]).expect("row"));
    let text = run(program(vec![column(1, PgType::TEXT, Datum::Null)], None), &[latin]);
    assert!(matches!(text, Err(Error::Failed(_))));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(rows in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..4), tame: bool) {
        let rows: Vec<Bytes> = rows
            .into_iter()
            .map(|mut row| {
                // Half of them begin like a row, or hardly any would get past the version.
                if tame && row.len() >= 4 {
                    let head = [1, row[1] & 0b1010, row[2] & 7, 0];
                    row[..4].copy_from_slice(&head);
                }
                row.into()
            })
            .collect();
        let columns = samples().into_iter().enumerate().map(|(i, (ty, _))| column(i as u32, ty, Datum::Null)).collect();
        let _ = run(program(columns, None), &rows);
    }
}

#[test]
fn nesting_and_size_are_bounded() {
    let mut deep = ScanExpr::Column(0);
    for _ in 0..1_000 {
        deep = ScanExpr::Not(Box::new(deep));
    }
    let refused = Compiled::new(Arc::new(program(vec![column(1, PgType::BOOL, Datum::Null)], Some(deep))));
    assert!(matches!(refused, Err(Error::Unsupported(_))));
}
