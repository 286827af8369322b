//! A client of raw bytes.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a test waits for what must come at once.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Raw(pub TcpStream);

/// A message of the server.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    pub tag: char,
    pub body: Vec<u8>,
}

impl Reply {
    /// A field of an error or a notice.
    pub fn field(&self, letter: u8) -> Option<String> {
        self.body
            .split(|b| *b == 0)
            .find(|f| f.first() == Some(&letter))
            .map(|f| String::from_utf8_lossy(&f[1..]).into_owned())
    }
}

pub fn startup(parameters: &[(&str, &str)]) -> Vec<u8> {
    startup_version(0x3_0000, parameters)
}

pub fn startup_version(version: u32, parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    for (name, value) in parameters {
        body.extend_from_slice(format!("{name}\0{value}\0").as_bytes());
    }
    body.push(0);
    [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat()
}

pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[tag][..], &(body.len() as u32 + 4).to_be_bytes(), body].concat()
}

pub fn query(sql: &str) -> Vec<u8> {
    message(b'Q', format!("{sql}\0").as_bytes())
}

/// Parse, Bind, Describe and Execute of the unnamed statement and portal.
pub fn extended(sql: &str) -> Vec<u8> {
    [
        message(b'P', format!("\0{sql}\0\0\0").as_bytes()),
        message(b'B', b"\0\0\0\0\0\0\0\0"),
        message(b'D', b"P\0"),
        message(b'E', b"\0\0\0\0\0"),
    ]
    .concat()
}

pub fn sync() -> Vec<u8> {
    message(b'S', b"")
}

impl Raw {
    pub async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    /// Connects and starts up; reads until ReadyForQuery.
    pub async fn start(address: SocketAddr) -> Self {
        let mut raw = Self::open(address).await;
        raw.send(&startup(&[("user", "pencil"), ("database", "toy")])).await;
        raw.until('Z').await;
        raw
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The next message; `None` if the server has closed.
    pub async fn next(&mut self) -> Option<Reply> {
        let read = async {
            let mut head = [0; 5];
            self.0.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes(head[1..].try_into().unwrap()) as usize;
            let mut body = vec![0; length - 4];
            self.0.read_exact(&mut body).await.ok()?;
            Some(Reply { tag: char::from(head[0]), body })
        };
        tokio::time::timeout(PATIENCE, read).await.expect("the server said nothing")
    }

    /// Messages up to and with the first of type `tag`.
    pub async fn until(&mut self, tag: char) -> Vec<Reply> {
        let mut replies = vec![];
        loop {
            let reply = self.next().await.expect("the server closed");
            let last = reply.tag == tag;
            replies.push(reply);
            if last {
                return replies;
            }
        }
    }

    /// Their types only.
    pub async fn tags_until(&mut self, tag: char) -> String {
        self.until(tag).await.iter().map(|r| r.tag).collect()
    }

    /// A FATAL error, after which the server closes.
    pub async fn fatal(&mut self) -> Reply {
        let reply = self.next().await.expect("the server closed without a word");
        assert_eq!((reply.tag, reply.field(b'S').as_deref()), ('E', Some("FATAL")), "{reply:?}");
        assert_eq!(self.next().await, None);
        reply
    }
}
