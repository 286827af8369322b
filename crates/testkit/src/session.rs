//! Where clients of a database connect, and what an error says of a transaction's outcome.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::AbortHandle;
use tokio_postgres::{Client, NoTls};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);

/// A query node, as clients reach it.
#[derive(Clone, Copy, Debug)]
pub struct Entrance(SocketAddr);

impl Entrance {
    pub fn at(address: SocketAddr) -> Self {
        Self(address)
    }

    /// A session of `postgres` in database `postgres`. Dropping it closes the connection at once, whatever
    /// the server is at.
    ///
    /// # Errors
    /// If nobody answers within some seconds.
    pub async fn connect(self) -> Result<Session> {
        tokio::time::timeout(CONNECT, self.open()).await.with_context(|| format!("{} does not answer", self.0))?
    }

    async fn open(self) -> Result<Session> {
        let stream = tokio::net::TcpStream::connect(self.0).await?;
        stream.set_nodelay(true)?;
        let mut config = tokio_postgres::Config::new();
        config.user("postgres").dbname("postgres");
        let (client, connection) = config.connect_raw(stream, NoTls).await?;
        let task = tokio::spawn(async move {
            // The error reaches the client's calls too.
            let _ = connection.await;
        });
        Ok(Session { client, connection: task.abort_handle() })
    }
}

/// A client whose connection ends with it.
pub struct Session {
    client: Client,
    connection: AbortHandle,
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// What a failed statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The statement, or the COMMIT, did nothing; the session goes on.
    Refused,
    /// The session is of no use any more; if it was at COMMIT, the outcome is unknown.
    Broken,
    /// The session goes on, and the outcome of the COMMIT is unknown.
    Unknown,
}

impl Failure {
    /// Reads the error's SQLSTATE.
    pub fn of(error: &tokio_postgres::Error) -> Self {
        match error.code().map(tokio_postgres::error::SqlState::code) {
            None => Self::Broken,
            Some("40003") => Self::Unknown,
            // A connection that fails, or a server that goes away, may have done it before.
            Some(code) if code.starts_with("08") || code.starts_with("57P") || code.starts_with("XX") => Self::Broken,
            Some(_) => Self::Refused,
        }
    }
}

/// When each client was told that a transaction of its own is committed, as (client, when).
pub type Acknowledgements = Vec<(usize, Instant)>;
