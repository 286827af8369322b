//! Entries of unique indexes that do not hold all rows yet (RFC 0005).
//!
//! In an index that is public a key that a row has is that row's. In one that is still being built, or on its way out,
//! it may be nobody's, since the backfill has not come to the row, or another row's, since two rows may have the same
//! key until the build fails for it. So whoever takes an entry away looks first whose it is:
//!
//! | the key holds | then |
//! |---|---|
//! | nothing, or the row's own entry | it is written, so that a backfill that has read the row before loses |
//! | another row's entry, committed | it stays; that it is so is checked at COMMIT |
//! | another row's entry, of this transaction | it stays, written as a key that has changed hands |
//!
//! The last keeps a write of the key even if that entry is taken away again: a backfill that has read the first row must
//! lose in any case.

use bytes::Bytes;
use gavel_types::{CheckMode, SqlResult, WriteMode};

use crate::dml::shape::TableShape;
use crate::dml::writer::Writer;

/// An entry to take away, or to give another value.
pub(super) struct Doubtful {
    pub key: Bytes,
    /// Key of the row as it was.
    pub row: Bytes,
    /// `None`: away with it.
    pub value: Option<Bytes>,
}

impl Writer<'_> {
    pub(super) async fn settle_doubtful(&mut self, shape: &TableShape, doubtful: Vec<Doubtful>) -> SqlResult<()> {
        if doubtful.is_empty() {
            return Ok(());
        }
        let keys: Vec<Bytes> = doubtful.iter().map(|d| d.key.clone()).collect();
        let found = self.state.txn.view().get(&keys).await?;
        for (Doubtful { key, row, value }, entry) in doubtful.into_iter().zip(found) {
            let owner = entry.map(|e| shape.row_key_of_entry(&e)).transpose()?;
            if owner.is_some_and(|owner| owner != row) {
                self.leave_to_another(key)?;
                continue;
            }
            let mode = if value.is_some() { WriteMode::Update } else { WriteMode::Delete };
            self.state.txn.write(key, mode, value)?;
        }
        Ok(())
    }

    /// Gives up the claim to a key that another row's entry has.
    fn leave_to_another(&mut self, key: Bytes) -> SqlResult<()> {
        let txn = &mut self.state.txn;
        if !txn.has_inserted(&key) {
            txn.check(key, CheckMode::Share);
            return Ok(());
        }
        let value = txn.buffer().map().get(&key).and_then(|entry| entry.value.clone());
        txn.forget(&key);
        txn.write(key.clone(), WriteMode::Delete, None)?;
        txn.write(key, WriteMode::Insert, value)?;
        Ok(())
    }
}
