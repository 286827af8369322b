//! Measures a journal of three nodes in one process on one disk, beside one of a single node:
//! `cargo run --release -p gavel-journal --example replicated_commit [DIRECTORY]`.
//!
//! Writers append one record of 200 bytes each and wait for it, in a loop, for three seconds.
#![allow(clippy::disallowed_methods, reason = "a measurement")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use gavel_api::journal::{Error, Journal, Member, PeerError, PeerService, PeerTransport, Record, Replicated};
use gavel_journal::raft::{self, Components, RaftJournal};
use gavel_journal::{DirectoryDisk, FileJournal, Settings};
use gavel_types::{CommitRecord, Epoch, NodeId, Timestamp, TxnId, Write, WriteMode};

const MEASURED: Duration = Duration::from_secs(3);

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

/// Nodes of one process, which call each other.
#[derive(Default)]
struct Neighbours(Mutex<BTreeMap<u64, Arc<RaftJournal>>>);

struct Link(Arc<Neighbours>);

#[async_trait]
impl PeerTransport for Link {
    async fn send(&self, to: &Member, message: Bytes) -> Result<Bytes, PeerError> {
        let node = self.0.0.lock().ok().and_then(|nodes| nodes.get(&to.id.0).cloned());
        match node {
            Some(node) => node.handle(message).await,
            None => Err(PeerError("nobody is there".into())),
        }
    }
}

async fn three(directory: &Path) -> Result<(Arc<dyn Journal>, Epoch, Arc<Neighbours>), Box<dyn std::error::Error>> {
    let members: Vec<Member> = (1..=3)
        .map(|id| Member { id: NodeId(id), address: format!("{id}"), zone: String::new(), voter: true })
        .collect();
    let neighbours = Arc::new(Neighbours::default());
    for id in 1..=3 {
        let disk = Arc::new(DirectoryDisk::open(directory.join(id.to_string()))?);
        let transport = Arc::new(Link(Arc::clone(&neighbours)));
        let settings = raft::Settings::new("measured", NodeId(id), members.clone());
        let node = RaftJournal::start(settings, Components { disk, transport, clock: None }).await?;
        if let Ok(mut nodes) = neighbours.0.lock() {
            nodes.insert(id, Arc::new(node));
        }
    }
    loop {
        let nodes: Vec<_> = neighbours.0.lock().map(|nodes| nodes.values().cloned().collect()).unwrap_or_default();
        for node in nodes {
            if node.leadership().leading {
                let epoch = node.open_epoch(Timestamp(1)).await?;
                return Ok((node, epoch, neighbours));
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn measure(name: &str, journal: Arc<dyn Journal>, epoch: Epoch) -> Result<(), Error> {
    for writers in [1, 16, 64, 256] {
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
                    Ok::<_, Error>(taken)
                })
            })
            .collect();
        let mut taken = Vec::new();
        for task in tasks {
            taken.extend(task.await.map_err(|error| Error::Failed(error.to_string()))??);
        }
        taken.sort_unstable();
        let at = |share: usize| taken.get(taken.len() * share / 100).map_or(0, Duration::as_micros);
        let rate = taken.len() as f64 / MEASURED.as_secs_f64();
        println!("{name:>12} {writers:>8} {rate:>12.0} {:>10} {:>10}", at(50), at(99));
    }
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "/tmp/gavel-replicated-commit".into());
    let directory = Path::new(&directory);
    // A directory that is not there yet is what we want.
    let _ = std::fs::remove_dir_all(directory);
    println!("{:>12} {:>8} {:>12} {:>10} {:>10}", "journal", "writers", "appends/s", "p50 us", "p99 us");
    let single = FileJournal::open_directory(directory.join("single"), Settings::default())?;
    let epoch = single.open_epoch(Timestamp(1)).await?;
    measure("one node", Arc::new(single), epoch).await?;
    let (leader, epoch, nodes) = three(directory).await?;
    measure("three nodes", leader, epoch).await?;
    let nodes: Vec<_> = nodes.0.lock().map(|nodes| nodes.values().cloned().collect()).unwrap_or_default();
    for node in nodes {
        node.close().await;
    }
    std::fs::remove_dir_all(directory)?;
    Ok(())
}
