//! Kills a process that writes, and checks that what it left is exactly a prefix of the journal.
#![allow(clippy::disallowed_methods, reason = "this test is about a real process and real time")]

use std::process::{Command, Stdio};
use std::time::Duration;

use gavel_mvcc::{Batch, Engine, LsmEngine, Settings};
use gavel_types::{KeyRange, Lsn, Timestamp, Write, WriteMode};

const DIR: &str = "GAVEL_MVCC_KILL_TEST_DIR";

/// The journal: record `lsn` writes ten keys of 200, each with the number in its row, and deletes
/// one.
fn record(lsn: u64) -> Vec<Write> {
    let mut writes: Vec<Write> = (0..10)
        .map(|i| Write {
            key: format!("key{:03}", (lsn * 7 + i) % 200).into(),
            mode: WriteMode::Update,
            value: Some(format!("{lsn:0>200}").into()),
        })
        .collect();
    if let Some(last) = writes.last_mut() {
        last.value = None;
    }
    writes
}

fn state_at(position: u64) -> Vec<(String, String)> {
    let mut rows = std::collections::BTreeMap::new();
    // A key is written at least once in any 200 records.
    for lsn in position.saturating_sub(400).max(1)..=position {
        for w in record(lsn) {
            rows.insert(w.key, w.value);
        }
    }
    let text = |b: &[u8]| String::from_utf8(b.to_vec()).expect("text");
    rows.iter().filter_map(|(k, v)| Some((text(k), text(v.as_ref()?)))).collect()
}

fn open(dir: &std::path::Path) -> LsmEngine {
    let settings = Settings { memtable_bytes: 256 << 10, table_bytes: 512 << 10, ..Settings::default() };
    LsmEngine::open(dir, settings).expect("open")
}

fn write_for_ever(dir: &std::path::Path) {
    let engine = open(dir);
    let mut lsn = engine.applied().lsn.0;
    loop {
        lsn += 1;
        while !engine.has_room() {
            std::thread::sleep(Duration::from_millis(1));
        }
        engine.apply(Batch { lsn: Lsn(lsn), commit_ts: Timestamp(lsn * 10), writes: &record(lsn) }).expect("apply");
        if lsn.is_multiple_of(100) {
            engine.set_horizon(Timestamp(engine.durable().ts.0.saturating_sub(1_000)));
        }
    }
}

#[test]
fn what_a_killed_process_leaves_is_a_prefix_of_the_journal() {
    if let Ok(dir) = std::env::var(DIR) {
        write_for_ever(std::path::Path::new(&dir));
    }
    let dir = tempfile::tempdir().expect("dir");
    let mut reached = 0;
    for round in 0..8u64 {
        let mut child = Command::new(std::env::current_exe().expect("self"))
            .arg("what_a_killed_process_leaves_is_a_prefix_of_the_journal")
            .env(DIR, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("child");
        std::thread::sleep(Duration::from_millis(150 + 37 * round));
        child.kill().expect("kill");
        child.wait().expect("wait");

        let engine = open(dir.path());
        let position = engine.applied();
        assert_eq!(position.ts.0, position.lsn.0 * 10);
        assert!(position.lsn.0 >= reached, "what was durable stays durable");
        reached = position.lsn.0;
        for at in [reached, reached.saturating_sub(50)] {
            let rows: Vec<_> = engine
                .scan(&KeyRange::new("a", "z"), Timestamp(at * 10), false)
                .pairs(3)
                .map(|row| row.map(|(k, v)| (String::from_utf8_lossy(&k).into(), String::from_utf8_lossy(&v).into())))
                .collect::<Result<Vec<(String, String)>, _>>()
                .expect("scan");
            assert_eq!(rows, state_at(at));
        }
    }
    assert!(reached > 0, "nothing was ever flushed: the test tested nothing");
}
