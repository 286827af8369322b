//! Values that a statement computes more than once for a row: `ON CONFLICT DO UPDATE` puts what it assigns in the place of
//! columns in generated columns, and in what policies and views ask of the row.

use gavel_functions::registry::{self, Volatility};
use gavel_types::{SqlError, SqlResult};

use super::walk;
use crate::bound::{Rel, Scalar, ScalarKind};

/// Whether another value may come out the next time: it calls something volatile, in subqueries, too.
pub fn may_differ(value: &Scalar) -> bool {
    let mut found = false;
    walk::visit(value, &mut |s| {
        found |= match &s.kind {
            ScalarKind::NextVal { .. } => true,
            ScalarKind::Call { function, .. } => {
                registry::proc(*function).is_none_or(|p| p.volatility == Volatility::Volatile)
            }
            ScalarKind::Subquery(subquery) => calls(&subquery.query),
            _ => false,
        };
        !found
    });
    found
}

/// Whether a relation runs functions that are more than expressions.
fn calls(rel: &Rel) -> bool {
    let mut found = matches!(rel, Rel::Called(_) | Rel::Statements { .. });
    walk::inputs(rel, &mut |input| found |= calls(input));
    found
}

/// # Errors
/// 0A000 if one of these values of DO UPDATE may differ from time to time: the row would be held to another value than is
/// stored.
pub fn require_the_same(assigned: &[(i16, Scalar)]) -> SqlResult<()> {
    if !assigned.iter().any(|(_, value)| may_differ(value)) {
        return Ok(());
    }
    let text = "ON CONFLICT DO UPDATE SET to a volatile expression is not supported for tables with generated columns, \
                policies or check options";
    Err(SqlError::unsupported(text).hint("Compute the value in the rows to insert, and assign excluded.column."))
}
