//! What is too large, too late, or no longer wanted.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_api::adjudicator::{Adjudicator, Error};
use gavel_api::storage::{self, Storage};
use gavel_rpc::client::{Network, RemoteAdjudicator, RemoteStorage};
use gavel_rpc::server::Server;
use gavel_rpc::{Role, Settings, v1};
use gavel_types::{CommitRequest, Epoch, KeyRange, Timestamp, TxnId, Write, WriteMode};
use tonic::{Code, Request};

use crate::fakes::{FakeAdjudicator, FakeStorage, Stand, Truth, any_scan};
use crate::support::{CLUSTER, eventually, identity, plain, serve, settings, within};

fn small() -> Settings {
    Settings {
        message_size_bytes: 100_000,
        transaction_size_bytes: 50_000,
        piece_size_bytes: 10_000,
        stream_window_bytes: 64 << 10,
        ..settings()
    }
}

fn headers<T>(mut request: Request<T>) -> Request<T> {
    let metadata = request.metadata_mut();
    metadata.insert("gavel-protocol", gavel_rpc::PROTOCOL.parse().unwrap());
    metadata.insert("gavel-cluster", CLUSTER.parse().unwrap());
    metadata.insert("gavel-caller", identity(Role::Query).to_string().parse().unwrap());
    request
}

#[tokio::test]
async fn a_transaction_that_is_too_large_is_refused_on_either_side() {
    let leader = FakeAdjudicator::new(Stand::Leads, &Truth::default());
    let served = serve(Server::new(plain(Role::Journal), small()).adjudicator(leader.clone())).await;
    let write = Write { key: "k".into(), mode: WriteMode::Update, value: Some(vec![0; 60_000].into()) };
    let request = CommitRequest {
        txn_id: TxnId(1),
        epoch: Epoch(1),
        snapshot_ts: Timestamp(1),
        writes: vec![write],
        checks: vec![],
        read_ranges: vec![],
        schema_keys: vec![],
        notifications: Vec::new(),
    };
    let remote = RemoteAdjudicator::new(Network::new(plain(Role::Query), small(), ""), [served.address.clone()]);
    match remote.commit(request.clone()).await {
        Err(Error::TooLarge(why)) => assert!(why.contains("50000"), "{why}"),
        other => panic!("{other:?}"),
    }
    // A client that does not know the server's bound.
    let mut raw =
        v1::adjudicator_client::AdjudicatorClient::connect(format!("http://{}", served.address)).await.unwrap();
    let refused = raw.commit(headers(Request::new(request.into()))).await.unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange);
    assert!(refused.message().contains("50000"), "{}", refused.message());
    assert_eq!(leader.calls(), 0);
}

#[tokio::test]
async fn large_answers_come_in_pieces() {
    let fake = Arc::new(FakeStorage { width: 5_000, ..FakeStorage::new("a") });
    let served = serve(Server::new(plain(Role::Storage), small()).storage(fake.clone())).await;
    let remote = RemoteStorage::new(Network::new(plain(Role::Query), small(), ""), &[served.target()]);
    let range = KeyRange::new(&b"a"[..], &b"b"[..]);
    // Five times what a message may have.
    let rows = remote.scan_raw(Timestamp(1), &range, false, 100).await.unwrap();
    assert_eq!(rows.len(), 100);
    assert!(rows.iter().enumerate().all(|(n, (key, row))| key[..] == n.to_be_bytes() && row.len() == 5_000));
    let mut batches = remote.scan(any_scan()).await.unwrap();
    let mut seen = 0;
    while let Some(batch) = batches.next().await {
        seen += batch.unwrap().num_rows();
    }
    assert_eq!(seen, 1_000);
    // So do large questions.
    let keys: Vec<_> = (0..1_000_u32).map(|n| bytes::Bytes::from(vec![n as u8; 1_000])).collect();
    assert_eq!(remote.get(Timestamp(1), &keys).await.unwrap().len(), 1_000);
    assert!(fake.calls() > 20);
    assert!(remote.get(Timestamp(1), &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_row_that_is_too_large_is_named() {
    let fake = Arc::new(FakeStorage { width: 200_000, rows: 1, ..FakeStorage::new("a") });
    let served = serve(Server::new(plain(Role::Storage), small()).storage(fake)).await;
    let network = Network::new(plain(Role::Query), Settings { read_wait: Duration::from_millis(500), ..small() }, "");
    let remote = RemoteStorage::new(network, &[served.target()]);
    let mut batches = remote.scan(any_scan()).await.unwrap();
    match batches.next().await {
        Some(Err(storage::Error::Failed(why))) => assert!(why.contains("more than a message may have"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_on_the_server_too() {
    let fake = Arc::new(FakeStorage::new("a"));
    *fake.delay.lock() = Duration::from_secs(60);
    let served = serve(Server::new(plain(Role::Storage), settings()).storage(fake.clone())).await;
    let mut raw = v1::storage_client::StorageClient::connect(format!("http://{}", served.address)).await.unwrap();
    let mut request = headers(Request::new(v1::GetRequest { snapshot_ts: 1, keys: vec!["k".into()] }));
    // Only the header: the client itself waits for ever.
    request.metadata_mut().insert("grpc-timeout", "200m".parse().unwrap());
    let late = within(Duration::from_secs(2), raw.get(request)).await.unwrap_err();
    assert!(matches!(late.code(), Code::DeadlineExceeded | Code::Cancelled), "{late:?}");
    eventually("letting go", || fake.under_way() == 0).await;
}

#[tokio::test]
async fn a_stream_ends_at_its_deadline_too() {
    let fake = Arc::new(FakeStorage { batches: usize::MAX, ..FakeStorage::new("a") });
    let served = serve(Server::new(plain(Role::Storage), settings()).storage(fake.clone())).await;
    let mut raw = v1::storage_client::StorageClient::connect(format!("http://{}", served.address)).await.unwrap();
    let message = v1::ScanRequest::try_from(&any_scan()).unwrap();
    let mut request = headers(Request::new(message));
    request.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let mut answer = raw.scan(request).await.unwrap().into_inner();
    let end = loop {
        match within(Duration::from_secs(5), answer.message()).await {
            Ok(Some(_)) => {}
            other => break other,
        }
    };
    assert_eq!(end.unwrap_err().code(), Code::DeadlineExceeded);
    eventually("letting go", || fake.under_way() == 0).await;
}

#[tokio::test]
async fn a_read_that_nobody_waits_for_stops_at_the_replica() {
    let fake = Arc::new(FakeStorage::new("a"));
    *fake.delay.lock() = Duration::from_secs(60);
    let served = serve(Server::new(plain(Role::Storage), settings()).storage(fake.clone())).await;
    let remote = RemoteStorage::new(Network::new(plain(Role::Query), settings(), ""), &[served.target()]);
    let keys = ["k".into()];
    let read = remote.get(Timestamp(1), &keys);
    assert!(tokio::time::timeout(Duration::from_millis(300), read).await.is_err());
    assert_eq!(fake.calls(), 1);
    eventually("letting go", || fake.under_way() == 0).await;
}

#[tokio::test]
async fn many_calls_called_off_at_once_harm_no_other() {
    let fake = Arc::new(FakeStorage::new("a"));
    *fake.delay.lock() = Duration::from_secs(1);
    let served = serve(Server::new(plain(Role::Storage), Settings::default()).storage(fake.clone())).await;
    let alone = Settings { hedge_fraction: 0.0, ..Settings::default() };
    let remote = Arc::new(RemoteStorage::new(Network::new(plain(Role::Query), alone, ""), &[served.target()]));
    let read = |remote: Arc<RemoteStorage>| async move { remote.get(Timestamp(1), &["k".into()]).await };
    let kept = tokio::spawn(read(remote.clone()));
    for _ in 0..5 {
        let dropped: Vec<_> = (0..400).map(|_| tokio::spawn(read(remote.clone()))).collect();
        tokio::task::yield_now().await;
        dropped.iter().for_each(tokio::task::JoinHandle::abort);
    }
    kept.await.unwrap().unwrap();
    eventually("letting go", || fake.under_way() == 0).await;
}

#[tokio::test]
async fn a_scan_that_nobody_reads_stops_at_the_replica() {
    let fake = Arc::new(FakeStorage { batches: usize::MAX, ..FakeStorage::new("a") });
    let served = serve(Server::new(plain(Role::Storage), settings()).storage(fake.clone())).await;
    let remote = RemoteStorage::new(Network::new(plain(Role::Query), settings(), ""), &[served.target()]);
    let mut batches = remote.scan(any_scan()).await.unwrap();
    for _ in 0..20 {
        batches.next().await.unwrap().unwrap();
    }
    assert_eq!(fake.under_way(), 1);
    drop(batches);
    eventually("letting go", || fake.under_way() == 0).await;
    let produced = fake.produced();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(fake.produced(), produced, "nothing is read any more");
}

#[tokio::test]
async fn a_slow_reader_slows_the_scan_and_nobody_else() {
    let fake = Arc::new(FakeStorage { batches: usize::MAX, width: 1_000, ..FakeStorage::new("a") });
    let served = serve(Server::new(plain(Role::Storage), settings()).storage(fake.clone())).await;
    let settings = Settings { stream_window_bytes: 1 << 20, ..settings() };
    let remote = RemoteStorage::new(Network::new(plain(Role::Query), settings, ""), &[served.target()]);
    let mut slow = remote.scan(any_scan()).await.unwrap();
    slow.next().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    // Batches have about 100 kB; a window of 1 MiB and what lies in buffers between.
    let read_ahead = fake.produced();
    assert!(read_ahead < 60, "{read_ahead} batches were read for a reader that took one");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(fake.produced(), read_ahead);
    // Another scan and point reads go on beside it.
    let mut quick = remote.scan(any_scan()).await.unwrap();
    for _ in 0..50 {
        quick.next().await.unwrap().unwrap();
    }
    within(Duration::from_secs(1), remote.get(Timestamp(1), &["k".into()])).await.unwrap();
    for _ in 0..100 {
        slow.next().await.unwrap().unwrap();
    }
    assert!(fake.produced() > read_ahead);
}
