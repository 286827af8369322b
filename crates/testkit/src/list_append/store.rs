//! A store of lists in memory that keeps strong snapshot isolation, or breaks one of its rules, and
//! clients that use it in an order drawn from a seed: what the checker is tested with.

use std::collections::BTreeMap;
use std::rc::Rc;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::history::{Element, Key, Operation, Outcome, Transaction};

/// The rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    None,
    /// A snapshot holds all that was acknowledged.
    FreshSnapshot,
    /// A transaction reads at one snapshot.
    OneSnapshot,
    /// Of two concurrent writers of a list, one is refused.
    FirstCommitterWins,
    /// All of a transaction's writes are kept.
    KeepsWrites,
    /// All of a transaction's writes are seen at once.
    Atomic,
    /// What is not committed is not seen.
    CommittedOnly,
    /// What was refused is not kept.
    AbortsUndo,
}

/// How often the rule is broken: one time in so many.
const BREACH: u32 = 6;
const KEYS: Key = 4;
/// Versions of one list: when each was committed, and what it holds.
type Versions = Vec<(u64, Rc<Vec<Element>>)>;

pub(super) struct Settings {
    pub broken: Rule,
    /// Nobody begins while somebody is at work.
    pub serial: bool,
    pub transactions: usize,
}

struct Store {
    rng: SmallRng,
    settings: Settings,
    lists: BTreeMap<Key, Versions>,
    ts: u64,
    step: u64,
    next_element: Element,
    clients: Vec<Option<Open>>,
    history: Vec<Transaction>,
}

struct Open {
    transaction: Transaction,
    snapshot: Option<u64>,
    to_do: u32,
    writes: BTreeMap<Key, Vec<Element>>,
    /// Set when it has ended in the store and its client is not told yet.
    decided: Option<Outcome>,
}

/// The history of a run.
pub(super) fn run(seed: u64, settings: Settings) -> Vec<Transaction> {
    let mut store = Store {
        rng: SmallRng::seed_from_u64(seed),
        settings,
        lists: BTreeMap::new(),
        ts: 0,
        step: 0,
        next_element: 0,
        clients: (0..5).map(|_| None).collect(),
        history: Vec::new(),
    };
    while store.history.len() < store.settings.transactions {
        let mut client = store.rng.random_range(0..store.clients.len());
        if store.settings.serial {
            client = store.clients.iter().position(Option::is_some).unwrap_or(client);
        }
        store.advance(client);
    }
    // Who has not been told yet never will be.
    store.history.extend(std::mem::take(&mut store.clients).into_iter().flatten().map(|open| open.transaction));
    store.read_all();
    store.history
}

impl Store {
    fn tick(&mut self) -> u64 {
        self.step += 1;
        self.step
    }

    fn breaks(&mut self, rule: Rule) -> bool {
        self.settings.broken == rule && self.rng.random_range(0..BREACH) == 0
    }

    fn advance(&mut self, client: usize) {
        let now = self.tick();
        let Some(mut open) = self.clients[client].take() else {
            let transaction = Transaction {
                client: u32::try_from(client).unwrap(),
                node: 0,
                begun: now,
                ended: None,
                outcome: Outcome::Unknown,
                operations: vec![],
            };
            let to_do = self.rng.random_range(1..=5);
            self.clients[client] =
                Some(Open { transaction, snapshot: None, to_do, writes: BTreeMap::new(), decided: None });
            return;
        };
        match (open.snapshot, open.decided) {
            (None, _) => {
                let stale = if self.breaks(Rule::FreshSnapshot) { self.rng.random_range(1..6) } else { 0 };
                open.snapshot = Some(self.ts.saturating_sub(stale));
            }
            (Some(snapshot), None) if open.to_do > 0 => {
                open.to_do -= 1;
                self.operate(&mut open, snapshot);
            }
            (Some(snapshot), None) => open.decided = Some(self.commit(&open, snapshot)),
            (Some(_), Some(outcome)) => {
                let told = if self.rng.random_range(0..30) == 0 { Outcome::Unknown } else { outcome };
                open.transaction.outcome = told;
                open.transaction.ended = (told != Outcome::Unknown).then_some(now);
                self.history.push(open.transaction);
                return;
            }
        }
        self.clients[client] = Some(open);
    }

    fn operate(&mut self, open: &mut Open, snapshot: u64) {
        let key = self.rng.random_range(0..KEYS);
        if self.rng.random_range(0..2) == 0 {
            self.next_element += 1;
            let element = self.next_element;
            open.writes.entry(key).or_default().push(element);
            open.transaction.operations.push(Operation::Append { key, element });
            return;
        }
        let at = if self.breaks(Rule::OneSnapshot) { self.ts } else { snapshot };
        let mut list = self.at(key, at).to_vec();
        if self.breaks(Rule::CommittedOnly) {
            let others = self.clients.iter().flatten().filter_map(|other| other.writes.get(&key)).flatten();
            list.extend(others);
        }
        list.extend(open.writes.get(&key).into_iter().flatten());
        open.transaction.operations.push(Operation::Read { key, list });
    }

    fn at(&self, key: Key, ts: u64) -> Rc<Vec<Element>> {
        let versions = self.lists.get(&key).into_iter().flatten();
        versions.rev().find(|(committed, _)| *committed <= ts).map(|(_, list)| list.clone()).unwrap_or_default()
    }

    fn commit(&mut self, open: &Open, snapshot: u64) -> Outcome {
        let newest = |key: &Key| self.lists.get(key).and_then(|v| v.last()).map_or(0, |(ts, _)| *ts);
        let conflict = open.writes.keys().any(|key| newest(key) > snapshot);
        // A client gives up by itself now and then.
        let gives_up = self.rng.random_range(0..15) == 0;
        if (conflict && !self.breaks(Rule::FirstCommitterWins)) || gives_up {
            if !conflict && self.breaks(Rule::AbortsUndo) {
                self.install(open, snapshot);
            }
            return Outcome::Aborted;
        }
        self.install(open, snapshot);
        Outcome::Committed
    }

    fn install(&mut self, open: &Open, snapshot: u64) {
        let (loses, splits) = (self.breaks(Rule::KeepsWrites), self.breaks(Rule::Atomic));
        self.ts += 1;
        for (place, (key, elements)) in open.writes.iter().enumerate() {
            if loses && place == 0 {
                continue;
            }
            let mut list = self.at(*key, snapshot).to_vec();
            list.extend(elements);
            // Split in time: what comes later is there only from the next commit on.
            let ts = self.ts + u64::from(splits && place > 0);
            self.lists.entry(*key).or_default().push((ts, Rc::new(list)));
        }
    }

    fn read_all(&mut self) {
        let operations = (0..KEYS).map(|key| Operation::Read { key, list: self.at(key, u64::MAX).to_vec() }).collect();
        let (begun, ended) = (self.tick(), Some(self.tick()));
        self.history.push(Transaction { client: 9, node: 0, begun, ended, outcome: Outcome::Committed, operations });
    }
}
