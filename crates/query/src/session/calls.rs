//! Calls of functions whose bodies are interpreted, from the middle of a running plan.
//!
//! ```text
//!  session: drive ───polls───▶ plan … operator `Called`
//!      ▲  │ call_routine             │ request, and waits for the answer
//!      └──┴──────────◀───────────────┘
//! ```
//! A body may do whatever a session may, so that the session itself runs it, while the plan that asked waits. Plans that
//! run inside of the body are driven the same way; the innermost one that waits is answered first.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gavel_binder::bound::{Called, ColumnId, Modify};
use gavel_catalog::Catalog;
use gavel_functions::call::EvalContext;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};
use tokio::sync::{mpsc, oneshot};

use crate::dml::modify::Applied;
use crate::fast::expr::RowExpr;
use crate::prepared::{Basis, Planned};
use crate::procedural::compiled::Compiled;
use crate::session::Session;
use crate::session::bodies::Bodies;
use crate::session::triggers::afterwards::Afterwards;

/// Most bodies, and most casts, that a session keeps.
const MAX_KEPT: usize = 1_024;

/// What a plan waits for.
pub enum Request {
    Call {
        called: Arc<Called>,
        args: Vec<Datum>,
        answer: oneshot::Sender<SqlResult<Vec<Vec<Datum>>>>,
    },
    /// Rows for a table with triggers.
    Write {
        modify: Arc<Modify>,
        layout: Vec<(ColumnId, PgType)>,
        rows: Vec<Vec<Datum>>,
        params: Vec<Datum>,
        answer: oneshot::Sender<SqlResult<Applied>>,
    },
    /// What is left to do after the rows that have been written.
    Finish {
        answer: oneshot::Sender<SqlResult<()>>,
    },
}

/// Where plans hand calls in.
#[derive(Clone)]
pub struct Caller {
    requests: mpsc::UnboundedSender<Request>,
    /// How many plans the session waits for.
    driving: Arc<AtomicUsize>,
    /// The session has written to tables with triggers, which have something left to do.
    unfinished: Arc<AtomicBool>,
}

impl Caller {
    /// Has the session call a function.
    ///
    /// # Errors
    /// The function's; 0A000 where the session does not wait for plans.
    pub async fn call(&self, called: Arc<Called>, args: Vec<Datum>) -> SqlResult<Vec<Vec<Datum>>> {
        let refused = || SqlError::unsupported("functions in PL/pgSQL cannot be called here");
        if self.driving.load(Ordering::Acquire) == 0 {
            return Err(refused());
        }
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Call { called, args, answer }).map_err(|_| refused())?;
        answered.await.map_err(|_| refused())?
    }

    /// Has the session write to a table with triggers.
    ///
    /// # Errors
    /// Those of the triggers and of constraints; 0A000 where the session does not wait for plans.
    pub async fn write(
        &self,
        modify: Arc<Modify>,
        layout: Vec<(ColumnId, PgType)>,
        rows: Vec<Vec<Datum>>,
        params: Vec<Datum>,
    ) -> SqlResult<Applied> {
        let refused = || SqlError::unsupported("a table with triggers cannot be written to here");
        if self.driving.load(Ordering::Acquire) == 0 {
            return Err(refused());
        }
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Write { modify, layout, rows, params, answer }).map_err(|_| refused())?;
        let applied = answered.await.map_err(|_| refused())?;
        // Not before: statements inside of the write have finished theirs by now.
        self.unfinished.store(true, Ordering::Release);
        applied
    }

    /// Has the session do what is left to do after such writes, if there were any.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn finish(&self) -> SqlResult<()> {
        if !self.unfinished.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let refused = || SqlError::internal("a statement inside of another ends where no session waits");
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Finish { answer }).map_err(|_| refused())?;
        answered.await.map_err(|_| refused())?
    }
}

/// A function and its version, the types of the arguments and of the columns that are asked for, and whether the one column
/// is a whole row.
type CompiledKey = (Oid, u64, Vec<PgType>, Vec<PgType>, bool);

/// What a session keeps of bodies.
pub struct Routines {
    caller: Caller,
    requests: mpsc::UnboundedReceiver<Request>,
    pub compiled: HashMap<CompiledKey, (Arc<Catalog>, Arc<Compiled>)>,
    /// Bodies in SQL that are called.
    pub planned: HashMap<CompiledKey, Arc<Planned>>,
    pub casts: HashMap<(PgType, PgType), (Arc<Basis>, Arc<RowExpr>)>,
    pub evaluation: Option<(u64, Arc<Catalog>, i64, Arc<EvalContext>)>,
    /// Those that run.
    pub bodies: Bodies,
    /// Tables that are being written to while functions of triggers run, which must stay as they are.
    pub busy: Vec<Oid>,
    /// Of the running statement, the innermost.
    pub(crate) afterwards: Afterwards,
    /// Cursors that were given names.
    pub unnamed: u64,
    /// The statement has ended a transaction inside of it: it is not run again.
    pub ended: bool,
}

impl Default for Routines {
    fn default() -> Self {
        let (sender, requests) = mpsc::unbounded_channel();
        Self {
            caller: Caller { requests: sender, driving: Arc::default(), unfinished: Arc::default() },
            requests,
            compiled: HashMap::new(),
            planned: HashMap::new(),
            casts: HashMap::new(),
            evaluation: None,
            bodies: Bodies::default(),
            busy: Vec::new(),
            afterwards: Afterwards::default(),
            unnamed: 0,
            ended: false,
        }
    }
}

impl Routines {
    pub fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// Says whether the running statement has something left to do after rows that the session wrote for its plan; gives
    /// what was so before.
    pub fn leaves_unfinished(&self, something: bool) -> bool {
        self.caller.unfinished.swap(something, Ordering::AcqRel)
    }

    pub fn keep_cast(&mut self, key: (PgType, PgType), basis: Arc<Basis>, cast: Arc<RowExpr>) {
        if self.casts.len() >= MAX_KEPT {
            self.casts.clear();
        }
        self.casts.insert(key, (basis, cast));
    }

    pub fn keep_compiled(&mut self, key: CompiledKey, catalog: Arc<Catalog>, compiled: Arc<Compiled>) {
        if self.compiled.len() >= MAX_KEPT {
            self.compiled.clear();
        }
        self.compiled.insert(key, (catalog, compiled));
    }

    pub fn keep_planned(&mut self, key: CompiledKey, planned: Arc<Planned>) {
        if self.planned.len() >= MAX_KEPT {
            self.planned.clear();
        }
        self.planned.insert(key, planned);
    }

    /// Forgets what a statement that did not come to its end has left: an interrupt drops it anywhere.
    pub fn begin_statement(&mut self) {
        self.busy.clear();
        self.afterwards.clear();
        self.ended = false;
        self.caller.driving.store(0, Ordering::Release);
        self.leaves_unfinished(false);
        while self.requests.try_recv().is_ok() {}
    }
}

/// Counts a plan that is waited for.
struct Driving(Arc<AtomicUsize>);

impl Driving {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for Driving {
    fn drop(&mut self) {
        // A new statement may have begun to count anew.
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1));
    }
}

impl Session {
    /// Whether the statement that runs is a part of something: of a transaction block, or of a body.
    pub(crate) fn is_enclosed(&self) -> bool {
        self.block.is_explicit() || self.routines.bodies.depth() > 0
    }

    /// Waits for what a plan does, and does the calls that it asks for meanwhile.
    ///
    /// # Errors
    /// The plan's.
    pub(crate) async fn drive<T>(&mut self, plan: impl Future<Output = SqlResult<T>> + Send) -> SqlResult<T> {
        let _driving = Driving::begin(&self.routines.caller.driving);
        let mut plan = std::pin::pin!(plan);
        loop {
            let request = tokio::select! {
                biased;
                done = &mut plan => return done,
                Some(request) = self.routines.requests.recv() => request,
            };
            // One that does not wait any more needs no answer.
            match request {
                Request::Call { called, args, answer } => {
                    let _ = answer.send(self.call_routine(&called, args, false).await);
                }
                Request::Write { modify, layout, rows, params, answer } => {
                    let outer = self.routines.afterwards.go_within(true);
                    let applied = self.write_firing(&modify, &layout, rows, &params).await;
                    self.routines.afterwards.go_within(outer);
                    let _ = answer.send(applied);
                }
                Request::Finish { answer } => {
                    let _ = answer.send(self.finish_writes().await);
                }
            }
        }
    }
}
