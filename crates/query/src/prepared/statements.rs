//! The prepared statements of one session, by name, with what `pg_prepared_statements` shows of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use gavel_types::{Oid, PgType, SqlResult};
use parking_lot::Mutex;

use crate::prepared::{Planned, Prepared, changed_result, types_of};

/// A row of `pg_prepared_statements`.
#[derive(Clone, Debug)]
pub struct PreparedInfo {
    pub statement: Arc<str>,
    /// Microseconds since 2000-01-01 UTC.
    pub prepared: i64,
    pub parameters: Vec<Oid>,
    /// By PREPARE, and not by the protocol.
    pub from_sql: bool,
    /// How often it was run.
    pub runs: i64,
}

/// By name. Shared with the functions of running statements.
pub type ListedStatements = Arc<Mutex<BTreeMap<String, PreparedInfo>>>;

/// One of them, and the types of the columns that the client was told of.
struct Held {
    statement: Arc<Prepared>,
    promised: Option<Vec<PgType>>,
}

/// See the module. The unnamed statement is not listed.
#[derive(Default)]
pub struct Statements {
    by_name: HashMap<String, Held>,
    listed: ListedStatements,
}

impl Statements {
    pub fn listed(&self) -> &ListedStatements {
        &self.listed
    }

    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Prepared>> {
        self.by_name.get(name).map(|held| &held.statement)
    }

    /// A statement keeps the columns that the client was told of.
    ///
    /// # Errors
    /// 0A000 if `planned` has others.
    pub fn keep_promise(&mut self, name: &str, planned: &Planned) -> SqlResult<()> {
        let Some(held) = self.by_name.get_mut(name) else { return Ok(()) };
        let types = types_of(planned.columns.as_deref());
        if held.promised.as_ref().is_some_and(|promised| *promised != types) {
            return Err(changed_result());
        }
        held.promised = Some(types);
        Ok(())
    }

    /// Adds one, in the place of any of that name. What it promises is what `planned` returns.
    pub fn insert(
        &mut self,
        name: &str,
        statement: Arc<Prepared>,
        planned: Option<&Planned>,
        info: impl FnOnce() -> PreparedInfo,
    ) {
        let promised = planned.map(|p| types_of(p.columns.as_deref()));
        self.by_name.insert(name.to_owned(), Held { statement, promised });
        if !name.is_empty() {
            self.listed.lock().insert(name.to_owned(), info());
        }
    }

    /// One of them is run.
    pub fn ran(&self, name: &str) {
        if let Some(info) = self.listed.lock().get_mut(name) {
            info.runs += 1;
        }
    }

    /// Forgets one; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let found = self.by_name.remove(name).is_some();
        if found && !name.is_empty() {
            self.listed.lock().remove(name);
        }
        found
    }

    /// Forgets all that have a name.
    pub fn clear_named(&mut self) {
        self.by_name.retain(|name, _| name.is_empty());
        self.listed.lock().clear();
    }
}
