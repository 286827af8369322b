//! The replica against the conformance suite, and what only it does: waiting, closing, recovery,
//! retention.
#![allow(clippy::disallowed_methods, reason = "this test waits for the replica's own clockwork")]

mod follow;
mod freshness;
mod support;

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use gavel_api::conformance::storage as suite;
use gavel_api::journal::Record;
use gavel_api::scan::{ScanExpr, ScanProgram};
use gavel_api::storage::{Error, ScanRequest, Storage};
use gavel_storage::{Closing, Replica, Settings};
use gavel_types::{Epoch, Lsn, Timestamp};
use support::{Closer, Local, MemoryJournal, open, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_passes_the_suite() {
    suite::all(async || Local::new()).await;
}

#[tokio::test]
async fn the_suite_holds_on_one_thread_too() {
    suite::all(async || Local::new()).await;
}

#[tokio::test]
async fn a_snapshot_that_never_comes_is_given_up() {
    let dir = tempfile::tempdir().expect("dir");
    let journal = MemoryJournal::new();
    let replica = open(dir.path(), &journal, Settings { max_wait: Duration::from_millis(20), ..settings() });
    journal.commit(Timestamp(10), vec![suite::put(1, None)]);
    let read = replica.get(Timestamp(11), &[suite::key(1)]).await;
    assert!(matches!(read, Err(Error::Behind)));
    assert!(replica.get(Timestamp(10), &[suite::key(1)]).await.expect("get")[0].is_some());
}

#[tokio::test]
async fn a_closed_snapshot_is_read_without_a_further_commit() {
    let dir = tempfile::tempdir().expect("dir");
    let journal = MemoryJournal::new();
    let clock = Arc::new(gavel_clock::ManualClock::new(Timestamp(1)));
    let closing = Closing { adjudicator: Arc::new(Closer(journal.clone())), clock };
    let replica = Replica::open(dir.path(), Arc::new(journal.clone()), Some(closing), settings()).expect("open");
    journal.commit(Timestamp(10), vec![suite::put(1, None)]);
    for ts in [1_000, 500, 2_000] {
        let read = replica.get(Timestamp(ts), &[suite::key(1)]).await.expect("get");
        assert!(read[0].is_some());
    }
    assert_eq!(replica.watermarks().applied_ts, Timestamp(2_000));
    assert_eq!(replica.watermarks().applied_lsn, Lsn(1));
}

#[tokio::test]
async fn what_was_not_flushed_is_applied_again_from_the_journal() {
    let local = Local::new();
    let Local { journal, replica, dir } = local;
    journal.push(Record::Epoch { epoch: Epoch(1), opened_at: Timestamp(1) });
    journal.commit(Timestamp(10), vec![suite::put(1, Some("flushed")), suite::put(2, Some("flushed"))]);
    replica.get(Timestamp(10), &[suite::key(1)]).await.expect("get");
    replica.flush().await.expect("flush");
    assert_eq!(replica.watermarks().durable_lsn, Lsn(2));
    journal.push(Record::Ceiling(Timestamp(50)));
    journal.commit(Timestamp(20), vec![suite::put(1, Some("lost")), suite::delete(2)]);
    replica.get(Timestamp(20), &[suite::key(1)]).await.expect("get");
    drop(replica);

    let replica = open(dir.path(), &journal, settings());
    replica.catch_up().await.expect("catch up");
    assert_eq!(replica.watermarks().applied_lsn, Lsn(4));
    let rows = replica.get(Timestamp(20), &[suite::key(1), suite::key(2)]).await.expect("get");
    assert_eq!(rows, [Some(suite::row(1, Some("lost"))), None]);
    let rows = replica.get(Timestamp(19), &[suite::key(1), suite::key(2)]).await.expect("get");
    assert_eq!(rows[1], Some(suite::row(2, Some("flushed"))));
    replica.close().await.expect("close");
    assert!(matches!(replica.get(Timestamp(99), &[suite::key(1)]).await, Err(Error::Failed(_))));
    drop(replica);

    let replica = open(dir.path(), &journal, settings());
    assert_eq!(replica.watermarks().durable_lsn, Lsn(4), "closing makes durable");
}

#[tokio::test]
async fn old_snapshots_are_refused_and_the_journal_is_trimmed() {
    let dir = tempfile::tempdir().expect("dir");
    let journal = MemoryJournal::new();
    let short = Settings {
        snapshot_window: Duration::from_nanos(1_000),
        conflict_window: Duration::from_nanos(2_000),
        flush_interval: Duration::from_secs(1),
        ..settings()
    };
    let replica = open(dir.path(), &journal, short);
    for n in 1..=10 {
        journal.commit(Timestamp(n * 1_000_000_000_000), vec![suite::put(1, None)]);
        let mut marks = replica.subscribe();
        let n = Lsn(n);
        marks
            .wait_for(|m| m.applied_lsn == n && m.gc_ts >= Timestamp((n.0 - 1) * 1_000_000_000_000))
            .await
            .expect("marks");
        // The commit before was the newest until now, however old: its snapshot is kept, none below.
        let before = Timestamp((n.0 - 1) * 1_000_000_000_000);
        assert!(n == Lsn(1) || replica.get(before, &[suite::key(1)]).await.is_ok());
        let old = replica.get(Timestamp(before.0.saturating_sub(5_000)), &[suite::key(1)]).await;
        assert!(n == Lsn(1) || matches!(old, Err(Error::SnapshotTooOld { .. })));
        // Until upkeep has seen this commit; in a journal of real commits much less than a window
        // passes between two of its rounds.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        if n >= Lsn(2) && journal.trimmed() > Lsn::ZERO {
            assert!(journal.trimmed() <= replica.watermarks().durable_lsn.next());
            return;
        }
        replica.flush().await.expect("flush");
    }
    panic!("the journal was never trimmed");
}

#[tokio::test]
async fn a_damaged_row_is_reported_to_the_reader() {
    let local = Local::new();
    local.journal.commit(Timestamp(10), (0..5_000).map(|id| suite::put(id, None)).collect());
    // Read as a type of another length, the rows look damaged.
    let mut program = suite::everything();
    program.columns[0].ty = gavel_types::PgType::INT8;
    program.filter = Some(ScanExpr::Not(Box::new(ScanExpr::IsNull(Box::new(ScanExpr::Column(0))))));
    let read = local.replica.scan(suite::request(10, program)).await;
    assert!(matches!(read, Err(Error::Failed(_))));
}

#[tokio::test]
async fn a_dropped_stream_stops_the_scan() {
    let local = Local::new();
    local.journal.commit(Timestamp(10), (0..50_000).map(|id| suite::put(id, None)).collect());
    let program = ScanProgram { output: vec![0], ..suite::everything() };
    let request = ScanRequest { ..suite::request(10, program) };
    let mut stream = local.replica.scan(request.clone()).await.expect("scan");
    let first = stream.next().await.expect("some").expect("batch");
    assert!(first.num_rows() <= 512, "the first batch comes soon");
    drop(stream);
    let rows: usize = local
        .replica
        .scan(request)
        .await
        .expect("scan")
        .map_ok(|b| b.num_rows())
        .try_fold(0, |sum, n| async move { Ok(sum + n) })
        .await
        .expect("rows");
    assert_eq!(rows, 50_000);
}
