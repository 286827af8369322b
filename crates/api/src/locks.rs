//! Advisory locks: what sessions of all query nodes exclude each other with (docs/rfcs/0003-advisory-locks.md).
//!
//! A query node is a holder. It keeps count of what its sessions hold, and asks the table beside the
//! adjudicator for the first and the last of each. What it holds lasts as long as its lease.

use std::time::Duration;

use async_trait::async_trait;
use gavel_types::{Epoch, Oid};

use crate::adjudicator::Error;

/// How long the table keeps a holder's locks after it has heard a renewal.
pub const LEASE: Duration = Duration::from_secs(6);
/// How long a holder may rely on them after it has sent one. Less than [`LEASE`], since its clock may run
/// slower.
pub const RELIED: Duration = Duration::from_secs(5);
/// How often a holder renews.
pub const RENEWAL: Duration = Duration::from_secs(1);
/// How long a call waits for a lock before it says that it still waits.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// One life of a query node, told apart by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder(pub u64);

/// A session of a holder: its process id.
pub type SessionId = i32;

/// What is locked: numbers that applications choose, within a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LockKey {
    pub database: Oid,
    /// The first of two numbers, or the high half of one.
    pub class: u32,
    /// The second of two numbers, or the low half of one.
    pub object: u32,
    /// Two numbers, which are never the same lock as one.
    pub pair: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    Share,
    Exclusive,
}

impl LockMode {
    /// Whether two sessions cannot both have it.
    pub fn excludes(self, other: Self) -> bool {
        self == Self::Exclusive || other == Self::Exclusive
    }

    /// As PostgreSQL calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Share => "ShareLock",
            Self::Exclusive => "ExclusiveLock",
        }
    }
}

/// A lock and who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    pub session: SessionId,
    pub key: LockKey,
    pub mode: LockMode,
}

/// Asks for a lock. Numbers `op` grow with each call of a holder; what is asked again unchanged keeps its
/// number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acquire {
    pub holder: Holder,
    /// In which the holder has its lease.
    pub epoch: Epoch,
    pub op: u64,
    pub lock: Held,
    /// Otherwise it is granted at once or not at all.
    pub wait: bool,
}

/// One session that waits, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub lock: Held,
    pub blocked_by: SessionId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acquired {
    /// The session has it, from now on or already.
    Granted,
    /// Others have it, and nobody wanted to wait.
    Busy,
    /// In the queue, where it stays: ask again.
    Waiting,
    /// These sessions would wait for each other for ever, the first of them being the one that asked.
    Deadlock(Vec<Wait>),
    /// A later call of the session has been heard already.
    Stale,
    /// The holder has no lease.
    NoLease,
    /// More locks than the table takes.
    Full,
}

/// Lets go of locks, and of places in queues for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub holder: Holder,
    pub epoch: Epoch,
    pub op: u64,
    pub session: SessionId,
    /// `None`: all, since the session has ended.
    pub locks: Option<Vec<(LockKey, LockMode)>>,
}

/// Begins or prolongs a holder's lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renew {
    pub holder: Holder,
    /// Higher than that of any call before it.
    pub op: u64,
    /// In which it has a lease, if it has any.
    pub epoch: Option<Epoch>,
    /// All that it holds under that lease.
    pub held: Vec<Held>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// In which it has its lease now.
    pub epoch: Epoch,
    /// It does not hold what it said: it came too late. It has a lease now, and nothing else.
    pub lost: bool,
}

/// The table of all locks.
#[async_trait]
pub trait Locks: Send + Sync {
    /// # Errors
    /// [`Error::NotLeader`], [`Error::NotOpen`], [`Error::Unknown`].
    async fn renew(&self, request: Renew) -> Result<Renewed, Error>;

    /// Waits no longer than [`PATIENCE`]. Dropping the future leaves the place in the queue; only
    /// [`Locks::release`] gives it up.
    ///
    /// # Errors
    /// [`Error::WrongEpoch`] if the table is another than the one that gave the lease; as [`Locks::renew`].
    async fn acquire(&self, request: Acquire) -> Result<Acquired, Error>;

    /// Letting go of what is not held is no error.
    ///
    /// # Errors
    /// As [`Locks::acquire`].
    async fn release(&self, request: Release) -> Result<(), Error>;

    /// Sessions for which a session of `holder` waits.
    ///
    /// # Errors
    /// As [`Locks::renew`].
    async fn blockers(&self, holder: Holder, session: SessionId) -> Result<Vec<SessionId>, Error>;
}
