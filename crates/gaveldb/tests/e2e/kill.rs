//! kill -9 under load: nothing acknowledged is lost, nothing refused is seen.
//!
//! `GAVEL_KILL_CYCLES` sets the number of cycles (default 5); `cargo xtask kill --cycles 200` runs the
//! long form.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use gavel_testkit::Server;
use gavel_testkit::bank::Bank;

use crate::GAVEL;

fn cycles() -> u64 {
    std::env::var("GAVEL_KILL_CYCLES").ok().and_then(|n| n.parse().ok()).unwrap_or(5)
}

/// Garbles what a write under way at the power cut leaves behind: bytes after the last durable record.
fn tear(server: &Server, cycle: u64) -> Result<()> {
    gavel_journal::torn::tear_tail(&server.data_dir().join("journal"), cycle).context("tear the journal's tail")
}

async fn cycle_kills(torn: bool) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let mut bank = Bank::create(&server, 40).await?;
    let mut recovery = Vec::new();
    for cycle in 0..cycles() {
        let stop = Arc::new(AtomicBool::new(false));
        let pid = server.pid().context("running")?;
        let killer = {
            let pause = Duration::from_millis(150 + (cycle * 131) % 700);
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap_or(0));
                if let Some(pid) = pid {
                    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
                }
            })
        };
        bank.run(&server, 4, cycle, stop.clone()).await?;
        stop.store(true, Ordering::Relaxed);
        killer.await?;
        server.kill()?;
        if torn {
            tear(&server, cycle)?;
        }
        recovery.push(server.restart().await?);
        bank.audit(&server).await.with_context(|| format!("cycle {cycle}"))?;
    }
    recovery.sort();
    let told = &bank.told;
    assert!(told.acknowledged.len() as u64 > cycles(), "the load hardly ran: {told:?}");
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
