//! Text forms of the geometric types with more than one point
//! (<https://www.postgresql.org/docs/15/datatype-geometric.html>): `lseg`, `path`, `box`, `polygon`, `line` and `circle`.
//! Their values are kept as text, in the one form that they are written in.
//!
//! | type | read | written |
//! |---|---|---|
//! | `lseg` | two points | `[(x,y),(x,y)]` |
//! | `path` | points, within `[ ]` if it is open | `((x,y),…)`, `[(x,y),…]` |
//! | `box` | two opposite corners | `(x,y),(x,y)`, the upper right one first |
//! | `polygon` | points | `((x,y),…)` |
//! | `line` | `{A,B,C}`, or two points | `{A,B,C}` |
//! | `circle` | `<(x,y),r>` | `<(x,y),r>` |

use super::point::{self, blank};
use super::{invalid_syntax, number};
use crate::datum::Point;
use crate::error::{SqlError, SqlResult};
use crate::pg_type::Oid;
use crate::sqlstate::SqlState;

/// Numbers that differ by no more are the same here.
const EPSILON: f64 = 1.0e-6;

/// A value of one of the types.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Segment([Point; 2]),
    Path {
        open: bool,
        points: Vec<Point>,
    },
    /// The upper right corner and the lower left one.
    Box([Point; 2]),
    Polygon(Vec<Point>),
    /// The line `a * x + b * y + c = 0`.
    Line([f64; 3]),
    Circle {
        center: Point,
        radius: f64,
    },
}

/// Whether the values of a type are shapes.
pub fn is_shape(ty: Oid) -> bool {
    matches!(ty, Oid::LSEG | Oid::PATH | Oid::BOX | Oid::POLYGON | Oid::LINE | Oid::CIRCLE)
}

/// The text that a value of type `ty` is kept as.
///
/// # Errors
/// As [`Shape::parse`].
pub fn kept(text: &str, ty: Oid) -> SqlResult<String> {
    let mut out = String::new();
    Shape::parse(text, ty)?.write(1, &mut out);
    Ok(out)
}

/// Appends a value that is kept as `text`.
pub fn write(text: &str, ty: Oid, extra_float_digits: i32, out: &mut String) {
    match Shape::parse(text, ty) {
        Ok(shape) if extra_float_digits <= 0 => shape.write(extra_float_digits, out),
        _ => out.push_str(text),
    }
}

impl Shape {
    /// Parses a value of type `ty`, one of those of [`is_shape`].
    ///
    /// # Errors
    /// 22P02; 22003 for a number beyond `double precision`.
    pub fn parse(text: &str, ty: Oid) -> SqlResult<Self> {
        let name = match ty {
            Oid::LSEG => "lseg",
            Oid::PATH => "path",
            Oid::BOX => "box",
            Oid::POLYGON => "polygon",
            Oid::LINE => "line",
            _ => "circle",
        };
        let mut reader = Reader { rest: text, whole: text, name };
        let shape = match ty {
            Oid::LSEG => Self::Segment(reader.two_points(true)?),
            Oid::PATH => reader.path()?,
            Oid::BOX => Self::of_corners(reader.two_points(false)?),
            Oid::POLYGON => {
                let count = reader.pairs()?;
                Self::Polygon(reader.points(false, count)?.0)
            }
            Oid::LINE => reader.line()?,
            _ => reader.circle()?,
        };
        if reader.rest.is_empty() { Ok(shape) } else { Err(reader.error()) }
    }

    /// The box with these opposite corners.
    pub fn of_corners([a, b]: [Point; 2]) -> Self {
        let (right, left) = if a.x < b.x { (b.x, a.x) } else { (a.x, b.x) };
        let (upper, lower) = if a.y < b.y { (b.y, a.y) } else { (a.y, b.y) };
        Self::Box([Point { x: right, y: upper }, Point { x: left, y: lower }])
    }

    /// Appends the text form.
    pub fn write(&self, extra_float_digits: i32, out: &mut String) {
        let numbers = |numbers: &[f64], out: &mut String| {
            for (i, value) in numbers.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                number::write_float8(*value, extra_float_digits, out);
            }
        };
        let points = |points: &[Point], out: &mut String| {
            for (i, value) in points.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                point::write(*value, extra_float_digits, out);
            }
        };
        let (before, after) = match self {
            Self::Segment(_) | Self::Path { open: true, .. } => ("[", "]"),
            Self::Path { .. } | Self::Polygon(_) => ("(", ")"),
            Self::Box(_) => ("", ""),
            Self::Line(_) => ("{", "}"),
            Self::Circle { .. } => ("<", ">"),
        };
        out.push_str(before);
        match self {
            Self::Segment(ends) | Self::Box(ends) => points(ends, out),
            Self::Path { points: all, .. } | Self::Polygon(all) => points(all, out),
            Self::Line(line) => numbers(line, out),
            Self::Circle { center, radius } => {
                points(&[*center], out);
                out.push(',');
                numbers(&[*radius], out);
            }
        }
        out.push_str(after);
    }
}

struct Reader<'t> {
    rest: &'t str,
    whole: &'t str,
    name: &'static str,
}

impl Reader<'_> {
    fn error(&self) -> SqlError {
        invalid_syntax(self.name, self.whole)
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(blank);
    }

    fn take(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, c: char) -> SqlResult<()> {
        if self.take(c) { Ok(()) } else { Err(self.error()) }
    }

    /// A number with blanks around it.
    fn number(&mut self) -> SqlResult<f64> {
        let (value, rest) = point::coordinate(self.rest, self.name, self.whole)?;
        self.rest = rest;
        Ok(value)
    }

    /// `(x,y)`, or without parentheses.
    fn pair(&mut self) -> SqlResult<Point> {
        self.blanks();
        let enclosed = self.take('(');
        let x = self.number()?;
        self.expect(',')?;
        let y = self.number()?;
        if enclosed {
            self.expect(')')?;
            self.blanks();
        }
        Ok(Point { x, y })
    }

    /// How many points the text has, by its commas.
    fn pairs(&self) -> SqlResult<usize> {
        let commas = self.whole.matches(',').count();
        if commas % 2 == 1 { Ok(commas.div_ceil(2)) } else { Err(self.error()) }
    }

    /// Points with commas between them, in parentheses of their own or not, and whether they stand in brackets instead.
    fn points(&mut self, may_be_open: bool, count: usize) -> SqlResult<(Vec<Point>, bool)> {
        self.blanks();
        let open = self.take('[');
        let mut enclosed = open;
        if open && !may_be_open {
            return Err(self.error());
        }
        if let Some(inner) = self.rest.strip_prefix('(').filter(|_| !open) {
            let inner = inner.trim_start_matches(blank);
            // A single parenthesis is that of all points: they have none.
            if inner.starts_with('(') || !inner.contains('(') {
                self.rest = inner;
                enclosed = true;
            }
        }
        let mut points = Vec::with_capacity(count);
        for _ in 0..count {
            points.push(self.pair()?);
            self.take(',');
        }
        if enclosed {
            if !(self.take(')') || open && self.take(']')) {
                return Err(self.error());
            }
            self.blanks();
        }
        Ok((points, open))
    }

    fn two_points(&mut self, may_be_open: bool) -> SqlResult<[Point; 2]> {
        let (points, _) = self.points(may_be_open, 2)?;
        points.try_into().map_err(|_| self.error())
    }

    fn path(&mut self) -> SqlResult<Shape> {
        let count = self.pairs()?;
        self.blanks();
        let outer = self.rest.strip_prefix('(').filter(|inner| !inner.contains('('));
        self.rest = outer.unwrap_or(self.rest);
        let enclosed = outer.is_some();
        let (points, open) = self.points(true, count)?;
        if enclosed {
            self.expect(')')?;
            self.blanks();
        }
        Ok(Shape::Path { open, points })
    }

    fn line(&mut self) -> SqlResult<Shape> {
        let invalid = |what: &str| {
            SqlError::new(SqlState::InvalidTextRepresentation, format!("invalid line specification: {what}"))
        };
        self.blanks();
        if self.take('{') {
            let a = self.number()?;
            self.expect(',')?;
            let b = self.number()?;
            self.expect(',')?;
            let c = self.number()?;
            self.expect('}')?;
            self.blanks();
            // Whether it is a line is asked of one that can be read.
            if !self.rest.is_empty() {
                return Err(self.error());
            }
            if a.abs() <= EPSILON && b.abs() <= EPSILON {
                return Err(invalid("A and B cannot both be zero"));
            }
            return Ok(Shape::Line([a, b, c]));
        }
        let ends = self.two_points(true)?;
        if !self.rest.is_empty() {
            return Err(self.error());
        }
        if is_same_point(ends[0], ends[1]) {
            return Err(invalid("must be two distinct points"));
        }
        Ok(Shape::Line(line_through(ends)?))
    }

    fn circle(&mut self) -> SqlResult<Shape> {
        self.blanks();
        let angle = self.take('<');
        let mut enclosed = angle;
        if let Some(inner) = self.rest.strip_prefix('(').filter(|_| !angle) {
            let inner = inner.trim_start_matches(blank);
            if inner.starts_with('(') {
                self.rest = inner;
                enclosed = true;
            }
        }
        let center = self.pair()?;
        self.take(',');
        let radius = self.number()?;
        if radius < 0.0 {
            return Err(self.error());
        }
        if enclosed {
            if !(self.take(')') || angle && self.take('>')) {
                return Err(self.error());
            }
            self.blanks();
        }
        Ok(Shape::Circle { center, radius })
    }
}

fn is_same(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= EPSILON
}

fn is_same_point(a: Point, b: Point) -> bool {
    if [a.x, a.y, b.x, b.y].iter().any(|n| n.is_nan()) {
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        return same(a.x, b.x) && same(a.y, b.y);
    }
    is_same(a.x, b.x) && is_same(a.y, b.y)
}

/// The line through two points that are not the same.
fn line_through([from, to]: [Point; 2]) -> SqlResult<[f64; 3]> {
    if is_same(from.x, to.x) {
        return Ok([-1.0, 0.0, from.x]);
    }
    if is_same(from.y, to.y) {
        return Ok([0.0, -1.0, from.y]);
    }
    let checked = |value: f64, of: [f64; 2]| match value.is_infinite() && of.iter().all(|n| n.is_finite()) {
        true => Err(SqlError::new(SqlState::NumericValueOutOfRange, "value out of range: overflow")),
        false => Ok(value),
    };
    let rise = checked(from.y - to.y, [from.y, to.y])?;
    let run = checked(from.x - to.x, [from.x, to.x])?;
    let slope = checked(rise / run, [rise, run])?;
    if slope.is_infinite() {
        return Ok([-1.0, 0.0, from.x]);
    }
    if slope == 0.0 {
        return Ok([0.0, -1.0, from.y]);
    }
    let above = checked(slope * from.x, [slope, from.x])?;
    let at_zero = checked(from.y - above, [from.y, above])?;
    // There is one zero.
    Ok([slope, -1.0, if at_zero == 0.0 { 0.0 } else { at_zero }])
}
