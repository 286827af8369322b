//! CHECK constraints of tables: added, which those below the table get as well unless it says NO INHERIT, merged with what
//! is there already, and validated.

use gavel_binder::ddl::ast::Timing;
use gavel_catalog::{CheckConstraint, Descent, Table};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::Expr;

use super::binding::Usage;
use super::expression::mentions_table_oid;
use super::inherit::{INHERITED, numbers_in};
use super::{DdlContext, naming};

/// A check as it is written.
pub(super) struct NewCheck<'a> {
    pub name: Option<String>,
    /// The column that it is written behind.
    pub column: Option<&'a str>,
    pub expr: &'a Expr,
    pub timing: Timing,
    /// Of a table that is being made: there are no rows, and it may be one that is inherited.
    pub fresh: bool,
}

impl DdlContext<'_> {
    /// Adds a check to the table with this OID, and to those below it.
    ///
    /// # Errors
    /// 42710, 42P16 and 42P17 where it goes with nothing that is there; 23514 if a row breaks it.
    pub(super) async fn add_check(&mut self, oid: Oid, new: NewCheck<'_>) -> SqlResult<()> {
        let NewCheck { name, column, expr, timing, fresh } = new;
        let table = self.table_by_oid(oid)?;
        let stored = self.expression(&table, expr, Usage::Check)?;
        if timing.no_inherit && table.partitioned.is_some() {
            let message = format!("cannot add NO INHERIT constraint to partitioned table \"{}\"", table.name);
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        let name = match name {
            Some(name) => name,
            None => {
                // One column only: its name is in the constraint's, wherever the CHECK was written.
                let only = match (stored.columns.as_slice(), mentions_table_oid(&stored.sql)?) {
                    ([number], false) => table.column(*number).map(|c| c.name.as_str()),
                    ([], true) => Some("tableoid"),
                    _ => None,
                };
                let part = only.or(column.filter(|_| stored.columns.is_empty())).unwrap_or("");
                naming::constraint_name(self.now(), table.schema, [&table.name, part, "check"])
            }
        };
        let check = CheckConstraint {
            oid: Oid(0),
            name,
            sql: stored.sql,
            columns: stored.columns,
            validated: fresh || !timing.not_valid,
            no_inherit: timing.no_inherit,
            descent: Descent::default(),
        };
        if super::constraint::constraint_names(&table).any(|n| n == check.name) {
            if fresh && table.checks.iter().any(|c| c.name == check.name && !c.descent.not_local) {
                let message = format!("check constraint \"{}\" already exists", check.name);
                return Err(SqlError::new(SqlState::DuplicateObject, message));
            }
            return self.merge_check(&table, &table, &check, fresh);
        }
        self.put_check(&table, check.clone()).await?;
        if fresh {
            return Ok(());
        }
        let mut gained = vec![oid];
        if !check.no_inherit {
            gained.extend(self.spread_check(&table, &check).await?);
        }
        if check.validated {
            for oid in gained {
                let table = self.table_by_oid(oid)?;
                if let Some(own) = table.checks.iter().find(|c| c.name == check.name) {
                    self.validate_check(&table, &own.name, &own.sql).await?;
                }
            }
        }
        Ok(())
    }

    async fn put_check(&mut self, table: &Table, check: CheckConstraint) -> SqlResult<()> {
        let oid = self.new_oid(table.schema).await?;
        self.edit_table(table.oid, |t| t.checks.push(CheckConstraint { oid, ..check }))?;
        Ok(())
    }

    /// Gives a check to the tables below one that has got it, each after its parent. Those that have it already are told,
    /// and nobody looks below them. Gives the tables that have got it.
    async fn spread_check(&mut self, table: &Table, check: &CheckConstraint) -> SqlResult<Vec<Oid>> {
        let mut waiting = self.child_oids(table.oid);
        if self.only && !waiting.is_empty() {
            let message = "constraint must be added to child tables too";
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        waiting.reverse();
        let mut gained = Vec::new();
        while let Some(oid) = waiting.pop() {
            let child = self.table_by_oid(oid)?;
            self.must_own_table(&child)?;
            if super::constraint::constraint_names(&child).any(|n| n == check.name) {
                self.merge_check(&child, table, check, true)?;
                continue;
            }
            let sql = self.sql_for_child(table, &check.name, &check.sql)?;
            let columns = numbers_in(&child, table, &check.columns);
            self.put_check(&child, CheckConstraint { sql, columns, descent: INHERITED, ..check.clone() }).await?;
            gained.push(oid);
            waiting.extend(self.child_oids(oid).into_iter().rev());
        }
        Ok(gained)
    }

    /// Makes a check one with that of the same name which `table` has. It is `of` a parent, or of the table itself.
    ///
    /// # Errors
    /// 42710 if the two are not the same; 42P17 if what stands behind them differs.
    pub(super) fn merge_check(
        &mut self,
        table: &Table,
        of: &Table,
        check: &CheckConstraint,
        may_merge: bool,
    ) -> SqlResult<()> {
        let name = &check.name;
        let existing = table.checks.iter().find(|c| c.name == *name).filter(|existing| {
            may_merge && self.is_same_expression((table, existing.sql.as_str()), (of, check.sql.as_str()))
        });
        let Some(existing) = existing else {
            let message = format!("constraint \"{name}\" for relation \"{}\" already exists", table.name);
            return Err(SqlError::new(SqlState::DuplicateObject, message));
        };
        let with = if existing.no_inherit {
            Some("non-inherited constraint")
        } else if existing.descent.parents > 0 && check.no_inherit {
            Some("inherited constraint")
        } else if check.validated && !existing.validated {
            Some("NOT VALID constraint")
        } else {
            None
        };
        if let Some(with) = with {
            let message = format!("constraint \"{name}\" conflicts with {with} on relation \"{}\"", table.name);
            return Err(SqlError::new(SqlState::InvalidObjectDefinition, message));
        }
        self.notice(format!("merging constraint \"{name}\" with inherited definition"));
        let local = table.oid == of.oid;
        self.edit_table(table.oid, |t| {
            for own in t.checks.iter_mut().filter(|c| c.name == *name) {
                if local {
                    // Nothing that a partition has of its parent is its own.
                    own.descent.not_local &= t.bound.is_some();
                    own.no_inherit |= check.no_inherit;
                } else {
                    own.descent.parents += 1;
                    own.descent.not_local |= t.bound.is_some();
                }
            }
        })?;
        Ok(())
    }

    /// VALIDATE CONSTRAINT of a check: first where it is inherited.
    pub(super) async fn validate_checks(&mut self, table: &Table, check: &CheckConstraint) -> SqlResult<()> {
        if check.validated {
            return Ok(());
        }
        let mut tables = vec![table.oid];
        if !check.no_inherit {
            tables = self.reached(table.oid, false);
        }
        if self.only && tables.len() > 1 {
            let message = "constraint must be validated on child tables too";
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        // The table itself last.
        tables.rotate_left(1);
        for oid in tables {
            let table = self.table_by_oid(oid)?;
            self.must_own_table(&table)?;
            let Some(own) = table.checks.iter().find(|c| c.name == check.name) else {
                return Err(super::constraint::undefined_constraint(&table, &check.name));
            };
            if own.validated {
                continue;
            }
            self.validate_check(&table, &own.name, &own.sql).await?;
            let own = own.oid;
            self.edit_table(oid, |t| {
                t.checks.iter_mut().filter(|c| c.oid == own).for_each(|c| c.validated = true);
            })?;
        }
        Ok(())
    }

    /// What ALTER COLUMN … TYPE says of the checks that are made anew: those that reach a table in more ways than one are
    /// merged again.
    pub(super) fn tell_merged_checks(&mut self, tables: &[Oid], column: &str) {
        let mut present: Vec<(Oid, String)> = Vec::new();
        for oid in tables {
            let Some(table) = self.now().table(*oid).cloned() else { continue };
            let mentions = |c: &&CheckConstraint| super::drop::mentions(&c.sql, column);
            for check in table.checks.iter().filter(|c| !c.descent.not_local).filter(mentions) {
                let mut waiting = vec![*oid];
                while let Some(oid) = waiting.pop() {
                    let place = (oid, check.name.clone());
                    if present.contains(&place) {
                        self.notice(format!("merging constraint \"{}\" with inherited definition", check.name));
                        continue;
                    }
                    present.push(place);
                    if !check.no_inherit {
                        waiting.extend(self.child_oids(oid).into_iter().rev());
                    }
                }
            }
        }
    }
}
