//! Constraints: adding one to a table that is in the catalog, for CREATE TABLE (`fresh`: no rows yet) and
//! for ALTER TABLE alike.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Action, References, TableConstraint, TableConstraintKind, Timing};
use gavel_catalog::{FkAction, FkMatch, ForeignKey, Index, IndexKey, Table, Unique};
use gavel_functions::registry;
use gavel_types::text_io::type_name_with_typmod;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::check::NewCheck;
use super::names::{qualified, quote};
use super::{DdlContext, naming};

/// What a unique or primary key constraint is made of.
pub(super) struct Key<'a> {
    pub name: Option<String>,
    pub primary: bool,
    pub columns: &'a [String],
    pub include: &'a [String],
    pub nulls_not_distinct: bool,
    pub timing: Timing,
}

impl DdlContext<'_> {
    /// Adds a constraint to the table with this OID.
    pub(super) async fn add_constraint(
        &mut self,
        oid: Oid,
        constraint: &TableConstraint,
        fresh: bool,
    ) -> SqlResult<()> {
        let (name, timing) = (constraint.name.clone(), constraint.timing);
        require_marks(constraint)?;
        if let Some(name) = &name {
            if matches!(constraint.kind, TableConstraintKind::Unique { .. } | TableConstraintKind::PrimaryKey { .. }) {
                let schema = self.table_by_oid(oid)?.schema;
                self.require_free(schema, name)?;
            }
            self.require_new_constraint(oid, name)?;
        }
        match &constraint.kind {
            TableConstraintKind::Check(expr) => {
                self.add_check(oid, NewCheck { name, column: None, expr, timing, fresh }).await
            }
            TableConstraintKind::Unique { columns, include, nulls_not_distinct } => {
                let nulls_not_distinct = *nulls_not_distinct;
                let key = Key { name, primary: false, columns, include, nulls_not_distinct, timing };
                self.add_key(oid, key, fresh).await
            }
            TableConstraintKind::PrimaryKey { columns, include } => {
                let key = Key { name, primary: true, columns, include, nulls_not_distinct: false, timing };
                self.add_key(oid, key, fresh).await
            }
            TableConstraintKind::UsingIndex { primary, index } => {
                self.add_key_using_index(oid, name, *primary, index, timing).await
            }
            TableConstraintKind::ForeignKey { columns, references } => {
                self.add_foreign_key(oid, name, columns, references, timing, fresh).await
            }
            TableConstraintKind::Exclude(exclusion) => self.add_exclusion(oid, name, exclusion, timing, fresh).await,
        }
    }

    pub(super) fn table_by_oid(&self, oid: Oid) -> SqlResult<Arc<Table>> {
        self.now().table(oid).cloned().ok_or_else(|| SqlError::internal("table has left the catalog"))
    }

    fn require_new_constraint(&self, oid: Oid, name: &str) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if constraint_names(&table).any(|n| n == name) {
            let message = format!("constraint \"{name}\" for relation \"{}\" already exists", table.name);
            return Err(SqlError::new(SqlState::DuplicateObject, message));
        }
        Ok(())
    }

    /// 23514 if a row of `table`, those of tables below it aside, breaks the check.
    pub(super) async fn validate_check(&mut self, table: &Table, name: &str, sql: &str) -> SqlResult<()> {
        if table.partitioned.is_some() {
            return Ok(());
        }
        let from = self.rows_of(table);
        if self.any_row(table, &format!("SELECT 1 FROM {from} WHERE NOT ({sql}) LIMIT 1")).await? {
            let message = format!("check constraint \"{name}\" of relation \"{}\" is violated by some row", table.name);
            let error = SqlError::new(SqlState::CheckViolation, message);
            return Err(self.located(error, table).constraint(name));
        }
        Ok(())
    }

    /// 23502 if a row of `table`, those of tables below it aside, has NULL there.
    pub(super) async fn validate_not_null(&mut self, table: &Table, column: &str) -> SqlResult<()> {
        if table.partitioned.is_some() {
            return Ok(());
        }
        let from = self.rows_of(table);
        let sql = format!("SELECT 1 FROM {from} WHERE {} IS NULL LIMIT 1", quote(column));
        if self.any_row(table, &sql).await? {
            let message = format!("column \"{column}\" of relation \"{}\" contains null values", table.name);
            let error = SqlError::new(SqlState::NotNullViolation, message);
            return Err(self.located(error, table).column(column));
        }
        Ok(())
    }

    /// 55006 if a statement is writing to the table, or checks of its rows wait for COMMIT, so that it must stay as it is.
    pub(super) async fn require_no_pending(&mut self, oid: Oid, command: &str) -> SqlResult<()> {
        let catalog = self.now().clone();
        let Some(table) = catalog.table(oid) else { return Ok(()) };
        if self.host.is_in_use(oid) {
            let message = format!(
                "cannot {command} \"{}\" because it is being used by active queries in this session",
                table.name
            );
            return Err(SqlError::new(SqlState::ObjectInUse, message));
        }
        if self.host.has_pending_checks(&catalog, oid).await? {
            let message = format!("cannot {command} \"{}\" because it has pending trigger events", table.name);
            return Err(SqlError::new(SqlState::ObjectInUse, message));
        }
        Ok(())
    }

    /// Whether a query over the rows of `table` finds any; rows that come in meanwhile abort the transaction.
    pub(super) async fn any_row(&mut self, table: &Table, sql: &str) -> SqlResult<bool> {
        self.catalog.reliance.rows_of.insert(table.oid);
        let catalog = self.now().clone();
        Ok(!self.host.run(&catalog, sql).await?.is_empty())
    }

    pub(super) async fn has_rows(&mut self, table: &Table) -> SqlResult<bool> {
        if table.materialized.as_ref().is_some_and(|m| !m.populated) {
            return Ok(false);
        }
        if table.partitioned.is_some() {
            return Ok(false);
        }
        let from = self.rows_of(table);
        self.any_row(table, &format!("SELECT 1 FROM {from} LIMIT 1")).await
    }

    /// A table in FROM without the tables that inherit from it; a partitioned one with its partitions.
    pub(super) fn rows_of(&self, table: &Table) -> String {
        let name = qualified(self.now(), table.schema, &table.name);
        let alone = table.partitioned.is_none() && self.now().has_children(table.oid);
        if alone { format!("ONLY {name}") } else { name }
    }

    /// Fills in the schema and table fields of an error.
    pub(super) fn located(&self, error: SqlError, table: &Table) -> SqlError {
        let schema = self.now().schema_by_oid(table.schema).map_or("", |s| s.name.as_str());
        error.schema(schema).table(table.name.as_str())
    }

    pub(super) async fn add_key(&mut self, oid: Oid, key: Key<'_>, fresh: bool) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if key.primary && table.primary_key().is_some() {
            return Err(multiple_primary_keys(&table));
        }
        let what = if key.primary { "primary key" } else { "unique" };
        let numbers = key_columns(&table, key.columns, what)?;
        let include = key_columns(&table, key.include, what)?;
        for number in &numbers {
            require_ordered(table.column(*number).map_or(PgType::TEXT, |c| c.ty))?;
        }
        let name = match key.name {
            Some(name) => {
                self.require_free(table.schema, &name)?;
                name
            }
            None => {
                let joined = naming::joined(key.columns);
                let parts = if key.primary { [&table.name, "", "pkey"] } else { [&table.name, joined.as_str(), "key"] };
                naming::relation_name(self.now(), table.schema, parts, true)
            }
        };
        let (index_oid, constraint_oid) = (self.new_oid(table.schema).await?, self.new_oid(table.schema).await?);
        let index = Index {
            oid: index_oid,
            name: name.clone(),
            storage: if key.primary && !key.timing.deferrable { table.storage } else { index_oid },
            primary: key.primary,
            unique: true,
            keys: numbers.iter().map(|n| (IndexKey::Column(*n), false, false)).collect(),
            include,
            nulls_not_distinct: key.nulls_not_distinct,
            constraint: Some(constraint_oid),
            deferrable: key.timing.deferrable,
            ..Index::default()
        };
        let unique = Unique {
            oid: constraint_oid,
            name,
            index: index_oid,
            primary: key.primary,
            deferrable: key.timing.deferrable,
            initially_deferred: key.timing.initially_deferred,
            exclusion: false,
            parent: None,
        };
        super::index_tree::require_partition_key(self.now(), &table, &index)?;
        if key.primary {
            self.spread_not_null(&table, &numbers, self.only).await?;
        }
        if table.partitioned.is_some() {
            return self.add_partitioned_index(table.oid, index, Some(unique), self.only).await;
        }
        let rows = !fresh && self.has_rows(&table).await?;
        if key.primary {
            return self.make_primary(&table, index, unique, rows).await;
        }
        let table = self.edit_table(table.oid, |t| {
            t.indexes.push(index);
            t.uniques.push(unique);
        })?;
        if rows { self.build_index(&table, index_oid).await } else { Ok(()) }
    }

    /// Makes `index` the primary key: its columns become NOT NULL, and rows that are there move to the new
    /// key.
    pub(super) async fn make_primary(
        &mut self,
        table: &Arc<Table>,
        index: Index,
        unique: Unique,
        rows: bool,
    ) -> SqlResult<()> {
        let numbers: Vec<i16> = index.keys.iter().filter_map(|k| column_of(&k.0)).collect();
        if rows {
            for column in table.visible_columns().filter(|c| numbers.contains(&c.number) && !c.not_null) {
                self.validate_not_null(table, &column.name).await?;
            }
        }
        let mut changed = Table::clone(table);
        for column in &mut changed.columns {
            column.not_null |= numbers.contains(&column.number);
        }
        changed.indexes.insert(0, index);
        changed.uniques.insert(0, unique);
        if rows {
            return self.rewrite(table, changed, &[]).await;
        }
        self.edit_table(table.oid, |t| *t = changed)?;
        Ok(())
    }

    pub(super) async fn build_index(&mut self, table: &Arc<Table>, index: Oid) -> SqlResult<()> {
        self.catalog.reliance.rows_of.insert(table.oid);
        let catalog = self.now().clone();
        self.host.build_index(&catalog, table, index).await
    }

    async fn add_key_using_index(
        &mut self,
        oid: Oid,
        name: Option<String>,
        primary: bool,
        index_name: &str,
        timing: Timing,
    ) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let wrong = |message: String| SqlError::new(SqlState::WrongObjectType, message);
        let Some(index) = table.indexes.iter().find(|i| i.name == index_name).cloned() else {
            let message = format!("index \"{index_name}\" does not exist");
            return Err(SqlError::new(SqlState::UndefinedObject, message));
        };
        if index.constraint.is_some() {
            let message = format!("index \"{index_name}\" is already associated with a constraint");
            return Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message));
        }
        if !index.is_lasting() {
            let message = format!("index \"{index_name}\" is not valid");
            return Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message));
        }
        if !index.unique {
            return Err(wrong(format!("\"{index_name}\" is not a unique index"))
                .detail("Cannot create a primary key or unique constraint using such an index."));
        }
        let plain = index.keys.iter().all(|(key, descending, first)| column_of(key).is_some() && !descending && !first);
        if index.predicate.is_some() || !plain || !index.classes.is_empty() {
            return Err(wrong(format!(
                "index \"{index_name}\" contains expressions, a predicate or non-default order"
            ))
            .detail("Cannot create a primary key or unique constraint using such an index."));
        }
        if table.partitioned.is_some() {
            let message = "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables";
            return Err(SqlError::unsupported(message));
        }
        if primary && table.primary_key().is_some() {
            return Err(multiple_primary_keys(&table));
        }
        let new_name = name.unwrap_or_else(|| index_name.to_owned());
        if new_name != index_name {
            self.require_free(table.schema, &new_name)?;
            self.notice(format!(
                "ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"{index_name}\" to \"{new_name}\""
            ));
        }
        let constraint = self.new_oid(table.schema).await?;
        let unique = Unique {
            oid: constraint,
            name: new_name.clone(),
            index: index.oid,
            primary,
            deferrable: timing.deferrable,
            initially_deferred: timing.initially_deferred,
            exclusion: false,
            parent: None,
        };
        let deferrable = timing.deferrable;
        let mut changed = Index { name: new_name, constraint: Some(constraint), deferrable, ..index.clone() };
        if primary {
            let numbers: Vec<i16> = index.keys.iter().filter_map(|(key, ..)| column_of(key)).collect();
            self.spread_not_null(&table, &numbers, self.only).await?;
            let rows = self.has_rows(&table).await?;
            let table = self.edit_table(oid, |t| t.indexes.retain(|i| i.oid != index.oid))?;
            changed.primary = true;
            if changed.is_table() {
                changed.storage = table.storage;
            }
            return self.make_primary(&table, changed, unique, rows).await;
        }
        if deferrable {
            // Its entries have another form, so they are made anew.
            changed.storage = self.new_oid(table.schema).await?;
        }
        let table = self.edit_table(oid, |t| {
            for i in t.indexes.iter_mut().filter(|i| i.oid == changed.oid) {
                *i = changed.clone();
            }
            t.uniques.push(unique);
        })?;
        if deferrable && self.has_rows(&table).await? { self.build_index(&table, changed.oid).await } else { Ok(()) }
    }

    pub(super) async fn add_foreign_key(
        &mut self,
        oid: Oid,
        name: Option<String>,
        columns: &[String],
        references: &References,
        timing: Timing,
        fresh: bool,
    ) -> SqlResult<()> {
        marks_of("FOREIGN KEY", timing, &[Mark::Deferrable, Mark::NotValid])?;
        if let Some(words) = references.update_sets {
            let message = format!("a column list with {words} is only supported for ON DELETE actions");
            return Err(SqlError::unsupported(message));
        }
        let table = self.table_by_oid(oid)?;
        let not_valid = !fresh && timing.not_valid;
        let only = self.only && !fresh;
        if table.partitioned.is_some() && (only || not_valid) {
            let bare = references.table.0.last().map_or("", String::as_str);
            let what = if only { "use ONLY for" } else { "add NOT VALID" };
            let message = format!(
                "cannot {what} foreign key on partitioned table \"{}\" referencing relation \"{bare}\"",
                table.name
            );
            let error = SqlError::new(SqlState::WrongObjectType, message);
            return Err(if only {
                error
            } else {
                error.detail("This feature is not yet supported on partitioned tables.")
            });
        }
        let parent = self.find_table(&references.table).map_err(|e| match e.code() {
            SqlState::WrongObjectType => {
                let bare = references.table.0.last().map_or("", String::as_str);
                SqlError::new(SqlState::WrongObjectType, format!("referenced relation \"{bare}\" is not a table"))
            }
            _ => e,
        })?;
        super::logged::require_lasting(&table, &parent)?;
        let child_columns = foreign_columns(&table, columns)?;
        let mut delete_sets = foreign_columns(&table, &references.delete_sets)?;
        if let Some((_, name)) =
            delete_sets.iter().zip(&references.delete_sets).find(|(number, _)| !child_columns.contains(number))
        {
            let message = format!("column \"{name}\" referenced in ON DELETE SET action must be part of foreign key");
            return Err(SqlError::new(SqlState::InvalidColumnReference, message));
        }
        // A column that is named again counts once.
        let mut seen = std::collections::BTreeSet::new();
        delete_sets.retain(|number| seen.insert(*number));
        let (parent_columns, parent_index) = referenced_key(&parent, &references.columns, child_columns.len())?;
        self.may_reference(&parent, &parent_columns)?;
        let name = name.unwrap_or_else(|| {
            naming::constraint_name(self.now(), table.schema, [&table.name, &naming::joined(columns), "fkey"])
        });
        if child_columns.len() != parent_columns.len() {
            return Err(SqlError::new(
                SqlState::InvalidForeignKey,
                "number of referencing and referenced columns for foreign key disagree",
            ));
        }
        if child_columns.iter().any(|n| table.column(*n).is_some_and(|c| c.generated)) {
            use gavel_binder::ddl::ast::Action;
            let sets = |a: Action| matches!(a, Action::SetNull | Action::SetDefault);
            let when = if sets(references.on_update) || references.on_update == Action::Cascade {
                Some("UPDATE")
            } else {
                sets(references.on_delete).then_some("DELETE")
            };
            if let Some(when) = when {
                let message =
                    format!("invalid ON {when} action for foreign key constraint containing generated column");
                return Err(SqlError::new(SqlState::SyntaxError, message));
            }
        }
        for (a, b) in child_columns.iter().zip(&parent_columns) {
            require_comparable(&name, (&table, *a), (&parent, *b))?;
        }
        let key = ForeignKey {
            oid: self.new_oid(table.schema).await?,
            name,
            columns: child_columns,
            parent: parent.oid,
            parent_columns,
            parent_index,
            on_delete: action(references.on_delete),
            delete_sets,
            on_update: action(references.on_update),
            matching: if references.full { FkMatch::Full } else { FkMatch::Simple },
            deferrable: timing.deferrable,
            initially_deferred: timing.initially_deferred,
            validated: !not_valid,
            inherited_from: None,
            parts: Vec::new(),
        };
        let validate = !fresh && key.validated;
        self.put_foreign_key(oid, key, validate).await
    }

    /// 23503 if a row of `table`, those of tables below it aside, has no parent.
    pub(super) async fn validate_foreign_key(&mut self, table: &Table, key: &ForeignKey) -> SqlResult<()> {
        let parent = self.table_by_oid(key.parent)?;
        let name_in = |t: &Table, n: i16| t.column(n).map_or_else(String::new, |c| quote(&c.name));
        let own: Vec<String> = key.columns.iter().map(|n| name_in(table, *n)).collect();
        let theirs: Vec<String> = key.parent_columns.iter().map(|n| name_in(&parent, *n)).collect();
        let on: Vec<String> = own.iter().zip(&theirs).map(|(a, b)| format!("c.{a} = p.{b}")).collect();
        let filled: Vec<String> = own.iter().map(|a| format!("c.{a} IS NOT NULL")).collect();
        let (list, joiner) = (
            own.iter().map(|a| format!("c.{a}")).collect::<Vec<_>>().join(", "),
            match key.matching {
                FkMatch::Simple => " AND ",
                FkMatch::Full => " OR ",
            },
        );
        let sql = format!(
            "SELECT {list} FROM {} c LEFT JOIN {} p ON {} WHERE p.{} IS NULL AND ({}) LIMIT 1",
            self.rows_of(table),
            self.rows_of(&parent),
            on.join(" AND "),
            theirs.first().map_or("", String::as_str),
            filled.join(joiner),
        );
        self.catalog.reliance.rows_of.insert(table.oid);
        self.catalog.reliance.rows_of.extend(key.referenced());
        let catalog = self.now().clone();
        let found = self.host.run(&catalog, &sql).await?;
        let Some(row) = found.first() else { return Ok(()) };
        let texts: Vec<String> = key
            .columns
            .iter()
            .zip(row)
            .map(|(n, v)| {
                let ty = table.column(*n).map_or(PgType::TEXT, |c| c.ty);
                gavel_catalog::descriptor::datum_text(v, ty).unwrap_or_else(|| "null".to_owned())
            })
            .collect();
        let message =
            format!("insert or update on table \"{}\" violates foreign key constraint \"{}\"", table.name, key.name);
        let detail = if key.matching == FkMatch::Full && row.iter().any(gavel_types::Datum::is_null) {
            "MATCH FULL does not allow mixing of null and nonnull key values.".to_owned()
        } else {
            format!("Key ({})=({}) is not present in table \"{}\".", own.join(", "), texts.join(", "), parent.name)
        };
        let error = SqlError::new(SqlState::ForeignKeyViolation, message).detail(detail);
        Err(self.located(error, table).constraint(key.name.as_str()))
    }

    /// ALTER CONSTRAINT: when a foreign key is checked, also for partitions.
    pub(super) fn alter_constraint(&mut self, oid: Oid, name: &str, timing: Timing) -> SqlResult<()> {
        marks_of("FOREIGN KEY", timing, &[Mark::Deferrable])?;
        let table = self.table_by_oid(oid)?;
        if let Some(key) = table.foreign_keys.iter().find(|f| f.parts.iter().any(|p| p.name == name)) {
            return Err(self.derived_constraint(&table, key, name));
        }
        if !table.foreign_keys.iter().any(|f| f.name == name) {
            if constraint_names(&table).any(|n| n == name) {
                let message =
                    format!("constraint \"{name}\" of relation \"{}\" is not a foreign key constraint", table.name);
                return Err(SqlError::new(SqlState::WrongObjectType, message));
            }
            return Err(undefined_constraint(&table, name));
        }
        let Some(key) = table.foreign_keys.iter().find(|f| f.name == name) else { return Ok(()) };
        if key.inherited_from.is_some() {
            return Err(self.derived_constraint(&table, key, name));
        }
        let mut all = vec![(oid, key.oid)];
        let mut at = 0;
        while let Some((table, key)) = all.get(at).copied() {
            at += 1;
            all.extend(self.constraint_parts(key));
            self.edit_table(table, |t| {
                for key in t.foreign_keys.iter_mut().filter(|f| f.oid == key) {
                    (key.deferrable, key.initially_deferred) = (timing.deferrable, timing.initially_deferred);
                }
            })?;
        }
        Ok(())
    }

    /// A foreign key that is one of a table above, or one to a partition of the table that it is to: to be altered there.
    fn derived_constraint(&self, table: &Table, key: &ForeignKey, name: &str) -> SqlError {
        let message = format!("cannot alter constraint \"{name}\" on relation \"{}\"", table.name);
        let mut top = (table, key);
        while let Some(of) = top.1.inherited_from {
            let above = top.0.inherits.first().and_then(|parent| self.now().table(*parent));
            let Some(above) = above.and_then(|t| Some((&**t, t.foreign_keys.iter().find(|f| f.oid == of)?))) else {
                break;
            };
            top = above;
        }
        let (whole, of) = (top.0, top.1);
        SqlError::internal(message)
            .detail(format!(
                "Constraint \"{name}\" is derived from constraint \"{}\" of relation \"{}\".",
                of.name, whole.name
            ))
            .hint("You may alter the constraint it derives from, instead.")
    }

    /// ALTER TABLE … VALIDATE CONSTRAINT.
    pub(super) async fn validate_constraint(&mut self, oid: Oid, name: &str) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if let Some(check) = table.checks.iter().find(|c| c.name == name) {
            return self.validate_checks(&table, check).await;
        }
        if let Some(key) = table.foreign_keys.iter().find(|f| f.name == name) {
            if !key.validated {
                self.validate_foreign_key(&table, key).await?;
                self.edit_table(oid, |t| {
                    t.foreign_keys.iter_mut().filter(|f| f.name == name).for_each(|f| f.validated = true);
                })?;
            }
            return Ok(());
        }
        if table.uniques.iter().any(|u| u.name == name) {
            let message = format!(
                "constraint \"{name}\" of relation \"{}\" is not a foreign key or check constraint",
                table.name
            );
            return Err(SqlError::new(SqlState::WrongObjectType, message));
        }
        Err(undefined_constraint(&table, name))
    }
}

/// What may stand behind a constraint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Deferrable,
    NotValid,
    NoInherit,
}

fn require_marks(constraint: &TableConstraint) -> SqlResult<()> {
    let (kind, marks): (&str, &[Mark]) = match &constraint.kind {
        TableConstraintKind::Check(_) => ("CHECK", &[Mark::NotValid, Mark::NoInherit]),
        TableConstraintKind::Unique { .. } | TableConstraintKind::UsingIndex { primary: false, .. } => {
            ("UNIQUE", &[Mark::Deferrable])
        }
        TableConstraintKind::PrimaryKey { .. } | TableConstraintKind::UsingIndex { primary: true, .. } => {
            ("PRIMARY KEY", &[Mark::Deferrable])
        }
        TableConstraintKind::Exclude(_) => ("EXCLUDE", &[Mark::Deferrable]),
        TableConstraintKind::ForeignKey { .. } => ("FOREIGN KEY", &[Mark::Deferrable, Mark::NotValid]),
    };
    marks_of(kind, constraint.timing, marks)
}

/// 42601 for marks that exclude each other, 0A000 for one that the kind of constraint does not have.
fn marks_of(kind: &str, timing: Timing, allowed: &[Mark]) -> SqlResult<()> {
    if timing.not_deferrable && timing.initially_deferred {
        let message = "constraint declared INITIALLY DEFERRED must be DEFERRABLE";
        return Err(SqlError::new(SqlState::SyntaxError, message));
    }
    for (set, mark, words) in [
        (timing.deferrable, Mark::Deferrable, "DEFERRABLE"),
        (timing.not_valid, Mark::NotValid, "NOT VALID"),
        (timing.no_inherit, Mark::NoInherit, "NO INHERIT"),
    ] {
        if set && !allowed.contains(&mark) {
            return Err(SqlError::unsupported(format!("{kind} constraints cannot be marked {words}")));
        }
    }
    Ok(())
}

pub(super) fn undefined_constraint(table: &Table, name: &str) -> SqlError {
    let message = format!("constraint \"{name}\" of relation \"{}\" does not exist", table.name);
    SqlError::new(SqlState::UndefinedObject, message)
}

pub(super) fn multiple_primary_keys(table: &Table) -> SqlError {
    let message = format!("multiple primary keys for table \"{}\" are not allowed", table.name);
    SqlError::new(SqlState::InvalidTableDefinition, message)
}

pub(super) fn constraint_names(table: &Table) -> impl Iterator<Item = &str> {
    (table.uniques.iter().map(|u| u.name.as_str())).chain(table.checks.iter().map(|c| c.name.as_str())).chain(
        table
            .foreign_keys
            .iter()
            .flat_map(|f| std::iter::once(f.name.as_str()).chain(f.parts.iter().map(|p| p.name.as_str()))),
    )
}

/// The column that a key is, if it is one.
pub(super) fn column_of(key: &IndexKey) -> Option<i16> {
    match key {
        IndexKey::Column(number) => Some(*number),
        IndexKey::Expression { .. } => None,
    }
}

fn key_columns(table: &Table, names: &[String], what: &str) -> SqlResult<Vec<i16>> {
    let mut numbers = Vec::with_capacity(names.len());
    for name in names {
        let column = table.column_named(name).ok_or_else(|| {
            SqlError::new(SqlState::UndefinedColumn, format!("column \"{name}\" named in key does not exist"))
        })?;
        if numbers.contains(&column.number) {
            let message = format!("column \"{name}\" appears twice in {what} constraint");
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        numbers.push(column.number);
    }
    Ok(numbers)
}

fn foreign_columns(table: &Table, names: &[String]) -> SqlResult<Vec<i16>> {
    let number = |name: &String| {
        table.column_named(name).map(|c| c.number).ok_or_else(|| {
            if super::drop::is_system_column(name) {
                return SqlError::unsupported("system columns cannot be used in foreign keys");
            }
            let message = format!("column \"{name}\" referenced in foreign key constraint does not exist");
            SqlError::new(SqlState::UndefinedColumn, message)
        })
    };
    names.iter().map(number).collect()
}

/// The parent's columns and the unique index over just these.
fn referenced_key(parent: &Table, names: &[String], wanted: usize) -> SqlResult<(Vec<i16>, Oid)> {
    if names.is_empty() {
        let key = parent.primary_key().ok_or_else(|| {
            let message = format!("there is no primary key for referenced table \"{}\"", parent.name);
            SqlError::new(SqlState::UndefinedObject, message)
        })?;
        if key.deferrable {
            return Err(deferrable_parent("primary key", parent));
        }
        if !key.is_public() {
            let message = format!("there is no primary key for referenced table \"{}\"", parent.name);
            return Err(SqlError::new(SqlState::UndefinedObject, message));
        }
        return Ok((key.keys.iter().filter_map(|k| column_of(&k.0)).collect(), key.oid));
    }
    let numbers = foreign_columns(parent, names)?;
    if numbers.len() != wanted {
        // Said by the caller, before it is asked whether the key is unique.
        return Ok((numbers, Oid(0)));
    }
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let found = parent.indexes.iter().find(|i| {
        let mut keys: Vec<i16> = i.keys.iter().filter_map(|k| column_of(&k.0)).collect();
        keys.sort_unstable();
        i.is_unique() && i.is_lasting() && i.predicate.is_none() && keys == sorted && keys.len() == i.keys.len()
    });
    let index = found.ok_or_else(|| {
        let message =
            format!("there is no unique constraint matching given keys for referenced table \"{}\"", parent.name);
        SqlError::new(SqlState::InvalidForeignKey, message)
    })?;
    if index.deferrable {
        return Err(deferrable_parent("unique constraint", parent));
    }
    Ok((numbers, index.oid))
}

/// 55000: a parent must be alone with its key at any time.
fn deferrable_parent(what: &str, parent: &Table) -> SqlError {
    SqlError::new(
        SqlState::ObjectNotInPrerequisiteState,
        format!("cannot use a deferrable {what} for referenced table \"{}\"", parent.name),
    )
}

/// 42804 if no `=` compares the two columns.
pub(super) fn require_comparable(name: &str, child: (&Table, i16), parent: (&Table, i16)) -> SqlResult<()> {
    let column = |(table, number): (&Table, i16)| table.column(number).map(|c| (c.name.clone(), c.ty));
    let (Some((a, child)), Some((b, parent))) = (column(child), column(parent)) else { return Ok(()) };
    let base = |ty: PgType| if ty.oid == Oid::VARCHAR { Oid::TEXT } else { ty.oid };
    let (left, right) = (base(child), base(parent));
    let implicit =
        |from: Oid, to: Oid| registry::cast(from, to).is_some_and(|c| c.context == registry::CastContext::Implicit);
    let comparable = left == right || registry::operator_exact("=", right, left).is_some() || implicit(left, right);
    if comparable {
        return Ok(());
    }
    Err(SqlError::new(SqlState::DatatypeMismatch, format!("foreign key constraint \"{name}\" cannot be implemented"))
        .detail(format!(
            "Key columns \"{a}\" and \"{b}\" are of incompatible types: {} and {}.",
            type_name_with_typmod(child),
            type_name_with_typmod(parent)
        )))
}

/// 42704 for a type without a btree order.
pub(super) fn require_ordered(ty: PgType) -> SqlResult<()> {
    if gavel_binder::sortable(ty.oid).is_ok() {
        return Ok(());
    }
    Err(SqlError::new(
        SqlState::UndefinedObject,
        format!("data type {} has no default operator class for access method \"btree\"", type_name_with_typmod(ty)),
    )
    .hint("You must specify an operator class for the index or define a default operator class for the data type."))
}

const fn action(action: Action) -> FkAction {
    match action {
        Action::NoAction => FkAction::NoAction,
        Action::Restrict => FkAction::Restrict,
        Action::Cascade => FkAction::Cascade,
        Action::SetNull => FkAction::SetNull,
        Action::SetDefault => FkAction::SetDefault,
    }
}
