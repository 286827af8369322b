//! A journal of three nodes becomes one of four, and of three again, while it is written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use gavel_api::conformance::journal::commit;
use gavel_api::journal::{Error, Journal, Member, Record, Replicated};
use gavel_journal::MemoryDisk;
use gavel_journal::raft::{Components, RaftJournal, Settings};
use gavel_rpc::Role;
use gavel_rpc::client::{GrpcPeers, RemoteJournal, RemoteMembership, Target};
use gavel_types::{Lsn, NodeId, Timestamp};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::support::{Mode, Served, eventually, network, nobody, serve_on, within};

/// For all that must happen at some time.
const LONG: Duration = Duration::from_secs(150);
/// For an append whose leader may be no more.
const APPEND: Duration = Duration::from_secs(5);

struct Node {
    journal: Arc<RaftJournal>,
    served: Served,
}

impl Node {
    async fn start(id: u64, initial: Vec<Member>, listener: TcpListener) -> Self {
        let settings = Settings::new("test", NodeId(id), initial);
        let transport = Arc::new(GrpcPeers::new(network(Role::Journal)));
        let components = Components { disk: Arc::new(MemoryDisk::new()), transport, clock: None };
        let journal = Arc::new(RaftJournal::start(settings, components).await.unwrap());
        let server = Mode::Plain
            .server(Role::Journal)
            .journal(journal.clone())
            .peer(journal.clone())
            .membership(journal.clone());
        Self { served: serve_on(listener, server).await, journal }
    }
}

fn member(id: u64, listener: &TcpListener) -> Member {
    let address = listener.local_addr().unwrap().to_string();
    Member { id: NodeId(id), address, zone: "z".into(), voter: true }
}

type Nodes = Arc<Mutex<BTreeMap<u64, Arc<RaftJournal>>>>;

/// Appends one record after the other wherever the journal is led, until told to stop; those that were
/// acknowledged.
async fn load(nodes: Nodes, stop: Arc<AtomicBool>) -> Vec<Record> {
    let mut kept = Vec::new();
    let mut epoch = None;
    for n in 1.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let leader = nodes.lock().values().find(|node| node.leadership().leading).cloned();
        let Some(leader) = leader else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        if epoch != Some(leader.leadership().epoch) {
            epoch = leader.open_epoch(Timestamp(1)).await.ok();
        }
        let Some(epoch) = epoch else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        let record = commit(n);
        if let Ok(Ok(_)) = tokio::time::timeout(APPEND, leader.append(epoch, vec![record.clone()])).await {
            kept.push(record);
        }
        sleep(Duration::from_millis(1)).await;
    }
    kept
}

fn voters(members: &[Member]) -> Vec<u64> {
    let mut voters: Vec<u64> = members.iter().filter(|member| member.voter).map(|member| member.id.0).collect();
    voters.sort_unstable();
    voters
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_added_and_removed_under_load_and_nothing_is_lost() {
    let mut listeners = Vec::new();
    for _ in 0..4 {
        listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
    }
    let members: Vec<Member> = (1..).zip(&listeners).map(|(id, listener)| member(id, listener)).collect();
    let mut running = BTreeMap::new();
    for (id, listener) in (1..).zip(listeners) {
        let initial = if id == 4 { Vec::new() } else { members[..3].to_vec() };
        running.insert(id, Node::start(id, initial, listener).await);
    }
    let nodes: Nodes = Arc::new(Mutex::new(running.iter().map(|(id, node)| (*id, node.journal.clone())).collect()));
    let stop = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn(load(nodes.clone(), stop.clone()));
    let appended = || nodes.lock().values().map(|node| node.bounds().1).max().unwrap_or_default();
    let goes_on = async |what: &str| {
        let before = appended();
        eventually(what, || appended() > Lsn(before.0 + 50)).await;
    };
    goes_on("the first appends").await;

    // It is enough to know one node, and some that do not answer.
    let known = [nobody().await, members[1].address.clone()];
    let operator = RemoteMembership::new(network(Role::Operator), known);
    for _ in 0..2 {
        let now = within(LONG, operator.add(members[3].clone())).await.unwrap();
        assert_eq!(voters(&now), [1, 2, 3, 4]);
        goes_on("appends after a node was added").await;
    }
    let (seen, leader) = operator.members().await.unwrap();
    assert_eq!(voters(&seen), [1, 2, 3, 4]);
    assert!(seen.contains(&members[3]));
    let leader = leader.unwrap();
    for _ in 0..2 {
        let now = within(LONG, operator.remove(leader)).await.unwrap();
        assert_eq!(now.len(), 3);
        assert!(!voters(&now).contains(&leader.0));
    }
    nodes.lock().remove(&leader.0);
    let gone = running.remove(&leader.0).unwrap();
    gone.journal.close().await;
    gone.served.stop().await;
    goes_on("appends after the leader was removed").await;

    // With one node down, the other two are both needed.
    let (left, leader) = operator.members().await.unwrap();
    let down = left.iter().map(|member| member.id).find(|id| Some(*id) != leader).unwrap();
    nodes.lock().remove(&down.0);
    let gone = running.remove(&down.0).unwrap();
    gone.served.stop().await;
    gone.journal.close().await;
    sleep(Duration::from_secs(3)).await;
    let needed = left.iter().map(|member| member.id).find(|id| *id != down).unwrap();
    match within(LONG, operator.remove(needed)).await {
        Err(Error::Failed(why)) => assert!(why.contains("no majority"), "{why}"),
        other => panic!("{other:?}"),
    }
    match within(LONG, operator.add(Member { address: "nowhere".into(), ..members[0].clone() })).await {
        Err(Error::Failed(why)) => assert!(why.contains("address"), "{why}"),
        other => panic!("{other:?}"),
    }
    goes_on("appends after a removal was refused").await;

    stop.store(true, Ordering::Relaxed);
    let kept = within(LONG, load).await.unwrap();
    assert!(kept.len() > 200, "only {} were acknowledged", kept.len());
    let last = appended();
    for node in running.values() {
        let target = Target::at(node.served.address.clone());
        let remote = RemoteJournal::connect(network(Role::Storage), [target]).await.unwrap();
        let mut tail = remote.tail(Lsn::ZERO);
        let (mut seen, mut at) = (Vec::new(), Lsn::ZERO);
        while at < last {
            for (lsn, record) in within(LONG, tail.next()).await.unwrap().unwrap() {
                at = lsn;
                seen.push(record);
            }
        }
        // Acknowledged in this order, each once; what was not acknowledged may be between them.
        let mut seen = seen.into_iter().filter(|record| matches!(record, Record::Commit(_)));
        for record in &kept {
            assert!(seen.any(|other| other == *record), "lost, or out of order: {record:?}");
        }
    }
}
