//! The server that a task runs against: one that is up, or one started for the task.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::postgres::Postgres;
use crate::shell::{cargo, root, run};

/// Which server.
#[derive(Args, Clone, Debug, Default)]
pub struct Target {
    /// Port of a running server on 127.0.0.1; without it one is built and started.
    #[arg(long)]
    port: Option<u16>,
    /// Build with optimisation.
    #[arg(long)]
    release: bool,
    /// Start a cluster of processes (three journal nodes, three replicas, two query nodes) instead of one.
    #[arg(long)]
    cluster: bool,
    /// A PostgreSQL 15 started for the task instead: what fails there is a mistake of the test.
    #[arg(long, conflicts_with_all = ["port", "cluster", "release"])]
    postgres: bool,
}

/// A reachable server.
#[derive(Debug)]
pub struct Server {
    pub port: u16,
    /// Present if this task started it; the parent of all processes of a cluster.
    pub pid: Option<u32>,
    /// Whether a commit waits for a majority of three disks.
    pub replicated: bool,
}

impl Server {
    /// A command with PostgreSQL's environment variables pointing here.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGDATABASE", "postgres")
            .env_remove("PGPASSWORD");
        command
    }

    /// `psql` that stops at the first error.
    pub fn psql(&self, database: &str) -> Command {
        let mut command = self.command("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]);
        command
    }
}

/// First port of a cluster's query nodes.
const CLUSTER_PORT: &str = "26432";
/// Time that a process, or all of a cluster, may take to end when asked.
const ENDING: Duration = Duration::from_secs(20);

struct Running(Child);

impl Drop for Running {
    /// Asks first: a cluster's parent takes the others along only if it may.
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let begin = Instant::now();
        while asked.is_ok() && begin.elapsed() < ENDING {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Builds `gavel` and returns its path.
pub fn build(release: bool) -> Result<PathBuf> {
    let mut args = vec!["build", "--quiet", "--package", "gaveldb"];
    if release {
        args.push("--release");
    }
    run(&mut cargo(&args))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join(if release { "release" } else { "debug" }).join("gavel"))
}

impl Target {
    /// A server built for tests.
    pub fn fresh() -> Self {
        Self::default()
    }

    /// Runs `task` against the server, which is stopped afterwards if it was started here.
    pub fn with(&self, task: impl FnOnce(&Server) -> Result<()>) -> Result<()> {
        if let Some(port) = self.port {
            return task(&Server { port, pid: None, replicated: self.cluster });
        }
        if self.postgres {
            let postgres = Postgres::start()?;
            return task(&Server { port: postgres.port, pid: None, replicated: false });
        }
        let binary = build(self.release)?;
        let folder = root().join("target/xtask").join(format!("{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let data_dir = folder.join("data");
        let mut command = Command::new(&binary);
        let port = if self.cluster {
            // Below the ports that the kernel gives out by itself, with room for the others.
            command.args(["dev", "--nodes", "3", "--queries", "2", "--port", CLUSTER_PORT]);
            CLUSTER_PORT.parse()?
        } else {
            let (port, admin) = (free_port()?, free_port()?);
            let listen = |port: u16| format!("127.0.0.1:{port}");
            command.args(["start", "--listen", &listen(port), "--admin-listen", &listen(admin)]);
            port
        };
        let log = std::fs::File::create(folder.join("log"))?;
        let child = command
            .arg("--data-dir")
            .arg(&data_dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("start gavel")?;
        let running = Running(child);
        let server = Server { port, pid: Some(running.0.id()), replicated: self.cluster };
        let begin = Instant::now();
        while !answers(&binary, port) {
            if begin.elapsed() > Duration::from_secs(60) {
                bail!("server does not answer; see {}", folder.join("log").display());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let result = task(&server);
        drop(running);
        if result.is_ok() {
            std::fs::remove_dir_all(&folder)?;
        } else {
            eprintln!("xtask: the server's log is {}", folder.join("log").display());
        }
        result
    }
}

/// Whether a statement runs there.
fn answers(binary: &Path, port: u16) -> bool {
    let url = format!("postgresql://postgres@127.0.0.1:{port}/postgres");
    let mut asked = Command::new(binary);
    asked
        .args(["sql", "--url", &url, "-c", "SELECT 1"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// A port of 127.0.0.1 that nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
