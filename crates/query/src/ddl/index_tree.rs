//! Indexes of partitioned tables (<https://www.postgresql.org/docs/15/ddl-partitioning.html>,
//! <https://www.postgresql.org/docs/15/sql-createindex.html>). Such an index holds nothing: each partition has one of its
//! own for it, whose `parent` it is, level by level. It is valid when every partition has a valid one.
//!
//! ```text
//!  CREATE INDEX, ADD PRIMARY KEY ─▶ add_partitioned_index ─┐
//!  PARTITION OF, ATTACH PARTITION ─▶ join_indexes ─────────┼─▶ for each partition: one that is alike is adopted,
//!  ALTER INDEX … ATTACH PARTITION ─▶ attach_index          │    or a new one is made, and built over its rows
//!                                                          └─▶ settle_index, from below to above
//!  DETACH PARTITION ─▶ leave_keys: indexes and constraints stay, on their own
//! ```

use std::sync::Arc;

use gavel_binder::ddl::ast::QualifiedName;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Catalog, Index, IndexKey, IndexState, PartitionOn, Table, Unique};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::drop::{Object, depended_upon};
use super::names::undefined_table;
use super::{DdlContext, index_key, naming};
use crate::system::opclass;

/// A unique index must have all columns of the partition key, so that rows which are equal in it meet in one partition.
///
/// # Errors
/// 0A000.
pub(super) fn require_partition_key(catalog: &Catalog, table: &Table, index: &Index) -> SqlResult<()> {
    let Some(key) = table.partitioned.as_ref().filter(|_| index.unique) else { return Ok(()) };
    let kind = if index.primary { "PRIMARY KEY" } else { "UNIQUE" };
    for part in &key.parts {
        let PartitionOn::Column(number) = &part.key else {
            let message = format!("unsupported {kind} constraint with partition key definition");
            let detail = format!("{kind} constraints cannot be used when partition keys include expressions.");
            return Err(SqlError::unsupported(message).detail(detail));
        };
        // Rows that are equal in the index are equal to the partition key only by the same equality.
        let own = catalog.operator_class(part.class);
        let same = own.is_none_or(|class| opclass::is_default_equality(catalog, class));
        if !same || !index.keys.iter().any(|(key, ..)| matches!(key, IndexKey::Column(n) if n == number)) {
            let message = "unique constraint on partitioned table must include all partitioning columns";
            let column = table.column(*number).map_or("", |c| c.name.as_str());
            return Err(SqlError::unsupported(message).detail(format!(
                "{kind} constraint on table \"{}\" lacks column \"{column}\" which is part of the partition key.",
                table.name
            )));
        }
    }
    Ok(())
}

/// The number that column `number` of `parent` has in a partition of it.
///
/// # Errors
/// XX000: a partition has all columns of its parent.
pub(super) fn column_in(partition: &Table, parent: &Table, number: i16) -> SqlResult<i16> {
    let found = partition.column_like(parent, number).map(|c| c.number);
    found.ok_or_else(|| SqlError::internal(format!("column {number} is missing in partition {}", partition.name)))
}

/// Whether an index of a partition can be the part of `pattern`, an index of its parent, as far as its definition goes.
/// The direction of keys is no matter.
fn is_alike(parent: &Table, pattern: &Index, partition: &Table, own: &Index) -> bool {
    let same_column = |a: i16, b: i16| partition.column_like(parent, a).is_some_and(|c| c.number == b);
    let same_key = |a: &IndexKey, b: &IndexKey| match (a, b) {
        (IndexKey::Column(a), IndexKey::Column(b)) => same_column(*a, *b),
        (IndexKey::Expression { sql: a, .. }, IndexKey::Expression { sql: b, .. }) => a == b,
        _ => false,
    };
    let (keys, include) = (pattern.keys.len(), pattern.include.len());
    own.method == pattern.method
        && own.is_unique() == pattern.is_unique()
        && own.exclusion == pattern.exclusion
        && own.nulls_not_distinct == pattern.nulls_not_distinct
        && own.predicate == pattern.predicate
        && (own.keys.len(), own.include.len()) == (keys, include)
        && pattern.keys.iter().zip(&own.keys).all(|(a, b)| same_key(&a.0, &b.0))
        && pattern.include.iter().zip(&own.include).all(|(a, b)| same_column(*a, *b))
        && (0..keys).all(|at| own.class(at) == pattern.class(at))
}

fn index_of(table: &Table, oid: Oid) -> SqlResult<&Index> {
    table.indexes.iter().find(|i| i.oid == oid).ok_or_else(|| SqlError::internal("index has left the catalog"))
}

impl DdlContext<'_> {
    /// Adds an index to a partitioned table, with the constraint that it is behind, and unless `only` to all partitions.
    ///
    /// # Errors
    /// 23505 and the like if rows do not allow it; 42P16 if a partition has another primary key.
    pub(super) async fn add_partitioned_index(
        &mut self,
        table: Oid,
        index: Index,
        unique: Option<Unique>,
        only: bool,
    ) -> SqlResult<()> {
        let oid = index.oid;
        self.put_index(table, index, unique)?;
        if only { self.settle_index(table, oid) } else { self.spread_index(table, oid).await }
    }

    /// Puts an index that needs no entries into its table.
    fn put_index(&mut self, table: Oid, index: Index, unique: Option<Unique>) -> SqlResult<Arc<Table>> {
        self.edit_table(table, |t| {
            if !index.primary {
                t.indexes.push(index);
                t.uniques.extend(unique);
                return;
            }
            for column in &mut t.columns {
                column.not_null |= index.keys.iter().any(|k| matches!(k.0, IndexKey::Column(n) if n == column.number));
            }
            t.indexes.insert(0, index);
            t.uniques.splice(..0, unique);
        })
    }

    /// Gives all partitions below an index for this one.
    async fn spread_index(&mut self, table: Oid, index: Oid) -> SqlResult<()> {
        let mut open = vec![(table, index)];
        let mut spread = Vec::new();
        while let Some((table, index)) = open.pop() {
            spread.push((table, index));
            let partitions: Vec<Oid> = self.now().children(table).iter().map(|t| t.oid).collect();
            for partition in partitions {
                let made = self.index_for_partition(partition, (table, index), false).await?;
                open.extend(made.map(|made| (partition, made)));
            }
        }
        for (table, index) in spread.into_iter().rev() {
            self.settle_index(table, index)?;
        }
        Ok(())
    }

    /// Gives a partition an index for one of its parent's: one that it has, or a new one. The new one, if the partition
    /// has partitions in turn.
    async fn index_for_partition(
        &mut self,
        partition: Oid,
        (parent, index): (Oid, Oid),
        fresh: bool,
    ) -> SqlResult<Option<Oid>> {
        let (parent, own) = (self.table_by_oid(parent)?, self.table_by_oid(partition)?);
        let pattern = index_of(&parent, index)?;
        let fits = |i: &&Index| {
            let constrained = pattern.constraint.is_none() || i.constraint.is_some();
            constrained && i.parent.is_none() && i.job == 0 && is_alike(&parent, pattern, &own, i)
        };
        if let Some(found) = own.indexes.iter().find(fits) {
            self.adopt_index(partition, found.oid, pattern)?;
            return Ok(None);
        }
        let (copy, unique) = self.copied_index(&parent, pattern, &own).await?;
        let oid = copy.oid;
        if copy.primary && own.primary_key().is_some() {
            return Err(super::constraint::multiple_primary_keys(&own));
        }
        if own.partitioned.is_some() {
            require_partition_key(self.now(), &own, &copy)?;
            self.put_index(partition, copy, unique)?;
            return Ok(Some(oid));
        }
        let rows = !fresh && self.has_rows(&own).await?;
        match unique {
            Some(unique) if copy.primary => self.make_primary(&own, copy, unique, rows).await?,
            unique => {
                let own = self.put_index(partition, copy, unique)?;
                if rows {
                    self.build_index(&own, oid).await?;
                }
            }
        }
        Ok(None)
    }

    /// Makes an index of a partition the part of `pattern`, with its constraint.
    fn adopt_index(&mut self, partition: Oid, index: Oid, pattern: &Index) -> SqlResult<()> {
        self.edit_table(partition, |t| {
            t.indexes.iter_mut().filter(|i| i.oid == index).for_each(|i| i.parent = Some(pattern.oid));
            if pattern.constraint.is_some() {
                t.uniques.iter_mut().filter(|u| u.index == index).for_each(|u| u.parent = pattern.constraint);
            }
        })?;
        Ok(())
    }

    /// A new index of a partition, and its constraint, after one of its parent's.
    async fn copied_index(
        &mut self,
        parent: &Table,
        pattern: &Index,
        partition: &Table,
    ) -> SqlResult<(Index, Option<Unique>)> {
        let oid = self.new_oid(partition.schema).await?;
        let (of, state) = (Some(pattern.oid), IndexState::Public);
        let mut copy = Index { oid, storage: oid, parent: of, state, job: 0, constraint: None, ..pattern.clone() };
        if copy.is_table() {
            copy.storage = partition.storage;
        }
        for (key, ..) in &mut copy.keys {
            if let IndexKey::Column(number) = key {
                *number = column_in(partition, parent, *number)?;
            }
        }
        for number in &mut copy.include {
            *number = column_in(partition, parent, *number)?;
        }
        let joined = naming::joined(&index_key::stored_names(partition, &copy));
        let constrained = pattern.constraint.is_some();
        let parts = match (copy.primary, constrained) {
            (true, _) => [partition.name.as_str(), "", "pkey"],
            (_, true) => [partition.name.as_str(), joined.as_str(), "key"],
            _ => [partition.name.as_str(), joined.as_str(), "idx"],
        };
        copy.name = naming::relation_name(self.now(), partition.schema, parts, constrained);
        let Some(of) = parent.uniques.iter().find(|u| u.index == pattern.oid) else { return Ok((copy, None)) };
        let constraint = self.new_oid(partition.schema).await?;
        copy.constraint = Some(constraint);
        let (name, parent) = (copy.name.clone(), Some(of.oid));
        let unique = Unique { oid: constraint, name, index: oid, parent, ..of.clone() };
        Ok((copy, Some(unique)))
    }

    /// Says of an index of a partitioned table whether it is valid, and then of those that it is a part of.
    pub(super) fn settle_index(&mut self, table: Oid, index: Oid) -> SqlResult<()> {
        let mut at = Some((table, index));
        while let Some((table, index)) = at {
            let part = |t: &&Arc<Table>| t.indexes.iter().any(|i| i.parent == Some(index) && i.is_public());
            let complete = self.now().children(table).iter().all(part);
            let state = if complete { IndexState::Public } else { IndexState::Invalid };
            let owner = self.table_by_oid(table)?;
            let own = index_of(&owner, index)?;
            if own.state != state {
                self.edit_table(table, |t| {
                    t.indexes.iter_mut().filter(|i| i.oid == index).for_each(|i| i.state = state);
                })?;
            }
            at = owner.inherits.first().copied().zip(own.parent);
        }
        Ok(())
    }

    /// ALTER INDEX … ATTACH PARTITION.
    ///
    /// # Errors
    /// 42P01, 42P17 if it is no index or not alike, 55000 if it cannot be a part of this one.
    pub(super) fn attach_index(&mut self, table: &Table, pattern: Oid, name: &QualifiedName) -> SqlResult<()> {
        let table = self.table_by_oid(table.oid)?;
        let pattern = index_of(&table, pattern)?;
        let bare = name.0.last().map_or("", String::as_str);
        let (partition, own) = match self.find(name)? {
            Some(Relation::Index(partition, own)) => (partition, own),
            Some(_) => {
                return Err(SqlError::new(SqlState::InvalidObjectDefinition, format!("\"{bare}\" is not an index")));
            }
            None => return Err(undefined_table("relation", name)),
        };
        let own = index_of(&partition, own)?;
        if own.parent == Some(pattern.oid) {
            return Ok(());
        }
        let refused = |code: SqlState, detail: String| {
            let message = format!("cannot attach index \"{}\" as a partition of index \"{}\"", own.name, pattern.name);
            Err(SqlError::new(code, message).detail(detail))
        };
        let state = SqlState::ObjectNotInPrerequisiteState;
        if partition.indexes.iter().any(|i| i.parent == Some(pattern.oid)) {
            let detail = format!("Another index is already attached for partition \"{}\".", partition.name);
            return refused(state, detail);
        }
        if own.parent.is_some() {
            return refused(state, format!("Index \"{}\" is already attached to another index.", own.name));
        }
        if partition.bound.is_none() || partition.inherits.first() != Some(&table.oid) {
            let detail =
                format!("Index \"{}\" is not an index on any partition of table \"{}\".", own.name, table.name);
            return refused(state, detail);
        }
        if !is_alike(&table, pattern, &partition, own) {
            return refused(SqlState::InvalidObjectDefinition, "The index definitions do not match.".into());
        }
        if pattern.constraint.is_some() && own.constraint.is_none() {
            let detail = format!(
                "The index \"{}\" belongs to a constraint in table \"{}\" but no constraint exists for index \"{}\".",
                pattern.name, table.name, own.name
            );
            return refused(SqlState::InvalidObjectDefinition, detail);
        }
        self.adopt_index(partition.oid, own.oid, pattern)?;
        self.settle_index(table.oid, pattern.oid)
    }

    /// Gives a new partition its part of the parent's indexes. The two tables know each other already. `fresh`: it has no
    /// rows.
    ///
    /// # Errors
    /// 23505 and the like if its rows do not allow it; 42P16 if it has another primary key.
    pub(super) async fn join_indexes(&mut self, parent: Oid, partition: Oid, fresh: bool) -> SqlResult<()> {
        let indexes: Vec<Oid> = self.table_by_oid(parent)?.indexes.iter().map(|i| i.oid).collect();
        for index in indexes {
            if let Some(made) = self.index_for_partition(partition, (parent, index), fresh).await? {
                self.spread_index(partition, made).await?;
            }
        }
        Ok(())
    }

    /// Takes a partition out of its parent's indexes and foreign keys, before it leaves the parent. What it has it keeps.
    ///
    /// # Errors
    /// 23503 if rows of it are referenced through the parent.
    pub(super) async fn leave_keys(&mut self, partition: Oid) -> SqlResult<()> {
        let own = self.table_by_oid(partition)?;
        let Some(parent) = own.inherits.first().copied() else { return Ok(()) };
        self.leave_foreign_keys(parent, partition).await?;
        self.edit_table(partition, |t| {
            t.indexes.iter_mut().for_each(|i| i.parent = None);
            t.uniques.iter_mut().for_each(|u| u.parent = None);
        })?;
        Ok(())
    }

    /// NOT NULL for the columns of a new primary key in the tables below: set there too, or with ALTER TABLE ONLY to be
    /// there already if the table is partitioned.
    ///
    /// # Errors
    /// 23502 if rows have NULL there, 42P16.
    pub(super) async fn spread_not_null(&mut self, table: &Table, numbers: &[i16], only: bool) -> SqlResult<()> {
        if only && table.partitioned.is_none() {
            return Ok(());
        }
        let below: Vec<Arc<Table>> = self.now().descendants(table.oid).into_iter().skip(1).cloned().collect();
        for name in numbers.iter().filter_map(|n| table.column(*n)).filter(|c| !c.not_null).map(|c| &c.name) {
            if !only && !below.is_empty() {
                // NULLs are told of the table itself first.
                self.validate_not_null(table, name).await?;
            }
            for child in below.iter().filter(|t| t.column_named(name).is_some_and(|c| !c.not_null)) {
                if only {
                    let message = "constraint must be added to child tables too";
                    let detail = format!("Column \"{name}\" of relation \"{}\" is not already NOT NULL.", child.name);
                    let error = SqlError::new(SqlState::InvalidTableDefinition, message).detail(detail);
                    return Err(error.hint("Do not specify the ONLY keyword."));
                }
                self.validate_not_null(child, name).await?;
                self.edit_table(child.oid, |t| {
                    t.columns.iter_mut().filter(|c| !c.dropped && c.name == *name).for_each(|c| c.not_null = true);
                })?;
            }
        }
        Ok(())
    }

    /// Indexes of the partitions of a table that are parts of one of its: table, index, and constraint if it has one.
    pub(super) fn index_parts(&self, table: Oid, index: Oid) -> Vec<(Oid, Oid, Option<Oid>)> {
        let mut found = Vec::new();
        for partition in self.now().children(table) {
            let parts = partition.indexes.iter().filter(|i| i.parent == Some(index));
            found.extend(parts.map(|i| (partition.oid, i.oid, i.constraint)));
        }
        found
    }

    /// Refuses to drop an index, or the constraint over it, that is a part of another one, unless that goes as well.
    ///
    /// # Errors
    /// 2BP01.
    pub(super) fn refuse_parts(&self, objects: &[Object]) -> SqlResult<()> {
        for object in objects {
            let (Object::Index(table, part) | Object::Constraint(table, part)) = object else { continue };
            let Some(table) = self.now().table(*table) else { continue };
            let index = table.indexes.iter().find(|i| i.oid == *part || i.constraint == Some(*part));
            let whole = index.and_then(|i| i.parent).and_then(|oid| self.now().index_by_oid(oid));
            let (Some(index), Some((of, whole))) = (index, whole) else { continue };
            let (part, whole) = (Object::Index(table.oid, index.oid), Object::Index(of.oid, whole.oid));
            if objects.contains(&whole) {
                continue;
            }
            let of = self.described(&whole);
            let message = format!("cannot drop {} because {of} requires it", self.described(&part));
            return Err(depended_upon(message).hint(format!("You can drop {of} instead.")));
        }
        Ok(())
    }
}
