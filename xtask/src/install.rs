//! What tests need and a fresh machine may lack: PostgreSQL's clients, Python and Node packages.
//! Installed once; everything but Debian packages goes below `target/tools`.

use std::path::PathBuf;
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
    if !exists("apt-get") {
        bail!("install {} first", programs.join(", "));
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

/// A Python with the drivers that the client tests use.
pub fn python() -> Result<PathBuf> {
    debian(&["python3"], &["python3", "python3-venv"])?;
    let venv = tools().join("python");
    let python = venv.join("bin/python");
    let ready =
        || Command::new(&python).args(["-c", "import psycopg, asyncpg"]).output().is_ok_and(|o| o.status.success());
    if !ready() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        run(Command::new(&python).args(["-m", "pip", "install", "-q", "psycopg[binary]==3.2.13", "asyncpg==0.30.0"]))?;
    }
    Ok(python)
}

/// A folder from which `require("pg")` works.
pub fn node() -> Result<PathBuf> {
    debian(&["node", "npm"], &["nodejs", "npm"])?;
    let folder = tools().join("node");
    if !folder.join("node_modules/pg/package.json").exists() {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
        run(Command::new("npm").current_dir(&folder).args([
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "pg@8",
            "pg-copy-streams@6",
            "pg-cursor@2",
        ]))?;
    }
    Ok(folder)
}
