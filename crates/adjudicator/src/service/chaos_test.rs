//! Many clients, a disk that fills up and empties, and at last a power cut. Afterwards the journal
//! tells the truth, and every answer that was given must agree with it.
#![allow(clippy::disallowed_methods, reason = "waits for real threads")]

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::Bytes;
use gavel_api::conformance::journal::read_all;
use gavel_clock::SystemClock;
use gavel_journal::{FileJournal, MemoryDisk};
use gavel_types::{Check, CheckMode, CommitRecord, WriteMode};

use super::*;

const CLIENTS: u64 = 12;
const KEYS: u64 = 40;

/// What a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Committed(Timestamp),
    /// Aborted or refused: must not be in the journal.
    Not,
    Unknown,
}

fn open(disk: &MemoryDisk) -> Arc<FileJournal> {
    let settings = gavel_journal::Settings { segment_size_bytes: 16 << 10, ..gavel_journal::Settings::default() };
    Arc::new(FileJournal::open(Arc::new(disk.clone()), settings).unwrap())
}

fn blank(service: &Service) -> CommitRequest {
    let visible = service.visible_now();
    CommitRequest {
        txn_id: TxnId(0),
        epoch: visible.epoch,
        snapshot_ts: visible.ts,
        writes: vec![],
        checks: vec![],
        read_ranges: vec![],
        schema_keys: vec![],
        notifications: Vec::new(),
    }
}

async fn client(service: Service, number: u64, stop: Arc<AtomicBool>) -> Vec<(TxnId, Told)> {
    let mut told = Vec::new();
    let mut random = number;
    let mut next = |n: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % n
    };
    while !stop.load(Ordering::Relaxed) {
        let id = u128::from(number) << 64 | told.len() as u128;
        // Goes on to ask after the end, as clients do.
        let mut one = CommitRequest { txn_id: TxnId(id), ..blank(&service) };
        for _ in 0..1 + next(3) {
            let key = Bytes::from(next(KEYS).to_string());
            if one.writes.iter().all(|write| write.key != key) {
                let mode = [WriteMode::Update, WriteMode::Delete, WriteMode::Insert][next(3) as usize];
                one.writes.push(gavel_types::Write { key, mode, value: Some(Bytes::from(vec![1; 100])) });
            }
        }
        if next(3) == 0 {
            one.checks.push(Check { key: Bytes::from(next(KEYS).to_string()), mode: CheckMode::KeyShare });
        }
        tokio::task::yield_now().await;
        let answer = if next(10) == 0 {
            // Gives up on the answer, as a lost connection would, and asks what became of it.
            let commit = tokio::time::timeout(Duration::from_micros(next(200)), service.commit(one)).await;
            match commit {
                Ok(answer) => answer,
                Err(_) => service.resolve(TxnId(id)).await,
            }
        } else {
            service.commit(one).await
        };
        told.push((
            TxnId(id),
            match answer {
                Ok(CommitOutcome::Committed(ts)) => {
                    assert!(service.visible_now().ts >= ts);
                    Told::Committed(ts)
                }
                Ok(CommitOutcome::Aborted(_)) | Err(Error::DiskFull | Error::Overloaded) => Told::Not,
                Err(Error::Unknown(_) | Error::NotOpen) => Told::Unknown,
                Err(other) => panic!("{other:?}"),
            },
        ));
    }
    told
}

/// No two records of which the later would have had to see the earlier.
fn check_isolation(records: &[CommitRecord]) {
    let mut last = Timestamp::ZERO;
    for (i, mine) in records.iter().enumerate() {
        assert!(mine.commit_ts > last && mine.commit_ts > mine.snapshot_ts);
        last = mine.commit_ts;
        let unseen = records[..i].iter().rev().take_while(|theirs| theirs.commit_ts > mine.snapshot_ts);
        for theirs in unseen {
            for write in &mine.writes {
                assert!(theirs.writes.iter().all(|w| w.key != write.key), "{mine:?} overwrote {theirs:?}");
            }
            let deleted = |key: &Bytes| theirs.writes.iter().any(|w| w.key == *key && w.mode != WriteMode::Update);
            assert!(!mine.checks.iter().any(|check| deleted(&check.key)), "{mine:?} lost its parent to {theirs:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn every_answer_agrees_with_what_a_power_cut_leaves() {
    for seed in 0..6u64 {
        let disk = MemoryDisk::new();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::unbounded());
        let journal = open(&disk);
        let service = Service::open(journal, clock, Settings::default()).await.unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> =
            (0..CLIENTS).map(|n| tokio::spawn(client(service.clone(), seed * 1_000 + n, Arc::clone(&stop)))).collect();
        for round in 0..12 {
            tokio::time::sleep(Duration::from_millis(4)).await;
            // Full for a while, then empty again.
            disk.set_capacity((round % 3 == 1).then(|| disk.used()));
        }
        // On a machine with much else to do it takes longer to get anywhere.
        while service.counters().committed.load(Ordering::Relaxed) < 200 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // The power goes while clients are at work; or the flush fails, which is an end too.
        let left = if seed % 2 == 0 {
            let left = disk.after_power_cut(seed);
            stop.store(true, Ordering::Relaxed);
            left
        } else {
            disk.fail_flushes();
            tokio::time::sleep(Duration::from_millis(2)).await;
            stop.store(true, Ordering::Relaxed);
            disk.after_power_cut(seed)
        };
        left.set_capacity(None);
        let answered_late = seed % 2 == 0;
        let journal = open(&left);
        let records: Vec<CommitRecord> = read_all(journal.as_ref(), Lsn(1))
            .await
            .into_iter()
            .filter_map(|(_, record)| if let Record::Commit(commit) = record { Some(commit) } else { None })
            .collect();
        check_isolation(&records);
        let durable: HashMap<TxnId, Timestamp> = records.iter().map(|r| (r.txn_id, r.commit_ts)).collect();
        assert_eq!(durable.len(), records.len(), "a transaction is in the journal twice");
        let newest = records.last().map_or(Timestamp::ZERO, |record| record.commit_ts);
        let (mut committed, mut not) = (0, 0);
        for client in clients {
            for (txn_id, told) in client.await.unwrap() {
                match told {
                    // What was answered after the cut may be missing, together with all behind it.
                    Told::Committed(ts) if answered_late && ts > newest => {}
                    Told::Committed(ts) => {
                        assert_eq!(durable.get(&txn_id), Some(&ts), "seed {seed}: {txn_id} was acknowledged");
                        committed += 1;
                    }
                    Told::Not => {
                        assert_eq!(durable.get(&txn_id), None, "seed {seed}: {txn_id} was refused");
                        not += 1;
                    }
                    Told::Unknown => {}
                }
            }
        }
        assert!(committed > 100 && not > 10, "seed {seed}: {committed} committed, {not} did not");
    }
}
