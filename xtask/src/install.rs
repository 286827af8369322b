//! What tests need and a fresh machine may lack: PostgreSQL, packages of Debian, Python and Node.js.
//! Installed once; everything but Debian packages goes below `target/tools`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell::{exists, root, run};

fn tools() -> PathBuf {
    root().join("target/tools")
}

/// Makes sure that Debian has `programs`, installing `packages` if one is missing.
fn debian(programs: &[&str], packages: &[&str]) -> Result<()> {
    if programs.iter().all(|p| exists(p)) {
        return Ok(());
    }
    apt(packages)
}

/// Installs packages of Debian.
fn apt(packages: &[&str]) -> Result<()> {
    if !exists("apt-get") {
        bail!("install {} first", packages.join(", "));
    }
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// `psql` and `pgbench`.
pub fn postgres_clients() -> Result<()> {
    debian(&["psql", "pgbench"], &["postgresql-client-15", "postgresql-contrib-15", "postgresql-15"])
}

/// What looks at the files of `deploy/`.
pub struct DeployTools {
    /// A Python that reads YAML.
    pub python: PathBuf,
    pub check_jsonschema: PathBuf,
    pub kubernetes_validate: PathBuf,
}

/// HAProxy, Prometheus, systemd's checker, and the schemas of compose files and manifests.
pub fn deploy_tools() -> Result<DeployTools> {
    debian(&["haproxy", "promtool", "prometheus", "systemd-analyze"], &["haproxy", "prometheus", "systemd"])?;
    debian(&["python3"], &["python3", "python3-venv"])?;
    let venv = tools().join("deploy");
    let program = |name: &str| venv.join("bin").join(name);
    let found = DeployTools {
        python: program("python"),
        check_jsonschema: program("check-jsonschema"),
        kubernetes_validate: program("kubernetes-validate"),
    };
    if !found.check_jsonschema.exists() || !found.kubernetes_validate.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        let packages = ["check-jsonschema==0.39.0", "kubernetes-validate==1.37.0", "PyYAML==6.0.4"];
        run(Command::new(&found.python).args(["-m", "pip", "install", "-q"]).args(packages))?;
    }
    Ok(found)
}

/// What `python` can import. Django 5.2 is the last that works with PostgreSQL 15 and is kept up for long.
const PYTHON: &[&str] = &[
    "psycopg[binary]==3.2.13",
    "asyncpg==0.30.0",
    "Django==5.2.19",
    SQLALCHEMY,
    "alembic==1.20.1",
    "greenlet==3.5.6",
    "pytest==9.2.0",
    "pytest-timeout==2.4.0",
];

const SQLALCHEMY: &str = "sqlalchemy==2.0.58";

/// What Node.js programs can require.
const NODE: &[&str] = &[
    "pg@8.23.1",
    "pg-copy-streams@6",
    "pg-cursor@2",
    "pg-query-stream@4",
    "knex@3.3.0",
    "typeorm@1.1.1",
    "reflect-metadata@0.2",
    "drizzle-orm@0.45.4",
    "drizzle-kit@0.31.11",
    "prisma@7.10.0",
    "@prisma/client@7.10.0",
    "@prisma/adapter-pg@7.10.0",
    "@prisma/schema-engine-wasm@7.10.0-4.0edf323efd1d98336f3f0a68684b56f689b900d3",
];

/// Whether `folder` holds just these packages; if not, `install` puts them there.
fn packages(folder: &Path, packages: &[&str], install: impl FnOnce() -> Result<()>) -> Result<()> {
    let (list, stamp) = (packages.join("\n"), folder.join("installed"));
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == list) {
        return Ok(());
    }
    install()?;
    Ok(std::fs::write(stamp, list)?)
}

/// A virtual environment `name` with `wanted` in it: its Python.
pub fn virtual_environment(name: &str, wanted: &[&str]) -> Result<PathBuf> {
    debian(&["python3"], &["python3", "python3-venv"])?;
    let venv = tools().join(name);
    let python = venv.join("bin/python");
    packages(&venv, wanted, || {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        run(Command::new(&python).args(["-m", "pip", "install", "-q", "--disable-pip-version-check"]).args(wanted))
    })?;
    Ok(python)
}

/// A Python with the drivers and ORMs that the client tests use.
pub fn python() -> Result<PathBuf> {
    virtual_environment("python", PYTHON)
}

/// SQLAlchemy's source distribution, unpacked: its tests are not in what pip installs.
pub fn sqlalchemy_source() -> Result<PathBuf> {
    let python = python()?;
    let folder = tools().join("sqlalchemy-source");
    packages(&folder, &[SQLALCHEMY], || {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        // Only this package as source: what its metadata are read with comes as it is.
        let name = SQLALCHEMY.split('=').next().unwrap_or(SQLALCHEMY);
        let arguments =
            ["-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--no-binary", name];
        run(Command::new(&python).args(arguments).arg("-d").arg(&folder).arg(SQLALCHEMY))?;
        let archive = folder.join(format!("{}.tar.gz", SQLALCHEMY.replace("==", "-")));
        run(Command::new("tar").arg("-xzf").arg(archive).args(["--strip-components", "1", "-C"]).arg(&folder))
    })?;
    Ok(folder)
}

/// A folder from which `require("pg")` works.
pub fn node() -> Result<PathBuf> {
    debian(&["node", "npm"], &["nodejs", "npm"])?;
    node_modules("node", NODE)
}

/// A folder `name` with `wanted` in its `node_modules`.
pub fn node_modules(name: &str, wanted: &[&str]) -> Result<PathBuf> {
    let folder = tools().join(name);
    packages(&folder, wanted, || {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
        let arguments = ["install", "--silent", "--no-audit", "--no-fund"];
        run(Command::new("npm").current_dir(&folder).args(arguments).args(wanted))
    })?;
    Ok(folder)
}

/// Ruby with ActiveRecord and the driver pg.
pub fn active_record() -> Result<()> {
    let ready = Command::new("ruby").args(["-e", "require 'active_record'; require 'pg'"]).output();
    if ready.is_ok_and(|o| o.status.success()) { Ok(()) } else { apt(&["ruby", "ruby-activerecord", "ruby-pg"]) }
}

/// An application that Debian packages, unless `file` is there. Its packages must not set up a database by themselves.
pub fn application(packages: &[&str], file: &Path) -> Result<()> {
    if file.exists() {
        return Ok(());
    }
    for package in packages {
        let answer = format!("{package} {package}/instances/default/dbconfig-install boolean false");
        run(Command::new("sh").args(["-c", "echo \"$0\" | debconf-set-selections", &answer]))?;
    }
    apt(packages)
}

/// A Java compiler, and pgjdbc.
pub fn jdbc() -> Result<PathBuf> {
    debian(&["java", "javac"], &["default-jdk-headless"])?;
    let driver = PathBuf::from("/usr/share/java/postgresql.jar");
    if !driver.exists() {
        apt(&["libpostgresql-jdbc-java"])?;
    }
    Ok(driver)
}

/// What Diesel links with.
pub fn libpq() -> Result<()> {
    if Path::new("/usr/include/postgresql/libpq-fe.h").exists() { Ok(()) } else { apt(&["libpq-dev"]) }
}
