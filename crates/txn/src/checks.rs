//! Keys that the transaction relies on without writing them, each at the strongest mode asked for.

use std::collections::BTreeMap;

use bytes::Bytes;
use gavel_types::{Check, CheckMode, WriteMode};

use crate::buffer::WriteMap;

/// See the module. Goes back to marks like the write buffer: ROLLBACK TO lets go of row locks taken
/// since, as in PostgreSQL.
#[derive(Debug, Default)]
pub struct CheckSet {
    map: BTreeMap<Bytes, CheckMode>,
    undo: Vec<(Bytes, Option<CheckMode>)>,
}

impl CheckSet {
    /// Relies on `key` at `mode` or stronger.
    pub fn add(&mut self, key: Bytes, mode: CheckMode) {
        let before = self.map.get(&key).copied();
        if before.is_none_or(|b| b < mode) {
            self.undo.push((key.clone(), before));
            self.map.insert(key, mode);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    pub fn position(&self) -> usize {
        self.undo.len()
    }

    pub fn rollback_to(&mut self, position: usize) {
        while self.undo.len() > position {
            match self.undo.pop() {
                Some((key, Some(before))) => {
                    self.map.insert(key, before);
                }
                Some((key, None)) => {
                    self.map.remove(&key);
                }
                None => break,
            }
        }
    }

    /// The checks of the commit: those that the write of the same key does not already imply.
    ///
    /// A write stamps its key as written, and every check that could lose to a check of ours is
    /// tested against that; so only FOR UPDATE beside a non-key update adds something.
    pub fn take(&mut self, writes: &WriteMap) -> Vec<Check> {
        self.undo = Vec::new();
        std::mem::take(&mut self.map)
            .into_iter()
            .filter(|(key, mode)| match writes.get(key).map(|e| e.mode) {
                None | Some(WriteMode::Blind) => true,
                Some(WriteMode::Update) => *mode == CheckMode::Update,
                Some(WriteMode::Insert | WriteMode::Delete) => false,
            })
            .map(|(key, mode)| Check { key, mode })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Entry;

    fn b(s: &'static str) -> Bytes {
        Bytes::from_static(s.as_bytes())
    }

    #[test]
    fn the_strongest_mode_stays_and_rolls_back() {
        let mut c = CheckSet::default();
        c.add(b("k"), CheckMode::Share);
        c.add(b("k"), CheckMode::KeyShare);
        let mark = c.position();
        c.add(b("k"), CheckMode::Update);
        c.add(b("l"), CheckMode::KeyShare);
        c.rollback_to(mark);
        assert_eq!(c.take(&WriteMap::new()), [Check { key: b("k"), mode: CheckMode::Share }]);
    }

    #[test]
    fn a_write_of_the_key_covers_weaker_checks() {
        let mut c = CheckSet::default();
        for k in ["ins", "upd", "updfor", "del", "none"] {
            c.add(b(k), if k == "updfor" { CheckMode::Update } else { CheckMode::KeyShare });
        }
        let e = |mode| Entry { mode, value: None };
        let writes = WriteMap::from([
            (b("ins"), e(WriteMode::Insert)),
            (b("upd"), e(WriteMode::Update)),
            (b("updfor"), e(WriteMode::Update)),
            (b("del"), e(WriteMode::Delete)),
        ]);
        let left: Vec<Bytes> = c.take(&writes).into_iter().map(|c| c.key).collect();
        assert_eq!(left, [b("none"), b("updfor")]);
    }
}
