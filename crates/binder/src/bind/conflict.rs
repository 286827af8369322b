//! ON CONFLICT: which unique indexes arbitrate, and what DO UPDATE sets.

use gavel_catalog::{Index, IndexKey, Table};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::clause::Clause;
use super::implied::implies;
use super::modify::in_row;
use super::name::fold;
use super::repeat::require_the_same;
use super::scalar::column;
use super::scope::{Columns, NsItem};
use super::table_expr::{TableExpr, bind_table_expr, bind_table_expr_ast};
use super::written::Written;
use crate::bound::{ColumnId, ConflictAction, OnConflict, Scalar};
use crate::parse::{self, marker};

/// The conflict target as bound: expressions over the table's columns, and the predicate.
struct Target {
    keys: Vec<Scalar>,
    predicate: Option<Scalar>,
}

/// Which indexes arbitrate.
enum Arbiters {
    Known(Vec<Oid>),
    Over(Target),
}

impl Binder<'_> {
    pub fn on_conflict(
        &mut self,
        on: &ast::OnConflict,
        written: &Written,
        label: &str,
        new_row: &[(i16, ColumnId)],
    ) -> SqlResult<OnConflict> {
        let table = &*written.table;
        let target = match &on.conflict_target {
            None => {
                if matches!(on.action, ast::OnConflictAction::DoUpdate(_)) {
                    return Err(SqlError::new(
                        SqlState::SyntaxError,
                        "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                    )
                    .hint("For example, ON CONFLICT (column_name)."));
                }
                Arbiters::Known(vec![])
            }
            Some(ast::ConflictTarget::OnConstraint(name)) => {
                let index = self.constraint_index(table, name)?;
                for (key, ..) in table.indexes.iter().filter(|i| i.oid == index).flat_map(|i| &i.keys) {
                    if let IndexKey::Column(number) = key {
                        self.selects_below(written, *number);
                    }
                }
                Arbiters::Known(vec![index])
            }
            Some(ast::ConflictTarget::Columns(columns)) => {
                self.needs(written.access, "r");
                Arbiters::Over(self.conflict_target(written, label, columns)?)
            }
        };
        let action = match &on.action {
            ast::OnConflictAction::DoNothing => ConflictAction::Nothing,
            ast::OnConflictAction::DoUpdate(update) => self.do_update(update, written, label, new_row)?,
        };
        // Indexes are looked for once everything has a meaning.
        let arbiters = match target {
            Arbiters::Known(indexes) => indexes,
            Arbiters::Over(target) => self.matching_indexes(table, &target)?,
        };
        let updates = matches!(action, ConflictAction::Update { .. });
        if updates && table.uniques.iter().any(|u| u.exclusion && arbiters.contains(&u.index)) {
            let text = "ON CONFLICT DO UPDATE not supported with exclusion constraints";
            return Err(SqlError::new(SqlState::WrongObjectType, text));
        }
        Ok(OnConflict { arbiters, action })
    }

    /// Notes that a column of the table is read, as the relation that is named has it.
    fn selects_below(&mut self, written: &Written, number: i16) {
        let named = written.all().into_iter().find(|c| c.refused.is_none() && c.column.number == number);
        self.selects(named.map(|c| (written.access, c.number)));
    }

    fn constraint_index(&self, table: &Table, name: &ast::ObjectName) -> SqlResult<Oid> {
        let folded = name.0.last().and_then(ast::ObjectNamePart::as_ident).map(fold).unwrap_or_default();
        match table.uniques.iter().find(|u| u.name == folded) {
            Some(unique) => Ok(unique.index),
            None => {
                let text = format!("constraint \"{folded}\" for table \"{}\" does not exist", table.name);
                Err(SqlError::new(SqlState::UndefinedObject, text))
            }
        }
    }

    fn conflict_target(&mut self, written: &Written, label: &str, columns: &[ast::Ident]) -> SqlResult<Target> {
        let table = &*written.table;
        if let [only] = columns
            && let Some(range) = only.value.strip_prefix(marker::CONFLICT)
        {
            return self.written_target(written, label, range);
        }
        let mut keys = Vec::with_capacity(columns.len());
        for ident in columns {
            let name = fold(ident);
            let pos = self.source.start(ident.span);
            let found = written.find(&name).filter(|f| f.refused.is_none());
            if let Some(found) = &found {
                self.selects(Some((written.access, found.number)));
            }
            let slot = found.and_then(|f| table.columns.iter().position(|c| c.number == f.column.number));
            let Some(slot) = slot else {
                let text = format!("column \"{name}\" does not exist");
                return Err(self.error_at(SqlError::new(SqlState::UndefinedColumn, text), pos));
            };
            keys.push(column(ColumnId(u32::try_from(slot).unwrap_or(0)), table.columns[slot].ty));
        }
        Ok(Target { keys, predicate: None })
    }

    /// `(expressions) [WHERE predicate]`, from its text.
    fn written_target(&mut self, written: &Written, label: &str, range: &str) -> SqlResult<Target> {
        let table = &*written.table;
        let text = self.marked_text(range)?;
        let (list, rest) = split_parentheses(text);
        // The table under the name that the statement gives it.
        let named;
        let table = if label == table.name {
            table
        } else {
            named = Table { name: label.to_owned(), ..Table::clone(table) };
            &named
        };
        let parsed = parse::parse_index_keys(list)?;
        let mut keys = Vec::with_capacity(parsed.len());
        for key in &parsed {
            // Collations do not change which index is meant here.
            let mut key = key;
            while let ast::Expr::Collate { expr, .. } = key {
                key = expr;
            }
            let (key, columns) = bind_table_expr_ast(self.context, key, "", table, TableExpr::Stored)?;
            columns.iter().for_each(|(number, _)| self.selects_below(written, *number));
            keys.push(key);
        }
        let rest = rest.trim();
        let predicate = match rest.get(..5) {
            Some(word) if word.eq_ignore_ascii_case("where") => {
                let sql = rest.get(5..).unwrap_or("");
                let (predicate, columns) = bind_table_expr(self.context, sql, table, TableExpr::IndexPredicate)?;
                columns.iter().for_each(|(number, _)| self.selects_below(written, *number));
                Some(predicate)
            }
            _ => None,
        };
        Ok(Target { keys, predicate })
    }

    /// Unique indexes over exactly the target's keys, in any order.
    fn matching_indexes(&mut self, table: &Table, target: &Target) -> SqlResult<Vec<Oid>> {
        let mut out = Vec::new();
        for index in table.indexes.iter().filter(|i| (i.is_unique() || i.primary) && i.is_public()) {
            if self.index_matches(table, index, target)? {
                out.push(index.oid);
            }
        }
        if out.is_empty() {
            return Err(SqlError::new(
                SqlState::InvalidColumnReference,
                "there is no unique or exclusion constraint matching the ON CONFLICT specification",
            ));
        }
        Ok(out)
    }

    fn index_matches(&mut self, table: &Table, index: &Index, target: &Target) -> SqlResult<bool> {
        let mut keys = Vec::with_capacity(index.keys.len());
        for (key, _, _) in &index.keys {
            keys.push(match key {
                IndexKey::Column(number) => {
                    let Some(slot) = table.columns.iter().position(|c| c.number == *number) else { return Ok(false) };
                    column(ColumnId(u32::try_from(slot).unwrap_or(0)), table.columns[slot].ty)
                }
                IndexKey::Expression { sql, .. } => bind_table_expr(self.context, sql, table, TableExpr::Stored)?.0,
            });
        }
        let same = keys.iter().all(|k| target.keys.contains(k)) && target.keys.iter().all(|k| keys.contains(k));
        if !same {
            return Ok(false);
        }
        let Some(predicate) = &index.predicate else { return Ok(true) };
        let Some(wanted) = &target.predicate else { return Ok(false) };
        let own = bind_table_expr(self.context, predicate, table, TableExpr::IndexPredicate)?.0;
        Ok(implies(wanted, &own))
    }

    fn do_update(
        &mut self,
        update: &ast::DoUpdate,
        written: &Written,
        label: &str,
        new_row: &[(i16, ColumnId)],
    ) -> SqlResult<ConflictAction> {
        let table = &written.table;
        let first = self.reserve_columns(table.columns.len());
        let existing: Vec<(i16, ColumnId)> =
            (first..).zip(&table.columns).filter(|(_, c)| !c.dropped).map(|(id, c)| (c.number, ColumnId(id))).collect();
        let mut own = NsItem::new(label.to_owned(), Columns::Table { table: table.clone(), first });
        let table_oid = table.partitioned.as_ref().map(|_| self.new_column());
        own.table_oid = table_oid;
        let mut checks = Vec::new();
        if written.is_view() {
            let seen = self.look(written, own)?;
            own = seen.item;
            checks.extend(written.shows(seen.conditions));
            label.clone_into(&mut own.name);
        }
        own.schema = (label == written.name).then_some(written.schema);
        let own = own.accessed_by(written.access);
        self.needs(written.access, "w");
        let mut excluded = self.written_row(written, "excluded".into(), None, &|n| in_row(new_row, table, n))?;
        excluded.table = None;
        let saved = std::mem::replace(&mut self.level().items, vec![own, excluded]);
        let out = self.assignments(&update.assignments, written, &|n| in_row(&existing, table, n)).and_then(
            |mut assignments| {
                let predicate = match &update.selection {
                    Some(e) => Some(self.condition(e, Clause::Where, "WHERE")?),
                    None => None,
                };
                let known = assignments.clone();
                let value = |n: i16| {
                    known.iter().find(|(a, _)| *a == n).map(|(_, s)| s.clone()).or_else(|| in_row(&existing, table, n))
                };
                assignments.extend(self.generated_values(table, &value)?);
                let computed = assignments.len() > known.len();
                let held = self.view_conditions(written, &|n| {
                    let assigned = assignments.iter().find(|(a, _)| *a == n).map(|(_, s)| s.clone());
                    assigned.or_else(|| in_row(&existing, table, n))
                })?;
                if computed || !held.is_empty() {
                    require_the_same(&known)?;
                }
                Ok((assignments, predicate, held))
            },
        );
        self.level().items = saved;
        let (assignments, predicate, held) = out?;
        let again = match held.is_empty() {
            true => Vec::new(),
            false => self.view_conditions(written, &|n| in_row(&existing, table, n))?,
        };
        checks.extend(held);
        Ok(ConflictAction::Update { existing, table_oid, assignments, predicate, checks, again })
    }
}

/// `(a, b) rest` as `a, b` and `rest`.
fn split_parentheses(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (text.get(1..i).unwrap_or(""), text.get(i + 1..).unwrap_or(""));
                }
            }
            _ => {}
        }
    }
    (text, "")
}
