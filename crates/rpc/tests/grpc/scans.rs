//! Scans whose replica is lost half way.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_api::storage::{Error, Storage};
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteStorage, Target};

use crate::fakes::{FakeStorage, any_scan, numbers};
use crate::proxy::Proxy;
use crate::support::{Mode, network, serve, within};

#[tokio::test]
async fn every_row_comes_once_wherever_a_replica_is_cut() {
    let fake = Arc::new(FakeStorage { batches: 50, width: 100, ..FakeStorage::new("a") });
    let served = serve(Mode::Plain.server(Role::Storage).storage(fake.clone())).await;
    // Two ways to the same replica, either of which may be cut.
    let (one, two) = (Proxy::before(&served.address).await, Proxy::before(&served.address).await);
    let targets = [Target::at(one.address.clone()), Target::at(two.address.clone())];
    for cut in [1, 40, 1_000, 12_345, 100_000, 300_001, 500_000] {
        let remote = RemoteStorage::new(network(Role::Query), &targets);
        one.cut_after(cut);
        two.cut_after(cut + 777);
        let mut batches = within(Duration::from_secs(5), remote.scan(any_scan())).await.unwrap();
        let mut seen = Vec::new();
        while let Some(batch) = within(Duration::from_secs(5), batches.next()).await {
            seen.extend(numbers(&batch.unwrap()));
        }
        assert_eq!(seen, (0..5_000).collect::<Vec<_>>(), "cut after {cut}");
    }
    assert!(fake.calls() > 7);
}

#[tokio::test]
async fn a_frozen_replica_does_not_hold_a_scan_for_ever() {
    let fake = Arc::new(FakeStorage { batches: 200, width: 1_000, ..FakeStorage::new("a") });
    let served = serve(Mode::Plain.server(Role::Storage).storage(fake.clone())).await;
    let (one, two) = (Proxy::before(&served.address).await, Proxy::before(&served.address).await);
    let targets = [Target::at(one.address.clone()), Target::at(two.address.clone())];
    let remote = RemoteStorage::new(network(Role::Query), &targets);
    let mut batches = remote.scan(any_scan()).await.unwrap();
    let mut seen = numbers(&batches.next().await.unwrap().unwrap());
    // Whichever it is.
    if one.answered() > two.answered() {
        one.freeze()
    } else {
        two.freeze()
    }
    while let Some(batch) = within(Duration::from_secs(5), batches.next()).await {
        seen.extend(numbers(&batch.unwrap()));
    }
    assert_eq!(seen, (0..20_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn without_another_replica_the_failure_is_told() {
    let fake = Arc::new(FakeStorage { batches: 1_000, width: 1_000, ..FakeStorage::new("a") });
    let served = serve(Mode::Plain.server(Role::Storage).storage(fake)).await;
    let proxy = Proxy::before(&served.address).await;
    let settings = gavel_rpc::Settings { read_wait: Duration::from_millis(300), ..crate::support::settings() };
    let network = gavel_rpc::client::Network::new(crate::support::plain(Role::Query), settings, "");
    let remote = RemoteStorage::new(network, &[Target::at(proxy.address.clone())]);
    let mut batches = remote.scan(any_scan()).await.unwrap();
    batches.next().await.unwrap().unwrap();
    proxy.refuse();
    let end = loop {
        match within(Duration::from_secs(5), batches.next()).await {
            Some(Ok(_)) => {}
            other => break other,
        }
    };
    assert!(matches!(end, Some(Err(Error::Behind | Error::Failed(_)))), "{end:?}");
    assert!(batches.next().await.is_none());
}
