//! Single rules, one by one; and disks that break them, to see that the tests notice.
#![allow(clippy::disallowed_methods, reason = "tests wait for real elections")]

use std::any::Any;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gavel_api::conformance::journal::{commit, read_all};
use gavel_api::journal::{Error, Journal, Member, PeerService, Record, Replicated, Witness};
use gavel_types::{Epoch, Lsn, NodeId, Timestamp};
use openraft::async_runtime::WatchReceiver as _;
use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse};
use openraft::storage::{RaftLogReader, RaftLogStorage};
use tokio::time::{Instant, sleep};

use super::codec;
use super::identity::Generation;
use super::node::RaftJournal;
use super::store::Store;
use super::tally::ONE_IS_ENOUGH;
use super::testing::{Cluster, member};
use super::types::{Applied, Batch, Command, Config, Entry, Payload, VOID_RULE_IS_OFF, Vote, log_id};
use super::wire::{self, Head, Message};
use crate::disk::{Disk, DiskFile};
use crate::memory_disk::MemoryDisk;
use crate::{Counters, FileJournal, Settings};

async fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// Proposes a batch of a later epoch between two of the present one; what all nodes have then.
async fn stray() -> (Applied, Vec<gavel_api::journal::Entry>) {
    let cluster = Cluster::start(3).await;
    let (leader, epoch) = cluster.open().await;
    leader.append(epoch, vec![commit(2)]).await.unwrap();
    let stray =
        Batch { epoch: Epoch(epoch.0 + 1), latest: Timestamp(1), count: 1, body: codec::batch_body(&[commit(99)]) };
    let answer = leader.raft.client_write(Command::Batch(stray)).await.unwrap();
    leader.append(epoch, vec![commit(3)]).await.unwrap();
    (answer.data, cluster.agree(&leader).await)
}

#[tokio::test]
async fn a_batch_of_another_epoch_is_void_everywhere_and_the_test_would_notice() {
    let (answer, all) = stray().await;
    assert_eq!(answer, Applied::Void);
    assert_eq!(all[1..], [(Lsn(2), commit(2)), (Lsn(3), commit(3))]);
    VOID_RULE_IS_OFF.set(true);
    let (answer, all) = stray().await;
    VOID_RULE_IS_OFF.set(false);
    assert_eq!(answer, Applied::At(Lsn(3)));
    assert_eq!(all[2..], [(Lsn(3), commit(99)), (Lsn(4), commit(3))]);
}

#[tokio::test]
async fn a_node_that_was_away_for_long_begins_at_a_snapshot() {
    let cluster = Cluster::start(3).await;
    let (leader, epoch) = cluster.open().await;
    let away = (1..=3).find(|id| *id != leader.node_id().0).unwrap();
    cluster.net.isolate(away, 1..=3);
    for n in (2..4_000).step_by(20) {
        leader.append(epoch, (n..n + 20).map(commit).collect()).await.unwrap();
    }
    let last = leader.bounds().1;
    leader.trim(Lsn(last.0 - 100)).await.unwrap();
    until("the leader trims", || leader.bounds().0 > Lsn(1)).await;
    assert!(leader.bounds().0 <= Lsn(last.0 - 100));
    // Longer than a failed attempt to reach the node, so that the leader gives its entries up.
    sleep(Duration::from_secs(1)).await;
    cluster.net.heal();
    let (leader, _) = cluster.open().await;
    let node = &cluster.nodes[&away];
    until("the node catches up", || node.bounds().1 >= last).await;
    cluster.agree(&leader).await;
    assert!(node.bounds().0 > Lsn(1), "it has what the others have dropped: {:?}", node.bounds());
}

#[tokio::test]
async fn nodes_join_and_leave_under_load() {
    let mut cluster = Cluster::start(3).await;
    let (leader, epoch) = cluster.open().await;
    cluster.restart(4).await.unwrap();
    let load = tokio::spawn({
        let leader = Arc::clone(&leader);
        async move {
            let mut kept = 0u64;
            for n in 0..200 {
                kept += u64::from(leader.append(epoch, vec![commit(n)]).await.is_ok());
                sleep(Duration::from_millis(1)).await;
            }
            kept
        }
    });
    leader.add_member(member(4)).await.unwrap();
    let voters = |of: &dyn Replicated| of.members().iter().filter(|m| m.voter).map(|m| m.id.0).collect::<Vec<_>>();
    assert_eq!(voters(leader.as_ref()), [1, 2, 3, 4]);
    // A change of address is a change like any other.
    let moved = Member { address: "elsewhere:1".into(), ..member(4) };
    leader.add_member(moved.clone()).await.unwrap();
    assert!(leader.members().contains(&moved));
    assert!(load.await.unwrap() > 0);
    let leaves = leader.node_id();
    leader.remove_member(leaves).await.unwrap();
    cluster.net.isolate(leaves.0, 1..=4);
    cluster.nodes.remove(&leaves.0);
    let (next, epoch) = cluster.open().await;
    assert!(!voters(next.as_ref()).contains(&leaves.0));
    next.append(epoch, vec![commit(1_000)]).await.unwrap();
    cluster.agree(&next).await;
}

#[tokio::test]
async fn whoever_is_needed_for_a_majority_stays() {
    let cluster = Cluster::start(3).await;
    let (leader, epoch) = cluster.open().await;
    let others: Vec<u64> = (1..=3).filter(|id| *id != leader.node_id().0).collect();
    cluster.net.isolate(others[0], 1..=3);
    sleep(Duration::from_secs(3)).await;
    for needed in [others[1], leader.node_id().0] {
        match leader.remove_member(NodeId(needed)).await {
            Err(Error::Failed(why)) => assert!(why.contains("only 1 of 2 voters"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
    leader.append(epoch, vec![commit(1)]).await.unwrap();
    // The one that is gone may go, once and again.
    leader.remove_member(NodeId(others[0])).await.unwrap();
    leader.remove_member(NodeId(others[0])).await.unwrap();
    assert_eq!(leader.members().len(), 2);
    leader.append(epoch, vec![commit(2)]).await.unwrap();
}

#[tokio::test]
async fn the_last_voter_stays() {
    let cluster = Cluster::start(1).await;
    let (leader, _) = cluster.open().await;
    assert!(matches!(leader.remove_member(NodeId(1)).await, Err(Error::Failed(_))));
}

#[tokio::test]
async fn a_leader_that_closes_hands_over_first() {
    let mut cluster = Cluster::start(3).await;
    let (old, one) = cluster.open().await;
    old.append(one, vec![commit(2)]).await.unwrap();
    cluster.agree(&old).await;
    old.close().await;
    let id = old.node_id().0;
    assert!(matches!(old.append(one, vec![commit(3)]).await, Err(Error::Closed | Error::NotLeader | Error::Fenced(_))));
    cluster.nodes.remove(&id);
    let (new, two) = cluster.open().await;
    assert!(two > one);
    new.append(two, vec![commit(4)]).await.unwrap();
}

/// Three nodes that tell each other of their disks however near they are.
async fn talkative() -> Cluster {
    let mut cluster = Cluster::prepare(3, 1);
    cluster.adjust = |settings| settings.far = Duration::ZERO;
    for id in 1..=3 {
        cluster.restart(id).await.unwrap();
    }
    cluster
}

#[tokio::test]
async fn followers_know_what_is_committed_before_their_leader_has_heard_of_them() {
    let cluster = talkative().await;
    let (leader, epoch) = cluster.open().await;
    cluster.agree(&leader).await;
    let followers: Vec<_> = cluster.nodes.values().filter(|node| node.node_id() != leader.node_id()).cloned().collect();
    let Record::Commit(one) = commit(7) else { panic!("a commit") };
    let asked = {
        let node = Arc::clone(&followers[0]);
        tokio::spawn(async move { node.committed(one.txn_id).await })
    };
    let before = leader.bounds().1;
    cluster.net.faults.lock().held = true;
    let mut append = Box::pin(leader.append(epoch, vec![commit(6), commit(7)]));
    assert!(futures::poll!(&mut append).is_pending());
    until("the followers have them", || followers.iter().all(|node| node.bounds().1 == Lsn(before.0 + 2))).await;
    assert_eq!(asked.await.unwrap().unwrap(), one.commit_ts);
    assert_eq!(leader.bounds().1, before, "no answer has reached it");
    assert!(futures::poll!(&mut append).is_pending());
    cluster.net.heal();
    append.await.unwrap();
    cluster.agree(&leader).await;
    assert_eq!(leader.committed(one.txn_id).await.unwrap(), one.commit_ts);
}

#[tokio::test]
async fn words_under_an_earlier_configuration_do_not_count() {
    let cluster = talkative().await;
    let (leader, _) = cluster.open().await;
    let leaves = (1..=3).find(|id| *id != leader.node_id().0).unwrap();
    leader.remove_member(NodeId(leaves)).await.unwrap();
    let (leader, epoch) = cluster.open().await;
    let stays = cluster.nodes.values().find(|node| ![leader.node_id(), NodeId(leaves)].contains(&node.node_id()));
    let stays = Arc::clone(stays.unwrap());
    leader.append(epoch, vec![commit(2)]).await.unwrap();
    until("both have it", || stays.bounds().1 == leader.bounds().1).await;
    // Of the two that are left both are needed.
    cluster.net.isolate(stays.node_id().0, 1..=3);
    let before = stays.bounds().1;
    let append = leader.append(epoch, vec![commit(3)]);
    assert!(tokio::time::timeout(Duration::from_millis(300), append).await.is_err());
    assert_eq!((leader.bounds().1, stays.bounds().1), (before, before));
}

/// Whether a follower shows what is on its leader's disk only.
async fn shows_what_one_disk_has() -> bool {
    let cluster = talkative().await;
    let (leader, epoch) = cluster.open().await;
    cluster.agree(&leader).await;
    let mut others = (1..=3).filter(|id| *id != leader.node_id().0);
    let (away, full) = (others.next().unwrap(), others.next().unwrap());
    cluster.net.isolate(away, 1..=3);
    let disk = &cluster.disks[&full];
    disk.set_capacity(Some(disk.used()));
    let (mut n, mut acknowledged) = (2, leader.bounds().1);
    let follower = &cluster.nodes[&full];
    // The first that finds the follower's disk full waits there for space.
    while let Ok(Ok(lsn)) =
        tokio::time::timeout(Duration::from_millis(300), leader.append(epoch, vec![commit(n)])).await
    {
        (n, acknowledged) = (n + 1, lsn);
    }
    follower.bounds().1 > acknowledged
}

#[tokio::test]
async fn a_follower_shows_what_a_majority_has_on_its_disks_and_the_test_would_notice() {
    assert!(!shows_what_one_disk_has().await);
    ONE_IS_ENOUGH.set(true);
    let shown = shows_what_one_disk_has().await;
    ONE_IS_ENOUGH.set(false);
    assert!(shown);
}

#[tokio::test]
async fn a_disk_that_was_replaced_is_not_listened_to() {
    let mut cluster = Cluster::start(3).await;
    let (leader, epoch) = cluster.open().await;
    leader.append(epoch, vec![commit(2)]).await.unwrap();
    cluster.agree(&leader).await;
    let id = (1..=3).find(|id| *id != leader.node_id().0).unwrap();
    cluster.power_cut(id, 1);
    let blank = MemoryDisk::new();
    // Disks in memory draw the same numbers, real ones do not.
    blank.salt();
    cluster.disks.insert(id, blank);
    cluster.restart(id).await.unwrap();
    for n in 3..30 {
        leader.append(epoch, vec![commit(n)]).await.unwrap();
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(cluster.nodes[&id].bounds().1, Lsn::ZERO);
}

#[tokio::test]
async fn a_peer_of_another_cluster_and_rubbish_are_refused() {
    let cluster = Cluster::start(1).await;
    let node = &cluster.nodes[&1];
    let mut head = Head { cluster: "other".into(), from: 2, generation: Generation { number: 1, mark: 1 }, to: 1 };
    let ask = || Message::Vote(openraft::raft::VoteRequest::new(Vote::new(9, 2), None));
    let refused = node.handle(wire::encode_message(&head, &ask())).await.unwrap_err();
    assert!(refused.0.contains("other"), "{refused}");
    head.cluster = "test".into();
    head.to = 3;
    assert!(node.handle(wire::encode_message(&head, &ask())).await.is_err());
    assert!(node.handle(Bytes::from_static(b"\x01rubbish")).await.is_err());
    head.to = 1;
    let whole = wire::encode_message(&head, &ask());
    for n in 0..whole.len() {
        assert!(node.handle(whole.slice(..n)).await.is_err(), "{n} bytes of a message");
    }
}

#[tokio::test]
async fn entries_do_not_wait_for_answers_to_those_before_them() {
    let mut cluster = Cluster::prepare(3, 1);
    // Nobody gives up what is held.
    cluster.adjust = |settings| settings.peer_timeout = Duration::from_secs(60);
    for id in 1..=3 {
        cluster.restart(id).await.unwrap();
    }
    let (leader, epoch) = cluster.open().await;
    let last = |node: &RaftJournal| node.raft.metrics().borrow_watched().last_log_index;
    let reached = async |what, index| until(what, || cluster.nodes.values().all(|node| last(node) >= index)).await;
    let begin = last(&leader);
    reached("all have the epoch", begin).await;
    cluster.net.faults.lock().held = true;
    let append = |n| {
        let leader = Arc::clone(&leader);
        tokio::spawn(async move { leader.append(epoch, vec![commit(n)]).await })
    };
    let mut appends = Vec::new();
    for n in 1..=3 {
        appends.push(append(n + 1));
        reached("all have an entry while nobody knows of those before it", begin.map(|begin| begin + n)).await;
    }
    assert!(appends.iter().all(|append| !append.is_finished()));
    cluster.net.heal();
    for append in appends {
        append.await.unwrap().unwrap();
    }
    cluster.agree(&leader).await;
}

/// What a lone node answers to an append of node `from`, the leader of `term`.
async fn answer_to(node: &RaftJournal, term: u64, from: u64, before: (u64, u64)) -> AppendEntriesResponse<Config> {
    let head = Head { cluster: "test".into(), from, generation: Generation { number: 1, mark: 1 }, to: 1 };
    let rpc = AppendEntriesRequest {
        vote: Vote::new_committed(term, from),
        prev_log_id: Some(log_id(before.0, before.1)),
        entries: vec![Entry { log_id: log_id(term, before.1 + 1), payload: Payload::Blank }],
        leader_commit: None,
    };
    let answer = node.handle(wire::encode_message(&head, &Message::Append(rpc))).await.unwrap();
    let (_, _, mut input) = wire::decode_answer_head(answer).unwrap();
    wire::get_append_answer(&mut input).unwrap()
}

#[tokio::test]
async fn an_append_that_overtakes_others_waits_for_them_and_no_other_does() {
    let mut cluster = Cluster::prepare(3, 1);
    cluster.adjust = |settings| settings.peer_timeout = Duration::from_secs(2);
    cluster.restart(1).await.unwrap();
    let node = Arc::clone(&cluster.nodes[&1]);
    assert_eq!(answer_to(&node, 5, 2, (0, 0)).await, AppendEntriesResponse::Success);
    let early = tokio::spawn({
        let node = Arc::clone(&node);
        async move { answer_to(&node, 5, 2, (5, 2)).await }
    });
    sleep(Duration::from_millis(50)).await;
    assert!(!early.is_finished());
    assert_eq!(answer_to(&node, 5, 2, (5, 1)).await, AppendEntriesResponse::Success);
    assert_eq!(early.await.unwrap(), AppendEntriesResponse::Success);
    // A leader that is new here asks where the logs part.
    let begun = Instant::now();
    assert_eq!(answer_to(&node, 6, 3, (6, 9)).await, AppendEntriesResponse::Conflict);
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
    // What lies between never comes.
    assert_eq!(answer_to(&node, 6, 3, (5, 3)).await, AppendEntriesResponse::Success);
    assert_eq!(answer_to(&node, 6, 3, (6, 9)).await, AppendEntriesResponse::Conflict);
    assert!(begun.elapsed() > Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_full_disk_is_refused_and_heals() {
    let cluster = Cluster::start(1).await;
    let (leader, epoch) = cluster.open().await;
    let disk = &cluster.disks[&1];
    disk.set_capacity(Some(disk.used()));
    let mut n = 2;
    // What finds the disk full waits for space; whoever comes after it is refused.
    let refused = loop {
        let mut append = Box::pin(leader.append(epoch, vec![commit(n)]));
        match tokio::time::timeout(Duration::from_millis(300), &mut append).await {
            Ok(Ok(_)) => n += 1,
            Ok(Err(error)) => break error,
            Err(_) => {
                let next = leader.append(epoch, vec![commit(n + 1)]).await.unwrap_err();
                disk.set_capacity(None);
                append.await.unwrap();
                break next;
            }
        }
    };
    assert!(matches!(refused, Error::DiskFull), "{refused:?}");
    disk.set_capacity(None);
    until("there is space again", || !matches!(leader.bounds(), (_, last) if last < Lsn(n))).await;
    leader.append(epoch, vec![commit(n + 2)]).await.unwrap();
}

#[tokio::test]
async fn neither_journal_opens_the_directory_of_the_other() {
    let cluster = Cluster::start(1).await;
    cluster.open().await;
    let disk = cluster.disks[&1].after_power_cut(0);
    assert!(matches!(FileJournal::open(Arc::new(disk), Settings::default()), Err(Error::Corrupt(_))));
    let mut cluster = Cluster::prepare(1, 1);
    let single = FileJournal::open(Arc::new(cluster.disks[&1].clone()), Settings::default()).unwrap();
    single.open_epoch(Timestamp(1)).await.unwrap();
    drop(single);
    assert!(matches!(cluster.restart(1).await, Err(Error::Corrupt(_))));
}

/// A disk that says that it has flushed files whose name ends like this, and has not.
struct Liar {
    disk: MemoryDisk,
    about: &'static str,
}

struct LyingFile(Arc<dyn DiskFile>);

impl DiskFile for LyingFile {
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buf, offset)
    }
    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_at(buf, offset)
    }
    fn allocate(&self, size: u64, fill: bool) -> io::Result<()> {
        self.0.allocate(size, fill)
    }
    fn truncate(&self, size: u64) -> io::Result<()> {
        self.0.truncate(size)
    }
    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Disk for Liar {
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>> {
        self.disk.lock()
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.disk.list()
    }
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = self.disk.open(name)?;
        Ok(if name.ends_with(self.about) { Arc::new(LyingFile(file)) } else { file })
    }
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.disk.create(name)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }
    fn sync_directory(&self) -> io::Result<()> {
        self.disk.sync_directory()
    }
    fn salt(&self) -> u64 {
        self.disk.salt()
    }
}

/// Whether a vote that was saved is there after a power cut.
async fn vote_survives(about: &'static str, seed: u64) -> bool {
    let memory = MemoryDisk::new();
    let open = |memory: &MemoryDisk| {
        let disk = Arc::new(Liar { disk: memory.clone(), about });
        Store::open(disk, &Settings::default(), None, Arc::new(Counters::default()))
    };
    let (mut store, _thread) = open(&memory).unwrap();
    let vote = Vote::new(5, 2);
    store.save_vote(&vote).await.unwrap();
    match open(&memory.after_power_cut(seed)) {
        Ok((mut store, _thread)) => store.read_vote().await.unwrap() == Some(vote),
        Err(_) => false,
    }
}

#[tokio::test]
async fn a_vote_is_durable_before_it_is_answered_and_the_test_would_notice() {
    let mut caught = 0;
    for seed in 0..50 {
        assert!(vote_survives("nothing", seed).await, "seed {seed}");
        caught += u64::from(!vote_survives("vote", seed).await);
    }
    assert!(caught > 0, "a vote that is not flushed must be missed after some power cut");
}

/// Whether what three nodes acknowledged is there after all of them lost power.
async fn appends_survive(about: &'static str, seed: u64) -> bool {
    let mut cluster = Cluster::prepare(3, seed);
    cluster.wrap = Arc::new(move |disk| Arc::new(Liar { disk, about }));
    for id in 1..=3 {
        cluster.restart(id).await.unwrap();
    }
    let (leader, epoch) = cluster.open().await;
    for n in 2..=20 {
        leader.append(epoch, vec![commit(n)]).await.unwrap();
    }
    drop(leader);
    cluster.wrap = Arc::new(|disk| Arc::new(disk));
    for id in 1..=3 {
        cluster.power_cut(id, seed * 3 + id);
    }
    for id in 1..=3 {
        if cluster.restart(id).await.is_err() {
            return false;
        }
    }
    let (leader, _) = cluster.open().await;
    let all = read_all(leader.as_ref(), Lsn(1)).await;
    (2..=20).all(|n| all.get(n as usize - 1).is_some_and(|(_, record)| *record == commit(n)))
}

#[tokio::test]
async fn entries_are_durable_before_they_are_acknowledged_and_the_test_would_notice() {
    assert!(appends_survive("nothing", 1).await);
    for seed in 1..10 {
        if !appends_survive("spare", seed).await || !appends_survive(".seg", seed).await {
            return;
        }
    }
    panic!("entries that are not flushed must be missed after some power cut");
}
