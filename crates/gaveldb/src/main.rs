//! `gavel`: the database in one binary, a role or a tool a subcommand.
//!
//! | module | what it holds |
//! |---|---|
//! | [`cli`] | the command line |
//! | [`settings`] | what can be configured: one definition for file, environment, flags and example |
//! | [`process`] | what every role's process does around its role: log, signals, admin port |
//! | [`start`] | `gavel start`: every role in one process |
//! | [`dev`] | `gavel dev`: a cluster of processes on this machine |
//! | [`front`] | the PostgreSQL port |
//! | [`data_dir`] | the data directory: its lock, its identity |
//! | [`roles`] | the roles, opened in order; `gavel journal`, `storage`, `query` |
//! | [`cert`] | `gavel cert` |
//! | [`members`] | `gavel journal add`, `remove`, `members` |
//! | [`admin`] | health and status over HTTP |
//! | [`status`] | `gavel status` |
//! | [`sql`] | `gavel sql` |
//!
//! Exit codes: 0 done; 1 failed; 2 the command line or the configuration is wrong; 3 the data
//! directory is in use; 4 an address cannot be listened on; 5 a server cannot be reached.
#![allow(clippy::disallowed_methods, reason = "the binary is the shell of everything")]

mod admin;
mod cert;
mod cli;
mod data_dir;
mod dev;
mod front;
mod members;
mod process;
mod roles;
mod settings;
mod sql;
mod start;
mod status;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use mimalloc::MiMalloc;

use cli::{Args, Command, ConfigCommand};

/// Memory that is freed goes back to the system, whichever threads it was divided among: with glibc's allocator
/// replicas grow with every compaction.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// An error with the exit code that tells it from others.
#[derive(Debug)]
struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    const GENERAL: u8 = 1;
    const USAGE: u8 = 2;
    const IN_USE: u8 = 3;
    const LISTEN: u8 = 4;
    const UNREACHABLE: u8 = 5;

    fn new(code: u8, error: impl Into<anyhow::Error>) -> Self {
        Self { code, error: error.into() }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(Self::GENERAL, error)
    }
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("gavel: {:#}", failure.error);
            ExitCode::from(failure.code)
        }
    }
}

fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Start(args) => start::run(args),
        Command::Dev(args) => dev::run(args),
        Command::Query(args) => roles::query::run(args),
        Command::Journal(args) => match args.action {
            None => roles::journal::run(args.source),
            Some(action) => members::run(&args.source, action),
        },
        Command::Storage(args) => roles::storage::run(args),
        Command::Cert(args) => cert::run(&args),
        Command::Sql(args) => sql::run(args),
        Command::Status(args) => status::run(&args),
        Command::Version { json } => {
            version(json);
            Ok(())
        }
        Command::Config { command: ConfigCommand::Example } => {
            print!("{}", settings::example());
            Ok(())
        }
        Command::Config { command: ConfigCommand::Show(source) } => {
            let settings = settings::load(&source.layers())?;
            print!("{}", settings::show(&settings));
            Ok(())
        }
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "gavel", &mut std::io::stdout());
            Ok(())
        }
    }
}

fn version(json: bool) {
    let version = env!("CARGO_PKG_VERSION");
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    if json {
        let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        println!("{}", serde_json::json!({ "version": version, "build": build, "target": target }));
    } else {
        println!("gavel {version} ({build})");
    }
}
