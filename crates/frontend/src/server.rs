//! Listening: each accepted socket is a task; limits before and after authentication; draining.
//!
//! Draining: no more connections are accepted, idle sessions are told 57P01 at once, sessions at
//! work when they become idle, and all others when `drain_timeout` is over.
#![allow(
    clippy::disallowed_methods,
    reason = "the shell of the front: accepts sockets, starts tasks, asks for the time"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gavel_api::sql::{Credential, SessionParams, SqlEngine};
use gavel_types::{SqlError, SqlState};
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::auth::hba::{self, Attempt, Method};
use crate::auth::scram::{Exchange, Refused};
use crate::auth::throttle::{Throttle, Verdict};
use crate::backend;
use crate::cancel::{CancelRegistry, Registration, SECRET_3_0, SECRET_3_2};
use crate::connection::Connection;
use crate::conversation::Conversation;
use crate::message::Body;
use crate::settings::FrontendSettings;
use crate::startup::{self, MAX_PACKET, Negotiated, Startup};
use crate::tls::Tls;

/// How long sessions that were terminated may take to end.
const TERMINATE_GRACE: Duration = Duration::from_secs(2);

/// Counters, readable while the front serves.
#[derive(Debug, Default)]
pub struct FrontendStats {
    /// Authenticated sessions now.
    pub sessions: AtomicUsize,
    /// Connections that have not authenticated yet.
    pub pending: AtomicUsize,
    /// Since start.
    pub accepted_total: AtomicU64,
    /// Refused for lack of room, since start.
    pub refused_total: AtomicU64,
    /// Failed to authenticate, since start.
    pub denied_total: AtomicU64,
    /// Ended by a panic, since start: a fault of ours each.
    pub panicked_total: AtomicU64,
}

/// A bound listener that is not serving yet.
pub struct Frontend {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// What all connections share.
struct Shared {
    settings: FrontendSettings,
    engine: Arc<dyn SqlEngine>,
    tls: Option<Tls>,
    registry: Arc<CancelRegistry>,
    throttle: Mutex<Throttle>,
    stats: Arc<FrontendStats>,
    drain: CancellationToken,
}

/// Why the front cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error(transparent)]
    Tls(#[from] crate::tls::Error),
}

impl Frontend {
    /// Binds the address and loads certificates.
    ///
    /// # Errors
    /// [`BindError`], for the operator.
    pub async fn bind(settings: FrontendSettings, engine: Arc<dyn SqlEngine>) -> Result<Self, BindError> {
        let tls = settings.tls.as_ref().map(Tls::load).transpose()?;
        let listener = TcpListener::bind(settings.listen).await.map_err(|e| BindError::Listen(settings.listen, e))?;
        let shared = Shared {
            settings,
            engine,
            tls,
            registry: Arc::default(),
            throttle: Mutex::default(),
            stats: Arc::default(),
            drain: CancellationToken::new(),
        };
        Ok(Self { listener, shared: Arc::new(shared) })
    }

    /// The bound address, its port chosen.
    ///
    /// # Errors
    /// As the system says.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    pub fn stats(&self) -> Arc<FrontendStats> {
        self.shared.stats.clone()
    }

    /// Serves until `shutdown` is cancelled, then drains.
    pub async fn serve(self, shutdown: CancellationToken) {
        let Self { listener, shared } = self;
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                Some(ended) = tasks.join_next() => note_panic(&ended, &shared.stats),
                accepted = listener.accept() => match accepted {
                    Ok((socket, peer)) => accept(&shared, &mut tasks, socket, peer),
                    Err(error) => {
                        // Out of descriptors, most likely: waiting is what helps.
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        }
        drop(listener);
        drain(&shared, tasks).await;
    }
}

fn accept(shared: &Arc<Shared>, tasks: &mut JoinSet<()>, socket: TcpStream, peer: SocketAddr) {
    let stats = &shared.stats;
    stats.accepted_total.fetch_add(1, Ordering::Relaxed);
    if stats.pending.fetch_add(1, Ordering::Relaxed) >= shared.settings.max_pending {
        stats.pending.fetch_sub(1, Ordering::Relaxed);
        stats.refused_total.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let shared = shared.clone();
    tasks.spawn(async move {
        let pending = Counted(&shared.stats.pending);
        let _ = socket.set_nodelay(true);
        // Boxed, so that a session does not carry the room of its handshake for life.
        let opened = Box::pin(tokio::time::timeout(shared.settings.startup_timeout, open(&shared, socket, peer)));
        let opened = opened.await.unwrap_or(None);
        drop(pending);
        if let Some(Opened { conversation, registration, slot }) = opened {
            let _alive = (registration, slot);
            conversation.run(&shared.drain).await;
        }
    });
}

async fn drain(shared: &Shared, mut tasks: JoinSet<()>) {
    shared.drain.cancel();
    let all_ended = async |tasks: &mut JoinSet<()>| while tasks.join_next().await.is_some() {};
    if tokio::time::timeout(shared.settings.drain_timeout, all_ended(&mut tasks)).await.is_ok() {
        return;
    }
    tracing::info!(sessions = tasks.len(), "ending sessions that are still at work");
    shared.registry.terminate_all();
    let _ = tokio::time::timeout(TERMINATE_GRACE, all_ended(&mut tasks)).await;
    tasks.shutdown().await;
}

fn note_panic(ended: &Result<(), tokio::task::JoinError>, stats: &FrontendStats) {
    if let Err(error) = ended
        && error.is_panic()
    {
        stats.panicked_total.fetch_add(1, Ordering::Relaxed);
        tracing::error!(%error, "a session panicked");
    }
}

/// Takes one off a counter when dropped.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One authenticated session, counted while this lives.
struct SessionSlot(Arc<FrontendStats>);

impl SessionSlot {
    /// `None` if there is no room.
    fn take(stats: &Arc<FrontendStats>, max: usize) -> Option<Self> {
        let slot = Self(stats.clone());
        (stats.sessions.fetch_add(1, Ordering::Relaxed) < max).then_some(slot)
    }
}

impl Drop for SessionSlot {
    fn drop(&mut self) {
        self.0.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Opened {
    conversation: Conversation,
    registration: Registration,
    slot: SessionSlot,
}

/// From a bare socket to an open session; `None` if it did not come to that.
async fn open(shared: &Shared, socket: TcpStream, peer: SocketAddr) -> Option<Opened> {
    // Nothing large may come before the client is known.
    let negotiated = startup::negotiate(socket, shared.tls.as_ref(), MAX_PACKET).await;
    let (mut connection, startup, tls) = match negotiated {
        Negotiated::Closed => return None,
        Negotiated::Cancel { pid, secret } => {
            shared.registry.cancel(pid, &secret);
            return None;
        }
        Negotiated::Refused(connection, error) => return refuse(connection, &error).await,
        Negotiated::Startup { connection, startup, tls } => (connection, startup, tls),
    };
    if startup.negotiate {
        let version = 3 << 16 | startup.minor;
        backend::negotiate_protocol_version(version, &startup.unknown_options, &mut connection.out);
    }
    let Some(mock_secret) = shared.settings.mock_secret.get() else {
        let error = SqlError::new(SqlState::CannotConnectNow, "the database system is starting up");
        return refuse(connection, &error).await;
    };
    if let Err(error) = authenticate(shared, &mut connection, &startup, mock_secret, tls, peer).await {
        shared.stats.denied_total.fetch_add(1, Ordering::Relaxed);
        tracing::info!(user = startup.user, %peer, message = error.message(), "connection refused");
        return refuse(connection, &error).await;
    }
    connection.max_message_bytes = shared.settings.max_message_bytes;
    let Some(slot) = SessionSlot::take(&shared.stats, shared.settings.max_connections) else {
        shared.stats.refused_total.fetch_add(1, Ordering::Relaxed);
        let error = SqlError::new(SqlState::TooManyConnections, "sorry, too many clients already");
        return refuse(connection, &error).await;
    };
    session(shared, connection, startup, peer, slot).await
}

async fn session(
    shared: &Shared,
    mut connection: Connection,
    startup: Startup,
    peer: SocketAddr,
    slot: SessionSlot,
) -> Option<Opened> {
    let secret_bytes = if startup.minor >= 2 { SECRET_3_2 } else { SECRET_3_0 };
    let registration = shared.registry.register(secret_bytes);
    let params = SessionParams {
        user: startup.user,
        database: startup.database,
        settings: startup.settings,
        client: Some((peer.ip(), peer.port())),
        pid: registration.pid,
    };
    let session = match shared.engine.open(params).await {
        Ok(session) => session,
        Err(error) => return refuse(connection, &error).await,
    };
    registration.attach(session.cancel_handle());
    let out = &mut connection.out;
    backend::authentication_ok(out);
    for (name, value) in session.reported_settings() {
        backend::parameter_status(&name, &value, out);
    }
    backend::backend_key_data(registration.pid, &registration.secret, out);
    backend::ready_for_query(session.transaction_status(), out);
    if connection.flush().await.is_err() {
        session.close().await;
        return None;
    }
    Some(Opened { conversation: Conversation::new(connection, session), registration, slot })
}

async fn refuse(mut connection: Connection, error: &SqlError) -> Option<Opened> {
    backend::error(error, true, &mut connection.out);
    connection.close().await;
    None
}

async fn authenticate(
    shared: &Shared,
    connection: &mut Connection,
    startup: &Startup,
    mock_secret: &[u8; 32],
    tls: bool,
    peer: SocketAddr,
) -> Result<(), SqlError> {
    let attempt = Attempt { address: peer.ip(), tls, user: &startup.user, database: &startup.database };
    match hba::method(&shared.settings.hba, &attempt) {
        Some(Method::Trust) => Ok(()),
        Some(Method::Scram) => {
            let verdict = shared.throttle.lock().verdict(peer.ip(), &startup.user, Instant::now());
            match verdict {
                Verdict::LockedOut => return Err(wrong_password(&startup.user)),
                Verdict::Wait(delay) if !delay.is_zero() => tokio::time::sleep(delay).await,
                Verdict::Wait(_) => {}
            }
            // Not a matter of the client: nobody is told that its password is wrong.
            let credential = shared.engine.credential(&startup.user).await?;
            match scram(shared, connection, &startup.user, &credential, mock_secret, tls).await {
                Ok(()) => {
                    shared.throttle.lock().succeeded(peer.ip());
                    Ok(())
                }
                Err(Refused(reason)) => {
                    tracing::debug!(user = startup.user, %peer, reason, "authentication failed");
                    shared.throttle.lock().failed(peer.ip(), &startup.user, Instant::now());
                    Err(wrong_password(&startup.user))
                }
            }
        }
        method => {
            let rejected = method == Some(Method::Reject);
            let how = if tls { "SSL encryption" } else { "no encryption" };
            let what = if rejected { "pg_hba.conf rejects connection" } else { "no pg_hba.conf entry" };
            Err(SqlError::new(
                SqlState::InvalidAuthorizationSpecification,
                format!(
                    "{what} for host \"{}\", user \"{}\", database \"{}\", {how}",
                    peer.ip(),
                    startup.user,
                    startup.database
                ),
            ))
        }
    }
}

fn wrong_password(user: &str) -> SqlError {
    SqlError::new(SqlState::InvalidPassword, format!("password authentication failed for user \"{user}\""))
}

async fn scram(
    shared: &Shared,
    connection: &mut Connection,
    user: &str,
    credential: &Credential,
    mock_secret: &[u8; 32],
    tls: bool,
) -> Result<(), Refused> {
    let gone = |_| Refused("the client is gone".to_owned());
    let certificate = match &shared.tls {
        Some(t) if tls => Some(t.certificate_pem.as_slice()),
        _ => None,
    };
    let exchange = Exchange::new(credential, user, mock_secret, certificate);
    backend::authentication_sasl(exchange.mechanisms(), &mut connection.out);
    connection.flush().await.map_err(gone)?;

    let first = password_message(connection).await?;
    let nonsense = |e: SqlError| Refused(e.message().to_owned());
    let mut body = Body(&first);
    let mechanism = body.string().map_err(nonsense)?;
    let length = body.u32().map_err(nonsense)? as usize;
    let data = body.take(length).map_err(nonsense)?;
    let (reply, awaiting) = exchange.client_first(mechanism, data)?;
    backend::authentication_sasl_continue(&reply, &mut connection.out);
    connection.flush().await.map_err(gone)?;

    let proof = password_message(connection).await?;
    let reply = awaiting.client_final(&proof)?;
    backend::authentication_sasl_final(&reply, &mut connection.out);
    Ok(())
}

async fn password_message(connection: &mut Connection) -> Result<bytes::Bytes, Refused> {
    match connection.frame().await {
        Ok((b'p', body)) => Ok(body),
        Ok((tag, _)) => Err(Refused(format!("expected SASL response, got message type {tag}"))),
        Err(error) => Err(Refused(format!("no SASL response: {error:?}"))),
    }
}
