//! A TCP proxy that fails as networks do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Pass,
    /// Nothing passes in either direction; connections stay.
    Freeze,
    /// New connections are closed at once.
    Refuse,
    /// Each piece waits that long.
    Delay(Duration),
}

struct State {
    mode: watch::Sender<Mode>,
    /// Connections with a lower number are cut.
    generation: watch::Sender<usize>,
    /// Bytes from the server after which a connection is cut; 0: never.
    cut_after: AtomicUsize,
    pub answered: AtomicUsize,
}

pub struct Proxy {
    pub address: String,
    state: Arc<State>,
}

impl Proxy {
    pub async fn before(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            mode: watch::Sender::new(Mode::Pass),
            generation: watch::Sender::new(0),
            cut_after: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
        });
        let (shared, upstream) = (state.clone(), upstream.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *shared.mode.borrow() == Mode::Refuse {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&upstream).await else { continue };
                tokio::spawn(connection(client, server, shared.clone()));
            }
        });
        Self { address, state }
    }

    pub fn pass(&self) {
        self.state.mode.send_replace(Mode::Pass);
    }

    pub fn freeze(&self) {
        self.state.mode.send_replace(Mode::Freeze);
    }

    pub fn delay(&self, by: Duration) {
        self.state.mode.send_replace(Mode::Delay(by));
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.state.generation.send_modify(|generation| *generation += 1);
    }

    /// Cuts all connections and takes no new ones.
    pub fn refuse(&self) {
        self.state.mode.send_replace(Mode::Refuse);
        self.cut();
    }

    /// Cuts the next connection that has had so many bytes from the server, wherever that is in a
    /// message; once.
    pub fn cut_after(&self, bytes: usize) {
        self.state.answered.store(0, Ordering::Relaxed);
        self.state.cut_after.store(bytes, Ordering::Relaxed);
    }

    /// Bytes from the server since the last [`Proxy::cut_after`].
    pub fn answered(&self) -> usize {
        self.state.answered.load(Ordering::Relaxed)
    }
}

async fn connection(client: TcpStream, server: TcpStream, state: Arc<State>) {
    let mut generation = state.generation.subscribe();
    let mine = *generation.borrow();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asked = async {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(n @ 1..) = from_client.read(&mut buffer).await {
            passes(&state).await;
            if to_server.write_all(&buffer[..n]).await.is_err() {
                break;
            }
        }
    };
    let answered = async {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(n @ 1..) = from_server.read(&mut buffer).await {
            passes(&state).await;
            let before = state.answered.fetch_add(n, Ordering::Relaxed);
            let limit = state.cut_after.load(Ordering::Relaxed);
            let cut = limit > 0 && before + n >= limit;
            let n = if cut { limit.saturating_sub(before) } else { n };
            if to_client.write_all(&buffer[..n]).await.is_err() || cut {
                state.cut_after.store(0, Ordering::Relaxed);
                break;
            }
        }
    };
    tokio::select! {
        () = asked => {}
        () = answered => {}
        _ = generation.wait_for(|generation| *generation > mine) => {}
    }
}

async fn passes(state: &State) {
    let mut mode = state.mode.subscribe();
    let mode = *mode.wait_for(|mode| *mode != Mode::Freeze).await.unwrap();
    if let Mode::Delay(by) = mode {
        tokio::time::sleep(by).await;
    }
}
