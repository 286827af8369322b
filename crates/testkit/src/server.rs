//! A `gavel start` process, or a whole `gavel dev` cluster in its place.
//!
//! `GAVEL_TEST_TOPOLOGY=cluster` makes every [`Server`] a cluster of three journal nodes, three replicas
//! and two query nodes on loopback, so that the same tests run on both. *Kill* then ends the supervisor
//! and all its processes at once, as a power cut of the whole site would.
//!
//! Whatever runs is killed when the value is dropped, so that a failed test leaves nothing behind.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rand::Rng;
use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, NoTls};

use crate::session::Entrance;

/// How long a server may take to answer its first query, and to stop.
const PATIENCE: Duration = Duration::from_secs(60);
/// Likewise, all eight processes of a cluster.
const CLUSTER_PATIENCE: Duration = Duration::from_secs(150);
const NODES: u16 = 3;
const QUERIES: u16 = 2;
/// Where `gavel dev` puts admin ports, counted from the first PostgreSQL port; and those of its kinds.
const ADMIN: u16 = 3_000;
const KINDS: [(u16, u16); 4] = [(0, QUERIES), (2_000, NODES), (2_100, NODES), (ADMIN, 2 * NODES + QUERIES)];
/// First ports of clusters; with all that follows below those that systems hand out by themselves.
const BASES: std::ops::Range<u16> = 20_000..29_000;

/// What stands behind a [`Server`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    Single,
    Cluster,
}

impl Topology {
    /// As the environment says.
    ///
    /// # Errors
    /// If `GAVEL_TEST_TOPOLOGY` is neither `single` nor `cluster`.
    pub fn from_environment() -> Result<Self> {
        match std::env::var("GAVEL_TEST_TOPOLOGY").as_deref() {
            Err(_) | Ok("single" | "") => Ok(Self::Single),
            Ok("cluster") => Ok(Self::Cluster),
            Ok(other) => bail!("GAVEL_TEST_TOPOLOGY is {other:?}, not \"single\" or \"cluster\""),
        }
    }

    fn patience(self) -> Duration {
        match self {
            Self::Single => PATIENCE,
            Self::Cluster => CLUSTER_PATIENCE,
        }
    }
}

/// One server and where it listens.
pub struct Server {
    binary: PathBuf,
    data_dir: PathBuf,
    topology: Topology,
    port: u16,
    admin_port: u16,
    args: Vec<String>,
    child: Option<Child>,
}

impl Server {
    /// Starts it over `data_dir` on free loopback ports, with `args`, and waits until it answers.
    pub async fn start(binary: impl AsRef<Path>, data_dir: impl AsRef<Path>, args: &[&str]) -> Result<Self> {
        let topology = Topology::from_environment()?;
        let (port, admin_port) = match topology {
            Topology::Single => (free_port()?, free_port()?),
            Topology::Cluster => {
                let port = free_block()?;
                // Those of the query nodes come last.
                (port, port + ADMIN + 2 * NODES)
            }
        };
        let mut server = Self {
            binary: binary.as_ref().to_owned(),
            data_dir: data_dir.as_ref().to_owned(),
            topology,
            port,
            admin_port,
            args: args.iter().map(|&s| s.to_owned()).collect(),
            child: None,
        };
        server.restart().await?;
        Ok(server)
    }

    pub fn topology(&self) -> Topology {
        self.topology
    }

    /// Port of the first query node.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// That node's admin port.
    pub fn admin_port(&self) -> u16 {
        self.admin_port
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The directories of all journals.
    pub fn journals(&self) -> Vec<PathBuf> {
        match self.topology {
            Topology::Single => vec![self.data_dir.join("journal")],
            Topology::Cluster => (1..=NODES).map(|n| self.data_dir.join(format!("journal-{n}/data/journal"))).collect(),
        }
    }

    /// The query nodes.
    pub fn entrances(&self) -> Vec<Entrance> {
        let count = if self.topology == Topology::Single { 1 } else { QUERIES };
        (self.port..)
            .take(usize::from(count))
            .map(|port| Entrance::at(SocketAddr::from(([127, 0, 0, 1], port))))
            .collect()
    }

    fn command(&self) -> Result<Command> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log_path())?;
        let mut command = Command::new(&self.binary);
        match self.topology {
            Topology::Single => command
                .arg("start")
                .arg("--listen")
                .arg(format!("127.0.0.1:{}", self.port))
                .arg("--admin-listen")
                .arg(format!("127.0.0.1:{}", self.admin_port)),
            Topology::Cluster => command
                .arg("dev")
                .arg("--nodes")
                .arg(NODES.to_string())
                .arg("--queries")
                .arg(QUERIES.to_string())
                .arg("--port")
                .arg(self.port.to_string()),
        };
        command
            .arg("--data-dir")
            .arg(&self.data_dir)
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    /// A second process over the same data, on ports of its own.
    pub fn second(&self) -> Command {
        let mut command = Command::new(&self.binary);
        match self.topology {
            Topology::Single => {
                command.args(["start", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&self.data_dir);
            }
            Topology::Cluster => {
                command.args(["storage", "--set", "rpc.listen=127.0.0.1:0", "--config"]);
                command.arg(self.data_dir.join("storage-1/gavel.toml"));
            }
        }
        command.args(["--admin-listen", "127.0.0.1:0"]);
        command
    }

    fn log_path(&self) -> PathBuf {
        let mut name = self.data_dir.clone().into_os_string();
        name.push(".log");
        PathBuf::from(name)
    }

    /// What the server, or all of the cluster, has logged since the first start.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Starts it again and waits until every query node answers; returns how long that took.
    pub async fn restart(&mut self) -> Result<Duration> {
        if self.child.is_some() {
            bail!("it is running");
        }
        let begin = Instant::now();
        let child = self.command()?.spawn().with_context(|| format!("start {}", self.binary.display()))?;
        // From here on a failure ends it by way of `Drop`.
        self.child = Some(child);
        for entrance in self.entrances() {
            while !answers(entrance).await {
                if let Some(status) = self.child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                    bail!("server ended with {status} before it answered:\n{}", self.log());
                }
                if begin.elapsed() > self.topology.patience() {
                    bail!("server does not answer after {:?}:\n{}", begin.elapsed(), self.log());
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Ok(begin.elapsed())
    }

    /// A new connection as `postgres` to database `postgres`.
    pub async fn connect(&self) -> Result<Client> {
        self.connect_to("postgres").await
    }

    /// A new connection as `postgres` to `database`.
    pub async fn connect_to(&self, database: &str) -> Result<Client> {
        let config = format!("host=127.0.0.1 port={} user=postgres dbname={database} connect_timeout=10", self.port);
        let (client, connection) = tokio_postgres::connect(&config, NoTls).await?;
        tokio::spawn(async move {
            // The error reaches the client's calls too.
            let _ = connection.await;
        });
        Ok(client)
    }

    /// All its processes, to be killed from another task.
    pub fn victims(&self) -> Result<Victims> {
        let child = self.child.as_ref().context("it is not running")?;
        let cluster = (self.topology == Topology::Cluster).then(|| self.data_dir.canonicalize()).transpose()?;
        Ok(Victims { process: i32::try_from(child.id())?, cluster })
    }

    /// SIGKILL: what a power cut looks like to the processes.
    pub fn kill(&mut self) -> Result<()> {
        let victims = self.victims()?;
        victims.kill();
        let mut child = self.child.take().context("it is not running")?;
        child.wait()?;
        victims.wait()
    }

    /// Sends `signal` to the server, or to the cluster's supervisor.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let child = self.child.as_ref().context("it is not running")?;
        let pid = Pid::from_raw(i32::try_from(child.id())?).context("pid")?;
        Ok(kill_process(pid, signal)?)
    }

    /// SIGINT, as Ctrl-C sends it, and waits for the end.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        self.signal(Signal::INT)?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.child.as_mut().context("it is not running")?.try_wait()? {
                self.child = None;
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill()?;
        bail!("server did not stop within {PATIENCE:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.is_some() {
            let _ = self.kill();
        }
    }
}

/// The processes of a [`Server`].
#[derive(Clone, Debug)]
pub struct Victims {
    /// The server, or the cluster's supervisor.
    process: i32,
    /// Directory of the cluster: its processes are those that were given a file below it.
    cluster: Option<PathBuf>,
}

impl Victims {
    /// SIGKILL to all: the supervisor first, so that it starts nothing again.
    pub fn kill(&self) {
        let kill = |pid| {
            if let Some(pid) = Pid::from_raw(pid) {
                let _ = kill_process(pid, Signal::KILL);
            }
        };
        kill(self.process);
        self.others().into_iter().for_each(kill);
    }

    /// Waits until none runs. What a supervisor has left behind, init reaps, sooner or later.
    fn wait(&self) -> Result<()> {
        let begin = Instant::now();
        while self.cluster.is_some() && !(self.others().is_empty() && dying().is_empty()) {
            if begin.elapsed() > PATIENCE {
                bail!("processes {:?} {:?} do not end", self.others(), dying());
            }
            self.kill();
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Processes of the cluster other than the supervisor. What dies has no command line any more.
    fn others(&self) -> Vec<i32> {
        let Some(directory) = &self.cluster else { return Vec::new() };
        let below = format!("{}/", directory.display());
        processes()
            .filter(|pid| {
                let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                let mut words = line.split(|&byte| byte == 0).skip(1);
                words.any(|word| word == b"--config") && words.any(|word| word.starts_with(below.as_bytes()))
            })
            .collect()
    }
}

fn processes() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
}

/// Servers, of any test, that have been killed and still hold their ports and locks: memory, and with it
/// the command line, goes first.
fn dying() -> Vec<i32> {
    let is_dying = |pid: &i32| {
        let read = |name: &str| std::fs::read(format!("/proc/{pid}/{name}")).ok();
        let stat = read("stat").and_then(|stat| String::from_utf8(stat).ok()).unwrap_or_default();
        let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
        read("comm").is_some_and(|name| name == b"gavel\n")
            && read("cmdline").is_some_and(|line| line.is_empty())
            && !matches!(state, None | Some('Z' | 'X'))
    };
    processes().filter(is_dying).collect()
}

async fn answers(entrance: Entrance) -> bool {
    match entrance.connect().await {
        Ok(session) => session.simple_query("select 1").await.is_ok(),
        Err(_) => false,
    }
}

/// A loopback port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// First port of a block for a cluster, all of which was free a moment ago and belongs to no other cluster
/// of this process: one that was killed has left its ports for a moment.
///
/// # Errors
/// If there is none.
pub fn free_block() -> Result<u16> {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    for _ in 0..1_000 {
        let base = rand::rng().random_range(BASES) / 10 * 10;
        let ports = KINDS.iter().flat_map(|&(distance, count)| (0..count).map(move |n| base + distance + n));
        let ports: Vec<u16> = ports.collect();
        let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
        if ports.iter().all(|port| !given.contains(port) && TcpListener::bind(("127.0.0.1", *port)).is_ok()) {
            given.extend(ports);
            return Ok(base);
        }
    }
    bail!("no block of free ports")
}
