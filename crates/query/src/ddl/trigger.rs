//! CREATE, ALTER and DROP TRIGGER, and ALTER TABLE … ENABLE and DISABLE TRIGGER (manual, CREATE TRIGGER).

use std::sync::Arc;

use gavel_binder::ddl::ast::{CreateTrigger, QualifiedName, TriggerName};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::trigger::{self, ConstraintTrigger, Timing, Trigger, TriggerEvent};
use gavel_catalog::{Catalog, Table, View};
use gavel_functions::registry;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::names::{undefined_column, undefined_table};
use super::permit::securable;
use super::trigger_tree;
use crate::procedural::trigger::SUPPRESS_REDUNDANT;

/// 42704.
pub(super) fn missing(name: &str, relation: &str) -> SqlError {
    let text = format!("trigger \"{name}\" for table \"{relation}\" does not exist");
    SqlError::new(SqlState::UndefinedObject, text)
}

/// Triggers that call a function, in their conditions too, with what they are on, the oldest first.
pub(super) fn callers(catalog: &Catalog, function: Oid) -> Vec<(Oid, &Trigger)> {
    let called = gavel_types::text_io::numbered_function(function);
    let calls = |trigger: &Trigger| {
        trigger.function == function || trigger.condition.as_deref().is_some_and(|c| c.contains(&called))
    };
    let mut out: Vec<_> = catalog.triggers().filter(|(_, trigger)| calls(trigger)).collect();
    out.sort_by_key(|(_, trigger)| trigger.oid);
    out
}

/// The triggers of a table or view.
pub(super) fn triggers_of(relation: &Relation) -> &[Trigger] {
    match relation {
        Relation::Table(table) => &table.triggers,
        Relation::View(view) => &view.triggers,
        _ => &[],
    }
}

fn invalid(text: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidObjectDefinition, text)
}

/// 42809: a relation that has no such triggers.
fn wrong(relation: &Relation, detail: &str) -> SqlError {
    let (name, kind) = match relation {
        Relation::View(view) => (view.name.as_str(), "view"),
        other => (securable(other).name(), "table"),
    };
    SqlError::new(SqlState::WrongObjectType, format!("\"{name}\" is a {kind}")).detail(detail)
}

/// The relation that a trigger is made on, as a table.
fn triggering(catalog: &Catalog, relation: &Relation, create: &CreateTrigger) -> SqlResult<Arc<Table>> {
    let instead = create.timing == Timing::InsteadOf;
    match relation {
        Relation::Table(table) if table.materialized.is_none() => {
            if instead {
                return Err(wrong(relation, "Tables cannot have INSTEAD OF triggers."));
            }
            if table.partitioned.is_some() && create.row && !create.transitions.is_empty() {
                let detail = "ROW triggers with transition tables are not supported on partitioned tables.";
                let text = format!("\"{}\" is a partitioned table", table.name);
                return Err(SqlError::unsupported(text).detail(detail));
            }
            Ok(Arc::clone(table))
        }
        Relation::View(view) => {
            if !instead && create.row {
                return Err(wrong(relation, "Views cannot have row-level BEFORE or AFTER triggers."));
            }
            if create.events.contains(&TriggerEvent::Truncate) {
                return Err(wrong(relation, "Views cannot have TRUNCATE triggers."));
            }
            Ok(Arc::new(view.as_table(catalog)))
        }
        Relation::Index(table, oid) => {
            let name = table.indexes.iter().find(|i| i.oid == *oid).map_or("", |i| i.name.as_str());
            Err(SqlError::new(SqlState::WrongObjectType, format!("\"{name}\" is an index")))
        }
        other => {
            let (name, kinds) = match other {
                Relation::Sequence(sequence) => (sequence.name.as_str(), "sequences"),
                other => (securable(other).name(), "materialized views"),
            };
            let text = format!("relation \"{name}\" cannot have triggers");
            let detail = format!("This operation is not supported for {kinds}.");
            Err(SqlError::new(SqlState::WrongObjectType, text).detail(detail))
        }
    }
}

/// The names of transition tables: OLD TABLE, NEW TABLE.
type Transitions = (Option<String>, Option<String>);

/// # Errors
/// 42P17, 0A000 for transition tables that this trigger cannot have.
fn transitions(relation: &Relation, create: &CreateTrigger) -> SqlResult<Transitions> {
    let (mut old, mut new): Transitions = (None, None);
    let has = |event| create.events.contains(&event);
    for transition in &create.transitions {
        if !transition.table {
            let text = "ROW variable naming in the REFERENCING clause is not supported";
            return Err(SqlError::unsupported(text).hint("Use OLD TABLE or NEW TABLE for naming transition tables."));
        }
        if matches!(relation, Relation::View(_)) {
            return Err(wrong(relation, "Triggers on views cannot have transition tables."));
        }
        if let Relation::Table(table) = relation {
            trigger_tree::require_no_transitions_below(table, create)?;
        }
        if create.timing != Timing::After {
            return Err(invalid("transition table name can only be specified for an AFTER trigger"));
        }
        if has(TriggerEvent::Truncate) {
            return Err(SqlError::unsupported("TRUNCATE triggers with transition tables are not supported"));
        }
        if create.events.len() > 1 {
            let text = "transition tables cannot be specified for triggers with more than one event";
            return Err(SqlError::unsupported(text));
        }
        if !create.columns.is_empty() {
            let text = "transition tables cannot be specified for triggers with column lists";
            return Err(SqlError::unsupported(text));
        }
        let (slot, word, fits, wanted) = match transition.new {
            true => (&mut new, "NEW", !has(TriggerEvent::Delete), "an INSERT or UPDATE"),
            false => (&mut old, "OLD", !has(TriggerEvent::Insert), "a DELETE or UPDATE"),
        };
        if !fits {
            return Err(invalid(format!("{word} TABLE can only be specified for {wanted} trigger")));
        }
        if slot.replace(transition.name.clone()).is_some() {
            return Err(invalid(format!("{word} TABLE cannot be specified multiple times")));
        }
    }
    if old.is_some() && old == new {
        return Err(invalid("OLD TABLE name and NEW TABLE name cannot be the same"));
    }
    Ok((old, new))
}

impl DdlContext<'_> {
    /// CREATE TRIGGER.
    ///
    /// # Errors
    /// 42P01, 42809, 42501, 42703, 42883, 42P17, 42710, 0A000.
    pub(super) async fn create_trigger(&mut self, create: &CreateTrigger) -> SqlResult<()> {
        let events = events(create)?;
        if create.constraint && create.or_replace {
            return Err(SqlError::unsupported("CREATE OR REPLACE CONSTRAINT TRIGGER is not supported"));
        }
        if create.deferred && create.deferrable == Some(false) {
            let text = "constraint declared INITIALLY DEFERRED must be DEFERRABLE";
            return Err(SqlError::new(SqlState::SyntaxError, text));
        }
        let relation = self.find(&create.table)?.ok_or_else(|| undefined_table("relation", &create.table))?;
        let table = triggering(self.now(), &relation, create)?;
        let from = match &create.from {
            Some(name) => Some(self.find(name)?.ok_or_else(|| undefined_table("relation", name))?.oid()),
            None => None,
        };
        self.require_on_relation(securable(&relation), "t")?;
        if create.row && events.contains(&TriggerEvent::Truncate) {
            return Err(SqlError::unsupported("TRUNCATE FOR EACH ROW triggers are not supported"));
        }
        if create.constraint && !create.row {
            let error = SqlError::new(SqlState::SyntaxError, "syntax error at or near \"STATEMENT\"");
            return Err(error);
        }
        if create.timing == Timing::InsteadOf {
            let refused = match (create.row, &create.condition, create.columns.is_empty()) {
                (false, ..) => Some("INSTEAD OF triggers must be FOR EACH ROW"),
                (_, Some(_), _) => Some("INSTEAD OF triggers cannot have WHEN conditions"),
                (.., false) => Some("INSTEAD OF triggers cannot have column lists"),
                _ => None,
            };
            if let Some(text) = refused {
                return Err(SqlError::unsupported(text));
            }
        }
        let (old_table, new_table) = transitions(&relation, create)?;
        let condition = match &create.condition {
            Some(text) => {
                let fires = (events.as_slice(), create.row, create.timing);
                let kept = self.binder.trigger_condition(self.scope(), &table, text, fires)?;
                self.pin(table.schema, &kept.depends_on);
                Some(kept.sql)
            }
            None => None,
        };
        let function = self.trigger_function(&create.function)?;
        let old = triggers_of(&relation).iter().find(|t| t.name == create.name).cloned();
        if let Some(old) = &old {
            let why = match create.or_replace {
                false => Some("already exists"),
                true if old.parent.is_some() => Some("is an internal or a child trigger"),
                true => old.constraint.map(|_| "is a constraint trigger"),
            };
            if let Some(why) = why {
                return Err(trigger_tree::in_the_way(&create.name, &table.name, why));
            }
        }
        let columns = trigger_columns(&table, &create.columns)?;
        let oid = match &old {
            Some(old) => old.oid,
            None => self.new_oid(table.schema).await?,
        };
        let constraint = match create.constraint {
            true => Some(ConstraintTrigger {
                oid: self.new_oid(table.schema).await?,
                deferrable: create.deferrable.unwrap_or(create.deferred),
                initially_deferred: create.deferred,
                from,
            }),
            false => None,
        };
        let made = Trigger {
            oid,
            name: create.name.clone(),
            function,
            timing: create.timing,
            events,
            columns,
            row: create.row,
            condition,
            arguments: create.arguments.clone(),
            enabled: 'O',
            constraint,
            old_table,
            new_table,
            parent: None,
        };
        self.pin(table.schema, &[function]);
        let kept = made.clone();
        self.edit_triggers(table.oid, |triggers| {
            triggers.retain(|own| own.name != kept.name);
            triggers.push(kept);
        })?;
        if made.row && table.partitioned.is_some() {
            self.spread_trigger(table.oid, &made, create.or_replace).await?;
        }
        Ok(())
    }

    /// Changes the triggers of a table or view.
    pub(super) fn edit_triggers(&mut self, relation: Oid, change: impl FnOnce(&mut Vec<Trigger>)) -> SqlResult<()> {
        if let Some(view) = self.now().views.get(&relation) {
            let mut view = View::clone(view);
            change(&mut view.triggers);
            trigger::sort(&mut view.triggers);
            view.version += 1;
            self.edit().put_view(Arc::new(view));
            return Ok(());
        }
        self.edit_table(relation, |table| {
            change(&mut table.triggers);
            trigger::sort(&mut table.triggers);
        })?;
        Ok(())
    }

    /// A function without parameters that gives `trigger`.
    fn trigger_function(&self, name: &QualifiedName) -> SqlResult<Oid> {
        let (schemas, bare) = self.schemas_of(name)?;
        let none = |schema| self.now().functions_named(schema, &bare).find(|f| f.inputs().next().is_none());
        let Some(found) = schemas.into_iter().find_map(none) else {
            let own = |p: &&registry::Proc| p.args.is_empty() && p.ret == Oid::TRIGGER;
            return match registry::procs_named(&bare).find(own) {
                Some(found) if found.name == SUPPRESS_REDUNDANT => Ok(found.oid),
                Some(_) => Err(SqlError::unsupported(format!("function {name} is not supported"))
                    .hint("Write the trigger's function in PL/pgSQL.")),
                None => {
                    let text = format!("function {name}() does not exist");
                    Err(SqlError::new(SqlState::UndefinedFunction, text))
                }
            };
        };
        if found.result != Oid::TRIGGER {
            return Err(invalid(format!("function {name} must return type trigger")));
        }
        Ok(found.oid)
    }

    /// The schemas that a name may be in, in order, and its last part.
    fn schemas_of(&self, name: &QualifiedName) -> SqlResult<(Vec<Oid>, String)> {
        match name.0.as_slice() {
            [.., schema, bare] if schema == "pg_catalog" => Ok((Vec::new(), bare.clone())),
            [.., schema, bare] => Ok((vec![self.schema(schema)?.oid], bare.clone())),
            [bare] => {
                let path = self.search_path.iter().filter_map(|s| self.now().schema(s)).map(|s| s.oid);
                Ok((path.collect(), bare.clone()))
            }
            [] => Err(SqlError::internal("a name without parts")),
        }
    }

    /// The table or view of a trigger.
    pub(super) fn relation_of_trigger(&self, name: &TriggerName) -> SqlResult<Relation> {
        self.find(&name.table)?.ok_or_else(|| undefined_table("relation", &name.table))
    }

    /// DROP TRIGGER.
    pub(super) fn drop_trigger(&mut self, name: &TriggerName, if_exists: bool) -> SqlResult<()> {
        let relation = match self.find(&name.table) {
            Ok(Some(relation)) => relation,
            Ok(None) if if_exists => {
                self.notice(format!("relation \"{}\" does not exist, skipping", name.table));
                return Ok(());
            }
            Ok(None) => return Err(undefined_table("relation", &name.table)),
            Err(e) if if_exists && e.code() == SqlState::InvalidSchemaName => {
                self.notice(format!("{}, skipping", e.message()));
                return Ok(());
            }
            Err(e) => return Err(e),
        };
        let Some(trigger) = triggers_of(&relation).iter().find(|t| t.name == name.name) else {
            if if_exists {
                let text =
                    format!("trigger \"{}\" for relation \"{}\" does not exist, skipping", name.name, name.table);
                self.notice(text);
                return Ok(());
            }
            return Err(missing(&name.name, securable(&relation).name()));
        };
        self.must_own_as(&relation, "relation")?;
        self.refuse_part_of_trigger(relation.oid(), trigger)?;
        self.remove_trigger(relation.oid(), trigger.oid)
    }

    /// ALTER TRIGGER … RENAME.
    pub(super) fn rename_trigger(&mut self, name: &TriggerName, to: &str) -> SqlResult<()> {
        let relation = self.relation_of_trigger(name)?;
        if !matches!(relation, Relation::Table(_) | Relation::View(_)) {
            let text = format!("relation \"{}\" cannot have triggers", name.table);
            return Err(SqlError::new(SqlState::WrongObjectType, text));
        }
        self.must_own_relation(&relation)?;
        let shown = securable(&relation).name().to_owned();
        let Some(trigger) = triggers_of(&relation).iter().find(|t| t.name == name.name) else {
            return Err(missing(&name.name, &shown));
        };
        if triggers_of(&relation).iter().any(|t| t.name == to) {
            return Err(trigger_tree::in_the_way(to, &shown, "already exists"));
        }
        if let Relation::Table(table) = &relation {
            self.require_renamable(table, trigger, to)?;
        }
        let mut all = self.parts_of_trigger(relation.oid(), trigger.oid);
        all.push((relation.oid(), trigger.oid));
        for (on, oid) in all {
            self.edit_triggers(on, |triggers| {
                for trigger in triggers.iter_mut().filter(|own| own.oid == oid) {
                    to.clone_into(&mut trigger.name);
                }
            })?;
        }
        Ok(())
    }

    /// ENABLE and DISABLE TRIGGER: one by its name, or all; without ONLY also what partitions have of it.
    pub(super) fn enable_triggers(&mut self, table: &Table, name: Option<&str>, enabled: char) -> SqlResult<()> {
        if let Some(name) = name
            && !table.triggers.iter().any(|t| t.name == name)
        {
            return Err(missing(name, &table.name));
        }
        for trigger in table.triggers.iter().filter(|own| name.is_none_or(|name| own.name == name)) {
            let mut all = if self.only { Vec::new() } else { self.parts_of_trigger(table.oid, trigger.oid) };
            all.push((table.oid, trigger.oid));
            for (on, oid) in all {
                self.edit_triggers(on, |triggers| {
                    for trigger in triggers.iter_mut().filter(|own| own.oid == oid) {
                        trigger.enabled = enabled;
                    }
                })?;
            }
        }
        Ok(())
    }
}

/// The events in order.
fn events(create: &CreateTrigger) -> SqlResult<Vec<TriggerEvent>> {
    let mut out = Vec::with_capacity(create.events.len());
    for event in [TriggerEvent::Insert, TriggerEvent::Delete, TriggerEvent::Update, TriggerEvent::Truncate] {
        match create.events.iter().filter(|e| **e == event).count() {
            0 => {}
            1 => out.push(event),
            _ => {
                let text = format!("duplicate trigger events specified at or near \"{}\"", event.word());
                return Err(SqlError::new(SqlState::SyntaxError, text));
            }
        }
    }
    Ok(out)
}

/// The columns of UPDATE OF.
fn trigger_columns(table: &Table, names: &[String]) -> SqlResult<Vec<i16>> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let column = table.column_named(name).ok_or_else(|| undefined_column(table, name))?;
        if columns.contains(&column.number) {
            let text = format!("column \"{name}\" specified more than once");
            return Err(SqlError::new(SqlState::DuplicateColumn, text));
        }
        columns.push(column.number);
    }
    Ok(columns)
}
