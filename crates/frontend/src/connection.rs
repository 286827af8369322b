//! One socket: frames in, bytes out, both buffered.
//!
//! Invariants:
//! 1. Memory grows with what has come, never with what a length announces.
//! 2. Reading is cancel safe: what has come stays in the buffer.
//! 3. Whoever reads puts what came into the one buffer; reading ahead loses nothing.
//! 4. An idle connection holds at most [`IDLE_BYTES`] in each direction.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use gavel_types::SqlError;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::backend;
use crate::message::{self, violation};

/// Output beyond this is sent even if nothing asks for it.
pub const FLUSH_BYTES: usize = 32 << 10;
/// How much a read asks for.
const READ_BYTES: usize = 8 << 10;
/// How much is read ahead while a statement runs.
const WATCH_BYTES: usize = 64 << 10;
/// Capacity kept by a buffer while the client is silent.
const IDLE_BYTES: usize = 8 << 10;

/// The socket, with or without TLS.
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_read(cx, buf),
            Self::Tls(s) => Pin::new(s).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_write(cx, buf),
            Self::Tls(s) => Pin::new(s).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_flush(cx),
            Self::Tls(s) => Pin::new(s).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_shutdown(cx),
            Self::Tls(s) => Pin::new(s).poll_shutdown(cx),
        }
    }
}

/// Why no frame came.
#[derive(Debug)]
pub enum ReadError {
    /// The client is gone, between frames or within one.
    Gone,
    /// What came is no frame: FATAL, since there is no way to find the next one.
    Malformed(SqlError),
}

/// What comes from the client. Behind a lock, since a statement that takes COPY data and the watch over
/// its client both read; the lock is held for single polls only.
struct Input {
    stream: ReadHalf<Stream>,
    read: BytesMut,
    /// The end was read, or an error: nothing comes any more.
    gone: bool,
}

impl Input {
    /// Reads once; whether something came.
    fn poll_more(&mut self, room: usize, cx: &mut Context<'_>) -> Poll<bool> {
        if self.gone {
            return Poll::Ready(false);
        }
        self.read.reserve(room);
        let came = matches!(std::task::ready!(pin!(self.stream.read_buf(&mut self.read)).poll(cx)), Ok(n) if n > 0);
        self.gone = !came;
        Poll::Ready(came)
    }
}

/// Sees a client leave while its statement runs.
pub struct Watch(Arc<Mutex<Input>>);

impl Watch {
    /// Completes when the client is gone. What it sends meanwhile is buffered up to [`WATCH_BYTES`];
    /// beyond that nobody looks, until the statement ends.
    pub async fn gone(&self) {
        poll_fn(|cx| {
            let mut input = self.0.lock();
            while input.read.len() < WATCH_BYTES {
                if !std::task::ready!(input.poll_more(READ_BYTES, cx)) {
                    return Poll::Ready(());
                }
            }
            Poll::Pending
        })
        .await;
    }
}

/// A client's socket with its buffers.
pub struct Connection {
    input: Arc<Mutex<Input>>,
    stream: WriteHalf<Stream>,
    /// What waits to be sent.
    pub out: BytesMut,
    /// Longest body of a large message.
    pub max_message_bytes: usize,
    /// Reported settings that have changed since the last ReadyForQuery, each once.
    changed_settings: Vec<(String, String)>,
}

impl Connection {
    pub fn new(stream: Stream, max_message_bytes: usize) -> Self {
        let (input, stream) = tokio::io::split(stream);
        let input = Arc::new(Mutex::new(Input { stream: input, read: BytesMut::new(), gone: false }));
        Self { input, stream, out: BytesMut::new(), max_message_bytes, changed_settings: vec![] }
    }

    /// The socket, to begin TLS on it; `None` if bytes have come that TLS would not see: whatever was
    /// sent ahead of the handshake was not protected by it and must not be taken for what was
    /// (CVE-2021-23214).
    pub fn into_bare_socket(self) -> Option<TcpStream> {
        let input = Arc::into_inner(self.input)?.into_inner();
        if !input.read.is_empty() {
            return None;
        }
        match input.stream.unsplit(self.stream) {
            Stream::Plain(socket) => Some(socket),
            Stream::Tls(_) => None,
        }
    }

    /// To see whether the client is still there while something else reads or writes.
    pub fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.input))
    }

    /// Whether the client was seen to be gone.
    pub fn is_gone(&self) -> bool {
        self.input.lock().gone
    }

    /// Reads until `length` bytes are buffered.
    async fn fill(&mut self, length: usize) -> Result<(), ReadError> {
        let room = READ_BYTES.min(length.max(1)).max(READ_BYTES / 2);
        poll_fn(|cx| {
            let mut input = self.input.lock();
            while input.read.len() < length {
                if !std::task::ready!(input.poll_more(room, cx)) {
                    return Poll::Ready(Err(ReadError::Gone));
                }
            }
            Poll::Ready(Ok(()))
        })
        .await
    }

    /// The next frame after startup, if all of it has come: type and body.
    ///
    /// # Errors
    /// [`ReadError::Malformed`].
    pub fn buffered_frame(&mut self) -> Result<Option<(u8, Bytes)>, ReadError> {
        if self.input.lock().read.len() < 5 {
            return Ok(None);
        }
        let (tag, body) = self.head()?;
        let mut input = self.input.lock();
        if input.read.len() < 5 + body {
            return Ok(None);
        }
        input.read.advance(5);
        Ok(Some((tag, input.read.split_to(body).freeze())))
    }

    /// The next frame after startup.
    ///
    /// # Errors
    /// [`ReadError`]. Cancel safe.
    pub async fn frame(&mut self) -> Result<(u8, Bytes), ReadError> {
        self.fill(5).await?;
        let (tag, body) = self.head()?;
        self.fill(5 + body).await?;
        let mut input = self.input.lock();
        input.read.advance(5);
        Ok((tag, input.read.split_to(body).freeze()))
    }

    /// Type and length of the body of the frame whose first five bytes have come.
    fn head(&self) -> Result<(u8, usize), ReadError> {
        let (tag, length) = match self.input.lock().read.get(..5) {
            Some(&[tag, a, b, c, d]) => (tag, u32::from_be_bytes([a, b, c, d]) as usize),
            _ => (0, 0),
        };
        let body = length.checked_sub(4).ok_or_else(|| ReadError::Malformed(violation("invalid message length")))?;
        let limit = message::limit(tag, self.max_message_bytes)
            .ok_or_else(|| ReadError::Malformed(violation(format!("invalid frontend message type {tag}"))))?;
        if body > limit {
            return Err(ReadError::Malformed(violation("invalid message length")));
        }
        Ok((tag, body))
    }

    /// A packet before startup: its length word and the body after it.
    ///
    /// # Errors
    /// [`ReadError`]: lengths outside `4..=max` included.
    pub async fn packet(&mut self, max: usize) -> Result<Bytes, ReadError> {
        self.fill(4).await?;
        let length = self.input.lock().read.first_chunk().map_or(0, |b| u32::from_be_bytes(*b)) as usize;
        if !(8..=max).contains(&length) {
            return Err(ReadError::Malformed(violation("invalid length of startup packet")));
        }
        self.fill(length).await?;
        let mut input = self.input.lock();
        input.read.advance(4);
        Ok(input.read.split_to(length - 4).freeze())
    }

    /// A setting has changed: to be told before the next ReadyForQuery, so that one that changes
    /// often in between is told once.
    pub fn setting_changed(&mut self, name: &str, value: &str) {
        self.changed_settings.retain(|(n, _)| n != name);
        self.changed_settings.push((name.to_owned(), value.to_owned()));
    }

    /// Puts what changed into the buffer.
    pub fn put_settings(&mut self) {
        for (name, value) in std::mem::take(&mut self.changed_settings) {
            backend::parameter_status(&name, &value, &mut self.out);
        }
    }

    /// Whether bytes have come that were not asked for yet.
    pub fn has_input(&self) -> bool {
        !self.input.lock().read.is_empty()
    }

    /// Sends what is buffered.
    ///
    /// # Errors
    /// The client is gone.
    pub async fn flush(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            self.stream.write_all(&self.out).await?;
            self.out.clear();
            self.stream.flush().await?;
        }
        Ok(())
    }

    /// Sends what is buffered if it is much.
    ///
    /// # Errors
    /// As [`Connection::flush`].
    pub async fn flush_if_full(&mut self) -> io::Result<()> {
        if self.out.len() >= FLUSH_BYTES { self.flush().await } else { Ok(()) }
    }

    /// Gives back memory before the client is waited for.
    pub fn shrink(&mut self) {
        let input = &mut *self.input.lock();
        for buffer in [&mut input.read, &mut self.out] {
            if buffer.is_empty() && buffer.capacity() > IDLE_BYTES {
                *buffer = BytesMut::new();
            }
        }
    }

    /// Sends what is buffered and closes, whatever the client makes of it.
    pub async fn close(mut self) {
        let _ = self.flush().await;
        let _ = self.stream.shutdown().await;
    }
}
