//! Whether two expressions are the same. Subqueries in them, which the bodies of functions are too, have columns and
//! CTEs of their own, whose ids differ from one to the other: they are compared as if they were numbered alike.

use std::collections::HashMap;

use super::user_call::has_subquery;
use super::walk;
use crate::bound::{ColumnId, ConflictAction, Cte, CteBody, CteId, Modify, ModifyOp, Rel, Scalar, ScalarKind};

/// See the module.
pub fn same(a: &Scalar, b: &Scalar) -> bool {
    a == b || a.ty == b.ty && has_subquery(a) && has_subquery(b) && renumbered(a) == renumbered(b)
}

/// Ids that belong to an expression itself, with the numbers that they get: from the top down.
#[derive(Default)]
struct Own {
    columns: HashMap<ColumnId, ColumnId>,
    ctes: HashMap<CteId, CteId>,
}

impl Own {
    fn column(&mut self, id: ColumnId) {
        let number = u32::try_from(self.columns.len()).unwrap_or(u32::MAX);
        self.columns.entry(id).or_insert(ColumnId(u32::MAX - number));
    }

    fn cte(&mut self, id: CteId) {
        let number = u32::try_from(self.ctes.len()).unwrap_or(u32::MAX);
        self.ctes.entry(id).or_insert(CteId(u32::MAX - number));
    }
}

fn renumbered(scalar: &Scalar) -> Scalar {
    let (mut out, mut own) = (scalar.clone(), Own::default());
    // What is defined, then every mention of it.
    scalar_ids(&mut out, &mut |id, defines| {
        if defines {
            own.column(*id);
        }
    });
    let columns = std::mem::take(&mut own.columns);
    scalar_ids(&mut out, &mut |id, _| *id = columns.get(id).copied().unwrap_or(*id));
    scalar_ctes(&mut out, &mut |id, defines| {
        if defines {
            own.cte(*id);
        }
    });
    let ctes = std::mem::take(&mut own.ctes);
    scalar_ctes(&mut out, &mut |id, _| *id = ctes.get(id).copied().unwrap_or(*id));
    out
}

/// Visits ids of columns, telling where they are defined.
type OnColumn<'f> = dyn FnMut(&mut ColumnId, bool) + 'f;
type OnCte<'f> = dyn FnMut(&mut CteId, bool) + 'f;

fn scalar_ids(scalar: &mut Scalar, f: &mut OnColumn<'_>) {
    match &mut scalar.kind {
        ScalarKind::Column(id) => f(id, false),
        ScalarKind::ArrayCoerce { item, .. } | ScalarKind::DomainCheck { item, .. } => f(item, true),
        ScalarKind::Subquery(subquery) => {
            rel_ids(&mut subquery.query, f);
            subquery.columns.iter_mut().for_each(|id| f(id, false));
        }
        _ => {}
    }
    walk::children_mut(scalar, &mut |child| scalar_ids(child, f));
}

fn rel_ids(rel: &mut Rel, f: &mut OnColumn<'_>) {
    match rel {
        Rel::Scan { columns, row_key, .. } => {
            columns.iter_mut().for_each(|c| f(&mut c.1, true));
            row_key.iter_mut().for_each(|id| f(id, true));
        }
        Rel::Append { columns, row_key, table_oid, .. } => {
            columns.iter_mut().for_each(|c| f(&mut c.1, true));
            row_key.iter_mut().chain(table_oid).for_each(|id| f(id, true));
        }
        Rel::Values { columns, .. } => columns.iter_mut().for_each(|c| f(&mut c.0, true)),
        Rel::Project { exprs, .. } => exprs.iter_mut().for_each(|e| f(&mut e.0, true)),
        Rel::Aggregate { groups, grouping, aggregates, .. } => {
            groups.iter_mut().for_each(|g| f(&mut g.0, true));
            grouping.iter_mut().for_each(|id| f(id, true));
            aggregates.iter_mut().for_each(|a| f(&mut a.id, true));
        }
        Rel::Window { calls, .. } => calls.iter_mut().for_each(|w| f(&mut w.id, true)),
        Rel::ProjectSet { calls, .. } => calls.iter_mut().flat_map(|c| &mut c.columns).for_each(|c| f(&mut c.0, true)),
        Rel::FunctionScan { calls, ordinality } => {
            calls.iter_mut().flat_map(|c| &mut c.columns).for_each(|c| f(&mut c.0, true));
            ordinality.iter_mut().for_each(|id| f(id, true));
        }
        Rel::SetOp { columns, .. } => {
            for (id, left, right, _) in columns {
                f(id, true);
                f(left, false);
                f(right, false);
            }
        }
        Rel::With { ctes, .. } => ctes.iter_mut().for_each(|cte| cte_ids(cte, f)),
        Rel::CteRef { columns, .. } => {
            for (id, inner, _) in columns {
                f(id, true);
                f(inner, false);
            }
        }
        Rel::Lock { targets, .. } => {
            for target in targets {
                f(&mut target.row_key, false);
                target.parts.iter_mut().for_each(|(_, table_oid)| f(table_oid, false));
            }
        }
        Rel::Modify(modify) => modify_ids(modify, f),
        Rel::Filter { .. }
        | Rel::Join { .. }
        | Rel::Sort { .. }
        | Rel::Limit { .. }
        | Rel::Distinct { .. }
        | Rel::DistinctOn { .. }
        | Rel::Statements { .. } => {}
        Rel::Called(called) => called.columns.iter_mut().for_each(|(id, _)| f(id, true)),
    }
    walk::scalars_mut(rel, &mut |s| scalar_ids(s, f));
    walk::inputs_mut(rel, &mut |input| rel_ids(input, f));
}

fn cte_ids(cte: &mut Cte, f: &mut OnColumn<'_>) {
    match &mut cte.body {
        CteBody::Plain { columns, .. } => columns.iter_mut().for_each(|c| f(&mut c.0, false)),
        CteBody::Recursive { columns, .. } => {
            for (id, base, step, _) in columns {
                f(id, true);
                f(base, false);
                f(step, false);
            }
        }
    }
}

fn modify_ids(modify: &mut Modify, f: &mut OnColumn<'_>) {
    let row = |row: &mut Vec<(i16, ColumnId)>, f: &mut OnColumn<'_>| row.iter_mut().for_each(|c| f(&mut c.1, true));
    match &mut modify.op {
        ModifyOp::Insert { new_row, on_conflict } => {
            row(new_row, f);
            if let Some(conflict) = on_conflict
                && let ConflictAction::Update { existing, table_oid, .. } = &mut conflict.action
            {
                row(existing, f);
                table_oid.iter_mut().for_each(|id| f(id, true));
            }
        }
        ModifyOp::Update { row_key, old_row, new_row, .. } => {
            f(row_key, true);
            row(old_row, f);
            row(new_row, f);
        }
        ModifyOp::Delete { row_key, old_row } => {
            f(row_key, true);
            row(old_row, f);
        }
        ModifyOp::Merge { row_key, old_row, new_row, action, .. } => {
            f(row_key, true);
            f(action, true);
            row(old_row, f);
            row(new_row, f);
        }
    }
    modify.returning.iter_mut().flatten().for_each(|(output, _)| f(&mut output.id, true));
    modify.checks.iter_mut().for_each(|check| f(&mut check.holds, false));
    modify.tree.iter_mut().for_each(|tree| f(&mut tree.table_oid, true));
}

fn scalar_ctes(scalar: &mut Scalar, f: &mut OnCte<'_>) {
    if let ScalarKind::Subquery(subquery) = &mut scalar.kind {
        rel_ctes(&mut subquery.query, f);
    }
    walk::children_mut(scalar, &mut |child| scalar_ctes(child, f));
}

fn rel_ctes(rel: &mut Rel, f: &mut OnCte<'_>) {
    match rel {
        Rel::With { ctes, .. } => ctes.iter_mut().for_each(|cte| f(&mut cte.id, true)),
        Rel::CteRef { cte, .. } => f(cte, false),
        _ => {}
    }
    walk::scalars_mut(rel, &mut |s| scalar_ctes(s, f));
    walk::inputs_mut(rel, &mut |input| rel_ctes(input, f));
}

#[cfg(test)]
mod tests {
    use gavel_types::PgType;

    use super::*;
    use crate::bound::{Subquery, SubqueryKind};

    /// `(SELECT #own FROM (VALUES (#outer)) v (#own))`
    fn subquery(own: u32, outer: u32) -> Scalar {
        let ty = PgType::INT4;
        let outer = Scalar { kind: ScalarKind::Column(ColumnId(outer)), ty };
        let query = Rel::Values { rows: vec![vec![outer]], columns: vec![(ColumnId(own), ty)] };
        let columns = vec![ColumnId(own)];
        Scalar { kind: ScalarKind::Subquery(Box::new(Subquery { kind: SubqueryKind::Scalar, query, columns })), ty }
    }

    #[test]
    fn columns_of_subqueries_are_their_own() {
        assert!(same(&subquery(5, 1), &subquery(9, 1)));
        assert!(!same(&subquery(5, 1), &subquery(9, 2)), "they read different columns");
        let column = |id| Scalar { kind: ScalarKind::Column(ColumnId(id)), ty: PgType::INT4 };
        assert!(same(&column(1), &column(1)) && !same(&column(1), &column(2)));
    }
}
