//! Clients that go away, and transactions that stay too long, seen from outside.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use gavel_testkit::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::Client;

use crate::GAVEL;

/// A connection as bare bytes, so that it can be cut at will.
async fn open(server: &Server) -> Result<TcpStream> {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port())).await?;
    let body = b"\0\x03\0\0user\0postgres\0database\0postgres\0\0";
    socket.write_all(&u32::try_from(body.len() + 4)?.to_be_bytes()).await?;
    socket.write_all(body).await?;
    until_ready(&mut socket).await?;
    Ok(socket)
}

async fn until_ready(socket: &mut TcpStream) -> Result<()> {
    loop {
        let mut head = [0; 5];
        socket.read_exact(&mut head).await?;
        let length = u32::from_be_bytes(head[1..].try_into()?) as usize;
        let mut body = vec![0; length - 4];
        socket.read_exact(&mut body).await?;
        match head[0] {
            b'E' => anyhow::bail!("{}", String::from_utf8_lossy(&body)),
            b'Z' => return Ok(()),
            _ => {}
        }
    }
}

async fn send(socket: &mut TcpStream, sql: &str) -> Result<()> {
    socket.write_all(b"Q").await?;
    socket.write_all(&u32::try_from(sql.len() + 5)?.to_be_bytes()).await?;
    socket.write_all(sql.as_bytes()).await?;
    socket.write_all(b"\0").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_takes_its_statement_and_its_transaction_along() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let watcher = server.connect().await?;
    watcher.batch_execute("CREATE TABLE t (a int PRIMARY KEY)").await?;
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT %' AND state = 'active' AND pid <> pg_backend_pid()";
    let endless = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b";
    for (statement, reset) in [("SELECT pg_sleep(600)", false), (endless, false), (endless, true)] {
        let mut socket = open(&server).await?;
        send(&mut socket, "BEGIN; INSERT INTO t VALUES (1)").await?;
        until_ready(&mut socket).await?;
        send(&mut socket, statement).await?;
        let begun = Instant::now();
        while watcher.query_one(busy, &[]).await?.get::<_, i64>(0) == 0 {
            ensure!(begun.elapsed() < Duration::from_secs(20), "{statement} does not run");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if reset {
            // RST instead of FIN.
            socket.set_zero_linger()?;
        }
        drop(socket);
        let gone = Instant::now();
        while watcher.query_one(busy, &[]).await?.get::<_, i64>(0) > 0 {
            ensure!(gone.elapsed() < Duration::from_secs(10), "{statement} runs on without its client");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let rows = watcher.query_one("SELECT count(*) FROM t", &[]).await?.get::<_, i64>(0);
        ensure!(rows == 0, "what a client had not committed is there");
    }
    Ok(())
}

/// The limit of the test below, and a silence that is longer.
const AGE_MAX: &str = "1s";
const SILENCE: Duration = Duration::from_millis(1300);
const WRITE: &str = "BEGIN; INSERT INTO t VALUES (1)";

/// Does `sql` within the limit, in a later try if the machine was too busy for that.
async fn in_time(client: &Client, sql: &str) -> Result<()> {
    for _ in 0..20 {
        match client.batch_execute(sql).await {
            Err(e) if e.code().is_some_and(|code| code.code() == "25P04") => client.batch_execute("ROLLBACK").await?,
            done => return Ok(done?),
        }
    }
    anyhow::bail!("{sql} was never done within {AGE_MAX}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_transaction_is_rolled_back_when_its_time_is_over() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server =
        Server::start(GAVEL, dir.path().join("data"), &["--set", &format!("transaction.age.max={AGE_MAX}")]).await?;
    let client = server.connect().await?;
    in_time(&client, "CREATE TABLE IF NOT EXISTS t (a int PRIMARY KEY)").await?;
    let code = |e: tokio_postgres::Error| e.code().map(|c| c.code().to_owned()).unwrap_or_default();
    in_time(&client, WRITE).await?;
    tokio::time::sleep(SILENCE).await;
    // The next statement is told, those after it are ignored, and the connection lives on.
    assert_eq!(code(client.batch_execute("SELECT 1").await.expect_err("25P04")), "25P04");
    assert_eq!(code(client.batch_execute("SELECT 1").await.expect_err("25P02")), "25P02");
    client.batch_execute("ROLLBACK").await?;

    // COMMIT is told too, in either protocol.
    in_time(&client, WRITE).await?;
    tokio::time::sleep(SILENCE).await;
    assert_eq!(code(client.batch_execute("COMMIT").await.expect_err("25P04")), "25P04");
    in_time(&client, WRITE).await?;
    tokio::time::sleep(SILENCE).await;
    assert_eq!(code(client.execute("COMMIT", &[]).await.expect_err("25P04")), "25P04");

    // So is a statement that runs, and nothing of it all is there.
    in_time(&client, WRITE).await?;
    let error = client.batch_execute("SELECT pg_sleep(60)").await.expect_err("25P04");
    let message = error.as_db_error().context("an error of the server")?.message().to_owned();
    assert_eq!((code(error).as_str(), message.as_str()), ("25P04", "canceling transaction due to transaction timeout"));
    client.batch_execute("ROLLBACK").await?;
    assert_eq!(client.query_one("SELECT count(*) FROM t", &[]).await?.get::<_, i64>(0), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_silent_in_a_transaction_is_let_go() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let client = server.connect().await?;
    let shown = client.query_one("SHOW idle_in_transaction_session_timeout", &[]).await?.get::<_, String>(0);
    assert_eq!(shown, "1min");
    client.batch_execute("SET idle_in_transaction_session_timeout = '200ms'; BEGIN").await?;
    let gone = Instant::now();
    while !client.is_closed() {
        ensure!(gone.elapsed() < Duration::from_secs(10), "it is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
