//! SELECT: binds the clauses in PostgreSQL's order and stacks the relation from FROM upwards.
//!
//! ```text
//! FROM → WHERE → GROUP BY/aggregates → HAVING → windows → set-returning functions → select list
//!      → DISTINCT → ORDER BY → LIMIT → row locks
//! ```

use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::clause::Clause;
use super::group::{Grouping, has_sets};
use super::name::fold;
use super::query::{BoundQuery, OutColumn, Tail};
use super::same::same;
use super::scalar::{Typed, column};
use super::scope::{Fields, NsColumn};
use super::star::ends_in_star;
use crate::bound::{ColumnId, Rel, Scalar, ScalarKind, SortKey};
use crate::parse::Pos;

/// An entry of the select list, or an expression that only a later clause needs.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub value: Typed,
    pub id: ColumnId,
    pub origin: Option<(Oid, i16)>,
    pub fields: Option<Fields>,
    /// Not an output column.
    pub junk: bool,
}

/// DISTINCT as written.
pub enum Distinctness {
    No,
    All,
    On(Vec<usize>),
}

impl Binder<'_> {
    /// Binds a SELECT on the current level.
    pub fn select(&mut self, s: &ast::Select, tail: &Tail<'_>, resolve: bool) -> SqlResult<BoundQuery> {
        self.refuse_foreign_clauses(s)?;
        self.level().locks = tail.locks.to_vec();
        self.level().puts_out_keys = true;
        self.level().grouping_sets = has_sets(&s.group_by);
        let mut rel = self.from_clause(&s.from)?;
        self.window_clause(&s.named_window)?;
        let mut targets = self.within(Clause::Select, |b| b.target_list(&s.projection))?;
        let mut filter = None;
        if let Some(condition) = &s.selection {
            let predicate = self.condition(condition, Clause::Where, "WHERE")?;
            filter = self.recorder.as_ref().map(|_| predicate.clone());
            rel = Rel::Filter { input: Box::new(rel), predicate };
        }
        let having = match &s.having {
            Some(condition) => Some(self.condition(condition, Clause::Having, "HAVING")?),
            None => None,
        };
        let outputs = targets.len();
        let mut keys: Vec<(usize, ast::OrderByOptions, Pos)> = Vec::with_capacity(tail.order_by.len());
        for key in tail.order_by {
            let pos = self.expr_pos(&key.expr);
            let index = self.order_target(&key.expr, &mut targets, outputs, "ORDER BY", Clause::OrderBy)?;
            keys.push((index, key.options, pos));
        }
        let mut grouping = self.group_clause(&s.group_by, &mut targets, outputs)?;
        let distinct = self.distinct_clause(s.distinct.as_ref(), &mut targets, outputs, &keys)?;
        let level = self.level();
        if level.recursing && level.has_aggregates {
            let (text, pos) =
                ("aggregate functions are not allowed in a recursive query's recursive term", level.first_aggregate);
            return Err(self.error_at(SqlError::new(SqlState::InvalidRecursion, text), pos));
        }
        // Branches of set operations and sources of INSERT leave literals open.
        for target in &mut targets {
            let keep = !resolve && !target.junk && open_literal(&target.value.scalar);
            if target.value.is_unknown() && !keep {
                target.value = self.resolve_unknown(target.value.clone(), PgType::TEXT)?;
            }
        }
        let mut tree = None;
        if self.recorder.is_some() {
            let keys: Vec<_> = keys.iter().map(|(i, options, _)| (*i, *options)).collect();
            let conditions = (filter, having.clone());
            tree = self.record_select(s, tail, &mut targets, outputs, &mut grouping, conditions, &distinct, &keys)?;
        }
        let mut order = Vec::with_capacity(keys.len());
        for (index, options, pos) in keys {
            let Some(target) = targets.get(index) else { continue };
            let ty = if target.value.is_unknown() { PgType::TEXT } else { target.value.ty() };
            order.push(self.sort_key(Typed::new(column(target.id, ty), pos), &options)?);
        }
        let mut bound = self.stack(s, tail, rel, targets, having, grouping, distinct, order)?;
        if let Some(tree) = &mut tree {
            self.record_limit(tree, tail)?;
        }
        bound.tree = tree;
        Ok(bound)
    }

    /// Clauses of other databases that the parser takes.
    fn refuse_foreign_clauses(&self, s: &ast::Select) -> SqlResult<()> {
        let word = if s.top.is_some() {
            "top"
        } else if s.qualify.is_some() {
            "qualify"
        } else if !s.lateral_views.is_empty() {
            "lateral view"
        } else if s.prewhere.is_some() {
            "prewhere"
        } else if !s.connect_by.is_empty() {
            "connect by"
        } else if let Some(into) = &s.into {
            let pos = self.name_pos(&into.name);
            let error = SqlError::unsupported("SELECT ... INTO is not supported").hint("Use CREATE TABLE AS instead.");
            return Err(self.error_at(error, pos));
        } else {
            return Ok(());
        };
        Err(SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{word}\"")))
    }

    fn window_clause(&mut self, windows: &[ast::NamedWindowDefinition]) -> SqlResult<()> {
        for ast::NamedWindowDefinition(name, definition) in windows {
            let pos = self.source.start(name.span);
            let name = fold(name);
            if self.level().named_windows.iter().any(|w| w.name.as_deref() == Some(&name)) {
                let text = format!("window \"{name}\" is already defined");
                return Err(self.error_at(SqlError::new(SqlState::WindowingError, text), pos));
            }
            let bound = match definition {
                ast::NamedWindowExpr::WindowSpec(spec) => self.window_definition(Some(name), spec)?,
                ast::NamedWindowExpr::NamedWindow(_) => {
                    let text = "syntax error at or near \"window\"";
                    return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
                }
            };
            self.level().named_windows.push(bound);
        }
        Ok(())
    }

    /// Binds a select list or RETURNING list, stars expanded.
    pub fn target_list(&mut self, items: &[ast::SelectItem]) -> SqlResult<Vec<Target>> {
        let mut targets = Vec::with_capacity(items.len());
        for item in items {
            match item {
                ast::SelectItem::UnnamedExpr(ast::Expr::CompoundFieldAccess { root, access_chain })
                    if ends_in_star(access_chain) =>
                {
                    self.expand_row(root, access_chain, &mut targets)?;
                }
                ast::SelectItem::UnnamedExpr(e) => {
                    let value = self.expr(e)?;
                    let name = self.output_name(e);
                    self.push_target(name, value, &mut targets);
                }
                ast::SelectItem::ExprWithAlias { expr, alias } => {
                    let value = self.expr(expr)?;
                    self.push_target(fold(alias), value, &mut targets);
                }
                ast::SelectItem::Wildcard(options) => {
                    let pos = self.source.start(options.wildcard_token.0.span);
                    self.expand_star(pos, &mut targets)?;
                }
                ast::SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    self.expand_item_star(name, &mut targets)?;
                }
                ast::SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::Expr(e), _) => {
                    self.expand_row(e, &[], &mut targets)?;
                }
                ast::SelectItem::ExprWithAliases { .. } => {
                    return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"(\""));
                }
            }
        }
        Ok(targets)
    }

    fn push_target(&mut self, name: String, value: Typed, targets: &mut Vec<Target>) {
        let origin = match &value.scalar.kind {
            ScalarKind::Column(id) => self.origin_of(*id),
            _ => None,
        };
        let fields = self.fields_of(&value.scalar);
        let id = self.new_column();
        self.same_domain(id, &value.scalar);
        targets.push(Target { name, value, id, origin, fields, junk: false });
    }

    /// Table and attnum of a column of any visible level.
    fn origin_of(&self, id: ColumnId) -> Option<(Oid, i16)> {
        self.levels.iter().rev().flat_map(|l| &l.items).find_map(|item| item.slot_of(id).and_then(|s| item.origin(s)))
    }

    fn push_columns(&mut self, l: usize, columns: Vec<NsColumn>, pos: Pos, targets: &mut Vec<Target>) {
        self.selects_all(&columns);
        for c in columns {
            self.note_columns(l, &c.scalar, pos);
            let id = self.new_column();
            self.same_domain(id, &c.scalar);
            let value = Typed::new(c.scalar, pos);
            targets.push(Target { name: c.name, value, id, origin: c.origin, fields: c.fields, junk: false });
        }
    }

    fn expand_star(&mut self, pos: Pos, targets: &mut Vec<Target>) -> SqlResult<()> {
        let l = self.levels.len() - 1;
        if self.levels[l].items.is_empty() {
            let error = SqlError::new(SqlState::SyntaxError, "SELECT * with no tables specified is not valid");
            return Err(self.error_at(error, pos));
        }
        let columns: Vec<(String, NsColumn)> = self.levels[l]
            .items
            .iter()
            .filter(|i| i.cols_visible)
            .flat_map(|i| i.all().map(|c| (i.name.clone(), c)).collect::<Vec<_>>())
            .collect();
        self.star_expanded(pos, &columns);
        let columns = columns.into_iter().map(|(_, c)| c).collect();
        self.push_columns(l, columns, pos, targets);
        Ok(())
    }

    /// The columns of `t.*`, or the fields of a variable.
    pub fn expand_item_star(&mut self, name: &ast::ObjectName, targets: &mut Vec<Target>) -> SqlResult<()> {
        let pos = self.name_pos(name);
        let parts: Vec<String> = name.0.iter().filter_map(ast::ObjectNamePart::as_ident).map(fold).collect();
        let found = match parts.as_slice() {
            [table] => self.find_item(None, table, pos)?,
            [schema, table] | [_, schema, table] => self.find_item(Some(schema), table, pos)?,
            _ => None,
        };
        let variable = self.row_variable(name, pos)?;
        if let Some(row) = variable.as_ref().filter(|_| found.is_none() || self.variables_win()) {
            return self.expand_fields(row, targets);
        }
        let Some((l, i)) = found else {
            return Err(self.no_item(parts.last().map_or("", String::as_str), pos));
        };
        self.not_both(&variable, &format!("{}.*", parts.join(".")), pos)?;
        let item = &self.levels[l].items[i];
        let label = item.name.clone();
        let columns: Vec<NsColumn> = item.all().collect();
        let named: Vec<(String, NsColumn)> = columns.iter().map(|c| (label.clone(), c.clone())).collect();
        self.item_star_expanded(name, &named);
        self.push_columns(l, columns, pos, targets);
        Ok(())
    }

    /// `(row).*`.
    pub fn expand_row(
        &mut self,
        root: &ast::Expr,
        chain: &[ast::AccessExpr],
        targets: &mut Vec<Target>,
    ) -> SqlResult<()> {
        let chain = chain.get(..chain.len().saturating_sub(1)).unwrap_or_default();
        let row = if chain.is_empty() { self.expr(root)? } else { self.access(root, chain)? };
        self.expand_fields(&row, targets)
    }

    fn expand_fields(&mut self, row: &Typed, targets: &mut Vec<Target>) -> SqlResult<()> {
        for (name, field) in self.star_fields(row)? {
            self.push_target(name, field, targets);
        }
        Ok(())
    }

    /// The target that an ORDER BY or DISTINCT ON item means: an output column by ordinal or name, an equal
    /// expression, or a new junk entry.
    pub fn order_target(
        &mut self,
        e: &ast::Expr,
        targets: &mut Vec<Target>,
        outputs: usize,
        name: &str,
        clause: Clause,
    ) -> SqlResult<usize> {
        match super::expr::strip(e) {
            ast::Expr::Value(v) => match &v.value {
                ast::Value::Number(digits, _) => return self.ordinal(digits, outputs, name, v),
                ast::Value::Placeholder(_) => {}
                _ => {
                    let error = SqlError::new(SqlState::SyntaxError, format!("non-integer constant in {name}"));
                    return Err(self.error_at(error, self.source.start(v.span)));
                }
            },
            ast::Expr::Identifier(ident) => {
                let wanted = fold(ident);
                let mut found: Option<usize> = None;
                for (i, target) in targets.iter().take(outputs).enumerate() {
                    if target.name != wanted {
                        continue;
                    }
                    if let Some(first) = found {
                        if targets[first].value.scalar == target.value.scalar {
                            continue;
                        }
                        let error =
                            SqlError::new(SqlState::AmbiguousColumn, format!("{name} \"{wanted}\" is ambiguous"));
                        return Err(self.error_at(error, self.source.start(ident.span)));
                    }
                    found = Some(i);
                }
                if let Some(i) = found {
                    return Ok(i);
                }
            }
            _ => {}
        }
        let value = self.within(clause, |b| b.expr(e))?;
        Ok(self.target_of(value, targets))
    }

    /// The target equal to `value`, or a new junk one.
    pub fn target_of(&mut self, value: Typed, targets: &mut Vec<Target>) -> usize {
        if let Some(i) = targets.iter().position(|t| same(&t.value.scalar, &value.scalar)) {
            return i;
        }
        let id = self.new_column();
        targets.push(Target { name: String::new(), value, id, origin: None, fields: None, junk: true });
        targets.len() - 1
    }

    fn distinct_clause(
        &mut self,
        distinct: Option<&ast::Distinct>,
        targets: &mut Vec<Target>,
        outputs: usize,
        keys: &[(usize, ast::OrderByOptions, Pos)],
    ) -> SqlResult<Distinctness> {
        match distinct {
            None | Some(ast::Distinct::All) => Ok(Distinctness::No),
            Some(ast::Distinct::Distinct) => {
                for (index, _, pos) in keys {
                    if *index >= outputs {
                        let text = "for SELECT DISTINCT, ORDER BY expressions must appear in select list";
                        return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), *pos));
                    }
                }
                for target in targets.iter().take(outputs) {
                    super::operator::equality(target.value.oid()).map_err(|e| self.error_at(e, target.value.pos))?;
                }
                Ok(Distinctness::All)
            }
            Some(ast::Distinct::On(exprs)) => {
                let mut on = Vec::with_capacity(exprs.len());
                for e in exprs {
                    let i = self.order_target(e, targets, outputs, "DISTINCT ON", Clause::DistinctOn)?;
                    let target = &targets[i];
                    super::operator::sortable(target.value.oid()).map_err(|e| self.error_at(e, target.value.pos))?;
                    if !on.contains(&i) {
                        on.push(i);
                    }
                }
                // The first ORDER BY keys must be the ON expressions, in any order.
                let leading = keys.iter().map(|(i, _, _)| *i).take_while(|i| on.contains(i)).count();
                let covered = on.iter().filter(|i| keys.iter().take(leading).any(|(k, _, _)| k == *i)).count();
                if leading < keys.len() && covered < on.len() {
                    let pos = on
                        .iter()
                        .find(|i| !keys.iter().take(leading).any(|(k, _, _)| k == *i))
                        .and_then(|i| targets.get(*i))
                        .map(|t| t.value.pos)
                        .unwrap_or_default();
                    let text = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
                    return Err(self.error_at(SqlError::new(SqlState::InvalidColumnReference, text), pos));
                }
                Ok(Distinctness::On(on))
            }
        }
    }

    /// Puts the parts together.
    #[allow(clippy::too_many_arguments, reason = "the clauses of one SELECT")]
    fn stack(
        &mut self,
        s: &ast::Select,
        tail: &Tail<'_>,
        mut rel: Rel,
        mut targets: Vec<Target>,
        mut having: Option<Scalar>,
        grouping: Grouping,
        distinct: Distinctness,
        order: Vec<SortKey>,
    ) -> SqlResult<BoundQuery> {
        for key in std::mem::take(&mut self.level().wanted_keys) {
            super::lock::put_out_row_key(&mut rel, key);
        }
        let grouped = !grouping.is_empty() || self.level().has_aggregates || having.is_some();
        if let Some(lock) = tail.locks.first() {
            let word = self.lock_word(lock);
            self.refuse_locks(word, &distinct, grouped, having.is_some(), !grouping.is_empty())?;
        }
        if grouped {
            rel = self.aggregate_rel(rel, grouping, &mut targets, &mut having)?;
        }
        if let Some(predicate) = having {
            rel = Rel::Filter { input: Box::new(rel), predicate };
        }
        let windows = std::mem::take(&mut self.level().windows);
        if !windows.is_empty() {
            rel = Rel::Window { input: Box::new(rel), calls: windows };
        }
        for calls in std::mem::take(&mut self.level().sets) {
            rel = Rel::ProjectSet { input: Box::new(rel), calls };
        }
        let locks = self.lock_targets(&mut rel, tail.locks, &s.from)?;
        let exclude_junk = matches!(distinct, Distinctness::All);
        let mut exprs: Vec<(ColumnId, Scalar)> = Vec::with_capacity(targets.len() + locks.len());
        let mut columns = Vec::with_capacity(targets.len());
        for target in targets {
            let ty = target.value.ty();
            if !target.junk {
                let literal = (ty.oid == Oid::UNKNOWN).then(|| target.value.scalar.clone());
                let (name, id, origin) = (target.name, target.id, target.origin);
                columns.push(OutColumn { name, id, ty, origin, literal, fields: target.fields, pos: target.value.pos });
            } else if exclude_junk {
                continue;
            }
            exprs.push((target.id, target.value.scalar));
        }
        let mut lock_columns = Vec::with_capacity(locks.len());
        for mut lock in locks {
            let id = self.new_column();
            exprs.push((id, column(lock.row_key, PgType::BYTEA)));
            lock.row_key = id;
            if let Some((_, table_oid)) = &mut lock.parts {
                let id = self.new_column();
                exprs.push((id, column(*table_oid, PgType::new(Oid::OID))));
                *table_oid = id;
            }
            lock_columns.push(lock);
        }
        let types: Vec<(ColumnId, PgType)> = exprs.iter().map(|(id, e)| (*id, e.ty)).collect();
        rel = Rel::Project { input: Box::new(rel), exprs };
        let mut keys = order;
        match distinct {
            Distinctness::No => {
                if !keys.is_empty() {
                    rel = Rel::Sort { input: Box::new(rel), keys: keys.clone() };
                }
            }
            Distinctness::All => {
                rel = Rel::Distinct { input: Box::new(rel) };
                if !keys.is_empty() {
                    rel = Rel::Sort { input: Box::new(rel), keys: keys.clone() };
                }
            }
            Distinctness::On(on) => {
                let on: Vec<Scalar> =
                    on.iter().filter_map(|i| types.get(*i)).map(|(id, ty)| column(*id, *ty)).collect();
                for key in &on {
                    if !keys.iter().any(|k| k.expr == *key) {
                        keys.push(SortKey { expr: key.clone(), descending: false, nulls_first: false });
                    }
                }
                rel = Rel::Sort { input: Box::new(rel), keys: keys.clone() };
                rel = Rel::DistinctOn { input: Box::new(rel), on };
            }
        }
        rel = self.limit(rel, tail, &keys)?;
        if !lock_columns.is_empty() {
            rel = Rel::Lock { input: Box::new(rel), targets: lock_columns, follows: false };
        }
        Ok(BoundQuery { rel, columns, tree: None })
    }

    fn refuse_locks(
        &mut self,
        word: &str,
        distinct: &Distinctness,
        grouped: bool,
        having: bool,
        group_by: bool,
    ) -> SqlResult<()> {
        let level = self.level();
        let what = if !matches!(distinct, Distinctness::No) {
            "DISTINCT clause"
        } else if group_by {
            "GROUP BY clause"
        } else if having {
            "HAVING clause"
        } else if grouped {
            "aggregate functions"
        } else if !level.windows.is_empty() {
            "window functions"
        } else if !level.sets.is_empty() {
            "set-returning functions in the target list"
        } else {
            return Ok(());
        };
        Err(SqlError::unsupported(format!("{word} is not allowed with {what}")))
    }
}

fn open_literal(s: &Scalar) -> bool {
    matches!(s.kind, ScalarKind::Const(_) | ScalarKind::Param(_))
}
