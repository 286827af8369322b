//! Transfers between accounts over several connections, and an audit afterwards.
//!
//! Every transfer moves money between two accounts and leaves a row in `ledger` under an id that the
//! client chose, in one transaction. The client notes what it was told: *acknowledged*, *refused* (an
//! error before or at COMMIT that says nothing was done), or *unknown* (the connection broke while the
//! COMMIT was under way).
//!
//! The audit holds if
//! 1. every acknowledged id is in the ledger,
//! 2. no refused id is,
//! 3. every balance is what the ledger makes of it, hence the total is what it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use anyhow::{Result, bail};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio_postgres::Client;

use crate::server::Server;

const OPENING_BALANCE: i64 = 1_000;

/// What clients were told.
#[derive(Debug, Default)]
pub struct Told {
    pub acknowledged: Vec<i64>,
    pub refused: Vec<i64>,
    pub unknown: Vec<i64>,
}

/// A bank with `accounts` accounts; ids of transfers are unique over its life.
pub struct Bank {
    accounts: i32,
    next_id: Arc<AtomicI64>,
    pub told: Told,
}

enum Attempt {
    Acknowledged,
    Refused,
    Unknown,
    /// The connection is gone and nothing was sent.
    Gone,
}

impl Bank {
    /// Creates the tables and the accounts.
    pub async fn create(server: &Server, accounts: i32) -> Result<Self> {
        let client = server.connect().await?;
        client
            .batch_execute(&format!(
                "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
                 CREATE TABLE ledger (id bigint PRIMARY KEY, debit int NOT NULL REFERENCES accounts,
                     credit int NOT NULL REFERENCES accounts, amount bigint NOT NULL);
                 INSERT INTO accounts SELECT i, {OPENING_BALANCE} FROM generate_series(1, {accounts}) i;"
            ))
            .await?;
        Ok(Self { accounts, next_id: Arc::new(AtomicI64::new(1)), told: Told::default() })
    }

    /// Runs transfers over `connections` connections until `stop`, or until every connection is lost.
    pub async fn run(&mut self, server: &Server, connections: u64, seed: u64, stop: Arc<AtomicBool>) -> Result<()> {
        let mut tasks = Vec::new();
        for n in 0..connections {
            // A server that is being killed takes no more connections; those that it took go on.
            let Ok(client) = server.connect().await else { break };
            let (stop, ids, accounts) = (stop.clone(), self.next_id.clone(), self.accounts);
            let rng = SmallRng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(n));
            tasks.push(tokio::spawn(transfers(client, rng, ids, accounts, stop)));
        }
        for task in tasks {
            let told = task.await?;
            self.told.acknowledged.extend(told.acknowledged);
            self.told.refused.extend(told.refused);
            self.told.unknown.extend(told.unknown);
        }
        Ok(())
    }

    /// Checks what the server holds against what clients were told.
    ///
    /// # Errors
    /// Names the first breach.
    pub async fn audit(&self, server: &Server) -> Result<()> {
        let client = server.connect().await?;
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
            bail!("acknowledged transfer {id} is lost");
        }
        if let Some(id) = self.told.refused.iter().find(|id| present.contains(id)) {
            bail!("refused transfer {id} is there");
        }
        let mut total = 0;
        for row in client.query("SELECT id, balance FROM accounts", &[]).await? {
            let (id, balance): (i32, i64) = (row.get(0), row.get(1));
            total += balance;
            if balance != expected[usize::try_from(id)?] {
                bail!("account {id} holds {balance}, its ledger makes {}", expected[usize::try_from(id)?]);
            }
        }
        if total != OPENING_BALANCE * i64::from(self.accounts) {
            bail!("the total is {total}");
        }
        Ok(())
    }
}

async fn transfers(
    client: Client,
    mut rng: SmallRng,
    ids: Arc<AtomicI64>,
    accounts: i32,
    stop: Arc<AtomicBool>,
) -> Told {
    let mut told = Told::default();
    while !stop.load(Ordering::Relaxed) {
        let id = ids.fetch_add(1, Ordering::Relaxed);
        match transfer(&client, &mut rng, id, accounts).await {
            Attempt::Acknowledged => told.acknowledged.push(id),
            Attempt::Refused => told.refused.push(id),
            Attempt::Unknown => {
                told.unknown.push(id);
                break;
            }
            Attempt::Gone => break,
        }
    }
    told
}

async fn transfer(client: &Client, rng: &mut SmallRng, id: i64, accounts: i32) -> Attempt {
    let debit = rng.random_range(1..=accounts);
    let credit = debit % accounts + 1;
    let amount = rng.random_range(1..=20_i64);
    // One transfer in ten is rolled back on purpose: it must never be seen.
    let give_up = rng.random_range(0..10) == 0;
    let body = format!(
        "BEGIN; UPDATE accounts SET balance = balance - {amount} WHERE id = {debit};
         UPDATE accounts SET balance = balance + {amount} WHERE id = {credit};
         INSERT INTO ledger VALUES ({id}, {debit}, {credit}, {amount})"
    );
    if let Err(error) = client.batch_execute(&body).await {
        if error.code().is_none() {
            // The connection broke before COMMIT was sent.
            return Attempt::Gone;
        }
        return if client.batch_execute("ROLLBACK").await.is_ok() { Attempt::Refused } else { Attempt::Gone };
    }
    let end = if give_up { "ROLLBACK" } else { "COMMIT" };
    match client.batch_execute(end).await {
        Ok(()) if give_up => Attempt::Refused,
        Ok(()) => Attempt::Acknowledged,
        Err(_) if give_up => Attempt::Refused,
        Err(error) => match error.code().map(tokio_postgres::error::SqlState::code) {
            Some("40003") | None => Attempt::Unknown,
            Some(_) => Attempt::Refused,
        },
    }
}
