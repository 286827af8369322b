//! Stock drivers, ORMs and their migrations against a server: `tests/clients/*`. (tokio-postgres is tested by
//! `crates/gaveldb/tests/e2e`.)

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::install;
use crate::postgres::Postgres;
use crate::server::Server;
use crate::shell::{cargo, root, run as run_command, shared};

/// Which programs.
#[derive(Args, Clone, Debug, Default)]
pub struct Choice {
    /// Only these, as `--only django`; may be given several times. `rust` (sqlx, Diesel, SeaORM) runs only if it is named.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

/// A program and how it is run.
struct Program {
    name: &'static str,
    run: fn(&Server) -> Result<()>,
    /// Whether it runs without being named.
    usual: bool,
}

const fn usual(name: &'static str, run: fn(&Server) -> Result<()>) -> Program {
    Program { name, run, usual: true }
}

const PROGRAMS: &[Program] = &[
    usual("psycopg", |server| python(server, "psycopg_client.py")),
    usual("asyncpg", |server| python(server, "asyncpg_client.py")),
    usual("node-postgres", |server| node(server, "node_postgres_client.js")),
    usual("django", |server| python(server, "django/program.py")),
    usual("sqlalchemy", |server| python(server, "sqlalchemy/program.py")),
    usual("activerecord", |server| {
        install::active_record()?;
        run_command(server.command("ruby").arg(folder().join("activerecord_client.rb")))
    }),
    usual("knex", |server| node(server, "knex_client.js")),
    usual("typeorm", |server| node(server, "typeorm_client.js")),
    usual("drizzle", |server| node(server, "drizzle/program.js")),
    usual("prisma", |server| node(server, "prisma/program.js")),
    usual("jdbc", jdbc),
    Program { name: "rust", run: rust, usual: false },
];

fn folder() -> PathBuf {
    root().join("tests/clients")
}

/// Runs the programs that are chosen, one after another.
pub fn run(server: &Server, choice: &Choice) -> Result<()> {
    if let Some(unknown) = choice.only.iter().find(|name| PROGRAMS.iter().all(|p| p.name != name.as_str())) {
        let names: Vec<&str> = PROGRAMS.iter().map(|p| p.name).collect();
        bail!("no client is called {unknown}; there are {}", names.join(", "));
    }
    for program in PROGRAMS {
        let named = choice.only.iter().any(|name| name == program.name);
        if named || (choice.only.is_empty() && program.usual) {
            (program.run)(server)?;
        }
    }
    Ok(())
}

fn python(server: &Server, program: &str) -> Result<()> {
    let python = install::python()?;
    run_command(server.command(python).env("PYTHONDONTWRITEBYTECODE", "1").arg(folder().join(program)))
}

fn node(server: &Server, program: &str) -> Result<()> {
    let modules = install::node()?.join("node_modules");
    run_command(server.command("node").env("NODE_PATH", modules).arg(folder().join(program)))
}

fn jdbc(server: &Server) -> Result<()> {
    let driver = install::jdbc()?;
    let classes = root().join("target/tools/jdbc");
    std::fs::create_dir_all(&classes)?;
    let source = folder().join("jdbc/Program.java");
    run_command(Command::new("javac").arg("-cp").arg(&driver).arg("-d").arg(&classes).arg(source))?;
    let path = format!("{}:{}", driver.display(), classes.display());
    run_command(server.command("java").args(["-cp", &path, "Program"]))
}

/// sqlx, Diesel and SeaORM: a workspace of their own. sqlx checks its queries against the server when it is compiled.
fn rust(server: &Server) -> Result<()> {
    install::libpq()?;
    let workspace = folder().join("rust");
    let database = "client_sqlx";
    let sql = |sql: &str| run_command(server.psql("postgres").args(["-c", sql]));
    let drop = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
    sql(&drop)?;
    sql(&format!("CREATE DATABASE {database}"))?;
    for migration in migrations(&workspace.join("sqlx/migrations"))? {
        run_command(server.psql(database).arg("-f").arg(migration))?;
    }
    let target = root().join("target/tools/clients-rust");
    let url = format!("postgres://postgres@127.0.0.1:{}/{database}", server.port);
    let mut build = cargo(&["build", "--quiet", "--locked", "--workspace"]);
    run_command(build.current_dir(&workspace).env("CARGO_TARGET_DIR", &target).env("DATABASE_URL", url))?;
    for program in ["client-sqlx", "client-diesel", "client-seaorm"] {
        run_command(&mut server.command(target.join("debug").join(program)))?;
    }
    sql(&drop)
}

/// The scripts that lead up, in order.
fn migrations(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    found.retain(|path| path.to_string_lossy().ends_with(".up.sql"));
    found.sort();
    Ok(found)
}

/// SQLAlchemy's own tests for dialects, on the server and on a PostgreSQL 15: what passes there must pass here.
pub fn sqlalchemy(server: &Server, arguments: &[String]) -> Result<()> {
    let python = install::python()?;
    let source = install::sqlalchemy_source()?;
    let postgres = Postgres::start()?;
    let mut command = server.command(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("SQLALCHEMY_SOURCE", source);
    command.env("ORACLE_PORT", postgres.port.to_string());
    run_command(command.arg(folder().join("sqlalchemy_suite/compare.py")).args(arguments))
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
