//! Clients that append to lists and read them, through several query nodes.
//!
//! A list is a text in a row, `INSERT … ON CONFLICT (k) DO UPDATE SET v = lists.v || ',' || …`; a
//! transaction has one to five operations on the few lists that are in use. A list that has grown long
//! is retired for a new one, so that a read stays small; each round of a run has lists of its own, so
//! that its history stands alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::Level;
use crate::history::{Element, Key, Operation, Outcome, Recorder, Transaction};
use crate::session::{Acknowledgements, Entrance, Failure, Session};

/// Lists in use at a time.
const IN_USE: usize = 6;
/// Appends after which a list is retired.
const FULL: u32 = 120;
/// How long a client waits for the answer to a statement.
const PATIENCE: Duration = Duration::from_secs(5);
/// Before another attempt to connect.
const PAUSE: Duration = Duration::from_millis(30);

/// How clients behave.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub clients: usize,
    pub seed: u64,
    pub level: Level,
    /// Between two transactions of a client.
    pub pause: Duration,
}

/// The lists of a database.
#[derive(Debug, Default)]
pub struct Lists {
    next_key: AtomicU32,
    next_element: AtomicU32,
    /// What each held at the end of its round.
    last: Mutex<BTreeMap<Key, Vec<Element>>>,
}

/// The lists of one round, and what was done to them.
#[derive(Debug)]
pub struct Round {
    lists: Arc<Lists>,
    first_key: Key,
    slots: [(AtomicU32, AtomicU32); IN_USE],
    pub recorder: Recorder,
}

impl Lists {
    /// Creates the table.
    pub async fn create(entrance: Entrance) -> Result<Arc<Self>> {
        let client = entrance.connect().await?;
        client.batch_execute("CREATE TABLE lists (k int PRIMARY KEY, v text NOT NULL)").await?;
        Ok(Arc::default())
    }

    /// How many lists of earlier rounds no longer begin with what they held then.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn changed(&self, entrance: Entrance) -> Result<usize> {
        let client = entrance.connect().await?;
        let mut now = BTreeMap::new();
        for row in client.query("SELECT k, v FROM lists", &[]).await? {
            now.insert(Key::try_from(row.get::<_, i32>(0))?, list(row.get(1))?);
        }
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = |(key, then): &(&Key, &Vec<Element>)| match now.get(*key) {
            Some(list) => list.starts_with(then),
            None => then.is_empty(),
        };
        Ok(last.iter().filter(|list| !kept(list)).count())
    }

    /// New lists.
    pub fn round(self: &Arc<Self>) -> Arc<Round> {
        let count = u32::try_from(IN_USE).unwrap_or(u32::MAX);
        let first_key = self.next_key.fetch_add(count, Ordering::Relaxed);
        let keys = (first_key..).take(IN_USE).map(|key| (AtomicU32::new(key), AtomicU32::new(0)));
        let mut slots: [(AtomicU32, AtomicU32); IN_USE] = Default::default();
        slots.iter_mut().zip(keys).for_each(|(slot, key)| *slot = key);
        Arc::new(Round { lists: self.clone(), first_key, slots, recorder: Recorder::default() })
    }
}

impl Round {
    /// Runs transactions until `stop`; returns when each commit was acknowledged.
    pub async fn run(
        self: &Arc<Self>,
        entrances: &[Entrance],
        load: Load,
        stop: &Arc<AtomicBool>,
    ) -> Result<Acknowledgements> {
        let mut tasks = Vec::new();
        for n in 0..load.clients {
            let client = Client {
                number: u32::try_from(n)?,
                round: self.clone(),
                entrances: entrances.to_vec(),
                next: n,
                rng: SmallRng::seed_from_u64(load.seed.wrapping_mul(1_000).wrapping_add(n as u64)),
                level: load.level,
            };
            tasks.push(tokio::spawn(client.run(load.pause, stop.clone())));
        }
        let mut acknowledged = Vec::new();
        for task in tasks {
            acknowledged.extend(task.await?);
        }
        Ok(acknowledged)
    }

    /// Reads all lists of the round in one transaction, which ends its history.
    pub async fn read_all(&self, entrance: Entrance) -> Result<()> {
        let client = entrance.connect().await?;
        let transaction = self.recorder.begin(u32::MAX, 0);
        let last = self.lists.next_key.load(Ordering::Relaxed);
        let keys: Vec<Key> = (self.first_key..last).collect();
        let operations = tokio::time::timeout(PATIENCE * 4, read(&client, &keys)).await?.map_err(|e| match e {
            Reading::Sql(error) => anyhow::Error::from(error),
            Reading::NotAList(text) => anyhow::anyhow!("{text:?} is not a list"),
        })?;
        {
            let mut last = self.lists.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.extend(operations.iter().filter_map(|operation| match operation {
                Operation::Read { key, list } => Some((*key, list.clone())),
                Operation::Append { .. } => None,
            }));
        }
        self.recorder.end(Transaction { operations, ..transaction }, Outcome::Committed);
        Ok(())
    }

    fn append_to(&self, rng: &mut SmallRng) -> Key {
        let (key, appends) = &self.slots[rng.random_range(0..IN_USE)];
        if appends.fetch_add(1, Ordering::Relaxed) == FULL {
            key.store(self.lists.next_key.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
            appends.store(0, Ordering::Relaxed);
        }
        key.load(Ordering::Relaxed)
    }

    fn in_use(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.slots.iter().map(|(key, _)| key.load(Ordering::Relaxed)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

struct Client {
    number: u32,
    round: Arc<Round>,
    entrances: Vec<Entrance>,
    /// Which entrance comes next.
    next: usize,
    rng: SmallRng,
    level: Level,
}

enum Reading {
    Sql(tokio_postgres::Error),
    NotAList(String),
}

impl From<tokio_postgres::Error> for Reading {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

impl Client {
    async fn run(mut self, pause: Duration, stop: Arc<AtomicBool>) -> Acknowledgements {
        let mut acknowledged = Vec::new();
        let mut session = None;
        while !stop.load(Ordering::Relaxed) {
            let node = self.next % self.entrances.len();
            let Some(client) = &session else {
                session = self.entrances[node].connect().await.ok();
                if session.is_none() {
                    self.next += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                continue;
            };
            let mut transaction = self.round.recorder.begin(self.number, u32::try_from(node).unwrap_or(u32::MAX));
            let (outcome, goes_on) = self.transact(client, &mut transaction.operations).await;
            self.round.recorder.end(transaction, outcome);
            if outcome == Outcome::Committed {
                acknowledged.push((self.number as usize, Instant::now()));
            }
            if !goes_on {
                (session, self.next) = (None, self.next + 1);
            }
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
        acknowledged
    }

    /// One transaction; the outcome, and whether the session is good for another.
    async fn transact(&mut self, client: &Session, done: &mut Vec<Operation>) -> (Outcome, bool) {
        let begin = match self.level {
            Level::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            Level::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        };
        let mut answer = self.statement(client, begin).await;
        for _ in 0..self.rng.random_range(1..=5) {
            if answer.is_err() {
                break;
            }
            answer = self.operate(client, done).await;
        }
        if let Err(failure) = answer {
            let goes_on = failure != Failure::Broken && self.statement(client, "ROLLBACK").await.is_ok();
            return (Outcome::Aborted, goes_on);
        }
        // One transaction in twenty is rolled back on purpose: its appends must never be seen.
        if self.rng.random_range(0..20) == 0 {
            let goes_on = self.statement(client, "ROLLBACK").await.is_ok();
            return (Outcome::Aborted, goes_on);
        }
        match self.statement(client, "COMMIT").await {
            Ok(()) => (Outcome::Committed, true),
            Err(Failure::Refused) => (Outcome::Aborted, true),
            Err(Failure::Unknown | Failure::Broken) => (Outcome::Unknown, false),
        }
    }

    async fn operate(&mut self, client: &Session, done: &mut Vec<Operation>) -> Result<(), Failure> {
        if self.rng.random_range(0..2) == 0 {
            let key = self.round.append_to(&mut self.rng);
            let element = self.round.lists.next_element.fetch_add(1, Ordering::Relaxed);
            // Told before it is answered: it may be there whether or not the answer comes.
            done.push(Operation::Append { key, element });
            let sql = format!(
                "INSERT INTO lists VALUES ({key}, '{element}')
                 ON CONFLICT (k) DO UPDATE SET v = lists.v || ',' || excluded.v"
            );
            return self.statement(client, &sql).await;
        }
        let mut keys = self.round.in_use();
        // Mostly one row by its key; now and then all lists in one statement, which is a scan.
        if self.rng.random_range(0..4) != 0 {
            keys = vec![keys[self.rng.random_range(0..keys.len())]];
        }
        match tokio::time::timeout(PATIENCE, read(client, &keys)).await {
            Ok(Ok(lists)) => {
                done.extend(lists);
                Ok(())
            }
            Ok(Err(Reading::Sql(error))) => Err(Failure::of(&error)),
            // What is no list is told as an element that nobody appended.
            Ok(Err(Reading::NotAList(_))) => {
                done.push(Operation::Read { key: keys[0], list: vec![Element::MAX] });
                Ok(())
            }
            Err(_) => Err(Failure::Broken),
        }
    }

    async fn statement(&self, client: &Session, sql: &str) -> Result<(), Failure> {
        match tokio::time::timeout(PATIENCE, client.batch_execute(sql)).await {
            Ok(answer) => answer.map_err(|error| Failure::of(&error)),
            Err(_) => Err(Failure::Broken),
        }
    }
}

/// Reads the lists `keys`; those without a row are empty.
async fn read(client: &Session, keys: &[Key]) -> Result<Vec<Operation>, Reading> {
    let texts: Vec<(i32, String)> = if let [key] = keys {
        let key = i32::try_from(*key).unwrap_or(i32::MAX);
        let rows = client.query("SELECT v FROM lists WHERE k = $1", &[&key]).await?;
        rows.iter().map(|row| (key, row.get(0))).collect()
    } else {
        let bounds = [keys.first(), keys.last()].map(|k| k.map_or(0, |k| i32::try_from(*k).unwrap_or(i32::MAX)));
        let rows = client.query("SELECT k, v FROM lists WHERE k BETWEEN $1 AND $2", &[&bounds[0], &bounds[1]]).await?;
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let mut operations = Vec::new();
    for &key in keys {
        let found = texts.iter().find(|(k, _)| u32::try_from(*k) == Ok(key));
        let list = match found {
            None => Vec::new(),
            Some((_, text)) => list(text).map_err(|_| Reading::NotAList(text.clone()))?,
        };
        operations.push(Operation::Read { key, list });
    }
    Ok(operations)
}

fn list(text: &str) -> Result<Vec<Element>> {
    if text.is_empty() {
        bail!("empty");
    }
    text.split(',').map(|element| element.parse().with_context(|| text.to_owned())).collect()
}
