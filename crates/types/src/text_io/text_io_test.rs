use super::*;

fn show(text: &str, ty: PgType) -> String {
    let style = TextStyle::default();
    match parse(text, ty, &style) {
        Ok(value) => to_text(&value, ty, &style),
        Err(e) => format!("{} {}", e.code().as_str(), e.message()),
    }
}

/// What PostgreSQL 15 answers.
#[test]
fn input_and_output_agree_with_postgresql() {
    let int_array = PgType::new(Oid(1007));
    let text_array = PgType::new(Oid(1009));
    for (ty, input, output) in [
        (PgType::INT4, " 42 ", "42"),
        (PgType::INT4, "x", "22P02 invalid input syntax for type integer: \"x\""),
        (PgType::INT4, "99999999999", "22003 value \"99999999999\" is out of range for type integer"),
        (PgType::INT2, "-32768", "-32768"),
        (PgType::INT8, "9223372036854775808", "22003 value \"9223372036854775808\" is out of range for type bigint"),
        (PgType::FLOAT8, "1e20", "1e+20"),
        (PgType::FLOAT8, "100000000000000", "100000000000000"),
        (PgType::FLOAT8, "1e15", "1e+15"),
        (PgType::FLOAT8, "0.0001", "0.0001"),
        (PgType::FLOAT8, "0.00001", "1e-05"),
        (PgType::FLOAT8, "-0", "-0"),
        (PgType::FLOAT8, "0.1", "0.1"),
        (PgType::FLOAT8, "inf", "Infinity"),
        (PgType::FLOAT8, "1e400", "22003 \"1e400\" is out of range for type double precision"),
        (PgType::FLOAT8, "1e-400", "22003 \"1e-400\" is out of range for type double precision"),
        (PgType::FLOAT8, "1e", "22P02 invalid input syntax for type double precision: \"1e\""),
        (PgType::FLOAT4, "1234567", "1.234567e+06"),
        (PgType::FLOAT4, "123456", "123456"),
        (PgType::BOOL, "yes", "t"),
        (PgType::BOOL, "of", "f"),
        (PgType::BOOL, "o", "22P02 invalid input syntax for type boolean: \"o\""),
        (PgType::with_typmod(Oid::VARCHAR, 7), "abc  ", "abc"),
        (PgType::with_typmod(Oid::VARCHAR, 7), "abcd", "22001 value too long for type character varying(3)"),
        (PgType::with_typmod(Oid::BPCHAR, 8), "ab", "ab  "),
        (PgType::BYTEA, "\\xDEad", "\\xdead"),
        (PgType::BYTEA, "a\\000b\\\\", "\\x6100625c"),
        (PgType::BYTEA, "\\xg", "22023 invalid hexadecimal digit: \"g\""),
        (PgType::UUID, "{A0EEBC99-9c0b4ef8-bb6d6bb9bd380a11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        (PgType::UUID, "x", "22P02 invalid input syntax for type uuid: \"x\""),
        (PgType::INET, "10.1/16", "10.1.0.0/16"),
        (PgType::INET, "::ffff:1.2.3.4/128", "::ffff:1.2.3.4"),
        (PgType::INET, "10", "22P02 invalid input syntax for type inet: \"10\""),
        (PgType::CIDR, "10", "10.0.0.0/8"),
        (PgType::CIDR, "10.0.0.1/24", "22P02 invalid cidr value: \"10.0.0.1/24\""),
        (PgType::MACADDR, "0800.2b01.0203", "08:00:2b:01:02:03"),
        (PgType::MACADDR8, "08002b010203", "08:00:2b:ff:fe:01:02:03"),
        (PgType::MONEY, "($1,234.505)", "-$1,234.51"),
        (PgType::POINT, "1 , -2.5", "(1,-2.5)"),
        (PgType::LSEG, "1,2 , 3,4", "[(1,2),(3,4)]"),
        (PgType::PATH, "(1,2,3,4)", "((1,2),(3,4))"),
        (PgType::PATH, "[ (1,2) , (3,4) ]", "[(1,2),(3,4)]"),
        (PgType::PATH, "(1,2),(3,4", "22P02 invalid input syntax for type path: \"(1,2),(3,4\""),
        (PgType::BOX, "(1,5),(3,2)", "(3,5),(1,2)"),
        (PgType::BOX, "[(1,5),(3,2)]", "22P02 invalid input syntax for type box: \"[(1,5),(3,2)]\""),
        (PgType::POLYGON, "((1,2))", "((1,2))"),
        (PgType::LINE, "(0,1),(1,3)", "{2,-1,1}"),
        (PgType::LINE, "{0,0,1}", "22P02 invalid line specification: A and B cannot both be zero"),
        (PgType::CIRCLE, "1,2,3", "<(1,2),3>"),
        (PgType::new(Oid(1020)), "{(1,1),(0,0);(2,2),(1,1)}", "{(1,1),(0,0);(2,2),(1,1)}"),
        (PgType::new(Oid(1019)), "{\"(1,2)\"}", "{\"((1,2))\"}"),
        (PgType::JSONB, "{\"b\":1,\"a\":[1,2]}", "{\"a\": [1, 2], \"b\": 1}"),
        (PgType::JSON, "{\"b\":1}", "{\"b\":1}"),
        (PgType::OID, "4294967295", "4294967295"),
        (PgType::OID, "-1", "4294967295"),
        (PgType::CHAR, "abc", "a"),
        (PgType::XID, " 0x1f rest", "31"),
        (PgType::XID, "4294967297", "1"),
        (PgType::CID, "none", "0"),
        (PgType::XID8, "010", "8"),
        (PgType::XID8, "-1", "18446744073709551615"),
        (PgType::XID8, "99999999999999999999999", "18446744073709551615"),
        (PgType::PG_LSN, "16/B374D848", "16/B374D848"),
        (PgType::OIDVECTOR, "1 2 3", "1 2 3"),
        (PgType::REGTYPE, "23", "integer"),
        (int_array, "{1, 2,NULL}", "{1,2,NULL}"),
        (int_array, "[2:3]={1,2}", "[2:3]={1,2}"),
        (int_array, "{{1,2},{3,4}}", "{{1,2},{3,4}}"),
        (int_array, "{}", "{}"),
        (int_array, "{1,{2}}", "22P02 malformed array literal: \"{1,{2}}\""),
        (int_array, "1,2", "22P02 malformed array literal: \"1,2\""),
        (int_array, "{a}", "22P02 invalid input syntax for type integer: \"a\""),
        (text_array, "{a b, \"c,d\", \"NULL\", null, \"\\\"\", \"\"}", "{\"a b\",\"c,d\",\"NULL\",NULL,\"\\\"\",\"\"}"),
        (PgType::BIT, "x5", "0101"),
        (PgType::NUMERIC, "x", "22P02 invalid input syntax for type numeric: \"x\""),
    ] {
        assert_eq!(show(input, ty), output, "{input} as {}", type_name(ty.oid));
    }
}

#[test]
fn a_cidr_says_what_is_wrong_with_it() {
    let error = parse("10.0.0.1/24", PgType::CIDR, &TextStyle::default()).unwrap_err();
    assert_eq!(error.fields().detail.as_deref(), Some("Value has bits set to right of mask."));
}

#[test]
fn records_quote_what_they_must() {
    let fields = [
        (Oid::INT4, Datum::Int4(1)),
        (Oid::TEXT, Datum::text("a \"b\"")),
        (Oid::TEXT, Datum::Null),
        (Oid::TEXT, Datum::text("")),
    ];
    let mut out = String::new();
    record::write(&fields, &TextStyle::default(), &mut out);
    assert_eq!(out, "(1,\"a \"\"b\"\"\",,\"\")");
}

#[test]
fn names_of_types() {
    let name = |oid, typmod| type_name_with_typmod(PgType::with_typmod(oid, typmod));
    assert_eq!(name(Oid::NUMERIC, (12 << 16 | 2) + 4), "numeric(12,2)");
    assert_eq!(name(Oid::VARCHAR, 14), "character varying(10)");
    assert_eq!(name(Oid::TIMESTAMPTZ, 3), "timestamp(3) with time zone");
    assert_eq!(name(Oid(1009), -1), "text[]");
    assert_eq!(name(Oid::INTERVAL, (4 << 16) | 0xffff), "interval year");
}

#[test]
fn fewer_digits_on_request() {
    let style = TextStyle { extra_float_digits: 0, ..TextStyle::default() };
    assert_eq!(to_text(&Datum::Float8(0.1 + 0.2), PgType::FLOAT8, &style), "0.3");
    assert_eq!(to_text(&Datum::Float8(1e20), PgType::FLOAT8, &style), "1e+20");
}

/// A catalog of one enum, one composite type over it, and one whose name must be qualified.
struct Types;

const MOOD: Oid = Oid(0x4000_4000);
const PAIR: Oid = Oid(0x5000_4001);

impl NameResolver for Types {
    fn resolve(&self, name: &str, _: Oid) -> SqlResult<Oid> {
        Err(SqlError::internal(name))
    }
    fn name(&self, object: Oid, _: Oid) -> Option<String> {
        match object {
            MOOD => Some("mood".into()),
            PAIR => Some("\"S\".pair".into()),
            _ => None,
        }
    }
    fn enum_values(&self, ty: Oid) -> Option<EnumValues> {
        (ty == MOOD).then(|| [(10, "sad".into()), (20, "so so".into())].into())
    }
    fn fields(&self, ty: Oid) -> Option<Arc<[(String, PgType)]>> {
        (ty == PAIR).then(|| [("n".to_owned(), PgType::INT4), ("m".to_owned(), PgType::new(MOOD))].into())
    }
}

fn with_types() -> TextStyle {
    TextStyle { names: Some(Arc::new(Types)), ..TextStyle::default() }
}

#[test]
fn enums_and_composite_types_are_read_and_written_by_the_catalog() {
    let style = with_types();
    let moods = MOOD.array_of().expect("array");
    for (ty, input, output) in [
        (MOOD, "so so", "so so"),
        (MOOD, "glad", "22P02 invalid input value for enum mood: \"glad\""),
        (moods, "{sad,\"so so\",NULL}", "{sad,\"so so\",NULL}"),
        (PAIR, " ( 1,\"so so\") ", "(1,\"so so\")"),
        (PAIR, "(,)", "(,)"),
        (PAIR, "(1,sad", "22P02 malformed record literal: \"(1,sad\""),
        (PAIR, "(1)", "22P02 malformed record literal: \"(1)\""),
        (PAIR, "(1,sad,2)", "22P02 malformed record literal: \"(1,sad,2)\""),
        (PAIR, "1,sad", "22P02 malformed record literal: \"1,sad\""),
        (PAIR, "(1,sad) x", "22P02 malformed record literal: \"(1,sad) x\""),
        (PAIR, "(x,sad)", "22P02 invalid input syntax for type integer: \"x\""),
    ] {
        let shown = match parse(input, PgType::new(ty), &style) {
            Ok(value) => to_text(&value, PgType::new(ty), &style),
            Err(e) => format!("{} {}", e.code().as_str(), e.message()),
        };
        assert_eq!(shown, output, "{input}");
    }
}

#[test]
fn without_a_catalog_an_enum_is_its_place() {
    let style = TextStyle::default();
    assert_eq!(to_text(&Datum::Enum(10), PgType::new(MOOD), &style), "10");
    assert_eq!(parse("10", PgType::new(MOOD), &style), Ok(Datum::Enum(10)));
}

#[test]
fn types_are_numbered_until_a_catalog_names_them() {
    assert_eq!(type_name(MOOD), "pg_catalog.\"#1073758208\"");
    assert_eq!(numbered_type("#1073758208"), Some(MOOD));
    assert_eq!((numbered_type("#23"), numbered_type("mood")), (None, None));
    assert_eq!(numbered_function(Oid(16400)), "pg_catalog.\"#f16400\"");
    assert_eq!((function_of_number("#f16400"), numbered_type("#f16400")), (Some(Oid(16400)), None));
    assert_eq!((function_of_number("#16400"), function_of_number("f1")), (None, None));
    let text = format!(
        "{} is not {} nor {}",
        type_name(MOOD),
        type_name(PAIR.array_of().expect("array")),
        numbered(Oid(0x4000_0001))
    );
    assert_eq!(name_types(&text, &Types), "mood is not \"S\".pair[] nor ???");
    assert!(matches!(name_types("'a'::text", &Types), Cow::Borrowed(_)));
    let error =
        SqlError::new(SqlState::UndefinedObject, type_name(MOOD)).detail(type_name(PAIR)).with_type_names(&Types);
    assert_eq!((error.message(), error.fields().detail.as_deref()), ("mood", Some("\"S\".pair")));
}
