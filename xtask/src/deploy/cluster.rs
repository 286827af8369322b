//! The compose file's containers as processes of this machine.
//!
//! Each container has an address of its own in 127.0.0.0/8, so that ports stay as the files say; what is
//! rewritten is host names, `0.0.0.0`, and the paths of volumes. The environment is the container's and the
//! image's, nothing of ours. Grafana is left out: no registry has it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::compose::Container;
use super::load::Files;
use super::watching;
use crate::shell::{output, root};

/// How long the cluster may take to answer, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often one container may end by itself and be started again; a query node does while nobody leads.
const RESTARTS: usize = 10;

/// A container that became a process.
struct Running {
    child: Child,
    container: Container,
}

struct Cluster<'a> {
    files: &'a Files,
    binary: &'a Path,
    folder: PathBuf,
    /// By container.
    addresses: BTreeMap<String, String>,
    running: BTreeMap<String, Running>,
    /// How often a container has ended by itself.
    ended: BTreeMap<String, usize>,
}

impl Drop for Cluster<'_> {
    fn drop(&mut self) {
        for running in self.running.values_mut() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

/// Starts all, uses them, stops them as the engine would.
pub fn exercise(files: &Files, containers: &[Container], binary: &Path) -> Result<()> {
    let pid = std::process::id();
    let folder = root().join("target/xtask").join(format!("compose-{pid}"));
    let network = format!("127.{}.{}", 64 + pid % 64, (pid / 64) % 256);
    let addresses = containers.iter().zip(1..).map(|(one, n)| (one.name.clone(), format!("{network}.{n}"))).collect();
    let mut cluster =
        Cluster { files, binary, folder: folder.clone(), addresses, running: BTreeMap::new(), ended: BTreeMap::new() };
    let outcome = cluster.live(containers);
    drop(cluster);
    match outcome {
        Ok(()) => std::fs::remove_dir_all(&folder)?,
        Err(error) => return Err(error.context(format!("logs are in {}", folder.display()))),
    }
    Ok(())
}

impl Cluster<'_> {
    fn live(&mut self, containers: &[Container]) -> Result<()> {
        let begin = Instant::now();
        let ours = || containers.iter().filter(|one| one.ours());
        for one in ours().filter(|one| one.role() == "cert") {
            self.start(one)?;
            let mut running = self.running.remove(&one.name).context("certs")?;
            let status = running.child.wait()?;
            if !status.success() {
                bail!("{}: {status}", one.name);
            }
        }
        for one in ours().filter(|one| one.role() != "cert") {
            self.start(one)?;
        }
        for one in ours().filter(|one| one.role() != "cert") {
            self.wait(&one.name, "healthy", |cluster| cluster.healthy(&one.name))?;
            let admin = self.at(&one.name, 8432)?;
            self.wait(&one.name, "ready", |_| watching::get(&admin, "/readyz").is_ok())?;
        }
        for one in containers.iter().filter(|one| ["haproxy", "prometheus"].contains(&one.name.as_str())) {
            self.start(one)?;
        }
        let front = self.at("haproxy", 5432)?;
        self.wait("haproxy", "passing sessions on", |cluster| cluster.sql(&front, "select 1").is_ok())?;
        eprintln!("xtask: deploy: cluster answers after {:.1} s", begin.elapsed().as_secs_f64());

        self.sql(&front, "create table deployed (id int primary key, note text)")?;
        self.sql(&front, "insert into deployed values (1, 'through the balancer')")?;
        let queries: Vec<&Container> = ours().filter(|one| one.role() == "query").collect();
        for one in &queries {
            let seen = self.sql(&self.at(&one.name, 5432)?, "select note from deployed")?;
            if !seen.contains("through the balancer") {
                bail!("{} does not see what was committed: {seen}", one.name);
            }
        }
        let roles = ours().count() - 1;
        watching::check(self.files, &self.at("prometheus", 9090)?, roles)?;
        eprintln!("xtask: deploy: Prometheus sees {roles} processes and every metric that is asked for");

        let first = &queries.first().context("no query node")?.name;
        self.stop(first)?;
        self.wait("haproxy", "using the other query node", |cluster| {
            cluster.sql(&front, "insert into deployed values (2, 'by the other')").is_ok()
        })?;
        let leader = self.leader(ours())?;
        self.stop(&leader)?;
        self.wait("journal", "led by another node", |cluster| {
            cluster.sql(&front, "insert into deployed values (3, 'under another leader')").is_ok()
        })?;
        let seen = self.sql(&front, "select count(*) from deployed")?;
        if !seen.contains('3') {
            bail!("a commit is gone: {seen}");
        }
        eprintln!("xtask: deploy: a query node and the leader {leader} were stopped, the cluster goes on");
        for role in ["haproxy", "prometheus", "query", "storage", "journal"] {
            let names: Vec<String> = self.running.keys().filter(|name| name.starts_with(role)).cloned().collect();
            for name in names {
                self.stop(&name)?;
            }
        }
        Ok(())
    }

    fn at(&self, container: &str, port: u16) -> Result<String> {
        let address = self.addresses.get(container).with_context(|| format!("no container {container}"))?;
        Ok(format!("{address}:{port}"))
    }

    fn here(&self, own: &str, text: &str) -> String {
        here(&self.addresses, own, text)
    }

    /// Directory that stands for what is mounted; a file or directory of the repository is copied, rewritten.
    fn mount(&self, own: &str, container: &str, source: &str) -> Result<PathBuf> {
        if !source.contains('/') {
            let folder = self.folder.join("volumes").join(source);
            std::fs::create_dir_all(&folder)?;
            return Ok(folder);
        }
        let target = self.folder.join("mounts").join(container).join(source);
        for (path, content) in &self.files.text {
            let Some(inside) = path.strip_prefix(source) else { continue };
            let file = if inside.is_empty() { target.clone() } else { target.join(inside.trim_start_matches('/')) };
            std::fs::create_dir_all(file.parent().context("parent")?)?;
            std::fs::write(&file, self.here(own, content))?;
        }
        Ok(target)
    }

    fn start(&mut self, one: &Container) -> Result<()> {
        let own = self.addresses.get(&one.name).context("address")?.clone();
        let mut paths = Vec::new();
        for (source, target) in &one.mounts {
            paths.push((target.clone(), self.mount(&own, &one.name, source)?));
        }
        // Whatever has no volume is lost with the container.
        let scratch = self.folder.join("scratch").join(&one.name);
        std::fs::create_dir_all(&scratch)?;
        paths.push(("/var/lib/gavel".to_owned(), scratch));
        let local = |text: &str| {
            let place = paths.iter().find(|(target, _)| text.contains(target.as_str()));
            let text = place.map_or_else(
                || text.to_owned(),
                |(target, folder)| text.replace(target.as_str(), &folder.display().to_string()),
            );
            self.here(&own, &text)
        };
        let mut command = match one.name.as_str() {
            "haproxy" => {
                let mut command = Command::new("haproxy");
                command.args(["-db", "-f"]).arg(local("/usr/local/etc/haproxy/haproxy.cfg"));
                command
            }
            "prometheus" => {
                let mut command = Command::new("prometheus");
                command.args(one.command.iter().map(|argument| local(argument)));
                command.arg(format!("--web.listen-address={own}:9090"));
                command
            }
            _ => {
                if self.files.image.entrypoint != ["gavel"] {
                    bail!("the image's entry point is not gavel");
                }
                let arguments = if one.command.is_empty() { &self.files.image.command } else { &one.command };
                let mut command = Command::new(self.binary);
                command.args(arguments.iter().map(|argument| local(argument)));
                command
            }
        };
        let logs = self.folder.join("logs");
        std::fs::create_dir_all(&logs)?;
        let log = File::options().create(true).append(true).open(logs.join(&one.name))?;
        if one.ours() {
            command.env_clear();
            let image = self.files.image.environment.iter().filter(|(name, _)| !one.environment.contains_key(*name));
            command.envs(image.chain(&one.environment).map(|(name, value)| (name, local(value))));
        }
        let child = command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {}", one.name))?;
        self.running.insert(one.name.clone(), Running { child, container: one.clone() });
        Ok(())
    }

    /// The image's health check, from inside the container.
    fn healthy(&self, container: &str) -> bool {
        let Some(own) = self.addresses.get(container) else { return false };
        let Some((program, arguments)) = self.files.image.health.split_first() else { return false };
        let arguments = arguments.iter().map(|argument| self.here(own, argument));
        program == "gavel" && output(Command::new(self.binary).env_clear().args(arguments)).is_ok()
    }

    fn wait(&mut self, who: &str, what: &str, done: impl Fn(&Self) -> bool) -> Result<()> {
        let begin = Instant::now();
        while !done(self) {
            self.restart()?;
            if begin.elapsed() > PATIENCE {
                bail!("{who} is not {what} after {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// What has ended by itself is started again, as the engine would.
    fn restart(&mut self) -> Result<()> {
        let mut again = Vec::new();
        for (name, running) in &mut self.running {
            let Some(status) = running.child.try_wait()? else { continue };
            let times = self.ended.entry(name.clone()).or_default();
            *times += 1;
            if !running.container.restarts || *times > RESTARTS {
                bail!("{name} ended: {status}, for the {times}. time");
            }
            again.push(running.container.clone());
        }
        again.iter().try_for_each(|container| self.start(container))
    }

    fn sql(&self, address: &str, statement: &str) -> Result<String> {
        let url = format!("postgresql://postgres@{address}/postgres?connect_timeout=5");
        output(Command::new(self.binary).env_clear().args(["sql", "--url", &url, "-c", statement]))
    }

    fn leader<'c>(&self, mut ours: impl Iterator<Item = &'c Container>) -> Result<String> {
        let leads = |one: &&Container| {
            let metrics = self.at(&one.name, 8432).and_then(|admin| watching::get(&admin, "/metrics"));
            metrics.is_ok_and(|text| text.lines().any(|line| line == "journal_leading 1"))
        };
        Ok(ours.find(|one| one.role() == "journal" && leads(one)).context("no journal node leads")?.name.clone())
    }

    /// SIGTERM, and an end within the time that the file gives.
    fn stop(&mut self, name: &str) -> Result<()> {
        let mut running = self.running.remove(name).with_context(|| format!("{name} does not run"))?;
        let begin = Instant::now();
        let grace = Duration::from_secs(running.container.grace_seconds);
        let pid = running.child.id().to_string();
        let ended = (|| {
            output(Command::new("kill").args(["-TERM", &pid]))?;
            loop {
                if let Some(status) = running.child.try_wait()? {
                    return Ok(status);
                }
                if begin.elapsed() > grace {
                    bail!("{name} does not stop within {grace:?}");
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        })();
        let _ = running.child.kill();
        let status = ended?;
        // HAProxy and Prometheus have exit codes of their own for a signal.
        if !status.success() && !["haproxy", "prometheus"].contains(&name) {
            bail!("{name} was stopped and ended badly: {status}");
        }
        Ok(())
    }
}

/// Text of a file, variable or argument as it must be for this machine: `own` is the container's address.
fn here(addresses: &BTreeMap<String, String>, own: &str, text: &str) -> String {
    let mut text = text.replace("0.0.0.0:", &format!("{own}:")).replace("127.0.0.1:", &format!("{own}:"));
    text = text.replace("bind :", &format!("bind {own}:"));
    for (name, address) in addresses {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(&format!("{name}:")) {
            let whole = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '/');
            let port = after.starts_with(|c: char| c.is_ascii_digit());
            out.push_str(before);
            out.push_str(if whole && port { address } else { name });
            out.push(':');
            rest = after;
        }
        out.push_str(rest);
        text = out;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_rewritten_and_names_are_not() {
        let addresses = BTreeMap::from([
            ("journal-1".to_owned(), "127.9.9.1".to_owned()),
            ("query-1".to_owned(), "127.9.9.2".to_owned()),
        ]);
        let rewritten = |text: &str| here(&addresses, "127.9.9.7", text);
        assert_eq!(rewritten("1=journal-1:7432@a;2=other:1"), "1=127.9.9.1:7432@a;2=other:1");
        assert_eq!(rewritten("server query-1 query-1:5432"), "server query-1 127.9.9.2:5432");
        assert_eq!(rewritten("[\"journal-1:8432\"]"), "[\"127.9.9.1:8432\"]");
        assert_eq!(rewritten("0.0.0.0:7432"), "127.9.9.7:7432");
        assert_eq!(rewritten("bind :5432"), "bind 127.9.9.7:5432");
        for same in ["journal-1", "/certs/journal-journal-1.crt", "query/query-1", "x-journal-1:7432", "journal-1: up"]
        {
            assert_eq!(rewritten(same), same);
        }
    }
}
