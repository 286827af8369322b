//! What push-down saves: bytes between a query node and its replicas, on a cluster of processes.
//!
//! `GAVEL_PUSH_DOWN_ROWS` says how large the table is; `docs/benchmarks.md` has the figures of a million.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use gavel_testkit::server::free_block;
use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::GAVEL;

/// Rows that one statement loads.
const CHUNK: u32 = 5_000;

/// `gavel dev` with three nodes; ended when it is dropped.
struct Cluster {
    process: Child,
    port: u16,
}

impl Cluster {
    fn start(data_dir: &Path) -> Result<Self> {
        let port = free_block()?;
        let mut process = Command::new(GAVEL)
            .args(["dev", "--nodes", "3", "--queries", "1", "--no-restart", "--port", &port.to_string(), "--data-dir"])
            .arg(data_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = process.stdout.take().context("no output")?;
        let cluster = Self { process, port };
        let mut lines = BufReader::new(output).lines();
        if !lines.by_ref().map_while(Result::ok).any(|line| line == "ready") {
            bail!("the cluster does not start");
        }
        // Whoever writes must not find the pipe closed.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(cluster)
    }

    async fn connect(&self) -> Result<Client> {
        let config = format!("host=127.0.0.1 port={} user=postgres dbname=postgres", self.port);
        let (client, connection) = tokio_postgres::connect(&config, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, Signal::TERM);
        }
        let begun = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) && begun.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a statement took from storage.
#[derive(Debug)]
struct Taken {
    rows: u64,
    bytes: u64,
    /// Of everything that crossed the loopback interface meanwhile.
    interface_bytes: u64,
    millis: u128,
}

fn interface_bytes() -> Result<u64> {
    Ok(std::fs::read_to_string("/sys/class/net/lo/statistics/rx_bytes")?.trim().parse()?)
}

async fn take(client: &Client, push_down: &str, sql: &str) -> Result<Taken> {
    client.batch_execute(&format!("SET gavel.push_down = {push_down}")).await?;
    let (before, begun) = (interface_bytes()?, Instant::now());
    let rows = client.query(&format!("EXPLAIN (ANALYZE, COSTS off, TIMING off) {sql}"), &[]).await?;
    let (millis, interface_bytes) = (begun.elapsed().as_millis(), interface_bytes()? - before);
    let text: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let line = |name: &str| text.iter().find(|l| l.trim().starts_with(name)).with_context(|| text.join("\n"));
    let number = |name: &str| -> Result<u64> {
        let (_, rest) = line("Storage:")?.split_once(&format!("{name}=")).context("no count")?;
        Ok(rest.split(' ').next().unwrap_or_default().parse()?)
    };
    ensure!(line("Replicas:")?.contains("127.0.0.1:"), "which replica answered: {text:?}");
    ensure!(number("round trips")? == 1, "{text:?}");
    Ok(Taken { rows: number("rows")?, bytes: number("bytes")?, interface_bytes, millis })
}

/// The rows of an answer, as text.
async fn answer(client: &Client, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
    let messages = client.simple_query(&format!("{sql} ORDER BY 1")).await?;
    let rows = messages.iter().filter_map(|m| if let SimpleQueryMessage::Row(row) = m { Some(row) } else { None });
    Ok(rows.map(|row| (0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()).collect())
}

/// Does `sql`, again where the journal asks for it: a machine that is short of time lets majorities wait.
async fn patiently(client: &Client, sql: &str) -> Result<()> {
    for _ in 0..100 {
        match client.batch_execute(sql).await {
            Err(error) if error.code() == Some(&SqlState::CONFIGURATION_LIMIT_EXCEEDED) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            answer => return Ok(answer?),
        }
    }
    bail!("the journal's queue is full for good")
}

#[tokio::test(flavor = "multi_thread")]
async fn few_bytes_cross_the_network_for_statements_that_answer_little() -> Result<()> {
    let rows: u32 = std::env::var("GAVEL_PUSH_DOWN_ROWS").ok().map_or(Ok(20_000), |n| n.parse())?;
    let dir = tempfile::tempdir()?;
    let cluster = Cluster::start(dir.path())?;
    let client = cluster.connect().await?;
    client
        .batch_execute(
            "CREATE TABLE wide (id int PRIMARY KEY, a int, b int, c int, d int, e int, f int, g int, h int, x int)",
        )
        .await?;
    for from in (1..=rows).step_by(CHUNK as usize) {
        let to = (from + CHUNK - 1).min(rows);
        let insert = format!(
            "INSERT INTO wide SELECT i, i % 100, i % 7, i, i, i, i, i, i, i % 1000 FROM generate_series({from}, {to}) i"
        );
        patiently(&client, &insert).await?;
    }
    let sum = "SELECT sum(x), count(*) FROM wide WHERE b < 6";
    let filter = "SELECT c, x FROM wide WHERE a = 42";
    // Without push-down, and without the choice of columns either.
    let everything = "SELECT * FROM wide WHERE a = 42";
    for (sql, without, ratio) in [(sum, sum, 1_000), (filter, filter, 50), (filter, everything, 100)] {
        client.batch_execute("SET gavel.push_down = on").await?;
        let pushed_answer = answer(&client, sql).await?;
        let pushed = take(&client, "on", sql).await?;
        let whole = take(&client, "off", without).await?;
        let whole_answer = answer(&client, sql).await?;
        println!("{sql}, {rows} rows, against {without}: 1 : {}", whole.bytes / pushed.bytes.max(1));
        for (what, taken) in [("pushed", &pushed), ("all", &whole)] {
            let Taken { rows, bytes, interface_bytes, millis } = taken;
            println!("  {what}: {rows} rows, {bytes} bytes, {interface_bytes} at the interface, {millis} ms");
        }
        ensure!(pushed_answer == whole_answer, "{sql} means something else without push-down");
        ensure!(whole.rows == u64::from(rows) && pushed.rows <= u64::from(rows) / 100, "{pushed:?}, {whole:?}");
        ensure!(whole.interface_bytes >= whole.bytes, "the system counted less than came: {whole:?}");
        // States of an aggregate are the same few bytes for any number of rows.
        let ratio = if sql == sum { ratio.min(u64::from(rows) / 125) } else { ratio };
        ensure!(pushed.bytes * ratio <= whole.bytes, "{sql}: {} bytes against {}", pushed.bytes, whole.bytes);
    }
    Ok(())
}
