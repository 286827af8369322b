//! The six comparisons. Fixed-width types compare as numbers, floats with NaN above all, text by its
//! bytes, numerics and addresses by their ordered bytes.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt32Type};
use gavel_types::SqlResult;

use super::Kernel;
use super::operand::{Bytes, Native, Operand, Text, for_pairs};
use crate::call::Call;
use crate::compare::compare_f64;
use crate::vector::ArgColumn;

#[derive(Clone, Copy)]
enum Test {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// One bit a row; each test has a loop of its own.
fn bits(test: Test, rows: usize, order: impl Fn(usize) -> Ordering) -> BooleanBuffer {
    match test {
        Test::Eq => BooleanBuffer::collect_bool(rows, |i| order(i).is_eq()),
        Test::Ne => BooleanBuffer::collect_bool(rows, |i| order(i).is_ne()),
        Test::Lt => BooleanBuffer::collect_bool(rows, |i| order(i).is_lt()),
        Test::Le => BooleanBuffer::collect_bool(rows, |i| order(i).is_le()),
        Test::Gt => BooleanBuffer::collect_bool(rows, |i| order(i).is_gt()),
        Test::Ge => BooleanBuffer::collect_bool(rows, |i| order(i).is_ge()),
    }
}

fn array(bits: BooleanBuffer, nulls: Option<NullBuffer>) -> Option<SqlResult<ArrayRef>> {
    Some(Ok(Arc::new(BooleanArray::new(bits, nulls))))
}

fn fixed<A: Native, B: Native>(
    args: &[ArgColumn],
    rows: usize,
    test: Test,
    order: impl Fn(A::Native, B::Native) -> Ordering,
) -> Option<SqlResult<ArrayRef>> {
    let [a, b] = args else { return None };
    let (a, b) = (Operand::<A>::of(a)?, Operand::<B>::of(b)?);
    let nulls = NullBuffer::union(a.nulls(), b.nulls());
    let bits = for_pairs!(&a, &b, |pair| bits(test, rows, |i| {
        let (x, y) = pair(i);
        order(x, y)
    }));
    array(bits, nulls)
}

fn text(args: &[ArgColumn], rows: usize, test: Test) -> Option<SqlResult<ArrayRef>> {
    let [a, b] = args else { return None };
    let (a, b) = (Text::of(a)?, Text::of(b)?);
    let nulls = NullBuffer::union(a.nulls(), b.nulls());
    let bits = match test {
        // Equality need not order.
        Test::Eq => BooleanBuffer::collect_bool(rows, |i| a.at(i) == b.at(i)),
        Test::Ne => BooleanBuffer::collect_bool(rows, |i| a.at(i) != b.at(i)),
        _ => bits(test, rows, |i| a.at(i).as_bytes().cmp(b.at(i).as_bytes())),
    };
    array(bits, nulls)
}

/// Without the display scale at the end, the bytes order as the values do.
fn ordered(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().saturating_sub(2)]
}

fn decimal(args: &[ArgColumn], rows: usize, test: Test) -> Option<SqlResult<ArrayRef>> {
    let [a, b] = args else { return None };
    let (a, b) = (Bytes::of(a)?, Bytes::of(b)?);
    let nulls = NullBuffer::union(a.nulls(), b.nulls());
    array(bits(test, rows, |i| ordered(a.at(i)).cmp(ordered(b.at(i)))), nulls)
}

fn address(args: &[ArgColumn], rows: usize, test: Test) -> Option<SqlResult<ArrayRef>> {
    let [a, b] = args else { return None };
    let (a, b) = (Bytes::of(a)?, Bytes::of(b)?);
    let nulls = NullBuffer::union(a.nulls(), b.nulls());
    array(bits(test, rows, |i| a.at(i).cmp(b.at(i))), nulls)
}

macro_rules! six {
    ($($prefix:literal |$args:ident, $rows:ident, $test:ident| $body:expr;)*) => {
        &[$(
            (concat!($prefix, "eq"), six!(@one Test::Eq, $args, $rows, $test, $body)),
            (concat!($prefix, "ne"), six!(@one Test::Ne, $args, $rows, $test, $body)),
            (concat!($prefix, "lt"), six!(@one Test::Lt, $args, $rows, $test, $body)),
            (concat!($prefix, "le"), six!(@one Test::Le, $args, $rows, $test, $body)),
            (concat!($prefix, "gt"), six!(@one Test::Gt, $args, $rows, $test, $body)),
            (concat!($prefix, "ge"), six!(@one Test::Ge, $args, $rows, $test, $body)),
        )*]
    };
    (@one $which:expr, $args:ident, $rows:ident, $test:ident, $body:expr) => {{
        fn run(_call: &Call<'_>, $args: &[ArgColumn], $rows: usize) -> Option<SqlResult<ArrayRef>> {
            let $test = $which;
            $body
        }
        run as Kernel
    }};
}

const ALL: &[(&str, Kernel)] = six! {
    "int2" |a, n, t| fixed::<Int16Type, Int16Type>(a, n, t, |x, y| x.cmp(&y));
    "int4" |a, n, t| fixed::<Int32Type, Int32Type>(a, n, t, |x, y| x.cmp(&y));
    "int8" |a, n, t| fixed::<Int64Type, Int64Type>(a, n, t, |x, y| x.cmp(&y));
    "int24" |a, n, t| fixed::<Int16Type, Int32Type>(a, n, t, |x, y| i32::from(x).cmp(&y));
    "int42" |a, n, t| fixed::<Int32Type, Int16Type>(a, n, t, |x, y| x.cmp(&i32::from(y)));
    "int28" |a, n, t| fixed::<Int16Type, Int64Type>(a, n, t, |x, y| i64::from(x).cmp(&y));
    "int82" |a, n, t| fixed::<Int64Type, Int16Type>(a, n, t, |x, y| x.cmp(&i64::from(y)));
    "int48" |a, n, t| fixed::<Int32Type, Int64Type>(a, n, t, |x, y| i64::from(x).cmp(&y));
    "int84" |a, n, t| fixed::<Int64Type, Int32Type>(a, n, t, |x, y| x.cmp(&i64::from(y)));
    "oid" |a, n, t| fixed::<UInt32Type, UInt32Type>(a, n, t, |x, y| x.cmp(&y));
    "char" |a, n, t| fixed::<UInt8Type, UInt8Type>(a, n, t, |x, y| x.cmp(&y));
    "float4" |a, n, t| fixed::<Float32Type, Float32Type>(a, n, t, |x, y| compare_f64(f64::from(x), f64::from(y)));
    "float8" |a, n, t| fixed::<Float64Type, Float64Type>(a, n, t, compare_f64);
    "float48" |a, n, t| fixed::<Float32Type, Float64Type>(a, n, t, |x, y| compare_f64(f64::from(x), y));
    "float84" |a, n, t| fixed::<Float64Type, Float32Type>(a, n, t, |x, y| compare_f64(x, f64::from(y)));
    "date_" |a, n, t| fixed::<Int32Type, Int32Type>(a, n, t, |x, y| x.cmp(&y));
    "time_" |a, n, t| fixed::<Int64Type, Int64Type>(a, n, t, |x, y| x.cmp(&y));
    "timestamp_" |a, n, t| fixed::<Int64Type, Int64Type>(a, n, t, |x, y| x.cmp(&y));
    "enum_" |a, n, t| fixed::<Int64Type, Int64Type>(a, n, t, |x, y| x.cmp(&y));
    "text" |a, n, t| text(a, n, t);
    "text_" |a, n, t| text(a, n, t);
    "name" |a, n, t| text(a, n, t);
    "numeric_" |a, n, t| decimal(a, n, t);
    "cash_" |a, n, t| fixed::<Int64Type, Int64Type>(a, n, t, |x, y| x.cmp(&y));
    "network_" |a, n, t| address(a, n, t);
    "macaddr_" |a, n, t| address(a, n, t);
    "macaddr8_" |a, n, t| address(a, n, t);
};

pub const TABLE: [&[(&str, Kernel)]; 2] = [ALL, &[]];
