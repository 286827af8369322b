//! The gate that every change passes.

use anyhow::Result;

use crate::shell::{self, cargo};
use crate::tidy;

/// Format, dependency direction, then clippy with warnings denied.
pub fn run() -> Result<()> {
    run_format()?;
    tidy::run()?;
    shell::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
}

fn run_format() -> Result<()> {
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))
}
