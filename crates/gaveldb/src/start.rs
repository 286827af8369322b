//! `gavel start`: one process, every role.
//!
//! ```text
//! lock data directory → journal → adjudicator (opens an epoch) → replica (follows) → engine
//!   → admin port, PostgreSQL port → serve … signal → drain sessions → close replica, journal
//! ```
//! Each step needs the ones before it, and closing goes the other way. The first signal drains; a
//! second one exits at once, which loses nothing but time: the journal has every commit.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, anyhow};
use gavel_frontend::auth::hba::Rule;
use gavel_frontend::server::BindError;
use gavel_frontend::settings::TlsFiles;
use gavel_frontend::{Frontend, FrontendSettings};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::admin::{self, Node};
use crate::cli::Source;
use crate::data_dir::DataDir;
use crate::roles::Roles;
use crate::settings::{self, Settings};

/// Exit code after a second signal: 128 + SIGINT, as a shell would say.
const INTERRUPTED: i32 = 130;

pub fn run(source: Source) -> Result<(), Failure> {
    let begun = Instant::now();
    let settings = settings::load(&source.layers())?;
    let usage = |e: anyhow::Error| Failure::new(Failure::USAGE, e);
    let format = settings.log_format.parse().map_err(|e: String| usage(anyhow!(e)))?;
    gavel_telemetry::init(&settings.log_filter, format).map_err(|e| usage(e.into()))?;
    let front = frontend_settings(&settings).map_err(usage)?;
    raise_descriptor_limit();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = settings.runtime_threads {
        builder.worker_threads(threads.max(1));
    }
    let runtime = builder.enable_all().thread_name("gavel").build()?;
    let served = runtime.block_on(serve(settings, front, begun));
    // Reads that are under way on blocking threads must not hold the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    served
}

async fn serve(settings: Settings, mut front: FrontendSettings, begun: Instant) -> Result<(), Failure> {
    let mut signals = StopSignals::catch()?;
    let data_dir = DataDir::open(&settings.data_dir)?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        data_dir = %data_dir.path().display(),
        cluster_id = data_dir.identity.cluster_id,
        "starting"
    );
    front.mock_secret = data_dir.identity.mock_secret();
    // Both ports are taken before anything is opened: a start that cannot serve leaves no trace.
    let admin_listener = listen(settings.admin_listen).await?;
    let admin_address = admin_listener.local_addr()?;
    let roles = tokio::select! {
        opened = Roles::open(&data_dir, &settings) => opened?,
        which = signals.next() => {
            // Whatever was opened is as good as after a crash, which is how it will be opened again.
            tracing::info!(signal = which, "stopped while starting");
            return Ok(());
        }
    };
    let frontend = Frontend::bind(front, roles.engine.clone()).await.map_err(|e| match e {
        BindError::Listen(..) => Failure::new(Failure::LISTEN, e),
        BindError::Tls(_) => Failure::new(Failure::USAGE, e),
    })?;
    let address = frontend.local_addr()?;
    let node = Arc::new(Node {
        started: begun,
        cluster_id: data_dir.identity.cluster_id.clone(),
        data_dir: data_dir.path().display().to_string(),
        listen: address.to_string(),
        journal: roles.journal.clone(),
        journal_counters: roles.journal_counters.clone(),
        service: roles.service.clone(),
        replica: roles.replica.clone(),
        sessions: frontend.stats(),
        ready: AtomicBool::new(true),
    });
    let stop = CancellationToken::new();
    let stop_admin = CancellationToken::new();
    let admin = tokio::spawn(admin::serve(admin_listener, node.clone(), stop_admin.clone()));
    let front = tokio::spawn(frontend.serve(stop.clone()));
    tracing::info!(listen = %address, admin = %admin_address, took_ms = begun.elapsed().as_millis() as u64, "serving");
    announce(address);

    let which = signals.next().await;
    tracing::info!(signal = which, "draining");
    node.ready.store(false, Ordering::Relaxed);
    tokio::spawn(async move {
        let which = signals.next().await;
        tracing::warn!(signal = which, "stopping at once");
        std::process::exit(INTERRUPTED);
    });
    stop.cancel();
    front.await.context("the front ended badly")?;
    roles.close().await;
    stop_admin.cancel();
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), admin).await;
    tracing::info!("stopped");
    Ok(())
}

/// The line to copy, once the server answers.
fn announce(address: SocketAddr) {
    let host = if address.ip().is_unspecified() { "127.0.0.1".to_owned() } else { address.ip().to_string() };
    println!("ready: psql -h {host} -p {} -U postgres", address.port());
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
        .map_err(|e| Failure::new(Failure::LISTEN, e))
}

/// Signals that mean "stop". Caught from the moment this is made.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn catch() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
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

/// Ten thousand connections need more descriptors than most systems give at first.
fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "cannot raise the limit of open files");
        }
    }
}
