//! The conflict map: the stamps of all keys that were held lately.
//!
//! Keys are known by a seeded 64-bit hash. Two keys that share one make false conflicts, about one
//! in 10¹² transactions at a million keys; the seed keeps clients from arranging them.
//!
//! ```text
//!  entries      hash → stamps
//!  generations  [10 s: touched hashes] [10 s: …] … [now: …]
//!                └ pruned as one when it is older than the conflict window
//! ```
//! A generation lists the hashes whose newest stamp fell into it when it was set; pruning one
//! removes those entries that no later generation has touched. That costs each stamp one push, and
//! each look-up stays one probe.
//!
//! The **horizon** is what has been forgotten: stamps at or below it. A transaction with a snapshot
//! below it must be refused. It is the last *commit* outside the window rather than the window's
//! edge: in a database that was idle for an hour, the newest snapshot is an hour old, and must not
//! be refused because somebody else commits first.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::time::Duration;

use gavel_types::Timestamp;

use crate::hold::{Hold, Stamps};
use crate::rules::{Rule, Rules};

/// What is pruned at a time.
const GENERATION: Duration = Duration::from_secs(10);

/// A key's place in the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyHash(u64);

/// Hashes keys; the same seed gives the same hashes.
#[derive(Clone, Debug)]
pub(crate) struct KeyHasher(foldhash::quality::FixedState);

impl KeyHasher {
    pub(crate) fn new(seed: u64) -> Self {
        Self(foldhash::quality::FixedState::with_seed(seed))
    }

    pub(crate) fn hash(&self, key: &[u8]) -> KeyHash {
        KeyHash(self.0.hash_one(key))
    }
}

/// Hashes that are hashes already.
#[derive(Clone, Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

#[derive(Clone, Debug)]
struct Generation {
    /// Oldest stamp that went to it; all newer ones up to the next generation's did too.
    begins_at: Timestamp,
    /// Generations end at multiples of [`GENERATION`].
    ends_at: Timestamp,
    /// Newest stamp in it.
    newest: Timestamp,
    /// Newest stamp in it that is durable.
    newest_durable: Timestamp,
    touched: Vec<KeyHash>,
}

/// What [`ConflictMap::take_back`] needs: keys with their stamps of before, in the order of change.
pub(crate) type Undo = Vec<(KeyHash, Stamps)>;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct ConflictMap {
    rules: Rules,
    entries: HashMap<KeyHash, Stamps, BuildHasherDefault<AsItIs>>,
    generations: VecDeque<Generation>,
    horizon: Timestamp,
    max_keys: usize,
}

impl ConflictMap {
    pub(crate) fn new(max_keys: usize, rules: Rules) -> Self {
        Self {
            rules,
            entries: HashMap::default(),
            generations: VecDeque::new(),
            horizon: Timestamp::ZERO,
            max_keys: max_keys.max(1),
        }
    }

    /// Snapshots below this are refused.
    pub(crate) const fn horizon(&self) -> Timestamp {
        self.horizon
    }

    /// What came at or before `ts` is not known here.
    pub(crate) fn raise_horizon(&mut self, ts: Timestamp) {
        self.horizon = self.horizon.max(ts);
    }

    /// The newest stamp that makes `hold` at `snapshot` abort.
    pub(crate) fn conflict(&self, key: KeyHash, hold: Hold, snapshot: Timestamp) -> Option<Timestamp> {
        self.entries.get(&key)?.conflict(hold, snapshot, self.rules)
    }

    /// Leaves the stamps of a transaction that commits at `ts`. `ts` never decreases.
    pub(crate) fn stamp(&mut self, ts: Timestamp, holds: impl Iterator<Item = (KeyHash, Hold)>) -> Undo {
        let part = (self.max_keys / 8).max(1);
        let mut undo = Undo::with_capacity(holds.size_hint().0);
        for (key, hold) in holds {
            let generation = current(&mut self.generations, ts, part);
            generation.newest = ts;
            let stamps = self.entries.entry(key).or_default();
            let before = *stamps;
            stamps.leave(hold, ts, self.rules);
            if *stamps == before {
                continue;
            }
            undo.push((key, before));
            // The list has it already if the key was touched in this generation before.
            if before.newest() < generation.begins_at {
                generation.touched.push(key);
            }
        }
        undo
    }

    /// Takes back the stamps of a transaction that will not commit after all. Transactions must be
    /// taken back in the reverse order of their timestamps.
    pub(crate) fn take_back(&mut self, ts: Timestamp, undo: &Undo) {
        for (key, before) in undo.iter().rev() {
            if let Some(stamps) = self.entries.get_mut(key) {
                stamps.take_back(ts, before);
                if *stamps == Stamps::default() {
                    self.entries.remove(key);
                }
            }
        }
    }

    /// The commit at `ts` is durable, as are all before it. Keeps to the quota: only what is
    /// durable may be forgotten, or the horizon would pass the newest snapshot there is.
    pub(crate) fn durable(&mut self, ts: Timestamp) {
        if let Some(generation) = self.generations.iter_mut().rev().find(|g| g.begins_at <= ts) {
            generation.newest_durable = ts;
        }
        self.keep_to_quota(ts);
    }

    /// Forgets the generations that ended at or before `cutoff`.
    pub(crate) fn prune(&mut self, cutoff: Timestamp) {
        while let Some(oldest) = self.generations.pop_front_if(|g| g.ends_at <= cutoff) {
            let outside =
                if self.rules.hold(Rule::HorizonIsTheLastCommitOutside) { oldest.newest_durable } else { cutoff };
            self.raise_horizon(outside);
            self.forget(&oldest);
        }
    }

    fn keep_to_quota(&mut self, durable: Timestamp) {
        while self.entries.len() > self.max_keys
            && let Some(oldest) = self.generations.pop_front_if(|g| g.newest <= durable)
        {
            if self.rules.hold(Rule::QuotaRaisesHorizon) {
                self.raise_horizon(oldest.newest);
            }
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, generation: &Generation) {
        for key in &generation.touched {
            if let std::collections::hash_map::Entry::Occupied(entry) = self.entries.entry(*key)
                && entry.get().newest() <= generation.newest
            {
                entry.remove();
            }
        }
    }
}

/// The generation that stamps of `ts` go to. One that has grown to `part` touches ends early, so
/// that the quota forgets a part and not all.
fn current(generations: &mut VecDeque<Generation>, ts: Timestamp, part: usize) -> &mut Generation {
    let fits = generations.back().is_some_and(|g| ts < g.ends_at && (g.touched.len() < part || g.newest == ts));
    if !fits {
        let length = GENERATION.as_nanos() as u64;
        let ends_at = Timestamp((ts.0 / length + 1).saturating_mul(length));
        generations.push_back(Generation {
            begins_at: ts,
            ends_at,
            newest: ts,
            newest_durable: Timestamp::ZERO,
            touched: Vec::new(),
        });
    }
    let last = generations.len() - 1;
    &mut generations[last]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn map() -> ConflictMap {
        ConflictMap::new(1_000, Rules::default())
    }

    fn key(n: u64) -> KeyHash {
        KeyHash(n)
    }

    #[test]
    fn pruning_keeps_what_a_later_generation_has_touched() {
        let mut map = map();
        let early = Timestamp(5 * SECOND);
        let late = Timestamp(25 * SECOND);
        map.stamp(early, [(key(1), Hold::Update), (key(2), Hold::Update)].into_iter());
        map.durable(early);
        map.stamp(late, [(key(1), Hold::ForKeyShare)].into_iter());
        map.durable(late);
        map.prune(Timestamp(11 * SECOND));
        assert_eq!(map.horizon(), early);
        assert_eq!(map.entries.len(), 1);
        // The old write stamp went along with the entry; it is below the horizon and never asked for.
        assert_eq!(map.conflict(key(1), Hold::Delete, early), Some(late));
        assert_eq!(map.conflict(key(2), Hold::Update, early), None);
    }

    #[test]
    fn the_quota_forgets_the_oldest_and_says_so() {
        let mut map = ConflictMap::new(80, Rules::default());
        for n in 1..=200u64 {
            map.stamp(Timestamp(n), std::iter::once((key(n), Hold::Update)));
            assert!(map.horizon() < Timestamp(n));
            map.durable(Timestamp(n));
        }
        assert!(map.entries.len() <= 80);
        assert!(map.horizon() >= Timestamp(120) && map.horizon() < Timestamp(200), "{}", map.horizon());
        assert_eq!(map.conflict(key(200), Hold::Update, Timestamp(199)), Some(Timestamp(200)));
    }

    #[test]
    fn taking_back_restores_what_was_there() {
        let mut map = map();
        map.stamp(Timestamp(1), std::iter::once((key(1), Hold::Update)));
        let one = map.stamp(Timestamp(2), std::iter::once((key(1), Hold::ForShare)));
        let two = map.stamp(Timestamp(3), [(key(1), Hold::ForShare), (key(2), Hold::Insert)].into_iter());
        map.take_back(Timestamp(3), &two);
        map.take_back(Timestamp(2), &one);
        assert_eq!(map.conflict(key(1), Hold::Update, Timestamp(0)), Some(Timestamp(1)));
        assert_eq!(map.conflict(key(1), Hold::Update, Timestamp(1)), None);
        assert_eq!(map.entries.len(), 1);
    }

    #[test]
    fn hashes_depend_on_the_seed() {
        assert_ne!(KeyHasher::new(1).hash(b"key"), KeyHasher::new(2).hash(b"key"));
        assert_eq!(KeyHasher::new(1).hash(b"key"), KeyHasher::new(1).hash(b"key"));
    }
}
