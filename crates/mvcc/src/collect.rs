//! Which versions may go (PROTOCOL §12).
//!
//! A compaction shows the versions of each key newest first. Of those `<= horizon` the first is
//! what a read at the horizon sees: it stays, the rest goes.
//!
//! ```text
//!   horizon 6    versions 9 7 | 5 3 1      kept 9 7 5
//!   horizon 6    versions 9 7 | x5 3 1     kept 9 7 x5; at the last level 9 7
//! ```
//! A deletion is kept until the last level, where nothing older can lie beneath it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use gavel_types::{KeyRange, Timestamp};
use lsm_tree::UserKey;
use lsm_tree::compaction::filter::{CompactionFilter, Context, Factory};
use lsm_tree::compaction::{ItemAccessor, Verdict};

use crate::version;

/// What may be collected; shared by the engine, which sets it, and its compactions.
#[derive(Default)]
pub struct Policy {
    horizon: AtomicU64,
    /// The engine closes: compactions give up, which costs nothing but their work.
    stopping: AtomicBool,
    forgotten: Mutex<Arc<Forgotten>>,
}

/// Ranges of which nothing is needed once the horizon reaches a time. They do not overlap.
#[derive(Clone, Debug, Default)]
pub struct Forgotten {
    /// By their start: end, and the time.
    ranges: BTreeMap<Bytes, (Bytes, Timestamp)>,
}

impl Forgotten {
    /// Adds a range; those inside it become part of it. False if it lies in one that is known.
    pub fn add(&mut self, range: &KeyRange, at: Timestamp) -> bool {
        if self.covering(&range.start).is_some_and(|(known, _)| known.end >= range.end) {
            return false;
        }
        self.ranges.retain(|start, (end, _)| *start < range.start || *end > range.end);
        self.ranges.insert(range.start.clone(), (range.end.clone(), at));
        true
    }

    /// Removes the range that starts there.
    pub fn remove(&mut self, start: &[u8]) {
        self.ranges.remove(start);
    }

    /// Those that no snapshot `>= horizon` needs.
    pub fn below(&self, horizon: Timestamp) -> Vec<KeyRange> {
        let range = |(start, (end, _)): (&Bytes, &(Bytes, Timestamp))| KeyRange::new(start.clone(), end.clone());
        self.ranges.iter().filter(|(_, (_, at))| *at <= horizon).map(range).collect()
    }

    fn covering(&self, key: &[u8]) -> Option<(KeyRange, Timestamp)> {
        let (start, (end, at)) = self.ranges.range::<[u8], _>((Bound::Unbounded, Bound::Included(key))).next_back()?;
        (key < &end[..]).then(|| (KeyRange::new(start.clone(), end.clone()), *at))
    }

    fn has(&self, key: &[u8], horizon: Timestamp) -> bool {
        match self.ranges.range::<[u8], _>((Bound::Unbounded, Bound::Included(key))).next_back() {
            Some((_, (end, at))) => key < &end[..] && *at <= horizon,
            None => false,
        }
    }
}

impl Policy {
    /// Raises the horizon; it never falls.
    pub fn raise_horizon(&self, horizon: Timestamp) {
        self.horizon.fetch_max(horizon.0, Ordering::Relaxed);
    }

    /// Makes compactions give up.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Present horizon.
    pub fn horizon(&self) -> Timestamp {
        Timestamp(self.horizon.load(Ordering::Relaxed))
    }

    /// Changes the forgotten ranges; compactions that run already do not notice.
    pub fn change_forgotten<T>(&self, change: impl FnOnce(&mut Forgotten) -> T) -> T {
        change(Arc::make_mut(&mut self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The forgotten ranges.
    pub fn forgotten(&self) -> Arc<Forgotten> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn collector(self: &Arc<Self>) -> Collector {
        Collector {
            policy: self.clone(),
            horizon: self.horizon(),
            forgotten: self.forgotten(),
            key: None,
            covered: false,
        }
    }
}

/// Decides about the versions of one compaction, in the order in which it meets them.
struct Collector {
    policy: Arc<Policy>,
    horizon: Timestamp,
    forgotten: Arc<Forgotten>,
    key: Option<UserKey>,
    /// A version `<= horizon` of `key` was met.
    covered: bool,
}

impl Collector {
    fn keeps(&mut self, key: &UserKey, ts: Timestamp, deleted: bool, last_level: bool) -> bool {
        if self.key.as_ref() != Some(key) {
            self.key = Some(key.clone());
            self.covered = false;
        }
        if self.covered || self.forgotten.has(key, self.horizon) {
            return false;
        }
        if ts <= self.horizon {
            self.covered = true;
            return !(deleted && last_level);
        }
        true
    }
}

impl CompactionFilter for Collector {
    fn filter_item(&mut self, item: ItemAccessor<'_>, context: &Context) -> lsm_tree::Result<Verdict> {
        if self.policy.stopping.load(Ordering::Relaxed) {
            return Err(std::io::Error::from(std::io::ErrorKind::Interrupted).into());
        }
        // An entry that is not ours is kept: reading it will report the damage.
        let Some((ts, deleted)) = version::header(&item.value()?) else { return Ok(Verdict::Keep) };
        if self.keeps(item.key(), ts, deleted, context.is_last_level) {
            Ok(Verdict::Keep)
        } else {
            Ok(Verdict::Destroy)
        }
    }
}

/// Makes a [`Collector`] for each compaction.
pub(crate) struct CollectorFactory(pub(crate) Arc<Policy>);

impl Factory for CollectorFactory {
    fn name(&self) -> &str {
        "versions below the horizon"
    }

    fn make_filter(&self, _: &Context) -> Box<dyn CompactionFilter> {
        Box::new(self.0.collector())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions as `(key, time, deleted)`; answers the times kept.
    fn kept(horizon: u64, last_level: bool, versions: &[(&str, u64, bool)]) -> Vec<u64> {
        let policy = Arc::new(Policy::default());
        policy.raise_horizon(Timestamp(horizon));
        policy.change_forgotten(|f| f.add(&KeyRange::prefix(b"gone"), Timestamp(5)));
        let mut collector = policy.collector();
        versions
            .iter()
            .filter(|(key, ts, deleted)| {
                collector.keeps(&UserKey::from(key.as_bytes().to_vec()), Timestamp(*ts), *deleted, last_level)
            })
            .map(|v| v.1)
            .collect()
    }

    #[test]
    fn newest_at_the_horizon_stays() {
        let versions = [("a", 9, false), ("a", 7, false), ("a", 5, false), ("a", 3, false), ("b", 2, false)];
        assert_eq!(kept(6, false, &versions), [9, 7, 5, 2]);
        assert_eq!(kept(5, true, &versions), [9, 7, 5, 2]);
        assert_eq!(kept(0, true, &versions), [9, 7, 5, 3, 2]);
        assert_eq!(kept(9, true, &versions), [9, 2]);
    }

    #[test]
    fn deletions_go_at_the_last_level_only() {
        let versions = [("a", 9, false), ("a", 5, true), ("a", 3, false), ("b", 6, true), ("c", 7, true)];
        assert_eq!(kept(6, false, &versions), [9, 5, 6, 7]);
        assert_eq!(kept(6, true, &versions), [9, 7]);
    }

    #[test]
    fn forgotten_ranges_go_whole_once_the_horizon_is_there() {
        let versions = [("gone1", 4, false), ("gone1", 3, false), ("h", 7, false), ("h", 2, false)];
        assert_eq!(kept(5, false, &versions), [7, 2]);
        assert_eq!(kept(0, false, &versions), [4, 3, 7, 2]);
    }

    #[test]
    fn forgotten_ranges_swallow_one_another() {
        let mut forgotten = Forgotten::default();
        assert!(forgotten.add(&KeyRange::new("b", "c"), Timestamp(1)));
        assert!(forgotten.add(&KeyRange::new("d", "e"), Timestamp(2)));
        assert!(!forgotten.add(&KeyRange::new("b", "c"), Timestamp(3)));
        assert!(forgotten.has(b"b", Timestamp(1)) && forgotten.has(b"bz", Timestamp(1)));
        assert!(!forgotten.has(b"c", Timestamp(9)) && !forgotten.has(b"a", Timestamp(9)));
        assert!(!forgotten.has(b"d", Timestamp(1)));
        assert!(forgotten.add(&KeyRange::new("a", "z"), Timestamp(4)));
        assert_eq!(forgotten.below(Timestamp(4)), [KeyRange::new("a", "z")]);
        assert!(forgotten.below(Timestamp(3)).is_empty());
        forgotten.remove(b"a");
        assert!(!forgotten.has(b"d", Timestamp(9)));
    }
}
