//! Clients, through the transactions of query nodes.
//!
//! | load | what it would show |
//! |---|---|
//! | bank: transfers, some of which lean on a third account | lost updates, lost locks |
//! | auditor: the sum of all accounts | fractured and stale reads |
//! | lists: read one, append to it | lost, doubled and resurrected appends |
//! | pairs, serializable: at most one of two may be taken | write skew |
//! | marks: rows that nobody else writes | commits that nothing but their own age speaks against |

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gavel_api::adjudicator::Adjudicator;
use gavel_encoding::layout::{ObjectId, TenantId, object_prefix};
use gavel_runtime::{simulation, timer};
use gavel_txn::{CommitError, Committed, Limits, ReadView, Snapshots, Transaction};
use gavel_types::{CheckMode, KeyRange, Timestamp, TxnId, WriteMode};

use crate::ledger::{Ledger, Read, Relied, Told};
use crate::net::Net;
use crate::remote::RemoteStorage;

const ACCOUNTS: u64 = 8;
const OPENING: u64 = 100;
const LISTS: u64 = 3;
const PAIRS: u64 = 1;

const TENANT: TenantId = TenantId(1);
const BANK: ObjectId = ObjectId(101);
const LIST: ObjectId = ObjectId(102);
const PAIR: ObjectId = ObjectId(103);
const MARK: ObjectId = ObjectId(104);

fn key(object: ObjectId, number: u64) -> Bytes {
    let mut key = object_prefix(TENANT, object).to_vec();
    key.extend_from_slice(&number.to_be_bytes());
    Bytes::from(key)
}

/// Whether `key` is a list's.
pub fn is_list(key: &[u8]) -> bool {
    key.starts_with(&object_prefix(TENANT, LIST))
}

/// All keys that the loads share.
pub fn keys() -> Vec<Bytes> {
    let accounts = (0..ACCOUNTS).map(|n| key(BANK, n));
    let lists = (0..LISTS).map(|n| key(LIST, n));
    accounts.chain(lists).chain((0..2 * PAIRS).map(|n| key(PAIR, n))).collect()
}

fn number(value: u64) -> Bytes {
    Bytes::copy_from_slice(&value.to_le_bytes())
}

fn value(row: Option<&Bytes>) -> Option<u64> {
    row.and_then(|row| row.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes))
}

/// What clients of one query node work with.
#[derive(Clone)]
pub struct Session {
    pub net: Arc<Net>,
    pub ledger: Arc<Ledger>,
    pub snapshots: Arc<Snapshots>,
    pub adjudicator: Arc<dyn Adjudicator>,
    pub storage: Arc<RemoteStorage>,
}

/// What a client does again and again.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    Bank,
    Audit,
    Lists,
    Pairs,
    Marks,
}

/// A transaction under way, with what it relies on besides its writes.
struct Work {
    transaction: Transaction,
    relied: Relied,
}

impl Session {
    fn draw(&self, n: u64) -> u64 {
        self.net.below(n)
    }

    /// Does `load` until the end, with pauses up to `pause`.
    pub async fn run(self, load: Load, pause: Duration) {
        loop {
            let wait = self.draw(pause.as_micros() as u64);
            timer::sleep(Duration::from_micros(wait)).await;
            match load {
                Load::Bank => self.transfer().await,
                Load::Audit => self.audit().await,
                Load::Lists => self.append().await,
                Load::Pairs => self.take_one().await,
                Load::Marks => self.mark().await,
            };
        }
    }

    async fn begin(&self, serializable: bool) -> Option<Work> {
        let (asked, acknowledged) = (simulation::now(), self.ledger.acknowledged());
        let snapshot_ts = self.snapshots.take().await.ok()?;
        self.ledger.snapshot(snapshot_ts, asked, acknowledged);
        let epoch = self.adjudicator.epoch();
        let storage = self.storage.clone();
        let transaction = Transaction::begin(storage, epoch, snapshot_ts, serializable, &Limits::default());
        Some(Work { transaction, relied: Relied::default() })
    }

    /// Reads before anything is written.
    async fn read(&self, view: &ReadView, keys: &[Bytes]) -> Option<Vec<Option<Bytes>>> {
        let rows = view.get(keys).await.ok()?;
        let snapshot_ts = view.snapshot_ts();
        let reads = keys.iter().zip(&rows).map(|(key, row)| Read { snapshot_ts, key: key.clone(), value: row.clone() });
        self.ledger.reads(reads);
        Some(rows)
    }

    async fn commit(&self, work: Work) -> Told {
        if work.transaction.is_read_only() {
            return Told::Refused;
        }
        let txn_id = TxnId(u128::from(self.draw(u64::MAX)) << 64 | u128::from(self.draw(u64::MAX)));
        self.ledger.sends(txn_id, work.relied);
        let told = match work.transaction.commit(&*self.adjudicator, txn_id).await {
            Ok(Committed::At(ts)) => Told::Committed(ts),
            Err(CommitError::Conflict(_)) => Told::Aborted,
            Err(CommitError::Unknown(_)) => Told::Unknown,
            Ok(Committed::ReadOnly)
            | Err(CommitError::DiskFull | CommitError::Overloaded | CommitError::TooLarge(_) | CommitError::NotOpen) => {
                Told::Refused
            }
        };
        self.ledger.tells(txn_id, told);
        told
    }

    /// Puts the first rows there; whether they are.
    pub async fn set_up(&self) -> bool {
        let Some(mut work) = self.begin(false).await else { return false };
        let Some(rows) = self.read(&work.transaction.view(), &keys()).await else { return false };
        if rows.iter().all(Option::is_some) {
            return true;
        }
        for key in keys() {
            let first = if is_list(&key) {
                Bytes::new()
            } else {
                number(if key[..] < self::key(LIST, 0)[..] { OPENING } else { 1 })
            };
            if work.transaction.write(key, WriteMode::Insert, Some(first)).is_err() {
                return false;
            }
        }
        matches!(self.commit(work).await, Told::Committed(_))
    }

    async fn transfer(&self) -> Option<Told> {
        let mut work = self.begin(false).await?;
        let from = self.draw(ACCOUNTS);
        let to = (from + 1 + self.draw(ACCOUNTS - 1)) % ACCOUNTS;
        let keys = [key(BANK, from), key(BANK, to)];
        let view = work.transaction.view();
        let rows = self.read(&view, &keys).await?;
        let (one, other) = (value(rows[0].as_ref())?, value(rows[1].as_ref())?);
        if self.draw(3) == 0 {
            // Leans on a third account, which nobody may change meanwhile.
            let third = key(BANK, (0..ACCOUNTS).find(|n| *n != from && *n != to)?);
            let mode = if self.draw(2) == 0 { CheckMode::Share } else { CheckMode::Update };
            work.transaction.check(third.clone(), mode);
            work.relied.checks.push((third, mode));
        }
        let amount = self.draw(one.min(20) + 1);
        let [from, to] = keys;
        work.transaction.write(from, WriteMode::Update, Some(number(one - amount))).ok()?;
        work.transaction.write(to, WriteMode::Update, Some(number(other + amount))).ok()?;
        Some(self.commit(work).await)
    }

    async fn audit(&self) -> Option<Told> {
        let work = self.begin(false).await?;
        let keys: Vec<Bytes> = (0..ACCOUNTS).map(|n| key(BANK, n)).collect();
        let view = work.transaction.view();
        let rows = self.read(&view, &keys).await?;
        if rows.iter().any(Option::is_none) {
            // From before the first rows, as a clock that lies may have it; the ledger knows whether it may.
            return None;
        }
        let sum: u64 = rows.iter().filter_map(|row| value(row.as_ref())).sum();
        if sum != ACCOUNTS * OPENING {
            self.net.breach(format!("the accounts at {} have {sum} between them", view.snapshot_ts()));
        }
        self.net.note(("audit", view.snapshot_ts().0));
        None
    }

    async fn append(&self) -> Option<Told> {
        let mut work = self.begin(false).await?;
        let list = key(LIST, self.draw(LISTS));
        let view = work.transaction.view();
        let rows = self.read(&view, std::slice::from_ref(&list)).await?;
        let mut elements = rows.first()?.as_ref()?.to_vec();
        elements.extend_from_slice(&self.draw(u64::MAX).to_le_bytes());
        work.transaction.write(list, WriteMode::Update, Some(Bytes::from(elements))).ok()?;
        Some(self.commit(work).await)
    }

    /// Takes one of two things, of which one must stay; or puts both back.
    async fn take_one(&self) -> Option<Told> {
        let mut work = self.begin(true).await?;
        let pair = 2 * self.draw(PAIRS);
        let range = KeyRange { start: key(PAIR, pair), end: key(PAIR, pair + 2) };
        let view = work.transaction.view();
        let rows = view.scan_raw(&range, false, 10).await.ok()?;
        let snapshot_ts = view.snapshot_ts();
        self.ledger.reads(rows.iter().map(|(key, row)| Read {
            snapshot_ts,
            key: key.clone(),
            value: Some(row.clone()),
        }));
        let there: Vec<u64> = rows.iter().filter_map(|(_, row)| value(Some(row))).collect();
        if there.is_empty() {
            return None;
        }
        if there.len() != 2 || there.iter().sum::<u64>() == 0 {
            self.net.breach(format!("pair {pair} at {snapshot_ts} is {there:?}"));
            return None;
        }
        work.relied.ranges.push(range);
        if there == [1, 1] {
            let taken = pair + self.draw(2);
            work.transaction.write(key(PAIR, taken), WriteMode::Update, Some(number(0))).ok()?;
        } else {
            for put_back in [pair, pair + 1] {
                work.transaction.write(key(PAIR, put_back), WriteMode::Update, Some(number(1))).ok()?;
            }
        }
        Some(self.commit(work).await)
    }

    /// Adds a row of its own: nothing that is committed meanwhile stands against it.
    async fn mark(&self) -> Option<Told> {
        let mut work = self.begin(false).await?;
        let row = key(MARK, self.draw(u64::MAX));
        work.transaction.write(row, WriteMode::Insert, Some(number(1))).ok()?;
        Some(self.commit(work).await)
    }

    /// Reads everything at a fresh snapshot; how long that took once there was one.
    pub async fn look(&self) -> Option<Duration> {
        let work = self.begin(false).await?;
        let begun = timer::now();
        self.read(&work.transaction.view(), &keys()).await?;
        Some(timer::since(begun))
    }

    /// Commits something; when, if it did.
    pub async fn prove_life(&self) -> Option<Timestamp> {
        match self.transfer().await? {
            Told::Committed(ts) => Some(ts),
            Told::Aborted | Told::Refused | Told::Unknown => None,
        }
    }

    /// Reads everything at `ts` from the replicas of `storage`; whether it could.
    pub async fn read_all(&self, storage: &RemoteStorage, snapshot_ts: Timestamp) -> bool {
        let keys = keys();
        let Ok(rows) = gavel_api::storage::Storage::get(storage, snapshot_ts, &keys).await else { return false };
        self.ledger.reads(keys.into_iter().zip(rows).map(|(key, value)| Read { snapshot_ts, key, value }));
        true
    }
}
