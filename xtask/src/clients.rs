//! Stock drivers against a server: `tests/clients/*`. (tokio-postgres is tested by
//! `crates/gaveldb/tests/e2e`.)

use anyhow::{Result, bail};

use crate::install;
use crate::server::Server;
use crate::shell::{root, run as run_command, shared};

/// psycopg 3, asyncpg, node-postgres.
pub fn run(server: &Server) -> Result<()> {
    let folder = root().join("tests/clients");
    let python = install::python()?;
    for program in ["psycopg_client.py", "asyncpg_client.py"] {
        run_command(server.command(&python).env("PYTHONDONTWRITEBYTECODE", "1").arg(folder.join(program)))?;
    }
    let node = install::node()?;
    run_command(
        server.command("node").env("NODE_PATH", node.join("node_modules")).arg(folder.join("node_postgres_client.js")),
    )
}

/// psql's backslash commands and pg_dump on sample schemas, compared with a PostgreSQL 15 on this machine. What may
/// differ is listed in `docs/sql/differences.md`.
pub fn catalogs(server: &Server) -> Result<()> {
    install::postgres_clients()?;
    let data = shared().join("data");
    if !data.is_dir() {
        bail!("{} is missing (set GAVEL_SHARED)", data.display());
    }
    let mut python = server.command("python3");
    python.env("GAVEL_SHARED", shared()).env("PYTHONDONTWRITEBYTECODE", "1");
    run_command(python.arg(root().join("tests/clients/catalogs.py")))
}
