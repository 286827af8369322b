//! Changes of a journal's members, wherever it is led from.
//!
//! A change that may have been made is asked for again: made twice, it is made once.
#![allow(clippy::disallowed_methods, reason = "a shell: waits")]

use std::future::Future;
use std::time::Duration;

use gavel_api::journal::{Error, Member};
use gavel_types::NodeId;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Request, Response, Status};

use crate::Malformed;
use crate::client::connect::{Line, Network};
use crate::client::leader::{Leaders, Next};
use crate::convert::all;
use crate::convert::status::{is_typed, to_journal};
use crate::identity::Role;
use crate::v1;
use crate::v1::member_changed::Outcome;
use crate::v1::membership_client::MembershipClient;

/// How long one node may take: a new one has to catch up first.
const PATIENCE: Duration = Duration::from_secs(120);

/// The members of a replicated journal, for operators: asks the leader, which it finds.
pub struct RemoteMembership {
    network: Network,
    leaders: Mutex<Leaders>,
    began: Instant,
}

impl RemoteMembership {
    /// `addresses` are those of the journal's nodes, or of some. Nothing is connected yet.
    pub fn new(network: Network, addresses: impl IntoIterator<Item = String>) -> Self {
        Self { network, leaders: Mutex::new(Leaders::new(addresses)), began: Instant::now() }
    }

    /// Adds `member`, or changes its address or zone; answers with all, once it counts for majorities.
    ///
    /// # Errors
    /// [`Error::Failed`] with the reason if it is refused, [`Error::NotLeader`] if nobody leads for long.
    pub async fn add(&self, member: Member) -> Result<Vec<Member>, Error> {
        let message = v1::AddMemberRequest { member: Some(member.into()) };
        self.change(|mut client: MembershipClient<Line>| {
            let message = message.clone();
            async move { client.add_member(Request::new(message)).await }
        })
        .await
    }

    /// Removes the node `id`, if it is there; answers with those that are left.
    ///
    /// # Errors
    /// As [`RemoteMembership::add`].
    pub async fn remove(&self, id: NodeId) -> Result<Vec<Member>, Error> {
        let message = v1::RemoveMemberRequest { id: id.0 };
        self.change(
            |mut client: MembershipClient<Line>| async move { client.remove_member(Request::new(message)).await },
        )
        .await
    }

    /// The members as the first node that answers knows them, and who leads.
    ///
    /// # Errors
    /// [`Error::NotLeader`] if none answers for long.
    pub async fn members(&self) -> Result<(Vec<Member>, Option<NodeId>), Error> {
        let ask = |mut client: MembershipClient<Line>| async move {
            client.get_members(Request::new(v1::GetMembersRequest {})).await
        };
        let answer = self.ask(self.network.settings().call_timeout, ask, Ok).await?;
        let leader = Some(NodeId(answer.leader)).filter(|leader| leader.0 > 0);
        Ok((self.learn(answer)?, leader))
    }

    /// The members in `answer`; those that were given at first may be gone one day.
    fn learn(&self, answer: v1::Members) -> Result<Vec<Member>, Error> {
        let members: Vec<Member> = all(answer.members).map_err(|error: Malformed| Error::Failed(error.to_string()))?;
        let mut leaders = self.leaders.lock();
        members.iter().for_each(|member| leaders.learn(&member.address));
        Ok(members)
    }

    async fn change<F>(&self, call: impl Fn(MembershipClient<Line>) -> F) -> Result<Vec<Member>, Error>
    where
        F: Future<Output = Result<Response<v1::MemberChanged>, Status>>,
    {
        let done = |answer: v1::MemberChanged| match answer.outcome {
            Some(Outcome::Done(members)) => Ok(members),
            Some(Outcome::NotLeader(leader)) => Err(leader.address),
            None => Err(None),
        };
        let members = self.ask(PATIENCE, call, done).await?;
        self.learn(members)
    }

    /// Asks one node after the other until one answers; `read` gives the answer, or who else is to be asked.
    async fn ask<A, T, F>(
        &self,
        patience: Duration,
        call: impl Fn(MembershipClient<Line>) -> F,
        read: impl Fn(A) -> Result<T, Option<String>>,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<Response<A>, Status>>,
    {
        let settings = self.network.settings();
        let mut give_up = Instant::now() + settings.leader_wait;
        loop {
            let next = self.leaders.lock().next(self.began.elapsed());
            let address = match next {
                _ if Instant::now() >= give_up => return Err(Error::NotLeader),
                Next::Ask(address) => address,
                Next::Wait(pause) => {
                    sleep(pause).await;
                    continue;
                }
            };
            let link = self.network.link(&address, Role::Journal);
            let asked = Instant::now();
            let client = |line: Line| {
                MembershipClient::new(line)
                    .max_decoding_message_size(settings.message_size_bytes)
                    .max_encoding_message_size(settings.message_size_bytes)
            };
            let answer = timeout(patience, link.call(|line| call(client(line)))).await;
            let now = self.began.elapsed();
            match answer {
                Ok(Ok(answer)) => match read(answer.into_inner()) {
                    Ok(answer) => {
                        self.leaders.lock().answered(&address);
                        return Ok(answer);
                    }
                    Err(hint) => self.leaders.lock().not_leading(&address, hint.as_deref(), now),
                },
                Ok(Err(status)) if is_typed(&status) => match to_journal(&status) {
                    // It is about to end.
                    Error::Closed => self.leaders.lock().unreachable(&address, now),
                    error => return Err(error),
                },
                Ok(Err(status)) if status.code() == tonic::Code::InvalidArgument => {
                    return Err(Error::Failed(status.message().to_owned()));
                }
                Ok(Err(status)) => {
                    tracing::debug!(%address, reason = status.message(), "journal node does not answer");
                    self.leaders.lock().unreachable(&address, now);
                }
                Err(_) => self.leaders.lock().unreachable(&address, now),
            }
            // What a node took to think is not time without a leader.
            give_up += asked.elapsed().saturating_sub(settings.call_timeout);
        }
    }
}
