//! How a version lies in the tree.
//!
//! The tree orders entries by key, then by its own sequence number, newest first, and reads as of
//! one. We use the commit timestamp as that number, so a point read at a fresh snapshot is one
//! look-up with Bloom filters. Two things are not left to the tree:
//!
//! * **Garbage collection.** The tree drops a version as soon as a newer one exists and the *old*
//!   one is below the threshold; it relies on keeping whole sets of files for older snapshots,
//!   which over our window of 310 s would keep every file and memtable of that time. We collect in
//!   a compaction filter ([`crate::collect`]), which is told the value but not the sequence number.
//! * **Deletes.** The filter is not shown the tree's tombstones.
//!
//! So every entry is a value to the tree and says itself when it was written and whether it
//! deletes:
//! ```text
//! value = commit time (u64, little-endian; top bit: deleted) row
//! ```
//! The tree's own threshold stays at [`GC_SEQNO`], below every sequence number of ours and above
//! those of its file sets, so that it keeps just the newest set.

use bytes::{BufMut, Bytes, BytesMut};
use gavel_types::Timestamp;

/// Sequence numbers below this are not used by versions.
const RESERVED: u64 = 64;
/// The tree's threshold: all its file sets lie below (their counter is reset before each change),
/// all versions above.
pub const GC_SEQNO: u64 = 32;

const DELETED: u64 = 1 << 63;

/// Bytes before the row.
pub const HEADER_LEN: usize = 8;

/// Sequence number of a version committed at `ts`.
pub fn seqno(ts: Timestamp) -> u64 {
    ts.0.min(Timestamp::MAX.0 - RESERVED - 1) + RESERVED
}

/// What to ask the tree for to see everything `<= at`: it answers what is below.
pub fn read_seqno(at: Timestamp) -> u64 {
    seqno(at) + 1
}

/// Appends the entry of a row, or of a deletion, written at `ts`.
pub fn write(out: &mut BytesMut, ts: Timestamp, row: Option<&[u8]>) {
    match row {
        Some(row) => {
            out.put_u64_le(ts.0);
            out.put_slice(row);
        }
        None => out.put_u64_le(ts.0 | DELETED),
    }
}

/// Commit time and whether the entry deletes; `None` if it is too short to be one.
pub fn header(entry: &[u8]) -> Option<(Timestamp, bool)> {
    let raw = u64::from_le_bytes(*entry.first_chunk::<HEADER_LEN>()?);
    Some((Timestamp(raw & !DELETED), raw & DELETED != 0))
}

/// The row of an entry; `None` if it deletes (or is no entry).
pub fn row(entry: Bytes) -> Option<Bytes> {
    match header(&entry)? {
        (_, true) => None,
        (_, false) => Some(entry.slice(HEADER_LEN..)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_time_and_row() {
        let mut out = BytesMut::new();
        write(&mut out, Timestamp(258), Some(b"ab"));
        assert_eq!(&out[..], [2, 1, 0, 0, 0, 0, 0, 0, b'a', b'b']);
        assert_eq!(row(out.split().freeze()), Some(Bytes::from_static(b"ab")));
        write(&mut out, Timestamp(258), None);
        assert_eq!(&out[..], [2, 1, 0, 0, 0, 0, 0, 0x80]);
        assert_eq!(header(&out), Some((Timestamp(258), true)));
        assert_eq!(row(out.freeze()), None);
        assert_eq!(header(b"short"), None);
    }

    #[test]
    fn sequence_numbers_keep_clear_of_the_trees_own() {
        assert!(seqno(Timestamp::ZERO) > GC_SEQNO);
        assert!(read_seqno(Timestamp::MAX) < 1 << 63);
        assert!(seqno(Timestamp(7)) < read_seqno(Timestamp(7)));
        assert!(seqno(Timestamp(8)) >= read_seqno(Timestamp(7)));
    }
}
