//! Tails: records from a position on, out of memory where they are recent, else out of files.
#![allow(clippy::disallowed_methods, reason = "a shell: reads files off the runtime's threads")]

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use gavel_api::journal::{Entry, Error};
use gavel_types::Lsn;

use crate::disk::{Disk, DiskFile};
use crate::recovery::{corrupt, failed};
use crate::segment::{self};
use crate::shared::{End, Found, Segment, Shared, entries_from};
use crate::{frame, record};

/// What one step reads from a file, if a frame is not larger.
const STEP_BYTES: usize = 1 << 20;

/// A place in a file.
struct Cursor {
    file: Arc<dyn DiskFile>,
    segment: Segment,
    offset: u64,
    /// Position of the frame at `offset`.
    lsn: Lsn,
}

/// See [`gavel_api::journal::Journal::tail`].
pub(crate) fn tail(
    disk: Arc<dyn Disk>,
    shared: Arc<Shared>,
    from: Lsn,
) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
    let changed = shared.subscribe();
    let start = (disk, shared, changed, from.max(Lsn(1)), None::<Cursor>, false);
    stream::unfold(start, |(disk, shared, mut changed, next, cursor, over)| async move {
        if over {
            return None;
        }
        loop {
            changed.mark_unchanged();
            match shared.find(next) {
                Found::Recent(batches) => {
                    let entries = entries_from(&batches, next);
                    let after = batches.last().map_or(next, |batch| batch.last().next());
                    return Some((Ok(entries), (disk, shared, changed, after, None, false)));
                }
                Found::InFile(segment) => {
                    let theirs = Arc::clone(&disk);
                    let step = move || read_step(theirs.as_ref(), segment, cursor, next);
                    let read = tokio::task::spawn_blocking(step).await;
                    let read = read.unwrap_or_else(|error| Err(Error::Failed(error.to_string())));
                    return Some(match read {
                        Ok((entries, cursor)) => {
                            let after = entries.last().map_or(next, |(lsn, _)| lsn.next());
                            (Ok(entries), (disk, shared, changed, after, Some(cursor), false))
                        }
                        Err(error) => {
                            // The file may have been trimmed away while it was being opened.
                            let error = match shared.find(next) {
                                Found::Trimmed(first) => Error::Trimmed(first),
                                _ => error,
                            };
                            (Err(error), (disk, shared, changed, next, None, true))
                        }
                    });
                }
                Found::NotYet => {
                    if changed.changed().await.is_err() {
                        return None;
                    }
                }
                Found::Trimmed(first) => {
                    return Some((Err(Error::Trimmed(first)), (disk, shared, changed, next, None, true)));
                }
                Found::Ended(End::Closed) => return None,
                Found::Ended(end) => return Some((Err(end.error()), (disk, shared, changed, next, None, true))),
            }
        }
    })
    .boxed()
}

/// Reads some entries from `from` on out of `segment`, which holds it.
fn read_step(
    disk: &dyn Disk,
    segment: Segment,
    cursor: Option<Cursor>,
    from: Lsn,
) -> Result<(Vec<Entry>, Cursor), Error> {
    let mut cursor = match cursor {
        Some(mut cursor) if cursor.segment.first == segment.first => {
            cursor.segment = segment;
            cursor
        }
        _ => {
            let file = disk.open(&segment.name).map_err(failed(&segment.name))?;
            let lsn = segment.first;
            Cursor { file, segment, offset: segment::HEADER as u64, lsn }
        }
    };
    let mut entries = Vec::new();
    while entries.is_empty() && cursor.offset < cursor.segment.end {
        let chunk = read_chunk(&cursor)?;
        decode_chunk(&mut cursor, &chunk, from, &mut entries)?;
    }
    if entries.is_empty() {
        return Err(corrupt(&cursor.segment.name, cursor.offset, format!("record {from} is missing")));
    }
    Ok((entries, cursor))
}

/// At least one whole frame at the cursor.
fn read_chunk(cursor: &Cursor) -> Result<Bytes, Error> {
    let name = &cursor.segment.name;
    let left = cursor.segment.end - cursor.offset;
    let mut want = STEP_BYTES.min(usize::try_from(left).unwrap_or(STEP_BYTES));
    loop {
        let mut bytes = vec![0; want];
        let n = cursor.file.read_at(&mut bytes, cursor.offset).map_err(failed(name))?;
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

fn decode_chunk(cursor: &mut Cursor, chunk: &Bytes, from: Lsn, entries: &mut Vec<Entry>) -> Result<(), Error> {
    let mut at = 0;
    while let Some(header) = chunk.get(at..).and_then(|rest| frame::check(rest, cursor.segment.salt)) {
        let bad = |why: record::Error| corrupt(&cursor.segment.name, cursor.offset, why);
        if header.first_lsn != cursor.lsn {
            return Err(corrupt(&cursor.segment.name, cursor.offset, "positions are not dense"));
        }
        let bytes = chunk.slice(at..(at + header.frame_len()).min(chunk.len()));
        let mut lsn = header.first_lsn;
        for one in frame::records(&bytes, &header) {
            let one = one.map_err(bad)?;
            if lsn >= from {
                entries.push((lsn, record::decode(one).map_err(bad)?));
            }
            lsn = lsn.next();
        }
        at += header.frame_len();
        cursor.offset += header.frame_len() as u64;
        cursor.lsn = lsn;
    }
    if at == 0 {
        return Err(corrupt(&cursor.segment.name, cursor.offset, format!("record {} does not read", cursor.lsn)));
    }
    Ok(())
}
