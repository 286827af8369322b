use super::*;

fn n(text: &str) -> Numeric {
    Numeric::parse(text).expect(text)
}

/// What PostgreSQL 15 answers.
#[test]
fn arithmetic_keeps_postgresqls_scales() {
    let cases: &[(&str, SqlResult<Numeric>)] = &[
        ("0.33333333333333333333", n("1").div(&n("3.0"))),
        ("3.3333333333333333", n("10").div(&n("3"))),
        ("0.000100000000000000000000", n("1").div(&n("10000"))),
        ("33333.333333333333", n("100000").div(&n("3"))),
        ("0.66666666666666666667", n("2").div(&n("3"))),
        ("-0.66666666666666666667", n("-2").div(&n("3"))),
        ("1.230", n("1.23").mul(&n("1.0"))),
        ("2.230", n("1.23").add(&n("1.000"))),
        ("0.1", n("5.5").rem(&n("1.8"))),
        ("-1.5", n("-5.5").rem(&n("2"))),
        ("1.414213562373095", n("2").sqrt()),
        ("2.7182818284590452", n("1").exp()),
        ("0.6931471805599453", n("2").ln()),
        ("3.0000000000000000", n("1000").log(&n("10"))),
        ("15.6250000000000000", n("2.5").pow(&n("3"))),
        ("1.4142135623730950", n("2").pow(&n("0.5"))),
        ("0.1250000000000000", n("2").pow(&n("-3"))),
        ("2432902008176640000", Numeric::factorial(20)),
        ("NaN", n("Infinity").sub(&n("Infinity"))),
        ("-Infinity", n("Infinity").mul(&n("-2"))),
        ("0", n("2").div(&n("Infinity"))),
    ];
    for (expected, got) in cases {
        assert_eq!(got.as_ref().map(ToString::to_string).as_deref(), Ok(*expected));
    }
}

#[test]
fn text_forms_round_trip() {
    for (input, output) in [
        ("1", "1"),
        (" -1.50 ", "-1.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1.5e-3", "0.0015"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("nan", "NaN"),
        ("-inf", "-Infinity"),
        ("+Infinity", "Infinity"),
        ("170141183460469231731687303715884105728", "170141183460469231731687303715884105728"),
        ("123456789012345678901234567890123456789012.50", "123456789012345678901234567890123456789012.50"),
    ] {
        assert_eq!(n(input).to_string(), output);
    }
    for bad in ["", " ", "-", ".", "1e", "1e+", "1.2.3", "0x10", "1 2", "--1", "-nan", "infinit"] {
        assert_eq!(Numeric::parse(bad).map_err(|e| e.code()), Err(SqlState::InvalidTextRepresentation), "{bad:?}");
    }
    assert_eq!(Numeric::parse("1e200000").map_err(|e| e.code()), Err(SqlState::NumericValueOutOfRange));
    assert_eq!(Numeric::parse("1e99999999999").map_err(|e| e.code()), Err(SqlState::NumericValueOutOfRange));
}

#[test]
fn typmod_rounds_and_refuses() {
    let typmod = |p: i32, s: i32| ((p << 16) | (s & 0x7ff)) + 4;
    assert_eq!(n("1.005").with_typmod(typmod(5, 2)).map(|v| v.to_string()).as_deref(), Ok("1.01"));
    assert_eq!(n("1").with_typmod(typmod(5, 2)).map(|v| v.to_string()).as_deref(), Ok("1.00"));
    assert_eq!(n("12345").with_typmod(typmod(3, -2)).map(|v| v.to_string()).as_deref(), Ok("12300"));
    let e = n("999.995").with_typmod(typmod(5, 2)).expect_err("overflow");
    assert_eq!(e.message(), "numeric field overflow");
    assert_eq!(
        e.fields().detail.as_deref(),
        Some("A field with precision 5, scale 2 must round to an absolute value less than 10^3.")
    );
}

#[test]
fn rounding_and_conversion() {
    assert_eq!(n("2.5").round(0).to_string(), "3");
    assert_eq!(n("-2.5").round(0).to_string(), "-3");
    assert_eq!(n("1234.5").round(-2).to_string(), "1200");
    assert_eq!(n("1.5").round(3).to_string(), "1.500");
    assert_eq!(n("-1.99").trunc(1).to_string(), "-1.9");
    assert_eq!(n("1.2").ceil().to_string(), "2");
    assert_eq!(n("-1.2").ceil().to_string(), "-1");
    assert_eq!(n("-1.2").floor().to_string(), "-2");
    assert_eq!(n("1.500").trim_scale().to_string(), "1.5");
    assert_eq!(n("0.00").trim_scale().to_string(), "0");
    assert_eq!(n("0.5").to_i64(), Some(1));
    assert_eq!(n("9223372036854775807.5").to_i64(), None);
    assert_eq!(Numeric::from_f64(0.1).map(|v| v.to_string()).as_deref(), Ok("0.1"));
    assert_eq!(Numeric::from_f64(1e20).map(|v| v.to_string()).as_deref(), Ok("100000000000000000000"));
    assert_eq!(Numeric::from_f32(0.1).map(|v| v.to_string()).as_deref(), Ok("0.1"));
    assert_eq!(n("0.1").to_f64(), 0.1);
    assert_eq!(n("1e400").to_f64(), f64::INFINITY);
}

#[test]
fn order_ignores_display_scale() {
    assert_eq!(n("1.0").cmp_sql(&n("1.000")), Ordering::Equal);
    assert_eq!(n("1e-20").cmp_sql(&n("1e38")), Ordering::Less);
    assert_eq!(n("NaN").cmp_sql(&n("Infinity")), Ordering::Greater);
    assert_eq!(n("NaN").cmp_sql(&n("NaN")), Ordering::Equal);
    assert_eq!(n("-1e60").cmp_sql(&n("-Infinity")), Ordering::Greater);
}
