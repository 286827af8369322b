use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::channel::mpsc;
use futures::stream::BoxStream;
use gavel_api::journal::{Generation, Voters};
use gavel_clock::ManualClock;
use gavel_types::{NodeId, TimeMode};

use super::*;

const MS: u64 = 1_000_000;
const LIFE: Generation = Generation { number: 3, mark: 33 };

fn accepted(node: u64, epoch: u64) -> Accepted {
    Accepted { node: NodeId(node), generation: LIFE, epoch: Epoch(epoch), commit_ts: Timestamp(70), voters: None }
}

/// The word of node 1, which leads; the others are known to it.
fn leader(epoch: u64, voters: &[u64]) -> Accepted {
    let nodes: Vec<_> = voters.iter().copied().map(NodeId).collect();
    let generations = nodes.iter().filter(|node| node.0 != 1).map(|node| (*node, LIFE)).collect();
    Accepted { voters: Some(Voters { nodes, generations }), ..accepted(1, epoch) }
}

#[test]
fn a_majority_of_the_voters_decides_once_the_leader_has_told_who_they_are() {
    let mut three = Quorum::default();
    assert_eq!(three.add(accepted(2, 5)), None);
    assert_eq!(three.add(accepted(2, 5)), None, "said twice");
    assert_eq!(three.add(accepted(3, 5)), None, "two of three, but who knows");
    assert_eq!(three.add(leader(5, &[1, 2, 3])), Some(Timestamp(70)));

    let mut five = Quorum::default();
    assert_eq!(five.add(leader(5, &[1, 2, 3, 4, 5])), None);
    assert_eq!(five.add(accepted(2, 5)), None);
    assert_eq!(five.add(accepted(9, 5)), None, "not a voter");
    assert_eq!(five.add(accepted(4, 5)), Some(Timestamp(70)));

    assert_eq!(Quorum::default().add(leader(5, &[1])), Some(Timestamp(70)));
}

#[test]
fn what_another_leader_proposed_or_a_lost_memory_says_does_not_count() {
    let mut quorum = Quorum::default();
    assert_eq!(quorum.add(leader(5, &[1, 2, 3])), None);
    assert_eq!(quorum.add(accepted(2, 6)), None, "of another epoch");
    let forgetful = Accepted { generation: Generation { number: 1, mark: 9 }, ..accepted(3, 5) };
    assert_eq!(quorum.add(forgetful), None, "in a generation that the leader does not know");
    let unmet = Accepted {
        voters: Some(Voters { nodes: vec![NodeId(1), NodeId(2)], generations: Vec::new() }),
        ..accepted(1, 5)
    };
    assert_eq!(quorum.add(accepted(2, 5)), Some(Timestamp(70)));
    let mut other = Quorum::default();
    assert_eq!(other.add(unmet), None);
    assert_eq!(other.add(accepted(2, 5)), None, "never met");
    assert_eq!(other.add(Accepted { commit_ts: Timestamp(71), ..accepted(2, 5) }), None);
}

/// A leader that answers nothing but what is visible, and nodes that say what they are told to.
struct Silent {
    mode: Mutex<TimeMode>,
    nodes: Mutex<Option<mpsc::UnboundedReceiver<Accepted>>>,
}

#[async_trait]
impl Adjudicator for Silent {
    async fn commit(&self, _: CommitRequest) -> Result<CommitOutcome, Error> {
        std::future::pending().await
    }
    async fn resolve(&self, _: TxnId) -> Result<CommitOutcome, Error> {
        Err(Error::NotOpen)
    }
    async fn close(&self, _: Timestamp, _: Duration) -> Result<Closed, Error> {
        Err(Error::NotOpen)
    }
    async fn visible(&self) -> Result<Visible, Error> {
        Ok(Visible { ts: Timestamp(1), epoch: Epoch(5), mode: *self.mode.lock() })
    }
    fn epoch(&self) -> Epoch {
        Epoch(5)
    }
}

impl Acceptors for Silent {
    fn accepted(&self, _: TxnId) -> BoxStream<'static, Accepted> {
        self.nodes.lock().take().map_or_else(|| futures::stream::empty().boxed(), StreamExt::boxed)
    }
}

struct Play {
    learner: CommitLearner,
    silent: Arc<Silent>,
    clock: Arc<ManualClock>,
    nodes: mpsc::UnboundedSender<Accepted>,
}

/// At second 1,000, give or take a millisecond.
fn play() -> Play {
    let (nodes, answers) = mpsc::unbounded();
    let silent = Arc::new(Silent { mode: Mutex::new(TimeMode::Clock), nodes: Mutex::new(Some(answers)) });
    let clock = Arc::new(ManualClock::with_error(Timestamp(1_000_000 * MS), Duration::from_millis(1)));
    let learner = CommitLearner::new(silent.clone(), silent.clone(), clock.clone(), Duration::ZERO);
    Play { learner, silent, clock, nodes }
}

fn request() -> CommitRequest {
    CommitRequest {
        txn_id: TxnId(1),
        epoch: Epoch(5),
        snapshot_ts: Timestamp(1),
        writes: Vec::new(),
        checks: Vec::new(),
        read_ranges: Vec::new(),
        schema_keys: Vec::new(),
        notifications: Vec::new(),
    }
}

/// Two of three have a commit that is dated `ms` after the present.
fn decide(play: &Play, ms: u64) {
    let commit_ts = Timestamp((1_000_000 + ms) * MS);
    for one in [leader(5, &[1, 2, 3]), accepted(3, 5)] {
        play.nodes.unbounded_send(Accepted { commit_ts, ..one }).unwrap();
    }
}

#[tokio::test]
async fn it_is_committed_once_decided_and_true_time_has_reached_it() {
    let play = play();
    play.learner.visible().await.unwrap();
    let mut commit = play.learner.commit(request());
    assert!(commit.as_mut().now_or_never().is_none(), "nobody has said anything");
    decide(&play, 10);
    assert!(commit.as_mut().now_or_never().is_none(), "true time has not reached it");
    play.clock.advance(Duration::from_millis(10));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(commit.as_mut().now_or_never().is_none(), "it may not have yet");
    play.clock.advance(Duration::from_millis(1));
    assert_eq!(commit.await.unwrap(), CommitOutcome::Committed(Timestamp(1_000_010 * MS)));
}

#[tokio::test]
async fn without_the_word_of_clock_mode_the_leader_is_waited_for() {
    let logical = play();
    *logical.silent.mode.lock() = TimeMode::Logical;
    logical.learner.visible().await.unwrap();
    decide(&logical, 0);
    logical.clock.advance(Duration::from_millis(5));
    assert!(logical.learner.commit(request()).now_or_never().is_none());

    let late = play();
    late.learner.visible().await.unwrap();
    let mut commit = late.learner.commit(request());
    assert!(commit.as_mut().now_or_never().is_none());
    decide(&late, 0);
    late.clock.advance(Duration::from_secs(1));
    assert!(commit.as_mut().now_or_never().is_none(), "the lease is over");
}

#[test]
fn the_leader_is_far_if_no_commit_was_quick() {
    let mut lately = Lately::default();
    assert_eq!(lately.quickest(), None);
    lately.add(Duration::from_millis(3));
    for _ in 1..LOOK_BACK {
        lately.add(Duration::from_millis(40));
    }
    assert_eq!(lately.quickest(), Some(Duration::from_millis(3)));
    lately.add(Duration::from_millis(40));
    assert_eq!(lately.quickest(), Some(Duration::from_millis(40)));
}
