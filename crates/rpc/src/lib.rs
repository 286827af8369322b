//! `proto/` compiled, and conversions between its messages and the domain types of `types` and
//! `api`. The only crate that knows protobuf and gRPC.
//!
//! | module | what it holds |
//! |---|---|
//! | [`v1`] | generated messages, clients and servers |
//! | [`convert`] | domain types to messages and back, failures to statuses and back |
//!
//! A message that comes in is checked here: what leaves a conversion is a valid domain value, and
//! what is not is refused with [`Malformed`].

pub mod convert;

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
