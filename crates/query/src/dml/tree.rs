//! Rows of one table of a tree as rows of another: of a table that the statement names as rows of one that inherits from
//! it, or of its partitions, and back. Columns are matched by name, whatever their numbers.

use std::sync::Arc;

use gavel_catalog::Column;
use gavel_functions::call::EvalContext;
use gavel_types::{Datum, SqlError, SqlResult};

use crate::dml::shape::TableShape;
use crate::dml::writer::Shapes;
use crate::fast::expr::{RowContext, RowExpr};

/// How generated columns of a table are computed where the statement has not done it.
#[derive(Debug)]
pub(super) struct Generated(Vec<(usize, RowExpr)>);

impl Generated {
    /// Those at the slots that `which` takes.
    ///
    /// # Errors
    /// What binding the expressions raises.
    pub fn new(shape: &TableShape, shapes: &dyn Shapes, which: impl Fn(usize) -> bool) -> SqlResult<Self> {
        let mut found = Vec::new();
        for (slot, column) in shape.columns.iter().enumerate().filter(|(slot, _)| which(*slot)) {
            if let Some(column) = shape.table.column(column.number).filter(|c| c.generated)
                && let Some(sql) = &column.default
            {
                found.push((slot, shapes.expression(&shape.table, sql, Some(column.declared()))?));
            }
        }
        Ok(Self(found))
    }

    /// Computes them over the other columns of a row; none depends on another.
    ///
    /// # Errors
    /// Those of the expressions.
    pub fn compute(&self, row: &mut [Datum], eval: &EvalContext) -> SqlResult<()> {
        for (slot, expr) in &self.0 {
            let value = expr.eval(&RowContext { eval, row: &*row, params: &[] })?;
            row[*slot] = value;
        }
        Ok(())
    }
}

/// A table below another, and where the columns of the other one are in it.
#[derive(Debug)]
pub struct Lens {
    /// The table that the statement names.
    pub named: Arc<TableShape>,
    /// The one that the row is in.
    pub part: Arc<TableShape>,
    /// For each slot of `part`, that of `named`; `None` for columns of `part` alone.
    slots: Vec<Option<usize>>,
    /// Generated columns of `part` whose values `named` does not give: it has none of that name, or computes another.
    generated: Generated,
}

/// Whether a generated column has the same value in every table that has it: it does not ask which table that is. Tables
/// below others have the expressions of these.
fn is_same_everywhere(column: &Column) -> bool {
    !column.default.as_ref().is_some_and(|sql| sql.to_ascii_lowercase().contains("tableoid"))
}

impl Lens {
    /// # Errors
    /// XX000 if `part` lacks a column; what binding the expressions of generated columns raises.
    pub fn new(named: &Arc<TableShape>, part: &Arc<TableShape>, shapes: &dyn Shapes) -> SqlResult<Self> {
        let mut slots = vec![None; part.columns.len()];
        for (from, column) in named.columns.iter().enumerate() {
            let like = part
                .table
                .column_like(&named.table, column.number)
                .ok_or_else(|| SqlError::internal(format!("table {} lacks column {}", part.table.name, column.name)))?;
            slots[part.slot(like.number)?] = Some(from);
        }
        let given = |slot: usize| {
            let from = slots[slot].and_then(|from| named.table.column(named.columns[from].number));
            from.is_some_and(|c| c.generated && is_same_everywhere(c))
        };
        let generated = Generated::new(part, shapes, |slot| !given(slot))?;
        Ok(Self { named: Arc::clone(named), part: Arc::clone(part), slots, generated })
    }

    /// Whether `part` has no columns but those of `named`.
    pub fn is_whole(&self) -> bool {
        self.slots.iter().all(Option::is_some)
    }

    /// Whether rows that come from `named` into `part` differ from what `named` has computed.
    pub fn computes(&self) -> bool {
        !self.generated.0.is_empty()
    }

    /// A row of `named` as one of `part`, whose own columns are NULL. Generated columns are as `named` has them.
    pub fn down(&self, row: &[Datum]) -> Vec<Datum> {
        let value = |slot: &Option<usize>| slot.and_then(|s| row.get(s)).cloned().unwrap_or(Datum::Null);
        self.slots.iter().map(value).collect()
    }

    /// A row of `part` as `named` has it.
    pub fn up(&self, row: &[Datum]) -> Vec<Datum> {
        let mut out = vec![Datum::Null; self.named.columns.len()];
        for (value, slot) in row.iter().zip(&self.slots) {
            if let Some(place) = slot.and_then(|s| out.get_mut(s)) {
                value.clone_into(place);
            }
        }
        out
    }

    /// The row `own` of `part` with the values of `row`, one of `named`.
    pub fn with(&self, own: &[Datum], row: &[Datum]) -> Vec<Datum> {
        let mut out = own.to_vec();
        for (value, slot) in out.iter_mut().zip(&self.slots) {
            if let Some(given) = slot.and_then(|s| row.get(s)) {
                given.clone_into(value);
            }
        }
        out
    }

    /// The row `old` of `part` with the values that `new`, a row of `named`, has for its columns.
    ///
    /// # Errors
    /// Those of the expressions of generated columns.
    pub fn changed(&self, old: &[Datum], new: &[Datum], eval: &EvalContext) -> SqlResult<Vec<Datum>> {
        let mut out = self.with(old, new);
        self.generated.compute(&mut out, eval)?;
        Ok(out)
    }
}

/// A table that rows go into, and how the table that the statement names sees them, if it is another.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub shape: Arc<TableShape>,
    pub seen: Option<Arc<Lens>>,
}

impl Place {
    /// The table that the statement names.
    pub fn named(shape: &Arc<TableShape>) -> Self {
        Self { shape: Arc::clone(shape), seen: None }
    }

    /// The lower table of `lens`.
    pub fn part(lens: &Arc<Lens>) -> Self {
        let seen = (lens.part.table.oid != lens.named.table.oid).then(|| Arc::clone(lens));
        Self { shape: Arc::clone(&lens.part), seen }
    }

    /// A new row of the table that the statement names as this one has it.
    ///
    /// # Errors
    /// Those of the expressions of generated columns.
    pub fn down(&self, row: Vec<Datum>, eval: &EvalContext) -> SqlResult<Vec<Datum>> {
        let Some(lens) = &self.seen else { return Ok(row) };
        let mut own = lens.down(&row);
        lens.generated.compute(&mut own, eval)?;
        Ok(own)
    }

    /// Whether the statement does not know the row without being told, where this table has got it.
    pub fn computes(&self) -> bool {
        self.seen.as_ref().is_some_and(|lens| lens.computes())
    }

    /// A row as the statement sees it.
    pub fn up(&self, row: &[Datum]) -> Vec<Datum> {
        self.seen.as_ref().map_or_else(|| row.to_vec(), |lens| lens.up(row))
    }
}
