//! One process after the other fails, under load through both query nodes: nothing acknowledged is lost,
//! nothing refused is seen, nobody sees anything stale or torn, and commits go on within seconds.
//!
//! ```text
//! load ├──────────────────────────────────────────────────────┤ lists and accounts are checked
//!            │ fault                  │ repaired   │ all ready
//!            ├── longest time without a commit: the round's recovery ──┤
//! ```
//! A fault is kill -9, SIGSTOP or no network, of one process of any role. Every third round kills the
//! journal's leader, and one in four of the others lets it fail in any of these ways.
//! `GAVEL_CHAOS_ROUNDS`, `GAVEL_CHAOS_SEED` and `GAVEL_CHAOS_LONGEST` set how many rounds, which, and how
//! many seconds a freeze or a cut lasts at most; with `GAVEL_CHAOS_CLOCK` snapshots are taken from clocks
//! that are trusted within so many milliseconds. `cargo xtask chaos --rounds 300` runs the long form.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use gavel_testkit::bank::{self, Bank, Breach, Progress};
use gavel_testkit::cluster::network::in_hub;
use gavel_testkit::cluster::{Cluster, Role, Shape};
use gavel_testkit::list_append::load::{self, Lists};
use gavel_testkit::list_append::{Level, Report, check};
use gavel_testkit::onlooker::{self, Reads};
use gavel_testkit::session::{Acknowledgements, Entrance};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::{GAVEL, figure};

/// From so many rounds on the 95th percentile of recovery counts.
const MANY: u64 = 100;
/// What it may be at most.
const RECOVERY_P95: Duration = Duration::from_secs(5);
/// No round may go without commits for longer.
const RECOVERY_MAX: Duration = Duration::from_secs(60);
/// Clients of each of the two loads.
const CLIENTS: usize = 4;
/// Load before the fault, and after all are ready again.
const CALM: Duration = Duration::from_millis(800);
/// How long looking at the result may be tried.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Kill,
    Freeze,
    Cut,
}

/// What happens in a round.
#[derive(Clone, Debug)]
struct Fault {
    kind: Kind,
    role: Role,
    victim: String,
    leads: bool,
    /// Until it is repaired.
    lasts: Duration,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let leads = if self.leads { ", which leads," } else { "" };
        write!(f, "{:?} {}{leads} for {:.1?}", self.kind, self.victim, self.lasts)
    }
}

struct Chaos {
    cluster: Cluster,
    entrances: Vec<Entrance>,
    bank: Bank,
    lists: Arc<Lists>,
    recoveries: Vec<Duration>,
    /// The longest that a single client waited for a commit, in rounds that spare the query nodes.
    waits: Vec<Duration>,
    outcomes: [usize; 3],
    looked: Reads,
    leader_kills: u64,
    leader_faults: u64,
}

impl Chaos {
    async fn start(directory: &Path, clock_error_ms: u64) -> Result<Self> {
        let trusted = ("clock.max_error".to_owned(), format!("\"{clock_error_ms}ms\""));
        let settings = if clock_error_ms > 0 { vec![trusted] } else { vec![] };
        let cluster = Cluster::start(GAVEL, directory, &Shape { settings, ..Shape::default() }).await?;
        let entrances = cluster.entrances();
        let bank = Bank::create(entrances[0], 40).await?;
        let lists = Lists::create(entrances[0]).await?;
        onlooker::create(entrances[0]).await?;
        Ok(Self {
            cluster,
            entrances,
            bank,
            lists,
            recoveries: vec![],
            waits: vec![],
            outcomes: [0; 3],
            looked: Reads::default(),
            leader_kills: 0,
            leader_faults: 0,
        })
    }

    async fn draw(&self, round: u64, longest: u64, rng: &mut SmallRng) -> Fault {
        let leader = self.cluster.leader().await;
        let names = self.cluster.names();
        let (role, any) = names[rng.random_range(0..names.len())].clone();
        let kind = [Kind::Kill, Kind::Freeze, Kind::Cut][rng.random_range(0..3)];
        let by_chance = rng.random_range(0..4) == 0;
        let (kind, role, victim) = match &leader {
            Some(leader) if round.is_multiple_of(3) => (Kind::Kill, Role::Journal, leader.clone()),
            Some(leader) if by_chance => (kind, Role::Journal, leader.clone()),
            _ => (kind, role, any),
        };
        let lasts = match kind {
            Kind::Kill => rng.random_range(200..3_000),
            Kind::Freeze | Kind::Cut => rng.random_range(1_000..=longest * 1_000),
        };
        Fault { kind, role, leads: leader.as_ref() == Some(&victim), victim, lasts: Duration::from_millis(lasts) }
    }

    async fn round(&mut self, number: u64, seed: u64, level: Level, fault: &Fault) -> Result<()> {
        let begin = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        let pause = Duration::from_millis(10);
        let (round, entrances) = (self.lists.round(), self.entrances.clone());
        let appends = {
            let (round, stop) = (round.clone(), stop.clone());
            let load = load::Load { clients: CLIENTS, seed, level, pause };
            tokio::spawn(async move { round.run(&entrances, load, &stop).await })
        };
        let looking = tokio::spawn(onlooker::run(self.entrances.clone(), self.bank.total(), stop.clone()));
        let (done_before, entrances) = (self.bank.told.at.len(), self.entrances.clone());
        let progress = self.bank.progress();
        let transfers = self.bank.run(&entrances, bank::Load { connections: CLIENTS, seed, pause }, stop.clone());
        let failing = async {
            let faulted = fail(&mut self.cluster, &progress, fault).await;
            stop.store(true, Ordering::Relaxed);
            faulted
        };
        let (transferred, faulted) = tokio::join!(transfers, failing);
        transferred?;
        let mut commits = appends.await??;
        let (from, to) = faulted?;
        let looked = looking.await?.context("beside the load")?;
        self.looked.sums += looked.sums;
        self.looked.scans += looked.scans;
        self.looked.failed += looked.failed;
        // Clients of the lists come first, then those of the bank.
        commits.extend(self.bank.told.at[done_before..].iter().map(|&(client, at)| (CLIENTS + client, at)));
        let wait = (0..2 * CLIENTS).map(|client| longest_pause(&commits, |of| of == client, from, to)).max();
        let recovery = longest_pause(&commits, |_| true, from, to);
        let lists = &self.lists;
        patiently(&self.entrances, async |entrance| round.read_all(entrance).await).await.context("the lists")?;
        let report = check(&round.recorder.take(), level);
        no_anomaly(&report)?;
        for (sum, n) in self.outcomes.iter_mut().zip(report.outcomes) {
            *sum += n;
        }
        patiently(&self.entrances, async |entrance| self.bank.audit(entrance).await).await.context("the bank")?;
        let changed = patiently(&self.entrances, async |entrance| lists.changed(entrance).await).await?;
        if changed > 0 {
            bail!("{changed} lists of earlier rounds have changed");
        }
        let wait = wait.unwrap_or_default();
        println!(
            "round {number}, seed {seed}: {fault}: {recovery:.2?} without commits, one client {wait:.2?}; {} commits, \
             lists {:?}; {:.1?} in all",
            commits.len(),
            report.outcomes,
            begin.elapsed(),
        );
        if recovery > RECOVERY_MAX {
            bail!("{recovery:?} without commits");
        }
        self.recoveries.push(recovery);
        if fault.role != Role::Query {
            self.waits.push(wait);
        }
        self.leader_faults += u64::from(fault.leads);
        self.leader_kills += u64::from(fault.leads && matches!(fault.kind, Kind::Kill));
        Ok(())
    }

    fn summary(&mut self, seed: u64) -> String {
        self.recoveries.sort_unstable();
        self.waits.sort_unstable();
        let told = &self.bank.told;
        format!(
            "chaos: {} rounds (seed {seed}), {} of them the leader, {} its kill; bank {} acknowledged, {} refused, \
             {} unknown; lists {} committed, {} aborted, {} unknown; beside them {:?}; 0 lost, 0 refused seen, \
             0 anomalies; recovery p50 {:.2?}, p95 {:.2?}, max {:.2?}; a single client of a sound query node waited \
             p50 {:.2?}, p95 {:.2?}, max {:.2?}",
            self.recoveries.len(),
            self.leader_faults,
            self.leader_kills,
            told.acknowledged.len(),
            told.refused.len(),
            told.unknown.len(),
            self.outcomes[0],
            self.outcomes[1],
            self.outcomes[2],
            self.looked,
            at(&self.recoveries, 50),
            at(&self.recoveries, 95),
            at(&self.recoveries, 100),
            at(&self.waits, 50),
            at(&self.waits, 95),
            at(&self.waits, 100),
        )
    }
}

/// The value that `share` in a hundred are at or below; zero if there is none.
fn at(sorted: &[Duration], share: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get((sorted.len() * share / 100).min(last)).copied().unwrap_or_default()
}

/// Lets `fault` happen and repairs it; from the fault until the load may end.
async fn fail(cluster: &mut Cluster, progress: &Progress, fault: &Fault) -> Result<(Instant, Instant)> {
    progress.next(PATIENCE).await.context("before the fault")?;
    tokio::time::sleep(CALM).await;
    let from = Instant::now();
    match fault.kind {
        Kind::Kill => cluster.kill(&fault.victim)?,
        Kind::Freeze => cluster.freeze(&fault.victim)?,
        Kind::Cut => cluster.cut(&fault.victim)?,
    }
    tokio::time::sleep(fault.lasts).await;
    cluster.repair()?;
    cluster.wait_ready(PATIENCE).await?;
    progress.next(PATIENCE).await.context("after the repair")?;
    tokio::time::sleep(CALM).await;
    Ok((from, Instant::now()))
}

/// The longest time between `from` and `to` in which no commit of those clients was acknowledged.
fn longest_pause(commits: &Acknowledgements, of: impl Fn(usize) -> bool, from: Instant, to: Instant) -> Duration {
    let mut at: Vec<Instant> = commits.iter().filter(|(client, _)| of(*client)).map(|(_, at)| *at).collect();
    at.retain(|at| *at > from && *at < to);
    at.push(to);
    at.sort_unstable();
    let mut before = from;
    at.into_iter().map(|at| at - std::mem::replace(&mut before, at)).max().unwrap_or_default()
}

fn no_anomaly(report: &Report) -> Result<()> {
    if report.anomalies.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = report.anomalies.iter().map(ToString::to_string).collect();
    bail!("{} anomalies or more:\n{}", lines.len(), lines.join("\n"))
}

/// Tries `look` through one query node after the other until it can look. What it sees is final.
async fn patiently<T>(entrances: &[Entrance], look: impl AsyncFn(Entrance) -> Result<T>) -> Result<T> {
    let begin = Instant::now();
    for entrance in entrances.iter().cycle() {
        match look(*entrance).await {
            Err(error) if !error.is::<Breach>() && begin.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            seen => return seen,
        }
    }
    bail!("there are no query nodes")
}

async fn run() -> Result<()> {
    let (rounds, seed) = (figure("GAVEL_CHAOS_ROUNDS", 4), figure("GAVEL_CHAOS_SEED", 1));
    let longest = figure("GAVEL_CHAOS_LONGEST", 4).max(1);
    let directory = tempfile::Builder::new().prefix("gavel-chaos-").tempdir()?;
    let mut chaos = Chaos::start(directory.path(), figure("GAVEL_CHAOS_CLOCK", 0)).await?;
    for round in 0..rounds {
        let mut rng = SmallRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(round));
        // One round in four is about SERIALIZABLE.
        let level = if round % 4 == 3 { Level::Serializable } else { Level::Snapshot };
        let fault = chaos.draw(round, longest, &mut rng).await;
        if let Err(error) = chaos.round(round, rng.random(), level, &fault).await {
            drop(chaos);
            let kept = directory.keep();
            bail!("seed {seed}, round {round}, {fault}: {error:?}\nlogs and data are in {}", kept.display());
        }
    }
    println!("{}", chaos.summary(seed));
    if rounds >= MANY {
        let p95 = at(&chaos.recoveries, 95);
        assert!(p95 <= RECOVERY_P95, "recovery p95 is {p95:?}");
        assert!(chaos.leader_kills * 3 >= rounds, "only {} leader kills", chaos.leader_kills);
    }
    Ok(())
}

#[test]
#[ignore = "a cluster that wants the machine for itself: cargo xtask test"]
fn nothing_is_lost_and_nothing_wrong_is_seen_whatever_process_fails() -> Result<()> {
    in_hub("chaos::nothing_is_lost_and_nothing_wrong_is_seen_whatever_process_fails", run())
}
