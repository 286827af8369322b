//! Catalogs by database. A transaction asks for the catalog's version at its snapshot (two point
//! reads); the contents are read only if nobody has read that version yet.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use gavel_api::storage::{RawRow, Storage};
use gavel_catalog::store::{self, StoredRows};
use gavel_catalog::{Catalog, bootstrap, keys};
use gavel_txn::error::storage_error;
use gavel_types::{KeyRange, Oid, SqlResult, Timestamp};
use parking_lot::Mutex;

use crate::engine::Engine;

const PAGE_ROWS: usize = 4_096;

/// The newest catalog read of each database.
#[derive(Default)]
pub struct Catalogs {
    by_database: Mutex<HashMap<Oid, Arc<Catalog>>>,
}

/// The two keys whose values make a catalog's version.
pub(crate) fn version_keys(database: Oid) -> [Bytes; 2] {
    [keys::catalog_version(keys::CLUSTER), keys::catalog_version(database)]
}

impl Catalogs {
    /// The catalog read last, whatever its version.
    pub fn cached(&self, database: Oid) -> Option<Arc<Catalog>> {
        self.by_database.lock().get(&database).cloned()
    }
}

async fn all(storage: &dyn Storage, ts: Timestamp, ranges: [KeyRange; 2]) -> SqlResult<Vec<RawRow>> {
    let mut rows = Vec::new();
    for mut range in ranges {
        loop {
            let page = storage.scan_raw(ts, &range, false, PAGE_ROWS).await.map_err(storage_error)?;
            let full = page.len() == PAGE_ROWS;
            if let Some((last, _)) = page.last() {
                range.start = KeyRange::point(last).end;
            }
            rows.extend(page);
            if !full {
                break;
            }
        }
    }
    Ok(rows)
}

impl Engine {
    /// The catalog of `database` at `ts`.
    ///
    /// # Errors
    /// 3D000 if there is no such database then.
    pub(crate) async fn catalog_at(&self, ts: Timestamp, database: Oid) -> SqlResult<Arc<Catalog>> {
        let versions = self.storage.get(ts, &version_keys(database)).await.map_err(storage_error)?;
        let mut versions = versions.into_iter().map(Option::unwrap_or_default);
        let versions = [versions.next().unwrap_or_default(), versions.next().unwrap_or_default()];
        let version = store::version_of(&versions);
        if let Some(catalog) = self.catalogs.cached(database).filter(|c| c.version == version) {
            return Ok(catalog);
        }
        let of = |f: fn(Oid) -> KeyRange| [f(keys::CLUSTER), f(database)];
        let rows = StoredRows {
            versions,
            descriptors: all(&*self.storage, ts, of(keys::descriptors)).await?,
            comments: all(&*self.storage, ts, of(keys::comments)).await?,
        };
        let catalog = Arc::new(store::load(database, &rows)?);
        self.catalogs.by_database.lock().insert(database, Arc::clone(&catalog));
        Ok(catalog)
    }

    /// Roles and databases, as of now.
    pub(crate) async fn cluster_catalog(&self) -> SqlResult<Arc<Catalog>> {
        self.catalog_at(self.snapshot().await?, bootstrap::TEMPLATE1).await
    }
}
