//! Partitioned tables: the key that PARTITION BY says, and tables that are made as partitions, PARTITION OF
//! (<https://www.postgresql.org/docs/15/sql-createtable.html>). A partition has the columns and checks of the partitioned
//! table, with defaults of its own if it says so.

use std::sync::Arc;

use gavel_binder::ddl::ast::{
    ColumnConstraintKind, ColumnDef, CreateTable, PartitionBy, PartitionElement, PartitionOf, Persistence,
    QualifiedName, TableConstraintKind, TableElement,
};
use gavel_catalog::partition::{PartitionKey, PartitionOn, PartitionPart, PartitionStrategy};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{IndexMethod, Table};
use gavel_functions::registry::{self, Volatility};
use gavel_types::text_io::type_name;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{DataType, Expr, Ident, ObjectName, Value};

use super::binding::{StoredExpression, Usage};
use super::create_table::{empty_table, on_commit_is_for_temporary};
use super::expression::{bare_columns, folded};
use super::names::undefined_table;
use super::{DdlContext, collation};
use crate::partition::hashing::Hashing;
use crate::system::opclass;

/// Most parts of a partition key.
const MAX_PARTS: usize = 32;

/// A part of a key that is bound, but not yet looked at.
enum BoundPart {
    Column(Ident),
    Expression(StoredExpression),
}

/// What a statement with PARTITION BY must not have beside it.
///
/// # Errors
/// 42P17 with INHERITS, 22023 with storage parameters, 0A000 with EXCLUDE.
pub(super) fn require_partitionable(create: &CreateTable) -> SqlResult<()> {
    if create.partition_by.is_none() {
        return Ok(());
    }
    if !create.inherits.is_empty() {
        return Err(invalid("cannot create partitioned table as inheritance child"));
    }
    let excludes = |e: &TableElement| matches!(e, TableElement::Constraint(c) if matches!(c.kind, TableConstraintKind::Exclude(_)));
    if create.elements.iter().any(excludes) {
        return Err(SqlError::unsupported("exclusion constraints are not supported on partitioned tables"));
    }
    require_no_options(&create.options)
}

/// # Errors
/// 22023: a partitioned table has no storage parameters.
pub(super) fn require_no_options(options: &[String]) -> SqlResult<()> {
    let Some(first) = options.first() else { return Ok(()) };
    let name = first.split('=').next().unwrap_or(first);
    Err(SqlError::new(SqlState::InvalidParameterValue, format!("unrecognized parameter \"{name}\"")))
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidObjectDefinition, message)
}

fn wrong(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::WrongObjectType, message)
}

impl DdlContext<'_> {
    // ---- PARTITION BY ----

    /// Makes a table that has all its columns, and no rows, a partitioned one.
    ///
    /// # Errors
    /// 22023, 42703, 42704, 42804, 42P16 and 42P17 as PostgreSQL has them for what cannot be a key.
    pub(super) fn set_partition_key(&mut self, oid: Oid, by: &PartitionBy) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if by.keys.len() > MAX_PARTS {
            let message = format!("cannot partition using more than {MAX_PARTS} columns");
            return Err(SqlError::new(SqlState::TooManyColumns, message));
        }
        let strategy = match by.strategy.to_lowercase().as_str() {
            "list" => PartitionStrategy::List,
            "range" => PartitionStrategy::Range,
            "hash" => PartitionStrategy::Hash,
            _ => {
                let message = format!("unrecognized partitioning strategy \"{}\"", by.strategy);
                return Err(SqlError::new(SqlState::InvalidParameterValue, message));
            }
        };
        if strategy == PartitionStrategy::List && by.keys.len() != 1 {
            return Err(invalid("cannot use \"list\" partition strategy with more than one column"));
        }
        // All expressions are bound before the first is looked at.
        let mut bound = Vec::with_capacity(by.keys.len());
        for element in &by.keys {
            bound.push(self.bound_part(&table, element)?);
        }
        let mut parts = Vec::with_capacity(by.keys.len());
        for (at, (element, part)) in by.keys.iter().zip(bound).enumerate() {
            parts.push(self.part(&table, strategy, (at, element), part)?);
        }
        let classes: Vec<Oid> =
            parts.iter().map(|p| p.class).filter(|c| self.now().operator_class(*c).is_some()).collect();
        self.pin(table.schema, &classes);
        let table = self.edit_table(oid, |t| t.partitioned = Some(PartitionKey { strategy, parts }))?;
        match Hashing::of(&table, self.now()).require() {
            // A class may get its function later.
            Err(e) if e.code() == SqlState::InvalidObjectDefinition => Ok(()),
            other => other,
        }
    }

    fn bound_part(&mut self, table: &Table, element: &PartitionElement) -> SqlResult<BoundPart> {
        if let Expr::Identifier(name) = &element.expr {
            return Ok(BoundPart::Column(name.clone()));
        }
        // A column in parentheses is a column, too.
        if let Expr::Identifier(name) = bare(&element.expr).0
            && table.column_named(&folded(name)).is_some()
        {
            return Ok(BoundPart::Column(name.clone()));
        }
        if mentions_system_column(&element.expr, table) {
            return Err(invalid("partition key expressions cannot contain system column references"));
        }
        self.expression(table, &element.expr, Usage::PartitionKey).map(BoundPart::Expression)
    }

    fn part(
        &mut self,
        table: &Table,
        strategy: PartitionStrategy,
        (at, element): (usize, &PartitionElement),
        bound: BoundPart,
    ) -> SqlResult<PartitionPart> {
        let inner = bare(&element.expr).1.map(QualifiedName);
        let named = element.collation.as_ref().or(inner.as_ref());
        let place = self.binder.place(element.span);
        let (key, ty, own) = match bound {
            BoundPart::Column(name) => {
                let name = folded(&name);
                let column = table.column_named(&name).ok_or_else(|| {
                    if super::drop::is_system_column(&name) {
                        return invalid(format!("cannot use system column \"{name}\" in partition key")).at(place);
                    }
                    let message = format!("column \"{name}\" named in partition key does not exist");
                    SqlError::new(SqlState::UndefinedColumn, message).at(place)
                })?;
                if column.generated {
                    return Err(generated_in_key(&column.name).at(place));
                }
                (PartitionOn::Column(column.number), column.ty, column.collation)
            }
            BoundPart::Expression(stored) => {
                require_storable(at, &element.expr, stored.ty)?;
                let numbers = stored.columns.iter().filter_map(|n| table.column(*n));
                if let Some(column) = numbers.clone().find(|c| c.generated) {
                    return Err(generated_in_key(&column.name).at(place));
                }
                if stored.volatility != Volatility::Immutable {
                    return Err(invalid("functions in partition key expression must be marked IMMUTABLE"));
                }
                if stored.columns.is_empty() && !names_row(&element.expr, table) {
                    return Err(invalid("cannot use constant expression as partition key"));
                }
                let collated = registry::type_info(stored.ty.oid).is_some_and(|t| t.collation.0 != 0);
                let own = numbers.clone().find_map(|c| c.collation).filter(|_| collated);
                (PartitionOn::Expression(key_text(&stored.sql, table)?), stored.ty, own)
            }
        };
        // A collation that the column was declared with goes without saying, unless another one is named.
        let collation = match named {
            Some(_) => collation::of_column(self.now(), named, ty)?,
            None => own,
        };
        let method = if strategy == PartitionStrategy::Hash { IndexMethod::Hash } else { IndexMethod::Btree };
        let class = match &element.class {
            Some(name) => self.class_of_part(method, ty, name)?,
            None => opclass::default_of(method, ty.oid).map(|_| Oid(0)).ok_or_else(|| no_class(method, ty))?,
        };
        Ok(PartitionPart { key, ty, class, collation })
    }

    /// Numbers of the columns that the key of a table is made of; none if it is not partitioned.
    ///
    /// # Errors
    /// Those of binding its expressions, which were bound when it was made.
    pub(super) fn key_columns(&self, table: &Table) -> SqlResult<Vec<i16>> {
        let mut numbers = Vec::new();
        for part in table.partitioned.iter().flat_map(|key| &key.parts) {
            match &part.key {
                PartitionOn::Column(number) => numbers.push(*number),
                PartitionOn::Expression(sql) => {
                    let stored = self.binder.stored_expression(self.scope(), table, sql, Usage::PartitionKey)?;
                    numbers.extend(stored.columns);
                }
            }
        }
        Ok(numbers)
    }

    /// # Errors
    /// 42P16 if the column is part of the table's key. `verb` says what is about to be done with it: `drop`, `alter`.
    pub(super) fn require_not_in_key(&self, table: &Table, column: i16, verb: &str) -> SqlResult<()> {
        if !self.key_columns(table)?.contains(&column) {
            return Ok(());
        }
        let name = table.column(column).map_or("", |c| c.name.as_str());
        let message = format!(
            "cannot {verb} column \"{name}\" because it is part of the partition key of relation \"{}\"",
            table.name
        );
        Err(SqlError::new(SqlState::InvalidTableDefinition, message))
    }

    // ---- PARTITION OF ----

    /// CREATE TABLE … PARTITION OF.
    ///
    /// # Errors
    /// 42P01, 42809 and 42P17 for what is no partitioned table, or one of another persistence; 42P16, 42P17, 42804 for a
    /// bound that does not fit; 23514 if the default partition has rows that would belong to the new one.
    pub(super) async fn create_partition(&mut self, create: &CreateTable, of: &PartitionOf) -> SqlResult<()> {
        let (schema, name) = self.creation_target(&create.name, create.persistence)?;
        if schema != TEMPORARY_SCHEMA && create.on_commit.is_some() {
            return Err(on_commit_is_for_temporary());
        }
        if self.now().relation(schema, &name).is_some() && create.if_not_exists {
            let message = format!("relation \"{name}\" already exists, skipping");
            self.notice_of(SqlState::DuplicateTable, message);
            return Ok(());
        }
        self.require_bound_words(&of.bound)?;
        require_partitionable(create)?;
        require_inherited_values(create)?;
        let parent = self.partition_parent(&of.parent, schema == TEMPORARY_SCHEMA)?;
        self.require_no_pending(parent.oid, "CREATE TABLE .. PARTITION OF").await?;
        let own = own_elements(&parent, create)?;
        self.require_free(schema, &name)?;
        self.require_free_row_type(schema, &name)?;
        let oid = self.new_oid(schema).await?;
        let acl = self.initial_acl('r', self.user, schema);
        let on_commit = create.on_commit.unwrap_or_default();
        let empty = empty_table(oid, schema, name.clone(), self.user, create.options.clone());
        let unlogged = create.persistence == Persistence::Unlogged;
        self.edit().put_table(Arc::new(Table { acl, unlogged, on_commit, ..empty }));
        self.inherit(oid, std::slice::from_ref(&parent)).await?;
        self.refuse_second_primary_key(oid, &own)?;
        self.set_own_values(oid, &own)?;
        if parent.partitioned.is_none() {
            return Err(invalid(format!("\"{}\" is not partitioned", parent.name)));
        }
        let bound = self.written_bound(&parent, &of.bound).await?;
        self.require_room(&name, &parent, &of.bound, &bound)?;
        self.require_absent(&parent, &bound, false).await?;
        self.edit_table(oid, |t| t.bound = Some(bound))?;
        self.bind_to_parent(oid, parent.oid)?;
        if let Some(by) = &create.partition_by {
            self.set_partition_key(oid, by)?;
        }
        self.join_indexes(parent.oid, oid, true).await?;
        self.join_triggers(parent.oid, oid).await?;
        self.join_foreign_keys(parent.oid, oid, true).await?;
        self.add_all_constraints(oid, &own).await
    }

    /// The table that PARTITION OF names, for a partition that is temporary or not. Whether it is partitioned is asked
    /// later.
    fn partition_parent(&self, name: &QualifiedName, temporary: bool) -> SqlResult<Arc<Table>> {
        let bare = name.0.last().map_or("", String::as_str);
        let table = match self.find(name)? {
            Some(Relation::Table(table)) if table.materialized.is_none() => table,
            Some(Relation::Index(..)) => return Err(wrong(format!("\"{bare}\" is an index"))),
            Some(_) => return Err(wrong(format!("inherited relation \"{bare}\" is not a table or foreign table"))),
            None => return Err(undefined_table("relation", name)),
        };
        let (made, of) = match (temporary, table.is_temporary()) {
            (true, false) => ("temporary", "permanent"),
            (false, true) => ("permanent", "temporary"),
            _ => {
                self.must_own_table(&table)?;
                return Ok(table);
            }
        };
        Err(wrong(format!("cannot create a {made} relation as partition of {of} relation \"{}\"", table.name)))
    }

    /// What the elements of PARTITION OF say of columns that are inherited: NOT NULL, and defaults.
    fn set_own_values(&mut self, oid: Oid, own: &CreateTable) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        for element in &own.elements {
            let TableElement::Column(def) = element else { continue };
            self.check_declaration(&table, def)?;
            let has = |wanted: fn(&ColumnConstraintKind) -> bool| def.constraints.iter().any(|c| wanted(&c.kind));
            let not_null = has(|kind| matches!(kind, ColumnConstraintKind::NotNull));
            let default = has(|kind| matches!(kind, ColumnConstraintKind::Default(_)));
            self.edit_table(oid, |t| {
                for column in t.columns.iter_mut().filter(|c| c.name == def.name) {
                    column.not_null |= not_null;
                    if default {
                        (column.default, column.sequence) = (None, None);
                    }
                }
            })?;
        }
        self.bind_column_expressions(oid, &own.elements)
    }
}

/// # Errors
/// 0A000: identities and generation expressions of a partition's columns are those of the parent.
fn require_inherited_values(create: &CreateTable) -> SqlResult<()> {
    for element in &create.elements {
        let TableElement::Options { constraints, .. } = element else { continue };
        for constraint in constraints {
            match &constraint.kind {
                ColumnConstraintKind::Identity { .. } => {
                    return Err(SqlError::unsupported("identity columns are not supported on partitions"));
                }
                ColumnConstraintKind::Generated { .. } => {
                    return Err(SqlError::unsupported("generated columns are not supported on partitions"));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The elements of PARTITION OF as those of a table whose columns are there: what is written for a column, without its
/// type.
///
/// # Errors
/// 42703 for a column that the parent does not have, 42701 for one that is written twice.
fn own_elements(parent: &Table, create: &CreateTable) -> SqlResult<CreateTable> {
    let mut elements = Vec::with_capacity(create.elements.len());
    let mut seen: Vec<&str> = Vec::new();
    for element in &create.elements {
        let TableElement::Options { column, constraints } = element else {
            elements.push(element.clone());
            continue;
        };
        if seen.contains(&column.as_str()) {
            let message = format!("column \"{column}\" specified more than once");
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        seen.push(column);
        elements.push(TableElement::Column(ColumnDef {
            name: column.clone(),
            ty: DataType::Unspecified,
            collation: None,
            constraints: constraints.clone(),
        }));
    }
    if let Some(unknown) = seen.iter().find(|name| parent.column_named(name).is_none()) {
        return Err(SqlError::new(SqlState::UndefinedColumn, format!("column \"{unknown}\" does not exist")));
    }
    Ok(CreateTable { elements, partition_of: None, partition_by: None, ..create.clone() })
}

/// An expression without parentheses and COLLATE around it, and the collation.
fn bare(expr: &Expr) -> (&Expr, Option<Vec<String>>) {
    match expr {
        Expr::Nested(inner) => bare(inner),
        Expr::Collate { expr, collation } => (bare(expr).0, Some(parts_of(collation))),
        _ => (expr, None),
    }
}

fn parts_of(name: &ObjectName) -> Vec<String> {
    name.0.iter().filter_map(|part| part.as_ident()).map(folded).collect()
}

/// A part as the descriptor keeps it: in one pair of parentheses, unless it is a call, and without the table's name.
fn key_text(sql: &str, table: &Table) -> SqlResult<String> {
    let expr = gavel_binder::parse::parse_expression(&bare_columns(sql, &table.name)?)?;
    Ok(match bare(&expr).0 {
        expr @ (Expr::Function(_) | Expr::Identifier(_)) => expr.to_string(),
        expr => format!("({expr})"),
    })
}

/// # Errors
/// 42P16 for an expression whose type no column can have.
fn require_storable(at: usize, expr: &Expr, ty: PgType) -> SqlResult<()> {
    let literal = match bare(expr).0 {
        Expr::Value(value) => matches!(value.value, Value::Null | Value::SingleQuotedString(_)),
        _ => false,
    };
    let pseudo = registry::type_info(ty.oid).is_some_and(|t| t.kind == 'p');
    if !literal && !pseudo {
        return Ok(());
    }
    let shown = if literal { "unknown".to_owned() } else { type_name(ty.oid) };
    let message = format!("partition key column {} has pseudo-type {shown}", at + 1);
    Err(SqlError::new(SqlState::InvalidTableDefinition, message))
}

fn generated_in_key(column: &str) -> SqlError {
    invalid("cannot use generated column in partition key")
        .detail(format!("Column \"{column}\" is a generated column."))
}

fn no_class(method: IndexMethod, ty: PgType) -> SqlError {
    let by = method.name();
    let message = format!("data type {} has no default operator class for access method \"{by}\"", type_name(ty.oid));
    SqlError::new(SqlState::UndefinedObject, message).hint(format!(
        "You must specify a {by} operator class or define a default {by} operator class for the data type."
    ))
}

fn mentions_system_column(expr: &Expr, table: &Table) -> bool {
    let system = |name: &str| super::drop::is_system_column(name) && table.column_named(name).is_none();
    any_name(expr, &|names| names.last().is_some_and(|name| system(&folded(name))))
}

fn names_row(expr: &Expr, table: &Table) -> bool {
    table.column_named(&table.name).is_none()
        && any_name(expr, &|names| names.len() == 1 && names.first().is_some_and(|name| folded(name) == table.name))
}

/// Whether an expression names something that satisfies `wanted`.
fn any_name(expr: &Expr, wanted: &dyn Fn(&[Ident]) -> bool) -> bool {
    use std::ops::ControlFlow;
    sqlparser::ast::visit_expressions(expr, |e| {
        let found = match e {
            Expr::Identifier(name) => wanted(std::slice::from_ref(name)),
            Expr::CompoundIdentifier(names) => wanted(names),
            _ => false,
        };
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .is_break()
}
