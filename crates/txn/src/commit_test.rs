use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_api::adjudicator::{Closed, Visible};
use gavel_api::storage::{self, RawRow, ScanRequest, Storage, Watermarks};
use gavel_types::{CheckMode, ConflictKind, Epoch, KeyRange, TimeMode, WriteMode};
use parking_lot::Mutex;

use super::*;
use crate::{Limits, Transaction};

/// Answers what it was told to, in order, and keeps what it was asked.
#[derive(Default)]
struct Script {
    commits: Mutex<VecDeque<Result<CommitOutcome, AdjudicatorError>>>,
    resolves: Mutex<VecDeque<Result<CommitOutcome, AdjudicatorError>>>,
    asked: Mutex<Vec<CommitRequest>>,
}

#[async_trait]
impl Adjudicator for Script {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, AdjudicatorError> {
        self.asked.lock().push(request);
        self.commits.lock().pop_front().unwrap_or(Err(AdjudicatorError::NotOpen))
    }
    async fn resolve(&self, _: TxnId) -> Result<CommitOutcome, AdjudicatorError> {
        self.resolves.lock().pop_front().unwrap_or(Err(AdjudicatorError::NotOpen))
    }
    async fn close(&self, _: Timestamp, _: Duration) -> Result<Closed, AdjudicatorError> {
        Err(AdjudicatorError::NotOpen)
    }
    async fn visible(&self) -> Result<Visible, AdjudicatorError> {
        Ok(Visible { ts: Timestamp(10), epoch: Epoch(1), mode: TimeMode::Logical })
    }
    fn epoch(&self) -> Epoch {
        Epoch(1)
    }
}

/// Holds `a`..`e`, each with value `s`.
struct Letters;

#[async_trait]
impl Storage for Letters {
    async fn get(&self, _: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, storage::Error> {
        Ok(keys.iter().map(|k| (b"a"[..] <= k[..] && k[..] <= b"e"[..]).then(|| Bytes::from_static(b"s"))).collect())
    }
    async fn scan(
        &self,
        _: ScanRequest,
    ) -> Result<BoxStream<'static, Result<arrow::record_batch::RecordBatch, storage::Error>>, storage::Error> {
        Err(storage::Error::Behind)
    }
    async fn scan_raw(
        &self,
        _: Timestamp,
        range: &KeyRange,
        reverse: bool,
        limit: usize,
    ) -> Result<Vec<RawRow>, storage::Error> {
        let mut rows: Vec<RawRow> = ["a", "b", "c", "d", "e"]
            .iter()
            .filter(|k| range.contains(k.as_bytes()))
            .map(|k| (Bytes::from_static(k.as_bytes()), Bytes::from_static(b"s")))
            .collect();
        if reverse {
            rows.reverse();
        }
        rows.truncate(limit);
        Ok(rows)
    }
    async fn estimate_rows(&self, _: Timestamp, ranges: &[KeyRange]) -> Result<Vec<u64>, storage::Error> {
        Ok(vec![5; ranges.len()])
    }
    fn watermarks(&self) -> Watermarks {
        Watermarks::default()
    }
}

fn b(s: &'static str) -> Bytes {
    Bytes::from_static(s.as_bytes())
}

fn begin(script: &Script, serializable: bool) -> Transaction {
    Transaction::begin(Arc::new(Letters), script.epoch(), Timestamp(10), serializable, &Limits::default())
}

fn written(script: &Script) -> Transaction {
    let mut t = begin(script, false);
    t.write(b("k"), WriteMode::Insert, Some(b("v"))).unwrap();
    t
}

fn conflict(kind: ConflictKind) -> Conflict {
    Conflict { kind, key: b("k"), winner_ts: Timestamp(11) }
}

#[test]
fn a_key_names_one_transaction_of_a_database_and_role() {
    let id = id_of_key(Oid(5), "ann", "k1");
    assert_eq!(id, id_of_key(Oid(5), "ann", "k1"));
    for other in [id_of_key(Oid(6), "ann", "k1"), id_of_key(Oid(5), "an", "nk1"), id_of_key(Oid(5), "ann", "k2")] {
        assert_ne!(id, other);
    }
}

#[tokio::test]
async fn reading_only_sends_nothing() {
    let s = Script::default();
    let t = begin(&s, true);
    t.view().get(&[b("a")]).await.unwrap();
    assert_eq!(t.commit(&s, TxnId(1)).await.unwrap(), Committed::ReadOnly);
    assert!(s.asked.lock().is_empty());
}

#[tokio::test]
async fn a_wrong_epoch_is_named_and_sent_again_with_the_same_id() {
    let s = Script::default();
    s.commits.lock().extend([Err(AdjudicatorError::WrongEpoch(Epoch(7))), Ok(CommitOutcome::Committed(Timestamp(20)))]);
    assert_eq!(written(&s).commit(&s, TxnId(9)).await.unwrap(), Committed::At(Timestamp(20)));
    let asked = s.asked.lock();
    assert_eq!(
        asked.iter().map(|r| (r.epoch, r.txn_id)).collect::<Vec<_>>(),
        [(Epoch(1), TxnId(9)), (Epoch(7), TxnId(9))]
    );
    assert_eq!(asked[0].writes, asked[1].writes);
}

#[tokio::test]
async fn an_unknown_outcome_is_resolved() {
    let s = Script::default();
    s.commits.lock().push_back(Err(AdjudicatorError::Unknown("gone".into())));
    s.resolves.lock().extend([Err(AdjudicatorError::NotOpen), Ok(CommitOutcome::Committed(Timestamp(30)))]);
    assert_eq!(written(&s).commit(&s, TxnId(1)).await.unwrap(), Committed::At(Timestamp(30)));

    s.commits.lock().push_back(Err(AdjudicatorError::Unknown("gone".into())));
    s.resolves.lock().push_back(Ok(CommitOutcome::Aborted(conflict(ConflictKind::Cancelled))));
    assert!(matches!(written(&s).commit(&s, TxnId(1)).await, Err(CommitError::Conflict(_))));
}

#[tokio::test]
async fn what_cannot_be_resolved_is_40003_and_not_40001() {
    let s = Script::default();
    s.commits.lock().push_back(Err(AdjudicatorError::Unknown("gone".into())));
    let request = CommitRequest {
        txn_id: TxnId(1),
        epoch: Epoch(1),
        snapshot_ts: Timestamp(10),
        writes: vec![],
        checks: vec![],
        read_ranges: vec![],
        schema_keys: vec![],
        notifications: Vec::new(),
    };
    let e = run(&s, request, &[Duration::ZERO; 3]).await.unwrap_err();
    let e = e.into_sql(|_| SqlError::internal("no conflict"));
    assert_eq!(e.code(), SqlState::StatementCompletionUnknown);
}

#[tokio::test]
async fn savepoints_take_back_writes_and_locks_but_not_reads() {
    let s = Script::default();
    s.commits.lock().push_back(Ok(CommitOutcome::Committed(Timestamp(20))));
    let mut t = begin(&s, true);
    t.write(b("x"), WriteMode::Insert, Some(b("1"))).unwrap();
    let mark = t.mark();
    t.write(b("y"), WriteMode::Insert, Some(b("1"))).unwrap();
    t.check(b("a"), CheckMode::Update);
    t.view().scan_raw(&KeyRange::new(b("a"), b("c")), false, 10).await.unwrap();
    t.rollback_to(mark);
    t.commit(&s, TxnId(1)).await.unwrap();
    let asked = s.asked.lock();
    assert_eq!(asked[0].writes.iter().map(|w| w.key.clone()).collect::<Vec<_>>(), [b("x")]);
    assert!(asked[0].checks.is_empty());
    assert_eq!(asked[0].read_ranges, [KeyRange::new(b("a"), b("c"))]);
}

#[tokio::test]
async fn a_view_sees_own_writes_over_storage_and_not_later_ones() {
    let s = Script::default();
    let mut t = begin(&s, false);
    t.write(b("b"), WriteMode::Delete, None).unwrap();
    t.write(b("bb"), WriteMode::Insert, Some(b("N"))).unwrap();
    t.write(b("d"), WriteMode::Update, Some(b("U"))).unwrap();
    let view = t.view();
    t.write(b("a"), WriteMode::Delete, None).unwrap();
    let all = KeyRange::new(b("a"), b("z"));
    let show = |rows: Vec<RawRow>| -> Vec<String> {
        rows.iter().map(|(k, v)| format!("{}={}", k.escape_ascii(), v.escape_ascii())).collect()
    };
    assert_eq!(show(view.scan_raw(&all, false, 9).await.unwrap()), ["a=s", "bb=N", "c=s", "d=U", "e=s"]);
    assert_eq!(show(view.scan_raw(&all, true, 3).await.unwrap()), ["e=s", "d=U", "c=s"]);
    assert_eq!(show(view.scan_raw(&all, false, 2).await.unwrap()), ["a=s", "bb=N"]);
    let got = view.get(&[b("b"), b("e"), b("d"), b("q")]).await.unwrap();
    assert_eq!(got, [None, Some(b("s")), Some(b("U")), None]);
}

/// Key `name` of a temporary object.
fn temporary(name: &str) -> Bytes {
    use gavel_encoding::layout::{FIRST_TEMPORARY, TenantId, object_prefix};
    [&object_prefix(TenantId(5), FIRST_TEMPORARY)[..], name.as_bytes()].concat().into()
}

#[tokio::test]
async fn what_is_temporary_is_in_no_commit_request() {
    let script = Script::default();
    script.commits.lock().push_back(Ok(CommitOutcome::Committed(Timestamp(12))));
    let all = KeyRange::new(temporary(""), temporary("z"));
    let with_temporary = || {
        let mut t = begin(&script, true);
        t.set_temporary(Arc::default(), 1 << 20);
        t.write(temporary("a"), WriteMode::Insert, Some(b("v"))).unwrap();
        t.check(temporary("a"), CheckMode::Update);
        t
    };
    let mut t = with_temporary();
    let view = t.view();
    view.check(temporary("b"), CheckMode::KeyShare);
    view.note_read(&all);
    assert_eq!(view.get(&[temporary("a"), temporary("b"), b("a")]).await.unwrap(), [Some(b("v")), None, Some(b("s"))]);
    assert_eq!(view.scan_raw(&all, false, 10).await.unwrap(), [(temporary("a"), b("v"))]);
    assert!(view.is_here(&all) && t.is_read_only() && t.has_temporary_writes());
    assert_eq!(t.take_temporary().len(), 1);
    assert_eq!(t.commit(&script, TxnId(1)).await.unwrap(), Committed::ReadOnly);
    assert!(script.asked.lock().is_empty());

    let mut t = with_temporary();
    let view = t.view();
    view.scan_raw(&all, false, 10).await.unwrap();
    view.get(&[b("c"), temporary("c")]).await.unwrap();
    t.write(b("k"), WriteMode::Insert, Some(b("v"))).unwrap();
    t.commit(&script, TxnId(2)).await.unwrap();
    let asked = script.asked.lock().pop().unwrap();
    assert_eq!(asked.writes.iter().map(|w| w.key.clone()).collect::<Vec<_>>(), [b("k")]);
    assert_eq!(asked.read_ranges, [KeyRange::point(&b("c"))]);
    assert!(asked.checks.is_empty());
}

#[tokio::test]
async fn own_temporary_writes_lie_over_the_rows_of_the_session() {
    let script = Script::default();
    let mut rows = crate::TemporaryRows::default();
    let mut first = begin(&script, false);
    first.set_temporary(Arc::default(), 1 << 20);
    for name in ["a", "b", "c"] {
        first.write(temporary(name), WriteMode::Insert, Some(b("1"))).unwrap();
    }
    rows.apply(first.take_temporary(), |_| true);

    let mut t = begin(&script, false);
    t.set_temporary(Arc::new(rows), 1 << 20);
    let before = t.view();
    t.write(temporary("b"), WriteMode::Delete, None).unwrap();
    let mark = t.mark();
    t.write(temporary("d"), WriteMode::Insert, Some(b("2"))).unwrap();
    t.write(temporary("a"), WriteMode::Update, Some(b("2"))).unwrap();
    let all = KeyRange::new(temporary(""), temporary("z"));
    let shown = |rows: Vec<RawRow>| -> String {
        rows.iter().map(|(k, v)| format!("{}{} ", k[8] as char, v[0] as char)).collect()
    };
    assert_eq!(shown(before.scan_raw(&all, false, 10).await.unwrap()), "a1 b1 c1 ");
    assert_eq!(shown(t.view().scan_raw(&all, false, 10).await.unwrap()), "a2 c1 d2 ");
    assert_eq!(shown(t.view().scan_raw(&all, true, 2).await.unwrap()), "d2 c1 ");
    t.rollback_to(mark);
    assert_eq!(shown(t.view().scan_raw(&all, false, 10).await.unwrap()), "a1 c1 ");
    assert_eq!(t.temporary_count(gavel_encoding::layout::FIRST_TEMPORARY), 2);
}
