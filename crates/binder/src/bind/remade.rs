//! What policies and views ask of a row that triggers have made another of: their conditions over a row by itself, besides
//! those over the rows that the statement computes.

use gavel_catalog::Table;
use gavel_catalog::trigger::Timing;

use super::Binder;
use crate::bound::{ColumnId, RowCheck, RowCondition, RowRule, Scalar};

/// A row of a table by itself: (attnum, id).
pub type OwnRow = Vec<(i16, ColumnId)>;

impl Binder<'_> {
    /// A row of `table` by itself, if triggers before rows may change what a statement writes to it.
    pub fn own_row(&mut self, table: &Table) -> Option<OwnRow> {
        let before = table.triggers.iter().any(|t| t.row && t.timing == Timing::Before);
        if !before && !self.context.catalog.has_row_triggers_below(table.oid) {
            return None;
        }
        let mut row = OwnRow::new();
        for c in table.visible_columns() {
            row.push((c.number, self.new_column()));
        }
        Some(row)
    }
}

/// Adds to each of `checks` its condition over a row by itself. They are in the same order.
pub fn ask_again(checks: &mut [RowCheck], row: &[(i16, ColumnId)], conditions: Vec<(RowRule, Scalar)>) {
    for (check, (_, condition)) in checks.iter_mut().zip(conditions) {
        check.again = Some(RowCondition { row: row.to_vec(), condition });
    }
}
