//! Expressions that are not function calls and have no kernel: arrays, records, lists, casts through
//! text. Row by row over values.

mod assign;
mod domain;

pub(crate) use domain::domain_check;
pub use domain::{no_null, violated};
use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::{and_kleene, not, or_kleene};
use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use gavel_binder::bound::RowCompareOp;
use gavel_functions::compare::{compare, sort_key};
use gavel_functions::physical::{build_array, datum_at, physical_type};
use gavel_functions::{Call, call, registry};
use gavel_types::{ArrayValue, Datum, Oid, PgType, Point, SqlError, SqlResult, SqlState, text_io};

use crate::exec::batch::arrow_error;
use crate::exec::eval::{Cx, Stop};
use crate::exec::expr::{Expr, ExprKind, Index, RowPair, Value, array_of, boolean, call_values, value_at};

/// Constants of an IN list as sort keys, for lists worth hashing.
#[derive(Debug, Default)]
pub struct ConstantSet {
    pub keys: HashSet<Vec<u8>>,
    pub has_null: bool,
}

/// Evaluates the kinds that [`Expr::eval`] leaves to this module.
pub(crate) fn eval(expr: &Expr, cx: &Cx<'_>, batch: &RecordBatch) -> Result<Value, Stop> {
    let rows = batch.num_rows();
    match &expr.kind {
        ExprKind::CoerceViaIo(input) => {
            let value = input.eval(cx, batch)?;
            Ok(by_row(expr.ty, rows, &[(value, input.ty)], |v| coerce_via_io(cx, &v[0], input.ty, expr.ty))?)
        }
        ExprKind::MinMax { greatest, args } => {
            let values = typed(args, cx, batch)?;
            Ok(by_row(expr.ty, rows, &values, |v| {
                let present = v.iter().filter(|d| !d.is_null());
                let best = if *greatest {
                    present.max_by(|a, b| compare(a, b, expr.ty))
                } else {
                    present.min_by(|a, b| compare(a, b, expr.ty))
                };
                Ok(best.cloned().unwrap_or(Datum::Null))
            })?)
        }
        ExprKind::InList { function, left, items, all, set } => {
            let value = left.eval(cx, batch)?;
            if let Some(set) = set {
                return Ok(by_row(PgType::BOOL, rows, &[(value, left.ty)], |v| Ok(set_contains(set, &v[0], left.ty)))?);
            }
            let items = typed(items, cx, batch)?;
            quantify(cx, *function, (&value, left.ty), items.iter().map(|(v, t)| (v, *t)), *all, rows)
        }
        ExprKind::AnyArray { function, left, array, all } => {
            let (value, array_value) = (left.eval(cx, batch)?, array.eval(cx, batch)?);
            any_array(cx, *function, (&value, left.ty), (&array_value, array.ty), *all, rows)
        }
        ExprKind::Array(items) => {
            let values = typed(items, cx, batch)?;
            let nested = items.first().is_some_and(|i| i.ty.oid == expr.ty.oid);
            let element = expr.ty.oid.element().unwrap_or(Oid::TEXT);
            Ok(by_row(expr.ty, rows, &values, |v| make_array(v, expr.ty.oid, element, nested))?)
        }
        ExprKind::SubscriptAssign { input, indices, value } => assign::eval(expr, cx, batch, (input, indices, value)),
        ExprKind::Subscript { input, indices } => eval_subscript(expr, cx, batch, input, indices),
        ExprKind::Row(items) => {
            let values = typed(items, cx, batch)?;
            Ok(by_row(expr.ty, rows, &values, |v| {
                let fields: Vec<(Oid, Datum)> = items.iter().zip(v).map(|(i, d)| (i.ty.oid, d.clone())).collect();
                Ok(Datum::Record(fields.into()))
            })?)
        }
        ExprKind::Field { input, index } => {
            let value = input.eval(cx, batch)?;
            Ok(by_row(expr.ty, rows, &[(value, input.ty)], |v| field_of(&v[0], *index, expr.ty))?)
        }
        ExprKind::FieldCount { input, count } => {
            let value = input.eval(cx, batch)?;
            Ok(by_row(expr.ty, rows, &[(value, input.ty)], |v| require_fields(v[0].clone(), *count))?)
        }
        ExprKind::RowCompare { op, pairs } => row_compare(cx, batch, *op, pairs),
        _ => Err(SqlError::internal("expression kind has no evaluation").into()),
    }
}

/// A field of a record, as a value of type `wanted`; NULL if there is none.
///
/// # Errors
/// 42804 if it is of another type.
pub(crate) fn field_of(record: &Datum, index: usize, wanted: PgType) -> SqlResult<Datum> {
    let Datum::Record(fields) = record else { return Ok(Datum::Null) };
    let Some((found, value)) = fields.get(index) else { return Ok(Datum::Null) };
    let fits = value.is_null() || physical_type(PgType::new(*found)) == physical_type(wanted);
    if fits { Ok(value.clone()) } else { Err(other_field(*found, wanted, index)) }
}

/// A record, if it has so many fields.
///
/// # Errors
/// 42804 if it has not.
pub(crate) fn require_fields(record: Datum, count: usize) -> SqlResult<Datum> {
    match &record {
        Datum::Record(fields) if fields.len() != count => {
            let (found, plural) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
            let text = "function return row and query-specified return row do not match";
            Err(SqlError::new(SqlState::DatatypeMismatch, text)
                .detail(format!("Returned row contains {found} attribute{plural}, but query expects {count}.")))
        }
        _ => Ok(record),
    }
}

/// A record whose fields were not known before has one of another type than was said.
fn other_field(found: Oid, wanted: PgType, index: usize) -> SqlError {
    let (found, wanted) = (text_io::type_name(found), text_io::type_name(wanted.oid));
    let text = "function return row and query-specified return row do not match";
    SqlError::new(SqlState::DatatypeMismatch, text)
        .detail(format!("Returned type {found} at ordinal position {}, but query expects {wanted}.", index + 1))
}

fn typed(items: &[Expr], cx: &Cx<'_>, batch: &RecordBatch) -> Result<Vec<(Value, PgType)>, Stop> {
    items.iter().map(|i| Ok((i.eval(cx, batch)?, i.ty))).collect()
}

/// Applies `f` to the values of each row; once if all are scalars.
fn by_row(
    ty: PgType,
    rows: usize,
    args: &[(Value, PgType)],
    mut f: impl FnMut(&[Datum]) -> SqlResult<Datum>,
) -> SqlResult<Value> {
    let mut values = Vec::with_capacity(args.len());
    if args.iter().all(|(a, _)| matches!(a, Value::Scalar(_))) {
        for (arg, ty) in args {
            values.push(value_at(arg, *ty, 0)?);
        }
        return f(&values).map(Value::Scalar);
    }
    let mut builder = gavel_functions::physical::ArrayBuilder::new(ty, rows);
    for row in 0..rows {
        values.clear();
        for (arg, ty) in args {
            values.push(value_at(arg, *ty, row)?);
        }
        builder.push(&f(&values)?)?;
    }
    Ok(Value::Array(builder.finish()))
}

/// `IS NULL`: a record is if all of its fields are.
pub(crate) fn is_null(value: &Datum) -> bool {
    match value {
        Datum::Record(fields) => fields.iter().all(|f| f.1.is_null()),
        other => other.is_null(),
    }
}

/// `IS NOT NULL`: a record is if none of its fields is NULL.
pub(crate) fn is_not_null(value: &Datum) -> bool {
    match value {
        Datum::Record(fields) => !fields.iter().any(|f| f.1.is_null()),
        other => !other.is_null(),
    }
}

pub(crate) fn record_nulls(array: &ArrayRef, ty: PgType, negated: bool) -> SqlResult<Value> {
    let mut result = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        let value = datum_at(array.as_ref(), row, ty)?;
        result.push(if negated { is_not_null(&value) } else { is_null(&value) });
    }
    Ok(Value::Array(Arc::new(BooleanArray::from(result))))
}

/// Calls a boolean function of two columns; the result as an array.
pub(crate) fn call_bool(
    cx: &Cx<'_>,
    function: Oid,
    (left, left_ty): (&Value, PgType),
    (right, right_ty): (&Value, PgType),
    rows: usize,
) -> SqlResult<BooleanArray> {
    let proc = registry::proc(function)
        .ok_or_else(|| SqlError::internal(format!("comparison function {function} is unknown")))?;
    let args = [left.clone(), right.clone()];
    let value = call_values(proc, cx, &[left_ty, right_ty], PgType::BOOL, &args, rows)?;
    Ok(boolean(&array_of(value, PgType::BOOL, rows)?)?.clone())
}

pub(crate) fn is_distinct(
    cx: &Cx<'_>,
    equal: Oid,
    (a, a_ty): (&Value, PgType),
    (b, b_ty): (&Value, PgType),
    negated: bool,
    rows: usize,
) -> SqlResult<Value> {
    let same = call_bool(cx, equal, (a, a_ty), (b, b_ty), rows)?;
    let null = |value: &Value, row: usize| match value {
        Value::Scalar(v) => v.is_null(),
        Value::Array(array) => array.is_null(row),
    };
    let result: BooleanArray = (0..rows)
        .map(|row| {
            let distinct = match (null(a, row), null(b, row)) {
                (true, true) => false,
                (false, false) => !(same.is_valid(row) && same.value(row)),
                _ => true,
            };
            Some(distinct != negated)
        })
        .collect();
    Ok(Value::Array(Arc::new(result)))
}

fn set_contains(set: &ConstantSet, value: &Datum, ty: PgType) -> Datum {
    if value.is_null() {
        return Datum::Null;
    }
    if set.keys.contains(&sort_key(value, ty)) {
        Datum::Bool(true)
    } else if set.has_null {
        Datum::Null
    } else {
        Datum::Bool(false)
    }
}

/// `left op ANY (items)`, or ALL, over columns of items.
fn quantify<'v>(
    cx: &Cx<'_>,
    function: Oid,
    left: (&Value, PgType),
    items: impl Iterator<Item = (&'v Value, PgType)>,
    all: bool,
    rows: usize,
) -> Result<Value, Stop> {
    let mut result = BooleanArray::from(vec![all; rows]);
    for item in items {
        let hit = call_bool(cx, function, left, item, rows)?;
        result = if all { and_kleene(&result, &hit) } else { or_kleene(&result, &hit) }.map_err(arrow_error)?;
    }
    Ok(Value::Array(Arc::new(result)))
}

fn any_array(
    cx: &Cx<'_>,
    function: Oid,
    left: (&Value, PgType),
    (array, array_ty): (&Value, PgType),
    all: bool,
    rows: usize,
) -> Result<Value, Stop> {
    let element = PgType::new(array_ty.oid.element().unwrap_or(Oid::TEXT));
    match array {
        Value::Scalar(Datum::Array(items)) => {
            let items: Vec<Value> = items.values.iter().map(|v| Value::Scalar(v.clone())).collect();
            quantify(cx, function, left, items.iter().map(|i| (i, element)), all, rows)
        }
        Value::Scalar(_) => Ok(Value::Scalar(Datum::Null)),
        Value::Array(_) => {
            let args = [(left.0.clone(), left.1), (array.clone(), array_ty)];
            let types = [left.1, element];
            let site = Call { context: &cx.frame.exec.env.eval, arg_types: &types, result: PgType::BOOL };
            let implementation = call::resolve(function)?;
            Ok(by_row(PgType::BOOL, rows, &args, |v| {
                let Datum::Array(items) = &v[1] else { return Ok(Datum::Null) };
                let mut unknown = false;
                for item in &items.values {
                    match implementation.call(&site, &[v[0].clone(), item.clone()])? {
                        Datum::Bool(b) if b != all => return Ok(Datum::Bool(b)),
                        Datum::Null => unknown = true,
                        _ => {}
                    }
                }
                Ok(if unknown { Datum::Null } else { Datum::Bool(all) })
            })?)
        }
    }
}

pub(crate) fn coerce_via_io(cx: &Cx<'_>, value: &Datum, from: PgType, to: PgType) -> SqlResult<Datum> {
    if value.is_null() {
        return Ok(Datum::Null);
    }
    let style = &cx.frame.exec.env.eval.style;
    let text: Arc<str> = match value {
        Datum::Text(text) => text.clone(),
        other => {
            let mut text = String::new();
            text_io::write(other, from, style, &mut text);
            text.into()
        }
    };
    text_io::parse(&text, to, style)
}

/// `ARRAY[…]` of elements, or of arrays that become its rows.
fn make_array(items: &[Datum], ty: Oid, element: Oid, nested: bool) -> SqlResult<Datum> {
    if !nested {
        return Ok(Datum::Array(Arc::new(ArrayValue::of_type(ty, element, items.to_vec()))));
    }
    let mut inner: Option<Vec<(i32, i32)>> = None;
    let mut values = vec![];
    let mut count = 0;
    for item in items {
        let Datum::Array(array) = item else { continue };
        if inner.get_or_insert_with(|| array.dims.clone()).iter().map(|d| d.0).ne(array.dims.iter().map(|d| d.0)) {
            return Err(SqlError::new(
                SqlState::ArraySubscriptError,
                "multidimensional arrays must have array expressions with matching dimensions",
            ));
        }
        values.extend(array.values.iter().cloned());
        count += 1;
    }
    let inner = inner.unwrap_or_default();
    if inner.is_empty() {
        return Ok(Datum::Array(Arc::new(ArrayValue::vector(element, vec![]))));
    }
    let mut dims = vec![(count, 1)];
    dims.extend(inner);
    Ok(Datum::Array(Arc::new(ArrayValue { element, dims, values })))
}

/// `ARRAY(subquery)`: of plain values, or of arrays that become its rows.
pub(crate) fn array_of_results(values: &[Datum], element: Oid, ty: PgType) -> SqlResult<Datum> {
    make_array(values, Oid::ANYARRAY, element, ty.oid.element().is_some_and(|inner| inner == element))
}

pub(crate) fn array_coerce(
    cx: &Cx<'_>,
    input: &Value,
    input_ty: PgType,
    element: &Expr,
    ty: PgType,
    rows: usize,
) -> Result<Value, Stop> {
    let from = PgType::new(input_ty.oid.element().unwrap_or(Oid::TEXT));
    let to = ty.oid.element().unwrap_or(Oid::TEXT);
    let convert = |value: &Datum| -> Result<Datum, Stop> {
        let Datum::Array(array) = value else { return Ok(Datum::Null) };
        let items = build_array(from, array.values.iter().cloned())?;
        let schema = Schema::new(vec![arrow::datatypes::Field::new("item", items.data_type().clone(), true)]);
        let batch = RecordBatch::try_new(Arc::new(schema), vec![items]).map_err(arrow_error)?;
        let result = element.eval_array(cx, &batch)?;
        let values =
            (0..result.len()).map(|i| datum_at(result.as_ref(), i, element.ty)).collect::<SqlResult<Vec<_>>>()?;
        Ok(Datum::Array(Arc::new(ArrayValue { element: to, dims: array.dims.clone(), values })))
    };
    if let Value::Scalar(value) = input {
        return convert(value).map(Value::Scalar);
    }
    let mut values = Vec::with_capacity(rows);
    for row in 0..rows {
        values.push(convert(&value_at(input, input_ty, row)?)?);
    }
    Ok(Value::Array(build_array(ty, values)?))
}

fn eval_subscript(
    expr: &Expr,
    cx: &Cx<'_>,
    batch: &RecordBatch,
    input: &Expr,
    indices: &[Index],
) -> Result<Value, Stop> {
    let mut args = vec![(input.eval(cx, batch)?, input.ty)];
    // Which argument each bound is.
    let mut bounds: Vec<(Option<usize>, Option<usize>)> = vec![];
    let push = |args: &mut Vec<(Value, PgType)>, e: &Expr| -> Result<usize, Stop> {
        args.push((e.eval(cx, batch)?, e.ty));
        Ok(args.len() - 1)
    };
    for index in indices {
        match index {
            Index::Element(e) => {
                let at = push(&mut args, e)?;
                bounds.push((None, Some(at)));
            }
            Index::Slice(low, high) => {
                let low = low.as_ref().map(|e| push(&mut args, e)).transpose()?;
                let high = high.as_ref().map(|e| push(&mut args, e)).transpose()?;
                bounds.push((low, high));
            }
        }
    }
    let elements: Vec<bool> = indices.iter().map(|i| matches!(i, Index::Element(_))).collect();
    Ok(by_row(expr.ty, batch.num_rows(), &args, |v| {
        if v[1..].iter().any(Datum::is_null) {
            return Ok(Datum::Null);
        }
        let int = |at: usize| position(&v[at]).unwrap_or(0);
        let one = |((low, high), element): (&(Option<usize>, Option<usize>), &bool)| match element {
            true => At::Element(high.map_or(0, int)),
            false => At::Slice(low.map(int), high.map(int)),
        };
        Ok(find_at(&v[0], &bounds.iter().zip(&elements).map(one).collect::<Vec<At>>()))
    })?)
}

/// A subscript as it was evaluated; none of its parts was NULL.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    Element(i64),
    /// From and to, where they are given.
    Slice(Option<i64>, Option<i64>),
}

/// A subscript's number; `None` for NULL.
pub(crate) fn position(value: &Datum) -> Option<i64> {
    match value {
        Datum::Int2(i) => Some(i64::from(*i)),
        Datum::Int4(i) => Some(i64::from(*i)),
        Datum::Int8(i) => Some(*i),
        _ => None,
    }
}

/// What subscripts find in a value; NULL where there is nothing.
pub(crate) fn find_at(value: &Datum, at: &[At]) -> Datum {
    let number = |at: &At| match at {
        At::Element(n) => *n,
        At::Slice(_, high) => high.unwrap_or(0),
    };
    let subscripts = || at.iter().map(number).collect::<Vec<i64>>();
    let array = match value {
        Datum::Array(array) => array,
        Datum::Point(point) => return coordinate(*point, &subscripts()),
        // Of strings only a `name` has subscripts.
        Datum::Text(name) => return byte_of(name, &subscripts()),
        _ => return Datum::Null,
    };
    if at.iter().any(|at| matches!(at, At::Slice(..))) {
        let range = |at: &At| match at {
            // In a slice, a plain subscript n means 1:n.
            At::Element(n) => (Some(1), Some(*n)),
            At::Slice(low, high) => (*low, *high),
        };
        return slice_array(array, &at.iter().map(range).collect::<Vec<_>>());
    }
    element_of(array, &subscripts())
}

/// `p[0]` is x, `p[1]` y.
fn coordinate(point: Point, subscripts: &[i64]) -> Datum {
    match subscripts {
        [0] => Datum::Float8(point.x),
        [1] => Datum::Float8(point.y),
        _ => Datum::Null,
    }
}

/// `n[0]` is the first of the 64 bytes of a name; those behind its end are zero.
fn byte_of(name: &str, subscripts: &[i64]) -> Datum {
    match subscripts {
        [n @ 0..64] => Datum::Char(usize::try_from(*n).ok().and_then(|n| name.as_bytes().get(n).copied()).unwrap_or(0)),
        _ => Datum::Null,
    }
}

fn element_of(array: &ArrayValue, subscripts: &[i64]) -> Datum {
    if subscripts.len() != array.dims.len() {
        return Datum::Null;
    }
    let mut position = 0usize;
    for ((len, lower), subscript) in array.dims.iter().zip(subscripts) {
        let offset = subscript - i64::from(*lower);
        if offset < 0 || offset >= i64::from(*len) {
            return Datum::Null;
        }
        position = position * usize::try_from(*len).unwrap_or(0) + usize::try_from(offset).unwrap_or(0);
    }
    array.values.get(position).cloned().unwrap_or(Datum::Null)
}

fn slice_array(array: &ArrayValue, ranges: &[(Option<i64>, Option<i64>)]) -> Datum {
    let empty = || Datum::Array(Arc::new(ArrayValue::vector(array.element, vec![])));
    if ranges.len() > array.dims.len() {
        return empty();
    }
    // Kept offsets in each dimension.
    let mut kept: Vec<(usize, usize)> = vec![];
    for (i, (len, lower)) in array.dims.iter().enumerate() {
        let (len, lower) = (i64::from(*len), i64::from(*lower));
        let (low, high) = ranges.get(i).copied().unwrap_or((None, None));
        let low = low.map_or(0, |l| (l - lower).max(0));
        let high = high.map_or(len, |h| (h - lower + 1).min(len));
        if low >= high {
            return empty();
        }
        kept.push((usize::try_from(low).unwrap_or(0), usize::try_from(high).unwrap_or(0)));
    }
    let mut values = vec![];
    let mut at: Vec<usize> = kept.iter().map(|k| k.0).collect();
    'all: loop {
        let position =
            at.iter().zip(&array.dims).fold(0usize, |p, (a, (len, _))| p * usize::try_from(*len).unwrap_or(0) + a);
        values.push(array.values.get(position).cloned().unwrap_or(Datum::Null));
        for d in (0..at.len()).rev() {
            at[d] += 1;
            if at[d] < kept[d].1 {
                continue 'all;
            }
            at[d] = kept[d].0;
        }
        break;
    }
    let dims = kept.iter().map(|(low, high)| (i32::try_from(high - low).unwrap_or(i32::MAX), 1)).collect();
    Datum::Array(Arc::new(ArrayValue { element: array.element, dims, values }))
}

/// `(a, b) < (c, d)`: the first pair that is not equal decides; NULL if it cannot be told.
fn row_compare(cx: &Cx<'_>, batch: &RecordBatch, op: RowCompareOp, pairs: &[RowPair]) -> Result<Value, Stop> {
    let rows = batch.num_rows();
    let at_end = matches!(op, RowCompareOp::Le | RowCompareOp::Ge);
    let mut result = BooleanArray::from(vec![at_end; rows]);
    for pair in pairs.iter().rev() {
        let (left, right) = (pair.left.eval(cx, batch)?, pair.right.eval(cx, batch)?);
        let (left, right) = ((&left, pair.left.ty), (&right, pair.right.ty));
        let order = call_bool(cx, pair.order, left, right, rows)?;
        let equal = call_bool(cx, pair.equal, left, right, rows)?;
        result = (0..rows)
            .map(|row| {
                if equal.is_null(row) {
                    None
                } else if equal.value(row) {
                    result.is_valid(row).then(|| result.value(row))
                } else {
                    order.is_valid(row).then(|| order.value(row))
                }
            })
            .collect();
    }
    Ok(Value::Array(Arc::new(result)))
}

/// What a quantified comparison with a subquery's rows is evaluated against.
#[derive(Debug)]
pub struct RowSet {
    /// Columns of the result.
    pub columns: Vec<(ArrayRef, PgType)>,
    pub rows: usize,
    /// Sort keys of rows without NULL, where equality may be hashed.
    pub hashed: Option<HashSet<Vec<u8>>>,
    /// Rows with a NULL somewhere, when hashed.
    pub with_nulls: Vec<usize>,
}

impl RowSet {
    /// `hashable`: all functions are the equality of the columns' own type.
    pub fn new(columns: Vec<(ArrayRef, PgType)>, rows: usize, hashable: bool) -> SqlResult<Self> {
        let (mut hashed, mut with_nulls) = (None, vec![]);
        if hashable {
            let mut set = HashSet::with_capacity(rows);
            for row in 0..rows {
                if columns.iter().any(|(c, _)| c.is_null(row)) {
                    with_nulls.push(row);
                    continue;
                }
                let mut key = vec![];
                for (column, ty) in &columns {
                    key.extend(sort_key(&datum_at(column.as_ref(), row, *ty)?, *ty));
                }
                set.insert(key);
            }
            hashed = Some(set);
        }
        Ok(Self { columns, rows, hashed, with_nulls })
    }

    /// `left op ANY (rows)` or ALL for one row of left values.
    pub(crate) fn decide(
        &self,
        cx: &Cx<'_>,
        left: &[(Datum, PgType)],
        functions: &[Oid],
        all: bool,
    ) -> SqlResult<Datum> {
        if self.rows == 0 {
            return Ok(Datum::Bool(all));
        }
        if let (Some(set), false) = (&self.hashed, all)
            && left.iter().all(|(v, _)| !v.is_null())
        {
            let mut key = vec![];
            for (value, ty) in left {
                key.extend(sort_key(value, *ty));
            }
            if set.contains(&key) {
                return Ok(Datum::Bool(true));
            }
            if left.len() == 1 {
                return Ok(if self.with_nulls.is_empty() { Datum::Bool(false) } else { Datum::Null });
            }
            return self.compare_rows(cx, left, functions, all, self.with_nulls.iter().copied());
        }
        self.compare_rows(cx, left, functions, all, 0..self.rows)
    }

    fn compare_rows(
        &self,
        cx: &Cx<'_>,
        left: &[(Datum, PgType)],
        functions: &[Oid],
        all: bool,
        rows: impl Iterator<Item = usize>,
    ) -> SqlResult<Datum> {
        let picked: Vec<u32> = rows.map(|r| u32::try_from(r).unwrap_or(u32::MAX)).collect();
        let count = picked.len();
        let indices = arrow::array::UInt32Array::from(picked);
        let mut together: Option<BooleanArray> = None;
        for (((column, ty), function), (value, left_ty)) in self.columns.iter().zip(functions).zip(left) {
            let column = arrow::compute::take(column, &indices, None).map_err(arrow_error)?;
            let hit = call_bool(
                cx,
                *function,
                (&Value::Scalar(value.clone()), *left_ty),
                (&Value::Array(column), *ty),
                count,
            )?;
            together = Some(match together {
                None => hit,
                Some(before) => and_kleene(&before, &hit).map_err(arrow_error)?,
            });
        }
        let hits = together.unwrap_or_else(|| BooleanArray::from(vec![true; count]));
        let decided = if all { not(&hits).map_err(arrow_error)? } else { hits.clone() };
        Ok(if decided.true_count() > 0 {
            Datum::Bool(!all)
        } else if hits.null_count() > 0 {
            Datum::Null
        } else {
            Datum::Bool(all)
        })
    }
}
