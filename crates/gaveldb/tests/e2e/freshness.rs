//! What was committed through one query node is seen at once through another, while replicas lag.
//!
//! Each zone has a journal node and a replica; messages between zones are delayed, and one replica after
//! the other is frozen for some milliseconds. Clocks are trusted to within a millisecond, so that nodes that are
//! far from the leader rely on them. `GAVEL_FRESHNESS_READS` sets how many reads; `cargo xtask freshness --reads
//! 100000` runs the long form.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use gavel_testkit::cluster::network::in_hub;
use gavel_testkit::cluster::{Cluster, Role, Shape};
use gavel_testkit::session::Entrance;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::{GAVEL, figure};

/// Between zones, one way.
const DELAY: Duration = Duration::from_millis(6);
/// Who write and read at a time, a row each.
const PAIRS: i32 = 32;

/// What was seen.
#[derive(Debug, Default)]
struct Seen {
    reads: AtomicU64,
    stale: AtomicU64,
    /// Statements that failed; the row's next turn begins anew.
    failed: AtomicU64,
}

async fn pair(id: i32, entrances: Vec<Entrance>, reads: u64, seen: Arc<Seen>) -> Result<()> {
    let sessions = [entrances[0].connect().await?, entrances[1].connect().await?];
    while seen.reads.load(Ordering::Relaxed) < reads {
        let turn = seen.reads.fetch_add(1, Ordering::Relaxed);
        let writer = usize::from(!turn.is_multiple_of(2));
        let reader = 1 - writer;
        let written = sessions[writer].query_one("UPDATE fresh SET n = n + 1 WHERE id = $1 RETURNING n", &[&id]).await;
        let written: i64 = match written {
            Ok(row) => row.get(0),
            Err(error) => {
                seen.reads.fetch_sub(1, Ordering::Relaxed);
                if seen.failed.fetch_add(1, Ordering::Relaxed) > reads / 10 + 100 {
                    bail!("too many failures, the last is {error}");
                }
                continue;
            }
        };
        // By its key, by a scan with a filter, by an aggregate over a scan.
        let sql = [
            "SELECT n FROM fresh WHERE id = $1",
            "SELECT n FROM fresh WHERE id + 0 = $1",
            "SELECT max(n) FROM fresh WHERE id = $1",
        ][usize::try_from(turn % 3)?];
        let read: i64 = sessions[reader].query_one(sql, &[&id]).await.context(sql)?.get(0);
        if read != written {
            println!("row {id}: {written} was committed, {read} was read by {sql}");
            seen.stale.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// Freezes one replica after the other, for some milliseconds each, until `done`.
async fn jitter(cluster: &mut Cluster, done: impl Fn() -> bool) -> Result<()> {
    let mut rng = SmallRng::seed_from_u64(1);
    let names = cluster.names();
    let replicas: Vec<&String> =
        names.iter().filter(|(role, _)| *role == Role::Storage).map(|(_, name)| name).collect();
    while !done() {
        let victim = replicas[rng.random_range(0..replicas.len())];
        cluster.freeze(victim)?;
        tokio::time::sleep(Duration::from_millis(rng.random_range(1..60))).await;
        cluster.thaw(victim)?;
        tokio::time::sleep(Duration::from_millis(rng.random_range(1..60))).await;
    }
    Ok(())
}

async fn run() -> Result<()> {
    let reads = figure("GAVEL_FRESHNESS_READS", 300);
    let directory = tempfile::tempdir()?;
    let zones = ["a", "b", "c"].map(str::to_owned).to_vec();
    let settings = vec![("clock.max_error".to_owned(), "\"1ms\"".to_owned())];
    let shape = Shape { zones, settings, ..Shape::default() };
    let mut cluster = Cluster::start(GAVEL, directory.path(), &shape).await?;
    let entrances = cluster.entrances();
    let sql = format!(
        "CREATE TABLE fresh (id int PRIMARY KEY, n bigint NOT NULL);
         INSERT INTO fresh SELECT i, 0 FROM generate_series(1, {PAIRS}) i"
    );
    entrances[0].connect().await?.batch_execute(&sql).await?;
    cluster.set_delay(DELAY);
    let seen = Arc::new(Seen::default());
    let begin = std::time::Instant::now();
    let mut pairs = tokio::task::JoinSet::new();
    for id in 1..=PAIRS {
        pairs.spawn(pair(id, entrances.clone(), reads, seen.clone()));
    }
    let finished = std::sync::atomic::AtomicBool::new(false);
    let all = async {
        let mut outcome = Ok(());
        while let Some(pair) = pairs.join_next().await {
            outcome = outcome.and(pair.map_err(anyhow::Error::from).flatten());
        }
        finished.store(true, Ordering::Relaxed);
        outcome
    };
    let (outcome, jittered) = tokio::join!(all, jitter(&mut cluster, || finished.load(Ordering::Relaxed)));
    outcome?;
    jittered?;
    let (done, stale) = (seen.reads.load(Ordering::Relaxed), seen.stale.load(Ordering::Relaxed));
    println!(
        "freshness: {done} reads through one query node after a commit through the other, {stale} stale; {} commits \
         failed and were tried again; {:?} in all",
        seen.failed.load(Ordering::Relaxed),
        begin.elapsed(),
    );
    assert_eq!(stale, 0);
    assert!(done >= reads);
    Ok(())
}

#[test]
#[ignore = "a cluster that wants the machine for itself: cargo xtask test"]
fn what_was_committed_through_one_query_node_is_seen_through_another() -> Result<()> {
    in_hub("freshness::what_was_committed_through_one_query_node_is_seen_through_another", run())
}
