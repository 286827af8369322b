//! Checks that wait: deferrable constraints, SET CONSTRAINTS, and the uniqueness of deferrable keys.
//!
//! ```text
//!  statement ──▶ claims, foreign keys ──┬─ immediate ─▶ checked at the end of the statement
//!                                       └─ deferred ──▶ waiting ─▶ COMMIT, SET CONSTRAINTS … IMMEDIATE
//! ```
//! Entries of a deferrable index end in the row's key, so that two rows may have one key meanwhile. A
//! *claim* notes the range in which such entries stand; when it is checked, there must be no second one.
//! That nobody else puts one there is made sure by a check on the range's start, a key that no row has:
//! it is exclusive, so of two transactions that claim the same key one loses at COMMIT.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gavel_catalog::trigger::{ConstraintTrigger, TriggerEvent};
use gavel_catalog::{Catalog, ForeignKey, Unique};
use gavel_types::{CheckMode, Datum, KeyRange, Oid, SqlResult};

use crate::dml::foreign::Waiting;
use crate::dml::shape::TableShape;
use crate::dml::writer::Writer;

/// A key that a row must have for itself.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    table: Oid,
    index: Oid,
    range: KeyRange,
    row: Vec<Datum>,
}

impl Claim {
    pub fn new(shape: &TableShape, number: usize, range: KeyRange, row: &[Datum]) -> Self {
        Self { table: shape.table.oid, index: shape.indexes[number].index.oid, range, row: row.to_vec() }
    }
}

/// A firing of a constraint trigger.
#[derive(Clone, Debug)]
pub(crate) struct DeferredTrigger {
    pub table: Oid,
    pub trigger: Oid,
    pub event: TriggerEvent,
    pub old: Option<Vec<Datum>>,
    pub new: Option<Vec<Datum>>,
}

/// Checks that wait for COMMIT, and what SET CONSTRAINTS has said.
#[derive(Clone, Debug, Default)]
pub struct Deferred {
    pub(super) waiting: Vec<Waiting>,
    claims: Vec<Claim>,
    /// Constraint triggers that wait.
    pub(crate) triggers: Vec<DeferredTrigger>,
    /// SET CONSTRAINTS ALL; `true` is DEFERRED.
    all: Option<bool>,
    /// SET CONSTRAINTS of single ones since, by OID.
    by_constraint: HashMap<Oid, bool>,
    /// Nothing is deferred while DDL moves rows.
    pub immediate: bool,
}

impl Deferred {
    /// SET CONSTRAINTS; no list of OIDs is all of them.
    pub fn set(&mut self, constraints: Option<&[Oid]>, deferred: bool) {
        match constraints {
            None => {
                self.all = Some(deferred);
                self.by_constraint.clear();
            }
            Some(oids) => self.by_constraint.extend(oids.iter().map(|oid| (*oid, deferred))),
        }
    }

    fn applies(&self, oid: Oid, deferrable: bool, initially: bool) -> bool {
        let said = self.by_constraint.get(&oid).copied().or(self.all);
        deferrable && !self.immediate && said.unwrap_or(initially)
    }

    /// Whether checks of this foreign key wait.
    pub fn defers(&self, fk: &ForeignKey) -> bool {
        self.applies(fk.oid, fk.deferrable, fk.initially_deferred)
    }

    /// Whether a constraint trigger waits.
    pub fn defers_trigger(&self, constraint: ConstraintTrigger) -> bool {
        self.applies(constraint.oid, constraint.deferrable, constraint.initially_deferred)
    }

    fn defers_unique(&self, unique: &Unique) -> bool {
        self.applies(unique.oid, unique.deferrable, unique.initially_deferred)
    }

    /// Whether a check waits that a change of this table has made.
    pub fn waits_on(&self, table: Oid, catalog: &Catalog) -> bool {
        self.triggers.iter().any(|t| t.table == table)
            || self.claims.iter().any(|c| c.table == table)
            || self.waiting.iter().any(|w| w.table(catalog) == Some(table))
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.claims.is_empty() && self.triggers.is_empty()
    }
}

impl Writer<'_> {
    /// Checks the statement's claims, or lets them wait.
    pub(super) async fn settle_claims(&mut self, claims: Vec<Claim>) -> SqlResult<()> {
        let mut seen = HashSet::new();
        for claim in claims {
            if !seen.insert(claim.range.start.clone()) {
                continue;
            }
            let Ok(shape) = self.shapes.shape(claim.table) else { continue };
            let unique = shape.table.uniques.iter().find(|u| u.index == claim.index);
            if unique.is_some_and(|u| self.state.deferred.defers_unique(u)) {
                self.state.deferred.claims.push(claim);
            } else {
                self.check_claim(&shape, &claim).await?;
            }
        }
        Ok(())
    }

    async fn check_claim(&mut self, shape: &Arc<TableShape>, claim: &Claim) -> SqlResult<()> {
        let number = shape.indexes.iter().position(|i| i.index.oid == claim.index);
        let found = self.state.txn.view().scan_raw(&claim.range, false, 2).await?;
        if found.len() > 1 {
            return Err(match Self::index(shape, number).filter(|i| !i.exclusion.is_empty()) {
                Some(index) => self.conflicting(shape, index, &claim.row, found.first().map(|(_, entry)| &**entry)),
                None => self.duplicate(shape, number, &claim.row),
            });
        }
        self.state.txn.check(claim.range.start.clone(), CheckMode::Update);
        Ok(())
    }

    /// Runs the checks that wait: all of them at COMMIT, else those that are not deferred any more.
    ///
    /// # Errors
    /// 23503, 23505.
    pub async fn check_deferred(&mut self, at_commit: bool) -> SqlResult<()> {
        for claim in std::mem::take(&mut self.state.deferred.claims) {
            let Ok(shape) = self.shapes.shape(claim.table) else { continue };
            match shape.table.uniques.iter().find(|u| u.index == claim.index) {
                // The constraint was dropped meanwhile.
                None => {}
                Some(u) if !at_commit && self.state.deferred.defers_unique(u) => {
                    self.state.deferred.claims.push(claim);
                }
                Some(_) => self.check_claim(&shape, &claim).await?,
            }
        }
        for waiting in std::mem::take(&mut self.state.deferred.waiting) {
            self.check_waiting(waiting, at_commit).await?;
        }
        Ok(())
    }
}
