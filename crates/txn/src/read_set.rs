//! Ranges that a serializable transaction has read: disjoint, in order, and few.
//!
//! Overlapping and touching ranges are joined as they come. Past the limit, neighbours are joined
//! until half are left, those of one table first: that may abort a transaction for a write that it
//! did not read, never pass one that it did.

use std::collections::BTreeMap;

use bytes::Bytes;
use gavel_types::KeyRange;

/// Bytes of a key that name tenant and object.
const OBJECT_PREFIX: usize = 8;

/// See the module.
#[derive(Debug)]
pub struct ReadSet {
    /// Start → end.
    ranges: BTreeMap<Bytes, Bytes>,
    limit: usize,
}

impl ReadSet {
    /// Holds at most `limit` ranges.
    pub fn new(limit: usize) -> Self {
        Self { ranges: BTreeMap::new(), limit: limit.max(2) }
    }

    /// Adds a range; an empty one adds nothing.
    pub fn add(&mut self, range: &KeyRange) {
        if range.is_empty() {
            return;
        }
        let (mut start, mut end) = (range.start.clone(), range.end.clone());
        // The only earlier range that can touch is the last one that starts at or before `start`.
        if let Some((s, e)) = self.ranges.range(..=start.clone()).next_back() {
            if *e >= end {
                return;
            }
            if *e >= start {
                start = s.clone();
            }
        }
        let swallowed: Vec<Bytes> = self.ranges.range(start.clone()..=end.clone()).map(|(s, _)| s.clone()).collect();
        for s in swallowed {
            if let Some(e) = self.ranges.remove(&s) {
                end = end.max(e);
            }
        }
        self.ranges.insert(start, end);
        if self.ranges.len() > self.limit {
            self.coalesce();
        }
    }

    fn coalesce(&mut self) {
        let same_object = |a: &Bytes, b: &Bytes| a.get(..OBJECT_PREFIX) == b.get(..OBJECT_PREFIX);
        self.join_pairs(same_object);
        if self.ranges.len() > self.limit {
            self.join_pairs(|_, _| true);
        }
    }

    fn join_pairs(&mut self, may_join: impl Fn(&Bytes, &Bytes) -> bool) {
        let mut joined = BTreeMap::new();
        let mut held: Option<(Bytes, Bytes)> = None;
        for (s, e) in std::mem::take(&mut self.ranges) {
            held = match held {
                None => Some((s, e)),
                Some((first, _)) if may_join(&first, &s) => {
                    joined.insert(first, e);
                    None
                }
                Some((first, last)) => {
                    joined.insert(first, last);
                    Some((s, e))
                }
            };
        }
        joined.extend(held);
        self.ranges = joined;
    }

    /// The ranges, in order.
    pub fn ranges(&self) -> Vec<KeyRange> {
        self.ranges.iter().map(|(s, e)| KeyRange { start: s.clone(), end: e.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(a: &str, b: &str) -> KeyRange {
        KeyRange::new(Bytes::copy_from_slice(a.as_bytes()), Bytes::copy_from_slice(b.as_bytes()))
    }

    fn set(limit: usize, ranges: &[(&str, &str)]) -> Vec<KeyRange> {
        let mut r = ReadSet::new(limit);
        for (a, b) in ranges {
            r.add(&range(a, b));
        }
        r.ranges()
    }

    #[test]
    fn touching_and_overlapping_ranges_join() {
        assert_eq!(set(10, &[("a", "c"), ("c", "d")]), [range("a", "d")]);
        assert_eq!(set(10, &[("b", "c"), ("e", "f"), ("a", "z")]), [range("a", "z")]);
        assert_eq!(set(10, &[("a", "z"), ("b", "c")]), [range("a", "z")]);
        assert_eq!(set(10, &[("a", "b"), ("c", "d")]), [range("a", "b"), range("c", "d")]);
        assert_eq!(set(10, &[("c", "d"), ("b", "a")]), [range("c", "d")]);
    }

    #[test]
    fn past_the_limit_everything_read_is_still_covered() {
        let mut r = ReadSet::new(16);
        let keys: Vec<Bytes> = (0..500u32).map(|i| Bytes::from(format!("{:08}{:04}", i % 3, i * 2))).collect();
        for k in &keys {
            r.add(&KeyRange::point(k));
        }
        let ranges = r.ranges();
        assert!(ranges.len() <= 16);
        for k in &keys {
            assert!(ranges.iter().any(|r| r.contains(k)), "{k:?} is lost");
        }
    }
}
