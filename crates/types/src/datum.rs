//! One SQL value. What a fast path computes with, what a key or a row is encoded from, and what a
//! value of an Arrow array is when it is looked at alone.

use std::sync::Arc;

use bytes::Bytes;

use crate::inet::Inet;
use crate::interval::Interval;
use crate::numeric::Numeric;
use crate::pg_type::Oid;
use crate::tsquery::TsQuery;
use crate::tsvector::TsVector;

/// A value, NULL included. The PostgreSQL type travels beside it (`PgType`), not in it: `Text` is
/// the value of `text`, `varchar`, `bpchar`, `name`, `json`, and others; `Oid` of `oid` and `reg*`;
/// `Int8` also of `pg_lsn`, in hundredths of `money`, and of `xid8` (see [`crate::text_io::xid`]).
///
/// Dates and times count from PostgreSQL's epoch, 2000-01-01 00:00:00 (UTC for `timestamptz`), so
/// that its whole range fits. `i32::MIN`/`MAX` days and `i64::MIN`/`MAX` microseconds are
/// `-infinity` and `infinity`.
///
/// `PartialEq` is structural; SQL comparison is `gavel_functions::compare`.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    Null,
    Bool(bool),
    Int2(i16),
    Int4(i32),
    Int8(i64),
    Float4(f32),
    Float8(f64),
    Numeric(Numeric),
    /// UTF-8 text of any string-like type.
    Text(Arc<str>),
    Bytea(Bytes),
    /// Days since 2000-01-01.
    Date(i32),
    /// Microseconds since midnight, `0..=86_400_000_000`.
    Time(i64),
    /// Microseconds since midnight, and the zone in seconds WEST of UTC, as PostgreSQL stores it.
    TimeTz(i64, i32),
    /// Microseconds since 2000-01-01 00:00:00, no zone.
    Timestamp(i64),
    /// Microseconds since 2000-01-01 00:00:00 UTC.
    TimestampTz(i64),
    Interval(Interval),
    Uuid([u8; 16]),
    /// `inet`, and `cidr`, which has no bits right of its mask.
    Inet(Inet),
    MacAddr([u8; 6]),
    MacAddr8([u8; 8]),
    Point(Point),
    TsVector(TsVector),
    TsQuery(TsQuery),
    /// Canonical text of a `jsonb`: PostgreSQL's output form (keys sorted by length, then bytes;
    /// duplicates removed; one space after `:` and `,`).
    Jsonb(Arc<str>),
    /// `oid`, `regclass`, `regtype`, `regproc`, `xid` and the like.
    Oid(u32),
    /// `"char"`: one byte.
    Char(u8),
    /// A value of an enum: its place in the order of the type's labels, which it keeps for good. The label is
    /// in the catalog.
    Enum(i64),
    Array(Arc<ArrayValue>),
    /// A row value; fields carry their types.
    Record(Arc<[(Oid, Datum)]>),
}

/// A place in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// An array of any number of dimensions (0 for the empty array).
#[derive(Clone, Debug, PartialEq)]
pub struct ArrayValue {
    /// Type of the elements.
    pub element: Oid,
    /// Length and lower bound of each dimension; empty for the empty array.
    pub dims: Vec<(i32, i32)>,
    /// Row-major; length is the product of the lengths.
    pub values: Vec<Datum>,
}

impl ArrayValue {
    /// A one-dimensional array with lower bound 1.
    pub fn vector(element: Oid, values: Vec<Datum>) -> Self {
        let dims = if values.is_empty() { vec![] } else { vec![(i32::try_from(values.len()).unwrap_or(i32::MAX), 1)] };
        Self { element, dims, values }
    }

    /// What `ARRAY[…]` makes of elements, as a value of array type `ty`. An `oidvector` begins at 0, as its input function
    /// makes it, so that it equals those of the catalogs.
    pub fn of_type(ty: Oid, element: Oid, values: Vec<Datum>) -> Self {
        let mut made = Self::vector(element, values);
        if ty == Oid::OIDVECTOR {
            made.dims.iter_mut().for_each(|(_, lower)| *lower = 0);
        }
        made
    }
}

impl Datum {
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Text from anything string-like.
    pub fn text(s: impl Into<Arc<str>>) -> Self {
        Self::Text(s.into())
    }
}
