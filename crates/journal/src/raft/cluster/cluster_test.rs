#![allow(clippy::disallowed_methods, reason = "tests wait for real elections")]

use std::sync::Arc;
use std::time::Duration;

use gavel_api::conformance::journal::{self as suite, commit, read_all};
use gavel_api::journal::{Error, Journal, Record, Replicated};
use gavel_types::{Lsn, Timestamp};
use tokio::time::sleep;

use super::testing::Cluster;

#[tokio::test]
async fn one_node_conforms() {
    suite::all(async || Cluster::start(1).await).await;
}

#[tokio::test]
async fn three_nodes_conform() {
    suite::all(async || Cluster::start(3).await).await;
}

#[tokio::test]
async fn all_nodes_serve_what_the_leader_appended() {
    let cluster = Cluster::start(3).await;
    let (leader, epoch) = cluster.open().await;
    for n in 2..=100 {
        assert_eq!(leader.append(epoch, vec![commit(n)]).await.unwrap(), Lsn(n));
    }
    let all = cluster.agree(&leader).await;
    assert_eq!(all.len(), 100);
    for node in cluster.nodes.values() {
        assert_eq!(read_all(node.as_ref(), Lsn(1)).await, all);
    }
}

#[tokio::test]
async fn a_follower_takes_over_and_fences_the_old_leader() {
    let cluster = Cluster::start(3).await;
    let (old, one) = cluster.open().await;
    old.append(one, vec![commit(2)]).await.unwrap();
    let id = old.node_id().0;
    cluster.net.isolate(id, 1..=3);
    // The zombie still believes; what it takes is never acknowledged.
    let zombie = tokio::spawn({
        let old = Arc::clone(&old);
        async move { old.append(one, vec![commit(99)]).await }
    });
    let begun = std::time::Instant::now();
    let new = loop {
        let next = cluster.nodes.values().find(|node| node.node_id().0 != id && node.leadership().leading);
        match next {
            Some(next) => break Arc::clone(next),
            None => sleep(Duration::from_millis(5)).await,
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
    };
    let two = new.open_epoch(Timestamp(2)).await.unwrap();
    assert!(two > one);
    assert_eq!(new.append(two, vec![commit(4)]).await.unwrap(), Lsn(4));
    assert!(old.confirm_leadership().await.is_err());
    assert!(!zombie.is_finished());
    cluster.net.heal();
    let answer = tokio::time::timeout(Duration::from_secs(10), zombie).await.unwrap().unwrap();
    assert!(matches!(answer, Err(Error::Failed(_))), "{answer:?}");
    assert!(matches!(old.append(one, vec![commit(98)]).await, Err(Error::Fenced(by)) if by >= two));
    new.append(two, vec![commit(5)]).await.unwrap();
    let all = cluster.agree(&new).await;
    let expected: Vec<Record> = vec![
        Record::Epoch { epoch: one, opened_at: Timestamp(1) },
        commit(2),
        Record::Epoch { epoch: two, opened_at: Timestamp(2) },
        commit(4),
        commit(5),
    ];
    assert_eq!(all.into_iter().map(|(_, record)| record).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_cluster_that_lost_power_goes_on_where_it_was() {
    let mut cluster = Cluster::start(3).await;
    let (leader, one) = cluster.open().await;
    for n in 2..=300 {
        leader.append(one, vec![commit(n)]).await.unwrap();
    }
    let before = read_all(leader.as_ref(), Lsn(1)).await;
    drop(leader);
    for id in 1..=3 {
        cluster.power_cut(id, id);
    }
    for id in 1..=3 {
        cluster.restart(id).await.unwrap();
    }
    let (leader, two) = cluster.open().await;
    assert!(two > one);
    assert_eq!(leader.append(two, vec![commit(302)]).await.unwrap(), Lsn(302));
    let all = cluster.agree(&leader).await;
    assert_eq!(all[..300], before);
}
