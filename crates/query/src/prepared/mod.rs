//! Statements kept for later: prepared ones, portals, and plans by text.
//!
//! | module | what it holds |
//! |---|---|
//! | [`cache`] | plans of the whole node, by text and what they depend on |
//! | [`statements`] | the prepared statements of a session |
//! | [`portals`] | a prepared statement with its parameters, perhaps half read |
//! | [`cursor`] | rows with a place between them |
//!
//! A plan holds for the catalog, `search_path`, role and text style that it was made under
//! ([`Basis`]), and while its tables are about as large as they were; a prepared statement whose basis has changed is bound and planned anew, and refused
//! (0A000) if its result would then have other columns.

pub mod cache;
pub mod cursor;
pub mod portals;
pub mod statements;

use std::sync::{Arc, OnceLock};

use gavel_api::sql::ColumnDesc;
use gavel_binder::bound::Bound;
use gavel_binder::parse::Parsed;
use gavel_catalog::privilege::denied;
use gavel_catalog::{Catalog, Subject};
use gavel_functions::registry;
use gavel_types::{Oid, PgType, SqlError, SqlResult};
use parking_lot::Mutex;

use crate::engine::statistics::Sizes;
use crate::session::running::Body;

pub use portals::Portal;

/// What a plan depends on besides its text.
#[derive(Clone, Debug)]
pub struct Basis {
    pub catalog: Arc<Catalog>,
    pub search_path: Arc<[String]>,
    pub user: Arc<str>,
    /// The same role, as the catalog has it.
    pub subject: Arc<Subject>,
    /// Settings by which literals are read.
    pub style: Arc<str>,
    /// `row_security`: whether policies leave rows out, or have the statement fail.
    pub row_security: bool,
    /// Whether plans leave work to storage.
    pub push_down: bool,
}

impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.catalog, &other.catalog)
            && self.search_path == other.search_path
            && self.user == other.user
            && self.style == other.style
            && self.row_security == other.row_security
            && self.push_down == other.push_down
    }
}

/// A statement bound and planned.
pub struct Planned {
    pub basis: Arc<Basis>,
    pub bound: Bound,
    pub body: Body,
    /// `None` if it returns no rows.
    pub columns: Option<Arc<[ColumnDesc]>>,
    /// How large the tables were taken to be.
    pub sizes: Sizes,
    /// Whether it has been found that the role may do all that the statement does.
    pub allowed: OnceLock<()>,
}

/// Whether a role may do all that a statement does with other relations than `except`.
///
/// # Errors
/// 42501.
pub fn allow(bound: &Bound, catalog: &Catalog, subject: &Subject, except: Option<Oid>) -> SqlResult<()> {
    for access in bound.accesses.iter().filter(|a| Some(a.relation) != except) {
        access.check(catalog, subject)?;
    }
    for (function, as_role) in &bound.guarded {
        let held = match as_role {
            Some(role) => Subject::of(catalog, *role).on_function(catalog, *function),
            None => subject.on_function(catalog, *function),
        };
        if held.is_empty() {
            return Err(denied("function", registry::proc(*function).map_or("", |p| p.name)));
        }
    }
    Ok(())
}

impl Planned {
    /// Whether the role of its basis may do all that the statement does.
    ///
    /// # Errors
    /// 42501.
    pub fn allow(&self) -> SqlResult<()> {
        if self.allowed.get().is_none() {
            allow(&self.bound, &self.basis.catalog, &self.basis.subject, None)?;
            // A second check at the same time has come to the same.
            let _ = self.allowed.set(());
        }
        Ok(())
    }

    pub fn params(&self) -> &[PgType] {
        &self.bound.params
    }
}

/// A parsed statement, with the plan that was made of it last.
pub struct Prepared {
    pub text: Arc<str>,
    /// `None`: the text held no statement.
    pub parsed: Option<Arc<Parsed>>,
    /// Parameter types as declared; 0 is to be inferred.
    pub declared: Vec<Oid>,
    /// Sessions with temporary objects keep plans of their own.
    pub planned: Mutex<Option<Arc<Planned>>>,
}

/// # Errors
/// 0A000 if columns were told that are not those now.
pub fn keep_columns(told: Option<&[ColumnDesc]>, now: Option<&[ColumnDesc]>) -> SqlResult<()> {
    if told.is_some() && now.is_some() && types_of(told) != types_of(now) {
        return Err(changed_result());
    }
    Ok(())
}

fn types_of(columns: Option<&[ColumnDesc]>) -> Vec<PgType> {
    columns.into_iter().flatten().map(|c| c.ty).collect()
}

/// Drivers prepare the statement anew when they see this from this routine (pgjdbc, asyncpg).
fn changed_result() -> SqlError {
    SqlError::unsupported("cached plan must not change result type").routine("RevalidateCachedQuery")
}

impl Prepared {
    pub fn new(text: Arc<str>, parsed: Option<Arc<Parsed>>, declared: Vec<Oid>) -> Arc<Self> {
        Arc::new(Self { text, parsed, declared, planned: Mutex::new(None) })
    }

    /// The text of just this statement.
    pub fn own_text(&self) -> &str {
        self.parsed.as_ref().and_then(|p| self.text.get(p.range.clone())).unwrap_or("")
    }
}
