//! Where a session stands with respect to transactions: a pure state machine.
//!
//! ```text
//!           statement                       BEGIN
//!   Idle ─────────────► Implicit ─────────────────► Block ──error──► Failed
//!    ▲                     │                          │                 │
//!    └─ end of query, Sync ┴──── COMMIT, ROLLBACK ────┴── COMMIT, ROLLBACK (both roll back)
//! ```
//! `Implicit` is the transaction that PostgreSQL wraps around the statements of one Query message, or
//! around those between two Syncs. An error in it rolls it back at once. ROLLBACK TO leads from Failed
//! back into the block.

use gavel_api::sql::TransactionStatus;
use gavel_types::{SqlError, SqlState};

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Block {
    #[default]
    Idle,
    Implicit,
    Block,
    Failed,
}

impl Block {
    /// ReadyForQuery's letter.
    pub fn status(self) -> TransactionStatus {
        match self {
            Self::Idle | Self::Implicit => TransactionStatus::Idle,
            Self::Block => TransactionStatus::InTransaction,
            Self::Failed => TransactionStatus::Failed,
        }
    }

    /// In a block that BEGIN has opened, failed or not.
    pub fn is_explicit(self) -> bool {
        matches!(self, Self::Block | Self::Failed)
    }

    /// After a statement has begun.
    #[must_use]
    pub fn started(self) -> Self {
        if self == Self::Idle { Self::Implicit } else { self }
    }

    /// After an error; the second value says whether the transaction is over.
    pub fn failed(self) -> (Self, bool) {
        match self {
            Self::Idle | Self::Implicit => (Self::Idle, true),
            Self::Block | Self::Failed => (Self::Failed, false),
        }
    }
}

/// 25P02, for everything but the ends of a failed block.
pub fn aborted() -> SqlError {
    SqlError::new(
        SqlState::InFailedSqlTransaction,
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_ends_an_implicit_transaction_and_fails_a_block() {
        assert_eq!(Block::Idle.started().failed(), (Block::Idle, true));
        assert_eq!(Block::Block.started().failed(), (Block::Failed, false));
        assert_eq!(Block::Failed.failed(), (Block::Failed, false));
    }

    #[test]
    fn letters_are_those_of_the_protocol() {
        use TransactionStatus::{Failed, Idle, InTransaction};
        let letters = [Block::Idle, Block::Implicit, Block::Block, Block::Failed].map(Block::status);
        assert_eq!(letters, [Idle, Idle, InTransaction, Failed]);
    }
}
