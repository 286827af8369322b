//! SET LOGGED and SET UNLOGGED. Rows of unlogged tables are kept as safely as all others: what is said of a table is
//! remembered for the catalogs and for dumps, and for which tables foreign keys may lead to which.
//!
//! <https://www.postgresql.org/docs/15/sql-altertable.html>

use std::sync::Arc;

use gavel_catalog::{Sequence, Table};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;

/// `temporary`, `unlogged` or `permanent`.
fn persistence(table: &Table) -> &'static str {
    match (table.is_temporary(), table.unlogged) {
        (true, _) => "temporary",
        (false, true) => "unlogged",
        (false, false) => "permanent",
    }
}

/// Rows that outlive a crash do not refer to such as may not, nor to those of one session.
///
/// # Errors
/// 42P16.
pub(super) fn require_lasting(child: &Table, parent: &Table) -> SqlResult<()> {
    let (kind, of) = (persistence(child), persistence(parent));
    let allowed = match kind {
        "unlogged" if of != "temporary" => return Ok(()),
        "unlogged" => "permanent or unlogged",
        same if same == of => return Ok(()),
        same => same,
    };
    let message = format!("constraints on {kind} tables may reference only {allowed} tables");
    Err(SqlError::new(SqlState::InvalidTableDefinition, message))
}

fn temporary(name: &str) -> SqlError {
    let message = format!("cannot change logged status of table \"{name}\" because it is temporary");
    SqlError::new(SqlState::InvalidTableDefinition, message)
}

impl DdlContext<'_> {
    /// SET LOGGED (`logged`) or SET UNLOGGED of a table; the sequences of its columns go with it.
    ///
    /// # Errors
    /// 42P16 for a temporary table, and where a foreign key would lead from a table that is logged to one that is not.
    pub(super) fn set_logged(&mut self, oid: Oid, logged: bool) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if table.is_temporary() {
            return Err(self.located(temporary(&table.name), &table));
        }
        if table.unlogged != logged {
            return Ok(());
        }
        let refused = if logged { self.leads_to_unlogged(&table) } else { self.led_to_by_logged(&table) };
        if let Some((other, constraint)) = refused {
            let (to, of) = if logged { ("logged", "unlogged") } else { ("unlogged", "logged") };
            let message = format!(
                "could not change table \"{}\" to {to} because it references {of} table \"{other}\"",
                table.name
            );
            let error = SqlError::new(SqlState::InvalidTableDefinition, message).constraint(constraint);
            return Err(self.located(error, &table));
        }
        self.require_unmade_rows(&table)?;
        if table.partitioned.is_some() {
            // It has no rows: what is said of it goes for what is made for it later, as with PostgreSQL.
            return Ok(());
        }
        self.edit_table(oid, |t| t.unlogged = !logged)?;
        let owned: Vec<Oid> = {
            let of = |s: &&Arc<Sequence>| s.owned_by.is_some_and(|(table, _)| table == oid);
            self.now().sequences.values().filter(of).map(|s| s.oid).collect()
        };
        owned.into_iter().try_for_each(|sequence| self.set_sequence_logged(sequence, logged))
    }

    /// The same of a sequence.
    ///
    /// # Errors
    /// 42P16 for a temporary one.
    pub(super) fn set_sequence_logged(&mut self, oid: Oid, logged: bool) -> SqlResult<()> {
        let Some(sequence) = self.now().sequences.get(&oid).cloned() else { return Ok(()) };
        if gavel_catalog::system::is_temporary(oid) {
            let schema = self.now().schema_by_oid(sequence.schema).map_or("", |s| s.name.as_str());
            return Err(temporary(&sequence.name).schema(schema).table(sequence.name.as_str()));
        }
        if sequence.unlogged == logged {
            let version = sequence.version + 1;
            self.edit().put_sequence(Arc::new(Sequence { unlogged: !logged, version, ..Sequence::clone(&sequence) }));
        }
        Ok(())
    }

    /// An unlogged table that a foreign key of `table` leads to, and the key.
    fn leads_to_unlogged(&self, table: &Table) -> Option<(String, String)> {
        table.foreign_keys.iter().find_map(|key| {
            let parent = self.now().table(key.parent).filter(|p| p.oid != table.oid && p.unlogged)?;
            Some((parent.name.clone(), key.name.clone()))
        })
    }

    /// A logged table with a foreign key that leads to `table`, and the key.
    fn led_to_by_logged(&self, table: &Table) -> Option<(String, String)> {
        table.referenced_by.iter().find_map(|child| {
            let child = self.now().table(*child).filter(|c| c.oid != table.oid && !c.unlogged)?;
            let key = child.foreign_keys.iter().find(|k| k.parent == table.oid)?;
            Some((child.name.clone(), key.name.clone()))
        })
    }
}
