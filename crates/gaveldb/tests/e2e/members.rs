//! Replicas and query nodes that come and go.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use gavel_api::journal::Journal;
use gavel_rpc::client::{Network, RemoteJournal, Target};
use gavel_rpc::{Identity, Role, Security};
use gavel_testkit::cluster::get;
use gavel_testkit::server::{free_block, free_port};
use gavel_types::Lsn;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::GAVEL;
use crate::cluster::{Cluster, LONG, Process, connect, is_ready};

/// Lets go of all of the journal that has left its newest file.
async fn trim(cluster: &Cluster) -> Result<Lsn> {
    let identity = Identity::new("dev", Role::Operator, "test")?;
    let security = Security::Plaintext { identity, beyond_loopback: false };
    let network = Network::new(security, gavel_rpc::Settings::default(), "");
    let nodes = (0..3).map(|n| Target::at(format!("127.0.0.1:{}", cluster.port + 2_000 + n)));
    let journal = RemoteJournal::connect(network, nodes).await?;
    let begun = Instant::now();
    loop {
        journal.refresh().await?;
        let (first, last) = journal.bounds();
        if first > Lsn(1) {
            return Ok(first);
        }
        ensure!(begun.elapsed() < LONG, "the journal is not trimmed");
        journal.trim(last).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_whose_disk_is_lost_comes_back_though_the_journal_is_trimmed() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let arguments = ["--nodes", "3", "--queries", "1", "--set", "journal.segment.size_bytes=64KiB"];
    let mut cluster = Cluster::begin(dir.path(), free_block()?, &arguments, &[])?;
    cluster.ready().await?;
    let client = connect(cluster.port).await?;
    client.batch_execute("CREATE TABLE t (a int PRIMARY KEY, b text)").await?;
    for n in 0..8 {
        let insert = format!("INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series({n}000, {n}999) g");
        client.batch_execute(&insert).await?;
    }
    client.batch_execute("DELETE FROM t WHERE a % 10 = 3").await?;
    let first = trim(&cluster).await?;

    let old = Pid::from_raw(cluster.pid("storage-3")?).context("pid")?;
    let admin = cluster.admin("storage-3")?;
    kill_process(old, Signal::KILL)?;
    let begun = Instant::now();
    while test_kill_process(old).is_ok() && begun.elapsed() < LONG {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // At once, and in one step: it is started again within a second.
    std::fs::rename(cluster.dir.join("storage-3/data"), dir.path().join("lost"))?;
    let begun = Instant::now();
    while cluster.pid("storage-3").ok() == Some(old.as_raw_nonzero().get()) {
        ensure!(begun.elapsed() < LONG, "it is not started again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    is_ready(admin, || cluster.log()).await?;
    let status: Value = serde_json::from_str(&get(admin, "/status").await?.1)?;
    let applied = status["storage"]["applied_lsn"].as_u64().context("position")?;
    ensure!(applied >= first.0, "it is at {applied}, the journal begins at {first}");
    ensure!(cluster.log().contains("store is copied from a peer"), "it was not copied:\n{}", cluster.log());

    // A query node that reads from this one alone.
    let (port, admin) = (free_port()?, free_port()?);
    let sets = [
        "cluster.id=dev".to_owned(),
        "node.name=query-alone".to_owned(),
        "rpc.plaintext.allowed=true".to_owned(),
        format!("cluster.journal=127.0.0.1:{}", cluster.port + 2_000),
        format!("cluster.storage=127.0.0.1:{}", cluster.port + 2_102),
        format!("server.listen=127.0.0.1:{port}"),
        format!("admin.listen=127.0.0.1:{admin}"),
    ];
    let mut arguments = vec!["query"];
    sets.iter().for_each(|set| arguments.extend(["--set", set]));
    let alone = Process::start(&arguments, &[], dir.path().join("alone.log"))?;
    is_ready(format!("127.0.0.1:{admin}").parse()?, || alone.log()).await?;
    client.batch_execute("INSERT INTO t VALUES (-1, 'after')").await?;
    let question = "SELECT count(*), sum(a)::bigint, sum(length(b)) FROM t";
    let ask = async |client: &tokio_postgres::Client| -> Result<(i64, i64, i64)> {
        let row = client.query_one(question, &[]).await?;
        Ok((row.get(0), row.get(1), row.get(2)))
    };
    let answer = ask(&connect(port).await?).await?;
    ensure!(answer == ask(&client).await?, "{answer:?}");
    ensure!(answer.0 == 7_201, "{answer:?}");

    // The journal's nodes, as an operator sees them.
    let config = cluster.dir.join("journal-1/gavel.toml");
    for arguments in [&["members"][..], &["remove", "9"]] {
        let told =
            Command::new(GAVEL).arg("journal").args(arguments).arg("--json").arg("--config").arg(&config).output()?;
        ensure!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let list: Vec<Value> = serde_json::from_slice(&told.stdout)?;
        ensure!(list.len() == 3 && list.iter().all(|member| member["voter"] == true), "{list:?}");
    }
    let status = Command::new(GAVEL).args(["status", "--cluster"]).arg(cluster.dir.join("cluster.json")).output()?;
    let text = String::from_utf8_lossy(&status.stdout);
    ensure!(text.lines().filter(|line| line.contains("fixed ±1000us")).count() == 7, "{text}");
    Ok(())
}

/// The salt that a query node gives to a user.
async fn salt(port: u16, user: &str) -> Result<String> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    let body = format!("\0\x03\0\0user\0{user}\0database\0postgres\0\0");
    socket.write_all(&u32::try_from(body.len() + 4)?.to_be_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    authentication(&mut socket).await?;
    let first = b"SCRAM-SHA-256\0\0\0\0\x0bn,,n=,r=abc";
    socket.write_all(b"p").await?;
    socket.write_all(&u32::try_from(first.len() + 4)?.to_be_bytes()).await?;
    socket.write_all(first).await?;
    let answer = authentication(&mut socket).await?;
    let salt = answer.split(',').find_map(|part| part.strip_prefix("s=")).context("no salt")?;
    Ok(salt.to_owned())
}

/// Text of a message about authentication.
async fn authentication(socket: &mut TcpStream) -> Result<String> {
    let mut head = [0; 5];
    socket.read_exact(&mut head).await?;
    let mut body = vec![0; u32::from_be_bytes(head[1..].try_into()?) as usize - 4];
    socket.read_exact(&mut body).await?;
    let text = String::from_utf8_lossy(&body[4.min(body.len())..]).into_owned();
    ensure!(head[0] == b'R', "{text}");
    Ok(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_node_that_comes_before_the_others_waits_for_them() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let hba = [("GAVEL_SERVER_HBA", "host all nobody all scram-sha-256; host all all loopback trust")];
    let (base, port, admin) = (free_block()?, free_port()?, free_port()?);
    let sets = [
        "cluster.id=dev".to_owned(),
        "node.name=query-early".to_owned(),
        "rpc.plaintext.allowed=true".to_owned(),
        format!("cluster.journal=127.0.0.1:{}", base + 2_000),
        format!("cluster.storage=127.0.0.1:{}", base + 2_100),
        format!("server.listen=127.0.0.1:{port}"),
        format!("admin.listen=127.0.0.1:{admin}"),
    ];
    let mut arguments = vec!["query"];
    sets.iter().for_each(|set| arguments.extend(["--set", set]));
    let mut early = Process::start(&arguments, &hba, dir.path().join("early.log"))?;
    let admin = format!("127.0.0.1:{admin}").parse()?;
    // Longer than anybody waits for a leader.
    let begun = Instant::now();
    let mut told = 0;
    while begun.elapsed() < Duration::from_secs(12) {
        early.lives()?;
        if let Err(error) = connect(port).await {
            if let Some(error) = error.as_db_error() {
                assert_eq!((error.code().code(), error.message()), ("57P03", "the database system is starting up"));
                assert_eq!(get(admin, "/readyz").await?.0, 503);
                assert_eq!(get(admin, "/healthz").await?.0, 200);
                told += 1;
            }
        } else {
            anyhow::bail!("it has nobody to ask, and lets a client in");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    ensure!(told > 5, "nobody was told anything:\n{}", early.log());
    let mut cluster = Cluster::begin(dir.path(), base, &["--nodes", "1", "--queries", "1"], &hba)?;
    cluster.ready().await?;
    is_ready(admin, || early.log()).await?;
    assert_eq!(connect(port).await?.query_one("SELECT 6 * 7", &[]).await?.get::<_, i32>(0), 42);
    // Whoever does not exist has the same salt everywhere, as one who exists has.
    assert_eq!(salt(port, "nobody").await?, salt(base, "nobody").await?);
    early.lives()
}
