//! Indexes built while others write: what scripts, which run one statement after the other, cannot show.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use gavel_api::sql::SqlSession;

use crate::harness::Node;
use crate::sink::TextSink;

/// Longer than anything here should take.
const LONG: Duration = Duration::from_secs(60);

type Session = Box<dyn SqlSession>;

async fn answer(session: &mut Session, sql: &str) -> String {
    let mut sink = TextSink::default();
    sink.style = session.text_style();
    match tokio::time::timeout(LONG, session.simple_query(sql, &mut sink)).await.expect(sql) {
        Ok(()) => sink.text,
        Err(e) => format!("{}ERROR {}: {}\n", sink.text, e.code().as_str(), e.message()),
    }
}

/// The second line of an answer.
async fn value(session: &mut Session, sql: &str) -> String {
    answer(session, sql).await.lines().nth(1).unwrap_or_default().to_owned()
}

async fn done(session: &mut Session, sql: &str) {
    let text = answer(session, sql).await;
    assert!(!text.contains("ERROR"), "{sql}: {text}");
}

/// A statement of DDL beside a build, which may have to be tried again oftener than a session does unseen.
async fn done_at_last(session: &mut Session, sql: &str) {
    for _ in 0..20 {
        let text = answer(session, sql).await;
        if !text.contains("ERROR 40001") {
            assert!(!text.contains("ERROR"), "{sql}: {text}");
            return;
        }
    }
    panic!("{sql}: loses every time");
}

/// Asks until the answer's value is this.
async fn until(session: &mut Session, sql: &str, wanted: &str) {
    for _ in 0..2_000 {
        if value(session, sql).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{sql}: {}", answer(session, sql).await);
}

/// That an index over column `b` of `t` holds what the table holds.
async fn agrees(session: &mut Session, index: &str) {
    // In the index's order, all of it: sorting would cost more.
    let ordered = "SELECT a, b FROM t ORDER BY b LIMIT 1000000";
    let plan = answer(session, &format!("EXPLAIN {ordered}")).await;
    assert!(plan.contains(&format!("using {index} on t")), "{plan}");
    let through = value(session, &format!("SELECT count(*), sum(a), sum(b) FROM ({ordered}) x")).await;
    assert_eq!(through, value(session, "SELECT count(*), sum(a), sum(b) FROM t").await, "{index}");
    let twice = format!("SELECT count(*) FROM (SELECT a FROM ({ordered}) x GROUP BY a HAVING count(*) > 1) y");
    assert_eq!(value(session, &twice).await, "0", "{index}");
}

/// What a writer was told, and about which of the rows that were there before.
type Told = (i64, String);

/// Sessions that insert, move and delete rows of their own until told to stop; how many transactions did what, and what
/// errors there were.
struct Writers {
    stop: Arc<AtomicBool>,
    written: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<Vec<Told>>>,
}

impl Writers {
    async fn start(node: &Node, first_pid: i32, count: i32) -> Self {
        let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut tasks = Vec::new();
        for number in 0..count {
            let mut session = node.session(first_pid + number).await.unwrap();
            let (stop, written) = (Arc::clone(&stop), Arc::clone(&written));
            tasks.push(tokio::spawn(async move {
                let mut errors = Vec::new();
                let mut n = 0_i64;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    // Keys of one writer are never another's, so that no conflict is its own.
                    let id = 1_000_000 * i64::from(first_pid + number) + n;
                    let old = 4 * (n % 250) + i64::from(number) + 1;
                    let sql = match n % 4 {
                        0 => format!("INSERT INTO t VALUES ({id}, {id})"),
                        1 => format!("UPDATE t SET b = -{id} WHERE a = {old}"),
                        2 => format!("BEGIN; INSERT INTO t VALUES ({id}, {id}); DELETE FROM t WHERE a = {old}; COMMIT"),
                        _ => format!("UPDATE t SET a = a WHERE a = {old}"),
                    };
                    let text = answer(&mut session, &sql).await;
                    if text.contains("ERROR") {
                        errors.push((old, format!("{sql}: {text}")));
                        let _ = answer(&mut session, "ROLLBACK").await;
                    }
                    written.fetch_add(1, Ordering::Relaxed);
                }
                errors
            }));
        }
        Self { stop, written, tasks }
    }

    async fn stop(self) -> (u64, Vec<Told>) {
        self.stop.store(true, Ordering::Relaxed);
        let mut errors = Vec::new();
        for task in self.tasks {
            errors.extend(task.await.unwrap());
        }
        (self.written.load(Ordering::Relaxed), errors)
    }
}

async fn filled(node: &Node, rows: u32) -> Session {
    let mut session = node.session(1).await.unwrap();
    done(&mut session, "CREATE TABLE t (a bigint PRIMARY KEY, b bigint)").await;
    done(&mut session, &format!("INSERT INTO t SELECT i, i FROM generate_series(1, {rows}) i")).await;
    session
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_go_on_while_an_index_is_built_and_dropped() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 6_000).await;
    for (unique, name, pid) in [("", "t_b", 10), ("UNIQUE", "t_u", 30)] {
        let writers = Writers::start(&node, pid, 4).await;
        done(&mut session, &format!("CREATE {unique} INDEX CONCURRENTLY {name} ON t (b)")).await;
        let (written, errors) = writers.stop().await;
        assert!(written > 8, "only {written}");
        // A unique entry that is filled in may conflict with the one transaction that takes it away just then: once for
        // a row at most.
        let lost = |told: &Told| !unique.is_empty() && told.1.contains("ERROR 40001");
        let rows: HashSet<i64> = errors.iter().map(|told| told.0).collect();
        assert!(errors.iter().all(lost) && rows.len() == errors.len(), "of {written}: {errors:#?}");
        agrees(&mut session, name).await;
        let writers = Writers::start(&node, pid + 10, 4).await;
        done(&mut session, &format!("DROP INDEX CONCURRENTLY {name}")).await;
        let (_, errors) = writers.stop().await;
        assert_eq!(errors, Vec::<Told>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_from_before_the_build_commits_and_has_its_entries() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 100).await;
    let mut old = node.session(2).await.unwrap();
    done(&mut old, "BEGIN").await;
    done(&mut old, "INSERT INTO t VALUES (5000, 5000)").await;
    done(&mut old, "DELETE FROM t WHERE a = 1").await;
    done(&mut old, "UPDATE t SET b = 6000 WHERE a = 2").await;
    let mut builder = node.session(3).await.unwrap();
    let build = tokio::spawn(async move { answer(&mut builder, "CREATE INDEX CONCURRENTLY t_b ON t (b)").await });
    until(&mut session, "SELECT count(*) FROM pg_stat_progress_create_index", "1").await;
    until(&mut session, "SELECT phase FROM pg_stat_progress_create_index", "waiting for writers before build").await;
    assert_eq!(value(&mut session, "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_b'::regclass").await, "f");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!build.is_finished(), "the build does not wait for the transaction");
    done(&mut old, "COMMIT").await;
    assert_eq!(build.await.unwrap(), "CREATE INDEX\n");
    agrees(&mut session, "t_b").await;
    assert_eq!(value(&mut session, "SELECT a FROM t WHERE b = 5000").await, "5000");
    assert_eq!(value(&mut session, "SELECT a FROM t WHERE b = 6000").await, "2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_build_leaves_an_invalid_index() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 100).await;
    let mut old = node.session(2).await.unwrap();
    done(&mut old, "BEGIN; UPDATE t SET b = b WHERE a = 1").await;
    let mut builder = node.session(3).await.unwrap();
    let build = tokio::spawn(async move { answer(&mut builder, "CREATE INDEX CONCURRENTLY t_b ON t (b)").await });
    until(&mut session, "SELECT count(*) FROM pg_stat_progress_create_index", "1").await;
    assert_eq!(value(&mut session, "SELECT pg_cancel_backend(3)").await, "t");
    assert_eq!(build.await.unwrap(), "ERROR 57014: canceling statement due to user request\n");
    until(&mut session, "SELECT status FROM sys.jobs", "failed").await;
    let state = "SELECT indisvalid, indisready FROM pg_index WHERE indexrelid = 't_b'::regclass";
    assert_eq!(value(&mut session, state).await, "f | f");
    let details = value(&mut session, "SELECT details FROM sys.jobs").await;
    assert_eq!(details, "canceling statement due to user request");
    done(&mut old, "ROLLBACK").await;
    done(&mut session, "DROP INDEX t_b").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asynchronous_build_answers_with_a_job_and_can_be_waited_for() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 3_000).await;
    let id = value(&mut session, "CREATE UNIQUE INDEX ASYNC t_b ON t (b)").await;
    assert_eq!(id.len(), 13, "{id}");
    assert_eq!(answer(&mut session, &format!("CALL sys.wait_for_job('{id}')")).await, "succeeded\nt\nCALL\n");
    agrees(&mut session, "t_b").await;
    // In a block it is submitted with the rest, and not before.
    done(&mut session, "BEGIN").await;
    let id = value(&mut session, "CREATE INDEX ASYNC ON t (b, a)").await;
    let mut other = node.session(2).await.unwrap();
    let unknown = answer(&mut other, &format!("SELECT sys.wait_for_job('{id}')")).await;
    assert_eq!(unknown, format!("wait_for_job\nERROR 42704: job \"{id}\" does not exist\n"));
    done(&mut session, "COMMIT").await;
    assert_eq!(value(&mut other, &format!("SELECT sys.wait_for_job('{id}')")).await, "t");
    // DROP ends it.
    done(&mut other, "BEGIN; UPDATE t SET b = b WHERE a = 1").await;
    let id = value(&mut session, "CREATE INDEX ASYNC late ON t (b DESC)").await;
    done_at_last(&mut session, "DROP INDEX late").await;
    done(&mut other, "ROLLBACK").await;
    assert_eq!(value(&mut session, &format!("SELECT sys.wait_for_job('{id}')")).await, "f");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unique_index_under_build_holds_writers_to_it_and_lets_duplicates_go() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 50).await;
    // Two old rows with one key; the build will fail for them, unless one goes.
    done(&mut session, "INSERT INTO t VALUES (1000, 7)").await;
    let mut old = node.session(2).await.unwrap();
    done(&mut old, "BEGIN; UPDATE t SET a = a WHERE a = 9").await;
    let mut builder = node.session(3).await.unwrap();
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b)";
    let build = tokio::spawn(async move { answer(&mut builder, sql).await });
    until(&mut session, "SELECT count(*) FROM pg_stat_progress_create_index", "1").await;
    done(&mut session, "DELETE FROM t WHERE a = 1000").await;
    done(&mut old, "COMMIT").await;
    assert_eq!(build.await.unwrap(), "CREATE INDEX\n");
    agrees(&mut session, "t_b").await;
    let taken = answer(&mut session, "INSERT INTO t VALUES (2000, 7)").await;
    assert!(taken.starts_with("ERROR 23505"), "{taken}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_ddl_goes_on_beside_a_build() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 3_000).await;
    let id = value(&mut session, "CREATE INDEX ASYNC t_b ON t (b)").await;
    done_at_last(&mut session, "ALTER TABLE t ADD COLUMN c int DEFAULT 1").await;
    done(&mut session, "INSERT INTO t VALUES (9001, 9001, 2)").await;
    done_at_last(&mut session, "ALTER TABLE t ALTER COLUMN b TYPE int").await;
    done(&mut session, "UPDATE t SET b = -b WHERE a < 10").await;
    assert_eq!(value(&mut session, &format!("SELECT sys.wait_for_job('{id}')")).await, "t");
    agrees(&mut session, "t_b").await;
    let id = value(&mut session, "CREATE INDEX ASYNC t_c ON t (c)").await;
    done_at_last(&mut session, "TRUNCATE t").await;
    assert_eq!(value(&mut session, &format!("SELECT sys.wait_for_job('{id}')")).await, "t");
    done(&mut session, "INSERT INTO t VALUES (1, 1, 1)").await;
    assert_eq!(value(&mut session, "SELECT a FROM t WHERE c = 1").await, "1");
}

/// That a statement is refused with this code.
async fn refused(session: &mut Session, sql: &str, code: &str) {
    let text = answer(session, sql).await;
    assert!(text.contains(&format!("ERROR {code}:")), "{sql}: {text}");
}

const BUILD_WAITS: (&str, &str) =
    ("SELECT phase FROM pg_stat_progress_create_index", "waiting for writers before build");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_under_build_is_kept_but_neither_read_nor_relied_on() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 100).await;
    let mut old = node.session(2).await.unwrap();
    done(&mut old, "BEGIN; UPDATE t SET a = a WHERE a = 1").await;
    let mut builder = node.session(3).await.unwrap();
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b)";
    let build = tokio::spawn(async move { answer(&mut builder, sql).await });
    until(&mut session, BUILD_WAITS.0, BUILD_WAITS.1).await;
    let state = "SELECT indisvalid, indisready FROM pg_index WHERE indexrelid = 't_b'::regclass";
    assert_eq!(value(&mut session, state).await, "f | t");
    let plan = answer(&mut session, "EXPLAIN SELECT a FROM t WHERE b = 7").await;
    assert!(!plan.contains("t_b"), "{plan}");
    refused(&mut session, "INSERT INTO t VALUES (7, 7) ON CONFLICT (b) DO NOTHING", "42P10").await;
    refused(&mut session, "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_b", "55000").await;
    refused(&mut session, "CREATE TABLE child (x bigint REFERENCES t (b))", "42830").await;
    refused(&mut session, "CLUSTER t USING t_b", "0A000").await;
    done(&mut session, "CREATE TABLE l (LIKE t INCLUDING INDEXES)").await;
    let copied = "SELECT indisvalid FROM pg_index WHERE indrelid = 'l'::regclass AND NOT indisprimary";
    assert_eq!(value(&mut session, copied).await, "t");
    // Two new rows with one key: the index has the first one's entry.
    done(&mut session, "INSERT INTO t VALUES (1001, 1001)").await;
    refused(&mut session, "INSERT INTO t VALUES (1002, 1001)", "23505").await;
    done(&mut session, "ALTER INDEX t_b RENAME TO t_c").await;
    done(&mut old, "ROLLBACK").await;
    assert_eq!(build.await.unwrap(), "CREATE INDEX\n");
    agrees(&mut session, "t_c").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_ends_with_its_table() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 100).await;
    let mut old = node.session(2).await.unwrap();
    done(&mut old, "BEGIN; UPDATE t SET a = a WHERE a = 1").await;
    let id = value(&mut session, "CREATE INDEX ASYNC t_b ON t (b)").await;
    until(&mut session, BUILD_WAITS.0, BUILD_WAITS.1).await;
    done(&mut session, "DROP TABLE t").await;
    done(&mut old, "ROLLBACK").await;
    assert_eq!(value(&mut session, &format!("SELECT sys.wait_for_job('{id}')")).await, "f");
    let details = value(&mut session, "SELECT details FROM sys.jobs").await;
    assert_eq!(details, "index \"public.t_b\" was dropped or taken by another job");
    done(&mut session, "CREATE TABLE t (a bigint PRIMARY KEY, b bigint)").await;
    done(&mut session, "CREATE INDEX CONCURRENTLY t_b ON t (b)").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_comes_to_rest_on_an_index_that_is_about_to_go() {
    let node = Node::start().await.unwrap();
    let mut session = filled(&node, 100).await;
    done(&mut session, "CREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b)").await;
    let mut old = node.session(2).await.unwrap();
    done(&mut old, "BEGIN; UPDATE t SET a = a WHERE a = 1").await;
    let mut dropper = node.session(3).await.unwrap();
    let drop = tokio::spawn(async move { answer(&mut dropper, "DROP INDEX CONCURRENTLY t_b").await });
    let under_way = "SELECT count(*) FROM sys.jobs WHERE job_type = 'DROP' AND status <> 'completed'";
    until(&mut session, under_way, "1").await;
    refused(&mut session, "CREATE TABLE child (x bigint REFERENCES t (b))", "42830").await;
    refused(&mut session, "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX t_b", "55000").await;
    refused(&mut session, "INSERT INTO t VALUES (1000, 7)", "23505").await;
    done(&mut old, "COMMIT").await;
    assert_eq!(drop.await.unwrap(), "DROP INDEX\n");
    done(&mut session, "INSERT INTO t VALUES (1000, 7)").await;
}
