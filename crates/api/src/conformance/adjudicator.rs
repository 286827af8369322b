//! What every [`Adjudicator`] does.

use std::time::Duration;

use bytes::Bytes;
use gavel_types::{
    Check, CheckMode, CommitOutcome, CommitRequest, ConflictKind, Epoch, KeyRange, Timestamp, TxnId, Write, WriteMode,
};

use crate::adjudicator::{Adjudicator, Error};

/// A request of the present epoch and snapshot, with no writes yet.
pub async fn request<A: Adjudicator>(adjudicator: &A, id: u128) -> CommitRequest {
    let visible = adjudicator.visible().await.unwrap();
    CommitRequest {
        txn_id: TxnId(id),
        epoch: visible.epoch,
        snapshot_ts: visible.ts,
        writes: Vec::new(),
        checks: Vec::new(),
        read_ranges: Vec::new(),
        schema_keys: Vec::new(),
        notifications: Vec::new(),
    }
}

/// A write of `key`.
pub fn write(key: &'static str, mode: WriteMode) -> Write {
    Write { key: Bytes::from_static(key.as_bytes()), mode, value: Some(Bytes::from_static(b"row")) }
}

fn committed(outcome: Result<CommitOutcome, Error>) -> Timestamp {
    match outcome {
        Ok(CommitOutcome::Committed(ts)) => ts,
        other => panic!("expected a commit, but: {other:?}"),
    }
}

fn aborted(outcome: Result<CommitOutcome, Error>) -> gavel_types::Conflict {
    match outcome {
        Ok(CommitOutcome::Aborted(conflict)) => conflict,
        other => panic!("expected an abort, but: {other:?}"),
    }
}

/// Runs all of the suite, each with a fresh adjudicator.
pub async fn all<A: Adjudicator, F: AsyncFn() -> A>(fresh: F) {
    a_commit_is_visible_once_it_is_answered(&fresh().await).await;
    the_first_committer_wins(&fresh().await).await;
    a_repeated_request_answers_the_first_outcome(&fresh().await).await;
    another_epoch_is_refused(&fresh().await).await;
    resolve_finds_commits_and_bars_strangers(&fresh().await).await;
    close_keeps_its_promise(&fresh().await).await;
    a_read_range_sees_new_keys(&fresh().await).await;
    locks_without_writes_count(&fresh().await).await;
    many_at_once_get_distinct_timestamps(&fresh().await).await;
}

/// Its timestamp is above its snapshot, and new snapshots include it.
pub async fn a_commit_is_visible_once_it_is_answered<A: Adjudicator>(a: &A) {
    let mut first = request(a, 1).await;
    first.writes.push(write("k", WriteMode::Insert));
    let snapshot = first.snapshot_ts;
    let ts = committed(a.commit(first).await);
    assert!(ts > snapshot);
    assert!(a.visible().await.unwrap().ts >= ts);
}

/// Of two writers of a key at one snapshot, the second aborts, and is told about the first.
pub async fn the_first_committer_wins<A: Adjudicator>(a: &A) {
    let mut one = request(a, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    let mut two = request(a, 2).await;
    two.writes.push(write("k", WriteMode::Update));
    let winner = committed(a.commit(one).await);
    let conflict = aborted(a.commit(two).await);
    assert_eq!(conflict.kind, ConflictKind::Key);
    assert_eq!((&conflict.key[..], conflict.winner_ts), (&b"k"[..], winner));
    let mut again = request(a, 3).await;
    again.writes.push(write("k", WriteMode::Update));
    committed(a.commit(again).await);
}

/// The same `txn_id` is applied once.
pub async fn a_repeated_request_answers_the_first_outcome<A: Adjudicator>(a: &A) {
    let mut one = request(a, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    let ts = committed(a.commit(one.clone()).await);
    assert_eq!(committed(a.commit(one).await), ts);
}

/// And told which epoch it is.
pub async fn another_epoch_is_refused<A: Adjudicator>(a: &A) {
    let mut one = request(a, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    let right = one.epoch;
    one.epoch = Epoch(right.0 + 1);
    assert!(matches!(a.commit(one).await, Err(Error::WrongEpoch(epoch)) if epoch == right));
}

/// A known outcome is answered; an unknown transaction can no longer commit.
pub async fn resolve_finds_commits_and_bars_strangers<A: Adjudicator>(a: &A) {
    let mut one = request(a, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    let ts = committed(a.commit(one).await);
    assert_eq!(committed(a.resolve(TxnId(1)).await), ts);
    assert_eq!(aborted(a.resolve(TxnId(2)).await).kind, ConflictKind::Cancelled);
    let mut two = request(a, 2).await;
    two.writes.push(write("l", WriteMode::Update));
    assert_eq!(aborted(a.commit(two).await).kind, ConflictKind::Cancelled);
}

/// No commit at or below a closed timestamp.
pub async fn close_keeps_its_promise<A: Adjudicator>(a: &A) {
    let mut one = request(a, 1).await;
    one.writes.push(write("k", WriteMode::Update));
    let ts = committed(a.commit(one).await);
    let ahead = Timestamp(ts.0 + 1_000_000);
    let closed = a.close(ahead, Duration::ZERO).await.unwrap();
    assert_eq!(closed.ts, ahead);
    assert_eq!(closed.epoch, a.visible().await.unwrap().epoch);
    let mut two = request(a, 2).await;
    two.writes.push(write("l", WriteMode::Update));
    assert!(committed(a.commit(two).await) > ahead);
    let too_far = Timestamp(a.visible().await.unwrap().ts.0 + 3_600_000_000_000);
    assert!(matches!(a.close(too_far, Duration::ZERO).await, Err(Error::TooLarge(_))));
}

/// Under SERIALIZABLE, a key inserted into what was read aborts the reader.
pub async fn a_read_range_sees_new_keys<A: Adjudicator>(a: &A) {
    let mut reader = request(a, 1).await;
    reader.writes.push(write("elsewhere", WriteMode::Update));
    reader.read_ranges.push(KeyRange::prefix(b"t/"));
    let mut inside = request(a, 2).await;
    inside.writes.push(write("t/5", WriteMode::Insert));
    let ts = committed(a.commit(inside).await);
    let conflict = aborted(a.commit(reader).await);
    assert_eq!(conflict.kind, ConflictKind::ReadRange);
    assert_eq!((&conflict.key[..], conflict.winner_ts), (&b"t/5"[..], ts));
}

/// A transaction that only locks makes later writers at older snapshots abort.
pub async fn locks_without_writes_count<A: Adjudicator>(a: &A) {
    let mut child = request(a, 1).await;
    child.checks.push(Check { key: Bytes::from_static(b"parent"), mode: CheckMode::KeyShare });
    let mut parent = request(a, 2).await;
    parent.writes.push(Write { value: None, ..write("parent", WriteMode::Delete) });
    committed(a.commit(child).await);
    assert_eq!(aborted(a.commit(parent).await).kind, ConflictKind::Key);
}

/// Requests side by side on keys of their own all commit, at different times.
pub async fn many_at_once_get_distinct_timestamps<A: Adjudicator>(a: &A) {
    let requests = (0..64u64).map(async |n| {
        let mut one = request(a, u128::from(n) + 10).await;
        one.writes.push(Write {
            key: Bytes::from(format!("key {n}")),
            mode: WriteMode::Insert,
            value: Some(Bytes::from_static(b"row")),
        });
        a.commit(one).await
    });
    let mut seen: Vec<_> = futures::future::join_all(requests).await.into_iter().map(committed).collect();
    let visible = a.visible().await.unwrap().ts;
    assert!(seen.iter().all(|ts| *ts <= visible));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 64);
}
