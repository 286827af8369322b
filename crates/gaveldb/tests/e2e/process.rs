//! Starting and stopping.

use std::time::{Duration, Instant};

use anyhow::Result;
use gavel_testkit::Server;
use gavel_testkit::server::free_port;
use gavel_testkit::session::Entrance;

use crate::GAVEL;

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_drains_and_exits_0_and_the_data_is_there_afterwards() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let client = server.connect().await?;
    client.batch_execute("CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'one')").await?;
    let status = server.stop()?;
    assert_eq!(status.code(), Some(0), "{}", server.log());
    server.restart().await?;
    let row = server.connect().await?.query_one("SELECT b FROM t WHERE a = 1", &[]).await?;
    assert_eq!(row.get::<_, String>(0), "one");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_on_the_same_directory_is_refused() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let other = server.second().output()?;
    assert!(!other.status.success());
    let text = String::from_utf8_lossy(&other.stderr);
    assert!(text.contains("in use"), "{text}");
    server.connect().await?.simple_query("SELECT 1").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn status_version_and_sql_speak() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let version = std::process::Command::new(GAVEL).arg("version").output()?;
    assert!(version.status.success());
    assert!(String::from_utf8_lossy(&version.stdout).contains(env!("CARGO_PKG_VERSION")));
    let status = std::process::Command::new(GAVEL)
        .args(["status", "--json", "--admin", &format!("127.0.0.1:{}", server.admin_port())])
        .output()?;
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    assert!(String::from_utf8_lossy(&status.stdout).trim_start().starts_with('{'));
    let url = format!("postgresql://postgres@127.0.0.1:{}/postgres", server.port());
    let sql =
        std::process::Command::new(GAVEL).args(["sql", "--url", &url, "-c", "SELECT 6 * 7 AS answer"]).output()?;
    assert!(sql.status.success(), "{}", String::from_utf8_lossy(&sql.stderr));
    let text = String::from_utf8_lossy(&sql.stdout);
    assert!(text.contains("answer") && text.contains("42"), "{text}");
    Ok(())
}

/// A process of a cluster that is killed when the test ends.
struct Role(std::process::Child);

impl Role {
    fn start(role: &str, settings: &[String]) -> Result<Self> {
        let mut command = std::process::Command::new(GAVEL);
        command.arg(role);
        for setting in ["cluster.id=test", "rpc.plaintext.allowed=true"] {
            command.args(["--set", setting]);
        }
        for setting in settings {
            command.args(["--set", setting]);
        }
        Ok(Self(command.stdin(std::process::Stdio::null()).spawn()?))
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_long_before_the_journal_wait_for_it() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (journal, storage, sql) = (free_port()?, free_port()?, free_port()?);
    let local = |name: &str, port: u16| format!("{name}=127.0.0.1:{port}");
    let data = |name: &str| format!("data_dir={}", dir.path().join(name).display());
    let others =
        [local("cluster.journal", journal), local("cluster.storage", storage), "admin.listen=127.0.0.1:0".to_owned()];
    let own = ["node.name=q".to_owned(), local("server.listen", sql)];
    let mut query = Role::start("query", &[&own[..], &others].concat())?;
    let own = ["node.name=s".to_owned(), local("rpc.listen", storage), data("s")];
    let mut replica = Role::start("storage", &[&own[..], &others].concat())?;
    // Longer than they wait for an answer to one question.
    tokio::time::sleep(Duration::from_secs(12)).await;
    anyhow::ensure!(query.0.try_wait()?.is_none() && replica.0.try_wait()?.is_none(), "a node did not wait");
    let _journal = Role::start(
        "journal",
        &[
            "node.name=j".to_owned(),
            "journal.node=1".to_owned(),
            format!("journal.members=1=127.0.0.1:{journal}"),
            local("rpc.listen", journal),
            data("j"),
            "admin.listen=127.0.0.1:0".to_owned(),
        ],
    )?;
    let entrance = Entrance::at(([127, 0, 0, 1], sql).into());
    let begun = Instant::now();
    loop {
        match entrance.connect().await {
            Ok(session) => return session.batch_execute("CREATE TABLE t (a int)").await.map_err(Into::into),
            Err(error) => anyhow::ensure!(begun.elapsed() < Duration::from_secs(60), "no query node: {error:#}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
