//! Commits when nodes fail: nothing is done twice, nothing unknown is called aborted.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use gavel_api::adjudicator::{Adjudicator, Error};
use gavel_rpc::client::Network;
use gavel_rpc::client::RemoteAdjudicator;
use gavel_rpc::{Role, Settings};
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Timestamp, TxnId, Write, WriteMode};

use crate::fakes::{FakeAdjudicator, Stand, Truth};
use crate::proxy::Proxy;
use crate::support::{Mode, Served, eventually, network, nobody, plain, serve, settings, within};

fn request(id: u128) -> CommitRequest {
    CommitRequest {
        txn_id: TxnId(id),
        epoch: Epoch(1),
        snapshot_ts: Timestamp(100),
        writes: vec![Write { key: "k".into(), mode: WriteMode::Update, value: Some("v".into()) }],
        checks: vec![],
        read_ranges: vec![],
        schema_keys: vec![],
        notifications: Vec::new(),
    }
}

const COMMITTED: CommitOutcome = CommitOutcome::Committed(Timestamp(101));

async fn node(adjudicator: &Arc<FakeAdjudicator>) -> Served {
    serve(Mode::Plain.server(Role::Journal).adjudicator(adjudicator.clone())).await
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_the_outcome_unknown_and_resolve_finds_it() {
    let truth = Truth::default();
    let leader = FakeAdjudicator::new(Stand::Leads, &truth);
    *leader.delay.lock() = Duration::from_secs(60);
    let served = node(&leader).await;
    let proxy = Proxy::before(&served.address).await;
    let remote = RemoteAdjudicator::new(network(Role::Query), [proxy.address.clone()]);
    let cut = async {
        leader.decided.notified().await;
        proxy.cut();
    };
    let (outcome, ()) = tokio::join!(remote.commit(request(1)), cut);
    assert!(matches!(outcome, Err(Error::Unknown(_))), "{outcome:?}");
    assert_eq!(leader.calls(), 1, "it is not sent again");
    assert_eq!(remote.resolve(TxnId(1)).await.unwrap(), COMMITTED);
    // The decision was dropped with the connection, and stands.
    eventually("dropping the call", || leader.under_way.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn a_frozen_leader_is_given_up_and_its_successor_resolves() {
    let truth = Truth::default();
    let one = FakeAdjudicator::new(Stand::Leads, &truth);
    let two = FakeAdjudicator::new(Stand::Follows(None), &truth);
    *one.delay.lock() = Duration::from_secs(60);
    let (served_one, served_two) = (node(&one).await, node(&two).await);
    let proxy = Proxy::before(&served_one.address).await;
    let remote = RemoteAdjudicator::new(network(Role::Query), [proxy.address.clone(), served_two.address.clone()]);
    let freeze = async {
        one.decided.notified().await;
        proxy.freeze();
        *two.stand.lock() = Stand::Leads;
        *two.epoch.lock() = Epoch(2);
    };
    let began = Instant::now();
    let (outcome, ()) = tokio::join!(remote.commit(request(1)), freeze);
    assert!(matches!(outcome, Err(Error::Unknown(_))), "{outcome:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "silence was noticed after {:?}", began.elapsed());
    assert_eq!(within(Duration::from_secs(3), remote.resolve(TxnId(1))).await.unwrap(), COMMITTED);
    assert!(matches!(remote.commit(request(2)).await, Err(Error::WrongEpoch(Epoch(2)))));
    assert_eq!(remote.epoch(), Epoch(2));
}

#[tokio::test]
async fn commits_at_a_frozen_leader_end_as_soon_as_there_is_another() {
    let truth = Truth::default();
    let one = FakeAdjudicator::new(Stand::Leads, &truth);
    let two = FakeAdjudicator::new(Stand::Follows(None), &truth);
    *one.delay.lock() = Duration::from_secs(60);
    let (served_one, served_two) = (node(&one).await, node(&two).await);
    let proxy = Proxy::before(&served_one.address).await;
    // Silence alone would be noticed long after this test has given up.
    let patient = Settings { keep_alive_timeout: Duration::from_secs(120), ..Settings::default() };
    let network = Network::new(plain(Role::Query), patient, "");
    let remote = RemoteAdjudicator::new(network, [proxy.address.clone(), served_two.address.clone()]);
    // From here on it knows who leads.
    assert_eq!(remote.visible().await.unwrap().epoch, Epoch(1));
    let freeze = async {
        one.decided.notified().await;
        proxy.freeze();
        tokio::time::sleep(Duration::from_millis(900)).await;
        *two.epoch.lock() = Epoch(2);
        *two.stand.lock() = Stand::Leads;
    };
    let began = Instant::now();
    let commits = futures::future::join_all((1..=20).map(|id| remote.commit(request(id))));
    let (outcomes, ()) = tokio::join!(commits, freeze);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Unknown(_)))), "{outcomes:?}");
    assert!(began.elapsed() < Duration::from_secs(60), "they ended after {:?}", began.elapsed());
    // One looks around for all: not each of the twenty, time and again.
    assert!(two.calls() < 20, "the other node was asked {} times", two.calls());
    assert_eq!(within(Duration::from_millis(500), remote.resolve(TxnId(1))).await.unwrap(), COMMITTED);
    assert_eq!(remote.epoch(), Epoch(2));
}

#[tokio::test]
async fn a_slow_commit_is_waited_for_while_its_node_leads() {
    let truth = Truth::default();
    let leader = FakeAdjudicator::new(Stand::Leads, &truth);
    *leader.delay.lock() = Duration::from_millis(2_500);
    let served = node(&leader).await;
    let follower = FakeAdjudicator::new(Stand::Follows(Some(served.address.clone())), &truth);
    let other = node(&follower).await;
    let network = Mode::Plain.network(Role::Query);
    let remote = RemoteAdjudicator::new(network, [served.address.clone(), other.address.clone()]);
    assert_eq!(remote.commit(request(1)).await.unwrap(), COMMITTED);
    assert!(follower.calls() > 0, "nobody looked around");
}

#[tokio::test]
async fn hints_are_followed_to_the_leader() {
    let truth = Truth::default();
    let leader = FakeAdjudicator::new(Stand::Leads, &truth);
    let served = node(&leader).await;
    let follower = FakeAdjudicator::new(Stand::Follows(Some(served.address.clone())), &truth);
    let other = node(&follower).await;
    // The leader's address is not among those that were configured.
    let remote = RemoteAdjudicator::new(network(Role::Query), [other.address.clone()]);
    for id in 1..=10 {
        assert_eq!(remote.commit(request(id)).await.unwrap(), COMMITTED);
    }
    assert_eq!(follower.calls(), 1, "the leader is remembered");
    assert_eq!(remote.visible().await.unwrap().epoch, Epoch(1));
}

#[tokio::test]
async fn nodes_that_do_not_listen_are_passed_over() {
    let truth = Truth::default();
    let leader = FakeAdjudicator::new(Stand::Leads, &truth);
    let served = node(&leader).await;
    let remote = RemoteAdjudicator::new(network(Role::Query), [nobody().await, nobody().await, served.address.clone()]);
    assert_eq!(within(Duration::from_secs(2), remote.commit(request(1))).await.unwrap(), COMMITTED);
}

#[tokio::test]
async fn requests_wait_for_a_leader() {
    let truth = Truth::default();
    let nodes: Vec<_> = (0..3).map(|_| FakeAdjudicator::new(Stand::Follows(None), &truth)).collect();
    let mut served = Vec::new();
    for node_ in &nodes {
        served.push(node(node_).await);
    }
    let remote = RemoteAdjudicator::new(network(Role::Query), served.iter().map(|s| s.address.clone()));
    let elect = async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        *nodes[1].stand.lock() = Stand::NotOpen;
        tokio::time::sleep(Duration::from_millis(200)).await;
        *nodes[1].stand.lock() = Stand::Leads;
    };
    let commits = futures::future::join_all((0..50).map(|id| remote.commit(request(id))));
    let (outcomes, ()) = tokio::join!(commits, elect);
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap() == COMMITTED));
    let asked: usize = nodes.iter().map(|node| node.calls()).sum();
    assert!(asked < 50 * 3 * 25, "{asked} calls while nobody led");
}

#[tokio::test]
async fn without_a_leader_nothing_was_done_and_that_is_said() {
    let truth = Truth::default();
    let follower = FakeAdjudicator::new(Stand::Follows(Some(nobody().await)), &truth);
    let served = node(&follower).await;
    let settings = Settings { leader_wait: Duration::from_millis(700), ..settings() };
    let network = Network::new(plain(Role::Query), settings, "");
    let remote = RemoteAdjudicator::new(network, [served.address.clone(), nobody().await]);
    let began = Instant::now();
    assert!(matches!(remote.commit(request(1)).await, Err(Error::NotOpen)));
    assert!((600..3_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    assert!(matches!(remote.resolve(TxnId(1)).await, Err(Error::NotOpen)));
}

#[tokio::test]
async fn a_deposed_leader_that_does_not_know_is_left_for_the_present_one() {
    let truth = Truth::default();
    let (old, new) = (FakeAdjudicator::new(Stand::Leads, &truth), FakeAdjudicator::new(Stand::Leads, &truth));
    *new.epoch.lock() = Epoch(2);
    let (served_old, served_new) = (node(&old).await, node(&new).await);
    let remote = RemoteAdjudicator::new(network(Role::Query), [served_new.address.clone(), served_old.address.clone()]);
    assert_eq!(remote.visible().await.unwrap().epoch, Epoch(2));
    *new.stand.lock() = Stand::NotOpen;
    let open = async {
        eventually("asking the deposed one", || old.calls() > 0).await;
        *new.stand.lock() = Stand::Leads;
    };
    let (outcome, ()) = tokio::join!(remote.commit(CommitRequest { epoch: Epoch(2), ..request(1) }), open);
    assert_eq!(outcome.unwrap(), COMMITTED);
}

#[tokio::test]
async fn calls_behind_a_black_hole_do_not_wait_for_each_other() {
    let truth = Truth::default();
    let leader = FakeAdjudicator::new(Stand::Leads, &truth);
    let served = node(&leader).await;
    // Takes connections and never answers: with TLS, no handshake ends.
    let mode = Mode::tls();
    let hole = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tls_leader = serve(mode.server(Role::Journal).adjudicator(leader.clone())).await;
    let addresses = [hole.local_addr().unwrap().to_string(), tls_leader.address.clone()];
    let remote = RemoteAdjudicator::new(mode.network(Role::Query), addresses);
    let began = Instant::now();
    let commits = futures::future::join_all((0..100).map(|id| remote.commit(request(id))));
    assert!(commits.await.into_iter().all(|outcome| outcome.unwrap() == COMMITTED));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    drop(served);
}

#[tokio::test]
async fn a_commit_is_one_round_trip() {
    let leader = FakeAdjudicator::new(Stand::Leads, &Truth::default());
    let served = node(&leader).await;
    let proxy = Proxy::before(&served.address).await;
    let remote = RemoteAdjudicator::new(Mode::Plain.network(Role::Query), [proxy.address.clone()]);
    remote.commit(request(1)).await.unwrap();
    proxy.delay(Duration::from_millis(300));
    let began = Instant::now();
    remote.commit(request(2)).await.unwrap();
    let took = began.elapsed().as_millis();
    assert!((600..1_190).contains(&took), "{took} ms over a link of 600 ms there and back");
}

#[tokio::test]
async fn wherever_an_answer_is_cut_every_commit_is_decided_once_and_told_truly() {
    let truth = Truth::default();
    let leader = FakeAdjudicator::new(Stand::Leads, &truth);
    let served = node(&leader).await;
    let proxy = Proxy::before(&served.address).await;
    let (mut known, mut unknown) = (0, 0);
    for (id, cut) in (1..).zip((1..250).step_by(7)) {
        let remote = RemoteAdjudicator::new(network(Role::Query), [proxy.address.clone()]);
        proxy.cut_after(cut);
        let outcome = within(Duration::from_secs(10), remote.commit(request(id))).await;
        proxy.cut_after(usize::MAX);
        let decided = truth.lock().get(&TxnId(id)).cloned();
        match outcome {
            Ok(outcome) => {
                assert_eq!(Some(outcome), decided, "cut after {cut}");
                known += 1;
            }
            Err(Error::Unknown(_)) => {
                let resolved = within(Duration::from_secs(10), remote.resolve(TxnId(id))).await.unwrap();
                let expected = truth.lock().get(&TxnId(id)).cloned();
                match resolved {
                    CommitOutcome::Aborted(_) => assert_eq!(expected, None, "cut after {cut}"),
                    committed => assert_eq!(Some(committed), expected, "cut after {cut}"),
                }
                unknown += 1;
            }
            Err(error) => panic!("{error} when cut after {cut}"),
        }
    }
    assert!(known > 0 && unknown > 0, "{known} known, {unknown} unknown: the cuts were all on one side");
    assert_eq!(leader.commits.load(Ordering::SeqCst), truth.lock().len(), "none is decided twice");
}
