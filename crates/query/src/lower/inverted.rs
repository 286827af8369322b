//! Inverted indexes as access paths: which conditions they serve.
//!
//! ```text
//!  j @> '{"a": 1}' AND j ? 'b' AND k = 3        gin (j)
//!  └────── Index Cond ───────┘
//!  └────────── Storage Filter ─────────┘
//! ```
//! The scan reads the table, only those rows that the index names, and its filter has all conditions: tokens do not tell
//! everything.

use std::collections::BTreeSet;

use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_catalog::{Index, Table};
use gavel_types::SqlResult;

use crate::exec::access::{object_of, row_key_columns};
use crate::exec::inverted::{InvertedCondition, InvertedScan};
use crate::inverted;
use crate::inverted::search::{self, Condition};
use crate::lower::access::{Path, Scanned, unlabelled};
use crate::lower::estimate::Conditions;
use crate::lower::plan::Planner;
use crate::lower::walk::Refs;

impl Planner<'_> {
    /// What an inverted index serves of the filters.
    pub(super) fn inverted_path<'t>(
        &mut self,
        scanned: &Scanned<'_>,
        index: &'t Index,
        filters: &[Scalar],
        rows: f64,
        conditions: &Conditions,
    ) -> SqlResult<Path<'t>> {
        let ids = scanned.ids();
        let classes = inverted::classes(scanned.table, index);
        let mut path = Path { covering: false, ..Path::along(index) };
        for (number, ((key, ..), class)) in index.keys.iter().zip(classes).enumerate() {
            let Some(target) = self.key_target(scanned, key) else { continue };
            for (filter, scalar) in filters.iter().enumerate() {
                let Some((indexed, condition, operand)) = fact(scalar, &ids) else { continue };
                if !search::serves(class, condition.search) || scanned.by_number(indexed) != target {
                    continue;
                }
                let operand = self.compile(operand, &[])?;
                path.inverted.push((InvertedCondition { key: number, class, condition, operand }, filter));
            }
        }
        path.rows = (rows * conditions.part(path.inverted.iter().map(|c| c.1))).max(1.0);
        Ok(path)
    }
}

/// The inverted index of a path, which then reads the table itself.
pub fn inverted_scan(table: &Table, path: &mut Path<'_>) -> Option<InvertedScan> {
    if path.inverted.is_empty() {
        return None;
    }
    let index = path.index.take()?;
    path.covering = true;
    let conditions = std::mem::take(&mut path.inverted).into_iter().map(|c| c.0).collect();
    Some(InvertedScan {
        index: index.oid,
        object: object_of(table, Some(index)),
        row_key: row_key_columns(table),
        conditions,
    })
}

/// A condition that an inverted index can serve: the indexed expression, what is asked of it, the other operand.
fn fact<'s>(filter: &'s Scalar, ids: &BTreeSet<ColumnId>) -> Option<(&'s Scalar, Condition, &'s Scalar)> {
    let ScalarKind::Call { function, args } = &filter.kind else { return None };
    let [left, right] = &args[..] else { return None };
    let is_indexed = |s: &Scalar| {
        let refs = Refs::of_scalar(s);
        !refs.used.is_disjoint(ids) && !refs.volatile && !refs.subqueries
    };
    let is_operand = |s: &Scalar| {
        let refs = Refs::of_scalar(s);
        refs.used.is_disjoint(ids) && !refs.volatile
    };
    if is_indexed(left) && is_operand(right) {
        return Some((unlabelled(left), search::condition(*function, false)?, right));
    }
    if is_indexed(right) && is_operand(left) {
        return Some((unlabelled(right), search::condition(*function, true)?, left));
    }
    None
}
