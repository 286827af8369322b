//! `gavel dev`: a real cluster of processes on loopback, for people and for tests.
//!
//! ```text
//! DIR/cluster.json        who runs: role, name, process id, listen and admin address
//! DIR/journal-1/          gavel.toml, data/
//! DIR/certs/              with --tls
//! ```
//! Processes are this same binary. What ends by itself, or is killed, is started again after a moment,
//! as an init system would, and `cluster.json` is written anew. One Ctrl-C ends all, query nodes first.

mod layout;
mod output;

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::Failure;
use crate::cli::Dev;
use crate::{cert, status};
use layout::{Part, Plan};

/// How long all may take to answer at first: eight processes on a machine that is busy otherwise.
const PATIENCE: Duration = Duration::from_secs(120);
/// Before a process that has ended is started again.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a process may drain.
const DRAIN: Duration = Duration::from_secs(20);

pub fn run(args: Dev) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(args))
}

async fn serve(args: Dev) -> Result<(), Failure> {
    std::fs::create_dir_all(&args.data_dir).with_context(|| args.data_dir.display().to_string())?;
    let data_dir = args.data_dir.canonicalize()?;
    let usage = |e: anyhow::Error| Failure::new(Failure::USAGE, e);
    let plan = Plan {
        data_dir: data_dir.clone(),
        port: args.port,
        nodes: args.nodes,
        queries: args.queries,
        zones: args.zones.clone(),
        settings: args.settings().map_err(usage)?,
        tls: args.tls,
    };
    let parts = plan.parts().map_err(usage)?;
    layout::write(&parts)?;
    if plan.tls {
        certificates(&data_dir, &parts)?;
    }
    let mut cluster = Cluster { restart: !args.no_restart, running: Vec::new(), data_dir, parts };
    let outcome = cluster.serve().await;
    cluster.stop().await;
    outcome
}

fn certificates(data_dir: &std::path::Path, parts: &[Part]) -> Result<(), Failure> {
    let directory = data_dir.join("certs");
    let identities = parts
        .iter()
        .map(|part| Ok(gavel_rpc::Identity::new("dev", part.role.parse()?, &part.name)?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    gavel_rpc::tls::write_development(&directory, "dev", &identities, cert::VALIDITY)
        .context("cannot make certificates")?;
    Ok(())
}

struct Cluster {
    data_dir: std::path::PathBuf,
    restart: bool,
    parts: Vec<Part>,
    /// By the place in `parts`.
    running: Vec<Option<Child>>,
}

impl Cluster {
    async fn serve(&mut self) -> Result<(), Failure> {
        let width = self.parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
        for place in 0..self.parts.len() {
            let child = self.spawn(place, width)?;
            self.running.push(Some(child));
        }
        self.tell()?;
        let begun = Instant::now();
        let (ended, mut ends) = mpsc::channel::<usize>(self.parts.len().max(1));
        let mut ready = false;
        let mut due: Vec<(Instant, usize)> = Vec::new();
        let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                _ = interrupt.recv() => return Ok(()),
                _ = terminate.recv() => return Ok(()),
                Some(place) = ends.recv() => due.push((Instant::now() + PAUSE, place)),
                _ = tick.tick() => {}
            }
            for place in 0..self.running.len() {
                let Some(child) = self.running[place].as_mut() else { continue };
                let Some(status) = child.try_wait()? else { continue };
                self.running[place] = None;
                let name = &self.parts[place].name;
                output::say(&format!("{name} ended: {status}"));
                if !ready && status.code().is_some() {
                    return Err(anyhow!("{name} does not start; what it said is above").into());
                }
                if self.restart {
                    let _ = ended.try_send(place);
                }
            }
            let now = Instant::now();
            let (start, later): (Vec<_>, Vec<_>) = due.into_iter().partition(|(at, _)| *at <= now);
            due = later;
            for (_, place) in start {
                let child = self.spawn(place, width)?;
                self.running[place] = Some(child);
                self.tell()?;
            }
            if !ready {
                ready = self.all_answer().await;
                if ready {
                    output::say(&format!("cluster is in {}", self.data_dir.display()));
                    println!("ready");
                } else if begun.elapsed() > PATIENCE {
                    return Err(anyhow!("not all processes answer after {PATIENCE:?}").into());
                }
            }
        }
    }

    fn spawn(&self, place: usize, width: usize) -> Result<Child, Failure> {
        let part = &self.parts[place];
        let mut child = Command::new(std::env::current_exe()?)
            .arg(part.role)
            .arg("--config")
            .arg(part.config_file())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A Ctrl-C in the terminal is for us; we end the others in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", part.name))?;
        let prefix = output::prefix(&part.name, place, width);
        if let Some(stream) = child.stdout.take() {
            tokio::spawn(output::copy(stream, prefix.clone()));
        }
        if let Some(stream) = child.stderr.take() {
            tokio::spawn(output::copy(stream, prefix));
        }
        Ok(child)
    }

    /// Writes `cluster.json`, whole or not at all.
    fn tell(&self) -> Result<(), Failure> {
        let list: Vec<_> = self
            .parts
            .iter()
            .zip(&self.running)
            .filter_map(|(part, child)| Some(part.describe(child.as_ref()?.id()?)))
            .collect();
        let file = layout::cluster_file(&self.data_dir);
        let beside = file.with_extension("new");
        std::fs::write(&beside, format!("{:#}\n", serde_json::Value::Array(list)))?;
        std::fs::rename(&beside, &file)?;
        Ok(())
    }

    async fn all_answer(&self) -> bool {
        for part in &self.parts {
            let Ok(address) = part.admin.parse() else { return false };
            let asked = tokio::task::spawn_blocking(move || status::get(address, "/readyz"));
            if !matches!(asked.await, Ok(Ok(_))) {
                return false;
            }
        }
        true
    }

    /// Ends all, in the reverse of the order in which they need each other.
    async fn stop(&mut self) {
        for role in ["query", "storage", "journal"] {
            let mut ending = Vec::new();
            for (part, child) in self.parts.iter().zip(&mut self.running) {
                if part.role != role {
                    continue;
                }
                let Some(child) = child.take() else { continue };
                let pid = child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
                if let Some(pid) = pid {
                    let _ = kill_process(pid, Signal::INT);
                }
                ending.push((&part.name, child));
            }
            for (name, mut child) in ending {
                if tokio::time::timeout(DRAIN, child.wait()).await.is_err() {
                    output::say(&format!("{name} does not stop, killing it"));
                    let _ = child.kill().await;
                }
            }
        }
    }
}
