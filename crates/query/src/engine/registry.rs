//! The sessions that are open: their number is bounded, and a process id finds its cancel handle.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::session::cancel::Interrupt;

/// What others may see of a session (`pg_stat_activity`).
#[derive(Clone, Debug)]
pub struct SessionInfo {
    pub pid: i32,
    pub database: Oid,
    pub database_name: Arc<str>,
    pub user: Oid,
    pub user_name: Arc<str>,
    pub client: Option<(std::net::IpAddr, u16)>,
    /// Microseconds since 2000-01-01 UTC.
    pub started: i64,
    pub live: Arc<Mutex<Live>>,
}

/// What changes while a session lives.
#[derive(Clone, Debug, Default)]
pub struct Live {
    pub application_name: String,
    /// `active`, `idle`, `idle in transaction`, `idle in transaction (aborted)`.
    pub state: &'static str,
    /// The statement that runs or ran last.
    pub query: Arc<str>,
    pub query_start: Option<i64>,
    pub transaction_start: Option<i64>,
    pub state_change: Option<i64>,
    /// For an advisory lock.
    pub waits_for_lock: bool,
    /// For a job, which then does not wait for this session.
    pub waits_for_job: bool,
}

struct Open {
    info: SessionInfo,
    interrupt: Arc<Interrupt>,
}

/// See the module.
pub struct Registry {
    limit: usize,
    open: Mutex<HashMap<i32, Open>>,
}

impl Registry {
    pub fn new(limit: usize) -> Self {
        Self { limit, open: Mutex::default() }
    }

    /// Enters a session.
    ///
    /// # Errors
    /// 53300 past the limit.
    pub fn enter(&self, info: SessionInfo, interrupt: Arc<Interrupt>) -> SqlResult<()> {
        let mut open = self.open.lock();
        if open.len() >= self.limit {
            return Err(SqlError::new(SqlState::TooManyConnections, "sorry, too many clients already"));
        }
        open.insert(info.pid, Open { info, interrupt });
        Ok(())
    }

    /// Forgets a session.
    pub fn leave(&self, pid: i32) {
        self.open.lock().remove(&pid);
    }

    /// All sessions.
    pub fn list(&self) -> Vec<SessionInfo> {
        self.open.lock().values().map(|o| o.info.clone()).collect()
    }

    /// Where the client of a session is.
    pub fn client(&self, pid: i32) -> Option<(std::net::IpAddr, u16)> {
        self.open.lock().get(&pid)?.info.client
    }

    /// Whether another session than `pid` uses `database`.
    pub fn others_in(&self, database: Oid, pid: i32) -> usize {
        self.open.lock().values().filter(|o| o.info.database == database && o.info.pid != pid).count()
    }

    /// Who has a session, and its interrupt (`pg_cancel_backend`, `pg_terminate_backend`).
    pub fn interrupt(&self, pid: i32) -> Option<(Oid, Arc<Interrupt>)> {
        self.open.lock().get(&pid).map(|o| (o.info.user, Arc::clone(&o.interrupt)))
    }
}
