//! `point`. Coordinates that differ by a millionth or less count as equal, as everywhere in PostgreSQL's geometry.

use gavel_types::{Point, SqlResult};

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::compare::compare_f64;
use crate::error::{float_overflow, float_underflow};
use crate::float::{checked8, div8, mul8};

const EPSILON: f64 = 1e-6;

fn same(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= EPSILON
}

fn less(a: f64, b: f64) -> bool {
    a + EPSILON < b
}

fn greater(a: f64, b: f64) -> bool {
    a > b + EPSILON
}

fn add8(a: f64, b: f64) -> SqlResult<f64> {
    checked8(a + b, a, b)
}

fn sub8(a: f64, b: f64) -> SqlResult<f64> {
    checked8(a - b, a, b)
}

/// NaN is equal to itself, exactly.
fn equal(a: Point, b: Point) -> bool {
    if [a.x, a.y, b.x, b.y].into_iter().any(f64::is_nan) {
        return compare_f64(a.x, b.x).is_eq() && compare_f64(a.y, b.y).is_eq();
    }
    same(a.x, b.x) && same(a.y, b.y)
}

/// The length of the hypotenuse; infinity wins over NaN.
fn hypotenuse(x: f64, y: f64) -> SqlResult<f64> {
    if x.is_infinite() || y.is_infinite() {
        return Ok(f64::INFINITY);
    }
    if x.is_nan() || y.is_nan() {
        return Ok(f64::NAN);
    }
    let (long, short) = if x.abs() < y.abs() { (y.abs(), x.abs()) } else { (x.abs(), y.abs()) };
    if short == 0.0 {
        return Ok(long);
    }
    let ratio = short / long;
    let length = long * (1.0 + ratio * ratio).sqrt();
    if length.is_infinite() {
        return Err(float_overflow());
    }
    if length == 0.0 { Err(float_underflow()) } else { Ok(length) }
}

fn distance(a: Point, b: Point) -> SqlResult<f64> {
    hypotenuse(sub8(a.x, b.x)?, sub8(a.y, b.y)?)
}

fn slope(a: Point, b: Point) -> SqlResult<f64> {
    if same(a.x, b.x) {
        return Ok(f64::INFINITY);
    }
    if same(a.y, b.y) { Ok(0.0) } else { div8(sub8(a.y, b.y)?, sub8(a.x, b.x)?) }
}

/// The product as complex numbers.
fn product(a: Point, b: Point) -> SqlResult<Point> {
    Ok(Point { x: sub8(mul8(a.x, b.x)?, mul8(a.y, b.y)?)?, y: add8(mul8(a.x, b.y)?, mul8(a.y, b.x)?)? })
}

/// The quotient as complex numbers.
fn quotient(a: Point, b: Point) -> SqlResult<Point> {
    let norm = add8(mul8(b.x, b.x)?, mul8(b.y, b.y)?)?;
    Ok(Point {
        x: div8(add8(mul8(a.x, b.x)?, mul8(a.y, b.y)?)?, norm)?,
        y: div8(sub8(mul8(a.y, b.x)?, mul8(a.x, b.y)?)?, norm)?,
    })
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("construct_point", scalar!(|x: f64, y: f64| Point { x, y })),
    ("point_left", scalar!(|a: Point, b: Point| less(a.x, b.x))),
    ("point_right", scalar!(|a: Point, b: Point| greater(a.x, b.x))),
    ("point_above", scalar!(|a: Point, b: Point| greater(a.y, b.y))),
    ("point_below", scalar!(|a: Point, b: Point| less(a.y, b.y))),
    ("point_vert", scalar!(|a: Point, b: Point| same(a.x, b.x))),
    ("point_horiz", scalar!(|a: Point, b: Point| same(a.y, b.y))),
    ("point_eq", scalar!(|a: Point, b: Point| equal(a, b))),
    ("point_ne", scalar!(|a: Point, b: Point| !equal(a, b))),
    ("point_distance", scalar!(|a: Point, b: Point| distance(a, b)?)),
    ("point_slope", scalar!(|a: Point, b: Point| slope(a, b)?)),
    ("point_add", scalar!(|a: Point, b: Point| Point { x: add8(a.x, b.x)?, y: add8(a.y, b.y)? })),
    ("point_sub", scalar!(|a: Point, b: Point| Point { x: sub8(a.x, b.x)?, y: sub8(a.y, b.y)? })),
    ("point_mul", scalar!(|a: Point, b: Point| product(a, b)?)),
    ("point_div", scalar!(|a: Point, b: Point| quotient(a, b)?)),
];
