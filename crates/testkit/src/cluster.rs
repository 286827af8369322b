//! A cluster of real processes, each in a network namespace of its own: what can happen to machines and
//! cables happens to these.
//!
//! ```text
//! DIR/journal-1/gavel.toml, data/      DIR/journal-1.log      likewise journal-2, storage-1, query-1 …
//! ```
//! Processes reach each other by name; with zones, a name of another zone leads to a relay that delays.
//! A process is *up*, *down* (killed, until it is restarted), *frozen* (SIGSTOP) or *cut* (no network).
//! Dropping the cluster kills all and removes the network; files stay.

pub mod network;
pub mod relay;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::session::Entrance;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use network::{Machine, Network};
use relay::{Delay, Relay};

const SQL_PORT: u16 = 5432;
const RPC_PORT: u16 = 7432;
const ADMIN_PORT: u16 = 8432;
/// How long an admin port may take to answer.
const ADMIN_PATIENCE: Duration = Duration::from_secs(2);
/// How long a cluster may take until all answer.
const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Journal,
    Storage,
    Query,
}

impl Role {
    /// Also the subcommand.
    pub fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Storage => "storage",
            Self::Query => "query",
        }
    }
}

/// What a cluster consists of.
#[derive(Clone, Debug)]
pub struct Shape {
    pub journals: usize,
    pub replicas: usize,
    pub queries: usize,
    /// Failure domains, dealt out in turn; none if empty. Only between them there can be delay.
    pub zones: Vec<String>,
    /// `name = value` lines of every process's configuration.
    pub settings: Vec<(String, String)>,
}

impl Default for Shape {
    fn default() -> Self {
        Self { journals: 3, replicas: 3, queries: 2, zones: Vec::new(), settings: Vec::new() }
    }
}

impl Shape {
    fn zone(&self, number: usize) -> &str {
        if self.zones.is_empty() { "" } else { &self.zones[(number - 1) % self.zones.len()] }
    }

    /// `["1=journal-1:7432@a", …]`
    fn list(&self, role: Role, count: usize, numbered: bool) -> String {
        let items: Vec<String> = (1..=count)
            .map(|n| {
                let zone = self.zone(n);
                let at = if zone.is_empty() { String::new() } else { format!("@{zone}") };
                let number = if numbered { format!("{n}=") } else { String::new() };
                format!("\"{number}{}-{n}:{RPC_PORT}{at}\"", role.name())
            })
            .collect();
        format!("[{}]", items.join(", "))
    }

    fn config(&self, role: Role, number: usize, directory: &Path) -> String {
        let mut lines = vec![
            "cluster.id = \"test\"".to_owned(),
            format!("node.name = \"{}-{number}\"", role.name()),
            format!("node.zone = \"{}\"", self.zone(number)),
            format!("admin.listen = \"0.0.0.0:{ADMIN_PORT}\""),
            "rpc.plaintext.allowed = true".to_owned(),
            "rpc.plaintext.beyond_loopback = true".to_owned(),
        ];
        if role == Role::Query {
            lines.push(format!("server.listen = \"0.0.0.0:{SQL_PORT}\""));
            lines.push("server.hba = [\"host all all all trust\"]".to_owned());
        } else {
            lines.push(format!("rpc.listen = \"0.0.0.0:{RPC_PORT}\""));
            lines.push(format!("data_dir = \"{}\"", directory.join("data").display()));
        }
        if role == Role::Journal {
            lines.push(format!("journal.node = {number}"));
            lines.push(format!("journal.members = {}", self.list(Role::Journal, self.journals, true)));
            lines.push(format!("journal.trim.replicas = {}", self.replicas / 2 + 1));
        } else {
            lines.push(format!("cluster.journal = {}", self.list(Role::Journal, self.journals, false)));
            lines.push(format!("cluster.storage = {}", self.list(Role::Storage, self.replicas, false)));
        }
        lines.extend(self.settings.iter().map(|(name, value)| format!("{name} = {value}")));
        lines.join("\n") + "\n"
    }
}

/// One process.
struct Part {
    role: Role,
    machine: Machine,
    /// As `gavel ROLE --config` reads it.
    config: PathBuf,
    child: Option<Child>,
    frozen: bool,
    cut: bool,
}

/// A running cluster.
pub struct Cluster {
    binary: PathBuf,
    directory: PathBuf,
    parts: Vec<Part>,
    delay: Delay,
    _relay: Option<Relay>,
    network: Network,
}

impl Cluster {
    /// Starts a cluster whose files are in `directory`, and waits until all answer.
    ///
    /// # Errors
    /// Outside of [`network::in_hub`], or if a process does not start.
    pub async fn start(binary: impl AsRef<Path>, directory: impl AsRef<Path>, shape: &Shape) -> Result<Self> {
        std::fs::create_dir_all(&directory)?;
        let directory = directory.as_ref().canonicalize()?;
        let mut network = Network::create()?;
        let mut parts = Vec::new();
        let kinds = [(Role::Journal, shape.journals), (Role::Storage, shape.replicas), (Role::Query, shape.queries)];
        for (role, number) in kinds.into_iter().flat_map(|(role, count)| (1..=count).map(move |n| (role, n))) {
            let name = format!("{}-{number}", role.name());
            let machine = network.add(&name)?;
            let own = directory.join(&name);
            std::fs::create_dir_all(&own)?;
            let config = own.join("gavel.toml");
            std::fs::write(&config, shape.config(role, number, &own))?;
            parts.push((number, Part { role, machine, config, child: None, frozen: false, cut: false }));
        }
        let delay = Delay::default();
        let relay = connect(&network, shape, &parts, &delay).await?;
        let parts = parts.into_iter().map(|(_, part)| part).collect();
        let mut cluster = Self { binary: binary.as_ref().to_owned(), directory, parts, delay, _relay: relay, network };
        for place in 0..cluster.parts.len() {
            cluster.spawn(place)?;
        }
        cluster.wait_ready(PATIENCE).await?;
        Ok(cluster)
    }

    /// Names of all processes, those first that others need.
    pub fn names(&self) -> Vec<(Role, String)> {
        self.parts.iter().map(|part| (part.role, part.machine.name.clone())).collect()
    }

    /// The query nodes.
    pub fn entrances(&self) -> Vec<Entrance> {
        let queries = self.parts.iter().filter(|part| part.role == Role::Query);
        queries.map(|part| Entrance::at(SocketAddr::new(part.machine.address, SQL_PORT))).collect()
    }

    /// Delay of each message between zones, one way.
    pub fn set_delay(&self, delay: Duration) {
        self.delay.set(delay);
    }

    /// SIGKILL.
    pub fn kill(&mut self, name: &str) -> Result<()> {
        let place = self.place(name)?;
        let mut child = self.parts[place].child.take().with_context(|| format!("{name} is not running"))?;
        child.kill()?;
        child.wait()?;
        self.parts[place].frozen = false;
        Ok(())
    }

    /// Starts a process that was killed.
    pub fn restart(&mut self, name: &str) -> Result<()> {
        self.spawn(self.place(name)?)
    }

    /// SIGSTOP: the process does nothing and does not know it.
    pub fn freeze(&mut self, name: &str) -> Result<()> {
        self.signal(name, Signal::STOP)?;
        let place = self.place(name)?;
        self.parts[place].frozen = true;
        Ok(())
    }

    /// SIGCONT.
    pub fn thaw(&mut self, name: &str) -> Result<()> {
        self.signal(name, Signal::CONT)?;
        let place = self.place(name)?;
        self.parts[place].frozen = false;
        Ok(())
    }

    /// Takes the process off the network.
    pub fn cut(&mut self, name: &str) -> Result<()> {
        let place = self.place(name)?;
        self.parts[place].cut = true;
        self.network.cut(name)
    }

    /// Puts it back.
    pub fn heal(&mut self, name: &str) -> Result<()> {
        let place = self.place(name)?;
        self.parts[place].cut = false;
        self.network.heal(name)
    }

    /// Ends every fault.
    pub fn repair(&mut self) -> Result<()> {
        for (_, name) in self.names() {
            let part = &self.parts[self.place(&name)?];
            let (down, frozen, cut) = (part.child.is_none(), part.frozen, part.cut);
            if cut {
                self.heal(&name)?;
            }
            if frozen {
                self.thaw(&name)?;
            }
            if down {
                self.restart(&name)?;
            }
        }
        Ok(())
    }

    /// The journal node that says it leads, if one answers.
    pub async fn leader(&self) -> Option<String> {
        let mut leaders = Vec::new();
        for part in self.parts.iter().filter(|p| p.role == Role::Journal && p.child.is_some() && !p.frozen && !p.cut) {
            let Ok((200, body)) = self.ask(part, "/status").await else { continue };
            let Ok(status) = serde_json::from_str::<serde_json::Value>(&body) else { continue };
            if status["consensus"]["leading"] == true {
                leaders.push((status["consensus"]["epoch"].as_u64(), part.machine.name.clone()));
            }
        }
        // One that was deposed may not know it yet.
        leaders.into_iter().max().map(|(_, name)| name)
    }

    /// Waits until every process that is to run takes work.
    ///
    /// # Errors
    /// Names those that do not, or one that has ended by itself.
    pub async fn wait_ready(&mut self, patience: Duration) -> Result<Duration> {
        let begin = Instant::now();
        loop {
            let mut waiting = Vec::new();
            for place in 0..self.parts.len() {
                let ended = self.parts[place].child.as_mut().map(Child::try_wait).transpose()?.flatten();
                if let Some(status) = ended {
                    bail!("{} has ended: {status}\n{}", self.parts[place].machine.name, self.log_end(place));
                }
                let part = &self.parts[place];
                if !matches!(self.ask(part, "/readyz").await, Ok((200, _))) {
                    waiting.push(part.machine.name.clone());
                }
            }
            if waiting.is_empty() {
                return Ok(begin.elapsed());
            }
            if begin.elapsed() > patience {
                let logs: Vec<String> = waiting
                    .iter()
                    .filter_map(|n| Some(format!("{n}: {}", self.log_end(self.place(n).ok()?))))
                    .collect();
                bail!("{} not ready after {patience:?}\n{}", waiting.join(", "), logs.join("\n"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a process has logged since the first start.
    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.log_path(name)).unwrap_or_default()
    }

    fn log_path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.log"))
    }

    fn log_end(&self, place: usize) -> String {
        let log = self.log(&self.parts[place].machine.name);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    fn place(&self, name: &str) -> Result<usize> {
        self.parts.iter().position(|part| part.machine.name == name).with_context(|| format!("there is no {name}"))
    }

    fn spawn(&mut self, place: usize) -> Result<()> {
        let part = &self.parts[place];
        if part.child.is_some() {
            bail!("{} is running", part.machine.name);
        }
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log_path(&part.machine.name))?;
        // `ip netns exec` becomes the program, so its process id is the program's.
        let child = part
            .machine
            .namespace
            .command(&self.binary)
            .arg(part.role.name())
            .arg("--config")
            .arg(&part.config)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", part.machine.name))?;
        self.parts[place].child = Some(child);
        Ok(())
    }

    fn signal(&self, name: &str, signal: Signal) -> Result<()> {
        let child = self.parts[self.place(name)?].child.as_ref().with_context(|| format!("{name} is not running"))?;
        let pid = Pid::from_raw(i32::try_from(child.id())?).context("pid")?;
        Ok(kill_process(pid, signal)?)
    }

    async fn ask(&self, part: &Part, path: &str) -> Result<(u16, String)> {
        let address = SocketAddr::new(part.machine.address, ADMIN_PORT);
        tokio::time::timeout(ADMIN_PATIENCE, get(address, path)).await?
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for part in &mut self.parts {
            if let Some(mut child) = part.child.take() {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

/// Tells every machine where the others are: in its own zone directly, elsewhere by way of a relay.
async fn connect(network: &Network, shape: &Shape, parts: &[(usize, Part)], delay: &Delay) -> Result<Option<Relay>> {
    let mut relays: Vec<Option<IpAddr>> = vec![None; parts.len()];
    let mut pairs = Vec::new();
    if !shape.zones.is_empty() {
        for (place, (_, part)) in parts.iter().enumerate().filter(|(_, (_, part))| part.role != Role::Query) {
            let at = network.add_hub_address(u8::try_from(place + 101)?)?;
            pairs.push((SocketAddr::new(at, RPC_PORT), SocketAddr::new(part.machine.address, RPC_PORT)));
            relays[place] = Some(at);
        }
    }
    for (number, part) in parts {
        let hosts: Vec<(String, IpAddr)> = parts
            .iter()
            .zip(&relays)
            .map(|((other_number, other), relay)| {
                let near = shape.zone(*number) == shape.zone(*other_number);
                let address = relay.filter(|_| !near).unwrap_or(other.machine.address);
                (other.machine.name.clone(), address)
            })
            .collect();
        network.set_hosts(&part.machine, &hosts)?;
    }
    if pairs.is_empty() { Ok(None) } else { Relay::start(pairs, delay.clone()).await.map(Some) }
}

/// Status code and body of `GET path` at an admin port.
///
/// # Errors
/// If nobody answers there, or not in HTTP.
pub async fn get(address: SocketAddr, path: &str) -> Result<(u16, String)> {
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: gavel\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
    let code = head.split_whitespace().nth(1).context("no status code")?.parse()?;
    Ok((code, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_name_each_other_by_zone() {
        let shape = Shape { zones: vec!["a".into(), "b".into()], ..Shape::default() };
        let config = shape.config(Role::Journal, 2, Path::new("/d/journal-2"));
        assert!(config.contains("journal.node = 2\n"), "{config}");
        let members = r#"journal.members = ["1=journal-1:7432@a", "2=journal-2:7432@b", "3=journal-3:7432@a"]"#;
        assert!(config.contains(members), "{config}");
        assert!(config.contains("node.zone = \"b\"\n"), "{config}");
        let config = Shape::default().config(Role::Query, 1, Path::new("/d/query-1"));
        let storage = r#"cluster.storage = ["storage-1:7432", "storage-2:7432", "storage-3:7432"]"#;
        assert!(config.contains(storage) && !config.contains("data_dir"), "{config}");
    }
}
