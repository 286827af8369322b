//! Byte order against a plain comparison of the values, and the bytes themselves.

use std::cmp::Ordering;
use std::sync::Arc;

use gavel_types::numeric::Mantissa;
use gavel_types::{ArrayValue, Datum, Inet, Interval, Numeric, Oid, PgType};
use proptest::prelude::*;

use super::{KeyOrder, encode_key};

fn bytes(value: &Datum, ty: PgType, order: KeyOrder) -> Vec<u8> {
    let mut out = vec![];
    encode_key(&mut out, value, ty, order);
    out
}

fn asc(value: &Datum, ty: PgType) -> Vec<u8> {
    bytes(value, ty, KeyOrder::ASC)
}

/// The SQL order written down a second time, in the plainest way.
fn compare(a: &Datum, b: &Datum, ty: PgType) -> Ordering {
    match (a, b) {
        (Datum::Null, Datum::Null) => Ordering::Equal,
        (Datum::Null, _) => Ordering::Greater,
        (_, Datum::Null) => Ordering::Less,
        (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
        (Datum::Int2(a), Datum::Int2(b)) => a.cmp(b),
        (Datum::Int4(a), Datum::Int4(b)) | (Datum::Date(a), Datum::Date(b)) => a.cmp(b),
        (Datum::Int8(a), Datum::Int8(b))
        | (Datum::Time(a), Datum::Time(b))
        | (Datum::Timestamp(a), Datum::Timestamp(b)) => a.cmp(b),
        (Datum::Float4(a), Datum::Float4(b)) => floats(f64::from(*a), f64::from(*b)),
        (Datum::Float8(a), Datum::Float8(b)) => floats(*a, *b),
        (Datum::Numeric(a), Datum::Numeric(b)) => numerics(a, b),
        (Datum::Text(a), Datum::Text(b)) if ty.oid == Oid::BPCHAR => {
            a.trim_end_matches(' ').as_bytes().cmp(b.trim_end_matches(' ').as_bytes())
        }
        (Datum::Text(a), Datum::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Datum::Bytea(a), Datum::Bytea(b)) => a.cmp(b),
        (Datum::TimeTz(a, za), Datum::TimeTz(b, zb)) => {
            (a + i64::from(*za) * 1_000_000).cmp(&(b + i64::from(*zb) * 1_000_000)).then(za.cmp(zb))
        }
        (Datum::Interval(a), Datum::Interval(b)) => a.comparison_value().cmp(&b.comparison_value()),
        (Datum::Uuid(a), Datum::Uuid(b)) => a.cmp(b),
        (Datum::Inet(a), Datum::Inet(b)) => networks(*a, *b),
        (Datum::MacAddr(a), Datum::MacAddr(b)) => a.cmp(b),
        (Datum::MacAddr8(a), Datum::MacAddr8(b)) => a.cmp(b),
        (Datum::Oid(a), Datum::Oid(b)) => a.cmp(b),
        (Datum::Char(a), Datum::Char(b)) => a.cmp(b),
        (Datum::Array(a), Datum::Array(b)) => arrays(a, b),
        (Datum::Record(a), Datum::Record(b)) => a
            .iter()
            .zip(b.iter())
            .map(|((oid, x), (_, y))| compare(x, y, PgType::new(*oid)))
            .find(|o| o.is_ne())
            .unwrap_or(a.len().cmp(&b.len())),
        _ => panic!("values of different types"),
    }
}

fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn numerics(a: &Numeric, b: &Numeric) -> Ordering {
    let rank = |n: &Numeric| match n {
        Numeric::NegInfinity => 0,
        Numeric::Finite { .. } => 1,
        Numeric::Infinity => 2,
        Numeric::NaN => 3,
    };
    match (a, b) {
        (
            Numeric::Finite { mantissa: Mantissa::Small(ma), scale: sa },
            Numeric::Finite { mantissa: Mantissa::Small(mb), scale: sb },
        ) => {
            let at = (*sa).max(*sb);
            let big =
                |m: i128, s: u16| num_bigint::BigInt::from(m) * num_bigint::BigInt::from(10).pow(u32::from(at - s));
            big(*ma, *sa).cmp(&big(*mb, *sb))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

/// `network_cmp`: the bits that both networks have, then the length of their prefixes, then all bits.
fn networks(a: Inet, b: Inet) -> Ordering {
    let first_bits = |v: Inet, n: u8| {
        let (octets, count) = v.octets();
        let bits: Vec<bool> = octets[..count].iter().flat_map(|o| (0..8).map(move |i| o >> (7 - i) & 1 == 1)).collect();
        bits[..usize::from(n)].to_vec()
    };
    let both = a.prefix().min(b.prefix());
    a.is_ipv6().cmp(&b.is_ipv6()).then_with(|| {
        first_bits(a, both)
            .cmp(&first_bits(b, both))
            .then(a.prefix().cmp(&b.prefix()))
            .then(first_bits(a, a.width()).cmp(&first_bits(b, b.width())))
    })
}

/// Addresses with few bits that differ, so that one is often in the network of another.
fn inet() -> impl Strategy<Value = Datum> {
    let address = prop_oneof![
        prop_oneof![0..4u32, (0..4u32).prop_map(|v| v << 24), any::<u32>()]
            .prop_map(|v| std::net::IpAddr::from(std::net::Ipv4Addr::from(v))),
        prop_oneof![0..4u128, (0..4u128).prop_map(|v| v << 120), any::<u128>()]
            .prop_map(|v| std::net::IpAddr::from(std::net::Ipv6Addr::from(v))),
    ];
    (address, 0..=128u8).prop_map(|(address, prefix)| {
        let prefix = if address.is_ipv4() { prefix.min(32) } else { prefix };
        Datum::Inet(Inet::new(address, prefix).expect("a prefix that fits"))
    })
}

fn arrays(a: &ArrayValue, b: &ArrayValue) -> Ordering {
    let ty = PgType::new(a.element);
    a.values.iter().zip(&b.values).map(|(x, y)| compare(x, y, ty)).find(|o| o.is_ne()).unwrap_or_else(|| {
        a.values
            .len()
            .cmp(&b.values.len())
            .then(a.dims.len().cmp(&b.dims.len()))
            .then_with(|| a.dims.iter().map(|d| d.0).cmp(b.dims.iter().map(|d| d.0)))
            .then_with(|| a.dims.iter().map(|d| d.1).cmp(b.dims.iter().map(|d| d.1)))
    })
}

fn small_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![Just('\0'), Just('\u{1}'), Just(' '), Just('a'), Just('b'), Just('é'), Just('\u{ff}')],
        0..5,
    )
    .prop_map(|c| c.into_iter().collect())
}

fn int_array() -> impl Strategy<Value = Datum> {
    proptest::collection::vec(prop_oneof![Just(Datum::Null), (-2..3i32).prop_map(Datum::Int4)], 0..4).prop_flat_map(
        |values| {
            (Just(values), 0..3i32).prop_map(|(values, lower)| {
                let dims = if values.is_empty() { vec![] } else { vec![(values.len() as i32, lower)] };
                Datum::Array(Arc::new(ArrayValue { element: Oid::INT4, dims, values }))
            })
        },
    )
}

/// A type and values of it, chosen close together so that ties and near ties are common.
fn values() -> impl Strategy<Value = (PgType, Vec<Datum>)> {
    fn of<S>(ty: PgType, s: S) -> BoxedStrategy<(PgType, Vec<Datum>)>
    where
        S: Strategy<Value = Datum> + 'static,
    {
        let nullable = prop_oneof![1 => Just(Datum::Null), 9 => s];
        proptest::collection::vec(nullable, 2..6).prop_map(move |v| (ty, v)).boxed()
    }
    let special = prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(-f64::NAN),
        Just(0.0),
        Just(-0.0),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        (-3..3i8).prop_map(f64::from),
    ];
    let numeric = prop_oneof![
        (any::<i128>(), 0..40u16).prop_map(|(m, s)| (m, s)),
        (-200..200i128, 0..4u16),
        (-3..3i128, prop_oneof![0..3u16, 16_380..16_383u16]),
    ]
    .prop_map(|(m, scale)| Numeric::Finite { mantissa: Mantissa::Small(m), scale });
    let numeric = prop_oneof![
        8 => numeric,
        1 => Just(Numeric::NaN),
        1 => Just(Numeric::Infinity),
        1 => Just(Numeric::NegInfinity)
    ];
    let interval = (-3..3i32, -70..70i32, prop_oneof![Just(0), Just(86_400_000_000i64), any::<i64>()])
        .prop_map(|(months, days, micros)| Datum::Interval(Interval { months, days, micros }));
    prop_oneof![
        of(PgType::BOOL, any::<bool>().prop_map(Datum::Bool)),
        of(PgType::INT2, any::<i16>().prop_map(Datum::Int2)),
        of(PgType::INT4, prop_oneof![any::<i32>(), -2..2i32].prop_map(Datum::Int4)),
        of(PgType::INT8, prop_oneof![any::<i64>(), -2..2i64].prop_map(Datum::Int8)),
        of(PgType::FLOAT4, special.clone().prop_map(|f| Datum::Float4(f as f32))),
        of(PgType::FLOAT8, special.prop_map(Datum::Float8)),
        of(PgType::NUMERIC, numeric.prop_map(Datum::Numeric)),
        of(PgType::TEXT, small_text().prop_map(Datum::text)),
        of(PgType::BPCHAR, small_text().prop_map(Datum::text)),
        of(
            PgType::BYTEA,
            proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(255), any::<u8>()], 0..5)
                .prop_map(|b| Datum::Bytea(b.into()))
        ),
        of(PgType::DATE, any::<i32>().prop_map(Datum::Date)),
        of(PgType::TIMESTAMP, any::<i64>().prop_map(Datum::Timestamp)),
        of(PgType::TIMETZ, (0..5i64, -2..3i32).prop_map(|(t, z)| Datum::TimeTz(t * 1_000_000, z))),
        of(PgType::INTERVAL, interval),
        of(PgType::UUID, any::<[u8; 16]>().prop_map(Datum::Uuid)),
        of(PgType::INET, inet()),
        of(PgType::MACADDR, any::<[u8; 6]>().prop_map(Datum::MacAddr)),
        of(PgType::MACADDR8, any::<[u8; 8]>().prop_map(Datum::MacAddr8)),
        of(PgType::MONEY, any::<i64>().prop_map(Datum::Int8)),
        of(PgType::OID, any::<u32>().prop_map(Datum::Oid)),
        of(PgType::CHAR, any::<u8>().prop_map(Datum::Char)),
        of(PgType::new(Oid(1007)), int_array()),
        of(
            PgType::RECORD,
            (small_text(), -2..2i32).prop_map(|(t, i)| {
                Datum::Record(vec![(Oid::TEXT, Datum::text(t)), (Oid::INT4, Datum::Int4(i))].into())
            })
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn byte_order_is_sql_order((ty, values) in values(), desc: bool, nulls_first: bool) {
        let order = KeyOrder { desc, nulls_first };
        for a in &values {
            for b in &values {
                let expected = match (a.is_null(), b.is_null()) {
                    (false, false) => {
                        let o = compare(a, b, ty);
                        if desc { o.reverse() } else { o }
                    }
                    (a, b) if nulls_first => b.cmp(&a),
                    (a, b) => a.cmp(&b),
                };
                let (x, y) = (bytes(a, ty, order), bytes(b, ty, order));
                prop_assert_eq!(x.cmp(&y), expected, "{:?} {:?}", a, b);
                prop_assert!(x == y || !x.starts_with(&y), "{:?} is a prefix of {:?}", b, a);
            }
        }
    }

    #[test]
    fn columns_in_a_row_compare_column_by_column((ta, a) in values(), (tb, b) in values()) {
        let key = |i: usize| {
            let mut out = asc(&a[i % a.len()], ta);
            encode_key(&mut out, &b[i % b.len()], tb, KeyOrder::DESC);
            out
        };
        for i in 0..3 {
            for j in 0..3 {
                let (x, y) = (&b[i % b.len()], &b[j % b.len()]);
                let second = bytes(x, tb, KeyOrder::DESC).cmp(&bytes(y, tb, KeyOrder::DESC));
                let expected = compare(&a[i % a.len()], &a[j % a.len()], ta).then(second);
                prop_assert_eq!(key(i).cmp(&key(j)), expected);
            }
        }
    }
}

/// Format 1 of keys. A change here is a change of the format on disk.
#[test]
fn bytes_are_as_documented() {
    let cases: &[(Datum, PgType, &[u8])] = &[
        (Datum::Null, PgType::INT4, &[0xFE]),
        (Datum::Bool(true), PgType::BOOL, &[0x10, 1]),
        (Datum::Int2(-1), PgType::INT2, &[0x10, 0x7F, 0xFF]),
        (Datum::Int4(1), PgType::INT4, &[0x10, 0x80, 0, 0, 1]),
        (Datum::Int4(1), PgType::INT8, &[0x10, 0x80, 0, 0, 0, 0, 0, 0, 1]),
        (Datum::Float8(-0.0), PgType::FLOAT8, &[0x10, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        (Datum::Float4(-1.0), PgType::FLOAT4, &[0x10, 0x40, 0x7F, 0xFF, 0xFF]),
        (Datum::text("a\0"), PgType::TEXT, &[0x10, b'a', 0, 0xFF, 0, 1]),
        (Datum::text("a  "), PgType::BPCHAR, &[0x10, b'a', 0, 1]),
        (Datum::text("a "), PgType::VARCHAR, &[0x10, b'a', b' ', 0, 1]),
        (Datum::Oid(258), PgType::OID, &[0x10, 0, 0, 1, 2]),
        (Datum::Int8(1), PgType::MONEY, &[0x10, 0x80, 0, 0, 0, 0, 0, 0, 1]),
        (Datum::MacAddr([1, 2, 3, 4, 5, 6]), PgType::MACADDR, &[0x10, 1, 2, 3, 4, 5, 6]),
        (
            Datum::Inet(Inet::new([10, 1, 2, 3].into(), 8).expect("prefix")),
            PgType::INET,
            &[0x10, 4, 10, 0, 0, 0, 8, 1, 2, 3],
        ),
        (Datum::Jsonb("{\"a\": true}".into()), PgType::JSONB, &[0x10, 0x20, 0, 0, 0, 1, b'a', 0, 1, 6]),
        (
            Datum::Array(Arc::new(ArrayValue::vector(Oid::INT2, vec![Datum::Int2(1), Datum::Null]))),
            PgType::new(Oid(1005)),
            &[0x10, 0x10, 0x80, 1, 0xFE, 1, 1, 0x80, 0, 0, 2, 0x80, 0, 0, 1],
        ),
    ];
    for (value, ty, expected) in cases {
        assert_eq!(&asc(value, *ty), expected, "{value:?}");
    }
    assert_eq!(bytes(&Datum::Int2(-1), PgType::INT2, KeyOrder::DESC), [0x10, 0x80, 0]);
    assert_eq!(bytes(&Datum::Null, PgType::INT2, KeyOrder::DESC), [0x01]);
}
