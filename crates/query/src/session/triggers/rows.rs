//! The rows of a write that fires triggers, one by one, each in the table that it is in: the one that the statement names,
//! one that inherits from it, or a partition.
//!
//! ```text
//!  INSERT ─► partition ─► its BEFORE INSERT ─► write
//!  UPDATE ─► BEFORE UPDATE ─┬─► write
//!                           └─► another partition: BEFORE DELETE ─► away ─► the other's BEFORE INSERT ─► write
//! ```
//! Triggers of rows are those of that table, and see rows as it has them.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use gavel_catalog::trigger::{Trigger, TriggerEvent};
use gavel_types::{Datum, Oid, SqlError, SqlResult};

use super::asked::{Held, Stage};
use super::{Act, changed_meanwhile};
use crate::dml::movement::{Move, TreeRow};
use crate::dml::shape::TableShape;
use crate::dml::tree::Place;
use crate::dml::writer::RowChange;
use crate::session::Session;

/// A table that rows are in, for one event.
pub(super) struct Part {
    pub act: Act,
    pub place: Place,
}

/// A row that was written, as its table has it.
pub(super) struct Wrote {
    pub part: Arc<Part>,
    /// What the statement has done: an UPDATE where the row has left `part`, or come into it.
    pub by: TriggerEvent,
    pub old: Option<Vec<Datum>>,
    pub new: Option<Vec<Datum>>,
}

/// Where the rows of a statement are, and what has been written of them.
pub(super) struct Target {
    named: Arc<TableShape>,
    /// By the table and the event.
    parts: HashMap<(Oid, i16), Arc<Part>>,
    pub written: Vec<Wrote>,
    /// Triggers before rows, or in the place of them, have been met, which may have changed any row.
    pub fires: bool,
    /// INSERT … ON CONFLICT, whose updates move no rows.
    pub resolves: bool,
}

impl Target {
    pub fn new(named: &Arc<TableShape>) -> Self {
        let (parts, written) = (HashMap::new(), Vec::new());
        Self { named: Arc::clone(named), parts, written, fires: false, resolves: false }
    }

    /// The table that the statement names.
    pub fn named(&self) -> &TableShape {
        &self.named
    }

    /// The table of `place`, for what `act` does to the one that is named.
    fn part(&mut self, act: &Act, place: Place) -> Arc<Part> {
        let key = (place.shape.table.oid, act.event.bit());
        let made = self.parts.entry(key).or_insert_with(|| {
            let own = |n: &i16| place.shape.table.column_like(&self.named.table, *n).map(|c| c.number);
            let assigned = match place.seen {
                Some(_) => act.assigned.iter().filter_map(own).collect(),
                None => act.assigned.clone(),
            };
            let shape = Arc::clone(&place.shape);
            Arc::new(Part { act: Act { shape, event: act.event, assigned, replica: act.replica }, place })
        });
        self.fires |= made.act.fires_before_rows();
        Arc::clone(made)
    }

    /// The table that is named.
    pub fn whole(&mut self, act: &Act) -> Arc<Part> {
        let place = Place::named(&self.named);
        self.part(act, place)
    }
}

/// What is to become of a row, as the table that is named has it.
pub(super) enum Given {
    New(Vec<Datum>),
    Changed(TreeRow, Vec<Datum>),
    Gone(TreeRow),
}

/// Where a row is that was written, and the row as the table that is named has it; of a row that has gone, the old one.
pub(super) type Done = (Oid, Vec<Datum>);

impl Session {
    /// Triggers before a row, and its write; `held` is what the new row is held to. `None` if a trigger has left it out.
    ///
    /// # Errors
    /// The functions'; violations of constraints, policies and views; 27000 if a trigger has changed the row.
    pub(super) async fn write_row(
        &mut self,
        target: &mut Target,
        act: &Act,
        given: Given,
        held: Option<Held<'_>>,
    ) -> SqlResult<Option<Done>> {
        let (at, new) = match given {
            Given::New(new) => return self.insert_row(target, act, new, held).await,
            Given::Changed(at, new) => (at, Some(new)),
            Given::Gone(at) => (at, None),
        };
        let (part, old) = self.part_of_old(target, act, &at).await?;
        let eval = self.eval_context();
        let new = match (&part.place.seen, new) {
            (Some(lens), Some(new)) => Some(lens.changed(&old, &new, &eval)?),
            (_, new) => new,
        };
        let deletes = new.is_none();
        let Some(given) = self.before_row(&part.act, Some(&old), new).await? else { return Ok(None) };
        let done = (at.part, part.place.up(&given));
        if deletes {
            self.write_one(target, &part, Some(at.key), Some(old.clone()), None).await?;
            target.written.push(Wrote { part, by: act.event, old: Some(old), new: None });
            return Ok(Some(done));
        }
        if target.named.table.partitioned.is_some() && !self.is_within(&part.place.shape, &given).await? {
            if target.resolves {
                return Err(SqlError::unsupported("invalid ON UPDATE specification")
                    .detail("The result tuple would appear in a different partition than the original tuple."));
            }
            return self.move_row(target, act, &part, (at.key, old, given), held).await;
        }
        self.hold_to(target, held, &done.1, Stage::BeforeWrite).await?;
        self.write_one(target, &part, Some(at.key), Some(old.clone()), Some(given.clone())).await?;
        self.hold_to(target, held, &done.1, Stage::AfterWrite).await?;
        target.written.push(Wrote { part, by: act.event, old: Some(old), new: Some(given) });
        Ok(Some(done))
    }

    /// A row that was found before others were written, by the key that it has by now.
    pub(super) async fn at_its_place(&mut self, mut given: Given) -> SqlResult<Given> {
        if let Given::Changed(at, _) | Given::Gone(at) = &mut given {
            let state = self.work().await?.state.lock().await;
            if state.has_moved(&at.key)
                && let Some(key) = state.place_of(at.key.clone()).await?
            {
                at.key = key;
            }
        }
        Ok(given)
    }

    async fn insert_row(
        &mut self,
        target: &mut Target,
        act: &Act,
        new: Vec<Datum>,
        held: Option<Held<'_>>,
    ) -> SqlResult<Option<Done>> {
        let part = self.part_of_new(target, act, &new).await?;
        let own = part.place.down(new, &self.eval_context())?;
        let Some(own) = self.before_row(&part.act, None, Some(own)).await? else { return Ok(None) };
        let done = (part.place.shape.table.oid, part.place.up(&own));
        self.hold_to(target, held, &done.1, Stage::BeforeWrite).await?;
        self.write_one(target, &part, None, None, Some(own.clone())).await?;
        self.hold_to(target, held, &done.1, Stage::AfterWrite).await?;
        target.written.push(Wrote { part, by: act.event, old: None, new: Some(own) });
        Ok(Some(done))
    }

    /// An update whose row belongs to another partition then. `row`: its key, and it before and after, as `part` has it.
    async fn move_row(
        &mut self,
        target: &mut Target,
        act: &Act,
        part: &Arc<Part>,
        (key, old, new): (Bytes, Vec<Datum>, Vec<Datum>),
        held: Option<Held<'_>>,
    ) -> SqlResult<Option<Done>> {
        let Some(lens) = part.place.seen.clone() else {
            return Err(SqlError::internal("a row leaves a table that is no partition"));
        };
        let leaves = target.part(&act.with(TriggerEvent::Delete, Vec::new()), part.place.clone());
        if self.before_row(&leaves.act, Some(&old), None).await?.is_none() {
            return Ok(None);
        }
        let seen = lens.up(&new);
        let to = {
            let mut writing = self.writing().await?;
            let mut writer = writing.writer();
            if target.fires && !writer.is_still(&part.place.shape, &key, &old).await? {
                return Err(changed_meanwhile("updated"));
            }
            writer.leave(&target.named, &lens, (&key, &old), &seen).await?
        };
        let gone = Wrote { part: leaves, by: act.event, old: Some(old.clone()), new: None };
        target.written.push(gone);
        let arrives = target.part(&act.with(TriggerEvent::Insert, Vec::new()), to.clone());
        let arriving = to.down(seen, &self.eval_context())?;
        let comes = self.before_row(&arrives.act, None, Some(arriving)).await?;
        if let Some(comes) = &comes {
            self.ask_checks(&to, comes).await?;
        }
        let from = &part.place.shape;
        let Some(comes) = comes else {
            self.writing().await?.writer().vanish(from, &old);
            return Ok(None);
        };
        let done = (to.shape.table.oid, to.up(&comes));
        self.hold_to(target, held, &done.1, Stage::BeforeWrite).await?;
        {
            let mut writing = self.writing().await?;
            let mut writer = writing.writer();
            writer.asked = true;
            let seen = lens.changed(&old, &done.1, writer.eval)?;
            let moved = Move { from: Arc::clone(from), key, old, seen, to, new: comes.clone() };
            writer.arrive_one(&target.named, moved, arrives.act.fires_before_rows()).await?;
        }
        self.hold_to(target, held, &done.1, Stage::AfterWrite).await?;
        target.written.push(Wrote { part: arrives, by: act.event, old: None, new: Some(comes) });
        Ok(Some(done))
    }

    /// Where a new row goes.
    ///
    /// # Errors
    /// 23514 if no partition takes it.
    pub(super) async fn part_of_new(&mut self, target: &mut Target, act: &Act, row: &[Datum]) -> SqlResult<Arc<Part>> {
        if target.named.table.partitioned.is_none() {
            return Ok(target.whole(act));
        }
        let place = self.writing().await?.writer().place_of_new(&target.named, row)?;
        Ok(target.part(act, place))
    }

    /// Where a row is, and the row as that table has it.
    async fn part_of_old(
        &mut self,
        target: &mut Target,
        act: &Act,
        at: &TreeRow,
    ) -> SqlResult<(Arc<Part>, Vec<Datum>)> {
        if at.part == target.named.table.oid {
            return Ok((target.whole(act), at.row.clone()));
        }
        let (place, own) = self.writing().await?.writer().own_row(&target.named, at).await?;
        Ok((target.part(act, place), own))
    }

    /// Whether a partition takes a row of it.
    async fn is_within(&mut self, shape: &Arc<TableShape>, row: &[Datum]) -> SqlResult<bool> {
        self.writing().await?.writer().is_within(shape, row)
    }

    /// # Errors
    /// 0A000 if a trigger that a partition has of its parent has made a new row one of another partition.
    pub(super) async fn must_stay(&mut self, act: &Act, trigger: &Trigger, row: &[Datum]) -> SqlResult<()> {
        if act.event != TriggerEvent::Insert || trigger.parent.is_none() {
            return Ok(());
        }
        if self.is_within(&act.shape, row).await? {
            return Ok(());
        }
        let text = "moving row to another partition during a BEFORE FOR EACH ROW trigger is not supported";
        Err(SqlError::unsupported(text).detail(format!(
            "Before executing trigger \"{}\", the row was to be in partition \"{}.{}\".",
            trigger.name, act.shape.schema_name, act.shape.table.name
        )))
    }

    /// # Errors
    /// 23514 if the triggers of a partition have made a new row one of another.
    pub(super) async fn require_within(&mut self, part: &Part, row: &[Datum]) -> SqlResult<()> {
        if part.place.seen.is_none() || !part.act.fires_before_rows() {
            return Ok(());
        }
        self.writing().await?.writer().check_within_at(&part.place, row)
    }

    /// Inserts, updates or deletes one row, as its table has it.
    ///
    /// # Errors
    /// Violations of constraints; 27000 if a trigger has changed the row.
    async fn write_one(
        &mut self,
        target: &Target,
        part: &Part,
        key: Option<Bytes>,
        old: Option<Vec<Datum>>,
        new: Option<Vec<Datum>>,
    ) -> SqlResult<()> {
        let shape = &part.place.shape;
        if let Some(new) = &new {
            self.ask_checks(&part.place, new).await?;
        }
        let mut writing = self.writing().await?;
        let mut writer = writing.writer();
        writer.asked = true;
        if let (Some(key), Some(old), true) = (&key, &old, target.fires)
            && !writer.is_still(shape, key, old).await?
        {
            return Err(changed_meanwhile(if new.is_some() { "updated" } else { "deleted" }));
        }
        match (key, old, new) {
            (Some(key), Some(old), Some(new)) => {
                writer.update_at(&part.place, vec![RowChange { key, old, new }]).await?;
            }
            (Some(key), Some(old), None) => {
                writer.delete(shape, &[(key, old)]).await?;
            }
            (_, _, Some(new)) => writer.insert_at(&part.place, new, part.act.fires_before_rows()).await?,
            _ => return Err(SqlError::internal("a row that is neither new nor old")),
        }
        Ok(())
    }
}
