//! `pg_sleep` and its kin: evaluation that waits.
//!
//! Expressions are evaluated without waiting, so a pause is a demand like a subquery: evaluation stops,
//! the evaluator sleeps, and evaluates again with the row's pause behind it. No thread waits, and a
//! cancel request, a timeout and a client that leaves end it like any other await.
#![allow(clippy::disallowed_methods, reason = "the shell that sleeps")]

use std::sync::Arc;
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use gavel_functions::physical::build_array;
use gavel_functions::registry;
use gavel_types::{Datum, Oid, PgType};

use crate::apply::site::{Demand, Outcome, SiteCache};
use crate::exec::eval::{Cx, Stop};
use crate::exec::expr::{Expr, Value, value_at};

const MICROS: f64 = 1e6;
const DAY_MICROS: i64 = 86_400_000_000;
/// Longest single sleep; the statement sleeps on after it.
const LONGEST: Duration = Duration::from_secs(600);

/// A compiled call.
#[derive(Debug)]
pub struct Pause {
    /// Among the ids of sites.
    pub id: usize,
    pub kind: Kind,
    pub argument: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `pg_sleep(double precision)`: seconds.
    Seconds,
    /// `pg_sleep_for(interval)`.
    Interval,
    /// `pg_sleep_until(timestamptz)`.
    Until,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Seconds, Self::Interval, Self::Until];

    /// The function's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "pg_sleep",
            Self::Interval => "pg_sleep_for",
            Self::Until => "pg_sleep_until",
        }
    }
}

/// What `function` waits for, if it waits.
pub fn kind(function: Oid) -> Option<Kind> {
    let proc = registry::proc(function)?;
    Kind::ALL.into_iter().find(|k| k.name() == proc.name)
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

/// Waits for each row of `batch` in turn; the values are those of type void.
pub(crate) fn eval(pause: &Arc<Pause>, cx: &Cx<'_>, batch: &RecordBatch) -> Result<Value, Stop> {
    let cache = cx.evaluator.cache_of(pause.id);
    let argument = pause.argument.eval(cx, batch)?;
    let clock = &cx.frame.exec.env.eval.clock;
    let mut values = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let value = value_at(&argument, pause.argument.ty, row)?;
        if value.is_null() {
            values.push(Datum::Null);
            continue;
        }
        let key = row.to_be_bytes();
        match cache.get(&key) {
            Some(_) => values.push(Datum::text("")),
            None => {
                let micros = micros(pause.kind, &value, clock());
                cx.evaluator.demand(Demand::Pause { cache: Arc::clone(&cache), key: key.into(), micros });
                return Err(Stop::Demand);
            }
        }
    }
    Ok(Value::Array(build_array(PgType::new(Oid::VOID), values)?))
}

/// Sleeps, and notes that the row's pause is over.
pub(crate) async fn run(cache: &SiteCache, key: Box<[u8]>, micros: f64, memory: crate::exec::frame::Memory) {
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
    cache.remember(key, Outcome::Value(Datum::text("")), memory);
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
