//! Tables with descendants as the inner side of look-up joins: each part is looked up by an index of its own, all of
//! them by the same columns.

use std::collections::BTreeSet;

use gavel_binder::bound::{ColumnId, Rel, Scalar, Source};
use gavel_types::{Oid, PgType, SqlResult};

use crate::exec::plan::Op;
use crate::lower::access::Scanned;
use crate::lower::lookup::LookupScan;
use crate::lower::order::lookup_cost;
use crate::lower::plan::Planner;
use crate::lower::walk::Refs;

/// Leading columns of the indexes of all parts, with the rows of all parts for each combination of values of those up to
/// it; and what a found row costs.
type PartEntry = (Vec<(ColumnId, f64)>, f64);

impl Planner<'_> {
    /// A scan of each part that may have rows which pass the filters, under the ids of the whole. `None` where there are
    /// none, and where a filter asks whose a row is.
    pub(super) fn part_scans(&mut self, rel: &Rel, filters: &[Scalar]) -> Option<Vec<Rel>> {
        let Rel::Append { table, parts, branches, columns, row_key, table_oid } = rel else { return None };
        if table_oid.is_some_and(|id| filters.iter().any(|filter| Refs::of_scalar(filter).used.contains(&id))) {
            return None;
        }
        let scanned = Scanned { table, columns, row_key: *row_key };
        let (kept, _) = self.wanted_parts(&scanned, branches, parts, filters).ok()?;
        let mut scans = Vec::with_capacity(kept.len());
        for part in kept {
            let own = columns.iter().map(|(number, id)| Some((part.column_like(table, *number)?.number, *id)));
            let columns = own.collect::<Option<Vec<_>>>()?;
            scans.push(Rel::Scan { source: Source::Table(part.clone()), columns, row_key: *row_key });
        }
        (!scans.is_empty()).then_some(scans)
    }

    /// Indexes that all parts have, by tied leading columns.
    pub(super) fn part_entries(
        &mut self,
        parts: &[Rel],
        filters: &[Scalar],
        wanted: &BTreeSet<ColumnId>,
        tied: &dyn Fn(ColumnId) -> bool,
    ) -> Vec<PartEntry> {
        let mut common: Option<Vec<PartEntry>> = None;
        for part in parts {
            let found = self.entries(part, filters, wanted, tied);
            let found: Vec<PartEntry> = found.into_iter().map(|entry| (entry.columns, entry.touch)).collect();
            common = Some(match common {
                None => found,
                Some(before) => before.into_iter().filter_map(|entry| with_part(entry, &found)).collect(),
            });
        }
        common.unwrap_or_default()
    }

    /// The parts as the inner side of a look-up join, as [`Planner::lookup_scan`] has it.
    ///
    /// # Errors
    /// Those of planning the scans.
    pub(super) fn lookup_parts(
        &mut self,
        rel: &Rel,
        filters: &[Scalar],
        tied: &[ColumnId],
        wanted: &BTreeSet<ColumnId>,
        (outer, out): (f64, f64),
        otherwise: f64,
    ) -> SqlResult<Option<LookupScan>> {
        let Some(parts) = self.part_scans(rel, filters) else { return Ok(None) };
        let is_tied = |id: ColumnId| tied.contains(&id);
        let count = parts.len() as f64;
        let entries = self.part_entries(&parts, filters, wanted, &is_tied);
        let priced = entries.into_iter().filter_map(|(columns, touch)| {
            // Every part is asked for every key.
            let each = columns.last()?.1 / count;
            Some((lookup_cost(outer * count, each, touch, out), each, columns))
        });
        let Some((cost, each, columns)) = priced.min_by(|a, b| a.0.total_cmp(&b.0)) else { return Ok(None) };
        if cost >= otherwise {
            return Ok(None);
        }
        let order: Vec<ColumnId> = columns.iter().map(|c| c.0).collect();
        let mut inputs = Vec::with_capacity(parts.len());
        let mut layout: Option<Vec<(ColumnId, PgType)>> = None;
        let mut rest: Option<Vec<Scalar>> = None;
        for part in &parts {
            let found = self.entries(part, filters, wanted, &is_tied);
            let Some(mut entry) = found.into_iter().find(|entry| begins_with(&entry.columns, &order)) else {
                return Ok(None);
            };
            entry.columns.truncate(order.len());
            let Some(scan) = self.scan_along(part, filters, entry, wanted, (outer * each, cost / count))? else {
                return Ok(None);
            };
            let columns = layout.get_or_insert_with(|| scan.node.columns.to_vec());
            let positions: Option<Vec<usize>> = columns.iter().map(|(id, _)| scan.node.position(*id)).collect();
            let same = *rest.get_or_insert_with(|| scan.rest.clone()) == scan.rest;
            let Some(positions) = positions.filter(|_| same) else { return Ok(None) };
            inputs.push((scan.node, positions));
        }
        let (Some(mut layout), Some(rest)) = (layout, rest) else { return Ok(None) };
        let mut part_oids = vec![];
        if let Rel::Append { table_oid: Some(id), .. } = rel
            && wanted.contains(id)
        {
            layout.push((*id, PgType::new(Oid::OID)));
            part_oids.extend(parts.iter().filter_map(|part| match part {
                Rel::Scan { source: Source::Table(table), .. } => Some(table.oid),
                _ => None,
            }));
        }
        let rows: f64 = inputs.iter().map(|(node, _)| node.rows).sum();
        let node = self.costly(Op::Append { inputs, pruning: None }, layout, rows, cost);
        Ok(Some(LookupScan { node, part_oids, order, rest, cost }))
    }
}

fn begins_with(columns: &[(ColumnId, f64)], order: &[ColumnId]) -> bool {
    columns.len() >= order.len() && columns.iter().zip(order).all(|(column, id)| column.0 == *id)
}

/// An entry of the parts before, as far as one of the next part's indexes begins with the same columns.
fn with_part((mut columns, touch): PartEntry, found: &[PartEntry]) -> Option<PartEntry> {
    let common = |other: &PartEntry| columns.iter().zip(&other.0).take_while(|(a, b)| a.0 == b.0).count();
    let best = found.iter().max_by_key(|other| common(other))?;
    let length = common(best);
    columns.truncate(length);
    for (column, other) in columns.iter_mut().zip(&best.0) {
        column.1 += other.1;
    }
    (length > 0).then(|| (columns, touch.max(best.1)))
}
