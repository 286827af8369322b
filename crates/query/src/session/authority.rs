//! As whom a session acts: who logged in, as whom it goes on (SET SESSION AUTHORIZATION), and as whom its statements run
//! (SET ROLE).

use std::sync::Arc;

use gavel_catalog::{Catalog, Subject};
use gavel_types::{Oid, SqlResult};

use crate::session::Session;
use crate::settings::authority::Authority;

impl Session {
    /// The role that statements run as.
    pub(crate) fn current_user(&self) -> (Oid, Arc<str>) {
        let catalog = self.catalog();
        if let Some(role) = self.routines.bodies.acts_as().and_then(|role| catalog.role_by_oid(role)) {
            return (role.oid, role.name.as_str().into());
        }
        let settings = self.shared.settings.lock();
        for name in ["role", "session_authorization"] {
            let value = settings.raw(name);
            if let Some(role) = catalog.roles.get(&*value) {
                return (role.oid, role.name.as_str().into());
            }
        }
        (self.user, Arc::clone(&self.user_name))
    }

    /// Whether `catalog` has the roles that the session acts as: one read before a role was made has not, and then there is
    /// no telling what the current role may do.
    pub(crate) fn knows_roles(&self, catalog: &Catalog) -> bool {
        let settings = self.shared.settings.lock();
        let known = |name: &str| {
            let value = settings.raw(name);
            matches!(&*value, "" | "none") || catalog.roles.contains_key(&*value)
        };
        catalog.role_by_oid(self.user).is_some() && known("role") && known("session_authorization")
    }

    /// What that role may do.
    pub(crate) fn subject(&self) -> Arc<Subject> {
        let (role, _) = self.current_user();
        let catalog = self.catalog();
        let known = self.known.as_ref().filter(|k| k.user.0 == role && Arc::ptr_eq(&k.catalog, &catalog));
        known.map_or_else(|| Arc::new(Subject::of(&catalog, role)), |k| Arc::clone(&k.subject))
    }

    /// Schemas in which names are looked up, in order; those that the role may not look into are left out.
    pub(crate) fn search_path(&self) -> Vec<String> {
        let (_, user) = self.current_user();
        let mut path = self.shared.settings.lock().search_path(&user);
        self.subject().visible(&self.catalog(), &mut path);
        path
    }

    /// The roles that there are, and what the current one may do; outside a transaction those of the catalog read last, or,
    /// with `fresh`, those that there are now.
    pub(crate) async fn roles(&mut self, fresh: bool) -> SqlResult<(Arc<Catalog>, Arc<Subject>)> {
        if self.work.is_some() || !fresh && self.knows_roles(&self.catalog()) {
            return Ok((self.catalog(), self.subject()));
        }
        // Read anew only if another version has come.
        let now = self.engine.snapshot().await?.max(self.last_commit);
        let catalog = self.engine.catalog_at(now, self.database).await?;
        Ok((catalog, self.subject()))
    }

    /// Who says what may be set; `catalog` and `current` are of [`Self::roles`].
    pub(crate) fn authority<'a>(&self, catalog: &'a Catalog, current: &'a Subject) -> Authority<'a> {
        let session = self.shared.settings.lock().raw("session_authorization");
        let session = catalog.roles.get(&*session).map_or(self.user, |r| r.oid);
        Authority { catalog, login: self.user, session, current, confined: self.routines.bodies.confined() }
    }
}
