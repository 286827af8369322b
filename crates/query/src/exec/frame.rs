//! What a running plan sees besides its input: the execution of the statement, and the frame that
//! the plan runs in.
//!
//! A plan is started with a [`Frame`]. The outermost one is empty. A subplan runs in a frame that
//! holds a value for every column that it mentions and does not compute itself (ids are unique in a
//! statement, so one flat list is enough for any depth), and in the scope of the CTEs around it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::record_batch::RecordBatch;
use gavel_binder::bound::{ColumnId, CteId};
use gavel_functions::EvalContext;
use gavel_types::{Datum, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::apply::site::SiteCache;
use crate::exec::access::TableAccess;
use crate::exec::cte::Shared;

/// What one execution is given.
pub struct ExecEnv {
    pub params: Vec<Datum>,
    pub eval: EvalContext,
    pub tables: Arc<dyn TableAccess>,
    /// Bytes that operators may hold together; beyond it 53200.
    pub memory_limit: usize,
    /// For EXPLAIN ANALYZE: counts rows and time of each plan node.
    pub profile: Option<Arc<crate::explain::Profile>>,
}

/// One execution of a plan; shared by its operators.
pub struct Execution {
    pub env: ExecEnv,
    account: Arc<Account>,
    /// Results of subqueries that hold for the whole statement, by site.
    sites: Mutex<HashMap<usize, Arc<SiteCache>>>,
}

impl Execution {
    pub fn new(env: ExecEnv) -> Arc<Self> {
        let account = Arc::new(Account { held: AtomicUsize::new(0), limit: env.memory_limit });
        Arc::new(Self { env, account, sites: Mutex::new(HashMap::new()) })
    }

    /// An execution that sees what the transaction has written meanwhile, and remembers no results.
    async fn renewed(&self) -> SqlResult<Arc<Self>> {
        let tables = Arc::clone(&self.env.tables).renewed().await?;
        let env = ExecEnv {
            params: self.env.params.clone(),
            eval: self.env.eval.clone(),
            tables,
            memory_limit: self.env.memory_limit,
            profile: self.env.profile.clone(),
        };
        Ok(Arc::new(Self { env, account: self.account.clone(), sites: Mutex::new(HashMap::new()) }))
    }

    /// Bytes that operators hold now.
    pub fn memory_held(&self) -> usize {
        self.account.held.load(Ordering::Relaxed)
    }

    /// The cache of `site` that lives as long as the execution.
    pub fn site(&self, site: usize) -> Arc<SiteCache> {
        self.sites.lock().entry(site).or_default().clone()
    }
}

/// Where a plan runs. Cheap to clone.
#[derive(Clone)]
pub struct Frame {
    pub exec: Arc<Execution>,
    /// Values of the enclosing queries' columns.
    outer: Arc<[(ColumnId, Datum)]>,
    ctes: Option<Arc<CteScope>>,
}

struct CteScope {
    id: CteId,
    body: CteSource,
    parent: Option<Arc<CteScope>>,
}

/// What a reference to a CTE reads.
#[derive(Clone)]
pub enum CteSource {
    Shared(Arc<Shared>),
    /// Working table of the round that runs.
    Working(Arc<Vec<RecordBatch>>),
}

impl Frame {
    pub fn new(exec: Arc<Execution>) -> Self {
        Self { exec, outer: Arc::new([]), ctes: None }
    }

    /// The same for a statement that begins now.
    ///
    /// # Errors
    /// Those of checks that what was written has to stand.
    pub async fn renewed(&self) -> SqlResult<Self> {
        Ok(Self { exec: self.exec.renewed().await?, outer: self.outer.clone(), ctes: self.ctes.clone() })
    }

    /// The same scope with other outer values.
    #[must_use]
    pub fn with_outer(&self, outer: Arc<[(ColumnId, Datum)]>) -> Self {
        Self { exec: self.exec.clone(), outer, ctes: self.ctes.clone() }
    }

    /// The same with one more CTE in scope.
    #[must_use]
    pub fn with_cte(&self, id: CteId, body: CteSource) -> Self {
        let scope = CteScope { id, body, parent: self.ctes.clone() };
        Self { exec: self.exec.clone(), outer: self.outer.clone(), ctes: Some(Arc::new(scope)) }
    }

    /// Value of an enclosing query's column.
    pub fn outer(&self, id: ColumnId) -> SqlResult<Datum> {
        self.outer
            .iter()
            .find(|(outer, _)| *outer == id)
            .map(|(_, value)| value.clone())
            .ok_or_else(|| SqlError::internal(format!("column {} of an enclosing query has no value", id.0)))
    }

    pub fn cte(&self, id: CteId) -> SqlResult<CteSource> {
        let mut scope = self.ctes.as_ref();
        while let Some(s) = scope {
            if s.id == id {
                return Ok(s.body.clone());
            }
            scope = s.parent.as_ref();
        }
        Err(SqlError::internal(format!("CTE {} is not in scope", id.0)))
    }

    /// An account for memory that an operator holds.
    pub fn memory(&self) -> Memory {
        Memory { account: self.exec.account.clone(), held: 0 }
    }
}

struct Account {
    held: AtomicUsize,
    limit: usize,
}

/// Bytes that one operator holds, taken from the execution's limit and given back on drop.
pub struct Memory {
    account: Arc<Account>,
    held: usize,
}

impl Memory {
    /// Takes `bytes` more.
    ///
    /// # Errors
    /// 53200 if the statement would then hold more than its limit.
    pub fn grow(&mut self, bytes: usize) -> SqlResult<()> {
        let before = self.account.held.fetch_add(bytes, Ordering::Relaxed);
        self.held += bytes;
        if before.saturating_add(bytes) > self.account.limit {
            return Err(SqlError::new(SqlState::OutOfMemory, "out of memory")
                .detail(format!("The statement needs more than {} bytes.", self.account.limit)));
        }
        Ok(())
    }

    /// Takes what `batch` holds.
    pub fn grow_batch(&mut self, batch: &RecordBatch) -> SqlResult<()> {
        self.grow(batch.get_array_memory_size())
    }

    /// Gives everything back.
    pub fn release(&mut self) {
        self.account.held.fetch_sub(self.held, Ordering::Relaxed);
        self.held = 0;
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.release();
    }
}
