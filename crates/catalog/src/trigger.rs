//! Triggers: functions that run when a table or view is written to (manual, CREATE TRIGGER).

use gavel_types::Oid;
use serde::{Deserialize, Serialize};

use crate::Catalog;
use crate::descriptor::{Column, Table, View};

/// When a trigger fires, seen from the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timing {
    Before,
    After,
    /// Of views: in the place of the write.
    InsteadOf,
}

impl Timing {
    /// As `TG_WHEN` and CREATE TRIGGER say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "BEFORE",
            Self::After => "AFTER",
            Self::InsteadOf => "INSTEAD OF",
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
    /// REFERENCING OLD TABLE: what the function calls the rows as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_table: Option<String>,
    /// REFERENCING NEW TABLE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_table: Option<String>,
    /// Of a partition's trigger: the partitioned table's that it is there for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Oid>,
}

/// What a constraint trigger has besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConstraintTrigger {
    pub oid: Oid,
    pub deferrable: bool,
    pub initially_deferred: bool,
    /// FROM: the other table that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Oid>,
}

impl Trigger {
    /// Whether it fires; `replica`: `session_replication_role` is `replica`.
    pub fn fires(&self, replica: bool) -> bool {
        matches!((self.enabled, replica), ('A', _) | ('O', false) | ('R', true))
    }

    /// Whether it is for this event, of an UPDATE that assigns to `assigned`, if it fires.
    pub fn is_for(&self, timing: Timing, event: TriggerEvent, row: bool, assigned: &[i16]) -> bool {
        self.timing == timing
            && self.row == row
            && self.events.contains(&event)
            && (event != TriggerEvent::Update
                || self.columns.is_empty()
                || self.columns.iter().any(|c| assigned.contains(c)))
    }

    /// `pg_trigger.tgtype`.
    pub fn kind_bits(&self) -> i16 {
        let before = match self.timing {
            Timing::Before => 1 << 1,
            Timing::After => 0,
            Timing::InsteadOf => 1 << 6,
        };
        self.events.iter().fold(i16::from(self.row) | before, |bits, event| bits | event.bit())
    }
}

/// Puts triggers in the order in which they fire.
pub fn sort(triggers: &mut [Trigger]) {
    triggers.sort_by(|a, b| a.name.cmp(&b.name));
}

impl View {
    /// Whether a trigger does what is written to the view by this event.
    pub fn is_written_by_triggers(&self, event: TriggerEvent) -> bool {
        self.triggers.iter().any(|t| t.timing == Timing::InsteadOf && t.events.contains(&event))
    }

    /// The view as a table whose rows are what triggers are given. Nothing is stored of it.
    pub fn as_table(&self, catalog: &Catalog) -> Table {
        let mut columns = Vec::with_capacity(self.columns.len());
        for ((name, ty), number) in self.columns.iter().zip(1_i16..) {
            let base = if ty.oid.is_over_domain() { catalog.base_type(ty.oid) } else { None };
            let mut column = Column::plain(number, name.clone(), base.unwrap_or(*ty));
            column.domain = base.map(|_| ty.oid);
            column.default = self.defaults.iter().find(|(n, _)| *n == number).map(|(_, sql)| sql.clone());
            columns.push(column);
        }
        Table {
            version: self.version,
            triggers: self.triggers.clone(),
            rules: self.rules.clone(),
            ..Table::bare(self.oid, self.schema, self.name.clone(), self.owner, columns)
        }
    }
}

impl Table {
    /// Whether it is a view, as [`View::as_table`] gives it.
    pub fn stands_for_view(&self) -> bool {
        self.triggers.iter().any(|t| t.timing == Timing::InsteadOf)
    }
}

impl Table {
    /// Whether a CHECK calls functions of users, which a session has to do unless they are plain expressions.
    pub fn checks_call(&self) -> bool {
        self.checks.iter().any(|check| check.sql.contains("\"#f"))
    }
}

impl Catalog {
    /// Whether a table that inherits from this one, or is a partition of it, has triggers of rows.
    pub fn has_row_triggers_below(&self, table: Oid) -> bool {
        let fires = |child: &Table| child.triggers.iter().any(|trigger| trigger.row);
        self.children(table).into_iter().any(|child| fires(child) || self.has_row_triggers_below(child.oid))
    }

    /// Triggers of all tables and views, with what they are on.
    pub fn triggers(&self) -> impl Iterator<Item = (Oid, &Trigger)> {
        let tables = self.tables.values().map(|t| (t.oid, &t.triggers));
        let views = self.views.values().map(|v| (v.oid, &v.triggers));
        tables.chain(views).flat_map(|(oid, all)| all.iter().map(move |trigger| (oid, trigger)))
    }
}
