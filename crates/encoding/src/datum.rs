//! A value that describes itself: a tag, then the value. For arrays, records and types without an
//! Arrow form of their own, in rows and in Arrow `Binary` columns. Not ordered.
//!
//! ```text
//! datum  = tag payload
//! text   = length (LEB128) bytes            also bytea, jsonb, numeric, inet, tsvector, tsquery
//! array  = element oid, ndims u8, (length i32, lower i32)*, count (LEB128), datum*
//! record = count (LEB128), (oid u32, datum)*
//! ```
//! Integers are little-endian. Tags are never reused; a new form of a value is a new tag.

use std::sync::Arc;

use bytes::Bytes;
use gavel_types::{ArrayValue, Datum, Inet, Numeric, Oid, TsQuery, TsVector};

use crate::value::{interval_bytes, interval_from_bytes, point_bytes, point_from_bytes};
use crate::{Error, Result};

const NULL: u8 = 0;
const BOOL: u8 = 1;
const INT2: u8 = 2;
const INT4: u8 = 3;
const INT8: u8 = 4;
const FLOAT4: u8 = 5;
const FLOAT8: u8 = 6;
const NUMERIC: u8 = 7;
const TEXT: u8 = 8;
const BYTEA: u8 = 9;
const DATE: u8 = 10;
const TIME: u8 = 11;
const TIMETZ: u8 = 12;
const TIMESTAMP: u8 = 13;
const TIMESTAMPTZ: u8 = 14;
const INTERVAL: u8 = 15;
const UUID: u8 = 16;
const JSONB: u8 = 17;
const OID: u8 = 18;
const CHAR: u8 = 19;
const ARRAY: u8 = 20;
const RECORD: u8 = 21;
const ENUM: u8 = 22;
const INET: u8 = 23;
const MACADDR: u8 = 24;
const MACADDR8: u8 = 25;
const POINT: u8 = 26;
const TSVECTOR: u8 = 32;
const TSQUERY: u8 = 33;

/// How deeply arrays and records may nest.
pub const MAX_DEPTH: usize = 64;
/// PostgreSQL's limit of array dimensions.
const MAX_DIMS: usize = 6;

/// What a value is, for messages.
pub(crate) fn kind(value: &Datum) -> &'static str {
    match value {
        Datum::Null => "null",
        Datum::Bool(_) => "bool",
        Datum::Int2(_) => "int2",
        Datum::Int4(_) => "int4",
        Datum::Int8(_) => "int8",
        Datum::Float4(_) => "float4",
        Datum::Float8(_) => "float8",
        Datum::Numeric(_) => "numeric",
        Datum::Text(_) => "text",
        Datum::Bytea(_) => "bytea",
        Datum::Date(_) => "date",
        Datum::Time(_) => "time",
        Datum::TimeTz(..) => "timetz",
        Datum::Timestamp(_) => "timestamp",
        Datum::TimestampTz(_) => "timestamptz",
        Datum::Interval(_) => "interval",
        Datum::Uuid(_) => "uuid",
        Datum::Inet(_) => "inet",
        Datum::MacAddr(_) => "macaddr",
        Datum::MacAddr8(_) => "macaddr8",
        Datum::Point(_) => "point",
        Datum::TsVector(_) => "tsvector",
        Datum::TsQuery(_) => "tsquery",
        Datum::Jsonb(_) => "jsonb",
        Datum::Oid(_) => "oid",
        Datum::Char(_) => "char",
        Datum::Enum(_) => "enum",
        Datum::Array(_) => "array",
        Datum::Record(_) => "record",
    }
}

/// Appends `value`; NULL is fine.
///
/// # Errors
/// [`Error::TooLarge`] if it nests more than [`MAX_DEPTH`] deep or has too many dimensions.
pub fn encode(out: &mut Vec<u8>, value: &Datum) -> Result<()> {
    encode_at(out, value, 0)
}

/// [`encode`] into a new buffer.
///
/// # Errors
/// As [`encode`].
pub fn to_bytes(value: &Datum) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    encode(&mut out, value)?;
    Ok(out)
}

fn encode_at(out: &mut Vec<u8>, value: &Datum, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::TooLarge("nesting"));
    }
    fn tagged<const N: usize>(out: &mut Vec<u8>, tag: u8, bytes: [u8; N]) {
        out.push(tag);
        out.extend_from_slice(&bytes);
    }
    match value {
        Datum::Null => out.push(NULL),
        Datum::Bool(b) => tagged(out, BOOL, [u8::from(*b)]),
        Datum::Int2(v) => tagged(out, INT2, v.to_le_bytes()),
        Datum::Int4(v) => tagged(out, INT4, v.to_le_bytes()),
        Datum::Int8(v) => tagged(out, INT8, v.to_le_bytes()),
        Datum::Float4(v) => tagged(out, FLOAT4, v.to_le_bytes()),
        Datum::Float8(v) => tagged(out, FLOAT8, v.to_le_bytes()),
        Datum::Numeric(n) => {
            let mut bytes = Vec::new();
            n.to_arrow_bytes(&mut bytes);
            sized(out, NUMERIC, &bytes);
        }
        Datum::Text(s) => sized(out, TEXT, s.as_bytes()),
        Datum::Bytea(b) => sized(out, BYTEA, b),
        Datum::Date(v) => tagged(out, DATE, v.to_le_bytes()),
        Datum::Time(v) => tagged(out, TIME, v.to_le_bytes()),
        Datum::TimeTz(v, zone) => {
            tagged(out, TIMETZ, v.to_le_bytes());
            out.extend_from_slice(&zone.to_le_bytes());
        }
        Datum::Timestamp(v) => tagged(out, TIMESTAMP, v.to_le_bytes()),
        Datum::TimestampTz(v) => tagged(out, TIMESTAMPTZ, v.to_le_bytes()),
        Datum::Interval(i) => tagged(out, INTERVAL, interval_bytes(*i)),
        Datum::Uuid(u) => tagged(out, UUID, *u),
        Datum::Inet(v) => {
            let mut bytes = Vec::new();
            v.to_ordered_bytes(&mut bytes);
            sized(out, INET, &bytes);
        }
        Datum::MacAddr(v) => tagged(out, MACADDR, *v),
        Datum::MacAddr8(v) => tagged(out, MACADDR8, *v),
        Datum::Point(v) => tagged(out, POINT, point_bytes(*v)),
        Datum::TsVector(v) => {
            let mut bytes = Vec::new();
            v.to_bytes(&mut bytes);
            sized(out, TSVECTOR, &bytes);
        }
        Datum::TsQuery(v) => {
            let mut bytes = Vec::new();
            v.to_bytes(&mut bytes);
            sized(out, TSQUERY, &bytes);
        }
        Datum::Jsonb(s) => sized(out, JSONB, s.as_bytes()),
        Datum::Oid(v) => tagged(out, OID, v.to_le_bytes()),
        Datum::Char(c) => tagged(out, CHAR, [*c]),
        Datum::Enum(v) => tagged(out, ENUM, v.to_le_bytes()),
        Datum::Array(a) => {
            if a.dims.len() > MAX_DIMS {
                return Err(Error::TooLarge("number of array dimensions"));
            }
            tagged(out, ARRAY, a.element.0.to_le_bytes());
            out.push(a.dims.len() as u8);
            for (length, lower) in &a.dims {
                out.extend_from_slice(&length.to_le_bytes());
                out.extend_from_slice(&lower.to_le_bytes());
            }
            leb128(out, a.values.len() as u64);
            for v in &a.values {
                encode_at(out, v, depth + 1)?;
            }
        }
        Datum::Record(fields) => {
            out.push(RECORD);
            leb128(out, fields.len() as u64);
            for (oid, v) in fields.iter() {
                out.extend_from_slice(&oid.0.to_le_bytes());
                encode_at(out, v, depth + 1)?;
            }
        }
    }
    Ok(())
}

fn sized(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    leb128(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn leb128(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// Reads the value that is all of `bytes`.
///
/// # Errors
/// [`Error::Malformed`] on anything else.
pub fn decode(bytes: &[u8]) -> Result<Datum> {
    let mut reader = Reader { rest: bytes };
    let value = reader.datum(0)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(Error::Malformed("bytes after a value")) }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n).ok_or(Error::Malformed("value: cut short"))?;
        self.rest = rest;
        Ok(head)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(Error::Malformed("value: cut short"))?;
        self.rest = rest;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.fixed::<1>()?[0])
    }

    fn leb128(&mut self) -> Result<usize> {
        let mut v = 0u64;
        for shift in (0..35).step_by(7) {
            let b = self.byte()?;
            v |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return usize::try_from(v).map_err(|_| Error::Malformed("length"));
            }
        }
        Err(Error::Malformed("length"))
    }

    fn sized(&mut self) -> Result<&'a [u8]> {
        let n = self.leb128()?;
        self.take(n)
    }

    fn text(&mut self) -> Result<Arc<str>> {
        Ok(crate::value::decode_text(self.sized()?)?.into())
    }

    /// How many elements follow; each takes at least `least` bytes, so that a damaged count cannot
    /// ask for more memory than the input is long.
    fn count(&mut self, least: usize) -> Result<usize> {
        let n = self.leb128()?;
        if n.saturating_mul(least) > self.rest.len() { Err(Error::Malformed("count")) } else { Ok(n) }
    }

    fn datum(&mut self, depth: usize) -> Result<Datum> {
        if depth > MAX_DEPTH {
            return Err(Error::TooLarge("nesting"));
        }
        Ok(match self.byte()? {
            NULL => Datum::Null,
            BOOL => Datum::Bool(crate::value::decode_bool(self.take(1)?)?),
            INT2 => Datum::Int2(i16::from_le_bytes(self.fixed()?)),
            INT4 => Datum::Int4(i32::from_le_bytes(self.fixed()?)),
            INT8 => Datum::Int8(i64::from_le_bytes(self.fixed()?)),
            FLOAT4 => Datum::Float4(f32::from_le_bytes(self.fixed()?)),
            FLOAT8 => Datum::Float8(f64::from_le_bytes(self.fixed()?)),
            NUMERIC => Datum::Numeric(Numeric::from_arrow_bytes(self.sized()?).ok_or(Error::Malformed("numeric"))?),
            TEXT => Datum::Text(self.text()?),
            BYTEA => Datum::Bytea(Bytes::copy_from_slice(self.sized()?)),
            DATE => Datum::Date(i32::from_le_bytes(self.fixed()?)),
            TIME => Datum::Time(i64::from_le_bytes(self.fixed()?)),
            TIMETZ => Datum::TimeTz(i64::from_le_bytes(self.fixed()?), i32::from_le_bytes(self.fixed()?)),
            TIMESTAMP => Datum::Timestamp(i64::from_le_bytes(self.fixed()?)),
            TIMESTAMPTZ => Datum::TimestampTz(i64::from_le_bytes(self.fixed()?)),
            INTERVAL => Datum::Interval(interval_from_bytes(self.take(16)?).ok_or(Error::Malformed("interval"))?),
            UUID => Datum::Uuid(self.fixed()?),
            INET => Datum::Inet(Inet::from_ordered_bytes(self.sized()?).ok_or(Error::Malformed("inet"))?),
            MACADDR => Datum::MacAddr(self.fixed()?),
            MACADDR8 => Datum::MacAddr8(self.fixed()?),
            POINT => Datum::Point(point_from_bytes(self.take(16)?).ok_or(Error::Malformed("point"))?),
            TSVECTOR => Datum::TsVector(TsVector::from_bytes(self.sized()?).ok_or(Error::Malformed("tsvector"))?),
            TSQUERY => Datum::TsQuery(TsQuery::from_bytes(self.sized()?).ok_or(Error::Malformed("tsquery"))?),
            JSONB => Datum::Jsonb(self.text()?),
            OID => Datum::Oid(u32::from_le_bytes(self.fixed()?)),
            CHAR => Datum::Char(self.byte()?),
            ENUM => Datum::Enum(i64::from_le_bytes(self.fixed()?)),
            ARRAY => self.array(depth)?,
            RECORD => {
                let n = self.count(5)?;
                let fields = (0..n)
                    .map(|_| Ok((Oid(u32::from_le_bytes(self.fixed()?)), self.datum(depth + 1)?)))
                    .collect::<Result<Vec<_>>>()?;
                Datum::Record(fields.into())
            }
            _ => return Err(Error::Malformed("tag of a value")),
        })
    }

    fn array(&mut self, depth: usize) -> Result<Datum> {
        let element = Oid(u32::from_le_bytes(self.fixed()?));
        let ndims = usize::from(self.byte()?);
        if ndims > MAX_DIMS {
            return Err(Error::Malformed("array dimensions"));
        }
        let dims = (0..ndims)
            .map(|_| Ok((i32::from_le_bytes(self.fixed()?), i32::from_le_bytes(self.fixed()?))))
            .collect::<Result<Vec<_>>>()?;
        let n = self.count(1)?;
        let product =
            dims.iter().try_fold(1usize, |p, (length, _)| usize::try_from(*length).ok().and_then(|l| p.checked_mul(l)));
        if product != Some(n) && !(dims.is_empty() && n == 0) {
            return Err(Error::Malformed("array dimensions"));
        }
        let values = (0..n).map(|_| self.datum(depth + 1)).collect::<Result<Vec<_>>>()?;
        Ok(Datum::Array(Arc::new(ArrayValue { element, dims, values })))
    }
}

#[cfg(test)]
mod datum_test;
