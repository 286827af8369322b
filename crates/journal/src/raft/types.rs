//! The types that openraft is instantiated with.

use std::fmt;

use bytes::Bytes;
use gavel_types::{Epoch, Lsn, Timestamp};
use openraft::impls::leader_id_std::LeaderId;
use openraft::vote::RaftLeaderId;

use super::runtime::Runtime;

/// What one entry of the Raft log asks for.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Records that get positions.
    Batch(Batch),
    /// Positions below this one may be dropped, on every node.
    Trim(Lsn),
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(batch) => write!(f, "batch of {} in epoch {}", batch.count, batch.epoch.0),
            Self::Trim(below) => write!(f, "trim below {below}"),
        }
    }
}

/// Records that were proposed together, as bytes: encoded once by the leader, then copied to its
/// disk and to its peers.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// Epoch of whoever asked. If it is not the term of the entry, the entry is void.
    pub epoch: Epoch,
    /// Highest commit timestamp in it; zero if there is none.
    pub latest: Timestamp,
    /// Number of records.
    pub count: u32,
    /// For each record its length as u32, and its bytes.
    pub body: Bytes,
}

/// What applying an entry answers to whom proposed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// The entry has no records.
    Nothing,
    /// The entry is a no-op, since its epoch is not its term.
    Void,
    /// Its records begin at this position.
    At(Lsn),
}

/// How a member is reached, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub address: String,
    pub zone: String,
}

openraft::declare_raft_types!(
    /// See the module.
    pub(crate) Config:
        D = Command,
        R = Applied,
        NodeId = u64,
        Node = Place,
        // One leader per term at most, so that a term can be an epoch.
        LeaderId = LeaderId<Self::Term, Self::NodeId>,
        AsyncRuntime = Runtime,
);

/// A term, as the id of an entry has it.
pub(crate) type Term = <LeaderId<u64, u64> as RaftLeaderId>::Committed;
pub(crate) type LogId = openraft::LogId<Term>;
pub(crate) type Vote = openraft::Vote<LeaderId<u64, u64>>;
pub(crate) type Entry = openraft::type_config::alias::EntryOf<Config>;
pub(crate) type Payload = openraft::type_config::alias::PayloadOf<Config>;
pub(crate) type Membership = openraft::Membership<u64, Place>;
pub(crate) type StoredMembership = openraft::type_config::alias::StoredMembershipOf<Config>;
pub(crate) type SnapshotMeta = openraft::type_config::alias::SnapshotMetaOf<Config>;

pub(crate) fn log_id(term: u64, index: u64) -> LogId {
    LogId::new(Term::from(term), index)
}

/// Records that an entry gives positions to; none if it is void. The void rule, in its one place.
pub(crate) fn live(entry: &Entry) -> Option<&Batch> {
    match &entry.payload {
        Payload::Normal(Command::Batch(batch)) if is_live(batch.epoch, entry.log_id) => Some(batch),
        _ => None,
    }
}

fn is_live(epoch: Epoch, id: LogId) -> bool {
    #[cfg(test)]
    if VOID_RULE_IS_OFF.get() {
        return true;
    }
    epoch.0 == id.leader_id.term
}

#[cfg(test)]
thread_local! {
    /// Breaks the void rule on this thread, to see that tests notice.
    pub(crate) static VOID_RULE_IS_OFF: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}
