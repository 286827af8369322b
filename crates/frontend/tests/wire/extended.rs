//! The extended query protocol.

use futures::TryStreamExt;

use crate::raw::{Raw, extended, message, query, sync};
use crate::toy::Server;

#[tokio::test]
async fn parameters_come_back_in_binary() {
    let server = Server::start().await;
    let client = server.connect().await;
    macro_rules! echo {
        ($ty:literal, $value:expr, $rust:ty) => {
            let row = client.query_one(concat!("echo ", $ty), &[&$value]).await.unwrap();
            assert_eq!(row.get::<_, $rust>(0), $value);
        };
    }
    echo!("int2", 7i16, i16);
    echo!("int4", -7i32, i32);
    echo!("int8", i64::MIN, i64);
    echo!("float4", 1.5f32, f32);
    echo!("float8", f64::NEG_INFINITY, f64);
    echo!("bool", true, bool);
    echo!("text", "é".to_owned(), String);
    echo!("bytea", vec![0u8, 255], Vec<u8>);
    echo!("oid", 4_000_000_000u32, u32);
    echo!("char", -1i8, i8);
    echo!("int4", None::<i32>, Option<i32>);
    let times = std::time::UNIX_EPOCH + std::time::Duration::from_micros(1_700_000_000_123_456);
    echo!("timestamptz", times, std::time::SystemTime);
}

#[tokio::test]
async fn arrays_travel_in_binary() {
    let server = Server::start().await;
    let client = server.connect().await;
    let value = vec![Some(1i32), None, Some(3)];
    let row = client.query_one("echo _int4", &[&value]).await.unwrap();
    assert_eq!(row.get::<_, Vec<Option<i32>>>(0), value);
    let row = client.query_one("echo _text", &[&Vec::<String>::new()]).await.unwrap();
    assert!(row.get::<_, Vec<String>>(0).is_empty());
}

#[tokio::test]
async fn parameters_in_text_are_parsed_by_their_type_and_errors_name_them() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    let echo = |ty: &str, value: &str, format: u8| {
        let mut bind = b"\0\0\0\0\0\x01".to_vec();
        bind.extend_from_slice(&(value.len() as u32).to_be_bytes());
        bind.extend_from_slice(value.as_bytes());
        bind.extend_from_slice(&[0, 1, 0, format]);
        let parse = message(b'P', format!("\0echo {ty}\0\0\0").as_bytes());
        [parse, message(b'B', &bind), message(b'E', b"\0\0\0\0\0"), sync()].concat()
    };
    for (ty, value, text) in [
        ("numeric", " 1.50 ", "1.50"),
        ("timestamptz", "2024-02-29 12:00+02", "2024-02-29 10:00:00+00"),
        ("bool", "yes", "t"),
        ("bytea", "\\xDEad", "\\xdead"),
        ("_int4", "{1,NULL,3}", "{1,NULL,3}"),
        ("jsonb", "{\"b\":1,  \"a\":[]}", "{\"a\": [], \"b\": 1}"),
        ("interval", "1 day 2 hours", "1 day 02:00:00"),
    ] {
        raw.send(&echo(ty, value, 0)).await;
        let replies = raw.until('Z').await;
        assert_eq!(replies[2].tag, 'D', "{ty}: {:?}", replies[2].field(b'M'));
        assert_eq!(String::from_utf8_lossy(&replies[2].body[6..]), text, "{ty}");
    }
    // 1.50 as PostgreSQL sends it: digits 1 and 5000, weight 0, scale 2.
    raw.send(&echo("numeric", "1.50", 1)).await;
    assert_eq!(raw.until('Z').await[2].body[6..], [0, 2, 0, 0, 0, 0, 0, 2, 0, 1, 0x13, 0x88]);

    raw.send(&echo("int4", "seven", 0)).await;
    let replies = raw.until('Z').await;
    assert_eq!(replies[1].field(b'C').unwrap(), "22P02");
    assert_eq!(replies[1].field(b'M').unwrap(), "invalid input syntax for type integer: \"seven\"");
    assert_eq!(replies[1].field(b'W').unwrap(), "unnamed portal parameter $1 = '...'");
}

#[tokio::test]
async fn row_limits_suspend_a_portal() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(&query("begin")).await;
    raw.until('Z').await;
    let mut bytes = message(b'P', b"\0rows 5\0\0\0");
    bytes.extend(message(b'B', b"p\0\0\0\0\0\0\0\x01\0\x01"));
    for _ in 0..3 {
        bytes.extend(message(b'E', b"p\0\0\0\0\x02"));
    }
    bytes.extend(sync());
    raw.send(&bytes).await;
    assert_eq!(raw.tags_until('Z').await, "12DDsDDsDCZ");
}

#[tokio::test]
async fn result_formats_may_differ_by_column() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    let bind = |formats: &[u8]| {
        [message(b'P', b"\0rows 1\0\0\0"), message(b'B', &[b"\0\0\0\0\0\0", formats].concat())].concat()
    };
    let run = [message(b'D', b"P\0"), message(b'E', b"\0\0\0\0\0"), sync()].concat();
    raw.send(&[bind(b"\0\x02\0\x01\0\0"), run].concat()).await;
    let replies = raw.until('Z').await;
    assert_eq!(&replies[2].body[replies[2].body.len() - 2..], b"\0\0");
    assert_eq!(replies[3].body, b"\0\x02\0\0\0\x04\0\0\0\0\0\0\0\x05row 0");

    raw.send(&[bind(b"\0\x03\0\0\0\0\0\0"), sync()].concat()).await;
    let replies = raw.until('Z').await;
    assert_eq!(replies[1].field(b'M').unwrap(), "bind message has 3 result formats but query has 2 columns");
}

#[tokio::test]
async fn after_an_error_everything_is_skipped_until_sync() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    let bytes = [
        extended("select 1"),
        extended("fail"),
        extended("select 2"),
        query("select 3"),
        sync(),
        extended("select 4"),
        sync(),
    ]
    .concat();
    raw.send(&bytes).await;
    assert_eq!(raw.tags_until('Z').await, "12TDC12nEZ");
    assert_eq!(raw.tags_until('Z').await, "12TDCZ");
}

#[tokio::test]
async fn flush_sends_what_sync_would() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(&[extended("select 1"), message(b'H', b"")].concat()).await;
    assert_eq!(raw.tags_until('C').await, "12TDC");
    raw.send(&sync()).await;
    assert_eq!(raw.tags_until('Z').await, "Z");
}

/// Drivers that prepare ahead send Sync only once they have the answer.
#[tokio::test]
async fn an_error_is_sent_before_sync_comes() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(&[extended("fail"), message(b'H', b"")].concat()).await;
    assert_eq!(raw.tags_until('E').await, "12nE");
    raw.send(&sync()).await;
    assert_eq!(raw.tags_until('Z').await, "Z");
}

#[tokio::test]
async fn an_error_the_session_did_not_see_fails_the_transaction() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(&query("begin")).await;
    raw.until('Z').await;
    let bad = [message(b'P', b"\0echo int4\0\0\0"), message(b'B', b"\0\0\0\x01\0\x01\0\x01\0\0\0\x01x\0\0"), sync()];
    raw.send(&bad.concat()).await;
    let replies = raw.until('Z').await;
    assert_eq!(replies[1].field(b'C').unwrap(), "08P01");
    assert_eq!(replies[2].body, b"E");
}

#[tokio::test]
async fn describe_tells_parameters_and_columns_or_their_absence() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    raw.send(
        &[
            message(b'P', b"a\0echo int4\0\0\0"),
            message(b'D', b"Sa\0"),
            message(b'P', b"b\0commit\0\0\0"),
            message(b'D', b"Sb\0"),
            message(b'C', b"Sb\0"),
            message(b'D', b"Sb\0"),
            sync(),
        ]
        .concat(),
    )
    .await;
    assert_eq!(raw.tags_until('Z').await, "1tT1tn3EZ");
}

#[tokio::test]
async fn pipelined_queries_of_a_driver() {
    let server = Server::start().await;
    let client = server.connect().await;
    let statement = client.prepare("echo int4").await.unwrap();
    let many = (0..200i32).map(|i| {
        let (client, statement) = (&client, &statement);
        async move { client.query_one(statement, &[&i]).await.map(|row| row.get::<_, i32>(0)) }
    });
    let back = futures::future::try_join_all(many).await.unwrap();
    assert_eq!(back, (0..200).collect::<Vec<_>>());
    let rows: Vec<_> = client.query_raw("rows 3000", Vec::<i32>::new()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows.len(), 3000);
}
