//! Who pays for distance: what statements and transactions take in each zone while messages between zones
//! are delayed, against the same without delay.
//!
//! Each zone has a journal node, a replica and a query node. What is printed is counted in round trips
//! between zones: `(latency with delay - latency without) / (2 x delay)`. A transaction that begins right after
//! another has committed reads what that one wrote, the news of which may still be on its way to its replica;
//! so transactions that write are run with pauses in between, and without. `cargo xtask latency` runs it with the
//! delay and the number of transactions of docs/benchmarks.md. Times decide nothing here; answers do.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use gavel_testkit::cluster::network::in_hub;
use gavel_testkit::cluster::{Cluster, Shape};
use tokio_postgres::Client;

use crate::{GAVEL, figure};

const ZONES: [&str; 3] = ["a", "b", "c"];
/// Statements of a transaction, COMMIT apart.
const STATEMENTS: usize = 10;
/// What is run in each zone.
struct Kind {
    label: &'static str,
    writes: bool,
    /// Time between transactions, in delays: after two round trips the news of a commit has come everywhere.
    pause: u32,
}

const KINDS: [Kind; 3] = [
    Kind { label: "10 reads", writes: false, pause: 0 },
    Kind { label: "5 reads, 5 writes", writes: true, pause: 4 },
    Kind { label: "the same without pauses", writes: true, pause: 0 },
];
/// By when reads and commits cost what they go on to cost.
const SETTLE: Duration = Duration::from_millis(2_500);

/// Latencies of one kind of transaction, in the order of the runs.
#[derive(Debug, Default)]
struct Taken {
    first: Vec<Duration>,
    others: Vec<Duration>,
    commit: Vec<Duration>,
}

impl Taken {
    fn medians(&mut self) -> [Duration; 3] {
        [&mut self.first, &mut self.others, &mut self.commit].map(|times| {
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default()
        })
    }
}

/// Runs transactions that read, and write if `writes`, each after a `pause`; every read is checked.
async fn transactions(client: &Client, id: i32, writes: bool, count: u64, pause: Duration) -> Result<Taken> {
    let read = client.prepare("SELECT n FROM far WHERE id = $1").await?;
    let write = client.prepare("UPDATE far SET n = n + 1 WHERE id = $1").await?;
    let mut taken = Taken::default();
    let mut expected: i64 = client.query_one(&read, &[&id]).await?.get(0);
    for _ in 0..count {
        tokio::time::sleep(pause).await;
        client.batch_execute("BEGIN").await?;
        for statement in 0..STATEMENTS {
            let begin = Instant::now();
            if writes && statement % 2 == 1 {
                client.execute(&write, &[&id]).await?;
                expected += 1;
            } else {
                let seen: i64 = client.query_one(&read, &[&id]).await?.get(0);
                ensure!(seen == expected, "{seen} was read where {expected} was written");
            }
            if statement == 0 { &mut taken.first } else { &mut taken.others }.push(begin.elapsed());
        }
        let begin = Instant::now();
        client.batch_execute("COMMIT").await?;
        taken.commit.push(begin.elapsed());
    }
    Ok(taken)
}

/// Runs transactions until caches are warm and whatever adapts to distance has done so.
async fn settle(client: &Client, id: i32, writes: bool, pause: Duration) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < SETTLE {
        transactions(client, id, writes, 1, pause).await?;
    }
    Ok(())
}

async fn run() -> Result<()> {
    let delay = Duration::from_millis(figure("GAVEL_LATENCY_DELAY", 5));
    let count = figure("GAVEL_LATENCY_TRANSACTIONS", 3);
    let directory = tempfile::tempdir()?;
    let zones = ZONES.map(str::to_owned).to_vec();
    // Without clocks that are trusted, a snapshot is asked of the leader, which asks a majority whether it
    // still leads: a first statement pays for that.
    let error = figure("GAVEL_LATENCY_CLOCK", 1);
    let trusted = ("clock.max_error".to_owned(), format!("\"{error}ms\""));
    let settings = if error > 0 { vec![trusted] } else { vec![] };
    let shape = Shape { zones, queries: ZONES.len(), settings, ..Shape::default() };
    let cluster = Cluster::start(GAVEL, directory.path(), &shape).await?;
    let entrances = cluster.entrances();
    entrances[0]
        .connect()
        .await?
        .batch_execute(
            "CREATE TABLE far (id int PRIMARY KEY, n bigint NOT NULL);
             INSERT INTO far SELECT i, 0 FROM generate_series(1, 9) i",
        )
        .await?;
    let leader = cluster.leader().await.context("nobody leads")?;
    println!("latency: {} one way between zones, {count} transactions of a kind", millis(delay));
    println!("latency: {leader} leads (zone {}), clocks within {error} ms (0: not trusted)", zone_of(&leader)?);
    println!("latency: zone | transaction | first statement | each other | COMMIT | in round trips");
    for (zone, entrance) in entrances.iter().enumerate() {
        let client = entrance.connect().await?;
        for (number, Kind { label, writes, pause }) in KINDS.iter().enumerate() {
            let (id, pause) = (i32::try_from(KINDS.len() * zone + number + 1)?, delay * *pause);
            cluster.set_delay(Duration::ZERO);
            settle(&client, id, *writes, pause).await?;
            let near = transactions(&client, id, *writes, count, pause).await?.medians();
            cluster.set_delay(delay);
            settle(&client, id, *writes, pause).await?;
            let far = transactions(&client, id, *writes, count, pause).await?.medians();
            let trips: Vec<String> = near
                .iter()
                .zip(&far)
                .map(|(near, far)| {
                    format!("{:.2}", (far.as_secs_f64() - near.as_secs_f64()) / (2.0 * delay.as_secs_f64()))
                })
                .collect();
            println!(
                "latency: {} | {} | {} | {} | {} | {}",
                ZONES[zone],
                label,
                millis(far[0]),
                millis(far[1]),
                millis(far[2]),
                trips.join(" "),
            );
        }
    }
    let after = cluster.leader().await.context("nobody leads")?;
    println!("latency: {after} leads at the end");
    Ok(())
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn zone_of(name: &str) -> Result<&'static str> {
    let number: usize = name.rsplit('-').next().context("a number")?.parse()?;
    Ok(ZONES[(number - 1) % ZONES.len()])
}

#[test]
#[ignore = "a cluster that wants the machine for itself: cargo xtask test"]
fn what_distance_costs() -> Result<()> {
    in_hub("latency::what_distance_costs", run())
}
