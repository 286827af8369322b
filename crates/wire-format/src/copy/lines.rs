//! Where a line of COPY data ends.
//!
//! Text: a line ends at the first newline that no backslash precedes. CSV: at the first newline
//! outside quotes. The first line end seen (`\n`, `\r` or `\r\n`) fixes the style; another one
//! later is an error, since it is more likely damage than data. `\.` ends the data: in text
//! wherever it stands (what precedes it in its line is a row), in CSV alone on a line only.
//!
//! The scanner is fed a growing buffer and remembers how far it looked, so that no byte is looked
//! at twice however the client cuts its messages.

use gavel_types::{SqlError, SqlResult, SqlState};

use super::options::{CopyFileFormat, CopyOptions};

/// How lines end in these data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LineEnd {
    #[default]
    Unknown,
    Lf,
    Cr,
    CrLf,
}

/// What the scanner found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A line of `length` bytes; the next begins at `next`. Both from the start of the buffer.
    Line { length: usize, next: usize },
    /// `\.`: a last line of `length` bytes if that is not zero; nothing after counts.
    EndOfData { length: usize },
    /// More bytes are needed.
    Incomplete,
}

/// Finds line ends. `Debug` shows no data.
#[derive(Debug)]
pub struct LineScanner {
    csv: bool,
    quote: u8,
    /// `None` where quote and escape are the same: doubling toggles twice.
    escape: Option<u8>,
    end: LineEnd,
    /// First byte not looked at.
    at: usize,
    in_quote: bool,
    escaped: bool,
    /// Line ends inside quotes since the last call of [`LineScanner::take_embedded`].
    embedded: u64,
}

impl LineScanner {
    pub fn new(options: &CopyOptions) -> Self {
        Self {
            csv: options.format == CopyFileFormat::Csv,
            quote: options.quote,
            escape: (options.escape != options.quote).then_some(options.escape),
            end: LineEnd::Unknown,
            at: 0,
            in_quote: false,
            escaped: false,
            embedded: 0,
        }
    }

    /// How many line ends stood inside quotes since the last call: they count as lines in messages.
    /// Of `\r\n` the first byte counts, and of a style not known yet `\r`, as PostgreSQL has it.
    pub fn take_embedded(&mut self) -> u64 {
        std::mem::take(&mut self.embedded)
    }

    /// Looks for the end of the line that starts at the start of `buf`. Call again with the same
    /// bytes and more after [`Found::Incomplete`], and with the bytes from `next` on after a line.
    /// `eof`: nothing follows `buf`; then an unfinished line is a line.
    ///
    /// # Errors
    /// 22P04.
    pub fn scan(&mut self, buf: &[u8], eof: bool) -> SqlResult<Found> {
        while let Some(&byte) = buf.get(self.at) {
            match byte {
                b'\\' if !self.csv || self.at == 0 => match self.backslash(buf, eof)? {
                    Some(Found::Incomplete) => return Ok(Found::Incomplete),
                    Some(found) => return Ok(found),
                    None => {}
                },
                b'\r' if !self.in_quote => match self.carriage_return(buf, eof)? {
                    Some(found) => return Ok(found),
                    None => return Ok(Found::Incomplete),
                },
                b'\n' if !self.in_quote => {
                    if matches!(self.end, LineEnd::Cr | LineEnd::CrLf) {
                        return Err(self.stray("newline"));
                    }
                    self.end = LineEnd::Lf;
                    return Ok(self.line(self.at, self.at + 1));
                }
                _ => self.plain(byte),
            }
        }
        if eof && !buf.is_empty() {
            return Ok(self.line(buf.len(), buf.len()));
        }
        Ok(Found::Incomplete)
    }

    fn plain(&mut self, byte: u8) {
        if self.csv {
            if self.in_quote && Some(byte) == self.escape {
                self.escaped = !self.escaped;
            }
            if byte == self.quote && !self.escaped {
                self.in_quote = !self.in_quote;
            }
            if Some(byte) != self.escape {
                self.escaped = false;
            }
            let counted = if self.end == LineEnd::Lf { b'\n' } else { b'\r' };
            self.embedded += u64::from(self.in_quote && byte == counted);
        }
        self.at += 1;
    }

    /// A backslash at `self.at`. `None`: go on after it.
    fn backslash(&mut self, buf: &[u8], eof: bool) -> SqlResult<Option<Found>> {
        let Some(&next) = buf.get(self.at + 1) else {
            if !eof {
                return Ok(Some(Found::Incomplete));
            }
            self.plain(b'\\');
            return Ok(None);
        };
        if next != b'.' {
            if self.csv {
                self.plain(b'\\');
            } else {
                self.at += 2;
            }
            return Ok(None);
        }
        let marker_end = match (buf.get(self.at + 2), buf.get(self.at + 3)) {
            (None, _) if !eof => return Ok(Some(Found::Incomplete)),
            (None, _) if self.csv => {
                self.plain(b'\\');
                return Ok(None);
            }
            (None, _) => return Err(bad("end-of-copy marker corrupt")),
            (Some(b'\n'), _) => LineEnd::Lf,
            (Some(b'\r'), None) if !eof => return Ok(Some(Found::Incomplete)),
            (Some(b'\r'), Some(b'\n')) => LineEnd::CrLf,
            (Some(b'\r'), _) => LineEnd::Cr,
            (Some(_), _) if self.csv => {
                self.plain(b'\\');
                return Ok(None);
            }
            (Some(_), _) => return Err(bad("end-of-copy marker corrupt")),
        };
        if self.end != LineEnd::Unknown && marker_end != self.end {
            return Err(bad("end-of-copy marker does not match previous newline style"));
        }
        Ok(Some(Found::EndOfData { length: self.at }))
    }

    /// A carriage return at `self.at`, outside quotes. `None`: the byte after it is needed.
    fn carriage_return(&mut self, buf: &[u8], eof: bool) -> SqlResult<Option<Found>> {
        let next = buf.get(self.at + 1);
        match self.end {
            LineEnd::Lf => Err(self.stray("carriage return")),
            LineEnd::Cr => Ok(Some(self.line(self.at, self.at + 1))),
            LineEnd::Unknown | LineEnd::CrLf => match next {
                Some(b'\n') => {
                    self.end = LineEnd::CrLf;
                    Ok(Some(self.line(self.at, self.at + 2)))
                }
                None if !eof => Ok(None),
                _ if self.end == LineEnd::CrLf => Err(self.stray("carriage return")),
                _ => {
                    self.end = LineEnd::Cr;
                    Ok(Some(self.line(self.at, self.at + 1)))
                }
            },
        }
    }

    fn line(&mut self, length: usize, next: usize) -> Found {
        self.at = 0;
        self.in_quote = false;
        self.escaped = false;
        Found::Line { length, next }
    }

    fn stray(&self, what: &str) -> SqlError {
        if self.csv {
            return bad(format!("unquoted {what} found in data"))
                .hint(format!("Use quoted CSV field to represent {what}."));
        }
        let escape = if what == "newline" { "\\n" } else { "\\r" };
        bad(format!("literal {what} found in data")).hint(format!("Use \"{escape}\" to represent {what}."))
    }
}

fn bad(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::BadCopyFileFormat, message)
}
