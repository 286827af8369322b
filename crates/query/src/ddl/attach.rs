//! ATTACH PARTITION and DETACH PARTITION (<https://www.postgresql.org/docs/15/sql-altertable.html>): a table that exists
//! becomes a partition, if it has what the partitioned table has and its rows are within the bound; a partition becomes a
//! table of its own.

use std::sync::Arc;

use gavel_binder::ddl::ast::{BoundSpec, Detach, QualifiedName, Timing};
use gavel_catalog::Table;
use gavel_catalog::partition::PartitionBound;
use gavel_catalog::snapshot::Relation;
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::check::NewCheck;
use super::names::{kind_of, kind_word, undefined_table};
use crate::partition::hashing::Hashing;
use crate::partition::{condition, hash};

/// A partition on the way from a table up to the root.
struct Level {
    /// The partitioned table.
    parent: Arc<Table>,
    partition: Oid,
    bound: PartitionBound,
}

fn wrong(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::WrongObjectType, message)
}

fn not_now(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::ObjectNotInPrerequisiteState, message)
}

fn require_partitioned(table: &Table) -> SqlResult<()> {
    if table.partitioned.is_some() {
        return Ok(());
    }
    let message = format!("table \"{}\" is not partitioned", table.name);
    Err(SqlError::new(SqlState::InvalidObjectDefinition, message))
}

impl DdlContext<'_> {
    // ---- ATTACH ----

    /// ALTER TABLE … ATTACH PARTITION.
    ///
    /// # Errors
    /// 42809, 42804, 42P07 and 42P17 for what cannot be a partition of this table or has not what it has; those of the
    /// bound; 23514 if rows are not where they belong; those of keys and foreign keys.
    pub(super) async fn attach_partition(&mut self, oid: Oid, name: &QualifiedName, spec: &BoundSpec) -> SqlResult<()> {
        self.require_bound_words(spec)?;
        let parent = self.table_by_oid(oid)?;
        require_partitioned(&parent)?;
        let bound = self.written_bound(&parent, spec).await?;
        let table = self.table_to_attach(name)?;
        self.require_attachable(&table, &parent)?;
        self.require_room(&table.name, &parent, spec, &bound)?;
        self.require_no_pending(table.oid, "ALTER TABLE").await?;
        self.adopt(table.oid, &parent)?;
        let kept = bound.clone();
        self.edit_table(table.oid, |t| t.bound = Some(kept))?;
        self.join_indexes(oid, table.oid, false).await?;
        self.join_triggers(oid, table.oid).await?;
        self.require_within(table.oid).await?;
        self.require_absent(&parent, &bound, true).await?;
        self.join_foreign_keys(oid, table.oid, false).await
    }

    fn table_to_attach(&self, name: &QualifiedName) -> SqlResult<Arc<Table>> {
        match self.find(name)? {
            Some(Relation::Table(table)) if table.materialized.is_none() => {
                self.must_own_table(&table)?;
                Ok(table)
            }
            Some(other) => {
                let bare = name.0.last().map_or("", String::as_str);
                if let Relation::Index(..) = other {
                    return Err(wrong(format!("\"{bare}\" is an index")));
                }
                let kind = kind_word(kind_of(&other));
                Err(wrong(format!("ALTER action ATTACH PARTITION cannot be performed on relation \"{bare}\""))
                    .detail(format!("This operation is not supported for {kind}s.")))
            }
            None => Err(undefined_table("relation", name)),
        }
    }

    fn require_attachable(&self, table: &Table, parent: &Table) -> SqlResult<()> {
        let name = &table.name;
        if table.bound.is_some() {
            return Err(wrong(format!("\"{name}\" is already a partition")));
        }
        if table.of_type.is_some() {
            return Err(wrong("cannot attach a typed table as partition"));
        }
        if !table.inherits.is_empty() {
            return Err(wrong("cannot attach inheritance child as partition"));
        }
        if table.partitioned.is_none() && self.now().has_children(table.oid) {
            return Err(wrong("cannot attach inheritance parent as partition"));
        }
        if self.now().descendants(table.oid).iter().any(|t| t.oid == parent.oid) {
            let message = "circular inheritance not allowed";
            return Err(SqlError::new(SqlState::DuplicateTable, message)
                .detail(format!("\"{}\" is already a child of \"{name}\".", parent.name)));
        }
        let (of, to) = match (table.is_temporary(), parent.is_temporary()) {
            (true, false) => ("temporary", "permanent"),
            (false, true) => ("permanent", "temporary"),
            _ => ("", ""),
        };
        if !of.is_empty() {
            let message = format!("cannot attach a {of} relation as partition of {to} relation \"{}\"", parent.name);
            return Err(wrong(message));
        }
        if let Some(column) = table.visible_columns().find(|c| parent.column_named(&c.name).is_none()) {
            let message =
                format!("table \"{name}\" contains column \"{}\" not found in parent \"{}\"", column.name, parent.name);
            return Err(SqlError::new(SqlState::DatatypeMismatch, message)
                .detail("The new partition may contain only the columns present in parent."));
        }
        super::trigger_tree::require_triggers_fit(table, true)
    }

    /// # Errors
    /// 23514 if a row of a partition, or of the partitions that it has in turn, is not within its bound and those of all
    /// tables above.
    async fn require_within(&mut self, partition: Oid) -> SqlResult<()> {
        let mut levels = Vec::new();
        let mut at = self.table_by_oid(partition)?;
        while let (Some(bound), Some(parent)) = (&at.bound, at.inherits.first()) {
            let parent = self.table_by_oid(*parent)?;
            levels.push(Level { parent: Arc::clone(&parent), partition: at.oid, bound: bound.clone() });
            at = parent;
        }
        for leaf in self.leaves(partition) {
            for level in &levels {
                if self.has_row_outside(&leaf, level).await? {
                    let message = format!("partition constraint of relation \"{}\" is violated by some row", leaf.name);
                    return Err(self.located(SqlError::new(SqlState::CheckViolation, message), &leaf));
                }
            }
        }
        Ok(())
    }

    /// The tables with rows of a partition, or of a partitioned table.
    fn leaves(&self, oid: Oid) -> Vec<Arc<Table>> {
        self.now().descendants(oid).into_iter().filter(|t| t.partitioned.is_none()).cloned().collect()
    }

    async fn has_row_outside(&mut self, leaf: &Arc<Table>, level: &Level) -> SqlResult<bool> {
        let from = self.rows_of(leaf);
        if let PartitionBound::Hash { modulus, remainder } = level.bound {
            let key = condition::key(&level.parent)?.join(", ");
            self.catalog.reliance.rows_of.insert(leaf.oid);
            let catalog = self.now().clone();
            let keys = self.host.run(&catalog, &format!("SELECT DISTINCT {key} FROM {from}")).await?;
            let hashing = Hashing::of(&level.parent, &catalog);
            for key in keys {
                let hash = hashing.hash(&key)?;
                if !hash::matches(hash, modulus, remainder) {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let catalog = self.now().clone();
        let test = match condition::of_bound(&catalog, &level.parent, &level.bound)? {
            Some(condition) => format!("({condition}) IS NOT TRUE"),
            None => {
                let mut others = Vec::new();
                for other in catalog.children(level.parent.oid).into_iter().filter(|t| t.oid != level.partition) {
                    let bound = other.bound.as_ref();
                    let taken = bound.map(|bound| condition::of_bound(&catalog, &level.parent, bound)).transpose()?;
                    others.extend(taken.flatten());
                }
                if others.is_empty() {
                    return Ok(false);
                }
                others.iter().map(|condition| format!("({condition})")).collect::<Vec<_>>().join(" OR ")
            }
        };
        self.any_row(leaf, &format!("SELECT 1 FROM {from} WHERE {test} LIMIT 1")).await
    }

    /// # Errors
    /// 23514 if the default partition of `parent` has rows that belong to a partition with this bound. `each`: the error
    /// names the table that the row is in, not the default partition.
    pub(super) async fn require_absent(
        &mut self,
        parent: &Arc<Table>,
        bound: &PartitionBound,
        each: bool,
    ) -> SqlResult<()> {
        let catalog = self.now().clone();
        let is_default = |t: &&Arc<Table>| matches!(t.bound, Some(PartitionBound::Default));
        let Some(default) = catalog.children(parent.oid).into_iter().find(is_default) else { return Ok(()) };
        let Some(condition) = condition::of_bound(&catalog, parent, bound)? else { return Ok(()) };
        for leaf in self.leaves(default.oid) {
            let from = self.rows_of(&leaf);
            if self.any_row(&leaf, &format!("SELECT 1 FROM {from} WHERE {condition} LIMIT 1")).await? {
                let of = if each { &leaf } else { default };
                let message = format!(
                    "updated partition constraint for default partition \"{}\" would be violated by some row",
                    of.name
                );
                return Err(self.located(SqlError::new(SqlState::CheckViolation, message), of));
            }
        }
        Ok(())
    }

    // ---- DETACH ----

    /// ALTER TABLE … DETACH PARTITION. Statements that are running keep the catalog that they began with, so CONCURRENTLY
    /// waits for nobody: it asks of the statement what PostgreSQL asks.
    ///
    /// # Errors
    /// 42P01 if it is no partition of this table; 25001 and 55000 for what CONCURRENTLY and FINALIZE cannot do; 23503.
    pub(super) async fn detach_partition(&mut self, oid: Oid, name: &QualifiedName, how: Detach) -> SqlResult<()> {
        if how == Detach::Concurrently && self.in_block {
            let message = "ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block";
            return Err(SqlError::new(SqlState::ActiveSqlTransaction, message));
        }
        let parent = self.table_by_oid(oid)?;
        require_partitioned(&parent)?;
        let is_default = |t: &&Arc<Table>| matches!(t.bound, Some(PartitionBound::Default));
        if how == Detach::Concurrently && self.now().children(oid).iter().any(is_default) {
            return Err(not_now("cannot detach partitions concurrently when a default partition exists"));
        }
        let found = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
        let partition = match found {
            Relation::Table(table) if table.bound.is_some() && table.inherits.contains(&oid) => table,
            other => {
                let bare = name.0.last().map_or("", String::as_str);
                if let Relation::Index(..) = other {
                    return Err(wrong(format!("\"{bare}\" is an index")));
                }
                let message = format!("relation \"{bare}\" is not a partition of relation \"{}\"", parent.name);
                return Err(SqlError::new(SqlState::UndefinedTable, message));
            }
        };
        if how == Detach::Finalize {
            return Err(not_now(format!("cannot complete detaching partition \"{}\"", partition.name))
                .detail("There's no pending concurrent detach."));
        }
        self.require_no_pending(partition.oid, "ALTER TABLE").await?;
        let by_hash = matches!(partition.bound, Some(PartitionBound::Hash { .. }));
        if how == Detach::Concurrently && !by_hash {
            self.keep_bound_as_check(&partition).await?;
        }
        self.leave_triggers(partition.oid)?;
        self.leave_keys(partition.oid).await?;
        self.release(partition.oid, &parent)?;
        self.edit_table(partition.oid, |t| t.bound = None)?;
        Ok(())
    }

    /// CONCURRENTLY leaves a check in the place of a bound that is one of values.
    async fn keep_bound_as_check(&mut self, partition: &Table) -> SqlResult<()> {
        let catalog = self.now().clone();
        let sql = format!("SELECT pg_catalog.pg_get_partition_constraintdef({}::oid)", partition.oid.0);
        let rows = self.host.run(&catalog, &sql).await?;
        let Some(Datum::Text(text)) = rows.first().and_then(|row| row.first()) else { return Ok(()) };
        let expr = gavel_binder::parse::parse_expression(text)?;
        // ONLY is about the table that is left.
        self.only = false;
        let check = NewCheck { name: None, column: None, expr: &expr, timing: Timing::default(), fresh: false };
        self.add_check(partition.oid, check).await
    }
}
