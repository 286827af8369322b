//! Sessions that wait for each other: what scripts, which run one statement after the other, cannot show.

use std::time::Duration;

use gavel_api::sql::SqlSession;

use crate::harness::Node;
use crate::sink::TextSink;

/// Longer than anything here should take.
const LONG: Duration = Duration::from_secs(20);

async fn answer(session: &mut Box<dyn SqlSession>, sql: &str) -> String {
    let mut sink = TextSink::default();
    sink.style = session.text_style();
    match tokio::time::timeout(LONG, session.simple_query(sql, &mut sink)).await.expect(sql) {
        Ok(()) => sink.text,
        Err(e) => {
            let fields = e.fields();
            let detail = fields.detail.as_deref().map(|d| format!("DETAIL: {d}\n")).unwrap_or_default();
            format!("{}ERROR {}: {}\n{detail}", sink.text, fields.code.as_str(), fields.message)
        }
    }
}

/// Asks until the answer is this.
async fn until(session: &mut Box<dyn SqlSession>, sql: &str, wanted: &str) {
    for _ in 0..2_000 {
        if answer(session, sql).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{sql}: {}", answer(session, sql).await);
}

const WAITING: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_lock_gets_it_when_its_holder_ends() {
    let node = Node::start().await.unwrap();
    let (mut a, mut b, mut c) =
        (node.session(1).await.unwrap(), node.session(2).await.unwrap(), node.session(3).await.unwrap());
    answer(&mut a, "SELECT pg_advisory_lock(1)").await;
    let waits = tokio::spawn(async move {
        let text = answer(&mut b, "SELECT pg_advisory_lock(1)").await;
        (b, text)
    });
    until(&mut c, WAITING, "count\n1\nSELECT 1\n").await;
    let seen = answer(
        &mut c,
        "SELECT wait_event_type, wait_event, state, pg_blocking_pids(pid) FROM pg_stat_activity WHERE pid = 2",
    )
    .await;
    assert_eq!(
        seen,
        "wait_event_type | wait_event | state | pg_blocking_pids\nLock | advisory | active | {1}\nSELECT 1\n"
    );
    a.close().await;
    let (mut b, text) = waits.await.unwrap();
    assert_eq!(text, "pg_advisory_lock\n\nSELECT 1\n");
    assert_eq!(answer(&mut c, "SELECT pg_try_advisory_lock(1)").await, "pg_try_advisory_lock\nf\nSELECT 1\n");
    answer(&mut b, "SELECT pg_advisory_unlock(1)").await;
    assert_eq!(answer(&mut c, "SELECT pg_try_advisory_lock(1)").await, "pg_try_advisory_lock\nt\nSELECT 1\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_told_to_the_one_that_closes_it() {
    let node = Node::start().await.unwrap();
    let (mut a, mut b) = (node.session(1).await.unwrap(), node.session(2).await.unwrap());
    answer(&mut a, "BEGIN; SELECT pg_advisory_xact_lock(1)").await;
    answer(&mut b, "BEGIN; SELECT pg_advisory_xact_lock(2)").await;
    let waits = tokio::spawn(async move {
        let text = answer(&mut a, "SELECT pg_advisory_xact_lock(2)").await;
        (a, text)
    });
    until(&mut b, WAITING, "count\n1\nSELECT 1\n").await;
    let text = answer(&mut b, "SELECT pg_advisory_xact_lock_shared(1)").await;
    let database =
        answer(&mut node.session(3).await.unwrap(), "SELECT oid FROM pg_database WHERE datname = 'postgres'").await;
    let database = database.lines().nth(1).unwrap();
    let expected = format!(
        "pg_advisory_xact_lock_shared\nERROR 40P01: deadlock detected\nDETAIL: Process 2 waits for ShareLock on advisory lock [{database},0,1,1]; \
         blocked by process 1.\nProcess 1 waits for ExclusiveLock on advisory lock [{database},0,2,1]; blocked by process 2.\n"
    );
    assert_eq!(text, expected);
    // Its transaction has failed, and with it goes its lock.
    let (mut a, text) = waits.await.unwrap();
    assert_eq!(text, "pg_advisory_xact_lock\n\nSELECT 1\n");
    answer(&mut a, "COMMIT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_is_cancelled_leaves_no_trace() {
    let node = Node::start().await.unwrap();
    let (mut a, mut b, mut c) =
        (node.session(1).await.unwrap(), node.session(2).await.unwrap(), node.session(3).await.unwrap());
    answer(&mut a, "SELECT pg_advisory_lock_shared(1)").await;
    let waits = tokio::spawn(async move {
        let text = answer(&mut b, "SELECT pg_advisory_lock(1)").await;
        (b, text)
    });
    until(&mut c, WAITING, "count\n1\nSELECT 1\n").await;
    // Behind it one has to wait, too.
    assert_eq!(
        answer(&mut c, "SELECT pg_try_advisory_lock_shared(1)").await,
        "pg_try_advisory_lock_shared\nf\nSELECT 1\n"
    );
    answer(&mut c, "SELECT pg_cancel_backend(2)").await;
    let (_b, text) = waits.await.unwrap();
    assert_eq!(text, "pg_advisory_lock\nERROR 57014: canceling statement due to user request\n");
    until(&mut c, "SELECT pg_try_advisory_lock_shared(1)", "pg_try_advisory_lock_shared\nt\nSELECT 1\n").await;
}

/// Many increments of one row under a lock, with no conflict.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn locks_keep_conflicts_away() {
    let node = Node::start().await.unwrap();
    let mut setup = node.session(1).await.unwrap();
    answer(&mut setup, "CREATE TABLE t (n int); INSERT INTO t VALUES (0)").await;
    let mut tasks = Vec::new();
    for pid in 2..8 {
        let mut session = node.session(pid).await.unwrap();
        tasks.push(tokio::spawn(async move {
            for _ in 0..10 {
                answer(&mut session, "SELECT pg_advisory_lock(7)").await;
                let text = answer(&mut session, "BEGIN; UPDATE t SET n = n + 1; COMMIT").await;
                assert_eq!(text, "BEGIN\nUPDATE 1\nCOMMIT\n");
                answer(&mut session, "SELECT pg_advisory_unlock(7)").await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(answer(&mut setup, "SELECT n FROM t").await, "n\n60\nSELECT 1\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notifications_come_in_commit_order_while_a_session_is_idle() {
    let node = Node::start().await.unwrap();
    let mut hears = node.session(1).await.unwrap();
    answer(&mut hears, "LISTEN c").await;
    let mut tasks = Vec::new();
    for pid in 2..6 {
        let mut session = node.session(pid).await.unwrap();
        tasks.push(tokio::spawn(async move {
            for n in 0..25 {
                answer(&mut session, &format!("NOTIFY c, '{pid}/{n}'")).await;
            }
        }));
    }
    let mut heard: Vec<String> = Vec::new();
    while heard.len() < 100 {
        tokio::time::timeout(LONG, hears.notified()).await.expect("a notification");
        heard.extend(hears.take_notifications().into_iter().map(|n| n.payload.to_string()));
    }
    for task in tasks {
        task.await.unwrap();
    }
    for pid in 2..6 {
        let own: Vec<&String> = heard.iter().filter(|h| h.starts_with(&format!("{pid}/"))).collect();
        let expected: Vec<String> = (0..25).map(|n| format!("{pid}/{n}")).collect();
        assert_eq!(own, expected.iter().collect::<Vec<_>>());
    }
}
