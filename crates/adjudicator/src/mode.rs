//! When the database is in clock mode, and when it leaves it (PROTOCOL §2). Pure.
//!
//! ```text
//!             our clock is good for SETTLE,            our clock fails
//!             declared durably, gate passed
//!   logical ────────────────────────────────► clock ───────────────────► logical, mute for a lease
//! ```
//! Query nodes take snapshots from their own clocks only on our word, and no longer than a lease
//! after it. So when our clock fails, which may have dated a commit ahead of true time, we keep
//! silent until no such snapshot is taken any more. A successor learns from the journal whether it has
//! to do the same: logical mode is declared twice, first when the clock has failed, and again when the
//! lease is over.

use std::time::Duration;

use gavel_clock::Reading;
use gavel_types::{TimeMode, Timestamp};

/// How long a clock must have been good before the database rests on it again.
const SETTLE: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug)]
pub(crate) struct Mode {
    /// What is told to others.
    told: TimeMode,
    /// What the journal has declared, see [`declared`].
    declared: Option<TimeMode>,
    /// Somebody may take snapshots from a clock, on our word or on a predecessor's.
    leases: bool,
    /// A declaration on its way.
    asked: Option<TimeMode>,
    /// Our clock has been good since; zero if it was when we opened.
    good_since: Option<Timestamp>,
    mute: bool,
}

/// What the journal has declared once `mode` follows what it had before. `None` is logical mode while there
/// may be leases yet, or a part of the journal that is gone.
pub(crate) fn declared(before: Option<TimeMode>, mode: TimeMode) -> Option<TimeMode> {
    match (before, mode) {
        (Some(TimeMode::Clock), TimeMode::Logical) => None,
        _ => Some(mode),
    }
}

impl Mode {
    /// At the opening of an epoch; `declared` as the rebuild found it.
    pub(crate) fn new(declared: Option<TimeMode>, now: Reading) -> Self {
        let good = now.is_trusted();
        let clock = good && declared == Some(TimeMode::Clock);
        let leases = declared != Some(TimeMode::Logical);
        Self {
            leases,
            told: if clock { TimeMode::Clock } else { TimeMode::Logical },
            declared,
            asked: None,
            good_since: good.then_some(Timestamp::ZERO),
            mute: !good && leases,
        }
    }

    pub(crate) const fn told(&self) -> TimeMode {
        self.told
    }

    /// Whether acknowledgements wait for the end of the lease.
    pub(crate) const fn is_mute(&self) -> bool {
        self.mute
    }

    /// Whether somebody may rely on our word, or a predecessor's, that the database is in clock mode.
    pub(crate) const fn has_leases(&self) -> bool {
        self.leases
    }

    /// The lease is over.
    pub(crate) fn unmute(&mut self) {
        (self.mute, self.leases) = (false, false);
    }

    /// Looks at the clock; answers what should be declared in the journal now.
    pub(crate) fn observe(&mut self, now: Reading) -> Option<TimeMode> {
        let mut wanted = TimeMode::Logical;
        if now.is_trusted() {
            let since = *self.good_since.get_or_insert(now.lo);
            if self.told == TimeMode::Clock || now.lo >= since.saturating_add(SETTLE) {
                wanted = TimeMode::Clock;
            }
        } else {
            self.good_since = None;
            self.told = TimeMode::Logical;
            self.mute |= self.leases;
        }
        if self.asked.is_some() || self.declared == Some(wanted) {
            return None;
        }
        self.asked = Some(wanted);
        Some(wanted)
    }

    /// A declaration is durable, and everything before it visible.
    pub(crate) fn took_effect(&mut self, mode: TimeMode) {
        self.asked = None;
        self.declared = declared(self.declared, mode);
        if mode == TimeMode::Clock && self.good_since.is_some() {
            (self.told, self.leases) = (TimeMode::Clock, true);
        }
    }

    /// The journal refused the declaration: it is asked for again.
    pub(crate) fn refused(&mut self) {
        self.asked = None;
    }
}

#[cfg(test)]
mod tests {
    use gavel_clock::Status;

    use super::*;

    fn at(second: u64, status: Status) -> Reading {
        Reading::around(Timestamp(second * 1_000_000_000), Duration::ZERO, status)
    }

    const GOOD: Status = Status::Synchronized;
    const LOGICAL: Option<TimeMode> = Some(TimeMode::Logical);
    const CLOCK: Option<TimeMode> = Some(TimeMode::Clock);

    #[test]
    fn a_database_without_clocks_never_declares_anything() {
        let mut mode = Mode::new(LOGICAL, at(1, Status::Unknown));
        assert!(!mode.is_mute());
        assert_eq!(mode.observe(at(100, Status::Unknown)), None);
        assert_eq!(mode.told(), TimeMode::Logical);
    }

    #[test]
    fn a_good_clock_is_declared_before_it_is_told() {
        let mut mode = Mode::new(LOGICAL, at(1, GOOD));
        assert_eq!(mode.observe(at(100, GOOD)), CLOCK);
        assert_eq!(mode.observe(at(100, GOOD)), None, "on its way");
        assert_eq!(mode.told(), TimeMode::Logical);
        mode.refused();
        assert_eq!(mode.observe(at(100, GOOD)), CLOCK);
        mode.took_effect(TimeMode::Clock);
        assert_eq!((mode.told(), mode.observe(at(101, GOOD))), (TimeMode::Clock, None));
    }

    #[test]
    fn a_clock_that_fails_is_left_at_once_and_trusted_late() {
        let mut mode = Mode::new(CLOCK, at(1, GOOD));
        assert_eq!((mode.told(), mode.is_mute()), (TimeMode::Clock, false));
        assert_eq!(mode.observe(at(2, Status::Disrupted)), LOGICAL);
        assert_eq!((mode.told(), mode.is_mute()), (TimeMode::Logical, true));
        mode.unmute();
        mode.took_effect(TimeMode::Logical);
        assert_eq!(mode.observe(at(2, Status::Disrupted)), LOGICAL, "once more: the lease is over");
        mode.took_effect(TimeMode::Logical);
        assert_eq!(mode.observe(at(2, Status::Disrupted)), None);
        assert!(!mode.is_mute());
        assert_eq!(mode.observe(at(3, GOOD)), None);
        assert_eq!(mode.observe(at(12, GOOD)), None);
        assert_eq!(mode.observe(at(13, GOOD)), CLOCK);
        // It fails once more while the declaration is on its way.
        assert_eq!(mode.observe(at(13, Status::Unknown)), None);
        mode.took_effect(TimeMode::Clock);
        assert_eq!(mode.told(), TimeMode::Logical);
        assert_eq!(mode.observe(at(14, Status::Unknown)), LOGICAL);
    }

    #[test]
    fn a_successor_without_a_clock_waits_for_the_old_leases() {
        assert!(Mode::new(CLOCK, at(1, Status::Unknown)).is_mute());
        assert!(Mode::new(None, at(1, Status::Unknown)).is_mute());
        assert!(!Mode::new(CLOCK, at(1, GOOD)).is_mute());
        let unsettled = declared(CLOCK, TimeMode::Logical);
        assert!(
            Mode::new(unsettled, at(1, Status::Unknown)).is_mute(),
            "its predecessor kept silent, but not to the end"
        );
        assert!(!Mode::new(declared(unsettled, TimeMode::Logical), at(1, Status::Unknown)).is_mute());
        // Its own clock is good at first, but fails before those leases are over.
        let mut mode = Mode::new(unsettled, at(1, GOOD));
        mode.observe(at(1, Status::Unknown));
        assert!(mode.is_mute());
        mode.unmute();
        mode.observe(at(2, Status::Unknown));
        assert!(!mode.is_mute());
    }
}
