//! Notices when wall time and monotonic time disagree.
//!
//! Wall time may be stepped by an operator, by NTP or by the migration of a virtual machine. The
//! monotonic counter may not, though it drifts. So from the first sample on, wall time is expected
//! to be `first wall + monotonic progress`; a difference beyond the error bound plus drift is a
//! step, and the clock is [`Status::Disrupted`] until wall time comes back within the bound.
//!
//! Invariants:
//! - successive readings never go backwards, in either bound;
//! - a slow drift (NTP slewing at up to 500 ppm) is followed, not reported: the base line is moved
//!   up with each sample that is in bounds.

use std::time::Duration;

use gavel_types::Timestamp;

use crate::reading::{Reading, Status};

/// Both clocks, read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Wall time.
    pub wall: Timestamp,
    /// Monotonic time since any fixed point.
    pub monotonic: Duration,
}

/// Slewing that NTP may apply, in parts per million.
const SLEW_PPM: u128 = 500;

/// See the module.
#[derive(Clone, Debug)]
pub struct Guard {
    max_error: Duration,
    last_good: Option<Sample>,
    last: Option<Reading>,
}

impl Guard {
    /// `max_error`: how far wall time may be from true time, in either direction.
    pub fn new(max_error: Duration) -> Self {
        Self { max_error, last_good: None, last: None }
    }

    /// Judges a sample. `vouched` says whether somebody answers for `max_error`.
    pub fn observe(&mut self, sample: Sample, vouched: bool) -> Reading {
        let in_bounds = self.in_bounds(sample);
        if in_bounds {
            self.last_good = Some(sample);
        }
        let status = match (in_bounds, vouched) {
            (false, _) => Status::Disrupted,
            (true, true) => Status::Synchronized,
            (true, false) => Status::Unknown,
        };
        let mut reading = Reading::around(sample.wall, self.max_error, status);
        if let Some(last) = self.last {
            reading.lo = reading.lo.max(last.lo);
            reading.hi = reading.hi.max(last.hi);
        }
        self.last = Some(reading);
        reading
    }

    fn in_bounds(&self, sample: Sample) -> bool {
        let Some(good) = self.last_good else { return true };
        let progress = sample.monotonic.saturating_sub(good.monotonic);
        let expected = good.wall.saturating_add(progress);
        let slew = u64::try_from(progress.as_nanos().saturating_mul(SLEW_PPM) / 1_000_000).unwrap_or(u64::MAX);
        let bound = Duration::from_nanos(slew).saturating_add(self.max_error).saturating_add(self.max_error);
        sample.wall >= expected.saturating_sub(bound) && sample.wall <= expected.saturating_add(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn sample(wall_ms: u64, monotonic_ms: u64) -> Sample {
        Sample { wall: Timestamp(wall_ms * MS), monotonic: Duration::from_millis(monotonic_ms) }
    }

    #[test]
    fn steady_time_is_synchronized_and_bounded() {
        let mut guard = Guard::new(Duration::from_millis(2));
        let reading = guard.observe(sample(1_000, 0), true);
        assert_eq!(reading.lo, Timestamp(998 * MS));
        assert_eq!(reading.hi, Timestamp(1_002 * MS));
        assert_eq!(guard.observe(sample(1_100, 100), true).status, Status::Synchronized);
        assert_eq!(guard.observe(sample(1_100, 100), false).status, Status::Unknown);
    }

    #[test]
    fn a_step_back_is_reported_and_readings_stand_still() {
        let mut guard = Guard::new(Duration::from_millis(2));
        let before = guard.observe(sample(1_000, 0), true);
        let stepped = guard.observe(sample(500, 10), true);
        assert_eq!(stepped.status, Status::Disrupted);
        assert_eq!((stepped.lo, stepped.hi), (before.lo, before.hi));
        assert_eq!(guard.observe(sample(1_020, 20), true).status, Status::Synchronized);
    }

    #[test]
    fn a_step_ahead_is_reported() {
        let mut guard = Guard::new(Duration::from_millis(2));
        guard.observe(sample(1_000, 0), true);
        assert_eq!(guard.observe(sample(2_000, 10), true).status, Status::Disrupted);
    }

    #[test]
    fn slewing_over_hours_is_followed() {
        let mut guard = Guard::new(Duration::from_millis(2));
        let hour = 3_600_000;
        guard.observe(sample(hour, 0), true);
        // 400 ppm fast for an hour: 1.44 s ahead of the counter.
        assert_eq!(guard.observe(sample(2 * hour + 1_440, hour), true).status, Status::Synchronized);
    }
}
