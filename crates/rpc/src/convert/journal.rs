//! The log.

use gavel_api::journal::{Entry, Record};
use gavel_types::{CommitRecord, Epoch, Lsn, Timestamp, TxnId};

use crate::convert::{all, each, required};
use crate::{Malformed, v1};

impl From<CommitRecord> for v1::CommitRecord {
    fn from(record: CommitRecord) -> Self {
        Self {
            txn_id: Some(record.txn_id.into()),
            snapshot_ts: record.snapshot_ts.0,
            commit_ts: record.commit_ts.0,
            writes: each(record.writes),
            checks: each(record.checks),
            schema_keys: record.schema_keys,
            notifications: each(record.notifications),
        }
    }
}

impl TryFrom<v1::CommitRecord> for CommitRecord {
    type Error = Malformed;

    fn try_from(record: v1::CommitRecord) -> Result<Self, Malformed> {
        Ok(Self {
            txn_id: required(record.txn_id, "txn_id is missing")?.into(),
            snapshot_ts: Timestamp(record.snapshot_ts),
            commit_ts: Timestamp(record.commit_ts),
            writes: all(record.writes)?,
            checks: all(record.checks)?,
            schema_keys: record.schema_keys,
            notifications: each(record.notifications),
        })
    }
}

impl From<Record> for v1::Record {
    fn from(record: Record) -> Self {
        use v1::record::{EpochOpened, Kind};
        let kind = match record {
            Record::Epoch { epoch, opened_at } => Kind::Epoch(EpochOpened { epoch: epoch.0, opened_at: opened_at.0 }),
            Record::Ceiling(ts) => Kind::Ceiling(ts.0),
            Record::Commit(commit) => Kind::Commit(commit.into()),
            Record::TimeMode(mode) => Kind::TimeMode(v1::TimeMode::from(mode).into()),
        };
        Self { kind: Some(kind) }
    }
}

impl TryFrom<v1::Record> for Record {
    type Error = Malformed;

    fn try_from(record: v1::Record) -> Result<Self, Malformed> {
        use v1::record::Kind;
        Ok(match required(record.kind, "kind of record is missing")? {
            Kind::Epoch(e) => Self::Epoch { epoch: Epoch(e.epoch), opened_at: Timestamp(e.opened_at) },
            Kind::Ceiling(ts) => Self::Ceiling(Timestamp(ts)),
            Kind::Commit(commit) => Self::Commit(commit.try_into()?),
            // A record is a fact: nothing is guessed here.
            Kind::TimeMode(mode) => match v1::TimeMode::try_from(mode) {
                Ok(mode @ (v1::TimeMode::Logical | v1::TimeMode::Clock)) => Self::TimeMode(mode.into()),
                Ok(v1::TimeMode::Unspecified) | Err(_) => return Err(Malformed("time mode")),
            },
        })
    }
}

/// What a query node may see of `record`.
pub fn stripped(record: Record) -> Record {
    match record {
        Record::Commit(CommitRecord { commit_ts, notifications, .. }) => Record::Commit(CommitRecord {
            txn_id: TxnId(0),
            snapshot_ts: Timestamp::ZERO,
            commit_ts,
            writes: Vec::new(),
            checks: Vec::new(),
            schema_keys: Vec::new(),
            notifications,
        }),
        other => other,
    }
}

/// A piece of a tail. Positions in a journal are dense, so one is enough.
///
/// # Errors
/// If `entries` have gaps.
pub fn tail_to_proto(entries: Vec<Entry>) -> Result<v1::TailResponse, Malformed> {
    let first = entries.first().map_or(Lsn::ZERO, |(lsn, _)| *lsn);
    let mut expected = first;
    let mut records = Vec::with_capacity(entries.len());
    for (lsn, record) in entries {
        if lsn != expected {
            return Err(Malformed("a gap in the journal"));
        }
        expected = lsn.next();
        records.push(record.into());
    }
    Ok(v1::TailResponse { first_lsn: first.0, records, bounds: None })
}

/// # Errors
/// If a record is malformed, or positions overflow.
pub fn tail_from_proto(response: v1::TailResponse) -> Result<Vec<Entry>, Malformed> {
    let records = response.records.into_iter().enumerate();
    records
        .map(|(index, record)| {
            let lsn = response.first_lsn.checked_add(index as u64).ok_or(Malformed("position"))?;
            Ok((Lsn(lsn), record.try_into()?))
        })
        .collect()
}
