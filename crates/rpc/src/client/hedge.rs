//! When to send a read to a second replica as well: pure.
//!
//! After as long as 95 of 100 reads take, as measured over the last ones; and only as a bounded share of
//! all reads. Without that bound, replicas that are slow because they are overloaded would be asked twice
//! as much. Five in a hundred are slower than that by chance; the share is to be larger, so that some is
//! left when a replica is in trouble.

use std::time::Duration;

/// Answer times that are remembered.
const SAMPLES: usize = 128;
/// Before so many are known there is no saying what is slow.
const ENOUGH: usize = 16;
/// Answer times from one look at them to the next.
const EVERY: usize = 16;
/// No sooner: below that, a second read costs more than it saves.
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_secs(1);
/// Until enough is known.
const UNKNOWN: Duration = Duration::from_millis(50);
/// Second reads that may come in a burst.
const BURST: f64 = 10.0;

#[derive(Debug)]
pub(crate) struct Hedge {
    took: Vec<Duration>,
    seen: usize,
    delay: Duration,
    /// Second reads as a share of first ones.
    fraction: f64,
    allowance: f64,
}

impl Hedge {
    pub(crate) fn new(fraction: f64) -> Self {
        let fraction = fraction.clamp(0.0, 1.0);
        let allowance = if fraction > 0.0 { BURST } else { 0.0 };
        Self { took: Vec::with_capacity(SAMPLES), seen: 0, delay: UNKNOWN, fraction, allowance }
    }

    /// A read begins: how long to wait for its first replica.
    pub(crate) fn begin(&mut self) -> Duration {
        self.allowance = (self.allowance + self.fraction).min(BURST);
        self.delay
    }

    /// Whether the wait is over and a second read may be sent, which is then counted.
    pub(crate) fn take(&mut self) -> bool {
        if self.fraction == 0.0 || self.allowance < 1.0 {
            return false;
        }
        self.allowance -= 1.0;
        true
    }

    /// A replica answered after `took`.
    pub(crate) fn answered(&mut self, took: Duration) {
        if self.took.len() < SAMPLES {
            self.took.push(took);
        } else {
            self.took[self.seen % SAMPLES] = took;
        }
        self.seen += 1;
        if self.took.len() >= ENOUGH && self.seen.is_multiple_of(EVERY) {
            let mut sorted = self.took.clone();
            sorted.sort_unstable();
            self.delay = sorted[sorted.len() * 95 / 100].clamp(SHORTEST, LONGEST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn the_wait_is_what_95_in_100_take() {
        let mut hedge = Hedge::new(0.05);
        assert_eq!(hedge.begin(), UNKNOWN);
        for n in 1..=128_u64 {
            hedge.answered(ms(if n % 10 == 0 { 80 } else { 10 }));
        }
        assert_eq!(hedge.begin(), ms(80));
        for _ in 0..256 {
            hedge.answered(ms(12));
        }
        assert_eq!(hedge.begin(), ms(12));
        for _ in 0..256 {
            hedge.answered(Duration::from_micros(300));
        }
        assert_eq!(hedge.begin(), SHORTEST);
    }

    #[test]
    fn second_reads_are_a_bounded_share() {
        let mut hedge = Hedge::new(0.05);
        let mut second = 0;
        for _ in 0..10_000 {
            hedge.begin();
            second += u32::from(hedge.take());
        }
        assert!((500..=510).contains(&second), "{second}");
    }

    #[test]
    fn none_if_so_configured() {
        let mut hedge = Hedge::new(0.0);
        for _ in 0..100 {
            hedge.begin();
            assert!(!hedge.take());
        }
    }
}
