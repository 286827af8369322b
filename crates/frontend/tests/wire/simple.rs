//! The simple query protocol.

use crate::raw::{Raw, query};
use crate::toy::Server;

#[tokio::test]
async fn several_statements_answer_in_turn() {
    let server = Server::start().await;
    let client = server.connect().await;
    let rows: Vec<String> = client
        .simple_query("select 4; select 5")
        .await
        .unwrap()
        .iter()
        .filter_map(|m| match m {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect();
    assert_eq!(rows, ["4", "5"]);
}

#[tokio::test]
async fn messages_come_in_protocol_order() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    for (sql, tags) in [
        ("select 1", "TDCZ"),
        ("select 1;select 2", "TDCTDCZ"),
        ("", "IZ"),
        ("warn", "NCZ"),
        ("set a b", "CSZ"),
        ("set a b;set c d;set a e", "CCCSSZ"),
        ("select 1;fail;select 2", "TDCEZ"),
    ] {
        raw.send(&query(sql)).await;
        assert_eq!(raw.tags_until('Z').await, tags, "{sql}");
    }
}

#[tokio::test]
async fn notifications_come_between_statements_and_in_silence() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    for (sql, tags) in [
        ("tell one", "CAZ"),
        ("begin;tell two", "CCZ"),
        ("select 1", "TDCZ"),
        ("tell three;commit", "CCAAZ"),
        ("begin;tell-later", "CCZ"),
        // Not in a transaction, however long the client is silent.
        ("select 1", "TDCZ"),
        ("commit", "CZ"),
    ] {
        raw.send(&query(sql)).await;
        assert_eq!(raw.tags_until('Z').await, tags, "{sql}");
    }
    assert_eq!(raw.tags_until('A').await, "A");
}

#[tokio::test]
async fn errors_carry_every_field() {
    let server = Server::start().await;
    let error = server.connect().await.simple_query("fail").await.unwrap_err();
    let error = error.as_db_error().unwrap();
    assert_eq!(error.code().code(), "42601");
    assert_eq!((error.severity(), error.message()), ("ERROR", "failed"));
    assert_eq!((error.detail(), error.hint()), (Some("as asked"), Some("do not ask")));
    assert_eq!(error.position(), Some(&tokio_postgres::error::ErrorPosition::Original(3)));
    assert_eq!((error.table(), error.constraint()), (Some("t"), Some("c")));
}

#[tokio::test]
async fn ready_for_query_tells_the_transaction() {
    let server = Server::start().await;
    let mut raw = Raw::start(server.address).await;
    for (sql, status) in [("begin", b'T'), ("fail", b'E'), ("select 1", b'E'), ("commit", b'I')] {
        raw.send(&query(sql)).await;
        assert_eq!(raw.until('Z').await.last().unwrap().body, [status], "{sql}");
    }
}

#[tokio::test]
async fn many_rows_arrive_whole() {
    let server = Server::start().await;
    let client = server.connect().await;
    let messages = client.simple_query("rows 20000").await.unwrap();
    let rows: Vec<_> = messages
        .iter()
        .filter_map(|m| match m {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })
        .collect();
    assert_eq!(rows.len(), 20_000);
    assert_eq!((rows[19_998].get(0), rows[19_998].get(1)), (Some("19998"), Some("row 19998")));
    assert_eq!(rows[19_999].get(1), None);
}
