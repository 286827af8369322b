//! Who the other processes of a cluster are, and how they are reached.

use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use gavel_api::journal::Member;
use gavel_rpc::client::{Network, Target};
use gavel_rpc::tls::{Files, Tls};
use gavel_rpc::{Identity, Role, Security};
use gavel_types::NodeId;

use crate::Failure;
use crate::settings::Settings;

/// What a role that runs apart needs to talk to the others.
pub struct Peers {
    pub security: Security,
    pub rpc: gavel_rpc::Settings,
    pub network: Network,
}

impl Peers {
    /// # Errors
    /// Exit code 2 if the settings do not say who this is, or how it proves that.
    pub fn open(settings: &Settings, role: Role) -> Result<Self, Failure> {
        let security = security(settings, role).map_err(|e| Failure::new(Failure::USAGE, e))?;
        let rpc =
            gavel_rpc::Settings { trim_replicas: settings.journal_trim_replicas, ..gavel_rpc::Settings::default() };
        let network = Network::new(security.clone(), rpc.clone(), settings.node_zone.clone());
        Ok(Self { security, rpc, network })
    }
}

fn security(settings: &Settings, role: Role) -> anyhow::Result<Security> {
    for (name, value) in [("cluster.id", &settings.cluster_id), ("node.name", &settings.node_name)] {
        if value.is_empty() {
            bail!("setting \"{name}\" is needed by a role that runs apart");
        }
    }
    let identity = Identity::new(&settings.cluster_id, role, &settings.node_name)?;
    let files = (&settings.rpc_tls_ca, &settings.rpc_tls_certificate, &settings.rpc_tls_key);
    match files {
        (Some(ca), Some(certificate), Some(key)) => {
            let files = Files { ca: ca.clone(), certificate: certificate.clone(), key: key.clone() };
            let tls = Tls::open(files)?;
            if *tls.identity() != identity {
                bail!("the certificate is that of {}, the settings say {identity}", tls.identity());
            }
            Ok(Security::Tls(Arc::new(tls)))
        }
        (None, None, None) if settings.rpc_plaintext => {
            Ok(Security::Plaintext { identity, beyond_loopback: settings.rpc_plaintext_beyond_loopback })
        }
        (None, None, None) => Err(anyhow!("rpc.tls.ca, rpc.tls.certificate and rpc.tls.key are needed")
            .context("roles prove to each other who they are; `gavel cert` makes what that takes")),
        _ => bail!("rpc.tls.ca, rpc.tls.certificate and rpc.tls.key need each other"),
    }
}

/// `host:port` or `host:port@zone`.
///
/// # Errors
/// Exit code 2 if there is none, or one cannot be read.
pub fn targets(name: &str, list: &[String]) -> Result<Vec<Target>, Failure> {
    let usage = |why: String| Failure::new(Failure::USAGE, anyhow!("setting \"{name}\": {why}"));
    if list.is_empty() {
        return Err(usage("is needed by a role that runs apart".into()));
    }
    list.iter().map(|text| target(text).map_err(|e| usage(format!("{e:#}")))).collect()
}

fn target(text: &str) -> anyhow::Result<Target> {
    let (address, zone) = text.split_once('@').unwrap_or((text, ""));
    let (host, port) = address.rsplit_once(':').with_context(|| format!("{text:?} is not \"host:port@zone\""))?;
    if host.is_empty() || port.parse::<u16>().is_err() {
        bail!("{text:?} is not \"host:port@zone\"");
    }
    Ok(Target { address: address.to_owned(), zone: zone.to_owned() })
}

/// `1=host:port` or `1=host:port@zone`.
///
/// # Errors
/// Exit code 2 if one cannot be read.
pub fn members(list: &[String]) -> Result<Vec<Member>, Failure> {
    list.iter()
        .map(|text| member(text).map_err(|e| Failure::new(Failure::USAGE, e.context("setting \"journal.members\""))))
        .collect()
}

/// See [`members`].
pub fn member(text: &str) -> anyhow::Result<Member> {
    let (id, rest) = text.split_once('=').with_context(|| format!("{text:?} is not \"1=host:port@zone\""))?;
    let id: u64 = id.trim().parse().with_context(|| format!("{id:?} is not a node's number"))?;
    if id == 0 {
        bail!("nodes are numbered from 1");
    }
    let Target { address, zone } = target(rest.trim())?;
    Ok(Member { id: NodeId(id), address, zone, voter: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_their_zone() {
        let one = targets("cluster.journal", &["db-1:7432@a".into(), "[::1]:7432".into()]).unwrap();
        assert_eq!((one[0].address.as_str(), one[0].zone.as_str()), ("db-1:7432", "a"));
        assert_eq!((one[1].address.as_str(), one[1].zone.as_str()), ("[::1]:7432", ""));
        for wrong in ["db-1", "db-1:x", ":7432", "db-1:99999"] {
            assert!(targets("cluster.journal", &[wrong.into()]).is_err(), "{wrong}");
        }
        assert!(targets("cluster.journal", &[]).is_err());
    }

    #[test]
    fn members_are_numbered() {
        let two = members(&["1=a:1@x".into(), "2=b:2".into()]).unwrap();
        assert_eq!((two[1].id, two[1].address.as_str(), two[0].zone.as_str()), (NodeId(2), "b:2", "x"));
        for wrong in ["a:1", "0=a:1", "x=a:1", "1=a"] {
            assert!(members(&[wrong.into()]).is_err(), "{wrong}");
        }
    }
}
