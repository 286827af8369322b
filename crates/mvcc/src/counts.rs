//! How many rows each object has, without looking at them.
//!
//! A write says by its mode what it does to the number of its object's rows:
//!
//! | mode | with a value | without |
//! |---|---|---|
//! | insert | one more | – |
//! | update | as many | one less |
//! | delete | as many: deleted and inserted anew | one less |
//! | blind (entries of indexes) | one more | one less |
//!
//! So the sum over the journal is the number of rows, exact for tables; a blind write over an entry that
//! is there already counts it twice, which few are. Sums are stored with each seal, in the memtable that
//! they end with, and are therefore exactly as old as the position beside them after a crash.
//!
//! For a part of an object the number is shared out as if keys lay evenly between the first and the last
//! one, read as numbers after the bytes that these two have in common.

use std::collections::BTreeMap;
use std::ops::Bound;

use gavel_encoding::layout::PREFIX_LEN;
use gavel_types::ids::prefix_end;
use gavel_types::{KeyRange, Write, WriteMode};

use crate::engine::Version;

/// What all keys of an object begin with.
pub(crate) type Prefix = [u8; PREFIX_LEN];

/// Rows of every object.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    objects: BTreeMap<Prefix, Count>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// May be below zero where modes lie; nobody is told so.
    rows: i64,
    /// Since it was last stored.
    changed: bool,
}

/// What a range holds of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole(u64),
    /// Rows of the object of which the range covers a part.
    Some(Prefix, u64),
}

/// What `write` does to the number of rows.
fn change(write: &Write) -> i64 {
    match (write.mode, &write.value) {
        (WriteMode::Insert | WriteMode::Blind, Some(_)) => 1,
        (WriteMode::Update | WriteMode::Delete, Some(_)) | (WriteMode::Insert, None) => 0,
        (WriteMode::Update | WriteMode::Delete | WriteMode::Blind, None) => -1,
    }
}

impl Counts {
    /// Counts committed writes. Neighbours in a commit are mostly of one object.
    pub fn note(&mut self, writes: &[Write]) {
        let mut rest = writes;
        while let Some(prefix) = rest.first().map(|w| prefix_of(&w.key)) {
            let run = rest.iter().position(|w| prefix_of(&w.key) != prefix).unwrap_or(rest.len());
            let (now, later) = rest.split_at(run);
            rest = later;
            let (Some(prefix), sum) = (prefix, now.iter().map(change).sum::<i64>()) else { continue };
            if sum != 0 {
                let count = self.objects.entry(prefix).or_default();
                count.rows += sum;
                count.changed = true;
            }
        }
    }

    /// Counts versions that are loaded, the newest of each key first: a key whose newest version is no
    /// deletion is a row.
    pub fn note_loaded(&mut self, versions: &[Version]) {
        let mut before: Option<&Version> = None;
        for version in versions {
            let newest = before.is_none_or(|b| b.key != version.key);
            before = Some(version);
            let Some(prefix) = prefix_of(&version.key).filter(|_| newest && version.row.is_some()) else { continue };
            let count = self.objects.entry(prefix).or_default();
            count.rows += 1;
            count.changed = true;
        }
    }

    /// A sum as it was stored.
    pub fn restore(&mut self, prefix: Prefix, rows: i64) {
        self.objects.insert(prefix, Count { rows, changed: false });
    }

    /// Sums to be stored now.
    pub fn take_changed(&mut self) -> Vec<(Prefix, i64)> {
        let changed = self.objects.iter_mut().filter(|(_, c)| c.changed);
        changed
            .map(|(prefix, count)| {
                count.changed = false;
                (*prefix, count.rows)
            })
            .collect()
    }

    /// Forgets objects that lie wholly in `range`; tells which.
    pub fn remove(&mut self, range: &KeyRange) -> Vec<Prefix> {
        let gone: Vec<Prefix> =
            self.parts(range).into_iter().filter(|(_, p)| matches!(p, Part::Whole(_))).map(|p| p.0).collect();
        for prefix in &gone {
            self.objects.remove(prefix);
        }
        gone
    }

    /// What `range` holds.
    pub fn within(&self, range: &KeyRange) -> Vec<Part> {
        self.parts(range).into_iter().map(|p| p.1).collect()
    }

    fn parts(&self, range: &KeyRange) -> Vec<(Prefix, Part)> {
        if range.is_empty() {
            return vec![];
        }
        // The object that the range starts in may begin before it.
        let first = prefix_of(&range.start).unwrap_or_default();
        let objects = self.objects.range((Bound::Included(first), Bound::Unbounded));
        let objects = objects.take_while(|(prefix, _)| prefix[..] < range.end[..]);
        objects
            .filter(|(prefix, _)| prefix_end(&prefix[..])[..] > range.start[..])
            .map(|(prefix, count)| {
                let rows = u64::try_from(count.rows).unwrap_or(0);
                let whole = range.start[..] <= prefix[..] && prefix_end(&prefix[..])[..] <= range.end[..];
                (*prefix, if whole { Part::Whole(rows) } else { Part::Some(*prefix, rows) })
            })
            .collect()
    }
}

fn prefix_of(key: &[u8]) -> Option<Prefix> {
    key.first_chunk::<PREFIX_LEN>().copied()
}

/// The part of the keys from `first` to `last` that lies in `range`, were they spread evenly.
pub(crate) fn share(first: &[u8], last: &[u8], range: &KeyRange) -> f64 {
    let common = first.iter().zip(last).take_while(|(a, b)| a == b).count();
    let (low, high) = (number(first, common), number(last, common));
    let place = |key: &[u8]| -> f64 {
        if key <= first {
            return 0.0;
        }
        if key > last {
            return 1.0;
        }
        // Between the two, so it has their common bytes.
        if high > low { (number(key, common) - low) / (high - low) } else { 0.5 }
    };
    (place(&range.end) - place(&range.start)).clamp(0.0, 1.0)
}

/// The bytes after the first `skip` as a fraction.
fn number(key: &[u8], skip: usize) -> f64 {
    let mut scale = 1.0;
    key.iter().skip(skip).take(8).fold(0.0, |sum, byte| {
        scale /= 256.0;
        sum + f64::from(*byte) * scale
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use gavel_encoding::layout::{ObjectId, TenantId, object_prefix, object_range};

    use super::*;

    fn key(object: u32, rest: &[u8]) -> Bytes {
        [&object_prefix(TenantId(1), ObjectId(object)), rest].concat().into()
    }

    fn write(object: u32, mode: WriteMode, value: bool) -> Write {
        Write { key: key(object, b"k"), mode, value: value.then(Bytes::new) }
    }

    #[test]
    fn modes_say_how_many_rows_there_are() {
        use WriteMode::{Blind, Delete, Insert, Update};
        let mut counts = Counts::default();
        counts.note(&[write(7, Insert, true), write(7, Insert, true), write(7, Update, true), write(8, Blind, true)]);
        counts.note(&[
            write(7, Delete, true),
            write(7, Delete, false),
            write(8, Blind, false),
            write(9, Delete, false),
        ]);
        let rows = |object| counts.within(&object_range(TenantId(1), ObjectId(object)));
        assert_eq!(rows(7), [Part::Whole(1)]);
        assert_eq!(rows(8), [Part::Whole(0)]);
        assert_eq!(rows(9), [Part::Whole(0)], "never below zero");
        assert_eq!(rows(10), []);
    }

    #[test]
    fn loaded_keys_are_rows_unless_their_newest_version_deletes() {
        let version = |rest: &[u8], ts, row: bool| Version {
            key: key(7, rest),
            commit_ts: gavel_types::Timestamp(ts),
            row: row.then(Bytes::new),
        };
        let mut counts = Counts::default();
        counts.note_loaded(&[
            version(b"a", 9, true),
            version(b"a", 5, true),
            version(b"b", 8, false),
            version(b"b", 3, true),
            version(b"c", 1, true),
        ]);
        assert_eq!(counts.within(&object_range(TenantId(1), ObjectId(7))), [Part::Whole(2)]);
    }

    #[test]
    fn what_changed_is_told_once() {
        let mut counts = Counts::default();
        counts.restore(object_prefix(TenantId(1), ObjectId(3)), 5);
        counts.note(&[write(7, WriteMode::Insert, true), write(8, WriteMode::Update, true)]);
        assert_eq!(counts.take_changed(), [(object_prefix(TenantId(1), ObjectId(7)), 1)]);
        assert_eq!(counts.take_changed(), []);
    }

    #[test]
    fn a_range_may_hold_a_part_of_an_object() {
        let mut counts = Counts::default();
        for object in [7, 8, 9] {
            counts.restore(object_prefix(TenantId(1), ObjectId(object)), i64::from(object));
        }
        let range = KeyRange::new(key(7, b"m"), key(9, b"m"));
        let some = |object, rows| Part::Some(object_prefix(TenantId(1), ObjectId(object)), rows);
        assert_eq!(counts.within(&range), [some(7, 7), Part::Whole(8), some(9, 9)]);
        assert_eq!(counts.remove(&range), [object_prefix(TenantId(1), ObjectId(8))]);
        assert_eq!(counts.within(&range), [some(7, 7), some(9, 9)]);
    }

    #[test]
    fn keys_are_taken_to_lie_evenly() {
        let (first, last) = (key(7, &[0, 0]), key(7, &[100, 0]));
        let part = |a: &[u8], b: &[u8]| share(&first, &last, &KeyRange::new(key(7, a), key(7, b)));
        assert!((part(&[25], &[75]) - 0.5).abs() < 0.01);
        assert!((part(&[], &[50]) - 0.5).abs() < 0.01);
        assert_eq!(part(&[101], &[200]), 0.0);
        assert_eq!(part(&[], &[200]), 1.0);
        let one = key(7, b"x");
        assert_eq!(share(&one, &one, &KeyRange::point(&one)), 1.0);
    }
}
