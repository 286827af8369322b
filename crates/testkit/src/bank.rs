//! Transfers between accounts over several connections, and an audit afterwards.
//!
//! Every transfer moves money between two accounts and leaves a row in `ledger` under an id that the
//! client chose, in one transaction. The client notes what it was told: *acknowledged*, *refused* (an
//! error before or at COMMIT that says nothing was done), or *unknown* (the connection broke, or no answer
//! came, while the COMMIT was under way). A client that loses its connection goes on through the next
//! query node.
//!
//! The audit holds if
//! 1. every acknowledged id is in the ledger,
//! 2. no refused id is,
//! 3. every balance is what the ledger makes of it, hence the total is what it was.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::session::{Acknowledgements, Entrance, Failure, Session};

const OPENING_BALANCE: i64 = 1_000;
/// How long a client waits for the answer to a statement.
const PATIENCE: Duration = Duration::from_secs(5);
/// Before another attempt to connect.
const PAUSE: Duration = Duration::from_millis(30);

/// The database does not hold what clients were told.
#[derive(Debug)]
pub struct Breach(pub(crate) String);

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Breach {}

/// What clients were told.
#[derive(Debug, Default)]
pub struct Told {
    pub acknowledged: Vec<i64>,
    pub refused: Vec<i64>,
    pub unknown: Vec<i64>,
    pub at: Acknowledgements,
}

/// How clients behave.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub connections: usize,
    pub seed: u64,
    /// Between two transfers of a client.
    pub pause: Duration,
}

/// A bank with `accounts` accounts; ids of transfers are unique over its life.
pub struct Bank {
    accounts: i32,
    next_id: Arc<AtomicI64>,
    acknowledged: Arc<AtomicU64>,
    pub told: Told,
}

/// How far a bank's load has come, to be watched from another task.
#[derive(Clone, Debug)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Waits until one more transfer is acknowledged.
    ///
    /// # Errors
    /// If none is within `patience`.
    pub async fn next(&self, patience: Duration) -> Result<()> {
        let (begin, before) = (Instant::now(), self.0.load(Ordering::Relaxed));
        while self.0.load(Ordering::Relaxed) == before {
            if begin.elapsed() > patience {
                bail!("no transfer is acknowledged within {patience:?}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

enum Attempt {
    Acknowledged,
    Refused,
    Unknown,
    /// The connection is gone and nothing was sent that could take effect.
    Gone,
}

impl Bank {
    /// Creates the tables and the accounts.
    pub async fn create(entrance: Entrance, accounts: i32) -> Result<Self> {
        let client = entrance.connect().await?;
        client
            .batch_execute(&format!(
                "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
                 CREATE TABLE ledger (id bigint PRIMARY KEY, debit int NOT NULL REFERENCES accounts,
                     credit int NOT NULL REFERENCES accounts, amount bigint NOT NULL);
                 INSERT INTO accounts SELECT i, {OPENING_BALANCE} FROM generate_series(1, {accounts}) i;"
            ))
            .await?;
        Ok(Self { accounts, next_id: Arc::new(AtomicI64::new(1)), acknowledged: Arc::default(), told: Told::default() })
    }

    /// What all accounts hold together, at all times.
    pub fn total(&self) -> i64 {
        OPENING_BALANCE * i64::from(self.accounts)
    }

    pub fn progress(&self) -> Progress {
        Progress(self.acknowledged.clone())
    }

    /// Runs transfers until `stop`, through all of `entrances`.
    pub async fn run(&mut self, entrances: &[Entrance], load: Load, stop: Arc<AtomicBool>) -> Result<()> {
        let mut tasks = Vec::new();
        for n in 0..load.connections {
            let teller = Teller {
                number: n,
                entrances: entrances.to_vec(),
                next: n,
                rng: SmallRng::seed_from_u64(load.seed.wrapping_mul(1_000).wrapping_add(n as u64)),
                ids: self.next_id.clone(),
                acknowledged: self.acknowledged.clone(),
                accounts: self.accounts,
            };
            tasks.push(tokio::spawn(teller.run(load.pause, stop.clone())));
        }
        for task in tasks {
            let told = task.await?;
            self.told.acknowledged.extend(told.acknowledged);
            self.told.refused.extend(told.refused);
            self.told.unknown.extend(told.unknown);
            self.told.at.extend(told.at);
        }
        Ok(())
    }

    /// Checks what the database holds against what clients were told.
    ///
    /// # Errors
    /// The first [`Breach`], or whatever keeps it from looking.
    pub async fn audit(&self, entrance: Entrance) -> Result<()> {
        let client = entrance.connect().await?;
        // One snapshot for both: a transfer whose outcome is unknown may still arrive.
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let rows = client.query("SELECT id, debit, credit, amount FROM ledger", &[]).await?;
        let mut expected = vec![OPENING_BALANCE; usize::try_from(self.accounts)? + 1];
        let mut present = std::collections::HashSet::new();
        for row in &rows {
            let (id, debit, credit, amount): (i64, i32, i32, i64) = (row.get(0), row.get(1), row.get(2), row.get(3));
            present.insert(id);
            expected[usize::try_from(debit)?] -= amount;
            expected[usize::try_from(credit)?] += amount;
        }
        if let Some(id) = self.told.acknowledged.iter().find(|id| !present.contains(id)) {
            return Err(Breach(format!("acknowledged transfer {id} is lost")).into());
        }
        if let Some(id) = self.told.refused.iter().find(|id| present.contains(id)) {
            return Err(Breach(format!("refused transfer {id} is there")).into());
        }
        let mut total = 0;
        for row in client.query("SELECT id, balance FROM accounts", &[]).await? {
            let (id, balance): (i32, i64) = (row.get(0), row.get(1));
            total += balance;
            if balance != expected[usize::try_from(id)?] {
                return Err(Breach(format!(
                    "account {id} holds {balance}, its ledger makes {}",
                    expected[usize::try_from(id)?]
                ))
                .into());
            }
        }
        if total != self.total() {
            return Err(Breach(format!("the total is {total}")).into());
        }
        client.batch_execute("COMMIT").await?;
        Ok(())
    }
}

/// One client.
struct Teller {
    number: usize,
    entrances: Vec<Entrance>,
    /// Which entrance comes next.
    next: usize,
    rng: SmallRng,
    ids: Arc<AtomicI64>,
    acknowledged: Arc<AtomicU64>,
    accounts: i32,
}

impl Teller {
    async fn run(mut self, pause: Duration, stop: Arc<AtomicBool>) -> Told {
        let mut told = Told::default();
        let mut session = None;
        while !stop.load(Ordering::Relaxed) {
            let Some(client) = &session else {
                session = self.entrances[self.next % self.entrances.len()].connect().await.ok();
                if session.is_none() {
                    self.next += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                continue;
            };
            let id = self.ids.fetch_add(1, Ordering::Relaxed);
            match self.transfer(client, id).await {
                Attempt::Acknowledged => {
                    told.acknowledged.push(id);
                    told.at.push((self.number, Instant::now()));
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                }
                Attempt::Refused => told.refused.push(id),
                Attempt::Unknown => {
                    told.unknown.push(id);
                    (session, self.next) = (None, self.next + 1);
                }
                // Without COMMIT it cannot be there.
                Attempt::Gone => {
                    told.refused.push(id);
                    (session, self.next) = (None, self.next + 1);
                }
            }
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
        told
    }

    async fn transfer(&mut self, client: &Session, id: i64) -> Attempt {
        let debit = self.rng.random_range(1..=self.accounts);
        let credit = debit % self.accounts + 1;
        let amount = self.rng.random_range(1..=20_i64);
        // One transfer in ten is rolled back on purpose: it must never be seen.
        let give_up = self.rng.random_range(0..10) == 0;
        let body = format!(
            "BEGIN; UPDATE accounts SET balance = balance - {amount} WHERE id = {debit};
             UPDATE accounts SET balance = balance + {amount} WHERE id = {credit};
             INSERT INTO ledger VALUES ({id}, {debit}, {credit}, {amount})"
        );
        match answer(client, &body).await {
            Ok(()) => {}
            Err(Failure::Broken) => return Attempt::Gone,
            Err(Failure::Refused | Failure::Unknown) => {
                return if answer(client, "ROLLBACK").await.is_ok() { Attempt::Refused } else { Attempt::Gone };
            }
        }
        let end = if give_up { "ROLLBACK" } else { "COMMIT" };
        match answer(client, end).await {
            Ok(()) if !give_up => Attempt::Acknowledged,
            Ok(()) | Err(Failure::Refused) => Attempt::Refused,
            Err(_) if give_up => Attempt::Gone,
            Err(Failure::Broken | Failure::Unknown) => Attempt::Unknown,
        }
    }
}

async fn answer(client: &Session, sql: &str) -> Result<(), Failure> {
    match tokio::time::timeout(PATIENCE, client.batch_execute(sql)).await {
        Ok(answer) => answer.map_err(|error| Failure::of(&error)),
        Err(_) => Err(Failure::Broken),
    }
}
