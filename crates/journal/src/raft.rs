//! The journal of several nodes: Raft through openraft, over our own files.
//! `docs/formats/journal.md` describes the bytes.
//!
//! ```text
//!  append ─► proposer ─► openraft ─┬─► store: log and vote, durable
//!                                  ├─► peers: the same on other nodes
//!                                  └─► machine: committed entries get positions ─► tails, replies
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | `types` | what openraft is instantiated with; the void rule |
//! | `codec`, `files`, `wire` | bytes of entries, of the files, of messages; pure |
//! | `log` | what is where in the log; pure |
//! | `health` | whether the disk is fit for a leader; pure |
//! | `slots` | small values that are never lost nor torn |
//! | `identity` | who this node is, and whether a peer has lost its memory |
//! | `store`, `writer` | log and vote on the disk |
//! | `machine`, `positions` | positions, snapshots, tails |
//! | `commits` | which commits are known to be committed, for those who wait for one |
//! | `propose` | appends on their way into the log |
//! | `runtime` | what openraft runs on |
//! | `peers` | messages to and from other nodes |
//! | `pipeline` | several appends on their way to a peer at a time |
//! | `tally` | what a majority has on its disks, counted by a follower; pure |
//! | `words` | what voters tell each other of their disks |
//! | `node` | [`RaftJournal`], which ties them together |
//!
//! Invariants:
//! - The epoch is the term. An entry whose epoch is not its term is void on every node.
//! - Positions are dense over the records of entries that are not void, in the order of the log.
//! - Nothing is acknowledged, to a peer or to a caller, that this disk has not flushed; a vote least
//!   of all.
//! - Tails and bounds serve what is committed, on every node alike.
//! - A peer of another cluster, or whose disk has lost its memory, is not listened to.

mod codec;
mod commits;
mod files;
mod health;
mod identity;
mod log;
mod machine;
mod node;
mod peers;
mod pipeline;
mod positions;
mod propose;
mod runtime;
mod settings;
mod slots;
mod store;
mod tally;
mod types;
mod wire;
mod words;
mod writer;

pub(crate) use identity::FILE as NODE_FILE;
pub use node::{Components, RaftJournal};
pub use peers::Clock;
pub use settings::{FAR, Settings};

#[cfg(test)]
mod testing;

#[cfg(test)]
#[path = "raft/cluster/cluster_test.rs"]
mod cluster_test;

#[cfg(test)]
#[path = "raft/cluster/chaos_test.rs"]
mod chaos_test;

#[cfg(test)]
#[path = "raft/cluster/rules_test.rs"]
mod rules_test;
