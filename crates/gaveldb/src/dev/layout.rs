//! What a cluster on one machine consists of: names, ports, zones, and each process's settings. Pure.
//!
//! ```text
//! port 5432:  query-1 5432, query-2 5433, …
//!             journal-1 7432, …   storage-1 7532, …      (+2000, +2100: between the processes)
//!             admin ports from 8432 on, in the order of the list
//! ```

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::bail;

/// Distance of the journal's ports from the first PostgreSQL port.
const JOURNAL: u16 = 2_000;
/// Distance of the replicas' ports.
const STORAGE: u16 = 2_100;
/// Distance of the admin ports.
const ADMIN: u16 = 3_000;
/// Nodes of a kind at most: the ports of kinds lie that far apart.
const MOST: u16 = 99;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Plan {
    pub data_dir: PathBuf,
    pub port: u16,
    /// Journal nodes, and as many replicas.
    pub nodes: u16,
    pub queries: u16,
    /// Failure domains, dealt out in turn; none if empty.
    pub zones: Vec<String>,
    /// `name = value` lines for every process.
    pub settings: Vec<(String, String)>,
    /// Whether the processes prove to each other who they are; certificates are under `DIR/certs`.
    pub tls: bool,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Also the subcommand.
    pub role: &'static str,
    pub name: String,
    pub listen: String,
    pub admin: String,
    /// Directory of its configuration and, but for query nodes, its data.
    pub directory: PathBuf,
    /// Its configuration file.
    pub config: String,
}

impl Plan {
    /// All processes, those first that others need.
    ///
    /// # Errors
    /// If there are too many, or not enough ports.
    pub fn parts(&self) -> anyhow::Result<Vec<Part>> {
        if !(1..=MOST).contains(&self.nodes) || !(1..=MOST).contains(&self.queries) {
            bail!("a cluster has between 1 and {MOST} nodes and query nodes");
        }
        if self.port.checked_add(ADMIN + 3 * MOST).is_none() {
            bail!("port {} leaves no room for the others", self.port);
        }
        let kinds = [("journal", JOURNAL, self.nodes), ("storage", STORAGE, self.nodes), ("query", 0, self.queries)];
        let mut parts = Vec::new();
        for (role, distance, count) in kinds {
            for n in 1..=count {
                let admin = address(self.port + ADMIN + u16::try_from(parts.len())?);
                parts.push(self.part(role, n, address(self.port + distance + n - 1), admin));
            }
        }
        Ok(parts)
    }

    fn part(&self, role: &'static str, n: u16, listen: String, admin: String) -> Part {
        let name = format!("{role}-{n}");
        let directory = self.data_dir.join(&name);
        let mut config = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(config, "{name} = {value}");
        };
        line("cluster.id", quoted("dev"));
        line("node.name", quoted(&name));
        line("node.zone", quoted(&self.zone(n)));
        line("admin.listen", quoted(&admin));
        if self.tls {
            let certs = self.data_dir.join("certs");
            let file = |name: String| quoted(&certs.join(name).display().to_string());
            line("rpc.tls.ca", file("ca.crt".into()));
            line("rpc.tls.certificate", file(format!("{role}-{name}.crt")));
            line("rpc.tls.key", file(format!("{role}-{name}.key")));
        } else {
            line("rpc.plaintext.allowed", "true".into());
        }
        if role == "query" {
            line("server.listen", quoted(&listen));
        } else {
            line("rpc.listen", quoted(&listen));
            line("data_dir", quoted(&directory.join("data").display().to_string()));
        }
        if role == "journal" {
            line("journal.node", n.to_string());
            line("journal.members", self.list(JOURNAL, |n, target| format!("{n}={target}")));
            line("journal.trim.replicas", (self.nodes / 2 + 1).to_string());
        } else {
            line("cluster.journal", self.list(JOURNAL, |_, target| target));
            line("cluster.storage", self.list(STORAGE, |_, target| target));
        }
        // Processes of one machine have one clock; what remains is the time it takes to read it.
        if self.settings.iter().all(|(name, _)| !name.starts_with("clock.")) {
            line("clock.max_error", quoted("1ms"));
        }
        for (name, value) in &self.settings {
            line(name, quoted(value));
        }
        Part { role, name, listen, admin, directory, config }
    }

    fn zone(&self, n: u16) -> String {
        let zones = self.zones.len();
        if zones == 0 { String::new() } else { self.zones[usize::from(n - 1) % zones].clone() }
    }

    fn list(&self, distance: u16, item: impl Fn(u16, String) -> String) -> String {
        let items: Vec<String> = (1..=self.nodes)
            .map(|n| {
                let (address, zone) = (address(self.port + distance + n - 1), self.zone(n));
                let at = if zone.is_empty() { "" } else { "@" };
                quoted(&item(n, format!("{address}{at}{zone}")))
            })
            .collect();
        format!("[{}]", items.join(", "))
    }
}

/// Writes what each process reads, and makes its directory.
///
/// # Errors
/// If the disk refuses.
pub fn write(parts: &[Part]) -> std::io::Result<()> {
    for part in parts {
        std::fs::create_dir_all(&part.directory)?;
        std::fs::write(part.config_file(), &part.config)?;
    }
    Ok(())
}

impl Part {
    pub fn config_file(&self) -> PathBuf {
        self.directory.join("gavel.toml")
    }

    /// As `cluster.json` has it.
    pub fn describe(&self, pid: u32) -> serde_json::Value {
        serde_json::json!({
            "role": self.role, "name": self.name, "pid": pid, "listen": self.listen, "admin": self.admin,
        })
    }
}

/// Where a cluster's processes are told.
pub fn cluster_file(data_dir: &Path) -> PathBuf {
    data_dir.join("cluster.json")
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;

    fn plan() -> Plan {
        Plan {
            data_dir: "/cluster".into(),
            port: 5432,
            nodes: 3,
            queries: 2,
            zones: vec!["a".into(), "b".into()],
            settings: vec![("log.filter".into(), "warn".into())],
            tls: false,
        }
    }

    #[test]
    fn every_process_has_ports_of_its_own_and_settings_that_can_be_read() {
        let parts = plan().parts().unwrap();
        assert_eq!(parts.len(), 8);
        let mut ports: Vec<&str> = parts.iter().flat_map(|p| [p.listen.as_str(), p.admin.as_str()]).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 16);
        for part in &parts {
            let read = settings::parse(&part.config).unwrap();
            assert_eq!(read.node_name, part.name);
            assert_eq!(read.log_filter, "warn");
        }
        let first = settings::parse(&parts[0].config).unwrap();
        assert_eq!(first.journal_members, ["1=127.0.0.1:7432@a", "2=127.0.0.1:7433@b", "3=127.0.0.1:7434@a"]);
        let last = settings::parse(&parts[7].config).unwrap();
        assert_eq!((last.server_listen.port(), last.node_zone.as_str()), (5433, "b"));
        assert_eq!(last.cluster_storage.len(), 3);
    }

    #[test]
    fn too_many_and_too_high_are_refused() {
        assert!(Plan { nodes: 100, ..plan() }.parts().is_err());
        assert!(Plan { queries: 0, ..plan() }.parts().is_err());
        assert!(Plan { port: 65_000, ..plan() }.parts().is_err());
    }
}
