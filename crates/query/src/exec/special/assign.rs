//! Assignment to elements: `SET a[i] = x` gives the whole array, or `jsonb` value, after it.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use gavel_functions::array::assign::{self, Subscript};
use gavel_functions::json;
use gavel_types::{Datum, Oid, PgType, Point, SqlError, SqlResult, SqlState};

use super::by_row;
use crate::exec::eval::{Cx, Stop};
use crate::exec::expr::{Expr, Index, Value};

/// Where a subscript lies among the arguments.
enum Place {
    Element(usize),
    Slice(Option<usize>, Option<usize>),
}

pub(super) fn eval(
    expr: &Expr,
    cx: &Cx<'_>,
    batch: &RecordBatch,
    (input, indices, value): (&Expr, &[Index], &Expr),
) -> Result<Value, Stop> {
    let mut args: Vec<(Value, PgType)> = Vec::with_capacity(indices.len() + 2);
    let push = |args: &mut Vec<(Value, PgType)>, e: &Expr| -> Result<usize, Stop> {
        args.push((e.eval(cx, batch)?, e.ty));
        Ok(args.len() - 1)
    };
    push(&mut args, input)?;
    push(&mut args, value)?;
    let mut places = Vec::with_capacity(indices.len());
    for index in indices {
        places.push(match index {
            Index::Element(e) => Place::Element(push(&mut args, e)?),
            Index::Slice(low, high) => Place::Slice(
                low.as_ref().map(|e| push(&mut args, e)).transpose()?,
                high.as_ref().map(|e| push(&mut args, e)).transpose()?,
            ),
        });
    }
    let jsonb = expr.ty.oid == Oid::JSONB;
    let element = expr.ty.oid.element();
    Ok(by_row(expr.ty, batch.num_rows(), &args, |v| {
        let [old, new, subscripts @ ..] = v else { return Err(SqlError::internal("an assignment without operands")) };
        if subscripts.iter().any(Datum::is_null) {
            let what = if jsonb { "jsonb" } else { "array" };
            let message = format!("{what} subscript in assignment must not be null");
            return Err(SqlError::new(SqlState::NullValueNotAllowed, message));
        }
        if jsonb {
            let number = matches!(subscripts.first(), Some(Datum::Int4(_)));
            let path = subscripts.iter().map(key).collect::<SqlResult<Vec<String>>>()?;
            return json::assign::assign(old, &path, number, new);
        }
        if expr.ty.oid == Oid::POINT {
            return coordinate(old, subscripts, new);
        }
        let element = element.ok_or_else(|| SqlError::internal("an assignment to an element of no array"))?;
        let at: Vec<Subscript> = places.iter().map(|place| subscript(place, v)).collect();
        let old = if let Datum::Array(array) = old { Some(array.as_ref()) } else { None };
        Ok(Datum::Array(Arc::new(assign::assign(old, element, &at, new)?)))
    })?)
}

/// A point with another value at 0 or 1. As of every array of fixed length, NULL on either side changes nothing.
fn coordinate(old: &Datum, subscripts: &[Datum], new: &Datum) -> SqlResult<Datum> {
    let wrong = |message: &str| SqlError::new(SqlState::ArraySubscriptError, message);
    let (Datum::Point(point), Datum::Float8(value)) = (old, new) else { return Ok(old.clone()) };
    match subscripts {
        [Datum::Int4(0)] => Ok(Datum::Point(Point { x: *value, ..*point })),
        [Datum::Int4(1)] => Ok(Datum::Point(Point { y: *value, ..*point })),
        [_] => Err(wrong("array subscript out of range")),
        _ => Err(wrong("wrong number of array subscripts")),
    }
}

fn subscript(place: &Place, values: &[Datum]) -> Subscript {
    let bound = |at: usize| if let Some(Datum::Int4(n)) = values.get(at) { *n } else { 0 };
    match place {
        Place::Element(at) => Subscript::Element(bound(*at)),
        Place::Slice(low, high) => Subscript::Slice(low.map(bound), high.map(bound)),
    }
}

/// A step of a path as text.
fn key(step: &Datum) -> SqlResult<String> {
    match step {
        Datum::Int4(n) => Ok(n.to_string()),
        Datum::Text(text) => Ok(text.to_string()),
        other => Err(SqlError::internal(format!("a path of {other:?}"))),
    }
}
