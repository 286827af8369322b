//! What policies and views ask of rows that triggers have had before.
//!
//! The source of a modification answers for each row as the statement has it, which is enough where nobody changes it on its
//! way. The condition behind the answer lies in a projection of the source, and is over columns that the source puts out
//! as well; so it can be asked again once these columns have the values that are written:
//! ```text
//!  Project  #7 := #3, #8 := #4, #9 := (#4 < 10)      check: #9; new row: #7, #8
//!                                └── over #8, after the triggers
//! ```
//! What needs a plan (a subquery) is answered by the source alone.

use gavel_binder::bound::{ColumnId, Modify, ModifyOp, PolicyRow, Rel, RowRule, Scalar, ScalarKind};
use gavel_functions::call::EvalContext;
use gavel_types::{Datum, SqlResult};

use crate::dml::modify::{Layout, position};
use crate::fast::expr::{RowContext, RowExpr};

struct Asked<'m> {
    rule: &'m RowRule,
    /// Where the source's own answer stands.
    at: usize,
    /// The condition, over a row of the source.
    condition: Option<RowExpr>,
}

/// See the module.
pub(crate) struct Rules<'m>(Vec<Asked<'m>>);

impl<'m> Rules<'m> {
    /// What `modify` asks of the rows of its source, which have these columns.
    ///
    /// # Errors
    /// XX000 if the source lacks a column.
    pub fn of(modify: &'m Modify, layout: &Layout) -> SqlResult<Self> {
        let mut rules = Vec::with_capacity(modify.checks.len());
        for check in &modify.checks {
            let condition = condition(modify, check.holds).and_then(|(condition, names)| {
                let slot = |id: ColumnId| {
                    let mut tops = names.iter().filter(|(below, _)| *below == id).map(|(_, top)| *top);
                    // Where two columns come from one, it does not say which of them is meant.
                    let (top, another) = (tops.next()?, tops.next());
                    if another.is_some() { None } else { position(layout, top).ok() }
                };
                RowExpr::compile(condition, &slot)
            });
            rules.push(Asked { rule: &check.rule, at: position(layout, check.holds)?, condition });
        }
        Ok(Self(rules))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first of those that `concern` names which a row does not satisfy. `source` is its row of the source, with the
    /// new values in their places.
    ///
    /// # Errors
    /// What the conditions raise.
    pub fn broken(
        &self,
        source: &[Datum],
        eval: &EvalContext,
        concern: impl Fn(&RowRule) -> bool,
    ) -> SqlResult<Option<&'m RowRule>> {
        for asked in self.0.iter().filter(|asked| concern(asked.rule)) {
            let holds = match &asked.condition {
                Some(condition) => condition.eval(&RowContext { eval, row: source, params: &[] })?,
                None => source[asked.at].clone(),
            };
            if !matches!(holds, Datum::Bool(true)) {
                return Ok(Some(asked.rule));
            }
        }
        Ok(None)
    }
}

/// Whether it is about the row that is there already, before anything is done to it.
pub(crate) fn is_of_target(rule: &RowRule) -> bool {
    matches!(rule, RowRule::Policy(policy) if policy.row == PolicyRow::Target)
}

/// Whether it is asked before the row is written.
pub(crate) fn is_policy(rule: &RowRule) -> bool {
    matches!(rule, RowRule::Policy(_))
}

/// The condition behind the column `holds` of the source, and the columns that it may be over: each with what it is called
/// where the source puts it out.
fn condition(modify: &Modify, holds: ColumnId) -> Option<(&Scalar, Vec<(ColumnId, ColumnId)>)> {
    let new_row = match &modify.op {
        ModifyOp::Insert { new_row, .. } | ModifyOp::Update { new_row, .. } | ModifyOp::Merge { new_row, .. } => new_row,
        ModifyOp::Delete { .. } => return None,
    };
    let is_answer = |top: ColumnId| modify.checks.iter().any(|check| check.holds == top);
    let mut rel = &modify.source;
    let mut wanted = holds;
    // What is put out, by what it is called at this place.
    let mut names: Option<Vec<(ColumnId, ColumnId)>> = None;
    loop {
        let Rel::Project { input, exprs } = rel else { return None };
        let (_, value) = exprs.iter().find(|(id, _)| *id == wanted)?;
        let mut below = Vec::with_capacity(exprs.len());
        for (id, scalar) in exprs {
            let ScalarKind::Column(from) = scalar.kind else { continue };
            match &names {
                None if !is_answer(*id) => below.push((from, *id)),
                None => {}
                Some(names) => below.extend(names.iter().filter(|(at, _)| at == id).map(|(_, top)| (from, *top))),
            }
        }
        let ScalarKind::Column(from) = value.kind else { return Some((value, below)) };
        // A column of the row is a condition by itself; another one is an answer on its way.
        let is_of_row = |top: ColumnId| new_row.iter().any(|(_, id)| *id == top);
        if below.iter().any(|(at, top)| *at == from && is_of_row(*top)) {
            return Some((value, below));
        }
        (rel, wanted, names) = (&**input, from, Some(below));
    }
}
