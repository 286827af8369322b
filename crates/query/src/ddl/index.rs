//! CREATE INDEX, and storage parameters of indexes.

use gavel_binder::ddl::ast::{AlterAction, CreateIndex};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Index, Table};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::index_key::{self, Keys, Written};
use super::{DdlContext, index_option, naming};

impl DdlContext<'_> {
    pub(super) async fn create_index(&mut self, create: &CreateIndex) -> SqlResult<()> {
        if create.concurrently && self.in_block {
            return Err(SqlError::new(
                SqlState::ActiveSqlTransaction,
                "CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
            ));
        }
        let table = match self.find(&create.table)? {
            Some(Relation::Table(table)) => table,
            Some(other) => {
                let text = format!("cannot create index on relation \"{}\"", create.table);
                let kind = super::names::kind_word(super::names::kind_of(&other));
                let kind = if kind == "index" { "indexes".to_owned() } else { format!("{kind}s") };
                return Err(SqlError::new(SqlState::WrongObjectType, text)
                    .detail(format!("This operation is not supported for {kind}.")));
            }
            None => return Err(super::names::undefined_table("relation", &create.table)),
        };
        self.must_own_table(&table)?;
        if table.partitioned.is_some() && (create.concurrently || create.asynchronous) {
            let how = if create.concurrently { "concurrently" } else { "in the background" };
            let message = format!("cannot create index on partitioned table \"{}\" {how}", table.name);
            return Err(SqlError::unsupported(message));
        }
        self.require_no_pending(table.oid, "CREATE INDEX").await?;
        self.require_creation(&self.subject, table.schema)?;
        let method = index_key::method(create.method.as_deref())?;
        let written = Written {
            method,
            columns: &create.columns,
            include: &create.include,
            operators: &[],
            unique: create.unique,
        };
        index_key::require_able(&written)?;
        let name = match &create.name {
            Some(name) => self.split(name)?.1.to_owned(),
            None => {
                let joined = naming::joined(&index_key::column_names(&create.columns, &create.include));
                naming::relation_name(self.now(), table.schema, [&table.name, &joined, "idx"], false)
            }
        };
        if self.now().relation(table.schema, &name).is_some() {
            if create.if_not_exists && create.name.is_some() {
                let message = format!("relation \"{name}\" already exists, skipping");
                self.notice_of(SqlState::DuplicateTable, message);
                return Ok(());
            }
            self.require_free(table.schema, &name)?;
        }
        let predicate = self.index_predicate(&table, create.predicate.as_ref())?;
        let options = index_option::checked(method, &create.options)?;
        let Keys { keys, classes, include, .. } = self.index_keys(&table, &written)?;
        let oid = self.new_oid(table.schema).await?;
        let index = Index {
            oid,
            name,
            storage: oid,
            unique: create.unique,
            keys,
            include,
            predicate,
            nulls_not_distinct: create.nulls_not_distinct,
            method,
            classes,
            options,
            ..Index::default()
        };
        super::index_tree::require_partition_key(self.now(), &table, &index)?;
        if table.partitioned.is_some() {
            return self.add_partitioned_index(table.oid, index, None, create.only).await;
        }
        if (create.concurrently || create.asynchronous) && !table.is_temporary() {
            return self.create_index_by_job(&table, index, create.concurrently);
        }
        if create.asynchronous {
            self.built_at_once(&table, oid, &index.name);
        }
        let rows = self.has_rows(&table).await?;
        let table = self.edit_table(table.oid, |t| t.indexes.push(index))?;
        if rows { self.build_index(&table, oid).await } else { Ok(()) }
    }

    /// ALTER INDEX … SET (…) and RESET (…).
    pub(super) fn alter_index_options(&mut self, table: &Table, oid: Oid, action: &AlterAction) -> SqlResult<()> {
        let table = self.table_by_oid(table.oid)?;
        let Some(index) = table.indexes.iter().find(|i| i.oid == oid) else { return Ok(()) };
        let mut options = index.options.clone();
        match action {
            AlterAction::SetOptions(new) => {
                let new = index_option::checked(index.method, new)?;
                options.retain(|o| !new.iter().any(|n| index_option::name_of(n) == index_option::name_of(o)));
                options.extend(new);
            }
            AlterAction::ResetOptions(names) => {
                options.retain(|o| !names.iter().any(|n| n == index_option::name_of(o)))
            }
            _ => return Ok(()),
        }
        self.edit_table(table.oid, |t| {
            t.indexes.iter_mut().filter(|i| i.oid == oid).for_each(|i| options.clone_into(&mut i.options));
        })?;
        Ok(())
    }
}
