//! Moving the rows of a table to new storage, when their key, or a stored value, changes: done by an INSERT
//! … SELECT from the table into its successor, both in a scratch catalog, so that the ordinary write stage
//! checks constraints and makes index entries.

use std::sync::Arc;

use gavel_catalog::{Catalog, Index, IndexState, RowSecurity, Table};
use gavel_types::{SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::expression::settle_table_oid;
use super::names::{qualified, quote};

impl DdlContext<'_> {
    /// Gives every index of `table`, and `table` itself, fresh storage.
    pub(super) async fn fresh_storage(&mut self, table: &mut Table) -> SqlResult<()> {
        table.storage = self.new_oid(table.schema).await?;
        let storage = table.storage;
        for index in &mut table.indexes {
            index.storage = if index.is_table() { storage } else { self.new_oid(table.schema).await? };
        }
        Ok(())
    }

    /// Of indexes that a failed build has left behind, those that `which` takes are as good as others once the table is
    /// filled anew.
    pub(super) fn mend_indexes(table: &mut Table, which: impl Fn(&Index) -> bool) {
        for index in table.indexes.iter_mut().filter(|i| i.state == IndexState::Invalid && which(i)) {
            index.state = IndexState::Public;
        }
    }

    /// Replaces `old` by `changed`, which has the same OID, and moves the rows. `values` are the
    /// expressions, over columns of `old`, of the columns that do not simply keep their value.
    ///
    /// # Errors
    /// 23505 `could not create unique index`; what the expressions and the new constraints raise.
    pub(super) async fn rewrite(
        &mut self,
        old: &Arc<Table>,
        changed: Table,
        values: &[(i16, String)],
    ) -> SqlResult<()> {
        self.rewrite_in(old, changed, values, &|_, _| {}).await
    }

    /// The same with what `prepare` makes of the scratch catalog and of the table's successor in it.
    pub(super) async fn rewrite_in(
        &mut self,
        old: &Arc<Table>,
        mut changed: Table,
        values: &[(i16, String)],
        prepare: &(dyn Fn(&mut Catalog, &mut Table) + Send + Sync),
    ) -> SqlResult<()> {
        self.fresh_storage(&mut changed).await?;
        Self::mend_indexes(&mut changed, |_| true);
        for column in &mut changed.columns {
            column.missing = None;
        }
        let copied = changed.clone();
        self.edit_table(old.oid, |t| *t = copied)?;
        if !self.has_rows_of(old).await? {
            return Ok(());
        }
        let mut successor = successor(&changed)?;
        let mut scratch = Catalog::clone(self.now());
        prepare(&mut scratch, &mut successor);
        scratch.put_table(old.clone());
        scratch.put_table(Arc::new(successor.clone()));
        let (mut names, mut exprs) = (Vec::new(), Vec::new());
        for column in changed.visible_columns().filter(|c| !c.generated) {
            let given = values.iter().find(|(n, _)| *n == column.number).map(|(_, sql)| sql.clone());
            let kept = || old.column(column.number).map_or_else(|| "NULL".to_owned(), |c| quote(&c.name));
            names.push(quote(&column.name));
            exprs.push(given.unwrap_or_else(kept));
        }
        let (into, from) =
            (qualified(&scratch, successor.schema, &successor.name), qualified(&scratch, old.schema, &old.name));
        let sql = if names.is_empty() {
            format!("INSERT INTO {into} SELECT FROM ONLY {from}")
        } else {
            format!("INSERT INTO {into} ({}) SELECT {} FROM ONLY {from}", names.join(", "), exprs.join(", "))
        };
        let scratch = Arc::new(scratch);
        let result = self.host.run(&scratch, &sql).await;
        result.map(drop).map_err(|e| self.as_of_rewrite(e, &changed, &successor))
    }

    async fn has_rows_of(&mut self, old: &Arc<Table>) -> SqlResult<bool> {
        self.catalog.reliance.rows_of.insert(old.oid);
        let mut scratch = Catalog::clone(self.now());
        scratch.put_table(old.clone());
        let sql = format!("SELECT 1 FROM ONLY {} LIMIT 1", qualified(&scratch, old.schema, &old.name));
        Ok(!self.host.run(&Arc::new(scratch), &sql).await?.is_empty())
    }

    /// Puts an error of the INSERT in the words of the statement that caused it.
    fn as_of_rewrite(&self, error: SqlError, table: &Table, successor: &Table) -> SqlError {
        let fields = error.fields();
        match error.code() {
            SqlState::UniqueViolation => {
                let scratch_name = fields.constraint.as_deref().unwrap_or("");
                let at = successor.indexes.iter().position(|i| i.name == scratch_name);
                let name = at.and_then(|i| table.indexes.get(i)).map_or(scratch_name, |i| i.name.as_str());
                let mut out =
                    SqlError::new(SqlState::UniqueViolation, format!("could not create unique index \"{name}\""));
                if let Some(detail) = &fields.detail {
                    out = out.detail(detail.replace(" already exists.", " is duplicated."));
                }
                self.located(out, table).constraint(name)
            }
            SqlState::ExclusionViolation => {
                let scratch_name = fields.constraint.as_deref().unwrap_or("");
                let at = successor.indexes.iter().position(|i| i.name == scratch_name);
                let name = at.and_then(|i| table.indexes.get(i)).map_or(scratch_name, |i| i.name.as_str());
                let message = format!("could not create exclusion constraint \"{name}\"");
                let mut out = SqlError::new(SqlState::ExclusionViolation, message);
                if let Some(detail) = &fields.detail {
                    out = out.detail(detail.replace(" conflicts with existing key ", " conflicts with key "));
                }
                self.located(out, table).constraint(name)
            }
            // One without a table is a domain's.
            SqlState::NotNullViolation if fields.table.is_some() => {
                let column = fields.column.clone().unwrap_or_default();
                let message = format!("column \"{column}\" of relation \"{}\" contains null values", table.name);
                self.located(SqlError::new(SqlState::NotNullViolation, message), table).column(column)
            }
            SqlState::CheckViolation if fields.table.is_some() => {
                let check = fields.constraint.clone().unwrap_or_default();
                let message =
                    format!("check constraint \"{check}\" of relation \"{}\" is violated by some row", table.name);
                self.located(SqlError::new(SqlState::CheckViolation, message), table).constraint(check)
            }
            _ => error,
        }
    }
}

/// `table` under names that nobody else has, taking rows as they are: no defaults, identities or foreign keys, no triggers,
/// rules and policies, no checks that they have not passed, no tables above and below. Their `tableoid` is that of `table`.
///
/// # Errors
/// 42601 if a text does not parse, which it did when it was stored.
fn successor(table: &Table) -> SqlResult<Table> {
    let mut next = table.clone();
    next.oid = table.storage;
    next.name = format!("pg_rewrite_{}", table.storage);
    next.foreign_keys.clear();
    next.triggers.clear();
    next.rules.clear();
    // Rows that a constraint NOT VALID was not asked about are not asked now.
    next.checks.retain(|c| c.validated);
    for check in &mut next.checks {
        check.sql = settle_table_oid(&check.sql, table.oid)?;
    }
    next.referenced_by.clear();
    next.row_security = RowSecurity::default();
    next.inherits.clear();
    next.children.clear();
    next.bound = None;
    for index in &mut next.indexes {
        index.name = format!("pg_rewrite_{}", index.oid);
    }
    for column in &mut next.columns {
        column.identity = None;
        column.sequence = None;
        column.default = match &column.default {
            Some(sql) if column.generated => Some(settle_table_oid(sql, table.oid)?),
            _ => None,
        };
    }
    Ok(next)
}
