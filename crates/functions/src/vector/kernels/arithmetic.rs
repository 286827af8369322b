//! Checked arithmetic. Integers never wrap, floats never become infinite by themselves, and division
//! by zero is an error of the first row that does it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BinaryBuilder, PrimitiveArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{Float32Type, Float64Type, Int16Type, Int32Type, Int64Type};
use gavel_types::{Numeric, SqlError, SqlResult};

use super::Kernel;
use super::operand::{Bytes, Native, Operand, for_pairs};
use crate::call::Call;
use crate::error::{bigint_out_of_range, division_by_zero, integer_out_of_range, smallint_out_of_range};
use crate::float::{checked4, checked8, div4, div8, mul4, mul8};
use crate::vector::ArgColumn;

/// `f` of each pair that has no NULL.
fn binary<A: Native, B: Native, O: Native>(
    args: &[ArgColumn],
    rows: usize,
    f: impl Fn(A::Native, B::Native) -> SqlResult<O::Native>,
) -> Option<SqlResult<ArrayRef>> {
    let [a, b] = args else { return None };
    let (a, b) = (Operand::<A>::of(a)?, Operand::<B>::of(b)?);
    let nulls = NullBuffer::union(a.nulls(), b.nulls());
    let values = for_pairs!(&a, &b, |pair| collect::<O>(rows, nulls.as_ref(), |i| {
        let (x, y) = pair(i);
        f(x, y)
    }));
    Some(values.map(|v| Arc::new(PrimitiveArray::<O>::new(v.into(), nulls)) as ArrayRef))
}

fn collect<O: Native>(
    rows: usize,
    nulls: Option<&NullBuffer>,
    f: impl Fn(usize) -> SqlResult<O::Native>,
) -> SqlResult<Vec<O::Native>> {
    let mut out = Vec::with_capacity(rows);
    match nulls {
        None => {
            for i in 0..rows {
                out.push(f(i)?);
            }
        }
        Some(nulls) => {
            for i in 0..rows {
                out.push(if nulls.is_valid(i) { f(i)? } else { O::Native::default() });
            }
        }
    }
    Ok(out)
}

/// `f` of each value that is not NULL.
fn unary<A: Native, O: Native>(
    args: &[ArgColumn],
    rows: usize,
    f: impl Fn(A::Native) -> SqlResult<O::Native>,
) -> Option<SqlResult<ArrayRef>> {
    let [ArgColumn::Array(a)] = args else { return None };
    let a = a.as_any().downcast_ref::<PrimitiveArray<A>>()?;
    let source = &a.values()[..];
    let values = collect::<O>(rows, a.nulls(), |i| f(source[i]));
    Some(values.map(|v| Arc::new(PrimitiveArray::<O>::new(v.into(), a.nulls().cloned())) as ArrayRef))
}

/// A function of two numerics.
fn decimals(
    args: &[ArgColumn],
    rows: usize,
    f: impl Fn(&Numeric, &Numeric) -> SqlResult<Numeric>,
) -> Option<SqlResult<ArrayRef>> {
    let [a, b] = args else { return None };
    let (a, b) = (Bytes::of(a)?, Bytes::of(b)?);
    let nulls = NullBuffer::union(a.nulls(), b.nulls());
    let read = |bytes: &[u8]| {
        Numeric::from_arrow_bytes(bytes).ok_or_else(|| SqlError::internal("bytes in a column are no numeric"))
    };
    let run = || -> SqlResult<ArrayRef> {
        // One value for all rows is read once.
        let constant = |d: &Bytes<'_>| match d {
            Bytes::Scalar(bytes) => read(bytes).map(Some),
            Bytes::Array(_) => Ok(None),
        };
        let (fixed_a, fixed_b) = (constant(&a)?, constant(&b)?);
        let mut out = BinaryBuilder::with_capacity(rows, rows * 16);
        let mut buffer = Vec::with_capacity(32);
        for i in 0..rows {
            if nulls.as_ref().is_some_and(|n| n.is_null(i)) {
                out.append_null();
                continue;
            }
            let (left, right);
            let x = match &fixed_a {
                Some(x) => x,
                None => {
                    left = read(a.at(i))?;
                    &left
                }
            };
            let y = match &fixed_b {
                Some(y) => y,
                None => {
                    right = read(b.at(i))?;
                    &right
                }
            };
            buffer.clear();
            f(x, y)?.to_arrow_bytes(&mut buffer);
            out.append_value(&buffer);
        }
        Ok(Arc::new(out.finish()))
    };
    Some(run())
}

/// An integer column as numeric.
fn to_numeric<A: Native>(args: &[ArgColumn], rows: usize) -> Option<SqlResult<ArrayRef>>
where
    i128: From<A::Native>,
{
    let [ArgColumn::Array(a)] = args else { return None };
    let a = a.as_any().downcast_ref::<PrimitiveArray<A>>()?;
    let mut out = BinaryBuilder::with_capacity(rows, rows * 8);
    let mut buffer = Vec::with_capacity(24);
    for i in 0..rows {
        if a.is_null(i) {
            out.append_null();
        } else {
            buffer.clear();
            Numeric::new(i128::from(a.value(i)), 0).to_arrow_bytes(&mut buffer);
            out.append_value(&buffer);
        }
    }
    Some(Ok(Arc::new(out.finish())))
}

macro_rules! kernel {
    (|$args:ident, $rows:ident| $body:expr) => {{
        fn run(_call: &Call<'_>, $args: &[ArgColumn], $rows: usize) -> Option<SqlResult<ArrayRef>> {
            $body
        }
        run as Kernel
    }};
}

/// The four operations of a pair of integer types; `$wide` is the type that they are done in.
macro_rules! integers {
    ($($name:literal $a:ty, $b:ty => $wide:ty, $native:ty, $range:ident;)*) => {
        &[$(
            (concat!("int", $name, "pl"), kernel!(|args, rows| binary::<$a, $b, $wide>(args, rows, |x, y| {
                <$native>::from(x).checked_add(<$native>::from(y)).ok_or_else($range)
            }))),
            (concat!("int", $name, "mi"), kernel!(|args, rows| binary::<$a, $b, $wide>(args, rows, |x, y| {
                <$native>::from(x).checked_sub(<$native>::from(y)).ok_or_else($range)
            }))),
            (concat!("int", $name, "mul"), kernel!(|args, rows| binary::<$a, $b, $wide>(args, rows, |x, y| {
                <$native>::from(x).checked_mul(<$native>::from(y)).ok_or_else($range)
            }))),
            (concat!("int", $name, "div"), kernel!(|args, rows| binary::<$a, $b, $wide>(args, rows, |x, y| {
                if y == 0 {
                    return Err(division_by_zero());
                }
                <$native>::from(x).checked_div(<$native>::from(y)).ok_or_else($range)
            }))),
        )*]
    };
}

const INTEGERS: &[(&str, Kernel)] = integers! {
    "2" Int16Type, Int16Type => Int16Type, i16, smallint_out_of_range;
    "4" Int32Type, Int32Type => Int32Type, i32, integer_out_of_range;
    "8" Int64Type, Int64Type => Int64Type, i64, bigint_out_of_range;
    "24" Int16Type, Int32Type => Int32Type, i32, integer_out_of_range;
    "42" Int32Type, Int16Type => Int32Type, i32, integer_out_of_range;
    "28" Int16Type, Int64Type => Int64Type, i64, bigint_out_of_range;
    "82" Int64Type, Int16Type => Int64Type, i64, bigint_out_of_range;
    "48" Int32Type, Int64Type => Int64Type, i64, bigint_out_of_range;
    "84" Int64Type, Int32Type => Int64Type, i64, bigint_out_of_range;
};

const OTHERS: &[(&str, Kernel)] = &[
    ("float4pl", kernel!(|a, n| binary::<Float32Type, Float32Type, Float32Type>(a, n, |x, y| checked4(x + y, x, y)))),
    ("float4mi", kernel!(|a, n| binary::<Float32Type, Float32Type, Float32Type>(a, n, |x, y| checked4(x - y, x, y)))),
    ("float4mul", kernel!(|a, n| binary::<Float32Type, Float32Type, Float32Type>(a, n, mul4))),
    ("float4div", kernel!(|a, n| binary::<Float32Type, Float32Type, Float32Type>(a, n, div4))),
    ("float8pl", kernel!(|a, n| binary::<Float64Type, Float64Type, Float64Type>(a, n, |x, y| checked8(x + y, x, y)))),
    ("float8mi", kernel!(|a, n| binary::<Float64Type, Float64Type, Float64Type>(a, n, |x, y| checked8(x - y, x, y)))),
    ("float8mul", kernel!(|a, n| binary::<Float64Type, Float64Type, Float64Type>(a, n, mul8))),
    ("float8div", kernel!(|a, n| binary::<Float64Type, Float64Type, Float64Type>(a, n, div8))),
    (
        "int4mod",
        kernel!(|a, n| binary::<Int32Type, Int32Type, Int32Type>(a, n, |x, y| {
            if y == 0 { Err(division_by_zero()) } else { Ok(x.wrapping_rem(y)) }
        })),
    ),
    (
        "int8mod",
        kernel!(|a, n| binary::<Int64Type, Int64Type, Int64Type>(a, n, |x, y| {
            if y == 0 { Err(division_by_zero()) } else { Ok(x.wrapping_rem(y)) }
        })),
    ),
    ("numeric_add", kernel!(|a, n| decimals(a, n, Numeric::add))),
    ("numeric_sub", kernel!(|a, n| decimals(a, n, Numeric::sub))),
    ("numeric_mul", kernel!(|a, n| decimals(a, n, Numeric::mul))),
    ("numeric_div", kernel!(|a, n| decimals(a, n, Numeric::div))),
    ("i2toi4", kernel!(|a, n| unary::<Int16Type, Int32Type>(a, n, |x| Ok(i32::from(x))))),
    ("int28", kernel!(|a, n| unary::<Int16Type, Int64Type>(a, n, |x| Ok(i64::from(x))))),
    ("int48", kernel!(|a, n| unary::<Int32Type, Int64Type>(a, n, |x| Ok(i64::from(x))))),
    (
        "int84",
        kernel!(|a, n| unary::<Int64Type, Int32Type>(a, n, |x| {
            i32::try_from(x).map_err(|_| integer_out_of_range())
        })),
    ),
    ("i2tod", kernel!(|a, n| unary::<Int16Type, Float64Type>(a, n, |x| Ok(f64::from(x))))),
    ("i4tod", kernel!(|a, n| unary::<Int32Type, Float64Type>(a, n, |x| Ok(f64::from(x))))),
    ("i8tod", kernel!(|a, n| unary::<Int64Type, Float64Type>(a, n, |x| Ok(x as f64)))),
    ("ftod", kernel!(|a, n| unary::<Float32Type, Float64Type>(a, n, |x| Ok(f64::from(x))))),
    ("int2_numeric", kernel!(|a, n| to_numeric::<Int16Type>(a, n))),
    ("int4_numeric", kernel!(|a, n| to_numeric::<Int32Type>(a, n))),
    ("int8_numeric", kernel!(|a, n| to_numeric::<Int64Type>(a, n))),
];

pub const TABLE: [&[(&str, Kernel)]; 2] = [INTEGERS, OTHERS];
