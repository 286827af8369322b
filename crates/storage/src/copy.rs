//! The serving side of a copy: a replica's versions, key by key, while it goes on serving and applying.
//!
//! What the copy will need of the journal afterwards is held there as long as the copy is read
//! ([`Holds`]): otherwise a copy that takes longer than the journal keeps records could never be used.
#![allow(clippy::disallowed_methods, reason = "a shell: blocking threads")]

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use gavel_api::storage::{Copied, CopyPoint, CopyRequest, Error, Version};
use gavel_encoding::layout::{TenantId, tenant_range};
use gavel_mvcc::Versions;
use gavel_types::{KeyRange, Lsn};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::replica::Shared;

/// What a piece weighs, about.
const PIECE_BYTES: usize = 1 << 20;
/// Pieces that are made ahead of the reader.
const AHEAD: usize = 2;
/// Copies at a time: each has a thread and holds files that compaction has replaced.
const MOST: usize = 4;

/// All keys but those of the store itself.
pub(crate) fn everything() -> KeyRange {
    KeyRange::new(Bytes::new(), tenant_range(TenantId::STORE).start)
}

/// The positions from which copies that are being read will follow the journal.
#[derive(Debug, Default)]
pub(crate) struct Holds(Mutex<Vec<Lsn>>);

impl Holds {
    /// The lowest position after which the journal is still needed.
    pub(crate) fn lowest(&self) -> Option<Lsn> {
        self.0.lock().iter().min().copied()
    }

    /// Holds `lsn`, unless that would be one too many.
    fn hold(self: &Arc<Self>, lsn: Lsn) -> Option<Hold> {
        let mut held = self.0.lock();
        if held.len() >= MOST {
            return None;
        }
        held.push(lsn);
        Some(Hold { holds: self.clone(), lsn })
    }
}

/// Ends a hold when it is dropped.
struct Hold {
    holds: Arc<Holds>,
    lsn: Lsn,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.holds.0.lock();
        if let Some(place) = held.iter().position(|lsn| *lsn == self.lsn) {
            held.swap_remove(place);
        }
    }
}

/// Makes the pieces of a copy, off the async threads and only as fast as they are taken.
pub(crate) fn serve(
    shared: Arc<Shared>,
    request: CopyRequest,
) -> Result<BoxStream<'static, Result<Copied, Error>>, Error> {
    let applied = shared.engine.applied();
    let here = CopyPoint { lsn: applied.lsn, ts: applied.ts };
    let upto = request.upto.unwrap_or(here);
    // One that has stopped following is of use to nobody who has to follow from there.
    if here.lsn < upto.lsn || shared.progress.failure().is_some() {
        return Err(Error::Behind);
    }
    let hold = shared.holds.hold(upto.lsn).ok_or(Error::Behind)?;
    let all = everything();
    let start = request.range.start.max(all.start);
    let range = KeyRange { start, end: request.range.end.min(all.end) };
    let (send, pieces) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut keys = shared.engine.versions(&range, upto.ts);
        loop {
            let piece = piece(&mut keys, upto, &shared);
            let done = piece.as_ref().map_or(true, |piece| piece.last);
            if send.blocking_send(piece).is_err() || done {
                return;
            }
        }
    });
    let step = |(mut pieces, hold): (mpsc::Receiver<_>, Hold)| async { Some((pieces.recv().await?, (pieces, hold))) };
    Ok(futures::stream::unfold((pieces, hold), step).boxed())
}

fn piece(keys: &mut Versions, upto: CopyPoint, shared: &Shared) -> Result<Copied, Error> {
    let (mut versions, mut bytes, mut last) = (Vec::new(), 0, true);
    for key in keys {
        for one in key.map_err(|e| Error::Failed(e.to_string()))? {
            bytes += one.key.len() + one.row.as_ref().map_or(0, Bytes::len) + 16;
            versions.push(Version { key: one.key, commit_ts: one.commit_ts, value: one.row });
        }
        if bytes >= PIECE_BYTES {
            last = false;
            break;
        }
    }
    // Named after the versions were read: what was collected before that is below it.
    let gc_ts = shared.progress.marks().gc_ts;
    Ok(Copied { upto, gc_ts, versions, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_held_for_as_long_as_a_copy_is_read() {
        let holds = Arc::new(Holds::default());
        assert_eq!(holds.lowest(), None);
        let (a, b) = (holds.hold(Lsn(7)), holds.hold(Lsn(5)));
        let (c, d) = (holds.hold(Lsn(5)), holds.hold(Lsn(9)));
        assert!(a.is_some() && d.is_some() && holds.hold(Lsn(9)).is_none(), "too many");
        assert_eq!(holds.lowest(), Some(Lsn(5)));
        drop(b);
        assert_eq!(holds.lowest(), Some(Lsn(5)), "another one is there");
        drop(c);
        assert_eq!(holds.lowest(), Some(Lsn(7)));
        drop((a, d));
        assert_eq!(holds.lowest(), None);
    }
}
