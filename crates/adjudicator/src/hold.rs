//! The table of PROTOCOL §7. A transaction that writes or checks a key holds it in one of eight
//! ways; a committed hold leaves stamps on the key; a later hold aborts if a stamp that it is tested
//! against is above its snapshot.
//!
//! | hold | tested against | leaves |
//! |---|---|---|
//! | update | write, share | write |
//! | delete, key change | write, share, key-share | write, key-write |
//! | insert | write | write, key-write |
//! | blind | nothing | write |
//! | FOR UPDATE | write, share, key-share | write, key-write |
//! | FOR NO KEY UPDATE | write, share | write |
//! | FOR SHARE | write | share |
//! | FOR KEY SHARE, schema key | key-write | key-share |

use gavel_types::{CheckMode, Timestamp, WriteMode};

use crate::rules::{Rule, Rules};

/// How a transaction uses a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Insert,
    Update,
    Delete,
    Blind,
    ForUpdate,
    ForNoKeyUpdate,
    ForShare,
    ForKeyShare,
    Schema,
}

impl From<WriteMode> for Hold {
    fn from(mode: WriteMode) -> Self {
        match mode {
            WriteMode::Insert => Self::Insert,
            WriteMode::Update => Self::Update,
            WriteMode::Delete => Self::Delete,
            WriteMode::Blind => Self::Blind,
        }
    }
}

impl From<CheckMode> for Hold {
    fn from(mode: CheckMode) -> Self {
        match mode {
            CheckMode::KeyShare => Self::ForKeyShare,
            CheckMode::Share => Self::ForShare,
            CheckMode::NoKeyUpdate => Self::ForNoKeyUpdate,
            CheckMode::Update => Self::ForUpdate,
        }
    }
}

/// Commit timestamps of the last hold of each sort; zero if there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamps {
    pub write: Timestamp,
    pub key_write: Timestamp,
    pub share: Timestamp,
    pub key_share: Timestamp,
}

impl Stamps {
    /// The newest of the four.
    pub(crate) fn newest(&self) -> Timestamp {
        self.write.max(self.key_write).max(self.share).max(self.key_share)
    }

    /// The newest stamp that makes `hold` at `snapshot` abort.
    pub(crate) fn conflict(&self, hold: Hold, snapshot: Timestamp, rules: Rules) -> Option<Timestamp> {
        let on = |rule| rules.hold(rule);
        let (write, share, key_share, key_write) = match hold {
            Hold::Insert => (on(Rule::InsertTestsWrite), false, false, false),
            Hold::Update => (on(Rule::UpdateTestsWrite), on(Rule::UpdateTestsShare), false, false),
            Hold::Delete => {
                (on(Rule::DeleteTestsWrite), on(Rule::DeleteTestsShare), on(Rule::DeleteTestsKeyShare), false)
            }
            Hold::Blind => (!on(Rule::BlindTestsNothing), false, false, false),
            Hold::ForUpdate => (true, true, on(Rule::ForUpdateTestsKeyShare), false),
            Hold::ForNoKeyUpdate => (true, on(Rule::ForNoKeyUpdateTestsShare), false, false),
            Hold::ForShare => (on(Rule::ForShareTestsWrite), false, false, false),
            Hold::ForKeyShare => (false, false, false, on(Rule::ForKeyShareTestsKeyWrite)),
            Hold::Schema => (false, false, false, on(Rule::SchemaKeysAreTested)),
        };
        let pick = |tested: bool, stamp: Timestamp| if tested { stamp } else { Timestamp::ZERO };
        let newest = pick(write, self.write)
            .max(pick(share, self.share))
            .max(pick(key_share, self.key_share))
            .max(pick(key_write, self.key_write));
        (newest > snapshot).then_some(newest)
    }

    /// Leaves the stamps of `hold` at `ts`.
    pub(crate) fn leave(&mut self, hold: Hold, ts: Timestamp, rules: Rules) {
        let checks = rules.hold(Rule::ChecksLeaveStamps);
        let (write, key_write, share, key_share) = match hold {
            Hold::Insert => (true, true, false, false),
            Hold::Update => (true, false, false, false),
            Hold::Delete => (true, rules.hold(Rule::DeleteLeavesKeyWrite), false, false),
            Hold::Blind => (rules.hold(Rule::BlindLeavesWrite), false, false, false),
            Hold::ForUpdate => (checks, checks, false, false),
            Hold::ForNoKeyUpdate => (checks, false, false, false),
            Hold::ForShare => (false, false, checks, false),
            Hold::ForKeyShare => (false, false, false, checks),
            Hold::Schema => (false, false, false, rules.hold(Rule::SchemaKeysLeaveStamps)),
        };
        for (leaves, stamp) in [
            (write, &mut self.write),
            (key_write, &mut self.key_write),
            (share, &mut self.share),
            (key_share, &mut self.key_share),
        ] {
            if leaves {
                *stamp = (*stamp).max(ts);
            }
        }
    }

    /// Takes back the stamps of `ts`, where they are still the last ones, as they were `before`.
    pub(crate) fn take_back(&mut self, ts: Timestamp, before: &Self) {
        for (stamp, old) in [
            (&mut self.write, before.write),
            (&mut self.key_write, before.key_write),
            (&mut self.share, before.share),
            (&mut self.key_share, before.key_share),
        ] {
            if *stamp == ts {
                *stamp = old;
            }
        }
    }
}
