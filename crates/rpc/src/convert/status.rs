//! Failures as gRPC statuses. The code is what generic tools see; what we act on is the typed
//! message in the details. A status without details comes from the network or from gRPC itself,
//! and is turned into the failure of each role that promises least.

use gavel_api::{adjudicator, journal, storage};
use gavel_types::{Epoch, Lsn, Timestamp};
use prost::Message;
use tonic::{Code, Status};

use crate::v1::commit_error::{self, Kind as CommitKind};
use crate::v1::journal_error::{self, Kind as JournalKind};
use crate::v1::read_error::{self, Kind as ReadKind};
use crate::{Malformed, v1};

fn with_details(code: Code, message: String, details: &impl Message) -> Status {
    Status::with_details(code, message, details.encode_to_vec().into())
}

/// The details, if there are any that can be read.
fn details<M: Message + Default>(status: &Status) -> Option<M> {
    if status.details().is_empty() {
        return None;
    }
    M::decode(status.details()).ok()
}

/// Whether a peer of ours said what is wrong; otherwise the network or gRPC itself did.
pub(crate) fn is_typed(status: &Status) -> bool {
    !status.details().is_empty()
}

pub fn of_adjudicator(error: &adjudicator::Error) -> Status {
    use adjudicator::Error;
    let (code, kind) = match error {
        Error::WrongEpoch(epoch) => (Code::FailedPrecondition, CommitKind::WrongEpoch(epoch.0)),
        Error::Overloaded => (Code::ResourceExhausted, CommitKind::Overloaded(commit_error::Overloaded {})),
        Error::DiskFull => (Code::ResourceExhausted, CommitKind::DiskFull(commit_error::DiskFull {})),
        Error::TooLarge(why) => (Code::InvalidArgument, CommitKind::TooLarge(why.clone())),
        Error::NotOpen => (Code::Unavailable, CommitKind::NotOpen(commit_error::NotOpen {})),
        Error::NotLeader(address) => {
            (Code::Unavailable, CommitKind::NotLeader(commit_error::NotLeader { address: address.clone() }))
        }
        Error::Unknown(why) => (Code::Unknown, CommitKind::Unknown(why.clone())),
    };
    with_details(code, error.to_string(), &v1::CommitError { kind: Some(kind) })
}

/// Without details the outcome is unknown: the request may have arrived.
pub fn to_adjudicator(status: &Status) -> adjudicator::Error {
    use adjudicator::Error;
    match details::<v1::CommitError>(status).and_then(|d| d.kind) {
        Some(CommitKind::WrongEpoch(epoch)) => Error::WrongEpoch(Epoch(epoch)),
        Some(CommitKind::Overloaded(_)) => Error::Overloaded,
        Some(CommitKind::DiskFull(_)) => Error::DiskFull,
        Some(CommitKind::TooLarge(why)) => Error::TooLarge(why),
        Some(CommitKind::NotOpen(_)) => Error::NotOpen,
        Some(CommitKind::NotLeader(leader)) => Error::NotLeader(leader.address),
        Some(CommitKind::Unknown(why)) => Error::Unknown(why),
        None => Error::Unknown(status.to_string()),
    }
}

pub fn of_journal(error: &journal::Error) -> Status {
    use journal::Error;
    let (code, kind) = match error {
        Error::Fenced(epoch) => (Code::FailedPrecondition, JournalKind::Fenced(epoch.0)),
        Error::DiskFull => (Code::ResourceExhausted, JournalKind::DiskFull(journal_error::DiskFull {})),
        Error::Overloaded => (Code::ResourceExhausted, JournalKind::Overloaded(journal_error::Overloaded {})),
        Error::TooLarge(bytes) => (Code::InvalidArgument, JournalKind::TooLarge(*bytes as u64)),
        Error::Failed(why) => (Code::Unknown, JournalKind::Failed(why.clone())),
        Error::Trimmed(lsn) => (Code::OutOfRange, JournalKind::Trimmed(lsn.0)),
        Error::Corrupt(why) => (Code::DataLoss, JournalKind::Corrupt(why.clone())),
        Error::Closed => (Code::Unavailable, JournalKind::Closed(journal_error::Closed {})),
        Error::NotLeader => (Code::Unavailable, JournalKind::NotLeader(journal_error::NotLeader {})),
    };
    with_details(code, error.to_string(), &v1::JournalError { kind: Some(kind) })
}

/// Without details it is unknown whether a batch is durable.
pub fn to_journal(status: &Status) -> journal::Error {
    use journal::Error;
    match details::<v1::JournalError>(status).and_then(|d| d.kind) {
        Some(JournalKind::Fenced(epoch)) => Error::Fenced(Epoch(epoch)),
        Some(JournalKind::DiskFull(_)) => Error::DiskFull,
        Some(JournalKind::Overloaded(_)) => Error::Overloaded,
        Some(JournalKind::TooLarge(bytes)) => Error::TooLarge(usize::try_from(bytes).unwrap_or(usize::MAX)),
        Some(JournalKind::Failed(why)) => Error::Failed(why),
        Some(JournalKind::Trimmed(lsn)) => Error::Trimmed(Lsn(lsn)),
        Some(JournalKind::Corrupt(why)) => Error::Corrupt(why),
        Some(JournalKind::Closed(_)) => Error::Closed,
        Some(JournalKind::NotLeader(_)) => Error::NotLeader,
        None => Error::Failed(status.to_string()),
    }
}

pub fn of_storage(error: &storage::Error) -> Status {
    use storage::Error;
    let (code, kind) = match error {
        Error::SnapshotTooOld { asked, kept } => {
            (Code::OutOfRange, ReadKind::SnapshotTooOld(read_error::SnapshotTooOld { asked: asked.0, kept: kept.0 }))
        }
        Error::WrongShard => (Code::FailedPrecondition, ReadKind::WrongShard(read_error::WrongShard {})),
        Error::Unsupported(what) => (Code::Unimplemented, ReadKind::Unsupported(what.clone())),
        Error::Evaluation(error) => (Code::InvalidArgument, ReadKind::Evaluation(error.clone().into())),
        Error::Behind => (Code::Unavailable, ReadKind::Behind(read_error::Behind {})),
        Error::Failed(why) => (Code::Internal, ReadKind::Failed(why.clone())),
    };
    with_details(code, error.to_string(), &v1::ReadError { kind: Some(kind) })
}

/// Without details another replica may do better.
pub fn to_storage(status: &Status) -> storage::Error {
    use storage::Error;
    match details::<v1::ReadError>(status).and_then(|d| d.kind) {
        Some(ReadKind::SnapshotTooOld(e)) => {
            Error::SnapshotTooOld { asked: Timestamp(e.asked), kept: Timestamp(e.kept) }
        }
        Some(ReadKind::WrongShard(_)) => Error::WrongShard,
        Some(ReadKind::Unsupported(what)) => Error::Unsupported(what),
        Some(ReadKind::Evaluation(error)) => match error.try_into() {
            Ok(error) => Error::Evaluation(error),
            Err(Malformed(why)) => Error::Failed(why.to_owned()),
        },
        Some(ReadKind::Behind(_)) => Error::Behind,
        Some(ReadKind::Failed(why)) => Error::Failed(why),
        None if matches!(status.code(), Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled) => Error::Behind,
        None => Error::Failed(status.to_string()),
    }
}
