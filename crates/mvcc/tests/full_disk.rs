//! A real file system that fills up, and is emptied again.
#![allow(clippy::disallowed_methods, reason = "this test is about a real disk")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gavel_mvcc::{Batch, Engine, LsmEngine, Settings};
use gavel_types::{KeyRange, Lsn, Timestamp, Write, WriteMode};

fn apply(engine: &LsmEngine, lsn: u64) {
    let writes: Vec<Write> = (0..10)
        .map(|i| Write {
            key: format!("key{lsn:06}{i}").into(),
            mode: WriteMode::Insert,
            value: Some(vec![lsn as u8; 500].into()),
        })
        .collect();
    engine.apply(Batch { lsn: Lsn(lsn), commit_ts: Timestamp(lsn * 10), writes: &writes }).expect("apply");
}

fn rows(engine: &LsmEngine, at: u64) -> usize {
    engine
        .scan(&KeyRange::new("a", "z"), Timestamp(at * 10), false)
        .pairs(3)
        .inspect(|row| assert!(row.is_ok(), "{row:?}"))
        .count()
}

/// Unmounts when the test ends, however it ends.
struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_stops_flushes_and_nothing_else_until_there_is_room() {
    let dir = tempfile::tempdir().expect("dir");
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "gavel-test"]).arg(dir.path()).status();
    if !mount.is_ok_and(|status| status.success()) {
        // Without the right to mount there is no small disk to fill.
        return;
    }
    let mounted = Mounted(dir.path());
    let store = dir.path().join("store");
    let settings = Settings { memtable_bytes: 512 << 10, max_sealed_memtables: 3, ..Settings::default() };
    let engine = LsmEngine::open(&store, settings.clone()).expect("open");
    let mut lsn = 0;
    for _ in 0..100 {
        lsn += 1;
        apply(&engine, lsn);
    }
    engine.flush().expect("flush");
    let durable = engine.durable();
    std::fs::write(dir.path().join("filler"), vec![0; 6 << 20]).expect("filler");

    // Until the engine says that it is full; everything that it took is there to be read.
    let patience = Instant::now() + Duration::from_secs(60);
    while engine.has_room() && Instant::now() < patience {
        lsn += 1;
        apply(&engine, lsn);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(!engine.has_room(), "memory is bounded");
    assert!(matches!(engine.flush(), Err(gavel_mvcc::Error::Io(_))));
    assert_eq!(rows(&engine, lsn), 10 * lsn as usize);
    assert!(engine.durable().lsn >= durable.lsn);

    std::fs::remove_file(dir.path().join("filler")).expect("room");
    engine.flush().expect("writes recover when space returns");
    assert_eq!(engine.durable().lsn, Lsn(lsn));
    assert!(engine.has_room());
    drop(engine);
    let engine = LsmEngine::open(&store, settings).expect("open again");
    assert_eq!(engine.applied().lsn, Lsn(lsn));
    assert_eq!(rows(&engine, lsn), 10 * lsn as usize);
    drop(engine);
    drop(mounted);
}
