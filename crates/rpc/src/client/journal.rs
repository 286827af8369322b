//! The journal, read from any of its nodes.
//!
//! A tail never ends because a node does: it goes on at the next position at another. A node that lives
//! but was cut off from its leader is silent, as one is where nothing happens; so after a silence the
//! others are asked how far they are, and if one of them has more, and still nothing comes, the tail moves.
#![allow(clippy::disallowed_methods, reason = "a shell: waits")]

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::{self, BoxStream};
use gavel_api::journal::{Entry, Error, Journal, Notifications, Record};
use gavel_types::{Epoch, Lsn, Timestamp};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Request, Status, Streaming};

use crate::client::Target;
use crate::client::connect::{Line, Link, Network};
use crate::client::source::{Next, Sources, has, is_verdict};
use crate::convert::journal::tail_from_proto;
use crate::convert::status::to_journal;
use crate::identity::Role;
use crate::v1;
use crate::v1::journal_client::JournalClient;

/// [`Journal`] over gRPC, for those who follow it. Appending and opening epochs is done where the journal
/// is: here both answer [`Error::NotLeader`].
pub struct RemoteJournal {
    inner: Arc<Inner>,
}

struct Inner {
    network: Network,
    nodes: Vec<(Link, bool)>,
    /// First kept and last durable, as last heard of; the latter never falls.
    bounds: Mutex<(Lsn, Lsn)>,
}

impl RemoteJournal {
    /// Nothing is connected yet, and [`Journal::bounds`] knows nothing.
    pub fn new(network: Network, nodes: impl IntoIterator<Item = Target>) -> Self {
        let nodes = nodes
            .into_iter()
            .map(|node| (network.link(&node.address, Role::Journal), network.is_near(&node.zone)))
            .collect();
        Self { inner: Arc::new(Inner { network, nodes, bounds: Mutex::new((Lsn(1), Lsn::ZERO)) }) }
    }

    /// [`RemoteJournal::new`], and waits until a node has answered, so that bounds are known.
    ///
    /// # Errors
    /// If none does within `rpc.leader.wait`.
    pub async fn connect(network: Network, nodes: impl IntoIterator<Item = Target>) -> Result<Self, Error> {
        let journal = Self::new(network, nodes);
        let give_up = Instant::now() + journal.inner.network.settings().leader_wait;
        loop {
            match journal.refresh().await {
                Err(error) if Instant::now() >= give_up => return Err(error),
                Err(_) => sleep(journal.inner.network.settings().tail_stall / 4).await,
                Ok(()) => return Ok(journal),
            }
        }
    }

    /// Asks all nodes for their bounds, so that [`Journal::bounds`] is at least what was durable at one of
    /// those that answered when this began.
    ///
    /// # Errors
    /// If no node answers.
    pub async fn refresh(&self) -> Result<(), Error> {
        let asked = join_all((0..self.inner.nodes.len()).map(|index| self.inner.ask_bounds(index))).await;
        match asked.into_iter().find(Result::is_ok) {
            Some(_) => Ok(()),
            None => Err(Error::Failed("no journal node answers".into())),
        }
    }
}

impl Inner {
    fn client(&self, line: Line) -> JournalClient<Line> {
        let settings = self.network.settings();
        JournalClient::new(line)
            .max_decoding_message_size(settings.transaction_size_bytes)
            .max_encoding_message_size(settings.message_size_bytes)
    }

    /// Calls one node, with an end.
    async fn call<T, F>(&self, index: usize, call: impl Fn(JournalClient<Line>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let asked = self.nodes[index].0.call(|line| call(self.client(line)));
        match timeout(self.network.settings().call_timeout, asked).await {
            Ok(answer) => answer.map_err(|status| to_journal(&status)),
            Err(_) => Err(Error::Failed("no answer in time".into())),
        }
    }

    fn learn(&self, bounds: &v1::Bounds) {
        let mut known = self.bounds.lock();
        *known = (Lsn(bounds.first_lsn), known.1.max(Lsn(bounds.durable_lsn)));
    }

    /// The last durable position of a node.
    async fn ask_bounds(&self, index: usize) -> Result<Lsn, Error> {
        let ask = |mut client: JournalClient<Line>| async move { client.get_bounds(v1::GetBoundsRequest {}).await };
        let bounds = self.call(index, ask).await?.into_inner();
        self.learn(&bounds);
        Ok(Lsn(bounds.durable_lsn))
    }

    /// After a silence of `node`: another one that has `wanted`, if there is one.
    async fn look_around(&self, node: usize, wanted: Lsn) -> Option<usize> {
        sleep(self.network.settings().tail_stall).await;
        let others = (0..self.nodes.len()).filter(|index| *index != node);
        let asked = join_all(others.map(|index| async move { (self.ask_bounds(index).await, index) })).await;
        let known = asked.into_iter().filter_map(|(durable, index)| durable.ok().map(|durable| (durable, index)));
        known.max().filter(|(durable, _)| has(*durable, wanted)).map(|(_, index)| index)
    }
}

#[async_trait]
impl Journal for RemoteJournal {
    async fn open_epoch(&self, _: Timestamp) -> Result<Epoch, Error> {
        Err(Error::NotLeader)
    }

    async fn append(&self, _: Epoch, _: Vec<Record>) -> Result<Lsn, Error> {
        Err(Error::NotLeader)
    }

    /// Ends only if no node that answers has the position any more.
    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        self.following(from, false)
    }

    /// As last heard of, from a tail or [`RemoteJournal::refresh`].
    fn bounds(&self) -> (Lsn, Lsn) {
        *self.inner.bounds.lock()
    }

    /// Tells all nodes, since each keeps a log of its own; done once one has heard it. The others hear of
    /// the next trim.
    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        let message = v1::TrimRequest { below_lsn: below.0 };
        let inner = &self.inner;
        let trim = |mut client: JournalClient<Line>| async move { client.trim(message).await };
        let told = join_all((0..inner.nodes.len()).map(|index| inner.call(index, trim))).await;
        let mut refused = Error::Failed("no journal node".into());
        for answer in told {
            match answer {
                Ok(_) => return Ok(()),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

/// What query nodes see of the journal.
#[async_trait]
impl Notifications for RemoteJournal {
    async fn position(&self) -> Result<Lsn, Error> {
        self.refresh().await?;
        Ok(self.bounds().1.next())
    }

    fn follow(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        self.following(from, true)
    }
}

impl RemoteJournal {
    fn following(&self, from: Lsn, notifications: bool) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        let following = Following {
            sources: Sources::new(self.inner.nodes.iter().map(|(_, near)| *near)),
            inner: self.inner.clone(),
            notifications,
            wanted: Lsn(from.0.max(1)),
            open: None,
            began: Instant::now(),
        };
        let step = |following: Option<Following>| async move {
            let mut following = following?;
            match following.step().await {
                Ok(entries) => Some((Ok(entries), Some(following))),
                Err(error) => Some((Err(error), None)),
            }
        };
        stream::unfold(Some(following), step).boxed()
    }
}

/// What an open tail gave.
enum Heard {
    Message(Result<Option<v1::TailResponse>, Status>),
    /// For a while; with a node that has more.
    Nothing(Option<usize>),
}

/// A tail that is being read.
struct Following {
    inner: Arc<Inner>,
    /// Of commits, time and notifications alone.
    notifications: bool,
    sources: Sources,
    wanted: Lsn,
    open: Option<Open>,
    began: Instant,
}

struct Open {
    node: usize,
    stream: Streaming<v1::TailResponse>,
    /// Somebody has more than this node gave so far.
    suspected: bool,
}

impl Following {
    /// The next records.
    async fn step(&mut self) -> Result<Vec<Entry>, Error> {
        loop {
            let Some(open) = &mut self.open else {
                self.reopen().await?;
                continue;
            };
            let node = open.node;
            let heard = tokio::select! {
                biased;
                message = open.stream.message() => Heard::Message(message),
                ahead = self.inner.look_around(node, self.wanted) => Heard::Nothing(ahead),
            };
            match heard {
                Heard::Message(Ok(Some(answer))) => {
                    open.suspected = false;
                    if let Some(bounds) = &answer.bounds {
                        self.inner.learn(bounds);
                    }
                    match tail_from_proto(answer) {
                        Ok(entries) if entries.first().is_some_and(|(lsn, _)| *lsn == self.wanted) => {
                            self.sources.progressed(node);
                            self.wanted = Lsn(self.wanted.0 + entries.len() as u64);
                            return Ok(entries);
                        }
                        Ok(_) => self.trouble(node, Error::Failed("a gap in the tail".into())),
                        Err(error) => self.trouble(node, Error::Failed(error.to_string())),
                    }
                }
                Heard::Message(Ok(None)) => self.trouble(node, Error::Closed),
                Heard::Message(Err(status)) => self.trouble(node, to_journal(&status)),
                // What another has may be on its way from here too: once is not enough.
                Heard::Nothing(Some(ahead)) if std::mem::replace(&mut open.suspected, true) => {
                    tracing::info!(
                        from = self.address(node),
                        to = self.address(ahead),
                        wanted = self.wanted.0,
                        "moves the tail to a node that is further"
                    );
                    self.open = None;
                    self.sources.prefer(ahead);
                }
                Heard::Nothing(_) => {}
            }
        }
    }

    /// Opens a tail at some node, if one can be asked now.
    async fn reopen(&mut self) -> Result<(), Error> {
        let node = match self.sources.next(self.began.elapsed()) {
            Next::Ask(node) => node,
            Next::Wait(pause) => {
                sleep(pause).await;
                return Ok(());
            }
            Next::GiveUp(error) => return Err(error),
        };
        let message = v1::TailRequest { from_lsn: self.wanted.0 };
        let notifications = self.notifications;
        let open = |mut client: JournalClient<Line>| async move {
            let request = Request::new(message);
            if notifications { client.tail_notifications(request).await } else { client.tail(request).await }
        };
        match self.inner.call(node, open).await {
            Ok(answer) => {
                tracing::debug!(address = self.address(node), from = self.wanted.0, "tails the journal");
                self.open = Some(Open { node, stream: answer.into_inner(), suspected: false });
            }
            Err(error) => self.trouble(node, error),
        }
        Ok(())
    }

    fn address(&self, node: usize) -> &str {
        self.inner.nodes[node].0.address()
    }

    fn trouble(&mut self, node: usize, error: Error) {
        tracing::debug!(address = self.address(node), %error, wanted = self.wanted.0, "tail broke off");
        self.open = None;
        if is_verdict(&error) {
            self.sources.lacks(node, error);
        } else {
            self.sources.failed(node, self.began.elapsed());
        }
    }
}
