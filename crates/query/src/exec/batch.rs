//! Record batches of plan columns: column `n` of the statement is the field `c{n}`.

use std::sync::Arc;

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::{filter_record_batch, take};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use gavel_binder::bound::ColumnId;
use gavel_functions::physical_type;
use gavel_types::{PgType, SqlError, SqlResult, SqlState};

/// Columns of a plan node, in order.
pub type Layout = Arc<[(ColumnId, PgType)]>;

/// The Arrow schema of `columns`.
pub fn schema_of(columns: &[(ColumnId, PgType)]) -> SchemaRef {
    let fields: Vec<Field> =
        columns.iter().map(|(id, ty)| Field::new(format!("c{}", id.0), physical_type(*ty), true)).collect();
    Arc::new(Schema::new(fields))
}

/// A batch of `rows` rows, also without columns.
pub fn batch_of(schema: &SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> SqlResult<RecordBatch> {
    RecordBatch::try_new_with_options(
        schema.clone(),
        columns,
        &RecordBatchOptions::new().with_row_count(Some(rows)).with_match_field_names(false),
    )
    .map_err(arrow_error)
}

/// An error of Arrow's kernels: the client's own error if one is inside, else ours.
pub fn arrow_error(error: ArrowError) -> SqlError {
    match error {
        ArrowError::ExternalError(inner) => match inner.downcast::<SqlError>() {
            Ok(error) => *error,
            Err(other) => SqlError::internal(other.to_string()),
        },
        ArrowError::MemoryError(text) => SqlError::new(SqlState::OutOfMemory, text),
        other => SqlError::internal(other.to_string()),
    }
}

/// Rows of `batch` at `indices`, under the same schema.
pub fn take_rows(batch: &RecordBatch, indices: &UInt32Array) -> SqlResult<RecordBatch> {
    let columns = take_columns(batch.columns(), indices)?;
    batch_of(batch.schema_ref(), columns, indices.len())
}

/// Each column at `indices`; a null index makes a NULL.
pub fn take_columns(columns: &[ArrayRef], indices: &UInt32Array) -> SqlResult<Vec<ArrayRef>> {
    columns.iter().map(|c| take(c, indices, None).map_err(arrow_error)).collect()
}

/// Rows of `batch` for which `mask` is true.
pub fn filter_rows(batch: &RecordBatch, mask: &arrow::array::BooleanArray) -> SqlResult<RecordBatch> {
    if batch.num_columns() == 0 {
        return batch_of(batch.schema_ref(), vec![], true_count(mask));
    }
    filter_record_batch(batch, mask).map_err(arrow_error)
}

/// How many values are true, NULL not being so.
pub fn true_count(mask: &arrow::array::BooleanArray) -> usize {
    mask.true_count()
}
