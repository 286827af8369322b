//! Simulated clusters.

use anyhow::Result;

use crate::shell::{cargo, run as run_command};

/// Seeds of each CI run, drawn by lot.
const SEEDS: &str = "100";

/// Hands `args` to the simulator.
pub fn run(release: bool, args: &[String]) -> Result<()> {
    let mut command = vec!["run", "--quiet", "--package", "gavel-sim"];
    if release {
        command.push("--release");
    }
    command.push("--");
    command.extend(args.iter().map(String::as_str));
    run_command(&mut cargo(&command))
}

/// What CI runs: seeds, some of them twice, to see that they can be played again.
pub fn short() -> Result<()> {
    let strings = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    run(false, &strings(&["--seeds", SEEDS]))?;
    run(false, &strings(&["--seeds", "3", "--twice"]))
}
