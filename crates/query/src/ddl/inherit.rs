//! Tables that inherit from others (<https://www.postgresql.org/docs/15/ddl-inherit.html>): what a new table has of its
//! parents, INHERIT and NO INHERIT, and the ends of the bond between parent and child. Partitions have their columns
//! and checks by the same rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use gavel_binder::ddl::ast::QualifiedName;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{CheckConstraint, Column, Descent, Table};
use gavel_functions::registry;
use gavel_types::text_io::type_name_with_typmod;
use gavel_types::{Notice, Oid, Severity, SqlError, SqlResult, SqlState};

use super::collation::COLLATIONS;
use super::create_table::next_number;
use super::names::undefined_table;
use super::{DdlContext, expression};
use crate::system::deparse;

/// How a column or check came that a table has of its parent alone.
pub(super) const INHERITED: Descent = Descent { not_local: true, parents: 1 };

/// What a definition says of a column's value, besides its type.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Specified {
    pub default: bool,
    pub generated: bool,
}

impl DdlContext<'_> {
    // ---- CREATE TABLE … INHERITS ----

    /// The tables that INHERITS names, for a child that is temporary or not.
    ///
    /// # Errors
    /// 42P01; 42P07 if one is named twice; 42809 if one cannot be a parent; 42501 if the role does not own it.
    pub(super) fn parents_to_be(&self, names: &[QualifiedName], temporary: bool) -> SqlResult<Vec<Arc<Table>>> {
        let mut relations: Vec<Relation> = Vec::with_capacity(names.len());
        for name in names {
            let relation = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
            if relations.iter().any(|r| r.oid() == relation.oid()) {
                return Err(inherited_twice(name.0.last().map_or("", String::as_str)));
            }
            relations.push(relation);
        }
        relations.iter().map(|relation| self.parent_to_be(relation, temporary)).collect()
    }

    fn parent_to_be(&self, relation: &Relation, temporary: bool) -> SqlResult<Arc<Table>> {
        let table = match relation {
            Relation::Table(table) if table.materialized.is_none() => table,
            other => {
                let name = self.now().relation_name(other.oid()).map_or("", |(_, name)| name);
                return Err(wrong(format!("inherited relation \"{name}\" is not a table or foreign table")));
            }
        };
        let name = &table.name;
        if table.partitioned.is_some() {
            return Err(wrong(format!("cannot inherit from partitioned table \"{name}\"")));
        }
        if table.bound.is_some() {
            return Err(wrong(format!("cannot inherit from partition \"{name}\"")));
        }
        if table.is_temporary() && !temporary {
            return Err(wrong(format!("cannot inherit from temporary relation \"{name}\"")));
        }
        self.must_own_table(table)?;
        Ok(Arc::clone(table))
    }

    /// Gives a new table, which has no columns yet, those of its parents, and their checks. Gives the numbers of the
    /// columns for which the parents have different defaults.
    ///
    /// # Errors
    /// 42804, 42P21 and 42710 where the parents contradict each other.
    pub(super) async fn inherit(&mut self, oid: Oid, parents: &[Arc<Table>]) -> SqlResult<BTreeSet<i16>> {
        let mut contested = BTreeSet::new();
        if parents.is_empty() {
            return Ok(contested);
        }
        let mut table = Table::clone(&*self.table_by_oid(oid)?);
        for parent in parents {
            for from in parent.visible_columns() {
                self.inherit_column(&mut table, parent, from, &mut contested)?;
            }
            for check in parent.checks.iter().filter(|c| !c.no_inherit) {
                self.inherit_check(&mut table, parent, check).await?;
            }
        }
        self.edit_table(oid, |t| (t.columns, t.checks) = (table.columns, table.checks))?;
        Ok(contested)
    }

    fn inherit_column(
        &mut self,
        table: &mut Table,
        parent: &Table,
        from: &Column,
        contested: &mut BTreeSet<i16>,
    ) -> SqlResult<()> {
        let name = &from.name;
        let (default, sequence) = inherited_default(parent, from)?;
        let Some(at) = table.columns.iter().position(|c| c.name == *name) else {
            self.require_type(from.declared().oid)?;
            self.rely_on_type(table.schema, from.declared().oid);
            let number = next_number(table)?;
            table.columns.push(Column {
                number,
                default,
                sequence,
                identity: None,
                missing: None,
                acl: None,
                descent: INHERITED,
                ..from.clone()
            });
            return Ok(());
        };
        self.notice(format!("merging multiple inherited definitions of column \"{name}\""));
        let Some(into) = table.columns.get(at) else { return Ok(()) };
        require_same_form(&format!("inherited column \"{name}\""), into, from)?;
        if into.generated != from.generated {
            let message = format!("inherited column \"{name}\" has a generation conflict");
            return Err(SqlError::new(SqlState::DatatypeMismatch, message));
        }
        let differs = match (&into.default, &default) {
            (Some(a), Some(b)) => !self.is_same_expression((&*table, a.as_str()), (parent, b.as_str())),
            _ => false,
        };
        if let Some(into) = table.columns.get_mut(at) {
            if differs {
                contested.insert(into.number);
            }
            if into.default.is_none() {
                (into.default, into.sequence) = (default, sequence);
            }
            into.not_null |= from.not_null;
            into.descent.parents += 1;
        }
        Ok(())
    }

    async fn inherit_check(&mut self, table: &mut Table, parent: &Table, check: &CheckConstraint) -> SqlResult<()> {
        let sql = self.sql_for_child(parent, &check.name, &check.sql)?;
        if let Some(at) = table.checks.iter().position(|c| c.name == check.name) {
            let into: &Table = table;
            let own = into.checks.get(at).map_or("", |c| c.sql.as_str());
            let same = self.is_same_expression((into, own), (parent, sql.as_str()));
            if !same {
                let message = format!(
                    "check constraint name \"{}\" appears multiple times but with different expressions",
                    check.name
                );
                return Err(SqlError::new(SqlState::DuplicateObject, message));
            }
            table.checks.iter_mut().skip(at).take(1).for_each(|c| c.descent.parents += 1);
            return Ok(());
        }
        let columns = numbers_in(table, parent, &check.columns);
        let oid = self.new_oid(table.schema).await?;
        let own = CheckConstraint {
            oid,
            sql,
            columns,
            validated: true,
            no_inherit: false,
            descent: INHERITED,
            ..check.clone()
        };
        table.checks.push(own);
        Ok(())
    }

    /// A check of `parent` as text over the columns of any child.
    ///
    /// # Errors
    /// 0A000 if it is about whole rows.
    pub(super) fn sql_for_child(&self, parent: &Table, check: &str, sql: &str) -> SqlResult<String> {
        let names_row = parent.column_named(&parent.name).is_none();
        if names_row && expression::has_identifier(sql, &parent.name)? {
            return Err(SqlError::unsupported("cannot convert whole-row table reference").detail(format!(
                "Constraint \"{check}\" contains a whole-row reference to table \"{}\".",
                parent.name
            )));
        }
        expression::bare_columns(sql, &parent.name)
    }

    /// Says that a column that is written for a table is one that it inherits; `ordinal` counts those that are written.
    pub(super) fn tell_merged(&mut self, table: &Table, inherited: &Column, ordinal: usize) {
        let name = &inherited.name;
        let place = table.visible_columns().position(|c| c.number == inherited.number);
        if place == Some(ordinal) {
            self.notice(format!("merging column \"{name}\" with inherited definition"));
            return;
        }
        let message = format!("moving and merging column \"{name}\" with inherited definition");
        let error = SqlError::new(SqlState::SuccessfulCompletion, message)
            .detail("User-specified column moved to the position of the inherited column.");
        self.notices.push(Notice { severity: Severity::Notice, error });
    }

    /// 42611 for a column with different defaults of its parents that none has been written for.
    pub(super) fn refuse_contested(&self, oid: Oid, contested: &BTreeSet<i16>) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let Some(column) = table.visible_columns().find(|c| contested.contains(&c.number)) else { return Ok(()) };
        if column.generated {
            let message = format!("column \"{}\" inherits conflicting generation expressions", column.name);
            return Err(SqlError::new(SqlState::InvalidColumnDefinition, message));
        }
        let message = format!("column \"{}\" inherits conflicting default values", column.name);
        Err(SqlError::new(SqlState::InvalidColumnDefinition, message)
            .hint("To resolve the conflict, specify a default explicitly."))
    }

    // ---- the bond ----

    /// Makes `parent` the last parent of `child`, on both ends. A table that is stored does not name its temporary children.
    pub(super) fn bind_to_parent(&mut self, child: Oid, parent: Oid) -> SqlResult<()> {
        let table = self.edit_table(child, |t| t.inherits.push(parent))?;
        let of = self.table_by_oid(parent)?;
        if table.is_temporary() && !of.is_temporary() {
            return Ok(());
        }
        self.edit_table(parent, |t| {
            if let Err(at) = t.children.binary_search(&child) {
                t.children.insert(at, child);
            }
        })?;
        Ok(())
    }

    /// Ends that. Either may have left the catalog.
    pub(super) fn part_from_parent(&mut self, child: Oid, parent: Oid) -> SqlResult<()> {
        if self.now().table(child).is_some() {
            self.edit_table(child, |t| t.inherits.retain(|p| *p != parent))?;
        }
        if self.now().table(parent).is_some_and(|t| t.children.contains(&child)) {
            self.edit_table(parent, |t| t.children.retain(|c| *c != child))?;
        }
        Ok(())
    }

    /// The OIDs of a table's children.
    pub(super) fn child_oids(&self, oid: Oid) -> Vec<Oid> {
        self.now().children(oid).iter().map(|t| t.oid).collect()
    }

    /// The OIDs of the tables that a statement about a table is about: with ONLY it alone, otherwise all below it, too.
    pub(super) fn reached(&self, oid: Oid, only: bool) -> Vec<Oid> {
        if only { vec![oid] } else { self.now().descendants(oid).iter().map(|t| t.oid).collect() }
    }

    /// How many parents a table has among `tables`.
    pub(super) fn parents_among(&self, oid: Oid, tables: &[Oid]) -> u16 {
        let parents = self.now().table(oid).map_or(0, |t| t.inherits.iter().filter(|p| tables.contains(p)).count());
        u16::try_from(parents).unwrap_or(u16::MAX)
    }

    // ---- INHERIT and NO INHERIT ----

    /// ALTER TABLE … INHERIT.
    pub(super) fn add_parent(&mut self, oid: Oid, name: &QualifiedName) -> SqlResult<()> {
        let child = self.table_by_oid(oid)?;
        if child.of_type.is_some() {
            return Err(wrong("cannot change inheritance of typed table"));
        }
        if child.bound.is_some() {
            return Err(wrong("cannot change inheritance of a partition"));
        }
        if child.partitioned.is_some() {
            return Err(wrong("cannot change inheritance of partitioned table"));
        }
        let parent = match self.find(name)?.ok_or_else(|| undefined_table("relation", name))? {
            Relation::Table(table) if table.materialized.is_none() => table,
            other => {
                let kind = super::names::kind_word(super::names::kind_of(&other));
                let kinds = if kind == "index" { "indexes".to_owned() } else { format!("{kind}s") };
                let bare = name.0.last().map_or("", String::as_str);
                return Err(wrong(format!("ALTER action INHERIT cannot be performed on relation \"{bare}\""))
                    .detail(format!("This operation is not supported for {kinds}.")));
            }
        };
        self.must_own_table(&parent)?;
        if parent.is_temporary() && !child.is_temporary() {
            return Err(wrong(format!("cannot inherit from temporary relation \"{}\"", parent.name)));
        }
        if parent.partitioned.is_some() {
            return Err(wrong(format!("cannot inherit from partitioned table \"{}\"", parent.name)));
        }
        if parent.bound.is_some() {
            return Err(wrong("cannot inherit from a partition"));
        }
        if self.now().descendants(oid).iter().any(|t| t.oid == parent.oid) {
            return Err(SqlError::new(SqlState::DuplicateTable, "circular inheritance not allowed")
                .detail(format!("\"{}\" is already a child of \"{}\".", parent.name, child.name)));
        }
        super::trigger_tree::require_triggers_fit(&child, false)?;
        self.adopt(oid, &parent)
    }

    /// Makes a table that exists a child, or a partition, of another: it must have what the parent has.
    ///
    /// # Errors
    /// 42P07 if it is one already; 42804, 42P21 and 42P17 if columns or checks are missing or differ.
    pub(super) fn adopt(&mut self, oid: Oid, parent: &Arc<Table>) -> SqlResult<()> {
        let child = self.table_by_oid(oid)?;
        if child.inherits.contains(&parent.oid) {
            return Err(inherited_twice(&parent.name));
        }
        let mut next = Table::clone(&child);
        self.adopt_columns(&mut next, parent)?;
        self.adopt_checks(&mut next, parent)?;
        self.edit_table(oid, |t| (t.columns, t.checks) = (next.columns, next.checks))?;
        self.catalog.used.insert(parent.oid);
        self.bind_to_parent(oid, parent.oid)
    }

    fn adopt_columns(&self, child: &mut Table, parent: &Table) -> SqlResult<()> {
        let mismatch = |message: String| SqlError::new(SqlState::DatatypeMismatch, message);
        for from in parent.visible_columns() {
            let name = &from.name;
            let Some(own) = child.column_named(name) else {
                return Err(mismatch(format!("child table is missing column \"{name}\"")));
            };
            require_same_in_child(&child.name, own, from)?;
            if from.not_null && !own.not_null {
                return Err(mismatch(format!("column \"{name}\" in child table must be marked NOT NULL")));
            }
            if from.generated && !own.generated {
                return Err(mismatch(format!("column \"{name}\" in child table must be a generated column")));
            }
            let texts = (own.default.as_deref(), from.default.as_deref());
            if let (true, (Some(a), Some(b))) = (from.generated, texts)
                && !self.is_same_expression((&*child, a), (parent, b))
            {
                let message = format!("column \"{name}\" in child table has a conflicting generation expression");
                return Err(mismatch(message));
            }
            let number = own.number;
            for column in child.columns.iter_mut().filter(|c| c.number == number) {
                column.descent.parents += 1;
                column.descent.not_local |= parent.partitioned.is_some();
            }
        }
        Ok(())
    }

    fn adopt_checks(&self, child: &mut Table, parent: &Table) -> SqlResult<()> {
        for check in parent.checks.iter().filter(|c| !c.no_inherit) {
            let name = &check.name;
            let conflict = |with: &str| {
                let message = format!("constraint \"{name}\" conflicts with {with} on child table \"{}\"", child.name);
                SqlError::new(SqlState::InvalidObjectDefinition, message)
            };
            let Some(own) = child.checks.iter().find(|c| c.name == *name) else {
                let message = format!("child table is missing constraint \"{name}\"");
                return Err(SqlError::new(SqlState::DatatypeMismatch, message));
            };
            if !self.is_same_expression((&*child, own.sql.as_str()), (parent, check.sql.as_str())) {
                let message =
                    format!("child table \"{}\" has different definition for check constraint \"{name}\"", child.name);
                return Err(SqlError::new(SqlState::DatatypeMismatch, message));
            }
            if own.no_inherit {
                return Err(conflict("non-inherited constraint"));
            }
            if check.validated && !own.validated {
                return Err(conflict("NOT VALID constraint"));
            }
            for own in child.checks.iter_mut().filter(|c| c.name == *name) {
                own.descent.parents += 1;
                own.descent.not_local |= parent.partitioned.is_some();
            }
        }
        Ok(())
    }

    /// ALTER TABLE … NO INHERIT.
    pub(super) fn remove_parent(&mut self, oid: Oid, name: &QualifiedName) -> SqlResult<()> {
        let child = self.table_by_oid(oid)?;
        if child.bound.is_some() {
            return Err(wrong("cannot change inheritance of a partition"));
        }
        let found = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
        match found {
            Relation::Table(parent) if child.inherits.contains(&parent.oid) => self.release(oid, &parent),
            _ => {
                let bare = name.0.last().map_or("", String::as_str);
                let message = format!("relation \"{bare}\" is not a parent of relation \"{}\"", child.name);
                Err(SqlError::new(SqlState::UndefinedTable, message))
            }
        }
    }

    /// A table is no child, or partition, of `parent` any more: what it has of it alone is its own from now on.
    pub(super) fn release(&mut self, oid: Oid, parent: &Arc<Table>) -> SqlResult<()> {
        let leave = |descent: &mut Descent| {
            descent.parents = descent.parents.saturating_sub(1);
            descent.not_local &= descent.parents > 0;
        };
        self.edit_table(oid, |t| {
            for column in t.columns.iter_mut().filter(|c| !c.dropped && c.descent.parents > 0) {
                if parent.column_named(&column.name).is_some() {
                    leave(&mut column.descent);
                }
            }
            for check in t.checks.iter_mut().filter(|c| c.descent.parents > 0) {
                if parent.checks.iter().any(|c| c.name == check.name) {
                    leave(&mut check.descent);
                }
            }
        })?;
        self.part_from_parent(oid, parent.oid)
    }

    /// Whether two expressions, each over the columns of its table, are one but for the way in which they are written.
    pub(super) fn is_same_expression(&self, a: (&Table, &str), b: (&Table, &str)) -> bool {
        a.1 == b.1 || {
            let plain = |(table, sql): (&Table, &str)| deparse::plain(self.now(), table, sql);
            plain(a).is_some_and(|a| plain(b) == Some(a))
        }
    }
}

/// The column that is made of one that is inherited and one that is written for the table, whose own default or
/// generation expression, if it has one, is put in later.
///
/// # Errors
/// 42804, 42P21 and 42611 if the two contradict each other.
pub(super) fn merged(inherited: &Column, written: Column, specified: Specified) -> SqlResult<Column> {
    let name = &inherited.name;
    require_same_form(&format!("column \"{name}\""), inherited, &written)?;
    if inherited.generated {
        let refused = |message: String| SqlError::new(SqlState::InvalidColumnDefinition, message);
        if specified.generated {
            return Err(refused(format!("child column \"{name}\" specifies generation expression")).hint(
                "Omit the generation expression in the definition of the child table column to inherit the \
                 generation expression from the parent table.",
            ));
        }
        if specified.default {
            return Err(refused(format!("column \"{name}\" inherits from generated column but specifies default")));
        }
        if written.identity.is_some() {
            return Err(refused(format!("column \"{name}\" inherits from generated column but specifies identity")));
        }
    }
    let own = specified.default || specified.generated || written.identity.is_some();
    let (default, sequence) =
        if own { (written.default, written.sequence) } else { (inherited.default.clone(), inherited.sequence) };
    Ok(Column {
        default,
        sequence,
        identity: written.identity,
        generated: inherited.generated || written.generated,
        not_null: inherited.not_null || written.not_null,
        descent: Descent { not_local: false, ..inherited.descent },
        ..inherited.clone()
    })
}

/// The default or generation expression that a child has of a column, and the sequence behind it. That a column is an
/// identity is not inherited.
fn inherited_default(parent: &Table, column: &Column) -> SqlResult<(Option<String>, Option<Oid>)> {
    if column.identity.is_some() {
        return Ok((None, None));
    }
    let default = match &column.default {
        Some(sql) if column.generated => Some(expression::bare_columns(sql, &parent.name)?),
        other => other.clone(),
    };
    Ok((default, column.sequence))
}

/// Numbers of the child's columns of the same names.
pub(super) fn numbers_in(child: &Table, parent: &Table, numbers: &[i16]) -> Vec<i16> {
    let mut found: Vec<i16> = numbers
        .iter()
        .filter_map(|n| parent.column(*n))
        .filter_map(|c| child.column_named(&c.name))
        .map(|c| c.number)
        .collect();
    found.sort_unstable();
    found
}

/// The collation that values of a column have; 0 for a type without.
fn collation_of(column: &Column) -> Oid {
    column.collation.unwrap_or_else(|| registry::type_info(column.ty.oid).map_or(Oid(0), |t| t.collation))
}

/// The collations of two columns as DETAIL says them.
pub(super) fn collations_versus(first: &Column, second: &Column) -> String {
    let name = |column: &Column| {
        let oid = collation_of(column);
        COLLATIONS.iter().find(|(_, known)| *known == oid).map_or("", |(name, _)| *name)
    };
    format!("\"{}\" versus \"{}\"", name(first), name(second))
}

/// 42804 or 42P21 if two definitions of `what` differ.
fn require_same_form(what: &str, first: &Column, second: &Column) -> SqlResult<()> {
    if first.declared() != second.declared() {
        let (a, b) = (type_name_with_typmod(first.declared()), type_name_with_typmod(second.declared()));
        return Err(SqlError::new(SqlState::DatatypeMismatch, format!("{what} has a type conflict"))
            .detail(format!("{a} versus {b}")));
    }
    if collation_of(first) != collation_of(second) {
        return Err(SqlError::new(SqlState::CollationMismatch, format!("{what} has a collation conflict"))
            .detail(collations_versus(first, second)));
    }
    Ok(())
}

/// The same for a column that a child has already.
pub(super) fn require_same_in_child(child: &str, own: &Column, inherited: &Column) -> SqlResult<()> {
    let name = &inherited.name;
    if own.declared() != inherited.declared() {
        let message = format!("child table \"{child}\" has different type for column \"{name}\"");
        return Err(SqlError::new(SqlState::DatatypeMismatch, message));
    }
    if collation_of(own) != collation_of(inherited) {
        let message = format!("child table \"{child}\" has different collation for column \"{name}\"");
        return Err(SqlError::new(SqlState::CollationMismatch, message));
    }
    Ok(())
}

fn wrong(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::WrongObjectType, message)
}

fn inherited_twice(name: &str) -> SqlError {
    SqlError::new(SqlState::DuplicateTable, format!("relation \"{name}\" would be inherited from more than once"))
}
