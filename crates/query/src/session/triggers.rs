//! Writes to tables and views with triggers.
//!
//! ```text
//!  BEFORE STATEMENT ─► each row: BEFORE ROW ─► write ─► foreign keys ─► each row: AFTER ROW ─► AFTER STATEMENT
//!                      each row of a view: INSTEAD OF ROW
//! ```
//! A table with triggers before rows is written to row by row, so that each function sees the rows before its own, and so
//! are tables of a tree (`rows`); one without them all at once. Triggers of statements are those of the table that is
//! named. Functions run in the session while nothing of the transaction's state is held.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use gavel_binder::bound::{ColumnId, ConflictAction, MergeAction, Modify, ModifyOp, OnConflict, RowRule};
use gavel_binder::{Qualified, Resolved};
use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_catalog::{Catalog, Table};
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;
use sqlparser::ast;

use crate::ddl;
use crate::dml::conflict::{Assigned, ConflictRow, Outcome, Resolution};
use crate::dml::deferred::DeferredTrigger;
use crate::dml::foreign::Cascade;
use crate::dml::modify::{self, Applied, Layout};
use crate::dml::movement::TreeRow;
use crate::dml::rules::{is_of_target, is_policy};
use crate::dml::shape::TableShape;
use crate::dml::writer::{Shapes, Writer};
use crate::fast::expr::RowContext;
use crate::procedural::trigger::{Firing, TransitionRows};
use crate::session::{Session, binding};

mod held;
mod rows;

use rows::{Given, Target, Wrote};

/// A write to one table or view: what its triggers are asked by.
#[derive(Clone)]
struct Act {
    shape: Arc<TableShape>,
    event: TriggerEvent,
    /// Columns that an UPDATE assigns to.
    assigned: Vec<i16>,
    /// `session_replication_role` is `replica`.
    replica: bool,
}

impl Act {
    fn table(&self) -> &Arc<Table> {
        &self.shape.table
    }

    fn triggers(&self, timing: Timing, row: bool) -> Vec<Trigger> {
        let fires = |t: &&Trigger| t.fires(self.replica) && t.is_for(timing, self.event, row, &self.assigned);
        self.table().triggers.iter().filter(fires).cloned().collect()
    }

    fn fires_before_rows(&self) -> bool {
        !self.triggers(Timing::Before, true).is_empty()
    }

    fn with(&self, event: TriggerEvent, assigned: Vec<i16>) -> Self {
        Self { event, assigned, ..self.clone() }
    }

    /// What the triggers of this event see as transition tables of it.
    fn transitions(&self, written: &[Wrote]) -> Option<TransitionRows> {
        let named = |t: &Trigger| t.events.contains(&self.event) && (t.old_table.is_some() || t.new_table.is_some());
        if !self.table().triggers.iter().any(named) {
            return None;
        }
        let own = || written.iter().filter(|w| w.by == self.event);
        let old = own().filter_map(|w| w.old.as_ref().map(|row| w.part.place.up(row))).collect();
        let new = own().filter_map(|w| w.new.as_ref().map(|row| w.part.place.up(row))).collect();
        Some(TransitionRows::new(self.table(), old, new))
    }
}

/// Whether writes to a table have to come by here; `below`: also to what inherits from it, or is a part of it.
pub fn has_triggers(catalog: &Catalog, table: &Table, below: bool) -> bool {
    !table.triggers.is_empty() || (below && catalog.has_row_triggers_below(table.oid))
}

/// Where a row says which table it is in, if rows may be in several.
fn table_position(modify: &Modify, layout: &Layout) -> SqlResult<Option<usize>> {
    modify.tree.as_ref().map(|tree| modify::position(layout, tree.table_oid)).transpose()
}

/// A row that is there, by what a source row says at the places of its key and its table; without the latter it is in
/// the table that is named.
fn tree_row(
    source: &[Datum],
    (key, table): (Option<usize>, Option<usize>),
    (named, row): (Oid, Vec<Datum>),
) -> SqlResult<TreeRow> {
    let key = key.ok_or_else(|| SqlError::internal("a row without its key"))?;
    let part = table.map_or(Ok(named), |table| modify::table_at(source, table))?;
    Ok(TreeRow { part, key: modify::key_at(source, key)?, row })
}

/// 27000: a trigger before the row has changed it.
fn changed_meanwhile(verb: &str) -> SqlError {
    let text = format!("tuple to be {verb} was already modified by an operation triggered by the current command");
    SqlError::new(SqlState::TriggeredDataChangeViolation, text)
        .hint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.")
}

impl Session {
    async fn act(&mut self, table: &Table, event: TriggerEvent) -> SqlResult<Act> {
        let engine = Arc::clone(&self.engine);
        let shape = self.work().await?.shapes(&engine).shape(table.oid)?;
        let role = self.shared.settings.lock().raw("session_replication_role");
        Ok(Act { shape, event, assigned: Vec::new(), replica: &*role == "replica" })
    }

    /// A modification of a table or view with triggers, foreign keys included. `rows` are those of its source.
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
            let act = self.act(&modify.table, TriggerEvent::Insert).await?;
            let instead = modify.table.stands_for_view();
            match &modify.op {
                ModifyOp::Insert { new_row, on_conflict: Some(on) } if !instead => {
                    self.insert_or_update(&act, modify, (new_row, on), layout, rows, params).await
                }
                ModifyOp::Merge { .. } => self.merge_firing(&act, modify, layout, rows).await,
                ModifyOp::Insert { .. } => self.rows_firing(&act, modify, layout, rows).await,
                ModifyOp::Update { assigned, .. } => {
                    let act = act.with(TriggerEvent::Update, assigned.clone());
                    self.rows_firing(&act, modify, layout, rows).await
                }
                ModifyOp::Delete { .. } => {
                    let act = act.with(TriggerEvent::Delete, Vec::new());
                    self.rows_firing(&act, modify, layout, rows).await
                }
            }
        })
    }

    /// INSERT without ON CONFLICT, UPDATE, DELETE.
    async fn rows_firing(
        &mut self,
        act: &Act,
        modify: &Modify,
        layout: &Layout,
        rows: Vec<Vec<Datum>>,
    ) -> SqlResult<Applied> {
        let instead = modify.table.stands_for_view();
        let at = |row: &[(i16, ColumnId)]| modify::positions(&act.shape, row, layout);
        let (key, old, new) = match &modify.op {
            ModifyOp::Insert { new_row, .. } => (None, None, Some(at(new_row)?)),
            ModifyOp::Update { row_key, old_row, new_row, .. } => {
                (Some(modify::position(layout, *row_key)?), Some(at(old_row)?), Some(at(new_row)?))
            }
            ModifyOp::Delete { row_key, old_row } => {
                (Some(modify::position(layout, *row_key)?), Some(at(old_row)?), None)
            }
            ModifyOp::Merge { .. } => return Err(SqlError::internal("MERGE is several statements")),
        };
        let table = table_position(modify, layout)?;
        self.fire_statement(act, Timing::Before, None).await?;
        let rows = match key.filter(|_| !instead) {
            Some(key) => modify::once_each(rows, key)?,
            None => rows,
        };
        let row_of = |source: &[Datum], at: &Option<Vec<usize>>| at.as_ref().map(|at| modify::pick(source, at));
        let mut target = Target::new(&act.shape);
        let mut kept = Vec::new();
        let mut count = 0;
        if !instead && table.is_none() && !act.fires_before_rows() {
            let part = target.whole(act);
            for source in &rows {
                let (old, new) = (row_of(source, &old), row_of(source, &new));
                target.written.push(Wrote { part: Arc::clone(&part), by: act.event, old, new });
            }
            count = rows.len() as u64;
            kept = self.apply_all(modify, layout, rows).await?;
        } else {
            let rules = self.rules_of(modify, layout).await?;
            for mut source in rows {
                let (before, after) = (row_of(&source, &old), row_of(&source, &new));
                let after = if instead {
                    self.instead_of_row(act, before.as_deref(), after).await?
                } else {
                    let at = |old: Vec<Datum>| tree_row(&source, (key, table), (act.table().oid, old));
                    let given = match (before, after) {
                        (None, Some(new)) => Given::New(new),
                        (Some(old), Some(new)) => Given::Changed(at(old)?, new),
                        (Some(old), None) => Given::Gone(at(old)?),
                        (None, None) => return Err(SqlError::internal("a row that is neither new nor old")),
                    };
                    let done = self.write_row(&mut target, act, given).await?;
                    if let (Some((now, _)), Some(table)) = (&done, table) {
                        source[table] = Datum::Oid(now.0);
                    }
                    done.map(|done| done.1)
                };
                let Some(after) = after else { continue };
                count += 1;
                if let Some(at) = &new {
                    self.hold_row(&act.shape, &rules, (&mut source, at), &after, |_| true).await?;
                }
                kept.push(source);
            }
        }
        // What triggers did to a view's rows is theirs: nothing of it is in `written`.
        self.after(std::slice::from_ref(act), target.written).await?;
        Ok(Applied { count, rows: if modify.returning.is_some() { kept } else { Vec::new() } })
    }

    /// Writes all rows as a table without triggers takes them; gives them back.
    async fn apply_all(
        &mut self,
        modify: &Modify,
        layout: &Layout,
        rows: Vec<Vec<Datum>>,
    ) -> SqlResult<Vec<Vec<Datum>>> {
        let eval = self.eval_context();
        let engine = Arc::clone(&self.engine);
        let work = self.work().await?;
        let shapes = work.shapes(&engine);
        let mut state = work.state.lock().await;
        let mut writer = Writer::new(&mut state, &shapes, &eval);
        modify::apply(&mut writer, modify, layout, rows.clone(), &[], None).await?;
        Ok(rows)
    }

    /// MERGE: what it may do decides which triggers of statements fire; rows go in the order of its source.
    async fn merge_firing(
        &mut self,
        act: &Act,
        modify: &Modify,
        layout: &Layout,
        rows: Vec<Vec<Datum>>,
    ) -> SqlResult<Applied> {
        let ModifyOp::Merge { row_key, old_row, new_row, action, actions } = &modify.op else {
            return Err(SqlError::internal("not MERGE"));
        };
        let (key, action) = (modify::position(layout, *row_key)?, modify::position(layout, *action)?);
        let old = modify::positions(&act.shape, old_row, layout)?;
        let new = modify::positions(&act.shape, new_row, layout)?;
        let all: Vec<i16> = act.table().visible_columns().map(|c| c.number).collect();
        let event = |action: &MergeAction| match action {
            MergeAction::Insert => Some(TriggerEvent::Insert),
            MergeAction::Update => Some(TriggerEvent::Update),
            MergeAction::Delete => Some(TriggerEvent::Delete),
            MergeAction::Nothing => None,
        };
        let mut acts = Vec::new();
        for kind in [TriggerEvent::Insert, TriggerEvent::Update, TriggerEvent::Delete] {
            if actions.iter().any(|a| event(a) == Some(kind)) {
                let assigned = if kind == TriggerEvent::Update { all.clone() } else { Vec::new() };
                acts.push(act.with(kind, assigned));
            }
        }
        for act in &acts {
            self.fire_statement(act, Timing::Before, None).await?;
        }
        let table = table_position(modify, layout)?;
        let rules = self.rules_of(modify, layout).await?;
        let mut target = Target::new(&act.shape);
        let mut touched = HashSet::new();
        let mut count = 0;
        for mut source in rows {
            let Datum::Int4(number) = &source[action] else { continue };
            let Some(event) = usize::try_from(*number).ok().and_then(|n| actions.get(n)).and_then(event) else {
                continue;
            };
            let Some(act) = acts.iter().find(|a| a.event == event) else { continue };
            let deletes = event == TriggerEvent::Delete;
            let after = (!deletes).then(|| modify::pick(&source, &new));
            let planned = after.clone().unwrap_or_default();
            self.hold_row(&act.shape, &rules, (&mut source, &new[..planned.len()]), &planned, is_of_target).await?;
            let given = match (event, after) {
                (TriggerEvent::Insert, Some(after)) => Given::New(after),
                (_, after) => {
                    let before = modify::pick(&source, &old);
                    let at = tree_row(&source, (Some(key), table), (act.table().oid, before))?;
                    if !touched.insert(at.key.clone()) {
                        return Err(modify::merged_twice());
                    }
                    match after {
                        Some(after) => Given::Changed(at, after),
                        None => Given::Gone(at),
                    }
                }
            };
            let Some((_, after)) = self.write_row(&mut target, act, given).await? else { continue };
            count += 1;
            if !deletes {
                self.hold_row(&act.shape, &rules, (&mut source, &new), &after, |rule| !is_of_target(rule)).await?;
            }
        }
        acts.reverse();
        self.after(&acts, target.written).await?;
        Ok(Applied { count, rows: Vec::new() })
    }

    /// Inserts rows of COPY.
    pub(crate) async fn copy_firing(&mut self, table: &Arc<Table>, rows: Vec<Vec<Datum>>) -> SqlResult<u64> {
        let act = self.act(table, TriggerEvent::Insert).await?;
        let instead = table.stands_for_view();
        self.fire_statement(&act, Timing::Before, None).await?;
        let mut target = Target::new(&act.shape);
        let mut count = 0;
        for new in rows {
            if instead {
                self.instead_of_row(&act, None, Some(new)).await?;
                count += 1;
                continue;
            }
            if self.write_row(&mut target, &act, Given::New(new)).await?.is_some() {
                count += 1;
            }
        }
        self.after(std::slice::from_ref(&act), target.written).await?;
        Ok(count)
    }

    /// What a foreign key does to rows of a table with triggers.
    pub(crate) fn cascade_firing(&mut self, cascade: Cascade) -> BoxFuture<'_, SqlResult<()>> {
        Box::pin(async move {
            let Cascade { table, gone, changes, columns } = cascade;
            let deletes = self.act(&table, TriggerEvent::Delete).await?;
            let updates = deletes.with(TriggerEvent::Update, columns);
            let gone: Vec<Given> = gone.into_iter().map(Given::Gone).collect();
            let changes = changes.into_iter().map(|c| Given::Changed(c.old, c.new)).collect();
            for (act, rows) in [(deletes, gone), (updates, changes)] {
                if rows.is_empty() {
                    continue;
                }
                self.fire_statement(&act, Timing::Before, None).await?;
                let mut target = Target::new(&act.shape);
                for given in rows {
                    self.write_row(&mut target, &act, given).await?;
                }
                self.after(std::slice::from_ref(&act), target.written).await?;
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
        let rules = self.rules_of(modify, layout).await?;
        let assigned: Vec<i16> = match &on.action {
            ConflictAction::Update { assignments, .. } => assignments.iter().map(|a| a.0).collect(),
            ConflictAction::Nothing => Vec::new(),
        };
        let updates = matches!(on.action, ConflictAction::Update { .. });
        let update = act.with(TriggerEvent::Update, assigned);
        self.fire_statement(act, Timing::Before, None).await?;
        if updates {
            self.fire_statement(&update, Timing::Before, None).await?;
        }
        let table = table_position(modify, layout)?;
        let mut target = Target::new(&act.shape);
        target.resolves = true;
        let mut applied = Applied::default();
        let mut touched: HashSet<Vec<u8>> = HashSet::new();
        for mut source in rows {
            let new = modify::pick(&source, &at);
            let part = self.part_of_new(&mut target, act, &new).await?;
            let own = part.place.down(new);
            let Some(own) = self.before_row(&part.act, None, Some(own)).await? else { continue };
            self.require_within(&part, &own).await?;
            let row = part.place.up(&own);
            self.hold_row(&shape, &rules, (&mut source, &at), &row, is_policy).await?;
            let (outcome, met) = self.try_insert(act, (new_row, on), row, params).await?;
            let at_table = part.place.shape.table.oid;
            let after = match (outcome, met) {
                (Outcome::Inserted(row), _) => {
                    self.hold_row(&shape, &rules, (&mut source, &at), &row, |rule| !is_policy(rule)).await?;
                    touched.insert(shape.encode(&row)?.to_vec());
                    target.written.push(Wrote { part, by: act.event, old: None, new: Some(own) });
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
                    let at = TreeRow { part: at_table, key, row: old };
                    let given = Given::Changed(at, row);
                    let Some((_, row)) = self.write_row(&mut target, &update, given).await? else { continue };
                    if let Some(rule) = broken {
                        return Err(self.breaks_rule(&shape, &rule, &row));
                    }
                    row
                }
                _ => continue,
            };
            applied.count += 1;
            if modify.returning.is_some() {
                at.iter().zip(after).for_each(|(p, value)| source[*p] = value);
                if let Some(table) = table {
                    source[table] = Datum::Oid(at_table.0);
                }
                applied.rows.push(source);
            }
        }
        let acts = if updates { vec![update, act.clone()] } else { vec![act.clone()] };
        self.after(&acts, target.written).await?;
        Ok(applied)
    }

    /// Inserts a row, or finds the row that it conflicts with and what is to become of it.
    async fn try_insert(
        &mut self,
        act: &Act,
        (new_row, on): (&[(i16, ColumnId)], &OnConflict),
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
        let resolution = Resolution { arbiters: &on.arbiters, update: probe.as_ref().map(|p| p as &dyn ConflictRow) };
        let outcome = writer.insert_resolving(&act.shape, vec![row], &resolution).await?.pop();
        let met = probe.and_then(|p| p.met.into_inner());
        Ok((outcome.map_or(Outcome::Skipped, |o| o.0), met))
    }

    fn breaks_rule(&mut self, shape: &TableShape, rule: &RowRule, row: &[Datum]) -> SqlError {
        let view = match rule {
            RowRule::View(view) => view,
            RowRule::Policy(policy) => return policy.broken(),
        };
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
        let mut new = new;
        if let (Some(row), false) = (&mut new, triggers.is_empty()) {
            // They are computed after the triggers, which see nothing in them.
            let generated = act.table().visible_columns().enumerate().filter(|(_, c)| c.generated);
            generated.for_each(|(slot, _)| row[slot] = Datum::Null);
        }
        let Some(mut row) = self.through_triggers(act, &triggers, old, new).await? else { return Ok(None) };
        if act.event != TriggerEvent::Delete && !triggers.is_empty() {
            self.regenerate(act.table(), &mut row)?;
        }
        Ok(Some(row))
    }

    /// Triggers in the place of a write to a view; the row as they leave it, of a DELETE the old one.
    async fn instead_of_row(
        &mut self,
        act: &Act,
        old: Option<&[Datum]>,
        new: Option<Vec<Datum>>,
    ) -> SqlResult<Option<Vec<Datum>>> {
        let triggers = act.triggers(Timing::InsteadOf, true);
        self.through_triggers(act, &triggers, old, new).await
    }

    async fn through_triggers(
        &mut self,
        act: &Act,
        triggers: &[Trigger],
        old: Option<&[Datum]>,
        new: Option<Vec<Datum>>,
    ) -> SqlResult<Option<Vec<Datum>>> {
        let deletes = act.event == TriggerEvent::Delete;
        let mut row = new;
        for trigger in triggers {
            let firing =
                Firing { trigger, table: act.table(), event: act.event, old, new: row.as_deref(), transitions: None };
            if !self.trigger_holds(&firing).await? {
                continue;
            }
            match self.call_trigger(firing).await? {
                None => return Ok(None),
                Some(_) if deletes => {}
                Some(changed) => {
                    self.must_stay(act, trigger, &changed).await?;
                    row = Some(changed);
                }
            }
        }
        Ok(if deletes { old.map(<[Datum]>::to_vec) } else { row })
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
            let expr = binding::table_expression(&catalog, table, sql, Some(column.declared()), &style)?;
            row[slot] = expr.eval(&RowContext { eval: &eval, row, params: &[] })?;
        }
        Ok(())
    }

    async fn fire_statement(
        &mut self,
        act: &Act,
        timing: Timing,
        transitions: Option<&TransitionRows>,
    ) -> SqlResult<()> {
        for trigger in &act.triggers(timing, false) {
            let firing = Firing { trigger, table: act.table(), event: act.event, old: None, new: None, transitions };
            if self.trigger_holds(&firing).await? {
                self.call_trigger(firing).await?;
            }
        }
        Ok(())
    }

    /// What comes after the rows: foreign keys, then triggers, those of statements in the order of `acts`.
    async fn after(&mut self, acts: &[Act], written: Vec<Wrote>) -> SqlResult<()> {
        self.finish_writes().await?;
        let transitions: Vec<Option<TransitionRows>> = acts.iter().map(|act| act.transitions(&written)).collect();
        for row in &written {
            let at = acts.iter().position(|act| act.event == row.by);
            let transitions = at.and_then(|at| transitions[at].as_ref());
            self.after_row(&row.part.act, row, transitions).await?;
        }
        for (act, transitions) in acts.iter().zip(&transitions) {
            self.fire_statement(act, Timing::After, transitions.as_ref()).await?;
        }
        Ok(())
    }

    /// Triggers after a row.
    async fn after_row(&mut self, act: &Act, row: &Wrote, transitions: Option<&TransitionRows>) -> SqlResult<()> {
        for trigger in &act.triggers(Timing::After, true) {
            let firing = Firing {
                trigger,
                table: act.table(),
                event: act.event,
                old: row.old.as_deref(),
                new: row.new.as_deref(),
                transitions,
            };
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
                let firing =
                    Firing { trigger: &trigger, table: &table, event: event.event, old, new, transitions: None };
                self.call_trigger(firing).await?;
            }
            if !fired {
                return Ok(());
            }
        }
    }

    /// The tables that TRUNCATE empties, where triggers are among them; nothing for another statement.
    pub(crate) async fn truncated(&mut self, statement: &ast::Statement) -> SqlResult<Vec<Arc<Table>>> {
        let (names, cascade) = ddl::truncated(statement)?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let basis = self.basis().await?;
        let style = self.text_style_now();
        let context = binding::context(&basis, &style);
        let mut emptied: Vec<Arc<Table>> = Vec::new();
        for gavel_binder::ddl::ast::TableRef { name, only } in names {
            let (schema, name) = match name.0.as_slice() {
                [.., schema, bare] => (Some(schema.clone()), bare.clone()),
                [bare] => (None, bare.clone()),
                [] => continue,
            };
            if let Some(Resolved::Table(table)) = gavel_binder::find_relation(&context, &Qualified { schema, name }) {
                let below = if only { vec![&table] } else { basis.catalog.descendants(table.oid) };
                for table in below {
                    if !emptied.iter().any(|t| t.oid == table.oid) {
                        emptied.push(Arc::clone(table));
                    }
                }
            }
        }
        let mut at = 0;
        while cascade && at < emptied.len() {
            for child in emptied[at].referenced_by.clone() {
                if let Some(child) = basis.catalog.table(child).filter(|c| !emptied.iter().any(|t| t.oid == c.oid)) {
                    emptied.push(Arc::clone(child));
                }
            }
            at += 1;
        }
        Ok(if emptied.iter().any(|t| !t.triggers.is_empty()) { emptied } else { Vec::new() })
    }

    /// Triggers of TRUNCATE, of each table.
    pub(crate) async fn fire_truncate(&mut self, tables: &[Arc<Table>], timing: Timing) -> SqlResult<()> {
        for table in tables.iter().filter(|t| !t.triggers.is_empty()) {
            let act = self.act(table, TriggerEvent::Truncate).await?;
            self.fire_statement(&act, timing, None).await?;
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
