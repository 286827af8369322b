//! What policies, and views WITH CHECK OPTION, ask of new rows once triggers BEFORE them have run. The source of the
//! statement has said the same of the rows as they were before, which counts where no trigger comes between.

use gavel_binder::bound::{ColumnId, ConflictAction, Modify, OnConflict, Rel, RowRule, Scalar, ScalarKind};
use gavel_types::{Datum, PgType, SqlResult};

use crate::dml::modify::{self, Layout};
use crate::dml::shape::TableShape;
use crate::fast::expr::{RowContext, RowExpr};
use crate::lower;
use crate::lower::walk::Refs;
use crate::session::Session;

/// Rules over rows of one layout, each with its condition.
#[derive(Default)]
pub(super) struct Rules<'m> {
    rules: Vec<(&'m RowRule, &'m Scalar)>,
    layout: Vec<(ColumnId, PgType)>,
    /// For each slot of the table that is named, where the value of the new row is.
    new: Vec<usize>,
}

impl<'m> Rules<'m> {
    /// Of the rows that the source of a modification puts out, with the new row at these places.
    pub fn of_source(modify: &'m Modify, layout: &Layout, new: &[usize]) -> Self {
        let rules = modify.checks.iter().map(|check| (&check.rule, &check.again)).collect();
        Self { rules, layout: layout.to_vec(), new: new.to_vec() }
    }

    /// Of the rows that DO UPDATE changes.
    pub fn of_update(modify: &Modify, shape: &TableShape, on: &'m OnConflict) -> SqlResult<Self> {
        let ConflictAction::Update { existing, again, .. } = &on.action else { return Ok(Self::default()) };
        let typed = existing.iter().filter_map(|(number, id)| Some((*id, modify.table.column(*number)?.ty)));
        let layout: Vec<(ColumnId, PgType)> = typed.collect();
        let new = modify::positions(shape, existing, &layout)?;
        let rules = again.iter().map(|(rule, condition)| (rule, condition)).collect();
        Ok(Self { rules, layout, new })
    }

    /// A row of the layout in which nothing is but what the new row brings.
    pub fn empty_row(&self) -> Vec<Datum> {
        vec![Datum::Null; self.layout.len()]
    }
}

/// A row of the source, whose new row is held to these rules.
#[derive(Clone, Copy)]
pub(super) struct Held<'h> {
    pub rules: &'h Rules<'h>,
    pub source: &'h [Datum],
}

fn is_of_view(rule: &RowRule) -> bool {
    matches!(rule, RowRule::View(_))
}

impl Session {
    /// Asks policies about a new row that is about to be written, as the table that is named has it.
    ///
    /// # Errors
    /// 42501 for one that they do not let through; those of their conditions.
    pub(super) async fn require_policies(&mut self, held: Option<Held<'_>>, new: &[Datum]) -> SqlResult<()> {
        let Some(held) = held else { return Ok(()) };
        match self.broken_rule(held, new, false).await? {
            Some(RowRule::Policy(policy)) => Err(policy.broken()),
            _ => Ok(()),
        }
    }

    /// Asks views WITH CHECK OPTION about a new row that has been written, as the table that is named has it.
    ///
    /// # Errors
    /// 44000 for one that they do not have; those of their conditions.
    pub(super) async fn require_views(&mut self, shape: &TableShape, held: Held<'_>, new: &[Datum]) -> SqlResult<()> {
        match self.broken_rule(held, new, true).await? {
            Some(rule) => Err(self.breaks_rule(shape, &rule, new)),
            None => Ok(()),
        }
    }

    /// The first rule of views, or of policies, that the new row does not satisfy.
    async fn broken_rule(&mut self, held: Held<'_>, new: &[Datum], of_views: bool) -> SqlResult<Option<RowRule>> {
        let Rules { rules, layout, new: places } = held.rules;
        if !rules.iter().any(|(rule, _)| is_of_view(rule) == of_views) {
            return Ok(None);
        }
        let mut row = held.source.to_vec();
        for (place, value) in places.iter().zip(new) {
            row[*place] = value.clone();
        }
        for (rule, condition) in rules {
            if is_of_view(rule) != of_views {
                continue;
            }
            let direct = {
                let slot = |id: ColumnId| layout.iter().position(|c| c.0 == id);
                RowExpr::compile(condition, &slot)
            };
            let holds = match direct {
                Some(direct) => {
                    let eval = self.eval_context();
                    direct.is_true(&RowContext { eval: &eval, row: &row, params: &[] })?
                }
                None => self.is_satisfied(condition, layout, &row).await?,
            };
            if !holds {
                return Ok(Some((*rule).clone()));
            }
        }
        Ok(None)
    }

    /// Whether a row satisfies a condition that only a plan evaluates.
    async fn is_satisfied(&mut self, condition: &Scalar, layout: &Layout, row: &[Datum]) -> SqlResult<bool> {
        let constant = |(value, (_, ty)): (&Datum, &(ColumnId, PgType))| Scalar {
            kind: ScalarKind::Const(value.clone()),
            ty: *ty,
        };
        let values: Vec<Scalar> = row.iter().zip(layout).map(constant).collect();
        let input = Box::new(Rel::Values { rows: vec![values], columns: layout.to_vec() });
        let rel = Rel::Filter { input, predicate: condition.clone() };
        let basis = self.basis().await?;
        let plan = {
            let tables = Refs::of_rel(&rel).tables;
            let env = self.plan_env(&basis.catalog, &tables).await?;
            lower::plan_rel(&rel, layout.get(..1).unwrap_or_default(), &env)?
        };
        let access = self.access(Vec::new()).await?;
        let mut operator = self.start(&plan, access)?;
        self.drive(async {
            while let Some(batch) = operator.next().await? {
                if batch.num_rows() > 0 {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }
}
