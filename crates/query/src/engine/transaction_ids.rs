//! Numbers of transactions, for those that ask for one (`pg_current_xact_id()`). Commits need none: they are told apart by
//! random bits and ordered by their timestamps.
//!
//! ```text
//!  63  62                                        15 14          0
//! ┌───┬────────────────────────────────────────────┬─────────────┐
//! │ 0 │ steps of 16 us since 2000, 48 bits         │ query node  │
//! └───┴────────────────────────────────────────────┴─────────────┘
//! ```
//! # Invariants
//! 1. Numbers of one node rise strictly, whatever its clock does; those of several rise as their clocks do.
//! 2. No number is given twice in a cluster. A node takes its own from a counter in the catalog, when it is first asked
//!    after its start; one comes again after 32,768 such starts, to a node that began later.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use gavel_catalog::keys;
use gavel_types::{SqlError, SqlResult, SqlState, Timestamp, WriteMode};

use super::{Engine, OWN_ATTEMPTS};

const NODE_BITS: u32 = 15;
const STEP_BITS: u32 = 48;
const MICROS_A_STEP: u64 = 16;

/// See the module.
#[derive(Default)]
pub struct TransactionIds {
    node: tokio::sync::OnceCell<u64>,
    /// The step that was given last.
    last: AtomicU64,
}

impl TransactionIds {
    /// The next number of `node`, at `now` in microseconds since 2000.
    fn next(&self, node: u64, now: i64) -> u64 {
        let now = u64::try_from(now).unwrap_or(0) / MICROS_A_STEP;
        let after = |last: u64| now.max(last + 1);
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        let step = after(last.unwrap_or_else(|last| last));
        (step & ((1 << STEP_BITS) - 1)) << NODE_BITS | node
    }
}

impl Engine {
    /// A number for a transaction, if it can be had without waiting.
    pub(crate) fn transaction_id_at_hand(&self) -> Option<u64> {
        let node = self.transaction_ids.node.get()?;
        Some(self.transaction_ids.next(*node, self.now_micros()))
    }

    /// A number for a transaction.
    ///
    /// # Errors
    /// Whatever a small commit raises, at the first call of a node.
    pub(crate) async fn transaction_id(&self) -> SqlResult<u64> {
        let node = self.transaction_ids.node.get_or_try_init(|| self.take_node_number()).await?;
        Ok(self.transaction_ids.next(*node, self.now_micros()))
    }

    async fn take_node_number(&self) -> SqlResult<u64> {
        let mut at_least = Timestamp::ZERO;
        for _ in 0..OWN_ATTEMPTS {
            let mut txn = self.begin(at_least, false).await?;
            let counter = txn.view().get(&[keys::numbered_nodes()]).await?.pop().flatten();
            let taken = counter.and_then(|c| Some(u64::from_be_bytes(c[..].try_into().ok()?))).unwrap_or(0);
            let value = Bytes::copy_from_slice(&(taken + 1).to_be_bytes());
            txn.write(keys::numbered_nodes(), WriteMode::Update, Some(value))?;
            match self.commit_own(txn).await? {
                Ok(_) => return Ok(taken & ((1 << NODE_BITS) - 1)),
                Err(winner) => at_least = winner,
            }
        }
        Err(SqlError::new(SqlState::SerializationFailure, "could not take a number for this query node"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_though_the_clock_stands_or_goes_back() {
        let ids = TransactionIds::default();
        let given = [160, 160, 150, 1_600, -5].map(|now| ids.next(3, now));
        assert_eq!(given, [10, 11, 12, 100, 101].map(|step| step << NODE_BITS | 3));
        let other = TransactionIds::default();
        assert_ne!(other.next(4, 160), given[0]);
        assert!(i64::try_from(other.next(32_767, i64::MAX)).is_ok());
    }
}
