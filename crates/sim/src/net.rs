//! The network between simulated processes, at the level of messages.
//!
//! ```text
//!   caller ──request──► delay, loss, copies, cuts ──► a task of the other host
//!          ◄──answer─── delay, loss, cuts ◄──────────┘
//! ```
//! A message is what the other side is to do, with the services that it has; what gRPC makes of it has
//! tests of its own in `rpc`. A call that gets no answer ends after [`GIVE_UP`], as a connection does
//! whose other end gives no sign of life. What was sent by a host in an earlier life still arrives; what
//! is answered to one reaches nobody. A copy arrives while the other is worked on or was lost, late as it
//! may be, but not once one was answered: with its answer a call is over at the other end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::journal::{PeerService, Replicated, Witness};
use gavel_api::storage::Storage;
use gavel_runtime::simulation::{self, Owner, SplitMix};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::trace::Trace;

/// After this long a connection without a sign of life is given up.
const GIVE_UP: Duration = Duration::from_secs(3);

/// How late the second copy of a message may come.
const STRAGGLE: Duration = Duration::from_secs(3);

/// What a host serves.
#[derive(Clone, Default)]
pub struct Services {
    pub journal: Option<Arc<dyn Replicated>>,
    pub peer: Option<Arc<dyn PeerService>>,
    pub adjudicator: Option<Arc<dyn Adjudicator>>,
    pub witness: Option<Arc<dyn Witness>>,
    pub storage: Option<Arc<dyn Storage>>,
}

/// What the other side is to do; `None` if it does not serve that.
pub type Ask<T> = Arc<dyn Fn(&Services) -> Option<BoxFuture<'static, T>> + Send + Sync>;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The request was not taken: nothing was done.
    Refused,
    /// It may have been.
    Lost,
}

/// A host in one of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub host: Owner,
    pub life: u32,
}

/// What the network does to messages.
#[derive(Clone, Debug)]
pub struct Weather {
    /// Shortest and longest delay of a message.
    pub delay: (Duration, Duration),
    /// Of a thousand messages, how many are lost.
    pub lost: u64,
    /// Of a thousand requests, how many arrive twice.
    pub doubled: u64,
}

impl Default for Weather {
    fn default() -> Self {
        Self { delay: (Duration::from_micros(150), Duration::from_micros(800)), lost: 0, doubled: 0 }
    }
}

/// How far hosts are from each other, besides what the weather does.
#[derive(Clone, Copy, Debug)]
pub enum Distance {
    /// Each from each.
    Same(Duration),
    /// Those of different zones; hosts with the same last digit are in one.
    Zones(Duration),
}

impl Distance {
    fn between(self, one: Owner, other: Owner) -> Duration {
        match self {
            Self::Zones(_) if one % 10 == other % 10 => Duration::ZERO,
            Self::Same(distance) | Self::Zones(distance) => distance,
        }
    }
}

type Event = Box<dyn FnOnce(&Arc<Net>) + Send>;

#[derive(Default)]
struct Slot {
    life: u32,
    alive: bool,
    handle: Option<Handle>,
    services: Services,
}

struct State {
    chance: SplitMix,
    events: BTreeMap<(Duration, u64), Event>,
    numbers: u64,
    slots: BTreeMap<Owner, Slot>,
    weather: Weather,
    /// Without a storm.
    usual: Weather,
    distance: Distance,
    /// Ways that are cut, one direction each.
    cuts: BTreeSet<(Owner, Owner)>,
    /// Hosts that have something to do.
    dirty: BTreeSet<Owner>,
    /// Calls whose process died before it had answered, by number: processes let go of their tasks in no
    /// order that could be played again.
    fallen: BTreeMap<u64, Event>,
    trace: Trace,
    breaches: Vec<String>,
}

/// See the module.
pub struct Net(Mutex<State>);

impl Net {
    /// Where messages usually take what `usual` says, and what lies between hosts.
    pub fn new(seed: u64, usual: Weather, distance: Distance) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            chance: SplitMix(seed),
            events: BTreeMap::new(),
            numbers: 0,
            slots: BTreeMap::new(),
            weather: usual.clone(),
            usual,
            distance,
            cuts: BTreeSet::new(),
            dirty: BTreeSet::new(),
            fallen: BTreeMap::new(),
            trace: Trace::default(),
            breaches: Vec::new(),
        })))
    }

    /// A host begins a life.
    pub fn boot(&self, host: Owner, handle: Handle) -> Place {
        let mut state = self.0.lock();
        let slot = state.slots.entry(host).or_default();
        slot.life += 1;
        slot.alive = true;
        slot.handle = Some(handle);
        Place { host, life: slot.life }
    }

    /// The present life of a host.
    pub fn place(&self, host: Owner) -> Place {
        let life = self.0.lock().slots.get(&host).map_or(0, |slot| slot.life);
        Place { host, life }
    }

    /// Nothing happens any more. What was under way may own hosts' things, which own this.
    pub fn end(&self) {
        let (events, fallen) = {
            let mut state = self.0.lock();
            (std::mem::take(&mut state.events), std::mem::take(&mut state.fallen))
        };
        drop((events, fallen));
    }

    /// From now on nothing leaves the host or reaches it.
    pub fn silence(&self, host: Owner) {
        if let Some(slot) = self.0.lock().slots.get_mut(&host) {
            slot.alive = false;
        }
    }

    /// The end of a life; what it served is to be dropped by the caller, outside of any lock.
    #[must_use]
    pub fn bury(&self, host: Owner) -> Services {
        let mut state = self.0.lock();
        let Some(slot) = state.slots.get_mut(&host) else { return Services::default() };
        slot.alive = false;
        slot.handle = None;
        std::mem::take(&mut slot.services)
    }

    /// What the host serves from now on.
    pub fn serve(&self, place: Place, services: Services) {
        let old = {
            let mut state = self.0.lock();
            let slot = state.slots.entry(place.host).or_default();
            if slot.life == place.life { std::mem::replace(&mut slot.services, services) } else { services }
        };
        drop(old);
    }

    /// What the host serves, for the world's own eyes.
    pub fn services(&self, host: Owner) -> Services {
        self.0.lock().slots.get(&host).map(|slot| slot.services.clone()).unwrap_or_default()
    }

    pub fn set_weather(&self, weather: Weather) {
        self.0.lock().weather = weather;
    }

    /// The storm is over.
    pub fn calm(&self) {
        let mut state = self.0.lock();
        state.weather = state.usual.clone();
    }

    /// Cuts the way from one host to another, or opens it again.
    pub fn cut(&self, from: Owner, to: Owner, cut: bool) {
        let mut state = self.0.lock();
        if cut {
            state.cuts.insert((from, to));
        } else {
            state.cuts.remove(&(from, to));
        }
    }

    pub fn heal(&self) {
        let mut state = self.0.lock();
        state.cuts.clear();
        state.weather = state.usual.clone();
    }

    /// A number below `n`, from the seed.
    pub fn below(&self, n: u64) -> u64 {
        self.0.lock().chance.below(n)
    }

    /// A rule was broken.
    pub fn breach(&self, what: String) {
        let mut state = self.0.lock();
        if state.breaches.len() < 10 {
            let at = simulation::now();
            state.breaches.push(format!("at {:.6} s: {what}", at.as_secs_f64()));
        }
    }

    pub fn breaches(&self) -> Vec<String> {
        self.0.lock().breaches.clone()
    }

    pub fn is_sound(&self) -> bool {
        self.0.lock().breaches.is_empty()
    }

    /// Adds to the trace, with the present time.
    pub fn note(&self, event: impl std::hash::Hash) {
        self.0.lock().trace.add((simulation::now(), event));
    }

    pub fn trace(&self) -> Trace {
        self.0.lock().trace
    }

    /// The host has something to do.
    pub fn mark(&self, host: Owner) {
        self.0.lock().dirty.insert(host);
    }

    /// A host that has something to do and is not `idle`.
    pub fn next_dirty(&self, idle: impl Fn(Owner) -> bool) -> Option<Owner> {
        let mut state = self.0.lock();
        let host = state.dirty.iter().copied().find(|host| !idle(*host))?;
        state.dirty.remove(&host);
        Some(host)
    }

    /// Closes the connections of processes that died.
    pub fn close_fallen(self: &Arc<Self>) {
        loop {
            let Some((_, close)) = ({ self.0.lock().fallen.pop_first() }) else { return };
            close(self);
        }
    }

    pub fn next_event(&self) -> Option<Duration> {
        self.0.lock().events.keys().next().map(|(at, _)| *at)
    }

    /// Lets the next event happen.
    pub fn happen(self: &Arc<Self>) {
        let event = self.0.lock().events.pop_first();
        if let Some((_, event)) = event {
            event(self);
        }
    }

    fn after(&self, wait: Duration, event: impl FnOnce(&Arc<Self>) + Send + 'static) {
        let mut state = self.0.lock();
        state.numbers += 1;
        let key = (simulation::now() + wait, state.numbers);
        state.events.insert(key, Box::new(event));
    }

    /// How long the next message between two hosts takes.
    fn delay(&self, from: Owner, to: Owner) -> Duration {
        let mut state = self.0.lock();
        let (least, most) = state.weather.delay;
        let spread = (most - least).as_nanos() as u64;
        state.distance.between(from, to) + least + Duration::from_nanos(state.chance.below(spread + 1))
    }

    fn chance_of(&self, of_thousand: impl Fn(&Weather) -> u64) -> bool {
        let mut state = self.0.lock();
        let share = of_thousand(&state.weather);
        share > 0 && state.chance.below(1_000) < share
    }

    /// Whether a message may pass now.
    fn is_open(&self, from: Place, to: Owner) -> bool {
        let state = self.0.lock();
        let sends = state.slots.get(&from.host).is_some_and(|slot| slot.alive && slot.life == from.life);
        sends && !state.cuts.contains(&(from.host, to))
    }

    /// Whether `place` still lives.
    pub fn is_alive(&self, place: Place) -> bool {
        self.0.lock().slots.get(&place.host).is_some_and(|slot| slot.alive && slot.life == place.life)
    }

    /// Asks another host to do something.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn call<T: Send + 'static>(self: &Arc<Self>, from: Place, to: Owner, ask: Ask<T>) -> Result<T, Broken> {
        let (tell, told) = oneshot::channel();
        let number = {
            let mut state = self.0.lock();
            state.numbers += 1;
            state.numbers
        };
        let answered = AtomicBool::new(false);
        let line = Arc::new(Line { net: Arc::clone(self), number, from, to, answered, tell: Mutex::new(Some(tell)) });
        if self.is_open(from, to) {
            let copies = 1 + u32::from(self.chance_of(|weather| weather.doubled));
            for copy in 0..copies {
                if self.chance_of(|weather| weather.lost) {
                    continue;
                }
                let mut delay = self.delay(from.host, to);
                if copy > 0 && self.below(2) == 0 {
                    delay += Duration::from_micros(self.below(STRAGGLE.as_micros() as u64));
                }
                let (line, ask) = (Arc::clone(&line), Arc::clone(&ask));
                self.after(delay, move |net| net.deliver(&line, &ask));
            }
        }
        self.after(GIVE_UP, move |_| line.tell(Err(Broken::Lost)));
        told.await.unwrap_or(Err(Broken::Lost))
    }

    fn deliver<T: Send + 'static>(&self, line: &Arc<Line<T>>, ask: &Ask<T>) {
        let (handle, services, life) = {
            let mut state = self.0.lock();
            if state.cuts.contains(&(line.from.host, line.to)) || line.answered.load(Ordering::Relaxed) {
                return;
            }
            state.trace.add((simulation::now(), line.from.host, line.to));
            match state.slots.get(&line.to) {
                Some(slot) if slot.alive => (slot.handle.clone(), slot.services.clone(), slot.life),
                _ => (None, Services::default(), 0),
            }
        };
        let (Some(handle), Some(work)) = (handle, ask(&services)) else {
            line.back(None, Err(Broken::Refused));
            return;
        };
        drop(services);
        let place = Place { host: line.to, life };
        let mut answer = Answer { line: Arc::clone(line), place, given: false };
        handle.spawn(async move {
            let value = work.await;
            answer.given = true;
            answer.line.back(Some(answer.place), Ok(value));
        });
        self.mark(line.to);
    }
}

/// A call under way.
struct Line<T> {
    net: Arc<Net>,
    number: u64,
    from: Place,
    to: Owner,
    /// The other end has answered, whether that arrives or not.
    answered: AtomicBool,
    tell: Mutex<Option<oneshot::Sender<Result<T, Broken>>>>,
}

impl<T: Send + 'static> Line<T> {
    /// Sends an answer back; from `sender`, where that is a process and not the machine under it.
    fn back(self: &Arc<Self>, sender: Option<Place>, answer: Result<T, Broken>) {
        let net = &self.net;
        self.answered.store(true, Ordering::Relaxed);
        if sender.is_some_and(|sender| !net.is_open(sender, self.from.host)) || net.chance_of(|weather| weather.lost) {
            return;
        }
        let line = Arc::clone(self);
        net.after(net.delay(self.to, self.from.host), move |net| {
            if !net.0.lock().cuts.contains(&(line.to, line.from.host)) {
                line.tell(answer);
            }
        });
    }

    fn tell(&self, answer: Result<T, Broken>) {
        let Some(tell) = self.tell.lock().take() else { return };
        if self.net.is_alive(self.from) {
            // Whoever has stopped waiting needs no answer.
            let _ = tell.send(answer);
            self.net.note((self.to, self.from.host));
            self.net.mark(self.from.host);
        }
    }
}

/// Tells the caller if the process dies before it has answered.
struct Answer<T: Send + 'static> {
    line: Arc<Line<T>>,
    place: Place,
    given: bool,
}

impl<T: Send + 'static> Drop for Answer<T> {
    fn drop(&mut self) {
        if !self.given {
            // The machine under the process closes the connection.
            let line = Arc::clone(&self.line);
            let close = move |_: &Arc<Net>| line.back(None, Err(Broken::Lost));
            self.line.net.0.lock().fallen.insert(self.line.number, Box::new(close));
        }
    }
}
