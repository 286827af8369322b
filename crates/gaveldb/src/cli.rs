//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::settings::Layers;

/// An open, PostgreSQL-wire, disaggregated SQL database.
#[derive(Debug, Parser)]
#[command(name = "gavel", version, propagate_version = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a database: everything in one durable process.
    Start(Source),
    /// Run a cluster of processes on this machine, for development and tests.
    Dev(Dev),
    /// Run a query node: speaks PostgreSQL's protocol, keeps nothing.
    Query(Source),
    /// Run a node of the replicated journal, and the adjudicator while it leads.
    Journal(Journal),
    /// Run a storage replica: follows the journal, answers reads.
    Storage(Source),
    /// Make a development authority and certificates for the processes of a cluster.
    Cert(Cert),
    /// Run SQL without psql.
    Sql(Sql),
    /// Ask a running server how it is.
    Status(Status),
    /// Print the version.
    Version {
        /// As a JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print a completion script for a shell.
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print a configuration file with every setting, its default and what it is for.
    Example,
    /// Print the settings as file, environment and flags make them.
    Show(Source),
}

/// A node of the journal; with a subcommand, a look at the nodes of a journal that runs, or a change of
/// them.
#[derive(Debug, clap::Args)]
pub struct Journal {
    #[command(flatten)]
    pub source: Source,
    #[command(subcommand)]
    pub action: Option<JournalAction>,
}

/// The nodes are found by `cluster.journal` or `journal.members` of the settings.
#[derive(Debug, Subcommand)]
pub enum JournalAction {
    /// Print the nodes of the journal.
    Members(Shown),
    /// Add a node, which runs already, or change the address of one; returns once it has caught up and
    /// counts for majorities.
    Add {
        /// Its number (journal.node).
        node: u64,
        /// Where the others reach it (rpc.listen), with its zone if it has one.
        #[arg(value_name = "HOST:PORT[@ZONE]")]
        address: String,
        #[command(flatten)]
        shown: Shown,
    },
    /// Remove a node; refused if the others are no majority.
    Remove {
        /// Its number, which is never to be used again.
        node: u64,
        #[command(flatten)]
        shown: Shown,
    },
}

/// How nodes are printed.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Shown {
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Where settings come from.
#[derive(Clone, Debug, clap::Args)]
pub struct Source {
    /// Configuration file (TOML).
    #[arg(long, global = true, env = "GAVEL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the data are kept; made if it is not there.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// Address for PostgreSQL clients.
    #[arg(long, global = true, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Address of health and status over HTTP.
    #[arg(long, global = true, value_name = "HOST:PORT")]
    pub admin_listen: Option<String>,
    /// Any setting, as `name=value`; may be repeated.
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

impl Source {
    /// The layers that these arguments and the environment stand for.
    pub fn layers(&self) -> Layers {
        let named =
            [("data_dir", &self.data_dir), ("server.listen", &self.listen), ("admin.listen", &self.admin_listen)];
        let mut flags: Vec<(String, String)> =
            named.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.as_ref()?.clone()))).collect();
        flags.extend(self.set.iter().map(|text| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (name.to_owned(), value.to_owned())
        }));
        Layers { file: self.config.clone(), environment: std::env::vars().collect(), flags }
    }
}

#[derive(Clone, Debug, clap::Args)]
pub struct Dev {
    /// Journal nodes, and as many storage replicas.
    #[arg(long, default_value_t = 3)]
    pub nodes: u16,
    /// Query nodes, on the port and those that follow.
    #[arg(long, default_value_t = 2)]
    pub queries: u16,
    /// Port of the first query node.
    #[arg(long, default_value_t = 5432)]
    pub port: u16,
    /// Where everything is kept; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "./gavel-dev")]
    pub data_dir: PathBuf,
    /// Failure domains, dealt out to the processes in turn.
    #[arg(long, value_name = "ZONE,…", value_delimiter = ',')]
    pub zones: Vec<String>,
    /// Let the processes prove to each other who they are, with certificates made for this cluster.
    #[arg(long)]
    pub tls: bool,
    /// Leave a process that has ended alone.
    #[arg(long)]
    pub no_restart: bool,
    /// Any setting, for every process, as `name=value`; may be repeated.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

impl Dev {
    /// The settings for every process.
    ///
    /// # Errors
    /// If one is not of that form.
    pub fn settings(&self) -> anyhow::Result<Vec<(String, String)>> {
        let split = |text: &String| {
            let (name, value) = text.split_once('=').with_context(|| format!("{text:?} is not \"name=value\""))?;
            Ok((name.to_owned(), value.to_owned()))
        };
        self.set.iter().map(split).collect()
    }
}

#[derive(Debug, clap::Args)]
pub struct Cert {
    /// Directory for `ca.crt`, `ca.key` and the certificates; an authority that is there is used.
    #[arg(long, value_name = "DIR", default_value = "./certs")]
    pub directory: PathBuf,
    /// Name of the cluster.
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// Processes, as `role/name`: query/q-1, journal/j-1, storage/s-1, operator/me.
    #[arg(value_name = "ROLE/NAME", required = true)]
    pub processes: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub struct Sql {
    /// Statements to run; may be repeated. Without it they come from files or standard input.
    #[arg(short = 'c', long = "command", value_name = "SQL")]
    pub commands: Vec<String>,
    /// Files of statements.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where to connect.
    #[arg(
        long,
        env = "GAVEL_URL",
        value_name = "URL",
        default_value = "postgresql://postgres@127.0.0.1:5432/postgres"
    )]
    pub url: String,
    /// Go on after a statement that fails.
    #[arg(long)]
    pub keep_going: bool,
}

#[derive(Debug, clap::Args)]
pub struct Status {
    /// Address of a server's admin port; may be repeated.
    #[arg(
        long,
        env = "GAVEL_ADMIN",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:8432",
        value_delimiter = ','
    )]
    pub admin: Vec<SocketAddr>,
    /// A cluster's `cluster.json`, as `gavel dev` writes it: asks all its processes.
    #[arg(long, value_name = "FILE", conflicts_with = "admin")]
    pub cluster: Option<PathBuf>,
    /// As JSON: an object, or a list of them if there are several servers.
    #[arg(long)]
    pub json: bool,
    /// Again every two seconds, until interrupted.
    #[arg(long)]
    pub watch: bool,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    #[test]
    fn settings_go_before_or_after_what_is_done_to_a_journal() {
        for line in ["gavel journal --set a=b add 4 db-4:7432@z", "gavel journal add 4 db-4:7432@z --set a=b"] {
            let args = super::Args::try_parse_from(line.split(' ')).unwrap();
            let super::Command::Journal(journal) = args.command else { panic!("{line}") };
            assert_eq!(journal.source.set, ["a=b"], "{line}");
            assert!(matches!(journal.action, Some(super::JournalAction::Add { node: 4, .. })), "{line}");
        }
        let args = super::Args::try_parse_from(["gavel", "journal", "--set", "a=b"]).unwrap();
        assert!(matches!(args.command, super::Command::Journal(super::Journal { action: None, .. })));
    }

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
