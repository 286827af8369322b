//! Which role may call which rpc: one table, and what is not in it is refused.
//!
//! The wish behind each line: a query node reads and commits, and can neither drop history nor speak
//! consensus; a replica follows, closes timestamps and says what it no longer needs, and can never
//! commit; consensus is for journal nodes alone; an operator looks, may trim, and says which
//! nodes the journal has. So may a journal node, which could do worse by its consensus: whoever is at its
//! machine needs no other certificate.

use crate::identity::Role::{self, Journal, Operator, Query, Storage};

/// Path of an rpc, and the roles that may call it.
const TABLE: &[(&str, &[Role])] = &[
    ("/gavel.v1.Journal/Tail", &[Storage, Journal, Operator]),
    ("/gavel.v1.Journal/TailNotifications", &[Query, Operator]),
    ("/gavel.v1.Journal/GetBounds", &[Query, Storage, Journal, Operator]),
    ("/gavel.v1.Journal/Trim", &[Storage, Operator]),
    ("/gavel.v1.Witness/GetCommitted", &[Query]),
    ("/gavel.v1.Adjudicator/Commit", &[Query]),
    ("/gavel.v1.Adjudicator/Resolve", &[Query]),
    ("/gavel.v1.Adjudicator/Close", &[Query, Storage]),
    ("/gavel.v1.Adjudicator/GetVisible", &[Query, Storage, Operator]),
    ("/gavel.v1.Locks/Renew", &[Query]),
    ("/gavel.v1.Locks/Acquire", &[Query]),
    ("/gavel.v1.Locks/Release", &[Query]),
    ("/gavel.v1.Locks/GetBlockers", &[Query, Operator]),
    ("/gavel.v1.Storage/Get", &[Query]),
    ("/gavel.v1.Storage/Scan", &[Query]),
    ("/gavel.v1.Storage/ScanRaw", &[Query]),
    ("/gavel.v1.Storage/EstimateRows", &[Query]),
    ("/gavel.v1.Storage/GetWatermarks", &[Query, Storage, Journal, Operator]),
    ("/gavel.v1.Bootstrap/Copy", &[Storage]),
    ("/gavel.v1.Membership/GetMembers", &[Journal, Operator]),
    ("/gavel.v1.Membership/AddMember", &[Journal, Operator]),
    ("/gavel.v1.Membership/RemoveMember", &[Journal, Operator]),
    ("/gavel.v1.Peer/Exchange", &[Journal]),
];

/// Whether `role` may call the rpc at `path`.
pub fn allowed(role: Role, path: &str) -> bool {
    TABLE.iter().any(|(rpc, roles)| *rpc == path && roles.contains(&role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_of_the_protocol_has_one_line() {
        let mut declared = Vec::new();
        for proto in [
            include_str!("../../../proto/gavel/v1/journal.proto"),
            include_str!("../../../proto/gavel/v1/commit.proto"),
            include_str!("../../../proto/gavel/v1/read.proto"),
            include_str!("../../../proto/gavel/v1/locks.proto"),
            include_str!("../../../proto/gavel/v1/peer.proto"),
            include_str!("../../../proto/gavel/v1/bootstrap.proto"),
            include_str!("../../../proto/gavel/v1/membership.proto"),
        ] {
            let mut service = "";
            for line in proto.lines().map(str::trim) {
                if let Some(rest) = line.strip_prefix("service ") {
                    service = rest.trim_end_matches(" {");
                } else if let Some(rest) = line.strip_prefix("rpc ") {
                    let name = rest.split('(').next().unwrap_or_default();
                    declared.push(format!("/gavel.v1.{service}/{name}"));
                }
            }
        }
        let mut listed: Vec<_> = TABLE.iter().map(|(rpc, _)| (*rpc).to_owned()).collect();
        declared.sort();
        listed.sort();
        assert_eq!(listed, declared);
    }

    #[test]
    fn what_must_not_be() {
        for path in ["/gavel.v1.Peer/Exchange", "/gavel.v1.Journal/Trim", "/gavel.v1.Journal/Tail"] {
            assert!(!allowed(Query, path), "{path}");
        }
        for path in ["/gavel.v1.Adjudicator/Commit", "/gavel.v1.Adjudicator/Resolve", "/gavel.v1.Peer/Exchange"] {
            assert!(!allowed(Storage, path), "{path}");
            assert!(!allowed(Operator, path), "{path}");
        }
        for path in ["/gavel.v1.Locks/Acquire", "/gavel.v1.Locks/Release", "/gavel.v1.Locks/Renew"] {
            assert!(!allowed(Storage, path) && !allowed(Operator, path), "{path}");
        }
        assert!(!allowed(Journal, "/gavel.v1.Adjudicator/Commit"));
        // The whole store at once is for replicas alone.
        for role in [Query, Journal, Operator] {
            assert!(!allowed(role, "/gavel.v1.Bootstrap/Copy"));
        }
        for role in [Query, Storage] {
            assert!(!allowed(role, "/gavel.v1.Membership/AddMember"));
            assert!(!allowed(role, "/gavel.v1.Membership/RemoveMember"));
        }
        for role in Role::ALL {
            assert!(!allowed(role, "/gavel.v1.Storage/Drop"));
            assert!(!allowed(role, ""));
        }
    }
}
