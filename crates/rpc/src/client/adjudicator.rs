//! The commit decision, wherever it is made now.
//!
//! | what comes back | commit | resolve, close, visible |
//! |---|---|---|
//! | an outcome, or a refusal of this request | it | it |
//! | `NotLeader`, `NotOpen`, never sent, refused at the door | ask the next | ask the next |
//! | an epoch below one that we know | a deposed leader: ask the next | (does not occur) |
//! | the connection breaks, or silence | **`Unknown`** | ask again |
//! | silence, and another node leads a later epoch | **`Unknown`** | (is asked again soon) |
//! | nobody leads for `rpc.leader.wait` | `NotOpen`: it was never taken | `NotOpen` |
//!
//! A commit is sent again only where nothing was done: whether another attempt would be safe, the epoch
//! that it names decides, and that is for [`Adjudicator::resolve`] to settle. An unknown outcome never
//! becomes an abort here.
//!
//! A leader that is frozen or cut off keeps its connections for some seconds, and a commit could wait there
//! all that time while its successor long knows the outcome. So while a commit waits, one of those that
//! wait looks around now and then for a node that leads a later epoch than the commit names: it is proven
//! by a majority, and what the old leader may still say is in its journal or nowhere.
#![allow(clippy::disallowed_methods, reason = "a shell: waits")]

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use gavel_api::adjudicator::{Adjudicator, Closed, Error, Visible};
use gavel_api::journal::{self, Witness};
use gavel_api::locks::{Acquire, Acquired, Holder, Locks, Release, Renew, Renewed, SessionId};
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Timestamp, TxnId};
use parking_lot::Mutex;
use prost::Message;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Request, Response, Status};

use crate::call::nothing_done;
use crate::client::connect::{Line, Link, Network};
use crate::client::leader::{Leaders, Next};
use crate::convert::status::{is_typed, to_adjudicator};
use crate::identity::Role;
use crate::v1;
use crate::v1::adjudicator_client::AdjudicatorClient;
use crate::v1::locks_client::LocksClient;
use crate::v1::witness_client::WitnessClient;

/// A commit that waits for longer makes somebody look around for another leader, again and again.
const LOOK_AROUND: Duration = Duration::from_millis(500);
/// How long a node may take to say whether it leads.
const LOOK_PATIENCE: Duration = Duration::from_millis(500);
/// What an answer that is under way gets once another leader is known.
const LATE: Duration = Duration::from_millis(200);

/// [`Adjudicator`] over gRPC: finds the leader among the journal nodes.
pub struct RemoteAdjudicator {
    network: Network,
    leaders: Mutex<Leaders>,
    links: Mutex<HashMap<String, Arc<Link>>>,
    /// The highest that an answer named.
    epoch: watch::Sender<Epoch>,
    /// Held by the one that looks around; when somebody did last.
    looked: tokio::sync::Mutex<Option<Instant>>,
    began: Instant,
}

impl RemoteAdjudicator {
    /// `addresses` are those of the journal nodes, or of some: the others are learnt from their answers.
    /// Nothing is connected yet.
    pub fn new(network: Network, addresses: impl IntoIterator<Item = String>) -> Self {
        Self {
            network,
            leaders: Mutex::new(Leaders::new(addresses)),
            links: Mutex::default(),
            epoch: watch::Sender::new(Epoch(0)),
            looked: tokio::sync::Mutex::default(),
            began: Instant::now(),
        }
    }

    fn link(&self, address: &str) -> Arc<Link> {
        let mut links = self.links.lock();
        links.entry(address.to_owned()).or_insert_with(|| Arc::new(self.network.link(address, Role::Journal))).clone()
    }

    /// Asks the node behind `link`.
    async fn known_to(link: Arc<Link>, network: Network, txn_id: TxnId) -> Option<Timestamp> {
        let patience = network.settings().commit_timeout;
        let most = network.settings().message_size_bytes;
        let call = link.call(|line| {
            let mut client = WitnessClient::new(line).max_decoding_message_size(most);
            let request = within(patience, v1::GetCommittedRequest { txn_id: Some(txn_id.into()) });
            async move { client.get_committed(request).await }
        });
        let committed = timeout(patience, call).await.ok()?.ok()?.into_inner();
        Some(Timestamp(committed.commit_ts))
    }

    fn client(&self, line: Line) -> AdjudicatorClient<Line> {
        let settings = self.network.settings();
        AdjudicatorClient::new(line)
            .max_decoding_message_size(settings.message_size_bytes)
            .max_encoding_message_size(settings.transaction_size_bytes)
    }

    fn learn(&self, epoch: Epoch) {
        self.epoch.send_if_modified(|known| {
            let later = epoch > *known;
            *known = epoch.max(*known);
            later
        });
    }

    /// Ends once another node than the one at `asked` leads an epoch after `named`.
    async fn succeeded(&self, asked: &str, named: Epoch) {
        let mut known = self.epoch.subscribe();
        loop {
            let later = known.wait_for(|known| *known > named);
            if timeout(LOOK_AROUND, later).await.is_ok() {
                return sleep(LATE).await;
            }
            if let Ok(mut looked) = self.looked.try_lock()
                && looked.is_none_or(|at| at.elapsed() >= LOOK_AROUND)
            {
                self.look_around(asked).await;
                *looked = Some(Instant::now());
            }
        }
    }

    /// Asks all nodes but the one at `asked` whether they lead, and remembers the one that does.
    async fn look_around(&self, asked: &str) {
        let others = self.leaders.lock().others(asked);
        join_all(others.into_iter().map(|address| async move {
            let link = self.link(&address);
            let look = link.call(|line| {
                let mut client = self.client(line);
                async move { client.get_visible(within(LOOK_PATIENCE, v1::GetVisibleRequest {})).await }
            });
            if let Ok(Ok(visible)) = timeout(LOOK_PATIENCE, look).await {
                tracing::info!(%address, instead_of = asked, "another node leads");
                self.leaders.lock().answered(&address);
                self.learn(Visible::from(visible.into_inner()).epoch);
            }
        }))
        .await;
    }

    /// [`Self::ask_over`] with a client of the commit decision.
    async fn ask<T, F>(
        &self,
        patience: Duration,
        once: Option<Epoch>,
        call: impl Fn(AdjudicatorClient<Line>) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        self.ask_over(patience, once, |line| call(self.client(line))).await
    }

    /// The same with a client of the locks.
    async fn ask_locks<T, F>(&self, call: impl Fn(LocksClient<Line>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let size_bytes = self.network.settings().message_size_bytes;
        let client = |line| LocksClient::new(line).max_decoding_message_size(size_bytes);
        self.ask_over(self.network.settings().call_timeout, None, |line| call(client(line))).await
    }

    /// Asks until somebody decides. A call that may have been heard is made again, except for one that
    /// counts only `once`, in the epoch that it names.
    async fn ask_over<T, F>(
        &self,
        patience: Duration,
        once: Option<Epoch>,
        call: impl Fn(Line) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let give_up = Instant::now() + self.network.settings().leader_wait;
        loop {
            let next = self.leaders.lock().next(self.began.elapsed());
            let address = match next {
                _ if Instant::now() >= give_up => return Err(Error::NotOpen),
                Next::Ask(address) => address,
                Next::Wait(pause) => {
                    sleep(pause).await;
                    continue;
                }
            };
            let link = self.link(&address);
            let asked = timeout(patience, link.call(&call));
            let succeeded = async {
                match once {
                    Some(named) => self.succeeded(&address, named).await,
                    None => std::future::pending().await,
                }
            };
            let answer = tokio::select! {
                biased;
                answer = asked => answer.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time"))),
                () = succeeded => Err(Status::cancelled("another node leads, and this one does not answer")),
            };
            let status = match answer {
                Ok(answer) => {
                    self.leaders.lock().answered(&address);
                    return Ok(answer.into_inner());
                }
                Err(status) => status,
            };
            let now = self.began.elapsed();
            if nothing_done(&status) {
                tracing::debug!(%address, reason = status.message(), "journal node was not asked");
                self.leaders.lock().unreachable(&address, now);
                continue;
            }
            match to_adjudicator(&status) {
                Error::NotLeader(hint) => self.leaders.lock().not_leading(&address, hint.as_deref(), now),
                Error::NotOpen => self.leaders.lock().not_open(&address, now),
                Error::WrongEpoch(epoch) if epoch < self.epoch() => {
                    self.leaders.lock().not_leading(&address, None, now);
                }
                Error::Unknown(_) if !is_typed(&status) => {
                    tracing::debug!(%address, reason = status.message(), "journal node did not answer");
                    self.leaders.lock().unreachable(&address, now);
                    if once.is_some() {
                        return Err(Error::Unknown(format!("{address}: {}", status.message())));
                    }
                }
                error => {
                    if let Error::WrongEpoch(epoch) = error {
                        self.learn(epoch);
                    }
                    self.leaders.lock().answered(&address);
                    return Err(error);
                }
            }
        }
    }
}

#[async_trait]
impl Witness for RemoteAdjudicator {
    async fn committed(&self, txn_id: TxnId) -> Result<Timestamp, journal::Error> {
        let addresses = self.leaders.lock().all();
        let ask = |address: String| Self::known_to(self.link(&address), self.network.clone(), txn_id);
        let mut answers: FuturesUnordered<_> = addresses.into_iter().map(ask).collect();
        while let Some(answer) = answers.next().await {
            if let Some(ts) = answer {
                return Ok(ts);
            }
        }
        Err(journal::Error::Failed("no journal node has answered".into()))
    }
}

/// Sends `message` with the caller's patience.
fn within<T>(patience: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(patience);
    request
}

/// An answer that no peer of ours gives tells nothing.
fn malformed(error: crate::Malformed) -> Error {
    Error::Unknown(error.to_string())
}

#[async_trait]
impl Adjudicator for RemoteAdjudicator {
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, Error> {
        let settings = self.network.settings();
        let named = request.epoch;
        let message = v1::CommitRequest::from(request);
        let (size, most) = (message.encoded_len(), settings.transaction_size_bytes);
        if size > most {
            return Err(Error::TooLarge(format!("transaction takes {size} bytes, more than {most}")));
        }
        let patience = settings.commit_timeout;
        let call = |mut client: AdjudicatorClient<Line>| {
            let request = within(patience, message.clone());
            async move { client.commit(request).await }
        };
        self.ask(patience, Some(named), call).await?.try_into().map_err(malformed)
    }

    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, Error> {
        let patience = self.network.settings().call_timeout;
        let message = v1::ResolveRequest { txn_id: Some(txn_id.into()) };
        let call = |mut client: AdjudicatorClient<Line>| async move { client.resolve(within(patience, message)).await };
        self.ask(patience, None, call).await?.try_into().map_err(malformed)
    }

    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, Error> {
        let patience = self.network.settings().call_timeout;
        let lead_nanos = u64::try_from(lead.as_nanos()).unwrap_or(u64::MAX);
        let message = v1::CloseRequest { ts: ts.0, lead_nanos };
        let call = |mut client: AdjudicatorClient<Line>| async move { client.close(within(patience, message)).await };
        let closed: Closed = self.ask(patience, None, call).await?.into();
        self.learn(closed.epoch);
        Ok(closed)
    }

    async fn visible(&self) -> Result<Visible, Error> {
        let patience = self.network.settings().call_timeout;
        let message = v1::GetVisibleRequest {};
        let call =
            |mut client: AdjudicatorClient<Line>| async move { client.get_visible(within(patience, message)).await };
        let visible: Visible = self.ask(patience, None, call).await?.into();
        self.learn(visible.epoch);
        Ok(visible)
    }

    fn epoch(&self) -> Epoch {
        *self.epoch.borrow()
    }
}

/// The table is beside the adjudicator, so that who leads the one has the other.
#[async_trait]
impl Locks for RemoteAdjudicator {
    async fn renew(&self, request: Renew) -> Result<Renewed, Error> {
        let patience = self.network.settings().call_timeout;
        let message = v1::RenewLocksRequest::from(request);
        let call = |mut client: LocksClient<Line>| {
            let request = within(patience, message.clone());
            async move { client.renew(request).await }
        };
        let renewed: Renewed = self.ask_locks(call).await?.into();
        self.learn(renewed.epoch);
        Ok(renewed)
    }

    async fn acquire(&self, request: Acquire) -> Result<Acquired, Error> {
        let patience = self.network.settings().call_timeout;
        let message = v1::AcquireLockRequest::from(request);
        let call = |mut client: LocksClient<Line>| async move { client.acquire(within(patience, message)).await };
        self.ask_locks(call).await?.try_into().map_err(malformed)
    }

    async fn release(&self, request: Release) -> Result<(), Error> {
        let patience = self.network.settings().call_timeout;
        let message = v1::ReleaseLocksRequest::from(request);
        let call = |mut client: LocksClient<Line>| {
            let request = within(patience, message.clone());
            async move { client.release(request).await }
        };
        self.ask_locks(call).await.map(|_| ())
    }

    async fn blockers(&self, holder: Holder, session: SessionId) -> Result<Vec<SessionId>, Error> {
        let patience = self.network.settings().call_timeout;
        let message = v1::GetBlockersRequest { holder: holder.0, session };
        let call = |mut client: LocksClient<Line>| async move { client.get_blockers(within(patience, message)).await };
        Ok(self.ask_locks(call).await?.sessions)
    }
}
