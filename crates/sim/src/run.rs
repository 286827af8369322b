//! One seed, from start to verdict.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use gavel_runtime::simulation::SplitMix;
use gavel_runtime::timer;
use parking_lot::Mutex;

use crate::check;
use crate::faults;
use crate::ledger::Told;
use crate::mutant::Mutant;
use crate::net::Distance;
use crate::roles::{QUERIES, REPLICAS};
use crate::trace::Trace;
use crate::world::{Setup, Undo, World, now};

/// How long faults go on.
const ROUGH: Duration = Duration::from_secs(4);
/// By when a cluster without faults has to work.
const RECOVERY: Duration = Duration::from_secs(30);

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub seed: u64,
    pub breaches: Vec<String>,
    pub trace: u64,
    pub events: u64,
    pub committed: usize,
    pub aborted: usize,
    pub unknown: usize,
    pub reads: usize,
    /// Closes that went beyond what was asked for, and ahead of time.
    pub ahead: usize,
    pub faults: usize,
}

thread_local! {
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

/// Counts panics of tasks, which runtimes keep to themselves. To be called once.
pub fn watch_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.set(PANICS.get() + 1);
        usual(panic);
    }));
}

/// Runs `seed`.
///
/// # Errors
/// If the machine under the simulation fails, which says nothing about the seed.
pub fn run(seed: u64, mutant: Option<Mutant>) -> Result<Verdict> {
    PANICS.set(0);
    let mut chance = SplitMix(seed ^ 0xfa17);
    let ms = Duration::from_millis;
    let (clock_error, clock_offset) = match chance.below(5) {
        0 | 1 => (None, ms(200)),
        2 => (Some(ms(1)), Duration::from_micros(500)),
        // As far off as they may be: what is dated ahead by one is not reached by another for long.
        3 => (Some(ms(8)), Duration::from_micros(7_900)),
        // Clocks that are not what is said of them: snapshots may be stale, and nothing else.
        _ => (Some(ms(1)), ms(240)),
    };
    // Some clusters have hosts or zones far from each other: there timestamps are closed ahead of time.
    let far = ms(4 + SplitMix(seed ^ 0xd157).below(9));
    let distance = match SplitMix(seed ^ 0xfa2).below(5) {
        0 => Distance::Same(far),
        1 => Distance::Zones(far),
        _ => Distance::Same(Duration::ZERO),
    };
    let setup = Setup { distance, mutant, clock_error, clock_offset, pause: ms(180) };
    let mut world = World::new(seed, setup)?;
    world.ledger.expect_fresh(clock_error.is_none_or(|error| clock_offset < error));
    let mut struck = 0;
    if set_up(&mut world) {
        struck = rough(&mut world, &mut chance)?;
        recover(&mut world)?;
    }
    if PANICS.get() > 0 {
        world.net.breach(format!("{} tasks panicked", PANICS.get()));
    }
    let mut breaches = world.net.breaches();
    let book = world.ledger.book.lock();
    breaches.extend(check::breaches(&book));
    let told = |wanted: fn(&Told) -> bool| book.told.values().filter(|told| wanted(told)).count();
    let trace: Trace = world.net.trace();
    Ok(Verdict {
        seed,
        breaches,
        trace: std::hash::Hasher::finish(&trace),
        events: trace.events(),
        committed: told(|told| matches!(told, Told::Committed(_))),
        aborted: told(|told| *told == Told::Aborted),
        unknown: told(|told| *told == Told::Unknown),
        reads: book.reads.len(),
        ahead: book.ahead,
        faults: struck,
    })
}

/// Puts the first rows there.
fn set_up(world: &mut World) -> bool {
    let ready = Arc::new(AtomicBool::new(false));
    let Some((handle, session, _)) = world.session(QUERIES[0]) else { return false };
    let done = Arc::clone(&ready);
    handle.spawn(async move {
        while !session.set_up().await {
            timer::sleep(Duration::from_millis(100)).await;
        }
        done.store(true, Ordering::Relaxed);
    });
    world.net.mark(QUERIES[0]);
    world.run_until(RECOVERY, || ready.load(Ordering::Relaxed));
    let is_ready = ready.load(Ordering::Relaxed);
    if !is_ready {
        world.net.breach("a new cluster does not begin to work".into());
    }
    is_ready
}

/// Clients at work while things go wrong; how many did.
fn rough(world: &mut World, chance: &mut SplitMix) -> Result<usize> {
    world.start_load();
    let begin = now();
    let end = begin + ROUGH;
    let plan = faults::plan(chance, begin, end);
    let struck = plan.len();
    let mut undo: BTreeMap<(Duration, usize), Undo> = BTreeMap::new();
    for (n, (at, fault, lasts)) in plan.into_iter().enumerate() {
        while let Some(((when, _), _)) = undo.first_key_value()
            && *when <= at
        {
            let Some(((when, _), one)) = undo.pop_first() else { break };
            go_on(world, when);
            world.undo(one)?;
        }
        go_on(world, at);
        if !world.net.is_sound() {
            return Ok(n);
        }
        if let Some(one) = world.strike(&fault) {
            undo.insert((at + lasts, n), one);
        }
    }
    go_on(world, end);
    Ok(struck)
}

fn go_on(world: &mut World, to: Duration) {
    let net = Arc::clone(&world.net);
    world.run_until(to, || !net.is_sound());
}

/// Without faults the cluster works again, and its replicas agree.
fn recover(world: &mut World) -> Result<()> {
    if !world.net.is_sound() {
        return Ok(());
    }
    world.heal()?;
    // What clients still wait for is told them; nobody begins anything after that.
    let settled = now() + Duration::from_secs(1);
    go_on(world, settled);
    world.end_load()?;
    let Some((handle, session, ground)) = world.session(QUERIES[0]) else { return Ok(()) };
    let stage = Arc::new(Mutex::new("commit"));
    let theirs = Arc::clone(&stage);
    handle.spawn(async move {
        let last = loop {
            if let Some(ts) = session.prove_life().await {
                break ts;
            }
            timer::sleep(Duration::from_millis(50)).await;
        };
        *theirs.lock() = "serve reads at every replica";
        for replica in REPLICAS {
            let storage = ground.storage(&[replica]);
            while !session.read_all(&storage, last).await {
                timer::sleep(Duration::from_millis(50)).await;
            }
        }
        *theirs.lock() = "";
    });
    world.net.mark(QUERIES[0]);
    let net = Arc::clone(&world.net);
    let deadline = now() + RECOVERY;
    world.run_until(deadline, || stage.lock().is_empty() || !net.is_sound());
    let missing = *stage.lock();
    if !missing.is_empty() && world.net.is_sound() {
        world.net.breach(format!("{} s after the last fault the cluster does not {missing}", RECOVERY.as_secs()));
    }
    // Nodes that lag still show what they have.
    let settled = now() + Duration::from_secs(1);
    go_on(world, settled);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long reads at fresh snapshots take in a cluster in which a message takes `distance`, and what was
    /// closed ahead.
    fn reads(distance: Duration, clock_error: Option<Duration>) -> (Vec<Duration>, usize) {
        let (clock_offset, pause) = (Duration::from_micros(500), Duration::from_millis(180));
        let setup = Setup { distance: Distance::Same(distance), mutant: None, clock_error, clock_offset, pause };
        let mut world = World::new(7, setup).expect("a world");
        assert!(set_up(&mut world));
        let (handle, session, _) = world.session(QUERIES[0]).expect("a session");
        let took = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&took);
        // Clock mode is declared after ten seconds of good clocks.
        let begin = now().max(Duration::from_secs(13));
        handle.spawn(async move {
            loop {
                let looked = session.look().await.expect("a read");
                if now() > begin + Duration::from_secs(1) {
                    theirs.lock().push(looked);
                }
                timer::sleep(Duration::from_millis(7)).await;
            }
        });
        world.net.mark(QUERIES[0]);
        world.run_until(begin + Duration::from_secs(4), || false);
        assert_eq!(world.net.breaches(), Vec::<String>::new());
        assert_eq!(check::breaches(&world.ledger.book.lock()), Vec::<String>::new());
        let took = took.lock().clone();
        assert!(took.len() > 50, "{}", took.len());
        (took, world.ledger.book.lock().ahead)
    }

    /// The longest that a message of the usual weather takes to a replica and back.
    fn there_and_back(distance: Duration) -> Duration {
        (distance + Duration::from_micros(800)) * 2
    }

    #[test]
    fn far_from_the_leader_reads_do_not_wait_for_it() {
        let distance = Duration::from_millis(10);
        let (took, ahead) = reads(distance, Some(Duration::from_millis(1)));
        let late = took.iter().filter(|took| **took > there_and_back(distance)).count();
        // One that meets a ceiling which is not durable yet waits.
        assert!(late * 20 <= took.len(), "{late} of {} reads have waited: {took:?}", took.len());
        assert!(ahead > 100, "{ahead} were closed ahead");
    }

    #[test]
    fn near_the_leader_nothing_is_closed_ahead() {
        let (_, ahead) = reads(Duration::ZERO, Some(Duration::from_millis(1)));
        assert_eq!(ahead, 0);
    }
}
