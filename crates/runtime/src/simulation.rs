//! Virtual time and seeded chance for one thread.
//!
//! ```text
//!   world ──► runs the tasks of one owner until none can go on ──► next timer ──► time jumps there
//! ```
//! A thread that has entered a simulation has no other time: it stands still while tasks run, and jumps
//! to the next timer when whoever drives the simulation says so. Timers belong to an owner, a simulated
//! process, so that one that is frozen does not notice that they are due.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::task::Waker;
use std::time::{Duration, Instant};

/// Whose a timer is: a simulated process.
pub type Owner = u32;

/// Deadline and number of a timer: timers of one moment are due in the order in which they were set.
pub(crate) type Key = (Duration, u64);

struct Timer {
    owner: Owner,
    waker: Option<Waker>,
}

struct State {
    /// Real time at the beginning; virtual moments are told as if they followed it.
    began: Instant,
    now: Duration,
    owner: Owner,
    timers: BTreeMap<Key, Timer>,
    numbers: u64,
    chance: SplitMix,
}

thread_local! {
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// Steele, Lea and Flood's SplitMix64.
#[derive(Clone, Debug)]
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next of the sequence.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`; zero if `n` is.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.next_u64() % n }
    }
}

fn with<T>(f: impl FnOnce(&mut State) -> T) -> Option<T> {
    STATE.with(|state| state.borrow_mut().as_mut().map(f))
}

/// Whether this thread simulates.
pub fn is_entered() -> bool {
    STATE.with(|state| state.borrow().is_some())
}

/// Virtual time since this thread's simulation began; zero if it does not simulate.
pub fn now() -> Duration {
    with(|state| state.now).unwrap_or_default()
}

/// This thread's simulation, until it is dropped.
#[derive(Debug)]
pub struct Simulation {
    /// Not to be sent: the simulation is the thread's.
    _here: std::marker::PhantomData<*const ()>,
}

impl Simulation {
    /// Begins a simulation on this thread, at time zero.
    ///
    /// # Panics
    /// If there is one already.
    #[allow(clippy::disallowed_methods, reason = "virtual moments are told as if they followed this one")]
    pub fn enter(seed: u64) -> Self {
        STATE.with(|state| {
            let mut state = state.borrow_mut();
            assert!(state.is_none(), "this thread simulates already");
            *state = Some(State {
                began: Instant::now(),
                now: Duration::ZERO,
                owner: 0,
                timers: BTreeMap::new(),
                numbers: 0,
                chance: SplitMix(seed),
            });
        });
        Self { _here: std::marker::PhantomData }
    }

    /// Timers that are set from now on belong to `owner`.
    pub fn set_owner(&self, owner: Owner) {
        with(|state| state.owner = owner);
    }

    /// When the next timer is due whose owner is not `idle`; it may be in the past, for an owner that was.
    pub fn next_timer(&self, idle: impl Fn(Owner) -> bool) -> Option<Duration> {
        with(|state| state.timers.iter().find(|(_, timer)| !idle(timer.owner)).map(|((at, _), _)| *at)).flatten()
    }

    /// Rings the next timer whose owner is not `idle`, if it is due by now; says whose it was.
    pub fn ring(&self, idle: impl Fn(Owner) -> bool) -> Option<Owner> {
        let (owner, waker) = with(|state| {
            let now = state.now;
            let mut due = state.timers.iter().take_while(|((at, _), _)| *at <= now);
            let key = due.find(|(_, timer)| !idle(timer.owner)).map(|(key, _)| *key)?;
            state.timers.remove(&key).map(|timer| (timer.owner, timer.waker))
        })
        .flatten()?;
        if let Some(waker) = waker {
            waker.wake();
        }
        Some(owner)
    }

    /// Time moves on to `to`; never back.
    pub fn advance(&self, to: Duration) {
        with(|state| state.now = state.now.max(to));
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        // Wakers may own tasks that own timers: dropped outside of the borrow.
        let state = STATE.with(|state| state.borrow_mut().take());
        drop(state);
    }
}

/// The present moment, if this thread simulates.
pub(crate) fn moment() -> Option<Instant> {
    with(|state| state.began + state.now)
}

/// Time of the simulation at `moment`.
pub(crate) fn since_begin(moment: Instant) -> Option<Duration> {
    with(|state| moment.saturating_duration_since(state.began))
}

pub(crate) fn next_random() -> Option<u64> {
    with(|state| state.chance.next_u64())
}

/// Whether `at` has come.
pub(crate) fn is_due(at: Duration) -> bool {
    with(|state| state.now >= at).unwrap_or(true)
}

/// Sets a timer, or gives the one of `key` another waker.
pub(crate) fn set_timer(at: Duration, key: Option<Key>, waker: &Waker) -> Option<Key> {
    with(|state| {
        if let Some(key) = key
            && let Some(timer) = state.timers.get_mut(&key)
        {
            timer.waker = Some(waker.clone());
            return key;
        }
        state.numbers += 1;
        let key = (at, state.numbers);
        state.timers.insert(key, Timer { owner: state.owner, waker: Some(waker.clone()) });
        key
    })
}

pub(crate) fn drop_timer(key: Key) {
    // The waker is dropped outside of the borrow, as above.
    let timer = with(|state| state.timers.remove(&key));
    drop(timer);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Wake;

    use super::*;

    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn timers_ring_in_order_and_those_of_an_idle_owner_wait() {
        let simulation = Simulation::enter(1);
        let waker = Waker::from(Arc::new(Nobody));
        let ms = Duration::from_millis;
        simulation.set_owner(1);
        set_timer(ms(5), None, &waker);
        simulation.set_owner(2);
        set_timer(ms(7), None, &waker);
        assert_eq!(simulation.next_timer(|_| false), Some(ms(5)));
        assert_eq!(simulation.next_timer(|owner| owner == 1), Some(ms(7)));
        assert_eq!(simulation.ring(|_| false), None, "not due");
        simulation.advance(ms(7));
        assert_eq!(simulation.ring(|owner| owner == 1), Some(2));
        assert_eq!(simulation.ring(|owner| owner == 1), None);
        assert_eq!(simulation.ring(|_| false), Some(1));
    }

    #[test]
    fn a_seed_is_a_sequence_and_ends_with_its_simulation() {
        let draw = |seed| {
            let _simulation = Simulation::enter(seed);
            [crate::random::next_u64(), crate::random::next_u64()]
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        assert!(!is_entered());
    }
}
