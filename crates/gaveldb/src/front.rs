//! The PostgreSQL port of a process: settings into front, drain at the end.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, anyhow};
use gavel_api::sql::SqlEngine;
use gavel_frontend::auth::hba::Rule;
use gavel_frontend::server::BindError;
use gavel_frontend::settings::TlsFiles;
use gavel_frontend::{Frontend, FrontendSettings, FrontendStats};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::settings::Settings;

/// Settings that were found to make sense.
pub struct Front(FrontendSettings);

/// A front that has its port.
pub struct Bound {
    frontend: Frontend,
    address: SocketAddr,
}

/// A front that answers.
pub struct Serving {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Front {
    /// Checks the settings, before anything is opened.
    ///
    /// # Errors
    /// Exit code 2.
    pub fn prepare(settings: &Settings) -> Result<Self, Failure> {
        frontend_settings(settings).map(Self).map_err(|e| Failure::new(Failure::USAGE, e))
    }

    /// Takes the port. `mock_secret`: see [`FrontendSettings::mock_secret`]; it may come to be known later.
    ///
    /// # Errors
    /// Exit code 4 if the port cannot be had, 2 if the certificate cannot be read.
    pub async fn bind(
        mut self,
        engine: Arc<dyn SqlEngine>,
        mock_secret: Arc<OnceLock<[u8; 32]>>,
    ) -> Result<Bound, Failure> {
        self.0.mock_secret = mock_secret;
        let frontend = Frontend::bind(self.0, engine).await.map_err(|e| match e {
            BindError::Listen(..) => Failure::new(Failure::LISTEN, e),
            BindError::Tls(_) => Failure::new(Failure::USAGE, e),
        })?;
        let address = frontend.local_addr()?;
        Ok(Bound { frontend, address })
    }
}

impl Bound {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn stats(&self) -> Arc<FrontendStats> {
        self.frontend.stats()
    }

    /// Begins to answer.
    pub fn serve(self) -> Serving {
        let stop = CancellationToken::new();
        let task = tokio::spawn(self.frontend.serve(stop.clone()));
        Serving { address: self.address, stop, task }
    }
}

impl Serving {
    /// The line to copy, once the server answers.
    pub fn announce(&self) {
        let ip = self.address.ip();
        let host = if ip.is_unspecified() { "127.0.0.1".to_owned() } else { ip.to_string() };
        println!("ready: psql -h {host} -p {} -U postgres", self.address.port());
    }

    /// Lets sessions at work finish, then ends.
    ///
    /// # Errors
    /// If the front panicked.
    pub async fn drain(self) -> Result<(), Failure> {
        self.stop.cancel();
        self.task.await.context("the front ended badly")?;
        Ok(())
    }
}

fn frontend_settings(settings: &Settings) -> anyhow::Result<FrontendSettings> {
    let hba = settings.server_hba.iter().map(|line| Rule::parse(line)).collect::<Result<_, _>>();
    let allow_tls12 = match settings.server_tls_min_version.as_str() {
        "1.3" => false,
        "1.2" => true,
        other => return Err(anyhow!("setting \"server.tls.min_version\": \"{other}\" is not 1.3 or 1.2")),
    };
    let tls = match (&settings.server_tls_certificate, &settings.server_tls_key) {
        (Some(certificate), Some(key)) => {
            Some(TlsFiles { certificate: certificate.clone(), key: key.clone(), allow_tls12 })
        }
        (None, None) => None,
        _ => return Err(anyhow!("server.tls.certificate and server.tls.key need each other")),
    };
    Ok(FrontendSettings {
        listen: settings.server_listen,
        max_connections: settings.server_connections_max,
        max_pending: settings.server_connections_pending_max,
        max_message_bytes: settings.server_message_max.as_usize(),
        startup_timeout: settings.server_startup_timeout,
        drain_timeout: settings.server_drain_timeout,
        hba: hba.map_err(|why| anyhow!("setting \"server.hba\": {why}"))?,
        tls,
        ..FrontendSettings::default()
    })
}
