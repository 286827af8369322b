//! Records of the file: entries and truncations, one frame per append.
//!
//! ```text
//! version u8 = 1 │ kind u8 │ body
//! kind 16 entry     committed u64 (1 + the index known to be committed then, or 0), entry
//! kind 17 truncate  index u64: entries from here on are no more
//! ```
//! These share the numbering of kinds with [`crate::record`], so that neither reader takes the
//! other's files for its own.

use bytes::Bytes;
use gavel_api::journal::Error;

use super::codec;
use super::log::Run;
use super::types::{Entry, LogId};
use crate::disk::Disk;
use crate::frame::{self, Builder};
use crate::record::{self, Input};
use crate::recovery::{corrupt, failed};

const VERSION: u8 = 1;
const ENTRY: u8 = 16;
const TRUNCATE: u8 = 17;

/// What one read takes from a file at once, if a frame is not larger.
const STEP_BYTES: usize = 128 << 10;

/// One record of the file.
#[derive(Debug)]
pub(crate) enum Change {
    /// An entry, and what was known to be committed when it was written.
    Entry { entry: Entry, committed: Option<u64> },
    /// Entries from this index on are no more.
    Truncate(u64),
}

/// A frame of entries; the size if it is too large.
pub(crate) fn entries_frame(entries: &[Entry], committed: Option<LogId>) -> Result<Vec<u8>, usize> {
    let committed = committed.map_or(0, |id| id.index + 1);
    let mut builder = Builder::new(entries.iter().map(|entry| 14 + codec::entry_size(entry)).sum());
    for entry in entries {
        builder.record(|out| {
            out.extend_from_slice(&[VERSION, ENTRY]);
            out.extend_from_slice(&committed.to_le_bytes());
            codec::put_entry(entry, out);
        });
    }
    builder.finish()
}

/// A frame that says that entries from `index` on are no more.
pub(crate) fn truncate_frame(index: u64) -> Vec<u8> {
    let mut builder = Builder::new(16);
    builder.record(|out| {
        out.extend_from_slice(&[VERSION, TRUNCATE]);
        out.extend_from_slice(&index.to_le_bytes());
    });
    builder.finish().unwrap_or_default()
}

/// Reads one record.
pub(crate) fn decode(bytes: Bytes) -> Result<Change, record::Error> {
    let mut input = Input(bytes);
    let version = input.byte()?;
    if version != VERSION {
        return Err(record::Error::Version(version));
    }
    match input.byte()? {
        ENTRY => {
            let committed = input.u64()?.checked_sub(1);
            Ok(Change::Entry { entry: codec::get_entry(&mut input)?, committed })
        }
        TRUNCATE => Ok(Change::Truncate(input.u64()?)),
        kind => Err(record::Error::Kind(kind)),
    }
}

/// Reads the entries `from ..= last` of a run as far as it has them, up to about `max_bytes` and at
/// least one.
///
/// # Errors
/// [`Error::Corrupt`] if a frame does not read or the first entry is not there; [`Error::Failed`]
/// if the disk does not answer.
pub(crate) fn read_run(
    disk: &dyn Disk,
    run: &Run,
    from: u64,
    last: u64,
    max_bytes: usize,
) -> Result<Vec<Entry>, Error> {
    let name = &run.segment.name;
    let file = disk.open(name).map_err(failed(name))?;
    let last = last.min(run.until.saturating_sub(1));
    let mut entries: Vec<Entry> = Vec::new();
    let (mut offset, mut taken) = (run.offset, 0);
    while offset < run.segment.end {
        let chunk = read_chunk(file.as_ref(), name, offset, run.segment.end)?;
        let mut at = 0;
        while let Some(header) = chunk.get(at..).and_then(|rest| frame::check(rest, run.segment.salt)) {
            let bytes = chunk.slice(at..(at + header.frame_len()).min(chunk.len()));
            let bad = |why: record::Error| corrupt(name, offset + at as u64, why);
            for one in frame::records(&bytes, &header) {
                let Change::Entry { entry, .. } = decode(one.map_err(bad)?).map_err(bad)? else { continue };
                let index = entry.log_id.index;
                // Behind a gap lies what came after a snapshot, or what this run does not vouch for.
                let next = entries.last().map_or(from, |before| before.log_id.index + 1);
                if index != next {
                    continue;
                }
                if index > last || (taken > max_bytes && !entries.is_empty()) {
                    return Ok(entries);
                }
                taken += codec::entry_size(&entry);
                entries.push(entry);
            }
            at += header.frame_len();
        }
        if at == 0 {
            return Err(corrupt(name, offset, "a frame does not read"));
        }
        offset += at as u64;
    }
    if entries.is_empty() {
        return Err(corrupt(name, run.offset, format!("entry {from} is missing")));
    }
    Ok(entries)
}

/// At least one whole frame from `offset` on.
fn read_chunk(file: &dyn crate::DiskFile, name: &str, offset: u64, end: u64) -> Result<Bytes, Error> {
    let left = end - offset;
    let mut want = STEP_BYTES.min(usize::try_from(left).unwrap_or(STEP_BYTES));
    loop {
        let mut bytes = vec![0; want];
        let n = file.read_at(&mut bytes, offset).map_err(failed(name))?;
        bytes.truncate(n);
        match frame::parse_header(&bytes) {
            Some(header)
                if header.frame_len() > n && header.frame_len() as u64 <= left && want < header.frame_len() =>
            {
                want = header.frame_len();
            }
            _ => return Ok(Bytes::from(bytes)),
        }
    }
}
