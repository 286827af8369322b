//! The seam between the executor and the transaction: how a plan reads tables.
//!
//! ```text
//!  plan ──TableScan{ranges, program}──▶ TableAccess ──▶ storage at snapshot_ts
//!                                            │ merges the transaction's own writes
//!  batches ◀─────────────────────────────────┘
//! ```
//! 1. A scan names byte ranges, sorted and disjoint, of one object: the table itself or one of its
//!    secondary indexes. [`span_range`] makes them from values.
//! 2. Rows come in key order (reversed if asked), one range after the other.
//! 3. With `program.with_key` the first column is the key of what was scanned: the row's key for the
//!    table, the entry's key for an index. [`row_key_columns`] says how an entry leads to its row.

use std::ops::Bound;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_api::scan::ScanProgram;
use gavel_api::traffic::Traffic;
use gavel_binder::bound::{Called, Modify};
use gavel_catalog::{Index, IndexKey, Table};
use gavel_encoding::{KeyBuilder, KeyOrder, ObjectId, TenantId};
use gavel_types::{CheckMode, Datum, KeyRange, Oid, PgType, SqlError, SqlResult};

use crate::dml::conflict::ConflictRow;
use crate::engine::system_rows::SystemRows;
use crate::exec::operator::BoxOperator;

/// One scan of a table or of an index of it.
#[derive(Clone, Debug)]
pub struct TableScan {
    pub table: Arc<Table>,
    /// A secondary index; `None` is the table itself.
    pub index: Option<Oid>,
    /// Sorted by start, disjoint, none empty. All of them lie in the object's own range.
    pub ranges: Vec<KeyRange>,
    /// Column ids are attnums as unsigned 16 bits; in an index, expressions have their (negative) stored
    /// ids so, and the hidden row id is [`ROW_ID`].
    pub program: Arc<ScanProgram>,
    /// From the last range's end to the first one's start.
    pub reverse: bool,
    /// Where to count what crosses the seam to storage; for EXPLAIN ANALYZE.
    pub traffic: Option<Arc<Traffic>>,
}

/// Tables as one transaction sees them. The session implements it.
#[async_trait]
pub trait TableAccess: Send + Sync {
    /// First part of every key.
    fn tenant(&self) -> TenantId;

    /// Rows that the program keeps, as batches of its output columns.
    ///
    /// What the storage cannot run of the program is done here: the answer is the same.
    fn scan(&self, scan: TableScan) -> BoxStream<'static, SqlResult<RecordBatch>>;

    /// Rows of a system relation, all of its columns in attnum order: at least those with these values at these
    /// positions.
    async fn system(&self, schema: &str, name: &str, equal: &[(usize, Datum)]) -> SqlResult<SystemRows>;

    /// Remembers row locks (commit checks) on `keys`, storage keys of rows of `table`.
    async fn lock(&self, table: &Arc<Table>, keys: &[Bytes], mode: CheckMode) -> SqlResult<()>;

    /// Whether the transaction has written a row of one of these keys since the statement began.
    async fn is_rewritten(&self, keys: &[Bytes]) -> bool {
        let _ = keys;
        false
    }

    /// Calls a function whose body is interpreted: the rows that it gives.
    ///
    /// # Errors
    /// The function's; 0A000 where there is no session.
    async fn call(&self, called: &Arc<Called>, args: Vec<Datum>) -> SqlResult<Vec<Vec<Datum>>> {
        let _ = args;
        Err(SqlError::unsupported(format!("{}() needs a session", called.function.name)))
    }

    /// The tables as they are now for a statement that begins inside of this one, after checks of what was written.
    ///
    /// # Errors
    /// 23503 and what else the checks find.
    async fn renewed(self: Arc<Self>) -> SqlResult<Arc<dyn TableAccess>>;

    /// Runs the write stage and returns the rows that it has written. `source` puts out the columns of
    /// `layout` in order; the returned rows have them too. `on_conflict` computes DO UPDATE.
    async fn modify(
        &self,
        modify: &Arc<Modify>,
        layout: &[(gavel_binder::bound::ColumnId, PgType)],
        source: BoxOperator,
        on_conflict: Option<&dyn ConflictRow>,
    ) -> SqlResult<Vec<RecordBatch>>;
}

/// Where the entries of `index` live; of the table's rows for the primary key.
pub fn object_of(table: &Table, index: Option<&Index>) -> ObjectId {
    match index {
        Some(index) if !index.is_table() => ObjectId(index.storage.0),
        _ => ObjectId(table.storage.0),
    }
}

/// Type and order of each key column of `index`.
pub fn key_columns(table: &Table, index: &Index) -> Vec<(PgType, KeyOrder)> {
    index
        .keys
        .iter()
        .map(|(key, desc, nulls_first)| {
            let ty = match key {
                IndexKey::Column(number) => table.column(*number).map_or(PgType::BYTEA, |c| c.ty),
                IndexKey::Expression { ty, .. } => *ty,
            };
            (ty, KeyOrder { desc: *desc, nulls_first: *nulls_first })
        })
        .collect()
}

/// Column id of the hidden row id in the index entries of a table without a primary key.
pub const ROW_ID: u32 = 0;

/// Columns of an index entry (stored id, type, order) from which the key of its row is built.
pub fn row_key_columns(table: &Table) -> Vec<(u32, PgType, KeyOrder)> {
    let Some(primary) = table.row_key() else { return vec![(ROW_ID, PgType::UUID, KeyOrder::ASC)] };
    primary
        .keys
        .iter()
        .zip(key_columns(table, primary))
        .map(|((key, ..), (ty, order))| (stored_id(key), ty, order))
        .collect()
}

/// Stored id of an index column.
pub fn stored_id(key: &IndexKey) -> u32 {
    match key {
        IndexKey::Column(number) => u32::from(*number as u16),
        IndexKey::Expression { id, .. } => u32::from(*id as u16),
    }
}

/// What a [`KeySpan`] says about the column after its prefix.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Any,
    /// Non-null values between these.
    Between(Bound<Datum>, Bound<Datum>),
    Null,
}

/// Keys whose first columns equal `prefix` (NULL: are NULL) and whose next column is in `next`.
#[derive(Clone, Debug, PartialEq)]
pub struct KeySpan {
    pub prefix: Vec<Datum>,
    pub next: Next,
}

/// The byte range of a span.
pub fn span_range(tenant: TenantId, object: ObjectId, columns: &[(PgType, KeyOrder)], span: &KeySpan) -> KeyRange {
    let mut key = KeyBuilder::new(tenant, object);
    for (value, (ty, order)) in span.prefix.iter().zip(columns) {
        key.push(value, *ty, *order);
    }
    let next = columns.get(span.prefix.len());
    match (&span.next, next) {
        (Next::Any, _) | (_, None) => key.range(),
        (Next::Null, Some((_, order))) => key.null_range(*order),
        (Next::Between(low, high), Some((ty, order))) => key.column_range(low.as_ref(), high.as_ref(), *ty, *order),
    }
}
