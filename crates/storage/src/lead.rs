//! Has timestamps closed before anybody reads at them, where the leader is far (PROTOCOL §13).
//!
//! ```text
//!   leader  ───────┬────┬────┬────┬───►   each answer closes what lies ahead of the clock
//!                ╱ ╲  ╱ ╲  ╱ ╲  ╱ ╲       several are on their way at a time
//!   replica ───┴────┴────┴────┴────┴──►   so that W is ahead of the clock too, and a read at
//!              ask  …   closed                "now" finds W >= S
//! ```
//! What is asked for is closed here already: the leader never has to wait for anything before it answers
//! with what is closed by then, and its answers take as long as the distance does. Near leaders are asked
//! at the moment they are needed, which is faster than anybody notices; they are only looked at now and
//! then, since another one may lead. Nobody is asked while nobody reads, nor in logical mode.
//!
//! A commit on its way does not hold answers back: they promise ahead of it ([`gavel_api::adjudicator::Ahead`]).
//! What such a promise waits for here is seen to as well: that true time reaches its commits.
//!
//! [`Pace`] decides, the rest does it.
#![allow(clippy::disallowed_methods, reason = "a shell: waits")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gavel_api::adjudicator::{Adjudicator, Closed, Error};
use gavel_runtime::timer;
use tokio::sync::Notify;

use crate::close;
use crate::replica::Shared;

/// A leader that answers sooner is near.
const FAR: Duration = Duration::from_millis(5);
/// Answers that a distance is the shortest of.
const TRIPS: usize = 4;
/// Questions that are on their way at a time while the leader is far: the more, the fresher.
const PER_TRIP: u32 = 16;
/// Shortest and longest time between two of them.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(20));
/// What clocks may be off by, and messages late.
const MARGIN: Duration = Duration::from_millis(2);
/// How often a near leader is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Before asking again when there was no answer.
const RETRY: Duration = Duration::from_millis(100);
/// Most questions on their way, whatever happens.
const MOST: usize = 32;
/// What is not answered by then is no use any more.
const PATIENCE: Duration = Duration::from_secs(1);
/// A promise that waits for true time is looked at again no sooner and no later than this: the clock may stand
/// still, or nobody vouch for it.
const GATE: (Duration, Duration) = (Duration::from_micros(50), Duration::from_millis(20));
/// Asking goes on for this long after the last read.
const QUIET: Duration = Duration::from_secs(2);

/// Whether anybody reads: noted by readers, taken by the one who asks.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    noted: AtomicBool,
    first: Notify,
}

impl Reads {
    /// Somebody reads.
    pub(crate) fn note(&self) {
        // One look for most reads: they come closer together than they are taken.
        if !self.noted.load(Ordering::Relaxed) && !self.noted.swap(true, Ordering::Relaxed) {
            self.first.notify_one();
        }
    }

    /// Whether somebody has read since this was asked.
    fn take(&self) -> bool {
        self.noted.swap(false, Ordering::Relaxed)
    }
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Ask, for commits to be dated so far ahead.
    Ask(Duration),
    /// Nothing until then, if no answer comes before.
    Wait(Duration),
    /// Nothing until somebody reads.
    Rest,
}

/// When to ask, and for which lead. Moments are counted from any beginning.
#[derive(Debug)]
struct Pace {
    /// How far ahead timestamps may be closed.
    most: Duration,
    trips: VecDeque<Duration>,
    asked: Option<Duration>,
    read: Option<Duration>,
    /// Nothing is asked before.
    not_before: Duration,
}

impl Pace {
    fn new(most: Duration) -> Self {
        Self { most, trips: VecDeque::new(), asked: None, read: None, not_before: Duration::ZERO }
    }

    /// Somebody has read lately.
    fn read(&mut self, now: Duration) {
        self.read = Some(now);
    }

    fn asked(&mut self, now: Duration) {
        self.asked = Some(now);
    }

    /// An answer came after `trip`.
    fn answered(&mut self, trip: Duration) {
        self.trips.truncate(TRIPS - 1);
        self.trips.push_front(trip);
    }

    /// No answer came.
    fn failed(&mut self, now: Duration) {
        self.not_before = now + RETRY;
    }

    /// How far away the leader is; zero while that is not certain.
    fn distance(&self) -> Duration {
        self.trips.iter().min().filter(|_| self.trips.len() == TRIPS).copied().unwrap_or_default()
    }

    /// Between two questions.
    fn pause(&self) -> Duration {
        match self.trips.front() {
            // It seems far: the next ones tell whether it is.
            Some(last) if *last >= FAR => (self.distance() / PER_TRIP).clamp(PAUSES.0, PAUSES.1),
            _ => LOOK,
        }
    }

    fn next(&self, now: Duration, under_way: usize, by_clock: bool) -> Next {
        if self.read.is_none_or(|read| now > read + QUIET) {
            return Next::Rest;
        }
        if !by_clock || under_way >= MOST {
            return Next::Wait(now + LOOK);
        }
        let due = self.asked.map_or(now, |asked| asked + self.pause()).max(self.not_before);
        if due > now {
            return Next::Wait(due);
        }
        Next::Ask(self.lead())
    }

    /// How far ahead commits are to be dated: an answer that has come all the way, and is as old as the time
    /// between two, is ahead of the clock still. More would keep commits from elsewhere waiting for true time.
    fn lead(&self) -> Duration {
        let distance = self.distance();
        let enough = distance / 2 + self.pause() + MARGIN;
        if distance >= FAR { enough.min(self.most) } else { Duration::ZERO }
    }
}

/// Asks `adjudicator` while there are readers.
pub(crate) async fn run(shared: Arc<Shared>, adjudicator: Arc<dyn Adjudicator>) {
    let begun = timer::now();
    let mut pace = Pace::new(shared.settings.lead);
    let mut asks = FuturesUnordered::new();
    loop {
        let now = timer::since(begun);
        if shared.reads.take() {
            pace.read(now);
        }
        let pause = match pace.next(now, asks.len(), shared.progress.is_by_clock()) {
            Next::Ask(lead) => {
                pace.asked(now);
                asks.push(ask(&shared, &adjudicator, lead));
                continue;
            }
            Next::Wait(until) => Some(until - now),
            Next::Rest => None,
        };
        let now = shared.now();
        let gate = shared.progress.settle(now);
        let gate = gate.map(|ts| Duration::from_nanos(ts.0.saturating_sub(now.reached.0)).clamp(GATE.0, GATE.1));
        let pause = pause.into_iter().chain(gate).min();
        let woken = async {
            match pause {
                Some(pause) => timer::sleep(pause).await,
                None => shared.reads.first.notified().await,
            }
        };
        tokio::select! {
            biased;
            Some((asked, answer)) = asks.next(), if !asks.is_empty() => match answer {
                Some(Ok(closed)) => {
                    pace.answered(timer::since(asked));
                    close::heard(&shared, closed);
                }
                Some(Err(_)) | None => pace.failed(timer::since(begun)),
            },
            () = woken => {}
            () = shared.progress.gated(), if gate.is_none() => {}
        }
    }
}

/// Asks once: when, and what came of it.
async fn ask(
    shared: &Shared,
    adjudicator: &Arc<dyn Adjudicator>,
    lead: Duration,
) -> (Instant, Option<Result<Closed, Error>>) {
    let asked = timer::now();
    let closed_here = shared.progress.marks().applied_ts;
    (asked, timer::timeout(PATIENCE, adjudicator.close(closed_here, lead)).await.ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST_LEAD: Duration = Duration::from_millis(100);

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// What is asked when, if answers take `trip` and somebody reads until `until`.
    fn play(pace: &mut Pace, from: u64, to: u64, reads_until: u64, trip: u64) -> Vec<(u64, Duration)> {
        let mut asks: Vec<(u64, Duration)> = Vec::new();
        let mut under_way: VecDeque<u64> = VecDeque::new();
        for now in from..to {
            while under_way.front().is_some_and(|asked| asked + trip <= now) {
                under_way.pop_front();
                pace.answered(ms(trip));
            }
            if now <= reads_until {
                pace.read(ms(now));
            }
            if let Next::Ask(lead) = pace.next(ms(now), under_way.len(), true) {
                pace.asked(ms(now));
                under_way.push_back(now);
                asks.push((now, lead));
            }
        }
        asks
    }

    #[test]
    fn a_near_leader_is_only_looked_at() {
        let mut pace = Pace::new(MOST_LEAD);
        let asks = play(&mut pace, 0, 10_000, 4_500, 1);
        assert_eq!(asks.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000]);
        assert!(asks.iter().all(|(_, lead)| lead.is_zero()), "commits are dated by the clock");
        assert_eq!(pace.next(ms(10_000), 0, true), Next::Rest);
    }

    #[test]
    fn a_far_leader_is_asked_all_the_time_while_somebody_reads() {
        let mut pace = Pace::new(MOST_LEAD);
        let asks = play(&mut pace, 0, 10_000, 1_000, 48);
        let far: Vec<_> = asks.iter().filter(|(_, lead)| *lead == ms(24 + 3 + 2)).map(|(at, _)| *at).collect();
        assert!((90..200).contains(&far[0]), "{}", far[0]);
        assert!(far.windows(2).all(|pair| pair[1] - pair[0] <= 3), "every 16th of the distance");
        assert!((2_990..=3_000).contains(far.last().unwrap()), "{far:?}");
    }

    #[test]
    fn one_late_answer_does_not_make_a_leader_far_and_one_quick_one_makes_it_near() {
        let mut pace = Pace::new(MOST_LEAD);
        play(&mut pace, 0, 4_000, 4_000, 1);
        pace.answered(ms(80));
        assert_eq!(pace.next(ms(4_010), 0, true), Next::Ask(Duration::ZERO), "it is looked at again soon");
        for _ in 0..TRIPS {
            pace.answered(ms(80));
        }
        assert_eq!(pace.next(ms(4_020), 0, true), Next::Ask(ms(40 + 5 + 2)));
        pace.answered(ms(1));
        pace.asked(ms(4_020));
        assert_eq!(pace.next(ms(4_030), 0, true), Next::Wait(ms(5_020)));
    }

    #[test]
    fn nothing_is_closed_further_ahead_than_is_allowed() {
        let mut pace = Pace::new(MOST_LEAD);
        pace.read(ms(0));
        (0..TRIPS).for_each(|_| pace.answered(ms(400)));
        assert_eq!(pace.next(ms(1), 0, true), Next::Ask(MOST_LEAD));
    }

    #[test]
    fn questions_are_bounded_and_failures_slow_them_down() {
        let mut pace = Pace::new(MOST_LEAD);
        pace.read(ms(0));
        (0..TRIPS).for_each(|_| pace.answered(ms(40)));
        assert_eq!(pace.next(ms(1), 0, true), Next::Ask(Duration::from_micros(20_000 + 2_500 + 2_000)));
        assert!(matches!(pace.next(ms(1), MOST, true), Next::Wait(_)));
        assert!(matches!(pace.next(ms(1), 0, false), Next::Wait(_)), "logical mode has no use for it");
        pace.failed(ms(1));
        assert_eq!(pace.next(ms(50), 3, true), Next::Wait(ms(101)));
    }
}
