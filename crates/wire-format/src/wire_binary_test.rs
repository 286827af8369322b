use super::*;

fn written(value: &Datum, ty: PgType) -> Vec<u8> {
    let mut out = BytesMut::new();
    write(value, ty, &TextStyle::default(), &mut out).unwrap();
    out.to_vec()
}

#[test]
fn fixed_types_are_big_endian() {
    for (value, ty, bytes) in [
        (Datum::Bool(true), PgType::BOOL, &[1u8][..]),
        (Datum::Int2(-2), PgType::INT2, &[0xff, 0xfe]),
        (Datum::Int4(258), PgType::INT4, &[0, 0, 1, 2]),
        (Datum::Int8(1), PgType::INT8, &[0, 0, 0, 0, 0, 0, 0, 1]),
        (Datum::Float4(1.0), PgType::FLOAT4, &[0x3f, 0x80, 0, 0]),
        (Datum::Date(-1), PgType::DATE, &[0xff, 0xff, 0xff, 0xff]),
        (Datum::Oid(26), PgType::OID, &[0, 0, 0, 26]),
        (Datum::Char(b'x'), PgType::CHAR, b"x"),
        (Datum::text("é"), PgType::TEXT, "é".as_bytes()),
        (Datum::Bytea(Bytes::from_static(&[0, 255])), PgType::BYTEA, &[0, 255]),
        (
            Datum::Interval(Interval { months: 1, days: 2, micros: 3 }),
            PgType::INTERVAL,
            &[0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1],
        ),
        (Datum::MacAddr([1, 2, 3, 4, 5, 6]), PgType::MACADDR, &[1, 2, 3, 4, 5, 6]),
        (Datum::MacAddr8([1, 2, 3, 4, 5, 6, 7, 8]), PgType::MACADDR8, &[1, 2, 3, 4, 5, 6, 7, 8]),
        (Datum::Int8(-1), PgType::MONEY, &[0xff; 8]),
        (Datum::Int8(i64::MIN + 5), PgType::XID8, &[0, 0, 0, 0, 0, 0, 0, 5]),
        (Datum::Int8(i64::MAX), PgType::XID8, &[0xff; 8]),
        (
            Datum::TsVector(text_io::tsvector::parse("a:1A b").expect("tsvector")),
            PgType::TSVECTOR,
            &[0, 0, 0, 2, b'a', 0, 0, 1, 0xc0, 1, b'b', 0, 0, 0],
        ),
        (
            Datum::TsQuery(text_io::tsquery::parse("a & !b:*A").expect("tsquery")),
            PgType::TSQUERY,
            &[0, 0, 0, 4, 2, 2, 2, 1, 1, 8, 1, b'b', 0, 1, 0, 0, b'a', 0],
        ),
        (
            Datum::Point(Point { x: 1.0, y: -2.0 }),
            PgType::POINT,
            &[0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0],
        ),
        (Datum::text("101"), PgType::BIT, &[0, 0, 0, 3, 0xa0]),
        (Datum::text("100000001"), PgType::VARBIT, &[0, 0, 0, 9, 0x80, 0x80]),
        (Datum::TimeTz(1, -3600), PgType::TIMETZ, &[0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xf1, 0xf0]),
    ] {
        assert_eq!(written(&value, ty), bytes, "{value:?}");
        assert_eq!(read(bytes, ty, &TextStyle::default()).unwrap(), value);
    }
}

#[test]
fn a_macaddr8_may_come_in_six_bytes() {
    let value = read(&[1, 2, 3, 4, 5, 6], PgType::MACADDR8, &TextStyle::default()).unwrap();
    assert_eq!(value, Datum::MacAddr8([1, 2, 3, 0xff, 0xfe, 4, 5, 6]));
}

#[test]
fn arrays_carry_dimensions_and_nulls() {
    let array = Datum::Array(
        ArrayValue { element: Oid::INT4, dims: vec![(2, 1), (1, 0)], values: vec![Datum::Int4(7), Datum::Null] }.into(),
    );
    let ty = PgType::new(Oid(1007));
    let bytes = written(&array, ty);
    let words: Vec<i32> = bytes.chunks_exact(4).map(|c| i32::from_be_bytes(c.try_into().unwrap())).collect();
    assert_eq!(words, [2, 1, 23, 2, 1, 1, 0, 4, 7, -1]);
    assert_eq!(read(&bytes, ty, &TextStyle::default()).unwrap(), array);
}

struct Labels;

impl text_io::NameResolver for Labels {
    fn resolve(&self, name: &str, _: Oid) -> SqlResult<Oid> {
        Err(SqlError::internal(name))
    }
    fn name(&self, _: Oid, _: Oid) -> Option<String> {
        None
    }
    fn enum_values(&self, _: Oid) -> Option<text_io::EnumValues> {
        Some([(10, "sad".into()), (20, "ok".into())].into())
    }
    fn fields(&self, _: Oid) -> Option<std::sync::Arc<[(String, PgType)]>> {
        Some([("a".to_owned(), PgType::INT4), ("m".to_owned(), PgType::new(Oid(0x4000_4000)))].into())
    }
}

#[test]
fn enums_are_their_labels_and_composite_types_have_their_fields() {
    let style = TextStyle { names: Some(std::sync::Arc::new(Labels)), ..TextStyle::default() };
    let (mood, pair) = (PgType::new(Oid(0x4000_4000)), PgType::new(Oid(0x5000_4001)));
    let bytes = |value: &Datum, ty| {
        let mut out = BytesMut::new();
        write(value, ty, &style, &mut out).unwrap();
        out.to_vec()
    };
    assert_eq!(bytes(&Datum::Enum(20), mood), b"ok");
    assert_eq!(read(b"sad", mood, &style).unwrap(), Datum::Enum(10));
    assert!(read(b"glad", mood, &style).is_err());
    let row = Datum::Record(vec![(Oid::INT4, Datum::Int4(1)), (mood.oid, Datum::Enum(10))].into());
    let sent = bytes(&row, pair);
    assert_eq!(read(&sent, pair, &style).unwrap(), row);
    let array = Datum::Array(ArrayValue::vector(mood.oid, vec![Datum::Enum(10), Datum::Null]).into());
    let ty = PgType::new(mood.oid.array_of().unwrap());
    assert_eq!(read(&bytes(&array, ty), ty, &style).unwrap(), array);
    let alone = bytes(&Datum::Record(vec![(Oid::INT4, Datum::Int4(1))].into()), PgType::RECORD);
    assert_eq!(read(&alone, pair, &style).unwrap_err().message(), "wrong number of columns: 1, expected 2");
    let other = vec![(Oid::INT8, Datum::Int8(1)), (mood.oid, Datum::Null)];
    let other = bytes(&Datum::Record(other.into()), PgType::RECORD);
    assert!(read(&other, pair, &style).unwrap_err().message().ends_with("in record column 1"));
}

#[test]
fn empty_array_has_no_dimensions() {
    let empty = Datum::Array(ArrayValue::vector(Oid::TEXT, vec![]).into());
    let bytes = written(&empty, PgType::new(Oid(1009)));
    assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25]);
    assert_eq!(read(&bytes, PgType::new(Oid(1009)), &TextStyle::default()).unwrap(), empty);
}

#[test]
fn records_carry_their_types() {
    let record = Datum::Record(vec![(Oid::INT4, Datum::Int4(1)), (Oid::TEXT, Datum::Null)].into());
    let bytes = written(&record, PgType::RECORD);
    assert_eq!(bytes, [0, 0, 0, 2, 0, 0, 0, 23, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 25, 255, 255, 255, 255]);
    assert_eq!(read(&bytes, PgType::RECORD, &TextStyle::default()).unwrap(), record);
}

#[test]
fn wrong_lengths_are_refused_as_postgres_does() {
    assert_eq!(
        read(&[0, 0, 0], PgType::INT4, &TextStyle::default()).unwrap_err().message(),
        "insufficient data left in message"
    );
    assert_eq!(
        read(&[0, 0, 0, 1, 9], PgType::INT4, &TextStyle::default()).unwrap_err().message(),
        "incorrect binary data format"
    );
}

#[test]
fn a_lying_array_is_refused_before_it_allocates() {
    let mut lie = BytesMut::new();
    for word in [1, 0, 23, i32::MAX - 1, 1] {
        lie.put_i32(word);
    }
    assert!(read(&lie, PgType::new(Oid(1007)), &TextStyle::default()).is_err());
}

#[test]
fn text_must_be_utf8_without_zeros() {
    let message = |data: &[u8]| read(data, PgType::TEXT, &TextStyle::default()).unwrap_err().message().to_owned();
    assert_eq!(message(&[b'a', 0xff]), "invalid byte sequence for encoding \"UTF8\": 0xff");
    assert_eq!(message(&[0xc3, 0x28]), "invalid byte sequence for encoding \"UTF8\": 0xc3 0x28");
    assert_eq!(message(b"a\0b"), "invalid byte sequence for encoding \"UTF8\": 0x00");
}

#[test]
fn dates_out_of_range_are_refused_and_infinities_are_not() {
    assert!(read(&i32::MAX.to_be_bytes(), PgType::DATE, &TextStyle::default()).is_ok());
    assert!(read(&i32::MIN.to_be_bytes(), PgType::DATE, &TextStyle::default()).is_ok());
    assert!(read(&(i32::MAX - 1).to_be_bytes(), PgType::DATE, &TextStyle::default()).is_err());
    assert!(read(&(i64::MAX - 1).to_be_bytes(), PgType::TIMESTAMP, &TextStyle::default()).is_err());
    assert!(read(&(-1i64).to_be_bytes(), PgType::TIME, &TextStyle::default()).is_err());
}

proptest::proptest! {
    #[test]
    fn any_bytes_never_panic(data in proptest::collection::vec(0u8.., 0..80), which in 0usize..gavel_types::pg_type::TYPES.len()) {
        let oid = gavel_types::pg_type::TYPES[which].0;
        let _ = read(&data, PgType::new(oid), &TextStyle::default());
        if let Some(array) = oid.array_of() {
            let _ = read(&data, PgType::new(array), &TextStyle::default());
        }
    }
}
