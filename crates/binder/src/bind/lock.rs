//! FOR UPDATE and its kin: which tables' rows a query locks.

use std::sync::Arc;

use gavel_catalog::Table;
use gavel_types::{SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::name::fold;
use super::scope::Columns;
use crate::bound::{CheckMode, ColumnId, LockTarget, Rel, Source};
use crate::parse::marker;

impl Binder<'_> {
    /// The row locks of the current level; their scans are made to put out row keys.
    pub fn lock_targets(
        &mut self,
        rel: &mut Rel,
        locks: &[ast::LockClause],
        from: &[ast::TableWithJoins],
    ) -> SqlResult<Vec<LockTarget>> {
        let _ = from;
        let mut out: Vec<LockTarget> = Vec::new();
        let mut accesses = Vec::new();
        for lock in locks {
            let (mode, names) = self.lock_mode(lock);
            let items = &self.level().items;
            let mut chosen: Vec<usize> = Vec::new();
            if names.is_empty() {
                chosen.extend(items.iter().enumerate().filter(|(_, i)| i.row_key.is_some()).map(|(k, _)| k));
            }
            for (name, pos) in names {
                let found = self.level().items.iter().position(|i| i.rel_visible && i.name == name);
                let refused = found.and_then(|k| self.level().items[k].unlockable);
                if let Some(what) = refused {
                    let text = format!("{} cannot be applied to {what}", word(mode));
                    return Err(self.error_at(SqlError::unsupported(text), pos));
                }
                match found {
                    Some(k) => chosen.push(k),
                    None => {
                        let clause = word(mode);
                        let text = format!("relation \"{name}\" in {clause} clause not found in FROM clause");
                        return Err(self.error_at(SqlError::new(SqlState::UndefinedTable, text), pos));
                    }
                }
            }
            for k in chosen {
                let item = &self.level().items[k];
                let (Columns::Table { table, .. }, Some(key)) = (&item.columns, item.row_key) else { continue };
                if table.materialized.is_some() {
                    let text = format!("cannot lock rows in materialized view \"{}\"", table.name);
                    return Err(SqlError::new(SqlState::WrongObjectType, text));
                }
                accesses.extend(item.access);
                // The strongest of several locks on one table counts.
                match out.iter_mut().find(|t| t.row_key == key) {
                    Some(known) => {
                        if strength(mode) > strength(known.mode) {
                            known.mode = mode;
                        }
                    }
                    None => {
                        let parts = item.table_oid.and_then(|id| Some((parts_behind(rel, id)?, id)));
                        out.push(LockTarget { table: table.clone(), parts, row_key: key, mode });
                    }
                }
            }
        }
        for access in accesses {
            self.needs(access, "w");
        }
        for target in &out {
            put_out_row_key(rel, target.row_key);
        }
        Ok(out)
    }

    /// The locks of the current level as the FROM item called `name` takes part in them: a subquery's or a
    /// view's own tables are locked, all of them.
    pub fn locks_of(&mut self, name: &str) -> Vec<ast::LockClause> {
        let locks = std::mem::take(&mut self.level().locks);
        let mut own = Vec::new();
        for lock in &locks {
            let (_, names) = self.lock_mode(lock);
            if names.is_empty() || names.iter().any(|(n, _)| n == name) {
                let strength = lock
                    .of
                    .iter()
                    .flat_map(|n| &n.0)
                    .filter(|part| part.as_ident().is_some_and(|i| i.value.starts_with(marker::LOCK)));
                let strength: Vec<_> = strength.cloned().collect();
                let of = (!strength.is_empty()).then_some(ast::ObjectName(strength));
                own.push(ast::LockClause { of, ..lock.clone() });
            }
        }
        self.level().locks = locks;
        own
    }

    /// The clause as it is written.
    pub fn lock_word(&self, lock: &ast::LockClause) -> &'static str {
        word(self.lock_mode(lock).0)
    }

    pub fn lock_mode(&self, lock: &ast::LockClause) -> (CheckMode, Vec<(String, crate::parse::Pos)>) {
        let mut mode = match lock.lock_type {
            ast::LockType::Update => CheckMode::Update,
            ast::LockType::Share => CheckMode::Share,
        };
        let mut names = Vec::new();
        for ident in lock.of.iter().flat_map(|n| &n.0).filter_map(ast::ObjectNamePart::as_ident) {
            match ident.value.strip_prefix(marker::LOCK) {
                Some("nku") => mode = CheckMode::NoKeyUpdate,
                Some("ks") => mode = CheckMode::KeyShare,
                Some(_) => {}
                None => names.push((fold(ident), self.source.start(ident.span))),
            }
        }
        (mode, names)
    }
}

/// Makes the scan whose key column this is put it out. Key ids follow a scan's own columns, so the scan is
/// the one whose ids come right before.
pub fn put_out_row_key(rel: &mut Rel, key: ColumnId) -> bool {
    if let Rel::Scan { source: Source::Table(table), columns, row_key } | Rel::Append { table, columns, row_key, .. } =
        rel
    {
        let width = u32::try_from(table.columns.len()).unwrap_or(0);
        let first = key.0.checked_sub(width);
        let own = columns.iter().all(|(_, id)| first.is_some_and(|f| id.0 >= f && id.0 < key.0));
        if own && (!columns.is_empty() || width == 0) {
            *row_key = Some(key);
            return true;
        }
        return false;
    }
    let mut done = false;
    super::walk::inputs_mut(rel, &mut |input| done = done || put_out_row_key(input, key));
    done
}

/// The tables that the `Append` with this `table_oid` reads.
fn parts_behind(rel: &Rel, id: ColumnId) -> Option<Vec<Arc<Table>>> {
    if let Rel::Append { parts, table_oid, .. } = rel
        && *table_oid == Some(id)
    {
        return Some(parts.clone());
    }
    let mut found = None;
    super::walk::inputs(rel, &mut |input| {
        if found.is_none() {
            found = parts_behind(input, id);
        }
    });
    found
}

fn strength(mode: CheckMode) -> u8 {
    match mode {
        CheckMode::KeyShare => 0,
        CheckMode::Share => 1,
        CheckMode::NoKeyUpdate => 2,
        CheckMode::Update => 3,
    }
}

fn word(mode: CheckMode) -> &'static str {
    match mode {
        CheckMode::KeyShare => "FOR KEY SHARE",
        CheckMode::Share => "FOR SHARE",
        CheckMode::NoKeyUpdate => "FOR NO KEY UPDATE",
        CheckMode::Update => "FOR UPDATE",
    }
}
