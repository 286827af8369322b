//! The commit decision (PROTOCOL §3, §5, §7).

use std::time::Duration;

use async_trait::async_trait;
use gavel_types::{CommitOutcome, CommitRequest, Epoch, Lsn, TimeMode, Timestamp, TxnId};

/// Answer to [`Adjudicator::close`]: every commit `<= ts` lies at or before `last_lsn`. `ts` may be later than
/// what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    pub ts: Timestamp,
    pub epoch: Epoch,
    pub last_lsn: Lsn,
    pub mode: TimeMode,
    /// What goes further, in clock mode.
    pub ahead: Option<Ahead>,
}

/// A promise that does not wait for the commits below it: every commit `<= ts` lies at or before `last_lsn`,
/// and none of them is after `newest`. Some may not be durable, and nobody may have been told of them: whoever
/// relies on it has to apply the journal up to `last_lsn`, and to know from a clock of its own that true time
/// has reached `newest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    pub ts: Timestamp,
    pub last_lsn: Lsn,
    pub newest: Timestamp,
}

/// How long the word that a database is in clock mode may be relied upon. An adjudicator that
/// leaves clock mode acknowledges nothing for that long.
pub const MODE_LEASE: Duration = Duration::from_secs(1);

/// Highest timestamp at which every acknowledged commit is visible; the snapshot of logical mode
/// (PROTOCOL §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visible {
    pub ts: Timestamp,
    pub epoch: Epoch,
    /// In clock mode whoever has a good clock may take snapshots from it, for [`MODE_LEASE`] from
    /// when this was asked.
    pub mode: TimeMode,
}

/// What can go wrong besides losing a conflict, by what the caller should do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The request named another epoch; nothing was done; ask again with this one.
    #[error("epoch is {0:?}")]
    WrongEpoch(Epoch),
    /// Too much is waiting; nothing was done (53400).
    #[error("commit queue is full")]
    Overloaded,
    /// The journal's disk is full; nothing was done (53100).
    #[error("journal disk is full")]
    DiskFull,
    /// The request breaks a limit; nothing was done (54000).
    #[error("{0}")]
    TooLarge(String),
    /// Not serving; nothing was done.
    #[error("adjudicator is not open")]
    NotOpen,
    /// This node does not lead; nothing was done; ask at this address, where one is known.
    #[error("not the leader")]
    NotLeader(Option<String>),
    /// It is unknown whether the transaction committed (40003): `resolve` it.
    #[error("outcome is unknown: {0}")]
    Unknown(String),
}

#[async_trait]
pub trait Adjudicator: Send + Sync {
    /// Decides, makes durable, and answers once the outcome is visible. A repeated `txn_id`
    /// answers the earlier outcome. Cancel safe: dropping the future leaves the decision to
    /// `resolve`.
    async fn commit(&self, request: CommitRequest) -> Result<CommitOutcome, Error>;

    /// The outcome of `txn_id`; if it is not known, makes sure that it never commits and answers
    /// `Aborted` with [`gavel_types::ConflictKind::Cancelled`]. To be asked within ten minutes of the
    /// commit request: outcomes are not remembered for longer.
    async fn resolve(&self, txn_id: TxnId) -> Result<CommitOutcome, Error>;

    /// Promises that no commit will be `<= ts` any more; tells of the furthest such promise that stands.
    /// In clock mode commits are dated up to `lead` ahead of the clock from now on, as far as that does not
    /// delay them: so that promises can be made, and have travelled, before anybody needs them.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if `ts` is further ahead of the clock than `max_future`.
    async fn close(&self, ts: Timestamp, lead: Duration) -> Result<Closed, Error>;

    /// The present visible timestamp and epoch. Over a replicated journal it is answered once a
    /// quorum has confirmed that this node still led when it was asked, since a deposed leader would
    /// answer too little; and once all is visible that somebody may have learnt of from
    /// [`crate::journal::Witness`] before it was asked.
    ///
    /// # Errors
    /// [`Error::NotOpen`], [`Error::NotLeader`].
    async fn visible(&self) -> Result<Visible, Error>;

    /// The newest epoch known here, to be named in commits. Only a hint: a commit that names a
    /// wrong one is told the right one. Never blocks.
    fn epoch(&self) -> Epoch;
}
