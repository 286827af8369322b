//! The whole server as a process, over the wire.
#![allow(clippy::disallowed_methods, reason = "tests use the real clock, files and processes")]

mod driver;
mod isolation;
mod kill;
mod leaving;
mod process;

/// The `gavel` of this build.
const GAVEL: &str = env!("CARGO_BIN_EXE_gavel");
