//! Applications that others wrote for PostgreSQL, as they come from their registries: `tests/applications/*`.

use std::path::Path;

use anyhow::{Result, bail};

use crate::install;
use crate::server::Server;
use crate::shell::{root, run as run_command};

/// An application: the script `tests/applications/NAME/run.py` migrates it, uses it and asserts.
struct Application {
    name: &'static str,
    /// Packages of Debian, and a file that is there once they are installed.
    debian: Option<(&'static [&'static str], &'static str)>,
    /// Packages of PyPI: what the application is, and what its script needs.
    python: &'static [&'static str],
}

const APPLICATIONS: &[Application] = &[
    Application {
        name: "tryton",
        debian: None,
        python: &[
            "trytond==8.0.12",
            "trytond-party==8.0.4",
            "trytond-product==8.0.2",
            "trytond-company==8.0.1",
            "trytond-country==8.0.0",
            "trytond-currency==8.0.0",
            "trytond-stock==8.0.5",
            "psycopg[binary,pool]==3.2.13",
        ],
    },
    Application {
        name: "mlflow",
        debian: None,
        // The last without a trigger in PL/pgSQL; the same script passes with 3.17.2 on PostgreSQL.
        python: &["mlflow==2.22.5", "sqlalchemy==2.0.58", "psycopg2-binary==2.9.13", "psycopg[binary]==3.2.13"],
    },
    Application {
        name: "redmine",
        debian: Some((&["redmine", "redmine-pgsql", "puma"], "/usr/share/redmine/config.ru")),
        python: &["psycopg[binary]==3.2.13"],
    },
];

/// Runs those that are named, or all.
pub fn run(server: &Server, only: &[String]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| APPLICATIONS.iter().all(|a| a.name != name.as_str())) {
        bail!("no application is called {unknown}");
    }
    for application in APPLICATIONS {
        if only.is_empty() || only.iter().any(|name| name == application.name) {
            if let Some((packages, file)) = application.debian {
                install::application(packages, Path::new(file))?;
            }
            let python = install::virtual_environment(application.name, application.python)?;
            let script = root().join("tests/applications").join(application.name).join("run.py");
            run_command(server.command(python).env("PYTHONDONTWRITEBYTECODE", "1").arg(script))?;
        }
    }
    Ok(())
}
