//! Members of a journal.

use gavel_api::journal::Member;
use gavel_types::NodeId;

use crate::{Malformed, v1};

/// Longest address or zone.
const TEXT_BYTES: usize = 255;

impl From<Member> for v1::Member {
    fn from(member: Member) -> Self {
        Self { id: member.id.0, address: member.address, zone: member.zone, voter: member.voter }
    }
}

impl TryFrom<v1::Member> for Member {
    type Error = Malformed;

    fn try_from(member: v1::Member) -> Result<Self, Malformed> {
        if member.id == 0 {
            return Err(Malformed("number of a node"));
        }
        let has_port = member.address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && !port.is_empty());
        if !has_port || member.address.len() > TEXT_BYTES {
            return Err(Malformed("address of a node"));
        }
        if member.zone.len() > TEXT_BYTES {
            return Err(Malformed("zone of a node"));
        }
        Ok(Self { id: NodeId(member.id), address: member.address, zone: member.zone, voter: member.voter })
    }
}
