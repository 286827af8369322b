//! What every role's process does around its role: settings, log, runtime, signals, admin port.
//!
//! ```text
//! settings → log → runtime → admin port taken → role opens … serves … signal → drains → exit 0
//! ```
//! The admin port is taken before anything is opened, so that a start that cannot serve leaves no trace. A
//! role that may wait long for others answers at it before ([`Process::answer`]), not ready yet.
//! The first signal drains; a second one exits at once, which loses nothing but time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use gavel_telemetry::trace::Traces;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Failure;
use crate::admin::{self, Node, Stage};
use crate::cli::Source;
use crate::settings::{self, Settings};

/// Exit code after a second signal: 128 + SIGINT, as a shell would say.
const INTERRUPTED: i32 = 130;
/// Between attempts to open over a cluster that does not answer.
const AGAIN: Duration = Duration::from_millis(500);
/// What the runtime waits for blocking threads that still read.
const LINGER: Duration = Duration::from_secs(1);

/// A process that is about to take a role.
pub struct Process {
    pub settings: Settings,
    pub begun: Instant,
    signals: StopSignals,
    admin: AdminPort,
}

/// Taken, then answered.
enum AdminPort {
    Taken(TcpListener),
    Answered(Admin),
}

/// Runs `role` in a process of its own.
///
/// # Errors
/// Whatever keeps it from serving.
pub fn run(
    role_name: &str,
    source: Source,
    role: impl AsyncFnOnce(Process) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let begun = Instant::now();
    let settings = settings::load(&source.layers())?;
    let format = settings.log_format.parse().map_err(|e: String| Failure::new(Failure::USAGE, anyhow!(e)))?;
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = settings.runtime_threads {
        builder.worker_threads(threads.max(1));
    }
    let runtime = builder.enable_all().thread_name("gavel").build()?;
    let telemetry = {
        // Whoever sends traces does so on the runtime.
        let _inside = runtime.enter();
        gavel_telemetry::init(&settings.log_filter, format, traces(role_name, &settings).as_ref())
            .map_err(|e| Failure::new(Failure::USAGE, e))?
    };
    raise_descriptor_limit();
    let served = runtime.block_on(async {
        let signals = StopSignals::catch()?;
        let admin = listen(settings.admin_listen).await?;
        role(Process { settings, begun, signals, admin: AdminPort::Taken(admin) }).await
    });
    drop(telemetry);
    runtime.shutdown_timeout(LINGER);
    served
}

/// Where traces go, if anywhere.
fn traces(role: &str, settings: &Settings) -> Option<Traces> {
    Some(Traces {
        endpoint: settings.telemetry_otlp_endpoint.clone()?,
        one_in: settings.telemetry_otlp_one_in,
        role: role.to_owned(),
        name: settings.node_name.clone(),
        zone: settings.node_zone.clone(),
        cluster: settings.cluster_id.clone(),
    })
}

impl Process {
    /// Runs `opening` unless a signal comes first: then `None`, and whatever was opened is as good as
    /// after a crash, which is how it will be opened again.
    ///
    /// # Errors
    /// Those of `opening`.
    pub async fn open<T>(&mut self, opening: impl Future<Output = Result<T, Failure>>) -> Result<Option<T>, Failure> {
        tokio::select! {
            opened = opening => opened.map(Some),
            which = self.signals.next() => {
                tracing::info!(signal = which, "stopped while starting");
                Ok(None)
            }
        }
    }

    /// Answers at the admin port from now on, for a role that does not serve yet.
    #[must_use]
    pub fn answer(mut self, node: &Arc<Node>) -> Self {
        self.admin = AdminPort::Answered(self.admin.answer(node));
        self
    }

    /// Answers at the admin port, if that is not so yet, and waits for the signal to stop. Returns the admin
    /// port, to be closed last.
    pub async fn serve(self, node: Arc<Node>) -> Admin {
        let Self { mut signals, admin, begun, .. } = self;
        let admin = admin.answer(&node);
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(listen = node.listen, admin = admin.address.map(tracing::field::display), took_ms, "serving");
        node.set_stage(Stage::Serving);
        let which = signals.next().await;
        tracing::info!(signal = which, "draining");
        node.set_stage(Stage::Draining);
        tokio::spawn(async move {
            let which = signals.next().await;
            tracing::warn!(signal = which, "stopping at once");
            std::process::exit(INTERRUPTED);
        });
        admin
    }
}

/// Opens what needs other processes: tried until it succeeds, or fails for a reason that does not pass.
/// A cluster starts in any order, and a node that starts while nobody leads must not be the next to be
/// missed.
///
/// # Errors
/// The first that does not pass.
pub async fn until_open<T, E: std::fmt::Display>(
    mut open: impl AsyncFnMut() -> Result<T, E>,
    passes: impl Fn(&E) -> bool,
) -> Result<T, E> {
    loop {
        match open().await {
            Err(error) if passes(&error) => {
                tracing::warn!(%error, "not open yet: waits for the rest of the cluster");
                tokio::time::sleep(AGAIN).await;
            }
            outcome => return outcome,
        }
    }
}

impl AdminPort {
    fn answer(self, node: &Arc<Node>) -> Admin {
        match self {
            Self::Answered(admin) => admin,
            Self::Taken(listener) => {
                let shutdown = CancellationToken::new();
                let address = listener.local_addr().ok();
                let task = tokio::spawn(admin::serve(listener, node.clone(), shutdown.clone()));
                Admin { address, shutdown, task }
            }
        }
    }
}

/// The admin port while it is answered.
pub struct Admin {
    address: Option<SocketAddr>,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Admin {
    /// Ends it.
    pub async fn close(self) {
        self.shutdown.cancel();
        let _ = tokio::time::timeout(LINGER, self.task).await;
        tracing::info!("stopped");
    }
}

/// Takes a port.
///
/// # Errors
/// Exit code 4.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
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
