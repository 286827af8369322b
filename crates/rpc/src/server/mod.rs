//! The traits of `api` as gRPC services.
//!
//! ```text
//!  connection ─► handshake ─► gate ─────────────► service ─► Arc<dyn Trait>
//!               (accept)     cluster, protocol,   converts
//!                            role, deadline
//! ```
//!
//! - Whatever a caller stops waiting for is dropped: an answer under way, a scan, a tail. The trait's
//!   future or stream is dropped with it, and that is how it learns.
//! - Nothing is read ahead: a stream is polled when the connection has room for what it gives.
#![allow(clippy::disallowed_methods, reason = "a shell: starts tasks")]

mod accept;
mod adjudicator;
mod bootstrap;
mod gate;
mod journal;
mod locks;
mod membership;
mod peer;
mod pieces;
mod storage;
mod trims;
mod witness;

use std::future::Future;
use std::sync::Arc;

use gavel_api::adjudicator::Adjudicator;
use gavel_api::journal::{Journal, PeerService, Replicated, Witness};
use gavel_api::locks::Locks;
use gavel_api::storage::{Bootstrap, Storage};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::service::Routes;

use crate::security::Security;
use crate::settings::Settings;
use crate::v1;
use gate::GateLayer;

/// Longest header list that is read; ours are below 1 KiB, and errors travel in headers.
const HEADERS_SIZE_BYTES: u32 = 64 << 10;
/// Calls of a connection that may be called off before we have looked at them; beyond, it is closed. Clients
/// of ours call off many at once, when their own clients do or another replica was quicker.
const CALLED_OFF: usize = 10_000;

/// Why a server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("refusing to listen without TLS on {0}, which is not loopback")]
    Plaintext(std::net::SocketAddr),
    #[error("cannot serve: {0}")]
    Serve(String),
}

/// Services of one process, on one port.
///
/// ```text
/// Server::new(security, settings).journal(journal).adjudicator(adjudicator).serve(listener, shutdown).await
/// ```
#[must_use = "it serves once `serve` is awaited"]
pub struct Server {
    security: Security,
    settings: Settings,
    routes: Routes,
    /// Told once the server shuts down.
    closing: watch::Sender<bool>,
}

impl Server {
    /// With no services yet.
    pub fn new(security: Security, settings: Settings) -> Self {
        Self { security, settings, routes: Routes::default(), closing: watch::Sender::new(false) }
    }

    /// Serves tails, bounds and trims of `journal`.
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        let service = journal::Service::new(journal, self.closing.subscribe(), &self.settings);
        self.routes = self.routes.add_service(
            v1::journal_server::JournalServer::new(service)
                .max_decoding_message_size(self.settings.message_size_bytes)
                .max_encoding_message_size(self.settings.transaction_size_bytes),
        );
        self
    }

    /// Serves `adjudicator`. On a node that does not lead, it answers who does.
    pub fn adjudicator(mut self, adjudicator: Arc<dyn Adjudicator>) -> Self {
        self.routes = self.routes.add_service(
            v1::adjudicator_server::AdjudicatorServer::new(adjudicator::Service(adjudicator))
                .max_decoding_message_size(self.settings.transaction_size_bytes)
                .max_encoding_message_size(self.settings.message_size_bytes),
        );
        self
    }

    /// Serves advisory locks. On a node that does not lead, it answers who does.
    pub fn locks(mut self, locks: Arc<dyn Locks>) -> Self {
        self.routes = self.routes.add_service(
            v1::locks_server::LocksServer::new(locks::Service(locks))
                .max_decoding_message_size(self.settings.message_size_bytes)
                .max_encoding_message_size(self.settings.message_size_bytes),
        );
        self
    }

    /// Serves what `witness` knows to be committed.
    pub fn witness(mut self, witness: Arc<dyn Witness>) -> Self {
        self.routes = self.routes.add_service(
            v1::witness_server::WitnessServer::new(witness::Service(witness))
                .max_decoding_message_size(self.settings.message_size_bytes)
                .max_encoding_message_size(self.settings.message_size_bytes),
        );
        self
    }

    /// Serves reads of `storage`.
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        let service = storage::Service::new(storage, &self.settings);
        self.routes = self.routes.add_service(
            v1::storage_server::StorageServer::new(service)
                .max_decoding_message_size(self.settings.message_size_bytes)
                .max_encoding_message_size(self.settings.message_size_bytes),
        );
        self
    }

    /// Serves copies of a replica's store to others.
    pub fn bootstrap(mut self, source: Arc<dyn Bootstrap>) -> Self {
        let service = bootstrap::Service::new(source, &self.settings);
        self.routes = self.routes.add_service(
            v1::bootstrap_server::BootstrapServer::new(service)
                .max_decoding_message_size(self.settings.message_size_bytes)
                .max_encoding_message_size(self.settings.transaction_size_bytes),
        );
        self
    }

    /// Serves looks at the members of `journal`, and changes of them.
    pub fn membership(mut self, journal: Arc<dyn Replicated>) -> Self {
        self.routes = self.routes.add_service(
            v1::membership_server::MembershipServer::new(membership::Service(journal))
                .max_decoding_message_size(self.settings.message_size_bytes)
                .max_encoding_message_size(self.settings.message_size_bytes),
        );
        self
    }

    /// Serves messages of other journal nodes.
    pub fn peer(mut self, peer: Arc<dyn PeerService>) -> Self {
        self.routes = self.routes.add_service(
            v1::peer_server::PeerServer::new(peer::Service(peer))
                .max_decoding_message_size(self.settings.transaction_size_bytes)
                .max_encoding_message_size(self.settings.transaction_size_bytes),
        );
        self
    }

    /// Serves until `shutdown` is ready, and then for as long as calls that were under way need. Tails,
    /// which have no end, are ended.
    ///
    /// # Errors
    /// If it may not listen there, or the listener fails.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let address = listener.local_addr().map_err(|error| Error::Serve(error.to_string()))?;
        if matches!(self.security, Security::Plaintext { beyond_loopback: false, .. }) && !address.ip().is_loopback() {
            return Err(Error::Plaintext(address));
        }
        let Settings { connections, connect_timeout, calls_per_connection, .. } = self.settings;
        let us = self.security.identity().clone();
        let incoming = accept::incoming(listener, self.security, connections, connect_timeout * 5);
        let closing = self.closing;
        let shutdown = async move {
            shutdown.await;
            closing.send_replace(true);
        };
        tonic::transport::Server::builder()
            .layer(GateLayer::new(us))
            .tcp_nodelay(true)
            .max_concurrent_streams(calls_per_connection)
            .concurrency_limit_per_connection(calls_per_connection as usize)
            .initial_stream_window_size(self.settings.stream_window_bytes)
            .initial_connection_window_size(self.settings.connection_window_bytes)
            .http2_keepalive_interval(Some(self.settings.keep_alive_interval))
            .http2_keepalive_timeout(Some(self.settings.keep_alive_timeout))
            .http2_max_header_list_size(HEADERS_SIZE_BYTES)
            .http2_max_pending_accept_reset_streams(Some(CALLED_OFF))
            .add_routes(self.routes)
            .serve_with_incoming_shutdown(incoming, shutdown)
            .await
            .map_err(|error| Error::Serve(error.to_string()))
    }
}
