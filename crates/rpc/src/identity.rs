//! Who a process is: its cluster, its role, its name. In certificates this is a URI,
//!
//! ```text
//! spiffe://orders/role/storage/storage-2
//!          cluster     role    name
//! ```
//!
//! and a host name is none: a node may move, and an address proves nothing about a role.

use std::fmt;
use std::str::FromStr;

/// What a process does in a cluster, and hence what it may ask of others ([`crate::access`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Serves clients.
    Query,
    /// Holds the journal; its leader adjudicates.
    Journal,
    /// Holds versions of rows.
    Storage,
    /// A person or a tool that looks after the cluster.
    Operator,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Query, Self::Journal, Self::Storage, Self::Operator];

    /// As in the URI.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Journal => "journal",
            Self::Storage => "storage",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| InvalidIdentity(text.to_owned()))
    }
}

/// One process of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Processes of different clusters never talk to each other.
    pub cluster: String,
    pub role: Role,
    /// Unique within the role; for people, logs and certificates.
    pub name: String,
}

/// Neither cluster nor name may be empty, or hold anything but letters, digits, `-`, `_` and `.`: both
/// are parts of a URI and of file names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identity: {0:?}")]
pub struct InvalidIdentity(pub String);

impl Identity {
    /// # Errors
    /// If cluster or name are not of the form that [`InvalidIdentity`] describes.
    pub fn new(cluster: &str, role: Role, name: &str) -> Result<Self, InvalidIdentity> {
        for part in [cluster, name] {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if part.is_empty() || part.len() > 200 || part.starts_with('.') || !part.chars().all(plain) {
                return Err(InvalidIdentity(part.to_owned()));
            }
        }
        Ok(Self { cluster: cluster.to_owned(), role, name: name.to_owned() })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spiffe://{}/role/{}/{}", self.cluster, self.role, self.name)
    }
}

impl FromStr for Identity {
    type Err = InvalidIdentity;

    fn from_str(uri: &str) -> Result<Self, InvalidIdentity> {
        let invalid = || InvalidIdentity(uri.to_owned());
        let mut parts = uri.strip_prefix("spiffe://").ok_or_else(invalid)?.split('/');
        let (cluster, fixed, role, name) = (parts.next(), parts.next(), parts.next(), parts.next());
        match (cluster, fixed, role, name, parts.next()) {
            (Some(cluster), Some("role"), Some(role), Some(name), None) => {
                Self::new(cluster, role.parse().map_err(|_| invalid())?, name).map_err(|_| invalid())
            }
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_read_as_it_was_written() {
        for role in Role::ALL {
            let identity = Identity::new("orders", role, "node-1.a").unwrap();
            assert_eq!(identity.to_string(), format!("spiffe://orders/role/{role}/node-1.a"));
            assert_eq!(identity.to_string().parse(), Ok(identity));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for uri in [
            "",
            "spiffe://",
            "https://orders/role/query/a",
            "spiffe://orders/role/query",
            "spiffe://orders/role/query/",
            "spiffe:///role/query/a",
            "spiffe://orders/role/admin/a",
            "spiffe://orders/rolf/query/a",
            "spiffe://orders/role/query/a/b",
            "spiffe://or ders/role/query/a",
            "spiffe://orders/role/query/..",
        ] {
            assert!(uri.parse::<Identity>().is_err(), "{uri}");
        }
    }
}
