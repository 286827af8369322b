//! Notices when wall time and monotonic time disagree.
//!
//! Wall time may be stepped by an operator, by NTP or by the migration of a virtual machine. The
//! monotonic counter may not, though it drifts. So from the first sample on, wall time is expected
//! to be `last good wall + monotonic progress`, give or take drift; what differs by more has been
//! stepped, stands still or goes wrong:
//! ```text
//!                        step             RECOVERY later
//!   wall        1 2 3 4 5 │ 105 106 … 164 │ 165
//!   reading     1 2 3 4 5 │   6   7 …  65 │ 165     the step is not followed before it has lasted
//!   status      Synchro…  │ Disrupted     │ Synchronized
//! ```
//! As long as both may be right within their error bounds, a reading is wide enough for either.
//!
//! Where nobody vouches for the clock there is nothing to guard: wall time is followed.
//!
//! Invariants:
//! - successive readings never go backwards, in either bound; those that are kept from it by a reading that nobody
//!   vouched for are not trusted either;
//! - a slow drift (NTP slewing at up to 500 ppm) is followed, not reported: the base line is moved
//!   up with each sample that drift explains, and with no other, so that no clock wanders off in small steps;
//! - a reading that is said to be synchronized holds true time if the base line was right, whatever wall time
//!   has done since, but for what looks like drift or has lasted.

use std::time::Duration;

use gavel_types::Timestamp;

use crate::bound::Bound;
use crate::reading::{Reading, Status};

/// Both clocks, read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Wall time.
    pub wall: Timestamp,
    /// Monotonic time since any fixed point, sleep of the machine included.
    pub monotonic: Duration,
}

impl Sample {
    /// Wall time as it should be once the counter stands at `monotonic`.
    fn expect(&self, monotonic: Duration) -> Timestamp {
        self.wall.saturating_add(monotonic.saturating_sub(self.monotonic))
    }
}

/// Slewing that NTP may apply, in parts per million.
const SLEW_PPM: u128 = 500;

/// How long a step must last, with a source that vouches for the new time, to be believed.
const RECOVERY: Duration = Duration::from_secs(60);

/// The error assumed where nobody vouches for one.
pub const UNVOUCHED: Duration = Duration::from_millis(10);

/// By how much a clock that is right may drift from the counter over `progress`.
pub fn slew(progress: Duration) -> Duration {
    let nanos = progress.as_nanos().saturating_mul(SLEW_PPM) / 1_000_000;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// A sample with the error that was vouched for.
#[derive(Clone, Copy, Debug)]
struct Vouched {
    sample: Sample,
    error: Duration,
}

impl Vouched {
    /// Whether `sample`, with its error, and this one can both be right.
    fn agrees(&self, sample: Sample, error: Duration) -> bool {
        self.differs(sample) <= self.drifted(sample.monotonic).saturating_add(error)
    }

    /// Whether drift alone accounts for `sample`.
    fn explains(&self, sample: Sample) -> bool {
        self.differs(sample) <= slew(sample.monotonic.saturating_sub(self.sample.monotonic))
    }

    /// How far `sample` is from where it should be.
    fn differs(&self, sample: Sample) -> Duration {
        Duration::from_nanos(self.sample.expect(sample.monotonic).0.abs_diff(sample.wall.0))
    }

    /// The error once the counter stands at `monotonic`.
    fn drifted(&self, monotonic: Duration) -> Duration {
        self.error.saturating_add(slew(monotonic.saturating_sub(self.sample.monotonic)))
    }
}

/// Where wall time has stepped to.
#[derive(Clone, Copy, Debug)]
struct Stepped {
    since: Duration,
    /// Its last sample that drift explains.
    line: Vouched,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    good: Option<Vouched>,
    stepped: Option<Stepped>,
    last: Option<Reading>,
}

impl Guard {
    /// Judges a sample by what its source says.
    pub fn observe(&mut self, sample: Sample, bound: Bound) -> Reading {
        let reading = match bound {
            Bound::Within(error) => self.vouched(Vouched { sample, error }),
            Bound::Unknown => {
                (self.good, self.stepped) = (None, None);
                Reading::around(sample.wall, UNVOUCHED, Status::Unknown)
            }
            Bound::Disrupted => match &self.good {
                Some(good) => good.go_on(sample.monotonic),
                None => Reading::around(sample.wall, UNVOUCHED, Status::Disrupted),
            },
        };
        self.forwards(reading)
    }

    fn vouched(&mut self, now: Vouched) -> Reading {
        let Some(good) = self.good.filter(|good| !good.explains(now.sample)) else {
            return self.adopt(now);
        };
        let stepped = match self.stepped {
            Some(Stepped { since, line }) if line.agrees(now.sample, now.error) => {
                Stepped { since, line: if line.explains(now.sample) { now } else { line } }
            }
            _ => Stepped { since: now.sample.monotonic, line: now },
        };
        if now.sample.monotonic.saturating_sub(stepped.since) >= RECOVERY {
            return self.adopt(now);
        }
        self.stepped = Some(stepped);
        let by_counter = good.go_on(now.sample.monotonic);
        if !good.agrees(now.sample, now.error) {
            return by_counter;
        }
        let by_wall = Reading::around(now.sample.wall, now.error, Status::Synchronized);
        Reading { lo: by_counter.lo.min(by_wall.lo), hi: by_counter.hi.max(by_wall.hi), ..by_wall }
    }

    fn adopt(&mut self, now: Vouched) -> Reading {
        self.good = Some(now);
        self.stepped = None;
        Reading::around(now.sample.wall, now.error, Status::Synchronized)
    }

    fn forwards(&mut self, mut reading: Reading) -> Reading {
        if let Some(last) = self.last {
            // What nobody vouched for may have been ahead of true time: until that is reached, no bound that
            // does not go back is a bound of true time.
            if last.lo > reading.lo && last.status != Status::Synchronized && reading.status == Status::Synchronized {
                reading.status = Status::Disrupted;
            }
            reading.lo = reading.lo.max(last.lo);
            reading.hi = reading.hi.max(last.hi);
        }
        self.last = Some(reading);
        reading
    }
}

impl Vouched {
    /// Time by the counter alone.
    fn go_on(&self, monotonic: Duration) -> Reading {
        Reading::around(self.sample.expect(monotonic), self.drifted(monotonic), Status::Disrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const TWO: Bound = Bound::Within(Duration::from_millis(2));

    fn sample(wall_ms: u64, monotonic_ms: u64) -> Sample {
        Sample { wall: Timestamp(wall_ms * MS), monotonic: Duration::from_millis(monotonic_ms) }
    }

    #[test]
    fn steady_time_is_synchronized_and_bounded() {
        let mut guard = Guard::default();
        let reading = guard.observe(sample(1_000, 0), TWO);
        assert_eq!(reading.lo, Timestamp(998 * MS));
        assert_eq!(reading.hi, Timestamp(1_002 * MS));
        assert_eq!(guard.observe(sample(1_100, 100), TWO).status, Status::Synchronized);
        assert_eq!(guard.observe(sample(1_100, 100), Bound::Unknown).status, Status::Unknown);
    }

    #[test]
    fn a_clock_that_was_ahead_while_nobody_vouched_for_it_is_not_trusted_before_time_has_come_that_far() {
        let mut guard = Guard::default();
        assert_eq!(guard.observe(sample(1_000, 0), TWO).status, Status::Synchronized);
        let ahead = guard.observe(sample(1_190, 10), Bound::Unknown);
        assert_eq!(ahead.status, Status::Unknown);
        // Set right, and vouched for.
        for ms in [20, 100, 180] {
            let reading = guard.observe(sample(1_000 + ms, ms), TWO);
            assert_eq!((reading.status, reading.lo), (Status::Disrupted, ahead.lo));
        }
        let reading = guard.observe(sample(1_183, 183), TWO);
        assert_eq!((reading.status, reading.lo), (Status::Synchronized, Timestamp(1_181 * MS)));
    }

    #[test]
    fn a_step_back_is_reported_and_time_goes_on_by_the_counter() {
        let mut guard = Guard::default();
        let before = guard.observe(sample(1_000, 0), TWO);
        let stepped = guard.observe(sample(500, 10), TWO);
        assert_eq!(stepped.status, Status::Disrupted);
        assert!(stepped.lo > before.lo && stepped.lo <= Timestamp(1_010 * MS) && stepped.hi >= Timestamp(1_010 * MS));
        assert_eq!(guard.observe(sample(1_020, 20), TWO).status, Status::Synchronized);
    }

    #[test]
    fn a_step_ahead_is_reported_and_not_followed() {
        let mut guard = Guard::default();
        guard.observe(sample(1_000, 0), TWO);
        let stepped = guard.observe(sample(3_600_000, 10), TWO);
        assert_eq!(stepped.status, Status::Disrupted);
        assert!(stepped.hi < Timestamp(1_020 * MS));
    }

    #[test]
    fn a_step_that_lasts_is_believed() {
        let mut guard = Guard::default();
        guard.observe(sample(1_000, 0), TWO);
        for second in 1..=60 {
            let reading = guard.observe(sample(1_000_000 + second * 1_000, second * 1_000), TWO);
            assert_eq!(reading.status, Status::Disrupted, "{second}");
        }
        let reading = guard.observe(sample(1_061_000, 61_000), TWO);
        assert_eq!((reading.status, reading.lo), (Status::Synchronized, Timestamp(1_060_998 * MS)));
    }

    #[test]
    fn a_clock_that_steps_about_is_not_believed() {
        let mut guard = Guard::default();
        guard.observe(sample(1_000, 0), TWO);
        for second in 1..200 {
            let wall = if second % 40 == 0 { 5_000_000 } else { 1_000_000 } + second * 1_000;
            assert_eq!(guard.observe(sample(wall, second * 1_000), TWO).status, Status::Disrupted, "{second}");
        }
    }

    /// What is told of a clock that shows `wall` after so many milliseconds of true time, read each of them.
    fn watch(wall: impl Fn(u64) -> u64) -> Vec<Reading> {
        let mut guard = Guard::default();
        (0..200_000).map(|ms| guard.observe(sample(wall(ms), ms), TWO)).collect()
    }

    #[test]
    fn a_clock_that_stands_or_crawls_is_noticed_before_it_misleads() {
        for clock in [|_| 1_000, |ms| 1_000 + ms / 2, |ms| 1_000 + 2 * ms, |ms| 1_000 + ms + ms / 100] {
            // Off by as much as it may be, either way.
            for behind in 0..=4 {
                let readings = watch(|ms| clock(ms) - 2 + behind);
                for (ms, reading) in (0..).zip(&readings) {
                    let truth = Timestamp((1_000 + ms) * MS);
                    assert!(!reading.is_trusted() || (reading.lo <= truth && reading.hi >= truth), "{ms}: {reading:?}");
                }
                let noticed = readings.iter().position(|reading| !reading.is_trusted());
                assert!(noticed.is_some_and(|ms| ms < 1_000), "{noticed:?}");
                assert!(readings.iter().skip(1_000).all(|reading| !reading.is_trusted()));
            }
        }
    }

    #[test]
    fn a_step_within_the_bound_widens_the_reading_until_drift_explains_it() {
        let readings = watch(|ms| if ms < 100 { 1_001 + ms } else { 1_000 + ms });
        assert!(readings.iter().all(Reading::is_trusted));
        assert_eq!(readings[50].error(), Duration::from_millis(2));
        assert!(readings[150].error() > Duration::from_micros(2_400));
        assert_eq!(readings[3_000].error(), Duration::from_millis(2));
        assert_eq!((readings[3_000].lo, readings[3_000].hi), (Timestamp(3_998 * MS), Timestamp(4_002 * MS)));
    }

    #[test]
    fn a_disruption_that_the_source_knows_of_is_not_followed() {
        let mut guard = Guard::default();
        guard.observe(sample(1_000, 0), TWO);
        let moved = guard.observe(sample(9_000, 10), Bound::Disrupted);
        assert_eq!(moved.status, Status::Disrupted);
        assert!(moved.hi < Timestamp(1_020 * MS));
    }

    #[test]
    fn without_a_bound_wall_time_is_followed_but_never_back() {
        let mut guard = Guard::default();
        let one = guard.observe(sample(1_000, 0), Bound::Unknown);
        let two = guard.observe(sample(500, 1), Bound::Unknown);
        assert_eq!((one.lo, one.hi), (two.lo, two.hi));
        assert_eq!(guard.observe(sample(9_000, 2), Bound::Unknown).hi, Timestamp(9_010 * MS));
    }

    #[test]
    fn slewing_over_hours_is_followed() {
        let mut guard = Guard::default();
        let hour = 3_600_000;
        guard.observe(sample(hour, 0), TWO);
        // 400 ppm fast for an hour: 1.44 s ahead of the counter.
        assert_eq!(guard.observe(sample(2 * hour + 1_440, hour), TWO).status, Status::Synchronized);
    }
}
