//! `gavel-sim`: runs seeds, and says which of them breaks a rule.
#![allow(clippy::disallowed_methods, reason = "a tool: threads for seeds, time for figures, a seed by chance")]

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use gavel_sim::mutant::Mutant;
use gavel_sim::run::{Verdict, run, watch_panics};

#[derive(Parser)]
#[command(name = "gavel-sim", about = "Simulates whole clusters, one seed after another")]
struct Args {
    /// The first seed; drawn by lot without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many seeds, from the first on.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Runs each seed twice and compares what happened.
    #[arg(long)]
    twice: bool,
    /// Switches a rule off, and looks for a seed that notices.
    #[arg(long)]
    mutant: Option<Mutant>,
    /// Every rule is switched off in turn; fails unless each is noticed within `--seeds`.
    #[arg(long)]
    mutants: bool,
    /// Seeds at a time; as many as the machine has processors without it.
    #[arg(long)]
    jobs: Option<usize>,
    /// What the roles log, as a filter such as `info,openraft=debug`; with the time of the simulation.
    #[arg(long)]
    log: Option<String>,
    /// Tells of each seed.
    #[arg(long)]
    verbose: bool,
}

/// Tells the time of the simulation.
struct Virtual;

impl tracing_subscriber::fmt::time::FormatTime for Virtual {
    fn format_time(&self, out: &mut tracing_subscriber::fmt::format::Writer<'_>) -> std::fmt::Result {
        write!(out, "{:.6}", gavel_runtime::simulation::now().as_secs_f64())
    }
}

/// What seeds came to together.
#[derive(Default)]
struct Sum {
    seeds: u64,
    faults: usize,
    committed: usize,
    aborted: usize,
    unknown: usize,
    reads: usize,
    ahead: usize,
    events: u64,
    failed: Vec<Verdict>,
}

impl Sum {
    fn add(&mut self, verdict: Verdict) {
        self.seeds += 1;
        self.faults += verdict.faults;
        self.committed += verdict.committed;
        self.aborted += verdict.aborted;
        self.unknown += verdict.unknown;
        self.reads += verdict.reads;
        self.ahead += verdict.ahead;
        self.events += verdict.events;
        if !verdict.breaches.is_empty() {
            self.failed.push(verdict);
        }
    }
}

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    watch_panics();
    if let Some(filter) = &args.log {
        tracing_subscriber::fmt().with_env_filter(filter).with_timer(Virtual).with_ansi(false).init();
    }
    let first = args.seed.unwrap_or_else(rand_seed);
    if args.mutants {
        return mutants(&args, first);
    }
    let begun = Instant::now();
    let sum = seeds(&args, first, args.mutant, args.mutant.is_some())?;
    println!(
        "{} seeds from {first} in {:.1} s: {} faults, {} commits, {} aborts, {} unknown, {} reads, {} closed ahead, {} messages",
        sum.seeds,
        begun.elapsed().as_secs_f64(),
        sum.faults,
        sum.committed,
        sum.aborted,
        sum.unknown,
        sum.reads,
        sum.ahead,
        sum.events
    );
    for verdict in &sum.failed {
        println!("seed {}:", verdict.seed);
        for breach in &verdict.breaches {
            println!("  {breach}");
        }
        let mutant = args.mutant.map(|mutant| format!(" --mutant {}", name(mutant))).unwrap_or_default();
        println!("  again: cargo xtask sim --seed {}{mutant}", verdict.seed);
    }
    Ok(if sum.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn rand_seed() -> u64 {
    gavel_runtime::random::next_u64() >> 24
}

fn name(mutant: Mutant) -> String {
    clap::ValueEnum::to_possible_value(&mutant).map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Runs the seeds, several at a time; until one fails, if asked.
fn seeds(args: &Args, first: u64, mutant: Option<Mutant>, until_failure: bool) -> Result<Sum> {
    let jobs = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let next = AtomicU64::new(0);
    let failed = AtomicUsize::new(0);
    let sum = Mutex::new(Sum::default());
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= args.seeds || (until_failure && failed.load(Ordering::Relaxed) > 0) {
                    return Ok(());
                }
                let seed = first + n;
                let begun = Instant::now();
                let mut verdict = run(seed, mutant)?;
                if args.twice {
                    let again = run(seed, mutant)?;
                    if again.trace != verdict.trace {
                        let (one, other) = (verdict.trace, again.trace);
                        verdict.breaches.push(format!("two runs differ: trace {one:016x}, then {other:016x}"));
                    }
                }
                if args.verbose {
                    println!(
                        "seed {seed}: trace {:016x}, {} messages, {} commits, {} faults, {} breaches, {:.2} s",
                        verdict.trace,
                        verdict.events,
                        verdict.committed,
                        verdict.faults,
                        verdict.breaches.len(),
                        begun.elapsed().as_secs_f64()
                    );
                }
                if !verdict.breaches.is_empty() {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                if let Ok(mut sum) = sum.lock() {
                    sum.add(verdict);
                }
            }
        };
        let threads: Vec<_> = (0..jobs.max(1)).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
        }
        anyhow::Ok(())
    })?;
    sum.into_inner().map_err(|_| anyhow::anyhow!("a thread panicked"))
}

/// Looks for each mutant.
fn mutants(args: &Args, first: u64) -> Result<ExitCode> {
    let mut survivors = Vec::new();
    for mutant in Mutant::ALL {
        let sum = seeds(args, first, Some(mutant), true)?;
        match sum.failed.iter().min_by_key(|verdict| verdict.seed) {
            // Otherwise a check that always fails would seem to notice everything.
            Some(verdict) if !run(verdict.seed, None)?.breaches.is_empty() => {
                println!("{}: seed {} fails with every rule on", name(mutant), verdict.seed);
                survivors.push(name(mutant));
            }
            Some(verdict) => {
                let why = verdict.breaches.first().map(String::as_str).unwrap_or_default();
                println!("{}: noticed at seed {} of {}: {why}", name(mutant), verdict.seed - first + 1, sum.seeds);
            }
            None => {
                println!("{}: NOT noticed in {} seeds", name(mutant), sum.seeds);
                survivors.push(name(mutant));
            }
        }
    }
    Ok(if survivors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
