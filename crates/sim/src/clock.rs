//! The clock of a simulated host: off by something, and sometimes broken. What judges it is the real
//! guard.

use std::time::Duration;

use gavel_clock::{Bound, Clock, Guard, Reading, Sample};
use gavel_runtime::simulation;
use gavel_types::Timestamp;
use parking_lot::Mutex;

use crate::mutant::Mutant;

/// True time at the beginning of a simulation: some day in 2026.
const BEGIN: u64 = 1_790_000_000_000_000_000;

/// True time now.
pub fn true_time() -> Timestamp {
    Timestamp(BEGIN).saturating_add(simulation::now())
}

#[derive(Debug)]
struct State {
    /// Wall time minus true time, in nanoseconds.
    offset: i64,
    /// The same while the clock is right.
    home: i64,
    /// Who vouches for the clock has gone.
    lost: bool,
    /// Wall time stands still here.
    stands: Option<Timestamp>,
    /// How often somebody has set it right.
    set_right: u64,
    guard: Guard,
}

/// A step of a clock, to be taken back.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    by: i64,
    set_right: u64,
}

/// See the module. One for a life of a host.
#[derive(Debug)]
pub struct HostClock {
    error: Duration,
    /// Nobody ever vouches for it.
    unvouched: bool,
    mutant: Option<Mutant>,
    state: Mutex<State>,
}

impl HostClock {
    /// `offset` is within `error`, for which somebody vouches unless it is `None`.
    pub fn new(offset: i64, error: Option<Duration>, mutant: Option<Mutant>) -> Self {
        let state = State { offset, home: offset, lost: false, stands: None, set_right: 0, guard: Guard::default() };
        let unvouched = error.is_none();
        Self { error: error.unwrap_or_default(), unvouched, mutant, state: Mutex::new(state) }
    }

    /// Wall time is stepped by so many nanoseconds.
    pub fn step(&self, by: i64) -> Step {
        let mut state = self.state.lock();
        state.offset += by;
        Step { by, set_right: state.set_right }
    }

    /// Takes a step back, unless the clock was set right since: it would be wrong once more, by as much, and
    /// somebody vouches for it.
    pub fn step_back(&self, step: Step) {
        let mut state = self.state.lock();
        if state.set_right == step.set_right {
            state.offset -= step.by;
        }
    }

    /// Nobody vouches for the clock any more, or somebody does again, who has set it right before.
    pub fn set_lost(&self, lost: bool) {
        let mut state = self.state.lock();
        state.lost = lost;
        if !lost {
            (state.offset, state.stands) = (state.home, None);
            state.set_right += 1;
        }
    }

    /// Wall time stands still, or is right again.
    pub fn set_standing(&self, stands: bool) {
        let mut state = self.state.lock();
        state.stands = stands.then(|| wall(state.offset));
    }
}

fn wall(offset: i64) -> Timestamp {
    Timestamp(true_time().0.saturating_add_signed(offset))
}

impl Clock for HostClock {
    fn now(&self) -> Reading {
        let mut state = self.state.lock();
        let wall = state.stands.unwrap_or_else(|| wall(state.offset));
        let bound = if self.unvouched || state.lost { Bound::Unknown } else { Bound::Within(self.error) };
        let mut reading = state.guard.observe(Sample { wall, monotonic: simulation::now() }, bound);
        if self.mutant == Some(Mutant::GateWaits) {
            reading.lo = reading.hi;
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: i64 = 7_000_000;

    fn offset(clock: &HostClock) -> i64 {
        clock.state.lock().offset
    }

    #[test]
    fn a_clock_that_was_set_right_stays_right_when_a_step_ends() {
        let clock = HostClock::new(300, Some(Duration::from_millis(1)), None);
        let (one, two) = (clock.step(STEP), clock.step(-1));
        clock.step_back(one);
        clock.step_back(two);
        assert_eq!(offset(&clock), 300, "steps end in any order");
        clock.set_lost(true);
        let step = clock.step(STEP);
        clock.set_lost(false);
        assert_eq!(offset(&clock), 300);
        clock.step_back(step);
        assert_eq!(offset(&clock), 300);
    }
}
