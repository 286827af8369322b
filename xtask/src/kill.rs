//! The long form of the kill -9 test.

use anyhow::Result;

use crate::shell::cargo;

/// Runs the end-to-end kill tests with `cycles` cycles each.
pub fn run(cycles: u32, release: bool) -> Result<()> {
    let mut args = vec!["test", "--package", "gaveldb", "--test", "e2e"];
    if release {
        args.push("--release");
    }
    args.extend(["kill::", "--", "--nocapture", "--test-threads=1"]);
    crate::shell::run(cargo(&args).env("GAVEL_KILL_CYCLES", cycles.to_string()))
}
