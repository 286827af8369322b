//! Tables as the inner side of look-up joins: which index serves, and at what cost.

use std::collections::BTreeSet;
use std::sync::Arc;

use gavel_binder::bound::{ColumnId, Rel, Scalar, Source};
use gavel_catalog::{Index, IndexKey};
use gavel_types::{Oid, SqlResult};

use crate::exec::plan::{Node, Op, ScanPlan};
use crate::lower::access::{LOOKUP_COST, Path, Scanned, stored_columns};
use crate::lower::order::{Lookup, lookup_cost};
use crate::lower::plan::Planner;
use crate::lower::statistics::UNKNOWN_DISTINCT;
use crate::lower::walk::Refs;

/// The inner side of a look-up join.
pub struct LookupScan {
    pub node: Arc<Node>,
    /// As [`crate::exec::plan::LookupPlan::part_oids`].
    pub part_oids: Vec<Oid>,
    /// Columns of the leading key columns, in key order.
    pub order: Vec<ColumnId>,
    /// Conditions that the scan does not apply.
    pub rest: Vec<Scalar>,
    /// Of all look-ups together.
    pub cost: f64,
}

/// An index by whose leading columns rows can be looked up.
pub(super) struct Entries<'t> {
    index: &'t Index,
    /// The columns, and rows with each combination of values of those up to it.
    pub columns: Vec<(ColumnId, f64)>,
    pub touch: f64,
    covering: bool,
}

impl Planner<'_> {
    /// The indexes by which a table can be looked up, as far as `tie` ties their leading columns.
    pub fn lookups(
        &mut self,
        rel: &Rel,
        filters: &[Scalar],
        wanted: &BTreeSet<ColumnId>,
        tie: &dyn Fn(ColumnId) -> Option<Option<usize>>,
    ) -> Vec<Lookup> {
        let tied = |id| tie(id).is_some();
        let entries = match rel {
            Rel::Append { .. } => match self.part_scans(rel, filters) {
                Some(parts) => self.part_entries(&parts, filters, wanted, &tied),
                None => vec![],
            },
            _ => self.entries(rel, filters, wanted, &tied).into_iter().map(|e| (e.columns, e.touch)).collect(),
        };
        let lookup = |(columns, touch): (Vec<(ColumnId, f64)>, f64)| Lookup {
            columns: columns.into_iter().filter_map(|(id, each)| Some((tie(id)?, each))).collect(),
            touch,
        };
        entries.into_iter().map(lookup).collect()
    }

    /// Indexes with leading columns that are tied.
    pub(super) fn entries<'r>(
        &mut self,
        rel: &'r Rel,
        filters: &[Scalar],
        wanted: &BTreeSet<ColumnId>,
        tied: &dyn Fn(ColumnId) -> bool,
    ) -> Vec<Entries<'r>> {
        let Rel::Scan { source: Source::Table(table), columns, row_key } = rel else { return vec![] };
        let scanned = Scanned { table, columns, row_key: *row_key };
        let rows = self.table_rows(table);
        let mut needed: BTreeSet<u32> = BTreeSet::new();
        for id in wanted.iter().copied().chain(filters.iter().flat_map(|f| Refs::of_scalar(f).used)) {
            needed.extend(scanned.number(id).map(|n| u32::from(n as u16)));
        }
        let wants_key = row_key.is_some_and(|k| wanted.contains(&k));
        let mut found = vec![];
        for index in table.indexes.iter().filter(|i| i.is_ordered()) {
            if !self.is_usable(&scanned, index, filters) {
                continue;
            }
            let mut entry = Entries { index, columns: vec![], touch: LOOKUP_COST, covering: false };
            let mut each = rows;
            for (key, ..) in &index.keys {
                let IndexKey::Column(number) = key else { break };
                let Some((_, id)) = columns.iter().find(|c| c.0 == *number && tied(c.1)) else { break };
                each /= self.facts(*id).map_or(UNKNOWN_DISTINCT, |f| f.distinct).clamp(1.0, each.max(1.0));
                entry.columns.push((*id, each.max(1.0)));
            }
            if entry.columns.is_empty() {
                continue;
            }
            if index.is_always_unique() && entry.columns.len() == index.keys.len() {
                entry.columns.last_mut().into_iter().for_each(|c| c.1 = 1.0);
            }
            entry.covering =
                index.is_table() || (!wants_key && needed.iter().all(|n| stored_columns(table, index).contains(n)));
            if entry.covering {
                entry.touch = 1.0;
            }
            found.push(entry);
        }
        found
    }

    /// The table as the inner side of a look-up join on equalities of `tied` columns, if an index serves
    /// and costs less than `otherwise`: to look it up for each of `outer` rows, of which `out` come out.
    pub fn lookup_scan(
        &mut self,
        rel: &Rel,
        filters: &[Scalar],
        tied: &[ColumnId],
        required: &BTreeSet<ColumnId>,
        (outer, out): (f64, f64),
        otherwise: f64,
    ) -> SqlResult<Option<LookupScan>> {
        let mut wanted = required.clone();
        for filter in filters {
            wanted.extend(Refs::of_scalar(filter).used);
        }
        if let Rel::Append { .. } = rel {
            return self.lookup_parts(rel, filters, tied, &wanted, (outer, out), otherwise);
        }
        let entries = self.entries(rel, filters, &wanted, &|id| tied.contains(&id));
        let priced = entries.into_iter().filter_map(|entry| {
            let each = entry.columns.last()?.1;
            Some((lookup_cost(outer, each, entry.touch, out), each, entry))
        });
        let Some((cost, each, entry)) = priced.min_by(|a, b| a.0.total_cmp(&b.0)) else { return Ok(None) };
        if cost >= otherwise {
            return Ok(None);
        }
        self.scan_along(rel, filters, entry, &wanted, (outer * each, cost))
    }

    /// The scan of a table that looks rows up by an index; `found` of them before the filters.
    pub(super) fn scan_along(
        &mut self,
        rel: &Rel,
        filters: &[Scalar],
        entry: Entries<'_>,
        wanted: &BTreeSet<ColumnId>,
        (found, cost): (f64, f64),
    ) -> SqlResult<Option<LookupScan>> {
        let Rel::Scan { source: Source::Table(table), columns, row_key } = rel else { return Ok(None) };
        let Entries { index, columns: order, covering, .. } = entry;
        let scanned = Scanned { table, columns, row_key: *row_key };
        let known = self.env.statistics(table);
        let conditions = self.conditions(filters, columns, known.as_ref().and_then(|k| k.sample.as_ref()));
        let rows = (found * conditions.all()).max(1.0);
        let path = Path { rows, cost, covering, ..Path::along(index) };
        let (scan, layout, rest) = self.scan_plan(&scanned, path, filters.to_vec(), wanted)?;
        let scan = ScanPlan { index_name: Some(index.name.clone()), ..scan };
        let node = self.costly(Op::TableScan(scan), layout, rows, cost);
        let order = order.into_iter().map(|c| c.0).collect();
        Ok(Some(LookupScan { node, part_oids: vec![], order, rest, cost }))
    }
}
