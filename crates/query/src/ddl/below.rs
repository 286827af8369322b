//! ALTER TABLE of tables that others inherit from: what it changes of a column is changed in the tables below as well, or
//! refused where that cannot be (<https://www.postgresql.org/docs/15/ddl-inherit.html>).

use std::collections::BTreeMap;
use std::sync::Arc;

use gavel_binder::ddl::ast::{ColumnConstraintKind, ColumnDef};
use gavel_catalog::{Column, Table};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::Expr;

use super::DdlContext;
use super::alter_table::NewType;
use super::create_table::next_number;
use super::drop::Object;
use super::expression;
use super::inherit::{INHERITED, collations_versus, require_same_in_child};
use super::names::undefined_column;

impl DdlContext<'_> {
    /// The table and, unless the statement says ONLY, those below it, which must be the role's own as well.
    ///
    /// # Errors
    /// 42501.
    pub(super) fn below(&self, oid: Oid) -> SqlResult<Vec<Oid>> {
        let tables = self.reached(oid, self.only);
        for below in tables.iter().skip(1) {
            self.must_own_table(&*self.table_by_oid(*below)?)?;
        }
        Ok(tables)
    }

    /// 42P16 with this message if the statement says ONLY and there are tables below.
    fn require_whole_tree(&self, oid: Oid, message: impl FnOnce() -> String) -> SqlResult<()> {
        if self.only && self.now().has_children(oid) {
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message()));
        }
        Ok(())
    }

    /// The same where only partitions matter.
    fn require_whole_partitioned(&self, table: &Table, message: &str) -> SqlResult<()> {
        let only = table.partitioned.is_some() && self.only && self.now().has_children(table.oid);
        if !only {
            return Ok(());
        }
        Err(SqlError::new(SqlState::InvalidTableDefinition, message).hint("Do not specify the ONLY keyword."))
    }

    // ---- ADD COLUMN ----

    /// Refuses what cannot be added to a table for the sake of those above or below it.
    pub(super) fn require_column_fits(&self, table: &Table, column: &Column) -> SqlResult<()> {
        if column.identity.is_some() && !self.only && self.now().has_children(table.oid) {
            let message = "cannot recursively add identity column to table that has child tables";
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        Ok(())
    }

    /// Adds a column to a table and to those below: `def` is its definition, `column` what has been made of it without its
    /// default. Tables that have one of the name have it from one parent more, and nobody looks below them.
    pub(super) async fn add_column_to_all(
        &mut self,
        table: &Arc<Table>,
        def: &ColumnDef,
        column: &Column,
    ) -> SqlResult<()> {
        self.require_whole_tree(table.oid, || "column must be added to child tables too".to_owned())?;
        let key = def.constraints.iter().any(|c| matches!(c.kind, ColumnConstraintKind::PrimaryKey));
        let name = &column.name;
        let merging = |child: &str| format!("merging definition of column \"{name}\" for child \"{child}\"");
        // The table itself is asked for NULLs before those below it.
        let own = Column { not_null: column.not_null || key, ..column.clone() };
        let mut gaining = vec![(Arc::clone(table), own)];
        let mut waiting = self.child_oids(table.oid);
        waiting.reverse();
        while let Some(oid) = waiting.pop() {
            if let Some((child, own)) = gaining.iter_mut().find(|(t, _)| t.oid == oid) {
                own.descent.parents += 1;
                self.notice(merging(&child.name));
                continue;
            }
            let before = self.table_by_oid(oid)?;
            self.must_own_table(&before)?;
            if let Some(own) = before.column_named(name) {
                require_same_in_child(&before.name, own, column).map_err(|e| match e.code() {
                    SqlState::CollationMismatch => e.detail(collations_versus(own, column)),
                    _ => e,
                })?;
                let number = own.number;
                self.edit_table(oid, |t| {
                    t.columns.iter_mut().filter(|c| c.number == number).for_each(|c| c.descent.parents += 1);
                })?;
                self.notice(merging(&before.name));
                continue;
            }
            self.require_unused_rows(&before)?;
            let number = next_number(&before)?;
            let own = Column { number, descent: INHERITED, not_null: column.not_null || key, ..column.clone() };
            gaining.push((before, own));
            waiting.extend(self.child_oids(oid).into_iter().rev());
        }
        for (before, column) in gaining {
            self.fill_column(&before, def, column).await?;
        }
        Ok(())
    }

    // ---- DROP COLUMN, DROP CONSTRAINT ----

    /// What goes with a column of a table: those of the tables below that come from it alone. The others are theirs from
    /// now on, or come from one parent less.
    pub(super) fn column_with_those_below(&mut self, table: &Table, column: &Column) -> SqlResult<Vec<Object>> {
        let name = &column.name;
        if column.descent.parents > 0 {
            let message = format!("cannot drop inherited column \"{name}\"");
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        self.require_not_in_key(table, column.number, "drop")?;
        let message = "cannot drop column from only the partitioned table when partitions exist";
        self.require_whole_partitioned(table, message)?;
        let mut objects = vec![Object::Column(table.oid, column.number)];
        let mut waiting = self.child_oids(table.oid);
        waiting.reverse();
        while let Some(oid) = waiting.pop() {
            let child = self.table_by_oid(oid)?;
            self.must_own_table(&child)?;
            let Some(own) = child.column_named(name) else { continue };
            if !self.only && own.descent == INHERITED {
                self.require_not_in_key(&child, own.number, "drop")?;
                self.require_unused_rows(&child)?;
                objects.push(Object::Column(oid, own.number));
                waiting.extend(self.child_oids(oid).into_iter().rev());
                continue;
            }
            let (number, only) = (own.number, self.only);
            self.edit_table(oid, |t| {
                for c in t.columns.iter_mut().filter(|c| c.number == number) {
                    c.descent.parents = c.descent.parents.saturating_sub(1);
                    c.descent.not_local &= !only;
                }
            })?;
        }
        Ok(objects)
    }

    /// The same of a check.
    pub(super) fn check_with_those_below(&mut self, table: &Table, check: Oid) -> SqlResult<Vec<Object>> {
        let mut objects = vec![Object::Constraint(table.oid, check)];
        let Some(check) = table.checks.iter().find(|c| c.oid == check) else { return Ok(objects) };
        let name = &check.name;
        if check.descent.parents > 0 {
            let message = format!("cannot drop inherited constraint \"{name}\" of relation \"{}\"", table.name);
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        if check.no_inherit {
            return Ok(objects);
        }
        let message = "cannot remove constraint from only the partitioned table when partitions exist";
        self.require_whole_partitioned(table, message)?;
        let mut waiting = self.child_oids(table.oid);
        waiting.reverse();
        while let Some(oid) = waiting.pop() {
            let child = self.table_by_oid(oid)?;
            self.must_own_table(&child)?;
            let Some(own) = child.checks.iter().find(|c| c.name == *name) else {
                return Err(super::constraint::undefined_constraint(&child, name));
            };
            if !self.only && own.descent == INHERITED {
                objects.push(Object::Constraint(oid, own.oid));
                waiting.extend(self.child_oids(oid).into_iter().rev());
                continue;
            }
            let (own, only) = (own.oid, self.only);
            self.edit_table(oid, |t| {
                for c in t.checks.iter_mut().filter(|c| c.oid == own) {
                    c.descent.parents = c.descent.parents.saturating_sub(1);
                    c.descent.not_local &= !only;
                }
            })?;
        }
        Ok(objects)
    }

    // ---- ALTER COLUMN ----

    pub(super) async fn set_not_null(&mut self, oid: Oid, column: &str) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let found = table.column_named(column).ok_or_else(|| undefined_column(&table, column))?;
        // Those below are then NOT NULL as well, or have been made otherwise on purpose.
        if found.not_null {
            return Ok(());
        }
        if self.only {
            self.spread_not_null(&table, &[found.number], true).await?;
        }
        for oid in self.below(oid)? {
            let table = self.table_by_oid(oid)?;
            let found = table.column_named(column).ok_or_else(|| undefined_column(&table, column))?;
            if !found.not_null {
                self.validate_not_null(&table, column).await?;
                self.edit_column(oid, column, |c| c.not_null = true)?;
            }
        }
        Ok(())
    }

    pub(super) fn drop_not_null(&mut self, oid: Oid, column: &str) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let message = "cannot remove constraint from only the partitioned table when partitions exist";
        self.require_whole_partitioned(&table, message)?;
        for oid in self.below(oid)? {
            self.drop_own_not_null(oid, column)?;
        }
        Ok(())
    }

    /// 42P16 for a column of a partition that is NOT NULL in the partitioned table.
    pub(super) fn require_nullable_above(&self, table: &Table, column: &str) -> SqlResult<()> {
        let parent =
            table.inherits.first().filter(|_| table.bound.is_some()).and_then(|parent| self.now().table(*parent));
        if parent.and_then(|t| t.column_named(column)).is_some_and(|c| c.not_null) {
            let message = format!("column \"{column}\" is marked NOT NULL in parent table");
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        Ok(())
    }

    /// ALTER COLUMN … DROP EXPRESSION.
    pub(super) fn drop_expression(&mut self, oid: Oid, column: &str, if_exists: bool) -> SqlResult<()> {
        if self.only && self.now().has_children(oid) {
            let message = "ALTER TABLE / DROP EXPRESSION must be applied to child tables too";
            return Err(SqlError::unsupported(message));
        }
        let table = self.table_by_oid(oid)?;
        let found = table.column_named(column).ok_or_else(|| undefined_column(&table, column))?;
        if found.descent.parents > 0 {
            let message = "cannot drop generation expression from inherited column";
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        for oid in self.below(oid)? {
            self.drop_own_expression(oid, column, if_exists)?;
        }
        Ok(())
    }

    /// ALTER COLUMN … TYPE, for several columns at once. `origins` are the tables as the statement has found them.
    pub(super) async fn set_types(
        &mut self,
        oid: Oid,
        origins: &BTreeMap<Oid, Arc<Table>>,
        types: &[NewType<'_>],
    ) -> SqlResult<()> {
        if types.is_empty() {
            return Ok(());
        }
        let tables = self.below(oid)?;
        for new in types {
            self.require_type_may_change(oid, &tables, new.column)?;
        }
        let parent = self.table_by_oid(oid)?;
        if tables.len() > 1 {
            types.iter().filter_map(|new| new.using).try_for_each(|using| require_no_whole_row(&parent, using))?;
        }
        for table in &tables {
            let origin = match origins.get(table) {
                Some(origin) => Arc::clone(origin),
                None => self.table_by_oid(*table)?,
            };
            self.set_own_types(*table, &origin, types).await?;
        }
        for new in types {
            self.tell_merged_checks(&tables, new.column);
        }
        Ok(())
    }

    fn require_type_may_change(&self, oid: Oid, tables: &[Oid], column: &str) -> SqlResult<()> {
        let refused = |message: String| SqlError::new(SqlState::InvalidTableDefinition, message);
        let table = self.table_by_oid(oid)?;
        let found = table.column_named(column).ok_or_else(|| undefined_column(&table, column))?;
        if found.descent.parents > 0 {
            return Err(refused(format!("cannot alter inherited column \"{column}\"")));
        }
        self.require_not_in_key(&table, found.number, "alter")?;
        self.require_whole_tree(oid, || {
            format!("type of inherited column \"{column}\" must be changed in child tables too")
        })?;
        for below in tables.iter().skip(1) {
            let child = self.table_by_oid(*below)?;
            let own = child.column_named(column).ok_or_else(|| undefined_column(&child, column))?;
            if own.descent.parents > self.parents_among(*below, tables) {
                let message = format!("cannot alter inherited column \"{column}\" of relation \"{}\"", child.name);
                return Err(refused(message));
            }
            self.require_not_in_key(&child, own.number, "alter")?;
        }
        Ok(())
    }

    // ---- RENAME ----

    pub(super) fn rename_column(&mut self, oid: Oid, old: &str, new: &str) -> SqlResult<()> {
        self.require_whole_tree(oid, || format!("inherited column \"{old}\" must be renamed in child tables too"))?;
        let tables = self.below(oid)?;
        for below in tables.iter().skip(1) {
            self.rename_own_column(*below, old, new, self.parents_among(*below, &tables))?;
            self.rename_in_rules(*below, old, new)?;
        }
        self.rename_own_column(oid, old, new, 0)?;
        self.rename_in_rules(oid, old, new)
    }

    pub(super) fn rename_constraint(&mut self, oid: Oid, old: &str, new: &str) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if table.checks.iter().any(|c| c.name == old && !c.no_inherit) {
            self.require_whole_tree(oid, || {
                format!("inherited constraint \"{old}\" must be renamed in child tables too")
            })?;
            let tables = self.below(oid)?;
            for below in tables.iter().skip(1) {
                self.rename_own_constraint(*below, old, new, self.parents_among(*below, &tables))?;
            }
        }
        self.rename_own_constraint(oid, old, new, 0)
    }
}

/// What is behind USING is for the rows of the children, too.
///
/// # Errors
/// 0A000 if it is about whole rows.
fn require_no_whole_row(parent: &Table, using: &Expr) -> SqlResult<()> {
    let names_row = parent.column_named(&parent.name).is_none();
    if names_row && expression::has_identifier(&using.to_string(), &parent.name)? {
        return Err(SqlError::unsupported("cannot convert whole-row table reference")
            .detail("USING expression contains a whole-row table reference."));
    }
    Ok(())
}
