//! One column of a batch, looked at row by row. The array is downcast once; common types are
//! written to text or binary without a `Datum` in between.

use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, FixedSizeBinaryArray, Float32Array, Float64Array, Int16Array,
    Int32Array, Int64Array, StringArray, UInt8Array, UInt32Array,
};
use arrow::datatypes::DataType;
use bytes::{BufMut, BytesMut};
use gavel_encoding::value::Form;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::wire_binary;

/// A column with its PostgreSQL type.
pub struct Column<'a> {
    ty: PgType,
    array: &'a dyn Array,
    values: Values<'a>,
}

enum Values<'a> {
    Bool(&'a BooleanArray),
    Int2(&'a Int16Array),
    Int4(&'a Int32Array),
    Int8(&'a Int64Array),
    Float4(&'a Float32Array),
    Float8(&'a Float64Array),
    Str(&'a StringArray),
    Char(&'a UInt8Array),
    Oid(&'a UInt32Array),
    Fixed(&'a FixedSizeBinaryArray),
    Binary(&'a BinaryArray),
    /// A column of nothing but NULLs (`void`).
    Null,
}

impl Values<'_> {
    /// Whether this is how columns of `form` come (`gavel_functions::physical_type`).
    fn fit(&self, form: Form) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(_) => form == Form::Bool,
            Self::Int2(_) => form == Form::Int2,
            Self::Int4(_) => form == Form::Int4,
            Self::Int8(_) => form == Form::Int8,
            Self::Float4(_) => form == Form::Float4,
            Self::Float8(_) => form == Form::Float8,
            Self::Str(_) => form == Form::Text,
            Self::Char(_) => form == Form::Byte,
            Self::Oid(_) => form == Form::Oid,
            Self::Fixed(_) => matches!(form, Form::Uuid | Form::Interval | Form::Point),
            Self::Binary(_) => {
                matches!(
                    form,
                    Form::Bytes
                        | Form::Numeric
                        | Form::Inet
                        | Form::MacAddr
                        | Form::MacAddr8
                        | Form::TsVector
                        | Form::TsQuery
                        | Form::Tagged
                )
            }
        }
    }
}

impl<'a> Column<'a> {
    /// # Errors
    /// XX000 if the array is not of the physical type of `ty`.
    pub fn new(array: &'a ArrayRef, ty: PgType) -> SqlResult<Self> {
        let any = array.as_any();
        let values = match array.data_type() {
            DataType::Boolean => any.downcast_ref().map(Values::Bool),
            DataType::Int16 => any.downcast_ref().map(Values::Int2),
            DataType::Int32 => any.downcast_ref().map(Values::Int4),
            DataType::Int64 => any.downcast_ref().map(Values::Int8),
            DataType::Float32 => any.downcast_ref().map(Values::Float4),
            DataType::Float64 => any.downcast_ref().map(Values::Float8),
            DataType::Utf8 => any.downcast_ref().map(Values::Str),
            DataType::UInt8 => any.downcast_ref().map(Values::Char),
            DataType::UInt32 => any.downcast_ref().map(Values::Oid),
            DataType::FixedSizeBinary(16) => any.downcast_ref().map(Values::Fixed),
            DataType::Binary => any.downcast_ref().map(Values::Binary),
            DataType::Null => Some(Values::Null),
            _ => None,
        };
        match values {
            Some(values) if values.fit(Form::of(ty)) => Ok(Self { ty, array: array.as_ref(), values }),
            _ => Err(SqlError::internal(format!("a result column of type {} came as {}", ty.oid, array.data_type()))),
        }
    }

    pub fn ty(&self) -> PgType {
        self.ty
    }

    /// Whether the value of `row`, which must be below the array's length, is NULL.
    pub fn is_null(&self, row: usize) -> bool {
        matches!(self.values, Values::Null) || self.array.is_null(row)
    }

    /// The value of `row`.
    ///
    /// # Errors
    /// XX000 if the bytes of a coded value are damaged.
    pub fn datum(&self, row: usize) -> SqlResult<Datum> {
        if self.is_null(row) {
            return Ok(Datum::Null);
        }
        Ok(match &self.values {
            Values::Null => Datum::Null,
            Values::Bool(a) => Datum::Bool(a.value(row)),
            Values::Int2(a) => Datum::Int2(a.value(row)),
            Values::Int4(a) if self.ty.oid == Oid::DATE => Datum::Date(a.value(row)),
            Values::Int4(a) => Datum::Int4(a.value(row)),
            Values::Int8(a) => match self.ty.oid {
                Oid::TIME => Datum::Time(a.value(row)),
                Oid::TIMESTAMP => Datum::Timestamp(a.value(row)),
                Oid::TIMESTAMPTZ => Datum::TimestampTz(a.value(row)),
                oid if oid.is_enum() => Datum::Enum(a.value(row)),
                _ => Datum::Int8(a.value(row)),
            },
            Values::Float4(a) => Datum::Float4(a.value(row)),
            Values::Float8(a) => Datum::Float8(a.value(row)),
            Values::Str(a) if self.ty.oid == Oid::JSONB => Datum::Jsonb(a.value(row).into()),
            Values::Str(a) => Datum::text(a.value(row)),
            Values::Char(a) => Datum::Char(a.value(row)),
            Values::Oid(a) => Datum::Oid(a.value(row)),
            Values::Fixed(a) => coded(a.value(row), self.ty)?,
            Values::Binary(a) => coded(a.value(row), self.ty)?,
        })
    }

    /// The text form of the non-null value of `row`: borrowed from the array, or written to
    /// `scratch`.
    ///
    /// # Errors
    /// As [`Column::datum`].
    pub fn text<'s>(&'s self, row: usize, style: &TextStyle, scratch: &'s mut String) -> SqlResult<&'s str> {
        scratch.clear();
        match (&self.values, self.ty.oid) {
            (Values::Str(a), _) => return Ok(a.value(row)),
            (Values::Bool(a), _) => return Ok(if a.value(row) { "t" } else { "f" }),
            (Values::Int2(a), _) => integer(a.value(row).into(), scratch),
            (Values::Int4(a), Oid::INT4) => integer(a.value(row).into(), scratch),
            (Values::Int8(a), Oid::INT8) => integer(a.value(row), scratch),
            (Values::Oid(a), Oid::OID | Oid::XID | Oid::CID) => integer(a.value(row).into(), scratch),
            _ => text_io::write(&self.datum(row)?, self.ty, style, scratch),
        }
        Ok(scratch)
    }

    /// Appends the binary form of the non-null value of `row`, without length.
    ///
    /// # Errors
    /// As [`Column::datum`]; 42883 if the type has no binary form.
    pub fn binary(&self, row: usize, style: &TextStyle, out: &mut BytesMut) -> SqlResult<()> {
        match &self.values {
            Values::Bool(a) => out.put_u8(u8::from(a.value(row))),
            Values::Int2(a) => out.put_i16(a.value(row)),
            Values::Int4(a) => out.put_i32(a.value(row)),
            Values::Int8(a) if !self.ty.oid.is_enum() && self.ty.oid != Oid::XID8 => out.put_i64(a.value(row)),
            Values::Float4(a) => out.put_f32(a.value(row)),
            Values::Float8(a) => out.put_f64(a.value(row)),
            Values::Oid(a) => out.put_u32(a.value(row)),
            Values::Str(a) if !matches!(self.ty.oid, Oid::JSONB | Oid::ACLITEM) => {
                out.put_slice(a.value(row).as_bytes());
            }
            Values::Binary(a) if self.ty.oid == Oid::BYTEA => out.put_slice(a.value(row)),
            _ => wire_binary::write(&self.datum(row)?, self.ty, style, out)?,
        }
        Ok(())
    }
}

/// Appends a decimal integer.
pub(crate) fn integer(n: i64, out: &mut String) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = n.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        out.push('-');
    }
    out.extend(digits[at..].iter().map(|d| char::from(*d)));
}

/// The value of a column whose bytes are those of a stored row.
fn coded(bytes: &[u8], ty: PgType) -> SqlResult<Datum> {
    gavel_encoding::value::decode(bytes, ty).map_err(|_| damaged(ty))
}

fn damaged(ty: PgType) -> SqlError {
    SqlError::internal(format!("damaged value of type {}", ty.oid))
}
