//! A store copied from a peer (PROTOCOL §9, §16): what a replica does that begins, or that the
//! journal has left behind. The peer goes on serving and applying.
//!
//! ```text
//!   peer     ── at 1000 ────────── 1200 ────────── 1500 ───►
//!   copy         │ versions up to 1000, key by key │
//!   new store    └────────────────────────────────►┤ at 1000 ── follows the journal ──► 1500 …
//! ```
//! A version never changes, so the copy need not be of one moment: it takes each key's versions up
//! to where the peer was at first, and all later ones come from the journal. Meanwhile the peer may
//! collect; the copy can be read from the newest horizon that any of its pieces names, and remembers
//! it. A copy that is interrupted goes on after the last key that came, from any peer.
#![allow(clippy::disallowed_methods, reason = "a shell: files, waiting, blocking threads")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use gavel_api::storage::{Bootstrap, Copied, CopyPoint, CopyRequest, Error, Version};
use gavel_encoding::layout::{TenantId, read_dropped, tenant_range};
use gavel_mvcc::{Engine, LsmEngine, Position};
use gavel_runtime::{offload, timer};
use gavel_types::{KeyRange, Timestamp};
use tokio::sync::mpsc;

use crate::Settings;
use crate::replica::Shared;

/// What a piece weighs, about.
const PIECE_BYTES: usize = 1 << 20;
/// Pieces that are made ahead of the reader.
const AHEAD: usize = 2;
/// How often in a row nothing may come.
const ATTEMPTS: usize = 20;
/// Before the next attempt.
const PAUSE: Duration = Duration::from_millis(250);
/// How often a store that takes no more is asked again.
const ROOM_POLL: Duration = Duration::from_millis(2);

/// All keys but those of the store itself.
fn everything() -> KeyRange {
    KeyRange::new(Bytes::new(), tenant_range(TenantId::STORE).start)
}

/// Makes the pieces of a copy, off the async threads and only as fast as they are taken.
pub(crate) fn serve(
    shared: Arc<Shared>,
    request: CopyRequest,
) -> Result<BoxStream<'static, Result<Copied, Error>>, Error> {
    let applied = shared.engine.applied();
    let here = CopyPoint { lsn: applied.lsn, ts: applied.ts };
    let upto = request.upto.unwrap_or(here);
    if here.lsn < upto.lsn {
        return Err(Error::Behind);
    }
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
    Ok(futures::stream::unfold(pieces, |mut pieces| async { Some((pieces.recv().await?, pieces)) }).boxed())
}

fn piece(keys: &mut gavel_mvcc::Versions, upto: CopyPoint, shared: &Shared) -> Result<Copied, Error> {
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

/// A copy under way.
struct Copy {
    engine: LsmEngine,
    rest: KeyRange,
    upto: Option<CopyPoint>,
    oldest: Timestamp,
}

/// Builds the store in `dir` from `peers`, whichever answer, in place of what is there. The replica
/// that is then opened in `dir` follows the journal from where the copy was taken; if the journal was
/// trimmed beyond that meanwhile, it says so ([`crate::Replica::is_outrun`]).
///
/// # Errors
/// [`Error::Failed`] if no peer answers for long, or the disk refuses; `dir` is as it was.
pub async fn bootstrap(dir: &Path, peers: &[Arc<dyn Bootstrap>], settings: &Settings) -> Result<CopyPoint, Error> {
    let building = beside(dir, "building");
    remove(&building)?;
    std::fs::create_dir_all(&building).map_err(failed)?;
    let engine = LsmEngine::open(&building, settings.engine.clone()).map_err(|e| Error::Failed(e.to_string()))?;
    let mut copy = Copy { engine, rest: everything(), upto: None, oldest: Timestamp::ZERO };
    let mut peers = peers.iter().cycle();
    let mut fruitless = 0;
    loop {
        let before = copy.rest.clone();
        let peer = peers.next().ok_or_else(|| Error::Failed("there is no peer to copy from".into()))?;
        match copy.take_from(&**peer).await {
            Ok(()) => break,
            Err(error) => {
                fruitless = if copy.rest == before { fruitless + 1 } else { 0 };
                if fruitless >= ATTEMPTS {
                    return Err(error);
                }
                tracing::warn!(%error, "copy of a peer is interrupted");
                timer::sleep(PAUSE).await;
            }
        }
    }
    let upto = copy.upto.unwrap_or_default();
    offload(move || copy.finish()).await.map_err(|e| Error::Failed(e.to_string()))??;
    let old = beside(dir, "old");
    remove(&old)?;
    if dir.exists() {
        std::fs::rename(dir, &old).map_err(failed)?;
    }
    std::fs::rename(&building, dir).map_err(failed)?;
    remove(&old)?;
    tracing::info!(lsn = upto.lsn.0, "store is copied from a peer");
    Ok(upto)
}

impl Copy {
    /// Takes the rest of the copy from `peer`, as far as it comes.
    async fn take_from(&mut self, peer: &dyn Bootstrap) -> Result<(), Error> {
        let request = CopyRequest { range: self.rest.clone(), upto: self.upto };
        let mut pieces = peer.copy(request).await?;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            if piece.upto != *self.upto.get_or_insert(piece.upto) {
                return Err(Error::Failed("peer copies another position".into()));
            }
            while !self.engine.has_room() {
                timer::sleep(ROOM_POLL).await;
            }
            self.oldest = self.oldest.max(piece.gc_ts);
            let last_key = piece.versions.last().map(|version| version.key.clone());
            self.load(piece.versions)?;
            if let Some(key) = last_key {
                self.rest.start = KeyRange::point(&key).end;
            }
            if piece.last {
                return Ok(());
            }
        }
        Err(Error::Failed("copy of a peer ended early".into()))
    }

    fn load(&self, versions: Vec<Version>) -> Result<(), Error> {
        // As the follower does: what was dropped gives its space back here too.
        for version in versions.iter().filter(|version| version.value.is_some()) {
            if let Some(range) = read_dropped(&version.key) {
                self.engine.forget(&range, version.commit_ts);
            }
        }
        let versions: Vec<_> = versions
            .into_iter()
            .map(|v| gavel_mvcc::Version { key: v.key, commit_ts: v.commit_ts, row: v.value })
            .collect();
        self.engine.load(&versions).map_err(|e| Error::Failed(e.to_string()))
    }

    fn finish(self) -> Result<(), Error> {
        let upto = self.upto.unwrap_or_default();
        self.engine.loaded(Position { lsn: upto.lsn, ts: upto.ts }, self.oldest);
        self.engine.flush().map_err(|e| Error::Failed(e.to_string()))
    }
}

fn beside(dir: &Path, what: &str) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    dir.with_file_name(name)
}

fn remove(dir: &Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(e)),
        _ => Ok(()),
    }
}

fn failed(e: std::io::Error) -> Error {
    Error::Failed(e.to_string())
}
