//! A line of text or CSV → fields.

use std::ops::Range;

use gavel_types::{SqlError, SqlResult, SqlState};

use super::options::CopyOptions;

/// Fields of one line: ranges of `bytes`, `None` for NULL. Kept and filled again for each line.
#[derive(Debug, Default)]
pub struct Fields {
    pub bytes: Vec<u8>,
    pub ranges: Vec<Option<Range<usize>>>,
    /// An escape made bytes that may not be characters: `\377`, `\x00`.
    suspect: bool,
}

impl Fields {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ranges.clear();
        self.suspect = false;
    }

    /// Checks that escapes made characters.
    ///
    /// # Errors
    /// 22021.
    pub fn check_text(&self) -> SqlResult<()> {
        if self.suspect {
            for index in 0..self.ranges.len() {
                self.get(index).map(crate::wire_binary::text).transpose()?;
            }
        }
        Ok(())
    }

    /// The bytes of a field; `None` for NULL and beyond the last.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.ranges.get(index)?.clone().and_then(|range| self.bytes.get(range))
    }

    /// Splits a line of text format. A field is NULL if it is the null string before escapes are
    /// looked at, so `\N` escaped is not.
    pub fn split_text(&mut self, line: &[u8], options: &CopyOptions) {
        self.clear();
        let mut raw_start = 0;
        let mut start = 0;
        let mut at = 0;
        loop {
            match line.get(at) {
                Some(b'\\') => at = self.escape(line, at + 1),
                Some(byte) if *byte != options.delimiter => {
                    self.bytes.push(*byte);
                    at += 1;
                }
                end => {
                    let raw = line.get(raw_start..at).unwrap_or_default();
                    let null = raw == options.null.as_bytes();
                    if null {
                        self.bytes.truncate(start);
                    }
                    self.ranges.push((!null).then_some(start..self.bytes.len()));
                    if end.is_none() {
                        return;
                    }
                    at += 1;
                    raw_start = at;
                    start = self.bytes.len();
                }
            }
        }
    }

    /// Appends what a backslash before `at` makes of the bytes from there; returns where to go on.
    fn escape(&mut self, line: &[u8], at: usize) -> usize {
        let digit = |i: usize, radix: u32| line.get(i).and_then(|b| char::from(*b).to_digit(radix));
        // A backslash that ends the data stands for nothing.
        let Some(&byte) = line.get(at) else { return at };
        let plain = match byte {
            b'0'..=b'7' => {
                let mut value = 0;
                let mut end = at;
                while end < at + 3
                    && let Some(d) = digit(end, 8)
                {
                    value = value * 8 + d;
                    end += 1;
                }
                self.made((value & 0xff) as u8);
                return end;
            }
            b'x' => {
                let mut value = 0;
                let mut end = at + 1;
                while end < at + 3
                    && let Some(d) = digit(end, 16)
                {
                    value = value * 16 + d;
                    end += 1;
                }
                // `\x` without digits is an `x`.
                self.made(if end == at + 1 { b'x' } else { value as u8 });
                return end;
            }
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            other => other,
        };
        self.bytes.push(plain);
        at + 1
    }

    fn made(&mut self, byte: u8) {
        self.suspect |= byte == 0 || !byte.is_ascii();
        self.bytes.push(byte);
    }

    /// Splits a line of CSV. A field is NULL if it is the null string and was not quoted.
    ///
    /// # Errors
    /// 22P04 if a quote stays open.
    pub fn split_csv(&mut self, line: &[u8], options: &CopyOptions) -> SqlResult<()> {
        self.clear();
        let CopyOptions { quote, escape, delimiter, .. } = *options;
        let mut start = 0;
        let mut at = 0;
        let mut quoted = false;
        let mut inside = false;
        loop {
            match line.get(at) {
                None if inside => {
                    return Err(SqlError::new(SqlState::BadCopyFileFormat, "unterminated CSV quoted field"));
                }
                Some(&byte) if inside => {
                    let next = line.get(at + 1).copied();
                    if byte == escape && next.is_some_and(|n| n == escape || n == quote) {
                        self.bytes.extend(next);
                        at += 2;
                    } else {
                        inside = byte != quote;
                        if inside {
                            self.bytes.push(byte);
                        }
                        at += 1;
                    }
                }
                Some(&byte) if byte == quote => {
                    quoted = true;
                    inside = true;
                    at += 1;
                }
                Some(&byte) if byte != delimiter => {
                    self.bytes.push(byte);
                    at += 1;
                }
                end => {
                    let range = start..self.bytes.len();
                    let null = !quoted && self.bytes.get(range.clone()) == Some(options.null.as_bytes());
                    self.ranges.push((!null).then_some(range));
                    if end.is_none() {
                        return Ok(());
                    }
                    at += 1;
                    start = self.bytes.len();
                    quoted = false;
                }
            }
        }
    }

    /// Applies FORCE_NOT_NULL and FORCE_NULL to CSV fields.
    pub fn force(&mut self, not_null: &[bool], null: &[bool], options: &CopyOptions) {
        for (index, range) in self.ranges.iter_mut().enumerate() {
            let set = |flags: &[bool]| flags.get(index).copied().unwrap_or(false);
            match range {
                None if set(not_null) => {
                    let start = self.bytes.len();
                    self.bytes.extend_from_slice(options.null.as_bytes());
                    *range = Some(start..self.bytes.len());
                }
                Some(r) if set(null) && self.bytes.get(r.clone()) == Some(options.null.as_bytes()) => {
                    *range = None;
                }
                _ => {}
            }
        }
    }
}
