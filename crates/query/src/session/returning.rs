//! RETURNING in expressions that need no plan, over the rows that a modification has written.

use gavel_binder::bound::{Output, Scalar};
use gavel_functions::EvalContext;
use gavel_types::{Datum, SqlError, SqlResult};

use crate::dml::modify::Layout;
use crate::fast::expr::{RowContext, RowExpr};

/// The values of `items` for each row of `layout`.
///
/// # Errors
/// What the expressions raise.
pub fn evaluate(
    items: &[(Output, Scalar)],
    layout: &Layout,
    rows: &[Vec<Datum>],
    eval: &EvalContext,
    params: &[Datum],
) -> SqlResult<Vec<Vec<Datum>>> {
    let slot = |id| layout.iter().position(|c| c.0 == id);
    let exprs = items
        .iter()
        .map(|(_, s)| RowExpr::compile(s, &slot))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| SqlError::internal("an item of RETURNING needs a plan"))?;
    rows.iter().map(|row| exprs.iter().map(|e| e.eval(&RowContext { eval, row, params })).collect()).collect()
}
