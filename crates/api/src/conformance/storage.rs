//! What every [`Storage`] does.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, BinaryArray, Int32Array, RecordBatch, StringArray};
use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use gavel_encoding::encode_row;
use gavel_encoding::key::KeyOrder;
use gavel_encoding::layout::{KeyBuilder, ObjectId, TenantId, object_range};
use gavel_types::{Datum, KeyRange, Oid, PgType, Timestamp, Write, WriteMode};

use crate::scan::{PROGRAM_VERSION, ScanColumn, ScanExpr, ScanProgram};
use crate::storage::{Error, ScanRequest, Storage};

/// A storage with the commits that it follows.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// What is tested.
    fn storage(&self) -> &dyn Storage;

    /// Commits `writes` at `ts`, which grows from call to call; need not wait until they are seen.
    async fn commit(&self, ts: Timestamp, writes: Vec<Write>);
}

/// Runs all of the suite; `fresh` makes an empty storage.
pub async fn all<F: Fixture, M: AsyncFn() -> F>(fresh: M) {
    the_newest_version_at_or_below_the_snapshot_is_read(&fresh().await).await;
    a_read_waits_until_its_snapshot_is_applied(&fresh().await).await;
    ranges_are_read_in_their_order_either_way(&fresh().await).await;
    a_program_filters_and_projects(&fresh().await).await;
    rows_without_a_column_have_its_default(&fresh().await).await;
    a_limit_counts_rows_that_pass(&fresh().await).await;
    a_long_scan_gives_every_row_once(&fresh().await).await;
    what_cannot_run_is_refused_by_name(&fresh().await).await;
    watermarks_follow_the_commits(&fresh().await).await;
    rows_are_estimated_by_range(&fresh().await).await;
}

const TENANT: TenantId = TenantId(1);
const TABLE: ObjectId = ObjectId(7);

/// Key of the row with this id.
pub fn key(id: i32) -> Bytes {
    let mut key = KeyBuilder::new(TENANT, TABLE);
    key.push(&Datum::Int4(id), PgType::INT4, KeyOrder::ASC);
    key.finish()
}

/// `(1: id int4, 2: name text, 3: odd bool)`.
pub fn row(id: i32, name: Option<&str>) -> Bytes {
    let name = name.map_or(Datum::Null, Datum::text);
    let columns =
        [(1, &Datum::Int4(id), PgType::INT4), (2, &name, PgType::TEXT), (3, &Datum::Bool(id % 2 != 0), PgType::BOOL)];
    encode_row(&columns).expect("row").into()
}

/// Puts the row with this id.
pub fn put(id: i32, name: Option<&str>) -> Write {
    Write { key: key(id), mode: WriteMode::Update, value: Some(row(id, name)) }
}

/// Deletes the row with this id.
pub fn delete(id: i32) -> Write {
    Write { key: key(id), mode: WriteMode::Delete, value: None }
}

fn columns() -> Vec<ScanColumn> {
    let column = |id, ty| ScanColumn { id, ty, missing: Datum::Null };
    vec![column(1, PgType::INT4), column(2, PgType::TEXT), column(3, PgType::BOOL)]
}

/// Everything of every row.
pub fn everything() -> ScanProgram {
    ScanProgram {
        version: PROGRAM_VERSION,
        columns: columns(),
        filter: None,
        output: vec![0, 1, 2],
        with_key: false,
        limit: None,
        fold: None,
    }
}

/// The whole table.
pub fn table() -> KeyRange {
    object_range(TENANT, TABLE)
}

/// A scan of the whole table.
pub fn request(ts: u64, program: ScanProgram) -> ScanRequest {
    ScanRequest {
        snapshot_ts: Timestamp(ts),
        ranges: vec![table()],
        reverse: false,
        program: Arc::new(program),
        traffic: None,
    }
}

async fn batches<F: Fixture>(fixture: &F, request: ScanRequest) -> Vec<RecordBatch> {
    fixture.storage().scan(request).await.expect("scan").try_collect().await.expect("batches")
}

/// The `int4` column at `index` of all batches.
fn ints(batches: &[RecordBatch], index: usize) -> Vec<Option<i32>> {
    batches
        .iter()
        .flat_map(|b| {
            let column = b.column(index).as_any().downcast_ref::<Int32Array>().expect("int4");
            column.iter().collect::<Vec<_>>()
        })
        .collect()
}

async fn get<F: Fixture>(fixture: &F, ts: u64, id: i32) -> Option<Bytes> {
    fixture.storage().get(Timestamp(ts), &[key(id)]).await.expect("get").remove(0)
}

/// Snapshots see what was committed at or before them, by whatever way they read.
pub async fn the_newest_version_at_or_below_the_snapshot_is_read<F: Fixture>(f: &F) {
    f.commit(Timestamp(10), vec![put(1, Some("a")), put(2, Some("b"))]).await;
    f.commit(Timestamp(20), vec![put(1, Some("c")), delete(2)]).await;
    f.commit(Timestamp(30), vec![put(2, None)]).await;
    let seen: [(u64, Option<Bytes>, Option<Bytes>); 5] = [
        (9, None, None),
        (10, Some(row(1, Some("a"))), Some(row(2, Some("b")))),
        (19, Some(row(1, Some("a"))), Some(row(2, Some("b")))),
        (20, Some(row(1, Some("c"))), None),
        (30, Some(row(1, Some("c"))), Some(row(2, None))),
    ];
    for (ts, one, two) in seen {
        assert_eq!(get(f, ts, 1).await, one, "at {ts}");
        assert_eq!(get(f, ts, 2).await, two, "at {ts}");
        let keys = [key(2), key(3), key(1)];
        let got = f.storage().get(Timestamp(ts), &keys).await.expect("get");
        assert_eq!(got, [two.clone(), None, one.clone()], "at {ts}");
        let raw = f.storage().scan_raw(Timestamp(ts), &table(), false, 10).await.expect("scan_raw");
        let expected: Vec<_> = [(key(1), one), (key(2), two)].into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
        assert_eq!(raw, expected, "at {ts}");
        let scanned = ints(&batches(f, request(ts, everything())).await, 0);
        assert_eq!(scanned.len(), expected.len(), "at {ts}");
    }
}

/// A read ahead of the replica waits for the commit that it must see.
pub async fn a_read_waits_until_its_snapshot_is_applied<F: Fixture>(f: &F) {
    f.commit(Timestamp(10), vec![put(1, Some("a"))]).await;
    let read = get(f, 20, 1);
    let late = async {
        // The read is polled first; the commit comes while it waits.
        f.commit(Timestamp(20), vec![put(1, Some("b"))]).await;
    };
    let (read, ()) = futures::join!(read, late);
    assert_eq!(read, Some(row(1, Some("b"))));
}

/// Ranges in the order given, each from its start; in reverse, all of it the other way round.
pub async fn ranges_are_read_in_their_order_either_way<F: Fixture>(f: &F) {
    f.commit(Timestamp(10), (0..10).map(|id| put(id, None)).collect()).await;
    let ranges = vec![KeyRange::new(key(6), key(9)), KeyRange::point(&key(2)), KeyRange::new(key(4), key(4))];
    let forward = ScanRequest { ranges: ranges.clone(), ..request(10, everything()) };
    let read = ints(&batches(f, forward).await, 0);
    assert_eq!(read, [6, 7, 8, 2].map(Some));
    let backward = ScanRequest { ranges, reverse: true, ..request(10, everything()) };
    let read = ints(&batches(f, backward).await, 0);
    assert_eq!(read, [2, 8, 7, 6].map(Some));
    let raw = f.storage().scan_raw(Timestamp(10), &table(), true, 3).await.expect("scan_raw");
    assert_eq!(raw.into_iter().map(|r| r.0).collect::<Vec<_>>(), [key(9), key(8), key(7)]);
    let none = f.storage().scan_raw(Timestamp(10), &table(), false, 0).await.expect("scan_raw");
    assert!(none.is_empty());
}

/// Rows for which the filter is true, NULL being not true; columns in the order asked for.
pub async fn a_program_filters_and_projects<F: Fixture>(f: &F) {
    f.commit(Timestamp(10), vec![put(1, Some("a")), put(2, Some("b")), put(3, None), put(4, None)]).await;
    let named = ScanExpr::Not(Box::new(ScanExpr::IsNull(Box::new(ScanExpr::Column(1)))));
    let program = ScanProgram {
        filter: Some(ScanExpr::Or(vec![ScanExpr::Column(2), named])),
        output: vec![1, 0],
        with_key: true,
        ..everything()
    };
    let read = batches(f, request(10, program)).await;
    assert_eq!(ints(&read, 2), [1, 2, 3].map(Some));
    let names: Vec<_> =
        read.iter().flat_map(|b| b.column(1).as_any().downcast_ref::<StringArray>().expect("text").iter()).collect();
    assert_eq!(names, [Some("a"), Some("b"), None]);
    let keys: Vec<_> = read
        .iter()
        .flat_map(|b| b.column(0).as_any().downcast_ref::<BinaryArray>().expect("key").iter().flatten())
        .collect();
    assert_eq!(keys, [&key(1)[..], &key(2)[..], &key(3)[..]]);
    assert_eq!(read[0].schema().field(0).name(), "#key");

    let unknown = ScanExpr::Const(Datum::Null, PgType::BOOL);
    let nothing = ScanProgram { filter: Some(unknown), ..everything() };
    assert!(ints(&batches(f, request(10, nothing)).await, 0).is_empty());

    let counted = ScanProgram { output: vec![], ..everything() };
    let rows: usize = batches(f, request(10, counted)).await.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows, 4);
}

/// A column younger than a row has the program's value for it, in filter and output.
pub async fn rows_without_a_column_have_its_default<F: Fixture>(f: &F) {
    f.commit(Timestamp(10), vec![put(1, Some("a"))]).await;
    let mut program = everything();
    program.columns.push(ScanColumn { id: 9, ty: PgType::INT4, missing: Datum::Int4(42) });
    program.columns.push(ScanColumn { id: 10, ty: PgType::TEXT, missing: Datum::Null });
    program.filter = Some(ScanExpr::IsNull(Box::new(ScanExpr::Column(4))));
    program.output = vec![3, 0];
    let read = batches(f, request(10, program)).await;
    assert_eq!(ints(&read, 0), [Some(42)]);
    assert_eq!(ints(&read, 1), [Some(1)]);
}

/// The scan ends with the limit, and rows that the filter drops do not count.
pub async fn a_limit_counts_rows_that_pass<F: Fixture>(f: &F) {
    f.commit(Timestamp(10), (0..2_000).map(|id| put(id, None)).collect()).await;
    for limit in [0, 1, 3, 700, 5_000] {
        let program = ScanProgram { filter: Some(ScanExpr::Column(2)), limit: Some(limit), ..everything() };
        let read = ints(&batches(f, request(10, program)).await, 0);
        let expected: Vec<_> = (0..2_000).filter(|id| id % 2 != 0).take(limit as usize).map(Some).collect();
        assert_eq!(read, expected);
    }
}

/// Many batches; and a stream that is dropped half way does no harm.
pub async fn a_long_scan_gives_every_row_once<F: Fixture>(f: &F) {
    for part in 0..3 {
        let ids = part * 10_000..(part + 1) * 10_000;
        f.commit(Timestamp(10 + part as u64), ids.map(|id| put(id, Some("some name"))).collect()).await;
    }
    let read = batches(f, request(12, everything())).await;
    assert!(read.len() > 1, "a long scan comes in several batches");
    assert!(read.iter().all(|b| b.num_rows() <= 8_192));
    assert_eq!(ints(&read, 0), (0..30_000).map(Some).collect::<Vec<_>>());

    let mut dropped = f.storage().scan(request(12, everything())).await.expect("scan");
    assert!(dropped.next().await.is_some());
    drop(dropped);
    assert_eq!(get(f, 12, 29_999).await, Some(row(29_999, Some("some name"))));
}

/// What a storage does not know it must not guess.
pub async fn what_cannot_run_is_refused_by_name<F: Fixture>(f: &F) {
    f.commit(Timestamp(10), vec![put(1, None)]).await;
    let call = |function| ScanExpr::Call { function: Oid(function), args: vec![], ty: PgType::BOOL };
    // No such function, and random(), which is not immutable.
    let later = ScanProgram { version: PROGRAM_VERSION + 1, ..everything() };
    let unknown = ScanProgram { filter: Some(call(4_000_000_000)), ..everything() };
    let volatile = ScanProgram { filter: Some(call(1598)), ..everything() };
    let outside = ScanProgram { output: vec![17], ..everything() };
    let number = ScanProgram { filter: Some(ScanExpr::Column(0)), ..everything() };
    for program in [later, unknown, volatile, outside, number] {
        match f.storage().scan(request(10, program.clone())).await {
            Err(Error::Unsupported(what)) => assert!(!what.is_empty()),
            Err(other) => panic!("{other} for {program:?}"),
            Ok(_) => panic!("ran {program:?}"),
        }
    }
}

/// Applied time and position rise with the commits, and durable never passes applied.
pub async fn watermarks_follow_the_commits<F: Fixture>(f: &F) {
    let before = f.storage().watermarks();
    f.commit(Timestamp(10), vec![put(1, None)]).await;
    f.commit(Timestamp(20), vec![put(2, None)]).await;
    get(f, 20, 2).await;
    let after = f.storage().watermarks();
    assert!(after.applied_ts >= Timestamp(20));
    assert!(after.applied_lsn.0 >= before.applied_lsn.0 + 2);
    assert!(after.durable_lsn <= after.applied_lsn);
    assert!(after.gc_ts <= after.applied_ts.saturating_sub(Duration::from_nanos(1)));
}

/// Whole objects are counted; a part of one is at most that, and nothing is nothing.
pub async fn rows_are_estimated_by_range<F: Fixture>(f: &F) {
    let insert = |id| Write { mode: WriteMode::Insert, ..put(id, None) };
    f.commit(Timestamp(10), (0..1_000).map(insert).collect()).await;
    f.commit(Timestamp(20), (0..100).map(delete).chain((100..300).map(|id| put(id, Some("a")))).collect()).await;
    let other = object_range(TENANT, ObjectId(8));
    let half = KeyRange::new(key(100), key(550));
    let got = f.storage().estimate_rows(Timestamp(20), &[table(), other, half]).await.expect("estimates");
    assert_eq!(got[..2], [900, 0]);
    assert!((1..=900).contains(&got[2]), "{} of 450", got[2]);
}
