//! What becomes of temporary objects at COMMIT and at DISCARD TEMP. Until then they are created, altered and
//! dropped as all others are; that they are temporary is in their schema and OIDs
//! ([`gavel_catalog::system::TEMPORARY_SCHEMA`]), and they are left out of what COMMIT writes.

use std::sync::Arc;

use gavel_catalog::{Catalog, OnCommit, Table};
use gavel_types::{SqlError, SqlResult};

use super::DdlContext;
use super::drop::Object;

impl DdlContext<'_> {
    /// Does to the tables what their ON COMMIT says, but for the rows: [`loses_rows`] says which those are.
    ///
    /// # Errors
    /// 0A000 if rows that are deleted are referred to by rows that stay.
    pub async fn on_commit(&mut self) -> SqlResult<()> {
        let emptied: Vec<Arc<Table>> = self.now().temporary_tables().filter(|t| loses_rows(t)).cloned().collect();
        for parent in emptied {
            for child in self.now().temporary_tables().filter(|c| !loses_rows(c)) {
                if child.foreign_keys.iter().any(|key| key.parent == parent.oid) {
                    return Err(SqlError::unsupported("unsupported ON COMMIT and foreign key combination").detail(
                        format!(
                            "Table \"{}\" references \"{}\", but they do not have the same ON COMMIT setting.",
                            child.name, parent.name
                        ),
                    ));
                }
            }
        }
        let tables = self.now().temporary_tables().filter(|t| t.on_commit == OnCommit::Drop);
        let dropped: Vec<Object> = tables.map(|t| Object::Table(t.oid)).collect();
        if dropped.is_empty() {
            return Ok(());
        }
        let told = self.notices.len();
        self.drop_all(&dropped, true).await?;
        // Nobody asked for it now, so nobody is told what else goes.
        self.notices.truncate(told);
        Ok(())
    }
}

/// Whether a table is empty after every COMMIT.
pub fn loses_rows(table: &Table) -> bool {
    table.on_commit == OnCommit::DeleteRows
}

/// DISCARD TEMP: `catalog` without temporary objects. Nothing else can depend on them.
pub fn discard(catalog: &mut Arc<Catalog>) {
    if catalog.has_temporary() {
        Arc::make_mut(catalog).remove_temporary();
    }
}
