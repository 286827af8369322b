//! Time, the hosts, and what happens next.
//!
//! The world runs the hosts that have something to do, one after another, each until none of its tasks
//! can go on. When nobody has anything to do, time jumps to the next message or timer. Nothing else moves
//! it, and nothing runs beside it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use gavel_clock::Clock;
use gavel_runtime::simulation::{self, Owner, Simulation, SplitMix};
use tempfile::TempDir;

use crate::clock::{HostClock, Step};
use crate::disk::SimulatedDisk;
use crate::faults::{Direction, Fault, Victim};
use crate::host::Host;
use crate::ledger::Ledger;
use crate::load::{Load, Session};
use crate::mutant::Mutant;
use crate::net::{Distance, Net, Services, Weather};
use crate::roles::{self, Ground, JOURNALS, QUERIES, REPLICAS};

/// What a run is made of besides its seed.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub distance: Distance,
    pub mutant: Option<Mutant>,
    /// How wrong clocks are said to be at most; `None` where nobody vouches for them.
    pub clock_error: Option<Duration>,
    /// How wrong they are at most.
    pub clock_offset: Duration,
    /// Longest pause between two transactions of a client.
    pub pause: Duration,
}

struct Machine {
    host: Option<Host>,
    frozen: bool,
    clock: Arc<HostClock>,
    disk: Option<SimulatedDisk>,
    dir: Option<TempDir>,
}

/// See the module.
pub struct World {
    pub net: Arc<Net>,
    pub ledger: Arc<Ledger>,
    setup: Setup,
    chance: SplitMix,
    machines: BTreeMap<Owner, Machine>,
    /// Clients begin with their hosts from now on.
    loaded: bool,
    simulation: Simulation,
}

impl World {
    /// A cluster, booted.
    ///
    /// # Errors
    /// If the machine under the simulation has no room for it.
    pub fn new(seed: u64, setup: Setup) -> Result<Self> {
        let simulation = Simulation::enter(seed);
        let mut chance = SplitMix(seed ^ 0x5eed);
        let net = Net::new(chance.next_u64(), Weather::default(), setup.distance);
        let ledger = Ledger::new(Arc::clone(&net));
        let machines = BTreeMap::new();
        let mut world = Self { net, ledger, setup, chance, machines, loaded: false, simulation };
        for owner in JOURNALS.into_iter().chain(REPLICAS).chain(QUERIES) {
            let disk = JOURNALS
                .contains(&owner)
                .then(|| SimulatedDisk::new(Arc::clone(&world.net), owner, world.chance.next_u64(), setup.mutant));
            let dir = if REPLICAS.contains(&owner) { Some(store_dir()?) } else { None };
            let clock = Arc::new(world.clock());
            world.machines.insert(owner, Machine { host: None, frozen: false, clock, disk, dir });
            world.boot(owner)?;
        }
        Ok(world)
    }

    fn clock(&mut self) -> HostClock {
        let error = self.setup.clock_error;
        let most = self.setup.clock_offset.as_nanos() as u64;
        let offset = self.chance.below(2 * most + 1) as i64 - most as i64;
        HostClock::new(offset, error, self.setup.mutant)
    }

    /// Starts the process of a machine, if it does not run.
    ///
    /// # Errors
    /// If there is no runtime for it.
    pub fn boot(&mut self, owner: Owner) -> Result<()> {
        let clock = Arc::new(self.clock());
        let machine = self.machines.get_mut(&owner).context("no such machine")?;
        if machine.host.is_some() {
            return Ok(());
        }
        let host = Host::start().context("cannot build a runtime")?;
        let handle = host.handle();
        machine.frozen = false;
        machine.clock = Arc::clone(&clock);
        let place = self.net.boot(owner, handle.clone());
        let (net, ledger, mutant) = (Arc::clone(&self.net), Arc::clone(&self.ledger), self.setup.mutant);
        let ground = Ground { net, ledger, place, clock, mutant };
        // Timers that are set while tasks are made belong to the host.
        self.simulation.set_owner(owner);
        if let Some(disk) = &mut machine.disk {
            if disk.is_cut() {
                *disk = disk.after_cut();
            }
            handle.spawn(roles::journal(ground, disk.clone()));
        } else if let Some(dir) = &machine.dir {
            let dir = dir.path().to_owned();
            handle.spawn(async move { roles::replica(ground, &dir).await });
        } else if self.loaded {
            start_clients(&handle, &ground.session(), self.setup.pause);
        }
        machine.host = Some(host);
        self.net.mark(owner);
        Ok(())
    }

    /// Kills a process; of a journal node, the power is cut.
    pub fn crash(&mut self, owner: Owner) {
        let Some(machine) = self.machines.get_mut(&owner) else { return };
        let Some(host) = machine.host.take() else { return };
        self.net.silence(owner);
        if let Some(disk) = &mut machine.disk {
            *disk = disk.after_cut();
        }
        let services = self.net.bury(owner);
        drop(host);
        drop(services);
        self.net.close_fallen();
    }

    /// Crashes the nodes whose power went off in the midst of their work.
    fn crash_cut(&mut self) {
        let cut =
            |machine: &Machine| machine.host.is_some() && machine.disk.as_ref().is_some_and(SimulatedDisk::is_cut);
        let hosts: Vec<Owner> =
            self.machines.iter().filter(|(_, machine)| cut(machine)).map(|(owner, _)| *owner).collect();
        for owner in hosts {
            self.crash(owner);
        }
    }

    fn is_frozen(&self, owner: Owner) -> bool {
        self.machines.get(&owner).is_some_and(|machine| machine.frozen)
    }

    fn settle(&mut self) {
        while let Some(owner) = self.net.next_dirty(|owner| self.is_frozen(owner)) {
            if let Some(host) = self.machines.get(&owner).and_then(|machine| machine.host.as_ref()) {
                self.simulation.set_owner(owner);
                tracing::trace_span!("host", owner).in_scope(|| host.run());
                self.net.close_fallen();
            }
            self.crash_cut();
        }
    }

    /// Goes on until `end`, or until `done`.
    pub fn run_until(&mut self, end: Duration, done: impl Fn() -> bool) {
        loop {
            self.settle();
            if done() {
                return;
            }
            let event = self.net.next_event();
            let timer = self.simulation.next_timer(|owner| self.is_frozen(owner));
            let next = match (event, timer) {
                (Some(event), Some(timer)) => event.min(timer),
                (Some(at), None) | (None, Some(at)) => at,
                (None, None) => end,
            };
            if next >= end {
                self.simulation.advance(end);
                return;
            }
            self.simulation.advance(next);
            if event.is_some_and(|event| timer.is_none_or(|timer| event <= timer)) {
                self.net.happen();
            } else if let Some(owner) = self.simulation.ring(|owner| self.is_frozen(owner)) {
                self.net.mark(owner);
            }
        }
    }

    /// The journal node that leads, as far as it knows itself.
    fn leader(&self) -> Option<Owner> {
        JOURNALS
            .into_iter()
            .find(|owner| self.net.services(*owner).journal.is_some_and(|journal| journal.leadership().leading))
    }

    fn find(&self, victim: Victim) -> Option<Owner> {
        match victim {
            Victim::Host(owner) => Some(owner),
            Victim::Leader => self.leader(),
        }
    }

    /// Does what a fault says; what undoes it, if something has to.
    pub fn strike(&mut self, fault: &Fault) -> Option<Undo> {
        tracing::info!(at = ?now(), ?fault, leader = ?self.leader(), "strikes");
        match fault {
            Fault::Crash(victim, operations) => {
                let owner = self.find(*victim)?;
                match (operations, self.machines.get(&owner)?.disk.as_ref()) {
                    (Some(operations), Some(disk)) => disk.cut_after(*operations),
                    _ => self.crash(owner),
                }
                Some(Undo::Boot(owner))
            }
            Fault::Freeze(victim) => {
                let owner = self.find(*victim)?;
                self.machines.get_mut(&owner)?.frozen = true;
                Some(Undo::Thaw(owner))
            }
            Fault::CutOff(victim, direction) => {
                let owner = self.find(*victim)?;
                self.cut_off(owner, *direction, true);
                Some(Undo::Join(owner, *direction))
            }
            Fault::Storm(weather) => {
                self.net.set_weather(weather.clone());
                Some(Undo::Calm)
            }
            Fault::Step(victim, nanos) => {
                let owner = self.find(*victim)?;
                let clock = self.watched(owner)?.clone();
                let step = clock.step(*nanos);
                Some(Undo::StepBack(owner, clock, step))
            }
            Fault::LoseClock(victim) => {
                let owner = self.find(*victim)?;
                self.machines.get(&owner)?.clock.set_lost(true);
                Some(Undo::FindClock(owner))
            }
            Fault::StopClock(victim) => {
                let owner = self.find(*victim)?;
                self.watched(owner)?.set_standing(true);
                Some(Undo::StartClock(owner))
            }
            Fault::HandOver => {
                let owner = self.leader()?;
                let journal = self.net.services(owner).journal?;
                let handle = self.machines.get(&owner)?.host.as_ref()?.handle();
                handle.spawn(async move {
                    // Whoever does not take over has a reason.
                    let _ = journal.step_down().await;
                });
                self.net.mark(owner);
                None
            }
        }
    }

    /// The clock of a host whose guard has seen it right before.
    fn watched(&self, owner: Owner) -> Option<&Arc<HostClock>> {
        let clock = &self.machines.get(&owner)?.clock;
        let _seen = clock.now();
        Some(clock)
    }

    fn cut_off(&self, owner: Owner, direction: Direction, cut: bool) {
        for other in self.machines.keys().filter(|other| **other != owner) {
            if direction == Direction::Peers && !JOURNALS.contains(other) {
                continue;
            }
            if direction != Direction::Out {
                self.net.cut(*other, owner, cut);
            }
            if direction != Direction::In {
                self.net.cut(owner, *other, cut);
            }
        }
    }

    /// Undoes a fault.
    ///
    /// # Errors
    /// As [`World::boot`].
    pub fn undo(&mut self, undo: Undo) -> Result<()> {
        tracing::info!(at = ?now(), ?undo, "ends");
        match undo {
            Undo::Boot(owner) => {
                // One whose disk had too little to do to reach the cut is cut now.
                if self.machines.get(&owner).is_some_and(|machine| machine.disk.is_some()) {
                    self.crash(owner);
                }
                self.boot(owner)?;
            }
            Undo::Thaw(owner) => {
                if let Some(machine) = self.machines.get_mut(&owner) {
                    machine.frozen = false;
                }
                self.net.mark(owner);
            }
            Undo::Join(owner, direction) => self.cut_off(owner, direction, false),
            Undo::Calm => self.net.calm(),
            Undo::StepBack(_, clock, step) => clock.step_back(step),
            Undo::FindClock(owner) => {
                if let Some(machine) = self.machines.get(&owner) {
                    machine.clock.set_lost(false);
                }
            }
            Undo::StartClock(owner) => {
                if let Some(machine) = self.machines.get(&owner) {
                    machine.clock.set_standing(false);
                }
            }
        }
        Ok(())
    }

    /// Nothing is wrong any more.
    ///
    /// # Errors
    /// As [`World::boot`].
    pub fn heal(&mut self) -> Result<()> {
        self.net.heal();
        let owners: Vec<Owner> = self.machines.keys().copied().collect();
        for owner in owners {
            if let Some(disk) = self.machines.get(&owner).and_then(|machine| machine.disk.as_ref()) {
                disk.cut_after(u64::MAX);
            }
            self.undo(Undo::Thaw(owner))?;
            self.undo(Undo::FindClock(owner))?;
            self.undo(Undo::StartClock(owner))?;
            self.boot(owner)?;
        }
        Ok(())
    }

    /// A session on a query node that runs, with its host's handle.
    pub fn session(&mut self, owner: Owner) -> Option<(tokio::runtime::Handle, Session, Ground)> {
        let machine = self.machines.get(&owner)?;
        let handle = machine.host.as_ref()?.handle();
        let ground = Ground {
            net: Arc::clone(&self.net),
            ledger: Arc::clone(&self.ledger),
            place: self.net.place(owner),
            clock: Arc::clone(&machine.clock),
            mutant: self.setup.mutant,
        };
        Some((handle, ground.session(), ground))
    }

    /// Starts the clients, now and with every later life of their hosts.
    pub fn start_load(&mut self) {
        self.loaded = true;
        for owner in QUERIES {
            if let Some((handle, session, _)) = self.session(owner) {
                self.simulation.set_owner(owner);
                start_clients(&handle, &session, self.setup.pause);
                self.net.mark(owner);
            }
        }
    }

    /// Ends the clients; their hosts begin a new life without any.
    ///
    /// # Errors
    /// As [`World::boot`].
    pub fn end_load(&mut self) -> Result<()> {
        self.loaded = false;
        for owner in QUERIES {
            self.crash(owner);
            self.boot(owner)?;
        }
        Ok(())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for owner in JOURNALS.into_iter().chain(REPLICAS).chain(QUERIES) {
            if let Some(host) = self.machines.get_mut(&owner).and_then(|machine| machine.host.take()) {
                let services: Services = self.net.bury(owner);
                drop(host);
                drop(services);
            }
        }
        self.net.end();
    }
}

/// What ends a fault.
#[derive(Clone, Debug)]
pub enum Undo {
    Boot(Owner),
    Thaw(Owner),
    Join(Owner, Direction),
    Calm,
    StepBack(Owner, Arc<HostClock>, Step),
    FindClock(Owner),
    StartClock(Owner),
}

fn start_clients(handle: &tokio::runtime::Handle, session: &Session, pause: Duration) {
    for load in [Load::Bank, Load::Bank, Load::Audit, Load::Lists, Load::Pairs, Load::Pairs, Load::Marks] {
        handle.spawn(session.clone().run(load, pause));
    }
}

/// A directory for a store, in memory where the machine has such a thing.
fn store_dir() -> Result<TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() {
        TempDir::with_prefix_in("gavel-sim-", memory)
    } else {
        TempDir::with_prefix("gavel-sim-")
    };
    made.context("cannot make a directory for a store")
}

/// Virtual time.
pub fn now() -> Duration {
    simulation::now()
}
