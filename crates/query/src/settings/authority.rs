//! Who may change which setting.

use gavel_catalog::{Catalog, Subject};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::registry::{self, Context};
use super::value::invalid_parameter;

/// What keeps a session from becoming another role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confined {
    No,
    /// A body of SECURITY DEFINER runs.
    Definer,
    /// A security-restricted operation runs, as its owner.
    Operation,
}

impl Confined {
    fn within(self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Definer => Some("security-definer function"),
            Self::Operation => Some("security-restricted operation"),
        }
    }
}

/// The three roles of a session: who logged in, as whom the session goes on (SET SESSION AUTHORIZATION), and as whom
/// statements run (SET ROLE).
pub struct Authority<'a> {
    pub catalog: &'a Catalog,
    pub login: Oid,
    pub session: Oid,
    pub current: &'a Subject,
    pub confined: Confined,
}

impl Authority<'_> {
    /// Whether `name` may get `value`; `None` is its default.
    ///
    /// # Errors
    /// 42501; 22023 for a role that does not exist.
    pub fn may_set(&self, name: &str, value: Option<&str>) -> SqlResult<()> {
        let name = name.to_ascii_lowercase();
        if let Some(within) = self.confined.within()
            && matches!(name.as_str(), "role" | "session_authorization" | "session authorization")
        {
            let name = name.replace(' ', "_");
            return Err(refused(format!("cannot set parameter \"{name}\" within {within}")));
        }
        match (name.as_str(), value) {
            ("role" | "session_authorization" | "session authorization", None) | ("role", Some("none")) => Ok(()),
            ("role", Some(role)) => {
                if Subject::of(self.catalog, self.session).is_member_of(self.known(role)?) {
                    return Ok(());
                }
                Err(refused(format!("permission denied to set role \"{role}\"")))
            }
            ("session_authorization" | "session authorization", Some(role)) => {
                if self.known(role)? == self.login || Subject::of(self.catalog, self.login).superuser {
                    return Ok(());
                }
                Err(refused("permission denied to set session authorization".to_owned()))
            }
            _ => {
                let setting = registry::position(&name).map(|i| &registry::settings()[i]);
                match setting.filter(|s| s.context == Context::Superuser && !self.current.superuser) {
                    Some(setting) => Err(refused(format!("permission denied to set parameter \"{}\"", setting.name))),
                    None => Ok(()),
                }
            }
        }
    }

    fn known(&self, role: &str) -> SqlResult<Oid> {
        let found = self.catalog.roles.get(role).map(|r| r.oid);
        found.ok_or_else(|| invalid_parameter(format!("role \"{role}\" does not exist")))
    }
}

fn refused(message: String) -> SqlError {
    SqlError::new(SqlState::InsufficientPrivilege, message)
}
