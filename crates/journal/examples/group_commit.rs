//! Measures group commit: `cargo run --release -p gavel-journal --example group_commit [DIRECTORY]`.
//!
//! Writers append one record of 200 bytes each and wait for it, in a loop, for two seconds.
#![allow(clippy::disallowed_methods, reason = "a measurement")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gavel_api::journal::{Journal, Record};
use gavel_journal::{FileJournal, Settings};
use gavel_types::{CommitRecord, Timestamp, TxnId, Write, WriteMode};

const MEASURED: Duration = Duration::from_secs(2);

fn record(n: u64) -> Record {
    Record::Commit(CommitRecord {
        txn_id: TxnId(u128::from(n)),
        snapshot_ts: Timestamp(n),
        commit_ts: Timestamp(n + 1),
        writes: vec![Write {
            key: Bytes::from(n.to_be_bytes().repeat(3)),
            mode: WriteMode::Update,
            value: Some(Bytes::from_static(&[7; 120])),
        }],
        checks: Vec::new(),
        schema_keys: Vec::new(),
        notifications: Vec::new(),
    })
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "/tmp/gavel-group-commit".into());
    println!("{:>8} {:>12} {:>10} {:>10}", "writers", "appends/s", "p50 us", "p99 us");
    for writers in [1, 16, 64, 256] {
        let path = std::path::Path::new(&directory).join(writers.to_string());
        // A directory that is not there yet is what we want.
        let _ = std::fs::remove_dir_all(&path);
        let journal = Arc::new(FileJournal::open_directory(&path, Settings::default())?);
        let epoch = journal.open_epoch(Timestamp(1)).await?;
        let end = Instant::now() + MEASURED;
        let tasks: Vec<_> = (0..writers)
            .map(|writer| {
                let journal = Arc::clone(&journal);
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    while Instant::now() < end {
                        let start = Instant::now();
                        journal.append(epoch, vec![record(writer << 32 | taken.len() as u64)]).await?;
                        taken.push(start.elapsed());
                    }
                    Ok::<_, gavel_api::journal::Error>(taken)
                })
            })
            .collect();
        let mut taken = Vec::new();
        for task in tasks {
            taken.extend(task.await??);
        }
        taken.sort_unstable();
        let at = |share: usize| taken.get(taken.len() * share / 100).map_or(0, Duration::as_micros);
        let rate = taken.len() as f64 / MEASURED.as_secs_f64();
        println!("{writers:>8} {rate:>12.0} {:>10} {:>10}", at(50), at(99));
        drop(journal);
        std::fs::remove_dir_all(&path)?;
    }
    Ok(())
}
