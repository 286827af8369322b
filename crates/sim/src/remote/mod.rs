//! The traits between roles over the simulated network: what `rpc` does over gRPC, with the same rules
//! of when to ask again.

mod adjudicator;
mod journal;
mod peers;
mod storage;

pub use adjudicator::RemoteAdjudicator;
pub use journal::RemoteJournal;
pub use peers::Peers;
pub use storage::RemoteStorage;
