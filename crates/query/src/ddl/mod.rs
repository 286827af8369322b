//! DDL: a statement changes the transaction's own copy of the catalog, and moves rows through the
//! transaction where it must. Nothing is written before COMMIT, when [`TransactionCatalog::writes`]
//! says by which rows the copy differs from what the transaction began with.
//!
//! # What the session does
//! - keeps a [`TransactionCatalog`] from the first statement on, clones it at a savepoint, puts the clone
//!   back at ROLLBACK TO;
//! - binds every statement against `current`;
//! - at COMMIT adds `writes` to its own, and `used` to the commit's schema keys;
//! - implements [`DdlHost`].

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use gavel_catalog::store::{self, Reliance};
use gavel_catalog::{Catalog, Sequence, Table};
use gavel_types::{Datum, Notice, Oid, SqlResult, Write};

/// The catalog of one transaction. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TransactionCatalog {
    /// As of the transaction's snapshot.
    pub base: Arc<Catalog>,
    /// With the transaction's own DDL; the same `Arc` as `base` before the first.
    pub current: Arc<Catalog>,
    /// What the DDL has read and relied on.
    pub reliance: Reliance,
    /// Objects that DDL used without changing them; their version keys join the commit's schema keys.
    pub used: BTreeSet<Oid>,
    /// Rows outside this database's catalog (the contents of a new database).
    pub extra: Vec<Write>,
}

impl TransactionCatalog {
    /// A transaction that has run no DDL yet.
    pub fn new(base: Arc<Catalog>) -> Self {
        let current = base.clone();
        Self { base, current, reliance: Reliance::default(), used: BTreeSet::new(), extra: Vec::new() }
    }

    /// Whether the transaction has run DDL that changed anything.
    pub fn is_changed(&self) -> bool {
        !Arc::ptr_eq(&self.base, &self.current) || !self.extra.is_empty()
    }

    /// What COMMIT writes, at most one entry a key. `version` is a new random number.
    pub fn writes(&self, version: u64) -> Vec<Write> {
        if !self.is_changed() {
            return Vec::new();
        }
        let mut writes = store::changes(&self.base, &self.current, &self.reliance, version);
        writes.extend(self.extra.iter().cloned());
        writes
    }
}

/// What DDL asks of the session that runs it. Everything happens inside the running transaction: reads
/// see its snapshot and its own writes, writes go to its buffer.
#[async_trait]
pub trait DdlHost: Send {
    /// The first of `count` consecutive OIDs that nobody has had.
    async fn allocate_oids(&mut self, count: u32) -> SqlResult<Oid>;

    /// Runs one SELECT, INSERT, UPDATE or DELETE against `catalog` and gives its rows. Names in `sql` are
    /// qualified. Parameters of the client's statement, if there are any, stand for `$n`.
    async fn run(&mut self, catalog: &Arc<Catalog>, sql: &str) -> SqlResult<Vec<Vec<Datum>>>;

    /// Puts an entry of index `index` of `table` for every row of `table`. The rows are already there; the
    /// index has no entries yet.
    ///
    /// # Errors
    /// 23505 `could not create unique index "…"`, with PostgreSQL's DETAIL, if it is unique and two rows
    /// have the same key; whatever its expressions raise.
    async fn build_index(&mut self, catalog: &Arc<Catalog>, table: &Arc<Table>, index: Oid) -> SqlResult<()>;

    /// Makes the next value of `sequence`: `value` itself, or the one after it if `called`.
    async fn set_sequence(&mut self, sequence: &Arc<Sequence>, value: i64, called: bool) -> SqlResult<()>;

    /// Random bytes for salts.
    fn fill_random(&mut self, buffer: &mut [u8]);
}

/// Everything that one DDL statement is run with.
pub struct DdlContext<'a> {
    pub catalog: &'a mut TransactionCatalog,
    pub host: &'a mut dyn DdlHost,
    /// The current role.
    pub user: Oid,
    /// Schemas of `search_path` that exist, in order, `pg_catalog` left out; new objects go to the first.
    pub search_path: &'a [String],
    /// In a transaction block, where some statements may not run.
    pub in_block: bool,
    /// For the client, in order.
    pub notices: Vec<Notice>,
}
