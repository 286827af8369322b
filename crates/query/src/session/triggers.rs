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
use gavel_catalog::Table;
use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;
use sqlparser::ast;

use crate::ddl;
use crate::dml::conflict::{Assigned, ConflictRow, Outcome, Resolution};
use crate::dml::deferred::DeferredTrigger;
use crate::dml::foreign::Cascade;
use crate::dml::modify::{self, Applied, Layout};
use crate::dml::movement::TreeRow;
use crate::dml::shape::TableShape;
use crate::dml::writer::{Shapes, asks_session};
use crate::engine::shapes::CatalogShapes;
use crate::fast::expr::RowContext;
use crate::procedural::trigger::{Firing, TransitionRows};
use crate::session::{Session, binding};

pub(crate) mod afterwards;
mod asked;
mod checks;
mod copied;
mod rows;

use asked::{Held, Stage, is_of_target};
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

    fn fires(&self, trigger: &Trigger, timing: Timing, row: bool) -> bool {
        trigger.fires(self.replica) && trigger.is_for(timing, self.event, row, &self.assigned)
    }

    fn triggers(&self, timing: Timing, row: bool) -> Vec<&Trigger> {
        self.table().triggers.iter().filter(|t| self.fires(t, timing, row)).collect()
    }

    fn fires_before_rows(&self) -> bool {
        self.table().triggers.iter().any(|t| self.fires(t, Timing::Before, true))
    }

    fn with(&self, event: TriggerEvent, assigned: Vec<i16>) -> Self {
        Self { event, assigned, ..self.clone() }
    }

    /// Whether its triggers of statements are the same.
    fn is_like(&self, other: &Self) -> bool {
        self.event == other.event && self.table().oid == other.table().oid
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

/// Whether rows of a table have to be written here one by one, for triggers or for checks that only a session can ask;
/// `below`: also those of what inherits from it, or is a part of it.
///
/// # Errors
/// What binding the expressions of its tables raises.
pub fn is_written_by_row(shapes: &CatalogShapes, table: &Table, below: bool) -> SqlResult<bool> {
    let fires = !table.triggers.is_empty() || (below && shapes.catalog.has_row_triggers_below(table.oid));
    Ok(fires || asks_session(shapes, table, below)?)
}

/// Whether the table of a modification has triggers, or one below it that its rows may be in.
pub fn has_triggers(modify: &Modify) -> bool {
    !modify.table.triggers.is_empty() || modify.tree.as_ref().is_some_and(|tree| tree.fires)
}

/// Whether a modification has to come by here, as [`is_written_by_row`] says.
///
/// # Errors
/// As there.
pub fn fires(shapes: &CatalogShapes, modify: &Modify) -> SqlResult<bool> {
    Ok(has_triggers(modify) || asks_session(shapes, &modify.table, modify.tree.is_some())?)
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
            self.routines.busy.push(modify.table.oid);
            let applied = match &modify.op {
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
            };
            self.routines.busy.pop();
            applied
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
        let at_once = !instead && table.is_none() && !act.fires_before_rows() && !act.shape.asks_session();
        let rules = match new.as_ref().filter(|_| !at_once) {
            Some(new) => Some(self.rules_of_source(modify, layout, new).await?),
            None => None,
        };
        self.fire_statement(act, Timing::Before, None).await?;
        let rows = match key.filter(|_| !instead) {
            Some(key) => modify::once_each(rows, key)?,
            None => rows,
        };
        let row_of = |source: &[Datum], at: &Option<Vec<usize>>| at.as_ref().map(|at| modify::pick(source, at));
        let mut target = Target::new(&act.shape);
        let mut kept = Vec::new();
        let mut count = 0;
        if at_once {
            let part = target.whole(act);
            for source in &rows {
                let (old, new) = (row_of(source, &old), row_of(source, &new));
                target.written.push(Wrote { part: Arc::clone(&part), by: act.event, old, new });
            }
            count = rows.len() as u64;
            kept = self.apply_all(modify, layout, rows).await?;
        } else {
            target.fires |= instead;
            for mut source in rows {
                let (before, after) = (row_of(&source, &old), row_of(&source, &new));
                let held = rules.as_ref().map(|rules| Held { rules, source: &source });
                let after = if instead {
                    let after = self.instead_of_row(act, before.as_deref(), after).await?;
                    if let Some(after) = &after {
                        self.hold_to(&target, held, after, Stage::AfterWrite).await?;
                    }
                    after
                } else {
                    let at = |old: Vec<Datum>| tree_row(&source, (key, table), (act.table().oid, old));
                    let given = match (before, after) {
                        (None, Some(new)) => Given::New(new),
                        (Some(old), Some(new)) => Given::Changed(at(old)?, new),
                        (Some(old), None) => Given::Gone(at(old)?),
                        (None, None) => return Err(SqlError::internal("a row that is neither new nor old")),
                    };
                    let done = self.write_row(&mut target, act, given, held).await?;
                    if let (Some((now, _)), Some(table)) = (&done, table) {
                        source[table] = Datum::Oid(now.0);
                    }
                    done.map(|done| done.1)
                };
                let Some(after) = after else { continue };
                count += 1;
                if let Some(at) = &new {
                    at.iter().zip(after).for_each(|(p, value)| source[*p] = value);
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
        let mut writing = self.writing().await?;
        let mut writer = writing.writer();
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
        let ModifyOp::Merge { row_key, old_row, new_row, action, actions, assigned } = &modify.op else {
            return Err(SqlError::internal("not MERGE"));
        };
        let (key, action) = (modify::position(layout, *row_key)?, modify::position(layout, *action)?);
        let old = modify::positions(&act.shape, old_row, layout)?;
        let new = modify::positions(&act.shape, new_row, layout)?;
        let event = |action: &MergeAction| match action {
            MergeAction::Insert => Some(TriggerEvent::Insert),
            MergeAction::Update => Some(TriggerEvent::Update),
            MergeAction::Delete => Some(TriggerEvent::Delete),
            MergeAction::Nothing => None,
        };
        let mut acts = Vec::new();
        for kind in [TriggerEvent::Insert, TriggerEvent::Update, TriggerEvent::Delete] {
            if actions.iter().any(|a| event(a) == Some(kind)) {
                let assigned = if kind == TriggerEvent::Update { assigned.clone() } else { Vec::new() };
                acts.push(act.with(kind, assigned));
            }
        }
        let rules = self.rules_of_source(modify, layout, &new).await?;
        // What is asked of the row that is there is asked before its triggers.
        let mut of_target = modify::checks(modify, layout)?;
        of_target.retain(|(_, rule)| is_of_target(rule));
        for act in &acts {
            self.fire_statement(act, Timing::Before, None).await?;
        }
        let table = table_position(modify, layout)?;
        let mut target = Target::new(&act.shape);
        let mut touched = HashSet::new();
        let mut count = 0;
        for source in rows {
            let Datum::Int4(number) = &source[action] else { continue };
            let Some(event) = usize::try_from(*number).ok().and_then(|n| actions.get(n)).and_then(event) else {
                continue;
            };
            let Some(act) = acts.iter().find(|a| a.event == event) else { continue };
            if let Some((_, rule)) = modify::first_broken(std::slice::from_ref(&source), &of_target) {
                return Err(self.breaks_rule(&act.shape, rule, &modify::pick(&source, &new)));
            }
            let after = (event != TriggerEvent::Delete).then(|| modify::pick(&source, &new));
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
            let held = Some(Held { rules: &rules, source: &source });
            if self.write_row(&mut target, act, given, held).await?.is_some() {
                count += 1;
            }
        }
        acts.reverse();
        self.after(&acts, target.written).await?;
        Ok(Applied { count, rows: Vec::new() })
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
                    let given = self.at_its_place(given).await?;
                    self.write_row(&mut target, &act, given, None).await?;
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
        let rules = self.rules_of_source(modify, layout, &at).await?;
        let of_update = self.rules_of_update(modify, &shape, on).await?;
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
            let own = part.place.down(new, &self.eval_context())?;
            let Some(own) = self.before_row(&part.act, None, Some(own)).await? else { continue };
            // Policies are asked whether or not there is a conflict, views about what has been written.
            let held = Some(Held { rules: &rules, source: &source });
            let new = part.place.up(&own);
            self.hold_to(&target, held, &new, Stage::BeforeWrite).await?;
            self.require_within(&part, &own).await?;
            self.ask_checks(&part.place, &own).await?;
            let (outcome, met) = self.try_insert(act, on, new).await?;
            let at_table = part.place.shape.table.oid;
            let renews = part.place.shape.renews_row_ids();
            let after = match (outcome, met) {
                (Outcome::Inserted(row), _) => {
                    self.hold_to(&target, held, &row, Stage::AfterWrite).await?;
                    touched.insert(shape.encode(&row)?.to_vec());
                    target.written.push(Wrote { part, by: act.event, old: None, new: Some(own) });
                    row
                }
                (Outcome::Skipped | Outcome::Updated(_), Some(Met { key, both })) => {
                    let old = both.get(..shape.columns.len()).unwrap_or_default().to_vec();
                    let found = of_update.row(at_table);
                    let there = Some(Held { rules: &of_update.found, source: &found });
                    self.hold_to(&target, there, &old, Stage::BeforeWrite).await?;
                    let eval = self.eval_context();
                    let assigned = match modify::row_update(&shape, new_row, on, (&eval, params), false)? {
                        Some(update) => update.assigned(&both).await?,
                        None => None,
                    };
                    let Some(Assigned { values, .. }) = assigned else { continue };
                    if !touched.insert(key.to_vec()) || touched.contains(&shape.encode(&old)?.to_vec()) {
                        return Err(crate::dml::conflict::second_time());
                    }
                    let mut row = old.clone();
                    for (number, value) in values {
                        row[shape.slot(number)?] = value;
                    }
                    let at = TreeRow { part: at_table, key: key.clone(), row: old };
                    let given = Given::Changed(at, row);
                    if renews {
                        self.work().await?.state.lock().await.follow_moves();
                    }
                    let held = Some(Held { rules: &of_update.made, source: &found });
                    let done = self.write_row(&mut target, &update, given, held).await?;
                    let Some((_, row)) = done else { continue };
                    if renews {
                        let places = self.work().await?.state.lock().await.places_of(key);
                        touched.extend(places.iter().map(|place| place.to_vec()));
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

    /// Inserts a row, or finds the row that it conflicts with, if something is to become of that.
    async fn try_insert(&mut self, act: &Act, on: &OnConflict, row: Vec<Datum>) -> SqlResult<(Outcome, Option<Met>)> {
        let mut writing = self.writing().await?;
        let mut writer = writing.writer();
        writer.asked = true;
        let probe = matches!(on.action, ConflictAction::Update { .. }).then(Probe::default);
        let resolution = Resolution { arbiters: &on.arbiters, update: probe.as_ref().map(|p| p as &dyn ConflictRow) };
        let outcome = writer.insert_resolving(&act.shape, vec![row], &resolution).await?.pop();
        let met = probe.and_then(|p| p.met.into_inner());
        Ok((outcome.map_or(Outcome::Skipped, |o| o.0), met))
    }

    fn breaks_rule(&mut self, shape: &TableShape, rule: &RowRule, row: &[Datum]) -> SqlError {
        let view = match rule {
            RowRule::View(view) => view,
            RowRule::Policy(policy) => return policy.broken(),
            RowRule::Shown(_) => return rule.hidden().unwrap_or_else(|| SqlError::internal("a rule without an error")),
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
        triggers: &[&Trigger],
        old: Option<&[Datum]>,
        new: Option<Vec<Datum>>,
    ) -> SqlResult<Option<Vec<Datum>>> {
        let deletes = act.event == TriggerEvent::Delete;
        let mut row = new;
        for &trigger in triggers {
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
        let triggers = act.triggers(timing, false);
        if triggers.is_empty()
            || timing == Timing::Before && !self.routines.afterwards.begins(act.table().oid, act.event)
        {
            return Ok(());
        }
        for trigger in triggers {
            let firing = Firing { trigger, table: act.table(), event: act.event, old: None, new: None, transitions };
            if self.trigger_holds(&firing).await? {
                self.call_trigger(firing).await?;
            }
        }
        Ok(())
    }

    /// Triggers after a row.
    async fn after_row(&mut self, act: &Act, row: &Wrote, transitions: Option<&TransitionRows>) -> SqlResult<()> {
        for trigger in act.triggers(Timing::After, true) {
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
        // Checks of what DDL runs do not wait, but such an operation is not to get away with what it may not do.
        if constraint.initially_deferred && self.routines.bodies.restricted() {
            return Ok(true);
        }
        let state = self.work().await?.state.lock().await;
        Ok(state.deferred.defers_trigger(constraint))
    }

    /// # Errors
    /// 42501 in a security-restricted operation: at COMMIT the function would run with the rights of whoever asked for that.
    async fn defer_trigger(&mut self, firing: &Firing<'_>) -> SqlResult<()> {
        self.refuse_restricted("fire deferred trigger")?;
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

/// A row that is there already.
struct Met {
    key: Bytes,
    /// As [`ConflictRow::assigned`] is given it.
    both: Vec<Datum>,
}

/// Notes the row that DO UPDATE would change, and leaves it as it is.
#[derive(Default)]
struct Probe {
    met: Mutex<Option<Met>>,
}

#[async_trait::async_trait]
impl ConflictRow for Probe {
    async fn assigned(&self, both: &[Datum]) -> SqlResult<Option<Assigned>> {
        if let Some(met) = &mut *self.met.lock() {
            met.both = both.to_vec();
        }
        Ok(None)
    }

    fn meets(&self, key: &Bytes) {
        *self.met.lock() = Some(Met { key: key.clone(), both: Vec::new() });
    }
}
