//! Whether connections are mutual TLS or plain.

use std::sync::Arc;

use crate::identity::Identity;
use crate::tls::Tls;

/// How a process proves who it is.
#[derive(Clone, Debug)]
pub enum Security {
    /// It proves nothing, and whoever reaches the port is believed: for development. To be configured
    /// by name, never a fallback. A server listens on loopback only, unless `beyond_loopback`.
    Plaintext { identity: Identity, beyond_loopback: bool },
    /// By its certificate.
    Tls(Arc<Tls>),
}

impl Security {
    /// Who we are.
    pub fn identity(&self) -> &Identity {
        match self {
            Self::Plaintext { identity, .. } => identity,
            Self::Tls(tls) => tls.identity(),
        }
    }
}
