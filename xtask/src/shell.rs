//! Running other programs.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

/// Where data files and suites that are not part of the repository lie: `GAVEL_SHARED`, or `shared`
/// beside the checkout.
pub fn shared() -> PathBuf {
    std::env::var_os("GAVEL_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

/// Runs `command` with its output passed through.
///
/// # Errors
/// If it cannot be started or does not succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let line = format!("{command:?}");
    let begin = Instant::now();
    let status = command.stdin(Stdio::null()).status().with_context(|| line.clone())?;
    if !status.success() {
        bail!("{line}: {status}");
    }
    eprintln!("xtask: {:.1} s: {}", begin.elapsed().as_secs_f64(), line.chars().take(160).collect::<String>());
    Ok(())
}

/// Runs `command` and returns what it printed.
///
/// # Errors
/// If it cannot be started or does not succeed; the message holds its standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let line = format!("{command:?}");
    let out = command.stdin(Stdio::null()).output().with_context(|| line.clone())?;
    if !out.status.success() {
        bail!("{line}: {}\n{}", out.status, String::from_utf8_lossy(&out.stderr));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Whether `program` can be found.
pub fn exists(program: &str) -> bool {
    Command::new("sh").args(["-c", &format!("command -v {program}")]).output().is_ok_and(|o| o.status.success())
}

/// `cargo`, in the repository's root.
pub fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(args);
    command
}
