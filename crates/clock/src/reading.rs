//! What a clock answers.

use std::time::Duration;

use gavel_types::Timestamp;

/// How far a reading can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// True time lies within the interval, as far as anybody can tell.
    Synchronized,
    /// Nobody vouches for the error bound: snapshots come from the adjudicator (logical mode).
    Unknown,
    /// Wall time has jumped beyond the bound since the process started: logical mode, and an alert.
    Disrupted,
}

/// An interval that holds true time, if `status` is [`Status::Synchronized`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Earliest.
    pub lo: Timestamp,
    /// Latest; never below `lo`.
    pub hi: Timestamp,
    pub status: Status,
}

impl Reading {
    /// `wall` give or take `error`.
    pub fn around(wall: Timestamp, error: Duration, status: Status) -> Self {
        Self { lo: wall.saturating_sub(error), hi: wall.saturating_add(error), status }
    }

    /// Half of the interval.
    pub fn error(&self) -> Duration {
        Duration::from_nanos((self.hi.0 - self.lo.0) / 2)
    }

    /// Whether freshness may rest on it; otherwise snapshots come from the adjudicator.
    pub fn is_trusted(&self) -> bool {
        self.status == Status::Synchronized
    }
}

/// What people want to know of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Who vouches for it: "clockbound", "adjtimex", "fixed"; "logical" if nobody does.
    pub source: &'static str,
    pub reading: Reading,
}

/// Tells the time. Neither bound of successive readings of one clock goes backwards.
pub trait Clock: Send + Sync {
    fn now(&self) -> Reading;

    /// For status and metrics.
    fn health(&self) -> Health {
        Health { source: "manual", reading: self.now() }
    }
}
