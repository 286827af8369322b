//! Servers on free ports, and who may talk to them.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gavel_rpc::client::{Network, Target};
use gavel_rpc::server::Server;
use gavel_rpc::tls::{Tls, write_development};
use gavel_rpc::{Identity, Role, Security, Settings};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const CLUSTER: &str = "test";

/// Bounds that tests can wait for.
pub fn settings() -> Settings {
    Settings {
        keep_alive_interval: Duration::from_millis(200),
        keep_alive_timeout: Duration::from_millis(400),
        connect_timeout: Duration::from_millis(500),
        call_timeout: Duration::from_millis(500),
        commit_timeout: Duration::from_secs(5),
        leader_wait: Duration::from_secs(5),
        read_wait: Duration::from_secs(5),
        tail_stall: Duration::from_millis(100),
        ..Settings::default()
    }
}

pub fn identity(role: Role) -> Identity {
    Identity::new(CLUSTER, role, "one").unwrap()
}

pub fn plain(role: Role) -> Security {
    Security::Plaintext { identity: identity(role), beyond_loopback: false }
}

/// Certificates of one authority for each role.
pub struct Certificates {
    dir: tempfile::TempDir,
    cluster: String,
}

impl Certificates {
    pub fn of(cluster: &str) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), cluster: cluster.to_owned() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn tls(&self, role: Role) -> Security {
        let identity = Identity::new(&self.cluster, role, "one").unwrap();
        let files =
            write_development(self.path(), &self.cluster, &[identity], Duration::from_secs(3_600)).unwrap().remove(0);
        Security::Tls(Arc::new(Tls::open(files).unwrap()))
    }
}

/// How the processes of a test prove who they are.
pub enum Mode {
    Plain,
    Tls(Certificates),
}

impl Mode {
    pub fn tls() -> Self {
        Self::Tls(Certificates::of(CLUSTER))
    }

    pub fn of(&self, role: Role) -> Security {
        match self {
            Self::Plain => plain(role),
            Self::Tls(certificates) => certificates.tls(role),
        }
    }

    /// With the bounds that users have.
    pub fn network(&self, role: Role) -> Network {
        Network::new(self.of(role), Settings::default(), "")
    }

    pub fn server(&self, role: Role) -> Server {
        Server::new(self.of(role), Settings::default())
    }
}

/// With bounds that tests can wait for.
pub fn network(role: Role) -> Network {
    Network::new(plain(role), settings(), "")
}

/// A server that runs until it is dropped.
pub struct Served {
    pub address: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Served {
    pub fn target(&self) -> Target {
        Target::at(self.address.clone())
    }

    /// Shuts down and waits until everything under way has ended.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.task).await.unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

pub async fn serve(server: Server) -> Served {
    serve_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), server).await
}

/// [`serve`], where the address had to be known before.
pub async fn serve_on(listener: TcpListener, server: Server) -> Served {
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let shutdown = async {
            let _: Result<(), _> = stopped.await;
        };
        server.serve(listener, shutdown).await.unwrap();
    });
    Served { address, stop: Some(stop), task }
}

/// An address at which nobody listens.
pub async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Waits until `condition` holds.
pub async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(90), "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// `future`, which must be ready within `limit`.
pub async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, future).await.expect("ready in time")
}
