//! Several appends on their way to a follower at a time, so that a commit need not wait until what was
//! sent before it has been answered.
//!
//! ```text
//!   openraft ──requests──► │ 14 15 │ 13 │ 11 12 │ ──► the follower
//!            ◄──answers, in their order───────────◄──
//! ```
//! Whatever order messages arrive in, Raft is right. What openraft makes of the answers is so only if:
//! - Answers come in the order of the requests, and end with the first that is not a success; openraft then
//!   begins again behind what it knows the follower to have.
//! - An append without entries, which tells how far the log is committed, has nothing before it that is not
//!   answered: openraft takes the answer to an entry for one to all that was sent up to that entry, and would
//!   believe that a majority followed it as late as when the append without entries was sent. So the next
//!   request is asked for only if nothing is on its way, or if there are entries that were not sent yet.
//! - A conflict counts only if nothing was on its way before: an append that overtakes another meets one, and
//!   openraft would believe that the follower has lost entries.

use std::future::Future;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, FuturesOrdered};
use futures::{FutureExt, Stream, StreamExt};
use openraft::errors::{NetworkError, RPCError};
use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse, StreamAppendResult};

use super::codec::entry_size;
use super::types::{Config, LogId};

/// While this much is on its way, nothing more is sent.
const AHEAD_BYTES: usize = 1 << 20;

type Request = AppendEntriesRequest<Config>;
type Response = AppendEntriesResponse<Config>;
type Failure = RPCError<Config>;

/// What openraft is answered to one request.
pub(crate) type Answer = Result<StreamAppendResult<Config>, Failure>;

/// What a pipeline needs to know of its surroundings.
pub(crate) trait Surroundings: Send + Sync {
    /// Carries one append.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, Failure>> + Send;

    /// Waits until the leader's log goes on behind `sent`.
    fn goes_on(&self, sent: Option<LogId>) -> impl Future<Output = ()> + Send;
}

/// Sends what `requests` has, up to `depth` at a time; the answers.
pub(crate) fn pipeline<'s, S>(
    requests: impl Stream<Item = Request> + Send + Unpin + 's,
    surroundings: &'s S,
    depth: usize,
) -> BoxStream<'s, Answer>
where
    S: Surroundings,
{
    let under_way = FuturesOrdered::new();
    let pipeline = Pipeline { surroundings, depth, requests, ended: false, sent: None, under_way, bytes: 0 };
    let answers = stream::unfold(Some(pipeline), async |pipeline| {
        let mut pipeline = pipeline?;
        let (answer, whole) = pipeline.next().await?;
        Some((answer, whole.then_some(pipeline)))
    });
    answers.boxed()
}

/// An answer, and whether all of the request was taken.
type Outcome = (Answer, bool);

struct Pipeline<'s, R, S> {
    surroundings: &'s S,
    depth: usize,
    requests: R,
    /// There are no more requests.
    ended: bool,
    /// Last entry that is on its way or beyond.
    sent: Option<LogId>,
    /// Each with its bytes.
    under_way: FuturesOrdered<BoxFuture<'s, (Outcome, usize)>>,
    bytes: usize,
}

impl<'s, R, S> Pipeline<'s, R, S>
where
    R: Stream<Item = Request> + Send + Unpin,
    S: Surroundings,
{
    async fn next(&mut self) -> Option<Outcome> {
        loop {
            let idle = self.under_way.is_empty();
            let room = !self.ended && self.under_way.len() < self.depth.max(1) && self.bytes < AHEAD_BYTES;
            let (surroundings, sent, requests) = (self.surroundings, self.sent, &mut self.requests);
            let request = async move {
                if !idle {
                    surroundings.goes_on(sent).await;
                }
                requests.next().await
            };
            tokio::select! {
                biased;
                Some((outcome, bytes)) = self.under_way.next(), if !idle => {
                    self.bytes -= bytes;
                    return Some(outcome);
                }
                request = request, if room => match request {
                    None => self.ended = true,
                    // The log goes on, but openraft was not told of it yet.
                    Some(request) if !idle && request.entries.is_empty() => {
                        return Some((Err(again("nothing to send with others on their way")), false));
                    }
                    Some(request) => self.push(request, idle),
                },
                else => return None,
            }
        }
    }

    fn push(&mut self, request: Request, idle: bool) {
        let before = request.prev_log_id;
        let last = request.entries.last().map(|entry| entry.log_id).or(before);
        let bytes = request.entries.iter().map(entry_size).sum();
        self.sent = last;
        self.bytes += bytes;
        let surroundings = self.surroundings;
        let answered = async move {
            let outcome = match surroundings.send(request).await {
                Ok(Response::Conflict) if !idle || before.is_none() => {
                    (Err(again("an append overtook the one before it")), false)
                }
                Ok(response) => {
                    let whole = matches!(response, Response::Success);
                    (Ok(response.into_stream_result(before, last)), whole)
                }
                Err(failure) => (Err(failure), false),
            };
            (outcome, bytes)
        };
        self.under_way.push_back(answered.boxed());
    }
}

/// Has openraft begin again, at once.
fn again(why: &str) -> Failure {
    NetworkError::from_string(why).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "real tasks")]

    use std::sync::Arc;

    use futures::channel::mpsc::{self, UnboundedSender};
    use openraft::raft::StreamAppendError;
    use parking_lot::Mutex;
    use tokio::sync::{oneshot, watch};

    use super::super::types::{Entry, Payload, Vote, log_id};
    use super::*;

    type Sent = (Option<LogId>, Option<LogId>, oneshot::Sender<Result<Response, Failure>>);

    /// A log that ends where it is told to, and a follower who answers when it is told to.
    struct Fake {
        log: watch::Sender<Option<LogId>>,
        sent: Mutex<Vec<Sent>>,
    }

    impl Surroundings for Fake {
        async fn send(&self, request: Request) -> Result<Response, Failure> {
            let (answer, answered) = oneshot::channel();
            let last = request.entries.last().map(|entry| entry.log_id);
            self.sent.lock().push((request.prev_log_id, last, answer));
            answered.await.unwrap_or_else(|_| Err(again("given up")))
        }

        async fn goes_on(&self, sent: Option<LogId>) {
            self.log.subscribe().wait_for(|last| *last > sent).await.map(drop).unwrap();
        }
    }

    impl Fake {
        /// Answers the oldest but `n` that is not answered yet.
        fn answer(&self, n: usize, response: Result<Response, Failure>) {
            self.sent.lock().remove(n).2.send(response).unwrap();
        }

        fn waiting(&self) -> Vec<(u64, Option<u64>)> {
            let index = |id: &LogId| id.index;
            self.sent.lock().iter().map(|(before, last, _)| (before.unwrap().index, last.as_ref().map(index))).collect()
        }
    }

    struct Play {
        fake: Arc<Fake>,
        requests: UnboundedSender<Request>,
        answers: tokio::sync::mpsc::UnboundedReceiver<Answer>,
    }

    /// A pipeline of four at most.
    fn begin() -> Play {
        let fake = Arc::new(Fake { log: watch::Sender::new(None), sent: Mutex::default() });
        let (requests, asked) = mpsc::unbounded();
        let (told, answers) = tokio::sync::mpsc::unbounded_channel();
        let surroundings = Arc::clone(&fake);
        tokio::spawn(async move {
            let mut pipeline = pipeline(asked, surroundings.as_ref(), 4);
            while let Some(answer) = pipeline.next().await {
                told.send(answer).unwrap();
            }
        });
        Play { fake, requests, answers }
    }

    impl Play {
        /// openraft asks to send what lies behind `before`, up to `last`.
        async fn ask(&self, before: u64, last: u64) {
            let entry = |index| Entry { log_id: log_id(1, index), payload: Payload::Blank };
            let entries: Vec<_> = (before + 1..=last).map(entry).collect();
            if !entries.is_empty() {
                self.fake.log.send_replace(Some(log_id(1, last)));
            }
            let vote = Vote::new_committed(1, 1);
            let before = Some(log_id(1, before));
            self.requests.unbounded_send(Request { vote, prev_log_id: before, entries, leader_commit: None }).unwrap();
            settle().await;
        }

        async fn next(&mut self) -> Option<Answer> {
            settle().await;
            self.answers.try_recv().ok()
        }
    }

    /// Everything that can happen happens.
    async fn settle() {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    fn matching(index: u64) -> Option<Answer> {
        Some(Ok(Ok(Some(log_id(1, index)))))
    }

    #[tokio::test]
    async fn several_are_on_their_way_and_their_answers_keep_the_order() {
        let mut play = begin();
        play.ask(10, 11).await;
        play.ask(11, 13).await;
        play.ask(13, 14).await;
        assert_eq!(play.fake.waiting(), [(10, Some(11)), (11, Some(13)), (13, Some(14))]);
        play.fake.answer(1, Ok(Response::Success));
        assert_eq!(play.next().await, None, "the one before it is not answered");
        play.fake.answer(0, Ok(Response::Success));
        assert_eq!(play.next().await, matching(11));
        assert_eq!(play.next().await, matching(13));
        play.fake.answer(0, Ok(Response::Success));
        assert_eq!(play.next().await, matching(14));
        // Four, and no more.
        for before in 14..20 {
            play.ask(before, before + 1).await;
        }
        assert_eq!(play.fake.waiting().len(), 4);
        play.fake.answer(0, Ok(Response::Success));
        assert_eq!(play.next().await, matching(15));
        assert_eq!(play.fake.waiting().len(), 4);
    }

    #[tokio::test]
    async fn what_is_committed_is_told_alone_once_all_is_answered() {
        let mut play = begin();
        play.ask(10, 11).await;
        play.ask(11, 11).await;
        assert_eq!(play.fake.waiting(), [(10, Some(11))]);
        play.fake.answer(0, Ok(Response::Success));
        assert_eq!(play.next().await, matching(11));
        assert_eq!(play.fake.waiting(), [(11, None)]);
        // Entries do not wait for it.
        play.ask(11, 12).await;
        assert_eq!(play.fake.waiting(), [(11, None), (11, Some(12))]);
        play.fake.answer(0, Ok(Response::Success));
        assert_eq!(play.next().await, matching(11));
    }

    #[tokio::test]
    async fn one_without_entries_behind_others_begins_again_before_they_are_answered() {
        let mut play = begin();
        play.ask(10, 11).await;
        // The log is longer than openraft knows.
        play.fake.log.send_replace(Some(log_id(1, 12)));
        play.ask(11, 11).await;
        assert!(matches!(play.next().await, Some(Err(RPCError::Network(_)))));
        assert!(play.requests.is_closed());
    }

    #[tokio::test]
    async fn a_conflict_counts_only_where_nothing_was_before() {
        let mut play = begin();
        play.ask(10, 11).await;
        play.fake.answer(0, Ok(Response::Conflict));
        assert_eq!(play.next().await, Some(Ok(Err(StreamAppendError::Conflict(log_id(1, 10))))));
        assert!(play.requests.is_closed());

        let mut other = begin();
        other.ask(10, 11).await;
        other.ask(11, 12).await;
        other.fake.answer(1, Ok(Response::Conflict));
        other.fake.answer(0, Ok(Response::Success));
        assert_eq!(other.next().await, matching(11));
        assert!(matches!(other.next().await, Some(Err(RPCError::Network(_)))));
        assert!(other.requests.is_closed());
    }

    #[tokio::test]
    async fn nothing_is_told_of_what_follows_a_failure_and_a_part_ends_it() {
        let mut play = begin();
        play.ask(10, 11).await;
        play.ask(11, 12).await;
        play.fake.answer(1, Ok(Response::Success));
        play.fake.answer(0, Err(again("lost")));
        assert!(matches!(play.next().await, Some(Err(_))));
        assert_eq!(play.next().await, None);
        assert!(play.requests.is_closed());

        let mut other = begin();
        other.ask(10, 12).await;
        other.fake.answer(0, Ok(Response::PartialSuccess(Some(log_id(1, 11)))));
        assert_eq!(other.next().await, matching(11));
        assert!(other.requests.is_closed());
    }

    #[tokio::test]
    async fn the_end_of_the_requests_is_the_end_once_all_is_answered() {
        let mut play = begin();
        play.ask(10, 11).await;
        play.requests.close_channel();
        assert_eq!(play.next().await, None);
        play.fake.answer(0, Ok(Response::Success));
        assert_eq!(play.next().await, matching(11));
        settle().await;
        assert!(play.answers.is_closed(), "the stream has ended");
    }
}
