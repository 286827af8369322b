//! Applications that others wrote for PostgreSQL, as they come from their registries: `tests/applications/*`.

use anyhow::{Result, bail};

use crate::install;
use crate::server::Server;
use crate::shell::{root, run as run_command};

/// An application: the script `tests/applications/NAME/run.py` installs nothing, migrates, uses and asserts.
struct Application {
    name: &'static str,
    /// The Python that runs the script, with the packages in its environment, and folders of `node_modules`.
    python: &'static [&'static str],
}

const APPLICATIONS: &[Application] = &[
    Application {
        name: "tryton",
        python: &[
            "trytond==8.0.12",
            "trytond-party==8.0.4",
            "trytond-product==8.0.2",
            "trytond-sale==8.0.5",
            "trytond-stock==8.0.5",
            "proteus==8.0.0",
            "psycopg[binary,pool]==3.2.13",
        ],
    },
    Application { name: "mlflow", python: &["mlflow==3.18.0", "psycopg2-binary==2.9.13", "psycopg[binary]==3.2.13"] },
];

/// Runs those that are named, or all.
pub fn run(server: &Server, only: &[String]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| APPLICATIONS.iter().all(|a| a.name != name.as_str())) {
        bail!("no application is called {unknown}");
    }
    for application in APPLICATIONS {
        if only.is_empty() || only.iter().any(|name| name == application.name) {
            let python = install::virtual_environment(application.name, application.python)?;
            let script = root().join("tests/applications").join(application.name).join("run.py");
            run_command(server.command(python).env("PYTHONDONTWRITEBYTECODE", "1").arg(script))?;
        }
    }
    Ok(())
}
