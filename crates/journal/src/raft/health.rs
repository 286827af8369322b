//! Whether the disk of this node is fit for a leader. Pure: it is told the time.
//!
//! | what | verdict |
//! |---|---|
//! | p99 of the last flushes above the bound | slow |
//! | one flush under way for longer than four bounds | slow |
//! | no space for longer than the bound for that | full |
//!
//! A verdict is given once, then there is a pause: a cluster whose disks are all slow must not hand
//! leadership round and round.

use std::collections::VecDeque;
use std::time::Duration;

/// Flushes that are remembered, at most.
const SAMPLES: usize = 128;
/// Fewer than this say nothing about a p99.
const ENOUGH: usize = 20;

/// Why this node should not lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Slow,
    Full,
}

/// Bounds of a verdict.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub slow_flush: Duration,
    pub full: Duration,
    /// How old a sample may be.
    pub window: Duration,
    /// Time between two verdicts.
    pub pause: Duration,
}

/// See the module. Times are since some fixed moment.
#[derive(Debug, Default)]
pub(crate) struct Health {
    samples: VecDeque<(Duration, Duration)>,
    flushing_since: Option<Duration>,
    full_since: Option<Duration>,
    last_verdict: Option<Duration>,
}

impl Health {
    pub(crate) fn flush_begins(&mut self, now: Duration) {
        self.flushing_since = Some(now);
    }

    pub(crate) fn flush_ends(&mut self, now: Duration) {
        if let Some(begun) = self.flushing_since.take() {
            if self.samples.len() == SAMPLES {
                self.samples.pop_front();
            }
            self.samples.push_back((now, now.saturating_sub(begun)));
        }
        self.full_since = None;
    }

    /// A write found no space.
    pub(crate) fn full(&mut self, now: Duration) {
        self.flushing_since = None;
        self.full_since.get_or_insert(now);
    }

    /// Whether the last write found no space.
    pub(crate) const fn is_full(&self) -> bool {
        self.full_since.is_some()
    }

    /// Whether this node should hand leadership to another, now.
    pub(crate) fn verdict(&mut self, now: Duration, bounds: &Bounds) -> Option<Unfit> {
        if self.last_verdict.is_some_and(|last| now < last + bounds.pause) {
            return None;
        }
        let unfit = self.unfit(now, bounds)?;
        self.last_verdict = Some(now);
        Some(unfit)
    }

    fn unfit(&mut self, now: Duration, bounds: &Bounds) -> Option<Unfit> {
        if self.full_since.is_some_and(|since| now >= since + bounds.full) {
            return Some(Unfit::Full);
        }
        if self.flushing_since.is_some_and(|since| now >= since + 4 * bounds.slow_flush) {
            return Some(Unfit::Slow);
        }
        while self.samples.front().is_some_and(|(at, _)| *at + bounds.window < now) {
            self.samples.pop_front();
        }
        if self.samples.len() < ENOUGH {
            return None;
        }
        let mut taken: Vec<Duration> = self.samples.iter().map(|(_, taken)| *taken).collect();
        taken.sort_unstable();
        let p99 = taken.get(taken.len() * 99 / 100).copied().unwrap_or_default();
        (p99 > bounds.slow_flush).then_some(Unfit::Slow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        slow_flush: Duration::from_millis(500),
        full: Duration::from_secs(5),
        window: Duration::from_secs(30),
        pause: Duration::from_secs(60),
    };

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn flushes(health: &mut Health, from: u64, n: u64, taken: u64) -> u64 {
        for i in 0..n {
            health.flush_begins(ms(from + i * 1_000));
            health.flush_ends(ms(from + i * 1_000 + taken));
        }
        from + n * 1_000
    }

    #[test]
    fn a_slow_disk_is_told_once_and_then_there_is_a_pause() {
        let mut health = Health::default();
        let now = flushes(&mut health, 0, 25, 600);
        assert_eq!(health.verdict(ms(now), &BOUNDS), Some(Unfit::Slow));
        let now = flushes(&mut health, now, 25, 600);
        assert_eq!(health.verdict(ms(now), &BOUNDS), None);
        let now = flushes(&mut health, now, 40, 600);
        assert_eq!(health.verdict(ms(now), &BOUNDS), Some(Unfit::Slow));
    }

    #[test]
    fn a_fast_disk_and_a_few_slow_flushes_are_fine() {
        let mut health = Health::default();
        let now = flushes(&mut health, 0, 10, 900);
        assert_eq!(health.verdict(ms(now), &BOUNDS), None);
        let now = flushes(&mut health, now + 40_000, 100, 2);
        assert_eq!(health.verdict(ms(now), &BOUNDS), None);
    }

    #[test]
    fn a_flush_that_hangs_is_noticed_before_it_ends() {
        let mut health = Health::default();
        health.flush_begins(ms(100));
        assert_eq!(health.verdict(ms(2_000), &BOUNDS), None);
        assert_eq!(health.verdict(ms(2_200), &BOUNDS), Some(Unfit::Slow));
    }

    #[test]
    fn a_full_disk_is_told_after_its_bound_and_forgotten_with_the_next_write() {
        let mut health = Health::default();
        health.full(ms(0));
        health.full(ms(4_000));
        assert_eq!(health.verdict(ms(4_500), &BOUNDS), None);
        health.flush_begins(ms(4_600));
        health.flush_ends(ms(4_601));
        assert!(!health.is_full());
        health.full(ms(5_000));
        assert_eq!(health.verdict(ms(10_000), &BOUNDS), Some(Unfit::Full));
    }
}
