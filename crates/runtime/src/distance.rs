//! How far away something is, as the quickest of the last exchanges with it tells: the others had to wait for
//! something else.

use std::collections::VecDeque;
use std::time::Duration;

/// Exchanges that are looked back at.
const LOOK_BACK: usize = 8;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Distance(VecDeque<Duration>);

impl Distance {
    /// One more exchange took this long.
    pub fn add(&mut self, took: Duration) {
        self.0.truncate(LOOK_BACK - 1);
        self.0.push_front(took);
    }

    /// Whether one of the last exchanges took less than this; not if there was none.
    pub fn is_below(&self, far: Duration) -> bool {
        self.0.iter().any(|took| *took < far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_quick_exchange_of_the_last_eight_is_enough() {
        let mut distance = Distance::default();
        let far = Duration::from_millis(10);
        assert!(!distance.is_below(far));
        distance.add(Duration::from_millis(3));
        for _ in 1..LOOK_BACK {
            distance.add(Duration::from_millis(40));
        }
        assert!(distance.is_below(far));
        distance.add(Duration::from_millis(40));
        assert!(!distance.is_below(far));
        assert!(!distance.is_below(Duration::ZERO));
    }
}
