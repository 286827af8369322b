//! The write buffer: key → what becomes of it, in key order, with marks to go back to.
//!
//! The map is shared with the views taken of it and copied when it is written while a view lives
//! (so a suspended portal keeps seeing what it saw); a statement that has drained its source holds
//! none, and then nothing is copied.
//!
//! # Invariants
//! 1. `size` is the sum of [`weight`] over the map.
//! 2. The undo log is kept only while a mark is held; undoing it from the end restores the map that
//!    stood when the mark was made.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use gavel_types::{Write, WriteMode};

use crate::error::Error;
pub use crate::merge::Entry;
use crate::merge::merge;

/// Keys in order with what becomes of them.
pub type WriteMap = BTreeMap<Bytes, Entry>;

/// Bookkeeping bytes that an entry is charged besides its key and value.
const ENTRY_OVERHEAD: usize = 48;

/// What a key and its value are charged.
pub(crate) fn weight(key: &Bytes, value: Option<&Bytes>) -> usize {
    ENTRY_OVERHEAD + key.len() + value.map_or(0, Bytes::len)
}

/// See the module.
#[derive(Debug, Default)]
pub struct WriteBuffer {
    map: Arc<WriteMap>,
    size: usize,
    limit: usize,
    /// What a key held before a write, oldest first.
    undo: Vec<(Bytes, Option<Entry>)>,
    logging: bool,
}

impl WriteBuffer {
    /// An empty buffer that takes at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The map as it stands; later writes do not change it.
    pub fn share(&self) -> Arc<WriteMap> {
        Arc::clone(&self.map)
    }

    pub fn map(&self) -> &WriteMap {
        &self.map
    }

    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Bytes held, bookkeeping included.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Adds a write.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past the limit; the write is then not made.
    pub fn write(&mut self, key: Bytes, mode: WriteMode, value: Option<Bytes>) -> Result<(), Error> {
        let entry = Entry { mode, value };
        if self.size + weight(&key, entry.value.as_ref()) > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        let map = Arc::make_mut(&mut self.map);
        let before = map.remove(&key);
        if let Some(b) = &before {
            self.size -= weight(&key, b.value.as_ref());
        }
        let after = merge(before.as_ref(), entry);
        if self.logging {
            self.undo.push((key.clone(), before));
        }
        if let Some(after) = after {
            self.size += weight(&key, after.value.as_ref());
            map.insert(key, after);
        }
        Ok(())
    }

    /// Takes back every write of `key`.
    pub fn forget(&mut self, key: &Bytes) {
        if !self.map.contains_key(key) {
            return;
        }
        let before = Arc::make_mut(&mut self.map).remove(key);
        self.size -= before.as_ref().map_or(0, |b| weight(key, b.value.as_ref()));
        if self.logging {
            self.undo.push((key.clone(), before));
        }
    }

    /// Starts (or stops) remembering how to go back. Stopping forgets.
    pub fn set_logging(&mut self, on: bool) {
        self.logging = on;
        if !on {
            self.undo = Vec::new();
        }
    }

    /// The present place in the undo log.
    pub fn position(&self) -> usize {
        self.undo.len()
    }

    /// Undoes every write made since `position`.
    pub fn rollback_to(&mut self, position: usize) {
        if self.undo.len() <= position {
            return;
        }
        let map = Arc::make_mut(&mut self.map);
        while self.undo.len() > position {
            let Some((key, before)) = self.undo.pop() else {
                break;
            };
            if let Some(now) = map.remove(&key) {
                self.size -= weight(&key, now.value.as_ref());
            }
            if let Some(before) = before {
                self.size += weight(&key, before.value.as_ref());
                map.insert(key, before);
            }
        }
    }

    /// The write set of the commit, in key order; the buffer is empty afterwards.
    pub fn take_writes(&mut self) -> Vec<Write> {
        self.take().into_iter().map(|(key, e)| Write { key, mode: e.mode, value: e.value }).collect()
    }

    /// The map; the buffer is empty afterwards.
    pub fn take(&mut self) -> WriteMap {
        self.undo = Vec::new();
        self.size = 0;
        Arc::unwrap_or_clone(std::mem::take(&mut self.map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn b(s: &'static str) -> Bytes {
        Bytes::from_static(s.as_bytes())
    }

    fn put(w: &mut WriteBuffer, k: &'static str, v: &'static str) {
        w.write(b(k), WriteMode::Insert, Some(b(v))).unwrap();
    }

    #[test]
    fn rolling_back_restores_map_and_size() {
        let mut w = WriteBuffer::new(1 << 20);
        put(&mut w, "a", "1");
        w.set_logging(true);
        let (mark, size, map) = (w.position(), w.size(), w.share());
        put(&mut w, "b", "2");
        w.write(b("a"), WriteMode::Update, Some(b("long value"))).unwrap();
        w.write(b("b"), WriteMode::Delete, None).unwrap();
        w.write(b("c"), WriteMode::Delete, None).unwrap();
        w.forget(&b("a"));
        w.forget(&b("nothing"));
        assert_eq!(w.map().keys().cloned().collect::<Vec<_>>(), [b("c")]);
        w.rollback_to(mark);
        assert_eq!(w.map(), &*map);
        assert_eq!(w.size(), size);
    }

    #[test]
    fn nested_marks_unwind_one_by_one() {
        let mut w = WriteBuffer::new(1 << 20);
        w.set_logging(true);
        put(&mut w, "a", "1");
        let outer = w.position();
        put(&mut w, "b", "2");
        let inner = w.position();
        put(&mut w, "c", "3");
        w.rollback_to(inner);
        assert_eq!(w.map().keys().cloned().collect::<Vec<_>>(), [b("a"), b("b")]);
        w.rollback_to(outer);
        assert_eq!(w.map().keys().cloned().collect::<Vec<_>>(), [b("a")]);
    }

    #[test]
    fn a_shared_map_does_not_see_later_writes() {
        let mut w = WriteBuffer::new(1 << 20);
        put(&mut w, "a", "1");
        let view = w.share();
        put(&mut w, "b", "2");
        assert_eq!(view.len(), 1);
        assert_eq!(w.map().len(), 2);
    }

    #[test]
    fn the_limit_refuses_the_write_that_breaks_it() {
        let mut w = WriteBuffer::new(ENTRY_OVERHEAD + 10);
        put(&mut w, "a", "123456789");
        assert!(matches!(w.write(b("b"), WriteMode::Insert, Some(b("1"))), Err(Error::TooLarge { .. })));
        assert_eq!(w.map().len(), 1);
    }
}
