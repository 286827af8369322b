//! Prepared statements of the whole node by text and declared parameter types: a text seen before is
//! not parsed again, and not bound and planned again while its basis holds.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_types::{Oid, SqlResult};
use parking_lot::Mutex;

use crate::prepared::Prepared;

/// Longest text that is kept.
const MAX_TEXT_BYTES: usize = 16 << 10;

type Statements = Arc<[Arc<Prepared>]>;

/// See the module. When it is full, the half that was used least recently goes.
pub struct StatementCache {
    capacity: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    clock: u64,
    entries: HashMap<(Arc<str>, Arc<[Oid]>), (Statements, u64)>,
}

impl StatementCache {
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(2), inner: Mutex::default() }
    }

    /// The statements of `text`.
    ///
    /// # Errors
    /// 42601 and the like, if it does not parse.
    pub fn parse(&self, text: &str, declared: &[Oid]) -> SqlResult<Statements> {
        let key: (Arc<str>, Arc<[Oid]>) = (text.into(), declared.into());
        {
            let mut inner = self.inner.lock();
            inner.clock += 1;
            let now = inner.clock;
            if let Some((found, used)) = inner.entries.get_mut(&key) {
                *used = now;
                return Ok(Arc::clone(found));
            }
        }
        let statements: Statements = gavel_binder::parse::parse(text)?
            .into_iter()
            .map(|p| Prepared::new(Arc::clone(&key.0), Some(Arc::new(p)), declared.to_vec()))
            .collect();
        if text.len() <= MAX_TEXT_BYTES {
            let mut inner = self.inner.lock();
            if inner.entries.len() >= self.capacity {
                let mut ages: Vec<u64> = inner.entries.values().map(|e| e.1).collect();
                ages.sort_unstable();
                let middle = ages[ages.len() / 2];
                inner.entries.retain(|_, e| e.1 > middle);
            }
            let now = inner.clock;
            inner.entries.insert(key, (Arc::clone(&statements), now));
        }
        Ok(statements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_and_old_ones_go() {
        let cache = StatementCache::new(4);
        let first = cache.parse("select 1; select 2", &[]).unwrap();
        assert_eq!(first.len(), 2);
        assert!(Arc::ptr_eq(&first, &cache.parse("select 1; select 2", &[]).unwrap()));
        assert!(!Arc::ptr_eq(&first, &cache.parse("select 1; select 2", &[Oid::INT4]).unwrap()));
        for i in 0..20 {
            cache.parse(&format!("select {i}"), &[]).unwrap();
        }
        assert!(cache.inner.lock().entries.len() <= 4);
    }
}
