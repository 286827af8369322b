//! A clock that stands still until it is moved.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use gavel_types::Timestamp;

use crate::reading::{Clock, Reading, Status};

/// Moved by hand, in tests and simulations. May be moved back, as a broken clock would.
#[derive(Debug)]
pub struct ManualClock {
    nanos: AtomicU64,
    error: Duration,
    failed: AtomicBool,
}

impl ManualClock {
    /// Stands at `now`, with no error.
    pub fn new(now: Timestamp) -> Self {
        Self::with_error(now, Duration::ZERO)
    }

    /// Stands at `now`, give or take `error`.
    pub fn with_error(now: Timestamp, error: Duration) -> Self {
        Self { nanos: AtomicU64::new(now.0), error, failed: AtomicBool::new(false) }
    }

    /// Moves to `now`.
    pub fn set(&self, now: Timestamp) {
        self.nanos.store(now.0, Ordering::Relaxed);
    }

    /// Moves ahead.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(by, Ordering::Relaxed);
    }

    /// Nobody vouches for it any more, or somebody does again.
    pub fn set_failed(&self, failed: bool) {
        self.failed.store(failed, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Reading {
        let failed = self.failed.load(Ordering::Relaxed);
        let status = if failed { Status::Disrupted } else { Status::Synchronized };
        Reading::around(Timestamp(self.nanos.load(Ordering::Relaxed)), self.error, status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_only_by_hand() {
        let clock = ManualClock::with_error(Timestamp(10), Duration::from_nanos(3));
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_nanos(5));
        assert_eq!((clock.now().lo, clock.now().hi), (Timestamp(12), Timestamp(18)));
    }
}
