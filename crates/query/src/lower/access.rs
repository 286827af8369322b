//! Access paths: which conditions become key ranges, of which index, in which order the rows come, and
//! what storage evaluates.
//!
//! ```text
//!  a = 1 AND b > 5 AND c LIKE 'x%' AND now() > d        index (a, b)
//!  └── Index Cond ──┘  └Storage Filter┘ └─ Filter ─┘
//! ```
//! Cost is counted in rows read by a scan: an entry of an index that leads back to the table costs as much
//! as [`LOOKUP_COST`] of them. Without statistics a table has [`UNKNOWN_ROWS`] rows.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use gavel_api::scan::ScanColumn;
use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_catalog::{Index, IndexKey, IndexMethod, Table};
use gavel_functions::registry;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::exec::access::{key_columns, object_of, row_key_columns, stored_id};
use crate::exec::expr::Expr;
use crate::exec::inverted::InvertedCondition;
use crate::exec::plan::{KeyCondition, KeyValue, Op, RowLookup, ScanPlan};
use crate::exec::scan::{is_pushable, runs_in_storage};
use crate::lower::estimate::{ARRAY_ELEMENTS, Conditions};
use crate::lower::inverted::inverted_scan;
use crate::lower::plan::{Ask, Planned, Planner, UNKNOWN_ROWS, lost};
use crate::lower::statistics::TableStatistics;
use crate::lower::walk::{Refs, map};

/// Rows of a scan that one look-up from index to table is worth.
pub const LOOKUP_COST: f64 = 3.0;
/// What it costs to begin reading a range, and to sort a row.
const RANGE_COST: f64 = 5.0;
const SORT_COST: f64 = 0.5;

/// A comparison with an order: what `a op b` says of `a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    /// The same said of `b`.
    pub fn turned(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
        }
    }
}

/// Comparison functions whose operands have values of one form: same type, or integers.
pub static COMPARISONS: LazyLock<HashMap<Oid, Comparison>> = LazyLock::new(|| {
    let all = [
        ("=", Comparison::Equal),
        ("<", Comparison::Less),
        ("<=", Comparison::LessEqual),
        (">", Comparison::Greater),
        (">=", Comparison::GreaterEqual),
    ];
    let integer = |t: Oid| matches!(t, Oid::INT2 | Oid::INT4 | Oid::INT8);
    all.iter()
        .flat_map(|(name, comparison)| {
            registry::operators_named(name)
                .filter(|o| o.left == o.right || (integer(o.left) && integer(o.right)))
                .map(|o| (o.proc, *comparison))
        })
        .collect()
});

/// What a condition says of one expression over the table.
struct KeyFact<'s> {
    /// The expression, columns as the scan's ids.
    target: &'s Scalar,
    says: Says<'s>,
}

enum Says<'s> {
    Compare(Comparison, &'s Scalar),
    /// Equal to one of these.
    OneOf(&'s [Scalar]),
    /// Equal to an element of the array.
    Element(&'s Scalar),
    IsNull,
    NotNull,
    Bool(bool),
}

/// How an index can serve a scan.
pub struct Path<'t> {
    pub index: Option<&'t Index>,
    /// Conditions on leading key columns, with the filters that they stand for.
    pub keys: Vec<(KeyCondition, Vec<usize>)>,
    pub rows: f64,
    pub cost: f64,
    pub ordered: bool,
    pub reverse: bool,
    pub covering: bool,
    /// Conditions that the index, an inverted one, serves, by number. They stay filters.
    pub inverted: Vec<(InvertedCondition, usize)>,
}

impl<'t> Path<'t> {
    /// All of an index, before anything is known of it.
    pub fn along(index: &'t Index) -> Self {
        Self {
            index: Some(index),
            keys: vec![],
            rows: 1.0,
            cost: 0.0,
            ordered: false,
            reverse: false,
            covering: true,
            inverted: vec![],
        }
    }
}

/// A table with the ids that a scan gives its columns.
pub struct Scanned<'r> {
    pub table: &'r Arc<Table>,
    pub columns: &'r [(i16, ColumnId)],
    pub row_key: Option<ColumnId>,
}

impl Scanned<'_> {
    pub fn number(&self, id: ColumnId) -> Option<i16> {
        self.columns.iter().find(|c| c.1 == id).map(|c| c.0)
    }

    pub(super) fn ids(&self) -> BTreeSet<ColumnId> {
        self.columns.iter().map(|c| c.1).chain(self.row_key).collect()
    }

    /// `scalar` with columns named by attnum, as index expressions name them.
    pub(super) fn by_number(&self, scalar: &Scalar) -> Scalar {
        map(scalar.clone(), &mut |mut s| {
            if let ScalarKind::Column(id) = s.kind
                && let Some(number) = self.number(id)
            {
                s.kind = ScalarKind::Column(ColumnId(u32::from(number as u16)));
            }
            s
        })
    }
}

/// `scalar` without relabelling: values of `varchar` are those of `text`.
pub(super) fn unlabelled(scalar: &Scalar) -> &Scalar {
    match &scalar.kind {
        ScalarKind::Relabel { input } if same_form(input.ty, scalar.ty) => unlabelled(input),
        _ => scalar,
    }
}

/// Types whose values are encoded alike in keys.
pub(super) fn same_form(a: PgType, b: PgType) -> bool {
    let text = |t: Oid| matches!(t, Oid::TEXT | Oid::VARCHAR | Oid::NAME);
    a.oid == b.oid || (text(a.oid) && text(b.oid))
}

/// Whether values of `from` are compared with those of `to` as they are: alike, or integers of any width.
pub(super) fn compares(from: PgType, to: PgType) -> bool {
    let integer = |t: PgType| matches!(t.oid, Oid::INT2 | Oid::INT4 | Oid::INT8);
    same_form(from, to) || integer(from) && integer(to)
}

impl Planner<'_> {
    pub fn plan_system(
        &mut self,
        schema: &'static str,
        name: &'static str,
        columns: &[(i16, ColumnId)],
        ask: Ask,
    ) -> SqlResult<Planned> {
        let relation = gavel_catalog::system::relation(schema, name)
            .ok_or_else(|| SqlError::internal(format!("system relation {schema}.{name} is unknown")))?;
        let needed = ask.needed();
        let mut layout = vec![];
        let mut positions = vec![];
        for (number, id) in columns.iter().filter(|c| needed.contains(&c.1)) {
            let position = relation.columns.iter().position(|c| c.number == *number).ok_or_else(|| lost(*id))?;
            layout.push((*id, relation.columns[position].ty));
            positions.push(position);
        }
        let mut equal = vec![];
        for filter in &ask.filters {
            let Some((id, value)) = system_fact(filter, columns) else { continue };
            let number = columns.iter().find(|c| c.1 == id).map(|c| c.0);
            let position = relation.columns.iter().position(|c| Some(c.number) == number).ok_or_else(|| lost(id))?;
            equal.push((position, self.compile(value, &[])?));
        }
        let rows = if equal.is_empty() { 200.0 } else { 10.0 };
        let node = self.node(Op::SystemScan { schema, name, columns: positions, equal }, layout, rows);
        self.filtered(node, ask.filters)
    }

    pub fn plan_scan(
        &mut self,
        table: &Arc<Table>,
        columns: &[(i16, ColumnId)],
        row_key: Option<ColumnId>,
        ask: Ask,
    ) -> SqlResult<Planned> {
        let scanned = Scanned { table, columns, row_key };
        let rows = self.table_rows(table);
        let known = self.env.statistics(table);
        self.note_columns(&scanned, known.as_deref());
        let sample = known.as_ref().and_then(|k| k.sample.as_ref());
        let conditions = self.conditions(&ask.filters, columns, sample);
        let path = self.choose_path(&scanned, &ask, rows, &conditions)?;
        let used: BTreeSet<usize> = path.keys.iter().flat_map(|k| k.1.iter().copied()).collect();
        let (ordered, rows, cost) = (path.ordered, path.rows, path.cost);
        let filters: Vec<Scalar> =
            ask.filters.iter().enumerate().filter(|(i, _)| !used.contains(i)).map(|(_, f)| f.clone()).collect();
        let cut = self.env.push_down() && (ask.order.is_empty() || ordered);
        let fetch = if cut { ask.fetch } else { None };
        let (mut scan, layout, rest) = self.scan_plan(&scanned, path, filters, &ask.required)?;
        let in_table = scan.lookup.as_ref().is_some_and(|l| l.filter.is_some());
        if rest.is_empty() && !in_table {
            scan.fetch = fetch;
        }
        // What stays above is in the estimate of the path, which all conditions make together.
        let part: f64 = rest.iter().map(|f| self.guess(f)).product();
        let node = self.costly(Op::TableScan(scan), layout, rows / part.max(0.001), cost);
        let node = self.filtered(node, rest)?.node;
        Ok(Planned { node, ordered })
    }

    /// Rows of a table, as far as they are known. One that looks empty may be about to be filled.
    pub fn table_rows(&self, table: &Table) -> f64 {
        self.env.statistics(table).map(|known| known.rows).filter(|rows| *rows > 0.0).unwrap_or(UNKNOWN_ROWS)
    }

    /// Remembers what is known of the columns of a scan.
    fn note_columns(&mut self, scanned: &Scanned<'_>, known: Option<&TableStatistics>) {
        let nothing = TableStatistics { rows: self.table_rows(scanned.table), sample: None };
        let known = known.filter(|k| k.rows > 0.0).unwrap_or(&nothing);
        let mut alone = vec![];
        for index in scanned.table.indexes.iter().filter(|i| i.is_always_unique() && i.predicate.is_none()) {
            let numbers: Option<Vec<i16>> = index
                .keys
                .iter()
                .map(|k| match &k.0 {
                    IndexKey::Column(number) => Some(*number),
                    IndexKey::Expression { .. } => None,
                })
                .collect();
            let Some(numbers) = numbers else { continue };
            if let [one] = numbers[..] {
                alone.push(one);
            }
            let ids: Option<Vec<ColumnId>> =
                numbers.iter().map(|n| scanned.columns.iter().find(|c| c.0 == *n).map(|c| c.1)).collect();
            self.unique_keys.extend(ids.map(|ids| (ids, known.rows)));
        }
        for (number, id) in scanned.columns {
            self.known_columns.insert(*id, known.column(*number, alone.contains(number)));
        }
    }

    /// Builds the scan along a path: what storage evaluates, what comes out, what is left to apply.
    pub fn scan_plan(
        &mut self,
        scanned: &Scanned<'_>,
        path: Path<'_>,
        filters: Vec<Scalar>,
        required: &BTreeSet<ColumnId>,
    ) -> SqlResult<(ScanPlan, Vec<(ColumnId, PgType)>, Vec<Scalar>)> {
        let table = scanned.table;
        let push_down = self.env.push_down();
        let mut path = path;
        let inverted = inverted_scan(table, &mut path);
        let inverted_name = inverted.as_ref().and_then(|i| table.indexes.iter().find(|x| x.oid == i.index));
        let inverted_name = inverted_name.map(|i| i.name.clone());
        let entry_ids: Option<BTreeSet<u32>> = path.index.filter(|i| !i.is_table()).map(|i| stored_columns(table, i));
        // Conditions go to the index entries, to the table's rows, or stay above.
        let mut on_entries = vec![];
        let mut on_rows = vec![];
        let mut above = vec![];
        let all_columns: Vec<(ColumnId, PgType)> = scanned
            .columns
            .iter()
            .map(|(number, id)| (*id, table.column(*number).map_or(PgType::TEXT, |c| c.ty)))
            .collect();
        for filter in filters {
            let probe = self.compile(&filter, &all_columns)?;
            let own = Refs::of_scalar(&filter).used;
            if !push_down
                || !is_pushable(&probe)
                || !runs_in_storage(&probe, &all_columns)
                || own.iter().any(|c| Some(*c) == scanned.row_key)
            {
                above.push(filter);
            } else {
                let numbers: Vec<u32> =
                    own.iter().filter_map(|c| scanned.number(*c)).map(|n| u32::from(n as u16)).collect();
                match &entry_ids {
                    Some(ids) if !numbers.iter().all(|n| ids.contains(n)) => on_rows.push(filter),
                    _ => on_entries.push(filter),
                }
            }
        }
        let mut wanted = required.clone();
        for filter in &above {
            wanted.extend(Refs::of_scalar(filter).free());
        }
        let output: Vec<(i16, ColumnId)> = scanned.columns.iter().filter(|c| wanted.contains(&c.1)).copied().collect();
        let with_key = scanned.row_key.filter(|k| wanted.contains(k));
        let needs_rows = entry_ids.is_some() && (!path.covering || with_key.is_some() || !on_rows.is_empty());
        let mut layout: Vec<(ColumnId, PgType)> = with_key.map(|k| (k, PgType::BYTEA)).into_iter().collect();
        layout.extend(output.iter().map(|(n, id)| (*id, table.column(*n).map_or(PgType::TEXT, |c| c.ty))));
        let key = match path.index {
            Some(index) => key_columns(table, index),
            None => vec![],
        };
        let object = object_of(table, path.index);
        let mut scan = ScanPlan {
            push_down,
            table: table.clone(),
            index: path.index.filter(|i| !i.is_table()).map(|i| i.oid),
            index_name: path
                .index
                .filter(|i| !i.is_table() || !path.keys.is_empty() || path.ordered)
                .map(|i| i.name.clone())
                .or(inverted_name),
            object,
            key_columns: key,
            keys: path.keys.into_iter().map(|k| k.0).collect(),
            columns: vec![],
            filter: None,
            output: vec![],
            with_key: with_key.is_some(),
            reverse: path.reverse,
            fetch: None,
            lookup: None,
            inverted,
        };
        if needs_rows {
            let (columns, filter, positions) = self.program(scanned, &on_rows, &output)?;
            let row_key = row_key_columns(table);
            let (mut entry_columns, entry_filter, _) = self.program(scanned, &on_entries, &[])?;
            let mut key = vec![];
            let mut entry_output = vec![];
            for (id, ty, order) in row_key {
                let position = match entry_columns.iter().position(|c| c.id == id) {
                    Some(position) => position,
                    None => {
                        entry_columns.push(ScanColumn { id, ty, missing: Datum::Null });
                        entry_columns.len() - 1
                    }
                };
                key.push((entry_output.len(), ty, order));
                entry_output.push(position);
            }
            scan.columns = entry_columns;
            scan.filter = entry_filter;
            scan.output = entry_output;
            scan.lookup = Some(RowLookup {
                key,
                object: object_of(table, None),
                columns,
                filter,
                output: positions,
                with_key: with_key.is_some(),
            });
        } else {
            on_entries.extend(on_rows);
            let (columns, filter, positions) = self.program(scanned, &on_entries, &output)?;
            scan.columns = columns;
            scan.filter = filter;
            scan.output = positions;
        }
        Ok((scan, layout, above))
    }

    /// Columns, filter and output positions of a storage program.
    fn program(
        &mut self,
        scanned: &Scanned<'_>,
        filters: &[Scalar],
        output: &[(i16, ColumnId)],
    ) -> SqlResult<(Vec<ScanColumn>, Option<Expr>, Vec<usize>)> {
        let mut mentioned: BTreeSet<ColumnId> = output.iter().map(|c| c.1).collect();
        for filter in filters {
            mentioned.extend(Refs::of_scalar(filter).used);
        }
        let mut columns = vec![];
        let mut layout = vec![];
        for (number, id) in scanned.columns.iter().filter(|c| mentioned.contains(&c.1)) {
            let column = scanned.table.column(*number).ok_or_else(|| lost(*id))?;
            let missing = match &column.missing {
                Some(text) => text_io::parse(text, column.ty, &TextStyle::default())?,
                None => Datum::Null,
            };
            columns.push(ScanColumn { id: u32::from(*number as u16), ty: column.ty, missing });
            layout.push((*id, column.ty));
        }
        let positions = output
            .iter()
            .map(|(_, id)| layout.iter().position(|l| l.0 == *id).ok_or_else(|| lost(*id)))
            .collect::<SqlResult<_>>()?;
        let filter = match filters {
            [] => None,
            [one] => Some(self.compile(one, &layout)?),
            many => Some(self.compile(&Scalar { kind: ScalarKind::And(many.to_vec()), ty: PgType::BOOL }, &layout)?),
        };
        Ok((columns, filter, positions))
    }

    /// The cheapest way to read what is asked for.
    fn choose_path<'t>(
        &mut self,
        scanned: &Scanned<'t>,
        ask: &Ask,
        rows: f64,
        conditions: &Conditions,
    ) -> SqlResult<Path<'t>> {
        let ids = scanned.ids();
        let facts: Vec<Option<KeyFact<'_>>> = ask.filters.iter().map(|f| key_fact(f, &ids)).collect();
        let mut needed = BTreeSet::new();
        for id in ask.needed() {
            needed.extend(scanned.number(id).map(|n| u32::from(n as u16)));
        }
        let wants_key = scanned.row_key.is_some_and(|k| ask.required.contains(&k));
        let found = (rows * conditions.all()).max(1.0);
        let sorting = if ask.order.is_empty() { 0.0 } else { found * SORT_COST };
        let mut best = Path {
            index: None,
            keys: vec![],
            rows: found,
            cost: rows + sorting,
            ordered: false,
            reverse: false,
            covering: true,
            inverted: vec![],
        };
        for index in &scanned.table.indexes {
            if !self.is_usable(scanned, index, &ask.filters) {
                continue;
            }
            let mut path = match index.method {
                IndexMethod::Gin => self.inverted_path(scanned, index, &ask.filters, rows, conditions)?,
                method if method.keeps_order() => self.path_of(scanned, index, &facts, rows, conditions)?,
                _ => continue,
            };
            let inverted = !path.inverted.is_empty();
            if !index.is_ordered() && !inverted {
                continue;
            }
            if !inverted {
                (path.ordered, path.reverse) = order_of(scanned, index, &path.keys, &ask.order);
                path.covering = index.is_table()
                    || (!wants_key && needed.iter().all(|n| stored_columns(scanned.table, index).contains(n)));
            }
            let touched = if path.covering { 1.0 } else { LOOKUP_COST };
            let ranges: f64 = path.keys.iter().map(|k| values_of(&k.0)).product();
            let start = if path.keys.is_empty() && !inverted { 0.0 } else { ranges * RANGE_COST };
            path.cost = start + path.rows * touched;
            let found = path.rows.min(found);
            if !path.ordered {
                path.cost += sorting;
            } else if let Some(fetch) = &ask.fetch {
                // Only as many are read as it takes to find the first rows.
                let part = (found / path.rows).max(0.0001);
                path.cost = path.cost.min(start + fetch.guess() / part * touched);
            }
            let useful = !path.keys.is_empty()
                || inverted
                || path.ordered
                || (!index.is_table() && path.covering && path.cost < best.cost * 0.9);
            if useful && path.cost < best.cost
                || (useful && best.index.is_none() && path.cost <= best.cost && path.keys.len() > best.keys.len())
            {
                path.rows = found;
                best = path;
            }
        }
        Ok(best)
    }

    /// Whether the index is complete and, if it is partial, holds all rows that the filters let through.
    pub fn is_usable(&self, scanned: &Scanned<'_>, index: &Index, filters: &[Scalar]) -> bool {
        if !index.is_public() {
            return false;
        }
        let Some(predicate) = &index.predicate else { return true };
        let Some(predicate) = self.env.bind_expression(scanned.table, predicate) else { return false };
        let mut parts = vec![];
        crate::lower::walk::conjuncts(predicate, &mut parts);
        let filters: Vec<Scalar> = filters.iter().map(|f| scanned.by_number(f)).collect();
        parts.iter().all(|p| filters.contains(p))
    }

    /// Key conditions that the facts give on the leading columns of `index`.
    fn path_of<'t>(
        &mut self,
        scanned: &Scanned<'_>,
        index: &'t Index,
        facts: &[Option<KeyFact<'_>>],
        rows: f64,
        conditions: &Conditions,
    ) -> SqlResult<Path<'t>> {
        let mut keys: Vec<(KeyCondition, Vec<usize>)> = vec![];
        for (key, ty) in index.keys.iter().map(|k| &k.0).zip(key_columns(scanned.table, index)) {
            let Some(target) = self.key_target(scanned, key) else { break };
            let mine: Vec<(usize, &KeyFact<'_>)> = facts
                .iter()
                .enumerate()
                .filter_map(|(i, f)| f.as_ref().map(|f| (i, f)))
                .filter(|(_, f)| scanned.by_number(f.target) == target)
                .collect();
            if let Some((condition, used)) = self.equal_condition(&mine, ty.0)? {
                keys.push((condition, used));
                continue;
            }
            if let Some((condition, used)) = self.range_condition(&mine, ty.0)? {
                keys.push((condition, used));
            }
            break;
        }
        let mut estimate = (rows * conditions.part(keys.iter().flat_map(|k| k.1.iter().copied()))).max(1.0);
        let equal = |k: &(KeyCondition, Vec<usize>)| matches!(k.0, KeyCondition::Equal(_));
        if index.is_always_unique() && keys.len() == index.keys.len() && keys.iter().all(equal) {
            estimate = estimate.min(keys.iter().map(|k| values_of(&k.0)).product());
        }
        Ok(Path { keys, rows: estimate, cost: estimate, ..Path::along(index) })
    }

    /// What an index column holds, columns named by attnum.
    pub(super) fn key_target(&self, scanned: &Scanned<'_>, key: &IndexKey) -> Option<Scalar> {
        match key {
            IndexKey::Column(number) => Some(Scalar {
                kind: ScalarKind::Column(ColumnId(u32::from(*number as u16))),
                ty: scanned.table.column(*number)?.ty,
            }),
            IndexKey::Expression { sql, .. } => self.env.bind_expression(scanned.table, sql),
        }
    }

    /// An equality among the facts: condition, filters that it stands for.
    fn equal_condition(
        &mut self,
        facts: &[(usize, &KeyFact<'_>)],
        ty: PgType,
    ) -> SqlResult<Option<(KeyCondition, Vec<usize>)>> {
        for (i, fact) in facts {
            let values = match &fact.says {
                Says::Compare(Comparison::Equal, value) if compares(value.ty, ty) => {
                    vec![KeyValue::One(self.compile(value, &[])?)]
                }
                Says::OneOf(items) if items.iter().all(|v| compares(v.ty, ty)) => {
                    let mut values = vec![];
                    for item in *items {
                        values.push(KeyValue::One(self.compile(item, &[])?));
                    }
                    values
                }
                Says::Element(array) if array.ty.oid.element().is_some_and(|e| compares(PgType::new(e), ty)) => {
                    vec![KeyValue::Each(self.compile(array, &[])?)]
                }
                Says::Bool(value) if ty.oid == Oid::BOOL => {
                    vec![KeyValue::One(Expr::constant(Datum::Bool(*value), PgType::BOOL))]
                }
                Says::IsNull => return Ok(Some((KeyCondition::IsNull, vec![*i]))),
                _ => continue,
            };
            return Ok(Some((KeyCondition::Equal(values), vec![*i])));
        }
        Ok(None)
    }

    fn range_condition(
        &mut self,
        facts: &[(usize, &KeyFact<'_>)],
        ty: PgType,
    ) -> SqlResult<Option<(KeyCondition, Vec<usize>)>> {
        let (mut low, mut high, mut used) = (vec![], vec![], vec![]);
        for (i, fact) in facts {
            match &fact.says {
                Says::Compare(comparison, value) if compares(value.ty, ty) => {
                    let value = self.compile(value, &[])?;
                    match comparison {
                        Comparison::Greater => low.push((value, false)),
                        Comparison::GreaterEqual => low.push((value, true)),
                        Comparison::Less => high.push((value, false)),
                        Comparison::LessEqual => high.push((value, true)),
                        Comparison::Equal => continue,
                    }
                    used.push(*i);
                }
                Says::NotNull => used.push(*i),
                _ => {}
            }
        }
        // NOT NULL alone leaves too much to be worth an index.
        Ok(if low.is_empty() && high.is_empty() { None } else { Some((KeyCondition::Range { low, high }, used)) })
    }
}

/// How many values a key condition names; a range is one.
fn values_of(condition: &KeyCondition) -> f64 {
    match condition {
        KeyCondition::Equal(values) => {
            values.iter().map(|v| if matches!(v, KeyValue::Each(_)) { ARRAY_ELEMENTS } else { 1.0 }).sum()
        }
        KeyCondition::IsNull | KeyCondition::Range { .. } => 1.0,
    }
}

/// Ids of the columns that entries of `index` hold.
pub fn stored_columns(table: &Table, index: &Index) -> BTreeSet<u32> {
    let mut ids: BTreeSet<u32> = index
        .keys
        .iter()
        .filter_map(|k| match &k.0 {
            key @ IndexKey::Column(_) => Some(stored_id(key)),
            IndexKey::Expression { .. } => None,
        })
        .collect();
    ids.extend(index.include.iter().map(|n| u32::from(*n as u16)));
    if let Some(primary) = table.row_key() {
        ids.extend(primary.keys.iter().map(|k| stored_id(&k.0)));
    }
    ids
}

/// Whether rows along `index` under `keys` come in the wanted order, and whether backwards.
fn order_of(
    scanned: &Scanned<'_>,
    index: &Index,
    keys: &[(KeyCondition, Vec<usize>)],
    wanted: &[(ColumnId, bool, bool)],
) -> (bool, bool) {
    if wanted.is_empty() {
        return (false, false);
    }
    let mut direction: Option<bool> = None;
    let mut at = 0;
    for (id, desc, nulls_first) in wanted {
        let Some(number) = scanned.number(*id) else { return (false, false) };
        loop {
            let Some((key, key_desc, key_first)) = index.keys.get(at) else {
                // All columns of a unique key are used up: nothing is left to be ordered.
                return (false, false);
            };
            let condition = keys.get(at).map(|k| &k.0);
            at += 1;
            if matches!(key, IndexKey::Column(n) if *n == number) {
                let not_null = scanned.table.column(number).is_some_and(|c| c.not_null);
                let forward = key_desc == desc && (key_first == nulls_first || not_null);
                let backward = key_desc != desc && (key_first != nulls_first || not_null);
                let reverse = if forward {
                    false
                } else if backward {
                    true
                } else {
                    return (false, false);
                };
                if direction.is_some_and(|d| d != reverse) {
                    return (false, false);
                }
                direction = Some(reverse);
                break;
            }
            let single = match condition {
                Some(KeyCondition::Equal(values)) => matches!(&values[..], [KeyValue::One(_)]),
                Some(KeyCondition::IsNull) => true,
                _ => false,
            };
            if !single {
                return (false, false);
            }
        }
    }
    (true, direction.unwrap_or(false))
}

/// Equalities of names and texts, and of OIDs.
static SYSTEM_EQUALITIES: LazyLock<HashSet<Oid>> = LazyLock::new(|| {
    let text = |t: Oid| matches!(t, Oid::NAME | Oid::TEXT);
    let fits = |o: &&registry::Operator| text(o.left) && text(o.right) || (o.left, o.right) == (Oid::OID, Oid::OID);
    registry::operators_named("=").filter(fits).map(|o| o.proc).collect()
});

/// A condition that a column of a system relation equals a value from elsewhere.
fn system_fact<'s>(filter: &'s Scalar, columns: &[(i16, ColumnId)]) -> Option<(ColumnId, &'s Scalar)> {
    let ScalarKind::Call { function, args } = &filter.kind else { return None };
    let [left, right] = &args[..] else { return None };
    if !SYSTEM_EQUALITIES.contains(function) {
        return None;
    }
    let own = |s: &Scalar| match &unlabelled(s).kind {
        ScalarKind::Column(id) => columns.iter().any(|c| c.1 == *id).then_some(*id),
        _ => None,
    };
    let outside = |s: &Scalar| {
        let refs = Refs::of_scalar(s);
        !refs.volatile && !refs.subqueries && !columns.iter().any(|c| refs.used.contains(&c.1))
    };
    match (own(left), own(right)) {
        (Some(id), _) if outside(right) => Some((id, right)),
        (_, Some(id)) if outside(left) => Some((id, left)),
        _ => None,
    }
}

/// Reads a condition as a fact about one expression over the table's columns.
fn key_fact<'s>(filter: &'s Scalar, ids: &BTreeSet<ColumnId>) -> Option<KeyFact<'s>> {
    let outside = |s: &Scalar| {
        let refs = Refs::of_scalar(s);
        refs.used.is_disjoint(ids) && !refs.volatile
    };
    let inside = |s: &Scalar| {
        let refs = Refs::of_scalar(s);
        !refs.used.is_disjoint(ids) && !refs.volatile && !refs.subqueries
    };
    match &filter.kind {
        ScalarKind::Call { function, args } => {
            let comparison = COMPARISONS.get(function)?;
            let [a, b] = &args[..] else { return None };
            if inside(a) && outside(b) {
                Some(KeyFact { target: unlabelled(a), says: Says::Compare(*comparison, b) })
            } else if inside(b) && outside(a) {
                Some(KeyFact { target: unlabelled(b), says: Says::Compare(comparison.turned(), a) })
            } else {
                None
            }
        }
        ScalarKind::InList { function, left, items, all: false }
            if COMPARISONS.get(function) == Some(&Comparison::Equal) && inside(left) && items.iter().all(outside) =>
        {
            Some(KeyFact { target: unlabelled(left), says: Says::OneOf(items) })
        }
        ScalarKind::AnyArray { function, left, array, all: false }
            if COMPARISONS.get(function) == Some(&Comparison::Equal) && inside(left) && outside(array) =>
        {
            Some(KeyFact { target: unlabelled(left), says: Says::Element(array) })
        }
        ScalarKind::IsNull { input, negated } if inside(input) => {
            Some(KeyFact { target: unlabelled(input), says: if *negated { Says::NotNull } else { Says::IsNull } })
        }
        ScalarKind::Column(_) if inside(filter) => Some(KeyFact { target: filter, says: Says::Bool(true) }),
        ScalarKind::Not(input) if matches!(input.kind, ScalarKind::Column(_)) && inside(input) => {
            Some(KeyFact { target: input, says: Says::Bool(false) })
        }
        _ => None,
    }
}
