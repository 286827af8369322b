//! What policies and views ask of rows that are written, once the triggers before them have run: a policy before the write,
//! a view after it.

use gavel_binder::bound::{ColumnId, Modify, PolicyRow, RowCheck, RowRule};
use gavel_catalog::trigger::TriggerEvent;
use gavel_types::{Datum, SqlResult};

use super::rows::{Part, Target};
use crate::dml::modify::{self, Layout};
use crate::dml::shape::TableShape;
use crate::fast::expr::{RowContext, RowExpr};
use crate::session::Session;

/// A condition that rows must satisfy.
pub(super) struct Asked {
    rule: RowRule,
    /// Where a source row says whether its row satisfies it.
    at: usize,
    /// The same over a row of the table that is named; `None` if triggers change none, or it needs a plan.
    again: Option<RowExpr>,
    /// What the source row has said.
    held: bool,
}

impl Asked {
    fn new(check: &RowCheck, shape: &TableShape, layout: &Layout) -> SqlResult<Self> {
        let again = check.again.as_ref().and_then(|again| {
            let slot = |id: ColumnId| {
                let number = again.row.iter().find(|(_, column)| *column == id)?.0;
                shape.slot(number).ok()
            };
            RowExpr::compile(&again.condition, &slot)
        });
        Ok(Self { rule: check.rule.clone(), at: modify::position(layout, check.holds)?, again, held: true })
    }

    /// What a statement asks.
    ///
    /// # Errors
    /// XX000 if its source does not answer.
    pub fn all(modify: &Modify, shape: &TableShape, layout: &Layout) -> SqlResult<Vec<Self>> {
        modify.checks.iter().map(|check| Self::new(check, shape, layout)).collect()
    }
}

/// When something is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    BeforeWrite,
    AfterWrite,
}

impl Target {
    /// Takes what a source row says of the row that is to be written.
    pub fn hear(&mut self, source: &[Datum]) {
        for asked in &mut self.asked {
            asked.held = matches!(source[asked.at], Datum::Bool(true));
        }
    }

    /// The same where one of the rules is known to be broken, and no other.
    pub fn hear_broken(&mut self, broken: Option<&RowRule>) {
        for asked in &mut self.asked {
            asked.held = broken != Some(&asked.rule);
        }
    }

    /// The policy that keeps MERGE from changing or deleting a row.
    pub fn refused(&self) -> Option<&RowRule> {
        let about_target = |rule: &RowRule| matches!(rule, RowRule::Policy(policy) if policy.row == PolicyRow::Target);
        self.asked.iter().find(|asked| !asked.held && about_target(&asked.rule)).map(|asked| &asked.rule)
    }
}

impl Session {
    /// Holds a new row, as the table that it is in has it, to what is asked at this time.
    ///
    /// # Errors
    /// 42501 of a policy, 44000 of a view; those of the conditions.
    pub(super) fn hold_to(&mut self, target: &Target, part: &Part, row: &[Datum], stage: Stage) -> SqlResult<()> {
        let now = |rule: &RowRule| matches!(rule, RowRule::View(_)) == (stage == Stage::AfterWrite);
        // What policies say of DO UPDATE has been asked with its assignments.
        if target.resolves && part.act.event == TriggerEvent::Update && stage == Stage::BeforeWrite {
            return Ok(());
        }
        if !target.asked.iter().any(|asked| now(&asked.rule)) {
            return Ok(());
        }
        let row = part.place.up(row);
        let eval = self.eval_context();
        for asked in target.asked.iter().filter(|asked| now(&asked.rule)) {
            let holds = match &asked.again {
                Some(again) if part.act.fires_before_rows() => {
                    again.is_true(&RowContext { eval: &eval, row: &row, params: &[] })?
                }
                _ => asked.held,
            };
            if !holds {
                return Err(self.breaks_rule(target.named(), &asked.rule, &row));
            }
        }
        Ok(())
    }
}
