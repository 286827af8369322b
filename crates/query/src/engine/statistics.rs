//! What this node knows of tables' contents, for planning. Nothing of it is stored or shared: the numbers
//! of rows are the store's, and samples are cheap ([`crate::engine::sampling`]).
//!
//! ```text
//!  plan of a statement ─► statistics_of ── older than a second? ─► Storage::estimate_rows (one call)
//!                                       └─ size has moved far?  ─► sample, the first time before planning,
//!                                                                  later behind it
//!  every few seconds   ─► the same for tables that plans were made over lately
//! ```
//! Statements with a direct path, and those whose plan is kept, ask nothing here. A kept plan holds the
//! sizes that it was made for ([`Sizes`]) and is made anew once one has moved far; whether that may have
//! happened to any plan is one atomic load ([`Statistics::still_holds`]).
#![allow(clippy::disallowed_methods, reason = "the shell that refreshes behind the statements")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gavel_catalog::Table;
use gavel_encoding::layout::{ObjectId, TenantId, object_range};
use gavel_txn::ReadView;
use gavel_types::{KeyRange, Oid, SqlResult, Timestamp};
use parking_lot::Mutex;

use crate::engine::Engine;
use crate::engine::sampling::{self, Source};
use crate::lower::TableStatistics;

/// A plan is made with numbers that are at most this old, in microseconds.
const COUNT_AGE_MICROS: i64 = 1_000_000;
/// How often the numbers are looked at behind the statements, for plans that are kept.
const REFRESH: Duration = Duration::from_secs(5);
/// Tables over which no plan was made for so many refreshes are forgotten.
const FORGOTTEN_AFTER: u64 = 720;
/// Tables known at most; those asked for least recently go.
const MAX_TABLES: usize = 2_000;
/// A sample is taken anew when it is older, in microseconds, or the size has moved by a quarter.
const SAMPLE_AGE_MICROS: i64 = 600_000_000;
/// But not before it is this old.
const SAMPLE_REST_MICROS: i64 = 5_000_000;
/// Sizes below this are all alike: no plan is bad for so few rows.
const FEW_ROWS: f64 = 500.0;

/// A table's rows by database and object.
type Key = (Oid, Oid);

/// See the module.
#[derive(Default)]
pub struct Statistics {
    tables: Mutex<HashMap<Key, Entry>>,
    /// Raised whenever a size has moved far from what was last told.
    generation: AtomicU64,
    refreshes: AtomicU64,
}

struct Entry {
    table: Arc<Table>,
    known: Arc<TableStatistics>,
    counted: i64,
    /// When the sample was taken, and of how many rows.
    sampled: Option<(i64, f64)>,
    sampling: bool,
    /// Rows when the generation was last raised for this table.
    told: f64,
    /// Number of the last refresh before a plan was made over it.
    asked: u64,
}

/// What plans may ask about the tables of one statement.
#[derive(Default)]
pub struct Known {
    tables: Vec<(Key, Arc<TableStatistics>)>,
    generation: u64,
}

impl Known {
    pub fn of(&self, table: &Table) -> Option<Arc<TableStatistics>> {
        self.tables.iter().find(|(key, _)| key.1 == table.storage).map(|(_, known)| Arc::clone(known))
    }

    /// Adds what a session knows of a table that is its own.
    pub fn add(&mut self, database: Oid, table: &Table, statistics: Arc<TableStatistics>) {
        self.tables.push(((database, table.storage), statistics));
    }

    /// Sizes for a plan to remember.
    pub fn sizes(&self) -> Sizes {
        let tables = self.tables.iter().map(|(key, known)| (*key, known.rows)).collect();
        Sizes { tables, checked: AtomicU64::new(self.generation) }
    }
}

/// Sizes for which a plan was made.
#[derive(Default)]
pub struct Sizes {
    tables: Box<[(Key, f64)]>,
    /// Generation at which none had moved far.
    checked: AtomicU64,
}

impl Sizes {
    /// Storage and rows of each table.
    pub fn of_tables(&self) -> impl Iterator<Item = (Oid, f64)> {
        self.tables.iter().map(|((_, storage), rows)| (*storage, *rows))
    }
}

/// A sample of a temporary table, as a transaction sees it.
///
/// # Errors
/// Whatever reading raises.
pub async fn sample_of(
    view: &ReadView,
    database: Oid,
    table: &Arc<Table>,
) -> SqlResult<Option<crate::lower::statistics::Sample>> {
    sampling::sample(&Source::View(view), database, table).await
}

/// Whether a plan for `before` rows may be a bad one for `now`.
pub fn moved_far(before: f64, now: f64, factor: f64) -> bool {
    let (a, b) = (before + FEW_ROWS, now + FEW_ROWS);
    a > b * factor || b > a * factor
}

impl Statistics {
    /// Whether the tables are still about as large as they were taken to be.
    pub fn still_holds(&self, sizes: &Sizes) -> bool {
        if sizes.tables.is_empty() {
            return true;
        }
        let generation = self.generation.load(Ordering::Acquire);
        if sizes.checked.load(Ordering::Relaxed) == generation {
            return true;
        }
        let tables = self.tables.lock();
        let moved = |(key, rows): &(Key, f64)| tables.get(key).is_some_and(|e| moved_far(*rows, e.known.rows, 4.0));
        if sizes.tables.iter().any(moved) {
            return false;
        }
        sizes.checked.store(generation, Ordering::Relaxed);
        true
    }

    fn known(&self, keys: &[Key]) -> Known {
        let generation = self.generation.load(Ordering::Acquire);
        let tables = self.tables.lock();
        let tables = keys.iter().filter_map(|key| Some((*key, Arc::clone(&tables.get(key)?.known)))).collect();
        Known { tables, generation }
    }

    /// Those of `tables` whose number of rows is not known or too old; all are marked as asked for.
    fn stale(&self, database: Oid, tables: &[Arc<Table>], now: i64) -> Vec<Arc<Table>> {
        let refresh = self.refreshes.load(Ordering::Relaxed);
        let mut entries = self.tables.lock();
        let is_stale = |table: &&Arc<Table>| match entries.get_mut(&(database, table.storage)) {
            Some(entry) => {
                entry.asked = refresh;
                // A table that was empty is about to be filled: the first plan after that must know.
                entry.known.rows == 0.0 || now.saturating_sub(entry.counted) > COUNT_AGE_MICROS
            }
            None => true,
        };
        tables.iter().filter(is_stale).cloned().collect()
    }

    /// Notes numbers of rows; answers which tables should be sampled, and whether for the first time.
    fn note(&self, counted: Vec<(Oid, Arc<Table>, u64)>, now: i64) -> Vec<(Oid, Arc<Table>, bool)> {
        let refresh = self.refreshes.load(Ordering::Relaxed);
        let mut entries = self.tables.lock();
        let mut wanted = vec![];
        let mut told = false;
        for (database, table, rows) in counted {
            let rows = rows as f64;
            let entry = entries.entry((database, table.storage)).or_insert_with(|| Entry {
                table: Arc::clone(&table),
                known: Arc::default(),
                counted: now,
                sampled: None,
                sampling: false,
                told: rows,
                asked: refresh,
            });
            entry.counted = now;
            if entry.known.rows != rows {
                entry.known = Arc::new(TableStatistics { rows, sample: entry.known.sample.clone() });
            }
            if moved_far(entry.told, rows, 2.0) {
                entry.told = rows;
                told = true;
            }
            let changed = entry.table.columns != table.columns;
            entry.table = Arc::clone(&table);
            let due = match entry.sampled {
                None => rows > 0.0,
                Some((at, of)) => {
                    let age = now.saturating_sub(at);
                    let other = changed || (rows - of).abs() > of / 4.0 + 50.0;
                    (other && age > SAMPLE_REST_MICROS) || age > SAMPLE_AGE_MICROS || moved_far(of, rows, 4.0)
                }
            };
            if due && !entry.sampling {
                entry.sampling = true;
                wanted.push((database, table, entry.sampled.is_none()));
            }
        }
        if told {
            self.generation.fetch_add(1, Ordering::Release);
        }
        if entries.len() > MAX_TABLES {
            let mut ages: Vec<u64> = entries.values().map(|e| e.asked).collect();
            ages.sort_unstable();
            let middle = ages[ages.len() / 2];
            entries.retain(|_, e| e.asked > middle);
        }
        wanted
    }

    fn note_sample(&self, key: Key, sample: Option<crate::lower::statistics::Sample>, now: i64) {
        let mut entries = self.tables.lock();
        let Some(entry) = entries.get_mut(&key) else { return };
        entry.sampling = false;
        // One that could not be taken is not tried again at every plan.
        entry.sampled = Some((now, entry.known.rows));
        if let Some(sample) = sample {
            entry.known = Arc::new(TableStatistics { rows: entry.known.rows, sample: Some(Arc::new(sample)) });
        }
    }
}

impl Engine {
    /// What is known of `tables` of `database` to a transaction that reads at `ts`, temporary ones left out. Never
    /// fails: what cannot be found out is not known.
    pub(crate) async fn statistics_of(self: &Arc<Self>, ts: Timestamp, database: Oid, tables: &[Arc<Table>]) -> Known {
        let tables: Vec<Arc<Table>> = tables.iter().filter(|t| !t.is_temporary()).cloned().collect();
        let keys: Vec<Key> = tables.iter().map(|t| (database, t.storage)).collect();
        let stale = self.statistics.stale(database, &tables, self.now_micros());
        if !stale.is_empty() {
            let stale = stale.into_iter().map(|t| (database, t)).collect();
            for (database, table, first) in self.count(ts, stale).await {
                if first {
                    self.take_sample(ts, database, &table).await;
                } else {
                    let engine = Arc::clone(self);
                    tokio::spawn(async move { engine.take_sample(ts, database, &table).await });
                }
            }
        }
        self.statistics.known(&keys)
    }

    /// Counts the rows of tables; answers those that should be sampled.
    async fn count(&self, ts: Timestamp, tables: Vec<(Oid, Arc<Table>)>) -> Vec<(Oid, Arc<Table>, bool)> {
        let ranges: Vec<KeyRange> =
            tables.iter().map(|(db, t)| object_range(TenantId(db.0), ObjectId(t.storage.0))).collect();
        match self.storage.estimate_rows(ts, &ranges).await {
            Ok(rows) => {
                let counted = tables.into_iter().zip(rows).map(|((db, table), rows)| (db, table, rows)).collect();
                self.statistics.note(counted, self.now_micros())
            }
            Err(error) => {
                tracing::debug!(%error, "sizes of tables are not known");
                vec![]
            }
        }
    }

    async fn take_sample(&self, ts: Timestamp, database: Oid, table: &Arc<Table>) {
        let stored = Source::Stored(&*self.storage, ts);
        let sample = match sampling::sample(&stored, database, table).await {
            Ok(sample) => sample,
            Err(error) => {
                tracing::debug!(error = error.message(), table = table.name, "table cannot be sampled");
                None
            }
        };
        self.statistics.note_sample((database, table.storage), sample, self.now_micros());
    }

    /// Looks at all tables that plans were made over lately.
    async fn refresh_statistics(&self) {
        let refresh = self.statistics.refreshes.fetch_add(1, Ordering::Relaxed) + 1;
        let tables: Vec<(Oid, Arc<Table>)> = {
            let mut entries = self.statistics.tables.lock();
            entries.retain(|_, e| e.asked + FORGOTTEN_AFTER > refresh);
            entries.iter().map(|(key, e)| (key.0, Arc::clone(&e.table))).collect()
        };
        if tables.is_empty() {
            return;
        }
        let ts = self.storage.watermarks().applied_ts;
        for (database, table, _) in self.count(ts, tables).await {
            self.take_sample(ts, database, &table).await;
        }
    }
}

/// Refreshes until the engine is gone.
pub(crate) fn keep_fresh(engine: &Arc<Engine>) {
    let engine = Arc::downgrade(engine);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(REFRESH).await;
            let Some(engine) = engine.upgrade() else { return };
            engine.refresh_statistics().await;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::testing::table;

    #[test]
    fn a_kept_plan_holds_until_a_table_has_moved_far() {
        let statistics = Statistics::default();
        let t = table(100, "t", &[("a", gavel_types::PgType::INT4)], 1, &[]);
        let count = |rows, now| statistics.note(vec![(Oid(5), t.clone(), rows)], now).len();
        let sizes = || statistics.known(&[(Oid(5), t.storage)]).sizes();
        assert_eq!(count(10_000, 0), 1, "a new table is sampled");
        statistics.note_sample((Oid(5), t.storage), None, 0);
        let kept = sizes();
        assert_eq!(count(15_000, 1), 0, "a sample is left alone for a while");
        assert!(statistics.still_holds(&kept));
        assert_eq!(count(30_000, 10_000_000), 1);
        assert!(statistics.still_holds(&kept), "three times as large is near enough");
        count(90_000, 20_000_000);
        assert!(!statistics.still_holds(&kept));
        assert!(statistics.still_holds(&sizes()));
        count(10, 30_000_000);
        assert!(statistics.still_holds(&Sizes::default()), "a plan over no table");
    }

    #[test]
    fn numbers_are_stale_after_a_second_and_small_tables_are_all_alike() {
        let statistics = Statistics::default();
        let t = table(100, "t", &[("a", gavel_types::PgType::INT4)], 1, &[]);
        assert_eq!(statistics.stale(Oid(5), std::slice::from_ref(&t), 0).len(), 1);
        statistics.note(vec![(Oid(5), t.clone(), 0)], 0);
        assert_eq!(statistics.stale(Oid(5), std::slice::from_ref(&t), 0).len(), 1, "an empty one is counted again");
        statistics.note(vec![(Oid(5), t.clone(), 1)], 0);
        assert_eq!(statistics.stale(Oid(5), std::slice::from_ref(&t), COUNT_AGE_MICROS).len(), 0);
        assert_eq!(statistics.stale(Oid(5), std::slice::from_ref(&t), COUNT_AGE_MICROS + 1).len(), 1);
        let kept = statistics.known(&[(Oid(5), t.storage)]).sizes();
        statistics.note(vec![(Oid(5), t.clone(), 400)], 1);
        assert!(statistics.still_holds(&kept));
    }
}
