//! `cargo xtask`: the project's own tasks. `test` is what CI runs, and all that it runs.
#![allow(clippy::disallowed_methods, reason = "a development tool uses the real clock, files and processes")]

mod applications;
mod bench;
mod chaos;
mod check;
mod clients;
mod deploy;
mod install;
mod kill;
mod latency;
mod pgbench;
mod postgres;
mod reports;
mod server;
mod shell;
mod sim;
mod soak;
mod suites;
mod test;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks of the Gavel project")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// The gate: format, lints, dependency direction.
    Check,
    /// Everything that CI runs: the gate, all tests, clients and tools against a real server.
    Test {
        /// Leave out what needs psql, Python, Node.js, HAProxy or Prometheus.
        #[arg(long)]
        no_clients: bool,
    },
    /// Drivers and ORMs with their migrations against a server: psycopg, asyncpg, node-postgres, Django, SQLAlchemy,
    /// ActiveRecord, Knex, TypeORM, Drizzle, Prisma, pgjdbc, sqlx, Diesel, SeaORM.
    Clients {
        #[command(flatten)]
        target: server::Target,
        #[command(flatten)]
        choice: clients::Choice,
    },
    /// SQLAlchemy's own tests for dialects, on psycopg and asyncpg, side by side with PostgreSQL 15.
    Sqlalchemy {
        #[command(flatten)]
        target: server::Target,
        /// `psycopg` or `asyncpg` for one driver alone, then arguments of pytest.
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Real applications against a server: installed, migrated, used; docs/applications.md.
    Applications {
        #[command(flatten)]
        target: server::Target,
        /// Only these; may be given several times.
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
    },
    /// psql's backslash commands and pg_dump, side by side with PostgreSQL 15.
    Catalogs(server::Target),
    /// PostgreSQL's regression scripts and sqllogictest records, side by side with PostgreSQL 15, compared with what
    /// passed before.
    Suites {
        #[command(flatten)]
        target: server::Target,
        #[command(flatten)]
        choice: suites::Choice,
    },
    /// Loads the sample schemas and compares counts and reports with PostgreSQL's answers.
    Reports(server::Target),
    /// pgbench in simple and prepared mode, and its balances afterwards.
    Pgbench {
        #[command(flatten)]
        target: server::Target,
        #[arg(long, default_value_t = 1)]
        scale: u32,
        /// Seconds of each mode.
        #[arg(long, default_value_t = 10)]
        seconds: u32,
        #[arg(long, default_value_t = 8)]
        connections: u32,
    },
    /// Cycles of kill -9 under load, also with a torn journal tail.
    Kill {
        #[arg(long, default_value_t = 200)]
        cycles: u32,
        #[arg(long)]
        release: bool,
    },
    /// Simulated clusters, a seed each, with faults: `cargo xtask sim --seeds 100`, or `--seed S` to play one
    /// again.
    Sim {
        #[arg(long)]
        release: bool,
        /// Arguments of the simulator.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Compose file, manifests, units and dashboards: checked, and the compose file's containers run as
    /// processes.
    Deploy {
        /// A `gavel` that was built before; without it one is built.
        #[arg(long)]
        binary: Option<std::path::PathBuf>,
    },
    /// Rounds in which one process of a cluster is killed, frozen or cut off, under load.
    Chaos(chaos::Rounds),
    /// Reads through one query node right after commits through another, while replicas lag.
    Freshness {
        #[arg(long, default_value_t = 100_000)]
        reads: u64,
        #[arg(long)]
        release: bool,
    },
    /// What statements and commits take in each zone while messages between zones are delayed.
    Latency {
        /// Milliseconds, one way.
        #[arg(long, default_value_t = 20)]
        delay: u64,
        #[arg(long, default_value_t = 50)]
        transactions: u64,
        /// Take snapshots from clocks, trusted within so many milliseconds; 0 asks the adjudicator.
        #[arg(long, default_value_t = 1)]
        clock_error: u64,
        #[arg(long)]
        release: bool,
        /// Draws what was measured as SVG.
        #[arg(long)]
        picture: Option<std::path::PathBuf>,
    },
    /// Half an hour of mixed load; fails if the memory of a process grows after the first minutes.
    Soak {
        #[command(flatten)]
        target: server::Target,
        #[arg(long, default_value_t = 30)]
        minutes: u64,
        /// Minutes of these that do not count.
        #[arg(long, default_value_t = 5)]
        warm: u64,
        /// Transactions a second.
        #[arg(long, default_value_t = 200)]
        rate: u32,
    },
    /// Side by side with PostgreSQL, on this machine, in this run.
    Bench {
        #[command(flatten)]
        target: server::Target,
        /// Arguments of the harness, such as `--smoke`.
        #[arg(last = true)]
        args: Vec<String>,
    },
}

fn main() -> Result<()> {
    match Args::parse().task {
        Task::Check => check::run(),
        Task::Test { no_clients } => test::run(no_clients),
        Task::Clients { target, choice } => target.with(|server| clients::run(server, &choice)),
        Task::Sqlalchemy { target, args } => target.with(|server| clients::sqlalchemy(server, &args)),
        Task::Applications { target, only } => target.with(|server| applications::run(server, &only)),
        Task::Catalogs(target) => target.with(clients::catalogs),
        Task::Suites { target, choice } => target.with(|server| suites::run(server, &choice)),
        Task::Reports(target) => target.with(reports::run),
        Task::Pgbench { target, scale, seconds, connections } => {
            target.with(|server| pgbench::run(server, scale, seconds, connections))
        }
        Task::Kill { cycles, release } => kill::run(cycles, release),
        Task::Sim { release, args } => sim::run(release, &args),
        Task::Deploy { binary } => deploy::run(binary),
        Task::Chaos(rounds) => chaos::run(&rounds),
        Task::Freshness { reads, release } => chaos::freshness(reads, release),
        Task::Latency { delay, transactions, clock_error, release, picture } => {
            latency::run(delay, transactions, clock_error, release, picture.as_deref())
        }
        Task::Soak { target, minutes, warm, rate } => target.with(|server| soak::run(server, minutes, warm, rate)),
        Task::Bench { target, args } => target.with(|server| bench::run(server, &args)),
    }
}
