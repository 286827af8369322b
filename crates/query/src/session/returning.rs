//! RETURNING: expressions over the rows that a modification has written.

use arrow::record_batch::RecordBatch;
use gavel_binder::bound::{Output, Scalar};
use gavel_functions::EvalContext;
use gavel_functions::physical::build_array;
use gavel_types::{Datum, SqlError, SqlResult};

use crate::dml::modify::Layout;
use crate::exec::batch::{batch_of, schema_of};
use crate::fast::expr::{RowContext, RowExpr};

/// The values of `items` for each row of `layout`.
///
/// # Errors
/// 0A000 for an item that needs a plan; what the expressions raise.
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
        .ok_or_else(|| SqlError::unsupported("subqueries in RETURNING are not supported yet"))?;
    rows.iter().map(|row| exprs.iter().map(|e| e.eval(&RowContext { eval, row, params })).collect()).collect()
}

/// Rows of `items` as a batch of plan columns.
///
/// # Errors
/// XX000 if a value is not of its item's type.
pub fn batch(items: &[(Output, Scalar)], rows: &[Vec<Datum>]) -> SqlResult<RecordBatch> {
    let columns: Vec<_> = items.iter().map(|(o, s)| (o.id, s.ty)).collect();
    let arrays = columns
        .iter()
        .enumerate()
        .map(|(i, (_, ty))| build_array(*ty, rows.iter().map(|r| r[i].clone())))
        .collect::<SqlResult<Vec<_>>>()?;
    batch_of(&schema_of(&columns), arrays, rows.len())
}
