//! Rows of views that triggers write to (manual, CREATE TRIGGER, INSTEAD OF).

use std::sync::Arc;

use gavel_catalog::Table;
use gavel_types::{PgType, SqlError, SqlResult};

use super::Binder;
use super::scalar::{column, null};
use super::scope::{Columns, NsColumn, NsItem};
use crate::bound::{ColumnId, Rel};

/// The rows, their names, a key that is NULL, and each column's id by number.
pub type ViewRows = (Rel, NsItem, ColumnId, Vec<(i16, ColumnId)>);

impl Binder<'_> {
    /// Reads the rows of a view that an UPDATE or DELETE gives to triggers. `table` is the view's
    /// [`as_table`](gavel_catalog::View::as_table).
    ///
    /// # Errors
    /// Those of the view's query.
    pub fn scan_view(&mut self, table: &Arc<Table>) -> SqlResult<ViewRows> {
        let view = self.context.catalog.views.get(&table.oid).cloned();
        let view = view.ok_or_else(|| SqlError::internal("a view has left the catalog"))?;
        let bound = self.bind_view_body(&view, vec![])?;
        let mut exprs = Vec::with_capacity(table.columns.len() + 1);
        let (mut row, mut columns) = (Vec::with_capacity(exprs.capacity()), Vec::with_capacity(exprs.capacity()));
        for (given, own) in bound.columns.iter().zip(&table.columns) {
            let id = self.new_column();
            exprs.push((id, column(given.id, given.ty)));
            row.push((own.number, id));
            columns.push(NsColumn {
                name: own.name.clone(),
                scalar: column(id, own.ty),
                origin: Some((view.oid, own.number)),
                fields: given.fields.clone(),
                access: None,
            });
        }
        let key = self.new_column();
        exprs.push((key, null(PgType::BYTEA)));
        let rel = Rel::Project { input: Box::new(bound.rel), exprs };
        let item = NsItem::new(table.name.clone(), Columns::List(columns.into()));
        Ok((rel, item, key, row))
    }
}
