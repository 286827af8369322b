//! Bytes of one append: several records under one header and one checksum, so that they are kept
//! or lost together.
//!
//! ```text
//!  0  magic      u32   "GVJ1"
//!  4  length     u32   of the body, without padding
//!  8  first_lsn  u64   position of the first record
//! 16  durable    u64   last position that was durable when this frame was written
//! 24  count      u32   records in the body
//! 28  crc        u32   CRC32C over the segment's salt, bytes 0..28, body and padding
//! 32  body             count × (length u32, record), then zeros up to a multiple of 8
//! ```
//!
//! `durable` is what tells damage from a torn tail: frames of one flush may reach the disk in any
//! order, so a good frame behind a bad one proves nothing by itself; but if it says that the bad
//! one was durable already, that one has been damaged since. The salt keeps clients from planting
//! bytes that look like frames.

use bytes::{Buf, Bytes};
use gavel_api::journal::Record;
use gavel_types::Lsn;

use crate::record;

/// Bytes before the body.
pub const HEADER: usize = 32;
/// Frames begin at multiples of this.
pub const ALIGN: usize = 8;
/// What a frame may have in all.
pub const MAX_FRAME: usize = 1 << 30;

const MAGIC: u32 = u32::from_le_bytes(*b"GVJ1");

/// The fields of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub length: u32,
    pub first_lsn: Lsn,
    pub durable: Lsn,
    pub count: u32,
    crc: u32,
}

impl Header {
    /// Length of the whole frame, padding included.
    pub const fn frame_len(&self) -> usize {
        (HEADER + self.length as usize).next_multiple_of(ALIGN)
    }

    /// Position of the last record.
    pub const fn last_lsn(&self) -> Lsn {
        Lsn(self.first_lsn.0 + self.count as u64 - 1)
    }
}

/// Gathers the records of a frame whose header is still to be filled in by [`seal`].
#[derive(Debug)]
pub struct Builder {
    frame: Vec<u8>,
    count: u32,
    too_large: bool,
}

impl Builder {
    /// Begins a frame with room for about `hint` bytes.
    pub fn new(hint: usize) -> Self {
        let mut frame = Vec::with_capacity(HEADER + hint.min(MAX_FRAME) + ALIGN);
        frame.resize(HEADER, 0);
        Self { frame, count: 0, too_large: false }
    }

    /// Adds the record that `write` appends.
    pub fn record(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let at = self.frame.len();
        self.frame.extend_from_slice(&[0; 4]);
        write(&mut self.frame);
        let length = self.frame.len() - at - 4;
        self.too_large |= self.frame.len() > MAX_FRAME;
        put(&mut self.frame, at, &(length as u32).to_le_bytes());
        self.count += 1;
    }

    /// The frame.
    ///
    /// # Errors
    /// Its size, if it exceeds [`MAX_FRAME`].
    pub fn finish(mut self) -> Result<Vec<u8>, usize> {
        if self.too_large {
            return Err(self.frame.len());
        }
        let length = (self.frame.len() - HEADER) as u32;
        put(&mut self.frame, 0, &MAGIC.to_le_bytes());
        put(&mut self.frame, 4, &length.to_le_bytes());
        put(&mut self.frame, 24, &self.count.to_le_bytes());
        self.frame.resize(self.frame.len().next_multiple_of(ALIGN), 0);
        Ok(self.frame)
    }
}

/// A frame of `records` whose header is still to be filled in by [`seal`].
///
/// # Errors
/// The size, if it exceeds [`MAX_FRAME`].
pub fn build(records: &[Record]) -> Result<Vec<u8>, usize> {
    let hint: usize = records.iter().map(|r| 4 + record::size_hint(r)).sum();
    if hint > MAX_FRAME {
        return Err(hint);
    }
    let mut builder = Builder::new(hint);
    for one in records {
        builder.record(|out| record::encode(one, out));
    }
    builder.finish()
}

/// Completes a frame made by [`build`] with its place.
pub fn seal(frame: &mut [u8], salt: u64, first_lsn: Lsn, durable: Lsn) {
    put(frame, 8, &first_lsn.0.to_le_bytes());
    put(frame, 16, &durable.0.to_le_bytes());
    let crc = parse_header(frame).and_then(|header| checksum(frame, &header, salt)).unwrap_or(0);
    put(frame, 28, &crc.to_le_bytes());
}

/// Number of records in a frame made by [`build`].
pub fn count(frame: &[u8]) -> u32 {
    parse_header(frame).map_or(0, |header| header.count)
}

/// Reads a header; `None` if the bytes cannot be one. Says nothing of the body.
pub fn parse_header(bytes: &[u8]) -> Option<Header> {
    let mut input = bytes.get(..HEADER)?;
    if input.get_u32_le() != MAGIC {
        return None;
    }
    let length = input.get_u32_le();
    let first_lsn = Lsn(input.get_u64_le());
    let durable = Lsn(input.get_u64_le());
    let count = input.get_u32_le();
    let crc = input.get_u32_le();
    let header = Header { length, first_lsn, durable, count, crc };
    let fits = header.frame_len() <= MAX_FRAME && count > 0 && u64::from(count) * 4 <= u64::from(length);
    fits.then_some(header)
}

/// The header of the frame at the beginning of `bytes`, if all of it is there and unharmed.
pub fn check(bytes: &[u8], salt: u64) -> Option<Header> {
    let header = parse_header(bytes)?;
    (checksum(bytes, &header, salt)? == header.crc).then_some(header)
}

/// The records of a frame that [`check`] has passed, as bytes.
pub fn records(frame: &Bytes, header: &Header) -> impl Iterator<Item = Result<Bytes, record::Error>> + use<> {
    let end = (HEADER + header.length as usize).min(frame.len());
    let mut body = frame.slice(HEADER.min(end)..end);
    (0..header.count).map(move |_| {
        let length = body.try_get_u32_le().map_err(|_| record::Error::Length)? as usize;
        if length > body.len() { Err(record::Error::Length) } else { Ok(body.split_to(length)) }
    })
}

fn checksum(bytes: &[u8], header: &Header, salt: u64) -> Option<u32> {
    let crc = crc32c::crc32c(&salt.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, bytes.get(..28)?);
    Some(crc32c::crc32c_append(crc, bytes.get(HEADER..header.frame_len())?))
}

fn put(frame: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = frame.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use gavel_types::Timestamp;

    use super::*;

    fn frame() -> Vec<u8> {
        let records = [Record::Ceiling(Timestamp(1)), Record::Ceiling(Timestamp(2))];
        let mut frame = build(&records).unwrap();
        seal(&mut frame, 77, Lsn(10), Lsn(9));
        frame
    }

    #[test]
    fn a_sealed_frame_checks_and_gives_its_records() {
        let frame = Bytes::from(frame());
        let header = check(&frame, 77).unwrap();
        assert_eq!((header.first_lsn, header.last_lsn(), header.durable), (Lsn(10), Lsn(11), Lsn(9)));
        assert_eq!(header.frame_len(), frame.len());
        let read: Vec<_> = records(&frame, &header).map(|r| record::decode(r.unwrap()).unwrap()).collect();
        assert_eq!(read, [Record::Ceiling(Timestamp(1)), Record::Ceiling(Timestamp(2))]);
    }

    #[test]
    fn any_flipped_bit_and_any_other_salt_is_noticed() {
        let good = frame();
        assert_eq!(check(&good, 78), None);
        for at in 0..HEADER + 28 {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert_eq!(check(&bad, 77), None, "byte {at} bit {bit}");
            }
        }
    }

    #[test]
    fn zeros_and_short_bytes_are_no_frame() {
        assert_eq!(check(&[0; 64], 77), None);
        assert_eq!(check(&frame()[..40], 77), None);
        assert_eq!(check(&[], 77), None);
    }
}
