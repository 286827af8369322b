//! Advisory locks.

use gavel_api::locks::{Acquire, Acquired, Held, Holder, LockKey, LockMode, Release, Renew, Renewed, Wait};
use gavel_types::{Epoch, Oid};

use crate::convert::required;
use crate::v1::acquired_lock::{self, Answer};
use crate::{Malformed, v1};

impl From<LockMode> for v1::LockMode {
    fn from(mode: LockMode) -> Self {
        match mode {
            LockMode::Share => Self::Share,
            LockMode::Exclusive => Self::Exclusive,
        }
    }
}

fn mode(mode: i32) -> Result<LockMode, Malformed> {
    match v1::LockMode::try_from(mode) {
        Ok(v1::LockMode::Share) => Ok(LockMode::Share),
        Ok(v1::LockMode::Exclusive) => Ok(LockMode::Exclusive),
        Ok(v1::LockMode::Unspecified) | Err(_) => Err(Malformed("lock mode is unknown")),
    }
}

impl From<Held> for v1::HeldLock {
    fn from(held: Held) -> Self {
        let LockKey { database, class, object, pair } = held.key;
        let key = v1::LockKey { database: database.0, class, object, pair };
        Self { session: held.session, key: Some(key), mode: v1::LockMode::from(held.mode).into() }
    }
}

impl TryFrom<v1::HeldLock> for Held {
    type Error = Malformed;

    fn try_from(held: v1::HeldLock) -> Result<Self, Malformed> {
        let v1::LockKey { database, class, object, pair } = required(held.key, "lock has no key")?;
        let key = LockKey { database: Oid(database), class, object, pair };
        Ok(Self { session: held.session, key, mode: mode(held.mode)? })
    }
}

impl From<Renew> for v1::RenewLocksRequest {
    fn from(renew: Renew) -> Self {
        let held = renew.held.into_iter().map(Into::into).collect();
        Self { holder: renew.holder.0, epoch: renew.epoch.map(|epoch| epoch.0), held, op: renew.op }
    }
}

impl TryFrom<v1::RenewLocksRequest> for Renew {
    type Error = Malformed;

    fn try_from(renew: v1::RenewLocksRequest) -> Result<Self, Malformed> {
        let held = renew.held.into_iter().map(Held::try_from).collect::<Result<_, _>>()?;
        Ok(Self { holder: Holder(renew.holder), op: renew.op, epoch: renew.epoch.map(Epoch), held })
    }
}

impl From<Renewed> for v1::RenewedLocks {
    fn from(renewed: Renewed) -> Self {
        Self { epoch: renewed.epoch.0, lost: renewed.lost }
    }
}

impl From<v1::RenewedLocks> for Renewed {
    fn from(renewed: v1::RenewedLocks) -> Self {
        Self { epoch: Epoch(renewed.epoch), lost: renewed.lost }
    }
}

impl From<Acquire> for v1::AcquireLockRequest {
    fn from(request: Acquire) -> Self {
        let Acquire { holder, epoch, op, lock, wait } = request;
        Self { holder: holder.0, epoch: epoch.0, op, lock: Some(lock.into()), wait }
    }
}

impl TryFrom<v1::AcquireLockRequest> for Acquire {
    type Error = Malformed;

    fn try_from(request: v1::AcquireLockRequest) -> Result<Self, Malformed> {
        let lock = required(request.lock, "lock is missing")?.try_into()?;
        let v1::AcquireLockRequest { holder, epoch, op, wait, .. } = request;
        Ok(Self { holder: Holder(holder), epoch: Epoch(epoch), op, lock, wait })
    }
}

impl From<Acquired> for v1::AcquiredLock {
    fn from(acquired: Acquired) -> Self {
        let wait = |wait: Wait| acquired_lock::Wait { lock: Some(wait.lock.into()), blocked_by: wait.blocked_by };
        let answer = match acquired {
            Acquired::Granted => Answer::Granted(acquired_lock::Granted {}),
            Acquired::Busy => Answer::Busy(acquired_lock::Busy {}),
            Acquired::Waiting => Answer::Waiting(acquired_lock::Waiting {}),
            Acquired::Deadlock(waits) => {
                Answer::Deadlock(acquired_lock::Deadlock { waits: waits.into_iter().map(wait).collect() })
            }
            Acquired::Stale => Answer::Stale(acquired_lock::Stale {}),
            Acquired::NoLease => Answer::NoLease(acquired_lock::NoLease {}),
            Acquired::Full => Answer::Full(acquired_lock::Full {}),
        };
        Self { answer: Some(answer) }
    }
}

impl TryFrom<v1::AcquiredLock> for Acquired {
    type Error = Malformed;

    fn try_from(acquired: v1::AcquiredLock) -> Result<Self, Malformed> {
        let wait = |wait: acquired_lock::Wait| {
            let lock = required(wait.lock, "lock is missing")?.try_into()?;
            Ok(Wait { lock, blocked_by: wait.blocked_by })
        };
        Ok(match required(acquired.answer, "answer about a lock is missing")? {
            Answer::Granted(_) => Self::Granted,
            Answer::Busy(_) => Self::Busy,
            Answer::Waiting(_) => Self::Waiting,
            Answer::Deadlock(circle) => {
                Self::Deadlock(circle.waits.into_iter().map(wait).collect::<Result<_, Malformed>>()?)
            }
            Answer::Stale(_) => Self::Stale,
            Answer::NoLease(_) => Self::NoLease,
            Answer::Full(_) => Self::Full,
        })
    }
}

impl From<Release> for v1::ReleaseLocksRequest {
    fn from(release: Release) -> Self {
        let Release { holder, epoch, op, session, locks } = release;
        let all = locks.is_none();
        let locks = locks.into_iter().flatten().map(|(key, mode)| Held { session, key, mode }.into()).collect();
        Self { holder: holder.0, epoch: epoch.0, op, session, all, locks }
    }
}

impl TryFrom<v1::ReleaseLocksRequest> for Release {
    type Error = Malformed;

    fn try_from(release: v1::ReleaseLocksRequest) -> Result<Self, Malformed> {
        let v1::ReleaseLocksRequest { holder, epoch, op, session, all, locks } = release;
        let locks = locks.into_iter().map(|lock| Held::try_from(lock).map(|held| (held.key, held.mode)));
        let locks = locks.collect::<Result<Vec<_>, _>>()?;
        let locks = (!all).then_some(locks);
        Ok(Self { holder: Holder(holder), epoch: Epoch(epoch), op, session, locks })
    }
}
