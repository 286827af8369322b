//! Triggers: functions that run when a table is written to.

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

/// When a trigger fires, seen from the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timing {
    Before,
    After,
}

impl Timing {
    /// As `TG_WHEN` and CREATE TRIGGER say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "BEFORE",
            Self::After => "AFTER",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriggerEvent {
    Insert,
    Delete,
    Update,
    Truncate,
}

impl TriggerEvent {
    /// As `TG_OP` says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Delete => "DELETE",
            Self::Update => "UPDATE",
            Self::Truncate => "TRUNCATE",
        }
    }

    /// Its bit in `pg_trigger.tgtype`.
    pub const fn bit(self) -> i16 {
        match self {
            Self::Insert => 1 << 2,
            Self::Delete => 1 << 3,
            Self::Update => 1 << 4,
            Self::Truncate => 1 << 5,
        }
    }
}

/// `CREATE TRIGGER`, kept by its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    pub oid: Oid,
    pub name: String,
    pub function: Oid,
    pub timing: Timing,
    /// In the order of [`TriggerEvent`].
    pub events: Vec<TriggerEvent>,
    /// `UPDATE OF`: fires only where one of these is assigned to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<i16>,
    /// FOR EACH ROW.
    pub row: bool,
    /// WHEN: SQL text over `old` and `new`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// `pg_trigger.tgenabled`: `O`, `D`, `R` or `A`.
    pub enabled: char,
    /// CREATE CONSTRAINT TRIGGER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<ConstraintTrigger>,
}

/// What a constraint trigger has besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConstraintTrigger {
    pub oid: Oid,
    pub deferrable: bool,
    pub initially_deferred: bool,
}

impl Trigger {
    /// Whether it fires where `session_replication_role` is `origin`.
    pub fn fires(&self) -> bool {
        matches!(self.enabled, 'O' | 'A')
    }

    /// Whether it is for this event, of an UPDATE that assigns to `assigned`.
    pub fn is_for(&self, timing: Timing, event: TriggerEvent, row: bool, assigned: &[i16]) -> bool {
        self.fires()
            && self.timing == timing
            && self.row == row
            && self.events.contains(&event)
            && (event != TriggerEvent::Update
                || self.columns.is_empty()
                || self.columns.iter().any(|c| assigned.contains(c)))
    }

    /// `pg_trigger.tgtype`.
    pub fn kind_bits(&self) -> i16 {
        let before = if self.timing == Timing::Before { 1 << 1 } else { 0 };
        self.events.iter().fold(i16::from(self.row) | before, |bits, event| bits | event.bit())
    }
}
