//! Members of a journal.

use std::sync::Arc;

use gavel_api::journal::{Error, Member, Replicated};
use gavel_types::NodeId;
use tonic::{Request, Response, Status};

use crate::convert::required;
use crate::convert::status::of_journal;
use crate::v1;
use crate::v1::member_changed::{NotLeader, Outcome};

pub(super) struct Service(pub(super) Arc<dyn Replicated>);

impl Service {
    fn members(&self) -> v1::Members {
        let leader = self.0.leadership().leader.map_or(0, |leader| leader.id.0);
        v1::Members { members: self.0.members().into_iter().map(Into::into).collect(), leader }
    }

    fn answer(&self, changed: Result<(), Error>) -> Result<Response<v1::MemberChanged>, Status> {
        let outcome = match changed {
            Ok(()) => Outcome::Done(self.members()),
            Err(Error::NotLeader) => {
                let me = self.0.node_id();
                let leader = self.0.leadership().leader.filter(|leader| leader.id != me);
                Outcome::NotLeader(NotLeader { address: leader.map(|leader| leader.address) })
            }
            Err(error) => return Err(of_journal(&error)),
        };
        Ok(Response::new(v1::MemberChanged { outcome: Some(outcome) }))
    }
}

#[tonic::async_trait]
impl v1::membership_server::Membership for Service {
    async fn get_members(&self, _: Request<v1::GetMembersRequest>) -> Result<Response<v1::Members>, Status> {
        Ok(Response::new(self.members()))
    }

    async fn add_member(&self, request: Request<v1::AddMemberRequest>) -> Result<Response<v1::MemberChanged>, Status> {
        let member: Member = required(request.into_inner().member, "member is missing")?.try_into()?;
        self.answer(self.0.add_member(member).await)
    }

    async fn remove_member(
        &self,
        request: Request<v1::RemoveMemberRequest>,
    ) -> Result<Response<v1::MemberChanged>, Status> {
        let id = NodeId(request.into_inner().id);
        self.answer(self.0.remove_member(id).await)
    }
}
