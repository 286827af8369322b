//! The server that a task runs against: one that is up, or one started for the task.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

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
}

/// A reachable server.
#[derive(Debug)]
pub struct Server {
    pub port: u16,
    /// Present if this task started it.
    pub pid: Option<u32>,
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

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
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
            return task(&Server { port, pid: None });
        }
        let binary = build(self.release)?;
        let folder = root().join("target/xtask").join(format!("{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let data_dir = folder.join("data");
        let (port, admin) = (free_port()?, free_port()?);
        let log = std::fs::File::create(folder.join("log"))?;
        let child = Command::new(&binary)
            .args(["start", "--listen", &format!("127.0.0.1:{port}"), "--admin-listen", &format!("127.0.0.1:{admin}")])
            .arg("--data-dir")
            .arg(&data_dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("start gavel")?;
        let running = Running(child);
        let server = Server { port, pid: Some(running.0.id()) };
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begin.elapsed() > Duration::from_secs(60) {
                bail!("server does not listen; see {}", folder.join("log").display());
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

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
