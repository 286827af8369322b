//! Mutual TLS. Each process has one certificate, which names its [`Identity`], and trusts one
//! authority; there is no other list of who belongs to a cluster.
//!
//! - Either end refuses a peer whose certificate is not signed by the authority, has expired, or names
//!   another cluster. The client also refuses a server of another role than it looks for, so that a
//!   stolen storage key cannot pose as a journal. What a client may ask for, [`crate::access`] says.
//! - Host names are not looked at.
//! - TLS 1.3 alone: both ends are ours.
//! - The files are read again when they change; connections made from then on use them. If they cannot
//!   be used, what was read before stays.
#![allow(clippy::disallowed_methods, reason = "a shell: reads files, looks at the time")]

mod authority;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

pub use authority::{Authority, Issued, write_development};

use crate::identity::{Identity, Role};
use verify::AnyHost;

/// How often the files are looked at, at most: at the next connection after that time.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Where the certificates are, as PEM.
#[derive(Clone, Debug)]
pub struct Files {
    /// The authority's certificate; several, while one replaces another.
    pub ca: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Why TLS cannot be set up, or a certificate not be made: for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot use {path}: {reason}")]
    File { path: String, reason: String },
    #[error("certificate: {0}")]
    Certificate(String),
}

/// This process's certificate and whom it trusts.
pub struct Tls {
    files: Files,
    identity: Identity,
    state: Mutex<State>,
}

struct State {
    loaded: Loaded,
    looked: Instant,
}

#[derive(Clone)]
struct Loaded {
    pem: Pem,
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

/// What the files held.
#[derive(Clone, PartialEq, Eq)]
struct Pem {
    ca: Vec<u8>,
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// If one cannot be read, or the certificate names no identity.
    pub fn open(files: Files) -> Result<Self, Error> {
        let (identity, loaded) = load(&files, read(&files)?)?;
        Ok(Self { files, identity, state: Mutex::new(State { loaded, looked: Instant::now() }) })
    }

    /// Whom our certificate names.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Reads the files again; true if they had changed.
    ///
    /// # Errors
    /// As [`Tls::open`], and if the certificate now names another identity. The former ones stay.
    pub fn reload(&self) -> Result<bool, Error> {
        let mut state = self.state.lock();
        self.reload_locked(&mut state)
    }

    fn reload_locked(&self, state: &mut State) -> Result<bool, Error> {
        state.looked = Instant::now();
        let pem = read(&self.files)?;
        if pem == state.loaded.pem {
            return Ok(false);
        }
        let (identity, loaded) = load(&self.files, pem)?;
        if identity != self.identity {
            return Err(Error::Certificate(format!("new one is for {identity}, not for {}", self.identity)));
        }
        state.loaded = loaded;
        Ok(true)
    }

    fn current(&self) -> Loaded {
        let mut state = self.state.lock();
        if state.looked.elapsed() >= LOOK_AGAIN {
            match self.reload_locked(&mut state) {
                Ok(true) => tracing::info!(identity = %self.identity, "took new certificates"),
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "new certificates cannot be used, former ones stay"),
            }
        }
        state.loaded.clone()
    }

    /// The server's side of a new connection, and who the client is.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<(tokio_rustls::server::TlsStream<TcpStream>, Identity)> {
        let stream = TlsAcceptor::from(self.current().server).accept(stream).await?;
        let peer = self.check(stream.get_ref().1.peer_certificates())?;
        Ok((stream, peer))
    }

    /// The client's side of a new connection to a server of `role`.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        role: Role,
    ) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let host = ServerName::try_from("gavel.invalid").map_err(std::io::Error::other)?;
        let stream = TlsConnector::from(self.current().client).connect(host, stream).await?;
        let peer = self.check(stream.get_ref().1.peer_certificates())?;
        if peer.role != role {
            return Err(std::io::Error::other(format!("{peer} answered where a {role} node was expected")));
        }
        Ok(stream)
    }

    fn check(&self, chain: Option<&[CertificateDer<'_>]>) -> std::io::Result<Identity> {
        let leaf = chain.and_then(<[_]>::first).ok_or_else(|| std::io::Error::other("peer has no certificate"))?;
        let peer = verify::identity(leaf).map_err(std::io::Error::other)?;
        if peer.cluster == self.identity.cluster {
            Ok(peer)
        } else {
            Err(std::io::Error::other(format!("{peer} is of another cluster than {}", self.identity)))
        }
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("identity", &self.identity).field("files", &self.files).finish_non_exhaustive()
    }
}

fn read(files: &Files) -> Result<Pem, Error> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| Error::File { path: path.display().to_string(), reason: error.to_string() })
    };
    Ok(Pem { ca: read(&files.ca)?, certificate: read(&files.certificate)?, key: read(&files.key)? })
}

fn load(files: &Files, pem: Pem) -> Result<(Identity, Loaded), Error> {
    let bad = |path: &PathBuf, reason: String| Error::File { path: path.display().to_string(), reason };
    let certificates = |path: &PathBuf, pem: &[u8]| {
        let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|error: rustls_pki_types::pem::Error| bad(path, error.to_string()))?;
        if found.is_empty() { Err(bad(path, "no certificate in it".into())) } else { Ok(found) }
    };
    let mut roots = RootCertStore::empty();
    for ca in certificates(&files.ca, &pem.ca)? {
        roots.add(ca).map_err(|error| bad(&files.ca, error.to_string()))?;
    }
    let roots = Arc::new(roots);
    let chain = certificates(&files.certificate, &pem.certificate)?;
    let identity = verify::identity(&chain[0]).map_err(|reason| bad(&files.certificate, reason))?;
    let key = PrivateKeyDer::from_pem_slice(&pem.key).map_err(|error| bad(&files.key, error.to_string()))?;

    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = |error: rustls::Error| bad(&files.certificate, error.to_string());
    let clients = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone())
        .build()
        .map_err(|error| bad(&files.ca, error.to_string()))?;
    let mut server = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])
        .map_err(tls)?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain.clone(), key.clone_key())
        .map_err(tls)?;
    let mut client = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])
        .map_err(tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyHost::new(roots, provider)))
        .with_client_auth_cert(chain, key)
        .map_err(tls)?;
    client.enable_sni = false;
    server.alpn_protocols = vec![b"h2".to_vec()];
    client.alpn_protocols = vec![b"h2".to_vec()];
    Ok((identity, Loaded { pem, server: Arc::new(server), client: Arc::new(client) }))
}
