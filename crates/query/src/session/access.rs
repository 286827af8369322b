//! Tables as one statement's plan reads them: storage under the transaction's own writes.
//!
//! A scan that no own write touches goes to storage as it is, program and all. One that own writes do
//! touch, or that is of a temporary table, is read as raw rows, merged, and run through the very same program here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use gavel_api::storage::{Error as StorageError, ScanRequest};
use gavel_api::traffic::Traffic;
use gavel_binder::bound::{Called, ColumnId, Modify};
use gavel_catalog::Table;
use gavel_encoding::TenantId;
use gavel_encoding::layout::temporary_object;
use gavel_functions::EvalContext;
use gavel_pushdown::{Compiled, Run};
use gavel_txn::ReadView;
use gavel_txn::error::storage_error;
use gavel_txn::view::within_limits;
use gavel_types::{CheckMode, Datum, KeyRange, PgType, SqlError, SqlResult};

use crate::dml::conflict::ConflictRow;
use crate::dml::modify;
use crate::dml::writer::Writer;
use crate::engine::shapes::CatalogShapes;
use crate::engine::system_rows::SystemRows;
use crate::exec::access::{TableAccess, TableScan};
use crate::exec::batch::{batch_of, schema_of};
use crate::exec::operator::{BATCH_ROWS, BoxOperator};
use crate::large_object::listing;
use crate::session::calls::Caller;
use crate::session::triggers::fires;
use crate::session::work::SharedState;

/// Raw rows of one page of a merged scan.
const PAGE_ROWS: usize = 4_096;

/// System relations, as the session computes them.
pub trait SystemRelations: Send + Sync {
    /// Rows of one: at least those with these values at these positions.
    fn rows(&self, schema: &str, name: &str, equal: &[(usize, Datum)]) -> SqlResult<SystemRows>;
}

/// See the module.
pub struct Access {
    pub tenant: TenantId,
    pub view: ReadView,
    pub state: SharedState,
    pub shapes: CatalogShapes,
    pub eval: EvalContext,
    pub params: Vec<Datum>,
    pub system: Arc<dyn SystemRelations>,
    /// Calls of functions that are interpreted.
    pub calls: Caller,
    /// Rows are being written, so that nothing else can be.
    pub applying: Arc<AtomicBool>,
}

/// A scan that is merged here.
struct Merge {
    view: ReadView,
    run: Run,
    ranges: VecDeque<KeyRange>,
    reverse: bool,
    finished: bool,
    traffic: Option<Arc<Traffic>>,
}

impl Merge {
    fn new(view: ReadView, scan: &TableScan) -> SqlResult<Self> {
        let compiled = Compiled::new(Arc::clone(&scan.program)).map_err(storage_error)?;
        let run = Run::new(Arc::new(compiled)).map_err(storage_error)?;
        let mut ranges: VecDeque<_> = scan.ranges.iter().cloned().collect();
        if scan.reverse {
            ranges.make_contiguous().reverse();
        }
        Ok(Self { view, run, ranges, reverse: scan.reverse, finished: false, traffic: scan.traffic.clone() })
    }

    fn stream(view: ReadView, scan: &TableScan) -> BoxStream<'static, SqlResult<RecordBatch>> {
        let merge = match Self::new(view, scan) {
            Ok(merge) => merge,
            Err(e) => return failed(e),
        };
        stream::unfold(Some(merge), |merge| async {
            let mut merge = merge?;
            match merge.next().await {
                Ok(Some(batch)) => Some((Ok(batch), Some(merge))),
                Ok(None) => None,
                Err(e) => Some((Err(e), None)),
            }
        })
        .boxed()
    }

    async fn next(&mut self) -> SqlResult<Option<RecordBatch>> {
        while !self.finished {
            let Some(range) = self.ranges.front_mut().filter(|_| !self.run.is_done()) else {
                self.finished = true;
                return self.run.finish().map_err(storage_error);
            };
            let page = PAGE_ROWS.min(self.run.wanted());
            let rows = self.view.scan_raw(range, self.reverse, page).await?;
            if let Some(traffic) = self.traffic.as_ref().filter(|_| temporary_object(&range.start).is_none()) {
                traffic.asked(Traffic::RAW);
                let bytes = rows.iter().map(|(key, row)| key.len() + row.len()).sum();
                traffic.answered(Traffic::RAW, rows.len(), bytes);
            }
            match rows.last() {
                Some((last, _)) if rows.len() == page => {
                    if self.reverse {
                        range.end = last.clone();
                    } else {
                        range.start = KeyRange::point(last).end;
                    }
                }
                _ => {
                    self.ranges.pop_front();
                }
            }
            if rows.is_empty() {
                continue;
            }
            if let Some(batch) = self.run.add_pairs(&rows).map_err(storage_error)? {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

fn failed(e: SqlError) -> BoxStream<'static, SqlResult<RecordBatch>> {
    stream::once(async move { Err(e) }).boxed()
}

#[async_trait]
impl TableAccess for Access {
    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn scan(&self, mut scan: TableScan) -> BoxStream<'static, SqlResult<RecordBatch>> {
        scan.ranges = scan.ranges.into_iter().map(within_limits).filter(|r| !r.is_empty()).collect();
        let here = scan.table.is_temporary() || scan.ranges.iter().any(|r| self.view.is_here(r));
        let view = self.view.clone();
        if here {
            return Merge::stream(view, &scan);
        }
        for range in &scan.ranges {
            view.note_read(range);
        }
        let request = ScanRequest {
            snapshot_ts: view.snapshot_ts(),
            ranges: scan.ranges.clone(),
            reverse: scan.reverse,
            program: Arc::clone(&scan.program),
            traffic: scan.traffic.clone(),
        };
        let storage = Arc::clone(view.storage());
        stream::once(async move {
            match storage.scan(request).await {
                Ok(batches) => batches.map(|batch| batch.map_err(storage_error)).boxed(),
                Err(StorageError::Unsupported(_)) => Merge::stream(view, &scan),
                Err(e) => failed(storage_error(e)),
            }
        })
        .flatten()
        .boxed()
    }

    async fn system(&self, schema: &str, name: &str, equal: &[(usize, Datum)]) -> SqlResult<SystemRows> {
        let asked = listing::Asked { schema, name, equal };
        let catalog = &self.shapes.catalog;
        if let Some(rows) = listing::rows(&self.view, catalog, &asked).await? {
            return Ok(Arc::new(rows));
        }
        let rows = self.system.rows(schema, name, equal)?;
        Ok(match listing::comments(&self.view, catalog.database, &asked).await? {
            Some(more) => listing::with(&rows, more),
            None => rows,
        })
    }

    async fn lock(&self, _table: &Arc<Table>, keys: &[Bytes], mode: CheckMode) -> SqlResult<()> {
        for key in keys {
            self.view.check(key.clone(), mode);
        }
        Ok(())
    }

    async fn is_rewritten(&self, keys: &[Bytes]) -> bool {
        let state = self.state.lock().await;
        keys.iter().any(|key| state.txn.has_written_since(&self.view, key))
    }

    async fn call(&self, called: &Arc<Called>, args: Vec<Datum>) -> SqlResult<Vec<Vec<Datum>>> {
        if self.applying.load(Ordering::Acquire) {
            return Err(SqlError::unsupported("functions in PL/pgSQL cannot be called in ON CONFLICT DO UPDATE"));
        }
        self.calls.call(Arc::clone(called), args).await
    }

    async fn renewed(self: Arc<Self>) -> SqlResult<Arc<dyn TableAccess>> {
        self.calls.finish().await?;
        let mut state = self.state.lock().await;
        Writer::new(&mut state, &self.shapes, &self.eval).finish().await?;
        let view = state.txn.view();
        drop(state);
        Ok(Arc::new(Self {
            tenant: self.tenant,
            view,
            state: Arc::clone(&self.state),
            shapes: self.shapes.clone(),
            eval: self.eval.clone(),
            params: self.params.clone(),
            system: Arc::clone(&self.system),
            calls: self.calls.clone(),
            applying: Arc::clone(&self.applying),
        }))
    }

    async fn modify(
        &self,
        modify: &Arc<Modify>,
        layout: &[(ColumnId, PgType)],
        mut source: BoxOperator,
        on_conflict: Option<&dyn ConflictRow>,
    ) -> SqlResult<Vec<RecordBatch>> {
        let mut rows = Vec::new();
        while let Some(batch) = source.next().await? {
            modify::rows_of(&batch, layout, &mut rows)?;
        }
        drop(source);
        let applied = if fires(&self.shapes, modify)? {
            if on_conflict.is_some() && modify::update_needs_plan(modify, true) {
                let what = "a subquery or function in ON CONFLICT DO UPDATE is not supported for tables with triggers";
                return Err(SqlError::unsupported(what));
            }
            self.calls.write(Arc::clone(modify), layout.to_vec(), rows, self.params.clone()).await?
        } else {
            let mut state = self.state.lock().await;
            let mut writer = Writer::new(&mut state, &self.shapes, &self.eval);
            self.applying.store(true, Ordering::Release);
            let applied = modify::apply(&mut writer, modify, layout, rows, &self.params, on_conflict).await;
            self.applying.store(false, Ordering::Release);
            applied?
        };
        if modify.returning.is_none() {
            let count = usize::try_from(applied.count).unwrap_or(usize::MAX);
            return batch_of(&schema_of(&[]), Vec::new(), count).map(|b| vec![b]);
        }
        let batches = applied.rows.chunks(BATCH_ROWS);
        batches.map(|rows| modify::batch(rows, layout)).collect()
    }
}
