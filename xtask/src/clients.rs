//! Stock drivers against a server: `tests/clients/*`. (tokio-postgres is tested by
//! `crates/gaveldb/tests/e2e`.)

use anyhow::Result;

use crate::install;
use crate::server::Server;
use crate::shell::{root, run as run_command};

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
