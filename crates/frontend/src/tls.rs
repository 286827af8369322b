//! Certificates, and TLS by rustls: 1.3, and 1.2 where the operator says so.
#![allow(clippy::disallowed_methods, reason = "reads the files that the operator named")]

use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::settings::TlsFiles;

/// ALPN name of the protocol, which a client that begins with TLS must ask for.
pub const ALPN: &[u8] = b"postgresql";

const TLS13_ONLY: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// What TLS needs for each connection.
pub struct Tls {
    pub acceptor: TlsAcceptor,
    /// The server's certificate chain in PEM, for channel binding.
    pub certificate_pem: Vec<u8>,
}

/// Why the files do not serve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {0}: {1}")]
    Read(String, std::io::Error),
    #[error("no usable PEM data in {0}: {1}")]
    Pem(String, String),
    #[error("certificate and key do not serve: {0}")]
    Unusable(#[from] rustls::Error),
}

impl Tls {
    /// # Errors
    /// [`Error`], for the operator.
    pub fn load(files: &TlsFiles) -> Result<Self, Error> {
        let read = |path: &Path| std::fs::read(path).map_err(|e| Error::Read(path.display().to_string(), e));
        let pem = |path: &Path, e: &dyn std::fmt::Display| Error::Pem(path.display().to_string(), e.to_string());
        let certificate_pem = read(&files.certificate)?;
        let chain = CertificateDer::pem_slice_iter(&certificate_pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| pem(&files.certificate, &e))?;
        let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?).map_err(|e| pem(&files.key, &e))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(if files.allow_tls12 { rustls::ALL_VERSIONS } else { TLS13_ONLY })?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate_pem })
    }
}
