//! Reads when replicas are slow, frozen, behind, or gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gavel_api::storage::{Error, Storage};
use gavel_rpc::client::{Network, RemoteStorage, Target};
use gavel_rpc::{Role, Settings};
use gavel_types::Timestamp;

use crate::fakes::FakeStorage;
use crate::proxy::Proxy;
use crate::support::{Mode, Served, network, nobody, plain, serve, settings};

async fn replica(name: &'static str) -> (Arc<FakeStorage>, Served) {
    let fake = Arc::new(FakeStorage::new(name));
    let served = serve(Mode::Plain.server(Role::Storage).storage(fake.clone())).await;
    (fake, served)
}

async fn read(remote: &RemoteStorage) -> Result<Bytes, Error> {
    remote.get(Timestamp(1), &[Bytes::from_static(b"k")]).await.map(|mut rows| rows.remove(0).unwrap())
}

#[tokio::test]
async fn our_zone_is_read_while_it_serves() {
    let (near, served_near) = replica("near").await;
    let (_far, served_far) = replica("far").await;
    let proxy = Proxy::before(&served_near.address).await;
    let targets = [
        Target { address: served_far.address.clone(), zone: "b".into() },
        Target { address: proxy.address.clone(), zone: "a".into() },
    ];
    let alone = Settings { hedge_fraction: 0.0, ..settings() };
    let remote = RemoteStorage::new(Network::new(plain(Role::Query), alone, "a"), &targets);
    for _ in 0..20 {
        assert_eq!(read(&remote).await.unwrap(), "near");
    }
    assert_eq!(remote.watermarks().applied_ts, Timestamp(5), "answers say how far the replica is");
    proxy.refuse();
    for _ in 0..20 {
        assert_eq!(read(&remote).await.unwrap(), "far");
    }
    proxy.pass();
    let began = Instant::now();
    while read(&remote).await.unwrap() != "near" {
        assert!(began.elapsed() < Duration::from_secs(5), "it is never tried again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(near.calls() > 20);
}

#[tokio::test]
async fn errors_that_mean_elsewhere_go_elsewhere() {
    for error in [Error::WrongShard, Error::Behind, Error::Failed("disk".into())] {
        let (bad, served_bad) = replica("bad").await;
        let (_good, served_good) = replica("good").await;
        *bad.error.lock() = Some(error.clone());
        let dead = Target::at(nobody().await);
        let remote = RemoteStorage::new(network(Role::Query), &[served_bad.target(), dead, served_good.target()]);
        for _ in 0..30 {
            assert_eq!(read(&remote).await.unwrap(), "good", "{error}");
        }
    }
}

#[tokio::test]
async fn errors_that_any_replica_gives_end_the_read() {
    let division = gavel_types::SqlError::new(gavel_types::SqlState::DivisionByZero, "division by zero");
    for error in [
        Error::SnapshotTooOld { asked: Timestamp(1), kept: Timestamp(2) },
        Error::Unsupported("function 7".into()),
        Error::Evaluation(division),
    ] {
        let (one, served_one) = replica("one").await;
        let (two, served_two) = replica("two").await;
        for fake in [&one, &two] {
            *fake.error.lock() = Some(error.clone());
        }
        let alone = Settings { hedge_fraction: 0.0, ..settings() };
        let network = Network::new(plain(Role::Query), alone, "");
        let remote = RemoteStorage::new(network, &[served_one.target(), served_two.target()]);
        let told = read(&remote).await.unwrap_err();
        assert_eq!(format!("{told:?}"), format!("{error:?}"));
        assert_eq!(one.calls() + two.calls(), 1);
    }
}

#[tokio::test]
async fn when_nobody_can_serve_the_last_reason_is_told_in_time() {
    let (one, served) = replica("one").await;
    *one.error.lock() = Some(Error::Behind);
    let patient = Settings { read_wait: Duration::from_millis(400), ..settings() };
    let remote = RemoteStorage::new(Network::new(plain(Role::Query), patient, ""), &[served.target()]);
    let began = Instant::now();
    assert!(matches!(read(&remote).await, Err(Error::Behind)));
    assert!((300..2_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    // One that comes back in the meantime serves.
    let heal = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        *one.error.lock() = None;
    };
    let (row, ()) = tokio::join!(read(&remote), heal);
    assert_eq!(row.unwrap(), "one");
    *one.error.lock() = Some(Error::WrongShard);
    let began = Instant::now();
    assert!(matches!(read(&remote).await, Err(Error::WrongShard)));
    assert!(began.elapsed() < Duration::from_millis(300), "all said so: waiting does not help");
}

#[tokio::test]
async fn a_replica_that_is_slow_now_and_then_is_overtaken_within_the_allowance() {
    let (one, served_one) = replica("one").await;
    let (two, served_two) = replica("two").await;
    let remote = RemoteStorage::new(network(Role::Query), &[served_one.target(), served_two.target()]);
    for _ in 0..200 {
        read(&remote).await.unwrap();
    }
    let mut late = 0;
    for n in 0..100 {
        // Both in turn, so that neither is ejected for long.
        let slow = if n % 2 == 0 { &one } else { &two };
        *slow.delay.lock() = Duration::from_millis(if n % 10 < 2 { 2_000 } else { 0 });
        let began = Instant::now();
        read(&remote).await.unwrap();
        late += u32::from(began.elapsed() >= Duration::from_millis(1_500));
        *slow.delay.lock() = Duration::ZERO;
    }
    // A busy machine makes reads slow, too, and they take from the same allowance. Without it about ten are late.
    assert!(late <= 4, "{late} reads were not overtaken");
    let extra = one.calls() + two.calls() - 300;
    assert!(extra <= 10 + 30, "{extra} second reads with 300 first ones");
}

#[tokio::test]
async fn a_frozen_replica_costs_a_few_reads_a_little_time() {
    let (_one, served_one) = replica("one").await;
    let (_two, served_two) = replica("two").await;
    let proxy = Proxy::before(&served_one.address).await;
    let targets = [Target::at(proxy.address.clone()), served_two.target()];
    let remote = RemoteStorage::new(network(Role::Query), &targets);
    for _ in 0..50 {
        read(&remote).await.unwrap();
    }
    proxy.freeze();
    let began = Instant::now();
    let mut slow = 0;
    for _ in 0..200 {
        let each = Instant::now();
        assert_eq!(read(&remote).await.unwrap(), "two");
        slow += usize::from(each.elapsed() > Duration::from_millis(500));
    }
    assert!(slow <= 6, "{slow} of 200 reads waited");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
