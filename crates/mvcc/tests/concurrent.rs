//! Readers beside a writer, flushes, compactions and collections: every snapshot is whole.
#![allow(clippy::disallowed_methods, reason = "this test is about real threads")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use gavel_mvcc::{Batch, Engine, LsmEngine, Settings};
use gavel_types::{KeyRange, Lsn, Timestamp, Write, WriteMode};

const ACCOUNTS: u64 = 300;
const TOTAL: i64 = ACCOUNTS as i64 * 1_000;

fn key(account: u64) -> String {
    format!("account{account:06}")
}

fn write(account: u64, balance: i64) -> Write {
    // Padding, so that memtables fill up soon.
    Write { key: key(account).into(), mode: WriteMode::Update, value: Some(format!("{balance:+0200}").into()) }
}

fn balance(row: &[u8]) -> i64 {
    std::str::from_utf8(row).expect("text").parse().expect("number")
}

/// Sum of all balances at `at`, by scan in this direction.
fn sum(engine: &LsmEngine, at: Timestamp, reverse: bool) -> (usize, i64) {
    let mut rows = 0;
    let mut sum = 0;
    for row in engine.scan(&KeyRange::prefix(b"account"), at, reverse).pairs(3) {
        rows += 1;
        sum += balance(&row.expect("row").1);
    }
    (rows, sum)
}

#[test]
fn every_snapshot_is_whole_whatever_goes_on_beside() {
    let dir = tempfile::tempdir().expect("dir");
    let settings = Settings {
        memtable_bytes: 128 << 10,
        table_bytes: 64 << 10,
        max_l0_runs: 8,
        cache_bytes: 1 << 20,
        ..Settings::default()
    };
    let engine = LsmEngine::open(dir.path(), settings).expect("open");
    let opening: Vec<Write> = (0..ACCOUNTS).map(|a| write(a, 1_000)).collect();
    engine.apply(Batch { lsn: Lsn(1), commit_ts: Timestamp(10), writes: &opening }).expect("apply");

    let stop = AtomicBool::new(false);
    let applied = AtomicU64::new(10);
    let horizon = AtomicU64::new(0);
    let checked = AtomicU64::new(0);
    let until = Instant::now() + Duration::from_secs(4);
    scope(|threads| {
        threads.spawn(|| {
            let mut balances = vec![1_000; ACCOUNTS as usize];
            let mut lsn = 1;
            while Instant::now() < until {
                lsn += 1;
                // Some accounts are hot.
                let from = if lsn % 3 == 0 { lsn % 3 } else { (lsn * 7_919) % ACCOUNTS };
                let to = (from + 1 + lsn % 97) % ACCOUNTS;
                balances[from as usize] -= 7;
                balances[to as usize] += 7;
                let writes = [write(from, balances[from as usize]), write(to, balances[to as usize])];
                while !engine.has_room() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                let commit_ts = Timestamp(lsn * 10);
                engine.apply(Batch { lsn: Lsn(lsn), commit_ts, writes: &writes }).expect("apply");
                applied.store(commit_ts.0, Ordering::Release);
                if lsn % 500 == 0 {
                    let keep = engine.durable().ts.0.saturating_sub(3_000);
                    horizon.store(keep, Ordering::Release);
                    engine.set_horizon(Timestamp(keep));
                }
            }
            stop.store(true, Ordering::Release);
        });
        threads.spawn(|| {
            while !stop.load(Ordering::Acquire) {
                engine.collect().expect("collect");
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        for reader in 0..2u64 {
            let (engine, stop, applied, horizon, checked) = (&engine, &stop, &applied, &horizon, &checked);
            threads.spawn(move || {
                let mut n = reader;
                while !stop.load(Ordering::Acquire) {
                    n += 1;
                    let now = applied.load(Ordering::Acquire);
                    let oldest = horizon.load(Ordering::Acquire);
                    let at = Timestamp((now - (now - oldest) / 2 * (n % 2)).max(10));
                    let scanned = sum(engine, at, n % 3 == 0);
                    let singly: i64 = (0..ACCOUNTS)
                        .filter_map(|a| engine.get(key(a).as_bytes(), at).expect("get"))
                        .map(|row| balance(&row))
                        .sum();
                    // Only now is it known that nothing was collected meanwhile.
                    if at.0 >= horizon.load(Ordering::Acquire) {
                        assert_eq!(scanned, (ACCOUNTS as usize, TOTAL), "at {at}");
                        assert_eq!(singly, TOTAL, "at {at}");
                        checked.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let stats = engine.stats();
    assert!(checked.load(Ordering::Relaxed) > 5, "{checked:?} {stats:?} {:?}", engine.applied());
    assert!(engine.durable().lsn > Lsn(100), "{stats:?}");
}
