//! A `gavel dev` cluster, and single processes beside it.
//!
//! Ended by SIGINT when the value is dropped: `gavel dev` then ends all of its processes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use gavel_testkit::cluster::get;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio_postgres::{Client, NoTls};

use crate::GAVEL;

/// How long things may take that should take seconds.
pub const LONG: Duration = Duration::from_secs(90);

/// A process with its log; interrupted when dropped.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    pub fn start(arguments: &[&str], environment: &[(&str, &str)], log: PathBuf) -> Result<Self> {
        let file = std::fs::File::create(&log)?;
        let child = Command::new(GAVEL)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        Ok(Self { child, log })
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Fails if it has ended.
    pub fn lives(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("it ended with {status}:\n{}", self.log());
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::INT));
        let begun = Instant::now();
        while begun.elapsed() < LONG {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Cluster {
    process: Process,
    pub dir: PathBuf,
    pub port: u16,
}

impl Cluster {
    /// Starts it on `port` and those that belong to it; does not wait.
    pub fn begin(dir: &Path, port: u16, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Self> {
        let data = dir.join("cluster");
        let (port_text, data_text) = (port.to_string(), data.display().to_string());
        let mut all = vec!["dev", "--port", &port_text, "--data-dir", &data_text];
        all.extend(arguments);
        Ok(Self { process: Process::start(&all, environment, dir.join("cluster.log"))?, dir: data, port })
    }

    /// Waits until all its processes have answered.
    pub async fn ready(&mut self) -> Result<()> {
        let begun = Instant::now();
        while !self.process.log().lines().any(|line| line == "ready") {
            self.process.lives()?;
            ensure!(begun.elapsed() < LONG, "it is not ready:\n{}", self.process.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// What `cluster.json` says of a process.
    pub fn part(&self, name: &str) -> Result<Value> {
        let text = std::fs::read_to_string(self.dir.join("cluster.json"))?;
        let list: Vec<Value> = serde_json::from_str(&text)?;
        list.into_iter().find(|part| part["name"] == name).with_context(|| format!("{name} does not run"))
    }

    pub fn pid(&self, name: &str) -> Result<i32> {
        Ok(i32::try_from(self.part(name)?["pid"].as_i64().context("pid")?)?)
    }

    pub fn admin(&self, name: &str) -> Result<SocketAddr> {
        Ok(self.part(name)?["admin"].as_str().context("admin")?.parse()?)
    }

    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// Waits until `/readyz` answers 200.
pub async fn is_ready(admin: SocketAddr, log: impl Fn() -> String) -> Result<()> {
    let begun = Instant::now();
    loop {
        if let Ok((200, _)) = get(admin, "/readyz").await {
            return Ok(());
        }
        ensure!(begun.elapsed() < LONG, "{admin} does not get ready:\n{}", log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub async fn connect(port: u16) -> Result<Client, tokio_postgres::Error> {
    let config = format!("host=127.0.0.1 port={port} user=postgres dbname=postgres connect_timeout=10");
    let (client, connection) = tokio_postgres::connect(&config, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
