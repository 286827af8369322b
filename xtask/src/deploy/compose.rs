//! The compose file: what its parts say of each other, and its containers as values.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Findings;
use super::load::{Files, pairs, strings};
use crate::shell::root;

const FILE: &str = "docker-compose.yml";

/// A container that the compose file describes.
#[derive(Clone, Debug)]
pub struct Container {
    pub name: String,
    pub image: String,
    /// Over that of the image.
    pub environment: BTreeMap<String, String>,
    /// In the place of the image's.
    pub command: Vec<String>,
    /// Volume or path below the repository's root, and where it is seen.
    pub mounts: Vec<(String, String)>,
    /// Whether the engine starts it again when it ends by itself.
    pub restarts: bool,
    /// Seconds between the signal to stop and the end.
    pub grace_seconds: u64,
}

impl Container {
    /// Whether it runs `gavel`.
    pub fn ours(&self) -> bool {
        self.image.starts_with("gavel:")
    }

    /// The role's subcommand, or the tool's.
    pub fn role(&self) -> &str {
        self.command.first().map_or("", String::as_str)
    }
}

/// All containers, in the file's order.
pub fn containers(files: &Files) -> Result<Vec<Container>> {
    let services = files.document(FILE)?["services"].as_object().context("services")?;
    services.iter().map(|(name, service)| container(name, service)).collect()
}

fn container(name: &str, service: &Value) -> Result<Container> {
    let mounts = strings(&service["volumes"]);
    let mounts = mounts.iter().map(|mount| {
        let mut parts = mount.split(':');
        let source = parts.next().unwrap_or_default().trim_start_matches("./").to_owned();
        let target = parts.next().with_context(|| format!("{name}: volume {mount} has no target"))?.to_owned();
        Ok((source, target))
    });
    let grace = service["stop_grace_period"].as_str().unwrap_or("10s");
    Ok(Container {
        name: name.to_owned(),
        image: service["image"].as_str().unwrap_or_default().to_owned(),
        environment: pairs(&service["environment"]),
        command: strings(&service["command"]),
        mounts: mounts.collect::<Result<_>>()?,
        restarts: service["restart"] == "unless-stopped",
        grace_seconds: grace.strip_suffix('s').and_then(|n| n.parse().ok()).context("stop_grace_period")?,
    })
}

pub fn check(files: &Files, findings: &mut Findings) {
    let Ok(file) = files.document(FILE) else { return findings.add("no docker-compose.yml") };
    let names = |what: &str| file[what].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
    let (services, networks, volumes): (BTreeSet<String>, BTreeSet<String>, BTreeSet<String>) =
        (names("services"), names("networks"), names("volumes"));
    let all = match containers(files) {
        Ok(all) => all,
        Err(error) => return findings.add(format!("{FILE}: {error:#}")),
    };
    let (mut used, mut published) = (BTreeSet::new(), BTreeSet::new());
    let listed = file["services"].as_object().into_iter().flatten();
    for ((name, service), container) in listed.zip(&all) {
        let depends = &service["depends_on"];
        let on: Vec<String> = depends.as_object().map_or_else(|| strings(depends), |all| all.keys().cloned().collect());
        for other in on {
            findings.check(services.contains(&other), || format!("{name} depends on {other}, which is not there"));
        }
        for network in strings(&service["networks"]) {
            findings.check(networks.contains(&network), || format!("{name}: no network {network}"));
            used.insert(network);
        }
        for (source, _) in &container.mounts {
            if source.contains('/') {
                findings.check(root().join(source).exists(), || format!("{name} mounts {source}, which is not there"));
            } else {
                findings.check(volumes.contains(source), || format!("{name}: no volume {source}"));
                used.insert(source.clone());
            }
        }
        for port in strings(&service["ports"]) {
            findings.check(port.starts_with("127.0.0.1:"), || format!("{name}: port {port} is open to strangers"));
            findings.check(published.insert(port.clone()), || format!("{name}: port {port} is published twice"));
        }
        if container.ours() {
            let bound = service["read_only"] == true && strings(&service["cap_drop"]) == ["ALL"];
            findings.check(bound, || format!("{name}: has too many rights"));
            let zone = service["labels"]["gavel.zone"].as_str();
            if let Some(zone) = zone {
                let own = strings(&service["networks"]).contains(&format!("zone-{zone}"));
                let told = container.environment.get("GAVEL_NODE_ZONE").is_some_and(|told| told == zone);
                findings.check(own && told, || format!("{name}: label, network and setting name different zones"));
            }
            findings.check(zone.is_some() || container.role() == "cert", || format!("{name}: in no zone"));
        }
    }
    for name in networks.iter().chain(&volumes) {
        findings.check(used.contains(name), || format!("{FILE}: nobody uses {name}"));
    }
    identities(&all, findings);
    findings.check(files.image.user.split(':').next().is_some_and(|user| user != "root" && user != "0"), || {
        "the image runs as root".to_owned()
    });
}

/// Every role's certificate is among those that are made, and its name is the container's.
fn identities(all: &[Container], findings: &mut Findings) {
    let made: BTreeSet<&String> = all.iter().filter(|one| one.role() == "cert").flat_map(|one| &one.command).collect();
    for one in all.iter().filter(|one| one.ours() && one.role() != "cert") {
        let (name, role) = (&one.name, one.role());
        let said = |variable: &str| one.environment.get(variable).map_or("", String::as_str);
        findings.check(said("GAVEL_NODE_NAME") == name, || format!("{name}: GAVEL_NODE_NAME is another's"));
        findings.check(made.contains(&format!("{role}/{name}")), || format!("{name}: nobody makes its certificate"));
        for (variable, kind) in [("GAVEL_RPC_TLS_CERTIFICATE", "crt"), ("GAVEL_RPC_TLS_KEY", "key")] {
            let file = said(variable).rsplit('/').next().unwrap_or("");
            findings.check(file == format!("{role}-{name}.{kind}"), || format!("{name}: {variable} is another's"));
        }
        for variable in ["GAVEL_CLUSTER_JOURNAL", "GAVEL_CLUSTER_STORAGE", "GAVEL_JOURNAL_MEMBERS"] {
            for item in said(variable).split(';').filter(|item| !item.is_empty()) {
                let address = item.rsplit_once('=').map_or(item, |(_, rest)| rest);
                let host = address.split(':').next().unwrap_or("");
                let zone = address.rsplit_once('@').map_or("", |(_, zone)| zone);
                let there = all.iter().find(|other| other.name == host);
                let fits = there
                    .is_some_and(|other| other.environment.get("GAVEL_NODE_ZONE").is_some_and(|theirs| theirs == zone));
                findings.check(fits, || format!("{name}: {variable}: {item} is nobody, or in another zone"));
            }
        }
    }
}
