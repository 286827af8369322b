//! What a statement reads through: storage as of the snapshot (the session's memory for temporary tables), under
//! the own writes that stood when the view was taken. Cheap to clone, and lives on in a suspended portal.

use std::sync::Arc;

use bytes::Bytes;
use gavel_api::storage::{RawRow, Storage};
use gavel_encoding::layout::temporary_object;
use gavel_types::{CheckMode, KeyRange, Timestamp};
use parking_lot::Mutex;

use crate::buffer::WriteMap;
use crate::checks::CheckSet;
use crate::error::Error;
use crate::overlay;
use crate::read_set::ReadSet;
use crate::temporary::TemporaryRows;

/// No stored key is as long as this: the write stage refuses them long before. The store cannot even be
/// asked for longer ones.
const LONGEST_KEY: usize = 65_000;

/// The same rows by bounds that the store can take. Cutting a bound moves no key across it, since no key
/// is so long.
pub fn within_limits(mut range: KeyRange) -> KeyRange {
    range.start.truncate(LONGEST_KEY);
    range.end.truncate(LONGEST_KEY);
    range
}

/// What the views of one transaction add to: locks and, under SERIALIZABLE, reads.
#[derive(Debug)]
pub(crate) struct Relied {
    pub checks: Mutex<CheckSet>,
    /// `None` unless serializable.
    pub reads: Option<Mutex<ReadSet>>,
}

impl Relied {
    /// Relies on `key`. What only this session has cannot change under it.
    pub fn check(&self, key: Bytes, mode: CheckMode) {
        if temporary_object(&key).is_none() {
            self.checks.lock().add(key, mode);
        }
    }
}

/// See the module.
#[derive(Clone)]
pub struct ReadView {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) snapshot_ts: Timestamp,
    pub(crate) writes: Arc<WriteMap>,
    pub(crate) temporary_rows: Arc<TemporaryRows>,
    pub(crate) temporary_writes: Arc<WriteMap>,
    pub(crate) relied: Arc<Relied>,
}

impl ReadView {
    pub fn snapshot_ts(&self) -> Timestamp {
        self.snapshot_ts
    }

    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Own writes as of the view, to the object that `key` (or a bound of a range) belongs to.
    pub(crate) fn own(&self, key: &[u8]) -> &WriteMap {
        if temporary_object(key).is_some() { &self.temporary_writes } else { &self.writes }
    }

    /// Whether rows of `range`, which is one object's, are here rather than in storage, some or all.
    pub fn is_here(&self, range: &KeyRange) -> bool {
        temporary_object(&range.start).is_some() || overlay::touches(&self.writes, range)
    }

    /// Notes that `range` is read. To be called for every read that does not go through this type.
    pub fn note_read(&self, range: &KeyRange) {
        if let Some(reads) = &self.relied.reads
            && temporary_object(&range.start).is_none()
        {
            reads.lock().add(range);
        }
    }

    /// Row lock, or reliance on a parent's key.
    pub fn check(&self, key: Bytes, mode: CheckMode) {
        self.relied.check(key, mode);
    }

    /// The rows of `keys`, in their order.
    pub async fn get(&self, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        if let Some(reads) = &self.relied.reads {
            let mut reads = reads.lock();
            for k in keys.iter().filter(|k| temporary_object(k).is_none()) {
                reads.add(&KeyRange::point(k));
            }
        }
        let stored = |k: &Bytes| k.len() <= LONGEST_KEY && temporary_object(k).is_none();
        if self.writes.is_empty() && keys.iter().all(stored) {
            return Ok(self.storage.get(self.snapshot_ts, keys).await?);
        }
        let mut answer = Vec::with_capacity(keys.len());
        let mut missing = Vec::new();
        for k in keys {
            match self.own(k).get(k) {
                Some(e) => answer.push(e.value.clone()),
                None if k.len() > LONGEST_KEY => answer.push(None),
                None if temporary_object(k).is_some() => answer.push(self.temporary_rows.get(k)),
                None => {
                    missing.push((answer.len(), k.clone()));
                    answer.push(None);
                }
            }
        }
        if !missing.is_empty() {
            let ask: Vec<Bytes> = missing.iter().map(|m| m.1.clone()).collect();
            let got = self.storage.get(self.snapshot_ts, &ask).await?;
            for ((at, _), row) in missing.into_iter().zip(got) {
                answer[at] = row;
            }
        }
        Ok(answer)
    }

    /// Rows of `range` below the own writes.
    async fn below(&self, range: &KeyRange, reverse: bool, limit: usize) -> Result<Vec<RawRow>, Error> {
        if temporary_object(&range.start).is_some() {
            return Ok(self.temporary_rows.scan(range, reverse, limit));
        }
        Ok(self.storage.scan_raw(self.snapshot_ts, range, reverse, limit).await?)
    }

    /// Rows of `range`, which is one object's, in key order (or reverse), at most `limit`.
    pub async fn scan_raw(&self, range: &KeyRange, reverse: bool, limit: usize) -> Result<Vec<RawRow>, Error> {
        let range = &within_limits(range.clone());
        self.note_read(range);
        let own = self.own(&range.start);
        if !overlay::touches(own, range) {
            return self.below(range, reverse, limit).await;
        }
        let mut out: Vec<RawRow> = Vec::new();
        let mut rest = range.clone();
        while out.len() < limit {
            // Own deletions may hide rows, so a page can yield fewer than asked.
            let page = limit.saturating_sub(out.len()).saturating_add(1).min(4_096);
            let stored = self.below(&rest, reverse, page).await?;
            let exhausted = stored.len() < page;
            let (rows, last) = overlay::merge_rows(own, &rest, reverse, stored, exhausted);
            out.extend(rows);
            match last {
                None => break,
                Some(last) if reverse => rest.end = last,
                Some(last) => rest.start = KeyRange::point(&last).end,
            }
        }
        out.truncate(limit);
        Ok(out)
    }
}
