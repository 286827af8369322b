//! Files of the journal: `<first position, 20 digits>.seg`, a header, then frames without gaps,
//! then zeros up to the preallocated size.
//!
//! ```text
//!  0  magic      8 bytes "GAVELJNL"
//!  8  version    u32 = 1
//! 12  length     u32 = 64, of this header
//! 16  first_lsn  u64
//! 24  epoch      u64, the one open when the file was begun
//! 32  salt       u64, of the frames' checksums
//! 40  zeros
//! 60  crc        u32, CRC32C over bytes 0..60
//! ```
//!
//! A file gets its name only after its header is durable, and only after everything before it is:
//! so a named file with a bad header is damaged, never torn, and whatever stands in an earlier file
//! was durable when a later one exists.

use bytes::{Buf, BufMut, Bytes};
use gavel_types::{Epoch, Lsn};

use crate::{frame, record};

/// Bytes before the first frame.
pub const HEADER: usize = 64;
/// Version that this build writes.
pub const VERSION: u32 = 1;

const MAGIC: [u8; 8] = *b"GAVELJNL";

/// The fields of a segment's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub first_lsn: Lsn,
    pub epoch: Epoch,
    pub salt: u64,
}

impl Header {
    /// Its bytes.
    pub fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let mut out = &mut bytes[..];
        out.put_slice(&MAGIC);
        out.put_u32_le(VERSION);
        out.put_u32_le(HEADER as u32);
        out.put_u64_le(self.first_lsn.0);
        out.put_u64_le(self.epoch.0);
        out.put_u64_le(self.salt);
        let crc = crc32c::crc32c(&bytes[..60]);
        bytes[60..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let bytes: &[u8; HEADER] = bytes.first_chunk().ok_or("the header is cut short")?;
        let (mut input, mut crc) = bytes.split_at(60);
        if crc32c::crc32c(input) != crc.get_u32_le() {
            return Err("the header's checksum does not match".into());
        }
        if input.copy_to_bytes(8)[..] != MAGIC {
            return Err("this is not a segment of a journal".into());
        }
        let version = input.get_u32_le();
        if version != VERSION {
            return Err(format!("the segment has format version {version}, this build reads version {VERSION}"));
        }
        input.advance(4);
        Ok(Self { first_lsn: Lsn(input.get_u64_le()), epoch: Epoch(input.get_u64_le()), salt: input.get_u64_le() })
    }
}

/// Name of the segment that begins at `first`.
pub fn name(first: Lsn) -> String {
    format!("{:020}.seg", first.0)
}

/// The inverse of [`name`]; `None` for other files.
pub fn parse_name(name: &str) -> Option<Lsn> {
    let digits = name.strip_suffix(".seg")?;
    (digits.len() == 20).then_some(())?;
    digits.parse().ok().map(Lsn)
}

/// The good frames of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Offset behind the last good frame.
    pub end: usize,
    /// Position of the last record; the one before the segment if there is none.
    pub last_lsn: Lsn,
    /// Epoch open at the end.
    pub epoch: Epoch,
}

/// Walks the frames of a whole segment, header included, up to the first that is not good.
pub fn walk(file: &Bytes, header: &Header) -> Extent {
    walk_with(file, header, &mut |_, _, _| {})
}

/// As [`walk`]; shows `visit` each frame with its offset and header.
pub fn walk_with(file: &Bytes, header: &Header, visit: &mut dyn FnMut(usize, &frame::Header, &Bytes)) -> Extent {
    let mut extent = Extent { end: HEADER, last_lsn: Lsn(header.first_lsn.0.saturating_sub(1)), epoch: header.epoch };
    while let Some(rest) = file.get(extent.end..)
        && let Some(found) = frame::check(rest, header.salt)
        && found.first_lsn == extent.last_lsn.next()
    {
        let bytes = file.slice(extent.end..(extent.end + found.frame_len()).min(file.len()));
        for record in frame::records(&bytes, &found).flatten() {
            extent.epoch = record::peek_epoch(&record).unwrap_or(extent.epoch);
        }
        visit(extent.end, &found, &bytes);
        extent.last_lsn = found.last_lsn();
        extent.end += found.frame_len();
    }
    extent
}

/// Offset of a good frame behind `extent` that proves that the record after it was once durable.
pub fn proof_of_damage(file: &[u8], header: &Header, extent: &Extent) -> Option<usize> {
    let missing = extent.last_lsn.next();
    (extent.end.next_multiple_of(frame::ALIGN)..file.len()).step_by(frame::ALIGN).find(|&at| {
        file.get(at..)
            .filter(|rest| rest.first() != Some(&0))
            .and_then(|rest| frame::check(rest, header.salt))
            .is_some_and(|found| found.first_lsn > missing && found.durable >= missing)
    })
}

#[cfg(test)]
mod tests {
    use gavel_api::journal::Record;
    use gavel_types::Timestamp;

    use super::*;

    const HEAD: Header = Header { first_lsn: Lsn(5), epoch: Epoch(2), salt: 99 };

    /// A segment of one-record frames, each given as (position, durable before it).
    fn segment(frames: &[(u64, u64)]) -> Vec<u8> {
        let mut file = HEAD.encode().to_vec();
        for &(lsn, durable) in frames {
            let record = if lsn == 6 {
                Record::Epoch { epoch: Epoch(3), opened_at: Timestamp(1) }
            } else {
                Record::Ceiling(Timestamp(lsn))
            };
            let mut one = frame::build(&[record]).unwrap();
            frame::seal(&mut one, HEAD.salt, Lsn(lsn), Lsn(durable));
            file.extend_from_slice(&one);
        }
        file.resize(file.len() + 100, 0);
        file
    }

    #[test]
    fn headers_round_trip_and_notice_damage() {
        let bytes = HEAD.encode();
        assert_eq!(Header::decode(&bytes), Ok(HEAD));
        let mut bad = bytes;
        bad[20] ^= 1;
        assert!(Header::decode(&bad).is_err());
        assert!(Header::decode(&bytes[..63]).is_err());
    }

    #[test]
    fn names_sort_by_position() {
        assert_eq!(parse_name(&name(Lsn(42))), Some(Lsn(42)));
        assert!(name(Lsn(9)) < name(Lsn(10)));
        assert_eq!(parse_name("spare"), None);
    }

    #[test]
    fn walking_stops_at_zeros_and_knows_the_epoch() {
        let file = Bytes::from(segment(&[(5, 4), (6, 5), (7, 6)]));
        let extent = walk(&file, &HEAD);
        assert_eq!((extent.last_lsn, extent.epoch), (Lsn(7), Epoch(3)));
        assert_eq!(extent.end, file.len() - 100);
        assert_eq!(proof_of_damage(&file, &HEAD, &extent), None);
    }

    #[test]
    fn a_bad_frame_whose_successor_saw_it_durable_is_damage() {
        let mut file = segment(&[(5, 4), (6, 5), (7, 6)]);
        file[HEADER + frame::HEADER + 6] ^= 1;
        let file = Bytes::from(file);
        let extent = walk(&file, &HEAD);
        assert_eq!(extent.last_lsn, Lsn(4));
        assert!(proof_of_damage(&file, &HEAD, &extent).is_some());
    }

    #[test]
    fn a_bad_frame_of_the_last_flush_is_torn_though_later_ones_of_it_are_good() {
        let mut file = segment(&[(5, 4), (6, 4), (7, 4)]);
        file[HEADER + frame::HEADER + 6] ^= 1;
        let file = Bytes::from(file);
        let extent = walk(&file, &HEAD);
        assert_eq!(proof_of_damage(&file, &HEAD, &extent), None);
    }
}
