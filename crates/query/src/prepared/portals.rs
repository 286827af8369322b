//! Portals: what Bind and DECLARE CURSOR make. A portal of the extended protocol runs its plan as it is
//! fetched from, and can be read by FETCH too; a cursor moves.
//!
//! # Invariants
//! 1. Serial numbers grow: what a savepoint undoes are the portals made after it.
//! 2. A held cursor outlives its transaction only once that has committed; until then it is one of the
//!    transaction's.
//! 3. `pg_cursors` lists a portal for as long as it is in the map, or taken out to run.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use gavel_api::sql::ColumnDesc;
use gavel_types::Datum;
use parking_lot::Mutex;

use crate::prepared::Prepared;
use crate::prepared::cursor::Cursor;
use crate::session::result::Executed;

/// A row of `pg_cursors`.
#[derive(Clone, Debug)]
pub struct CursorInfo {
    pub statement: Arc<str>,
    pub holdable: bool,
    pub binary: bool,
    pub scrollable: bool,
    /// Microseconds since 2000-01-01 UTC.
    pub created: i64,
}

/// By name. Shared with the functions of running statements.
pub type ListedCursors = Arc<Mutex<BTreeMap<String, CursorInfo>>>;

/// A statement with its parameters.
pub struct Portal {
    pub statement: Arc<Prepared>,
    pub params: Vec<Datum>,
    pub columns: Option<Arc<[ColumnDesc]>>,
    pub state: PortalState,
    /// WITH HOLD.
    pub hold: bool,
    pub binary: bool,
    serial: u64,
    /// Its transaction has committed.
    persistent: bool,
}

/// How far it has come.
pub enum PortalState {
    Ready,
    Running(Box<Executed>),
    Done,
    Cursor(Cursor),
    /// An error has ended it.
    Failed,
}

impl Portal {
    pub fn new(
        statement: Arc<Prepared>,
        params: Vec<Datum>,
        columns: Option<Arc<[ColumnDesc]>>,
        state: PortalState,
    ) -> Self {
        Self { statement, params, columns, state, hold: false, binary: false, serial: 0, persistent: false }
    }
}

impl Portal {
    /// Whether it is a cursor of a transaction that is over.
    pub fn is_held(&self) -> bool {
        self.hold && self.persistent
    }
}

/// The portals of a session, by name.
#[derive(Default)]
pub struct Portals {
    by_name: HashMap<String, Portal>,
    listed: ListedCursors,
    last: u64,
}

impl Portals {
    pub fn listed(&self) -> &ListedCursors {
        &self.listed
    }

    /// The serial number of the newest one.
    pub fn last(&self) -> u64 {
        self.last
    }

    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub fn get(&self, name: &str) -> Option<&Portal> {
        self.by_name.get(name)
    }

    /// Adds one, in the place of any of that name.
    pub fn insert(&mut self, name: &str, portal: Portal, info: Option<CursorInfo>) {
        self.last += 1;
        self.by_name.insert(name.to_owned(), Portal { serial: self.last, ..portal });
        match info {
            Some(info) => drop(self.listed.lock().insert(name.to_owned(), info)),
            None if name.is_empty() => {}
            None => drop(self.listed.lock().remove(name)),
        }
    }

    /// Takes one out, so that it can run while the session does too.
    pub fn take(&mut self, name: &str) -> Option<Portal> {
        self.by_name.remove(name)
    }

    pub fn put_back(&mut self, name: &str, portal: Portal) {
        self.by_name.insert(name.to_owned(), portal);
    }

    /// Closes one; whether there was one.
    pub fn close(&mut self, name: &str) -> bool {
        if !name.is_empty() {
            self.listed.lock().remove(name);
        }
        self.by_name.remove(name).is_some()
    }

    pub fn close_all(&mut self) {
        self.by_name.clear();
        self.listed.lock().clear();
    }

    /// Closes those of the running transaction that were made after the one of this serial number.
    pub fn close_after(&mut self, serial: u64) {
        self.retain(|p| p.persistent || p.serial <= serial);
    }

    /// Closes those that still read through the transaction; nothing reads while it commits.
    pub fn close_reading(&mut self) {
        self.retain(|p| p.persistent || p.hold);
    }

    /// The transaction has ended: what goes with it, and what stays.
    pub fn end_transaction(&mut self, committed: bool) {
        self.retain(|p| p.persistent || p.hold && committed);
        self.by_name.values_mut().for_each(|p| p.persistent = true);
    }

    /// The cursors that are to outlive the transaction and still read through it.
    pub fn to_hold(&mut self) -> impl Iterator<Item = &mut Portal> {
        self.by_name
            .values_mut()
            .filter(|p| p.hold && !p.persistent && matches!(&p.state, PortalState::Cursor(c) if c.is_open()))
    }

    fn retain(&mut self, mut keep: impl FnMut(&Portal) -> bool) {
        self.by_name.retain(|_, p| keep(p));
        let by_name = &self.by_name;
        self.listed.lock().retain(|name, _| by_name.contains_key(name));
    }
}
