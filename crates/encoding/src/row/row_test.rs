//! Rows: round trips, the bytes themselves, and what damage does.

use bytes::Bytes;
use gavel_types::{Datum, Inet, Interval, PgType, Point};
use proptest::prelude::*;

use super::{Field, RowView, encode_row};

/// Format 1 of rows. A change here is a change of the format on disk.
#[test]
fn bytes_are_as_documented() {
    let row = encode_row(&[
        (1, &Datum::Int4(7), PgType::INT4),
        (2, &Datum::Null, PgType::TEXT),
        (3, &Datum::text("ab"), PgType::TEXT),
    ])
    .expect("row");
    assert_eq!(row, [1, 0, 3, 0, 1, 0x82, 3, 4, 4, 6, 7, 0, 0, 0, b'a', b'b']);
}

#[test]
fn columns_are_found_whatever_the_order_and_width() {
    let long = "x".repeat(70_000);
    for (id, text) in [(3, "short"), (300, "short"), (40_000, "short"), (3, &long[..300]), (300, &long)] {
        let row = encode_row(&[
            (id, &Datum::text(text), PgType::TEXT),
            (2, &Datum::Int8(-5), PgType::INT8),
            (1, &Datum::Null, PgType::INT4),
        ])
        .expect("row");
        let view = RowView::parse(&row).expect("parse");
        assert_eq!(view.len(), 3);
        assert_eq!(view.get(1), Ok(Field::Null));
        assert_eq!(view.datum(2, PgType::INT8, &Datum::Null), Ok(Datum::Int8(-5)));
        assert_eq!(view.datum(id, PgType::TEXT, &Datum::Null), Ok(Datum::text(text)));
        assert_eq!(view.get(id + 1), Ok(Field::Missing));
        assert_eq!(view.datum(99, PgType::INT4, &Datum::Int4(9)), Ok(Datum::Int4(9)));
    }
}

#[test]
fn a_column_given_twice_and_a_wrong_type_are_refused() {
    let one = Datum::Int4(1);
    assert!(encode_row(&[(1, &one, PgType::INT4), (1, &one, PgType::INT4)]).is_err());
    assert!(encode_row(&[(1, &one, PgType::TEXT)]).is_err());
    assert!(encode_row(&[(u32::MAX, &one, PgType::INT4)]).is_err());
}

#[test]
fn an_enum_is_eight_bytes_in_rows_and_keys() {
    let ty = PgType::new(gavel_types::Oid(0x4000_4000));
    let row = encode_row(&[(1, &Datum::Enum(1 << 47), ty)]).expect("row");
    assert_eq!(row[6..], (1_i64 << 47).to_le_bytes());
    assert_eq!(RowView::parse(&row).and_then(|v| v.datum(1, ty, &Datum::Null)), Ok(Datum::Enum(1 << 47)));
    let key = |place| {
        let mut out = vec![];
        crate::encode_key(&mut out, &Datum::Enum(place), ty, crate::KeyOrder::ASC);
        out
    };
    assert_eq!(key(3), [0x10, 0x80, 0, 0, 0, 0, 0, 0, 3]);
    assert!(key(-5) < key(0) && key(0) < key(1 << 47));
}

#[test]
fn an_empty_row_is_a_row() {
    let row = encode_row(&[]).expect("row");
    let view = RowView::parse(&row).expect("parse");
    assert!(view.is_empty());
    assert_eq!(view.get(1), Ok(Field::Missing));
}

fn column() -> impl Strategy<Value = (PgType, Datum)> {
    prop_oneof![
        any::<bool>().prop_map(|v| (PgType::BOOL, Datum::Bool(v))),
        any::<i16>().prop_map(|v| (PgType::INT2, Datum::Int2(v))),
        any::<i32>().prop_map(|v| (PgType::INT4, Datum::Int4(v))),
        any::<i64>().prop_map(|v| (PgType::INT8, Datum::Int8(v))),
        any::<i32>().prop_map(|v| (PgType::DATE, Datum::Date(v))),
        any::<i64>().prop_map(|v| (PgType::TIME, Datum::Time(v))),
        any::<i64>().prop_map(|v| (PgType::TIMESTAMPTZ, Datum::TimestampTz(v))),
        (any::<i64>(), any::<i32>()).prop_map(|(t, z)| (PgType::TIMETZ, Datum::TimeTz(t, z))),
        any::<f32>().prop_map(|v| (PgType::FLOAT4, Datum::Float4(v))),
        any::<f64>().prop_map(|v| (PgType::FLOAT8, Datum::Float8(v))),
        ".{0,300}".prop_map(|v| (PgType::TEXT, Datum::text(v))),
        proptest::collection::vec(any::<u8>(), 0..9).prop_map(|v| (PgType::BYTEA, Datum::Bytea(Bytes::from(v)))),
        any::<[u8; 16]>().prop_map(|v| (PgType::UUID, Datum::Uuid(v))),
        (any::<u32>(), 0..=32u8).prop_map(|(address, prefix)| {
            let address = std::net::Ipv4Addr::from(address).into();
            (PgType::INET, Datum::Inet(Inet::new(address, prefix).expect("a prefix that fits")))
        }),
        any::<[u8; 6]>().prop_map(|v| (PgType::MACADDR, Datum::MacAddr(v))),
        any::<[u8; 8]>().prop_map(|v| (PgType::MACADDR8, Datum::MacAddr8(v))),
        any::<i64>().prop_map(|v| (PgType::MONEY, Datum::Int8(v))),
        (any::<f64>(), any::<f64>()).prop_map(|(x, y)| (PgType::POINT, Datum::Point(Point { x, y }))),
        any::<u32>().prop_map(|v| (PgType::REGCLASS, Datum::Oid(v))),
        any::<u8>().prop_map(|v| (PgType::CHAR, Datum::Char(v))),
        (any::<i32>(), any::<i32>(), any::<i64>())
            .prop_map(|(months, days, micros)| (PgType::INTERVAL, Datum::Interval(Interval { months, days, micros }))),
        Just((PgType::JSONB, Datum::Jsonb("{\"a\": 1}".into()))),
        Just((PgType::INT4, Datum::Null)),
    ]
}

proptest! {
    #[test]
    fn round_trip(columns in proptest::collection::vec((1..400u32, column()), 0..12)) {
        let mut columns = columns;
        columns.sort_by_key(|c| c.0);
        columns.dedup_by_key(|c| c.0);
        let given: Vec<_> = columns.iter().map(|(id, (ty, d))| (*id, d, *ty)).collect();
        let row = encode_row(&given).expect("row");
        let view = RowView::parse(&row).expect("parse");
        for (id, d, ty) in given {
            let back = view.datum(id, ty, &Datum::text("missing")).expect("datum");
            // NaN payloads survive too, hence the debug form.
            prop_assert_eq!(format!("{back:?}"), format!("{d:?}"));
        }
    }

    #[test]
    fn damage_is_an_error_or_another_row_but_never_a_panic(
        columns in proptest::collection::vec((1..400u32, column()), 1..8),
        at in any::<prop::sample::Index>(),
        byte: u8,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut columns = columns;
        columns.sort_by_key(|c| c.0);
        columns.dedup_by_key(|c| c.0);
        let given: Vec<_> = columns.iter().map(|(id, (ty, d))| (*id, d, *ty)).collect();
        let mut row = encode_row(&given).expect("row");
        let at = at.index(row.len());
        row[at] = byte;
        row.truncate(cut.index(row.len() + 1));
        if let Ok(view) = RowView::parse(&row) {
            for (id, _, ty) in given {
                let _ = view.datum(id, ty, &Datum::Null);
            }
        }
    }
}
