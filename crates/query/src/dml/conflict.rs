//! INSERT … ON CONFLICT. A row whose arbiter key is taken is left out, or becomes an update of the row
//! that has it. Rows go one after the other: each sees what those before it did.
//!
//! Keys are taken as of the snapshot and the transaction's own writes. A row that another transaction
//! commits meanwhile under the same key is a write-write conflict at COMMIT (40001), where PostgreSQL
//! would wait and then update it; the retry does that.
//!
//! A row of a partitioned table is looked for in the partition that it would come into, whose arbiters are the indexes that
//! stem from those of the table that is named. DO UPDATE computes with rows as that table has them, and does not move any.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_binder::bound::RowRule;
use gavel_catalog::Index;
use gavel_functions::call::EvalContext;
use gavel_types::{CheckMode, Datum, Oid, SqlError, SqlResult, SqlState};

use crate::dml::shape::TableShape;
use crate::dml::tree::Place;
use crate::dml::writer::{Prepared, RowChange, Writer};
use crate::fast::expr::{RowContext, RowExpr};

/// Rows whose keys are looked up in one call.
const BATCH_ROWS: usize = 1_024;

/// What to do with a row whose arbiter key is taken.
pub struct Resolution<'a> {
    /// Indexes of the table that is named; no arbiters at all: every unique key is one.
    pub arbiters: &'a [Oid],
    /// `None` is DO NOTHING.
    pub update: Option<&'a dyn ConflictRow>,
}

/// DO UPDATE.
#[async_trait]
pub trait ConflictRow: Send + Sync {
    /// What the existing row gets; `None` if WHERE leaves it alone. `both` are the existing row's slots followed by the
    /// excluded row's, and the table that the existing row is in.
    async fn assigned(&self, both: &[Datum]) -> SqlResult<Option<Assigned>>;

    /// The key of the existing row that [`Self::assigned`] is about to be asked of.
    fn meets(&self, key: &Bytes) {
        let _ = key;
    }
}

/// What a row gets by DO UPDATE.
pub struct Assigned {
    /// Values by attnum.
    pub values: Vec<(i16, Datum)>,
    /// The policy that the existing row or the new one does not satisfy, or the view that the new one does not.
    pub broken: Option<RowRule>,
}

/// DO UPDATE in expressions that need no plan, over the slots of both rows.
pub struct RowUpdate<'a> {
    pub assignments: Vec<(i16, RowExpr)>,
    pub predicate: Option<RowExpr>,
    /// Conditions of policies and views.
    pub checks: Vec<(RowRule, RowExpr)>,
    pub eval: &'a EvalContext,
    pub params: &'a [Datum],
}

#[async_trait]
impl ConflictRow for RowUpdate<'_> {
    async fn assigned(&self, both: &[Datum]) -> SqlResult<Option<Assigned>> {
        let cx = RowContext { eval: self.eval, row: both, params: self.params };
        for (rule, check) in self.checks.iter().filter(|(rule, _)| rule.is_of_existing()) {
            if !check.is_true(&cx)?
                && let Some(hidden) = rule.hidden()
            {
                return Err(hidden);
            }
        }
        if let Some(predicate) = &self.predicate
            && !predicate.is_true(&cx)?
        {
            return Ok(None);
        }
        let values = self.assignments.iter().map(|(number, expr)| Ok((*number, expr.eval(&cx)?)));
        let values = values.collect::<SqlResult<_>>()?;
        let mut broken = None;
        for (rule, check) in self.checks.iter().filter(|(rule, _)| !rule.is_of_existing()) {
            if !check.is_true(&cx)? {
                broken = Some(rule.clone());
                break;
            }
        }
        Ok(Some(Assigned { values, broken }))
    }
}

/// Of one table, the numbers of the arbiters in its shape, `None` for the primary key.
type Arbiters = Arc<[Option<usize>]>;

/// What became of a row, which is as the table has it that is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Inserted(Vec<Datum>),
    Updated(Vec<Datum>),
    Skipped,
}

/// What this command has done so far.
#[derive(Default)]
struct Done {
    keys: HashSet<Bytes>,
    updated: HashSet<Bytes>,
    /// What is known of the tables that rows came to.
    arbiters: HashMap<Oid, Arbiters>,
}

impl Writer<'_> {
    /// Inserts `rows`, resolving conflicts; one outcome a row, with the table that the row is in.
    ///
    /// # Errors
    /// As [`Writer::insert`]; 21000 if DO UPDATE meets a row of this very command; 0A000 if it would move one to another
    /// partition.
    pub async fn insert_resolving(
        &mut self,
        shape: &Arc<TableShape>,
        rows: Vec<Vec<Datum>>,
        resolution: &Resolution<'_>,
    ) -> SqlResult<Vec<(Outcome, Oid)>> {
        let routed = shape.table.partitioned.is_some();
        let mut done = Done::default();
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<_> = rows.by_ref().take(BATCH_ROWS).collect();
            if chunk.is_empty() {
                return Ok(outcomes);
            }
            let mut prepared: Vec<(Place, Arbiters, Prepared)> = Vec::with_capacity(chunk.len());
            for row in chunk {
                let place = if routed { self.place_of_new(shape, &row)? } else { Place::named(shape) };
                let arbiters = self.arbiters(&place, resolution, &mut done)?;
                let row = place.down(row, self.eval)?;
                let p = self.prepare(&place, row)?;
                prepared.push((place, arbiters, p));
            }
            let all = prepared.iter().flat_map(|(place, _, p)| p.unique_keys(&place.shape));
            let keys: Vec<Bytes> = all.map(|(_, k)| k.clone()).collect();
            let values = self.state.txn.view().get(&keys).await?;
            let taken: HashMap<Bytes, Bytes> =
                keys.into_iter().zip(values).filter_map(|(k, v)| Some((k, v?))).collect();
            for (place, arbiters, p) in prepared {
                let outcome = self.resolve(shape, (&place, &arbiters), p, resolution.update, &taken, &mut done).await?;
                outcomes.push((outcome, place.shape.table.oid));
            }
        }
    }

    /// The arbiters in a table that rows come to.
    fn arbiters(&self, place: &Place, resolution: &Resolution<'_>, done: &mut Done) -> SqlResult<Arbiters> {
        let shape = &place.shape;
        if let Some(known) = done.arbiters.get(&shape.table.oid) {
            return Ok(Arc::clone(known));
        }
        let number = |oid: Oid| {
            if shape.table.row_key().is_some_and(|p| self.stems_from(p, oid)) {
                return Ok(None);
            }
            let number = shape.indexes.iter().position(|i| self.stems_from(&i.index, oid));
            number.map(Some).ok_or_else(|| SqlError::internal("arbiter index is gone"))
        };
        let found: Arbiters = resolution.arbiters.iter().map(|oid| number(*oid)).collect::<SqlResult<_>>()?;
        for (number, index) in shape.indexes.iter().enumerate().filter(|(_, i)| i.index.deferrable && i.index.unique) {
            if found.is_empty() || found.contains(&Some(number)) {
                return Err(SqlError::new(
                    SqlState::ObjectNotInPrerequisiteState,
                    "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters",
                )
                .schema(shape.schema_name.clone())
                .table(shape.table.name.clone())
                .constraint(index.index.name.clone()));
            }
        }
        done.arbiters.insert(shape.table.oid, Arc::clone(&found));
        Ok(found)
    }

    /// Whether an index is `upper`, or its part in a partition.
    fn stems_from(&self, index: &Index, upper: Oid) -> bool {
        let catalog = self.shapes.catalog();
        let (mut at, mut above) = (index.oid, index.parent);
        while at != upper {
            let Some(next) = above else { return false };
            at = next;
            // Most partitions are parts of the table that is named.
            above = if at == upper { None } else { catalog.index_by_oid(at).and_then(|(_, index)| index.parent) };
        }
        true
    }

    /// `p` is a row that goes to `place`, below `named` if that is partitioned.
    async fn resolve(
        &mut self,
        named: &Arc<TableShape>,
        (place, arbiters): (&Place, &[Option<usize>]),
        p: Prepared,
        update: Option<&dyn ConflictRow>,
        taken: &HashMap<Bytes, Bytes>,
        done: &mut Done,
    ) -> SqlResult<Outcome> {
        let shape = &place.shape;
        let is_taken = |key: &Bytes| taken.contains_key(key) || done.keys.contains(key);
        let is_arbiter = |i: &Option<usize>| arbiters.is_empty() || arbiters.contains(i);
        let hit = p.unique_keys(shape).find(|(i, key)| is_arbiter(i) && is_taken(key));
        let Some((index, key)) = hit.map(|(i, k)| (i, k.clone())) else {
            if let Some((index, key)) = p.unique_keys(shape).find(|(_, key)| is_taken(key)) {
                return Err(self.violation(shape, index, key, &p.row).await);
            }
            done.keys.extend(p.unique_keys(shape).map(|(_, k)| k.clone()));
            let row = place.up(&p.row);
            self.put_new(shape, p)?;
            return Ok(Outcome::Inserted(row));
        };
        let Some(update) = update else {
            return Ok(Outcome::Skipped);
        };
        if done.keys.contains(&key) {
            return Err(second_time());
        }
        let value = taken.get(&key).ok_or_else(|| SqlError::internal("conflicting row is gone"))?;
        let (row_key, existing) = if index.is_none() {
            (key, shape.decode(value)?)
        } else {
            let row_key = shape.row_key_of_entry(value)?;
            // Its row may have another key by now.
            if done.updated.contains(&row_key) {
                return Err(second_time());
            }
            let row = self.state.txn.view().get(std::slice::from_ref(&row_key)).await?.pop().flatten();
            let row = row.ok_or_else(|| {
                SqlError::new(SqlState::IndexCorrupted, "index entry leads to no row").table(shape.table.name.clone())
            })?;
            (row_key, shape.decode(&row)?)
        };
        if done.updated.contains(&row_key) {
            return Err(second_time());
        }
        update.meets(&row_key);
        let before = place.up(&existing);
        let mut both: Vec<Datum> = before.iter().cloned().chain(place.up(&p.row)).collect();
        both.push(Datum::Oid(shape.table.oid.0));
        let Some(Assigned { values, broken }) = update.assigned(&both).await? else {
            self.state.txn.check(row_key, CheckMode::NoKeyUpdate);
            return Ok(Outcome::Skipped);
        };
        if let Some(RowRule::Policy(rule)) = &broken {
            return Err(rule.broken());
        }
        let mut new = before;
        for (number, value) in values {
            new[named.slot(number)?] = value;
        }
        let own = match &place.seen {
            Some(lens) => lens.changed(&existing, &new, self.eval)?,
            None => new.clone(),
        };
        if !self.is_within(shape, &own)? {
            return Err(SqlError::unsupported("invalid ON UPDATE specification")
                .detail("The result tuple would appear in a different partition than the original tuple."));
        }
        if place.computes() {
            new = place.up(&own);
        }
        if shape.renews_row_ids() {
            self.state.follow_moves();
        }
        self.update_at(place, vec![RowChange { key: row_key.clone(), old: existing, new: own }]).await?;
        done.updated.extend(self.state.places_of(row_key));
        if let Some(rule) = broken {
            return Err(self.breaks(named, &rule, &new));
        }
        Ok(Outcome::Updated(new))
    }
}

pub(crate) fn second_time() -> SqlError {
    SqlError::new(SqlState::CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
        .hint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.")
}
