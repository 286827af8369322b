//! Advisory locks beside the adjudicator (docs/rfcs/0003-advisory-locks.md).
//!
//! | module | what it holds |
//! |---|---|
//! | [`table`] | who has what, who waits, whose lease it is: pure |
//! | here | the table behind a lock, with time, and word for those who wait |

mod table;

use std::time::{Duration, Instant};

use gavel_api::locks::{Acquire, Acquired, Holder, LEASE, PATIENCE, Release, Renew, SessionId};
use gavel_runtime::timer;
use parking_lot::Mutex;
use tokio::sync::Notify;

use table::{Step, Table};

/// The table of one epoch.
pub(crate) struct LockTable {
    began: Instant,
    table: Mutex<Table>,
    /// Something was let go.
    changed: Notify,
}

impl LockTable {
    /// A table that grants at once, if nobody can hold locks of an earlier one, or else after all who hold
    /// some have said so.
    pub(crate) fn new(holders_may_live: bool) -> Self {
        let opens = if holders_may_live { LEASE } else { Duration::ZERO };
        Self { began: timer::now(), table: Mutex::new(Table::new(opens)), changed: Notify::new() }
    }

    fn now(&self) -> Duration {
        timer::since(self.began)
    }

    pub(crate) fn renew(&self, request: &Renew, known: bool) -> bool {
        self.table.lock().renew(self.now(), request, known)
    }

    pub(crate) async fn acquire(&self, request: &Acquire) -> Acquired {
        let give_up = self.now().saturating_add(PATIENCE);
        loop {
            let changed = self.changed.notified();
            let now = self.now();
            let (step, lease_end) = {
                let mut table = self.table.lock();
                (table.acquire(now, request), table.next_end())
            };
            let again = match step {
                Step::Answer(Acquired::Waiting) if now < give_up => {
                    // A lease that ends unheard lets go as well.
                    lease_end.map_or(give_up, |end| end.min(give_up))
                }
                Step::NotBefore(opens) if now < give_up => opens.min(give_up),
                Step::NotBefore(_) => return Acquired::Waiting,
                Step::Answer(answer) => return answer,
            };
            let _ = timer::timeout(again.saturating_sub(now), changed).await;
        }
    }

    pub(crate) fn release(&self, request: &Release) {
        if self.table.lock().release(self.now(), request) {
            self.changed.notify_waiters();
        }
    }

    pub(crate) fn blockers(&self, holder: Holder, session: SessionId) -> Vec<SessionId> {
        self.table.lock().blockers(holder, session)
    }
}
