//! Long forms of the tests that break a running cluster.

use anyhow::Result;

use crate::shell::cargo;

/// One process after the other fails, `rounds` times; frozen or cut off for at most `longest` seconds.
pub fn run(rounds: u64, seed: u64, longest: u64, release: bool) -> Result<()> {
    let mut command = e2e("chaos::", release);
    let figures = [("GAVEL_CHAOS_ROUNDS", rounds), ("GAVEL_CHAOS_SEED", seed), ("GAVEL_CHAOS_LONGEST", longest)];
    crate::shell::run(command.envs(figures.map(|(name, figure)| (name, figure.to_string()))))
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
