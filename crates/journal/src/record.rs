//! Bytes of one record.
//!
//! ```text
//! version u8 = 1 │ kind u8 │ body
//! kind 1 epoch    epoch u64, opened_at u64
//! kind 2 ceiling  timestamp u64
//! kind 3 commit   txn_id u128, snapshot_ts u64, commit_ts u64,
//!                 writes   n, n × (mode u8, key bytes, value: 0 | length + 1, bytes)
//!                 checks   n, n × (mode u8, key bytes)
//!                 schema   n, n × (key bytes)
//!                 participants n = 0 (other journals of the transaction, PROTOCOL §6)
//! kind 4 mode     0 logical, 1 clock
//! kind 5 commit   as kind 3, then
//!                 notifications n, n × (database u32, pid u32, channel bytes, payload bytes), at least one
//! ```
//! Fixed-width numbers are little-endian; `n` and lengths are LEB128. A reader refuses a version or
//! kind that it does not know: records are facts, none may be skipped.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use gavel_api::journal::Record;
use gavel_types::{
    Check, CheckMode, CommitRecord, Epoch, Notification, Oid, TimeMode, Timestamp, TxnId, Write, WriteMode,
};

/// Version that this build writes.
pub const VERSION: u8 = 1;

const EPOCH: u8 = 1;
const CEILING: u8 = 2;
const COMMIT: u8 = 3;
const TIME_MODE: u8 = 4;
const NOTIFYING_COMMIT: u8 = 5;

/// Why bytes are not a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Written by a later build.
    #[error("record has version {0}, this build reads up to {VERSION}")]
    Version(u8),
    /// Not a kind of this version.
    #[error("record has unknown kind {0}")]
    Kind(u8),
    /// Not a mode of this version.
    #[error("record has unknown mode {0}")]
    Mode(u8),
    /// A name that is not UTF-8.
    #[error("record has text that is not UTF-8")]
    Text,
    /// Ends too early, or has bytes to spare.
    #[error("record has the wrong length")]
    Length,
}

/// Appends the bytes of `record` to `out`.
pub fn encode(record: &Record, out: &mut Vec<u8>) {
    out.push(VERSION);
    match record {
        Record::Epoch { epoch, opened_at } => {
            out.push(EPOCH);
            out.extend_from_slice(&epoch.0.to_le_bytes());
            out.extend_from_slice(&opened_at.0.to_le_bytes());
        }
        Record::Ceiling(ts) => {
            out.push(CEILING);
            out.extend_from_slice(&ts.0.to_le_bytes());
        }
        Record::Commit(commit) => {
            // Others are written so that builds from before can read them.
            let notifies = !commit.notifications.is_empty();
            out.push(if notifies { NOTIFYING_COMMIT } else { COMMIT });
            encode_commit(commit, out);
            if notifies {
                encode_notifications(&commit.notifications, out);
            }
        }
        Record::TimeMode(mode) => {
            out.push(TIME_MODE);
            out.push(match mode {
                TimeMode::Logical => 0,
                TimeMode::Clock => 1,
            });
        }
    }
}

/// About how many bytes [`encode`] will append; never less than half of them.
pub fn size_hint(record: &Record) -> usize {
    match record {
        Record::Epoch { .. } | Record::Ceiling(_) | Record::TimeMode(_) => 18,
        Record::Commit(commit) => {
            let writes: usize =
                commit.writes.iter().map(|w| 8 + w.key.len() + w.value.as_ref().map_or(0, Bytes::len)).sum();
            let checks: usize = commit.checks.iter().map(|c| 4 + c.key.len()).sum();
            let schema: usize = commit.schema_keys.iter().map(|k| 3 + k.len()).sum();
            let notifications: usize =
                commit.notifications.iter().map(|n| 14 + n.channel.len() + n.payload.len()).sum();
            64 + writes + checks + schema + notifications
        }
    }
}

/// If the bytes are an epoch record, its epoch; without decoding anything else.
pub fn peek_epoch(bytes: &[u8]) -> Option<Epoch> {
    match bytes {
        [VERSION, EPOCH, rest @ ..] => rest.first_chunk::<8>().map(|b| Epoch(u64::from_le_bytes(*b))),
        _ => None,
    }
}

/// Reads one record that fills `bytes`. Keys and values are slices of it, not copies.
pub fn decode(bytes: Bytes) -> Result<Record, Error> {
    let mut input = Input(bytes);
    let version = input.byte()?;
    if version != VERSION {
        return Err(Error::Version(version));
    }
    let record = match input.byte()? {
        EPOCH => Record::Epoch { epoch: Epoch(input.u64()?), opened_at: Timestamp(input.u64()?) },
        CEILING => Record::Ceiling(Timestamp(input.u64()?)),
        COMMIT => Record::Commit(decode_commit(&mut input)?),
        NOTIFYING_COMMIT => {
            let mut commit = decode_commit(&mut input)?;
            commit.notifications = decode_notifications(&mut input)?;
            Record::Commit(commit)
        }
        TIME_MODE => Record::TimeMode(match input.byte()? {
            0 => TimeMode::Logical,
            1 => TimeMode::Clock,
            mode => return Err(Error::Mode(mode)),
        }),
        kind => return Err(Error::Kind(kind)),
    };
    if input.0.is_empty() { Ok(record) } else { Err(Error::Length) }
}

fn encode_commit(commit: &CommitRecord, out: &mut Vec<u8>) {
    out.extend_from_slice(&commit.txn_id.0.to_le_bytes());
    out.extend_from_slice(&commit.snapshot_ts.0.to_le_bytes());
    out.extend_from_slice(&commit.commit_ts.0.to_le_bytes());
    put_length(commit.writes.len(), out);
    for write in &commit.writes {
        out.push(write_mode_code(write.mode));
        put_bytes(&write.key, out);
        match &write.value {
            None => out.push(0),
            Some(value) => {
                put_length(value.len() + 1, out);
                out.extend_from_slice(value);
            }
        }
    }
    put_length(commit.checks.len(), out);
    for check in &commit.checks {
        out.push(check_mode_code(check.mode));
        put_bytes(&check.key, out);
    }
    put_length(commit.schema_keys.len(), out);
    for key in &commit.schema_keys {
        put_bytes(key, out);
    }
    put_length(0, out);
}

fn decode_commit(input: &mut Input) -> Result<CommitRecord, Error> {
    let txn_id = TxnId(input.u128()?);
    let snapshot_ts = Timestamp(input.u64()?);
    let commit_ts = Timestamp(input.u64()?);
    let writes = input.list(3, |input| {
        let mode = write_mode(input.byte()?)?;
        let key = input.bytes()?;
        let value = match input.length()?.checked_sub(1) {
            None => None,
            Some(n) => Some(input.take(n)?),
        };
        Ok(Write { key, mode, value })
    })?;
    let checks = input.list(2, |input| Ok(Check { mode: check_mode(input.byte()?)?, key: input.bytes()? }))?;
    let schema_keys = input.list(1, Input::bytes)?;
    if input.length()? != 0 {
        return Err(Error::Length);
    }
    Ok(CommitRecord { txn_id, snapshot_ts, commit_ts, writes, checks, schema_keys, notifications: Vec::new() })
}

fn encode_notifications(notifications: &[Notification], out: &mut Vec<u8>) {
    put_length(notifications.len(), out);
    for n in notifications {
        out.extend_from_slice(&n.database.0.to_le_bytes());
        out.extend_from_slice(&n.pid.to_le_bytes());
        put_bytes(n.channel.as_bytes(), out);
        put_bytes(n.payload.as_bytes(), out);
    }
}

fn decode_notifications(input: &mut Input) -> Result<Vec<Notification>, Error> {
    let text = |bytes: Bytes| std::str::from_utf8(&bytes).map(Arc::from).map_err(|_| Error::Text);
    let notifications = input.list(10, |input| {
        let database = Oid(input.u32()?);
        let pid = input.u32()? as i32;
        Ok(Notification { database, pid, channel: text(input.bytes()?)?, payload: text(input.bytes()?)? })
    })?;
    // Without any it would have been written otherwise: each record has one form.
    if notifications.is_empty() { Err(Error::Length) } else { Ok(notifications) }
}

const fn write_mode_code(mode: WriteMode) -> u8 {
    match mode {
        WriteMode::Insert => 1,
        WriteMode::Update => 2,
        WriteMode::Delete => 3,
        WriteMode::Blind => 4,
    }
}

const fn write_mode(code: u8) -> Result<WriteMode, Error> {
    Ok(match code {
        1 => WriteMode::Insert,
        2 => WriteMode::Update,
        3 => WriteMode::Delete,
        4 => WriteMode::Blind,
        _ => return Err(Error::Mode(code)),
    })
}

const fn check_mode_code(mode: CheckMode) -> u8 {
    match mode {
        CheckMode::KeyShare => 1,
        CheckMode::Share => 2,
        CheckMode::NoKeyUpdate => 3,
        CheckMode::Update => 4,
    }
}

const fn check_mode(code: u8) -> Result<CheckMode, Error> {
    Ok(match code {
        1 => CheckMode::KeyShare,
        2 => CheckMode::Share,
        3 => CheckMode::NoKeyUpdate,
        4 => CheckMode::Update,
        _ => return Err(Error::Mode(code)),
    })
}

pub(crate) fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put_length(bytes.len(), out);
    out.extend_from_slice(bytes);
}

pub(crate) fn put_length(n: usize, out: &mut Vec<u8>) {
    let mut n = n as u64;
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Reads fields off the front of bytes.
pub(crate) struct Input(pub Bytes);

impl Input {
    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        self.0.try_get_u8().map_err(|_| Error::Length)
    }

    fn u32(&mut self) -> Result<u32, Error> {
        self.0.try_get_u32_le().map_err(|_| Error::Length)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.0.try_get_u64_le().map_err(|_| Error::Length)
    }

    pub(crate) fn u128(&mut self) -> Result<u128, Error> {
        self.0.try_get_u128_le().map_err(|_| Error::Length)
    }

    pub(crate) fn length(&mut self) -> Result<usize, Error> {
        let mut n = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return usize::try_from(n).map_err(|_| Error::Length);
            }
        }
        Err(Error::Length)
    }

    pub(crate) fn take(&mut self, n: usize) -> Result<Bytes, Error> {
        if n > self.0.len() { Err(Error::Length) } else { Ok(self.0.split_to(n)) }
    }

    pub(crate) fn bytes(&mut self) -> Result<Bytes, Error> {
        let n = self.length()?;
        self.take(n)
    }

    /// A counted list whose items have at least `min_item` bytes, which bounds what a bad count can
    /// make us reserve.
    pub(crate) fn list<T>(
        &mut self,
        min_item: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let n = self.length()?;
        if n > self.0.len() / min_item {
            return Err(Error::Length);
        }
        let mut items = Vec::with_capacity(n);
        for _ in 0..n {
            items.push(item(self)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
#[path = "record/record_test.rs"]
mod record_test;
