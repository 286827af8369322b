//! Cancelling, limits, timeouts, draining.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::raw::{Raw, extended, query, startup, startup_version, sync};
use crate::toy::Server;

#[tokio::test]
async fn a_cancel_request_stops_the_statement() {
    let server = Server::start().await;
    let client = server.connect().await;
    let token = client.cancel_token();
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        token.cancel_query(tokio_postgres::NoTls).await.unwrap();
    };
    let (result, ()) = tokio::join!(client.simple_query("sleep"), cancel);
    assert_eq!(result.unwrap_err().code().unwrap().code(), "57014");
    assert!(client.simple_query("select 1").await.is_ok());
}

#[tokio::test]
async fn a_cancel_request_with_a_wrong_secret_does_nothing() {
    let server = Server::start().await;
    let mut raw = Raw::open(server.address).await;
    raw.send(&startup(&[("user", "pencil")])).await;
    let key = raw.until('Z').await.into_iter().find(|r| r.tag == 'K').unwrap().body;
    assert_eq!(key.len(), 8);
    raw.send(&query("sleep")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let cancel = |key: &[u8]| {
        let mut packet = 16u32.to_be_bytes().to_vec();
        packet.extend_from_slice(&80_877_102u32.to_be_bytes());
        packet.extend_from_slice(key);
        packet
    };
    let mut wrong = key.clone();
    wrong[7] ^= 1;
    let mut stranger = Raw::open(server.address).await;
    stranger.send(&cancel(&wrong)).await;
    assert_eq!(stranger.next().await, None);
    let quiet = tokio::time::timeout(Duration::from_millis(200), raw.next()).await;
    assert!(quiet.is_err(), "cancelled by a stranger");
    let mut owner = Raw::open(server.address).await;
    owner.send(&cancel(&key)).await;
    assert_eq!(raw.tags_until('Z').await, "EZ");
}

#[tokio::test]
async fn protocol_3_2_has_a_longer_secret_and_other_versions_are_negotiated() {
    let server = Server::start().await;
    let mut raw = Raw::open(server.address).await;
    raw.send(&startup_version(0x3_0002, &[("user", "pencil")])).await;
    let replies = raw.until('Z').await;
    assert_eq!(replies.iter().find(|r| r.tag == 'K').unwrap().body.len(), 4 + 32);

    let mut raw = Raw::open(server.address).await;
    raw.send(&startup_version(0x3_270f, &[("user", "pencil"), ("_pq_.future", "1")])).await;
    let reply = raw.next().await.unwrap();
    assert_eq!(reply.tag, 'v');
    assert_eq!(reply.body, b"\0\x03\0\x02\0\0\0\x01_pq_.future\0");

    let mut raw = Raw::open(server.address).await;
    raw.send(&startup_version(0x2_0000, &[])).await;
    assert_eq!(raw.fatal().await.field(b'C').unwrap(), "0A000");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let server = Server::with(|s| s.max_connections = 2).await;
    let (_one, two) = (server.connect().await, server.connect().await);
    let error = server.connect_as("user=pencil").await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "53300");
    drop(two);
    let deadline = Instant::now() + Duration::from_secs(5);
    while server.connect_as("user=pencil").await.is_err() {
        assert!(Instant::now() < deadline, "the place was not given back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn silence_ends_a_session_where_a_timeout_says_so() {
    let server = Server::start().await;
    let with = |options: &'static str| {
        let address = server.address;
        async move {
            let mut raw = Raw::open(address).await;
            raw.send(&startup(&[("user", "pencil"), ("options", options)])).await;
            raw.until('Z').await;
            raw
        }
    };
    let mut idle = with("-c idle_session_timeout=50").await;
    assert_eq!(idle.fatal().await.field(b'C').unwrap(), "57P05");
    let mut open = with("--idle-in-transaction-session-timeout=50").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    open.send(&query("begin")).await;
    open.until('Z').await;
    assert_eq!(open.fatal().await.field(b'C').unwrap(), "25P03");
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_statement_at_once() {
    let server = Server::start().await;
    for statement in [query("sleep"), [extended("sleep"), sync()].concat()] {
        let mut raw = Raw::start(server.address).await;
        raw.send(&statement).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(server.stats.sessions.load(Ordering::Relaxed), 1);
        drop(raw);
        let deadline = Instant::now() + Duration::from_secs(5);
        while server.stats.sessions.load(Ordering::Relaxed) > 0 {
            assert!(Instant::now() < deadline, "the statement runs on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn what_a_client_sends_while_its_statement_runs_is_not_lost() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    let long = format!("select 1; {}", " ".repeat(100_000));
    raw.send(&[query("rows 100000"), query(&long), query("select 2")].concat()).await;
    for expected in [100_000, 1, 1] {
        let rows = raw.until('Z').await.iter().filter(|r| r.tag == 'D').count();
        assert_eq!(rows, expected);
    }
}

#[tokio::test]
async fn a_session_terminated_while_idle_says_why() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(&query("terminate")).await;
    raw.until('Z').await;
    assert_eq!(raw.fatal().await.field(b'C').unwrap(), "57P01");
}

#[tokio::test]
async fn draining_ends_the_idle_at_once_and_waits_for_the_others() {
    let server = Server::with(|s| s.drain_timeout = Duration::from_millis(300)).await;
    let mut idle = Raw::start(server.address).await;
    let mut open = Raw::start(server.address).await;
    open.send(&query("begin")).await;
    open.until('Z').await;
    let mut busy = Raw::start(server.address).await;
    busy.send(&query("sleep")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.shutdown.cancel();
    assert_eq!(idle.fatal().await.field(b'C').unwrap(), "57P01");
    open.send(&query("commit")).await;
    assert_eq!(open.tags_until('Z').await, "CZ");
    assert_eq!(open.fatal().await.field(b'C').unwrap(), "57P01");
    assert_eq!(busy.fatal().await.field(b'C').unwrap(), "57P01");
    server.ended.await.unwrap();
    assert_eq!(server.stats.sessions.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn those_who_say_nothing_are_let_go() {
    let server = Server::with(|s| s.startup_timeout = Duration::from_millis(100)).await;
    let mut silent = Raw::open(server.address).await;
    assert_eq!(silent.next().await, None);
    let mut slow = Raw::open(server.address).await;
    slow.send(b"\0\0\0\x20").await;
    assert_eq!(slow.next().await, None);
}

#[tokio::test]
async fn an_engine_that_refuses_is_quoted() {
    let server = Server::start().await;
    let error = server.connect_as("user=pencil dbname=nowhere").await.unwrap_err();
    assert_eq!(error.as_db_error().unwrap().message(), "database \"nowhere\" does not exist");
}

/// Resident bytes of this process.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[tokio::test]
async fn an_idle_connection_holds_little_memory_even_after_large_messages() {
    const CONNECTIONS: usize = 200;
    let server = Server::start().await;
    let mut open = vec![];
    let busy = async |open: &mut Vec<Raw>| {
        let mut raw = Raw::start(server.address).await;
        raw.send(&query(&format!("select 1; {}", " ".repeat(40_000)))).await;
        raw.until('Z').await;
        raw.send(&query("rows 500")).await;
        raw.until('Z').await;
        open.push(raw);
    };
    // The first ones pay for what all share.
    for _ in 0..20 {
        busy(&mut open).await;
    }
    let before = resident();
    for _ in 0..CONNECTIONS {
        busy(&mut open).await;
    }
    let each = resident().saturating_sub(before) / CONNECTIONS;
    println!("{} KiB a connection, the test's own end included", each / 1024);
    assert!(each < 50 * 1024, "{each} bytes a connection");
}
