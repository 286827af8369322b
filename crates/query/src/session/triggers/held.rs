//! What policies and views ask of rows, asked of them as triggers have left them.

use gavel_binder::bound::{Modify, RowRule};
use gavel_functions::physical::datum_at;
use gavel_txn::ReadView;
use gavel_types::{Datum, PgType, SqlResult};

use crate::dml::modify::Layout;
use crate::dml::rules::{How, Rules, Unplanned};
use crate::dml::shape::TableShape;
use crate::fast::expr::RowContext;
use crate::lower::walk::Refs;
use crate::lower::{self, PlannedQuery};
use crate::session::Session;
use crate::session::access::Access;

impl Session {
    /// What a modification asks of its rows. To be called before the first is written.
    ///
    /// # Errors
    /// The planner's.
    pub(super) async fn rules_of<'m>(&mut self, modify: &'m Modify, layout: &Layout) -> SqlResult<Rules<'m>> {
        let (mut rules, unplanned) = Rules::of(modify, layout)?;
        if unplanned.is_empty() {
            return Ok(rules);
        }
        let catalog = self.catalog();
        for Unplanned { number, rel, holds } in unplanned {
            let tables = Refs::of_rel(&rel).tables;
            let env = self.plan_env(&catalog, &tables).await?;
            rules.asked[number].how = How::Plan(lower::plan_rel(&rel, &[(holds, PgType::BOOL)], &env)?);
        }
        rules.view = Some(self.work().await?.view().await);
        Ok(rules)
    }

    /// Puts a row as triggers have left it into its row of the source, and holds it to those rules that `concern` names.
    ///
    /// # Errors
    /// 42501, 44000; what conditions raise.
    pub(super) async fn hold_row(
        &mut self,
        shape: &TableShape,
        rules: &Rules<'_>,
        (source, places): (&mut [Datum], &[usize]),
        row: &[Datum],
        concern: impl Fn(&RowRule) -> bool + Send,
    ) -> SqlResult<()> {
        for (place, value) in places.iter().zip(row) {
            source[*place] = value.clone();
        }
        for asked in &rules.asked {
            if !concern(asked.rule) {
                continue;
            }
            let holds = match (&asked.how, &rules.view) {
                (How::Row(condition), _) => {
                    let eval = self.eval_context();
                    condition.eval(&RowContext { eval: &eval, row: source, params: &[] })?
                }
                (How::Plan(plan), Some(view)) => self.answer(plan, view, source.to_vec()).await?,
                _ => source[asked.at].clone(),
            };
            if !matches!(holds, Datum::Bool(true)) {
                return Err(self.breaks_rule(shape, asked.rule, row));
            }
        }
        Ok(())
    }

    /// The one value that a plan puts out for these parameters.
    async fn answer(&mut self, plan: &PlannedQuery, view: &ReadView, params: Vec<Datum>) -> SqlResult<Datum> {
        let access = self.access(params).await?;
        let access = Access { view: view.clone(), ..access };
        let mut operator = self.start(plan, access)?;
        match self.drive(operator.next()).await? {
            Some(batch) => datum_at(batch.column(0).as_ref(), 0, PgType::BOOL),
            None => Ok(Datum::Null),
        }
    }
}
