//! The commit seam.

use gavel_api::adjudicator::{Ahead, Closed, Visible};
use gavel_types::{
    Check, CheckMode, CommitOutcome, CommitRequest, Conflict, ConflictKind, Epoch, Lsn, Notification, Oid, TimeMode,
    Timestamp, Write, WriteMode,
};

use crate::convert::{all, each, required};
use crate::{Malformed, v1};

/// Both directions of an enumeration whose zero is "unspecified", which nobody sends.
macro_rules! enumeration {
    ($domain:ident, $($variant:ident),+) => {
        impl From<$domain> for v1::$domain {
            fn from(value: $domain) -> Self {
                match value {
                    $($domain::$variant => Self::$variant),+
                }
            }
        }

        impl TryFrom<v1::$domain> for $domain {
            type Error = Malformed;

            fn try_from(value: v1::$domain) -> Result<Self, Malformed> {
                match value {
                    $(v1::$domain::$variant => Ok(Self::$variant),)+
                    v1::$domain::Unspecified => Err(Malformed(concat!(stringify!($domain), " is missing"))),
                }
            }
        }
    };
}

enumeration!(WriteMode, Insert, Update, Delete, Blind);
enumeration!(CheckMode, KeyShare, Share, NoKeyUpdate, Update);
enumeration!(ConflictKind, Key, Schema, ReadRange, TooOld, Cancelled);

impl From<Write> for v1::Write {
    fn from(write: Write) -> Self {
        Self { key: write.key, mode: v1::WriteMode::from(write.mode).into(), value: write.value }
    }
}

impl TryFrom<v1::Write> for Write {
    type Error = Malformed;

    fn try_from(write: v1::Write) -> Result<Self, Malformed> {
        let mode = write.mode().try_into()?;
        Ok(Self { key: write.key, mode, value: write.value })
    }
}

impl From<Check> for v1::Check {
    fn from(check: Check) -> Self {
        Self { key: check.key, mode: v1::CheckMode::from(check.mode).into() }
    }
}

impl TryFrom<v1::Check> for Check {
    type Error = Malformed;

    fn try_from(check: v1::Check) -> Result<Self, Malformed> {
        let mode = check.mode().try_into()?;
        Ok(Self { key: check.key, mode })
    }
}

impl From<Notification> for v1::Notification {
    fn from(n: Notification) -> Self {
        Self { database: n.database.0, pid: n.pid, channel: n.channel.to_string(), payload: n.payload.to_string() }
    }
}

impl From<v1::Notification> for Notification {
    fn from(n: v1::Notification) -> Self {
        Self { database: Oid(n.database), pid: n.pid, channel: n.channel.into(), payload: n.payload.into() }
    }
}

impl From<CommitRequest> for v1::CommitRequest {
    fn from(request: CommitRequest) -> Self {
        Self {
            txn_id: Some(request.txn_id.into()),
            epoch: request.epoch.0,
            snapshot_ts: request.snapshot_ts.0,
            writes: each(request.writes),
            checks: each(request.checks),
            read_ranges: each(request.read_ranges),
            schema_keys: request.schema_keys,
            notifications: each(request.notifications),
        }
    }
}

impl TryFrom<v1::CommitRequest> for CommitRequest {
    type Error = Malformed;

    fn try_from(request: v1::CommitRequest) -> Result<Self, Malformed> {
        Ok(Self {
            txn_id: required(request.txn_id, "txn_id is missing")?.into(),
            epoch: Epoch(request.epoch),
            snapshot_ts: Timestamp(request.snapshot_ts),
            writes: all(request.writes)?,
            checks: all(request.checks)?,
            read_ranges: each(request.read_ranges),
            schema_keys: request.schema_keys,
            notifications: each(request.notifications),
        })
    }
}

impl From<CommitOutcome> for v1::CommitOutcome {
    fn from(outcome: CommitOutcome) -> Self {
        use v1::commit_outcome::Outcome;
        Self {
            outcome: Some(match outcome {
                CommitOutcome::Committed(ts) => Outcome::CommittedTs(ts.0),
                CommitOutcome::Aborted(conflict) => Outcome::Aborted(conflict.into()),
            }),
        }
    }
}

impl TryFrom<v1::CommitOutcome> for CommitOutcome {
    type Error = Malformed;

    fn try_from(outcome: v1::CommitOutcome) -> Result<Self, Malformed> {
        use v1::commit_outcome::Outcome;
        Ok(match required(outcome.outcome, "outcome is missing")? {
            Outcome::CommittedTs(ts) => Self::Committed(Timestamp(ts)),
            Outcome::Aborted(conflict) => Self::Aborted(conflict.try_into()?),
        })
    }
}

impl From<Conflict> for v1::Conflict {
    fn from(conflict: Conflict) -> Self {
        Self { kind: v1::ConflictKind::from(conflict.kind).into(), key: conflict.key, winner_ts: conflict.winner_ts.0 }
    }
}

impl TryFrom<v1::Conflict> for Conflict {
    type Error = Malformed;

    fn try_from(conflict: v1::Conflict) -> Result<Self, Malformed> {
        let kind = conflict.kind().try_into()?;
        Ok(Self { kind, key: conflict.key, winner_ts: Timestamp(conflict.winner_ts) })
    }
}

impl From<Closed> for v1::Closed {
    fn from(closed: Closed) -> Self {
        Self {
            ts: closed.ts.0,
            epoch: closed.epoch.0,
            last_lsn: closed.last_lsn.0,
            mode: v1::TimeMode::from(closed.mode).into(),
            ahead: closed.ahead.map(|ahead| v1::Ahead {
                ts: ahead.ts.0,
                last_lsn: ahead.last_lsn.0,
                newest: ahead.newest.0,
            }),
        }
    }
}

impl From<v1::Closed> for Closed {
    fn from(closed: v1::Closed) -> Self {
        Self {
            mode: closed.mode().into(),
            ts: Timestamp(closed.ts),
            epoch: Epoch(closed.epoch),
            last_lsn: Lsn(closed.last_lsn),
            ahead: closed.ahead.map(|ahead| Ahead {
                ts: Timestamp(ahead.ts),
                last_lsn: Lsn(ahead.last_lsn),
                newest: Timestamp(ahead.newest),
            }),
        }
    }
}

impl From<TimeMode> for v1::TimeMode {
    fn from(mode: TimeMode) -> Self {
        match mode {
            TimeMode::Logical => Self::Logical,
            TimeMode::Clock => Self::Clock,
        }
    }
}

/// What says nothing is logical, which is always right.
impl From<v1::TimeMode> for TimeMode {
    fn from(mode: v1::TimeMode) -> Self {
        match mode {
            v1::TimeMode::Clock => Self::Clock,
            v1::TimeMode::Logical | v1::TimeMode::Unspecified => Self::Logical,
        }
    }
}

impl From<Visible> for v1::Visible {
    fn from(visible: Visible) -> Self {
        Self { ts: visible.ts.0, epoch: visible.epoch.0, mode: v1::TimeMode::from(visible.mode).into() }
    }
}

impl From<v1::Visible> for Visible {
    fn from(visible: v1::Visible) -> Self {
        let mode = visible.mode().into();
        Self { ts: Timestamp(visible.ts), epoch: Epoch(visible.epoch), mode }
    }
}
