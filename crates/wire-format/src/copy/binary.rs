//! COPY's binary format: a signature, flags and an extension area; then tuples, each a count and
//! length-prefixed fields; then the count -1.

use std::ops::Range;

use gavel_types::{SqlError, SqlResult, SqlState};

/// First bytes of the data.
pub const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// Flag bits 16-31 must be understood by a reader; the lower half may be ignored.
const CRITICAL_FLAGS: u32 = 0xFFFF_0000;
/// The critical flag of data with OIDs, which PostgreSQL wrote before version 12.
const WITH_OIDS: u32 = 1 << 16;

/// What stands at the start of the data that are left.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// A tuple, its fields in `fields`; the next frame begins after `length` bytes.
    Tuple {
        length: usize,
    },
    /// The trailer; nothing may follow.
    End {
        length: usize,
    },
    Incomplete,
}

/// Length of the header at the start of `buf`; `None` if more bytes are needed.
///
/// # Errors
/// 22P04.
pub fn header(buf: &[u8]) -> SqlResult<Option<usize>> {
    let known = buf.len().min(SIGNATURE.len());
    if buf.get(..known) != SIGNATURE.get(..known) {
        return Err(bad("COPY file signature not recognized"));
    }
    let Some(flags) = word(buf, SIGNATURE.len()) else { return Ok(None) };
    if flags & WITH_OIDS != 0 {
        return Err(bad("invalid COPY file header (WITH OIDS)"));
    }
    if flags & CRITICAL_FLAGS != 0 {
        return Err(bad("unrecognized critical flags in COPY file header"));
    }
    let Some(extension) = word(buf, SIGNATURE.len() + 4) else { return Ok(None) };
    let extension = i32::from_be_bytes(extension.to_be_bytes());
    let extension = usize::try_from(extension).map_err(|_| bad("invalid COPY file header (missing length)"))?;
    let length = SIGNATURE.len() + 8 + extension;
    Ok((buf.len() >= length).then_some(length))
}

/// Reads the frame at the start of `buf`.
///
/// # Errors
/// 22P04 for a wrong number of fields or a negative size.
pub fn frame(buf: &[u8], columns: usize, fields: &mut Vec<Option<Range<usize>>>) -> SqlResult<Frame> {
    fields.clear();
    let Some(count) = buf.first_chunk::<2>().map(|b| i16::from_be_bytes(*b)) else {
        return Ok(Frame::Incomplete);
    };
    if count == -1 {
        return Ok(Frame::End { length: 2 });
    }
    if usize::try_from(count) != Ok(columns) {
        return Err(bad(format!("row field count is {count}, expected {columns}")));
    }
    let mut at = 2;
    for _ in 0..columns {
        let Some(length) = word(buf, at) else { return Ok(Frame::Incomplete) };
        at += 4;
        if length == u32::MAX {
            fields.push(None);
            continue;
        }
        let length = i32::from_be_bytes(length.to_be_bytes());
        let length = usize::try_from(length).map_err(|_| bad("invalid field size"))?;
        if buf.len() < at + length {
            return Ok(Frame::Incomplete);
        }
        fields.push(Some(at..at + length));
        at += length;
    }
    Ok(Frame::Tuple { length: at })
}

fn word(buf: &[u8], at: usize) -> Option<u32> {
    buf.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

pub(super) fn bad(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::BadCopyFileFormat, message)
}
