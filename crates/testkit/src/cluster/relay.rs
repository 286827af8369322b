//! Delay between zones, for kernels without netem: a connection that leaves its zone goes through a relay
//! on the hub, which hands each piece of it on some time later, in order, both ways.
//!
//! A relay answers handshakes by itself, so a new connection pays no delay for it; what is sent over a
//! connection that is open, as the processes of a cluster keep theirs, pays it in full.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// One way, in microseconds; may be changed while connections are open.
#[derive(Clone, Debug, Default)]
pub struct Delay(Arc<AtomicU64>);

impl Delay {
    pub fn set(&self, delay: Duration) {
        self.0.store(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Pieces under way on one connection.
const UNDER_WAY: usize = 1_024;
const PIECE_BYTES: usize = 64 << 10;

/// Relays until it is dropped.
#[derive(Debug)]
pub struct Relay {
    accepting: tokio::task::JoinSet<()>,
}

impl Relay {
    /// Relays each pair: who connects to the first address reaches the second.
    ///
    /// # Errors
    /// If an address cannot be listened on.
    pub async fn start(pairs: Vec<(SocketAddr, SocketAddr)>, delay: Delay) -> Result<Self> {
        let mut accepting = tokio::task::JoinSet::new();
        for (at, to) in pairs {
            let listener = TcpListener::bind(at).await?;
            accepting.spawn(accept(listener, to, delay.clone()));
        }
        Ok(Self { accepting })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort_all();
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, delay: Delay) {
    while let Ok((client, _)) = listener.accept().await {
        let delay = delay.clone();
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(to).await else { return };
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let (client_read, client_write) = client.into_split();
            let (server_read, server_write) = server.into_split();
            tokio::select! {
                () = pass(client_read, server_write, delay.clone()) => {}
                () = pass(server_read, client_write, delay) => {}
            }
        });
    }
}

async fn pass(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, delay: Delay) {
    let (sender, mut receiver) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let reading = async move {
        let mut buffer = vec![0; PIECE_BYTES];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            if sender.send((Instant::now() + delay.get(), buffer[..length].to_vec())).await.is_err() {
                break;
            }
        }
    };
    let writing = async move {
        while let Some((due, piece)) = receiver.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
    };
    tokio::join!(reading, writing);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_round_trip_takes_twice_the_delay_and_arrives_whole() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let to = listener.local_addr()?;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            let mut buffer = vec![0; 300_000];
            stream.read_exact(&mut buffer).await?;
            stream.write_all(&buffer).await
        });
        let at = SocketAddr::from(([127, 0, 0, 1], crate::server::free_port()?));
        let delay = Delay::default();
        delay.set(Duration::from_millis(100));
        let _relay = Relay::start(vec![(at, to)], delay).await?;
        let mut stream = TcpStream::connect(at).await?;
        let sent: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let mut back = vec![0; sent.len()];
        let begin = Instant::now();
        stream.write_all(&sent).await?;
        stream.read_exact(&mut back).await?;
        assert!(begin.elapsed() >= Duration::from_millis(200), "{:?}", begin.elapsed());
        assert_eq!(sent, back);
        Ok(server.await??)
    }
}
