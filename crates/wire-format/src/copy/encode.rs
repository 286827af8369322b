//! COPY TO's data: rows → text, CSV or binary.

use arrow::record_batch::RecordBatch;
use bytes::{BufMut, Bytes, BytesMut};
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, PgType, SqlError, SqlResult};

use super::binary::SIGNATURE;
use super::options::{CopyFileFormat, CopyOptions, Header};
use crate::column::Column;
use crate::{wire_binary, wire_text};

/// Writes the rows of one COPY TO. Clients take a message for a row: the header of CSV is a message
/// of its own, the header of binary goes with the first row.
#[derive(Debug)]
pub struct CopyEncoder {
    options: CopyOptions,
    names: Vec<String>,
    types: Vec<PgType>,
    force_quote: Vec<bool>,
    style: TextStyle,
    scratch: String,
}

impl CopyEncoder {
    /// # Errors
    /// 42P10 if FORCE_QUOTE names a column that is not copied.
    pub fn new(options: CopyOptions, columns: &[(String, PgType)], style: TextStyle) -> SqlResult<Self> {
        let (names, types): (Vec<_>, Vec<_>) = columns.iter().cloned().unzip();
        let force_quote = options.force_quote.resolve(&names, "FORCE_QUOTE")?;
        Ok(Self { options, names, types, force_quote, style, scratch: String::new() })
    }

    /// What precedes the rows; appends nothing for text and CSV without HEADER.
    pub fn header(&mut self, out: &mut BytesMut) {
        if self.options.format == CopyFileFormat::Binary {
            out.put_slice(SIGNATURE);
            out.put_u64(0);
            return;
        }
        if self.options.header == Header::None {
            return;
        }
        for (index, name) in self.names.iter().enumerate() {
            if index > 0 {
                out.put_u8(self.options.delimiter);
            }
            put_value(Some(name), false, index, self.names.len(), &self.options, out);
        }
        out.put_u8(b'\n');
    }

    /// One row.
    ///
    /// # Errors
    /// XX000 if the row does not fit the columns; 42883 for a type without binary form.
    pub fn row(&mut self, row: &[Datum], out: &mut BytesMut) -> SqlResult<()> {
        self.check(row.len())?;
        let Self { options, types, force_quote, style, scratch, .. } = self;
        if options.format == CopyFileFormat::Binary {
            out.put_i16(types.len() as i16);
            for (value, ty) in row.iter().zip(types.iter()) {
                wire_binary::write_field(value, *ty, style, out)?;
            }
            return Ok(());
        }
        for (index, (value, ty)) in row.iter().zip(types.iter()).enumerate() {
            if index > 0 {
                out.put_u8(options.delimiter);
            }
            let text = (!value.is_null()).then(|| wire_text::text(value, *ty, style, scratch));
            put_value(text, flag(force_quote, index), index, types.len(), options, out);
        }
        out.put_u8(b'\n');
        Ok(())
    }

    /// Every row of a batch, each a piece of its own, since clients take a message for a row; what
    /// `out` holds already goes with the first.
    ///
    /// # Errors
    /// As [`CopyEncoder::row`].
    pub fn batch(&mut self, batch: &RecordBatch, out: &mut BytesMut, pieces: &mut Vec<Bytes>) -> SqlResult<()> {
        self.check(batch.num_columns())?;
        let Self { options, types, force_quote, style, scratch, .. } = self;
        let columns = batch
            .columns()
            .iter()
            .zip(types.iter())
            .map(|(array, ty)| Column::new(array, *ty))
            .collect::<SqlResult<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            if options.format == CopyFileFormat::Binary {
                out.put_i16(columns.len() as i16);
                for column in &columns {
                    if column.is_null(row) {
                        out.put_i32(-1);
                    } else {
                        wire_binary::with_length(out, |out| column.binary(row, style, out))?;
                    }
                }
                pieces.push(out.split().freeze());
                continue;
            }
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    out.put_u8(options.delimiter);
                }
                let text = if column.is_null(row) { None } else { Some(column.text(row, style, scratch)?) };
                put_value(text, flag(force_quote, index), index, columns.len(), options, out);
            }
            out.put_u8(b'\n');
            pieces.push(out.split().freeze());
        }
        Ok(())
    }

    /// What follows the rows.
    pub fn trailer(&mut self, out: &mut BytesMut) {
        if self.options.format == CopyFileFormat::Binary {
            out.put_i16(-1);
        }
    }

    fn check(&self, columns: usize) -> SqlResult<()> {
        if columns == self.types.len() {
            return Ok(());
        }
        Err(SqlError::internal(format!("a row has {columns} columns, COPY has {}", self.types.len())))
    }
}

fn flag(flags: &[bool], index: usize) -> bool {
    flags.get(index).copied().unwrap_or(false)
}

fn put_value(
    text: Option<&str>,
    force_quote: bool,
    index: usize,
    columns: usize,
    options: &CopyOptions,
    out: &mut BytesMut,
) {
    let Some(text) = text else { return out.put_slice(options.null.as_bytes()) };
    if options.format == CopyFileFormat::Csv {
        // A lone `\.` would end the data; an unquoted null string would be NULL.
        let quote = force_quote
            || text == options.null
            || (index == 0 && columns == 1 && text == "\\.")
            || text.bytes().any(|b| b == options.delimiter || b == options.quote || b == b'\n' || b == b'\r');
        put_csv(text, quote, options, out);
    } else {
        put_text(text, options.delimiter, out);
    }
}

fn put_csv(text: &str, quote: bool, options: &CopyOptions, out: &mut BytesMut) {
    if !quote {
        return out.put_slice(text.as_bytes());
    }
    out.put_u8(options.quote);
    for byte in text.bytes() {
        if byte == options.quote || byte == options.escape {
            out.put_u8(options.escape);
        }
        out.put_u8(byte);
    }
    out.put_u8(options.quote);
}

fn put_text(text: &str, delimiter: u8, out: &mut BytesMut) {
    let bytes = text.as_bytes();
    let mut clean = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escaped = match byte {
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x0b => b'v',
            b'\\' => b'\\',
            b if *b == delimiter => *b,
            _ => continue,
        };
        out.put_slice(bytes.get(clean..at).unwrap_or_default());
        out.put_slice(&[b'\\', escaped]);
        clean = at + 1;
    }
    out.put_slice(bytes.get(clean..).unwrap_or_default());
}

#[cfg(test)]
#[path = "encode_test.rs"]
mod tests;
