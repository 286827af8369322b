//! Values as text, for DataRow and COPY: PostgreSQL's output functions (`text_io`), with the few
//! types that most rows are made of written directly.

use bytes::{BufMut, BytesMut};
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, PgType, SqlResult};

use crate::column::integer;

/// The text form of a non-null value: borrowed from it, or written to `scratch`.
pub fn text<'s>(value: &'s Datum, ty: PgType, style: &TextStyle, scratch: &'s mut String) -> &'s str {
    scratch.clear();
    match value {
        Datum::Text(s) | Datum::Jsonb(s) => return s,
        Datum::Bool(b) => return if *b { "t" } else { "f" },
        Datum::Int2(n) => integer((*n).into(), scratch),
        Datum::Int4(n) => integer((*n).into(), scratch),
        Datum::Int8(n) if ty == PgType::INT8 => integer(*n, scratch),
        _ => text_io::write(value, ty, style, scratch),
    }
    scratch
}

/// Appends the length word and the text; `-1` for NULL.
///
/// # Errors
/// 54000 if the text is longer than a message can say.
pub fn write_field(
    value: &Datum,
    ty: PgType,
    style: &TextStyle,
    scratch: &mut String,
    out: &mut BytesMut,
) -> SqlResult<()> {
    if value.is_null() {
        out.put_i32(-1);
        return Ok(());
    }
    put_text(text(value, ty, style, scratch), out)
}

/// Appends a length word and the text.
pub(crate) fn put_text(text: &str, out: &mut BytesMut) -> SqlResult<()> {
    crate::wire_binary::with_length(out, |out| {
        out.put_slice(text.as_bytes());
        Ok(())
    })
}
