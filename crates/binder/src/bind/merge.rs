//! MERGE: a join of the data source with the table, of which every row gets the number of the WHEN clause that it is for.
//!
//! ```text
//!  source ─┐                     ┌ action, as CASE over the conditions    ┌ each column of the new row,
//!          ├ LEFT JOIN on … ─► project                              ─► project as CASE action WHEN … ─► generated columns
//!  table ──┘ (key NULL: no match)└ what the clauses mention               └
//! ```
//! # Invariants
//! 1. An expression of a clause is evaluated for the rows of that clause only.
//! 2. Clauses of unmatched rows see the source alone.

use std::sync::Arc;

use gavel_catalog::Table;
use gavel_types::{Datum, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, MergeClauseKind};

use super::Binder;
use super::clause::Clause;
use super::modify::{Verb, in_row};
use super::scalar::{Typed, boolean, column, constant, null, scalar};
use super::update::Scanned;
use super::walk;
use super::written::Written;
use crate::bound::{ColumnId, JoinKind, MergeAction, Modify, ModifyOp, ModifyTree, Rel, Scalar, ScalarKind};
use crate::parse::{Pos, marker};

/// A WHEN clause.
struct When {
    matched: bool,
    condition: Option<Scalar>,
    action: MergeAction,
    /// What it gives to columns: all but generated ones for an insert, some for an update.
    values: Vec<(i16, Scalar)>,
}

impl Binder<'_> {
    pub fn merge_into(&mut self, merge: &ast::Merge) -> SqlResult<Modify> {
        if let Some(
            ast::OutputClause::Returning { returning_token: token, .. }
            | ast::OutputClause::Output { output_token: token, .. },
        ) = &merge.output
        {
            let pos = self.source.start(token.0.span);
            let error = SqlError::new(SqlState::SyntaxError, "syntax error at or near \"returning\"");
            return Err(self.error_at(error, pos));
        }
        if merge.clauses.is_empty() {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at end of input"));
        }
        check_reachable(&merge.clauses)?;
        let scanned = self.scan_target(&merge.table, Verb::Merge)?;
        let Scanned { written, rel: target, label, row_key, old_row, tree } = scanned;
        let items = std::mem::take(&mut self.level().items);
        let entry = ast::TableWithJoins { relation: merge.source.clone(), joins: vec![] };
        let source = self.from_clause(std::slice::from_ref(&entry))?;
        if self.level().items.iter().any(|i| i.name == label && !i.name.is_empty()) {
            return Err(SqlError::new(SqlState::DuplicateAlias, format!("name \"{label}\" specified more than once"))
                .detail("The name is used both as MERGE target table and data source."));
        }
        self.level().items.splice(0..0, items);
        let on = self.condition(&merge.on, Clause::JoinOn, "JOIN/ON")?;
        let mut whens = Vec::with_capacity(merge.clauses.len());
        for clause in &merge.clauses {
            whens.push(self.when(clause, &written, &old_row)?);
        }
        let kind = if whens.iter().all(|w| w.matched) { JoinKind::Inner } else { JoinKind::Left };
        let (left, right) = (Box::new(source), Box::new(target));
        let joined = Rel::Join { kind, left, right, on, lateral: false };
        let mut modify = self.merge_rows(Arc::clone(&written.table), joined, (row_key, tree), &old_row, whens)?;
        self.secure_merge(&mut modify, &written, (row_key, &old_row))?;
        Ok(modify)
    }

    fn when(&mut self, clause: &ast::MergeClause, written: &Written, old_row: &[(i16, ColumnId)]) -> SqlResult<When> {
        let matched = clause.clause_kind == MergeClauseKind::Matched;
        if !matched && clause.clause_kind != MergeClauseKind::NotMatched {
            let pos = self.source.start(clause.when_token.0.span);
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"by\""), pos));
        }
        if let Some(target) = self.level().items.first_mut() {
            (target.rel_visible, target.cols_visible) = (matched, matched);
        }
        let condition = match &clause.predicate {
            Some(e) => Some(self.condition(e, Clause::MergeWhen, "WHEN")?),
            None => None,
        };
        let (action, values) = match &clause.action {
            ast::MergeAction::Delete { .. } => (MergeAction::Delete, vec![]),
            ast::MergeAction::Update(update) if is_nothing(update) => (MergeAction::Nothing, vec![]),
            ast::MergeAction::Update(update) => {
                if update.update_predicate.is_some() || update.delete_predicate.is_some() {
                    return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"where\""));
                }
                let values = self.assignments(&update.assignments, written, &|n| in_row(old_row, &written.table, n))?;
                (MergeAction::Update, values)
            }
            ast::MergeAction::Insert(insert) => self.when_insert(insert, written)?,
        };
        // DO NOTHING takes as much as reading does.
        self.needs(
            written.access,
            match action {
                MergeAction::Delete => "d",
                MergeAction::Update => "w",
                MergeAction::Insert => "a",
                MergeAction::Nothing => "r",
            },
        );
        Ok(When { matched, condition, action, values })
    }

    fn when_insert(
        &mut self,
        insert: &ast::MergeInsertExpr,
        written: &Written,
    ) -> SqlResult<(MergeAction, Vec<(i16, Scalar)>)> {
        let ast::MergeInsertKind::Values(values) = &insert.kind else {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"row\""));
        };
        if insert.insert_predicate.is_some() {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"where\""));
        }
        let marks = |text: &str| {
            let last = insert.columns.last().and_then(|n| n.0.first()).and_then(ast::ObjectNamePart::as_ident);
            last.is_some_and(|i| i.value == text)
        };
        if marks(marker::NOTHING) {
            return Ok((MergeAction::Nothing, vec![]));
        }
        if marks(marker::DEFAULTS) {
            return Ok((MergeAction::Insert, self.merged_row(written, &[], &[])?));
        }
        let [row] = values.rows.as_slice() else {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \",\""));
        };
        let row: Vec<&ast::Expr> = row.content.iter().collect();
        Ok((MergeAction::Insert, self.merged_row(written, &insert.columns, &row)?))
    }

    /// The projections over the join.
    fn merge_rows(
        &mut self,
        table: Arc<Table>,
        joined: Rel,
        (row_key, tree): (ColumnId, Option<ModifyTree>),
        old_row: &[(i16, ColumnId)],
        mut whens: Vec<When>,
    ) -> SqlResult<Modify> {
        let actions: Vec<MergeAction> = whens.iter().map(|w| w.action).collect();
        let mut chosen = Chosen::default();
        for (when, number) in whens.iter_mut().zip(0_i32..) {
            chosen.add(when.matched, when.condition.take(), number);
        }
        let matched = boolean(ScalarKind::IsNull { input: Box::new(column(row_key, PgType::BYTEA)), negated: true });
        let action = self.new_column();
        let key = self.new_column();
        let mut exprs = vec![(action, chosen.finish(matched)), (key, column(row_key, PgType::BYTEA))];
        let tree = tree.map(|tree| self.pass_tree(tree, &mut exprs));
        // What the clauses mention passes through.
        let mut passed: Vec<(ColumnId, ColumnId)> = Vec::new();
        let mut used: Vec<(ColumnId, PgType)> =
            old_row.iter().filter_map(|(n, id)| Some((*id, table.column(*n)?.ty))).collect();
        for value in whens.iter().flat_map(|w| &w.values) {
            walk::visit(&value.1, &mut |s| {
                if let ScalarKind::Column(id) = s.kind {
                    used.push((id, s.ty));
                }
                true
            });
        }
        for (id, ty) in used {
            let joined = self.level().items.iter().any(|i| i.slot_of(id).is_some());
            if joined && !passed.iter().any(|(from, _)| *from == id) {
                let fresh = self.new_column();
                exprs.push((fresh, column(id, ty)));
                passed.push((id, fresh));
            }
        }
        let through = |id: ColumnId| passed.iter().find(|(from, _)| *from == id).map_or(id, |(_, to)| *to);
        for when in &mut whens {
            for (_, value) in &mut when.values {
                walk::replace(value, &mut |s| match s.kind {
                    ScalarKind::Column(id) => Some(column(through(id), s.ty)),
                    _ => None,
                });
            }
        }
        let old_row: Vec<(i16, ColumnId)> = old_row.iter().map(|(n, id)| (*n, through(*id))).collect();
        let first = Rel::Project { input: Box::new(joined), exprs };
        self.merged_columns((table, tree), first, (key, action), &old_row, (&whens, actions))
    }

    fn merged_columns(
        &mut self,
        (table, mut tree): (Arc<Table>, Option<ModifyTree>),
        input: Rel,
        (key, action): (ColumnId, ColumnId),
        old_row: &[(i16, ColumnId)],
        (whens, actions): (&[When], Vec<MergeAction>),
    ) -> SqlResult<Modify> {
        let mut kept = Kept { exprs: vec![] };
        let (row_key, done) =
            (kept.pass(self.new_column(), key, PgType::BYTEA), kept.pass(self.new_column(), action, PgType::INT4));
        tree = tree.map(|tree| self.pass_tree(tree, &mut kept.exprs));
        let mut old_out = Vec::with_capacity(old_row.len());
        let mut new_row = Vec::with_capacity(old_row.len());
        for (number, id) in old_row {
            let Some(c) = table.column(*number) else { continue };
            old_out.push((*number, kept.pass(self.new_column(), *id, c.ty)));
            if c.generated {
                continue;
            }
            let mut arms = Vec::new();
            for (when, n) in whens.iter().zip(0_i32..) {
                let given = when.values.iter().find(|(to, _)| to == number).map(|(_, value)| value.clone());
                let value = match when.action {
                    MergeAction::Insert => given.unwrap_or_else(|| null(c.ty)),
                    MergeAction::Update => given.unwrap_or_else(|| column(*id, c.ty)),
                    MergeAction::Delete | MergeAction::Nothing => continue,
                };
                arms.push((self.is_action(action, n)?, value));
            }
            let fresh = self.new_column();
            kept.exprs.push((fresh, case(arms, null(c.ty))));
            new_row.push((*number, fresh));
        }
        let updates = whens.iter().filter(|w| w.action == MergeAction::Update);
        let mut assigned: Vec<i16> = updates.flat_map(|w| w.values.iter().map(|(number, _)| *number)).collect();
        assigned.extend(table.visible_columns().filter(|c| c.generated).map(|c| c.number));
        assigned.sort_unstable();
        assigned.dedup();
        let mut source = Rel::Project { input: Box::new(input), exprs: kept.exprs };
        let op = if table.visible_columns().any(|c| c.generated) {
            let mut kept = Kept { exprs: vec![] };
            let key = kept.pass(self.new_column(), row_key, PgType::BYTEA);
            let chosen = kept.pass(self.new_column(), done, PgType::INT4);
            tree = tree.map(|tree| self.pass_tree(tree, &mut kept.exprs));
            let mut writes = Vec::new();
            for (verb, n) in actions.iter().zip(0_i32..) {
                if matches!(verb, MergeAction::Insert | MergeAction::Update) {
                    writes.push(self.is_action(done, n)?);
                }
            }
            let generated = self.generated_values(&table, &|n| in_row(&new_row, &table, n))?;
            let mut pass = |b: &mut Self, row: &[(i16, ColumnId)]| -> Vec<(i16, ColumnId)> {
                let typed = row.iter().filter_map(|(n, id)| Some((*n, *id, table.column(*n)?.ty)));
                typed.map(|(n, id, ty)| (n, kept.pass(b.new_column(), id, ty))).collect()
            };
            let (old, mut new) = (pass(self, &old_out), pass(self, &new_row));
            for (number, value) in generated {
                let id = self.new_column();
                let nothing = null(value.ty);
                let arms = writes.iter().map(|w| (w.clone(), value.clone())).collect();
                kept.exprs.push((id, case(arms, nothing)));
                new.push((number, id));
            }
            new.sort_unstable();
            source = Rel::Project { input: Box::new(source), exprs: kept.exprs };
            ModifyOp::Merge { row_key: key, old_row: old, new_row: new, action: chosen, actions, assigned }
        } else {
            ModifyOp::Merge { row_key, old_row: old_out, new_row, action: done, actions, assigned }
        };
        Ok(Modify { table, source, op, returning: None, checks: vec![], current_of: None, tree })
    }

    /// Whether the column of this id says that it is for the clause of this number.
    pub fn is_action(&mut self, action: ColumnId, number: i32) -> SqlResult<Scalar> {
        let sides = [column(action, PgType::INT4), constant(Datum::Int4(number), PgType::INT4)];
        let sides = sides.into_iter().map(|s| Typed::new(s, Pos::NONE)).collect();
        Ok(self.call_named("int4eq", sides, Pos::NONE)?.scalar)
    }
}

/// Expressions of a projection that is being made.
struct Kept {
    exprs: Vec<(ColumnId, Scalar)>,
}

impl Kept {
    fn pass(&mut self, fresh: ColumnId, id: ColumnId, ty: PgType) -> ColumnId {
        self.exprs.push((fresh, column(id, ty)));
        fresh
    }
}

/// Which clause each kind of row is for.
#[derive(Default)]
struct Chosen {
    matched: Vec<(Scalar, Scalar)>,
    unmatched: Vec<(Scalar, Scalar)>,
}

impl Chosen {
    fn add(&mut self, matched: bool, condition: Option<Scalar>, number: i32) {
        let arms = if matched { &mut self.matched } else { &mut self.unmatched };
        let condition = condition.unwrap_or_else(|| super::scalar::truth(true));
        arms.push((condition, constant(Datum::Int4(number), PgType::INT4)));
    }

    fn finish(self, matched: Scalar) -> Scalar {
        let none = null(PgType::INT4);
        let unmatched = case(self.unmatched, none.clone());
        case(vec![(matched, case(self.matched, none))], unmatched)
    }
}

fn case(arms: Vec<(Scalar, Scalar)>, otherwise: Scalar) -> Scalar {
    if arms.is_empty() {
        return otherwise;
    }
    let ty = otherwise.ty;
    scalar(ScalarKind::Case { arms, otherwise: Box::new(otherwise) }, ty)
}

fn is_nothing(update: &ast::MergeUpdateExpr) -> bool {
    let target = update.assignments.first().map(|a| &a.target);
    let Some(ast::AssignmentTarget::ColumnName(name)) = target else { return false };
    name.0.first().and_then(ast::ObjectNamePart::as_ident).is_some_and(|i| i.value == marker::NOTHING)
}

/// 42601 for a clause behind one of its kind that takes all rows.
fn check_reachable(clauses: &[ast::MergeClause]) -> SqlResult<()> {
    for (i, clause) in clauses.iter().enumerate() {
        let takes_all = |c: &ast::MergeClause| c.clause_kind == clause.clause_kind && c.predicate.is_none();
        if clauses[..i].iter().any(takes_all) {
            let text = "unreachable WHEN clause specified after unconditional WHEN clause";
            return Err(SqlError::new(SqlState::SyntaxError, text));
        }
    }
    Ok(())
}
