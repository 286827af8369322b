//! CREATE, ALTER and DROP TRIGGER, and ALTER TABLE … ENABLE and DISABLE TRIGGER.

use gavel_binder::ddl::ast::{CreateTrigger, QualifiedName, TriggerName};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::trigger::{ConstraintTrigger, Timing, Trigger, TriggerEvent};
use gavel_catalog::{Catalog, Table};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::names::{undefined_column, undefined_table};

/// 42704.
fn missing(name: &str, table: &Table) -> SqlError {
    let text = format!("trigger \"{name}\" for table \"{}\" does not exist", table.name);
    SqlError::new(SqlState::UndefinedObject, text)
}

/// Triggers that call a function.
pub(super) fn callers(catalog: &Catalog, function: Oid) -> impl Iterator<Item = (Oid, &Trigger)> {
    catalog
        .tables
        .values()
        .flat_map(|t| t.triggers.iter().map(move |trigger| (t.oid, trigger)))
        .filter(move |(_, trigger)| trigger.function == function)
}

impl DdlContext<'_> {
    /// CREATE TRIGGER.
    ///
    /// # Errors
    /// 42P01, 42703, 42883, 42P17, 42710.
    pub(super) async fn create_trigger(&mut self, create: &CreateTrigger) -> SqlResult<()> {
        let found = self.find(&create.table)?.ok_or_else(|| undefined_table("relation", &create.table))?;
        let table = match found {
            Relation::Table(table) if table.materialized.is_none() => table,
            Relation::View(view) => {
                let text = format!("\"{}\" is a view", view.name);
                let detail = "Views cannot have row-level BEFORE or AFTER triggers.";
                return Err(SqlError::new(SqlState::WrongObjectType, text).detail(detail));
            }
            _ => {
                let name = create.table.0.last().map_or("", String::as_str);
                let text = format!("relation \"{name}\" cannot have triggers");
                return Err(SqlError::new(SqlState::WrongObjectType, text));
            }
        };
        let invalid = |text: &str| SqlError::new(SqlState::InvalidObjectDefinition, text);
        if create.row && create.events.contains(&TriggerEvent::Truncate) {
            return Err(SqlError::unsupported("TRUNCATE FOR EACH ROW triggers are not supported"));
        }
        if create.constraint && !create.row {
            let text = "constraint triggers can only be specified FOR EACH ROW";
            return Err(SqlError::unsupported(text));
        }
        let mut columns = Vec::with_capacity(create.columns.len());
        for name in &create.columns {
            let column = table.column_named(name).ok_or_else(|| undefined_column(&table, name))?;
            if columns.contains(&column.number) {
                let text = format!("column \"{name}\" specified more than once");
                return Err(SqlError::new(SqlState::DuplicateColumn, text));
            }
            columns.push(column.number);
        }
        let function = self.trigger_function(&create.function)?;
        let mut events = Vec::new();
        for event in
            [TriggerEvent::Insert, TriggerEvent::Delete, TriggerEvent::Update, TriggerEvent::Truncate]
        {
            match create.events.iter().filter(|e| **e == event).count() {
                0 => {}
                1 => events.push(event),
                _ => return Err(SqlError::new(SqlState::SyntaxError, "duplicate trigger events specified")),
            }
        }
        if let Some(condition) = &create.condition {
            self.binder.trigger_condition(self.scope(), &table, condition, (&events, create.row, create.timing))?;
        }
        let old = table.triggers.iter().find(|t| t.name == create.name).cloned();
        if let Some(old) = &old {
            let already = || {
                let text = format!("trigger \"{}\" for relation \"{}\" already exists", create.name, table.name);
                SqlError::new(SqlState::DuplicateObject, text)
            };
            if !create.or_replace || create.constraint {
                return Err(already());
            }
            if old.constraint.is_some() {
                let text =
                    format!("trigger \"{}\" for relation \"{}\" is a constraint trigger", create.name, table.name);
                return Err(invalid(&text));
            }
        }
        let oid = match &old {
            Some(old) => old.oid,
            None => self.new_oid(table.schema).await?,
        };
        let constraint = match create.constraint {
            true => Some(ConstraintTrigger {
                oid: self.new_oid(table.schema).await?,
                deferrable: create.deferrable,
                initially_deferred: create.deferred,
            }),
            false => None,
        };
        let trigger = Trigger {
            oid,
            name: create.name.clone(),
            function,
            timing: create.timing,
            events,
            columns,
            row: create.row,
            condition: create.condition.clone(),
            arguments: create.arguments.clone(),
            enabled: old.as_ref().map_or('O', |old| old.enabled),
            constraint,
        };
        self.pin(table.schema, &[function]);
        self.edit_table(table.oid, |t| {
            t.triggers.retain(|own| own.name != trigger.name);
            t.triggers.push(trigger);
            // In the order in which they fire.
            t.triggers.sort_by(|a, b| a.name.cmp(&b.name));
        })?;
        Ok(())
    }

    /// A function without parameters that gives `trigger`.
    fn trigger_function(&self, name: &QualifiedName) -> SqlResult<Oid> {
        let undefined = || {
            let text = format!("function {name}() does not exist");
            SqlError::new(SqlState::UndefinedFunction, text)
        };
        let (schemas, bare) = self.schemas_of(name)?;
        let found = schemas
            .into_iter()
            .find_map(|schema| self.now().functions_named(schema, &bare).find(|f| f.inputs().next().is_none()))
            .ok_or_else(undefined)?;
        if found.result != Oid::TRIGGER {
            let text = format!("function {} must return type trigger", found.name);
            return Err(SqlError::new(SqlState::InvalidObjectDefinition, text));
        }
        Ok(found.oid)
    }

    /// The schemas that a name may be in, in order, and its last part.
    fn schemas_of(&self, name: &QualifiedName) -> SqlResult<(Vec<Oid>, String)> {
        match name.0.as_slice() {
            [.., schema, bare] => Ok((vec![self.schema(schema)?.oid], bare.clone())),
            [bare] => {
                let path = self.search_path.iter().filter_map(|s| self.now().schema(s)).map(|s| s.oid);
                Ok((path.collect(), bare.clone()))
            }
            [] => Err(SqlError::internal("a name without parts")),
        }
    }

    /// DROP TRIGGER.
    pub(super) fn drop_trigger(&mut self, name: &TriggerName, if_exists: bool) -> SqlResult<()> {
        let table = match self.find(&name.table) {
            Ok(Some(Relation::Table(table))) => table,
            Ok(Some(_)) => return Err(SqlError::unsupported("triggers of views are not supported")),
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
        if !table.triggers.iter().any(|t| t.name == name.name) {
            if if_exists {
                self.notice(format!("trigger \"{}\" for relation \"{}\" does not exist, skipping", name.name, name.table));
                return Ok(());
            }
            return Err(missing(&name.name, &table));
        }
        self.edit_table(table.oid, |t| t.triggers.retain(|own| own.name != name.name))?;
        Ok(())
    }

    /// ALTER TRIGGER … RENAME.
    pub(super) fn rename_trigger(&mut self, name: &TriggerName, to: &str) -> SqlResult<()> {
        let table = self.find_table(&name.table)?;
        if !table.triggers.iter().any(|t| t.name == name.name) {
            return Err(missing(&name.name, &table));
        }
        if table.triggers.iter().any(|t| t.name == to) {
            let text = format!("trigger \"{to}\" for relation \"{}\" already exists", table.name);
            return Err(SqlError::new(SqlState::DuplicateObject, text));
        }
        self.edit_table(table.oid, |t| {
            for trigger in t.triggers.iter_mut().filter(|own| own.name == name.name) {
                to.clone_into(&mut trigger.name);
            }
            t.triggers.sort_by(|a, b| a.name.cmp(&b.name));
        })?;
        Ok(())
    }

    /// ENABLE and DISABLE TRIGGER: one by its name, or all.
    pub(super) fn enable_triggers(&mut self, table: &Table, name: Option<&str>, enabled: char) -> SqlResult<()> {
        if let Some(name) = name
            && !table.triggers.iter().any(|t| t.name == name)
        {
            return Err(missing(name, table));
        }
        self.edit_table(table.oid, |t| {
            for trigger in t.triggers.iter_mut().filter(|own| name.is_none_or(|name| own.name == name)) {
                trigger.enabled = enabled;
            }
        })?;
        Ok(())
    }
}
