//! Long forms of the tests that break a running cluster.

use anyhow::Result;

use crate::shell::cargo;

/// One process after the other fails, `rounds` times.
pub fn run(rounds: u64, seed: u64, release: bool) -> Result<()> {
    let mut command = e2e("chaos::", release);
    crate::shell::run(command.env("GAVEL_CHAOS_ROUNDS", rounds.to_string()).env("GAVEL_CHAOS_SEED", seed.to_string()))
}

/// Reads through one query node what was committed through another.
pub fn freshness(reads: u64, release: bool) -> Result<()> {
    crate::shell::run(e2e("freshness::", release).env("GAVEL_FRESHNESS_READS", reads.to_string()))
}

fn e2e(tests: &str, release: bool) -> std::process::Command {
    let mut args = vec!["test", "--package", "gaveldb", "--test", "e2e"];
    if release {
        args.push("--release");
    }
    args.extend([tests, "--", "--nocapture", "--test-threads=1"]);
    cargo(&args)
}
