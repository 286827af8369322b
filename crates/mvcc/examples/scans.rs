//! Measures scans of the engine in CPU time of one thread: `cargo run --release -p gavel-mvcc
//! --example scans [rows]`. Keys are of 13 bytes, rows of 56. Linux only.
#![allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use gavel_mvcc::{Batch, Engine, LsmEngine, Parts, Rows, Settings};
use gavel_types::{KeyRange, Lsn, Timestamp, Write, WriteMode};

fn key(n: u64) -> Bytes {
    [&[0, 0, 0, 1, 0, 0, 64, 0, 0x10][..], &(n as u32).to_be_bytes()].concat().into()
}

/// CPU time of this thread so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("schedstat");
    Duration::from_nanos(stat.split(' ').next().and_then(|n| n.parse().ok()).expect("nanoseconds"))
}

struct Store {
    engine: LsmEngine,
    lsn: u64,
    rows: u64,
}

impl Store {
    fn apply(&mut self, keys: impl Iterator<Item = u64>) {
        while !self.engine.has_room() {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.lsn += 1;
        let row = |n: u64| Some(Bytes::from(n.to_be_bytes().repeat(7)));
        let writes: Vec<Write> = keys.map(|n| Write { key: key(n), mode: WriteMode::Update, value: row(n) }).collect();
        let commit_ts = Timestamp(self.lsn * 1_000);
        self.engine.apply(Batch { lsn: Lsn(self.lsn), commit_ts, writes: &writes }).expect("apply");
    }

    fn scan(&self, range: &KeyRange, parts: Parts, reverse: bool) -> usize {
        let mut scan = self.engine.scan(range, Timestamp(self.lsn * 1_000), reverse);
        let mut rows = Rows::new(parts);
        let mut count = 0;
        while scan.fill(&mut rows, 8_192, 4 << 20).expect("scan") || !rows.is_empty() {
            count += black_box(&rows).len();
            rows.clear();
        }
        count
    }

    fn measure(&self, what: &str) {
        let report = |part: &str, count: usize, took: Duration| {
            let each = took.as_nanos() as f64 / count as f64;
            println!("{what:<28} {part:<22} {each:>9.1} ns each {:>8.2} M/s", 1e3 / each);
        };
        let all = KeyRange::new(key(0), key(u64::from(u32::MAX)));
        let rows = Parts { keys: false, rows: true };
        for (part, parts, reverse) in [
            ("count", Parts::default(), false),
            ("count", Parts::default(), false),
            ("rows", rows, false),
            ("rows and keys", Parts::ALL, false),
            ("rows, reverse", rows, true),
        ] {
            let started = cpu();
            let count = self.scan(&all, parts, reverse);
            report(part, count, cpu() - started);
            assert_eq!(count as u64, self.rows);
        }
        let starts: Vec<u64> = (0..5_000).map(|n| n * 7_919 % (self.rows - 100)).collect();
        let started = cpu();
        for &n in &starts {
            assert_eq!(self.scan(&KeyRange::new(key(n), key(n + 100)), rows, false), 100);
        }
        report("ranges of 100, each", starts.len(), cpu() - started);
        let started = cpu();
        for &n in &starts {
            black_box(self.engine.get(&key(n), Timestamp(self.lsn * 1_000)).expect("get").expect("row"));
        }
        report("gets", starts.len(), cpu() - started);
    }
}

fn main() {
    let rows = std::env::args().nth(1).map_or(1_000_000, |n| n.parse().expect("number of rows"));
    let dir = std::env::temp_dir().join(format!("gavel-scans-{}", std::process::id()));
    let engine = LsmEngine::open(&dir, Settings::default()).expect("open");
    let mut store = Store { engine, lsn: 0, rows: 100_000 };
    store.apply(0..store.rows);
    store.measure("memtable, 100,000 rows");
    for first in (0..rows).step_by(10_000) {
        store.apply(first..(first + 10_000).min(rows));
    }
    store.rows = store.rows.max(rows);
    store.engine.flush().expect("flush");
    store.measure("files");
    store.engine.set_horizon(Timestamp(store.lsn * 1_000));
    store.engine.collect().expect("collect");
    store.measure("files, collected");
    for n in 0..20_000u64 {
        store.apply([n * 7_919 % rows, n % 10].into_iter());
    }
    store.measure("with 40,000 updates above");
    println!("{:?}", store.engine.stats());
    drop(store);
    std::fs::remove_dir_all(&dir).expect("clean up");
}
