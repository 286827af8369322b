//! Frames that lie, come in pieces, or are none.

use crate::raw::{Raw, extended, message, query, startup, sync};
use crate::toy::Server;

#[tokio::test]
async fn a_conversation_byte_by_byte() {
    let server = Server::start().await;
    let mut raw = Raw::open(server.address).await;
    raw.0.set_nodelay(true).unwrap();
    let bytes = [startup(&[("user", "pencil")]), extended("select 1"), sync(), query("select 2")].concat();
    for byte in bytes {
        raw.send(&[byte]).await;
    }
    raw.until('Z').await;
    assert_eq!(raw.tags_until('Z').await, "12TDCZ");
    assert_eq!(raw.tags_until('Z').await, "TDCZ");
}

#[tokio::test]
async fn frames_that_cannot_be_are_fatal() {
    let server = Server::with(|s| s.max_message_bytes = 100_000).await;
    for bytes in [
        &b"Z\0\0\0\x04"[..],
        b"Q\0\0\0\x03",
        b"Q\0\0\0\0",
        b"Q\xff\xff\xff\xff",
        b"Q\x7f\xff\xff\xff",
        b"S\0\x01\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut raw = Raw::start(server.address).await;
        raw.send(bytes).await;
        assert_eq!(raw.fatal().await.field(b'C').unwrap(), "08P01", "{bytes:?}");
    }
}

#[tokio::test]
async fn bodies_that_do_not_add_up_are_errors_until_sync() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    for bad in [
        message(b'P', b"no end"),
        message(b'P', b"\0select 1\0\xff\xff"),
        message(b'B', b"\0\0\0\0\0\x05\0\0\0\x7f"),
        message(b'E', b"\0"),
        message(b'D', b"?\0"),
        message(b'C', b""),
    ] {
        raw.send(&[bad, extended("select 1"), sync()].concat()).await;
        let replies = raw.until('Z').await;
        assert_eq!(replies.iter().map(|r| r.tag).collect::<String>(), "EZ");
        assert_eq!(replies[0].field(b'C').unwrap(), "08P01");
    }
    raw.send(&message(b'Q', b"\xff\xfe\0")).await;
    assert_eq!(raw.until('Z').await[0].field(b'C').unwrap(), "22021");
}

#[tokio::test]
async fn startup_packets_that_cannot_be_are_refused() {
    let server = Server::start().await;
    for bytes in [
        &b"\0\0\0\x03xxxx"[..],
        b"\x7f\xff\xff\xff\0\x03\0\0",
        b"\0\0\x40\0\0\x03\0\0",
        b"\0\0\0\x09\0\x03\0\0x",
        b"\0\0\0\x08\x04\xd2\x16\x2e",
    ] {
        let mut raw = Raw::open(server.address).await;
        raw.send(bytes).await;
        let first = raw.next().await;
        assert!(first.is_none_or(|r| r.tag == 'E'), "{bytes:?}");
    }
    let mut raw = Raw::open(server.address).await;
    raw.send(&startup(&[("database", "toy")])).await;
    assert_eq!(raw.fatal().await.field(b'M').unwrap(), "no PostgreSQL user name specified in startup packet");
}

#[tokio::test]
async fn clients_that_vanish_anywhere_leave_nothing_behind() {
    let server = Server::start().await;
    let whole = [startup(&[("user", "pencil")]), extended("rows 10000"), sync(), query("copy in")].concat();
    for length in 0..whole.len() {
        let mut raw = Raw::open(server.address).await;
        raw.send(&whole[..length]).await;
    }
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    let count = || {
        let of = |c: &std::sync::atomic::AtomicUsize| c.load(std::sync::atomic::Ordering::Relaxed);
        of(&server.stats.sessions) + of(&server.stats.pending)
    };
    while count() > 0 {
        assert!(std::time::Instant::now() < deadline, "{} connections stay", count());
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Small deterministic generator (xorshift), so that a failing seed can be run again.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

#[tokio::test]
async fn damaged_conversations_never_take_the_server_down() {
    let server = Server::start().await;
    let start = startup(&[("user", "pencil"), ("options", "-c idle_session_timeout=2000")]);
    let whole = [
        start.clone(),
        extended("rows 3"),
        sync(),
        query("select 1; warn; copy in"),
        message(b'd', b"a\nb\n"),
        message(b'c', b""),
        message(b'P', b"s\0echo int4\0\0\x01\0\0\0\x17"),
        message(b'B', b"p\0s\0\0\x01\0\x01\0\x01\0\0\0\x04\0\0\0\x07\0\x01\0\x01"),
        message(b'E', b"p\0\0\0\0\x01"),
        sync(),
        message(b'X', b""),
    ]
    .concat();
    for seed in 1..=400u64 {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut bytes = whole.clone();
        // Most damage comes after startup, or hardly anything would be reached.
        let from = if random.next(4) == 0 { 0 } else { start.len() };
        for _ in 0..=random.next(4) {
            let at = from + random.next(bytes.len() - from);
            match random.next(4) {
                0 => bytes[at] = random.next(256) as u8,
                1 => bytes[at] ^= 1 << random.next(8),
                2 => {
                    bytes.remove(at);
                }
                _ => bytes.insert(at, random.next(256) as u8),
            }
        }
        let mut raw = Raw::open(server.address).await;
        // The server may hang up in the middle.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut raw.0, &bytes).await;
        let _ = tokio::io::AsyncWriteExt::shutdown(&mut raw.0).await;
        let mut rest = vec![];
        let read = tokio::io::AsyncReadExt::read_to_end(&mut raw.0, &mut rest);
        let ended = tokio::time::timeout(std::time::Duration::from_secs(20), read).await;
        assert!(ended.is_ok(), "seed {seed}: the connection hangs");
    }
    server.connect().await.simple_query("select 1").await.unwrap();
    assert_eq!(server.stats.panicked_total.load(std::sync::atomic::Ordering::Relaxed), 0);
}
