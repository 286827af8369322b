//! For tests: tables in memory, written with the same keys and rows as real ones, and read by the same
//! storage programs.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use gavel_api::traffic::{Traffic, batch_bytes};
use gavel_binder::bound::{ColumnId, Modify};
use gavel_catalog::{Column, Index, IndexKey, Table};
use gavel_encoding::TenantId;
use gavel_functions::EvalContext;
use gavel_functions::physical::datum_at;
use gavel_pushdown::{Compiled, Run};
use gavel_types::{CheckMode, Datum, Oid, PgType, SqlError, SqlResult};
use parking_lot::Mutex;

use crate::dml::conflict::ConflictRow;
use crate::dml::shape::{ExpressionBinder, TableShape};
use crate::engine::system_rows::SystemRows;
use crate::exec::ExecEnv;
use crate::exec::access::{TableAccess, TableScan};
use crate::exec::operator::BoxOperator;
use crate::fast::expr::RowExpr;
use crate::lower::PlannedQuery;

struct NoExpressions;

impl ExpressionBinder for NoExpressions {
    fn bind(&self, _: &Arc<Table>, sql: &str) -> SqlResult<RowExpr> {
        Err(SqlError::unsupported(format!("expression {sql} in a test's table")))
    }
}

/// Tables in memory.
#[derive(Default)]
pub struct MemoryTables {
    rows: Mutex<BTreeMap<Bytes, Bytes>>,
    pub locked: Mutex<Vec<Bytes>>,
    /// Scans asked for, and rows that they gave.
    pub scanned: Mutex<Vec<(String, usize)>>,
}

/// A table with `columns`, keyed by the first `key` of them, and indexes on (columns, unique).
pub fn table(oid: u32, name: &str, columns: &[(&str, PgType)], key: usize, indexes: &[(&[i16], bool)]) -> Arc<Table> {
    let number = |i: usize| i16::try_from(i + 1).unwrap_or(i16::MAX);
    let mut made = vec![];
    if key > 0 {
        made.push(index(oid + 1, &format!("{name}_pkey"), (0..key).map(number), true, true));
    }
    for (i, (keys, unique)) in indexes.iter().enumerate() {
        let oid = oid + 2 + u32::try_from(i).unwrap_or(0);
        made.push(index(oid, &format!("{name}_i{i}"), keys.iter().copied(), false, *unique));
    }
    Arc::new(Table {
        storage: Oid(oid),
        indexes: made,
        ..Table::bare(
            Oid(oid),
            Oid(2200),
            name.into(),
            Oid(10),
            columns
                .iter()
                .enumerate()
                .map(|(i, (name, ty))| Column {
                    number: number(i),
                    name: (*name).into(),
                    ty: *ty,
                    domain: None,
                    collation: None,
                    not_null: i < key,
                    default: None,
                    identity: None,
                    generated: false,
                    sequence: None,
                    missing: None,
                    dropped: false,
                    acl: None,
                    descent: gavel_catalog::Descent::default(),
                })
                .collect(),
        )
    })
}

fn index(oid: u32, name: &str, keys: impl Iterator<Item = i16>, primary: bool, unique: bool) -> Index {
    Index {
        oid: Oid(oid),
        storage: Oid(oid),
        name: name.into(),
        primary,
        unique,
        keys: keys.map(|n| (IndexKey::Column(n), false, false)).collect(),
        include: vec![],
        predicate: None,
        nulls_not_distinct: false,
        constraint: None,
        deferrable: false,
        ..Index::default()
    }
}

const TENANT: TenantId = TenantId(5);

impl MemoryTables {
    pub fn insert(&self, table: &Arc<Table>, rows: &[Vec<Datum>]) {
        let shape = TableShape::new(table, "public", TENANT, &NoExpressions).expect("table of a test");
        let mut all = self.rows.lock();
        for row in rows {
            let id = u128::try_from(all.len()).unwrap_or(0).to_be_bytes();
            all.insert(shape.row_key(row, id).expect("key"), shape.encode(row).expect("row"));
            for index in &shape.indexes {
                let entries = shape.entries(index, row, id, &EvalContext::immutable()).expect("entries");
                all.extend(entries.into_iter().map(|e| (e.key, e.value)));
            }
        }
    }

    fn run(&self, scan: &TableScan) -> SqlResult<RecordBatch> {
        let all = self.rows.lock();
        let mut found: Vec<(Bytes, Bytes)> = vec![];
        for range in &scan.ranges {
            found.extend(all.range(range.start.clone()..range.end.clone()).map(|(k, v)| (k.clone(), v.clone())));
        }
        if scan.reverse {
            found.reverse();
        }
        let failed = |e| match e {
            gavel_api::storage::Error::Evaluation(e) => e,
            e => SqlError::internal(e.to_string()),
        };
        let compiled = Arc::new(Compiled::new(scan.program.clone()).map_err(failed)?);
        let mut run = Run::new(compiled.clone()).map_err(failed)?;
        let batch = match run.add_pairs(&found).map_err(failed)? {
            Some(batch) => Some(batch),
            None => run.finish().map_err(failed)?,
        };
        let batch = batch.unwrap_or_else(|| RecordBatch::new_empty(compiled.schema().clone()));
        if let Some(traffic) = &scan.traffic {
            traffic.asked(Traffic::HERE);
            traffic.answered(Traffic::HERE, batch.num_rows(), batch_bytes(&batch));
        }
        self.scanned.lock().push((scan.table.name.clone(), batch.num_rows()));
        Ok(batch)
    }
}

#[async_trait]
impl TableAccess for MemoryTables {
    fn tenant(&self) -> TenantId {
        TENANT
    }

    fn scan(&self, scan: TableScan) -> BoxStream<'static, SqlResult<RecordBatch>> {
        futures::stream::iter([self.run(&scan)]).boxed()
    }

    async fn system(&self, schema: &str, name: &str, _: &[(usize, Datum)]) -> SqlResult<SystemRows> {
        Err(SqlError::unsupported(format!("{schema}.{name} in a test")))
    }

    async fn lock(&self, _: &Arc<Table>, keys: &[Bytes], _: CheckMode) -> SqlResult<()> {
        self.locked.lock().extend(keys.iter().cloned());
        Ok(())
    }

    async fn renewed(self: Arc<Self>) -> SqlResult<Arc<dyn TableAccess>> {
        Ok(self)
    }

    async fn modify(
        &self,
        modify: &Arc<Modify>,
        _: &[(ColumnId, PgType)],
        mut source: BoxOperator,
        _: Option<&dyn ConflictRow>,
    ) -> SqlResult<Vec<RecordBatch>> {
        while source.next().await?.is_some() {}
        Err(SqlError::unsupported(format!("writing to {} in a test", modify.table.name)))
    }
}

/// An environment over `tables`, with `params`.
pub fn env(tables: &Arc<MemoryTables>, params: Vec<Datum>) -> ExecEnv {
    ExecEnv { params, eval: EvalContext::immutable(), tables: tables.clone(), memory_limit: 64 << 20, profile: None }
}

/// All rows of a query.
pub async fn rows(query: &PlannedQuery, env: ExecEnv) -> SqlResult<Vec<Vec<Datum>>> {
    let mut running = query.execute(env)?;
    let mut rows = vec![];
    while let Some(batch) = running.next().await? {
        for row in 0..batch.num_rows() {
            let values = query
                .root
                .columns
                .iter()
                .enumerate()
                .map(|(i, (_, ty))| datum_at(batch.column(i).as_ref(), row, *ty))
                .collect::<SqlResult<Vec<_>>>()?;
            rows.push(values);
        }
    }
    Ok(rows)
}
