//! One transaction of a session: the snapshot it reads at, what it has written and relied on, and
//! places to go back to.

use std::sync::Arc;

use bytes::Bytes;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::storage::Storage;
use gavel_encoding::ObjectId;
use gavel_encoding::layout::temporary_object;
use gavel_types::{CheckMode, CommitRequest, Epoch, Notification, Timestamp, TxnId, WriteMode};
use parking_lot::Mutex;

use crate::buffer::{Entry, WriteBuffer, WriteMap};
use crate::checks::CheckSet;
use crate::commit::{self, CommitError, Committed};
use crate::error::{Error, Limits};
use crate::read_set::ReadSet;
use crate::temporary::{TemporaryRows, TemporaryWrites};
use crate::view::{ReadView, Relied};

/// A place to go back to (SAVEPOINT).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    writes: usize,
    temporary: usize,
    checks: usize,
}

/// See the module. Dropping it rolls back: nothing of it is known elsewhere.
pub struct Transaction {
    storage: Arc<dyn Storage>,
    snapshot_ts: Timestamp,
    epoch: Epoch,
    buffer: WriteBuffer,
    temporary: TemporaryWrites,
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
            temporary: TemporaryWrites::default(),
            relied: Arc::new(Relied {
                checks: Mutex::new(CheckSet::default()),
                reads: serializable.then(|| Mutex::new(ReadSet::new(limits.read_ranges))),
            }),
            schema_keys: Vec::new(),
            notifications: Vec::new(),
        }
    }

    /// Gives the transaction the rows of its session's temporary tables, which may grow to `limit` bytes. To be
    /// called before anything is written.
    pub fn set_temporary(&mut self, rows: Arc<TemporaryRows>, limit: usize) {
        self.temporary = TemporaryWrites::new(rows, limit);
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
            temporary_rows: Arc::clone(&self.temporary.below),
            temporary_writes: self.temporary.writes.share(),
            relied: Arc::clone(&self.relied),
        }
    }

    /// Own writes so far, but for those to temporary tables.
    pub fn buffer(&self) -> &WriteBuffer {
        &self.buffer
    }

    /// Adds a write.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past the size limit, [`Error::TemporaryFull`] past that of temporary tables.
    pub fn write(&mut self, key: Bytes, mode: WriteMode, value: Option<Bytes>) -> Result<(), Error> {
        match temporary_object(&key) {
            Some(object) => self.temporary.write(object, key, mode, value),
            None => self.buffer.write(key, mode, value),
        }
    }

    /// Whether `key` was not there before, and this transaction has put it there. Of temporary tables never.
    pub fn has_inserted(&self, key: &[u8]) -> bool {
        self.buffer.map().get(key).is_some_and(|entry| entry.mode == WriteMode::Insert)
    }

    /// Whether `key` was written after `view` was taken. What was undone since then does not count.
    pub fn has_written_since(&self, view: &ReadView, key: &[u8]) -> bool {
        let now = if temporary_object(key).is_some() { self.temporary.writes.map() } else { self.buffer.map() };
        match (view.own(key).get(key), now.get(key)) {
            (None, None) => false,
            // The value of a write is never another one's, even if it is equal.
            (Some(Entry { value: Some(then), .. }), Some(Entry { value: Some(now), .. })) => {
                (then.as_ptr(), then.len()) != (now.as_ptr(), now.len())
            }
            (Some(then), Some(now)) => then.value != now.value,
            _ => true,
        }
    }

    /// Takes back what was written to `key`, which then is as it was before. Not for temporary tables.
    pub fn forget(&mut self, key: &Bytes) {
        self.buffer.forget(key);
    }

    /// How many rows a temporary table has now, or entries an index of one.
    pub fn temporary_count(&self, object: ObjectId) -> usize {
        self.temporary.count(object)
    }

    /// Whether anything was written to temporary tables.
    pub fn has_temporary_writes(&self) -> bool {
        !self.temporary.writes.is_empty()
    }

    /// What was written to temporary tables, for [`TemporaryRows::apply`] once the commit has succeeded. The
    /// transaction must read and write no more.
    pub fn take_temporary(&mut self) -> WriteMap {
        self.temporary.below = Arc::default();
        self.temporary.writes.take()
    }

    /// Relies on `key` as a row lock of this strength does.
    pub fn check(&self, key: Bytes, mode: CheckMode) {
        self.relied.check(key, mode);
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
        self.temporary.writes.set_logging(true);
        Mark {
            writes: self.buffer.position(),
            temporary: self.temporary.writes.position(),
            checks: self.relied.checks.lock().position(),
        }
    }

    /// Goes back to `mark`, which stays valid. Reads stay noted: they have happened.
    pub fn rollback_to(&mut self, mark: Mark) {
        self.buffer.rollback_to(mark.writes);
        self.temporary.rollback_to(mark.temporary);
        self.relied.checks.lock().rollback_to(mark.checks);
    }

    /// Says that no mark is held any more.
    pub fn forget_marks(&mut self) {
        self.buffer.set_logging(false);
        self.temporary.writes.set_logging(false);
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
