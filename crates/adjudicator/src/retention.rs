//! Which part of the journal a rebuild needs: everything within the outcome window, which is the
//! longest, and the last ceiling while no commit has passed it.

use std::collections::VecDeque;
use std::time::Duration;

use gavel_types::{Lsn, Timestamp};

/// Positions are remembered once for so much journal time.
const STEP: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Retention {
    /// Position of the first record of a step, and newest commit in it.
    steps: VecDeque<(Lsn, Timestamp)>,
    ceiling: Option<(Lsn, Timestamp)>,
}

impl Retention {
    /// Records from `first` on, the newest commit of which is at `ts`, are in the journal.
    pub(crate) fn commits(&mut self, first: Lsn, ts: Timestamp) {
        let length = STEP.as_nanos() as u64;
        match self.steps.back_mut() {
            Some((_, newest)) if newest.0 / length == ts.0 / length => *newest = ts,
            _ => self.steps.push_back((first, ts)),
        }
        if self.ceiling.is_some_and(|(_, ceiling)| ceiling <= ts) {
            self.ceiling = None;
        }
    }

    /// A ceiling is in the journal at or after `lsn`.
    pub(crate) fn ceiling(&mut self, lsn: Lsn, ts: Timestamp) {
        self.ceiling = Some((lsn, ts));
    }

    /// Nothing below this is needed any more; `None` if nothing is needed at all. The last step
    /// outside the window is kept too: its last commit is the horizon of a rebuilt conflict map.
    pub(crate) fn keep_from(&mut self, window: Duration) -> Option<Lsn> {
        let cutoff = self.steps.back()?.1.saturating_sub(window);
        while self.steps.get(1).is_some_and(|(_, newest)| *newest <= cutoff) {
            self.steps.pop_front();
        }
        let first = self.steps.front()?.0;
        Some(self.ceiling.map_or(first, |(lsn, _)| first.min(lsn)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn keeps_the_window_and_one_step_before_it() {
        let mut retention = Retention::default();
        assert_eq!(retention.keep_from(Duration::from_secs(100)), None);
        for n in 0..50 {
            retention.commits(Lsn(n * 10 + 1), Timestamp(n * 10 * SECOND + 1));
        }
        // Newest 490 s, cutoff 390 s: the step that ends just there is the last outside.
        assert_eq!(retention.keep_from(Duration::from_secs(100)), Some(Lsn(391)));
    }

    #[test]
    fn a_ceiling_is_kept_until_a_commit_passes_it() {
        let mut retention = Retention::default();
        retention.commits(Lsn(1), Timestamp(SECOND));
        retention.ceiling(Lsn(2), Timestamp(900 * SECOND));
        for n in 3..60 {
            retention.commits(Lsn(n), Timestamp(n * 15 * SECOND));
        }
        assert_eq!(retention.keep_from(Duration::from_secs(100)), Some(Lsn(2)));
        retention.commits(Lsn(61), Timestamp(901 * SECOND));
        assert!(retention.keep_from(Duration::from_secs(100)) > Some(Lsn(40)));
    }
}
