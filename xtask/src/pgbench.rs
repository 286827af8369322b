//! pgbench, its own default steps, and the balances that must agree afterwards.

use anyhow::{Result, bail};

use crate::install;
use crate::server::Server;
use crate::shell::{self, output};

/// `pgbench -i -s scale`, then `seconds` in simple and in prepared mode.
pub fn run(server: &Server, scale: u32, seconds: u32, connections: u32) -> Result<()> {
    install::postgres_clients()?;
    shell::run(server.command("pgbench").args(["-i", "-q", "-s", &scale.to_string()]))?;
    for mode in ["simple", "prepared"] {
        let report = output(server.command("pgbench").args([
            "-c",
            &connections.to_string(),
            "-j",
            "2",
            "-T",
            &seconds.to_string(),
            "--max-tries=20",
            "-n",
            "--failures-detailed",
            "-M",
            mode,
        ]))?;
        for line in report.lines().filter(|l| {
            ["processed", "failed", "retried", "retries", "latency average", "tps"].iter().any(|w| l.contains(w))
        }) {
            println!("pgbench {mode}: {line}");
        }
        let failed = |kind: &str| report.lines().any(|l| l.contains(kind) && !l.contains(" 0 ("));
        if failed("number of deadlock failures") || report.contains("aborted") {
            bail!("pgbench {mode} failed:\n{report}");
        }
    }
    let sums = output(server.psql("postgres").args([
        "-At",
        "-c",
        "SELECT (SELECT sum(abalance) FROM pgbench_accounts), (SELECT sum(tbalance) FROM pgbench_tellers),
                (SELECT sum(bbalance) FROM pgbench_branches), (SELECT coalesce(sum(delta), 0) FROM pgbench_history)",
    ]))?;
    let sums: Vec<&str> = sums.trim().split('|').collect();
    println!("pgbench: sums of accounts, tellers, branches, history: {}", sums.join(" "));
    if sums.len() != 4 || sums.iter().any(|s| s != &sums[0]) {
        bail!("the sums differ: {}", sums.join(" "));
    }
    Ok(())
}
