//! COPY in both directions.

use bytes::Bytes;
use futures::{SinkExt, TryStreamExt};

use crate::raw::{Raw, extended, message, query, sync};
use crate::toy::Server;

#[tokio::test]
async fn in_and_out_through_a_driver() {
    let server = Server::start().await;
    let client = server.connect().await;
    let sink = client.copy_in("copy in").await.unwrap();
    futures::pin_mut!(sink);
    for _ in 0..1000 {
        sink.send(Bytes::from_static(b"one\ntwo\n")).await.unwrap();
    }
    assert_eq!(sink.finish().await.unwrap(), 2000);
    let pieces: Vec<Bytes> = client.copy_out("copy out 3").await.unwrap().try_collect().await.unwrap();
    assert_eq!(pieces.concat(), b"0\n1\n2\n");
}

#[tokio::test]
async fn copy_fail_is_an_error_and_the_connection_goes_on() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(&query("copy in")).await;
    assert_eq!(raw.tags_until('G').await, "G");
    raw.send(&message(b'f', b"changed my mind\0")).await;
    let replies = raw.until('Z').await;
    assert_eq!(replies[0].field(b'M').unwrap(), "COPY from stdin failed: changed my mind");
    assert_eq!(replies[0].field(b'C').unwrap(), "57014");
    raw.send(&query("select 1")).await;
    assert_eq!(raw.tags_until('Z').await, "TDCZ");
}

#[tokio::test]
async fn data_sent_after_a_failed_copy_are_dropped() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    let data = [message(b'd', b"a\n"), message(b'd', b"b\n"), message(b'c', b"")].concat();
    raw.send(&[query("copy in fail"), data.clone(), query("select 1")].concat()).await;
    assert_eq!(raw.tags_until('Z').await, "GEZ");
    assert_eq!(raw.tags_until('Z').await, "TDCZ");

    raw.send(&[extended("copy in fail"), data, sync(), query("select 1")].concat()).await;
    assert_eq!(raw.tags_until('Z').await, "12nGEZ");
    assert_eq!(raw.tags_until('Z').await, "TDCZ");
}

#[tokio::test]
async fn a_message_that_has_no_place_in_copy_ends_it() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(&[query("copy in"), query("select 1")].concat()).await;
    let replies = raw.until('Z').await;
    assert_eq!(replies[1].field(b'M').unwrap(), "unexpected message type 0x51 during COPY from stdin");
}
