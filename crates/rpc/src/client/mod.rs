//! The traits of `api` over the network.
//!
//! | client | asks | on trouble |
//! |---|---|---|
//! | [`RemoteJournal`] | any journal node | goes on at the next position at another |
//! | [`RemoteAdjudicator`] | the leader, which it finds | repeats what did nothing; never guesses an outcome |
//! | [`RemoteStorage`] | a near, quick replica | asks another, before an answer or instead of one |
//! | [`RemoteBootstrap`] | one replica | reports it: whoever copies asks the next |
//! | [`RemoteMembership`] | the leader, which it finds | asks again: made twice, a change is made once |
//! | [`GrpcPeers`] | one journal node | reports it: consensus repeats by itself |
//!
//! What is decided (`leader`, `source`, `picker`, `hedge`) is in state machines without IO, which are told
//! the time; the files named for the clients do what those say.

mod adjudicator;
mod bootstrap;
mod connect;
mod hedge;
mod journal;
mod leader;
mod membership;
mod peers;
mod picker;
mod race;
mod scan;
mod source;
mod storage;

pub use adjudicator::RemoteAdjudicator;
pub use bootstrap::RemoteBootstrap;
pub use connect::Network;
pub use journal::RemoteJournal;
pub use membership::RemoteMembership;
pub use peers::GrpcPeers;
pub use storage::RemoteStorage;

/// A node that can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `host:port`.
    pub address: String,
    /// Failure domain, as the operator labels it. Nodes of our own are asked first.
    pub zone: String,
}

impl Target {
    /// One without a zone.
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), zone: String::new() }
    }
}
