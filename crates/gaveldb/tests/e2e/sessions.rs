//! What sessions of several query nodes have to do with each other: advisory locks and notifications.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::StreamExt;
use gavel_testkit::server::free_block;
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, NoTls};

use crate::cluster::{Cluster, LONG, connect, is_ready};

/// A connection whose notifications are told.
async fn listening(port: u16) -> Result<(Client, mpsc::UnboundedReceiver<(String, String)>)> {
    let config = format!("host=127.0.0.1 port={port} user=postgres dbname=postgres connect_timeout=10");
    let (client, mut connection) = tokio_postgres::connect(&config, NoTls).await?;
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut messages = futures::stream::poll_fn(move |cx| connection.poll_message(cx));
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notification(n) = message {
                let _ = tell.send((n.channel().to_owned(), n.payload().to_owned()));
            }
        }
    });
    Ok((client, told))
}

async fn attempt(client: &Client, lock: i64) -> Result<bool> {
    Ok(client.query_one("SELECT pg_try_advisory_lock($1)", &[&lock]).await?.get(0))
}

fn kill(pid: i32) -> Result<()> {
    kill_process(Pid::from_raw(pid).context("pid")?, Signal::KILL)?;
    Ok(())
}

/// Kills a process and waits until it has been started again.
async fn kill_and_wait(cluster: &Cluster, name: &str) -> Result<()> {
    let (old, admin) = (cluster.pid(name)?, cluster.admin(name)?);
    kill(old)?;
    let begun = Instant::now();
    while cluster.pid(name).ok() == Some(old) {
        ensure!(begun.elapsed() < LONG, "{name} is not started again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    is_ready(admin, || cluster.log()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn query_nodes_exclude_and_tell_each_other() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut cluster = Cluster::begin(dir.path(), free_block()?, &["--nodes", "3", "--queries", "2"], &[])?;
    cluster.ready().await?;
    let (one, two) = (cluster.port, cluster.port + 1);
    let (a, b) = (connect(one).await?, connect(two).await?);

    // Whoever has a lock keeps sessions of the other node out, also for longer than a lease.
    ensure!(attempt(&a, 1).await?, "a free lock was refused");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(8) {
        ensure!(!attempt(&b, 1).await?, "a lock was given twice");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    b.batch_execute("SET lock_timeout = '200ms'").await?;
    let error = b.query("SELECT pg_advisory_lock(1)", &[]).await.expect_err("a timeout");
    ensure!(error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE), "{error}");
    b.batch_execute("RESET lock_timeout").await?;
    // Who waits has it as soon as it is let go.
    let waits = tokio::spawn(async move {
        b.query("SELECT pg_advisory_lock(1)", &[]).await?;
        anyhow::Ok((b, Instant::now()))
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    ensure!(!waits.is_finished(), "it does not wait");
    let let_go = Instant::now();
    drop(a);
    let (b, got) = tokio::time::timeout(LONG, waits).await???;
    ensure!(got.duration_since(let_go) < Duration::from_secs(2), "it took {:?}", got.duration_since(let_go));

    // Commits of both nodes are heard at both, in one order.
    let (hears_one, mut told_one) = listening(one).await?;
    let (hears_two, mut told_two) = listening(two).await?;
    hears_one.batch_execute("LISTEN c").await?;
    hears_two.batch_execute("LISTEN c").await?;
    let a = connect(one).await?;
    let mut tasks = Vec::new();
    for (client, name) in [(a, "a"), (b, "b")] {
        tasks.push(tokio::spawn(async move {
            for n in 0..50 {
                client.batch_execute(&format!("NOTIFY c, '{name}{n}'")).await?;
            }
            anyhow::Ok(client)
        }));
    }
    let mut heard = (Vec::new(), Vec::new());
    for (told, heard) in [(&mut told_one, &mut heard.0), (&mut told_two, &mut heard.1)] {
        while heard.len() < 100 {
            heard.push(tokio::time::timeout(LONG, told.recv()).await?.context("the connection has ended")?);
        }
    }
    ensure!(heard.0 == heard.1, "{heard:?}");
    let mut clients = Vec::new();
    for task in tasks {
        clients.push(task.await??);
    }

    // Whoever leads: notifications that were acknowledged come, in order, and no lock is given twice.
    let (b, a) = (clients.pop().context("b")?, clients.pop().context("a")?);
    let mut acknowledged = Vec::new();
    for node in 1..=3 {
        kill_and_wait(&cluster, &format!("journal-{node}")).await?;
        let begun = Instant::now();
        for n in 0..10 {
            let payload = format!("{node}/{n}");
            while a.batch_execute(&format!("NOTIFY c, '{payload}'")).await.is_err() {
                ensure!(begun.elapsed() < LONG, "nobody leads:\n{}", cluster.log());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            acknowledged.push(payload);
            if attempt(&a, 1).await.unwrap_or(false) {
                // Then its holder has lost it, and knows.
                ensure!(attempt(&b, 1).await.is_err(), "a lock was given twice");
                a.query("SELECT pg_advisory_unlock(1)", &[]).await?;
            }
        }
    }
    for told in [&mut told_one, &mut told_two] {
        let mut heard = Vec::new();
        while heard.last() != acknowledged.last() {
            let (_, payload) = tokio::time::timeout(LONG, told.recv()).await?.context("the connection has ended")?;
            // One whose outcome was unknown to its client may come too, and be told again.
            if !heard.contains(&payload) {
                heard.push(payload);
            }
        }
        ensure!(heard == acknowledged, "{heard:?}");
    }

    // A node that dies holds nothing any more.
    drop(b);
    let b = connect(two).await?;
    let begun = Instant::now();
    while !attempt(&b, 1).await? {
        ensure!(begun.elapsed() < LONG, "the lock of a session that has ended stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(attempt(&b, 1).await?, "its own lock");
    ensure!(attempt(&a, 2).await?, "a free lock was refused");
    ensure!(!attempt(&b, 2).await?, "a lock was given twice");
    kill(cluster.pid("query-1")?)?;
    let begun = Instant::now();
    while !attempt(&b, 2).await? {
        ensure!(begun.elapsed() < Duration::from_secs(20), "the lock of a dead node stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
