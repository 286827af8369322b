//! What an implementation is given besides its arguments, and the one place that calls one.
//!
//! [`resolve`] finds the implementation of a `pg_proc` OID once; [`Implementation::call`] then runs it
//! any number of times. Strictness is handled here: a strict function never sees NULL. A function that
//! no table implements goes to the session's hooks, and answers 0A000 if they do not know it either.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Notice, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::registry::{self, Proc, Volatility};
use crate::tables;

/// Functions that need a session: sequences, settings, catalog look-ups (`nextval`,
/// `current_setting`, `pg_get_viewdef` …). The query node implements it.
pub trait SessionHooks: Send + Sync {
    /// Runs `proc`. `None` if this session does not implement it.
    fn call(&self, proc: &Proc, call: &Call<'_>, args: &[Datum]) -> Option<SqlResult<Datum>>;

    /// Runs a function that waits: what it will give. `None` if this session does not implement it.
    fn call_later(&self, _: &Proc, _: &[Datum]) -> Option<Later> {
        None
    }

    /// Same for a function that returns a set: rows of the function's columns.
    fn call_set(&self, proc: &Proc, call: &Call<'_>, args: &[Datum]) -> Option<SqlResult<Vec<Vec<Datum>>>>;

    /// Tells the client something that is no error.
    fn notice(&self, _: Notice) {}
}

/// A value that is waited for.
pub type Later = std::pin::Pin<Box<dyn Future<Output = SqlResult<Datum>> + Send>>;

/// Fills a buffer with random bytes.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// The session as functions see it; fixed for one statement.
#[derive(Clone)]
pub struct EvalContext {
    pub style: TextStyle,
    /// `now()`: microseconds since 2000-01-01 UTC.
    pub transaction_start: i64,
    /// `statement_timestamp()`.
    pub statement_start: i64,
    /// `clock_timestamp()`; handed in, since nothing here may look at a clock.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Source of randomness for `random()`, `gen_random_uuid()`: fills the buffer.
    pub entropy: Entropy,
    /// What `random()` is drawn from once `setseed()` was called; `None` outside of sessions.
    pub seeded: Option<crate::random::Seeded>,
    /// `None` where only immutable functions may run.
    pub session: Option<Arc<dyn SessionHooks>>,
}

impl EvalContext {
    /// For immutable functions only: UTC, no clock, no session.
    pub fn immutable() -> Self {
        Self {
            style: TextStyle::default(),
            transaction_start: 0,
            statement_start: 0,
            clock: Arc::new(|| 0),
            entropy: Arc::new(|_| {}),
            seeded: None,
            session: None,
        }
    }
}

impl std::fmt::Debug for EvalContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvalContext")
            .field("style", &self.style)
            .field("transaction_start", &self.transaction_start)
            .field("statement_start", &self.statement_start)
            .finish_non_exhaustive()
    }
}

/// One call site.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub context: &'a EvalContext,
    /// Resolved types of the arguments as passed (variadic ones expanded).
    pub arg_types: &'a [PgType],
    /// Resolved result type.
    pub result: PgType,
}

/// An implementation. Strictness is handled by the caller: a strict function never sees NULL.
pub type ScalarFn = fn(&Call<'_>, &[Datum]) -> SqlResult<Datum>;

/// All rows of a set-returning function, each with the function's columns.
pub type SetRows = Box<dyn Iterator<Item = SqlResult<Vec<Datum>>> + Send>;

/// Implementation of a set-returning function.
pub type SetFn = fn(&Call<'_>, &[Datum]) -> SqlResult<SetRows>;

static SCALARS: LazyLock<HashMap<Oid, ScalarFn>> = LazyLock::new(|| {
    let mut by_source: HashMap<&str, ScalarFn> = HashMap::new();
    for table in tables::SCALARS {
        by_source.extend(table.iter().copied());
    }
    let mut by_oid: HashMap<Oid, ScalarFn> =
        registry::procs().iter().filter_map(|p| Some((p.oid, *by_source.get(p.src)?))).collect();
    by_oid.extend(tables::SCALARS_BY_OID.iter().flat_map(|t| t.iter()).map(|(oid, f)| (Oid(*oid), *f)));
    by_oid
});

static SETS: LazyLock<HashMap<Oid, SetFn>> = LazyLock::new(|| {
    let by_source: HashMap<&str, SetFn> = tables::SETS.iter().flat_map(|t| t.iter().copied()).collect();
    let procs = registry::procs().iter().filter(|p| p.retset);
    let mut by_oid: HashMap<Oid, SetFn> = procs.filter_map(|p| Some((p.oid, *by_source.get(p.src)?))).collect();
    by_oid.extend(tables::SETS_BY_OID.iter().flat_map(|t| t.iter()).map(|(oid, f)| (Oid(*oid), *f)));
    by_oid
});

/// A function together with what runs it.
#[derive(Clone, Copy, Debug)]
pub struct Implementation {
    proc: &'static Proc,
    function: Option<ScalarFn>,
}

/// The implementation of function `oid`. One that only a session can run resolves as well.
///
/// # Errors
/// 42883 if there is no such function.
pub fn resolve(oid: Oid) -> SqlResult<Implementation> {
    let proc = registry::proc(oid)
        .ok_or_else(|| SqlError::new(SqlState::UndefinedFunction, format!("function with OID {oid} does not exist")))?;
    Ok(Implementation { proc, function: SCALARS.get(&oid).copied() })
}

impl Implementation {
    /// The catalog facts of the function.
    pub fn proc(&self) -> &'static Proc {
        self.proc
    }

    /// The function's internal name (`pg_proc.prosrc`).
    pub fn source(&self) -> &'static str {
        self.proc.src
    }

    /// Whether equal arguments give equal results within one statement.
    pub fn is_repeatable(&self) -> bool {
        self.proc.volatility != Volatility::Volatile
    }

    /// Runs it.
    ///
    /// # Errors
    /// What the function answers; 0A000 if nothing implements it.
    pub fn call(&self, call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
        if self.proc.strict && args.iter().any(Datum::is_null) {
            return Ok(Datum::Null);
        }
        if let Some(function) = self.function {
            return function(call, args);
        }
        if let Some(result) = call.context.session.as_ref().and_then(|s| s.call(self.proc, call, args)) {
            return result;
        }
        Err(not_implemented(self.proc))
    }
}

fn not_implemented(proc: &Proc) -> SqlError {
    let types: Vec<&str> = proc.args.iter().map(|a| registry::type_info(*a).map_or("?", |t| t.name)).collect();
    SqlError::unsupported(format!("function {}({}) is not supported", proc.name, types.join(", ")))
}

/// Whether an implementation is entered for function `oid` (one that needs no session).
pub fn is_implemented(oid: Oid) -> bool {
    SCALARS.contains_key(&oid) || SETS.contains_key(&oid)
}

/// Calls function `oid` with one row of arguments.
///
/// # Errors
/// 42883 if there is no such function, 0A000 if nothing implements it, else what it answers.
pub fn eval(oid: Oid, call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    resolve(oid)?.call(call, args)
}

/// Calls the set-returning function `oid`; each row has the function's columns. A function that does
/// not return a set gives one row. A strict one with a NULL argument gives none.
///
/// # Errors
/// As [`eval`].
pub fn eval_set(oid: Oid, call: &Call<'_>, args: &[Datum]) -> SqlResult<SetRows> {
    let implementation = resolve(oid)?;
    let proc = implementation.proc;
    if !proc.retset {
        let row = match implementation.call(call, args)? {
            Datum::Record(fields) if proc.all_args.iter().filter(|a| matches!(a.1, 'o' | 'b' | 't')).count() > 1 => {
                fields.iter().map(|(_, v)| v.clone()).collect()
            }
            value => vec![value],
        };
        return Ok(Box::new(std::iter::once(Ok(row))));
    }
    if proc.strict && args.iter().any(Datum::is_null) {
        return Ok(Box::new(std::iter::empty()));
    }
    if let Some(function) = SETS.get(&oid) {
        return function(call, args);
    }
    match call.context.session.as_ref().and_then(|s| s.call_set(proc, call, args)) {
        Some(rows) => Ok(Box::new(rows?.into_iter().map(Ok))),
        None => Err(not_implemented(proc)),
    }
}
