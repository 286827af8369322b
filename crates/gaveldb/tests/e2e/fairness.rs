//! Statements that run on and on have their share of the processors and no more: the others go on beside them,
//! and a cancel reaches each.

use std::time::Duration;

use anyhow::{Context, Result};
use gavel_testkit::Server;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::GAVEL;

/// Each would run for days: in a loop without a scan, over scans, in expressions, by recursion, over frames.
const ENDLESS: [&str; 5] = [
    "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b",
    "SELECT count(*) FROM many a, many b, many c WHERE a.n + b.n + c.n < 0",
    "SELECT sum(length(repeat(a::text, 50))) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b",
    "WITH RECURSIVE r (n) AS (SELECT 1::numeric UNION ALL SELECT n + 1 FROM r) SELECT n FROM r WHERE n < 0",
    "SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN 200000 PRECEDING AND CURRENT ROW) FROM generate_series(1, 400000) n",
];
/// Within which the others end; never reached but where they are starved.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn endless_statements_leave_the_others_their_turn() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &["--set", "runtime.threads=2"]).await?;
    let client = server.connect().await?;
    client
        .batch_execute(
            "CREATE TABLE many (id int PRIMARY KEY, n int NOT NULL);
             INSERT INTO many SELECT i, i FROM generate_series(1, 5000) i",
        )
        .await?;
    let mut running = vec![];
    for sql in ENDLESS {
        let session = server.connect().await?;
        let cancel = session.cancel_token();
        running.push((sql, cancel, tokio::spawn(async move { session.simple_query(sql).await.map(drop) })));
    }
    let all = i64::try_from(ENDLESS.len())?;
    let active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()";
    let others = async {
        while client.query_one(active, &[]).await?.get::<_, i64>(0) < all {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let read = client.prepare("SELECT n FROM many WHERE id = $1").await?;
        for id in 1..=200_i32 {
            assert_eq!(client.query_one(&read, &[&id]).await?.get::<_, i32>(0), id);
            if id % 20 == 0 {
                client.execute("UPDATE many SET n = n WHERE id = $1", &[&id]).await?;
            }
        }
        let total = client.query_one("SELECT sum(n) FROM many", &[]).await?.get::<_, i64>(0);
        assert_eq!(total, 5000 * 5001 / 2);
        assert_eq!(client.query_one(active, &[]).await?.get::<_, i64>(0), all, "they should run still");
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, others).await.context("the others are starved")??;
    for (sql, cancel, statement) in running {
        cancel.cancel_query(NoTls).await?;
        let ended = tokio::time::timeout(PATIENCE, statement).await.with_context(|| format!("{sql} goes on"))??;
        let code = ended.err().and_then(|e| e.code().cloned());
        assert_eq!(code, Some(SqlState::QUERY_CANCELED), "{sql}");
    }
    Ok(())
}
