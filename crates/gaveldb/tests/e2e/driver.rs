//! tokio-postgres: binary parameters and results, a transaction, COPY both ways, an error, a cancel.

use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::{SinkExt, TryStreamExt, pin_mut};
use gavel_testkit::Server;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::GAVEL;

#[tokio::test(flavor = "multi_thread")]
async fn tokio_postgres_does_all_that_a_driver_does() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let mut client = server.connect().await?;
    let row = client
        .query_one(
            "SELECT $1::int2, $2::int4 + 1, $3::int8, $4::float8, $5::bool, $6::text, $7::bytea, $8::int4[]",
            &[&7_i16, &41_i32, &i64::MIN, &0.5_f64, &true, &"grün", &&b"\0\xff"[..], &vec![Some(1_i32), None]],
        )
        .await?;
    assert_eq!(row.get::<_, i16>(0), 7);
    assert_eq!(row.get::<_, i32>(1), 42);
    assert_eq!(row.get::<_, i64>(2), i64::MIN);
    assert!((row.get::<_, f64>(3) - 0.5).abs() < f64::EPSILON);
    assert!(row.get::<_, bool>(4));
    assert_eq!(row.get::<_, String>(5), "grün");
    assert_eq!(row.get::<_, Vec<u8>>(6), b"\0\xff");
    assert_eq!(row.get::<_, Vec<Option<i32>>>(7), vec![Some(1), None]);

    client.batch_execute("CREATE TABLE driver (id int PRIMARY KEY, name text)").await?;
    let transaction = client.transaction().await?;
    transaction.execute("INSERT INTO driver VALUES ($1, $2)", &[&1_i32, &"one"]).await?;
    transaction.rollback().await?;
    let sink = client.copy_in("COPY driver FROM STDIN").await?;
    pin_mut!(sink);
    sink.send(Bytes::from_static(b"1\tone\n2\t\\N\n")).await?;
    assert_eq!(sink.finish().await?, 2);
    let out: Vec<Bytes> = client.copy_out("COPY driver TO STDOUT (FORMAT csv)").await?.try_collect().await?;
    assert_eq!(out.concat(), b"1,one\n2,\n");

    let error = client.execute("INSERT INTO driver VALUES (1, 'again')", &[]).await.expect_err("a duplicate");
    let error = error.as_db_error().context("a database error")?;
    assert_eq!(error.code(), &SqlState::UNIQUE_VIOLATION);
    assert_eq!(error.constraint(), Some("driver_pkey"));

    let token = client.cancel_token();
    let canceller = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        token.cancel_query(NoTls).await
    });
    let endless = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b";
    let error = client.query(endless, &[]).await.expect_err("a cancel");
    canceller.await??;
    assert_eq!(error.code(), Some(&SqlState::QUERY_CANCELED));
    assert_eq!(client.query_one("SELECT 1", &[]).await?.get::<_, i32>(0), 1);
    Ok(())
}
