//! Side by side with PostgreSQL: the harness lies beside the checkout (`shared/bench`).

use std::process::Command;

use anyhow::{Result, bail};

use crate::server::Server;
use crate::shell::{run as run_command, shared};

/// Port of the PostgreSQL that is started for the comparison.
const PEER_PORT: &str = "5451";

/// Starts a PostgreSQL with the harness's settings and runs `side-by-side` with `args`. Beside a cluster it
/// has two standbys, one of which must have each commit: the same promise.
pub fn run(server: &Server, args: &[String]) -> Result<()> {
    let bench = shared().join("bench");
    if !bench.join("side-by-side").exists() {
        bail!("{} is missing (set GAVEL_SHARED)", bench.display());
    }
    let up = if server.replicated { "up-replicated" } else { "up" };
    run_command(Command::new(bench.join("pg-peer")).args([up, "--port", PEER_PORT]))?;
    let mut command = Command::new(bench.join("side-by-side"));
    command.args(["--a", &format!("host=127.0.0.1 port={} user=postgres dbname=postgres", server.port)]);
    if let Some(pid) = server.pid {
        command.args(["--a-pids", &pid.to_string()]);
    }
    let result = run_command(command.args(["--b-peer", PEER_PORT]).args(args));
    run_command(Command::new(bench.join("pg-peer")).args(["down", "--port", PEER_PORT]))?;
    result
}
