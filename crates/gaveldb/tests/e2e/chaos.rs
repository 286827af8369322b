//! One process after the other fails, under load through both query nodes: nothing acknowledged is lost,
//! nothing refused is seen, nobody sees anything stale or torn, and commits go on within seconds.
//!
//! ```text
//! load ├──────────────────────────────────────────────────────┤ lists and accounts are checked
//!            │ fault                  │ repaired   │ all ready
//!            ├── longest time without a commit: the round's recovery ──┤
//! ```
//! A fault is kill -9, SIGSTOP or no network, of one process of any role; every third round kills the
//! journal's leader. `GAVEL_CHAOS_ROUNDS` and `GAVEL_CHAOS_SEED` set how many rounds and which;
//! `cargo xtask chaos --rounds 300` runs the long form.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use gavel_testkit::bank::{self, Bank, Breach, Progress};
use gavel_testkit::cluster::network::in_hub;
use gavel_testkit::cluster::{Cluster, Shape};
use gavel_testkit::list_append::load::{self, Lists};
use gavel_testkit::list_append::{Level, Report, check};
use gavel_testkit::session::Entrance;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::{GAVEL, figure};

/// From here on a run is long: faults last up to 20 s, and the 95th percentile of recovery counts.
const LONG: u64 = 100;
/// What that may be at most.
const RECOVERY_P95: Duration = Duration::from_secs(5);
/// No round may go without commits for longer.
const RECOVERY_MAX: Duration = Duration::from_secs(60);
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
    victim: String,
    leads: bool,
    /// Until it is repaired.
    lasts: Duration,
}

struct Chaos {
    cluster: Cluster,
    entrances: Vec<Entrance>,
    bank: Bank,
    lists: Arc<Lists>,
    recoveries: Vec<Duration>,
    outcomes: [usize; 3],
    leader_kills: u64,
}

impl Chaos {
    async fn start(directory: &Path) -> Result<Self> {
        let cluster = Cluster::start(GAVEL, directory, &Shape::default()).await?;
        let entrances = cluster.entrances();
        let bank = Bank::create(entrances[0], 40).await?;
        let lists = Lists::create(entrances[0]).await?;
        Ok(Self { cluster, entrances, bank, lists, recoveries: vec![], outcomes: [0; 3], leader_kills: 0 })
    }

    async fn draw(&self, round: u64, long: bool, rng: &mut SmallRng) -> Fault {
        let leader = self.cluster.leader().await;
        let names = self.cluster.names();
        let any = names[rng.random_range(0..names.len())].1.clone();
        let kind = [Kind::Kill, Kind::Freeze, Kind::Cut][rng.random_range(0..3)];
        let lasts = match kind {
            Kind::Kill => rng.random_range(200..3_000),
            Kind::Freeze | Kind::Cut => rng.random_range(1_000..if long { 20_000 } else { 4_000 }),
        };
        let (kind, victim) = match &leader {
            Some(leader) if round.is_multiple_of(3) => (Kind::Kill, leader.clone()),
            _ => (kind, any),
        };
        Fault { kind, leads: leader.as_ref() == Some(&victim), victim, lasts: Duration::from_millis(lasts) }
    }

    async fn round(&mut self, seed: u64, level: Level, fault: &Fault) -> Result<()> {
        let stop = Arc::new(AtomicBool::new(false));
        let pause = Duration::from_millis(10);
        let (round, entrances) = (self.lists.round(), self.entrances.clone());
        let appends = {
            let (round, stop) = (round.clone(), stop.clone());
            let load = load::Load { clients: 4, seed, level, pause };
            tokio::spawn(async move { round.run(&entrances, load, &stop).await })
        };
        let (done_before, entrances) = (self.bank.told.at.len(), self.entrances.clone());
        let progress = self.bank.progress();
        let transfers = self.bank.run(&entrances, bank::Load { connections: 4, seed, pause }, stop.clone());
        let failing = async {
            let faulted = fail(&mut self.cluster, &progress, fault).await;
            stop.store(true, Ordering::Relaxed);
            faulted
        };
        let (transferred, faulted) = tokio::join!(transfers, failing);
        transferred?;
        let mut commits = appends.await??;
        let (from, to) = faulted?;
        commits.extend(&self.bank.told.at[done_before..]);
        let recovery = longest_pause(commits, from, to);
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
        println!("{fault:?}: {:?} without commits; lists {:?}", recovery, report.outcomes);
        if recovery > RECOVERY_MAX {
            bail!("{recovery:?} without commits");
        }
        self.recoveries.push(recovery);
        self.leader_kills += u64::from(fault.leads && matches!(fault.kind, Kind::Kill));
        Ok(())
    }

    fn summary(&mut self, seed: u64) -> String {
        self.recoveries.sort_unstable();
        let at = |share: usize| self.recoveries[(self.recoveries.len() * share / 100).min(self.recoveries.len() - 1)];
        let told = &self.bank.told;
        format!(
            "chaos: {} rounds (seed {seed}), {} leader kills; bank {} acknowledged, {} refused, {} unknown; \
             lists {} committed, {} aborted, {} unknown; 0 lost, 0 refused seen, 0 anomalies; \
             recovery p50 {:?}, p95 {:?}, max {:?}",
            self.recoveries.len(),
            self.leader_kills,
            told.acknowledged.len(),
            told.refused.len(),
            told.unknown.len(),
            self.outcomes[0],
            self.outcomes[1],
            self.outcomes[2],
            at(50),
            at(95),
            at(100),
        )
    }
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

/// The longest time between `from` and `to` in which no commit was acknowledged.
fn longest_pause(mut commits: Vec<Instant>, from: Instant, to: Instant) -> Duration {
    commits.retain(|at| *at > from && *at < to);
    commits.push(to);
    commits.sort_unstable();
    let mut before = from;
    let pauses = commits.into_iter().map(|at| at - std::mem::replace(&mut before, at));
    pauses.max().unwrap_or_default()
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
    let (rounds, seed) = (figure("GAVEL_CHAOS_ROUNDS", 10), figure("GAVEL_CHAOS_SEED", 1));
    let directory = tempfile::Builder::new().prefix("gavel-chaos-").tempdir()?;
    let mut chaos = Chaos::start(directory.path()).await?;
    for round in 0..rounds {
        let mut rng = SmallRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(round));
        // One round in four is about SERIALIZABLE.
        let level = if round % 4 == 3 { Level::Serializable } else { Level::Snapshot };
        let fault = chaos.draw(round, rounds >= LONG, &mut rng).await;
        if let Err(error) = chaos.round(rng.random(), level, &fault).await {
            drop(chaos);
            let kept = directory.keep();
            bail!("seed {seed}, round {round}, {fault:?}: {error:?}\nlogs and data are in {}", kept.display());
        }
    }
    println!("{}", chaos.summary(seed));
    if rounds >= LONG {
        let p95 = chaos.recoveries[chaos.recoveries.len() * 95 / 100];
        assert!(p95 <= RECOVERY_P95, "recovery p95 is {p95:?}");
        assert!(chaos.leader_kills * 3 >= rounds, "only {} leader kills", chaos.leader_kills);
    }
    Ok(())
}

#[test]
fn nothing_is_lost_and_nothing_wrong_is_seen_whatever_process_fails() -> Result<()> {
    in_hub("chaos::nothing_is_lost_and_nothing_wrong_is_seen_whatever_process_fails", run())
}
