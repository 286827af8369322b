//! Starting and stopping.

use anyhow::Result;
use gavel_testkit::Server;

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
