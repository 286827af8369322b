//! Connections to other processes.
//!
//! A [`Link`] connects when a call needs it. All calls that wait for a connection share one attempt and
//! learn of its failure together: behind a node that swallows packets, a hundred calls must not wait a
//! hundred times. For the same reason a channel never connects again by itself; the link replaces it.
#![allow(clippy::disallowed_methods, reason = "a shell: connects")]

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::{BoxFuture, FutureExt, Shared};
use http::Uri;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{ConnectError, Status};

use crate::call::{Headers, never_connected, refused_at_the_door};
use crate::identity::Role;
use crate::security::Security;
use crate::settings::Settings;
use crate::wire::{Io, Wire};

/// What calls go through.
pub(crate) type Line = InterceptedService<Channel, Headers>;

/// How this process reaches the others of its cluster: who it is, and within which bounds. One per
/// process; cloning it is cheap.
#[derive(Clone)]
pub struct Network {
    inner: Arc<Inner>,
}

struct Inner {
    security: Security,
    settings: Settings,
    headers: Headers,
    zone: String,
}

impl Network {
    /// `zone` is the failure domain of this process; empty where there is none.
    pub fn new(security: Security, settings: Settings, zone: impl Into<String>) -> Self {
        let headers = Headers::new(security.identity());
        Self { inner: Arc::new(Inner { security, settings, headers, zone: zone.into() }) }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Whether a node is in our own failure domain.
    pub(crate) fn is_near(&self, zone: &str) -> bool {
        self.inner.zone == zone
    }

    /// A connection of its own to the node of `role` at `address`; what flows through it does not hold up
    /// other links. Nothing is connected yet.
    pub(crate) fn link(&self, address: &str, role: Role) -> Link {
        Link {
            network: self.clone(),
            address: address.into(),
            role,
            attempt: Mutex::default(),
            down: AtomicBool::new(false),
        }
    }
}

type Attempt = Shared<BoxFuture<'static, Result<Line, Arc<str>>>>;

/// A connection to one node, made when it is needed.
pub(crate) struct Link {
    network: Network,
    address: Arc<str>,
    role: Role,
    /// The present connection, or the attempt to make it, with its number.
    attempt: Mutex<(u64, Option<Attempt>)>,
    /// The last call did not get through, and that was logged.
    down: AtomicBool,
}

impl Link {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Does `call`, which starts one call, over a connection that is open. A connection that turns out
    /// to have been closed before is replaced once.
    ///
    /// # Errors
    /// That of the call, or of connecting ([`crate::call::nothing_done`] is true then).
    pub(crate) async fn call<T, F>(&self, call: impl Fn(Line) -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let mut second = false;
        loop {
            let (number, attempt) = self.attempt();
            let line = attempt.await.map_err(|why| {
                self.forget(number);
                if !self.down.swap(true, Ordering::Relaxed) {
                    tracing::info!(address = %self.address, reason = %why, "cannot connect");
                }
                Status::from_error(Box::new(ConnectError(format!("{}: {why}", self.address).into())))
            })?;
            match call(line).await {
                Err(status) if never_connected(&status) => {
                    self.forget(number);
                    if std::mem::replace(&mut second, true) {
                        return Err(status);
                    }
                }
                Err(status) if refused_at_the_door(&status) => {
                    if !self.down.swap(true, Ordering::Relaxed) {
                        tracing::warn!(address = %self.address, reason = status.message(), "our calls are refused");
                    }
                    return Err(status);
                }
                answer => {
                    self.down.store(false, Ordering::Relaxed);
                    return answer;
                }
            }
        }
    }

    fn attempt(&self) -> (u64, Attempt) {
        let mut slot = self.attempt.lock();
        if let (number, Some(attempt)) = &*slot {
            return (*number, attempt.clone());
        }
        // A task, so that it goes on when those who wait for it have gone.
        let opening = tokio::spawn(open(self.network.inner.clone(), self.address.clone(), self.role));
        let attempt = opening.map(|opened| opened.unwrap_or_else(|error| Err(error.to_string().into())));
        let attempt = attempt.boxed().shared();
        *slot = (slot.0 + 1, Some(attempt.clone()));
        (slot.0, attempt)
    }

    fn forget(&self, number: u64) {
        let mut slot = self.attempt.lock();
        if slot.0 == number {
            slot.1 = None;
        }
    }
}

async fn open(inner: Arc<Inner>, address: Arc<str>, role: Role) -> Result<Line, Arc<str>> {
    let settings = &inner.settings;
    let endpoint = Endpoint::from_shared(format!("http://{address}"))
        .map_err(|error| error.to_string())?
        .http2_keep_alive_interval(settings.keep_alive_interval)
        .keep_alive_timeout(settings.keep_alive_timeout)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(settings.stream_window_bytes)
        .initial_connection_window_size(settings.connection_window_bytes);
    let (used, shared) = (AtomicBool::new(false), inner.clone());
    let connector = tower::service_fn(move |_: Uri| {
        let again = used.swap(true, Ordering::Relaxed);
        let (inner, address) = (shared.clone(), address.clone());
        async move {
            if again {
                return Err(io::Error::from(io::ErrorKind::NotConnected));
            }
            let connecting = connect(&inner.security, &address, role);
            let timed = tokio::time::timeout(inner.settings.connect_timeout, connecting);
            timed.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map(TokioIo::new)
        }
    });
    match endpoint.connect_with_connector(connector).await {
        Ok(channel) => Ok(InterceptedService::new(channel, inner.headers.clone())),
        Err(error) => Err(innermost(&error).into()),
    }
}

/// The reason at the bottom: those above it say "transport error".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

async fn connect(security: &Security, address: &str, role: Role) -> io::Result<Wire<()>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let io = match security {
        Security::Plaintext { .. } => Io::Plain(stream),
        Security::Tls(tls) => Io::Tls(Box::new(tls.connect(stream, role).await?.into())),
    };
    Ok(Wire { io, about: () })
}
