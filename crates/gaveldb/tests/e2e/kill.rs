//! kill -9 under load: nothing acknowledged is lost, nothing refused is seen.
//!
//! `GAVEL_KILL_CYCLES` sets the number of cycles (default 5); `cargo xtask kill --cycles 200` runs the
//! long form.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use gavel_api::journal::Record;
use gavel_journal::{frame, segment};
use gavel_testkit::Server;
use gavel_testkit::bank::{Bank, Load};
use gavel_types::{CommitRecord, Timestamp, TxnId, Write, WriteMode};

use crate::{GAVEL, figure};

fn cycles() -> u64 {
    figure("GAVEL_KILL_CYCLES", 5)
}

/// Leaves behind the last durable record what a write that was under way at a power cut leaves: a frame
/// of which some blocks arrived and others did not. In a cluster the cut hits every journal.
fn tear(server: &Server, cycle: u64) -> Result<()> {
    server.journals().iter().try_for_each(|journal| tear_tail(journal, cycle))
}

fn tear_tail(folder: &Path, cycle: u64) -> Result<()> {
    let mut segments: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "seg"))
        .collect();
    segments.sort();
    let path = segments.last().context("a segment")?;
    let file = bytes::Bytes::from(std::fs::read(path)?);
    let header = segment::Header::decode(&file).map_err(|e| anyhow::anyhow!(e))?;
    let extent = segment::walk(&file, &header);
    let record = Record::Commit(CommitRecord {
        txn_id: TxnId(cycle.into()),
        snapshot_ts: Timestamp(1),
        commit_ts: Timestamp::MAX,
        writes: vec![Write {
            key: bytes::Bytes::from_static(b"torn"),
            mode: WriteMode::Insert,
            value: Some(vec![0xab; 20_000].into()),
        }],
        checks: vec![],
        schema_keys: vec![],
        notifications: Vec::new(),
    });
    let mut torn = frame::build(&[record]).map_err(|size| anyhow::anyhow!("{size} bytes"))?;
    frame::seal(&mut torn, header.salt, extent.last_lsn.next(), extent.last_lsn);
    // One block of 4 KiB is missing; which one varies, the first and the last included.
    let blocks = torn.len().div_ceil(4096);
    let missing = usize::try_from(cycle)? % blocks * 4096;
    let end = (missing + 4096).min(torn.len());
    torn[missing..end].fill(0);
    let mut contents = file.to_vec();
    if contents.len() < extent.end + torn.len() {
        contents.resize(extent.end + torn.len(), 0);
    }
    contents[extent.end..extent.end + torn.len()].copy_from_slice(&torn);
    std::fs::write(path, contents)?;
    Ok(())
}

async fn cycle_kills(torn: bool) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let entrances = server.entrances();
    let mut bank = Bank::create(entrances[0], 40).await?;
    let mut recovery = Vec::new();
    for cycle in 0..cycles() {
        let stop = Arc::new(AtomicBool::new(false));
        let victims = server.victims()?;
        let killer = {
            let (stop, pause) = (stop.clone(), Duration::from_millis((cycle * 131) % 700));
            let progress = bank.progress();
            tokio::spawn(async move {
                let began = progress.next(Duration::from_secs(60)).await;
                tokio::time::sleep(pause).await;
                victims.kill();
                stop.store(true, Ordering::Relaxed);
                began
            })
        };
        bank.run(&entrances, Load { connections: 4, seed: cycle, pause: Duration::ZERO }, stop).await?;
        killer.await??;
        server.kill()?;
        if torn {
            tear(&server, cycle)?;
        }
        recovery.push(server.restart().await?);
        bank.audit(entrances[0]).await.with_context(|| format!("cycle {cycle}"))?;
    }
    recovery.sort();
    let told = &bank.told;
    assert!(told.acknowledged.len() as u64 >= cycles(), "the load hardly ran: {told:?}");
    println!(
        "{} cycles, torn {torn}: {} acknowledged, {} refused, {} unknown; recovery p50 {:?}, max {:?}",
        cycles(),
        told.acknowledged.len(),
        told.refused.len(),
        told.unknown.len(),
        recovery[recovery.len() / 2],
        recovery[recovery.len() - 1],
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_kill_9() -> Result<()> {
    cycle_kills(false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_last_journal_block_is_torn() -> Result<()> {
    cycle_kills(true).await
}
