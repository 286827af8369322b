//! A `gavel start` process.
//!
//! The child is killed when the value is dropped, so that a failed test leaves nothing behind.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, NoTls};

/// How long a server may take to answer its first query, and to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// One server and where it listens.
pub struct Server {
    binary: PathBuf,
    data_dir: PathBuf,
    port: u16,
    admin_port: u16,
    args: Vec<String>,
    child: Option<Child>,
}

impl Server {
    /// Starts `binary start` over `data_dir` on free loopback ports and waits until it answers.
    pub async fn start(binary: impl AsRef<Path>, data_dir: impl AsRef<Path>, args: &[&str]) -> Result<Self> {
        let mut server = Self {
            binary: binary.as_ref().to_owned(),
            data_dir: data_dir.as_ref().to_owned(),
            port: free_port()?,
            admin_port: free_port()?,
            args: args.iter().map(|&s| s.to_owned()).collect(),
            child: None,
        };
        server.restart().await?;
        Ok(server)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn admin_port(&self) -> u16 {
        self.admin_port
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The command line that `start` runs; standard error goes to `<data_dir>.log`.
    pub fn command(&self) -> Result<Command> {
        let log_path = self.log_path();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&log_path)?;
        let mut command = Command::new(&self.binary);
        command
            .arg("start")
            .arg("--data-dir")
            .arg(&self.data_dir)
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", self.port))
            .arg("--admin-listen")
            .arg(format!("127.0.0.1:{}", self.admin_port))
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    fn log_path(&self) -> PathBuf {
        let mut name = self.data_dir.clone().into_os_string();
        name.push(".log");
        PathBuf::from(name)
    }

    /// What the server has logged since the first start.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Starts the process again and waits until it answers; returns how long that took.
    pub async fn restart(&mut self) -> Result<Duration> {
        if self.child.is_some() {
            bail!("it is running");
        }
        let begin = Instant::now();
        let mut child = self.command()?.spawn().with_context(|| format!("start {}", self.binary.display()))?;
        loop {
            if let Ok(client) = self.connect().await {
                if client.simple_query("select 1").await.is_ok() {
                    break;
                }
            }
            if let Some(status) = child.try_wait()? {
                bail!("server ended with {status} before it answered:\n{}", self.log());
            }
            if begin.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
                bail!("server does not answer after {PATIENCE:?}:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.child = Some(child);
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

    /// SIGKILL: what a power cut looks like to the process.
    pub fn kill(&mut self) -> Result<()> {
        let mut child = self.child.take().context("it is not running")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Sends `signal`.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let child = self.child.as_ref().context("it is not running")?;
        let pid = Pid::from_raw(i32::try_from(child.id())?).context("pid")?;
        Ok(kill_process(pid, signal)?)
    }

    /// SIGINT, as Ctrl-C sends it, and waits for the end.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        self.signal(Signal::INT)?;
        let mut child = self.child.take().context("it is not running")?;
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill()?;
        child.wait()?;
        bail!("server did not stop within {PATIENCE:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A loopback port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
