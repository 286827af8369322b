//! Measures commits through the adjudicator over a journal in files:
//! `cargo run --release -p gavel-adjudicator --example commits [DIRECTORY]`.
//!
//! Clients commit three writes to keys of their own and wait, in a loop, for two seconds. Then the
//! pure decision alone, without journal.
#![allow(clippy::disallowed_methods, reason = "a measurement")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gavel_adjudicator::core::{Core, Decision};
use gavel_adjudicator::{Service, Settings};
use gavel_api::adjudicator::Adjudicator;
use gavel_clock::{Clock, SystemClock};
use gavel_journal::FileJournal;
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Timestamp, TxnId, Write, WriteMode};

const MEASURED: Duration = Duration::from_secs(2);

fn request(client: u64, n: u64, snapshot_ts: Timestamp, epoch: Epoch, writes: u64) -> CommitRequest {
    let write = |i: u64| Write {
        key: Bytes::from([client, n % 1_000, i].map(u64::to_be_bytes).concat()),
        mode: WriteMode::Update,
        value: Some(Bytes::from_static(&[7; 100])),
    };
    CommitRequest {
        txn_id: TxnId(u128::from(client) << 64 | u128::from(n)),
        epoch,
        snapshot_ts,
        writes: (0..writes).map(write).collect(),
        checks: Vec::new(),
        read_ranges: Vec::new(),
        schema_keys: vec![Bytes::from_static(b"schema")],
        notifications: Vec::new(),
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "/tmp/gavel-commits".into());
    println!("{:>8} {:>12} {:>10} {:>10}", "clients", "commits/s", "p50 us", "p99 us");
    for clients in [1u64, 16, 64, 256] {
        let path = std::path::Path::new(&directory).join(clients.to_string());
        // A directory that is not there yet is what we want.
        let _ = std::fs::remove_dir_all(&path);
        let journal = Arc::new(FileJournal::open_directory(&path, gavel_journal::Settings::default())?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::unbounded());
        let service = Service::open(journal, clock, Settings::default()).await?;
        let end = Instant::now() + MEASURED;
        let tasks: Vec<_> = (0..clients)
            .map(|client| {
                let service = service.clone();
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    while Instant::now() < end {
                        let start = Instant::now();
                        let now = service.visible_now();
                        let request = request(client, taken.len() as u64, now.ts, now.epoch, 3);
                        match service.commit(request).await {
                            Ok(CommitOutcome::Committed(_)) => taken.push(start.elapsed()),
                            other => panic!("{other:?}"),
                        }
                    }
                    taken
                })
            })
            .collect();
        let mut taken = Vec::new();
        for task in tasks {
            taken.extend(task.await?);
        }
        taken.sort_unstable();
        let at = |share: usize| taken.get(taken.len() * share / 100).map_or(0, Duration::as_micros);
        let rate = taken.len() as f64 / MEASURED.as_secs_f64();
        println!("{clients:>8} {rate:>12.0} {:>10} {:>10}", at(50), at(99));
        drop(service);
        std::fs::remove_dir_all(&path)?;
    }

    let clock = SystemClock::unbounded();
    let mut core = Core::new(Settings::default(), 1);
    core.open(Epoch(1));
    let preparer = core.preparer();
    for writes in [1, 10] {
        let start = Instant::now();
        let mut decided = 0u64;
        while start.elapsed() < MEASURED {
            for _ in 0..1_000 {
                let request = request(writes, decided, core.journal_time(), Epoch(1), writes);
                let request =
                    CommitRequest { txn_id: TxnId(u128::from(writes) << 100 | u128::from(decided)), ..request };
                if let Ok(Decision::Commit(accepted, _)) = core.decide(clock.now(), preparer.prepare(request)) {
                    core.durable(accepted.commit_ts);
                }
                decided += 1;
            }
        }
        let rate = decided as f64 / start.elapsed().as_secs_f64();
        println!("decision alone, {writes} writes: {rate:.0}/s, {:.2} us", 1e6 / rate);
    }
    Ok(())
}
