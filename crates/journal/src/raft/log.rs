//! What a node knows of its own log, without touching a file.
//!
//! ```text
//! index      5        9   10  11 │ 12  13
//!            ├── runs in files ──┼── cache ──┤
//! marks      ▲5 @ segment 1       ▲10 @ segment 2 (after a truncation)
//! ```
//! The file is a log of *changes* of the Raft log: entries, and truncations. A mark says in which
//! frame an index begins; from there on entries follow each other up to the index of the next mark.
//! So a mark is set about every [`MARK_BYTES`], at the first entry of a segment, and at the first
//! entry after a truncation: what was truncated is never read, though it is still in the file.
//!
//! Invariants:
//! - the cache ends with the last entry and has all that is not durable yet;
//! - every entry that is not in the cache lies behind a mark;
//! - marks rise in index; those above a truncation are gone when the truncation is durable;
//! - until the entries that took the place of truncated ones have a mark they are all in the cache, and
//!   a run is never read past where the cache begins: its file still has the others there;
//! - `purged < every entry ≤ last`, and indices are dense.

use std::collections::VecDeque;

use gavel_types::Lsn;

use super::types::{Entry, LogId, Payload, log_id};
use crate::shared::Segment;

/// About how many bytes lie between two marks; what a read out of files decodes at least.
pub(crate) const MARK_BYTES: u64 = 64 << 10;

/// Where to read entries from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub segment: Segment,
    pub offset: u64,
    /// First index in the frame at `offset`.
    pub index: u64,
    /// Index at which the next run begins; entries from here on must not be taken from this one.
    pub until: u64,
    /// An index of this run, or the first that is kept, and the last position given out before it;
    /// `None` if that is not applied.
    pub base: Option<(u64, Lsn)>,
}

#[derive(Clone, Debug)]
struct Mark {
    index: u64,
    /// First position of the segment in the file's own numbering.
    segment: Lsn,
    offset: u64,
    lsn_before: Option<Lsn>,
}

#[derive(Clone, Debug)]
struct Part {
    segment: Segment,
    /// Highest index of an entry in it, truncated ones included.
    highest: Option<u64>,
}

#[derive(Debug)]
struct Cached {
    entry: Entry,
    bytes: usize,
    ticket: u64,
    lsn_before: Option<Lsn>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Log {
    purged: Option<LogId>,
    /// Last position that was given out up to there.
    purged_lsn: Lsn,
    /// Snapshots from there on, oldest first: openraft purges up to one of them.
    snapshots: VecDeque<(LogId, Lsn)>,
    last: Option<LogId>,
    committed: Option<LogId>,
    /// First index of each run of one term; the purged entry counts as one.
    terms: VecDeque<(u64, u64)>,
    /// Indices of configurations that are kept.
    configurations: VecDeque<u64>,
    cache: VecDeque<Cached>,
    cache_bytes: usize,
    cache_limit: usize,
    /// Number of the last append; those up to `flushed` are durable.
    tickets: u64,
    flushed: u64,
    marks: VecDeque<Mark>,
    parts: VecDeque<Part>,
    bytes_since_mark: u64,
    mark_next: bool,
}

impl Log {
    /// An empty log behind `purged`.
    pub(crate) fn new(purged: Option<LogId>, purged_lsn: Lsn, cache_limit: usize) -> Self {
        Self {
            purged,
            purged_lsn,
            snapshots: purged.map(|id| (id, purged_lsn)).into_iter().collect(),
            last: purged,
            committed: None,
            terms: purged.iter().map(|id| (id.index, id.leader_id.term)).collect(),
            configurations: VecDeque::new(),
            cache: VecDeque::new(),
            cache_bytes: 0,
            cache_limit,
            tickets: 0,
            flushed: 0,
            marks: VecDeque::new(),
            parts: VecDeque::new(),
            bytes_since_mark: 0,
            mark_next: true,
        }
    }

    pub(crate) const fn purged(&self) -> Option<LogId> {
        self.purged
    }

    pub(crate) const fn last(&self) -> Option<LogId> {
        self.last
    }

    pub(crate) const fn committed(&self) -> Option<LogId> {
        self.committed
    }

    pub(crate) fn set_committed(&mut self, committed: Option<LogId>) {
        self.committed = self.committed.max(committed);
    }

    /// Index of the next entry.
    pub(crate) fn next_index(&self) -> u64 {
        self.last.map_or(0, |id| id.index + 1)
    }

    /// First index that is kept.
    pub(crate) fn first_index(&self) -> u64 {
        self.purged.map_or(0, |id| id.index + 1)
    }

    /// The id of the entry at `index`, if it is kept, or the last purged one.
    pub(crate) fn id_at(&self, index: u64) -> Option<LogId> {
        if index >= self.next_index() || index + 1 < self.first_index() {
            return None;
        }
        let run = self.terms.partition_point(|(first, _)| *first <= index).checked_sub(1)?;
        self.terms.get(run).map(|(_, term)| log_id(*term, index))
    }

    /// Index of the last configuration that is kept, committed or not.
    pub(crate) fn configured(&self) -> Option<u64> {
        self.configurations.back().copied()
    }

    /// How many of `entries`, from the first on, are those of this log, as far as it knows.
    pub(crate) fn count_known(&self, entries: &[Entry]) -> usize {
        entries.iter().take_while(|entry| self.id_at(entry.log_id.index).is_none_or(|id| id == entry.log_id)).count()
    }

    /// The last entry of each term from `from` to `to`. (Not the first, as openraft's documentation
    /// of what it wants has it: its own implementation answers the last ones, and relies on that.)
    pub(crate) fn key_ids(&self, from: u64, to: u64) -> Vec<LogId> {
        let lasts = self.terms.iter().skip(1).map(|(first, _)| first - 1).filter(|last| *last >= from && *last < to);
        lasts.chain([to]).filter_map(|index| self.id_at(index)).collect()
    }

    /// Takes entries that follow the last one. Returns the ticket by which [`Log::written`] will
    /// name them; `None` if they do not follow.
    pub(crate) fn append(&mut self, entries: &[Entry], size: impl Fn(&Entry) -> usize) -> Option<u64> {
        self.tickets += 1;
        for entry in entries {
            if self.last.is_some() && entry.log_id.index != self.next_index() {
                return None;
            }
            self.extend_ids(entry);
            let bytes = size(entry);
            self.cache_bytes += bytes;
            self.cache.push_back(Cached { entry: entry.clone(), bytes, ticket: self.tickets, lsn_before: None });
        }
        Some(self.tickets)
    }

    fn extend_ids(&mut self, entry: &Entry) {
        let id = entry.log_id;
        if matches!(entry.payload, Payload::Membership(_)) {
            self.configurations.push_back(id.index);
        }
        if self.terms.back().is_none_or(|(_, term)| *term != id.leader_id.term) {
            self.terms.push_back((id.index, id.leader_id.term));
        }
        self.last = Some(id);
    }

    /// Drops entries from `index` on. The file must be told before anything is appended.
    pub(crate) fn truncate(&mut self, index: u64) {
        if index >= self.next_index() {
            return;
        }
        while self.cache.back().is_some_and(|cached| cached.entry.log_id.index >= index) {
            let dropped = self.cache.pop_back().map_or(0, |cached| cached.bytes);
            self.cache_bytes -= dropped;
        }
        while self.terms.back().is_some_and(|(first, _)| *first >= index) {
            self.terms.pop_back();
        }
        while self.configurations.back().is_some_and(|at| *at >= index) {
            self.configurations.pop_back();
        }
        self.last = index.checked_sub(1).and_then(|before| self.id_at(before));
    }

    /// A snapshot at this entry is durable; positions up to `lsn` are in it.
    pub(crate) fn snapshot(&mut self, at: LogId, lsn: Lsn) {
        self.snapshots.push_back((at, lsn));
    }

    /// The last position up to `at`, where a snapshot was made.
    pub(crate) fn lsn_at(&self, at: LogId) -> Option<Lsn> {
        self.snapshots.iter().find(|(snapshot, _)| *snapshot == at).map(|(_, lsn)| *lsn)
    }

    /// Segments of which nothing is kept.
    pub(crate) fn unused(&mut self) -> Vec<String> {
        self.drop_parts()
    }

    /// Drops entries up to `upto`, which may lie beyond the last one, and whose last position is `lsn`. Returns the names of segments
    /// that are of no use any more, oldest first.
    pub(crate) fn purge(&mut self, upto: LogId, lsn: Lsn) -> Vec<String> {
        if self.purged.is_some_and(|purged| purged.index >= upto.index) {
            return self.drop_parts();
        }
        if self.last.is_none_or(|last| last.index < upto.index) {
            self.cache.clear();
            self.cache_bytes = 0;
            self.terms.clear();
            self.terms.push_back((upto.index, upto.leader_id.term));
            self.last = Some(upto);
            self.mark_next = true;
        } else {
            while self
                .cache
                .front()
                .is_some_and(|cached| cached.entry.log_id.index <= upto.index && cached.ticket <= self.flushed)
            {
                self.pop_front();
            }
            while self.terms.get(1).is_some_and(|(first, _)| *first <= upto.index) {
                self.terms.pop_front();
            }
        }
        while self.configurations.front().is_some_and(|at| *at <= upto.index) {
            self.configurations.pop_front();
        }
        self.purged = Some(upto);
        self.purged_lsn = lsn;
        self.snapshots.retain(|(at, _)| *at >= upto);
        self.committed = self.committed.max(Some(upto));
        self.drop_parts()
    }

    fn drop_parts(&mut self) -> Vec<String> {
        let first = self.first_index();
        while self.marks.get(1).is_some_and(|mark| mark.index <= first) {
            self.marks.pop_front();
        }
        let mut dropped = Vec::new();
        while self.parts.len() > 1 && self.parts.front().is_some_and(|part| part.highest.is_none_or(|i| i < first)) {
            if let Some(part) = self.parts.pop_front() {
                while self.marks.front().is_some_and(|mark| mark.segment == part.segment.first) {
                    self.marks.pop_front();
                }
                dropped.push(part.segment.name);
            }
        }
        dropped
    }

    /// A segment has been begun.
    pub(crate) fn begin_segment(&mut self, segment: Segment) {
        self.parts.push_back(Part { segment, highest: None });
        self.mark_next = true;
    }

    /// A frame with entries `first ..= last` is durable at `offset` of the last segment, which ends
    /// at `end` now. `ticket` is that of their append; `None` for one found at opening.
    pub(crate) fn written(&mut self, ticket: Option<u64>, first: u64, last: u64, offset: u64, end: u64) {
        if self.mark_next || self.bytes_since_mark >= MARK_BYTES {
            while self.marks.back().is_some_and(|mark| mark.index >= first) {
                self.marks.pop_back();
            }
            let lsn_before = self.cached(first).and_then(|cached| cached.lsn_before);
            let segment = self.parts.back().map_or(Lsn::ZERO, |part| part.segment.first);
            self.marks.push_back(Mark { index: first, segment, offset, lsn_before });
            self.mark_next = false;
            self.bytes_since_mark = 0;
        }
        self.bytes_since_mark += end - offset;
        if let Some(part) = self.parts.back_mut() {
            part.highest = part.highest.max(Some(last));
            part.segment.end = end;
        }
        if let Some(ticket) = ticket {
            self.flushed = self.flushed.max(ticket);
            while self.cache_bytes > self.cache_limit
                && self.cache.len() > 1
                && self.cache.front().is_some_and(|cached| cached.ticket <= self.flushed)
            {
                self.pop_front();
            }
        }
    }

    /// A truncation from `index` on is durable, in a frame that ends at `end`.
    pub(crate) fn truncated(&mut self, index: u64, end: u64) {
        while self.marks.back().is_some_and(|mark| mark.index >= index) {
            self.marks.pop_back();
        }
        self.mark_next = true;
        if let Some(part) = self.parts.back_mut() {
            part.segment.end = end;
        }
    }

    /// What was found at opening: an entry that is in the file.
    pub(crate) fn found(&mut self, entry: &Entry) {
        self.extend_ids(entry);
    }

    /// The entry at `index` is applied; `before` is the last position given out before it.
    pub(crate) fn applied(&mut self, index: u64, before: Lsn) {
        if let Some(cached) = self.cached_mut(index) {
            cached.lsn_before = Some(before);
        }
        let at = self.marks.partition_point(|mark| mark.index < index);
        if let Some(mark) = self.marks.get_mut(at).filter(|mark| mark.index == index) {
            mark.lsn_before = Some(before);
        }
    }

    fn pop_front(&mut self) {
        if let Some(gone) = self.cache.pop_front() {
            self.cache_bytes -= gone.bytes;
        }
    }

    fn cached(&self, index: u64) -> Option<&Cached> {
        let first = self.cache.front()?.entry.log_id.index;
        self.cache.get(usize::try_from(index.checked_sub(first)?).ok()?)
    }

    fn cached_mut(&mut self, index: u64) -> Option<&mut Cached> {
        let first = self.cache.front()?.entry.log_id.index;
        self.cache.get_mut(usize::try_from(index.checked_sub(first)?).ok()?)
    }

    /// Entries from `from` below `to` out of the cache, up to about `max_bytes` and at least one;
    /// `None` if the first is not there.
    pub(crate) fn read_cache(&self, from: u64, to: u64, max_bytes: usize) -> Option<Vec<Entry>> {
        self.cached(from)?;
        let mut bytes = 0;
        let mut entries = Vec::new();
        for index in from..to {
            let Some(cached) = self.cached(index) else { break };
            bytes += cached.bytes;
            if !entries.is_empty() && bytes > max_bytes {
                break;
            }
            entries.push(cached.entry.clone());
        }
        Some(entries)
    }

    /// Where the entry at `index`, which is not in the cache, is in the files.
    pub(crate) fn run_of(&self, index: u64) -> Option<Run> {
        let at = self.marks.partition_point(|mark| mark.index <= index).checked_sub(1)?;
        let mut run = self.run(at)?;
        if let Some(first) = self.cache.front().map(|cached| cached.entry.log_id.index).filter(|first| *first > index) {
            run.until = run.until.min(first);
        }
        Some(run)
    }

    /// Where the entry with the position `lsn`, which is applied, is in the files.
    fn run_of_lsn(&self, lsn: Lsn) -> Option<Run> {
        let known = self.marks.partition_point(|mark| self.base(mark).is_some_and(|(_, before)| before < lsn));
        self.run(known.checked_sub(1)?)
    }

    /// An index from which on to look for the position `lsn`, and the last position given out
    /// before it.
    pub(crate) fn before(&self, lsn: Lsn) -> (u64, Lsn) {
        let base = self.run_of_lsn(lsn).and_then(|run| run.base);
        base.unwrap_or_else(|| (self.first_index(), self.purged_lsn))
    }

    fn base(&self, mark: &Mark) -> Option<(u64, Lsn)> {
        let first = self.first_index();
        match mark.lsn_before {
            // A log may be cut in the middle of a run: what is before the cut cannot be counted.
            Some(before) if mark.index >= first => Some((mark.index, before)),
            _ => (mark.index <= first).then_some((first, self.purged_lsn)),
        }
    }

    fn run(&self, at: usize) -> Option<Run> {
        let mark = self.marks.get(at)?;
        let until = self.marks.get(at + 1).map_or(u64::MAX, |next| next.index);
        let part = self.parts.iter().rev().find(|part| part.segment.first == mark.segment)?;
        let segment = part.segment.clone();
        Some(Run { segment, offset: mark.offset, index: mark.index, until, base: self.base(mark) })
    }

    /// The last place up to which all may be dropped so that every position from `below` on stays:
    /// the id of the entry there, and its last position.
    pub(crate) fn trim_point(&self, below: Lsn) -> Option<(LogId, Lsn)> {
        let known = self.marks.partition_point(|mark| self.base(mark).is_some_and(|(_, before)| before < below));
        let mark = self.marks.get(known.checked_sub(1)?)?;
        let id = self.id_at(mark.index.checked_sub(1)?)?;
        (self.purged < Some(id)).then_some((id, mark.lsn_before?))
    }
}

#[cfg(test)]
#[path = "log/log_test.rs"]
mod log_test;
