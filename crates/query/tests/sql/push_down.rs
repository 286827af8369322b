//! Random statements with push-down and without: storage and query node mean the same by each.
//!
//! The table fills several batches of storage, and holds NULLs, numerics of several scales, and floats whose
//! sums are exact, so that no order of adding shows. Every statement also runs in a transaction that has
//! written the table, where rows are merged with its own writes.

use gavel_api::sql::SqlSession;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::harness::Node;
use crate::sink::TextSink;

pub const FILL: &str = "
CREATE TABLE p (id int PRIMARY KEY, a int, b bigint, n numeric, m numeric(8,2), s text, f float8, d date);
CREATE INDEX p_a ON p (a);
INSERT INTO p SELECT i,
  CASE WHEN i % 7 = 0 THEN NULL ELSE i * 7919 % 50 - 25 END,
  CASE WHEN i % 11 = 0 THEN NULL WHEN i % 13 = 0 THEN 9223372036854775807 - i ELSE i * 104729 % 1000 END,
  CASE WHEN i % 5 = 0 THEN NULL WHEN i % 3 = 0 THEN round(i / 8.0, 3) ELSE (i % 40)::numeric END,
  (i * 31 % 17) / 4.0,
  CASE WHEN i % 9 = 0 THEN NULL WHEN i % 8 = 0 THEN '' ELSE chr(97 + i % 6) || repeat('x', i % 4) END,
  CASE WHEN i % 10 = 0 THEN NULL ELSE (i % 64) / 4.0 END,
  date '2026-01-01' + i % 90
FROM generate_series(1, 2500) i;";

pub const WRITE: &str = "
UPDATE p SET a = a + 1, s = s || 'y' WHERE id % 5 = 0;
DELETE FROM p WHERE id % 17 = 3;
INSERT INTO p SELECT i, i % 9, NULL, 0.125, 1, 'zz', 0.5, NULL FROM generate_series(-40, -1) i;";

fn one_of(items: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(items)
}

fn condition() -> impl Strategy<Value = &'static str> {
    one_of(&[
        "",
        "WHERE a < 10",
        "WHERE b IS NULL OR a > 0",
        "WHERE s LIKE 'a%'",
        "WHERE n IN (1.000, 7, 12.5)",
        "WHERE a BETWEEN -5 AND 5 AND NOT s = ''",
        "WHERE f > 4.25 AND d < '2026-02-10'",
        "WHERE a < -1000",
        "WHERE id < 900",
        "WHERE a = 3",
        "WHERE id = 77",
        "WHERE a <> 0 AND 100 / a > 7",
        "WHERE length(s) + id % 3 = 2",
        "WHERE random() >= 0 AND a > 3",
    ])
}

fn limit() -> impl Strategy<Value = &'static str> {
    one_of(&["", "", "LIMIT 5", "LIMIT 3 OFFSET 2", "LIMIT 0", "LIMIT 1000", "OFFSET 4", "LIMIT ALL OFFSET 2000"])
}

fn aggregates() -> impl Strategy<Value = String> {
    let groups =
        prop::sample::subsequence(vec!["a", "a % 3", "s", "m", "b IS NULL", "d", "length(s)", "id % 700"], 0..3);
    let calls = prop::sample::subsequence(
        vec![
            "count(*)",
            "count(b)",
            "sum(a)",
            "sum(b)",
            "sum(n)",
            "sum(f)",
            "avg(a)",
            "avg(n)",
            "avg(f)",
            "min(a)",
            "max(b)",
            "min(n)",
            "max(s)",
            "min(s)",
            "max(d)",
            "min(f)",
            "max(m * 2)",
            "sum(a) FILTER (WHERE b > 500)",
            "count(*) FILTER (WHERE s IS NULL)",
            "sum(100 / a) FILTER (WHERE a <> 0)",
            "count(DISTINCT a)",
            "sum(DISTINCT m)",
            "string_agg(s, ',' ORDER BY id)",
            "bool_or(a > 20)",
            "stddev(a)",
        ],
        1..5,
    );
    let having = one_of(&["", "", "HAVING count(*) > 40", "HAVING sum(a) > 3", "HAVING min(s) > 'b'", "HAVING false"]);
    (groups, calls, condition(), having, limit()).prop_map(|(groups, calls, condition, having, limit)| {
        let columns = [&groups[..], &calls[..]].concat();
        let order: Vec<String> = (1..=columns.len()).map(|n| n.to_string()).collect();
        let group = if groups.is_empty() { String::new() } else { format!("GROUP BY {}", groups.join(", ")) };
        format!(
            "SELECT {} FROM p {condition} {group} {having} ORDER BY {} {limit}",
            columns.join(", "),
            order.join(", ")
        )
    })
}

fn rows() -> impl Strategy<Value = String> {
    let columns = prop::sample::subsequence(vec!["a", "b", "n", "m", "s", "f", "d", "a + 1"], 0..4);
    let order = one_of(&[
        "id",
        "id DESC",
        "a, id",
        "a DESC NULLS LAST, id",
        "s NULLS FIRST, m DESC, id DESC",
        "n DESC, id",
        "f, b DESC, id",
        "a + id % 4, id",
    ]);
    (columns, condition(), order, limit()).prop_map(|(columns, condition, order, limit)| {
        format!(
            "SELECT {} FROM p {condition} ORDER BY {order} {limit}",
            [&["id"][..], &columns[..]].concat().join(", ")
        )
    })
}

pub fn statement() -> impl Strategy<Value = String> {
    let distinct = (prop::sample::subsequence(vec!["a", "s", "m", "a % 4"], 1..3), condition(), limit()).prop_map(
        |(columns, condition, limit)| {
            let order: Vec<String> = (1..=columns.len()).map(|n| n.to_string()).collect();
            format!("SELECT DISTINCT {} FROM p {condition} ORDER BY {} {limit}", columns.join(", "), order.join(", "))
        },
    );
    prop_oneof![
        5 => aggregates(),
        4 => rows(),
        1 => distinct,
        1 => aggregates().prop_map(|inner| format!("SELECT count(*) FROM ({inner}) AS q")),
        1 => rows().prop_map(|inner| format!("SELECT count(*), sum(id), max(id) FROM ({inner}) AS q")),
        1 => condition().prop_map(|c| format!("SELECT id, (SELECT count(*) FROM p AS q WHERE q.a = p.a) FROM p {c} ORDER BY id LIMIT 20")),
    ]
}

pub async fn answer(session: &mut dyn SqlSession, sql: &str) -> String {
    let mut sink = TextSink::default();
    sink.style = session.text_style();
    match session.simple_query(sql, &mut sink).await {
        Ok(()) => sink.text,
        Err(e) => format!("{}ERROR {}: {}", sink.text, e.fields().code.as_str(), e.fields().message),
    }
}

pub async fn must(session: &mut dyn SqlSession, sql: &str) {
    let answer = answer(session, sql).await;
    assert!(!answer.contains("ERROR"), "{sql}: {answer}");
}

/// Runs `statements` with and without; how many of the plans with push-down had a fold.
async fn compare(session: &mut dyn SqlSession, statements: &[String]) -> usize {
    let mut folded = 0;
    for sql in statements {
        must(session, "SET gavel.push_down = on").await;
        let explained = answer(session, &format!("EXPLAIN (COSTS off) {sql}")).await;
        folded += usize::from(explained.contains("Storage Aggregate") || explained.contains("Storage Top-N"));
        let pushed = answer(session, sql).await;
        must(session, "SET gavel.push_down = off").await;
        let plain = answer(session, &format!("EXPLAIN (COSTS off) {sql}")).await;
        assert!(!plain.contains("Storage"), "{sql}\n{plain}");
        let above = answer(session, sql).await;
        assert!(!above.contains("ERROR"), "{sql}: {above}");
        assert_eq!(pushed, above, "{sql}\n{explained}");
    }
    folded
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_do_not_depend_on_push_down() {
    let node = Node::start().await.expect("node");
    let mut session = node.session(1).await.expect("session");
    let session = &mut *session;
    must(session, FILL).await;
    let mut runner = TestRunner::default();
    let mut statements = |n: usize| -> Vec<String> {
        (0..n).map(|_| statement().new_tree(&mut runner).expect("statement").current()).collect()
    };
    let folded = compare(session, &statements(80)).await;
    // About a quarter has one; the statements are new ones in each run.
    assert!(folded > 3, "only {folded} statements had a fold");
    must(session, "BEGIN").await;
    must(session, WRITE).await;
    compare(session, &statements(50)).await;
    must(session, "ROLLBACK").await;
    // An error of a row is one on either side, and NULL-only and empty inputs have their row.
    for setting in ["on", "off"] {
        must(session, &format!("SET gavel.push_down = {setting}")).await;
        let failed = answer(session, "SELECT sum(1 / a) FROM p").await;
        assert!(failed.ends_with("ERROR 22012: division by zero"), "{failed}");
        let failed = answer(session, "SELECT a % 3, sum(a * 1000000000) FROM p GROUP BY 1").await;
        assert!(failed.ends_with("ERROR 22003: integer out of range"), "{failed}");
        let empty = answer(session, "SELECT count(*), sum(n), max(s), avg(f) FROM p WHERE id < 0").await;
        assert!(empty.ends_with("0 | NULL | NULL | NULL\nSELECT 1\n"), "{empty}");
    }
}
