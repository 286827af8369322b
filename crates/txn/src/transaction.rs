//! One transaction of a session: the snapshot it reads at, what it has written and relied on, and
//! places to go back to.

use std::sync::Arc;

use bytes::Bytes;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::storage::Storage;
use gavel_types::{CheckMode, CommitRequest, Epoch, Notification, Timestamp, TxnId, WriteMode};
use parking_lot::Mutex;

use crate::buffer::WriteBuffer;
use crate::checks::CheckSet;
use crate::commit::{self, CommitError, Committed};
use crate::error::{Error, Limits};
use crate::read_set::ReadSet;
use crate::view::{ReadView, Relied};

/// A place to go back to (SAVEPOINT).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    writes: usize,
    checks: usize,
}

/// See the module. Dropping it rolls back: nothing of it is known elsewhere.
pub struct Transaction {
    storage: Arc<dyn Storage>,
    snapshot_ts: Timestamp,
    epoch: Epoch,
    buffer: WriteBuffer,
    relied: Arc<Relied>,
    schema_keys: Vec<Bytes>,
    notifications: Vec<Notification>,
}

impl Transaction {
    /// Begins at `snapshot_ts`, in what is taken for the present `epoch`. To be called at the first
    /// statement, not at BEGIN.
    pub fn begin(
        storage: Arc<dyn Storage>,
        epoch: Epoch,
        snapshot_ts: Timestamp,
        serializable: bool,
        limits: &Limits,
    ) -> Self {
        Self {
            storage,
            snapshot_ts,
            epoch,
            buffer: WriteBuffer::new(limits.size_bytes),
            relied: Arc::new(Relied {
                checks: Mutex::new(CheckSet::default()),
                reads: serializable.then(|| Mutex::new(ReadSet::new(limits.read_ranges))),
            }),
            schema_keys: Vec::new(),
            notifications: Vec::new(),
        }
    }

    pub fn snapshot_ts(&self) -> Timestamp {
        self.snapshot_ts
    }

    /// Whether reads are remembered for the commit.
    pub fn is_serializable(&self) -> bool {
        self.relied.reads.is_some()
    }

    /// What a statement reads through; own writes up to now are in it, later ones are not.
    pub fn view(&self) -> ReadView {
        ReadView {
            storage: Arc::clone(&self.storage),
            snapshot_ts: self.snapshot_ts,
            writes: self.buffer.share(),
            relied: Arc::clone(&self.relied),
        }
    }

    /// Own writes so far.
    pub fn buffer(&self) -> &WriteBuffer {
        &self.buffer
    }

    /// Adds a write.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past the size limit.
    pub fn write(&mut self, key: Bytes, mode: WriteMode, value: Option<Bytes>) -> Result<(), Error> {
        self.buffer.write(key, mode, value)
    }

    /// Relies on `key` as a row lock of this strength does.
    pub fn check(&self, key: Bytes, mode: CheckMode) {
        self.relied.checks.lock().add(key, mode);
    }

    /// Relies on the schema object whose version key this is.
    pub fn use_schema(&mut self, key: Bytes) {
        if let Err(at) = self.schema_keys.binary_search(&key) {
            self.schema_keys.insert(at, key);
        }
    }

    /// Tells those who listen, if it commits.
    pub fn notify(&mut self, notification: Notification) {
        self.notifications.push(notification);
    }

    /// Whether COMMIT has nothing to send.
    pub fn is_read_only(&self) -> bool {
        self.buffer.is_empty() && self.relied.checks.lock().is_empty() && self.notifications.is_empty()
    }

    /// Remembers this place.
    pub fn mark(&mut self) -> Mark {
        self.buffer.set_logging(true);
        Mark { writes: self.buffer.position(), checks: self.relied.checks.lock().position() }
    }

    /// Goes back to `mark`, which stays valid. Reads stay noted: they have happened.
    pub fn rollback_to(&mut self, mark: Mark) {
        self.buffer.rollback_to(mark.writes);
        self.relied.checks.lock().rollback_to(mark.checks);
    }

    /// Says that no mark is held any more.
    pub fn forget_marks(&mut self) {
        self.buffer.set_logging(false);
    }

    /// Commits under `txn_id` (128 random bits). Read-only: answers without a message.
    pub async fn commit(mut self, adjudicator: &dyn Adjudicator, txn_id: TxnId) -> Result<Committed, CommitError> {
        if self.is_read_only() {
            return Ok(Committed::ReadOnly);
        }
        let checks = self.relied.checks.lock().take(self.buffer.map());
        let read_ranges = self.relied.reads.as_ref().map(|r| r.lock().ranges()).unwrap_or_default();
        let request = CommitRequest {
            txn_id,
            epoch: self.epoch,
            snapshot_ts: self.snapshot_ts,
            writes: self.buffer.take_writes(),
            checks,
            read_ranges,
            schema_keys: std::mem::take(&mut self.schema_keys),
            notifications: std::mem::take(&mut self.notifications),
        };
        // Nothing but checks that no write of ours needs: still sent, since FOR UPDATE promises
        // that the rows did not change until the commit, and stamps them.
        commit::run(adjudicator, request, &commit::RESOLVE_PAUSES).await
    }
}
