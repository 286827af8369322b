//! The door of every service: whoever comes in is of our cluster, speaks our protocol and may ask for
//! what it asks; and nobody is served longer than it listens.
#![allow(clippy::disallowed_methods, reason = "a shell: waits")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use gavel_telemetry::trace;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use parking_lot::Mutex;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};
use tracing::{Instrument, Span};

use crate::access::allowed;
use crate::call::{CALLER_HEADER, CLUSTER_HEADER, PROTOCOL, PROTOCOL_HEADER, refused, timeout};
use crate::identity::Identity;
use crate::server::accept::Peer;

/// From one logged refusal to the next, at least.
const LOGGED_EVERY: Duration = Duration::from_secs(1);

/// Puts a [`Gate`] before a service.
#[derive(Clone)]
pub(super) struct GateLayer {
    us: Identity,
    refusals: Arc<Refusals>,
}

impl GateLayer {
    pub(super) fn new(us: Identity) -> Self {
        Self { us, refusals: Arc::default() }
    }
}

/// A caller that is refused asks again and again: it is logged now and then.
#[derive(Default)]
struct Refusals(Mutex<Option<Instant>>);

impl Refusals {
    fn log(&self, path: &str, reason: &str) {
        let mut last = self.0.lock();
        if last.is_none_or(|last| last.elapsed() >= LOGGED_EVERY) {
            *last = Some(Instant::now());
            tracing::warn!(path, reason, "refused a call");
        }
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate { us: self.us.clone(), refusals: self.refusals.clone(), inner }
    }
}

#[derive(Clone)]
pub(super) struct Gate<S> {
    us: Identity,
    refusals: Arc<Refusals>,
    inner: S,
}

impl<S> Gate<S> {
    /// # Errors
    /// What to answer instead of letting the call in.
    fn check<B>(&self, request: &Request<B>) -> Result<Identity, Status> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        match header(PROTOCOL_HEADER) {
            Some(PROTOCOL) => {}
            other => {
                let theirs = other.unwrap_or("none");
                return Err(Status::failed_precondition(format!(
                    "caller speaks protocol {theirs}, this node speaks {PROTOCOL}"
                )));
            }
        }
        let theirs = header(CLUSTER_HEADER).unwrap_or("none");
        if theirs != self.us.cluster {
            return Err(Status::failed_precondition(format!(
                "call is for cluster {theirs}, this node is of cluster {}",
                self.us.cluster
            )));
        }
        let caller = match request.extensions().get::<Peer>() {
            Some(Peer::Proven(identity)) => identity.clone(),
            Some(Peer::Unproven) => header(CALLER_HEADER)
                .and_then(|uri| uri.parse::<Identity>().ok())
                .ok_or_else(|| Status::unauthenticated("caller does not say who it is"))?,
            None => return Err(Status::unauthenticated("caller is not known")),
        };
        let path = request.uri().path();
        if allowed(caller.role, path) {
            Ok(caller)
        } else {
            Err(Status::permission_denied(format!("a {} node may not call {path}", caller.role)))
        }
    }
}

/// The call as a part of the caller's trace.
fn span<B>(request: &Request<B>) -> Span {
    let path = request.uri().path();
    let span = tracing::info_span!(target: trace::TARGET, "call", otel.name = path, otel.kind = "server");
    if let Some(parent) = request.headers().get(trace::HEADER).and_then(|value| value.to_str().ok()) {
        trace::follow(&span, parent);
    }
    span
}

impl<S, B> Service<Request<B>> for Gate<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.check(&request) {
            // For services that must know who asks.
            Ok(caller) => drop(request.extensions_mut().insert(caller)),
            Err(status) => {
                self.refusals.log(request.uri().path(), status.message());
                return Box::pin(async move { Ok(refused(status).into_http()) });
            }
        }
        let deadline = timeout(request.headers()).map(|patience| Instant::now() + patience);
        let span = span(&request);
        let answer = span.in_scope(|| self.inner.call(request)).instrument(span.clone());
        let Some(deadline) = deadline else { return Box::pin(answer) };
        Box::pin(async move {
            match tokio::time::timeout_at(deadline, answer).await {
                Ok(answer) => Ok(answer?
                    .map(|body| Body::new(Until { inner: Some(body), deadline: Box::pin(sleep_until(deadline)) }))),
                Err(_) => Ok(late().into_http()),
            }
        })
    }
}

fn late() -> Status {
    Status::deadline_exceeded("the caller's deadline has passed")
}

/// A body that ends at a deadline, and lets go of what it was made from.
struct Until {
    inner: Option<Body>,
    deadline: Pin<Box<Sleep>>,
}

impl http_body::Body for Until {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let Some(inner) = &mut this.inner else { return Poll::Ready(None) };
        if this.deadline.as_mut().poll(cx).is_ready() {
            this.inner = None;
            let mut trailers = HeaderMap::new();
            return Poll::Ready(Some(late().add_header(&mut trailers).map(|()| Frame::trailers(trailers))));
        }
        Pin::new(inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(http_body::Body::is_end_stream)
    }
}
