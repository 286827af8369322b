//! What DDL asks of the session that runs it: OIDs, statements over another catalog, index builds.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use gavel_binder::RowRights;
use gavel_catalog::{Catalog, LargeObject, Subject, Table};
use gavel_types::{Datum, KeyRange, Oid, SqlError, SqlResult, WriteMode};

use crate::ddl::DdlHost;
use crate::ddl::online::JobOrigin;
use crate::dml::writer::Shapes;
use crate::large_object::object;
use crate::online::backfill::duplicated;
use crate::prepared;
use crate::session::{Session, binding};

/// Rows read at a time while an index is built.
const PAGE_ROWS: usize = 2_048;

/// A session while it runs DDL.
pub struct Host<'a> {
    pub session: &'a mut Session,
}

#[async_trait]
impl DdlHost for Host<'_> {
    async fn allocate_oids(&mut self, count: u32) -> SqlResult<Oid> {
        self.session.engine.allocate_oids(count).await
    }

    fn temporary_oid(&mut self, catalog: &Catalog) -> Oid {
        self.session.temporary.oids.take(|oid| catalog.has_temporary_oid(oid))
    }

    fn temporary_schema(&self) -> String {
        format!("pg_temp_{}", self.session.pid)
    }

    async fn run(&mut self, catalog: &Arc<Catalog>, sql: &str) -> SqlResult<Vec<Vec<Datum>>> {
        self.run_by(catalog, sql, None).await
    }

    async fn run_as(
        &mut self,
        catalog: &Arc<Catalog>,
        sql: &str,
        role: Oid,
        except: Oid,
    ) -> SqlResult<Vec<Vec<Datum>>> {
        self.run_by(catalog, sql, Some((role, except))).await
    }

    async fn run_restricted(
        &mut self,
        catalog: &Arc<Catalog>,
        sql: &str,
        role: Oid,
        except: Oid,
    ) -> SqlResult<Vec<Vec<Datum>>> {
        let _restriction = self.session.restrict(role);
        self.run_by(catalog, sql, Some((role, except))).await
    }

    async fn build_index(&mut self, catalog: &Arc<Catalog>, table: &Arc<Table>, index: Oid) -> SqlResult<()> {
        let engine = Arc::clone(&self.session.engine);
        let shapes = self.session.work().await?.shapes_of(&engine, catalog);
        let shape = shapes.shape(table.oid)?;
        // Expressions of the index are the owner's.
        let _restriction = self.session.restrict(table.owner);
        let eval = self.session.eval_context();
        let index = shape
            .indexes
            .iter()
            .find(|i| i.index.oid == index)
            .ok_or_else(|| SqlError::internal("index to build is not in its table"))?;
        let state = Arc::clone(&self.session.work().await?.state);
        let mut range = shape.range();
        let mut taken = HashSet::new();
        loop {
            let mut state = state.lock().await;
            let page = state.txn.view().scan_raw(&range, false, PAGE_ROWS).await?;
            let full = page.len() == PAGE_ROWS;
            if let Some((last, _)) = page.last() {
                range.start = KeyRange::point(last).end;
            }
            for (key, value) in page {
                let row = shape.decode(&value)?;
                for entry in shape.entries(index, &row, shape.row_id_of(&key), &eval)? {
                    let single = entry.unique.then_some(&entry.key);
                    let alone = entry.claim.as_ref().map_or(single, |c| Some(&c.start));
                    if alone.is_some_and(|key| !taken.insert(key.clone())) {
                        return Err(duplicated(&shape, &index.index, &row, &eval));
                    }
                    let mode = if entry.unique { WriteMode::Insert } else { WriteMode::Blind };
                    state.txn.write(entry.key, mode, Some(entry.value))?;
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    async fn has_pending_checks(&mut self, catalog: &Arc<Catalog>, table: Oid) -> SqlResult<bool> {
        let state = Arc::clone(&self.session.work().await?.state);
        let state = state.lock().await;
        Ok(state.deferred.waits_on(table, catalog))
    }

    fn is_in_use(&self, table: Oid) -> bool {
        self.session.routines.busy.contains(&table)
    }

    async fn large_object(&mut self, oid: Oid) -> SqlResult<Option<LargeObject>> {
        let database = self.session.database;
        let view = self.session.work().await?.view().await;
        object::find(&view, database, oid).await
    }

    async fn large_objects(&mut self) -> SqlResult<Vec<(Oid, LargeObject)>> {
        let database = self.session.database;
        let view = self.session.work().await?.view().await;
        object::all(&view, database).await
    }

    async fn put_large_object(&mut self, oid: Oid, changed: Option<LargeObject>) -> SqlResult<()> {
        let database = self.session.database;
        let state = Arc::clone(&self.session.work().await?.state);
        let mut state = state.lock().await;
        match &changed {
            Some(changed) => object::put(&mut state.txn, database, oid, changed),
            None => {
                self.session.shared.large_objects.lock().close_object(oid);
                object::remove(&mut state.txn, database, oid).await
            }
        }
    }

    fn everybody_may_use_large_objects(&self) -> bool {
        self.session.shared.settings.lock().is_on("lo_compat_privileges")
    }

    fn fill_random(&mut self, buffer: &mut [u8]) {
        (self.session.engine.entropy)(buffer);
    }

    fn job_origin(&mut self) -> JobOrigin {
        let engine = &self.session.engine;
        let (runner, now) = (engine.jobs.node, engine.now_micros());
        JobOrigin { id: engine.random_u64().max(1), runner, pid: self.session.pid, now }
    }
}

impl Host<'_> {
    /// Runs one statement; whether a role may run it is asked, if one is given, but for one relation.
    async fn run_by(
        &mut self,
        catalog: &Arc<Catalog>,
        sql: &str,
        by: Option<(Oid, Oid)>,
    ) -> SqlResult<Vec<Vec<Datum>>> {
        let before = self.swap(Arc::clone(catalog)).await?;
        // Places in this text are nothing to the client.
        let state = Arc::clone(&self.session.work().await?.state);
        state.lock().await.deferred.immediate = true;
        let result = self.run_here(sql, by).await.map_err(SqlError::nowhere);
        state.lock().await.deferred.immediate = false;
        self.swap(before).await?;
        result
    }

    /// Makes `catalog` the transaction's, and gives the one before.
    async fn swap(&mut self, catalog: Arc<Catalog>) -> SqlResult<Arc<Catalog>> {
        Ok(std::mem::replace(&mut self.session.work().await?.catalog.current, catalog))
    }

    async fn run_here(&mut self, sql: &str, by: Option<(Oid, Oid)>) -> SqlResult<Vec<Vec<Datum>>> {
        let basis = self.session.basis().await?;
        let style = self.session.text_style_now();
        let subject = by.map(|(role, _)| Subject::of(&basis.catalog, role));
        let rows = subject.as_ref().map(|subject| RowRights { subject, filters: basis.row_security });
        let bound = binding::bind_text(sql, &basis, &style, rows)?;
        if let (Some((_, except)), Some(subject)) = (by, &subject) {
            prepared::allow(&bound, &basis.catalog, subject, Some(except))?;
        }
        self.session.rows_of_bound(bound, basis).await
    }
}
