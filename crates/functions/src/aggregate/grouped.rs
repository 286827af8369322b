//! Accumulators over whole arrays for many groups: `count`, `sum`, `avg`, `min` and `max` of integers,
//! floats, numeric, text, dates and timestamps. Everything else goes through [`super::Accumulator`].
//!
//! A group's state is a plain value in a vector; a batch is one loop over rows. Results and exported
//! states are made only at the end, one a group, in the shapes that the row accumulators use.

use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, BooleanArray, PrimitiveArray, StringArray};
use arrow::datatypes::{ArrowPrimitiveType, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, UInt32Type};
use gavel_types::{Datum, Numeric, Oid, PgType, SqlError, SqlResult};

use super::state::{foreign, pack, unpack};
use super::{AggregateSpec, GroupedAccumulator};
use crate::compare::compare_f64;
use crate::error::{bigint_out_of_range, float_overflow};
use crate::physical::ArrayBuilder;

/// The vectorised form of aggregate `oid`; `None` if it has none, and [`super::accumulator`] must do.
pub fn grouped(oid: Oid, spec: &AggregateSpec) -> Option<Box<dyn GroupedAccumulator>> {
    use Direction::{Max, Min};
    let result = spec.result;
    Some(match oid.0 {
        2147 | 2803 => make::<Count, AnyColumn>(result),
        2109 => make::<IntegerTotal<Bigint>, Fixed<Int16Type>>(result),
        2108 => make::<IntegerTotal<Bigint>, Fixed<Int32Type>>(result),
        2107 => make::<IntegerTotal<Whole>, Fixed<Int64Type>>(result),
        2102 => make::<IntegerTotal<Average>, Fixed<Int16Type>>(result),
        2101 => make::<IntegerTotal<Average>, Fixed<Int32Type>>(result),
        2100 => make::<IntegerTotal<Average>, Fixed<Int64Type>>(result),
        2114 => make::<NumericTotal<Whole>, NumericColumn>(result),
        2103 => make::<NumericTotal<Average>, NumericColumn>(result),
        2110 => make::<RealTotal, Fixed<Float32Type>>(result),
        2111 => make::<DoubleTotal<Whole>, Fixed<Float64Type>>(result),
        2104 => make::<DoubleTotal<Average>, Fixed<Float32Type>>(result),
        2105 => make::<DoubleTotal<Average>, Fixed<Float64Type>>(result),
        2117 => extreme::<Int16Type>(result, Max),
        2116 | 2122 => extreme::<Int32Type>(result, Max),
        2115 | 2123 | 2126 | 2127 => extreme::<Int64Type>(result, Max),
        2118 => extreme::<UInt32Type>(result, Max),
        2119 => extreme::<Float32Type>(result, Max),
        2120 => extreme::<Float64Type>(result, Max),
        2133 => extreme::<Int16Type>(result, Min),
        2132 | 2138 => extreme::<Int32Type>(result, Min),
        2131 | 2139 | 2142 | 2143 => extreme::<Int64Type>(result, Min),
        2134 => extreme::<UInt32Type>(result, Min),
        2135 => extreme::<Float32Type>(result, Min),
        2136 => extreme::<Float64Type>(result, Min),
        2130 => make::<ExtremeBytes<Numeric, true>, NumericBytes>(result),
        2146 => make::<ExtremeBytes<Numeric, false>, NumericBytes>(result),
        2129 => make::<ExtremeBytes<str, true>, TextBytes>(result),
        2145 => make::<ExtremeBytes<str, false>, TextBytes>(result),
        _ => return None,
    })
}

/// One group's state, fed with values of type `V`.
trait State<V: ?Sized>: Default + Send + 'static {
    fn add(&mut self, value: &V) -> SqlResult<()>;
    /// Adds all of `values`.
    fn add_all(&mut self, values: &[V]) -> SqlResult<()>
    where
        V: Sized,
    {
        values.iter().try_for_each(|v| self.add(v))
    }
    /// Adds `value` that many times.
    fn add_times(&mut self, value: &V, times: usize) -> SqlResult<()> {
        (0..times).try_for_each(|_| self.add(value))
    }
    fn export(&self, ty: PgType) -> Datum;
    fn merge(&mut self, state: &Datum) -> SqlResult<()>;
    fn finish(&self, ty: PgType) -> SqlResult<Datum>;
    /// Bytes on the heap.
    fn heap(&self) -> usize {
        0
    }
}

/// How values are taken from an argument.
trait Column: Send + 'static {
    type Value: ?Sized;
    /// Calls `f` with row and value of every row that is not NULL.
    fn each(args: &[ArrayRef], rows: usize, f: impl FnMut(usize, &Self::Value) -> SqlResult<()>) -> SqlResult<()>;
    /// Adds the value of every row that is not NULL to one state.
    fn fold(args: &[ArrayRef], rows: usize, state: &mut impl State<Self::Value>) -> SqlResult<()> {
        Self::each(args, rows, |_, value| state.add(value))
    }
}

struct Grouped<S, C> {
    states: Vec<S>,
    result: PgType,
    heap: usize,
    column: PhantomData<fn() -> C>,
}

fn make<S: State<C::Value>, C: Column>(result: PgType) -> Box<dyn GroupedAccumulator> {
    Box::new(Grouped::<S, C> { states: vec![], result, heap: 0, column: PhantomData })
}

impl<S: State<C::Value>, C: Column> Grouped<S, C> {
    fn grow(&mut self, total: usize) {
        if self.states.len() < total {
            self.states.resize_with(total, S::default);
        }
    }

    fn take(&mut self, count: Option<usize>) -> Vec<S> {
        let count = count.unwrap_or(self.states.len()).min(self.states.len());
        self.states.drain(..count).collect()
    }
}

fn wanted(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|f| f.is_valid(row) && f.value(row))
}

impl<S: State<C::Value>, C: Column> GroupedAccumulator for Grouped<S, C> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total_groups: usize,
    ) -> SqlResult<()> {
        self.grow(total_groups);
        if let ([state], None) = (&mut self.states[..], filter) {
            // Of one group, all rows are in it.
            let before = state.heap();
            C::fold(values, groups.len(), state)?;
            self.heap = self.heap.saturating_add_signed(state.heap() as isize - before as isize);
            return Ok(());
        }
        let states = &mut self.states;
        let mut heap = 0isize;
        C::each(values, groups.len(), |row, value| {
            if wanted(filter, row) {
                let state = groups.get(row).and_then(|g| states.get_mut(*g)).ok_or_else(foreign)?;
                let before = state.heap();
                state.add(value)?;
                heap += state.heap() as isize - before as isize;
            }
            Ok(())
        })?;
        self.heap = self.heap.saturating_add_signed(heap);
        Ok(())
    }

    fn state(&mut self, count: Option<usize>) -> SqlResult<ArrayRef> {
        let mut out = BinaryBuilder::new();
        for state in self.take(count) {
            let bytes = gavel_encoding::datum::to_bytes(&state.export(self.result))
                .map_err(|e| SqlError::internal(e.to_string()))?;
            out.append_value(bytes);
        }
        Ok(Arc::new(out.finish()))
    }

    fn merge_batch(
        &mut self,
        states: &ArrayRef,
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total_groups: usize,
    ) -> SqlResult<()> {
        self.grow(total_groups);
        let states = states.as_binary_opt::<i32>().ok_or_else(foreign)?;
        for (row, group) in groups.iter().enumerate().take(states.len()) {
            if states.is_valid(row) && wanted(filter, row) {
                let state = gavel_encoding::datum::decode(states.value(row)).map_err(|_| foreign())?;
                self.states.get_mut(*group).ok_or_else(foreign)?.merge(&state)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, count: Option<usize>) -> SqlResult<ArrayRef> {
        let states = self.take(count);
        let mut out = ArrayBuilder::new(self.result, states.len());
        for state in states {
            out.push(&state.finish(self.result)?)?;
        }
        Ok(out.finish())
    }

    fn size(&self) -> usize {
        self.states.capacity() * size_of::<S>() + self.heap
    }
}

/// A fixed-width argument.
struct Fixed<T>(PhantomData<fn() -> T>);

impl<T: ArrowPrimitiveType> Column for Fixed<T> {
    type Value = T::Native;

    fn each(args: &[ArrayRef], rows: usize, mut f: impl FnMut(usize, &T::Native) -> SqlResult<()>) -> SqlResult<()> {
        let array: &PrimitiveArray<T> = args.first().and_then(|a| a.as_primitive_opt()).ok_or_else(foreign)?;
        let values = &array.values()[..rows.min(array.len())];
        match array.nulls() {
            None => values.iter().enumerate().try_for_each(|(row, v)| f(row, v)),
            Some(nulls) => {
                values.iter().enumerate().filter(|(row, _)| nulls.is_valid(*row)).try_for_each(|(row, v)| f(row, v))
            }
        }
    }

    fn fold(args: &[ArrayRef], rows: usize, state: &mut impl State<T::Native>) -> SqlResult<()> {
        let array: &PrimitiveArray<T> = args.first().and_then(|a| a.as_primitive_opt()).ok_or_else(foreign)?;
        match array.nulls() {
            None => state.add_all(&array.values()[..rows.min(array.len())]),
            Some(_) => Self::each(args, rows, |_, value| state.add(value)),
        }
    }
}

/// Any argument, of which only the NULLs matter; or none.
struct AnyColumn;

impl Column for AnyColumn {
    type Value = ();

    fn each(args: &[ArrayRef], rows: usize, mut f: impl FnMut(usize, &()) -> SqlResult<()>) -> SqlResult<()> {
        let nulls = args.first().and_then(|a| a.logical_nulls());
        (0..rows).filter(|row| nulls.as_ref().is_none_or(|n| n.is_valid(*row))).try_for_each(|row| f(row, &()))
    }

    fn fold(args: &[ArrayRef], rows: usize, state: &mut impl State<()>) -> SqlResult<()> {
        let nulls = args.first().and_then(|a| a.logical_nulls()).map_or(0, |n| n.null_count());
        state.add_times(&(), rows.saturating_sub(nulls))
    }
}

fn binary(args: &[ArrayRef]) -> SqlResult<&BinaryArray> {
    args.first().and_then(|a| a.as_binary_opt::<i32>()).ok_or_else(foreign)
}

/// A numeric argument, read.
struct NumericColumn;

impl Column for NumericColumn {
    type Value = Numeric;

    fn each(args: &[ArrayRef], rows: usize, mut f: impl FnMut(usize, &Numeric) -> SqlResult<()>) -> SqlResult<()> {
        NumericBytes::each(args, rows, |row, bytes| f(row, &Numeric::from_arrow_bytes(bytes).ok_or_else(foreign)?))
    }
}

/// A numeric argument's bytes.
struct NumericBytes;

impl Column for NumericBytes {
    type Value = [u8];

    fn each(args: &[ArrayRef], rows: usize, mut f: impl FnMut(usize, &[u8]) -> SqlResult<()>) -> SqlResult<()> {
        let array = binary(args)?;
        (0..rows.min(array.len())).filter(|r| array.is_valid(*r)).try_for_each(|row| f(row, array.value(row)))
    }
}

/// A text argument's bytes.
struct TextBytes;

impl Column for TextBytes {
    type Value = [u8];

    fn each(args: &[ArrayRef], rows: usize, mut f: impl FnMut(usize, &[u8]) -> SqlResult<()>) -> SqlResult<()> {
        let array: &StringArray = args.first().and_then(|a| a.as_string_opt::<i32>()).ok_or_else(foreign)?;
        (0..rows.min(array.len()))
            .filter(|r| array.is_valid(*r))
            .try_for_each(|row| f(row, array.value(row).as_bytes()))
    }
}

#[derive(Default)]
struct Count(i64);

impl State<()> for Count {
    fn add(&mut self, (): &()) -> SqlResult<()> {
        self.0 += 1;
        Ok(())
    }

    fn add_times(&mut self, (): &(), times: usize) -> SqlResult<()> {
        self.0 += times as i64;
        Ok(())
    }

    fn export(&self, _: PgType) -> Datum {
        Datum::Int8(self.0)
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let Datum::Int8(n) = state else { return Err(foreign()) };
        self.0 = self.0.checked_add(*n).ok_or_else(bigint_out_of_range)?;
        Ok(())
    }

    fn finish(&self, _: PgType) -> SqlResult<Datum> {
        Ok(Datum::Int8(self.0))
    }
}

/// What a total becomes: `bigint`, its own type, or the average.
struct Bigint;
struct Whole;
struct Average;

/// Sum of integers; no number of rows overflows 128 bits.
struct IntegerTotal<E> {
    sum: i128,
    count: i64,
    end: PhantomData<E>,
}

impl<E> Default for IntegerTotal<E> {
    fn default() -> Self {
        Self { sum: 0, count: 0, end: PhantomData }
    }
}

/// How an integer total ends.
trait IntegerEnd: Send + 'static {
    fn finish(sum: i128, count: i64) -> SqlResult<Datum>;
}

impl IntegerEnd for Bigint {
    fn finish(sum: i128, _: i64) -> SqlResult<Datum> {
        i64::try_from(sum).map(Datum::Int8).map_err(|_| bigint_out_of_range())
    }
}

impl IntegerEnd for Whole {
    fn finish(sum: i128, _: i64) -> SqlResult<Datum> {
        Ok(Datum::Numeric(Numeric::from(sum)))
    }
}

impl IntegerEnd for Average {
    fn finish(sum: i128, count: i64) -> SqlResult<Datum> {
        Numeric::from(sum).div(&Numeric::from(count)).map(Datum::Numeric)
    }
}

impl<E: IntegerEnd, V: Copy> State<V> for IntegerTotal<E>
where
    i64: From<V>,
{
    fn add(&mut self, value: &V) -> SqlResult<()> {
        self.sum += i128::from(i64::from(*value));
        self.count += 1;
        Ok(())
    }

    fn add_all(&mut self, values: &[V]) -> SqlResult<()> {
        // Sums of the upper and of the lower halves: of so many numbers neither overflows, and the
        // processor adds several at once.
        for piece in values.chunks(1 << 30) {
            let (mut high, mut low) = (0i64, 0i64);
            for value in piece {
                let value = i64::from(*value);
                high += value >> 32;
                low += value & 0xffff_ffff;
            }
            self.sum += (i128::from(high) << 32) + i128::from(low);
        }
        self.count += values.len() as i64;
        Ok(())
    }

    fn export(&self, _: PgType) -> Datum {
        pack(vec![Datum::Numeric(Numeric::from(self.sum)), Datum::Int8(self.count)])
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let [Datum::Numeric(sum), Datum::Int8(count)] = unpack::<2>(state)? else { return Err(foreign()) };
        self.sum = sum.to_i128().and_then(|s| self.sum.checked_add(s)).ok_or_else(foreign)?;
        self.count += count;
        Ok(())
    }

    fn finish(&self, _: PgType) -> SqlResult<Datum> {
        if self.count == 0 { Ok(Datum::Null) } else { E::finish(self.sum, self.count) }
    }
}

struct NumericTotal<E> {
    sum: Numeric,
    count: i64,
    end: PhantomData<E>,
}

impl<E> Default for NumericTotal<E> {
    fn default() -> Self {
        Self { sum: Numeric::ZERO, count: 0, end: PhantomData }
    }
}

/// Whether a total is divided by its count.
trait End: Send + 'static {
    const AVERAGE: bool;
}

impl End for Whole {
    const AVERAGE: bool = false;
}

impl End for Average {
    const AVERAGE: bool = true;
}

impl<E: End> State<Numeric> for NumericTotal<E> {
    fn add(&mut self, value: &Numeric) -> SqlResult<()> {
        self.sum = self.sum.add(value)?;
        self.count += 1;
        Ok(())
    }

    fn export(&self, _: PgType) -> Datum {
        pack(vec![Datum::Numeric(self.sum.clone()), Datum::Int8(self.count)])
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let [Datum::Numeric(sum), Datum::Int8(count)] = unpack::<2>(state)? else { return Err(foreign()) };
        self.sum = self.sum.add(&sum)?;
        self.count += count;
        Ok(())
    }

    fn finish(&self, _: PgType) -> SqlResult<Datum> {
        match self.count {
            0 => Ok(Datum::Null),
            n if E::AVERAGE => self.sum.div(&Numeric::from(n)).map(Datum::Numeric),
            _ => Ok(Datum::Numeric(self.sum.clone())),
        }
    }
}

/// `sum(real)`, which adds up in single precision.
#[derive(Default)]
struct RealTotal {
    sum: f32,
    count: i64,
}

impl State<f32> for RealTotal {
    fn add(&mut self, value: &f32) -> SqlResult<()> {
        self.sum = crate::float::checked4(self.sum + value, self.sum, *value)?;
        self.count += 1;
        Ok(())
    }

    fn export(&self, _: PgType) -> Datum {
        pack(vec![Datum::Float4(self.sum), Datum::Int8(self.count)])
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let [Datum::Float4(sum), Datum::Int8(count)] = unpack::<2>(state)? else { return Err(foreign()) };
        self.sum = crate::float::checked4(self.sum + sum, self.sum, sum)?;
        self.count += count;
        Ok(())
    }

    fn finish(&self, _: PgType) -> SqlResult<Datum> {
        Ok(if self.count == 0 { Datum::Null } else { Datum::Float4(self.sum) })
    }
}

struct DoubleTotal<E> {
    sum: f64,
    count: i64,
    end: PhantomData<E>,
}

impl<E> Default for DoubleTotal<E> {
    fn default() -> Self {
        Self { sum: 0.0, count: 0, end: PhantomData }
    }
}

impl<E: End, V: Copy + Into<f64>> State<V> for DoubleTotal<E> {
    fn add(&mut self, value: &V) -> SqlResult<()> {
        let value = (*value).into();
        let sum = self.sum + value;
        if sum.is_infinite() && self.sum.is_finite() && value.is_finite() {
            return Err(float_overflow());
        }
        self.sum = sum;
        self.count += 1;
        Ok(())
    }

    fn export(&self, _: PgType) -> Datum {
        pack(vec![Datum::Float8(self.sum), Datum::Int8(self.count)])
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let [Datum::Float8(sum), Datum::Int8(count)] = unpack::<2>(state)? else { return Err(foreign()) };
        self.sum = crate::float::checked8(self.sum + sum, self.sum, sum)?;
        self.count += count;
        Ok(())
    }

    fn finish(&self, _: PgType) -> SqlResult<Datum> {
        Ok(match self.count {
            0 => Datum::Null,
            n if E::AVERAGE => Datum::Float8(self.sum / n as f64),
            _ => Datum::Float8(self.sum),
        })
    }
}

/// Which end is kept.
#[derive(Clone, Copy)]
enum Direction {
    Max,
    Min,
}

/// A fixed-width value that a datum of `ty` holds, and back.
trait Plain: ArrowPrimitiveType {
    fn greater(a: Self::Native, b: Self::Native) -> bool;
    fn datum(value: Self::Native, ty: PgType) -> Datum;
    fn of(datum: &Datum) -> Option<Self::Native>;
}

macro_rules! plain {
    ($($ty:ty: |$a:ident, $b:ident| $greater:expr, |$v:ident, $oid:ident| $datum:expr, $($variant:ident)|*;)*) => {$(
        impl Plain for $ty {
            fn greater($a: Self::Native, $b: Self::Native) -> bool {
                $greater
            }
            fn datum($v: Self::Native, ty: PgType) -> Datum {
                let $oid = ty.oid;
                let _ = $oid;
                $datum
            }
            fn of(datum: &Datum) -> Option<Self::Native> {
                match datum {
                    $(Datum::$variant(v))|* => Some(*v),
                    _ => None,
                }
            }
        }
    )*};
}

plain! {
    Int16Type: |a, b| a > b, |v, _oid| Datum::Int2(v), Int2;
    Int32Type: |a, b| a > b, |v, oid| if oid == Oid::DATE { Datum::Date(v) } else { Datum::Int4(v) }, Int4 | Date;
    Int64Type: |a, b| a > b, |v, oid| match oid {
        Oid::TIME => Datum::Time(v),
        Oid::TIMESTAMP => Datum::Timestamp(v),
        Oid::TIMESTAMPTZ => Datum::TimestampTz(v),
        _ => Datum::Int8(v),
    }, Int8 | Time | Timestamp | TimestampTz;
    UInt32Type: |a, b| a > b, |v, _oid| Datum::Oid(v), Oid;
    Float32Type: |a, b| compare_f64(f64::from(a), f64::from(b)).is_gt(), |v, _oid| Datum::Float4(v), Float4;
    Float64Type: |a, b| compare_f64(a, b).is_gt(), |v, _oid| Datum::Float8(v), Float8;
}

struct Extreme<T: ArrowPrimitiveType, const MAX: bool>(Option<T::Native>);

impl<T: ArrowPrimitiveType, const MAX: bool> Default for Extreme<T, MAX> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Plain, const MAX: bool> Extreme<T, MAX> {
    fn offer(&mut self, value: T::Native) {
        let better = self.0.is_none_or(|kept| if MAX { T::greater(value, kept) } else { T::greater(kept, value) });
        if better {
            self.0 = Some(value);
        }
    }
}

impl<T: Plain, const MAX: bool> State<T::Native> for Extreme<T, MAX> {
    fn add(&mut self, value: &T::Native) -> SqlResult<()> {
        self.offer(*value);
        Ok(())
    }

    fn export(&self, ty: PgType) -> Datum {
        self.0.map_or(Datum::Null, |v| T::datum(v, ty))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        if !state.is_null() {
            self.offer(T::of(state).ok_or_else(foreign)?);
        }
        Ok(())
    }

    fn finish(&self, ty: PgType) -> SqlResult<Datum> {
        Ok(self.0.map_or(Datum::Null, |v| T::datum(v, ty)))
    }
}

fn extreme<T: Plain>(result: PgType, direction: Direction) -> Box<dyn GroupedAccumulator> {
    match direction {
        Direction::Max => make::<Extreme<T, true>, Fixed<T>>(result),
        Direction::Min => make::<Extreme<T, false>, Fixed<T>>(result),
    }
}

/// The greatest or least of values that order as their bytes do.
struct ExtremeBytes<K: ?Sized, const MAX: bool>(Option<Box<[u8]>>, PhantomData<fn() -> Box<K>>);

impl<K: ?Sized, const MAX: bool> Default for ExtremeBytes<K, MAX> {
    fn default() -> Self {
        Self(None, PhantomData)
    }
}

/// What the bytes are of.
trait Bytes: 'static {
    /// The part that orders.
    fn key(bytes: &[u8]) -> &[u8];
    fn datum(bytes: &[u8]) -> SqlResult<Datum>;
    fn of(datum: &Datum) -> SqlResult<Vec<u8>>;
}

impl Bytes for Numeric {
    fn key(bytes: &[u8]) -> &[u8] {
        // The display scale at the end does not order.
        &bytes[..bytes.len().saturating_sub(2)]
    }

    fn datum(bytes: &[u8]) -> SqlResult<Datum> {
        Self::from_arrow_bytes(bytes).map(Datum::Numeric).ok_or_else(foreign)
    }

    fn of(datum: &Datum) -> SqlResult<Vec<u8>> {
        let Datum::Numeric(n) = datum else { return Err(foreign()) };
        let mut bytes = vec![];
        n.to_arrow_bytes(&mut bytes);
        Ok(bytes)
    }
}

impl Bytes for str {
    fn key(bytes: &[u8]) -> &[u8] {
        bytes
    }

    fn datum(bytes: &[u8]) -> SqlResult<Datum> {
        std::str::from_utf8(bytes).map(Datum::text).map_err(|_| foreign())
    }

    fn of(datum: &Datum) -> SqlResult<Vec<u8>> {
        let Datum::Text(s) = datum else { return Err(foreign()) };
        Ok(s.as_bytes().to_vec())
    }
}

impl<K: Bytes + ?Sized, const MAX: bool> State<[u8]> for ExtremeBytes<K, MAX> {
    fn add(&mut self, value: &[u8]) -> SqlResult<()> {
        let better = self.0.as_ref().is_none_or(|kept| {
            let order = K::key(value).cmp(K::key(kept));
            if MAX { order.is_gt() } else { order.is_lt() }
        });
        if better {
            self.0 = Some(value.into());
        }
        Ok(())
    }

    fn export(&self, ty: PgType) -> Datum {
        self.finish(ty).unwrap_or(Datum::Null)
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        if state.is_null() { Ok(()) } else { self.add(&K::of(state)?) }
    }

    fn finish(&self, _: PgType) -> SqlResult<Datum> {
        self.0.as_deref().map_or(Ok(Datum::Null), K::datum)
    }

    fn heap(&self) -> usize {
        self.0.as_ref().map_or(0, |b| b.len())
    }
}

#[cfg(test)]
mod grouped_test;
