//! Keys that are written over and over: a scan jumps over their past instead of walking through it.
//!
//! A branch of pgbench is updated thousands of times within the window that snapshots may reach
//! back. A point read finds the newest version at once; a scan would meet all of them. So the
//! engine notes such keys, and a scan is cut at them: the key by itself is a point read.
//! ```text
//!   scan [a, z), hot k and m    →    scan [a, k)   get k   scan (k, m)   get m   scan (m, z)
//! ```
//! Which keys are hot is a matter of speed alone. It is estimated with one array of counters, so a
//! key may be taken for hot because another one shares its counter. The counters are halved now and
//! then, so that updating a whole table a few times makes none of its rows hot.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Bound;

use bytes::Bytes;
use gavel_types::KeyRange;

const COUNTERS: usize = 1 << 13;
/// Overwrites that make a key hot; walking over so many versions costs as much as a cut.
const HOT_AFTER: u16 = 200;
/// After so many overwrites the counters are halved: spread evenly, they stay far from hot.
const HALVE_AFTER: u32 = 32 * COUNTERS as u32;
/// Cuts are not free either.
const MAX_HOT: usize = 2_000;

/// Counts overwrites and remembers who has many.
pub struct HotKeys {
    counters: Vec<u16>,
    /// Overwrites since the counters were halved.
    noted: u32,
    hot: BTreeSet<Bytes>,
}

impl Default for HotKeys {
    fn default() -> Self {
        Self { counters: vec![0; COUNTERS], noted: 0, hot: BTreeSet::new() }
    }
}

impl HotKeys {
    /// `key` was written over.
    pub fn note(&mut self, key: &[u8]) {
        self.noted += 1;
        if self.noted >= HALVE_AFTER {
            self.halve();
        }
        let counter = &mut self.counters[slot(key)];
        if *counter < HOT_AFTER {
            *counter += 1;
        } else if self.hot.len() < MAX_HOT && !self.hot.contains(key) {
            self.hot.insert(Bytes::copy_from_slice(key));
        }
    }

    fn halve(&mut self) {
        self.noted = 0;
        self.counters.iter_mut().for_each(|c| *c /= 2);
        let counters = &self.counters;
        self.hot.retain(|key| counters[slot(key)] >= HOT_AFTER / 4);
    }

    /// Old versions were collected: whoever is still hot will be noticed again.
    pub fn clear(&mut self) {
        self.counters.fill(0);
        self.hot.clear();
    }

    /// The hot keys of `range`, in order.
    pub fn within(&self, range: &KeyRange) -> Vec<Bytes> {
        if self.hot.is_empty() || range.is_empty() {
            return Vec::new();
        }
        let bounds = (Bound::Included(&range.start[..]), Bound::Excluded(&range.end[..]));
        self.hot.range::<[u8], _>(bounds).cloned().collect()
    }
}

fn slot(key: &[u8]) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish() as usize % COUNTERS
}

/// A step of a scan that is cut at hot keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Scan(KeyRange),
    Get(Bytes),
}

/// The steps of a scan of `range`, in the order in which they are done.
pub fn steps(range: &KeyRange, hot: Vec<Bytes>, reverse: bool) -> Vec<Step> {
    let mut steps = Vec::with_capacity(2 * hot.len() + 1);
    let mut start = range.start.clone();
    for key in hot {
        let next = KeyRange::point(&key).end;
        steps.push(Step::Scan(KeyRange::new(start, key.clone())));
        steps.push(Step::Get(key));
        start = next;
    }
    steps.push(Step::Scan(KeyRange::new(start, range.end.clone())));
    steps.retain(|step| !matches!(step, Step::Scan(range) if range.is_empty()));
    if reverse {
        steps.reverse();
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_written_often_is_noticed_until_its_past_is_collected() {
        let mut keys = HotKeys::default();
        for n in 0..1_000u32 {
            keys.note(b"k");
            keys.note(&n.to_be_bytes());
        }
        assert_eq!(keys.within(&KeyRange::new("a", "z")), ["k"]);
        assert!(keys.within(&KeyRange::new("l", "z")).is_empty());
        assert!(keys.within(&KeyRange::new("z", "a")).is_empty());
        keys.clear();
        assert!(keys.within(&KeyRange::new("a", "z")).is_empty());
    }

    #[test]
    fn a_table_written_over_a_few_times_has_no_hot_rows() {
        let mut keys = HotKeys::default();
        for _ in 0..5 {
            for n in 0..400_000u32 {
                keys.note(&n.to_be_bytes());
            }
        }
        assert!(keys.within(&KeyRange::new(vec![0], vec![255])).is_empty());
        for n in 0..2 * HALVE_AFTER {
            keys.note(&n.to_be_bytes());
            keys.note(if n % 100 == 0 { b"once hot" } else { b"still hot" });
        }
        assert_eq!(keys.within(&KeyRange::new("o", "z")), ["once hot", "still hot"]);
        for n in 0..3 * HALVE_AFTER {
            keys.note(&n.to_be_bytes());
            keys.note(b"still hot");
        }
        assert_eq!(keys.within(&KeyRange::new("o", "z")), ["still hot"]);
    }

    #[test]
    fn a_scan_is_cut_at_hot_keys() {
        let range = KeyRange::new("b", "z");
        let scan = |start: &'static [u8], end: &'static [u8]| Step::Scan(KeyRange::new(start, end));
        let get = |key: &'static str| Step::Get(Bytes::from(key));
        let cut = steps(&range, vec!["b".into(), "k".into(), "m".into()], false);
        let expected = [get("b"), scan(b"b\0", b"k"), get("k"), scan(b"k\0", b"m"), get("m"), scan(b"m\0", b"z")];
        assert_eq!(cut, expected);
        let mut back = steps(&range, vec!["b".into(), "k".into(), "m".into()], true);
        back.reverse();
        assert_eq!(back, expected);
        assert_eq!(steps(&range, vec![], false), [Step::Scan(range.clone())]);
        assert!(steps(&KeyRange::new("b", "b"), vec![], false).is_empty());
    }
}
