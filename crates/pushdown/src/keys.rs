//! Keys of rows as bytes: equal bytes for values that SQL holds equal (NULL equal to NULL), in the
//! order that a sort asks for. What hash tables hash, and what sorts compare.

use arrow::array::{Array, ArrayRef};
use arrow::compute::SortOptions;
use arrow::row::{RowConverter, Rows, SortField};
use gavel_functions::compare::{needs_sort_key, sort_key_array};
use gavel_functions::physical_type;
use gavel_types::{PgType, SqlError, SqlResult};

/// Encodes rows of columns with fixed types.
pub struct KeyEncoder {
    types: Vec<PgType>,
    /// `None` if there are no columns, which Arrow's converter does not take.
    converter: Option<RowConverter>,
}

/// Encoded rows of one batch.
pub struct Keys {
    rows: Option<Rows>,
}

impl KeyEncoder {
    /// For equality: ascending, NULLs last.
    pub fn new(types: impl IntoIterator<Item = PgType>) -> SqlResult<Self> {
        Self::ordered(types.into_iter().map(|ty| (ty, false, false)))
    }

    /// For order: type, descending, NULLs first.
    pub fn ordered(columns: impl IntoIterator<Item = (PgType, bool, bool)>) -> SqlResult<Self> {
        let mut types = vec![];
        let mut fields = vec![];
        for (ty, descending, nulls_first) in columns {
            let physical = if needs_sort_key(ty) { arrow::datatypes::DataType::Binary } else { physical_type(ty) };
            fields.push(SortField::new_with_options(physical, SortOptions { descending, nulls_first }));
            types.push(ty);
        }
        let converter = if fields.is_empty() {
            None
        } else {
            Some(RowConverter::new(fields).map_err(|e| SqlError::internal(e.to_string()))?)
        };
        Ok(Self { types, converter })
    }

    pub fn encode(&mut self, columns: &[ArrayRef], rows: usize) -> SqlResult<Keys> {
        let _ = rows;
        let Some(converter) = &mut self.converter else { return Ok(Keys { rows: None }) };
        let columns = columns
            .iter()
            .zip(&self.types)
            .map(|(column, ty)| comparable(column, *ty))
            .collect::<SqlResult<Vec<_>>>()?;
        Ok(Keys { rows: Some(converter.convert_columns(&columns).map_err(|e| SqlError::internal(e.to_string()))?) })
    }
}

/// The column itself, or its sort keys where Arrow's order is not PostgreSQL's.
pub fn comparable(column: &ArrayRef, ty: PgType) -> SqlResult<ArrayRef> {
    if needs_sort_key(ty) { sort_key_array(column, ty) } else { Ok(column.clone()) }
}

impl Keys {
    /// Bytes of row `row`.
    pub fn row(&self, row: usize) -> &[u8] {
        self.rows.as_ref().map_or(&[], |rows| rows.row(row).data())
    }
}

/// Whether any of `columns` is NULL at `row`: such a row joins nothing.
pub fn any_null(columns: &[ArrayRef], row: usize) -> bool {
    columns.iter().any(|c| c.is_null(row))
}
