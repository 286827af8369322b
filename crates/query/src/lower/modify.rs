//! RETURNING and ON CONFLICT DO UPDATE as compiled expressions.

use std::sync::Arc;

use gavel_binder::bound::{ColumnId, ConflictAction, Modify, ModifyOp, Scalar};
use gavel_types::{Oid, PgType, SqlError, SqlResult};

use crate::exec::plan::{ModifyPlan, Node, Op, UpdatePlan};
use crate::lower::plan::Planner;
use crate::lower::walk::Refs;

/// Functions that run statements of their own cannot do so while a row is being written.
fn refuse_statements<'s>(scalars: impl Iterator<Item = &'s Scalar>) -> SqlResult<()> {
    if scalars.map(Refs::of_scalar).any(|refs| refs.statements) {
        let text = "volatile functions that are not single expressions are not supported in ON CONFLICT DO UPDATE";
        return Err(SqlError::unsupported(text));
    }
    Ok(())
}

impl Planner<'_> {
    /// The node of `modify` over the plan of its source.
    pub(super) fn modify(&mut self, modify: &Modify, source: Arc<Node>) -> SqlResult<Op> {
        let returning = match &modify.returning {
            Some(items) => Some(items.iter().map(|(_, s)| self.compile(s, &source.columns)).collect::<SqlResult<_>>()?),
            None => None,
        };
        let on_conflict = match &modify.op {
            ModifyOp::Insert { new_row, on_conflict: Some(on) } => match &on.action {
                ConflictAction::Update { existing, table_oid, assignments, predicate, checks, .. } => {
                    let own = assignments.iter().map(|a| &a.1).chain(predicate).chain(checks.iter().map(|c| &c.1));
                    refuse_statements(own)?;
                    let columns: Vec<(ColumnId, PgType)> = (existing.iter().chain(new_row))
                        .filter_map(|(number, id)| Some((*id, modify.table.column(*number)?.ty)))
                        .chain(table_oid.map(|id| (id, PgType::new(Oid::OID))))
                        .collect();
                    let assignments = assignments
                        .iter()
                        .map(|(number, s)| Ok((*number, self.compile(s, &columns)?)))
                        .collect::<SqlResult<_>>()?;
                    let predicate = predicate.as_ref().map(|p| self.compile(p, &columns)).transpose()?;
                    let checks = checks
                        .iter()
                        .map(|(rule, s)| Ok((rule.clone(), self.compile(s, &columns)?)))
                        .collect::<SqlResult<_>>()?;
                    Some(UpdatePlan { columns, assignments, predicate, checks })
                }
                ConflictAction::Nothing => None,
            },
            _ => None,
        };
        Ok(Op::Modify(ModifyPlan { modify: Arc::new(modify.clone()), source, returning, on_conflict }))
    }
}
