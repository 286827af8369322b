//! Tables with descendants: one scan for each part that may have rows, one after the other.
//!
//! Conditions, orders and limits go down into the parts. Where one part is left, its scan stands for the whole.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use gavel_binder::bound::{ColumnId, Rel, Scalar, ScalarKind};
use gavel_catalog::partition::PartitionOn;
use gavel_catalog::{IndexKey, Table};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::exec::expr::Expr;
use crate::exec::plan::{Op, SortExpr};
use crate::exec::pruning::Pruning;
use crate::lower::access::Scanned;
use crate::lower::plan::{Ask, Planned, Planner, lost, split, substitute};
use crate::lower::statistics::ColumnFacts;
use crate::lower::walk::Refs;

/// What a part puts out, under ids of its own if there are several.
struct Part<'r> {
    table: &'r Arc<Table>,
    columns: Vec<(i16, ColumnId)>,
    row_key: Option<ColumnId>,
    table_oid: Option<ColumnId>,
}

/// A scalar of the column `id`.
fn column(id: ColumnId, ty: PgType) -> Scalar {
    Scalar { kind: ScalarKind::Column(id), ty }
}

impl Planner<'_> {
    pub(super) fn plan_append(&mut self, rel: &Rel, ask: Ask) -> SqlResult<Planned> {
        let Rel::Append { table, parts, branches, columns, row_key, table_oid } = rel else {
            return Err(SqlError::internal("not a table with descendants"));
        };
        let scanned = Scanned { table, columns, row_key: *row_key };
        let (kept, pruning) = self.wanted_parts(&scanned, branches, parts, &ask.filters)?;
        let in_part = |part: &Table, number: i16| part.column_like(table, number).map(|c| c.number);
        match &kept[..] {
            [] => {
                let needed = ask.needed();
                let mut layout: Vec<(ColumnId, PgType)> = row_key.map(|id| (id, PgType::BYTEA)).into_iter().collect();
                layout.extend(columns.iter().filter_map(|(number, id)| Some((*id, table.column(*number)?.ty))));
                layout.extend(table_oid.map(|id| (id, PgType::new(Oid::OID))));
                layout.retain(|(id, _)| needed.contains(id));
                let node = self.node(Op::Values { rows: vec![] }, layout, 1.0);
                self.filtered(node, ask.filters)
            }
            [only] => {
                let columns = columns.iter().filter_map(|(number, id)| Some((in_part(only, *number)?, *id))).collect();
                let part = Part { table: only, columns, row_key: *row_key, table_oid: *table_oid };
                self.plan_part(&part, ask)
            }
            many => {
                let mut each = Vec::with_capacity(many.len());
                for part in many {
                    let columns = columns.iter().filter_map(|(number, _)| in_part(part, *number));
                    each.push(Part {
                        table: part,
                        columns: columns.map(|number| (number, self.fresh_column())).collect(),
                        row_key: row_key.map(|_| self.fresh_column()),
                        table_oid: table_oid.map(|_| self.fresh_column()),
                    });
                }
                self.plan_parts(rel, &each, pruning, ask)
            }
        }
    }

    /// The parts that may have rows that pass the filters, in the order in which they are read, and how to leave out more
    /// of them when the plan starts.
    pub(super) fn wanted_parts<'r>(
        &mut self,
        scanned: &Scanned<'_>,
        branches: &[Arc<Table>],
        parts: &'r [Arc<Table>],
        filters: &[Scalar],
    ) -> SqlResult<(Vec<&'r Arc<Table>>, Option<Pruning>)> {
        if scanned.table.partitioned.is_none() || parts.is_empty() {
            return Ok((parts.iter().collect(), None));
        }
        let pruning = self.pruning(scanned, branches, parts, filters)?;
        let kept = pruning.parts(&|value| pruning.constant(value));
        let tables = kept.iter().filter_map(|i| parts.get(*i)).collect();
        let later = !pruning.is_constant() && kept.len() > 1;
        Ok((tables, later.then(|| pruning.among(&kept))))
    }

    /// The rows of one part.
    fn plan_part(&mut self, part: &Part<'_>, mut ask: Ask) -> SqlResult<Planned> {
        let oid_type = PgType::new(Oid::OID);
        let oid = Scalar { kind: ScalarKind::Const(Datum::Oid(part.table.oid.0)), ty: oid_type };
        let by_id: HashMap<ColumnId, &Scalar> = part.table_oid.map(|id| (id, &oid)).into_iter().collect();
        if !by_id.is_empty() {
            ask.filters = ask.filters.into_iter().map(|filter| substitute(filter, &by_id)).collect();
            // It is one value, which orders nothing.
            let ordered = !ask.order.is_empty();
            ask.order.retain(|(id, ..)| !by_id.contains_key(id));
            if ordered && ask.order.is_empty() {
                ask.fetch = None;
            }
        }
        let shown = part.table_oid.filter(|id| ask.required.remove(id));
        let planned = self.plan_scan(part.table, &part.columns, part.row_key, ask)?;
        let Some(id) = shown else { return Ok(planned) };
        let (mut columns, rows) = (planned.node.columns.to_vec(), planned.node.rows);
        let mut exprs: Vec<Expr> = columns.iter().enumerate().map(|(i, c)| Expr::column(i, c.1)).collect();
        columns.push((id, oid_type));
        exprs.push(Expr::constant(Datum::Oid(part.table.oid.0), oid_type));
        let node = self.node(Op::Project { input: planned.node, exprs }, columns, rows);
        Ok(Planned { node, ordered: planned.ordered })
    }

    /// The rows of several parts, one after the other.
    fn plan_parts(&mut self, rel: &Rel, parts: &[Part<'_>], pruning: Option<Pruning>, ask: Ask) -> SqlResult<Planned> {
        let Rel::Append { table, columns, row_key, table_oid, .. } = rel else {
            return Err(SqlError::internal("not a table with descendants"));
        };
        let (above, sinking) = split(ask.filters, |refs| !refs.subqueries);
        let mut wanted = ask.required;
        for filter in &above {
            wanted.extend(Refs::of_scalar(filter).free());
        }
        // The ids of the whole in the order of those of a part.
        let mut layout: Vec<(ColumnId, PgType)> = row_key.map(|id| (id, PgType::BYTEA)).into_iter().collect();
        for (number, id) in columns {
            layout.push((*id, table.column(*number).map_or(PgType::TEXT, |c| c.ty)));
        }
        layout.extend(table_oid.map(|id| (id, PgType::new(Oid::OID))));
        let shown: Vec<usize> = (0..layout.len()).filter(|&i| wanted.contains(&layout[i].0)).collect();
        let fetch = if above.is_empty() { ask.fetch } else { None };
        let mut inputs = Vec::with_capacity(parts.len());
        let mut facts: Vec<Option<ColumnFacts>> = vec![None; columns.len()];
        for part in parts {
            let own: Vec<ColumnId> =
                part.row_key.into_iter().chain(part.columns.iter().map(|c| c.1)).chain(part.table_oid).collect();
            if own.len() != layout.len() {
                return Err(SqlError::internal(format!("table {} lacks columns of its parent", part.table.name)));
            }
            let scalars: Vec<(ColumnId, Scalar)> =
                layout.iter().zip(&own).map(|((id, ty), own)| (*id, column(*own, *ty))).collect();
            let by_id: HashMap<ColumnId, &Scalar> = scalars.iter().map(|(id, scalar)| (*id, scalar)).collect();
            let below = |id: ColumnId| match by_id.get(&id).map(|s| &s.kind) {
                Some(ScalarKind::Column(own)) => *own,
                _ => id,
            };
            let order: Vec<(ColumnId, bool, bool)> =
                ask.order.iter().map(|(id, descending, first)| (below(*id), *descending, *first)).collect();
            let of_part = Ask {
                required: shown.iter().map(|&i| own[i]).collect(),
                filters: sinking.iter().map(|filter| substitute(filter.clone(), &by_id)).collect(),
                order: order.clone(),
                fetch: fetch.clone(),
            };
            let Planned { mut node, ordered } = self.plan_part(part, of_part)?;
            // Of each part only the first rows may be among the first of all.
            if let Some(fetch) = fetch.as_ref().filter(|_| !order.is_empty() && !ordered) {
                let keys = order.iter().map(|(id, descending, nulls_first)| {
                    let position = node.position(*id)?;
                    let expr = Expr::column(position, node.columns[position].1);
                    Some(SortExpr { expr, descending: *descending, nulls_first: *nulls_first })
                });
                if let Some(keys) = keys.collect::<Option<Vec<_>>>() {
                    let (columns, rows) = (node.columns.to_vec(), node.rows);
                    node = self.node(Op::Sort { input: node, keys, fetch: Some(fetch.clone()) }, columns, rows);
                }
            }
            let positions = shown
                .iter()
                .map(|&i| node.position(own[i]).ok_or_else(|| lost(layout[i].0)))
                .collect::<SqlResult<Vec<_>>>()?;
            for ((known, (_, id)), (number, _)) in facts.iter_mut().zip(&part.columns).zip(columns) {
                let more = self.facts(*id);
                *known = match (known.take(), more) {
                    (Some(a), Some(b)) => Some(joined_facts(a, b, is_key_column(table, *number))),
                    (a, b) => a.or(b),
                };
            }
            inputs.push((node, positions));
        }
        for ((_, id), known) in columns.iter().zip(facts) {
            self.known_columns.extend(known.map(|known| (*id, known)));
        }
        self.note_unique(rel, parts);
        let rows: f64 = inputs.iter().map(|(node, _)| node.rows).sum();
        let layout = shown.iter().map(|&i| layout[i]).collect();
        let node = self.node(Op::Append { inputs, pruning }, layout, rows);
        self.filtered(node, above)
    }

    /// Remembers which columns of a partitioned table are unique over all of its partitions.
    fn note_unique(&mut self, rel: &Rel, parts: &[Part<'_>]) {
        let Rel::Append { table, columns, .. } = rel else { return };
        if table.partitioned.is_none() {
            return;
        }
        let rows: f64 = parts.iter().map(|part| self.table_rows(part.table)).sum();
        for index in table.indexes.iter().filter(|i| i.is_always_unique() && i.predicate.is_none()) {
            let id = |key: &IndexKey| match key {
                IndexKey::Column(number) => columns.iter().find(|c| c.0 == *number).map(|c| c.1),
                IndexKey::Expression { .. } => None,
            };
            let ids: Option<Vec<ColumnId>> = index.keys.iter().map(|(key, ..)| id(key)).collect();
            self.unique_keys.extend(ids.map(|ids| (ids, rows)));
        }
    }
}

/// Whether the column alone is a part of the partition key, so that partitions have different values in it, mostly.
fn is_key_column(table: &Table, number: i16) -> bool {
    let parts = table.partitioned.as_ref().map_or(&[][..], |key| &key.parts);
    parts.iter().any(|part| matches!(part.key, PartitionOn::Column(own) if own == number))
}

/// What is known of a column of two parts together; `apart`: they have no value in common.
fn joined_facts(a: ColumnFacts, b: ColumnFacts, apart: bool) -> ColumnFacts {
    let rows = a.rows + b.rows;
    // Where nearly each row has a value of its own, the other part has others.
    let apart = apart || a.distinct > 0.9 * a.rows && b.distinct > 0.9 * b.rows;
    let distinct = if apart { a.distinct + b.distinct } else { a.distinct.max(b.distinct) };
    ColumnFacts { rows, distinct, nulls: (a.nulls * a.rows + b.nulls * b.rows) / rows.max(1.0) }
}

/// Ids that a table with descendants puts out.
pub(super) fn output(
    columns: &[(i16, ColumnId)],
    row_key: Option<ColumnId>,
    table_oid: Option<ColumnId>,
) -> BTreeSet<ColumnId> {
    columns.iter().map(|c| c.1).chain(row_key).chain(table_oid).collect()
}
