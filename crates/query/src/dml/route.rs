//! Where rows of partitioned tables belong: the way from the table that a statement names down to a partition, and the
//! question whether a partition takes a row that is put into it directly.
//!
//! ```text
//!  row of p ─► key of p ─► bounds of p ─► p3, itself partitioned ─► the row as p3 has it ─► … ─► p3a
//! ```
//! What a statement relies on besides the table that it names, the bounds above all, is noted as relied on.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_catalog::{Catalog, PartitionKey, PartitionOn, Table};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::dml::shape::{TableShape, shown_cut};
use crate::dml::tree::{Lens, Place};
use crate::dml::writer::Writer;
use crate::fast::expr::{RowContext, RowExpr};
use crate::partition::bounds::Bounds;
use crate::system::deparse;

/// What writers have learnt of tables that belong together, as one catalog has them.
#[derive(Default)]
pub(super) struct Trees {
    /// That catalog, once something is known.
    of: Option<Arc<Catalog>>,
    /// By the upper table and the lower one.
    lenses: HashMap<(Oid, Oid), Arc<Lens>>,
    levels: HashMap<Oid, Arc<Level>>,
    /// Whether tables below have triggers of rows.
    firing: HashMap<Oid, bool>,
}

impl Trees {
    /// Forgets everything that is not known of `catalog`.
    pub fn keep_for(&mut self, catalog: &Arc<Catalog>) {
        if self.of.as_ref().is_some_and(|of| !Arc::ptr_eq(of, catalog)) {
            *self = Self::default();
        }
    }
}

/// A partitioned table.
struct Level {
    shape: Arc<TableShape>,
    key: Vec<KeyPart>,
    bounds: Arc<Bounds>,
}

/// One value of a partition key.
struct KeyPart {
    source: KeySource,
    ty: PgType,
}

enum KeySource {
    Slot(usize),
    Expression(RowExpr),
}

impl KeyPart {
    fn all(shape: &TableShape, key: &PartitionKey, writer: &Writer<'_>) -> SqlResult<Vec<Self>> {
        let mut parts = Vec::with_capacity(key.parts.len());
        for part in &key.parts {
            let source = match &part.key {
                PartitionOn::Column(number) => KeySource::Slot(shape.slot(*number)?),
                PartitionOn::Expression(sql) => {
                    KeySource::Expression(writer.shapes.expression(&shape.table, sql, None)?)
                }
            };
            parts.push(Self { source, ty: part.ty });
        }
        Ok(parts)
    }
}

/// A part of a partition key as messages name it.
fn part_name(catalog: &Arc<Catalog>, table: &Table, part: &PartitionOn) -> String {
    match part {
        PartitionOn::Column(number) => table.column(*number).map_or_else(String::new, |c| gavel_binder::quote(&c.name)),
        PartitionOn::Expression(sql) => match deparse::brief(catalog, table, sql) {
            Some(shown) if !is_call(&shown) => format!("({shown})"),
            Some(shown) => shown,
            None => sql.clone(),
        },
    }
}

/// Whether a text is one call of a function.
fn is_call(sql: &str) -> bool {
    let Some(open) = sql.find('(').filter(|_| sql.ends_with(')')) else { return false };
    let mut depth = 0_usize;
    let closed = sql[open..].char_indices().find(|(_, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let mut name = sql[..open].chars();
    let named = open > 0 && name.all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"'));
    named && closed.is_some_and(|(at, _)| open + at + 1 == sql.len())
}

impl Writer<'_> {
    /// What is known, to be added to.
    fn trees(&mut self) -> &mut Trees {
        let trees = &mut self.state.trees;
        trees.of.get_or_insert_with(|| Arc::clone(self.shapes.catalog()));
        trees
    }

    /// Whether a table that inherits from this one, or is a partition of it, has triggers of rows.
    pub(super) fn fires_below(&mut self, table: Oid) -> bool {
        let catalog = self.shapes.catalog();
        *self.trees().firing.entry(table).or_insert_with(|| catalog.has_row_triggers_below(table))
    }

    /// The rows of `named` as those of `part`, a table below it or itself.
    pub(super) fn lens(&mut self, named: &Arc<TableShape>, part: Oid) -> SqlResult<Arc<Lens>> {
        let tables = (named.table.oid, part);
        if let Some(lens) = self.state.trees.lenses.get(&tables) {
            return Ok(Arc::clone(lens));
        }
        let shape = if part == named.table.oid { Arc::clone(named) } else { self.shapes.shape(part)? };
        self.rely_on(&shape);
        let lens = Arc::new(Lens::new(named, &shape, self.shapes)?);
        self.trees().lenses.insert(tables, Arc::clone(&lens));
        Ok(lens)
    }

    fn level(&mut self, table: Oid) -> SqlResult<Arc<Level>> {
        if let Some(level) = self.state.trees.levels.get(&table) {
            return Ok(Arc::clone(level));
        }
        let shape = self.shapes.shape(table)?;
        let key = shape.table.partitioned.as_ref();
        let key = key.ok_or_else(|| SqlError::internal(format!("table {} is not partitioned", shape.table.name)))?;
        let key = KeyPart::all(&shape, key, self)?;
        let bounds = self.shapes.bounds(&shape.table)?;
        self.rely_on(&shape);
        let level = Arc::new(Level { shape, key, bounds });
        self.trees().levels.insert(table, Arc::clone(&level));
        Ok(level)
    }

    fn key_of(&self, level: &Level, row: &[Datum]) -> SqlResult<Vec<Datum>> {
        let cx = RowContext { eval: self.eval, row, params: &[] };
        let value = |part: &KeyPart| match &part.source {
            KeySource::Slot(slot) => Ok(row.get(*slot).cloned().unwrap_or(Datum::Null)),
            KeySource::Expression(expr) => expr.eval(&cx),
        };
        level.key.iter().map(value).collect()
    }

    /// The partition, at the end of the way, that a row of `root` belongs to.
    ///
    /// # Errors
    /// 23514 if there is none; what expressions of the key raise.
    pub(super) fn route(&mut self, root: &Arc<TableShape>, row: &[Datum]) -> SqlResult<Arc<Lens>> {
        let mut at = root.table.oid;
        loop {
            let level = self.level(at)?;
            // Only below the root columns may have other places.
            let lower;
            let own: &[Datum] = if at == root.table.oid {
                row
            } else {
                lower = self.lens(root, at)?.down(row);
                &lower
            };
            let key = self.key_of(&level, own)?;
            let Some(next) = level.bounds.find(&key)? else { return Err(self.no_partition(&level, &key)) };
            let lens = self.lens(root, next)?;
            if lens.part.table.partitioned.is_none() {
                return Ok(lens);
            }
            at = next;
        }
    }

    /// Whether the bounds of a partition, and of those that it is a part of, take a row of it. True for other tables.
    ///
    /// # Errors
    /// What expressions of keys raise.
    pub(crate) fn is_within(&mut self, shape: &Arc<TableShape>, row: &[Datum]) -> SqlResult<bool> {
        let mut part = Arc::clone(shape);
        let mut row = std::borrow::Cow::Borrowed(row);
        while part.table.bound.is_some() {
            let Some(&parent) = part.table.inherits.first() else { break };
            let level = self.level(parent)?;
            let upper = self.lens(&level.shape, part.table.oid)?.up(&row);
            let key = self.key_of(&level, &upper)?;
            if level.bounds.find(&key)? != Some(part.table.oid) {
                return Ok(false);
            }
            part = Arc::clone(&level.shape);
            row = std::borrow::Cow::Owned(upper);
        }
        Ok(true)
    }

    /// 23514 unless a partition takes a row that is put into it directly.
    pub(super) fn check_within(&mut self, shape: &Arc<TableShape>, row: &[Datum]) -> SqlResult<()> {
        self.check_within_at(&Place::named(shape), row)
    }

    /// The same for a partition below the table that the statement names.
    pub(crate) fn check_within_at(&mut self, place: &Place, row: &[Datum]) -> SqlResult<()> {
        let shape = &place.shape;
        if shape.table.bound.is_none() || self.is_within(shape, row)? {
            return Ok(());
        }
        let text = format!("new row for relation \"{}\" violates partition constraint", shape.table.name);
        Err(SqlError::new(SqlState::CheckViolation, text)
            .detail(self.failing_row_at(place, row))
            .schema(shape.schema_name.clone())
            .table(shape.table.name.clone()))
    }

    fn no_partition(&self, level: &Level, key: &[Datum]) -> SqlError {
        let shape = &level.shape;
        let parts = shape.table.partitioned.iter().flat_map(|key| &key.parts);
        let names = parts.map(|part| part_name(self.shapes.catalog(), &shape.table, &part.key));
        let names: Vec<String> = names.collect();
        let values = level.key.iter().zip(key).map(|(part, value)| shown_cut(value, part.ty, &self.eval.style));
        let values: Vec<String> = values.collect();
        let text = format!("no partition of relation \"{}\" found for row", shape.table.name);
        SqlError::new(SqlState::CheckViolation, text)
            .detail(format!(
                "Partition key of the failing row contains ({}) = ({}).",
                names.join(", "),
                values.join(", ")
            ))
            .schema(shape.schema_name.clone())
            .table(shape.table.name.clone())
    }

    /// Where an INSERT into a partitioned table puts a row.
    ///
    /// # Errors
    /// 23514.
    pub(crate) fn place_of_new(&mut self, root: &Arc<TableShape>, row: &[Datum]) -> SqlResult<Place> {
        if root.table.bound.is_some() && !self.is_within(root, row)? {
            // Generated columns have no values yet where PostgreSQL looks.
            let mut shown = row.to_vec();
            for (value, column) in shown.iter_mut().zip(&root.columns) {
                if root.table.column(column.number).is_some_and(|c| c.generated) {
                    *value = Datum::Null;
                }
            }
            self.check_within(root, &shown)?;
        }
        let lens = self.route(root, row)?;
        Ok(Place::part(&lens))
    }
}

#[cfg(test)]
mod tests {
    use super::is_call;

    #[test]
    fn calls_need_no_parentheses() {
        assert!(is_call("lower(b)") && is_call("public.\"F\"(a, (b))"));
        assert!(!is_call("(a + b)") && !is_call("a + b") && !is_call("(a) + (b)") && !is_call("f(a) || g(b)"));
    }
}
