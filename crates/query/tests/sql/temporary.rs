//! Temporary tables where scripts do not reach: commits that fail, and answers of random statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use gavel_api::adjudicator::{Adjudicator, Closed, Error, Visible};
use gavel_query::EngineSettings;
use gavel_types::{CommitOutcome, CommitRequest, Conflict, ConflictKind, Epoch, Timestamp, TxnId};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::harness::Node;
use crate::push_down::{FILL, WRITE, answer, must, statement};

/// Lets commits of rows lose a conflict, as many as it was told to, and counts all commits.
struct Losing {
    inner: Arc<dyn Adjudicator>,
    left: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Adjudicator for Losing {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let rows = request.writes.iter().find(|w| gavel_catalog::keys::read_object(&w.key).is_some());
        let Some(row) = rows else { return self.inner.commit(request).await };
        let temporary = request.writes.iter().any(|w| gavel_encoding::layout::temporary_object(&w.key).is_some());
        assert!(!temporary, "temporary rows are nobody else's");
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err() {
            return self.inner.commit(request).await;
        }
        let winner_ts = request.snapshot_ts;
        Ok(CommitOutcome::Aborted(Conflict { kind: ConflictKind::Key, key: row.key.clone(), winner_ts }))
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, Error> {
        self.inner.resolve(txn_id).await
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, Error> {
        self.inner.close(ts, lead).await
    }

    async fn visible(&self) -> Result<Visible, Error> {
        self.inner.visible().await
    }

    fn epoch(&self) -> Epoch {
        self.inner.epoch()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_loses_a_conflict_leaves_temporary_tables_alone() {
    let left = Arc::new(AtomicUsize::new(0));
    let losses = Arc::clone(&left);
    let wrap = |inner| Arc::new(Losing { inner, left: losses, asked: Arc::default() }) as Arc<dyn Adjudicator>;
    let node = Node::start_with(EngineSettings::default(), wrap).await.expect("node");
    let mut session = node.session(1).await.expect("session");
    let session = &mut *session;
    must(session, "CREATE TABLE p (a int)").await;
    must(session, "CREATE TEMP TABLE t (a int, b text)").await;
    must(session, "CREATE TEMP SEQUENCE s").await;
    let both = "WITH w AS (INSERT INTO t VALUES (1, 'x') RETURNING a) INSERT INTO p SELECT a FROM w";
    let counts = "SELECT (SELECT count(*) FROM p) AS p, (SELECT count(*) FROM t) AS t";

    // It is run again unseen, and each time from the same rows.
    left.store(2, Ordering::SeqCst);
    assert_eq!(answer(session, both).await, "INSERT 0 1\n");
    assert_eq!(left.load(Ordering::SeqCst), 0);
    assert_eq!(answer(session, counts).await, "p | t\n1 | 1\nSELECT 1\n");

    left.store(100, Ordering::SeqCst);
    let lost = answer(session, both).await;
    assert!(lost.contains("ERROR 40001"), "{lost}");
    left.store(0, Ordering::SeqCst);
    assert_eq!(answer(session, counts).await, "p | t\n1 | 1\nSELECT 1\n");

    // A block that cannot commit leaves neither rows nor tables; one that can leaves both.
    for (losses, tables, rows) in [(1, "0", "1"), (0, "1", "2")] {
        must(session, "BEGIN").await;
        must(session, "CREATE TEMP TABLE u (a int); INSERT INTO u VALUES (1); INSERT INTO t VALUES (2)").await;
        must(session, "INSERT INTO p VALUES (2)").await;
        left.store(losses, Ordering::SeqCst);
        let ended = answer(session, "COMMIT").await;
        assert_eq!(ended.contains("ERROR 40001"), losses > 0, "{ended}");
        let found = answer(session, "SELECT count(*) FROM pg_class WHERE relname = 'u'").await;
        assert_eq!(found, format!("count\n{tables}\nSELECT 1\n"));
        assert_eq!(answer(session, "SELECT count(*) FROM t").await, format!("count\n{rows}\nSELECT 1\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_temporary_is_committed_without_a_message() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let wrap = |inner| Arc::new(Losing { inner, left: Arc::default(), asked: count }) as Arc<dyn Adjudicator>;
    let node = Node::start_with(EngineSettings::default(), wrap).await.expect("node");
    let mut session = node.session(1).await.expect("session");
    let session = &mut *session;
    must(session, "CREATE TABLE p (a int PRIMARY KEY, b text); INSERT INTO p VALUES (1, 'x'), (2, 'y')").await;
    let before = asked.load(Ordering::SeqCst);
    for sql in [
        "CREATE TEMP TABLE t (id serial PRIMARY KEY, n int UNIQUE, c text CHECK (c <> ''))",
        "CREATE TEMP TABLE f (t int REFERENCES t ON DELETE CASCADE) ON COMMIT DELETE ROWS",
        "DROP TABLE f",
        "CREATE TEMP VIEW v AS SELECT t.id, p.b FROM t JOIN p ON p.a = t.n",
        "CREATE TEMP SEQUENCE s OWNED BY t.id",
        "CREATE INDEX ON t (c)",
        "CREATE TEMP TABLE l (LIKE p INCLUDING ALL)",
        "COMMENT ON TABLE t IS 'mine'",
        "INSERT INTO t (n, c) SELECT a, b FROM p",
        "INSERT INTO l SELECT * FROM p ON CONFLICT (a) DO NOTHING",
        "UPDATE t SET n = n + 10, c = nextval('s')::text",
        "ALTER TABLE t ADD COLUMN more int DEFAULT 1, ALTER COLUMN c TYPE varchar(20)",
        "SELECT * FROM v",
        "DELETE FROM t",
        "BEGIN; CREATE TEMP TABLE d ON COMMIT DROP AS SELECT * FROM p; SELECT count(*) FROM d; COMMIT",
        "TRUNCATE t RESTART IDENTITY",
        "DISCARD TEMP",
    ] {
        must(session, sql).await;
        assert_eq!(asked.load(Ordering::SeqCst), before, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn temporary_rows_are_bounded_and_room_comes_back() {
    let settings = EngineSettings { temporary_bytes: 100_000, ..EngineSettings::default() };
    let node = Node::start_with(settings, |adjudicator| adjudicator).await.expect("node");
    let mut session = node.session(1).await.expect("session");
    let session = &mut *session;
    let fill = "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 300) i";
    must(session, "CREATE TEMP TABLE t (a int PRIMARY KEY, b text)").await;
    must(session, fill).await;
    let more = "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(301, 900) i";
    let full = answer(session, more).await;
    let wanted = "ERROR 53200: temporary tables of this session hold more than 100000 bytes";
    assert_eq!(full, wanted);
    // Deletions pass when nothing else does, and what they leave counts no more.
    must(session, "DELETE FROM t WHERE a > 10").await;
    must(session, "INSERT INTO t SELECT i, repeat('y', 100) FROM generate_series(11, 300) i").await;
    must(session, "TRUNCATE t").await;
    must(session, fill).await;
    must(session, "DROP TABLE t").await;
    must(session, "CREATE TEMP TABLE t (a int PRIMARY KEY, b text)").await;
    must(session, fill).await;
    // Another session has as much for itself.
    let mut other = node.session(2).await.expect("session");
    must(&mut *other, "CREATE TEMP TABLE t (a int PRIMARY KEY, b text)").await;
    must(&mut *other, fill).await;
    assert_eq!(answer(session, "SELECT count(*) FROM t").await, "count\n300\nSELECT 1\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_statements_answer_as_over_a_permanent_table() {
    let node = Node::start().await.expect("node");
    let mut permanent = node.session(1).await.expect("session");
    must(&mut *permanent, FILL).await;
    let mut temporary = node.session(2).await.expect("session");
    must(&mut *temporary, &FILL.replace("CREATE TABLE", "CREATE TEMP TABLE")).await;
    let mut runner = TestRunner::default();
    for own_writes in [false, true] {
        if own_writes {
            for session in [&mut permanent, &mut temporary] {
                must(&mut **session, "BEGIN").await;
                must(&mut **session, WRITE).await;
            }
        }
        for _ in 0..40 {
            let sql = statement().new_tree(&mut runner).expect("statement").current();
            let (wanted, found) = (answer(&mut *permanent, &sql).await, answer(&mut *temporary, &sql).await);
            assert_eq!(found, wanted, "{sql}");
            let explained = answer(&mut *temporary, &format!("EXPLAIN (ANALYZE, COSTS off, TIMING off) {sql}")).await;
            assert!(!explained.contains("Storage"), "{explained}");
        }
    }
    must(&mut *temporary, "COMMIT").await;
    let count = "SELECT count(*), sum(id) FROM p";
    assert_eq!(answer(&mut *temporary, count).await, answer(&mut *permanent, count).await);
}
