//! The whole server as a process, over the wire.
#![allow(clippy::disallowed_methods, reason = "tests use the real clock, files and processes")]

mod chaos;
mod cluster;
mod driver;
mod fairness;
mod freshness;
mod isolation;
mod kill;
mod latency;
mod leaving;
mod list_append;
mod members;
mod online_index;
mod process;
mod push_down;
mod rights;
mod sessions;

/// The `gavel` of this build.
const GAVEL: &str = env!("CARGO_BIN_EXE_gavel");

/// A number that the environment sets.
fn figure(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}
