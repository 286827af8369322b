//! Arguments as plain slices or one value for all rows.

use arrow::array::{Array, ArrowPrimitiveType, AsArray, BinaryArray, PrimitiveArray, StringArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt32Type};
use gavel_types::Datum;

use crate::vector::ArgColumn;

/// A fixed-width Arrow type and the datums that are its values.
pub trait Native: ArrowPrimitiveType {
    fn of(datum: &Datum) -> Option<Self::Native>;
}

macro_rules! native {
    ($($ty:ty: $($variant:ident)|*;)*) => {$(
        impl Native for $ty {
            fn of(datum: &Datum) -> Option<Self::Native> {
                match datum {
                    $(Datum::$variant(v))|* => Some(*v),
                    _ => None,
                }
            }
        }
    )*};
}

native! {
    Int16Type: Int2;
    Int32Type: Int4 | Date;
    Int64Type: Int8 | Time | Timestamp | TimestampTz | Enum;
    Float32Type: Float4;
    Float64Type: Float8;
    UInt8Type: Char;
    UInt32Type: Oid;
}

/// A fixed-width argument.
pub enum Operand<'a, T: ArrowPrimitiveType> {
    Array(&'a PrimitiveArray<T>),
    Scalar(T::Native),
}

impl<'a, T: Native> Operand<'a, T> {
    /// `None` if the argument is of another kind, or a NULL for all rows.
    pub fn of(arg: &'a ArgColumn) -> Option<Self> {
        match arg {
            ArgColumn::Array(array) => array.as_primitive_opt::<T>().map(Self::Array),
            ArgColumn::Scalar(datum) => T::of(datum).map(Self::Scalar),
        }
    }

    pub fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Array(array) => array.nulls(),
            Self::Scalar(_) => None,
        }
    }
}

/// A text argument.
pub enum Text<'a> {
    Array(&'a StringArray),
    Scalar(&'a str),
}

impl<'a> Text<'a> {
    /// `None` if the argument is of another kind, or a NULL for all rows.
    pub fn of(arg: &'a ArgColumn) -> Option<Self> {
        match arg {
            ArgColumn::Array(array) => array.as_string_opt::<i32>().map(Self::Array),
            ArgColumn::Scalar(Datum::Text(text)) => Some(Self::Scalar(text)),
            ArgColumn::Scalar(_) => None,
        }
    }

    pub fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Array(array) => array.nulls(),
            Self::Scalar(_) => None,
        }
    }

    /// The text of row `i`, empty under a NULL.
    pub fn at(&self, i: usize) -> &str {
        match self {
            Self::Array(array) => array.value(i),
            Self::Scalar(text) => text,
        }
    }
}

/// An argument held in ordered bytes, as its Arrow form has them: numeric, addresses.
pub enum Bytes<'a> {
    Array(&'a BinaryArray),
    Scalar(Vec<u8>),
}

impl<'a> Bytes<'a> {
    /// `None` if the argument is of another kind, or a NULL for all rows.
    pub fn of(arg: &'a ArgColumn) -> Option<Self> {
        match arg {
            ArgColumn::Array(array) => array.as_binary_opt::<i32>().map(Self::Array),
            ArgColumn::Scalar(datum) => {
                let mut bytes = vec![];
                match datum {
                    Datum::Numeric(n) => n.to_arrow_bytes(&mut bytes),
                    Datum::Inet(v) => v.to_ordered_bytes(&mut bytes),
                    Datum::MacAddr(v) => bytes.extend_from_slice(v),
                    Datum::MacAddr8(v) => bytes.extend_from_slice(v),
                    _ => return None,
                }
                Some(Self::Scalar(bytes))
            }
        }
    }

    pub fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Array(array) => array.nulls(),
            Self::Scalar(_) => None,
        }
    }

    pub fn at(&self, i: usize) -> &[u8] {
        match self {
            Self::Array(array) => array.value(i),
            Self::Scalar(bytes) => bytes,
        }
    }
}

/// Runs `$body` with `$pair` a function from row to a pair of values: once for each shape of the two
/// operands, so that the loop inside is over plain slices.
macro_rules! for_pairs {
    ($a:expr, $b:expr, |$pair:ident| $body:expr) => {
        match ($a, $b) {
            (Operand::Array(x), Operand::Array(y)) => {
                let (x, y) = (&x.values()[..], &y.values()[..]);
                let $pair = |i: usize| (x[i], y[i]);
                $body
            }
            (Operand::Array(x), Operand::Scalar(y)) => {
                let (x, y) = (&x.values()[..], *y);
                let $pair = |i: usize| (x[i], y);
                $body
            }
            (Operand::Scalar(x), Operand::Array(y)) => {
                let (x, y) = (*x, &y.values()[..]);
                let $pair = |i: usize| (x, y[i]);
                $body
            }
            (Operand::Scalar(x), Operand::Scalar(y)) => {
                let (x, y) = (*x, *y);
                let $pair = |_: usize| (x, y);
                $body
            }
        }
    };
}

pub(super) use for_pairs;
