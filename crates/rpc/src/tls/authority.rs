//! A certificate authority for development and tests: one key that signs one certificate per process.
//! Whoever runs Gavel in earnest has an authority; all that it has to do is to put the identity's URI
//! among the certificate's names.
#![allow(clippy::disallowed_methods, reason = "a shell: writes files, looks at the time")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::server::ParsedCertificate;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};

use super::{Error, Files};
use crate::identity::Identity;

/// How long an authority of ours is valid.
const CA_VALIDITY: Duration = Duration::from_secs(10 * 365 * 24 * 3_600);
/// Clocks of nodes may differ by this much when a certificate is fresh.
const EARLIER: Duration = Duration::from_secs(3_600);

/// Signs certificates of one cluster.
pub struct Authority {
    cluster: String,
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, as PEM.
#[derive(Clone)]
pub struct Issued {
    pub certificate_pem: String,
    pub key_pem: String,
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Certificate(error.to_string())
}

impl Authority {
    /// A new authority with a new key.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn generate(cluster: &str) -> Result<Self, Error> {
        let key = KeyPair::generate().map_err(failed)?;
        let params = ca_params(cluster);
        let certificate_pem = params.self_signed(&key).map_err(failed)?.pem();
        Ok(Self { cluster: cluster.to_owned(), certificate_pem, issuer: Issuer::new(params, key) })
    }

    /// One that [`Authority::generate`] made for `cluster` earlier.
    ///
    /// # Errors
    /// If certificate, key and cluster do not belong together.
    pub fn from_pem(cluster: &str, certificate_pem: &str, key_pem: &str) -> Result<Self, Error> {
        let key = KeyPair::from_pem(key_pem).map_err(failed)?;
        let issuer = Issuer::new(ca_params(cluster), key);
        let authority = Self { cluster: cluster.to_owned(), certificate_pem: certificate_pem.to_owned(), issuer };
        // The certificate is not parsed: what it signs must simply be found signed by it.
        let probe = CertificateParams::default();
        let probe_key = KeyPair::generate().map_err(failed)?;
        let probe = probe.signed_by(&probe_key, &authority.issuer).map_err(failed)?;
        authority.verify(&probe)?;
        Ok(authority)
    }

    fn verify(&self, certificate: &Certificate) -> Result<(), Error> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate_pem.as_bytes()).map_err(failed)?).map_err(failed)?;
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let algorithms = provider.signature_verification_algorithms.all;
        let parsed = ParsedCertificate::try_from(certificate.der()).map_err(failed)?;
        verify_server_cert_signed_by_trust_anchor(&parsed, &roots, &[], UnixTime::now(), algorithms).map_err(|_| {
            Error::Certificate(format!(
                "certificate and key of the authority do not belong together, or not to cluster {}",
                self.cluster
            ))
        })
    }

    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// A certificate with a new key for `identity`, valid for `validity` from now on.
    ///
    /// # Errors
    /// If the identity is of another cluster.
    pub fn issue(&self, identity: &Identity, validity: Duration) -> Result<Issued, Error> {
        if identity.cluster != self.cluster {
            return Err(Error::Certificate(format!("authority is of cluster {}, not for {identity}", self.cluster)));
        }
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = valid_for(validity);
        params.distinguished_name = name(&format!("{} {}", identity.role, identity.name));
        params.subject_alt_names = vec![SanType::URI(Ia5String::try_from(identity.to_string()).map_err(failed)?)];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // Every role is client of one and server of another.
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer).map_err(failed)?;
        Ok(Issued { certificate_pem: certificate.pem(), key_pem: key.serialize_pem() })
    }
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Gavel");
    name.push(DnType::CommonName, common);
    name
}

fn valid_for(validity: Duration) -> CertificateParams {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(1970, 1, 1) + now.saturating_sub(EARLIER);
    params.not_after = date_time_ymd(1970, 1, 1) + now + validity;
    params
}

fn ca_params(cluster: &str) -> CertificateParams {
    let mut params = valid_for(CA_VALIDITY);
    params.distinguished_name = name(&format!("development authority of cluster {cluster}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Makes, in `directory`, an authority (`ca.crt`, `ca.key`) if there is none yet, and for each of
/// `identities` a certificate `<role>-<name>.crt` and `.key`, which replace those that are there. Keys
/// are for their owner's eyes alone. Returns where each identity's files are.
///
/// # Errors
/// If the authority that is there is another cluster's, or a file cannot be written.
pub fn write_development(
    directory: &Path,
    cluster: &str,
    identities: &[Identity],
    validity: Duration,
) -> Result<Vec<Files>, Error> {
    std::fs::create_dir_all(directory).map_err(|error| bad_file(directory, &error))?;
    let (ca, ca_key) = (directory.join("ca.crt"), directory.join("ca.key"));
    let authority = if ca.exists() || ca_key.exists() {
        let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| bad_file(path, &error));
        Authority::from_pem(cluster, &read(&ca)?, &read(&ca_key)?)?
    } else {
        let authority = Authority::generate(cluster)?;
        write(&ca_key, &authority.key_pem(), true)?;
        write(&ca, authority.certificate_pem(), false)?;
        authority
    };
    let mut written = Vec::new();
    for identity in identities {
        let issued = authority.issue(identity, validity)?;
        let stem = format!("{}-{}", identity.role, identity.name);
        let files = Files {
            ca: ca.clone(),
            certificate: directory.join(format!("{stem}.crt")),
            key: directory.join(format!("{stem}.key")),
        };
        write(&files.key, &issued.key_pem, true)?;
        write(&files.certificate, &issued.certificate_pem, false)?;
        written.push(files);
    }
    Ok(written)
}

fn bad_file(path: &Path, error: &std::io::Error) -> Error {
    Error::File { path: path.display().to_string(), reason: error.to_string() }
}

fn write(path: &Path, text: &str, secret: bool) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secret { 0o600 } else { 0o644 });
    let mut file = options.open(path).map_err(|error| bad_file(path, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| bad_file(path, &error))
}
