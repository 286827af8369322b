//! Recent writes in commit order: what SERIALIZABLE is validated against (PROTOCOL §7).
//!
//! A transaction that read ranges at snapshot `S` aborts if a key inside them was written after
//! `S`. So the question is about the writes above `S`, newest first: a log in commit order answers
//! it in the time of *those*, however large the ranges and however much was written before. (A set
//! ordered by key would walk all recent writes inside the ranges instead, and cost each insertion a
//! tree.) Keys are copied into chunks, so that the log does not keep whole rows alive.
//!
//! Memory is bounded by dropping the oldest chunk, which raises the horizon of SERIALIZABLE
//! transactions alone.

use std::collections::VecDeque;

use bytes::Bytes;
use gavel_types::{KeyRange, Timestamp};

/// A chunk takes no more keys beyond this.
const CHUNK_BYTES: usize = 64 << 10;

#[derive(Clone, Copy, Debug)]
struct Entry {
    ts: Timestamp,
    /// End of the key in the chunk's bytes.
    end: u32,
    /// The transaction was refused by the journal after all.
    taken_back: bool,
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

impl Chunk {
    fn size(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<Entry>()
    }

    fn newest(&self) -> Timestamp {
        self.entries.last().map_or(Timestamp::ZERO, |entry| entry.ts)
    }

    fn key(&self, i: usize) -> &[u8] {
        let start = i.checked_sub(1).and_then(|before| self.entries.get(before)).map_or(0, |e| e.end as usize);
        self.entries.get(i).and_then(|e| self.bytes.get(start..e.end as usize)).unwrap_or_default()
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct RecentWrites {
    chunks: VecDeque<Chunk>,
    size: usize,
    max_size: usize,
    horizon: Timestamp,
}

impl RecentWrites {
    pub(crate) const fn new(max_size: usize) -> Self {
        Self { chunks: VecDeque::new(), size: 0, max_size, horizon: Timestamp::ZERO }
    }

    /// SERIALIZABLE snapshots below this are refused.
    pub(crate) const fn horizon(&self) -> Timestamp {
        self.horizon
    }

    /// Notes the writes of a commit at `ts`, which never decreases.
    pub(crate) fn add<'a>(&mut self, ts: Timestamp, keys: impl Iterator<Item = &'a Bytes>) {
        for key in keys {
            if self.chunks.back().is_none_or(|chunk| chunk.bytes.len() + key.len() > CHUNK_BYTES) {
                self.chunks.push_back(Chunk::default());
            }
            if let Some(chunk) = self.chunks.back_mut() {
                let before = chunk.size();
                chunk.bytes.extend_from_slice(key);
                let end = u32::try_from(chunk.bytes.len()).unwrap_or(u32::MAX);
                chunk.entries.push(Entry { ts, end, taken_back: false });
                self.size += chunk.size() - before;
            }
        }
    }

    /// Forgets the oldest of what is durable, until the rest fits.
    pub(crate) fn keep_to_quota(&mut self, durable: Timestamp, raise_horizon: bool) {
        while self.size > self.max_size
            && let Some(oldest) = self.chunks.pop_front_if(|chunk| chunk.newest() <= durable)
        {
            self.size -= oldest.size();
            if raise_horizon {
                self.horizon = self.horizon.max(oldest.newest());
            }
        }
    }

    /// Forgets the writes of `ts`, which is not durable and never will be.
    pub(crate) fn take_back(&mut self, ts: Timestamp) {
        for chunk in self.chunks.iter_mut().rev() {
            for entry in chunk.entries.iter_mut().rev() {
                if entry.ts < ts {
                    return;
                }
                entry.taken_back |= entry.ts == ts;
            }
        }
    }

    /// Forgets whole chunks at or below `horizon`.
    pub(crate) fn prune(&mut self, horizon: Timestamp) {
        while let Some(oldest) = self.chunks.pop_front_if(|chunk| chunk.newest() <= horizon) {
            self.size -= oldest.size();
        }
    }

    /// The newest write above `snapshot` inside `ranges`, which are sorted and disjoint.
    pub(crate) fn conflict(&self, ranges: &[KeyRange], snapshot: Timestamp) -> Option<(Timestamp, Bytes)> {
        for chunk in self.chunks.iter().rev() {
            for (i, entry) in chunk.entries.iter().enumerate().rev() {
                if entry.ts <= snapshot {
                    return None;
                }
                if !entry.taken_back && contains(ranges, chunk.key(i)) {
                    return Some((entry.ts, Bytes::copy_from_slice(chunk.key(i))));
                }
            }
        }
        None
    }
}

fn contains(ranges: &[KeyRange], key: &[u8]) -> bool {
    let after = ranges.partition_point(|range| &range.start[..] <= key);
    after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|range| range.contains(key))
}

/// Sorts ranges and merges those that touch or overlap.
pub(crate) fn disjoint(mut ranges: Vec<KeyRange>) -> Vec<KeyRange> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable();
    let mut merged: Vec<KeyRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.clone().max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn finds_the_newest_write_inside_and_above() {
        let mut recent = RecentWrites::new(1 << 20);
        recent.add(Timestamp(1), [key("b"), key("x")].iter());
        recent.add(Timestamp(2), [key("c")].iter());
        recent.add(Timestamp(3), [key("y")].iter());
        let ranges = disjoint(vec![KeyRange::new("b", "d"), KeyRange::new("m", "n")]);
        assert_eq!(recent.conflict(&ranges, Timestamp(0)), Some((Timestamp(2), key("c"))));
        assert_eq!(recent.conflict(&ranges, Timestamp(2)), None);
        recent.take_back(Timestamp(2));
        assert_eq!(recent.conflict(&ranges, Timestamp(0)), Some((Timestamp(1), key("b"))));
    }

    #[test]
    fn the_quota_drops_the_oldest_and_raises_the_horizon() {
        let mut recent = RecentWrites::new(3 * CHUNK_BYTES);
        let long = Bytes::from(vec![7; 1_000]);
        for n in 1..=400 {
            recent.add(Timestamp(n), std::iter::once(&long));
            recent.keep_to_quota(Timestamp(n), true);
        }
        assert!(recent.size <= 3 * CHUNK_BYTES);
        assert!(recent.horizon() > Timestamp(100) && recent.horizon() < Timestamp(400));
    }

    #[test]
    fn ranges_are_merged() {
        let merged = disjoint(vec![
            KeyRange::new("m", "p"),
            KeyRange::new("a", "c"),
            KeyRange::new("z", "z"),
            KeyRange::new("b", "d"),
            KeyRange::new("d", "e"),
        ]);
        assert_eq!(merged, [KeyRange::new("a", "e"), KeyRange::new("m", "p")]);
        assert!(contains(&merged, b"dz") && !contains(&merged, b"e") && !contains(&merged, b"A"));
    }
}
