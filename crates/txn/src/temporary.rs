//! Rows of temporary tables: in the memory of one session, and nowhere else.
//!
//! ```text
//!   session       TemporaryRows     object → key → row, as of the last transaction that committed
//!                   ▲        │
//!   apply, after a  │        └── read below the own writes, as storage is for other tables
//!   COMMIT that     │
//!   has succeeded   │
//!   transaction   WriteBuffer       own writes, with marks; a transaction that is dropped leaves no trace
//! ```
//! Whether a key is temporary stands in the key ([`temporary_object`]), so that whoever reads and writes rows
//! need not know.
//!
//! # Invariants
//! 1. Nothing temporary is in a commit request: no write, no check, no read range. A transaction that wrote to
//!    temporary tables only has nothing to send.
//! 2. `size` is the sum of the weights (`buffer::weight`) of all rows and index entries; with the own writes it
//!    stays within the session's limit.
//! 3. `TemporaryWrites::added` says for each object how many keys more it holds than below the own writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use gavel_api::storage::RawRow;
use gavel_encoding::ObjectId;
use gavel_encoding::layout::temporary_object;
use gavel_types::{KeyRange, WriteMode};

use crate::buffer::{Entry, WriteBuffer, WriteMap, weight};
use crate::error::Error;
use crate::overlay::bounds;

/// See the module. Cheap to share, copied only if it is changed while a view of it lives.
#[derive(Clone, Debug, Default)]
pub struct TemporaryRows {
    objects: BTreeMap<ObjectId, BTreeMap<Bytes, Bytes>>,
    size: usize,
}

impl TemporaryRows {
    fn of_key(&self, key: &[u8]) -> Option<&BTreeMap<Bytes, Bytes>> {
        self.objects.get(&temporary_object(key)?)
    }

    /// The row of `key`.
    pub fn get(&self, key: &Bytes) -> Option<Bytes> {
        self.of_key(key)?.get(key).cloned()
    }

    /// Rows of `range` (of one object) in key order, or reverse, at most `limit`.
    pub fn scan(&self, range: &KeyRange, reverse: bool, limit: usize) -> Vec<RawRow> {
        let Some(rows) = self.of_key(&range.start) else { return Vec::new() };
        let rows = rows.range::<Bytes, _>(bounds(range)).map(|(key, row)| (key.clone(), row.clone()));
        if reverse { rows.rev().take(limit).collect() } else { rows.take(limit).collect() }
    }

    /// How many rows or entries `object` holds.
    pub fn count(&self, object: ObjectId) -> usize {
        self.objects.get(&object).map_or(0, BTreeMap::len)
    }

    /// Bytes held, bookkeeping included.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Makes `writes` part of the rows. Those of objects that are not to be kept are dropped, and so are the rows
    /// that such objects have had.
    pub fn apply(&mut self, writes: WriteMap, keep: impl Fn(ObjectId) -> bool) {
        for gone in self.objects.extract_if(.., |object, _| !keep(*object)) {
            self.size -= gone.1.iter().map(|(key, row)| weight(key, Some(row))).sum::<usize>();
        }
        for (key, entry) in writes {
            let Some(object) = temporary_object(&key).filter(|object| keep(*object)) else { continue };
            let rows = self.objects.entry(object).or_default();
            let added = entry.value.as_ref().map_or(0, |row| weight(&key, Some(row)));
            let before = match entry.value {
                Some(row) => rows.insert(key.clone(), row),
                None => rows.remove(&key),
            };
            self.size = self.size + added - before.map_or(0, |row| weight(&key, Some(&row)));
        }
        self.objects.retain(|_, rows| !rows.is_empty());
    }
}

/// What one transaction does to temporary tables.
#[derive(Debug, Default)]
pub(crate) struct TemporaryWrites {
    pub below: Arc<TemporaryRows>,
    pub writes: WriteBuffer,
    /// Bytes that rows and writes together may have.
    limit: usize,
    added: BTreeMap<ObjectId, isize>,
}

impl TemporaryWrites {
    /// None yet, over rows that may grow to `limit` bytes.
    pub fn new(below: Arc<TemporaryRows>, limit: usize) -> Self {
        Self { below, writes: WriteBuffer::new(usize::MAX), limit, added: BTreeMap::new() }
    }

    /// Adds a write to `object`. A deletion is always taken, since it makes room.
    ///
    /// # Errors
    /// [`Error::TemporaryFull`] past the limit; the write is then not made.
    pub fn write(&mut self, object: ObjectId, key: Bytes, mode: WriteMode, value: Option<Bytes>) -> Result<(), Error> {
        let held = self.below.size + self.writes.size();
        if value.is_some() && held.saturating_add(weight(&key, value.as_ref())) > self.limit {
            return Err(Error::TemporaryFull { limit: self.limit });
        }
        let change = isize::from(value.is_some()) - isize::from(self.holds(&key));
        self.writes.write(key, mode, value)?;
        *self.added.entry(object).or_default() += change;
        Ok(())
    }

    fn holds(&self, key: &Bytes) -> bool {
        match self.writes.map().get(key) {
            Some(own) => own.value.is_some(),
            None => self.below.of_key(key).is_some_and(|rows| rows.contains_key(key)),
        }
    }

    /// How many rows or entries `object` holds, own writes included.
    pub fn count(&self, object: ObjectId) -> usize {
        self.below.count(object).saturating_add_signed(self.added.get(&object).copied().unwrap_or(0))
    }

    /// Undoes every write made since `position`.
    pub fn rollback_to(&mut self, position: usize) {
        self.writes.rollback_to(position);
        let mut added: BTreeMap<ObjectId, isize> = BTreeMap::new();
        for (key, Entry { value, .. }) in self.writes.map() {
            let Some(object) = temporary_object(key) else { continue };
            let before = self.below.of_key(key).is_some_and(|rows| rows.contains_key(key));
            *added.entry(object).or_default() += isize::from(value.is_some()) - isize::from(before);
        }
        self.added = added;
    }
}

#[cfg(test)]
#[path = "temporary_test.rs"]
mod tests;
