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
    /// Only these, as `--only django`; may be given several times. `rust` is sqlx, Diesel and SeaORM.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

/// A program and how it is run.
struct Program {
    name: &'static str,
    run: fn(&Server) -> Result<()>,
}

const fn program(name: &'static str, run: fn(&Server) -> Result<()>) -> Program {
    Program { name, run }
}

const PROGRAMS: &[Program] = &[
    program("psycopg", |server| python(server, "psycopg_client.py")),
    program("asyncpg", |server| python(server, "asyncpg_client.py")),
    program("node-postgres", |server| node(server, "node_postgres_client.js")),
    program("django", |server| python(server, "django/program.py")),
    program("sqlalchemy", |server| python(server, "sqlalchemy/program.py")),
    program("activerecord", |server| {
        install::active_record()?;
        run_command(server.command("ruby").arg(folder().join("activerecord_client.rb")))
    }),
    program("knex", |server| node(server, "knex_client.js")),
    program("typeorm", |server| node(server, "typeorm_client.js")),
    program("drizzle", |server| node(server, "drizzle/program.js")),
    program("prisma", |server| node(server, "prisma/program.js")),
    program("jdbc", jdbc),
    program("rust", rust),
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
        if choice.only.is_empty() || choice.only.iter().any(|name| name == program.name) {
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
    // Each for itself, as in a project of its own: together they would share their features.
    for program in ["client-sqlx", "client-diesel", "client-seaorm"] {
        let mut build = cargo(&["build", "--quiet", "--locked", "--package", program]);
        run_command(build.current_dir(&workspace).env("CARGO_TARGET_DIR", &target).env("DATABASE_URL", &url))?;
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
