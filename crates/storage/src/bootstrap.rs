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
//!
//! The copy is built beside the store and takes its place only when it is whole and on disk: nobody
//! reads half of one, and one that a crash interrupts is thrown away.
#![allow(clippy::disallowed_methods, reason = "a shell: files, waiting, blocking threads")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_api::storage::{Bootstrap, Copied, CopyPoint, CopyRequest, Error, Version};
use gavel_encoding::layout::read_dropped;
use gavel_mvcc::{Engine, LsmEngine, Position};
use gavel_runtime::{offload, timer};
use gavel_types::{KeyRange, Lsn, Timestamp};

use crate::Settings;
use crate::copy::everything;

/// How often in a row nothing may come.
const ATTEMPTS: usize = 20;
/// Before the next attempt.
const PAUSE: Duration = Duration::from_millis(250);
/// How often a store that takes no more is asked again.
const ROOM_POLL: Duration = Duration::from_millis(2);

/// A copy under way.
struct Copy {
    engine: LsmEngine,
    rest: KeyRange,
    upto: Option<CopyPoint>,
    oldest: Timestamp,
}

/// A copy that is whole and durable, beside the store whose place it is to take.
pub struct Built {
    building: PathBuf,
    dir: PathBuf,
    /// Where it is.
    pub upto: CopyPoint,
}

/// [`build`], then [`Built::install`]: for a store that nobody has open.
///
/// # Errors
/// As both.
pub async fn bootstrap(
    dir: &Path,
    peers: &[Arc<dyn Bootstrap>],
    first_kept: Lsn,
    settings: &Settings,
) -> Result<CopyPoint, Error> {
    build(dir, peers, first_kept, settings).await?.install()
}

/// Builds a store beside `dir` from `peers`, whichever answer; what is in `dir` stays, and may be in use.
/// `first_kept` is the first position of the journal: a peer that has not reached it is passed over, since
/// nothing could follow from there.
///
/// # Errors
/// [`Error::Failed`] if no peer answers for long, or the disk refuses.
pub async fn build(
    dir: &Path,
    peers: &[Arc<dyn Bootstrap>],
    first_kept: Lsn,
    settings: &Settings,
) -> Result<Built, Error> {
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
        match copy.take_from(&**peer, first_kept).await {
            Ok(()) => break,
            Err(error) => {
                fruitless = if copy.rest == before { fruitless + 1 } else { 0 };
                if fruitless >= ATTEMPTS {
                    return Err(error);
                }
                tracing::info!(%error, "copy of a peer is interrupted");
                timer::sleep(PAUSE).await;
            }
        }
    }
    let upto = copy.upto.unwrap_or_default();
    offload(move || copy.finish()).await.map_err(|e| Error::Failed(e.to_string()))??;
    Ok(Built { building, dir: dir.to_owned(), upto })
}

impl Built {
    /// Puts the copy in the place of the store, which nobody may have open. The replica that is then opened
    /// there follows the journal from [`Built::upto`]; if the journal was trimmed beyond that meanwhile, it
    /// says so ([`crate::Replica::outrun`]).
    ///
    /// # Errors
    /// [`Error::Failed`] if the disk refuses.
    pub fn install(self) -> Result<CopyPoint, Error> {
        let old = beside(&self.dir, "old");
        remove(&old)?;
        if self.dir.exists() {
            std::fs::rename(&self.dir, &old).map_err(failed)?;
        }
        std::fs::rename(&self.building, &self.dir).map_err(failed)?;
        if let Some(parent) = self.dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            std::fs::File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed)?;
        }
        remove(&old)?;
        tracing::info!(lsn = self.upto.lsn.0, "store is copied from a peer");
        Ok(self.upto)
    }
}

impl Copy {
    /// Takes the rest of the copy from `peer`, as far as it comes.
    async fn take_from(&mut self, peer: &dyn Bootstrap, first_kept: Lsn) -> Result<(), Error> {
        let request = CopyRequest { range: self.rest.clone(), upto: self.upto };
        let mut pieces = peer.copy(request).await?;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            if self.upto.is_none() && piece.upto.lsn.next() < first_kept {
                return Err(Error::Behind);
            }
            check(&piece, &self.rest)?;
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

/// What no peer of ours gives: keys that were not asked for or are out of order, versions out of order or
/// above where the copy is.
fn check(piece: &Copied, rest: &KeyRange) -> Result<(), Error> {
    let mut before: Option<&Version> = None;
    for version in &piece.versions {
        let in_order = match before {
            None => version.key >= rest.start,
            Some(before) if before.key == version.key => version.commit_ts < before.commit_ts,
            Some(before) => version.key > before.key,
        };
        if !in_order || version.key >= rest.end || version.commit_ts > piece.upto.ts {
            return Err(Error::Failed("peer gives versions that were not asked for".into()));
        }
        before = Some(version);
    }
    if piece.versions.is_empty() && !piece.last {
        return Err(Error::Failed("peer gives nothing".into()));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn piece(versions: &[(&'static str, u64)]) -> Copied {
        let version = |(key, ts): &(&'static str, u64)| Version {
            key: Bytes::from(*key),
            commit_ts: Timestamp(*ts),
            value: None,
        };
        let versions = versions.iter().map(version).collect();
        Copied { upto: CopyPoint { lsn: Lsn(9), ts: Timestamp(90) }, gc_ts: Timestamp::ZERO, versions, last: false }
    }

    #[test]
    fn what_was_not_asked_for_is_refused() {
        let rest = KeyRange::new(&b"b"[..], &b"m"[..]);
        for good in [&[("b", 90), ("b", 7), ("c", 90)][..], &[("l", 1)]] {
            assert!(check(&piece(good), &rest).is_ok(), "{good:?}");
        }
        for bad in [
            &[("a", 1)][..],
            &[("m", 1)],
            &[("b", 91)],
            &[("b", 5), ("b", 5)],
            &[("b", 5), ("b", 6)],
            &[("c", 5), ("b", 5)],
            &[],
        ] {
            assert!(check(&piece(bad), &rest).is_err(), "{bad:?}");
        }
        assert!(check(&Copied { last: true, ..piece(&[]) }, &rest).is_ok());
    }
}
