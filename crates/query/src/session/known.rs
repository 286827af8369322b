//! What a session derives from its settings and catalog at every statement, kept until either changes.

use std::sync::Arc;
use std::time::Duration;

use gavel_catalog::{Catalog, Subject};
use gavel_types::Oid;
use gavel_types::text_io::TextStyle;

use crate::prepared::Basis;
use crate::session::Session;
use crate::settings::{PUSH_DOWN, Source};

/// See the module.
#[derive(Clone)]
pub struct Known {
    pub(super) generation: u64,
    pub(super) catalog: Arc<Catalog>,
    /// The owner of the innermost body of SECURITY DEFINER that runs.
    pub(super) acts_as: Option<Oid>,
    /// The role that statements run as (SET ROLE).
    pub user: (Oid, Arc<str>),
    /// What that role may do.
    pub subject: Arc<Subject>,
    /// Without schemas that the role may not look into.
    pub search_path: Arc<[String]>,
    /// With names of objects; `now` is not filled in.
    pub style: TextStyle,
    pub serializable: bool,
    pub read_only: bool,
    /// `restrict_nonsystem_relation_kind` has views in it.
    pub views_restricted: bool,
    pub statement_timeout: Option<Duration>,
    pub transaction_timeout: Option<Duration>,
    /// A new transaction begins with other characteristics than the settings now say.
    pub other_defaults: bool,
    /// What plans made now depend on; `None` outside a transaction.
    pub basis: Option<Arc<Basis>>,
}

/// Characteristics of a transaction, and the settings that they begin with.
pub const CHARACTERISTICS: [(&str, &str); 3] = [
    ("transaction_isolation", "default_transaction_isolation"),
    ("transaction_read_only", "default_transaction_read_only"),
    ("transaction_deferrable", "default_transaction_deferrable"),
];

impl Session {
    /// Up to date with settings and catalog.
    pub(crate) fn known(&mut self) -> &Known {
        let generation = self.shared.settings.lock().generation();
        let catalog = self.catalog();
        let acts_as = self.routines.bodies.acts_as();
        let fresh = self.known.as_ref().is_some_and(|k| {
            k.generation == generation
                && k.acts_as == acts_as
                && Arc::ptr_eq(&k.catalog, &catalog)
                && (k.basis.is_some() || self.work.is_none())
        });
        if !fresh {
            self.known = None;
        }
        // Borrowed apart, so that making it may look at the session.
        let known = match self.known.take() {
            Some(known) => known,
            None => self.derive(generation, catalog),
        };
        self.known.insert(known)
    }

    fn derive(&self, mut generation: u64, catalog: Arc<Catalog>) -> Known {
        let user = self.current_user();
        let subject = self.subject();
        let search_path: Arc<[String]> = self.search_path().into();
        let acts_as = self.routines.bodies.acts_as();
        let known_roles = self.knows_roles(&catalog);
        let mut settings = self.shared.settings.lock();
        let superuser = if subject.superuser { "on" } else { "off" };
        if known_roles && acts_as.is_none() && *settings.raw("is_superuser") != *superuser {
            // The engine may set what nobody else may.
            let _ = settings.set("is_superuser", superuser, Source::Engine);
            generation = settings.generation();
        }
        let style = settings.text_style().clone();
        let other_defaults = CHARACTERISTICS.iter().any(|(name, default)| settings.raw(name) != settings.raw(default));
        let literals =
            format!("{}|{}|{}", settings.raw("TimeZone"), settings.raw("DateStyle"), settings.raw("IntervalStyle"));
        let basis = self.work.as_ref().map(|work| {
            Arc::new(Basis {
                catalog: Arc::clone(&work.catalog.current),
                search_path: Arc::clone(&search_path),
                user: Arc::clone(&user.1),
                subject: Arc::clone(&subject),
                style: literals.into(),
                row_security: settings.is_on("row_security"),
                push_down: settings.is_on(PUSH_DOWN),
            })
        });
        let known = Known {
            generation,
            acts_as,
            catalog,
            user,
            subject,
            search_path,
            style,
            serializable: &*settings.raw("transaction_isolation") == "serializable",
            read_only: settings.is_on("transaction_read_only"),
            views_restricted: {
                let kinds = settings.raw("restrict_nonsystem_relation_kind");
                kinds.split(',').any(|kind| kind.trim().eq_ignore_ascii_case("view"))
            },
            statement_timeout: settings.statement_timeout(),
            transaction_timeout: settings.transaction_timeout(),
            other_defaults,
            basis,
        };
        drop(settings);
        Known { style: self.with_names(known.style.clone()), ..known }
    }
}
