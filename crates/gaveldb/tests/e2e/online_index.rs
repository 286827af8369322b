//! Indexes built while their table is written to, and by whom it takes: writers see nothing of it, and a query node
//! that dies in mid-build leaves it to the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use gavel_testkit::Server;
use gavel_testkit::server::free_block;
use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::GAVEL;
use crate::cluster::{Cluster, LONG, connect};

const WRITERS: i64 = 4;
/// Rows that each writer has to itself.
const OWN: i64 = 500;

async fn fill(client: &Client, rows: i64) -> Result<()> {
    client.batch_execute("CREATE TABLE t (a bigint PRIMARY KEY, b bigint NOT NULL, c text NOT NULL)").await?;
    let step = 50_000;
    for first in (1..=rows).step_by(step) {
        let last = (first + step as i64 - 1).min(rows);
        let sql = format!("INSERT INTO t SELECT i, i * 7, 'row ' || i FROM generate_series({first}, {last}) i");
        client.batch_execute(&sql).await?;
    }
    Ok(())
}

/// Transactions in blocks, so that nothing tries them again unseen: each moves, adds and takes away rows of the
/// writer's own. Gives how many have committed.
async fn write(client: Client, number: i64, stop: Arc<AtomicBool>) -> Result<u64> {
    let mut committed = 0;
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        n += 1;
        let mine = number * OWN + n % OWN + 1;
        let fresh = 10_000_000 * (number + 1) + n;
        let sql = format!(
            "BEGIN;
             UPDATE t SET b = b + 1 WHERE a = {mine};
             INSERT INTO t VALUES ({fresh}, {fresh}, 'new');
             UPDATE t SET c = 'seen' WHERE a = {fresh} - 1;
             DELETE FROM t WHERE a = {fresh} - 20;
             COMMIT"
        );
        client.batch_execute(&sql).await.with_context(|| format!("writer {number}, transaction {n}"))?;
        committed += 1;
    }
    Ok(committed)
}

/// That the rows in the order of the index are those of the table.
async fn agrees(client: &Client, index: &str) -> Result<()> {
    let ordered = "SELECT a, b FROM t ORDER BY b LIMIT 100000000";
    let plan: Vec<String> =
        client.query(&format!("EXPLAIN {ordered}"), &[]).await?.iter().map(|row| row.get(0)).collect();
    ensure!(plan.iter().any(|line| line.contains(&format!("using {index} on t"))), "{plan:#?}");
    let sql = format!(
        "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM ({ordered}) i),
                (SELECT count(*) FROM ({ordered}) i JOIN t ON t.a = i.a AND t.b = i.b)"
    );
    let row = client.query_one(&sql, &[]).await?;
    let [rows, entries, right]: [i64; 3] = [row.get(0), row.get(1), row.get(2)];
    ensure!(rows == entries && entries == right, "{rows} rows, {entries} entries, {right} of them right");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_do_not_notice_that_an_index_is_built() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let client = server.connect().await?;
    fill(&client, 20_000).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = vec![];
    for number in 0..WRITERS {
        writers.push(tokio::spawn(write(server.connect().await?, number, Arc::clone(&stop))));
    }
    for _ in 0..2 {
        client.batch_execute("CREATE INDEX CONCURRENTLY t_b ON t (b)").await?;
        agrees(&client, "t_b").await?;
        client.batch_execute("DROP INDEX CONCURRENTLY t_b").await?;
    }
    client.batch_execute("CREATE INDEX CONCURRENTLY t_b ON t (b)").await?;
    stop.store(true, Ordering::Relaxed);
    let mut committed = 0;
    for writer in writers {
        committed += writer.await??;
    }
    println!("{committed} transactions committed beside three builds and two drops");
    ensure!(committed > 50, "only {committed} transactions");
    agrees(&client, "t_b").await?;
    let left: i64 = client.query_one("SELECT count(*) FROM sys.jobs WHERE status <> 'completed'", &[]).await?.get(0);
    ensure!(left == 0, "{left} jobs have not completed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_fail_the_build_and_leave_the_table_alone() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let client = server.connect().await?;
    fill(&client, 5_000).await?;
    client.batch_execute("UPDATE t SET b = 7 WHERE a = 4000").await?;
    let error = client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b)").await.expect_err("two rows");
    ensure!(error.code() == Some(&SqlState::UNIQUE_VIOLATION), "{error:?}");
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_b'::regclass";
    ensure!(!client.query_one(valid, &[]).await?.get::<_, bool>(0), "a failed index is valid");
    client.batch_execute("UPDATE t SET b = 28000 WHERE a = 4000").await?;
    client.batch_execute("REINDEX INDEX CONCURRENTLY t_b").await?;
    ensure!(client.query_one(valid, &[]).await?.get::<_, bool>(0), "a built index is not valid");
    agrees(&client, "t_b").await
}

/// Submits a build, and answers its job once rows have been filled in.
async fn in_mid_build(client: &Client) -> Result<String> {
    let job: String = client.query_one("CREATE INDEX ASYNC t_b ON t (b) INCLUDE (c)", &[]).await?.get(0);
    let begun = Instant::now();
    let progress = "SELECT tuples_done FROM pg_stat_progress_create_index WHERE tuples_done > 0";
    while client.query_opt(progress, &[]).await?.is_none() {
        ensure!(begun.elapsed() < LONG, "the build does not begin");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(job)
}

async fn ends_well(client: &Client, job: &str) -> Result<()> {
    let state = client.query_one("SELECT status FROM sys.jobs WHERE job_id = $1", &[&job]).await?;
    println!("after the kill the job is {}", state.get::<_, String>(0));
    let succeeded: bool = client.query_one("SELECT sys.wait_for_job($1)", &[&job]).await?.get(0);
    ensure!(succeeded, "the job has failed");
    agrees(client, "t_b").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_goes_on_after_a_restart() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let client = server.connect().await?;
    fill(&client, 150_000).await?;
    let job = in_mid_build(&client).await?;
    server.kill()?;
    server.restart().await?;
    let client = server.connect().await?;
    client.batch_execute("UPDATE t SET b = -b WHERE a % 1000 = 0; DELETE FROM t WHERE a % 1000 = 1").await?;
    ends_well(&client, &job).await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_query_node_goes_on_with_the_build_of_one_that_died() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut cluster = Cluster::begin(dir.path(), free_block()?, &["--nodes", "3", "--queries", "2"], &[])?;
    cluster.ready().await?;
    let (one, two) = (connect(cluster.port).await?, connect(cluster.port + 1).await?);
    fill(&one, 100_000).await?;
    let job = in_mid_build(&one).await?;
    kill_process(Pid::from_raw(cluster.pid("query-1")?).context("pid")?, Signal::KILL)?;
    ends_well(&two, &job).await
}
