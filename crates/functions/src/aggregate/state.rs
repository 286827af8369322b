//! Exported states: a record of values, so that they describe themselves.

use gavel_types::{ArrayValue, Datum, Oid, SqlError, SqlResult};

/// A state of several values.
pub fn pack(values: Vec<Datum>) -> Datum {
    Datum::Record(values.into_iter().map(|v| (type_of(&v), v)).collect())
}

/// The values of a state.
///
/// # Errors
/// XX000 if it has another shape than [`pack`] made.
pub fn unpack<const N: usize>(state: &Datum) -> SqlResult<[Datum; N]> {
    let Datum::Record(fields) = state else { return Err(foreign()) };
    let values: Vec<Datum> = fields.iter().map(|(_, v)| v.clone()).collect();
    values.try_into().map_err(|_| foreign())
}

/// The values of a state, however many.
///
/// # Errors
/// XX000 if it has another shape.
pub fn unpack_all(state: &Datum) -> SqlResult<Vec<Datum>> {
    match state {
        Datum::Record(fields) => Ok(fields.iter().map(|(_, v)| v.clone()).collect()),
        _ => Err(foreign()),
    }
}

/// XX000 for a state or argument of another type than was promised.
pub fn foreign() -> SqlError {
    SqlError::internal("aggregate state or argument of an unexpected type")
}

/// Rough size of a value in memory, in bytes.
pub fn size_of(value: &Datum) -> usize {
    std::mem::size_of::<Datum>()
        + match value {
            Datum::Text(s) | Datum::Jsonb(s) => s.len(),
            Datum::Bytea(b) => b.len(),
            Datum::TsVector(v) => v.stored_bytes(),
            Datum::TsQuery(v) => v.stored_bytes(),
            Datum::Array(a) => array_size(a),
            Datum::Record(fields) => fields.iter().map(|(_, v)| size_of(v)).sum(),
            _ => 0,
        }
}

fn array_size(array: &ArrayValue) -> usize {
    array.values.iter().map(size_of).sum()
}

fn type_of(value: &Datum) -> Oid {
    match value {
        Datum::Null => Oid::TEXT,
        Datum::Bool(_) => Oid::BOOL,
        Datum::Int2(_) => Oid::INT2,
        Datum::Int4(_) => Oid::INT4,
        Datum::Int8(_) => Oid::INT8,
        Datum::Float4(_) => Oid::FLOAT4,
        Datum::Float8(_) => Oid::FLOAT8,
        Datum::Numeric(_) => Oid::NUMERIC,
        Datum::Text(_) => Oid::TEXT,
        Datum::Bytea(_) => Oid::BYTEA,
        Datum::Date(_) => Oid::DATE,
        Datum::Time(_) => Oid::TIME,
        Datum::TimeTz(..) => Oid::TIMETZ,
        Datum::Timestamp(_) => Oid::TIMESTAMP,
        Datum::TimestampTz(_) => Oid::TIMESTAMPTZ,
        Datum::Interval(_) => Oid::INTERVAL,
        Datum::Uuid(_) => Oid::UUID,
        Datum::Inet(_) => Oid::INET,
        Datum::MacAddr(_) => Oid::MACADDR,
        Datum::MacAddr8(_) => Oid::MACADDR8,
        Datum::Point(_) => Oid::POINT,
        Datum::TsVector(_) => Oid::TSVECTOR,
        Datum::TsQuery(_) => Oid::TSQUERY,
        Datum::Jsonb(_) => Oid::JSONB,
        Datum::Oid(_) => Oid::OID,
        Datum::Char(_) => Oid::CHAR,
        Datum::Enum(_) => Oid::ANYENUM,
        Datum::Array(a) => a.element.array_of().unwrap_or(Oid::ANYARRAY),
        Datum::Record(_) => Oid::RECORD,
    }
}
