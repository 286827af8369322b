//! Writes to tables with triggers.
//!
//! ```text
//!  BEFORE STATEMENT ─► each row: BEFORE ROW ─► write ─► foreign keys ─► each row: AFTER ROW ─► AFTER STATEMENT
//! ```
//! A table with triggers before rows is written to row by row, so that each function sees the rows before its own.
//! Functions run in the session while nothing of the transaction's state is held.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use gavel_binder::bound::{ColumnId, ConflictAction, Modify, ModifyOp, OnConflict};
use gavel_catalog::Table;
use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_types::{Datum, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::dml::conflict::{Assigned, ConflictRow, Outcome, Resolution};
use crate::dml::deferred::DeferredTrigger;
use crate::dml::foreign::Cascade;
use crate::dml::modify::{self, Applied, Layout};
use crate::dml::shape::TableShape;
use crate::dml::writer::{RowChange, Shapes, Writer};
use crate::fast::expr::RowContext;
use crate::procedural::trigger::Firing;
use crate::session::{Session, binding};

/// Rows that were written, before and after.
type Written = Vec<(Option<Vec<Datum>>, Option<Vec<Datum>>)>;

/// A write to one table: what its triggers are asked by.
#[derive(Clone)]
struct Act {
    table: Arc<Table>,
    shape: Arc<TableShape>,
    event: TriggerEvent,
    /// Columns that an UPDATE assigns to.
    assigned: Vec<i16>,
}

impl Act {
    fn triggers(&self, timing: Timing, row: bool) -> Vec<Trigger> {
        let fires = |t: &&Trigger| t.is_for(timing, self.event, row, &self.assigned);
        self.table.triggers.iter().filter(fires).cloned().collect()
    }

    fn with(&self, event: TriggerEvent, assigned: Vec<i16>) -> Self {
        Self { event, assigned, ..self.clone() }
    }
}

/// Whether writes to a table have to come by here.
pub fn has_triggers(table: &Table) -> bool {
    table.triggers.iter().any(Trigger::fires)
}

impl Session {
    async fn shape_of(&mut self, table: &Table) -> SqlResult<Arc<TableShape>> {
        let engine = Arc::clone(&self.engine);
        self.work().await?.shapes(&engine).shape(table.oid)
    }

    /// A modification of a table with triggers, foreign keys included. `rows` are those of its source.
    ///
    /// # Errors
    /// Those of the functions, and of constraints.
    pub(crate) fn write_firing<'a>(
        &'a mut self,
        modify: &'a Modify,
        layout: &'a Layout,
        rows: Vec<Vec<Datum>>,
        params: &'a [Datum],
    ) -> BoxFuture<'a, SqlResult<Applied>> {
        Box::pin(async move {
            let shape = self.shape_of(&modify.table).await?;
            let act = Act {
                table: Arc::clone(&modify.table),
                shape: Arc::clone(&shape),
                event: TriggerEvent::Insert,
                assigned: Vec::new(),
            };
            let returns = modify.returning.is_some();
            match &modify.op {
                ModifyOp::Insert { new_row, on_conflict: None } => {
                    let at = modify::positions(&shape, new_row, layout)?;
                    self.fire_statement(&act, Timing::Before).await?;
                    let checks = modify::checks(modify, layout)?;
                    let (mut kept, mut written) = (Vec::new(), Vec::new());
                    for mut source in rows {
                        let new = modify::pick(&source, &at);
                        let Some(new) = self.before_row(&act, None, Some(new)).await? else { continue };
                        self.insert_one(&act, new.clone()).await?;
                        if let Some((_, view)) = modify::first_broken(std::slice::from_ref(&source), &checks) {
                            return Err(self.breaks_view(&shape, view, &new));
                        }
                        at.iter().zip(&new).for_each(|(p, value)| source[*p] = value.clone());
                        written.push((None, Some(new)));
                        kept.push(source);
                    }
                    let count = kept.len() as u64;
                    self.after(&act, written).await?;
                    Ok(Applied { count, rows: if returns { kept } else { Vec::new() } })
                }
                ModifyOp::Insert { new_row, on_conflict: Some(on) } => {
                    self.insert_or_update(&act, modify, (new_row, on), layout, rows, params).await
                }
                ModifyOp::Update { row_key, old_row, assigned, new_row } => {
                    let act = act.with(TriggerEvent::Update, assigned.clone());
                    let key = modify::position(layout, *row_key)?;
                    let (old, new) =
                        (modify::positions(&shape, old_row, layout)?, modify::positions(&shape, new_row, layout)?);
                    let checks = modify::checks(modify, layout)?;
                    self.fire_statement(&act, Timing::Before).await?;
                    let (mut kept, mut written) = (Vec::new(), Vec::new());
                    for mut source in modify::once_each(rows, key)? {
                        let before = modify::pick(&source, &old);
                        let after = modify::pick(&source, &new);
                        let Some(after) = self.before_row(&act, Some(&before), Some(after)).await? else { continue };
                        let change =
                            RowChange { key: modify::key_at(&source, key)?, old: before.clone(), new: after.clone() };
                        self.update_one(&act, change).await?;
                        if let Some((_, view)) = modify::first_broken(std::slice::from_ref(&source), &checks) {
                            return Err(self.breaks_view(&shape, view, &after));
                        }
                        new.iter().zip(&after).for_each(|(p, value)| source[*p] = value.clone());
                        written.push((Some(before), Some(after)));
                        kept.push(source);
                    }
                    let count = kept.len() as u64;
                    self.after(&act, written).await?;
                    Ok(Applied { count, rows: if returns { kept } else { Vec::new() } })
                }
                ModifyOp::Delete { row_key, old_row } => {
                    let act = act.with(TriggerEvent::Delete, Vec::new());
                    let key = modify::position(layout, *row_key)?;
                    let old = modify::positions(&shape, old_row, layout)?;
                    self.fire_statement(&act, Timing::Before).await?;
                    let (mut kept, mut written) = (Vec::new(), Vec::new());
                    for source in modify::once_each(rows, key)? {
                        let before = modify::pick(&source, &old);
                        if self.before_row(&act, Some(&before), None).await?.is_none() {
                            continue;
                        }
                        self.delete_one(&act, modify::key_at(&source, key)?, before.clone()).await?;
                        written.push((Some(before), None));
                        kept.push(source);
                    }
                    let count = kept.len() as u64;
                    self.after(&act, written).await?;
                    Ok(Applied { count, rows: if returns { kept } else { Vec::new() } })
                }
                ModifyOp::Merge { row_key, old_row, new_row, action, actions } => {
                    let (key, action) = (modify::position(layout, *row_key)?, modify::position(layout, *action)?);
                    let (old, new) =
                        (modify::positions(&shape, old_row, layout)?, modify::positions(&shape, new_row, layout)?);
                    let merged = modify::Merged::sort(&rows, (key, action), (&old, &new), actions)?;
                    self.merge_firing(&act, merged).await
                }
            }
        })
    }

    /// The parts of a MERGE, each with its triggers.
    async fn merge_firing(&mut self, act: &Act, merged: modify::Merged) -> SqlResult<Applied> {
        let modify::Merged { gone, changes, new, failed } = merged;
        let mut count = 0;
        let assigned: Vec<i16> = act.table.visible_columns().map(|c| c.number).collect();
        if !gone.is_empty() {
            count += self.delete_firing(&act.with(TriggerEvent::Delete, Vec::new()), gone).await?;
        }
        if !changes.is_empty() {
            count += self.update_firing(&act.with(TriggerEvent::Update, assigned), changes).await?;
        }
        if !new.is_empty() {
            count += self.insert_firing(act, new).await?;
        }
        failed.map_or(Ok(Applied { count, rows: Vec::new() }), Err)
    }

    /// Inserts rows of COPY.
    pub(crate) async fn copy_firing(&mut self, table: &Arc<Table>, rows: Vec<Vec<Datum>>) -> SqlResult<u64> {
        let shape = self.shape_of(table).await?;
        let act = Act { table: Arc::clone(table), shape, event: TriggerEvent::Insert, assigned: Vec::new() };
        self.insert_firing(&act, rows).await
    }

    async fn insert_firing(&mut self, act: &Act, rows: Vec<Vec<Datum>>) -> SqlResult<u64> {
        self.fire_statement(act, Timing::Before).await?;
        let mut written = Vec::new();
        for new in rows {
            let Some(new) = self.before_row(act, None, Some(new)).await? else { continue };
            self.insert_one(act, new.clone()).await?;
            written.push((None, Some(new)));
        }
        let count = written.len() as u64;
        self.after(act, written).await?;
        Ok(count)
    }

    async fn update_firing(&mut self, act: &Act, changes: Vec<RowChange>) -> SqlResult<u64> {
        self.fire_statement(act, Timing::Before).await?;
        let mut written = Vec::new();
        for RowChange { key, old, new } in changes {
            let Some(new) = self.before_row(act, Some(&old), Some(new)).await? else { continue };
            self.update_one(act, RowChange { key, old: old.clone(), new: new.clone() }).await?;
            written.push((Some(old), Some(new)));
        }
        let count = written.len() as u64;
        self.after(act, written).await?;
        Ok(count)
    }

    async fn delete_firing(&mut self, act: &Act, gone: Vec<(Bytes, Vec<Datum>)>) -> SqlResult<u64> {
        self.fire_statement(act, Timing::Before).await?;
        let mut written = Vec::new();
        for (key, old) in gone {
            if self.before_row(act, Some(&old), None).await?.is_none() {
                continue;
            }
            self.delete_one(act, key, old.clone()).await?;
            written.push((Some(old), None));
        }
        let count = written.len() as u64;
        self.after(act, written).await?;
        Ok(count)
    }

    /// What a foreign key does to rows of a table with triggers.
    pub(crate) fn cascade_firing(&mut self, cascade: Cascade) -> BoxFuture<'_, SqlResult<()>> {
        Box::pin(async move {
            let Cascade { table, gone, changes, columns } = cascade;
            let shape = self.shape_of(&table).await?;
            let act = Act { table, shape, event: TriggerEvent::Delete, assigned: Vec::new() };
            if !gone.is_empty() {
                self.delete_firing(&act, gone).await?;
            }
            if !changes.is_empty() {
                self.update_firing(&act.with(TriggerEvent::Update, columns), changes).await?;
            }
            Ok(())
        })
    }

    /// INSERT … ON CONFLICT, row by row.
    async fn insert_or_update(
        &mut self,
        act: &Act,
        modify: &Modify,
        (new_row, on): (&[(i16, ColumnId)], &OnConflict),
        layout: &Layout,
        rows: Vec<Vec<Datum>>,
        params: &[Datum],
    ) -> SqlResult<Applied> {
        let shape = Arc::clone(&act.shape);
        let at = modify::positions(&shape, new_row, layout)?;
        let arbiters = modify::arbiters(&shape, on)?;
        let checks = modify::checks(modify, layout)?;
        let assigned: Vec<i16> = match &on.action {
            ConflictAction::Update { assignments, .. } => assignments.iter().map(|a| a.0).collect(),
            ConflictAction::Nothing => Vec::new(),
        };
        let updates = matches!(on.action, ConflictAction::Update { .. });
        let update = act.with(TriggerEvent::Update, assigned);
        self.fire_statement(act, Timing::Before).await?;
        if updates {
            self.fire_statement(&update, Timing::Before).await?;
        }
        // With whether it is an update, in the order of the rows.
        let mut written = Vec::new();
        let mut applied = Applied::default();
        let mut touched: HashSet<Vec<u8>> = HashSet::new();
        for mut source in rows {
            let new = modify::pick(&source, &at);
            let Some(new) = self.before_row(act, None, Some(new)).await? else { continue };
            let (outcome, met) = self.try_insert(act, (new_row, on), &arbiters, new, params).await?;
            let after = match (outcome, met) {
                (Outcome::Inserted(row), _) => {
                    if let Some((_, view)) = modify::first_broken(std::slice::from_ref(&source), &checks) {
                        return Err(self.breaks_view(&shape, view, &row));
                    }
                    touched.insert(shape.encode(&row)?.to_vec());
                    written.push((false, None, Some(row.clone())));
                    row
                }
                (Outcome::Skipped | Outcome::Updated(_), Some(met)) => {
                    let Met { key, old, assigned: Some(Assigned { values, broken }) } = met else { continue };
                    if !touched.insert(key.to_vec()) || touched.contains(&shape.encode(&old)?.to_vec()) {
                        return Err(crate::dml::conflict::second_time());
                    }
                    let mut row = old.clone();
                    for (number, value) in values {
                        row[shape.slot(number)?] = value;
                    }
                    let Some(row) = self.before_row(&update, Some(&old), Some(row)).await? else { continue };
                    self.update_one(&update, RowChange { key, old: old.clone(), new: row.clone() }).await?;
                    if let Some(view) = broken {
                        return Err(self.breaks_view(&shape, &view, &row));
                    }
                    written.push((true, Some(old), Some(row.clone())));
                    row
                }
                _ => continue,
            };
            applied.count += 1;
            if modify.returning.is_some() {
                at.iter().zip(after).for_each(|(p, value)| source[*p] = value);
                applied.rows.push(source);
            }
        }
        self.finish_writes().await?;
        for (is_update, old, new) in &written {
            let of = if *is_update { &update } else { act };
            self.after_row(of, old.as_deref(), new.as_deref()).await?;
        }
        if updates {
            self.fire_statement(&update, Timing::After).await?;
        }
        self.fire_statement(act, Timing::After).await?;
        Ok(applied)
    }

    /// Inserts a row, or finds the row that it conflicts with and what is to become of it.
    async fn try_insert(
        &mut self,
        act: &Act,
        (new_row, on): (&[(i16, ColumnId)], &OnConflict),
        arbiters: &[Option<usize>],
        row: Vec<Datum>,
        params: &[Datum],
    ) -> SqlResult<(Outcome, Option<Met>)> {
        let eval = self.eval_context();
        let engine = Arc::clone(&self.engine);
        let work = self.work().await?;
        let shapes = work.shapes(&engine);
        let mut state = work.state.lock().await;
        let mut writer = Writer::new(&mut state, &shapes, &eval);
        let by_row = modify::row_update(&act.shape, new_row, on, &eval, params)?;
        let width = act.shape.columns.len();
        let probe = by_row.as_ref().map(|update| Probe { update, width, met: Mutex::default() });
        let resolution = Resolution {
            arbiters: arbiters.to_vec(),
            update: probe.as_ref().map(|p| p as &dyn ConflictRow),
        };
        let outcome = writer.insert_resolving(&act.shape, vec![row], &resolution).await?.pop();
        let met = probe.and_then(|p| p.met.into_inner());
        Ok((outcome.unwrap_or(Outcome::Skipped), met))
    }

    async fn insert_one(&mut self, act: &Act, row: Vec<Datum>) -> SqlResult<()> {
        let eval = self.eval_context();
        let engine = Arc::clone(&self.engine);
        let work = self.work().await?;
        let shapes = work.shapes(&engine);
        let mut state = work.state.lock().await;
        Writer::new(&mut state, &shapes, &eval).insert(&act.shape, vec![row]).await
    }

    async fn update_one(&mut self, act: &Act, change: RowChange) -> SqlResult<()> {
        let eval = self.eval_context();
        let engine = Arc::clone(&self.engine);
        let work = self.work().await?;
        let shapes = work.shapes(&engine);
        let mut state = work.state.lock().await;
        Writer::new(&mut state, &shapes, &eval).update(&act.shape, vec![change]).await?;
        Ok(())
    }

    async fn delete_one(&mut self, act: &Act, key: Bytes, old: Vec<Datum>) -> SqlResult<()> {
        let eval = self.eval_context();
        let engine = Arc::clone(&self.engine);
        let work = self.work().await?;
        let shapes = work.shapes(&engine);
        let mut state = work.state.lock().await;
        Writer::new(&mut state, &shapes, &eval).delete(&act.shape, &[(key, old)])?;
        Ok(())
    }

    fn breaks_view(&mut self, shape: &TableShape, view: &str, row: &[Datum]) -> SqlError {
        let style = self.text_style_now();
        let text = format!("new row violates check option for view \"{view}\"");
        SqlError::new(SqlState::WithCheckOptionViolation, text)
            .detail(format!("Failing row contains {}.", shape.describe_row(row, &style)))
    }

    /// Triggers before a row; the row as they leave it, of a DELETE the old one. `None` leaves it out.
    async fn before_row(
        &mut self,
        act: &Act,
        old: Option<&[Datum]>,
        new: Option<Vec<Datum>>,
    ) -> SqlResult<Option<Vec<Datum>>> {
        let triggers = act.triggers(Timing::Before, true);
        let deletes = act.event == TriggerEvent::Delete;
        let mut row = new;
        for trigger in &triggers {
            let firing = Firing { trigger, table: &act.table, event: act.event, old, new: row.as_deref() };
            if !self.trigger_holds(&firing).await? {
                continue;
            }
            match self.call_trigger(firing).await? {
                None => return Ok(None),
                Some(_) if deletes => {}
                Some(changed) => row = Some(changed),
            }
        }
        if deletes {
            return Ok(old.map(<[Datum]>::to_vec));
        }
        if let (Some(row), false) = (&mut row, triggers.is_empty()) {
            self.regenerate(&act.table, row)?;
        }
        Ok(row)
    }

    /// Computes generated columns anew.
    fn regenerate(&mut self, table: &Table, row: &mut [Datum]) -> SqlResult<()> {
        if !table.visible_columns().any(|c| c.generated) {
            return Ok(());
        }
        let (catalog, style) = (self.catalog(), self.text_style_now());
        let eval = self.evaluation();
        for (slot, column) in table.visible_columns().enumerate().filter(|(_, c)| c.generated) {
            let Some(sql) = &column.default else { continue };
            let expr = binding::table_expression(&catalog, table, sql, Some(column.ty), &style)?;
            row[slot] = expr.eval(&RowContext { eval: &eval, row, params: &[] })?;
        }
        Ok(())
    }

    async fn fire_statement(&mut self, act: &Act, timing: Timing) -> SqlResult<()> {
        for trigger in &act.triggers(timing, false) {
            let firing = Firing { trigger, table: &act.table, event: act.event, old: None, new: None };
            if self.trigger_holds(&firing).await? {
                self.call_trigger(firing).await?;
            }
        }
        Ok(())
    }

    /// What comes after the rows: foreign keys, then triggers.
    async fn after(&mut self, act: &Act, written: Written) -> SqlResult<()> {
        self.finish_writes().await?;
        for (old, new) in &written {
            self.after_row(act, old.as_deref(), new.as_deref()).await?;
        }
        self.fire_statement(act, Timing::After).await
    }

    /// Triggers after a row.
    async fn after_row(&mut self, act: &Act, old: Option<&[Datum]>, new: Option<&[Datum]>) -> SqlResult<()> {
        for trigger in &act.triggers(Timing::After, true) {
            let firing = Firing { trigger, table: &act.table, event: act.event, old, new };
            if !self.trigger_holds(&firing).await? {
                continue;
            }
            if self.defers(trigger).await? {
                self.defer_trigger(&firing).await?;
            } else {
                self.call_trigger(firing).await?;
            }
        }
        Ok(())
    }

    /// Whether a constraint trigger waits for COMMIT now.
    async fn defers(&mut self, trigger: &Trigger) -> SqlResult<bool> {
        let Some(constraint) = trigger.constraint.filter(|c| c.deferrable) else { return Ok(false) };
        let state = self.work().await?.state.lock().await;
        Ok(state.deferred.defers_trigger(constraint))
    }

    async fn defer_trigger(&mut self, firing: &Firing<'_>) -> SqlResult<()> {
        let mut state = self.work().await?.state.lock().await;
        state.deferred.triggers.push(DeferredTrigger {
            table: firing.table.oid,
            trigger: firing.trigger.oid,
            event: firing.event,
            old: firing.old.map(<[Datum]>::to_vec),
            new: firing.new.map(<[Datum]>::to_vec),
        });
        Ok(())
    }

    /// Fires what waits: at COMMIT all of it, else what waits no longer.
    ///
    /// # Errors
    /// The functions'.
    pub(crate) async fn fire_deferred(&mut self, at_commit: bool) -> SqlResult<()> {
        loop {
            let waiting = {
                let Some(work) = &self.work else { return Ok(()) };
                let mut state = work.state.lock().await;
                std::mem::take(&mut state.deferred.triggers)
            };
            let mut fired = false;
            for event in waiting {
                let Some(table) = self.catalog().tables.get(&event.table).cloned() else { continue };
                let Some(trigger) = table.triggers.iter().find(|t| t.oid == event.trigger).cloned() else { continue };
                if !at_commit && self.defers(&trigger).await? {
                    let mut state = self.work().await?.state.lock().await;
                    state.deferred.triggers.push(event);
                    continue;
                }
                fired = true;
                let (old, new) = (event.old.as_deref(), event.new.as_deref());
                self.call_trigger(Firing { trigger: &trigger, table: &table, event: event.event, old, new }).await?;
            }
            if !fired {
                return Ok(());
            }
        }
    }

    /// Triggers of TRUNCATE, of each table.
    pub(crate) async fn fire_truncate(&mut self, tables: &[Arc<Table>], timing: Timing) -> SqlResult<()> {
        for table in tables.iter().filter(|t| has_triggers(t)) {
            let shape = self.shape_of(table).await?;
            let act = Act { table: Arc::clone(table), shape, event: TriggerEvent::Truncate, assigned: Vec::new() };
            self.fire_statement(&act, timing).await?;
        }
        Ok(())
    }
}

/// A row that is there already, and what DO UPDATE makes of it.
struct Met {
    key: Bytes,
    old: Vec<Datum>,
    assigned: Option<Assigned>,
}

/// Notes what DO UPDATE would do, and leaves it undone.
struct Probe<'p> {
    update: &'p dyn ConflictRow,
    width: usize,
    met: Mutex<Option<Met>>,
}

#[async_trait::async_trait]
impl ConflictRow for Probe<'_> {
    async fn assigned(&self, both: &[Datum]) -> SqlResult<Option<Assigned>> {
        let assigned = self.update.assigned(both).await?;
        if let Some(met) = &mut *self.met.lock() {
            met.old = both.get(..self.width).unwrap_or_default().to_vec();
            met.assigned = assigned;
        }
        Ok(None)
    }

    fn meets(&self, key: &Bytes) {
        *self.met.lock() = Some(Met { key: key.clone(), old: Vec::new(), assigned: None });
    }
}
