//! The transaction that a session runs: begun at its first statement, with savepoints, ended once.

use std::collections::BTreeSet;
use std::sync::Arc;

use gavel_catalog::Catalog;
use gavel_catalog::system::is_temporary;
use gavel_encoding::TenantId;
use gavel_txn::{Mark, ReadView};
use gavel_types::{Oid, SqlError, SqlResult, SqlState, Timestamp};
use tokio::sync::Mutex;

use crate::ddl::TransactionCatalog;
use crate::dml::deferred::Deferred;
use crate::dml::writer::WriteState;
use crate::engine::Engine;
use crate::engine::shapes::{CatalogShapes, ShapeCache};
use crate::session::notify::PendingMark;
use crate::session::temporary::Temporary;
use crate::settings::Values;

/// What statements of the transaction share with the operators that run for them.
pub type SharedState = Arc<Mutex<WriteState>>;

/// A savepoint: everything that ROLLBACK TO brings back.
pub struct Savepoint {
    pub name: String,
    mark: Mark,
    catalog: TransactionCatalog,
    deferred: Deferred,
    pub settings: Values,
    place: Place,
}

impl Savepoint {
    /// The catalog as it was then.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog.current
    }
}

/// How far the session was when a savepoint was made, in what it has besides the transaction.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The portal made last.
    pub portals: u64,
    /// Advisory locks that the transaction had taken.
    pub locks: usize,
    /// What the transaction wanted to tell and to hear.
    pub pending: PendingMark,
    /// Whether it might only read.
    pub read_only: bool,
    /// Large objects that had been opened.
    pub large_objects: u64,
}

/// See the module.
pub struct Work {
    pub state: SharedState,
    pub snapshot_ts: Timestamp,
    /// Everybody's catalog at the snapshot, without the session's temporary objects.
    pub shared: Arc<Catalog>,
    pub catalog: TransactionCatalog,
    pub savepoints: Vec<Savepoint>,
    pub serializable: bool,
    database: Oid,
    used: BTreeSet<Oid>,
    /// Temporary objects were read, locked, written or defined.
    pub used_temporary: bool,
    temporary_shapes: Arc<ShapeCache>,
}

impl Work {
    /// Begins at what is visible now and not before `at_least`.
    pub async fn begin(
        engine: &Arc<Engine>,
        database: Oid,
        at_least: Timestamp,
        serializable: bool,
        temporary: &mut Temporary,
    ) -> SqlResult<Self> {
        let mut txn = engine.begin(at_least, serializable).await?;
        txn.set_temporary(Arc::clone(temporary.rows()), engine.settings.temporary_bytes);
        let snapshot_ts = txn.snapshot_ts();
        let shared = engine.catalog_at(snapshot_ts, database).await?;
        if !shared.databases.values().any(|d| d.oid == database) {
            return Err(SqlError::new(SqlState::DatabaseDropped, "the database that this session uses was dropped"));
        }
        Ok(Self {
            state: Arc::new(Mutex::new(WriteState::new(txn, temporary.row_ids()))),
            snapshot_ts,
            catalog: TransactionCatalog::new(temporary.lay_over(&shared)),
            shared,
            savepoints: Vec::new(),
            serializable,
            database,
            used: BTreeSet::new(),
            used_temporary: false,
            temporary_shapes: Arc::clone(&temporary.shapes),
        })
    }

    pub fn tenant(&self) -> TenantId {
        TenantId(self.database.0)
    }

    /// What a statement reads through.
    pub async fn view(&self) -> ReadView {
        self.state.lock().await.txn.view()
    }

    pub fn shapes(&self, engine: &Arc<Engine>) -> CatalogShapes {
        self.shapes_of(engine, &self.catalog.current)
    }

    /// Shapes of another catalog of the session.
    pub fn shapes_of(&self, engine: &Arc<Engine>, catalog: &Arc<Catalog>) -> CatalogShapes {
        let temporary = Arc::clone(&self.temporary_shapes);
        CatalogShapes { engine: Arc::clone(engine), catalog: Arc::clone(catalog), temporary }
    }

    /// Relies on the definitions of `objects`. Nobody else can change those that are temporary.
    pub async fn use_objects(&mut self, objects: &[Oid]) {
        self.used_temporary |= objects.iter().any(|oid| is_temporary(*oid));
        for oid in objects.iter().filter(|oid| !is_temporary(**oid)) {
            if self.used.insert(*oid) {
                let key = self.catalog.version_key(*oid);
                self.state.lock().await.txn.use_schema(key);
            }
        }
    }

    /// Takes the catalog that DDL has made.
    pub fn change_catalog(&mut self, catalog: TransactionCatalog) {
        let (before, after) = (&self.catalog.current, &catalog.current);
        if before.has_temporary() || after.has_temporary() {
            self.used_temporary |= temporary_versions(before) != temporary_versions(after);
        }
        self.catalog = catalog;
    }

    pub async fn savepoint(&mut self, name: String, settings: Values, place: Place) {
        let mut state = self.state.lock().await;
        let (mark, deferred) = (state.txn.mark(), state.deferred.clone());
        drop(state);
        self.savepoints.push(Savepoint { name, mark, catalog: self.catalog.clone(), deferred, settings, place });
    }

    /// How far the session was at the innermost savepoint: an error undoes what came since.
    pub fn last_place(&self) -> Option<Place> {
        self.savepoints.last().map(|s| s.place)
    }

    /// Forgets the savepoints of this name, and those after the first of them.
    pub fn forget_savepoints(&mut self, name: &str) {
        if let Some(at) = self.savepoints.iter().position(|s| s.name == name) {
            self.savepoints.truncate(at);
        }
    }

    fn find(&self, name: &str) -> SqlResult<usize> {
        self.savepoints.iter().rposition(|s| s.name == name).ok_or_else(|| {
            SqlError::new(SqlState::InvalidSavepointSpecification, format!("savepoint \"{name}\" does not exist"))
        })
    }

    /// RELEASE: it and those after it are gone, what was done stays. Gives how far the session was when it was made.
    ///
    /// # Errors
    /// 3B001 if there is no such savepoint.
    pub async fn release(&mut self, name: &str) -> SqlResult<Place> {
        let at = self.find(name)?;
        let place = self.savepoints[at].place;
        self.savepoints.truncate(at);
        if self.savepoints.is_empty() {
            self.state.lock().await.txn.forget_marks();
        }
        Ok(place)
    }

    /// ROLLBACK TO: what was done since is undone; the savepoint stays. Gives the settings of then, and
    /// what the session had besides.
    ///
    /// # Errors
    /// 3B001 if there is no such savepoint.
    pub async fn rollback_to(&mut self, name: &str) -> SqlResult<(Values, Place)> {
        let at = self.find(name)?;
        self.savepoints.truncate(at + 1);
        let savepoint = &self.savepoints[at];
        let mut state = self.state.lock().await;
        state.txn.rollback_to(savepoint.mark);
        state.deferred = savepoint.deferred.clone();
        state.forget_events();
        self.catalog = savepoint.catalog.clone();
        Ok((savepoint.settings.clone(), savepoint.place))
    }
}

/// The temporary objects of a catalog, as they are.
fn temporary_versions(catalog: &Catalog) -> BTreeSet<(Oid, u64)> {
    let tables = catalog.tables.values().map(|t| (t.oid, t.version));
    let views = catalog.views.values().map(|v| (v.oid, v.version));
    let sequences = catalog.sequences.values().map(|s| (s.oid, s.version));
    let types = catalog.types.values().map(|t| (t.oid, t.version));
    let functions = catalog.functions.values().map(|f| (f.oid, f.version));
    let all = tables.chain(views).chain(sequences).chain(types).chain(functions);
    all.filter(|(oid, _)| is_temporary(*oid)).collect()
}
