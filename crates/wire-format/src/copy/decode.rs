//! COPY FROM's data: bytes in whatever chunks the client sends them → rows.
//!
//! ```text
//! decoder.push(chunk);                          // as often as data come
//! while let Some(row) = decoder.next_row()? { … row.field(i) … }
//! decoder.finish();                             // at CopyDone
//! while let Some(row) = decoder.next_row()? { … }
//! ```
//! Invariants:
//! 1. The rows do not depend on how the bytes were cut.
//! 2. At most one unfinished line or tuple, bounded by [`MAX_ROW_BYTES`], plus the last chunk is
//!    held.

use std::ops::Range;

use gavel_types::{SqlError, SqlResult, SqlState};

use super::binary::{self, Frame, bad};
use super::fields::Fields;
use super::lines::{Found, LineScanner};
use super::options::{CopyFileFormat, CopyOptions, Header};

/// Longest line or tuple.
pub const MAX_ROW_BYTES: usize = 1 << 28;
/// How much of a line or a value an error shows, in bytes.
const SHOWN_BYTES: usize = 100;

/// A streaming decoder of one COPY FROM.
#[derive(Debug)]
pub struct CopyDecoder {
    options: CopyOptions,
    relation: String,
    columns: Vec<String>,
    force_not_null: Vec<bool>,
    force_null: Vec<bool>,
    scanner: LineScanner,
    buf: Vec<u8>,
    /// Start of what is not decoded yet.
    at: usize,
    /// The line or tuple decoded last.
    current: Range<usize>,
    fields: Fields,
    /// Number of the line or tuple decoded last, from 1.
    line: u64,
    header_pending: bool,
    eof: bool,
    ended: bool,
}

impl CopyDecoder {
    /// A decoder for `columns` (names, in the order of the data) of `relation`.
    ///
    /// # Errors
    /// 42P10 if an option names a column that is not copied.
    pub fn new(options: CopyOptions, relation: &str, columns: &[String]) -> SqlResult<Self> {
        Ok(Self {
            force_not_null: options.force_not_null.resolve(columns, "FORCE_NOT_NULL")?,
            force_null: options.force_null.resolve(columns, "FORCE_NULL")?,
            scanner: LineScanner::new(&options),
            header_pending: options.format == CopyFileFormat::Binary || options.header != Header::None,
            options,
            relation: relation.to_owned(),
            columns: columns.to_vec(),
            buf: Vec::new(),
            at: 0,
            current: 0..0,
            fields: Fields::default(),
            line: 0,
            eof: false,
            ended: false,
        })
    }

    /// Whether fields are binary values rather than text.
    pub fn is_binary(&self) -> bool {
        self.options.format == CopyFileFormat::Binary
    }

    /// Appends data. Rows taken before are gone.
    pub fn push(&mut self, data: &[u8]) {
        if self.ended && !self.is_binary() {
            // Whatever follows `\.` is ignored.
            return;
        }
        self.buf.drain(..self.at);
        self.at = 0;
        self.current = 0..0;
        self.buf.extend_from_slice(data);
    }

    /// No data will follow.
    pub fn finish(&mut self) {
        self.eof = true;
    }

    /// The next complete row; `None` if more data are needed, or at the end.
    ///
    /// # Errors
    /// 22P04 and 22021, with a context that names the line.
    pub fn next_row(&mut self) -> SqlResult<Option<CopyRow<'_>>> {
        let found = if self.is_binary() { self.next_tuple()? } else { self.next_line()? };
        Ok(found.then_some(CopyRow { decoder: self }))
    }

    fn next_line(&mut self) -> SqlResult<bool> {
        loop {
            if self.ended {
                return Ok(false);
            }
            let rest = self.buf.get(self.at..).unwrap_or_default();
            let found = match self.scanner.scan(rest, self.eof) {
                Ok(found) => found,
                Err(error) => {
                    self.line += 1 + self.scanner.take_embedded();
                    return Err(error.context(format!("COPY {}, line {}", self.relation, self.line)));
                }
            };
            let length = match found {
                Found::Incomplete if rest.len() > MAX_ROW_BYTES => {
                    return Err(SqlError::new(SqlState::ProgramLimitExceeded, "COPY line is too long"));
                }
                // No data at all are an empty line to a header that must match.
                Found::Incomplete if self.eof && self.line == 0 && self.matches_header() => {
                    self.ended = true;
                    0
                }
                Found::Incomplete => return Ok(false),
                Found::EndOfData { length } => {
                    self.ended = true;
                    if length == 0 {
                        return Ok(false);
                    }
                    length
                }
                Found::Line { length, next } => {
                    self.current = self.at..self.at + length;
                    self.at += next;
                    length
                }
            };
            if self.ended {
                self.current = self.at..self.at + length;
            }
            self.line += 1 + self.scanner.take_embedded();
            if self.header_pending {
                if self.matches_header() {
                    self.split()?;
                    self.check_header()?;
                }
                self.header_pending = false;
                continue;
            }
            self.split()?;
            self.check_count()?;
            return Ok(true);
        }
    }

    fn matches_header(&self) -> bool {
        self.header_pending && self.options.header == Header::Match
    }

    fn split(&mut self) -> SqlResult<()> {
        let line = self.buf.get(self.current.clone()).unwrap_or_default();
        let csv = self.options.format == CopyFileFormat::Csv;
        let split = crate::wire_binary::text(line).and_then(|_| {
            if csv {
                return self.fields.split_csv(line, &self.options);
            }
            self.fields.split_text(line, &self.options);
            self.fields.check_text()
        });
        split.map_err(|e| e.context(self.line_context()))?;
        if self.columns.is_empty() && line.is_empty() {
            // The line of a table without columns.
            self.fields.ranges.clear();
        }
        Ok(())
    }

    fn check_count(&mut self) -> SqlResult<()> {
        let found = self.fields.ranges.len();
        if found > self.columns.len() {
            return Err(bad("extra data after last expected column").context(self.line_context()));
        }
        if self.options.format == CopyFileFormat::Csv {
            self.fields.force(&self.force_not_null, &self.force_null, &self.options);
        }
        Ok(())
    }

    fn check_header(&self) -> SqlResult<()> {
        let fail = |message: String| Err(bad(message).context(self.line_context()));
        let found = self.fields.ranges.len();
        if found != self.columns.len() {
            return fail(format!(
                "wrong number of fields in header line: got {found}, expected {}",
                self.columns.len()
            ));
        }
        for (index, column) in self.columns.iter().enumerate() {
            let at = index + 1;
            match self.fields.get(index) {
                None => {
                    return fail(format!(
                        "column name mismatch in header line field {at}: got null value (\"{}\"), expected \"{column}\"",
                        self.options.null
                    ));
                }
                Some(name) if name != column.as_bytes() => {
                    return fail(format!(
                        "column name mismatch in header line field {at}: got \"{}\", expected \"{column}\"",
                        String::from_utf8_lossy(name)
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn next_tuple(&mut self) -> SqlResult<bool> {
        let rest = self.buf.get(self.at..).unwrap_or_default();
        if self.ended {
            if rest.is_empty() {
                return Ok(false);
            }
            return Err(bad("received copy data after EOF marker").context(self.tuple_context()));
        }
        if self.header_pending {
            match binary::header(rest)? {
                Some(length) => {
                    self.at += length;
                    self.header_pending = false;
                    return self.next_tuple();
                }
                None if self.eof => return Err(bad("COPY file signature not recognized")),
                None => return Ok(false),
            }
        }
        if self.eof && rest.is_empty() {
            // Data may end without a trailer, as those of old versions did.
            return Ok(false);
        }
        let frame = binary::frame(rest, self.columns.len(), &mut self.fields.ranges);
        if !matches!(frame, Ok(Frame::Incomplete)) || self.eof {
            self.line += 1;
        }
        match frame.map_err(|e| e.context(self.tuple_context()))? {
            Frame::Incomplete if self.eof => Err(bad("unexpected EOF in COPY data").context(self.tuple_context())),
            Frame::Incomplete if rest.len() > MAX_ROW_BYTES => {
                Err(SqlError::new(SqlState::ProgramLimitExceeded, "COPY tuple is too long"))
            }
            Frame::Incomplete => Ok(false),
            Frame::End { length } => {
                self.at += length;
                self.ended = true;
                self.next_tuple()
            }
            Frame::Tuple { length } => {
                self.current = self.at..self.at + length;
                self.at += length;
                Ok(true)
            }
        }
    }

    fn tuple_context(&self) -> String {
        format!("COPY {}, line {}", self.relation, self.line)
    }

    fn line_context(&self) -> String {
        if self.is_binary() {
            return self.tuple_context();
        }
        let line = self.buf.get(self.current.clone()).unwrap_or_default();
        format!("COPY {}, line {}: \"{}\"", self.relation, self.line, shown(line))
    }
}

/// One row: no more fields than there are columns.
#[derive(Clone, Copy, Debug)]
pub struct CopyRow<'a> {
    decoder: &'a CopyDecoder,
}

impl<'a> CopyRow<'a> {
    /// The bytes of field `index`, `None` for NULL. Of text and CSV they are UTF-8 without zeros.
    pub fn field(&self, index: usize) -> Option<&'a [u8]> {
        if !self.decoder.is_binary() {
            return self.decoder.fields.get(index);
        }
        let range = self.decoder.fields.ranges.get(index)?.clone()?;
        let tuple = self.decoder.buf.get(self.decoder.current.clone())?;
        tuple.get(range)
    }

    /// Whether there is a field `index` at all; fields before it are read first, as PostgreSQL does.
    ///
    /// # Errors
    /// 22P04 with the line if it ends before.
    pub fn require(&self, index: usize) -> SqlResult<()> {
        if index < self.decoder.fields.ranges.len() {
            return Ok(());
        }
        let missing = self.decoder.columns.get(index).map_or("", String::as_str);
        Err(bad(format!("missing data for column \"{missing}\"")).context(self.line_context()))
    }

    /// Number of the line (of the tuple in binary), from 1.
    pub fn line(&self) -> u64 {
        self.decoder.line
    }

    /// CONTEXT of an error in the row as a whole.
    pub fn line_context(&self) -> String {
        self.decoder.line_context()
    }

    /// CONTEXT of an error in field `index`.
    pub fn column_context(&self, index: usize) -> String {
        let CopyDecoder { relation, line, columns, .. } = self.decoder;
        let column = columns.get(index).map_or("", String::as_str);
        match self.field(index) {
            _ if self.decoder.is_binary() => format!("COPY {relation}, line {line}, column {column}"),
            Some(value) => format!("COPY {relation}, line {line}, column {column}: \"{}\"", shown(value)),
            None => format!("COPY {relation}, line {line}, column {column}: null input"),
        }
    }
}

/// The start of what a client sent, cut between characters.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if text.len() <= SHOWN_BYTES {
        return text.into_owned();
    }
    let mut end = SHOWN_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
#[path = "decode_test.rs"]
mod tests;
