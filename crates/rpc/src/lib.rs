//! Roles as processes: the traits of `api` over gRPC. The only crate that knows protobuf, gRPC, and the
//! certificates of a cluster.
//!
//! ```text
//!   query node                                             journal node, replica
//!   dyn Adjudicator ─► RemoteAdjudicator ══ mutual TLS ══► server::Server ─► Arc<dyn Adjudicator>
//!   dyn Storage ─────► RemoteStorage     ══  HTTP/2    ══►      …         ─► Arc<dyn Storage>
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`client`] | the traits, as calls |
//! | [`server`] | calls, as the traits |
//! | [`settings`] | bounds of both |
//! | [`identity`], [`access`] | who a process is, and what it may ask for |
//! | [`security`], [`tls`] | how it proves that |
//! | [`v1`] | messages, generated from `proto/` |
//! | [`convert`] | domain types to messages and back, failures to statuses and back |
//!
//! - A message that comes in is checked here: what leaves a conversion is a valid domain value, and what
//!   is not is refused with [`Malformed`].
//! - Each end bounds what the other can make it hold: message sizes, windows, connections, calls, waits.
//! - A failure that says nothing about what the other end did is never turned into one that does.

pub mod access;
mod batches;
mod call;
pub mod client;
pub mod convert;
pub mod identity;
pub mod security;
pub mod server;
pub mod settings;
pub mod tls;
mod wire;

pub use call::PROTOCOL;
pub use identity::{Identity, Role};
pub use security::Security;
pub use settings::Settings;

/// Generated from `proto/gavel/v1`.
#[allow(missing_docs, unused_qualifications, clippy::all, reason = "generated")]
pub mod v1 {
    tonic::include_proto!("gavel.v1");
}

/// A message that no peer of ours writes. Fatal for the call; the peer is of another version, or
/// something between damages messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed message: {0}")]
pub struct Malformed(pub &'static str);

impl From<Malformed> for tonic::Status {
    fn from(error: Malformed) -> Self {
        Self::invalid_argument(error.to_string())
    }
}
