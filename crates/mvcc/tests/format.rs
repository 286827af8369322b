//! A store that an earlier build left must open and read the same for ever. `GAVEL_BLESS=1` writes
//! the store of the present format anew; a change of format adds a folder beside it instead.
#![allow(clippy::disallowed_methods, reason = "this test is about files")]

use std::path::{Path, PathBuf};

use gavel_mvcc::{Batch, Engine, LsmEngine, Position, Settings};
use gavel_types::{KeyRange, Lsn, Timestamp, Write, WriteMode};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/format-1")
}

fn write(key: &str, value: Option<&str>) -> Write {
    Write { key: key.to_owned().into(), mode: WriteMode::Update, value: value.map(|v| v.to_owned().into()) }
}

/// Two flushes: the first three commits, a dropped range, then two more.
fn make(dir: &Path) {
    let engine = LsmEngine::open(dir, Settings::default()).expect("open");
    let apply = |lsn: u64, writes: &[Write]| {
        engine.apply(Batch { lsn: Lsn(lsn), commit_ts: Timestamp(lsn * 10), writes }).expect("apply");
    };
    apply(1, &[write("a", Some("a1")), write("b", Some("b1")), write("gone", Some("x"))]);
    apply(2, &[write("a", Some("a2"))]);
    apply(3, &[write("b", None)]);
    engine.flush().expect("flush");
    engine.forget(&KeyRange::prefix(b"gone"), Timestamp(40));
    apply(4, &[write("c", Some("c4"))]);
    apply(5, &[write("a", None), write("b", Some("b5"))]);
    engine.skip(Lsn(7)).expect("skip");
    engine.flush().expect("flush");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("folder") {
        let entry = entry.expect("entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copy");
        }
    }
}

#[test]
fn a_store_of_format_1_opens_and_reads() {
    let dir = tempfile::tempdir().expect("dir");
    if std::env::var_os("GAVEL_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(fixture());
        make(&fixture());
    }
    let store = dir.path().join("store");
    copy(&fixture(), &store);
    let engine = LsmEngine::open(&store, Settings::default()).expect("open");
    assert_eq!(engine.applied(), Position { lsn: Lsn(7), ts: Timestamp(50) });
    let read = |at: u64| -> Vec<(String, String)> {
        let text = |b: &[u8]| String::from_utf8(b.to_vec()).expect("text");
        engine
            .scan(&KeyRange::new("a", "z"), Timestamp(at), false)
            .pairs(3)
            .map(|row| row.map(|(k, v)| (text(&k), text(&v))).expect("row"))
            .collect()
    };
    let rows = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    assert_eq!(read(10), rows(&[("a", "a1"), ("b", "b1"), ("gone", "x")]));
    assert_eq!(read(29), rows(&[("a", "a2"), ("b", "b1"), ("gone", "x")]));
    assert_eq!(read(49), rows(&[("a", "a2"), ("c", "c4"), ("gone", "x")]));
    engine.set_horizon(Timestamp(50));
    engine.collect().expect("collect");
    assert_eq!(read(50), rows(&[("b", "b5"), ("c", "c4")]), "the dropped range is remembered");
}
