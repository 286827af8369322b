//! A store copied into another: reading all versions out, and loading them.
//!
//! A store that is being loaded is at position zero, flushed or not. The rows that say where it is
//! and what it can answer are written last, in one memtable, so they are durable together with all
//! before them or not at all.

use std::ops::Bound;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use gavel_encoding::layout::{ObjectId, TenantId, object_prefix};
use gavel_types::{KeyRange, Timestamp};
use lsm_tree::{AbstractTree, InternalValue, Tree, ValueType};

use super::Shared;
use crate::engine::{Position, Version, Versions};
use crate::{Error, Result, version};

/// Key of the row that says below what a loaded store cannot be read.
fn oldest_key() -> Vec<u8> {
    object_prefix(TenantId::STORE, ObjectId(2)).to_vec()
}

pub(super) fn read_oldest(tree: &Tree) -> Result<Timestamp> {
    let Some(row) = tree.get(oldest_key(), version::read_seqno(Timestamp::MAX))? else {
        return Ok(Timestamp::ZERO);
    };
    let row = version::row(row.into()).ok_or_else(damaged)?;
    row.first_chunk::<8>().map(|at| Timestamp(u64::from_le_bytes(*at))).ok_or_else(damaged)
}

fn damaged() -> Error {
    Error::Corrupt("version of a row".into())
}

/// See [`crate::Engine::versions`].
pub(super) fn versions(shared: &Arc<Shared>, range: &KeyRange, upto: Timestamp) -> Versions {
    if range.is_empty() {
        return Box::new(std::iter::empty());
    }
    let bounds = (Bound::Included(&range.start[..]), Bound::Excluded(&range.end[..]));
    let newest = shared.tree.create_range::<&[u8], _>(&bounds, version::read_seqno(upto), None);
    let shared = Arc::clone(shared);
    Box::new(newest.map(move |entry| {
        let (key, value) = entry?;
        shared.all_of(key.into(), value.into())
    }))
}

impl Shared {
    /// The versions of `key` from `newest` down to the last that anybody needs.
    fn all_of(&self, key: Bytes, newest: Bytes) -> Result<Vec<Version>> {
        let mut all = Vec::new();
        let mut next = Some(newest);
        while let Some(entry) = next {
            let (commit_ts, _) = version::header(&entry).ok_or_else(damaged)?;
            all.push(Version { key: key.clone(), commit_ts, row: version::row(entry) });
            next = match commit_ts.0.checked_sub(1).map(Timestamp) {
                Some(before) if commit_ts > self.policy.horizon() => {
                    self.tree.get(&key, version::read_seqno(before))?.map(Into::into)
                }
                _ => None,
            };
        }
        Ok(all)
    }

    pub(super) fn load(&self, versions: &[Version]) -> Result<()> {
        let fits = |v: &Version| {
            (1..=usize::from(u16::MAX)).contains(&v.key.len())
                && v.row.as_ref().is_none_or(|row| u32::try_from(row.len() + version::HEADER_LEN).is_ok())
        };
        if !versions.iter().all(fits) {
            return Err(Error::Unfit("length of a key or row"));
        }
        let writing = self.writing.lock();
        let memtable = self.tree.active_memtable();
        for one in versions {
            let mut entry = BytesMut::with_capacity(version::HEADER_LEN + one.row.as_ref().map_or(0, Bytes::len));
            version::write(&mut entry, one.commit_ts, one.row.as_deref());
            let seqno = version::seqno(one.commit_ts);
            let entry = InternalValue::from_components(one.key.clone(), entry.freeze(), seqno, ValueType::Value);
            memtable.insert(entry);
        }
        self.counts.lock().note_loaded(versions);
        if memtable.size() >= self.settings.memtable_bytes {
            let mut state = self.state.lock();
            self.rotate(&mut state, &writing);
            state.sealed.push_back(Position::default());
            self.measure_room(&state);
            self.work.notify_all();
        }
        Ok(())
    }

    pub(super) fn loaded(&self, position: Position, oldest: Timestamp) {
        let writing = self.writing.lock();
        let mut row = BytesMut::with_capacity(8);
        row.put_u64_le(oldest.0);
        self.store_row(&oldest_key(), Some(&row), position.lsn, &writing);
        let mut state = self.state.lock();
        state.applied = position;
        state.oldest = oldest;
        self.seal(&mut state, &writing);
    }
}
