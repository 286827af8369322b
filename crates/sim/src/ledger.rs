//! What everybody was told, and what the journal turned out to hold. Some rules are looked at as it is
//! written; the rest at the end, by `check`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gavel_api::adjudicator::Closed;
use gavel_api::journal::{Entry, Record};
use gavel_runtime::simulation;
use gavel_types::{CheckMode, KeyRange, Lsn, Timestamp, TxnId};
use parking_lot::Mutex;

use crate::clock::true_time;
use crate::net::Net;

/// What a client was told of its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told {
    Committed(Timestamp),
    Aborted,
    /// Nothing was done with it: not in the journal.
    Refused,
    Unknown,
}

/// A read of one key.
#[derive(Clone, Debug)]
pub struct Read {
    pub snapshot_ts: Timestamp,
    pub key: Bytes,
    pub value: Option<Bytes>,
}

/// What a transaction relied on.
#[derive(Clone, Debug, Default)]
pub struct Relied {
    pub checks: Vec<(Bytes, CheckMode)>,
    /// Under SERIALIZABLE.
    pub ranges: Vec<KeyRange>,
}

/// All of it.
#[derive(Default)]
pub struct Book {
    pub records: BTreeMap<Lsn, Record>,
    /// Who was the first to have a record, and when.
    pub first: BTreeMap<Lsn, (String, Duration)>,
    pub told: BTreeMap<TxnId, Told>,
    pub relied: BTreeMap<TxnId, Relied>,
    pub reads: Vec<Read>,
    /// When so many of them had been answered.
    pub answered: Vec<(Duration, usize)>,
    /// Snapshots, and when they were asked for.
    pub snapshots: Vec<(Duration, Timestamp)>,
    pub closes: Vec<Closed>,
    /// Closes beyond what was asked for, and ahead of time.
    pub ahead: usize,
    /// Newest commit that somebody was told of.
    pub acknowledged: Timestamp,
    /// Clocks lie: snapshots may miss what was acknowledged.
    pub stale_allowed: bool,
}

/// See the module.
pub struct Ledger {
    net: Arc<Net>,
    pub book: Mutex<Book>,
}

impl Ledger {
    pub fn new(net: Arc<Net>) -> Arc<Self> {
        Arc::new(Self { net, book: Mutex::default() })
    }

    /// Some node's journal has these: on every node, and at any time, the same position is the same
    /// record (PROTOCOL §15, 1).
    pub fn journal_has(&self, whose: &str, entries: &[Entry]) {
        let mut book = self.book.lock();
        for (lsn, record) in entries {
            match book.records.get(lsn) {
                Some(known) if known == record => {}
                Some(known) => {
                    let first = book.first.get(lsn);
                    let elsewhere = book.records.iter().find(|(_, known)| *known == record).map(|(lsn, _)| *lsn);
                    let what = format!(
                        "{whose} has at {lsn} {record:?} (known at {elsewhere:?}), but {known:?} was there first: {first:?}"
                    );
                    drop(book);
                    self.net.breach(what);
                    return;
                }
                None => {
                    book.records.insert(*lsn, record.clone());
                    book.first.insert(*lsn, (whose.to_owned(), simulation::now()));
                }
            }
        }
    }

    /// A transaction with these checks and ranges is about to be sent.
    pub fn sends(&self, txn_id: TxnId, relied: Relied) {
        self.book.lock().relied.insert(txn_id, relied);
    }

    /// A client is told what became of its transaction.
    pub fn tells(&self, txn_id: TxnId, told: Told) {
        self.net.note((txn_id.0, told));
        let mut book = self.book.lock();
        book.told.insert(txn_id, told);
        if let Told::Committed(ts) = told {
            book.acknowledged = book.acknowledged.max(ts);
        }
    }

    /// Whether snapshots must hold all that was acknowledged before: not if clocks lie.
    pub fn expect_fresh(&self, fresh: bool) {
        self.book.lock().stale_allowed = !fresh;
    }

    /// Newest commit that somebody was told of by now.
    pub fn acknowledged(&self) -> Timestamp {
        self.book.lock().acknowledged
    }

    /// A snapshot was taken by somebody who began to ask at `asked`, when `acknowledged` had been told: all
    /// of that is in it (PROTOCOL §15, 14).
    pub fn snapshot(&self, snapshot_ts: Timestamp, asked: Duration, acknowledged: Timestamp) {
        let stale_allowed = {
            let mut book = self.book.lock();
            book.snapshots.push((asked, snapshot_ts));
            book.stale_allowed
        };
        if snapshot_ts < acknowledged && !stale_allowed {
            self.net.breach(format!(
                "snapshot {snapshot_ts} was taken after the commit at {acknowledged} had been acknowledged"
            ));
        }
    }

    pub fn reads(&self, reads: impl IntoIterator<Item = Read>) {
        let mut book = self.book.lock();
        book.reads.extend(reads);
        let count = book.reads.len();
        book.answered.push((simulation::now(), count));
    }

    /// A promise was heard of, by somebody who had asked for one at `asked`.
    pub fn closed(&self, asked: Timestamp, closed: Closed) {
        let mut book = self.book.lock();
        book.ahead += usize::from(closed.ts > asked.max(true_time()));
        book.closes.push(closed);
    }
}
