//! CHECK constraints that only a session can ask: they call functions in PL/pgSQL, or in SQL that are no expressions. A row
//! of a table that has such is asked all its checks here, by name, before it is written.

use std::sync::Arc;

use gavel_types::{Datum, SqlResult};

use crate::dml::tree::Place;
use crate::dml::writer::{breaks_check, require_present};
use crate::fast::expr::RowContext;
use crate::session::Session;

impl Session {
    /// Asks the checks of a new row, as its table has it, if one of them needs the session.
    ///
    /// # Errors
    /// 23502, 23514; those of the functions.
    pub(super) async fn ask_checks(&mut self, place: &Place, row: &[Datum]) -> SqlResult<()> {
        let shape = Arc::clone(&place.shape);
        if !shape.asks_session() {
            return Ok(());
        }
        let eval = self.evaluation();
        require_present(place, row, &eval.style)?;
        for check in &shape.checks {
            let passes = match &check.expr {
                Some(expr) => {
                    let value = expr.eval(&RowContext { eval: &eval, row, params: &[] })?;
                    !matches!(value, Datum::Bool(false))
                }
                None => self.check_passes(&shape.table, check, row).await?,
            };
            if !passes {
                return Err(breaks_check(place, &check.name, row, &eval.style));
            }
        }
        Ok(())
    }
}
