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

/// How an operator reaches a journal: as itself, or as the journal node whose settings these are.
///
/// # Errors
/// Exit code 2 if the settings do not say who this is, or how it proves that.
pub fn operator(settings: &Settings) -> Result<Network, Failure> {
    let security = operator_security(settings).map_err(|e| Failure::new(Failure::USAGE, e))?;
    Ok(Network::new(security, gavel_rpc::Settings::default(), settings.node_zone.clone()))
}

fn operator_security(settings: &Settings) -> anyhow::Result<Security> {
    if settings.cluster_id.is_empty() {
        bail!("setting \"cluster.id\" is needed");
    }
    let Some(tls) = tls(settings)? else {
        let name = if settings.node_name.is_empty() { "operator" } else { &settings.node_name };
        return Ok(plaintext(settings, Identity::new(&settings.cluster_id, Role::Operator, name)?));
    };
    let identity = tls.identity();
    if identity.cluster != settings.cluster_id {
        bail!("the certificate is of cluster {:?}, the settings say {:?}", identity.cluster, settings.cluster_id);
    }
    if !matches!(identity.role, Role::Operator | Role::Journal) {
        bail!("the certificate is that of {identity}, which may not change the journal");
    }
    Ok(Security::Tls(Arc::new(tls)))
}

fn security(settings: &Settings, role: Role) -> anyhow::Result<Security> {
    for (name, value) in [("cluster.id", &settings.cluster_id), ("node.name", &settings.node_name)] {
        if value.is_empty() {
            bail!("setting \"{name}\" is needed by a role that runs apart");
        }
    }
    let identity = Identity::new(&settings.cluster_id, role, &settings.node_name)?;
    let Some(tls) = tls(settings)? else { return Ok(plaintext(settings, identity)) };
    if *tls.identity() != identity {
        bail!("the certificate is that of {}, the settings say {identity}", tls.identity());
    }
    Ok(Security::Tls(Arc::new(tls)))
}

fn plaintext(settings: &Settings, identity: Identity) -> Security {
    Security::Plaintext { identity, beyond_loopback: settings.rpc_plaintext_beyond_loopback }
}

/// The certificate; none where it is allowed to have none.
fn tls(settings: &Settings) -> anyhow::Result<Option<Tls>> {
    match (&settings.rpc_tls_ca, &settings.rpc_tls_certificate, &settings.rpc_tls_key) {
        (Some(ca), Some(certificate), Some(key)) => {
            let files = Files { ca: ca.clone(), certificate: certificate.clone(), key: key.clone() };
            Ok(Some(Tls::open(files)?))
        }
        (None, None, None) if settings.rpc_plaintext => Ok(None),
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

/// The replicas that another one can copy, near ones first.
///
/// # Errors
/// Exit code 2 if one cannot be read.
pub fn other_replicas(settings: &Settings) -> Result<Vec<Target>, Failure> {
    if settings.cluster_storage.is_empty() {
        return Ok(Vec::new());
    }
    let mut others = targets("cluster.storage", &settings.cluster_storage)?;
    // Where it can be told; otherwise it will answer itself that it has nothing yet.
    others.retain(|target| target.address != settings.rpc_listen.to_string());
    others.sort_by_key(|target| target.zone != settings.node_zone);
    Ok(others)
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
    fn copies_are_taken_from_others_near_ones_first() {
        let addresses = ["127.0.0.1:7532@a", "127.0.0.1:7533@b", "db-3:7534@a", "db-4:7535@b"];
        let settings = Settings {
            cluster_storage: addresses.map(str::to_owned).to_vec(),
            rpc_listen: ([127, 0, 0, 1], 7533).into(),
            node_zone: "b".into(),
            ..Settings::default()
        };
        let others: Vec<_> = other_replicas(&settings).unwrap().into_iter().map(|target| target.address).collect();
        assert_eq!(others, ["db-4:7535", "127.0.0.1:7532", "db-3:7534"]);
        assert!(other_replicas(&Settings::default()).unwrap().is_empty());
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
