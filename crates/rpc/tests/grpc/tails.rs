//! A tail goes on whatever happens to the node that it is read from.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_api::conformance::journal::commit;
use gavel_api::journal::{Entry, Error, Journal, Notifications, Record};
use gavel_journal::FileJournal;
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteJournal, Target};
use gavel_types::{Epoch, Lsn, Notification, Oid, Timestamp};

use crate::conformance::file_journal;
use crate::proxy::Proxy;
use crate::support::{Mode, Served, network, nobody, serve, within};

async fn node(journal: &Arc<FileJournal>) -> Served {
    serve(Mode::Plain.server(Role::Journal).journal(journal.clone())).await
}

async fn append(journal: &FileJournal, epoch: Epoch, records: std::ops::Range<u64>) {
    for n in records {
        journal.append(epoch, vec![commit(n)]).await.unwrap();
    }
}

/// Reads up to `last`, and checks that nothing is left out or comes twice.
async fn read_to(
    tail: &mut futures::stream::BoxStream<'static, Result<Vec<Entry>, Error>>,
    seen: &mut Vec<u64>,
    last: u64,
) {
    while seen.last().is_none_or(|lsn| *lsn < last) {
        let entries = within(Duration::from_secs(5), tail.next()).await.unwrap().unwrap();
        seen.extend(entries.into_iter().map(|(lsn, _)| lsn.0));
    }
    assert_eq!(*seen, (1..=*seen.last().unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn cuts_freezes_and_restarts_lose_nothing() {
    let journal = file_journal();
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let served = [node(&journal).await, node(&journal).await];
    let proxies = [Proxy::before(&served[0].address).await, Proxy::before(&served[1].address).await];
    let targets = proxies.iter().map(|proxy| Target::at(proxy.address.clone()));
    let remote = RemoteJournal::connect(network(Role::Storage), targets).await.unwrap();
    let mut tail = remote.tail(Lsn::ZERO);
    let mut seen = Vec::new();
    let mut last = 1;
    for round in 0..12 {
        for proxy in &proxies {
            proxy.pass();
        }
        match round % 4 {
            0 => proxies.iter().for_each(Proxy::cut),
            1 => proxies[0].freeze(),
            2 => proxies[1].refuse(),
            _ => proxies.iter().for_each(|proxy| proxy.cut_after(5_000)),
        }
        append(&journal, epoch, last + 1..last + 101).await;
        last += 100;
        read_to(&mut tail, &mut seen, last).await;
    }
    assert_eq!(remote.bounds(), (Lsn(1), Lsn(last)));
}

#[tokio::test]
async fn a_node_that_is_cut_off_from_its_leader_is_left() {
    let (behind, ahead) = (file_journal(), file_journal());
    let epoch = behind.open_epoch(Timestamp(1)).await.unwrap();
    ahead.open_epoch(Timestamp(1)).await.unwrap();
    append(&behind, epoch, 2..11).await;
    append(&ahead, epoch, 2..11).await;
    let served = [node(&behind).await, node(&ahead).await];
    let remote = RemoteJournal::new(network(Role::Storage), served.iter().map(Served::target));
    let mut tail = remote.tail(Lsn(1));
    let mut seen = Vec::new();
    read_to(&mut tail, &mut seen, 10).await;
    // Only the other node goes on.
    append(&ahead, epoch, 11..21).await;
    within(Duration::from_secs(2), read_to(&mut tail, &mut seen, 20)).await;
}

#[tokio::test]
async fn trimmed_at_one_node_is_read_from_another() {
    let (trimmed, whole) = (file_journal(), file_journal());
    let epoch = trimmed.open_epoch(Timestamp(1)).await.unwrap();
    whole.open_epoch(Timestamp(1)).await.unwrap();
    append(&trimmed, epoch, 2..301).await;
    append(&whole, epoch, 2..301).await;
    trimmed.trim(Lsn(250)).await.unwrap();
    let first = trimmed.bounds().0;
    assert!(first > Lsn(1), "segments are small");
    let served = [node(&trimmed).await, node(&whole).await];
    let remote = RemoteJournal::new(network(Role::Storage), served.iter().map(Served::target));
    let mut seen = Vec::new();
    read_to(&mut remote.tail(Lsn(1)), &mut seen, 300).await;
    let alone = RemoteJournal::new(network(Role::Storage), [served[0].target(), Target::at(nobody().await)]);
    match within(Duration::from_secs(5), alone.tail(Lsn(1)).next()).await {
        Some(Err(Error::Trimmed(kept))) => assert_eq!(kept, first),
        other => panic!("{other:?}"),
    }
    // Trims reach every node.
    remote.trim(Lsn(290)).await.unwrap();
    assert!(whole.bounds().0 > Lsn(1));
}

#[tokio::test]
async fn a_follower_that_goes_away_frees_the_journal() {
    let journal = file_journal();
    journal.open_epoch(Timestamp(1)).await.unwrap();
    let served = node(&journal).await;
    let remote = RemoteJournal::connect(network(Role::Storage), [served.target()]).await.unwrap();
    let mut tail = remote.tail(Lsn(1));
    tail.next().await.unwrap().unwrap();
    // A tail that is open does not keep a server from stopping.
    within(Duration::from_secs(2), served.stop()).await;
    drop(tail);
    assert!(matches!(remote.open_epoch(Timestamp(1)).await, Err(Error::NotLeader)));
    assert!(matches!(remote.append(Epoch(1), vec![]).await, Err(Error::NotLeader)));
}

/// Query nodes are told what was notified, and nothing of what was written.
#[tokio::test]
async fn notifications_come_without_what_was_written() {
    let journal = file_journal();
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let served = node(&journal).await;
    let remote = RemoteJournal::new(network(Role::Query), [Target::at(served.address.clone())]);
    append(&journal, epoch, 2..4).await;
    let from = remote.position().await.unwrap();
    assert_eq!(from, Lsn(4));
    let Record::Commit(mut notifying) = commit(4) else { panic!("no commit") };
    let (channel, payload) = ("c".into(), "p".into());
    notifying.notifications = vec![Notification { database: Oid(5), pid: 7, channel, payload }];
    let records = vec![Record::Commit(notifying.clone()), commit(5)];
    journal.append(epoch, records).await.unwrap();
    let mut seen = Vec::new();
    let mut tail = remote.follow(from);
    while seen.len() < 2 {
        seen.extend(within(Duration::from_secs(5), tail.next()).await.unwrap().unwrap());
    }
    let commits: Vec<_> = seen
        .iter()
        .map(|(lsn, record)| match record {
            Record::Commit(commit) => (*lsn, commit.commit_ts, commit.writes.len(), commit.notifications.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    let Record::Commit(plain) = commit(5) else { panic!("no commit") };
    let expected =
        [(Lsn(4), notifying.commit_ts, 0, notifying.notifications), (Lsn(5), plain.commit_ts, 0, Vec::new())];
    assert_eq!(commits, expected);
}
