//! The machine's clock. The only module of the workspace's core that asks the operating system for
//! the time.
#![allow(clippy::disallowed_methods, reason = "the shell that asks the operating system for the time")]

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gavel_types::Timestamp;

use crate::adjtimex::Adjtimex;
use crate::bound::{self, Bound, ErrorBound, Fixed};
use crate::clockbound::ClockBound;
use crate::guard::{self, Guard, Sample};
use crate::reading::{Clock, Health, Reading};
use crate::settings::{Settings, Source};

/// How long the sources' word is used before they are asked again; meanwhile it grows by the
/// greatest drift.
const REFRESH: Duration = Duration::from_millis(50);
/// How often the two clocks are read in search of a pair that is close.
const SAMPLES: usize = 8;
/// Two readings that lie this close are of one moment.
const CLOSE: Duration = Duration::from_micros(20);

/// Wall time with the bound that one of its sources gives, watched by a [`Guard`].
#[derive(Debug)]
pub struct SystemClock {
    useful_error: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    sources: Vec<Box<dyn ErrorBound>>,
    /// Who spoke last, what, and when.
    said: Option<(Option<&'static str>, Bound, Duration)>,
    guard: Guard,
}

/// What was asked for cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("clock.source is \"fixed\", but clock.max_error is not set")]
pub struct NoBound;

impl SystemClock {
    /// The clock that `settings` ask for.
    ///
    /// # Errors
    /// [`NoBound`].
    pub fn open(settings: &Settings) -> Result<Self, NoBound> {
        let clockbound = || Box::new(ClockBound::new(&settings.clockbound_path, &settings.vmclock_path));
        let fixed = settings.max_error.map(|error| Box::new(Fixed(error)) as Box<dyn ErrorBound>);
        let sources: Vec<Box<dyn ErrorBound>> = match settings.source {
            Source::Auto => {
                let measured: [Box<dyn ErrorBound>; 2] = [clockbound(), Box::new(Adjtimex)];
                measured.into_iter().chain(fixed).collect()
            }
            Source::ClockBound => vec![clockbound()],
            Source::Adjtimex => vec![Box::new(Adjtimex)],
            Source::Fixed => vec![fixed.ok_or(NoBound)?],
            Source::Logical => Vec::new(),
        };
        Ok(Self::over(sources, settings.useful_error))
    }

    /// `max_error` as the operator vouches for it.
    pub fn with_bound(max_error: Duration) -> Self {
        Self::over(vec![Box::new(Fixed(max_error))], Duration::MAX)
    }

    /// Nobody vouches for the clock: readings are [`crate::Status::Unknown`], which means logical
    /// mode. The laptop's default.
    pub fn unbounded() -> Self {
        Self::over(Vec::new(), Duration::ZERO)
    }

    fn over(sources: Vec<Box<dyn ErrorBound>>, useful_error: Duration) -> Self {
        Self { useful_error, state: Mutex::new(State { sources, said: None, guard: Guard::default() }) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // A poisoned lock leaves a guard that is still sound: it holds only past samples.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    /// The present bound: the sources' last word, if it is young enough, with its drift.
    fn bound(&mut self, now: Duration, limit: Duration) -> Bound {
        let (_, said, at) = match self.said.filter(|(_, _, at)| now.saturating_sub(*at) < REFRESH) {
            Some(said) => said,
            None => {
                let (name, said) = bound::best(&mut self.sources, limit);
                *self.said.insert((name, said, now))
            }
        };
        match said {
            Bound::Within(error) if at < now && !self.is_fixed() => {
                Bound::Within(error.saturating_add(guard::slew(now.saturating_sub(at))))
            }
            other => other,
        }
    }

    /// Whether the operator spoke, whose word already covers drift.
    fn is_fixed(&self) -> bool {
        self.said.is_some_and(|(name, ..)| name == Some("fixed"))
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Reading {
        let mut state = self.state();
        // Sampled under the lock, so that samples reach the guard in order.
        let sample = sample();
        let bound = state.bound(sample.monotonic, self.useful_error);
        state.guard.observe(sample, bound)
    }

    fn health(&self) -> Health {
        let reading = self.now();
        let source = self.state().said.and_then(|(name, ..)| name).unwrap_or("logical");
        Health { source, reading }
    }
}

/// Both clocks at one moment. A thread that is put aside between the two would see a step where there is
/// none, so a pair that took long is taken again, and the closest of a few is used.
fn sample() -> Sample {
    let mut closest: Option<(Duration, Sample)> = None;
    for _ in 0..SAMPLES {
        let before = monotonic();
        let wall = wall();
        let took = monotonic().saturating_sub(before);
        let sample = Sample { wall, monotonic: before + took / 2 };
        if closest.is_none_or(|(least, _)| took < least) {
            closest = Some((took, sample));
        }
        if took < CLOSE {
            break;
        }
    }
    closest.map_or_else(|| Sample { wall: wall(), monotonic: monotonic() }, |(_, sample)| sample)
}

fn wall() -> Timestamp {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(wall.as_nanos()).unwrap_or(Timestamp::MAX.0))
}

/// A machine that slept wakes up with both clocks moved on.
fn monotonic() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (seconds, nanos) = (u64::try_from(now.tv_sec), u32::try_from(now.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
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
        assert_eq!(clock.health().source, "fixed");
        let error = clock.health().reading.error();
        // The two clocks are not read at one moment, which widens it a little.
        assert!((Duration::from_millis(5)..Duration::from_millis(6)).contains(&error), "{error:?}");
    }

    #[test]
    fn without_a_bound_its_status_is_unknown() {
        assert_eq!(SystemClock::unbounded().now().status, Status::Unknown);
        assert_eq!(SystemClock::unbounded().health().source, "logical");
    }

    #[test]
    fn settings_pick_the_source() {
        let of = |source, max_error| {
            let nowhere = "/nonexistent/gavel".into();
            SystemClock::open(&Settings { source, max_error, clockbound_path: nowhere, ..Settings::default() })
        };
        let bound = Some(Duration::from_millis(3));
        assert_eq!(of(Source::Fixed, bound).unwrap().now().status, Status::Synchronized);
        assert_eq!(of(Source::Fixed, None).unwrap_err(), NoBound);
        assert_eq!(of(Source::Logical, bound).unwrap().now().status, Status::Unknown);
        assert_eq!(of(Source::ClockBound, bound).unwrap().now().status, Status::Unknown);
        // The kernel may or may not vouch for this machine's clock; the operator does.
        assert_eq!(of(Source::Auto, bound).unwrap().now().status, Status::Synchronized);
        let useless = Some(Duration::from_millis(11));
        assert_eq!(of(Source::Fixed, useless).unwrap().now().status, Status::Unknown);
        assert_eq!("adjtimex".parse(), Ok(Source::Adjtimex));
        assert!("sundial".parse::<Source>().is_err());
    }
}
