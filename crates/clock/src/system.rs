//! The machine's clock with a fixed error bound given by the operator. The only module of the
//! workspace's core that asks the operating system for the time.
#![allow(clippy::disallowed_methods, reason = "the shell that asks the operating system for the time")]

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gavel_types::Timestamp;

use crate::guard::{Guard, Sample};
use crate::reading::{Clock, Reading};

/// Wall time, give or take a bound, watched by a [`Guard`].
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    vouched: bool,
    guard: Mutex<Guard>,
}

impl SystemClock {
    /// `max_error` as the operator vouches for it.
    pub fn with_bound(max_error: Duration) -> Self {
        Self { started: Instant::now(), vouched: true, guard: Mutex::new(Guard::new(max_error)) }
    }

    /// Nobody vouches for the clock: readings are [`crate::Status::Unknown`], which means logical
    /// mode. The laptop's default.
    pub fn unbounded() -> Self {
        Self { started: Instant::now(), vouched: false, guard: Mutex::new(Guard::new(Duration::from_millis(10))) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Reading {
        // A poisoned lock leaves a guard that is still sound: it holds only past samples.
        let mut guard = self.guard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Sampled under the lock, so that samples reach the guard in order.
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = Timestamp(u64::try_from(wall.as_nanos()).unwrap_or(Timestamp::MAX.0));
        guard.observe(Sample { wall, monotonic: self.started.elapsed() }, self.vouched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Status;

    #[test]
    fn never_goes_backwards() {
        let clock = SystemClock::with_bound(Duration::from_millis(5));
        let mut last = clock.now();
        assert_eq!(last.status, Status::Synchronized);
        for _ in 0..1_000 {
            let now = clock.now();
            assert!(now.lo >= last.lo && now.hi >= last.hi && now.lo <= now.hi);
            last = now;
        }
    }

    #[test]
    fn without_a_bound_its_status_is_unknown() {
        assert_eq!(SystemClock::unbounded().now().status, Status::Unknown);
    }
}
