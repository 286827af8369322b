//! One value inside a row: the bytes alone, without length or type, since the row knows the one
//! and the reader the other.
//!
//! The forms are those that Arrow columns of the type hold (`gavel_functions::physical_type`), so
//! that a scan copies rather than converts: numbers little-endian, text as UTF-8, `numeric` as
//! ordered bytes and display scale, everything without a form of its own in the [`datum`] codec.

use gavel_types::{Datum, Inet, Interval, Numeric, Oid, PgType, Point, TsQuery, TsVector};

use crate::{Error, Result, datum};

/// How values of a type are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// One byte, 0 or 1.
    Bool,
    Int2,
    /// `int4`, `date`.
    Int4,
    /// `int8`, `time`, `timestamp`, `timestamptz`, `pg_lsn`, `money`, enums.
    Int8,
    Float4,
    Float8,
    /// `"char"`.
    Byte,
    /// `oid` and its kin.
    Oid,
    /// UTF-8 text.
    Text,
    /// `bytea`.
    Bytes,
    Uuid,
    /// `inet` and `cidr`: [`Inet::to_ordered_bytes`].
    Inet,
    /// Six bytes.
    MacAddr,
    /// Eight bytes.
    MacAddr8,
    /// [`point_bytes`].
    Point,
    /// [`TsVector::to_bytes`].
    TsVector,
    /// [`TsQuery::to_bytes`].
    TsQuery,
    /// [`interval_bytes`].
    Interval,
    /// [`Numeric::to_arrow_bytes`].
    Numeric,
    /// [`datum`] codec.
    Tagged,
}

impl Form {
    /// The form of values of `ty`.
    pub fn of(ty: PgType) -> Self {
        match ty.oid {
            Oid::BOOL => Self::Bool,
            Oid::INT2 => Self::Int2,
            Oid::INT4 | Oid::DATE => Self::Int4,
            Oid::INT8 | Oid::TIME | Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::PG_LSN | Oid::MONEY | Oid::XID8 => {
                Self::Int8
            }
            Oid::FLOAT4 => Self::Float4,
            Oid::FLOAT8 => Self::Float8,
            Oid::TEXT
            | Oid::VARCHAR
            | Oid::BPCHAR
            | Oid::NAME
            | Oid::JSON
            | Oid::JSONB
            | Oid::JSONPATH
            | Oid::XML
            | Oid::UNKNOWN
            | Oid::CSTRING
            | Oid::REFCURSOR
            | Oid::PG_NODE_TREE
            | Oid::ACLITEM
            // Its one value is the empty text.
            | Oid::VOID => Self::Text,
            Oid::BYTEA => Self::Bytes,
            Oid::CHAR => Self::Byte,
            Oid::OID
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
            | Oid::REGDICTIONARY => Self::Oid,
            Oid::UUID => Self::Uuid,
            Oid::INET | Oid::CIDR => Self::Inet,
            Oid::MACADDR => Self::MacAddr,
            Oid::MACADDR8 => Self::MacAddr8,
            Oid::POINT => Self::Point,
            Oid::TSVECTOR => Self::TsVector,
            Oid::TSQUERY => Self::TsQuery,
            Oid::INTERVAL => Self::Interval,
            Oid::NUMERIC => Self::Numeric,
            oid if oid.is_enum() => Self::Int8,
            _ => Self::Tagged,
        }
    }
}

/// Sixteen bytes of an interval, in rows and in Arrow columns: microseconds, days, months, each
/// little-endian. Not ordered.
pub fn interval_bytes(i: Interval) -> [u8; 16] {
    let mut out = [0; 16];
    out[..8].copy_from_slice(&i.micros.to_le_bytes());
    out[8..12].copy_from_slice(&i.days.to_le_bytes());
    out[12..].copy_from_slice(&i.months.to_le_bytes());
    out
}

/// Inverse of [`interval_bytes`]; `None` unless there are sixteen bytes.
pub fn interval_from_bytes(bytes: &[u8]) -> Option<Interval> {
    let (micros, rest) = bytes.split_first_chunk::<8>()?;
    let (days, months) = rest.split_first_chunk::<4>()?;
    Some(Interval {
        micros: i64::from_le_bytes(*micros),
        days: i32::from_le_bytes(*days),
        months: i32::from_le_bytes(months.try_into().ok()?),
    })
}

/// Sixteen bytes of a point, in rows and in Arrow columns: x, y, each little-endian. Not ordered.
pub fn point_bytes(point: Point) -> [u8; 16] {
    let mut out = [0; 16];
    out[..8].copy_from_slice(&point.x.to_le_bytes());
    out[8..].copy_from_slice(&point.y.to_le_bytes());
    out
}

/// Inverse of [`point_bytes`]; `None` unless there are sixteen bytes.
pub fn point_from_bytes(bytes: &[u8]) -> Option<Point> {
    let (x, y) = bytes.split_first_chunk::<8>()?;
    Some(Point { x: f64::from_le_bytes(*x), y: f64::from_le_bytes(y.try_into().ok()?) })
}

/// Appends `value`, not NULL, of type `ty`. Integers and floats narrower than the type are widened.
///
/// # Errors
/// [`Error::TypeMismatch`] if the value is not one of `ty`.
pub fn encode(out: &mut Vec<u8>, value: &Datum, ty: PgType) -> Result<()> {
    match (Form::of(ty), value) {
        (Form::Bool, Datum::Bool(b)) => out.push(u8::from(*b)),
        (Form::Int2, Datum::Int2(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Form::Int4, Datum::Int4(v) | Datum::Date(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Form::Int4, Datum::Int2(v)) => out.extend_from_slice(&i32::from(*v).to_le_bytes()),
        (
            Form::Int8,
            Datum::Int8(v) | Datum::Time(v) | Datum::Timestamp(v) | Datum::TimestampTz(v) | Datum::Enum(v),
        ) => out.extend_from_slice(&v.to_le_bytes()),
        (Form::Int8, Datum::Int4(v)) => out.extend_from_slice(&i64::from(*v).to_le_bytes()),
        (Form::Int8, Datum::Int2(v)) => out.extend_from_slice(&i64::from(*v).to_le_bytes()),
        (Form::Float4, Datum::Float4(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Form::Float8, Datum::Float8(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Form::Float8, Datum::Float4(v)) => out.extend_from_slice(&f64::from(*v).to_le_bytes()),
        (Form::Byte, Datum::Char(c)) => out.push(*c),
        (Form::Oid, Datum::Oid(v)) => out.extend_from_slice(&v.to_le_bytes()),
        (Form::Text, Datum::Text(s) | Datum::Jsonb(s)) => out.extend_from_slice(s.as_bytes()),
        (Form::Bytes, Datum::Bytea(b)) => out.extend_from_slice(b),
        (Form::Uuid, Datum::Uuid(u)) => out.extend_from_slice(u),
        (Form::Inet, Datum::Inet(v)) => v.to_ordered_bytes(out),
        (Form::MacAddr, Datum::MacAddr(v)) => out.extend_from_slice(v),
        (Form::MacAddr8, Datum::MacAddr8(v)) => out.extend_from_slice(v),
        (Form::Point, Datum::Point(v)) => out.extend_from_slice(&point_bytes(*v)),
        (Form::TsVector, Datum::TsVector(v)) => v.to_bytes(out),
        (Form::TsQuery, Datum::TsQuery(v)) => v.to_bytes(out),
        (Form::Interval, Datum::Interval(i)) => out.extend_from_slice(&interval_bytes(*i)),
        (Form::Numeric, Datum::Numeric(n)) => n.to_arrow_bytes(out),
        (Form::Tagged, value) => datum::encode(out, value)?,
        (_, value) => {
            return Err(Error::TypeMismatch { expected: ty.oid.0, found: datum::kind(value) });
        }
    }
    Ok(())
}

/// Reads what [`encode`] wrote for the same type.
///
/// # Errors
/// [`Error::Malformed`] if the bytes are not a value of `ty`.
pub fn decode(bytes: &[u8], ty: PgType) -> Result<Datum> {
    Ok(match Form::of(ty) {
        Form::Bool => Datum::Bool(decode_bool(bytes)?),
        Form::Int2 => Datum::Int2(i16::from_le_bytes(fixed(bytes)?)),
        Form::Int4 => {
            let v = i32::from_le_bytes(fixed(bytes)?);
            if ty.oid == Oid::DATE { Datum::Date(v) } else { Datum::Int4(v) }
        }
        Form::Int8 => {
            let v = i64::from_le_bytes(fixed(bytes)?);
            match ty.oid {
                Oid::TIME => Datum::Time(v),
                Oid::TIMESTAMP => Datum::Timestamp(v),
                Oid::TIMESTAMPTZ => Datum::TimestampTz(v),
                oid if oid.is_enum() => Datum::Enum(v),
                _ => Datum::Int8(v),
            }
        }
        Form::Float4 => Datum::Float4(f32::from_le_bytes(fixed(bytes)?)),
        Form::Float8 => Datum::Float8(f64::from_le_bytes(fixed(bytes)?)),
        Form::Byte => Datum::Char(u8::from_le_bytes(fixed(bytes)?)),
        Form::Oid => Datum::Oid(u32::from_le_bytes(fixed(bytes)?)),
        Form::Text => {
            let text = decode_text(bytes)?;
            if ty.oid == Oid::JSONB { Datum::Jsonb(text.into()) } else { Datum::Text(text.into()) }
        }
        Form::Bytes => Datum::Bytea(bytes::Bytes::copy_from_slice(bytes)),
        Form::Uuid => Datum::Uuid(fixed(bytes)?),
        Form::Inet => Datum::Inet(Inet::from_ordered_bytes(bytes).ok_or(Error::Malformed("inet"))?),
        Form::MacAddr => Datum::MacAddr(fixed(bytes)?),
        Form::MacAddr8 => Datum::MacAddr8(fixed(bytes)?),
        Form::Point => Datum::Point(point_from_bytes(bytes).ok_or(Error::Malformed("point"))?),
        Form::TsVector => Datum::TsVector(TsVector::from_bytes(bytes).ok_or(Error::Malformed("tsvector"))?),
        Form::TsQuery => Datum::TsQuery(TsQuery::from_bytes(bytes).ok_or(Error::Malformed("tsquery"))?),
        Form::Interval => Datum::Interval(interval_from_bytes(bytes).ok_or(Error::Malformed("interval"))?),
        Form::Numeric => Datum::Numeric(Numeric::from_arrow_bytes(bytes).ok_or(Error::Malformed("numeric"))?),
        Form::Tagged => datum::decode(bytes)?,
    })
}

/// The bytes as an array, if there are exactly that many.
pub fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| Error::Malformed("length of a value"))
}

/// A boolean's byte.
pub fn decode_bool(bytes: &[u8]) -> Result<bool> {
    match bytes {
        [0] => Ok(false),
        [1] => Ok(true),
        _ => Err(Error::Malformed("boolean")),
    }
}

/// Text, checked to be UTF-8.
pub fn decode_text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| Error::Malformed("text"))
}
