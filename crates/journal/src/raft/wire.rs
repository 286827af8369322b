//! Messages between nodes.
//!
//! ```text
//! message   version u8 = 1, cluster bytes, from u64, its generation u64, its mark u64, to u64,
//!           kind u8, body
//! answer    version u8 = 1, node u64, its generation u64, its mark u64, body
//!
//! kind 1 append     vote, option of a log id (before), option of a log id (committed),
//!                   n, n × (length u32, entry)
//!        answer     0, or 1 and option of a log id, or 2 (conflict), or 3 and a vote
//! kind 2 vote       vote, option of a log id (last), transfer u8
//! kind 3 pre-vote   the same
//!        answer     vote, granted u8, option of a log id (last)
//! kind 4 snapshot   vote, snapshot
//!        answer     vote
//! kind 5 transfer   vote, node u64, option of a log id (last)
//!        answer     0, or 1 and two votes, or 2 and two options of a log id
//! kind 6 durable    log id
//!        answer     nothing
//! ```

use bytes::{Buf, Bytes};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderError, TransferLeaderRequest,
    TransferLeaderResponse, VoteRequest, VoteResponse,
};

use super::codec::{
    entry_size, get_entry, get_log_id, get_option, get_text, get_vote, put_entry, put_log_id, put_option, put_text,
    put_vote,
};
use super::identity::{Generation, get_generation, put_generation};
use super::machine::{Kept, decode_snapshot, encode_snapshot};
use super::types::{Config, LogId, Vote};
use crate::record::{Error, Input, put_length};

const VERSION: u8 = 1;

/// What one node asks another.
pub(crate) enum Message {
    Append(AppendEntriesRequest<Config>),
    Vote(VoteRequest<Config>),
    PreVote(VoteRequest<Config>),
    Snapshot(Vote, Kept),
    Transfer(TransferLeaderRequest<Config>),
    /// The sender's disk has the log of the leader who proposed this entry, up to there.
    Durable(LogId),
}

/// From whom a message is, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub cluster: String,
    pub from: u64,
    pub generation: Generation,
    pub to: u64,
}

pub(crate) fn encode_message(head: &Head, message: &Message) -> Bytes {
    let hint = match message {
        Message::Append(rpc) => rpc.entries.iter().map(|entry| 4 + entry_size(entry)).sum(),
        _ => 0,
    };
    let mut out = Vec::with_capacity(160 + head.cluster.len() + hint);
    out.push(VERSION);
    put_text(&head.cluster, &mut out);
    out.extend_from_slice(&head.from.to_le_bytes());
    put_generation(head.generation, &mut out);
    out.extend_from_slice(&head.to.to_le_bytes());
    match message {
        Message::Append(rpc) => {
            out.push(1);
            put_vote(&rpc.vote, &mut out);
            put_option(rpc.prev_log_id.as_ref(), &mut out, put_log_id);
            put_option(rpc.leader_commit.as_ref(), &mut out, put_log_id);
            put_length(rpc.entries.len(), &mut out);
            for entry in &rpc.entries {
                let at = out.len();
                out.extend_from_slice(&[0; 4]);
                put_entry(entry, &mut out);
                let length = (out.len() - at - 4) as u32;
                if let Some(place) = out.get_mut(at..at + 4) {
                    place.copy_from_slice(&length.to_le_bytes());
                }
            }
        }
        Message::Vote(rpc) => put_vote_request(2, rpc, &mut out),
        Message::PreVote(rpc) => put_vote_request(3, rpc, &mut out),
        Message::Snapshot(vote, kept) => {
            out.push(4);
            put_vote(vote, &mut out);
            out.extend_from_slice(&encode_snapshot(kept));
        }
        Message::Transfer(rpc) => {
            out.push(5);
            put_vote(rpc.from_leader(), &mut out);
            out.extend_from_slice(&rpc.to_node_id().to_le_bytes());
            put_option(rpc.last_log_id(), &mut out, put_log_id);
        }
        Message::Durable(id) => {
            out.push(6);
            put_log_id(id, &mut out);
        }
    }
    Bytes::from(out)
}

fn put_vote_request(kind: u8, rpc: &VoteRequest<Config>, out: &mut Vec<u8>) {
    out.push(kind);
    put_vote(&rpc.vote, out);
    put_option(rpc.last_log_id.as_ref(), out, put_log_id);
    out.push(u8::from(rpc.leadership_transfer));
}

/// Reads from whom and for whom a message is; the rest is what [`decode_body`] reads.
pub(crate) fn decode_head(message: Bytes) -> Result<(Head, Input), Error> {
    let mut input = Input(message);
    let version = input.byte()?;
    if version != VERSION {
        return Err(Error::Version(version));
    }
    let cluster = get_text(&mut input)?;
    let (from, generation, to) = (input.u64()?, get_generation(&mut input)?, input.u64()?);
    Ok((Head { cluster, from, generation, to }, input))
}

/// Reads what is asked.
pub(crate) fn decode_body(mut input: Input) -> Result<Message, Error> {
    let message = match input.byte()? {
        1 => {
            let vote = get_vote(&mut input)?;
            let prev_log_id = get_option(&mut input, get_log_id)?;
            let leader_commit = get_option(&mut input, get_log_id)?;
            let entries = input.list(21, |input| {
                let length = input.0.try_get_u32_le().map_err(|_| Error::Length)? as usize;
                // A copy: what the log keeps for minutes must not keep the whole buffer of the message.
                get_entry(&mut Input(Bytes::copy_from_slice(&input.take(length)?)))
            })?;
            Message::Append(AppendEntriesRequest { vote, prev_log_id, entries, leader_commit })
        }
        kind @ (2 | 3) => {
            let (vote, last_log_id) = (get_vote(&mut input)?, get_option(&mut input, get_log_id)?);
            let rpc = VoteRequest { vote, last_log_id, leadership_transfer: input.byte()? != 0 };
            if kind == 2 { Message::Vote(rpc) } else { Message::PreVote(rpc) }
        }
        4 => Message::Snapshot(get_vote(&mut input)?, decode_snapshot(input.0.split_to(input.0.len()))?),
        5 => {
            let (vote, to) = (get_vote(&mut input)?, input.u64()?);
            Message::Transfer(TransferLeaderRequest::new(vote, to, get_option(&mut input, get_log_id)?))
        }
        6 => Message::Durable(get_log_id(&mut input)?),
        kind => return Err(Error::Kind(kind)),
    };
    if input.0.is_empty() { Ok(message) } else { Err(Error::Length) }
}

/// Begins an answer.
pub(crate) fn answer_head(node: u64, generation: Generation) -> Vec<u8> {
    let mut out = vec![VERSION];
    out.extend_from_slice(&node.to_le_bytes());
    put_generation(generation, &mut out);
    out
}

/// Reads who answers.
pub(crate) fn decode_answer_head(answer: Bytes) -> Result<(u64, Generation, Input), Error> {
    let mut input = Input(answer);
    let version = input.byte()?;
    if version != VERSION {
        return Err(Error::Version(version));
    }
    Ok((input.u64()?, get_generation(&mut input)?, input))
}

pub(crate) fn put_append_answer(answer: &AppendEntriesResponse<Config>, out: &mut Vec<u8>) {
    match answer {
        AppendEntriesResponse::Success => out.push(0),
        AppendEntriesResponse::PartialSuccess(upto) => {
            out.push(1);
            put_option(upto.as_ref(), out, put_log_id);
        }
        AppendEntriesResponse::Conflict => out.push(2),
        AppendEntriesResponse::HigherVote(vote) => {
            out.push(3);
            put_vote(vote, out);
        }
    }
}

pub(crate) fn get_append_answer(input: &mut Input) -> Result<AppendEntriesResponse<Config>, Error> {
    Ok(match input.byte()? {
        0 => AppendEntriesResponse::Success,
        1 => AppendEntriesResponse::PartialSuccess(get_option(input, get_log_id)?),
        2 => AppendEntriesResponse::Conflict,
        3 => AppendEntriesResponse::HigherVote(get_vote(input)?),
        kind => return Err(Error::Kind(kind)),
    })
}

pub(crate) fn put_vote_answer(answer: &VoteResponse<Config>, out: &mut Vec<u8>) {
    put_vote(&answer.vote, out);
    out.push(u8::from(answer.vote_granted));
    put_option(answer.last_log_id.as_ref(), out, put_log_id);
}

pub(crate) fn get_vote_answer(input: &mut Input) -> Result<VoteResponse<Config>, Error> {
    let (vote, granted) = (get_vote(input)?, input.byte()? != 0);
    Ok(VoteResponse { vote, vote_granted: granted, last_log_id: get_option(input, get_log_id)? })
}

pub(crate) fn put_snapshot_answer(answer: &SnapshotResponse<Config>, out: &mut Vec<u8>) {
    put_vote(&answer.vote, out);
}

pub(crate) fn get_snapshot_answer(input: &mut Input) -> Result<SnapshotResponse<Config>, Error> {
    Ok(SnapshotResponse { vote: get_vote(input)? })
}

pub(crate) fn put_transfer_answer(answer: &TransferLeaderResponse<Config>, out: &mut Vec<u8>) {
    match answer {
        Ok(()) => out.push(0),
        Err(TransferLeaderError::VoteChanged { expected, actual }) => {
            out.push(1);
            put_vote(expected, out);
            put_vote(actual, out);
        }
        Err(TransferLeaderError::LogNotFlushed { expected, actual }) => {
            out.push(2);
            put_option(expected.as_ref(), out, put_log_id);
            put_option(actual.as_ref(), out, put_log_id);
        }
    }
}

pub(crate) fn get_transfer_answer(input: &mut Input) -> Result<TransferLeaderResponse<Config>, Error> {
    Ok(match input.byte()? {
        0 => Ok(()),
        1 => Err(TransferLeaderError::VoteChanged { expected: get_vote(input)?, actual: get_vote(input)? }),
        2 => Err(TransferLeaderError::LogNotFlushed {
            expected: get_option(input, get_log_id)?,
            actual: get_option(input, get_log_id)?,
        }),
        kind => return Err(Error::Kind(kind)),
    })
}
