//! Functions that wait: `pg_sleep` and its kin, advisory locks, `sys.wait_for_job`, large objects.
//!
//! Expressions are evaluated without waiting, so a wait is a demand like a subquery: evaluation stops,
//! the evaluator waits, and evaluates again with the row's wait behind it. No thread waits, and a
//! cancel request, a timeout and a client that leaves end it like any other await.
#![allow(clippy::disallowed_methods, reason = "the shell that sleeps")]

use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use gavel_functions::call::Later;
use gavel_functions::physical::build_array;
use gavel_functions::registry::{self, Proc};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::apply::site::{Demand, Outcome, SiteCache};
use crate::exec::eval::{Cx, Stop};
use crate::exec::expr::{Expr, Value, value_at};
use crate::large_object;

const MICROS: f64 = 1e6;
const DAY_MICROS: i64 = 86_400_000_000;
/// Longest single sleep; the statement sleeps on after it.
const LONGEST: Duration = Duration::from_secs(600);

/// A compiled call.
#[derive(Debug)]
pub struct WaitingCall {
    /// Among the ids of sites.
    pub id: usize,
    pub kind: Kind,
    pub proc: &'static Proc,
    pub args: Vec<Expr>,
    pub ty: PgType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `pg_sleep(double precision)`: seconds.
    Seconds,
    /// `pg_sleep_for(interval)`.
    Interval,
    /// `pg_sleep_until(timestamptz)`.
    Until,
    /// The session knows what for.
    Session,
}

/// What is waited for.
pub(crate) enum Wait {
    Sleep { micros: f64 },
    Session(Later),
}

/// What kind of waiting `function` does, if it waits.
pub fn kind(function: Oid) -> Option<Kind> {
    let name = registry::proc(function)?.name;
    Some(match name {
        "pg_sleep" => Kind::Seconds,
        "pg_sleep_for" => Kind::Interval,
        "pg_sleep_until" => Kind::Until,
        "pg_blocking_pids" | "sys.wait_for_job" => Kind::Session,
        _ if large_object::calls::is_one(name) => Kind::Session,
        _ if name.starts_with("pg_advisory_") || name.starts_with("pg_try_advisory_") => Kind::Session,
        _ => return None,
    })
}

/// How long `value` says to wait, in microseconds, if it is `now`.
fn micros(kind: Kind, value: &Datum, now: i64) -> f64 {
    match (kind, value) {
        (Kind::Seconds, Datum::Float8(seconds)) => seconds * MICROS,
        (Kind::Interval, Datum::Interval(i)) => {
            let days = i64::from(i.months) * 30 + i64::from(i.days);
            (days * DAY_MICROS) as f64 + i.micros as f64
        }
        (Kind::Until, Datum::TimestampTz(at)) => *at as f64 - now as f64,
        _ => 0.0,
    }
}

/// Waits for each row of `batch` in turn.
pub(crate) fn eval(call: &Arc<WaitingCall>, cx: &Cx<'_>, batch: &RecordBatch) -> Result<Value, Stop> {
    let cache = cx.evaluator.cache_of(call.id);
    let args = call.args.iter().map(|a| a.eval(cx, batch)).collect::<Result<Vec<_>, _>>()?;
    let context = &cx.frame.exec.env.eval;
    let mut values = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let row_args = args.iter().zip(&call.args).map(|(a, e)| value_at(a, e.ty, row));
        let row_args = row_args.collect::<SqlResult<Vec<_>>>()?;
        if row_args.iter().any(Datum::is_null) {
            values.push(Datum::Null);
            continue;
        }
        let key = row.to_be_bytes();
        if let Some(Outcome::Value(value)) = cache.get(&key) {
            values.push(value);
            continue;
        }
        let wait = match call.kind {
            Kind::Session => {
                let session = context.session.as_ref().and_then(|s| s.call_later(call.proc, &row_args));
                Wait::Session(session.ok_or_else(|| no_session(call.proc))?)
            }
            kind => {
                let now = (context.clock)();
                Wait::Sleep { micros: row_args.first().map_or(0.0, |value| micros(kind, value, now)) }
            }
        };
        cx.evaluator.demand(Demand::Wait { cache: Arc::clone(&cache), key: key.into(), wait });
        return Err(Stop::Demand);
    }
    Ok(Value::Array(build_array(call.ty, values)?))
}

fn no_session(proc: &Proc) -> SqlError {
    SqlError::unsupported(format!("{}() needs a session", proc.name))
}

/// Waits, and notes what the row's wait has given.
pub(crate) async fn run(
    cache: &SiteCache,
    key: Box<[u8]>,
    wait: Wait,
    memory: crate::exec::frame::Memory,
) -> SqlResult<()> {
    let value = match wait {
        Wait::Sleep { micros } => {
            sleep(micros).await;
            Datum::text("")
        }
        Wait::Session(later) => later.await?,
    };
    cache.remember(key, Outcome::Value(value), memory);
    Ok(())
}

async fn sleep(micros: f64) {
    let mut left = Duration::try_from_secs_f64(micros / MICROS).unwrap_or(if micros > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    });
    while !left.is_zero() {
        let now = left.min(LONGEST);
        tokio::time::sleep(now).await;
        left -= now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::Interval;

    #[test]
    fn each_kind_says_how_long() {
        assert_eq!(micros(Kind::Seconds, &Datum::Float8(0.25), 0), 250_000.0);
        let interval = Interval { months: 0, days: 1, micros: 5 };
        assert_eq!(micros(Kind::Interval, &Datum::Interval(interval), 0), 86_400_000_005.0);
        assert_eq!(micros(Kind::Until, &Datum::TimestampTz(70), 50), 20.0);
        assert_eq!(micros(Kind::Until, &Datum::TimestampTz(30), 50), -20.0);
    }
}
