//! Columns that nothing reads are left out, from the top down: of select lists inside, and of scans. Ids
//! are unique in a statement, so one set of needed ids serves the whole tree; consumers are visited before
//! what they consume.

use std::collections::HashSet;

use crate::bound::{
    ColumnId, ConflictAction, Cte, CteBody, LockTarget, Modify, ModifyOp, Rel, Scalar, ScalarKind, SubqueryKind,
};

use super::walk;

type Needed = HashSet<ColumnId, std::hash::BuildHasherDefault<IdHasher>>;

/// Ids are small and dense: they are their own hash, spread by a multiplication.
#[derive(Default)]
struct IdHasher(u64);

impl std::hash::Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 ^ u64::from(*b)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }

    fn write_u32(&mut self, n: u32) {
        self.0 = u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// Prunes a query whose `outputs` are read.
pub fn prune(rel: &mut Rel, outputs: impl Iterator<Item = ColumnId>) {
    let mut needed: Needed = outputs.collect();
    visit(rel, &mut needed);
}

/// Prunes a DML statement and the CTEs that it reads.
pub fn prune_modify_with(modify: &mut Modify, ctes: &mut [Cte]) {
    let mut needed = Needed::default();
    modify_needs(modify, &mut needed);
    visit(&mut modify.source, &mut needed);
    prune_ctes(ctes, &mut needed);
}

fn modify_needs(modify: &mut Modify, needed: &mut Needed) {
    match &modify.op {
        ModifyOp::Insert { new_row, .. } => needed.extend(new_row.iter().map(|(_, id)| *id)),
        ModifyOp::Update { row_key, old_row, new_row, .. } => {
            needed.insert(*row_key);
            needed.extend(old_row.iter().chain(new_row).map(|(_, id)| *id));
        }
        ModifyOp::Delete { row_key, old_row } => {
            needed.insert(*row_key);
            needed.extend(old_row.iter().map(|(_, id)| *id));
        }
        ModifyOp::Merge { row_key, old_row, new_row, action, .. } => {
            needed.extend([*row_key, *action]);
            needed.extend(old_row.iter().chain(new_row).map(|(_, id)| *id));
        }
    }
    for (_, e) in modify.returning.iter_mut().flatten() {
        note(e, needed);
    }
    for check in &mut modify.checks {
        needed.insert(check.holds);
        note(&mut check.again, needed);
    }
    needed.extend(modify.tree.iter().map(|tree| tree.table_oid));
    if let ModifyOp::Insert { on_conflict: Some(conflict), .. } = &mut modify.op
        && let ConflictAction::Update { assignments, predicate, checks, again, .. } = &mut conflict.action
    {
        checks.iter_mut().chain(again).for_each(|(_, e)| note(e, needed));
        assignments.iter_mut().for_each(|(_, e)| note(e, needed));
        predicate.iter_mut().for_each(|e| note(e, needed));
    }
}

/// Notes what an expression reads; its subqueries are pruned on the way.
fn note(scalar: &mut Scalar, needed: &mut Needed) {
    match &mut scalar.kind {
        ScalarKind::Column(id) => {
            needed.insert(*id);
        }
        ScalarKind::Subquery(subquery) => {
            needed.extend(subquery.columns.iter().copied());
            if let SubqueryKind::Quantified { left, .. } = &mut subquery.kind {
                left.iter_mut().for_each(|s| note(s, needed));
            }
            visit(&mut subquery.query, needed);
        }
        _ => walk::children_mut(scalar, &mut |child| note(child, needed)),
    }
}

fn visit(rel: &mut Rel, needed: &mut Needed) {
    match rel {
        Rel::Scan { columns, .. } => columns.retain(|(_, id)| needed.contains(id)),
        Rel::Append { columns, table_oid, .. } => {
            columns.retain(|(_, id)| needed.contains(id));
            *table_oid = table_oid.filter(|id| needed.contains(id));
        }
        Rel::Values { rows, columns } => {
            if columns.iter().any(|(id, _)| !needed.contains(id)) && rows.len() > 1 {
                let keep: Vec<bool> = columns.iter().map(|(id, _)| needed.contains(id)).collect();
                for row in rows.iter_mut() {
                    let mut at = 0;
                    row.retain(|_| {
                        at += 1;
                        keep.get(at - 1).copied().unwrap_or(true)
                    });
                }
                columns.retain(|(id, _)| needed.contains(id));
            }
            rows.iter_mut().flatten().for_each(|s| note(s, needed));
        }
        Rel::Project { input, exprs } => {
            exprs.retain(|(id, _)| needed.contains(id));
            exprs.iter_mut().for_each(|(_, e)| note(e, needed));
            visit(input, needed);
        }
        Rel::Aggregate { input, groups, aggregates, .. } => {
            aggregates.retain(|a| needed.contains(&a.id));
            groups.iter_mut().for_each(|(_, e)| note(e, needed));
            for a in aggregates {
                a.args.iter_mut().chain(&mut a.filter).for_each(|s| note(s, needed));
                a.order_by.iter_mut().for_each(|k| note(&mut k.expr, needed));
            }
            visit(input, needed);
        }
        Rel::Window { input, calls } => {
            calls.retain(|w| needed.contains(&w.id));
            for w in calls.iter_mut() {
                walk::window_mut(w, &mut |s| note(s, needed));
            }
            visit(input, needed);
            if calls.is_empty() {
                let inner = std::mem::replace(&mut **input, nothing());
                *rel = inner;
            }
        }
        // What these compare or number is all of their input.
        Rel::Distinct { input } => {
            all_of(input, needed);
            visit(input, needed);
        }
        Rel::SetOp { left, right, columns, .. } => {
            for (_, l, r, _) in columns.iter() {
                needed.insert(*l);
                needed.insert(*r);
            }
            visit(left, needed);
            visit(right, needed);
        }
        Rel::Join { left, right, on, .. } => {
            note(on, needed);
            // The right side may read the left one's columns.
            visit(right, needed);
            visit(left, needed);
        }
        Rel::Lock { input, targets, .. } => {
            needed.extend(targets.iter().flat_map(LockTarget::columns));
            visit(input, needed);
        }
        Rel::CteRef { columns, .. } => {
            columns.retain(|(id, _, _)| needed.contains(id));
            needed.extend(columns.iter().map(|(_, inner, _)| *inner));
        }
        Rel::With { ctes, body } => {
            visit(body, needed);
            prune_ctes(ctes, needed);
        }
        Rel::Modify(modify) => {
            modify_needs(modify, needed);
            visit(&mut modify.source, needed);
        }
        // They run whatever is read of them.
        Rel::Statements { guard, first, last, after, .. } => {
            guard.iter_mut().for_each(|s| note(s, needed));
            for statement in first.iter_mut().chain(std::iter::once(&mut **last)).chain(after) {
                all_of(statement, needed);
                visit(statement, needed);
            }
        }
        Rel::Filter { .. }
        | Rel::ProjectSet { .. }
        | Rel::Called(_)
        | Rel::FunctionScan { .. }
        | Rel::Sort { .. }
        | Rel::Limit { .. }
        | Rel::DistinctOn { .. } => {
            walk::scalars_mut(rel, &mut |s| note(s, needed));
            walk::inputs_mut(rel, &mut |input| visit(input, needed));
        }
    }
}

/// Later CTEs may read earlier ones, so they go first.
fn prune_ctes(ctes: &mut [Cte], needed: &mut Needed) {
    for cte in ctes.iter_mut().rev() {
        match &mut cte.body {
            CteBody::Plain { query, columns } => {
                if !matches!(query, Rel::Modify(_)) {
                    columns.retain(|(id, _)| needed.contains(id));
                }
                needed.extend(columns.iter().map(|(id, _)| *id));
                visit(query, needed);
            }
            CteBody::Recursive { base, step, columns, .. } => {
                for (own, b, s, _) in columns.iter() {
                    needed.extend([*own, *b, *s]);
                }
                visit(step, needed);
                visit(base, needed);
            }
        }
    }
}

/// Everything that `rel` puts out is needed.
fn all_of(rel: &Rel, needed: &mut Needed) {
    match rel {
        Rel::Project { exprs, .. } => needed.extend(exprs.iter().map(|(id, _)| *id)),
        Rel::SetOp { columns, .. } => needed.extend(columns.iter().map(|(id, _, _, _)| *id)),
        Rel::Values { columns, .. } => needed.extend(columns.iter().map(|(id, _)| *id)),
        other => walk::inputs(other, &mut |input| all_of(input, needed)),
    }
}

fn nothing() -> Rel {
    Rel::Values { rows: vec![], columns: vec![] }
}
