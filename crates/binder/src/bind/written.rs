//! What a DML statement writes: a table, or a view that stands for one (manual, CREATE VIEW, "Updatable Views").
//!
//! ```text
//!  UPDATE v2 …            v2: SELECT a AS x FROM v1 WHERE a < 9        layers, from the one that is named
//!                         v1: SELECT a, b + 1 FROM t WHERE a > 0       to the one over the table
//!  rows   t ─► filter a > 0 ─► filter a < 9
//!  names  x = t.a
//! ```
//! A view is never read as a query here: its select list and its condition are bound over whatever row of the table is
//! asked about: the row that is scanned, the row that will be written.
//!
//! # Invariants
//! 1. Every layer reads one relation, and puts out a row for each of its rows that its condition holds for.
//! 2. Conditions come from the table outwards.

use std::sync::Arc;

use gavel_catalog::rule::RuleEvent;
use gavel_catalog::{CheckOption, Column, Table, View};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr, TableFactor};

use super::Binder;
use super::clause::Clause;
use super::modify::Verb;
use super::name::{Resolved, qualified, relation, without_only};
use super::scalar::column;
use super::scope::{Columns, Level, NsColumn, NsItem};
use crate::bound::{ColumnId, ModifyTree, Rel, RowCheck, RowRule, Scalar, ScalarKind};
use crate::context::BindContext;
use crate::parse;

const NOT_A_COLUMN: &str = "View columns that are not columns of their base relation are not updatable.";
/// Why nothing but DELETE works on a view of expressions.
pub const NO_COLUMNS: &str = "Views that have no updatable columns are not automatically updatable.";
const NOT_ONE_TABLE: &str = "Views that do not select from a single table or view are not automatically updatable.";

/// A view on the way to the table.
#[derive(Clone)]
pub struct Layer {
    pub view: Arc<View>,
    select: Arc<ast::Select>,
}

/// Why a column of a view cannot be written: the view, its column.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    view: String,
    column: String,
}

/// A column that a statement may name.
#[derive(Clone)]
pub struct TargetColumn {
    /// In the relation that is named.
    pub number: i16,
    /// As the table has it, with the name and the default that the view gives it.
    pub column: Column,
    pub refused: Option<Refused>,
    /// The view has a default for it, though no value can be given.
    pub default_refused: bool,
}

/// See the module.
pub struct Written {
    pub table: Arc<Table>,
    /// Of the relation that the statement names.
    pub name: String,
    pub schema: Oid,
    pub verb: Verb,
    /// What it is noted for that it is written.
    pub access: usize,
    /// The view that is over the table reads it with ONLY.
    pub only: bool,
    layers: Vec<Layer>,
    /// Of the view that the statement names.
    columns: Vec<TargetColumn>,
}

/// A row of the table as the view shows it.
pub struct Seen {
    pub item: NsItem,
    /// Conditions with the layer that each belongs to, from the table outwards.
    pub conditions: Vec<(usize, Scalar)>,
    notes: Vec<Note>,
}

/// What is known of a column of a view.
#[derive(Clone, Default)]
struct Note {
    refused: Option<Refused>,
    /// Of this view, or of the one below that has the column.
    default: Option<String>,
}

impl Written {
    fn of_table(table: Arc<Table>, verb: Verb, access: usize) -> Self {
        let (name, schema) = (table.name.clone(), table.schema);
        Self { table, name, schema, verb, access, only: false, layers: vec![], columns: vec![] }
    }

    /// The views on the way to the table, from the one that is named.
    pub fn views(&self) -> impl Iterator<Item = &Arc<View>> {
        self.layers.iter().map(|layer| &layer.view)
    }

    pub fn is_view(&self) -> bool {
        !self.layers.is_empty()
    }

    /// The column of this name.
    pub fn find(&self, name: &str) -> Option<TargetColumn> {
        if self.layers.is_empty() {
            let column = self.table.column_named(name)?.clone();
            return Some(TargetColumn { number: column.number, column, refused: None, default_refused: false });
        }
        self.columns.iter().find(|c| c.column.name == name).cloned()
    }

    /// All columns, in order.
    pub fn all(&self) -> Vec<TargetColumn> {
        if self.layers.is_empty() {
            let all = self.table.visible_columns();
            let own = |c: &Column| TargetColumn {
                number: c.number,
                column: c.clone(),
                refused: None,
                default_refused: false,
            };
            return all.map(own).collect();
        }
        self.columns.clone()
    }

    /// The table's columns that values are stored in, under the names and with the defaults of the view.
    pub fn stored(&self) -> Vec<Column> {
        let seen = |c: &Column| {
            let named = self.columns.iter().find(|t| t.refused.is_none() && t.column.number == c.number);
            named.map_or_else(|| c.clone(), |t| t.column.clone())
        };
        self.table.visible_columns().map(seen).collect()
    }

    /// 0A000 for a column that holds something else than a column of the table.
    pub fn refuse(&self, refused: &Refused) -> SqlError {
        let text =
            format!("cannot {} column \"{}\" of view \"{}\"", self.verb.column_phrase(), refused.column, refused.view);
        SqlError::unsupported(text).detail(NOT_A_COLUMN)
    }

    /// What the views, whose conditions these are, ask of a row that ON CONFLICT has found.
    pub fn shows(&self, conditions: Vec<(usize, Scalar)>) -> Vec<(RowRule, Scalar)> {
        let view = |at: usize| Some(RowRule::Shown(self.layers.get(at)?.view.name.clone()));
        conditions.into_iter().filter_map(|(at, condition)| Some((view(at)?, condition))).collect()
    }

    /// Which layers' conditions new rows are held to.
    fn checked(&self) -> Vec<bool> {
        let mut cascaded = false;
        let mut out = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let own = layer.view.check_option();
            out.push(cascaded || own.is_some());
            cascaded |= own == Some(CheckOption::Cascaded);
        }
        out
    }
}

/// 55000 for a view that cannot be written through.
pub fn not_updatable(verb: Verb, view: &str, reason: &str) -> SqlError {
    let text = format!("cannot {} view \"{view}\"", verb.phrase());
    let (gerund, event) = match verb {
        Verb::Insert => ("inserting into", "INSERT"),
        Verb::Update => ("updating", "UPDATE"),
        Verb::Delete | Verb::Merge => ("deleting from", "DELETE"),
    };
    let hint = format!(
        "To enable {gerund} the view, provide an INSTEAD OF {event} trigger or an unconditional ON {event} DO INSTEAD rule."
    );
    SqlError::new(SqlState::ObjectNotInPrerequisiteState, text).detail(reason).hint(hint)
}

/// The one relation that a simple view reads, or why the view is not simple.
fn simple(query: &ast::Query) -> Result<&ast::Select, &'static str> {
    let select = match &*query.body {
        SetExpr::Select(select) => &**select,
        SetExpr::Query(inner) if query.with.is_none() && query.limit_clause.is_none() => return simple(inner),
        SetExpr::SetOperation { .. } => {
            return Err("Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.");
        }
        _ => return Err(NOT_ONE_TABLE),
    };
    let grouped = match &select.group_by {
        ast::GroupByExpr::Expressions(keys, modifiers) => !keys.is_empty() || !modifiers.is_empty(),
        ast::GroupByExpr::All(_) => true,
    };
    if select.distinct.is_some() {
        return Err("Views containing DISTINCT are not automatically updatable.");
    }
    if grouped {
        return Err("Views containing GROUP BY are not automatically updatable.");
    }
    if select.having.is_some() {
        return Err("Views containing HAVING are not automatically updatable.");
    }
    if query.with.is_some() {
        return Err("Views containing WITH are not automatically updatable.");
    }
    if query.limit_clause.is_some() || query.fetch.is_some() {
        return Err("Views containing LIMIT or OFFSET are not automatically updatable.");
    }
    Ok(select)
}

/// The name and alias of the relation that a select reads, if it reads one.
fn single(select: &ast::Select) -> Option<(&ast::ObjectName, Option<&ast::TableAlias>)> {
    let [entry] = select.from.as_slice() else { return None };
    match &entry.relation {
        TableFactor::Table { name, alias, args: None, sample: None, with_ordinality: false, .. }
            if entry.joins.is_empty() =>
        {
            Some((name, alias.as_ref()))
        }
        _ => None,
    }
}

/// The one relation that a simple view reads.
pub fn only_relation(query: &ast::Query) -> Option<ast::ObjectName> {
    let (name, _) = single(simple(query).ok()?)?;
    Some(without_only(name).0.into_owned())
}

impl Binder<'_> {
    /// What a DML statement writes under this name.
    ///
    /// # Errors
    /// 42P01, 42809; 55000 for a view that is not simple.
    pub fn written(&mut self, name: &ast::ObjectName, verb: Verb) -> SqlResult<Written> {
        match self.target_relation(name, verb)? {
            Resolved::View(view) if std::mem::take(&mut self.rule_view) => {
                self.uses(view.oid);
                let access = self.new_access(view.oid, verb.privilege());
                Ok(Written::of_table(Arc::new(view.as_table(self.context.catalog)), verb, access))
            }
            Resolved::View(view) if verb.event().is_some_and(|e| view.is_written_by_triggers(e)) => {
                self.uses(view.oid);
                let access = self.new_access(view.oid, verb.privilege());
                Ok(Written::of_table(Arc::new(view.as_table(self.context.catalog)), verb, access))
            }
            Resolved::View(view) => self.written_view(&view, verb, true),
            Resolved::Table(table) => {
                let access = self.new_access(table.oid, verb.privilege());
                Ok(Written::of_table(table, verb, access))
            }
            _ => Err(SqlError::internal("a relation that is not written to")),
        }
    }

    /// `by_triggers`: it may end at a view that triggers write to.
    fn written_view(&mut self, view: &Arc<View>, verb: Verb, by_triggers: bool) -> SqlResult<Written> {
        let (table, only, layers) = self.layers(view, verb, by_triggers)?;
        let (name, schema) = (view.name.clone(), view.schema);
        let access = self.new_access(view.oid, verb.privilege());
        let mut out = Written { table, name, schema, verb, access, only, layers, columns: vec![] };
        let first = self.reserve_columns(out.table.columns.len());
        let base = NsItem::new(out.table.name.clone(), Columns::Table { table: out.table.clone(), first });
        let seen = self.look(&out, base.clone())?;
        for (c, Note { refused, default }) in seen.item.all().zip(seen.notes) {
            let slot = if let ScalarKind::Column(id) = c.scalar.kind { base.slot_of(id) } else { None };
            let own = slot.and_then(|slot| out.table.columns.get(slot));
            let mut column = own.cloned().unwrap_or_else(|| Column::plain(0, c.name.clone(), c.scalar.ty));
            column.name = c.name;
            let has_default = default.is_some();
            if let Some(sql) = default.filter(|_| !column.generated) {
                (column.default, column.identity) = (Some(sql), None);
            }
            let itself = || Refused { view: out.name.clone(), column: column.name.clone() };
            let refused = refused.or_else(|| own.is_none().then(itself));
            let default_refused = has_default && (refused.is_some() || column.generated);
            let number = i16::try_from(out.columns.len() + 1).unwrap_or(i16::MAX);
            out.columns.push(TargetColumn { number, column, refused, default_refused });
        }
        if !matches!(verb, Verb::Delete) && out.columns.iter().all(|c| c.refused.is_some()) {
            return Err(not_updatable(verb, &out.name, NO_COLUMNS));
        }
        Ok(out)
    }

    /// The views from `view` down to the table under them, which may be read with ONLY.
    fn layers(&mut self, view: &Arc<View>, verb: Verb, by_triggers: bool) -> SqlResult<(Arc<Table>, bool, Vec<Layer>)> {
        let event = verb.event().filter(|_| by_triggers);
        let mut layers: Vec<Layer> = Vec::new();
        let mut next = Arc::clone(view);
        let context = self.context.stored();
        loop {
            self.uses(next.oid);
            let query = parse::parse_query(&next.sql)?;
            let select = simple(&query).map_err(|reason| not_updatable(verb, &next.name, reason))?;
            let (name, _) = single(select).ok_or_else(|| not_updatable(verb, &next.name, NOT_ONE_TABLE))?;
            let (name, only) = without_only(name);
            let below = relation(&context, &qualified(&context, &name)?)?;
            layers.push(Layer { view: Arc::clone(&next), select: Arc::new(select.clone()) });
            match below {
                Resolved::Table(table) if table.materialized.is_none() => {
                    self.uses(table.oid);
                    return Ok((table, only, layers));
                }
                Resolved::View(below)
                    if self.rule_base == Some(below.oid) || event.is_some_and(|e| below.is_written_by_triggers(e)) =>
                {
                    self.uses(below.oid);
                    return Ok((Arc::new(below.as_table(context.catalog)), false, layers));
                }
                Resolved::View(below) if layers.len() < super::view::MAX_VIEW_DEPTH => next = below,
                Resolved::System(system) => {
                    let text = format!("permission denied for table {}", system.name);
                    return Err(SqlError::new(SqlState::InsufficientPrivilege, text));
                }
                _ => return Err(not_updatable(verb, &next.name, NOT_ONE_TABLE)),
            }
        }
    }

    /// A row of the table, whose columns are `base`'s, as the view shows it.
    pub fn look(&mut self, written: &Written, base: NsItem) -> SqlResult<Seen> {
        let mut seen = Seen { item: base, conditions: vec![], notes: vec![] };
        for (at, layer) in written.layers.iter().enumerate().rev() {
            let context = self.context.stored();
            let mut inner = Binder::new(&context, &layer.view.sql);
            self.lend_view_rights(&mut inner, &layer.view);
            inner.allow_params = false;
            inner.view_depth = self.view_depth + 1;
            self.lend_ids(&mut inner);
            let below = std::mem::take(&mut seen.notes);
            let out = inner.layer(layer, seen.item, written.verb, &below);
            self.take_ids(&mut inner);
            let (item, condition, notes) = out?;
            (seen.item, seen.notes) = (item, notes);
            seen.conditions.extend(condition.map(|c| (at, c)));
        }
        Ok(seen)
    }

    #[allow(clippy::type_complexity, reason = "the parts of a layer, used once")]
    fn layer(
        &mut self,
        layer: &Layer,
        mut item: NsItem,
        verb: Verb,
        below: &[Note],
    ) -> SqlResult<(NsItem, Option<Scalar>, Vec<Note>)> {
        let (name, alias) = single(&layer.select).ok_or_else(|| SqlError::internal("a view over several relations"))?;
        let full = qualified(self.context, &without_only(name).0)?;
        item.name.clone_from(&full.name);
        item.schema = full.schema.as_deref().and_then(|s| self.schema_oid(s));
        (item.row_key, item.rel_visible, item.cols_visible) = (None, true, true);
        let mut items = [item];
        self.rename(&mut items, alias)?;
        let lower: Vec<NsColumn> = items[0].all().collect();
        let is_column = |s: &Scalar| matches!(s.kind, ScalarKind::Column(_)) && lower.iter().any(|c| c.scalar == *s);
        self.levels.push(Level::new());
        self.level().items.extend(items);
        let targets = self.within(Clause::Select, |b| b.target_list(&layer.select.projection))?;
        let level = self.level();
        let reason = if level.has_aggregates || !level.aggregates.is_empty() {
            Some("Views that return aggregate functions are not automatically updatable.")
        } else if !level.windows.is_empty() {
            Some("Views that return window functions are not automatically updatable.")
        } else if !level.sets.is_empty() {
            Some("Views that return set-returning functions are not automatically updatable.")
        } else {
            None
        };
        if let Some(reason) = reason {
            return Err(not_updatable(verb, &layer.view.name, reason));
        }
        let mut columns = Vec::with_capacity(targets.len());
        let mut notes = Vec::with_capacity(targets.len());
        for (target, ((name, _), number)) in targets.into_iter().zip(layer.view.columns.iter().zip(1_i16..)) {
            let value = self.settle(target.value)?.scalar;
            let from = lower.iter().position(|c| c.scalar == value);
            let mut note = from.and_then(|i| below.get(i)).cloned().unwrap_or_default();
            if note.refused.is_none() && !is_column(&value) {
                note.refused = Some(Refused { view: layer.view.name.clone(), column: name.clone() });
            }
            if let Some((_, sql)) = layer.view.defaults.iter().find(|(n, _)| *n == number) {
                note.default = Some(sql.clone());
            }
            notes.push(note);
            let origin = Some((layer.view.oid, number));
            columns.push(NsColumn { name: name.clone(), scalar: value, origin, fields: None, access: None });
        }
        let condition = match &layer.select.selection {
            Some(e) => Some(self.condition(e, Clause::Where, "WHERE")?),
            None => None,
        };
        self.levels.pop();
        let row_of = Some(layer.view.oid).filter(|_| columns.len() == layer.view.columns.len());
        let item = NsItem { row_of, ..NsItem::new(layer.view.name.clone(), Columns::List(columns.into())) };
        Ok((item, condition, notes))
    }

    /// The rows of the table that the view has.
    pub fn through(&mut self, written: &Written, mut rel: Rel, base: NsItem) -> SqlResult<(Rel, NsItem)> {
        if !written.is_view() {
            return Ok((rel, base));
        }
        let row_key = base.row_key;
        let Seen { mut item, conditions, .. } = self.look(written, base)?;
        item.row_key = row_key;
        for (_, predicate) in conditions {
            rel = Rel::Filter { input: Box::new(rel), predicate };
        }
        Ok((rel, item))
    }

    /// The row with these values of the table's columns, as the statement may name it.
    pub fn written_row(
        &mut self,
        written: &Written,
        label: String,
        tree: Option<&ModifyTree>,
        values: &dyn Fn(i16) -> Option<Scalar>,
    ) -> SqlResult<NsItem> {
        // Without an alias it may be named with its schema.
        let schema = (label == written.name).then_some(written.schema);
        let mut base = Self::row_item(&written.table, label.clone(), values);
        base.table_oid = tree.map(|tree| tree.table_oid);
        let item = if written.is_view() { self.look(written, base)?.item } else { base };
        let mut item = item.accessed_by(written.access);
        item.name = label;
        item.schema = schema;
        Ok(item)
    }

    /// The conditions that CHECK OPTION holds a new row to, with the view of each.
    pub fn view_conditions(
        &mut self,
        written: &Written,
        values: &dyn Fn(i16) -> Option<Scalar>,
    ) -> SqlResult<Vec<(RowRule, Scalar)>> {
        let checked = written.checked();
        if !checked.contains(&true) {
            return Ok(vec![]);
        }
        let base = Self::row_item(&written.table, written.table.name.clone(), values);
        let seen = self.look(written, base)?;
        let held = seen.conditions.into_iter().filter(|(at, _)| checked.get(*at) == Some(&true));
        let view = |at: usize| Some(RowRule::View(written.layers.get(at)?.view.name.clone()));
        Ok(held.filter_map(|(at, condition)| Some((view(at)?, condition))).collect())
    }

    /// Adds what CHECK OPTION asks of each new row to the rows of an INSERT.
    pub fn check_new_rows(
        &mut self,
        written: &Written,
        rel: Rel,
        mut new_row: Vec<(i16, ColumnId)>,
    ) -> SqlResult<(Rel, Vec<(i16, ColumnId)>, Vec<RowCheck>)> {
        let table = &written.table;
        let base = new_row.clone();
        let conditions = self.view_conditions(written, &|n| super::modify::in_row(&base, table, n))?;
        if conditions.is_empty() {
            return Ok((rel, new_row, vec![]));
        }
        let mut exprs = Vec::with_capacity(new_row.len() + conditions.len());
        for (number, id) in &mut new_row {
            let Some(c) = table.column(*number) else { continue };
            let fresh = self.new_column();
            exprs.push((fresh, column(*id, c.ty)));
            *id = fresh;
        }
        let mut checks = self.put_checks(conditions, &mut exprs);
        let passed = |id: ColumnId| {
            let (number, _) = base.iter().find(|(_, own)| *own == id)?;
            super::modify::in_row(&new_row, table, *number)
        };
        for check in &mut checks {
            super::walk::replace(&mut check.again, &mut |s| match s.kind {
                ScalarKind::Column(id) => passed(id),
                _ => None,
            });
        }
        Ok((Rel::Project { input: Box::new(rel), exprs }, new_row, checks))
    }

    /// Columns for these conditions. Each is asked again over the columns that it is over now.
    pub fn put_checks(
        &mut self,
        conditions: Vec<(RowRule, Scalar)>,
        exprs: &mut Vec<(ColumnId, Scalar)>,
    ) -> Vec<RowCheck> {
        let mut checks = Vec::with_capacity(conditions.len());
        for (rule, condition) in conditions {
            let holds = self.new_column();
            checks.push(RowCheck { rule, holds, again: condition.clone() });
            exprs.push((holds, condition));
        }
        checks
    }
}

/// What can be done through a view, as `pg_relation_is_updatable` and its kin say it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Updatability {
    /// Why rows cannot be written.
    pub reason: Option<String>,
    /// Whether they can be deleted all the same.
    pub deletable: bool,
    /// For each column, whether it can be written.
    pub columns: Vec<bool>,
    /// Bits of what rules of a view under it do.
    pub by_rules: i32,
}

impl Updatability {
    /// Bits 2 (UPDATE), 3 (INSERT), 4 (DELETE). Rows of a view without columns to write can still be deleted.
    pub fn events(&self) -> i32 {
        match (&self.reason, self.deletable) {
            (None, _) => ALL_EVENTS,
            (Some(_), true) => RuleEvent::Delete.bit() | self.by_rules,
            (Some(_), false) => self.by_rules,
        }
    }
}

const ALL_EVENTS: i32 = 28;

/// Whether `view` can be written through.
pub fn updatability(context: &BindContext<'_>, view: &Arc<View>) -> Updatability {
    updatability_at(context, view, 0)
}

fn updatability_at(context: &BindContext<'_>, view: &Arc<View>, depth: usize) -> Updatability {
    match Binder::new(context, "").written_view(view, Verb::Delete, false) {
        Ok(written) => {
            let columns: Vec<bool> = written.columns.iter().map(|c| c.refused.is_none()).collect();
            let reason = (!columns.contains(&true)).then(|| NO_COLUMNS.to_owned());
            Updatability { reason, deletable: true, columns, by_rules: 0 }
        }
        Err(error) => {
            let reason = error.fields().detail.clone().unwrap_or_default();
            let through = through_rules(context, view, depth);
            let (by_rules, columns) = through.unwrap_or_else(|| (0, vec![false; view.columns.len()]));
            Updatability { reason: Some(reason), deletable: false, columns, by_rules }
        }
    }
}

/// What can be done through a simple view over one that rules write to: the bits, and which columns can be written.
fn through_rules(context: &BindContext<'_>, view: &Arc<View>, depth: usize) -> Option<(i32, Vec<bool>)> {
    if depth >= super::view::MAX_VIEW_DEPTH {
        return None;
    }
    let query = parse::parse_query(&view.sql).ok()?;
    let (name, _) = single(simple(&query).ok()?)?;
    let (name, _) = without_only(name);
    let stored = context.stored();
    let Ok(Resolved::View(below)) = relation(&stored, &qualified(&stored, &name).ok()?) else { return None };
    let mut binder = Binder::new(context, "");
    binder.rule_base = Some(below.oid);
    let written = binder.written_view(view, Verb::Delete, false).ok()?;
    let under = updatability_at(context, &below, depth + 1);
    let all = [RuleEvent::Update, RuleEvent::Insert, RuleEvent::Delete];
    let rules: i32 = all.into_iter().filter(|event| below.is_written_by_rules(*event)).map(RuleEvent::bit).sum();
    let change = RuleEvent::Update.bit() | RuleEvent::Delete.bit();
    let writable = |c: &TargetColumn| {
        let slot = usize::try_from(c.column.number).ok().and_then(|number| number.checked_sub(1));
        let own = slot.and_then(|slot| under.columns.get(slot)) == Some(&true);
        let events = under.events() & if own { ALL_EVENTS } else { RuleEvent::Delete.bit() };
        c.refused.is_none() && (rules | events) & change == change
    };
    let some = written.columns.iter().any(|c| c.refused.is_none());
    let events = if some { ALL_EVENTS } else { RuleEvent::Delete.bit() };
    Some((events & (rules | under.events()), written.columns.iter().map(writable).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_simple_is_named() {
        let reason = |sql: &str| simple(&parse::parse_query(sql).expect("query")).err().unwrap_or("simple");
        assert_eq!(reason("SELECT a FROM t ORDER BY a"), "simple");
        assert!(reason("SELECT DISTINCT a FROM t").contains("DISTINCT"));
        assert!(reason("SELECT 1 FROM t GROUP BY a").contains("GROUP BY"));
        assert!(reason("SELECT 1 FROM t HAVING true").contains("HAVING"));
        assert!(reason("SELECT a FROM t UNION SELECT b FROM t").contains("UNION"));
        assert!(reason("WITH x AS (SELECT 1) SELECT a FROM t").contains("WITH"));
        assert!(reason("SELECT a FROM t LIMIT 1").contains("LIMIT"));
        let of = |sql: &str| single(simple(&parse::parse_query(sql).expect("query")).expect("simple")).is_some();
        assert!(of("SELECT a FROM t AS x") && !of("SELECT a FROM t, u") && !of("SELECT 1"));
    }
}
