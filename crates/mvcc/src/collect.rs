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

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use gavel_types::{KeyRange, Timestamp};
use lsm_tree::UserKey;
use lsm_tree::compaction::filter::{CompactionFilter, Context, Factory};
use lsm_tree::compaction::{ItemAccessor, Verdict};

use crate::version;

/// What may be collected; shared by the engine, which sets it, and its compactions.
#[derive(Default)]
pub struct Policy {
    horizon: AtomicU64,
    forgotten: Mutex<Arc<Vec<KeyRange>>>,
}

impl Policy {
    /// Raises the horizon; it never falls.
    pub fn raise_horizon(&self, horizon: Timestamp) {
        self.horizon.fetch_max(horizon.0, Ordering::Relaxed);
    }

    /// Present horizon.
    pub fn horizon(&self) -> Timestamp {
        Timestamp(self.horizon.load(Ordering::Relaxed))
    }

    /// Adds a range of which nothing is needed.
    pub fn forget(&self, range: KeyRange) {
        let mut ranges = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        if !ranges.contains(&range) {
            Arc::make_mut(&mut ranges).push(range);
        }
    }

    /// Ranges of which nothing is needed.
    pub fn forgotten(&self) -> Arc<Vec<KeyRange>> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn collector(&self) -> Collector {
        Collector { horizon: self.horizon(), forgotten: self.forgotten(), key: None, covered: false }
    }
}

/// Decides about the versions of one compaction, in the order in which it meets them.
struct Collector {
    horizon: Timestamp,
    forgotten: Arc<Vec<KeyRange>>,
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
        if self.covered || self.forgotten.iter().any(|r| r.contains(key)) {
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
        let policy = Policy::default();
        policy.raise_horizon(Timestamp(horizon));
        policy.forget(KeyRange::prefix(b"gone"));
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
    fn forgotten_ranges_go_whole() {
        assert_eq!(kept(0, false, &[("gone1", 9, false), ("gone1", 8, false), ("h", 7, false)]), [7]);
    }
}
