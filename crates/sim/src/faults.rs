//! What goes wrong when: drawn from the seed before the run begins.

use std::time::Duration;

use gavel_runtime::simulation::{Owner, SplitMix};

use crate::net::Weather;
use crate::roles::{JOURNALS, QUERIES, REPLICAS};

/// Whom a fault meets.
#[derive(Clone, Copy, Debug)]
pub enum Victim {
    Host(Owner),
    /// The journal node that leads when it happens, if any does.
    Leader,
}

/// One thing that goes wrong, for as long as its entry in the plan says.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The power is cut: at once, or at a journal node after so many more operations of its disk.
    Crash(Victim, Option<u64>),
    /// The process stands still, but lives.
    Freeze(Victim),
    /// Nothing gets through to it, from it, or both.
    CutOff(Victim, Direction),
    /// The network is worse than usual.
    Storm(Weather),
    /// Wall time is stepped, by nanoseconds.
    Step(Victim, i64),
    /// Nobody vouches for the clock.
    LoseClock(Victim),
    /// Wall time stands still.
    StopClock(Victim),
    /// The leader hands over.
    HandOver,
}

/// Which ways are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Both,
    In,
    Out,
    /// Both, but only between journal nodes: everybody else still hears a leader that was deposed.
    Peers,
}

/// When, what, for how long.
pub type Plan = Vec<(Duration, Fault, Duration)>;

fn millis(chance: &mut SplitMix, least: u64, most: u64) -> Duration {
    Duration::from_millis(least + chance.below(most - least + 1))
}

fn journal(chance: &mut SplitMix) -> Victim {
    match chance.below(5) {
        0 | 1 => Victim::Leader,
        _ => Victim::Host(JOURNALS[chance.below(3) as usize]),
    }
}

fn anyone(chance: &mut SplitMix) -> Victim {
    match chance.below(8) {
        0..=4 => journal(chance),
        5 | 6 => Victim::Host(REPLICAS[chance.below(2) as usize]),
        _ => Victim::Host(QUERIES[chance.below(2) as usize]),
    }
}

/// A plan for the time between `from` and `to`.
pub fn plan(chance: &mut SplitMix, from: Duration, to: Duration) -> Plan {
    let mut plan = Vec::new();
    let mut at = from;
    // Some runs are rough, some are gentle: what a fault does shows when the next one leaves time for it.
    let longest = [150, 500, 1_200][chance.below(3) as usize];
    loop {
        at += millis(chance, 20, longest);
        if at >= to {
            return plan;
        }
        let fault = fault(chance);
        if matches!(fault, Fault::HandOver) && chance.below(2) == 0 {
            at = to_and_fro(chance, at, to, &mut plan);
        } else {
            plan.push((at, fault, millis(chance, 50, 1_800)));
        }
    }
}

/// Whoever led leads once more, while copies of requests that were lost in its earlier term are on their way to
/// it, and their outcomes were asked for meanwhile. Returns when it is over.
fn to_and_fro(chance: &mut SplitMix, from: Duration, to: Duration, plan: &mut Plan) -> Duration {
    let delay = (Duration::from_micros(200), Duration::from_micros(2_000));
    let storm = Fault::Storm(Weather { delay, lost: chance.below(300), doubled: 200 + chance.below(600) });
    plan.push((from, storm, millis(chance, 200, 800)));
    let mut at = from + millis(chance, 900, 1_300);
    for _ in 0..2 + chance.below(3) {
        at += millis(chance, 50, 400);
        if at < to {
            plan.push((at, Fault::HandOver, Duration::ZERO));
        }
    }
    at
}

fn fault(chance: &mut SplitMix) -> Fault {
    match chance.below(16) {
        0..=2 => Fault::Crash(journal(chance), Some(chance.below(60))),
        3 => Fault::Crash(journal(chance), None),
        4 => Fault::Crash(anyone(chance), None),
        5 | 6 => Fault::Freeze(anyone(chance)),
        7..=9 => match [Direction::Both, Direction::In, Direction::Out, Direction::Peers][chance.below(4) as usize] {
            Direction::Peers => Fault::CutOff(journal(chance), Direction::Peers),
            direction => Fault::CutOff(anyone(chance), direction),
        },
        10..=12 => {
            let least = chance.below(2_000);
            Fault::Storm(Weather {
                delay: (Duration::from_micros(least), Duration::from_micros(least + 1 + chance.below(40_000))),
                lost: chance.below(120),
                doubled: chance.below(200),
            })
        }
        13 => Fault::Step(anyone(chance), (chance.below(1_000_000_000) as i64) - 500_000_000),
        14 => match chance.below(2) {
            0 => Fault::LoseClock(anyone(chance)),
            _ => Fault::StopClock(anyone(chance)),
        },
        _ => Fault::HandOver,
    }
}
