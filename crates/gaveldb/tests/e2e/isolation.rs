//! Golden scripts of isolation anomalies: `tests/isolation/*.txt` in the repository's root, each over a
//! fresh database. `GAVEL_BLESS=1` rewrites them with what came.

use std::path::Path;

use anyhow::{Context, Result};
use gavel_testkit::{Server, script};

use crate::GAVEL;

#[tokio::test(flavor = "multi_thread")]
async fn isolation_scripts_answer_as_written() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/isolation");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.retain(|p| p.extension().is_some_and(|e| e == "txt"));
    paths.sort();
    assert!(paths.len() >= 16, "scripts are missing");
    let dir = tempfile::tempdir()?;
    let server = Server::start(GAVEL, dir.path().join("data"), &[]).await?;
    let mut failed = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        server.connect().await?.batch_execute("DROP TABLE IF EXISTS test").await?;
        let actual = script::run(&server, &text).await.with_context(|| path.display().to_string())?;
        if actual != text {
            if std::env::var_os("GAVEL_BLESS").is_some() {
                std::fs::write(&path, &actual)?;
            }
            failed.push(format!("--- {} answered\n{actual}", path.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}
