//! `gavel cert`: a development authority, and certificates for the processes of a cluster.

use std::time::Duration;

use anyhow::{Context, anyhow};
use gavel_rpc::Identity;

use crate::Failure;
use crate::cli::Cert;

/// How long what is made here is good for.
pub const VALIDITY: Duration = Duration::from_secs(365 * 24 * 3_600);

pub fn run(args: &Cert) -> Result<(), Failure> {
    let usage = |e: anyhow::Error| Failure::new(Failure::USAGE, e);
    let identities = args
        .processes
        .iter()
        .map(|text| identity(&args.cluster, text))
        .collect::<Result<Vec<_>, _>>()
        .map_err(usage)?;
    let written = gavel_rpc::tls::write_development(&args.directory, &args.cluster, &identities, VALIDITY)
        .context("cannot make certificates")?;
    for (identity, files) in identities.iter().zip(written) {
        println!("{identity}\t{}\t{}", files.certificate.display(), files.key.display());
    }
    Ok(())
}

/// `role/name`.
fn identity(cluster: &str, text: &str) -> anyhow::Result<Identity> {
    let (role, name) = text.split_once('/').with_context(|| format!("{text:?} is not \"role/name\""))?;
    let role = role.parse().map_err(|_| anyhow!("{role:?} is not query, journal, storage or operator"))?;
    Ok(Identity::new(cluster, role, name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_named_with_their_role() {
        assert_eq!(identity("c", "storage/s-1").unwrap().to_string(), "spiffe://c/role/storage/s-1");
        assert!(identity("c", "storage").is_err());
        assert!(identity("c", "king/s-1").is_err());
        assert!(identity("c", "query/../etc").is_err());
    }
}
