//! Connections as they come: TLS handshakes side by side, each with an end, and no more connections
//! than the bound.
#![allow(clippy::disallowed_methods, reason = "a shell: starts tasks")]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tonic::transport::server::Connected;

use crate::identity::Identity;
use crate::security::Security;
use crate::wire::{Io, Wire};

/// Before accepting again after a failure of the listener itself (too many open files).
const PAUSE: Duration = Duration::from_millis(100);

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(super) enum Peer {
    /// By certificate.
    Proven(Identity),
    /// Nobody proved anything: what a call says of its caller is believed.
    Unproven,
}

/// Of one connection: who it is, and its place among those that are taken.
pub(super) struct About {
    peer: Peer,
    _permit: OwnedSemaphorePermit,
}

/// Accepts until the answer is dropped.
pub(super) fn incoming(
    listener: TcpListener,
    security: Security,
    connections: usize,
    handshake_timeout: Duration,
) -> impl Stream<Item = io::Result<Wire<About>>> {
    let (sender, mut receiver) = mpsc::channel(16);
    let acceptor = async move {
        let permits = Arc::new(Semaphore::new(connections));
        loop {
            let Ok(permit) = permits.clone().acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = sender.closed() => return,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let (security, sender) = (security.clone(), sender.clone());
            tokio::spawn(async move {
                match tokio::time::timeout(handshake_timeout, shake_hands(stream, &security)).await {
                    Ok(Ok((io, peer))) => {
                        // Nobody listens only while shutting down.
                        let _ = sender.send(Ok(Wire { io, about: About { peer, _permit: permit } })).await;
                    }
                    Ok(Err(error)) => tracing::warn!(%from, %error, "refused a connection"),
                    Err(_) => tracing::warn!(%from, "refused a connection: no handshake in time"),
                }
            });
        }
    };
    tokio::spawn(acceptor);
    futures::stream::poll_fn(move |cx| receiver.poll_recv(cx))
}

async fn shake_hands(stream: TcpStream, security: &Security) -> io::Result<(Io, Peer)> {
    stream.set_nodelay(true)?;
    match security {
        Security::Plaintext { .. } => Ok((Io::Plain(stream), Peer::Unproven)),
        Security::Tls(tls) => {
            let (stream, peer) = tls.accept(stream).await?;
            Ok((Io::Tls(Box::new(stream.into())), Peer::Proven(peer)))
        }
    }
}

impl Connected for Wire<About> {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.about.peer.clone()
    }
}
