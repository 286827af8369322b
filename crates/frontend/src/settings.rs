//! What an operator tunes about the front.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::auth::hba::{self, Rule};

/// Settings of the front; `Default` is a laptop's.
#[derive(Clone, Debug)]
pub struct FrontendSettings {
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Authenticated sessions; one more is refused with 53300.
    pub max_connections: usize,
    /// Connections that have not authenticated yet; one more is closed without a word.
    pub max_pending: usize,
    /// Longest message after authentication, in bytes.
    pub max_message_bytes: usize,
    /// From accept to authenticated.
    pub startup_timeout: Duration,
    /// How long sessions at work may go on once draining has begun.
    pub drain_timeout: Duration,
    /// Who may connect how; the first rule that fits decides.
    pub hba: Vec<Rule>,
    pub tls: Option<TlsFiles>,
    /// Random bytes of this cluster from which salts of unknown users are made, so that they stay
    /// the same from attempt to attempt, and from node to node, as those of known ones do. As long as
    /// they are not known the database is starting up, which is what clients are told (57P03).
    pub mock_secret: Arc<OnceLock<[u8; 32]>>,
}

/// PEM files of the server's certificate chain and key.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Also speak TLS 1.2, for clients that have nothing newer.
    pub allow_tls12: bool,
}

impl Default for FrontendSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 5432)),
            max_connections: 10_000,
            max_pending: 1_000,
            max_message_bytes: 256 << 20,
            startup_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(10),
            hba: hba::default_rules(),
            tls: None,
            mock_secret: Arc::new(OnceLock::from([0; 32])),
        }
    }
}
