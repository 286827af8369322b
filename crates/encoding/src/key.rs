//! Order-preserving bytes of a value.
//!
//! ```text
//! column  = marker value
//! marker  = 01 NULL sorted first | 10 a value | FE NULL sorted last
//! value   = bytes by type, all inverted for a descending column
//! ```
//!
//! | type | bytes |
//! |---|---|
//! | bool, "char", oid | as they are, big-endian |
//! | integers, dates, times, money, enums | big-endian with the sign bit flipped |
//! | floats | IEEE bits, made monotonic; `-0` is `0`; every NaN is one NaN, above infinity |
//! | numeric | [`gavel_types::Numeric::to_ordered_bytes`] |
//! | text, bytea | the bytes, `00` written as `00 FF`, then `00 01`; `bpchar` without trailing spaces |
//! | interval | its comparison value, 16 bytes |
//! | timetz | the instant in UTC, then the zone |
//! | uuid, macaddr, macaddr8 | their bytes |
//! | inet, cidr | [`gavel_types::Inet::to_ordered_bytes`] |
//! | point (which has no order in SQL) | x, then y, as floats |
//! | tsvector, tsquery | [`gavel_types::TsVector::to_ordered_bytes`], [`gavel_types::TsQuery::to_ordered_bytes`] |
//! | jsonb | [`crate::jsonb_order`] |
//! | arrays, records | the elements as ascending columns, `01`; for arrays then dimensions |
//!
//! Invariants, held by the tests:
//! 1. comparing bytes compares values as PostgreSQL's default operator class does (C collation);
//! 2. values that SQL holds equal have equal bytes;
//! 3. no encoding is a prefix of another of the same type, so columns can follow one another, and
//!    all keys with given leading columns are one range.

use gavel_types::{ArrayValue, Datum, Oid, PgType};

use crate::jsonb_order;

/// How a column of a key is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyOrder {
    pub desc: bool,
    pub nulls_first: bool,
}

impl KeyOrder {
    /// `ASC NULLS LAST`, PostgreSQL's default.
    pub const ASC: Self = Self { desc: false, nulls_first: false };
    /// `DESC NULLS FIRST`, PostgreSQL's default for `DESC`.
    pub const DESC: Self = Self { desc: true, nulls_first: true };
}

const NULL_FIRST: u8 = 0x01;
pub(crate) const VALUE: u8 = 0x10;
const NULL_LAST: u8 = 0xFE;
/// Ends a sequence of elements; below every marker that could follow instead.
const END: u8 = 0x01;

/// Longest key that the store takes. Whoever builds keys from what a client sent refuses longer
/// ones (54000).
pub const MAX_KEY_LEN: usize = 65_000;

/// Appends `value`, of type `ty`, as one column of a key. NULL is fine.
///
/// A `jsonb` whose text is not JSON sorts as a string: it cannot come from the type's own input.
pub fn encode_key(out: &mut Vec<u8>, value: &Datum, ty: PgType, order: KeyOrder) {
    if value.is_null() {
        out.push(if order.nulls_first { NULL_FIRST } else { NULL_LAST });
        return;
    }
    out.push(VALUE);
    let start = out.len();
    encode_value(out, value, ty.oid);
    if order.desc {
        out[start..].iter_mut().for_each(|b| *b = !*b);
    }
}

/// First byte of every non-null column: what bounds a range that must leave NULLs out.
pub(crate) const fn value_marker() -> u8 {
    VALUE
}

fn encode_value(out: &mut Vec<u8>, value: &Datum, ty: Oid) {
    match value {
        Datum::Null => {}
        Datum::Bool(b) => out.push(u8::from(*b)),
        Datum::Int2(v) => integer(out, i64::from(*v), ty, Oid::INT2),
        Datum::Int4(v) => integer(out, i64::from(*v), ty, Oid::INT4),
        Datum::Int8(v) => integer(out, *v, ty, Oid::INT8),
        Datum::Float4(v) if ty == Oid::FLOAT8 => float8(out, f64::from(*v)),
        Datum::Float4(v) => float4(out, *v),
        Datum::Float8(v) => float8(out, *v),
        Datum::Numeric(n) => n.to_ordered_bytes(out),
        Datum::Text(s) if ty == Oid::BPCHAR => escaped(out, s.trim_end_matches(' ').as_bytes()),
        Datum::Text(s) => escaped(out, s.as_bytes()),
        Datum::Bytea(b) => escaped(out, b),
        Datum::Date(d) => out.extend_from_slice(&flip32(*d)),
        Datum::Time(t) | Datum::Timestamp(t) | Datum::TimestampTz(t) | Datum::Enum(t) => {
            out.extend_from_slice(&flip64(*t))
        }
        Datum::TimeTz(micros, zone) => {
            out.extend_from_slice(&flip64(micros.saturating_add(i64::from(*zone) * 1_000_000)));
            out.extend_from_slice(&flip32(*zone));
        }
        Datum::Interval(i) => {
            out.extend_from_slice(&((i.comparison_value() as u128) ^ (1 << 127)).to_be_bytes());
        }
        Datum::Uuid(u) => out.extend_from_slice(u),
        Datum::Inet(v) => v.to_ordered_bytes(out),
        Datum::MacAddr(v) => out.extend_from_slice(v),
        Datum::MacAddr8(v) => out.extend_from_slice(v),
        Datum::Point(v) => {
            float8(out, v.x);
            float8(out, v.y);
        }
        Datum::TsVector(v) => v.to_ordered_bytes(out),
        Datum::TsQuery(v) => v.to_ordered_bytes(out),
        Datum::Jsonb(text) => jsonb_order::encode(out, text),
        Datum::Oid(v) => out.extend_from_slice(&v.to_be_bytes()),
        Datum::Char(c) => out.push(*c),
        Datum::Array(array) => encode_array(out, array),
        Datum::Record(fields) => {
            for (oid, field) in fields.iter() {
                encode_key(out, field, PgType::new(*oid), KeyOrder::ASC);
            }
            out.push(END);
        }
    }
}

/// Elements first, then how many, then dimensions and lower bounds, as `array_cmp` compares.
fn encode_array(out: &mut Vec<u8>, array: &ArrayValue) {
    for element in &array.values {
        encode_key(out, element, PgType::new(array.element), KeyOrder::ASC);
    }
    out.push(END);
    out.push(u8::try_from(array.dims.len()).unwrap_or(u8::MAX));
    for (length, _) in &array.dims {
        out.extend_from_slice(&flip32(*length));
    }
    for (_, lower) in &array.dims {
        out.extend_from_slice(&flip32(*lower));
    }
}

/// An integer in the width of the declared type, so that a narrower value in a wider column finds
/// its place; in its own width where the type does not say.
fn integer(out: &mut Vec<u8>, v: i64, declared: Oid, own: Oid) {
    let width = if matches!(declared, Oid::INT2 | Oid::INT4 | Oid::INT8) { declared } else { own };
    match (width, i16::try_from(v), i32::try_from(v)) {
        (Oid::INT2, Ok(v), _) => out.extend_from_slice(&(v as u16 ^ (1 << 15)).to_be_bytes()),
        (Oid::INT4, _, Ok(v)) => out.extend_from_slice(&flip32(v)),
        _ => out.extend_from_slice(&flip64(v)),
    }
}

fn flip32(v: i32) -> [u8; 4] {
    (v as u32 ^ (1 << 31)).to_be_bytes()
}

fn flip64(v: i64) -> [u8; 8] {
    (v as u64 ^ (1 << 63)).to_be_bytes()
}

fn float4(out: &mut Vec<u8>, v: f32) {
    let v = if v.is_nan() {
        f32::NAN.abs()
    } else if v == 0.0 {
        0.0
    } else {
        v
    };
    let bits = v.to_bits();
    let mask = if bits >> 31 == 1 { u32::MAX } else { 1 << 31 };
    out.extend_from_slice(&(bits ^ mask).to_be_bytes());
}

fn float8(out: &mut Vec<u8>, v: f64) {
    let v = if v.is_nan() {
        f64::NAN.abs()
    } else if v == 0.0 {
        0.0
    } else {
        v
    };
    let bits = v.to_bits();
    let mask = if bits >> 63 == 1 { u64::MAX } else { 1 << 63 };
    out.extend_from_slice(&(bits ^ mask).to_be_bytes());
}

/// `00` becomes `00 FF`; the end is `00 01`. Two bytes, since a lone `00` at the end would make
/// `"a"` a prefix of `"a\0b"`.
pub(crate) fn escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.contains(&0) {
        for b in bytes {
            out.push(*b);
            if *b == 0 {
                out.push(0xFF);
            }
        }
    } else {
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(&[0x00, 0x01]);
}

#[cfg(test)]
mod key_test;
