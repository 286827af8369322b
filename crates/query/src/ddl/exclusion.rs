//! EXCLUDE: no two rows whose keys all compare true (manual, CREATE TABLE). Where every operator is an equality, which is
//! what there is here, that is a unique index under other words.

use gavel_binder::ddl::ast::{Exclusion, Timing};
use gavel_catalog::{Index, Unique};
use gavel_types::{Oid, SqlError, SqlResult};

use super::index_key::{self, Keys, Written};
use super::{DdlContext, index_option, naming};

impl DdlContext<'_> {
    /// Adds an exclusion constraint to the table with this OID.
    pub(super) async fn add_exclusion(
        &mut self,
        oid: Oid,
        name: Option<String>,
        exclusion: &Exclusion,
        timing: Timing,
        fresh: bool,
    ) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if table.partitioned.is_some() {
            return Err(SqlError::unsupported("exclusion constraints are not supported on partitioned tables"));
        }
        let method = index_key::method(exclusion.method.as_deref())?;
        let Exclusion { columns, include, operators, .. } = exclusion;
        let written = Written { method, columns, include, operators, unique: false };
        index_key::require_able(&written)?;
        let name = match name {
            Some(name) => {
                self.require_free(table.schema, &name)?;
                name
            }
            None => {
                let joined = naming::joined(&index_key::column_names(columns, include));
                naming::relation_name(self.now(), table.schema, [&table.name, &joined, "excl"], true)
            }
        };
        let predicate = self.index_predicate(&table, exclusion.predicate.as_ref())?;
        let options = index_option::checked(method, &exclusion.options)?;
        let Keys { keys, classes, exclusion, include } = self.index_keys(&table, &written)?;
        let (index_oid, constraint_oid) = (self.new_oid(table.schema).await?, self.new_oid(table.schema).await?);
        let index = Index {
            oid: index_oid,
            name: name.clone(),
            storage: index_oid,
            unique: true,
            keys,
            include,
            predicate,
            constraint: Some(constraint_oid),
            deferrable: timing.deferrable,
            method,
            classes,
            options,
            exclusion,
            ..Index::default()
        };
        let unique = Unique {
            oid: constraint_oid,
            name,
            index: index_oid,
            primary: false,
            deferrable: timing.deferrable,
            initially_deferred: timing.initially_deferred,
            exclusion: true,
            parent: None,
        };
        let rows = !fresh && self.has_rows(&table).await?;
        let table = self.edit_table(table.oid, |t| {
            t.indexes.push(index);
            t.uniques.push(unique);
        })?;
        if rows { self.build_index(&table, index_oid).await } else { Ok(()) }
    }
}
