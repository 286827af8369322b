//! A PostgreSQL 15 in a folder of its own, to compare with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::install;
use crate::server::free_port;
use crate::shell::{exists, output};

const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// A server that ends with this value.
#[derive(Debug)]
pub struct Postgres {
    pub port: u16,
    folder: PathBuf,
}

impl Postgres {
    /// Makes an empty one and starts it on 127.0.0.1; user `postgres` needs no password.
    pub fn start() -> Result<Self> {
        install::postgres_clients()?;
        if !Path::new(PROGRAMS).is_dir() {
            bail!("{PROGRAMS} is missing: install Debian's postgresql-15");
        }
        // Not below target/: its user may have no right to enter there.
        let folder = PathBuf::from(output(Command::new("mktemp").args(["-d", "/tmp/xtask-postgres-XXXXXX"]))?.trim());
        if root_user()? {
            output(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let postgres = Self { port: free_port()?, folder };
        let initdb = ["-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"];
        output(postgres.command("initdb")?.args(initdb))?;
        let options = format!("-p {} -F -k {} -c listen_addresses=127.0.0.1", postgres.port, postgres.folder.display());
        // Its output goes nowhere: the server keeps it open for as long as it runs.
        let status = postgres
            .command("pg_ctl")?
            .args(["-D", "data", "-l", "log", "-w", "-o", &options, "start"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if !status.success() {
            bail!("PostgreSQL does not start; see {}", postgres.folder.join("log").display());
        }
        Ok(postgres)
    }

    /// One of its programs, as its own user if this is root, who may not run it.
    fn command(&self, program: &str) -> Result<Command> {
        let path = Path::new(PROGRAMS).join(program);
        let mut command = if root_user()? {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        Ok(command)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(mut command) = self.command("pg_ctl") {
            let _ = output(command.args(["-D", "data", "-m", "immediate", "stop"]));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn root_user() -> Result<bool> {
    Ok(exists("runuser") && output(Command::new("id").arg("-u"))?.trim() == "0")
}
