//! What an implementation is given besides its arguments.

use std::sync::Arc;

use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, PgType, SqlResult};

use crate::registry::Proc;

/// Functions that need a session: sequences, settings, catalog look-ups (`nextval`,
/// `current_setting`, `pg_get_viewdef` …). The query node implements it.
pub trait SessionHooks: Send + Sync {
    /// Runs `proc`. `None` if this session does not implement it.
    fn call(&self, proc: &Proc, call: &Call<'_>, args: &[Datum]) -> Option<SqlResult<Datum>>;

    /// Same for a function that returns a set: rows of the function's columns.
    fn call_set(&self, proc: &Proc, call: &Call<'_>, args: &[Datum]) -> Option<SqlResult<Vec<Vec<Datum>>>>;
}

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
    pub entropy: Arc<dyn Fn(&mut [u8]) + Send + Sync>,
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
            session: None,
        }
    }
}

/// One call site.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub context: &'a EvalContext,
    /// Resolved types of the arguments as passed (variadic ones expanded).
    pub arg_types: &'a [PgType],
    /// Resolved result type.
    pub result: PgType,
}

/// An implementation. Strictness is handled by the caller: a strict function never sees NULL.
pub type ScalarFn = fn(&Call<'_>, &[Datum]) -> SqlResult<Datum>;

/// Implementation of a set-returning function: all rows, each with the function's columns.
pub type SetFn = fn(&Call<'_>, &[Datum]) -> SqlResult<Box<dyn Iterator<Item = SqlResult<Vec<Datum>>> + Send>>;
