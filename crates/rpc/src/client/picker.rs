//! Which replica to read from: pure.
//!
//! - Replicas of our own zone before others. Among those, two at random, and of the two the one whose
//!   usual answer time, times the reads that it already has, is less: this evens out load without
//!   everybody running after the one that was quickest last.
//! - One that has answered at a read's snapshot before goes first, unless it is twice as busy: the others
//!   may have to ask the adjudicator to close that snapshot.
//! - Three failures in a row eject a replica, and so do three reads in a row that a second replica had
//!   to answer for it: first for a second, then longer. When the time is over it is tried with one read
//!   at a time, until one succeeds.
//! - If all are ejected, the one that is due first is tried all the same: a wrong guess about health must
//!   not become an outage.

use std::time::Duration;

use gavel_types::Timestamp;

/// Failures, or reads overtaken, in a row until a replica is ejected.
const STRIKES: u32 = 3;
const FIRST_EJECTION: Duration = Duration::from_secs(1);
const LONGEST_EJECTION: Duration = Duration::from_secs(30);
/// Weight of the newest answer time.
const NEWEST: f64 = 0.2;

/// Times are since any fixed moment.
#[derive(Debug, Default)]
pub(crate) struct Picker {
    replicas: Vec<Health>,
}

#[derive(Debug)]
struct Health {
    near: bool,
    /// Usual answer time in seconds.
    usual: f64,
    in_flight: u32,
    strikes: u32,
    ejected_until: Option<Duration>,
    /// Of the next ejection.
    ejection: Duration,
    /// Highest snapshot that it has answered at.
    reached: Timestamp,
}

impl Picker {
    /// `near`: for each replica, whether it is in our zone.
    pub(crate) fn new(near: impl IntoIterator<Item = bool>) -> Self {
        let health = |near| Health {
            near,
            usual: 0.0,
            in_flight: 0,
            strikes: 0,
            ejected_until: None,
            ejection: FIRST_EJECTION,
            reached: Timestamp::ZERO,
        };
        Self { replicas: near.into_iter().map(health).collect() }
    }

    /// A replica for a read at `snapshot`, other than those in `not`; `None` if there is no other. `random`
    /// decides between equals.
    pub(crate) fn choose(&self, now: Duration, snapshot: Timestamp, not: &[usize], random: u64) -> Option<usize> {
        let others = || (0..self.replicas.len()).filter(|index| !not.contains(index));
        let serving: Vec<_> = others().filter(|index| self.replicas[*index].serves(now)).collect();
        let near: Vec<_> = serving.iter().copied().filter(|index| self.replicas[*index].near).collect();
        let tier = if near.is_empty() { serving } else { near };
        if tier.is_empty() {
            return others().min_by_key(|index| (self.replicas[*index].ejected_until, *index));
        }
        let (reached, others): (Vec<_>, Vec<_>) =
            tier.iter().copied().partition(|index| self.replicas[*index].reached >= snapshot);
        if !reached.is_empty() && !others.is_empty() {
            let one = |of: &[usize], random: u64| of[(random % of.len() as u64) as usize];
            let (a, b) = (one(&reached, random), one(&others, random >> 32));
            return Some(if 2.0 * self.replicas[b].cost() < self.replicas[a].cost() { b } else { a });
        }
        let n = tier.len() as u64;
        let first = random % n;
        let second = if n > 1 { (first + 1 + (random >> 32) % (n - 1)) % n } else { first };
        let (a, b) = (tier[first as usize], tier[second as usize]);
        Some(if self.replicas[b].cost() < self.replicas[a].cost() { b } else { a })
    }

    /// A read goes to `index`.
    pub(crate) fn started(&mut self, index: usize) {
        self.replicas[index].in_flight += 1;
    }

    /// A read is no longer under way, however it ended.
    pub(crate) fn ended(&mut self, index: usize) {
        self.replicas[index].in_flight = self.replicas[index].in_flight.saturating_sub(1);
    }

    /// `index` answered at `snapshot`, be it with the client's error, after `took`.
    pub(crate) fn answered(&mut self, index: usize, took: Duration, snapshot: Timestamp) {
        let health = &mut self.replicas[index];
        health.reached = health.reached.max(snapshot);
        health.see(took);
        health.strikes = 0;
        health.ejected_until = None;
        health.ejection = FIRST_EJECTION;
    }

    /// Another replica answered first, though `index` had `waited` longer.
    pub(crate) fn overtaken(&mut self, index: usize, waited: Duration, now: Duration) {
        let health = &mut self.replicas[index];
        // It would have taken at least so long.
        if waited.as_secs_f64() > health.usual {
            health.see(waited);
        }
        health.strike(now);
    }

    /// `index` could not serve the read.
    pub(crate) fn failed(&mut self, index: usize, now: Duration) {
        self.replicas[index].strike(now);
    }

    /// Whether `index` is neither ejected nor on probation.
    #[cfg(test)]
    fn is_well(&self, index: usize) -> bool {
        self.replicas[index].ejected_until.is_none()
    }
}

impl Health {
    /// Whether it may have a read: not ejected, or due to be tried and idle.
    fn serves(&self, now: Duration) -> bool {
        self.ejected_until.is_none_or(|until| until <= now && self.in_flight == 0)
    }

    fn cost(&self) -> f64 {
        // One that has never answered is as good as any: it is found out soon.
        self.usual * f64::from(self.in_flight + 1)
    }

    fn see(&mut self, took: Duration) {
        let took = took.as_secs_f64();
        self.usual = if self.usual == 0.0 { took } else { self.usual + NEWEST * (took - self.usual) };
    }

    fn strike(&mut self, now: Duration) {
        self.strikes += 1;
        let on_probation = self.ejected_until.is_some_and(|until| until <= now);
        // Those that were under way when it was ejected say nothing new.
        if on_probation || (self.strikes >= STRIKES && self.ejected_until.is_none()) {
            self.ejected_until = Some(now + self.ejection);
            self.ejection = (self.ejection * 2).min(LONGEST_EJECTION);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A snapshot that all have reached.
    const ANY: Timestamp = Timestamp::ZERO;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// How often each of `n` is chosen.
    fn spread(picker: &Picker, n: usize, now: Duration) -> Vec<usize> {
        let mut counts = vec![0; n];
        let mut random = 7_u64;
        for _ in 0..1_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if let Some(index) = picker.choose(now, ANY, &[], random >> 7) {
                counts[index] += 1;
            }
        }
        counts
    }

    #[test]
    fn load_is_spread_over_equals_of_our_zone() {
        let picker = Picker::new([true, true, true, false]);
        let counts = spread(&picker, 4, at(0));
        assert_eq!(counts[3], 0);
        assert!(counts[..3].iter().all(|count| (200..=470).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_quicker_and_the_idler_get_more() {
        let mut picker = Picker::new([true, true, true]);
        picker.answered(0, at(1), ANY);
        picker.answered(1, at(1), ANY);
        picker.answered(2, at(30), ANY);
        assert_eq!(spread(&picker, 3, at(0))[2], 0, "never the better of two");
        for _ in 0..4 {
            picker.started(0);
        }
        let counts = spread(&picker, 3, at(0));
        assert!(counts[1] > 600 && counts[0] < 400, "{counts:?}");
    }

    #[test]
    fn one_that_has_reached_the_snapshot_goes_first_unless_it_is_busy() {
        let mut picker = Picker::new([true, true, true]);
        for index in 0..3 {
            picker.answered(index, at(1), Timestamp(10));
        }
        picker.answered(1, at(1), Timestamp(20));
        for random in [0, 1, 5 << 32, u64::MAX] {
            assert_eq!(picker.choose(at(0), Timestamp(20), &[], random), Some(1));
            assert_eq!(picker.choose(at(0), Timestamp(11), &[], random), Some(1));
            assert_ne!(picker.choose(at(0), Timestamp(20), &[1], random), Some(1));
        }
        picker.started(1);
        assert_eq!(picker.choose(at(0), Timestamp(20), &[], 0), Some(1), "busy, but no more than the others would be");
        picker.started(1);
        assert_ne!(picker.choose(at(0), Timestamp(20), &[], 0), Some(1));
    }

    #[test]
    fn three_failures_in_a_row_eject_and_a_success_restores() {
        let mut picker = Picker::new([true, false]);
        picker.failed(0, at(0));
        picker.failed(0, at(0));
        picker.answered(0, at(1), ANY);
        picker.failed(0, at(0));
        picker.failed(0, at(0));
        assert_eq!(picker.choose(at(0), ANY, &[], 0), Some(0));
        picker.failed(0, at(0));
        assert_eq!(picker.choose(at(999), ANY, &[], 0), Some(1), "the far one serves meanwhile");
        // On probation: one read at a time.
        assert_eq!(picker.choose(at(1_000), ANY, &[], 0), Some(0));
        picker.started(0);
        assert_eq!(picker.choose(at(1_000), ANY, &[], 0), Some(1));
        picker.ended(0);
        picker.failed(0, at(1_001));
        assert_eq!(picker.choose(at(3_000), ANY, &[], 0), Some(1), "twice as long");
        assert_eq!(picker.choose(at(3_001), ANY, &[], 0), Some(0));
        picker.answered(0, at(1), ANY);
        assert!(picker.is_well(0));
    }

    #[test]
    fn failures_of_reads_that_were_under_way_do_not_lengthen_an_ejection() {
        let mut picker = Picker::new([true, true]);
        for ms in 0..50 {
            picker.failed(0, at(ms));
        }
        assert_eq!(picker.choose(at(1_002), ANY, &[1], 0), Some(0));
        assert!(picker.replicas[0].serves(at(1_002)));
    }

    #[test]
    fn a_frozen_replica_is_ejected_because_others_overtake_it() {
        let mut picker = Picker::new([true, true]);
        for n in 0..3 {
            assert!(picker.is_well(0));
            picker.overtaken(0, at(50), at(n));
        }
        assert!(!picker.is_well(0));
        assert_eq!(picker.choose(at(10), ANY, &[], 0), Some(1));
    }

    #[test]
    fn there_is_always_one_to_ask_unless_all_were_asked() {
        let mut picker = Picker::new([true, true]);
        for _ in 0..3 {
            picker.failed(1, at(0));
            picker.failed(0, at(5));
        }
        assert_eq!(picker.choose(at(6), ANY, &[], 0), Some(1), "due first");
        assert_eq!(picker.choose(at(6), ANY, &[1], 0), Some(0));
        assert_eq!(picker.choose(at(6), ANY, &[1, 0], 0), None);
        assert_eq!(Picker::new([]).choose(at(0), ANY, &[], 3), None);
    }
}
