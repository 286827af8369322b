//! What a session keeps of its temporary objects between transactions, and how a transaction gets and changes it.
//!
//! ```text
//!   shared catalog at the snapshot ──┐
//!   the session's own objects ───────┴─lay over─► catalog of the transaction ─ DDL ─► current
//!   rows (gavel_txn::TemporaryRows) ─────────────► below its own writes                  │
//!        ▲                                                                               │
//!        └──────────────────── kept, once COMMIT has succeeded ──────────────────────────┘
//! ```
//! A transaction that is rolled back, loses a conflict or ends unknown leaves all of this as it was, so that
//! running it again starts from the same.
//!
//! # Invariants
//! 1. A session without temporary objects has the shared catalog itself, and plans by text are shared with all.
//! 2. With some it has a catalog of its own, the same one until the shared one or its own objects change, so that
//!    plans hold; they are kept here, since they hold in no other session.
//! 3. Rows are held for storage that the catalog names, and for no other.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use gavel_catalog::oids::TemporaryOids;
use gavel_catalog::system::is_temporary;
use gavel_catalog::{Catalog, Table};
use gavel_encoding::ObjectId;
use gavel_txn::TemporaryRows;
use gavel_types::{Oid, SqlResult};

use crate::ddl::temporary::loses_rows;
use crate::engine::shapes::ShapeCache;
use crate::engine::statistics::{self, Sizes};
use crate::lower::TableStatistics;
use crate::lower::statistics::Sample;
use crate::prepared::{Planned, Prepared};
use crate::session::Session;
use crate::session::work::Work;

/// Plans kept before all are dropped and made anew.
const MAX_PLANS: usize = 256;

/// The session's objects, laid over the shared catalog that was current last.
struct Laid {
    over: Arc<Catalog>,
    whole: Arc<Catalog>,
}

/// See the module.
#[derive(Default)]
pub struct Temporary {
    rows: Arc<TemporaryRows>,
    /// `None` without objects.
    laid: Option<Laid>,
    pub oids: TemporaryOids,
    /// Hidden row ids made so far: they order rows of transactions that have the same snapshot.
    row_ids: u64,
    /// Shapes of temporary tables, whose OIDs mean something else in other sessions.
    pub shapes: Arc<ShapeCache>,
    /// By storage.
    samples: HashMap<Oid, Sampled>,
    /// By the address of the statement, which is held so that it stays the address of that.
    plans: HashMap<usize, (Arc<Prepared>, Arc<Planned>)>,
}

/// A sample of a temporary table.
#[derive(Clone)]
struct Sampled {
    /// Rows that the table had.
    of: f64,
    /// `None` if it was empty.
    sample: Option<Arc<Sample>>,
}

impl Temporary {
    /// The catalog of a transaction at whose snapshot `shared` is everybody's.
    pub fn lay_over(&mut self, shared: &Arc<Catalog>) -> Arc<Catalog> {
        let Some(laid) = &mut self.laid else { return Arc::clone(shared) };
        if !Arc::ptr_eq(&laid.over, shared) {
            // Shapes hold labels of enums, and checks of domains.
            if laid.over.types != shared.types {
                self.shapes.clear();
            }
            let whole = Arc::new(shared.with_temporary_of(&laid.whole));
            *laid = Laid { over: Arc::clone(shared), whole };
        }
        Arc::clone(&laid.whole)
    }

    /// The catalog that a transaction had last; `None` if that is the shared one.
    pub fn catalog(&self) -> Option<&Arc<Catalog>> {
        self.laid.as_ref().map(|laid| &laid.whole)
    }

    pub fn rows(&self) -> &Arc<TemporaryRows> {
        &self.rows
    }

    pub fn row_ids(&self) -> u64 {
        self.row_ids
    }

    fn keep(&mut self, committed: Committed) {
        let Committed { over, before, current, shared_changes, writes, row_ids } = committed;
        let unchanged = Arc::ptr_eq(&before, &current);
        if unchanged && writes.is_empty() {
            return;
        }
        self.row_ids = self.row_ids.max(row_ids);
        let tables = || current.temporary_tables();
        let of = |table: &Arc<Table>| table.storages().map(|s| ObjectId(s.0)).collect::<Vec<_>>();
        let kept: BTreeSet<ObjectId> = tables().filter(|t| !loses_rows(t)).flat_map(of).collect();
        Arc::make_mut(&mut self.rows).apply(writes, |object| kept.contains(&object));
        if unchanged {
            return;
        }
        self.shapes.clear();
        self.samples.clear();
        self.laid = current.has_temporary().then(|| {
            let whole = if shared_changes { Arc::new(over.with_temporary_of(&current)) } else { current };
            Laid { over, whole }
        });
        let whole = self.laid.as_ref().map(|laid| &laid.whole);
        self.plans.retain(|_, (_, planned)| whole.is_some_and(|whole| Arc::ptr_eq(whole, &planned.basis.catalog)));
    }

    fn plan(&self, statement: &Arc<Prepared>) -> Option<Arc<Planned>> {
        self.plans.get(&address(statement)).map(|(_, planned)| Arc::clone(planned))
    }

    fn keep_plan(&mut self, statement: &Arc<Prepared>, planned: &Arc<Planned>) {
        if self.plans.len() >= MAX_PLANS {
            self.plans.clear();
        }
        self.plans.insert(address(statement), (Arc::clone(statement), Arc::clone(planned)));
    }
}

fn address(statement: &Arc<Prepared>) -> usize {
    Arc::as_ptr(statement).addr()
}

/// What a transaction that has committed leaves.
pub struct Committed {
    /// The shared catalog at its snapshot.
    pub over: Arc<Catalog>,
    /// Its catalog as it began, and as it ended.
    pub before: Arc<Catalog>,
    pub current: Arc<Catalog>,
    /// Whether it has changed anything that others share.
    pub shared_changes: bool,
    /// Its writes to temporary tables.
    pub writes: gavel_txn::buffer::WriteMap,
    /// Hidden row ids made by its end.
    pub row_ids: u64,
}

impl Session {
    /// Keeps what a transaction has left, now that it has committed.
    pub(crate) fn keep_temporary(&mut self, committed: Committed) {
        if !Arc::ptr_eq(&committed.before, &committed.current) {
            let left: HashSet<Oid> = committed.current.sequences.values().map(|s| s.storage()).collect();
            self.shared.temporary_sequences.lock().retain(|storage, _| left.contains(storage));
        }
        self.temporary.keep(committed);
    }

    /// The plan made last for a statement where `catalog` is in force; it need not hold any more.
    pub(crate) fn kept_plan(&self, statement: &Arc<Prepared>, catalog: &Catalog) -> Option<Arc<Planned>> {
        if catalog.temporary_schema.is_some() {
            return self.temporary.plan(statement);
        }
        statement.planned.lock().clone()
    }

    pub(crate) fn keep_plan(&mut self, statement: &Arc<Prepared>, planned: &Arc<Planned>) {
        if planned.basis.catalog.temporary_schema.is_some() {
            self.temporary.keep_plan(statement, planned);
        } else {
            *statement.planned.lock() = Some(Arc::clone(planned));
        }
    }

    /// Whether the tables of a plan are still about as large as they were taken to be.
    pub(crate) async fn sizes_still_hold(&mut self, sizes: &Sizes) -> SqlResult<bool> {
        if !self.engine.statistics.still_holds(sizes) {
            return Ok(false);
        }
        let own: Vec<(Oid, f64)> = sizes.of_tables().filter(|(storage, _)| is_temporary(*storage)).collect();
        for (storage, before) in own {
            if statistics::moved_far(before, self.work().await?.temporary_rows(storage).await, 4.0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds to `known` what is known of temporary tables.
    pub(crate) async fn know_temporary(
        &mut self,
        known: &mut statistics::Known,
        tables: &[Arc<Table>],
    ) -> SqlResult<()> {
        for table in tables.iter().filter(|t| t.is_temporary()) {
            let rows = self.work().await?.temporary_rows(table.storage).await;
            let near = |sampled: f64| (rows - sampled).abs() <= sampled / 4.0 + 50.0;
            let found = self.temporary.samples.get(&table.storage).filter(|s| near(s.of)).cloned();
            let sample = match found {
                Some(found) => found,
                None => {
                    let view = self.work().await?.view().await;
                    let taken = statistics::sample_of(&view, self.database, table).await?;
                    Sampled { of: rows, sample: taken.map(Arc::new) }
                }
            };
            self.temporary.samples.insert(table.storage, sample.clone());
            known.add(self.database, table, Arc::new(TableStatistics { rows, sample: sample.sample }));
        }
        Ok(())
    }
}

impl Work {
    /// How many rows lie in the storage of a temporary table.
    pub(super) async fn temporary_rows(&self, storage: Oid) -> f64 {
        self.state.lock().await.txn.temporary_count(ObjectId(storage.0)) as f64
    }
}
