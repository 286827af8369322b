//! Long forms of the tests on running clusters: faults, freshness, distance.

use anyhow::Result;

use crate::shell::cargo;

/// How a run goes.
#[derive(clap::Args)]
pub struct Rounds {
    #[arg(long, default_value_t = 300)]
    rounds: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Most seconds for which a process is frozen or cut off.
    #[arg(long, default_value_t = 20)]
    longest: u64,
    /// Take snapshots from clocks, trusted within so many milliseconds; 0 asks the adjudicator.
    #[arg(long, default_value_t = 0)]
    clock_error: u64,
    #[arg(long)]
    release: bool,
}

/// One process after the other fails.
pub fn run(rounds: &Rounds) -> Result<()> {
    let mut command = e2e("chaos::", rounds.release);
    let figures = [
        ("GAVEL_CHAOS_ROUNDS", rounds.rounds),
        ("GAVEL_CHAOS_SEED", rounds.seed),
        ("GAVEL_CHAOS_LONGEST", rounds.longest),
        ("GAVEL_CHAOS_CLOCK", rounds.clock_error),
    ];
    crate::shell::run(command.envs(figures.map(|(name, figure)| (name, figure.to_string()))))
}

/// Reads through one query node what was committed through another.
pub fn freshness(reads: u64, release: bool) -> Result<()> {
    crate::shell::run(e2e("freshness::", release).env("GAVEL_FRESHNESS_READS", reads.to_string()))
}

/// `tests` of the end-to-end suite, with network namespaces and what they print.
pub fn e2e(tests: &str, release: bool) -> std::process::Command {
    let mut args = vec!["test", "--package", "gaveldb", "--test", "e2e"];
    if release {
        args.push("--release");
    }
    args.extend([tests, "--", "--include-ignored", "--nocapture", "--test-threads=1"]);
    let mut command = cargo(&args);
    command.env("GAVEL_TEST_NAMESPACES", "required");
    command
}
