//! Arrow types of PostgreSQL types, and values to and from arrays.
//!
//! Every type has exactly one Arrow type ([`physical_type`]), and all conversion between an array's
//! slot and a [`Datum`] happens here: the rest of the engine either runs kernels on these arrays or
//! asks for values one at a time.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryBuilder, BooleanBuilder, FixedSizeBinaryBuilder, Float32Builder, Float64Builder,
    Int16Builder, Int32Builder, Int64Builder, NullArray, StringBuilder, UInt8Builder, UInt32Builder, new_null_array,
};
use arrow::array::{
    BinaryArray, BooleanArray, FixedSizeBinaryArray, Float32Array, Float64Array, Int16Array, Int32Array, Int64Array,
    StringArray, UInt8Array, UInt32Array,
};
use arrow::datatypes::DataType;
use bytes::Bytes;
use gavel_encoding::value::{Form, interval_bytes, interval_from_bytes, point_bytes, point_from_bytes};
use gavel_types::{Datum, Inet, Numeric, Oid, PgType, SqlError, SqlResult, TsQuery, TsVector};

/// The Arrow type that values of `ty` have inside the engine. Types without one of their own are
/// `Binary`, in the self-describing datum codec of `gavel_encoding`; so are numbers and addresses of variable length
/// or of a length that has no other use, each in ordered bytes.
pub fn physical_type(ty: PgType) -> DataType {
    match ty.oid {
        Oid::BOOL => DataType::Boolean,
        Oid::INT2 => DataType::Int16,
        Oid::INT4 | Oid::DATE => DataType::Int32,
        Oid::INT8 | Oid::TIME | Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::PG_LSN | Oid::MONEY | Oid::XID8 => {
            DataType::Int64
        }
        Oid::FLOAT4 => DataType::Float32,
        Oid::FLOAT8 => DataType::Float64,
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
        | Oid::VOID => DataType::Utf8,
        Oid::CHAR => DataType::UInt8,
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
        | Oid::REGDICTIONARY => DataType::UInt32,
        Oid::UUID | Oid::INTERVAL | Oid::POINT => DataType::FixedSizeBinary(16),
        oid if oid.is_enum() => DataType::Int64,
        _ => DataType::Binary,
    }
}

fn slot<A: 'static>(array: &dyn Array, ty: PgType) -> SqlResult<&A> {
    array
        .as_any()
        .downcast_ref::<A>()
        .ok_or_else(|| SqlError::internal(format!("type {} is not held in an array of {}", ty.oid, array.data_type())))
}

/// The value in slot `row` of an array of `physical_type(ty)`.
///
/// # Errors
/// XX000 if the array is not of that type, is shorter, or holds bytes that no value of `ty` has.
pub fn datum_at(array: &dyn Array, row: usize, ty: PgType) -> SqlResult<Datum> {
    if row >= array.len() {
        return Err(SqlError::internal("row is outside its batch"));
    }
    if array.is_null(row) || *array.data_type() == DataType::Null {
        return Ok(Datum::Null);
    }
    let damaged = || SqlError::internal(format!("bytes in a column are no value of type {}", ty.oid));
    Ok(match physical_type(ty) {
        DataType::Boolean => Datum::Bool(slot::<BooleanArray>(array, ty)?.value(row)),
        DataType::Int16 => Datum::Int2(slot::<Int16Array>(array, ty)?.value(row)),
        DataType::Int32 => {
            let v = slot::<Int32Array>(array, ty)?.value(row);
            if ty.oid == Oid::DATE { Datum::Date(v) } else { Datum::Int4(v) }
        }
        DataType::Int64 => {
            let v = slot::<Int64Array>(array, ty)?.value(row);
            match ty.oid {
                Oid::TIME => Datum::Time(v),
                Oid::TIMESTAMP => Datum::Timestamp(v),
                Oid::TIMESTAMPTZ => Datum::TimestampTz(v),
                oid if oid.is_enum() => Datum::Enum(v),
                _ => Datum::Int8(v),
            }
        }
        DataType::Float32 => Datum::Float4(slot::<Float32Array>(array, ty)?.value(row)),
        DataType::Float64 => Datum::Float8(slot::<Float64Array>(array, ty)?.value(row)),
        DataType::Utf8 => {
            let s = slot::<StringArray>(array, ty)?.value(row);
            if ty.oid == Oid::JSONB { Datum::Jsonb(s.into()) } else { Datum::Text(s.into()) }
        }
        DataType::UInt8 => Datum::Char(slot::<UInt8Array>(array, ty)?.value(row)),
        DataType::UInt32 => Datum::Oid(slot::<UInt32Array>(array, ty)?.value(row)),
        DataType::FixedSizeBinary(_) => {
            let bytes = slot::<FixedSizeBinaryArray>(array, ty)?.value(row);
            match ty.oid {
                Oid::UUID => Datum::Uuid(bytes.try_into().map_err(|_| damaged())?),
                Oid::POINT => Datum::Point(point_from_bytes(bytes).ok_or_else(damaged)?),
                _ => Datum::Interval(interval_from_bytes(bytes).ok_or_else(damaged)?),
            }
        }
        DataType::Null => Datum::Null,
        _ => {
            let bytes = slot::<BinaryArray>(array, ty)?.value(row);
            match ty.oid {
                Oid::BYTEA => Datum::Bytea(Bytes::copy_from_slice(bytes)),
                Oid::NUMERIC => Datum::Numeric(Numeric::from_arrow_bytes(bytes).ok_or_else(damaged)?),
                Oid::INET | Oid::CIDR => Datum::Inet(Inet::from_ordered_bytes(bytes).ok_or_else(damaged)?),
                Oid::MACADDR => Datum::MacAddr(bytes.try_into().map_err(|_| damaged())?),
                Oid::MACADDR8 => Datum::MacAddr8(bytes.try_into().map_err(|_| damaged())?),
                Oid::TSVECTOR => Datum::TsVector(TsVector::from_bytes(bytes).ok_or_else(damaged)?),
                Oid::TSQUERY => Datum::TsQuery(TsQuery::from_bytes(bytes).ok_or_else(damaged)?),
                _ => gavel_encoding::datum::decode(bytes).map_err(|_| damaged())?,
            }
        }
    })
}

/// Collects values of one type into an array of its physical type.
pub struct ArrayBuilder {
    ty: PgType,
    inner: Inner,
}

enum Inner {
    Bool(BooleanBuilder),
    Int2(Int16Builder),
    Int4(Int32Builder),
    Int8(Int64Builder),
    Float4(Float32Builder),
    Float8(Float64Builder),
    Text(StringBuilder),
    Char(UInt8Builder),
    Oid(UInt32Builder),
    Fixed(FixedSizeBinaryBuilder),
    Binary(BinaryBuilder, Vec<u8>),
    Null(usize),
}

impl ArrayBuilder {
    /// An empty builder with room for `capacity` values.
    pub fn new(ty: PgType, capacity: usize) -> Self {
        let inner = match physical_type(ty) {
            DataType::Boolean => Inner::Bool(BooleanBuilder::with_capacity(capacity)),
            DataType::Int16 => Inner::Int2(Int16Builder::with_capacity(capacity)),
            DataType::Int32 => Inner::Int4(Int32Builder::with_capacity(capacity)),
            DataType::Int64 => Inner::Int8(Int64Builder::with_capacity(capacity)),
            DataType::Float32 => Inner::Float4(Float32Builder::with_capacity(capacity)),
            DataType::Float64 => Inner::Float8(Float64Builder::with_capacity(capacity)),
            DataType::Utf8 => Inner::Text(StringBuilder::with_capacity(capacity, 16 * capacity)),
            DataType::UInt8 => Inner::Char(UInt8Builder::with_capacity(capacity)),
            DataType::UInt32 => Inner::Oid(UInt32Builder::with_capacity(capacity)),
            DataType::FixedSizeBinary(n) => Inner::Fixed(FixedSizeBinaryBuilder::with_capacity(capacity, n)),
            DataType::Null => Inner::Null(0),
            _ => Inner::Binary(BinaryBuilder::with_capacity(capacity, 16 * capacity), Vec::new()),
        };
        Self { ty, inner }
    }

    /// Appends a value; NULL is fine. Narrower integers and floats are widened.
    ///
    /// # Errors
    /// XX000 if the value is not one of the builder's type.
    pub fn push(&mut self, value: &Datum) -> SqlResult<()> {
        let ty = self.ty;
        match (&mut self.inner, value) {
            (Inner::Null(n), _) => *n += 1,
            (inner, Datum::Null) => inner.null(),
            (Inner::Bool(b), Datum::Bool(v)) => b.append_value(*v),
            (Inner::Int2(b), Datum::Int2(v)) => b.append_value(*v),
            (Inner::Int4(b), Datum::Int4(v) | Datum::Date(v)) => b.append_value(*v),
            (Inner::Int4(b), Datum::Int2(v)) => b.append_value(i32::from(*v)),
            (
                Inner::Int8(b),
                Datum::Int8(v) | Datum::Time(v) | Datum::Timestamp(v) | Datum::TimestampTz(v) | Datum::Enum(v),
            ) => b.append_value(*v),
            (Inner::Int8(b), Datum::Int4(v)) => b.append_value(i64::from(*v)),
            (Inner::Int8(b), Datum::Int2(v)) => b.append_value(i64::from(*v)),
            (Inner::Float4(b), Datum::Float4(v)) => b.append_value(*v),
            (Inner::Float8(b), Datum::Float8(v)) => b.append_value(*v),
            (Inner::Float8(b), Datum::Float4(v)) => b.append_value(f64::from(*v)),
            (Inner::Text(b), Datum::Text(v) | Datum::Jsonb(v)) => b.append_value(v),
            (Inner::Char(b), Datum::Char(v)) => b.append_value(*v),
            (Inner::Oid(b), Datum::Oid(v)) => b.append_value(*v),
            (Inner::Fixed(b), Datum::Uuid(v)) => b.append_value(v).map_err(SqlError::from_arrow)?,
            (Inner::Fixed(b), Datum::Interval(v)) => {
                b.append_value(interval_bytes(*v)).map_err(SqlError::from_arrow)?;
            }
            (Inner::Fixed(b), Datum::Point(v)) => {
                b.append_value(point_bytes(*v)).map_err(SqlError::from_arrow)?;
            }
            (Inner::Binary(b, _), Datum::Bytea(v)) if ty.oid == Oid::BYTEA => b.append_value(v),
            (Inner::Binary(b, buffer), Datum::Inet(v)) if matches!(ty.oid, Oid::INET | Oid::CIDR) => {
                buffer.clear();
                v.to_ordered_bytes(buffer);
                b.append_value(&*buffer);
            }
            (Inner::Binary(b, _), Datum::MacAddr(v)) if ty.oid == Oid::MACADDR => b.append_value(v),
            (Inner::Binary(b, _), Datum::MacAddr8(v)) if ty.oid == Oid::MACADDR8 => b.append_value(v),
            (Inner::Binary(b, buffer), Datum::TsVector(v)) if ty.oid == Oid::TSVECTOR => {
                buffer.clear();
                v.to_bytes(buffer);
                b.append_value(&*buffer);
            }
            (Inner::Binary(b, buffer), Datum::TsQuery(v)) if ty.oid == Oid::TSQUERY => {
                buffer.clear();
                v.to_bytes(buffer);
                b.append_value(&*buffer);
            }
            (Inner::Binary(b, buffer), Datum::Numeric(v)) if ty.oid == Oid::NUMERIC => {
                buffer.clear();
                v.to_arrow_bytes(buffer);
                b.append_value(&*buffer);
            }
            (Inner::Binary(b, buffer), v) if Form::of(ty) == Form::Tagged => {
                buffer.clear();
                gavel_encoding::datum::encode(buffer, v).map_err(|e| SqlError::internal(e.to_string()))?;
                b.append_value(&*buffer);
            }
            (_, v) => {
                return Err(SqlError::internal(format!("value {v:?} where one of type {} was expected", ty.oid)));
            }
        }
        Ok(())
    }

    /// The array; the builder is empty again.
    pub fn finish(&mut self) -> ArrayRef {
        match &mut self.inner {
            Inner::Bool(b) => Arc::new(b.finish()),
            Inner::Int2(b) => Arc::new(b.finish()),
            Inner::Int4(b) => Arc::new(b.finish()),
            Inner::Int8(b) => Arc::new(b.finish()),
            Inner::Float4(b) => Arc::new(b.finish()),
            Inner::Float8(b) => Arc::new(b.finish()),
            Inner::Text(b) => Arc::new(b.finish()),
            Inner::Char(b) => Arc::new(b.finish()),
            Inner::Oid(b) => Arc::new(b.finish()),
            Inner::Fixed(b) => Arc::new(b.finish()),
            Inner::Binary(b, _) => Arc::new(b.finish()),
            Inner::Null(n) => Arc::new(NullArray::new(std::mem::take(n))),
        }
    }
}

impl Inner {
    fn null(&mut self) {
        match self {
            Self::Bool(b) => b.append_null(),
            Self::Int2(b) => b.append_null(),
            Self::Int4(b) => b.append_null(),
            Self::Int8(b) => b.append_null(),
            Self::Float4(b) => b.append_null(),
            Self::Float8(b) => b.append_null(),
            Self::Text(b) => b.append_null(),
            Self::Char(b) => b.append_null(),
            Self::Oid(b) => b.append_null(),
            Self::Fixed(b) => b.append_null(),
            Self::Binary(b, _) => b.append_null(),
            Self::Null(n) => *n += 1,
        }
    }
}

/// Arrow's own failures, which are faults of ours.
trait FromArrow {
    fn from_arrow(e: arrow::error::ArrowError) -> SqlError;
}

impl FromArrow for SqlError {
    fn from_arrow(e: arrow::error::ArrowError) -> SqlError {
        SqlError::internal(e.to_string())
    }
}

/// An array of `values`, all of type `ty`.
///
/// # Errors
/// XX000 if a value is not one of `ty`.
pub fn build_array(ty: PgType, values: impl IntoIterator<Item = Datum>) -> SqlResult<ArrayRef> {
    let values = values.into_iter();
    let mut builder = ArrayBuilder::new(ty, values.size_hint().0);
    for value in values {
        builder.push(&value)?;
    }
    Ok(builder.finish())
}

/// An array of `rows` times `value`.
///
/// # Errors
/// XX000 if the value is not one of `ty`.
pub fn scalar_to_array(value: &Datum, ty: PgType, rows: usize) -> SqlResult<ArrayRef> {
    if value.is_null() {
        return Ok(new_null_array(&physical_type(ty), rows));
    }
    let mut builder = ArrayBuilder::new(ty, rows);
    for _ in 0..rows {
        builder.push(value)?;
    }
    Ok(builder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::{Interval, Point};

    /// Replies are written from Arrow columns by form.
    #[test]
    fn types_have_the_same_form_in_rows_and_in_columns() {
        for info in crate::registry::types() {
            let expected = match Form::of(PgType::new(info.oid)) {
                Form::Bool => DataType::Boolean,
                Form::Int2 => DataType::Int16,
                Form::Int4 => DataType::Int32,
                Form::Int8 => DataType::Int64,
                Form::Float4 => DataType::Float32,
                Form::Float8 => DataType::Float64,
                Form::Byte => DataType::UInt8,
                Form::Oid => DataType::UInt32,
                Form::Text => DataType::Utf8,
                Form::Uuid | Form::Interval | Form::Point => DataType::FixedSizeBinary(16),
                Form::Bytes
                | Form::Numeric
                | Form::Inet
                | Form::MacAddr
                | Form::MacAddr8
                | Form::TsVector
                | Form::TsQuery
                | Form::Tagged => DataType::Binary,
            };
            assert_eq!(physical_type(PgType::new(info.oid)), expected, "{}", info.name);
        }
    }

    #[test]
    fn every_form_survives_a_round_trip() {
        let values = [
            (PgType::BOOL, Datum::Bool(true)),
            (PgType::INT2, Datum::Int2(-3)),
            (PgType::INT4, Datum::Int4(7)),
            (PgType::DATE, Datum::Date(-1)),
            (PgType::INT8, Datum::Int8(i64::MIN)),
            (PgType::TIMESTAMP, Datum::Timestamp(5)),
            (PgType::TIMESTAMPTZ, Datum::TimestampTz(6)),
            (PgType::TIME, Datum::Time(7)),
            (PgType::FLOAT4, Datum::Float4(1.5)),
            (PgType::FLOAT8, Datum::Float8(-0.5)),
            (PgType::TEXT, Datum::text("a")),
            (PgType::JSONB, Datum::Jsonb("{}".into())),
            (PgType::BYTEA, Datum::Bytea(Bytes::from_static(b"\0x"))),
            (PgType::CHAR, Datum::Char(b'r')),
            (PgType::OID, Datum::Oid(26)),
            (PgType::UUID, Datum::Uuid([9; 16])),
            (PgType::INET, Datum::Inet(Inet::new([10, 1, 2, 3].into(), 8).expect("prefix"))),
            (PgType::CIDR, Datum::Inet(Inet::new([10, 0, 0, 0].into(), 8).expect("prefix"))),
            (PgType::MACADDR, Datum::MacAddr([1, 2, 3, 4, 5, 6])),
            (PgType::MACADDR8, Datum::MacAddr8([1, 2, 3, 4, 5, 6, 7, 8])),
            (PgType::MONEY, Datum::Int8(-150)),
            (PgType::POINT, Datum::Point(Point { x: 1.5, y: -2.0 })),
            (PgType::new(Oid(0x4000_4000)), Datum::Enum(8)),
            (PgType::INTERVAL, Datum::Interval(Interval { months: 1, days: -2, micros: 3 })),
            (PgType::TIMETZ, Datum::TimeTz(1, -3600)),
            (
                PgType::new(Oid(1007)),
                Datum::Array(Arc::new(gavel_types::ArrayValue::vector(Oid::INT4, vec![Datum::Int4(1), Datum::Null]))),
            ),
        ];
        for (ty, value) in values {
            let array = build_array(ty, [value.clone(), Datum::Null]).expect("array");
            assert_eq!(*array.data_type(), physical_type(ty));
            assert_eq!(datum_at(&array, 0, ty).expect("value"), value);
            assert_eq!(datum_at(&array, 1, ty).expect("null"), Datum::Null);
            assert!(datum_at(&array, 2, ty).is_err());
            let same = scalar_to_array(&value, ty, 3).expect("scalar");
            assert_eq!(datum_at(&same, 2, ty).expect("value"), value);
        }
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        assert!(build_array(PgType::INT4, [Datum::text("x")]).is_err());
        assert!(build_array(PgType::NUMERIC, [Datum::Int4(1)]).is_err());
    }
}
