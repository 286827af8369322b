//! What policies, and views WITH CHECK OPTION, ask of new rows once triggers have run: a policy before the write, a view
//! after it.
//!
//! The source of the statement has answered for its rows as they were before any trigger, which counts where none has come
//! between. Elsewhere the condition is asked again, over a row of the source in which the new values have their places. One
//! with a subquery is a query over one row of parameters, and reads the tables as the statement found them:
//! ```text
//!  source    #7 #8 #9          check: #9; new row: #7, #8; again: EXISTS (… #8 …)
//!  asked     Filter EXISTS (… #8 …) ◄── Values #8 := $2
//! ```

use gavel_binder::bound::{ColumnId, ConflictAction, Modify, OnConflict, PolicyRow, Rel, RowRule, Scalar, ScalarKind};
use gavel_txn::ReadView;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use super::rows::Target;
use crate::dml::modify::{self, Layout};
use crate::dml::shape::TableShape;
use crate::fast::expr::{RowContext, RowExpr};
use crate::lower::walk::Refs;
use crate::lower::{self, PlannedQuery};
use crate::session::Session;
use crate::session::access::Access;

/// How a condition is asked of a row.
enum How {
    Row(RowExpr),
    /// Gives a row if it holds. The values of the row are its parameters.
    Plan(PlannedQuery),
}

struct Asked<'m> {
    rule: &'m RowRule,
    /// Where the source says whether its row satisfies it, if it does.
    said: Option<usize>,
    again: How,
}

/// What a statement asks of rows.
#[derive(Default)]
pub(super) struct Rules<'m> {
    asked: Vec<Asked<'m>>,
    /// For each slot of the table that is named, where the new value is in the rows that are asked about.
    new: Vec<usize>,
    /// What plans read.
    view: Option<ReadView>,
}

/// The rules that a row is held to, with the row in which its new values take their places.
#[derive(Clone, Copy)]
pub(super) struct Held<'h> {
    pub rules: &'h Rules<'h>,
    pub source: &'h [Datum],
}

/// What is asked of the rows that DO UPDATE finds, before anything else is evaluated of it, and of those that it makes.
#[derive(Default)]
pub(super) struct OfUpdate<'m> {
    pub found: Rules<'m>,
    pub made: Rules<'m>,
    width: usize,
    /// The last column is the table that the row is in.
    names_table: bool,
}

impl OfUpdate<'_> {
    /// A row for both, without the columns of the table.
    pub fn row(&self, table: Oid) -> Vec<Datum> {
        let mut row = vec![Datum::Null; self.width];
        if let Some(last) = row.last_mut().filter(|_| self.names_table) {
            *last = Datum::Oid(table.0);
        }
        row
    }
}

/// When something is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    BeforeWrite,
    AfterWrite,
}

/// Whether it is about the row that MERGE has found, before anything is done to it.
pub(super) fn is_of_target(rule: &RowRule) -> bool {
    matches!(rule, RowRule::Policy(policy) if policy.row == PolicyRow::Target)
}

/// A condition over one row of `layout`, whose values are parameters.
fn query(condition: &Scalar, layout: &Layout) -> Rel {
    let used = Refs::of_scalar(condition).used;
    let mut columns: Vec<(ColumnId, PgType)> = Vec::new();
    let mut row = Vec::new();
    for (at, (id, ty)) in layout.iter().enumerate() {
        // A row needs a column, though nothing may be asked of any.
        if used.contains(id) || at == 0 {
            columns.push((*id, *ty));
            row.push(Scalar { kind: ScalarKind::Param(at), ty: *ty });
        }
    }
    let input = Box::new(Rel::Values { rows: vec![row], columns });
    Rel::Filter { input, predicate: condition.clone() }
}

impl Session {
    /// What the rows of the source of `modify` are asked, with their new rows at the places `new`. To be called before
    /// anything is written.
    ///
    /// # Errors
    /// The planner's.
    pub(super) async fn rules_of_source<'m>(
        &mut self,
        modify: &'m Modify,
        layout: &Layout,
        new: &[usize],
    ) -> SqlResult<Rules<'m>> {
        let mut rules = Rules { asked: Vec::new(), new: new.to_vec(), view: None };
        for check in modify.checks.iter().filter(|check| !is_of_target(&check.rule)) {
            let said = Some(modify::position(layout, check.holds)?);
            let again = self.asking(&mut rules, &check.again, layout).await?;
            rules.asked.push(Asked { rule: &check.rule, said, again });
        }
        Ok(rules)
    }

    /// What the rows are asked that DO UPDATE finds and makes. To be called before anything is written.
    ///
    /// # Errors
    /// The planner's.
    pub(super) async fn rules_of_update<'m>(
        &mut self,
        modify: &'m Modify,
        shape: &TableShape,
        on: &'m OnConflict,
    ) -> SqlResult<OfUpdate<'m>> {
        let ConflictAction::Update { existing, table_oid, checks, again, .. } = &on.action else {
            return Ok(OfUpdate::default());
        };
        let typed = existing.iter().filter_map(|(number, id)| Some((*id, modify.table.column(*number)?.ty)));
        let layout: Vec<(ColumnId, PgType)> = typed.chain(table_oid.map(|id| (id, PgType::new(Oid::OID)))).collect();
        let new = modify::positions(shape, existing, &layout)?;
        let mut of_update = OfUpdate { width: layout.len(), names_table: table_oid.is_some(), ..OfUpdate::default() };
        let found = checks.iter().filter(|(rule, _)| rule.is_of_existing());
        for (rule, condition) in found {
            let again = self.asking(&mut of_update.found, condition, &layout).await?;
            of_update.found.asked.push(Asked { rule, said: None, again });
        }
        for (rule, condition) in again {
            let again = self.asking(&mut of_update.made, condition, &layout).await?;
            of_update.made.asked.push(Asked { rule, said: None, again });
        }
        of_update.found.new.clone_from(&new);
        of_update.made.new = new;
        Ok(of_update)
    }

    async fn asking(&mut self, rules: &mut Rules<'_>, condition: &Scalar, layout: &Layout) -> SqlResult<How> {
        let direct = RowExpr::compile(condition, &|id| layout.iter().position(|column| column.0 == id));
        if let Some(direct) = direct {
            return Ok(How::Row(direct));
        }
        let rel = query(condition, layout);
        let refs = Refs::of_rel(&rel);
        if !refs.used.is_subset(&refs.defined) {
            return Err(SqlError::internal("a condition of a policy or view over what the source does not put out"));
        }
        let catalog = self.catalog();
        let env = self.plan_env(&catalog, &refs.tables).await?;
        let plan = lower::plan_rel(&rel, layout.get(..1).unwrap_or_default(), &env)?;
        if rules.view.is_none() {
            rules.view = Some(self.work().await?.view().await);
        }
        Ok(How::Plan(plan))
    }

    /// Holds a new row, as the table that is named has it, to what is asked at this time.
    ///
    /// # Errors
    /// 42501 of a policy, 44000 of a view; those of the conditions.
    pub(super) async fn hold_to(
        &mut self,
        target: &Target,
        held: Option<Held<'_>>,
        row: &[Datum],
        stage: Stage,
    ) -> SqlResult<()> {
        let Some(Held { rules, source }) = held else { return Ok(()) };
        let is_now = |asked: &Asked<'_>| matches!(asked.rule, RowRule::View(_)) == (stage == Stage::AfterWrite);
        if !rules.asked.iter().any(is_now) {
            return Ok(());
        }
        let mut values = source.to_vec();
        for (place, value) in rules.new.iter().zip(row) {
            values[*place] = value.clone();
        }
        for asked in &rules.asked {
            if !is_now(asked) {
                continue;
            }
            let holds = match (asked.said, &asked.again, &rules.view) {
                (Some(said), _, _) if !target.fires => matches!(source[said], Datum::Bool(true)),
                (_, How::Row(condition), _) => {
                    let eval = self.eval_context();
                    condition.is_true(&RowContext { eval: &eval, row: &values, params: &[] })?
                }
                (_, How::Plan(plan), Some(view)) => self.gives_row(plan, view, values.clone()).await?,
                (_, How::Plan(_), None) => return Err(SqlError::internal("a plan without what it reads")),
            };
            if !holds {
                return Err(self.breaks_rule(target.named(), asked.rule, row));
            }
        }
        Ok(())
    }

    /// Whether a plan gives a row for these parameters.
    async fn gives_row(&mut self, plan: &PlannedQuery, view: &ReadView, params: Vec<Datum>) -> SqlResult<bool> {
        let access = self.access(params).await?;
        let access = Access { view: view.clone(), ..access };
        let mut operator = self.start(plan, access)?;
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
