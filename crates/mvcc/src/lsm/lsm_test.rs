//! The engine against a plain map of versions, with flushes, collections and crashes between.

use std::collections::BTreeMap;

use bytes::Bytes;
use gavel_types::{KeyRange, Lsn, Timestamp, Write, WriteMode};
use proptest::prelude::*;

use crate::{Batch, Engine, Error, LsmEngine, Parts, Position, Rows, Settings};

fn open(dir: &std::path::Path) -> LsmEngine {
    LsmEngine::open(dir, Settings { memtable_bytes: 1 << 20, cache_bytes: 1 << 20, ..Settings::default() })
        .expect("open")
}

fn put(key: &str, value: &str) -> Write {
    Write { key: key.to_owned().into(), mode: WriteMode::Update, value: Some(value.to_owned().into()) }
}

fn delete(key: &str) -> Write {
    Write { key: key.to_owned().into(), mode: WriteMode::Delete, value: None }
}

fn apply(engine: &LsmEngine, lsn: u64, writes: &[Write]) {
    engine.apply(Batch { lsn: Lsn(lsn), commit_ts: Timestamp(lsn * 10), writes }).expect("apply");
}

fn read(engine: &LsmEngine, key: &str, at: u64) -> Option<String> {
    let row = engine.get(key.as_bytes(), Timestamp(at)).expect("get");
    row.map(|r| String::from_utf8(r.to_vec()).expect("text"))
}

fn scan(engine: &LsmEngine, at: u64, reverse: bool) -> Vec<(Bytes, Bytes)> {
    engine.scan(&KeyRange::new("a", "z"), Timestamp(at), reverse).pairs(3).collect::<Result<_, _>>().expect("scan")
}

#[test]
fn newest_version_at_or_below_the_snapshot_wins() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    apply(&engine, 1, &[put("a", "a1"), put("b", "b1")]);
    apply(&engine, 2, &[put("a", "a2")]);
    apply(&engine, 3, &[delete("b")]);
    for flushed in [false, true] {
        assert_eq!(read(&engine, "a", 9), None);
        assert_eq!(read(&engine, "a", 10).as_deref(), Some("a1"));
        assert_eq!(read(&engine, "a", 19).as_deref(), Some("a1"));
        assert_eq!(read(&engine, "a", 20).as_deref(), Some("a2"));
        assert_eq!(read(&engine, "b", 29).as_deref(), Some("b1"));
        assert_eq!(read(&engine, "b", 30), None);
        assert_eq!(scan(&engine, 29, false).len(), 2);
        assert_eq!(scan(&engine, 30, true), [(Bytes::from("a"), Bytes::from("a2"))]);
        if !flushed {
            engine.flush().expect("flush");
        }
    }
}

#[test]
fn applying_again_changes_nothing_and_order_is_kept() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    apply(&engine, 2, &[put("a", "new")]);
    engine.apply(Batch { lsn: Lsn(1), commit_ts: Timestamp(15), writes: &[put("a", "old")] }).expect("already applied");
    assert_eq!(read(&engine, "a", 1000).as_deref(), Some("new"));
    let late = engine.apply(Batch { lsn: Lsn(3), commit_ts: Timestamp(20), writes: &[] });
    assert!(matches!(late, Err(Error::OutOfOrder { .. })));
    let unfit = Write { key: vec![7; 70_000].into(), ..delete("") };
    for write in [unfit, delete("")] {
        let refused = engine.apply(Batch { lsn: Lsn(3), commit_ts: Timestamp(30), writes: &[write] });
        assert!(matches!(refused, Err(Error::Unfit(_))));
    }
    assert_eq!(engine.applied(), Position { lsn: Lsn(2), ts: Timestamp(20) });
}

#[test]
fn many_versions_of_one_key_are_each_found() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    let padding = "x".repeat(100);
    for lsn in 1..=3_000 {
        apply(&engine, lsn, &[put("k", &format!("{padding}{lsn}")), put("l", "other")]);
        if lsn % 1_000 == 0 {
            engine.flush().expect("flush");
        }
    }
    for lsn in (1..=3_000).step_by(7) {
        assert_eq!(read(&engine, "k", lsn * 10 + 5), Some(format!("{padding}{lsn}")));
    }
    engine.set_horizon(Timestamp(20_005));
    engine.collect().expect("collect");
    for lsn in (2_000..=3_000).step_by(7) {
        assert_eq!(read(&engine, "k", lsn * 10 + 5), Some(format!("{padding}{lsn}")));
    }
    // 2000..=3000 of both keys, and the position row.
    assert_eq!(engine.stats().versions, 2 * 1_001 + 1);
    assert_eq!(engine.stats().l0_runs, 0);
}

#[test]
fn what_is_flushed_survives_and_the_rest_is_told_apart() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    apply(&engine, 1, &[put("a", "1")]);
    engine.skip(Lsn(4)).expect("skip");
    engine.flush().expect("flush");
    assert_eq!(engine.durable(), Position { lsn: Lsn(4), ts: Timestamp(10) });
    apply(&engine, 5, &[put("a", "5")]);
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(engine.applied(), Position { lsn: Lsn(4), ts: Timestamp(10) });
    assert_eq!(read(&engine, "a", 1000).as_deref(), Some("1"));
}

#[test]
fn a_forgotten_range_gives_its_space_back() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    for lsn in 1..=100 {
        apply(&engine, lsn, &[put(&format!("t1/{lsn}"), "x"), put(&format!("t2/{lsn}"), "x")]);
    }
    engine.forget(&KeyRange::prefix(b"t1/"), Timestamp(1_010));
    apply(&engine, 101, &[put("t2/last", "x")]);
    engine.flush().expect("flush");
    drop(engine);
    let engine = open(dir.path());
    engine.set_horizon(Timestamp(1_009));
    engine.collect().expect("collect");
    assert_eq!(scan(&engine, 1_009, false).len(), 200, "a snapshot before the drop still sees the rows");
    engine.set_horizon(Timestamp(1_010));
    engine.collect().expect("collect");
    // The rows of t2, and the position; the forgotten range itself is forgotten with the next flush.
    assert_eq!(scan(&engine, 5_000, false).len(), 101);
    assert_eq!(engine.stats().versions - 2, 101 + 1);
    apply(&engine, 102, &[put("t2/more", "x")]);
    engine.flush().expect("flush");
    engine.collect().expect("collect");
    // One position may be left of the flush before.
    let left = engine.stats().versions - 102;
    assert!((1..=2).contains(&left), "{left}");
    drop(engine);
    assert_eq!(scan(&open(dir.path()), 5_000, false).len(), 102);
}

#[test]
fn a_scan_jumps_over_the_past_of_hot_keys() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    for lsn in 1..=2_000 {
        let value = format!("v{lsn}");
        let mut writes = vec![put("b", &value), put("m", &value), put(&format!("k{lsn:05}"), "x")];
        if lsn % 2 == 0 {
            writes.push(delete("h"));
        } else {
            writes.push(put("h", &value));
        }
        apply(&engine, lsn, &writes);
    }
    for at in [20_000, 15_010, 10] {
        let rows = scan(&engine, at, false);
        let lsn = at / 10;
        assert_eq!(rows.len() as u64, 2 + lsn + lsn % 2, "at {at}");
        assert!(rows.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(rows[0], (Bytes::from("b"), Bytes::from(format!("v{lsn}"))));
        let mut back = scan(&engine, at, true);
        back.reverse();
        assert_eq!(rows, back);
    }
    let before = scan(&engine, 10_000, false);
    let old = engine.scan(&KeyRange::new("a", "z"), Timestamp(10_000), false);
    engine.flush().expect("flush");
    engine.set_horizon(Timestamp(20_000));
    engine.collect().expect("collect");
    let rows: Vec<_> = old.pairs(3).collect::<Result<_, _>>().expect("scan");
    assert_eq!(rows, before, "an open scan holds what it needs");
    assert_ne!(scan(&engine, 10_000, false), before);
}

#[test]
fn a_collection_gives_up_when_the_engine_closes() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    for lsn in 1..=20 {
        apply(&engine, lsn, &[put("a", "x"), put(&format!("k{lsn}"), "x")]);
    }
    engine.flush().expect("flush");
    engine.set_horizon(Timestamp(200));
    engine.shared.policy.stop();
    assert!(matches!(engine.collect(), Err(Error::Closed)));
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(scan(&engine, 200, false).len(), 21);
    assert_eq!(scan(&engine, 100, false).len(), 11, "nothing was collected");
}

#[test]
fn a_full_memtable_is_sealed_and_flushed_without_being_asked() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    let row = "x".repeat(10_000);
    for lsn in 1..=1_000 {
        apply(&engine, lsn, &[put(&format!("key{lsn}"), &row)]);
    }
    engine.flush().expect("flush");
    assert_eq!(engine.durable().lsn, Lsn(1_000));
    assert_eq!(scan(&engine, 10_000, false).len(), 1_000);
    assert!(engine.stats().disk_bytes > 0);
}

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<(u8, Option<u8>)>),
    Flush,
    /// Raise the horizon to this share of the applied time and rewrite everything.
    Collect(u8),
    /// Lose what is not flushed and apply it again.
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let write = (0..12u8, prop_oneof![3 => any::<u8>().prop_map(Some), 1 => Just(None)]);
    prop_oneof![
        12 => proptest::collection::vec(write, 0..5).prop_map(Step::Commit),
        2 => Just(Step::Flush),
        1 => any::<u8>().prop_map(Step::Collect),
        1 => Just(Step::Crash),
    ]
}

type Model = BTreeMap<String, BTreeMap<u64, Option<String>>>;

fn model_at(model: &Model, at: u64) -> Vec<(Bytes, Bytes)> {
    model
        .iter()
        .filter_map(|(key, versions)| {
            let value = versions.range(..=at).next_back()?.1.clone()?;
            Some((Bytes::from(key.clone()), Bytes::from(value)))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_engine_is_a_map_of_versions(steps in proptest::collection::vec(step(), 1..60)) {
        let dir = tempfile::tempdir().expect("dir");
        let mut engine = open(dir.path());
        let mut model = Model::new();
        let mut log: Vec<Vec<Write>> = vec![];
        let mut horizon = 0;
        for step in steps {
            match step {
                Step::Commit(writes) => {
                    let ts = (log.len() as u64 + 1) * 10;
                    let writes: BTreeMap<u8, Option<u8>> = writes.into_iter().collect();
                    let writes: Vec<Write> = writes
                        .iter()
                        .map(|(k, v)| match v {
                            Some(v) => put(&format!("k{k}"), &format!("v{v}")),
                            None => delete(&format!("k{k}")),
                        })
                        .collect();
                    for w in &writes {
                        let text = |b: &Bytes| String::from_utf8(b.to_vec()).expect("text");
                        model.entry(text(&w.key)).or_default().insert(ts, w.value.as_ref().map(text));
                    }
                    log.push(writes);
                    apply(&engine, log.len() as u64, &log[log.len() - 1]);
                }
                Step::Flush => engine.flush().expect("flush"),
                Step::Collect(share) => {
                    // What may be collected is bounded by what survives a crash; see `storage`.
                    horizon = horizon.max(engine.durable().ts.0 * u64::from(share) / 255);
                    engine.set_horizon(Timestamp(horizon));
                    engine.collect().expect("collect");
                }
                Step::Crash => {
                    drop(engine);
                    engine = open(dir.path());
                    for lsn in engine.applied().lsn.0 + 1..=log.len() as u64 {
                        apply(&engine, lsn, &log[lsn as usize - 1]);
                    }
                }
            }
            let now = log.len() as u64 * 10;
            for at in [horizon, (horizon + now) / 2, now.saturating_sub(1).max(horizon), now.max(horizon)] {
                let expected = model_at(&model, at);
                prop_assert_eq!(&scan(&engine, at, false), &expected);
                let mut backwards = scan(&engine, at, true);
                backwards.reverse();
                prop_assert_eq!(&backwards, &expected);
                for key in model.keys() {
                    let expected = expected.iter().find(|r| r.0 == key.as_bytes()).map(|r| r.1.clone());
                    prop_assert_eq!(&engine.get(key.as_bytes(), Timestamp(at)).expect("get"), &expected);
                    let point = KeyRange::point(&Bytes::from(key.clone()));
                    let row: Option<_> = engine.scan(&point, Timestamp(at), false).pairs(3).next().map(|r| r.expect("row").1);
                    prop_assert_eq!(row, expected);
                }
            }
        }
    }
}

#[test]
fn keys_whose_versions_fill_blocks_are_read_both_ways() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    let padding = "x".repeat(300);
    // 3 keys with versions for about 80 blocks each, among 1,000 with one.
    for lsn in 1..=1_000 {
        let value = format!("{padding}{lsn}");
        let often = format!("k{}00", lsn % 3 + 3);
        apply(&engine, lsn, &[put(&often, &value), put(&format!("k{lsn:03}x"), &value)]);
    }
    // In memory, in files of the first level, in files whose index has parts.
    for place in 0..3 {
        for at in [0, 10, 35, 5_000, 10_000] {
            let all = scan(&engine, at, false);
            let lsn = at / 10;
            assert_eq!(all.len() as u64, lsn + lsn.min(3), "place {place} at {at}");
            for number in lsn.saturating_sub(2)..=lsn {
                if number > 0 {
                    let key = Bytes::from(format!("k{}00", number % 3 + 3));
                    let row = all.iter().find(|r| r.0 == key).expect("row");
                    assert_eq!(row.1, format!("{padding}{number}"));
                }
            }
            let mut back = scan(&engine, at, true);
            back.reverse();
            assert_eq!(all, back, "place {place} at {at}");
            for (start, end) in [("k300", "k400"), ("k300\0", "k500"), ("k400", "k401"), ("k1", "k500\0")] {
                let range = KeyRange::new(start, end);
                let inside: Vec<_> = all.iter().filter(|r| range.contains(&r.0)).cloned().collect();
                for reverse in [false, true] {
                    let found = engine.scan(&range, Timestamp(at), reverse).pairs(7);
                    let mut found: Vec<_> = found.collect::<Result<_, _>>().expect("scan");
                    if reverse {
                        found.reverse();
                    }
                    assert_eq!(found, inside, "{range:?} at {at}, reverse {reverse}, place {place}");
                }
            }
        }
        match place {
            0 => engine.flush().expect("flush"),
            _ => engine.collect().expect("collect"),
        }
    }
}

#[test]
fn a_scan_gives_only_the_parts_that_are_asked_for() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    apply(&engine, 1, &[put("a", "one"), put("b", "two"), put("c", "three")]);
    apply(&engine, 2, &[delete("b")]);
    for (keys, rows) in [(false, false), (true, false), (false, true)] {
        let mut scan = engine.scan(&KeyRange::new("a", "z"), Timestamp(20), false);
        let mut found = Rows::new(Parts { keys, rows });
        assert!(scan.fill(&mut found, 1, usize::MAX).expect("scan"));
        assert_eq!((found.len(), found.bytes()), (1, 3));
        assert!(!scan.fill(&mut found, 10, usize::MAX).expect("scan"));
        assert_eq!((found.len(), found.bytes()), (2, 8));
        assert_eq!(found.keys().collect::<Vec<_>>(), if keys { vec![b"a", b"c"] } else { vec![] });
        let expected: Vec<&[u8]> = if rows { vec![b"one", b"three"] } else { vec![] };
        assert_eq!(found.rows().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_filling_ends_when_its_budget_is_spent_however_few_rows_there_are() {
    let dir = tempfile::tempdir().expect("dir");
    let engine = open(dir.path());
    let keys: Vec<String> = (0..20_000).map(|n| format!("k{n:05}")).collect();
    apply(&engine, 1, &[put("a", "old"), put("k00500", "old"), put("x", "old")]);
    apply(&engine, 2, &keys.iter().map(|k| put(k, "new, and long enough for many blocks")).collect::<Vec<_>>());
    engine.flush().expect("flush");
    apply(&engine, 3, &keys.iter().map(|k| delete(k)).collect::<Vec<_>>());
    // What is newer than the first scan, and what is deleted in the second.
    for flushed in [false, true] {
        for (at, expected) in [(10, vec![&b"a"[..], b"k00500", b"x"]), (30, vec![&b"a"[..], b"x"])] {
            for reverse in [false, true] {
                let mut scan = engine.scan(&KeyRange::new("a", "z"), Timestamp(at), reverse);
                let mut found = Rows::new(Parts { keys: true, rows: false });
                found.set_budget(2_000);
                let (mut all, mut fillings) = (vec![], 1);
                while scan.fill(&mut found, 1_000, usize::MAX).expect("scan") {
                    assert!(found.seen() < 6_000, "{} keys at once", found.seen());
                    all.extend(found.keys().map(<[u8]>::to_vec));
                    found.clear();
                    fillings += 1;
                }
                all.extend(found.keys().map(<[u8]>::to_vec));
                if reverse {
                    all.reverse();
                }
                assert_eq!(all, expected, "at {at}, reverse {reverse}");
                assert!(fillings >= 3, "{fillings} fillings at {at}, flushed {flushed}");
            }
        }
        engine.flush().expect("flush");
    }
}
