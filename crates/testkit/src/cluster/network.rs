//! Network namespaces: every process is its own machine, with its own cable.
//!
//! ```text
//! hub namespace      bridge 10.77.0.254 ── the test itself
//!                      │      │      │
//! one per process    eth0   eth0   eth0     10.77.0.1, .2, .3, …
//! ```
//! Addresses exist inside these namespaces only, so networks of several tests do not meet. A test moves
//! into its hub by running itself again in there ([`in_hub`]): a thread of a running process could move
//! as well, but not without code that is not ours to call safe. Names hold the test's process id: what
//! one that was killed has left behind, the next one removes, processes and all. Making a namespace
//! needs root; without it a test fails and says so.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};

const PREFIX: &str = "gavel-";
const HUB: u8 = 254;
/// Files below it are what processes in a namespace see in place of those in `/etc`.
const ETC: &str = "/etc/netns";

/// Name of the hub that a test runs in.
const HUB_VARIABLE: &str = "GAVEL_TEST_HUB";
/// File that it writes when it has passed: a harness that runs no test succeeds too.
const PASSED_VARIABLE: &str = "GAVEL_TEST_PASSED";

/// Whether a test may be left out where namespaces cannot be made.
const REQUIRED_VARIABLE: &str = "GAVEL_TEST_NAMESPACES";

/// Runs `body` of the test that is called `test`, module path and all, in a hub of its own.
///
/// # Errors
/// Those of `body`, and where namespaces cannot be made.
pub fn in_hub(test: &str, body: impl Future<Output = Result<()>>) -> Result<()> {
    if std::env::var_os(HUB_VARIABLE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(body)?;
        return Ok(std::fs::write(std::env::var_os(PASSED_VARIABLE).context(PASSED_VARIABLE)?, "")?);
    }
    remove_stale();
    let hub = match Hub::make() {
        Ok(hub) => hub,
        Err(error) if std::env::var(REQUIRED_VARIABLE).is_ok_and(|value| value == "required") => return Err(error),
        Err(error) => {
            // Past the harness, which keeps what a test that passes prints.
            writeln!(std::io::stderr(), "{test} is left out: {error:#}")?;
            return Ok(());
        }
    };
    let folder = tempfile::tempdir()?;
    let passed = folder.path().join("passed");
    let status = Command::new("nsenter")
        .arg(format!("--net=/run/netns/{}", hub.0.0))
        .arg(std::env::current_exe()?)
        .args(["--exact", test, "--include-ignored", "--nocapture", "--test-threads=1"])
        .env(HUB_VARIABLE, &hub.0.0)
        .env(PASSED_VARIABLE, &passed)
        .status()
        .context("nsenter (util-linux)")?;
    if !status.success() {
        bail!("{test} has failed: {status}; what it said is above");
    }
    if !passed.exists() {
        bail!("there is no test {test}");
    }
    Ok(())
}

/// Removed when it is dropped.
struct Hub(Namespace);

impl Hub {
    fn make() -> Result<Self> {
        static HUBS: AtomicU32 = AtomicU32::new(0);
        let name = format!("{PREFIX}{}-{}", std::process::id(), HUBS.fetch_add(1, Ordering::Relaxed));
        run(&["netns", "add", &name]).context("a network namespace cannot be made, which takes root and iproute2")?;
        Ok(Self(Namespace(name)))
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// A namespace, by name.
#[derive(Clone, Debug)]
pub struct Namespace(String);

impl Namespace {
    /// `program`, run inside.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0]).arg(program);
        command
    }

    fn remove(&self) {
        // Whoever still runs inside would keep it alive.
        for pid in run(&["netns", "pids", &self.0]).unwrap_or_default().split_whitespace() {
            if let Some(pid) = pid.parse().ok().and_then(rustix::process::Pid::from_raw) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
        let _ = run(&["netns", "del", &self.0]);
        let _ = std::fs::remove_dir_all(Path::new(ETC).join(&self.0));
    }
}

/// A machine of the network.
#[derive(Clone, Debug)]
pub struct Machine {
    pub name: String,
    pub namespace: Namespace,
    pub address: IpAddr,
}

/// The machines around the hub; gone when it is dropped.
#[derive(Debug)]
pub struct Network {
    hub: String,
    machines: Vec<Machine>,
}

impl Network {
    /// One without machines, in the hub that this process runs in.
    ///
    /// # Errors
    /// Outside of [`in_hub`].
    pub fn create() -> Result<Self> {
        let hub = std::env::var(HUB_VARIABLE).context("this is for tests that run inside `in_hub`")?;
        run(&["link", "set", "dev", "lo", "up"])?;
        run(&["link", "add", "name", "bridge", "type", "bridge"])?;
        run(&["addr", "add", &format!("{}/24", address(HUB)), "dev", "bridge"])?;
        run(&["link", "set", "dev", "bridge", "up"])?;
        Ok(Self { hub, machines: Vec::new() })
    }

    /// Adds a machine; its cable in the hub has its name.
    pub fn add(&mut self, name: &str) -> Result<Machine> {
        let number = u8::try_from(self.machines.len() + 1)?;
        if number >= 100 || name.len() > 15 {
            bail!("{name}: there is no room");
        }
        let namespace = Namespace(format!("{}-{name}", self.hub));
        run(&["netns", "add", &namespace.0])?;
        let machine = Machine { name: name.to_owned(), namespace, address: address(number) };
        self.machines.push(machine.clone());
        let inside = |args: &[&str]| run(&[&["-n", machine.namespace.0.as_str()], args].concat());
        run(&["link", "add", "name", name, "type", "veth", "peer", "name", "eth0", "netns", &machine.namespace.0])?;
        run(&["link", "set", "dev", name, "master", "bridge", "up"])?;
        inside(&["link", "set", "dev", "lo", "up"])?;
        inside(&["addr", "add", &format!("{}/24", machine.address), "dev", "eth0"])?;
        inside(&["link", "set", "dev", "eth0", "up"])?;
        Ok(machine)
    }

    /// Gives the hub another address.
    pub fn add_hub_address(&self, number: u8) -> Result<IpAddr> {
        run(&["addr", "add", &format!("{}/24", address(number)), "dev", "bridge"])?;
        Ok(address(number))
    }

    /// Says which address each name has, as `machine` sees it.
    pub fn set_hosts(&self, machine: &Machine, hosts: &[(String, IpAddr)]) -> Result<()> {
        let folder = PathBuf::from(ETC).join(&machine.namespace.0);
        std::fs::create_dir_all(&folder)?;
        let mut text = String::from("127.0.0.1 localhost\n");
        for (name, address) in hosts {
            text.push_str(&format!("{address} {name}\n"));
        }
        Ok(std::fs::write(folder.join("hosts"), text)?)
    }

    /// Pulls the machine's cable: what is sent is lost, and nobody is told.
    pub fn cut(&self, name: &str) -> Result<()> {
        run(&["link", "set", "dev", name, "down"]).map(|_| ())
    }

    /// Puts it back.
    pub fn heal(&self, name: &str) -> Result<()> {
        run(&["link", "set", "dev", name, "up"]).map(|_| ())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for machine in &self.machines {
            machine.namespace.remove();
        }
        let _ = run(&["link", "del", "dev", "bridge"]);
    }
}

fn address(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 77, 0, number))
}

/// Runs `ip` with `args`.
fn run(args: &[&str]) -> Result<String> {
    let out = Command::new("ip").args(args).output().context("ip (iproute2)")?;
    if !out.status.success() {
        bail!("ip {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Removes networks of processes that are no more.
fn remove_stale() {
    for line in run(&["netns", "list"]).unwrap_or_default().lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let Some(pid) = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()) else { continue };
        if pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists() {
            Namespace(name.to_owned()).remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::{Duration, Instant};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(500);

    async fn ask(stream: &mut TcpStream) -> Result<()> {
        let asking = async {
            stream.write_all(b"x").await?;
            stream.read_exact(&mut [0]).await
        };
        tokio::time::timeout(PATIENCE, asking).await??;
        Ok(())
    }

    async fn connect(address: SocketAddr) -> Result<TcpStream> {
        Ok(tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await??)
    }

    async fn silent_while_cut() -> Result<()> {
        let mut network = Network::create()?;
        let machine = network.add("a")?;
        let address = SocketAddr::new(machine.address, 7000);
        // The machine connects to the hub; a server inside it would be a program of its own.
        let listener = TcpListener::bind("10.77.0.254:7000").await?;
        let script = "exec 3<>/dev/tcp/10.77.0.254/7000; while read -rn1 -u3 byte; do printf x >&3; done";
        let mut child = machine.namespace.command(Path::new("bash")).args(["-c", script]).spawn()?;
        let (mut stream, peer) = listener.accept().await?;
        assert_eq!(peer.ip(), machine.address);
        ask(&mut stream).await?;
        network.cut("a")?;
        assert!(ask(&mut stream).await.is_err() && connect(address).await.is_err());
        network.heal("a")?;
        let begin = Instant::now();
        // Nothing listens there: a refusal is an answer.
        while connect(address).await.is_err_and(|e| e.is::<tokio::time::error::Elapsed>()) {
            assert!(begin.elapsed() < Duration::from_secs(10), "it does not heal");
        }
        child.kill()?;
        child.wait()?;
        let name = machine.namespace.0;
        drop(network);
        assert!(!run(&["netns", "list"])?.contains(&name));
        Ok(())
    }

    #[test]
    fn a_cut_machine_is_silent_until_it_is_healed() -> Result<()> {
        in_hub("cluster::network::tests::a_cut_machine_is_silent_until_it_is_healed", silent_while_cut())
    }

    #[test]
    fn a_test_that_does_not_exist_fails() {
        let Err(error) = in_hub("no_such_test", async { Ok(()) }) else {
            assert!(Hub::make().is_err(), "it has passed");
            return;
        };
        assert!(error.to_string().contains("there is no test"), "{error:#}");
    }
}
