//! Random faults under load. What each step does is drawn from a seed, which a failure prints;
//! threads and clocks are real, so that a seed repeats the faults but not each interleaving.
//!
//! `GAVEL_CHAOS_SEEDS=from..to` runs other seeds than the usual ones.
#![allow(clippy::disallowed_methods, reason = "tests wait for real elections")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use futures::StreamExt;
use gavel_api::conformance::journal::{commit, read_all};
use gavel_api::journal::{Error, Journal, Record, Replicated};
use gavel_types::{Lsn, Timestamp};
use parking_lot::Mutex;
use tokio::time::sleep;

use super::node::RaftJournal;
use super::testing::{Cluster, Faults, Random};

/// What has been seen, from all sides.
#[derive(Default)]
pub(super) struct Seen {
    /// Each record that any node has shown, by position.
    shown: Mutex<BTreeMap<u64, Record>>,
    /// Numbers of commits that were acknowledged, with their positions.
    acknowledged: Mutex<BTreeMap<u64, Lsn>>,
    /// Numbers of commits of which it was said that they were not kept.
    refused: Mutex<BTreeSet<u64>>,
    next: AtomicU64,
    /// Nobody shall append any more.
    over: AtomicBool,
}

impl Seen {
    fn show(&self, lsn: Lsn, record: Record) -> Result<(), String> {
        let mut shown = self.shown.lock();
        match shown.get(&lsn.0) {
            Some(known) if *known != record => Err(format!("position {lsn} is {known:?} and {record:?}")),
            Some(_) => Ok(()),
            None => {
                shown.insert(lsn.0, record);
                Ok(())
            }
        }
    }
}

/// A number that tells its epoch.
fn number(epoch: u64, n: u64) -> u64 {
    epoch << 32 | n
}

/// Leads whenever the node leads: opens the epoch and appends, until the node is gone.
fn drive(node: Arc<RaftJournal>, alive: Arc<AtomicBool>, seen: Arc<Seen>) {
    tokio::spawn(async move {
        let goes_on = || alive.load(SeqCst) && !seen.over.load(SeqCst);
        while goes_on() {
            if !node.leadership().leading {
                sleep(Duration::from_millis(5)).await;
                continue;
            }
            let Ok(epoch) = node.open_epoch(Timestamp(1)).await else {
                sleep(Duration::from_millis(5)).await;
                continue;
            };
            let writers = (0..4).map(|_| async {
                while goes_on() {
                    let n = number(epoch.0, seen.next.fetch_add(1, SeqCst));
                    match node.append(epoch, vec![commit(n)]).await {
                        // After a power cut nobody hears an acknowledgement.
                        Ok(lsn) if alive.load(SeqCst) => drop(seen.acknowledged.lock().insert(n, lsn)),
                        Ok(_) => return,
                        Err(error) => {
                            let kept_not = matches!(
                                error,
                                Error::NotLeader | Error::Fenced(_) | Error::Overloaded | Error::DiskFull
                            );
                            if kept_not {
                                seen.refused.lock().insert(n);
                            }
                            match error {
                                Error::Overloaded | Error::DiskFull => sleep(Duration::from_millis(20)).await,
                                _ => return,
                            }
                        }
                    }
                    sleep(Duration::from_millis(1)).await;
                }
            });
            futures::future::join_all(writers).await;
        }
    });
}

/// Compares all that the node shows with what others have shown.
fn follow(node: &Arc<RaftJournal>, alive: Arc<AtomicBool>, seen: Arc<Seen>, wrong: Arc<Mutex<Option<String>>>) {
    let mut next = node.bounds().0;
    let mut tail = node.tail(next);
    let node = Arc::downgrade(node);
    tokio::spawn(async move {
        while let Some(batch) = tail.next().await {
            if !alive.load(SeqCst) {
                return;
            }
            match batch {
                Ok(batch) => {
                    for (lsn, record) in batch {
                        let dense = if lsn == next { Ok(()) } else { Err(format!("position {lsn} follows {next}")) };
                        if let Err(why) = dense.and_then(|()| seen.show(lsn, record)) {
                            wrong.lock().get_or_insert(why);
                        }
                        next = lsn.next();
                    }
                }
                Err(Error::Trimmed(first)) => {
                    let Some(node) = node.upgrade() else { return };
                    next = first;
                    tail = node.tail(first);
                }
                Err(error) => {
                    if alive.load(SeqCst) {
                        wrong.lock().get_or_insert(format!("a tail ended: {error}"));
                    }
                    return;
                }
            }
        }
    });
}

/// What can be broken.
#[derive(Clone, Copy, Default)]
pub(super) struct Plan {
    pub nodes: u64,
    pub steps: u64,
    /// Whether disks fill up and logs are trimmed besides.
    pub disks: bool,
}

/// Runs one seed; what is wrong, if something is.
pub(super) async fn run(cluster: &mut Cluster, seed: u64, plan: Plan) -> Result<u64, String> {
    let mut random = Random(seed);
    let seen = Arc::new(Seen::default());
    let wrong = Arc::new(Mutex::new(None));
    let ids: Vec<u64> = (1..=plan.nodes).collect();
    let most_down = (plan.nodes - 1) / 2;
    let start = async |cluster: &mut Cluster, id: u64| -> Result<(), String> {
        cluster.restart(id).await.map_err(|error| format!("node {id} does not start: {error}"))?;
        let (node, alive) = (&cluster.nodes[&id], &cluster.alive[&id]);
        drive(Arc::clone(node), Arc::clone(alive), Arc::clone(&seen));
        follow(node, Arc::clone(alive), Arc::clone(&seen), Arc::clone(&wrong));
        Ok(())
    };
    for &id in &ids {
        start(cluster, id).await?;
    }
    for step in 0..plan.steps {
        let id = 1 + random.below(plan.nodes);
        match random.below(if plan.disks { 12 } else { 9 }) {
            0 | 1 => {
                let down = ids.iter().filter(|id| !cluster.nodes.contains_key(id)).count() as u64;
                if cluster.nodes.contains_key(&id) && down < most_down {
                    cluster.power_cut(id, random.below(u64::MAX));
                }
            }
            2 if step % 4 == 0 => {
                for &id in &ids {
                    if cluster.nodes.contains_key(&id) {
                        cluster.power_cut(id, random.below(u64::MAX));
                    }
                }
            }
            2 | 3 => {
                for &id in &ids {
                    if !cluster.nodes.contains_key(&id) {
                        start(cluster, id).await?;
                    }
                }
            }
            4 => cluster.net.isolate(id, ids.clone()),
            5 => drop(cluster.net.faults.lock().cut.insert((id, 1 + random.below(plan.nodes)))),
            6 => {
                let cut = cluster.net.faults.lock().cut.clone();
                let delay = Duration::from_millis(random.below(30));
                let (lost, doubled) = (random.below(200), random.below(200));
                *cluster.net.faults.lock() = Faults { lost, doubled, delay, cut, held: false };
            }
            7 => cluster.net.heal(),
            8 => {
                if let Some(node) = cluster.nodes.get(&id).cloned() {
                    tokio::spawn(async move { node.step_down().await });
                }
            }
            9 => {
                let used = cluster.disks[&id].used();
                cluster.disks[&id].set_capacity(Some(used));
            }
            10 => {
                for disk in cluster.disks.values() {
                    disk.set_capacity(None);
                }
            }
            _ => {
                if let Some(node) = cluster.nodes.get(&id).cloned() {
                    let below = Lsn(node.bounds().1.0.saturating_sub(50));
                    tokio::spawn(async move { node.trim(below).await });
                }
            }
        }
        sleep(Duration::from_millis(random.below(120))).await;
        if let Some(why) = wrong.lock().take() {
            return Err(why);
        }
    }
    cluster.net.heal();
    for disk in cluster.disks.values() {
        disk.set_capacity(None);
    }
    for &id in &ids {
        if !cluster.nodes.contains_key(&id) {
            start(cluster, id).await?;
        }
    }
    settle(cluster, &seen).await?;
    check(&seen).and_then(|n| wrong.lock().take().map_or(Ok(n), Err))
}

/// Waits until all nodes have shown all that any has.
async fn settle(cluster: &Cluster, seen: &Seen) -> Result<(), String> {
    seen.over.store(true, SeqCst);
    // So that no driver opens an epoch in between.
    sleep(Duration::from_millis(50)).await;
    for _ in 0..200 {
        let (leader, epoch) = cluster.open().await;
        let Ok(last) = leader.append(epoch, vec![commit(number(epoch.0, 1 << 30))]).await else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        cluster.agree(&leader).await;
        for (lsn, record) in read_all(leader.as_ref(), leader.bounds().0).await {
            if lsn <= last {
                seen.show(lsn, record)?;
            }
        }
        return Ok(());
    }
    Err("the cluster does not come back".into())
}

/// What must hold of all that was seen; the number of acknowledged commits.
fn check(seen: &Seen) -> Result<u64, String> {
    let shown = seen.shown.lock();
    let (mut epoch, mut commits) = (0, BTreeMap::new());
    for (expected, (lsn, record)) in (1..).zip(shown.iter()) {
        if *lsn != expected {
            return Err(format!("position {expected} was never shown"));
        }
        match record {
            Record::Epoch { epoch: opened, .. } => {
                if opened.0 <= epoch {
                    return Err(format!("epoch {} follows epoch {epoch}", opened.0));
                }
                epoch = opened.0;
            }
            Record::Commit(commit) => {
                let n = commit.txn_id.0 as u64;
                if n >> 32 != epoch {
                    return Err(format!("position {lsn} is of epoch {} and lies in epoch {epoch}", n >> 32));
                }
                if commits.insert(n, *lsn).is_some() {
                    return Err(format!("commit {n} is there twice"));
                }
            }
            Record::Ceiling(_) | Record::TimeMode(_) => {}
        }
    }
    for (n, lsn) in seen.acknowledged.lock().iter() {
        if commits.get(n) != Some(&lsn.0) {
            return Err(format!("commit {n} was acknowledged at {lsn} and is at {:?}", commits.get(n)));
        }
    }
    if let Some(n) = seen.refused.lock().iter().find(|n| commits.contains_key(n)) {
        return Err(format!("commit {n} was refused and is there"));
    }
    Ok(seen.acknowledged.lock().len() as u64)
}

fn seeds(usual: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let asked = std::env::var("GAVEL_CHAOS_SEEDS").ok();
    let asked = asked.as_deref().and_then(|asked| asked.split_once(".."));
    asked.and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?)).unwrap_or(usual)
}

async fn all(usual: std::ops::Range<u64>, plan: Plan) {
    let mut acknowledged = 0;
    for seed in seeds(usual) {
        let mut cluster = Cluster::prepare(plan.nodes, seed);
        match run(&mut cluster, seed, plan).await {
            Ok(n) => acknowledged += n,
            Err(why) => panic!("seed {seed}: {why}"),
        }
    }
    assert!(acknowledged > 20, "only {acknowledged} commits were acknowledged");
}

#[tokio::test]
async fn three_nodes_lose_nothing_in_crashes_and_partitions() {
    all(0..4, Plan { nodes: 3, steps: 60, disks: false }).await;
}

#[tokio::test]
async fn three_nodes_lose_nothing_with_full_disks_and_trims_besides() {
    all(100..103, Plan { nodes: 3, steps: 60, disks: true }).await;
}

#[tokio::test]
async fn five_nodes_lose_nothing() {
    all(200..202, Plan { nodes: 5, steps: 40, disks: true }).await;
}
