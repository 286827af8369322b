//! What may be collected and what may be trimmed (PROTOCOL §8, §12): pure.
//!
//! Everything is measured in commit time along the journal, never by a local clock, so that
//! replicas agree and a jump of a clock costs nothing.

use std::collections::VecDeque;
use std::time::Duration;

use gavel_types::{Lsn, Timestamp};

/// The edge of the window: how far back snapshots reach while there is always somebody who commits,
/// and where a replica begins that knows no [`Timeline`] yet.
pub fn oldest_snapshot(applied: Timestamp, window: Duration) -> Timestamp {
    applied.saturating_sub(window)
}

/// Remembers, coarsely, which journal position had been reached at which commit time.
#[derive(Debug)]
pub struct Timeline {
    spacing: Duration,
    /// Oldest first; both columns grow.
    marks: VecDeque<(Timestamp, Lsn)>,
}

impl Timeline {
    /// A mark each `spacing` of commit time.
    pub fn new(spacing: Duration) -> Self {
        Self { spacing, marks: VecDeque::new() }
    }

    /// Everything up to `lsn` was committed at `ts` or before.
    pub fn note(&mut self, ts: Timestamp, lsn: Lsn) {
        if self.marks.back().is_none_or(|(last, _)| ts >= last.saturating_add(self.spacing)) {
            self.marks.push_back((ts, lsn));
        }
    }

    /// Snapshots below this are refused by a replica that has reached `reached`: the newest mark
    /// outside the window. Not the window's edge: in a database that was idle for an hour the
    /// newest snapshot is an hour old, and must outlive the commit that ends the hour.
    pub fn oldest_snapshot(&self, reached: Timestamp, window: Duration) -> Timestamp {
        let edge = oldest_snapshot(reached, window);
        let outside = self.marks.iter().rev().find(|(mark, _)| *mark <= edge);
        outside.map_or(Timestamp::ZERO, |(mark, _)| *mark)
    }

    /// First position that must be kept so that every commit after `ts` is; forgets what lies
    /// before. `None` if nothing is known to be that old.
    pub fn first_kept(&mut self, ts: Timestamp) -> Option<Lsn> {
        let mut found = None;
        while let Some((mark, lsn)) = self.marks.front().copied()
            && mark <= ts
        {
            found = Some((mark, lsn));
            self.marks.pop_front();
        }
        // The mark itself stays known, or the next call would forget it.
        if let Some(mark) = found {
            self.marks.push_front(mark);
        }
        found.map(|(_, lsn)| lsn.next())
    }
}

/// Positions below the answer may go: durable here, older than the conflict window, and not after `held`,
/// from where a peer that copies this replica will follow.
pub fn trim_below(durable: Lsn, first_kept: Option<Lsn>, held: Option<Lsn>) -> Option<Lsn> {
    let needed = held.map_or(durable, |held| held.min(durable)).next();
    first_kept.map(|kept| kept.min(needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn positions_older_than_the_window_may_go() {
        let mut timeline = Timeline::new(Duration::from_secs(10));
        for second in 0..100 {
            timeline.note(Timestamp(second * SECOND), Lsn(second + 1));
        }
        assert_eq!(timeline.first_kept(Timestamp(25 * SECOND)), Some(Lsn(22)));
        assert_eq!(timeline.first_kept(Timestamp(26 * SECOND)), Some(Lsn(22)));
        assert_eq!(timeline.first_kept(Timestamp(95 * SECOND)), Some(Lsn(92)));
        assert_eq!(Timeline::new(Duration::from_secs(10)).first_kept(Timestamp::MAX), None);
    }

    #[test]
    fn an_idle_hour_leaves_its_snapshot_readable() {
        let mut timeline = Timeline::new(Duration::from_secs(5));
        let window = Duration::from_secs(310);
        timeline.note(Timestamp(7 * SECOND), Lsn(1));
        assert_eq!(timeline.oldest_snapshot(Timestamp(7 * SECOND), window), Timestamp::ZERO);
        timeline.note(Timestamp(3_607 * SECOND), Lsn(2));
        // Asking for what may be trimmed does not change the answer.
        for _ in 0..3 {
            assert_eq!(timeline.oldest_snapshot(Timestamp(3_607 * SECOND), window), Timestamp(7 * SECOND));
            assert_eq!(timeline.first_kept(Timestamp(3_007 * SECOND)), Some(Lsn(2)));
        }
        timeline.note(Timestamp(4_000 * SECOND), Lsn(3));
        assert_eq!(timeline.oldest_snapshot(Timestamp(4_000 * SECOND), window), Timestamp(3_607 * SECOND));
    }

    #[test]
    fn nothing_goes_that_is_not_durable() {
        assert_eq!(trim_below(Lsn(5), Some(Lsn(22)), None), Some(Lsn(6)));
        assert_eq!(trim_below(Lsn(50), Some(Lsn(22)), None), Some(Lsn(22)));
        assert_eq!(trim_below(Lsn(50), None, None), None);
        assert_eq!(trim_below(Lsn(50), Some(Lsn(22)), Some(Lsn(9))), Some(Lsn(10)));
        assert_eq!(trim_below(Lsn(5), Some(Lsn(22)), Some(Lsn(9))), Some(Lsn(6)));
    }

    #[test]
    fn the_oldest_snapshot_is_a_window_back_and_not_below_zero() {
        assert_eq!(oldest_snapshot(Timestamp(5), Duration::from_secs(310)), Timestamp::ZERO);
        assert_eq!(oldest_snapshot(Timestamp(400 * SECOND), Duration::from_secs(310)), Timestamp(90 * SECOND));
    }
}
