//! Real processes, real files, `kill -9`: what was acknowledged is there.
//!
//! The child is this same test program: a test that finds itself called with a directory in its
//! environment appends until it is killed, and prints the position of each acknowledged record.
#![allow(clippy::disallowed_methods, reason = "real processes, files and time are what is tested")]

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_api::conformance::journal::{commit, read_all};
use gavel_api::journal::{Error, Journal, Record};
use gavel_journal::{DirectoryDisk, Disk, FileJournal, Settings, frame, recovery};
use gavel_types::{Lsn, Timestamp};

const DIRECTORY: &str = "GAVEL_KILL_TEST_DIRECTORY";
const WRITERS: u64 = 6;

fn settings() -> Settings {
    // Small, so that children also die between segments.
    Settings { segment_size_bytes: 64 << 10, ..Settings::default() }
}

/// SplitMix64, so that a failure can be played again from its printed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Appends until it is killed. Each line of output is `position number` of a durable record.
fn child(directory: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let journal = Arc::new(FileJournal::open_directory(directory, settings()).unwrap());
        let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
        let base = epoch.0 * 1_000_000;
        println!("ready");
        let writers = (0..WRITERS).map(|writer| {
            let journal = Arc::clone(&journal);
            async move {
                for n in 0.. {
                    let n = base + n * WRITERS + writer;
                    let lsn = journal.append(epoch, vec![commit(n)]).await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{lsn} {n}").unwrap();
                    out.flush().unwrap();
                }
            }
        });
        futures::future::join_all(writers).await;
    });
}

/// Runs a child for `life` and kills it; returns what it had acknowledged.
fn run_and_kill(test: &str, directory: &Path, life: Duration) -> Vec<(Lsn, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut begun = false;
    while !begun {
        let line = lines.next().expect("the child got ready before it ended").unwrap();
        begun = line.contains("ready");
    }
    let killer = std::thread::spawn(move || {
        std::thread::sleep(life);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    let mut acknowledged = Vec::new();
    for line in lines {
        let Ok(line) = line else { break };
        // The last line may be cut by the kill; then its record counts as not acknowledged.
        if let Some((lsn, n)) = line.split_once(' ')
            && let (Ok(lsn), Ok(n)) = (lsn.parse(), n.parse())
        {
            acknowledged.push((Lsn(lsn), n));
        }
    }
    killer.join().unwrap();
    // A number may have been cut too, and still be one.
    acknowledged.pop();
    acknowledged
}

async fn check(directory: &Path, acknowledged: &[(Lsn, u64)], seed: u64) {
    let journal =
        FileJournal::open_directory(directory, settings()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    let read = read_all(&journal, Lsn(1)).await;
    for (i, (lsn, _)) in read.iter().enumerate() {
        assert_eq!(*lsn, Lsn(i as u64 + 1));
    }
    for (lsn, n) in acknowledged {
        let found = read.get(lsn.0 as usize - 1).map(|(_, record)| record);
        assert_eq!(found, Some(&commit(*n)), "seed {seed}: record {lsn} was acknowledged");
    }
}

/// Writes at the end of the log what a write that never came back may have left: part of a frame,
/// rubbish, or both.
fn tear(directory: &Path, random: &mut Random) {
    let disk = DirectoryDisk::open(directory).unwrap();
    let end = recovery::end_of_log(&disk).unwrap().expect("a log");
    let mut torn = frame::build(&[commit(random.below(1 << 40)), commit(3)]).unwrap();
    frame::seal(&mut torn, end.salt, end.next, Lsn(end.next.0 - 1));
    torn.truncate(random.below(torn.len() as u64) as usize);
    let rubbish = random.below(4_096 - torn.len() as u64);
    torn.extend((0..rubbish).map(|_| random.below(256) as u8));
    disk.open(&end.segment).unwrap().write_at(&torn, end.offset).unwrap();
}

async fn cycles(test: &str, n: u64, torn: bool) {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for seed in 0..n {
        let mut random = Random(seed);
        let life = Duration::from_millis(2 + random.below(60));
        acknowledged.extend(run_and_kill(test, directory.path(), life));
        if torn {
            tear(directory.path(), &mut random);
        }
        check(directory.path(), &acknowledged, seed).await;
    }
    assert!(acknowledged.len() as u64 > n, "children did not get to work");
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    match std::env::var_os(DIRECTORY) {
        Some(directory) => tokio::task::spawn_blocking(move || child(Path::new(&directory))).await.unwrap(),
        None => cycles("nothing_acknowledged_is_lost_by_kill_9", 25, false).await,
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_if_the_last_block_is_torn_besides() {
    match std::env::var_os(DIRECTORY) {
        Some(directory) => tokio::task::spawn_blocking(move || child(Path::new(&directory))).await.unwrap(),
        None => cycles("nothing_acknowledged_is_lost_if_the_last_block_is_torn_besides", 25, true).await,
    }
}

/// Rubbish over bytes that *were* durable. At the very tail it cannot be told from a torn write, so
/// records may be cut; but never is anything else read than was written, and never is something
/// missing that is not at the end.
#[tokio::test]
async fn rubbish_over_durable_bytes_cuts_the_tail_or_refuses_but_never_lies() {
    let original = tempfile::tempdir().unwrap();
    let journal = FileJournal::open_directory(original.path(), settings()).unwrap();
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    for n in 0..300 {
        journal.append(epoch, vec![commit(n)]).await.unwrap();
    }
    let whole = read_all(&journal, Lsn(1)).await;
    drop(journal);
    let disk = DirectoryDisk::open(original.path()).unwrap();
    let end = recovery::end_of_log(&disk).unwrap().unwrap();
    let file = std::fs::read(original.path().join(&end.segment)).unwrap();
    let (mut refused, mut cut) = (0, 0);
    for seed in 0..200 {
        let mut random = Random(seed);
        let n = 1 + random.below(4_096.min(end.offset - 64)) as usize;
        let mut damaged = file.clone();
        let start = end.offset as usize - n;
        for byte in &mut damaged[start..end.offset as usize] {
            *byte = random.below(256) as u8;
        }
        let copy = tempfile::tempdir().unwrap();
        for name in disk.list().unwrap() {
            std::fs::copy(original.path().join(&name), copy.path().join(&name)).unwrap();
        }
        std::fs::write(copy.path().join(&end.segment), damaged).unwrap();
        match FileJournal::open_directory(copy.path(), settings()) {
            Ok(journal) => {
                let read = read_all(&journal, Lsn(1)).await;
                assert_eq!(read[..], whole[..read.len()], "seed {seed}");
                cut += 1;
            }
            Err(Error::Corrupt(_)) => refused += 1,
            Err(other) => panic!("seed {seed}: {other}"),
        }
    }
    assert!(cut > 0, "refused {refused}");
}

/// A real file system that is full, where we may mount one.
#[tokio::test]
async fn a_full_file_system_refuses_appends_and_recovers() {
    let directory = tempfile::tempdir().unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "gavel-test"])
        .arg(directory.path())
        .stderr(Stdio::null())
        .status();
    if !mount.is_ok_and(|status| status.success()) {
        // Without the right to mount, the same is proven on the disk in memory alone.
        return;
    }
    let ballast = directory.path().join("ballast");
    let journal = FileJournal::open_directory(directory.path().join("journal"), settings()).unwrap();
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let mut kept = 0u64;
    let full = loop {
        match journal.append(epoch, vec![commit(kept)]).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
        if kept == 100 {
            // Leaves room for a few segments.
            std::fs::write(&ballast, vec![0; 600 << 10]).unwrap();
        }
    };
    assert!(matches!(full, Error::DiskFull), "{full:?}");
    assert!(matches!(journal.append(epoch, vec![commit(0)]).await, Err(Error::DiskFull)));
    assert!(matches!(journal.tail(Lsn(1)).next().await, Some(Ok(_))));
    std::fs::remove_file(&ballast).unwrap();
    journal.append(epoch, vec![commit(kept)]).await.unwrap();
    drop(journal);
    let journal = FileJournal::open_directory(directory.path().join("journal"), settings()).unwrap();
    let read = read_all(&journal, Lsn(2)).await;
    drop(journal);
    let unmounted = Command::new("umount").arg(directory.path()).status().unwrap();
    assert!(unmounted.success());
    let expected: Vec<Record> = (0..=kept).map(commit).collect();
    assert_eq!(read.into_iter().map(|(_, record)| record).collect::<Vec<_>>(), expected);
}
