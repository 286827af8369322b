//! The commit message and what becomes of it.
//!
//! ```text
//!   send ──► Committed / Aborted            the end
//!     ├────► WrongEpoch(e)                  nothing was done: send again, naming e
//!     ├────► DiskFull, Overloaded, …        nothing was done: tell the client
//!     └────► Unknown ──► resolve ──► Committed / Aborted
//!                          └───────► still unknown: 40003, never 40001
//! ```
#![allow(clippy::disallowed_methods, reason = "the shell that waits between attempts")]

use std::time::Duration;

use gavel_api::adjudicator::{Adjudicator, Error as AdjudicatorError};
use gavel_runtime::timer;
use gavel_types::{CommitOutcome, CommitRequest, Conflict, Oid, SqlError, SqlState, Timestamp, TxnId};
use sha2::{Digest, Sha256};

/// How often an epoch may change under one commit.
const EPOCH_RETRIES: usize = 8;
/// Largest write set that is kept for a second sending.
const COPIED_WRITES: usize = 10_000;
/// Pauses between attempts to learn an unknown outcome.
pub(crate) const RESOLVE_PAUSES: [Duration; 6] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The id of the transaction that a client calls `key`: the same in whichever session it is asked
/// for, different for each database and role.
pub fn id_of_key(database: Oid, role: &str, key: &str) -> TxnId {
    let digest = Sha256::new()
        .chain_update(database.0.to_be_bytes())
        .chain_update((role.len() as u64).to_be_bytes())
        .chain_update(role)
        .chain_update(key)
        .finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    TxnId(u128::from_be_bytes(id))
}

/// How a commit ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// There was nothing to send.
    ReadOnly,
    At(Timestamp),
}

/// Why there was no commit, by what the caller should do.
#[derive(Clone, Debug)]
pub enum CommitError {
    /// Lost to another transaction (40001): run the transaction again.
    Conflict(Conflict),
    /// It may or may not have committed (40003): find out before doing it again.
    Unknown(String),
    /// 53100.
    DiskFull,
    /// 53400: later.
    Overloaded,
    /// 54000.
    TooLarge(String),
    /// 57P03: later.
    NotOpen,
}

impl CommitError {
    /// The client's error, except that a conflict is worded by the caller, who knows the catalog.
    pub fn into_sql(self, conflict: impl FnOnce(&Conflict) -> SqlError) -> SqlError {
        match self {
            Self::Conflict(c) => conflict(&c),
            Self::Unknown(why) => SqlError::new(
                SqlState::StatementCompletionUnknown,
                "it is unknown whether the transaction was committed",
            )
            .detail(why),
            Self::DiskFull => SqlError::new(SqlState::DiskFull, "could not commit: journal disk is full")
                .hint("Free some space on the journal's disk and retry."),
            Self::Overloaded => {
                SqlError::new(SqlState::ConfigurationLimitExceeded, "could not commit: commit queue is full")
                    .hint("Retry the transaction later.")
            }
            Self::TooLarge(why) => SqlError::new(SqlState::ProgramLimitExceeded, why),
            Self::NotOpen => SqlError::new(SqlState::CannotConnectNow, "the database system is not accepting commits"),
        }
    }
}

/// Sends `request` until its outcome is known, or cannot be learnt within `pauses`.
pub(crate) async fn run(
    adjudicator: &dyn Adjudicator,
    mut request: CommitRequest,
    pauses: &[Duration],
) -> Result<Committed, CommitError> {
    let txn_id = request.txn_id;
    for _ in 0..EPOCH_RETRIES {
        let epoch = request.epoch;
        // An epoch that has already ended is foreseeable; a change between here and
        // there is not, and then only a request worth copying is sent again.
        request.epoch = epoch.max(adjudicator.epoch());
        let again = if request.writes.len() <= COPIED_WRITES { Some(request.clone()) } else { None };
        match adjudicator.commit(request).await {
            Ok(outcome) => return answer(outcome),
            Err(AdjudicatorError::WrongEpoch(epoch)) => match again {
                Some(mut r) => {
                    r.epoch = epoch;
                    request = r;
                }
                None => return Err(CommitError::NotOpen),
            },
            Err(AdjudicatorError::Overloaded) => return Err(CommitError::Overloaded),
            Err(AdjudicatorError::DiskFull) => return Err(CommitError::DiskFull),
            Err(AdjudicatorError::TooLarge(why)) => return Err(CommitError::TooLarge(why)),
            Err(AdjudicatorError::NotOpen | AdjudicatorError::NotLeader(_)) => return Err(CommitError::NotOpen),
            Err(AdjudicatorError::Unknown(why)) => {
                return resolve(adjudicator, txn_id, why, pauses).await;
            }
        }
    }
    Err(CommitError::NotOpen)
}

async fn resolve(
    adjudicator: &dyn Adjudicator,
    txn_id: TxnId,
    why: String,
    pauses: &[Duration],
) -> Result<Committed, CommitError> {
    for pause in pauses {
        if let Ok(outcome) = adjudicator.resolve(txn_id).await {
            return answer(outcome);
        }
        timer::sleep(*pause).await;
    }
    Err(CommitError::Unknown(why))
}

fn answer(outcome: CommitOutcome) -> Result<Committed, CommitError> {
    match outcome {
        CommitOutcome::Committed(ts) => Ok(Committed::At(ts)),
        CommitOutcome::Aborted(c) => Err(CommitError::Conflict(c)),
    }
}

#[cfg(test)]
#[path = "commit_test.rs"]
mod tests;
