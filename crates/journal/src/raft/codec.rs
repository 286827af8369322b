//! Bytes of entries, votes and memberships; the same on disk and between nodes.
//!
//! ```text
//! log id       term u64, index u64
//! vote         term u64, node u64, committed u8
//! membership   n, n × (k, k × node u64), n, n × (node u64, address bytes, zone bytes)
//! entry        index u64, term u64, kind u8, body
//!   kind 0     blank: nothing
//!   kind 1     batch: epoch u64, latest commit timestamp u64, count u32, then to the end
//!              count × (length u32, record)
//!   kind 2     membership
//!   kind 3     trim: position u64
//! ```
//! Fixed-width numbers are little-endian; `n`, `k` and lengths are LEB128.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Buf, Bytes};
use gavel_types::{Epoch, Lsn, Timestamp};
use openraft::impls::leader_id_std::LeaderId;
use openraft::vote::RaftLeaderId;

use super::types::{Batch, Command, Entry, LogId, Membership, Payload, Place, Vote, log_id};
use crate::record::{Error, Input, put_bytes, put_length};

const BLANK: u8 = 0;
const BATCH: u8 = 1;
const MEMBERSHIP: u8 = 2;
const TRIM: u8 = 3;

pub(crate) fn put_log_id(id: &LogId, out: &mut Vec<u8>) {
    out.extend_from_slice(&id.leader_id.term.to_le_bytes());
    out.extend_from_slice(&id.index.to_le_bytes());
}

pub(crate) fn get_log_id(input: &mut Input) -> Result<LogId, Error> {
    Ok(log_id(input.u64()?, input.u64()?))
}

/// A flag, then the value if there is one.
pub(crate) fn put_option<T>(value: Option<&T>, out: &mut Vec<u8>, put: impl FnOnce(&T, &mut Vec<u8>)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put(value, out);
    }
}

/// The inverse of [`put_option`].
pub(crate) fn get_option<T>(
    input: &mut Input,
    get: impl FnOnce(&mut Input) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    match input.byte()? {
        0 => Ok(None),
        1 => get(input).map(Some),
        mode => Err(Error::Mode(mode)),
    }
}

pub(crate) fn put_vote(vote: &Vote, out: &mut Vec<u8>) {
    out.extend_from_slice(&vote.leader_id.term.to_le_bytes());
    out.extend_from_slice(&vote.leader_id.voted_for.to_le_bytes());
    out.push(u8::from(vote.committed));
}

pub(crate) fn get_vote(input: &mut Input) -> Result<Vote, Error> {
    let leader_id = LeaderId::new(input.u64()?, input.u64()?);
    match input.byte()? {
        flag @ (0 | 1) => Ok(Vote { leader_id, committed: flag == 1 }),
        mode => Err(Error::Mode(mode)),
    }
}

pub(crate) fn put_text(text: &str, out: &mut Vec<u8>) {
    put_bytes(text.as_bytes(), out);
}

pub(crate) fn get_text(input: &mut Input) -> Result<String, Error> {
    String::from_utf8(input.bytes()?.to_vec()).map_err(|_| Error::Length)
}

pub(crate) fn put_membership(membership: &Membership, out: &mut Vec<u8>) {
    let configs = membership.get_joint_config();
    put_length(configs.len(), out);
    for voters in configs {
        put_length(voters.len(), out);
        for node in voters {
            out.extend_from_slice(&node.to_le_bytes());
        }
    }
    put_length(membership.nodes().count(), out);
    for (node, place) in membership.nodes() {
        out.extend_from_slice(&node.to_le_bytes());
        put_text(&place.address, out);
        put_text(&place.zone, out);
    }
}

pub(crate) fn get_membership(input: &mut Input) -> Result<Membership, Error> {
    let configs: Vec<BTreeSet<u64>> = input.list(1, |input| Ok(input.list(8, Input::u64)?.into_iter().collect()))?;
    let nodes: BTreeMap<u64, Place> = input
        .list(10, |input| Ok((input.u64()?, Place { address: get_text(input)?, zone: get_text(input)? })))?
        .into_iter()
        .collect();
    Membership::new(configs, nodes).map_err(|_| Error::Length)
}

/// Appends the bytes of `entry`.
pub(crate) fn put_entry(entry: &Entry, out: &mut Vec<u8>) {
    out.extend_from_slice(&entry.log_id.index.to_le_bytes());
    out.extend_from_slice(&entry.log_id.leader_id.term.to_le_bytes());
    match &entry.payload {
        Payload::Blank => out.push(BLANK),
        Payload::Normal(Command::Batch(batch)) => {
            out.push(BATCH);
            out.extend_from_slice(&batch.epoch.0.to_le_bytes());
            out.extend_from_slice(&batch.latest.0.to_le_bytes());
            out.extend_from_slice(&batch.count.to_le_bytes());
            out.extend_from_slice(&batch.body);
        }
        Payload::Membership(membership) => {
            out.push(MEMBERSHIP);
            put_membership(membership, out);
        }
        Payload::Normal(Command::Trim(below)) => {
            out.push(TRIM);
            out.extend_from_slice(&below.0.to_le_bytes());
        }
    }
}

/// About how many bytes [`put_entry`] appends; exact for batches.
pub(crate) fn entry_size(entry: &Entry) -> usize {
    match &entry.payload {
        Payload::Blank => 17,
        Payload::Normal(Command::Batch(batch)) => 37 + batch.body.len(),
        Payload::Normal(Command::Trim(_)) => 25,
        Payload::Membership(membership) => 32 + 64 * membership.nodes().count(),
    }
}

/// Reads an entry that fills the rest of `input`. Batches are slices of it, not copies.
pub(crate) fn get_entry(input: &mut Input) -> Result<Entry, Error> {
    let (index, term) = (input.u64()?, input.u64()?);
    let payload = match input.byte()? {
        BLANK => Payload::Blank,
        BATCH => {
            let epoch = Epoch(input.u64()?);
            let latest = Timestamp(input.u64()?);
            let count = input.0.try_get_u32_le().map_err(|_| Error::Length)?;
            let body = input.0.split_to(input.0.len());
            if u64::from(count) * 4 > body.len() as u64 {
                return Err(Error::Length);
            }
            Payload::Normal(Command::Batch(Batch { epoch, latest, count, body }))
        }
        MEMBERSHIP => Payload::Membership(get_membership(input)?),
        TRIM => Payload::Normal(Command::Trim(Lsn(input.u64()?))),
        kind => return Err(Error::Kind(kind)),
    };
    if !input.0.is_empty() {
        return Err(Error::Length);
    }
    Ok(Entry { log_id: log_id(term, index), payload })
}

/// The records of a batch.
pub(crate) fn records(batch: &Batch) -> Result<Vec<gavel_api::journal::Record>, Error> {
    let mut body = batch.body.clone();
    let mut records = Vec::with_capacity(batch.count as usize);
    for _ in 0..batch.count {
        let length = body.try_get_u32_le().map_err(|_| Error::Length)? as usize;
        if length > body.len() {
            return Err(Error::Length);
        }
        records.push(crate::record::decode(body.split_to(length))?);
    }
    if body.is_empty() { Ok(records) } else { Err(Error::Length) }
}

/// The body of a batch of `records`; takes no more memory than it has bytes, since logs keep it for long.
pub(crate) fn batch_body(records: &[gavel_api::journal::Record]) -> Bytes {
    let mut body = Vec::with_capacity(records.iter().map(|r| 4 + crate::record::size_hint(r)).sum());
    for one in records {
        let at = body.len();
        body.extend_from_slice(&[0; 4]);
        crate::record::encode(one, &mut body);
        let length = (body.len() - at - 4) as u32;
        if let Some(place) = body.get_mut(at..at + 4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
    }
    Bytes::from(body.into_boxed_slice())
}
