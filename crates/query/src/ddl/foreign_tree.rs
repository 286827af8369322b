//! Foreign keys of partitioned tables, and to such (<https://www.postgresql.org/docs/15/ddl-partitioning.html>).
//!
//! ```text
//!  fk ──────────▶ pk        the foreign key as it was written; what happens to rows of pk goes by it
//!   │             ├─ pk1    its parts: names for rows of each partition (`ForeignKey::parts`)
//!   │             └─ pk2
//!   ├─ fk1 ──────▶ pk       copies (`inherited_from`): rows of fk1 are checked by them
//!   └─ fk2 ──────▶ pk
//! ```
//! Every table of the right side lists those of the left side that it is `referenced_by`.

use std::sync::Arc;

use gavel_catalog::keys::Kind;
use gavel_catalog::{Catalog, ForeignKey, ForeignKeyPart, Table};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::constraint::constraint_names;
use super::index_tree::column_in;
use super::names::quote;
use super::{DdlContext, naming};
use crate::partition::bounds::Bounds;

/// All partitions below a table, each before those below it, in the order of their bounds.
///
/// # Errors
/// XX000 if a bound cannot be read.
fn below(catalog: &Arc<Catalog>, table: Oid) -> SqlResult<Vec<Oid>> {
    let Some(parent) = catalog.table(table).filter(|t| t.partitioned.is_some()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for partition in Bounds::of(parent, catalog)?.partitions() {
        found.push(partition);
        found.extend(below(catalog, partition)?);
    }
    Ok(found)
}

fn key_of(table: &Table, oid: Oid) -> SqlResult<&ForeignKey> {
    let found = table.foreign_keys.iter().find(|f| f.oid == oid);
    found.ok_or_else(|| SqlError::internal("foreign key has left the catalog"))
}

/// Names of a foreign key's columns, for the name of a constraint.
fn column_names(table: &Table, numbers: &[i16]) -> String {
    let names: Vec<String> = numbers.iter().filter_map(|n| table.column(*n)).map(|c| c.name.clone()).collect();
    naming::joined(&names)
}

/// A foreign key of a partition that can be the part of one of its parent's, whose columns are `columns` there.
fn is_alike(pattern: &ForeignKey, columns: &[i16], own: &ForeignKey) -> bool {
    own.inherited_from.is_none()
        && own.validated
        && own.parent == pattern.parent
        && own.columns == columns
        && own.parent_columns == pattern.parent_columns
        && (own.deferrable, own.initially_deferred) == (pattern.deferrable, pattern.initially_deferred)
        && (own.on_update, own.on_delete) == (pattern.on_update, pattern.on_delete)
        && own.matching == pattern.matching
}

impl DdlContext<'_> {
    /// Adds a foreign key to a table and to all partitions below it, and checks the rows if `validate`.
    ///
    /// # Errors
    /// 23503.
    pub(super) async fn put_foreign_key(&mut self, table: Oid, key: ForeignKey, validate: bool) -> SqlResult<()> {
        let (oid, parent) = (key.oid, key.parent);
        let owner = self.edit_table(table, |t| t.foreign_keys.push(key))?;
        self.reference(parent, table)?;
        let partitions = below(self.now(), parent)?;
        self.add_parts(table, oid, partitions).await?;
        if owner.partitioned.is_some() {
            return self.spread_foreign_key(table, oid, validate).await;
        }
        if validate {
            let owner = self.table_by_oid(table)?;
            self.validate_foreign_key(&owner, key_of(&owner, oid)?).await?;
        }
        Ok(())
    }

    /// Notes that `child` has a foreign key to `parent`.
    fn reference(&mut self, parent: Oid, child: Oid) -> SqlResult<()> {
        self.catalog.used.insert(parent);
        if self.table_by_oid(parent)?.referenced_by.contains(&child) {
            self.catalog.reliance.pinned.insert((Kind::Table, parent));
            return Ok(());
        }
        self.edit_table(parent, |t| t.referenced_by.push(child))?;
        Ok(())
    }

    /// Notes which of `parents` have no foreign key of `child` to them any more.
    pub(super) fn unreference(&mut self, child: Oid, parents: &[Oid]) -> SqlResult<()> {
        for parent in parents {
            let references = |f: &ForeignKey| f.referenced().any(|r| r == *parent);
            let still = self.now().table(child).is_some_and(|t| t.foreign_keys.iter().any(references));
            let listed = self.now().table(*parent).is_some_and(|t| t.referenced_by.contains(&child));
            if listed && !still {
                self.edit_table(*parent, |t| t.referenced_by.retain(|c| *c != child))?;
            }
        }
        Ok(())
    }

    /// Gives a foreign key a name for each of these partitions of the table that it references.
    async fn add_parts(&mut self, table: Oid, key: Oid, partitions: Vec<Oid>) -> SqlResult<()> {
        for partition in partitions {
            let owner = self.table_by_oid(table)?;
            let columns = column_names(&owner, &key_of(&owner, key)?.columns);
            let name = naming::constraint_name(self.now(), owner.schema, [&owner.name, &columns, "fkey"]);
            let part = ForeignKeyPart { oid: self.new_oid(owner.schema).await?, name, parent: partition };
            self.edit_table(table, |t| {
                if let Some(key) = t.foreign_keys.iter_mut().find(|f| f.oid == key) {
                    key.parts.push(part);
                }
            })?;
            self.reference(partition, table)?;
        }
        Ok(())
    }

    /// Gives all partitions below a table their copies of a foreign key.
    async fn spread_foreign_key(&mut self, table: Oid, key: Oid, validate: bool) -> SqlResult<()> {
        let mut open = vec![(table, key)];
        while let Some((table, key)) = open.pop() {
            let partitions: Vec<Oid> = self.now().children(table).iter().map(|t| t.oid).collect();
            for partition in partitions {
                let made = self.key_for_partition(partition, (table, key), validate).await?;
                open.extend(made.map(|made| (partition, made)));
            }
        }
        Ok(())
    }

    /// Gives a partition a foreign key for one of its parent's: one that it has, or a new one, which its rows must then
    /// satisfy. The new one, if the partition has partitions in turn.
    async fn key_for_partition(
        &mut self,
        partition: Oid,
        (parent, key): (Oid, Oid),
        validate: bool,
    ) -> SqlResult<Option<Oid>> {
        let (parent, own) = (self.table_by_oid(parent)?, self.table_by_oid(partition)?);
        let pattern = key_of(&parent, key)?;
        let here =
            |numbers: &[i16]| numbers.iter().map(|n| column_in(&own, &parent, *n)).collect::<SqlResult<Vec<_>>>();
        let (columns, delete_sets) = (here(&pattern.columns)?, here(&pattern.delete_sets)?);
        if let Some(found) = own.foreign_keys.iter().find(|f| is_alike(pattern, &columns, f)) {
            let former: Vec<Oid> = found.parts.iter().map(|p| p.parent).collect();
            self.edit_table(partition, |t| {
                for adopted in t.foreign_keys.iter_mut().filter(|f| f.oid == found.oid) {
                    adopted.inherited_from = Some(key);
                    adopted.parts.clear();
                }
            })?;
            self.unreference(partition, &former)?;
            return Ok(None);
        }
        let name = if constraint_names(&own).any(|n| n == pattern.name) {
            let joined = column_names(&own, &columns);
            naming::constraint_name(self.now(), own.schema, [&own.name, &joined, "fkey"])
        } else {
            pattern.name.clone()
        };
        let oid = self.new_oid(own.schema).await?;
        let (inherited_from, validated, parts) = (Some(key), true, Vec::new());
        let pattern = pattern.clone();
        let copy = ForeignKey { oid, name, columns, delete_sets, inherited_from, validated, parts, ..pattern };
        let referenced = copy.parent;
        let own = self.edit_table(partition, |t| t.foreign_keys.push(copy))?;
        self.reference(referenced, partition)?;
        if own.partitioned.is_some() {
            return Ok(Some(oid));
        }
        if validate {
            self.validate_foreign_key(&own, key_of(&own, oid)?).await?;
        }
        Ok(None)
    }

    /// Gives a new partition its part of the foreign keys to its parent, and of its parent's. The two tables know each other
    /// already. `fresh`: it has no rows.
    ///
    /// # Errors
    /// 23503 if its rows do not allow it, 0A000 if the parent references it.
    pub(super) async fn join_foreign_keys(&mut self, parent: Oid, partition: Oid, fresh: bool) -> SqlResult<()> {
        let whole = self.table_by_oid(parent)?;
        if let Some(key) = whole.foreign_keys.iter().find(|f| f.parent == partition) {
            let name = &self.table_by_oid(partition)?.name;
            return Err(SqlError::unsupported(format!(
                "cannot attach table \"{name}\" as a partition because it is referenced by foreign key \"{}\"",
                key.name
            )));
        }
        let mut joining = vec![partition];
        joining.extend(below(self.now(), partition)?);
        for (child, key) in self.keys_to(parent)? {
            self.add_parts(child, key, joining.clone()).await?;
        }
        for key in whole.foreign_keys.iter().map(|f| f.oid) {
            if let Some(made) = self.key_for_partition(partition, (parent, key), !fresh).await? {
                self.spread_foreign_key(partition, made, !fresh).await?;
            }
        }
        Ok(())
    }

    /// The foreign keys, by table, that hold rows of this one fast.
    fn keys_to(&self, parent: Oid) -> SqlResult<Vec<(Oid, Oid)>> {
        let mut found = Vec::new();
        for child in &self.table_by_oid(parent)?.referenced_by {
            let child = self.table_by_oid(*child)?;
            let holds = |f: &&ForeignKey| f.inherited_from.is_none() && f.referenced().any(|r| r == parent);
            found.extend(child.foreign_keys.iter().filter(holds).map(|f| (child.oid, f.oid)));
        }
        Ok(found)
    }

    /// Takes a partition out of the foreign keys to its parent, and makes its parts of its parent's keys of its own.
    ///
    /// # Errors
    /// 23503 if its rows are referenced through the parent.
    pub(super) async fn leave_foreign_keys(&mut self, parent: Oid, partition: Oid) -> SqlResult<()> {
        let mut leaving = vec![partition];
        leaving.extend(below(self.now(), partition)?);
        for (child, key) in self.keys_to(parent)? {
            let child = self.table_by_oid(child)?;
            self.require_unreferenced(&child, key_of(&child, key)?, partition).await?;
            self.edit_table(child.oid, |t| {
                for key in t.foreign_keys.iter_mut().filter(|f| f.oid == key) {
                    key.parts.retain(|p| !leaving.contains(&p.parent));
                }
            })?;
            self.unreference(child.oid, &leaving)?;
        }
        let own = self.table_by_oid(partition)?;
        for key in own.foreign_keys.iter().filter(|f| f.inherited_from.is_some()) {
            self.edit_table(partition, |t| {
                t.foreign_keys.iter_mut().filter(|f| f.oid == key.oid).for_each(|f| f.inherited_from = None);
            })?;
            let mut partitions = below(self.now(), key.parent)?;
            // One to the parent itself is not to what leaves that.
            partitions.retain(|p| !leaving.contains(p));
            self.add_parts(partition, key.oid, partitions).await?;
        }
        Ok(())
    }

    /// 23503 if a row of `partition`, which is about to leave the table that `key` references, has rows of `child`.
    async fn require_unreferenced(&mut self, child: &Arc<Table>, key: &ForeignKey, partition: Oid) -> SqlResult<()> {
        let parent = self.table_by_oid(key.parent)?;
        let leaving = self.table_by_oid(partition)?;
        let name_in = |t: &Table, n: i16| t.column(n).map_or_else(String::new, |c| quote(&c.name));
        // A partition calls its columns as the table that it is of.
        let theirs: Vec<String> = key.parent_columns.iter().map(|n| name_in(&parent, *n)).collect();
        let own: Vec<String> = key.columns.iter().map(|n| name_in(child, *n)).collect();
        let on: Vec<String> = own.iter().zip(&theirs).map(|(a, b)| format!("c.{a} = p.{b}")).collect();
        let list: Vec<String> = own.iter().map(|a| format!("c.{a}")).collect();
        let sql = format!(
            "SELECT {} FROM {} c JOIN {} p ON {} LIMIT 1",
            list.join(", "),
            self.rows_of(child),
            self.rows_of(&leaving),
            on.join(" AND "),
        );
        let read: Vec<Oid> = self.now().descendants(child.oid).iter().map(|t| t.oid).collect();
        self.catalog.reliance.rows_of.extend(read);
        let catalog = self.now().clone();
        let found = self.host.run(&catalog, &sql).await?;
        let Some(row) = found.first() else { return Ok(()) };
        let text = |(n, v): (&i16, &gavel_types::Datum)| {
            let ty = child.column(*n).map_or(PgType::TEXT, |c| c.ty);
            gavel_catalog::descriptor::datum_text(v, ty).unwrap_or_else(|| "null".to_owned())
        };
        let texts: Vec<String> = key.columns.iter().zip(row).map(text).collect();
        let named: Vec<&str> = key.columns.iter().filter_map(|n| child.column(*n)).map(|c| c.name.as_str()).collect();
        let name = key.name_for(partition);
        let message = format!("removing partition \"{}\" violates foreign key constraint \"{name}\"", leaving.name);
        let error = SqlError::new(SqlState::ForeignKeyViolation, message).detail(format!(
            "Key ({})=({}) is still referenced from table \"{}\".",
            named.join(", "),
            texts.join(", "),
            child.name
        ));
        Err(self.located(error, child).constraint(name))
    }

    /// Constraints, by table, that partitions have for this one of a table above.
    pub(super) fn constraint_parts(&self, oid: Oid) -> Vec<(Oid, Oid)> {
        let mut found = Vec::new();
        for table in self.now().tables.values().filter(|t| t.bound.is_some()) {
            let uniques = table.uniques.iter().filter(|u| u.parent == Some(oid)).map(|u| u.oid);
            let keys = table.foreign_keys.iter().filter(|f| f.inherited_from == Some(oid)).map(|f| f.oid);
            found.extend(uniques.chain(keys).map(|part| (table.oid, part)));
        }
        found
    }
}
