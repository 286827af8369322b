//! The sample schemas, as psql loads them, and reports over them: `tests/reports/*.sql` must answer
//! what PostgreSQL 15 answered (`*.out`, written by `psql -At`).

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::install;
use crate::server::Server;
use crate::shell::{self, output, root, shared};

/// Loads both schemas and compares counts and reports.
pub fn run(server: &Server) -> Result<()> {
    install::postgres_clients()?;
    let data = shared().join("data");
    if !data.join("chinook.sql").exists() {
        if std::env::var_os("CI").is_some() {
            bail!("{} is missing", data.display());
        }
        eprintln!("xtask: SKIPPED the reports: {} is missing (set GAVEL_SHARED)", data.display());
        return Ok(());
    }
    // chinook.sql creates its database and changes to it; northwind.sql fills the one it is given.
    run_file(server, "postgres", &data.join("chinook.sql"))?;
    shell::run(server.psql("postgres").args([
        "-c",
        "DROP DATABASE IF EXISTS northwind",
        "-c",
        "CREATE DATABASE northwind",
    ]))?;
    run_file(server, "northwind", &data.join("northwind.sql"))?;
    let mut failed = 0;
    for (database, name) in [
        ("chinook", "chinook.counts"),
        ("northwind", "northwind.counts"),
        ("chinook", "chinook"),
        ("northwind", "northwind"),
    ] {
        let folder = root().join("tests/reports");
        let script = folder.join(format!("{name}.sql"));
        let expected = std::fs::read_to_string(folder.join(format!("{name}.out")))?;
        let actual = output(server.psql(database).args(["-At", "-F", "|", "-P", "null=∅", "-f"]).arg(&script))
            .with_context(|| name.to_owned())?;
        if actual == expected {
            println!("reports: {name}: {} lines as PostgreSQL's", expected.lines().count());
        } else {
            failed += 1;
            println!("reports: {name} DIFFERS");
            for (n, (a, e)) in actual.lines().zip(expected.lines()).enumerate().filter(|(_, (a, e))| a != e).take(5) {
                println!("  line {}: {a}\n  expected: {e}", n + 1);
            }
            println!("  {} lines, expected {}", actual.lines().count(), expected.lines().count());
        }
    }
    if failed > 0 { bail!("{failed} reports differ") } else { Ok(()) }
}

fn run_file(server: &Server, database: &str, file: &Path) -> Result<()> {
    shell::run(server.psql(database).arg("-o").arg("/dev/null").arg("-f").arg(file))
}
