//! What is found when a journal is opened.
//!
//! Segments must follow each other without a gap. The last may end in a torn write, which is cut
//! off: nobody was told that it is durable. Everything else that does not read is damage and is
//! refused with its place, because going on would lose acknowledged commits.
//!
//! | what does not read | verdict |
//! |---|---|
//! | a segment's header | damage: it was durable before the file got its name |
//! | a frame in a segment that is not the last | damage: it was durable before the next was begun |
//! | a frame of the last segment, and a later one says that it was durable | damage |
//! | any other end of the last segment | torn: cut |
//!
//! What cannot be told from a torn write is garbage over the very last flush, if nothing was
//! written after it: the checksum fails, and nothing says that it ever was whole.

use bytes::Bytes;
use gavel_api::journal::Error;
use gavel_types::{Epoch, Lsn};

use crate::disk::Disk;
use crate::segment::{self, Extent, Header};
use crate::shared::Segment;
use crate::{frame, spare};

/// State of the directory after recovery.
#[derive(Debug)]
pub struct Recovered {
    pub(crate) segments: Vec<Segment>,
    /// Position of the last record; `Lsn::ZERO` if there is none.
    pub last_lsn: Lsn,
    /// Latest epoch; zero if none was ever opened.
    pub epoch: Epoch,
    /// Bytes cut off as torn, beyond zeros.
    pub torn_bytes: usize,
}

/// Reads all segments, cuts a torn tail, removes files that were left unfinished.
///
/// # Errors
/// [`Error::Corrupt`] with segment and offset; [`Error::Failed`] if the disk does not answer.
pub fn recover(disk: &dyn Disk) -> Result<Recovered, Error> {
    recover_with(disk, &mut |_| Ok(()))
}

/// A good frame that recovery comes across.
#[derive(Debug)]
pub(crate) struct FoundFrame<'a> {
    pub segment: &'a str,
    /// First position of the segment.
    pub first: Lsn,
    /// Salt of the segment's checksums.
    pub salt: u64,
    pub offset: u64,
    pub header: frame::Header,
    pub bytes: &'a Bytes,
}

/// As [`recover`]; shows `visit` every good frame, oldest first.
///
/// # Errors
/// As [`recover`], and what `visit` answers.
pub(crate) fn recover_with(
    disk: &dyn Disk,
    visit: &mut dyn FnMut(FoundFrame<'_>) -> Result<(), Error>,
) -> Result<Recovered, Error> {
    let mut names = disk.list().map_err(failed("listing the directory"))?;
    names.sort_unstable();
    for name in names.iter().filter(|name| spare::is_unfinished(name)) {
        disk.remove(name).map_err(failed(name))?;
    }
    let firsts: Vec<Lsn> = names.iter().filter_map(|name| segment::parse_name(name)).collect();
    let mut found = Recovered { segments: Vec::new(), last_lsn: Lsn::ZERO, epoch: Epoch(0), torn_bytes: 0 };
    for (i, &first) in firsts.iter().enumerate() {
        let last_segment = i + 1 == firsts.len();
        recover_segment(disk, first, last_segment, &mut found, visit)?;
    }
    Ok(found)
}

fn recover_segment(
    disk: &dyn Disk,
    first: Lsn,
    last_segment: bool,
    found: &mut Recovered,
    visit: &mut dyn FnMut(FoundFrame<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let name = segment::name(first);
    let file = disk.open(&name).map_err(failed(&name))?;
    let bytes = read_all(disk, &name)?;
    let header = Header::decode(&bytes).map_err(|why| corrupt(&name, 0, why))?;
    if header.first_lsn != first {
        return Err(corrupt(&name, 0, format!("the header names first position {}", header.first_lsn)));
    }
    if let Some(before) = found.segments.last()
        && found.last_lsn.next() != first
    {
        let why = format!("record {} does not read, though segment {name} was begun after it", found.last_lsn.next());
        return Err(corrupt(&before.name, before.end, why));
    }
    let (mut visited, salt) = (Ok(()), header.salt);
    let extent = segment::walk_with(&bytes, &header, &mut |offset, header, bytes| {
        let frame = FoundFrame { segment: &name, first, salt, offset: offset as u64, header: *header, bytes };
        if visited.is_ok() {
            visited = visit(frame);
        }
    });
    visited?;
    if last_segment {
        if let Some(at) = segment::proof_of_damage(&bytes, &header, &extent) {
            let why = format!("record {} does not read, though the frame at {at} came later", extent.last_lsn.next());
            return Err(corrupt(&name, extent.end as u64, why));
        }
        let tail = bytes.get(extent.end..).unwrap_or_default();
        let torn = tail.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
        if torn > 0 {
            tracing::info!(segment = %name, offset = extent.end, bytes = torn, "torn tail is cut off");
            cut(file.as_ref(), &extent, bytes.len() as u64).map_err(failed(&name))?;
            found.torn_bytes = torn;
        }
    }
    found.last_lsn = extent.last_lsn;
    found.epoch = found.epoch.max(extent.epoch);
    found.segments.push(Segment { first, last: extent.last_lsn, end: extent.end as u64, salt: header.salt, name });
    Ok(())
}

/// Cuts off what is behind `extent` and reserves the space again, as zeros. If there is no space
/// the file stays short, and the next append begins a new one.
fn cut(file: &dyn crate::DiskFile, extent: &Extent, size: u64) -> std::io::Result<()> {
    file.truncate(extent.end as u64)?;
    if let Err(error) = file.allocate(size, true) {
        tracing::warn!(%error, "cannot reserve the space of a torn tail again");
        file.truncate(extent.end as u64)?;
    }
    file.sync_data()
}

/// Where the next frame would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// Name of the last segment.
    pub segment: String,
    /// Offset behind its last good frame.
    pub offset: u64,
    /// Position of the next record.
    pub next: Lsn,
    /// Salt of the segment's checksums.
    pub salt: u64,
}

/// Looks where the log ends, without changing anything; `None` if there is no segment. For tests
/// that tear it there, and for tools.
///
/// # Errors
/// As [`recover`], as far as the last segment is concerned.
pub fn end_of_log(disk: &dyn Disk) -> Result<Option<LogEnd>, Error> {
    let names = disk.list().map_err(failed("listing the directory"))?;
    let Some(first) = names.iter().filter_map(|name| segment::parse_name(name)).max() else {
        return Ok(None);
    };
    let name = segment::name(first);
    let bytes = read_all(disk, &name)?;
    let header = Header::decode(&bytes).map_err(|why| corrupt(&name, 0, why))?;
    let extent = segment::walk(&bytes, &header);
    let (offset, next) = (extent.end as u64, extent.last_lsn.next());
    Ok(Some(LogEnd { segment: name, offset, next, salt: header.salt }))
}

/// All bytes of a file.
pub(crate) fn read_all(disk: &dyn Disk, name: &str) -> Result<Bytes, Error> {
    let read = || {
        let file = disk.open(name)?;
        let size = usize::try_from(file.size()?).map_err(std::io::Error::other)?;
        let mut bytes = vec![0; size];
        let n = file.read_at(&mut bytes, 0)?;
        bytes.truncate(n);
        Ok(Bytes::from(bytes))
    };
    read().map_err(failed(name))
}

pub(crate) fn corrupt(segment: &str, offset: u64, why: impl std::fmt::Display) -> Error {
    Error::Corrupt(format!("segment {segment}, offset {offset}: {why}"))
}

pub(crate) fn failed(what: &str) -> impl FnOnce(std::io::Error) -> Error {
    let what = what.to_owned();
    move |error| Error::Failed(format!("{what}: {error}"))
}
