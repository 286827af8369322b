//! SQL comparison of values, and sort keys: bytes whose order is the SQL order.
//!
//! Both follow PostgreSQL's default btree operator classes in the C collation: NaN is above all other
//! floats and equal to itself, `-0` equals `0`, `bpchar` ignores trailing spaces, intervals compare as
//! 30-day months, `jsonb` by manual §8.14.4, arrays and records element by element with NULLs last.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BinaryBuilder};
use gavel_encoding::key::{KeyOrder, encode_key};
use gavel_types::{ArrayValue, Datum, Oid, PgType, SqlResult};

use crate::physical::datum_at;

/// Orders two values of type `ty` as PostgreSQL's default btree operator class does. NULLs sort last.
/// Integers of different widths compare by value, as the cross-type operators do.
pub fn compare(a: &Datum, b: &Datum, ty: PgType) -> Ordering {
    match (a, b) {
        (Datum::Null, Datum::Null) => Ordering::Equal,
        (Datum::Null, _) => Ordering::Greater,
        (_, Datum::Null) => Ordering::Less,
        (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
        (Datum::Int2(a), Datum::Int2(b)) => a.cmp(b),
        (Datum::Int4(a), Datum::Int4(b)) | (Datum::Date(a), Datum::Date(b)) => a.cmp(b),
        (Datum::Int8(a), Datum::Int8(b))
        | (Datum::Time(a), Datum::Time(b))
        | (Datum::Timestamp(a), Datum::Timestamp(b))
        | (Datum::TimestampTz(a), Datum::TimestampTz(b))
        | (Datum::Enum(a), Datum::Enum(b)) => a.cmp(b),
        (Datum::Float4(a), Datum::Float4(b)) => compare_f64(f64::from(*a), f64::from(*b)),
        (Datum::Float8(a), Datum::Float8(b)) => compare_f64(*a, *b),
        (Datum::Numeric(a), Datum::Numeric(b)) => a.cmp_sql(b),
        (Datum::Text(a), Datum::Text(b)) => compare_text(a, b, ty),
        (Datum::Bytea(a), Datum::Bytea(b)) => a.cmp(b),
        (Datum::TimeTz(a, za), Datum::TimeTz(b, zb)) => {
            let utc = |t: i64, z: i32| t.saturating_add(i64::from(z) * 1_000_000);
            utc(*a, *za).cmp(&utc(*b, *zb)).then(za.cmp(zb))
        }
        (Datum::Interval(a), Datum::Interval(b)) => a.comparison_value().cmp(&b.comparison_value()),
        (Datum::Uuid(a), Datum::Uuid(b)) => a.cmp(b),
        (Datum::Inet(a), Datum::Inet(b)) => a.cmp(b),
        (Datum::MacAddr(a), Datum::MacAddr(b)) => a.cmp(b),
        (Datum::MacAddr8(a), Datum::MacAddr8(b)) => a.cmp(b),
        (Datum::Oid(a), Datum::Oid(b)) => a.cmp(b),
        (Datum::Char(a), Datum::Char(b)) => a.cmp(b),
        (Datum::Array(a), Datum::Array(b)) => compare_arrays(a, b),
        (Datum::Record(a), Datum::Record(b)) => {
            for ((oid, a), (_, b)) in a.iter().zip(b.iter()) {
                let order = compare(a, b, PgType::new(*oid));
                if order != Ordering::Equal {
                    return order;
                }
            }
            a.len().cmp(&b.len())
        }
        (Datum::Jsonb(a), Datum::Jsonb(b)) if a == b => Ordering::Equal,
        _ => match (integer(a), integer(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => sort_key(a, ty).cmp(&sort_key(b, ty)),
        },
    }
}

/// Floats as PostgreSQL orders them.
pub fn compare_f64(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Text by its bytes; `bpchar` without trailing spaces.
pub fn compare_text(a: &str, b: &str, ty: PgType) -> Ordering {
    if ty.oid == Oid::BPCHAR {
        a.trim_end_matches(' ').as_bytes().cmp(b.trim_end_matches(' ').as_bytes())
    } else {
        a.as_bytes().cmp(b.as_bytes())
    }
}

fn integer(d: &Datum) -> Option<i64> {
    match d {
        Datum::Int2(v) => Some(i64::from(*v)),
        Datum::Int4(v) => Some(i64::from(*v)),
        Datum::Int8(v) => Some(*v),
        _ => None,
    }
}

/// Elements first, then how many, then dimensions, as `array_cmp`.
fn compare_arrays(a: &ArrayValue, b: &ArrayValue) -> Ordering {
    let ty = PgType::new(a.element);
    for (a, b) in a.values.iter().zip(&b.values) {
        let order = compare(a, b, ty);
        if order != Ordering::Equal {
            return order;
        }
    }
    a.values
        .len()
        .cmp(&b.values.len())
        .then_with(|| a.dims.len().cmp(&b.dims.len()))
        .then_with(|| a.dims.iter().map(|d| d.0).cmp(b.dims.iter().map(|d| d.0)))
        .then_with(|| a.dims.iter().map(|d| d.1).cmp(b.dims.iter().map(|d| d.1)))
}

/// Whether Arrow's own order or equality of `physical_type(ty)` is not PostgreSQL's, so that sorting,
/// grouping, joining and DISTINCT must go through [`sort_key_array`].
pub fn needs_sort_key(ty: PgType) -> bool {
    !matches!(
        ty.oid,
        Oid::BOOL
            | Oid::INT2
            | Oid::INT4
            | Oid::INT8
            | Oid::DATE
            | Oid::TIME
            | Oid::TIMESTAMP
            | Oid::TIMESTAMPTZ
            | Oid::PG_LSN
            | Oid::MONEY
            | Oid::XID8
            | Oid::TEXT
            | Oid::VARCHAR
            | Oid::NAME
            | Oid::UNKNOWN
            | Oid::CSTRING
            | Oid::CHAR
            | Oid::OID
            | Oid::XID
            | Oid::CID
            | Oid::REGPROC
            | Oid::REGPROCEDURE
            | Oid::REGOPER
            | Oid::REGOPERATOR
            | Oid::REGCLASS
            | Oid::REGTYPE
            | Oid::REGNAMESPACE
            | Oid::REGROLE
            | Oid::REGCOLLATION
            | Oid::REGCONFIG
            | Oid::REGDICTIONARY
            | Oid::UUID
            | Oid::BYTEA
            // Their bytes are ordered.
            | Oid::INET
            | Oid::CIDR
            | Oid::MACADDR
            | Oid::MACADDR8
            | Oid::VOID
    ) && !ty.oid.is_enum()
}

/// Bytes whose order is the order of values of `ty`, and which are equal where SQL holds the values
/// equal. NULL sorts last.
pub fn sort_key(value: &Datum, ty: PgType) -> Vec<u8> {
    let mut out = Vec::with_capacity(16);
    encode_key(&mut out, value, ty, KeyOrder::ASC);
    out
}

/// [`sort_key`] of every slot, as `Binary`; NULL stays NULL, so that NULLS FIRST can be asked for.
///
/// # Errors
/// XX000 if the array is not of `physical_type(ty)`.
pub fn sort_key_array(array: &ArrayRef, ty: PgType) -> SqlResult<ArrayRef> {
    let mut builder = BinaryBuilder::with_capacity(array.len(), 16 * array.len());
    let mut buffer = Vec::with_capacity(64);
    for row in 0..array.len() {
        let value = datum_at(array, row, ty)?;
        if value.is_null() {
            builder.append_null();
        } else {
            buffer.clear();
            encode_key(&mut buffer, &value, ty, KeyOrder::ASC);
            builder.append_value(&buffer);
        }
    }
    Ok(Arc::new(builder.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::Interval;

    #[test]
    fn order_and_sort_keys_agree() {
        let day = |days, micros| Datum::Interval(Interval { months: 0, days, micros });
        let cases = [
            (PgType::FLOAT8, vec![Datum::Float8(f64::NEG_INFINITY), Datum::Float8(0.0), Datum::Float8(f64::NAN)]),
            (PgType::INTERVAL, vec![day(0, 1), day(1, 0), day(1, 1)]),
            (PgType::BPCHAR, vec![Datum::text("a"), Datum::text("a b"), Datum::text("b")]),
            (PgType::JSONB, vec![Datum::Jsonb("null".into()), Datum::Jsonb("\"z\"".into()), Datum::Jsonb("1".into())]),
        ];
        for (ty, values) in cases {
            for (i, a) in values.iter().enumerate() {
                for (j, b) in values.iter().enumerate() {
                    assert_eq!(compare(a, b, ty), i.cmp(&j), "{a:?} {b:?}");
                    assert_eq!(sort_key(a, ty).cmp(&sort_key(b, ty)), i.cmp(&j), "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn equal_in_sql_though_not_in_bytes() {
        let day = Datum::Interval(Interval { months: 0, days: 1, micros: 0 });
        let hours = Datum::Interval(Interval { months: 0, days: 0, micros: 86_400_000_000 });
        assert_eq!(compare(&day, &hours, PgType::INTERVAL), Ordering::Equal);
        assert_eq!(compare(&Datum::Float8(-0.0), &Datum::Float8(0.0), PgType::FLOAT8), Ordering::Equal);
        assert_eq!(compare(&Datum::text("a "), &Datum::text("a"), PgType::BPCHAR), Ordering::Equal);
        assert_eq!(compare(&Datum::text("a "), &Datum::text("a"), PgType::TEXT), Ordering::Greater);
        assert_eq!(compare(&Datum::Int2(3), &Datum::Int8(4), PgType::INT8), Ordering::Less);
    }
}
