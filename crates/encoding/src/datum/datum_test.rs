//! Self-describing values: round trips and damage.

use std::sync::Arc;

use gavel_types::text_io::{tsquery, tsvector};
use gavel_types::{ArrayValue, Datum, Inet, Numeric, Oid, Point};

use super::{MAX_DEPTH, decode, to_bytes};

fn samples() -> Vec<Datum> {
    let matrix = ArrayValue {
        element: Oid::INT4,
        dims: vec![(2, 1), (2, 0)],
        values: vec![Datum::Int4(1), Datum::Null, Datum::Int4(3), Datum::Int4(4)],
    };
    vec![
        Datum::Null,
        Datum::Bool(true),
        Datum::Numeric(Numeric::NaN),
        Datum::text("héllo"),
        Datum::TimeTz(5, -3600),
        Datum::Array(Arc::new(matrix)),
        Datum::Array(Arc::new(ArrayValue::vector(Oid::TEXT, vec![]))),
        Datum::Record(vec![(Oid::INT8, Datum::Int8(-1)), (Oid::TEXT, Datum::Null)].into()),
        Datum::Enum(1 << 47),
        Datum::Inet(Inet::new([10, 1, 2, 3].into(), 8).expect("prefix")),
        Datum::Inet(Inet::new(std::net::Ipv6Addr::LOCALHOST.into(), 128).expect("prefix")),
        Datum::MacAddr([1, 2, 3, 4, 5, 6]),
        Datum::MacAddr8([1, 2, 3, 4, 5, 6, 7, 8]),
        Datum::Point(Point { x: 1.5, y: -0.0 }),
        Datum::TsVector(tsvector::parse("a:1A 'b c'").expect("tsvector")),
        Datum::TsQuery(tsquery::parse("a & !b:*A <2> c | d").expect("tsquery")),
    ]
}

#[test]
fn round_trip() {
    for value in samples() {
        let bytes = to_bytes(&value).expect("bytes");
        assert_eq!(decode(&bytes), Ok(value));
    }
}

/// Format 1 of self-describing values.
#[test]
fn bytes_are_as_documented() {
    let array = Datum::Array(Arc::new(ArrayValue::vector(Oid::INT2, vec![Datum::Int2(258)])));
    assert_eq!(to_bytes(&array).expect("bytes"), [20, 21, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2, 2, 1]);
    assert_eq!(to_bytes(&Datum::text("ab")).expect("bytes"), [8, 2, b'a', b'b']);
    assert_eq!(to_bytes(&Datum::Enum(3)).expect("bytes"), [22, 3, 0, 0, 0, 0, 0, 0, 0]);
    let inet = Datum::Inet(Inet::new([10, 0, 0, 1].into(), 32).expect("prefix"));
    assert_eq!(to_bytes(&inet).expect("bytes"), [23, 6, 4, 10, 0, 0, 1, 32]);
    assert_eq!(to_bytes(&Datum::MacAddr([1, 2, 3, 4, 5, 6])).expect("bytes"), [24, 1, 2, 3, 4, 5, 6]);
    assert_eq!(to_bytes(&Datum::MacAddr8([1, 2, 3, 4, 5, 6, 7, 8])).expect("bytes"), [25, 1, 2, 3, 4, 5, 6, 7, 8]);
    let point = to_bytes(&Datum::Point(Point { x: 1.0, y: 0.0 })).expect("bytes");
    let vector = Datum::TsVector(tsvector::parse("a:1A b").expect("tsvector"));
    assert_eq!(to_bytes(&vector).expect("bytes"), [32, 12, 1, 0, b'a', 1, 0, 0x01, 0xC0, 1, 0, b'b', 0, 0]);
    let query = Datum::TsQuery(tsquery::parse("!a:*").expect("tsquery"));
    assert_eq!(to_bytes(&query).expect("bytes"), [33, 7, 1, 0, 0, 1, 1, 0, b'a']);
    assert_eq!(point, [26, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn every_cut_and_every_changed_byte_is_survived() {
    for value in samples() {
        let bytes = to_bytes(&value).expect("bytes");
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_err());
        }
        for at in 0..bytes.len() {
            for byte in [0, 1, 20, 21, 0x7f, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] = byte;
                let _ = decode(&damaged);
            }
        }
    }
}

#[test]
fn nesting_is_limited() {
    let mut value = Datum::Null;
    for _ in 0..=MAX_DEPTH {
        value = Datum::Record(vec![(Oid::RECORD, value)].into());
    }
    assert!(to_bytes(&value).is_err());
    let mut bytes = vec![];
    for _ in 0..100_000 {
        bytes.extend_from_slice(&[21, 1, 0, 0, 0, 0]);
    }
    assert!(decode(&bytes).is_err());
}
