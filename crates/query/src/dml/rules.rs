//! What policies and views ask of rows that triggers have had before.
//!
//! The source of a modification answers for each row as the statement has it, which is enough where nobody changes it on its
//! way. The condition behind the answer lies in a projection of the source, and is over columns that the source puts out
//! as well; so it can be asked again once these columns have the values that are written:
//! ```text
//!  Project  #7 := #3, #8 := #4, #9 := (#4 < 10)      check: #9; new row: #7, #8
//!                                └── over #8, after the triggers
//! ```
//! What needs a plan (a subquery) is planned as a query over one row, whose columns are parameters. A condition that is
//! not found so is answered by the source alone.

use gavel_binder::bound::{ColumnId, Modify, ModifyOp, PolicyRow, Rel, RowRule, Scalar, ScalarKind};
use gavel_txn::ReadView;
use gavel_types::{PgType, SqlResult};

use crate::dml::modify::{Layout, position};
use crate::fast::expr::RowExpr;
use crate::lower::PlannedQuery;
use crate::lower::walk::Refs;

/// How a condition is asked.
pub(crate) enum How {
    /// As the source has answered it, before any trigger.
    Source,
    /// Over a row of the source.
    Row(RowExpr),
    /// The same, which are the plan's parameters; it puts out the answer.
    Plan(PlannedQuery),
}

pub(crate) struct Asked<'m> {
    pub rule: &'m RowRule,
    /// Where the source's own answer stands.
    pub at: usize,
    pub how: How,
}

/// See the module.
pub(crate) struct Rules<'m> {
    pub asked: Vec<Asked<'m>>,
    /// What plans read: the tables as the statement found them.
    pub view: Option<ReadView>,
}

/// A condition that is to be planned.
pub(crate) struct Unplanned {
    /// Its place in [`Rules::asked`].
    pub number: usize,
    pub rel: Rel,
    /// The column of `rel` with the answer.
    pub holds: ColumnId,
}

impl<'m> Rules<'m> {
    /// What `modify` asks of the rows of its source, which have these columns, and what of it is to be planned.
    ///
    /// # Errors
    /// XX000 if the source lacks a column.
    pub fn of(modify: &'m Modify, layout: &Layout) -> SqlResult<(Self, Vec<Unplanned>)> {
        let mut asked = Vec::with_capacity(modify.checks.len());
        let mut unplanned = Vec::new();
        for check in &modify.checks {
            let mut how = How::Source;
            if let Some((condition, names)) = condition(modify, check.holds) {
                if let Some(expr) = RowExpr::compile(condition, &|id| place(&names, layout, id)) {
                    how = How::Row(expr);
                } else if let Some(rel) = query(condition, &names, layout, check.holds) {
                    unplanned.push(Unplanned { number: asked.len(), rel, holds: check.holds });
                }
            }
            asked.push(Asked { rule: &check.rule, at: position(layout, check.holds)?, how });
        }
        Ok((Self { asked, view: None }, unplanned))
    }
}

/// Where the column below stands in a row of the source; `None` if it does not, or if two columns come from it, of which it
/// does not say which is meant.
fn place(names: &[(ColumnId, ColumnId)], layout: &Layout, id: ColumnId) -> Option<usize> {
    let mut tops = names.iter().filter(|(below, _)| *below == id).map(|(_, top)| *top);
    let (top, another) = (tops.next()?, tops.next());
    if another.is_some() { None } else { position(layout, top).ok() }
}

/// The condition as a query over one row of parameters, which are those of a row of the source. `None` if it is over
/// columns that the source does not put out.
fn query(condition: &Scalar, names: &[(ColumnId, ColumnId)], layout: &Layout, holds: ColumnId) -> Option<Rel> {
    let mut columns: Vec<(ColumnId, PgType)> = Vec::new();
    let mut row = Vec::new();
    for (below, _) in names {
        let Some(at) = place(names, layout, *below) else { continue };
        let (_, ty) = layout[at];
        columns.push((*below, ty));
        row.push(Scalar { kind: ScalarKind::Param(at), ty });
    }
    let input = Box::new(Rel::Values { rows: vec![row], columns });
    let rel = Rel::Project { input, exprs: vec![(holds, condition.clone())] };
    let refs = Refs::of_rel(&rel);
    refs.used.is_subset(&refs.defined).then_some(rel)
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
        ModifyOp::Insert { new_row, .. } | ModifyOp::Update { new_row, .. } | ModifyOp::Merge { new_row, .. } => {
            new_row
        }
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
