//! Measures the engine and the decoder on one thread: `cargo run --release -p gavel-storage
//! --example measure [rows]`. Rows are those of pgbench_accounts.
#![allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gavel_api::scan::{PROGRAM_VERSION, ScanColumn, ScanExpr, ScanProgram};
use gavel_encoding::key::KeyOrder;
use gavel_encoding::layout::{KeyBuilder, ObjectId, TenantId, object_range};
use gavel_encoding::{RowView, encode_row};
use gavel_mvcc::{Batch, Engine, LsmEngine, Settings};
use gavel_pushdown::{Compiled, Run};
use gavel_types::{Datum, Lsn, PgType, Timestamp, Write, WriteMode};

const TENANT: TenantId = TenantId(1);
const TABLE: ObjectId = ObjectId(16_384);

fn key(aid: i32) -> Bytes {
    let mut key = KeyBuilder::new(TENANT, TABLE);
    key.push(&Datum::Int4(aid), PgType::INT4, KeyOrder::ASC);
    key.finish()
}

fn row(aid: i32, balance: i32, filler: &Datum) -> Bytes {
    let columns = [
        (1, &Datum::Int4(aid), PgType::INT4),
        (2, &Datum::Int4(aid / 100_000), PgType::INT4),
        (3, &Datum::Int4(balance), PgType::INT4),
        (4, filler, PgType::BPCHAR),
    ];
    encode_row(&columns).expect("row").into()
}

fn report(what: &str, count: u64, took: Duration) {
    let each = took.as_nanos() as f64 / count as f64;
    println!("{what:<46} {:>10.3} us each {:>12.0} /s", each / 1_000.0, 1e9 / each);
}

struct Measure {
    engine: LsmEngine,
    rows: i32,
    lsn: u64,
    filler: Datum,
}

impl Measure {
    fn apply(&mut self, writes: &[Write]) {
        while !self.engine.has_room() {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.lsn += 1;
        let batch = Batch { lsn: Lsn(self.lsn), commit_ts: Timestamp(self.lsn * 1_000), writes };
        self.engine.apply(batch).expect("apply");
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.lsn * 1_000)
    }

    fn load(&mut self) {
        let started = Instant::now();
        for first in (0..self.rows).step_by(10_000) {
            let writes: Vec<Write> = (first..(first + 10_000).min(self.rows))
                .map(|aid| Write { key: key(aid), mode: WriteMode::Insert, value: Some(row(aid, 0, &self.filler)) })
                .collect();
            self.apply(&writes);
        }
        report("load, commits of 10,000 rows", self.rows as u64, started.elapsed());
        let started = Instant::now();
        self.engine.flush().expect("flush");
        println!("flush {:?}; {:?}", started.elapsed(), self.engine.stats());
    }

    fn updates(&mut self) {
        let commits = (self.rows / 5).min(100_000);
        let writes: Vec<[Write; 3]> = (0..commits)
            .map(|n| {
                let update = |aid: i32| {
                    let aid = aid.rem_euclid(self.rows);
                    Write { key: key(aid), mode: WriteMode::Update, value: Some(row(aid, n, &self.filler)) }
                };
                [update(n.wrapping_mul(7_919)), update(n % 10), update(n % 100)]
            })
            .collect();
        let started = Instant::now();
        for commit in &writes {
            self.apply(commit);
        }
        report("apply, commits of 3 rows", commits as u64, started.elapsed());
    }

    fn gets(&self, what: &str) {
        let count = self.rows.min(200_000);
        let keys: Vec<Bytes> = (0..count).map(|n| key(n.wrapping_mul(7_919).rem_euclid(self.rows))).collect();
        let started = Instant::now();
        for key in &keys {
            black_box(self.engine.get(key, self.now()).expect("get").expect("row"));
        }
        report(what, count as u64, started.elapsed());
    }

    fn scans(&self) {
        let range = object_range(TENANT, TABLE);
        let started = Instant::now();
        let rows: Vec<_> =
            self.engine.scan(&range, self.now(), false).pairs(8_192).collect::<Result<_, _>>().expect("scan");
        report("scan, raw rows", rows.len() as u64, started.elapsed());
        let column = |id, ty| ScanColumn { id, ty, missing: Datum::Null };
        let narrow = ScanProgram {
            version: PROGRAM_VERSION,
            columns: vec![column(1, PgType::INT4), column(3, PgType::INT4), column(4, PgType::BPCHAR)],
            filter: None,
            output: vec![0, 1],
            with_key: false,
            limit: None,
            fold: None,
        };
        let wide = ScanProgram { output: vec![0, 1, 2], ..narrow.clone() };
        let filtered = ScanProgram { filter: Some(ScanExpr::IsNull(Box::new(ScanExpr::Column(0)))), ..wide.clone() };
        for (what, program) in [("two int4", narrow), ("with char(84)", wide), ("filtered by int4 IS NULL", filtered)] {
            let compiled = Arc::new(Compiled::new(Arc::new(program)).expect("program"));
            let started = Instant::now();
            for chunk in rows.chunks(8_192) {
                black_box(Run::new(compiled.clone()).expect("run").add_pairs(chunk).expect("batch"));
            }
            report(&format!("decode, {what}"), rows.len() as u64, started.elapsed());
        }
        let started = Instant::now();
        for (_, row) in &rows {
            let view = RowView::parse(row).expect("row");
            black_box(view.datum(3, PgType::INT4, &Datum::Null).expect("datum"));
        }
        report("decode, one int4 as a datum", rows.len() as u64, started.elapsed());
    }
}

fn main() {
    let rows = std::env::args().nth(1).map_or(1_000_000, |n| n.parse().expect("number of rows"));
    let dir = std::env::temp_dir().join(format!("gavel-measure-{}", std::process::id()));
    let engine = LsmEngine::open(&dir, Settings::default()).expect("open");
    let mut measure = Measure { engine, rows, lsn: 0, filler: Datum::text(" ".repeat(84)) };
    measure.load();
    measure.gets("get, from disk format, cache filling");
    measure.gets("get, from disk format, cached");
    measure.scans();
    measure.updates();
    measure.gets("get, after updates");
    measure.scans();
    println!("{:?}", measure.engine.stats());
    drop(measure);
    std::fs::remove_dir_all(&dir).expect("clean up");
}
