//! A foreign key with the two tables that it connects.

use std::sync::Arc;

use bytes::Bytes;
use gavel_catalog::{ForeignKey, Index, IndexKey};
use gavel_functions::call::EvalContext;
use gavel_functions::compare::sort_key;
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};

use crate::dml::shape::{TableShape, describe};
use crate::dml::writer::Shapes;

/// Whether what happens to rows of `table` goes by this foreign key: one that was written, for it or for a table above it.
pub(super) fn holds(fk: &ForeignKey, table: Oid) -> bool {
    fk.inherited_from.is_none() && fk.referenced().any(|t| t == table)
}

/// A foreign key with both ends. Either table may be partitioned.
pub(super) struct Link {
    pub child: Arc<TableShape>,
    pub parent: Arc<TableShape>,
    pub fk: ForeignKey,
    /// The unique index of the parent that holds the key.
    pub index: Index,
    /// For each column of the constraint: slot in the child and in the parent.
    pub slots: Vec<(usize, usize)>,
}

impl Link {
    /// # Errors
    /// XX000 if a table, column or index is gone.
    pub fn new(shapes: &dyn Shapes, child: &Arc<TableShape>, fk: &ForeignKey) -> SqlResult<Self> {
        let parent = if fk.parent == child.table.oid { Arc::clone(child) } else { shapes.shape(fk.parent)? };
        let index = parent
            .table
            .indexes
            .iter()
            .find(|i| i.oid == fk.parent_index)
            .cloned()
            .ok_or_else(|| SqlError::internal(format!("index behind constraint {} is gone", fk.name)))?;
        let slots = child.slots(&fk.columns)?.into_iter().zip(parent.slots(&fk.parent_columns)?).collect();
        Ok(Self { child: Arc::clone(child), parent, fk: fk.clone(), index, slots })
    }

    /// What a row of the child has in the columns of the constraint.
    pub fn child_values(&self, row: &[Datum]) -> Vec<Datum> {
        self.slots.iter().map(|(c, _)| row[*c].clone()).collect()
    }

    /// For each column of the constraint: slot in the child and in `at`, the parent or a partition of it.
    ///
    /// # Errors
    /// XX000 if a column is gone.
    pub fn slots_in(&self, at: &TableShape) -> SqlResult<Vec<(usize, usize)>> {
        let mut slots = Vec::with_capacity(self.slots.len());
        for ((c, _), number) in self.slots.iter().zip(&self.fk.parent_columns) {
            let like = at.table.column_like(&self.parent.table, *number);
            slots.push((*c, at.slot(like.map_or(*number, |column| column.number))?));
        }
        Ok(slots)
    }

    /// Equal for equal values of the constraint's columns, as the child has them.
    pub fn group_key(&self, values: &[Datum]) -> Vec<u8> {
        let typed = values.iter().zip(&self.slots);
        typed.flat_map(|(v, (c, _))| sort_key(v, self.child.columns[*c].ty)).collect()
    }

    /// 23503: a row of the child has these values, and no parent.
    pub fn missing_parent(&self, values: &[Datum], eval: &EvalContext) -> SqlError {
        let columns = self.slots.iter().map(|(c, _)| &self.child.columns[*c]);
        let shown = describe(columns.zip(values).map(|(c, v)| (c.name.as_str(), v, c.ty)), &eval.style);
        self.violation(format!(
            "insert or update on table \"{}\" violates foreign key constraint \"{}\"",
            self.child.table.name, self.fk.name
        ))
        .detail(format!("{shown} is not present in table \"{}\".", self.parent.table.name))
    }

    /// 23503: a row of `at`, the parent or a partition of it, is gone and has children with these values.
    pub fn still_referenced(&self, at: &TableShape, values: &[Datum], eval: &EvalContext) -> SqlError {
        let columns = self.slots.iter().map(|(c, p)| (&self.parent.columns[*p].name, self.child.columns[*c].ty));
        let shown = describe(columns.zip(values).map(|((n, ty), v)| (n.as_str(), v, ty)), &eval.style);
        let name = self.fk.name_for(at.table.oid);
        self.violation(format!(
            "update or delete on table \"{}\" violates foreign key constraint \"{name}\" on table \"{}\"",
            at.table.name, self.child.table.name
        ))
        .constraint(name)
        .detail(format!("{shown} is still referenced from table \"{}\".", self.child.table.name))
    }

    /// 23503 with this message.
    pub fn violation(&self, message: String) -> SqlError {
        SqlError::new(SqlState::ForeignKeyViolation, message)
            .schema(self.child.schema_name.clone())
            .table(self.child.table.name.clone())
            .constraint(self.fk.name.clone())
    }
}

/// Storage key of the row of a table that has the columns of a unique index as `row` has them.
///
/// # Errors
/// XX000 if a column or the index is gone, or a key is no column.
pub(super) fn key_in(shape: &TableShape, index: &Index, row: &[Datum]) -> SqlResult<Bytes> {
    let mut ordered = Vec::with_capacity(index.keys.len());
    for (key, ..) in &index.keys {
        let IndexKey::Column(number) = key else {
            return Err(SqlError::internal(format!("index {} is over expressions", index.name)));
        };
        ordered.push(row[shape.slot(*number)?].clone());
    }
    shape.unique_key(index, &ordered)
}
