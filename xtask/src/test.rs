//! What CI runs.

use std::time::Instant;

use anyhow::Result;

use crate::server::Target;
use crate::shell::{cargo, run as run_command};
use crate::{check, clients, deploy, pgbench, reports, sim, suites};

/// The gate, the tests of every crate, then clients and tools against a real server.
pub fn run(no_clients: bool) -> Result<()> {
    let begin = Instant::now();
    check::run()?;
    run_command(&mut cargo(&["test", "--workspace", "--quiet"]))?;
    // The same end-to-end tests once more, with a cluster of processes in place of each server, and those that
    // make a cluster of their own: one after another, since each is eight processes. The whole workspace is
    // named so that nothing is built with other features.
    let mut clusters = cargo(&["test", "--workspace", "--test", "e2e", "--quiet", "--"]);
    run_command(clusters.args(["--include-ignored", "--test-threads=1"]).env("GAVEL_TEST_TOPOLOGY", "cluster"))?;
    sim::short()?;
    if !no_clients {
        Target::fresh().with(|server| {
            clients::run(server, &clients::Choice::default())?;
            reports::run(server)?;
            pgbench::run(server, 1, 5, 8)
        })?;
        Target::fresh().with(|server| suites::run(server, &suites::Choice { fast: true, bless: false }))?;
        deploy::run(None)?;
    }
    println!("xtask test: all passed in {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}
