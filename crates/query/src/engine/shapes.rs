//! Tables as the write stage sees them, made once for each version of a descriptor.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_catalog::{Catalog, Table};
use gavel_encoding::TenantId;
use gavel_functions::call::EvalContext;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::dml::shape::{ExpressionBinder, TableShape};
use crate::dml::writer::Shapes;
use crate::engine::Engine;
use crate::fast::expr::{RowContext, RowExpr};
use crate::partition::bounds::Bounds;
use crate::partition::hashing::Hashing;
use crate::system::resolver::style_over;

/// Shapes kept before all are dropped and made anew.
const MAX_SHAPES: usize = 10_000;

/// Shapes of committed descriptors by database, table and identity of the descriptor.
#[derive(Default)]
pub struct ShapeCache {
    shapes: Mutex<HashMap<(Oid, Oid), Arc<TableShape>>>,
    bounds: Mutex<HashMap<(Oid, Oid), KnownBounds>>,
}

/// Bounds of a partitioned table, with the partitions that they were read from.
struct KnownBounds {
    of: Vec<Arc<Table>>,
    bounds: Arc<Bounds>,
}

impl ShapeCache {
    pub fn clear(&self) {
        self.shapes.lock().clear();
        self.bounds.lock().clear();
    }
}

/// The shapes of one catalog.
#[derive(Clone)]
pub struct CatalogShapes {
    pub engine: Arc<Engine>,
    pub catalog: Arc<Catalog>,
    /// Those of temporary tables, which are the session's alone.
    pub temporary: Arc<ShapeCache>,
}

impl CatalogShapes {
    fn cache(&self, table: &Table) -> &ShapeCache {
        if table.is_temporary() { &self.temporary } else { &self.engine.shapes }
    }

    fn cached(&self, table: &Arc<Table>) -> Option<Arc<TableShape>> {
        let shapes = self.cache(table).shapes.lock();
        let found = shapes.get(&(self.catalog.database, table.oid))?;
        (Arc::ptr_eq(&found.table, table) || found.table == *table).then(|| Arc::clone(found))
    }
}

impl Shapes for CatalogShapes {
    fn shape(&self, oid: Oid) -> SqlResult<Arc<TableShape>> {
        if let Some(view) = self.catalog.views.get(&oid) {
            // Triggers are given its rows as if it were a table.
            let schema = self.catalog.schema_by_oid(view.schema).map_or("", |s| s.name.as_str());
            let table = Arc::new(view.as_table(&self.catalog));
            return TableShape::new(&table, schema, TenantId(self.catalog.database.0), self).map(Arc::new);
        }
        let table = self.catalog.table(oid).ok_or_else(|| SqlError::internal(format!("table {oid} is gone")))?;
        if let Some(shape) = self.cached(table) {
            return Ok(shape);
        }
        let schema = self.catalog.schema_by_oid(table.schema).map_or("", |s| s.name.as_str());
        let tenant = TenantId(self.catalog.database.0);
        let shape = Arc::new(TableShape::new(table, schema, tenant, self)?);
        let mut shapes = self.cache(table).shapes.lock();
        if shapes.len() >= MAX_SHAPES {
            shapes.clear();
        }
        shapes.insert((self.catalog.database, oid), Arc::clone(&shape));
        Ok(shape)
    }

    fn default_value(&self, shape: &Arc<TableShape>, slot: usize, eval: &EvalContext) -> SqlResult<Datum> {
        let number = shape.columns[slot].number;
        let Some(sql) = shape.table.column(number).and_then(|c| c.default.as_ref()) else {
            return Ok(Datum::Null);
        };
        let expr = self.bind_as(&shape.table, sql, Some(shape.columns[slot].ty))?;
        expr.eval(&RowContext { eval, row: &[], params: &[] })
    }

    fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    fn bounds(&self, table: &Table) -> SqlResult<Arc<Bounds>> {
        if Hashing::is_of_users(table) {
            // A function of users may be another one by now.
            return Bounds::of(table, &self.catalog).map(Arc::new);
        }
        let children = self.catalog.children(table.oid);
        let id = (self.catalog.database, table.oid);
        let mut known = self.cache(table).bounds.lock();
        if let Some(KnownBounds { of, bounds }) = known.get(&id)
            && of.len() == children.len()
            && of.iter().zip(&children).all(|(a, b)| Arc::ptr_eq(a, b))
        {
            return Ok(Arc::clone(bounds));
        }
        let bounds = Arc::new(Bounds::of(table, &self.catalog)?);
        if known.len() >= MAX_SHAPES {
            known.clear();
        }
        let of = children.into_iter().cloned().collect();
        known.insert(id, KnownBounds { of, bounds: Arc::clone(&bounds) });
        Ok(bounds)
    }

    fn expression(&self, table: &Arc<Table>, sql: &str, target: Option<PgType>) -> SqlResult<RowExpr> {
        self.bind_as(table, sql, target)
    }
}

impl CatalogShapes {
    /// Binds `sql` over the live columns of `table`; as an assignment to `target` if that is given.
    fn bind_as(&self, table: &Arc<Table>, sql: &str, target: Option<PgType>) -> SqlResult<RowExpr> {
        let style = style_over(&self.catalog);
        crate::session::binding::table_expression(&self.catalog, table, sql, target, &style)
    }
}

impl ExpressionBinder for CatalogShapes {
    fn bind(&self, table: &Arc<Table>, sql: &str) -> SqlResult<RowExpr> {
        self.bind_as(table, sql, None)
    }

    fn bind_check(&self, table: &Arc<Table>, sql: &str) -> SqlResult<Option<RowExpr>> {
        match self.bind(table, sql) {
            Err(e) if e.code() == SqlState::FeatureNotSupported => Ok(None),
            bound => bound.map(Some),
        }
    }
}
