use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::StreamExt;
use futures::channel::mpsc;
use gavel_api::journal;
use gavel_clock::ManualClock;
use gavel_types::TimeMode;

use super::*;

const MS: u64 = 1_000_000;
/// A leader that answers nothing but what is visible, and nodes that say what they are told to.
struct Silent {
    mode: Mutex<TimeMode>,
    nodes: Mutex<Option<mpsc::UnboundedReceiver<Timestamp>>>,
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

#[async_trait]
impl Witness for Silent {
    async fn committed(&self, _: TxnId) -> Result<Timestamp, journal::Error> {
        let nodes = self.nodes.lock().take();
        nodes.ok_or(journal::Error::Closed)?.next().await.ok_or(journal::Error::Closed)
    }
}

struct Play {
    learner: CommitLearner,
    silent: Arc<Silent>,
    clock: Arc<ManualClock>,
    nodes: mpsc::UnboundedSender<Timestamp>,
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

/// A node knows of the commit, which is dated `ms` after the present.
fn decide(play: &Play, ms: u64) {
    play.nodes.unbounded_send(Timestamp((1_000_000 + ms) * MS)).unwrap();
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
