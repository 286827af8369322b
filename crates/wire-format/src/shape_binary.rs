//! The binary format of the geometric types that are kept as text.
//!
//! ```text
//! lseg     x, y, x, y
//! box      x, y of the upper right corner, x, y of the lower left one
//! path     whether it is closed (1 byte), number of points (4), x, y of each
//! polygon  number of points (4), x, y of each
//! line     A, B, C
//! circle   x, y, radius
//! ```

use bytes::{BufMut, BytesMut};
use gavel_types::text_io::shape::Shape;
use gavel_types::{Oid, Point, SqlError, SqlResult, SqlState};

use crate::wire_binary::Reader;

/// Numbers that are no greater are zero here.
const EPSILON: f64 = 1.0e-6;

/// Appends the value of type `ty` that is kept as `text`.
///
/// # Errors
/// 22P02 if it is none.
pub(crate) fn write(text: &str, ty: Oid, out: &mut BytesMut) -> SqlResult<()> {
    let all = |points: &[Point], out: &mut BytesMut| {
        for point in points {
            out.put_f64(point.x);
            out.put_f64(point.y);
        }
    };
    match Shape::parse(text, ty)? {
        Shape::Segment(points) | Shape::Box(points) => all(&points, out),
        Shape::Path { open, points } => {
            out.put_u8(u8::from(!open));
            out.put_i32(i32::try_from(points.len()).unwrap_or(i32::MAX));
            all(&points, out);
        }
        Shape::Polygon(points) => {
            out.put_i32(i32::try_from(points.len()).unwrap_or(i32::MAX));
            all(&points, out);
        }
        Shape::Line(numbers) => numbers.iter().for_each(|n| out.put_f64(*n)),
        Shape::Circle { center, radius } => {
            all(&[center], out);
            out.put_f64(radius);
        }
    }
    Ok(())
}

/// Reads a value of type `ty`; gives the text that it is kept as.
///
/// # Errors
/// 22P03, 08P01.
pub(crate) fn read(reader: &mut Reader<'_>, ty: Oid) -> SqlResult<String> {
    let invalid = |message: &str| SqlError::new(SqlState::InvalidBinaryRepresentation, message);
    let shape = match ty {
        Oid::LSEG => Shape::Segment([point(reader)?, point(reader)?]),
        Oid::BOX => Shape::of_corners([point(reader)?, point(reader)?]),
        Oid::PATH => {
            let [closed] = reader.fixed()?;
            Shape::Path { open: closed == 0, points: points(reader, "path")? }
        }
        Oid::POLYGON => Shape::Polygon(points(reader, "polygon")?),
        Oid::LINE => {
            let line = [number(reader)?, number(reader)?, number(reader)?];
            if line[0].abs() <= EPSILON && line[1].abs() <= EPSILON {
                return Err(invalid("invalid line specification: A and B cannot both be zero"));
            }
            Shape::Line(line)
        }
        _ => {
            let (center, radius) = (point(reader)?, number(reader)?);
            if radius < 0.0 {
                return Err(invalid("invalid radius in external \"circle\" value"));
            }
            Shape::Circle { center, radius }
        }
    };
    let mut text = String::new();
    shape.write(1, &mut text);
    Ok(text)
}

fn number(reader: &mut Reader<'_>) -> SqlResult<f64> {
    Ok(f64::from_be_bytes(reader.fixed()?))
}

fn point(reader: &mut Reader<'_>) -> SqlResult<Point> {
    Ok(Point { x: number(reader)?, y: number(reader)? })
}

fn points(reader: &mut Reader<'_>, name: &str) -> SqlResult<Vec<Point>> {
    let count = i32::from_be_bytes(reader.fixed()?);
    if count <= 0 {
        let message = format!("invalid number of points in external \"{name}\" value");
        return Err(SqlError::new(SqlState::InvalidBinaryRepresentation, message));
    }
    (0..count).map(|_| point(reader)).collect()
}

#[cfg(test)]
mod tests {
    use gavel_types::text_io::TextStyle;
    use gavel_types::{Datum, PgType};

    use super::*;
    use crate::wire_binary;

    #[test]
    fn shapes_travel() {
        let shapes = [
            (PgType::LSEG, "[(1,2),(3,4)]", 32),
            (PgType::PATH, "[(1,2),(3,4),(5,6)]", 53),
            (PgType::PATH, "((1,2))", 21),
            (PgType::BOX, "(3,4),(1,2)", 32),
            (PgType::POLYGON, "((1,2),(3,4))", 36),
            (PgType::LINE, "{1,-1,0.5}", 24),
            (PgType::CIRCLE, "<(1,2),3>", 24),
        ];
        for (ty, text, length) in shapes {
            let mut out = BytesMut::new();
            write(text, ty.oid, &mut out).expect(text);
            assert_eq!(out.len(), length, "{text}");
            assert_eq!(wire_binary::read(&out, ty, &TextStyle::default()).expect(text), Datum::text(text));
        }
        let code = |ty, bytes: &[u8]| wire_binary::read(bytes, ty, &TextStyle::default()).expect_err("invalid").code();
        assert_eq!(code(PgType::POLYGON, &[0; 4]), SqlState::InvalidBinaryRepresentation);
        assert_eq!(code(PgType::LINE, &[0; 24]), SqlState::InvalidBinaryRepresentation);
        assert_eq!(code(PgType::CIRCLE, &[0; 8]), SqlState::ProtocolViolation);
    }
}
