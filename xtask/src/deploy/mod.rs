//! The files under `deploy/` and `docker-compose.yml`, tested as far as a machine without a container
//! engine allows.
//!
//! | module | what it looks at |
//! |---|---|
//! | [`load`] | YAML and Dockerfile into values |
//! | [`syntax`] | schemas and the programs' own checks of their files |
//! | [`kubernetes`] | what manifests say of each other: selectors, ports, volumes, names |
//! | [`compose`] | the same of the compose file; its containers as values |
//! | [`names`] | every subcommand, flag, setting and variable that files and manuals name exists |
//! | [`cluster`] | the compose file's containers as processes, each with a loopback address of its own |
//! | [`watching`] | Prometheus against them: targets, rules, every metric of dashboard and alerts |
//!
//! YAML is read by Python's parser: the schemas come as Python packages, and so one parser reads for all.

mod cluster;
mod compose;
mod kubernetes;
mod load;
mod names;
mod syntax;
mod watching;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{install, server};

/// What is wrong, one line each.
#[derive(Debug, Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }

    /// Adds `what` unless `fine`.
    fn check(&mut self, fine: bool, what: impl FnOnce() -> String) {
        if !fine {
            self.0.push(what());
        }
    }

    fn outcome(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { bail!("deploy:\n  {}", self.0.join("\n  ")) }
    }
}

/// Everything, with `binary` or one that is built for it.
pub fn run(binary: Option<PathBuf>) -> Result<()> {
    let tools = install::deploy_tools()?;
    let files = load::Files::read(&tools.python)?;
    let binary = match binary {
        Some(binary) => binary.canonicalize()?,
        None => server::build(false)?,
    };

    let mut findings = Findings::default();
    syntax::check(&tools, &files, &binary, &mut findings)?;
    kubernetes::check(&files, &mut findings);
    compose::check(&files, &mut findings);
    names::check(&files, &binary, &mut findings)?;
    findings.outcome()?;
    eprintln!("xtask: deploy: files are sound");

    let containers = compose::containers(&files)?;
    cluster::exercise(&files, &containers, &binary)
}
