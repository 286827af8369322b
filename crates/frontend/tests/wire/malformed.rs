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
