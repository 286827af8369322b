//! UPDATE and DELETE: the rows to change as a query over the table and what is joined to it.

use std::sync::Arc;

use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_catalog::{Column, Identity, Table};
use gavel_functions::registry::Volatility;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr, TableFactor};

use super::Binder;
use super::clause::Clause;
use super::expr::strip;
use super::from::FromItem;
use super::lock::put_out_row_key;
use super::modify::{Verb, in_row};
use super::name::{fold, without_only};
use super::policy::rename_within;
use super::scalar::{Typed, column, truth};
use super::scope::is_version_column;
use super::star::is_star;
use super::table_expr::{TableExpr, bind_table_expr, volatility};
use super::walk;
use super::written::Written;
use crate::bound::{ColumnId, JoinKind, Modify, ModifyOp, ModifyTree, Rel, Scalar, ScalarKind};
use crate::parse::Pos;

/// The table that is changed, scanned with its row keys.
pub struct Scanned {
    pub written: Written,
    pub rel: Rel,
    pub label: String,
    pub row_key: ColumnId,
    pub old_row: Vec<(i16, ColumnId)>,
    /// Over the scan, if it is of several tables.
    pub tree: Option<ModifyTree>,
}

impl Binder<'_> {
    pub fn update(&mut self, update: &ast::Update) -> SqlResult<Modify> {
        if !update.table.joins.is_empty() {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"join\""));
        }
        if update.or.is_some() || update.limit.is_some() || !update.order_by.is_empty() {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"limit\""));
        }
        let scanned = self.scan_target(&update.table.relation, Verb::Update)?;
        let from = match &update.from {
            Some(ast::UpdateTableFromKind::BeforeSet(from) | ast::UpdateTableFromKind::AfterSet(from)) => {
                from.as_slice()
            }
            None => &[],
        };
        let Scanned { written, rel, label, row_key, old_row, tree } = scanned;
        let table = Arc::clone(&written.table);
        let mut rel = self.join_others(rel, from)?;
        let assigned = self.assignments(&update.assignments, &written, &|n| in_row(&old_row, &table, n))?;
        let mut current_of = None;
        if let Some(condition) = &update.selection {
            let predicate = match self.current_of(condition, &written, row_key)? {
                Some((predicate, cursor)) => {
                    current_of = Some(cursor);
                    predicate
                }
                None => self.condition(condition, Clause::Where, "WHERE")?,
            };
            rel = Rel::Filter { input: Box::new(rel), predicate };
        }
        let value = |n: i16| {
            assigned.iter().find(|(a, _)| *a == n).map(|(_, s)| s.clone()).or_else(|| in_row(&old_row, &table, n))
        };
        // What may give another value each time is computed once, and generated columns above it.
        let apart = assigned.iter().any(|(_, s)| volatility(s) == Volatility::Volatile);
        let generated = if apart { vec![] } else { self.generated_values(&table, &value)? };

        // Everything that the write stage reads passes through one projection.
        let mut exprs: Vec<(ColumnId, Scalar)> = Vec::with_capacity(old_row.len() * 2 + 1);
        let key = self.new_column();
        exprs.push((key, column(row_key, PgType::BYTEA)));
        let tree = tree.map(|tree| self.pass_tree(tree, &mut exprs));
        let mut old_out = Vec::with_capacity(old_row.len());
        for (number, id) in &old_row {
            let Some(c) = table.column(*number) else { continue };
            let fresh = self.new_column();
            exprs.push((fresh, column(*id, c.ty)));
            old_out.push((*number, fresh));
        }
        let given: Vec<i16> = assigned.iter().map(|(number, _)| *number).collect();
        let mut numbers = Vec::with_capacity(assigned.len());
        let mut new_row = old_out.clone();
        for (number, value) in assigned.into_iter().chain(generated) {
            let id = self.new_column();
            exprs.push((id, value));
            if given.contains(&number) || !self.leaves_alone(&table, number, &given)? {
                numbers.push(number);
            }
            if let Some(slot) = new_row.iter_mut().find(|(n, _)| *n == number) {
                slot.1 = id;
            }
        }
        let mut above = vec![];
        if apart {
            for (number, value) in self.generated_values(&table, &|n| in_row(&new_row, &table, n))? {
                above.push((number, self.new_column(), value));
            }
            for (number, id, _) in &above {
                if !self.leaves_alone(&table, *number, &given)? {
                    numbers.push(*number);
                }
                new_row.iter_mut().filter(|(n, _)| n == number).for_each(|slot| slot.1 = *id);
            }
        }
        numbers.sort_unstable();
        let mut held = self.view_conditions(&written, &|n| in_row(&new_row, &table, n))?;

        // RETURNING sees the new row, and what was joined.
        let item = self.written_row(&written, label, tree.as_ref(), &|n| in_row(&new_row, &table, n))?;
        if let Some(first) = self.level().items.first_mut() {
            *first = item;
        }
        let mut returning = self.returning(update.returning.as_ref())?;
        let known: Vec<ColumnId> = exprs.iter().map(|(id, _)| *id).collect();
        let mut passed: Vec<(ColumnId, ColumnId)> = Vec::new();
        for (_, e) in returning.iter_mut().flatten() {
            let mut used = Vec::new();
            walk::visit(e, &mut |s| {
                if let ScalarKind::Column(id) = s.kind {
                    used.push((id, s.ty));
                }
                true
            });
            for (id, ty) in used {
                let joined = self.level().items.iter().skip(1).any(|i| i.slot_of(id).is_some());
                if joined && !known.contains(&id) && !passed.iter().any(|(from, _)| *from == id) {
                    let fresh = self.new_column();
                    exprs.push((fresh, column(id, ty)));
                    passed.push((id, fresh));
                }
            }
            walk::replace(e, &mut |s| {
                let ScalarKind::Column(id) = s.kind else { return None };
                passed.iter().find(|(from, _)| *from == id).map(|(_, to)| column(*to, s.ty))
            });
        }
        let source = Rel::Project { input: Box::new(rel), exprs };
        self.accesses_below(&written)?;
        let op = ModifyOp::Update { row_key: key, old_row: old_out, assigned: numbers, new_row };
        let mut modify =
            Modify { table: Arc::clone(&written.table), source, op, returning, checks: vec![], current_of, tree };
        if !above.is_empty() {
            let computed = above.into_iter().map(|(_, id, value)| (id, value)).collect();
            let passed = self.compute_above(&mut modify, computed)?;
            held.iter_mut().for_each(|(_, condition)| rename_within(condition, &passed));
        }
        self.hold(&mut modify, held)?;
        self.secure_update(&mut modify, &written, (row_key, &old_row))?;
        Ok(modify)
    }

    pub fn delete(&mut self, delete: &ast::Delete) -> SqlResult<Modify> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
        let [target] = from.as_slice() else {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \",\""));
        };
        if !target.joins.is_empty() || !delete.tables.is_empty() || delete.limit.is_some() {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"join\""));
        }
        let Scanned { written, rel, row_key, old_row, tree, .. } = self.scan_target(&target.relation, Verb::Delete)?;
        let mut source = self.join_others(rel, delete.using.as_deref().unwrap_or_default())?;
        let mut current_of = None;
        if let Some(condition) = &delete.selection {
            let predicate = match self.current_of(condition, &written, row_key)? {
                Some((predicate, cursor)) => {
                    current_of = Some(cursor);
                    predicate
                }
                None => self.condition(condition, Clause::Where, "WHERE")?,
            };
            source = Rel::Filter { input: Box::new(source), predicate };
        }
        let returning = self.returning(delete.returning.as_ref())?;
        self.accesses_below(&written)?;
        let table = Arc::clone(&written.table);
        let op = ModifyOp::Delete { row_key, old_row: old_row.clone() };
        let mut modify = Modify { table, source, op, returning, checks: vec![], current_of, tree };
        self.secure_delete(&mut modify, &written, (row_key, &old_row))?;
        Ok(modify)
    }

    /// Whether no trigger may take a generated column to be assigned to where columns `assigned` are: it is over none of
    /// them, and no trigger before the row may change others.
    fn leaves_alone(&self, table: &Table, number: i16, assigned: &[i16]) -> SqlResult<bool> {
        let triggers = || table.triggers.iter().filter(|t| t.events.contains(&TriggerEvent::Update));
        let before = |t: &Trigger| t.row && t.timing == Timing::Before;
        if triggers().all(|t| t.columns.is_empty()) || triggers().any(before) {
            return Ok(false);
        }
        let Some(sql) = table.column(number).and_then(|c| c.default.as_ref()) else { return Ok(false) };
        let (_, mentioned) = bind_table_expr(&self.context.stored(), sql, table, TableExpr::Stored)?;
        Ok(!mentioned.iter().any(|(n, _)| assigned.contains(n)))
    }

    pub fn scan_target(&mut self, factor: &TableFactor, verb: Verb) -> SqlResult<Scanned> {
        let TableFactor::Table { name, alias, args: None, .. } = factor else {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"(\""));
        };
        let (name, only) = without_only(name);
        let written = self.written(&name, verb)?;
        // On a view ONLY says nothing; what counts is how the view reads its table.
        let only = if written.is_view() { written.only } else { only };
        let (rel, item, row_key, old_row, tree) = if self.context.catalog.views.contains_key(&written.table.oid) {
            let (rel, item, row_key, old_row) = self.scan_view(&written.table)?;
            (rel, item, row_key, old_row, None)
        } else {
            let FromItem { mut rel, mut items, .. } = self.table_item(&written.table, only);
            let Some(item) = items.pop() else { return Err(SqlError::internal("a table without its item")) };
            let row_key = item.row_key.ok_or_else(|| SqlError::internal("a table without row key"))?;
            let (old_row, tree) = match &rel {
                Rel::Scan { columns, .. } => (columns.clone(), None),
                Rel::Append { columns, parts, table_oid: Some(table_oid), .. } => {
                    let fires = self.context.catalog.has_row_triggers_below(written.table.oid);
                    (columns.clone(), Some(ModifyTree { table_oid: *table_oid, parts: parts.clone(), fires }))
                }
                _ => return Err(SqlError::internal("a table without scan")),
            };
            put_out_row_key(&mut rel, row_key);
            (rel, item, row_key, old_row, tree)
        };
        let (rel, item) = self.through(&written, rel, item)?;
        let mut item = item.accessed_by(written.access);
        match alias {
            Some(alias) => item.name = fold(&alias.name),
            None => item.schema = Some(written.schema),
        }
        let label = item.name.clone();
        self.level().items.push(item);
        Ok(Scanned { written, rel, label, row_key, old_row, tree })
    }

    /// The same tree over a projection that is being made.
    pub fn pass_tree(&mut self, tree: ModifyTree, exprs: &mut Vec<(ColumnId, Scalar)>) -> ModifyTree {
        let table_oid = self.new_column();
        exprs.push((table_oid, column(tree.table_oid, PgType::new(Oid::OID))));
        ModifyTree { table_oid, ..tree }
    }

    /// Joins the items of FROM or USING to the target.
    fn join_others(&mut self, target: Rel, others: &[ast::TableWithJoins]) -> SqlResult<Rel> {
        if others.is_empty() {
            return Ok(target);
        }
        // The target cannot be mentioned by the other items' own expressions.
        for item in &mut self.level().items {
            (item.lateral_only, item.changed) = (true, true);
        }
        let right = self.from_clause(others)?;
        let (left, right) = (Box::new(target), Box::new(right));
        Ok(Rel::Join { kind: JoinKind::Inner, left, right, on: truth(true), lateral: false })
    }

    /// Binds SET: each column with its value, in the order written. `old` gives the value before.
    pub fn assignments(
        &mut self,
        list: &[ast::Assignment],
        written: &Written,
        old: &dyn Fn(i16) -> Option<Scalar>,
    ) -> SqlResult<Vec<(i16, Scalar)>> {
        let mut out: Vec<(i16, Scalar)> = Vec::with_capacity(list.len());
        // Columns of which parts were assigned.
        let mut parted = Vec::new();
        for assignment in list {
            match &assignment.target {
                ast::AssignmentTarget::ColumnName(name) => {
                    let (c, pos) = self.set_column(written, name)?;
                    let path = self.target_path(name)?;
                    if !path.is_empty() {
                        self.set_part(&c, (&path, pos), &assignment.value, old, (&mut parted, &mut out))?;
                        continue;
                    }
                    Self::assign_once(&out, &c)?;
                    let value = self.set_value(&assignment.value, &c)?;
                    // DEFAULT for a generated column is what it gets anyway.
                    if !c.generated {
                        out.push((c.number, value));
                    }
                }
                ast::AssignmentTarget::Tuple(names) => {
                    let mut columns = Vec::with_capacity(names.len());
                    for name in names {
                        let (c, pos) = self.set_column(written, name)?;
                        if !self.target_path(name)?.is_empty() {
                            let text = "assignment to parts of columns in a list of columns is not supported";
                            return Err(self.error_at(SqlError::unsupported(text), pos));
                        }
                        columns.push((c, pos));
                    }
                    self.set_tuple(&columns, &assignment.value, &mut out)?;
                }
            }
        }
        Ok(out)
    }

    /// `a[i] = x`, `c.f = x`, `a[i].f = x`. Several may follow each other; each changes what the one before has made.
    fn set_part(
        &mut self,
        c: &Column,
        (path, pos): (&[ast::AccessExpr], Pos),
        value: &Expr,
        old: &dyn Fn(i16) -> Option<Scalar>,
        (parted, out): (&mut Vec<i16>, &mut Vec<(i16, Scalar)>),
    ) -> SqlResult<()> {
        if is_default(value) {
            return Err(self.no_default_part(path, pos));
        }
        if c.generated || c.identity == Some(Identity::Always) {
            return Err(self.only_default(c));
        }
        let value = self.within(Clause::UpdateSet, |b| b.expr(value))?;
        let before = out.iter().position(|(n, _)| *n == c.number).filter(|_| parted.contains(&c.number));
        let base = match before {
            Some(at) => unchecked(out.remove(at).1),
            None => {
                Self::assign_once(out, c)?;
                old(c.number).ok_or_else(|| SqlError::internal("a row without the column that is assigned"))?
            }
        };
        let made = self.within(Clause::UpdateSet, |b| b.assign_path(base, c, path, value, pos))?;
        let made = match c.domain {
            Some(domain) => self.check_domain(made, domain)?,
            None => made,
        };
        parted.push(c.number);
        out.push((c.number, made));
        Ok(())
    }

    fn assign_once(done: &[(i16, Scalar)], c: &Column) -> SqlResult<()> {
        if done.iter().any(|(n, _)| *n == c.number) {
            let text = format!("multiple assignments to same column \"{}\"", c.name);
            return Err(SqlError::new(SqlState::SyntaxError, text));
        }
        Ok(())
    }

    fn set_column(&mut self, written: &Written, name: &ast::ObjectName) -> SqlResult<(Column, Pos)> {
        let pos = self.name_pos(name);
        let Some(first) = name.0.first().and_then(ast::ObjectNamePart::as_ident).map(fold) else {
            return Err(SqlError::internal("an assignment without target"));
        };
        let found = written.find(&first);
        if let Some(refused) = found.as_ref().and_then(|f| f.refused.as_ref()) {
            return Err(written.refuse(refused));
        }
        match found {
            Some(found) => {
                self.updates((written.access, found.number));
                Ok((found.column, pos))
            }
            None if first == "tableoid" || is_version_column(&first) => {
                let text = format!("cannot assign to system column \"{first}\"");
                Err(self.error_at(SqlError::unsupported(text), pos))
            }
            None => Err(self.no_target_column(&written.name, &first, pos)),
        }
    }

    fn set_value(&mut self, e: &Expr, c: &Column) -> SqlResult<Scalar> {
        if is_default(e) {
            return if c.generated { Ok(super::scalar::null(c.ty)) } else { self.column_default(c) };
        }
        if c.generated || c.identity == Some(Identity::Always) {
            return Err(self.only_default(c));
        }
        let value = self.within(Clause::UpdateSet, |b| b.expr(e))?;
        self.coerce_assignment(value, c.declared(), &c.name)
    }

    fn only_default(&self, c: &Column) -> SqlError {
        let text = format!("column \"{}\" can only be updated to DEFAULT", c.name);
        let why = if c.generated {
            format!("Column \"{}\" is a generated column.", c.name)
        } else {
            format!("Column \"{}\" is an identity column defined as GENERATED ALWAYS.", c.name)
        };
        SqlError::new(SqlState::GeneratedAlways, text).detail(why)
    }

    /// `(a, b) = (x, y)` or `(a, b) = (SELECT …)`.
    fn set_tuple(&mut self, columns: &[(Column, Pos)], value: &Expr, out: &mut Vec<(i16, Scalar)>) -> SqlResult<()> {
        let count = |given: usize| -> SqlResult<()> {
            if given == columns.len() {
                return Ok(());
            }
            let text = "number of columns does not match number of values";
            Err(SqlError::new(SqlState::SyntaxError, text))
        };
        let items: Option<Vec<&Expr>> = match value {
            Expr::Tuple(items) => Some(items.iter().collect()),
            Expr::Function(f) if f.name.to_string().eq_ignore_ascii_case("row") => match &f.args {
                ast::FunctionArguments::List(list) => list
                    .args
                    .iter()
                    .map(|a| match a {
                        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) if !is_star(e) => Some(e),
                        _ => None,
                    })
                    .collect(),
                _ => None,
            },
            Expr::Nested(inner) if columns.len() == 1 && !matches!(strip(inner), Expr::Subquery(_)) => {
                Some(vec![&**inner])
            }
            _ => None,
        };
        if let Some(items) = items {
            count(items.len())?;
            for ((c, _), item) in columns.iter().zip(items) {
                Self::assign_once(out, c)?;
                let value = self.set_value(item, c)?;
                if !c.generated {
                    out.push((c.number, value));
                }
            }
            return Ok(());
        }
        // With `t.*` among its items.
        if matches!(value, Expr::Function(f) if f.name.to_string().eq_ignore_ascii_case("row")) {
            let row = self.within(Clause::UpdateSet, |b| b.expr(value))?;
            let ScalarKind::Row(items) = super::record::bare(row.scalar).kind else {
                return Err(SqlError::internal("ROW that is no row"));
            };
            count(items.len())?;
            for ((c, _), item) in columns.iter().zip(items) {
                Self::assign_once(out, c)?;
                if c.generated || c.identity == Some(Identity::Always) {
                    return Err(self.only_default(c));
                }
                let value = self.coerce_assignment(Typed::new(item, row.pos), c.declared(), &c.name)?;
                out.push((c.number, value));
            }
            return Ok(());
        }
        let Expr::Subquery(query) = strip(value) else {
            let text = "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression";
            return Err(SqlError::unsupported(text));
        };
        // One subquery a column, each bound anew, since no id may be used twice.
        for (i, (c, _)) in columns.iter().enumerate() {
            Self::assign_once(out, c)?;
            if c.generated || c.identity == Some(Identity::Always) {
                return Err(self.only_default(c));
            }
            let bound = self.within(Clause::UpdateSet, |b| b.subquery(query))?;
            count(bound.columns.len())?;
            let Some(output) = bound.columns.get(i) else { continue };
            let subquery = crate::bound::Subquery {
                kind: crate::bound::SubqueryKind::Scalar,
                query: bound.rel,
                columns: vec![output.id],
            };
            let value = super::scalar::scalar(ScalarKind::Subquery(Box::new(subquery)), output.ty);
            let value = self.coerce_assignment(Typed::new(value, output.pos), c.declared(), &c.name)?;
            out.push((c.number, value));
        }
        Ok(())
    }
}

/// The word DEFAULT.
fn is_default(e: &Expr) -> bool {
    matches!(e, Expr::Identifier(i) if i.quote_style.is_none() && i.value.eq_ignore_ascii_case("default"))
}

/// The value before its domain is asked about it, which happens once all elements are assigned.
fn unchecked(value: Scalar) -> Scalar {
    match value.kind {
        ScalarKind::DomainCheck { input, .. } | ScalarKind::ArrayCoerce { input, .. } => unchecked(*input),
        _ => value,
    }
}
